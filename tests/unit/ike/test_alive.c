/* SPDX-License-Identifier: ISC */
/* Signs of life by need, hints without proof, crash detection (RFC 6290), times of retransmission, restarts. */
#include "support/unit.h"

#include "conf.h"
#include "iana/ikev2.h"
#include "pair.h"

static const struct engine_conf with_qcd = { .qcd = true, .qcd_secret = { 0, 1, 2, 3 } };

static bool drop_all(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)d, (void)ctx;
	return false;
}

/* --- by need --- */

static void traffic_counts(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .more = "dpd_delay = 10s\n" }), conf_bob((struct conf_parts){ 0 }), 1);
	pair_initiate(&p, ALICE, "office");
	p.sent[ALICE] = 0;
	/* packets came all the time: nobody is asked */
	for (unsigned i = 0; i < 10; i++) {
		p.node[ALICE].used_in = p.now.boot - 500;
		pair_run(&p, 9000);
	}
	assert_int_equal(p.sent[ALICE], 0);
	assert_in_range(p.node[ALICE].asked[ASK_USAGE], 5, 12);
	/* none any more: the peer is asked within the delay and answers */
	pair_run(&p, 20000);
	assert_in_range(p.sent[ALICE], 1, 2);
	assert_int_equal(pair_up(&p, ALICE), 1);
	/* a host that gives no answer does not keep the question from being asked */
	p.node[ALICE].hold = 1u << ASK_USAGE;
	p.sent[ALICE] = 0;
	pair_run(&p, 60000);
	assert_true(p.sent[ALICE] >= 1);
	assert_int_equal(pair_up(&p, ALICE), 1);
	p.node[ALICE].hold = 0;
	pair_clear(&p);
}

/* The machine sleeps for ten minutes: the peer is asked at once, and gets all the time that it usually has. */
static void sleep_is_not_death(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .more = "dpd_delay = 10s\n" }), conf_bob((struct conf_parts){ 0 }), 2);
	pair_initiate(&p, ALICE, "office");
	p.filter = drop_all;
	pair_run(&p, 100000); /* cut off, the last send but one is out */
	assert_int_equal(pair_up(&p, ALICE), 1);
	p.now.boot += 600000;
	pair_run(&p, 30000);
	assert_int_equal(pair_up(&p, ALICE), 1);
	p.filter = NULL;
	pair_run(&p, 60000);
	assert_int_equal(pair_up(&p, ALICE), 1);
	/* idle, asleep, awake: asked at once */
	p.now.boot += 600000;
	p.sent[ALICE] = 0;
	pair_run(&p, 1);
	assert_int_equal(p.sent[ALICE], 1);
	/* and a peer that is dead is found dead after all */
	p.filter = drop_all;
	pair_run(&p, 200000);
	assert_int_equal(pair_up(&p, ALICE), 0);
	pair_clear(&p);
}

/* --- retransmission --- */

struct times {
	uint64_t start, at[32];
	size_t count;
};

static bool note_times(struct pair *p, struct datagram *d, void *ctx)
{
	struct times *t = ctx;

	if (d->from == ALICE && t->count < COUNT_OF(t->at))
		t->at[t->count++] = p->now.boot - t->start;
	return false;
}

