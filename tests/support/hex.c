/* SPDX-License-Identifier: ISC */
/*
 * Hex to bytes; see the header.
 */
#include "support/hex.h"

#include <stdio.h>
#include <stdlib.h>

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

struct bytes hex(struct arena *arena, const char *digits)
{
	uint8_t *out = arena_take(arena, strlen(digits) / 2 + 1);
	size_t n = 0;
	bool bad = !out;

	for (const char *c = digits; *c && !bad; c++) {
		int v = nibble(*c);

		if (*c == ' ' || *c == '\n')
			continue;
		if (v < 0)
			bad = true;
		else
			out[n / 2] = (uint8_t)(out[n / 2] << 4 | v);
		n++;
	}
	if (bad || n % 2 != 0) {
		fprintf(stderr, "not hex, or no memory: %s\n", digits);
		abort();
	}
	return n > 0 ? bytes(out, n / 2) : bytes_none();
}
