/* SPDX-License-Identifier: ISC */
/*
 * What has broken other implementations, tried on this one, table by table: tests/attacks.tsv names the test of each. Wherever
 * it applies, the last word of a case is that the established SA still works.
 */
#include "support/unit.h"

#include <stdlib.h>

#include "conf.h"
#include "iana/ikev2.h"
#include "sealed.h"

/* What nobody may cause: an SA more or less at either end. */
static void assert_unharmed(struct pair *p)
{
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(pair_up(p, i), 1);
		assert_int_equal(p->node[i].installed_count, 1);
		assert_int_equal(p->node[i].ups, 1);
	}
}

static void forget_queue(struct pair *p)
{
	while (p->queued)
		free(p->queue[--p->queued]);
}

static size_t queued_bytes(const struct pair *p)
{
	size_t sum = 0;

	for (size_t i = 0; i < p->queued; i++)
		sum += p->queue[i]->len;
	return sum;
}

/* Alice's first message, in `init`; nothing has arrived yet. */
static void begin(struct pair *p, struct datagram *init, uint64_t seed, const struct engine_conf *conf)
{
	memset(init, 0, sizeof(*init));
	pair_init_conf(p, pair_alice, pair_bob, seed, conf);
	p->filter = pair_keep_first;
	p->ctx = init;
	pair_initiate(p, ALICE, "office");
	assert_true(init->len > 100);
	p->filter = pair_drop;
}

static void set_up(struct pair *p, uint64_t seed)
{
	pair_init(p, pair_alice, pair_bob, seed);
	pair_initiate(p, ALICE, "office");
	pair_deliver(p);
	assert_unharmed(p);
	p->filter = pair_drop;
}

/* --- states and exchanges --- */

/*
 * Every exchange type, from either end, sealed right, on an SA that is up: only CREATE_CHILD_SA and INFORMATIONAL are anything,
 * and the first one of a type that is nothing takes no message ID away. (CVE-2026-78135)
 */
static void every_exchange_in_every_state(void **state)
{
	(void)state;
	for (unsigned from = 0; from < 2; from++) {
		struct arena arena = { 0 };
		uint8_t room[1024], first = 0;
		uint32_t id = from == ALICE ? 2 : 0;
		struct bytes chain;
		struct pair p;

		set_up(&p, 700 + from);
		chain = child_request(room, sizeof(room), &arena, &first);
		for (unsigned exchange = 0; exchange < 256; exchange++) {
			unsigned sent = p.sent[!from];

			if (exchange == IKEV2_EXCHANGE_CREATE_CHILD_SA || exchange == IKEV2_EXCHANGE_INFORMATIONAL)
				continue;
			send_sealed(&p, from, (uint8_t)exchange, id, first, chain);
			send_sealed_response(&p, from, (uint8_t)exchange, id, first, chain);
			if (p.sent[!from] != sent)
				fail_msg("exchange %u is answered by an SA that is up", exchange);
			assert_unharmed(&p);
		}
		forget_queue(&p);
		send_sealed(&p, from, IKEV2_EXCHANGE_INFORMATIONAL, id, 0, bytes_none());
		assert_int_equal(p.queued, 1);
		arena_clear(&arena);
		pair_clear(&p);
	}
}

/* A window of one: every message ID but the next is nothing, whatever is inside. RFC 7296 2.3. */
static void message_ids(void **state)
{
	static const uint32_t ids[] = { 0, 3, 4, 100, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };
	struct arena arena = { 0 };
	uint8_t room[1024], first = 0;
	struct bytes chain;
	struct pair p;
	unsigned sent;

	(void)state;
	set_up(&p, 705);
	chain = child_request(room, sizeof(room), &arena, &first);
	sent = p.sent[BOB];
	for (size_t i = 0; i < COUNT_OF(ids); i++)
		send_sealed(&p, ALICE, IKEV2_EXCHANGE_CREATE_CHILD_SA, ids[i], first, chain);
	assert_int_equal(p.sent[BOB], sent);
	assert_int_equal(pair_counter(&p, BOB, "window"), COUNT_OF(ids));
	assert_unharmed(&p);
	arena_clear(&arena);
	pair_clear(&p);
}

/* A message of a known ID that differs in one bit from the one that was answered gets nothing from the cache. RFC 7296 2.1. */
static void cache_is_for_the_same_message(void **state)
{
	const struct engine_conf conf = { 0 };
	struct datagram init;
	struct path path;
	struct pair p;

	(void)state;
	begin(&p, &init, 706, &conf);
	path = pair_path(&p, ALICE);
	pair_input(&p, BOB, &path, bytes(init.data, init.len));
	pair_deliver(&p);
	assert_int_equal(p.sent[BOB], 1);
	pair_input(&p, BOB, &path, bytes(init.data, init.len));
	assert_int_equal(p.sent[BOB], 2); /* the same again */
	pair_clear(&p);
}

/*
 * A responder that hears nothing more says nothing more: whoever forged the source of one packet gets one answer sent.
 * (CVE-2016-5361)
 */
static void responder_never_repeats(void **state)
{
	const struct engine_conf conf = { 0 };
	struct datagram init;
	struct path path;
	struct pair p;

	(void)state;
	begin(&p, &init, 707, &conf);
	path = pair_path(&p, ALICE);
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .name = "office", .force = true });
	pair_input(&p, BOB, &path, bytes(init.data, init.len));
	assert_int_equal(p.sent[BOB], 1);
	pair_run(&p, 600000);
	assert_int_equal(p.sent[BOB], 1);
	assert_int_equal(pair_ikes(&p, BOB), 0);
	pair_clear(&p);
}

