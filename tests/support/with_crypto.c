/* SPDX-License-Identifier: ISC */
#include "support/with_crypto.h"

#include "crypto/crypto.h"

int with_crypto(void **state)
{
	struct reason why;

	(void)state;
	return crypto_start(&why) ? 0 : -1;
}

int without_crypto(void **state)
{
	(void)state;
	crypto_stop();
	return 0;
}
