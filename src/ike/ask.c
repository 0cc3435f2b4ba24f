/* SPDX-License-Identifier: ISC */
/*
 * Asks and their answers. The low half of a token is the Child SA or the policy that the question is about (0: none), so that a late
 * answer to ASK_INSTALL or ASK_POLICY says what must be taken back without anything being remembered.
 */
#include "ike/idle.h"
#include "ike/trap.h"
#include "ike/exchange.h"
#include "ike/roam.h"

#include <stdlib.h>

const char *ask_name(enum ask_kind kind)
{
	switch (kind) {
	case ASK_NONE: return "none";
	case ASK_KE: return "key exchange";
	case ASK_AUTH_MAKE: return "own AUTH";
	case ASK_AUTH_CHECK: return "peer's AUTH";
	case ASK_RESOLVE: return "name";
	case ASK_SOURCE: return "local address";
	case ASK_SPI: return "SPI";
	case ASK_INSTALL: return "installation";
	case ASK_CERTREQ: return "trusted CAs";
	case ASK_POLICY: return "policy";
	case ASK_USAGE: return "use of the Child SAs";
	case ASK_ADDRS: return "own addresses";
	}
	return "?";
}

static uint64_t fresh_token(struct engine *e, const struct ask *ask)
{
	uint32_t child = ask->install ? ask->install->id : ask->policy ? ask->policy->id : 0;
	uint64_t token;

	do {
		if (++e->last_ask == 0)
			e->last_ask = 1;
		token = (uint64_t)e->last_ask << 32 | child;
	} while (map_get(&e->asks, token));
	return token;
}

static bool refuse_memory(struct engine *e, struct reason *why)
{
	engine_count(e, COUNTER_MEMORY);
	return refuse_text(why, REASON_MEMORY, 0, "an ask");
}

static bool post(struct engine *e, struct pending owner, struct queued *q, struct reason *why)
{
	struct pending *p = calloc(1, sizeof(*p));
	uint64_t token = fresh_token(e, &q->event.ask);

	if (!p || !map_put(&e->asks, token, p)) {
		free(p);
		queued_free(q);
		return refuse_memory(e, why);
	}
	*p = owner;
	p->timer.what = TIMER_ASK;
	if (!timer_set(&e->timers, &p->timer, e->now.boot + e->conf.ask_deadline)) {
		(void)map_remove(&e->asks, token);
		free(p);
		queued_free(q);
		return refuse_memory(e, why);
	}
	p->token = q->event.token = token;
	p->kind = q->event.ask.kind;
	p->event = q;
	p->spi = q->event.ask.install ? q->event.ask.install->spi_in : 0;
	p->unproved = p->x && p->x->sa->half_counted;
	e->unproved_asks += p->unproved;
	q->ask = p;
	q->event.ask.ike_id = p->x ? p->x->sa->id : p->sa ? p->sa->id : 0;
	if (p->x)
		list_append(&p->x->asks, &p->link);
	else if (p->sa)
		list_append(&p->sa->asks, &p->link);
	event_post(e, q);
	return true;
}

bool ask_post(struct engine *e, struct exchange *x, struct conn_entry *entry, struct queued *q, struct reason *why)
{
	return post(e, (struct pending){ .x = x, .entry = entry }, q, why);
}

bool ask_post_sa(struct sa *sa, struct queued *q, struct reason *why)
{
	return post(sa->engine, (struct pending){ .sa = sa }, q, why);
}

bool ask_post_trap(struct trap *trap, struct pending **slot, struct queued *q, struct reason *why)
{
	if (!post(trap_engine(trap), (struct pending){ .trap = trap, .slot = slot }, q, why))
		return false;
	*slot = q->ask;
	return true;
}

bool ask_post_idle(struct engine *e, struct idle *idle, struct pending **slot, struct queued *q, struct reason *why)
{
	if (!post(e, (struct pending){ .idle = idle, .slot = slot }, q, why))
		return false;
	*slot = q->ask;
	return true;
}

