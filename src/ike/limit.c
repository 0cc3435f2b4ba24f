/* SPDX-License-Identifier: ISC */
/* Half-open counts, and the rate of errors outside of an SA. */
#include "ike/limit.h"

/* A host of IPv6 has all addresses of its /64: they are one source. */
static uint64_t source_key(const uint8_t seed[16], const struct addr *source)
{
	return siphash(seed, bytes(source->ip, source->family == ADDR_V4 ? 4 : 8));
}

unsigned half_open_of(const struct half_open_limit *h, const uint8_t seed[16], const struct addr *source)
{
	return (unsigned)(uintptr_t)map_get(&h->sources, source_key(seed, source));
}

bool half_open_add(struct half_open_limit *h, const uint8_t seed[16], const struct addr *source)
{
	uintptr_t n = half_open_of(h, seed, source);

	/* the map holds a number where it wants a pointer: never followed, never 0 */
	if (!map_put(&h->sources, source_key(seed, source), (void *)(n + 1)))
		return false;
	h->count++;
	return true;
}

void half_open_remove(struct half_open_limit *h, const uint8_t seed[16], const struct addr *source)
{
	uint64_t key = source_key(seed, source);
	uintptr_t n = half_open_of(h, seed, source);

	if (n == 0)
		return;
	h->count--;
	if (n == 1)
		(void)map_remove(&h->sources, key);
	else
		(void)map_put(&h->sources, key, (void *)(n - 1)); /* replaces: cannot fail */
}

void knock(struct knocks *k, uint64_t now)
{
	if (now - k->since >= KNOCK_WINDOW) {
		k->before = now - k->since < 2 * KNOCK_WINDOW ? k->now : 0;
		k->now = 0;
		k->since = now;
	}
	k->now++;
}

size_t knocks(const struct knocks *k, uint64_t now)
{
	if (now - k->since >= 2 * KNOCK_WINDOW)
		return 0;
	return now - k->since >= KNOCK_WINDOW ? k->now : k->now + k->before;
}

bool second_allows(struct second *s, uint64_t now, size_t most)
{
	if (now - s->since >= 1000) {
		s->since = now;
		s->used = 0;
	}
	if (s->used >= most)
		return false;
	s->used++;
	return true;
}

void source_seen(struct sources *s, const uint8_t seed[16], uint64_t now, const struct addr *source)
{
	uint64_t bit = source_key(seed, source) % SOURCE_BITS;

	if (now - s->since >= SOURCE_WINDOW) {
		if (now - s->since < 2 * SOURCE_WINDOW)
			memcpy(s->before, s->now, sizeof(s->before));
		else
			memset(s->before, 0, sizeof(s->before));
		memset(s->now, 0, sizeof(s->now));
		s->since = now;
	}
	s->now[bit / 8] |= (uint8_t)(1u << bit % 8);
}

bool source_known(const struct sources *s, const uint8_t seed[16], uint64_t now, const struct addr *source)
{
	uint64_t bit = source_key(seed, source) % SOURCE_BITS, age = now - s->since;
	uint8_t set = age < 2 * SOURCE_WINDOW ? s->now[bit / 8] : 0;

	if (age < SOURCE_WINDOW)
		set |= s->before[bit / 8];
	return set & 1u << bit % 8;
}

#define RATE_BURST 4u

bool rate_allows(struct rate_limit *r, const uint8_t seed[16], uint64_t now, const struct addr *source)
{
	size_t keep = source->family == ADDR_V4 ? 3 : 7;
	size_t slot = siphash(seed, bytes(source->ip, keep)) % RATE_SLOTS;
	uint64_t refill = (now - r->at[slot]) / 1000u;

	if (r->at[slot] == 0 || refill >= RATE_BURST) {
		r->left[slot] = RATE_BURST;
		r->at[slot] = now;
	} else if (refill > 0) {
		unsigned left = r->left[slot] + (unsigned)refill;

		r->left[slot] = (uint8_t)(left < RATE_BURST ? left : RATE_BURST);
		r->at[slot] += refill * 1000u;
	}
	if (r->left[slot] == 0)
		return false;
	r->left[slot]--;
	return true;
}
