/* SPDX-License-Identifier: ISC */
/*
 * The life of a Child SA in the engine: its keys go to the data plane with ASK_INSTALL, its figures stay here.
 */
#pragma once

#include "ike/sa.h"

/* Of one IKE SA: what a peer, though authenticated, can make us hold. Its further requests get NO_ADDITIONAL_SAS. */
#define CHILDREN_MAX 512u

struct child {
	struct list link;              /* sa->children; engine->removals when there was no memory for the event */
	struct sa *sa;
	struct connection *conn;       /* reference */
	const struct child_conf *conf; /* in conn */
	uint32_t id, reqid;
	enum child_state state;
	enum child_encap encap;
	enum child_mode mode;
	uint32_t spi_in, spi_out;
	bool initiator;
	bool told;                     /* the user believes that this one is up (TELL_CHILD_UP, or REKEY with it as the new one) */
	uint32_t heir;                 /* unique id of the Child SA that has taken its place; 0: none */
	struct queued *outbound;       /* installed inbound only: the event that turns its outbound half on; owned */
	struct suite suite;
	struct selectors local_ts, remote_ts; /* lists owned */
	struct timer timer;            /* TIMER_CHILD: the nearest of what follows */
	uint64_t installed, life_at;
	uint64_t rekey_at;             /* INSTALLED: rekey; REKEYED: the peer had long enough to delete it; NEVER */
	uint64_t prove_at;             /* NEVER, or it yields to an equal one of another IKE SA: when the peer is asked for a sign */
};

/* What an exchange has agreed on; not in force yet. Its slices borrow from the exchange. */
struct child_plan {
	struct connection *conn;       /* borrowed: the exchange's SA or job holds a reference */
	const struct child_conf *conf;
	struct suite suite;
	uint32_t spi_in, spi_out;      /* spi_in 0: not there yet */
	const struct pair_ts *first;   /* borrowed from the job; NULL: what is configured */
	struct selectors local_ts, remote_ts;
	enum child_mode mode;
	struct addr original_local, original_remote; /* transport mode through a NAT: as the peer sees them; else unspecified */
	struct bytes ni, nr, shared;   /* shared: empty without PFS */
	bool initiator;                /* we sent the request */
	bool more;                     /* responder: others of our children would have taken other parts of the selectors */
	uint32_t old, reqid;           /* rekeying: the unique id of the replaced Child SA, and its reqid; else 0 */
	bool inbound_only;             /* the peer is not ready yet: packets go out by it later */
	struct child *child;           /* made by child_install, not up yet; owned */
};

/* The selectors of `conf` with `dynamic` replaced by the SA's addresses. */
bool child_selectors(const struct sa *sa, const struct child_conf *conf, struct selectors *local, struct selectors *remote,
                     struct arena *arena);
/* ESP in UDP or not: ARCHITECTURE.md. */
enum child_encap child_encap(const struct sa *sa);
/* Derives the keys and asks the host to install. From then on the SPI goes with the question. */
bool child_install(struct exchange *x, struct child_plan *plan, struct reason *why);
/* It is installed: it becomes a member of the SA. Nobody is told. Cannot fail. */
struct child *child_enter(struct child_plan *plan);
/* The same for one that is new; the user is told. `job`: what it was made for, or NULL; a cancelled one closes it. */
struct child *child_up(struct child_plan *plan, const struct job *job);
/* Gives back what a plan that came to nothing holds (SPI, the SA that the host has installed). */
void child_abort(struct sa *sa, struct child_plan *plan, bool installed);
/* Removes it from the data plane and tells the user. */
void child_end(struct child *c, const struct reason *why);
void children_end(struct sa *sa, const struct reason *why); /* all, with their IKE SA: nothing of them lingers */
/*
 * Deletes it at the peer as well; `again`: a limit is reached: it ends at once and is set up anew. While our rekeying of it is out,
 * it is closed with what that brings.
 */
void child_close(struct child *c, const struct reason *why, bool again, uint64_t command);
void child_expire(struct engine *e, struct child *c);
void child_arm(struct child *c); /* its timer, by its state */
/* The data plane's report on a Child SA that is a member. */
void child_limit(struct child *c, enum traffic_kind kind);
/* The SA's path, NAT or id has changed: its Child SAs go the same way (EVENT_CHILD_UPDATE). */
void children_follow(struct sa *sa);
struct child *child_by_spi_out(const struct sa *sa, uint32_t spi);
struct child *child_by_name(const struct sa *sa, const char *name); /* one in use; NULL */
/* One that is installed carries this pair of selectors already. */
bool child_covers(const struct sa *sa, const char *name, const struct pair_ts *ts);
struct child *child_by_id(const struct sa *sa, uint32_t id);        /* a member of this SA; NULL */
static inline bool child_in_use(const struct child *c)
{
	return c->state == CHILD_INSTALLED || c->state == CHILD_REKEYING;
}
void child_info_of(const struct child *c, struct child_info *out);

/* --- replace.c: rekeying a Child SA, RFC 7296 2.8, 2.8.1, 2.25.1 --- */
bool child_rekey(struct child *c, uint64_t command); /* soon; false: it is not in use, or no memory */
/* Our exchange that rekeys it, or NULL. */
struct exchange *child_rekeying(const struct child *c);
/* `heir` carries on: the user hears of it, `old` waits to be deleted (by us or by the peer). */
void child_supersede(struct child *old, struct child *heir);
/* The peer makes use of it: if it was the rival of our rekeying, it has won. */
void child_adopt(struct child *c);
/* What the peer's crossing exchange has made, or what has taken its place since; NULL. */
struct child *child_rival(const struct exchange *x);
/* Packets go out by it, if they did not. */
void child_outbound(struct child *c);
/* The peer has sent a message on their IKE SA, which is new: what yielded goes out by this one now. */
void children_proved(struct sa *sa, bool request);
/* The peer deletes it; the caller ends it then. True: nothing carries on in its place. */
bool child_deleted(struct child *c);
/* Our rekeying came to nothing, or was abandoned. */
void child_rekey_failed(struct exchange *x, const struct job *job, const struct reason *why);
/* Of the nonces of one exchange the lower, and whether a is lower than b, octet by octet (2.8.1). */
struct bytes nonce_lower(struct bytes a, struct bytes b);
bool nonce_is_lower(struct bytes a, struct bytes b);
/* When a rekeying that failed is tried again: `hard` is the hard limit or NEVER. NEVER: there is no time left. */
uint64_t rekey_again_at(struct engine *e, uint64_t hard, const struct reason *why);
