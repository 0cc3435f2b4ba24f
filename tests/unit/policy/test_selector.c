/* SPDX-License-Identifier: ISC */
/* Traffic selectors: text, TS payload bodies, narrowing against a slow and obvious model, packets. */
#include "support/unit.h"

#include "base/hex.h"
#include "iana/ikev2.h"
#include "policy/selector.h"

static struct arena arena;

static int clear(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

static struct selector one(const char *text)
{
	struct selector s;
	struct reason why;

	if (!selector_parse(&s, bytes_str(text), &why))
		fail_msg("%s", text);
	return s;
}

/* "10.0.0.0/8[tcp],::/0"; nothing: an empty list */
static struct selectors list(const char *texts)
{
	struct selectors l = { .list = arena_array(&arena, SELECTORS_MAX, sizeof(struct selector)) };

	while (*texts) {
		size_t n = strcspn(texts, ",");
		l.list[l.count++] = one(arena_str(&arena, bytes(texts, n)));
		texts += n + (texts[n] == ',');
	}
	return l;
}

static const char *printed(const struct selectors *l)
{
	struct text t = { 0 };
	char *s;

	for (unsigned i = 0; i < l->count; i++) {
		text_add(&t, "%s", i ? "," : "");
		selector_print(&t, &l->list[i]);
	}
	s = arena_str(&arena, bytes(text_str(&t), t.len));
	text_clear(&t);
	return s;
}

static const struct {
	const char *text, *print; /* NULL: refused */
} texts[] = {
	{ "10.0.0.0/8", "10.0.0.0/8" },
	{ "10.1.2.3/8", "10.0.0.0/8" },
	{ "10.0.0.1", "10.0.0.1/32" },
	{ "0.0.0.0/0", "0.0.0.0/0" },
	{ "::/0", "::/0" },
	{ "2001:db8::1", "2001:db8::1/128" },
	{ "10.0.0.1-10.0.0.9", "10.0.0.1..10.0.0.9" },
	{ "10.0.0.1..10.0.0.9", "10.0.0.1..10.0.0.9" },
	{ "10.0.0.0-10.0.0.255", "10.0.0.0/24" },
	{ "10.0.0.1-10.0.0.1", "10.0.0.1/32" },
	{ "2001:db8::1-2001:db8::3", "2001:db8::1..2001:db8::3" },
	{ "dynamic", "dynamic" },
	{ "dynamic[udp]", "dynamic[udp]" },
	{ "10.0.0.0/8[tcp/80]", "10.0.0.0/8[tcp/http]" },
	{ "10.0.0.0/8[tcp/http]", "10.0.0.0/8[tcp/http]" },
	{ "10.0.0.0/8[udp/ms-wbt-server]", "10.0.0.0/8[udp/ms-wbt-server]" },
	{ "10.0.0.0/8[TCP/8080]", "10.0.0.0/8[tcp/8080]" },
	{ "10.0.0.0/8[6/1024-2000]", "10.0.0.0/8[tcp/1024-2000]" },
	{ "10.0.0.0/8[0x11/53]", "10.0.0.0/8[udp/domain]" },
	{ "10.0.0.0/8[]", "10.0.0.0/8" },
	{ "10.0.0.0/8[any]", "10.0.0.0/8" },
	{ "10.0.0.0/8[any/any]", "10.0.0.0/8" },
	{ "10.0.0.0/8[/]", NULL },
	{ "10.0.0.0/8[/53]", "10.0.0.0/8[0/53]" },
	{ "10.0.0.0/8[/0-65535]", "10.0.0.0/8" },
	{ "10.0.0.0/8[0/1024-2048]", "10.0.0.0/8[0/1024-2048]" },
	{ "10.0.0.0/8[tcp/opaque]", "10.0.0.0/8[tcp/OPAQUE]" },
	{ "::/0[ipv6-icmp/OPAQUE]", "::/0[ipv6-icmp/OPAQUE]" },
	{ "::/0[icmpv6]", "::/0[ipv6-icmp]" },
	{ "10.0.0.0/8[icmp/8]", "10.0.0.0/8[icmp/8]" },
	{ "10.0.0.0/8[icmp/2048]", "10.0.0.0/8[icmp/8(0)]" },
	{ "10.0.0.0/8[icmp/3(4)]", "10.0.0.0/8[icmp/3(4)]" },
	{ "10.0.0.0/8[icmp/0]", "10.0.0.0/8[icmp/0]" },
	{ "10.0.0.0/8[icmp/3-5]", "10.0.0.0/8[icmp/3-5]" },
	{ "10.0.0.0/8[255]", "10.0.0.0/8[255]" },
	{ "10.0.0.0/8[tcp/65535]", "10.0.0.0/8[tcp/65535]" },
	{ "", NULL },
	{ "10.0.0.0/33", NULL },
	{ "10.0.0.0/", NULL },
	{ "10.0.0", NULL },
	{ "10.0.0.9-10.0.0.1", NULL },
	{ "10.0.0.1-::1", NULL },
	{ "10.0.0.1-", NULL },
	{ "-10.0.0.1", NULL },
	{ "10.0.0.0/8[tcp", NULL },
	{ "10.0.0.0/8[", NULL },
	{ "10.0.0.0/8]", NULL },
	{ "10.0.0.0/8[tcp]x", NULL },
	{ "10.0.0.0/8[tpc]", NULL },
	{ "10.0.0.0/8[256]", NULL },
	{ "10.0.0.0/8[0x]", NULL },
	{ "10.0.0.0/8[tcp/65536]", NULL },
	{ "10.0.0.0/8[tcp/20-10]", NULL },
	{ "10.0.0.0/8[tcp/htp]", NULL },
	{ "10.0.0.0/8[icmp/8(256)]", NULL },
	{ "10.0.0.0/8[icmp/8(]", NULL },
	{ "10.0.0.0/8[icmp/8()]", NULL },
	{ "[tcp]", NULL },
};

static void texts_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct selector s, again;
		struct reason why = { 0 };
		struct text t = { 0 };
		bool ok = selector_parse(&s, bytes_str(texts[i].text), &why);

		if (ok != (texts[i].print != NULL))
			fail_msg("%s", texts[i].text);
		if (!ok) {
			assert_int_equal(why.kind, REASON_CONFIG);
			assert_true(why.about.bytes.len > 0);
			continue;
		}
		selector_print(&t, &s);
		assert_string_equal(text_str(&t), texts[i].print);
		assert_true(selector_parse(&again, bytes(text_str(&t), t.len), &why) && selector_equal(&s, &again));
		text_clear(&t);
	}
}

