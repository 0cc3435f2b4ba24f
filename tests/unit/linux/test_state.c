/* SPDX-License-Identifier: ISC */
/* A secret that survives a restart: made once, read again, made anew when it was damaged. */
#include "support/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/state.h"

static bool count_up(void *host, enum random_kind kind, uint8_t *out, size_t len)
{
	uint8_t *next = host;

	(void)kind;
	for (size_t i = 0; i < len; i++)
		out[i] = (*next)++;
	return true;
}

static void secret_survives(void **state)
{
	char base[] = "/tmp/adit-state-XXXXXX", folder[64], file[80];
	uint8_t next = 0, first[32], again[32];
	struct random random = { count_up, &next };
	struct reason why = { 0 };
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(base));
	(void)snprintf(folder, sizeof(folder), "%s/made", base);
	(void)snprintf(file, sizeof(file), "%s/s", folder);
	assert_true(state_secret(folder, "s", random, first, 32, &why));
	assert_true(state_secret(folder, "s", random, again, 32, &why));
	assert_memory_equal(first, again, 32);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* cut short, or open to others: it is no secret any more */
	assert_int_equal(truncate(file, 31), 0);
	assert_true(state_secret(folder, "s", random, again, 32, &why));
	assert_memory_not_equal(first, again, 32);
	assert_int_equal(chmod(file, 0644), 0);
	assert_true(state_secret(folder, "s", random, first, 32, &why));
	assert_memory_not_equal(first, again, 32);
	/* no way to write it: told */
	assert_false(state_secret("/proc/none/such", "s", random, first, 32, &why));
	assert_int_not_equal(why.kind, REASON_NONE);
	(void)unlink(file);
	(void)rmdir(folder);
	(void)rmdir(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(secret_survives) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
