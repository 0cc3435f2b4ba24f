/* SPDX-License-Identifier: ISC */
/*
 * The inside of the data plane: what its files share. Nobody else includes it.
 *
 * One loop, one thread: every turn reads a batch from one descriptor, works through it, and at the end tells the owner what
 * happened (tell.c), so that an event may add and remove Child SAs. Seams for what comes: packets are worked on in runs of
 * one Child SA (GSO super-packets become longer runs), and buffers have room around the packet for headers and trailers.
 */
#pragma once

#include "base/list.h"
#include "dataplane/dataplane.h"
#include "dataplane/plan.h"
#include "ipsec/esp.h"
#include "ipsec/packet.h"
#include "ipsec/sad.h"
#include "ipsec/spd.h"
#include "linux/datagram.h"
#include "linux/monitor.h"
#include "linux/nl.h"
#include "linux/tun.h"

#define BATCH 32u
#define HEAD_ROOM (ESP_HEADER + ESP_IV_MAX)
#define IN_ROOM IPV6_HEADER /* before what comes: transport mode's header is put back */
#define BUFFER_SIZE (IN_ROOM + PACKET_MAX + ESP_ROOM + 1u)
#define OUTER_MTU_DEFAULT 1500u
#define TRANSPORT_MTU 64000u /* what is too long for the path goes whole, in outer fragments (RFC 4303 3.3.4) */
#define TELLINGS_MAX (BATCH * 8u + DROP_COUNT + 16u) /* a turn: of each packet four limits, a move, ...; each drop once, some SPIs */
#define CHILD_ROUND MINUTES(1)
#define CLEAR_ROUND SECONDS(10) /* a firewall that is loaded anew removes our table */
#define LOOK_SLICE 256u /* Child SAs of the round at once: some milliseconds */

enum socket_slot { UDP4, UDP4_NATT, UDP6, UDP6_NATT, RAW4, RAW6, SOCKET_COUNT };
#define TAG_TUN SOCKET_COUNT
#define TAG_TUNS (SOCKET_COUNT + 1)
#define TAG_MONITOR 0x10000u
#define TAG_CLOCK 0x10001u

struct plane_socket {
	int fd; /* -1: there is none */
	uint8_t family;
	uint16_t port;
	bool raw, df;
	bool behind;      /* datagrams wait in it faster than they are taken */
	unsigned full;    /* full batches, one after the other */
};

struct standing_route;
struct standing_rule;

/* A route that somebody wants to stand. Several may want one place in different ways: the newest gets its own, tunnel before throw. */
struct wish {
	struct standing_route *standing;
	struct wish *newer, *older; /* of the same place */
	uint32_t interface, mtu;    /* interface 0: a throw */
	struct addr source;
};

/* What one Child SA or policy has standing in the system. */
struct footing {
	struct wish *routes;          /* owned; nobody moves it while it stands */
	struct standing_rule **rules; /* owned list */
	uint16_t route_count, rule_count;
	bool source_found[2];         /* see struct plan */
};

/* What may not come in clear, or (pass) may, though others say no. */
struct demand {
	uint32_t priority;            /* 0: computed */
	uint32_t pairs;               /* demanded; 0: nothing is */
	bool pass;
};

struct tun {
	struct list all;              /* of those of connections */
	char name[TUN_NAME_MAX];
	int fd;                       /* -1: there is none */
	uint32_t index, mtu;
	bool down;                    /* somebody set it down: the system dropped its routes */
	bool lost;                    /* somebody took it away; told */
	struct spd spd;               /* what goes out by it */
};

/* What is kept of a Child SA's parameters: there may be very many. */
struct child_kept {
	uint32_t id, ike_id, priority;
	bool copy_df, copy_ecn, dscp_out, dscp_in, inbound_only, no_policies;
	uint8_t mode, encap;          /* enum child_mode, child_encap */
	struct path path;
	struct selectors local_ts, remote_ts; /* lists owned */
	uint64_t soft_bytes, hard_bytes, soft_packets, hard_packets;
	struct addr original_local, original_remote;
};

struct child {
	struct list all;
	struct spd_entry policy;
	struct child *ike_next, *ike_prev; /* the ring of those of one IKE SA */
	struct child_kept params;    /* secrets and algorithms are in `out` and `in` */
	struct esp_out out;
	struct esp_in in;
	struct sad_entry entry;
	struct child_counters counters;
	struct tun *tun;
	struct footing footing;
	struct demand demand;
	uint32_t outer_mtu, inner_mtu;
	uint64_t keys_used;          /* boot time of the last packet either way */
	uint64_t added;              /* boot time */
	bool told_soft, told_hard, told_sequence_soft, told_sequence_hard, told_first, told_one_way;
	struct endpoint moved_to;    /* the last one that was told */
};

/* What is told at the end of a turn. */
enum telling_kind { TELL_LIMIT, TELL_MOVED, TELL_SPI, TELL_LOST, TELL_DROPS, TELL_FIRST, TELL_ONE_WAY, TELL_ACQUIRE };
struct telling {
	enum telling_kind kind;
	uint32_t child_id, spi;
	bool hard, sequence;
	enum drop drop;
	uint64_t count;
	struct path path;
	struct selector local, remote;
	char sample[160];
};

