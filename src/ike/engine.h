/* SPDX-License-Identifier: ISC */
/*
 * The engine: IKE without I/O. ARCHITECTURE.md.
 *
 * Datagrams, commands, answers and time go in; engine_next gives what is to be done: datagrams to send, questions to answer,
 * Child SAs to remove, news, and the end of commands. The engine reads no clock, opens no socket, draws no randomness of its own (it
 * asks its host's `random`), and never blocks. Same inputs and same random bytes, same outputs, to the byte.
 *
 *     while (engine_next(engine, &event))
 *             host_do(host, &event);
 *     wait until engine_deadline(engine) or something arrives, then call one of the functions below
 *
 * Slices and pointers in an event are valid until the next engine_* call, except where "moves out" is said.
 * One thread at a time. Out of memory is survived: what could not be done is refused with REASON_MEMORY.
 */
#pragma once

#include "base/random.h"
#include "base/time.h"
#include "config/connection.h"
#include "ike/auth/auth.h"
#include "ipsec/child.h"

struct engine;

/* The steps of one IKE version (ike/v2/steps.h: `const struct step_table ike_v2_steps`). */
struct step_table;

struct engine_conf {
	struct random random;
	const struct step_table *v2, *v1;   /* v1 may be NULL: IKEv1 is not spoken */
	uint16_t port, port_nat_t;          /* ours: 500, 4500 */
	/* limits and times; 0 takes the default in brackets. Milliseconds. */
	uint32_t retransmit_first;          /* [4000], RFC 7296 2.4 */
	uint32_t retransmit_base_percent;   /* [180]: each wait is 1.8 times the last */
	uint32_t retransmit_tries;          /* [5]: sends at 0, 4, 11, 24, 47, 89 s; gives up at 165 s */
	uint32_t retransmit_jitter_percent; /* [0] */
	uint32_t retransmit_limit;          /* [0: none] the longest wait between two sends */
	uint32_t retransmit_early;          /* [2]: IKE_SA_INIT is sent again after 1 s, 2 s ... too; ENGINE_NONE: no */
	uint32_t ask_deadline;              /* [20000] */
	uint32_t half_open_timeout;         /* [165000]: an initiator of default timers sends for so long */
	uint32_t half_open_busy;            /* [30000]: instead, from cookie_threshold half-open SAs on */
	uint32_t keepalive;                 /* [20000]; RFC 3948 4 */
	uint32_t response_cache;            /* [180000] */
	uint32_t delete_delay;              /* [5000]: what was replaced and deleted is received for so long */
	uint32_t retry_first, retry_most;   /* [2000, 300000]: what is wanted and failed is tried again */
	uint32_t cookie_threshold;          /* [30] half-open before cookies are asked */
	uint32_t half_open_per_source;      /* [5] */
	uint32_t half_open_max;             /* [1000] */
	uint32_t unproved_asks_max;         /* [100] questions (key exchanges, signatures) for peers that are not authenticated */
	bool break_before_make;             /* reauthentication deletes the old IKE SA first */
	bool qcd;                           /* crash detection by tokens, RFC 6290: they are made from the secret */
	uint8_t qcd_secret[32];             /* the same over restarts */
	uint32_t fragment_size;             /* [1280]: largest IP datagram of a message in fragments, RFC 7383 2.5.1 */
	bool deterministic;                 /* asks for deterministic signatures (tests) */
	bool no_response_cache;             /* a planted fault for the simulator; never set by the daemon */
};

/* Where a limit may be switched off, this does it: 0 stands for the default. */
#define ENGINE_NONE UINT32_MAX

struct engine *engine_new(const struct engine_conf *conf, struct now now);
void engine_free(struct engine *e);
/* Other limits, times and secrets from now on; `random`, the tables, the ports and what is for tests stay as they were. */
void engine_configure(struct engine *e, const struct engine_conf *conf);

/* --- in --- */

void engine_input(struct engine *e, struct now now, const struct path *path, struct bytes datagram);

