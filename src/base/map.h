/* SPDX-License-Identifier: ISC */
/*
 * A map from 64-bit keys to pointers: open addressing, grown at three quarters. Keys that a peer can choose are hashed
 * with siphash under a secret seed first. The map owns its slots, not what they point at. A zeroed struct is empty.
 */
#pragma once

#include "base/bytes.h"

struct map_slot {
	uint64_t key;
	void *value; /* NULL: free */
};

struct map {
	struct map_slot *slots; /* owned; cap is a power of two */
	size_t count, cap;
};

void *map_get(const struct map *m, uint64_t key);
bool map_put(struct map *m, uint64_t key, void *value); /* replaces; value not NULL; false: out of memory */
void *map_remove(struct map *m, uint64_t key);          /* what was there, or NULL */
/* The next value at or behind *at; NULL at the end. Start with *at = 0. The map must not change in between. */
void *map_next(const struct map *m, size_t *at);
void map_clear(struct map *m);

/* SipHash-2-4 (Aumasson, Bernstein 2012) of `data`. */
uint64_t siphash(const uint8_t seed[16], struct bytes data);
