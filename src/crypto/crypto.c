/* SPDX-License-Identifier: ISC */
/* Starting and stopping: every algorithm is fetched here, once, and found by its row of the algorithm table. */
#include "crypto/crypto.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "crypto/library.h"

static const struct hash hashes[HASH_COUNT] = {
	[IKEV2_HASH_SHA1] = { IKEV2_HASH_SHA1, "SHA1", 20 },
	[IKEV2_HASH_SHA2_256] = { IKEV2_HASH_SHA2_256, "SHA256", 32 },
	[IKEV2_HASH_SHA2_384] = { IKEV2_HASH_SHA2_384, "SHA384", 48 },
	[IKEV2_HASH_SHA2_512] = { IKEV2_HASH_SHA2_512, "SHA512", 64 },
};

static const struct cipher_row {
	uint16_t id, key_len;
	const char *name;
} ciphers[] = {
	{ IKEV2_ENCR_AES_GCM_16, 16, "AES-128-GCM" },
	{ IKEV2_ENCR_AES_GCM_16, 24, "AES-192-GCM" },
	{ IKEV2_ENCR_AES_GCM_16, 32, "AES-256-GCM" },
	{ IKEV2_ENCR_AES_CBC, 16, "AES-128-CBC" },
	{ IKEV2_ENCR_AES_CBC, 24, "AES-192-CBC" },
	{ IKEV2_ENCR_AES_CBC, 32, "AES-256-CBC" },
	{ IKEV2_ENCR_CHACHA20_POLY1305, 32, "ChaCha20-Poly1305" },
};

static const struct hmac_row {
	uint8_t type;
	uint16_t id, hash;
} hmacs[] = {
	{ TRANSFORM_PRF, IKEV2_PRF_HMAC_SHA1, IKEV2_HASH_SHA1 },
	{ TRANSFORM_PRF, IKEV2_PRF_HMAC_SHA2_256, IKEV2_HASH_SHA2_256 },
	{ TRANSFORM_PRF, IKEV2_PRF_HMAC_SHA2_384, IKEV2_HASH_SHA2_384 },
	{ TRANSFORM_PRF, IKEV2_PRF_HMAC_SHA2_512, IKEV2_HASH_SHA2_512 },
	{ TRANSFORM_INTEG, IKEV2_INTEG_HMAC_SHA1_96, IKEV2_HASH_SHA1 },
	{ TRANSFORM_INTEG, IKEV2_INTEG_HMAC_SHA2_256_128, IKEV2_HASH_SHA2_256 },
	{ TRANSFORM_INTEG, IKEV2_INTEG_HMAC_SHA2_384_192, IKEV2_HASH_SHA2_384 },
	{ TRANSFORM_INTEG, IKEV2_INTEG_HMAC_SHA2_512_256, IKEV2_HASH_SHA2_512 },
};

/* Written by crypto_start and crypto_stop alone, before and after all threads. */
static struct {
	unsigned starts;
	EVP_MD *md[HASH_COUNT];
	EVP_CIPHER *cipher[COUNT_OF(ciphers)];
	EVP_MAC *hmac;
	EVP_MAC_CTX *hmac_like[HASH_COUNT]; /* copied instead of looking the digest up by its name each time */
} library;

static EVP_MAC_CTX *hmac_template(const struct hash *h)
{
	static const uint8_t any[1] = { 0 };
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(library.hmac);
	char name[16];
	OSSL_PARAM params[2] = { OSSL_PARAM_END, OSSL_PARAM_END };

	(void)strncpy(name, h->name, sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0);
	if (ctx && EVP_MAC_init(ctx, any, sizeof(any), params) == 1)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	return NULL;
}

static bool fetch_all(void)
{
	bool ok;

	library.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	ok = library.hmac != NULL;
	for (size_t i = 1; ok && i < HASH_COUNT; i++) {
		library.md[i] = EVP_MD_fetch(NULL, hashes[i].name, NULL);
		library.hmac_like[i] = hmac_template(&hashes[i]);
		ok = library.md[i] && library.hmac_like[i];
	}
	for (size_t i = 0; ok && i < COUNT_OF(ciphers); i++) {
		library.cipher[i] = EVP_CIPHER_fetch(NULL, ciphers[i].name, NULL);
		ok = library.cipher[i] != NULL;
	}
	return ok && ke_start();
}

