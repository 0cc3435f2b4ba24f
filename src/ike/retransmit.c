/* SPDX-License-Identifier: ISC */
/* Sending a request again until it is answered, RFC 7296 2.1, 2.4. */
#include "ike/fragment.h"
#include "ike/roam.h"

#include <stdlib.h>

#define EARLY_WAIT 1000u      /* ms */
#define ASLEEP SECONDS(10)    /* a timer that is so late: the machine has slept */
#define TRIES_A_SIZE 2u /* retransmissions until a request is cut smaller */

static void give_back_doubt(struct exchange *x)
{
	free(x->doubt);
	x->doubt = NULL;
}

/* How many more sends there are before the usual ones: IKE_SA_INIT costs little, and finds a peer that has just started. */
static unsigned early_of(const struct exchange *x)
{
	const struct engine_conf *c = &x->sa->engine->conf;
	unsigned most = (c->retransmit_first - 1) / EARLY_WAIT;

	/* an address update, too: the peer's packets go to where we are not until it has come */
	if ((x->sa->phase != PHASE_NEW && x->kind != JOB_ADDRESSES) || c->retransmit_early == ENGINE_NONE)
		return 0;
	return c->retransmit_early < most ? c->retransmit_early : most;
}

/* The wait before the next sending: first x base^tries, less a random part. The early ones lie inside the first. */
static uint64_t wait_for(const struct exchange *x)
{
	struct engine *e = x->sa->engine;
	unsigned early = early_of(x), tries = x->tries - x->tries_before;
	uint64_t wait = e->conf.retransmit_first, jitter = e->conf.retransmit_jitter_percent;

	if (tries < early)
		return EARLY_WAIT;
	for (unsigned i = early; i < tries && wait < MINUTES(60); i++)
		wait = wait * e->conf.retransmit_base_percent / 100u;
	if (e->conf.retransmit_limit && wait > e->conf.retransmit_limit)
		wait = e->conf.retransmit_limit;
	if (tries == early)
		wait -= wait > early * EARLY_WAIT ? early * EARLY_WAIT : 0;
	if (jitter > 0)
		wait -= wait * (engine_random64(e) % (jitter < 100 ? jitter + 1 : 100)) / 100u;
	return wait > 0 ? wait : 1;
}

static uint64_t next_deadline(struct exchange *x)
{
	uint64_t at = x->sa->engine->now.boot + wait_for(x);

	return at < x->give_up ? at : x->give_up;
}

bool retransmit_start(struct exchange *x)
{
	x->tries = x->tries_before = 0;
	x->give_up = NEVER;
	x->timer.what = TIMER_EXCHANGE;
	return timer_set(&x->sa->engine->timers, &x->timer, next_deadline(x));
}

void retransmit_anew(struct exchange *x)
{
	struct engine *e = x->sa->engine;

	x->tries = x->tries_before = 0;
	roam_send(x);
	if (timer_armed(&x->timer))
		(void)timer_set(&e->timers, &x->timer, next_deadline(x));
}

void retransmit_stop(struct exchange *x)
{
	timer_stop(&x->sa->engine->timers, &x->timer);
}

void retransmit_again(struct exchange *x)
{
	if (!timer_armed(&x->timer))
		(void)timer_set(&x->sa->engine->timers, &x->timer, next_deadline(x));
}

static void no_answer(struct exchange *x)
{
	struct reason why = { 0 }, *doubt = x->doubt;

	x->doubt = NULL; /* ours now: the exchange goes before its jobs hear of it */
	if (doubt) {
		why = *doubt;
	} else {
		(void)refuse(&why, REASON_NO_ANSWER, 0, value_number(x->tries), value_none(), conf_nowhere());
		why.about = value_of(VALUE_ENDPOINT, x->sa->path.remote.port, addr_bytes(&x->sa->path.remote.addr));
	}
	x->sa->table->failed(x, &why);
	free(doubt);
}

/* A request that is not answered may be too large for the path: in smaller fragments it starts anew. RFC 7383 2.5.2. */
static void shrink(struct exchange *x)
{
	struct outgoing o = exchange_outgoing(x, &x->sa->path);
	struct bytes smaller = bytes_none();

	if (x->gen && x->tries - x->tries_before == TRIES_A_SIZE)
		smaller = messages_smaller(&o, x->request, &x->arena);
	if (smaller.len == 0)
		return;
	x->request = smaller;
	x->tries_before = x->tries;
	story_step(x->sa, STORY_RETRANSMIT, "request cut into smaller fragments");
}

static void send_again(struct exchange *x)
{
	struct sa *sa = x->sa;

	roam_send(x);
	story_step(sa, STORY_RETRANSMIT, "request sent again");
}

/* RFC 4555 3.11: the side that may move needs time to find a path; the other waits for five minutes. */
static unsigned patience_of(const struct sa *sa)
{
	return sa->roam && !sa->roam->leads && sa->phase == PHASE_UP ? 1 : 0;
}

void retransmit_expire(struct exchange *x)
{
	struct sa *sa = x->sa;
	struct engine *e = sa->engine;

	if (roam_away(sa)) { /* nobody is asked as long as there is no way: it does not count */
		roam_unanswered(x);
		(void)timer_set(&e->timers, &x->timer, next_deadline(x));
		return;
	}
	/* the peer is not dead because we have slept: it gets its time from now on */
	if (e->now.boot - x->timer.deadline >= ASLEEP && !x->doubt)
		x->tries = x->tries_before = 0;
	else if (x->tries - x->tries_before >= e->conf.retransmit_tries + early_of(x) + patience_of(sa) || e->now.boot >= x->give_up) {
		no_answer(x);
		return;
	} else
		x->tries++;
	engine_count(e, COUNTER_RETRANSMITTED);
	shrink(x);
	send_again(x);
	roam_unanswered(x);
	(void)timer_set(&e->timers, &x->timer, next_deadline(x));
}

void retransmit_now(struct exchange *x)
{
	if (timer_armed(&x->timer) && x->request.len)
		send_again(x);
}

void retransmit_doubt(struct exchange *x, const struct reason *why)
{
	struct engine *e = x->sa->engine;
	uint64_t soon = e->now.boot + 2u * (uint64_t)e->conf.retransmit_first;

	engine_count(e, COUNTER_UNAUTHENTICATED);
	if (x->give_up == NEVER) {
		struct reason *fresh = reason_keep(why); /* `why` may tell of the old one once more */

		give_back_doubt(x);
		x->doubt = fresh;
		x->give_up = soon;
	}
	if (!timer_armed(&x->timer) || x->timer.deadline > x->give_up)
		(void)timer_set(&e->timers, &x->timer, next_deadline(x));
}
