/* SPDX-License-Identifier: ISC */
/* Text that grows. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Room for `more` characters and the NUL. */
static bool reserve(struct text *t, size_t more)
{
	size_t cap = t->cap ? t->cap : 128;
	char *at;

	if (t->failed || more > SIZE_MAX / 4 - t->len - 1)
		return !(t->failed = true);
	if (t->len + more + 1 <= t->cap)
		return true;
	while (cap < t->len + more + 1)
		cap *= 2;
	at = realloc(t->at, cap);
	if (!at)
		return !(t->failed = true);
	t->at = at;
	t->cap = cap;
	return true;
}

void text_add(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0 || !reserve(t, (size_t)n)) {
		t->failed = true;
		return;
	}
	va_start(args, format);
	(void)vsnprintf(t->at + t->len, t->cap - t->len, format, args);
	va_end(args);
	t->len += (size_t)n;
}

void text_add_bytes(struct text *t, struct bytes b)
{
	if (!reserve(t, b.len))
		return;
	if (b.len)
		memcpy(t->at + t->len, b.at, b.len);
	t->len += b.len;
	t->at[t->len] = '\0';
}

void text_add_safe(struct text *t, struct bytes b)
{
	for (size_t i = 0; i < b.len; i++) {
		if (b.at[i] >= 0x20 && b.at[i] < 0x7f && b.at[i] != '\\')
			text_add_bytes(t, bytes(b.at + i, 1));
		else
			text_add(t, "\\x%02x", b.at[i]);
	}
}

void text_add_hex(struct text *t, struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		text_add(t, "%02x", b.at[i]);
}

const char *text_str(const struct text *t)
{
	return t->at ? t->at : "";
}

void text_clear(struct text *t)
{
	free(t->at);
	*t = (struct text){ 0 };
}
