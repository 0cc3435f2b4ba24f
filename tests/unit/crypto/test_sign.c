/* SPDX-License-Identifier: ISC */
/* AUTH signatures: what we sign verifies, Wycheproof's cases, and everything that must be refused. */
#include "support/unit.h"

#include <stdio.h>

#include "crypto/pki.h"
#include "files.h"
#include "fixture.h"
#include "forge.h"
#include "iana/ikev2.h"
#include "support/ecdsa_fixed.h"
#include "vectors.h"

#define ALL_HASHES 0x1eu /* SHA-1 and the SHA-2s */
#define SHA1 HASH_BIT(IKEV2_HASH_SHA1)
#define SHA256 HASH_BIT(IKEV2_HASH_SHA2_256)
#define SHA384 HASH_BIT(IKEV2_HASH_SHA2_384)
#define SHA512 HASH_BIT(IKEV2_HASH_SHA2_512)
#define SHA2 (SHA256 | SHA384 | SHA512)

static const uint8_t octets_of_test[] = "the octets that AUTH signs";
#define OCTETS bytes(octets_of_test, sizeof(octets_of_test))

/* --- what we sign --- */

static const struct {
	const char *name, *key;
	struct sign_how how;
	bool ok;
	uint8_t method;
	const char *begins; /* of the data, in hex; the identifier for method 14 */
	size_t len;         /* 0: it varies */
} signing[] = {
	{ "RSA, all hashes", "gw", { SHA2 | SHA1, 0, false, false }, true, 14, "0f300d06092a864886f70d01010d0500", 16 + 256 },
	{ "RSA, SHA-256 alone", "gw", { SHA256, 0, false, false }, true, 14, "0f300d06092a864886f70d01010b0500", 16 + 256 },
	{ "RSA, SHA-384 by our wish", "gw", { SHA2, SHA384, false, false }, true, 14, "0f300d06092a864886f70d01010c0500", 16 + 256 },
	{ "RSA-PSS", "gw", { SHA256, 0, true, false }, true, 14,
	  "43304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d0609608648016503"
	  "0402010500a203020120",
	  68 + 256 },
	{ "RSA-PSS, SHA-512", "gw", { SHA512, 0, true, false }, true, 14, "43304106092a864886f70d01010a3034a00f300d0609608648016503040203",
	  68 + 256 },
	{ "RSA-PSS, deterministic: PKCS#1", "gw", { SHA256, 0, true, true }, true, 14, "0f300d06092a864886f70d01010b0500", 16 + 256 },
	{ "RSA, nothing in common", "gw", { SHA256, SHA512, false, false }, false, 0, NULL, 0 },
	{ "RSA, the peer has SHA-1 alone", "gw", { SHA1, 0, false, false }, false, 0, NULL, 0 },
	{ "RSA, SHA-1 wanted by both", "gw", { SHA1, SHA1 | SHA256, false, false }, true, 14, "0f300d06092a864886f70d0101050500", 16 + 256 },
	{ "RSA, identity hash alone", "gw", { 1u << 5, 0, false, false }, false, 0, NULL, 0 },
	{ "RSA classic, SHA-1 not allowed", "gw", { 0, 0, false, false }, false, 0, NULL, 0 },
	{ "RSA classic", "gw", { 0, SHA1 | SHA256, false, false }, true, 1, "", 256 },
	{ "P-256, all hashes: the one that fits", "gw-p256", { SHA2, 0, false, false }, true, 14, "0c300a06082a8648ce3d040302", 0 },
	{ "P-384, all hashes: the one that fits", "gw-p384", { SHA2, 0, false, false }, true, 14, "0c300a06082a8648ce3d040303", 0 },
	{ "P-521, all hashes: the one that fits", "gw-p521", { SHA2, 0, false, false }, true, 14, "0c300a06082a8648ce3d040304", 0 },
	{ "P-256, SHA-512 alone", "gw-p256", { SHA512, 0, false, false }, true, 14, "0c300a06082a8648ce3d040304", 0 },
	{ "P-256, SHA-1 is never made", "gw-p256", { SHA1, SHA1, false, false }, false, 0, NULL, 0 },
	{ "P-256 classic", "gw-p256", { 0, 0, false, false }, true, 9, "", 64 },
	{ "P-384 classic", "gw-p384", { 0, 0, false, false }, true, 10, "", 96 },
	{ "P-521 classic", "gw-p521", { 0, 0, false, false }, true, 11, "", 132 },
	{ "P-384 classic, its hash not allowed", "gw-p384", { 0, SHA256, false, false }, false, 0, NULL, 0 },
};

