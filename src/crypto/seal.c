/* SPDX-License-Identifier: ISC */
/*
 * Sealing: AEADs (RFC 4106, 5282, 7634) and cipher with MAC (RFC 3602, 4868), encrypt-then-MAC.
 *
 * The library's contexts are keyed once, when a direction is first used; each packet sets only the IV.
 */
#include "crypto/crypto.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "crypto/library.h"

#define NONCE_LEN 12u /* AEADs: salt, then the IV of the wire */

enum direction { DECRYPT = 0,
	ENCRYPT = 1 };

struct seal {
	bool aead;
	size_t iv_len, icv_len, block_len, salt_len;
	uint8_t salt[NONCE_LEN];
	EVP_CIPHER *cipher;         /* borrows from the library */
	struct secret key;          /* without the salt */
	EVP_CIPHER_CTX *context[2]; /* by direction; NULL until used */
	EVP_MAC_CTX *mac;           /* NULL: an AEAD */
};

static bool rows_fit(const struct algorithm *encr, const struct algorithm *integ, struct bytes encr_key, struct bytes integ_key)
{
	if (!encr_cipher(encr) || encr->block_len == 0 || encr_key.len != (size_t)encr->key_len + encr->salt_len)
		return false;
	if (encr->flags & ALG_AEAD)
		return !integ && integ_key.len == 0 && encr->icv_len == 16 && encr->salt_len + encr->iv_len == NONCE_LEN;
	return integ_hash(integ) != 0 && integ_key.len == integ->key_len && encr->iv_len == encr->block_len &&
	    integ->icv_len <= hash_find(integ_hash(integ))->len;
}

struct seal *seal_new(const struct algorithm *encr, const struct algorithm *integ, struct bytes encr_key, struct bytes integ_key)
{
	struct seal *s;

	if (!rows_fit(encr, integ, encr_key, integ_key))
		return NULL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->aead = (encr->flags & ALG_AEAD) != 0;
	s->iv_len = encr->iv_len;
	s->icv_len = s->aead ? encr->icv_len : integ->icv_len;
	s->block_len = encr->block_len;
	s->salt_len = encr->salt_len;
	s->cipher = encr_cipher(encr);
	if (s->salt_len > 0)
		memcpy(s->salt, encr_key.at + encr->key_len, s->salt_len);
	if (!s->aead)
		s->mac = hmac_new(integ_hash(integ), integ_key);
	if (!secret_set(&s->key, bytes(encr_key.at, encr->key_len)) || (!s->aead && !s->mac)) {
		seal_free(s);
		return NULL;
	}
	return s;
}

void seal_free(struct seal *s)
{
	if (!s)
		return;
	EVP_CIPHER_CTX_free(s->context[DECRYPT]);
	EVP_CIPHER_CTX_free(s->context[ENCRYPT]);
	EVP_MAC_CTX_free(s->mac);
	secret_clear(&s->key);
	wipe(s, sizeof(*s));
	free(s);
}

size_t seal_iv_len(const struct seal *s)
{
	return s->iv_len;
}

size_t seal_icv_len(const struct seal *s)
{
	return s->icv_len;
}

size_t seal_block_len(const struct seal *s)
{
	return s->block_len;
}

/* The keyed context of a direction, made at its first use. */
static EVP_CIPHER_CTX *keyed(struct seal *s, enum direction way)
{
	EVP_CIPHER_CTX *ctx = s->context[way];

	if (ctx)
		return ctx;
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx || EVP_CipherInit_ex2(ctx, s->cipher, s->key.at, NULL, way, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1) {
		EVP_CIPHER_CTX_free(ctx);
		return NULL;
	}
	s->context[way] = ctx;
	return ctx;
}

/* One pass over the text under a fresh IV: aad, then the text in place. The ICV comes after (encrypt) or was set before. */
static bool pass(EVP_CIPHER_CTX *ctx, struct bytes aad, uint8_t *text, size_t len)
{
	int done = 0;

	if (aad.len > 0 && EVP_CipherUpdate(ctx, NULL, &done, aad.at, (int)aad.len) != 1)
		return false;
	return len == 0 || (EVP_CipherUpdate(ctx, text, &done, text, (int)len) == 1 && (size_t)done == len);
}

