/* SPDX-License-Identifier: ISC */
/* What is wanted comes up and comes back: pauses between tries, keyingtries, childless IKE SAs (RFC 6023), restarts. */
#include "support/unit.h"

#include <stdio.h>

#include "conf.h"
#include "iana/ikev2.h"
#include "pair.h"

#define NET_A "net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n "
#define NET_B "net { local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n esp_proposals = aes256gcm16\n "
#define START "start_action = start\n }\n"

static const struct engine_conf with_qcd = { .qcd = true, .qcd_secret = { 9, 8, 7 } };

static bool drop_all(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)d, (void)ctx;
	return false;
}

static bool count_inits(struct pair *p, struct datagram *d, void *ctx)
{
	unsigned *n = ctx;
	static uint8_t last[8];

	(void)p;
	if (d->data[18] == IKEV2_EXCHANGE_IKE_SA_INIT && memcmp(last, d->data, 8) != 0) {
		memcpy(last, d->data, 8);
		(*n)++;
	}
	return false;
}

/* --- pauses --- */

/* Many clients lose their gateway in the same instant: they do not come back in the same second. */
static void they_do_not_come_at_once(void **state)
{
	unsigned in_second[400] = { 0 }, most = 0;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		struct engine_conf conf = { .retransmit_first = 500, .retransmit_tries = 1, .retransmit_early = ENGINE_NONE };
		uint64_t start;
		unsigned n = 0;
		struct pair p;

		pair_init_conf(&p, conf_alice((struct conf_parts){ .children = NET_A START }), conf_bob((struct conf_parts){ 0 }), 1000 + i, &conf);
		p.filter = count_inits;
		p.ctx = &n;
		start = p.now.boot;
		/* the fifth new try: all began at the same time */
		while (n < 5 && p.now.boot - start < 390000)
			pair_run(&p, 200);
		assert_int_equal(n, 5);
		in_second[(p.now.boot - start) / 1000]++;
		pair_clear(&p);
	}
	for (size_t i = 0; i < COUNT_OF(in_second); i++)
		most = in_second[i] > most ? in_second[i] : most;
	assert_true(most < 40);
}

static unsigned tries_in(const char *secret, uint64_t ms, uint64_t seed)
{
	struct pair p;
	unsigned n;

	pair_init(&p, conf_alice((struct conf_parts){ .children = NET_A START, .secret = secret }),
	          conf_bob((struct conf_parts){ .remote_round = "auth = psk\n id = %any\n" }), seed);
	pair_run(&p, ms);
	n = p.node[ALICE].asked[ASK_AUTH_MAKE];
	assert_int_equal(pair_up(&p, ALICE), 0);
	pair_clear(&p);
	return n;
}

/* A peer that refuses our authentication will do so again: a few tries an hour. */
static void refused_is_tried_seldom(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 5; i++)
		assert_in_range(tries_in("another secret, just as long as that one is", 3600000, 30 + i), 4, 20);
}

/* --- keyingtries --- */

static void sequences(void **state)
{
	static const struct {
		const char *more, *child;
		bool command;
		unsigned inits;
	} rows[] = {
		{ "", NET_A "}\n", true, 1 },
		{ "keyingtries = 3\n", NET_A "}\n", true, 3 },
		{ "keyingtries = 2\n", NET_A START, false, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		unsigned n = 0;
		struct pair p;

		pair_init(&p, conf_alice((struct conf_parts){ .more = rows[i].more, .children = rows[i].child, .remote = "gw.bob.example" }),
		          conf_bob((struct conf_parts){ 0 }), 40 + i);
		p.filter = count_inits;
		p.ctx = &n;
		if (rows[i].command)
			pair_initiate(&p, ALICE, "office");
		pair_run(&p, 3600000);
		assert_int_equal(n, rows[i].inits);
		/* the name was asked for each time (and once for the responder's sake) */
		assert_int_equal(p.node[ALICE].asked[ASK_RESOLVE], rows[i].inits + 1);
		assert_int_equal(pair_ikes(&p, ALICE), 0);
		if (rows[i].command)
			assert_int_equal(pair_done(&p, ALICE, TOKEN)->kind, REASON_NO_ANSWER);
		pair_clear(&p);
	}
}

/* 0: for ever. The peer comes after an hour, and the command is done. */
static void for_ever(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .more = "keyingtries = 0\n" }), conf_bob((struct conf_parts){ 0 }), 50);
	p.filter = drop_all;
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 3600000);
	assert_null(pair_done(&p, ALICE, TOKEN));
	assert_int_equal(pair_ikes(&p, ALICE), 1);
	p.filter = NULL;
	pair_run(&p, 100000);
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	pair_clear(&p);
}

/* --- childless --- */

