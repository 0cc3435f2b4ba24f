/* SPDX-License-Identifier: ISC */
/* The path from a peer's certificate to a trust anchor. RFC 5280 6, RFC 4945 5. */
#include "crypto/pki.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "crypto/pki_library.h"

#define CHAIN_MAX 16 /* certificates of a peer that are looked at; a path is never longer */
#define STRENGTH 2   /* OpenSSL's security level: 112 bits, RSA from 2048 on, no SHA-1 */

/* --- reasons --- */

static bool told(struct reason *why, enum reason_kind kind, struct value about)
{
	(void)refuse(why, kind, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_none(), value_none(), conf_nowhere());
	why->about = about;
	return false;
}

static struct value dn_value(const X509_NAME *name, struct arena *arena)
{
	const unsigned char *at;
	size_t len;

	if (X509_NAME_get0_der(name, &at, &len) != 1)
		return value_none();
	return value_of(VALUE_DN, 0, arena_copy(arena, bytes(at, len)));
}

static struct value time_value(int64_t t)
{
	return value_of(VALUE_TIME, (uint64_t)t, bytes_none());
}

/* got = the time now, wanted = the bound that it has crossed, about = whose certificate. */
static bool out_of_time(struct reason *why, bool late, int64_t wall, int64_t bound, struct value subject)
{
	(void)told(why, late ? REASON_CERT_EXPIRED : REASON_CERT_NOT_YET, subject);
	why->got = time_value(wall);
	why->wanted = time_value(bound);
	return false;
}

/* As the library has it, the second of notAfter itself is too late. */
static bool times_hold(const struct cert *c, int64_t wall, struct reason *why, struct arena *arena)
{
	struct value subject = dn_value(X509_get_subject_name(c->x509), arena);
	int64_t from, to;

	cert_times(c, &from, &to);
	if (wall < from)
		return out_of_time(why, false, wall, from, subject);
	return wall < to || out_of_time(why, true, wall, to, subject);
}

/* OpenSSL's verdict in our words. */
static bool told_by_library(X509_STORE_CTX *ctx, int64_t wall, struct reason *why, struct arena *arena)
{
	int error = X509_STORE_CTX_get_error(ctx);
	const X509 *at = X509_STORE_CTX_get_current_cert(ctx);
	struct cert bad = { .x509 = X509_STORE_CTX_get_current_cert(ctx) };
	struct value subject = at ? dn_value(X509_get_subject_name(at), arena) : value_none();
	struct value issuer = at ? dn_value(X509_get_issuer_name(at), arena) : value_none();
	int64_t from = 0, to = 0;

	if (at)
		cert_times(&bad, &from, &to);
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED: return out_of_time(why, true, wall, to, subject);
	case X509_V_ERR_CERT_NOT_YET_VALID: return out_of_time(why, false, wall, from, subject);
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return told(why, REASON_CERT_SELF_SIGNED, subject);
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_UNTRUSTED: return told(why, REASON_CERT_UNTRUSTED, issuer);
	case X509_V_ERR_OUT_OF_MEM: return refuse_memory(why);
	default: break;
	}
	(void)told(why, REASON_CERT_INVALID, value_text(X509_verify_cert_error_string(error)));
	why->got = subject;
	return false;
}

static bool unusable(const X509 *x509, struct reason *why, struct arena *arena, const char *about)
{
	(void)told(why, REASON_CERT_INVALID, value_text(about));
	why->got = dn_value(X509_get_subject_name(x509), arena);
	return false;
}

/* --- what a certificate may be used for --- */

/* RFC 4945 5.1.3.12, and the purposes that certificates for VPN gateways have in practice. */
static bool purpose_fits(X509 *x509)
{
	static const char *const accepted[] = { "1.3.6.1.5.5.7.3.1" /* serverAuth */, "1.3.6.1.5.5.7.3.2" /* clientAuth */,
		"1.3.6.1.5.5.7.3.17" /* ipsecIKE */, "1.3.6.1.5.5.8.2.2" /* iKEIntermediate */, "2.5.29.37.0" /* any */ };
	EXTENDED_KEY_USAGE *eku;
	bool fits = false;
	int seen;

	eku = X509_get_ext_d2i(x509, NID_ext_key_usage, &seen, NULL);
	if (!eku)
		return seen == -1; /* there is none; otherwise it is doubled or malformed */
	for (int i = 0; !fits && i < sk_ASN1_OBJECT_num(eku); i++) {
		char oid[64] = "";

		(void)OBJ_obj2txt(oid, sizeof(oid), sk_ASN1_OBJECT_value(eku, i), 1);
		for (size_t k = 0; k < COUNT_OF(accepted); k++)
			fits = fits || strcmp(oid, accepted[k]) == 0;
	}
	EXTENDED_KEY_USAGE_free(eku);
	return fits;
}

