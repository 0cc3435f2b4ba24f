/* SPDX-License-Identifier: ISC */
/*
 * Time as everybody below the daemon sees it: an argument.
 *
 * boot  milliseconds since the machine started (CLOCK_BOOTTIME): all timers. Never 0 in a real `now`.
 * wall  seconds since 1970: certificates and display only; it may jump, and no timer moves.
 */
#pragma once

#include <stdint.h>

struct now {
	uint64_t boot;
	int64_t wall;
};

#define MSEC(n) ((uint64_t)(n))
#define SECONDS(n) ((uint64_t)(n)*1000u)
#define MINUTES(n) SECONDS((uint64_t)(n)*60u)
#define NEVER UINT64_MAX
