/* SPDX-License-Identifier: ISC */
/*
 * What must hold. At every step: no key and IV protect two texts, a message ID stands for one message, keys are used by one pair of
 * Child SAs, what the hosts have installed is what the engines list. When all is quiet: both sides hold the same, nothing is
 * half done, nothing has leaked, and whoever lacks an SA has told why.
 */
#include "sim/sim.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "iana/ikev2.h"

void broken(struct sim *s, const char *format, ...)
{
	char line[400];
	va_list args;

	if (*text_str(&s->broken))
		return; /* the first one counts */
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	text_add(&s->broken, "%s", line);
	chart(s, -1, "BROKEN: %s", line);
}

static const char *name_of(enum side side)
{
	return side == ALICE ? "A" : "B";
}

/* --- on the wire --- */

static const uint8_t hash_key[16] = "adit-sim";

/* `key` must always come with the same bytes. */
static bool same_as_before(struct map *m, struct bytes key, struct bytes value)
{
	uint64_t k = siphash(hash_key, key), v = siphash(hash_key, value) | 1;
	void *seen = map_get(m, k);

	if (!seen && !map_put(m, k, (void *)(uintptr_t)v))
		abort();
	return !seen || (uintptr_t)seen == v;
}

void check_sent(struct sim *s, enum side side, struct bytes datagram)
{
	struct reason why = { 0 };
	struct ike_header h;
	uint8_t key[40] = { 0 };
	size_t iv_len;

	if (!ike_header_read(&h, datagram, &why)) {
		broken(s, "%s sent what is no IKE message", name_of(side));
		return;
	}
	if (h.next != IKEV2_PAYLOAD_SK) /* clear: IKE_SA_INIT with cookies and other methods, INVALID_IKE_SPI */
		return;
	put_u64(key, h.spi_i);
	put_u64(key + 8, h.spi_r);
	key[16] = h.flags;
	put_u32(key + 20, h.message_id);
	if (!same_as_before(&s->ids, bytes(key, 24), datagram))
		broken(s, "%s sent two different messages with message ID %" PRIu32, name_of(side), h.message_id);
	iv_len = tap_iv_len(&s->tap, &h);
	if (iv_len == 0 || iv_len > 16 || datagram.len < 32 + iv_len)
		return;
	key[16] = h.flags & IKE_FLAG_INITIATOR;
	memset(key + 17, 0, 7);
	memcpy(key + 24, datagram.at + 32, iv_len);
	if (!same_as_before(&s->ivs, bytes(key, sizeof(key)), datagram))
		broken(s, "%s used one key with the same IV for two messages", name_of(side));
}

/* --- what is told --- */

static struct life *life_find(struct sim *s, enum side side, uint32_t ike_id, uint32_t child_id)
{
	LIST_EACH(at, &s->lives) {
		struct life *l = LIST_ITEM(at, struct life, link);

		if (l->side == side && l->ike_id == ike_id && l->child_id == child_id)
			return l;
	}
	return NULL;
}

static void told_up(struct sim *s, enum side side, uint32_t ike_id, uint32_t child_id)
{
	struct life *l = life_find(s, side, ike_id, child_id);

	if (l) {
		broken(s, "%s says twice that SA %" PRIu32 "/%" PRIu32 " is up", name_of(side), ike_id, child_id);
		return;
	}
	l = calloc(1, sizeof(*l));
	if (!l)
		abort();
	*l = (struct life){ .side = side, .ike_id = ike_id, .child_id = child_id, .up_at = s->now.boot };
	list_append(&s->lives, &l->link);
}

static void told_down(struct sim *s, enum side side, uint32_t ike_id, uint32_t child_id)
{
	struct life *l = life_find(s, side, ike_id, child_id);

	if (!l && child_id == 0)
		return; /* it never came up */
	if (!l || l->down_at)
		broken(s, "%s says that SA %" PRIu32 "/%" PRIu32 " is down, which is not up", name_of(side), ike_id, child_id);
	else
		l->down_at = s->now.boot;
}