/* First messages of many sources, each honest: no more half-open SAs than there may be, and others when those are gone. */
static void half_open_is_bounded(void **state)
{
	const struct engine_conf conf = { .half_open_max = 10, .cookie_threshold = 100000, .half_open_timeout = 30000 };
	struct datagram init;
	struct path path;
	struct pair p;

	(void)state;
	begin(&p, &init, 708, &conf);
	path = pair_path(&p, ALICE);
	for (unsigned round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 40; i++) {
			put_u32(path.remote.addr.ip, 0x0a000000u + i);
			put_u32(init.data, round << 16 | (i + 1));
			pair_input(&p, BOB, &path, bytes(init.data, init.len));
			forget_queue(&p);
			assert_true(pair_ikes(&p, BOB) <= 10);
		}
		assert_int_equal(pair_ikes(&p, BOB), 10);
		pair_run(&p, 31000);
		forget_queue(&p);
		assert_int_equal(pair_ikes(&p, BOB), 0);
	}
	assert_int_equal(pair_counter(&p, BOB, "half-open-limit"), 60);
	pair_clear(&p);
}

/* --- datagrams --- */

/*
 * Datagrams of 0 to 64 bytes, of zeros, of ones, and cut from a true one: nothing is answered with more than came.
 * (CVE-2016-5361, CVE-2013-4564)
 */
static void short_datagrams(void **state)
{
	const struct engine_conf conf = { 0 };
	struct datagram init;
	struct path path;
	struct pair p;

	(void)state;
	begin(&p, &init, 710, &conf);
	path = pair_path(&p, ALICE);
	for (size_t len = 0; len <= 64; len++)
		for (unsigned kind = 0; kind < 4; kind++) {
			uint8_t data[64];

			memset(data, kind == 1 ? 0xff : 0, sizeof(data));
			if (kind >= 2)
				memcpy(data, init.data, len);
			if (kind == 3 && len >= IKE_HEADER_LEN)
				put_u32(data + 24, (uint32_t)len); /* a header that does not lie */
			forget_queue(&p);
			pair_input(&p, BOB, &path, bytes(data, len));
			assert_true(queued_bytes(&p) <= len);
			assert_int_equal(pair_ikes(&p, BOB), 0);
		}
	p.filter = NULL;
	pair_run(&p, 20000);
	assert_int_equal(pair_up(&p, BOB), 1);
	pair_clear(&p);
}

/*
 * Every value of every byte of the header, of a first message and of one with made-up SPIs: no more bytes out than in.
 * (CVE-2016-5361, CVE-2015-3204, CVE-2020-1763, CVE-2022-23094)
 */
static void headers_of_all_values(void **state)
{
	const struct engine_conf conf = { .half_open_per_source = 100000, .half_open_max = 100000, .cookie_threshold = 100000 };
	struct datagram init;
	struct path path;
	struct pair p;

	(void)state;
	begin(&p, &init, 711, &conf);
	path = pair_path(&p, ALICE);
	for (size_t at = 0; at < IKE_HEADER_LEN; at++)
		for (unsigned value = 0; value < 256; value++) {
			struct datagram d = init;

			d.data[at] = (uint8_t)value;
			put_u32(d.data, (uint32_t)(at << 8 | value) + 1); /* another message each time */
			forget_queue(&p);
			pair_input(&p, BOB, &path, bytes(d.data, d.len));
			/* the true answer to a true first message is about as long as it */
			assert_true(queued_bytes(&p) <= d.len + 100);
		}
	assert_int_equal(p.node[BOB].ups, 0);
	assert_int_equal(p.node[BOB].installed_count, 0);
	pair_clear(&p);
}

/*
 * All bits set in every field that is reserved, or a set of flags, of a message that is right otherwise: it is answered. 2.5.
 * (CVE-2015-3204)
 */
static void reserved_bits_are_nothing(void **state)
{
	static const uint8_t notify[] = { 0, 0x7f, 0, 8, 0, 0, 0xff, 0xff };
	struct pair p;

	(void)state;
	set_up(&p, 712);
	send_sealed(&p, ALICE, IKEV2_EXCHANGE_INFORMATIONAL, 2, IKEV2_PAYLOAD_NOTIFY, bytes(notify, sizeof(notify)));
	assert_int_equal(p.queued, 1);
	assert_unharmed(&p);
	pair_clear(&p);
}

/* --- payloads --- */

/* 0 to 1000 payloads of all sorts: in a first message, and sealed on an SA that is up. (CVE-2026-12413) */
static void payload_counts(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1000 };
	static uint8_t message[65535];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		for (unsigned type = 33; type < 256; type += type < 60 ? 1 : 49) {
			const struct engine_conf conf = { 0 };
			struct datagram init;
			struct path path;
			struct pair p;
			size_t len = IKE_HEADER_LEN + counts[i] * 4;

			if (i > 2 && type != IKEV2_PAYLOAD_VENDOR_ID && type != 200)
				continue;
			begin(&p, &init, 720, &conf);
			path = pair_path(&p, ALICE);
			memcpy(message, init.data, IKE_HEADER_LEN);
			message[16] = counts[i] ? (uint8_t)type : 0;
			for (size_t k = 0; k < counts[i]; k++)
				memcpy(message + IKE_HEADER_LEN + k * 4, (uint8_t[]){ k + 1 < counts[i] ? (uint8_t)type : 0, 0, 0, 4 }, 4);
			put_u32(message + 24, (uint32_t)len);
			pair_input(&p, BOB, &path, bytes(message, len));
			assert_true(queued_bytes(&p) <= len + 8);
			assert_int_equal(pair_ikes(&p, BOB), 0);
			p.filter = NULL;
			pair_run(&p, 20000);
			assert_int_equal(pair_up(&p, BOB), 1);
			p.filter = pair_drop;
			if (type != 46 && type != 53)
				send_sealed(&p, ALICE, IKEV2_EXCHANGE_INFORMATIONAL, 2, message[16],
				            bytes(message + IKE_HEADER_LEN, len - IKE_HEADER_LEN));
			assert_true(p.node[BOB].installed_count <= 1);
			pair_clear(&p);
		}
}

/* A message taken apart. */
struct parts {
	struct { uint8_t type; size_t at, len; } list[32];
	size_t count;
};

