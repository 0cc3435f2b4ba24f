/* SPDX-License-Identifier: ISC */
/* What both roles of IKE_SA_INIT share. */
#pragma once

#include "ike/v2/parts.h"

struct init_work {
	const struct algorithm *ke; /* of our (initiator) or the peer's (responder) KE payload */
	struct bytes seed, own, peer; /* our private bytes, both public values */
	struct bytes ni, nr;
	struct bytes cookie;
	unsigned cookies, other_kes;
	struct suite suite;
	uint8_t number;             /* responder: of the chosen proposal */
	uint64_t spi_r;
	struct bytes first;         /* initiator: the response */
	struct bytes shared, certreq; /* responder: what has been answered */
	struct connection *named;   /* reference: whose CAs were asked for, which may be another than the SA's */
	/* of the rest of the message */
	bool nat_local, nat_remote, peer_natt, adit, fragments;
	struct ike_keys keys;       /* fresh; moved to the SA at commit */
	struct half *half;          /* fresh; owned until commit */
};
void init_clear(struct exchange *x);

/* The configured proposals with numbers, and without what IKE_SA_INIT alone cannot do (additional key exchanges). */
bool init_offer(struct arena *arena, const struct proposals *conf, struct proposals *out, struct reason *why);
void init_write_hashes(struct message_writer *m);
/* N(IKEV2_FRAGMENTATION_SUPPORTED), if the connection wants it. RFC 7383 2.3 */
void init_write_fragmentation(struct message_writer *m, const struct connection *c);
void init_write_vendor(struct message_writer *m, const struct connection *c);
/* CERTREQ, SIGNATURE_HASH_ALGORITHMS, NAT_DETECTION, vendor ID: into w and w->half. */
bool init_read_rest(struct exchange *x, struct init_work *w, uint64_t spi_r, struct reason *why);
bool init_derive(struct exchange *x, struct init_work *w, uint64_t spi_i, uint64_t spi_r, struct bytes shared, struct reason *why);
/* Keys, nonces and findings become the SA's. Cannot fail. */
void init_commit(struct exchange *x, struct init_work *w);
