/* SPDX-License-Identifier: ISC */
/*
 * News of the network, in a namespace: what others change is told, what is ours is not, nothing is told when nothing happens.
 */
#include "support/unit.h"

#include <linux/netlink.h>
#include <stdio.h>

#include "linux/monitor.h"
#include "linux/routes.h"
#include "linux/tun.h"
#include "netns.h"

static struct arena arena;
static struct reason why;
static uint32_t own_index;
static int ups, downs, gone;

static bool is_own(void *ctx, uint32_t index)
{
	(void)ctx;
	return index == own_index;
}

static void own_link(void *ctx, uint32_t index, bool up)
{
	(void)ctx, (void)index;
	ups += up;
	downs += !up;
}

static void own_gone(void *ctx)
{
	(void)ctx;
	gone++;
}

static const struct monitor_own own = { NULL, is_own, own_link, own_gone, 0 };

static const struct {
	const char *command;
	bool news;
} changes[] = {
	{ "true", false },
	/* no link-local addresses: their news would come some seconds later */
	{ "ip link add mobiked type veth peer name mobikee && ip link set mobiked addrgenmode none && ip link set mobikee addrgenmode none", true },
	{ "ip link set mobiked up; ip link set mobikee up", true },
	{ "ip addr add 192.0.2.1/24 dev mobiked", true },
	{ "ip addr add 192.0.2.1/24 dev mobiked 2>/dev/null", false },
	{ "ip addr add 2001:db8::1/64 dev mobiked nodad", true },
	{ "ip route add 198.51.100.0/24 via 192.0.2.2", true },
	{ "ip route add 198.51.101.0/24 via 192.0.2.2 proto 173", false },
	{ "ip -6 route add 2001:db8:1::/48 via 2001:db8::2", true },
	{ "ip rule add from 192.0.2.1 lookup 77", true },
	{ "ip rule add from 192.0.2.1 lookup 78 proto 173", false },
	{ "ip route del 198.51.101.0/24 proto 173", false },
	{ "ip rule del from 192.0.2.1 lookup 78 proto 173", false },
	{ "ip addr add 10.9.0.1/24 dev monitor0", false },
	{ "ip route add 203.0.113.0/24 dev monitor0", false },
	{ "ip link set mobiked mtu 1300", true },
	{ "ip addr del 192.0.2.1/24 dev mobiked", true },
	{ "ip link set mobikee down", true },
	{ "ip link del mobiked", true },
};

static bool body_news(void)
{
	struct netlink nl;
	struct monitor m;
	int tun;

	if (!netlink_open(&nl, NETLINK_ROUTE, &why, &arena))
		return netns_fail("open", "netlink");
	tun = tun_open("monitor0", &own_index, &why, &arena);
	if (tun < 0 || !link_up(&nl, own_index, 1400, &why, &arena) || !monitor_open(&m, &why, &arena))
		return netns_fail("open", "monitor");
	(void)monitor_read(&m, &own);
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		(void)netns_system("sleep 0.1"); /* IPv6's late news belong to the change before */
		(void)monitor_read(&m, &own);
		(void)netns_system(changes[i].command);
		if (monitor_read(&m, &own) != changes[i].news)
			return netns_fail(changes[i].command, changes[i].news ? "no news" : "news");
	}
	if (gone != 2)
		return netns_fail("a route and a rule of ours", "that they were removed was not told");
	ups = downs = 0;
	(void)netns_system("ip link set monitor0 down");
	if (monitor_read(&m, &own) || downs == 0)
		return netns_fail("own device", "down was not told, or was told as news");
	(void)netns_system("ip link set monitor0 up");
	(void)monitor_read(&m, &own);
	if (ups == 0 || monitor_woke(&m))
		return netns_fail("own device", "up was not told, or we slept");
	m.slept -= 2000; /* as if two seconds of sleep had come since */
	if (!monitor_woke(&m) || monitor_woke(&m))
		return netns_fail("sleep", "not told once");
	monitor_close(&m);
	netlink_close(&nl);
	tun_close(tun);
	return true;
}

/* More news than the socket holds. */
static bool body_flood(void)
{
	struct monitor m;
	int room = 1;

	own_index = 0;
	ups = 0;
	if (!monitor_open(&m, &why, &arena))
		return netns_fail("open", "monitor");
	(void)setsockopt(monitor_fd(&m), SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	(void)netns_system("ip link add mobiked type dummy 2>/dev/null || ip link add mobiked type veth peer name mobikee; ip link set mobiked up; "
	                   "for i in 1 2 3 4 5 6 7 8 9; do ip addr add 192.0.2.$i/32 dev mobiked; done");
	if (!monitor_read(&m, &own))
		return netns_fail("flood", "no news");
	if (ups == 0)
		return netns_fail("flood", "lost news of our own devices are not told");
	monitor_close(&m);
	return true;
}

static void run(bool (*body)(void))
{
	const char *why_not;

	if (!netns_possible(&why_not)) {
		print_message("skipped: %s\n", why_not);
		skip();
	}
	assert_int_equal(netns_run(body), 0);
}

static void news(void **state)
{
	(void)state;
	run(body_news);
}

static void flood(void **state)
{
	(void)state;
	run(body_flood);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(news),
		cmocka_unit_test(flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
