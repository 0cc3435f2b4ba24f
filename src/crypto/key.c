/* SPDX-License-Identifier: ISC */
/* Keys: reading private ones, their names, and what a key must be to be used. */
#include "crypto/pki.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdlib.h>

#include "crypto/pki_library.h"

#define KEY_MAX (64u << 10) /* bytes, PEM or DER */
#define RSA_BITS_LEAST 2048
#define RSA_BITS_MOST 8192

/* --- facts --- */

static bool rsa_facts(const EVP_PKEY *pkey, struct key_facts *facts, const char **fault)
{
	BIGNUM *n = NULL, *e = NULL;

	*fault = NULL;
	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) != 1 ||
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
		*fault = "the RSA key cannot be read";
	else if (BN_num_bits(n) < RSA_BITS_LEAST)
		*fault = "the RSA key has less than 2048 bits";
	else if (BN_num_bits(n) > RSA_BITS_MOST)
		*fault = "the RSA key has more than 8192 bits";
	else if (!BN_is_odd(n))
		*fault = "the RSA modulus is even";
	else if (!BN_is_odd(e) || BN_is_one(e) || BN_num_bits(e) > 64)
		*fault = "the RSA exponent is even, 1 or longer than 64 bits";
	else
		*facts = (struct key_facts){ .kind = KEY_RSA, .size = (size_t)BN_num_bytes(n), .classic = IKEV2_AUTH_RSA };
	BN_free(n);
	BN_free(e);
	return *fault == NULL;
}

static bool ec_facts(const EVP_PKEY *pkey, struct key_facts *facts, const char **fault)
{
	static const struct {
		const char *name;
		struct key_facts facts;
	} curves[] = {
		{ "prime256v1", { KEY_EC, 32, IKEV2_HASH_SHA2_256, IKEV2_AUTH_ECDSA_256 } },
		{ "secp384r1", { KEY_EC, 48, IKEV2_HASH_SHA2_384, IKEV2_AUTH_ECDSA_384 } },
		{ "secp521r1", { KEY_EC, 66, IKEV2_HASH_SHA2_512, IKEV2_AUTH_ECDSA_521 } },
	};
	char name[64];
	size_t len;

	*fault = "the curve is none of P-256, P-384, P-521";
	if (EVP_PKEY_get_group_name(pkey, name, sizeof(name), &len) != 1)
		return false;
	for (size_t i = 0; i < COUNT_OF(curves); i++)
		if (strcmp(name, curves[i].name) == 0) {
			*facts = curves[i].facts;
			*fault = NULL;
			return true;
		}
	return false;
}

bool key_facts_of(const EVP_PKEY *pkey, struct key_facts *facts, const char **fault)
{
	bool ok = false;

	*fault = "the kind of key is neither RSA nor ECDSA";
	if (!pkey)
		*fault = "the public key cannot be read";
	else if (EVP_PKEY_is_a(pkey, "RSA"))
		ok = rsa_facts(pkey, facts, fault);
	else if (EVP_PKEY_is_a(pkey, "EC"))
		ok = ec_facts(pkey, facts, fault);
	library_forget();
	return ok;
}

/* --- reading --- */

struct asked {
	struct bytes passphrase;
	bool was_asked;
};

static int give_passphrase(char *out, int size, int writing, void *ctx)
{
	struct asked *a = ctx;

	(void)writing;
	a->was_asked = true;
	if (a->passphrase.len == 0 || size < 0 || a->passphrase.len > (size_t)size)
		return -1;
	memcpy(out, a->passphrase.at, a->passphrase.len);
	return (int)a->passphrase.len;
}

/* Runs over PEM blocks of other kinds (parameters, certificates) until a private key comes. */
static EVP_PKEY *key_pem(BIO *bio, struct asked *a)
{
	return PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, a);
}

static EVP_PKEY *key_der(BIO *bio, struct bytes data, struct asked *a)
{
	const unsigned char *at = data.at;
	EVP_PKEY *pkey = d2i_AutoPrivateKey(NULL, &at, (long)data.len); /* PKCS#1, SEC1, PKCS#8 */
	X509_SIG *sealed;

	if (pkey && at == data.at + data.len)
		return pkey;
	EVP_PKEY_free(pkey);
	at = data.at;
	sealed = d2i_X509_SIG(NULL, &at, (long)data.len); /* the outer form of an encrypted PKCS#8 */
	if (!sealed)
		return NULL;
	X509_SIG_free(sealed);
	return d2i_PKCS8PrivateKey_bio(bio, NULL, give_passphrase, a);
}

/* What to tell the owner of a key that did not come out. */
static void unreadable(struct reason *why, const struct asked *a, struct arena *arena)
{
	if (a->was_asked && a->passphrase.len == 0)
		(void)refuse_text(why, REASON_NO_KEY, 0, "the private key is encrypted, and no passphrase is configured for it");
	else if (a->was_asked)
		(void)refuse_text(why, REASON_NO_KEY, 0, "the passphrase of the private key is wrong");
	else
		(void)refuse_library(why, REASON_NO_KEY, 0, arena);
	library_forget();
}

struct key *key_read(struct bytes data, struct bytes passphrase, struct reason *why, struct arena *arena)
{
	struct asked asked = { .passphrase = passphrase };
	struct key_facts facts;
	const char *fault;
	struct key *k;
	BIO *bio;

	if (data.len == 0 || data.len > KEY_MAX) {
		(void)refuse_text(why, REASON_NO_KEY, 0, data.len ? "the private key is too long" : "the private key is empty");
		return NULL;
	}
	k = calloc(1, sizeof(*k));
	bio = BIO_new_mem_buf(data.at, (int)data.len);
	if (!k || !bio) {
		BIO_free(bio);
		free(k);
		(void)refuse_memory(why);
		return NULL;
	}
	k->pkey = data.at[0] == 0x30 ? key_der(bio, data, &asked) : key_pem(bio, &asked);
	BIO_free(bio);
	if (!k->pkey) {
		unreadable(why, &asked, arena);
	} else if (!key_facts_of(k->pkey, &facts, &fault)) {
		(void)refuse_text(why, REASON_NO_KEY, 0, fault);
	} else {
		library_forget();
		return k;
	}
	key_free(k);
	return NULL;
}

void key_free(struct key *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->pkey); /* wipes */
	free(k);
}

bool key_fits(const struct key *k, const struct cert *c)
{
	const EVP_PKEY *public = X509_get0_pubkey(c->x509);
	bool fits = public && EVP_PKEY_eq(k->pkey, public) == 1;

	library_forget();
	return fits;
}

bool key_id(const struct key *k, uint8_t out[20])
{
	X509_PUBKEY *spki = NULL;
	const unsigned char *bits = NULL;
	int len = 0;
	bool ok = X509_PUBKEY_set(&spki, k->pkey) == 1 && X509_PUBKEY_get0_param(NULL, &bits, &len, NULL, spki) == 1 && len > 0;
	struct bytes part = bytes(bits, ok ? (size_t)len : 0);

	ok = ok && sha1(out, &part, 1);
	X509_PUBKEY_free(spki);
	library_forget();
	return ok;
}
