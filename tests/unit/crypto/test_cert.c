/* SPDX-License-Identifier: ISC */
/* Reading certificates and keys, whom they speak for, and what they are called. */
#include "support/unit.h"

#include "crypto/pki.h"
#include "files.h"
#include "fixture.h"
#include "forge.h"
#include "iana/ikev2.h"

/* --- reading --- */

static void pem_and_der_are_one(void **state)
{
	struct arena arena = { 0 };
	struct reason why;
	struct cert *pem = pki_cert("gw"), *der = cert_read(pki_file(&arena, "gw.der"), &why, &arena);
	struct bytes file = pki_file(&arena, "gw.der");

	(void)state;
	assert_non_null(der);
	assert_true(bytes_equal(cert_der(pem), file));
	assert_true(bytes_equal(cert_der(der), file));
	assert_ptr_equal(cert_ref(pem), pem);
	cert_free(pem);
	assert_true(bytes_equal(cert_der(pem), file)); /* the reference still holds it */
	cert_free(pem);
	cert_free(der);
	cert_free(NULL);
	arena_clear(&arena);
}

/* Every proper prefix, a byte behind, each byte changed: a certificate or a reason, and never a crash. */
static void broken_der(void **state)
{
	struct arena arena = { 0 }, scratch = { 0 };
	struct bytes good = pki_file(&arena, "gw.der");
	struct reason why;
	uint8_t copy[4096];

	(void)state;
	memcpy(copy, good.at, good.len);
	for (size_t len = 0; len < good.len; len++) {
		assert_null(cert_read(bytes(copy, len), &why, &scratch));
		assert_int_equal(why.kind, REASON_CERT_UNREADABLE);
		assert_true(why.about.bytes.len > 0);
	}
	copy[good.len] = 0;
	assert_null(cert_read(bytes(copy, good.len + 1), &why, &scratch));
	for (size_t at = 0; at < good.len; at++) {
		struct identity id = { .type = ID_FQDN, .data = bytes_str("no.example.org") };
		int64_t from, to;
		struct cert *c;

		copy[at] ^= 0x81;
		c = cert_read(bytes(copy, good.len), &why, &scratch);
		if (c) {
			assert_false(cert_has_identity(c, &id));
			cert_times(c, &from, &to);
			(void)cert_is_ca(c);
		}
		cert_free(c);
		copy[at] = good.at[at];
		arena_clear(&scratch);
	}
	arena_clear(&arena);
}

static void broken_pem(void **state)
{
	static const char *const cases[] = {
		"x", "-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
		"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n",
		"-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n"
		"-----END CERTIFICATE-----\n",
	};
	struct arena arena = { 0 };
	struct reason why;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_null(cert_read(bytes_str(cases[i]), &why, &arena));
		assert_int_equal(why.kind, REASON_CERT_UNREADABLE);
	}
	assert_null(cert_read(pki_file(&arena, "gw.key.pem"), &why, &arena));
	assert_int_equal(why.kind, REASON_CERT_UNREADABLE);
	arena_clear(&arena);
}

static void too_long(void **state)
{
	static uint8_t much[300 * 1024] = { '-' };
	struct arena arena = { 0 };
	struct reason why;

	(void)state;
	assert_null(cert_read(bytes(much, sizeof(much)), &why, &arena));
	assert_true(value_says(&why.about, "too long"));
	assert_null(cert_read(bytes_none(), &why, &arena));
	assert_true(value_says(&why.about, "empty"));
	assert_null(key_read(bytes(much, sizeof(much)), bytes_none(), &why, &arena));
	assert_int_equal(why.kind, REASON_NO_KEY);
}

static void facts(void **state)
{
	struct cert *root = pki_cert("root"), *gw = pki_cert("gw"), *ec = pki_cert("gw-p384"), *old = pki_cert("expired");
	int64_t from, to;
	unsigned bits;

	(void)state;
	assert_true(cert_is_ca(root));
	assert_false(cert_is_ca(gw));
	assert_true(bytes_equal(cert_subject(root), cert_issuer(gw)));
	assert_false(bytes_equal(cert_subject(gw), cert_issuer(gw)));
	cert_times(old, &from, &to);
	assert_int_equal(from, 1577836800);
	assert_int_equal(to, 1609459200);
	assert_int_equal(cert_key_kind(gw, &bits), CERT_KEY_RSA);
	assert_int_equal(bits, 2048);
	assert_int_equal(cert_key_kind(ec, &bits), CERT_KEY_ECDSA);
	assert_int_equal(bits, 384);
	cert_free(root);
	cert_free(gw);
	cert_free(ec);
	cert_free(old);
}

/* --- identities --- */

static const uint8_t v4[] = { 192, 0, 2, 1 }, v4_other[] = { 192, 0, 2, 2 }, v6[16] = { 0x20, 1, 13, 0xb8, [15] = 1 };
static const uint8_t v4_in_v6[16] = { [10] = 0xff, [11] = 0xff, 192, 0, 2, 1 };

#define TEXT(s)                                     \
	{                                           \
		(const uint8_t *)(s), sizeof(s) - 1 \
	}

