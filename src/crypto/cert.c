/* SPDX-License-Identifier: ISC */
/* Certificates: reading them, and what stands in them. RFC 5280. */
#include "crypto/pki.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/pki_library.h"

#define CERT_MAX (64u << 10) /* bytes of DER: no payload is longer */
#define PEM_MAX (256u << 10) /* bytes of text, with comments around it */

bool refuse_library(struct reason *why, enum reason_kind kind, uint16_t notify, struct arena *arena)
{
	struct bytes words = library_words(arena);

	(void)refuse_text(why, kind, notify, "");
	why->about = value_of(VALUE_TEXT, 0, words);
	return false;
}

bool refuse_memory(struct reason *why)
{
	library_forget();
	return refuse_text(why, REASON_MEMORY, 0, "certificates and keys");
}

/* --- reading --- */

/* PEM_read asks the terminal for a passphrase unless it is given somebody else to ask. */
static int no_passphrase(char *out, int size, int writing, void *ctx)
{
	(void)out, (void)size, (void)writing, (void)ctx;
	return -1;
}

static X509 *read_pem(struct bytes data)
{
	BIO *bio = BIO_new_mem_buf(data.at, (int)data.len);
	X509 *x509 = bio ? PEM_read_bio_X509(bio, NULL, no_passphrase, NULL) : NULL;

	BIO_free(bio);
	return x509;
}

static X509 *read_der(struct bytes data)
{
	const unsigned char *at = data.at;
	X509 *x509 = d2i_X509(NULL, &at, (long)data.len);

	if (x509 && at == data.at + data.len)
		return x509;
	X509_free(x509); /* something stands behind it */
	return NULL;
}

struct cert *cert_read(struct bytes data, struct reason *why, struct arena *arena)
{
	bool der = data.len > 0 && data.at[0] == 0x30; /* SEQUENCE; PEM is text */
	struct cert *c = NULL;
	X509 *x509;
	int len = -1;

	if (data.len == 0 || data.len > (der ? CERT_MAX : PEM_MAX)) {
		(void)refuse(why, REASON_CERT_UNREADABLE, 0, value_number(data.len), value_none(), conf_nowhere());
		why->about = value_text(data.len == 0 ? "it is empty" : "it is too long");
		return NULL;
	}
	x509 = der ? read_der(data) : read_pem(data);
	if (!x509) {
		(void)refuse_library(why, REASON_CERT_UNREADABLE, IKEV2_NOTIFY_AUTHENTICATION_FAILED, arena);
		return NULL;
	}
	c = calloc(1, sizeof(*c));
	if (c)
		len = i2d_X509(x509, &c->der);
	library_forget();
	if (!c || len <= 0) {
		X509_free(x509);
		free(c);
		(void)refuse_memory(why);
		return NULL;
	}
	c->x509 = x509;
	c->der_len = (size_t)len;
	atomic_init(&c->refs, 1);
	return c;
}

struct cert *cert_ref(struct cert *c)
{
	atomic_fetch_add(&c->refs, 1);
	return c;
}

void cert_free(struct cert *c)
{
	if (!c || atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	X509_free(c->x509);
	OPENSSL_free(c->der);
	free(c);
}

/* --- what stands in it --- */

struct bytes cert_der(const struct cert *c)
{
	return bytes(c->der, c->der_len);
}

static struct bytes name_der(const X509_NAME *name)
{
	const unsigned char *at;
	size_t len;

	return X509_NAME_get0_der(name, &at, &len) == 1 ? bytes(at, len) : bytes_none();
}

struct bytes cert_subject(const struct cert *c)
{
	return name_der(X509_get_subject_name(c->x509));
}

struct bytes cert_issuer(const struct cert *c)
{
	return name_der(X509_get_issuer_name(c->x509));
}

bool cert_is_ca(const struct cert *c)
{
	return X509_check_ca(c->x509) == 1; /* 1: by its basic constraints; older signs of a CA do not count */
}

static int64_t seconds(const ASN1_TIME *t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

void cert_times(const struct cert *c, int64_t *not_before, int64_t *not_after)
{
	*not_before = seconds(X509_get0_notBefore(c->x509));
	*not_after = seconds(X509_get0_notAfter(c->x509));
	library_forget();
}

bool cert_spki_sha1(const struct cert *c, uint8_t out[20])
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c->x509), &der);
	struct bytes part = bytes(der, len > 0 ? (size_t)len : 0);
	bool ok = len > 0 && sha1(out, &part, 1);

	OPENSSL_free(der);
	library_forget();
	return ok;
}

enum cert_key cert_key_kind(const struct cert *c, unsigned *bits)
{
	const EVP_PKEY *key = X509_get0_pubkey(c->x509);
	enum cert_key kind = CERT_KEY_OTHER;

	if (key && (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")))
		kind = CERT_KEY_RSA;
	else if (key && EVP_PKEY_is_a(key, "EC"))
		kind = CERT_KEY_ECDSA;
	*bits = kind == CERT_KEY_OTHER ? 0 : (unsigned)EVP_PKEY_get_bits(key);
	library_forget();
	return kind;
}
