/* SPDX-License-Identifier: ISC */
/*
 * Timers that lie inside their objects, ordered in a binary heap. They do not fire by themselves: the owner takes
 * what is due with timers_due. Deadlines are milliseconds of boot time. Equal deadlines are due in the order of arming.
 *
 * A zeroed timer is not armed. timer_set arms again what is armed. Out of memory: timer_set gives false and the timer
 * is as it was.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct timer {
	uint64_t deadline;
	uint64_t order;
	size_t slot;  /* 1.. in the heap; 0: not armed */
	uint16_t what; /* the owner's own kind */
};

struct timers {
	struct timer **heap; /* owned; heap[1] is the first due */
	size_t count, cap;
	uint64_t order;
};

bool timer_set(struct timers *ts, struct timer *t, uint64_t deadline);
void timer_stop(struct timers *ts, struct timer *t);
static inline bool timer_armed(const struct timer *t)
{
	return t->slot != 0;
}
/* The earliest deadline; NEVER (UINT64_MAX) when none is armed. */
uint64_t timers_deadline(const struct timers *ts);
/* Takes one timer whose deadline is not after `now`, disarmed; NULL when none is. */
struct timer *timers_due(struct timers *ts, uint64_t now);
void timers_clear(struct timers *ts);
