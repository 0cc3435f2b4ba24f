/* SPDX-License-Identifier: ISC */
/* Setting up, adding, deleting: two engines that meet. RFC 7296 1.2 to 1.4. */
#include "support/unit.h"

#include "pair.h"

static void psk_tunnel(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 1);
	pair_initiate(&p, ALICE, "office");
	assert_non_null(pair_done(&p, ALICE, TOKEN));
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(pair_up(&p, i), 1);
		assert_int_equal(pair_children(&p, i), 1);
		assert_int_equal(p.node[i].installed_count, 1);
		assert_int_equal(p.node[i].spis_out, 0);
		assert_int_equal(p.node[i].ups, 1);
		assert_int_equal(p.node[i].child_ups, 1);
	}
	assert_memory_equal(p.node[0].key_out[0], p.node[1].key_in[0], 32);
	assert_memory_equal(p.node[0].key_in[0], p.node[1].key_out[0], 32);
	assert_memory_not_equal(p.node[0].key_in[0], p.node[0].key_out[0], 32);
	assert_int_equal(p.sent[0], 2);
	assert_int_equal(p.sent[1], 2);
	pair_clear(&p);
}

static void terminate_both_ways(void **state)
{
	(void)state;
	for (unsigned who = 0; who < 2; who++) {
		struct pair p;
		uint64_t token;

		pair_init(&p, pair_alice, pair_bob, 2 + who);
		pair_initiate(&p, ALICE, "office");
		token = pair_command(&p, who, &(struct command){ .kind = COMMAND_TERMINATE, .name = who ? "branch" : "office" });
		pair_deliver(&p);
		assert_true(pair_done(&p, who, token)->ok);
		assert_int_equal(pair_done(&p, who, token)->matches, 1);
		for (unsigned i = 0; i < 2; i++) {
			assert_int_equal(pair_ikes(&p, i), 0);
			assert_int_equal(p.node[i].installed_count, 0);
			assert_int_equal(p.node[i].downs, 1);
			assert_int_equal(p.node[i].child_downs, 1);
		}
		pair_clear(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(psk_tunnel),
		cmocka_unit_test(terminate_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