/* gw.pem has DNS:gw.example.org, email:admin@example.org, 192.0.2.1, 2001:db8::1. */
static const struct {
	const char *name;
	uint8_t type;
	struct bytes data;
	bool has;
} identities[] = {
	{ "its name", ID_FQDN, TEXT("gw.example.org"), true },
	{ "its name in other case", ID_FQDN, TEXT("GW.Example.ORG"), true },
	{ "a part of it", ID_FQDN, TEXT("example.org"), false },
	{ "more than it", ID_FQDN, TEXT("www.gw.example.org"), false },
	{ "a wildcard", ID_FQDN, TEXT("*.example.org"), false },
	{ "a bare wildcard", ID_FQDN, TEXT("*"), false },
	{ "a NUL behind it", ID_FQDN, TEXT("gw.example.org\0"), false },
	{ "a NUL and another", ID_FQDN, TEXT("gw.example.org\0.evil"), false },
	{ "no bytes", ID_FQDN, { NULL, 0 }, false },
	{ "the CN is no name", ID_FQDN, TEXT("Example"), false },
	{ "the mail address", ID_RFC822_ADDR, TEXT("admin@example.org"), true },
	{ "the mail address in other case", ID_RFC822_ADDR, TEXT("Admin@EXAMPLE.org"), true },
	{ "another mail address", ID_RFC822_ADDR, TEXT("root@example.org"), false },
	{ "the mail address as a name", ID_FQDN, TEXT("admin@example.org"), false },
	{ "the name as a mail address", ID_RFC822_ADDR, TEXT("gw.example.org"), false },
	{ "its IPv4 address", ID_IPV4_ADDR, { v4, 4 }, true },
	{ "another IPv4 address", ID_IPV4_ADDR, { v4_other, 4 }, false },
	{ "the address cut", ID_IPV4_ADDR, { v4, 3 }, false },
	{ "its IPv6 address", ID_IPV6_ADDR, { v6, 16 }, true },
	{ "its IPv4 address in an IPv6 one", ID_IPV6_ADDR, { v4_in_v6, 16 }, false },
	{ "the address as text", ID_FQDN, TEXT("192.0.2.1"), false },
	{ "any", ID_ANY, { NULL, 0 }, false },
	{ "a key id", ID_KEY_ID, TEXT("gw.example.org"), false },
	{ "a type of nobody", 77, TEXT("gw.example.org"), false },
	{ "an empty DN", ID_DER_ASN1_DN, TEXT("\x30\x00"), false },
	{ "a DN cut short", ID_DER_ASN1_DN, TEXT("\x30"), false },
	{ "no DN", ID_DER_ASN1_DN, { NULL, 0 }, false },
	{ "its name as a GeneralName", ID_DER_ASN1_GN, TEXT("\x82\x0egw.example.org"), true },
	{ "another GeneralName", ID_DER_ASN1_GN, TEXT("\x82\x0egw.example.net"), false },
};

static void whom_it_speaks_for(void **state)
{
	struct cert *c = pki_cert("gw");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(identities); i++) {
		struct identity id = { .type = identities[i].type, .data = identities[i].data };

		if (cert_has_identity(c, &id) != identities[i].has)
			fail_msg("%s: %s", identities[i].name, identities[i].has ? "not found" : "found");
	}
	cert_free(c);
}

static void distinguished_names(void **state)
{
	static const struct {
		const char *text;
		bool has;
	} cases[] = {
		{ "C=CH, O=Example, CN=gw.example.org", true },  { "C=ch, O=EXAMPLE, CN=GW.example.org", true },
		{ "C=CH, O=Example, CN=*", false },              { "C=CH, O=Example", false },
		{ "O=Example, C=CH, CN=gw.example.org", false }, { "C=CH, O=Example, CN=gw.example.org, CN=x", false },
		{ "C=CH, O=Example, OU=*, CN=gw.example.org", false },
	};
	struct cert *c = pki_cert("gw");
	struct arena arena = { 0 };
	struct identity own = cert_identity(c);

	(void)state;
	assert_int_equal(own.type, ID_DER_ASN1_DN);
	assert_true(cert_has_identity(c, &own));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct identity id = { .type = ID_DER_ASN1_DN };

		assert_true(dn_parse(&id.data, bytes_str(cases[i].text), &arena));
		if (cert_has_identity(c, &id) != cases[i].has)
			fail_msg("%s: %s", cases[i].text, cases[i].has ? "not found" : "found");
	}
	arena_clear(&arena);
	cert_free(c);
}

static void names_in_words(void **state)
{
	struct cert *c = pki_cert("gw");
	struct text t = { 0 };

	(void)state;
	cert_names_print(&t, c);
	assert_string_equal(text_str(&t), "C=CH, O=Example, CN=gw.example.org, gw.example.org, admin@example.org, 192.0.2.1, 2001:db8::1");
	text_clear(&t);
	cert_free(c);
}

/* --- private keys --- */

