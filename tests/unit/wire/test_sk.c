/* SPDX-License-Identifier: ISC */
/*
 * The Encrypted payload's geometry: padding, blocks, lengths that lie. RFC 7296 3.14.
 */
#include "support/unit.h"

#include "iana/ikev2.h"
#include "wire/ike.h"

static const struct ike_header header = { .spi_i = 1, .spi_r = 2, .major = 2, .exchange = 37, .message_id = 3 };

/* Written, read and unpadded: for each cipher's shape and each length of the chain. */
static void there_and_back(void **state)
{
	static const struct {
		size_t iv, block, icv;
	} shapes[] = { { 8, 1, 16 }, { 16, 16, 12 }, { 16, 16, 16 }, { 16, 16, 32 }, { 8, 8, 12 }, { 8, 4, 16 }, { 0, 1, 0 } };
	static uint8_t chain[600];

	(void)state;
	memset(chain, 0x5a, sizeof chain);
	for (size_t i = 0; i < COUNT_OF(shapes); i++) {
		for (size_t len = 0; len <= sizeof chain; len++) {
			uint8_t room[800];
			struct writer w = writer(room, sizeof room);
			struct sk_layout to, from;
			struct arena arena = { 0 };
			struct reason why;
			struct payloads p;
			struct ike_header h;
			struct bytes message, text;

			assert_true(sk_write(&w, &header, 41, bytes(chain, len), shapes[i].iv, shapes[i].block, shapes[i].icv, &to));
			message = wr_done(&w);
			assert_int_equal(to.total, message.len);
			assert_int_equal(to.text_len % shapes[i].block, 0);
			assert_true(to.text_len - len <= shapes[i].block); /* the least padding */
			assert_true(ike_header_read(&h, message, &why));
			assert_true(payloads_read(&p, h.next, bytes(room + 28, message.len - 28), &arena, &why));
			assert_int_equal(p.sk_next, 41);
			assert_true(sk_layout_read(&from, &p.list[0], message.len, shapes[i].iv, shapes[i].block, shapes[i].icv));
			assert_memory_equal(&from, &to, sizeof to);
			assert_true(sk_unpad(&text, bytes(room + to.text_at, to.text_len)));
			assert_true(bytes_equal(text, bytes(chain, len)));
			arena_clear(&arena);
		}
	}
}

/* A fragment is the same, with its numbers; only the first names the payload that comes first. RFC 7383 2.5. */
static void fragment_there_and_back(void **state)
{
	static const uint8_t chunk[100] = { 1, 2, 3 };

	(void)state;
	for (uint16_t number = 1; number <= 3; number++) {
		uint8_t room[200];
		struct writer w = writer(room, sizeof room);
		struct sk_layout to, from;
		struct arena arena = { 0 };
		struct reason why;
		struct payloads p;
		struct ike_header h;
		struct skf fragment;
		struct bytes message, text;

		assert_true(skf_write(&w, &header, 41, (struct skf){ number, 3 }, bytes(chunk, sizeof chunk), 16, 16, 12, &to));
		message = wr_done(&w);
		assert_true(ike_header_read(&h, message, &why));
		assert_int_equal(h.next, 53);
		assert_true(payloads_read(&p, h.next, bytes(room + 28, message.len - 28), &arena, &why));
		assert_int_equal(p.sk_next, number == 1 ? 41 : 0);
		assert_true(skf_read(&fragment, p.list[0].body));
		assert_int_equal(fragment.number, number);
		assert_int_equal(fragment.total, 3);
		assert_true(sk_layout_read(&from, &p.list[0], message.len, 16, 16, 12));
		assert_memory_equal(&from, &to, sizeof to);
		assert_int_equal(to.aad_len, 36);
		assert_true(sk_unpad(&text, bytes(room + to.text_at, to.text_len)));
		assert_true(bytes_equal(text, bytes(chunk, sizeof chunk)));
		arena_clear(&arena);
	}
}

static const struct {
	const char *name;
	uint8_t body[5];
	size_t len;
	bool ok;
} numbers[] = {
	{ "1 of 1", { 0, 1, 0, 1 }, 4, true },         { "2 of 1", { 0, 2, 0, 1 }, 4, false },
	{ "0 of 1", { 0, 0, 0, 1 }, 4, false },        { "0 of 0", { 0, 0, 0, 0 }, 4, false },
	{ "1 of 0", { 0, 1, 0, 0 }, 4, false },        { "the last of most", { 255, 255, 255, 255 }, 4, true },
	{ "256 of 255", { 1, 0, 0, 255 }, 4, false },  { "cut", { 0, 1, 0 }, 3, false },
	{ "nothing", { 0 }, 0, false },                { "text behind", { 0, 1, 0, 2, 9 }, 5, true },
};

static void number_table(void **state)
{
	struct skf f;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (skf_read(&f, bytes(numbers[i].body, numbers[i].len)) != numbers[i].ok)
			fail_msg("%s", numbers[i].name);
}

