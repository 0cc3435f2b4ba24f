/* SPDX-License-Identifier: ISC */
/*
 * Peers that take one pair of selectors a Child SA: they say SINGLE_PAIR_REQUIRED (or TS_UNACCEPTABLE), or answer with the first alone. We ask for
 * each pair in a Child SA of its own; they share the configuration, and the child is up as soon as one of them is. RFC 7296 2.9.
 */
#include "ike/v2/parts.h"

#define PAIRS_MAX 48u /* of one request; JOBS_MAX bounds all */

static unsigned pairs_of(const struct child_offer *o)
{
	return (unsigned)o->local.count * o->remote.count;
}

/* `taken`: what is there already, or NULL. False: nothing was left to ask for, or it could not be queued. */
static bool add_pairs(struct sa *sa, const struct connection *conn, const struct child_conf *conf, const struct child_offer *o,
                      const struct child_plan *taken, uint64_t command)
{
	unsigned added = 0;

	for (unsigned l = 0; l < o->local.count; l++) {
		for (unsigned r = 0; r < o->remote.count && added < PAIRS_MAX; r++) {
			struct pair_ts ts = { .local = o->local.list[l], .remote = o->remote.list[r], .alone = true };

			if (ts.local.first.family != ts.remote.first.family)
				continue;
			if (taken && selectors_hold(&taken->local_ts, &ts.local) && selectors_hold(&taken->remote_ts, &ts.remote))
				continue;
			if (!child_covers(sa, conf->name, &ts) && job_add_child_ts(sa, conn, conf, &ts, command))
				added++;
		}
	}
	return added > 0;
}

/* Of selectors without a packet in hand: with one, the packet itself was refused. */
static bool may_split(uint16_t notify, const struct pair_ts *ts, const struct child_offer *o)
{
	if ((ts && ts->alone) || pairs_of(o) < 2)
		return false;
	return notify == IKEV2_NOTIFY_SINGLE_PAIR_REQUIRED || (notify == IKEV2_NOTIFY_TS_UNACCEPTABLE && !ts);
}

bool pairs_split(struct sa *sa, uint16_t notify, const struct connection *conn, const struct child_conf *conf, const struct pair_ts *ts,
                 const struct child_offer *o, uint64_t command)
{
	struct pair_ts alone;

	if (!may_split(notify, ts, o))
		return false;
	story_step(sa, STORY_STEP, "the peer does not take all traffic selectors at once: each pair is asked for alone");
	if (!ts)
		return add_pairs(sa, conn, conf, o, NULL, command);
	/* what the packet needs; the others come when traffic wants them */
	alone = *ts;
	alone.alone = true;
	return job_add_child_ts(sa, conn, conf, &alone, command);
}

static bool is_first(const struct selectors *offered, const struct selectors *taken)
{
	return taken->count == 1 && selector_equal(&offered->list[0], &taken->list[0]);
}

void pairs_rest(struct exchange *x, const struct child_offer *o, const struct child_plan *plan)
{
	struct job **slot = x->child_job ? &x->child_job : &x->job, *job = *slot;
	struct notify n;
	bool first_only = is_first(&o->local, &plan->local_ts) && is_first(&o->remote, &plan->remote_ts);

	if (!job || job->kind != JOB_CHILD || job->cancelled || plan->first || pairs_of(o) < 2)
		return;
	if (!first_only && !notify_find(&n, &x->payloads, IKEV2_NOTIFY_ADDITIONAL_TS_POSSIBLE))
		return;
	*slot = NULL; /* it is pending no more: the others would be taken for parts of it */
	if (add_pairs(x->sa, job->conn, job->child, o, plan, 0))
		story_step(x->sa, STORY_STEP, "the peer took the first pair of traffic selectors: the others are asked for alone");
	*slot = job;
}
