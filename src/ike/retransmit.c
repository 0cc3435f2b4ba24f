/* SPDX-License-Identifier: ISC */
/* Sending a request again until it is answered, RFC 7296 2.1, 2.4. */
#include "ike/exchange.h"

#include <stdlib.h>

static void give_back_doubt(struct exchange *x)
{
	free(x->doubt);
	x->doubt = NULL;
}

/* The wait before the next sending: first x base^tries, less a random part. */
static uint64_t wait_for(struct engine *e, unsigned tries)
{
	uint64_t wait = e->conf.retransmit_first;
	uint64_t jitter = e->conf.retransmit_jitter_percent;

	for (unsigned i = 0; i < tries && wait < MINUTES(60); i++)
		wait = wait * e->conf.retransmit_base_percent / 100u;
	if (jitter > 0)
		wait -= wait * (engine_random64(e) % (jitter < 100 ? jitter + 1 : 100)) / 100u;
	return wait > 0 ? wait : 1;
}

static uint64_t next_deadline(struct exchange *x)
{
	struct engine *e = x->sa->engine;
	uint64_t at = e->now.boot + wait_for(e, x->tries);

	return at < x->give_up ? at : x->give_up;
}

bool retransmit_start(struct exchange *x)
{
	x->tries = 0;
	x->give_up = NEVER;
	x->timer.what = TIMER_EXCHANGE;
	return timer_set(&x->sa->engine->timers, &x->timer, next_deadline(x));
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

void retransmit_expire(struct exchange *x)
{
	struct sa *sa = x->sa;
	struct engine *e = sa->engine;

	if (x->tries >= e->conf.retransmit_tries || e->now.boot >= x->give_up) {
		no_answer(x);
		return;
	}
	x->tries++;
	engine_count(e, COUNTER_RETRANSMITTED);
	(void)event_send(e, &sa->path, x->request, false);
	sa->last_out = e->now.boot;
	story_step(sa, STORY_RETRANSMIT, "request sent again");
	(void)timer_set(&e->timers, &x->timer, next_deadline(x));
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
