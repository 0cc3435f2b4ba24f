/* SPDX-License-Identifier: ISC */
/* The small parts: limits, cookies, rates, NAT hashes. */
#include "support/unit.h"

#include "ike/limit.h"
#include "ike/sa.h"

static const uint8_t seed[16] = { 1, 2, 3 };
static struct addr a = { ADDR_V4, { 192, 0, 2, 1 } }, b = { ADDR_V4, { 192, 0, 3, 1 } };

static bool counting(void *host, enum random_kind kind, uint8_t *out, size_t len)
{
	uint8_t *n = host;

	(void)kind;
	for (size_t i = 0; i < len; i++)
		out[i] = (*n)++;
	return true;
}

static bool nothing(void *host, enum random_kind kind, uint8_t *out, size_t len)
{
	(void)host, (void)kind, (void)out, (void)len;
	return false;
}

static void half_open(void **state)
{
	struct half_open_limit h = { 0 };

	(void)state;
	assert_int_equal(half_open_of(&h, seed, &a), 0);
	assert_true(half_open_add(&h, seed, &a));
	assert_true(half_open_add(&h, seed, &a));
	assert_true(half_open_add(&h, seed, &b));
	assert_int_equal(half_open_of(&h, seed, &a), 2);
	assert_int_equal(h.count, 3);
	half_open_remove(&h, seed, &a);
	half_open_remove(&h, seed, &a);
	half_open_remove(&h, seed, &a); /* once too often changes nothing */
	assert_int_equal(half_open_of(&h, seed, &a), 0);
	assert_int_equal(half_open_of(&h, seed, &b), 1);
	assert_int_equal(h.count, 1);
	map_clear(&h.sources);
}

static void cookies(void **state)
{
	uint8_t n = 0, cookie[COOKIE_LEN], bad[COOKIE_LEN];
	struct random random = { counting, &n };
	struct cookies c = { 0 };
	struct bytes ni = bytes("0123456789abcdef", 16), one = bytes(cookie, sizeof(cookie));

	(void)state;
	assert_false(cookie_right(&c, 1000, one, ni, &a, 7)); /* there is no secret yet */
	assert_true(cookie_make(&c, random, 1000, cookie, ni, &a, 7));
	assert_true(cookie_right(&c, 1000, one, ni, &a, 7));
	assert_false(cookie_right(&c, 1000, one, ni, &b, 7));
	assert_false(cookie_right(&c, 1000, one, ni, &a, 8));
	assert_false(cookie_right(&c, 1000, one, bytes("0123456789abcdeg", 16), &a, 7));
	assert_false(cookie_right(&c, 1000, bytes(cookie, COOKIE_LEN - 1), ni, &a, 7));
	for (size_t i = 0; i < COOKIE_LEN; i++) {
		memcpy(bad, cookie, sizeof(bad));
		bad[i] ^= 1;
		assert_false(cookie_right(&c, 1000, bytes(bad, sizeof(bad)), ni, &a, 7));
	}
	/* the secret changes after a minute; the one before still counts, the one before that does not */
	assert_true(cookie_make(&c, random, 62000, bad, ni, &a, 7));
	assert_memory_not_equal(bad, cookie, sizeof(bad));
	assert_true(cookie_right(&c, 62000, one, ni, &a, 7));
	assert_true(cookie_make(&c, random, 124000, bad, ni, &a, 7));
	assert_false(cookie_right(&c, 124000, one, ni, &a, 7));
	/* nobody has asked for two minutes: everything is too old */
	assert_false(cookie_right(&c, 400000, bytes(bad, sizeof(bad)), ni, &a, 7));
	c = (struct cookies){ 0 };
	assert_false(cookie_make(&c, (struct random){ nothing, NULL }, 1, cookie, ni, &a, 7));
}

