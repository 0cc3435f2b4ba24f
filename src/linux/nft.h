/* SPDX-License-Identifier: ISC */
/*
 * Our nftables table: what comes from outside in clear although an inbound policy demands protection is dropped (RFC 4301 5.2
 * step 3b), whatever rp_filter says; and what belongs to the tunnels themselves (IKE, ESP, and ICMP errors to this host) gets our
 * mark, so that a strict reverse-path check looks past our own routes (src_valid_mark).
 *
 * And for IPv6, whose routing rules cannot tell a packet without a source from one with a source of its own: what this host sends into a TUN
 * from an address outside every local_ts gets the mark as well and is routed anew, its usual way.
 *
 * The table is `inet adit`. Policies are dropped where packets enter this host and where they are forwarded. Not dropped: what comes
 * from our TUNs and from the loopback interface, IKE and ESP to this host (with later fragments of UDP), neighbour discovery and ICMP errors to
 * this host; what a PASS policy lets come in clear; and, where the remote net contains the local one (0.0.0.0/0), what stays inside the local net.
 *
 * Pairs of prefixes stand in sets, one a pair of prefix lengths, so that one of thousands is added or removed by itself. What is no pair
 * of prefixes has a rule of its own; all rules are written again when one of them, or the list of sets, changes.
 */
#pragma once

#include "ipsec/child.h"
#include "linux/nl.h"

struct nft_policy {
	const struct selector *local, *remote; /* borrow during the call */
	bool pass;                             /* what fits it may come in clear */
	uint32_t priority;                     /* one that the configuration names goes before all computed ones; 0: computed */
};

struct nft_set {
	uint8_t family, local_bits, remote_bits;
	bool pass;
};

struct nft_table {
	uint32_t mark;
	uint16_t ports[2];                     /* IKE's */
	const uint32_t *interfaces;            /* the TUNs'; the first is the common one */
	size_t interface_count;
	const struct nft_policy *policies;     /* what is no pair of prefixes, in order */
	size_t policy_count;
	const struct nft_set *sets;
	size_t set_count;
};

/* One transaction: all or nothing. `nl` is an open NETLINK_NETFILTER socket. */
struct nft_change;
struct nft_change *nft_begin(struct netlink *nl); /* NULL: out of memory */
void nft_make(struct nft_change *c);              /* the table anew and empty, whatever was there */
void nft_rules(struct nft_change *c, const struct nft_table *t); /* all rules, in place of those that are there */
/* A set is there before a rule or pair that names it, and goes after them. */
void nft_add_set(struct nft_change *c, const struct nft_set *s);
void nft_remove_set(struct nft_change *c, const struct nft_set *s);
/* The prefixes' first addresses. */
void nft_add_pair(struct nft_change *c, const struct nft_set *s, const struct addr *local, const struct addr *remote);
void nft_remove_pair(struct nft_change *c, const struct nft_set *s, const struct addr *local, const struct addr *remote);
void nft_abandon(struct nft_change *c);           /* nothing is done */
bool nft_commit(struct nft_change *c, struct reason *why, struct arena *arena); /* frees it; false: nothing has changed */

void nft_remove(struct netlink *nl, struct arena *arena); /* no table: nothing to do */
/* How many packets were dropped since the last nft_make. False: the table is not there. */
bool nft_dropped(struct netlink *nl, uint64_t *count, struct arena *arena);
