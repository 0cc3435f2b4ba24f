/* SPDX-License-Identifier: ISC */
/*
 * One of our kind in a network namespace: what would clean up after a dead predecessor must know that it is dead.
 */
#pragma once

#include "base/arena.h"
#include "base/reason.h"

/* Holds the namespace's one place until the descriptor is closed, or the process dies. -1 with a reason: IN_USE, another has it. */
int single_open(struct reason *why, struct arena *arena);
void single_close(int fd); /* -1 is fine */