static void hex_begins(const char *name, struct bytes data, const char *hex)
{
	for (size_t i = 0; hex[2 * i]; i++) {
		unsigned byte;

		(void)sscanf(hex + 2 * i, "%2x", &byte);
		if (i >= data.len || data.at[i] != byte)
			fail_msg("%s: byte %zu of the data is not as expected", name, i);
	}
}

static void what_we_sign_verifies(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(signing); i++) {
		struct key *k = pki_key(signing[i].key);
		struct cert *c = pki_cert(signing[i].key);
		struct arena arena = { 0 };
		struct reason why = { 0 };
		struct auth_data auth = { 0 };
		bool ok = key_sign(k, OCTETS, signing[i].how, &auth, &arena, &why);

		if (ok != signing[i].ok)
			fail_msg("%s: %s", signing[i].name, ok ? "signed" : "refused");
		if (!ok)
			assert_int_equal(why.kind, REASON_SIGNATURE_ALGORITHM);
		if (ok) {
			hash_set allowed = signing[i].how.allowed;

			assert_int_equal(auth.method, signing[i].method);
			hex_begins(signing[i].name, auth.data, signing[i].begins);
			if (signing[i].len > 0)
				assert_int_equal(auth.data.len, signing[i].len);
			if (!cert_verify_auth(c, OCTETS, auth, allowed, &why, &arena))
				fail_msg("%s: does not verify", signing[i].name);
			assert_false(cert_verify_auth(c, bytes(octets_of_test, 5), auth, allowed, &why, &arena));
			assert_int_equal(why.kind, REASON_SIGNATURE);
			assert_int_equal(why.notify, IKEV2_NOTIFY_AUTHENTICATION_FAILED);
		}
		arena_clear(&arena);
		cert_free(c);
		key_free(k);
	}
}

static void deterministic_is_repeatable(void **state)
{
	static const char *const keys[] = { "gw", "gw-p256", "gw-p384", "gw-p521" };

	(void)state;
	key_sign_fixed_by(ecdsa_fixed);
	for (size_t i = 0; i < 2 * COUNT_OF(keys); i++) {
		struct key *k = pki_key(keys[i / 2]);
		struct cert *c = pki_cert(keys[i / 2]);
		struct sign_how how = { .peer = i % 2 ? SHA2 : 0, .allowed = SHA1 | SHA2, .deterministic = true };
		struct auth_data a = { 0 }, b = { 0 };
		struct arena arena = { 0 };
		struct reason why;

		assert_true(key_sign(k, OCTETS, how, &a, &arena, &why));
		assert_true(key_sign(k, OCTETS, how, &b, &arena, &why));
		assert_true(bytes_equal(a.data, b.data));
		assert_true(cert_verify_auth(c, OCTETS, a, how.allowed, &why, &arena));
		arena_clear(&arena);
		cert_free(c);
		key_free(k);
	}
	key_sign_fixed_by(NULL);
}

/* Nobody there to make fixed nonces, and a library that cannot: refused, not random in secret. */
static void without_fixed_nonces(void **state)
{
	struct key *k = pki_key("gw-p256");
	struct arena arena = { 0 };
	struct auth_data a = { 0 }, b = { 0 };
	struct sign_how how = { .peer = SHA2, .deterministic = true };
	struct reason why = { 0 };

	(void)state;
	if (key_sign(k, OCTETS, how, &a, &arena, &why)) { /* OpenSSL 3.2 and later */
		assert_true(key_sign(k, OCTETS, how, &b, &arena, &why));
		assert_true(bytes_equal(a.data, b.data));
	} else {
		assert_int_equal(why.kind, REASON_UNSUPPORTED);
	}
	how.deterministic = false;
	assert_true(key_sign(k, OCTETS, how, &a, &arena, &why));
	assert_true(key_sign(k, OCTETS, how, &b, &arena, &why));
	assert_false(bytes_equal(a.data, b.data)); /* in production nonces are random */
	arena_clear(&arena);
	key_free(k);
}

