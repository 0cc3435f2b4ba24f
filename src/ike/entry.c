/* SPDX-License-Identifier: ISC */
/* The table of connections: load, replace, unload (doc/vici.md 13.2), and keeping up what is wanted. */
#include "ike/lost.h"
#include "ike/trap.h"
#include "ike/roam.h"
#include "iana/ikev2.h"

#include <stdlib.h>

#define IKE_PORT 500
#define IKE_PORT_NATT 4500
#define RESOLVED_MAX 16u
#define REFUSED_SLOWER 6u

static uint64_t name_key(const struct engine *e, const char *name)
{
	return siphash(e->hash_seed, bytes_str(name));
}

struct conn_entry *entry_find(const struct engine *e, const char *name)
{
	struct conn_entry *entry = map_get(&e->entries_by_name, name_key(e, name));

	return entry && strcmp(entry->conn->name, name) == 0 ? entry : NULL;
}

struct conn_entry *entry_of_child(const struct engine *e, const char *child)
{
	LIST_EACH(at, &e->entries) {
		struct conn_entry *entry = LIST_ITEM(at, struct conn_entry, link);

		if (connection_child(entry->conn, child))
			return entry;
	}
	return NULL;
}

unsigned entry_fits(const struct conn_entry *entry, const struct addr *local, const struct addr *remote)
{
	struct addr_conf resolved[RESOLVED_MAX];
	struct connection c = *entry->conn;

	if (connection_is_shunts(entry->conn))
		return 0;
	if (entry->resolved_count == 0)
		return connection_fits(entry->conn, local, remote);
	for (size_t i = 0; i < entry->resolved_count; i++)
		resolved[i] = (struct addr_conf){ .kind = ADDR_CONF_RANGE, .first = entry->resolved[i], .last = entry->resolved[i] };
	c.remote_addrs = resolved;
	c.remote_count = entry->resolved_count;
	return connection_fits(&c, local, remote);
}

/* --- names --- */

static const char *first_name(const struct connection *c)
{
	for (size_t i = 0; i < c->remote_count; i++)
		if (c->remote_addrs[i].kind == ADDR_CONF_NAME)
			return c->remote_addrs[i].name;
	return NULL;
}

/* So that a responder knows whom the name means. A failure is not an error: it is asked again with each attempt of our own. */
static void resolve(struct conn_entry *entry)
{
	const char *name = first_name(entry->conn);
	struct queued *q = name && !entry->asking ? queued_new(EVENT_ASK) : NULL;
	struct reason why = { 0 };

	if (!q)
		return;
	q->event.ask.kind = ASK_RESOLVE;
	q->event.ask.name = arena_str(&q->arena, bytes_str(name));
	entry->asking = q->event.ask.name && ask_post(entry->engine, NULL, entry, q, &why) ? q->ask : NULL;
}

void entry_resolved(struct conn_entry *entry, const struct answer *a)
{
	size_t n = a->addr_count < RESOLVED_MAX ? a->addr_count : RESOLVED_MAX;
	struct addr *copy = a->ok && n > 0 ? calloc(n, sizeof(*copy)) : NULL;

	if (!copy)
		return;
	memcpy(copy, a->addrs, n * sizeof(*copy));
	free(entry->resolved);
	entry->resolved = copy;
	entry->resolved_count = n;
}

/* --- wants --- */

static void set_want(struct conn_entry *entry, size_t i, enum want want)
{
	if (want == WANT_ONCE && entry->wants[i] == WANT_ALWAYS)
		return;
	entry->wants[i] = (uint8_t)want;
}

void entry_want(struct conn_entry *entry, const char *child, enum want want)
{
	for (size_t i = 0; i < entry->conn->child_count; i++)
		if (!child || strcmp(entry->conn->children[i].name, child) == 0)
			set_want(entry, i, want);
	if (!child && (entry->conn->child_count == 0 || want == WANT_NONE))
		entry->want_ike = want != WANT_NONE;
	if (want == WANT_NONE && !child)
		timer_stop(&entry->engine->timers, &entry->timer);
	if (want == WANT_NONE)
		lost_forget(entry, child);
	if (want == WANT_NONE)
		command_unwanted(entry->engine, entry->conn->name, child);
}

