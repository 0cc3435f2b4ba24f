/* SPDX-License-Identifier: ISC */
/* Traps and shunts: finding their addresses, installing, acquiring, following. */
#include "ike/trap.h"
#include "ike/exchange.h"

#include <stdlib.h>

#define AGAIN_FIRST SECONDS(1)
#define AGAIN_MOST MINUTES(1)

struct trap {
	struct list link;              /* entry->traps */
	struct conn_entry *entry;
	struct connection *conn;       /* reference */
	const struct child_conf *conf; /* in conn */
	uint32_t reqid;
	uint32_t id, next;             /* that stands; that is being installed: it takes the other's place. 0: none */
	struct addr local, remote;     /* that it stands with; ADDR_NONE: not known, or not needed */
	struct addr next_local, next_remote;
	struct pending *asking;
	struct queued *removal;        /* of `id`, kept ready: it must not be lost */
	struct queued *next_removal;
	struct timer timer;            /* TIMER_TRAP: try again */
	bool stale;                    /* what stands is as the child was once configured */
	unsigned failed, refused;      /* in a row: installations; Child SAs */
	uint64_t heeds_at;             /* boot ms: acquires before it are passed over */
};

static bool is_trap(const struct trap *t)
{
	return !child_conf_is_shunt(t->conf);
}

static struct trap *find(const struct conn_entry *entry, const char *child)
{
	LIST_EACH(at, &entry->traps) {
		struct trap *t = LIST_ITEM(at, struct trap, link);

		if (strcmp(t->conf->name, child) == 0)
			return t;
	}
	return NULL;
}

bool trap_stands(const struct conn_entry *entry, const char *child)
{
	const struct trap *t = find(entry, child);

	return t && t->id;
}

uint32_t trap_reqid(const struct engine *e, const char *conn, const char *child)
{
	const struct conn_entry *entry = entry_find(e, conn);
	const struct trap *t = entry ? find(entry, child) : NULL;

	return t ? t->reqid : 0;
}

struct engine *trap_engine(const struct trap *t)
{
	return t->entry->engine;
}

/* --- ends --- */

/* What is under way is given up; what stands, stays. */
static void give_up_next(struct trap *t)
{
	struct engine *e = t->entry->engine;

	if (t->asking)
		ask_cancel(e, t->asking);
	if (t->next && map_get(&e->policies, t->next) == t)
		(void)map_remove(&e->policies, t->next);
	t->next = 0;
	queued_free(t->next_removal);
	t->next_removal = NULL;
}

static void take_out(struct trap *t)
{
	struct engine *e = t->entry->engine;

	if (!t->id)
		return;
	(void)map_remove(&e->policies, t->id);
	t->removal->event.policy_id = t->id;
	event_post(e, t->removal);
	t->removal = NULL;
	t->id = 0;
}

/* Whoever still waits for it to stand waits no longer. */
static void trap_free(struct trap *t)
{
	struct reason why = { .kind = REASON_CANCELLED };

	command_installed(t->entry->engine, t->entry->conn->name, t->conf, false, &why);
	give_up_next(t);
	take_out(t);
	timer_stop(&t->entry->engine->timers, &t->timer);
	list_remove(&t->link);
	connection_unref(t->conn);
	free(t);
}

static uint64_t wait_after(unsigned times)
{
	uint64_t wait = AGAIN_FIRST;

	for (unsigned i = 1; i < times && wait < AGAIN_MOST; i++)
		wait *= 2;
	return wait < AGAIN_MOST ? wait : AGAIN_MOST;
}

/* Told once; tried again until it stands, or until nobody wants it any more. One that stands goes on as it is. */
static void failed(struct trap *t, const struct reason *why)
{
	struct conn_entry *entry = t->entry;
	struct engine *e = entry->engine;
	struct story_note note = { .entry = entry, .kind = STORY_REFUSED, .why = why };

	give_up_next(t);
	if (t->failed++ == 0 && !t->id)
		story_add(e, &note);
	(void)timer_set(&e->timers, &t->timer, e->now.boot + wait_after(t->failed)); /* armed before: cannot fail */
	command_installed(e, entry->conn->name, t->conf, false, why);
}

/* --- installing --- */

static char *copy_str(const char *s)
{
	return s ? strdup(s) : NULL;
}

/* A shunt's `dynamic` is everybody, of both families: there is no tunnel whose end it could be. */
static bool resolve_any(struct selectors *out, const struct selectors *conf)
{
	static const struct addr any4 = { .family = ADDR_V4 }, any6 = { .family = ADDR_V6 };

	out->list = calloc(2u * conf->count, sizeof(*out->list));
	for (unsigned i = 0; out->list && i < conf->count; i++) {
		struct selector s = conf->list[i];

		if (!s.dynamic) {
			out->list[out->count++] = s;
			continue;
		}
		s.dynamic = false;
		s.first = s.last = any4;
		memset(s.last.ip, 0xff, 4);
		out->list[out->count++] = s;
		s.first = s.last = any6;
		memset(s.last.ip, 0xff, 16);
		out->list[out->count++] = s;
	}
	return out->list != NULL;
}