static void told_reason(struct sim *s, enum side side, const struct tell *tell)
{
	LIST_EACH(at, &s->lives) {
		struct life *l = LIST_ITEM(at, struct life, link);

		if (l->side == side && l->ike_id == tell->ike_id && (tell->entry->child_id == 0 || tell->entry->child_id == l->child_id))
			l->reason_at = s->now.boot;
	}
}

void check_told(struct sim *s, enum side side, const struct tell *tell)
{
	switch (tell->kind) {
	case TELL_STORY:
		if (tell->entry->why && tell->entry->why->kind != REASON_NONE)
			told_reason(s, side, tell);
		break;
	case TELL_IKE_UP:
		told_up(s, side, tell->ike_id, 0);
		break;
	case TELL_IKE_DOWN:
		told_down(s, side, tell->ike_id, 0);
		break;
	case TELL_CHILD_UP:
		told_up(s, side, tell->ike_id, tell->child_id);
		break;
	case TELL_CHILD_DOWN:
		told_down(s, side, tell->ike_id, tell->child_id);
		break;
	case TELL_IKE_UPDATE:
	case TELL_IKE_REKEY:
	case TELL_CHILD_REKEY:
		break;
	}
}

void check_crash(struct sim *s, enum side side)
{
	LIST_EACH_SAFE(at, &s->lives) {
		struct life *l = LIST_ITEM(at, struct life, link);

		if (l->side != side)
			continue;
		list_remove(at);
		free(l);
	}
}

/* --- what the engine lists --- */

#define LISTED_MAX 64

struct listing {
	const struct host *host;
	struct ike_info ikes[LISTED_MAX];
	struct child_info children[LISTED_MAX];
	size_t ike_count, child_count;
	bool full;
};

static bool list_child(void *ctx, const struct child_info *child)
{
	struct listing *l = ctx;

	if (l->child_count == LISTED_MAX)
		l->full = true;
	else
		l->children[l->child_count++] = *child;
	return !l->full;
}

static bool list_ike(void *ctx, const struct ike_info *ike)
{
	struct listing *l = ctx;

	if (l->ike_count == LISTED_MAX)
		l->full = true;
	else
		l->ikes[l->ike_count++] = *ike;
	return !l->full;
}

static void list_all(struct sim *s, struct listing *l, enum side side)
{
	l->host = s->host[side];
	l->ike_count = l->child_count = 0;
	l->full = false;
	engine_each_ike(l->host->engine, list_ike, l);
	for (size_t i = 0; i < l->ike_count; i++)
		engine_each_child(l->host->engine, l->ikes[i].id, list_child, l);
	if (l->full)
		broken(s, "%s lists more and more SAs", name_of(side));
}

static const struct child_params *installed(const struct host *h, uint32_t id)
{
	LIST_EACH(at, &h->children) {
		const struct child_params *p = &LIST_ITEM(at, struct installed, link)->params;

		if (p->id == id)
			return p;
	}
	return NULL;
}

/* --- at every step --- */

static bool same_secret(const struct secret *a, const struct secret *b)
{
	return bytes_equal(secret_bytes(a), secret_bytes(b));
}

static bool same_selectors(const struct selectors *a, const struct selectors *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!selector_equal(&a->list[i], &b->list[i]))
			return false;
	return true;
}

/* What one end has must be what the other has, the other way round. NULL: it is. */
static const char *difference(const struct child_params *a, const struct child_params *b)
{
	if (a->spi_in != b->spi_out || a->spi_out != b->spi_in)
		return "SPIs";
	if (!same_secret(&a->encr_in, &b->encr_out) || !same_secret(&a->encr_out, &b->encr_in))
		return "encryption keys";
	if (!same_secret(&a->integ_in, &b->integ_out) || !same_secret(&a->integ_out, &b->integ_in))
		return "integrity keys";
	if (same_secret(&a->encr_in, &a->encr_out))
		return "keys: one for both directions";
	if (!same_selectors(&a->local_ts, &b->remote_ts) || !same_selectors(&a->remote_ts, &b->local_ts))
		return "traffic selectors";
	if (a->suite.encr != b->suite.encr || a->suite.integ != b->suite.integ || a->suite.esn != b->suite.esn)
		return "algorithms";
	if (a->mode != b->mode || a->encap != b->encap)
		return "modes or encapsulations";
	return a->initiator == b->initiator ? "roles" : NULL;
}

