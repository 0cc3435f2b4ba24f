/* SPDX-License-Identifier: ISC */
/*
 * One end makes AUTH, the other checks it: each method with the right credentials, then the matrix of the wrong ones.
 *
 * "Alice" makes as moon.example.org (or with another certificate), "Bob" checks. Both have one exchange's octets.
 */
#include "support/unit.h"
#include "support/with_crypto.h"

#include "certs.h"
#include "iana/ikev2.h"
#include "ike/auth/auth.h"
#include "ike/auth/keyring.h"
#include "policy/explain.h"

static struct reason why;

#define PSK "9f2c41d7a80b35e6c1f49d027be8536a"

/* What one case consists of. Zero members are the good ones. */
struct end {
	const char *auth;              /* "psk", "pubkey" (or NULL) */
	const char *id;                /* own: to send; remote: to want; NULL: %any */
	const char *psk, *psk_owners;
	const char *key;
	const char *certs[3];          /* loaded */
	const char *round_certs[2];    /* local: to send; remote: pinned */
	const char *cacerts[2];
	bool rsa, ecdsa, pss, no_cert_sent;
	uint16_t bits;
	hash_set hashes;
};

struct fixture {
	struct arena arena;
	struct keyring *ring;
	struct connection conn;
	struct auth_round round;
};

static struct identity id_of(struct arena *arena, const char *text)
{
	struct identity id = { 0 };

	if (text)
		assert_true(identity_parse(&id, bytes_str(text), arena, &why));
	return id;
}

static void list_of(struct arena *arena, struct bytes **list, size_t *count, const char *const *pems, size_t max)
{
	*list = arena_array(arena, max, sizeof **list);
	for (*count = 0; *count < max && pems[*count]; (*count)++)
		(*list)[*count] = bytes_str(pems[*count]);
}

static void load(struct fixture *f, const struct end *end)
{
	struct identity owner = id_of(&f->arena, end->psk_owners);
	char id[41];

	f->ring = keyring_new();
	if (end->psk)
		assert_true(keyring_add_shared(f->ring, ORIGIN_FILE, bytes_str("ike-1"), SHARED_IKE, bytes_str(end->psk), &owner,
		                               end->psk_owners ? 1 : 0, (struct conf_at){ .key = "secrets.ike-1", .line = 7 }, &why));
	if (end->key)
		assert_true(keyring_add_key(f->ring, ORIGIN_FILE, bytes_str(end->key), bytes_none(), conf_nowhere(), id, &why, &f->arena));
	for (size_t i = 0; i < COUNT_OF(end->certs) && end->certs[i]; i++)
		assert_true(keyring_add_cert(f->ring, ORIGIN_FILE, bytes_str(end->certs[i]), false, conf_nowhere(), &why, &f->arena));
}

static void set_up(struct fixture *f, const struct end *end, const char *side)
{
	bool psk = end->auth && strcmp(end->auth, "psk") == 0;

	*f = (struct fixture){ 0 };
	load(f, end);
	f->round = (struct auth_round){ .section = side,
		                        .auth = psk ? AUTH_PSK : AUTH_PUBKEY,
		                        .auth_text = end->auth ? end->auth : "pubkey",
		                        .rsa = end->rsa,
		                        .ecdsa = end->ecdsa,
		                        .rsa_bits = end->rsa ? end->bits : 0,
		                        .ecdsa_bits = end->ecdsa ? end->bits : 0,
		                        .ike_hashes = end->hashes,
		                        .pss = end->pss,
		                        .id = id_of(&f->arena, end->id),
		                        .at = { .key = "round", .line = 5 },
		                        .auth_at = { .key = "auth", .line = 1 },
		                        .id_at = { .key = "id", .line = 2 },
		                        .certs_at = { .key = "certs", .line = 3 },
		                        .cacerts_at = { .key = "cacerts", .line = 4 } };
	list_of(&f->arena, &f->round.certs, &f->round.cert_count, end->round_certs, COUNT_OF(end->round_certs));
	list_of(&f->arena, &f->round.cacerts, &f->round.cacert_count, end->cacerts, COUNT_OF(end->cacerts));
}

static void tear_down(struct fixture *f)
{
	keyring_free(f->ring);
	arena_clear(&f->arena);
}

static const struct algorithm *prf_row(void)
{
	return algorithm_find(TRANSFORM_PRF, IKEV2_PRF_HMAC_SHA2_256, 0);
}

#define SHA2_HASHES (HASH_BIT(2) | HASH_BIT(3) | HASH_BIT(4))

