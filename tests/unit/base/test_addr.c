/* SPDX-License-Identifier: ISC */
/* Addresses, prefixes and ranges: text, borders of the address space, prefixes of random ranges against a walk. */
#include "support/unit.h"

#include "base/addr.h"

static struct addr make(const char *text)
{
	struct addr a;

	if (!addr_parse(&a, bytes_str(text)))
		fail_msg("%s", text);
	return a;
}

static const struct {
	const char *text, *print; /* NULL: no address */
} texts[] = {
	{ "192.0.2.1", "192.0.2.1" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255" },
	{ "2001:DB8::1", "2001:db8::1" },
	{ "::", "::" },
	{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "", NULL },
	{ "192.0.2", NULL },
	{ "192.0.2.1.", NULL },
	{ "192.0.2.256", NULL },
	{ "192.0.2.01", NULL },
	{ " 192.0.2.1", NULL },
	{ "192.0.2.1 ", NULL },
	{ "fe80::1%eth0", NULL },
	{ "1:2", NULL },
	{ ":::", NULL },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555", NULL },
};

static void texts_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct addr a = { .family = 99 }, again;
		struct text t = { 0 };

		if (addr_parse(&a, bytes_str(texts[i].text)) != (texts[i].print != NULL))
			fail_msg("%s", texts[i].text);
		if (!texts[i].print) {
			assert_int_equal(a.family, ADDR_NONE);
			continue;
		}
		addr_print(&t, &a);
		assert_string_equal(text_str(&t), texts[i].print);
		assert_true(addr_from_bytes(&again, addr_bytes(&a)) && addr_equal(&a, &again));
		text_clear(&t);
	}
	struct addr a;
	assert_false(addr_parse(&a, bytes("192.0.2.1\0", 10)));
	assert_false(addr_parse(&a, bytes_none()));
	assert_false(addr_from_bytes(&a, bytes("12345", 5)));
	assert_false(addr_from_bytes(&a, bytes_none()));
}

static void addresses_are_ordered(void **state)
{
	static const char *const rising[] = { "0.0.0.0", "0.0.0.1", "127.255.255.255", "128.0.0.0", "255.255.255.255",
		                              "::", "::1", "8000::", "ffff::" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rising); i++) {
		for (size_t k = 0; k < COUNT_OF(rising); k++) {
			struct addr a = make(rising[i]), b = make(rising[k]);
			int c = addr_compare(&a, &b);
			assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
			assert_int_equal(addr_equal(&a, &b), i == k);
		}
	}
	assert_true(addr_equal(&(struct addr){ 0 }, &(struct addr){ 0 }));
	assert_true(addr_unspecified(&(struct addr){ 0 }));
}

static void unspecified_is_zero(void **state)
{
	struct addr a = make("0.0.0.0"), b = make("::"), c = make("0.0.0.1"), d = make("::1");

	(void)state;
	assert_true(addr_unspecified(&a) && addr_unspecified(&b));
	assert_false(addr_unspecified(&c) || addr_unspecified(&d));
}

static const struct {
	const char *from;
	uint64_t n;
	bool ok;
	const char *to;
} sums[] = {
	{ "10.0.0.0", 0, true, "10.0.0.0" },
	{ "10.0.0.255", 1, true, "10.0.1.0" },
	{ "10.255.255.255", 1, true, "11.0.0.0" },
	{ "0.0.0.0", UINT32_MAX, true, "255.255.255.255" },
	{ "0.0.0.1", UINT32_MAX, false, "0.0.0.0" },
	{ "255.255.255.255", 1, false, "0.0.0.0" },
	{ "0.0.0.0", 1ull << 32, false, "0.0.0.0" },
	{ "::", UINT64_MAX, true, "::ffff:ffff:ffff:ffff" },
	{ "::1", UINT64_MAX, true, "0:0:0:1::" },
	{ "::ff", UINT64_MAX, true, "::1:0:0:0:fe" },
	{ "::ffff:ffff:ffff:ffff", UINT64_MAX, true, "::1:ffff:ffff:ffff:fffe" },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1, false, "::" },
	{ "2001:db8::ffff", 1, true, "2001:db8::1:0" },
};

static void sums_carry(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(sums); i++) {
		struct addr a = make(sums[i].from), to = make(sums[i].to);

		if (addr_add(&a, sums[i].n) != sums[i].ok || !addr_equal(&a, &to))
			fail_msg("%s + %llu", sums[i].from, (unsigned long long)sums[i].n);
	}
}

