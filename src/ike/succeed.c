/* SPDX-License-Identifier: ISC */
/*
 * One IKE SA takes the place of another: rekeying. RFC 7296 2.8, 2.8.2, 2.18, 2.25.2.
 *
 * The successor inherits the Child SAs and all that waits; the old one only sees to what is out, and to its own delete, which comes
 * from the side whose exchange made the successor (from us after all, when the peer's does not). When both sides rekey at once, what
 * the peer's exchange has made is spare until our own is answered: the nonces decide which of both inherits. A request on the spare one,
 * or a delete of the old one, says that the peer has decided already.
 */
#include "ike/entry.h"
#include "ike/exchange.h"
#include "ike/reauth.h"
#include "ike/roam.h"
#include "iana/ikev2.h"

#include <stdlib.h>

/* --- birth --- */

/*
 * What a rekeyed IKE SA has of its predecessor, but what waits and what hangs on it (sa_succeed moves that). A field of struct sa that
 * was agreed on with the peer once for all belongs here.
 */
static void inherit(struct sa *fresh, const struct sa *old)
{
	fresh->path = old->path;
	fresh->nat_local = old->nat_local;
	fresh->nat_remote = old->nat_remote;
	fresh->nat_fake = old->nat_fake;
	fresh->peer_adit = old->peer_adit;
	fresh->vendor_sent = old->vendor_sent;
	fresh->peer_fragments = old->peer_fragments;
	fresh->fragment_size = old->fragment_size;
	fresh->renew = old->renew;
	fresh->checked_at = old->checked_at;
	fresh->last_in = old->last_in;
	fresh->last_out = old->last_out;
}

struct sa *sa_successor(const struct sa *old, bool initiator, uint64_t own_spi, uint64_t peer_spi)
{
	struct sa *fresh = sa_new_at(old->engine, old->table, initiator, &old->path, own_spi);

	if (!fresh)
		return NULL;
	if (initiator)
		fresh->spi_r = peer_spi;
	else
		fresh->spi_i = peer_spi;
	inherit(fresh, old);
	fresh->conn = connection_ref(old->conn);
	if (!sa_set_ids(fresh, &old->local_id, &old->remote_id)) {
		fresh->dead = true; /* nobody has heard of it */
		return NULL;
	}
	fresh->phase = PHASE_UP;
	fresh->established = old->engine->now.boot;
	fresh->spare = true;
	fresh->kin = old->id;
	return fresh;
}

/* --- the change --- */

static void move_children(struct sa *old, struct sa *fresh)
{
	while (!list_empty(&old->children)) {
		struct child *c = LIST_ITEM(old->children.next, struct child, link);

		list_remove(&c->link);
		c->sa = fresh;
		list_append(&fresh->children, &c->link);
	}
	fresh->child_count += old->child_count;
	old->child_count = 0;
}

static void move_waiting(struct sa *old, struct sa *fresh)
{
	LIST_EACH_SAFE(at, &old->jobs) {
		list_remove(at);
		list_append(&fresh->jobs, at);
	}
	fresh->job_count += old->job_count;
	old->job_count = 0;
	LIST_EACH_SAFE(at, &old->asks) {
		list_remove(at);
		LIST_ITEM(at, struct pending, link)->sa = fresh;
		list_append(&fresh->asks, at);
	}
}

static void move_entry(struct sa *old, struct sa *fresh)
{
	struct conn_entry *entry = old->of_entry.next ? entry_find(old->engine, sa_name(old)) : NULL;

	list_remove(&old->of_entry);
	list_remove(&fresh->of_entry);
	if (entry)
		list_append(&entry->sas, &fresh->of_entry);
}

/* A peer that rekeys again and again and deletes nothing does not get more and more of them: the oldest one ends. */
static void remember(struct sa *successor, const struct sa *sa)
{
	struct sa *oldest = map_get(&sa->engine->by_id, successor->elders[0]);
	struct reason why = { .kind = REASON_REPLACED };

	memmove(successor->elders, successor->elders + 1, sizeof(successor->elders) - sizeof(successor->elders[0]));
	successor->elders[ELDERS_MAX - 1] = sa->id;
	if (oldest && oldest->rekeyed && oldest->phase == PHASE_CLOSING)
		sa_end(oldest, &why, false);
}