static bool resolve_one(struct selectors *out, const struct selectors *conf, const struct addr *addr)
{
	struct arena scratch = { 0 };
	struct selectors resolved;
	bool ok = selectors_resolve(&resolved, conf, addr, &scratch) && (out->list = calloc(conf->count, sizeof(*out->list)));

	if (ok)
		memcpy(out->list, resolved.list, resolved.count * sizeof(*out->list));
	out->count = ok ? resolved.count : 0;
	arena_clear(&scratch);
	return ok;
}

static bool fill(const struct trap *t, struct policy_params *p)
{
	const struct child_conf *c = t->conf;

	p->id = t->next;
	p->reqid = t->reqid;
	p->kind = is_trap(t) ? POLICY_TRAP : c->mode == CHILD_PASS ? POLICY_PASS : POLICY_DROP;
	p->priority = c->priority;
	p->mode = c->mode == CHILD_TRANSPORT ? MODE_TRANSPORT : MODE_TUNNEL;
	p->peer = t->next_remote;
	p->connection = copy_str(t->conn->name);
	p->child = copy_str(c->name);
	p->tun = copy_str(c->tun);
	if (!p->connection || !p->child || (c->tun && !p->tun))
		return false;
	if (!is_trap(t))
		return resolve_any(&p->local_ts, &c->local_ts) && resolve_any(&p->remote_ts, &c->remote_ts);
	return resolve_one(&p->local_ts, &c->local_ts, &t->next_local) && resolve_one(&p->remote_ts, &c->remote_ts, &t->next_remote);
}

static bool enter(struct trap *t)
{
	struct engine *e = t->entry->engine;

	do {
		if (++e->last_policy_id == 0)
			e->last_policy_id = 1;
	} while (map_get(&e->policies, e->last_policy_id));
	t->next = e->last_policy_id;
	return map_put(&e->policies, t->next, t);
}

static bool same_place(const struct trap *t)
{
	return t->id && !t->stale && addr_equal(&t->local, &t->next_local) && addr_equal(&t->remote, &t->next_remote);
}

/* What stands already, with these addresses, is left alone. */
static bool install(struct trap *t, struct reason *why)
{
	struct queued *q;

	if (same_place(t))
		return true;
	q = queued_new(EVENT_ASK);
	if (q)
		q->policy = calloc(1, sizeof(*q->policy));
	t->next_removal = queued_new(EVENT_POLICY_REMOVE);
	if (!q || !q->policy || !t->next_removal || !enter(t) || !fill(t, q->policy)) {
		queued_free(q);
		return refuse_text(why, REASON_MEMORY, 0, "a policy");
	}
	if (q->policy->local_ts.count == 0 || q->policy->remote_ts.count == 0) {
		queued_free(q);
		(void)refuse(why, REASON_TS, 0, value_none(), value_none(), t->conf->local_ts_at);
		why->about = value_text("no selector is left for this address family");
		return false;
	}
	q->event.ask.kind = ASK_POLICY;
	q->event.ask.policy = q->policy;
	return ask_post_trap(t, &t->asking, q, why);
}

/* --- finding the addresses --- */

static bool has_dynamic(const struct selectors *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->list[i].dynamic)
			return true;
	return false;
}

static const struct addr *one_addr(const struct addr_conf *list, size_t count, enum addr_family family)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].kind == ADDR_CONF_RANGE && addr_equal(&list[i].first, &list[i].last) &&
		    (family == ADDR_NONE || list[i].first.family == family))
			return &list[i].first;
	return NULL;
}

static bool find_by_name(struct trap *t, struct reason *why)
{
	const struct connection *c = t->conn;
	struct queued *q;

	for (size_t i = 0; i < c->remote_count; i++) {
		if (c->remote_addrs[i].kind != ADDR_CONF_NAME)
			continue;
		q = queued_new(EVENT_ASK);
		if (!q)
			return refuse_text(why, REASON_MEMORY, 0, "an ask");
		q->event.ask.kind = ASK_RESOLVE;
		q->event.ask.name = arena_str(&q->arena, bytes_str(c->remote_addrs[i].name));
		if (q->event.ask.name)
			return ask_post_trap(t, &t->asking, q, why);
		queued_free(q);
		return refuse_text(why, REASON_MEMORY, 0, "an ask");
	}
	(void)refuse(why, REASON_NO_ADDRESS, 0, value_none(), value_none(), c->remote_addrs_at);
	why->about = value_text("a trap needs one address or name of the peer");
	return false;
}

