/* SPDX-License-Identifier: ISC */
/*
 * Packets by the Child SAs. A rekey must lose none: whatever a node sends by the SA that its engine wants used must find that SA at
 * the peer, unless the peer has said that it is down. Packets are sent where it is closest: the last by the old SA and the first by
 * the new one, at the moment that packets change over; and now and then one by each.
 */
#include "sim/sim.h"

#include <inttypes.h>
#include <stdlib.h>

/* An inbound SPI that a node's data plane has or had. */
struct spi {
	unsigned node, crashes; /* crashes: of the node, when it was installed */
	uint32_t reqid, child_id, spi_out;
	uint64_t installed, removed;
	bool limited;           /* a hard limit was reported: it must not be used again */
};

static void remember(struct sim *s, const struct host *h, const struct installed *i)
{
	struct spi *spi = calloc(1, sizeof(*spi));

	if (!spi)
		abort();
	*spi = (struct spi){ h->index, s->node[h->index].crashes, i->params.reqid, i->params.id, i->params.spi_out, s->now.boot, 0, false };
	free(map_get(&s->spis, i->params.spi_in));
	if (!map_put(&s->spis, i->params.spi_in, spi))
		abort();
}

struct closing {
	const struct host *host;
	uint32_t child_id;
	bool found;
};

static bool is_closing(void *ctx, const struct child_info *c)
{
	struct closing *search = ctx;

	search->found = search->found || (c->id == search->child_id && c->state == CHILD_DELETING);
	return !search->found;
}

static bool closing_by(void *ctx, const struct ike_info *ike)
{
	struct closing *search = ctx;

	engine_each_child(search->host->engine, ike->id, is_closing, search);
	return !search->found;
}

/* Its delete is under way, and nothing has taken its place: what goes out by it now may be lost. */
static bool given_up(const struct sim *s, const struct host *h, uint32_t child_id)
{
	const struct life *life = told_life(s, h->index, true, child_id);
	struct closing search = { h, child_id, false };

	if (!life || life->heir)
		return false;
	engine_each_ike(h->engine, closing_by, &search);
	return search.found;
}

static void send_by(struct sim *s, const struct host *h, const struct installed *i)
{
	if (given_up(s, h, i->params.id))
		return;
	((struct installed *)(uintptr_t)i)->used_out = s->now.boot;
	net_send_esp(s, h->index, &i->params.path, i->params.spi_out);
}

/* The one that packets went out by before `i` took its place. */
static const struct installed *before(const struct host *h, const struct installed *i)
{
	const struct installed *old = NULL;

	LIST_EACH(at, &h->children) {
		const struct installed *o = LIST_ITEM(at, struct installed, link);

		if (o != i && o->outbound && o->params.reqid == i->params.reqid && (!old || o->outbound_seq > old->outbound_seq))
			old = o;
	}
	return old;
}

static const char *const changes[] = {
	[HOST_INSTALLED] = "installs", [HOST_OUTBOUND] = "sends by", [HOST_UPDATED] = "moves", [HOST_REMOVED] = "removes",
};

void esp_changed(void *owner, struct host *h, enum host_change change, const struct installed *i)
{
	struct sim *s = owner;
	const struct installed *old = before(h, i);

	s->node[h->index].moved = true;
	chart(s, (int)h->index, "%s Child SA %" PRIu32 " (SPI in %08" PRIx32 ", out %08" PRIx32 "%s)", changes[change], i->params.id,
	      i->params.spi_in, i->params.spi_out, i->outbound ? "" : ", inbound only");
	if (change == HOST_INSTALLED)
		remember(s, h, i);
	if (change == HOST_REMOVED && map_get(&s->spis, i->params.spi_in))
		((struct spi *)map_get(&s->spis, i->params.spi_in))->removed = s->now.boot;
	if (!s->plan.traffic || change == HOST_UPDATED)
		return;
	if (change == HOST_REMOVED) {
		if (i->outbound && (!old || old->outbound_seq < i->outbound_seq))
			send_by(s, h, i);
		return;
	}
	if (!i->outbound)
		return;
	if (old)
		send_by(s, h, old);
	send_by(s, h, i);
}

static bool flow_lives(const struct host *h, uint32_t reqid)
{
	LIST_EACH(at, &h->children)
		if (LIST_ITEM(at, struct installed, link)->params.reqid == reqid)
			return true;
	return false;
}

static struct selector one_of(const struct selectors *ts)
{
	struct selector one = ts->list[0];

	one.last = one.first;
	return one;
}

/* A packet meets a trap that has no Child SA. */
static void acquire(struct sim *s, unsigned n)
{
	struct host *h = s->node[n].host;

	LIST_EACH(at, &h->policies) {
		const struct policy_params *p = &LIST_ITEM(at, struct standing, link)->params;
		struct traffic t = { .kind = TRAFFIC_ACQUIRE, .child_id = p->id };

		if (p->kind != POLICY_TRAP || flow_lives(h, p->reqid) || !rng_percent(&s->esp, 20))
			continue;
		t.packet_local = one_of(&p->local_ts);
		t.packet_remote = one_of(&p->remote_ts);
		chart(s, (int)n, "a packet meets the trap of %s", p->child);
		host_traffic(h, sim_now(s, n), &t);
		check_step(s, n);
		return; /* the list may have changed */
	}
}

