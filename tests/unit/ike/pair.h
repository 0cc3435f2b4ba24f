/* SPDX-License-Identifier: ISC */
/*
 * Two engines in memory with a host that answers their asks at once, on one virtual clock. For the tests of ike/.
 */
#pragma once

#include "config/load.h"
#include "crypto/crypto.h"
#include "ike/auth/keyring.h"
#include "ike/engine.h"
#include "ike/story.h"
#include "ike/v2/steps.h"

#define DATAGRAMS_MAX 256
#define DONE_MAX 32
#define INSTALLED_MAX 600
#define HELD_MAX 64
#define POLICIES_MAX 32

struct datagram {
	unsigned from;        /* which node sent it */
	struct path path;     /* as the sender gave it */
	size_t len;
	bool keepalive;
	uint8_t data[4096];
};

struct done {
	uint64_t token;
	bool ok;
	enum reason_kind kind;
	uint16_t notify;
	unsigned matches, ended;
};

struct held {
	uint64_t token;
	enum ask_kind kind;
	uint32_t spi, child_id;
};

struct peer {
	unsigned index;
	struct engine *engine;
	struct keyring *ring;
	struct config *config, *more;
	struct addr addr;
	struct addr more_addrs[4];      /* besides it; ASK_ADDRS gives all */
	size_t more_addr_count;
	bool no_route;                  /* ASK_SOURCE finds none */
	struct path moved;              /* of the last EVENT_CHILD_UPDATE */
	enum child_encap moved_encap;
	unsigned moves, ike_updates;
	uint64_t random_state;
	uint8_t private_bits;           /* every byte of the generator for secrets is turned by these */
	struct engine_conf conf;        /* that it was started with */
	unsigned asked[32];             /* per enum ask_kind */
	uint32_t next_spi;
	bool no_random;
	/* asks: bit n = kind n */
	unsigned hold, fail;            /* not answered; answered with a failure */
	struct held held[HELD_MAX];
	size_t held_count;
	/* what the data plane has */
	uint32_t installed[INSTALLED_MAX];
	uint8_t key_out[INSTALLED_MAX][32], key_in[INSTALLED_MAX][32];
	enum child_encap encap[INSTALLED_MAX];
	bool inbound_only[INSTALLED_MAX];
	uint32_t spi_in[INSTALLED_MAX], spi_out[INSTALLED_MAX], of_ike[INSTALLED_MAX];
	enum child_mode mode[INSTALLED_MAX];
	struct addr original_local[INSTALLED_MAX], original_remote[INSTALLED_MAX];
	uint32_t reqid[INSTALLED_MAX];
	size_t installed_count;
	/* its traps and shunts */
	uint32_t policies[POLICIES_MAX], policy_reqid[POLICIES_MAX];
	enum policy_kind policy_kind[POLICIES_MAX];
	struct selector policy_local[POLICIES_MAX];
	size_t policy_count;
	uint64_t used_in, used_out;     /* what ASK_USAGE is answered with */
	unsigned spis_out;              /* asked for and not given back */
	struct done done[DONE_MAX];
	size_t done_count;
	unsigned ups, downs, child_ups, child_downs, ike_rekeys, child_rekeys, releases;
	unsigned unproved;              /* stories that a peer caused whom nobody has authenticated */
	unsigned stories[16];           /* per enum story_kind */
	enum reason_kind last_refusal, last_peer_refusal;
	uint16_t last_peer_notify;
};

struct pair {
	struct peer node[2];
	struct now now;
	struct datagram *queue[DATAGRAMS_MAX];
	size_t queued;
	/* true: it is delivered. May change it. */
	bool (*filter)(struct pair *p, struct datagram *d, void *ctx);
	void *ctx;
	uint64_t digest;                /* of all bytes that were sent, for the test of determinism */
	unsigned sent[2];
	bool may_fail;                  /* the engine's allocations, while the host works */
	bool *host_memory;              /* cleared while the host works, so that only the engine's allocations fail */
	struct addr nat;                /* ADDR_NONE: none; else node 0 is behind it */
};

#define ALICE 0u
#define BOB 1u
#define TOKEN 77u

/* Configurations as text; secrets.ike-x { secret = ... } in them are loaded. */
void pair_init(struct pair *p, const char *alice, const char *bob, uint64_t seed);
void pair_init_conf(struct pair *p, const char *alice, const char *bob, uint64_t seed, const struct engine_conf *conf);
void pair_clear(struct pair *p);
/* The node crashes and starts anew, with the same configuration and secret of crash detection; what it had installed is gone. */
void pair_restart(struct pair *p, unsigned i);
void pair_print_rows(void);                         /* the rows that no pair has taken until now */
void pair_host(struct pair *p, unsigned i);         /* takes the node's events */
bool pair_step(struct pair *p);                     /* delivers one datagram; false: none is there */
void pair_deliver(struct pair *p);                  /* all, until it is quiet */
/* Lets `ms` go by: deadlines fire in order, datagrams are delivered at once. */
void pair_run(struct pair *p, uint64_t ms);
void pair_input(struct pair *p, unsigned to, const struct path *path, struct bytes data); /* from nowhere */
void pair_load(struct pair *p, unsigned i, const char *text); /* the connections of another configuration */
uint64_t pair_command(struct pair *p, unsigned i, const struct command *c); /* gives the token */
void pair_initiate(struct pair *p, unsigned i, const char *name);
const struct done *pair_done(const struct pair *p, unsigned i, uint64_t token); /* NULL: not yet */
size_t pair_ikes(const struct pair *p, unsigned i); /* listed */
size_t pair_up(const struct pair *p, unsigned i);   /* established */
size_t pair_children(const struct pair *p, unsigned i);
bool pair_flows(const struct pair *p, unsigned i);  /* what it sends by is received by the other */
uint64_t pair_counter(const struct pair *p, unsigned i, const char *name);
struct path pair_path(const struct pair *p, unsigned from); /* of a message from `from` as the other sees it */
void pair_answer_held(struct pair *p, unsigned i);  /* all that was held, with success; what was to be installed is since it was asked */
void pair_answer_some(struct pair *p, unsigned i, size_t count); /* the first of them */

/* A pair of configurations that meet: PSK, one child "net". */
extern const char pair_alice[], pair_bob[];
/* A filter: the first datagram goes to ctx (a struct datagram with len 0), and nothing arrives. */
bool pair_keep_first(struct pair *p, struct datagram *d, void *ctx);
