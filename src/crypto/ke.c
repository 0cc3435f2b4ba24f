/* SPDX-License-Identifier: ISC */
/*
 * Key exchange: MODP (RFC 3526), ECP (RFC 5903), Curve25519 (RFC 7748, 8031).
 *
 * Private keys are made from the seed that is given and from nothing else:
 *   MODP    the 512 bits of the seed are the exponent (more than twice the strength of every group here)
 *   ECP     seed mod (n - 1) + 1: FIPS 186-5 A.2.1, with at least 128 bits more than n has
 *   X25519  the first 32 bytes, clamped by the function itself
 * A peer's value is checked before any computation (RFC 6989): its length, 1 < y < p - 1, or that it lies on the curve.
 */
#include "crypto/crypto.h"

#include <openssl/core_names.h>
#include <openssl/objects.h>
#include <openssl/params.h>

#include "crypto/library.h"

static struct ke_group groups[] = {
	{ .id = IKEV2_KE_CURVE25519, .kind = KE_X25519, .value_len = 32, .secret_len = 32 },
	{ .id = IKEV2_KE_ECP_256, .kind = KE_ECP, .value_len = 64, .secret_len = 32, .ecp.coordinate_len = 32 },
	{ .id = IKEV2_KE_ECP_384, .kind = KE_ECP, .value_len = 96, .secret_len = 48, .ecp.coordinate_len = 48 },
	{ .id = IKEV2_KE_MODP_2048, .kind = KE_MODP, .value_len = 256, .secret_len = 256 },
	{ .id = IKEV2_KE_MODP_3072, .kind = KE_MODP, .value_len = 384, .secret_len = 384 },
	{ .id = IKEV2_KE_MODP_4096, .kind = KE_MODP, .value_len = 512, .secret_len = 512 },
};

/* --- start and stop --- */

static bool modp_start(struct ke_group *g)
{
	BN_CTX *ctx = BN_CTX_new();
	bool ok;

	switch (g->id) {
	case IKEV2_KE_MODP_2048: g->modp.p = BN_get_rfc3526_prime_2048(NULL); break;
	case IKEV2_KE_MODP_3072: g->modp.p = BN_get_rfc3526_prime_3072(NULL); break;
	case IKEV2_KE_MODP_4096: g->modp.p = BN_get_rfc3526_prime_4096(NULL); break;
	default: break;
	}
	g->modp.p_less_one = g->modp.p ? BN_dup(g->modp.p) : NULL;
	g->modp.generator = BN_new();
	g->modp.mont = BN_MONT_CTX_new();
	ok = ctx && g->modp.p_less_one && g->modp.generator && g->modp.mont && BN_sub_word(g->modp.p_less_one, 1) &&
	    BN_set_word(g->modp.generator, 2) && BN_MONT_CTX_set(g->modp.mont, g->modp.p, ctx) &&
	    BN_num_bytes(g->modp.p) == g->value_len;
	BN_CTX_free(ctx);
	return ok;
}

static bool ecp_start(struct ke_group *g)
{
	g->ecp.curve = EC_GROUP_new_by_curve_name(g->id == IKEV2_KE_ECP_256 ? NID_X9_62_prime256v1 : NID_secp384r1);
	g->ecp.order_less_one = g->ecp.curve ? BN_dup(EC_GROUP_get0_order(g->ecp.curve)) : NULL;
	return g->ecp.order_less_one && BN_sub_word(g->ecp.order_less_one, 1) &&
	    (EC_GROUP_get_degree(g->ecp.curve) + 7) / 8 == g->ecp.coordinate_len;
}

bool ke_start(void)
{
	for (size_t i = 0; i < COUNT_OF(groups); i++) {
		if (groups[i].kind == KE_MODP && !modp_start(&groups[i]))
			return false;
		if (groups[i].kind == KE_ECP && !ecp_start(&groups[i]))
			return false;
	}
	return true;
}

void ke_stop(void)
{
	for (size_t i = 0; i < COUNT_OF(groups); i++) {
		struct ke_group *g = &groups[i];

		if (g->kind == KE_MODP) {
			BN_free(g->modp.p);
			BN_free(g->modp.p_less_one);
			BN_free(g->modp.generator);
			BN_MONT_CTX_free(g->modp.mont);
			memset(&g->modp, 0, sizeof(g->modp));
		}
		if (g->kind == KE_ECP) {
			EC_GROUP_free(g->ecp.curve);
			BN_free(g->ecp.order_less_one);
			g->ecp.curve = NULL;
			g->ecp.order_less_one = NULL;
		}
	}
}

const struct ke_group *ke_group_find(const struct algorithm *ke)
{
	for (size_t i = 0; ke && ke->type == TRANSFORM_KE && i < COUNT_OF(groups); i++)
		if (groups[i].id == ke->id)
			return &groups[i];
	return NULL;
}