static void take_apart(struct parts *parts, const struct datagram *d)
{
	uint8_t type = d->data[16];

	parts->count = 0;
	for (size_t at = IKE_HEADER_LEN; type && parts->count < COUNT_OF(parts->list); parts->count++) {
		size_t len = get_u16(d->data + at + 2);

		parts->list[parts->count].type = type;
		parts->list[parts->count].at = at;
		parts->list[parts->count].len = len;
		type = d->data[at];
		at += len;
	}
}

/* The parts of `from` in the order of `order`. */
static size_t put_together(uint8_t *out, const struct datagram *from, const struct parts *parts, const size_t *order, size_t count)
{
	size_t len = IKE_HEADER_LEN, next_at = 16;

	memcpy(out, from->data, IKE_HEADER_LEN);
	for (size_t i = 0; i < count; i++) {
		memcpy(out + len, from->data + parts->list[order[i]].at, parts->list[order[i]].len);
		out[next_at] = parts->list[order[i]].type;
		next_at = len;
		len += parts->list[order[i]].len;
	}
	out[next_at] = 0;
	put_u32(out + 24, (uint32_t)len);
	return len;
}

static bool must_have(uint8_t type)
{
	return type == IKEV2_PAYLOAD_SA || type == IKEV2_PAYLOAD_KE || type == IKEV2_PAYLOAD_NONCE;
}

/* One first message; *made: it made a half-open SA. */
static void try_first(uint64_t seed, void (*change)(size_t *order, size_t *count, size_t which), size_t which, bool *made,
                      uint8_t *type)
{
	const struct engine_conf conf = { 0 };
	size_t order[64], count;
	struct datagram init;
	struct parts parts;
	uint8_t out[8192];
	struct path path;
	struct pair p;

	begin(&p, &init, seed, &conf);
	path = pair_path(&p, ALICE);
	take_apart(&parts, &init);
	for (count = 0; count < parts.count; count++)
		order[count] = count;
	*type = which < parts.count ? parts.list[which].type : 0;
	if (*type) {
		change(order, &count, which);
		pair_input(&p, BOB, &path, bytes(out, put_together(out, &init, &parts, order, count)));
	}
	*made = pair_ikes(&p, BOB) == 1;
	pair_clear(&p);
}

static void remove_one(size_t *order, size_t *count, size_t which)
{
	for (size_t i = which; i + 1 < *count; i++)
		order[i] = order[i + 1];
	--*count;
}

static void double_one(size_t *order, size_t *count, size_t which)
{
	order[(*count)++] = which;
}

static void to_the_end(size_t *order, size_t *count, size_t which)
{
	remove_one(order, count, which);
	order[(*count)++] = which;
}

/*
 * Each payload of a first message removed, doubled, or moved: what must be there once must, and the order is nothing.
 * (CVE-2013-6466, CVE-2013-6467)
 */
static void payload_matrix(void **state)
{
	uint8_t type = 1;

	(void)state;
	for (size_t which = 0; type; which++) {
		bool made;

		try_first(730, remove_one, which, &made, &type);
		assert_int_equal(type && made, type && !must_have(type));
		try_first(731, double_one, which, &made, &type);
		assert_int_equal(type && made, type && !must_have(type));
		try_first(732, to_the_end, which, &made, &type);
		assert_int_equal(made, type != 0);
	}
}

/* --- what is changed on the way: whoever signs, signs its own first message whole. RFC 7296 2.15 --- */

struct stripped {
	unsigned from;   /* whose first message */
	size_t which;    /* payload that is taken out */
	bool done;
};

static bool strip(struct pair *p, struct datagram *d, void *ctx)
{
	struct stripped *s = ctx;
	struct parts parts;
	size_t order[64], count;
	uint8_t out[8192];

	(void)p;
	if (d->from != s->from || d->data[18] != IKEV2_EXCHANGE_IKE_SA_INIT)
		return true;
	take_apart(&parts, d);
	if (s->which >= parts.count)
		return true;
	for (count = 0; count < parts.count; count++)
		order[count] = count;
	remove_one(order, &count, s->which);
	d->len = put_together(out, d, &parts, order, count);
	memcpy(d->data, out, d->len);
	s->done = true;
	return true;
}

/* Any payload of IKE_SA_INIT taken out by somebody on the path: there is no tunnel, rather than a weaker one. */
static void stripped_on_the_way(void **state)
{
	(void)state;
	for (unsigned from = 0; from < 2; from++) {
		bool more = true;

		for (size_t which = 0; more; which++) {
			struct stripped s = { from, which, false };
			struct pair p;

			pair_init(&p, pair_alice, pair_bob, 735);
			p.filter = strip;
			p.ctx = &s;
			pair_initiate(&p, ALICE, "office");
			pair_run(&p, 400000);
			more = s.done;
			assert_int_equal(p.node[ALICE].ups, more ? 0 : 1);
			assert_int_equal(p.node[BOB].installed_count, more ? 0 : 1);
			pair_clear(&p);
		}
	}
}

/*
 * All 256 payload types behind a first message: known ones and unknown ones are nothing, unknown critical ones are refused. 2.5
 * (CVE-2015-3991)
 */
static void payload_types(void **state)
{
	(void)state;
	for (unsigned type = 1; type < 256; type++)
		for (unsigned critical = 0; critical < 2; critical++) {
			const struct engine_conf conf = { 0 };
			bool known = type >= IKEV2_PAYLOAD_SA && type <= IKEV2_PAYLOAD_EAP, sealed = type == IKEV2_PAYLOAD_SK || type == IKEV2_PAYLOAD_SKF;
			struct datagram init;
			struct parts parts;
			struct path path;
			struct pair p;

			begin(&p, &init, 736, &conf);
			path = pair_path(&p, ALICE);
			take_apart(&parts, &init);
			init.data[parts.list[parts.count - 1].at] = (uint8_t)type;
			memcpy(init.data + init.len, (uint8_t[]){ 0, critical ? 0x80 : 0, 0, 4 }, 4);
			init.len += 4;
			put_u32(init.data + 24, (uint32_t)init.len);
			pair_input(&p, BOB, &path, bytes(init.data, init.len));
			if (critical && !known && !sealed)
				assert_int_equal(pair_ikes(&p, BOB), 0);
			else if (!known && !sealed)
				assert_int_equal(pair_ikes(&p, BOB), 1);
			assert_true(p.queued <= 1);
			assert_int_equal(p.node[BOB].ups, 0);
			pair_clear(&p);
		}
}