static struct auth_make_question make_question(struct fixture *f, const struct end *alice, const char *peer)
{
	return (struct auth_make_question){ .conn = &f->conn,
		                            .round = &f->round,
		                            .own_hint = id_of(&f->arena, "192.0.2.1"),
		                            .peer = id_of(&f->arena, peer),
		                            .prf = prf_row(),
		                            .first_message = bytes_str("the first message"),
		                            .peer_nonce = bytes_str("the nonce of the peer"),
		                            .sk_p = bytes_str("SK_pi"),
		                            .peer_hashes = SHA2_HASHES,
		                            .send_cert = !alice->no_cert_sent,
		                            .wall = TESTS_NOW };
}

static struct auth_check_question check_question(struct fixture *f, const char *own, const struct auth_make_answer *a)
{
	return (struct auth_check_question){ .conn = &f->conn,
		                             .round = &f->round,
		                             .own = id_of(&f->arena, own),
		                             .peer = a->own,
		                             .prf = prf_row(),
		                             .first_message = bytes_str("the first message"),
		                             .own_nonce = bytes_str("the nonce of the peer"),
		                             .sk_p = bytes_str("SK_pi"),
		                             .auth = a->auth,
		                             .cert_count = a->cert_count,
		                             .certs = a->certs,
		                             .wall = TESTS_NOW };
}

/* --- both ends --- */

