/* SPDX-License-Identifier: ISC */
/*
 * The anti-replay window against a slow set of all numbers seen, and the ESN recovery of RFC 4303 A2.2 at its borders.
 */
#include "support/unit.h"

#include <stdlib.h>

#include "ipsec/replay.h"

static uint64_t state_of_random;

static uint64_t draw(void)
{
	state_of_random ^= state_of_random << 13;
	state_of_random ^= state_of_random >> 7;
	state_of_random ^= state_of_random << 17;
	return state_of_random;
}

/* The reference: remembers every number (of a small range) for ever. */
struct slow {
	bool seen[1 << 16];
	uint64_t top;
	uint32_t size;
};

static bool slow_fresh(const struct slow *s, uint64_t seq)
{
	return seq > 0 && (s->size == 0 || (seq + s->size > s->top && !s->seen[seq]));
}

static void against_the_set(uint32_t size, uint64_t seed)
{
	struct slow *slow = calloc(1, sizeof(*slow));
	uint64_t words[256];
	struct replay w;

	assert_non_null(slow);
	assert_true(replay_words(size) <= 256);
	replay_init(&w, size, words);
	slow->size = replay_size(size);
	state_of_random = seed;
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t kind = draw() % 100, seq;

		if (kind < 60)
			seq = slow->top + 1 + draw() % 3;
		else if (kind < 61)
			seq = slow->top + draw() % (3 * (slow->size + 64));
		else
			seq = slow->top - draw() % (slow->top < 2 * slow->size + 130 ? slow->top + 1 : 2 * slow->size + 130);
		if (seq >= COUNT_OF(slow->seen))
			break;
		assert_int_equal(replay_fresh(&w, seq), slow_fresh(slow, seq));
		if (slow_fresh(slow, seq) && draw() % 8) { /* some are forged: never accepted */
			replay_accept(&w, seq);
			slow->seen[seq] = true;
			if (seq > slow->top)
				slow->top = seq;
		}
	}
	assert_true(slow->top > 1000);
	free(slow);
}

static void window_equals_a_set(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 32, 33, 64, 96, 127, 128, 1024, 4096, 8191, 8192, 100000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		for (uint64_t seed = 1; seed < 6; seed++)
			against_the_set(sizes[i], seed * 0x9e3779b97f4a7c15u);
}

static void window_takes_big_jumps(void **state)
{
	uint64_t words[256];
	struct replay w;

	(void)state;
	replay_init(&w, 8192, words);
	for (uint64_t top = 1; top < UINT64_C(1) << 60; top = top * 7 + 3) {
		replay_accept(&w, top);
		assert_false(replay_fresh(&w, top));
		assert_true(replay_fresh(&w, top + 1));
		if (top > 8192) {
			assert_true(replay_fresh(&w, top - 8191));
			assert_false(replay_fresh(&w, top - 8192));
		}
	}
}

static const struct {
	const char *name;
	uint32_t size;
	uint64_t top;
	uint32_t low;
	uint64_t seq;
} esn_cases[] = {
	{ "the first", 64, 0, 1, 1 },
	{ "before the first", 64, 0, 0xfffffff0, 0 },
	{ "A: right of the window", 64, 1000, 1001, 1001 },
	{ "A: left edge", 64, 1000, 937, 937 },
	{ "A: left of it is the next subspace", 64, 1000, 936, 0x1000003a8 },
	{ "A: top at the end, low wraps", 64, 0xffffffff, 0, 0x100000000 },
	{ "B: older subspace", 64, 0x100000010, 0xfffffff0, 0xfffffff0 },
	{ "B: left edge", 64, 0x100000010, 0xffffffd1, 0xffffffd1 },
	{ "B: just left of it", 64, 0x100000010, 0xffffffd0, 0x1ffffffd0 },
	{ "B: this subspace", 64, 0x100000010, 0x11, 0x100000011 },
	{ "border of A and B", 64, 0x10000003f, 0, 0x100000000 },
	{ "high half kept", 1024, 0x123456789abcdef0, 0x9abcdef1, 0x123456789abcdef1 },
	{ "the last of all", 64, 0xfffffffffffffffe, 0xffffffff, 0xffffffffffffffff },
	{ "past the last of all", 64, 0xffffffffffffffff, 5, 0 },
	{ "no window: nearer half", 0, 0x1fffffff0, 5, 0x200000005 },
	{ "no window: older", 0, 0x200000005, 0xfffffff0, 0x1fffffff0 },
};

static void esn_is_recovered(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(esn_cases); i++) {
		uint64_t words[256];
		struct replay w;

		replay_init(&w, esn_cases[i].size, words);
		replay_accept(&w, esn_cases[i].top ? esn_cases[i].top : 0);
		w.top = esn_cases[i].top;
		if (replay_recover(&w, esn_cases[i].low) != esn_cases[i].seq)
			fail_msg("%s: %llx", esn_cases[i].name, (unsigned long long)replay_recover(&w, esn_cases[i].low));
	}
}

/* Every number that the window could accept comes back whole from its low half. */
static void esn_round_trip(void **state)
{
	uint64_t words[256];
	struct replay w;

	(void)state;
	state_of_random = 42;
	for (unsigned i = 0; i < 20000; i++) {
		uint32_t size = replay_size((uint32_t)(draw() % 8192) + 1);
		uint64_t top = draw() >> (draw() % 32), seq;

		if (top > UINT64_MAX - (UINT64_C(1) << 33) || top == 0)
			continue;
		replay_init(&w, size, words);
		w.top = top;
		seq = top - draw() % size + draw() % (UINT64_C(1) << 31);
		if (seq > top + size && seq < 1)
			continue;
		if (seq == 0 || seq > top + (UINT64_C(1) << 31))
			continue;
		assert_true(replay_recover(&w, (uint32_t)seq) == seq);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(window_equals_a_set),
		cmocka_unit_test(window_takes_big_jumps),
		cmocka_unit_test(esn_is_recovered),
		cmocka_unit_test(esn_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
