/* SPDX-License-Identifier: ISC */
/* What strangers cost: no more bytes out than in, cookies also for those who are only refused, and honest peers come through. */
#include "support/unit.h"

#include <stdlib.h>

#include "conf.h"
#include "ike/core.h"
#include "iana/ikev2.h"
#include "pair.h"
#include "wire/ike.h"

static size_t take_sent(struct pair *p)
{
	size_t out = 0;

	while (p->queued) {
		struct datagram *d = p->queue[--p->queued];

		out += d->len;
		free(d);
	}
	return out;
}

/* A chain of payloads behind a header that says so. */
static struct bytes message(uint8_t *room, size_t len, const struct ike_header *h, bool nonce, bool critical)
{
	struct message_writer m = message_begin(room, len, h);
	struct bytes out;

	if (nonce)
		nonce_write(&m, bytes("0123456789abcdef", 16));
	if (critical)
		payload_write(&m, 200, bytes_none());
	out = message_end(&m);
	if (critical)
		room[IKE_HEADER_LEN + (nonce ? 20 : 0) + 1] = 0x80;
	return out;
}

/* Whatever is sent to us in the clear, the answer is not longer. */
static void nothing_grows(void **state)
{
	struct engine_conf conf = { .cookie_threshold = 1 };

	(void)state;
	for (unsigned major = 0; major < 16; major++)
		for (unsigned exchange = 33; exchange < 39; exchange++)
			for (unsigned shape = 0; shape < 16; shape++) {
				struct ike_header h = { .spi_i = 5, .spi_r = shape & 4 ? 6 : 0, .major = (uint8_t)major,
					                .exchange = (uint8_t)exchange, .flags = shape & 8 ? IKE_FLAG_INITIATOR : 0 };
				struct pair p;
				struct path path;
				uint8_t room[256];
				struct bytes m = message(room, sizeof(room), &h, shape & 1, shape & 2);

				pair_init_conf(&p, pair_alice, pair_bob, 700, &conf);
				p.node[BOB].engine->half.count = 1; /* as if somebody knocked */
				path = pair_path(&p, ALICE);
				pair_input(&p, BOB, &path, m);
				assert_true(take_sent(&p) <= m.len);
				p.node[BOB].engine->half.count = 0;
				pair_clear(&p);
			}
}

/* --- first messages that are refused --- */

/* The IKE_SA_INIT of somebody with these proposals. */
static void first_message(struct datagram *init, const char *proposals)
{
	struct pair p;

	memset(init, 0, sizeof(*init));
	pair_init(&p, conf_alice((struct conf_parts){ .proposals = proposals }), pair_bob, 701);
	p.filter = pair_keep_first;
	p.ctx = init;
	pair_initiate(&p, ALICE, "office");
	assert_true(init->len > 0);
	pair_clear(&p);
}

/* What is refused leaves nothing half-open behind; it is a flood all the same, and forged sources must not go on costing. */
static void refused_flood(void **state)
{
	static struct datagram init;
	struct pair p;
	struct path path;

	(void)state;
	first_message(&init, "aes128gcm16-prfsha512-ecp384");
	pair_init(&p, pair_alice, pair_bob, 702);
	path = pair_path(&p, ALICE);
	for (uint32_t i = 0; i < 1000; i++) {
		put_u32(path.remote.addr.ip, 0x0a000000u + i * 256);
		put_u32(init.data, i + 1);
		pair_input(&p, BOB, &path, bytes(init.data, init.len));
		assert_true(take_sent(&p) <= init.len);
	}
	assert_true(pair_counter(&p, BOB, "cookie-sent") > 900);
	assert_true(p.node[BOB].stories[STORY_REFUSED] > 0);
	assert_int_equal(p.node[BOB].unproved, p.node[BOB].stories[STORY_REFUSED] + p.node[BOB].stories[STORY_STEP]);
	assert_int_equal(pair_ikes(&p, BOB), 0);
	/* an honest peer still comes through, and a while later nobody is asked for cookies any more */
	pair_initiate(&p, ALICE, "office");
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(p.node[ALICE].unproved, 0);
	p.node[BOB].unproved = 0;
	pair_run(&p, 30000);
	assert_int_equal(pair_up(&p, BOB), 1);
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .name = "office" });
	pair_deliver(&p);
	assert_int_equal(p.node[BOB].unproved, 0); /* what an established SA tells is its own */
	p.sent[ALICE] = 0;
	pair_initiate(&p, ALICE, "office");
	assert_int_equal(p.sent[ALICE], 2);
	pair_clear(&p);
}

