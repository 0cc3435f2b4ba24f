/* SPDX-License-Identifier: ISC */
/*
 * Lifetimes: soft and hard limits with the random part already chosen. Times in milliseconds of boot time; 0: no limit.
 */
#pragma once

#include <stdint.h>

struct lifetime_conf { /* as configured: seconds, bytes, packets; rand is subtracted from rekey */
	uint64_t rekey, life, rand;
};

struct lifetime {
	uint64_t soft, hard; /* durations in the unit of the configuration */
};

/* doc/vici.md 11.3: soft = rekey - (random part of rand). `random` is any 64-bit number. */
struct lifetime lifetime_choose(struct lifetime_conf conf, uint64_t random);
