/* SPDX-License-Identifier: ISC */
/*
 * The chain of payloads: lengths that lie, loops, counts, critical bits, and the writer of the same. RFC 7296 2.5, 3.2.
 */
#include "support/unit.h"

#include "iana/ikev2.h"
#include "support/hex.h"
#include "wire/ike.h"

static const struct {
	const char *name;
	uint8_t first;
	const char *hex;
	enum reason_kind refused; /* REASON_NONE: read */
	uint16_t notify;
	unsigned count;
	uint8_t sk_next;
} chains[] = {
	{ "no payload", 0, "", REASON_NONE, 0, 0, 0 },
	{ "no payload, but bytes", 0, "00", REASON_SYNTAX, 7, 0, 0 },
	{ "a payload announced, no byte", 40, "", REASON_SYNTAX, 7, 0, 0 },
	{ "one of no body", 43, "00000004", REASON_NONE, 0, 1, 0 },
	{ "one of four bytes", 40, "00000008 01020304", REASON_NONE, 0, 1, 0 },
	{ "two", 40, "2b000008 01020304 00000005 aa", REASON_NONE, 0, 2, 0 },
	{ "reserved bits set", 40, "007f0008 01020304", REASON_NONE, 0, 1, 0 },
	{ "critical bit on a known one", 40, "00800008 01020304", REASON_NONE, 0, 1, 0 },
	{ "all flags on a known one", 40, "00ff0008 01020304", REASON_NONE, 0, 1, 0 },
	{ "unknown, not critical", 200, "00000008 01020304", REASON_NONE, 0, 1, 0 },
	{ "unknown, critical", 200, "00800008 01020304", REASON_CRITICAL, 1, 0, 0 },
	{ "a payload of IKEv1, critical", 1, "00800008 01020304", REASON_CRITICAL, 1, 0, 0 },
	{ "GSPM is not built, critical", 49, "00800008 01020304", REASON_CRITICAL, 1, 0, 0 },
	{ "unknown critical behind a good one", 40, "c8000004 00800004", REASON_CRITICAL, 1, 0, 0 },
	{ "length 0", 40, "00000000 01020304", REASON_SYNTAX, 7, 0, 0 },
	{ "length 0 that would loop", 40, "28000000", REASON_SYNTAX, 7, 0, 0 },
	{ "length 3", 40, "00000003 01020304", REASON_SYNTAX, 7, 0, 0 },
	{ "length one less", 40, "00000007 01020304", REASON_SYNTAX, 7, 0, 0 },
	{ "length one more", 40, "00000009 01020304", REASON_SYNTAX, 7, 0, 0 },
	{ "length 65535", 40, "0000ffff 01020304", REASON_SYNTAX, 7, 0, 0 },
	{ "a header of three bytes", 40, "000000", REASON_SYNTAX, 7, 0, 0 },
	{ "the second is cut", 40, "28000008 01020304 000000", REASON_SYNTAX, 7, 0, 0 },
	{ "the next never comes", 40, "28000008 01020304", REASON_SYNTAX, 7, 0, 0 },
	{ "bytes behind the last", 40, "00000008 01020304 00", REASON_SYNTAX, 7, 0, 0 },
	{ "SK alone", 46, "23000008 01020304", REASON_NONE, 0, 1, 35 },
	{ "SK with nothing inside", 46, "00000008 01020304", REASON_NONE, 0, 1, 0 },
	{ "SK of no body", 46, "23000004", REASON_NONE, 0, 1, 35 },
	{ "SKF", 53, "23000008 00010002", REASON_NONE, 0, 1, 35 },
	{ "SK behind a notify", 41, "2e000008 00004000 23000008 01020304", REASON_NONE, 0, 2, 35 },
	{ "bytes behind SK", 46, "23000008 01020304 00", REASON_SYNTAX, 7, 0, 0 },
	{ "a payload behind SK", 46, "28000008 01020304 00000004", REASON_SYNTAX, 7, 0, 0 },
	{ "SK shorter than a header", 46, "23000003 01020304", REASON_SYNTAX, 7, 0, 0 },
};

static void chain_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(chains); i++) {
		struct arena arena = { 0 };
		struct reason why = { 0 };
		struct payloads p;
		bool ok = payloads_read(&p, chains[i].first, hex(&arena, chains[i].hex), &arena, &why);

		if (ok != (chains[i].refused == REASON_NONE) || p.count != chains[i].count || p.sk_next != chains[i].sk_next)
			fail_msg("%s: read %d, %u payloads, SK next %u", chains[i].name, ok, p.count, p.sk_next);
		if (!ok && (why.kind != chains[i].refused || why.notify != chains[i].notify))
			fail_msg("%s: %s, notify %u", chains[i].name, reason_name(why.kind), why.notify);
		arena_clear(&arena);
	}
}

static void the_critical_type_is_told(void **state)
{
	struct arena arena = { 0 };
	struct reason why = { 0 };
	struct payloads p;

	(void)state;
	assert_false(payloads_read(&p, 200, hex(&arena, "00800004"), &arena, &why));
	assert_int_equal(why.got.kind, VALUE_NUMBER);
	assert_int_equal(why.got.number, 200);
	arena_clear(&arena);
}

