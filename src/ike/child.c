/* SPDX-License-Identifier: ISC */
/* Child SAs: keys, installation, lifetimes, end. RFC 7296 2.9, 2.17, 1.4.1. */
#include "ike/child.h"
#include "ike/alive.h"
#include "ike/idle.h"
#include "ike/lost.h"
#include "ike/trap.h"
#include "ike/roam.h"

#include <stdlib.h>

#define PROVE_AFTER SECONDS(5) /* a peer whose first request was lost has sent it again, and has our answer */

const char *child_state_name(enum child_state s)
{
	switch (s) {
	case CHILD_CREATED: return "CREATED";
	case CHILD_INSTALLING: return "INSTALLING";
	case CHILD_INSTALLED: return "INSTALLED";
	case CHILD_REKEYING: return "REKEYING";
	case CHILD_REKEYED: return "REKEYED";
	case CHILD_DELETING: return "DELETING";
	}
	return "?";
}

bool child_selectors(const struct sa *sa, const struct child_conf *conf, struct selectors *local, struct selectors *remote,
                     struct arena *arena)
{
	return selectors_resolve(local, &conf->local_ts, &sa->path.local.addr, arena) &&
	       selectors_resolve(remote, &conf->remote_ts, &sa->path.remote.addr, arena);
}

enum child_encap child_encap(const struct sa *sa)
{
	bool natted = sa->nat_local || sa->nat_remote || sa->nat_fake || (sa->peer_adit && sa->vendor_sent);

	return natted && sa->path.encap == PATH_UDP_NATT ? ENCAP_UDP : ENCAP_NONE;
}

/* --- making --- */

static void child_drop(struct child *c)
{
	connection_unref(c->conn);
	free(c->local_ts.list);
	free(c->remote_ts.list);
	queued_free(c->outbound);
	free(c);
}

/* Out of the tables; its timer stays armed. */
static void child_leave(struct child *c)
{
	struct engine *e = c->sa->engine;

	if (map_get(&e->children, c->id) == c)
		(void)map_remove(&e->children, c->id);
	if (c->link.next) {
		list_remove(&c->link);
		c->sa->child_count--;
	}
	c->sa = NULL;
}

static void child_free(struct engine *e, struct child *c)
{
	timer_stop(&e->timers, &c->timer);
	if (c->sa)
		child_leave(c);
	list_remove(&c->link);
	child_drop(c);
}

static void fresh_ids(struct engine *e, struct child *c, uint32_t reqid)
{
	do {
		if (++e->last_child_id == 0)
			e->last_child_id = 1;
	} while (map_get(&e->children, e->last_child_id));
	c->id = e->last_child_id;
	c->reqid = reqid ? reqid : c->conf->reqid ? c->conf->reqid : trap_reqid(e, c->conn->name, c->conf->name);
	if (c->reqid == 0)
		c->reqid = ++e->last_reqid;
}

/* A list on the heap, as child_params_clear frees it. */
static bool own_selectors(struct selectors *out, const struct selectors *from)
{
	out->list = calloc(from->count ? from->count : 1, sizeof(*out->list));
	if (!out->list)
		return false;
	memcpy(out->list, from->list, from->count * sizeof(*out->list));
	out->count = from->count;
	return true;
}

static struct child *child_make(struct sa *sa, const struct child_plan *plan)
{
	struct engine *e = sa->engine;
	struct child *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->sa = sa;
	c->conn = connection_ref(plan->conn);
	c->conf = plan->conf;
	c->state = CHILD_INSTALLING;
	c->encap = child_encap(sa);
	c->mode = plan->mode;
	c->spi_in = plan->spi_in;
	c->spi_out = plan->spi_out;
	c->initiator = plan->initiator;
	c->suite = plan->suite;
	c->rekey_at = c->life_at = c->prove_at = NEVER;
	c->timer.what = TIMER_CHILD;
	fresh_ids(e, c, plan->reqid);
	c->outbound = plan->inbound_only ? queued_new(EVENT_CHILD_OUTBOUND) : NULL;
	if ((plan->inbound_only && !c->outbound) || !own_selectors(&c->local_ts, &plan->local_ts) ||
	    !own_selectors(&c->remote_ts, &plan->remote_ts) || !map_put(&e->children, c->id, c) ||
	    !timer_set(&e->timers, &c->timer, NEVER)) {
		child_free(e, c);
		return NULL;
	}
	return c;
}

