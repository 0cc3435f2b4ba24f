/* SPDX-License-Identifier: ISC */
/*
 * Child SAs in the data plane: added, removed, counted, and their MTU.
 */
#include "dataplane/plane.h"

#include <stdlib.h>

#include "ipsec/transport.h"

#define SEQUENCE_ROOM 4 /* the soft limit of sequence numbers stands at one fourth before the end */
#define ONE_WAY_PACKETS 5u
#define ONE_WAY_TIME SECONDS(10)

struct child *child_find(const struct dataplane *dp, uint32_t id)
{
	return map_get(&dp->by_id, id);
}

static void child_free(struct child *c)
{
	esp_out_clear(&c->out);
	esp_in_clear(&c->in);
	free(c->params.local_ts.list);
	free(c->params.remote_ts.list);
	free(c);
}

/* --- MTU --- */

static uint32_t inner_of(const struct child *c, uint32_t outer)
{
	const struct suite suite = { .encr = c->out.keys.encr, .integ = c->out.keys.integ };
	uint8_t family = c->params.path.remote.addr.family;
	uint32_t inner = (uint32_t)mtu_inner(&suite, family, (enum child_encap)c->params.encap, outer);

	return inner > 0 && is_transport(c) ? inner + (uint32_t)transport_header_len(family) : inner;
}

/* What the system may send into the TUN for it. */
static uint32_t route_mtu(const struct child *c)
{
	return is_transport(c) ? TRANSPORT_MTU : c->inner_mtu;
}

static uint32_t at_least(uint32_t mtu, uint32_t least)
{
	return mtu > least ? mtu : least;
}

uint32_t path_mtu(struct dataplane *dp, const struct addr *remote, uint32_t unknown, struct arena *arena)
{
	struct route_answer answer;
	struct reason why = { 0 };

	if (!route_get(dp->route, remote, dp->conf.mark, &answer, &why, arena) || answer.mtu < MTU_IPV4_MIN)
		return unknown;
	return answer.mtu < PACKET_MAX ? answer.mtu : PACKET_MAX; /* the loopback's is 65,536 */
}

/* --- routes --- */

bool plan_for(struct dataplane *dp, struct plan *plan, const struct plan_wish *w, struct reason *why, struct arena *arena)
{
	struct plan_conf conf = { dp->conf.route_table, dp->conf.rule_priority, dp->common.index,
		{ w->mtu, at_least(w->mtu, MTU_IPV6_MIN) }, w->pass };
	struct local_addrs fresh = { 0 };

	if (!w->addrs && !local_addrs_read(dp->route, &fresh, why, arena))
		return false;
	plan_make(plan, w->local, w->remote, w->addrs ? w->addrs : &fresh, &conf);
	local_addrs_clear(&fresh);
	if (plan->full) {
		plan_clear(plan);
		return refuse_text(why, REASON_LIMIT, 0, "too many traffic selectors for routes");
	}
	return true;
}

/* A TUN of its own, and policies that are decided elsewhere, have none of ours. */
static bool routed(const struct dataplane *dp, const struct child *c)
{
	return c->tun == &dp->common && !c->params.no_policies;
}

static bool plan_child(struct dataplane *dp, const struct child *c, struct plan *plan, const struct local_addrs *addrs,
    struct reason *why, struct arena *arena)
{
	struct plan_wish wish = { &c->params.local_ts, &c->params.remote_ts, addrs, route_mtu(c), false };

	*plan = (struct plan){ 0 };
	return !routed(dp, c) || plan_for(dp, plan, &wish, why, arena);
}

/* The new plan is set over the old one, then the old one's use is given up: nothing that both have is ever away. */
void plan_anew(struct dataplane *dp, struct footing *f, const struct plan *plan, struct arena *arena)
{
	struct reason why = { 0 };
	struct footing fresh;

	if (install_stands(f, plan)) {
		memcpy(f->source_found, plan->source_found, sizeof(f->source_found));
	} else if (install_plan(dp, plan, &fresh, &why, arena)) {
		uninstall_plan(dp, f, arena);
		*f = fresh;
	}
}

static void replan(struct dataplane *dp, struct child *c, const struct local_addrs *addrs, struct arena *arena)
{
	struct reason why = { 0 };
	struct plan plan;

	if (plan_child(dp, c, &plan, addrs, &why, arena))
		plan_anew(dp, &c->footing, &plan, arena);
	plan_clear(&plan);
}

