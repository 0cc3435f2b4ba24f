/* SPDX-License-Identifier: ISC */
/*
 * What the data plane tells its owner: limits, moved peers, unknown SPIs, and drops, at most one line a reason and minute.
 */
#include "dataplane/plane.h"

#include <stdio.h>

#include "iana/ip.h"

#define DROP_INTERVAL MINUTES(1)
#define ICMP_RATE 200u
#define SPI_RATE 10u /* anybody can send an unknown SPI */

/* There is room for all that one turn can have to tell: a limit that is not told now would never be. */
static struct telling *add(struct dataplane *dp, enum telling_kind kind, uint32_t child_id)
{
	struct telling *t;

	if (dp->telling_count == TELLINGS_MAX)
		return NULL;
	t = &dp->tellings[dp->telling_count++];
	*t = (struct telling){ .kind = kind, .child_id = child_id };
	return t;
}

static void put_sample(char *out, size_t size, const struct packet_key *key, const struct endpoint *from)
{
	struct text t = { 0 };

	if (key && key->source.family != ADDR_NONE) {
		addr_print(&t, &key->source);
		if (key->ports_known)
			text_add(&t, ":%u", key->source_port);
		text_add(&t, " -> ");
		addr_print(&t, &key->destination);
		if (key->ports_known)
			text_add(&t, ":%u", key->destination_port);
		text_add(&t, ", protocol %u", key->protocol);
	}
	if (from && from->addr.family != ADDR_NONE) {
		text_add(&t, "%sfrom ", t.len > 0 ? ", " : "");
		endpoint_print(&t, from);
	}
	snprintf(out, size, "%s", text_str(&t));
	text_clear(&t);
}

static void tell_drop_now(struct dataplane *dp, enum drop why)
{
	struct drop_state *d = &dp->drops[why];
	struct telling *t = add(dp, TELL_DROPS, d->child_id);

	if (!t)
		return;
	t->drop = why;
	t->count = d->untold;
	memcpy(t->sample, d->sample, sizeof(t->sample));
	d->untold = 0;
	d->told_at = dp->now.boot;
}

void tell_drop(struct dataplane *dp, struct child *c, enum drop why, const struct packet_key *key, const struct endpoint *from)
{
	struct drop_state *d = &dp->drops[why];

	if (why == DROP_NONE)
		return;
	d->total++;
	if (c)
		c->counters.drops++;
	if (why == DROP_DUMMY) /* nothing is wrong with these */
		return;
	if (d->untold++ == 0) {
		d->child_id = c ? c->params.id : 0;
		put_sample(d->sample, sizeof(d->sample), key, from);
	}
	if (d->told_at == 0 || dp->now.boot - d->told_at >= DROP_INTERVAL)
		tell_drop_now(dp, why);
}

void tell_cleartext(struct dataplane *dp, uint64_t total)
{
	struct drop_state *d = &dp->drops[DROP_CLEARTEXT];

	if (total <= dp->cleartext_told)
		return;
	d->untold += total - dp->cleartext_told; /* not into d->total: dataplane_drops asks the system itself */
	d->child_id = 0;
	d->sample[0] = 0;
	dp->cleartext_told = total;
	tell_drop_now(dp, DROP_CLEARTEXT);
}

void tell_expire(struct dataplane *dp)
{
	for (unsigned why = 1; why < DROP_COUNT; why++)
		if (dp->drops[why].untold > 0 && dp->now.boot - dp->drops[why].told_at >= DROP_INTERVAL)
			tell_drop_now(dp, (enum drop)why);
}

uint64_t tell_deadline(const struct dataplane *dp)
{
	uint64_t first = NEVER;

	for (unsigned why = 1; why < DROP_COUNT; why++)
		if (dp->drops[why].untold > 0 && dp->drops[why].told_at + DROP_INTERVAL < first)
			first = dp->drops[why].told_at + DROP_INTERVAL;
	return first;
}

void tell_limit(struct dataplane *dp, const struct child *c, bool hard, bool sequence)
{
	struct telling *t = add(dp, TELL_LIMIT, c->params.id);

	if (t) {
		t->hard = hard;
		t->sequence = sequence;
	}
}

