/* SPDX-License-Identifier: ISC */
#include "bench_crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/pki.h"

#define ENOUGH 0.2 /* seconds */

static double cpu_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Microseconds of one call. */
static double measure(bool (*once)(void *ctx), void *ctx)
{
	double start, spent;
	unsigned long rounds = 0;

	if (!once(ctx)) /* warms up, too */
		return -1;
	start = cpu_now();
	do {
		for (int i = 0; i < 16; i++)
			if (!once(ctx))
				return -1;
		rounds += 16;
		spent = cpu_now() - start;
	} while (spent < ENOUGH);
	return spent * 1e6 / (double)rounds;
}

/* --- key exchange --- */

struct exchange {
	const struct algorithm *ke;
	uint8_t seed[KE_SEED_LEN], peer[32];
};

static bool make_once(void *ctx)
{
	struct exchange *x = ctx;
	struct reason why;
	uint8_t value[32];

	return ke_public(x->ke, bytes(x->seed, sizeof(x->seed)), value, &why);
}

static bool agree_once(void *ctx)
{
	struct exchange *x = ctx;
	struct secret shared = { 0 };
	struct reason why;
	bool ok = ke_agree(x->ke, bytes(x->seed, sizeof(x->seed)), bytes(x->peer, sizeof(x->peer)), &shared, &why);

	secret_clear(&shared);
	return ok;
}

static double exchange(bool (*once)(void *))
{
	struct exchange x = { .ke = algorithm_by_keyword(TRANSFORM_KE, bytes_str("x25519")), .seed = { 1, 2, 3 }, .peer = { 9 } };

	return measure(once, &x);
}

double bench_x25519_make(void)
{
	return exchange(make_once);
}

double bench_x25519_agree(void)
{
	return exchange(agree_once);
}

/* --- signatures --- */

struct signer {
	struct key *key;
	struct cert *cert;
	struct auth_data auth;
	uint8_t octets[500];
};

static bool sign_once(void *ctx)
{
	struct signer *s = ctx;
	struct arena arena = { 0 };
	struct auth_data auth;
	struct reason why;
	bool ok = key_sign(s->key, bytes(s->octets, sizeof(s->octets)), (struct sign_how){ .peer = HASH_BIT(2) }, &auth, &arena, &why);

	arena_clear(&arena);
	return ok;
}

static bool verify_once(void *ctx)
{
	struct signer *s = ctx;
	struct arena arena = { 0 };
	struct reason why;
	bool ok = cert_verify_auth(s->cert, bytes(s->octets, sizeof(s->octets)), s->auth, 0, &why, &arena);

	arena_clear(&arena);
	return ok;
}

static struct bytes file(struct arena *arena, const char *name, const char *end)
{
	char path[256];
	uint8_t *at = arena_take(arena, 8192);
	size_t len;
	FILE *f;

	(void)snprintf(path, sizeof(path), "tests/vectors/pki/%s%s", name, end);
	f = fopen(path, "re");
	if (!f || !at)
		return bytes_none();
	len = fread(at, 1, 8192, f);
	(void)fclose(f);
	return bytes(at, len);
}

static double signature(const char *name, bool verify)
{
	struct signer s = { .octets = { 1 } };
	struct arena arena = { 0 };
	struct reason why;
	double cost = -1;

	s.key = key_read(file(&arena, name, ".key.pem"), bytes_none(), &why, &arena);
	s.cert = cert_read(file(&arena, name, ".pem"), &why, &arena);
	if (s.key && s.cert && key_sign(s.key, bytes(s.octets, sizeof(s.octets)), (struct sign_how){ .peer = HASH_BIT(2) }, &s.auth, &arena, &why))
		cost = measure(verify ? verify_once : sign_once, &s);
	key_free(s.key);
	cert_free(s.cert);
	arena_clear(&arena);
	return cost;
}

double bench_rsa2048_sign(void)
{
	return signature("gw", false);
}

double bench_rsa2048_verify(void)
{
	return signature("gw", true);
}

double bench_p256_sign(void)
{
	return signature("gw-p256", false);
}

double bench_p256_verify(void)
{
	return signature("gw-p256", true);
}

/* --- packets --- */

struct packet {
	struct seal *seal;
	uint8_t *text, *sealed, iv[16], icv[32];
	size_t len;
};

static bool seal_once(void *ctx)
{
	struct packet *p = ctx;

	p->iv[0]++;
	return seal_encrypt(p->seal, bytes(p->iv, 8), p->iv, p->text, p->len, bytes_none(), p->icv);
}

/* The copy is part of it: opening works in place. */
static bool open_once(void *ctx)
{
	struct packet *p = ctx;

	memcpy(p->text, p->sealed, p->len);
	return seal_decrypt(p->seal, bytes(p->iv, 8), p->iv, p->text, p->len, bytes_none(), p->icv);
}

double bench_seal(const char *encr, const char *integ, size_t len, int open)
{
	static const uint8_t keys[128] = { 1 };
	const struct algorithm *e = algorithm_by_keyword(TRANSFORM_ENCR, bytes_str(encr));
	const struct algorithm *i = integ ? algorithm_by_keyword(TRANSFORM_INTEG, bytes_str(integ)) : NULL;
	struct packet p = { .len = len, .text = calloc(1, len), .sealed = malloc(len) };
	double cost = -1;

	p.seal = e ? seal_new(e, i, bytes(keys, (size_t)e->key_len + e->salt_len), bytes(keys, i ? i->key_len : 0)) : NULL;
	if (p.seal && p.text && p.sealed && seal_once(&p)) {
		memcpy(p.sealed, p.text, len);
		cost = measure(open ? open_once : seal_once, &p) * 1000;
	}
	seal_free(p.seal);
	free(p.text);
	free(p.sealed);
	return cost;
}

/* --- all of it --- */

void bench_crypto(void)
{
	static const struct {
		const char *name;
		double (*run)(void);
	} operations[] = {
		{ "X25519, public value", bench_x25519_make },   { "X25519, shared secret", bench_x25519_agree },
		{ "RSA-2048, sign", bench_rsa2048_sign },        { "RSA-2048, verify", bench_rsa2048_verify },
		{ "ECDSA P-256, sign", bench_p256_sign },        { "ECDSA P-256, verify", bench_p256_verify },
	};
	static const char *const seals[][2] = { { "aes128gcm16", NULL }, { "aes256gcm16", NULL }, { "chacha20poly1305", NULL },
		                                { "aes128", "sha256" } };

	printf("Public-key operations, CPU microseconds each\n");
	for (size_t i = 0; i < COUNT_OF(operations); i++)
		printf("  %-24s %8.1f\n", operations[i].name, operations[i].run());
	printf("Packets through OpenSSL, CPU nanoseconds each\n");
	for (size_t i = 0; i < COUNT_OF(seals); i++)
		for (size_t len = 64; len <= 1408; len += 1344)
			printf("  %-17s %-6s %4zu bytes: seal %7.0f, open %7.0f\n", seals[i][0], seals[i][1] ? seals[i][1] : "", len,
			       bench_seal(seals[i][0], seals[i][1], len, 0), bench_seal(seals[i][0], seals[i][1], len, 1));
}
