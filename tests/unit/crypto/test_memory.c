/* SPDX-License-Identifier: ISC */
/*
 * The library runs out of memory: each of its allocations fails once, and one time all from there on. Whatever was asked is then refused
 * with a reason or done, nothing is left behind (the sanitizers count), and the next call works.
 */
#include "support/unit.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdlib.h>

#include "crypto/pki.h"
#include "files.h"
#include "fixture.h"

static struct {
	bool armed, once; /* once: only one fails */
	unsigned left;    /* allocations until then */
	bool fired;
} failing;

static bool fails_now(void)
{
	if (!failing.armed)
		return false;
	if (failing.left > 0) {
		failing.left--;
		return false;
	}
	failing.fired = true;
	if (failing.once)
		failing.armed = false;
	return true;
}

static void *take(size_t len, const char *file, int line)
{
	(void)file, (void)line;
	return fails_now() ? NULL : malloc(len);
}

static void *again(void *at, size_t len, const char *file, int line)
{
	(void)file, (void)line;
	if (len == 0) {
		free(at);
		return NULL;
	}
	return fails_now() ? NULL : realloc(at, len);
}

static void give(void *at, const char *file, int line)
{
	(void)file, (void)line;
	free(at);
}

/* --- the operations: true when all went well, false when refused --- */

static struct arena files;

static bool op_prf(struct reason *why)
{
	struct bytes data = bytes_str("data");
	struct secret out = { 0 };
	bool ok = secret_new(&out, 100) && prf_plus(row(TRANSFORM_PRF, "prfsha256"), &out, data, &data, 1);

	secret_clear(&out);
	why->kind = REASON_MEMORY;
	return ok;
}

static bool op_ke(const char *keyword, struct reason *why)
{
	const struct algorithm *ke = row(TRANSFORM_KE, keyword);
	uint8_t seed[KE_SEED_LEN] = { 1, [63] = 9 }, value[512];
	struct secret shared = { 0 };
	bool ok = ke_public(ke, bytes(seed, sizeof(seed)), value, why) &&
	          ke_agree(ke, bytes(seed, sizeof(seed)), bytes(value, ke->out_len), &shared, why);

	assert_true(ok || shared.at == NULL);
	secret_clear(&shared);
	return ok;
}

static bool op_x25519(struct reason *why)
{
	return op_ke("x25519", why);
}

static bool op_ecp256(struct reason *why)
{
	return op_ke("ecp256", why);
}

static bool op_modp2048(struct reason *why)
{
	return op_ke("modp2048", why);
}

static bool op_seal(const char *encr, const char *integ)
{
	static const uint8_t keys[64];
	const struct algorithm *e = row(TRANSFORM_ENCR, encr), *i = integ ? row(TRANSFORM_INTEG, integ) : NULL;
	struct seal *s = seal_new(e, i, bytes(keys, (size_t)e->key_len + e->salt_len), bytes(keys, i ? i->key_len : 0));
	uint8_t iv[16] = { 0 }, text[32] = { 0 }, icv[32];
	bool ok = s && seal_encrypt(s, bytes_none(), iv, text, 32, bytes_none(), icv) &&
	          seal_decrypt(s, bytes_none(), iv, text, 32, bytes_none(), icv);

	seal_free(s);
	return ok;
}

static bool op_gcm(struct reason *why)
{
	why->kind = REASON_MEMORY;
	return op_seal("aes256gcm16", NULL);
}

static bool op_cbc(struct reason *why)
{
	why->kind = REASON_MEMORY;
	return op_seal("aes128", "sha256");
}

static bool sign_and_verify(const char *key_file, const char *cert_file, struct sign_how how, struct reason *why)
{
	struct arena arena = { 0 };
	struct auth_data auth;
	struct key *k = key_read(pki_file(&files, key_file), bytes_str("secret"), why, &arena);
	struct cert *c = k ? cert_read(pki_file(&files, cert_file), why, &arena) : NULL;
	bool ok = c && key_sign(k, bytes_str("octets"), how, &auth, &arena, why) &&
	          cert_verify_auth(c, bytes_str("octets"), auth, 0, why, &arena);

	if (ok && !key_fits(k, c)) {
		why->kind = REASON_MEMORY; /* it has no words of its own */
		ok = false;
	}
	key_free(k);
	cert_free(c);
	arena_clear(&arena);
	return ok;
}