static void too_little_room(void **state)
{
	uint8_t room[28 + 4 + 8 + 10 + 1 + 16], chain[10] = { 0 };

	(void)state;
	for (size_t n = 0; n <= sizeof room; n++) {
		struct writer w = writer(room, n);
		struct sk_layout layout;

		assert_int_equal(sk_write(&w, &header, 41, bytes(chain, 10), 8, 1, 16, &layout), n == sizeof room);
	}
}

static void too_long_for_a_message(void **state)
{
	static uint8_t room[70000], chain[66000];
	struct sk_layout layout;
	size_t most = 65535 - 28 - 4 - 8 - 1 - 16;

	(void)state;
	struct writer w = writer(room, sizeof room);
	assert_true(sk_write(&w, &header, 41, bytes(chain, most), 8, 1, 16, &layout));
	w = writer(room, sizeof room);
	assert_false(sk_write(&w, &header, 41, bytes(chain, most + 1), 8, 1, 16, &layout));
	w = writer(room, sizeof room);
	assert_false(sk_write(&w, &header, 41, bytes(chain, 66000), 8, 1, 16, &layout));
	w = writer(room, sizeof room);
	assert_false(sk_write(&w, &header, 41, bytes(chain, 10), 8, 0, 16, &layout));
}

static const struct {
	const char *name;
	uint8_t type;
	size_t body, message, iv, block, icv;
	bool ok;
} layouts[] = {
	{ "one block", 46, 16 + 16 + 12, 32 + 44, 16, 16, 12, true },
	{ "no text at all", 46, 16 + 12, 32 + 28, 16, 16, 12, false },
	{ "pad length only", 46, 8 + 1 + 16, 32 + 25, 8, 1, 16, true },
	{ "AEAD without text", 46, 8 + 16, 32 + 24, 8, 1, 16, false },
	{ "shorter than an IV", 46, 7, 32 + 7, 8, 1, 16, false },
	{ "shorter than IV and ICV", 46, 23, 32 + 23, 8, 1, 16, false },
	{ "empty", 46, 0, 32, 8, 1, 16, false },
	{ "no multiple of a block", 46, 16 + 17 + 12, 32 + 45, 16, 16, 12, false },
	{ "block less one", 46, 16 + 15 + 12, 32 + 43, 16, 16, 12, false },
	{ "does not end the message", 46, 16 + 16 + 12, 32 + 45, 16, 16, 12, false },
	{ "ends behind the message", 46, 16 + 16 + 12, 32 + 43, 16, 16, 12, false },
	{ "SA is not encrypted", 33, 16 + 16 + 12, 32 + 44, 16, 16, 12, false },
	{ "a fragment of one block", 53, 4 + 16 + 16 + 12, 32 + 48, 16, 16, 12, true },
	{ "a fragment without its numbers", 53, 16 + 16 + 12, 32 + 44, 16, 16, 12, false },
	{ "a fragment cut in its numbers", 53, 3, 32 + 3, 0, 1, 0, false },
	{ "a fragment with numbers only", 53, 4, 32 + 4, 0, 1, 0, false },
	{ "a fragment with a pad length only", 53, 4 + 8 + 1 + 16, 32 + 29, 8, 1, 16, true },
	{ "a fragment without text", 53, 4 + 8 + 16, 32 + 28, 8, 1, 16, false },
	{ "no block length", 46, 16 + 16 + 12, 32 + 44, 16, 0, 12, false },
};

static void layout_table(void **state)
{
	static uint8_t body[64];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(layouts); i++) {
		struct payload sk = { .type = layouts[i].type, .body = bytes(body, layouts[i].body) };
		struct sk_layout out;

		if (sk_layout_read(&out, &sk, layouts[i].message, layouts[i].iv, layouts[i].block, layouts[i].icv) !=
		    layouts[i].ok)
			fail_msg("%s", layouts[i].name);
	}
}

/* Every pad length against every length of text: taken if it fits, whatever the padding's bytes are. */
static void pad_lengths(void **state)
{
	uint8_t text[300];

	(void)state;
	memset(text, 0xee, sizeof text);
	for (size_t len = 0; len <= sizeof text; len++) {
		for (unsigned pad = 0; pad <= 255 && len > 0; pad++) {
			struct bytes chain;
			uint8_t last = text[len - 1];

			text[len - 1] = (uint8_t)pad;
			assert_int_equal(sk_unpad(&chain, bytes(text, len)), pad + 1 <= len);
			assert_int_equal(chain.len, pad + 1 <= len ? len - pad - 1 : 0);
			text[len - 1] = last;
		}
	}
	struct bytes chain;
	assert_false(sk_unpad(&chain, bytes_none()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),  cmocka_unit_test(too_little_room),
		cmocka_unit_test(layout_table),    cmocka_unit_test(too_long_for_a_message),
		cmocka_unit_test(pad_lengths),     cmocka_unit_test(fragment_there_and_back),
		cmocka_unit_test(number_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
