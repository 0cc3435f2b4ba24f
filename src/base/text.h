/* SPDX-License-Identifier: ISC */
/*
 * Text that grows: what is rendered for people (reasons, stories, status) is never cut.
 *
 * A zeroed struct is an empty text. When memory is out, `failed` stays true and nothing more is added; text_str still
 * gives a NUL-terminated string. Control characters from outside go in through text_add_safe, which escapes them.
 */
#pragma once

#include "base/bytes.h"

struct text {
	char *at; /* owned, NUL-terminated; NULL when nothing was added */
	size_t len, cap;
	bool failed;
};

__attribute__((format(printf, 2, 3))) void text_add(struct text *t, const char *format, ...);
void text_add_bytes(struct text *t, struct bytes b);   /* as they are */
void text_add_safe(struct text *t, struct bytes b);    /* printable ASCII as it is; backslash and others as \xNN */
void text_add_hex(struct text *t, struct bytes b);     /* lower case, no separators */
const char *text_str(const struct text *t);            /* never NULL */
void text_clear(struct text *t);

/*
 * The known word that an unknown one was probably meant to be: text_nearest(word), text_nearest_try for each known word,
 * then `best` (NULL: none is near). Case is ignored; near is at most a third of the letters changed, or the beginning of it.
 * Of equals the first wins.
 */
struct text_nearest {
	struct bytes word; /* borrows */
	const char *best;
	size_t distance;   /* of `best`; before the first: one more than is allowed */
};
struct text_nearest text_nearest(struct bytes word);
void text_nearest_try(struct text_nearest *n, const char *known);