static char *copy_str(const char *s)
{
	return s ? strdup(s) : NULL;
}

static void fill_limits(struct engine *e, struct child_params *p, const struct child_conf *conf)
{
	struct lifetime bytes = lifetime_choose(conf->bytes, engine_random64(e));
	struct lifetime packets = lifetime_choose(conf->packets, engine_random64(e));

	p->soft_bytes = bytes.soft;
	p->hard_bytes = bytes.hard;
	p->soft_packets = packets.soft;
	p->hard_packets = packets.hard;
}

static bool fill_keys(const struct sa *sa, const struct child_plan *plan, struct child_params *p)
{
	const struct generation *g = &sa->gen;
	struct child_keys k = { 0 };

	if (!child_keys_derive(&k, &plan->suite, g->suite.prf, secret_bytes(&g->keys.d), plan->shared, plan->ni, plan->nr))
		return false;
	secret_move(plan->initiator ? &p->encr_out : &p->encr_in, &k.encr_i);
	secret_move(plan->initiator ? &p->integ_out : &p->integ_in, &k.integ_i);
	secret_move(plan->initiator ? &p->encr_in : &p->encr_out, &k.encr_r);
	secret_move(plan->initiator ? &p->integ_in : &p->integ_out, &k.integ_r);
	child_keys_clear(&k);
	return true;
}

static bool fill_params(const struct child *c, const struct child_plan *plan, struct child_params *p)
{
	const struct sa *sa = c->sa;
	const struct child_conf *conf = c->conf;

	p->id = c->id;
	p->reqid = c->reqid;
	p->ike_id = sa->id;
	p->spi_in = c->spi_in;
	p->spi_out = c->spi_out;
	p->path = *roam_data_path(sa);
	p->mode = c->mode;
	p->original_local = plan->original_local;
	p->original_remote = plan->original_remote;
	p->no_policies = conf->no_policies;
	p->encap = c->encap;
	p->suite = c->suite;
	p->replay_window = conf->replay_window;
	p->priority = conf->priority;
	p->copy_df = conf->copy_df;
	p->copy_ecn = conf->copy_ecn;
	p->dscp_out = conf->dscp_out;
	p->dscp_in = conf->dscp_in;
	p->initiator = c->initiator;
	p->inbound_only = plan->inbound_only;
	fill_limits(sa->engine, p, conf);
	p->connection = copy_str(c->conn->name);
	p->child = copy_str(conf->name);
	p->tun = copy_str(conf->tun);
	return p->connection && p->child && (p->tun || !conf->tun) && own_selectors(&p->local_ts, &c->local_ts) &&
	       own_selectors(&p->remote_ts, &c->remote_ts) && fill_keys(sa, plan, p);
}

static bool install(struct exchange *x, struct child_plan *plan, struct reason *why)
{
	struct queued *q = exchange_question(x, ASK_INSTALL, why);

	if (!q)
		return false;
	q->params = calloc(1, sizeof(*q->params));
	plan->child = child_make(x->sa, plan);
	if (!q->params || !plan->child || !fill_params(plan->child, plan, q->params)) {
		queued_free(q);
		if (plan->child)
			child_free(x->sa->engine, plan->child);
		plan->child = NULL;
		engine_count(x->sa->engine, COUNTER_MEMORY);
		return refuse_text(why, REASON_MEMORY, 0, "a Child SA");
	}
	q->event.ask.install = q->params;
	q->event.ask.remote = x->sa->path.remote.addr;
	if (exchange_ask(x, q, why))
		return true;
	child_free(x->sa->engine, plan->child); /* the SPI is the plan's still */
	plan->child = NULL;
	return false;
}

