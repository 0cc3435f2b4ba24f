/* SPDX-License-Identifier: ISC */
/* The section `adit`: units, defaults, mistakes. */
#include "support/unit.h"

#include "config/load.h"

static bool read_text(void *ctx, const char *path, struct secret *out, struct reason *why)
{
	(void)path, (void)why;
	return secret_set(out, bytes_str(ctx));
}

static bool no_paths(void *ctx, const char *pattern, bool (*each)(void *to, const char *path), void *to, struct reason *why)
{
	(void)ctx, (void)pattern, (void)each, (void)to, (void)why;
	return true;
}

static struct config *load(const char *text, size_t *errors)
{
	struct config_loader loader = { (void *)(uintptr_t)text, read_text, no_paths, no_paths };
	struct problems problems = { 0 };
	struct config *config = NULL;

	assert_true(config_load(&loader, "/c", &config, &problems));
	*errors = problems.errors;
	problems_clear(&problems);
	return config;
}

static void units(void **state)
{
	size_t errors;
	struct config *c = load("adit { retransmit_timeout = 0.25\n retransmit_base = 1.5\n retransmit_tries = 9\n retransmit_limit = 10\n"
	                        "retransmit_jitter = 20\n retransmit_early = 0\n retry_first = 1\n fragment_size = 700\n keep_alive = 1m\n"
	                        "make_before_break = no\n crash_detection = no\n state_dir = /somewhere\n }\n", &errors);
	struct settings *s = &c->settings;

	(void)state;
	assert_int_equal(errors, 0);
	assert_int_equal(s->retransmit_timeout, 250);
	assert_int_equal(s->retransmit_base, 150);
	assert_int_equal(s->retransmit_tries, 9);
	assert_int_equal(s->retransmit_limit, 10000);
	assert_int_equal(s->retransmit_jitter, 20);
	assert_int_equal(s->retransmit_early, 0);
	assert_int_equal(s->retry_first, 1000);
	assert_int_equal(s->keep_alive, 60000);
	assert_int_equal(s->fragment_size, 700);
	assert_false(s->make_before_break || s->crash_detection);
	assert_string_equal(s->state_dir, "/somewhere");
	config_free(c);
}

static void defaults(void **state)
{
	static const char *const texts[] = { "connections { }\n", "adit { retransmit_base = 3\n retransmit_tries = 0\n }\n",
		                             "adit { retransmit_base = 0.9\n }\n", "adit { retransmit_timeout = 1.2345\n }\n" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		size_t errors;
		struct config *c = load(texts[i], &errors);
		struct settings *s = &c->settings;

		assert_int_equal(errors, i > 0);
		assert_int_equal(s->retransmit_timeout, 4000);
		assert_int_equal(s->retransmit_base, 180);
		assert_int_equal(s->retransmit_tries, 5);
		assert_int_equal(s->retransmit_early, 2);
		assert_int_equal(s->half_open_timeout, 165000);
		assert_int_equal(s->fragment_size, 1280);
		assert_int_equal(s->cookie_threshold, 30);
		assert_true(s->make_before_break && s->crash_detection);
		assert_string_equal(s->state_dir, "/var/lib/adit");
		config_free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(units), cmocka_unit_test(defaults) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
