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
};
void child_clear(struct exchange *x);