void child_refresh_mtu(struct dataplane *dp, struct child *c)
{
	struct arena arena = { 0 };
	/* without a route there is nothing to be learnt, and one that comes back is most often the old one */
	uint32_t outer = path_mtu(dp, &c->params.path.remote.addr, c->outer_mtu ? c->outer_mtu : OUTER_MTU_DEFAULT, &arena);

	if (outer != c->outer_mtu && inner_of(c, outer) > 0) {
		c->outer_mtu = outer;
		c->inner_mtu = inner_of(c, outer);
		replan(dp, c, NULL, &arena);
	}
	arena_clear(&arena);
}

/* --- limits --- */

static bool reached(uint64_t limit, uint64_t count)
{
	return limit > 0 && count >= limit;
}

bool child_exhausted(const struct child *c, bool out, uint64_t gathered_packets, uint64_t gathered_bytes)
{
	const struct child_counters *n = &c->counters;

	return reached(c->params.hard_bytes, (out ? n->bytes_out : n->bytes_in) + gathered_bytes) ||
	    reached(c->params.hard_packets, (out ? n->packets_out : n->packets_in) + gathered_packets);
}

static void tell_limits(struct dataplane *dp, struct child *c, bool out)
{
	const struct child_counters *n = &c->counters;
	uint64_t last = c->out.esn ? UINT64_MAX : UINT32_MAX;

	if (!c->told_soft && (reached(c->params.soft_bytes, out ? n->bytes_out : n->bytes_in) ||
	    reached(c->params.soft_packets, out ? n->packets_out : n->packets_in))) {
		c->told_soft = true;
		tell_limit(dp, c, false, false);
	}
	if (!c->told_hard && child_exhausted(c, out, 0, 0)) {
		c->told_hard = true;
		tell_limit(dp, c, true, false);
	}
	if (!c->told_sequence_soft && c->out.sequence >= last - last / SEQUENCE_ROOM) {
		c->told_sequence_soft = true;
		tell_limit(dp, c, false, true);
	}
	if (!c->told_sequence_hard && c->out.sequence >= last) {
		c->told_sequence_hard = true;
		tell_limit(dp, c, true, true);
	}
}

/* What has happened with this packet for the first time. */
static void tell_firsts(struct dataplane *dp, struct child *c, bool out)
{
	const struct child_counters *n = &c->counters;

	if (!out && c->params.inbound_only && !c->told_first) {
		c->told_first = true;
		tell_first(dp, c);
	}
	if (out && c->params.encap == ENCAP_NONE && !c->told_one_way && n->packets_in == 0 && n->packets_out >= ONE_WAY_PACKETS &&
	    dp->now.boot - c->added >= ONE_WAY_TIME) {
		c->told_one_way = true;
		tell_one_way(dp, c);
	}
}

void child_count(struct dataplane *dp, struct child *c, bool out, size_t bytes)
{
	struct child_counters *n = &c->counters;

	if (out) {
		n->bytes_out += bytes;
		n->packets_out++;
		n->used_out = dp->now.boot;
	} else {
		n->bytes_in += bytes;
		n->packets_in++;
		n->used_in = dp->now.boot;
	}
	c->keys_used = dp->now.boot;
	tell_limits(dp, c, out);
	tell_firsts(dp, c, out);
}

/* --- add and remove --- */

static bool check(const struct dataplane *dp, const struct child_params *p, struct reason *why)
{
	if (child_find(dp, p->id))
		return refuse_text(why, REASON_INTERNAL, 0, "two Child SAs of the same number");
	if (p->local_ts.count == 0 || p->remote_ts.count == 0 || p->local_ts.count > SELECTORS_MAX ||
	    p->remote_ts.count > SELECTORS_MAX)
		return refuse_text(why, REASON_TS, 0, "no traffic selectors, or too many");
	if (p->path.remote.addr.family == ADDR_NONE || p->path.remote.addr.family != p->path.local.addr.family)
		return refuse_text(why, REASON_NO_ADDRESS, 0, "the outer addresses of the Child SA");
	return true;
}

