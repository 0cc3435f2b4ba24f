/* SPDX-License-Identifier: ISC */
/*
 * The system's mechanisms in a network namespace: what is set is there, what is cleaned is gone, refusals have words.
 */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "linux/addr.h"
#include "linux/nft.h"
#include "linux/rawesp.h"
#include "linux/routes.h"
#include "linux/single.h"
#include "linux/sysctls.h"
#include "linux/tun.h"
#include "linux/udpsock.h"
#include "netns.h"

#include <linux/netlink.h>

static struct arena arena;
static struct reason why;

static bool say(const char *what)
{
	fprintf(stderr, "%s: %s: %.*s\n", what, reason_words(why.kind),
	    (int)why.about.bytes.len, (const char *)why.about.bytes.at);
	return false;
}

/* How many lines of `command` contain `word`. */
static int count(const char *command, const char *word)
{
	FILE *f = popen(command, "r");
	char line[512];
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += strstr(line, word) != NULL;
	if (f)
		pclose(f);
	return n;
}

static struct prefix prefix_of(const char *text)
{
	struct prefix p = { 0 };

	(void)prefix_parse(&p, bytes_str(text));
	return p;
}

static struct addr addr_of(const char *text)
{
	struct addr a = { 0 };

	(void)addr_parse(&a, bytes_str(text));
	return a;
}