#define V4_10_8 "07000010 0000ffff 0a000000 0affffff"
#define V6_ALL "08000028 0000ffff 00000000000000000000000000000000 ffffffffffffffffffffffffffffffff"

static const struct {
	const char *name, *hex, *print; /* NULL: malformed */
} bodies[] = {
	{ "IPv4", "01000000" V4_10_8, "10.0.0.0/8" },
	{ "IPv6", "01000000" V6_ALL, "::/0" },
	{ "both", "02000000" V4_10_8 V6_ALL, "10.0.0.0/8,::/0" },
	{ "reserved bytes are ignored", "01ffffff" V4_10_8, "10.0.0.0/8" },
	{ "ports", "01000000 07060010 00500050 0a000001 0a000001", "10.0.0.1/32[tcp/http]" },
	{ "OPAQUE", "01000000 07060010 ffff0000 0a000001 0a000001", "10.0.0.1/32[tcp/OPAQUE]" },
	{ "ICMP echo", "01000000 07010010 080008ff 0a000001 0a000001", "10.0.0.1/32[icmp/8]" },
	{ "unknown type is passed over", "02000000 0a000008 00000000" V4_10_8, "10.0.0.0/8" },
	{ "unknown type of odd length", "02000000 0a000005 00" V4_10_8, "10.0.0.0/8" },
	{ "only an unknown type", "01000000 0a000008 00000000", "" },
	{ "empty", "", NULL },
	{ "count only", "01", NULL },
	{ "no selectors", "00000000", NULL },
	{ "no selectors, one stands there", "00000000" V4_10_8, NULL },
	{ "count one more", "02000000" V4_10_8, NULL },
	{ "count one less", "01000000" V4_10_8 V4_10_8, NULL },
	{ "count 255", "ff000000" V4_10_8, NULL },
	{ "byte behind", "01000000" V4_10_8 "00", NULL },
	{ "cut", "01000000 07000010 0000ffff 0a000000 0affff", NULL },
	{ "length one less", "01000000 0700000f 0000ffff 0a000000 0affffff", NULL },
	{ "length one more", "01000000 07000011 0000ffff 0a000000 0affffff", NULL },
	{ "length 0", "01000000 07000000 0000ffff 0a000000 0affffff", NULL },
	{ "length 3", "01000000 0a000003 00000000 00000000", NULL },
	{ "length 4", "01000000 0a000004 00000000", NULL },
	{ "length 65535", "01000000 0700ffff 0000ffff 0a000000 0affffff", NULL },
	{ "IPv4 with the length of IPv6", "01000000 07000028 0000ffff 00000000000000000000000000000000 ffffffffffffffffffffffffffffffff",
	  NULL },
	{ "IPv6 with the length of IPv4", "01000000 08000010 0000ffff 0a000000 0affffff", NULL },
	{ "ends before it begins", "01000000 07000010 0000ffff 0a000001 0a000000", NULL },
	{ "ports end before they begin", "01000000 07060010 00510050 0a000001 0a000001", NULL },
	{ "nearly OPAQUE", "01000000 07060010 ffff0001 0a000001 0a000001", NULL },
};

