/* SPDX-License-Identifier: ISC */
/*
 * Policies that are no Child SA: traps, and what passes in clear or is dropped.
 */
#include "dataplane/plane.h"

#include <stdlib.h>

#define TRAP_OVERHEAD 90u /* of the Child SA to come: IPv4, UDP, ESP, the longest IV, padding and ICV in use */

static struct policy *find(const struct dataplane *dp, uint32_t id)
{
	return map_get(&dp->policy_by_id, id);
}

static void policy_free(struct policy *p)
{
	policy_params_clear(&p->params);
	free(p);
}

static enum spd_kind kind_of(enum policy_kind kind)
{
	switch (kind) {
	case POLICY_TRAP: return SPD_TRAP;
	case POLICY_PASS: return SPD_PASS;
	case POLICY_DROP: return SPD_DROP;
	}
	return SPD_DROP;
}

/* What is longer than a transport mode SA's path goes whole: it must come here whole, too (see TRANSPORT_MTU). */
static uint32_t mtu_of(struct dataplane *dp, const struct policy *p, struct arena *arena)
{
	if (p->params.kind == POLICY_TRAP && p->params.mode == MODE_TRANSPORT)
		return TRANSPORT_MTU;
	return (p->params.peer.family != ADDR_NONE ? path_mtu(dp, &p->params.peer, OUTER_MTU_DEFAULT, arena) : OUTER_MTU_DEFAULT) - TRAP_OVERHEAD;
}

static bool make_plan(struct dataplane *dp, const struct policy *p, struct plan *plan, const struct local_addrs *addrs,
    struct reason *why, struct arena *arena)
{
	struct plan_wish wish = { &p->params.local_ts, &p->params.remote_ts, addrs, mtu_of(dp, p, arena), p->params.kind == POLICY_PASS };

	return plan_for(dp, plan, &wish, why, arena);
}

/* A TUN of its own has no routes and rules of ours. */
static bool install(struct dataplane *dp, struct policy *p, struct reason *why, struct arena *arena)
{
	struct plan plan = { 0 };
	bool ok = true;

	if (p->tun == &dp->common)
		ok = make_plan(dp, p, &plan, NULL, why, arena) && install_plan(dp, &plan, &p->footing, why, arena);
	plan_clear(&plan);
	return ok;
}

static bool enter(struct dataplane *dp, struct policy *p, struct reason *why, struct arena *arena)
{
	const struct policy_params *params = &p->params;

	p->entry.kind = kind_of(params->kind);
	list_init(&p->held);
	p->tun = tun_for(dp, params->tun, why, arena);
	if (!p->tun || !install(dp, p, why, arena))
		return false;
	p->demand.pass = params->kind == POLICY_PASS;
	p->demand.priority = params->priority;
	if ((p->tun != &dp->common || cleartext_demand(dp, &p->demand, &params->local_ts, &params->remote_ts)) &&
	    map_put(&dp->policy_by_id, params->id, p)) {
		if (spd_add(&p->tun->spd, &p->entry, &params->local_ts, &params->remote_ts, params->priority)) {
			list_append(&dp->policies, &p->all);
			return true;
		}
		(void)map_remove(&dp->policy_by_id, params->id);
	}
	cleartext_give_up(dp, &p->demand, &p->params.local_ts, &p->params.remote_ts);
	uninstall_plan(dp, &p->footing, arena);
	return refuse_text(why, REASON_MEMORY, 0, "policy");
}

static bool check(const struct dataplane *dp, const struct policy_params *p, struct reason *why)
{
	if (find(dp, p->id))
		return refuse_text(why, REASON_INTERNAL, 0, "two policies of the same number");
	if (p->local_ts.count == 0 || p->remote_ts.count == 0 || p->local_ts.count > SELECTORS_MAX || p->remote_ts.count > SELECTORS_MAX)
		return refuse_text(why, REASON_TS, 0, "no traffic selectors, or too many");
	return true;
}

bool dataplane_policy_add(struct dataplane *dp, struct policy_params *params, struct now now, struct reason *why, struct arena *arena)
{
	struct policy *p;

	dp->now = now;
	if (!check(dp, params, why)) {
		policy_params_clear(params);
		return false;
	}
	p = calloc(1, sizeof(*p));
	if (!p) {
		policy_params_clear(params);
		return refuse_text(why, REASON_MEMORY, 0, "policy");
	}
	p->params = *params;
	*params = (struct policy_params){ 0 };
	if (!enter(dp, p, why, arena)) {
		policy_free(p);
		return false;
	}
	if (dp->round_at == 0)
		dp->round_at = now.boot + CHILD_ROUND;
	return true;
}

static void leave(struct dataplane *dp, struct policy *p, struct arena *arena)
{
	hold_forget(dp, p);
	list_remove(&p->all);
	spd_remove(&p->tun->spd, &p->entry);
	(void)map_remove(&dp->policy_by_id, p->params.id);
	cleartext_give_up(dp, &p->demand, &p->params.local_ts, &p->params.remote_ts);
	uninstall_plan(dp, &p->footing, arena);
	policy_free(p);
}

void dataplane_policy_remove(struct dataplane *dp, uint32_t policy_id, struct now now)
{
	struct policy *p = find(dp, policy_id);
	struct arena arena = { 0 };

	dp->now = now;
	if (!p)
		return;
	leave(dp, p, &arena);
	arena_clear(&arena);
}

void policies_replan(struct dataplane *dp)
{
	struct arena arena = { 0 };
	struct reason why = { 0 };

	LIST_EACH(pos, &dp->policies) {
		struct policy *p = LIST_ITEM(pos, struct policy, all);
		struct plan plan = { 0 };

		if (p->tun == &dp->common && make_plan(dp, p, &plan, &dp->addrs, &why, &arena))
			plan_anew(dp, &p->footing, &plan, &arena);
		plan_clear(&plan);
	}
	arena_clear(&arena);
}

void policies_free(struct dataplane *dp)
{
	struct arena arena = { 0 };

	LIST_EACH_SAFE(pos, &dp->policies)
		leave(dp, LIST_ITEM(pos, struct policy, all), &arena);
	arena_clear(&arena);
}