static const struct {
	const char *name;
	struct end alice, bob;
	const char *own;       /* what Alice calls herself; NULL: as her configuration says */
	uint8_t method;        /* of her AUTH */
	size_t certs;          /* that she sends */
	enum reason_kind made; /* why she could not */
	enum reason_kind kind; /* why Bob refused; REASON_NONE: he did not */
	unsigned line;         /* of the setting that he names */
} cases[] = {
	/* the right credentials */
	{ "PSK", { .auth = "psk", .id = "moon.example.org", .psk = PSK }, { .auth = "psk", .psk = PSK }, .method = 2 },
	{ "PSK with owners", { .auth = "psk", .id = "moon.example.org", .psk = PSK, .psk_owners = "bob" },
	  { .auth = "psk", .id = "*.example.org", .psk = PSK, .psk_owners = "moon.example.org" }, .method = 2 },
	{ "PSK, identified by the address", { .auth = "psk", .psk = PSK }, { .auth = "psk", .id = "192.0.2.1", .psk = PSK }, .method = 2 },
	{ "ECDSA, RFC 7427", { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } },
	  { .id = "moon.example.org", .certs = { root_cert } }, .method = 14, .certs = 1 },
	{ "ECDSA P-384", { .id = "star@example.org", .key = star_key, .certs = { star_cert } },
	  { .id = "star@example.org", .certs = { root_cert } }, .method = 14, .certs = 1 },
	{ "identity from the certificate", { .key = moon_key, .round_certs = { moon_cert } }, { .certs = { root_cert } }, .method = 14,
	  .certs = 1 },
	{ "identity by address", { .id = "192.0.2.1", .key = moon_key, .round_certs = { moon_cert } },
	  { .id = "192.0.2.1", .certs = { root_cert } }, .method = 14, .certs = 1 },
	{ "RSA with an intermediate that is sent", { .id = "sun.example.org", .key = sun_key, .certs = { sun_cert, sub_cert, root_cert } },
	  { .id = "sun.example.org", .cacerts = { root_cert } }, .method = 14, .certs = 2 },
	{ "RSA with an intermediate that Bob has", { .id = "sun.example.org", .key = sun_key, .certs = { sun_cert } },
	  { .id = "sun.example.org", .certs = { sub_cert }, .cacerts = { root_cert } }, .method = 14, .certs = 1 },
	{ "RSA-PSS", { .auth = "rsa/pss", .id = "sun.example.org", .key = sun_key, .certs = { sun_cert }, .rsa = true, .pss = true },
	  { .certs = { root_cert, sub_cert } }, .method = 14, .certs = 1 },
	{ "pinned, self-signed", { .id = "moon.example.org", .key = lone_key, .certs = { lone_moon_cert } },
	  { .round_certs = { lone_moon_cert } }, .method = 14, .certs = 1 },
	{ "pinned, and not sent", { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert }, .no_cert_sent = true },
	  { .round_certs = { moon_cert } }, .method = 14 },
	{ "loaded, and not sent", { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert }, .no_cert_sent = true },
	  { .certs = { moon_cert } }, .method = 14 },
	{ "hashes narrowed on both sides", { .auth = "ike:ecdsa-sha384", .id = "moon.example.org", .key = moon_key, .certs = { moon_cert },
	  .hashes = HASH_BIT(3) }, { .auth = "ike:ecdsa-sha384", .certs = { root_cert }, .ecdsa = true, .hashes = HASH_BIT(3) },
	  .method = 14, .certs = 1 },

	/* Alice cannot */
	{ "no PSK at all", { .auth = "psk", .id = "moon.example.org" }, { 0 }, .made = REASON_NO_PSK },
	{ "a PSK of others", { .auth = "psk", .id = "moon.example.org", .psk = PSK, .psk_owners = "mars" }, { 0 }, .made = REASON_NO_PSK },
	{ "no certificate", { .id = "moon.example.org", .key = moon_key }, { 0 }, .made = REASON_NO_CERT },
	{ "no certificate of that name", { .id = "moon.example.org", .key = sun_key, .certs = { sun_cert } }, { 0 }, .made = REASON_NO_CERT },
	{ "no key", { .id = "moon.example.org", .certs = { moon_cert } }, { 0 }, .made = REASON_NO_KEY },
	{ "another's key", { .id = "moon.example.org", .key = mallory_key, .certs = { moon_cert } }, { 0 }, .made = REASON_NO_KEY },
	{ "an unreadable certificate", { .id = "moon.example.org", .key = moon_key, .round_certs = { "nonsense" } }, { 0 },
	  .made = REASON_CERT_UNREADABLE },
	{ "RSA wanted of an ECDSA key", { .auth = "rsa", .id = "moon.example.org", .key = moon_key, .certs = { moon_cert }, .rsa = true },
	  { 0 }, .made = REASON_SIGNATURE_ALGORITHM },

	/* Bob must not */
	{ "another PSK", { .auth = "psk", .id = "moon.example.org", .psk = PSK }, { .auth = "psk", .psk = PSK "0" }, .method = 2,
	  .kind = REASON_PSK_MISMATCH, .line = 7 },
	{ "Bob has no PSK for her", { .auth = "psk", .id = "moon.example.org", .psk = PSK },
	  { .auth = "psk", .psk = PSK, .psk_owners = "mars" }, .method = 2, .kind = REASON_NO_PSK },
	{ "right PSK, other identity", { .auth = "psk", .id = "mallory.example.org", .psk = PSK },
	  { .auth = "psk", .id = "moon.example.org", .psk = PSK }, .method = 2, .kind = REASON_IDENTITY, .line = 2 },
	{ "PSK where a certificate is wanted", { .auth = "psk", .id = "moon.example.org", .psk = PSK },
	  { .psk = PSK, .certs = { root_cert } }, .method = 2, .kind = REASON_AUTH_METHOD, .line = 1 },
	{ "a certificate where PSK is wanted", { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } },
	  { .auth = "psk", .psk = PSK, .certs = { root_cert } }, .method = 14, .certs = 1, .kind = REASON_AUTH_METHOD, .line = 1 },
	{ "right certificate, other identity wanted", { .id = "mallory.example.org", .key = mallory_key, .certs = { mallory_cert } },
	  { .id = "moon.example.org", .certs = { root_cert } }, .method = 14, .certs = 1, .kind = REASON_IDENTITY, .line = 2 },
	{ "another's name claimed", { .id = "moon.example.org", .key = mallory_key, .round_certs = { mallory_cert } },
	  { .id = "moon.example.org", .certs = { root_cert } }, .method = 14, .certs = 1, .kind = REASON_CERT_NAME, .line = 2 },
	{ "the name of its CN is no name of its own", { .id = "moon", .key = moon_key, .round_certs = { moon_cert } },
	  { .id = "moon", .certs = { root_cert } }, .method = 14, .certs = 1, .kind = REASON_CERT_NAME, .line = 2 },
	{ "expired", { .id = "moon.example.org", .key = moon_key, .certs = { old_moon_cert } }, { .certs = { root_cert } }, .method = 14,
	  .certs = 1, .kind = REASON_CERT_EXPIRED, .line = 5 },
	{ "expired, pinned", { .id = "moon.example.org", .key = moon_key, .certs = { old_moon_cert } },
	  { .round_certs = { old_moon_cert } }, .method = 14, .certs = 1, .kind = REASON_CERT_EXPIRED, .line = 3 },
	{ "not yet valid", { .id = "moon.example.org", .key = moon_key, .certs = { young_moon_cert } }, { .certs = { root_cert } },
	  .method = 14, .certs = 1, .kind = REASON_CERT_NOT_YET, .line = 5 },
	{ "self-signed", { .id = "moon.example.org", .key = lone_key, .certs = { lone_moon_cert } }, { .certs = { root_cert } },
	  .method = 14, .certs = 1, .kind = REASON_CERT_SELF_SIGNED, .line = 4 },
	{ "of a CA of the same name", { .id = "moon.example.org", .key = mallory_key, .certs = { false_moon_cert } },
	  { .certs = { root_cert } }, .method = 14, .certs = 1, .kind = REASON_CERT_UNTRUSTED, .line = 4 },
	{ "of somebody who is no CA", { .id = "moon.example.org", .key = mallory_key, .certs = { leaf_made_moon_cert } },
	  { .certs = { root_cert, mallory_cert } }, .method = 14, .certs = 1, .kind = REASON_CERT_INVALID, .line = 5 },
	{ "no CA here", { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } }, { 0 }, .method = 14, .certs = 1,
	  .kind = REASON_CERT_UNTRUSTED, .line = 4 },
	{ "of another CA than wanted", { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } },
	  { .certs = { root_cert }, .cacerts = { sub_cert } }, .method = 14, .certs = 1, .kind = REASON_CERT_UNTRUSTED, .line = 4 },
	{ "intermediate missing", { .id = "sun.example.org", .key = sun_key, .certs = { sun_cert } }, { .certs = { root_cert } },
	  .method = 14, .certs = 1, .kind = REASON_CERT_UNTRUSTED, .line = 4 },
	{ "another certificate than pinned", { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } },
	  { .certs = { root_cert }, .round_certs = { young_moon_cert } }, .method = 14, .certs = 1, .kind = REASON_CERT_OTHER, .line = 3 },
	{ "none sent, none loaded", { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert }, .no_cert_sent = true },
	  { .certs = { root_cert } }, .method = 14, .kind = REASON_NO_CERT, .line = 3 },
	{ "none sent, the loaded one has another key", { .id = "moon.example.org", .key = lone_key, .certs = { lone_moon_cert },
	  .no_cert_sent = true }, { .certs = { root_cert, moon_cert } }, .method = 14, .kind = REASON_SIGNATURE, .line = 5 },
	{ "RSA wanted", { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } },
	  { .auth = "rsa", .certs = { root_cert }, .rsa = true }, .method = 14, .certs = 1, .kind = REASON_SIGNATURE_ALGORITHM, .line = 1 },
	{ "a larger curve wanted", { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } },
	  { .auth = "ecdsa-384", .certs = { root_cert }, .ecdsa = true, .bits = 384 }, .method = 14, .certs = 1,
	  .kind = REASON_SIGNATURE_ALGORITHM, .line = 1 },
	{ "a larger modulus wanted", { .id = "sun.example.org", .key = sun_key, .certs = { sun_cert } },
	  { .auth = "rsa-3072", .certs = { root_cert, sub_cert }, .rsa = true, .bits = 3072 }, .method = 14, .certs = 1,
	  .kind = REASON_SIGNATURE_ALGORITHM, .line = 1 },
	{ "another hash wanted", { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert }, .hashes = HASH_BIT(2) },
	  { .auth = "ike:ecdsa-sha512", .certs = { root_cert }, .hashes = HASH_BIT(4) }, .method = 14, .certs = 1,
	  .kind = REASON_SIGNATURE_ALGORITHM, .line = 1 },
	{ "nothing but its own word", { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } },
	  { .round_certs = { "nonsense" } }, .method = 14, .certs = 1, .kind = REASON_CERT_UNREADABLE, .line = 3 },
};

