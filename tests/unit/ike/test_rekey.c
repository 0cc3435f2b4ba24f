/* SPDX-License-Identifier: ISC */
/* Rekeying Child SAs: alone, crossing, with messages lost; deletes in between. RFC 7296 1.3.3, 2.8, 2.8.1, 2.9.2, 2.25.1. */
#include "support/unit.h"

#include <stdio.h>

#include "conf.h"
#include "iana/ikev2.h"
#include "pair.h"

#define LIVES "rekey_time = 1h\n life_time = 70m\n rand_time = 0\n"

static const char plain_alice[] =
	"net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n " LIVES "}\n";
static const char plain_bob[] =
	"net { local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n esp_proposals = aes256gcm16\n rekey_time = 0\n life_time = 0\n }\n";

static void begin(struct pair *p, uint64_t seed)
{
	pair_init(p, conf_alice((struct conf_parts){ .more = "rekey_time = 0\n", .children = plain_alice }),
	          conf_bob((struct conf_parts){ .more = "rekey_time = 0\n", .children = plain_bob }), seed);
	pair_initiate(p, ALICE, "office");
	assert_true(pair_done(p, ALICE, TOKEN)->ok);
}

/* Packets flow both ways whenever a datagram has been delivered, and when nothing is on its way. */
static void deliver_flowing(struct pair *p)
{
	for (unsigned i = 0; i < 1000; i++) {
		bool more = pair_step(p);

		assert_true(pair_flows(p, ALICE));
		assert_true(pair_flows(p, BOB));
		if (!more)
			return;
	}
	fail_msg("no rest");
}

static uint32_t newest(const struct peer *n)
{
	uint32_t id = 0;

	for (size_t i = 0; i < n->installed_count; i++)
		if (n->installed[i] > id)
			id = n->installed[i];
	return id;
}

/* The data plane of `i` reports that a soft limit is reached on what it uses. */
static void soft(struct pair *p, unsigned i)
{
	engine_traffic(p->node[i].engine, p->now, &(struct traffic){ .kind = TRAFFIC_SOFT_LIMIT, .child_id = newest(&p->node[i]) });
	pair_host(p, i);
}

/* All is as after a rekeying: one Child SA on each side, the same; one news each; nothing left. */
static void settled(struct pair *p, unsigned rekeys)
{
	pair_run(p, 400000);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p->node[k].installed_count, 1);
		assert_int_equal(pair_children(p, k), 1);
		assert_int_equal(p->node[k].spis_out, 0);
		assert_int_equal(p->node[k].child_ups, 1);
		assert_int_equal(p->node[k].child_downs, 0);
		assert_int_equal(p->node[k].child_rekeys, rekeys);
		assert_int_equal(pair_up(p, k), 1);
		assert_true(pair_flows(p, k));
		assert_false(p->node[k].inbound_only[0]);
	}
	assert_int_equal(p->node[ALICE].spi_out[0], p->node[BOB].spi_in[0]);
	assert_int_equal(p->node[ALICE].spi_in[0], p->node[BOB].spi_out[0]);
}

static void by_time(void **state)
{
	struct pair p;
	uint32_t first;

	(void)state;
	begin(&p, 1);
	first = p.node[ALICE].installed[0];
	pair_run(&p, 3599000);
	assert_int_equal(p.node[ALICE].child_rekeys, 0);
	pair_run(&p, 2000);
	assert_int_equal(p.node[ALICE].child_rekeys, 1);
	assert_int_equal(p.node[BOB].child_rekeys, 1);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p.node[k].installed_count, 2); /* what is under way by the old one is received still */
		assert_true(p.node[k].inbound_only[0] != p.node[k].inbound_only[1]); /* and nothing may go out by it */
		assert_true(p.node[k].inbound_only[p.node[k].installed[0] == newest(&p.node[k])]);
	}
	settled(&p, 1);
	assert_int_not_equal(p.node[ALICE].installed[0], first);
	pair_run(&p, 10 * 3600000ul);
	assert_int_equal(p.node[ALICE].child_ups, 1);
	assert_true(p.node[ALICE].child_rekeys >= 10);
	assert_int_equal(p.node[ALICE].child_rekeys, p.node[BOB].child_rekeys);
	pair_clear(&p);
}

/* By the soft limits of the data plane, from each side: packets are received at every moment. */
static void by_limits(void **state)
{
	(void)state;
	for (unsigned who = 0; who < 2; who++) {
		struct pair p;

		begin(&p, 2);
		soft(&p, who);
		deliver_flowing(&p);
		settled(&p, 1);
		pair_clear(&p);
	}
}

static bool lose_nth(struct pair *p, struct datagram *d, void *ctx)
{
	int *n = ctx;

	(void)p, (void)d;
	return (*n)-- != 0;
}

/* Each message of a rekeying is lost once. */
static void each_is_lost(void **state)
{
	(void)state;
	for (unsigned who = 0; who < 2; who++)
		for (int i = 0; i < 4; i++) {
			struct pair p;
			int n = i;

			begin(&p, 3);
			p.filter = lose_nth;
			p.ctx = &n;
			soft(&p, who);
			settled(&p, 1);
			pair_clear(&p);
		}
}

/* Both at once, over many seeds: each of the four nonces is the lowest some time; and each message is lost once. */
static void crossing(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 24; seed++)
		for (int i = -1; i < 8; i++) {
			struct pair p;
			int n = i;

			begin(&p, 100 + seed);
			p.filter = lose_nth;
			p.ctx = &n;
			soft(&p, ALICE);
			soft(&p, BOB);
			if (i < 0)
				deliver_flowing(&p);
			settled(&p, 1);
			pair_clear(&p);
		}
}

/* PFS that does not meet shows in the first minute, at both ends; what meets says nothing. */
static void pfs_mismatch(void **state)
{
	static const struct {
		const char *alice, *bob;
		unsigned told;
	} rows[] = {
		{ "aes256gcm16-x25519", "aes256gcm16-ecp256", 1 },  { "aes256gcm16-x25519", "aes256gcm16", 1 },
		{ "aes256gcm16-x25519-none", "aes256gcm16", 0 },    { "aes256gcm16-x25519", "aes256gcm16-ecp256-x25519", 0 },
		{ "aes256gcm16", "aes256gcm16", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct pair p;
		char a[256], b[256];

		snprintf(a, sizeof(a), "net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = %s\n }\n", rows[i].alice);
		snprintf(b, sizeof(b), "net { local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n esp_proposals = %s\n }\n", rows[i].bob);
		pair_init(&p, conf_alice((struct conf_parts){ .children = a }), conf_bob((struct conf_parts){ .children = b }), 200 + i);
		pair_initiate(&p, ALICE, "office");
		assert_true(pair_done(&p, ALICE, TOKEN)->ok);
		for (unsigned k = 0; k < 2; k++)
			assert_int_equal(p.node[k].stories[STORY_VISIBLE_FAULT], rows[i].told);
		if (rows[i].told == 0) {
			soft(&p, BOB);
			pair_run(&p, 20000);
			assert_int_equal(p.node[ALICE].child_rekeys, 1);
		}
		pair_clear(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_time), cmocka_unit_test(by_limits), cmocka_unit_test(each_is_lost), cmocka_unit_test(crossing), cmocka_unit_test(pfs_mismatch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
