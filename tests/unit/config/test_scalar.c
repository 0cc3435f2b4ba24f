/* SPDX-License-Identifier: ISC */
/* The small grammars of values, row by row. doc/vici.md 10, 12.5, 13.1. */
#include "support/unit.h"

#include "config/scalar.h"

#define BAD UINT64_MAX

static const struct {
	const char *text;
	uint64_t number, time, bytes;
} numbers[] = {
	{ "0", 0, 0, 0 },
	{ "", 0, 0, 0 },
	{ "42", 42, 42, 42 },
	{ " 42 ", 42, 42, 42 },
	{ "0x2A", 42, 42, 42 },
	{ "010", 10, 10, 10 },
	{ "10s", BAD, 10, BAD },
	{ "10 M", BAD, 600, 10485760 },
	{ "4H", BAD, 14400, BAD },
	{ "2d", BAD, 172800, BAD },
	{ "1w", BAD, BAD, BAD },
	{ "1k", BAD, BAD, 1024 },
	{ "3g", BAD, BAD, 3221225472u },
	{ "1kb", BAD, BAD, BAD },
	{ "-1", BAD, BAD, BAD },
	{ "0x", BAD, BAD, BAD },
	{ "x", BAD, BAD, BAD },
	{ "1 2", BAD, BAD, BAD },
	{ "4294967295", 4294967295u, 4294967295u, 4294967295u },
	{ "4294967296", 4294967296u, BAD, 4294967296u },
	{ "49711d", BAD, BAD, BAD },
	{ "18446744073709551614", 18446744073709551614u, BAD, 18446744073709551614u },
	{ "18446744073709551616", BAD, BAD, BAD },
};

static void test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		struct bytes text = bytes_str(numbers[i].text);
		uint64_t n;

		if ((scalar_number(text, &n) ? n : BAD) != numbers[i].number)
			fail_msg("number \"%s\"", numbers[i].text);
		if ((scalar_time(text, &n) ? n : BAD) != numbers[i].time)
			fail_msg("time \"%s\"", numbers[i].text);
		if ((scalar_bytes(text, &n) ? n : BAD) != numbers[i].bytes)
			fail_msg("bytes \"%s\"", numbers[i].text);
	}
}

static void test_bytes_saturate(void **state)
{
	uint64_t n;

	(void)state;
	assert_true(scalar_bytes(bytes_str("17179869184g"), &n));
	assert_true(n == UINT64_MAX);
	assert_true(scalar_bytes(bytes_str("17179869183g"), &n));
	assert_true(n == 17179869183u * (UINT64_C(1) << 30));
}

static void test_bools(void **state)
{
	static const struct {
		const char *text;
		int want;
	} cases[] = {
		{ "yes", 1 }, { "True", 1 },  { "ENABLED", 1 }, { "1", 1 },  { "no", 0 }, { "False", 0 }, { "disabled", 0 },
		{ "0", 0 },   { " yes ", 1 }, { "", -1 },       { "2", -1 }, { "y", -1 }, { "yess", -1 }, { "maybe", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		bool b = false;
		int got = scalar_bool(bytes_str(cases[i].text), &b) ? b : -1;

		if (got != cases[i].want)
			fail_msg("\"%s\": %d", cases[i].text, got);
	}
}

static void test_lists(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "" },
		{ "a", "[a]" },
		{ " a , b,c ", "[a][b][c]" },
		{ "a b, c", "[a b][c]" },
		{ ",,a,,", "[a]" },
		{ "\"a, b\", c", "[a, b][c]" },
		{ "\"a", "[\"a]" },
		{ "a\"b, c", "[a\"b][c]" },
		{ "\"\", a", "[a]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bytes rest = bytes_str(cases[i].text), item;
		char got[100] = "";

		while (list_next(&rest, &item)) {
			strcat(got, "[");
			strncat(got, (const char *)item.at, item.len);
			strcat(got, "]");
		}
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: %s, not %s", cases[i].text, got, cases[i].want);
	}
}

static void test_decode(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} cases[] = {
		{ "plain", "plain" },     { "0x68656c6c6f", "hello" }, { "0x68:65:6C:6c:6F", "hello" }, { "0x9", "\t" },
		{ "0x", "" },             { "0x6g", NULL },            { "0saGVsbG8=", "hello" },       { "0saGVsbG8", "hello" },
		{ "0saGVsbA==", "hell" }, { "0saGVs", "hel" },         { "0saGVs bG8=", "hello" },      { "0sa", NULL },
		{ "0s*", NULL },          { "0Sx", "0Sx" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena arena = { 0 };
		struct bytes out = bytes_none();
		bool ok = scalar_decode(bytes_str(cases[i].text), &arena, &out);

		if (ok != (cases[i].want != NULL) || (ok && !bytes_equal(out, bytes_str(cases[i].want))))
			fail_msg("%s", cases[i].text);
		arena_clear(&arena);
	}
}

/* Keys made by "openssl rand -base64 32" and "-hex 16" are fine, what people type is not. */
static void test_secret_bits(void **state)
{
	static const struct {
		const char *text;
		unsigned least, most;
	} cases[] = {
		{ "", 0, 0 },
		{ "a", 1, 5 },
		{ "swordfish", 35, 45 },
		{ "correcthorsebatterystaple", 90, 127 },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1, 60 },
		{ "abcdefghijklmnopqrstuvwxyz0123456789", 1, 60 },
		{ "abababababababababababababababababab", 1, 127 },
		{ "vMp9vNRUn1HdMfbJ1OJ0jdYsn0xCbLQkm4YZd6ewaDc=", 200, 300 },
		{ "9f86d081884c7d659a2feaa0c55ad015", 128, 160 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		unsigned bits = secret_bits(bytes_str(cases[i].text));

		if (bits < cases[i].least || bits > cases[i].most)
			fail_msg("\"%s\": %u bits", cases[i].text, bits);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_bytes_saturate), cmocka_unit_test(test_bools),
		cmocka_unit_test(test_lists),   cmocka_unit_test(test_decode),         cmocka_unit_test(test_secret_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
