/* SPDX-License-Identifier: ISC */
/*
 * Packet headers to keys: extension headers, fragments, lengths that lie, and every cut of a good packet.
 */
#include "support/unit.h"

#include <stdlib.h>

#include "ipsec/packet.h"
#include "packets.h"

#define V4(len, offset, protocol) "45b8" len "1234" offset "40" protocol "0000 0a000001 0a000002"
#define V6(len, next) "6a10 0000" len next "40 20010db8000000000000000000000001 20010db8000000000000000000000002"

static const struct {
	const char *name, *hex;
	enum drop drop;
	uint8_t protocol;
	bool fragment, first, ports;
	uint16_t source, destination;
} cases[] = {
	{ "tcp", V4("0018", "4000", "06") "c0010050", DROP_NONE, 6, false, true, true, 0xc001, 80 },
	{ "icmp echo", V4("0018", "0000", "01") "08000000", DROP_NONE, 1, false, true, true, 0x800, 0x800 },
	{ "first fragment", V4("0018", "2000", "11") "00350036", DROP_NONE, 17, true, true, true, 53, 54 },
	{ "later fragment", V4("0018", "0001", "11") "00350036", DROP_NONE, 17, true, false, false, 0, 0 },
	{ "last fragment", V4("0018", "2001", "06") "00350036", DROP_NONE, 6, true, false, false, 0, 0 },
	{ "esp has no ports", V4("0018", "0000", "32") "00350036", DROP_NONE, 50, false, true, false, 0, 0 },
	{ "ports cut off", V4("0017", "0000", "11") "003500", DROP_NONE, 17, false, true, false, 0, 0 },
	{ "bytes behind the end", V4("0018", "0000", "11") "00350036 ffffffff", DROP_NONE, 17, false, true, true, 53, 54 },
	{ "options", "4600001c 00000000 40110000 0a000001 0a000002 01010101 00350036", DROP_NONE, 17, false, true, true, 53, 54 },
	{ "total length too long", V4("0019", "0000", "11") "00350036", DROP_MALFORMED, 0, false, false, false, 0, 0 },
	{ "total length below the header", V4("0013", "0000", "11") "00350036", DROP_MALFORMED, 0, false, false, false, 0, 0 },
	{ "header length below 20", "4400001c 00000000 40110000 0a000001 0a000002 01010101", DROP_MALFORMED, 0, false, false, false, 0, 0 },
	{ "header length past the end", "4f00001c 00000000 40110000 0a000001 0a000002 01010101 00350036", DROP_MALFORMED, 0, false, false, false, 0, 0 },
	{ "runt", "45000014", DROP_RUNT, 0, false, false, false, 0, 0 },
	{ "version 5", "55000014 00000000 40110000 0a000001 0a000002", DROP_UNSUPPORTED, 0, false, false, false, 0, 0 },
	{ "v6 udp", V6("0008", "11") "0035003600080000", DROP_NONE, 17, false, true, true, 53, 54 },
	{ "v6 icmp", V6("0004", "3a") "80010000", DROP_NONE, 58, false, true, true, 0x8001, 0x8001 },
	{ "v6 mobility", V6("0008", "87") "3b00050000000000", DROP_NONE, 135, false, true, true, 0x500, 0x500 },
	{ "v6 hop-by-hop, options, routing",
	  V6("0028", "00") "3c00000000000000 2b00000000000000 0601000000000000 0000000000000000 00160017 00000000", DROP_NONE, 6, false, true, true, 22, 23 },
	{ "v6 first fragment", V6("0010", "2c") "1100000100000007 0035003600000000", DROP_NONE, 17, true, true, true, 53, 54 },
	{ "v6 later fragment", V6("0010", "2c") "1100000900000007 0035003600000000", DROP_NONE, 17, true, false, false, 0, 0 },
	{ "v6 atomic fragment", V6("0010", "2c") "1100000000000007 0035003600000000", DROP_NONE, 17, false, true, true, 53, 54 },
	{ "v6 no next header", V6("0000", "3b") "", DROP_NONE, 59, false, true, false, 0, 0 },
	{ "v6 AH is a protocol", V6("0008", "33") "1101000000000000", DROP_NONE, 51, false, true, false, 0, 0 },
	{ "v6 payload too long", V6("0009", "11") "0035003600080000", DROP_MALFORMED, 0, false, false, false, 0, 0 },
	{ "v6 extension past the end", V6("0008", "00") "1101000000000000", DROP_MALFORMED, 0, false, false, false, 0, 0 },
	{ "v6 fragment header cut", V6("0004", "2c") "11000001", DROP_MALFORMED, 0, false, false, false, 0, 0 },
	{ "v6 nothing", V6("0000", "00") "", DROP_MALFORMED, 0, false, false, false, 0, 0 },
	{ "v6 runt", "60000000 0000 3b 40", DROP_RUNT, 0, false, false, false, 0, 0 },
	{ "nothing", "", DROP_RUNT, 0, false, false, false, 0, 0 },
};

