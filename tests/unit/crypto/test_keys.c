/* SPDX-License-Identifier: ISC */
/* The key schedule against NIST's CAVS answers: SKEYSEED, SK_*, KEYMAT without and with a new key exchange, rekeying. */
#include "support/unit.h"

#include "crypto/crypto.h"
#include "fixture.h"
#include "vectors.h"

static const struct {
	const char *hash, *prf;
} names[] = { { "SHA-1", "prfsha1" }, { "SHA-256", "prfsha256" }, { "SHA-384", "prfsha384" }, { "SHA-512", "prfsha512" } };

struct schedule {
	struct suite ike, child;
	struct bytes ni, nr, gir, gir_new, spi_i, spi_r;
};

/*
 * NIST's DKM is one stream of its own length, ours is cut by the suite. The cipher rows made here have keys that are long
 * enough for all of the stream to be compared.
 */
static void schedule_of(struct vectors *v, struct schedule *s, struct algorithm *ike_encr, struct algorithm *child_encr)
{
	size_t dkm = vector_hex(v, "DKM").len, child = vector_hex(v, "child").len;

	*s = (struct schedule){ .ni = vector_hex(v, "Ni"), .nr = vector_hex(v, "Nr"), .gir = vector_hex(v, "gir"), .gir_new = vector_hex(v, "gir_new"), .spi_i = vector_hex(v, "SPIi"), .spi_r = vector_hex(v, "SPIr") };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (vector_is(v, "prf", names[i].hash))
			s->ike.prf = row(TRANSFORM_PRF, names[i].prf);
	assert_non_null(s->ike.prf);
	*ike_encr = (struct algorithm){ .type = TRANSFORM_ENCR, .key_len = (uint16_t)(dkm / 2), .salt_len = 4 };
	*child_encr = (struct algorithm){ .type = TRANSFORM_ENCR, .key_len = (uint16_t)(child / 2) - 20 };
	s->ike.encr = ike_encr;
	s->child.encr = child_encr;
	s->child.integ = row(TRANSFORM_INTEG, "sha1");
}

static void expect_pieces(struct vectors *v, const char *field, const struct secret *const *pieces, size_t count)
{
	struct bytes want = vector_hex(v, field);
	size_t at = 0;

	for (size_t i = 0; i < count && at < want.len; i++) {
		size_t len = pieces[i]->len < want.len - at ? pieces[i]->len : want.len - at;

		if (!bytes_equal(bytes(pieces[i]->at, len), bytes(want.at + at, len)))
			vectors_fail(v, field);
		at += len;
	}
	if (at != want.len)
		vectors_fail(v, "the pieces are too short");
}

static void expect_ike(struct vectors *v, const char *field, const struct ike_keys *k)
{
	const struct secret *const pieces[] = { &k->d, &k->ai, &k->ar, &k->ei, &k->er, &k->pi, &k->pr };

	expect_pieces(v, field, pieces, COUNT_OF(pieces));
}

static void expect_child(struct vectors *v, const char *field, const struct schedule *s, struct bytes sk_d, struct bytes shared)
{
	struct child_keys k = { 0 };
	const struct secret *const pieces[] = { &k.encr_i, &k.integ_i, &k.encr_r, &k.integ_r };

	if (!child_keys_derive(&k, &s->child, s->ike.prf, sk_d, shared, s->ni, s->nr))
		vectors_fail(v, "child_keys_derive failed");
	expect_pieces(v, field, pieces, COUNT_OF(pieces));
	child_keys_clear(&k);
	assert_null(k.encr_i.at);
}

/* The new SKEYSEED is not visible from outside: it is recomputed by prf+ from NIST's value and compared through SK_d. */
static void expect_rekey(struct vectors *v, const struct schedule *s, struct ike_keys *k)
{
	const struct bytes parts[] = { s->ni, s->nr, s->spi_i, s->spi_r };
	struct secret want = { 0 };

	assert_true(secret_new(&want, k->d.len));
	assert_true(prf_plus(s->ike.prf, &want, vector_hex(v, "rekey"), parts, 4));
	/* The old SK_d is given from the very struct that is written. */
	if (!ike_keys_rekey(k, &s->ike, s->ike.prf, secret_bytes(&k->d), s->ni, s->nr, s->gir_new, get_u64(s->spi_i.at),
		get_u64(s->spi_r.at)))
		vectors_fail(v, "ike_keys_rekey failed");
	if (!bytes_equal(secret_bytes(&k->d), secret_bytes(&want)))
		vectors_fail(v, "SK_d after rekeying");
	secret_clear(&want);
}

