/* SPDX-License-Identifier: ISC */
/*
 * Why something was refused: codes and structured values, rendered on demand (policy/explain.h), never a bare false.
 *
 * A `struct value` is flat: a kind, a number and bytes in the canonical form that the kind names. It can be copied,
 * written to another process and printed anywhere without the object that it was made from. Values borrow: in a
 * reason they lie in the arena that the caller works in; reason_keep copies all into one allocation for a story.
 *
 * Convention: a fallible function returns bool and fills `why`; `return refuse(why, ...)` is how it says no.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"

enum value_kind {
	VALUE_NONE,
	VALUE_TEXT,      /* bytes: UTF-8 of our own or of the configuration; printed through text_add_safe */
	VALUE_NUMBER,    /* number */
	VALUE_TIME,      /* number: seconds since 1970, as int64_t */
	VALUE_DURATION,  /* number: milliseconds */
	VALUE_ADDR,      /* bytes: 4 or 16 */
	VALUE_ENDPOINT,  /* bytes: 4 or 16; number: port */
	VALUE_HEX,       /* bytes, printed as hex */
	VALUE_ID,        /* bytes: ID type (1), then the identification data, RFC 7296 3.5 */
	VALUE_DN,        /* bytes: DER of a Name */
	VALUE_PROPOSALS, /* bytes: the body of an SA payload, RFC 7296 3.3 */
	VALUE_TS,        /* bytes: the body of a TS payload, RFC 7296 3.13 */
	VALUE_KE,        /* number: key exchange method */
	VALUE_NOTIFY,    /* number: notify type; bytes: its data */
	VALUE_AUTH,      /* number: authentication method of RFC 7296 3.8; bytes: printable detail or none */
	VALUE_SPI,       /* number */
};

struct value {
	enum value_kind kind;
	uint64_t number;
	struct bytes bytes;
};

/* Where a setting stands. The strings live as long as the process (config interns them). */
struct conf_at {
	const char *file; /* NULL: it came over VICI, or is a default */
	const char *key;  /* "connections.office.children.net.remote_ts"; NULL: no one setting */
	uint32_t line, column;
};

