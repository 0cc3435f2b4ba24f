/* SPDX-License-Identifier: ISC */
/* Traps and shunts: installed, acquired, followed, removed. doc/vici.md 5.2, 13.2. */
#include "support/unit.h"

#include <stdio.h>

#include "conf.h"
#include "pair.h"

#define ESP "esp_proposals = aes256gcm16\n"
#define NETS ESP "local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n"
#define TRAP "start_action = trap\n"

static struct selector host(uint8_t net, uint8_t last, uint8_t protocol, uint16_t port)
{
	struct addr a = { ADDR_V4, { 10, net, 0, last } };

	return (struct selector){ .first = a, .last = a, .protocol = protocol, .port_first = port, .port_last = port };
}

static void acquire(struct pair *p, unsigned i, uint32_t policy)
{
	struct traffic t = { .kind = TRAFFIC_ACQUIRE, .child_id = policy, .packet_local = host(1, 7, 6, 40000), .packet_remote = host(2, 9, 6, 22) };

	engine_traffic(p->node[i].engine, p->now, &t);
	pair_deliver(p);
}

static void pair_of(struct pair *p, struct conf_parts alice, uint64_t seed)
{
	pair_init(p, conf_alice(alice), pair_bob, seed);
	pair_host(p, ALICE);
}

static void traffic_starts_it(void **state)
{
	struct pair p;

	(void)state;
	pair_of(&p, (struct conf_parts){ .children = "net { " NETS TRAP "}\n" }, 200);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	assert_int_equal(p.node[ALICE].policy_kind[0], POLICY_TRAP);
	assert_int_equal(pair_ikes(&p, ALICE), 0);
	acquire(&p, ALICE, p.node[ALICE].policies[0]);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	assert_int_equal(p.node[BOB].installed_count, 1);
	assert_int_equal(p.node[ALICE].reqid[0], p.node[ALICE].policy_reqid[0]);
	/* the same once more changes nothing: it is carried already */
	acquire(&p, ALICE, p.node[ALICE].policies[0]);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	/* it goes and comes back, with the same reqid; the trap stays all the time */
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .name = "office" });
	pair_deliver(&p);
	assert_int_equal(p.node[ALICE].installed_count, 0);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	acquire(&p, ALICE, p.node[ALICE].policies[0]);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	assert_int_equal(p.node[ALICE].reqid[0], p.node[ALICE].policy_reqid[0]);
	pair_clear(&p);
}

/* Of the responder's children the one is taken that the packet fits, not the first, nor the one that is not up. 2.9 */
static void responder_takes_what_fits_the_packet(void **state)
{
	const char *bob = "a { " ESP "local_ts = 10.2.4.0/24\n remote_ts = 10.1.0.0/16\n}\n b { " ESP "local_ts = 10.2.0.0/24\n remote_ts = 10.1.0.0/16\n}\n"
		"c { " ESP "local_ts = 10.2.8.0/24\n remote_ts = 10.1.0.0/16\n}\n";
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = "net { " NETS TRAP "}\n" }), conf_bob((struct conf_parts){ .children = bob }), 216);
	acquire(&p, ALICE, p.node[ALICE].policies[0]);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	/* it is carried: the same packet makes no other */
	acquire(&p, ALICE, p.node[ALICE].policies[0]);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	pair_clear(&p);
}

/* The packet's own selectors are the first: the responder's narrowing keeps them. 2.9 */
static bool first_narrow(void *ctx, const struct child_info *child)
{
	*(bool *)ctx = child->remote_ts->count == 1 && child->remote_ts->list[0].protocol == 0;
	return true;
}

static bool any_ike(void *ctx, const struct ike_info *ike)
{
	*(uint32_t *)ctx = ike->id;
	return false;
}

