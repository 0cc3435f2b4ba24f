/* SPDX-License-Identifier: ISC */
/*
 * A tap: reads along on the wire between two engines, and knows their keys, since the hosts show it every shared secret.
 *
 * It derives the IKE keys by itself (RFC 7296 2.14), so it also checks that both engines mean what the RFC says. The simulator draws
 * its charts with it; the engine's fuzzer opens sealed messages, changes what is inside, and seals them again.
 */
#pragma once

#include "support/host.h"
#include "wire/ike.h"

struct tap {
	struct list secrets, requests, sas; /* struct tap_secret, tap_request, tap_sa */
};

void tap_init(struct tap *t);
void tap_clear(struct tap *t);

/* Of host_ops.secret. */
void tap_learn(struct tap *t, const struct host_secret *secret);
/* Every datagram that leaves: IKE_SA_INIT and CREATE_CHILD_SA are taken note of. */
void tap_watch(struct tap *t, struct bytes datagram);

struct tap_plain {
	struct ike_header header;
	bool sealed, opened;   /* it has SK or SKF; the keys were known and fitted */
	struct skf fragment;   /* of SKF; total 0: a whole message. The chain of a fragment is a piece, not readable */
	uint8_t first;         /* type of the first payload: of the message, or inside of SK */
	struct bytes chain;    /* in the arena */
	struct payloads payloads;
	bool readable;         /* the chain could be read */
};
/* False: no IKE header. */
bool tap_open(struct tap *t, struct bytes datagram, struct tap_plain *out, struct arena *arena);
/* Both at once. */
bool tap_read(struct tap *t, struct bytes datagram, struct tap_plain *out, struct arena *arena);
/*
 * A sealed message with the keys of the SA that `h` names (the flag says whose). The IV is the caller's, 16 bytes of which the cipher
 * takes what it wants. A fragment with a total is sealed as one (RFC 7383). Empty: the SA is not known, or the numbers lie.
 */
struct bytes tap_seal(struct tap *t, const struct ike_header *h, uint8_t first, struct skf fragment, struct bytes chain,
                      const uint8_t iv[16], struct arena *arena);
/* Bytes of IV in front of the text in messages of this SA; 0: not known. */
size_t tap_iv_len(struct tap *t, const struct ike_header *h);
/* One line for the header, and the payloads behind it. */
void tap_print(struct tap *t, struct text *out, struct bytes datagram);
