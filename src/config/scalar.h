/* SPDX-License-Identifier: ISC */
/*
 * The small grammars of configured values: numbers, times, bytes, truth, lists, 0x and 0s. doc/vici.md 10, 12.5, 13.1.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"

struct bytes text_trim(struct bytes text);                     /* without blanks and line ends around it */
bool text_is(struct bytes text, const char *word);             /* equal without case */
bool text_starts(struct bytes text, const char *prefix);       /* exactly */

/* Decimal or 0x. The empty text is 0. False: no number, or larger than 64 bits. */
bool scalar_number(struct bytes text, uint64_t *out);
/* Seconds: a number, blanks, s, m, h or d of either case; without one seconds. False also past 2^32 - 1. */
bool scalar_time(struct bytes text, uint64_t *out);
/* Decimal with at most three digits behind a point, in thousandths: "1.8" is 1800. False also past 2^32 - 1. */
bool scalar_decimal(struct bytes text, uint64_t *out);
/* A number with k, m or g (times 1024); saturates. */
bool scalar_bytes(struct bytes text, uint64_t *out);
/* yes true enabled 1, no false disabled 0, of any case. */
bool scalar_bool(struct bytes text, bool *out);

/*
 * The next item of a comma-separated list, trimmed, with quotes around it taken off; empty items are left out.
 * False at the end. `rest` starts as the whole text.
 */
bool list_next(struct bytes *rest, struct bytes *item);

/* "0x" hexadecimal, "0s" base64, everything else as it is (borrows then). False: bad digits, or out of memory. */
bool scalar_decode(struct bytes text, struct arena *arena, struct bytes *out);
bool scalar_is_encoded(struct bytes text); /* starts with 0x or 0s */

/*
 * How many bits an attacker has to guess, at the very most: characters times the bits that one of its kind can hold, less for
 * repetition and for runs such as "abcd". An estimate for a warning; a long sentence is overrated.
 */
unsigned secret_bits(struct bytes secret);