size_t ke_seed_len(const struct algorithm *ke)
{
	return ke_group_find(ke) ? KE_SEED_LEN : 0;
}

/* --- MODP --- */

static bool modp_power(const struct ke_group *g, const BIGNUM *base, struct bytes seed, uint8_t *out)
{
	BIGNUM *x = BN_bin2bn(seed.at, (int)seed.len, NULL), *y = BN_new();
	BN_CTX *ctx = BN_CTX_secure_new();
	bool ok = x && y && ctx && !BN_is_zero(x);

	if (ok)
		BN_set_flags(x, BN_FLG_CONSTTIME);
	ok = ok && BN_mod_exp_mont_consttime(y, base, x, g->modp.p, ctx, g->modp.mont) == 1 &&
	    BN_bn2binpad(y, out, g->value_len) == g->value_len;
	BN_clear_free(x);
	BN_clear_free(y);
	BN_CTX_free(ctx);
	return ok;
}

static bool bad_value(struct reason *why, const char *about)
{
	return refuse_text(why, REASON_KE_VALUE, IKEV2_NOTIFY_INVALID_SYNTAX, about);
}

static bool failed(struct reason *why)
{
	return refuse_text(why, REASON_MEMORY, 0, "key exchange");
}

/* RFC 6989 2.1: all groups here have safe primes, so 1 < y < p - 1 is enough. */
static bool modp_agree(const struct ke_group *g, struct bytes seed, struct bytes peer, uint8_t *out, struct reason *why)
{
	BIGNUM *y = BN_bin2bn(peer.at, (int)peer.len, NULL);
	bool inside = y && !BN_is_zero(y) && !BN_is_one(y) && BN_cmp(y, g->modp.p_less_one) < 0;
	bool ok = inside && modp_power(g, y, seed, out);

	if (y && !inside)
		(void)bad_value(why, "the MODP value is not between 1 and p - 1");
	else if (!ok)
		(void)failed(why);
	BN_free(y);
	return ok;
}

/* --- ECP --- */

/* d = seed mod (n - 1) + 1. NULL: out of memory. BN_clear_free. */
static BIGNUM *ecp_scalar(const struct ke_group *g, struct bytes seed, BN_CTX *ctx)
{
	BIGNUM *wide = BN_bin2bn(seed.at, (int)seed.len, NULL), *d = BN_new();

	if (wide)
		BN_set_flags(wide, BN_FLG_CONSTTIME);
	if (wide && d && BN_mod(d, wide, g->ecp.order_less_one, ctx) && BN_add_word(d, 1)) {
		BN_set_flags(d, BN_FLG_CONSTTIME);
	} else {
		BN_clear_free(d);
		d = NULL;
	}
	BN_clear_free(wide);
	return d;
}

/* x | y of d times `base` (NULL: the generator); `with_y` false: x alone. RFC 5903 6, 7, 9. */
static bool ecp_multiply(const struct ke_group *g, const EC_POINT *base, struct bytes seed, uint8_t *out, bool with_y)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *d = ctx ? ecp_scalar(g, seed, ctx) : NULL, *x = BN_new(), *y = BN_new();
	EC_POINT *product = EC_POINT_new(g->ecp.curve);
	int len = g->ecp.coordinate_len;
	bool ok = d && x && y && product;

	ok = ok && EC_POINT_mul(g->ecp.curve, product, base ? NULL : d, base, base ? d : NULL, ctx) == 1 &&
	    !EC_POINT_is_at_infinity(g->ecp.curve, product) &&
	    EC_POINT_get_affine_coordinates(g->ecp.curve, product, x, y, ctx) == 1 && BN_bn2binpad(x, out, len) == len &&
	    (!with_y || BN_bn2binpad(y, out + len, len) == len);
	EC_POINT_clear_free(product);
	BN_clear_free(x);
	BN_clear_free(y);
	BN_clear_free(d);
	BN_CTX_free(ctx);
	return ok;
}

/* RFC 6989 2.3: coordinates below p, and on the curve; both are asked by the library's reader of points. */
static bool ecp_agree(const struct ke_group *g, struct bytes seed, struct bytes peer, uint8_t *out, struct reason *why)
{
	uint8_t encoded[1 + 2 * 66];
	EC_POINT *point = EC_POINT_new(g->ecp.curve);
	bool fits, ok;

	if (!point)
		return failed(why);
	encoded[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(encoded + 1, peer.at, peer.len);
	fits = EC_POINT_oct2point(g->ecp.curve, point, encoded, 1 + peer.len, NULL) == 1 &&
	    EC_POINT_is_on_curve(g->ecp.curve, point, NULL) == 1 && !EC_POINT_is_at_infinity(g->ecp.curve, point);
	ok = fits && ecp_multiply(g, point, seed, out, false);
	EC_POINT_free(point);
	if (!fits)
		return bad_value(why, "the point does not lie on the curve");
	return ok || failed(why);
}

/* --- X25519 --- */

static EVP_PKEY *x25519_private(struct bytes seed)
{
	return EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, seed.at, 32);
}

