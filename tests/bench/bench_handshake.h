/* SPDX-License-Identifier: ISC */
/* What a handshake costs its responder, beside what its public-key operations cost alone. See bench_handshake.c. */
#pragma once

#include <stdbool.h>

/* Prints a table. crypto_start first; the top of the source tree is the working directory. False: a handshake failed. */
bool bench_handshake(void);
