/* SPDX-License-Identifier: ISC */
/*
 * Inside of crypto/: the library's algorithms, fetched once by crypto_start and then only read, and the few
 * things that all files here do with the library.
 */
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "iana/ikev2.h"
#include "policy/algorithm.h"

#define HASH_COUNT (IKEV2_HASH_SHA2_512 + 1) /* hashes are numbered as in RFC 7427: SHA1 1 .. SHA2-512 4 */
#define DIGEST_MAX 64                        /* bytes of the longest digest */

/* --- hashes; 0 is "no such hash" --- */
struct hash {
	unsigned number; /* RFC 7427 */
	const char *name;
	size_t len;
};
const struct hash *hash_find(unsigned number); /* NULL: unknown */
EVP_MD *hash_md(unsigned number);              /* NULL: unknown, or crypto_start was not called */
bool hash_parts(unsigned number, uint8_t *out, const struct bytes *parts, size_t count);

/* --- HMAC, RFC 2104. A context can be used again and again; each call starts afresh with the same key. --- */
EVP_MAC_CTX *hmac_new(unsigned hash, struct bytes key); /* NULL: memory, or no such hash. EVP_MAC_CTX_free wipes. */
/* out: the whole digest, DIGEST_MAX bytes of room. */
bool hmac_parts(EVP_MAC_CTX *ctx, uint8_t *out, const struct bytes *parts, size_t count);

/* --- rows of the algorithm table -> the library's algorithms --- */
unsigned prf_hash(const struct algorithm *prf);        /* 0: not built */
unsigned integ_hash(const struct algorithm *integ);    /* 0: not built */
EVP_CIPHER *encr_cipher(const struct algorithm *encr); /* NULL: not built */

/* --- key exchange: one row a group --- */
enum ke_kind { KE_MODP,
	KE_ECP,
	KE_X25519 };
struct ke_group {
	uint16_t id;
	enum ke_kind kind;
	uint16_t value_len, secret_len; /* bytes */
	union {
		struct {
			BIGNUM *p, *p_less_one, *generator;
			BN_MONT_CTX *mont;
		} modp;
		struct {
			EC_GROUP *curve;
			BIGNUM *order_less_one;
			uint16_t coordinate_len;
		} ecp;
	};
};
const struct ke_group *ke_group_find(const struct algorithm *ke); /* NULL: not built */
bool ke_start(void);
void ke_stop(void);

/* The library's last complaint in its own words ("unsupported" when it has none). Empties its error queue. */
struct bytes library_words(struct arena *arena);
/* Empties the queue: what this thread's library calls left behind. */
void library_forget(void);
