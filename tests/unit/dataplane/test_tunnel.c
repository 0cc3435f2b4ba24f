/* SPDX-License-Identifier: ISC */
/*
 * Real packets between two data planes: families, encapsulations, algorithms, and the cases where such programs fail
 * their users: routes, loops, selectors, MTU, spoofed cleartext, what stays after a crash.
 */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "pair.h"

#define NETS4 .local = "10.1.0.0/16", .remote = "10.2.0.0/16"
#define NETS6 .local = "2001:db8:1::/48", .remote = "2001:db8:2::/48"
#define PING4 .check_a = "ping -c 2 -i 0.02 -W 5 -q 10.2.0.1 >/dev/null"
#define PING6 .check_a = "ping -6 -c 2 -i 0.02 -W 5 -q 2001:db8:2::1 >/dev/null"

static const struct pair_case families[] = {
	{ "IPv4 in IPv4, UDP", .udp = true, NETS4, PING4 },
	{ "IPv6 in IPv4, UDP", .udp = true, NETS6, PING6 },
	{ "IPv4 in IPv6, UDP", .udp = true, .outer_v6 = true, NETS4, PING4 },
	{ "IPv6 in IPv6, UDP", .udp = true, .outer_v6 = true, NETS6, PING6 },
	{ "IPv4 in IPv4, raw", NETS4, PING4 },
	{ "IPv6 in IPv4, raw", NETS6, PING6 },
	{ "IPv4 in IPv6, raw", .outer_v6 = true, NETS4, PING4 },
	{ "IPv6 in IPv6, raw", .outer_v6 = true, NETS6, PING6 },
	{ "AES-CBC and HMAC-SHA-256, ESN", .udp = true, .esn = true, .encr = 12, .bits = 128, .integ = 12, NETS4, PING4 },
	{ "ChaCha20-Poly1305, ESN, raw", .esn = true, .encr = 28, NETS4, PING4 },
	{ "both families in one SA", .udp = true, .local = "10.1.0.0/16 2001:db8:1::/48", .remote = "10.2.0.0/16 2001:db8:2::/48",
	  .check_a = "ping -c 2 -i 0.02 -W 5 -q 10.2.0.1 >/dev/null && ping -6 -c 2 -i 0.02 -W 5 -q 2001:db8:2::1 >/dev/null" },
};

static const struct pair_case routing[] = {
	/* the peer, and everything else, lies inside remote_ts: the tunnel's own packets must not go into it */
	{ "0.0.0.0/0", .udp = true, .local = "10.1.0.0/16", .remote = "0.0.0.0/0", PING4 },
	{ "0.0.0.0/0, raw", .local = "10.1.0.0/16", .remote = "0.0.0.0/0", PING4 },
	{ "::/0", .udp = true, .outer_v6 = true, .local = "2001:db8:1::/48", .remote = "::/0", PING6 },
	{ "0.0.0.0/0 and strict reverse path", .udp = true, .local = "10.1.0.0/16", .remote = "0.0.0.0/0",
	  .prepare_a = "for i in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 >$i; done", PING4 },
	/* what is not from local_ts keeps its way, although the default route of the table is the tunnel's */
	{ "0.0.0.0/0, and cleartext from elsewhere", .udp = true, .local = "10.1.0.0/16", .remote = "0.0.0.0/0",
	  .check_a = "ping -c 2 -i 0.02 -W 5 -q -I 192.0.2.1 192.0.2.2 >/dev/null" },
	{ "::/0, and cleartext from elsewhere", .udp = true, .outer_v6 = true, .local = "2001:db8:1::/48", .remote = "::/0",
	  .check_a = "ping -6 -c 2 -i 0.02 -W 5 -q -I 2001:db8:f::1 2001:db8:f::2 >/dev/null" },
	{ "host to host", .udp = true, .local = "192.0.2.1", .remote = "192.0.2.2",
	  .check_a = "ping -c 2 -i 0.02 -W 5 -q 192.0.2.2 >/dev/null && ip route get 192.0.2.2 | grep -q adit0" },
	{ "host to host, raw, IPv6", .outer_v6 = true, .local = "2001:db8:f::1", .remote = "2001:db8:f::2",
	  .check_a = "ping -6 -c 2 -i 0.02 -W 5 -q 2001:db8:f::2 >/dev/null" },
	{ "one protocol", .udp = true, .local = "10.1.0.0/16[icmp]", .remote = "10.2.0.0/16[icmp]",
	  .check_a = "ping -c 2 -i 0.02 -W 5 -q -I 10.1.0.1 10.2.0.1 >/dev/null && "
	             "ip route get 10.2.0.1 ipproto icmp | grep -q adit0 && ! ip route get 10.2.0.1 ipproto udp dport 53 2>&1 | grep -q adit0" },
	{ "one port", .udp = true, .local = "10.1.0.0/16", .remote = "10.2.0.0/16[tcp/80]",
	  .check_a = "ip route get 10.2.0.1 ipproto tcp dport 80 | grep -q 'adit0.*src 10.1.0.1' && "
	             "! ip route get 10.2.0.1 ipproto tcp dport 81 2>&1 | grep -q adit0" },
	/* no address inside local_ts: a route without a source, for forwarded traffic */
	{ "only forwarded", .udp = true, .local = "10.1.7.0/24", .remote = "10.2.0.0/16",
	  .prepare_a = "ip link add inside type veth peer name host; ip netns list >/dev/null; ip addr add 10.1.7.1/32 dev lo; true", PING4 },
};

