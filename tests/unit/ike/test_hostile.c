/* SPDX-License-Identifier: ISC */
/*
 * What a peer, or somebody on the path, can send: nothing of it may harm an SA, make one before its time, or make us send more
 * than we got. RFC 7296 2.1, 2.5, 2.21, 2.4; CVE-2014-2338, CVE-2026-78135 and their like.
 */
#include "support/unit.h"

#include <stdlib.h>

#include "conf.h"
#include "iana/ikev2.h"
#include "ike/exchange.h"
#include "pair.h"
#include "sealed.h"

/* --- a peer with the keys in hand --- */

/* Nothing but IKE_AUTH while the IKE SA is not established: no SA reaches the data plane, in either direction. */
static void before_auth(void **state)
{
	(void)state;
	for (unsigned from = 0; from < 2; from++)
		for (unsigned exchange = 0; exchange < 256; exchange++) {
			struct pair p;
			struct arena arena = { 0 };
			uint8_t room[1024], first = 0;
			struct bytes chain;
			unsigned sent;

			if (exchange > 50 && exchange % 16 != 0)
				continue;
			pair_init(&p, pair_alice, pair_bob, 500);
			p.filter = pair_only_init;
			pair_initiate(&p, ALICE, "office");
			chain = child_request(room, sizeof(room), &arena, &first);
			sent = p.sent[!from];
			for (uint32_t id = 0; id < 4; id++)
				send_sealed(&p, from, (uint8_t)exchange, id, first, chain);
			/* the only thing that is answered is an IKE_AUTH to the responder, with an error */
			if (from == ALICE && exchange == IKEV2_EXCHANGE_IKE_AUTH)
				assert_true(p.sent[BOB] == sent + 1);
			else
				assert_int_equal(p.sent[!from], sent);
			for (unsigned k = 0; k < 2; k++) {
				assert_int_equal(p.node[k].installed_count, 0);
				assert_int_equal(p.node[k].ups, 0);
				assert_int_equal(p.node[k].spis_out, k == ALICE ? 1 : 0);
			}
			arena_clear(&arena);
			pair_clear(&p);
		}
}

/* On an established SA the same request makes one Child SA, and only inside of the window. */
static void after_auth(void **state)
{
	struct pair p;
	struct arena arena = { 0 };
	uint8_t room[1024], first = 0;
	struct bytes chain;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 501);
	pair_initiate(&p, ALICE, "office");
	p.filter = pair_drop;
	chain = child_request(room, sizeof(room), &arena, &first);
	send_sealed(&p, ALICE, IKEV2_EXCHANGE_CREATE_CHILD_SA, 9, first, chain);
	send_sealed(&p, ALICE, IKEV2_EXCHANGE_CREATE_CHILD_SA, 1, first, chain);
	assert_int_equal(p.node[BOB].installed_count, 1);
	assert_int_equal(pair_counter(&p, BOB, "window"), 2);
	send_sealed(&p, ALICE, IKEV2_EXCHANGE_CREATE_CHILD_SA, 2, first, chain);
	assert_int_equal(p.node[BOB].installed_count, 2);
	arena_clear(&arena);
	pair_clear(&p);
}