static bool body_routes(void)
{
	struct netlink nl;
	uint32_t index = 0;
	struct route_answer answer;
	int tun;

	if (!netlink_open(&nl, NETLINK_ROUTE, &why, &arena))
		return say("open");
	tun = tun_open("packets0", &index, &why, &arena);
	if (tun < 0 || !link_up(&nl, index, 1400, &why, &arena))
		return say("tun");
	netns_system("ip link set lo up; ip addr add 10.1.0.1/32 dev lo; ip -6 addr add 2001:db8::1/128 dev lo nodad; "
	             "ip link add packetsd type veth peer name packetse; ip link set packetse up; ip link set packetsd up mtu 1300; ip addr add 192.0.2.1/24 dev packetsd");
	struct route routes[] = {
		{ prefix_of("10.2.0.0/16"), 4711, index, addr_of("10.1.0.1"), 1300 },
		{ prefix_of("2001:db8:2::/48"), 4711, index, addr_of("2001:db8::1"), 1280 },
		{ prefix_of("0.0.0.0/0"), 4711, index, { 0 }, 1300 },
		{ prefix_of("10.1.0.0/16"), 4711, 0, { 0 }, 0 },
		{ prefix_of("2001:db8::/48"), 4711, 0, { 0 }, 0 },
	};
	struct rule rules[] = {
		{ .family = ADDR_V4, .priority = 100, .action = RULE_GOTO, .target = 109, .mark = 77 },
		{ .family = ADDR_V4, .priority = 101, .action = RULE_LOOKUP, .table = 4711,
		  .from = prefix_of("0.0.0.0/32"), .local_only = true },
		{ .family = ADDR_V4, .priority = 102, .action = RULE_LOOKUP, .table = 4712,
		  .from = prefix_of("10.1.0.0/16"), .to = prefix_of("10.2.0.0/16"),
		  .protocol = 6, .destination_port = { 80, 80 } },
		{ .family = ADDR_V4, .priority = 109, .action = RULE_NOP },
		{ .family = ADDR_V6, .priority = 101, .action = RULE_LOOKUP, .table = 4711, .local_only = true },
	};
	for (size_t i = 0; i < COUNT_OF(routes) * 2; i++) /* twice: the second time changes nothing */
		if (!route_add(&nl, &routes[i / 2], &why, &arena))
			return say("route");
	for (size_t i = 0; i < COUNT_OF(rules) * 2; i++)
		if (!rule_add(&nl, &rules[i / 2], &why, &arena))
			return say("rule");
	if (count("ip route show table 4711", "") != 3 || count("ip -6 route show table 4711", "") != 2)
		return netns_fail("routes", "wrong number");
	if (count("ip rule", "proto 173") != 4 || count("ip rule", "dport 80") != 1 || count("ip -6 rule", "proto 173") != 1)
		return netns_fail("rules", "wrong number");
	if (!route_get(&nl, &(struct addr){ 0 }, 0, &answer, &why, &arena) && why.kind == REASON_NONE)
		return netns_fail("route_get", "no reason");
	struct addr to = addr_of("10.2.0.9");
	if (!route_get(&nl, &to, 0, &answer, &why, &arena))
		return say("route_get");
	struct addr want = addr_of("10.1.0.1");
	if (answer.interface != index || answer.mtu != 1300 || !addr_equal(&answer.source, &want))
		return netns_fail("route_get", "wrong answer");
	to = addr_of("192.0.2.9");
	if (!route_get(&nl, &to, 77, &answer, &why, &arena) || answer.interface == index || answer.mtu != 1300)
		return netns_fail("route_get", "the mark does not look past our table");
	to = addr_of("192.0.2.1");
	if (!route_get(&nl, &to, 77, &answer, &why, &arena) || !answer.local)
		return netns_fail("route_get", "own address not local");
	to = addr_of("198.51.100.1");
	if (route_get(&nl, &to, 77, &answer, &why, &arena) || why.kind != REASON_NO_ADDRESS)
		return netns_fail("route_get", "a route where there is none");
	route_clean(&nl, 4711, &arena);
	if (count("ip rule", "proto 173") || count("ip -6 rule", "proto 173") || count("ip route show table all", "4711") ||
	    count("ip -6 route show table all", "4711"))
		return netns_fail("clean", "something is left");
	struct local_addrs addrs;
	if (!local_addrs_read(&nl, &addrs, &why, &arena) || addrs.count != 3)
		return netns_fail("addresses", "wrong number");
	struct addr first = addr_of("192.0.2.0"), last = addr_of("192.0.2.255"), found;
	if (!local_addrs_within(&addrs, &first, &last, &found))
		return netns_fail("addresses", "not within");
	local_addrs_clear(&addrs);
	if (tun_open("packets0", &index, &why, &arena) >= 0 || why.kind != REASON_IN_USE)
		return netns_fail("tun", "opened twice");
	uint8_t packet[64];
	bool gone = true;
	if (tun_read(tun, packet, sizeof(packet), &gone) != 0 || gone)
		return netns_fail("tun", "gone although there");
	netns_system("ip link del packets0");
	if (tun_read(tun, packet, sizeof(packet), &gone) != 0 || !gone)
		return netns_fail("tun", "there although gone");
	tun_close(tun);
	netlink_close(&nl);
	return true;
}

static struct selector selector_of(const char *text)
{
	struct selector s = { 0 };

	(void)selector_parse(&s, bytes_str(text), &why);
	return s;
}

/* The whole table anew: rules of their own for `policies`, `pairs` of hosts in one set. */
static bool set_table(struct netlink *nl, const struct nft_policy *policies, size_t policy_count, unsigned pairs)
{
	static const uint32_t interfaces[] = { 5, 6 };
	static const struct nft_set sets[] = { { ADDR_V4, 0, 32, false }, { ADDR_V6, 64, 3, true } };
	struct nft_table table = { .mark = 77, .ports = { 500, 4500 }, .interfaces = interfaces, .interface_count = 2,
		.policies = policies, .policy_count = policy_count, .sets = sets, .set_count = COUNT_OF(sets) };
	struct addr all = { .family = ADDR_V4 }, host = addr_of("10.0.0.1"), six = addr_of("2001:db8::"), far = addr_of("2000::");
	struct nft_change *c = nft_begin(nl);

	nft_make(c);
	for (size_t i = 0; i < COUNT_OF(sets); i++)
		nft_add_set(c, &sets[i]);
	for (unsigned i = 0; i < pairs && addr_add(&host, 1); i++)
		nft_add_pair(c, &sets[0], &all, &host);
	nft_add_pair(c, &sets[1], &six, &far);
	nft_rules(c, &table);
	return nft_commit(c, &why, &arena);
}