static void childless(void **state)
{
	static const struct {
		const char *alice, *bob;
		bool ike_only, ok;
		size_t up, children;
		unsigned sent; /* by alice */
	} rows[] = {
		{ "allow", "allow", true, true, 1, 0, 2 },
		{ "allow", "allow", false, true, 1, 1, 2 },
		{ "prefer", "allow", false, true, 1, 1, 3 },
		{ "prefer", "never", false, true, 1, 1, 2 },
		{ "force", "allow", false, true, 1, 1, 3 },
		{ "force", "force", false, true, 1, 1, 3 },
		{ "force", "never", false, false, 0, 0, 1 },
		{ "allow", "never", true, false, 0, 0, 1 },
		{ "never", "allow", true, false, 0, 0, 1 },
		{ "allow", "force", false, false, 1, 0, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char alice[64], bob[64];
		uint64_t token;
		struct pair p;

		(void)snprintf(alice, sizeof(alice), "childless = %s\n", rows[i].alice);
		(void)snprintf(bob, sizeof(bob), "childless = %s\n", rows[i].bob);
		pair_init(&p, conf_alice((struct conf_parts){ .more = alice }), conf_bob((struct conf_parts){ .more = bob }), 60 + i);
		token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INITIATE, .name = "office", .ike_only = rows[i].ike_only });
		pair_deliver(&p);
		if (pair_done(&p, ALICE, token)->ok != rows[i].ok || p.sent[ALICE] != rows[i].sent)
			fail_msg("%s, %s: %u sent", rows[i].alice, rows[i].bob, p.sent[ALICE]);
		for (unsigned k = 0; k < 2 && rows[i].ok; k++) {
			assert_int_equal(pair_up(&p, k), rows[i].up);
			assert_int_equal(p.node[k].installed_count, rows[i].children);
		}
		assert_int_equal(pair_up(&p, ALICE), rows[i].up);
		pair_clear(&p);
	}
}

/* --- restarts --- */

struct outbound {
	uint32_t spi;
};

static bool note_child(void *ctx, const struct child_info *c)
{
	((struct outbound *)ctx)->spi = c->spi_out;
	return true;
}

static bool note_ike(void *ctx, const struct ike_info *ike)
{
	if (ike->state == IKE_ESTABLISHED)
		*(uint32_t *)ctx = ike->id;
	return true;
}

/* The survivor sends packets all the time: those of Child SAs that the other one lost make it say so. */
static void traffic(struct pair *p, unsigned survivor)
{
	struct outbound o = { 0 };
	uint32_t id = 0;
	struct traffic t = { .kind = TRAFFIC_UNKNOWN_SPI, .path = pair_path(p, survivor) };

	engine_each_ike(p->node[survivor].engine, note_ike, &id);
	if (id)
		engine_each_child(p->node[survivor].engine, id, note_child, &o);
	t.spi = o.spi;
	if (o.spi && pair_up(p, !survivor) == 0)
		engine_traffic(p->node[!survivor].engine, p->now, &t);
	pair_deliver(p);
}

/* One end dies, in either way; whoever wants the tunnel, it is there again in less than 3 s after the start. */
static void restarts(void **state)
{
	(void)state;
	for (unsigned row = 0; row < 16; row++) {
		unsigned dies = row & 1, starts = row >> 1 & 1, down_for = row & 8 ? 1500 : 0;
		bool orderly = (row & 4) != 0;
		uint64_t seed = 80 + row;
		struct pair p;

		pair_init_conf(&p, conf_alice((struct conf_parts){ .children = starts == ALICE ? NET_A START : NET_A "}\n" }),
		               conf_bob((struct conf_parts){ .remote = "192.0.2.1", .children = starts == BOB ? NET_B START : NET_B "}\n" }),
		               seed, &with_qcd);
		pair_run(&p, 1000);
		assert_int_equal(pair_up(&p, ALICE), 1);
		pair_run(&p, 90000);
		if (orderly) {
			pair_command(&p, dies, &(struct command){ .kind = COMMAND_SHUTDOWN, .timeout = 2000 });
			pair_deliver(&p);
		}
		p.filter = drop_all;
		pair_run(&p, down_for);
		p.filter = NULL;
		pair_restart(&p, dies);
		for (unsigned ms = 0; ms < 3000; ms += 100) {
			traffic(&p, !dies);
			pair_run(&p, 100);
		}
		for (unsigned k = 0; k < 2; k++) {
			if (pair_up(&p, k) != 1 || p.node[k].installed_count != 1)
				fail_msg("row %u (%u dies, %u starts, %s): node %u: %zu up, %zu installed", row, dies, starts,
				         orderly ? "orderly" : "killed", k, pair_up(&p, k), p.node[k].installed_count);
			assert_int_equal(p.node[k].spis_out, 0);
		}
		pair_run(&p, 60000);
		for (unsigned k = 0; k < 2; k++)
			assert_int_equal(pair_up(&p, k), 1);
		pair_clear(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_do_not_come_at_once),
		cmocka_unit_test(refused_is_tried_seldom),
		cmocka_unit_test(sequences),
		cmocka_unit_test(for_ever),
		cmocka_unit_test(childless),
		cmocka_unit_test(restarts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
