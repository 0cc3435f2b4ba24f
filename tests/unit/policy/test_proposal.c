/* SPDX-License-Identifier: ISC */
/* Proposals: their text, their choice, the check of the answer. */
#include "support/unit.h"

#include "iana/ikev2.h"
#include "policy/proposal.h"

static struct arena arena;

static int clear(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

static struct bytes str(const char *s)
{
	return bytes_str(s);
}

/* Proposals from texts with commas between. */
static struct proposals make(enum protocol protocol, const char *texts)
{
	struct proposals p = { 0 };
	struct reason why;

	while (*texts) {
		size_t n = strcspn(texts, ",");
		assert_true(proposals_add_text(&p, &arena, protocol, bytes(texts, n), &why));
		texts += n + (texts[n] == ',');
	}
	return p;
}

/* text -> what it is, printed with all its transforms; NULL: refused */
static const struct {
	const char *name, *text, *printed;
	enum protocol protocol;
	enum reason_kind why;
	const char *about;
} texts[] = {
	{ "AEAD", "aes256gcm16-prfsha384-ecp384", "IKE:AES_GCM_16_256/PRF_HMAC_SHA2_384/ECP_384", PROTO_IKE },
	{ "PRF from the integrity", "aes128-sha256-modp2048",
	  "IKE:AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048", PROTO_IKE },
	{ "AEAD with integrity: PRF only", "aes256gcm16-sha384-ecp384", "IKE:AES_GCM_16_256/PRF_HMAC_SHA2_384/ECP_384", PROTO_IKE },
	{ "named PRF: none derived", "aes256-sha256-prfsha512-x25519",
	  "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_512/CURVE_25519", PROTO_IKE },
	{ "sorted by type, order kept in a type", "x25519-ecp256-sha512-aes128-sha256-aes256",
	  "IKE:AES_CBC_128/AES_CBC_256/HMAC_SHA2_512_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_512/PRF_HMAC_SHA2_256/"
	  "CURVE_25519/ECP_256", PROTO_IKE },
	{ "aliases", "aes-sha2_256-curve25519", "IKE:AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519", PROTO_IKE },
	{ "gcm alias of bits, bare gcm", "aes192gcm128-aes128gcm-prfsha256-ecp256",
	  "IKE:AES_GCM_16_192/AES_GCM_16_128/PRF_HMAC_SHA2_256/ECP_256", PROTO_IKE },
	{ "any case, blanks outside", " AES256-SHA256-MODP2048\t",
	  "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048", PROTO_IKE },
	{ "no key length", "chacha20poly1305-prfsha256-x25519", "IKE:CHACHA20_POLY1305/PRF_HMAC_SHA2_256/CURVE_25519", PROTO_IKE },
	{ "weak, but named", "aes128-sha1-modp2048", "IKE:AES_CBC_128/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_2048", PROTO_IKE },
	{ "twice the same", "aes256-aes256-sha256-sha256-x25519-x25519",
	  "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519", PROTO_IKE },
	{ "none beside a method", "aes256-sha256-none-x25519",
	  "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519", PROTO_IKE },
	{ "esn in IKE is passed over", "aes256-sha256-x25519-esn",
	  "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519", PROTO_IKE },
	{ "additional none", "aes256gcm16-prfsha256-x25519-ke1_none",
	  "IKE:AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE_25519/KE1_NONE", PROTO_IKE },
	{ "ESP", "aes256gcm16", "ESP:AES_GCM_16_256/NO_EXT_SEQ", PROTO_ESP },
	{ "ESP, both numbers", "aes128-sha256-esn-noesn", "ESP:AES_CBC_128/HMAC_SHA2_256_128/EXT_SEQ/NO_EXT_SEQ", PROTO_ESP },
	{ "ESP drops PRFs and the AEAD's integrity", "aes256gcm16-sha256-prfsha256-x25519",
	  "ESP:AES_GCM_16_256/CURVE_25519/NO_EXT_SEQ", PROTO_ESP },
	{ "ESP, optional PFS", "aes256gcm16-x25519-none", "ESP:AES_GCM_16_256/CURVE_25519/NONE/NO_EXT_SEQ", PROTO_ESP },

	{ "unknown", "aes257-sha256-x25519", NULL, PROTO_IKE, REASON_CONFIG, "unknown algorithm 'aes257'; did you mean 'aes256'?" },
	{ "unknown, nothing near", "rot13-sha256-x25519", NULL, PROTO_IKE, REASON_CONFIG, "unknown algorithm 'rot13'" },
	{ "word of a KE", "aes256-sha256-x2551", NULL, PROTO_IKE, REASON_CONFIG, "unknown algorithm 'x2551'; did you mean 'x25519'?" },
	{ "not built: cipher", "camellia256-sha256-x25519", NULL, PROTO_IKE, REASON_UNSUPPORTED, "camellia256" },
	{ "not built: 3des", "3des-sha1-modp2048", NULL, PROTO_IKE, REASON_UNSUPPORTED, "3des" },
	{ "not built: group", "aes256-sha256-modp1024", NULL, PROTO_IKE, REASON_UNSUPPORTED, "modp1024" },
	{ "not built: additional", "aes256-sha256-x25519-ke1_mlkem768", NULL, PROTO_IKE, REASON_UNSUPPORTED, "ke1_mlkem768" },
	{ "unknown additional", "aes256-sha256-x25519-ke1_mlkem", NULL, PROTO_IKE, REASON_CONFIG,
	  "unknown key exchange method 'ke1_mlkem'; did you mean 'mlkem512'?" },
	{ "ke8_", "aes256-sha256-x25519-ke8_none", NULL, PROTO_IKE, REASON_CONFIG, "unknown algorithm 'ke8_none'" },
	{ "mixed", "aes256gcm16-aes256-sha256-x25519", NULL, PROTO_IKE, REASON_CONFIG,
	  "AEAD and other ciphers cannot stand in one proposal: 'aes256gcm16-aes256-sha256-x25519'" },
	{ "no cipher", "sha256-x25519", NULL, PROTO_IKE, REASON_CONFIG, "no encryption algorithm in 'sha256-x25519'" },
	{ "no integrity", "aes256-prfsha256-x25519", NULL, PROTO_IKE, REASON_CONFIG,
	  "no integrity algorithm in 'aes256-prfsha256-x25519'" },
	{ "no PRF", "aes256gcm16-x25519", NULL, PROTO_IKE, REASON_CONFIG, "no PRF (as prfsha256) in 'aes256gcm16-x25519'" },
	{ "no KE", "aes256-sha256", NULL, PROTO_IKE, REASON_CONFIG, "no key exchange method (as x25519) in 'aes256-sha256'" },
	{ "only none", "aes256-sha256-modpnone", NULL, PROTO_IKE, REASON_CONFIG,
	  "no key exchange method (as x25519) in 'aes256-sha256-modpnone'" },
	{ "ESP without integrity", "aes256", NULL, PROTO_ESP, REASON_CONFIG, "no integrity algorithm in 'aes256'" },
	{ "null is for ESP", "null-sha256-x25519", NULL, PROTO_IKE, REASON_CONFIG, "IKE cannot use 'null'" },
	{ "nothing", "", NULL, PROTO_IKE, REASON_CONFIG, "an algorithm is missing at ''" },
	{ "empty word", "aes256--sha256", NULL, PROTO_ESP, REASON_CONFIG, "an algorithm is missing at ''" },
	{ "dash at the end", "aes256gcm16-", NULL, PROTO_ESP, REASON_CONFIG, "an algorithm is missing at ''" },
	{ "not printable", "aes128\n", NULL, PROTO_ESP, REASON_CONFIG, "unknown algorithm 'aes128\\x0a'; did you mean 'aes128'?" },
	{ "AH", "sha256", NULL, PROTO_AH, REASON_UNSUPPORTED, "AH" },
};

static void texts_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct proposals p = { 0 };
		struct reason why = { 0 };
		struct text t = { 0 };
		bool ok = proposals_add_text(&p, &arena, texts[i].protocol, str(texts[i].text), &why);

		if (ok != (texts[i].printed != NULL))
			fail_msg("%s", texts[i].name);
		if (ok) {
			assert_int_equal(p.count, 1);
			proposal_print(&t, &p.list[0]);
			assert_string_equal(text_str(&t), texts[i].printed);
		} else {
			assert_int_equal(p.count, 0);
			assert_int_equal(why.kind, texts[i].why);
			text_add_bytes(&t, why.about.bytes);
			assert_string_equal(text_str(&t), texts[i].about);
		}
		text_clear(&t);
	}
}

