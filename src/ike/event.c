/* SPDX-License-Identifier: ISC */
/* The queue of events: what the engine wants done by its host. */
#include "ike/core.h"

#include <stdlib.h>

struct queued *queued_new(enum event_kind kind)
{
	struct queued *q = calloc(1, sizeof(*q));

	if (q)
		q->event.kind = kind;
	return q;
}

void queued_free(struct queued *q)
{
	if (!q)
		return;
	/* the host moves the parameters out of `ask.install`; what it left is cleared here */
	if (q->params) {
		child_params_clear(q->params);
		free(q->params);
	}
	if (q->policy) {
		policy_params_clear(q->policy);
		free(q->policy);
	}
	if (q->ask)
		q->ask->event = NULL;
	connection_unref(q->conn);
	arena_clear(&q->arena);
	free(q);
}

void event_post(struct engine *e, struct queued *q)
{
	bool may_drop = q->event.kind == EVENT_SEND || q->event.kind == EVENT_TELL;

	if (may_drop && e->event_count >= EVENTS_MAX) {
		engine_count(e, COUNTER_EVENT_LOST);
		queued_free(q);
		return;
	}
	list_append(q->ask && q->ask->unproved ? &e->events_later : &e->events, &q->link);
	e->event_count++;
}

bool event_send(struct engine *e, const struct path *path, struct bytes datagram, bool keepalive)
{
	struct queued *q = queued_new(EVENT_SEND);

	if (q)
		q->event.datagram = arena_copy(&q->arena, datagram);
	if (!q || q->event.datagram.len != datagram.len) {
		queued_free(q);
		engine_count(e, COUNTER_MEMORY);
		return false;
	}
	q->event.path = *path;
	q->event.keepalive = keepalive;
	event_post(e, q);
	return true;
}

void event_release(struct engine *e, enum ask_kind kind, uint32_t spi, uint32_t id)
{
	struct queued *q = queued_new(EVENT_RELEASE);

	if (!q) {
		engine_count(e, COUNTER_EVENT_LOST);
		return;
	}
	q->event.release.kind = kind;
	q->event.release.spi = spi;
	if (kind == ASK_POLICY)
		q->event.release.policy_id = id;
	else
		q->event.release.child_id = id;
	event_post(e, q);
}

static struct queued *take_first(struct engine *e)
{
	struct list *from = list_empty(&e->events) ? &e->events_later : &e->events;
	struct queued *q;

	if (list_empty(from))
		return NULL;
	q = LIST_ITEM(from->next, struct queued, link);
	list_remove(&q->link);
	e->event_count--;
	return q;
}

bool engine_next(struct engine *e, struct event *out)
{
	queued_free(e->out);
	e->out = take_first(e);
	if (!e->out)
		return removal_next(e, out);
	if (e->out->ask) {
		e->out->ask->event = NULL; /* it is out now: cancelling no longer takes it back */
		e->out->ask = NULL;
	}
	*out = e->out->event;
	return true;
}

void events_clear(struct engine *e)
{
	struct queued *q;

	queued_free(e->out);
	e->out = NULL;
	while ((q = take_first(e)))
		queued_free(q);
}