#define WIDE "ip link set adit0 mtu 1500; ip route add 10.2.0.1 dev adit0 src 10.1.0.1 table 220 mtu 1500; "

static const struct pair_case sizes[] = {
	{ "1500: what fits goes whole", .udp = true, NETS4,
	  .check_a = "ping -M do -s 1410 -c 2 -i 0.02 -W 5 -q 10.2.0.1 >/dev/null && "
	             "ip route get 10.2.0.1 | grep -q 'mtu 1438'" },
	{ "1500: too long with DF is told", .udp = true, NETS4, .check_a = "ping -M do -s 1411 -c 1 -W 5 10.2.0.1 2>&1 | grep -q 'mtu.1438'" },
	{ "1500: too long without DF is cut before ESP", .udp = true, NETS4,
	  .check_a = "ping -M dont -s 4000 -c 2 -i 0.02 -W 5 -q 10.2.0.1 >/dev/null" },
	{ "1280: IPv6 inside still gets its 1280", .udp = true, .outer_fragments = true, .mtu = 1280, NETS6,
	  .check_a = "ping -6 -M do -s 1232 -c 2 -i 0.02 -W 5 -q 2001:db8:2::1 >/dev/null" },
	{ "1280: IPv4 inside", .udp = true, .mtu = 1280, NETS4,
	  .check_a = "ping -M do -s 1190 -c 2 -i 0.02 -W 5 -q 10.2.0.1 >/dev/null && ip route get 10.2.0.1 | grep -q 'mtu 1218'" },
	/* later fragments of the tunnel's own datagrams have no ports, and come from inside remote_ts */
	{ "1280: IPv6 host to host", .udp = true, .outer_v6 = true, .outer_fragments = true, .mtu = 1280, .local = "2001:db8:f::1",
	  .remote = "2001:db8:f::2", .check_a = "ping -6 -M do -s 1232 -c 2 -i 0.02 -W 1 -q 2001:db8:f::2 >/dev/null" },
	/* the path gets narrower while it is used: the first packet goes in fragments, the next is told */
	{ "1500, then 1300", .udp = true, .outer_fragments = true, NETS4,
	  .check_a = "ip link set out mtu 1300; ping -M do -s 1410 -c 1 -W 1 -q 10.2.0.1 >/dev/null; " /* the answer is too long for us */
	             "ping -M do -s 1410 -c 1 -W 5 10.2.0.1 2>&1 | grep -q 'mtu.1238' && "
	             "ping -M do -s 1210 -c 1 -W 5 -q 10.2.0.1 >/dev/null && ip link set out mtu 1500" },
	/* as a forwarding host would send: past the routes' own MTU, so that ours is asked */
	{ "too long for us, with DF", .udp = true, NETS4,
	  .check_a = WIDE "ping -M do -s 1430 -c 1 -W 5 10.2.0.1 2>&1 | grep -q 'From 10.2.0.1.*mtu = 1438'" },
	{ "too long for us, without DF", .udp = true, NETS4, .check_a = WIDE "ping -M dont -s 1430 -c 2 -i 0.02 -W 5 -q 10.2.0.1 >/dev/null" },
	{ "9000", .udp = true, .mtu = 9000, NETS4, .check_a = "ping -M do -s 8910 -c 2 -i 0.02 -W 5 -q 10.2.0.1 >/dev/null" },
};