static void both_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fixture alice, bob;
		struct auth_make_question q;
		struct auth_make_answer a;
		bool made;

		set_up(&alice, &cases[i].alice, "local");
		set_up(&bob, &cases[i].bob, "remote");
		q = make_question(&alice, &cases[i].alice, "bob");
		made = auth_make(alice.ring, &q, &a, &alice.arena, &why);
		if (made != (cases[i].made == REASON_NONE) || (!made && why.kind != cases[i].made))
			fail_msg("%s: made %d, %s", cases[i].name, made, reason_name(why.kind));
		if (!made)
			assert_int_equal(why.notify, IKEV2_NOTIFY_AUTHENTICATION_FAILED);
		if (made) {
			struct auth_check_question c = check_question(&bob, "bob", &a);
			bool ok = auth_check(bob.ring, &c, &bob.arena, &why);

			if (a.auth.method != cases[i].method || a.cert_count != cases[i].certs)
				fail_msg("%s: method %u, %zu certificates", cases[i].name, a.auth.method, a.cert_count);
			if (ok != (cases[i].kind == REASON_NONE) || (!ok && why.kind != cases[i].kind))
				fail_msg("%s: %s", cases[i].name, ok ? "taken" : reason_name(why.kind));
			if (!ok && why.where.line != cases[i].line)
				fail_msg("%s: names line %u", cases[i].name, why.where.line);
			if (!ok)
				assert_int_equal(why.notify, IKEV2_NOTIFY_AUTHENTICATION_FAILED);
		}
		tear_down(&alice);
		tear_down(&bob);
	}
}

