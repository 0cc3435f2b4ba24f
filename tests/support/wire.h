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

/*
 * What is read and written is read again, and written to the same bytes. The first writing may differ from what came in its
 * reserved bits alone, so its length is the same; proposals and selectors also lose attributes and types that say nothing
 * to us (RFC 7296 3.3.6, RFC 9478). True also when the reader refuses.
 */
bool wire_stable(uint8_t type, struct bytes body, struct arena *arena);