/* RFC 6979 A.2.5 to A.2.7, the message "sample": r and s begin with these bytes. */
static void rfc6979(void **state)
{
	static const struct {
		size_t len;
		unsigned hash;
		const char *d, *r, *s;
	} cases[] = {
		{ 32, IKEV2_HASH_SHA2_256, "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721", "efd48b2aacb6a8fd",
		  "f7cb1c942d657c41" },
		{ 32, IKEV2_HASH_SHA2_512, "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721", "8496a60b5e9b47c8",
		  "2362ab1adbe2b8ad" },
		{ 48, IKEV2_HASH_SHA2_384,
		  "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5", "94edbb92a5ecb8aa",
		  "99ef4aeb15f178ce" },
		{ 66, IKEV2_HASH_SHA2_512,
		  "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08"
		  "b0e996b83538",
		  "00c328fafcbd79dd", "00617cce7cf5064806" },
	};
	uint8_t d[66], r_s[132];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t b = 0; b < cases[i].len; b++) {
			unsigned byte;

			assert_int_equal(sscanf(cases[i].d + 2 * b, "%2x", &byte), 1);
			d[b] = (uint8_t)byte;
		}
		assert_true(ecdsa_fixed(bytes(d, cases[i].len), cases[i].hash, bytes_str("sample"), r_s));
		hex_begins("r", bytes(r_s, cases[i].len), cases[i].r);
		hex_begins("s", bytes(r_s + cases[i].len, cases[i].len), cases[i].s);
	}
}

/* --- every bit and every length --- */

static const struct {
	const char *key;
	struct sign_how how;
} kinds[] = {
	{ "gw", { 0, SHA1 | SHA2, false, false } }, { "gw", { SHA2, 0, false, false } },      { "gw", { SHA2, 0, true, false } },
	{ "gw-p256", { 0, 0, false, false } },      { "gw-p256", { SHA2, 0, false, false } }, { "gw-p521", { 0, 0, false, false } },
};

/* A signature that is cut, longer, changed, empty or all zero never verifies. */
static void damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct key *k = pki_key(kinds[i].key);
		struct cert *c = pki_cert(kinds[i].key);
		struct arena arena = { 0 }, scratch = { 0 };
		struct auth_data good, bad;
		struct reason why;
		uint8_t copy[700];

		assert_true(key_sign(k, OCTETS, kinds[i].how, &good, &arena, &why));
		assert_true(good.data.len < sizeof(copy) - 1);
		bad = (struct auth_data){ good.method, bytes(copy, good.data.len) };
		for (size_t at = 0; at < good.data.len; at++) {
			memcpy(copy, good.data.at, good.data.len);
			copy[at] ^= (uint8_t)(1u << at % 8);
			assert_false(cert_verify_auth(c, OCTETS, bad, ALL_HASHES, &why, &scratch));
			bad.data.len = at; /* and cut here */
			memcpy(copy, good.data.at, good.data.len);
			assert_false(cert_verify_auth(c, OCTETS, bad, ALL_HASHES, &why, &scratch));
			bad.data.len = good.data.len;
			arena_clear(&scratch);
		}
		copy[good.data.len] = 0;
		bad.data.len++;
		assert_false(cert_verify_auth(c, OCTETS, bad, ALL_HASHES, &why, &scratch));
		memset(copy, 0, sizeof(copy));
		bad.data.len--;
		assert_false(cert_verify_auth(c, OCTETS, bad, ALL_HASHES, &why, &scratch));
		bad.data = bytes_none();
		assert_false(cert_verify_auth(c, OCTETS, bad, ALL_HASHES, &why, &scratch));
		arena_clear(&scratch);
		arena_clear(&arena);
		cert_free(c);
		key_free(k);
	}
}

static void another_key_does_not_verify(void **state)
{
	struct key *k = pki_key("gw");
	struct cert *other = pki_cert("other");
	struct arena arena = { 0 };
	struct auth_data auth;
	struct reason why;

	(void)state;
	assert_true(key_sign(k, OCTETS, (struct sign_how){ .peer = SHA2 }, &auth, &arena, &why));
	assert_false(cert_verify_auth(other, OCTETS, auth, 0, &why, &arena));
	assert_int_equal(why.kind, REASON_SIGNATURE);
	arena_clear(&arena);
	cert_free(other);
	key_free(k);
}