static const struct {
	const char *file, *passphrase;
	bool ok;
	const char *about;
} key_files[] = {
	{ "gw.key.pem", "", true, NULL },
	{ "gw.pkcs1.key.pem", "", true, NULL },
	{ "gw.key.der", "", true, NULL },
	{ "gw.pkcs1.key.der", "", true, NULL },
	{ "gw.sealed.key.pem", "secret", true, NULL },
	{ "gw.sealed.key.der", "secret", true, NULL },
	{ "gw.old-sealed.key.pem", "secret", true, NULL },
	{ "gw.key.pem", "not asked for", true, NULL },
	{ "gw.sealed.key.pem", "", false, "no passphrase" },
	{ "gw.sealed.key.der", "", false, "no passphrase" },
	{ "gw.old-sealed.key.pem", "", false, "no passphrase" },
	{ "gw.sealed.key.pem", "wrong", false, "passphrase of the private key is wrong" },
	{ "gw.sealed.key.der", "wrong", false, "passphrase of the private key is wrong" },
	{ "gw.old-sealed.key.pem", "wrong", false, "passphrase of the private key is wrong" },
	{ "gw.pem", "", false, "" },
	{ "gw.der", "", false, "" },
	{ "ed25519.key.pem", "", false, "neither RSA nor ECDSA" },
};

static void forms_of_keys(void **state)
{
	struct cert *c = pki_cert("gw"), *other = pki_cert("other");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(key_files); i++) {
		struct arena arena = { 0 };
		struct reason why = { 0 };
		struct key *k = key_read(pki_file(&arena, key_files[i].file), bytes_str(key_files[i].passphrase), &why, &arena);

		if ((k != NULL) != key_files[i].ok)
			fail_msg("%s: %s", key_files[i].file, k ? "read" : "not read");
		if (!k && !value_says(&why.about, key_files[i].about))
			fail_msg("%s: %.*s", key_files[i].file, (int)why.about.bytes.len, (const char *)why.about.bytes.at);
		if (k) {
			assert_true(key_fits(k, c));
			assert_false(key_fits(k, other));
		} else {
			assert_int_equal(why.kind, REASON_NO_KEY);
		}
		key_free(k);
		arena_clear(&arena);
	}
	key_free(NULL);
	cert_free(c);
	cert_free(other);
}

static void ec_keys(void **state)
{
	static const char *const files[] = { "gw-p256.key.pem", "gw-p256.sec1.key.pem", "gw-p256.sec1.key.der" };
	struct cert *c = pki_cert("gw-p256"), *other = pki_cert("gw-p384");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		struct arena arena = { 0 };
		struct reason why;
		struct key *k = key_read(pki_file(&arena, files[i]), bytes_none(), &why, &arena);

		assert_non_null(k);
		assert_true(key_fits(k, c));
		assert_false(key_fits(k, other));
		key_free(k);
		arena_clear(&arena);
	}
	cert_free(c);
	cert_free(other);
}

static void cut_keys(void **state)
{
	struct arena arena = { 0 };
	struct bytes good = pki_file(&arena, "gw.pkcs1.key.der");
	struct reason why;

	(void)state;
	for (size_t len = 0; len < good.len; len += 13) {
		struct arena scratch = { 0 };

		assert_null(key_read(bytes(good.at, len), bytes_none(), &why, &scratch));
		assert_int_equal(why.kind, REASON_NO_KEY);
		arena_clear(&scratch);
	}
	arena_clear(&arena);
}

/*
 * The two hashes of public keys are not one: over the bits (key ids) and over SubjectPublicKeyInfo (CERTREQ). Both are found in the
 * certificate's own DER, where the SPKI of RSA-2048 has 294 bytes and its bits the last 270 of them.
 */
static void names_of_keys(void **state)
{
	static const uint8_t head[] = { 0x30, 0x82, 1, 0x22, 0x30, 13, 6, 9 };
	struct cert *c = pki_cert("gw");
	struct key *k = pki_key("gw");
	const uint8_t *spki = memmem(cert_der(c).at, cert_der(c).len, head, sizeof(head));
	struct bytes whole, bits;
	uint8_t want[20], got[20];

	(void)state;
	assert_non_null(spki);
	whole = bytes(spki, 294);
	bits = bytes(spki + 24, 270);
	assert_true(sha1(want, &whole, 1) && cert_spki_sha1(c, got));
	assert_memory_equal(got, want, 20);
	assert_true(sha1(want, &bits, 1) && key_id(k, got));
	assert_memory_equal(got, want, 20);
	cert_free(c);
	key_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pem_and_der_are_one),
		cmocka_unit_test(broken_der),
		cmocka_unit_test(broken_pem),
		cmocka_unit_test(too_long),
		cmocka_unit_test(facts),
		cmocka_unit_test(whom_it_speaks_for),
		cmocka_unit_test(distinguished_names),
		cmocka_unit_test(names_in_words),
		cmocka_unit_test(forms_of_keys),
		cmocka_unit_test(ec_keys),
		cmocka_unit_test(cut_keys),
		cmocka_unit_test(names_of_keys),
	};

	return cmocka_run_group_tests(tests, crypto_up, crypto_down);
}
