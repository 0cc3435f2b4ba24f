/* SPDX-License-Identifier: ISC */
/* Identities: text forms, printing, fitting; distinguished names in DER, whole and broken. */
#include "support/unit.h"

#include "base/hex.h"
#include "policy/identity.h"

static struct arena arena;

static int clear(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

static struct identity make(const char *text)
{
	struct identity id;
	struct reason why;

	if (!identity_parse(&id, bytes_str(text), &arena, &why))
		fail_msg("%s", text);
	return id;
}

static struct bytes hex(const char *text)
{
	struct bytes b;

	if (!*text)
		return bytes_none();
	assert_true(hex_parse(&b, bytes_str(text), &arena));
	return b;
}

static char *printed(const struct identity *id)
{
	struct text t = { 0 };
	char *s;

	identity_print(&t, id);
	s = arena_str(&arena, bytes(text_str(&t), t.len));
	text_clear(&t);
	return s;
}

/* doc/vici.md 12.3 in its order */
static const struct {
	const char *text;
	unsigned type;
	const char *data; /* hex; NULL: the characters of `print` */
	const char *print;
} forms[] = {
	{ "fqdn:gw.example.org", ID_FQDN, NULL, "gw.example.org" },
	{ "dns:a=b", ID_FQDN, NULL, "a=b" },
	{ "email:x", ID_RFC822_ADDR, NULL, "x" },
	{ "rfc822:a@b", ID_RFC822_ADDR, NULL, "a@b" },
	{ "userfqdn:a@b", ID_RFC822_ADDR, NULL, "a@b" },
	{ "FQDN:gw", ID_FQDN, NULL, "gw" },
	{ "keyid:tunnel 1", ID_KEY_ID, NULL, "tunnel 1" },
	{ "keyid:#0001ff", ID_KEY_ID, "0001ff", "00:01:ff" },
	{ "keyid:#00:01:ff", ID_KEY_ID, "0001ff", "00:01:ff" },
	{ "fqdn:#6162", ID_FQDN, "6162", "ab" },
	{ "ipv4:192.0.2.1", ID_IPV4_ADDR, "c0000201", "192.0.2.1" },
	{ "ipv4:#c0000201", ID_IPV4_ADDR, "c0000201", "192.0.2.1" },
	{ "ipv6:2001:db8::1", ID_IPV6_ADDR, "20010db8000000000000000000000001", "2001:db8::1" },
	{ "ipv4net:10.0.0.5/8", ID_IPV4_ADDR_SUBNET, "0a000000ff000000", "10.0.0.0/8" },
	{ "ipv4range:10.0.0.1-10.0.0.9", ID_IPV4_ADDR_RANGE, "0a0000010a000009", "10.0.0.1-10.0.0.9" },
	{ "asn1dn:CN=a", ID_DER_ASN1_DN, "300c310a30080603550403130161", "CN=a" },
	{ "asn1dn:#300c310a30080603550403130161", ID_DER_ASN1_DN, "300c310a30080603550403130161", "CN=a" },
	{ "asn1gn:#8203616263", ID_DER_ASN1_GN, "8203616263", "{10}:#8203616263" },
	{ "{11}:abc", ID_KEY_ID, NULL, "abc" },
	{ "{200}:#0102", 200, "0102", "{200}:#0102" },
	{ "{0}:abc", ID_KEY_ID, NULL, "{0}:abc" },
	{ "{256}:abc", ID_KEY_ID, NULL, "{256}:abc" },
	{ "C=CH, O=Example, CN=gw", ID_DER_ASN1_DN,
	  "302c310b3009060355040613024348" "3110300e060355040a13074578616d706c65" "310b3009060355040313026777",
	  "C=CH, O=Example, CN=gw" },
	{ "/C=CH/CN=gw", ID_DER_ASN1_DN, "301a310b3009060355040613024348310b3009060355040313026777", "C=CH, CN=gw" },
	{ "what=ever", ID_KEY_ID, NULL, "what=ever" },
	{ "CN=a,", ID_KEY_ID, NULL, "CN=a," },
	{ "", ID_ANY, "", "%any" },
	{ "%any", ID_ANY, "", "%any" },
	{ "%any6", ID_ANY, "", "%any" },
	{ "0.0.0.0", ID_ANY, "", "%any" },
	{ "*", ID_ANY, "", "%any" },
	{ "::", ID_ANY, "", "%any" },
	{ "0::0", ID_ANY, "", "%any" },
	{ "192.0.2.1", ID_IPV4_ADDR, "c0000201", "192.0.2.1" },
	{ "192.0.2.0/24", ID_IPV4_ADDR_SUBNET, "c0000200ffffff00", "192.0.2.0/24" },
	{ "192.0.2.1-192.0.2.7", ID_IPV4_ADDR_RANGE, "c0000201c0000207", "192.0.2.1-192.0.2.7" },
	{ "2001:db8::1", ID_IPV6_ADDR, "20010db8000000000000000000000001", "2001:db8::1" },
	{ "2001:db8::/32", ID_IPV6_ADDR_SUBNET, "20010db8000000000000000000000000ffffffff000000000000000000000000",
	  "2001:db8::/32" },
	{ "group:one", ID_KEY_ID, NULL, "group:one" },
	{ "192.0.2.999", ID_FQDN, NULL, "192.0.2.999" },
	{ "192.0.2.9-192.0.2.1", ID_FQDN, NULL, "192.0.2.9-192.0.2.1" },
	{ "my-host", ID_FQDN, NULL, "my-host" },
	{ "gw.example.org", ID_FQDN, NULL, "gw.example.org" },
	{ "*.example.org", ID_FQDN, NULL, "*.example.org" },
	{ "@#010203", ID_KEY_ID, "010203", "01:02:03" },
	{ "@@alice", ID_RFC822_ADDR, NULL, "alice" },
	{ "@gw", ID_FQDN, NULL, "gw" },
	{ "@", ID_FQDN, "", "" },
	{ "alice@example.org", ID_RFC822_ADDR, NULL, "alice@example.org" },
	{ "*@example.org", ID_RFC822_ADDR, NULL, "*@example.org" },
};

static void forms_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct identity id = make(forms[i].text), copy;
		struct bytes data = forms[i].data ? hex(forms[i].data) : bytes_str(forms[i].print);

		if (id.type != forms[i].type || !bytes_equal(id.data, data))
			fail_msg("%s: type %u", forms[i].text, id.type);
		assert_string_equal(printed(&id), forms[i].print);
		assert_true(identity_copy(&copy, &id, &arena) && identity_equal(&copy, &id));
		assert_true(identity_of_flat(&copy, value_identity(&id, &arena).bytes) && identity_equal(&copy, &id));
	}
}

