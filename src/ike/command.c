/* SPDX-License-Identifier: ISC */
/* Commands: what they start, and when they are done. Every one ends in one EVENT_DONE, whose memory is kept ready. */
#include "ike/trap.h"
#include "ike/reauth.h"
#include "ike/exchange.h"

#include <stdlib.h>

#define COMMANDS_MAX 1024u

struct target {
	uint32_t ike_id, child_id; /* child_id 0: the IKE SA; both 0: gone */
};

struct run {
	struct list link;      /* engine->commands */
	struct engine *engine;
	struct timer timer;    /* TIMER_COMMAND */
	uint64_t token;
	enum command_kind kind;
	struct queued *done;
	char *conn;            /* INITIATE: the connection's name; owned */
	char **children;       /* INITIATE: awaited; NULL entries are there; owned */
	size_t child_count;
	bool keep, force, failed;
	struct target *targets; /* TERMINATE; owned */
	size_t target_count, target_cap;
	size_t left;           /* what is still awaited */
	unsigned matches, ended;
	struct reason *why;    /* of the first failure; owned */
};

static void run_free(struct run *r)
{
	timer_stop(&r->engine->timers, &r->timer);
	if (r->link.next) {
		list_remove(&r->link);
		r->engine->command_count--;
	}
	for (size_t i = 0; i < r->child_count; i++)
		free(r->children[i]);
	free(r->children);
	free(r->conn);
	free(r->targets);
	free(r->why);
	queued_free(r->done);
	free(r);
}

static void finish(struct run *r, bool ok, const struct reason *why)
{
	struct event *ev = &r->done->event;

	ev->token = r->token;
	ev->ok = ok;
	ev->matches = r->matches;
	ev->ended = r->ended;
	if (!ok && why)
		(void)reason_copy(&r->done->arena, &ev->why, why);
	event_post(r->engine, r->done);
	r->done = NULL;
	run_free(r);
}

static void remember(struct run *r, const struct reason *why)
{
	r->failed = true;
	if (!r->why && why)
		r->why = reason_keep(why);
}

/* --- initiate --- */

static bool await_child(struct run *r, const char *name)
{
	char **more = realloc(r->children, (r->child_count + 1) * sizeof(*more));

	if (!more)
		return false;
	r->children = more;
	more[r->child_count] = strdup(name ? name : "");
	if (!more[r->child_count])
		return false;
	r->child_count++;
	r->left++;
	return true;
}

static void no_longer_awaited(struct run *r, size_t i, bool ok, const struct reason *why)
{
	free(r->children[i]);
	r->children[i] = NULL;
	r->left--;
	if (!ok)
		remember(r, why);
}

/* One awaited child (or "": the IKE SA alone) has come to its end. */
static void child_done(struct run *r, const char *name, bool ok, const struct reason *why)
{
	for (size_t i = 0; i < r->child_count; i++)
		if (r->children[i] && strcmp(r->children[i], name) == 0)
			no_longer_awaited(r, i, ok, why);
}

static void result(struct engine *e, enum command_kind kind, const char *conn, const char *child, bool ok, const struct reason *why)
{
	LIST_EACH_SAFE(at, &e->commands) {
		struct run *r = LIST_ITEM(at, struct run, link);

		if (r->kind != kind || !r->conn || strcmp(r->conn, conn) != 0 || (!ok && r->keep))
			continue;
		child_done(r, child ? child : "", ok, why);
		if (r->left == 0)
			finish(r, !r->failed, r->why);
	}
}

void command_result(struct engine *e, const char *conn, const char *child, bool ok, const struct reason *why)
{
	result(e, COMMAND_INITIATE, conn, child, ok, why);
}

/* To initiate a shunt is to install it. */
void command_installed(struct engine *e, const char *conn, const struct child_conf *child, bool ok, const struct reason *why)
{
	result(e, COMMAND_INSTALL, conn, child->name, ok, why);
	if (child_conf_is_shunt(child))
		result(e, COMMAND_INITIATE, conn, child->name, ok, why);
}

