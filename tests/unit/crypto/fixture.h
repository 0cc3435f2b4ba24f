/* SPDX-License-Identifier: ISC */
/* What the tests of this folder share: the library started, and the algorithm table's rows by keyword. */
#pragma once

#include "policy/algorithm.h"

const struct algorithm *row(enum transform_type type, const char *keyword); /* a missing row fails the test */

int crypto_up(void **state); /* group set-up and tear-down */
int crypto_down(void **state);