static void free_all(void)
{
	ke_stop();
	for (size_t i = 0; i < COUNT_OF(ciphers); i++)
		EVP_CIPHER_free(library.cipher[i]);
	for (size_t i = 0; i < HASH_COUNT; i++) {
		EVP_MD_free(library.md[i]);
		EVP_MAC_CTX_free(library.hmac_like[i]);
	}
	EVP_MAC_free(library.hmac);
	memset(&library, 0, sizeof(library));
}

bool crypto_start(struct reason *why)
{
	if (library.starts == 0 && !fetch_all()) {
		free_all();
		library_forget();
		return refuse_text(why, REASON_SYSTEM, 0, "the cryptographic library lacks an algorithm that adit needs");
	}
	library_forget();
	library.starts++;
	return true;
}

void crypto_stop(void)
{
	if (library.starts > 0 && --library.starts == 0)
		free_all();
}

const struct hash *hash_find(unsigned number)
{
	return number > 0 && number < HASH_COUNT ? &hashes[number] : NULL;
}

EVP_MD *hash_md(unsigned number)
{
	return number < HASH_COUNT ? library.md[number] : NULL;
}

static unsigned hmac_hash(unsigned type, const struct algorithm *row)
{
	for (size_t i = 0; row && i < COUNT_OF(hmacs); i++)
		if (hmacs[i].type == type && row->type == type && hmacs[i].id == row->id)
			return hmacs[i].hash;
	return 0;
}

unsigned prf_hash(const struct algorithm *prf)
{
	return hmac_hash(TRANSFORM_PRF, prf);
}

unsigned integ_hash(const struct algorithm *integ)
{
	return hmac_hash(TRANSFORM_INTEG, integ);
}

EVP_CIPHER *encr_cipher(const struct algorithm *encr)
{
	for (size_t i = 0; encr && encr->type == TRANSFORM_ENCR && i < COUNT_OF(ciphers); i++)
		if (ciphers[i].id == encr->id && ciphers[i].key_len == encr->key_len)
			return library.cipher[i];
	return NULL;
}

bool crypto_implements(const struct algorithm *row)
{
	switch (row->type) {
	case TRANSFORM_ENCR: return encr_cipher(row) != NULL;
	case TRANSFORM_PRF: return prf_hash(row) != 0;
	case TRANSFORM_INTEG: return integ_hash(row) != 0;
	case TRANSFORM_KE: return ke_group_find(row) != NULL;
	default: return false;
	}
}

EVP_MAC_CTX *hmac_new(unsigned hash, struct bytes key)
{
	static const uint8_t empty[1] = { 0 };
	EVP_MAC_CTX *ctx;

	if (hash == 0 || hash >= HASH_COUNT || !library.hmac_like[hash])
		return NULL;
	ctx = EVP_MAC_CTX_dup(library.hmac_like[hash]);
	/* An empty key is a key; NULL would mean "the key that was there". */
	if (ctx && EVP_MAC_init(ctx, key.len > 0 ? key.at : empty, key.len, NULL) == 1)
		return ctx;
	EVP_MAC_CTX_free(ctx);
	library_forget();
	return NULL;
}

bool hmac_parts(EVP_MAC_CTX *ctx, uint8_t *out, const struct bytes *parts, size_t count)
{
	size_t len;
	bool ok = EVP_MAC_init(ctx, NULL, 0, NULL) == 1;

	for (size_t i = 0; ok && i < count; i++)
		ok = parts[i].len == 0 || EVP_MAC_update(ctx, parts[i].at, parts[i].len) == 1;
	ok = ok && EVP_MAC_final(ctx, out, &len, DIGEST_MAX) == 1;
	if (!ok)
		library_forget();
	return ok;
}

struct bytes library_words(struct arena *arena)
{
	unsigned long code = ERR_peek_last_error();
	const char *words = code ? ERR_reason_error_string(code) : NULL;
	struct bytes said = arena_copy(arena, bytes_str(words ? words : "unsupported"));

	ERR_clear_error();
	return said;
}

void library_forget(void)
{
	ERR_clear_error();
}