enum command_kind {
	COMMAND_LOAD,       /* conn (the engine takes its own reference); same name: replaced by doc/vici.md 13.2; start actions run */
	COMMAND_UNLOAD,     /* name */
	COMMAND_INITIATE,   /* name (or NULL: any connection), child (or NULL: all children); done when up, or failed */
	COMMAND_TERMINATE,  /* name/child/ike_id/child_id; done when gone */
	COMMAND_SHUTDOWN,   /* deletes are sent for all; done when answered or after `timeout` */
	COMMAND_REKEY,      /* name/child/ike_id/child_id as for TERMINATE: Child SAs if one is named, else IKE SAs; done at once (matches) */
	COMMAND_INSTALL,    /* name (or NULL), child: its trap, pass or drop policy; done when it stands */
	COMMAND_UNINSTALL,  /* likewise; done when it is gone */
};
struct command {
	enum command_kind kind;
	const struct connection *conn;
	const char *name, *child;       /* connection's and child's name */
	uint32_t ike_id, child_id;      /* unique ids; 0: none */
	bool force;                     /* TERMINATE: do not wait for the peer's answer */
	bool reauth;                    /* REKEY: IKE SAs are set up anew instead, with authentication */
	bool ike_only;                  /* INITIATE without child: the IKE SA alone, not all children */
	bool keep_trying;               /* INITIATE: retry with backoff until terminated (start_action = start does this) */
	uint32_t timeout;               /* ms; 0: none */
};
/* `token` is the caller's, not 0; every command ends in one EVENT_DONE with it. */
void engine_command(struct engine *e, struct now now, uint64_t token, const struct command *c);

enum ask_kind {
	ASK_NONE,
	ASK_KE,         /* make a key exchange value, and with `peer` also the shared secret */
	ASK_AUTH_MAKE,  /* our AUTH payload */
	ASK_AUTH_CHECK, /* is the peer's AUTH right */
	ASK_RESOLVE,    /* a name: its addresses */
	ASK_SOURCE,     /* the local address to use towards a remote one */
	ASK_SPI,        /* an inbound ESP SPI */
	ASK_INSTALL,    /* a Child SA, both directions */
	ASK_CERTREQ,    /* hashes of the CAs that we trust, for a CERTREQ payload (auth_certreq) */
	ASK_POLICY,     /* a trap, pass or drop policy */
	ASK_USAGE,      /* when the IKE SA's Child SAs (ike_id) last carried packets: liveness by need, RFC 7296 2.4 */
	ASK_ADDRS,      /* this host's addresses that a peer may reach: MOBIKE's ADDITIONAL_*_ADDRESS, RFC 4555 3.6 */
};
const char *ask_name(enum ask_kind kind);

struct ask {
	enum ask_kind kind;
	uint32_t ike_id;          /* for whom: the question is idempotent by (SA, exchange, kind) */
	struct {
		const struct algorithm *method;
		struct bytes seed; /* PRIVATE random bytes that the key is made from (crypto/crypto.h) */
		struct bytes peer; /* empty: only our public value is wanted */
		bool agree_only;   /* our public value is not wanted again */
	} ke;
	struct auth_make_question make;
	struct auth_check_question check;
	const char *name;         /* RESOLVE */
	uint8_t family;           /* RESOLVE: enum addr_family wanted, ADDR_NONE = both */
	uint32_t child_id;        /* USAGE: of this Child SA alone; 0: of all of the IKE SA */
	struct addr remote;       /* SOURCE, SPI */
	struct child_params *install; /* INSTALL: the host moves it out */
	struct policy_params *policy; /* POLICY: the host moves it out */
	const struct auth_round *certreq; /* CERTREQ: our remote round */
};

struct answer {
	bool ok;
	struct reason why;        /* when not ok; copied by the engine */
	struct bytes public_value; /* KE */
	struct bytes shared;      /* KE: copied into a secret; the host wipes its own */
	struct auth_make_answer make;
	struct addr *addrs;       /* RESOLVE, ADDRS */
	size_t addr_count;
	struct addr local;        /* SOURCE */
	uint32_t interface;
	uint32_t spi;             /* SPI */
	struct bytes certreq;     /* CERTREQ: 20 bytes each; empty: no CERTREQ is sent */
	uint64_t used_in, used_out; /* USAGE: boot ms of the newest packet over all its Child SAs; 0: none */
};
/* An unknown or late token is dropped; what the answer brought (SPI, installed SA) comes back as EVENT_RELEASE. */
void engine_answer(struct engine *e, struct now now, uint64_t token, enum ask_kind kind, const struct answer *a);

