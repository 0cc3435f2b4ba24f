/* SPDX-License-Identifier: ISC */
/* Key exchange against RFC 5903, RFC 7748 and Wycheproof, and the values that must be refused (RFC 6989). */
#include "support/unit.h"

#include "crypto/crypto.h"
#include "fixture.h"
#include "iana/ikev2.h"
#include "vectors.h"

#define VALUE_MAX 512

/* The seed that makes `private` the private key of its group: see the head of ke.c. */
static void seed_of(uint8_t seed[KE_SEED_LEN], const struct algorithm *ke, struct bytes private)
{
	memset(seed, 0, KE_SEED_LEN);
	if (ke->id == IKEV2_KE_CURVE25519) {
		memcpy(seed, private.at, 32);
		return;
	}
	memcpy(seed + KE_SEED_LEN - private.len, private.at, private.len);
	if (ke->id == IKEV2_KE_ECP_256 || ke->id == IKEV2_KE_ECP_384) { /* d = seed + 1 */
		size_t i = KE_SEED_LEN;
		while (seed[--i]-- == 0)
			continue;
	}
}

static void check_record(struct vectors *v, const struct algorithm *ke)
{
	bool valid = vector_is(v, "result", "valid") || vector_is(v, "result", "acceptable");
	struct secret shared = { 0 };
	struct reason why = { 0 };
	uint8_t seed[KE_SEED_LEN], value[VALUE_MAX];
	static const uint8_t zero[32];

	/* Wycheproof calls X25519 values "acceptable" that give zero; RFC 8031 has them refused. */
	if (valid && ke->id == IKEV2_KE_CURVE25519 && bytes_equal(vector_hex(v, "shared"), bytes(zero, 32)))
		valid = false;
	seed_of(seed, ke, vector_hex(v, "private"));
	if (vector_has(v, "own")) {
		if (!ke_public(ke, bytes(seed, sizeof(seed)), value, &why))
			vectors_fail(v, "ke_public failed");
		if (!bytes_equal(bytes(value, ke->out_len), vector_hex(v, "own")))
			vectors_fail(v, "wrong public value");
	}
	if (ke_agree(ke, bytes(seed, sizeof(seed)), vector_hex(v, "public"), &shared, &why) != valid)
		vectors_fail(v, valid ? "refused" : "accepted");
	if (valid && !bytes_equal(secret_bytes(&shared), vector_hex(v, "shared")))
		vectors_fail(v, "wrong secret");
	if (!valid && (shared.at || why.kind != REASON_KE_VALUE || why.notify != IKEV2_NOTIFY_INVALID_SYNTAX))
		vectors_fail(v, "refused in the wrong way");
	secret_clear(&shared);
}

static void check_file(const char *file, const char *keyword, unsigned least)
{
	struct vectors v;

	vectors_open(&v, file);
	while (vectors_next(&v))
		check_record(&v, row(TRANSFORM_KE, keyword));
	vectors_close(&v, least);
}

static void x25519(void **state)
{
	(void)state;
	check_file("x25519.txt", "x25519", 300);
}

static void ecp256(void **state)
{
	(void)state;
	check_file("ecp256.txt", "ecp256", 40);
}

static void ecp384(void **state)
{
	(void)state;
	check_file("ecp384.txt", "ecp384", 40);
}

static void modp(void **state)
{
	struct vectors v;

	(void)state;
	vectors_open(&v, "modp.txt");
	while (vectors_next(&v))
		check_record(&v, row(TRANSFORM_KE, vector_is(&v, "group", "14") ? "modp2048" : vector_is(&v, "group", "15") ? "modp3072"
															    : "modp4096"));
	vectors_close(&v, 30);
}

