/* SPDX-License-Identifier: ISC */
/* Inactivity: one small watch a Child SA that wants it. */
#include "ike/idle.h"
#include "ike/entry.h"

#include <stdlib.h>

#define LOOK_AGAIN SECONDS(10) /* at one that is being replaced or deleted */

struct idle {
	struct engine *engine;
	struct timer timer;      /* TIMER_IDLE */
	struct pending *asking;
	uint32_t child_id;
	uint64_t used;           /* boot ms: when it certainly was in use */
};

static void idle_free(struct idle *i)
{
	struct engine *e = i->engine;

	if (i->asking)
		ask_cancel(e, i->asking);
	timer_stop(&e->timers, &i->timer);
	if (map_get(&e->idles, i->child_id) == i)
		(void)map_remove(&e->idles, i->child_id);
	free(i);
}

static void arm(struct idle *i, const struct child *c)
{
	(void)timer_set(&i->engine->timers, &i->timer, i->used + SECONDS((uint64_t)c->conf->inactivity)); /* armed before: cannot fail */
}

static struct idle *idle_new(struct engine *e)
{
	struct idle *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	i->engine = e;
	i->timer.what = TIMER_IDLE;
	if (timer_set(&e->timers, &i->timer, NEVER))
		return i;
	free(i);
	return NULL;
}

/* Without memory it is not watched: that does no harm. */
void idle_enter(struct child *c, uint32_t old)
{
	struct engine *e = c->sa->engine;
	struct idle *i = old ? map_remove(&e->idles, old) : NULL;

	if (i && c->conf->inactivity == 0) {
		idle_free(i);
		return;
	}
	if (c->conf->inactivity == 0)
		return;
	if (!i) {
		i = idle_new(e);
		if (!i)
			return;
		i->used = e->now.boot;
	}
	i->child_id = c->id;
	if (!map_put(&e->idles, c->id, i)) {
		idle_free(i);
		return;
	}
	arm(i, c);
}

void idle_leave(struct engine *e, uint32_t child_id)
{
	struct idle *i = map_get(&e->idles, child_id);

	if (i)
		idle_free(i);
}

void idles_free(struct engine *e)
{
	size_t at = 0;
	struct idle *i;

	while ((i = map_next(&e->idles, &at))) {
		idle_free(i);
		at = 0;
	}
	map_clear(&e->idles);
}

void idle_expire(struct timer *t)
{
	struct idle *i = LIST_ITEM(t, struct idle, timer);
	struct engine *e = i->engine;
	struct child *c = map_get(&e->children, i->child_id);
	struct queued *q = c && c->sa ? queued_new(EVENT_ASK) : NULL;
	struct reason why = { 0 };

	(void)timer_set(&e->timers, &i->timer, NEVER);
	if (!c)
		return;
	if (q) {
		q->event.ask.kind = ASK_USAGE;
		q->event.ask.child_id = i->child_id;
	}
	if (!q || !ask_post_idle(e, i, &i->asking, q, &why)) {
		i->used = e->now.boot; /* out of memory: looked at again after as long */
		arm(i, c);
	}
}

/* Whoever wanted it up has it no longer: it was not used. */
static void close_idle(struct child *c)
{
	struct sa *sa = c->sa;
	struct conn_entry *entry = entry_find(sa->engine, c->conn->name);
	const char *name = c->conf->name;
	struct reason why = { 0 };
	bool others = false;

	LIST_EACH(at, &sa->children)
		others = others || (LIST_ITEM(at, struct child, link) != c && strcmp(LIST_ITEM(at, struct child, link)->conf->name, name) == 0);
	(void)refuse(&why, REASON_IDLE, 0, value_of(VALUE_DURATION, SECONDS((uint64_t)c->conf->inactivity), bytes_none()), value_none(), c->conf->at);
	if (entry && !others)
		entry_want(entry, name, WANT_NONE);
	child_close(c, &why, false, 0);
}

void idle_answer(struct idle *i, const struct answer *a)
{
	struct engine *e = i->engine;
	struct child *c = map_get(&e->children, i->child_id);
	uint64_t used = a->used_in > a->used_out ? a->used_in : a->used_out;

	if (!c || !c->sa)
		return;
	if (!a->ok)
		used = e->now.boot;
	if (used > i->used)
		i->used = used;
	if (c->state != CHILD_INSTALLED) {
		(void)timer_set(&e->timers, &i->timer, e->now.boot + LOOK_AGAIN); /* armed before: cannot fail */
		return;
	}
	arm(i, c);
	if (i->used + SECONDS((uint64_t)c->conf->inactivity) > e->now.boot)
		return;
	i->used = e->now.boot;
	arm(i, c);
	close_idle(c);
}