static void broken_forms_are_refused(void **state)
{
	static const char *const rows[] = { "keyid:#", "keyid:#1", "keyid:#12 4", "@#xy", "@#", "ipv4:gw", "ipv4:2001:db8::1",
		                            "ipv6:192.0.2.1", "ipv4:#c0g0", "asn1dn:nothing", "fqdn:^($", "uri:x",
		                            "ipv4net:10.0.0.1" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct reason why = { 0 };
		struct identity id;

		if (identity_parse(&id, bytes_str(rows[i]), &arena, &why))
			fail_msg("%s", rows[i]);
		assert_true(why.kind == REASON_CONFIG || why.kind == REASON_UNSUPPORTED);
		assert_true(why.about.bytes.len > 0);
	}
}

/* have, want, score: 0 = no, EXACT, or between */
static const struct {
	const char *have, *want;
	enum { NO, LOW, WILD, EXACT } fits;
} fits[] = {
	{ "gw.example.org", "gw.example.org", EXACT },
	{ "GW.Example.ORG", "gw.example.org", EXACT },
	{ "gw.example.org", "gw.example.net", NO },
	{ "gw.example.org", "%any", LOW },
	{ "a.example.org", "*.example.org", WILD },
	{ "a.b.EXAMPLE.org", "*.example.org", WILD },
	{ "example.org", "*.example.org", NO },
	{ ".example.org", "*.example.org", NO },
	{ "evilexample.org", "*.example.org", NO },
	{ "*.example.org", "a.example.org", NO },
	{ "alice@example.org", "*@example.org", WILD },
	{ "alice@mail.example.org", "*@example.org", NO },
	{ "alice@EXAMPLE.org", "Alice@example.org", EXACT },
	{ "fqdn:alice@example.org", "alice@example.org", NO }, /* a type is not another, whatever it looks like */
	{ "keyid:gw", "gw", NO },
	{ "keyid:GW", "keyid:gw", NO },
	{ "keyid:gw", "keyid:gw", EXACT },
	{ "192.0.2.1", "192.0.2.1", EXACT },
	{ "192.0.2.1", "192.0.2.2", NO },
	{ "192.0.2.1", "192.0.2.0/24", WILD },
	{ "192.0.3.1", "192.0.2.0/24", NO },
	{ "192.0.2.1", "192.0.2.1-192.0.2.3", WILD },
	{ "192.0.2.4", "192.0.2.1-192.0.2.3", NO },
	{ "2001:db8::1", "192.0.2.0/24", NO },
	{ "2001:db8::1", "2001:db8::/64", WILD },
	{ "fqdn:192.0.2.1", "192.0.2.1", NO },
	{ "C=CH, O=Example, CN=gw", "C=CH, O=Example, CN=gw", EXACT },
	{ "C=CH, O=EXAMPLE, CN=GW", "c=ch, O=Example, CN=gw", EXACT },
	{ "C=CH, O=Example, CN=gw", "C=CH, O=Example, CN=*", WILD },
	{ "C=CH, O=Example, CN=*", "C=CH, O=Example, CN=gw", NO },
	{ "C=CH, O=Example, CN=gw", "C=CH, CN=gw", NO },
	{ "C=CH, O=Example, CN=gw", "O=Example, C=CH, CN=gw", NO },
	{ "C=CH, O=Example, CN=gw", "C=CH, O=Example, OU=gw", NO },
	{ "C=CH, O=Example", "C=CH, O=Example, CN=*", NO },
	{ "gw7.example.org", "fqdn:^gw[0-9]+\\.example\\.org$", LOW },
	{ "GW7.example.org", "fqdn:^gw[0-9]+\\.example\\.org$", LOW },
	{ "gw.example.org", "fqdn:^gw[0-9]+\\.example\\.org$", NO },
	{ "keyid:gw7.example.org", "fqdn:^gw[0-9]+\\.example\\.org$", NO },
	{ "ab", "fqdn:^a|b$", NO }, /* a part is not enough */
	{ "xb", "fqdn:^a|b$", NO },
	{ "a", "fqdn:^a|b$", LOW },
	{ "C=CH, CN=gw", "asn1dn:^C=CH, CN=.*$", LOW },
	{ "C=CH, CN=gw\\, OU=x", "asn1dn:^C=CH, CN=gw, OU=x$", NO }, /* a comma inside a value does not end it */
};