/* --- beside an equal one of another IKE SA --- */

/*
 * Where the peer makes a Child SA on another IKE SA with us (reauthentication, make before break) it may not have our answer yet when we
 * have installed our half. The equal one that is there carries our packets until the peer surely has the new one: a packet came by it, or a
 * message on its IKE SA that can only be sent after our answer was received; or until the equal one goes. A peer that does none of it is
 * asked for such a message, so this ends with its answer, or with the IKE SA.
 */
static bool equal_elsewhere(const struct sa *sa, const struct child_conf *conf, const struct selectors *local, const struct selectors *remote,
                            const struct child *but)
{
	const struct sa *other = NULL;

	while (sa->remote_id.type && (other = sa_same_peer(sa, other)))
		LIST_EACH(at, &other->children) {
			const struct child *c = LIST_ITEM(at, const struct child, link);

			if (c != but && child_in_use(c) && c->prove_at == NEVER && strcmp(c->conf->name, conf->name) == 0 &&
			    selectors_same(&c->local_ts, local) && selectors_same(&c->remote_ts, remote))
				return true;
		}
	return false;
}

/* `gone` is about to go: what yielded to it and to no other carries on. */
static void outbound_elsewhere(const struct child *gone)
{
	struct sa *other = NULL;

	while ((other = sa_same_peer(gone->sa, other)))
		LIST_EACH(at, &other->children) {
			struct child *c = LIST_ITEM(at, struct child, link);

			if (c->prove_at != NEVER && child_in_use(c) && !equal_elsewhere(other, c->conf, &c->local_ts, &c->remote_ts, gone))
				child_outbound(c);
		}
}

void children_proved(struct sa *sa, bool request)
{
	uint64_t now = sa->engine->now.boot;

	LIST_EACH(at, &sa->children) {
		struct child *c = LIST_ITEM(at, struct child, link);

		/* an answer may have crossed what made the Child SA; the peer has one request under way at a time (2.3) */
		if (c->prove_at != NEVER && child_in_use(c) && (request || now - c->installed >= PROVE_AFTER))
			child_outbound(c);
	}
}

static void yield(struct child *c)
{
	c->prove_at = c->sa->engine->now.boot + PROVE_AFTER;
	child_arm(c);
}

/* The answer to what is out already says it, too. Looked at again, should there be no memory for it. */
static void ask_proof(struct child *c)
{
	if (c->prove_at > c->sa->engine->now.boot)
		return;
	c->prove_at = c->sa->engine->now.boot + PROVE_AFTER;
	if (!c->sa->ours)
		alive_check(c->sa);
}

bool child_install(struct exchange *x, struct child_plan *plan, struct reason *why)
{
	if (!plan->initiator && !plan->inbound_only)
		plan->inbound_only = equal_elsewhere(x->sa, plan->conf, &plan->local_ts, &plan->remote_ts, NULL);
	return install(x, plan, why);
}

static void choose_life(struct child *c)
{
	struct lifetime life = lifetime_choose(c->conf->time, engine_random64(c->sa->engine));

	if (life.soft)
		c->rekey_at = c->installed + SECONDS(life.soft);
	if (life.hard)
		c->life_at = c->installed + SECONDS(life.hard);
}

/* What rekey_at says holds in two states; the hard limit in all. */
static uint64_t next_at(const struct child *c)
{
	bool counts = c->state == CHILD_INSTALLED || c->state == CHILD_REKEYED;
	uint64_t at = counts && c->rekey_at < c->life_at ? c->rekey_at : c->life_at;

	return child_in_use(c) && c->prove_at < at ? c->prove_at : at;
}

void child_arm(struct child *c)
{
	(void)timer_set(&c->sa->engine->timers, &c->timer, next_at(c)); /* armed before: cannot fail */
}

struct child *child_enter(struct child_plan *plan)
{
	struct child *c = plan->child;
	struct sa *sa = c->sa;

