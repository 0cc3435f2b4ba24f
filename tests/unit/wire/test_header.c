/* SPDX-License-Identifier: ISC */
/*
 * The IKE header: sizes, versions, flags. RFC 7296 3.1.
 */
#include "support/unit.h"

#include "iana/ikev2.h"
#include "support/hex.h"
#include "wire/ike.h"

static const struct {
	const char *name, *hex;
	bool ok;
	uint8_t major, exchange, flags;
	uint32_t message_id;
} rows[] = {
	{ "a request", "5f54bf6d8b48e6e1 0000000000000000 00 20 22 08 00000000 0000001c", true, 2, 34, 0x08, 0 },
	{ "a response", "5f54bf6d8b48e6e1 909232b3d1edcb5c 00 20 25 20 00000007 0000001c", true, 2, 37, 0x20, 7 },
	{ "all flags", "5f54bf6d8b48e6e1 0000000000000000 00 20 22 ff 00000000 0000001c", true, 2, 34, 0xff, 0 },
	{ "last message id", "5f54bf6d8b48e6e1 0000000000000000 00 20 22 08 ffffffff 0000001c", true, 2, 34, 8, UINT32_MAX },
	{ "version 1.0 is read", "5f54bf6d8b48e6e1 0000000000000000 00 10 02 00 00000000 0000001c", true, 1, 2, 0, 0 },
	{ "version 15.15 is read", "5f54bf6d8b48e6e1 0000000000000000 00 ff 22 08 00000000 0000001c", true, 15, 34, 8, 0 },
	{ "zero SPIs are the engine's to judge", "0000000000000000 0000000000000000 00 20 22 08 00000000 0000001c", true, 2,
	  34, 8, 0 },
	{ "length 0", "5f54bf6d8b48e6e1 0000000000000000 00 20 22 08 00000000 00000000", false },
	{ "length one less", "5f54bf6d8b48e6e1 0000000000000000 00 20 22 08 00000000 0000001b", false },
	{ "length one more", "5f54bf6d8b48e6e1 0000000000000000 00 20 22 08 00000000 0000001d", false },
	{ "length 65535", "5f54bf6d8b48e6e1 0000000000000000 00 20 22 08 00000000 0000ffff", false },
	{ "length 2^32 - 1", "5f54bf6d8b48e6e1 0000000000000000 00 20 22 08 00000000 ffffffff", false },
	{ "length 2^16 too long", "5f54bf6d8b48e6e1 0000000000000000 00 20 22 08 00000000 0001001c", false },
	{ "a byte behind", "5f54bf6d8b48e6e1 0000000000000000 00 20 22 08 00000000 0000001c 00", false },
	{ "a byte short", "5f54bf6d8b48e6e1 0000000000000000 00 20 22 08 00000000 00001c", false },
	{ "a keepalive", "ff", false },
	{ "nothing", "", false },
};

static void headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena = { 0 };
		struct reason why = { 0 };
		struct ike_header h;

		if (ike_header_read(&h, hex(&arena, rows[i].hex), &why) != rows[i].ok)
			fail_msg("%s", rows[i].name);
		if (rows[i].ok) {
			assert_int_equal(h.major, rows[i].major);
			assert_int_equal(h.exchange, rows[i].exchange);
			assert_int_equal(h.flags, rows[i].flags);
			assert_int_equal(h.message_id, rows[i].message_id);
		} else {
			assert_int_equal(why.kind, REASON_SYNTAX);
			assert_int_equal(why.notify, IKEV2_NOTIFY_INVALID_SYNTAX);
		}
		arena_clear(&arena);
	}
}

/* Every cut of a good header is refused, never read past. */
static void cuts(void **state)
{
	struct arena arena = { 0 };
	struct bytes whole = hex(&arena, rows[0].hex);

	(void)state;
	for (size_t n = 0; n < whole.len; n++) {
		struct reason why;
		struct ike_header h;
		struct bytes cut = n > 0 ? arena_copy(&arena, bytes(whole.at, n)) : bytes_none();

		assert_false(ike_header_read(&h, cut, &why));
	}
	arena_clear(&arena);
}

static void begin_and_end_are_the_reader_backwards(void **state)
{
	const struct ike_header want = { .spi_i = 0x0102030405060708, .spi_r = 0x1112131415161718, .next = 99, .major = 2,
		                         .exchange = IKEV2_EXCHANGE_INFORMATIONAL, .flags = IKE_FLAG_RESPONSE,
		                         .message_id = 0xfffefdfc, .length = 12345 };
	uint8_t room[IKE_HEADER_LEN];
	struct ike_header got;
	struct reason why;
	struct message_writer m = message_begin(room, sizeof room, &want);

	(void)state;
	assert_true(ike_header_read(&got, message_end(&m), &why));
	assert_int_equal(got.spi_i, want.spi_i);
	assert_int_equal(got.spi_r, want.spi_r);
	assert_int_equal(got.next, 0); /* no payload was written */
	assert_int_equal(got.major, 2);
	assert_int_equal(got.minor, 0);
	assert_int_equal(got.exchange, want.exchange);
	assert_int_equal(got.flags, want.flags);
	assert_int_equal(got.message_id, want.message_id);
	assert_int_equal(got.length, IKE_HEADER_LEN);

	m = message_begin(room, sizeof room - 1, &want);
	assert_int_equal(message_end(&m).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(cuts),
		cmocka_unit_test(begin_and_end_are_the_reader_backwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
