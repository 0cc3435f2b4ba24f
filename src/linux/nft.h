/* SPDX-License-Identifier: ISC */
/*
 * Our nftables table: what comes from outside in clear although an inbound policy demands protection is dropped (RFC 4301 5.2
 * step 3b), whatever rp_filter says; and what belongs to the tunnels themselves (IKE, ESP, and ICMP errors to this host) gets our
 * mark, so that a strict reverse-path check looks past our own routes (src_valid_mark).
 *
 * And for IPv6, whose routing rules cannot tell a packet without a source from one with a source of its own: what this host sends into a TUN
 * from an address outside every local_ts gets the mark as well and is routed anew, its usual way.
 *
 * The table is `inet adit`; it is made anew with every change, in one transaction. Policies are dropped where packets enter this
 * host and where they are forwarded. Not dropped: what comes from our TUNs and from the loopback interface, IKE and
 * ESP to this host (with later fragments of UDP), neighbour discovery and ICMP errors to this host; and, where the remote net contains the local one
 * (0.0.0.0/0), what stays inside the local net.
 */
#pragma once

#include "ipsec/child.h"
#include "linux/nl.h"

struct nft_policy {
	const struct selector *local, *remote; /* borrow during the call */
	bool pass;                             /* what fits it may come in clear; the first policy that fits decides */
};

struct nft_table {
	uint32_t mark;
	uint16_t ports[2];               /* IKE's */
	const uint32_t *interfaces;      /* the TUNs' */
	size_t interface_count;
	const struct nft_policy *policies;
	size_t policy_count;
};

/* `nl` is an open NETLINK_NETFILTER socket. Replaces the whole table. */
bool nft_set(struct netlink *nl, const struct nft_table *t, struct reason *why, struct arena *arena);
void nft_remove(struct netlink *nl, struct arena *arena); /* no table: nothing to do */
/* How many packets the policies have dropped since the last nft_set. */
uint64_t nft_dropped(struct netlink *nl, struct arena *arena);