static void packet_selectors(void **state)
{
	struct pair p;
	uint32_t ike = 0;
	bool whole = false;

	(void)state;
	pair_of(&p, (struct conf_parts){ .children = "net { " NETS TRAP "}\n" }, 201);
	acquire(&p, ALICE, p.node[ALICE].policies[0]);
	engine_each_ike(p.node[BOB].engine, any_ike, &ike);
	engine_each_child(p.node[BOB].engine, ike, first_narrow, &whole);
	assert_true(whole); /* what contains it has swallowed it */
	pair_clear(&p);
}

static void dynamic_is_the_own_address(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 202);
	pair_load(&p, ALICE, conf_alice((struct conf_parts){ .children = "net { " ESP TRAP "}\n", .local = "%any", .remote = "peer.example" }));
	assert_int_equal(p.node[ALICE].policy_count, 1);
	assert_true(addr_equal(&p.node[ALICE].policy_local[0].first, &p.node[ALICE].addr));
	/* another address: the trap moves, and there is one all the time */
	p.node[ALICE].addr.ip[3] = 77;
	engine_network(p.node[ALICE].engine, p.now);
	pair_host(&p, ALICE);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	assert_int_equal(p.node[ALICE].policies[0], 2);
	assert_true(addr_equal(&p.node[ALICE].policy_local[0].first, &p.node[ALICE].addr));
	/* the same address: nothing moves */
	engine_network(p.node[ALICE].engine, p.now);
	pair_host(&p, ALICE);
	assert_int_equal(p.node[ALICE].policies[0], 2);
	pair_clear(&p);
}

static void to_nobody(void **state)
{
	struct pair p;
	uint64_t token;

	(void)state;
	pair_of(&p, (struct conf_parts){ .children = "net { " NETS TRAP "}\n", .remote = "%any" }, 203);
	assert_int_equal(p.node[ALICE].policy_count, 0);
	assert_int_equal(p.node[ALICE].last_refusal, REASON_NO_ADDRESS);
	token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INSTALL, .child = "net" });
	assert_false(pair_done(&p, ALICE, token)->ok);
	assert_int_equal(pair_done(&p, ALICE, token)->kind, REASON_NO_ADDRESS);
	pair_clear(&p);
}

static void load_again(void **state)
{
	struct pair p;
	char one[4096];

	(void)state;
	pair_of(&p, (struct conf_parts){ .children = "net { " NETS TRAP "}\n" }, 204);
	snprintf(one, sizeof(one), "%s", conf_alice((struct conf_parts){ .children = "net { " NETS TRAP "}\n other { " ESP TRAP "}\n" }));
	pair_load(&p, ALICE, one);
	assert_int_equal(p.node[ALICE].policy_count, 2);
	assert_int_equal(p.node[ALICE].policies[0], 1); /* it stays: nothing about it changed */
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_UNLOAD, .name = "office" });
	assert_int_equal(p.node[ALICE].policy_count, 0);
	pair_clear(&p);
}

/* Another peer, the same child: the trap is not taken away before the new one stands. */
static void other_peer(void **state)
{
	struct pair p;
	char one[4096];

	(void)state;
	pair_of(&p, (struct conf_parts){ .children = "net { " NETS TRAP "}\n" }, 214);
	snprintf(one, sizeof(one), "%s", conf_alice((struct conf_parts){ .children = "net { " NETS TRAP "}\n", .remote = "192.0.2.99" }));
	p.node[ALICE].hold = 1u << ASK_POLICY;
	pair_load(&p, ALICE, one);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	assert_int_equal(p.node[ALICE].policies[0], 1);
	pair_clear(&p);
}

static void no_longer_wanted(void **state)
{
	struct pair p;
	char one[4096];

	(void)state;
	pair_of(&p, (struct conf_parts){ .children = "net { " NETS TRAP "}\n" }, 215);
	snprintf(one, sizeof(one), "%s", conf_alice((struct conf_parts){ .children = "net { " NETS "}\n" }));
	pair_load(&p, ALICE, one);
	assert_int_equal(p.node[ALICE].policy_count, 0);
	pair_clear(&p);
}

