/* SPDX-License-Identifier: ISC */
/*
 * The anti-replay window of one inbound SA. RFC 4303 3.4.3, Appendix A2; the ring of words of RFC 6479.
 *
 * seq     the full 64-bit number; replay_recover finds the high half of an ESN (A2.2).
 * Order   replay_fresh, then verify the ICV, then replay_accept. Accepting first would let a forged packet move the window.
 * Size    32 to 8192 packets, rounded up to a multiple of 32; 0: no window, everything but 0 is fresh.
 * Memory  replay_words(size) words, given by the SA; nothing is allocated.
 * Thread  one writer per SA. No locks, no logs, no failure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPLAY_MIN 32u
#define REPLAY_MAX 8192u

struct replay {
	uint64_t top;      /* the highest accepted; 0: none yet */
	uint32_t size;     /* packets */
	uint32_t mask;     /* words - 1; the ring has a power of two of words, at least one more than the window needs */
	uint64_t *words;   /* borrows from the SA */
};

uint32_t replay_size(uint32_t wanted);                              /* what a wish becomes */
size_t replay_words(uint32_t wanted);                               /* 0: no memory wanted */
void replay_init(struct replay *w, uint32_t wanted, uint64_t *words); /* `words` is zeroed here */
bool replay_fresh(const struct replay *w, uint64_t seq);            /* false: seen, or left of the window, or 0 */
void replay_accept(struct replay *w, uint64_t seq);
/* The 64-bit number that `low` stands for, A2.2; 0 when it would lie before the first (never fresh). */
uint64_t replay_recover(const struct replay *w, uint32_t low);
