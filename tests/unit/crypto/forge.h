/* SPDX-License-Identifier: ISC */
/* DER by hand: certificates around any public key, and AlgorithmIdentifiers that no library would write. */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"

/* tag, length, the parts one behind the other. */
struct bytes der(struct arena *a, uint8_t tag, const struct bytes *parts, size_t count);
#define DER(a, tag, ...) \
	der(a, tag, (const struct bytes[]){ __VA_ARGS__ }, sizeof((const struct bytes[]){ __VA_ARGS__ }) / sizeof(struct bytes))

/* A certificate that parses, of nobody by nobody, with a signature of zeroes. */
struct bytes forge_cert(struct arena *a, struct bytes spki);
struct bytes forge_rsa_spki(struct arena *a, struct bytes modulus, struct bytes exponent); /* unsigned numbers, no leading zero */
/* id-RSASSA-PSS. hash, mgf_hash: RFC 7427 numbers, 0: the field is absent; salt below 0: absent. */
struct bytes forge_pss_id(struct arena *a, unsigned hash, unsigned mgf_hash, int salt, bool with_null);
