/* SPDX-License-Identifier: ISC */
/*
 * The table of connections and what is wanted of them; the commands that wait.
 *
 * A want is "this child shall be up": until it was once (WANT_ONCE: close_action, a lifetime) or always until `down`
 * (WANT_ALWAYS: start_action). What fails is tried again with backoff and jitter.
 */
#pragma once

#include "ike/child.h"

enum want { WANT_NONE, WANT_ONCE, WANT_ALWAYS };

struct conn_entry {
	struct list link;          /* engine->entries */
	struct engine *engine;
	struct connection *conn;   /* reference */
	struct list sas;           /* struct sa.of_entry */
	struct list traps;         /* struct trap; owned */
	struct list lost;          /* struct lost; owned */
	unsigned lost_count;
	uint8_t *wants;            /* enum want, per child of conn; owned */
	bool want_ike;             /* a connection without children shall be up */
	struct addr *resolved;     /* of its remote names; owned */
	size_t resolved_count;
	struct pending *asking;
	struct timer timer;        /* TIMER_ENTRY: try again */
	unsigned tries;            /* failures since it was up for a while */
	bool refused;              /* the last one: a side refused the other's authentication */
	bool forced_encap;         /* ESP did not arrive: in UDP from now on */
	struct attempt *attempts[STORY_ATTEMPTS]; /* newest first */
	uint64_t vici[VICI_COUNTERS];
};

struct conn_entry *entry_find(const struct engine *e, const char *name);
struct conn_entry *entry_of_child(const struct engine *e, const char *child); /* the first that has it */
bool entry_load(struct engine *e, const struct connection *conn, struct reason *why);
bool entry_unload(struct engine *e, const char *name, struct reason *why);
void entry_free(struct conn_entry *entry);
void entry_expire(struct conn_entry *entry);
void entry_resolved(struct conn_entry *entry, const struct answer *a);
void entry_want(struct conn_entry *entry, const char *child, enum want want); /* child NULL: all */
bool entry_wants(const struct conn_entry *entry, const char *child);
/* Sees to it that the child is up or being made; false with `why`. child NULL: the IKE SA alone. */
bool entry_bring(struct conn_entry *entry, const struct child_conf *child, uint64_t command, struct reason *why);
/* Likewise with the selectors of a packet, or of one pair (NULL: what is configured). */
bool entry_bring_ts(struct conn_entry *entry, const struct child_conf *child, const struct pair_ts *ts, uint64_t command, struct reason *why);
/* SOON: the peer is there, but it may have many like us; LOST: an SA that was up is gone; FAILED: a try came to nothing. */
enum retry { RETRY_NOW, RETRY_SOON, RETRY_LOST, RETRY_FAILED };
void entry_retry(struct conn_entry *entry, enum retry retry); /* looks at the wants again, now or after the backoff */
struct sa *entry_new_sa(struct conn_entry *entry, uint64_t command); /* IKE_SA_INIT is under way; NULL: memory */
/* No answer came to the set-up of `sa`: it is tried once more, with a fresh IKE SA that takes its jobs (keyingtries). */
bool entry_again(struct sa *sa);
/* How well it fits a responder's addresses: connection_fits, with names resolved. */
unsigned entry_fits(const struct conn_entry *entry, const struct addr *local, const struct addr *remote);
bool entry_is_up(const struct conn_entry *entry, const char *child); /* child NULL: the IKE SA */
struct sa *entry_sa(const struct conn_entry *entry); /* one that is up or that we are setting up */

/* The end of a try to make a child (or an IKE SA without: child NULL): wants and commands hear of it. */
void entry_result(struct engine *e, const char *conn, const char *child, bool ok, const struct reason *why);

/* --- command.c --- */
void command_result(struct engine *e, const char *conn, const char *child, bool ok, const struct reason *why);
/* A trap or a shunt stands, or could not be installed. */
void command_installed(struct engine *e, const char *conn, const struct child_conf *child, bool ok, const struct reason *why);
void command_unwanted(struct engine *e, const char *conn, const char *child); /* nobody tries any more; child NULL: all */
void command_gone(struct engine *e, uint32_t ike_id, uint32_t child_id); /* an SA or a Child SA is no more */
void command_follow(struct engine *e, uint32_t old_ike, uint32_t new_ike); /* an IKE SA was rekeyed */
void command_expire(struct engine *e, struct timer *t);
void commands_free(struct engine *e);