static void headers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint8_t data[128];
		size_t len = hex_into(data, sizeof(data), cases[i].hex);
		struct packet p;
		enum drop drop = packet_parse(&p, bytes(data, len));

		if (drop != cases[i].drop)
			fail_msg("%s: %s", cases[i].name, drop_name(drop));
		if (drop != DROP_NONE)
			continue;
		if (p.key.protocol != cases[i].protocol || p.fragment != cases[i].fragment || p.first != cases[i].first ||
		    p.key.ports_known != cases[i].ports || p.key.source_port != cases[i].source ||
		    p.key.destination_port != cases[i].destination)
			fail_msg("%s: key differs: %u %d %d %d %x %x", cases[i].name, p.key.protocol, p.fragment, p.first,
			    p.key.ports_known, p.key.source_port, p.key.destination_port);
	}
}

/* A walk of extension headers ends, and every cut in heap memory of its exact size reads nothing outside (ASan tells). */
static void cuts_read_nothing_outside(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint8_t data[128];
		size_t len = hex_into(data, sizeof(data), cases[i].hex);

		for (size_t cut = 0; cut <= len; cut++) {
			uint8_t *exact = malloc(cut ? cut : 1);
			struct packet p;

			assert_non_null(exact);
			memcpy(exact, data, cut);
			if (packet_parse(&p, bytes(exact, cut)) == DROP_NONE) {
				assert_true(p.all.len <= cut);
				assert_true(p.header_len <= p.all.len);
			}
			free(exact);
		}
	}
}

static void endless_extensions_end(void **state)
{
	uint8_t data[40 + 8 * 200] = { 0x60 };
	struct packet p;

	(void)state;
	put_u16(data + 4, sizeof(data) - 40);
	assert_int_equal(packet_parse(&p, bytes(data, sizeof(data))), DROP_MALFORMED);
}

static void tos_is_set(void **state)
{
	uint8_t data[128];
	struct packet p;
	size_t len;

	(void)state;
	len = make_ipv4(data, "10.0.0.1", "10.0.0.2", 17, 8);
	assert_int_equal(packet_parse(&p, bytes(data, len)), DROP_NONE);
	packet_set_tos(data, &p, 0xbb);
	assert_int_equal(data[1], 0xbb);
	assert_int_equal(p.tos, 0xbb);
	{
		uint32_t sum = 0; /* the slow way: all words of a right header sum to 0xffff */

		for (size_t i = 0; i < 20; i += 2)
			sum += get_u16(data + i);
		assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
	}
	len = make_ipv6(data, "2001:db8::1", "2001:db8::2", 17, 8);
	data[1] = 0x0a;
	assert_int_equal(packet_parse(&p, bytes(data, len)), DROP_NONE);
	packet_set_tos(data, &p, 0xbb);
	assert_int_equal(data[0], 0x6b);
	assert_int_equal(data[1], 0xba);
	assert_int_equal(packet_parse(&p, bytes(data, len)), DROP_NONE);
	assert_int_equal(p.tos, 0xbb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_read),
		cmocka_unit_test(cuts_read_nothing_outside),
		cmocka_unit_test(endless_extensions_end),
		cmocka_unit_test(tos_is_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
