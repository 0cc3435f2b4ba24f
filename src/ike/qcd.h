/* SPDX-License-Identifier: ISC */
/*
 * Quick crash detection, RFC 6290: each end gives the other, under the IKE SA's protection, a token that it can make again from a
 * secret that survives a crash. Who asks in an SA that the other end has lost gets that token in clear, and knows at once.
 *
 * The token is SHA-256(secret | SPIi | SPIr), its first 16 bytes: with it the clear answer is not larger than the smallest sealed
 * request. Of the peer's token a digest is kept. Without a secret (engine_conf.qcd false) no tokens are made; the peer's are taken.
 */
#pragma once

#include "ike/input.h"

#define QCD_TOKEN_LEN 16u

/* Writes N(QCD_TOKEN) for these SPIs, if we make tokens. 4.1 */
void qcd_write(struct message_writer *m, const struct engine *e, uint64_t spi_i, uint64_t spi_r);
/* Keeps the peer's token, if one stands in this (protected) message. 4.2 to 4.4 */
void qcd_take(struct sa *sa, const struct payloads *p);
/* Whether a clear answer holds the peer's token of this SA: it has lost it. 4.5; at most four are looked at. */
bool qcd_proves(const struct sa *sa, const struct payloads *p);
/* The token in an answer to a sealed request of an SA that we do not have; never for one that we have (9.2). False: not now. */
bool qcd_reveal(struct engine *e, const struct input *in, struct message_writer *m);
