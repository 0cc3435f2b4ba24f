/* SPDX-License-Identifier: ISC */
/* The engine: its life, its clock, and what follows from each input. The way of a datagram is in input.c. */
#include "ike/alive.h"
#include "ike/entry.h"
#include "ike/idle.h"
#include "ike/trap.h"
#include "ike/exchange.h"
#include "ike/roam.h"

#include <stdlib.h>

static void defaults(struct engine_conf *c)
{
	struct {
		uint32_t *value, otherwise;
	} const rows[] = {
		{ &c->retransmit_first, 4000 },   { &c->retransmit_base_percent, 180 }, { &c->retransmit_tries, 5 },
		{ &c->retransmit_early, 2 },
		{ &c->ask_deadline, 20000 },      { &c->half_open_timeout, 165000 },    { &c->half_open_busy, 30000 },
		{ &c->keepalive, 20000 },         { &c->response_cache, 180000 },   { &c->retry_first, 2000 },            { &c->retry_most, 300000 },
		{ &c->delete_delay, 5000 },
		{ &c->cookie_threshold, 30 },     { &c->half_open_per_source, 5 },      { &c->half_open_max, 1000 },
		{ &c->unproved_asks_max, 100 },
		{ &c->fragment_size, 1280 },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (*rows[i].value == 0)
			*rows[i].value = rows[i].otherwise;
	if (c->port == 0)
		c->port = 500;
	if (c->port_nat_t == 0)
		c->port_nat_t = 4500;
	if (c->fragment_size > UINT16_MAX)
		c->fragment_size = UINT16_MAX;
}

static bool init(struct engine *e)
{
	const struct step_table *tables[2] = { e->conf.v1, e->conf.v2 };

	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		if (!tables[i])
			continue;
		e->taken[i] = calloc(tables[i]->count ? tables[i]->count : 1, sizeof(uint64_t));
		if (!e->taken[i])
			return false;
	}
	e->strangers = strangers_new();
	return e->strangers && e->conf.random.fill(e->conf.random.host, RANDOM_PRIVATE, e->hash_seed, sizeof(e->hash_seed));
}

void engine_configure(struct engine *e, const struct engine_conf *conf)
{
	struct engine_conf old = e->conf;

	e->conf = *conf;
	e->conf.random = old.random;
	e->conf.v1 = old.v1;
	e->conf.v2 = old.v2;
	e->conf.port = old.port;
	e->conf.port_nat_t = old.port_nat_t;
	e->conf.deterministic = old.deterministic;
	e->conf.no_response_cache = old.no_response_cache;
	defaults(&e->conf);
	wipe(old.qcd_secret, sizeof(old.qcd_secret));
}

struct engine *engine_new(const struct engine_conf *conf, struct now now)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->conf = *conf;
	e->now = now;
	defaults(&e->conf);
	list_init(&e->events);
	list_init(&e->events_later);
	list_init(&e->sas);
	list_init(&e->busy);
	list_init(&e->ended);
	list_init(&e->removals);
	list_init(&e->lingering);
	list_init(&e->orphans);
	list_init(&e->entries);
	list_init(&e->commands);
	list_init(&e->pools[0].oldest);
	list_init(&e->pools[1].oldest);
	if (!init(e)) {
		engine_free(e);
		return NULL;
	}
	return e;
}

void engine_free(struct engine *e)
{
	struct event event;

	if (!e)
		return;
	e->ending = true;
	commands_free(e);
	roam_clear(e);
	while (!list_empty(&e->sas))
		sa_free(LIST_ITEM(e->sas.next, struct sa, link));
	while (!list_empty(&e->entries))
		entry_free(LIST_ITEM(e->entries.next, struct conn_entry, link));
	while (!list_empty(&e->lingering))
		child_expire(e, LIST_ITEM(e->lingering.next, struct child, link));
	while (removal_next(e, &event))
		;
	asks_clear(e);
	events_clear(e);
	strangers_free(e->strangers);
	shelves_clear(&e->responses);
	map_clear(&e->by_spi);
	map_clear(&e->by_id);
	map_clear(&e->half_open);
	map_clear(&e->half.sources);
	map_clear(&e->children);
	map_clear(&e->policies);
	idles_free(e);
	map_clear(&e->asks);
	map_clear(&e->peers);
	map_clear(&e->entries_by_name);
	timers_clear(&e->timers);
	free(e->taken[0]);
	free(e->taken[1]);
	wipe(&e->cookies, sizeof(e->cookies));
	wipe(e->conf.qcd_secret, sizeof(e->conf.qcd_secret));
	free(e);
}

