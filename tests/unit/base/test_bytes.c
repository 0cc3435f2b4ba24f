/* SPDX-License-Identifier: ISC */
/* Slices, the bounded reader and writer, hexadecimal, secrets: each at its borders. */
#include "support/unit.h"

#include "base/hex.h"
#include "base/reader.h"
#include "base/secret.h"
#include "base/writer.h"

static const uint8_t data[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void numbers_are_read(void **state)
{
	struct reader r = reader(bytes(data, sizeof(data)));

	(void)state;
	assert_int_equal(rd_u8(&r), 1);
	assert_int_equal(rd_u16(&r), 0x0203);
	assert_int_equal(rd_u32(&r), 0x04050607);
	assert_int_equal(rd_u64(&r), 0x08090a0b0c0d0e0full);
	assert_true(rd_done(&r) && rd_ok(&r));
	assert_int_equal(rd_u8(&r), 0);
	assert_false(rd_ok(&r) || rd_done(&r));
}

/* Each read, with one byte less than it needs: 0 or nothing, and bad for ever. */
static void short_reads_are_sticky(void **state)
{
	static const size_t sizes[] = { 1, 2, 4, 8 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct reader r = reader(bytes(data, sizes[i] - 1));
		uint64_t got = i == 0 ? rd_u8(&r) : i == 1 ? rd_u16(&r) : i == 2 ? rd_u32(&r) : rd_u64(&r);

		assert_int_equal(got, 0);
		assert_false(rd_ok(&r));
		assert_int_equal(rd_u8(&r), 0); /* though a byte is there */
		assert_null(rd_take(&r, 0));
		assert_int_equal(rd_rest(&r).len, 0);
		assert_false(rd_done(&r));
	}
}

static void slices_are_read(void **state)
{
	struct reader r = reader(bytes(data, 5)), sub;
	struct bytes b = rd_bytes(&r, 2);

	(void)state;
	assert_true(b.at == data && b.len == 2);
	assert_int_equal(rd_bytes(&r, 0).len, 0);
	assert_true(rd_ok(&r));
	sub = rd_sub(&r, 2);
	assert_int_equal(rd_u16(&sub), 0x0304);
	assert_true(rd_done(&sub));
	assert_int_equal(rd_u8(&sub), 0); /* the fifth byte is not the child's */
	assert_false(rd_ok(&sub));
	assert_true(rd_ok(&r));
	b = rd_rest(&r);
	assert_true(b.len == 1 && b.at[0] == 5 && rd_done(&r));
	assert_int_equal(rd_rest(&r).len, 0);
	assert_true(rd_done(&r));
	sub = rd_sub(&r, 1);
	assert_false(rd_ok(&sub) || rd_ok(&r));
	r = reader(bytes_none());
	assert_true(rd_done(&r));
	assert_int_equal(rd_rest(&r).len, 0);
	assert_true(rd_done(&r));
	r = reader(bytes(data, 5));
	assert_null(rd_take(&r, SIZE_MAX));
	r = reader(bytes(data, 5));
	sub = rd_sub(&r, 0);
	assert_true(rd_done(&sub) && rd_ok(&r));
}

static void numbers_are_written(void **state)
{
	uint8_t room[15];
	struct writer w = writer(room, sizeof(room));

	(void)state;
	wr_u8(&w, 1);
	wr_u16(&w, 0x0203);
	wr_u32(&w, 0x04050607);
	wr_u64(&w, 0x08090a0b0c0d0e0full);
	assert_true(wr_ok(&w));
	assert_true(bytes_equal(wr_done(&w), bytes(data, sizeof(data))));
	wr_bytes(&w, bytes_none());
	wr_zero(&w, 0);
	assert_true(wr_ok(&w));
	wr_u8(&w, 0);
	assert_false(wr_ok(&w));
	assert_int_equal(wr_done(&w).len, 0);
}

/* What does not fit is not written, not even in part; nothing is written behind it though it would fit. */
static void full_is_sticky(void **state)
{
	uint8_t room[4] = { 9, 9, 9, 9 };
	struct writer w = writer(room, 3);

	(void)state;
	wr_u32(&w, 0);
	wr_u8(&w, 0);
	wr_bytes(&w, bytes(data, 1));
	wr_zero(&w, 1);
	assert_null(wr_room(&w, 0));
	assert_memory_equal(room, "\x09\x09\x09\x09", 4);
	w = writer(room, 3);
	assert_null(wr_room(&w, SIZE_MAX));
	w = writer(NULL, 0);
	wr_u8(&w, 1);
	assert_false(wr_ok(&w));
}

static void lengths_are_filled_in(void **state)
{
	static uint8_t room[70000];
	struct writer w = writer(room, sizeof(room));
	size_t from, place;

	(void)state;
	wr_u8(&w, 7);
	from = w.len;
	place = wr_open_u16(&w);
	wr_bytes(&w, bytes(data, 3));
	wr_close_u16(&w, place, from);
	assert_memory_equal(room, "\x07\x00\x05\x01\x02\x03", 6);
	/* 65,535 is the last that a length can say */
	w = writer(room, sizeof(room));
	place = wr_open_u16(&w);
	wr_zero(&w, 65533);
	wr_close_u16(&w, place, 0);
	assert_true(wr_ok(&w) && room[0] == 0xff && room[1] == 0xff);
	w = writer(room, sizeof(room));
	place = wr_open_u16(&w);
	wr_zero(&w, 65534);
	wr_close_u16(&w, place, 0);
	assert_false(wr_ok(&w));
	/* opened where there was no room */
	w = writer(room, 1);
	place = wr_open_u16(&w);
	wr_close_u16(&w, place, 0);
	assert_false(wr_ok(&w));
}

static void slices_compare(void **state)
{
	(void)state;
	assert_true(bytes_equal(bytes_none(), bytes(data, 0)));
	assert_true(bytes_equal(bytes(data, 3), bytes("\1\2\3", 3)));
	assert_false(bytes_equal(bytes(data, 3), bytes("\1\2\4", 3)));
	assert_false(bytes_equal(bytes(data, 3), bytes(data, 2)));
	assert_true(bytes_equal_secret(bytes_none(), bytes_none()));
	assert_true(bytes_equal_secret(bytes(data, 3), bytes("\1\2\3", 3)));
	assert_false(bytes_equal_secret(bytes(data, 3), bytes("\1\2\4", 3)));
	assert_false(bytes_equal_secret(bytes(data, 3), bytes("\3\2\3", 3)));
	assert_false(bytes_equal_secret(bytes(data, 3), bytes(data, 2)));
	assert_true(bytes_equal_nocase(bytes_str("GW.Example"), bytes_str("gw.eXAMPLE")));
	assert_false(bytes_equal_nocase(bytes("a\0b", 3), bytes("a\0c", 3)));
	assert_false(bytes_equal_nocase(bytes_str("@["), bytes_str("`{"))); /* letters only */
}

static void hexadecimal_is_read(void **state)
{
	static const struct {
		const char *text, *bytes;
		size_t len; /* 0: refused */
	} rows[] = {
		{ "00", "\0", 1 },	 { "fFaB", "\xff\xab", 2 }, { "00:01:02", "\0\1\2", 3 }, { "0001:02", "\0\1\2", 3 },
		{ "", NULL, 0 },	 { "0", NULL, 0 },	    { "000", NULL, 0 },	       { "0g", NULL, 0 },
		{ ":00", NULL, 0 },	 { "00:", NULL, 0 },	    { "00::01", NULL, 0 },     { "0:0", NULL, 0 },
		{ "0x00", NULL, 0 },	 { "00 01", NULL, 0 },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct bytes b;

		if (hex_parse(&b, bytes_str(rows[i].text), &arena) != (rows[i].len > 0))
			fail_msg("%s", rows[i].text);
		assert_true(rows[i].len == 0 || bytes_equal(b, bytes(rows[i].bytes, rows[i].len)));
	}
	arena_clear(&arena);
}

static void secrets_move(void **state)
{
	struct secret a = { 0 }, b = { 0 };

	(void)state;
	assert_true(secret_set(&a, bytes(data, 4)));
	assert_true(secret_set(&a, bytes(a.at + 1, 2))); /* from itself */
	assert_true(bytes_equal(secret_bytes(&a), bytes("\2\3", 2)));
	assert_true(secret_new(&b, 8));
	assert_memory_equal(b.at, "\0\0\0\0\0\0\0\0", 8);
	secret_move(&b, &a);
	assert_true(a.at == NULL && a.len == 0 && b.len == 2);
	secret_move(&b, &b);
	assert_int_equal(b.len, 2);
	assert_true(secret_new(&b, 0));
	assert_true(b.at == NULL && b.len == 0);
	secret_clear(&b);
	secret_clear(&b);
}

static void arenas_are_bounded(void **state)
{
	struct arena a = { .limit = 4096 };
	uint8_t *p = NULL, *last = NULL;
	size_t pieces = 0;

	(void)state;
	assert_null(arena_take(&a, 4097));
	assert_null(arena_take(&a, SIZE_MAX));
	assert_null(arena_take(&a, SIZE_MAX - 8));
	assert_null(arena_array(&a, SIZE_MAX / 2, 3));
	assert_null(arena_array(&a, 2, SIZE_MAX));
	while ((p = arena_take(&a, 100)) != NULL) {
		assert_true((uintptr_t)p % 16 == 0);
		for (size_t i = 0; i < 100; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xaa, 100);
		last = p;
		pieces++;
	}
	assert_int_equal(pieces, 4096 / 112);
	assert_non_null(last);
	arena_clear(&a);
	assert_int_equal(a.used, 0);
	p = arena_take(&a, 4096); /* usable again, in one piece, zeroed */
	assert_non_null(p);
	for (size_t i = 0; i < 4096; i++)
		assert_int_equal(p[i], 0);
	assert_null(arena_take(&a, 1));
	arena_clear(&a);
	arena_clear(&a);
}

static void arenas_copy(void **state)
{
	struct arena a = { 0 };
	struct bytes b = arena_copy(&a, bytes(data, 5));
	char *s = arena_str(&a, bytes("abc", 3));

	(void)state;
	assert_true(b.at != data && bytes_equal(b, bytes(data, 5)));
	assert_string_equal(s, "abc");
	assert_string_equal(arena_str(&a, bytes_none()), "");
	assert_int_equal(arena_copy(&a, bytes_none()).len, 0);
	assert_non_null(arena_take(&a, 0));
	assert_non_null(arena_array(&a, 0, 16));
	a.limit = a.used;
	assert_int_equal(arena_copy(&a, bytes(data, 5)).len, 0);
	assert_null(arena_str(&a, bytes("abc", 3)));
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read),    cmocka_unit_test(short_reads_are_sticky),
		cmocka_unit_test(slices_are_read),     cmocka_unit_test(numbers_are_written),
		cmocka_unit_test(full_is_sticky),      cmocka_unit_test(lengths_are_filled_in),
		cmocka_unit_test(slices_compare),      cmocka_unit_test(hexadecimal_is_read),
		cmocka_unit_test(secrets_move),	       cmocka_unit_test(arenas_are_bounded),
		cmocka_unit_test(arenas_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
