/* SPDX-License-Identifier: ISC */
/* Reasons: filling, naming and copying them. Rendering needs the vocabulary of policy/ and stands there. */
#include "base/reason.h"

#include <stdlib.h>

bool refuse(struct reason *why, enum reason_kind kind, uint16_t notify, struct value got, struct value wanted,
            struct conf_at where)
{
	*why = (struct reason){ .kind = kind, .notify = notify, .got = got, .wanted = wanted, .where = where };
	return false;
}

bool refuse_text(struct reason *why, enum reason_kind kind, uint16_t notify, const char *about)
{
	*why = (struct reason){ .kind = kind, .notify = notify, .about = value_text(about) };
	return false;
}

#define AS_NAME(id, name, text) [REASON_##id] = name,
#define AS_WORDS(id, name, text) [REASON_##id] = text,

const char *reason_name(enum reason_kind kind)
{
	static const char *const names[] = { REASONS(AS_NAME) };

	return kind < REASON_COUNT ? names[kind] : "unknown";
}

const char *reason_words(enum reason_kind kind)
{
	static const char *const words[] = { REASONS(AS_WORDS) };

	return kind < REASON_COUNT ? words[kind] : "unknown reason";
}

static uint8_t *keep_value(struct value *v, uint8_t *at)
{
	if (v->bytes.len == 0)
		return at;
	memcpy(at, v->bytes.at, v->bytes.len);
	v->bytes.at = at;
	return at + v->bytes.len;
}

struct reason *reason_keep(const struct reason *why)
{
	size_t more = why->got.bytes.len + why->wanted.bytes.len + why->about.bytes.len;
	struct reason *kept = malloc(sizeof(*kept) + more);
	uint8_t *at;

	if (!kept)
		return NULL;
	*kept = *why;
	at = (uint8_t *)(kept + 1);
	at = keep_value(&kept->got, at);
	at = keep_value(&kept->wanted, at);
	(void)keep_value(&kept->about, at);
	return kept;
}

static bool copy_value(struct arena *arena, struct value *to, struct value from)
{
	*to = from;
	to->bytes = arena_copy(arena, from.bytes);
	return to->bytes.len == from.bytes.len;
}

bool reason_copy(struct arena *arena, struct reason *to, const struct reason *from)
{
	struct reason fresh = *from;
	bool ok = copy_value(arena, &fresh.got, from->got);

	ok = copy_value(arena, &fresh.wanted, from->wanted) && ok;
	ok = copy_value(arena, &fresh.about, from->about) && ok;
	*to = fresh;
	return ok;
}