	plan->child = NULL;
	plan->spi_in = 0;
	c->state = CHILD_INSTALLED;
	c->installed = sa->engine->now.boot;
	choose_life(c);
	child_arm(c);
	list_append(&sa->children, &c->link);
	sa->child_count++;
	idle_enter(c, plan->old);
	return c;
}

struct child *child_up(struct child_plan *plan, const struct job *job)
{
	struct child *c = child_enter(plan);
	struct sa *sa = c->sa;
	struct story_note note = { .sa = sa, .kind = STORY_UP, .words = "Child SA is up", .child_id = c->id };
	struct reason cancelled = { .kind = REASON_CANCELLED };

	c->told = true;
	story_add(sa->engine, &note);
	tell_child(c, TELL_CHILD_UP);
	entry_result(sa->engine, c->conn->name, c->conf->name, true, NULL);
	if (!c->initiator && equal_elsewhere(sa, c->conf, &c->local_ts, &c->remote_ts, NULL))
		yield(c);
	else
		child_outbound(c); /* what it would have given way to has gone in the meantime */
	if (job && job->cancelled)
		child_close(c, &cancelled, false, 0);
	return c;
}

/* Out of the data plane. A removal must not be lost: without memory for its event the Child SA itself waits to be told of. */
static void child_remove(struct engine *e, struct child *c)
{
	struct queued *q = queued_new(EVENT_CHILD_REMOVE);

	idle_leave(e, c->id);
	if (q) {
		q->event.child_id = c->id;
		event_post(e, q);
		child_free(e, c);
		return;
	}
	timer_stop(&e->timers, &c->timer);
	if (c->sa)
		child_leave(c);
	list_remove(&c->link);
	list_append(&e->removals, &c->link);
}

bool removal_next(struct engine *e, struct event *out)
{
	struct child *c;

	if (list_empty(&e->removals))
		return false;
	c = LIST_ITEM(e->removals.next, struct child, link);
	*out = (struct event){ .kind = EVENT_CHILD_REMOVE, .child_id = c->id };
	list_remove(&c->link);
	child_drop(c);
	return true;
}

/* Once installation was asked for, the SPI goes with that question (ask.c): given back when it fails or is cancelled. */
void child_abort(struct sa *sa, struct child_plan *plan, bool installed)
{
	struct child *c = plan->child;

	plan->child = NULL;
	if (c && installed)
		child_remove(sa->engine, c);
	else if (c)
		child_free(sa->engine, c);
	else if (plan->spi_in)
		event_release(sa->engine, ASK_SPI, plan->spi_in, 0);
	plan->spi_in = 0;
}

/* --- end --- */

static void tell_down(struct child *c, const struct reason *why)
{
	struct sa *sa = c->sa;
	struct story_note note = { .sa = sa, .kind = STORY_DOWN, .words = "Child SA is down", .why = why, .child_id = c->id };

	if (!c->told)
		return;
	if (sa->phase != PHASE_GONE)
		story_add(sa->engine, &note);
	tell_child(c, TELL_CHILD_DOWN);
}

/* Of a rekeying. What a limit ended must not be used again, nor what went with its IKE SA. */
static bool may_linger(const struct child *c)
{
	const struct engine *e = c->sa->engine;

	return !c->told && c->sa->phase != PHASE_GONE && e->conf.delete_delay && c->life_at > e->now.boot;
}

/* Packets go out by its heir already. */
static bool passed_on(const struct child *c)
{
	const struct child *heir = c->heir ? child_by_id(c->sa, c->heir) : NULL;

	return heir && !heir->outbound;
}

/* Whoever knows it as what carries on, or as what our exchange has met, knows its heir from now on. */
static void hand_on(const struct child *c)
{
	struct exchange *x = c->sa->ours;

	if (!c->heir)
		return;
	if (x && (x->kind == JOB_CHILD || x->kind == JOB_CHILD_REKEY) && x->rival == c->id)
		x->rival = c->heir;
	LIST_EACH(at, &c->sa->children) {
		struct child *old = LIST_ITEM(at, struct child, link);

		if (old->heir == c->id)
			old->heir = c->heir;
	}
}

