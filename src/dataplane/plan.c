/* SPDX-License-Identifier: ISC */
/*
 * Routes and rules for a Child SA.
 */
#include "dataplane/plan.h"

#include <stdlib.h>

#define PREFIXES_MAX 128u /* a range needs at most 2 x 32 or 2 x 128 - 2, which is rounded down to what people write */

struct making {
	struct plan *plan;
	const struct plan_conf *conf;
	const struct local_addrs *addrs;
};

struct prefixes {
	struct prefix list[PREFIXES_MAX];
	size_t count;
};

static bool prefixes_of(struct prefixes *out, const struct selector *s)
{
	out->count = prefixes_of_range(out->list, PREFIXES_MAX, &s->first, &s->last);
	return out->count <= PREFIXES_MAX;
}

static bool same_route(const struct route *a, const struct route *b)
{
	return a->table == b->table && a->to.bits == b->to.bits && addr_equal(&a->to.addr, &b->to.addr);
}

/* Room for one more; false: there must not be more, or no memory. */
static bool grow(void **list, size_t count, size_t *cap, size_t size)
{
	size_t want = *cap ? *cap * 2 : 4;
	void *fresh;

	if (count < *cap || count == PLAN_MAX)
		return count < *cap;
	fresh = realloc(*list, want * size);
	if (!fresh)
		return false;
	*list = fresh;
	*cap = want;
	return true;
}

static void add_route(struct plan *p, const struct route *r)
{
	for (size_t i = 0; i < p->route_count; i++)
		if (same_route(&p->routes[i], r)) {
			if (r->interface && p->routes[i].interface == 0)
				p->routes[i] = *r; /* a net that is local and remote at once: the tunnel has it */
			else if (p->routes[i].interface && p->routes[i].source.family == ADDR_NONE && r->interface)
				p->routes[i].source = r->source;
			return;
		}
	if (!grow((void **)&p->routes, p->route_count, &p->route_cap, sizeof(*r)))
		p->full = true;
	else
		p->routes[p->route_count++] = *r;
}

static void add_rule(struct plan *p, const struct rule *r)
{
	for (size_t i = 0; i < p->rule_count; i++)
		if (rule_equal(&p->rules[i], r))
			return;
	if (!grow((void **)&p->rules, p->rule_count, &p->rule_cap, sizeof(*r)))
		p->full = true;
	else
		p->rules[p->rule_count++] = *r;
}

static bool has_ports(uint8_t protocol)
{
	return protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 || protocol == 136;
}

/* Rules know ports of transports only; a selector on ICMP types or OPAQUE ports becomes a rule on the protocol. */
static void put_ports(uint16_t out[2], uint8_t protocol, const struct selector *s)
{
	if (!has_ports(protocol) || s->port_first > s->port_last || (s->port_first == 0 && s->port_last == 65535))
		return;
	out[0] = s->port_first;
	out[1] = s->port_last;
}

static bool contains(const struct selector *outer, const struct selector *inner)
{
	return addr_compare(&outer->first, &inner->first) <= 0 && addr_compare(&outer->last, &inner->last) >= 0;
}

static bool everything(const struct prefix *p)
{
	return p->bits == 0;
}

/* Destinations that no tunnel of addresses should swallow with a default route. */
static void throw_links(struct plan *p, const struct route *like)
{
	static const char *const nets[] = { "224.0.0.0/4", "ff00::/8", "fe80::/10" };

	for (size_t i = 0; i < COUNT_OF(nets); i++) {
		struct route r = { .table = like->table };

		if (prefix_parse(&r.to, bytes_str(nets[i])) && r.to.addr.family == like->to.addr.family)
			add_route(p, &r);
	}
}

static void plan_routes(struct making *m, uint32_t table, const struct addr *source, const struct prefixes *locals,
    const struct prefixes *remotes, bool throw_local)
{
	for (size_t i = 0; i < remotes->count; i++) {
		struct route r = { .to = remotes->list[i], .table = table, .interface = m->conf->interface, .source = *source };

		r.mtu = m->conf->mtu[r.to.addr.family == ADDR_V6];
		add_route(m->plan, &r);
		if (everything(&r.to))
			throw_links(m->plan, &r);
	}
	for (size_t i = 0; throw_local && i < locals->count; i++) {
		struct route r = { .to = locals->list[i], .table = table };

		add_route(m->plan, &r);
	}
}

/* What this host sends itself: IPv4 packets without a source yet; IPv6 rules cannot tell, so all of its own. */
static void plan_own(struct making *m, struct rule rule)
{
	rule.local_only = true;
	rule.from = (struct prefix){ 0 };
	if (rule.family == ADDR_V4)
		rule.from = (struct prefix){ .addr = { .family = ADDR_V4 }, .bits = 32 };
	add_rule(m->plan, &rule);
}

