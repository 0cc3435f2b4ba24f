/* SPDX-License-Identifier: ISC */
/*
 * Signatures in AUTH: RSA (RFC 7296 2.15), ECDSA (RFC 4754), Digital Signature (RFC 7427).
 *
 * PKCS#1 blocks are compared whole by the library (it builds the expected one); every length is checked here first.
 */
#include "crypto/pki.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "base/reader.h"
#include "base/writer.h"
#include "crypto/pki_library.h"

enum form { PKCS1, PSS, ECDSA_RAW, ECDSA_DER };

struct scheme {
	enum form form;
	unsigned hash; /* RFC 7427 number */
	int salt_len;  /* PSS */
};

#define SHA2 (HASH_BIT(IKEV2_HASH_SHA2_256) | HASH_BIT(IKEV2_HASH_SHA2_384) | HASH_BIT(IKEV2_HASH_SHA2_512))
#define KNOWN (SHA2 | HASH_BIT(IKEV2_HASH_SHA1))
#define SIGNATURE_MAX 1024u /* bytes of an RSA modulus of 8192 bits */

/* AlgorithmIdentifiers, RFC 7427 appendix A, by hash. */
#define RSA_SHA(last)                                                              \
	{                                                                          \
		0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, last, 5, 0 \
	}
#define ECDSA_SHA2(last)                                                 \
	{                                                                \
		0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, last \
	}
#define SHA2_ID(last) 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, last, 5, 0
/* id-RSASSA-PSS { [0] hash, [1] mgf1 with hash, [2] salt length } */
#define PSS_SHA2(last, salt)                                                                                                    \
	{ 0x30, 65, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 10, 0x30, 52, 0xa0, 15, SHA2_ID(last), 0xa1, 28, 0x30, 26, 6, 9, \
	  0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 8, SHA2_ID(last), 0xa2, 3, 2, 1, salt }

static const uint8_t rsa_ids[HASH_COUNT][15] = { [1] = RSA_SHA(5), [2] = RSA_SHA(11), [3] = RSA_SHA(12), [4] = RSA_SHA(13) };
static const uint8_t pss_ids[HASH_COUNT][67] = { [2] = PSS_SHA2(1, 32), [3] = PSS_SHA2(2, 48), [4] = PSS_SHA2(3, 64) };
static const uint8_t ecdsa_ids[HASH_COUNT][12] = { [2] = ECDSA_SHA2(2), [3] = ECDSA_SHA2(3), [4] = ECDSA_SHA2(4) };

static hash_set allowed_or_default(hash_set allowed)
{
	return (allowed ? allowed : SHA2) & KNOWN;
}

static bool in(hash_set set, unsigned hash)
{
	return (set & HASH_BIT(hash)) != 0;
}

/* "RSASSA-PSS with SHA256", for reasons. */
static struct value scheme_value(uint8_t method, struct scheme s, struct arena *arena)
{
	static const char *const names[] = { [PKCS1] = "RSA PKCS#1", [PSS] = "RSASSA-PSS", [ECDSA_RAW] = "ECDSA", [ECDSA_DER] = "ECDSA" };
	const struct hash *h = hash_find(s.hash);
	struct text t = { 0 };
	struct value v;

	text_add(&t, "%s with %s", names[s.form], h ? h->name : "an unknown hash");
	v = value_of(VALUE_AUTH, method, arena_copy(arena, bytes_str(text_str(&t))));
	text_clear(&t);
	return v;
}

static bool forbidden(struct reason *why, struct value got, const char *about)
{
	(void)refuse(why, REASON_SIGNATURE_ALGORITHM, IKEV2_NOTIFY_AUTHENTICATION_FAILED, got, value_none(), conf_nowhere());
	why->about = value_text(about);
	return false;
}

/* --- one signature, made or verified --- */

static bool set_padding(EVP_PKEY_CTX *ctx, struct scheme s)
{
	switch (s.form) {
	case PKCS1: return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	case PSS:
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, s.salt_len) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, hash_md(s.hash)) == 1;
	case ECDSA_RAW:
	case ECDSA_DER: return true;
	}
	return false;
}