static void changed_child(void **state)
{
	struct pair p;
	char one[4096];

	(void)state;
	pair_of(&p, (struct conf_parts){ .children = "net { " NETS TRAP "}\n" }, 205);
	snprintf(one, sizeof(one), "%s", conf_alice((struct conf_parts){ .children = "net { " NETS "priority = 7\n" TRAP "}\n" }));
	pair_load(&p, ALICE, one);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	assert_int_equal(p.node[ALICE].policies[0], 2);
	pair_clear(&p);
}

static void shunts(void **state)
{
	struct pair p;
	uint64_t token;

	(void)state;
	pair_of(&p, (struct conf_parts){ .children = "lan { mode = pass\n local_ts = 10.1.0.0/16\n remote_ts = 10.1.0.0/16\n" TRAP "}\n"
	                                             "none { mode = drop\n remote_ts = 10.9.0.0/16\n}\n" }, 206);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	assert_int_equal(p.node[ALICE].policy_kind[0], POLICY_PASS);
	token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INITIATE, .name = "office", .child = "none" });
	assert_true(pair_done(&p, ALICE, token)->ok);
	assert_int_equal(p.node[ALICE].policy_count, 2);
	assert_int_equal(p.node[ALICE].policy_kind[1], POLICY_DROP);
	assert_int_equal(p.node[ALICE].policy_local[1].last.ip[0], 255); /* dynamic is everybody */
	token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_UNINSTALL, .child = "none" });
	assert_true(pair_done(&p, ALICE, token)->ok);
	token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_UNINSTALL, .child = "none" });
	assert_int_equal(pair_done(&p, ALICE, token)->kind, REASON_NOT_FOUND);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	/* nobody is spoken to */
	assert_int_equal(p.sent[ALICE], 0);
	pair_clear(&p);
}

static void install_by_hand(void **state)
{
	struct pair p;
	uint64_t token;

	(void)state;
	pair_of(&p, (struct conf_parts){ 0 }, 207);
	p.node[ALICE].hold = 1u << ASK_POLICY;
	token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INSTALL, .name = "office", .child = "net" });
	assert_null(pair_done(&p, ALICE, token));
	assert_int_equal(p.node[ALICE].held_count, 1);
	/* it is gone before the answer: what the answer brings is given back */
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_UNINSTALL, .child = "net" });
	p.node[ALICE].policies[p.node[ALICE].policy_count++] = 1;
	pair_answer_held(&p, ALICE);
	assert_int_equal(p.node[ALICE].policy_count, 0);
	p.node[ALICE].hold = 0;
	token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INSTALL, .name = "office", .child = "net" });
	assert_true(pair_done(&p, ALICE, token)->ok);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	pair_clear(&p);
}

static void installed_at_last(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = "net { " NETS "}\n" }), pair_bob, 208);
	p.node[ALICE].fail = 1u << ASK_POLICY;
	pair_load(&p, ALICE, conf_alice((struct conf_parts){ .children = "net { " NETS TRAP "}\n" }));
	assert_int_equal(p.node[ALICE].policy_count, 0);
	assert_int_equal(p.node[ALICE].last_refusal, REASON_SYSTEM);
	p.node[ALICE].fail = 0;
	pair_run(&p, 2000);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	pair_clear(&p);
}

/* The peer refuses: traffic that goes on does not ask again at once, and then it does. */
static void refused(void **state)
{
	struct pair p;
	unsigned sent;

	(void)state;
	pair_of(&p, (struct conf_parts){ .children = "net { " NETS TRAP "}\n", .secret = "another secret, no less long than that" }, 209);
	acquire(&p, ALICE, p.node[ALICE].policies[0]);
	assert_int_equal(p.node[ALICE].installed_count, 0);
	sent = p.sent[ALICE];
	assert_true(sent > 0);
	acquire(&p, ALICE, p.node[ALICE].policies[0]);
	assert_int_equal(p.sent[ALICE], sent);
	pair_run(&p, 2000);
	assert_int_equal(p.sent[ALICE], sent);
	acquire(&p, ALICE, p.node[ALICE].policies[0]);
	assert_true(p.sent[ALICE] > sent);
	pair_clear(&p);
}

