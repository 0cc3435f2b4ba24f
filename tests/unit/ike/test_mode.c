/* SPDX-License-Identifier: ISC */
/* Transport mode: agreed, fallen back from, demanded, through a NAT. RFC 7296 1.3.1, 2.23.1. */
#include "support/unit.h"

#include "conf.h"
#include "pair.h"

#define T "esp_proposals = aes256gcm16\n mode = transport\n"
#define REQUIRED T "mode_required = yes\n"
#define TUNNEL "esp_proposals = aes256gcm16\n"

static const struct {
	const char *name, *alice, *bob;
	bool up, transport;
	bool nat;
} cases[] = {
	{ "both want it", "net { " T "}\n", "net { " T "}\n", true, true, false },
	{ "selectors with ports", "net { " T "local_ts = dynamic[tcp]\n remote_ts = dynamic[tcp/80], dynamic[tcp/443]\n}\n",
	  "net { " T "local_ts = dynamic[tcp]\n}\n", true, true, false },
	{ "the responder takes tunnel mode only", "net { " T "}\n", "net { " TUNNEL "}\n", true, false, false },
	{ "the initiator asks for tunnel mode", "net { " TUNNEL "}\n", "net { " T "}\n", true, false, false },
	{ "the initiator demands it in vain", "net { " REQUIRED "}\n", "net { " TUNNEL "}\n", false, false, false },
	{ "the responder demands it in vain", "net { " TUNNEL "}\n", "net { " REQUIRED "}\n", false, false, false },
	{ "both demand it", "net { " REQUIRED "}\n", "net { " REQUIRED "}\n", true, true, false },
	{ "nets are no hosts", "net { " T "local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n}\n",
	  "net { " T "local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n}\n", true, false, false },
	{ "nets are no hosts, and it is demanded", "net { " REQUIRED "local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n}\n",
	  "net { " T "local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n}\n", false, false, false },
	{ "the responder's child in transport mode is taken, not the wider one", "net { " T "}\n",
	  "wide { " TUNNEL "local_ts = 0.0.0.0/0\n remote_ts = 0.0.0.0/0\n}\n net { " T "}\n", true, true, false },
	{ "through a NAT", "net { " T "}\n", "net { " T "}\n", true, true, true },
	{ "through a NAT, wide selectors at the responder", "net { " T "}\n", "net { " T "remote_ts = 0.0.0.0/0\n}\n", true, true, true },
};

static void check_case(size_t i)
{
	struct pair p;
	const struct addr nat = { ADDR_V4, { 203, 0, 113, 7 } };

	pair_init(&p, conf_alice((struct conf_parts){ .children = cases[i].alice }), conf_bob((struct conf_parts){ .children = cases[i].bob }),
	          100 + i);
	if (cases[i].nat)
		p.nat = nat;
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 1000);
	assert_non_null(pair_done(&p, ALICE, TOKEN));
	if (pair_done(&p, ALICE, TOKEN)->ok != cases[i].up)
		fail_msg("%s: up or not", cases[i].name);
	for (unsigned n = 0; n < 2; n++) {
		if (p.node[n].installed_count != cases[i].up)
			fail_msg("%s: %zu installed at %u", cases[i].name, p.node[n].installed_count, n);
		if (cases[i].up && (p.node[n].mode[0] == MODE_TRANSPORT) != cases[i].transport)
			fail_msg("%s: the mode at %u", cases[i].name, n);
		assert_int_equal(p.node[n].spis_out, 0);
		if (!cases[i].nat && cases[i].up)
			assert_int_equal(p.node[n].original_local[0].family, ADDR_NONE);
	}
	if (!cases[i].up)
		assert_int_equal(pair_done(&p, ALICE, TOKEN)->kind == REASON_MODE || pair_done(&p, ALICE, TOKEN)->kind == REASON_PEER_REFUSED, 1);
	if (cases[i].nat) {
		/* the peer's checksums are made with what the peer sees */
		assert_true(addr_equal(&p.node[ALICE].original_local[0], &nat));
		assert_true(addr_equal(&p.node[ALICE].original_remote[0], &p.node[BOB].addr));
		assert_true(addr_equal(&p.node[BOB].original_local[0], &p.node[BOB].addr));
		assert_true(addr_equal(&p.node[BOB].original_remote[0], &p.node[ALICE].addr));
	}
	pair_clear(&p);
}

static void modes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check_case(i);
}

/* The second Child SA comes by CREATE_CHILD_SA. */
static void by_create_child_sa(void **state)
{
	struct pair p;
	const char *two = "net { " TUNNEL "local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n}\n host { " T "}\n";
	const char *other = "net { " TUNNEL "local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n}\n host { " T "}\n";

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = two }), conf_bob((struct conf_parts){ .children = other }), 130);
	pair_initiate(&p, ALICE, "office");
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	for (unsigned n = 0; n < 2; n++) {
		assert_int_equal(p.node[n].installed_count, 2);
		assert_int_equal(p.node[n].mode[0], MODE_TUNNEL);
		assert_int_equal(p.node[n].mode[1], MODE_TRANSPORT);
	}
	pair_clear(&p);
}

/* A rekeyed one has the mode of the one that it replaces, and the peer's addresses. */
static void rekeyed(void **state)
{
	const struct addr nat = { ADDR_V4, { 203, 0, 113, 7 } };

	(void)state;
	for (unsigned who = 0; who < 2; who++)
		for (unsigned natted = 0; natted < 2; natted++) {
			struct pair p;

			pair_init(&p, conf_alice((struct conf_parts){ .children = "net { " T "}\n" }),
			          conf_bob((struct conf_parts){ .children = "net { " T "}\n" }), 140 + 2 * who + natted);
			if (natted)
				p.nat = nat;
			pair_initiate(&p, ALICE, "office");
			pair_command(&p, who, &(struct command){ .kind = COMMAND_REKEY, .child = "net" });
			pair_run(&p, 30000);
			for (unsigned n = 0; n < 2; n++) {
				assert_int_equal(p.node[n].installed_count, 1);
				assert_int_equal(p.node[n].installed[0], 2);
				assert_int_equal(p.node[n].mode[0], MODE_TRANSPORT);
			}
			if (natted) {
				assert_true(addr_equal(&p.node[BOB].original_remote[0], &p.node[ALICE].addr));
				assert_true(addr_equal(&p.node[ALICE].original_local[0], &nat));
			}
			pair_clear(&p);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes),
		cmocka_unit_test(by_create_child_sa),
		cmocka_unit_test(rekeyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