static bool verify_one(EVP_PKEY *pkey, struct scheme s, struct bytes octets, struct bytes signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	bool ok = ctx && EVP_DigestVerifyInit_ex(ctx, &pctx, hash_find(s.hash)->name, NULL, NULL, pkey, NULL) == 1 &&
	    set_padding(pctx, s) && EVP_DigestVerify(ctx, signature.at, signature.len, octets.at, octets.len) == 1;

	EVP_MD_CTX_free(ctx);
	library_forget();
	return ok;
}

/* r | s -> SEQUENCE { r, s }. RFC 4754 7; RFC 3279 2.2.3. Empty: out of memory. */
static struct bytes ecdsa_der(struct bytes raw, struct arena *arena)
{
	int half = (int)(raw.len / 2);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw.at, half, NULL), *s = BN_bin2bn(raw.at + half, half, NULL);
	unsigned char *der = NULL;
	struct bytes out = bytes_none();
	int len;

	if (!sig || !r || !s || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(sig);
		return out;
	}
	len = i2d_ECDSA_SIG(sig, &der);
	if (len > 0)
		out = arena_copy(arena, bytes(der, (size_t)len));
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	return out;
}

/* SEQUENCE { r, s } -> r | s, each of `half` bytes. */
static bool ecdsa_raw(struct bytes der, size_t half, uint8_t *raw)
{
	const unsigned char *at = der.at;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)der.len);
	bool ok = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, (int)half) == (int)half &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + half, (int)half) == (int)half;

	ECDSA_SIG_free(sig);
	return ok;
}

/* --- verifying --- */

/* Lengths that no genuine signature has are refused before the library sees them. */
static bool length_fits(struct scheme s, const struct key_facts *f, struct bytes signature)
{
	switch (s.form) {
	case PKCS1:
	case PSS: return signature.len == f->size;
	case ECDSA_RAW: return signature.len == 2 * f->size;
	case ECDSA_DER: return signature.len >= 8 && signature.len <= 2 * f->size + 9;
	}
	return false;
}

static bool check(const struct cert *c, struct scheme s, const struct key_facts *f, struct bytes octets, struct bytes signature,
                  struct arena *arena)
{
	if (!length_fits(s, f, signature))
		return false;
	if (s.form == ECDSA_RAW) {
		signature = ecdsa_der(signature, arena);
		if (signature.len == 0)
			return false;
	}
	return verify_one(X509_get0_pubkey(c->x509), s, octets, signature);
}

static bool null_or_absent(const X509_ALGOR *a)
{
	int type;

	X509_ALGOR_get0(NULL, &type, NULL, a);
	return type == V_ASN1_UNDEF || type == V_ASN1_NULL;
}

static unsigned hash_of_nid(int nid)
{
	switch (nid) {
	case NID_sha1: return IKEV2_HASH_SHA1;
	case NID_sha256: return IKEV2_HASH_SHA2_256;
	case NID_sha384: return IKEV2_HASH_SHA2_384;
	case NID_sha512: return IKEV2_HASH_SHA2_512;
	default: return 0;
	}
}

/* The hash of an AlgorithmIdentifier; absent: SHA-1, RFC 4055 3.1. 0: another one. */
static unsigned hash_of_algor(const X509_ALGOR *a)
{
	const ASN1_OBJECT *object;

	if (!a)
		return IKEV2_HASH_SHA1;
	X509_ALGOR_get0(&object, NULL, NULL, a);
	return null_or_absent(a) ? hash_of_nid(OBJ_obj2nid(object)) : 0;
}

/* The hash inside mgf1SHA...: absent: SHA-1. 0: not MGF1, or another hash. */
static unsigned hash_of_mgf(const X509_ALGOR *a)
{
	const ASN1_OBJECT *object;
	const void *value;
	X509_ALGOR *inner;
	unsigned hash = 0;
	int type;

	if (!a)
		return IKEV2_HASH_SHA1;
	X509_ALGOR_get0(&object, &type, &value, a);
	if (OBJ_obj2nid(object) != NID_mgf1 || type != V_ASN1_SEQUENCE)
		return 0;
	inner = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(X509_ALGOR), a->parameter);
	if (inner)
		hash = hash_of_algor(inner);
	X509_ALGOR_free(inner);
	return hash;
}

