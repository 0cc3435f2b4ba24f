/* SPDX-License-Identifier: ISC */
/*
 * The engine's inside: its tables, its queue of events, its counters. For the files of ike/ only.
 *
 * Every public engine_* function sets `now`, does its work and ends in engine_settle, which starts what has become possible and
 * frees what has died: nothing is freed while a handler may still stand on it.
 */
#pragma once

#include "base/list.h"
#include "base/map.h"
#include "base/shelf.h"
#include "base/timer.h"
#include "ike/engine.h"
#include "ike/limit.h"
#include "ike/step.h"
#include "ike/story.h"

/* What a timer in engine->timers belongs to (timer.what). */
enum timer_kind { TIMER_SA = 1, TIMER_EXCHANGE, TIMER_ASK, TIMER_CHILD, TIMER_ENTRY, TIMER_COMMAND, TIMER_TRAP, TIMER_IDLE };

#define COUNTERS(X)                                                                                                    \
	X(INPUT, "input")                                                                                              \
	X(MALFORMED, "malformed")                                                                                      \
	X(VERSION, "version")                                                                                          \
	X(UNKNOWN_SPI, "unknown-spi")                                                                                  \
	X(REFLECTED, "reflected")                                                                                      \
	X(UNPROTECTED, "unprotected")                                                                                  \
	X(INTEGRITY, "integrity")                                                                                      \
	X(WINDOW, "window")                                                                                            \
	X(UNEXPECTED, "unexpected")                                                                                    \
	X(RETRANSMISSION, "retransmission-answered")                                                                   \
	X(RETRANSMISSION_BUSY, "retransmission-while-busy")                                                            \
	X(RETRANSMITTED, "retransmitted")                                                                              \
	X(COOKIE_SENT, "cookie-sent")                                                                                  \
	X(COOKIE_WRONG, "cookie-wrong")                                                                                \
	X(HALF_OPEN_LIMIT, "half-open-limit")                                                                          \
	X(SHED, "first-message-shed")                                                                                  \
	X(WORK_LIMIT, "work-limit")                                                                                    \
	X(RATE_LIMITED, "rate-limited")                                                                                \
	X(STRAY_RESPONSE, "stray-response")                                                                            \
	X(FRAGMENT, "fragment")                                                                                        \
	X(FRAGMENT_MALFORMED, "fragment-malformed")                                                                    \
	X(FRAGMENT_STALE, "fragment-stale")                                                                            \
	X(FRAGMENT_LIMIT, "fragment-limit")                                                                            \
	X(REASSEMBLED, "reassembled")                                                                                  \
	X(REASSEMBLY_TIMEOUT, "reassembly-timeout")                                                                    \
	X(REASSEMBLY_EVICTED, "reassembly-evicted")                                                                    \
	X(FRAGMENTED, "fragmented")                                                                                    \
	X(FRAGMENTS_SMALLER, "fragments-made-smaller")                                                                 \
	X(PAYLOAD_SKIPPED, "payload-skipped")                                                                          \
	X(TOKEN_SENT, "crash-token-sent")                                                                              \
	X(TOKEN_TAKEN, "crash-token-taken")                                                                            \
	X(TOKEN_WRONG, "crash-token-wrong")                                                                            \
	X(HINT, "unprotected-hint")                                                                                    \
	X(UNAUTHENTICATED, "unauthenticated-answer")                                                                   \
	X(ANSWER_LATE, "answer-late")                                                                                  \
	X(ASK_LATE, "ask-late")                                                                                        \
	X(EVENT_LOST, "event-lost")                                                                                    \
	X(MEMORY, "memory")
#define AS_COUNTER_ENUM(id, name) COUNTER_##id,
enum counter { COUNTERS(AS_COUNTER_ENUM) COUNTER_COUNT };
#undef AS_COUNTER_ENUM

/* VICI's order, doc/vici.md 5.1. */
enum vici_counter {
	VICI_IKE_REKEY_INIT,
	VICI_IKE_REKEY_RESP,
	VICI_CHILD_REKEY,
	VICI_INVALID,
	VICI_INVALID_SPI,
	VICI_INIT_IN_REQ,
	VICI_INIT_IN_RESP,
	VICI_INIT_OUT_REQ,
	VICI_INIT_OUT_RESP,
	/* four more for each of IKE_AUTH, CREATE_CHILD_SA, INFORMATIONAL */
};

/* An event in the queue, with the memory that it borrows from. */
struct queued {
	struct list link;            /* in engine->events; in no list when it is out with the host */
	struct event event;
	struct arena arena;
	struct child_params *params; /* owned until the host moves them out */
	struct policy_params *policy; /* likewise */
	struct connection *conn;     /* reference: what the news point at; or NULL */
	struct pending *ask;         /* whose question this is, or NULL */
};
#define EVENTS_MAX 65536u            /* beyond it, sends and news are dropped and counted */

/* An ask that is out. Its owner is an exchange, an IKE SA, a connection's entry (addresses), or a trap. */
struct pending {
	struct list link;            /* in exchange->asks or sa->asks */
	struct timer timer;          /* TIMER_ASK */
	uint64_t token;
	enum ask_kind kind;
	struct exchange *x;
	struct sa *sa;
	struct conn_entry *entry;
	struct trap *trap;
	struct idle *idle;
	struct pending **slot;       /* where its owner remembers it; emptied when it ends. NULL: nowhere */
	struct queued *event;        /* not taken by the host yet; else NULL */
	bool unproved;               /* for a peer that nobody has authenticated: bounded, and behind all others */
	uint32_t spi;                /* ASK_INSTALL: the inbound SPI, given back when nothing comes of it */
};

