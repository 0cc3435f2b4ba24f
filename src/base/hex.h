/* SPDX-License-Identifier: ISC */
/* Hexadecimal text to bytes. */
#pragma once

#include "base/arena.h"

/* Pairs of digits, with or without colons between. False: anything else, nothing at all, or out of memory. */
bool hex_parse(struct bytes *out, struct bytes text, struct arena *arena);

/* -1: no digit */
static inline int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
