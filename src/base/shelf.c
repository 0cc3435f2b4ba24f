/* SPDX-License-Identifier: ISC */
/* Shelves: one is open and filled from left to right; each piece knows its shelf. */
#include "base/shelf.h"

#include <stdlib.h>

#define ALIGN 16u

struct shelf {
	size_t size, used, pieces;
	_Alignas(ALIGN) uint8_t mem[];
};

struct piece {
	struct shelf *shelf;
	_Alignas(ALIGN) uint8_t mem[];
};

static struct shelf *shelf_new(size_t least)
{
	size_t size = least > SHELF_SIZE - sizeof(struct shelf) ? least : SHELF_SIZE - sizeof(struct shelf);
	struct shelf *fresh = size <= SIZE_MAX - sizeof(*fresh) ? malloc(sizeof(*fresh) + size) : NULL;

	if (fresh)
		*fresh = (struct shelf){ .size = size };
	return fresh;
}

void *shelf_take(struct shelves *s, size_t size)
{
	size_t need = (size + ALIGN - 1) / ALIGN * ALIGN + sizeof(struct piece);
	struct shelf *shelf = s->open;
	struct piece *piece;

	if (need < size)
		return NULL;
	if (!shelf || need > shelf->size - shelf->used) {
		shelf = shelf_new(need);
		if (!shelf)
			return NULL;
		if (s->open && s->open->pieces == 0)
			free(s->open);
		s->open = shelf; /* the old one goes with its last piece */
	}
	piece = (struct piece *)(void *)(shelf->mem + shelf->used);
	piece->shelf = shelf;
	shelf->used += need;
	shelf->pieces++;
	return piece->mem;
}

void shelf_give(struct shelves *s, void *at)
{
	struct shelf *shelf;

	if (!at)
		return;
	shelf = ((struct piece *)(void *)((uint8_t *)at - offsetof(struct piece, mem)))->shelf;
	if (--shelf->pieces > 0)
		return;
	if (shelf == s->open)
		shelf->used = 0;
	else
		free(shelf);
}

void shelves_clear(struct shelves *s)
{
	free(s->open);
	*s = (struct shelves){ 0 };
}
