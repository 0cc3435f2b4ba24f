/* SPDX-License-Identifier: ISC */
/*
 * Memory runs out: the n-th allocation of an engine fails, for every n of a set-up. Nothing crashes, nothing is lost: the host ends
 * with what it began, and once there is memory again the tunnel comes up. Not under the sanitizers, which have an allocator
 * of their own.
 */
#include "support/unit.h"

#include <stdlib.h>

#include "pair.h"

#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)
#define CAN_FAIL 0
#else
#define CAN_FAIL 1
#endif

static struct {
	bool armed, fired;
	unsigned left;
} failing;

#if CAN_FAIL
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *at, size_t n);

static bool fails_now(void)
{
	if (!failing.armed)
		return false;
	if (failing.left-- > 0)
		return false;
	failing.armed = false;
	failing.fired = true;
	return true;
}

void *malloc(size_t n)
{
	return fails_now() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails_now() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *at, size_t n)
{
	return fails_now() ? NULL : __libc_realloc(at, n);
}
#endif

static void one_allocation_fails(void **state)
{
	unsigned n = 0;

	(void)state;
	if (!CAN_FAIL)
		skip();
	for (;; n++) {
		struct pair p;
		struct engine_conf conf = { 0 };

		pair_init_conf(&p, pair_alice, pair_bob, 700, &conf);
		failing.left = n;
		failing.fired = false;
		p.host_memory = &failing.armed;
		failing.armed = true;
		pair_initiate(&p, ALICE, "office");
		failing.armed = false;
		p.host_memory = NULL;
		pair_run(&p, 250000);
		assert_int_equal(pair_up(&p, ALICE), pair_up(&p, BOB));
		assert_int_equal(p.node[ALICE].installed_count, pair_children(&p, ALICE));
		assert_int_equal(p.node[BOB].installed_count, pair_children(&p, BOB));
		if (!failing.fired) {
			pair_clear(&p);
			break;
		}
		/* with memory again it works */
		if (pair_children(&p, ALICE) == 0) {
			uint64_t token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INITIATE, .name = "office" });

			pair_run(&p, 10000);
			assert_non_null(pair_done(&p, ALICE, token));
			assert_true(pair_done(&p, ALICE, token)->ok);
		}
		pair_clear(&p);
	}
	assert_true(n > 100);
}

/* A trap is installed, met, moved, and a Child SA of it watched for idleness. */
static void with_traps(struct pair *p)
{
	static const struct addr mine = { ADDR_V4, { 10, 1, 0, 7 } }, theirs = { ADDR_V4, { 10, 2, 0, 9 } };
	struct traffic t = { .kind = TRAFFIC_ACQUIRE, .packet_local = { .first = mine, .last = mine }, .packet_remote = { .first = theirs, .last = theirs } };
	static uint64_t token = 5000;

	engine_command(p->node[ALICE].engine, p->now, ++token, &(struct command){ .kind = COMMAND_LOAD, .conn = p->node[ALICE].config->connections[0] });
	pair_deliver(p);
	engine_command(p->node[ALICE].engine, p->now, ++token, &(struct command){ .kind = COMMAND_INSTALL, .child = "net" });
	pair_deliver(p);
	t.child_id = p->node[ALICE].policy_count ? p->node[ALICE].policies[0] : 0;
	engine_traffic(p->node[ALICE].engine, p->now, &t);
	pair_deliver(p);
	p->node[ALICE].addr.ip[3] = 17;
	engine_network(p->node[ALICE].engine, p->now);
	pair_deliver(p);
}

static void one_allocation_for_a_trap_fails(void **state)
{
	static const char alice[] =
		"connections { office { version = 2\n remote_addrs = 192.0.2.2\n proposals = aes256gcm16-prfsha256-x25519\n"
		"  local { auth = psk\n id = alice.example }\n remote { auth = psk\n id = bob.example }\n mobike = no\n"
		"  children { net { local_ts = 10.1.0.0/16, dynamic\n remote_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n"
		"    start_action = trap\n inactivity = 60s\n }\n } } }\n"
		"secrets { ike-x { secret = \"correct horse battery staple, a longer one\" } }\n";
	unsigned n = 0;

	(void)state;
	if (!CAN_FAIL)
		skip();
	for (;; n++) {
		struct engine_conf conf = { 0 };
		struct pair p;
		bool all;

		pair_init_conf(&p, alice, pair_bob, 701, &conf);
		pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_UNLOAD, .name = "office" });
		failing.left = n;
		failing.fired = false;
		p.host_memory = &failing.armed;
		failing.armed = true;
		with_traps(&p);
		failing.armed = false;
		p.host_memory = NULL;
		all = !failing.fired;
		pair_run(&p, 400000);
		assert_int_equal(p.node[ALICE].installed_count, 0); /* idle */
		assert_true(p.node[ALICE].policy_count <= 1);
		if (p.node[ALICE].policy_count == 0)
			pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_LOAD, .conn = p.node[ALICE].config->connections[0] });
		pair_run(&p, 2000);
		assert_int_equal(p.node[ALICE].policy_count, 1); /* with memory again it stands */
		pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_UNLOAD, .name = "office" });
		assert_int_equal(p.node[ALICE].policy_count, 0);
		pair_clear(&p);
		if (all)
			break;
	}
	assert_true(n > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_allocation_fails),
		cmocka_unit_test(one_allocation_for_a_trap_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
