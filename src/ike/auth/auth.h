/* SPDX-License-Identifier: ISC */
/*
 * Authentication as questions and answers. RFC 7296 2.15, 2.16, 3.8; RFC 7427; RFC 4754.
 *
 * The engine never holds a PSK or a private key: it asks (ASK_AUTH_MAKE, ASK_AUTH_CHECK of ike/engine.h), and whoever has the
 * keyring answers with these functions: the daemon's `keys` role, the simulator, the fuzzers. Questions borrow everything.
 */
#pragma once

#include "base/time.h"
#include "config/connection.h"
#include "crypto/pki.h"

/*
 * AUTH octets (2.15): own first message | peer's nonce | prf(SK_p, RestOfID) | [IntAuth, RFC 9242 3.3.2]. `id_body` is the body of the ID
 * payload from the type byte on. sk_p is an argument since RFC 8784 replaces it. Empty: out of memory.
 */
struct bytes auth_octets(struct arena *arena, const struct algorithm *prf, struct bytes first_message, struct bytes peer_nonce,
                         struct bytes int_auth, struct bytes sk_p, struct bytes id_body);

struct auth_make_question {
	const struct connection *conn;
	const struct auth_round *round;   /* our local round */
	struct identity own_hint;         /* ID_ANY, or the address to use when the round has no id and no certificate */
	struct identity peer;             /* peer's identity: known on the responder, expected on the initiator (maybe ID_ANY) */
	const struct algorithm *prf;
	struct bytes first_message, peer_nonce, int_auth, sk_p;
	hash_set peer_hashes;             /* SIGNATURE_HASH_ALGORITHMS; 0: none was sent */
	struct bytes certreq;             /* SHA-1 hashes, 20 bytes each; empty: none or any */
	bool send_cert;
	int64_t wall;                     /* seconds since 1970, for `fault`; 0: not known, and no time is looked at */
	bool deterministic;               /* tests */
};
struct auth_make_answer {
	struct identity own;              /* the identity that was used (its ID payload goes with AUTH) */
	struct auth_data auth;
	size_t cert_count;
	struct bytes *certs;              /* DER: leaf first */
	struct value with;                /* what proved it: the name of the secret's section (text), or the certificate's subject */
	struct conf_at with_at;           /* and where that was configured */
	bool faulty;                      /* it was made, but the peer will hardly take it: */
	struct reason fault;              /* our own certificate has expired, ... */
};

struct auth_check_question {
	const struct connection *conn;
	const struct auth_round *round;   /* our remote round */
	struct identity own, peer;        /* `peer` is what it claims; whether it fits the round has been checked by the caller too */
	struct bytes peer_id_body;        /* body of its ID payload as it came; empty: made from `peer`, reserved bits 0 */
	const struct algorithm *prf;
	struct bytes first_message, own_nonce, int_auth, sk_p; /* the PEER's first message and SK_p */
	struct auth_data auth;
	size_t cert_count;
	struct bytes *certs;              /* DER as received, leaf first */
	int64_t wall;
};

struct keyring; /* PSKs, private keys, certificates, anchors; auth/keyring.h */

bool auth_make(struct keyring *ring, const struct auth_make_question *q, struct auth_make_answer *out, struct arena *arena,
               struct reason *why);
/* True: the peer is who it claims. Everything else is a reason. */
bool auth_check(struct keyring *ring, const struct auth_check_question *q, struct arena *arena, struct reason *why);
/* Hashes for CERTREQ: of the round's cacerts, else of all anchors. Empty when there are none. */
struct bytes auth_certreq(struct keyring *ring, const struct auth_round *remote, struct arena *arena);

/*
 * How many bits a guesser has to try, estimated from the alphabet, repetitions and runs: an upper bound, words of a dictionary
 * are not known here. Below PSK_STRENGTH_MIN a warning is due: an active attacker can guess offline (RFC 7296 2.15).
 */
#define PSK_STRENGTH_MIN 128u
unsigned psk_strength(struct bytes secret);
