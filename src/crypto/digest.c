/* SPDX-License-Identifier: ISC */
/* Digests of several parts, one behind the other. */
#include "crypto/library.h"

#include "crypto/crypto.h"

bool hash_parts(unsigned number, uint8_t *out, const struct bytes *parts, size_t count)
{
	EVP_MD *md = hash_md(number);
	EVP_MD_CTX *ctx = md ? EVP_MD_CTX_new() : NULL;
	bool ok = ctx && EVP_DigestInit_ex2(ctx, md, NULL) == 1;

	for (size_t i = 0; ok && i < count; i++)
		ok = parts[i].len == 0 || EVP_DigestUpdate(ctx, parts[i].at, parts[i].len) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		library_forget();
	return ok;
}

bool sha1(uint8_t out[20], const struct bytes *parts, size_t count)
{
	return hash_parts(IKEV2_HASH_SHA1, out, parts, count);
}

bool sha256(uint8_t out[32], const struct bytes *parts, size_t count)
{
	return hash_parts(IKEV2_HASH_SHA2_256, out, parts, count);
}