static struct bytes hex(const char *text)
{
	char digits[512];
	struct bytes b;
	size_t n = 0;

	for (; *text; text++)
		if (*text != ' ')
			digits[n++] = *text;
	if (n == 0)
		return bytes_none();
	assert_true(hex_parse(&b, bytes(digits, n), &arena));
	return b;
}

static void bodies_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		struct selectors l, again;
		bool ok = selectors_read(&l, hex(bodies[i].hex), &arena);

		if (ok != (bodies[i].print != NULL))
			fail_msg("%s", bodies[i].name);
		if (!ok) {
			assert_int_equal(l.count, 0);
			continue;
		}
		assert_string_equal(printed(&l), bodies[i].print);
		assert_true(l.count == 0 || selectors_read(&again, selectors_flat(&l, &arena), &arena));
		assert_string_equal(l.count ? printed(&again) : "", bodies[i].print);
	}
}

static void limits_hold(void **state)
{
	struct selectors l = list("10.0.0.1"), again;
	struct bytes flat;

	(void)state;
	for (l.count = 1; l.count < SELECTORS_MAX; l.count++) {
		l.list[l.count] = l.list[0];
		l.list[l.count].first.ip[3] = l.list[l.count].last.ip[3] = (uint8_t)l.count;
	}
	flat = selectors_flat(&l, &arena);
	assert_int_equal(flat.len, 4 + 255 * 16);
	assert_true(selectors_read(&again, flat, &arena));
	assert_int_equal(again.count, 255);
	l.count = 256;
	assert_int_equal(selectors_flat(&l, &arena).len, 0);
}