/* All 256 methods: only those of the key's kind are looked at. */
static void methods(void **state)
{
	static const uint8_t zero[256] = { 0 };
	struct cert *rsa = pki_cert("gw"), *ec = pki_cert("gw-p384");
	struct arena arena = { 0 };
	struct reason why;

	(void)state;
	for (unsigned m = 0; m < 256; m++) {
		struct auth_data auth = { (uint8_t)m, bytes(zero, 256) };

		assert_false(cert_verify_auth(rsa, OCTETS, auth, 0, &why, &arena));
		assert_int_equal(why.kind, m == 1 || m == 14 ? REASON_SIGNATURE : REASON_SIGNATURE_ALGORITHM);
		assert_false(cert_verify_auth(ec, OCTETS, auth, 0, &why, &arena));
		assert_int_equal(why.kind, m == 10 || m == 14 ? REASON_SIGNATURE : REASON_SIGNATURE_ALGORITHM);
	}
	arena_clear(&arena);
	cert_free(rsa);
	cert_free(ec);
}

static void hashes_that_are_not_allowed(void **state)
{
	struct key *k = pki_key("gw");
	struct cert *c = pki_cert("gw");
	struct arena arena = { 0 };
	struct auth_data auth;
	struct reason why;

	(void)state;
	assert_true(key_sign(k, OCTETS, (struct sign_how){ .allowed = SHA1 }, &auth, &arena, &why));
	assert_int_equal(auth.method, 1);
	assert_true(cert_verify_auth(c, OCTETS, auth, SHA1, &why, &arena));
	assert_false(cert_verify_auth(c, OCTETS, auth, 0, &why, &arena)); /* by default SHA-1 is not */
	assert_true(value_says(&why.about, "SHA-1"));
	assert_true(key_sign(k, OCTETS, (struct sign_how){ .peer = SHA256 }, &auth, &arena, &why));
	assert_false(cert_verify_auth(c, OCTETS, auth, SHA512, &why, &arena));
	assert_int_equal(why.kind, REASON_SIGNATURE_ALGORITHM);
	arena_clear(&arena);
	cert_free(c);
	key_free(k);
}

/* --- parameters of RSASSA-PSS, RFC 4055 3.1 --- */

static const struct {
	const char *name;
	unsigned hash, mgf;
	int salt;
	bool null, ok;
	enum reason_kind kind;
} pss_cases[] = {
	{ "as we send it", 2, 2, 32, true, true, 0 },
	{ "NULLs left out", 2, 2, 32, false, true, 0 },
	{ "another salt length", 2, 2, 20, true, false, REASON_SIGNATURE },
	{ "salt length absent: 20", 2, 2, -1, true, false, REASON_SIGNATURE },
	{ "another hash for the mask", 2, 3, 32, true, false, REASON_SIGNATURE_ALGORITHM },
	{ "mask absent: MGF1 with SHA-1", 2, 0, 32, true, false, REASON_SIGNATURE_ALGORITHM },
	{ "hash absent: SHA-1", 0, 2, 32, true, false, REASON_SIGNATURE_ALGORITHM },
	{ "all absent: SHA-1, not allowed", 0, 0, -1, true, false, REASON_SIGNATURE_ALGORITHM },
	{ "salt that just does not fit", 2, 2, 223, true, false, REASON_SIGNATURE_ALGORITHM },
	{ "the longest salt", 2, 2, 222, true, false, REASON_SIGNATURE },
	{ "huge salt", 2, 2, 32767, true, false, REASON_SIGNATURE_ALGORITHM },
	{ "negative salt", 2, 2, 65535, true, false, REASON_SIGNATURE_ALGORITHM },
};

static struct auth_data digital(struct arena *a, struct bytes id, struct bytes signature)
{
	uint8_t len = (uint8_t)id.len, *out = arena_take(a, 1 + id.len + signature.len);

	assert_non_null(out);
	assert_true(id.len < 256);
	out[0] = len;
	memcpy(out + 1, id.at, id.len);
	if (signature.len > 0)
		memcpy(out + 1 + id.len, signature.at, signature.len);
	return (struct auth_data){ IKEV2_AUTH_DIGITAL_SIGNATURE, bytes(out, 1 + id.len + signature.len) };
}

