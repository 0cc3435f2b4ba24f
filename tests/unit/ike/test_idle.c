/* SPDX-License-Identifier: ISC */
/* inactivity: a Child SA that carries nothing is closed, one that carries something is not. doc/vici.md 11.3. */
#include "support/unit.h"

#include "conf.h"
#include "pair.h"
#include "sealed.h"

#define NET(more) "net { esp_proposals = aes256gcm16\n local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n inactivity = 60s\n" more "}\n"

static void closed_when_idle(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = NET("") }), pair_bob, 400);
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 59000);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	pair_run(&p, 2000);
	assert_int_equal(p.node[ALICE].installed_count, 0);
	assert_int_equal(p.node[BOB].installed_count, 0);
	assert_int_equal(pair_up(&p, ALICE), 1); /* the IKE SA stays */
	pair_clear(&p);
}

static void not_while_used(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = NET("") }), pair_bob, 401);
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 50000);
	p.node[ALICE].used_out = p.now.boot;
	pair_run(&p, 50000);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	pair_run(&p, 11000);
	assert_int_equal(p.node[ALICE].installed_count, 0);
	pair_clear(&p);
}

/* What was to stay up comes back when it is wanted, not at once. */
static void start_does_not_bring_it_back(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = NET("start_action = trap|start\n") }), pair_bob, 402);
	pair_run(&p, 1000);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	pair_run(&p, 62000);
	assert_int_equal(p.node[ALICE].installed_count, 0);
	pair_run(&p, 600000);
	assert_int_equal(p.node[ALICE].installed_count, 0);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	pair_clear(&p);
}

/* The answer is long in coming, and the Child SA is gone by then. */
static void gone_meanwhile(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = NET("") }), pair_bob, 403);
	pair_initiate(&p, ALICE, "office");
	p.node[ALICE].hold = 1u << ASK_USAGE;
	pair_run(&p, 61000);
	assert_int_equal(p.node[ALICE].held_count, 1);
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .name = "office" });
	pair_deliver(&p);
	pair_answer_held(&p, ALICE);
	assert_int_equal(p.node[ALICE].installed_count, 0);
	pair_clear(&p);
}

/* One that is on its way out, to a peer that does not answer: it is not looked at all the time. */
static void while_it_is_deleted(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = NET("") }), pair_bob, 405);
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 30000);
	p.node[ALICE].hold = 1u << ASK_USAGE;
	p.filter = pair_drop;
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .child = "net" });
	pair_run(&p, 31000);
	assert_int_equal(p.node[ALICE].held_count, 1);
	pair_answer_held(&p, ALICE);
	assert_int_equal(pair_children(&p, ALICE), 1);
	assert_true(engine_deadline(p.node[ALICE].engine) > p.now.boot);
	pair_clear(&p);
}

/* Rekeying is no use of it. */
static void goes_on_over_rekeying(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = NET("rekey_time = 40s\n rand_time = 0s\n") }), pair_bob, 404);
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 50000);
	assert_true(p.node[ALICE].installed_count >= 1);
	pair_run(&p, 20000);
	assert_int_equal(p.node[ALICE].installed_count, 0);
	pair_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed_when_idle),  cmocka_unit_test(not_while_used), cmocka_unit_test(start_does_not_bring_it_back),
		cmocka_unit_test(gone_meanwhile), cmocka_unit_test(goes_on_over_rekeying),
		cmocka_unit_test(while_it_is_deleted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