/* An initiate that keeps trying outlives every failure, but not its wish. */
void command_unwanted(struct engine *e, const char *conn, const char *child)
{
	struct reason why = { .kind = REASON_CANCELLED };

	LIST_EACH_SAFE(at, &e->commands) {
		struct run *r = LIST_ITEM(at, struct run, link);

		if (r->kind != COMMAND_INITIATE || !r->keep || !r->conn || strcmp(r->conn, conn) != 0)
			continue;
		for (size_t i = 0; i < r->child_count; i++)
			if (r->children[i] && (!child || strcmp(r->children[i], child) == 0))
				no_longer_awaited(r, i, false, &why);
		if (r->left == 0)
			finish(r, !r->failed, r->why);
	}
}

/* Awaited first: it may come to its end at once. */
static bool install(struct run *r, struct conn_entry *entry, const struct child_conf *child, struct reason *why)
{
	if (trap_stands(entry, child->name))
		return true;
	if (!await_child(r, child->name))
		return refuse_text(why, REASON_MEMORY, 0, "a command");
	return trap_install(entry, child, why);
}

static bool bring(struct run *r, struct conn_entry *entry, const struct child_conf *child, struct reason *why)
{
	if (child && child_conf_is_shunt(child))
		return install(r, entry, child, why);
	if (r->keep && child)
		entry_want(entry, child->name, WANT_ALWAYS);
	else if (r->keep)
		entry->want_ike = true;
	if (entry_is_up(entry, child ? child->name : NULL))
		return true;
	if (!await_child(r, child ? child->name : NULL))
		return refuse_text(why, REASON_MEMORY, 0, "a command");
	return entry_bring(entry, child, r->token, why);
}

static bool not_found(struct reason *why, const char *what)
{
	return refuse(why, REASON_NOT_FOUND, 0, value_text(what ? what : ""), value_none(), conf_nowhere());
}

static bool initiate(struct run *r, const struct command *c, struct reason *why)
{
	struct engine *e = r->engine;
	struct conn_entry *entry = c->name ? entry_find(e, c->name) : c->child ? entry_of_child(e, c->child) : NULL;
	const struct child_conf *child = entry && c->child ? connection_child(entry->conn, c->child) : NULL;

	if (!entry || (c->child && !child))
		return not_found(why, entry || !c->name ? c->child : c->name);
	r->conn = strdup(entry->conn->name);
	if (!r->conn)
		return refuse_text(why, REASON_MEMORY, 0, "a command");
	if (child || entry->conn->child_count == 0 || c->ike_only)
		return bring(r, entry, child, why);
	for (size_t i = 0; i < entry->conn->child_count; i++)
		if (!bring(r, entry, &entry->conn->children[i], why))
			return false;
	return true;
}

/* --- install, uninstall --- */

static bool install_named(struct run *r, const struct command *c, struct reason *why)
{
	struct engine *e = r->engine;
	struct conn_entry *entry = !c->child ? NULL : c->name ? entry_find(e, c->name) : entry_of_child(e, c->child);
	const struct child_conf *child = entry ? connection_child(entry->conn, c->child) : NULL;

	if (!child)
		return not_found(why, c->child ? c->child : c->name);
	r->conn = strdup(entry->conn->name);
	if (!r->conn)
		return refuse_text(why, REASON_MEMORY, 0, "a command");
	return install(r, entry, child, why);
}

/* Without the connection's name: the first policy of that child's name. */
static bool uninstall_named(struct engine *e, const struct command *c, struct reason *why)
{
	LIST_EACH(at, &e->entries) {
		struct conn_entry *entry = LIST_ITEM(at, struct conn_entry, link);

		if (c->child && (!c->name || strcmp(entry->conn->name, c->name) == 0) && trap_remove(entry, c->child))
			return true;
	}
	return not_found(why, c->child ? c->child : c->name);
}

/* --- terminate --- */

static bool add_target(struct run *r, uint32_t ike_id, uint32_t child_id)
{
	if (r->target_count == r->target_cap) {
		size_t cap = r->target_cap ? r->target_cap * 2 : 8;
		struct target *more = realloc(r->targets, cap * sizeof(*more));

		if (!more)
			return false;
		r->targets = more;
		r->target_cap = cap;
	}
	r->targets[r->target_count++] = (struct target){ ike_id, child_id };
	r->matches++;
	r->left++;
	return true;
}