/* Both ends come to one secret, and another seed to another, in every group. */
static void both_ends_agree(void **state)
{
	static const char *const keywords[] = { "x25519", "ecp256", "ecp384", "modp2048", "modp3072", "modp4096" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keywords); i++) {
		const struct algorithm *ke = row(TRANSFORM_KE, keywords[i]);
		uint8_t a[KE_SEED_LEN], b[KE_SEED_LEN], a_value[VALUE_MAX], b_value[VALUE_MAX];
		struct secret a_shared = { 0 }, b_shared = { 0 };
		struct reason why;

		assert_int_equal(ke_seed_len(ke), KE_SEED_LEN);
		memset(a, 0xa5, sizeof(a));
		memset(b, 0xff, sizeof(b)); /* larger than any order */
		assert_true(ke_public(ke, bytes(a, sizeof(a)), a_value, &why));
		assert_true(ke_public(ke, bytes(b, sizeof(b)), b_value, &why));
		assert_true(ke_agree(ke, bytes(a, sizeof(a)), bytes(b_value, ke->out_len), &a_shared, &why));
		assert_true(ke_agree(ke, bytes(b, sizeof(b)), bytes(a_value, ke->out_len), &b_shared, &why));
		assert_int_equal(a_shared.len, ke->secret_len);
		assert_true(bytes_equal(secret_bytes(&a_shared), secret_bytes(&b_shared)));
		assert_memory_not_equal(a_value, b_value, ke->out_len);
		secret_clear(&a_shared);
		secret_clear(&b_shared);
	}
}

/* Points that are not on the curve or not a point, coordinates of p and above, wrong lengths. */
static void ecp_values_refused(void **state)
{
	static const char *const keywords[] = { "ecp256", "ecp384" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(keywords); i++) {
		const struct algorithm *ke = row(TRANSFORM_KE, keywords[i]);
		struct secret shared = { 0 };
		struct reason why = { 0 };
		uint8_t seed[KE_SEED_LEN] = { [63] = 7 }, value[97] = { 0 };

		assert_false(ke_agree(ke, bytes(seed, 64), bytes(value, ke->out_len), &shared, &why)); /* (0, 0) */
		assert_int_equal(why.kind, REASON_KE_VALUE);
		memset(value, 0xff, sizeof(value));
		assert_false(ke_agree(ke, bytes(seed, 64), bytes(value, ke->out_len), &shared, &why));
		assert_int_equal(why.kind, REASON_KE_VALUE);
		assert_true(ke_public(ke, bytes(seed, 64), value, &why));
		assert_true(ke_agree(ke, bytes(seed, 64), bytes(value, ke->out_len), &shared, &why));
		value[ke->out_len - 1] ^= 1;
		assert_false(ke_agree(ke, bytes(seed, 64), bytes(value, ke->out_len), &shared, &why));
		assert_null(shared.at);
		for (size_t len = 0; len <= ke->out_len + 1u; len++)
			if (len != ke->out_len) {
				assert_false(ke_agree(ke, bytes(seed, 64), bytes(value, len), &shared, &why));
				assert_int_equal(why.kind, REASON_KE_VALUE);
			}
	}
}

static void own_mistakes(void **state)
{
	struct algorithm odd = *row(TRANSFORM_KE, "ecp256");
	uint8_t seed[KE_SEED_LEN] = { 1 }, value[VALUE_MAX];
	struct secret shared = { 0 };
	struct reason why = { 0 };

	(void)state;
	assert_false(ke_public(row(TRANSFORM_KE, "x448"), bytes(seed, 64), value, &why));
	assert_int_equal(why.kind, REASON_UNSUPPORTED);
	assert_int_equal(ke_seed_len(row(TRANSFORM_KE, "x448")), 0);
	assert_false(ke_public(row(TRANSFORM_KE, "x25519"), bytes(seed, 63), value, &why));
	assert_int_equal(why.kind, REASON_INTERNAL);
	odd.out_len = 65;
	assert_false(ke_agree(&odd, bytes(seed, 64), bytes(value, 65), &shared, &why));
	assert_int_equal(why.kind, REASON_INTERNAL);
	memset(seed, 0, sizeof(seed));
	assert_false(ke_public(row(TRANSFORM_KE, "modp2048"), bytes(seed, 64), value, &why)); /* 2^0 is no public value */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x25519),
		cmocka_unit_test(ecp256),
		cmocka_unit_test(ecp384),
		cmocka_unit_test(modp),
		cmocka_unit_test(both_ends_agree),
		cmocka_unit_test(ecp_values_refused),
		cmocka_unit_test(own_mistakes),
	};

	return cmocka_run_group_tests(tests, crypto_up, crypto_down);
}
