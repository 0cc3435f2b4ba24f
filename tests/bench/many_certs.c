/* SPDX-License-Identifier: ISC */
/* Certificates by the thousand. */
#include "many_certs.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/host.h"

#define PATTERN "p256.example.org" /* the name in gw-p256.pem: its first four characters change */
#define POINT_LEN 65u              /* an uncompressed point of P-256 */

static void expect(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "adit-bench: certificates: %s\n", what);
	exit(2);
}

static struct bytes keep(struct arena *arena, const char *name)
{
	struct bytes data = host_read_file(name), kept = arena_copy(arena, data);

	free((void *)(uintptr_t)data.at);
	return kept;
}

static struct bytes der_of(struct arena *arena, const char *name)
{
	struct reason why;
	struct cert *c = cert_read(keep(arena, name), &why, arena);
	struct bytes der;

	expect(c, name);
	der = arena_copy(arena, cert_der(c));
	cert_free(c);
	return der;
}

/* The element at `at` of a DER text whose lengths have two bytes at most. */
static struct bytes element(struct bytes der, size_t at)
{
	size_t len = der.at[at + 1], head = 2;

	if (len == 0x81) {
		len = der.at[at + 2];
		head = 3;
	} else if (len == 0x82) {
		len = get_u16(der.at + at + 2);
		head = 4;
	}
	expect(at + head + len <= der.len, "a length lies");
	return bytes(der.at + at, head + len);
}

static size_t find(struct bytes in, struct bytes what, size_t from)
{
	for (size_t i = from; i + what.len <= in.len; i++)
		if (memcmp(in.at + i, what.at, what.len) == 0)
			return i;
	return in.len;
}

/* The public point follows the name of the curve: BIT STRING, no unused bits, 0x04 X Y. */
static size_t point(struct bytes der)
{
	static const uint8_t head[] = { 0x03, 0x42, 0x00, 0x04 };
	size_t at = find(der, bytes(head, sizeof(head)), 0);

	expect(at < der.len, "no point of P-256");
	return at + 3;
}

void many_certs_open(struct many_certs *m)
{
	struct bytes leaf, ca;
	struct reason why;

	*m = (struct many_certs){ 0 };
	m->key_pem = keep(&m->arena, "tests/vectors/pki/gw-p256.key.pem");
	m->key = key_read(m->key_pem, bytes_none(), &why, &m->arena);
	leaf = der_of(&m->arena, "tests/vectors/pki/gw-p256.pem");
	ca = der_of(&m->arena, "tests/vectors/pki/root-ec.pem");
	expect(m->key, "the key");
	m->tbs = element(leaf, 4);
	m->algorithm = element(leaf, 4 + m->tbs.len);
	/* the CA gets our key: who trusts an anchor does not look at its own signature */
	memcpy((uint8_t *)(uintptr_t)ca.at + point(ca), leaf.at + point(leaf), POINT_LEN);
	m->ca = ca;
}

void many_certs_clear(struct many_certs *m)
{
	key_free(m->key);
	arena_clear(&m->arena);
}

static void rename_all(struct bytes tbs, const char *name)
{
	struct bytes pattern = bytes_str(PATTERN);

	for (size_t at = find(tbs, pattern, 0); at < tbs.len; at = find(tbs, pattern, at + 1))
		memcpy((uint8_t *)(uintptr_t)tbs.at + at, name, pattern.len);
}

struct bytes many_certs_make(struct many_certs *m, unsigned n, char name[MANY_NAME_LEN], struct arena *arena)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz012345";
	struct bytes tbs = arena_copy(arena, m->tbs), signature;
	struct auth_data auth = { 0 };
	struct reason why;
	uint8_t *out;
	size_t len;

	memcpy(name, PATTERN, MANY_NAME_LEN);
	for (unsigned i = 0; i < 4; i++)
		name[i] = digits[n >> 5 * i & 31];
	rename_all(tbs, name);
	/* as for an AUTH payload of RFC 7427: one byte of length and the AlgorithmIdentifier stand before the signature */
	expect(key_sign(m->key, tbs, (struct sign_how){ .peer = HASH_BIT(2), .allowed = HASH_BIT(2) }, &auth, arena, &why), "signing");
	signature = bytes(auth.data.at + 1 + auth.data.at[0], auth.data.len - 1 - auth.data.at[0]);
	len = tbs.len + m->algorithm.len + 3 + signature.len;
	out = arena_take(arena, len + 4);
	expect(out && len < 0xffff, "memory");
	out[0] = 0x30;
	out[1] = 0x82;
	put_u16(out + 2, (uint16_t)len);
	memcpy(out + 4, tbs.at, tbs.len);
	memcpy(out + 4 + tbs.len, m->algorithm.at, m->algorithm.len);
	out[4 + tbs.len + m->algorithm.len] = 0x03;
	out[5 + tbs.len + m->algorithm.len] = (uint8_t)(signature.len + 1);
	out[6 + tbs.len + m->algorithm.len] = 0;
	memcpy(out + 7 + tbs.len + m->algorithm.len, signature.at, signature.len);
	return bytes(out, len + 4);
}
