/* SPDX-License-Identifier: ISC */
/*
 * The octets that AUTH covers, and AUTH by PSK, with the bytes of real exchanges. Sources: README.md beside this file.
 */
#include "support/unit.h"
#include "support/with_crypto.h"

#include "base/writer.h"
#include "iana/ikev2.h"
#include "ike/auth/ring.h"
#include "support/hex.h"

/* aosp: IKE_SA_INIT request, PRF_HMAC_SHA1. */
static const char aosp_first[] =
	"5f54bf6d8b48e6e10000000000000000212022080000000000000150220000300000002c010100040300000c"
	"0100000c800e00800300000803000002030000080400000200000008020000022800008800020000b4a2faf4"
	"bb54878ae21d638512ece55d9236fc5046ab6cef82220f421f3ce6361faf36564ecb6d28798a94aad7b2b4b6"
	"03ddeaaa5630adb9ece8ac37534036040610ebdd92f46bef84f0be7db860351843858f8acf87056e272377f7"
	"0c9f2d81e29c7b0ce4f291a3a72476bb0b278fd4b7b0a4c26bbeb08214c707137607958729000024c39b7f36"
	"8f4681b89fa9b7be6465abd7c5f68b6ed5d3b4c72cb4240eb5c464122900001c00004004e54f73b7d83f6beb"
	"881eab2051d8663f421d10b02b00001c00004005d915368ca036004cb578ae3e3fb268509aeab19000000020"
	"699369228741c6d4ca094c93e242c9de19e7b7c60000000500000500";
static const char aosp_nonce_r[] = "9756112ca539f5c25abacc7ee92b73091942a9c06950f98848f1af1694c4ddff";
static const char aosp_id_body[] = "010000000a50500d";
static const char aosp_sk_pi[] = "094787780ee466e2cb049fa327b43908bc57e485";
static const char aosp_maced_id[] = "d83b20cc6a0932b2a7cef26e4020abaab64f0c6a";
static const char aosp_psk[] = "6a756e69706572313233";
static const char aosp_auth[] = "df7c038aefaaa32d3f44b228b52a332744dfb2c1";

/* rub: PRF_HMAC_SHA1, PSK "AAAA". */
static const char rub_octets[] =
	"2b52e39c2e82e18300000000000000002120220800000000000000f8220000300000002c010100040300000c"
	"0100000c800e00800300000802000002030000080300000200000008040000022800008800020000542f00a1"
	"ff961603b24e95ad10fa079542b2d0d1d0f6b569fc2b8267060c5bf09a1ecebbdb6f4b92b2a7e2432097f786"
	"a0441980b489830667040c3ab8611ea9f5160ff06661acb4144f98a29a4f371d996e7e08c9f7f0697febccac"
	"294755f5c201c481d9bc2b80e0b03cb3bd2202ec4476266437f631a6581bd1242b46ec200000002433a0e2cd"
	"09e93052e4ce64aa9b6f578b6a34361c73a1b2828543982cfb678a7b7ca2b80b46c1de45649076a0d594a8c3"
	"9e91492b1457a06f514685d58b25d62b2e75dcc312ceb4f1b314d6f96fca15c6a55c6b5c";
static const char rub_auth[] = "0e803c0e948745852a806404630ea4d10dd64568";

static const struct algorithm *sha1_prf(void)
{
	return algorithm_find(TRANSFORM_PRF, IKEV2_PRF_HMAC_SHA1, 0);
}

static struct bytes join(struct arena *arena, struct bytes a, struct bytes b, struct bytes c, struct bytes d)
{
	const struct bytes parts[] = { a, b, c, d };
	struct writer w = writer(arena_take(arena, 1024), 1024);

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		wr_bytes(&w, parts[i]);
	return wr_done(&w);
}

