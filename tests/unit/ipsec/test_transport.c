/* SPDX-License-Identifier: ISC */
/*
 * Transport mode: headers off and on, what cannot be carried, checksums behind a NAT.
 */
#include "support/unit.h"

#include <stdio.h>

#include "iana/ip.h"
#include "ipsec/checksum.h"
#include "ipsec/transport.h"

static struct addr addr_of(const char *text)
{
	struct addr a;

	if (!addr_parse(&a, bytes_str(text)))
		fail_msg("%s", text);
	return a;
}

/* A transport packet with a right checksum, built for `from` and `to`; its payload lies at *payload. */
static size_t make(uint8_t *payload, uint8_t protocol, size_t place, const struct addr *from, const struct addr *to)
{
	size_t len = 33; /* odd */
	uint64_t sum;

	for (size_t i = 0; i < len; i++)
		payload[i] = (uint8_t)(i * 37 + 1);
	put_u16(payload + place, 0);
	sum = checksum_add(checksum_pseudo(from, to, protocol, (uint32_t)len), bytes(payload, len));
	put_u16(payload + place, checksum_finish(sum));
	return len;
}

static bool right(const struct packet *p)
{
	size_t len = p->all.len - p->header_len;
	uint64_t sum = checksum_pseudo(&p->key.source, &p->key.destination, p->key.protocol, (uint32_t)len);

	return checksum_finish(checksum_add(sum, bytes(p->all.at + p->header_len, len))) == 0;
}

/* The sender knew itself as `from` and us as `to`; the header says what the NATs made of them. */
static const struct {
	const char *name;
	uint8_t protocol;
	size_t place;
	const char *from, *to, *seen_from, *seen_to;
} repairs[] = {
	{ "TCP, the sender behind a NAT", IP_PROTOCOL_TCP, 16, "192.168.1.5", "192.0.2.2", "198.51.100.7", "192.0.2.2" },
	{ "TCP, both", IP_PROTOCOL_TCP, 16, "192.168.1.5", "192.0.2.2", "198.51.100.7", "10.0.0.2" },
	{ "UDP, we are", IP_PROTOCOL_UDP, 6, "192.0.2.1", "192.0.2.2", "192.0.2.1", "10.255.0.2" },
	{ "UDP-Lite", IP_PROTOCOL_UDPLITE, 6, "192.168.1.5", "192.0.2.2", "198.51.100.7", "10.0.0.2" },
	{ "ICMPv6", IP_PROTOCOL_ICMPV6, 2, "2001:db8::1", "2001:db8::2", "2001:db8:ffff::9", "2001:db8::2" },
	{ "no NAT", IP_PROTOCOL_TCP, 16, "192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.2" },
};

static void checksums_are_repaired(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(repairs); i++) {
		struct addr from = addr_of(repairs[i].from), to = addr_of(repairs[i].to);
		struct addr seen_from = addr_of(repairs[i].seen_from), seen_to = addr_of(repairs[i].seen_to);
		uint8_t room[128], *payload = room + 40;
		size_t len = make(payload, repairs[i].protocol, repairs[i].place, &from, &to);
		struct bytes all = transport_build(payload, len, repairs[i].protocol, 0x28, &seen_from, &seen_to);
		struct packet p;

		assert_int_equal(packet_parse(&p, all), DROP_NONE);
		assert_int_equal(p.tos, 0x28);
		assert_int_equal(p.all.len, all.len);
		assert_true(addr_equal(&p.key.source, &seen_from) && addr_equal(&p.key.destination, &seen_to));
		transport_repair(payload - (payload - all.at), &p, &from, &to);
		if (!right(&p))
			fail_msg("%s", repairs[i].name);
		if (p.key.source.family == ADDR_V4)
			assert_int_equal(checksum_finish(checksum_add(0, bytes(all.at, 20))), 0);
	}
}

static void no_checksum_stays_none(void **state)
{
	struct addr from = addr_of("192.168.1.5"), to = addr_of("192.0.2.2"), seen = addr_of("198.51.100.7"), none = { 0 };
	uint8_t room[128] = { 0 }, *payload = room + 40;
	struct packet p;

	(void)state;
	assert_int_equal(packet_parse(&p, transport_build(payload, 20, IP_PROTOCOL_UDP, 0, &seen, &to)), DROP_NONE);
	transport_repair(payload - 20, &p, &from, &to);
	assert_int_equal(get_u16(payload + 6), 0);
	put_u16(payload + 6, 0x1234);
	transport_repair(payload - 20, &p, &none, &none);
	assert_int_equal(get_u16(payload + 6), 0x1234);
	/* too short for its checksum: nothing is written behind the packet */
	memset(payload, 0xee, 40);
	assert_int_equal(packet_parse(&p, transport_build(payload, 16, IP_PROTOCOL_TCP, 0, &seen, &to)), DROP_NONE);
	transport_repair(payload - 20, &p, &from, &to);
	assert_int_equal(payload[16], 0xee);
}

/* IPv4: 192.0.2.1 to 192.0.2.2; IPv6: 2001:db8::1 to ::2. */
#define V6 "20010db8000000000000000000000001 20010db8000000000000000000000002"
static const struct {
	const char *name, *hex;
	enum drop drop;
	uint8_t next;
	size_t len;
} strips[] = {
	{ "IPv4", "4500001c 00000000 40110000 c0000201 c0000202 0001000200080000", DROP_NONE, 17, 8 },
	{ "IPv4, nothing inside", "45000014 00000000 40110000 c0000201 c0000202", DROP_NONE, 17, 0 },
	{ "IPv4 with an option", "46000020 00000000 40110000 c0000201 c0000202 94040000 0001000200080000", DROP_UNSUPPORTED, 0, 0 },
	{ "IPv4, first fragment", "4500001c 00002000 40110000 c0000201 c0000202 0001000200080000", DROP_UNSUPPORTED, 0, 0 },
	{ "IPv4, last fragment", "4500001c 00000002 40110000 c0000201 c0000202 0001000200080000", DROP_UNSUPPORTED, 0, 0 },
	{ "IPv6", "60000000 0008 11 40" V6 "0001000200080000", DROP_NONE, 17, 8 },
	{ "IPv6, destination options go along", "60000000 0010 3c 40" V6 "1100010400000000 0001000200080000", DROP_NONE, 60, 16 },
	{ "IPv6, hop-by-hop", "60000000 0010 00 40" V6 "1100010400000000 0001000200080000", DROP_UNSUPPORTED, 0, 0 },
	{ "IPv6, fragment", "60000000 0010 2c 40" V6 "1100000100000000 0001000200080000", DROP_UNSUPPORTED, 0, 0 },
};

static void headers_go_off(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(strips); i++) {
		uint8_t room[128], next = 0;
		struct bytes payload = bytes_none();
		struct packet p;
		enum drop drop;
		size_t len = 0;

		for (const char *c = strips[i].hex; *c; c++)
			if (*c != ' ') {
				unsigned byte;

				assert_int_equal(sscanf(c++, "%2x", &byte), 1);
				room[len++] = (uint8_t)byte;
			}
		assert_int_equal(packet_parse(&p, bytes(room, len)), DROP_NONE);
		drop = transport_strip(&p, &payload, &next);
		if (drop != strips[i].drop || (drop == DROP_NONE && (next != strips[i].next || payload.len != strips[i].len)))
			fail_msg("%s: %d, next %u, %zu bytes", strips[i].name, (int)drop, next, payload.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums_are_repaired),
		cmocka_unit_test(no_checksum_stays_none),
		cmocka_unit_test(headers_go_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
