/* SPDX-License-Identifier: ISC */
/* The algorithm table: that it is sound, and its numbers and sizes against the RFCs' own, written here by hand. */
#include "support/unit.h"

#include "policy/algorithm.h"
#include "policy/lifetime.h"

static void rows_are_sound(void **state)
{
	unsigned count;
	const struct algorithm *table = algorithm_table(&count);

	(void)state;
	assert_true(count > 60);
	for (unsigned i = 0; i < count; i++) {
		const struct algorithm *a = &table[i];

		/* found by its numbers and its keyword, so neither stands twice */
		assert_ptr_equal(algorithm_find(a->type, a->id, a->key_bits), a);
		assert_ptr_equal(algorithm_by_keyword(a->type, bytes_str(a->keyword)), a);
		assert_true(a->flags & (ALG_IKE | ALG_ESP | ALG_AH));
		switch (a->type) {
		case TRANSFORM_ENCR:
			assert_true(a->key_bits == 0 || a->key_len == a->key_bits / 8);
			assert_true(a->block_len >= 1);
			assert_true(a->iv_len || a->key_len == 0);
			assert_int_equal((a->flags & ALG_AEAD) != 0, a->icv_len != 0);
			assert_true(a->salt_len == 0 || a->iv_len == 8);
			break;
		case TRANSFORM_INTEG: assert_true(a->key_len && a->icv_len && a->icv_len <= 64); break;
		case TRANSFORM_PRF: assert_true(a->out_len && a->key_len == a->out_len); break;
		case TRANSFORM_KE: assert_true(a->out_len && a->out_len_resp && a->secret_len); break;
		case TRANSFORM_ESN: assert_true(a->id <= 1); break;
		default: fail();
		}
	}
}

/* RFC 4106, 7634, 3602, 4868, 2404, 5903, 8031, 3526; IANA IKEv2 and ISAKMP registries */
static const struct {
	const char *keyword, *name;
	unsigned type, id, bits, key, salt, iv, block, icv, out, secret, v1_ike, v1_ipsec;
} built[] = {
	{ "aes128gcm16", "AES_GCM_16", 1, 20, 128, 16, 4, 8, 1, 16, 0, 0, 0, 20 },
	{ "aes192gcm16", "AES_GCM_16", 1, 20, 192, 24, 4, 8, 1, 16, 0, 0, 0, 20 },
	{ "aes256gcm16", "AES_GCM_16", 1, 20, 256, 32, 4, 8, 1, 16, 0, 0, 0, 20 },
	{ "aes128", "AES_CBC", 1, 12, 128, 16, 0, 16, 16, 0, 0, 0, 7, 12 },
	{ "aes192", "AES_CBC", 1, 12, 192, 24, 0, 16, 16, 0, 0, 0, 7, 12 },
	{ "aes256", "AES_CBC", 1, 12, 256, 32, 0, 16, 16, 0, 0, 0, 7, 12 },
	{ "chacha20poly1305", "CHACHA20_POLY1305", 1, 28, 0, 32, 4, 8, 1, 16, 0, 0, 0, 0 },
	{ "sha1", "HMAC_SHA1_96", 3, 2, 0, 20, 0, 0, 0, 12, 0, 0, 2, 2 },
	{ "sha256", "HMAC_SHA2_256_128", 3, 12, 0, 32, 0, 0, 0, 16, 0, 0, 4, 5 },
	{ "sha384", "HMAC_SHA2_384_192", 3, 13, 0, 48, 0, 0, 0, 24, 0, 0, 5, 6 },
	{ "sha512", "HMAC_SHA2_512_256", 3, 14, 0, 64, 0, 0, 0, 32, 0, 0, 6, 7 },
	{ "prfsha1", "PRF_HMAC_SHA1", 2, 2, 0, 20, 0, 0, 0, 0, 20, 0, 2, 0 },
	{ "prfsha256", "PRF_HMAC_SHA2_256", 2, 5, 0, 32, 0, 0, 0, 0, 32, 0, 4, 0 },
	{ "prfsha384", "PRF_HMAC_SHA2_384", 2, 6, 0, 48, 0, 0, 0, 0, 48, 0, 5, 0 },
	{ "prfsha512", "PRF_HMAC_SHA2_512", 2, 7, 0, 64, 0, 0, 0, 0, 64, 0, 6, 0 },
	{ "x25519", "CURVE_25519", 4, 31, 0, 0, 0, 0, 0, 0, 32, 32, 0, 0 },
	{ "ecp256", "ECP_256", 4, 19, 0, 0, 0, 0, 0, 0, 64, 32, 19, 0 },
	{ "ecp384", "ECP_384", 4, 20, 0, 0, 0, 0, 0, 0, 96, 48, 20, 0 },
	{ "modp2048", "MODP_2048", 4, 14, 0, 0, 0, 0, 0, 0, 256, 256, 14, 0 },
	{ "modp3072", "MODP_3072", 4, 15, 0, 0, 0, 0, 0, 0, 384, 384, 15, 0 },
	{ "modp4096", "MODP_4096", 4, 16, 0, 0, 0, 0, 0, 0, 512, 512, 16, 0 },
	{ "noesn", "NO_EXT_SEQ", 5, 0 },
	{ "esn", "EXT_SEQ", 5, 1 },
};

