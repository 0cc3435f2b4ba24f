/* SPDX-License-Identifier: ISC */
/*
 * What the engine tells a data plane about a Child SA: everything that is needed to carry its packets, once agreed.
 *
 * Flat enough to be written to bytes: the keys are secrets that move to the data plane; the selectors and names are the
 * struct's own (child_params_clear). SPIs are host-order numbers. Byte and packet limits: 0 = none.
 */
#pragma once

#include "base/addr.h"
#include "base/secret.h"
#include "policy/proposal.h"
#include "policy/selector.h"

enum child_mode { MODE_TUNNEL, MODE_TRANSPORT };
enum child_encap { ENCAP_NONE, ENCAP_UDP }; /* raw ESP, or ESP in UDP (RFC 3948) on the IKE path's ports */

struct child_params {
	uint32_t id;                 /* the Child SA's unique id; 1.. */
	uint32_t reqid;              /* stays over rekeys */
	uint32_t ike_id;             /* the IKE SA's unique id */
	char *connection, *child;    /* owned; names */
	uint32_t spi_in, spi_out;
	struct path path;            /* outer addresses; ports when encapsulated */
	enum child_mode mode;
	enum child_encap encap;
	struct suite suite;          /* encr, integ, esn */
	struct secret encr_in, integ_in, encr_out, integ_out;
	struct selectors local_ts, remote_ts; /* lists owned */
	uint32_t replay_window;      /* packets; 0: off */
	uint64_t soft_bytes, hard_bytes, soft_packets, hard_packets;
	uint32_t priority;           /* 0: computed from the selectors */
	bool copy_df, copy_ecn;
	bool dscp_out, dscp_in;      /* copy_dscp */
	char *tun;                   /* owned; a TUN of its own, or NULL: the common one */
	bool initiator;              /* we sent the request that made it */
	bool inbound_only;           /* nothing goes out by it until it is said: the peer is not ready yet (rekeying) */
	bool no_policies;            /* `policies = no`: keys only; what it carries is decided elsewhere */
	/* transport mode through a NAT, RFC 7296 2.23.1: the addresses that the peer's checksums are made with; unspecified: no NAT */
	struct addr original_local, original_remote;
};
void child_params_clear(struct child_params *p);

/*
 * A policy that is no SA: TRAP holds packets (bounded) and asks for a Child SA, PASS lets them go in clear, DROP does not.
 * It stands behind Child SAs of the same selectors. The names and selector lists are its own (policy_params_clear).
 */
enum policy_kind { POLICY_TRAP, POLICY_PASS, POLICY_DROP };
struct policy_params {
	uint32_t id;                 /* unique among policies; 1.. */
	uint32_t reqid;              /* of the Child SAs that it makes */
	enum policy_kind kind;
	char *connection, *child;    /* owned; names */
	struct selectors local_ts, remote_ts; /* lists owned; `dynamic` resolved */
	uint32_t priority;           /* 0: computed from the selectors */
	enum child_mode mode;        /* TRAP: of the Child SAs that it makes, for the MTU */
	struct addr peer;            /* TRAP: the tunnel's other end, for the MTU; unspecified: not known */
	char *tun;                   /* owned; NULL: the common one */
};
void policy_params_clear(struct policy_params *p);

/* The data plane's figures for one Child SA. Times: ms of boot time, 0: never. */
struct child_counters {
	uint64_t bytes_in, packets_in, bytes_out, packets_out;
	uint64_t used_in, used_out;
	uint64_t drops;              /* all reasons */
};

/* Why a packet was dropped: one list for counters, logs and metrics. */
#define DROPS(X)                                                                                                       \
	X(RUNT, "runt", "packet shorter than its headers")                                                             \
	X(TOO_LONG, "too-long", "packet longer than a buffer")                                                         \
	X(MALFORMED, "malformed", "header fields contradict each other")                                               \
	X(NO_SA, "no-sa", "no SA for this SPI and destination")                                                        \
	X(WRONG_ENCAP, "wrong-encap", "the SA uses another encapsulation")                                             \
	X(REPLAY, "replay", "sequence number seen, or too old")                                                        \
	X(ICV, "icv", "integrity check failed")                                                                        \
	X(PADDING, "padding", "padding or next header is wrong")                                                       \
	X(SELECTOR_IN, "selector-in", "decrypted packet lies outside the SA's selectors")                              \
	X(NO_POLICY, "no-policy", "no SA for this packet's selectors")                                                 \
	X(CLEARTEXT, "cleartext", "unprotected packet where an SA demands protection")                                 \
	X(TOO_BIG, "too-big", "packet does not fit the path and may not be fragmented")                                \
	X(SEQUENCE, "sequence", "sequence numbers used up")                                                            \
	X(LIMIT, "limit", "hard byte or packet limit reached")                                                         \
	X(ECN, "ecn", "ECN marks that must be dropped (RFC 6040)")                                                     \
	X(DUMMY, "dummy", "dummy packet (next header 59)")                                                             \
	X(UNSUPPORTED, "unsupported", "not an IP packet")                                                              \
	X(SEND, "send", "the system did not take the packet")                                                          \
	X(HELD, "held", "held for a Child SA that did not come in time, or too many were held")                        \
	X(POLICY, "policy", "a drop policy wants it")                                                                   \
	X(MEMORY, "memory", "out of memory")
#define AS_DROP_ENUM(id, name, text) DROP_##id,
enum drop { DROP_NONE, DROPS(AS_DROP_ENUM) DROP_COUNT };
#undef AS_DROP_ENUM
const char *drop_name(enum drop d);
const char *drop_words(enum drop d);
