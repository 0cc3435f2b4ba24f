/* SPDX-License-Identifier: ISC */
/* IKE SAs: birth, timers, jobs, end. */
#include "ike/alive.h"
#include "ike/entry.h"
#include "ike/fragment.h"
#include "ike/reauth.h"
#include "ike/trap.h"
#include "ike/roam.h"
#include "iana/ikev2.h"

#include <stdlib.h>

#define SA_MAX (4u * 1024u * 1024u)
#define SEAL_IDLE SECONDS(2)      /* expanded keys go after it: made anew in microseconds, they are ten times as large as the keys */
#define LINGER SECONDS(30)        /* PHASE_GONE answers retransmissions so long */
#define STEADY MINUTES(1)         /* an SA that was up so long starts the backoff anew */
#define OLD_WAIT MINUTES(3)       /* for the peer's delete of what was rekeyed: it retransmits for 165 s */
#define BUSY_MOST MINUTES(5)      /* a peer that says TEMPORARY_FAILURE for so long is out of step (2.25) */

/* --- birth --- */

uint64_t sa_fresh_spi(struct engine *e)
{
	uint8_t raw[8];

	for (unsigned i = 0; i < 16; i++) {
		if (!engine_random(e, raw, sizeof(raw)))
			return 0;
		if (get_u64(raw) != 0 && !map_get(&e->by_spi, get_u64(raw)))
			return get_u64(raw);
	}
	return 0;
}

static bool enter(struct engine *e, struct sa *sa, uint64_t spi)
{
	if (spi == 0)
		spi = sa_fresh_spi(e);
	if (!spi || map_get(&e->by_spi, spi) || !map_put(&e->by_spi, spi, sa))
		return false;
	do {
		if (++e->last_ike_id == 0)
			e->last_ike_id = 1;
	} while (map_get(&e->by_id, e->last_ike_id));
	sa->id = e->last_ike_id;
	if (!map_put(&e->by_id, sa->id, sa) || !timer_set(&e->timers, &sa->timer, NEVER)) {
		(void)map_remove(&e->by_id, sa->id);
		(void)map_remove(&e->by_spi, spi);
		return false;
	}
	if (sa->initiator)
		sa->spi_i = spi;
	else
		sa->spi_r = spi;
	list_append(&e->sas, &sa->link);
	e->sa_count++;
	return true;
}

struct sa *sa_new(struct engine *e, const struct step_table *table, bool initiator, const struct path *path)
{
	return sa_new_at(e, table, initiator, path, 0);
}

struct sa *sa_new_at(struct engine *e, const struct step_table *table, bool initiator, const struct path *path, uint64_t spi)
{
	struct sa *sa = e->sa_count < SA_MAX ? calloc(1, sizeof(*sa)) : NULL;

	if (!sa) {
		engine_count(e, COUNTER_MEMORY);
		return NULL;
	}
	sa->engine = e;
	sa->table = table;
	sa->initiator = initiator;
	sa->phase = PHASE_NEW;
	sa->path = *path;
	sa->created = sa->last_in = sa->last_out = e->now.boot;
	sa->life_at = sa->rekey_at = sa->reauth_at = NEVER;
	sa->timer.what = TIMER_SA;
	list_init(&sa->asks);
	list_init(&sa->jobs);
	list_init(&sa->children);
	if (!enter(e, sa, spi)) {
		engine_count(e, COUNTER_MEMORY);
		free(sa);
		return NULL;
	}
	sa_touch(sa);
	return sa;
}

void sa_set_connection(struct sa *sa, const struct connection *conn)
{
	struct connection *ref = conn ? connection_ref(conn) : NULL;
	struct conn_entry *entry = ref ? entry_find(sa->engine, ref->name) : NULL;

	if (sa->conn && ref && strcmp(sa->conn->name, ref->name) != 0)
		story_move_sa(sa, entry_find(sa->engine, sa->conn->name), entry);
	connection_unref(sa->conn);
	sa->conn = ref;
	list_remove(&sa->of_entry);
	if (entry)
		list_append(&entry->sas, &sa->of_entry);
}