/* Nobody makes a cookie without a secret of ours: the place of the previous one, before there is one, is no secret. */
static void cookie_of_zeros(void **state)
{
	uint8_t n = 0, cookie[COOKIE_LEN], forged[COOKIE_LEN];
	struct cookies c = { 0 }, zeros = { .since = 1000 };
	struct bytes ni = bytes("0123456789abcdef", 16);

	(void)state;
	assert_true(cookie_make(&c, (struct random){ counting, &n }, 1000, cookie, ni, &a, 7));
	assert_true(cookie_make(&zeros, (struct random){ nothing, NULL }, 1000, forged, ni, &a, 7)); /* no new secret is due */
	assert_int_equal((uint8_t)(forged[0] + 1), cookie[0]);
	assert_false(cookie_right(&c, 1000, bytes(forged, sizeof(forged)), ni, &a, 7));
}

/* A cookie that somebody got for an IPv6 address is none for an IPv4 address, wherever the nonce ends. */
static void cookie_has_one_reading(void **state)
{
	uint8_t n = 0, cookie[COOKIE_LEN], longer[16 + 12];
	struct addr v6 = { ADDR_V6, { 0x20, 1, 0xd, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 192, 0, 2, 1 } };
	struct cookies c = { 0 };

	(void)state;
	memcpy(longer, "0123456789abcdef", 16);
	memcpy(longer + 16, v6.ip, 12);
	assert_true(cookie_make(&c, (struct random){ counting, &n }, 1000, cookie, bytes(longer, 16), &v6, 7));
	assert_true(cookie_right(&c, 1000, bytes(cookie, sizeof(cookie)), bytes(longer, 16), &v6, 7));
	assert_false(cookie_right(&c, 1000, bytes(cookie, sizeof(cookie)), bytes(longer, sizeof(longer)), &a, 7));
}

/* One host of IPv6 has a whole /64 of addresses: it is one source. */
static void half_open_v6(void **state)
{
	struct half_open_limit h = { 0 };
	struct addr one = { ADDR_V6, { 0x20, 1, 0xd, 0xb8, 1, 2, 3, 4, 5 } }, same = one, other = one;

	(void)state;
	same.ip[15] = 9;
	other.ip[7] = 5;
	assert_true(half_open_add(&h, seed, &one));
	assert_int_equal(half_open_of(&h, seed, &same), 1);
	assert_int_equal(half_open_of(&h, seed, &other), 0);
	half_open_remove(&h, seed, &same);
	assert_int_equal(h.count, 0);
	map_clear(&h.sources);
}

static void rates(void **state)
{
	struct rate_limit r = { 0 };
	unsigned passed = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		passed += rate_allows(&r, seed, 5000, &a);
	assert_int_equal(passed, 4);
	assert_true(rate_allows(&r, seed, 6000, &a)); /* one a second */
	assert_false(rate_allows(&r, seed, 6000, &a));
	passed = 0;
	for (unsigned i = 0; i < 600; i++)
		passed += rate_allows(&r, seed, 6000 + i * 100, &a);
	assert_in_range(passed, 58, 64);
}

/* RFC 7296 2.23: SHA-1 of SPIs, address and port. The value was computed with sha1sum. */
static void nat_hashes(void **state)
{
	static const uint8_t want[20] = { 0xd7, 0x98, 0xd9, 0x86, 0x14, 0x3f, 0x87, 0x8f, 0x70, 0x76, 0x5e, 0x0e, 0x86, 0x9c, 0x80, 0xbb, 0xc3, 0x75, 0xf7, 0x01 };
	struct endpoint at = { { ADDR_V4, { 192, 0, 2, 1 } }, 500 };
	uint8_t got[20];

	(void)state;
	assert_true(nat_hash(got, 0x0102030405060708u, 0x1112131415161718u, &at));
	assert_memory_equal(got, want, sizeof(want));
	at.port = 501;
	assert_true(nat_hash(got, 0x0102030405060708u, 0x1112131415161718u, &at));
	assert_memory_not_equal(got, want, sizeof(want));
}

static int start(void **state)
{
	struct reason why = { 0 };

	(void)state;
	return crypto_start(&why) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_open),
		cmocka_unit_test(half_open_v6),
		cmocka_unit_test(cookies),
		cmocka_unit_test(cookie_of_zeros),
		cmocka_unit_test(cookie_has_one_reading),
		cmocka_unit_test(rates),
		cmocka_unit_test(nat_hashes),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