static bool sa_matches(const struct sa *sa, const struct command *c)
{
	if (sa->dead || sa->phase == PHASE_GONE || sa->rekeyed || sa->spare)
		return false;
	if (c->ike_id && sa->id != c->ike_id)
		return false;
	return !c->name || (sa->conn && strcmp(sa->conn->name, c->name) == 0);
}

static bool child_matches(const struct child *ch, const struct command *c)
{
	return (!c->child_id || ch->id == c->child_id) && (!c->child || strcmp(ch->conf->name, c->child) == 0);
}

static bool collect(struct run *r, const struct command *c)
{
	bool children = c->child || c->child_id;

	LIST_EACH(at, &r->engine->sas) {
		struct sa *sa = LIST_ITEM(at, struct sa, link);

		if (!sa_matches(sa, c))
			continue;
		if (!children && !add_target(r, sa->id, 0))
			return false;
		if (!children)
			continue;
		LIST_EACH(k, &sa->children) {
			struct child *ch = LIST_ITEM(k, struct child, link);

			if (child_matches(ch, c) && !add_target(r, sa->id, ch->id))
				return false;
		}
	}
	return true;
}

/* A Child SA that is only under way: its job goes, and the IKE SA too when that was all it was for. */
static unsigned cancel_jobs(struct engine *e, const struct command *c)
{
	struct reason why = { .kind = REASON_CANCELLED };
	unsigned n = 0;

	LIST_EACH(at, &e->sas) {
		struct sa *sa = LIST_ITEM(at, struct sa, link);

		if (!c->child || !sa_matches(sa, c) || !job_pending(sa, c->child))
			continue;
		n++;
		if (sa->phase != PHASE_UP && sa->job_count <= 1) {
			sa_close(sa, &why, e->command);
			continue;
		}
		if (sa->ours && sa->ours->job && sa->ours->job->child && strcmp(sa->ours->job->child->name, c->child) == 0)
			sa->ours->job->cancelled = true;
		LIST_EACH_SAFE(k, &sa->jobs) {
			struct job *job = LIST_ITEM(k, struct job, link);

			if (job->kind != JOB_CHILD || strcmp(job->child->name, c->child) != 0)
				continue;
			list_remove(&job->link);
			sa->job_count--;
			entry_result(e, job->conn->name, c->child, false, &why);
			job_free(job);
		}
	}
	return n;
}

/* `down` ends the wish as well. Gives whether there was one. */
static bool unwant(struct engine *e, const struct command *c)
{
	bool any = false;

	if (c->ike_id || c->child_id)
		return false;
	LIST_EACH(at, &e->entries) {
		struct conn_entry *entry = LIST_ITEM(at, struct conn_entry, link);

		if ((c->name && strcmp(entry->conn->name, c->name) != 0) || (!c->name && !c->child))
			continue;
		for (size_t i = 0; i < entry->conn->child_count; i++)
			if (entry->wants[i] != WANT_NONE && (!c->child || strcmp(entry->conn->children[i].name, c->child) == 0))
				any = true;
		any = any || (entry->want_ike && !c->child);
		entry_want(entry, c->child, WANT_NONE);
	}
	return any;
}

/* By id, the wish of the SA's own connection ends with it. */
static void unwant_target(struct sa *sa, const struct child *child)
{
	struct conn_entry *entry = sa->conn ? entry_find(sa->engine, sa->conn->name) : NULL;

	if (!entry)
		return;
	if (child)
		entry_want(entry, child->conf->name, WANT_NONE);
	else
		LIST_EACH(at, &sa->children)
			entry_want(entry, LIST_ITEM(at, struct child, link)->conf->name, WANT_NONE);
}