const char *sa_name(const struct sa *sa)
{
	return sa->conn ? sa->conn->name : NULL;
}

static bool set_id(struct identity *to, const struct identity *from)
{
	uint8_t *data = NULL;

	if (from->data.len > 0) {
		data = malloc(from->data.len);
		if (!data)
			return false;
		memcpy(data, from->data.at, from->data.len);
	}
	free((void *)(uintptr_t)to->data.at);
	*to = (struct identity){ .type = from->type, .data = bytes(data, from->data.len) };
	return true;
}

bool sa_set_ids(struct sa *sa, const struct identity *local, const struct identity *remote)
{
	return set_id(&sa->local_id, local) && set_id(&sa->remote_id, remote);
}

void sa_touch(struct sa *sa)
{
	if (!sa->busy.next)
		list_append(&sa->engine->busy, &sa->busy);
}

/* --- jobs --- */

struct job *job_add(struct sa *sa, enum job_kind kind)
{
	struct job *job = sa->job_count < JOBS_MAX ? calloc(1, sizeof(*job)) : NULL;

	if (!job) {
		engine_count(sa->engine, COUNTER_MEMORY);
		return NULL;
	}
	job->kind = kind;
	job->command = sa->engine->command;
	list_append(&sa->jobs, &job->link);
	sa->job_count++;
	sa_touch(sa);
	return job;
}

void job_free(struct job *job)
{
	if (!job)
		return;
	connection_unref(job->conn);
	free(job->ts);
	free(job);
}

static struct job *job_out(struct sa *sa, struct list *at)
{
	list_remove(at);
	sa->job_count--;
	return LIST_ITEM(at, struct job, link);
}

struct job *job_take(struct sa *sa, enum job_kind kind)
{
	LIST_EACH(at, &sa->jobs)
		if (LIST_ITEM(at, struct job, link)->kind == kind)
			return job_out(sa, at);
	return NULL;
}

static bool is_for(const struct job *job, const char *child)
{
	return job && job->kind == JOB_CHILD && strcmp(job->child->name, child) == 0;
}

/* What is under way, a rekeying included. */
static bool makes(const struct job *job, const char *child)
{
	return is_for(job, child) || (job && job->kind == JOB_CHILD_REKEY && strcmp(job->child->name, child) == 0);
}

bool job_pending(const struct sa *sa, const char *child)
{
	if (sa->ours && (makes(sa->ours->job, child) || is_for(sa->ours->child_job, child)))
		return true;
	LIST_EACH(at, &sa->jobs)
		if (is_for(LIST_ITEM(at, struct job, link), child))
			return true;
	return false;
}

/* A request for all that is configured asks for each pair, too. */
static bool asks_for(const struct job *job, const char *child, const struct pair_ts *ts)
{
	if (!is_for(job, child))
		return false;
	return !ts || !job->ts || !job->ts->alone ||
	       (selector_equal(&ts->local, &job->ts->local) && selector_equal(&ts->remote, &job->ts->remote));
}

static bool pending_ts(const struct sa *sa, const char *child, const struct pair_ts *ts)
{
	if (sa->ours && (asks_for(sa->ours->job, child, ts) || asks_for(sa->ours->child_job, child, ts)))
		return true;
	LIST_EACH(at, &sa->jobs)
		if (asks_for(LIST_ITEM(at, struct job, link), child, ts))
			return true;
	return false;
}

bool job_add_child_ts(struct sa *sa, const struct connection *conn, const struct child_conf *child, const struct pair_ts *ts,
                      uint64_t command)
{
	struct pair_ts *copy = NULL;
	struct job *job;

	if (pending_ts(sa, child->name, ts))
		return true;
	if (ts) {
		copy = malloc(sizeof(*copy));
		if (!copy)
			return false;
		*copy = *ts;
	}
	job = job_add(sa, JOB_CHILD);
	if (!job) {
		free(copy);
		return false;
	}
	job->conn = connection_ref(conn);
	job->child = child;
	job->ts = copy;
	job->command = command;
	return true;
}

