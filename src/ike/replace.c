/* SPDX-License-Identifier: ISC */
/*
 * One Child SA takes the place of another. RFC 7296 2.8, 2.8.1, 2.25.1.
 *
 * The new one is a Child SA of its own; the old one names it as its heir and is REKEYED until it is deleted: by us when our exchange
 * made the heir, by the peer when its own did (and by us after all when the peer does not). When both sides rekey one Child SA at
 * once, neither knows the outcome before its own exchange is answered: until then the peer's new one is our exchange's rival.
 */
#include "ike/entry.h"
#include "ike/exchange.h"
#include "ike/reauth.h"
#include "iana/ikev2.h"

#define DELETE_WAIT MINUTES(3)     /* a peer retransmits its delete for 165 s */
#define BUSY_LEAST SECONDS(5)      /* after TEMPORARY_FAILURE: at least, and at most so much longer */
#define BUSY_MORE SECONDS(10)
#define AGAIN_LEAST SECONDS(10)    /* after other failures */
#define AGAIN_MOST MINUTES(10)

/* --- nonces --- */

bool nonce_is_lower(struct bytes a, struct bytes b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n ? memcmp(a.at, b.at, n) : 0;

	return order < 0 || (order == 0 && a.len < b.len);
}

struct bytes nonce_lower(struct bytes a, struct bytes b)
{
	return nonce_is_lower(b, a) ? b : a;
}

/* --- when --- */

/* A quarter of what is left, a part of it random, so that several tries fit before the hard limit. */
static uint64_t wait_more(struct engine *e, uint64_t left)
{
	uint64_t wait = left == NEVER || left / 4 > AGAIN_MOST ? AGAIN_MOST : left / 4;

	wait -= engine_random64(e) % (wait / 2 + 1);
	return wait > AGAIN_LEAST ? wait : AGAIN_LEAST;
}

uint64_t rekey_again_at(struct engine *e, uint64_t hard, const struct reason *why)
{
	uint64_t now = e->now.boot, at;

	if (why && why->notify == IKEV2_NOTIFY_TEMPORARY_FAILURE)
		at = now + BUSY_LEAST + engine_random64(e) % BUSY_MORE;
	else
		at = now + wait_more(e, hard == NEVER ? NEVER : hard > now ? hard - now : 0);
	return at < hard ? at : NEVER;
}

static bool job_waits(const struct child *c)
{
	LIST_EACH(at, &c->sa->jobs) {
		const struct job *job = LIST_ITEM(at, const struct job, link);

		if (job->kind == JOB_CHILD_REKEY && job->child_id == c->id)
			return true;
	}
	return false;
}

struct exchange *child_rekeying(const struct child *c)
{
	struct exchange *x = c->sa->ours;

	return x && !x->over && x->kind == JOB_CHILD_REKEY && x->subject == c->id ? x : NULL;
}

bool child_rekey(struct child *c, uint64_t command)
{
	struct sa *sa = c->sa;
	struct job *job;

	if (sa->phase != PHASE_UP || !child_in_use(c))
		return false;
	/* looked at again should it come to nothing without a word */
	c->rekey_at = rekey_again_at(sa->engine, c->life_at, NULL);
	child_arm(c);
	if (child_rekeying(c) || job_waits(c))
		return true;
	job = job_add(sa, JOB_CHILD_REKEY);
	if (!job)
		return false;
	job->conn = connection_ref(c->conn);
	job->child = c->conf;
	job->child_id = c->id;
	job->command = command;
	return true;
}

/* --- one after the other --- */

void child_outbound(struct child *c)
{
	struct queued *q = c->outbound;

	if (!q)
		return;
	c->outbound = NULL;
	c->prove_at = NEVER;
	q->event.child_id = c->id;
	event_post(c->sa->engine, q);
}

static void tell_replaced(struct child *old, struct child *heir)
{
	struct sa *sa = heir->sa;
	struct story_note note = { .sa = sa, .kind = STORY_STEP, .words = "Child SA is rekeyed", .child_id = heir->id };

	story_add(sa->engine, &note);
	tell_child_rekey(old, heir);
	engine_count_vici(sa->engine, sa_name(sa), VICI_CHILD_REKEY);
}

