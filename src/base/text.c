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

#define NEAREST_MAX 64u

struct text_nearest text_nearest(struct bytes word)
{
	return (struct text_nearest){ word, NULL, (word.len + 2) / 3 + 1 };
}

/* Letters to insert, remove or replace (Levenshtein), one row of the matrix at a time. Both at most NEAREST_MAX long. */
static size_t distance(struct bytes a, struct bytes b)
{
	size_t row[NEAREST_MAX + 1];

	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t best = diagonal + (ascii_lower(a.at[i - 1]) != ascii_lower(b.at[j - 1]));
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[b.len];
}

void text_nearest_try(struct text_nearest *n, const char *known)
{
	struct bytes candidate = bytes_str(known);
	size_t d;

	if (n->word.len > NEAREST_MAX || candidate.len > NEAREST_MAX)
		return;
	d = distance(n->word, candidate);
	if (d > 1 && n->word.len >= 3 && candidate.len > n->word.len &&
	    distance(n->word, bytes(candidate.at, n->word.len)) == 0)
		d = 1; /* a word that was not finished */
	if (d < n->distance) {
		n->best = known;
		n->distance = d;
	}
}