/* An authenticated peer cannot make Child SAs without end; when it deletes all in one message, all are named in the answer. */
static void children_without_end(void **state)
{
	static uint8_t room[4096], spis[4 * CHILDREN_MAX];
	struct arena arena = { 0 };
	struct message_writer m;
	struct bytes chain;
	uint8_t first = 0;
	struct pair p;
	uint32_t id = 2;

	(void)state;
	pair_init(&p, pair_alice, conf_bob((struct conf_parts){ .more = "fragmentation = no\n" }), 505);
	pair_initiate(&p, ALICE, "office");
	p.filter = pair_drop;
	chain = child_request(room, sizeof(room), &arena, &first);
	for (unsigned i = 0; i < CHILDREN_MAX + 10; i++) {
		/* each with an SPI of its own */
		put_u32((uint8_t *)(uintptr_t)chain.at + 12, 0x1000 + i);
		send_sealed(&p, ALICE, IKEV2_EXCHANGE_CREATE_CHILD_SA, id++, first, chain);
		pair_deliver(&p);
		put_u32(spis + 4 * (i % CHILDREN_MAX), 0x1000 + i % CHILDREN_MAX);
	}
	assert_int_equal(pair_children(&p, BOB), CHILDREN_MAX);
	assert_int_equal(p.node[BOB].last_refusal, REASON_LIMIT);
	assert_int_equal(pair_up(&p, BOB), 1);
	m = chain_begin(room, sizeof(room));
	delete_write(&m, IKEV2_PROTOCOL_ESP, 4, bytes(spis, sizeof(spis)));
	chain = chain_end(&m, &first);
	send_sealed(&p, ALICE, IKEV2_EXCHANGE_INFORMATIONAL, id, first, chain);
	assert_int_equal(pair_children(&p, BOB), 1);
	assert_int_equal(p.queued, 1);
	assert_true(p.queue[0]->len > 4 * (CHILDREN_MAX - 1));
	arena_clear(&arena);
	pair_clear(&p);
}

/* Malformed inside of the seal, in an exchange whose time has not come: it is as if it had not come, on both sides. */
static void malformed_before_auth(void **state)
{
	static const uint8_t lies[] = { 0, 0, 0xff, 0xff, 1, 2, 3, 4 };

	(void)state;
	for (unsigned from = 0; from < 2; from++)
		for (unsigned exchange = 34; exchange < 44; exchange++) {
			struct pair p;
			unsigned sent;

			if (exchange == IKEV2_EXCHANGE_IKE_AUTH)
				continue;
			pair_init(&p, pair_alice, pair_bob, 506);
			p.filter = pair_only_init;
			pair_initiate(&p, ALICE, "office");
			sent = p.sent[!from];
			for (uint32_t id = 0; id < 3; id++)
				send_sealed(&p, from, (uint8_t)exchange, id, IKEV2_PAYLOAD_NOTIFY, bytes(lies, sizeof(lies)));
			assert_int_equal(p.sent[!from], sent);
			p.filter = NULL;
			pair_run(&p, 60000);
			assert_int_equal(pair_up(&p, ALICE), 1);
			assert_int_equal(pair_up(&p, BOB), 1);
			pair_clear(&p);
		}
}

/* Malformed inside of the seal: INVALID_SYNTAX, and the SA ends on both sides (2.21.3). */
static void malformed_inside(void **state)
{
	static const uint8_t lies[] = { 0, 0, 0xff, 0xff, 1, 2, 3, 4 };
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 502);
	pair_initiate(&p, ALICE, "office");
	p.filter = pair_drop;
	send_sealed(&p, ALICE, IKEV2_EXCHANGE_INFORMATIONAL, 2, IKEV2_PAYLOAD_NOTIFY, bytes(lies, sizeof(lies)));
	assert_int_equal(pair_up(&p, BOB), 0);
	assert_int_equal(p.node[BOB].installed_count, 0);
	assert_int_equal(p.node[BOB].last_refusal, REASON_SYNTAX);
	pair_clear(&p);
}

/* An unknown critical payload is refused, an unknown one without the bit is nothing (2.5). */
static void critical_payload(void **state)
{
	static const uint8_t critical[] = { 0, 0x80, 0, 4 }, plain[] = { 0, 0, 0, 4 };
	struct pair p;
	unsigned sent;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 503);
	pair_initiate(&p, ALICE, "office");
	p.filter = pair_drop;
	sent = p.sent[BOB];
	send_sealed(&p, ALICE, IKEV2_EXCHANGE_INFORMATIONAL, 2, 200, bytes(plain, sizeof(plain)));
	assert_int_equal(p.sent[BOB], sent + 1);
	assert_int_equal(p.node[BOB].stories[STORY_REFUSED], 0);
	send_sealed(&p, ALICE, IKEV2_EXCHANGE_INFORMATIONAL, 3, 200, bytes(critical, sizeof(critical)));
	assert_int_equal(p.sent[BOB], sent + 2);
	assert_int_equal(p.node[BOB].last_refusal, REASON_CRITICAL);
	assert_int_equal(pair_up(&p, BOB), 1);
	pair_clear(&p);
}

