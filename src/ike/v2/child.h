/* SPDX-License-Identifier: ISC */
/* What both roles of CREATE_CHILD_SA share. */
#pragma once

#include "ike/v2/parts.h"

struct child_work {
	struct child_plan plan;
	struct child_offer offer;     /* initiator's */
	const struct algorithm *ke;   /* NULL: without a key exchange of its own */
	struct bytes seed, own, peer; /* private bytes, public values */
	uint8_t number;               /* responder: of the chosen proposal */
	struct connection *conn;      /* responder, rekeying: reference, of the replaced Child SA */
};
void child_clear(struct exchange *x);
/* 2.8.1: both sides have made the same; ours has the lowest of the four nonces and is to go. */
bool child_lost(const struct exchange *x, const struct child_work *w);
/* What the peer's exchange for the same is about to install, while ours is as far as that; NULL. */
const struct child *child_crossing(const struct exchange *x);