/* RFC 4945 5.1.3.2. Without the extension all bits are set. */
static bool usage_fits(X509 *x509)
{
	return (X509_get_key_usage(x509) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

/* The leaf must be for signing; each certificate below the anchor for a purpose of ours. */
static bool uses_hold(X509_STORE_CTX *ctx, struct reason *why, struct arena *arena)
{
	STACK_OF(X509) *path = X509_STORE_CTX_get0_chain(ctx);
	int count = sk_X509_num(path);

	for (int i = 0; i < count; i++) {
		X509 *x509 = sk_X509_value(path, i);

		if (i == 0 && !usage_fits(x509))
			return unusable(x509, why, arena, "its key usage does not allow signatures");
		if ((i == 0 || i < count - 1) && !purpose_fits(x509))
			return unusable(x509, why, arena, "its extended key usage is for other purposes");
	}
	return count > 0 || refuse_text(why, REASON_INTERNAL, 0, "a verified path is empty");
}

/* --- the path --- */

static X509_STORE *store_of(const struct trust *t, int64_t wall)
{
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param = store ? X509_STORE_get0_param(store) : NULL;
	bool ok = param != NULL;

	for (size_t i = 0; ok && i < t->anchor_count; i++)
		ok = X509_STORE_add_cert(store, t->anchors[i]->x509) == 1;
	if (!ok) {
		X509_STORE_free(store);
		return NULL;
	}
	X509_VERIFY_PARAM_set_time(param, (time_t)wall);
	X509_VERIFY_PARAM_set_depth(param, CHAIN_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, STRENGTH);
	/* An anchor is one because it is configured, not because it signed itself. */
	(void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
	return store;
}

static STACK_OF(X509) * untrusted_of(const struct trust *t, struct cert *const *chain, size_t count)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	bool ok = stack != NULL;

	for (size_t i = 1; ok && i < count; i++)
		ok = sk_X509_push(stack, chain[i]->x509) > 0;
	for (size_t i = 0; ok && i < t->other_count; i++)
		ok = sk_X509_push(stack, t->others[i]->x509) > 0;
	if (ok)
		return stack;
	sk_X509_free(stack);
	return NULL;
}

static bool build_path(const struct trust *t, struct cert *const *chain, size_t count, int64_t wall, struct reason *why,
                       struct arena *arena)
{
	X509_STORE *store = store_of(t, wall);
	STACK_OF(X509) *untrusted = untrusted_of(t, chain, count);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool ok;

	if (!store || !untrusted || !ctx || X509_STORE_CTX_init(ctx, store, chain[0]->x509, untrusted) != 1)
		ok = refuse_memory(why);
	else if (X509_verify_cert(ctx) != 1)
		ok = told_by_library(ctx, wall, why, arena);
	else
		ok = uses_hold(ctx, why, arena);
	X509_STORE_CTX_free(ctx);
	sk_X509_free(untrusted);
	X509_STORE_free(store);
	library_forget();
	return ok;
}

/* The certificate itself is an anchor: whoever configured it has vouched for it. */
static bool is_pinned(const struct trust *t, const struct cert *c)
{
	for (size_t i = 0; i < t->anchor_count; i++)
		if (bytes_equal(cert_der(t->anchors[i]), cert_der(c)))
			return true;
	return false;
}

bool trust_path(const struct trust *t, struct cert *const *chain, size_t count, int64_t wall, struct reason *why, struct arena *arena)
{
	struct key_facts facts;
	const char *fault;

	if (count == 0)
		return refuse_text(why, REASON_NO_CERT, IKEV2_NOTIFY_AUTHENTICATION_FAILED, "the peer sent no certificate");
	if (!key_facts_of(X509_get0_pubkey(chain[0]->x509), &facts, &fault))
		return unusable(chain[0]->x509, why, arena, fault);
	if (is_pinned(t, chain[0]))
		return times_hold(chain[0], wall, why, arena);
	return build_path(t, chain, count < CHAIN_MAX ? count : CHAIN_MAX, wall, why, arena);
}