/* RFC 4055 3.1. Hash and mask hash must be one; the salt at most what fits (checked again by the library). */
static bool pss_scheme(const X509_ALGOR *a, const struct key_facts *f, struct scheme *s)
{
	RSA_PSS_PARAMS *p = a->parameter ? ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS), a->parameter) : NULL;
	int64_t salt = 20, trailer = 1;
	bool ok = p && (!p->saltLength || ASN1_INTEGER_get_int64(&salt, p->saltLength) == 1) &&
	    (!p->trailerField || ASN1_INTEGER_get_int64(&trailer, p->trailerField) == 1);
	unsigned hash = ok ? hash_of_algor(p->hashAlgorithm) : 0;

	ok = ok && hash != 0 && hash_of_mgf(p->maskGenAlgorithm) == hash && trailer == 1 && salt >= 0 &&
	    (size_t)salt + hash_find(hash)->len + 2 <= f->size;
	RSA_PSS_PARAMS_free(p);
	*s = (struct scheme){ PSS, hash, ok ? (int)salt : 0 };
	return ok;
}

/* What an AlgorithmIdentifier of RFC 7427 asks for; false: unknown, malformed, or not for this kind of key. */
static bool scheme_of_algor(struct bytes der, const struct key_facts *f, struct scheme *s)
{
	const unsigned char *at = der.at;
	X509_ALGOR *a = d2i_X509_ALGOR(NULL, &at, (long)der.len);
	const ASN1_OBJECT *object;
	int nid, digest = NID_undef, kind = NID_undef, type;
	bool ok = false;

	if (a && at == der.at + der.len) {
		X509_ALGOR_get0(&object, &type, NULL, a);
		nid = OBJ_obj2nid(object);
		if (nid == NID_rsassaPss && f->kind == KEY_RSA) {
			ok = pss_scheme(a, f, s);
		} else if (OBJ_find_sigid_algs(nid, &digest, &kind) == 1 && hash_of_nid(digest) != 0) {
			*s = (struct scheme){ f->kind == KEY_RSA ? PKCS1 : ECDSA_DER, hash_of_nid(digest), 0 };
			ok = f->kind == KEY_RSA ? kind == NID_rsaEncryption && null_or_absent(a) :
			                          kind == NID_X9_62_id_ecPublicKey && type == V_ASN1_UNDEF;
		}
	}
	X509_ALGOR_free(a);
	library_forget();
	return ok;
}

static bool wrong(struct reason *why, struct value got)
{
	return refuse(why, REASON_SIGNATURE, IKEV2_NOTIFY_AUTHENTICATION_FAILED, got, value_none(), conf_nowhere());
}

/* Method 14: length (1), AlgorithmIdentifier, signature. RFC 7427 3. */
static bool verify_digital(const struct cert *c, struct bytes octets, struct bytes data, const struct key_facts *f, hash_set allowed,
                           struct reason *why, struct arena *arena)
{
	struct reader r = reader(data);
	struct bytes id = rd_bytes(&r, rd_u8(&r)), signature = rd_rest(&r);
	struct scheme s = { 0 };
	struct value got;

	if (!rd_ok(&r) || id.len == 0)
		return wrong(why, value_of(VALUE_AUTH, IKEV2_AUTH_DIGITAL_SIGNATURE, bytes_str("cut short")));
	if (!scheme_of_algor(id, f, &s))
		return forbidden(why, value_of(VALUE_HEX, 0, arena_copy(arena, id)),
		    "the AlgorithmIdentifier is unknown, or not for the key of the certificate");
	got = scheme_value(IKEV2_AUTH_DIGITAL_SIGNATURE, s, arena);
	if (!in(allowed, s.hash))
		return forbidden(why, got, "the hash is not allowed for signatures");
	return check(c, s, f, octets, signature, arena) || wrong(why, got);
}

/* Methods 1 and 9 to 11. RSA leaves the hash open: it is any of the allowed ones. */
static bool verify_classic(const struct cert *c, struct bytes octets, struct auth_data auth, const struct key_facts *f, hash_set allowed,
                           struct reason *why, struct arena *arena)
{
	struct scheme s = { f->kind == KEY_RSA ? PKCS1 : ECDSA_RAW, f->fitting_hash, 0 };