static const struct pair_case attacks[] = {
	{ "cleartext to the gateway's own address", .udp = true, NETS4, .only_a = true, .cleartext_dropped = true,
	  .prepare_b = "ip route add 10.1.0.0/16 via 192.0.2.1", .check_b = "! ping -c 2 -i 0.02 -W 0.3 -q -I 10.2.0.1 10.1.0.1 >/dev/null" },
	{ "cleartext to the inner net", .udp = true, NETS4, .only_a = true, .cleartext_dropped = true,
	  .prepare_a = "echo 1 >/proc/sys/net/ipv4/ip_forward; ip route add 10.1.0.0/16 dev lo",
	  .prepare_b = "ip route add 10.1.0.0/16 via 192.0.2.1", .check_b = "! ping -c 2 -i 0.02 -W 0.3 -q -I 10.2.0.1 10.1.9.9 >/dev/null" },
	{ "cleartext, IPv6", .udp = true, NETS6, .only_a = true, .cleartext_dropped = true,
	  .prepare_b = "ip -6 route add 2001:db8:1::/48 via 2001:db8:f::1",
	  .check_b = "! ping -6 -c 2 -i 0.02 -W 0.3 -q -I 2001:db8:2::1 2001:db8:1::1 >/dev/null" },
	/* another net's packets are nobody's business */
	{ "cleartext of others passes", .udp = true, NETS4, .only_a = true,
	  .check_b = "ping -c 2 -i 0.02 -W 0.3 -q 192.0.2.1 >/dev/null" },
	{ "no SA at the other end", .udp = true, NETS4, .only_a = true, .check_a = "! ping -c 1 -W 1 -q 10.2.0.1 >/dev/null" },
	{ "no selector wants it", .udp = true, NETS4,
	  .check_a = "ip route add 10.3.0.0/16 dev adit0; ping -c 1 -W 5 10.3.0.1 2>&1 | grep -q 'From 10.3.0.1.*filtered'" },
	{ "no selector wants it, IPv6", .udp = true, NETS6,
	  .check_a = "ip -6 route add 2001:db8:3::/48 dev adit0; "
	             "ping -6 -c 1 -W 5 -I 2001:db8:1::1 2001:db8:3::1 2>&1 | grep -q 'From 2001:db8:3::1.*prohibited'" },
	/* A sends to a port where nobody is, until an authenticated packet shows where B really is */
	{ "decrypted, but outside of the selectors", .udp = true, NETS4, .narrow_a = "10.1.7.0/24", .check_b = "! ping -c 2 -i 0.02 -W 0.3 -q -I 10.2.0.1 10.1.0.1 >/dev/null" },
	{ "the peer has moved", .udp = true, NETS4, .stale_port = true, .check_b = "ping -c 4 -i 0.1 -W 5 10.1.0.1 | grep -q bytes.from" },
	{ "strict reverse path instead of nftables", .udp = true, NETS4, .no_nft = true, .only_a = true,
	  .prepare_b = "ip route add 10.1.0.0/16 via 192.0.2.1", .check_b = "! ping -c 2 -i 0.02 -W 0.3 -q -I 10.2.0.1 10.1.0.1 >/dev/null" },
	{ "traffic with strict reverse path instead of nftables", .udp = true, NETS4, .no_nft = true, PING4 },
	{ "0.0.0.0/0 without nftables", .udp = true, .local = "10.1.0.0/16", .remote = "0.0.0.0/0", .no_nft = true, PING4 },
	{ "killed, started anew, stopped", .udp = true, .local = "10.1.0.0/16", .remote = "0.0.0.0/0", .crash_first = true,
	  .prepare_a = "for i in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 >$i; done", PING4 },
};

#define HOST4 .transport = true, .local = "192.0.2.1", .remote = "192.0.2.2"
#define HOST6 .transport = true, .outer_v6 = true, .local = "2001:db8:f::1", .remote = "2001:db8:f::2"
/* A sends a megabyte of TCP to a listener of B, which tells how much came. */
#define SERVER "timeout 20 python3 -c 'import socket as s; l = s.socket(s.AF_INET6); l.setsockopt(s.SOL_SOCKET, s.SO_REUSEADDR, 1); " \
	"l.bind((\"::\", 7777)); l.listen(); c = l.accept()[0]; n = 0\nwhile n < 1000000:\n  n += len(c.recv(65536))\nc.send(b\"ok\"); c.recv(1)' & "
/* the listener may be there a moment later */
#define CLIENT(to) "python3 -c 'import socket as s, time\nfor i in range(100):\n  c = s.socket(s.AF_INET6 if \":\" in \"" to "\" else s.AF_INET)\n" \
	"  c.settimeout(5)\n  if c.connect_ex((\"" to "\", 7777)) == 0: break\n  time.sleep(0.05)\n" \
	"c.sendall(bytes(1000000)); assert c.recv(2) == b\"ok\"'"

