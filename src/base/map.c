/* SPDX-License-Identifier: ISC */
/* Map with linear probing and backward-shift removal; SipHash-2-4. */
#include "base/map.h"

#include <stdlib.h>

static size_t home(const struct map *m, uint64_t key)
{
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccdu;
	key ^= key >> 33;
	return (size_t)key & (m->cap - 1);
}

static size_t find(const struct map *m, uint64_t key)
{
	size_t i = home(m, key);

	while (m->slots[i].value && m->slots[i].key != key)
		i = (i + 1) & (m->cap - 1);
	return i;
}

void *map_get(const struct map *m, uint64_t key)
{
	return m->cap ? m->slots[find(m, key)].value : NULL;
}

static bool grow(struct map *m)
{
	struct map bigger = { .cap = m->cap ? m->cap * 2 : 16, .count = m->count };

	if ((m->count + 1) * 4 <= m->cap * 3)
		return true;
	bigger.slots = calloc(bigger.cap, sizeof(struct map_slot));
	if (!bigger.slots)
		return false;
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].value)
			bigger.slots[find(&bigger, m->slots[i].key)] = m->slots[i];
	free(m->slots);
	*m = bigger;
	return true;
}

bool map_put(struct map *m, uint64_t key, void *value)
{
	size_t i;

	/* what is replaced needs no room, and cannot fail */
	if (!map_get(m, key) && !grow(m))
		return false;
	i = find(m, key);
	m->count += m->slots[i].value == NULL;
	m->slots[i] = (struct map_slot){ key, value };
	return true;
}

void *map_remove(struct map *m, uint64_t key)
{
	size_t mask = m->cap - 1, hole, i;
	void *value;

	if (!m->cap)
		return NULL;
	hole = find(m, key);
	value = m->slots[hole].value;
	if (!value)
		return NULL;
	m->count--;
	/* close the gap: what probed past the hole moves into it */
	for (i = (hole + 1) & mask; m->slots[i].value; i = (i + 1) & mask) {
		size_t want = home(m, m->slots[i].key);
		if (((i - want) & mask) >= ((i - hole) & mask)) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole].value = NULL;
	return value;
}

void *map_next(const struct map *m, size_t *at)
{
	while (*at < m->cap) {
		void *value = m->slots[(*at)++].value;
		if (value)
			return value;
	}
	return NULL;
}

void map_clear(struct map *m)
{
	free(m->slots);
	*m = (struct map){ 0 };
}

static uint64_t le64(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static uint64_t rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static void sip_rounds(uint64_t v[4], unsigned n)
{
	while (n-- > 0) {
		v[0] += v[1];
		v[1] = rotl(v[1], 13) ^ v[0];
		v[0] = rotl(v[0], 32);
		v[2] += v[3];
		v[3] = rotl(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = rotl(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = rotl(v[1], 17) ^ v[2];
		v[2] = rotl(v[2], 32);
	}
}

uint64_t siphash(const uint8_t seed[16], struct bytes data)
{
	uint64_t k0 = le64(seed, 8), k1 = le64(seed + 8, 8), word;
	uint64_t v[4] = { k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
		          k1 ^ 0x7465646279746573u };
	size_t at = 0;

	for (; at + 8 <= data.len; at += 8) {
		word = le64(data.at + at, 8);
		v[3] ^= word;
		sip_rounds(v, 2);
		v[0] ^= word;
	}
	word = (uint64_t)(data.len & 0xff) << 56 | (data.len > at ? le64(data.at + at, data.len - at) : 0);
	v[3] ^= word;
	sip_rounds(v, 2);
	v[0] ^= word;
	v[2] ^= 0xff;
	sip_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