	if (f->kind == KEY_EC) {
		if (!in(allowed, s.hash))
			return forbidden(why, scheme_value(auth.method, s, arena), "the hash is not allowed for signatures");
		return check(c, s, f, octets, auth.data, arena) || wrong(why, scheme_value(auth.method, s, arena));
	}
	for (s.hash = HASH_COUNT - 1; s.hash > 0; s.hash--)
		if (in(allowed, s.hash) && check(c, s, f, octets, auth.data, arena))
			return true;
	(void)wrong(why, value_of(VALUE_AUTH, auth.method, bytes_none()));
	if (!in(allowed, IKEV2_HASH_SHA1))
		why->about = value_text("this method usually signs with SHA-1, which is not allowed here");
	return false;
}

bool cert_verify_auth(const struct cert *c, struct bytes octets, struct auth_data auth, hash_set allowed, struct reason *why,
                      struct arena *arena)
{
	struct value got = value_of(VALUE_AUTH, auth.method, bytes_none());
	struct key_facts facts;
	const char *fault;

	if (!key_facts_of(X509_get0_pubkey(c->x509), &facts, &fault))
		return refuse_text(why, REASON_CERT_INVALID, IKEV2_NOTIFY_AUTHENTICATION_FAILED, fault);
	allowed = allowed_or_default(allowed);
	if (auth.method == IKEV2_AUTH_DIGITAL_SIGNATURE)
		return verify_digital(c, octets, auth.data, &facts, allowed, why, arena);
	if (auth.method == facts.classic)
		return verify_classic(c, octets, auth, &facts, allowed, why, arena);
	return forbidden(why, got, "the method is not one for the key of the certificate");
}

/* --- signing --- */

/* The strongest hash of the set; for a curve the one that fits it, if it is there. 0: none. */
static unsigned choose_hash(hash_set set, const struct key_facts *f)
{
	unsigned hash = HASH_COUNT - 1;

	if (f->kind == KEY_EC) {
		set &= SHA2; /* RFC 7427 would have ECDSA with SHA-1, too; there is no need for it */
		if (in(set, f->fitting_hash))
			return f->fitting_hash;
	}
	while (hash > 0 && !in(set, hash))
		hash--;
	return hash;
}

static bool choose_scheme(struct sign_how how, const struct key_facts *f, struct scheme *s, uint8_t *method, struct reason *why)
{
	hash_set allowed = allowed_or_default(how.allowed);

	if (how.peer == 0) { /* RFC 7427 4: the peer knows the classic methods alone */
		*method = f->classic;
		*s = (struct scheme){ f->kind == KEY_RSA ? PKCS1 : ECDSA_RAW, f->kind == KEY_RSA ? IKEV2_HASH_SHA1 : f->fitting_hash, 0 };
		if (!in(allowed, s->hash))
			return forbidden(why, value_of(VALUE_AUTH, *method, bytes_none()),
			                 "the peer knows only the classic methods, whose hash is not allowed for this key");
		return true;
	}
	*method = IKEV2_AUTH_DIGITAL_SIGNATURE;
	*s = (struct scheme){ f->kind == KEY_EC ? ECDSA_DER : PKCS1, choose_hash(how.peer & allowed, f), 0 };
	if (s->hash == 0)
		return forbidden(why, value_of(VALUE_AUTH, *method, bytes_none()), "no hash algorithm in common for signatures");
	if (how.pss && !how.deterministic && f->kind == KEY_RSA && s->hash != IKEV2_HASH_SHA1) {
		s->form = PSS;
		s->salt_len = (int)hash_find(s->hash)->len;
	}
	return true;
}

static ecdsa_fixed_fn *ecdsa_fixed;

void key_sign_fixed_by(ecdsa_fixed_fn *make)
{
	ecdsa_fixed = make;
}

/* RFC 6979 nonces by the library, where it has them. */
static bool fixed_nonce(EVP_PKEY_CTX *ctx)
{
	unsigned int type = 1;
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_uint("nonce-type", &type), OSSL_PARAM_END };
	const OSSL_PARAM *known = EVP_PKEY_CTX_settable_params(ctx);

	return known && OSSL_PARAM_locate_const(known, "nonce-type") && EVP_PKEY_CTX_set_params(ctx, params) == 1;
}

