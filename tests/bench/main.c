/* SPDX-License-Identifier: ISC */
/* adit-bench: figures of one run on one machine; only their ratios mean something elsewhere. */
#include <stdio.h>

#include "bench_crypto.h"
#include "crypto/crypto.h"

int main(void)
{
	struct reason why;

	if (!crypto_start(&why)) {
		fprintf(stderr, "adit-bench: %.*s\n", (int)why.about.bytes.len, (const char *)why.about.bytes.at);
		return 1;
	}
	bench_crypto();
	crypto_stop();
	return 0;
}