/* Many clients behind one address that guess the key exchange wrong: each hears which one is wanted, whatever others do. */
static void other_ke_for_all(void **state)
{
	static struct datagram init;
	struct engine_conf conf = { .cookie_threshold = 1000, .half_open_per_source = 1000 };
	struct pair p;
	struct path path;

	(void)state;
	first_message(&init, "aes256gcm16-prfsha256-ecp256-x25519");
	pair_init_conf(&p, pair_alice, pair_bob, 703, &conf);
	path = pair_path(&p, ALICE);
	for (uint32_t i = 0; i < 50; i++) {
		put_u32(init.data, i + 1);
		path.remote.port = (uint16_t)(1000 + i);
		pair_input(&p, BOB, &path, bytes(init.data, init.len));
	}
	assert_int_equal(p.sent[BOB], 50);
	assert_int_equal(get_u16(p.queue[0]->data + 34), IKEV2_NOTIFY_INVALID_KE_PAYLOAD);
	pair_clear(&p);
}

/* Half-open SAs wait as long as an initiator sends; when there are many they go after half_open_busy already. */
static void many_wait_less(void **state)
{
	static const unsigned threshold = 10;
	static struct datagram init;

	(void)state;
	first_message(&init, "aes256gcm16-prfsha256-x25519");
	for (unsigned made = threshold - 1; made <= threshold; made++) {
		struct engine_conf conf = { .cookie_threshold = threshold, .half_open_per_source = 1000 };
		struct pair p;
		struct path path;

		pair_init_conf(&p, pair_alice, pair_bob, 704, &conf);
		path = pair_path(&p, ALICE);
		for (uint32_t i = 0; i < made; i++) {
			put_u32(init.data, i + 1);
			path.remote.port = (uint16_t)(1000 + i);
			pair_input(&p, BOB, &path, bytes(init.data, init.len));
		}
		assert_int_equal(pair_ikes(&p, BOB), made);
		pair_run(&p, 31000);
		assert_true(made < threshold ? pair_ikes(&p, BOB) == made : pair_ikes(&p, BOB) < made);
		pair_run(&p, 140000);
		assert_int_equal(pair_ikes(&p, BOB), 0);
		pair_clear(&p);
	}
}

/* Key exchanges for strangers are bounded in number, and wait behind the questions of those who are known. */
static void work_is_bounded(void **state)
{
	static struct datagram init;
	struct engine_conf conf = { .cookie_threshold = 1000, .half_open_per_source = 1000, .unproved_asks_max = 7 };
	struct pair p;
	struct path path;
	struct event ev;
	unsigned asked = 0;

	(void)state;
	first_message(&init, "aes256gcm16-prfsha256-x25519");
	pair_init_conf(&p, pair_alice, pair_bob, 705, &conf);
	pair_initiate(&p, ALICE, "office");
	path = pair_path(&p, ALICE);
	for (uint32_t i = 0; i < 50; i++) {
		put_u32(init.data, i + 1);
		path.remote.port = (uint16_t)(1000 + i);
		engine_input(p.node[BOB].engine, p.now, &path, bytes(init.data, init.len));
	}
	assert_int_equal(pair_ikes(&p, BOB), 1 + 7);
	assert_int_equal(pair_counter(&p, BOB, "work-limit"), 50 - 7);
	/* what the established SA wants comes out first, although it was asked last */
	engine_command(p.node[BOB].engine, p.now, 5, &(struct command){ .kind = COMMAND_TERMINATE, .ike_id = 1 });
	while (engine_next(p.node[BOB].engine, &ev)) {
		asked += ev.kind == EVENT_ASK;
		assert_true(ev.kind == EVENT_ASK || asked == 0);
	}
	assert_int_equal(asked, 7);
	pair_run(&p, 200000); /* never answered: they end, and others may come */
	assert_int_equal(p.node[BOB].engine->unproved_asks, 0);
	pair_clear(&p);
}