static void end(struct child *c, const struct reason *why, bool linger)
{
	struct sa *sa = c->sa;
	struct engine *e = sa->engine;
	struct conn_entry *entry = c->told ? entry_find(e, c->conn->name) : NULL;
	struct child *heir = child_by_id(sa, c->heir);
	struct queued *silent;
	uint32_t id = c->id;

	hand_on(c);
	if (heir && !passed_on(heir))
		child_outbound(heir);
	outbound_elsewhere(c);
	tell_down(c, why);
	if (c->told && !c->heir)
		lost_note(c);
	silent = linger && may_linger(c) ? queued_new(EVENT_CHILD_INBOUND) : NULL;
	if (silent) {
		silent->event.child_id = id;
		event_post(e, silent);
		child_leave(c);
		list_append(&e->lingering, &c->link);
		(void)timer_set(&e->timers, &c->timer, e->now.boot + e->conf.delete_delay); /* armed before: cannot fail */
	} else {
		child_remove(e, c);
	}
	sa_touch(sa);
	if (entry)
		entry_retry(entry, RETRY_LOST);
	command_gone(e, sa->id, id);
}

void child_end(struct child *c, const struct reason *why)
{
	end(c, why, true);
}

void children_end(struct sa *sa, const struct reason *why)
{
	while (!list_empty(&sa->children))
		end(LIST_ITEM(sa->children.next, struct child, link), why, false);
}

/* The peer hears of it as soon as it can. Without memory for the job it does not: its packets meet no SA, liveness sees to the rest. */
static struct job *delete_job(struct child *c, uint64_t command)
{
	struct job *job = job_add(c->sa, JOB_CHILD_DELETE);

	if (!job)
		return NULL;
	job->spi = c->spi_in;
	job->command = command;
	return job;
}

static void bring_again(struct child *c)
{
	struct conn_entry *entry = entry_find(c->sa->engine, c->conn->name);

	if (!entry || !connection_child(entry->conn, c->conf->name))
		return;
	entry_want(entry, c->conf->name, WANT_ONCE);
	entry_retry(entry, RETRY_NOW);
}

/* Its rekeying is out: what comes of it is closed as well. True: that is under way. */
static bool close_with_rekeying(struct child *c, uint64_t command)
{
	struct exchange *x = child_rekeying(c);
	struct reason cancelled = { .kind = REASON_CANCELLED };

	if (!x)
		return false;
	if (!exchange_is_out(x)) {
		exchange_end(x, false, &cancelled);
		return false;
	}
	if (!x->job)
		return false;
	x->job->cancelled = true;
	x->job->command = command;
	return true;
}

static void close_now(struct child *c, const struct reason *why, bool again, uint64_t command)
{
	struct job *job = delete_job(c, command);

	if (again && !c->heir && c->told)
		bring_again(c);
	if (!job || again) {
		end(c, why, false);
		return;
	}
	job->child_id = c->id;
	c->state = CHILD_DELETING;
	child_arm(c);
}

void child_close(struct child *c, const struct reason *why, bool again, uint64_t command)
{
	if (c->sa->phase != PHASE_UP && again)
		end(c, why, false);
	else if (c->sa->phase == PHASE_UP && c->state != CHILD_DELETING && (again || !close_with_rekeying(c, command)))
		close_now(c, why, again, command);
}

static void over(struct child *c, enum reason_kind kind)
{
	struct reason why = { 0 };

	(void)refuse(&why, kind, 0, value_none(), value_none(), c->conf->at);
	if (c->state == CHILD_DELETING)
		end(c, &why, false);
	else
		child_close(c, &why, true, 0);
}