/* configured, offered, narrowed (NULL: TS_UNACCEPTABLE) */
static const struct {
	const char *name, *configured, *offered, *narrowed;
} narrowings[] = {
	{ "the same", "10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8" },
	{ "smaller offer", "10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16" },
	{ "smaller configuration", "10.1.0.0/16", "0.0.0.0/0", "10.1.0.0/16" },
	{ "ranges that overlap", "10.0.0.1-10.0.0.9", "10.0.0.5-10.0.0.20", "10.0.0.5..10.0.0.9" },
	{ "apart", "10.0.0.0/8", "192.168.0.0/16", NULL },
	{ "of two families", "10.0.0.0/8", "::/0", NULL },
	{ "nothing offered", "10.0.0.0/8", "", NULL },
	{ "nothing configured", "", "10.0.0.0/8", NULL },
	{ "each family with its own", "10.0.0.0/8,2001:db8::/32", "0.0.0.0/0,::/0", "10.0.0.0/8,2001:db8::/32" },
	{ "configured order", "10.2.0.0/16,10.1.0.0/16", "10.1.0.0/16,10.2.0.0/16", "10.2.0.0/16,10.1.0.0/16" },
	{ "protocol of one", "10.0.0.0/8[tcp]", "10.0.0.0/8", "10.0.0.0/8[tcp]" },
	{ "protocols differ", "10.0.0.0/8[tcp]", "10.0.0.0/8[udp]", NULL },
	{ "ports", "10.0.0.0/8[tcp/80-443]", "10.0.0.0/8[tcp/100-1000]", "10.0.0.0/8[tcp/100-443]" },
	{ "ports apart", "10.0.0.0/8[tcp/80]", "10.0.0.0/8[tcp/443]", NULL },
	{ "OPAQUE in any", "10.0.0.0/8[tcp]", "10.0.0.0/8[tcp/opaque]", "10.0.0.0/8[tcp/OPAQUE]" },
	{ "OPAQUE and a port", "10.0.0.0/8[tcp/80]", "10.0.0.0/8[tcp/opaque]", NULL },
	{ "twice the same", "10.0.0.0/8,10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8" },
	{ "one inside another", "10.0.0.0/8", "10.1.0.0/16,10.0.0.0/8", "10.0.0.0/8" },
	{ "the packet comes first", "10.1.0.0/16,10.2.0.0/16", "10.2.0.7[tcp/1234],10.1.0.0/16,10.2.0.0/16", "10.2.0.0/16,10.1.0.0/16" },
	{ "the packet alone fits more than its range", "10.1.0.0/16,10.2.0.7", "10.2.0.7,10.1.0.0/16", "10.2.0.7/32,10.1.0.0/16" },
	{ "packet outside", "10.1.0.0/16", "10.2.0.7,10.0.0.0/8", "10.1.0.0/16" },
	{ "a single host is no packet", "10.2.0.7,10.1.0.0/16", "10.2.0.7", "10.2.0.7/32" },
	{ "bounds of the address space", "255.255.255.255,0.0.0.0", "0.0.0.0/0", "255.255.255.255/32,0.0.0.0/32" },
};

static void offers_are_narrowed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(narrowings); i++) {
		struct selectors configured = list(narrowings[i].configured), offered = list(narrowings[i].offered), out;
		struct conf_at where = { "f", "k", 3, 1 };
		struct reason why = { 0 };
		bool ok = selectors_narrow(&out, &configured, &offered, where, &arena, &why);

		if (ok != (narrowings[i].narrowed != NULL))
			fail_msg("%s", narrowings[i].name);
		if (ok) {
			if (strcmp(printed(&out), narrowings[i].narrowed) != 0)
				fail_msg("%s: %s", narrowings[i].name, printed(&out));
			assert_true(selectors_accept(&offered, &out, where, &arena, &why));
		} else {
			assert_int_equal(why.kind, REASON_TS);
			assert_int_equal(why.notify, IKEV2_NOTIFY_TS_UNACCEPTABLE);
			assert_int_equal(why.where.line, 3);
		}
	}
}