/* --- transforms --- */

/* A first message whose proposal is `proposal`. */
static void first_with(struct pair *p, const struct proposal *proposal, uint64_t seed)
{
	const struct engine_conf conf = { 0 };
	struct proposals offer = { 1, (struct proposal *)(uintptr_t)proposal };
	struct arena arena = { 0 };
	struct message_writer m;
	struct datagram init;
	struct parts parts;
	struct ike_header h;
	struct reason why;
	uint8_t out[8192];
	struct path path;

	begin(p, &init, seed, &conf);
	path = pair_path(p, ALICE);
	take_apart(&parts, &init);
	assert_true(ike_header_read(&h, bytes(init.data, init.len), &why));
	m = message_begin(out, sizeof(out), &h);
	for (size_t k = 0; k < parts.count; k++) {
		if (parts.list[k].type == IKEV2_PAYLOAD_SA)
			sa_write(&m, &offer, &arena);
		else
			payload_write(&m, parts.list[k].type, bytes(init.data + parts.list[k].at + 4, parts.list[k].len - 4));
	}
	pair_input(p, BOB, &path, message_end(&m));
	arena_clear(&arena);
}

/* A proposal for IKE that lacks one type of transform, or has one for which this is no place. (CVE-2016-5391) */
static void transforms_missing(void **state)
{
	static const struct transform whole[] = { { TRANSFORM_ENCR, 20, 256 }, { TRANSFORM_PRF, 5 }, { TRANSFORM_KE, 31 } };

	(void)state;
	for (unsigned without = 0; without <= COUNT_OF(whole); without++)
		for (unsigned empty = 0; empty < 2; empty++) {
			struct transform list[4];
			struct proposal one = { .number = 1, .protocol = PROTO_IKE, .transforms = list };
			struct pair p;

			for (unsigned i = 0; i < COUNT_OF(whole) && !empty; i++)
				if (i != without)
					list[one.count++] = whole[i];
			first_with(&p, &one, 737);
			assert_int_equal(pair_ikes(&p, BOB), !empty && without == COUNT_OF(whole));
			assert_true(p.queued <= 1);
			pair_clear(&p);
		}
}

/*
 * Every number of every type of transform, with key lengths of all sorts, asked of an SA that is up: an answer, and what is not built is refused.
 * (CVE-2024-3652)
 */
static void transform_numbers(void **state)
{
	static const uint16_t lengths[] = { 0, 1, 127, 128, 192, 256, 65535 };
	uint32_t id = 2, spi = 0x01020304;
	struct pair p;

	(void)state;
	set_up(&p, 738);
	for (unsigned type = 0; type < 16; type++)
		for (uint32_t number = 0; number <= 0xffff; number += number < 64 || number >= 0xfffe ? 1 : number < 1100 ? 37 : 0x2000 - 33)
			for (size_t l = 0; l < COUNT_OF(lengths); l++) {
				struct transform list[] = { { TRANSFORM_ENCR, 20, 256 }, { TRANSFORM_ESN, 0 }, { (uint8_t)type, (uint16_t)number, lengths[l] } };
				struct proposal one = { .number = 1, .protocol = PROTO_ESP, .count = 3, .transforms = list };
				struct proposals esp = { 1, &one };
				struct selector net = { 0 };
				struct selectors ts = { 1, &net };
				struct arena arena = { 0 };
				struct message_writer m;
				uint8_t room[1024], flat[4], first = 0;
				struct reason why;
				struct bytes chain;

				if (type == TRANSFORM_ENCR) /* instead of the other */
					list[0] = list[2], one.count = 2;
				put_u32(flat, spi++);
				one.spi = bytes(flat, 4);
				m = chain_begin(room, sizeof(room));
				sa_write(&m, &esp, &arena);
				nonce_write(&m, bytes("0123456789abcdef0123456789abcdef", 32));
				assert_true(selector_parse(&net, bytes_str("10.1.0.0/16"), &why));
				ts_write(&m, IKEV2_PAYLOAD_TS_I, &ts, &arena);
				assert_true(selector_parse(&net, bytes_str("10.2.0.0/16"), &why));
				ts_write(&m, IKEV2_PAYLOAD_TS_R, &ts, &arena);
				chain = chain_end(&m, &first);
				forget_queue(&p);
				send_sealed(&p, ALICE, IKEV2_EXCHANGE_CREATE_CHILD_SA, id++, first, chain);
				if (p.queued == 0 || pair_up(&p, BOB) != 1)
					fail_msg("transform %u of type %u, %u bits: no answer", number, type, lengths[l]);
				/* only what is configured is taken: AES-256-GCM without a key exchange, ESN either way */
				if (p.node[BOB].installed_count > 1 && type == TRANSFORM_ENCR && !(number == 20 && lengths[l] == 256))
					fail_msg("cipher %u of %u bits was taken", number, lengths[l]);
				arena_clear(&arena);
				if (p.node[BOB].installed_count > 1) {
					pair_clear(&p);
					set_up(&p, 739);
					id = 2;
				}
			}
	pair_clear(&p);
}

/* --- identities --- */

/*
 * Identities of every sort of length in a sealed IKE_AUTH: refused, and nothing is left in the end.
 * (CVE-2013-5018, CVE-2025-9242, CVE-2025-14733)
 */