/* Before there is a cookie nothing is kept, whatever the chain of payloads is like. */
static void nothing_is_kept(void **state)
{
	struct engine_conf conf = { .cookie_threshold = 1 };
	struct pair p;

	(void)state;
	pair_init_conf(&p, pair_alice, pair_bob, 706, &conf);
	p.node[BOB].engine->half.count = 1; /* as if somebody knocked */
	for (unsigned cut = 0; cut < 60; cut++) {
		uint8_t room[256];
		struct ike_header h = { .spi_i = 5 + cut, .major = 2, .exchange = IKEV2_EXCHANGE_IKE_SA_INIT, .flags = IKE_FLAG_INITIATOR };
		struct bytes m = message(room, sizeof(room), &h, true, true);
		struct path path = pair_path(&p, ALICE);

		m.len = m.len > cut ? m.len - cut : 0;
		if (m.len >= IKE_HEADER_LEN)
			put_u32(room + 24, (uint32_t)m.len);
		pair_input(&p, BOB, &path, m);
		(void)take_sent(&p);
	}
	assert_int_equal(p.node[BOB].stories[STORY_REFUSED], 0);
	assert_int_equal(pair_ikes(&p, BOB), 0);
	p.node[BOB].engine->half.count = 0;
	pair_clear(&p);
}

/* A host that cannot keep up: who was here before is answered, one in eight of the others, and all again when it is over. */
static void behind(void **state)
{
	static struct datagram init;
	struct engine_conf conf = { .cookie_threshold = 1 };
	struct pair p;
	struct path path;
	unsigned sent;

	(void)state;
	first_message(&init, "aes256gcm16-prfsha256-x25519");
	pair_init_conf(&p, pair_alice, pair_bob, 707, &conf);
	pair_initiate(&p, ALICE, "office");
	p.node[BOB].engine->half.count = 1; /* as if somebody knocked */
	engine_behind(p.node[BOB].engine, true);
	for (unsigned known = 0; known < 2; known++) {
		sent = p.sent[BOB];
		path = pair_path(&p, ALICE);
		for (uint32_t i = 0; i < 160; i++) {
			put_u32(init.data, known * 1000 + i + 1);
			if (!known)
				put_u32(path.remote.addr.ip, 0x0a000000u + i * 256);
			pair_input(&p, BOB, &path, bytes(init.data, init.len));
			(void)take_sent(&p);
		}
		assert_int_equal(p.sent[BOB] - sent, known ? 160 : 20);
	}
	/* half an hour later it is a stranger */
	p.now.boot += 31u * 60 * 1000;
	sent = p.sent[BOB];
	put_u32(init.data, 5000);
	pair_input(&p, BOB, &path, bytes(init.data, init.len));
	assert_int_equal(p.sent[BOB], sent);
	engine_behind(p.node[BOB].engine, false);
	pair_input(&p, BOB, &path, bytes(init.data, init.len));
	assert_int_equal(p.sent[BOB], sent + 1);
	(void)take_sent(&p);
	p.node[BOB].engine->half.count = 0;
	pair_clear(&p);
}

/* The newer set of sources lives on as the older one, for one window more. */
static void sources_age(void **state)
{
	static const uint8_t seed[16] = { 1 };
	static const struct {
		uint64_t seen_again, asked;
		bool known;
	} rows[] = { { 0, MINUTES(14), true },  { 0, MINUTES(31), false },           { MINUTES(16), MINUTES(30), true },
		     { MINUTES(16), MINUTES(45), true }, { MINUTES(16), MINUTES(47), false } };
	struct addr one = { ADDR_V4, { 192, 0, 2, 7 } }, six = { ADDR_V6, { 0x20, 1, 0x0d, 0xb8 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct sources s = { 0 };
		uint64_t start = MINUTES(1000);

		source_seen(&s, seed, start, &one);
		if (rows[i].seen_again)
			source_seen(&s, seed, start + rows[i].seen_again, rows[i].asked == MINUTES(30) ? &six : &one);
		assert_int_equal(source_known(&s, seed, start + rows[i].asked, &one), rows[i].known);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_wait_less),
		cmocka_unit_test(nothing_grows),
		cmocka_unit_test(refused_flood),
		cmocka_unit_test(other_ke_for_all),
		cmocka_unit_test(work_is_bounded),
		cmocka_unit_test(behind),
		cmocka_unit_test(sources_age),
		cmocka_unit_test(nothing_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