/* No more than an answer to its last requests and its own delete are expected of it. */
static void retire(struct sa *sa, struct sa *successor)
{
	struct reason why = { .kind = REASON_REPLACED };

	sa->spare = false;
	sa->rekeyed = true;
	sa->kin = successor->id;
	sa->phase = PHASE_CLOSING;
	sa->gone_at = sa->engine->now.boot;
	if (sa->theirs && sa->theirs->kind != JOB_IKE_REKEY)
		exchange_end(sa->theirs, false, &why); /* asked again, it is refused: TEMPORARY_FAILURE */
	remember(successor, sa);
	sa_touch(sa);
}

void sa_succeed(struct sa *old, struct sa *fresh)
{
	struct engine *e = old->engine;

	inherit(fresh, old); /* what has changed since it was made */
	roam_inherit(fresh, old);
	move_children(old, fresh);
	move_waiting(old, fresh);
	move_entry(old, fresh);
	sa_peers_leave(old);
	sa_peers_enter(fresh);
	story_hand_over(old, fresh);
	fresh->spare = false;
	fresh->kin = 0;
	fresh->command = old->command;
	fresh->close_after = old->close_after;
	memcpy(fresh->elders, old->elders, sizeof(fresh->elders));
	retire(old, fresh);
	sa_choose_life(fresh);
	reauth_inherit(fresh, old);
	story_step(fresh, STORY_STEP, "IKE SA is rekeyed");
	children_follow(fresh);
	tell_ike_rekey(old, fresh);
	engine_count_vici(e, sa_name(fresh), fresh->initiator ? VICI_IKE_REKEY_INIT : VICI_IKE_REKEY_RESP);
	command_follow(e, old->id, fresh->id);
	sa_touch(fresh);
}

void sa_delete_old(struct sa *sa)
{
	struct reason why = { .kind = REASON_REPLACED };

	sa->gone_at = 0;
	if (!job_add(sa, JOB_IKE_DELETE))
		sa_end(sa, &why, false); /* the peer's own patience sees to the rest */
}

/* It was made and is not needed: the user has never heard of it. */
static void discard(struct sa *sa, struct sa *successor, bool ours)
{
	retire(sa, successor);
	if (ours)
		sa_delete_old(sa);
}

struct sa *sa_rival(const struct exchange *x)
{
	struct sa *rival = x && x->kind == JOB_IKE_REKEY && x->rival ? map_get(&x->sa->engine->by_id, x->rival) : NULL;

	return rival && rival->spare && !rival->dead && rival->phase == PHASE_UP ? rival : NULL;
}

void sa_settle_rekey(struct exchange *x, struct sa *fresh, bool lost)
{
	struct sa *old = x->sa, *rival = sa_rival(x);

	if (old->phase != PHASE_UP) {
		discard(fresh, old, true);
	} else if (rival && lost) {
		sa_succeed(old, rival);
		discard(fresh, rival, true);
	} else {
		sa_succeed(old, fresh);
		if (rival)
			discard(rival, fresh, false);
		sa_delete_old(old);
	}
}

void sa_adopt(struct sa *sa)
{
	struct sa *old = sa->spare ? map_get(&sa->engine->by_id, sa->kin) : NULL;

	if (old && !old->dead && old->phase == PHASE_UP)
		sa_succeed(old, sa);
}

void sa_deleted(struct sa *sa)
{
	struct sa *rival = sa_rival(sa->ours);

	if (sa->phase == PHASE_UP && rival)
		sa_succeed(sa, rival);
}

/* --- when --- */

bool sa_rekey(struct sa *sa, uint64_t command)
{
	struct job *job;

	if (sa->phase != PHASE_UP || sa->spare)
		return false;
	/* looked at again should it come to nothing without a word */
	sa->rekey_at = rekey_again_at(sa->engine, sa->life_at, NULL);
	sa_touch(sa);
	if (sa->ours && sa->ours->kind == JOB_IKE_REKEY)
		return true;
	LIST_EACH(at, &sa->jobs)
		if (LIST_ITEM(at, struct job, link)->kind == JOB_IKE_REKEY)
			return true;
	job = job_add(sa, JOB_IKE_REKEY);
	if (!job)
		return false;
	job->command = command;
	return true;
}

void sa_rekey_failed(struct exchange *x, const struct reason *why)
{
	struct sa *sa = x->sa, *rival = sa_rival(x);

	if (rival && sa->phase == PHASE_UP) {
		sa_succeed(sa, rival);
	} else if (rival) {
		discard(rival, sa, true);
	} else if (sa->phase == PHASE_UP && why && why->notify == IKEV2_NOTIFY_NO_ADDITIONAL_SAS) {
		sa->rekey_at = NEVER;
		reauth_instead(sa);
	} else if (sa->phase == PHASE_UP) {
		sa->rekey_at = rekey_again_at(sa->engine, sa->life_at, why);
	}
}