static void identities_fit(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(fits); i++) {
		struct identity have = make(fits[i].have), want = make(fits[i].want);
		unsigned score = identity_match(&have, &want);
		unsigned level = score == 0 ? NO : score < 100 ? LOW : score < IDENTITY_EXACT ? WILD : EXACT;

		if (level != fits[i].fits)
			fail_msg("%s against %s: %u", fits[i].have, fits[i].want, score);
	}
}

static void better_fits_score_more(void **state)
{
	/* each fits what stands before it, and is less exact than what follows */
	static const char *const wants[] = { "%any", "fqdn:^.*$", "*.org", "*.example.org", "a.example.org" };
	struct identity have = make("a.example.org");
	unsigned last = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wants); i++) {
		struct identity want = make(wants[i]);
		unsigned score = identity_match(&have, &want);
		assert_true(score > last);
		last = score;
	}
	assert_int_equal(last, IDENTITY_EXACT);
}

/* A NUL in a name from a peer is a letter like others: "gw.example.org\0.evil" is not "gw.example.org". */
static void nul_does_not_end_a_name(void **state)
{
	struct identity want = make("gw.example.org");
	struct identity have = { .type = ID_FQDN, .data = bytes("gw.example.org\0.evil", 20) };
	struct identity regex = make("fqdn:^gw\\.example\\.org$");

	(void)state;
	assert_int_equal(identity_match(&have, &want), 0);
	assert_int_equal(identity_match(&have, &regex), 0);
	assert_false(identity_equal(&have, &want));
	assert_string_equal(printed(&have), "gw.example.org\\x00.evil");
}