enum traffic_kind {
	TRAFFIC_SOFT_LIMIT,
	TRAFFIC_HARD_LIMIT,
	TRAFFIC_SEQUENCE_LIMIT,
	TRAFFIC_MOVED,       /* an authenticated packet, newer than all before, from elsewhere than the SA's path */
	TRAFFIC_UNKNOWN_SPI,
	TRAFFIC_USED,        /* inbound */
	TRAFFIC_FIRST,       /* the first authenticated packet of a Child SA that was installed inbound only: the peer uses it */
	TRAFFIC_ONE_WAY,     /* packets went out for a while and none ever came: something on the way swallows ESP */
	TRAFFIC_ACQUIRE,     /* a packet met the trap policy_id; it is held */
};
struct traffic {
	enum traffic_kind kind;
	uint32_t child_id;        /* or policy_id: ACQUIRE */
	uint32_t spi;
	struct path path;         /* MOVED, UNKNOWN_SPI */
	struct selector packet_local, packet_remote; /* ACQUIRE: the packet's own addresses, protocol and ports */
};
void engine_traffic(struct engine *e, struct now now, const struct traffic *t);
void engine_network(struct engine *e, struct now now); /* addresses, routes or links changed, or the host woke up */
/*
 * More comes in than the host can work off, or no longer: first messages that would get a cookie are only answered when they come
 * from where somebody has shown lately that it is there, and one in some others.
 */
void engine_behind(struct engine *e, bool behind);
void engine_expire(struct engine *e, struct now now);
uint64_t engine_deadline(const struct engine *e);      /* boot ms; NEVER */

/* --- out --- */

enum event_kind {
	EVENT_SEND,         /* path, datagram; keepalive: one byte 0xff without marker */
	EVENT_ASK,          /* token, ask */
	EVENT_RELEASE,      /* release */
	EVENT_CHILD_REMOVE, /* child_id; its inbound SPI is free with it */
	EVENT_CHILD_OUTBOUND, /* child_id: from now on packets go out by it, and by none that was there before */
	EVENT_CHILD_INBOUND, /* child_id: no packet goes out by it any more; what is on the way to us still comes in */
	EVENT_CHILD_UPDATE, /* child_id; path and encap are its new ones, ike_id the IKE SA that it belongs to now */
	EVENT_POLICY_REMOVE, /* policy_id */
	EVENT_TELL,         /* tell */
	EVENT_DONE,         /* token, ok, why */
};

enum tell_kind {
	TELL_STORY,      /* a step or a reason was added to a connection's story, or to the ring of strangers (conn NULL) */
	TELL_IKE_UP,
	TELL_IKE_DOWN,
	TELL_CHILD_UP,
	TELL_CHILD_DOWN,
	TELL_IKE_UPDATE, /* addresses or ports changed: `old_ike` has the old ones */
	TELL_IKE_REKEY,  /* `ike` has taken the place of `old_ike`; neither up nor down is told of them then */
	TELL_CHILD_REKEY, /* likewise */
};
struct story_entry; /* ike/story.h */
struct tell {
	enum tell_kind kind;
	const char *connection;            /* NULL: no connection fits */
	uint32_t ike_id, child_id;         /* 0: none */
	uint64_t command;                  /* token of the command that caused it; 0: none */
	bool unproved;                     /* STORY: caused by a peer that nobody has authenticated: anybody can, without end */
	const struct story_entry *entry;   /* STORY */
	const struct ike_info *ike;        /* the others */
	const struct child_info *child;
	const struct ike_info *old_ike;     /* IKE_REKEY, IKE_UPDATE */
	const struct child_info *old_child; /* CHILD_REKEY */
};

