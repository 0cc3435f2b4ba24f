/* SPDX-License-Identifier: ISC */
/*
 * Outbound policies: filed by prefixes, found in order.
 */
#include "ipsec/spd.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/writer.h"
#include "crypto/crypto.h"

#define KIND_STEP 100000u /* PASS 100,000, Child SAs 200,000, traps 300,000, DROP 400,000 */

struct spd_row {
	struct spd_row *next;     /* in its bucket, in order */
	struct spd_row *of_entry; /* the next of the same entry */
	const struct selector *local, *remote;
	struct spd_entry *entry;
	uint64_t age;             /* of the add; greater is newer */
	uint32_t priority;
	uint8_t local_bits, remote_bits;
};

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

uint32_t spd_priority(enum spd_kind kind, const struct selector *local, const struct selector *remote)
{
	unsigned addresses = range_bits(local) + range_bits(remote);
	unsigned protocol = (local->protocol == 0 ? 1u : 0u) + (remote->protocol == 0 ? 1u : 0u);
	unsigned ports = port_bits(local) + port_bits(remote);

	return KIND_STEP * (1u + kind) + addresses * 128 + protocol * 40 + ports; /* ports: at most 32 */
}

static bool before(const struct spd_row *a, const struct spd_row *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	if (a->entry->kind != b->entry->kind)
		return a->entry->kind < b->entry->kind;
	return a->age > b->age;
}

/* --- hashing --- */

static unsigned common_bits(const struct selector *s)
{
	unsigned bits = (unsigned)addr_len(&s->first) * 8;

	for (size_t i = 0; i < addr_len(&s->first); i++)
		for (unsigned bit = 8, differ = s->first.ip[i] ^ s->last.ip[i]; differ && bit-- > 0;)
			if (differ >> bit & 1)
				return (unsigned)i * 8 + 7 - bit;
	return bits;
}

static void put_masked(struct writer *w, const struct addr *a, unsigned bits)
{
	uint8_t masked[16];

	memcpy(masked, a->ip, bits / 8);
	if (bits % 8)
		masked[bits / 8] = (uint8_t)(a->ip[bits / 8] & 0xff00 >> bits % 8);
	wr_bytes(w, bytes(masked, (bits + 7) / 8));
}

static size_t bucket_of(const struct spd *spd, const struct spd_shape *shape, const struct addr *local, const struct addr *remote)
{
	uint8_t room[40];
	struct writer w = writer(room, sizeof(room));

	wr_u8(&w, shape->family);
	wr_u8(&w, shape->local_bits);
	wr_u8(&w, shape->remote_bits);
	put_masked(&w, local, shape->local_bits);
	put_masked(&w, remote, shape->remote_bits);
	return (size_t)siphash(spd->seed, wr_done(&w)) & (spd->bucket_count - 1);
}

static size_t bucket_of_row(const struct spd *spd, const struct spd_row *row)
{
	const struct spd_shape shape = { row->local->first.family, row->local_bits, row->remote_bits, 0 };

	return bucket_of(spd, &shape, &row->local->first, &row->remote->first);
}

static void link_row(struct spd *spd, struct spd_row *row)
{
	struct spd_row **at = &spd->buckets[bucket_of_row(spd, row)];

	while (*at && before(*at, row))
		at = &(*at)->next;
	row->next = *at;
	*at = row;
}

static void unlink_row(struct spd *spd, struct spd_row *row)
{
	struct spd_row **at = &spd->buckets[bucket_of_row(spd, row)];

	while (*at != row)
		at = &(*at)->next;
	*at = row->next;
}

/* Twice the buckets; when there is no memory, chains grow instead. */
static bool grow(struct spd *spd)
{
	size_t before_count = spd->bucket_count, count = before_count ? before_count * 2 : 16;
	struct spd_row **old = spd->buckets, **fresh = calloc(count, sizeof(struct spd_row *));

	if (!fresh)
		return before_count > 0;
	spd->buckets = fresh;
	spd->bucket_count = count;
	for (size_t i = 0; i < before_count; i++)
		for (struct spd_row *row = old[i], *next; row; row = next) {
			next = row->next;
			link_row(spd, row);
		}
	free(old);
	return true;
}

/* --- shapes --- */

static struct spd_shape *find_shape(struct spd *spd, const struct spd_row *row)
{
	for (size_t i = 0; i < spd->shape_count; i++) {
		struct spd_shape *s = &spd->shapes[i];

		if (s->family == row->local->first.family && s->local_bits == row->local_bits && s->remote_bits == row->remote_bits)
			return s;
	}
	return NULL;
}