static void cavs(void **state)
{
	struct vectors v;

	(void)state;
	vectors_open(&v, "ikev2-keys.txt");
	while (vectors_next(&v)) {
		struct algorithm ike_encr, child_encr;
		struct ike_keys keys = { 0 };
		struct schedule s;

		schedule_of(&v, &s, &ike_encr, &child_encr);
		if (!ike_keys_derive(&keys, &s.ike, s.ni, s.nr, s.gir, get_u64(s.spi_i.at), get_u64(s.spi_r.at)))
			vectors_fail(&v, "ike_keys_derive failed");
		expect_ike(&v, "DKM", &keys);
		expect_child(&v, "child", &s, secret_bytes(&keys.d), bytes_none());
		expect_child(&v, "child_dh", &s, secret_bytes(&keys.d), s.gir_new);
		expect_rekey(&v, &s, &keys);
		ike_keys_clear(&keys);
	}
	vectors_close(&v, 24);
}

static void cut_by_suite(void **state)
{
	const struct suite aead = { .encr = row(TRANSFORM_ENCR, "aes256gcm16"), .prf = row(TRANSFORM_PRF, "prfsha384") };
	const struct suite cbc = { .encr = row(TRANSFORM_ENCR, "aes128"), .integ = row(TRANSFORM_INTEG, "sha512"), .prf = row(TRANSFORM_PRF, "prfsha256") };
	struct ike_keys k = { 0 };

	(void)state;
	assert_true(ike_keys_derive(&k, &aead, bytes_str("ni"), bytes_str("nr"), bytes_str("shared"), 1, 2));
	assert_int_equal(k.d.len, 48);
	assert_int_equal(k.ai.len, 0);
	assert_int_equal(k.er.len, 36);
	assert_int_equal(k.pr.len, 48);
	assert_true(ike_keys_derive(&k, &cbc, bytes_str("ni"), bytes_str("nr"), bytes_str("shared"), 1, 2));
	assert_int_equal(k.ar.len, 64);
	assert_int_equal(k.ei.len, 16);
	ike_keys_clear(&k);
}

/* Rekeying to another PRF: SKEYSEED by the old one, SK_* by the new one. RFC 7296 2.18. */
static void rekey_changes_prf(void **state)
{
	const struct suite suite = { .encr = row(TRANSFORM_ENCR, "aes256gcm16"), .prf = row(TRANSFORM_PRF, "prfsha512") };
	const struct algorithm *old = row(TRANSFORM_PRF, "prfsha1");
	const struct bytes seed[] = { bytes_str("shared"), bytes_str("ni"), bytes_str("nr") };
	uint8_t skeyseed[PRF_MAX], spis[16] = { [7] = 1, [15] = 2 };
	const struct bytes plus[] = { seed[1], seed[2], bytes(spis, 16) };
	struct ike_keys k = { 0 };
	struct secret want = { 0 };

	(void)state;
	assert_true(prf(old, skeyseed, bytes_str("old sk_d"), seed, 3));
	assert_true(secret_new(&want, 64) && prf_plus(suite.prf, &want, bytes(skeyseed, 20), plus, 3));
	assert_true(ike_keys_rekey(&k, &suite, old, bytes_str("old sk_d"), seed[1], seed[2], seed[0], 1, 2));
	assert_true(bytes_equal(secret_bytes(&k.d), secret_bytes(&want)));
	secret_clear(&want);
	ike_keys_clear(&k);
}

static void failure_leaves_nothing(void **state)
{
	const struct suite good = { .encr = row(TRANSFORM_ENCR, "aes256gcm16"), .prf = row(TRANSFORM_PRF, "prfsha256") };
	const struct suite bad = { .encr = good.encr, .prf = row(TRANSFORM_PRF, "prfaesxcbc") };
	struct ike_keys k = { 0 };

	(void)state;
	assert_true(ike_keys_derive(&k, &good, bytes_str("ni"), bytes_str("nr"), bytes_str("shared"), 1, 2));
	assert_false(ike_keys_derive(&k, &bad, bytes_str("ni"), bytes_str("nr"), bytes_str("shared"), 1, 2));
	assert_null(k.d.at);
	assert_null(k.pr.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cavs),
		cmocka_unit_test(cut_by_suite),
		cmocka_unit_test(rekey_changes_prf),
		cmocka_unit_test(failure_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, crypto_up, crypto_down);
}