struct event {
	enum event_kind kind;
	struct path path;
	struct bytes datagram;
	bool keepalive;
	uint64_t token;
	struct ask ask;
	struct {
		enum ask_kind kind; /* ASK_SPI: spi; ASK_INSTALL: child_id; ASK_POLICY: policy_id */
		uint32_t spi, child_id, policy_id;
	} release;
	uint32_t child_id, ike_id, policy_id;
	enum child_encap encap;
	struct tell tell;
	bool ok;
	struct reason why;
	unsigned matches, ended; /* DONE of TERMINATE */
};
bool engine_next(struct engine *e, struct event *out);

/* --- looking in (control's listings, tests' invariants) --- */

enum ike_state { IKE_CREATED, IKE_CONNECTING, IKE_ESTABLISHED, IKE_REKEYING, IKE_REKEYED, IKE_DELETING, IKE_DESTROYING };
const char *ike_state_name(enum ike_state s);         /* VICI's names, doc/vici.md 7 */
enum child_state { CHILD_CREATED, CHILD_INSTALLING, CHILD_INSTALLED, CHILD_REKEYING, CHILD_REKEYED, CHILD_DELETING };
const char *child_state_name(enum child_state s);

struct ike_info {
	uint32_t id;
	const char *connection;      /* NULL: responder that does not know yet */
	uint8_t version;
	enum ike_state state;
	bool initiator;
	uint64_t spi_i, spi_r;
	struct path path;
	struct identity local_id, remote_id; /* ID_ANY: not known */
	bool nat_local, nat_remote, nat_fake;
	const struct suite *suite;   /* NULL: none chosen */
	uint64_t established;        /* boot ms; 0 */
	uint64_t rekey_at, reauth_at; /* boot ms; NEVER: not scheduled */
	unsigned retransmits;        /* of the request in flight */
	size_t child_count;
	bool no_path;                /* to the peer: it is waited for */
	const struct addr *peers;    /* the peer's other addresses, as it told them; borrows from the SA: not in news */
	size_t peer_count;
	const char *task;            /* VICI's task name of what is in flight, or NULL */
};
struct child_info {
	uint32_t id, reqid, ike_id;
	const char *name;
	const struct child_conf *conf; /* of the connection that it was made from */
	enum child_state state;
	enum child_mode mode;
	enum child_encap encap;
	uint32_t spi_in, spi_out;
	const struct suite *suite;
	const struct selectors *local_ts, *remote_ts;
	uint64_t installed, rekey_at, life_at; /* boot ms; NEVER: none */
};
struct policy_info { /* a trap, or a shunt */
	const char *connection;
	const struct child_conf *conf;
	enum policy_kind kind;
	uint32_t id, reqid;          /* reqid: of traps; else 0 */
	bool installed;              /* false: it could not be yet, and is tried again */
};
/* Return false from `each` to stop. The engine must not be called from inside. */
void engine_each_ike(const struct engine *e, bool (*each)(void *ctx, const struct ike_info *ike), void *ctx);
void engine_each_child(const struct engine *e, uint32_t ike_id, bool (*each)(void *ctx, const struct child_info *child), void *ctx);
void engine_each_policy(const struct engine *e, bool (*each)(void *ctx, const struct policy_info *policy), void *ctx);
void engine_each_connection(const struct engine *e, bool (*each)(void *ctx, const struct connection *conn), void *ctx);
const struct connection *engine_connection(const struct engine *e, const char *name); /* NULL */

/* Stories: ike/story.h. Counters by name for metrics and tests: */
struct engine_counter {
	const char *name;
	uint64_t value;
};
/* How often row `row` of `table` was taken (ike/step.h enumerates the rows). */
uint64_t engine_row_taken(const struct engine *e, const struct step_table *table, size_t row);
size_t engine_counters(const struct engine *e, struct engine_counter *out, size_t max);
/* VICI's get-counters order (doc/vici.md 5.1) for one connection, or NULL for all. */
#define VICI_COUNTERS 21
void engine_vici_counters(const struct engine *e, const char *connection, uint64_t out[VICI_COUNTERS]);