/* id, the counter's name, what happened in words. Add rows where they belong; nothing depends on the order. */
#define REASONS(X)                                                                                                     \
	X(NONE, "none", "no reason")                                                                                   \
	X(MEMORY, "memory", "out of memory")                                                                           \
	X(INTERNAL, "internal", "adit refused its own work (a fault of the program)")                                  \
	/* messages */                                                                                                 \
	X(SYNTAX, "syntax", "the message is malformed")                                                                \
	X(VERSION, "version", "the message has an IKE version that is not spoken here")                                \
	X(CRITICAL, "critical", "the message has an unknown payload that is marked critical")                          \
	X(PAYLOAD_MISSING, "payload-missing", "a payload that this message must have is missing")                      \
	X(PAYLOAD_DOUBLED, "payload-doubled", "a payload that may stand once stands more than once")                   \
	X(INTEGRITY, "integrity", "the integrity check of the message failed")                                         \
	X(WINDOW, "window", "the message ID lies outside the window")                                                  \
	X(UNEXPECTED, "unexpected", "the exchange is not allowed in this state")                                       \
	X(NO_SA, "no-sa", "no IKE SA has this SPI")                                                                    \
	X(REFLECTED, "reflected", "the message is our own, sent back")                                                 \
	/* IKE_SA_INIT */                                                                                              \
	X(NO_CONNECTION, "no-connection", "no connection fits these addresses")                                        \
	X(PROPOSAL, "proposal", "no offered proposal fits a configured one")                                           \
	X(KE_METHOD, "ke-method", "another key exchange method is wanted")                                             \
	X(KE_VALUE, "ke-value", "the key exchange value is invalid")                                                   \
	X(NONCE, "nonce", "the nonce is too short or too long")                                                        \
	X(COOKIE, "cookie", "a cookie is wanted first")                                                                \
	X(LIMIT, "limit", "a limit is reached")                                                                        \
	/* IKE_AUTH */                                                                                                 \
	X(IDENTITY, "identity", "the peer's identity is not the configured one")                                       \
	X(OWN_IDENTITY, "own-identity", "the peer asks for another identity of ours than the configured one")          \
	X(AUTH_METHOD, "auth-method", "the peer authenticates by another method than configured")                      \
	X(NO_PSK, "no-psk", "no pre-shared key is configured for these identities")                                    \
	X(PSK_MISMATCH, "psk-mismatch", "the pre-shared keys differ")                                                  \
	X(NO_KEY, "no-key", "no private key fits the configured certificate or identity")                              \
	X(NO_CERT, "no-cert", "no certificate to authenticate with")                                                   \
	X(SIGNATURE, "signature", "the signature is wrong")                                                            \
	X(SIGNATURE_ALGORITHM, "signature-algorithm", "no signature algorithm in common, or a forbidden one")          \
	X(CERT_UNREADABLE, "cert-unreadable", "the certificate cannot be read")                                        \
	X(CERT_EXPIRED, "cert-expired", "the certificate has expired")                                                 \
	X(CERT_NOT_YET, "cert-not-yet", "the certificate is not valid yet")                                            \
	X(CERT_SELF_SIGNED, "cert-self-signed", "the certificate is self-signed and not trusted here")                 \
	X(CERT_UNTRUSTED, "cert-untrusted", "no trusted CA issued the certificate")                                    \
	X(CERT_NAME, "cert-name", "the certificate does not contain the identity")                                     \
	X(CERT_INVALID, "cert-invalid", "the certificate does not pass verification")                                  \
	X(CERT_OTHER, "cert-other", "the peer has another certificate than the configured one")                        \
	X(CERT_REVOKED, "cert-revoked", "the certificate is revoked")                                                  \
	/* Child SA */                                                                                                 \
	X(TS, "ts", "the traffic selectors do not overlap")                                                            \
	X(MODE, "mode", "the IPsec mode is not the configured one")                                                    \
	X(CHILD_FAILED, "child-failed", "the IKE SA is up, the Child SA is not")                                       \
	X(INSTALL, "install", "the SA could not be installed")                                                         \
	/* life */                                                                                                     \
	X(PEER_REFUSED, "peer-refused", "the peer refused")                                                            \
	X(PEER_DELETED, "peer-deleted", "the peer deleted the SA")                                                     \
	X(NO_ANSWER, "no-answer", "the peer did not answer")                                                           \
	X(PEER_RESTARTED, "peer-restarted", "the peer has started anew and proved that it has lost the SA")             \
	X(ASK_LATE, "ask-late", "an answer from within did not come in time")                                          \
	X(CANCELLED, "cancelled", "a command ended it")                                                                \
	X(LIFETIME, "lifetime", "the hard lifetime is over")                                                           \
	X(SEQUENCE, "sequence", "the sequence numbers are used up")                                                    \
	X(IDLE, "idle", "no traffic for as long as configured")                                                         \
	X(REPLACED, "replaced", "another SA took its place")                                                           \
	X(REAUTHENTICATED, "reauthenticated", "the peers have authenticated each other anew")                            \
	X(REDUNDANT, "redundant", "both ends set one up at the same time: the other one stays")                         \
	X(HALF_OPEN, "half-open", "the peer did not go on with the negotiation")                                       \
	X(MOVED, "moved", "our address has changed, and the peer cannot be told")                                      \
	X(NAT_FORBIDDEN, "nat-forbidden", "the peer allows no NAT between us, and its addresses were changed on the way") \
	X(ONE_WAY, "one-way", "ESP does not arrive although IKE does: ESP goes in UDP from now on")                    \
	X(NO_ADDRESS, "no-address", "no address to reach the peer, or to come from")                                   \
	X(UNSUPPORTED, "unsupported", "not built yet")                                                                 \
	/* configuration and commands */                                                                               \
	X(CONFIG, "config", "the configuration is wrong")                                                              \
	X(NOT_FOUND, "not-found", "there is nothing of that name")                                                     \
	X(SYSTEM, "system", "the system refused")                                                                      \
	X(RIGHTS, "rights", "missing rights")                                                                          \
	X(IN_USE, "in-use", "already in use")

#define AS_REASON_ENUM(id, name, text) REASON_##id,
enum reason_kind { REASONS(AS_REASON_ENUM) REASON_COUNT };
#undef AS_REASON_ENUM

struct reason {
	enum reason_kind kind;
	uint16_t notify;          /* for the peer, RFC 7296 3.10.1; 0: it is told nothing */
	struct value got, wanted; /* what came (or was sent, by us), what the configuration says */
	struct value about;       /* further fact: the library's error text, a subject DN, a payload's name; or none */
	struct conf_at where;     /* the setting that would make them meet */
	struct conf_at also;      /* where `wanted` was written, when `where` is of `got`: both are ours; or nowhere */
};

/* Fills `why` and gives false. */
bool refuse(struct reason *why, enum reason_kind kind, uint16_t notify, struct value got, struct value wanted,
            struct conf_at where);
/* The short form: a kind and a literal that says which part (lives for ever). */
bool refuse_text(struct reason *why, enum reason_kind kind, uint16_t notify, const char *about);

const char *reason_name(enum reason_kind kind); /* "proposal" */
const char *reason_words(enum reason_kind kind);

/* A deep copy in one allocation: free() it. NULL: out of memory. */
struct reason *reason_keep(const struct reason *why);
/* A deep copy whose values lie in `arena`. False: out of memory (values are then empty). */
bool reason_copy(struct arena *arena, struct reason *to, const struct reason *from);

static inline struct value value_none(void)
{
	return (struct value){ VALUE_NONE, 0, bytes_none() };
}
static inline struct value value_text(const char *s)
{
	return (struct value){ VALUE_TEXT, 0, bytes_str(s) };
}
static inline struct value value_number(uint64_t n)
{
	return (struct value){ VALUE_NUMBER, n, bytes_none() };
}
static inline struct value value_of(enum value_kind kind, uint64_t number, struct bytes b)
{
	return (struct value){ kind, number, b };
}
static inline struct conf_at conf_nowhere(void)
{
	return (struct conf_at){ 0 };
}