static bool aead_pass(struct seal *s, enum direction way, struct bytes aad, const uint8_t *iv, uint8_t *text, size_t len,
    uint8_t *icv)
{
	uint8_t nonce[NONCE_LEN], none[16];
	const OSSL_PARAM tag[] = { OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, icv, s->icv_len),
		OSSL_PARAM_END };
	OSSL_PARAM get[] = { tag[0], OSSL_PARAM_END };
	EVP_CIPHER_CTX *ctx = keyed(s, way);
	int done = 0;

	memcpy(nonce, s->salt, s->salt_len);
	memcpy(nonce + s->salt_len, iv, s->iv_len);
	if (!ctx || EVP_CipherInit_ex2(ctx, NULL, NULL, nonce, way, NULL) != 1)
		return false;
	if (way == DECRYPT && EVP_CIPHER_CTX_set_params(ctx, tag) != 1)
		return false;
	return pass(ctx, aad, text, len) && EVP_CipherFinal_ex(ctx, none, &done) == 1 && done == 0 &&
	    (way == DECRYPT || EVP_CIPHER_CTX_get_params(ctx, get) == 1);
}

static bool cbc_pass(struct seal *s, enum direction way, const uint8_t *iv, uint8_t *text, size_t len)
{
	EVP_CIPHER_CTX *ctx = keyed(s, way);

	return ctx && EVP_CipherInit_ex2(ctx, NULL, NULL, iv, way, NULL) == 1 && pass(ctx, bytes_none(), text, len);
}

/* aad | iv | ciphertext | tail: what RFC 7296 3.14 and RFC 4303 2.8 call the integrity-protected range. */
static bool mac_of(struct seal *s, uint8_t whole[DIGEST_MAX], struct bytes aad, const uint8_t *iv, const uint8_t *text,
    size_t len, struct bytes tail)
{
	const struct bytes parts[] = { aad, bytes(iv, s->iv_len), bytes(text, len), tail };

	return hmac_parts(s->mac, whole, parts, COUNT_OF(parts));
}

/* What our callers must see to; a false one is refused before anything is touched. */
static bool lengths_fit(const struct seal *s, struct bytes aad, size_t len, struct bytes tail)
{
	return len <= INT_MAX && aad.len <= INT_MAX && len % s->block_len == 0 && (!s->aead || tail.len == 0);
}

bool seal_encrypt(struct seal *s, struct bytes aad, const uint8_t *iv, uint8_t *text, size_t len, struct bytes tail, uint8_t *icv)
{
	uint8_t whole[DIGEST_MAX];
	bool ok;

	if (!lengths_fit(s, aad, len, tail))
		return false;
	if (s->aead) {
		ok = aead_pass(s, ENCRYPT, aad, iv, text, len, icv);
	} else {
		ok = cbc_pass(s, ENCRYPT, iv, text, len) && mac_of(s, whole, aad, iv, text, len, tail);
		if (ok)
			memcpy(icv, whole, s->icv_len);
	}
	if (!ok)
		library_forget();
	return ok;
}

bool seal_decrypt(struct seal *s, struct bytes aad, const uint8_t *iv, uint8_t *text, size_t len, struct bytes tail,
    const uint8_t *icv)
{
	uint8_t whole[DIGEST_MAX], tag[DIGEST_MAX];
	bool ok;

	if (!lengths_fit(s, aad, len, tail))
		return false;
	if (s->aead) {
		memcpy(tag, icv, s->icv_len);
		ok = aead_pass(s, DECRYPT, aad, iv, text, len, tag);
		if (!ok)
			wipe(text, len); /* the library decrypts before it verifies: nobody sees that */
	} else {
		ok = mac_of(s, whole, aad, iv, text, len, tail) &&
		    bytes_equal_secret(bytes(whole, s->icv_len), bytes(icv, s->icv_len)) && cbc_pass(s, DECRYPT, iv, text, len);
		wipe(whole, sizeof(whole));
	}
	if (!ok)
		library_forget();
	return ok;
}
