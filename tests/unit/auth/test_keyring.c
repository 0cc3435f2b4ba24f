/* SPDX-License-Identifier: ISC */
/*
 * The keyring: adding, replacing, removing, reloading, and which PSK is taken for whom.
 */
#include "support/unit.h"
#include "support/with_crypto.h"

#include <stdio.h>

#include "certs.h"
#include "ike/auth/ring.h"

static struct reason why;

static void add_psk(struct keyring *ring, enum origin origin, const char *id, const char *secret, const char *owners)
{
	struct arena arena = { 0 };
	struct identity list[4];
	size_t count = 0;

	while (*owners) {
		size_t len = strcspn(owners, " ");

		assert_true(count < COUNT_OF(list));
		assert_true(identity_parse(&list[count++], bytes(owners, len), &arena, &why));
		owners += len + (owners[len] == ' ');
	}
	assert_true(keyring_add_shared(ring, origin, bytes_str(id), SHARED_IKE, bytes_str(secret), list, count, conf_nowhere(), &why));
	arena_clear(&arena);
}

/* --- look-up --- */

struct entry {
	const char *id, *owners;
};

static const struct {
	const char *name;
	struct entry ring[4];
	const char *own, *peer, *found;
} lookups[] = {
	{ "empty", { 0 }, "moon", "sun", NULL },
	{ "no owners is anybody", { { "any", "" } }, "moon", "sun", "any" },
	{ "%any is anybody", { { "any", "%any" } }, "moon", "sun", "any" },
	{ "strangers alone", { { "other", "mars venus" } }, "moon", "sun", NULL },
	{ "the peer's beats anybody's", { { "any", "" }, { "sun", "sun" } }, "moon", "sun", "sun" },
	{ "both beat the peer's", { { "sun", "sun" }, { "both", "moon sun" } }, "moon", "sun", "both" },
	{ "both beat the peer's, other order", { { "both", "moon sun" }, { "sun", "sun" } }, "moon", "sun", "both" },
	{ "both beat the peer's and anybody's", { { "any", "" }, { "both", "sun moon" }, { "sun", "sun" } }, "moon", "sun", "both" },
	{ "ours alone is better than nothing", { { "moon", "moon" } }, "moon", "sun", "moon" },
	{ "the peer decides first: anybody's beats ours alone", { { "moon", "moon" }, { "any", "" } }, "moon", "sun", "any" },
	{ "the peer's beats ours", { { "moon", "moon" }, { "sun", "sun" } }, "moon", "sun", "sun" },
	{ "the peer's beats ours, other order", { { "sun", "sun" }, { "moon", "moon" } }, "moon", "sun", "sun" },
	{ "ours and somebody else's is not a stranger's", { { "both", "moon mars" } }, "moon", "sun", NULL },
	{ "ours and somebody else's, the peer not known yet", { { "both", "moon mars" } }, "moon", "%any", "both" },
	{ "two names of ours", { { "moon", "moon @moon" } }, "moon", "sun", "moon" },
	{ "ours with somebody else", { { "a", "moon mars" }, { "b", "moon sun" } }, "moon", "sun", "b" },
	{ "exact beats a wildcard", { { "wild", "*.example.org" }, { "exact", "sun.example.org" } }, "moon", "sun.example.org", "exact" },
	{ "a wildcard beats anybody", { { "any", "" }, { "wild", "*.example.org" } }, "moon", "sun.example.org", "wild" },
	{ "a wildcard of others", { { "wild", "*.example.com" } }, "moon", "sun.example.org", NULL },
	{ "the first of equals", { { "one", "sun" }, { "two", "sun" } }, "moon", "sun", "one" },
	{ "addresses", { { "name", "sun" }, { "addr", "192.0.2.1" } }, "moon", "192.0.2.1", "addr" },
	{ "an address is no name", { { "name", "@192.0.2.1" } }, "moon", "192.0.2.1", NULL },
	{ "a regex", { { "re", "fqdn:^s[aeiou]n$" } }, "moon", "sun", "re" },
	{ "a regex of others", { { "re", "fqdn:^s[aeio]n$" } }, "moon", "sun", NULL },
	{ "an expected peer that is not known yet", { { "sun", "sun" } }, "moon", "%any", NULL },
};

