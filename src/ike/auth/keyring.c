/* SPDX-License-Identifier: ISC */
/*
 * The keyring's entries: added, replaced, removed, listed.
 *
 * A shared secret's id is unique, whoever brought it: the last wins. The same key or certificate may come from the file and over
 * VICI; it is one entry then, which goes when neither holds it any more.
 */
#include "ike/auth/keyring.h"

#include <stdio.h>
#include <stdlib.h>

#include "iana/ikev2.h"
#include "ike/auth/ring.h"

struct keyring *keyring_new(void)
{
	struct keyring *ring = calloc(1, sizeof *ring);

	if (ring && !(ring->cache = cert_cache_new())) {
		free(ring);
		ring = NULL;
	}
	if (!ring)
		return NULL;
	list_init(&ring->shared);
	list_init(&ring->keys);
	list_init(&ring->certs);
	return ring;
}

/* --- shared secrets --- */

static void shared_free(struct shared_entry *e)
{
	if (!e)
		return;
	list_remove(&e->in);
	secret_clear(&e->secret);
	arena_clear(&e->arena);
	free(e);
}

static struct shared_entry *shared_find(const struct keyring *ring, struct bytes id)
{
	LIST_EACH(at, &ring->shared) {
		struct shared_entry *e = LIST_ITEM(at, struct shared_entry, in);

		if (bytes_equal(e->id, id))
			return e;
	}
	return NULL;
}

static struct bytes shared_name(struct keyring *ring, struct arena *arena, struct bytes id)
{
	char made[32];

	if (id.len > 0)
		return arena_copy(arena, id);
	do
		snprintf(made, sizeof made, "unnamed-%llu", (unsigned long long)++ring->made);
	while (shared_find(ring, bytes_str(made)));
	return arena_copy(arena, bytes_str(made));
}

static bool shared_fill(struct keyring *ring, struct shared_entry *e, struct bytes id, struct bytes secret,
                        const struct identity *owners, size_t count)
{
	e->unnamed = id.len == 0;
	e->id = shared_name(ring, &e->arena, id);
	if (e->id.len == 0 || !secret_set(&e->secret, secret))
		return false;
	if (count == 0)
		return true;
	e->owners = arena_array(&e->arena, count, sizeof *e->owners);
	if (!e->owners)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!identity_copy(&e->owners[i], &owners[i], &e->arena))
			return false;
	e->owner_count = count;
	return true;
}

bool keyring_add_shared(struct keyring *ring, enum origin origin, struct bytes id, enum shared_kind kind, struct bytes secret,
                        const struct identity *owners, size_t count, struct conf_at at, struct reason *why)
{
	struct shared_entry *e, *old;

	if (secret.len == 0)
		return refuse(why, REASON_CONFIG, 0, value_none(), value_text("a secret of at least one byte"), at);
	e = calloc(1, sizeof *e);
	if (!e || !shared_fill(ring, e, id, secret, owners, count)) {
		shared_free(e);
		return refuse_text(why, REASON_MEMORY, 0, "shared secret");
	}
	e->origin = origin;
	e->kind = kind;
	e->at = at;
	old = shared_find(ring, e->id);
	list_append(old ? &old->in : &ring->shared, &e->in); /* before the old one, or last: the order stays */
	shared_free(old);
	return true;
}

bool keyring_remove_shared(struct keyring *ring, struct bytes id)
{
	struct shared_entry *e = shared_find(ring, id);

	shared_free(e);
	return e != NULL;
}

/* --- private keys --- */

static void key_entry_free(struct key_entry *e)
{
	if (!e)
		return;
	list_remove(&e->in);
	key_free(e->key);
	free(e);
}

static struct key_entry *key_find(const struct keyring *ring, const char *id_hex)
{
	LIST_EACH(at, &ring->keys) {
		struct key_entry *e = LIST_ITEM(at, struct key_entry, in);

		if (strcmp(e->id, id_hex) == 0)
			return e;
	}
	return NULL;
}

static void id_to_hex(char out[41], const uint8_t id[20])
{
	for (size_t i = 0; i < 20; i++)
		snprintf(out + 2 * i, 3, "%02x", id[i]);
}

/* The entry for the key just read, which it takes; NULL: out of memory, and the key is freed. */
static struct key_entry *key_put(struct keyring *ring, struct key *key, const char id_hex[41])
{
	struct key_entry *e = key_find(ring, id_hex);

	if (e) { /* the same key: what may be in use stays */
		key_free(key);
		return e;
	}
	e = calloc(1, sizeof *e);
	if (!e) {
		key_free(key);
		return NULL;
	}
	e->key = key;
	memcpy(e->id, id_hex, sizeof e->id);
	list_append(&ring->keys, &e->in);
	return e;
}

bool keyring_add_key(struct keyring *ring, enum origin origin, struct bytes data, struct bytes passphrase, struct conf_at at,
                     char id_hex[41], struct reason *why, struct arena *arena)
{
	struct key *key = key_read(data, passphrase, why, arena);
	struct key_entry *e;
	uint8_t id[20];

	id_hex[0] = '\0';
	if (!key) {
		why->where = at;
		return false;
	}
	if (!key_id(key, id)) {
		key_free(key);
		return refuse_text(why, REASON_INTERNAL, 0, "the key's id cannot be computed");
	}
	id_to_hex(id_hex, id);
	e = key_put(ring, key, id_hex);
	if (!e)
		return refuse_text(why, REASON_MEMORY, 0, "private key");
	e->origins |= (unsigned)origin;
	e->marked &= ~(unsigned)origin;
	e->at = at;
	return true;
}