/* 0 to 1000 empty payloads: read up to the limit, refused behind it, and never more memory than the limit needs. */
static void counts(void **state)
{
	static uint8_t memory[1 + 1000 * 4];

	(void)state;
	for (unsigned n = 0; n <= 1000; n += n < 130 ? 1 : 87) {
		struct arena arena = { 0 };
		struct reason why = { 0 };
		struct payloads p;
		uint8_t first;
		struct message_writer m = chain_begin(memory, sizeof memory);
		struct bytes chain;

		for (unsigned i = 0; i < n; i++)
			vendor_write(&m, bytes_none());
		chain = chain_end(&m, &first);
		assert_int_equal(chain.len, n * 4u);
		assert_int_equal(payloads_read(&p, first, chain, &arena, &why), n <= IKE_PAYLOADS_MAX);
		assert_int_equal(p.count, n <= IKE_PAYLOADS_MAX ? n : 0);
		assert_int_equal(payloads_count(&p, IKEV2_PAYLOAD_VENDOR_ID), p.count);
		assert_true(arena.used <= IKE_PAYLOADS_MAX * 64);
		arena_clear(&arena);
	}
}

/* Every type of payload, alone and critical: refused only if unknown, and then by CRITICAL. */
static void types(void **state)
{
	(void)state;
	for (unsigned type = 1; type <= 255; type++) {
		static const uint8_t one[] = { 0, 0x80, 0, 4 };
		bool known = (type >= 33 && type <= 48) || type == 53;
		struct arena arena = { 0 };
		struct reason why = { 0 };
		struct payloads p;

		assert_int_equal(payloads_read(&p, (uint8_t)type, bytes(one, 4), &arena, &why), known);
		if (!known)
			assert_int_equal(why.kind, REASON_CRITICAL);
		arena_clear(&arena);
	}
}

static void finding(void **state)
{
	struct arena arena = { 0 };
	struct reason why = { 0 };
	struct payloads p;
	const struct payload *one;

	(void)state;
	assert_true(payloads_read(&p, 41, hex(&arena, "2b000008 00004000 29000004 2b000008 0000000e 00000005 aa"), &arena, &why));
	assert_int_equal(payloads_count(&p, 41), 2);
	assert_int_equal(payloads_count(&p, 43), 2);
	assert_int_equal(payloads_count(&p, 33), 0);
	one = payloads_find(&p, 43, NULL);
	assert_int_equal(one->body.len, 0);
	assert_int_equal(one->offset, 8);
	one = payloads_find(&p, 43, one);
	assert_int_equal(one->body.len, 1);
	assert_int_equal(one->offset, 20);
	assert_null(payloads_find(&p, 43, one));
	assert_null(payloads_find(&p, 33, NULL));
	arena_clear(&arena);
}

static void out_of_memory_is_a_reason(void **state)
{
	struct arena arena = { .limit = 1 }, memory = { 0 };
	struct reason why = { 0 };
	struct payloads p;

	(void)state;
	assert_false(payloads_read(&p, 40, hex(&memory, "00000008 01020304"), &arena, &why));
	assert_int_equal(why.kind, REASON_MEMORY);
	assert_int_equal(p.count, 0);
	arena_clear(&arena);
	arena_clear(&memory);
}

/* A message is written whole or not at all: with every room from 0 to what it needs. */
static void rooms(void **state)
{
	const struct ike_header h = { .spi_i = 1, .major = 2, .exchange = 34 };
	const size_t need = IKE_HEADER_LEN + 4 + 5 + 4 + 16;
	uint8_t memory[64];

	(void)state;
	for (size_t room = 0; room <= need; room++) {
		struct message_writer m;
		struct bytes message;

		memset(memory, 0xa5, sizeof memory);
		m = message_begin(memory, room, &h);
		ke_write(&m, 31, bytes("x", 1));
		nonce_write(&m, bytes("0123456789abcdef", 16));
		message = message_end(&m);
		assert_int_equal(message.len, room == need ? need : 0);
		for (size_t i = room; i < sizeof memory; i++)
			assert_int_equal(memory[i], 0xa5);
	}
	assert_int_equal(memory[16], IKEV2_PAYLOAD_KE);
	assert_int_equal(memory[IKE_HEADER_LEN], IKEV2_PAYLOAD_NONCE);
	assert_int_equal(memory[IKE_HEADER_LEN + 9], IKEV2_PAYLOAD_NONE);
	assert_int_equal(get_u32(memory + 24), need);
}

/* A payload of 65,535 bytes is the last that can be said; one more is not sent. */
static void payload_of_the_greatest_length(void **state)
{
	static uint8_t memory[70000], body[65532];
	uint8_t first;
	struct message_writer m = chain_begin(memory, sizeof memory);

	(void)state;
	vendor_write(&m, bytes(body, 65531));
	assert_int_equal(chain_end(&m, &first).len, 65535);
	m = chain_begin(memory, sizeof memory);
	vendor_write(&m, bytes(body, 65532));
	assert_int_equal(chain_end(&m, &first).len, 0);
	assert_int_equal(first, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_table), cmocka_unit_test(the_critical_type_is_told),
		cmocka_unit_test(counts),      cmocka_unit_test(types),
		cmocka_unit_test(finding),     cmocka_unit_test(out_of_memory_is_a_reason),
		cmocka_unit_test(rooms),       cmocka_unit_test(payload_of_the_greatest_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