static void end_target(struct run *r, struct target t)
{
	struct engine *e = r->engine;
	struct reason why = { .kind = REASON_CANCELLED };
	struct sa *sa = map_get(&e->by_id, t.ike_id);
	struct child *child = t.child_id ? map_get(&e->children, t.child_id) : NULL;

	if (!sa || (t.child_id && !child))
		return;
	unwant_target(sa, child);
	if (child) {
		child_close(child, &why, false, r->token);
		return;
	}
	sa_close(sa, &why, r->token);
	if (r->force && !timer_armed(&r->timer)) {
		sa_settle(sa); /* the delete leaves once */
		sa_end(sa, &why, false);
	}
}

/* The targets are worked on a copy: those that end at once are taken out of the list. */
static bool terminate(struct run *r, const struct command *c, struct reason *why)
{
	bool wish = unwant(r->engine, c);
	struct target *all;
	size_t n;

	if (!c->name && !c->child && !c->ike_id && !c->child_id)
		return refuse_text(why, REASON_CONFIG, 0, "nothing to terminate was named");
	if (!collect(r, c))
		return refuse_text(why, REASON_MEMORY, 0, "a command");
	wish = cancel_jobs(r->engine, c) > 0 || wish;
	n = r->target_count;
	if (n == 0)
		return wish || not_found(why, c->child ? c->child : c->name);
	all = calloc(n, sizeof(*all));
	if (!all)
		return refuse_text(why, REASON_MEMORY, 0, "a command");
	memcpy(all, r->targets, n * sizeof(*all));
	for (size_t i = 0; i < n; i++)
		end_target(r, all[i]);
	free(all);
	return true;
}

/* --- rekey --- */

static void rekey_children(struct run *r, struct sa *sa, const struct command *c)
{
	LIST_EACH(at, &sa->children) {
		struct child *ch = LIST_ITEM(at, struct child, link);

		if (child_matches(ch, c) && child_rekey(ch, r->token))
			r->matches++;
	}
}

/* It only begins: what becomes of it shows in the news. */
static bool rekey(struct run *r, const struct command *c, struct reason *why)
{
	bool children = c->child || c->child_id;

	if (!c->name && !children && !c->ike_id)
		return refuse_text(why, REASON_CONFIG, 0, "nothing to rekey was named");
	LIST_EACH(at, &r->engine->sas) {
		struct sa *sa = LIST_ITEM(at, struct sa, link);

		if (!sa_matches(sa, c))
			continue;
		if (children)
			rekey_children(r, sa, c);
		else if (c->reauth ? sa_reauth(sa, r->token) : sa_rekey(sa, r->token))
			r->matches++;
	}
	return r->matches > 0 || not_found(why, c->child ? c->child : c->name);
}

void command_gone(struct engine *e, uint32_t ike_id, uint32_t child_id)
{
	LIST_EACH_SAFE(at, &e->commands) {
		struct run *r = LIST_ITEM(at, struct run, link);

		if (r->kind == COMMAND_SHUTDOWN && child_id == 0 && r->left > 0) {
			r->left--;
			r->ended++;
		}
		for (size_t i = 0; r->kind == COMMAND_TERMINATE && i < r->target_count; i++) {
			if (r->targets[i].ike_id != ike_id || r->targets[i].child_id != child_id)
				continue;
			r->targets[i] = (struct target){ 0 };
			r->left--;
			r->ended++;
		}
		if ((r->kind == COMMAND_TERMINATE || r->kind == COMMAND_SHUTDOWN) && r->left == 0)
			finish(r, true, NULL);
	}
}

void command_follow(struct engine *e, uint32_t old_ike, uint32_t new_ike)
{
	LIST_EACH(at, &e->commands) {
		struct run *r = LIST_ITEM(at, struct run, link);

		for (size_t i = 0; i < r->target_count; i++)
			if (r->targets[i].ike_id == old_ike)
				r->targets[i].ike_id = new_ike;
	}
}

/* --- shutdown --- */

