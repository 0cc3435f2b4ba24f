/* SPDX-License-Identifier: ISC */
/* What the algorithm table promises is there, and nothing else; starting and stopping. */
#include "support/unit.h"

#include "crypto/crypto.h"
#include "fixture.h"

/* ALG_BUILT is a promise of policy/ that crypto/ keeps: each such row makes an object that works. */
static void the_table_tells_the_truth(void **state)
{
	unsigned count;
	const struct algorithm *rows = algorithm_table(&count);

	(void)state;
	assert_true(count > 20);
	for (unsigned i = 0; i < count; i++) {
		bool promised = (rows[i].flags & ALG_BUILT) && rows[i].type != TRANSFORM_ESN;

		if (strcmp(rows[i].keyword, "chacha20poly1305compat") == 0)
			continue; /* the same cipher as the row before it; only its attribute is not built */
		if (crypto_implements(&rows[i]) != promised)
			fail_msg("%s (%u, %u): %s", rows[i].name, rows[i].type, rows[i].id, promised ? "not implemented" : "not promised");
	}
}

static void sizes_agree(void **state)
{
	static const uint8_t keys[256];
	const struct algorithm *sha = algorithm_by_keyword(TRANSFORM_INTEG, bytes_str("sha256"));
	unsigned count;
	const struct algorithm *rows = algorithm_table(&count);

	(void)state;
	for (unsigned i = 0; i < count; i++) {
		const struct algorithm *r = &rows[i];
		uint8_t value[1024], out[PRF_MAX];
		struct secret shared = { 0 };
		struct reason why;
		struct bytes seed = bytes(keys + 100, KE_SEED_LEN), nothing = bytes_none();
		struct seal *s;

		if (!crypto_implements(r))
			continue;
		if (r->type == TRANSFORM_ENCR) {
			bool aead = (r->flags & ALG_AEAD) != 0;

			s = seal_new(r, aead ? NULL : sha, bytes(keys, (size_t)r->key_len + r->salt_len), bytes(keys, aead ? 0 : 32));
			assert_non_null(s);
			assert_int_equal(seal_iv_len(s), r->iv_len);
			seal_free(s);
		}
		if (r->type == TRANSFORM_INTEG) {
			s = seal_new(algorithm_by_keyword(TRANSFORM_ENCR, bytes_str("aes256")), r, bytes(keys, 32), bytes(keys, r->key_len));
			assert_non_null(s);
			assert_int_equal(seal_icv_len(s), r->icv_len);
			seal_free(s);
		}
		if (r->type == TRANSFORM_PRF)
			assert_true(prf(r, out, nothing, &nothing, 1));
		if (r->type == TRANSFORM_KE) {
			uint8_t one[KE_SEED_LEN] = { [0] = 1, [KE_SEED_LEN - 1] = 5 };

			seed = bytes(one, sizeof(one));
			assert_true(ke_public(r, seed, value, &why));
			assert_true(ke_agree(r, seed, bytes(value, r->out_len), &shared, &why));
			assert_int_equal(shared.len, r->secret_len);
			secret_clear(&shared);
		}
	}
}

static void starts_and_stops(void **state)
{
	const struct algorithm *p = algorithm_by_keyword(TRANSFORM_PRF, bytes_str("prfsha256"));
	struct bytes data = bytes_str("data");
	struct reason why;
	uint8_t out[PRF_MAX];

	(void)state;
	assert_true(crypto_start(&why));
	assert_true(prf(p, out, data, &data, 1));
	crypto_stop(); /* the group's own start still holds */
	assert_true(prf(p, out, data, &data, 1));
	crypto_stop();
	assert_false(prf(p, out, data, &data, 1)); /* stopped: nothing works, and nothing crashes */
	assert_null(seal_new(algorithm_by_keyword(TRANSFORM_ENCR, bytes_str("aes256gcm16")), NULL, bytes_none(), bytes_none()));
	assert_false(sha1(out, &data, 1));
	crypto_stop(); /* once too often */
	assert_true(crypto_start(&why));
	assert_true(prf(p, out, data, &data, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_tells_the_truth),
		cmocka_unit_test(sizes_agree),
		cmocka_unit_test(starts_and_stops),
	};

	return cmocka_run_group_tests(tests, crypto_up, crypto_down);
}