/* A name that a CA made: strings of several sorts, long lengths, two types in one SET. */
static void sorts_of_text_are_one(void **state)
{
	struct bytes utf8 = hex("300c310a300806035504030c0161"), printable = hex("300c310a30080603550403130161");
	struct bytes bmp = hex("300d310b300906035504031e020061");
	struct bytes set = hex("301631143008060355040313016130080603550403130162");
	struct bytes sequence = hex("3018310a30080603550403130161310a30080603550403130162");
	struct text t = { 0 };

	(void)state;
	assert_int_equal(dn_match(utf8, printable), IDENTITY_EXACT);
	assert_int_equal(dn_match(utf8, bmp), 0);
	assert_int_equal(dn_match(set, sequence), 0);
	dn_print(&t, set);
	assert_string_equal(text_str(&t), "CN=a, CN=b");
	text_clear(&t);
	dn_print(&t, bmp);
	assert_string_equal(text_str(&t), "CN=#1e020061");
	text_clear(&t);
}

static const struct {
	const char *name, *hex;
	const char *print; /* NULL: no name, printed as hex */
} names[] = {
	{ "empty name", "3000", "" },
	{ "unknown type", "300b3109300706022a03130161", "1.2.3=a" },
	{ "type with an arc that is not the shortest", "300c310a300806032a800313" "0161", "2a8003=a" },
	{ "type with a broken arc", "300b3109300706022a83130161", "2a83=a" },
	{ "nothing at all", "", NULL },
	{ "tag alone", "30", NULL },
	{ "length lies: one more", "300d310a30080603550403130161", NULL },
	{ "length lies: one less", "300b310a30080603550403130161", NULL },
	{ "bytes behind", "300c310a3008060355040313016100", NULL },
	{ "indefinite length", "3080310a300806035504031301610000", NULL },
	{ "length not the shortest", "30810c310a30080603550403130161", NULL },
	{ "length of four bytes", "30840000000c310a30080603550403130161", NULL },
	{ "not a SEQUENCE", "310c310a30080603550403130161", NULL },
	{ "SEQUENCE where a SET is due", "300c300a30080603550403130161", NULL },
	{ "empty SET", "30023100", NULL },
	{ "empty pair", "300431023000", NULL },
	{ "empty type", "30093107300506001301" "61", NULL },
	{ "type that is no OID", "300c310a30080c03550403130161", NULL },
	{ "value missing", "30093107300506035504" "03", NULL },
	{ "two values", "300f310d300b0603550403130161130162", NULL },
	{ "inner length past the outer", "300c310a30080603550403130261", NULL },
	{ "tag of two bytes", "300d310b300906035504031f220161", NULL },
};

static void broken_names_are_no_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct bytes der = hex(names[i].hex);
		struct text t = { 0 };

		dn_print(&t, der);
		if (names[i].print ? strncmp(text_str(&t), names[i].print, strlen(names[i].print)) != 0 : text_str(&t)[0] != '#')
			fail_msg("%s: %s", names[i].name, text_str(&t));
		assert_int_equal(dn_match(der, der), names[i].print ? IDENTITY_EXACT : 0);
		text_clear(&t);
	}
}

/* Every cut and every changed byte of a name: no crash, and nothing but the whole fits the whole. */
static void no_cut_fits(void **state)
{
	struct bytes whole = make("C=CH, O=Example, CN=gw").data;
	uint8_t copy[64];

	(void)state;
	assert_true(whole.len <= sizeof(copy));
	for (size_t n = 0; n < whole.len; n++) {
		assert_int_equal(dn_match(bytes(whole.at, n), whole), 0);
		assert_int_equal(dn_match(whole, bytes(whole.at, n)), 0);
		for (unsigned change = 1; change < 256; change++) {
			struct text t = { 0 };
			memcpy(copy, whole.at, whole.len);
			copy[n] = (uint8_t)(copy[n] ^ change);
			(void)dn_match(bytes(copy, whole.len), whole);
			dn_print(&t, bytes(copy, whole.len));
			text_clear(&t);
		}
	}
}

