/* SPDX-License-Identifier: ISC */
/*
 * The way of a datagram: header and version, which SA, whose turn (message ID), seal, payloads, row. RFC 7296 1.5, 2.1 to 2.6,
 * 2.21.4. What does not pass is counted; nothing is answered but what the RFC says, and that at a limited rate.
 */
#pragma once

#include "ike/exchange.h"

struct input {
	const struct path *path;
	struct bytes datagram;
	struct ike_header h;
	uint64_t hash;         /* of the datagram: tells a retransmission from another message */
};

/* A request for a new SA, after the checks that cost nothing. first.c */
void input_first(struct engine *e, struct input *in); /* fills in its hash when it is wanted */
/* The message in hand becomes the exchange's; `arena`, in which it lies, moves. */
void input_hand_over(struct exchange *x, const struct input *in, struct arena *arena, struct bytes message, const struct payloads *p);
/* An unprotected message with one notify to where `in` came from, within the rate, and not larger than `in`. */
void input_answer_clear(struct engine *e, const struct input *in, uint64_t spi_r, uint16_t notify, struct bytes data);
void input_stranger(struct engine *e, const struct input *in, enum story_kind kind, const struct reason *why);