static void answers_are_checked(void **state)
{
	static const struct {
		const char *offered, *answered;
		bool ok;
	} rows[] = {
		{ "10.0.0.0/8", "10.0.0.0/8", true },
		{ "10.0.0.0/8", "10.1.0.0/16,10.2.0.0/16", true },
		{ "10.0.0.0/8", "", false },
		{ "10.0.0.0/8", "0.0.0.0/0", false },
		{ "10.0.0.0/8", "10.1.0.0/16,11.0.0.0/8", false },
		{ "10.0.0.0/8[tcp]", "10.0.0.0/8", false },
		{ "10.0.0.0/8[tcp/80]", "10.0.0.0/8[tcp]", false },
		{ "10.0.0.0/8[tcp/80]", "10.0.0.0/8[tcp/opaque]", false },
		{ "10.0.0.0/8", "10.0.0.0/8[tcp/opaque]", true },
		{ "0.0.0.0/0", "::/0", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct selectors offered = list(rows[i].offered), answered = list(rows[i].answered);
		struct reason why;

		if (selectors_accept(&offered, &answered, conf_nowhere(), &arena, &why) != rows[i].ok)
			fail_msg("%s -> %s", rows[i].offered, rows[i].answered);
	}
}

static void dynamic_becomes_the_address(void **state)
{
	struct selectors conf = list("dynamic[udp],10.0.0.0/8,::/0"), out;
	struct addr a;

	(void)state;
	assert_true(addr_parse(&a, bytes_str("192.0.2.1")));
	assert_true(selectors_resolve(&out, &conf, &a, &arena));
	assert_string_equal(printed(&out), "192.0.2.1/32[udp],10.0.0.0/8,::/0");
	assert_true(addr_parse(&a, bytes_str("2001:db8::1")));
	assert_true(selectors_resolve(&out, &conf, &a, &arena));
	assert_string_equal(printed(&out), "2001:db8::1/128[udp],10.0.0.0/8,::/0");
	assert_true(selectors_resolve(&out, &conf, &(struct addr){ 0 }, &arena));
	assert_string_equal(printed(&out), "10.0.0.0/8,::/0");
	assert_string_equal(printed(&conf), "dynamic[udp],10.0.0.0/8,::/0"); /* as it was */
}

#define NO_PORTS 0x10000u

/* local, remote, the packet as (source, destination, protocol, ports), outbound */
static const struct {
	const char *name, *local, *remote, *source, *destination;
	uint8_t protocol;
	unsigned source_port, destination_port;
	bool outbound, fits;
} packets[] = {
	{ "out", "10.0.0.0/8", "192.168.0.0/16", "10.0.0.1", "192.168.0.1", 6, 1, 2, true, true },
	{ "out, the wrong way", "10.0.0.0/8", "192.168.0.0/16", "192.168.0.1", "10.0.0.1", 6, 1, 2, true, false },
	{ "in", "10.0.0.0/8", "192.168.0.0/16", "192.168.0.1", "10.0.0.1", 6, 1, 2, false, true },
	{ "in, the wrong way", "10.0.0.0/8", "192.168.0.0/16", "10.0.0.1", "192.168.0.1", 6, 1, 2, false, false },
	{ "source outside", "10.0.0.0/8", "192.168.0.0/16", "11.0.0.0", "192.168.0.1", 6, 1, 2, true, false },
	{ "destination outside", "10.0.0.0/8", "192.168.0.0/16", "10.0.0.1", "192.169.0.0", 6, 1, 2, true, false },
	{ "first and last address", "10.0.0.1-10.0.0.3", "192.168.0.1-192.168.0.2", "10.0.0.1", "192.168.0.2", 6, 1, 2, true, true },
	{ "IPv6", "2001:db8::/32", "::/0", "2001:db8::1", "2001::1", 17, 1, 2, true, true },
	{ "family", "0.0.0.0/0", "0.0.0.0/0", "2001:db8::1", "2001::1", 17, 1, 2, true, false },
	{ "the second of a list", "10.1.0.0/16,10.2.0.0/16", "0.0.0.0/0", "10.2.0.1", "1.1.1.1", 6, 1, 2, true, true },
	{ "protocol", "10.0.0.0/8[tcp]", "0.0.0.0/0", "10.0.0.1", "1.1.1.1", 6, 1, 2, true, true },
	{ "other protocol", "10.0.0.0/8[tcp]", "0.0.0.0/0", "10.0.0.1", "1.1.1.1", 17, 1, 2, true, false },
	{ "protocol on the other end", "10.0.0.0/8", "0.0.0.0/0[udp]", "10.0.0.1", "1.1.1.1", 6, 1, 2, true, false },
	{ "remote port, out", "10.0.0.0/8", "0.0.0.0/0[tcp/80]", "10.0.0.1", "1.1.1.1", 6, 1234, 80, true, true },
	{ "remote port, out, other", "10.0.0.0/8", "0.0.0.0/0[tcp/80]", "10.0.0.1", "1.1.1.1", 6, 80, 81, true, false },
	{ "remote port, in", "10.0.0.0/8", "0.0.0.0/0[tcp/80]", "1.1.1.1", "10.0.0.1", 6, 80, 1234, false, true },
	{ "remote port, in, other", "10.0.0.0/8", "0.0.0.0/0[tcp/80]", "1.1.1.1", "10.0.0.1", 6, 1234, 80, false, false },
	{ "ports of no protocol", "10.0.0.0/8[/53]", "0.0.0.0/0", "10.0.0.1", "1.1.1.1", 17, 53, 2, true, true },
	{ "fragment, any ports", "10.0.0.0/8[tcp]", "0.0.0.0/0", "10.0.0.1", "1.1.1.1", 6, NO_PORTS, NO_PORTS, true, true },
	{ "fragment, some ports", "10.0.0.0/8[tcp/80]", "0.0.0.0/0", "10.0.0.1", "1.1.1.1", 6, NO_PORTS, NO_PORTS, true, false },
	{ "fragment, OPAQUE", "10.0.0.0/8[tcp/opaque]", "0.0.0.0/0", "10.0.0.1", "1.1.1.1", 6, NO_PORTS, NO_PORTS, true, true },
	{ "known ports, OPAQUE", "10.0.0.0/8[tcp/opaque]", "0.0.0.0/0", "10.0.0.1", "1.1.1.1", 6, 80, 80, true, false },
	{ "port 0, OPAQUE", "10.0.0.0/8[tcp/opaque]", "0.0.0.0/0", "10.0.0.1", "1.1.1.1", 6, 0, 0, true, false },
	{ "port 65535, OPAQUE", "10.0.0.0/8[tcp/opaque]", "0.0.0.0/0", "10.0.0.1", "1.1.1.1", 6, 65535, 65535, true, false },
	{ "echo request", "10.0.0.0/8[icmp/8]", "0.0.0.0/0[icmp/8]", "10.0.0.1", "1.1.1.1", 1, 0x800, 0x800, true, true },
	{ "echo reply is another", "10.0.0.0/8[icmp/8]", "0.0.0.0/0[icmp/8]", "10.0.0.1", "1.1.1.1", 1, 0, 0, true, false },
	{ "code", "10.0.0.0/8[icmp/3(4)]", "0.0.0.0/0[icmp]", "10.0.0.1", "1.1.1.1", 1, 0x304, 0x304, true, true },
	{ "other code", "10.0.0.0/8[icmp/3(4)]", "0.0.0.0/0[icmp]", "10.0.0.1", "1.1.1.1", 1, 0x303, 0x303, true, false },
	{ "no ports at all (GRE), any", "10.0.0.0/8", "0.0.0.0/0", "10.0.0.1", "1.1.1.1", 47, NO_PORTS, NO_PORTS, true, true },
	{ "nothing configured", "", "", "10.0.0.1", "1.1.1.1", 6, 1, 2, true, false },
};

static void packets_fit(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(packets); i++) {
		struct selectors local = list(packets[i].local), remote = list(packets[i].remote);
		struct packet_key key = { .protocol = packets[i].protocol,
			                  .ports_known = packets[i].source_port != NO_PORTS,
			                  .source_port = (uint16_t)packets[i].source_port,
			                  .destination_port = (uint16_t)packets[i].destination_port };

		assert_true(addr_parse(&key.source, bytes_str(packets[i].source)));
		assert_true(addr_parse(&key.destination, bytes_str(packets[i].destination)));
		if (selectors_match(&local, &remote, &key, packets[i].outbound) != packets[i].fits)
			fail_msg("%s", packets[i].name);
	}
}

