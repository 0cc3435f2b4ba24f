/* SPDX-License-Identifier: ISC */
/*
 * What is done to inner packets besides ESP: checksums, ECN and DSCP, MSS, ICMP errors, fragments.
 */
#include "support/unit.h"

#include <stdlib.h>

#include "iana/ip.h"
#include "ipsec/checksum.h"
#include "ipsec/fragment.h"
#include "ipsec/icmp.h"
#include "ipsec/mss.h"
#include "ipsec/outer.h"
#include "packets.h"

/* The slow, obvious sum: word by word. */
static uint16_t slow_sum(const uint8_t *at, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void checksum_equals_the_slow_one(void **state)
{
	uint8_t data[2048];

	(void)state;
	srand(7);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)rand();
	for (size_t len = 0; len < sizeof(data); len += 1 + len / 8)
		assert_int_equal(checksum_finish(checksum_add(0, bytes(data, len))), slow_sum(data, len, 0));
	memset(data, 0xff, sizeof(data));
	assert_int_equal(checksum_finish(checksum_add(0, bytes(data, sizeof(data)))), 0);
	for (unsigned i = 0; i < 1000; i++) { /* RFC 1624: the repaired sum is the sum of the repaired data */
		uint16_t was = (uint16_t)rand(), becomes = (uint16_t)rand(), before;

		put_u16(data + 6, was);
		data[0] = (uint8_t)rand();
		before = slow_sum(data, 64, 0);
		put_u16(data + 6, becomes);
		assert_int_equal(checksum_adjust(before, was, becomes), slow_sum(data, 64, 0));
	}
}

/* RFC 6040, figure 4, written as the RFC has it: rows are inner, columns outer Not-ECT, ECT(0), ECT(1), CE; x: drop. */
static const struct {
	uint8_t inner;
	const char *after; /* n, 0, 1, c, x */
} ecn_rows[] = { { 0, "nnnx" }, { 2, "001c" }, { 1, "111c" }, { 3, "cccc" } };

static void ecn_is_figure_4(void **state)
{
	static const uint8_t columns[4] = { 0, 2, 1, 3 };

	(void)state;
	for (size_t row = 0; row < 4; row++)
		for (size_t column = 0; column < 4; column++) {
			uint8_t inner = (uint8_t)(0xb8 | ecn_rows[row].inner), outer = (uint8_t)(0x20 | columns[column]), tos = 0;
			char want = ecn_rows[row].after[column];
			enum drop drop = outer_arrived(&tos, inner, outer, true, false);

			assert_int_equal(drop, want == 'x' ? DROP_ECN : DROP_NONE);
			if (want != 'x')
				assert_int_equal(tos, 0xb8 | (want == 'n' ? 0 : want == '0' ? 2 : want == '1' ? 1 : 3));
			assert_int_equal(outer_arrived(&tos, inner, outer, false, true), DROP_NONE);
			assert_int_equal(tos, 0x20 | ecn_rows[row].inner);
		}
	assert_int_equal(outer_tos(0xbb, true, false), 0x03);
	assert_int_equal(outer_tos(0xbb, false, true), 0xb8);
	assert_int_equal(outer_tos(0xbb, true, true), 0xbb);
}

static uint16_t transport_sum(const uint8_t *at, const struct packet *p)
{
	uint32_t len = (uint32_t)(p->all.len - p->header_len);

	return checksum_finish(checksum_add(checksum_pseudo(&p->key.source, &p->key.destination, p->key.protocol, len),
	    bytes(at + p->header_len, len)));
}

static const struct {
	const char *name, *options;
	uint8_t flags;
	uint16_t mss; /* afterwards; 0: unchanged */
} mss_cases[] = {
	{ "linux's SYN", "020405b4 0402080a0000000000000000 01030307", 0x02, 1360 },
	{ "SYN-ACK", "020405b4", 0x12, 1360 },
	{ "behind a NOP: odd offset", "01020405b4010000", 0x02, 1360 },
	{ "small enough", "02040218", 0x02, 0 },
	{ "just fits", "02040550", 0x02, 0 },
	{ "no SYN", "020405b4", 0x10, 0 },
	{ "no option", "", 0x02, 0 },
	{ "behind the end of options", "00000000020405b4", 0x02, 0 },
	{ "option of length 0", "0400 0000 020405b4", 0x02, 0 },
	{ "option past the end", "040f0000", 0x02, 0 },
	{ "MSS of wrong length", "020305b4 00000000", 0x02, 0 },
};