static void lookup_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lookups); i++) {
		struct keyring *ring = keyring_new();
		struct arena arena = { 0 };
		struct identity own, peer;
		const struct shared_entry *found;

		for (size_t k = 0; k < COUNT_OF(lookups[i].ring) && lookups[i].ring[k].id; k++)
			add_psk(ring, ORIGIN_FILE, lookups[i].ring[k].id, "secret", lookups[i].ring[k].owners);
		assert_true(identity_parse(&own, bytes_str(lookups[i].own), &arena, &why));
		assert_true(identity_parse(&peer, bytes_str(lookups[i].peer), &arena, &why));
		found = ring_psk(ring, &own, &peer);
		if (!found != !lookups[i].found || (found && !bytes_equal(found->id, bytes_str(lookups[i].found))))
			fail_msg("%s: found %.*s", lookups[i].name, found ? (int)found->id.len : 4,
			         found ? (const char *)found->id.at : "none");
		arena_clear(&arena);
		keyring_free(ring);
	}
}

static void only_ike_secrets_are_psks(void **state)
{
	struct keyring *ring = keyring_new();
	const struct identity any = { 0 };

	(void)state;
	assert_true(keyring_add_shared(ring, ORIGIN_FILE, bytes_str("eap-carol"), SHARED_EAP, bytes_str("x"), NULL, 0, conf_nowhere(), &why));
	assert_true(keyring_add_shared(ring, ORIGIN_FILE, bytes_str("ppk-1"), SHARED_PPK, bytes_str("x"), NULL, 0, conf_nowhere(), &why));
	assert_null(ring_psk(ring, &any, &any));
	keyring_free(ring);
}

/* --- entries --- */

struct seen {
	char text[512];
};

static void see_shared(void *ctx, enum origin origin, struct bytes id, enum shared_kind kind)
{
	struct seen *s = ctx;

	(void)kind;
	snprintf(s->text + strlen(s->text), sizeof s->text - strlen(s->text), "%.*s/%d ", (int)id.len, (const char *)id.at,
	         (int)origin);
}

static void see_key(void *ctx, enum origin origin, const char *id_hex)
{
	struct seen *s = ctx;

	assert_int_equal(strlen(id_hex), 40);
	snprintf(s->text + strlen(s->text), sizeof s->text - strlen(s->text), "key/%d ", (int)origin);
}

static void see_cert(void *ctx, enum origin origin, const struct cert *c, bool has_key)
{
	struct seen *s = ctx;

	snprintf(s->text + strlen(s->text), sizeof s->text - strlen(s->text), "%s%s/%d ", cert_is_ca(c) ? "ca" : "cert",
	         has_key ? "+key" : "", (int)origin);
}

static const char *shown(const struct keyring *ring)
{
	static struct seen s;

	s.text[0] = '\0';
	keyring_each_shared(ring, see_shared, &s);
	keyring_each_key(ring, see_key, &s);
	keyring_each_cert(ring, see_cert, &s);
	return s.text;
}

static void the_same_id_replaces(void **state)
{
	struct keyring *ring = keyring_new();
	const struct identity any = { 0 };

	(void)state;
	add_psk(ring, ORIGIN_FILE, "a", "one", "");
	add_psk(ring, ORIGIN_FILE, "b", "two", "");
	add_psk(ring, ORIGIN_VICI, "a", "three", "");
	assert_string_equal(shown(ring), "a/2 b/1 "); /* in its old place */
	assert_true(bytes_equal(secret_bytes(&ring_psk(ring, &any, &any)->secret), bytes_str("three")));
	assert_true(keyring_remove_shared(ring, bytes_str("a")));
	assert_false(keyring_remove_shared(ring, bytes_str("a")));
	assert_true(bytes_equal(secret_bytes(&ring_psk(ring, &any, &any)->secret), bytes_str("two")));
	keyring_free(ring);
}