/* --- against a model: 16 addresses, 3 protocols, 4 ports and OPAQUE, each point of the space looked at --- */

static uint32_t seed;

static unsigned roll(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static struct selector random_selector(void)
{
	struct selector s = { .port_last = UINT16_MAX };
	unsigned a = roll(16), b = roll(3) ? a + roll(16 - a) : a;

	s.first = (struct addr){ ADDR_V4, { 10, 0, 0, (uint8_t)a } };
	s.last = (struct addr){ ADDR_V4, { 10, 0, 0, (uint8_t)b } };
	s.protocol = (uint8_t)roll(3);
	switch (roll(4)) {
	case 0:
		s.port_first = (uint16_t)roll(4);
		s.port_last = (uint16_t)(s.port_first + roll(4u - s.port_first));
		break;
	case 1:
		s.port_first = UINT16_MAX;
		s.port_last = 0;
		break;
	default: break;
	}
	return s;
}

static struct selectors random_list(void)
{
	struct selectors l = { .list = arena_array(&arena, 5, sizeof(struct selector)) };

	for (unsigned n = roll(5); l.count < n; l.count++)
		l.list[l.count] = random_selector();
	return l;
}

enum { OPAQUE_PORT = 4 };

/* The model: is this point in the list? Port 4 stands for "cannot be seen". */
static bool holds(const struct selectors *l, unsigned host, unsigned protocol, unsigned port)
{
	for (unsigned i = 0; i < l->count; i++) {
		const struct selector *s = &l->list[i];
		bool any = s->port_first == 0 && s->port_last == UINT16_MAX, opaque = s->port_first > s->port_last;
		bool port_ok = any || (port == OPAQUE_PORT ? opaque : !opaque && port >= s->port_first && port <= s->port_last);

		if (host >= s->first.ip[3] && host <= s->last.ip[3] && (s->protocol == 0 || s->protocol == protocol) && port_ok)
			return true;
	}
	return false;
}

static void narrowing_is_the_intersection(void **state)
{
	(void)state;
	seed = 7;
	for (unsigned round = 0; round < 3000; round++) {
		struct selectors configured = random_list(), offered = random_list(), out = { 0 };
		struct reason why;
		bool ok = selectors_narrow(&out, &configured, &offered, conf_nowhere(), &arena, &why);

		assert_int_equal(ok, out.count > 0);
		for (unsigned host = 0; host < 16; host++)
			for (unsigned protocol = 1; protocol < 4; protocol++)
				for (unsigned port = 0; port <= OPAQUE_PORT; port++)
					if (holds(&out, host, protocol, port) != (holds(&configured, host, protocol, port) &&
					                                          holds(&offered, host, protocol, port)))
						fail_msg("round %u: %s | %s -> %s", round, printed(&configured), printed(&offered),
						         printed(&out));
		for (unsigned i = 0; i < out.count; i++)
			for (unsigned k = 0; k < out.count; k++)
				assert_true(i == k || !selector_inside(&out.list[i], &out.list[k]));
		arena_clear(&arena);
	}
}

/* 255 against 255 stays within the bound and the time of a handshake. */
static void the_widest_lists_are_bounded(void **state)
{
	struct selectors a = { .list = arena_array(&arena, 255, sizeof(struct selector)) }, b = a, out;
	struct reason why;

	(void)state;
	for (unsigned i = 0; i < 255; i++) {
		struct selector s = { .port_last = UINT16_MAX };
		s.first = (struct addr){ ADDR_V4, { 10, 0, (uint8_t)i, 0 } };
		s.last = (struct addr){ ADDR_V4, { 11, (uint8_t)i, 0, 0 } };
		a.list[a.count++] = s;
	}
	b = a;
	assert_true(selectors_narrow(&out, &a, &b, conf_nowhere(), &arena, &why));
	assert_true(out.count >= 1 && out.count <= SELECTORS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(texts_are_read, clear),
		cmocka_unit_test_teardown(bodies_are_read, clear),
		cmocka_unit_test_teardown(limits_hold, clear),
		cmocka_unit_test_teardown(offers_are_narrowed, clear),
		cmocka_unit_test_teardown(answers_are_checked, clear),
		cmocka_unit_test_teardown(dynamic_becomes_the_address, clear),
		cmocka_unit_test_teardown(packets_fit, clear),
		cmocka_unit_test_teardown(narrowing_is_the_intersection, clear),
		cmocka_unit_test_teardown(the_widest_lists_are_bounded, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
