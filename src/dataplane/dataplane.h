/* SPDX-License-Identifier: ISC */
/*
 * The data plane in user space: TUN on one side, sockets on the other, ESP between. ARCHITECTURE.md.
 *
 * The daemon owns the UDP sockets' IKE half: the data plane reads all datagrams and hands IKE ones (port 500, or the
 * non-ESP marker on 4500) up through `ike_received`; IKE goes out through dataplane_send_ike. One thread at a time calls these
 * functions (the daemon's loop, for now); dataplane_fds says which descriptors to wait for.
 */
#pragma once

#include "base/arena.h"
#include "base/random.h"
#include "base/reason.h"
#include "base/time.h"
#include "ipsec/child.h"

struct dataplane;

/* What the plane tells its owner. Called from inside dataplane_work and dataplane_expire. */
struct dataplane_events {
	void *owner;
	void (*ike_received)(void *owner, const struct path *path, struct bytes datagram);
	void (*behind)(void *owner, bool behind); /* more comes in at a socket than is worked off; or no longer */
	/* a soft (hard = false) or hard limit of bytes, packets or sequence numbers */
	void (*limit_reached)(void *owner, uint32_t child_id, bool hard, bool sequence);
	/* an authenticated packet of this SA came from another address or port than the SA's */
	void (*peer_moved)(void *owner, uint32_t child_id, const struct path *from);
	void (*unknown_spi)(void *owner, const struct path *from, uint32_t spi);
	/* the first authenticated packet of a Child SA that was installed inbound only */
	void (*first_packet)(void *owner, uint32_t child_id);
	/* packets went out for some seconds and none has ever come in */
	void (*one_way)(void *owner, uint32_t child_id);
	/* a packet met a trap and is held; told once, and again after it was not answered for a while */
	void (*acquire)(void *owner, uint32_t policy_id, const struct selector *local, const struct selector *remote);
	/* addresses, routes or links of this host changed (a burst is told once, after some 100 ms of rest) */
	void (*network)(void *owner);
	/* another program had removed routes or rules of ours; they are set again */
	void (*restored)(void *owner);
	/* this descriptor (the TUN's) is dead, somebody took the device away: nothing can be carried any more; do not wait for it */
	void (*lost)(void *owner, uint32_t tag);
	/* at most one line a reason and minute, with how many since the last */
	void (*drop_log)(void *owner, enum drop why, uint32_t child_id, uint64_t count, const char *sample);
};

struct dataplane_conf {
	const char *tun_name;          /* "adit0" */
	uint16_t port, port_nat_t;     /* 500, 4500 */
	uint32_t route_table, rule_priority, mark;
	struct dataplane_events events;
};

/* Opens sockets (probing without SO_REUSEPORT first: REASON_IN_USE with the holder's process) and the TUN (REASON_RIGHTS), removes
 * what a killed predecessor left (marked as ours), and gives the plane; NULL with a reason. */
struct dataplane *dataplane_new(const struct dataplane_conf *conf, struct now now, struct reason *why, struct arena *arena);
/* After a crash, from a process of its own: what the dead one had set is undone, unless somebody else has begun to serve. */
bool dataplane_clean(uint32_t route_table, struct reason *why, struct arena *arena);
/* Removes routes, rules, addresses, sysctls, nft tables that it set. */
void dataplane_free(struct dataplane *dp);

struct dataplane_fd {
	int fd;
	uint32_t tag; /* given back to dataplane_work */
};
size_t dataplane_fds(const struct dataplane *dp, struct dataplane_fd *out, size_t max);
void dataplane_work(struct dataplane *dp, uint32_t tag, struct now now); /* this descriptor is readable; bounded work a call */
uint64_t dataplane_deadline(const struct dataplane *dp);
void dataplane_expire(struct dataplane *dp, struct now now);

bool dataplane_send_ike(struct dataplane *dp, const struct path *path, struct bytes datagram, struct reason *why);
bool dataplane_send_keepalive(struct dataplane *dp, const struct path *path); /* one byte 0xff, RFC 3948 2.3 */

/* Takes the params (moves them out, also on failure clears them). SA, policies, routes, MTU. */
bool dataplane_child_add(struct dataplane *dp, struct child_params *p, struct now now, struct reason *why, struct arena *arena);
void dataplane_child_remove(struct dataplane *dp, uint32_t child_id, struct now now);
/* The peer is elsewhere now (MOBIKE, a NAT's new mapping): outer addresses, ports and MTU. False: no such Child SA. */
bool dataplane_child_move(struct dataplane *dp, uint32_t child_id, const struct path *path, struct now now);
/* The same for all Child SAs of an IKE SA that follow its path: those encapsulated in UDP. */
void dataplane_ike_move(struct dataplane *dp, uint32_t ike_id, const struct path *path, struct now now);
/* From now on packets go out by it, whether it was installed inbound only or is older than another one. The Child SA of the same selectors
 * that did so until now stays for what comes in. False: no such Child SA, or memory. */
bool dataplane_child_outbound(struct dataplane *dp, uint32_t child_id, struct now now);
/* From now on nothing goes out by it: the peer has deleted it, and what is on the way still comes in. False: no such Child SA. */
bool dataplane_child_inbound(struct dataplane *dp, uint32_t child_id, struct now now);
/* Its IKE SA was rekeyed: the unique id that it belongs to. False: no such Child SA. */
bool dataplane_child_adopt(struct dataplane *dp, uint32_t child_id, uint32_t ike_id);
/* Another encapsulation than it was installed with, and its path. False: no such Child SA, or no socket (it stays as it was). */
bool dataplane_child_update(struct dataplane *dp, uint32_t child_id, const struct path *path, enum child_encap encap, struct now now);
/* Takes the params (moves them out, also on failure clears them). Routes, and a row of the policy database behind those of Child SAs. */
bool dataplane_policy_add(struct dataplane *dp, struct policy_params *p, struct now now, struct reason *why, struct arena *arena);
void dataplane_policy_remove(struct dataplane *dp, uint32_t policy_id, struct now now); /* what it held is dropped */
/* The newest packets of an IKE SA's Child SAs, boot ms; 0: none. */
void dataplane_ike_usage(const struct dataplane *dp, uint32_t ike_id, uint64_t *used_in, uint64_t *used_out);
/* This host's addresses of global scope that a peer may reach; those of the TUN are left out. At most `max`. */
size_t dataplane_addresses(struct dataplane *dp, struct addr *out, size_t max);
/* Has this host an address inside local_ts, of each family? If not, only forwarded traffic fits. False: no such Child SA. */
bool dataplane_child_sources(const struct dataplane *dp, uint32_t child_id, bool *v4, bool *v6);
bool dataplane_child_counters(const struct dataplane *dp, uint32_t child_id, struct child_counters *out);
void dataplane_drops(const struct dataplane *dp, uint64_t out[DROP_COUNT]); /* those that belong to no SA included */
/* An inbound SPI that is free here (0xc0000000 .. 0xcfffffff by default), from `random`; reserved until released or used. */
uint32_t dataplane_spi_reserve(struct dataplane *dp, const struct random *random);
void dataplane_spi_release(struct dataplane *dp, uint32_t spi);
/* The local address that the main table would use towards `remote`, our own routes left out; and the route's MTU. */
bool dataplane_source_for(struct dataplane *dp, const struct addr *remote, struct addr *local, uint32_t *interface, uint32_t *mtu,
                          struct reason *why, struct arena *arena);
bool dataplane_is_local(struct dataplane *dp, const struct addr *a);
/* One line for `adit status`: which plane, why, TUN, sockets. */
void dataplane_describe(const struct dataplane *dp, struct text *t);
