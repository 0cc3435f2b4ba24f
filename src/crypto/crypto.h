/* SPDX-License-Identifier: ISC */
/*
 * The cryptography of IKE, over OpenSSL 3 (EVP only). The one folder that knows OpenSSL.
 *
 * All calls are thread-safe after crypto_start, which fetches every algorithm once (EVP fetches are slow). Algorithms are
 * rows of policy/algorithm.h; a row without ALG_BUILT gives false. Nothing here draws randomness for keys: what is random
 * comes in as an argument; only RSA-PSS and ECDSA signatures may use the library's own, unless
 * `deterministic` is asked for.
 */
#pragma once

#include "base/random.h"
#include "base/secret.h"
#include "policy/proposal.h"

bool crypto_start(struct reason *why); /* may be called again; each start wants its stop. Before all threads. */
void crypto_stop(void);
/* This build has code for the row (what ALG_BUILT promises). ESN and rows of other kinds: false. */
bool crypto_implements(const struct algorithm *row);

/* A `struct random`'s fill for production; host is not used. */
bool crypto_random(void *host, enum random_kind kind, uint8_t *out, size_t len);

/* --- PRF, RFC 7296 2.13, RFC 2104, RFC 4868 --- */
#define PRF_MAX 64
/* out: prf->out_len bytes. `parts` are hashed one behind the other. */
bool prf(const struct algorithm *prf, uint8_t *out, struct bytes key, const struct bytes *parts, size_t count);
/* prf+ (RFC 7296 2.13): out->len bytes are made (secret_new first). False also past 255 blocks. */
bool prf_plus(const struct algorithm *prf, struct secret *out, struct bytes key, const struct bytes *parts, size_t count);

/* --- IKE keys, RFC 7296 2.14 --- */
struct ike_keys {
	struct secret d, ai, ar, ei, er, pi, pr; /* SK_*; ei/er include the salt of an AEAD */
};
void ike_keys_clear(struct ike_keys *k);
/* SKEYSEED = prf(Ni | Nr, g^ir); SK_* = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr). */
bool ike_keys_derive(struct ike_keys *out, const struct suite *suite, struct bytes ni, struct bytes nr, struct bytes shared,
                     uint64_t spi_i, uint64_t spi_r);
/* A rekeyed IKE SA (2.18): SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr), with the OLD prf. */
bool ike_keys_rekey(struct ike_keys *out, const struct suite *suite, const struct algorithm *old_prf, struct bytes old_d,
                    struct bytes ni, struct bytes nr, struct bytes shared, uint64_t spi_i, uint64_t spi_r);
/* KEYMAT (2.17): prf+(SK_d, [g^ir |] Ni | Nr), cut into encr_i integ_i encr_r integ_r (encr includes the salt). */
struct child_keys {
	struct secret encr_i, integ_i, encr_r, integ_r;
};
void child_keys_clear(struct child_keys *k);
bool child_keys_derive(struct child_keys *out, const struct suite *child, const struct algorithm *ike_prf, struct bytes sk_d,
                       struct bytes shared, struct bytes ni, struct bytes nr);

/* --- sealing: one object for AEADs and for cipher + MAC; used by IKE's SK payload and by ESP without ipsec-mb --- */
struct seal; /* expanded keys of one direction */
/* encr_key includes the salt; integ_key empty for AEADs. NULL: out of memory or a row that is not built. */
struct seal *seal_new(const struct algorithm *encr, const struct algorithm *integ, struct bytes encr_key, struct bytes integ_key);
void seal_free(struct seal *s);
size_t seal_iv_len(const struct seal *s);
size_t seal_icv_len(const struct seal *s);
size_t seal_block_len(const struct seal *s); /* plaintext must be a multiple of it (padding is the caller's) */
/*
 * Encrypts `text` in place and writes the ICV behind it (seal_icv_len bytes at `icv`). `aad` is what is authenticated before
 * the IV: for IKE the header up to the IV, for ESP SPI and sequence number (with ESN: the 64-bit form for AEADs; for cipher+MAC
 * give the high half as `tail`, RFC 4303 2.2.1). `iv` has seal_iv_len bytes: AEADs: unique per key; CBC: unpredictable.
 * False: the library failed, or lengths that nobody may ask for (no multiple of the block, a tail for an AEAD).
 *
 * A seal may be used both ways, one thread at a time: the contexts of a direction are made when it is first used.
 */
bool seal_encrypt(struct seal *s, struct bytes aad, const uint8_t *iv, uint8_t *text, size_t len, struct bytes tail, uint8_t *icv);
/*
 * Verifies first, then decrypts in place. False: ICV wrong (or the library failed); nothing told apart. Of an AEAD's forgery the text
 * is wiped, since the library decrypts while it verifies; of cipher + MAC it is left as it came.
 */
bool seal_decrypt(struct seal *s, struct bytes aad, const uint8_t *iv, uint8_t *text, size_t len, struct bytes tail,
                  const uint8_t *icv);

/* --- key exchange, RFC 7296 2.12, 6989, 8031, 5903, 3526 --- */
#define KE_SEED_LEN 64u  /* random bytes that a private key is made from, the same for each method unless ke_seed_len says more */
size_t ke_seed_len(const struct algorithm *ke); /* 0: not built */
/* The public value of the private key that `seed` determines. value: ke->out_len bytes (arena or secret of the caller). */
bool ke_public(const struct algorithm *ke, struct bytes seed, uint8_t *value, struct reason *why);
/* The shared secret. Checks the peer's value first (length, 1 < y < p-1, on the curve, non-zero result): REASON_KE_VALUE. */
bool ke_agree(const struct algorithm *ke, struct bytes seed, struct bytes peer, struct secret *shared, struct reason *why);

/* --- digests --- */
bool sha1(uint8_t out[20], const struct bytes *parts, size_t count);  /* NAT detection, CERTREQ, key ids */
bool sha256(uint8_t out[32], const struct bytes *parts, size_t count);