bool job_add_child(struct sa *sa, const struct connection *conn, const struct child_conf *child, uint64_t command)
{
	return job_add_child_ts(sa, conn, child, NULL, command);
}

static void job_move(struct job *job, struct sa *to)
{
	list_append(&to->jobs, &job->link);
	to->job_count++;
	sa_touch(to);
}

void jobs_move(struct sa *from, struct sa *to)
{
	struct exchange *x = from->ours;

	if (x && x->child_job)
		job_move(x->child_job, to);
	if (x)
		x->child_job = NULL;
	LIST_EACH_SAFE(at, &from->jobs)
		if (LIST_ITEM(at, struct job, link)->kind == JOB_CHILD)
			job_move(job_out(from, at), to);
}

void jobs_hand_over(struct sa *from, struct sa *to)
{
	LIST_EACH_SAFE(at, &from->jobs) {
		struct job *job = LIST_ITEM(at, struct job, link);

		if (job->kind != JOB_CHILD)
			continue;
		(void)job_out(from, at);
		if (!child_by_name(to, job->child->name) && !job_pending(to, job->child->name)) {
			job_move(job, to);
			continue;
		}
		if (child_by_name(to, job->child->name))
			entry_result(from->engine, job->conn->name, job->child->name, true, NULL);
		job_free(job);
	}
}

static bool job_fits(enum job_kind kind, enum phase phase)
{
	switch (kind) {
	case JOB_INIT:
		return phase == PHASE_NEW;
	case JOB_AUTH:
		return phase == PHASE_KEYED;
	case JOB_CHILD:
	case JOB_CHILD_DELETE:
	case JOB_LIVENESS:
	case JOB_CHILD_REKEY:
	case JOB_IKE_REKEY:
	case JOB_ADDRESSES:
		return phase == PHASE_UP;
	case JOB_IKE_DELETE:
	case JOB_REFUSE:
		return phase == PHASE_CLOSING;
	case JOB_KINDS:
		break;
	}
	return false;
}

static struct job *next_job(struct sa *sa)
{
	/* the peer rekeys it right now: what waits goes on with the successor (1.3.2) */
	if (sa->theirs && sa->theirs->kind == JOB_IKE_REKEY && sa->phase == PHASE_UP)
		return NULL;
	LIST_EACH(at, &sa->jobs) {
		const struct job *job = LIST_ITEM(at, const struct job, link);

		if (job_fits(job->kind, sa->phase) && job->not_before <= sa->engine->now.boot)
			return job_out(sa, at);
	}
	return NULL;
}

static uint64_t jobs_at(const struct sa *sa)
{
	uint64_t at = NEVER;

	LIST_EACH(pos, &sa->jobs) {
		const struct job *job = LIST_ITEM(pos, const struct job, link);

		if (job->not_before > sa->engine->now.boot && job->not_before < at)
			at = job->not_before;
	}
	return at;
}

/* --- timers --- */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* As long as an initiator may go on sending again, but short when there are many: a flood must not fill the table for long. */
static uint64_t half_open_at(const struct sa *sa)
{
	const struct engine *e = sa->engine;

	if (sa->initiator || (sa->phase != PHASE_NEW && sa->phase != PHASE_KEYED))
		return NEVER;
	return sa->created + (e->half.count < e->conf.cookie_threshold ? e->conf.half_open_timeout : e->conf.half_open_busy);
}

/* The peer is to delete it. */
static bool old_wait(const struct sa *sa)
{
	return sa->phase == PHASE_CLOSING && sa->rekeyed && sa->gone_at > 0;
}