void esp_burst(struct sim *s)
{
	s->next_burst = s->now.boot + SECONDS(3) + rng_below(&s->esp, SECONDS(10));
	if (!s->plan.traffic)
		s->next_burst = NEVER;
	for (unsigned n = 0; n < s->plan.nodes && s->plan.traffic; n++) {
		const struct host *h = s->node[n].host;

		if (!h || s->node[n].asleep)
			continue;
		LIST_EACH(at, &h->children) {
			const struct installed *i = LIST_ITEM(at, struct installed, link);

			if (i->outbound && host_outbound(h, i->params.reqid) == i)
				send_by(s, h, i);
		}
		if (!s->ending)
			acquire(s, n);
	}
}

struct search {
	const struct host *host;
	uint32_t reqid;
	bool found;
};

static bool in_use(void *ctx, const struct child_info *c)
{
	struct search *search = ctx;

	if (c->reqid == search->reqid && (c->state == CHILD_INSTALLED || c->state == CHILD_REKEYING))
		search->found = true;
	return !search->found;
}

static bool in_use_by(void *ctx, const struct ike_info *ike)
{
	struct search *search = ctx;

	if (ike->state == IKE_ESTABLISHED || ike->state == IKE_REKEYING)
		engine_each_child(search->host->engine, ike->id, in_use, search);
	return !search->found;
}

/* Its engine wants packets of this flow to be carried: no Child SA of it is being deleted, nor the IKE SA. */
static bool flow_wanted(const struct host *h, uint32_t reqid)
{
	struct search search = { h, reqid, false };

	engine_each_ike(h->engine, in_use_by, &search);
	return search.found;
}

/* The same for who sent it. An SA that its sender is ending may be lost on the way. */
static bool sender_wants(const struct sim *s, const struct spi *known)
{
	const struct spi *sender = map_get(&s->spis, known->spi_out);
	const struct host *h = sender ? s->node[sender->node].host : NULL;
	const struct life *life = h ? told_life(s, sender->node, true, sender->child_id) : NULL;

	return h && sender->crashes == s->node[sender->node].crashes && !(life && life->down_at) && flow_wanted(h, sender->reqid);
}

void esp_limited(struct sim *s, uint32_t spi_in)
{
	struct spi *spi = map_get(&s->spis, spi_in);

	if (spi)
		spi->limited = true;
}

/* Its hard limit, by time or by use, goes before what is under way to it. */
static bool was_over(const struct sim *s, const struct spi *spi)
{
	return spi->limited || spi->removed - spi->installed >= (s->plan.short_life ? PLAN_SHORT_LIFE : PLAN_LIFE);
}

/* It was said to go, or what had taken its place was, with it. */
static bool said_to_go(struct sim *s, unsigned n, const struct spi *known)
{
	const struct life *life = told_life(s, n, true, known->child_id), *heir;

	if (!life || life->down_at)
		return life != NULL;
	for (heir = life; heir && heir->heir; heir = told_life(s, n, true, heir->heir))
		;
	return heir && heir->down_at && heir->down_at <= known->removed;
}

/* Nobody has said that this one went: it was lost while its flow lives. */
static void missed(struct sim *s, unsigned n, uint32_t spi)
{
	const struct host *h = s->node[n].host;
	const struct spi *known = map_get(&s->spis, spi);

	s->esp_missed++;
	if (s->asks_lost > 0)
		return; /* a host that does not do what it is asked loses them */
	if (!known || known->node != n || known->crashes != s->node[n].crashes)
		return; /* the peer sends by what this node, as it is now, never had */
	if (!was_over(s, known) && flow_wanted(h, known->reqid) && sender_wants(s, known) && !said_to_go(s, n, known))
		broken(s, "a packet came to %s by Child SA %" PRIu32 " (SPI %08" PRIx32 "), which was removed although its successor lives",
		       s->node[n].name, known->child_id, spi);
}

void esp_arrive(struct sim *s, unsigned n, uint32_t spi, const struct path *path)
{
	struct host *h = s->node[n].host;
	struct traffic t = { .kind = TRAFFIC_UNKNOWN_SPI, .spi = spi, .path = *path };

	if (host_packet(h, sim_now(s, n), spi, path))
		return;
	missed(s, n, spi);
	host_traffic(h, sim_now(s, n), &t);
}

uint32_t esp_peer(const struct sim *s, uint32_t spi_in)
{
	const struct spi *spi = map_get(&s->spis, spi_in);

	return spi ? spi->spi_out : 0;
}

void esp_clear(struct sim *s)
{
	size_t at = 0;
	struct spi *spi;

	while ((spi = map_next(&s->spis, &at)))
		free(spi);
	map_clear(&s->spis);
}
