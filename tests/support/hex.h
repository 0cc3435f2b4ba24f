/* SPDX-License-Identifier: ISC */
/*
 * Bytes of a test, written as hex in its table.
 */
#pragma once

#include "base/arena.h"

/* Blanks and line ends between the digits are skipped. Anything else, an odd count, or no memory: abort. */
struct bytes hex(struct arena *arena, const char *digits);