static bool set_keys(struct child *c, struct child_params *p, struct reason *why)
{
	if (!esp_out_init(&c->out, p->spi_out, &p->suite, &p->encr_out, &p->integ_out) ||
	    !esp_in_init(&c->in, p->spi_in, &p->suite, &p->encr_in, &p->integ_in, p->replay_window))
		return refuse_text(why, REASON_INSTALL, 0, "the keys or algorithms of the Child SA");
	c->in.transport = is_transport(c);
	return true;
}

static void take_params(struct child *c, struct child_params *p)
{
	c->params = (struct child_kept){ .id = p->id, .ike_id = p->ike_id, .priority = p->priority, .copy_df = p->copy_df,
		.copy_ecn = p->copy_ecn, .dscp_out = p->dscp_out, .dscp_in = p->dscp_in, .inbound_only = p->inbound_only,
		.no_policies = p->no_policies, .mode = (uint8_t)p->mode, .encap = (uint8_t)p->encap, .path = p->path,
		.local_ts = p->local_ts, .remote_ts = p->remote_ts, .soft_bytes = p->soft_bytes, .hard_bytes = p->hard_bytes,
		.soft_packets = p->soft_packets, .hard_packets = p->hard_packets, .original_local = p->original_local,
		.original_remote = p->original_remote };
	p->local_ts = p->remote_ts = (struct selectors){ 0 };
	c->policy.kind = SPD_SA;
	c->demand.priority = p->priority;
}

static bool set_mtu(struct dataplane *dp, struct child *c, struct reason *why, struct arena *arena)
{
	c->outer_mtu = path_mtu(dp, &c->params.path.remote.addr, OUTER_MTU_DEFAULT, arena);
	c->inner_mtu = inner_of(c, c->outer_mtu);
	if (c->inner_mtu < 68) /* RFC 791: every link carries this */
		return refuse_text(why, REASON_INSTALL, 0, "the path's MTU leaves no room for a packet");
	return tun_widen(dp, c->tun, at_least(route_mtu(c), MTU_IPV6_MIN), why, arena);
}

static bool install_child(struct dataplane *dp, struct child *c, struct reason *why, struct arena *arena)
{
	struct plan plan;
	bool ok = plan_child(dp, c, &plan, NULL, why, arena) && install_plan(dp, &plan, &c->footing, why, arena);

	plan_clear(&plan);
	return ok;
}

/* --- those of one IKE SA --- */

static bool join_ike(struct dataplane *dp, struct child *c, uint32_t ike_id)
{
	struct child *other = map_get(&dp->by_ike, ike_id);

	if (!other && !map_put(&dp->by_ike, ike_id, c))
		return false;
	c->ike_next = c->ike_prev = c;
	if (other) {
		c->ike_next = other;
		c->ike_prev = other->ike_prev;
		c->ike_prev->ike_next = other->ike_prev = c;
	}
	c->params.ike_id = ike_id;
	return true;
}

/* Putting another one in its own place needs no memory. */
static void leave_ike(struct dataplane *dp, struct child *c)
{
	if (c->ike_next == c)
		(void)map_remove(&dp->by_ike, c->params.ike_id);
	else
		(void)map_put(&dp->by_ike, c->params.ike_id, c->ike_next);
	c->ike_next->ike_prev = c->ike_prev;
	c->ike_prev->ike_next = c->ike_next;
}

bool dataplane_child_adopt(struct dataplane *dp, uint32_t child_id, uint32_t ike_id)
{
	struct child *c = child_find(dp, child_id);
	uint32_t before;

	if (!c || c->params.ike_id == ike_id)
		return c;
	before = c->params.ike_id;
	leave_ike(dp, c);
	if (join_ike(dp, c, ike_id))
		return true;
	(void)join_ike(dp, c, before); /* its place has just become free, if it was the only one */
	return false;
}

void dataplane_ike_usage(const struct dataplane *dp, uint32_t ike_id, uint64_t *used_in, uint64_t *used_out)
{
	const struct child *first = map_get(&dp->by_ike, ike_id), *c = first;

	*used_in = *used_out = 0;
	if (!c)
		return;
	do {
		if (c->counters.used_in > *used_in)
			*used_in = c->counters.used_in;
		if (c->counters.used_out > *used_out)
			*used_out = c->counters.used_out;
		c = c->ike_next;
	} while (c != first);
}

/* --- outbound --- */