static const struct pair_case transports[] = {
	{ "transport, UDP", .udp = true, HOST4, .check_a = "ping -c 2 -i 0.02 -W 5 -q 192.0.2.2 >/dev/null && ip route get 192.0.2.2 | grep -q adit0" },
	{ "transport, raw", HOST4, .check_a = "ping -c 2 -i 0.02 -W 5 -q 192.0.2.2 >/dev/null" },
	{ "transport, IPv6, UDP", .udp = true, HOST6, .check_a = "ping -6 -c 2 -i 0.02 -W 5 -q 2001:db8:f::2 >/dev/null" },
	{ "transport, IPv6, raw", HOST6, .check_a = "ping -6 -c 2 -i 0.02 -W 5 -q 2001:db8:f::2 >/dev/null" },
	{ "transport, CBC", .udp = true, .encr = 12, .bits = 128, .integ = 12, HOST4, .check_a = "ping -c 2 -i 0.02 -W 5 -q 192.0.2.2 >/dev/null" },
	{ "transport, whole datagrams in outer fragments", .udp = true, .outer_fragments = true, HOST4,
	  .check_a = "ping -c 2 -i 0.02 -s 5000 -W 5 -q 192.0.2.2 >/dev/null" },
	{ "transport, IPv6, in outer fragments", .outer_fragments = true, HOST6,
	  .check_a = "ping -6 -c 2 -i 0.02 -s 5000 -W 5 -q 2001:db8:f::2 >/dev/null" },
	{ "transport, what just fits goes whole", .udp = true, HOST4, .check_a = "ping -c 2 -i 0.02 -s 1430 -W 5 -q 192.0.2.2 >/dev/null" },
	{ "transport, TCP makes segments that fit", .udp = true, HOST4, .prepare_b = SERVER, .check_a = CLIENT("192.0.2.2") },
	{ "transport, IPv6, TCP", HOST6, .prepare_b = SERVER, .check_a = CLIENT("2001:db8:f::2") },
	{ "transport, trap, a whole datagram in outer fragments", .udp = true, .outer_fragments = true, .trap = true, HOST4,
	  .check_a = "ping -c 1 -s 5000 -W 5 -q 192.0.2.2 >/dev/null" },
	{ "transport, one protocol, trap", .trap = true, .transport = true, .local = "192.0.2.1[icmp]", .remote = "192.0.2.2[icmp]",
	  .check_a = "ping -c 1 -W 5 -q 192.0.2.2 >/dev/null && ip route get 192.0.2.2 ipproto udp dport 53 | grep -q 'dev out'" },
};

static const struct pair_case policies[] = {
	{ "trap: the first ping is answered", .udp = true, .trap = true, NETS4, .check_a = "ping -c 1 -W 5 -q 10.2.0.1 >/dev/null" },
	{ "trap, IPv6, raw", .trap = true, NETS6, .check_a = "ping -6 -c 1 -W 5 -q 2001:db8:2::1 >/dev/null" },
	{ "trap, and a burst in order", .udp = true, .trap = true, NETS4,
	  .check_a = "ping -c 20 -l 20 -W 5 10.2.0.1 | awk '/bytes from/ {n++; if ($5 != \"icmp_seq=\" n) exit 1} END {exit n != 20}'" },
	{ "trap and strict reverse path", .udp = true, .trap = true, .local = "10.1.0.0/16", .remote = "0.0.0.0/0",
	  .prepare_a = "for i in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 >$i; done", .check_a = "sleep 0.2; grep -q 1 /proc/sys/net/ipv4/conf/all/src_valid_mark && ping -c 1 -W 5 -q 10.2.0.1 >/dev/null" },
	{ "pass inside a tunnel", .udp = true, .local = "10.1.0.0/16", .remote = "0.0.0.0/0", .pass = "10.1.0.0/16 192.0.2.0/24",
	  .prepare_b = "ip route add 10.1.0.0/16 via 192.0.2.1",
	  .check_a = "ip route get 192.0.2.2 from 10.1.0.1 | grep -q 'dev out' && ping -c 2 -i 0.02 -W 5 -q -I 10.1.0.1 192.0.2.2 >/dev/null && "
	             "ping -c 1 -W 5 -q 10.2.0.1 >/dev/null" },
	{ "pass inside a tunnel, IPv6", .udp = true, .local = "2001:db8:1::/48", .remote = "::/0", .pass = "2001:db8:1::/48 2001:db8:f::/64",
	  .prepare_b = "ip -6 route add 2001:db8:1::/48 via 2001:db8:f::1",
	  .check_a = "ping -6 -c 2 -i 0.02 -W 5 -q -I 2001:db8:1::1 2001:db8:f::2 >/dev/null && ping -6 -c 1 -W 5 -q 2001:db8:2::1 >/dev/null" },
	{ "pass one port", .udp = true, .local = "10.1.0.0/16", .remote = "10.2.0.0/16", .pass = "10.1.0.0/16[tcp] 10.2.0.0/16[tcp/22]",
	  .prepare_a = "ip route add 10.2.0.0/16 via 192.0.2.2 src 10.1.0.1",
	  .check_a = "ip route get 10.2.0.1 from 10.1.0.1 ipproto tcp dport 22 | grep -q 'dev out' && "
	             "ip route get 10.2.0.1 from 10.1.0.1 ipproto tcp dport 23 | grep -q 'dev adit0' && ping -c 1 -W 5 -q 10.2.0.1 >/dev/null" },
	{ "not one packet above the limit", .udp = true, NETS4, .hard_packets = 7,
	  .check_a = "ping -c 20 -l 20 -W 1 10.2.0.1 | grep -q '20 packets transmitted, 7 received'" },
	{ "drop", .udp = true, NETS4, .drop = "10.1.0.0/16 10.9.0.0/16",
	  .prepare_a = "ip route add 10.9.0.0/16 via 192.0.2.2",
	  .check_a = "ping -c 1 -W 5 -q 10.2.0.1 >/dev/null && ! ping -c 2 -i 0.02 -W 0.3 -q -I 10.1.0.1 10.9.0.1 >/dev/null" },
};

