/* SPDX-License-Identifier: ISC */
/*
 * As many certificates as one likes, each of another name, under one CA: made from a certificate of tests/vectors/pki by putting
 * another name in the place of its own and signing it anew. All have the same key.
 */
#pragma once

#include "crypto/pki.h"

struct many_certs {
	struct arena arena;
	struct bytes key_pem; /* of the certificates and of their CA */
	struct bytes ca;      /* DER */
	struct bytes tbs;     /* of the pattern */
	struct bytes algorithm; /* ecdsa-with-SHA256, DER */
	struct key *key;
};

#define MANY_NAME_LEN 17u /* with its NUL */

/* Ends the program with a message when the files are not as expected. */
void many_certs_open(struct many_certs *m);
void many_certs_clear(struct many_certs *m);
/* The n-th: its name, and its DER in `arena`. */
struct bytes many_certs_make(struct many_certs *m, unsigned n, char name[MANY_NAME_LEN], struct arena *arena);