static const struct child_params *mirror(const struct host *h, const struct child_params *p)
{
	LIST_EACH(at, &h->children) {
		const struct child_params *other = &LIST_ITEM(at, struct installed, link)->params;

		if (other->spi_out == p->spi_in || other->spi_in == p->spi_out)
			return other;
	}
	return NULL;
}

/* A key belongs to one SPI, for ever. */
static void check_keys(struct sim *s, const struct child_params *p)
{
	uint8_t spi[4];

	put_u32(spi, p->spi_in);
	if (!same_as_before(&s->keys, secret_bytes(&p->encr_in), bytes(spi, 4)))
		broken(s, "one key is used for two Child SAs");
	put_u32(spi, p->spi_out);
	if (!same_as_before(&s->keys, secret_bytes(&p->encr_out), bytes(spi, 4)))
		broken(s, "one key is used for two Child SAs");
}

static void check_installed(struct sim *s, enum side side)
{
	struct host *h = s->host[side];

	LIST_EACH(at, &h->children) {
		const struct child_params *p = &LIST_ITEM(at, struct installed, link)->params;
		const struct child_params *other = mirror(s->host[side == ALICE ? BOB : ALICE], p);
		const char *what = other ? difference(p, other) : NULL;

		if (what)
			broken(s, "the two ends of a Child SA (SPI %08" PRIx32 ") have different %s", p->spi_in, what);
		check_keys(s, p);
	}
}

static void check_listed(struct sim *s, enum side side)
{
	static struct listing l;

	list_all(s, &l, side);
	for (size_t i = 0; i < l.child_count; i++) {
		const struct child_info *c = &l.children[i];
		const struct child_params *p = installed(l.host, c->id);

		if (c->state == CHILD_CREATED || c->state == CHILD_INSTALLING)
			continue;
		if (!p)
			broken(s, "%s lists Child SA %" PRIu32 ", which is not installed", name_of(side), c->id);
		else if (p->spi_in != c->spi_in || p->spi_out != c->spi_out || p->ike_id != c->ike_id)
			broken(s, "%s lists Child SA %" PRIu32 " otherwise than it is installed", name_of(side), c->id);
	}
}

void check_step(struct sim *s)
{
	if (*text_str(&s->broken))
		return;
	for (unsigned side = ALICE; side <= BOB; side++) {
		if (s->host[side]->fault)
			broken(s, "%s: %s", name_of(side), s->host[side]->fault);
		check_installed(s, side);
		check_listed(s, side);
	}
}

/* --- when all is quiet --- */

static const struct ike_info *ike_find(const struct listing *l, const struct ike_info *ike)
{
	for (size_t i = 0; i < l->ike_count; i++)
		if (l->ikes[i].spi_i == ike->spi_i && l->ikes[i].spi_r == ike->spi_r)
			return &l->ikes[i];
	return NULL;
}

/* What `a` has and `b` has not, in words. */
static void compare(struct text *out, enum side side, const struct listing *a, const struct listing *b)
{
	for (size_t i = 0; i < a->ike_count; i++) {
		const struct ike_info *ike = &a->ikes[i], *other = ike_find(b, ike);

		if (ike->state != IKE_ESTABLISHED)
			text_add(out, "; at %s IKE SA %" PRIu32 " is %s", name_of(side), ike->id, ike_state_name(ike->state));
		else if (!other)
			text_add(out, "; only %s has its IKE SA %" PRIu32, name_of(side), ike->id);
		else if (other->initiator == ike->initiator)
			text_add(out, "; both ends of an IKE SA say that they began it");
	}
	for (size_t i = 0; i < a->child_count; i++) {
		const struct child_info *c = &a->children[i];
		const struct child_params *p = installed(a->host, c->id), *other = p ? mirror(b->host, p) : NULL;

		if (c->state != CHILD_INSTALLED)
			text_add(out, "; at %s Child SA %" PRIu32 " is %s", name_of(side), c->id, child_state_name(c->state));
		else if (!other)
			text_add(out, "; only %s has its Child SA %" PRIu32, name_of(side), c->id);
	}
	if (a->child_count != a->host->child_count)
		text_add(out, "; %s has installed %zu Child SAs and lists %zu", name_of(side), a->host->child_count, a->child_count);
}

