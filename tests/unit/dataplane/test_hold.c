/* SPDX-License-Identifier: ISC */
/*
 * Packets that a trap holds: bounded, asked for once and again, dropped and counted when nobody comes.
 */
#include "support/unit.h"

#include <stdlib.h>

#include "dataplane/plane.h"

struct heard {
	unsigned asked;
	struct selector local, remote;
};

static void on_acquire(void *owner, uint32_t policy_id, const struct selector *local, const struct selector *remote)
{
	struct heard *h = owner;

	assert_int_equal(policy_id, 5);
	h->asked++;
	h->local = *local;
	h->remote = *remote;
}

static struct dataplane *plane(struct heard *h, struct policy *trap)
{
	struct dataplane *dp = calloc(1, sizeof(*dp));

	assert_non_null(dp);
	dp->now.boot = 1000000;
	dp->conf.events = (struct dataplane_events){ .owner = h, .acquire = on_acquire };
	list_init(&dp->held);
	*trap = (struct policy){ .params = { .id = 5 }, .tun = &dp->common };
	list_init(&trap->held);
	return dp;
}

/* UDP from 10.1.0.1:1000 to 10.2.0.1:53. */
static struct packet datagram(uint8_t *room, size_t len)
{
	static const uint8_t head[] = { 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 10, 1, 0, 1, 10, 2, 0, 1, 0x03, 0xe8, 0, 53 };
	struct packet p;

	memset(room, 0, len);
	memcpy(room, head, sizeof(head));
	put_u16(room + 2, (uint16_t)len);
	assert_int_equal(packet_parse(&p, bytes(room, len)), DROP_NONE);
	return p;
}

static void asked_once_and_again(void **state)
{
	struct heard h = { 0 };
	struct policy trap;
	struct dataplane *dp = plane(&h, &trap);
	uint8_t room[64];
	struct packet p = datagram(room, 40);

	(void)state;
	assert_true(hold_deadline(dp) == NEVER);
	for (unsigned i = 0; i < 5; i++)
		hold_packet(dp, &trap, &p);
	tell_all(dp);
	assert_int_equal(h.asked, 1);
	assert_int_equal(h.local.protocol, 17);
	assert_int_equal(h.local.port_first, 1000);
	assert_int_equal(h.local.port_last, 1000);
	assert_int_equal(h.remote.port_first, 53);
	assert_true(addr_equal(&h.local.first, &p.key.source) && addr_equal(&h.remote.last, &p.key.destination));
	for (unsigned ms = 0; ms < 2900; ms += 100) {
		dp->now.boot += 100;
		hold_expire(dp);
	}
	tell_all(dp);
	assert_int_equal(h.asked, 1);
	dp->now.boot += 1100;
	hold_expire(dp);
	tell_all(dp);
	assert_int_equal(h.asked, 2);
	hold_forget(dp, &trap);
	assert_int_equal(dp->drops[DROP_HELD].total, 5);
	assert_int_equal(dp->held_count, 0);
	free(dp);
}

/* An echo request: its answer must fit as well, where a peer narrows to what is asked for. */
static void icmp_without_its_type(void **state)
{
	struct heard h = { 0 };
	struct policy trap;
	struct dataplane *dp = plane(&h, &trap);
	uint8_t room[64];
	struct packet p = datagram(room, 40);

	(void)state;
	room[9] = 1;
	room[20] = 8;
	room[21] = 0;
	assert_int_equal(packet_parse(&p, bytes(room, 40)), DROP_NONE);
	hold_packet(dp, &trap, &p);
	tell_all(dp);
	assert_int_equal(h.asked, 1);
	assert_int_equal(h.local.protocol, 1);
	assert_int_equal(h.local.port_first, 0);
	assert_int_equal(h.local.port_last, 65535);
	assert_int_equal(h.remote.port_first, 0);
	assert_int_equal(h.remote.port_last, 65535);
	hold_forget(dp, &trap);
	free(dp);
}

static void nobody_comes(void **state)
{
	struct heard h = { 0 };
	struct policy trap;
	struct dataplane *dp = plane(&h, &trap);
	uint8_t room[64];
	struct packet p = datagram(room, 40);

	(void)state;
	hold_packet(dp, &trap, &p);
	dp->now.boot += 5000;
	hold_packet(dp, &trap, &p);
	dp->now.boot += 24999;
	hold_expire(dp);
	assert_int_equal(trap.held_count, 2);
	dp->now.boot += 1;
	hold_expire(dp);
	assert_int_equal(trap.held_count, 1);
	dp->now.boot += 5000;
	hold_expire(dp);
	assert_int_equal(trap.held_count, 0);
	assert_int_equal(trap.held_bytes, 0);
	assert_int_equal(dp->drops[DROP_HELD].total, 2);
	assert_true(hold_deadline(dp) == NEVER);
	tell_all(dp);
	free(dp);
}

static void held_packets_are_bounded(void **state)
{
	static uint8_t room[60000];
	struct heard h = { 0 };
	struct policy trap, traps[40];
	struct dataplane *dp = plane(&h, &trap);
	struct packet p = datagram(room, 40);

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		hold_packet(dp, &trap, &p);
	assert_int_equal(trap.held_count, 32);
	assert_int_equal(dp->drops[DROP_HELD].total, 68);
	hold_forget(dp, &trap);
	p = datagram(room, sizeof(room));
	hold_packet(dp, &trap, &p);
	hold_packet(dp, &trap, &p);
	assert_int_equal(trap.held_count, 1);
	hold_forget(dp, &trap);
	p = datagram(room, 40);
	for (size_t i = 0; i < COUNT_OF(traps); i++) {
		traps[i] = (struct policy){ .params = { .id = 5 }, .tun = &dp->common };
		list_init(&traps[i].held);
		for (unsigned n = 0; n < 32; n++)
			hold_packet(dp, &traps[i], &p);
	}
	assert_int_equal(dp->held_count, 1024);
	for (size_t i = 0; i < COUNT_OF(traps); i++)
		hold_forget(dp, &traps[i]);
	assert_int_equal(dp->held_count, 0);
	tell_all(dp);
	free(dp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asked_once_and_again),
		cmocka_unit_test(icmp_without_its_type),
		cmocka_unit_test(nobody_comes),
		cmocka_unit_test(held_packets_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
