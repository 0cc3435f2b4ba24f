/* SPDX-License-Identifier: ISC */
/*
 * Which routes and rules bring a Child SA's traffic into the TUN. A pure function of its selectors and the host's addresses.
 *
 * Two tables: T for selectors without protocol and ports, T + 1 for those with (their rules name protocol and ports, so that other
 * traffic keeps its usual way). Rules, in this order:
 *
 *     P      our own packets (mark M) go to P + 4: a peer inside its own remote_ts makes no loop; and so does what a policy lets pass
 *     P + 1  from local_ts [protocol, ports] to remote_ts: table T + 1
 *     P + 2  from local_ts: table T
 *     P + 4  nothing: the look-up goes on
 *
 * "From local_ts" is the selector's own prefix, and, where this host has an address inside local_ts, also what it sends
 * itself without having chosen a source yet; the route then names that address as the source. Packets from elsewhere keep their way:
 * they would fit no selector. Where a remote net contains the local one (0.0.0.0/0), the local net is thrown back to the main table, and
 * so are multicast and link-local destinations under a default route.
 */
#pragma once

#include "ipsec/child.h"
#include "linux/addr.h"
#include "linux/routes.h"

#define PLAN_MAX 512u       /* routes, and rules, of one Child SA */
#define PLAN_RULES_END 4u   /* P + this one: where our own packets go on */

struct plan {
	struct route *routes; /* owned; throws have interface 0 */
	struct rule *rules;   /* owned */
	size_t route_count, rule_count;
	bool source_found[2]; /* [0] IPv4, [1] IPv6: this host has an address inside local_ts */
	size_t route_cap, rule_cap;
	bool full;            /* more than PLAN_MAX, or out of memory */
};

struct plan_conf {
	uint32_t table, priority, interface;
	uint32_t mtu[2]; /* of the routes: IPv4, IPv6 */
	bool pass;       /* not into the TUN: past it */
};

void plan_make(struct plan *p, const struct selectors *local, const struct selectors *remote, const struct local_addrs *addrs,
               const struct plan_conf *conf);
void plan_clear(struct plan *p);
/* The rules that stand as long as the plane does: those at P and P + 4, in both families (4 of them). */
void plan_frame(struct rule out[4], uint32_t priority, uint32_t mark);
