/* SPDX-License-Identifier: ISC */
/*
 * Outbound policies in order.
 */
#include "ipsec/spd.h"

#include <stdlib.h>

/* Bits of the address range, rounded up: 0 for one host, 32 or 128 for all. */
static unsigned range_bits(const struct selector *s)
{
	size_t len = addr_len(&s->first);
	uint8_t size[16] = { 0 };
	unsigned borrow = 0;

	for (size_t i = len; i-- > 0;) { /* last - first */
		unsigned diff = 256u + s->last.ip[i] - s->first.ip[i] - borrow;

		size[i] = (uint8_t)diff;
		borrow = diff < 256;
	}
	for (size_t i = 0; i < len; i++)
		for (unsigned bit = 8; bit-- > 0;)
			if (size[i] >> bit & 1)
				return (unsigned)(len - i - 1) * 8 + bit + 1;
	return 0;
}

/* 0: one port .. 16: all, or a form that is no range (OPAQUE). */
static unsigned port_bits(const struct selector *s)
{
	unsigned size, bits = 0;

	if (s->port_first > s->port_last)
		return 16;
	for (size = (unsigned)s->port_last - s->port_first; size; size >>= 1)
		bits++;
	return bits;
}

uint32_t spd_priority(const struct selector *local, const struct selector *remote)
{
	unsigned addresses = range_bits(local) + range_bits(remote);
	unsigned protocol = (local->protocol == 0 ? 1u : 0u) + (remote->protocol == 0 ? 1u : 0u);
	unsigned ports = port_bits(local) + port_bits(remote);

	return SPD_COMPUTED + addresses * 128 + protocol * 40 + ports; /* ports: at most 32 */
}

/* Where a new row goes: before all of its priority (ties: the newest first). */
static size_t place_of(const struct spd *spd, uint32_t priority)
{
	size_t low = 0, high = spd->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (spd->rows[middle].priority < priority)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool reserve(struct spd *spd, size_t more)
{
	size_t cap = spd->cap ? spd->cap : 16;
	struct spd_row *rows;

	while (cap < spd->count + more)
		cap *= 2;
	if (cap == spd->cap)
		return true;
	rows = realloc(spd->rows, cap * sizeof(*rows));
	if (!rows)
		return false;
	spd->rows = rows;
	spd->cap = cap;
	return true;
}

static void insert(struct spd *spd, struct spd_row row)
{
	size_t at = place_of(spd, row.priority);

	memmove(spd->rows + at + 1, spd->rows + at, (spd->count - at) * sizeof(row));
	spd->rows[at] = row;
	spd->count++;
}

bool spd_add(struct spd *spd, void *owner, const struct selectors *local, const struct selectors *remote, uint32_t priority)
{
	size_t pairs = (size_t)local->count * remote->count;

	if (pairs > SPD_PAIRS_MAX || !reserve(spd, pairs))
		return false;
	spd->age++;
	for (size_t i = 0; i < local->count; i++)
		for (size_t j = 0; j < remote->count; j++) {
			const struct selector *l = &local->list[i], *r = &remote->list[j];

			if (l->first.family != r->first.family)
				continue;
			insert(spd, (struct spd_row){ l, r, priority ? priority : spd_priority(l, r), spd->age, owner });
		}
	return true;
}

void spd_remove(struct spd *spd, const void *owner)
{
	size_t kept = 0;

	for (size_t i = 0; i < spd->count; i++)
		if (spd->rows[i].owner != owner)
			spd->rows[kept++] = spd->rows[i];
	spd->count = kept;
}

void *spd_find(const struct spd *spd, const struct packet_key *key)
{
	for (size_t i = 0; i < spd->count; i++) {
		const struct spd_row *row = &spd->rows[i];
		struct selector local = *row->local, remote = *row->remote;
		struct selectors locals = { 1, &local }, remotes = { 1, &remote };

		if (selectors_match(&locals, &remotes, key, true))
			return row->owner;
	}
	return NULL;
}

void spd_clear(struct spd *spd)
{
	free(spd->rows);
	*spd = (struct spd){ 0 };
}
