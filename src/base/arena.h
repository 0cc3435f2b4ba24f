/* SPDX-License-Identifier: ISC */
/*
 * An arena: memory that is taken piece by piece and given back at once. One belongs to every exchange.
 *
 * All memory comes zeroed and aligned for any type; it is wiped when cleared, since an exchange's memory may hold
 * keys. Bounded: past `limit` bytes arena_take gives NULL, as when memory is out. A zeroed struct is an empty arena
 * with ARENA_LIMIT. Not thread-safe; one owner.
 */
#pragma once

#include "base/bytes.h"

#define ARENA_LIMIT (1u << 20)

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used, limit;         /* limit 0: ARENA_LIMIT */
};

void *arena_take(struct arena *a, size_t size);                   /* NULL: out of memory, or past the limit */
void *arena_array(struct arena *a, size_t count, size_t size);    /* NULL also when count x size overflows */
struct bytes arena_copy(struct arena *a, struct bytes b);         /* empty when out of memory (or b empty) */
char *arena_str(struct arena *a, struct bytes b);                 /* with a NUL behind; NULL: out of memory */
void arena_clear(struct arena *a);                                /* wipes and frees all; usable again */