/* From now on it is the newest of its selectors. */
static bool go_out(struct dataplane *dp, struct child *c)
{
	if ((!c->params.no_policies || c->tun != &dp->common) &&
	    !spd_add(&c->tun->spd, &c->policy, &c->params.local_ts, &c->params.remote_ts, c->params.priority))
		return false;
	dp->held_may_go = true;
	return true;
}

bool dataplane_child_outbound(struct dataplane *dp, uint32_t child_id, struct now now)
{
	struct child *c = child_find(dp, child_id);

	dp->now = now;
	if (!c)
		return false;
	if (c->policy.rows) { /* one that came later goes behind it */
		spd_renew(&c->tun->spd, &c->policy);
		return true;
	}
	if (!go_out(dp, c))
		return false;
	c->params.inbound_only = false;
	return true;
}

bool dataplane_child_inbound(struct dataplane *dp, uint32_t child_id, struct now now)
{
	struct child *c = child_find(dp, child_id);

	dp->now = now;
	if (c)
		spd_remove(&c->tun->spd, &c->policy);
	return c;
}

/* In the look-ups last, when nothing can fail any more but memory. */
static bool enter(struct dataplane *dp, struct child *c)
{
	c->entry = (struct sad_entry){ .spi = c->in.spi }; /* at any of our addresses: RFC 4301 4.1; who moves sends to the old one for a while */
	if (!map_put(&dp->by_id, c->params.id, c))
		return false;
	if (join_ike(dp, c, c->params.ike_id)) {
		if (sad_add(&dp->sad, &c->entry)) {
			if (c->params.inbound_only || go_out(dp, c)) {
				list_append(&dp->children, &c->all);
				return true;
			}
			sad_remove(&dp->sad, &c->entry);
		}
		leave_ike(dp, c);
	}
	(void)map_remove(&dp->by_id, c->params.id);
	return false;
}

/* All that the system must know; then the look-ups. What fails leaves nothing. */
static bool add(struct dataplane *dp, struct child *c, struct reason *why, struct arena *arena)
{
	if (!install_child(dp, c, why, arena))
		return false;
	if (!routed(dp, c) || cleartext_demand(dp, &c->demand, &c->params.local_ts, &c->params.remote_ts)) {
		if (enter(dp, c))
			return true;
		cleartext_give_up(dp, &c->demand, &c->params.local_ts, &c->params.remote_ts);
	}
	uninstall_plan(dp, &c->footing, arena);
	return refuse_text(why, REASON_INSTALL, 0, "the SPI is in use, or memory is out");
}

bool dataplane_child_add(struct dataplane *dp, struct child_params *p, struct now now, struct reason *why, struct arena *arena)
{
	struct child *c = NULL;
	bool ok = check(dp, p, why);

	dp->now = now;
	if (ok && !(c = calloc(1, sizeof(*c))))
		ok = refuse_text(why, REASON_MEMORY, 0, "Child SA");
	if (ok) {
		take_params(c, p);
		c->keys_used = c->added = now.boot;
		c->tun = tun_for(dp, p->tun, why, arena);
		ok = c->tun && set_keys(c, p, why) && set_mtu(dp, c, why, arena) && add(dp, c, why, arena);
		if (!ok)
			child_free(c);
	}
	child_params_clear(p);
	if (ok && dp->round_at == 0)
		dp->round_at = now.boot + CHILD_ROUND;
	return ok;
}

static void leave(struct dataplane *dp, struct child *c, struct arena *arena)
{
	if (dp->look_at == &c->all)
		dp->look_at = c->all.next;
	list_remove(&c->all);
	spd_remove(&c->tun->spd, &c->policy);
	sad_remove(&dp->sad, &c->entry);
	leave_ike(dp, c);
	(void)map_remove(&dp->by_id, c->params.id);
	cleartext_give_up(dp, &c->demand, &c->params.local_ts, &c->params.remote_ts);
	uninstall_plan(dp, &c->footing, arena);
	child_free(c);
}

void dataplane_child_remove(struct dataplane *dp, uint32_t child_id, struct now now)
{
	struct child *c = child_find(dp, child_id);
	struct arena arena = { 0 };

	dp->now = now;
	if (!c)
		return;
	leave(dp, c, &arena);
	if (!dp->nft_works)
		install_cleartext_check(dp);
	arena_clear(&arena);
}

