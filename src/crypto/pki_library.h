/* SPDX-License-Identifier: ISC */
/* Inside of crypto/: what certificates and keys are made of, and what a public key must be to be used at all. */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdatomic.h>

#include "crypto/library.h"
#include "crypto/pki.h"

struct cert {
	X509 *x509;
	uint8_t *der; /* the library's allocation */
	size_t der_len;
	atomic_uint refs;
};

struct key {
	EVP_PKEY *pkey;
};

enum key_kind { KEY_RSA, KEY_EC };

struct key_facts {
	enum key_kind kind;
	size_t size;          /* bytes of the RSA modulus, or of a coordinate of the curve */
	unsigned fitting_hash; /* EC: the hash that RFC 4754 pairs with the curve; RSA: 0 */
	uint8_t classic;      /* method of RFC 7296 3.8 without RFC 7427: 1, 9, 10, 11 */
};

/*
 * RSA of 2048 to 8192 bits with an odd modulus and an odd exponent from 3 on; ECDSA on P-256, P-384, P-521. False: `fault`
 * says in words what is wrong with the key.
 */
bool key_facts_of(const EVP_PKEY *pkey, struct key_facts *facts, const char **fault);

/* Fills `why` with the library's last words behind `kind`, and empties its queue. */
bool refuse_library(struct reason *why, enum reason_kind kind, uint16_t notify, struct arena *arena);
bool refuse_memory(struct reason *why);