/* --- what is changed on the way --- */

/* Each change to a good AUTH: with another message, nonce, key, identity or data it is refused. Also replayed (attacks: another nonce). */
static void changed_on_the_way(const struct end *alice_end, const struct end *bob_end)
{
	struct fixture alice, bob;
	struct auth_make_question q;
	struct auth_make_answer a;
	uint8_t flipped[600];

	set_up(&alice, alice_end, "local");
	set_up(&bob, bob_end, "remote");
	q = make_question(&alice, alice_end, "bob");
	assert_true(auth_make(alice.ring, &q, &a, &alice.arena, &why));
	for (unsigned change = 0; change <= 11; change++) {
		struct auth_check_question c = check_question(&bob, "bob", &a);

		assert_true(c.auth.data.len < sizeof flipped);
		memcpy(flipped, c.auth.data.at, c.auth.data.len);
		switch (change) {
		case 1: c.first_message = bytes_str("the first massage"); break;
		case 2: c.own_nonce = bytes_str("another nonce"); break;
		case 3: c.sk_p = bytes_str("SK_pr"); break;
		case 4: c.int_auth = bytes_str("x"); break;
		case 5: c.auth.data = bytes_none(); break;
		case 6: c.auth.data.len--; break;
		case 7:
			flipped[c.auth.data.len - 1] ^= 1;
			c.auth.data = bytes(flipped, c.auth.data.len);
			break;
		case 8:
			flipped[c.auth.data.len] = 0;
			c.auth.data = bytes(flipped, c.auth.data.len + 1);
			break;
		case 9:
			memset(flipped, 0, sizeof flipped);
			c.auth.data = bytes(flipped, c.auth.data.len);
			break;
		case 10: c.peer_id_body = bytes_str("\x02xxxmoon.example.org"); break; /* reserved bits are covered */
		case 11: c.auth.method = c.auth.method == 2 ? 1 : 2; break;
		default: break;
		}
		if (auth_check(bob.ring, &c, &bob.arena, &why) != (change == 0))
			fail_msg("change %u, method %u", change, a.auth.method);
		if (change > 0)
			assert_int_equal(why.notify, IKEV2_NOTIFY_AUTHENTICATION_FAILED);
	}
	/* every method number: a PSK round takes 2 alone, another round never 2, nor what is not the key's own */
	for (unsigned method = 0; method <= 255; method++) {
		struct auth_check_question c = check_question(&bob, "bob", &a);

		c.auth.method = (uint8_t)method;
		if (auth_check(bob.ring, &c, &bob.arena, &why) != (method == a.auth.method))
			fail_msg("method %u in place of %u", method, a.auth.method);
	}
	tear_down(&alice);
	tear_down(&bob);
}

static void psk_changed_on_the_way(void **state)
{
	const struct end alice = { .auth = "psk", .id = "moon.example.org", .psk = PSK }, bob = { .auth = "psk", .psk = PSK };

	(void)state;
	changed_on_the_way(&alice, &bob);
}

static void ecdsa_changed_on_the_way(void **state)
{
	const struct end alice = { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } };
	const struct end bob = { .certs = { root_cert } };

	(void)state;
	changed_on_the_way(&alice, &bob);
}

static void rsa_changed_on_the_way(void **state)
{
	const struct end alice = { .id = "sun.example.org", .key = sun_key, .certs = { sun_cert } };
	const struct end bob = { .certs = { root_cert, sub_cert } };

	(void)state;
	changed_on_the_way(&alice, &bob);
}

/* A PSK's MAC made by one who does not know it: each truncation of the right one, also to nothing. */
static void no_cut_of_the_mac_is_taken(void **state)
{
	const struct end end = { .auth = "psk", .id = "moon.example.org", .psk = PSK };
	struct fixture alice, bob;
	struct auth_make_question q;
	struct auth_make_answer a;

	(void)state;
	set_up(&alice, &end, "local");
	set_up(&bob, &end, "remote");
	q = make_question(&alice, &end, "bob");
	assert_true(auth_make(alice.ring, &q, &a, &alice.arena, &why));
	for (size_t n = 0; n < a.auth.data.len; n++) {
		struct auth_check_question c = check_question(&bob, "bob", &a);

		c.auth.data = bytes(c.auth.data.at, n);
		assert_false(auth_check(bob.ring, &c, &bob.arena, &why));
		assert_int_equal(why.kind, REASON_PSK_MISMATCH);
	}
	tear_down(&alice);
	tear_down(&bob);
}

