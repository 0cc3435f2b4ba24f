/* SPDX-License-Identifier: ISC */
/*
 * What the data plane tells: limits once, drops once a minute with their count, no flood of ICMP errors.
 */
#include "support/unit.h"

#include <stdlib.h>

#include "dataplane/plane.h"

struct heard {
	unsigned firsts, one_ways, spis, soft, hard, sequence_soft, sequence_hard, drops;
	uint64_t count;
	enum drop why;
	char sample[200];
};

static void on_limit(void *owner, uint32_t child_id, bool hard, bool sequence)
{
	struct heard *h = owner;

	assert_int_equal(child_id, 7);
	if (sequence)
		h->sequence_hard += hard, h->sequence_soft += !hard;
	else
		h->hard += hard, h->soft += !hard;
}

static void on_drop(void *owner, enum drop why, uint32_t child_id, uint64_t count, const char *sample)
{
	struct heard *h = owner;

	(void)child_id;
	h->drops++;
	h->why = why;
	h->count = count;
	strncpy(h->sample, sample, sizeof(h->sample) - 1);
}

static void on_spi(void *owner, const struct path *from, uint32_t spi)
{
	struct heard *h = owner;

	(void)from;
	assert_int_equal(spi, 0x1234);
	h->spis++;
}

static void on_first(void *owner, uint32_t child_id)
{
	assert_int_equal(child_id, 7);
	((struct heard *)owner)->firsts++;
}

static void on_one_way(void *owner, uint32_t child_id)
{
	assert_int_equal(child_id, 7);
	((struct heard *)owner)->one_ways++;
}

static struct dataplane *plane(struct heard *h)
{
	struct dataplane *dp = calloc(1, sizeof(*dp));

	assert_non_null(dp);
	dp->now.boot = 1000000;
	dp->conf.events = (struct dataplane_events){ .owner = h, .limit_reached = on_limit, .drop_log = on_drop,
		.unknown_spi = on_spi, .first_packet = on_first, .one_way = on_one_way };
	return dp;
}

static void limits_are_told_once(void **state)
{
	struct heard h = { 0 };
	struct dataplane *dp = plane(&h);
	struct child c = { .params = { .id = 7, .soft_bytes = 1000, .hard_bytes = 2000, .hard_packets = 50 } };

	(void)state;
	for (unsigned i = 0; i < 30; i++) {
		assert_int_equal(child_exhausted(&c, true, 0, 0), i >= 20);
		assert_int_equal(child_exhausted(&c, true, 2, 200), i >= 18); /* two more of the same batch */
		child_count(dp, &c, true, 100);
		tell_all(dp);
		assert_int_equal(h.soft, i >= 9);
		assert_int_equal(h.hard, i >= 19);
	}
	assert_false(child_exhausted(&c, false, 0, 0)); /* each direction by itself */
	for (unsigned i = 0; i < 50; i++)
		child_count(dp, &c, false, 1);
	assert_true(child_exhausted(&c, false, 0, 0));
	assert_int_equal(c.counters.packets_in, 50);
	assert_int_equal(c.counters.used_in, 1000000);
	assert_int_equal(h.sequence_soft + h.sequence_hard, 0);
	c.out.sequence = UINT32_MAX - 5;
	child_count(dp, &c, true, 1);
	c.out.sequence = UINT32_MAX;
	child_count(dp, &c, true, 1);
	child_count(dp, &c, true, 1);
	tell_all(dp);
	assert_int_equal(h.sequence_soft, 1);
	assert_int_equal(h.sequence_hard, 1);
	assert_int_equal(h.soft, 1);
	free(dp);
}

static void the_first_packet_is_told(void **state)
{
	struct heard h = { 0 };
	struct dataplane *dp = plane(&h);
	struct child c = { .params = { .id = 7 }, .added = 1000000 };

	(void)state;
	child_count(dp, &c, false, 100);
	tell_all(dp);
	assert_int_equal(h.firsts, 0); /* it was not installed inbound only */
	c.params.inbound_only = true;
	child_count(dp, &c, true, 100);
	child_count(dp, &c, false, 100);
	child_count(dp, &c, false, 100);
	tell_all(dp);
	assert_int_equal(h.firsts, 1);
	free(dp);
}

