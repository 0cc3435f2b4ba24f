/* SPDX-License-Identifier: ISC */
/*
 * Lists of certificates while one question is answered, and what an `auth` value says about their keys.
 */
#include "ike/auth/ring.h"

#include <stdlib.h>

#include "base/map.h"
#include "iana/ikev2.h"

bool cert_list_init(struct cert_list *l, size_t cap, struct arena *arena)
{
	*l = (struct cert_list){ .list = arena_array(arena, cap ? cap : 1, sizeof *l->list), .cap = cap };
	return l->list != NULL;
}

void cert_list_add(struct cert_list *l, struct cert *c)
{
	if (l->count < l->cap)
		l->list[l->count++] = cert_ref(c);
}

void cert_list_clear(struct cert_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		cert_free(l->list[i]);
	*l = (struct cert_list){ 0 };
}

/* --- the cache --- */

#define CACHE_SLOTS 64u /* by a hash of the bytes; a newer one takes the place of an older */

struct cert_cache {
	struct {
		struct bytes data; /* owned */
		struct cert *cert;
	} slots[CACHE_SLOTS];
};

struct cert_cache *cert_cache_new(void)
{
	return calloc(1, sizeof(struct cert_cache));
}

static void slot_clear(struct cert_cache *cache, size_t i)
{
	cert_free(cache->slots[i].cert);
	free((void *)(uintptr_t)cache->slots[i].data.at);
	cache->slots[i].cert = NULL;
	cache->slots[i].data = bytes_none();
}

void cert_cache_free(struct cert_cache *cache)
{
	for (size_t i = 0; cache && i < CACHE_SLOTS; i++)
		slot_clear(cache, i);
	free(cache);
}

static struct cert *read_cached(struct cert_cache *cache, struct bytes data, struct reason *why, struct arena *arena)
{
	static const uint8_t seed[16]; /* the bytes are the administrator's: nobody aims at a slot */
	size_t i = (size_t)(siphash(seed, data) % CACHE_SLOTS);
	struct cert *c;
	uint8_t *copy;

	if (cache->slots[i].cert && bytes_equal(cache->slots[i].data, data))
		return cert_ref(cache->slots[i].cert);
	c = cert_read(data, why, arena);
	copy = c ? malloc(data.len) : NULL;
	if (copy) {
		slot_clear(cache, i);
		memcpy(copy, data.at, data.len);
		cache->slots[i].data = bytes(copy, data.len);
		cache->slots[i].cert = cert_ref(c);
	}
	return c;
}

bool cert_list_read(struct cert_list *out, const struct keyring *ring, const struct bytes *data, size_t count, struct conf_at at,
                    struct arena *arena, struct reason *why)
{
	if (!cert_list_init(out, count, arena))
		return refuse_text(why, REASON_MEMORY, 0, "certificates");
	for (size_t i = 0; i < count; i++) {
		struct cert *c = read_cached(ring->cache, data[i], why, arena);

		if (!c) {
			why->where = at;
			cert_list_clear(out);
			return false;
		}
		out->list[out->count++] = c;
	}
	return true;
}

bool cert_is_self_issued(const struct cert *c)
{
	return bytes_equal(cert_subject(c), cert_issuer(c));
}

static const char *kind_name(enum cert_key kind)
{
	switch (kind) {
	case CERT_KEY_RSA:
		return "RSA";
	case CERT_KEY_ECDSA:
		return "ECDSA";
	case CERT_KEY_OTHER:
		return "another kind";
	}
	return "another kind";
}

bool key_allowed(const struct auth_round *round, const struct cert *c, struct arena *arena, struct reason *why)
{
	unsigned bits = 0;
	enum cert_key kind = cert_key_kind(c, &bits);
	struct text t = { 0 };
	bool ok = true;

	if (round->rsa || round->ecdsa)
		ok = (kind == CERT_KEY_RSA && round->rsa) || (kind == CERT_KEY_ECDSA && round->ecdsa);
	if (kind == CERT_KEY_RSA && round->rsa_bits > bits)
		ok = false;
	if (kind == CERT_KEY_ECDSA && round->ecdsa_bits > bits)
		ok = false;
	if (ok)
		return true;
	text_add(&t, "a key of %s with %u bits", kind_name(kind), bits);
	(void)refuse(why, REASON_SIGNATURE_ALGORITHM, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_of_text(&t, arena),
	             round->auth_text ? value_text(round->auth_text) : value_none(), round->auth_at);
	why->about = value_of(VALUE_DN, 0, arena_copy(arena, cert_subject(c)));
	return false;
}

struct value value_of_text(struct text *t, struct arena *arena)
{
	struct bytes copy = arena_copy(arena, bytes(t->at, t->len));

	text_clear(t);
	return copy.len > 0 ? value_of(VALUE_TEXT, 0, copy) : value_none();
}
