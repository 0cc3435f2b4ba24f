/* SPDX-License-Identifier: ISC */
/*
 * The anti-replay window: a ring of 64-bit words that moves by clearing whole words (RFC 6479).
 */
#include "ipsec/replay.h"

#include <string.h>

#define WORD_BITS 64u

uint32_t replay_size(uint32_t wanted)
{
	if (wanted == 0)
		return 0;
	if (wanted < REPLAY_MIN)
		return REPLAY_MIN;
	if (wanted > REPLAY_MAX)
		return REPLAY_MAX;
	return (wanted + 31) & ~31u;
}

size_t replay_words(uint32_t wanted)
{
	uint32_t size = replay_size(wanted);
	size_t words = 2;

	if (size == 0)
		return 0;
	while (words * WORD_BITS < size + WORD_BITS) /* one word more: it is being cleared while the window moves */
		words *= 2;
	return words;
}

void replay_init(struct replay *w, uint32_t wanted, uint64_t *words)
{
	size_t count = replay_words(wanted);

	*w = (struct replay){ .size = replay_size(wanted), .words = words };
	if (count > 0) {
		w->mask = (uint32_t)count - 1;
		memset(words, 0, count * sizeof(*words));
	}
}

bool replay_fresh(const struct replay *w, uint64_t seq)
{
	if (seq == 0)
		return false;
	if (w->size == 0 || seq > w->top)
		return true;
	if (w->top - seq >= w->size)
		return false;
	return !(w->words[seq / WORD_BITS & w->mask] >> seq % WORD_BITS & 1);
}

void replay_accept(struct replay *w, uint64_t seq)
{
	if (w->size > 0) {
		uint64_t from = w->top / WORD_BITS, to = seq / WORD_BITS;

		if (seq > w->top) {
			if (to - from > w->mask)
				from = to - w->mask - 1; /* all words are cleared once */
			while (from < to)
				w->words[++from & w->mask] = 0;
		}
		w->words[to & w->mask] |= UINT64_C(1) << seq % WORD_BITS;
	}
	if (seq > w->top)
		w->top = seq;
}

uint64_t replay_recover(const struct replay *w, uint32_t low)
{
	uint32_t top_low = (uint32_t)w->top;
	uint64_t high = w->top >> 32;
	uint32_t size = w->size > 0 ? w->size : UINT32_C(1) << 31; /* no window: the nearer half */
	uint32_t bottom = top_low - size + 1;                      /* modulo 2^32 */

	if (top_low >= size - 1) { /* case A: the window lies in one subspace */
		if (low < bottom)
			high++;
	} else if (low >= bottom) { /* case B: it spans two, and this is the older one */
		if (high == 0)
			return 0;
		high--;
	}
	if (high > UINT32_MAX)
		return 0; /* past the last number of all */
	return high << 32 | low;
}