static bool find_local(struct trap *t, struct reason *why)
{
	const struct connection *c = t->conn;
	const struct addr *local = one_addr(c->local_addrs, c->local_count, t->next_remote.family);
	struct queued *q;

	t->next_local = (struct addr){ 0 };
	if (local)
		t->next_local = *local;
	if (local || !has_dynamic(&t->conf->local_ts))
		return install(t, why);
	q = queued_new(EVENT_ASK);
	if (!q)
		return refuse_text(why, REASON_MEMORY, 0, "an ask");
	q->event.ask.kind = ASK_SOURCE;
	q->event.ask.remote = t->next_remote;
	return ask_post_trap(t, &t->asking, q, why);
}

static bool begin(struct trap *t, struct reason *why)
{
	const struct addr *remote = one_addr(t->conn->remote_addrs, t->conn->remote_count, ADDR_NONE);

	t->next_local = t->next_remote = (struct addr){ 0 };
	if (!is_trap(t))
		return install(t, why);
	if (!remote)
		return find_by_name(t, why);
	t->next_remote = *remote;
	return find_local(t, why);
}

/* The old one goes when the new one stands: nothing leaves in clear in between. */
static void installed(struct trap *t)
{
	struct conn_entry *entry = t->entry;

	take_out(t);
	t->id = t->next;
	t->next = 0;
	t->removal = t->next_removal;
	t->next_removal = NULL;
	t->local = t->next_local;
	t->remote = t->next_remote;
	t->failed = 0;
	t->stale = false;
	command_installed(entry->engine, entry->conn->name, t->conf, true, NULL);
}

/* That it has already, if that is still among them: names may have many addresses, in any order. */
static struct addr choose(const struct trap *t, const struct answer *a)
{
	for (size_t i = 0; i < a->addr_count; i++)
		if (t->id && addr_equal(&a->addrs[i], &t->remote))
			return t->remote;
	return a->addrs[0];
}

void trap_answer(struct trap *t, enum ask_kind kind, const struct answer *a)
{
	struct reason why = a->why;
	bool ok = a->ok;

	if (ok && kind == ASK_POLICY) {
		installed(t);
		return;
	}
	if (ok && kind == ASK_RESOLVE && a->addr_count == 0)
		ok = refuse_text(&why, REASON_NO_ADDRESS, 0, "the peer's name has no address");
	if (ok && kind == ASK_RESOLVE) {
		t->next_remote = choose(t, a);
		ok = find_local(t, &why);
	} else if (ok && kind == ASK_SOURCE) {
		t->next_local = a->local;
		ok = install(t, &why);
	}
	if (!ok)
		failed(t, &why);
}

void trap_expire_timer(struct timer *timer)
{
	struct trap *t = LIST_ITEM(timer, struct trap, timer);
	struct reason why = { 0 };

	(void)timer_set(&t->entry->engine->timers, &t->timer, NEVER);
	if (!t->asking && !t->entry->engine->ending && !begin(t, &why))
		failed(t, &why);
}

void traps_network(struct engine *e)
{
	LIST_EACH(at, &e->entries) {
		struct conn_entry *entry = LIST_ITEM(at, struct conn_entry, link);

		LIST_EACH(k, &entry->traps) {
			struct trap *t = LIST_ITEM(k, struct trap, link);
			struct reason why = { 0 };

			if (is_trap(t) && !t->asking && !begin(t, &why))
				failed(t, &why);
		}
	}
}

/* --- wanted, and no longer --- */

static struct trap *trap_new(struct conn_entry *entry, const struct child_conf *child)
{
	struct engine *e = entry->engine;
	struct trap *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->entry = entry;
	t->conn = connection_ref(entry->conn);
	t->conf = child;
	t->timer.what = TIMER_TRAP;
	if (!timer_set(&e->timers, &t->timer, NEVER)) {
		connection_unref(t->conn);
		free(t);
		return NULL;
	}
	t->reqid = child->reqid ? child->reqid : ++e->last_reqid;
	list_append(&entry->traps, &t->link);
	return t;
}

bool trap_install(struct conn_entry *entry, const struct child_conf *child, struct reason *why)
{
	struct trap *t = find(entry, child->name), *fresh = NULL;

	if (entry->engine->ending)
		return refuse_text(why, REASON_CANCELLED, 0, "adit is shutting down");
	if (t && (t->id || t->asking))
		return true;
	if (!t)
		fresh = t = trap_new(entry, child);
	if (!t)
		return refuse_text(why, REASON_MEMORY, 0, "a policy");
	if (begin(t, why))
		return true;
	if (fresh)
		trap_free(fresh);
	else
		failed(t, why);
	return false;
}

