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

#define BATCH 32u
#define HEAD_ROOM (ESP_HEADER + ESP_IV_MAX)
#define BUFFER_SIZE (PACKET_MAX + ESP_ROOM + 1u)
#define TELLINGS_MAX (BATCH * 7u + DROP_COUNT + 16u) /* a turn: of each packet four limits, a move, a first, one way; each drop once, some SPIs */
#define CHILD_ROUND MINUTES(1)

enum socket_slot { UDP4, UDP4_NATT, UDP6, UDP6_NATT, RAW4, RAW6, SOCKET_COUNT };
#define TAG_TUN SOCKET_COUNT
#define TAG_MONITOR 0x10000u
#define TAG_CLOCK 0x10001u

struct plane_socket {
	int fd; /* -1: there is none */
	uint8_t family;
	uint16_t port;
	bool raw, df;
};

struct child {
	struct list all;
	struct spd_entry policy;
	struct child *ike_next, *ike_prev; /* the ring of those of one IKE SA */
	struct child_params params; /* its secrets are in `out` and `in` */
	struct esp_out out;
	struct esp_in in;
	struct sad_entry entry;
	struct child_counters counters;
	struct plan plan;
	uint32_t outer_mtu, inner_mtu;
	uint64_t keys_used;          /* boot time of the last packet either way */
	uint64_t added;              /* boot time */
	bool told_soft, told_hard, told_sequence_soft, told_sequence_hard, told_first, told_one_way;
	struct endpoint moved_to;    /* the last one that was told */
};

/* What is told at the end of a turn. */
enum telling_kind { TELL_LIMIT, TELL_MOVED, TELL_SPI, TELL_LOST, TELL_DROPS, TELL_FIRST, TELL_ONE_WAY };
struct telling {
	enum telling_kind kind;
	uint32_t child_id, spi;
	bool hard, sequence;
	enum drop drop;
	uint64_t count;
	struct path path;
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

/* A route or rule that stands, and for how many Child SAs. */
struct standing_route {
	struct route route;
	uint32_t users;
};
struct standing_rule {
	struct rule rule;
	uint32_t users;
};

struct dataplane {
	struct dataplane_conf conf;
	char tun_name[16];
	int tun;
	int single;                   /* -1, or: no other plane is alive in this namespace */
	bool tun_lost;                /* told */
	uint32_t tun_index, tun_mtu;
	struct plane_socket sockets[SOCKET_COUNT];
	struct netlink *route, *nft;  /* owned */
	struct monitor monitor;
	bool monitored;               /* monitor is open */
	uint64_t news_first, news_at; /* the first change of a burst; when it is told; 0: there is none */
	bool tun_down;                /* somebody set the TUN down: the system dropped its routes */
	bool nft_works;
	char nft_words[128];          /* why not */
	char mark_words[128];         /* why a strict reverse path does not heed our mark; empty: it does, or need not */
	bool strict_path;             /* instead of nftables: rp_filter is 1 */

	struct list children;
	struct map by_id, by_ike;     /* by_ike: any one of the ring */
	struct sad sad;
	struct spd spd;
	struct standing_route *routes; /* owned */
	struct standing_rule *rules;   /* owned */
	size_t route_count, route_cap, rule_count, rule_cap;

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

static inline uint8_t *plane_buffer(const struct dataplane *dp, size_t i)
{
	return dp->buffers + i * BUFFER_SIZE;
}

/* dataplane.c */
struct plane_socket *plane_socket_for(struct dataplane *dp, uint8_t family, bool raw, bool natt);

/* children.c */
struct child *child_find(const struct dataplane *dp, uint32_t id);
void children_free(struct dataplane *dp);
/* Once a minute: expanded keys of silent Child SAs go, paths' MTUs of the others are asked for, and all follow this host's addresses. */
void children_look_after(struct dataplane *dp);
/* The path's MTU may have changed: asks the system, and sets routes anew where it has. */
void child_refresh_mtu(struct dataplane *dp, struct child *c);
/* Counts a packet of `bytes` that has passed, and tells of limits that it reaches. */
void child_count(struct dataplane *dp, struct child *c, bool out, size_t bytes);
/* Before a packet goes or comes: is the hard limit reached already? */
bool child_exhausted(const struct child *c, bool out);

/* install.c: routes, rules and nftables, shared between Child SAs */
bool install_plan(struct dataplane *dp, struct plan *plan, struct reason *why, struct arena *arena);
void uninstall_plan(struct dataplane *dp, struct plan *plan, struct arena *arena);
void install_cleartext_check(struct dataplane *dp, struct arena *arena);
uint64_t install_cleartext_drops(const struct dataplane *dp, struct arena *arena); /* since the plane was opened */
bool install_mtu(struct dataplane *dp, uint32_t mtu, struct reason *why, struct arena *arena);

/* network.c: changes of this host's network */
bool network_open(struct dataplane *dp, struct reason *why, struct arena *arena);
void network_close(struct dataplane *dp);
void network_work(struct dataplane *dp, uint32_t tag);
uint64_t network_deadline(const struct dataplane *dp);
void network_expire(struct dataplane *dp); /* a burst is over: Child SAs follow, and the owner hears of it */

/* out.c, in.c: one turn */
void plane_out(struct dataplane *dp);
void plane_in(struct dataplane *dp, struct plane_socket *s);

/* tell.c */
void tell_drop(struct dataplane *dp, struct child *c, enum drop why, const struct packet_key *key, const struct endpoint *from);
void tell_cleartext(struct dataplane *dp, uint64_t total); /* the system counts them; told once a minute */
void tell_limit(struct dataplane *dp, const struct child *c, bool hard, bool sequence);
void tell_first(struct dataplane *dp, const struct child *c);
void tell_one_way(struct dataplane *dp, const struct child *c);
void tell_moved(struct dataplane *dp, const struct child *c, const struct path *from);
void tell_spi(struct dataplane *dp, const struct path *from, uint32_t spi);
void tell_lost(struct dataplane *dp);            /* the TUN is gone: told once */
void tell_all(struct dataplane *dp);             /* calls the owner's events */
uint64_t tell_deadline(const struct dataplane *dp);
void tell_expire(struct dataplane *dp);          /* drops that wait for their minute */
bool tell_icmp_allowed(struct dataplane *dp);    /* a bucket for all ICMP errors that we make */
