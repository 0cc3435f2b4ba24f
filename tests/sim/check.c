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

void check_sent(struct sim *s, unsigned n, struct bytes datagram)
{
	struct reason why = { 0 };
	struct ike_header h;
	uint8_t key[40] = { 0 };
	size_t iv_len, iv_at = 32;

	if (!ike_header_read(&h, datagram, &why)) {
		broken(s, "%s sent what is no IKE message", s->node[n].name);
		return;
	}
	if (h.next != IKEV2_PAYLOAD_SK && h.next != IKEV2_PAYLOAD_SKF) /* clear: IKE_SA_INIT with cookies and other methods, INVALID_IKE_SPI */
		return;
	put_u64(key, h.spi_i);
	put_u64(key + 8, h.spi_r);
	key[16] = h.flags;
	put_u32(key + 20, h.message_id);
	if (h.next == IKEV2_PAYLOAD_SKF && datagram.len > 36) { /* its number and their count, RFC 7383 2.5 */
		iv_at = 36;
		memcpy(key + 24, datagram.at + 32, 4);
	}
	if (!same_as_before(&s->ids, bytes(key, 28), datagram))
		broken(s, "%s sent two different messages with message ID %" PRIu32, s->node[n].name, h.message_id);
	iv_len = tap_iv_len(&s->tap, &h);
	if (iv_len == 0 || iv_len > 16 || datagram.len < iv_at + iv_len)
		return;
	key[16] = h.flags & IKE_FLAG_INITIATOR;
	memset(key + 17, 0, 11);
	memcpy(key + 24, datagram.at + iv_at, iv_len);
	if (!same_as_before(&s->ivs, bytes(key, sizeof(key)), datagram))
		broken(s, "%s used one key with the same IV for two messages", s->node[n].name);
}

/* --- what the engine lists --- */

#define LISTED_MAX 512 /* of one node */
#define PAIR_MAX 24    /* IKE SAs with one peer, and Child SAs of one child with it */

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

static void list_all(struct sim *s, struct listing *l, unsigned n)
{
	l->host = s->node[n].host;
	l->ike_count = l->child_count = 0;
	l->full = false;
	if (!l->host)
		return;
	engine_each_ike(l->host->engine, list_ike, l);
	for (size_t i = 0; i < l->ike_count; i++)
		engine_each_child(l->host->engine, l->ikes[i].id, list_child, l);
	if (l->full)
		broken(s, "%s lists more and more SAs", s->node[n].name);
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
	if (a->mode != b->mode)
		return "modes";
	return a->initiator == b->initiator ? "roles" : NULL;
}

