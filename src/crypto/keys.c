/* SPDX-License-Identifier: ISC */
/* The key schedule of IKEv2: SKEYSEED and SK_* (RFC 7296 2.14, 2.18), KEYMAT (2.17). */
#include "crypto/crypto.h"

/* One key that is cut from the stream: where it goes and how long it is. */
struct cut {
	struct secret *to;
	size_t len;
};

static size_t encr_len(const struct algorithm *encr)
{
	return encr ? (size_t)encr->key_len + encr->salt_len : 0;
}

static size_t integ_len(const struct algorithm *integ)
{
	return integ ? integ->key_len : 0;
}

/* prf+(key, parts), cut into pieces. False leaves all pieces empty. */
static bool expand(const struct cut *cuts, size_t cut_count, const struct algorithm *prf, struct bytes key,
    const struct bytes *parts, size_t part_count)
{
	struct secret stream = { 0 };
	size_t all = 0, at = 0;
	bool ok;

	for (size_t i = 0; i < cut_count; i++)
		all += cuts[i].len;
	ok = secret_new(&stream, all) && prf_plus(prf, &stream, key, parts, part_count);
	for (size_t i = 0; ok && i < cut_count; i++) {
		ok = secret_set(cuts[i].to, bytes(stream.at + at, cuts[i].len));
		at += cuts[i].len;
	}
	for (size_t i = 0; !ok && i < cut_count; i++)
		secret_clear(cuts[i].to);
	secret_clear(&stream);
	return ok;
}

void ike_keys_clear(struct ike_keys *k)
{
	secret_clear(&k->d);
	secret_clear(&k->ai);
	secret_clear(&k->ar);
	secret_clear(&k->ei);
	secret_clear(&k->er);
	secret_clear(&k->pi);
	secret_clear(&k->pr);
}

/* {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr) */
static bool ike_keys_expand(struct ike_keys *out, const struct suite *suite, struct bytes skeyseed, struct bytes ni,
    struct bytes nr, uint64_t spi_i, uint64_t spi_r)
{
	uint8_t spis[16];
	const struct bytes parts[] = { ni, nr, bytes(spis, sizeof(spis)) };
	size_t p = suite->prf->out_len, a = integ_len(suite->integ), e = encr_len(suite->encr);
	const struct cut cuts[] = {
		{ &out->d, p },
		{ &out->ai, a },
		{ &out->ar, a },
		{ &out->ei, e },
		{ &out->er, e },
		{ &out->pi, p },
		{ &out->pr, p },
	};

	put_u64(spis, spi_i);
	put_u64(spis + 8, spi_r);
	return expand(cuts, COUNT_OF(cuts), suite->prf, skeyseed, parts, COUNT_OF(parts));
}

bool ike_keys_derive(struct ike_keys *out, const struct suite *suite, struct bytes ni, struct bytes nr, struct bytes shared,
    uint64_t spi_i, uint64_t spi_r)
{
	uint8_t skeyseed[PRF_MAX];
	struct secret nonces = { 0 };
	bool ok;

	ike_keys_clear(out);
	if (!suite->prf || !suite->encr || !secret_new(&nonces, ni.len + nr.len))
		return false;
	if (ni.len > 0)
		memcpy(nonces.at, ni.at, ni.len);
	if (nr.len > 0)
		memcpy(nonces.at + ni.len, nr.at, nr.len);
	ok = prf(suite->prf, skeyseed, secret_bytes(&nonces), &shared, 1) &&
	    ike_keys_expand(out, suite, bytes(skeyseed, suite->prf->out_len), ni, nr, spi_i, spi_r);
	wipe(skeyseed, sizeof(skeyseed));
	secret_clear(&nonces);
	return ok;
}

bool ike_keys_rekey(struct ike_keys *out, const struct suite *suite, const struct algorithm *old_prf, struct bytes old_d,
    struct bytes ni, struct bytes nr, struct bytes shared, uint64_t spi_i, uint64_t spi_r)
{
	const struct bytes parts[] = { shared, ni, nr };
	struct ike_keys fresh = { 0 }; /* old_d may be that of `out` */
	uint8_t skeyseed[PRF_MAX];
	bool ok;

	ok = suite->prf && suite->encr && prf(old_prf, skeyseed, old_d, parts, COUNT_OF(parts)) &&
	    ike_keys_expand(&fresh, suite, bytes(skeyseed, old_prf->out_len), ni, nr, spi_i, spi_r);
	wipe(skeyseed, sizeof(skeyseed));
	ike_keys_clear(out);
	*out = fresh;
	return ok;
}

void child_keys_clear(struct child_keys *k)
{
	secret_clear(&k->encr_i);
	secret_clear(&k->integ_i);
	secret_clear(&k->encr_r);
	secret_clear(&k->integ_r);
}

bool child_keys_derive(struct child_keys *out, const struct suite *child, const struct algorithm *ike_prf, struct bytes sk_d,
    struct bytes shared, struct bytes ni, struct bytes nr)
{
	const struct bytes parts[] = { shared, ni, nr };
	size_t e = encr_len(child->encr), a = integ_len(child->integ);
	const struct cut cuts[] = { { &out->encr_i, e }, { &out->integ_i, a }, { &out->encr_r, e }, { &out->integ_r, a } };

	child_keys_clear(out);
	return ike_prf && expand(cuts, COUNT_OF(cuts), ike_prf, sk_d, parts, COUNT_OF(parts));
}
