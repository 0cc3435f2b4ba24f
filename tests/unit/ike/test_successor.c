/* SPDX-License-Identifier: ISC */
/* Rekeying IKE SAs: alone, crossing, with messages lost; beside what Child SAs do. RFC 7296 1.3.2, 2.8.2, 2.18, 2.25.2. */
#include "support/unit.h"

#include "conf.h"
#include "iana/ikev2.h"
#include "pair.h"

static const char still_alice[] =
	"net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n rekey_time = 0\n life_time = 0\n }\n";
static const char still_bob[] =
	"net { local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n esp_proposals = aes256gcm16\n rekey_time = 0\n life_time = 0\n }\n";

static void begin(struct pair *p, uint64_t seed, const char *alice)
{
	pair_init(p, conf_alice((struct conf_parts){ .more = alice, .children = still_alice }),
	          conf_bob((struct conf_parts){ .more = "rekey_time = 0\n", .children = still_bob }), seed);
	pair_initiate(p, ALICE, "office");
	assert_true(pair_done(p, ALICE, TOKEN)->ok);
}

static void rekey(struct pair *p, unsigned i)
{
	static uint64_t token = 9000;

	engine_command(p->node[i].engine, p->now, ++token, &(struct command){ .kind = COMMAND_REKEY, .name = i ? "branch" : "office" });
	pair_host(p, i);
	assert_true(pair_done(p, i, token)->ok);
	assert_int_equal(pair_done(p, i, token)->matches, 1);
}

struct only {
	size_t count;
	uint32_t id;
	uint64_t spi_i, spi_r;
	bool initiator;
};

static bool see(void *ctx, const struct ike_info *ike)
{
	struct only *only = ctx;

	*only = (struct only){ only->count + 1, ike->id, ike->spi_i, ike->spi_r, ike->initiator };
	return true;
}

/* One IKE SA with its Child SA on each side, the same; one news each; nothing left. */
static void settled(struct pair *p, unsigned rekeys)
{
	struct only only[2] = { 0 };

	pair_run(p, 500000);
	for (unsigned k = 0; k < 2; k++) {
		engine_each_ike(p->node[k].engine, see, &only[k]);
		assert_int_equal(only[k].count, 1);
		assert_int_equal(pair_up(p, k), 1);
		assert_int_equal(pair_children(p, k), 1);
		assert_int_equal(p->node[k].installed_count, 1);
		assert_int_equal(p->node[k].of_ike[0], only[k].id);
		assert_int_equal(p->node[k].ups, 1);
		assert_int_equal(p->node[k].downs, 0);
		assert_int_equal(p->node[k].child_ups, 1);
		assert_int_equal(p->node[k].child_downs, 0);
		assert_int_equal(p->node[k].ike_rekeys, rekeys);
		assert_int_equal(p->node[k].spis_out, 0);
	}
	assert_true(only[0].spi_i == only[1].spi_i && only[0].spi_r == only[1].spi_r);
	assert_true(only[0].initiator != only[1].initiator);
}

/* What is left works: it can be closed, from either side, at the peer as well. */
static void ends(struct pair *p, unsigned i)
{
	uint64_t token = pair_command(p, i, &(struct command){ .kind = COMMAND_TERMINATE, .name = i ? "branch" : "office" });

	pair_run(p, 60000);
	assert_true(pair_done(p, i, token)->ok);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(pair_ikes(p, k), 0);
		assert_int_equal(p->node[k].installed_count, 0);
		assert_int_equal(p->node[k].downs, 1);
		assert_int_equal(p->node[k].child_downs, 1);
	}
	pair_clear(p);
}

static void by_command(void **state)
{
	(void)state;
	for (unsigned who = 0; who < 2; who++) {
		struct pair p;

		begin(&p, 1, "rekey_time = 0\n");
		rekey(&p, who);
		settled(&p, 1);
		rekey(&p, !who);
		settled(&p, 2);
		ends(&p, who);
	}
}

static void by_time(void **state)
{
	struct pair p;

	(void)state;
	begin(&p, 2, "rekey_time = 1h\n over_time = 10m\n rand_time = 0\n");
	pair_run(&p, 3590000);
	assert_int_equal(p.node[ALICE].ike_rekeys, 0);
	pair_run(&p, 20000);
	assert_int_equal(p.node[ALICE].ike_rekeys, 1);
	pair_run(&p, 36000000);
	assert_int_equal(p.node[ALICE].ike_rekeys, 11);
	settled(&p, 11);
	ends(&p, ALICE);
}

static bool lose_nth(struct pair *p, struct datagram *d, void *ctx)
{
	int *n = ctx;

	(void)p, (void)d;
	return (*n)-- != 0;
}

static void each_is_lost(void **state)
{
	(void)state;
	for (unsigned who = 0; who < 2; who++)
		for (int i = 0; i < 4; i++) {
			struct pair p;
			int n = i;

			begin(&p, 3, "rekey_time = 0\n");
			p.filter = lose_nth;
			p.ctx = &n;
			rekey(&p, who);
			settled(&p, 1);
			ends(&p, who);
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

			begin(&p, 100 + seed, "rekey_time = 0\n");
			p.filter = lose_nth;
			p.ctx = &n;
			rekey(&p, ALICE);
			rekey(&p, BOB);
			settled(&p, 1);
			ends(&p, seed % 2);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_command), cmocka_unit_test(by_time), cmocka_unit_test(each_is_lost), cmocka_unit_test(crossing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