static const struct {
	const char *text, *first, *last; /* NULL: no prefix */
} prefixes[] = {
	{ "10.0.0.0/8", "10.0.0.0", "10.255.255.255" },
	{ "10.1.2.3/8", "10.0.0.0", "10.255.255.255" },
	{ "10.1.2.3/32", "10.1.2.3", "10.1.2.3" },
	{ "10.1.2.3", "10.1.2.3", "10.1.2.3" },
	{ "10.1.2.3/31", "10.1.2.2", "10.1.2.3" },
	{ "10.1.2.3/9", "10.0.0.0", "10.127.255.255" },
	{ "0.0.0.0/0", "0.0.0.0", "255.255.255.255" },
	{ "10.0.0.0/08", "10.0.0.0", "10.255.255.255" },
	{ "::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "2001:db8::/33", "2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff" },
	{ "2001:db8::1/128", "2001:db8::1", "2001:db8::1" },
	{ "10.0.0.0/33", NULL, NULL },
	{ "::/129", NULL, NULL },
	{ "::/256", NULL, NULL },
	{ "::/999", NULL, NULL },
	{ "::/1000", NULL, NULL },
	{ "10.0.0.0/", NULL, NULL },
	{ "10.0.0.0/-1", NULL, NULL },
	{ "10.0.0.0/ 8", NULL, NULL },
	{ "10.0.0.0/8/8", NULL, NULL },
	{ "/8", NULL, NULL },
	{ "", NULL, NULL },
};

static void prefixes_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
		struct prefix p, again;
		struct addr first, last, wanted;

		if (prefix_parse(&p, bytes_str(prefixes[i].text)) != (prefixes[i].first != NULL))
			fail_msg("%s", prefixes[i].text);
		if (!prefixes[i].first)
			continue;
		first = prefix_first(&p);
		last = prefix_last(&p);
		wanted = make(prefixes[i].first);
		assert_true(addr_equal(&first, &wanted));
		wanted = make(prefixes[i].last);
		assert_true(addr_equal(&last, &wanted));
		assert_true(prefix_contains(&p, &first) && prefix_contains(&p, &last) && prefix_contains(&p, &p.addr));
		if (addr_add(&last, 1))
			assert_false(prefix_contains(&p, &last));
		last = prefix_last(&p);
		assert_true(prefix_of_range(&again, &first, &last) && again.bits == p.bits);
		assert_int_equal(prefixes_of_range(&again, 1, &first, &last), 1);
		assert_true(again.bits == p.bits && addr_equal(&again.addr, &first));
	}
}

static uint32_t seed = 3;

static unsigned roll(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* Random ranges in one /24: the prefixes follow each other without gap, and two neighbours are never one prefix. */
static void ranges_are_covered(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		struct prefix list[32], joined;
		unsigned a = roll(256), b = a + roll(256 - a);
		struct addr first = { ADDR_V4, { 10, 0, 0, (uint8_t)a } }, last = { ADDR_V4, { 10, 0, 0, (uint8_t)b } }, at = first;
		size_t n = prefixes_of_range(list, COUNT_OF(list), &first, &last);

		assert_true(n >= 1 && n <= 14);
		for (size_t i = 0; i < n; i++) {
			struct addr low = prefix_first(&list[i]), high = prefix_last(&list[i]);
			assert_true(addr_equal(&low, &at) && addr_equal(&low, &list[i].addr));
			at = high;
			assert_true(i + 1 == n || addr_add(&at, 1));
			if (i + 1 < n) {
				struct addr next = prefix_last(&list[i + 1]);
				assert_false(prefix_of_range(&joined, &low, &next));
			}
		}
		assert_true(addr_equal(&at, &last));
		assert_int_equal(prefix_of_range(&joined, &first, &last), n == 1);
		assert_int_equal(prefixes_of_range(NULL, 0, &first, &last), n);
	}
}

static void ranges_at_the_borders(void **state)
{
	struct addr zero = make("::"), one = make("::1"), end = make("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"), v4 = make("1.2.3.4");
	struct prefix p[256];

	(void)state;
	/* the longest of all lists: everything but the first and the last address */
	assert_int_equal(prefixes_of_range(p, COUNT_OF(p), &one, &end), 254);
	assert_int_equal(prefixes_of_range(p, COUNT_OF(p), &one, &zero), 0);
	assert_int_equal(prefixes_of_range(p, COUNT_OF(p), &v4, &end), 0);
	assert_int_equal(prefixes_of_range(p, COUNT_OF(p), &(struct addr){ 0 }, &(struct addr){ 0 }), 0);
	assert_false(prefix_of_range(p, &(struct addr){ 0 }, &(struct addr){ 0 }));
	assert_false(prefix_of_range(p, &v4, &end));
	assert_false(prefix_of_range(p, &one, &zero));
}

static void endpoints_and_paths(void **state)
{
	struct endpoint a = { make("192.0.2.1"), 500 }, b = a;
	struct path p = { a, { make("2001:db8::1"), 4500 }, 3, 0, PATH_UDP }, q = p;
	struct text t = { 0 };

	(void)state;
	assert_true(endpoint_equal(&a, &b));
	b.port = 501;
	assert_false(endpoint_equal(&a, &b));
	endpoint_print(&t, &p.remote);
	assert_string_equal(text_str(&t), "2001:db8::1[4500]");
	text_clear(&t);
	q.interface = 4;
	assert_true(path_equal(&p, &q));
	q.encap = PATH_UDP_NATT;
	assert_false(path_equal(&p, &q));
	q = p;
	q.stream = 1;
	assert_false(path_equal(&p, &q));
	q = p;
	q.local.port = 4500;
	assert_false(path_equal(&p, &q));
	addr_print(&t, &(struct addr){ 0 });
	assert_string_equal(text_str(&t), "%any");
	text_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read),	cmocka_unit_test(addresses_are_ordered),
		cmocka_unit_test(unspecified_is_zero),	cmocka_unit_test(sums_carry),
		cmocka_unit_test(prefixes_are_read),	cmocka_unit_test(ranges_are_covered),
		cmocka_unit_test(ranges_at_the_borders), cmocka_unit_test(endpoints_and_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