bool entry_wants(const struct conn_entry *entry, const char *child)
{
	for (size_t i = 0; i < entry->conn->child_count; i++)
		if (strcmp(entry->conn->children[i].name, child) == 0)
			return entry->wants[i] != WANT_NONE;
	return false;
}

static bool wants_any(const struct conn_entry *entry)
{
	for (size_t i = 0; i < entry->conn->child_count; i++)
		if (entry->wants[i] != WANT_NONE)
			return true;
	return entry->want_ike;
}

/*
 * How long to wait: a random part of retry_first, which doubles with each failure up to retry_most, so that many that have lost the
 * same gateway do not come back at once. Whoever was refused its authentication comes back seldom: nothing will have changed soon.
 */
static uint64_t backoff(struct conn_entry *entry, enum retry retry)
{
	const struct engine_conf *conf = &entry->engine->conf;
	uint64_t most = entry->refused ? REFUSED_SLOWER * (uint64_t)conf->retry_most : conf->retry_most;
	uint64_t span = entry->refused ? REFUSED_SLOWER * (uint64_t)conf->retry_first : conf->retry_first;

	if (retry == RETRY_SOON)
		span = conf->retry_first / 4;
	for (unsigned i = 1; retry == RETRY_FAILED && i < entry->tries && span < most; i++)
		span *= 2;
	if (span > most)
		span = most;
	return span - engine_random64(entry->engine) % (span - span / 8 + 1);
}

void entry_retry(struct conn_entry *entry, enum retry retry)
{
	struct engine *e = entry->engine;

	if (e->ending || !wants_any(entry) || (timer_armed(&entry->timer) && retry != RETRY_NOW))
		return;
	(void)timer_set(&e->timers, &entry->timer, e->now.boot + (retry == RETRY_NOW ? 0 : backoff(entry, retry)));
}

/* keyingtries was written: what could not be set up so often is given up, until it is wanted anew. */
static bool gives_up(const struct conn_entry *entry, const struct reason *why)
{
	const struct connection *c = entry->conn;

	return c->keyingtries_given && c->keyingtries > 0 && (entry->tries >= c->keyingtries || (why && why->kind == REASON_NO_ANSWER));
}

static bool is_refusal(const struct reason *why)
{
	return why && why->notify == IKEV2_NOTIFY_AUTHENTICATION_FAILED;
}

static void has_failed(struct conn_entry *entry, const struct reason *why)
{
	struct story_note note = { .entry = entry, .kind = STORY_STEP, .words = "given up after so many tries (keyingtries)" };

	if (!timer_armed(&entry->timer)) { /* the first that one try tells */
		entry->tries++;
		entry->refused = is_refusal(why);
	}
	if (!gives_up(entry, why) || !wants_any(entry)) {
		entry_retry(entry, RETRY_FAILED);
		return;
	}
	story_add(entry->engine, &note);
	entry->tries = 0;
	entry_want(entry, NULL, WANT_NONE);
}

bool entry_is_up(const struct conn_entry *entry, const char *child)
{
	LIST_EACH(at, &entry->sas) {
		const struct sa *sa = LIST_ITEM(at, const struct sa, of_entry);

		if (sa->phase == PHASE_UP && (!child || child_by_name(sa, child)))
			return true;
	}
	return false;
}

void entry_expire(struct conn_entry *entry)
{
	struct engine *e = entry->engine;
	struct reason why = { 0 };
	bool failed = false;

	if (e->ending)
		return;
	lost_bring(entry);
	for (size_t i = 0; i < entry->conn->child_count; i++) {
		const struct child_conf *child = &entry->conn->children[i];

		if (entry->wants[i] != WANT_NONE && !entry_is_up(entry, child->name))
			failed = !entry_bring(entry, child, 0, &why) || failed;
	}
	if (entry->want_ike && !entry_is_up(entry, NULL))
		failed = !entry_bring(entry, NULL, 0, &why) || failed;
	if (failed)
		has_failed(entry, &why);
}

