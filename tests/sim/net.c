/* SPDX-License-Identifier: ISC */
/* The network between the engines, its NATs, and how fast the hosts answer. */
#include "sim/sim.h"

#include <stdlib.h>

#define FIRST_PORT 20000u

struct packet {
	struct list link;
	uint64_t at;
	unsigned to;
	struct path path; /* as the receiver sees it */
	uint32_t spi;     /* ESP; 0: an IKE message */
	size_t len;
	uint8_t data[];
};

/* --- ways --- */

enum way { WAY_TO, WAY_NOWHERE, WAY_STRANGE };

static struct mapping *map_out(struct sim *s, unsigned from, unsigned port)
{
	struct box *box = &s->boxes[s->node[from].box];
	struct mapping *m = NULL;

	for (size_t i = 0; i < box->count; i++)
		if (box->list[i].node == from && box->list[i].inner == port)
			m = &box->list[i];
	if (m && s->now.boot - m->used > s->plan.nat_idle && !s->healed)
		m->outer = FIRST_PORT + ++box->last_port;
	if (!m) {
		if (box->count == MAPPINGS_MAX)
			abort();
		m = &box->list[box->count++];
		*m = (struct mapping){ .node = from, .inner = port, .outer = FIRST_PORT + ++box->last_port };
	}
	m->used = s->now.boot;
	return m;
}

static bool map_in(struct sim *s, const struct box *box, const struct endpoint *to, unsigned *node, struct endpoint *inner)
{
	for (size_t i = 0; i < box->count; i++) {
		const struct mapping *m = &box->list[i];

		if (m->outer != to->port || (s->now.boot - m->used > s->plan.nat_idle && !s->healed))
			continue;
		*node = m->node;
		inner->addr = s->addr[m->node][s->node[m->node].place];
		inner->port = (uint16_t)m->inner;
		return true;
	}
	return false;
}

void net_forget(struct sim *s, unsigned box)
{
	s->boxes[box].count = 0;
}

/* Who has this address now; STRANGE: nobody ever had. */
static enum way find(struct sim *s, const struct endpoint *to, unsigned *node, struct endpoint *inner)
{
	for (unsigned i = 0; i < BOXES; i++)
		if (addr_equal(&s->boxes[i].addr, &to->addr))
			return map_in(s, &s->boxes[i], to, node, inner) ? WAY_TO : WAY_NOWHERE;
	for (unsigned n = 0; n < s->plan.nodes; n++) {
		for (unsigned place = 0; place < PLACES; place++) {
			if (!addr_equal(&s->addr[n][place], &to->addr))
				continue;
			*node = n;
			*inner = *to;
			return place == s->node[n].place && s->node[n].box < 0 ? WAY_TO : WAY_NOWHERE;
		}
	}
	return WAY_STRANGE;
}

/* The receiver's view of a path. */
static enum way way(struct sim *s, unsigned from, const struct path *sent, unsigned *to, struct path *out)
{
	struct addr own = s->addr[from][s->node[from].place];

	*out = (struct path){ .remote = sent->local, .encap = sent->encap, .interface = 1 };
	if (!addr_unspecified(&sent->local.addr) && !addr_equal(&sent->local.addr, &own))
		return WAY_NOWHERE; /* the system refuses an address that the host does not have */
	out->remote.addr = own;
	if (s->node[from].box >= 0) {
		out->remote.port = (uint16_t)map_out(s, from, sent->local.port)->outer;
		out->remote.addr = s->boxes[s->node[from].box].addr;
	}
	return find(s, &sent->remote, to, &out->local);
}

static struct line *line_between(struct sim *s, unsigned from, unsigned to)
{
	int i = s->line_of[from][to];

	return i < 0 ? NULL : &s->lines[i];
}

static void queue(struct sim *s, struct packet *p)
{
	struct list *at = s->packets.prev;

	while (at != &s->packets && LIST_ITEM(at, struct packet, link)->at > p->at)
		at = at->prev;
	list_append(at->next, &p->link);
}

static struct packet *packet_new(unsigned to, const struct path *path, struct bytes datagram, uint64_t at)
{
	struct packet *p = calloc(1, sizeof(*p) + datagram.len);

	if (!p)
		abort();
	p->at = at;
	p->to = to;
	p->path = *path;
	p->len = datagram.len;
	if (datagram.len > 0)
		memcpy(p->data, datagram.at, datagram.len);
	return p;
}

static uint64_t travel(struct sim *s, struct rng *r, const struct line *l)
{
	return s->now.boot + l->latency + rng_below(r, l->jitter + 1);
}

static uint64_t arrival(struct sim *s, const struct line *l)
{
	uint64_t at = travel(s, &s->net, l);

	if (!s->healed && rng_percent(&s->net, s->conf.reorder))
		at += rng_below(&s->net, rng_percent(&s->net, 10) ? SECONDS(20) : SECONDS(2));
	return at;
}

static bool is_cut(const struct sim *s, const struct line *l, unsigned from)
{
	return !s->healed && s->now.boot < l->cut[from == l->node[1]];
}

