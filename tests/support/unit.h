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

/* Rows of a table of cases: for (size_t i = 0; i < COUNT_OF(cases); i++) */
#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))