static void close_action_trap(void **state)
{
	struct pair p;

	(void)state;
	pair_of(&p, (struct conf_parts){ .children = "net { " NETS "close_action = trap\n}\n" }, 210);
	pair_initiate(&p, ALICE, "office");
	assert_int_equal(p.node[ALICE].policy_count, 0);
	pair_command(&p, BOB, &(struct command){ .kind = COMMAND_TERMINATE, .name = "branch", .child = "net" });
	pair_deliver(&p);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	acquire(&p, ALICE, p.node[ALICE].policies[0]);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	pair_clear(&p);
}

static bool nothing(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)d, (void)ctx;
	return false;
}

static void dpd_action_trap(void **state)
{
	struct pair p;

	(void)state;
	pair_of(&p, (struct conf_parts){ .children = "net { " NETS "dpd_action = trap\n}\n", .more = "dpd_delay = 10s\n" }, 211);
	pair_initiate(&p, ALICE, "office");
	p.filter = nothing;
	pair_run(&p, 400000);
	assert_int_equal(p.node[ALICE].installed_count, 0);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	p.filter = NULL;
	acquire(&p, ALICE, p.node[ALICE].policies[0]);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	pair_clear(&p);
}

static void trap_and_start(void **state)
{
	struct pair p;

	(void)state;
	pair_of(&p, (struct conf_parts){ .children = "net { " NETS "start_action = trap|start\n}\n" }, 212);
	pair_run(&p, 1);
	assert_int_equal(p.node[ALICE].policy_count, 1);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	assert_int_equal(p.node[ALICE].reqid[0], p.node[ALICE].policy_reqid[0]);
	pair_clear(&p);
}

/* Traffic from both ends at once: one Child SA is enough. */
static void crossing(void **state)
{
	const char *child = "net { " ESP "local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n" TRAP "}\n first { " ESP "}\n";
	struct traffic there = { .kind = TRAFFIC_ACQUIRE, .packet_local = host(1, 7, 6, 40000), .packet_remote = host(2, 9, 6, 22) };
	struct traffic back = { .kind = TRAFFIC_ACQUIRE, .packet_local = host(2, 3, 17, 53), .packet_remote = host(1, 8, 17, 53) };
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = "net { " NETS TRAP "}\n first { " ESP "}\n" }),
	          conf_bob((struct conf_parts){ .children = child, .remote = "192.0.2.1" }), 213);
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INITIATE, .name = "office", .child = "first" });
	pair_deliver(&p);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	there.child_id = p.node[ALICE].policies[0];
	back.child_id = p.node[BOB].policies[0];
	engine_traffic(p.node[ALICE].engine, p.now, &there);
	engine_traffic(p.node[BOB].engine, p.now, &back);
	pair_run(&p, 30000);
	assert_int_equal(p.node[ALICE].installed_count, 2);
	assert_int_equal(p.node[BOB].installed_count, 2);
	pair_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traffic_starts_it),
		cmocka_unit_test(packet_selectors),
		cmocka_unit_test(responder_takes_what_fits_the_packet),
		cmocka_unit_test(dynamic_is_the_own_address),
		cmocka_unit_test(to_nobody),
		cmocka_unit_test(load_again),
		cmocka_unit_test(other_peer),
		cmocka_unit_test(no_longer_wanted),
		cmocka_unit_test(changed_child),
		cmocka_unit_test(shunts),
		cmocka_unit_test(install_by_hand),
		cmocka_unit_test(installed_at_last),
		cmocka_unit_test(refused),
		cmocka_unit_test(close_action_trap),
		cmocka_unit_test(dpd_action_trap),
		cmocka_unit_test(trap_and_start),
		cmocka_unit_test(crossing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