void child_limit(struct child *c, enum traffic_kind kind)
{
	switch (kind) {
	case TRAFFIC_SOFT_LIMIT:
		(void)child_rekey(c, 0);
		break;
	case TRAFFIC_HARD_LIMIT:
		over(c, REASON_LIFETIME);
		break;
	case TRAFFIC_SEQUENCE_LIMIT:
		over(c, REASON_SEQUENCE);
		break;
	case TRAFFIC_FIRST:
		if (!passed_on(c))
			child_outbound(c);
		break;
	case TRAFFIC_MOVED:
	case TRAFFIC_UNKNOWN_SPI:
	case TRAFFIC_USED:
	case TRAFFIC_ONE_WAY:
	case TRAFFIC_ACQUIRE:
		break;
	}
}

void child_expire(struct engine *e, struct child *c)
{
	struct reason late = { .kind = REASON_REPLACED };

	if (!c->sa) {
		child_remove(e, c); /* nothing is under way to it any more */
		return;
	}
	(void)timer_set(&e->timers, &c->timer, NEVER);
	sa_touch(c->sa);
	if (c->life_at <= e->now.boot) {
		over(c, REASON_LIFETIME);
	} else if (c->state == CHILD_REKEYED) {
		child_close(c, &late, false, 0); /* the peer should have deleted it */
	} else {
		ask_proof(c);
		if (c->rekey_at <= e->now.boot) {
			c->rekey_at = NEVER; /* where nobody rekeys it any more; else child_rekey says when it is looked at again */
			(void)child_rekey(c, 0);
		}
		child_arm(c);
	}
}

/* Without memory for the news a Child SA stays where it is; its packets come to the old place until the next change. */
static void child_follow(struct child *c)
{
	struct queued *q = queued_new(EVENT_CHILD_UPDATE);

	c->encap = child_encap(c->sa);
	if (!q) {
		engine_count(c->sa->engine, COUNTER_EVENT_LOST);
		return;
	}
	q->event.child_id = c->id;
	q->event.ike_id = c->sa->id;
	q->event.path = *roam_data_path(c->sa);
	q->event.encap = c->encap;
	event_post(c->sa->engine, q);
}

void children_follow(struct sa *sa)
{
	LIST_EACH(at, &sa->children)
		child_follow(LIST_ITEM(at, struct child, link));
}

struct child *child_by_spi_out(const struct sa *sa, uint32_t spi)
{
	LIST_EACH(at, &sa->children) {
		struct child *c = LIST_ITEM(at, struct child, link);

		if (c->spi_out == spi)
			return c;
	}
	return NULL;
}

struct child *child_by_name(const struct sa *sa, const char *name)
{
	LIST_EACH(at, &sa->children) {
		struct child *c = LIST_ITEM(at, struct child, link);

		if (child_in_use(c) && strcmp(c->conf->name, name) == 0)
			return c;
	}
	return NULL;
}

bool child_covers(const struct sa *sa, const char *name, const struct pair_ts *ts)
{
	LIST_EACH(at, &sa->children) {
		const struct child *c = LIST_ITEM(at, const struct child, link);

		if ((c->state == CHILD_INSTALLED || c->state == CHILD_REKEYING) && strcmp(c->conf->name, name) == 0 &&
		    selectors_hold(&c->local_ts, &ts->local) && selectors_hold(&c->remote_ts, &ts->remote))
			return true;
	}
	return false;
}

struct child *child_by_id(const struct sa *sa, uint32_t id)
{
	struct child *c = id ? map_get(&sa->engine->children, id) : NULL;

	return c && c->sa == sa && c->link.next ? c : NULL;
}

void child_info_of(const struct child *c, struct child_info *out)
{
	*out = (struct child_info){
		.id = c->id, .reqid = c->reqid, .ike_id = c->sa->id, .name = c->conf->name, .state = c->state,
		.conf = c->conf, .mode = c->mode, .encap = c->encap, .spi_in = c->spi_in, .spi_out = c->spi_out, .suite = &c->suite,
		.local_ts = &c->local_ts, .remote_ts = &c->remote_ts, .installed = c->installed,
		.rekey_at = c->state == CHILD_INSTALLED ? c->rekey_at : NEVER,
		.life_at = c->life_at,
	};
}
