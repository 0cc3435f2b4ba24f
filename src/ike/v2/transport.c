/* SPDX-License-Identifier: ISC */
/*
 * Transport mode and the NATs between: RFC 7296 1.3.1, 2.23.1. Each side writes selectors with the addresses that it sees; a NAT
 * changes those of the packets, but not these. Whoever takes them puts the addresses of the IKE SA into their place, and keeps
 * what the peer saw: the checksums of its packets are made with it.
 */
#include "ike/v2/parts.h"

bool transport_noted(const struct exchange *x)
{
	struct notify n;

	return notify_find(&n, &x->payloads, IKEV2_NOTIFY_USE_TRANSPORT_MODE);
}

/* All entries name the same one address. */
static bool one_host(const struct selectors *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (!addr_equal(&s->list[i].first, &s->list[i].last) || !addr_equal(&s->list[i].first, &s->list[0].first))
			return false;
	return s->count > 0;
}

static bool is_host(const struct selectors *s, const struct addr *a)
{
	return one_host(s) && addr_equal(&s->list[0].first, a);
}

bool transport_possible(const struct sa *sa, const struct selectors *local, const struct selectors *remote)
{
	return is_host(local, &sa->path.local.addr) && is_host(remote, &sa->path.remote.addr);
}

static bool with_addr(struct selectors *s, const struct addr *a, struct arena *arena)
{
	struct selectors copy;

	if (!selectors_copy(&copy, s, arena))
		return false;
	for (unsigned i = 0; i < copy.count; i++)
		copy.list[i].first = copy.list[i].last = *a;
	*s = copy;
	return true;
}

bool transport_take(struct exchange *x, struct child_plan *plan, struct selectors *local, struct selectors *remote)
{
	const struct sa *sa = x->sa;
	struct selectors ours = *local, theirs = *remote;

	if (!one_host(local) || !one_host(remote))
		return false;
	if ((sa->nat_local && !with_addr(&ours, &sa->path.local.addr, &x->arena)) ||
	    (sa->nat_remote && !with_addr(&theirs, &sa->path.remote.addr, &x->arena)) || !transport_possible(sa, &ours, &theirs))
		return false;
	if (sa->nat_local || sa->nat_remote) {
		plan->original_local = local->list[0].first;
		plan->original_remote = remote->list[0].first;
	}
	*local = ours;
	*remote = theirs;
	return true;
}