static const struct child_params *mirror(const struct sim *s, unsigned n, const struct child_params *p)
{
	for (unsigned other = 0; other < s->plan.nodes; other++) {
		const struct host *h = s->node[other].host;

		if (!h || s->line_of[n][other] < 0)
			continue;
		LIST_EACH(at, &h->children) {
			const struct child_params *q = &LIST_ITEM(at, struct installed, link)->params;

			if (q->spi_out == p->spi_in && q->spi_in == p->spi_out)
				return q;
		}
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

static void check_installed(struct sim *s, unsigned n)
{
	struct host *h = s->node[n].host;

	LIST_EACH(at, &h->children) {
		const struct child_params *p = &LIST_ITEM(at, struct installed, link)->params;
		const struct child_params *other = mirror(s, n, p);
		const char *what = other ? difference(p, other) : NULL;

		if (what)
			broken(s, "the two ends of a Child SA (SPI %08" PRIx32 ") have different %s", p->spi_in, what);
		check_keys(s, p);
	}
}

static void check_listed(struct sim *s, const struct listing *l, unsigned n)
{
	for (size_t i = 0; i < l->child_count; i++) {
		const struct child_info *c = &l->children[i];
		const struct installed *in = host_child(l->host, c->id);

		if (c->state == CHILD_CREATED || c->state == CHILD_INSTALLING)
			continue;
		if (!in)
			broken(s, "%s lists Child SA %" PRIu32 ", which is not installed", s->node[n].name, c->id);
		else if (in->params.spi_in != c->spi_in || in->params.spi_out != c->spi_out || in->params.ike_id != c->ike_id)
			broken(s, "%s lists Child SA %" PRIu32 " otherwise than it is installed", s->node[n].name, c->id);
	}
}

/* Memory stays bounded, whatever happens: so many SAs and not more. */
static void check_bounds(struct sim *s, const struct listing *l, unsigned n)
{
	size_t peers = 0;

	for (unsigned other = 0; other < s->plan.nodes; other++)
		peers += s->line_of[n][other] >= 0;
	if (l->ike_count > peers * PAIR_MAX)
		broken(s, "%s has %zu IKE SAs with %zu peers", s->node[n].name, l->ike_count, peers);
	if (l->host->child_count > peers * s->plan.children * PAIR_MAX)
		broken(s, "%s has %zu Child SAs with %zu peers", s->node[n].name, l->host->child_count, peers);
}

void check_step(struct sim *s, unsigned n)
{
	static struct listing l;
	struct site *node = &s->node[n];

	if (is_broken(s) || !node->host)
		return;
	if (node->host->fault)
		broken(s, "%s: %s", node->name, node->host->fault);
	if (node->moved)
		check_installed(s, n);
	node->moved = false;
	list_all(s, &l, n);
	check_listed(s, &l, n);
	check_bounds(s, &l, n);
}

/* --- when all is quiet --- */

static const struct ike_info *ike_find(const struct listing *l, const struct ike_info *ike)
{
	for (size_t i = 0; i < l->ike_count; i++)
		if (l->ikes[i].spi_i == ike->spi_i && l->ikes[i].spi_r == ike->spi_r)
			return &l->ikes[i];
	return NULL;
}

static bool named(const char *name, const char *other)
{
	return name && other && strcmp(name, other) == 0;
}

/* What `a`, node n's, has and `b`, its peer's, has not, in words. */
static void compare_ikes(struct text *out, const struct sim *s, unsigned n, const struct listing *a, const struct listing *b,
                         const char *connection)
{
	for (size_t i = 0; i < a->ike_count; i++) {
		const struct ike_info *ike = &a->ikes[i], *other = ike_find(b, ike);

		if (!named(ike->connection, connection))
			continue;
		if (ike->state != IKE_ESTABLISHED)
			text_add(out, "; at %s IKE SA %" PRIu32 " is %s", s->node[n].name, ike->id, ike_state_name(ike->state));
		else if (!other)
			text_add(out, "; only %s has its IKE SA %" PRIu32, s->node[n].name, ike->id);
		else if (other->initiator == ike->initiator)
			text_add(out, "; both ends of an IKE SA say that they began it");
	}
}

static bool same_child(const struct child_info *c, const struct child_info *d)
{
	return strcmp(c->name, d->name) == 0 && same_selectors(c->local_ts, d->local_ts) && same_selectors(c->remote_ts, d->remote_ts);
}

static void compare_children(struct text *out, const struct sim *s, unsigned n, const struct listing *a, const char *connection)
{
	for (size_t i = 0; i < a->child_count; i++) {
		const struct child_info *c = &a->children[i];
		const struct installed *in = host_child(a->host, c->id);

		if (!in || !named(in->params.connection, connection))
			continue;
		if (c->state != CHILD_INSTALLED)
			text_add(out, "; at %s Child SA %" PRIu32 " is %s", s->node[n].name, c->id, child_state_name(c->state));
		else if (!mirror(s, n, &in->params))
			text_add(out, "; only %s has its Child SA %" PRIu32, s->node[n].name, c->id);
		else if (!in->outbound)
			text_add(out, "; %s does not send by its Child SA %" PRIu32, s->node[n].name, c->id);
		for (size_t j = 0; j < i; j++)
			if (a->children[j].ike_id == c->ike_id && same_child(c, &a->children[j]))
				text_add(out, "; %s has two equal Child SAs, %" PRIu32 " and %" PRIu32, s->node[n].name, a->children[j].id, c->id);
	}
}

/* What is told to be up is what is listed. */
static void compare_told(struct text *out, const struct sim *s, unsigned n, const struct listing *a)
{
	size_t up[2] = { 0, 0 };

	LIST_EACH(at, &s->lives) {
		const struct life *l = LIST_ITEM(at, struct life, link);

		if (l->node == n && !l->down_at && !l->heir)
			up[l->is_child]++;
	}
	if (up[0] != a->ike_count || up[1] != a->child_count)
		text_add(out, "; %s has told of %zu IKE SAs and %zu Child SAs that are up, and lists %zu and %zu", s->node[n].name, up[0], up[1],
		         a->ike_count, a->child_count);
}

bool check_same(struct sim *s, bool complain)
{
	static struct listing all[SITES_MAX];
	struct text words = { 0 };
	bool same;

	for (unsigned n = 0; n < s->plan.nodes; n++) {
		list_all(s, &all[n], n);
		compare_told(&words, s, n, &all[n]);
		if (all[n].child_count != all[n].host->child_count)
			text_add(&words, "; %s has installed %zu Child SAs and lists %zu", s->node[n].name, all[n].host->child_count, all[n].child_count);
	}
	for (size_t i = 0; i < s->line_count; i++) {
		const struct line *l = &s->lines[i];

		for (unsigned end = 0; end < 2; end++) {
			compare_ikes(&words, s, l->node[end], &all[l->node[end]], &all[l->node[1 - end]], l->name);
			compare_children(&words, s, l->node[end], &all[l->node[end]], l->name);
		}
	}
	same = words.len == 0;
	if (!same && complain)
		broken(s, "the nodes do not hold the same%s", text_str(&words));
	text_clear(&words);
	return same;
}

struct attempts {
	struct sim *s;
	unsigned n;
};

static bool check_attempt(void *ctx, const struct story_attempt *a)
{
	struct attempts *all = ctx;
	bool reasoned = false;

	for (size_t i = 0; i < a->count; i++)
		reasoned = reasoned || (a->entries[i].why && a->entries[i].why->kind != REASON_NONE);
	if (!a->ended && !a->up)
		broken(all->s, "%s: an attempt of boot time %" PRIu64 " has neither come up nor ended", all->s->node[all->n].name, a->begun.boot);
	else if (a->ended && !reasoned)
		broken(all->s, "%s: an attempt of boot time %" PRIu64 " ended without a reason", all->s->node[all->n].name, a->begun.boot);
	return true;
}

static void check_leaks(struct sim *s, unsigned n)
{
	const struct host *h = s->node[n].host;

	if (h->pending_count > 0)
		broken(s, "%s: %zu answers are still on their way", s->node[n].name, h->pending_count);
	if (h->spi_count != h->child_count)
		broken(s, "%s: %zu SPIs are reserved for %zu Child SAs", s->node[n].name, h->spi_count, h->child_count);
}

bool check_at_rest(const struct sim *s)
{
	for (unsigned n = 0; n < s->plan.nodes; n++) {
		const struct host *h = s->node[n].host;

		if (!h || h->pending_count || h->spi_count != h->child_count)
			return false;
	}
	return true;
}

void check_quiet(struct sim *s)
{
	for (unsigned n = 0; n < s->plan.nodes; n++)
		check_leaks(s, n);
	for (size_t i = 0; i < s->line_count; i++)
		for (unsigned end = 0; end < 2; end++) {
			unsigned n = s->lines[i].node[end];

			engine_each_attempt(s->node[n].host->engine, s->lines[i].name, check_attempt, &(struct attempts){ s, n });
		}
	for (size_t i = 0; i < s->order_count; i++)
		if (!s->orders[i].done && !s->orders[i].lost)
			broken(s, "%s: the command \"%s\" (of %" PRIu64 " ms) does not end", s->node[s->orders[i].node].name,
			       s->orders[i].words, s->orders[i].at);
	told_quiet(s);
}

void check_empty(struct sim *s)
{
	static struct listing all;

	check_quiet(s);
	for (unsigned n = 0; n < s->plan.nodes; n++) {
		list_all(s, &all, n);
		if (all.ike_count || all.child_count || all.host->child_count)
			broken(s, "%s: %zu IKE SAs and %zu Child SAs are left", s->node[n].name, all.ike_count, all.host->child_count);
	}
	told_empty(s);
}

void check_clear(struct sim *s)
{
	map_clear(&s->ivs);
	map_clear(&s->ids);
	map_clear(&s->keys);
}