static bool op_rsa(struct reason *why)
{
	return sign_and_verify("gw.key.pem", "gw.pem", (struct sign_how){ .peer = HASH_BIT(2), .pss = true }, why);
}

static bool op_ecdsa(struct reason *why)
{
	return sign_and_verify("gw-p256.sec1.key.der", "gw-p256.pem", (struct sign_how){ 0 }, why);
}

/* The identity is there, so "no" may only come from want of memory; a name that is not there is never found. */
static bool op_trust(struct reason *why)
{
	struct arena arena = { 0 };
	struct identity id = { .type = ID_FQDN, .data = bytes_str("gw.example.org") };
	struct identity not = { .type = ID_FQDN, .data = bytes_str("no.example.org") };
	struct cert *leaf = cert_read(pki_file(&files, "gw.pem"), why, &arena);
	struct cert *root = leaf ? cert_read(pki_file(&files, "root.pem"), why, &arena) : NULL;
	struct trust t = { &root, 1, NULL, 0 };
	bool ok = root && trust_path(&t, &leaf, 1, WALL_2026, why, &arena);

	if (ok && !cert_has_identity(leaf, &id)) {
		why->kind = REASON_MEMORY; /* it has no words of its own */
		ok = false;
	}
	assert_false(leaf && cert_has_identity(leaf, &not ));
	cert_free(leaf);
	cert_free(root);
	arena_clear(&arena);
	return ok;
}

/* What must be refused is refused, however little memory there is. */
static bool op_untrusted(struct reason *why)
{
	struct arena arena = { 0 };
	struct cert *leaf = cert_read(pki_file(&files, "eku-code.pem"), why, &arena);
	struct cert *root = leaf ? cert_read(pki_file(&files, "root-ec.pem"), why, &arena) : NULL;
	struct trust t = { &root, 1, NULL, 0 };
	bool read = root != NULL, refused = !read || !trust_path(&t, &leaf, 1, WALL_2026, why, &arena);

	assert_true(refused);
	cert_free(leaf);
	cert_free(root);
	arena_clear(&arena);
	return read && why->kind == REASON_CERT_INVALID;
}

static const struct {
	const char *name;
	bool (*run)(struct reason *why);
} operations[] = {
	{ "prf+", op_prf },         { "X25519", op_x25519 }, { "ECP-256", op_ecp256 }, { "MODP-2048", op_modp2048 },
	{ "AES-GCM", op_gcm },      { "AES-CBC", op_cbc },   { "RSA", op_rsa },        { "ECDSA", op_ecdsa },
	{ "trusted path", op_trust }, { "path that is none", op_untrusted },
};

static bool run_failing(size_t i, unsigned after, bool once)
{
	struct reason why = { 0 };
	bool ok;

	failing.once = once;
	failing.left = after;
	failing.fired = false;
	failing.armed = true;
	ok = operations[i].run(&why);
	failing.armed = false;
	if (!ok && !why.kind)
		fail_msg("%s, allocation %u: refused without a reason", operations[i].name, after);
	if (ERR_peek_error() != 0)
		fail_msg("%s, allocation %u: the library's errors were left behind", operations[i].name, after);
	arena_clear(&files);
	return failing.fired;
}

#define ALLOCATIONS 100000u /* no operation has so many */

static void each_allocation(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(operations); i++) {
		struct reason why;
		unsigned after = 0;

		assert_true(operations[i].run(&why)); /* what is made once and kept is made now */
		arena_clear(&files);
		while (run_failing(i, after, true) && after < ALLOCATIONS)
			after += 1 + after / 100; /* each of the first hundred, then ever fewer */
		if (after == 0 || after >= ALLOCATIONS)
			fail_msg("%s: %u allocations", operations[i].name, after);
		for (unsigned n = 0; n < after; n += 1 + after / 50)
			(void)run_failing(i, n, false);
		if (!operations[i].run(&why))
			fail_msg("%s: does not work any more afterwards", operations[i].name);
		arena_clear(&files);
	}
}

static int up(void **state)
{
	if (CRYPTO_set_mem_functions(take, again, give) != 1)
		return -1;
	return crypto_up(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_allocation) };

	return cmocka_run_group_tests(tests, up, crypto_down);
}