static void octets_of_a_real_exchange(void **state)
{
	struct arena arena = { 0 };
	struct bytes first = hex(&arena, aosp_first), nonce = hex(&arena, aosp_nonce_r), maced = hex(&arena, aosp_maced_id);
	struct bytes got = auth_octets(&arena, sha1_prf(), first, nonce, bytes_none(), hex(&arena, aosp_sk_pi), hex(&arena, aosp_id_body));

	(void)state;
	assert_int_equal(got.len, 388);
	assert_true(bytes_equal(got, join(&arena, first, nonce, maced, bytes_none())));
	arena_clear(&arena);
}

/* RFC 9242 3.3.2: RealMessage | Nonce | MACedID | IntAuth. */
static void int_auth_stands_last(void **state)
{
	struct arena arena = { 0 };
	struct bytes first = hex(&arena, aosp_first), nonce = hex(&arena, aosp_nonce_r), maced = hex(&arena, aosp_maced_id);
	struct bytes extra = hex(&arena, "c0ffee");
	struct bytes got = auth_octets(&arena, sha1_prf(), first, nonce, extra, hex(&arena, aosp_sk_pi), hex(&arena, aosp_id_body));

	(void)state;
	assert_true(bytes_equal(got, join(&arena, first, nonce, maced, extra)));
	arena_clear(&arena);
}

/* RFC 8784: another SK_p, another AUTH; and the reserved bits of the ID payload are covered. */
static void every_part_is_covered(void **state)
{
	struct arena arena = { 0 };
	struct bytes first = hex(&arena, aosp_first), nonce = hex(&arena, aosp_nonce_r), sk_p = hex(&arena, aosp_sk_pi);
	struct bytes a = auth_octets(&arena, sha1_prf(), first, nonce, bytes_none(), sk_p, hex(&arena, "01000000 0a50500d"));
	struct bytes b = auth_octets(&arena, sha1_prf(), first, nonce, bytes_none(), sk_p, hex(&arena, "01000001 0a50500d"));
	struct bytes c = auth_octets(&arena, sha1_prf(), first, nonce, bytes_none(), nonce, hex(&arena, "01000000 0a50500d"));

	(void)state;
	assert_int_equal(a.len, b.len);
	assert_false(bytes_equal(a, b));
	assert_false(bytes_equal(a, c));
	arena_clear(&arena);
}

static void no_memory_gives_nothing(void **state)
{
	struct arena arena = { .limit = 16 }, memory = { 0 };
	struct bytes got = auth_octets(&arena, sha1_prf(), hex(&memory, aosp_first), hex(&memory, aosp_nonce_r), bytes_none(),
	                               hex(&memory, aosp_sk_pi), hex(&memory, aosp_id_body));

	(void)state;
	assert_int_equal(got.len, 0);
	arena_clear(&arena);
	arena_clear(&memory);
}

static void psk_auth_of_real_exchanges(void **state)
{
	struct arena arena = { 0 };
	uint8_t mac[PRF_MAX];
	struct bytes octets = auth_octets(&arena, sha1_prf(), hex(&arena, aosp_first), hex(&arena, aosp_nonce_r), bytes_none(),
	                                  hex(&arena, aosp_sk_pi), hex(&arena, aosp_id_body));

	(void)state;
	assert_true(psk_mac(mac, sha1_prf(), hex(&arena, aosp_psk), octets));
	assert_true(bytes_equal(bytes(mac, 20), hex(&arena, aosp_auth)));
	assert_true(psk_mac(mac, sha1_prf(), bytes_str("AAAA"), hex(&arena, rub_octets)));
	assert_true(bytes_equal(bytes(mac, 20), hex(&arena, rub_auth)));
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets_of_a_real_exchange), cmocka_unit_test(int_auth_stands_last),
		cmocka_unit_test(every_part_is_covered),     cmocka_unit_test(no_memory_gives_nothing),
		cmocka_unit_test(psk_auth_of_real_exchanges),
	};

	return cmocka_run_group_tests(tests, with_crypto, without_crypto);
}