static bool body_nft(void)
{
	static const char *const pairs[][2] = {
		{ "10.1.0.0/16", "10.2.0.0/16" }, { "10.1.0.0/16", "0.0.0.0/0" }, { "10.1.0.0/16", "10.9.0.0/16[tcp/80]" },
		{ "10.1.0.3-10.1.0.9", "10.3.0.0/16[icmp/8]" }, { "::/0", "2001:db8::/32" }, { "2001:db8::1", "::/0" },
	};
	const struct nft_set set = { ADDR_V4, 0, 32, false };
	const struct nft_table empty = { .mark = 77, .ports = { 500, 4500 } };
	struct addr all = { .family = ADDR_V4 }, host = addr_of("10.0.0.2");
	struct nft_policy policies[COUNT_OF(pairs)];
	struct selector selectors[COUNT_OF(pairs)][2];
	struct nft_change *c;
	struct netlink nl;
	uint64_t dropped;

	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		selectors[i][0] = selector_of(pairs[i][0]);
		selectors[i][1] = selector_of(pairs[i][1]);
		policies[i] = (struct nft_policy){ &selectors[i][0], &selectors[i][1], i % 2, (uint32_t)i };
	}
	if (!netlink_open(&nl, NETLINK_NETFILTER, &why, &arena))
		return say("open");
	if (nft_dropped(&nl, &dropped, &arena))
		return netns_fail("nft", "a table that nobody made");
	for (unsigned i = 0; i < 3; i++)
		if (!set_table(&nl, policies, COUNT_OF(pairs), 3))
			return say("nft");
	if (!nft_dropped(&nl, &dropped, &arena) || dropped != 0)
		return netns_fail("nft", "counts without packets");
	if (count("nft list set inet adit d4_0_32 2>/dev/null", "10.0.0.3") != 1 && netns_system("nft -v >/dev/null 2>&1") == 0)
		return netns_fail("nft", "no pair in its set");
	c = nft_begin(&nl);
	nft_remove_pair(c, &set, &all, &host);
	nft_rules(c, &empty); /* none names the sets any more */
	nft_remove_set(c, &set);
	if (!nft_commit(c, &why, &arena))
		return say("nft: a set goes");
	c = nft_begin(&nl);
	nft_remove_pair(c, &set, &all, &host);
	if (nft_commit(c, &why, &arena))
		return netns_fail("nft", "removed from a set that is gone");
	nft_remove(&nl, &arena);
	nft_remove(&nl, &arena);
	netlink_close(&nl);
	return true;
}

/* A gateway of many clients: one transaction that is longer than a socket's buffer is by itself. */
static bool body_many(void)
{
	struct netlink nl;

	if (!netlink_open(&nl, NETLINK_NETFILTER, &why, &arena))
		return say("open");
	if (!set_table(&nl, NULL, 0, 20000))
		return say("nft: many");
	if (!set_table(&nl, NULL, 0, 1))
		return say("nft: one again");
	nft_remove(&nl, &arena);
	netlink_close(&nl);
	return true;
}

static bool body_sysctl(void)
{
	static const char *const file = "/proc/sys/net/ipv4/conf/all/src_valid_mark";
	char now[8] = "";
	FILE *f;

	sysctls_restore();
	if (sysctls_strict_reverse_path() && netns_system("for i in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$i; done") != 0)
		return netns_fail("sysctl", "rp_filter");
	if (sysctls_strict_reverse_path())
		return netns_fail("sysctl", "strict although 0");
	netns_system("echo 1 >/proc/sys/net/ipv4/conf/lo/rp_filter");
	if (!sysctls_strict_reverse_path())
		return netns_fail("sysctl", "not strict although 1");
	for (unsigned i = 0; i < 2; i++)
		if (!sysctls_set("ipv4/conf/all/src_valid_mark", "1", &why, &arena))
			return say("set");
	f = fopen(file, "r");
	if (!f || !fgets(now, sizeof(now), f) || now[0] != '1')
		return netns_fail("sysctl", "not set");
	fclose(f);
	sysctls_restore(); /* as the next start does after kill -9: nothing but the file is needed */
	f = fopen(file, "r");
	if (!f || !fgets(now, sizeof(now), f) || now[0] != '0')
		return netns_fail("sysctl", "not put back");
	fclose(f);
	return true;
}