static uint64_t nearest(const struct sa *sa)
{
	uint64_t at = half_open_at(sa);

	if (sa->phase == PHASE_GONE)
		return sa->gone_at + LINGER;
	if (sa->phase == PHASE_UP)
		at = least(at, least(least(least(alive_at(sa), roam_keepalive_at(sa)), least(sa->life_at, roam_at(sa))),
		                     least(least(sa->rekey_at, sa->reauth_at), reauth_look_at(sa))));
	at = least(at, jobs_at(sa));
	if (old_wait(sa))
		at = least(at, sa->gone_at + OLD_WAIT);
	at = least(at, fragments_deadline(sa));
	if (sa->cache)
		at = least(at, sa->cached_at + sa->engine->conf.response_cache);
	if (sa->gen.in || sa->gen.out)
		at = least(at, sa->sealed_at + SEAL_IDLE);
	return at;
}

void sa_settle(struct sa *sa)
{
	struct job *job;

	if (!sa->dead && sa->close_after && sa->phase == PHASE_UP && !sa->ours)
		sa_close(sa, sa->last_reason, 0);
	if (sa->dead)
		return;
	roam_job(sa);
	reauth_settle(sa);
	while (!sa->ours && !sa->dead && sa->phase != PHASE_GONE && (job = next_job(sa)))
		exchange_start(sa, job);
	if (!sa->dead)
		(void)timer_set(&sa->engine->timers, &sa->timer, nearest(sa)); /* armed before: cannot fail */
}

void sa_renew(struct sa *sa, const struct reason *why)
{
	struct engine *e = sa->engine;
	struct conn_entry *entry = sa->conn ? entry_find(e, sa->conn->name) : NULL;

	if (entry && !e->ending) {
		LIST_EACH(at, &sa->children)
			entry_want(entry, LIST_ITEM(at, struct child, link)->conf->name, WANT_ONCE);
		entry_retry(entry, RETRY_NOW);
	}
	sa_close(sa, why, 0);
}

/* Who set it up sets it up anew. */
static void give_up(struct sa *sa, const struct reason *why)
{
	if (sa->renew)
		sa_renew(sa, why);
	else
		sa_close(sa, why, 0);
}

static void life_over(struct sa *sa)
{
	struct reason why = { 0 };

	(void)refuse(&why, sa->outlived ? REASON_REPLACED : REASON_LIFETIME, 0, value_none(), value_none(),
	             sa->conn ? sa->conn->at : conf_nowhere());
	give_up(sa, &why);
}

bool sa_busy(struct sa *sa, const struct reason *why)
{
	uint64_t now = sa->engine->now.boot;

	if (sa->busy_since == 0)
		sa->busy_since = now;
	if (sa->phase != PHASE_UP || now - sa->busy_since < BUSY_MOST)
		return false;
	give_up(sa, why);
	return true;
}

static void expire_up(struct sa *sa, uint64_t now)
{
	if (sa->life_at <= now) {
		sa->life_at = NEVER;
		life_over(sa);
		return;
	}
	reauth_expire(sa);
	if (sa->phase != PHASE_UP)
		return;
	roam_expire(sa);
	if (sa->rekey_at <= now)
		(void)sa_rekey(sa, 0);
	if (alive_at(sa) <= now)
		alive_ask(sa);
	roam_keepalive(sa, false);
}

void sa_expire(struct sa *sa)
{
	uint64_t now = sa->engine->now.boot;
	struct reason why = { 0 };

	(void)timer_set(&sa->engine->timers, &sa->timer, NEVER);
	sa_touch(sa);
	if (sa->phase == PHASE_GONE && sa->gone_at + LINGER <= now) {
		sa_end(sa, NULL, false);
		return;
	}
	if (half_open_at(sa) <= now) {
		(void)refuse(&why, REASON_HALF_OPEN, 0, value_of(VALUE_DURATION, now - sa->created, bytes_none()), value_none(),
		             conf_nowhere());
		sa_end(sa, &why, false);
		return;
	}
	if (sa->cache && sa->cached_at + sa->engine->conf.response_cache <= now)
		window_drop_cache(sa);
	fragments_expire(sa);
	if (sa->sealed_at + SEAL_IDLE <= now)
		sk_idle(&sa->gen);
	if (old_wait(sa) && sa->gone_at + OLD_WAIT <= now)
		sa_delete_old(sa);
	if (sa->phase == PHASE_UP)
		expire_up(sa, now);
}

