/* SPDX-License-Identifier: ISC */
/* One run: see sim.h. */
#include "sim/sim.h"

#include <stdlib.h>

#include "iana/ikev2.h"

#define STEPS_MAX 200000u
#define WALL 1767225600 /* 2026-01-01: the certificates of tests/vectors/pki are valid */
#define BOOT SECONDS(1000)

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
	for (unsigned i = 0; i < 4; i++) { /* neighbouring seeds begin alike */
		(void)rng_next(&s->net);
		(void)rng_next(&s->asks);
		(void)rng_next(&s->script);
	}
	list_init(&s->packets);
	list_init(&s->lives);
	tap_init(&s->tap);
	plan_choose(s);
	s->host[ALICE] = plan_host(s, ALICE);
	s->host[BOB] = plan_host(s, BOB);
	host_load(s->host[ALICE]);
	host_load(s->host[BOB]);
	return s;
}

void sim_free(struct sim *s)
{
	host_free(s->host[ALICE]);
	host_free(s->host[BOB]);
	net_clear(s);
	tap_clear(&s->tap);
	check_clear(s);
	text_clear(&s->broken);
	text_clear(&s->chart);
	free(s);
}

static uint64_t next_time(const struct sim *s)
{
	uint64_t at = net_deadline(s);

	for (unsigned side = ALICE; side <= BOB; side++)
		if (host_deadline(s->host[side]) < at)
			at = host_deadline(s->host[side]);
	return at;
}

static void set_time(struct sim *s, uint64_t boot)
{
	if (boot > s->now.boot)
		s->now = (struct now){ boot, WALL + (int64_t)((boot - BOOT) / 1000) };
}

static bool is_broken(const struct sim *s)
{
	return *text_str(&s->broken) != '\0';
}

void sim_until(struct sim *s, uint64_t boot)
{
	uint64_t at;

	while (!is_broken(s) && (at = next_time(s)) <= boot) {
		set_time(s, at);
		net_deliver(s);
		for (unsigned side = ALICE; side <= BOB && !is_broken(s); side++) {
			if (host_deadline(s->host[side]) > s->now.boot)
				continue;
			host_expire(s->host[side], s->now);
			check_step(s);
		}
		if (++s->steps > STEPS_MAX)
			broken(s, "the run does not end");
	}
	set_time(s, boot);
}

/* Until every command has ended, at most `limit` ms. */
static void until_done(struct sim *s, uint64_t limit)
{
	uint64_t end = s->now.boot + limit;

	while (!is_broken(s) && !plan_orders_done(s) && s->now.boot < end) {
		uint64_t at = next_time(s);

		sim_until(s, at < end ? at : end);
	}
}

/* --- the parts of a run --- */

static struct command initiate(const struct sim *s)
{
	return (struct command){ .kind = COMMAND_INITIATE,
		                 .name = "net",
		                 .child = s->plan.all_children ? NULL : "one",
		                 .keep_trying = s->plan.keep_trying && !s->healed };
}

/* A limit: of retransmissions, or of asks. */
static bool is_limit(const struct order *o)
{
	return o->why == REASON_NO_ANSWER || o->why == REASON_ASK_LATE;
}

/* Only what the network or the hosts did may stop a set-up. */
static void judge_set_up(struct sim *s)
{
	bool excused = s->asks_lost > 0 || s->plan.both;

	s->set_up = true; /* INITIAL_CONTACT of one end may end the SA of the other: one of two is enough */
	for (size_t i = 0; i < s->order_count; i++) {
		struct order *o = &s->orders[i];

		if (o->ok)
			continue;
		s->set_up = s->plan.both && s->host[ALICE]->child_count && s->host[BOB]->child_count;
		s->set_up_why = o->why;
		if (o->done && !is_limit(o) && !excused)
			broken(s, "the set-up failed for another reason than a limit: %s", reason_words(o->why));
	}
}

static void set_up(struct sim *s)
{
	struct command c = initiate(s);

	plan_order(s, ALICE, "initiate", &c);
	if (s->plan.both) {
		sim_until(s, s->now.boot + rng_below(&s->script, rng_percent(&s->script, 50) ? 100 : SECONDS(5)));
		plan_order(s, BOB, "initiate", &c);
	}
	until_done(s, MINUTES(15));
	if (!is_broken(s) && !plan_orders_done(s) && !(s->plan.keep_trying && s->conf.asks == ASKS_HARD))
		broken(s, "the command to initiate does not end");
	judge_set_up(s);
}

/* One liveness check (30 s) and the retransmission limit (165 s) after what may still have been under way. */
static void heal(struct sim *s)
{
	chart(s, -1, "the network heals");
	s->healed = true;
	sim_until(s, s->now.boot + SECONDS(20 + 165 + 30 + 165));
	if (s->plan.keep_trying || s->plan.short_life) /* it may wait with its next try (at most 5 minutes) */
		sim_until(s, s->now.boot + SECONDS(300 + 165));
	/* What has just begun gets the time to end. */
	for (unsigned i = 0; i < 10 && !is_broken(s) && !(plan_orders_done(s) && check_at_rest(s) && check_same(s, false)); i++)
		sim_until(s, s->now.boot + SECONDS(2));
	if (!is_broken(s))
		(void)check_same(s, true);
	if (!is_broken(s))
		check_quiet(s);
}

static void again(struct sim *s)
{
	struct command c = initiate(s);
	enum side side = s->plan.nat ? ALICE : (enum side)rng_below(&s->script, 2);

	chart(s, -1, "a connection must come up at once");
	plan_order(s, side, "initiate", &c);
	until_done(s, SECONDS(20));
	if (is_broken(s))
		return;
	if (!s->orders[s->order_count - 1].ok)
		broken(s, "no connection comes up after the network has healed: %s", reason_words(s->orders[s->order_count - 1].why));
	sim_until(s, s->now.boot + SECONDS(2));
	if (!is_broken(s) && check_same(s, true) && s->host[side]->child_count == 0)
		broken(s, "the connection is said to be up, but there is no Child SA");
}

static void tear_down(struct sim *s)
{
	struct command c = { .kind = COMMAND_TERMINATE, .name = "net" };
	enum side side = (enum side)rng_below(&s->script, 2);

	chart(s, -1, "all must go");
	plan_order(s, side, "terminate", &c);
	if (rng_percent(&s->script, 50))
		until_done(s, SECONDS(20));
	plan_order(s, side == ALICE ? BOB : ALICE, "terminate", &c);
	until_done(s, SECONDS(20));
	sim_until(s, s->now.boot + SECONDS(60));
	if (!is_broken(s))
		check_empty(s);
}

void sim_run(struct sim *s)
{
	set_up(s);
	for (unsigned i = 0; i < s->plan.happenings && !is_broken(s); i++)
		plan_happen(s);
	sim_until(s, s->now.boot + rng_below(&s->script, SECONDS(60)));
	if (!is_broken(s))
		heal(s);
	if (!is_broken(s))
		again(s);
	if (!is_broken(s))
		tear_down(s);
}
