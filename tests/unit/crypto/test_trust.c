/* SPDX-License-Identifier: ISC */
/* Paths to an anchor: the right ones, and one table row for each way to be wrong. */
#include "support/unit.h"

#include "crypto/pki.h"
#include "files.h"
#include "fixture.h"
#include "iana/ikev2.h"

#define WALL_2019 INT64_C(1546300800)
#define WALL_2050 INT64_C(2524608000)
#define TO_2021 INT64_C(1609459200)   /* when expired.pem ended */
#define FROM_2040 INT64_C(2208988800) /* when not-yet.pem begins */
#define FROM_2024 INT64_C(1704067200) /* all others */
#define TO_2044 INT64_C(2335219200)

#define MOST 4

/* Names of files, leaf first; a path that begins with the anchors of `from`. */
static const struct row {
	const char *name;
	const char *chain[MOST], *anchors[MOST], *others[MOST];
	int64_t wall;
	enum reason_kind kind; /* REASON_NONE: trusted */
	const char *about;     /* a part of the words, or the CN that the DN must contain */
	int64_t bound;         /* for times */
} rows[] = {
	{ "leaf of a root", { "gw" }, { "root" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "of the right one of several roots", { "gw" }, { "stranger", "root-ec", "root" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "ECDSA leaf", { "gw-p256" }, { "root-ec" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "P-384 leaf", { "gw-p384" }, { "root-ec" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "intermediate sent", { "below-sub", "sub" }, { "root" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "intermediate and root sent", { "below-sub", "sub", "root" }, { "root" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "intermediate behind something else", { "below-sub", "gw", "sub" }, { "root" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "intermediate loaded here", { "below-sub" }, { "root" }, { "sub" }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "intermediate is the anchor", { "below-sub" }, { "sub" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "pinned leaf", { "gw" }, { "gw" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "pinned, self-signed", { "self-signed" }, { "self-signed" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "no usages at all", { "eku-none" }, { "root-ec" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "serverAuth", { "eku-server" }, { "root-ec" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "clientAuth among others", { "eku-client" }, { "root-ec" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "ipsecIKE, critical", { "eku-ike" }, { "root-ec" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "ikeIntermediate", { "eku-intermediate" }, { "root-ec" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "anyExtendedKeyUsage", { "eku-any" }, { "root-ec" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "nonRepudiation", { "ku-repudiation" }, { "root-ec" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },
	{ "name constraints met, other case", { "names-in", "sub-names" }, { "root" }, { 0 }, WALL_2026, REASON_NONE, NULL, 0 },

	{ "nothing sent", { 0 }, { "root" }, { 0 }, WALL_2026, REASON_NO_CERT, NULL, 0 },
	{ "expired", { "expired" }, { "root-ec" }, { 0 }, WALL_2026, REASON_CERT_EXPIRED, "expired", TO_2021 },
	{ "expired, pinned", { "expired" }, { "expired" }, { 0 }, WALL_2026, REASON_CERT_EXPIRED, "expired", TO_2021 },
	{ "good, the clock far ahead", { "gw" }, { "root" }, { 0 }, WALL_2050, REASON_CERT_EXPIRED, "", TO_2044 },
	{ "not yet valid", { "not-yet" }, { "root-ec" }, { 0 }, WALL_2026, REASON_CERT_NOT_YET, "not-yet", FROM_2040 },
	{ "not yet valid, pinned", { "not-yet" }, { "not-yet" }, { 0 }, WALL_2026, REASON_CERT_NOT_YET, "not-yet", FROM_2040 },
	{ "good, the clock not set", { "gw" }, { "root" }, { 0 }, WALL_2019, REASON_CERT_NOT_YET, "", FROM_2024 },
	{ "the second before", { "gw" }, { "root" }, { 0 }, FROM_2024 - 1, REASON_CERT_NOT_YET, "", FROM_2024 },
	{ "the last second", { "gw" }, { "root" }, { 0 }, TO_2044 - 1, REASON_NONE, NULL, 0 },
	{ "the last second, pinned", { "gw" }, { "gw" }, { 0 }, TO_2044 - 1, REASON_NONE, NULL, 0 },
	{ "the second after, pinned", { "gw" }, { "gw" }, { 0 }, TO_2044, REASON_CERT_EXPIRED, "", TO_2044 },
	{ "the second after", { "gw" }, { "root" }, { 0 }, TO_2044, REASON_CERT_EXPIRED, "", TO_2044 },
	{ "expired intermediate", { "below-expired", "sub-expired" }, { "root" }, { 0 }, WALL_2026, REASON_CERT_EXPIRED, "Expired Sub",
	  TO_2021 },
	{ "self-signed", { "self-signed" }, { "root" }, { 0 }, WALL_2026, REASON_CERT_SELF_SIGNED, "self-signed", 0 },
	{ "self-signed, no anchors", { "self-signed" }, { 0 }, { 0 }, WALL_2026, REASON_CERT_SELF_SIGNED, "self-signed", 0 },
	{ "self-signed, loaded but no anchor", { "self-signed" }, { "root" }, { "self-signed" }, WALL_2026, REASON_CERT_SELF_SIGNED,
	  "self-signed", 0 },
	{ "of a stranger", { "untrusted" }, { "root", "root-ec" }, { 0 }, WALL_2026, REASON_CERT_UNTRUSTED, "Stranger Root", 0 },
	{ "a stranger sends its root", { "untrusted", "stranger" }, { "root" }, { 0 }, WALL_2026, REASON_CERT_UNTRUSTED, "Stranger Root", 0 },
	{ "a stranger's root is loaded, no anchor", { "untrusted" }, { "root" }, { "stranger" }, WALL_2026, REASON_CERT_UNTRUSTED,
	  "Stranger Root", 0 },
	{ "no anchors", { "gw" }, { 0 }, { 0 }, WALL_2026, REASON_CERT_UNTRUSTED, "Example Root", 0 },
	{ "intermediate missing", { "below-sub" }, { "root" }, { 0 }, WALL_2026, REASON_CERT_UNTRUSTED, "Example Sub", 0 },
	{ "codeSigning", { "eku-code" }, { "root-ec" }, { 0 }, WALL_2026, REASON_CERT_INVALID, "extended key usage", 0 },
	{ "intermediate for codeSigning", { "below-code", "sub-code" }, { "root" }, { 0 }, WALL_2026, REASON_CERT_INVALID,
	  "extended key usage", 0 },
	{ "keyEncipherment", { "ku-encipher" }, { "root-ec" }, { 0 }, WALL_2026, REASON_CERT_INVALID, "key usage", 0 },
	{ "a CA itself: keyCertSign alone", { "sub" }, { "root" }, { 0 }, WALL_2026, REASON_CERT_INVALID, "key usage", 0 },
	{ "unknown critical extension", { "critical" }, { "root-ec" }, { 0 }, WALL_2026, REASON_CERT_INVALID, "critical", 0 },
	{ "issued by a leaf", { "below-leaf", "gw-p256" }, { "root-ec" }, { 0 }, WALL_2026, REASON_CERT_INVALID, "", 0 },
	{ "issued by a pinned leaf", { "below-leaf" }, { "gw-p256" }, { 0 }, WALL_2026, REASON_CERT_INVALID, "", 0 },
	{ "signed with SHA-1", { "sha1" }, { "root-ec" }, { 0 }, WALL_2026, REASON_CERT_INVALID, "weak", 0 },
	{ "RSA of 1024 bits", { "small" }, { "root" }, { 0 }, WALL_2026, REASON_CERT_INVALID, "2048", 0 },
	{ "RSA of 1024 bits, pinned", { "small" }, { "small" }, { 0 }, WALL_2026, REASON_CERT_INVALID, "2048", 0 },
	{ "path longer than allowed", { "below-deep", "sub-deep", "sub-zero" }, { "root" }, { 0 }, WALL_2026, REASON_CERT_INVALID,
	  "path length", 0 },
	{ "outside the permitted names", { "names-out", "sub-names" }, { "root" }, { 0 }, WALL_2026, REASON_CERT_INVALID, "permitted", 0 },
	{ "an excluded name, other case", { "names-excluded", "sub-names" }, { "root" }, { 0 }, WALL_2026, REASON_CERT_INVALID,
	  "excluded", 0 },
};

static size_t load(struct cert **out, const char *const names[MOST])
{
	size_t n = 0;

	while (n < MOST && names[n]) {
		out[n] = pki_cert(names[n]);
		n++;
	}
	return n;
}

static void drop(struct cert **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cert_free(list[i]);
}

static bool about_fits(const struct row *r, const struct value *v)
{
	if (!r->about || !*r->about)
		return true;
	return (v->kind == VALUE_TEXT || v->kind == VALUE_DN) && v->bytes.len > 0 &&
	       memmem(v->bytes.at, v->bytes.len, r->about, strlen(r->about));
}

static void check_refusal(const struct row *r, const struct reason *why)
{
	if (why->kind != r->kind)
		fail_msg("%s: refused as %s, %.*s", r->name, reason_name(why->kind), (int)why->about.bytes.len,
		         (const char *)why->about.bytes.at);
	if (!about_fits(r, &why->about))
		fail_msg("%s: about \"%.*s\"", r->name, (int)why->about.bytes.len, (const char *)why->about.bytes.at);
	assert_int_equal(why->notify, IKEV2_NOTIFY_AUTHENTICATION_FAILED);
	if (r->bound) {
		assert_int_equal(why->about.kind, VALUE_DN);
		assert_int_equal(why->got.kind, VALUE_TIME);
		assert_int_equal((int64_t)why->got.number, r->wall);
		assert_int_equal(why->wanted.kind, VALUE_TIME);
		assert_int_equal((int64_t)why->wanted.number, r->bound);
	}
}

static void paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct cert *chain[MOST], *anchors[MOST], *others[MOST];
		size_t count = load(chain, rows[i].chain);
		struct trust t = { anchors, load(anchors, rows[i].anchors), others, load(others, rows[i].others) };
		struct arena arena = { 0 };
		struct reason why = { 0 };
		bool ok = trust_path(&t, chain, count, rows[i].wall, &why, &arena);

		if (ok && rows[i].kind != REASON_NONE)
			fail_msg("%s: trusted", rows[i].name);
		if (!ok)
			check_refusal(&rows[i], &why);
		drop(chain, count);
		drop(anchors, t.anchor_count);
		drop(others, t.other_count);
		arena_clear(&arena);
	}
}

/* A peer that sends a hundred certificates costs a bounded look at them. */
static void long_chains_are_bounded(void **state)
{
	struct cert *chain[100], *anchors[1] = { pki_cert("root") };
	struct trust t = { anchors, 1, NULL, 0 };
	struct arena arena = { 0 };
	struct reason why;

	(void)state;
	chain[0] = pki_cert("below-sub");
	for (size_t i = 1; i < COUNT_OF(chain) - 1; i++)
		chain[i] = pki_cert("gw-p256");
	chain[COUNT_OF(chain) - 1] = pki_cert("sub");
	assert_false(trust_path(&t, chain, COUNT_OF(chain), WALL_2026, &why, &arena)); /* its place is past the bound */
	assert_int_equal(why.kind, REASON_CERT_UNTRUSTED);
	drop(chain, COUNT_OF(chain));
	drop(anchors, 1);
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(long_chains_are_bounded),
	};

	return cmocka_run_group_tests(tests, crypto_up, crypto_down);
}
