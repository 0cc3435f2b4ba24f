/* SPDX-License-Identifier: ISC */
/* prf, prf+ and digests, against RFC 2202, 4231, 4868 and by hand. */
#include "support/unit.h"

#include "crypto/crypto.h"
#include "fixture.h"
#include "vectors.h"

static const struct {
	const char *hash, *prf;
} names[] = { { "SHA-1", "prfsha1" }, { "SHA-256", "prfsha256" }, { "SHA-384", "prfsha384" }, { "SHA-512", "prfsha512" } };

static const struct algorithm *prf_of(struct vectors *v)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (vector_is(v, "hash", names[i].hash))
			return row(TRANSFORM_PRF, names[i].prf);
	vectors_fail(v, "no such hash");
}

static void hmac_vectors(void **state)
{
	struct vectors v;

	(void)state;
	vectors_open(&v, "hmac.txt");
	while (vectors_next(&v)) {
		struct bytes data = vector_hex(&v, "data"), mac = vector_hex(&v, "mac");
		struct bytes parts[3] = { bytes(data.at, data.len / 3), bytes_none(), bytes(data.at + data.len / 3, data.len - data.len / 3) };
		uint8_t out[PRF_MAX];

		if (!prf(prf_of(&v), out, vector_hex(&v, "key"), parts, 3))
			vectors_fail(&v, "prf failed");
		if (!bytes_equal(bytes(out, mac.len), mac))
			vectors_fail(&v, "wrong MAC");
	}
	vectors_close(&v, 40);
}

/* RFC 7296 2.13 written down once more, block by block. */
static void prf_plus_is_chained(void **state)
{
	const struct algorithm *p = row(TRANSFORM_PRF, "prfsha256");
	struct bytes key = bytes_str("key"), seed = bytes_str("seed");
	struct secret out = { 0 };
	uint8_t want[3 * 32], n;

	(void)state;
	for (n = 1; n <= 3; n++) {
		const struct bytes parts[] = { bytes(want + 32 * (n - 2), n > 1 ? 32 : 0), seed, bytes(&n, 1) };
		assert_true(prf(p, want + 32 * (n - 1), key, n > 1 ? parts : parts + 1, n > 1 ? 3 : 2));
	}
	for (size_t len = 0; len <= sizeof(want); len += 7) {
		assert_true(secret_new(&out, len));
		assert_true(prf_plus(p, &out, key, &seed, 1));
		assert_memory_equal(out.at ? out.at : want, want, len);
	}
	secret_clear(&out);
}

static void prf_plus_ends_at_255_blocks(void **state)
{
	const struct algorithm *p = row(TRANSFORM_PRF, "prfsha1");
	struct bytes seed = bytes_str("seed");
	struct secret out = { 0 };

	(void)state;
	assert_true(secret_new(&out, 255 * 20));
	assert_true(prf_plus(p, &out, bytes_str("k"), &seed, 1));
	assert_true(secret_new(&out, 255 * 20 + 1));
	assert_false(prf_plus(p, &out, bytes_str("k"), &seed, 1));
	secret_clear(&out);
}

static void rows_not_built_are_refused(void **state)
{
	struct bytes seed = bytes_str("seed");
	struct secret out = { 0 };
	uint8_t buffer[PRF_MAX];

	(void)state;
	assert_false(prf(row(TRANSFORM_PRF, "prfaesxcbc"), buffer, seed, &seed, 1));
	assert_false(prf(row(TRANSFORM_INTEG, "sha256"), buffer, seed, &seed, 1));
	assert_true(secret_new(&out, 16));
	assert_false(prf_plus(row(TRANSFORM_PRF, "prfaesxcbc"), &out, seed, &seed, 1));
	secret_clear(&out);
}

static void keys_of_any_length(void **state)
{
	const struct algorithm *p = row(TRANSFORM_PRF, "prfsha256");
	uint8_t empty[32], zero[32], key[64] = { 0 };
	struct bytes data = bytes_str("data");

	(void)state;
	assert_true(prf(p, empty, bytes_none(), &data, 1));
	assert_true(prf(p, zero, bytes(key, 64), &data, 1)); /* HMAC pads a short key with zeroes */
	assert_memory_equal(empty, zero, 32);
	assert_true(prf(p, empty, bytes_none(), NULL, 0));
	assert_memory_not_equal(empty, zero, 32);
}

/* FIPS 180-4's "abc". */
static void digests(void **state)
{
	static const uint8_t want1[4] = { 0xa9, 0x99, 0x3e, 0x36 }, want256[4] = { 0xba, 0x78, 0x16, 0xbf };
	const struct bytes parts[] = { bytes_str("a"), bytes_none(), bytes_str("bc") };
	uint8_t out[32];

	(void)state;
	assert_true(sha1(out, parts, 3));
	assert_memory_equal(out, want1, 4);
	assert_true(sha256(out, parts, 3));
	assert_memory_equal(out, want256, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac_vectors),
		cmocka_unit_test(prf_plus_is_chained),
		cmocka_unit_test(prf_plus_ends_at_255_blocks),
		cmocka_unit_test(rows_not_built_are_refused),
		cmocka_unit_test(keys_of_any_length),
		cmocka_unit_test(digests),
	};

	return cmocka_run_group_tests(tests, crypto_up, crypto_down);
}