/*
 * A private key for one agreement. The library computes the public value of each private key that it takes, which costs as much as
 * the agreement itself and is not looked at; given any public value, it does not. A library that wants the pair to fit gets its way.
 */
static EVP_PKEY *x25519_private_for(struct bytes seed, struct bytes stand_in)
{
	uint8_t private[32], public[32];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, private, sizeof(private)),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, public, sizeof(public)),
		OSSL_PARAM_END,
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
	EVP_PKEY *own = NULL;

	memcpy(private, seed.at, sizeof(private));
	memcpy(public, stand_in.at, sizeof(public));
	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &own, EVP_PKEY_KEYPAIR, params) != 1)
		own = NULL;
	wipe(private, sizeof(private));
	EVP_PKEY_CTX_free(ctx);
	return own ? own : x25519_private(seed);
}

static bool x25519_public(struct bytes seed, uint8_t *out)
{
	EVP_PKEY *own = x25519_private(seed);
	size_t len = 32;
	bool ok = own && EVP_PKEY_get_raw_public_key(own, out, &len) == 1 && len == 32;

	EVP_PKEY_free(own);
	return ok;
}

static bool x25519_agree(struct bytes seed, struct bytes peer, uint8_t *out, struct reason *why)
{
	static const uint8_t zero[32];
	EVP_PKEY *own = x25519_private_for(seed, peer), *theirs = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, peer.at, 32);
	EVP_PKEY_CTX *ctx = own ? EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL) : NULL;
	size_t len = 32;
	bool ready = ctx && theirs && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer_ex(ctx, theirs, 0) == 1;
	/* RFC 7748 6.1: a point of small order gives zero; the library refuses that, and so do we. */
	bool ok = ready && EVP_PKEY_derive(ctx, out, &len) == 1 && len == 32 &&
	    !bytes_equal_secret(bytes(out, 32), bytes(zero, 32));

	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(own);
	EVP_PKEY_free(theirs);
	if (!ready)
		return failed(why);
	return ok || bad_value(why, "the X25519 value is a point of small order");
}

/* --- the two calls --- */

/* The seed's first KE_SEED_LEN bytes, or a refusal of our own work. */
static bool own_side(const struct ke_group *g, const struct algorithm *ke, struct bytes *seed, struct reason *why)
{
	if (!g)
		return refuse(why, REASON_UNSUPPORTED, 0, value_of(VALUE_KE, ke->id, bytes_none()), value_none(), conf_nowhere());
	if (g->value_len != ke->out_len || g->value_len != ke->out_len_resp || g->secret_len != ke->secret_len)
		return refuse_text(why, REASON_INTERNAL, 0, "the algorithm table and the key exchange disagree");
	if (seed->len < KE_SEED_LEN)
		return refuse_text(why, REASON_INTERNAL, 0, "too few random bytes for a key exchange");
	seed->len = KE_SEED_LEN;
	return true;
}

bool ke_public(const struct algorithm *ke, struct bytes seed, uint8_t *value, struct reason *why)
{
	const struct ke_group *g = ke_group_find(ke);
	bool ok = false;

	if (!own_side(g, ke, &seed, why))
		return false;
	switch (g->kind) {
	case KE_MODP: ok = modp_power(g, g->modp.generator, seed, value); break;
	case KE_ECP: ok = ecp_multiply(g, NULL, seed, value, true); break;
	case KE_X25519: ok = x25519_public(seed, value); break;
	}
	library_forget();
	return ok || failed(why);
}

bool ke_agree(const struct algorithm *ke, struct bytes seed, struct bytes peer, struct secret *shared, struct reason *why)
{
	const struct ke_group *g = ke_group_find(ke);
	bool ok = false;

	secret_clear(shared);
	if (!own_side(g, ke, &seed, why))
		return false;
	if (peer.len != g->value_len)
		return refuse(why, REASON_KE_VALUE, IKEV2_NOTIFY_INVALID_SYNTAX, value_number(peer.len),
		    value_number(g->value_len), conf_nowhere());
	if (!secret_new(shared, g->secret_len))
		return failed(why);
	switch (g->kind) {
	case KE_MODP: ok = modp_agree(g, seed, peer, shared->at, why); break;
	case KE_ECP: ok = ecp_agree(g, seed, peer, shared->at, why); break;
	case KE_X25519: ok = x25519_agree(seed, peer, shared->at, why); break;
	}
	library_forget();
	if (!ok)
		secret_clear(shared);
	return ok;
}
