/* SPDX-License-Identifier: ISC */
/*
 * A host for one engine in memory: answers its questions with the real crypto/ and ike/auth, keeps the Child SAs that it
 * installs (a small model of a data plane: which of them packets go out by, and when packets came and went), and hands everything
 * else to its owner. The simulator, the engine's fuzzer and the handshake benchmark use it.
 *
 * Time belongs to the owner. Randomness is one seeded stream. The owner's `when` decides about each question: answered now or
 * later, or never (then nothing is done either), or held until the owner gives the answer with host_deliver.
 *
 * What the host itself finds wrong (an SPI given back twice, a Child SA installed twice, an event that cannot be) stands in
 * `fault`, the first one only.
 */
#pragma once

#include "base/list.h"
#include "ike/auth/keyring.h"
#include "ike/engine.h"
#include "ike/story.h"
#include "support/rng.h"

#define HOST_ASKS 16
#define HOST_LOAD_TOKEN 1000000u /* + n: of the LOAD commands of host_load */
#define HOST_LATER (NEVER - 1) /* `when`: the answer waits for host_deliver */

struct host;

/* An answer on its way. All that it holds lies in its arena. */
struct pending {
	struct list link;
	struct arena arena;
	uint64_t token, at; /* at: boot ms when it is due; HOST_LATER */
	enum ask_kind kind;
	struct answer answer;
	uint32_t child_id;  /* INSTALL, POLICY: what was installed */
};

/* A Child SA in the data plane. */
struct installed {
	struct list link;   /* the order of installation */
	struct child_params params; /* path, encap and ike_id follow EVENT_CHILD_UPDATE */
	bool outbound;      /* packets may go out by it */
	bool met;           /* a packet has come by it */
	uint64_t outbound_seq; /* the highest of a flow is the one that packets go out by */
	uint64_t used_in, used_out; /* boot ms; 0: never */
};

/* A policy in the data plane that is no SA. */
struct standing {
	struct list link;
	struct policy_params params;
};

enum host_change { HOST_INSTALLED, HOST_OUTBOUND, HOST_UPDATED, HOST_REMOVED };

/* An inbound SPI that was handed out and has not come back. */
struct reserved {
	struct list link;
	uint32_t spi;
};

/* What a key exchange question came to: for those who read along (support/tap.h). */
struct host_secret {
	const struct algorithm *method;
	struct bytes peer, shared;
};

struct host_file {
	const char *name;        /* "x509ca/root.pem": below the folder of the configuration */
	struct bytes data;
};

struct host_ops {
	void *owner;
	void (*send)(void *owner, struct host *h, const struct path *path, struct bytes datagram, bool keepalive);
	/* When the answer to this question arrives: boot ms; now.boot or less: at once; HOST_LATER; NEVER. NULL: all at once. */
	uint64_t (*when)(void *owner, struct host *h, const struct ask *ask);
	void (*answered)(void *owner, struct host *h, enum ask_kind kind, bool ok); /* an answer was delivered; may be NULL */
	uint64_t (*clock)(void); /* for host.ask_ns: ns of CPU; may be NULL */
	void (*secret)(void *owner, struct host *h, const struct host_secret *secret); /* may be NULL */
	/* the data plane has changed: `i` as it is now (REMOVED: as it was); may be NULL. The engine must not be called from inside. */
	void (*changed)(void *owner, struct host *h, enum host_change change, const struct installed *i);
	void (*tell)(void *owner, struct host *h, const struct tell *tell);
	void (*done)(void *owner, struct host *h, uint64_t token, bool ok, const struct reason *why);
};

struct host_conf {
	const char *name;
	const char *config;      /* swanctl.conf text, secrets included; certificates and keys by name from `files` */
	const struct host_file *files;
	size_t file_count;
	struct config *loaded;   /* NULL, or what host_config made of the same text: borrowed, and shared by many */
	struct keyring *ring;    /* NULL, or what host_keyring made of `loaded`: likewise */
	unsigned index;          /* the owner's number for it */
	bool toy_ke;             /* key exchanges are answered by a hash instead: no secret at all, but fast */
	struct addr addr, peer;  /* its own; what every name is resolved to (ADDR_NONE: none is) */
	uint32_t first_spi;
	uint64_t seed;
	struct now now;
	struct engine_conf engine; /* random, v2 and the ports are set by host_new */
	struct host_ops ops;
};

struct host {
	const char *name;
	struct addr addr, peer;
	unsigned index;
	bool toy_ke;
	struct engine *engine;
	struct keyring *ring, *own_ring;    /* own_*: the same, or NULL when it is borrowed */
	struct config *config, *own_config;
	struct rng rng;
	struct now now;
	struct host_ops ops;
	struct list pendings, children, spis, policies; /* struct pending, installed, reserved, standing */
	size_t pending_count, child_count, spi_count, policy_count;
	uint64_t outbound_seq;
	uint32_t next_spi;
	uint64_t asked[HOST_ASKS], ask_ns[HOST_ASKS], events; /* how many questions, and what their answers cost */
	const char *fault;                    /* literal; NULL: none */
};

/* Both: NULL after a message on stderr: a fault of the test. */
struct config *host_config(const struct host_conf *conf);
struct keyring *host_keyring(const struct config *config);
struct host *host_new(const struct host_conf *conf);
void host_free(struct host *h);
/* Loads the connections of its configuration (COMMAND_LOAD each) and pumps. */
void host_load(struct host *h);

/* Each sets the time, calls the engine, and pumps until it is quiet. */
void host_input(struct host *h, struct now now, const struct path *path, struct bytes datagram);
void host_command(struct host *h, struct now now, uint64_t token, const struct command *c);
void host_traffic(struct host *h, struct now now, const struct traffic *t);
void host_network(struct host *h, struct now now);
void host_expire(struct host *h, struct now now); /* timers, and answers that are due */
void host_deliver(struct host *h, struct now now, struct pending *p); /* this answer, now */
/* This answer is never given; what it would have brought (an SPI, an installed SA) is undone. */
void host_forget(struct host *h, struct pending *p);
/* An answer that nobody asked for, or one with another kind than was asked. */
void host_answer(struct host *h, struct now now, uint64_t token, enum ask_kind kind, const struct answer *a);
uint64_t host_deadline(const struct host *h);

/* --- its data plane --- */
struct installed *host_child(const struct host *h, uint32_t id);       /* NULL: none */
struct installed *host_inbound(const struct host *h, uint32_t spi);    /* likewise */
/* The Child SA that packets of the flow `reqid` go out by; NULL: none does. */
struct installed *host_outbound(const struct host *h, uint32_t reqid);
/*
 * An authenticated packet came by this SPI and path, newer than all before: tells the engine what a data plane tells (the first
 * packet of an SA that was installed inbound only, another path than the SA's). False: there is no such SA.
 */
bool host_packet(struct host *h, struct now now, uint32_t spi, const struct path *path);

/* A whole file from the disk, freed by the caller; ends the program with a message when it cannot be read. */
struct bytes host_read_file(const char *path);