/* An identity that the peer cannot mean: %any fits nothing, though it would fit every setting. */
static void any_is_nobody(void **state)
{
	const struct end end = { .auth = "psk", .psk = PSK };
	struct fixture bob;
	struct auth_make_answer a = { .auth = { 2, bytes_str("x") } };
	struct auth_check_question c;

	(void)state;
	set_up(&bob, &end, "remote");
	c = check_question(&bob, "bob", &a);
	assert_false(auth_check(bob.ring, &c, &bob.arena, &why));
	assert_int_equal(why.kind, REASON_IDENTITY);
	tear_down(&bob);
}

/* Every type of identity, of every odd length: a good signature under another name than the certificate's is never taken. */
static void odd_identities(void **state)
{
	static const size_t lengths[] = { 0, 1, 2, 3, 4, 5, 15, 16, 17, 255, 256, 500, 65531 };
	const struct end alice_end = { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } };
	const struct end bob_end = { .certs = { root_cert } };
	static uint8_t data[65536];
	struct fixture alice, bob;
	struct auth_make_question q;
	struct auth_make_answer a;

	(void)state;
	set_up(&alice, &alice_end, "local");
	set_up(&bob, &bob_end, "remote");
	q = make_question(&alice, &alice_end, "bob");
	assert_true(auth_make(alice.ring, &q, &a, &alice.arena, &why));
	for (unsigned type = 0; type <= 255; type++) {
		for (size_t i = 0; i < COUNT_OF(lengths); i++) {
			struct arena arena = { 0 };
			struct auth_check_question c = check_question(&bob, "bob", &a);

			memset(data, i % 2 ? '*' : 0x30, sizeof data);
			c.peer = (struct identity){ .type = (uint8_t)type, .data = bytes(data, lengths[i]) };
			assert_false(auth_check(bob.ring, &c, &arena, &why));
			arena_clear(&arena);
		}
	}
	tear_down(&alice);
	tear_down(&bob);
}

static void other_classes_are_not_built(void **state)
{
	const struct end end = { .auth = "psk", .psk = PSK };
	struct fixture f;
	struct auth_make_question q;
	struct auth_check_question c;
	struct auth_make_answer a = { .own = { .type = ID_FQDN, .data = bytes_str("x") } }, none;

	(void)state;
	set_up(&f, &end, "remote");
	q = make_question(&f, &end, "bob");
	c = check_question(&f, "bob", &a);
	for (unsigned auth = AUTH_EAP; auth <= AUTH_XAUTH; auth++) {
		f.round.auth = (uint8_t)auth;
		assert_false(auth_make(f.ring, &q, &none, &f.arena, &why));
		assert_int_equal(why.kind, REASON_UNSUPPORTED);
		assert_false(auth_check(f.ring, &c, &f.arena, &why));
		assert_int_equal(why.kind, REASON_UNSUPPORTED);
	}
	tear_down(&f);
}

/*
 * With memory for n bytes, for many n: what is wrong is never taken, what is right is taken or refused with a reason; and nothing
 * leaks (the sanitizers' build looks at that).
 */
static void memory_running_out(const struct end *alice_end, const struct end *bob_end, bool right)
{
	struct fixture alice, bob;
	struct auth_make_question q;
	struct auth_make_answer a, again;
	struct auth_check_question c;
	bool taken = false;

	set_up(&alice, alice_end, "local");
	set_up(&bob, bob_end, "remote");
	q = make_question(&alice, alice_end, "bob");
	assert_true(auth_make(alice.ring, &q, &a, &alice.arena, &why));
	c = check_question(&bob, "bob", &a);
	for (size_t limit = 1; limit < 6000; limit += 89) {
		struct arena small = { .limit = limit };

		taken = auth_check(bob.ring, &c, &small, &why);
		if (taken ? !right : why.kind == REASON_NONE)
			fail_msg("check with %zu bytes: %d, %s", limit, taken, reason_name(why.kind));
		arena_clear(&small);
		if (!auth_make(alice.ring, &q, &again, &small, &why))
			assert_int_not_equal(why.kind, REASON_NONE);
		else
			assert_true(again.auth.data.len > 0 && again.own.data.len > 0);
		arena_clear(&small);
	}
	assert_int_equal(taken, right); /* the last had enough */
	tear_down(&alice);
	tear_down(&bob);
}

