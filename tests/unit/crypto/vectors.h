/* SPDX-License-Identifier: ISC */
/*
 * Reads the files of tests/vectors/: records of `name = hex` or `name = "text"` lines, an empty line between records.
 *
 *	struct vectors v;
 *	vectors_open(&v, "x25519.txt");
 *	while (vectors_next(&v))
 *		... vector_hex(&v, "private") ...
 *	vectors_close(&v);
 *
 * Anything wrong (no file, no such field, odd hex) fails the test. Values live until the next vectors_next.
 */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "base/bytes.h"

#ifndef ADIT_SOURCE_ROOT
#define ADIT_SOURCE_ROOT "." /* the tests run at the top of the source tree */
#endif

#define VECTOR_FIELDS 16

struct vectors {
	FILE *file;
	const char *name;
	unsigned line, record; /* of the record, from 1 */
	size_t count;
	struct {
		char *name, *value;
	} field[VECTOR_FIELDS];
	struct arena arena;
};

void vectors_open(struct vectors *v, const char *name);
bool vectors_next(struct vectors *v);
bool vector_has(const struct vectors *v, const char *field);
struct bytes vector_hex(struct vectors *v, const char *field);
bool vector_is(const struct vectors *v, const char *field, const char *text); /* a text field says this */
/* Closes; at least `least` records must have been read: an emptied file proves nothing. */
void vectors_close(struct vectors *v, unsigned least);
/* Says which record failed: `why` and the record's place. Used when a check does not hold. */
__attribute__((noreturn)) void vectors_fail(const struct vectors *v, const char *why);