bool keyring_remove_key(struct keyring *ring, struct bytes id_hex)
{
	LIST_EACH(at, &ring->keys) {
		struct key_entry *e = LIST_ITEM(at, struct key_entry, in);

		if (bytes_equal(bytes_str(e->id), id_hex)) {
			key_entry_free(e);
			return true;
		}
	}
	return false;
}

/* --- certificates --- */

static void cert_entry_free(struct cert_entry *e)
{
	list_remove(&e->in);
	cert_free(e->cert);
	free(e);
}

/* The entry for the certificate just read, which it takes; NULL: out of memory, and the certificate is freed. */
static struct cert_entry *cert_put(struct keyring *ring, struct cert *c)
{
	struct cert_entry *e;

	LIST_EACH(at, &ring->certs) {
		e = LIST_ITEM(at, struct cert_entry, in);
		if (bytes_equal(cert_der(e->cert), cert_der(c))) {
			cert_free(c);
			return e;
		}
	}
	e = calloc(1, sizeof *e);
	if (!e) {
		cert_free(c);
		return NULL;
	}
	e->cert = c;
	list_append(&ring->certs, &e->in);
	return e;
}

bool keyring_add_cert(struct keyring *ring, enum origin origin, struct bytes data, bool must_be_ca, struct conf_at at,
                      struct reason *why, struct arena *arena)
{
	struct cert *c = cert_read(data, why, arena);
	struct cert_entry *e;

	if (!c) {
		why->where = at;
		return false;
	}
	if (must_be_ca && !cert_is_ca(c)) {
		(void)refuse(why, REASON_CERT_INVALID, 0, value_of(VALUE_DN, 0, arena_copy(arena, cert_subject(c))),
		             value_text("a CA's certificate (basic constraint CA)"), at);
		cert_free(c);
		return false;
	}
	e = cert_put(ring, c);
	if (!e)
		return refuse_text(why, REASON_MEMORY, 0, "certificate");
	e->origins |= (unsigned)origin;
	e->marked &= ~(unsigned)origin;
	e->at = at;
	return true;
}

/* --- many at once --- */

/* Takes `origin` away from every entry, or only from those marked; what nobody holds any more is freed. */
static void drop(struct keyring *ring, enum origin origin, bool marked_only)
{
	unsigned bit = (unsigned)origin;

	LIST_EACH_SAFE(at, &ring->shared) {
		struct shared_entry *e = LIST_ITEM(at, struct shared_entry, in);

		if (e->origin == origin && (e->marked || !marked_only))
			shared_free(e);
	}
	LIST_EACH_SAFE(at, &ring->keys) {
		struct key_entry *e = LIST_ITEM(at, struct key_entry, in);

		e->origins &= ~(marked_only ? e->marked & bit : bit);
		if (e->origins == 0)
			key_entry_free(e);
	}
	LIST_EACH_SAFE(at, &ring->certs) {
		struct cert_entry *e = LIST_ITEM(at, struct cert_entry, in);

		e->origins &= ~(marked_only ? e->marked & bit : bit);
		if (e->origins == 0)
			cert_entry_free(e);
	}
}

void keyring_clear(struct keyring *ring, enum origin origin)
{
	drop(ring, origin, false);
}

void keyring_mark(struct keyring *ring, enum origin origin)
{
	LIST_EACH(at, &ring->shared) {
		struct shared_entry *e = LIST_ITEM(at, struct shared_entry, in);

		e->marked = e->marked || e->origin == origin;
	}
	LIST_EACH(at, &ring->keys)
		LIST_ITEM(at, struct key_entry, in)->marked |= (unsigned)origin;
	LIST_EACH(at, &ring->certs)
		LIST_ITEM(at, struct cert_entry, in)->marked |= (unsigned)origin;
}

void keyring_sweep(struct keyring *ring, enum origin origin)
{
	drop(ring, origin, true);
}

void keyring_free(struct keyring *ring)
{
	if (!ring)
		return;
	keyring_clear(ring, ORIGIN_FILE);
	keyring_clear(ring, ORIGIN_VICI);
	cert_cache_free(ring->cache);
	free(ring);
}

/* --- listing --- */

static enum origin origin_told(unsigned origins)
{
	return origins & ORIGIN_VICI ? ORIGIN_VICI : ORIGIN_FILE;
}

void keyring_each_shared(const struct keyring *ring,
                         void (*each)(void *ctx, enum origin origin, struct bytes id, enum shared_kind kind), void *ctx)
{
	LIST_EACH(at, &ring->shared) {
		const struct shared_entry *e = LIST_ITEM(at, struct shared_entry, in);

		if (!e->unnamed)
			each(ctx, e->origin, e->id, e->kind);
	}
}

void keyring_each_key(const struct keyring *ring, void (*each)(void *ctx, enum origin origin, const char *id_hex), void *ctx)
{
	LIST_EACH(at, &ring->keys) {
		const struct key_entry *e = LIST_ITEM(at, struct key_entry, in);

		each(ctx, origin_told(e->origins), e->id);
	}
}

void keyring_each_cert(const struct keyring *ring,
                       void (*each)(void *ctx, enum origin origin, const struct cert *c, bool has_key), void *ctx)
{
	LIST_EACH(at, &ring->certs) {
		const struct cert_entry *e = LIST_ITEM(at, struct cert_entry, in);

		each(ctx, origin_told(e->origins), e->cert, ring_key(ring, e->cert) != NULL);
	}
}

/* --- look-ups of this folder --- */

struct key *ring_key(const struct keyring *ring, const struct cert *c)
{
	LIST_EACH(at, &ring->keys) {
		struct key_entry *e = LIST_ITEM(at, struct key_entry, in);

		if (key_fits(e->key, c))
			return e->key;
	}
	return NULL;
}

size_t ring_cert_count(const struct keyring *ring)
{
	size_t n = 0;

	LIST_EACH(at, &ring->certs)
		n++;
	return n;
}
