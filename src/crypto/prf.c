/* SPDX-License-Identifier: ISC */
/* prf and prf+, RFC 7296 2.13. All PRFs that are built are HMACs (RFC 2104, 4868): their key may have any length. */
#include "crypto/crypto.h"
#include "crypto/library.h"

bool prf(const struct algorithm *prf, uint8_t *out, struct bytes key, const struct bytes *parts, size_t count)
{
	uint8_t whole[DIGEST_MAX];
	EVP_MAC_CTX *ctx;
	bool ok;

	if (prf_hash(prf) == 0 || hash_find(prf_hash(prf))->len != prf->out_len)
		return false;
	ctx = hmac_new(prf_hash(prf), key);
	ok = ctx && hmac_parts(ctx, whole, parts, count);
	if (ok)
		memcpy(out, whole, prf->out_len);
	wipe(whole, sizeof(whole));
	EVP_MAC_CTX_free(ctx);
	return ok;
}

#define PLUS_PARTS 8 /* of the seed: at most nonces, SPIs, secrets */

/* T1 = prf(K, S | 0x01), Tn = prf(K, Tn-1 | S | n); the number is one byte, hence 255 blocks. */
bool prf_plus(const struct algorithm *prf, struct secret *out, struct bytes key, const struct bytes *parts, size_t count)
{
	uint8_t block[DIGEST_MAX], number = 0;
	struct bytes seed[1 + PLUS_PARTS + 1]; /* the last block, the parts, the number */
	size_t len, made = 0;
	EVP_MAC_CTX *ctx;
	bool ok;

	if (prf_hash(prf) == 0 || count > PLUS_PARTS)
		return false;
	len = hash_find(prf_hash(prf))->len;
	if (out->len > 255 * len)
		return false;
	ctx = hmac_new(prf_hash(prf), key);
	ok = ctx != NULL;
	seed[0] = bytes_none();
	for (size_t i = 0; i < count; i++)
		seed[1 + i] = parts[i];
	seed[1 + count] = bytes(&number, 1);
	while (ok && made < out->len) {
		size_t take = out->len - made < len ? out->len - made : len;

		number++;
		ok = hmac_parts(ctx, block, seed, count + 2);
		if (ok)
			memcpy(out->at + made, block, take);
		seed[0] = bytes(block, len);
		made += take;
	}
	if (!ok)
		wipe(out->at, out->len);
	wipe(block, sizeof(block));
	EVP_MAC_CTX_free(ctx);
	return ok;
}
