/* SPDX-License-Identifier: ISC */
/* Map, timers and lists against slow, obvious models; SipHash against its authors' vectors. */
#include "support/unit.h"

#include "base/list.h"
#include "base/map.h"
#include "base/shelf.h"
#include "base/timer.h"

static uint32_t seed;

static unsigned roll(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* --- map: the model is an array indexed by a small key --- */

enum { KEYS = 200 };

/* Small keys, and keys that differ only in their high bits. */
static uint64_t key_of(unsigned i)
{
	return i % 2 ? (uint64_t)i << 48 : i;
}

static void map_is_a_table(void **state)
{
	static char things[KEYS];
	void *model[KEYS] = { 0 };
	struct map m = { 0 };
	size_t count = 0;

	(void)state;
	seed = 11;
	assert_null(map_get(&m, 0));
	assert_null(map_remove(&m, 0));
	for (unsigned round = 0; round < 50000; round++) {
		unsigned i = roll(KEYS);

		/* phases of growth and of decay */
		if (roll(10) < (round / 5000 % 2 ? 3u : 7u)) {
			void *value = &things[roll(KEYS)];
			assert_true(map_put(&m, key_of(i), value));
			count += model[i] == NULL;
			model[i] = value;
		} else {
			assert_ptr_equal(map_remove(&m, key_of(i)), model[i]);
			count -= model[i] != NULL;
			model[i] = NULL;
		}
		assert_int_equal(m.count, count);
		i = roll(KEYS);
		assert_ptr_equal(map_get(&m, key_of(i)), model[i]);
		if (round % 500 == 0) {
			size_t at = 0, seen = 0;
			while (map_next(&m, &at))
				seen++;
			assert_int_equal(seen, count);
			for (unsigned k = 0; k < KEYS; k++)
				assert_ptr_equal(map_get(&m, key_of(k)), model[k]);
		}
	}
	map_clear(&m);
	assert_null(map_get(&m, 0));
	map_clear(&m);
}

/*
 * The 64-bit outputs for key 00 01 .. 0f and messages of 0 to 15 bytes 00 01 .., from the reference implementation's vectors
 * (J.-P. Aumasson, D. J. Bernstein; CC0); the last one is the paper's appendix A.
 */
static const uint64_t sip[] = {
	0x726fdb47dd0e0e31u, 0x74f839c593dc67fdu, 0x0d6c8009d9a94f5au, 0x85676696d7fb7e2du,
	0xcf2794e0277187b7u, 0x18765564cd99a68du, 0xcbc9466e58fee3ceu, 0xab0200f58b01d137u,
	0x93f5f5799a932462u, 0x9e0082df0ba9e4b0u, 0x7a5dbbc594ddb9f3u, 0xf4b32f46226bada7u,
	0x751e8fbc860ee5fbu, 0x14ea5627c0843d90u, 0xf723ca908e7af2eeu, 0xa129ca6149be45e5u,
};

static void siphash_is_the_authors(void **state)
{
	uint8_t key[16], message[16];

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		key[i] = message[i] = i;
	for (size_t n = 0; n < COUNT_OF(sip); n++)
		assert_true(siphash(key, bytes(message, n)) == sip[n]);
	assert_true(siphash(key, bytes_none()) == sip[0]);
}

/* --- timers: the model is a list that is searched from end to end --- */

enum { TIMERS = 64 };

struct model {
	uint64_t deadline, order;
	bool armed;
};

static int model_first(const struct model *m)
{
	int best = -1;

	for (int i = 0; i < TIMERS; i++)
		if (m[i].armed && (best < 0 || m[i].deadline < m[best].deadline ||
		                   (m[i].deadline == m[best].deadline && m[i].order < m[best].order)))
			best = i;
	return best;
}

static void timers_are_a_sorted_list(void **state)
{
	struct timer timers[TIMERS] = { 0 };
	struct model model[TIMERS] = { 0 };
	struct timers ts = { 0 };
	uint64_t now = 1000, order = 0;

	(void)state;
	seed = 5;
	assert_true(timers_deadline(&ts) == UINT64_MAX);
	assert_null(timers_due(&ts, UINT64_MAX));
	for (unsigned round = 0; round < 50000; round++) {
		unsigned i = roll(TIMERS);
		int first;

		switch (roll(4)) {
		case 0:
		case 1:
			model[i] = (struct model){ now + roll(50), order++, true };
			assert_true(timer_set(&ts, &timers[i], model[i].deadline));
			break;
		case 2:
			timer_stop(&ts, &timers[i]);
			model[i].armed = false;
			break;
		default:
			now += roll(20);
			while ((first = model_first(model)) >= 0 && model[first].deadline <= now) {
				assert_ptr_equal(timers_due(&ts, now), &timers[first]);
				model[first].armed = false;
			}
			assert_null(timers_due(&ts, now));
		}
		assert_int_equal(timer_armed(&timers[i]), model[i].armed);
		first = model_first(model);
		assert_true(timers_deadline(&ts) == (first < 0 ? UINT64_MAX : model[first].deadline));
	}
	timers_clear(&ts);
	for (unsigned i = 0; i < TIMERS; i++)
		assert_false(timer_armed(&timers[i]));
	assert_true(timer_set(&ts, &timers[0], 1)); /* usable again */
	timers_clear(&ts);
}

static void never_is_never_due_early(void **state)
{
	struct timers ts = { 0 };
	struct timer t = { 0 };

	(void)state;
	assert_true(timer_set(&ts, &t, UINT64_MAX));
	assert_null(timers_due(&ts, UINT64_MAX - 1));
	timer_stop(&ts, &t);
	timer_stop(&ts, &t);
	assert_int_equal(ts.count, 0);
	timers_clear(&ts);
}

/* --- lists --- */

struct item {
	int number;
	struct list link;
};

static void lists_keep_order(void **state)
{
	struct list head;
	struct item items[5] = { { 0, { 0 } }, { 1, { 0 } }, { 2, { 0 } }, { 3, { 0 } }, { 4, { 0 } } };
	int seen = 0;

	(void)state;
	list_init(&head);
	assert_true(list_empty(&head));
	list_remove(&items[0].link); /* in no list */
	for (unsigned i = 0; i < 5; i++)
		list_append(&head, &items[i].link);
	LIST_EACH(pos, &head)
		assert_int_equal(LIST_ITEM(pos, struct item, link)->number, seen++);
	assert_int_equal(seen, 5);
	LIST_EACH_SAFE(pos, &head)
		if (LIST_ITEM(pos, struct item, link)->number % 2 == 0)
			list_remove(pos);
	list_remove(&items[2].link); /* twice */
	seen = 0;
	LIST_EACH(pos, &head)
		seen += LIST_ITEM(pos, struct item, link)->number;
	assert_int_equal(seen, 1 + 3);
	LIST_EACH_SAFE(pos, &head)
		list_remove(pos);
	assert_true(list_empty(&head));
}

/* --- shelves: pieces keep what is written in them, whatever comes and goes around them --- */

enum { PIECES = 300 };

static size_t size_of(unsigned i)
{
	return i % 37 == 0 ? SHELF_SIZE + i : (size_t)i * 13 % 3000;
}

static void shelves_keep_apart(void **state)
{
	uint8_t *pieces[PIECES] = { 0 };
	struct shelves s = { 0 };

	(void)state;
	seed = 5;
	shelf_give(&s, NULL);
	for (unsigned round = 0; round < 20000; round++) {
		unsigned i = roll(PIECES);

		if (!pieces[i]) {
			pieces[i] = shelf_take(&s, size_of(i));
			assert_non_null(pieces[i]);
			assert_int_equal((uintptr_t)pieces[i] % 16, 0);
			memset(pieces[i], (int)(i & 0xff), size_of(i));
			continue;
		}
		for (size_t at = 0; at < size_of(i); at++)
			if (pieces[i][at] != (uint8_t)i)
				fail_msg("piece %u has changed at %zu", i, at);
		shelf_give(&s, pieces[i]);
		pieces[i] = NULL;
	}
	for (unsigned i = 0; i < PIECES; i++)
		shelf_give(&s, pieces[i]);
	assert_null(shelf_take(&s, SIZE_MAX - 40));
	assert_null(shelf_take(&s, SIZE_MAX));
	shelves_clear(&s); /* the address sanitizer finds what is left */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_is_a_table),	    cmocka_unit_test(siphash_is_the_authors),
		cmocka_unit_test(timers_are_a_sorted_list), cmocka_unit_test(never_is_never_due_early),
		cmocka_unit_test(lists_keep_order),	    cmocka_unit_test(shelves_keep_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