bool dataplane_child_update(struct dataplane *dp, uint32_t child_id, const struct path *path, enum child_encap encap, struct now now)
{
	struct child *c = child_find(dp, child_id);

	dp->now = now;
	if (!c || path->remote.addr.family != path->local.addr.family || path->remote.addr.family == ADDR_NONE ||
	    !plane_socket_for(dp, path->remote.addr.family, encap == ENCAP_NONE, true))
		return false;
	c->params.path = *path;
	c->params.encap = (uint8_t)encap;
	c->moved_to = (struct endpoint){ 0 };
	c->outer_mtu = 0; /* the room inside depends on the encapsulation and the family, too */
	child_refresh_mtu(dp, c);
	if (!dp->nft_works)
		install_cleartext_check(dp);
	return true;
}

bool dataplane_child_move(struct dataplane *dp, uint32_t child_id, const struct path *path, struct now now)
{
	const struct child *c = child_find(dp, child_id);

	return c && dataplane_child_update(dp, child_id, path, (enum child_encap)c->params.encap, now);
}

void dataplane_ike_move(struct dataplane *dp, uint32_t ike_id, const struct path *path, struct now now)
{
	const struct child *first = map_get(&dp->by_ike, ike_id), *c = first;

	if (!c)
		return;
	do {
		if (c->params.encap == ENCAP_UDP)
			(void)dataplane_child_move(dp, c->params.id, path, now);
		c = c->ike_next;
	} while (c != first);
}

bool dataplane_child_counters(const struct dataplane *dp, uint32_t child_id, struct child_counters *out)
{
	const struct child *c = child_find(dp, child_id);

	if (c)
		*out = c->counters;
	return c;
}

bool dataplane_child_sources(const struct dataplane *dp, uint32_t child_id, bool *v4, bool *v6)
{
	const struct child *c = child_find(dp, child_id);

	if (c) {
		*v4 = c->footing.source_found[0];
		*v6 = c->footing.source_found[1];
	}
	return c;
}

/* --- the round --- */

/* Routes name this host's addresses: one may no longer be a source, another may be one now. True: they are others. */
static bool read_addresses(struct dataplane *dp)
{
	struct arena arena = { 0 };
	struct reason why = { 0 };
	struct local_addrs addrs;
	bool others = local_addrs_read(dp->route, &addrs, &why, &arena);

	if (others && local_addrs_equal(&addrs, &dp->addrs)) {
		others = false;
		local_addrs_clear(&addrs);
	} else if (others) {
		local_addrs_clear(&dp->addrs);
		dp->addrs = addrs;
	}
	arena_clear(&arena);
	return others;
}

static void look_after(struct dataplane *dp, struct child *c)
{
	struct arena arena = { 0 };

	if (dp->now.boot - c->keys_used >= CHILD_ROUND) {
		esp_idle(&c->out.keys);
		esp_idle(&c->in.keys);
	} else {
		child_refresh_mtu(dp, c);
	}
	if (dp->look_replan)
		replan(dp, c, &dp->addrs, &arena);
	arena_clear(&arena);
}

void children_look_on(struct dataplane *dp)
{
	for (unsigned i = 0; dp->look_at && dp->look_at != &dp->children && i < LOOK_SLICE; i++) {
		struct child *c = LIST_ITEM(dp->look_at, struct child, all);

		dp->look_at = c->all.next;
		look_after(dp, c);
	}
	if (dp->look_at != &dp->children)
		return;
	dp->look_at = dp->look_again ? dp->children.next : NULL;
	dp->look_replan = dp->look_replan && dp->look_again;
	dp->look_again = false;
}

void children_look_after(struct dataplane *dp)
{
	if (read_addresses(dp)) {
		dp->look_replan = true;
		policies_replan(dp);
	}
	if (dp->look_at)
		dp->look_again = true; /* whoever has been looked at already is looked at again, when all have been */
	else
		dp->look_at = dp->children.next;
	children_look_on(dp);
	dp->round_at = list_empty(&dp->children) && list_empty(&dp->policies) ? 0 : dp->now.boot + CHILD_ROUND;
}

void children_free(struct dataplane *dp)
{
	struct arena arena = { 0 };

	LIST_EACH_SAFE(pos, &dp->children)
		leave(dp, LIST_ITEM(pos, struct child, all), &arena);
	arena_clear(&arena);
}