/* 2023-38710: a request to rekey what is no ESP SA of ours, with any protocol and size of the SPI, is answered and changes nothing. */
static void rekey_of_what(void **state)
{
	static const struct {
		uint8_t protocol;
		size_t len;
	} rows[] = { { 0, 0 }, { 0, 4 }, { 1, 0 }, { 1, 4 }, { 1, 8 }, { 2, 4 }, { 3, 0 }, { 3, 4 }, { 3, 8 }, { 255, 4 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct pair p;
		struct arena arena = { 0 };
		uint8_t room[1024], inner[1024], whole[2048], first = 0, type = 0;
		struct message_writer m;
		struct bytes chain, head;
		unsigned sent;

		pair_init(&p, pair_alice, pair_bob, 504);
		pair_initiate(&p, ALICE, "office");
		p.filter = pair_drop;
		chain = child_request(inner, sizeof(inner), &arena, &first);
		m = chain_begin(room, sizeof(room));
		notify_write(&m, rows[i].protocol, bytes("\x01\x02\x03\x04\x05\x06\x07\x08", rows[i].len), IKEV2_NOTIFY_REKEY_SA,
		             bytes_none());
		head = chain_end(&m, &type);
		memcpy(whole, head.at, head.len);
		memcpy(whole + head.len, chain.at, chain.len);
		whole[0] = first;
		sent = p.sent[BOB];
		send_sealed(&p, ALICE, IKEV2_EXCHANGE_CREATE_CHILD_SA, 2, type, bytes(whole, head.len + chain.len));
		assert_int_equal(p.sent[BOB], sent + 1);
		assert_int_equal(pair_up(&p, BOB), 1);
		assert_int_equal(p.node[BOB].installed_count, 1);
		assert_int_equal(p.node[BOB].spis_out, 0);
		assert_int_equal(p.node[BOB].last_refusal, REASON_NOT_FOUND);
		arena_clear(&arena);
		pair_clear(&p);
	}
}

/* IKE_AUTH without AUTH wants EAP (2.16): refused by name, not as a malformed message. */
static void without_auth(void **state)
{
	struct pair p;
	struct arena arena = { 0 };
	uint8_t room[1024], inner[1024], whole[2048], first = 0, type = 0;
	struct message_writer m;
	struct bytes idi;
	struct identity id = { .type = ID_FQDN, .data = bytes_str("alice.example") };
	struct bytes chain;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 505);
	p.filter = pair_only_init;
	pair_initiate(&p, ALICE, "office");
	chain = child_request(inner, sizeof(inner), &arena, &first);
	m = chain_begin(room, sizeof(room));
	id_write(&m, IKEV2_PAYLOAD_ID_I, &id);
	/* the chain of the Child SA behind it: SA, Nonce (skipped), TSi, TSr */
	idi = chain_end(&m, &type);
	memcpy(whole, idi.at, idi.len);
	memcpy(whole + idi.len, chain.at, chain.len);
	whole[0] = first;
	send_sealed(&p, ALICE, IKEV2_EXCHANGE_IKE_AUTH, 1, type, bytes(whole, idi.len + chain.len));
	assert_int_equal(p.node[BOB].last_refusal, REASON_AUTH_METHOD);
	assert_int_equal(p.node[BOB].ups, 0);
	arena_clear(&arena);
	pair_clear(&p);
}

