/* SPDX-License-Identifier: ISC */
/*
 * Routes, rules and the nftables table: what several Child SAs share is set once and removed with the last of them.
 */
#include "dataplane/plane.h"

#include <stdio.h>
#include <stdlib.h>

#include "linux/nft.h"
#include "linux/sysctls.h"

static bool same_place(const struct route *a, const struct route *b)
{
	return a->table == b->table && a->to.bits == b->to.bits && addr_equal(&a->to.addr, &b->to.addr);
}

/* Room for one more of `size` bytes. */
static bool grow(void *list, size_t count, size_t *cap, size_t size)
{
	void **at = list, *fresh;
	size_t want = *cap ? *cap * 2 : 16;

	if (count < *cap)
		return true;
	fresh = realloc(*at, want * size);
	if (!fresh)
		return false;
	*at = fresh;
	*cap = want;
	return true;
}

/* The newest wish for a destination wins (source, MTU, tunnel before throw); the users are counted. */
static bool use_route(struct dataplane *dp, const struct route *r, struct reason *why, struct arena *arena)
{
	struct standing_route *s = NULL;

	for (size_t i = 0; i < dp->route_count && !s; i++)
		if (same_place(&dp->routes[i].route, r))
			s = &dp->routes[i];
	if (!s) {
		if (!grow(&dp->routes, dp->route_count, &dp->route_cap, sizeof(*dp->routes)))
			return refuse_text(why, REASON_MEMORY, 0, "routes");
		if (!route_add(dp->route, r, why, arena))
			return false;
		dp->routes[dp->route_count++] = (struct standing_route){ *r, 1 };
		return true;
	}
	if (r->interface || !s->route.interface) {
		bool another = s->route.interface != r->interface;
		struct reason unused = { 0 };

		if (another)
			route_remove(dp->route, &s->route, arena); /* another type of route would stand beside it */
		if (!route_add(dp->route, r, why, arena)) {
			if (another)
				(void)route_add(dp->route, &s->route, &unused, arena);
			return false;
		}
		s->route = *r;
	}
	s->users++;
	return true;
}

/* What the Child SAs that are there wish for a destination: the newest, tunnel before throw. NULL: nothing. */
static const struct route *wish_of(const struct dataplane *dp, const struct route *place)
{
	const struct route *wish = NULL;

	LIST_EACH(pos, &dp->children) {
		const struct plan *plan = &LIST_ITEM(pos, struct child, all)->plan;

		for (size_t i = 0; i < plan->route_count; i++)
			if (same_place(&plan->routes[i], place) && (!wish || plan->routes[i].interface || !wish->interface))
				wish = &plan->routes[i];
	}
	return wish;
}

/* The others get back what the one who leaves had its own way. */
static void give_back(struct dataplane *dp, struct standing_route *s, struct arena *arena)
{
	const struct route *wish = wish_of(dp, &s->route);
	struct reason why = { 0 };

	if (!wish || route_equal(wish, &s->route))
		return;
	if (wish->interface != s->route.interface)
		route_remove(dp->route, &s->route, arena);
	(void)route_add(dp->route, wish, &why, arena);
	s->route = *wish;
}

static void leave_route(struct dataplane *dp, const struct route *r, struct arena *arena)
{
	for (size_t i = 0; i < dp->route_count; i++) {
		if (!same_place(&dp->routes[i].route, r))
			continue;
		if (--dp->routes[i].users > 0) {
			give_back(dp, &dp->routes[i], arena);
		} else {
			route_remove(dp->route, &dp->routes[i].route, arena);
			dp->routes[i] = dp->routes[--dp->route_count];
		}
		return;
	}
}

static bool use_rule(struct dataplane *dp, const struct rule *r, struct reason *why, struct arena *arena)
{
	for (size_t i = 0; i < dp->rule_count; i++)
		if (rule_equal(&dp->rules[i].rule, r)) {
			dp->rules[i].users++;
			return true;
		}
	if (!grow(&dp->rules, dp->rule_count, &dp->rule_cap, sizeof(*dp->rules)))
		return refuse_text(why, REASON_MEMORY, 0, "routing rules");
	if (!rule_add(dp->route, r, why, arena))
		return false;
	dp->rules[dp->rule_count++] = (struct standing_rule){ *r, 1 };
	return true;
}

static void leave_rule(struct dataplane *dp, const struct rule *r, struct arena *arena)
{
	for (size_t i = 0; i < dp->rule_count; i++) {
		if (!rule_equal(&dp->rules[i].rule, r))
			continue;
		if (--dp->rules[i].users == 0) {
			rule_remove(dp->route, r, arena);
			dp->rules[i] = dp->rules[--dp->rule_count];
		}
		return;
	}
}

bool install_plan(struct dataplane *dp, struct plan *plan, struct reason *why, struct arena *arena)
{
	size_t routes = 0, rules = 0;

	while (routes < plan->route_count && use_route(dp, &plan->routes[routes], why, arena))
		routes++;
	while (routes == plan->route_count && rules < plan->rule_count && use_rule(dp, &plan->rules[rules], why, arena))
		rules++;
	if (routes == plan->route_count && rules == plan->rule_count)
		return true;
	while (rules > 0)
		leave_rule(dp, &plan->rules[--rules], arena);
	while (routes > 0)
		leave_route(dp, &plan->routes[--routes], arena);
	return false;
}