/* The same by the tests' own hand. Gives SEQUENCE { r, s }, as the library does. */
static bool sign_fixed(const struct key *k, struct scheme s, size_t size, struct bytes octets, uint8_t *out, size_t *len)
{
	uint8_t d[66], r_s[2 * sizeof(d)];
	struct arena arena = { 0 };
	struct bytes made = bytes_none();
	BIGNUM *number = NULL;

	if (ecdsa_fixed && EVP_PKEY_get_bn_param(k->pkey, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1 &&
	    BN_bn2binpad(number, d, (int)size) == (int)size && ecdsa_fixed(bytes(d, size), s.hash, octets, r_s))
		made = ecdsa_der(bytes(r_s, 2 * size), &arena);
	*len = made.len;
	if (made.len > 0)
		memcpy(out, made.at, made.len);
	BN_clear_free(number);
	wipe(d, sizeof(d));
	arena_clear(&arena);
	return made.len > 0;
}

/* out: SIGNATURE_MAX bytes of room. */
static bool sign_one(const struct key *k, struct scheme s, const struct key_facts *f, bool deterministic, struct bytes octets,
                     uint8_t *out, size_t *len, struct reason *why)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	bool fixed = deterministic && f->kind == KEY_EC, ok;

	*len = SIGNATURE_MAX;
	ok = ctx && EVP_DigestSignInit_ex(ctx, &pctx, hash_find(s.hash)->name, NULL, NULL, k->pkey, NULL) == 1 && set_padding(pctx, s);
	if (ok && fixed && !fixed_nonce(pctx))
		ok = sign_fixed(k, s, f->size, octets, out, len) ||
		     refuse_text(why, REASON_UNSUPPORTED, 0, "ECDSA with fixed nonces wants OpenSSL 3.2");
	else
		ok = (ok && EVP_DigestSign(ctx, out, len, octets.at, octets.len) == 1) ||
		     refuse_text(why, REASON_INTERNAL, 0, "the private key did not sign");
	EVP_MD_CTX_free(ctx);
	library_forget();
	return ok;
}

static struct bytes id_of(struct scheme s)
{
	switch (s.form) {
	case PKCS1: return bytes(rsa_ids[s.hash], sizeof(rsa_ids[0]));
	case PSS: return bytes(pss_ids[s.hash], sizeof(pss_ids[0]));
	case ECDSA_DER: return bytes(ecdsa_ids[s.hash], sizeof(ecdsa_ids[0]));
	case ECDSA_RAW: break;
	}
	return bytes_none();
}

/* Puts the AUTH data together: with its identifier, as r | s, or bare. Empty: out of memory. */
static struct bytes wrap(struct scheme s, uint8_t method, const struct key_facts *f, struct bytes signature, struct arena *arena)
{
	struct bytes id = id_of(s);
	size_t len = method == IKEV2_AUTH_DIGITAL_SIGNATURE ? 1 + id.len + signature.len :
	    s.form == ECDSA_RAW                             ? 2 * f->size :
	                                                      signature.len;
	uint8_t *at = arena_take(arena, len);
	struct writer w = writer(at, at ? len : 0);

	if (s.form == ECDSA_RAW)
		return at && ecdsa_raw(signature, f->size, at) ? bytes(at, len) : bytes_none();
	if (method == IKEV2_AUTH_DIGITAL_SIGNATURE) {
		wr_u8(&w, (uint8_t)id.len);
		wr_bytes(&w, id);
	}
	wr_bytes(&w, signature);
	return wr_done(&w);
}

bool key_sign(const struct key *k, struct bytes octets, struct sign_how how, struct auth_data *out, struct arena *arena,
              struct reason *why)
{
	uint8_t signature[SIGNATURE_MAX];
	size_t len;
	struct key_facts facts;
	struct scheme s;
	const char *fault;

	if (!key_facts_of(k->pkey, &facts, &fault))
		return refuse_text(why, REASON_NO_KEY, 0, fault);
	if (!choose_scheme(how, &facts, &s, &out->method, why))
		return false;
	if (!sign_one(k, s, &facts, how.deterministic, octets, signature, &len, why))
		return false;
	out->data = wrap(s, out->method, &facts, bytes(signature, len), arena);
	return out->data.len > 0 || refuse_memory(why);
}