/* While we close the IKE SA, nothing new is made on it (2.25.1). */
static void while_closing(void **state)
{
	struct pair p;
	struct arena arena = { 0 };
	uint8_t room[1024], first = 0;
	struct bytes chain;
	unsigned sent;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 506);
	pair_initiate(&p, ALICE, "office");
	p.filter = pair_drop;
	pair_command(&p, BOB, &(struct command){ .kind = COMMAND_TERMINATE, .name = "branch" });
	pair_deliver(&p);
	sent = p.sent[BOB];
	chain = child_request(room, sizeof(room), &arena, &first);
	send_sealed(&p, ALICE, IKEV2_EXCHANGE_CREATE_CHILD_SA, 2, first, chain);
	assert_int_equal(p.sent[BOB], sent + 1);
	assert_int_equal(p.node[BOB].last_refusal, REASON_UNEXPECTED);
	assert_true(p.node[BOB].installed_count <= 1);
	pair_run(&p, 200000);
	assert_int_equal(p.node[BOB].installed_count, 0);
	assert_int_equal(pair_ikes(&p, BOB), 0);
	arena_clear(&arena);
	pair_clear(&p);
}

/* --- somebody without keys --- */

/* Each datagram of a set-up first comes cut, turned or with a flipped bit: the true one behind it still makes the tunnel. */
static bool mutate_first(struct pair *p, struct datagram *d, void *ctx)
{
	unsigned *n = ctx;
	struct datagram bad = *d;
	struct path in = { .local = d->path.remote, .remote = d->path.local, .encap = d->path.encap };

	for (unsigned i = 0; i < 40; i++) {
		unsigned at = (*n)++ * 37u;

		bad = *d;
		if (i % 4 == 0)
			bad.len = at % d->len;
		else if (i % 4 == 1)
			bad.data[at % d->len] ^= (uint8_t)(1u << at % 8);
		else if (i % 4 == 2)
			bad.data[16 + at % 12] = (uint8_t)at; /* the header */
		else
			bad.data[28 + at % 4] = (uint8_t)at;
		/* a changed IKE_SA_INIT that is still well-formed is another message of somebody: not of our SPI */
		if (bad.data[18] == IKEV2_EXCHANGE_IKE_SA_INIT && bad.len == d->len)
			bad.data[d->from] ^= 0x80; /* another byte for each side: an answer to it stays a stranger's */
		pair_input(p, !d->from, &in, bytes(bad.data, bad.len));
	}
	return true;
}

static void mutated(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 20; seed++) {
		struct engine_conf conf = { .half_open_per_source = 1000, .cookie_threshold = 1000 };
		struct pair p;
		unsigned n = seed * 1000;

		pair_init_conf(&p, pair_alice, pair_bob, 600 + seed, &conf);
		p.filter = mutate_first;
		p.ctx = &n;
		pair_initiate(&p, ALICE, "office");
		p.filter = NULL;
		pair_run(&p, 40000);
		assert_non_null(pair_done(&p, ALICE, TOKEN));
		assert_true(pair_done(&p, ALICE, TOKEN)->ok);
		assert_int_equal(pair_up(&p, BOB), 1);
		assert_int_equal(p.node[BOB].installed_count, 1);
		pair_clear(&p);
	}
}

/* Our own messages come back to us. */
static bool reflect(struct pair *p, struct datagram *d, void *ctx)
{
	struct path in = { .local = d->path.local, .remote = d->path.remote, .encap = d->path.encap };

	(void)ctx;
	pair_input(p, d->from, &in, bytes(d->data, d->len));
	return true;
}

static void reflected(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 610);
	p.filter = reflect;
	pair_initiate(&p, ALICE, "office");
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(pair_ikes(&p, ALICE), 1);
	assert_int_equal(pair_ikes(&p, BOB), 1);
	assert_int_equal(pair_counter(&p, ALICE, "reflected"), 2);
	assert_int_equal(pair_counter(&p, BOB, "reflected"), 2);
	pair_clear(&p);
}

static struct bytes clear_message(uint8_t *room, size_t len, const struct ike_header *h, uint16_t notify, struct bytes data)
{
	struct message_writer m = message_begin(room, len, h);

	if (notify)
		notify_write(&m, 0, bytes_none(), notify, data);
	return message_end(&m);
}