/* text -> DER -> text; the second text is read as the same DER. */
static const struct {
	const char *text, *print; /* print NULL: refused */
} dns[] = {
	{ "CN=gw", "CN=gw" },
	{ "  C = CH ,O= Example Inc ,  CN=gw  ", "C=CH, O=Example Inc, CN=gw" },
	{ "O=\"Example, Inc.\", CN=gw", "O=Example\\, Inc., CN=gw" },
	{ "O=Example\\, Inc., CN=gw", "O=Example\\, Inc., CN=gw" },
	{ "CN=\\\"gw\\\", O=x", "CN=\\\"gw\\\", O=x" },
	{ "CN=\\#1", "CN=\\#1" },
	{ "CN=\\ a\\ ", "CN=\\ a\\ " },
	{ "CN=a\\\\b", "CN=a\\x5cb" },
	{ "CN=Z\\xc3\\xbcrich", "CN=Z\\xc3\\xbcrich" },
	{ "CN=Z\xc3\xbcrich", "CN=Z\\xc3\\xbcrich" },
	{ "CN=#1e020061", "CN=#1e020061" },
	{ "E=a@b, DC=org", "E=a@b, DC=org" },
	{ "emailAddress=a@b", "E=a@b" },
	{ "1.3.6.1.4.1.311.20.2.3=x", "1.3.6.1.4.1.311.20.2.3=x" },
	{ "2.999.4294967295=x", "2.999.4294967295=x" },
	{ "CN=", "CN=" },
	{ "CN=*", "CN=*" },
	{ "CN=a/b", "CN=a/b" },
	{ "CN=a=b", "CN=a=b" },
	{ "/C=CH/O=Example, Inc./CN=gw", "C=CH, O=Example\\, Inc., CN=gw" },
	{ "", NULL },
	{ "/", NULL },
	{ "CN", NULL },
	{ "=x", NULL },
	{ "XX=x", NULL },
	{ "CN=a,,CN=b", NULL },
	{ "CN=a\\", NULL },
	{ "CN=#1e0200", NULL },
	{ "CN=#1e02006100", NULL },
	{ "CN=#", NULL },
	{ "3.1=x", NULL },
	{ "1.40=x", NULL },
	{ "1=x", NULL },
	{ "1..2=x", NULL },
	{ "1.2.4294967296=x", NULL },
};

static void names_come_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(dns); i++) {
		struct bytes der, again;
		struct text t = { 0 };
		bool ok = dn_parse(&der, bytes_str(dns[i].text), &arena);

		if (ok != (dns[i].print != NULL))
			fail_msg("%s", dns[i].text);
		if (!ok)
			continue;
		dn_print(&t, der);
		assert_string_equal(text_str(&t), dns[i].print);
		assert_true(dn_parse(&again, bytes(text_str(&t), t.len), &arena));
		assert_true(bytes_equal(der, again));
		text_clear(&t);
	}
}

/* All lengths around the borders of DER's header and up to the limit; parsers of other programs overflowed here. */
static void long_names_are_bounded(void **state)
{
	static char text[4200];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "CN=", 3);
	for (size_t n = 3; n <= sizeof(text); n += n < 300 ? 1 : 97) {
		struct bytes der;
		struct text t = { 0 };
		bool ok = dn_parse(&der, bytes(text, n), &arena);

		assert_int_equal(ok, n <= 4096);
		if (ok) {
			dn_print(&t, der);
			assert_int_equal(t.len, n);
			assert_memory_equal(text_str(&t), text, n);
		}
		text_clear(&t);
		arena_clear(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(forms_are_read, clear),
		cmocka_unit_test_teardown(broken_forms_are_refused, clear),
		cmocka_unit_test_teardown(identities_fit, clear),
		cmocka_unit_test_teardown(better_fits_score_more, clear),
		cmocka_unit_test_teardown(nul_does_not_end_a_name, clear),
		cmocka_unit_test_teardown(sorts_of_text_are_one, clear),
		cmocka_unit_test_teardown(broken_names_are_no_names, clear),
		cmocka_unit_test_teardown(no_cut_fits, clear),
		cmocka_unit_test_teardown(names_come_back, clear),
		cmocka_unit_test_teardown(long_names_are_bounded, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
