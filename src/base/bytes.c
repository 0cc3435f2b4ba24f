/* SPDX-License-Identifier: ISC */
/* Slices of bytes: the constant-time compare and the wipe that stays. */
#include "base/bytes.h"

bool bytes_equal_secret(struct bytes a, struct bytes b)
{
	volatile uint8_t differ = 0;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		differ = (uint8_t)(differ | (a.at[i] ^ b.at[i]));
	return differ == 0;
}

bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
			return false;
	return true;
}

void wipe(void *at, size_t len)
{
	if (len > 0)
		explicit_bzero(at, len);
}