void sa_answer(struct sa *sa, enum ask_kind kind, const struct answer *a)
{
	if (kind == ASK_USAGE)
		alive_used(sa, a);
	if (kind == ASK_SOURCE)
		roam_source(sa, a);
}

/* --- up --- */

void sa_half_done(struct sa *sa)
{
	struct engine *e = sa->engine;

	if (sa->half_counted)
		half_open_remove(&e->half, e->hash_seed, &sa->source);
	sa->half_counted = false;
}

static void forget_first(struct sa *sa)
{
	struct engine *e = sa->engine;

	if (sa->half_key && map_get(&e->half_open, sa->half_key) == sa)
		(void)map_remove(&e->half_open, sa->half_key);
	sa->half_key = 0;
}

static void half_free(struct sa *sa)
{
	if (!sa->half)
		return;
	arena_clear(&sa->half->arena);
	free(sa->half);
	sa->half = NULL;
}

static uint64_t peer_key(const struct engine *e, const struct identity *id)
{
	return siphash(e->hash_seed, id->data) + id->type;
}

/* Without memory it is just not found: uniqueness is not looked at for this SA. */
void sa_peers_enter(struct sa *sa)
{
	uint64_t key = peer_key(sa->engine, &sa->remote_id);

	sa->next_peer = map_get(&sa->engine->peers, key);
	sa->in_peers = map_put(&sa->engine->peers, key, sa);
}

void sa_peers_leave(struct sa *sa)
{
	uint64_t key = peer_key(sa->engine, &sa->remote_id);
	struct sa *at = map_get(&sa->engine->peers, key);

	if (!sa->in_peers)
		return;
	sa->in_peers = false;
	if (at == sa && sa->next_peer)
		(void)map_put(&sa->engine->peers, key, sa->next_peer); /* replaces: cannot fail */
	else if (at == sa)
		(void)map_remove(&sa->engine->peers, key);
	for (; at && at != sa; at = at->next_peer)
		if (at->next_peer == sa)
			at->next_peer = sa->next_peer;
}

struct sa *sa_same_peer(const struct sa *sa, const struct sa *after)
{
	struct sa *other = after ? after->next_peer : map_get(&sa->engine->peers, peer_key(sa->engine, &sa->remote_id));

	for (; other; other = other->next_peer)
		if (other != sa && other->phase == PHASE_UP && identity_equal(&other->local_id, &sa->local_id) &&
		    identity_equal(&other->remote_id, &sa->remote_id))
			return other;
	return NULL;
}

bool sa_peer_known(const struct engine *e, const struct identity *remote)
{
	const struct sa *other = map_get(&e->peers, peer_key(e, remote));

	for (; other; other = other->next_peer)
		if (other->phase == PHASE_UP && identity_equal(&other->remote_id, remote))
			return true;
	return false;
}

void sa_choose_life(struct sa *sa)
{
	struct lifetime life = lifetime_choose(sa->conn->time, engine_random64(sa->engine));
	uint64_t now = sa->engine->now.boot;

	sa->rekey_at = life.soft ? now + SECONDS(life.soft) : NEVER;
	sa->life_at = life.hard ? now + SECONDS(life.hard) : NEVER;
}