static bool use_shape(struct spd *spd, const struct spd_row *row)
{
	struct spd_shape *shape = find_shape(spd, row);

	if (!shape) {
		if (spd->shape_count == spd->shape_cap) {
			size_t cap = spd->shape_cap ? spd->shape_cap * 2 : 8;
			struct spd_shape *shapes = realloc(spd->shapes, cap * sizeof(*shapes));

			if (!shapes)
				return false;
			spd->shapes = shapes;
			spd->shape_cap = cap;
		}
		shape = &spd->shapes[spd->shape_count++];
		*shape = (struct spd_shape){ row->local->first.family, row->local_bits, row->remote_bits, 0 };
	}
	shape->rows++;
	return true;
}

static void leave_shape(struct spd *spd, const struct spd_row *row)
{
	struct spd_shape *shape = find_shape(spd, row);

	if (--shape->rows == 0)
		*shape = spd->shapes[--spd->shape_count];
}

/* --- rows --- */

static bool add_row(struct spd *spd, struct spd_entry *entry, const struct selector *local, const struct selector *remote,
    uint32_t priority)
{
	struct spd_row *row;

	if (spd->count >= spd->bucket_count && !grow(spd))
		return false;
	row = malloc(sizeof(*row));
	if (!row)
		return false;
	*row = (struct spd_row){ .local = local, .remote = remote, .entry = entry, .age = spd->age,
		.priority = priority ? priority : spd_priority(entry->kind, local, remote),
		.local_bits = (uint8_t)common_bits(local), .remote_bits = (uint8_t)common_bits(remote) };
	if (!use_shape(spd, row)) {
		free(row);
		return false;
	}
	row->of_entry = entry->rows;
	entry->rows = row;
	link_row(spd, row);
	spd->count++;
	return true;
}

bool spd_start(struct spd *spd)
{
	if (!spd->seeded)
		spd->seeded = crypto_random(NULL, RANDOM_PRIVATE, spd->seed, sizeof(spd->seed));
	return spd->seeded;
}

bool spd_add(struct spd *spd, struct spd_entry *entry, const struct selectors *local, const struct selectors *remote, uint32_t priority)
{
	bool ok = (size_t)local->count * remote->count <= SPD_PAIRS_MAX && spd_start(spd);

	spd->age++;
	for (size_t i = 0; ok && i < local->count; i++)
		for (size_t j = 0; ok && j < remote->count; j++)
			if (local->list[i].first.family == remote->list[j].first.family)
				ok = add_row(spd, entry, &local->list[i], &remote->list[j], priority);
	if (!ok)
		spd_remove(spd, entry);
	return ok;
}

void spd_renew(struct spd *spd, struct spd_entry *entry)
{
	spd->age++;
	for (struct spd_row *row = entry->rows; row; row = row->of_entry) {
		unlink_row(spd, row);
		row->age = spd->age;
		link_row(spd, row);
	}
}

void spd_remove(struct spd *spd, struct spd_entry *entry)
{
	for (struct spd_row *row = entry->rows, *next; row; row = next) {
		next = row->of_entry;
		unlink_row(spd, row);
		leave_shape(spd, row);
		spd->count--;
		free(row);
	}
	entry->rows = NULL;
}

static bool fits(const struct spd_row *row, const struct packet_key *key)
{
	struct selector local = *row->local, remote = *row->remote;
	struct selectors locals = { 1, &local }, remotes = { 1, &remote };

	return selectors_match(&locals, &remotes, key, true);
}

struct spd_entry *spd_find(const struct spd *spd, const struct packet_key *key)
{
	const struct spd_row *best = NULL;

	for (size_t i = 0; i < spd->shape_count; i++) {
		const struct spd_shape *shape = &spd->shapes[i];
		const struct spd_row *row;

		if (shape->family != key->source.family || shape->family != key->destination.family)
			continue;
		row = spd->buckets[bucket_of(spd, shape, &key->source, &key->destination)];
		while (row && !fits(row, key))
			row = row->next;
		if (row && (!best || before(row, best)))
			best = row;
	}
	return best ? best->entry : NULL;
}

void spd_clear(struct spd *spd)
{
	free(spd->buckets);
	free(spd->shapes);
	*spd = (struct spd){ 0 };
}
