/* SPDX-License-Identifier: ISC */
/* Stories: bounded, newest first, told for connections and for strangers; a flood does not push out what matters. */
#include "support/unit.h"

#include <stdlib.h>

#include "conf.h"
#include "pair.h"

struct look {
	size_t attempts, entries, ups, reasons;
	uint64_t last_begun;
	bool newest_first, all_said;
	struct text text;
};

static bool look_at(void *ctx, const struct story_attempt *a)
{
	struct look *l = ctx;

	l->newest_first = l->attempts == 0 || (l->newest_first && a->begun.boot <= l->last_begun);
	l->last_begun = a->begun.boot;
	l->attempts++;
	l->entries += a->count;
	l->ups += a->up;
	for (size_t i = 0; i < a->count; i++) {
		l->reasons += a->entries[i].why != NULL;
		story_entry_print(&l->text, &a->entries[i]);
		text_add(&l->text, "\n");
		story_entry_explain(&l->text, &a->entries[i]);
	}
	return true;
}

static struct look look(struct pair *p, unsigned i, const char *name)
{
	struct look l = { 0 };

	engine_each_attempt(p->node[i].engine, name, look_at, &l);
	return l;
}

static bool drop_all(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)d, (void)ctx;
	return false;
}

static void eight_attempts(void **state)
{
	struct pair p;
	struct look l;

	(void)state;
	pair_init(&p, pair_alice, conf_bob((struct conf_parts){ .secret = "quite another secret than that of alice" }), 800);
	for (unsigned i = 0; i < 12; i++) {
		pair_initiate(&p, ALICE, "office");
		pair_run(&p, 31000);
	}
	for (unsigned k = 0; k < 2; k++) {
		l = look(&p, k, k ? "branch" : "office");
		assert_int_equal(l.attempts, STORY_ATTEMPTS);
		assert_true(l.newest_first);
		assert_int_equal(l.ups, 0);
		assert_true(l.reasons >= STORY_ATTEMPTS);
		assert_non_null(strstr(text_str(&l.text), k ? "the pre-shared keys differ" : "AUTHENTICATION_FAILED"));
		text_clear(&l.text);
	}
	/* unloading takes them along */
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_UNLOAD, .name = "office" });
	l = look(&p, ALICE, "office");
	assert_int_equal(l.attempts, 0);
	text_clear(&l.text);
	pair_clear(&p);
}

static void entries_are_bounded(void **state)
{
	struct pair p;
	struct look l;

	(void)state;
	/* a long life in one attempt: a child comes and goes */
	pair_init(&p, pair_alice, pair_bob, 810);
	pair_initiate(&p, ALICE, "office");
	for (unsigned i = 0; i < 60; i++) {
		pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .child = "net" });
		pair_deliver(&p);
		pair_initiate(&p, ALICE, "office");
	}
	l = look(&p, ALICE, "office");
	assert_int_equal(l.attempts, 1);
	assert_int_equal(l.ups, 1);
	assert_true(l.entries <= STORY_ENTRIES_MAX);
	assert_non_null(strstr(text_str(&l.text), "Child SA net is up"));
	assert_non_null(strstr(text_str(&l.text), "down: Child SA net is down: "));
	text_clear(&l.text);
	pair_clear(&p);
}

static struct datagram first_message;

static bool keep_first(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)ctx;
	if (first_message.len == 0)
		first_message = *d;
	return false;
}

static void strangers(void **state)
{
	const struct engine_conf conf = { .cookie_threshold = 100000 }; /* else they are asked for cookies */
	struct pair p;
	struct path path;
	struct look l;

	(void)state;
	first_message.len = 0;
	pair_init_conf(&p, pair_alice, conf_bob((struct conf_parts){ .remote = "198.51.100.7" }), 820, &conf);
	p.filter = keep_first;
	pair_initiate(&p, ALICE, "office");
	p.filter = drop_all;
	path = pair_path(&p, ALICE);
	for (uint32_t i = 0; i < 20; i++) {
		put_u32(first_message.data, i + 1);
		pair_input(&p, BOB, &path, bytes(first_message.data, first_message.len));
	}
	l = look(&p, BOB, NULL);
	assert_int_equal(l.attempts, 1);
	assert_int_equal(l.entries, STORY_STRANGERS_PER_SOURCE);
	assert_non_null(strstr(text_str(&l.text), "no connection fits these addresses"));
	text_clear(&l.text);
	for (uint32_t i = 0; i < 1000; i++) {
		put_u32(path.remote.addr.ip, 0x0a000000u + i);
		pair_input(&p, BOB, &path, bytes(first_message.data, first_message.len));
		pair_deliver(&p);
	}
	l = look(&p, BOB, NULL);
	assert_int_equal(l.entries, STORY_STRANGERS);
	text_clear(&l.text);
	l = look(&p, BOB, "branch");
	assert_int_equal(l.attempts, 0);
	text_clear(&l.text);
	pair_clear(&p);
}

/* Somebody knocks often at a connection that is open for all: the attempt that came up stays in sight. */
static void knocks_do_not_push_out(void **state)
{
	struct engine_conf conf = { .half_open_per_source = 100, .cookie_threshold = 1000, .half_open_max = 1000 };
	struct pair p;
	struct path path;
	struct look l;

	(void)state;
	first_message.len = 0;
	pair_init_conf(&p, pair_alice, pair_bob, 830, &conf);
	p.filter = keep_first;
	pair_initiate(&p, ALICE, "office");
	p.filter = NULL;
	pair_run(&p, 10000);
	assert_int_equal(pair_up(&p, BOB), 1);
	path = pair_path(&p, ALICE);
	for (unsigned round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < 20; i++) {
			put_u32(path.remote.addr.ip, 0x0a000000u + i);
			put_u32(first_message.data, round * 100 + i + 1);
			pair_input(&p, BOB, &path, bytes(first_message.data, first_message.len));
			pair_deliver(&p);
		}
		pair_run(&p, 40000);
	}
	l = look(&p, BOB, "branch");
	assert_int_equal(l.attempts, STORY_ATTEMPTS);
	assert_int_equal(l.ups, 1);
	text_clear(&l.text);
	pair_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eight_attempts),
		cmocka_unit_test(entries_are_bounded),
		cmocka_unit_test(strangers),
		cmocka_unit_test(knocks_do_not_push_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