void net_send(void *owner, struct host *h, const struct path *path, struct bytes datagram, bool keepalive)
{
	struct sim *s = owner;
	unsigned from = h->index, to = 0;
	const struct line *l;
	struct path seen;
	enum way where = way(s, from, path, &to, &seen);
	bool lost, twice, first, response = collide_is_response(datagram);
	struct talk *talk;

	sim_digest(s, 'm', datagram);
	if (keepalive)
		return;
	s->sent++;
	talk = collide_sent(s, from, to, datagram, &first);
	check_sent(s, from, datagram);
	l = where == WAY_TO ? line_between(s, from, to) : NULL;
	if (where == WAY_STRANGE || (where == WAY_TO && !l)) {
		broken(s, "%s sent a datagram to somebody who has no connection with it", s->node[from].name);
		return;
	}
	if (!l) {
		chart_message(s, from, -1, datagram, "to nobody");
		collide_lost(talk, response);
		return;
	}
	lost = !s->healed && (rng_percent(&s->net, s->conf.loss) || is_cut(s, l, from) || collide_loses(s, from, talk, response, first));
	twice = !s->healed && rng_percent(&s->net, s->conf.duplicate) && !is_cut(s, l, from);
	chart_message(s, from, (int)to, datagram, lost ? (twice ? "one of two lost" : "lost") : twice ? "doubled" : "");
	s->lost += lost;
	s->doubled += twice;
	if (lost && !twice)
		collide_lost(talk, response);
	if (!lost)
		queue(s, packet_new(to, &seen, datagram, arrival(s, l)));
	if (twice)
		queue(s, packet_new(to, &seen, datagram, arrival(s, l) + rng_below(&s->net, SECONDS(2))));
}

void net_send_esp(struct sim *s, unsigned from, const struct path *path, uint32_t spi)
{
	const struct line *l;
	struct path seen;
	struct packet *p;
	unsigned to = 0;

	s->esp_sent++;
	if (way(s, from, path, &to, &seen) != WAY_TO)
		return;
	l = line_between(s, from, to);
	if (!l || is_cut(s, l, from) || (!s->healed && rng_percent(&s->esp, s->conf.loss)))
		return;
	p = packet_new(to, &seen, bytes_none(), travel(s, &s->esp, l));
	p->spi = spi;
	queue(s, p);
}

void net_deliver(struct sim *s)
{
	while (!list_empty(&s->packets) && !is_broken(s)) {
		struct packet *p = LIST_ITEM(s->packets.next, struct packet, link);
		const struct site *n = &s->node[p->to];

		if (p->at > s->now.boot)
			return;
		list_remove(&p->link);
		if (n->host && !n->asleep && p->spi)
			esp_arrive(s, p->to, p->spi, &p->path);
		else if (n->host && !n->asleep) {
			collide_arrives(s, p->to, bytes(p->data, p->len));
			host_input(n->host, sim_now(s, p->to), &p->path, bytes(p->data, p->len));
		}
		check_step(s, p->to);
		free(p);
	}
}

uint64_t net_deadline(const struct sim *s)
{
	return list_empty(&s->packets) ? NEVER : LIST_ITEM(s->packets.next, struct packet, link)->at;
}

void net_clear(struct sim *s)
{
	LIST_EACH_SAFE(at, &s->packets) {
		list_remove(at);
		free(LIST_ITEM(at, struct packet, link));
	}
}

/* --- how fast the hosts answer --- */

static uint64_t when_normal(struct sim *s)
{
	uint64_t dice = rng_below(&s->asks, 10000);

	if (dice == 0)
		return NEVER;
	if (dice < 10)
		return s->now.boot + SECONDS(3) + rng_below(&s->asks, SECONDS(10));
	if (dice < 500)
		return s->now.boot + rng_below(&s->asks, SECONDS(1));
	return dice < 3000 ? s->now.boot + rng_below(&s->asks, 200) : s->now.boot;
}

static uint64_t when_hard(struct sim *s)
{
	uint64_t dice = rng_below(&s->asks, 100);

	if (dice < 4)
		return NEVER;
	if (dice < 12)
		return s->now.boot + rng_below(&s->asks, SECONDS(40));
	return dice < 60 ? s->now.boot + rng_below(&s->asks, SECONDS(3)) : s->now.boot;
}

uint64_t net_when(void *owner, struct host *h, const struct ask *ask)
{
	struct sim *s = owner;
	uint64_t at = s->now.boot;

	if (s->conf.collide < 0)
		at = s->healed ? s->now.boot + rng_below(&s->asks, 50) : s->conf.asks == ASKS_HARD ? when_hard(s) : when_normal(s);
	sim_digest(s, 'a' + ask->kind, bytes_none());
	if (at == NEVER)
		chart(s, (int)h->index, "asks for %s: never answered", ask_name(ask->kind));
	else
		chart(s, (int)h->index, "asks for %s: answer in %llu ms", ask_name(ask->kind), (unsigned long long)(at - s->now.boot));
	s->asks_lost += at == NEVER || at > s->now.boot + SECONDS(20);
	return at;
}
