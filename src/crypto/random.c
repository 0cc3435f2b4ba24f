/* SPDX-License-Identifier: ISC */
/* The two random generators of production: OpenSSL keeps one DRBG for what is public and one for what is private. */
#include <limits.h>
#include <openssl/rand.h>

#include "crypto/crypto.h"

bool crypto_random(void *host, enum random_kind kind, uint8_t *out, size_t len)
{
	(void)host;
	if (len > INT_MAX)
		return false;
	return (kind == RANDOM_PRIVATE ? RAND_priv_bytes(out, (int)len) : RAND_bytes(out, (int)len)) == 1;
}
