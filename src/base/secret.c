/* SPDX-License-Identifier: ISC */
/* Secrets: memory that is wiped before it goes. */
#include "base/secret.h"

#include <stdlib.h>

bool secret_new(struct secret *s, size_t len)
{
	secret_clear(s);
	if (len == 0)
		return true;
	s->at = calloc(1, len);
	if (!s->at)
		return false;
	s->len = len;
	return true;
}

bool secret_set(struct secret *s, struct bytes from)
{
	struct secret fresh = { 0 };

	if (!secret_new(&fresh, from.len))
		return false;
	if (from.len)
		memcpy(fresh.at, from.at, from.len);
	secret_move(s, &fresh);
	return true;
}

void secret_move(struct secret *to, struct secret *from)
{
	if (to == from)
		return;
	secret_clear(to);
	*to = *from;
	*from = (struct secret){ 0 };
}

void secret_clear(struct secret *s)
{
	if (s->at) {
		wipe(s->at, s->len);
		free(s->at);
	}
	*s = (struct secret){ 0 };
}