static const struct pair_case tuns[] = {
	/* routes are the administrator's, selectors meet there only, and what comes by other ways is nobody's business */
	{ "a TUN of its own", .udp = true, .tun = "own0", .local = "0.0.0.0/0", .remote = "0.0.0.0/0", .after = "ip route add 10.0.0.0/8 dev own0",
	  .check_a = "ping -c 2 -i 0.02 -W 5 -q -I 10.1.0.1 10.2.0.1 >/dev/null && ping -c 1 -W 5 -q 192.0.2.2 >/dev/null && "
	             "! ip rule | grep -q 'lookup 220' && ip link show own0 | grep -q 'mtu 1438'" },
	{ "a TUN of its own, and a trap", .udp = true, .trap = true, .tun = "own0", .local = "0.0.0.0/0", .remote = "0.0.0.0/0",
	  .after = "ip route add 10.0.0.0/8 dev own0", .check_a = "ping -c 1 -W 5 -q -I 10.1.0.1 10.2.0.1 >/dev/null" },
};

static void run(const struct pair_case *cases, size_t count)
{
	const char *why_not = pair_impossible(), *only = getenv("ADIT_TEST_ONLY"); /* part of a case's name */
	size_t bad = 0;

	if (why_not) {
		print_message("skipped: %s\n", why_not);
		skip();
	}
	for (size_t i = 0; i < count; i++) {
		if (only && !strstr(cases[i].name, only))
			continue;
		if (only)
			fprintf(stderr, "%s\n", cases[i].name);
		if (!pair_run(&cases[i])) {
			fprintf(stderr, "FAILED: %s\n", cases[i].name);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

static void all_mixtures(void **state)
{
	(void)state;
	run(families, COUNT_OF(families));
}

static void routes_and_sources(void **state)
{
	(void)state;
	run(routing, COUNT_OF(routing));
}

static void mtu_and_fragments(void **state)
{
	(void)state;
	run(sizes, COUNT_OF(sizes));
}

static void traps_and_shunts(void **state)
{
	(void)state;
	run(policies, COUNT_OF(policies));
}

static void tuns_of_connections(void **state)
{
	(void)state;
	run(tuns, COUNT_OF(tuns));
}

static void transport_mode(void **state)
{
	(void)state;
	run(transports, COUNT_OF(transports));
}

static void attacks_and_accidents(void **state)
{
	(void)state;
	run(attacks, COUNT_OF(attacks));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_mixtures),
		cmocka_unit_test(routes_and_sources),
		cmocka_unit_test(mtu_and_fragments),
		cmocka_unit_test(traps_and_shunts),
		cmocka_unit_test(tuns_of_connections),
		cmocka_unit_test(transport_mode),
		cmocka_unit_test(attacks_and_accidents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
