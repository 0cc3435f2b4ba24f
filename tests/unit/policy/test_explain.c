/* SPDX-License-Identifier: ISC */
/* Reasons in words: the exact texts that administrators read. */
#include "support/unit.h"

#include "base/hex.h"
#include "iana/ikev2.h"
#include "policy/explain.h"
#include "policy/identity.h"
#include "policy/proposal.h"
#include "policy/selector.h"

static struct arena arena;

static int clear(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

static const struct conf_at at = { "/etc/swanctl/swanctl.conf", "connections.office.proposals", 7, 3 };

static struct value proposals(const char *texts, enum protocol protocol)
{
	struct proposals p = { 0 };
	struct reason why;

	while (*texts) {
		size_t n = strcspn(texts, ",");
		assert_true(proposals_add_text(&p, &arena, protocol, bytes(texts, n), &why));
		texts += n + (texts[n] == ',');
	}
	return value_proposals(&p, &arena);
}

static struct value selectors(const char *text)
{
	struct selector s;
	struct reason why;

	assert_true(selector_parse(&s, bytes_str(text), &why));
	return value_selectors(&(struct selectors){ 1, &s }, &arena);
}

static struct value id(const char *text)
{
	struct identity i;
	struct reason why;

	assert_true(identity_parse(&i, bytes_str(text), &arena, &why));
	return value_identity(&i, &arena);
}

static struct value raw(enum value_kind kind, uint64_t number, const char *digits)
{
	struct bytes b = bytes_none();

	assert_true(!*digits || hex_parse(&b, bytes_str(digits), &arena));
	return value_of(kind, number, b);
}

static void values_are_printed(void **state)
{
	const struct {
		struct value v;
		const char *text;
	} rows[] = {
		{ value_none(), "" },
		{ value_text("a\nb"), "a\\x0ab" },
		{ value_number(42), "42" },
		{ raw(VALUE_TIME, 1700000000, ""), "2023-11-14 22:13:20 UTC" },
		{ raw(VALUE_TIME, (uint64_t)-1, ""), "1969-12-31 23:59:59 UTC" },
		{ raw(VALUE_TIME, (uint64_t)INT64_MAX, ""), "9223372036854775807 s since 1970" },
		{ raw(VALUE_DURATION, 250, ""), "250 ms" },
		{ raw(VALUE_DURATION, 2500, ""), "2.5 s" },
		{ raw(VALUE_DURATION, 20000, ""), "20 s" },
		{ raw(VALUE_DURATION, 165000, ""), "2 min 45 s" },
		{ raw(VALUE_DURATION, 9000000, ""), "2 h 30 min" },
		{ raw(VALUE_ADDR, 0, "c0000201"), "192.0.2.1" },
		{ raw(VALUE_ADDR, 0, "c00002"), "c00002" },
		{ raw(VALUE_ENDPOINT, 4500, "20010db8000000000000000000000001"), "2001:db8::1[4500]" },
		{ raw(VALUE_HEX, 0, "00ff"), "00ff" },
		{ id("gw.example.org"), "gw.example.org (FQDN)" },
		{ id("keyid:gw"), "gw (key ID)" },
		{ id("CN=gw"), "CN=gw (DN)" },
		{ id("%any"), "%any" },
		{ id("fqdn:^gw.*$"), "^gw.*$" },
		{ raw(VALUE_ID, 0, ""), "" },
		{ raw(VALUE_DN, 0, "300c310a30080603550403130161"), "CN=a" },
		{ proposals("aes256-sha256-x25519,aes128-sha256-x25519", PROTO_IKE), "aes256-sha256-x25519, aes128-sha256-x25519" },
		{ raw(VALUE_PROPOSALS, 0, "00"), "00" },
		{ raw(VALUE_PROPOSALS, 0, ""), "nothing" },
		{ selectors("10.0.0.0/8[tcp/80]"), "10.0.0.0/8[tcp/http]" },
		{ raw(VALUE_TS, 0, "00000000"), "nothing" },
		{ raw(VALUE_TS, 0, "0100000007"), "0100000007" },
		{ raw(VALUE_KE, 19, ""), "ecp256" },
		{ raw(VALUE_KE, 1024, ""), "(1024)" },
		{ raw(VALUE_KE, UINT64_MAX, ""), "(18446744073709551615)" },
		{ raw(VALUE_NOTIFY, 14, ""), "NO_PROPOSAL_CHOSEN" },
		{ raw(VALUE_NOTIFY, 17, "0013"), "INVALID_KE_PAYLOAD (wants ecp256)" },
		{ raw(VALUE_NOTIFY, 1, "63"), "UNSUPPORTED_CRITICAL_PAYLOAD (payload 99)" },
		{ raw(VALUE_NOTIFY, 16384, "aa"), "INITIAL_CONTACT (aa)" },
		{ raw(VALUE_NOTIFY, 50000, ""), "notify 50000" },
		{ raw(VALUE_NOTIFY, 12345, "000035e9"),
		  "Windows status (13801, the certificate is not accepted: its name, its use (serverAuth) or its CA)" },
		{ raw(VALUE_NOTIFY, 12345, "00000001"), "Windows status (1)" },
		{ raw(VALUE_NOTIFY, 12345, "0001"), "Windows status (0001)" },
		{ raw(VALUE_AUTH, 2, ""), "psk (Shared Key Message Integrity Code)" },
		{ raw(VALUE_AUTH, 200, ""), "method 200" },
		{ value_of(VALUE_AUTH, 14, bytes_str("ECDSA with SHA-256")), "pubkey (Digital Signature, ECDSA with SHA-256)" },
		{ raw(VALUE_SPI, 0xc0000001, ""), "c0000001" },
		{ raw(VALUE_SPI, 0x0102030405060708, ""), "0102030405060708" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct text t = { 0 };

		value_print(&t, &rows[i].v);
		assert_string_equal(text_str(&t), rows[i].text);
		text_clear(&t);
	}
}

static void explains(const struct reason *why, const char *text)
{
	struct text t = { 0 };

	reason_explain(&t, why);
	assert_string_equal(text_str(&t), text);
	text_clear(&t);
}

static void tells(const struct reason *why, const char *text)
{
	struct text t = { 0 };

	reason_print(&t, why);
	assert_string_equal(text_str(&t), text);
	text_clear(&t);
}

static void a_proposal_mismatch_is_told(void **state)
{
	struct reason why;

	(void)state;
	(void)refuse(&why, REASON_PROPOSAL, 14, proposals("aes128-sha256-modp2048", PROTO_IKE),
	             proposals("aes256gcm16-prfsha384-ecp384", PROTO_IKE), at);
	explains(&why, "no offered proposal fits a configured one\n"
	               "  offered     aes128-sha256-modp2048\n"
	               "  configured  aes256gcm16-prfsha384-ecp384   (/etc/swanctl/swanctl.conf:7, connections.office.proposals)\n"
	               "  differs     encryption, PRF, key exchange\n"
	               "  change      add aes128-sha256-modp2048 to connections.office.proposals, or "
	               "aes256gcm16-prfsha384-ecp384 to the peer's\n");
	tells(&why, "no offered proposal fits a configured one: offered aes128-sha256-modp2048; configured "
	            "aes256gcm16-prfsha384-ecp384 [/etc/swanctl/swanctl.conf:7 (connections.office.proposals)]");

	/* the nearest pair counts, and what fits already stays in the change */
	(void)refuse(&why, REASON_PROPOSAL, 14, proposals("aes128-sha1-modp2048,aes256-aes128-sha256-modp2048-modp3072", PROTO_IKE),
	             proposals("aes256gcm16-prfsha384-ecp384,aes256-sha256-x25519", PROTO_IKE), at);
	explains(&why, "no offered proposal fits a configured one\n"
	               "  offered     aes128-sha1-modp2048\n"
	               "              aes256-aes128-sha256-modp2048-modp3072\n"
	               "  configured  aes256gcm16-prfsha384-ecp384\n"
	               "              aes256-sha256-x25519   (/etc/swanctl/swanctl.conf:7, connections.office.proposals)\n"
	               "  differs     key exchange\n"
	               "  change      add aes256-sha256-modp2048 to connections.office.proposals, or aes256-sha256-x25519 to the "
	               "peer's\n");

	/* PFS on one side only */
	(void)refuse(&why, REASON_PROPOSAL, 14, proposals("aes256gcm16", PROTO_ESP), proposals("aes256gcm16-x25519", PROTO_ESP),
	             conf_nowhere());
	explains(&why, "no offered proposal fits a configured one\n"
	               "  offered     aes256gcm16\n"
	               "  configured  aes256gcm16-x25519\n"
	               "  differs     key exchange\n"
	               "  change      add aes256gcm16 to the configured proposals, or aes256gcm16-x25519 to the peer's\n");

	/* weak ones are named as such: Windows' stock offers with a group that is built */
	(void)refuse(&why, REASON_PROPOSAL, 14, proposals("aes256-sha1-modp2048", PROTO_IKE),
	             proposals("aes256-sha256-modp2048", PROTO_IKE), at);
	explains(&why, "no offered proposal fits a configured one\n"
	               "  offered     aes256-sha1-modp2048\n"
	               "  configured  aes256-sha256-modp2048   (/etc/swanctl/swanctl.conf:7, connections.office.proposals)\n"
	               "  differs     PRF, integrity\n"
	               "  change      add aes256-sha1-modp2048 to connections.office.proposals (weak), or aes256-sha256-modp2048 "
	               "to the peer's\n");
}

/* What the change says can be pasted, and then the two meet. */
static void the_change_makes_them_meet(void **state)
{
	static const struct {
		enum protocol protocol;
		const char *offered, *configured;
	} rows[] = {
		{ PROTO_IKE, "aes128-sha256-modp2048", "aes256gcm16-prfsha384-ecp384" },
		{ PROTO_IKE, "aes256-aes128-sha512-sha256-x25519", "aes256-sha384-x25519" },
		{ PROTO_IKE, "aes256-sha256-prfsha512-x25519", "aes256-sha256-x25519" },
		{ PROTO_ESP, "aes256gcm16-esn", "aes256gcm16" },
		{ PROTO_ESP, "aes256gcm16-x25519", "aes128-sha256-none-ecp256-noesn" },
		{ PROTO_ESP, "aes256gcm16-x25519-none-esn", "aes128gcm16" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct proposals offered, configured;
		struct proposal_gap gap;
		struct text t = { 0 };
		struct suite suite;
		struct reason why;
		const char *first, *second;

		assert_true(proposals_read(&offered, proposals(rows[i].offered, rows[i].protocol).bytes, &arena));
		assert_true(proposals_read(&configured, proposals(rows[i].configured, rows[i].protocol).bytes, &arena));
		for (unsigned k = 0; k < offered.count; k++)
			offered.list[k].number = 0; /* no SPI here */
		assert_false(proposal_choose(&suite, NULL, &configured, &offered, (struct choose_how){ 0 }, &arena, &why));
		assert_true(proposals_nearest(&gap, &offered, &configured));
		proposal_gap_print_change(&t, &gap, NULL);
		first = strstr(text_str(&t), "add ");
		second = strstr(text_str(&t), ", or ");
		assert_true(first && second);
		first += 4;
		second += 5;
		/* added here */
		assert_true(proposals_add_text(&configured, &arena, rows[i].protocol, bytes(first, strcspn(first, " ")), &why));
		assert_true(proposal_choose(&suite, NULL, &configured, &offered, (struct choose_how){ 0 }, &arena, &why));
		/* or there */
		configured.count--;
		assert_true(proposals_add_text(&offered, &arena, rows[i].protocol, bytes(second, strcspn(second, " ")), &why));
		assert_true(proposal_choose(&suite, NULL, &configured, &offered, (struct choose_how){ 0 }, &arena, &why));
		text_clear(&t);
	}
}

/* 3DES, SHA-1, MODP-1024 as stock Windows offers it: not built, so that only the peer can change. */
static void what_is_not_built_is_not_recommended(void **state)
{
	struct reason why;

	(void)state;
	(void)refuse(&why, REASON_PROPOSAL, 14,
	             raw(VALUE_PROPOSALS, 0, "0000002801010004" "0300000801000003" "0300000803000002" "0300000802000002" "0000000804000002"),
	             proposals("aes256-sha256-modp2048", PROTO_IKE), at);
	explains(&why, "no offered proposal fits a configured one\n"
	               "  offered     3des-sha1-modp1024\n"
	               "  configured  aes256-sha256-modp2048   (/etc/swanctl/swanctl.conf:7, connections.office.proposals)\n"
	               "  differs     encryption, PRF, integrity, key exchange\n"
	               "  change      nothing that was offered is built here; add aes256-sha256-modp2048 to the peer's\n");
}

static void other_refusals_are_told(void **state)
{
	static const struct conf_at ts = { "a.conf", "connections.a.children.n.remote_ts", 12, 1 };
	static const struct conf_at by_default = { "a.conf", "connections.a.remote.id", 0, 0 };
	struct reason why;

	(void)state;
	(void)refuse(&why, REASON_TS, 38, selectors("10.1.0.0/16"), selectors("10.2.0.0/16"), ts);
	explains(&why, "the traffic selectors do not overlap\n"
	               "  offered     10.1.0.0/16\n"
	               "  configured  10.2.0.0/16   (a.conf:12, connections.a.children.n.remote_ts)\n"
	               "  change      set connections.a.children.n.remote_ts to 10.1.0.0/16, or the peer's local_ts to 10.2.0.0/16\n");

	(void)refuse(&why, REASON_IDENTITY, 24, id("keyid:gw"), id("gw"), by_default);
	explains(&why, "the peer's identity is not the configured one\n"
	               "  peer says   gw (key ID)\n"
	               "  configured  gw (FQDN)   (connections.a.remote.id, by default)\n"
	               "  change      set connections.a.remote.id to what the peer says, or the id of the peer's local section to gw\n");

	(void)refuse(&why, REASON_OWN_IDENTITY, 24, id("paris.example.org"), id("gw"), by_default);
	explains(&why, "the peer asks for another identity of ours than the configured one\n"
	               "  asked for   paris.example.org (FQDN)\n"
	               "  configured  gw (FQDN)   (connections.a.remote.id, by default)\n"
	               "  change      set connections.a.remote.id to paris.example.org, or the id of the peer's remote section to gw\n");

	(void)refuse(&why, REASON_AUTH_METHOD, 24, raw(VALUE_AUTH, 2, ""), value_of(VALUE_AUTH, 14, bytes_str("rsa")), by_default);
	explains(&why, "the peer authenticates by another method than configured\n"
	               "  peer uses   psk (Shared Key Message Integrity Code)\n"
	               "  configured  pubkey (Digital Signature, rsa)   (connections.a.remote.id, by default)\n"
	               "  change      set connections.a.remote.id to psk, or auth of the peer's local section to rsa\n");

	(void)refuse(&why, REASON_NO_PSK, 24, id("gw"), id("here"), (struct conf_at){ "a.conf", "secrets", 0, 0 });
	tells(&why, "no pre-shared key is configured for these identities: peer gw (FQDN); here here (FQDN) [a.conf (secrets)]");

	(void)refuse(&why, REASON_CERT_EXPIRED, 24, raw(VALUE_TIME, 1700086400, ""), raw(VALUE_TIME, 1700000000, ""), conf_nowhere());
	why.about = raw(VALUE_DN, 0, "300c310a30080603550403130161");
	explains(&why, "the certificate has expired\n"
	               "  certificate CN=a\n"
	               "  now         2023-11-15 22:13:20 UTC\n"
	               "  expired     2023-11-14 22:13:20 UTC\n"
	               "  change      renew the certificate, or set the clock of this machine\n");
	tells(&why, "the certificate has expired: CN=a; now 2023-11-15 22:13:20 UTC; expired 2023-11-14 22:13:20 UTC");

	(void)refuse(&why, REASON_CONFIG, 0, value_text("aes257"), value_text("aes256"), at);
	why.about = value_text("unknown algorithm 'aes257'; did you mean 'aes256'?");
	tells(&why, "the configuration is wrong: unknown algorithm 'aes257'; did you mean 'aes256'? "
	            "[/etc/swanctl/swanctl.conf:7 (connections.office.proposals)]");

	(void)refuse_text(&why, REASON_UNSUPPORTED, 0, "3des");
	tells(&why, "not built yet: 3des");
}

/* The side that was refused: the notify, what it sent and from which lines, and who knows more. */
static void what_the_peer_refused_is_told(void **state)
{
	static const struct conf_at id_at = { "a.conf", "connections.a.local.id", 9, 1 }, key_at = { "a.conf", "secrets.ike-a", 24, 1 };
	static const struct conf_at local = { "a.conf", "connections.a.children.n.local_ts", 11, 1 };
	static const struct conf_at remote = { "a.conf", "connections.a.children.n.remote_ts", 12, 1 };
	struct reason why;
	struct text t = { 0 };

	(void)state;
	(void)refuse(&why, REASON_PEER_REFUSED, 14, proposals("aes256-sha256-x25519,aes128-sha256-x25519", PROTO_IKE), value_none(), at);
	why.about = value_text("unauthenticated answer");
	explains(&why, "the peer refused: NO_PROPOSAL_CHOSEN (unauthenticated answer)\n"
	               "  means       none of our proposals fits one of the peer's, or the peer has no connection for our address\n"
	               "  we sent     aes256-sha256-x25519\n"
	               "              aes128-sha256-x25519   (/etc/swanctl/swanctl.conf:7, connections.office.proposals)\n"
	               "  next        the reason is known at the peer: `adit explain` there, or its log, tells it\n");
	tells(&why, "the peer refused: NO_PROPOSAL_CHOSEN (unauthenticated answer); we sent aes256-sha256-x25519, aes128-sha256-x25519 "
	            "[/etc/swanctl/swanctl.conf:7 (connections.office.proposals)]; the peer knows why");
	reason_print_short(&t, &why);
	assert_string_equal(text_str(&t), "the peer refused: NO_PROPOSAL_CHOSEN (unauthenticated answer)");
	text_clear(&t);

	(void)refuse(&why, REASON_PEER_REFUSED, 24, id("a.test"), value_text("ike-a"), id_at);
	why.also = key_at;
	explains(&why, "the peer refused: AUTHENTICATION_FAILED\n"
	               "  means       the peer does not accept our identity or what proves it (key, certificate), or has no connection "
	               "for them\n"
	               "  we sent     a.test (FQDN)   (a.conf:9, connections.a.local.id)\n"
	               "  we sent     the pre-shared key of ike-a   (a.conf:24, secrets.ike-a)\n"
	               "  next        the reason is known at the peer: `adit explain` there, or its log, tells it\n");
	tells(&why, "the peer refused: AUTHENTICATION_FAILED; we sent a.test (FQDN) [a.conf:9 (connections.a.local.id)] and the "
	            "pre-shared key of ike-a [a.conf:24 (secrets.ike-a)]; the peer knows why");

	why.wanted = value_text("pubkey");
	why.also = (struct conf_at){ "a.conf", "connections.a.local.auth", 8, 1 };
	tells(&why, "the peer refused: AUTHENTICATION_FAILED; we sent a.test (FQDN) [a.conf:9 (connections.a.local.id)] and proof by "
	            "pubkey [a.conf:8 (connections.a.local.auth)]; the peer knows why");

	(void)refuse(&why, REASON_PEER_REFUSED, 38, selectors("10.1.0.0/24"), selectors("10.2.0.0/24"), local);
	why.also = remote;
	explains(&why, "the peer refused: TS_UNACCEPTABLE\n"
	               "  means       the peer's traffic selectors do not overlap with ours\n"
	               "  we sent     10.1.0.0/24   (a.conf:11, connections.a.children.n.local_ts)\n"
	               "  we sent     10.2.0.0/24   (a.conf:12, connections.a.children.n.remote_ts)\n"
	               "  next        the reason is known at the peer: `adit explain` there, or its log, tells it\n");

	(void)refuse(&why, REASON_PEER_REFUSED, 50000, value_none(), value_none(), at);
	explains(&why, "the peer refused: notify 50000\n"
	               "  at          /etc/swanctl/swanctl.conf:7 (connections.office.proposals)\n"
	               "  next        the reason is known at the peer: `adit explain` there, or its log, tells it\n");
}

static void a_wrong_secret_is_told(void **state)
{
	static const struct conf_at key_at = { "a.conf", "secrets.ike-a", 24, 1 };
	struct reason why;

	(void)state;
	(void)refuse(&why, REASON_PSK_MISMATCH, 24, id("a.test"), id("b.test"), key_at);
	why.about = value_text("ike-a");
	explains(&why, "the pre-shared keys differ\n"
	               "  secret      ike-a   (a.conf:24, secrets.ike-a)\n"
	               "  peer        a.test (FQDN)\n"
	               "  here        b.test (FQDN)\n"
	               "  change      write the same secret into secrets.ike-a and at the peer; look for blanks and quotes around it\n");
	tells(&why, "the pre-shared keys differ: secret ike-a; peer a.test (FQDN); here b.test (FQDN) [a.conf:24 (secrets.ike-a)]");
}

/* Each kind, with nothing in it and with all that is odd: some words, no crash. */
static void every_kind_has_words(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind <= REASON_COUNT; kind++) {
		for (unsigned v = 0; v <= VALUE_SPI; v++) {
			struct value odd = value_of((enum value_kind)v, UINT64_MAX, bytes("\x00\xff\n", 3));
			struct reason why = { .kind = (enum reason_kind)kind, .got = odd, .wanted = odd, .about = odd };
			struct text t = { 0 }, line = { 0 };

			reason_explain(&t, &why);
			reason_print(&line, &why);
			assert_true(t.len > 5 && t.at[t.len - 1] == '\n');
			assert_true(line.len > 5 && !strchr(line.at, '\n'));
			text_clear(&t);
			text_clear(&line);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(values_are_printed, clear),
		cmocka_unit_test_teardown(a_proposal_mismatch_is_told, clear),
		cmocka_unit_test_teardown(the_change_makes_them_meet, clear),
		cmocka_unit_test_teardown(what_is_not_built_is_not_recommended, clear),
		cmocka_unit_test_teardown(other_refusals_are_told, clear),
		cmocka_unit_test_teardown(what_the_peer_refused_is_told, clear),
		cmocka_unit_test_teardown(a_wrong_secret_is_told, clear),
		cmocka_unit_test_teardown(every_kind_has_words, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
