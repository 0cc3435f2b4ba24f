/* SPDX-License-Identifier: ISC */
/*
 * Strings that live as long as the process: file names and dotted keys of struct conf_at. Equal text, equal pointer.
 *
 * One thread (the one that loads configurations). What is interned is never given back; a reload finds its strings again.
 */
#pragma once

#include "base/bytes.h"

const char *conf_intern(struct bytes text); /* NULL: out of memory */
/* Gives all back. For tests that load millions of configurations, when nothing that came from one is left. */
void conf_intern_clear(void);