static void identities_of_all_lengths(void **state)
{
	static const size_t lengths[] = { 0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 255, 256, 257, 500, 1000, 4095, 16000, 65000 };
	static uint8_t room[70000], body[65100];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lengths); i++)
		for (unsigned type = 0; type < 13; type++) {
			uint8_t first = 0;
			struct message_writer m;
			struct bytes chain;
			struct pair p;

			pair_init(&p, pair_alice, pair_bob, 745);
			p.filter = pair_only_init;
			pair_initiate(&p, ALICE, "office");
			pair_deliver(&p);
			p.filter = pair_drop;
			memset(body, 'a', sizeof(body));
			body[0] = (uint8_t)type;
			m = chain_begin(room, sizeof(room));
			payload_write(&m, IKEV2_PAYLOAD_ID_I, bytes(body, lengths[i]));
			auth_write(&m, 2, bytes(body, 32));
			payload_write(&m, IKEV2_PAYLOAD_ID_R, bytes(body, lengths[i]));
			chain = chain_end(&m, &first);
			send_sealed(&p, ALICE, IKEV2_EXCHANGE_IKE_AUTH, 1, first, chain);
			assert_int_equal(p.node[BOB].ups, 0);
			assert_int_equal(p.node[BOB].installed_count, 0);
			assert_int_equal(pair_up(&p, BOB), 0);
			pair_clear(&p);
		}
}

/* --- key exchange --- */

/* All 65,536 group numbers in the KE payload of a first message: only the one of the proposal makes an SA. (CVE-2014-9221) */
static void all_groups(void **state)
{
	const struct engine_conf conf = { .half_open_per_source = 100000, .half_open_max = 100000, .cookie_threshold = 100000 };
	struct datagram init;
	struct parts parts;
	struct path path;
	struct pair p;
	size_t at = 0;

	(void)state;
	begin(&p, &init, 740, &conf);
	path = pair_path(&p, ALICE);
	take_apart(&parts, &init);
	for (size_t i = 0; i < parts.count; i++)
		if (parts.list[i].type == IKEV2_PAYLOAD_KE)
			at = parts.list[i].at + 4;
	assert_true(at > 0);
	p.node[BOB].hold = 1u << ASK_KE;
	for (uint32_t group = 0; group <= 0xffff; group++) {
		put_u16(init.data + at, (uint16_t)group);
		put_u32(init.data, group + 1);
		forget_queue(&p);
		pair_input(&p, BOB, &path, bytes(init.data, init.len));
		if (group == IKEV2_KE_CURVE25519)
			assert_int_equal(p.node[BOB].held_count, 1); /* asked for a key exchange, and nobody else */
		else
			assert_true(p.queued <= 1 && (p.queued == 0 || get_u16(p.queue[0]->data + 34) == IKEV2_NOTIFY_INVALID_KE_PAYLOAD));
	}
	assert_int_equal(p.node[BOB].held_count, 1);
	pair_clear(&p);
}

/* Values of KE that no honest peer sends, of every length: refused, and nothing is left. (CVE-2015-3240, CVE-2023-41913) */
static void degenerate_ke_values(void **state)
{
	static const struct {
		const char *name;
		uint8_t fill, last;
		size_t len;
	} rows[] = {
		{ "zero", 0, 0, 32 }, { "one", 0, 1, 32 }, { "empty", 0, 0, 0 }, { "one byte", 9, 9, 1 }, { "short by one", 9, 9, 31 },
		{ "long by one", 9, 9, 33 }, { "of another group", 9, 9, 256 }, { "very long", 9, 9, 4000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct engine_conf conf = { 0 };
		uint8_t value[4000], out[8192];
		struct datagram init;
		struct message_writer m;
		struct parts parts;
		struct path path;
		struct pair p;
		struct ike_header h;
		struct reason why;

		begin(&p, &init, 750 + i, &conf);
		path = pair_path(&p, ALICE);
		take_apart(&parts, &init);
		memset(value, rows[i].fill, sizeof(value));
		value[0] = rows[i].last; /* X25519 is little-endian */
		assert_true(ike_header_read(&h, bytes(init.data, init.len), &why));
		m = message_begin(out, sizeof(out), &h);
		for (size_t k = 0; k < parts.count; k++) {
			struct bytes body = bytes(init.data + parts.list[k].at + 4, parts.list[k].len - 4);

			if (parts.list[k].type == IKEV2_PAYLOAD_KE)
				ke_write(&m, IKEV2_KE_CURVE25519, bytes(value, rows[i].len));
			else
				payload_write(&m, parts.list[k].type, body);
		}
		pair_input(&p, BOB, &path, message_end(&m));
		pair_run(&p, 1000);
		if (pair_ikes(&p, BOB) != 0)
			fail_msg("%s: an IKE SA is left", rows[i].name);
		assert_true(p.queued == 0);
		pair_clear(&p);
	}
}

/* --- refusals that nobody signs --- */

static bool refuse_in_clear(struct pair *p, struct datagram *d, void *ctx)
{
	uint8_t room[256];
	struct ike_header h;
	struct reason why;
	struct path in = { .local = d->path.local, .remote = d->path.remote, .encap = d->path.encap };
	struct message_writer m;

	(void)ctx;
	assert_true(ike_header_read(&h, bytes(d->data, d->len), &why));
	if (h.exchange == IKEV2_EXCHANGE_IKE_SA_INIT)
		return true;
	h.flags = IKE_FLAG_RESPONSE;
	m = message_begin(room, sizeof(room), &h);
	notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_AUTHENTICATION_FAILED, bytes_none());
	pair_input(p, ALICE, &in, message_end(&m));
	return false;
}