/* Two without an id stand side by side; neither is listed (swanctl would unload it), and they go when all goes. */
static void without_an_id(void **state)
{
	struct keyring *ring = keyring_new();
	struct arena arena = { 0 };
	struct identity sun, mars;

	(void)state;
	assert_true(identity_parse(&sun, bytes_str("sun"), &arena, &why));
	assert_true(identity_parse(&mars, bytes_str("mars"), &arena, &why));
	add_psk(ring, ORIGIN_VICI, "unnamed-2", "x", "venus");
	add_psk(ring, ORIGIN_VICI, "", "one", "sun");
	add_psk(ring, ORIGIN_VICI, "", "two", "mars");
	assert_string_equal(shown(ring), "unnamed-2/2 ");
	assert_true(bytes_equal(ring_psk(ring, &sun, &sun)->id, bytes_str("unnamed-1")));
	assert_true(bytes_equal(ring_psk(ring, &mars, &mars)->id, bytes_str("unnamed-3")));
	keyring_clear(ring, ORIGIN_VICI);
	assert_null(ring_psk(ring, &sun, &sun));
	arena_clear(&arena);
	keyring_free(ring);
}

static void an_empty_secret_is_refused(void **state)
{
	struct keyring *ring = keyring_new();

	(void)state;
	assert_false(keyring_add_shared(ring, ORIGIN_FILE, bytes_str("a"), SHARED_IKE, bytes_none(), NULL, 0, conf_nowhere(), &why));
	assert_int_equal(why.kind, REASON_CONFIG);
	assert_string_equal(shown(ring), "");
	keyring_free(ring);
}

static void add_cert(struct keyring *ring, enum origin origin, const char *pem)
{
	struct arena arena = { 0 };

	assert_true(keyring_add_cert(ring, origin, bytes_str(pem), false, conf_nowhere(), &why, &arena));
	arena_clear(&arena);
}

static void add_key(struct keyring *ring, enum origin origin, const char *pem, char id[41])
{
	struct arena arena = { 0 };

	assert_true(keyring_add_key(ring, origin, bytes_str(pem), bytes_none(), conf_nowhere(), id, &why, &arena));
	arena_clear(&arena);
}

static void keys_and_certificates_of_two_origins(void **state)
{
	struct keyring *ring = keyring_new();
	char id[41], again[41];

	(void)state;
	add_cert(ring, ORIGIN_FILE, moon_cert);
	add_cert(ring, ORIGIN_FILE, root_cert);
	assert_string_equal(shown(ring), "cert/1 ca/1 ");
	add_key(ring, ORIGIN_FILE, moon_key, id);
	add_key(ring, ORIGIN_VICI, moon_key, again);
	assert_string_equal(id, again);
	add_cert(ring, ORIGIN_VICI, root_cert);
	assert_string_equal(shown(ring), "key/2 cert+key/1 ca/2 "); /* each once */
	keyring_clear(ring, ORIGIN_VICI);
	assert_string_equal(shown(ring), "key/1 cert+key/1 ca/1 ");
	assert_true(keyring_remove_key(ring, bytes_str(id)));
	assert_false(keyring_remove_key(ring, bytes_str(id)));
	assert_string_equal(shown(ring), "cert/1 ca/1 ");
	keyring_clear(ring, ORIGIN_FILE);
	assert_string_equal(shown(ring), "");
	keyring_free(ring);
}

