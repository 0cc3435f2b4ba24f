/* SPDX-License-Identifier: ISC */
/*
 * Routes and rules: what several Child SAs and policies want is set once and removed with the last of them.
 */
#include "dataplane/plane.h"

#include <stdlib.h>

#include "base/writer.h"

struct standing_route {
	struct standing_route *next; /* of the same hash */
	uint64_t hash;
	struct route route;          /* as it stands */
	struct wish *newest;
};

struct standing_rule {
	struct standing_rule *next;
	uint64_t hash;
	struct rule rule;
	uint32_t users;
};

/* --- finding --- */

static void put_prefix(struct writer *w, const struct prefix *p)
{
	wr_u8(w, p->addr.family);
	wr_u8(w, p->bits);
	wr_bytes(w, addr_bytes(&p->addr));
}

static uint64_t hash_of_place(const struct dataplane *dp, const struct route *r)
{
	uint8_t room[32];
	struct writer w = writer(room, sizeof(room));

	wr_u32(&w, r->table);
	put_prefix(&w, &r->to);
	return siphash(dp->seed, wr_done(&w));
}

static uint64_t hash_of_rule(const struct dataplane *dp, const struct rule *r)
{
	uint8_t room[96];
	struct writer w = writer(room, sizeof(room));

	wr_u8(&w, r->family);
	wr_u32(&w, r->priority);
	put_prefix(&w, &r->from);
	put_prefix(&w, &r->to);
	wr_u8(&w, r->protocol);
	wr_u16(&w, r->source_port[0]);
	wr_u16(&w, r->destination_port[0]);
	return siphash(dp->seed, wr_done(&w));
}

static bool same_place(const struct route *a, const struct route *b)
{
	return a->table == b->table && a->to.bits == b->to.bits && addr_equal(&a->to.addr, &b->to.addr);
}

static struct standing_route *find_route(const struct dataplane *dp, const struct route *r, uint64_t hash)
{
	struct standing_route *s = map_get(&dp->routes, hash);

	while (s && !same_place(&s->route, r))
		s = s->next;
	return s;
}

static struct standing_rule *find_rule(const struct dataplane *dp, const struct rule *r, uint64_t hash)
{
	struct standing_rule *s = map_get(&dp->rules, hash);

	while (s && !rule_equal(&s->rule, r))
		s = s->next;
	return s;
}

/* --- routes --- */

static struct route route_of(const struct standing_route *s, const struct wish *w)
{
	return (struct route){ .to = s->route.to, .table = s->route.table, .interface = w->interface, .source = w->source, .mtu = w->mtu };
}

/* What those who are there want: the newest, tunnel before throw. */
static const struct wish *best_wish(const struct standing_route *s)
{
	for (const struct wish *w = s->newest; w; w = w->older)
		if (w->interface)
			return w;
	return s->newest;
}

/* Another type of route would stand beside the old one, so that one goes first; otherwise it is replaced in one step. */
static bool change_route(struct dataplane *dp, struct standing_route *s, const struct route *to, struct reason *why, struct arena *arena)
{
	bool another = s->route.interface != to->interface;
	struct reason unused = { 0 };

	if (route_equal(&s->route, to))
		return true;
	if (another)
		route_remove(dp->route, &s->route, arena);
	if (!route_add(dp->route, to, why, arena)) {
		if (another)
			(void)route_add(dp->route, &s->route, &unused, arena);
		return false;
	}
	s->route = *to;
	return true;
}

static struct standing_route *set_route(struct dataplane *dp, const struct route *r, uint64_t hash, struct reason *why,
    struct arena *arena)
{
	struct standing_route *s = malloc(sizeof(*s));

	if (!s) {
		refuse_text(why, REASON_MEMORY, 0, "routes");
		return NULL;
	}
	*s = (struct standing_route){ .next = map_get(&dp->routes, hash), .hash = hash, .route = *r };
	if (!map_put(&dp->routes, hash, s)) {
		free(s);
		refuse_text(why, REASON_MEMORY, 0, "routes");
		return NULL;
	}
	if (route_add(dp->route, r, why, arena))
		return s;
	if (s->next)
		(void)map_put(&dp->routes, hash, s->next);
	else
		(void)map_remove(&dp->routes, hash);
	free(s);
	return NULL;
}

static bool use_route(struct dataplane *dp, struct wish *w, const struct route *r, struct reason *why, struct arena *arena)
{
	uint64_t hash = hash_of_place(dp, r);
	struct standing_route *s = find_route(dp, r, hash);

	if (!s && !(s = set_route(dp, r, hash, why, arena)))
		return false;
	if ((r->interface || !s->route.interface) && !change_route(dp, s, r, why, arena))
		return false;
	*w = (struct wish){ .standing = s, .older = s->newest, .interface = r->interface, .mtu = r->mtu, .source = r->source };
	if (s->newest)
		s->newest->newer = w;
	s->newest = w;
	return true;
}

static void drop_route(struct dataplane *dp, struct standing_route *s, struct arena *arena)
{
	struct standing_route *first = map_get(&dp->routes, s->hash);

	if (first == s && s->next) {
		(void)map_put(&dp->routes, s->hash, s->next);
	} else if (first == s) {
		(void)map_remove(&dp->routes, s->hash);
	} else {
		while (first->next != s)
			first = first->next;
		first->next = s->next;
	}
	route_remove(dp->route, &s->route, arena);
	free(s);
}

