/* SPDX-License-Identifier: ISC */
/* One run: see sim.h. */
#include "sim/sim.h"

#include <stdlib.h>

#include "ike/step.h"
#include "ike/v2/steps.h"

#define STEPS_MAX 200000u
#define WALL 1767225600 /* 2026-01-01: the certificates of tests/vectors/pki are valid */
#define BOOT SECONDS(1000)

struct now sim_now(const struct sim *s, unsigned n)
{
	return (struct now){ s->now.boot, s->now.wall + s->node[n].wall };
}

void sim_start(struct sim *s, unsigned n)
{
	struct site *node = &s->node[n];

	chart(s, (int)n, "starts");
	node->host = plan_host(s, n);
	host_load(node->host);
	check_step(s, n);
}

void sim_stop(struct sim *s, unsigned n)
{
	struct site *node = &s->node[n];

	for (size_t i = 0; i < step_table_rows(&ike_v2_steps) && i < COUNT_OF(s->rows); i++)
		s->rows[i] += engine_row_taken(node->host->engine, &ike_v2_steps, i);
	told_crash(s, n);
	for (size_t i = 0; i < s->order_count; i++)
		if (s->orders[i].node == n)
			s->orders[i].lost = true;
	node->host->ops.changed = NULL;
	host_free(node->host);
	node->host = NULL;
	node->asleep = 0;
	node->crashes++;
}

struct sim *sim_new(const struct sim_conf *conf)
{
	struct sim *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->conf = *conf;
	s->now = (struct now){ BOOT, WALL };
	s->net.state = conf->seed ^ 0x6e6574;
	s->asks.state = conf->seed ^ 0x61736b73;
	s->script.state = conf->seed ^ 0x736372697074;
	s->esp.state = conf->seed ^ 0x657370;
	for (unsigned i = 0; i < 4; i++) { /* neighbouring seeds begin alike */
		(void)rng_next(&s->net);
		(void)rng_next(&s->asks);
		(void)rng_next(&s->script);
		(void)rng_next(&s->esp);
	}
	list_init(&s->packets);
	list_init(&s->lives);
	list_init(&s->talks);
	list_init(&s->talks_heard);
	list_init(&s->crossings);
	tap_init(&s->tap);
	plan_choose(s);
	s->next_burst = s->plan.traffic ? s->now.boot : NEVER;
	for (unsigned n = 0; n < s->plan.nodes; n++)
		sim_start(s, n);
	return s;
}

