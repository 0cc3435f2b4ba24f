/* SPDX-License-Identifier: ISC */
/*
 * Keys, certificates and trust: reading, signing, verifying. RFC 5280, 4945, 7296 3.8, 7427, 4754.
 *
 * Certificates are public; private keys live only in the `keys` role and here.
 */
#pragma once

#include "base/time.h"
#include "crypto/crypto.h"
#include "policy/identity.h"

struct cert; /* an X.509 certificate */
struct key;  /* a private key: RSA, ECDSA (P-256, P-384, P-521) ... */

/*
 * PEM (its first certificate) or DER (nothing behind it), at most 64 KiB. REASON_CERT_UNREADABLE with the library's words. OpenSSL before
 * 3.2 takes 0.15 ms for each: what is needed often is kept, not read again.
 */
struct cert *cert_read(struct bytes data, struct reason *why, struct arena *arena);
struct cert *cert_ref(struct cert *c);
void cert_free(struct cert *c); /* NULL is fine */
struct bytes cert_der(const struct cert *c);
struct bytes cert_subject(const struct cert *c);           /* DER Name */
struct bytes cert_issuer(const struct cert *c);            /* DER Name */
bool cert_is_ca(const struct cert *c);
void cert_times(const struct cert *c, int64_t *not_before, int64_t *not_after);
/* SHA-1 of the SubjectPublicKeyInfo, for CERTREQ (RFC 7296 3.7). */
bool cert_spki_sha1(const struct cert *c, uint8_t out[20]);
/* The subject DN equals it, or a subjectAltName of the same type does (RFC 4945). Wildcards of the configuration are not
 * meant here: `id` is what the peer claimed. */
bool cert_has_identity(const struct cert *c, const struct identity *id);
/* All names that cert_has_identity knows of: "C=CH, CN=gw, gw.example.org, 192.0.2.1". */
void cert_names_print(struct text *t, const struct cert *c);
/* What kind of key it has, for `auth = rsa-2048`; *bits: of the modulus or the curve, 0 for others. */
enum cert_key { CERT_KEY_OTHER, CERT_KEY_RSA, CERT_KEY_ECDSA };
enum cert_key cert_key_kind(const struct cert *c, unsigned *bits);
/* The first subjectAltName-less default identity: the subject DN. Borrows from c. */
struct identity cert_identity(const struct cert *c);

/*
 * A private key, PEM or DER: PKCS#1, SEC1, PKCS#8, the latter also encrypted (passphrase empty: none is known). RSA of 2048 to 8192
 * bits, ECDSA on P-256, P-384, P-521. REASON_NO_KEY says what is wrong, an encrypted one without passphrase and a wrong one told apart.
 */
struct key *key_read(struct bytes data, struct bytes passphrase, struct reason *why, struct arena *arena);
void key_free(struct key *k);
bool key_fits(const struct key *k, const struct cert *c);
bool key_id(const struct key *k, uint8_t out[20]);         /* SHA-1 of the public key bits, as VICI's key ids */

/* Hash algorithms of RFC 7427 as a bit set: bit n = IANA number n (SHA1 1, SHA2-256 2, SHA2-384 3, SHA2-512 4, Identity 5). */
typedef uint32_t hash_set;
#define HASH_BIT(n) (1u << (n))

/* What an AUTH payload carries. RFC 7296 3.8; RFC 7427 3. */
struct auth_data {
	uint8_t method;     /* 1 RSA, 2 PSK, 9..11 ECDSA, 14 Digital Signature */
	struct bytes data;  /* for 14 with the AlgorithmIdentifier in front; borrows from the arena it was made in */
};

/*
 * Signs `octets`. `peer` = the peer's SIGNATURE_HASH_ALGORITHMS (0: it sent none: classic methods 1 and 9 to 11).
 * `deterministic` (tests): ECDSA with nonces of RFC 6979, RSA by PKCS#1 also when `pss` is set; otherwise PSS is used if `pss`.
 * Strongest hash that both allow and that fits the key; SHA-1 only if nothing else is (classic RSA method 1 needs it).
 */
struct sign_how {
	hash_set peer, allowed; /* allowed 0: SHA-2 all */
	bool pss, deterministic;
};
bool key_sign(const struct key *k, struct bytes octets, struct sign_how how, struct auth_data *out, struct arena *arena,
              struct reason *why);
/*
 * OpenSSL has RFC 6979 since 3.2. Where it does not, tests name somebody who makes such signatures (tests/support/ecdsa_fixed.h);
 * the program itself never does, and key_sign refuses `deterministic` for ECDSA keys (REASON_UNSUPPORTED). `d`: the private key, as long as
 * the curve's order; hash: RFC 7427 number; r_s: twice that long. Not thread-safe: before all threads. NULL: nobody.
 */
typedef bool ecdsa_fixed_fn(struct bytes d, unsigned hash, struct bytes octets, uint8_t *r_s);
void key_sign_fixed_by(ecdsa_fixed_fn *make);
/* Verifies an AUTH payload made by the certificate's key. Whole-block compare of PKCS#1 (the library's), `allowed` hashes only. */
bool cert_verify_auth(const struct cert *c, struct bytes octets, struct auth_data auth, hash_set allowed, struct reason *why,
                      struct arena *arena);

/* The trust anchors of this host and loaded intermediates. */
struct trust {
	struct cert **anchors;
	size_t anchor_count;
	struct cert **others;   /* intermediates and peers' certificates that are loaded */
	size_t other_count;
};
/*
 * The path from chain[0] to an anchor, at `wall` seconds. Extended key usage, basic constraints, name constraints and path length are checked;
 * an anchor that is configured as the end-entity certificate itself (`pinned`) needs no path but its times. Anchors need not be self-signed;
 * one that is no CA vouches for itself alone. Of `chain` at most 16 are looked at. Keys below 112 bits of strength and SHA-1 are refused.
 * Reasons: CERT_EXPIRED / CERT_NOT_YET (got = now, wanted = the bound, about = subject), CERT_SELF_SIGNED, CERT_UNTRUSTED (about = missing
 * issuer's DN), CERT_INVALID (about = the library's words).
 */
bool trust_path(const struct trust *t, struct cert *const *chain, size_t count, int64_t wall, struct reason *why, struct arena *arena);