static void plan_rules(struct making *m, struct rule rule, bool own, const struct prefixes *locals)
{
	if (own)
		plan_own(m, rule);
	for (size_t i = 0; i < locals->count; i++) {
		rule.from = everything(&locals->list[i]) ? (struct prefix){ 0 } : locals->list[i];
		add_rule(m->plan, &rule);
	}
}

/* Past the tunnels: to where our own packets go on. */
static void plan_pass(struct making *m, struct rule rule, bool own, const struct prefixes *locals, const struct prefixes *remotes)
{
	rule.priority = m->conf->priority;
	rule.action = RULE_GOTO;
	rule.target = m->conf->priority + PLAN_RULES_END;
	rule.table = 0;
	for (size_t i = 0; i < remotes->count; i++) {
		rule.to = everything(&remotes->list[i]) ? (struct prefix){ 0 } : remotes->list[i];
		plan_rules(m, rule, own && rule.family == ADDR_V4, locals); /* IPv6's without a source: nftables has them turn round */
	}
}

static void plan_pair(struct making *m, const struct selector *local, const struct selector *remote)
{
	uint8_t family = local->first.family, protocol = remote->protocol ? remote->protocol : local->protocol;
	struct rule rule = { .family = family, .priority = m->conf->priority + 2, .table = m->conf->table };
	struct prefixes locals, remotes;
	struct addr source = { 0 };
	bool own, throw_local;

	if (!prefixes_of(&locals, local) || !prefixes_of(&remotes, remote)) {
		m->plan->full = true;
		return;
	}
	own = local_addrs_within(m->addrs, &local->first, &local->last, &source);
	m->plan->source_found[family == ADDR_V6] |= own;
	if (protocol) {
		rule.protocol = protocol;
		put_ports(rule.source_port, protocol, local);
		put_ports(rule.destination_port, protocol, remote);
	}
	if (m->conf->pass) {
		plan_pass(m, rule, own, &locals, &remotes);
		return;
	}
	throw_local = contains(remote, local) && !contains(local, remote);
	if (protocol == 0) {
		plan_rules(m, rule, own, &locals);
		plan_routes(m, rule.table, &source, &locals, &remotes, throw_local);
		return;
	}
	rule.priority = m->conf->priority + 1;
	rule.table = m->conf->table + 1;
	for (size_t i = 0; i < remotes.count; i++) {
		rule.to = everything(&remotes.list[i]) ? (struct prefix){ 0 } : remotes.list[i];
		plan_rules(m, rule, own, &locals);
	}
	plan_routes(m, rule.table, &source, &locals, &remotes, throw_local);
}

/*
 * There is room for PLAN_MAX while it is made. A copy of the size that is needed is kept for as long as the Child SA is; cut
 * short in its place, it would stand at the head of a hole.
 */
static void *shrink(void *list, size_t count, size_t size, bool *full)
{
	void *copy = count ? malloc(count * size) : NULL;

	if (copy)
		memcpy(copy, list, count * size);
	else if (count)
		*full = true;
	free(list);
	return copy;
}

void plan_make(struct plan *p, const struct selectors *local, const struct selectors *remote, const struct local_addrs *addrs,
    const struct plan_conf *conf)
{
	struct making m = { p, conf, addrs };

	*p = (struct plan){ 0 };
	for (size_t i = 0; i < local->count; i++)
		for (size_t j = 0; j < remote->count; j++)
			if (local->list[i].first.family == remote->list[j].first.family)
				plan_pair(&m, &local->list[i], &remote->list[j]);
	p->routes = shrink(p->routes, p->route_count, sizeof(*p->routes), &p->full);
	p->rules = shrink(p->rules, p->rule_count, sizeof(*p->rules), &p->full);
}

void plan_clear(struct plan *p)
{
	free(p->routes);
	free(p->rules);
	*p = (struct plan){ 0 };
}

void plan_frame(struct rule out[4], uint32_t priority, uint32_t mark)
{
	static const uint8_t families[] = { ADDR_V4, ADDR_V6 };

	for (size_t i = 0; i < 2; i++) {
		out[i * 2] = (struct rule){ .family = families[i], .priority = priority + PLAN_RULES_END, .action = RULE_NOP };
		out[i * 2 + 1] = (struct rule){ .family = families[i], .priority = priority, .action = RULE_GOTO,
			.target = priority + PLAN_RULES_END, .mark = mark };
	}
}
