/* SPDX-License-Identifier: ISC */
/* Text that grows and is escaped, the nearest word, and reasons that are copied. */
#include "support/unit.h"

#include <stdlib.h>

#include "base/reason.h"
#include "base/text.h"

static void text_grows(void **state)
{
	struct text t = { 0 };

	(void)state;
	assert_string_equal(text_str(&t), "");
	text_add_bytes(&t, bytes_none());
	assert_string_equal(text_str(&t), "");
	for (unsigned i = 0; i < 1000; i++)
		text_add(&t, "%04u,", i);
	assert_int_equal(t.len, 5000);
	assert_int_equal(strlen(text_str(&t)), 5000);
	assert_memory_equal(t.at, "0000,0001,", 10);
	assert_memory_equal(t.at + 4990, "0998,0999,", 10);
	assert_false(t.failed);
	text_clear(&t);
	assert_string_equal(text_str(&t), "");
}

/* Exactly at the borders of the memory that it has. */
static void text_grows_at_its_borders(void **state)
{
	static char letters[520];

	(void)state;
	memset(letters, 'x', sizeof(letters));
	for (size_t n = 0; n < sizeof(letters); n++) {
		struct text t = { 0 };
		text_add(&t, "%.*s", (int)n, letters);
		text_add_bytes(&t, bytes(letters, 1));
		assert_int_equal(t.len, n + 1);
		assert_int_equal(strlen(text_str(&t)), n + 1);
		text_clear(&t);
	}
}

static void text_that_failed_stays_as_it_is(void **state)
{
	struct text t = { 0 };

	(void)state;
	text_add(&t, "abc");
	text_add_bytes(&t, bytes("", SIZE_MAX / 2));
	assert_true(t.failed);
	text_add(&t, "def");
	text_add_bytes(&t, bytes("g", 1));
	assert_string_equal(text_str(&t), "abc");
	text_clear(&t);
	assert_false(t.failed);
}

static void outside_text_is_escaped(void **state)
{
	struct text t = { 0 };

	(void)state;
	text_add_safe(&t, bytes("a\\b\n\x1b[31m\0\x7f\xc3\xbc~ ", 15));
	assert_string_equal(text_str(&t), "a\\x5cb\\x0a\\x1b[31m\\x00\\x7f\\xc3\\xbc~ ");
	text_clear(&t);
	text_add_hex(&t, bytes("\x00\xab\xff", 3));
	assert_string_equal(text_str(&t), "00abff");
	text_clear(&t);
}

static void the_nearest_word_is_found(void **state)
{
	static const char *const known[] = { "proposals", "local_addrs", "remote_addrs", "rekey_time", "esp_proposals" };
	static const struct {
		const char *word, *nearest;
	} rows[] = {
		{ "propsals", "proposals" },   { "PROPOSAL", "proposals" },  { "remote_adrs", "remote_addrs" },
		{ "local", "local_addrs" },    { "rekeytime", "rekey_time" }, { "proposals", "proposals" },
		{ "esp-proposal", "esp_proposals" }, { "x", NULL },	     { "", NULL },
		{ "completely_else", NULL },
	};
	static char longest[100];
	struct text_nearest n;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		n = text_nearest(bytes_str(rows[i].word));
		for (size_t k = 0; k < COUNT_OF(known); k++)
			text_nearest_try(&n, known[k]);
		if (!rows[i].nearest)
			assert_null(n.best);
		else
			assert_string_equal(n.best, rows[i].nearest);
	}
	/* too long to be anything */
	memset(longest, 'a', sizeof(longest) - 1);
	n = text_nearest(bytes(longest, 65));
	text_nearest_try(&n, longest);
	assert_null(n.best);
	n = text_nearest(bytes(longest, 64));
	text_nearest_try(&n, longest + 35);
	assert_ptr_equal(n.best, longest + 35);
}

static void reasons_are_copied_deep(void **state)
{
	char got[] = "got", wanted[] = "wanted", about[] = "about";
	struct arena arena = { 0 }, small = { .limit = 16 };
	struct reason why, copy, *kept;

	(void)state;
	assert_false(refuse(&why, REASON_TS, 38, value_text(got), value_text(wanted), (struct conf_at){ "f", "k", 1, 2 }));
	why.about = value_text(about);
	kept = reason_keep(&why);
	assert_non_null(kept);
	assert_true(reason_copy(&arena, &copy, &why));
	memset(got, 'x', 3);
	memset(wanted, 'x', 6);
	memset(about, 'x', 5);
	for (unsigned i = 0; i < 2; i++) {
		const struct reason *r = i ? &copy : kept;
		assert_int_equal(r->kind, REASON_TS);
		assert_int_equal(r->notify, 38);
		assert_true(bytes_equal(r->got.bytes, bytes_str("got")));
		assert_true(bytes_equal(r->wanted.bytes, bytes_str("wanted")));
		assert_true(bytes_equal(r->about.bytes, bytes_str("about")));
		assert_string_equal(r->where.key, "k");
	}
	free(kept);
	/* out of memory: said, and no slice points to nothing */
	assert_false(reason_copy(&small, &copy, &why));
	assert_int_equal(copy.wanted.bytes.len, 0);
	arena_clear(&arena);
	arena_clear(&small);
}

static void kinds_have_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REASON_COUNT; i++) {
		assert_true(reason_name((enum reason_kind)i)[0] && reason_words((enum reason_kind)i)[0]);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(reason_name((enum reason_kind)i), reason_name((enum reason_kind)k));
	}
	assert_string_equal(reason_name(REASON_COUNT), "unknown");
	assert_string_equal(reason_name(REASON_PROPOSAL), "proposal");
	assert_string_equal(reason_words(REASON_COUNT), "unknown reason");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_grows),		     cmocka_unit_test(text_grows_at_its_borders),
		cmocka_unit_test(text_that_failed_stays_as_it_is), cmocka_unit_test(outside_text_is_escaped),
		cmocka_unit_test(the_nearest_word_is_found), cmocka_unit_test(reasons_are_copied_deep),
		cmocka_unit_test(kinds_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