static void pss_parameters(void **state)
{
	struct key *k = pki_key("gw");
	struct cert *c = pki_cert("gw");
	struct arena arena = { 0 };
	struct auth_data made;
	struct reason why = { 0 };

	(void)state;
	assert_true(key_sign(k, OCTETS, (struct sign_how){ .peer = SHA256, .pss = true }, &made, &arena, &why));
	for (size_t i = 0; i < COUNT_OF(pss_cases); i++) {
		struct bytes id = forge_pss_id(&arena, pss_cases[i].hash, pss_cases[i].mgf, pss_cases[i].salt, pss_cases[i].null);
		struct auth_data auth = digital(&arena, id, bytes(made.data.at + made.data.len - 256, 256));
		bool ok = cert_verify_auth(c, OCTETS, auth, 0, &why, &arena);

		if (ok != pss_cases[i].ok || (!ok && why.kind != pss_cases[i].kind))
			fail_msg("%s: %s", pss_cases[i].name, ok ? "accepted" : reason_name(why.kind));
	}
	arena_clear(&arena);
	cert_free(c);
	key_free(k);
}

/* --- keys that nobody may have --- */

static void broken_keys(void **state)
{
	static const struct {
		const char *name, *fault;
		size_t len;
		uint8_t last, exponent;
	} cases[] = {
		{ "exponent 1", "exponent", 256, 1, 1 },      { "even exponent", "exponent", 256, 1, 4 },
		{ "exponent 0", "exponent", 256, 1, 0 },      { "even modulus", "even", 256, 2, 3 },
		{ "2040 bits", "less than", 255, 1, 3 },      { "8 bits", "less than", 1, 0xff, 3 },
		{ "8200 bits", "more than", 1025, 1, 3 },     { "modulus 1", "less than", 1, 1, 3 },
		{ "modulus 0", "less than", 1, 0, 3 },
	};
	uint8_t modulus[1025], one[1025] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena arena = { 0 };
		struct reason why = { 0 };
		struct cert *c;

		memset(modulus, 0xaa, sizeof(modulus));
		modulus[cases[i].len - 1] = cases[i].last;
		c = cert_read(forge_cert(&arena, forge_rsa_spki(&arena, bytes(modulus, cases[i].len), bytes(&cases[i].exponent, 1))), &why,
		              &arena);
		assert_non_null(c);
		one[cases[i].len - 1] = 1;
		for (uint8_t m = 1; m <= 14; m += 13)
			assert_false(cert_verify_auth(c, OCTETS, (struct auth_data){ m, bytes(one, cases[i].len) }, ALL_HASHES, &why, &arena));
		if (why.kind != REASON_CERT_INVALID || !value_says(&why.about, cases[i].fault))
			fail_msg("%s: refused for another reason", cases[i].name);
		one[cases[i].len - 1] = 0;
		cert_free(c);
		arena_clear(&arena);
	}
}

/* A key that is no key, and kinds that are not built. */
static void keys_of_other_kinds(void **state)
{
	static const uint8_t ed25519[] = { 0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0, [43] = 9 };
	static const uint8_t garbage[] = { 0x30, 12, 0x30, 7, 6, 3, 0x2b, 0x65, 1, 5, 0, 3, 1, 0 };
	const struct bytes spkis[] = { bytes(ed25519, sizeof(ed25519)), bytes(garbage, sizeof(garbage)) };
	struct auth_data auth = { 14, OCTETS };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(spkis); i++) {
		struct arena arena = { 0 };
		struct reason why = { 0 };
		struct cert *c = cert_read(forge_cert(&arena, spkis[i]), &why, &arena);

		assert_non_null(c);
		assert_false(cert_verify_auth(c, OCTETS, auth, 0, &why, &arena));
		assert_int_equal(why.kind, REASON_CERT_INVALID);
		cert_free(c);
		arena_clear(&arena);
	}
}

/* --- Wycheproof --- */

