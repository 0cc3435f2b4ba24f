/* SPDX-License-Identifier: ISC */
/* Timers in a binary heap whose first slot is 1. */
#include "base/timer.h"

#include <stdlib.h>

static bool before(const struct timer *a, const struct timer *b)
{
	return a->deadline != b->deadline ? a->deadline < b->deadline : a->order < b->order;
}

static void put(struct timers *ts, size_t slot, struct timer *t)
{
	ts->heap[slot] = t;
	t->slot = slot;
}

static void sift_up(struct timers *ts, size_t slot, struct timer *t)
{
	for (; slot > 1 && before(t, ts->heap[slot / 2]); slot /= 2)
		put(ts, slot, ts->heap[slot / 2]);
	put(ts, slot, t);
}

static void sift_down(struct timers *ts, size_t slot, struct timer *t)
{
	size_t child;

	for (; (child = slot * 2) <= ts->count; slot = child) {
		if (child < ts->count && before(ts->heap[child + 1], ts->heap[child]))
			child++;
		if (!before(ts->heap[child], t))
			break;
		put(ts, slot, ts->heap[child]);
	}
	put(ts, slot, t);
}

static bool grow(struct timers *ts)
{
	size_t cap = ts->cap ? ts->cap * 2 : 16;
	struct timer **heap;

	if (ts->count + 1 < ts->cap)
		return true;
	heap = realloc(ts->heap, cap * sizeof(struct timer *));
	if (!heap)
		return false;
	ts->heap = heap;
	ts->cap = cap;
	return true;
}

bool timer_set(struct timers *ts, struct timer *t, uint64_t deadline)
{
	if (!timer_armed(t) && !grow(ts))
		return false;
	timer_stop(ts, t);
	t->deadline = deadline;
	t->order = ts->order++;
	sift_up(ts, ++ts->count, t);
	return true;
}

void timer_stop(struct timers *ts, struct timer *t)
{
	size_t slot = t->slot;
	struct timer *last;

	if (!slot)
		return;
	t->slot = 0;
	last = ts->heap[ts->count--];
	if (last == t)
		return;
	if (slot > 1 && before(last, ts->heap[slot / 2]))
		sift_up(ts, slot, last);
	else
		sift_down(ts, slot, last);
}

uint64_t timers_deadline(const struct timers *ts)
{
	return ts->count ? ts->heap[1]->deadline : UINT64_MAX;
}

struct timer *timers_due(struct timers *ts, uint64_t now)
{
	struct timer *t = ts->count ? ts->heap[1] : NULL;

	if (!t || t->deadline > now)
		return NULL;
	timer_stop(ts, t);
	return t;
}

void timers_clear(struct timers *ts)
{
	for (size_t i = 1; i <= ts->count; i++)
		ts->heap[i]->slot = 0;
	free(ts->heap);
	*ts = (struct timers){ 0 };
}
