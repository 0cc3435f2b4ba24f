/* SPDX-License-Identifier: ISC */
/*
 * Is the peer alive? RFC 7296 2.4, 1.5, 2.21.4; RFC 6290.
 *
 * Whatever is authenticated counts as a sign of life: IKE messages, and packets of the Child SAs, for which the host is asked
 * (ASK_USAGE) before a message goes out. Who says without proof that an SA is gone makes us ask the peer, seldom; only a token of
 * crash detection ends an SA at once.
 */
#pragma once

#include "ike/input.h"

/* When a sign of life is due; NEVER: not, or one is being looked for. */
uint64_t alive_at(const struct sa *sa);
/* It is due: asks the host for the use of the Child SAs, or the peer. */
void alive_ask(struct sa *sa);
void alive_used(struct sa *sa, const struct answer *a);
/* Something says that the peer may have lost the SA: it is asked now, or the request that is out is sent once more. Not often. */
void alive_check(struct sa *sa);
/* The peer has proved that it lost the SA. */
void alive_restarted(struct sa *sa);

/* An ESP packet came whose SPI nobody has: the sender is told (INVALID_SPI), inside an IKE SA with it, or in clear. 1.5 */
void alive_unknown_spi(struct engine *e, const struct traffic *t);
/* A clear INFORMATIONAL of an unknown IKE SPI: perhaps somebody has our packets and not their SA. Never answered. */
void alive_hint(struct engine *e, const struct input *in);
/* The same inside the IKE SA: that Child SA is gone at the peer. */
void alive_take_invalid_spi(struct sa *sa, const struct payloads *p);