/* --- bringing up --- */

struct sa *entry_sa(const struct conn_entry *entry)
{
	struct sa *found = NULL;

	LIST_EACH(at, &entry->sas) {
		struct sa *sa = LIST_ITEM(at, struct sa, of_entry);
		bool making = sa->initiator && (sa->phase == PHASE_NEW || sa->phase == PHASE_KEYED);

		if (sa->dead || sa->close_after || (!making && sa->phase != PHASE_UP) || !connection_same_ike(sa->conn, entry->conn))
			continue;
		if (!found || sa->phase == PHASE_UP)
			found = sa;
	}
	return found;
}

static struct path first_path(const struct conn_entry *entry)
{
	const struct connection *c = entry->conn;
	struct path p = { 0 };

	p.local.port = entry->engine->conf.port;
	p.remote.port = c->remote_port ? c->remote_port : IKE_PORT;
	if (p.remote.port != IKE_PORT || (c->local_port && c->local_port == entry->engine->conf.port_nat_t)) {
		p.local.port = entry->engine->conf.port_nat_t;
		p.encap = PATH_UDP_NATT;
	}
	return p;
}

struct sa *entry_new_sa(struct conn_entry *entry, uint64_t command)
{
	struct path path = first_path(entry);
	struct sa *sa = sa_new(entry->engine, entry->engine->conf.v2, true, &path);

	if (!sa)
		return NULL;
	sa_set_connection(sa, entry->conn);
	sa->nat_fake = entry->conn->encap || entry->forced_encap;
	sa->command = command;
	if (!job_add(sa, JOB_INIT)) {
		sa->dead = true; /* nobody has heard of it yet */
		return NULL;
	}
	return sa;
}

bool entry_bring(struct conn_entry *entry, const struct child_conf *child, uint64_t command, struct reason *why)
{
	return entry_bring_ts(entry, child, NULL, command, why);
}

bool entry_bring_ts(struct conn_entry *entry, const struct child_conf *child, const struct pair_ts *ts, uint64_t command, struct reason *why)
{
	struct sa *sa = entry_sa(entry);

	if (entry->engine->ending)
		return refuse_text(why, REASON_CANCELLED, 0, "adit is shutting down");
	if (!sa)
		sa = entry_new_sa(entry, command);
	if (!sa)
		return refuse_text(why, REASON_MEMORY, 0, "an IKE SA");
	if (!child || job_add_child_ts(sa, entry->conn, child, ts, command))
		return true;
	(void)refuse_text(why, REASON_LIMIT, 0, "too many tasks wait on this IKE SA, or memory is out");
	if (sa->phase == PHASE_NEW && !sa->ours)
		sa_end(sa, why, false); /* nobody has heard of it yet */
	return false;
}

bool entry_again(struct sa *sa)
{
	struct engine *e = sa->engine;
	struct conn_entry *entry = sa->conn ? entry_find(e, sa->conn->name) : NULL;
	uint32_t tries = entry ? entry->conn->keyingtries : 1;
	struct sa *next;

	if (!entry || e->ending || !sa->initiator || sa->close_after || (sa->phase != PHASE_NEW && sa->phase != PHASE_KEYED) ||
	    (tries != 0 && sa->sequence + 1 >= tries))
		return false;
	next = entry_new_sa(entry, sa->command);
	if (!next)
		return false;
	next->sequence = sa->sequence + 1;
	next->replaces = sa->replaces;
	sa->replaces = 0;
	jobs_move(sa, next);
	sa->again = true;
	return true;
}

