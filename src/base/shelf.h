/* SPDX-License-Identifier: ISC */
/*
 * Memory for pieces that live for minutes among objects that live for days. Taken from malloc one by one they would lie between those, and
 * leave holes when they go, so that the program would stay as large as it ever was. Here they stand together on shelves, in
 * the order in which they came; a shelf goes back whole with its last piece.
 *
 * What is taken early should be given back early: one piece that stays keeps its shelf. A zeroed struct is empty. Pieces are
 * aligned for any type and not zeroed. Not thread-safe; one owner.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHELF_SIZE (128u * 1024u)

struct shelf;

struct shelves {
	struct shelf *open; /* the newest; owned, as all others that hold pieces */
};

void *shelf_take(struct shelves *s, size_t size);   /* NULL: out of memory */
void shelf_give(struct shelves *s, void *piece);    /* NULL is fine */
/* Gives the open shelf back. Every piece was given back before. */
void shelves_clear(struct shelves *s);
