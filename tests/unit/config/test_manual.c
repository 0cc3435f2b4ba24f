/* SPDX-License-Identifier: ISC */
/*
 * doc/adit.conf.5.scd is what the table of keys says. After a change of the table, write it anew:
 *
 *     build/tests/test-config-manual write
 */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "config/schema.h"

#define PAGE "doc/adit.conf.5.scd"

static void test_page(void **state)
{
	struct text want = { 0 };
	FILE *file = fopen(PAGE, "rb");
	size_t len;
	char *got;

	(void)state;
	schema_print_manual(&want);
	assert_false(want.failed);
	assert_non_null(file);
	got = calloc(1, want.len + 2);
	assert_non_null(got);
	len = fread(got, 1, want.len + 1, file);
	(void)fclose(file);
	if (len != want.len || memcmp(got, want.at, len) != 0)
		fail_msg(PAGE " is not what the table of keys says; write it by: build/tests/test-config-manual write");
	free(got);
	text_clear(&want);
}

/* Every default that is not strongSwan's has its reason. */
static void test_deviations(void **state)
{
	size_t count;
	const struct key *table = schema_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		if (table[i].ours)
			assert_non_null(table[i].note);
		if (table[i].ours && table[i].theirs)
			assert_string_not_equal(table[i].ours, table[i].theirs);
	}
}

static int write_page(void)
{
	struct text page = { 0 };
	FILE *file = fopen(PAGE, "wb");
	bool ok;

	schema_print_manual(&page);
	ok = file && !page.failed && fwrite(page.at, 1, page.len, file) == page.len;
	if (file && fclose(file) != 0)
		ok = false;
	text_clear(&page);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_page), cmocka_unit_test(test_deviations) };

	if (argc == 2 && strcmp(argv[1], "write") == 0)
		return write_page();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