bool ask_post_engine(struct engine *e, struct pending **slot, struct queued *q, struct reason *why)
{
	if (!post(e, (struct pending){ .slot = slot }, q, why))
		return false;
	*slot = q->ask;
	return true;
}

bool ask_out_sa(const struct sa *sa, enum ask_kind kind)
{
	LIST_EACH(at, &sa->asks)
		if (LIST_ITEM(at, const struct pending, link)->kind == kind)
			return true;
	return false;
}

static void take_back(struct engine *e, struct queued *q)
{
	q->ask = NULL;
	list_remove(&q->link);
	e->event_count--;
	queued_free(q);
}

static void forget(struct engine *e, struct pending *p)
{
	timer_stop(&e->timers, &p->timer);
	(void)map_remove(&e->asks, p->token);
	list_remove(&p->link);
	if (p->entry)
		p->entry->asking = NULL;
	if (p->slot)
		*p->slot = NULL;
	e->unproved_asks -= p->unproved;
	free(p);
}

/* Nobody waits for it any more, but whether its SPI is in use only the answer tells. */
static void orphan(struct engine *e, struct pending *p)
{
	timer_stop(&e->timers, &p->timer);
	list_remove(&p->link);
	e->unproved_asks -= p->unproved;
	p->unproved = false;
	p->x = NULL;
	list_append(&e->orphans, &p->link);
}

/* Out of the tables; what the host has not taken yet is not asked at all. */
void ask_cancel(struct engine *e, struct pending *p)
{
	if (p->kind == ASK_INSTALL && !p->event) {
		orphan(e, p);
		return;
	}
	if (p->event)
		take_back(e, p->event);
	if (p->spi)
		event_release(e, ASK_SPI, p->spi, 0);
	forget(e, p);
}

void asks_clear(struct engine *e)
{
	while (!list_empty(&e->orphans))
		forget(e, LIST_ITEM(e->orphans.next, struct pending, link));
}

/* `late`: it is no answer of the host, which may come yet. */
static void give(struct engine *e, struct pending *p, const struct answer *a, bool late)
{
	struct exchange *x = p->x;
	struct conn_entry *entry = p->entry;
	struct sa *sa = p->sa;
	struct trap *trap = p->trap;
	struct idle *idle = p->idle;
	enum ask_kind kind = p->kind;

	if (late)
		ask_cancel(e, p);
	else
		forget(e, p);
	if (x)
		exchange_answer(x, kind, a);
	else if (sa)
		sa_answer(sa, kind, a);
	else if (entry)
		entry_resolved(entry, a);
	else if (trap)
		trap_answer(trap, kind, a);
	else if (idle)
		idle_answer(idle, a);
	else if (kind == ASK_ADDRS)
		roam_addresses(e, a);
}

void ask_expire(struct engine *e, struct pending *p)
{
	struct answer late = { .ok = false };

	engine_count(e, COUNTER_ASK_LATE);
	(void)refuse_text(&late.why, REASON_ASK_LATE, 0, ask_name(p->kind));
	late.why.wanted = value_of(VALUE_DURATION, e->conf.ask_deadline, bytes_none());
	give(e, p, &late, true);
}

void engine_answer(struct engine *e, struct now now, uint64_t token, enum ask_kind kind, const struct answer *a)
{
	struct pending *p = map_get(&e->asks, token);

	e->now = now;
	if (p && p->kind == kind && kind == ASK_INSTALL && !a->ok)
		event_release(e, ASK_SPI, p->spi, 0);
	if (p && p->kind == kind && (kind != ASK_INSTALL || p->x)) {
		give(e, p, a, false);
	} else {
		if (p && p->kind == kind)
			forget(e, p);
		engine_count(e, COUNTER_ANSWER_LATE);
		if (a->ok && kind == ASK_SPI)
			event_release(e, kind, a->spi, 0);
		else if (a->ok && kind == ASK_INSTALL)
			event_release(e, kind, 0, (uint32_t)token);
		else if (a->ok && kind == ASK_POLICY)
			event_release(e, kind, 0, (uint32_t)token);
	}
	engine_settle(e);
}
