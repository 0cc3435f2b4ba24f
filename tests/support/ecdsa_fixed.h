/* SPDX-License-Identifier: ISC */
/*
 * ECDSA with the nonces of RFC 6979, for tests that must repeat to the byte on libraries that cannot do it themselves:
 *
 *	key_sign_fixed_by(ecdsa_fixed);
 *
 * Not constant-time: for keys that protect nothing.
 */
#pragma once

#include "base/bytes.h"

/* As crypto/pki.h has it: d of 32, 48 or 66 bytes names the curve. */
bool ecdsa_fixed(struct bytes d, unsigned hash, struct bytes octets, uint8_t *r_s);