bool check_same(struct sim *s, bool complain)
{
	static struct listing a, b;
	struct text words = { 0 };
	bool same;

	list_all(s, &a, ALICE);
	list_all(s, &b, BOB);
	compare(&words, ALICE, &a, &b);
	compare(&words, BOB, &b, &a);
	same = words.len == 0;
	if (!same && complain)
		broken(s, "the sides do not hold the same%s", text_str(&words));
	text_clear(&words);
	return same;
}

struct attempts {
	struct sim *s;
	enum side side;
};

static bool check_attempt(void *ctx, const struct story_attempt *a)
{
	struct attempts *all = ctx;
	bool reasoned = false;

	for (size_t i = 0; i < a->count; i++)
		reasoned = reasoned || (a->entries[i].why && a->entries[i].why->kind != REASON_NONE);
	if (!a->ended && !a->up)
		broken(all->s, "%s: an attempt of boot time %" PRIu64 " has neither come up nor ended", name_of(all->side), a->begun.boot);
	else if (a->ended && !reasoned)
		broken(all->s, "%s: an attempt of boot time %" PRIu64 " ended without a reason", name_of(all->side), a->begun.boot);
	return true;
}

static void check_leaks(struct sim *s, enum side side)
{
	const struct host *h = s->host[side];

	if (h->pending_count > 0)
		broken(s, "%s: %zu answers are still on their way", name_of(side), h->pending_count);
	if (h->spi_count != h->child_count)
		broken(s, "%s: %zu SPIs are reserved for %zu Child SAs", name_of(side), h->spi_count, h->child_count);
}

bool check_at_rest(const struct sim *s)
{
	for (unsigned side = ALICE; side <= BOB; side++)
		if (s->host[side]->pending_count || s->host[side]->spi_count != s->host[side]->child_count)
			return false;
	return true;
}

void check_quiet(struct sim *s)
{
	for (unsigned side = ALICE; side <= BOB; side++) {
		check_leaks(s, side);
		engine_each_attempt(s->host[side]->engine, "net", check_attempt, &(struct attempts){ s, side });
	}
	for (size_t i = 0; i < s->order_count; i++)
		if (!s->orders[i].done && !s->orders[i].lost)
			broken(s, "%s: the command \"%s\" (of %" PRIu64 " ms) does not end", name_of(s->orders[i].side), s->orders[i].words,
			       s->orders[i].at);
	LIST_EACH(at, &s->lives) {
		const struct life *l = LIST_ITEM(at, struct life, link);

		if (l->down_at && l->reason_at == 0)
			broken(s, "%s: SA %" PRIu32 "/%" PRIu32 " went without a reason", name_of(l->side), l->ike_id, l->child_id);
	}
}

void check_empty(struct sim *s)
{
	static struct listing all;

	check_quiet(s);
	for (unsigned side = ALICE; side <= BOB; side++) {
		list_all(s, &all, side);
		if (all.ike_count || all.child_count || s->host[side]->child_count)
			broken(s, "%s: %zu IKE SAs and %zu Child SAs are left", name_of(side), all.ike_count, s->host[side]->child_count);
	}
	LIST_EACH(at, &s->lives) {
		const struct life *l = LIST_ITEM(at, struct life, link);

		if (!l->down_at)
			broken(s, "%s: nobody said that SA %" PRIu32 "/%" PRIu32 " went", name_of(l->side), l->ike_id, l->child_id);
	}
}

void check_clear(struct sim *s)
{
	map_clear(&s->ivs);
	map_clear(&s->ids);
	map_clear(&s->keys);
	LIST_EACH_SAFE(at, &s->lives) {
		list_remove(at);
		free(LIST_ITEM(at, struct life, link));
	}
}
