/* SPDX-License-Identifier: ISC */
/* RFC 6979 3.2 for the nonce, FIPS 186-5 6.4.1 for the signature. */
#include "support/ecdsa_fixed.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include "crypto/crypto.h"
#include "iana/ikev2.h"

#define LEN_MAX 66

struct work {
	EC_GROUP *group;
	BN_CTX *ctx;
	const BIGNUM *n;
	size_t len;                  /* bytes of n */
	const struct algorithm *mac; /* HMAC with the hash of the message */
	uint8_t h1[PRF_MAX], K[PRF_MAX], V[PRF_MAX];
};

/* The leftmost bits of `b`, as many as n has. BN_free. */
static BIGNUM *bits2int(const struct work *w, struct bytes b)
{
	size_t len = b.len < w->len ? b.len : w->len;
	BIGNUM *number = BN_bin2bn(b.at, (int)len, NULL);
	int more = (int)len * 8 - BN_num_bits(w->n);

	if (number && more > 0)
		(void)BN_rshift(number, number, more);
	return number;
}

static struct bytes of(const struct work *w, const uint8_t *at)
{
	return bytes(at, w->mac->out_len);
}

/* K = HMAC_K(V | step | seed), V = HMAC_K(V) */
static bool stir(struct work *w, uint8_t step, struct bytes x, struct bytes h)
{
	const struct bytes parts[] = { of(w, w->V), bytes(&step, 1), x, h };
	struct bytes v = of(w, w->V);
	uint8_t next[PRF_MAX];

	if (!prf(w->mac, next, of(w, w->K), parts, COUNT_OF(parts)))
		return false;
	memcpy(w->K, next, sizeof(next));
	if (!prf(w->mac, next, of(w, w->K), &v, 1))
		return false;
	memcpy(w->V, next, sizeof(next));
	return true;
}

/* One candidate for k. BN_free. */
static BIGNUM *candidate(struct work *w)
{
	uint8_t t[LEN_MAX + PRF_MAX];
	size_t made = 0;

	while (made < w->len) {
		struct bytes v = of(w, w->V);
		uint8_t next[PRF_MAX];

		if (!prf(w->mac, next, of(w, w->K), &v, 1))
			return NULL;
		memcpy(w->V, next, sizeof(next));
		memcpy(t + made, w->V, w->mac->out_len);
		made += w->mac->out_len;
	}
	return bits2int(w, bytes(t, made));
}

static BIGNUM *nonce(struct work *w, struct bytes d)
{
	BIGNUM *h = bits2int(w, of(w, w->h1)), *k;
	uint8_t reduced[LEN_MAX];
	struct bytes seed = bytes(reduced, w->len);
	bool ok = h && BN_nnmod(h, h, w->n, w->ctx) && BN_bn2binpad(h, reduced, (int)w->len) == (int)w->len;

	BN_free(h);
	memset(w->V, 1, sizeof(w->V));
	memset(w->K, 0, sizeof(w->K));
	if (!ok || !stir(w, 0, d, seed) || !stir(w, 1, d, seed))
		return NULL;
	while ((k = candidate(w)) && (BN_is_zero(k) || BN_cmp(k, w->n) >= 0)) {
		BN_free(k);
		if (!stir(w, 0, bytes_none(), bytes_none()))
			return NULL;
	}
	return k;
}

/* r = (k G).x mod n, s = (h + r d) / k mod n */
static bool make(struct work *w, struct bytes d, const BIGNUM *k, uint8_t *r_s)
{
	BIGNUM *r = BN_new(), *s = BN_new(), *x = BN_bin2bn(d.at, (int)d.len, NULL), *h = bits2int(w, of(w, w->h1));
	EC_POINT *point = EC_POINT_new(w->group);
	BIGNUM *inverse = BN_mod_inverse(NULL, k, w->n, w->ctx);
	bool ok = r && s && x && h && point && inverse && EC_POINT_mul(w->group, point, k, NULL, NULL, w->ctx) &&
	          EC_POINT_get_affine_coordinates(w->group, point, r, NULL, w->ctx) && BN_nnmod(r, r, w->n, w->ctx) &&
	          BN_mod_mul(s, r, x, w->n, w->ctx) && BN_mod_add(s, s, h, w->n, w->ctx) && BN_mod_mul(s, s, inverse, w->n, w->ctx) &&
	          BN_bn2binpad(r, r_s, (int)w->len) == (int)w->len && BN_bn2binpad(s, r_s + w->len, (int)w->len) == (int)w->len;

	BN_free(r);
	BN_free(s);
	BN_free(x);
	BN_free(h);
	BN_free(inverse);
	EC_POINT_free(point);
	return ok;
}

bool ecdsa_fixed(struct bytes d, unsigned hash, struct bytes octets, uint8_t *r_s)
{
	static const uint16_t macs[] = { 0, IKEV2_PRF_HMAC_SHA1, IKEV2_PRF_HMAC_SHA2_256, IKEV2_PRF_HMAC_SHA2_384,
		                         IKEV2_PRF_HMAC_SHA2_512 };
	static const char *const names[] = { "", "SHA1", "SHA256", "SHA384", "SHA512" };
	int curve = d.len == 32 ? NID_X9_62_prime256v1 : d.len == 48 ? NID_secp384r1 : NID_secp521r1;
	struct work w = { .len = d.len };
	BIGNUM *k = NULL;
	bool ok = false;

	if (d.len > LEN_MAX || hash == 0 || hash >= COUNT_OF(macs))
		return false;
	w.mac = algorithm_find(TRANSFORM_PRF, macs[hash], 0);
	w.group = EC_GROUP_new_by_curve_name(curve);
	w.ctx = BN_CTX_new();
	if (w.mac && w.group && w.ctx && EVP_Q_digest(NULL, names[hash], NULL, octets.at, octets.len, w.h1, NULL) == 1) {
		w.n = EC_GROUP_get0_order(w.group);
		k = nonce(&w, d);
		ok = k && make(&w, d, k, r_s);
	}
	BN_free(k);
	BN_CTX_free(w.ctx);
	EC_GROUP_free(w.group);
	return ok;
}