static void configured_times(void **state)
{
	static const struct {
		const char *name;
		struct engine_conf conf;
		uint64_t want[6];
		size_t count;
	} rows[] = {
		{ "fast", { .retransmit_first = 500, .retransmit_base_percent = 200, .retransmit_tries = 3, .retransmit_early = ENGINE_NONE },
		  { 0, 500, 1500, 3500 }, 4 },
		{ "a limit", { .retransmit_first = 1000, .retransmit_base_percent = 300, .retransmit_tries = 4, .retransmit_limit = 2000,
		               .retransmit_early = ENGINE_NONE }, { 0, 1000, 3000, 5000, 7000 }, 5 },
		{ "early ones lie inside the first wait", { .retransmit_first = 3000, .retransmit_tries = 1, .retransmit_early = 9 },
		  { 0, 1000, 2000, 3000 }, 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct times t = { 0 };
		struct pair p;

		pair_init(&p, pair_alice, pair_bob, 3);
		engine_configure(p.node[ALICE].engine, &rows[i].conf);
		p.filter = note_times;
		p.ctx = &t;
		t.start = p.now.boot;
		pair_initiate(&p, ALICE, "office");
		pair_run(&p, 60000);
		if (t.count != rows[i].count)
			fail_msg("%s: %zu sends", rows[i].name, t.count);
		for (size_t k = 0; k < t.count; k++)
			assert_int_equal(t.at[k], rows[i].want[k]);
		assert_non_null(pair_done(&p, ALICE, TOKEN));
		pair_clear(&p);
	}
}

/* --- crash detection --- */

/* A packet that nobody knows arrives at `i`. */
static void unknown_spi(struct pair *p, unsigned i, uint32_t spi)
{
	struct traffic t = { .kind = TRAFFIC_UNKNOWN_SPI, .spi = spi, .path = pair_path(p, !i) };

	engine_traffic(p->node[i].engine, p->now, &t);
	pair_deliver(p);
}

struct outbound {
	uint32_t spi;
};

static bool note_child(void *ctx, const struct child_info *c)
{
	((struct outbound *)ctx)->spi = c->spi_out;
	return true;
}

static bool each_ike(void *ctx, const struct ike_info *ike)
{
	*(uint32_t *)ctx = ike->id;
	return true;
}

static uint32_t spi_out(const struct pair *p, unsigned i)
{
	struct outbound o = { 0 };
	uint32_t id = 0;

	engine_each_ike(p->node[i].engine, each_ike, &id);
	engine_each_child(p->node[i].engine, id, note_child, &o);
	return o.spi;
}

static void token_ends_at_once(void **state)
{
	(void)state;
	for (unsigned who = 0; who < 2; who++) {
		struct pair p;

		/* `who` crashes; the other's packets meet nobody there */
		pair_init_conf(&p, pair_alice, pair_bob, 10, &with_qcd);
		pair_initiate(&p, ALICE, "office");
		assert_int_equal(pair_up(&p, !who), 1);
		pair_restart(&p, who);
		unknown_spi(&p, who, spi_out(&p, !who));
		assert_int_equal(pair_up(&p, !who), 0);
		assert_int_equal(p.node[!who].installed_count, 0);
		assert_int_equal(p.node[!who].downs, 1);
		assert_int_equal(pair_counter(&p, who, "crash-token-sent"), 1);
		assert_int_equal(pair_counter(&p, !who, "crash-token-taken"), 1);
		pair_clear(&p);
	}
}

static void no_secret_no_token(void **state)
{
	struct engine_conf off = { 0 };
	struct pair p;

	(void)state;
	pair_init_conf(&p, pair_alice, pair_bob, 11, &off);
	pair_initiate(&p, ALICE, "office");
	pair_restart(&p, BOB);
	unknown_spi(&p, BOB, spi_out(&p, ALICE));
	assert_int_equal(pair_counter(&p, BOB, "crash-token-sent"), 0);
	assert_int_equal(pair_up(&p, ALICE), 1); /* INVALID_IKE_SPI proves nothing */
	pair_run(&p, 200000);
	assert_int_equal(pair_up(&p, ALICE), 0); /* the sign of life that it was asked for never came */
	pair_clear(&p);
}

/* Another secret (a peer that lies, a secret that was lost) proves nothing. */
static void wrong_token(void **state)
{
	struct pair p;

	(void)state;
	pair_init_conf(&p, pair_alice, pair_bob, 12, &with_qcd);
	pair_initiate(&p, ALICE, "office");
	p.node[BOB].conf.qcd_secret[31] ^= 1;
	pair_restart(&p, BOB);
	unknown_spi(&p, BOB, spi_out(&p, ALICE));
	assert_int_equal(pair_counter(&p, ALICE, "crash-token-wrong"), 1);
	assert_int_equal(pair_up(&p, ALICE), 1);
	pair_clear(&p);
}

/* 9.2: whatever is asked, no token leaves for SPIs that are in use. */
static void no_token_for_the_living(void **state)
{
	struct pair p;

	(void)state;
	pair_init_conf(&p, pair_alice, pair_bob, 13, &with_qcd);
	pair_initiate(&p, ALICE, "office");
	for (unsigned who = 0; who < 2; who++) {
		struct datagram kept = { .len = 0 };
		struct path path = pair_path(&p, !who);

		p.filter = pair_keep_first;
		p.ctx = &kept;
		unknown_spi(&p, !who, 77); /* a sealed message of the other one leaves */
		assert_true(kept.len > 0);
		p.filter = NULL;
		for (unsigned flags = 0; flags < 256; flags++) {
			kept.data[19] = (uint8_t)flags;
			pair_input(&p, who, &path, bytes(kept.data, kept.len));
			pair_deliver(&p);
		}
		pair_run(&p, 6000);
	}
	assert_int_equal(pair_counter(&p, ALICE, "crash-token-sent"), 0);
	assert_int_equal(pair_counter(&p, BOB, "crash-token-sent"), 0);
	pair_clear(&p);
}

/* No answer to what nobody has asked in an SA is larger than the question. */
static bool no_amplification(struct pair *p, struct datagram *d, void *ctx)
{
	size_t *least = ctx;

	(void)p;
	if (d->from == ALICE && d->len < *least)
		*least = d->len;
	if (d->from == BOB)
		assert_true(d->len <= *least);
	return true;
}

static void token_is_not_larger(void **state)
{
	size_t least = 65536;
	struct pair p;

	(void)state;
	pair_init_conf(&p, conf_alice((struct conf_parts){ .more = "dpd_delay = 10s\n" }), conf_bob((struct conf_parts){ 0 }), 14, &with_qcd);
	pair_initiate(&p, ALICE, "office");
	pair_restart(&p, BOB);
	p.filter = no_amplification;
	p.ctx = &least;
	pair_run(&p, 11000);
	assert_int_equal(pair_counter(&p, BOB, "crash-token-sent"), 1);
	assert_int_equal(pair_up(&p, ALICE), 0);
	pair_clear(&p);
}

/* --- hints --- */

static struct bytes invalid_spi(uint8_t room[64], uint32_t spi)
{
	static const uint8_t head[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 41, 0x20, 37, 0x08, 0, 0, 0, 0, 0, 0, 0, 40,
		                        0, 0, 0, 12, 0, 0, 0, 11 };

	memcpy(room, head, sizeof(head));
	put_u32(room + sizeof(head), spi);
	return bytes(room, sizeof(head) + 4);
}

static void hints_are_only_hints(void **state)
{
	uint8_t room[64];
	struct path path;
	struct pair p;

	(void)state;
	pair_init_conf(&p, pair_alice, pair_bob, 15, &with_qcd);
	pair_initiate(&p, ALICE, "office");
	path = pair_path(&p, BOB);
	p.sent[ALICE] = p.sent[BOB] = 0;
	/* of an SPI that is not ours, from elsewhere: nothing */
	pair_input(&p, ALICE, &path, invalid_spi(room, 4711));
	pair_deliver(&p);
	assert_int_equal(p.sent[ALICE], 0);
	/* a hundred right ones: one question, one answer, nothing changed; never an answer to the hint itself */
	for (unsigned i = 0; i < 100; i++) {
		pair_input(&p, ALICE, &path, invalid_spi(room, spi_out(&p, ALICE)));
		pair_deliver(&p);
	}
	assert_int_equal(p.sent[ALICE], 1);
	assert_int_equal(p.sent[BOB], 1);
	assert_int_equal(pair_up(&p, ALICE), 1);
	assert_int_equal(p.node[ALICE].child_downs, 0);
	pair_run(&p, 6000);
	pair_input(&p, ALICE, &path, invalid_spi(room, spi_out(&p, ALICE)));
	pair_deliver(&p);
	assert_int_equal(p.sent[ALICE], 2);
	pair_clear(&p);
}

/* Inside the SA it is the truth: the Child SA is made anew. But not when it is so young that the peer may just not know it yet. */
static void lost_child_is_made_anew(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 16);
	pair_initiate(&p, ALICE, "office");
	unknown_spi(&p, BOB, spi_out(&p, ALICE));
	assert_int_equal(p.node[ALICE].child_ups, 1);
	pair_run(&p, 20000);
	unknown_spi(&p, BOB, spi_out(&p, ALICE));
	pair_run(&p, 1000);
	assert_int_equal(p.node[ALICE].child_ups, 2);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p.node[k].installed_count, 1);
		assert_int_equal(pair_up(&p, k), 1);
	}
	pair_clear(&p);
}