struct drop_state {
	uint64_t total, untold;
	uint64_t told_at; /* boot time; 0: never */
	uint32_t child_id;
	char sample[160];
};

/* So many at once and a second. */
struct bucket {
	uint64_t tokens, at; /* boot time of the last fill */
};

/* A policy that is no Child SA. */
struct policy {
	struct list all;
	struct spd_entry entry;
	struct policy_params params;
	struct tun *tun;
	struct footing footing;
	struct demand demand;
	struct list held;             /* packets, the oldest first */
	uint32_t held_count, held_bytes;
	uint64_t asked_at;            /* boot time of the last `acquire`; 0: none yet */
};

struct dataplane {
	struct dataplane_conf conf;
	struct tun common;            /* the TUN of all that have none of their own */
	struct list tuns;             /* the others */
	int poll;                     /* -1, or: watches the others */
	int single;                   /* -1, or: no other plane is alive in this namespace */
	struct plane_socket sockets[SOCKET_COUNT];
	struct netlink *route, *nft;  /* owned */
	struct monitor monitor;
	bool monitored;               /* monitor is open */
	uint64_t news_first, news_at; /* the first change of a burst; when it is told; 0: there is none */
	uint64_t gone_at, restored_at; /* when routes and rules that somebody removed are set again; when they were */
	bool nft_works;
	char nft_words[128];          /* why not */
	char mark_words[128];         /* why a strict reverse path does not heed our mark; empty: it does, or need not */
	struct map clear_pairs;       /* what is demanded, by hash; owned */
	struct clear_pair *clear_changed;
	struct clear_set *clear_sets; /* owned */
	size_t clear_set_count;
	struct list clear_policies;
	bool clear_rules_changed;
	uint64_t clear_at;            /* boot time: our table is looked for */
	bool cleartext_changed;       /* not yet told to the system */
	bool strict_path;             /* instead of nftables: rp_filter is 1 */

	struct list children;
	struct map by_id, by_ike;     /* by_ike: any one of the ring */
	struct sad sad;
	struct local_addrs addrs;     /* this host's, when routes were last looked at */
	struct list *look_at;         /* the Child SA that the round has come to; NULL: there is none under way */
	bool look_replan, look_again; /* routes as well, the addresses are others; from the start once more */
	struct list policies;
	struct map policy_by_id;
	struct map routes, rules;     /* standing ones by hash; owned */
	uint8_t seed[16];             /* of those hashes */
	struct list held;             /* all packets that traps hold, the oldest first */
	uint32_t held_count;
	uint64_t ask_again_at;        /* when traps that hold packets ask again */
	bool held_may_go;             /* something has come that they may go by */

	struct now now;
	struct drop_state drops[DROP_COUNT];
	uint64_t cleartext;           /* counted by tables that are gone */
	uint64_t cleartext_told;
	struct telling tellings[TELLINGS_MAX];
	size_t telling_count;
	struct bucket icmp, unknown_spis;
	uint64_t round_at;            /* when Child SAs are looked after; 0: there are none */
	uint8_t *buffers;             /* owned: BATCH x BUFFER_SIZE */
};

static inline bool is_transport(const struct child *c)
{
	return c->params.mode == MODE_TRANSPORT;
}

static inline uint8_t *plane_buffer(const struct dataplane *dp, size_t i)
{
	return dp->buffers + i * BUFFER_SIZE;
}

/* dataplane.c */
bool plane_frame(struct dataplane *dp, struct reason *why, struct arena *arena); /* the rules around all others; they may stand already */
struct plane_socket *plane_socket_for(struct dataplane *dp, uint8_t family, bool raw, bool natt);

/* children.c */
struct child *child_find(const struct dataplane *dp, uint32_t id);
/* Looks again how the system should lead a Child SA's or policy's packets here. */
void plan_anew(struct dataplane *dp, struct footing *f, const struct plan *plan, struct arena *arena);
/* The MTU of the path to a peer; `unknown` when there is no route. */
uint32_t path_mtu(struct dataplane *dp, const struct addr *remote, uint32_t unknown, struct arena *arena);
/* The plan for these selectors with this inner MTU. */
struct plan_wish {
	const struct selectors *local, *remote;
	const struct local_addrs *addrs; /* NULL: the system is asked */
	uint32_t mtu;
	bool pass;
};
bool plan_for(struct dataplane *dp, struct plan *plan, const struct plan_wish *w, struct reason *why, struct arena *arena);
void children_free(struct dataplane *dp);
/*
 * Once a minute, and when the network has changed: expanded keys of silent Child SAs go, paths' MTUs of the others are asked for, and all
 * follow this host's addresses. Some at a time (children_look_on, at once again while look_at): packets go on in between.
 */
