/* SPDX-License-Identifier: ISC */
/* The arena: blocks of a kilobyte or as large as one piece needs, newest first. */
#include "base/arena.h"

#include <stdlib.h>

#define BLOCK_MIN 1008u
#define ALIGN 16u

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	_Alignas(ALIGN) uint8_t mem[];
};

static struct arena_block *block_new(size_t need)
{
	size_t size = need > BLOCK_MIN ? need : BLOCK_MIN;
	struct arena_block *b = size <= SIZE_MAX - sizeof(*b) ? calloc(1, sizeof(*b) + size) : NULL;

	if (b)
		b->size = size;
	return b;
}

void *arena_take(struct arena *a, size_t size)
{
	size_t limit = a->limit ? a->limit : ARENA_LIMIT;
	size_t need = (size + ALIGN - 1) / ALIGN * ALIGN;
	struct arena_block *b = a->blocks;

	if (need < size || need > limit || a->used > limit - need)
		return NULL;
	if (!b || need > b->size - b->used) {
		b = block_new(need);
		if (!b)
			return NULL;
		b->next = a->blocks;
		a->blocks = b;
	}
	b->used += need;
	a->used += need;
	return b->mem + b->used - need;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return NULL;
	return arena_take(a, count * size);
}

struct bytes arena_copy(struct arena *a, struct bytes b)
{
	void *p = b.len ? arena_take(a, b.len) : NULL;

	if (!p)
		return bytes_none();
	memcpy(p, b.at, b.len);
	return bytes(p, b.len);
}

char *arena_str(struct arena *a, struct bytes b)
{
	char *p = b.len < SIZE_MAX ? arena_take(a, b.len + 1) : NULL;

	if (p && b.len)
		memcpy(p, b.at, b.len);
	return p;
}

void arena_clear(struct arena *a)
{
	struct arena_block *b = a->blocks, *next;

	for (; b; b = next) {
		next = b->next;
		wipe(b->mem, b->used);
		free(b);
	}
	a->blocks = NULL;
	a->used = 0;
}