/* The peer was away and is back, while we wait for the next time to ask: its hint makes us ask now. */
static void hint_ends_the_waiting(void **state)
{
	struct pair p;

	(void)state;
	pair_init_conf(&p, conf_alice((struct conf_parts){ .more = "dpd_delay = 10s\n" }), conf_bob((struct conf_parts){ 0 }), 17, &with_qcd);
	pair_initiate(&p, ALICE, "office");
	p.filter = drop_all;
	pair_run(&p, 40000);
	p.filter = NULL;
	assert_int_equal(pair_up(&p, ALICE), 1);
	pair_restart(&p, BOB);
	unknown_spi(&p, BOB, spi_out(&p, ALICE));
	assert_int_equal(pair_up(&p, ALICE), 0);
	pair_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(traffic_counts),
		cmocka_unit_test(sleep_is_not_death),
		cmocka_unit_test(configured_times),
		cmocka_unit_test(token_ends_at_once),
		cmocka_unit_test(no_secret_no_token),
		cmocka_unit_test(wrong_token),
		cmocka_unit_test(no_token_for_the_living),
		cmocka_unit_test(token_is_not_larger),
		cmocka_unit_test(hints_are_only_hints),
		cmocka_unit_test(lost_child_is_made_anew),
		cmocka_unit_test(hint_ends_the_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
