/* SPDX-License-Identifier: ISC */
/* Whom a certificate speaks for: its subject and its alternative names. RFC 4945 3.1, 5.1.3.6. */
#include <openssl/x509v3.h>

#include "crypto/pki_library.h"

/* The subject is not looked into: a name in its CN counts for nothing (RFC 4945 3.1.2). */

struct identity cert_identity(const struct cert *c)
{
	return (struct identity){ .type = ID_DER_ASN1_DN, .data = cert_subject(c) };
}

/*
 * A GeneralName as an identity. False: no type of IKE's, or nothing in it. `own` is to be given to OPENSSL_free once the identity is no
 * longer wanted; what does not lie there borrows from the name.
 */
static bool identity_of_name(struct identity *id, const GENERAL_NAME *name, unsigned char **own)
{
	int kind, len;
	const void *value = GENERAL_NAME_get0_value(name, &kind);
	const ASN1_STRING *s = value;

	*own = NULL;
	*id = (struct identity){ 0 };
	switch (kind) {
	case GEN_DNS: id->type = ID_FQDN; break;
	case GEN_EMAIL: id->type = ID_RFC822_ADDR; break;
	case GEN_IPADD:
		if (ASN1_STRING_length(s) != 4 && ASN1_STRING_length(s) != 16)
			return false;
		id->type = ASN1_STRING_length(s) == 4 ? ID_IPV4_ADDR : ID_IPV6_ADDR;
		break;
	case GEN_DIRNAME:
		len = i2d_X509_NAME(value, own);
		id->type = ID_DER_ASN1_DN;
		id->data = bytes(*own, len > 0 ? (size_t)len : 0);
		return len > 0;
	default: return false;
	}
	id->data = bytes(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
	return id->data.len > 0;
}

/* Canonical compare of whole names (RFC 5280 7.1): case and blanks do not count; wildcards mean nothing, an empty name nobody. */
static bool dn_is(const X509_NAME *has, struct bytes dn)
{
	const unsigned char *at = dn.at;
	X509_NAME *name = dn.len > 0 ? d2i_X509_NAME(NULL, &at, (long)dn.len) : NULL;
	bool same = name && at == dn.at + dn.len && X509_NAME_entry_count(name) > 0 && X509_NAME_cmp(name, has) == 0;

	X509_NAME_free(name);
	return same;
}

/* An ID of type GN is one GeneralName, compared as it is encoded. */
static bool encoded_is(const GENERAL_NAME *name, struct bytes gn)
{
	unsigned char *der = NULL;
	int len = i2d_GENERAL_NAME(name, &der);
	bool same = len > 0 && bytes_equal(bytes(der, (size_t)len), gn);

	OPENSSL_free(der);
	return same;
}

static bool name_is(const GENERAL_NAME *name, const struct identity *id)
{
	unsigned char *own = NULL;
	struct identity has;
	int kind;
	bool same;

	if (id->type == ID_DER_ASN1_GN)
		return encoded_is(name, id->data);
	if (id->type == ID_DER_ASN1_DN) {
		const void *value = GENERAL_NAME_get0_value(name, &kind);

		return kind == GEN_DIRNAME && dn_is(value, id->data);
	}
	same = identity_of_name(&has, name, &own) && has.type == id->type && identity_equal(&has, id);
	OPENSSL_free(own);
	return same;
}

bool cert_has_identity(const struct cert *c, const struct identity *id)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(c->x509, NID_subject_alt_name, NULL, NULL);
	bool found = id->type == ID_DER_ASN1_DN && dn_is(X509_get_subject_name(c->x509), id->data);

	for (int i = 0; !found && id->type != ID_ANY && i < sk_GENERAL_NAME_num(names); i++)
		found = name_is(sk_GENERAL_NAME_value(names, i), id);
	GENERAL_NAMES_free(names);
	library_forget();
	return found;
}

void cert_names_print(struct text *t, const struct cert *c)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(c->x509, NID_subject_alt_name, NULL, NULL);

	dn_print(t, cert_subject(c));
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		unsigned char *own = NULL;
		struct identity id;

		if (identity_of_name(&id, sk_GENERAL_NAME_value(names, i), &own)) {
			text_add(t, ", ");
			identity_print(t, &id);
		}
		OPENSSL_free(own);
	}
	GENERAL_NAMES_free(names);
	library_forget();
}
