/* SPDX-License-Identifier: ISC */
/*
 * Two data planes, each in a process and network namespace of its own, joined by a veth: A is 192.0.2.1 and 2001:db8:f::1, B is
 * 192.0.2.2 and 2001:db8:f::2, on the interface `out`. Keys are fixed; there is no IKE.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pair_case {
	const char *name;
	bool outer_v6, udp, esn;
	uint16_t encr, bits, integ;            /* 0: AES-256-GCM */
	const char *local, *remote;            /* A's selectors, blanks between several; B has them the other way round */
	const char *prepare_a, *prepare_b;     /* shell commands before the data planes start */
	unsigned mtu;                          /* of the veth; 0: 1500 */
	bool only_a, only_b;                   /* only this one has the Child SA */
	const char *check_a, *check_b;         /* shell command in A (or B) that must succeed */
	const char *narrow_a;                  /* A's own selectors where B believes in `local`: A must have counted what lies outside of them */
	bool cleartext_dropped;                /* A must have counted drops of cleartext */
	bool outer_fragments;                  /* outer packets in fragments are expected; otherwise one of them fails the case */
	bool crash_first;                      /* A's data plane is killed once, and started anew, before the rest */
	bool stale_port;                       /* A believes B at another port; it must hear that the peer moved */
	bool no_nft;                           /* as on a kernel without nf_tables */
	bool transport;
	const char *tun;                       /* a TUN of its own */
	uint64_t hard_packets;
	const char *after;                     /* shell command at both ends, when the data planes are up */
	bool trap;                             /* A has a trap; the Child SA comes when it is asked for */
	const char *pass;                      /* A lets this pass, "LOCAL REMOTE"; B has it the other way round */
	const char *drop;                      /* A drops this, and must have counted it */
};

/* Null: it can be done here; or the reason why not. */
const char *pair_impossible(void);
/* True when all checks held, and both namespaces were afterwards as before. */
bool pair_run(const struct pair_case *c);
