/* SPDX-License-Identifier: ISC */
/* The programs; see the header. What each is for stands above it. */
#include "engine_programs.h"

#include "iana/ikev2.h"

#define CONF(flags) (flags) >> 8, (flags)&0xff
#define BYTES(...)                                                                         \
	{                                                                                  \
		(const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) \
	}

#define A 0
#define B 1
#define UP(side, child) ACT_COMMAND, side, 0, 0, child
#define DOWN(side, child) ACT_COMMAND, side, 0, 2, child
#define REKEY(side, child) ACT_COMMAND, side, 0, 6, child
#define ALONE(side) ACT_COMMAND, side, 128, 0, ALL
#define FORCE(side, child) ACT_COMMAND, side, 4, 2, child
#define ONE 0
#define TWO 1
#define PFS 2
#define ALL 3
#define REMOVE(type) ACT_EDIT, 0, 0, 0, 0x80 | (type)
#define FLIP(type, at) ACT_EDIT, 0, 0, 4, 0x80 | (type), 0, at, 0xff

const struct bytes engine_programs[] = {
	/* All that is ordinary: three Child SAs, one goes, the IKE SA goes. */
	BYTES(CONF(CONF_UP), UP(A, TWO), ACT_RUN_ALL, UP(B, PFS), ACT_RUN_ALL, DOWN(B, TWO), ACT_RUN_ALL, DOWN(A, ALL), ACT_RUN_ALL),
	BYTES(CONF(CONF_UP | CONF_ECDSA), UP(A, ALL), ACT_RUN_ALL),
	BYTES(CONF(CONF_UP | CONF_NAT), UP(A, ALL), ACT_RUN_ALL, ACT_ADVANCE, 6, ACT_RUN_ALL),
	BYTES(CONF(CONF_UP | CONF_NAME)),
	BYTES(CONF(CONF_START), ACT_RUN_ALL, ACT_TRAFFIC, A, 1, 0, ACT_RUN_ALL, ACT_ADVANCE, 9, ACT_RUN_ALL),
	/* Key exchange values of a method that the peer does not want: IKE_SA_INIT, CREATE_CHILD_SA. */
	BYTES(CONF(CONF_UP | CONF_OTHER_KE), UP(A, PFS), ACT_RUN_ALL),
	/* A half-open SA of a first try is there when the second try comes: a cookie. */
	BYTES(CONF(CONF_COOKIES), UP(A, ONE), ACT_RUN, 0, FORCE(A, ALL), ACT_DROP, 0, UP(A, ONE), ACT_RUN_ALL),
	/* IKE_SA_INIT without KE: refused. */
	BYTES(CONF(0), UP(A, ONE), REMOVE(IKEV2_PAYLOAD_KE), ACT_RUN_ALL, ACT_ADVANCE, 8, ACT_RUN_ALL),
	/* IKE_AUTH with a wrong AUTH, and with none (EAP is wanted). */
	BYTES(CONF(0), UP(A, ONE), ACT_RUN, 1, FLIP(IKEV2_PAYLOAD_AUTH, 9), ACT_RUN_ALL),
	BYTES(CONF(0), UP(A, ONE), ACT_RUN, 1, REMOVE(IKEV2_PAYLOAD_AUTH), ACT_RUN_ALL),
	/* A response with a wrong AUTH: the responder is told. */
	BYTES(CONF(0), UP(A, ONE), ACT_RUN, 2, FLIP(IKEV2_PAYLOAD_AUTH, 9), ACT_RUN_ALL),
	/* CREATE_CHILD_SA without selectors; with an unknown algorithm. */
	BYTES(CONF(CONF_UP), UP(A, TWO), REMOVE(IKEV2_PAYLOAD_TS_I), ACT_RUN_ALL),
	BYTES(CONF(CONF_UP), UP(A, TWO), FLIP(IKEV2_PAYLOAD_SA, 18), ACT_RUN_ALL),
	/* ... to a side that is deleting the IKE SA. */
	BYTES(CONF(CONF_UP), UP(A, TWO), DOWN(B, ALL), ACT_RUN_ALL),
	/* Requests to rekey: a Child SA, the IKE SA. */
	BYTES(CONF(CONF_UP), ACT_INJECT, B, 1, 2, 5, 0, /* REKEY_SA */ 8, 0, 1, 0xa0, 0, 0, 1, /* SA */ 0, 0, /* nonce */ 7, /* TS */ 0, 0,
	      /* TS */ 0, 1, ACT_RUN_ALL),
	BYTES(CONF(CONF_UP), ACT_INJECT, B, 1, 2, 6, 0, /* SA */ 3, 2, /* nonce */ 7, /* KE */ 9, ACT_RUN_ALL),
	/* Rekeying: a Child SA, the IKE SA, from both ends at once. */
	BYTES(CONF(CONF_UP), REKEY(A, ONE), ACT_RUN_ALL, REKEY(B, ALL), ACT_RUN_ALL, REKEY(A, ALL), REKEY(B, ALL), ACT_RUN_ALL, ACT_ADVANCE, 9,
	      ACT_RUN_ALL),
	/* An IKE SA without a Child SA, RFC 6023. */
	BYTES(CONF(0), ALONE(A), ACT_RUN_ALL, UP(A, ONE), ACT_RUN_ALL),
	/* Answers that come late, wrong, or never. */
	BYTES(CONF(0), ACT_HOLD, B, UP(A, ONE), ACT_RUN_ALL, ACT_ANSWER_WRONG, B, 0, 0, ACT_RUN_ALL),
	BYTES(CONF(0), ACT_HOLD, A, UP(A, ONE), ACT_RUN_ALL, ACT_FORGET, A, 0, ACT_ADVANCE, 6, ACT_RUN_ALL),
	/* Fragments: of certificates; lost, doubled, out of order; cut otherwise, so that two sets meet; numbers that lie. */
	BYTES(CONF(CONF_FRAGMENTS | CONF_UP | CONF_ECDSA), UP(A, ALL), ACT_RUN_ALL, DOWN(A, ALL), ACT_RUN_ALL),
	BYTES(CONF(CONF_FRAGMENTS), UP(A, ONE), ACT_RUN, 1, ACT_DROP, 0, ACT_DOUBLE, 1, ACT_DELIVER, 1, ACT_RUN_ALL, ACT_ADVANCE, 6,
	      ACT_RUN_ALL),
	BYTES(CONF(CONF_FRAGMENTS), UP(A, ONE), ACT_RUN, 1, ACT_FRAGMENT, 1, 2, 9, 0, 255, ACT_RUN_ALL, ACT_ADVANCE, 6, ACT_RUN_ALL),
	BYTES(CONF(CONF_FRAGMENTS), UP(A, ONE), ACT_RUN, 1, ACT_FRAGMENT, 0, 4, 3, 0, 255, ACT_RUN_ALL, ACT_ADVANCE, 6, ACT_RUN_ALL),
	BYTES(CONF(CONF_UP), UP(A, TWO), ACT_FRAGMENT, 0, 1, 1, 0, 255, ACT_RUN_ALL),
};
const size_t engine_program_count = COUNT_OF(engine_programs);