static void memory_running_out_table(void **state)
{
	static const struct {
		struct end alice, bob;
		bool right;
	} rows[] = {
		{ { .auth = "psk", .id = "moon.example.org", .psk = PSK }, { .auth = "psk", .psk = PSK }, true },
		{ { .auth = "psk", .id = "moon.example.org", .psk = PSK }, { .auth = "psk", .psk = "other" }, false },
		{ { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } }, { .certs = { root_cert } }, true },
		{ { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } }, { .certs = { sub_cert } }, false },
		{ { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } },
		  { .certs = { root_cert }, .round_certs = { mallory_cert } }, false },
		{ { .id = "moon.example.org", .key = moon_key, .certs = { moon_cert } },
		  { .certs = { root_cert }, .cacerts = { sub_cert } }, false },
		{ { .id = "sun.example.org", .key = moon_key, .round_certs = { moon_cert } }, { .certs = { root_cert } }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		memory_running_out(&rows[i].alice, &rows[i].bob, rows[i].right);
}

/* --- what is told --- */

static const struct {
	const char *name;
	struct end alice;
	bool faulty;
	enum reason_kind kind;
} faults[] = {
	{ "none", { .id = "moon.example.org", .key = moon_key, .round_certs = { moon_cert } }, false, REASON_NONE },
	{ "expired", { .id = "moon.example.org", .key = moon_key, .round_certs = { old_moon_cert } }, true, REASON_CERT_EXPIRED },
	{ "not yet", { .id = "moon.example.org", .key = moon_key, .round_certs = { young_moon_cert } }, true, REASON_CERT_NOT_YET },
	{ "name", { .id = "sun.example.org", .key = moon_key, .round_certs = { moon_cert } }, true, REASON_CERT_NAME },
};

static void own_faults_are_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		struct fixture f;
		struct auth_make_question q;
		struct auth_make_answer a;

		set_up(&f, &faults[i].alice, "local");
		q = make_question(&f, &faults[i].alice, "bob");
		assert_true(auth_make(f.ring, &q, &a, &f.arena, &why));
		assert_int_equal(a.faulty, faults[i].faulty);
		if (a.faulty)
			assert_int_equal(a.fault.kind, faults[i].kind);
		q.wall = 0; /* no time known: none is complained about */
		assert_true(auth_make(f.ring, &q, &a, &f.arena, &why));
		assert_int_equal(a.faulty, faults[i].kind == REASON_CERT_NAME);
		tear_down(&f);
	}
}

static void a_missing_psk_tells_what_there_is(void **state)
{
	const struct end end = { .auth = "psk", .id = "moon.example.org", .psk = PSK, .psk_owners = "mars.example.org" };
	struct fixture f;
	struct auth_make_question q;
	struct auth_make_answer a;
	struct text t = { 0 };

	(void)state;
	set_up(&f, &end, "local");
	q = make_question(&f, &end, "sun.example.org");
	assert_false(auth_make(f.ring, &q, &a, &f.arena, &why));
	text_add_bytes(&t, why.about.bytes);
	assert_string_equal(text_str(&t), "looked up for moon.example.org and sun.example.org; there are ike-1 (for mars.example.org)");
	assert_null(strstr(text_str(&t), PSK));
	text_clear(&t);
	tear_down(&f);
}

/* The refusals of the matrix as `adit explain` tells them. */
static const struct {
	const char *name, *words; /* of the case */
} told[] = {
	{ "another PSK", "the pre-shared keys differ\n"
	                 "  secret      ike-1   (secrets.ike-1)\n"
	                 "  peer        moon.example.org (FQDN)\n"
	                 "  here        bob (FQDN)\n"
	                 "  change      write the same secret into secrets.ike-1 and at the peer; look for blanks and quotes around it" },
	{ "expired", "the certificate has expired\n"
	             "  certificate C=CH, O=adit tests, CN=moon   (round)\n"
	             "  now         2026-01-01 00:00:00 UTC\n"
	             "  expired     2025-01-01 00:00:00 UTC\n"
	             "  change      renew the certificate, or set the clock of this machine" },
	{ "another's name claimed",
	  "the certificate does not contain the identity\n"
	  "  certificate C=CH, O=adit tests, CN=mallory\n"
	  "  contains    C=CH, O=adit tests, CN=mallory, mallory.example.org\n"
	  "  identity    moon.example.org (FQDN)   (id)\n"
	  "  change      issue a certificate with the identity as subjectAltName, or set id to a name that the certificate contains" },
	{ "intermediate missing", "no trusted CA issued the certificate\n"
	                          "  certificate C=CH, O=adit tests, CN=sun\n"
	                          "  issuer      C=CH, O=adit tests, CN=Sub CA   (cacerts)\n"
	                          "  change      put the certificate of its CA into the directory x509ca, or name it in cacerts" },
	{ "a larger curve wanted", "no signature algorithm in common, or a forbidden one\n"
	                           "  detail      C=CH, O=adit tests, CN=moon\n"
	                           "  peer has    a key of ECDSA with 256 bits\n"
	                           "  allowed     ecdsa-384   (auth)" },
};

