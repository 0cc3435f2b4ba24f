/* SPDX-License-Identifier: ISC */
/*
 * The simulator: engines, virtual time, a network that loses, doubles, delays and reorders, and hosts that answer late, out of
 * order or never. One seed is one run, the same to the byte each time.
 *
 * The world is two engines, or many: a hub with its spokes, or a mesh. Between two there is a link with its own latency; before some
 * there are NATs, which forget. Engines crash and start anew, sleep, roam; the wall clock jumps.
 *
 * A run has these parts (run.c): set-up, then a number of things that happen (happen.c), then the network heals, and after one
 * liveness check and the retransmission limit all must agree (check.c, told.c); then a connection must come up at once, and all
 * must go when they are told to. Packets go out all the while by the Child SAs that the engines have installed (esp.c).
 */
#pragma once

#include "base/map.h"
#include "sim/collide.h"
#include "support/tap.h"

#define A 0u
#define B 1u
#define SITES_MAX 16u
#define LINKS_MAX 32u
#define PLACES 3u       /* addresses that a node may have, one at a time */
#define BOXES 2u        /* NATs */
#define MAPPINGS_MAX 64u

enum world { WORLD_TWO, WORLD_MANY };
enum asks { ASKS_NORMAL, ASKS_HARD };

struct sim_conf {
	uint64_t seed;
	enum world world;
	unsigned loss, duplicate, reorder; /* per cent, each way */
	enum asks asks;
	bool chart;
	bool no_response_cache;            /* the planted fault */
	int collide;                       /* a case of collide.h to aim at, from 0; -1: none */
	enum lose lose;                    /* with it */
};

/* What the seed has chosen: see plan.c. */
struct plan {
	const char *ike[2], *esp[2];       /* proposals of each side of a link */
	enum { AUTH_BY_PSK, AUTH_BY_RSA, AUTH_BY_ECDSA, AUTH_BY_BOTH } auth;
	unsigned nodes;
	bool mesh, v6, nat, roam, both, keep_trying, all_children, short_life, traffic, toy_ke, mobike;
	unsigned children, happenings;
	bool qcd, cookies, fragments, reauth, break_first;
	const char *start, *on_close, *on_silence; /* actions, or NULL: none */
	const char *unique;
	uint64_t nat_idle;                 /* ms after which a NAT forgets */
};

struct site {
	struct host *host;                 /* NULL: it is down */
	char name[2];
	unsigned crashes;
	unsigned variant;                  /* of its configuration */
	unsigned place;                    /* which of its addresses it has */
	int box;                           /* of the NAT before it; -1: none */
	bool roams;
	int64_t wall;                      /* its clock's error, seconds */
	uint64_t asleep, down;             /* until then; 0: it runs */
	bool ending;                       /* told to shut down; down follows */
	bool moved;                        /* its data plane has changed since it was looked at */
};

/* Two that have a connection. The lower number is the side 0 of the configuration. */
struct line {
	unsigned node[2];
	char name[8];                      /* of the connection, on both sides */
	unsigned latency, jitter;          /* ms */
	uint64_t cut[2];                   /* nothing arrives until then: sent by node[0], by node[1] */
};

struct box {
	struct addr addr;
	unsigned last_port;
	size_t count;
	struct mapping {
		unsigned node, inner, outer;
		uint64_t used;
	} list[MAPPINGS_MAX];
};

struct order {
	uint64_t token, at;
	unsigned node;
	const char *words;
	bool done, ok, lost;               /* lost: its host has crashed */
	enum reason_kind why;
	uint16_t notify;
};
#define ORDERS_MAX 512

/* What was told of one SA: up, taken over by another, down, and why. */
struct life {
	struct list link;
	unsigned node;
	bool is_child;
	uint32_t id, ike_id;
	uint64_t up_at, down_at, reason_at; /* 0: not */
	uint32_t heir;                      /* rekeyed: the one that has taken its place; 0: none */
};

struct sim {
	struct sim_conf conf;
	struct plan plan;
	struct rng net, asks, script, esp;
	struct site node[SITES_MAX];
	struct addr addr[SITES_MAX][PLACES];
	struct line lines[LINKS_MAX];
	size_t line_count;
	signed char line_of[SITES_MAX][SITES_MAX]; /* -1: none */
	struct box boxes[BOXES];
	struct now now;
	struct list packets;               /* struct packet, in the order of arrival */
	bool healed, ending;
	uint64_t next_burst;               /* of packets by all Child SAs */
	struct order orders[ORDERS_MAX];
	size_t order_count;
	struct list lives;                 /* struct life, also by node and id: */
	struct map life_of;
	struct map spis;                   /* inbound SPI -> struct spi (esp.c) */
	struct tap tap;
	struct list talks, talks_heard, crossings; /* collide.c: requests that have not arrived yet, and others; what has crossed */
	struct map talk_of;
	unsigned lose_from;                /* bits: nodes of which one more datagram is lost (conf.lose) */
	struct map ivs, ids, keys;         /* what was seen on the wire and in the hands of the hosts */
	struct text broken, chart;         /* broken: which invariant; empty: none */
	uint64_t digest[2];
	uint64_t steps, lost, doubled, sent, asks_lost, esp_sent, esp_missed;
	uint64_t rows[256];                /* of the step table, taken by engines that are gone */
	bool set_up;                       /* how the first orders ended */
	enum reason_kind set_up_why;
};