void entry_result(struct engine *e, const char *conn, const char *child, bool ok, const struct reason *why)
{
	struct conn_entry *entry = entry_find(e, conn);

	if (entry && ok)
		for (size_t i = 0; child && i < entry->conn->child_count; i++)
			if (strcmp(entry->conn->children[i].name, child) == 0 && entry->wants[i] == WANT_ONCE)
				entry->wants[i] = WANT_NONE;
	if (entry)
		trap_result(entry, child, ok);
	if (entry && !ok && child && entry_is_up(entry, child))
		return; /* a further part of what is up was refused: nobody waits for it */
	if (entry && ok)
		entry->refused = false;
	if (entry && !ok && (!why || why->kind != REASON_CANCELLED))
		has_failed(entry, why);
	command_result(e, conn, child, ok, why);
}

/* --- load, replace, unload --- */

static bool refuse_at(struct reason *why, struct conf_at at, const char *what)
{
	(void)refuse_text(why, REASON_UNSUPPORTED, 0, what);
	why->where = at;
	return false;
}

/* What the configuration can say and this engine cannot do (yet). */
static bool can_do(const struct engine *e, const struct connection *c, struct reason *why)
{
	const struct auth_round *rounds[] = { c->local, c->remote };

	if (c->version == 1 && !e->conf.v1)
		return refuse_at(why, c->version_at, "IKEv1");
	if (connection_is_shunts(c))
		return true; /* nobody to speak with */
	if (c->local_rounds != 1 || c->remote_rounds != 1)
		return refuse_at(why, c->at, "other than one authentication round a side");
	for (size_t i = 0; i < COUNT_OF(rounds); i++)
		if (rounds[i]->auth == AUTH_EAP || rounds[i]->auth == AUTH_XAUTH)
			return refuse_at(why, rounds[i]->auth_at, "EAP and XAuth");
	return true;
}

static bool has_start(const struct child_conf *c)
{
	return (c->start_action & ACTION_START) != 0 && !child_conf_is_shunt(c);
}

/* The first in use whose unique id is above `after`; NULL. */
static struct child *next_named(const struct sa *sa, const char *name, uint32_t after)
{
	struct child *found = NULL;

	LIST_EACH(at, &sa->children) {
		struct child *c = LIST_ITEM(at, struct child, link);

		if (c->id > after && child_in_use(c) && strcmp(c->conf->name, name) == 0 && (!found || c->id < found->id))
			found = c;
	}
	return found;
}

static bool has_only(const struct sa *sa, const char *name)
{
	LIST_EACH(at, &sa->children)
		if (strcmp(LIST_ITEM(at, const struct child, link)->conf->name, name) != 0)
			return false;
	return true;
}

/* Child SAs of `name` on all SAs of this connection. A rekeying that is not decided is decided by it: another SA enters the list. */
static void close_children(struct conn_entry *entry, const char *name, const struct reason *why)
{
	LIST_EACH_SAFE(at, &entry->sas) {
		struct sa *sa = LIST_ITEM(at, struct sa, of_entry);
		struct child *c = sa->phase == PHASE_UP ? next_named(sa, name, 0) : NULL;

		if (c && has_only(sa, name)) {
			sa_close(sa, why, 0);
			continue;
		}
		while (c) {
			uint32_t id = c->id; /* it may end at once */

			child_close(c, why, false, 0);
			c = next_named(sa, name, id);
		}
	}
}

/* Undoes the start actions of children that `next` no longer has as they are. NULL: of all. */
static void undo(struct conn_entry *entry, const struct connection *next)
{
	struct reason why = { .kind = REASON_CANCELLED };

	for (size_t i = 0; i < entry->conn->child_count; i++) {
		const struct child_conf *old = &entry->conn->children[i], *fresh = next ? connection_child(next, old->name) : NULL;

		if (has_start(old) && !(fresh && child_conf_same(old, fresh)))
			close_children(entry, old->name, &why);
	}
}