bool engine_random(struct engine *e, uint8_t *out, size_t len)
{
	return e->conf.random.fill(e->conf.random.host, RANDOM_PUBLIC, out, len);
}

uint64_t engine_random64(struct engine *e)
{
	uint8_t raw[8] = { 0 };

	return engine_random(e, raw, sizeof(raw)) ? get_u64(raw) : 0;
}

/* Settling one SA may make another busy: until nothing is left. */
void engine_settle(struct engine *e)
{
	while (!list_empty(&e->busy)) {
		struct sa *sa = LIST_ITEM(e->busy.next, struct sa, busy);

		list_remove(&sa->busy);
		exchanges_free_ended(e, NULL);
		if (sa->dead)
			sa_free(sa);
		else
			sa_settle(sa);
	}
	exchanges_free_ended(e, NULL);
}

static void fire(struct engine *e, struct timer *t)
{
	switch ((enum timer_kind)t->what) {
	case TIMER_SA:
		sa_expire(LIST_ITEM(t, struct sa, timer));
		break;
	case TIMER_EXCHANGE:
		retransmit_expire(LIST_ITEM(t, struct exchange, timer));
		break;
	case TIMER_ASK:
		ask_expire(e, LIST_ITEM(t, struct pending, timer));
		break;
	case TIMER_CHILD:
		child_expire(e, LIST_ITEM(t, struct child, timer));
		break;
	case TIMER_ENTRY:
		entry_expire(LIST_ITEM(t, struct conn_entry, timer));
		break;
	case TIMER_COMMAND:
		command_expire(e, t);
		break;
	case TIMER_TRAP:
		trap_expire_timer(t);
		break;
	case TIMER_IDLE:
		idle_expire(t);
		break;
	}
}

void engine_expire(struct engine *e, struct now now)
{
	struct timer *t;

	e->now = now;
	while ((t = timers_due(&e->timers, now.boot))) {
		fire(e, t);
		engine_settle(e);
	}
}

void engine_behind(struct engine *e, bool behind)
{
	e->behind = behind;
}

uint64_t engine_deadline(const struct engine *e)
{
	return timers_deadline(&e->timers);
}

/* --- the data plane's reports --- */

void engine_traffic(struct engine *e, struct now now, const struct traffic *t)
{
	struct child *c = t->kind == TRAFFIC_ACQUIRE ? NULL : map_get(&e->children, t->child_id);

	e->now = now;
	if (t->kind == TRAFFIC_UNKNOWN_SPI)
		alive_unknown_spi(e, t);
	if (t->kind == TRAFFIC_ACQUIRE)
		trap_acquire(e, t);
	if (c && c->link.next) { /* a member of its SA */
		sa_touch(c->sa); /* first: c may be gone afterwards */
		switch (t->kind) {
		case TRAFFIC_UNKNOWN_SPI:
		case TRAFFIC_ACQUIRE:
			break;
		case TRAFFIC_ONE_WAY:
			roam_one_way(c);
			break;
		case TRAFFIC_SOFT_LIMIT:
		case TRAFFIC_HARD_LIMIT:
		case TRAFFIC_SEQUENCE_LIMIT:
		case TRAFFIC_FIRST:
			child_limit(c, t->kind);
			break;
		case TRAFFIC_MOVED:
			roam_follow_esp(c, &t->path);
			break;
		case TRAFFIC_USED:
			c->sa->last_in = now.boot;
			break;
		}
	}
	engine_settle(e);
}

/* SAs look for paths; whoever was being retried is tried at once: the network may be there again. */
void engine_network(struct engine *e, struct now now)
{
	e->now = now;
	roam_network(e);
	LIST_EACH(at, &e->entries) {
		struct conn_entry *entry = LIST_ITEM(at, struct conn_entry, link);

		if (timer_armed(&entry->timer))
			entry_retry(entry, RETRY_NOW);
	}
	traps_network(e);
	engine_settle(e);
}