/* Anybody can say it, and so can a peer that has no keys: if nothing better comes soon it is believed, and told. RFC 7296 2.21.2 */
static void refusal_in_clear(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 748);
	p.filter = refuse_in_clear;
	pair_initiate(&p, ALICE, "office");
	assert_null(pair_done(&p, ALICE, TOKEN)); /* not at once */
	pair_run(&p, 30000);
	assert_non_null(pair_done(&p, ALICE, TOKEN));
	assert_false(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(p.node[ALICE].last_peer_refusal, REASON_PEER_REFUSED);
	assert_int_equal(p.node[ALICE].last_peer_notify, IKEV2_NOTIFY_AUTHENTICATION_FAILED);
	pair_clear(&p);
}

/* --- cookies --- */

struct cookie_try {
	size_t len, first, second; /* of the cookie; of the requests */
};

/* The first request is answered with a cookie by somebody; nothing else arrives. */
static bool forge_cookie(struct pair *p, struct datagram *d, void *ctx)
{
	struct cookie_try *t = ctx;
	uint8_t room[2048], cookie[1100];
	struct ike_header h = { .major = 2, .exchange = IKEV2_EXCHANGE_IKE_SA_INIT, .flags = IKE_FLAG_RESPONSE };
	struct path in = { .local = d->path.local, .remote = d->path.remote, .encap = d->path.encap };
	struct message_writer m;

	if (t->first) {
		t->second = t->second ? t->second : d->len;
		return false;
	}
	t->first = d->len;
	memset(cookie, 0x55, sizeof(cookie));
	h.spi_i = get_u64(d->data);
	m = message_begin(room, sizeof(room), &h);
	notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_COOKIE, bytes(cookie, t->len));
	pair_input(p, ALICE, &in, message_end(&m));
	return false;
}

/* An initiator sends back cookies of 1 to 64 bytes and no others (RFC 7296 2.6): what may stand there is what it signs. */
static void cookie_lengths(void **state)
{
	static const size_t lengths[] = { 0, 1, 64, 65, 66, 1000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		struct cookie_try t = { .len = lengths[i] };
		struct pair p;

		pair_init(&p, pair_alice, pair_bob, 746);
		p.filter = forge_cookie;
		p.ctx = &t;
		pair_initiate(&p, ALICE, "office");
		pair_run(&p, 60000);
		assert_true(t.second > 0);
		assert_int_equal(t.second, t.first + (t.len >= 1 && t.len <= 64 ? 8 + t.len : 0));
		pair_clear(&p);
	}
}

/* --- two generators --- */

struct watched {
	uint8_t spi[8], nonce[32], ke[32];
};

/* Alice's first message with her second generator turned by `bits`. */
static struct watched first_message(uint8_t bits)
{
	struct datagram init = { 0 };
	struct watched seen = { 0 };
	struct parts parts;
	struct pair p;

	pair_init(&p, pair_alice, pair_bob, 747);
	p.node[ALICE].private_bits = bits;
	p.filter = pair_keep_first;
	p.ctx = &init;
	pair_initiate(&p, ALICE, "office");
	take_apart(&parts, &init);
	memcpy(seen.spi, init.data, 8);
	for (size_t i = 0; i < parts.count; i++) {
		if (parts.list[i].type == IKEV2_PAYLOAD_NONCE)
			memcpy(seen.nonce, init.data + parts.list[i].at + 4, 32);
		if (parts.list[i].type == IKEV2_PAYLOAD_KE)
			memcpy(seen.ke, init.data + parts.list[i].at + 8, 32);
	}
	pair_clear(&p);
	return seen;
}

/* What goes over the wire comes from one generator, what is kept from another: the first tells nothing of the second. */
static void two_generators(void **state)
{
	struct watched one = first_message(0), other = first_message(0x5a);

	(void)state;
	assert_memory_equal(one.spi, other.spi, sizeof(one.spi));
	assert_memory_equal(one.nonce, other.nonce, sizeof(one.nonce));
	assert_memory_not_equal(one.ke, other.ke, sizeof(one.ke));
}

/* --- a failed exchange leaves nothing --- */

/* The peer was refused NO_PROPOSAL_CHOSEN, and goes on with the SPIs of that answer as if nothing were. (CVE-2023-30570) */
static void refused_spis_are_not_reused(void **state)
{
	const struct engine_conf conf = { 0 };
	struct datagram init;
	struct path path;
	struct parts parts;
	struct pair p;
	uint8_t auth[256] = { 0 };
	struct ike_header h = { .spi_i = 0x1122334455667788u, .major = 2, .exchange = IKEV2_EXCHANGE_IKE_AUTH,
		                .flags = IKE_FLAG_INITIATOR, .message_id = 1 };
	struct message_writer m;
	struct bytes got;

	(void)state;
	begin(&p, &init, 760, &conf);
	path = pair_path(&p, ALICE);
	take_apart(&parts, &init);
	assert_int_equal(parts.list[0].type, IKEV2_PAYLOAD_SA);
	put_u64(init.data, h.spi_i);
	/* another cipher: the ID of the first transform, behind proposal (8) and transform header (4 + 4) */
	put_u16(init.data + parts.list[0].at + 4 + 8 + 6, 3);
	p.node[BOB].hold = 0;
	pair_input(&p, BOB, &path, bytes(init.data, init.len));
	assert_int_equal(p.node[BOB].last_refusal, REASON_PROPOSAL);
	assert_int_equal(pair_ikes(&p, BOB), 0);
	assert_int_equal(p.queued, 1);
	h.spi_r = get_u64(p.queue[0]->data + 8);
	h.spi_r = h.spi_r ? h.spi_r : 1;
	forget_queue(&p);
	m = message_begin(auth, sizeof(auth), &h);
	payload_write(&m, IKEV2_PAYLOAD_SK, bytes("0123456789abcdef0123456789abcdef0123456789", 42));
	got = message_end(&m);
	pair_input(&p, BOB, &path, got);
	assert_int_equal(pair_counter(&p, BOB, "unknown-spi"), 1);
	assert_int_equal(pair_ikes(&p, BOB), 0);
	pair_clear(&p);
}

