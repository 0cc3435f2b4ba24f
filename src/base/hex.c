/* SPDX-License-Identifier: ISC */
/* Hexadecimal text. */
#include "base/hex.h"

bool hex_parse(struct bytes *out, struct bytes text, struct arena *arena)
{
	uint8_t *at = arena_take(arena, text.len / 2 + 1);
	size_t n = 0;

	*out = bytes_none();
	if (!at)
		return false;
	for (size_t i = 0; i < text.len; i += 2) {
		int high, low;

		if (text.at[i] == ':' && n > 0)
			i++;
		if (text.len - i < 2)
			return false;
		high = hex_digit(text.at[i]);
		low = hex_digit(text.at[i + 1]);
		if (high < 0 || low < 0)
			return false;
		at[n++] = (uint8_t)(high << 4 | low);
	}
	*out = bytes(at, n);
	return n > 0;
}
