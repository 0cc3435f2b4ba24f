/* SPDX-License-Identifier: ISC */
/*
 * Facts of a certificate that reasons and `auth` values speak about: its names, and the kind of its key.
 */
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "crypto/pki.h"

static X509 *x509_of(const struct cert *c)
{
	struct bytes der = cert_der(c);
	const unsigned char *at = der.at;

	return d2i_X509(NULL, &at, (long)der.len);
}

static bool name_of(struct identity *id, const GENERAL_NAME *name, unsigned char **own)
{
	const ASN1_STRING *s = NULL;
	int len;

	*own = NULL;
	switch (name->type) {
	case GEN_DNS:
		id->type = ID_FQDN;
		s = name->d.dNSName;
		break;
	case GEN_EMAIL:
		id->type = ID_RFC822_ADDR;
		s = name->d.rfc822Name;
		break;
	case GEN_IPADD:
		s = name->d.iPAddress;
		id->type = ASN1_STRING_length(s) == 4 ? ID_IPV4_ADDR : ID_IPV6_ADDR;
		break;
	case GEN_DIRNAME:
		len = i2d_X509_NAME(name->d.directoryName, own);
		id->type = ID_DER_ASN1_DN;
		id->data = bytes(*own, len > 0 ? (size_t)len : 0);
		return len > 0;
	default:
		return false;
	}
	id->data = bytes(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
	return true;
}

void cert_names_print(struct text *t, const struct cert *c)
{
	X509 *x = x509_of(c);
	GENERAL_NAMES *names = x ? X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL) : NULL;

	dn_print(t, cert_subject(c));
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		struct identity id = { 0 };
		unsigned char *own;

		if (name_of(&id, sk_GENERAL_NAME_value(names, i), &own)) {
			text_add(t, ", ");
			identity_print(t, &id);
		}
		OPENSSL_free(own);
	}
	GENERAL_NAMES_free(names);
	X509_free(x);
}

enum cert_key cert_key_kind(const struct cert *c, unsigned *bits)
{
	X509 *x = x509_of(c);
	EVP_PKEY *key = x ? X509_get0_pubkey(x) : NULL;
	enum cert_key kind = CERT_KEY_OTHER;

	if (key && (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")))
		kind = CERT_KEY_RSA;
	else if (key && EVP_PKEY_is_a(key, "EC"))
		kind = CERT_KEY_ECDSA;
	*bits = kind == CERT_KEY_OTHER ? 0 : (unsigned)EVP_PKEY_get_bits(key);
	X509_free(x);
	return kind;
}