void sa_up(struct sa *sa)
{
	struct engine *e = sa->engine;

	if (sa->half_counted)
		source_seen(&e->sources, e->hash_seed, e->now.boot, &sa->source);
	sa_half_done(sa);
	half_free(sa);
	sa->phase = PHASE_UP;
	sa_peers_enter(sa);
	sa->established = e->now.boot;
	sa->renew = sa->initiator;
	sa_choose_life(sa);
	story_step(sa, STORY_UP, "IKE SA is up");
	tell_ike(sa, TELL_IKE_UP);
	entry_result(e, sa->conn->name, NULL, true, NULL);
	sa_touch(sa);
}

/* --- end --- */

static void end_jobs(struct sa *sa, const struct reason *why)
{
	while (!list_empty(&sa->jobs)) {
		struct job *job = job_out(sa, sa->jobs.next);

		if (job->kind == JOB_CHILD)
			entry_result(sa->engine, job->conn->name, job->child->name, false, why);
		job_free(job);
	}
}

/* What start_action, dpd_action and close_action want after an SA has gone. */
static void want_again(struct sa *sa, const struct reason *why)
{
	struct conn_entry *entry = sa->conn ? entry_find(sa->engine, sa->conn->name) : NULL;
	bool silent = why->kind == REASON_NO_ANSWER || why->kind == REASON_PEER_RESTARTED, closed = why->kind == REASON_PEER_DELETED;

	if (!entry || sa->engine->ending)
		return;
	LIST_EACH(at, &sa->children) {
		const struct child_conf *conf = LIST_ITEM(at, struct child, link)->conf;
		uint8_t action = silent ? conf->dpd_action : closed ? conf->close_action : ACTION_NONE;

		if (action & ACTION_START)
			entry_want(entry, conf->name, WANT_ONCE);
		trap_after(entry, conf, action);
	}
	if (sa->established && sa->engine->now.boot - sa->established >= STEADY)
		entry->tries = 0;
	if (sa->established)
		entry_retry(entry, why->kind == REASON_PEER_RESTARTED ? RETRY_SOON : RETRY_LOST);
}

static void tell_end(struct sa *sa, const struct reason *why)
{
	if (sa->established) {
		story_reason(sa, STORY_DOWN, why);
		tell_ike(sa, TELL_IKE_DOWN);
	}
	/* who refused has told it already; a command, or another SA that came first, has not */
	if (!sa->established && (why->kind == REASON_HALF_OPEN || (sa->attempt && !story_has_reason(sa))))
		story_reason(sa, STORY_DOWN, why);
}

static void keep_for_retransmissions(struct sa *sa)
{
	sa->phase = PHASE_GONE;
	sa->gone_at = sa->engine->now.boot;
	sk_idle(&sa->gen);
	half_free(sa);
	sa_touch(sa);
}

void sa_end(struct sa *sa, const struct reason *why, bool linger)
{
	struct engine *e = sa->engine;
	struct reason none = { .kind = REASON_CANCELLED };
	bool was_gone = sa->phase == PHASE_GONE, quiet = sa->rekeyed || sa->spare;

	if (sa->dead)
		return;
	why = why ? why : &none;
	sa->dead = !linger;
	if (!was_gone) {
		sa->phase = PHASE_GONE;
		sa_peers_leave(sa);
		if (sa->replaces)
			reauth_failed(sa, why);
		if (!quiet) {
			tell_end(sa, why);
			want_again(sa, why);
		}
		children_end(sa, why);
		if (sa->conn && sa->initiator && !sa->established && !sa->again)
			entry_result(e, sa->conn->name, NULL, false, why);
	}
	if (sa->ours)
		exchange_end(sa->ours, false, why);
	if (sa->theirs)
		exchange_end(sa->theirs, false, why);
	end_jobs(sa, why);
	if (!was_gone && !quiet)
		command_gone(e, sa->id, 0);
	story_forget_sa(sa);
	if (linger && sa->cache) {
		keep_for_retransmissions(sa);
		return;
	}
	sa->dead = true;
	sa_half_done(sa);
	sa_touch(sa);
}

static void keep_reason(struct sa *sa, const struct reason *why)
{
	struct reason *old = sa->last_reason;

	if (why && why == old)
		return;
	sa->last_reason = why ? reason_keep(why) : NULL;
	free(old);
}