/* A side that has no secret: refused, and neither a repetition nor time leaves an SA behind. (CVE-2024-2357) */
static void no_secret_leaves_nothing(void **state)
{
	(void)state;
	for (unsigned without = 0; without < 2; without++) {
		struct conf_parts none = { .secret = "of another pair altogether\"\n id = \"nobody.example" };
		struct pair p;

		pair_init(&p, without == ALICE ? conf_alice(none) : pair_alice, without == BOB ? conf_bob(none) : pair_bob, 765);
		pair_initiate(&p, ALICE, "office");
		pair_run(&p, 400000);
		assert_non_null(pair_done(&p, ALICE, TOKEN));
		assert_false(pair_done(&p, ALICE, TOKEN)->ok);
		for (unsigned i = 0; i < 2; i++) {
			assert_int_equal(pair_ikes(&p, i), 0);
			assert_int_equal(p.node[i].installed_count, 0);
			assert_int_equal(p.node[i].spis_out, 0);
		}
		pair_clear(&p);
	}
}

/* --- inside of the seal, on an SA that is up --- */

/* One INFORMATIONAL with this chain. True: the SA is up afterwards at Bob's. */
static bool survives(struct pair *p, uint32_t id, uint8_t first, struct bytes chain)
{
	forget_queue(p);
	send_sealed(p, ALICE, IKEV2_EXCHANGE_INFORMATIONAL, id, first, chain);
	return pair_up(p, BOB) == 1;
}

/* The peer's message was malformed, said with the keys in hand: that ends the SA (RFC 7296 2.21.3), and the next case begins anew. */
static void anew_after_syntax(struct pair *p, uint32_t *id)
{
	if (pair_up(p, BOB) == 1)
		return;
	assert_int_equal(p->node[BOB].last_refusal, REASON_SYNTAX);
	assert_int_equal(p->node[BOB].installed_count, 0);
	pair_clear(p);
	set_up(p, 771);
	*id = 2;
}

/*
 * Deletes of what is not there, of all protocols and sizes of SPI, several and doubled, with notifies behind them.
 * (CVE-2023-38712)
 */
static void deletes_of_everything(void **state)
{
	uint8_t room[2048], first = 0;
	uint32_t id = 2, spi;
	struct pair p;

	(void)state;
	set_up(&p, 770);
	for (unsigned protocol = 0; protocol < 256; protocol++)
		for (unsigned size = 0; size < 10; size++) {
			struct message_writer m = chain_begin(room, sizeof(room));
			struct bytes chain;

			if (protocol == IKEV2_PROTOCOL_IKE)
				continue;
			for (unsigned twice = 0; twice < 2; twice++) {
				uint8_t body[4 + 20] = { (uint8_t)protocol, (uint8_t)size, 0, 2 };

				payload_write(&m, IKEV2_PAYLOAD_DELETE, bytes(body, 4 + 2 * size));
				notify_write(&m, 0, bytes_none(), 40000, bytes("\0\0", 2));
			}
			chain = chain_end(&m, &first);
			(void)survives(&p, id++, first, chain);
			anew_after_syntax(&p, &id);
			assert_unharmed(&p);
		}
	/* the Child SA twice in one message, and once more in a second payload */
	spi = LIST_ITEM(pair_sa(&p, ALICE)->children.next, struct child, link)->spi_in;
	{
		struct message_writer m = chain_begin(room, sizeof(room));
		uint8_t spis[8];
		struct bytes chain;

		put_u32(spis, spi);
		put_u32(spis + 4, spi);
		delete_write(&m, IKEV2_PROTOCOL_ESP, 4, bytes(spis, 8));
		delete_write(&m, IKEV2_PROTOCOL_ESP, 4, bytes(spis, 4));
		chain = chain_end(&m, &first);
		assert_true(survives(&p, id++, first, chain));
		assert_int_equal(p.node[BOB].installed_count, 0);
		assert_int_equal(p.queued, 1);
	}
	/* and the IKE SA twice, with a Child SA between */
	{
		struct message_writer m = chain_begin(room, sizeof(room));
		struct bytes chain;

		delete_write(&m, IKEV2_PROTOCOL_IKE, 0, bytes_none());
		delete_write(&m, IKEV2_PROTOCOL_ESP, 4, bytes(room, 4));
		delete_write(&m, IKEV2_PROTOCOL_IKE, 0, bytes_none());
		notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_AUTHENTICATION_FAILED, bytes_none());
		chain = chain_end(&m, &first);
		assert_false(survives(&p, id, first, chain));
	}
	pair_clear(&p);
}