static void versions(void **state)
{
	static const struct {
		uint8_t major;
		bool answered;
	} rows[] = { { 0, false }, { 1, false }, { 3, true }, { 15, true } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct pair p;
		uint8_t room[256];
		struct ike_header h = { .spi_i = 5, .major = rows[i].major, .exchange = 34, .flags = IKE_FLAG_INITIATOR };
		struct path path;

		pair_init(&p, pair_alice, pair_bob, 620);
		path = pair_path(&p, ALICE);
		pair_input(&p, BOB, &path, clear_message(room, sizeof(room), &h, 1, bytes("12345678", 8)));
		assert_int_equal(p.sent[BOB], rows[i].answered);
		assert_int_equal(pair_counter(&p, BOB, "version"), 1);
		if (rows[i].answered)
			assert_int_equal(p.queue[0]->data[17] >> 4, 2);
		h.flags |= IKE_FLAG_RESPONSE; /* a response is never answered */
		pair_input(&p, BOB, &path, clear_message(room, sizeof(room), &h, 1, bytes_none()));
		assert_int_equal(p.sent[BOB], rows[i].answered);
		pair_clear(&p);
	}
}

/* Unknown SPIs: few answers, none to responses, none to one-way messages (1.5), none larger than the question. */
static void unknown_spi(void **state)
{
	struct pair p;
	uint8_t room[256];
	struct ike_header h = { .spi_i = 5, .spi_r = 6, .major = 2, .exchange = 36, .flags = IKE_FLAG_INITIATOR, .message_id = 3 };
	struct path path;
	struct bytes m;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 630);
	path = pair_path(&p, ALICE);
	for (unsigned i = 0; i < 100; i++) {
		m = clear_message(room, sizeof(room), &h, 1, bytes("12345678", 8));
		pair_input(&p, BOB, &path, m);
	}
	assert_int_equal(p.sent[BOB], 4);
	assert_true(p.queue[0]->len <= m.len);
	assert_int_equal(get_u16(p.queue[0]->data + 34), IKEV2_NOTIFY_INVALID_IKE_SPI);
	assert_int_equal(pair_ikes(&p, BOB), 0);
	p.now.boot += 10000;
	h.exchange = 37;
	m = clear_message(room, sizeof(room), &h, 1, bytes("12345678", 8));
	pair_input(&p, BOB, &path, m);
	assert_int_equal(p.sent[BOB], 4);
	room[16] = 46; /* sealed, it seems: somebody believes to have an SA */
	pair_input(&p, BOB, &path, m);
	assert_int_equal(p.sent[BOB], 5);
	pair_clear(&p);
}

/* A forged refusal comes before the true answer: it is told, and the tunnel comes up. */
static bool forge(struct pair *p, struct datagram *d, void *ctx)
{
	uint16_t *notify = ctx;
	uint8_t room[256];
	struct ike_header h = { 0 };
	struct reason why;
	struct path in = { .local = d->path.local, .remote = d->path.remote, .encap = d->path.encap };

	if (d->from == ALICE && ike_header_read(&h, bytes(d->data, d->len), &why)) {
		uint8_t data[2] = { 0, 77 };

		h.flags = IKE_FLAG_RESPONSE;
		h.spi_r = h.spi_r ? h.spi_r : 0x4141;
		pair_input(p, ALICE, &in, clear_message(room, sizeof(room), &h, *notify, bytes(data, 2)));
	}
	return true;
}

static void forged_refusals(void **state)
{
	static const uint16_t notifies[] = { IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN, IKEV2_NOTIFY_INVALID_KE_PAYLOAD,
		                             IKEV2_NOTIFY_INVALID_SYNTAX, IKEV2_NOTIFY_AUTHENTICATION_FAILED,
		                             IKEV2_NOTIFY_INVALID_MAJOR_VERSION, IKEV2_NOTIFY_INVALID_IKE_SPI };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(notifies); i++) {
		struct pair p;
		uint16_t notify = notifies[i];

		pair_init(&p, pair_alice, pair_bob, 640 + i);
		p.filter = forge;
		p.ctx = &notify;
		pair_initiate(&p, ALICE, "office");
		pair_run(&p, 30000);
		assert_true(pair_done(&p, ALICE, TOKEN)->ok);
		assert_int_equal(pair_up(&p, BOB), 1);
		assert_true(pair_counter(&p, ALICE, "unauthenticated-answer") >= 1);
		pair_clear(&p);
	}
}

