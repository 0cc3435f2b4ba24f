/* SPDX-License-Identifier: ISC */
/*
 * Child SAs with `inactivity` are closed when they have carried nothing for so long. The data plane is asked (ASK_USAGE) when it
 * could be so far, not before; what has taken a rekeyed one's place goes on with its time.
 */
#pragma once

#include "ike/child.h"

struct idle;

void idle_enter(struct child *c, uint32_t old); /* it is a member of its SA; `old`: whose place it takes, or 0 */
void idle_leave(struct engine *e, uint32_t child_id);
void idle_answer(struct idle *i, const struct answer *a);
void idle_expire(struct timer *t);
void idles_free(struct engine *e);