static inline bool is_broken(const struct sim *s)
{
	return s->broken.len > 0;
}

/* --- plan.c --- */
#define PLAN_SHORT_LIFE SECONDS(110) /* hard, of Child SAs */
#define PLAN_LIFE MINUTES(66)        /* strongSwan's default */
void plan_choose(struct sim *s);
struct host *plan_host(struct sim *s, unsigned n);     /* without its connections */
void plan_reload(struct sim *s, unsigned n);           /* its configuration is read again: another variant of it */
void plan_tidy(void);                                  /* no sim is alive: configurations that were read may go */
const char *plan_child(unsigned i);                    /* name of the i-th child of a connection */
struct now sim_now(const struct sim *s, unsigned n);   /* by its clock */

/* --- happen.c --- */
void happen(struct sim *s);                            /* one thing, or two at once */
void happen_calm(struct sim *s);                       /* who is down or asleep comes back */
void happen_due(struct sim *s);                        /* who is due comes back */
uint64_t happen_deadline(const struct sim *s);
void order(struct sim *s, unsigned n, const char *words, const struct command *c);
bool orders_done(const struct sim *s);
struct command initiate(const struct sim *s, const struct line *l);
unsigned caller(struct sim *s, const struct line *l);  /* which end can set the connection up */

/* --- net.c --- */
void net_send(void *owner, struct host *h, const struct path *path, struct bytes datagram, bool keepalive);
void net_send_esp(struct sim *s, unsigned from, const struct path *path, uint32_t spi);
uint64_t net_when(void *owner, struct host *h, const struct ask *ask);
uint64_t net_deadline(const struct sim *s);
void net_deliver(struct sim *s);                       /* all that is due */
void net_clear(struct sim *s);
void net_forget(struct sim *s, unsigned box);          /* the NAT's mappings are gone */

/* --- esp.c: packets --- */
void esp_changed(void *owner, struct host *h, enum host_change change, const struct installed *i);
void esp_burst(struct sim *s);                         /* one packet by each Child SA that carries any */
void esp_arrive(struct sim *s, unsigned n, uint32_t spi, const struct path *path);
uint32_t esp_peer(const struct sim *s, uint32_t spi_in); /* the other SPI of the Child SA, also of one that is gone; 0: not known */
void esp_limited(struct sim *s, uint32_t spi_in); /* its data plane says that a hard limit is reached */
void esp_clear(struct sim *s);

/* --- check.c --- */
__attribute__((format(printf, 2, 3))) void broken(struct sim *s, const char *format, ...);
void check_sent(struct sim *s, unsigned n, struct bytes datagram);
void check_step(struct sim *s, unsigned n);
bool check_same(struct sim *s, bool complain);         /* all hold the same as their peers */
bool check_at_rest(const struct sim *s);               /* no answer is awaited, no SPI is reserved in advance */
void check_quiet(struct sim *s);                       /* nothing half done, nothing leaked, all told */
void check_empty(struct sim *s);
void check_clear(struct sim *s);

/* --- told.c: what the engines say of their SAs --- */
void told(struct sim *s, unsigned n, const struct tell *tell);
void told_crash(struct sim *s, unsigned n);
struct life *told_life(const struct sim *s, unsigned n, bool is_child, uint32_t id); /* NULL: nothing was told */
void told_quiet(struct sim *s);                        /* who went has said why */
void told_empty(struct sim *s);
void told_clear(struct sim *s);

/* --- chart.c --- */
__attribute__((format(printf, 3, 4))) void chart(struct sim *s, int n, const char *format, ...); /* -1: nobody */
void chart_message(struct sim *s, unsigned from, int to, struct bytes datagram, const char *fate);
void chart_story(struct sim *s, unsigned n, const struct tell *tell);
void sim_digest(struct sim *s, unsigned kind, struct bytes data);

/* --- run.c --- */
struct sim *sim_new(const struct sim_conf *conf);
void sim_run(struct sim *s);                           /* the whole; s->broken says what was wrong */
void sim_until(struct sim *s, uint64_t boot);
void sim_start(struct sim *s, unsigned n);             /* a new engine there */
void sim_stop(struct sim *s, unsigned n);              /* its engine is gone at once */
void sim_free(struct sim *s);