static void refusals_in_words(void **state)
{
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(told); i++) {
		const size_t n = i / COUNT_OF(told), k = i % COUNT_OF(told);
		struct fixture alice, bob;
		struct auth_make_question q;
		struct auth_check_question c;
		struct auth_make_answer a;
		struct text t = { 0 };

		if (strcmp(cases[n].name, told[k].name) != 0)
			continue;
		set_up(&alice, &cases[n].alice, "local");
		set_up(&bob, &cases[n].bob, "remote");
		q = make_question(&alice, &cases[n].alice, "bob");
		assert_true(auth_make(alice.ring, &q, &a, &alice.arena, &why));
		c = check_question(&bob, "bob", &a);
		assert_false(auth_check(bob.ring, &c, &bob.arena, &why));
		reason_explain(&t, &why);
		assert_non_null(strstr(text_str(&t), told[k].words));
		text_clear(&t);
		tear_down(&alice);
		tear_down(&bob);
		found++;
	}
	assert_int_equal(found, COUNT_OF(told));
}

/* Of two certificates the one whose CA the peer asked for. */
static void certreq_chooses(void **state)
{
	const struct end end = { .round_certs = { lone_moon_cert, moon_cert }, .key = moon_key, .certs = { root_cert } };
	struct fixture f;
	struct auth_make_question q;
	struct auth_make_answer a;
	struct bytes hashes;
	char id[41];

	(void)state;
	set_up(&f, &end, "local");
	assert_true(keyring_add_key(f.ring, ORIGIN_FILE, bytes_str(lone_key), bytes_none(), conf_nowhere(), id, &why, &f.arena));
	hashes = auth_certreq(f.ring, NULL, &f.arena);
	assert_int_equal(hashes.len, 20);
	q = make_question(&f, &end, "bob");
	assert_true(auth_make(f.ring, &q, &a, &f.arena, &why));
	struct cert *sent = cert_read(a.certs[0], &why, &f.arena);
	assert_true(bytes_equal(cert_subject(sent), cert_issuer(sent))); /* no CERTREQ: the first */
	cert_free(sent);
	q.certreq = hashes;
	assert_true(auth_make(f.ring, &q, &a, &f.arena, &why));
	sent = cert_read(a.certs[0], &why, &f.arena);
	assert_false(bytes_equal(cert_subject(sent), cert_issuer(sent)));
	cert_free(sent);
	tear_down(&f);
}

static void certreq_names_the_cas(void **state)
{
	const struct end loaded = { .certs = { root_cert, moon_cert, sub_cert } };
	const struct end configured = { .certs = { root_cert, moon_cert }, .cacerts = { sub_cert } };
	struct fixture f;
	struct bytes all, one;

	(void)state;
	set_up(&f, &loaded, "remote");
	all = auth_certreq(f.ring, &f.round, &f.arena);
	assert_int_equal(all.len, 40); /* CAs only */
	struct fixture g;
	set_up(&g, &configured, "remote");
	one = auth_certreq(g.ring, &g.round, &g.arena);
	assert_int_equal(one.len, 20);
	assert_memory_equal(one.at, all.at + 20, 20);
	keyring_clear(f.ring, ORIGIN_FILE);
	assert_int_equal(auth_certreq(f.ring, &f.round, &f.arena).len, 0);
	tear_down(&f);
	tear_down(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends),
		cmocka_unit_test(psk_changed_on_the_way),
		cmocka_unit_test(ecdsa_changed_on_the_way),
		cmocka_unit_test(rsa_changed_on_the_way),
		cmocka_unit_test(no_cut_of_the_mac_is_taken),
		cmocka_unit_test(any_is_nobody),
		cmocka_unit_test(other_classes_are_not_built),
		cmocka_unit_test(odd_identities),
		cmocka_unit_test(memory_running_out_table),
		cmocka_unit_test(own_faults_are_seen),
		cmocka_unit_test(a_missing_psk_tells_what_there_is),
		cmocka_unit_test(refusals_in_words),
		cmocka_unit_test(certreq_chooses),
		cmocka_unit_test(certreq_names_the_cas),
	};

	return cmocka_run_group_tests(tests, with_crypto, without_crypto);
}