/* Two families, each from 500 to 4500 on the loopback: addresses, TOS, and the marker before the data. */
static bool body_sockets(void)
{
	static const char *const addrs[] = { "127.0.0.1", "::1" };
	uint8_t room[100], data[] = { 1, 2, 3 }, marker[4] = { 0 };

	netns_system("ip link set lo up");
	for (unsigned i = 0; i < 2; i++) {
		uint8_t family = i ? ADDR_V6 : ADDR_V4;
		int a = udp_open(family, 500, 0, &why, &arena), b = udp_open(family, 4500, 77, &why, &arena), raw;
		struct datagram out = { .remote = { addr_of(addrs[i]), 500 }, .local = { addr_of(addrs[i]), 0 }, .tos = 0xba,
			.marker = bytes(marker, 4), .at = data, .len = 3 };
		struct datagram in = { .at = room, .cap = sizeof(room) };
		int error;

		if (a < 0 || b < 0)
			return say("udp_open");
		socket_set_df(b, family, i);
		if (socket_receive(a, &in, 1) != 0 || socket_send(b, &out, 1, &error) != 1 || socket_receive(a, &in, 1) != 1)
			return netns_fail("udp", "not sent or received");
		if (in.len != 7 || in.cut || in.tos != 0xba || in.remote.port != 4500 || !addr_equal(&in.local.addr, &out.local.addr) ||
		    !addr_equal(&in.remote.addr, &out.local.addr) || room[4] != 1)
			return netns_fail("udp", "received otherwise than sent");
		in.cap = 5;
		if (socket_send(b, &out, 1, &error) != 1 || socket_receive(a, &in, 1) != 1 || !in.cut)
			return netns_fail("udp", "a cut datagram is not told");
		if (udp_open(family, 500, 0, &why, &arena) >= 0 || why.kind != REASON_IN_USE ||
		    !memmem(why.about.bytes.at, why.about.bytes.len, "(pid ", 5))
			return netns_fail("udp", "the holder is not named");
		int single = single_open(&why, &arena);
		if (single < 0)
			return say("single");
		if (single_open(&why, &arena) >= 0 || why.kind != REASON_IN_USE)
			return netns_fail("single", "two in one namespace");
		single_close(single);
		raw = rawesp_open(family, 77, &why, &arena);
		if (raw < 0)
			return say("raw");
		in.cap = sizeof(room);
		out.marker = bytes_none();
		out.remote.port = 0; /* raw sockets have none, and IPv6 insists */
		if (socket_send(raw, &out, 1, &error) != 1 || socket_receive(raw, &in, 1) != 1 || rawesp_strip(&in).len != 3 ||
		    memcmp(rawesp_strip(&in).at, data, 3) != 0 || in.tos != 0xba)
			return netns_fail("raw", "received otherwise than sent");
		socket_close(a);
		socket_close(b);
		socket_close(raw);
	}
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

static void routes_and_rules(void **state)
{
	(void)state;
	run(body_routes);
}

static void nftables(void **state)
{
	(void)state;
	run(body_nft);
}

static void many_policies(void **state)
{
	(void)state;
	run(body_many);
}

static void sysctls(void **state)
{
	(void)state;
	run(body_sysctl);
}

static void sockets(void **state)
{
	(void)state;
	run(body_sockets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_and_rules),
		cmocka_unit_test(nftables),
		cmocka_unit_test(many_policies),
		cmocka_unit_test(sysctls),
		cmocka_unit_test(sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