static void shutdown_all(struct run *r)
{
	struct engine *e = r->engine;
	struct reason why = { .kind = REASON_CANCELLED };

	e->ending = true;
	LIST_EACH(at, &e->entries)
		entry_want(LIST_ITEM(at, struct conn_entry, link), NULL, WANT_NONE);
	LIST_EACH(at, &e->sas) {
		struct sa *sa = LIST_ITEM(at, struct sa, link);

		if (!sa->dead && sa->phase != PHASE_GONE && !sa->rekeyed && !sa->spare)
			r->left++;
	}
	r->matches = (unsigned)r->left - 1; /* without the one that holds it */
	LIST_EACH(at, &e->sas)
		sa_close(LIST_ITEM(at, struct sa, link), &why, r->token);
}

/* --- all --- */

static struct run *run_new(struct engine *e, uint64_t token, const struct command *c)
{
	struct run *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->engine = e;
	r->token = token;
	r->kind = c->kind;
	r->keep = c->keep_trying;
	r->force = c->force;
	r->timer.what = TIMER_COMMAND;
	r->done = queued_new(EVENT_DONE);
	if (!r->done || (c->timeout && !timer_set(&e->timers, &r->timer, e->now.boot + c->timeout))) {
		run_free(r);
		return NULL;
	}
	return r;
}

static bool begin(struct run *r, const struct command *c, struct reason *why)
{
	switch (c->kind) {
	case COMMAND_LOAD:
		return entry_load(r->engine, c->conn, why);
	case COMMAND_UNLOAD:
		return c->name ? entry_unload(r->engine, c->name, why) : not_found(why, "a connection without a name");
	case COMMAND_INITIATE:
		return initiate(r, c, why);
	case COMMAND_TERMINATE:
		return terminate(r, c, why);
	case COMMAND_SHUTDOWN:
		shutdown_all(r);
		return true;
	case COMMAND_INSTALL:
		return install_named(r, c, why);
	case COMMAND_UNINSTALL:
		return uninstall_named(r->engine, c, why);
	case COMMAND_REKEY:
		return rekey(r, c, why);
	}
	return false;
}

static void done_at_once(struct engine *e, uint64_t token, struct reason *why)
{
	struct queued *q = queued_new(EVENT_DONE);

	if (!q)
		return;
	q->event.token = token;
	(void)reason_copy(&q->arena, &q->event.why, why);
	event_post(e, q);
}

void engine_command(struct engine *e, struct now now, uint64_t token, const struct command *c)
{
	struct reason why = { 0 };
	struct run *r = NULL;
	bool ok;

	e->now = now;
	if (e->command_count < COMMANDS_MAX || c->kind == COMMAND_SHUTDOWN)
		r = run_new(e, token, c);
	if (!r) {
		(void)refuse_text(&why, REASON_LIMIT, 0, "too many commands wait, or memory is out");
		done_at_once(e, token, &why);
		return;
	}
	e->command = token;
	list_append(&e->commands, &r->link);
	e->command_count++;
	r->left++; /* holds it until all is under way: what ends at once must not finish it (and free it) */
	ok = begin(r, c, &why);
	r->left--;
	if (!ok || r->left == 0)
		finish(r, ok && !r->failed, ok ? r->why : &why);
	e->command = 0;
	engine_settle(e);
}

static void force_all(struct run *r)
{
	struct engine *e = r->engine;
	struct reason why = { .kind = REASON_CANCELLED };

	for (size_t i = 0; i < r->target_count; i++) {
		struct sa *sa = map_get(&e->by_id, r->targets[i].ike_id);

		if (sa && !r->targets[i].child_id) {
			r->left++; /* it must outlive the last one */
			sa_end(sa, &why, false);
			r->left--;
		}
	}
}

void command_expire(struct engine *e, struct timer *t)
{
	struct run *r = LIST_ITEM(t, struct run, timer);
	struct reason why = { 0 };

	(void)e;
	if (r->kind == COMMAND_TERMINATE && r->force)
		force_all(r);
	(void)refuse(&why, REASON_NO_ANSWER, 0, value_none(), value_none(), conf_nowhere());
	why.about = value_text("the command's time is over; what it has started goes on");
	finish(r, r->left == 0 || r->kind == COMMAND_SHUTDOWN, &why);
}

void commands_free(struct engine *e)
{
	while (!list_empty(&e->commands))
		run_free(LIST_ITEM(e->commands.next, struct run, link));
}
