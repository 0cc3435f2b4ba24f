/* SPDX-License-Identifier: ISC */
/* Interned strings: a chained hash table that doubles. */
#include "config/intern.h"

#include <stdlib.h>

struct entry {
	struct entry *next;
	uint64_t hash;
	size_t len;
	char text[];
};

static struct entry **heads;
static size_t head_count, entry_count;

/* FNV-1a: the texts are the administrator's own, no one attacks the table. */
static uint64_t hash_of(struct bytes text)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < text.len; i++)
		h = (h ^ text.at[i]) * 0x100000001b3u;
	return h;
}

static bool grow(void)
{
	size_t count = head_count ? head_count * 2 : 256;
	struct entry **fresh = calloc(count, sizeof(struct entry *));

	if (!fresh)
		return head_count > 0; /* longer chains then */
	for (size_t i = 0; i < head_count; i++) {
		for (struct entry *e = heads[i], *next; e; e = next) {
			next = e->next;
			e->next = fresh[e->hash % count];
			fresh[e->hash % count] = e;
		}
	}
	free(heads);
	heads = fresh;
	head_count = count;
	return true;
}

const char *conf_intern(struct bytes text)
{
	uint64_t hash = hash_of(text);
	struct entry *e;

	if (entry_count >= head_count && !grow())
		return NULL;
	for (e = heads[hash % head_count]; e; e = e->next) {
		if (e->hash == hash && bytes_equal(bytes(e->text, e->len), text))
			return e->text;
	}
	e = malloc(sizeof(*e) + text.len + 1);
	if (!e)
		return NULL;
	e->hash = hash;
	e->len = text.len;
	if (text.len)
		memcpy(e->text, text.at, text.len);
	e->text[text.len] = '\0';
	e->next = heads[hash % head_count];
	heads[hash % head_count] = e;
	entry_count++;
	return e->text;
}

void conf_intern_clear(void)
{
	for (size_t i = 0; i < head_count; i++) {
		for (struct entry *e = heads[i], *next; e; e = next) {
			next = e->next;
			free(e);
		}
	}
	free(heads);
	heads = NULL;
	head_count = entry_count = 0;
}