static void mss_is_clamped(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(mss_cases) * 2; i++) {
		bool six = i % 2;
		uint8_t data[160] = { 0 }, before[160], options[40];
		size_t options_len = hex_into(options, sizeof(options), mss_cases[i / 2].options), len, at;
		struct packet p;

		len = six ? make_ipv6(data, "2001:db8::1", "2001:db8::2", 6, 20 + options_len) :
		            make_ipv4(data, "10.0.0.1", "10.0.0.2", 6, 20 + options_len);
		at = six ? 40 : 20;
		data[at + 12] = (uint8_t)((20 + options_len) / 4 << 4);
		data[at + 13] = mss_cases[i / 2].flags;
		memcpy(data + at + 20, options, options_len);
		assert_int_equal(packet_parse(&p, bytes(data, len)), DROP_NONE);
		put_u16(data + at + 16, 0);
		put_u16(data + at + 16, transport_sum(data, &p));
		memcpy(before, data, sizeof(data));
		if (mss_clamp(data, &p, six ? 1420 : 1400) != (mss_cases[i / 2].mss != 0))
			fail_msg("%s", mss_cases[i / 2].name);
		if (mss_cases[i / 2].mss) {
			uint8_t *found = memmem(data + at + 20, options_len, "\x02\x04\x05\x50", 4);

			assert_non_null(found);
			assert_int_equal(transport_sum(data, &p), 0);
		} else {
			assert_memory_equal(data, before, sizeof(data));
		}
	}
}

static void icmp_errors_are_right(void **state)
{
	uint8_t data[2000], room[ICMP_ERROR_MAX];
	struct writer w = writer(room, sizeof(room));
	struct packet p, e;
	size_t len = make_ipv4(data, "10.0.0.1", "10.9.0.2", 6, 1480);

	(void)state;
	assert_int_equal(packet_parse(&p, bytes(data, len)), DROP_NONE);
	assert_true(icmp_too_big(&w, &p, 1400));
	assert_int_equal(w.len, 576);
	assert_int_equal(packet_parse(&e, wr_done(&w)), DROP_NONE);
	assert_int_equal(e.key.protocol, IP_PROTOCOL_ICMP);
	assert_int_equal(e.key.source_port, 0x0304);
	assert_true(addr_equal(&e.key.source, &p.key.destination));
	assert_true(addr_equal(&e.key.destination, &p.key.source));
	assert_int_equal(get_u16(room + 26), 1400);
	assert_int_equal(slow_sum(room, 20, 0), 0);
	assert_int_equal(slow_sum(room + 20, w.len - 20, 0), 0);
	assert_memory_equal(room + 28, data, 548);

	w = writer(room, sizeof(room));
	assert_true(icmp_prohibited(&w, &p));
	assert_int_equal(get_u16(room + 20), 0x030d);

	len = make_ipv6(data, "2001:db8::1", "2001:db8:9::2", 17, 1460);
	assert_int_equal(packet_parse(&p, bytes(data, len)), DROP_NONE);
	w = writer(room, sizeof(room));
	assert_true(icmp_too_big(&w, &p, 1380));
	assert_int_equal(w.len, 1280);
	assert_int_equal(packet_parse(&e, wr_done(&w)), DROP_NONE);
	assert_int_equal(e.key.source_port, 0x0200);
	assert_int_equal(get_u32(room + 44), 1380);
	assert_int_equal(transport_sum(room, &e), 0);
	w = writer(room, sizeof(room));
	assert_true(icmp_prohibited(&w, &p));
	assert_int_equal(get_u16(room + 40), 0x0101);
	w = writer(room, 64);
	assert_false(icmp_prohibited(&w, &p));
}

static const struct {
	const char *name, *from, *to;
	uint8_t protocol, type;
	uint16_t offset;
	bool error;
} deserving[] = {
	{ "plain", "10.0.0.1", "10.0.0.2", 17, 0, 0, true },
	{ "echo", "10.0.0.1", "10.0.0.2", 1, 8, 0, true },
	{ "ICMP error", "10.0.0.1", "10.0.0.2", 1, 3, 0, false },
	{ "time exceeded", "10.0.0.1", "10.0.0.2", 1, 11, 0, false },
	{ "first fragment", "10.0.0.1", "10.0.0.2", 17, 0, 0x2000, true },
	{ "later fragment", "10.0.0.1", "10.0.0.2", 17, 0, 5, false },
	{ "to multicast", "10.0.0.1", "224.0.0.5", 17, 0, 0, false },
	{ "to broadcast", "10.0.0.1", "255.255.255.255", 17, 0, 0, false },
	{ "from nobody", "0.0.0.0", "10.0.0.2", 17, 0, 0, false },
	{ "v6 plain", "2001:db8::1", "2001:db8::2", 17, 0, 0, true },
	{ "v6 echo", "2001:db8::1", "2001:db8::2", 58, 128, 0, true },
	{ "v6 too big", "2001:db8::1", "2001:db8::2", 58, 2, 0, false },
	{ "v6 to multicast", "2001:db8::1", "ff02::1", 17, 0, 0, false },
	{ "v6 from nobody", "::", "2001:db8::2", 17, 0, 0, false },
};