/* Its predecessor has ended in the meantime: for the user it is a new one. */
static void tell_anew(struct child *c)
{
	struct story_note note = { .sa = c->sa, .kind = STORY_UP, .words = "Child SA is up", .child_id = c->id };

	story_add(c->sa->engine, &note);
	tell_child(c, TELL_CHILD_UP);
}

static void await_delete(struct child *c)
{
	c->state = CHILD_REKEYED;
	c->rekey_at = c->sa->engine->now.boot + DELETE_WAIT;
	child_arm(c);
}

void child_supersede(struct child *old, struct child *heir)
{
	bool told = heir->told;

	heir->told = true;
	if (old) {
		old->heir = heir->id;
		await_delete(old);
	}
	if (old && old->told && !told)
		tell_replaced(old, heir);
	else if (!told)
		tell_anew(heir);
	if (old)
		old->told = false;
	else
		child_outbound(heir); /* there is nothing else that packets could go out by */
	entry_result(heir->sa->engine, heir->conn->name, heir->conf->name, true, NULL);
}

void child_adopt(struct child *c)
{
	struct exchange *x = c->sa->ours;
	struct child *old = x && !x->over && x->kind == JOB_CHILD_REKEY && x->rival == c->id ? child_by_id(c->sa, x->subject) : NULL;

	if (old && child_in_use(old))
		child_supersede(old, c);
}

struct child *child_rival(const struct exchange *x)
{
	struct child *c = child_by_id(x->sa, x->rival), *next;

	while (c && (next = child_by_id(x->sa, c->heir)))
		c = next;
	return c;
}

/* --- the peer deletes --- */

/* What it had put in another's place goes, and that one is there still: it is in use again. */
static bool give_back(struct child *c)
{
	LIST_EACH(at, &c->sa->children) {
		struct child *old = LIST_ITEM(at, struct child, link);

		if (old->heir != c->id || old->state != CHILD_REKEYED)
			continue;
		old->heir = 0;
		old->state = CHILD_INSTALLED;
		old->told = c->told;
		old->rekey_at = rekey_again_at(c->sa->engine, old->life_at, NULL);
		child_arm(old);
		if (c->told)
			tell_replaced(c, old);
		c->told = false;
		return true;
	}
	return false;
}

bool child_deleted(struct child *c)
{
	struct exchange *x = child_rekeying(c);
	struct child *rival = x ? child_rival(x) : NULL;

	if (rival)
		child_supersede(c, rival); /* the peer's own exchange was the last word */
	if (c->heir || !c->told)
		return false;
	return !give_back(c);
}

/* --- failures --- */

/* 2.25: the peer has lost it. It goes here too, and a new one is made from scratch. */
static void not_found(struct child *c, const struct reason *why)
{
	struct conn_entry *entry = entry_find(c->sa->engine, c->conn->name);

	if (entry && connection_child(entry->conn, c->conf->name)) {
		entry_want(entry, c->conf->name, WANT_ONCE);
		entry_retry(entry, RETRY_NOW);
	}
	child_end(c, why);
}

void child_rekey_failed(struct exchange *x, const struct job *job, const struct reason *why)
{
	struct sa *sa = x->sa;
	struct child *c = child_by_id(sa, x->subject), *rival = child_rival(x);
	struct reason cancelled = { .kind = REASON_CANCELLED };
	bool refused = why && why->kind == REASON_PEER_REFUSED;

	if (c && c->state == CHILD_REKEYING)
		c->state = CHILD_INSTALLED;
	if (rival && !rival->heir && (!c || c->state == CHILD_INSTALLED))
		child_supersede(c, rival);
	if (rival && job->cancelled)
		child_close(rival, &cancelled, false, job->command);
	if (!c || sa->phase != PHASE_UP)
		return;
	if (job->cancelled) {
		child_close(c, &cancelled, false, job->command);
	} else if (rival || c->state != CHILD_INSTALLED) {
		return;
	} else if (refused && why->notify == IKEV2_NOTIFY_CHILD_SA_NOT_FOUND) {
		not_found(c, why);
	} else {
		if (refused && why->notify == IKEV2_NOTIFY_NO_ADDITIONAL_SAS)
			reauth_instead(sa);
		c->rekey_at = rekey_again_at(sa->engine, c->life_at, why);
		child_arm(c);
	}
}