void tell_moved(struct dataplane *dp, const struct child *c, const struct path *from)
{
	struct telling *t = add(dp, TELL_MOVED, c->params.id);

	if (t)
		t->path = *from;
}

void tell_first(struct dataplane *dp, const struct child *c)
{
	(void)add(dp, TELL_FIRST, c->params.id);
}

void tell_one_way(struct dataplane *dp, const struct child *c)
{
	(void)add(dp, TELL_ONE_WAY, c->params.id);
}

/*
 * RFC 7296 2.9: the packet's addresses, protocol and ports. ICMP without its type: an answer has another one, and a peer that narrows to
 * just this would take the question and not let the answer back.
 */
static void selector_of_packet(struct selector *s, const struct addr *a, const struct packet_key *key, uint16_t port)
{
	*s = (struct selector){ .first = *a, .last = *a, .protocol = key->protocol, .port_last = 65535 };
	if (key->ports_known && key->protocol != IP_PROTOCOL_ICMP && key->protocol != IP_PROTOCOL_ICMPV6)
		s->port_first = s->port_last = port;
}

bool tell_acquire(struct dataplane *dp, const struct policy *trap, const struct packet_key *key)
{
	struct telling *t = add(dp, TELL_ACQUIRE, trap->params.id);

	if (!t)
		return false;
	selector_of_packet(&t->local, &key->source, key, key->source_port);
	selector_of_packet(&t->remote, &key->destination, key, key->destination_port);
	return true;
}

static bool bucket_take(struct bucket *b, uint64_t now, uint64_t rate)
{
	uint64_t fresh = (now - b->at) * rate / 1000;

	if (fresh > 0) {
		b->tokens = b->tokens + fresh < rate ? b->tokens + fresh : rate;
		b->at = now;
	}
	if (b->tokens == 0)
		return false;
	b->tokens--;
	return true;
}

void tell_spi(struct dataplane *dp, const struct path *from, uint32_t spi)
{
	struct telling *t = bucket_take(&dp->unknown_spis, dp->now.boot, SPI_RATE) ? add(dp, TELL_SPI, 0) : NULL;

	if (t) {
		t->path = *from;
		t->spi = spi;
	}
}

void tell_lost(struct dataplane *dp)
{
	if (!dp->common.lost)
		dp->common.lost = add(dp, TELL_LOST, 0) != NULL;
}

static void tell_one(const struct dataplane_events *e, const struct telling *t)
{
	switch (t->kind) {
	case TELL_LIMIT:
		if (e->limit_reached)
			e->limit_reached(e->owner, t->child_id, t->hard, t->sequence);
		break;
	case TELL_MOVED:
		if (e->peer_moved)
			e->peer_moved(e->owner, t->child_id, &t->path);
		break;
	case TELL_SPI:
		if (e->unknown_spi)
			e->unknown_spi(e->owner, &t->path, t->spi);
		break;
	case TELL_LOST:
		if (e->lost)
			e->lost(e->owner, TAG_TUN);
		break;
	case TELL_FIRST:
		if (e->first_packet)
			e->first_packet(e->owner, t->child_id);
		break;
	case TELL_ONE_WAY:
		if (e->one_way)
			e->one_way(e->owner, t->child_id);
		break;
	case TELL_ACQUIRE:
		if (e->acquire)
			e->acquire(e->owner, t->child_id, &t->local, &t->remote);
		break;
	case TELL_DROPS:
		if (e->drop_log)
			e->drop_log(e->owner, t->drop, t->child_id, t->count, t->sample);
		break;
	}
}

/* An event may call us again, and that may bring new tellings: each is copied out first, and the list is walked to its end. */
void tell_all(struct dataplane *dp)
{
	for (size_t i = 0; i < dp->telling_count; i++) {
		struct telling t = dp->tellings[i];

		tell_one(&dp->conf.events, &t);
	}
	dp->telling_count = 0;
}

bool tell_icmp_allowed(struct dataplane *dp)
{
	return bucket_take(&dp->icmp, dp->now.boot, ICMP_RATE);
}
