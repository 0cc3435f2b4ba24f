/* SPDX-License-Identifier: ISC */
/* The network between the two, and how fast the hosts answer. */
#include "sim/sim.h"

#include <stdlib.h>

#define NAT_500 20500u
#define NAT_4500 24500u

struct packet {
	struct list link;
	uint64_t at;
	enum side to;
	struct path path; /* as the receiver sees it */
	size_t len;
	uint8_t data[];
};

struct addr net_addr(const struct sim *s, enum side side)
{
	struct addr a = { 0 };

	if (s->plan.v6)
		(void)addr_parse(&a, bytes_str(side == ALICE ? "2001:db8:a::1" : "2001:db8:b::1"));
	else
		(void)addr_parse(&a, bytes_str(side == ALICE ? "192.0.2.1" : "198.51.100.2"));
	return a;
}

/* The receiver's view of a path, through the NAT in front of Alice if there is one. False: it leads nowhere. */
static bool translate(const struct sim *s, enum side from, const struct path *sent, struct path *out)
{
	struct addr to = net_addr(s, from == ALICE ? BOB : ALICE);

	*out = (struct path){ .local = sent->remote, .remote = sent->local, .encap = sent->encap, .interface = 1 };
	if (!s->plan.nat)
		return addr_equal(&sent->remote.addr, &to);
	if (from == ALICE) {
		out->remote.addr = s->nat;
		out->remote.port = sent->local.port == 500 ? NAT_500 : NAT_4500;
		return addr_equal(&sent->remote.addr, &to);
	}
	if (!addr_equal(&sent->remote.addr, &s->nat) || (sent->remote.port != NAT_500 && sent->remote.port != NAT_4500))
		return false;
	out->local.addr = to;
	out->local.port = sent->remote.port == NAT_500 ? 500 : 4500;
	return true;
}

static void queue(struct sim *s, enum side to, const struct path *path, struct bytes datagram, uint64_t delay)
{
	struct packet *p = calloc(1, sizeof(*p) + datagram.len);
	struct list *at = s->packets.prev;

	if (!p)
		abort();
	p->at = s->now.boot + delay;
	p->to = to;
	p->path = *path;
	p->len = datagram.len;
	memcpy(p->data, datagram.at, datagram.len);
	while (at != &s->packets && LIST_ITEM(at, struct packet, link)->at > p->at)
		at = at->prev;
	list_append(at->next, &p->link);
	s->packet_count++;
}

static uint64_t delay(struct sim *s)
{
	uint64_t ms = 5 + rng_below(&s->net, 45);

	if (!s->healed && rng_percent(&s->net, s->conf.reorder))
		ms += rng_below(&s->net, rng_percent(&s->net, 10) ? SECONDS(20) : SECONDS(2));
	return ms;
}

void net_send(void *owner, struct host *h, const struct path *path, struct bytes datagram, bool keepalive)
{
	struct sim *s = owner;
	enum side from = sim_side(s, h), to = from == ALICE ? BOB : ALICE;
	struct path seen;
	bool lost, twice;

	sim_digest(s, 'm', datagram);
	if (keepalive)
		return;
	s->sent++;
	tap_watch(&s->tap, datagram);
	check_sent(s, from, datagram);
	lost = !s->healed && (rng_percent(&s->net, s->conf.loss) || s->now.boot < s->partition);
	twice = !s->healed && rng_percent(&s->net, s->conf.duplicate);
	if (!translate(s, from, path, &seen)) {
		broken(s, "a datagram was sent to somebody else");
		return;
	}
	chart_message(s, from, datagram, lost ? (twice ? "one of two lost" : "lost") : twice ? "doubled" : "");
	s->lost += lost;
	s->doubled += twice;
	if (!lost)
		queue(s, to, &seen, datagram, delay(s));
	if (twice)
		queue(s, to, &seen, datagram, delay(s) + rng_below(&s->net, SECONDS(2)));
}

void net_deliver(struct sim *s)
{
	while (!list_empty(&s->packets)) {
		struct packet *p = LIST_ITEM(s->packets.next, struct packet, link);

		if (p->at > s->now.boot)
			return;
		list_remove(&p->link);
		host_input(s->host[p->to], s->now, &p->path, bytes(p->data, p->len));
		free(p);
		check_step(s);
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
	uint64_t at = s->healed ? s->now.boot + rng_below(&s->asks, 50) : s->conf.asks == ASKS_HARD ? when_hard(s) : when_normal(s);

	sim_digest(s, 'a' + ask->kind, bytes_none());
	if (at == NEVER)
		chart(s, (int)sim_side(s, h), "asks for %s: never answered", ask_name(ask->kind));
	else
		chart(s, (int)sim_side(s, h), "asks for %s: answer in %llu ms", ask_name(ask->kind),
		      (unsigned long long)(at - s->now.boot));
	s->asks_lost += at == NEVER || at > s->now.boot + SECONDS(20);
	return at;
}