bool trap_remove(struct conn_entry *entry, const char *child)
{
	struct trap *t = find(entry, child);

	if (!t)
		return false;
	trap_free(t);
	return true;
}

/* strongSwan installs a shunt for either word. */
static bool wanted_at_start(const struct child_conf *c)
{
	return child_conf_is_shunt(c) ? c->start_action != ACTION_NONE : (c->start_action & ACTION_TRAP) != 0;
}

/* The connection was loaded anew: the trap follows it. */
static void follow(struct trap *t)
{
	struct conn_entry *entry = t->entry;
	const struct child_conf *fresh = connection_child(entry->conn, t->conf->name);
	struct reason why = { 0 };

	t->stale = t->stale || !child_conf_same(t->conf, fresh);
	if (fresh->reqid)
		t->reqid = fresh->reqid;
	t->conf = fresh;
	connection_unref(t->conn);
	t->conn = connection_ref(entry->conn);
	give_up_next(t);
	if (!begin(t, &why))
		failed(t, &why);
}

void traps_start(struct conn_entry *entry)
{
	LIST_EACH(at, &entry->traps)
		if (LIST_ITEM(at, struct trap, link)->conn != entry->conn)
			follow(LIST_ITEM(at, struct trap, link));
	for (size_t i = 0; i < entry->conn->child_count; i++) {
		const struct child_conf *c = &entry->conn->children[i];
		struct reason why = { 0 };
		struct trap *t;

		if (!wanted_at_start(c) || find(entry, c->name))
			continue;
		t = trap_new(entry, c);
		if (t && !begin(t, &why))
			failed(t, &why);
	}
}

void traps_undo(struct conn_entry *entry, const struct connection *next)
{
	LIST_EACH_SAFE(at, &entry->traps) {
		struct trap *t = LIST_ITEM(at, struct trap, link);
		const struct child_conf *fresh = next ? connection_child(next, t->conf->name) : NULL;

		if (!fresh || (wanted_at_start(t->conf) && !wanted_at_start(fresh)))
			trap_free(t);
	}
}

void trap_after(struct conn_entry *entry, const struct child_conf *child, uint8_t action)
{
	const struct child_conf *now = connection_child(entry->conn, child->name);
	struct reason why = { 0 };

	if (now && (action & ACTION_TRAP) && !entry->engine->ending)
		(void)trap_install(entry, now, &why);
}

/* --- acquiring --- */

static bool is_covered(const struct conn_entry *entry, const char *child, const struct pair_ts *ts)
{
	LIST_EACH(at, &entry->sas) {
		const struct sa *sa = LIST_ITEM(at, const struct sa, of_entry);

		if (sa->phase == PHASE_UP && child_covers(sa, child, ts))
			return true;
	}
	return false;
}

void trap_acquire(struct engine *e, const struct traffic *report)
{
	struct trap *t = map_get(&e->policies, report->child_id);
	struct pair_ts ts = { .local = report->packet_local, .remote = report->packet_remote };
	const struct child_conf *child = t ? connection_child(t->entry->conn, t->conf->name) : NULL;
	struct reason why = { 0 };

	if (!child || !is_trap(t) || e->ending || e->now.boot < t->heeds_at || is_covered(t->entry, child->name, &ts))
		return;
	if (!entry_bring_ts(t->entry, child, &ts, 0, &why))
		trap_result(t->entry, child->name, false);
}

void trap_result(struct conn_entry *entry, const char *child, bool ok)
{
	struct trap *t = child ? find(entry, child) : NULL;

	if (!t)
		return;
	t->refused = ok ? 0 : t->refused + 1;
	t->heeds_at = ok ? 0 : entry->engine->now.boot + wait_after(t->refused);
}

/* --- looking in --- */

void engine_each_policy(const struct engine *e, bool (*each)(void *ctx, const struct policy_info *policy), void *ctx)
{
	LIST_EACH(at, &e->entries) {
		const struct conn_entry *entry = LIST_ITEM(at, const struct conn_entry, link);

		LIST_EACH(k, &entry->traps) {
			const struct trap *t = LIST_ITEM(k, const struct trap, link);
			struct policy_info info = { .connection = entry->conn->name, .conf = t->conf, .id = t->id,
				                    .reqid = is_trap(t) ? t->reqid : 0, .installed = t->id != 0 };

			info.kind = is_trap(t) ? POLICY_TRAP : t->conf->mode == CHILD_PASS ? POLICY_PASS : POLICY_DROP;
			if (!each(ctx, &info))
				return;
		}
	}
}