static uint8_t *fresh_wants(const struct conn_entry *old, const struct connection *conn)
{
	uint8_t *wants = calloc(conn->child_count ? conn->child_count : 1, 1);

	for (size_t i = 0; wants && i < conn->child_count; i++) {
		const struct child_conf *c = &conn->children[i];

		wants[i] = has_start(c) ? WANT_ALWAYS : WANT_NONE;
		for (size_t k = 0; old && k < old->conn->child_count; k++)
			if (strcmp(old->conn->children[k].name, c->name) == 0 && child_conf_same(&old->conn->children[k], c))
				wants[i] = old->wants[k];
	}
	return wants;
}

static bool replace(struct conn_entry *entry, const struct connection *conn, struct reason *why)
{
	bool same = connection_same_ike(entry->conn, conn);
	uint8_t *wants = fresh_wants(same ? entry : NULL, conn);

	if (!wants)
		return refuse_text(why, REASON_MEMORY, 0, "a connection");
	undo(entry, same ? conn : NULL);
	traps_undo(entry, conn);
	free(entry->wants);
	entry->wants = wants;
	connection_unref(entry->conn);
	entry->conn = connection_ref(conn);
	entry->forced_encap = false;
	return true;
}

/* SAs of a connection of this name that was unloaded belong to it again. */
static void adopt(struct conn_entry *entry)
{
	LIST_EACH(at, &entry->engine->sas) {
		struct sa *sa = LIST_ITEM(at, struct sa, link);

		if (!sa->of_entry.next && sa->conn && strcmp(sa->conn->name, entry->conn->name) == 0)
			list_append(&entry->sas, &sa->of_entry);
	}
}

static bool add(struct engine *e, const struct connection *conn, struct reason *why)
{
	struct conn_entry *entry = calloc(1, sizeof(*entry));

	if (entry)
		entry->wants = fresh_wants(NULL, conn);
	if (!entry || !entry->wants || !map_put(&e->entries_by_name, name_key(e, conn->name), entry)) {
		if (entry)
			free(entry->wants);
		free(entry);
		return refuse_text(why, REASON_MEMORY, 0, "a connection");
	}
	entry->engine = e;
	entry->conn = connection_ref(conn);
	entry->timer.what = TIMER_ENTRY;
	list_init(&entry->sas);
	list_init(&entry->traps);
	list_init(&entry->lost);
	adopt(entry);
	list_append(&e->entries, &entry->link);
	return true;
}

bool entry_load(struct engine *e, const struct connection *conn, struct reason *why)
{
	struct conn_entry *entry = entry_find(e, conn->name);

	if (!can_do(e, conn, why))
		return false;
	if (entry ? !replace(entry, conn, why) : !add(e, conn, why))
		return false;
	entry = entry_find(e, conn->name);
	resolve(entry);
	traps_start(entry);
	if (conn->mobike)
		roam_watch(e);
	entry->tries = 0;
	entry_retry(entry, RETRY_NOW);
	return true;
}

void entry_free(struct conn_entry *entry)
{
	struct engine *e = entry->engine;

	if (entry->asking)
		ask_cancel(e, entry->asking);
	traps_undo(entry, NULL);
	lost_forget(entry, NULL);
	timer_stop(&e->timers, &entry->timer);
	story_forget_entry(entry);
	LIST_EACH_SAFE(at, &entry->sas)
		list_remove(at);
	(void)map_remove(&e->entries_by_name, name_key(e, entry->conn->name));
	list_remove(&entry->link);
	connection_unref(entry->conn);
	free(entry->wants);
	free(entry->resolved);
	free(entry);
}

bool entry_unload(struct engine *e, const char *name, struct reason *why)
{
	struct conn_entry *entry = entry_find(e, name);

	if (!entry)
		return refuse(why, REASON_NOT_FOUND, 0, value_text(name), value_none(), conf_nowhere());
	entry_want(entry, NULL, WANT_NONE);
	undo(entry, NULL);
	entry_free(entry);
	return true;
}