void children_look_after(struct dataplane *dp);
void children_look_on(struct dataplane *dp);
/* The path's MTU may have changed: asks the system, and sets routes anew where it has. */
void child_refresh_mtu(struct dataplane *dp, struct child *c);
/* Counts a packet of `bytes` that has passed, and tells of limits that it reaches. */
void child_count(struct dataplane *dp, struct child *c, bool out, size_t bytes);
/* Before a packet goes or comes: is the hard limit reached already, with those that are gathered but not yet counted? */
bool child_exhausted(const struct child *c, bool out, uint64_t gathered_packets, uint64_t gathered_bytes);

/* policies.c */
void policies_free(struct dataplane *dp);
void policies_replan(struct dataplane *dp); /* this host's addresses may have changed */

/* hold.c: packets that met a trap */
void hold_packet(struct dataplane *dp, struct policy *trap, const struct packet *p);
void hold_forget(struct dataplane *dp, struct policy *trap); /* the trap goes */
uint64_t hold_deadline(const struct dataplane *dp);
void hold_expire(struct dataplane *dp); /* what may go goes, what waits too long is dropped, what waits is asked for again */

/* tuns.c: the TUNs */
bool tun_start(struct dataplane *dp, struct tun *t, const char *name, struct reason *why, struct arena *arena);
/* That of a connection, made at its first use and kept; name NULL: the common one. NULL with a reason. */
struct tun *tun_for(struct dataplane *dp, const char *name, struct reason *why, struct arena *arena);
struct tun *tun_of_index(struct dataplane *dp, uint32_t index); /* NULL: not ours */
/* At least this MTU. */
bool tun_widen(struct dataplane *dp, struct tun *t, uint32_t mtu, struct reason *why, struct arena *arena);
void tuns_work(struct dataplane *dp); /* those of connections: some of them can be read */
void tuns_free(struct dataplane *dp);

/* install.c: routes and rules, shared between Child SAs and policies */
/* Sets what the plan says; `out` is then its user. False with a reason: nothing has changed. */
bool install_plan(struct dataplane *dp, const struct plan *plan, struct footing *out, struct reason *why, struct arena *arena);
void uninstall_plan(struct dataplane *dp, struct footing *f, struct arena *arena);
bool install_stands(const struct footing *f, const struct plan *plan); /* exactly so already? */
void install_again(struct dataplane *dp, struct arena *arena);         /* the system forgot routes or rules */
void install_free(struct dataplane *dp);

/* cleartext.c: nftables, or what stands in for it */
/* What is demanded has changed: the system hears of it at the end of the turn, once for all changes. */
void install_cleartext_check(struct dataplane *dp);
bool cleartext_demand(struct dataplane *dp, struct demand *d, const struct selectors *local, const struct selectors *remote);
void cleartext_give_up(struct dataplane *dp, struct demand *d, const struct selectors *local, const struct selectors *remote);
void cleartext_interfaces(struct dataplane *dp);  /* the TUNs have changed */
void cleartext_look_after(struct dataplane *dp, struct arena *arena); /* is our table still there? */
void cleartext_free(struct dataplane *dp);
void install_cleartext_now(struct dataplane *dp, struct arena *arena);
uint64_t install_cleartext_drops(const struct dataplane *dp, struct arena *arena); /* since the plane was opened */

/* network.c: changes of this host's network */
bool network_open(struct dataplane *dp, struct reason *why, struct arena *arena);
void network_close(struct dataplane *dp);
void network_work(struct dataplane *dp, uint32_t tag);
uint64_t network_deadline(const struct dataplane *dp);
void network_expire(struct dataplane *dp); /* a burst is over: Child SAs follow, and the owner hears of it */

/* out.c, in.c: one turn */
void plane_out(struct dataplane *dp, struct tun *t);
void plane_out_again(struct dataplane *dp, struct tun *t, struct bytes packet); /* one that was held */
void plane_in(struct dataplane *dp, struct plane_socket *s);

/* tell.c */
void tell_drop(struct dataplane *dp, struct child *c, enum drop why, const struct packet_key *key, const struct endpoint *from);
void tell_cleartext(struct dataplane *dp, uint64_t total); /* the system counts them; told once a minute */
void tell_limit(struct dataplane *dp, const struct child *c, bool hard, bool sequence);
void tell_first(struct dataplane *dp, const struct child *c);
void tell_one_way(struct dataplane *dp, const struct child *c);
void tell_moved(struct dataplane *dp, const struct child *c, const struct path *from);
void tell_spi(struct dataplane *dp, const struct path *from, uint32_t spi);
void tell_lost(struct dataplane *dp);            /* the common TUN is gone: told once */
bool tell_acquire(struct dataplane *dp, const struct policy *trap, const struct packet_key *key); /* false: no room this turn */
void tell_all(struct dataplane *dp);             /* calls the owner's events */
uint64_t tell_deadline(const struct dataplane *dp);
void tell_expire(struct dataplane *dp);          /* drops that wait for their minute */
bool tell_icmp_allowed(struct dataplane *dp);    /* a bucket for all ICMP errors that we make */
