/* SPDX-License-Identifier: ISC */
/*
 * The simulator: two engines, virtual time, a network that loses, doubles, delays and reorders, and hosts that answer late, out
 * of order or never. One seed is one run, the same to the byte each time.
 *
 * A run has these parts (run.c): set-up, then a number of things that happen (plan.c), then the network heals, and after one
 * liveness check and the retransmission limit both sides must agree (check.c); then a connection must come up at once, and all
 * must go when it is told to.
 */
#pragma once

#include "base/map.h"
#include "support/tap.h"

enum side { ALICE, BOB };

enum asks { ASKS_NORMAL, ASKS_HARD };

struct sim_conf {
	uint64_t seed;
	unsigned loss, duplicate, reorder; /* per cent, each way */
	enum asks asks;
	bool chart;
	bool no_response_cache;            /* the planted fault */
};

/* What the seed has chosen: see plan.c. */
struct plan {
	const char *ike[2], *esp[2];       /* proposals of each side */
	enum { AUTH_BY_PSK, AUTH_BY_RSA, AUTH_BY_ECDSA, AUTH_BY_BOTH } auth;
	bool v6, nat, both, keep_trying, all_children, short_life;
	unsigned children, happenings;
};

struct order {
	uint64_t token, at;
	enum side side;
	const char *words;
	bool done, ok, lost;               /* lost: its host has crashed */
	enum reason_kind why;
	uint16_t notify;
};
#define ORDERS_MAX 128

/* What was told of one SA: up, down, and why. */
struct life {
	struct list link;
	enum side side;
	uint32_t ike_id, child_id;         /* child_id 0: an IKE SA */
	uint64_t up_at, down_at, reason_at; /* 0: not */
};

struct sim {
	struct sim_conf conf;
	struct plan plan;
	struct rng net, asks, script;
	struct host *host[2];
	unsigned crashes[2];
	struct addr nat;
	struct now now;
	struct list packets;               /* struct packet, in the order of arrival */
	uint64_t packet_count, partition;  /* partition: until then nothing arrives */
	bool healed;
	struct order orders[ORDERS_MAX];
	size_t order_count;
	struct list lives;
	struct tap tap;
	struct map ivs, ids, keys;         /* what was seen on the wire and in the hands of the hosts */
	struct text broken, chart;         /* broken: which invariant; empty: none */
	uint64_t digest[2];
	uint64_t steps, lost, doubled, sent, asks_lost;
	bool set_up;                       /* how the first orders ended */
	enum reason_kind set_up_why;
};

/* --- plan.c --- */
void plan_choose(struct sim *s);
struct host *plan_host(struct sim *s, enum side side); /* with its connections loaded */
void plan_happen(struct sim *s);                       /* one thing */
void plan_order(struct sim *s, enum side side, const char *words, const struct command *c);
bool plan_orders_done(const struct sim *s);

/* --- net.c --- */
void net_send(void *owner, struct host *h, const struct path *path, struct bytes datagram, bool keepalive);
uint64_t net_when(void *owner, struct host *h, const struct ask *ask);
uint64_t net_deadline(const struct sim *s);
void net_deliver(struct sim *s);                       /* all that is due */
void net_clear(struct sim *s);
struct addr net_addr(const struct sim *s, enum side side);

/* --- check.c --- */
__attribute__((format(printf, 2, 3))) void broken(struct sim *s, const char *format, ...);
void check_sent(struct sim *s, enum side side, struct bytes datagram);
void check_told(struct sim *s, enum side side, const struct tell *tell);
void check_step(struct sim *s);
void check_crash(struct sim *s, enum side side);
bool check_same(struct sim *s, bool complain);         /* both sides hold the same */
bool check_at_rest(const struct sim *s);               /* no answer is awaited, no SPI is reserved in advance */
void check_quiet(struct sim *s);                       /* nothing half done, nothing leaked, all told */
void check_empty(struct sim *s);
void check_clear(struct sim *s);

/* --- chart.c --- */
__attribute__((format(printf, 3, 4))) void chart(struct sim *s, int side, const char *format, ...); /* side -1: neither */
void chart_message(struct sim *s, enum side from, struct bytes datagram, const char *fate);
void chart_story(struct sim *s, enum side side, const struct tell *tell);
void sim_digest(struct sim *s, unsigned kind, struct bytes data);

/* --- run.c --- */
struct sim *sim_new(const struct sim_conf *conf);
void sim_run(struct sim *s);                           /* the whole; s->broken says what was wrong */
void sim_until(struct sim *s, uint64_t boot);
void sim_free(struct sim *s);
static inline enum side sim_side(const struct sim *s, const struct host *h)
{
	return h == s->host[BOB] ? BOB : ALICE;
}