/* A request that is out keeps its message ID until it is answered (window of 1): only its purpose ends here. */
static void end_ours(struct sa *sa, const struct reason *why)
{
	struct exchange *x = sa->ours;

	if (x && exchange_is_out(x) && (!x->answered || x->kind == JOB_IKE_REKEY)) /* rekeying: what it makes is closed, too */
		exchange_abandon(x, why);
	else if (x)
		exchange_end(x, false, why);
}

/* From here on only our last request is under way. */
static bool close_with(struct sa *sa, enum job_kind kind, uint16_t notify, const struct reason *why)
{
	struct job *job;

	sa->phase = PHASE_CLOSING; /* first: a rekeying that ends with it takes no other SA into its place */
	end_ours(sa, why);
	if (sa->theirs)
		exchange_end(sa->theirs, false, why);
	end_jobs(sa, why);
	job = job_add(sa, kind);
	if (!job)
		return false;
	job->notify = notify;
	return true;
}

void sa_close(struct sa *sa, const struct reason *why, uint64_t command)
{
	struct sa *rival;

	if (sa->dead || sa->phase == PHASE_GONE || sa->phase == PHASE_CLOSING)
		return;
	if (command)
		sa->command = command;
	keep_reason(sa, why);
	/* the peer may be established already: it must hear of the end */
	if (sa->phase == PHASE_KEYED && sa->initiator && sa->ours && sa->ours->stage >= STAGE_SENT) {
		sa->close_after = true;
		return;
	}
	if (sa->phase != PHASE_UP) {
		sa_end(sa, why, false);
		return;
	}
	rival = sa_rival(sa->ours);
	if (rival) { /* undecided: what inherits is closed */
		sa_succeed(sa, rival);
		sa_close(rival, why, command);
		return;
	}
	/* their place is taken, or their time is over: they carry nothing any more */
	if (why && (why->kind == REASON_REPLACED || why->kind == REASON_LIFETIME || why->kind == REASON_MOVED || why->kind == REASON_ONE_WAY))
		children_end(sa, why);
	if (!close_with(sa, JOB_IKE_DELETE, 0, why))
		sa_end(sa, why, false);
}

void sa_refuse(struct sa *sa, const struct reason *why, uint16_t notify)
{
	keep_reason(sa, why);
	if (!close_with(sa, JOB_REFUSE, notify, why))
		sa_end(sa, why, false);
}

void sa_free(struct sa *sa)
{
	struct engine *e = sa->engine;

	sa->dead = true;
	if (sa->ours)
		exchange_end(sa->ours, false, NULL);
	if (sa->theirs)
		exchange_end(sa->theirs, false, NULL);
	exchanges_free_ended(e, sa);
	LIST_EACH_SAFE(at, &sa->asks)
		ask_cancel(e, LIST_ITEM(at, struct pending, link));
	while (!list_empty(&sa->jobs))
		job_free(job_out(sa, sa->jobs.next));
	children_end(sa, NULL);
	sa_half_done(sa);
	forget_first(sa);
	story_forget_sa(sa);
	timer_stop(&e->timers, &sa->timer);
	(void)map_remove(&e->by_spi, sa_spi_own(sa));
	(void)map_remove(&e->by_id, sa->id);
	sa_peers_leave(sa);
	list_remove(&sa->link);
	list_remove(&sa->busy);
	list_remove(&sa->of_entry);
	e->sa_count--;
	half_free(sa);
	roam_free(sa);
	generation_clear(&sa->gen);
	window_drop_cache(sa);
	fragments_drop(sa, false);
	fragments_drop(sa, true);
	connection_unref(sa->conn);
	free((void *)(uintptr_t)sa->local_id.data.at);
	free((void *)(uintptr_t)sa->remote_id.data.at);
	free(sa->last_reason);
	free(sa);
}
