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
	struct suite suite;
	struct selectors local_ts, remote_ts; /* lists owned */
	struct timer timer;            /* TIMER_CHILD: the hard lifetime */
	uint64_t installed, rekey_at, life_at;
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
	struct child *child;           /* made by child_install, not up yet; owned */
};

/* The selectors of `conf` with `dynamic` replaced by the SA's addresses. */
bool child_selectors(const struct sa *sa, const struct child_conf *conf, struct selectors *local, struct selectors *remote,
                     struct arena *arena);
/* ESP in UDP or not: ARCHITECTURE.md. */
enum child_encap child_encap(const struct sa *sa);
/* Derives the keys and asks the host to install. The SPI is the plan's until child_up or child_abort. */
bool child_install(struct exchange *x, struct child_plan *plan, struct reason *why);
/* It is installed: it becomes a member of the SA. Cannot fail. `job`: what it was made for, or NULL; a cancelled one closes it. */
void child_up(struct child_plan *plan, const struct job *job);
/* Gives back what a plan that came to nothing holds (SPI, the SA that the host has installed). */
void child_abort(struct sa *sa, struct child_plan *plan, bool installed);
/* Removes it from the data plane and tells the user. */
void child_end(struct child *c, const struct reason *why);
/* Deletes it at the peer as well; `again`: set up anew afterwards. */
void child_close(struct child *c, const struct reason *why, bool again, uint64_t command);
void child_expire(struct child *c);
/* The SA's path, NAT or id has changed: its Child SAs go the same way (EVENT_CHILD_UPDATE). */
void children_follow(struct sa *sa);
struct child *child_by_spi_out(const struct sa *sa, uint32_t spi);
struct child *child_by_name(const struct sa *sa, const char *name);
/* One that is installed carries this pair of selectors already. */
bool child_covers(const struct sa *sa, const char *name, const struct pair_ts *ts);
void child_info_of(const struct child *c, struct child_info *out);