void uninstall_plan(struct dataplane *dp, struct plan *plan, struct arena *arena)
{
	for (size_t i = 0; i < plan->rule_count; i++)
		leave_rule(dp, &plan->rules[i], arena);
	for (size_t i = 0; i < plan->route_count; i++)
		leave_route(dp, &plan->routes[i], arena);
}

bool install_mtu(struct dataplane *dp, uint32_t mtu, struct reason *why, struct arena *arena)
{
	if (mtu <= dp->tun_mtu)
		return true; /* smaller ones are the routes' business */
	if (!link_up(dp->route, dp->tun_index, mtu, why, arena))
		return false;
	dp->tun_mtu = mtu;
	return true;
}

/* --- cleartext --- */

static size_t policies_of(struct nft_policy *out, size_t max, const struct child *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->params.local_ts.count; i++)
		for (size_t j = 0; j < c->params.remote_ts.count; j++) {
			if (n < max)
				out[n] = (struct nft_policy){ &c->params.local_ts.list[i], &c->params.remote_ts.list[j] };
			n++;
		}
	return n;
}

static bool same_policy(const struct nft_policy *a, const struct nft_policy *b)
{
	return selector_equal(a->local, b->local) && selector_equal(a->remote, b->remote);
}

/* A rekeyed SA says the same as its predecessor: once is enough. */
static size_t unique(struct nft_policy *list, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		bool seen = false;

		for (size_t j = 0; j < kept && !seen; j++)
			seen = same_policy(&list[j], &list[i]);
		if (!seen)
			list[kept++] = list[i];
	}
	return kept;
}

static bool set_table(struct dataplane *dp, struct reason *why, struct arena *arena)
{
	struct nft_table table = { .mark = dp->conf.mark, .ports = { dp->conf.port, dp->conf.port_nat_t },
		.interfaces = &dp->tun_index, .interface_count = 1 };
	struct nft_policy *list;
	size_t count = 0, at = 0;
	bool ok;

	LIST_EACH(pos, &dp->children)
		count += policies_of(NULL, 0, LIST_ITEM(pos, struct child, all));
	list = calloc(count + 1, sizeof(*list));
	if (!list)
		return refuse_text(why, REASON_MEMORY, 0, "nftables");
	LIST_EACH(pos, &dp->children)
		at += policies_of(list + at, count - at, LIST_ITEM(pos, struct child, all));
	table.policies = list;
	table.policy_count = unique(list, count);
	ok = nft_set(dp->nft, &table, why, arena);
	free(list);
	return ok;
}

static void put_words(char *out, size_t size, const struct reason *why)
{
	snprintf(out, size, "%.*s", (int)why->about.bytes.len, (const char *)why->about.bytes.at);
}

/* Is some peer's outer address inside its own remote_ts? Then strict reverse path would drop the tunnel itself. */
static bool peer_inside(const struct dataplane *dp)
{
	LIST_EACH(pos, &dp->children) {
		const struct child_params *p = &LIST_ITEM(pos, struct child, all)->params;

		for (size_t i = 0; i < p->remote_ts.count; i++) {
			const struct selector *s = &p->remote_ts.list[i];

			if (s->first.family == p->path.remote.addr.family && addr_compare(&s->first, &p->path.remote.addr) <= 0 &&
			    addr_compare(&s->last, &p->path.remote.addr) >= 0)
				return true;
		}
	}
	return false;
}

/* Without nf_tables: the system's own check, for IPv4, as long as it does not meet the tunnels. */
static void strict_reverse_path(struct dataplane *dp, struct arena *arena)
{
	struct reason why = { 0 };
	bool wanted = !list_empty(&dp->children) && !peer_inside(dp);

	if (wanted && !dp->strict_path)
		dp->strict_path = sysctls_set("ipv4/conf/all/rp_filter", "1", &why, arena);
	else if (!wanted && dp->strict_path) {
		sysctls_restore();
		dp->strict_path = false;
	}
}

/* A strict reverse-path check of the administrator's would drop the tunnel's own packets: it must heed the mark that nftables sets. */
static void heed_mark(struct dataplane *dp, struct arena *arena)
{
	struct reason why = { 0 };

	dp->mark_words[0] = 0;
	if (sysctls_strict_reverse_path() && !sysctls_set("ipv4/conf/all/src_valid_mark", "1", &why, arena))
		put_words(dp->mark_words, sizeof(dp->mark_words), &why);
}

void install_cleartext_check(struct dataplane *dp, struct arena *arena)
{
	struct reason why = { 0 };

	if (dp->nft_works)
		dp->cleartext += nft_dropped(dp->nft, arena);
	dp->nft_works = dp->nft && set_table(dp, &why, arena);
	if (dp->nft && !dp->nft_works)
		put_words(dp->nft_words, sizeof(dp->nft_words), &why);
	if (!dp->nft_works)
		strict_reverse_path(dp, arena);
	else if (!list_empty(&dp->children))
		heed_mark(dp, arena);
}

uint64_t install_cleartext_drops(const struct dataplane *dp, struct arena *arena)
{
	return dp->cleartext + (dp->nft_works ? nft_dropped(dp->nft, arena) : 0);
}
