/* SPDX-License-Identifier: ISC */
/*
 * What is wrong with a configuration: errors and warnings, each with file, line, column, key, what was found, what was
 * expected, and the nearest known word.
 *
 * A zeroed struct is an empty list. Problems own their text (one arena). Past PROBLEMS_MAX they are counted only.
 */
#pragma once

#include "base/reason.h"
#include "base/text.h"

#define PROBLEMS_MAX 1000u

enum problem_kind {
	PROBLEM_SYNTAX,          /* the whole load fails */
	PROBLEM_FILE,            /* a file cannot be read */
	PROBLEM_UNKNOWN_KEY,
	PROBLEM_UNKNOWN_SECTION,
	PROBLEM_VALUE,           /* a value that its key does not take */
	PROBLEM_MISSING,         /* something that must be there is not */
	PROBLEM_NOT_BUILT,       /* known, but adit cannot do it */
	PROBLEM_MEANINGLESS,     /* known, but it changes nothing here: always a warning */
	PROBLEM_ADVICE,          /* works, but is weak or surprising: always a warning */
	PROBLEM_MEMORY,
};

/*
 * why.about  what is the matter: "unknown key", "not a time"
 * why.got    the value that was found; none where it may be a secret
 * why.wanted what was expected; for the UNKNOWN kinds the nearest known word
 * why.where  file, line and column (0: over VICI, or a default), dotted key
 */
struct problem {
	struct problem *next;
	enum problem_kind kind;
	bool warning;
	struct reason why;
};

struct problems {
	struct arena arena;
	struct problem *first, *last;
	size_t count, errors; /* also those that did not fit */
};

/* Copies everything. Gives false always, so that an error can be `return problem_add(...)`. */
bool problem_add(struct problems *list, enum problem_kind kind, bool warning, const struct reason *why);
/* The first error of that connection, for those who ask why it is not there; NULL: none. */
const struct problem *problems_of_connection(const struct problems *list, const char *name);
void problems_clear(struct problems *list);

/* One line without its end: "/etc/adit/adit.conf:12:5: connections.office.proposal: unknown key; nearest is proposals". */
void config_problem_print(struct text *t, const struct problem *p);
/* The same as VICI's load-conn, load-pool ... say it: "invalid value for: dpd_delay, config discarded (...)". doc/vici.md 5.4. */
void config_problem_errmsg(struct text *t, const struct problem *p);