/* Cookies without end: an initiator follows a few. */
static bool cookie_storm(struct pair *p, struct datagram *d, void *ctx)
{
	uint16_t notify = IKEV2_NOTIFY_COOKIE;

	(void)ctx;
	if (d->from == ALICE)
		(void)forge(p, d, &notify);
	return false;
}

static void endless_cookies(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 650);
	p.filter = cookie_storm;
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 200000);
	assert_false(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(pair_ikes(&p, ALICE), 0);
	assert_in_range(p.sent[ALICE], 4, 12);
	pair_clear(&p);
}

/* First messages from ten thousand forged sources: bounded, cookies, and an honest peer still comes through. */
static void flood(void **state)
{
	static struct datagram init;
	struct pair p;
	struct path path;
	size_t out = 0, in = 0;

	(void)state;
	memset(&init, 0, sizeof(init));
	pair_init(&p, pair_alice, pair_bob, 660);
	p.filter = pair_keep_first;
	p.ctx = &init;
	pair_initiate(&p, ALICE, "office");
	path = pair_path(&p, ALICE);
	p.node[BOB].hold = 1u << ASK_KE;
	for (uint32_t i = 0; i < 10000; i++) {
		put_u32(path.remote.addr.ip, 0x0a000000u + i * 7);
		put_u32(init.data, i + 1);
		in += init.len;
		p.node[BOB].held_count = 0;
		pair_input(&p, BOB, &path, bytes(init.data, init.len));
		while (p.queued) {
			struct datagram *d = p.queue[--p.queued];

			out += d->len;
			free(d);
		}
	}
	assert_true(pair_ikes(&p, BOB) <= 30);
	assert_true(pair_counter(&p, BOB, "cookie-sent") > 9000);
	assert_true(out < in);
	p.node[BOB].hold = 0;
	p.filter = NULL;
	pair_run(&p, 20000);
	assert_true(pair_done(&p, ALICE, TOKEN)->ok); /* with a cookie */
	pair_run(&p, 40000);
	assert_int_equal(pair_ikes(&p, BOB), 1);
	pair_clear(&p);
}

/* INITIAL_CONTACT of a peer that has restarted sweeps its old SA; another peer's is not touched. */
static void initial_contact(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 670);
	pair_initiate(&p, ALICE, "office");
	/* alice forgets everything */
	p.filter = pair_drop;
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .name = "office", .force = true });
	pair_deliver(&p);
	p.filter = NULL;
	assert_int_equal(pair_up(&p, BOB), 1);
	pair_initiate(&p, ALICE, "office");
	assert_int_equal(pair_up(&p, ALICE), 1);
	assert_int_equal(p.node[BOB].installed_count, 1);
	pair_run(&p, 200000);
	assert_int_equal(pair_ikes(&p, BOB), 1);
	pair_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_auth), cmocka_unit_test(after_auth), cmocka_unit_test(malformed_inside),
		cmocka_unit_test(children_without_end), cmocka_unit_test(malformed_before_auth),
		cmocka_unit_test(critical_payload), cmocka_unit_test(rekey_of_what), cmocka_unit_test(without_auth), cmocka_unit_test(while_closing),
		cmocka_unit_test(mutated),
		cmocka_unit_test(reflected), cmocka_unit_test(versions), cmocka_unit_test(unknown_spi),
		cmocka_unit_test(forged_refusals), cmocka_unit_test(endless_cookies), cmocka_unit_test(flood),
		cmocka_unit_test(initial_contact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