/* What is printed as keywords can be pasted: it is read as the same proposal. */
static void keywords_come_back(void **state)
{
	static const struct {
		enum protocol protocol;
		const char *text;
	} rows[] = {
		{ PROTO_IKE, "aes128-sha256-modp2048" },
		{ PROTO_IKE, "aes256gcm16-prfsha384-ecp384" },
		{ PROTO_IKE, "aes256-aes128-sha512-sha256-x25519-ecp256" },
		{ PROTO_IKE, "aes256-sha256-prfsha512-x25519" },
		{ PROTO_IKE, "chacha20poly1305-prfsha256-prfsha1-modp4096" },
		{ PROTO_ESP, "aes256gcm16" },
		{ PROTO_ESP, "aes256gcm16-esn" },
		{ PROTO_ESP, "aes128-sha256-x25519-none-esn-noesn" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct proposals p = make(rows[i].protocol, rows[i].text);
		struct text t = { 0 };

		proposal_print_keywords(&t, &p.list[0]);
		assert_string_equal(text_str(&t), rows[i].text);
		text_clear(&t);
	}
}

static void defaults_have_no_weak_row(void **state)
{
	static const enum protocol protocols[] = { PROTO_IKE, PROTO_ESP };

	(void)state;
	for (size_t k = 0; k < COUNT_OF(protocols); k++) {
		struct proposals p = { 0 };

		assert_true(proposals_default(&p, &arena, protocols[k]));
		assert_int_equal(p.count, 2);
		for (unsigned i = 0; i < p.count; i++) {
			for (unsigned j = 0; j < p.list[i].count; j++) {
				const struct transform *t = &p.list[i].transforms[j];
				const struct algorithm *row = algorithm_find(t->type, t->id, t->key_bits);
				if (protocols[k] == PROTO_ESP && t->type == TRANSFORM_KE && t->id == IKEV2_KE_NONE)
					continue;
				assert_non_null(row);
				assert_true(row->flags & ALG_BUILT);
				assert_false(row->flags & ALG_WEAK);
			}
		}
	}
}

static const struct {
	const char *name;
	enum protocol protocol;
	const char *configured, *offered, *suite; /* suite NULL: refused */
	unsigned number;                          /* of the offered proposal that is taken, from 1 */
	bool prefer_offered, without_ke;
	uint16_t ke_sent;
} choices[] = {
	{ "the same", PROTO_IKE, "aes128-sha256-x25519", "aes128-sha256-x25519",
	  "IKE:AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519", 1 },
	{ "configured order of proposals", PROTO_IKE, "aes256-sha256-x25519,aes128-sha256-x25519",
	  "aes128-sha256-x25519,aes256-sha256-x25519", "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519", 2 },
	{ "offered order of proposals", PROTO_IKE, "aes256-sha256-x25519,aes128-sha256-x25519",
	  "aes128-sha256-x25519,aes256-sha256-x25519", "IKE:AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519", 1, true },
	{ "configured order inside", PROTO_IKE, "aes128-aes256-sha512-sha256-ecp256-x25519",
	  "aes256-aes128-sha256-sha512-x25519-ecp256", "IKE:AES_CBC_128/HMAC_SHA2_512_256/PRF_HMAC_SHA2_512/ECP_256", 1 },
	{ "offered order inside", PROTO_IKE, "aes128-aes256-sha512-sha256-ecp256-x25519",
	  "aes256-aes128-sha256-sha512-x25519-ecp256", "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519", 1, true },
	{ "what KE was sent changes nothing", PROTO_IKE, "aes128-sha256-ecp256-x25519", "aes128-sha256-x25519-ecp256",
	  "IKE:AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/ECP_256", 1, false, false, IKEV2_KE_CURVE25519 },
	{ "the KE sent is the offerer's favourite", PROTO_IKE, "aes128-sha256-ecp256-x25519", "aes128-sha256-ecp256-x25519",
	  "IKE:AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519", 1, true, false, IKEV2_KE_CURVE25519 },
	{ "KE sent that is not configured", PROTO_IKE, "aes128-sha256-ecp256", "aes128-sha256-x25519-ecp256",
	  "IKE:AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/ECP_256", 1, true, false, IKEV2_KE_CURVE25519 },
	{ "strongSwan's default AEADs", PROTO_IKE, "aes256gcm16-prfsha384-ecp384",
	  "aes128-aes256-sha256-sha384-ecp256-ecp384,aes128gcm16-aes256gcm16-prfsha256-prfsha384-ecp256-ecp384",
	  "IKE:AES_GCM_16_256/PRF_HMAC_SHA2_384/ECP_384", 2 },
	{ "macOS", PROTO_IKE, "default", "aes256-sha256-modp2048",
	  "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048", 1 },
	{ "cipher differs", PROTO_IKE, "aes128-sha256-x25519", "aes256-sha256-x25519", NULL, 0 },
	{ "PRF differs", PROTO_IKE, "aes128-sha256-prfsha256-x25519", "aes128-sha256-prfsha512-x25519", NULL, 0 },
	{ "integrity differs", PROTO_IKE, "aes128-sha256-prfsha256-x25519", "aes128-sha512-prfsha256-x25519", NULL, 0 },
	{ "KE differs", PROTO_IKE, "aes128-sha256-x25519", "aes128-sha256-ecp256", NULL, 0 },
	{ "AEAD against cipher and MAC", PROTO_IKE, "aes256gcm16-prfsha256-x25519", "aes256-sha256-x25519", NULL, 0 },
	{ "nothing configured", PROTO_IKE, "", "aes256-sha256-x25519", NULL, 0 },
	{ "nothing offered", PROTO_IKE, "aes256-sha256-x25519", "", NULL, 0 },
	{ "no mixing of two proposals", PROTO_IKE, "aes256-sha256-x25519", "aes256-sha256-ecp256,aes128-sha256-x25519", NULL, 0 },
	{ "ESP", PROTO_ESP, "aes256gcm16-esn-noesn", "aes256gcm16", "ESP:AES_GCM_16_256/NO_EXT_SEQ", 1 },
	{ "ESN by configured order", PROTO_ESP, "aes256gcm16-esn-noesn", "aes256gcm16-noesn-esn", "ESP:AES_GCM_16_256/EXT_SEQ", 1 },
	{ "ESN wanted", PROTO_ESP, "aes256gcm16-esn", "aes256gcm16", NULL, 0 },
	{ "PFS wanted", PROTO_ESP, "aes256gcm16-x25519", "aes256gcm16", NULL, 0 },
	{ "PFS not wanted", PROTO_ESP, "aes256gcm16", "aes256gcm16-x25519", NULL, 0 },
	{ "PFS optional here", PROTO_ESP, "aes256gcm16-x25519-none", "aes256gcm16", "ESP:AES_GCM_16_256/NO_EXT_SEQ", 1 },
	{ "PFS optional there", PROTO_ESP, "aes256gcm16", "aes256gcm16-x25519-none", "ESP:AES_GCM_16_256/NO_EXT_SEQ", 1 },
	{ "PFS optional here, offered", PROTO_ESP, "aes256gcm16-x25519-none", "aes256gcm16-x25519",
	  "ESP:AES_GCM_16_256/CURVE_25519/NO_EXT_SEQ", 1 },
	{ "libreswan demands PFS", PROTO_ESP, "default", "aes256gcm16-ecp256-esn-noesn", "ESP:AES_GCM_16_256/ECP_256/EXT_SEQ", 1 },
	{ "libreswan demands it of us", PROTO_ESP, "aes256gcm16-ecp256-esn-noesn", "default", "ESP:AES_GCM_16_256/ECP_256/EXT_SEQ", 1 },
	{ "strongSwan 5 has none", PROTO_ESP, "default", "aes128gcm16", "ESP:AES_GCM_16_128/NO_EXT_SEQ", 1 },
	{ "strongSwan 5 has none for us", PROTO_ESP, "aes128gcm16", "default", "ESP:AES_GCM_16_128/NO_EXT_SEQ", 1 },
	{ "KE ignored in IKE_AUTH", PROTO_ESP, "aes256gcm16-x25519", "aes256gcm16-ecp256", "ESP:AES_GCM_16_256/NO_EXT_SEQ", 1,
	  false, true },
};

static void choices_follow_the_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(choices); i++) {
		struct proposals configured = make(choices[i].protocol, choices[i].configured);
		struct proposals offered = make(choices[i].protocol, choices[i].offered);
		struct choose_how how = { choices[i].prefer_offered, choices[i].without_ke, choices[i].ke_sent,
			                  { "f", "k", 7, 1 } };
		const struct proposal *one = NULL;
		struct suite suite;
		struct reason why = { 0 };
		struct text t = { 0 };
		bool ok = proposal_choose(&suite, &one, &configured, &offered, how, &arena, &why);

		if (ok != (choices[i].suite != NULL))
			fail_msg("%s", choices[i].name);
		if (ok) {
			suite_print(&t, &suite);
			assert_string_equal(text_str(&t), choices[i].suite);
			assert_ptr_equal(one, &offered.list[choices[i].number - 1]);
		} else {
			assert_int_equal(why.kind, REASON_PROPOSAL);
			assert_int_equal(why.notify, IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN);
			assert_int_equal(why.got.kind, VALUE_PROPOSALS);
			assert_int_equal(why.where.line, 7);
		}
		text_clear(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(texts_are_read, clear),
		cmocka_unit_test_teardown(keywords_come_back, clear),
		cmocka_unit_test_teardown(defaults_have_no_weak_row, clear),
		cmocka_unit_test_teardown(choices_follow_the_order, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
