/* SPDX-License-Identifier: ISC */
/* What an established tunnel that is not used costs in memory. See bench_idle.c. */
#pragma once

#include <stdbool.h>

/* Prints a table. crypto_start first; the top of the source tree is the working directory. False: more than the target, or it failed. */
bool bench_idle(void);
