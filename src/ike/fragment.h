/* SPDX-License-Identifier: ISC */
/*
 * Messages in fragments, RFC 7383: cutting what we send, putting together what we get. fragment.c tells how.
 *
 * "Messages" are one message or all the fragments of one, one behind the other: they leave together, are kept together, and are
 * sent again together.
 */
#pragma once

#include "ike/input.h"

/* A message before it is sealed. */
struct outgoing {
	struct sa *sa;
	struct generation *gen;
	struct ike_header header;
	uint8_t first;           /* type of the first payload of the chain */
	struct bytes chain;      /* borrowed */
	const struct path *path; /* what it leaves by: its headers count */
};
/* Sealed; in fragments when it is larger than the threshold and both sides can. Empty: memory, randomness or the library failed. */
struct bytes messages_seal(const struct outgoing *o, struct arena *arena);
/* Once more, in smaller and more fragments than `messages` (2.5.2); empty: they cannot be smaller. Later messages are cut so, too. */
struct bytes messages_smaller(const struct outgoing *o, struct bytes messages, struct arena *arena);
/* Whether messages_smaller may be of use one day. */
bool messages_may_shrink(const struct outgoing *o);
/* One EVENT_SEND for each. */
void messages_send(struct engine *e, const struct path *path, struct bytes messages);

/* What has become of a message in which something is sealed. */
enum opening {
	OPENED_NOT,   /* its seal is wrong: dropped, counted */
	OPENED_PART,  /* a fragment: kept until the others are there, or dropped; counted */
	OPENED_WRONG, /* it is the peer's, but malformed inside */
	OPENED,
};
/*
 * A fragment with a message ID whose turn it is. OPENED: it was the last one; `chain` is the whole in `arena`, `first` the type of
 * its first payload, and `in` is changed to what it would be if the first fragment had been the message. RFC 7383 2.6.
 */
enum opening fragment_open(struct sa *sa, struct input *in, struct arena *arena, struct bytes message, const struct payload *skf,
                           uint8_t next, struct bytes *chain, uint8_t *first);
/* The first fragment of a request that is answered, cut anew perhaps: its response is to be sent again (2.6.1). */
bool fragment_repeats(struct sa *sa, struct bytes message, const struct payload *skf);
/* What has been stored of a request or a response. */
void fragments_drop(struct sa *sa, bool response);
uint64_t fragments_deadline(const struct sa *sa); /* boot ms; NEVER */
void fragments_expire(struct sa *sa);