static void one_way_is_told(void **state)
{
	static const struct {
		uint64_t after;
		unsigned out, in;
		enum child_encap encap;
		unsigned told;
	} rows[] = {
		{ SECONDS(11), 20, 0, ENCAP_NONE, 1 },
		{ SECONDS(9), 20, 0, ENCAP_NONE, 0 },
		{ SECONDS(11), 4, 0, ENCAP_NONE, 0 },
		{ SECONDS(11), 20, 1, ENCAP_NONE, 0 },
		{ SECONDS(11), 20, 0, ENCAP_UDP, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct heard h = { 0 };
		struct dataplane *dp = plane(&h);
		struct child c = { .params = { .id = 7, .encap = rows[i].encap }, .added = 1000000 };

		dp->now.boot += rows[i].after;
		if (rows[i].in)
			child_count(dp, &c, false, 100);
		for (unsigned n = 0; n < rows[i].out; n++)
			child_count(dp, &c, true, 100);
		tell_all(dp);
		assert_int_equal(h.one_ways, rows[i].told);
		free(dp);
	}
}

static void drops_are_told_once_a_minute(void **state)
{
	struct packet_key key = { .protocol = 6, .ports_known = true, .source_port = 1, .destination_port = 80 };
	struct heard h = { 0 };
	struct dataplane *dp = plane(&h);
	struct child c = { .params = { .id = 7 } };

	(void)state;
	assert_true(addr_parse(&key.source, bytes_str("10.0.0.1")) && addr_parse(&key.destination, bytes_str("10.0.0.2")));
	assert_true(tell_deadline(dp) == NEVER);
	for (unsigned i = 0; i < 1000; i++)
		tell_drop(dp, &c, DROP_REPLAY, &key, NULL);
	tell_all(dp);
	assert_int_equal(h.drops, 1);
	assert_int_equal(h.count, 1);
	assert_string_equal(h.sample, "10.0.0.1:1 -> 10.0.0.2:80, protocol 6");
	assert_true(tell_deadline(dp) == 1000000 + MINUTES(1));
	dp->now.boot += MINUTES(1) - 1;
	tell_expire(dp);
	tell_all(dp);
	assert_int_equal(h.drops, 1);
	dp->now.boot += 1;
	tell_expire(dp);
	tell_all(dp);
	assert_int_equal(h.drops, 2);
	assert_int_equal(h.count, 999);
	assert_true(tell_deadline(dp) == NEVER);
	tell_drop(dp, NULL, DROP_ICV, NULL, NULL); /* another reason has a minute of its own */
	tell_all(dp);
	assert_int_equal(h.drops, 3);
	assert_int_equal(h.why, DROP_ICV);
	tell_drop(dp, &c, DROP_DUMMY, NULL, NULL);
	tell_all(dp);
	assert_int_equal(h.drops, 3);
	assert_int_equal(c.counters.drops, 1001);
	assert_int_equal(dp->drops[DROP_REPLAY].total, 1000);
	tell_cleartext(dp, 5);
	tell_cleartext(dp, 5);
	tell_all(dp);
	assert_int_equal(h.drops, 4);
	assert_int_equal(h.count, 5);
	free(dp);
}

static void tellings_are_bounded(void **state)
{
	struct heard h = { 0 };
	struct dataplane *dp = plane(&h);
	struct child c = { .params = { .id = 7 } };

	(void)state;
	for (unsigned i = 0; i < TELLINGS_MAX * 3; i++)
		tell_limit(dp, &c, false, false);
	tell_all(dp);
	assert_int_equal(h.soft, TELLINGS_MAX);
	assert_int_equal(dp->telling_count, 0);
	free(dp);
}

static void floods_are_limited(void **state)
{
	struct heard h = { 0 };
	struct dataplane *dp = plane(&h);
	struct path path = { 0 };
	unsigned allowed = 0;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) { /* ten seconds, one a millisecond */
		allowed += tell_icmp_allowed(dp);
		tell_spi(dp, &path, 0x1234);
		tell_all(dp);
		dp->now.boot++;
	}
	assert_in_range(allowed, 1900, 2300);
	assert_in_range(h.spis, 90, 120);
	free(dp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_are_told_once),
		cmocka_unit_test(the_first_packet_is_told),
		cmocka_unit_test(one_way_is_told),
		cmocka_unit_test(drops_are_told_once_a_minute),
		cmocka_unit_test(tellings_are_bounded),
		cmocka_unit_test(floods_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
