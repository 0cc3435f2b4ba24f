/* SPDX-License-Identifier: ISC */
/*
 * A payload's body, read and written again: what the tables of tests/unit/wire and fuzz_wire_payload share.
 */
#pragma once

#include "wire/ike.h"

/*
 * Reads `body` as the payload `type` and writes what was read. False: the reader refused it. `again` is the body as
 * written (in the arena); a type that has no reader is given back as it is.
 */
bool wire_reread(uint8_t type, struct bytes body, struct bytes *again, struct arena *arena);