static void a_reload_drops_what_is_gone(void **state)
{
	struct keyring *ring = keyring_new();
	char id[41];

	(void)state;
	add_psk(ring, ORIGIN_FILE, "stays", "x", "");
	add_psk(ring, ORIGIN_FILE, "goes", "x", "");
	add_psk(ring, ORIGIN_VICI, "other", "x", "");
	add_key(ring, ORIGIN_FILE, moon_key, id);
	add_cert(ring, ORIGIN_FILE, moon_cert);
	add_cert(ring, ORIGIN_FILE, sun_cert);
	add_cert(ring, ORIGIN_VICI, sun_cert);
	keyring_mark(ring, ORIGIN_FILE);
	add_psk(ring, ORIGIN_FILE, "stays", "y", "");
	add_cert(ring, ORIGIN_FILE, moon_cert);
	keyring_sweep(ring, ORIGIN_FILE);
	assert_string_equal(shown(ring), "stays/1 other/2 cert/1 cert/2 ");
	keyring_sweep(ring, ORIGIN_FILE); /* nothing is marked any more */
	assert_string_equal(shown(ring), "stays/1 other/2 cert/1 cert/2 ");
	keyring_free(ring);
}

static void what_cannot_be_read_is_refused(void **state)
{
	struct keyring *ring = keyring_new();
	struct arena arena = { 0 };
	const struct conf_at at = { .file = "x.pem", .line = 3 };
	char id[41];

	(void)state;
	assert_false(keyring_add_cert(ring, ORIGIN_FILE, bytes_str("no certificate"), false, at, &why, &arena));
	assert_int_equal(why.kind, REASON_CERT_UNREADABLE);
	assert_int_equal(why.where.line, 3);
	assert_false(keyring_add_cert(ring, ORIGIN_FILE, bytes_str(moon_cert), true, at, &why, &arena));
	assert_int_equal(why.kind, REASON_CERT_INVALID);
	assert_false(keyring_add_key(ring, ORIGIN_FILE, bytes_str(moon_cert), bytes_none(), at, id, &why, &arena));
	assert_int_equal(why.where.line, 3);
	assert_string_equal(id, "");
	assert_string_equal(shown(ring), "");
	arena_clear(&arena);
	keyring_free(ring);
}

/* --- strength --- */

static const struct {
	const char *secret;
	bool strong;
} strengths[] = {
	{ "", false },
	{ "secret", false },
	{ "AAAA", false },
	{ "password1234567890", false },
	{ "12345678901234567890123456789012345678901234567890", false },
	{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", false },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
	{ "aaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbcccccccccccccccccccc", false },
	{ "secretsecretsecretsecretsecretsecretsecret", false },
	{ "9f2c41d7a80b35e6", false },                     /* 64 bits of hex */
	{ "9f2c41d7a80b35e6c1f49d027be8536a", true },      /* 128 */
	{ "vN3k0Q1mZr8xTs5LwY7uBg", true },                /* 22 of base64 */
	{ "vN3k0Q1mZr8xTs5LwY7u", false },                 /* 20 */
	{ "\x91\x02\xfe\x33\x80\x7c\xd5\x11\xa0\x4b\x6e\xc9\x58\xe2\x17\xbd", true }, /* 16 bytes of any value */
};

static void strength_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(strengths); i++)
		if ((psk_strength(bytes_str(strengths[i].secret)) >= PSK_STRENGTH_MIN) != strengths[i].strong)
			fail_msg("\"%s\" has %u bits", strengths[i].secret, psk_strength(bytes_str(strengths[i].secret)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lookup_table),
		cmocka_unit_test(only_ike_secrets_are_psks),
		cmocka_unit_test(the_same_id_replaces),
		cmocka_unit_test(without_an_id),
		cmocka_unit_test(an_empty_secret_is_refused),
		cmocka_unit_test(keys_and_certificates_of_two_origins),
		cmocka_unit_test(a_reload_drops_what_is_gone),
		cmocka_unit_test(what_cannot_be_read_is_refused),
		cmocka_unit_test(strength_table),
	};

	return cmocka_run_group_tests(tests, with_crypto, without_crypto);
}