static void some_packets_get_no_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(deserving); i++) {
		bool six = strchr(deserving[i].from, ':');
		uint8_t data[64], room[ICMP_ERROR_MAX];
		struct writer w = writer(room, sizeof(room));
		struct packet p;
		size_t len = six ? make_ipv6(data, deserving[i].from, deserving[i].to, deserving[i].protocol, 8) :
		                   make_ipv4(data, deserving[i].from, deserving[i].to, deserving[i].protocol, 8);

		data[six ? 40 : 20] = deserving[i].type;
		if (!six)
			put_u16(data + 6, deserving[i].offset);
		assert_int_equal(packet_parse(&p, bytes(data, len)), DROP_NONE);
		if (icmp_prohibited(&w, &p) != deserving[i].error)
			fail_msg("%s", deserving[i].name);
	}
}

/* Cut, put together again by offsets, and compare; every piece fits and says what it is. */
static void fragments_make_the_packet(size_t payload, size_t mtu, uint16_t place)
{
	static uint8_t data[70000], piece[70000], whole[140000];
	size_t len = make_ipv4(data, "10.0.0.1", "10.0.0.2", 17, payload), n, total = 0;
	struct fragmenter f;
	struct packet p, q;
	bool more = true;

	put_u16(data + 6, place);
	checksum_ipv4(data, 20);
	assert_int_equal(packet_parse(&p, bytes(data, len)), DROP_NONE);
	assert_true(fragment_start(&f, &p, mtu));
	while ((n = fragment_next(&f, piece)) > 0) {
		size_t at;

		assert_true(more && n <= mtu);
		assert_int_equal(packet_parse(&q, bytes(piece, n)), DROP_NONE);
		assert_int_equal(q.all.len, n);
		assert_int_equal(slow_sum(piece, q.header_len, 0), 0);
		at = (size_t)((get_u16(piece + 6) & 0x1fff) - (place & 0x1fff)) * 8;
		assert_int_equal(at, total);
		memcpy(whole + at, piece + q.header_len, n - q.header_len);
		total += n - q.header_len;
		more = get_u16(piece + 6) & 0x2000;
	}
	assert_int_equal(more, (place & 0x2000) != 0);
	assert_int_equal(total, payload);
	assert_memory_equal(whole, data + 20, payload);
}

static void fragments_fit(void **state)
{
	(void)state;
	fragments_make_the_packet(1480, 1400, 0);
	fragments_make_the_packet(1384, 1400, 0);
	fragments_make_the_packet(3000, 68, 0);
	fragments_make_the_packet(3001, 28, 0);
	fragments_make_the_packet(65515, 1420, 0);
	fragments_make_the_packet(1480, 1400, 0x2000); /* a fragment already: more follow */
	fragments_make_the_packet(1480, 1400, 0x00b9); /* the last one */
}

static void no_fragments_past_the_end_of_a_packet(void **state)
{
	uint8_t data[1400] = { 0x45, 0, 0x05, 0x78, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2 };
	struct fragmenter f;
	struct packet p;

	(void)state;
	put_u16(data + 6, 8019); /* 8019 x 8 + 1380 = 65,532 */
	assert_int_equal(packet_parse(&p, bytes(data, sizeof(data))), DROP_NONE);
	assert_true(fragment_start(&f, &p, 1000));
	put_u16(data + 6, 8020);
	assert_int_equal(packet_parse(&p, bytes(data, sizeof(data))), DROP_NONE);
	assert_false(fragment_start(&f, &p, 1000));
}

static void fragments_carry_copied_options(void **state)
{
	uint8_t data[200], piece[200];
	struct fragmenter f;
	struct packet p;
	size_t n;

	(void)state;
	/* an option that is not copied (7: record route), then one that is (0x94: router alert) */
	hex_into(data, sizeof(data), "48000078 12340000 40110000 0a000001 0a000002 070704 00000000 01 94040000");
	memset(data + 32, 0xaa, 88);
	assert_int_equal(packet_parse(&p, bytes(data, 120)), DROP_NONE);
	assert_false(fragment_start(&f, &p, 39));
	assert_true(fragment_start(&f, &p, 72));
	assert_int_equal(fragment_next(&f, piece), 72);
	assert_int_equal(piece[0], 0x48);
	n = fragment_next(&f, piece);
	assert_int_equal(n, 24 + 48);
	assert_int_equal(piece[0], 0x46);
	assert_int_equal(get_u32(piece + 20), 0x94040000);
	assert_int_equal(slow_sum(piece, 24, 0), 0);
	assert_int_equal(get_u16(piece + 6), 5);
	assert_int_equal(fragment_next(&f, piece), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksum_equals_the_slow_one),
		cmocka_unit_test(ecn_is_figure_4),
		cmocka_unit_test(mss_is_clamped),
		cmocka_unit_test(icmp_errors_are_right),
		cmocka_unit_test(some_packets_get_no_error),
		cmocka_unit_test(fragments_fit),
		cmocka_unit_test(no_fragments_past_the_end_of_a_packet),
		cmocka_unit_test(fragments_carry_copied_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