static unsigned hash_number(const struct vectors *v, const char *field)
{
	static const char *const names[] = { "", "SHA-1", "SHA-256", "SHA-384", "SHA-512" };

	for (unsigned i = 1; i < COUNT_OF(names); i++)
		if (vector_is(v, field, names[i]))
			return i;
	return 0;
}

static const uint8_t rsa_last[] = { 0, 5, 11, 12, 13 };

static struct auth_data auth_of(struct vectors *v, struct arena *a, unsigned hash)
{
	struct bytes sig = vector_hex(v, "sig");
	uint8_t rsa[] = { 0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, rsa_last[hash], 5, 0 };
	uint8_t ecdsa[] = { 0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, (uint8_t)hash };
	const uint8_t methods_of[] = { 0, 0, 9, 10, 11 };

	if (vector_is(v, "kind", "pkcs1"))
		return digital(a, bytes(rsa, sizeof(rsa)), sig);
	if (vector_is(v, "kind", "der"))
		return digital(a, bytes(ecdsa, sizeof(ecdsa)), sig);
	if (vector_is(v, "kind", "raw"))
		return (struct auth_data){ methods_of[hash], sig };
	for (int salt = 0; salt < 512; salt++) {
		char text[8];

		(void)snprintf(text, sizeof(text), "%d", salt);
		if (vector_is(v, "salt", text))
			return digital(a, forge_pss_id(a, hash, hash_number(v, "mgf"), salt, true), sig);
	}
	vectors_fail(v, "no such salt length");
}

/* False: the record is of a hash or a mask that IKE has no number for. */
static bool check_signature(struct vectors *v, struct cert *c, struct arena *a)
{
	unsigned hash = hash_number(v, "hash");
	struct reason why = { 0 };
	bool valid = vector_is(v, "result", "valid"), ok;

	if (hash == 0 || (vector_has(v, "mgf") && hash_number(v, "mgf") != hash))
		return false;
	/* "acceptable" is a DigestInfo without NULL and the like: nothing that we take. */
	ok = cert_verify_auth(c, vector_hex(v, "msg"), auth_of(v, a, hash), ALL_HASHES, &why, a);
	if (ok != valid)
		vectors_fail(v, valid ? "not verified" : "verified");
	return true;
}

static void check_signatures(const char *file, unsigned least)
{
	struct arena arena = { 0 }, scratch = { 0 };
	struct cert *c = NULL;
	struct reason why;
	struct vectors v;
	unsigned checked = 0;

	vectors_open(&v, file);
	while (vectors_next(&v)) {
		if (vector_has(&v, "spki")) {
			cert_free(c);
			c = cert_read(forge_cert(&arena, vector_hex(&v, "spki")), &why, &arena);
			if (!c)
				vectors_fail(&v, "the certificate is not read");
			arena_clear(&arena);
		}
		checked += check_signature(&v, c, &scratch);
		arena_clear(&scratch);
	}
	cert_free(c);
	vectors_close(&v, least);
	assert_true(checked >= least);
}

static void wycheproof_pkcs1(void **state)
{
	(void)state;
	check_signatures("signature-pkcs1.txt", 130);
}

static void wycheproof_pss(void **state)
{
	(void)state;
	check_signatures("signature-pss.txt", 70);
}

static void wycheproof_ecdsa_raw(void **state)
{
	(void)state;
	check_signatures("signature-raw.txt", 200);
}

static void wycheproof_ecdsa_der(void **state)
{
	(void)state;
	check_signatures("signature-der.txt", 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_we_sign_verifies),
		cmocka_unit_test(deterministic_is_repeatable),
		cmocka_unit_test(without_fixed_nonces),
		cmocka_unit_test(rfc6979),
		cmocka_unit_test(damage),
		cmocka_unit_test(another_key_does_not_verify),
		cmocka_unit_test(methods),
		cmocka_unit_test(hashes_that_are_not_allowed),
		cmocka_unit_test(pss_parameters),
		cmocka_unit_test(broken_keys),
		cmocka_unit_test(keys_of_other_kinds),
		cmocka_unit_test(wycheproof_pkcs1),
		cmocka_unit_test(wycheproof_pss),
		cmocka_unit_test(wycheproof_ecdsa_raw),
		cmocka_unit_test(wycheproof_ecdsa_der),
	};

	return cmocka_run_group_tests(tests, crypto_up, crypto_down);
}