void sim_free(struct sim *s)
{
	for (unsigned n = 0; n < s->plan.nodes; n++)
		if (s->node[n].host)
			sim_stop(s, n);
	net_clear(s);
	tap_clear(&s->tap);
	collide_clear(s);
	check_clear(s);
	told_clear(s);
	esp_clear(s);
	text_clear(&s->broken);
	text_clear(&s->chart);
	free(s);
	plan_tidy();
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t next_time(const struct sim *s)
{
	uint64_t at = least(least(net_deadline(s), happen_deadline(s)), s->next_burst);

	for (unsigned n = 0; n < s->plan.nodes; n++)
		if (s->node[n].host && !s->node[n].asleep)
			at = least(at, host_deadline(s->node[n].host));
	return at;
}

static void set_time(struct sim *s, uint64_t boot)
{
	if (boot > s->now.boot)
		s->now = (struct now){ boot, WALL + (int64_t)((boot - BOOT) / 1000) };
}

static void step(struct sim *s)
{
	happen_due(s);
	if (s->next_burst <= s->now.boot)
		esp_burst(s);
	net_deliver(s);
	for (unsigned n = 0; n < s->plan.nodes && !is_broken(s); n++) {
		struct site *node = &s->node[n];

		if (!node->host || node->asleep || host_deadline(node->host) > s->now.boot)
			continue;
		host_expire(node->host, sim_now(s, n));
		check_step(s, n);
	}
	if (++s->steps > STEPS_MAX)
		broken(s, "the run does not end");
}

void sim_until(struct sim *s, uint64_t boot)
{
	uint64_t at;

	while (!is_broken(s) && (at = next_time(s)) <= boot) {
		set_time(s, at);
		step(s);
	}
	set_time(s, boot);
}

/* Until every command has ended, at most `limit` ms. */
static void until_done(struct sim *s, uint64_t limit)
{
	uint64_t end = s->now.boot + limit;

	while (!is_broken(s) && !orders_done(s) && s->now.boot < end) {
		uint64_t at = next_time(s);

		sim_until(s, at < end ? at : end);
	}
}

/* --- the parts of a run --- */

/* A limit: of retransmissions, or of asks. */
static bool is_limit(const struct order *o)
{
	return o->why == REASON_NO_ANSWER || o->why == REASON_ASK_LATE;
}

/* Only what the network or the hosts did may stop a set-up. */
static void judge_set_up(struct sim *s)
{
	/* both ends may set up at once; a busy responder waits less; a long set-up meets its own reauthentication */
	bool excused = s->asks_lost > 0 || s->plan.both || s->plan.start || s->plan.cookies || s->plan.reauth;

	if (s->conf.world != WORLD_TWO)
		excused = true;
	s->set_up = true; /* INITIAL_CONTACT of one end may end the SA of the other: one of two is enough */
	for (size_t i = 0; i < s->order_count; i++) {
		struct order *o = &s->orders[i];

		if (o->ok)
			continue;
		s->set_up = s->plan.both && s->node[A].host->child_count && s->node[B].host->child_count;
		s->set_up_why = o->why;
		if (o->done && !is_limit(o) && !excused)
			broken(s, "the set-up failed for another reason than a limit: %s", reason_words(o->why));
	}
}

static void set_up(struct sim *s)
{
	for (size_t i = 0; i < s->line_count; i++) {
		const struct line *l = &s->lines[i];
		struct command c = initiate(s, l);
		unsigned first = s->conf.world == WORLD_TWO ? A : caller(s, l);

		order(s, first, "initiate", &c);
		if (!s->plan.both)
			continue;
		sim_until(s, s->now.boot + rng_below(&s->script, rng_percent(&s->script, 50) ? 100 : SECONDS(5)));
		if (first == caller(s, l))
			order(s, l->node[first == l->node[0]], "initiate", &c);
	}
	until_done(s, MINUTES(15));
	if (!is_broken(s) && !orders_done(s) && !(s->plan.keep_trying && s->conf.asks == ASKS_HARD))
		broken(s, "the command to initiate does not end");
	judge_set_up(s);
}

static bool at_peace(struct sim *s)
{
	return orders_done(s) && check_at_rest(s) && check_same(s, false);
}

/* What has just begun gets the time to end; and whoever still sends a delete to a peer that knows nothing of it, to give up. */
static void until_same(struct sim *s)
{
	for (unsigned i = 0; i < 45 && !is_broken(s) && !at_peace(s); i++)
		sim_until(s, s->now.boot + (i < 15 ? SECONDS(2) : SECONDS(13)));
}

/* One liveness check (30 s) and the retransmission limit (165 s) after what may still have been under way. */
static void heal(struct sim *s)
{
	chart(s, -1, "the network heals");
	s->healed = true;
	happen_calm(s);
	sim_until(s, s->now.boot + SECONDS(20 + 165 + 30 + 165));
	if (s->plan.keep_trying || s->plan.short_life || s->plan.start || s->plan.on_close || s->plan.on_silence || s->plan.reauth) /* it may wait with its next try (at most 5 minutes) */
		sim_until(s, s->now.boot + SECONDS(300 + 165));
	until_same(s);
	if (!is_broken(s))
		(void)check_same(s, true);
	if (!is_broken(s))
		check_quiet(s);
}

/* An SA that ends of its age just now takes the command with it: once more. */
static void insist(struct sim *s, struct order *o, const struct line *l)
{
	struct command c = initiate(s, l);

	if (o->ok || !(s->plan.short_life || s->plan.reauth))
		return;
	order(s, o->node, "initiate", &c);
	until_done(s, SECONDS(20));
	*o = s->orders[s->order_count - 1];
}

static void again(struct sim *s)
{
	size_t first = s->order_count, count = 0;
	unsigned ends[LINKS_MAX];

	chart(s, -1, "every connection must come up at once");
	for (size_t i = 0; i < s->line_count; i++) {
		struct command c = initiate(s, &s->lines[i]);

		ends[i] = caller(s, &s->lines[i]);
		count += s->order_count < ORDERS_MAX;
		order(s, ends[i], "initiate", &c);
	}
	until_done(s, SECONDS(20));
	for (size_t i = first; i < first + count && !is_broken(s); i++) {
		insist(s, &s->orders[i], &s->lines[i - first]);
		if (!is_broken(s) && !s->orders[i].ok)
			broken(s, "no connection comes up after the network has healed: %s", reason_words(s->orders[i].why));
	}
	until_same(s);
	if (!is_broken(s) && check_same(s, true))
		for (size_t i = 0; i < s->line_count; i++)
			if (s->node[ends[i]].host->child_count == 0)
				broken(s, "the connection is said to be up, but there is no Child SA");
}

static void tear_down(struct sim *s)
{
	unsigned side = (unsigned)rng_below(&s->script, 2);

	chart(s, -1, "all must go");
	s->ending = true;
	for (size_t i = 0; i < s->line_count * 2 && s->plan.on_close; i++) /* else they come again */
		order(s, s->lines[i / 2].node[i % 2], "unload", &(struct command){ .kind = COMMAND_UNLOAD, .name = s->lines[i / 2].name });
	for (unsigned end = 0; end < 2; end++) {
		for (size_t i = 0; i < s->line_count; i++)
			order(s, s->lines[i].node[end ^ side], "terminate",
			      &(struct command){ .kind = COMMAND_TERMINATE, .name = s->lines[i].name });
		if (end == 1 || rng_percent(&s->script, 50))
			until_done(s, SECONDS(20));
	}
	sim_until(s, s->now.boot + SECONDS(170)); /* what is half open stays for 165 s */
	if (!is_broken(s))
		check_empty(s);
}

void sim_run(struct sim *s)
{
	set_up(s);
	if (s->conf.collide >= 0)
		collide_run(s);
	for (unsigned i = 0; i < s->plan.happenings && s->conf.collide < 0 && !is_broken(s); i++)
		happen(s);
	sim_until(s, s->now.boot + rng_below(&s->script, SECONDS(60)));
	if (!is_broken(s))
		heal(s);
	if (!is_broken(s))
		again(s);
	if (!is_broken(s))
		tear_down(s);
}