/* Fragments that wait for the rest of their messages. */
struct reassembly_pool {
	struct list oldest;          /* struct reassembly */
	size_t bytes;
};
struct trap;
struct idle;

struct engine {
	struct engine_conf conf;
	struct now now;
	struct list events, events_later; /* later: questions for peers that are not authenticated */
	size_t event_count;
	size_t unproved_asks;        /* such questions that are out or in the queue */
	struct queued *out;          /* the one that the host looks at */
	struct list lingering;       /* struct child without an IKE SA: replaced and deleted, what is under way to it is received still */
	struct list orphans;         /* struct pending of ASK_INSTALL that nobody waits for: what it brings is given back */
	struct list removals;        /* struct child: removals that found no memory for their event */
	struct timers timers;
	struct map by_spi, by_id;    /* our SPI, unique id -> struct sa */
	struct map half_open;        /* siphash(source, SPIi) -> struct sa */
	struct map children;         /* unique id -> struct child */
	struct map policies;         /* id -> struct trap */
	struct map idles;            /* unique id of a Child SA -> struct idle */
	struct map asks;             /* token -> struct pending */
	struct map peers;            /* siphash(remote identity) -> first established struct sa, linked by next_peer */
	struct map entries_by_name;  /* siphash(name) -> struct conn_entry */
	struct list sas;             /* in the order of their ids */
	struct list busy;            /* SAs that engine_settle must look at */
	struct list ended;           /* exchanges that are over: engine_settle frees them */
	struct list entries;         /* connections in load order */
	struct list commands;
	size_t sa_count, command_count;
	uint32_t last_ike_id, last_child_id, last_reqid, last_ask, last_policy_id;
	uint8_t hash_seed[16];
	struct half_open_limit half;
	struct cookies cookies;
	struct shelves responses;    /* the caches of all SAs */
	struct rate_limit rate;      /* of clear errors */
	struct rate_limit news;      /* of news about who is not authenticated */
	struct knocks knocks;
	struct sources sources;
	bool behind;                 /* engine_behind */
	struct hints hints;          /* alive.c */
	struct second tokens;        /* of crash detection, given out */
	struct reassembly_pool pools[2]; /* of peers that are not authenticated, of those that are; fragment.c */
	struct strangers *strangers; /* story.c */
	uint64_t counters[COUNTER_COUNT];
	uint64_t vici[VICI_COUNTERS];
	uint64_t *taken[2];          /* per row of v1, v2 */
	struct addr *addrs;          /* owned: this host's addresses; none: not known (roam.c) */
	size_t addr_count;
	struct addr gone[32];        /* addresses that this host had and has no longer, the newest last */
	size_t gone_count;
	struct pending *addrs_asked; /* ASK_ADDRS is out */
	bool addrs_again;            /* they may have changed since */
	bool ending;                 /* COMMAND_SHUTDOWN: nothing is started any more */
	uint64_t command;            /* token of the command that is being run; 0 */
};

static inline void engine_count(struct engine *e, enum counter c)
{
	e->counters[c]++;
}
/* Random bytes that go over the wire. False: the host has none. */
bool engine_random(struct engine *e, uint8_t *out, size_t len);
uint64_t engine_random64(struct engine *e); /* for jitter only: 0 when there are none */
void engine_settle(struct engine *e);
/* `exchange` is an IKEv2 exchange type; `conn` may be NULL. */
void engine_count_message(struct engine *e, const char *conn, uint8_t exchange, bool out, bool response);
void engine_count_vici(struct engine *e, const char *conn, enum vici_counter which);

/* --- event.c --- */
struct queued *queued_new(enum event_kind kind);                 /* NULL: out of memory */
void queued_free(struct queued *q);                              /* NULL is fine */
void event_post(struct engine *e, struct queued *q);             /* takes q */
bool event_send(struct engine *e, const struct path *path, struct bytes datagram, bool keepalive);
void event_release(struct engine *e, enum ask_kind kind, uint32_t spi, uint32_t id); /* id: of a Child SA, or a policy */
void events_clear(struct engine *e);
bool removal_next(struct engine *e, struct event *out); /* child.c: of engine->removals */

/* --- ask.c --- */
/* Sends a question for an exchange or an entry (one of them). `q` is moved in; a token is given to it. */
bool ask_post(struct engine *e, struct exchange *x, struct conn_entry *entry, struct queued *q, struct reason *why);
/* For an IKE SA, outside of any exchange: the answer comes to sa_answer. */
bool ask_post_sa(struct sa *sa, struct queued *q, struct reason *why);
/* For a trap: the answer comes to trap_answer. *slot is the question until then. */
bool ask_post_trap(struct trap *trap, struct pending **slot, struct queued *q, struct reason *why);
/* Likewise: the answer comes to idle_answer. */
bool ask_post_idle(struct engine *e, struct idle *idle, struct pending **slot, struct queued *q, struct reason *why);
/* For the engine itself (ASK_ADDRS); *slot is the question as long as it is out. */
bool ask_post_engine(struct engine *e, struct pending **slot, struct queued *q, struct reason *why);
bool ask_out_sa(const struct sa *sa, enum ask_kind kind); /* one is out */
void ask_cancel(struct engine *e, struct pending *p);
void asks_clear(struct engine *e); /* those of nobody */
void ask_expire(struct engine *e, struct pending *p);