/* The others get back what the one who leaves had its own way. */
static void leave_route(struct dataplane *dp, struct wish *w, struct arena *arena)
{
	struct standing_route *s = w->standing;
	struct reason why = { 0 };

	if (w->newer)
		w->newer->older = w->older;
	else
		s->newest = w->older;
	if (w->older)
		w->older->newer = w->newer;
	if (s->newest) {
		struct route wanted = route_of(s, best_wish(s));

		(void)change_route(dp, s, &wanted, &why, arena);
	} else {
		drop_route(dp, s, arena);
	}
}

/* --- rules --- */

static struct standing_rule *use_rule(struct dataplane *dp, const struct rule *r, struct reason *why, struct arena *arena)
{
	uint64_t hash = hash_of_rule(dp, r);
	struct standing_rule *s = find_rule(dp, r, hash), *first = map_get(&dp->rules, hash);

	if (s) {
		s->users++;
		return s;
	}
	s = malloc(sizeof(*s));
	if (!s || (!first && !map_put(&dp->rules, hash, s))) {
		free(s);
		refuse_text(why, REASON_MEMORY, 0, "routing rules");
		return NULL;
	}
	*s = (struct standing_rule){ .hash = hash, .rule = *r, .users = 1 };
	if (!rule_add(dp->route, r, why, arena)) {
		if (!first)
			(void)map_remove(&dp->rules, hash);
		free(s);
		return NULL;
	}
	if (first) { /* behind the first, whose slot stays */
		s->next = first->next;
		first->next = s;
	}
	return s;
}

static void leave_rule(struct dataplane *dp, struct standing_rule *s, struct arena *arena)
{
	struct standing_rule *first = map_get(&dp->rules, s->hash);

	if (--s->users > 0)
		return;
	if (first == s && s->next) {
		(void)map_put(&dp->rules, s->hash, s->next);
	} else if (first == s) {
		(void)map_remove(&dp->rules, s->hash);
	} else {
		while (first->next != s)
			first = first->next;
		first->next = s->next;
	}
	rule_remove(dp->route, &s->rule, arena);
	free(s);
}

/* --- plans --- */

bool install_plan(struct dataplane *dp, const struct plan *plan, struct footing *out, struct reason *why, struct arena *arena)
{
	struct footing f = { .source_found = { plan->source_found[0], plan->source_found[1] } };

	f.routes = plan->route_count ? calloc(plan->route_count, sizeof(*f.routes)) : NULL;
	f.rules = plan->rule_count ? calloc(plan->rule_count, sizeof(struct standing_rule *)) : NULL;
	*out = (struct footing){ 0 };
	if ((plan->route_count && !f.routes) || (plan->rule_count && !f.rules)) {
		free(f.routes);
		free(f.rules);
		return refuse_text(why, REASON_MEMORY, 0, "routes and rules");
	}
	while (f.route_count < plan->route_count && use_route(dp, &f.routes[f.route_count], &plan->routes[f.route_count], why, arena))
		f.route_count++;
	while (f.route_count == plan->route_count && f.rule_count < plan->rule_count &&
	    (f.rules[f.rule_count] = use_rule(dp, &plan->rules[f.rule_count], why, arena)))
		f.rule_count++;
	if (f.route_count == plan->route_count && f.rule_count == plan->rule_count) {
		*out = f;
		return true;
	}
	uninstall_plan(dp, &f, arena);
	return false;
}

void uninstall_plan(struct dataplane *dp, struct footing *f, struct arena *arena)
{
	for (size_t i = 0; i < f->rule_count; i++)
		leave_rule(dp, f->rules[i], arena);
	for (size_t i = 0; i < f->route_count; i++)
		leave_route(dp, &f->routes[i], arena);
	free(f->rules);
	free(f->routes);
	*f = (struct footing){ 0 };
}

bool install_stands(const struct footing *f, const struct plan *plan)
{
	if (f->route_count != plan->route_count || f->rule_count != plan->rule_count)
		return false;
	for (size_t i = 0; i < f->route_count; i++) {
		struct route wished = route_of(f->routes[i].standing, &f->routes[i]);

		if (!route_equal(&wished, &plan->routes[i]))
			return false;
	}
	for (size_t i = 0; i < f->rule_count; i++)
		if (!rule_equal(&f->rules[i]->rule, &plan->rules[i]))
			return false;
	return true;
}

void install_again(struct dataplane *dp, struct arena *arena)
{
	const struct standing_route *first;
	const struct standing_rule *rule;
	struct reason why = { 0 };
	size_t at = 0, rule_at = 0;

	while ((rule = map_next(&dp->rules, &rule_at)))
		for (; rule; rule = rule->next)
			(void)rule_add(dp->route, &rule->rule, &why, arena);
	while ((first = map_next(&dp->routes, &at)))
		for (const struct standing_route *s = first; s; s = s->next)
			(void)route_add(dp->route, &s->route, &why, arena);
}

void install_free(struct dataplane *dp)
{
	map_clear(&dp->routes);
	map_clear(&dp->rules);
}