static void built_rows_are_the_rfcs(void **state)
{
	unsigned count, flagged = 0;
	const struct algorithm *table = algorithm_table(&count);

	(void)state;
	for (unsigned i = 0; i < count; i++)
		flagged += (table[i].flags & ALG_BUILT) != 0;
	assert_int_equal(flagged, COUNT_OF(built));
	for (size_t i = 0; i < COUNT_OF(built); i++) {
		const struct algorithm *a = algorithm_find(built[i].type, built[i].id, built[i].bits);

		assert_non_null(a);
		assert_true(a->flags & ALG_BUILT);
		assert_string_equal(a->keyword, built[i].keyword);
		assert_string_equal(a->name, built[i].name);
		assert_int_equal(a->key_len, built[i].key);
		assert_int_equal(a->salt_len, built[i].salt);
		assert_int_equal(a->iv_len, built[i].iv);
		assert_int_equal(a->block_len, built[i].block);
		assert_int_equal(a->icv_len, built[i].icv);
		assert_int_equal(a->out_len, built[i].out);
		assert_int_equal(a->out_len_resp, built[i].type == 4 ? built[i].out : 0);
		assert_int_equal(a->secret_len, built[i].secret);
		assert_int_equal(a->v1_ike, built[i].v1_ike);
		assert_int_equal(a->v1_ipsec, built[i].v1_ipsec);
		assert_int_equal((a->flags & ALG_WEAK) != 0, strstr(a->keyword, "sha1") != NULL);
	}
}

/* keyword -> (id, bits) or nothing; every word of the configuration language that has another first word */
static const struct {
	unsigned type;
	const char *word;
	unsigned id, bits;
	bool known;
} words[] = {
	{ 1, "aes", 12, 128, true },
	{ 1, "AES256", 12, 256, true },
	{ 1, "aes192gcm128", 20, 192, true },
	{ 1, "aes256gcm", 20, 256, true },
	{ 1, "aes128gcm64", 18, 128, true },
	{ 1, "aes256ccm96", 15, 256, true },
	{ 1, "aes256ccm", 16, 256, true },
	{ 1, "camellia", 23, 128, true },
	{ 1, "camellia192ctr", 24, 192, true },
	{ 1, "camellia256ccm128", 27, 256, true },
	{ 1, "chacha20poly1305compat", 28, 256, true },
	{ 1, "blowfish", 7, 128, true },
	{ 1, "cast128", 6, 128, true },
	{ 1, "aes512", 0, 0, false },
	{ 1, "aes*gcm", 0, 0, false },
	{ 1, "aes256gcm17", 0, 0, false },
	{ 1, "", 0, 0, false },
	{ 1, "sha256", 0, 0, false },
	{ 3, "sha", 2, 0, true },
	{ 3, "sha2_512", 14, 0, true },
	{ 3, "sha2_256_96", 1026, 0, true },
	{ 3, "aesxcbc", 5, 0, true },
	{ 4, "curve25519", 31, 0, true },
	{ 4, "curve448", 32, 0, true },
	{ 4, "ecp256bp", 28, 0, true },
	{ 4, "modp2048s256", 24, 0, true },
	{ 4, "mlkem768", 36, 0, true },
	{ 6, "mlkem768", 36, 0, true },
	{ 12, "x25519", 31, 0, true },
	{ 13, "x25519", 0, 0, false },
	{ 5, "esn", 1, 0, true },
};

static void words_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		const struct algorithm *a = algorithm_by_keyword(words[i].type, bytes_str(words[i].word));

		if ((a != NULL) != words[i].known)
			fail_msg("%s", words[i].word);
		if (a) {
			assert_int_equal(a->id, words[i].id);
			assert_int_equal(a->key_bits, words[i].bits);
		}
	}
}

/* All numbers, with all key lengths that are odd in some way */
static void unknown_numbers_have_no_row(void **state)
{
	static const unsigned lengths[] = { 0, 1, 64, 127, 128, 160, 192, 255, 256, 512, 65535 };
	unsigned found = 0, count;

	(void)state;
	(void)algorithm_table(&count);
	for (unsigned type = 0; type < 16; type++)
		for (unsigned id = 0; id <= UINT16_MAX; id += id < 1100 ? 1 : 501)
			for (size_t k = 0; k < COUNT_OF(lengths); k++)
				found += algorithm_find(type, id, lengths[k]) != NULL && type <= 5;
	assert_int_equal(found, count);
	assert_null(algorithm_find(TRANSFORM_ENCR, 12, 0));
	assert_null(algorithm_find(TRANSFORM_KE, 1025, 0));
}

static const struct {
	const char *name;
	struct lifetime_conf conf;
	uint64_t random, soft;
} lifetimes[] = {
	{ "no random part", { 3600, 3960, 0 }, 12345, 3600 },
	{ "least", { 3600, 3960, 360 }, 0, 3600 },
	{ "most", { 3600, 3960, 360 }, 360, 3240 },
	{ "around", { 3600, 3960, 360 }, 361, 3600 },
	{ "any number", { 3600, 3960, 360 }, UINT64_MAX, 3600 - UINT64_MAX % 361 },
	{ "off", { 0, 3960, 360 }, 5, 0 },
	{ "the random part is larger than all", { 10, 20, 100 }, 9, 1 },
	{ "never 0", { 1, 2, UINT64_MAX }, UINT64_MAX, 1 },
	{ "the largest", { UINT64_MAX, UINT64_MAX, UINT64_MAX }, UINT64_MAX, UINT64_MAX - UINT64_MAX % (UINT64_MAX) },
};

static void soft_comes_before_hard(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lifetimes); i++) {
		struct lifetime l = lifetime_choose(lifetimes[i].conf, lifetimes[i].random);

		if (l.soft != lifetimes[i].soft || l.hard != lifetimes[i].conf.life)
			fail_msg("%s: %llu", lifetimes[i].name, (unsigned long long)l.soft);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sound),
		cmocka_unit_test(built_rows_are_the_rfcs),
		cmocka_unit_test(words_are_known),
		cmocka_unit_test(unknown_numbers_have_no_row),
		cmocka_unit_test(soft_comes_before_hard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
