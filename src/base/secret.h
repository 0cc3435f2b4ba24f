/* SPDX-License-Identifier: ISC */
/*
 * Bytes that must not stay in memory: wiped when cleared, moved and never shared. A zeroed struct is an empty secret.
 * Each function that gives a secret clears what was there before.
 */
#pragma once

#include "base/bytes.h"

struct secret {
	uint8_t *at; /* owned */
	size_t len;
};

bool secret_new(struct secret *s, size_t len);          /* zeroed; false: out of memory */
bool secret_set(struct secret *s, struct bytes from);   /* a copy; false: out of memory */
void secret_move(struct secret *to, struct secret *from);
void secret_clear(struct secret *s);

static inline struct bytes secret_bytes(const struct secret *s)
{
	return bytes(s->at, s->len);
}