/* REKEY_SA for all protocols and sizes of SPI: refused or passed over, never more than an answer. (CVE-2023-38710) */
static void rekey_of_every_protocol(void **state)
{
	struct arena arena = { 0 };
	uint8_t room[2048], inner[1024], first = 0, type = 0;
	struct bytes request;
	uint32_t id = 2;
	struct pair p;

	(void)state;
	set_up(&p, 775);
	request = child_request(inner, sizeof(inner), &arena, &type);
	for (unsigned protocol = 0; protocol < 256; protocol++)
		for (unsigned size = 0; size <= 8; size += 4) {
			struct message_writer m = chain_begin(room, sizeof(room));
			uint8_t body[16] = { (uint8_t)protocol, (uint8_t)size, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
			struct bytes head;

			put_u16(body + 2, IKEV2_NOTIFY_REKEY_SA);
			payload_write(&m, IKEV2_PAYLOAD_NOTIFY, bytes(body, 4 + size));
			head = chain_end(&m, &first);
			((uint8_t *)(uintptr_t)head.at)[0] = type;
			memcpy((uint8_t *)(uintptr_t)head.at + head.len, request.at, request.len);
			forget_queue(&p);
			send_sealed(&p, ALICE, IKEV2_EXCHANGE_CREATE_CHILD_SA, id++, first, bytes(head.at, head.len + request.len));
			pair_deliver(&p);
			anew_after_syntax(&p, &id);
			if (p.node[BOB].installed_count != 1)
				fail_msg("protocol %u, SPI of %u bytes: %zu Child SAs", protocol, size, p.node[BOB].installed_count);
		}
	arena_clear(&arena);
	pair_clear(&p);
}

/* TS payloads whose numbers lie: an answer each time, and no Child SA of it. (CVE-2023-23009) */
static void selectors_that_lie(void **state)
{
	static const struct {
		const char *name;
		size_t at;     /* in the body: count(1) reserved(3) | type(1) protocol(1) length(2) ports(4) first(4) last(4) */
		uint8_t value;
		bool taken;    /* it says nothing that is wrong */
	} rows[] = {
		{ "no selector", 0, 0, false }, { "two, and there is one", 0, 2, false }, { "255 of them", 0, 255, false },
		{ "reserved bytes", 1, 255, true }, { "unknown type", 4, 99, false }, { "IPv6 said", 4, 8, false },
		{ "length 0", 7, 0, false }, { "length 7", 7, 7, false }, { "length 15", 7, 15, false }, { "length 17", 7, 17, false },
		{ "a length of kilobytes", 6, 0xff, false }, { "start past end", 12, 200, false },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		for (unsigned side = 0; side < 2; side++) {
			uint8_t room[1024], first = 0, type;
			struct bytes chain;
			struct pair p;
			size_t at = 0;

			set_up(&p, 780 + i);
			chain = child_request(room, sizeof(room), &arena, &first);
			type = first;
			while (type != (side ? IKEV2_PAYLOAD_TS_R : IKEV2_PAYLOAD_TS_I)) {
				type = chain.at[at];
				at += get_u16(chain.at + at + 2);
			}
			((uint8_t *)(uintptr_t)chain.at)[at + 4 + rows[i].at] = rows[i].value;
			send_sealed(&p, ALICE, IKEV2_EXCHANGE_CREATE_CHILD_SA, 2, first, chain);
			if (p.node[BOB].installed_count > (rows[i].taken ? 2 : 1))
				fail_msg("%s: a Child SA was made of it", rows[i].name);
			assert_true(p.queued >= 1);
			assert_int_equal(p.node[BOB].spis_out, 0);
			pair_clear(&p);
		}
	arena_clear(&arena);
}

/* --- what a responder says --- */

static const char two_children[] =
	"net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n }\n"
	"more { local_ts = 10.3.0.0/16\n remote_ts = 10.4.0.0/16\n esp_proposals = aes256gcm16\n }\n";

/* A responder that answers with wider selectors than were offered, or with more of them: nothing is installed. RFC 7296 2.9. */
static void wider_selectors_in_an_answer(void **state)
{
	static const char *const answers[][2] = {
		{ "0.0.0.0/0", "10.4.0.0/16" }, { "10.3.0.0/16", "0.0.0.0/0" }, { "10.3.0.0/15", "10.4.0.0/16" }, { "10.3.0.0/16", "10.4.0.0/15" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		struct conf_parts two = { .children = two_children };
		struct arena arena = { 0 };
		struct proposals esp = { 0 };
		struct selector one = { 0 };
		struct selectors ts = { 1, &one };
		struct reason why = { 0 };
		struct message_writer m;
		uint8_t room[1024], first = 0;
		struct bytes chain;
		struct pair p;

		pair_init(&p, conf_alice(two), pair_bob, 790 + i);
		pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INITIATE, .name = "office", .child = "net" });
		pair_deliver(&p);
		assert_unharmed(&p);
		p.filter = pair_drop;
		pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INITIATE, .name = "office", .child = "more" });
		pair_deliver(&p);
		m = chain_begin(room, sizeof(room));
		assert_true(proposals_add_text(&esp, &arena, PROTO_ESP, bytes_str("aes256gcm16"), &why));
		esp.list[0].number = 1;
		esp.list[0].spi = bytes("\x01\x02\x03\x04", 4);
		sa_write(&m, &esp, &arena);
		nonce_write(&m, bytes("0123456789abcdef0123456789abcdef", 32));
		assert_true(selector_parse(&one, bytes_str(answers[i][0]), &why));
		ts_write(&m, IKEV2_PAYLOAD_TS_I, &ts, &arena);
		assert_true(selector_parse(&one, bytes_str(answers[i][1]), &why));
		ts_write(&m, IKEV2_PAYLOAD_TS_R, &ts, &arena);
		chain = chain_end(&m, &first);
		send_sealed_response(&p, BOB, IKEV2_EXCHANGE_CREATE_CHILD_SA, 2, first, chain);
		assert_int_equal(p.node[ALICE].installed_count, 1);
		assert_int_equal(p.node[ALICE].last_refusal, REASON_TS);
		arena_clear(&arena);
		pair_clear(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_exchange_in_every_state), cmocka_unit_test(message_ids),
		cmocka_unit_test(cache_is_for_the_same_message), cmocka_unit_test(responder_never_repeats), cmocka_unit_test(half_open_is_bounded),
		cmocka_unit_test(short_datagrams), cmocka_unit_test(headers_of_all_values), cmocka_unit_test(reserved_bits_are_nothing),
		cmocka_unit_test(payload_counts), cmocka_unit_test(payload_matrix), cmocka_unit_test(payload_types),
		cmocka_unit_test(stripped_on_the_way), cmocka_unit_test(transforms_missing), cmocka_unit_test(transform_numbers),
		cmocka_unit_test(identities_of_all_lengths), cmocka_unit_test(cookie_lengths), cmocka_unit_test(two_generators), cmocka_unit_test(refusal_in_clear),
		cmocka_unit_test(all_groups), cmocka_unit_test(degenerate_ke_values),
		cmocka_unit_test(refused_spis_are_not_reused), cmocka_unit_test(no_secret_leaves_nothing),
		cmocka_unit_test(deletes_of_everything), cmocka_unit_test(rekey_of_every_protocol),
		cmocka_unit_test(selectors_that_lie), cmocka_unit_test(wider_selectors_in_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
