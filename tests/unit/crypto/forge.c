/* SPDX-License-Identifier: ISC */
#include "support/unit.h"

#include "forge.h"

struct bytes der(struct arena *a, uint8_t tag, const struct bytes *parts, size_t count)
{
	size_t len = 0, at;
	uint8_t *out;

	for (size_t i = 0; i < count; i++)
		len += parts[i].len;
	assert_true(len <= UINT16_MAX);
	out = arena_take(a, len + 4);
	assert_non_null(out);
	out[0] = tag;
	if (len < 128) {
		out[1] = (uint8_t)len;
		at = 2;
	} else if (len < 256) {
		out[1] = 0x81;
		out[2] = (uint8_t)len;
		at = 3;
	} else {
		out[1] = 0x82;
		put_u16(out + 2, (uint16_t)len);
		at = 4;
	}
	for (size_t i = 0; i < count; i++) {
		if (parts[i].len > 0)
			memcpy(out + at, parts[i].at, parts[i].len);
		at += parts[i].len;
	}
	return bytes(out, at);
}

#define SEQUENCE 0x30
#define LITERAL(...) bytes((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

struct bytes forge_cert(struct arena *a, struct bytes spki)
{
	static const uint8_t zero[8];
	struct bytes rsa_sha256 = LITERAL(0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11, 5, 0);
	struct bytes name = LITERAL(0x30, 12, 0x31, 10, 0x30, 8, 6, 3, 0x55, 4, 3, 12, 1, 'x');
	struct bytes from = DER(a, 0x17, bytes_str("240101000000Z")), to = DER(a, 0x17, bytes_str("440101000000Z"));
	struct bytes tbs = DER(a, SEQUENCE, LITERAL(0xa0, 3, 2, 1, 2, 2, 1, 1), rsa_sha256, name, DER(a, SEQUENCE, from, to), name,
	                       spki);

	return DER(a, SEQUENCE, tbs, rsa_sha256, DER(a, 3, LITERAL(0), bytes(zero, sizeof(zero))));
}

static struct bytes integer(struct arena *a, struct bytes number)
{
	static const uint8_t zero[1];
	bool high = number.len > 0 && (number.at[0] & 0x80);

	return DER(a, 2, bytes(zero, high ? 1 : 0), number);
}

struct bytes forge_rsa_spki(struct arena *a, struct bytes modulus, struct bytes exponent)
{
	struct bytes id = LITERAL(0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0);
	struct bytes key = DER(a, SEQUENCE, integer(a, modulus), integer(a, exponent));

	return DER(a, SEQUENCE, id, DER(a, 3, LITERAL(0), key));
}

static struct bytes hash_id(struct arena *a, unsigned hash, bool with_null)
{
	struct bytes null = with_null ? LITERAL(5, 0) : bytes_none();
	const uint8_t last[] = { 0, 0, 1, 2, 3 };

	if (hash == 1)
		return DER(a, SEQUENCE, LITERAL(6, 5, 0x2b, 14, 3, 2, 26), null);
	return DER(a, SEQUENCE, LITERAL(6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2), bytes(last + hash, 1), null);
}

struct bytes forge_pss_id(struct arena *a, unsigned hash, unsigned mgf_hash, int salt, bool with_null)
{
	struct bytes mgf1 = LITERAL(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 8);
	struct bytes h = hash ? DER(a, 0xa0, hash_id(a, hash, with_null)) : bytes_none();
	struct bytes m = mgf_hash ? DER(a, 0xa1, DER(a, SEQUENCE, mgf1, hash_id(a, mgf_hash, with_null))) : bytes_none();
	uint8_t length[2];
	struct bytes s = bytes_none();

	put_u16(length, (uint16_t)salt);
	if (salt >= 0)
		s = DER(a, 0xa2, DER(a, 2, bytes(salt > 127 ? length : length + 1, salt > 127 ? 2 : 1)));
	return DER(a, SEQUENCE, LITERAL(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 10), DER(a, SEQUENCE, h, m, s));
}
