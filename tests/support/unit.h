/* SPDX-License-Identifier: ISC */
/*
 * What every unit test includes first: cmocka, and what it wants before it.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h" /* COUNT_OF: rows of a table of cases */
