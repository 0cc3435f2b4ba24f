/* SPDX-License-Identifier: ISC */
/* Lists of problems, and how they are printed. */
#include "config/problem.h"

bool problem_add(struct problems *list, enum problem_kind kind, bool warning, const struct reason *why)
{
	struct problem *p = NULL;

	if (list->count < PROBLEMS_MAX)
		p = arena_take(&list->arena, sizeof(*p));
	list->count++;
	list->errors += !warning;
	if (!p)
		return false;
	p->kind = kind;
	p->warning = warning;
	(void)reason_copy(&list->arena, &p->why, why); /* without its values it still names the place */
	if (list->last)
		list->last->next = p;
	else
		list->first = p;
	list->last = p;
	return false;
}

const struct problem *problems_of_connection(const struct problems *list, const char *name)
{
	static const char top[] = "connections.";
	size_t len = strlen(name);

	for (const struct problem *p = list->first; p; p = p->next) {
		const char *key = p->why.where.key;

		if (p->warning || !key || strncmp(key, top, sizeof(top) - 1) != 0)
			continue;
		key += sizeof(top) - 1;
		if (strncmp(key, name, len) == 0 && (key[len] == '.' || key[len] == '\0'))
			return p;
	}
	return NULL;
}

void problems_clear(struct problems *list)
{
	arena_clear(&list->arena);
	*list = (struct problems){ 0 };
}

/* The two kinds that the builders make. */
static void print_value(struct text *t, const struct value *v)
{
	if (v->kind == VALUE_TEXT)
		text_add_safe(t, v->bytes);
	else if (v->kind == VALUE_NUMBER)
		text_add(t, "%llu", (unsigned long long)v->number);
}

/* "12x": not a time; expected a number with s, m, h or d behind it */
static void print_matter(struct text *t, const struct problem *p)
{
	const struct reason *why = &p->why;
	bool unknown = p->kind == PROBLEM_UNKNOWN_KEY || p->kind == PROBLEM_UNKNOWN_SECTION;

	if (why->got.kind != VALUE_NONE) {
		text_add(t, "\"");
		print_value(t, &why->got);
		text_add(t, "\": ");
	}
	if (why->about.kind != VALUE_NONE)
		print_value(t, &why->about);
	else
		text_add(t, "%s", reason_words(why->kind));
	if (why->wanted.kind != VALUE_NONE) {
		text_add(t, "; %s ", unknown ? "nearest is" : "expected");
		print_value(t, &why->wanted);
	}
}

void config_problem_print(struct text *t, const struct problem *p)
{
	const struct conf_at *at = &p->why.where;

	if (at->file) {
		text_add_safe(t, bytes_str(at->file));
		if (at->line)
			text_add(t, ":%u:%u", at->line, at->column);
		text_add(t, ": ");
	}
	if (p->warning)
		text_add(t, "warning: ");
	if (at->key) {
		text_add_safe(t, bytes_str(at->key));
		text_add(t, ": ");
	}
	print_matter(t, p);
}

/* The last part of a dotted key. */
static struct bytes last_part(const char *key)
{
	const char *dot = key ? strrchr(key, '.') : NULL;

	return bytes_str(dot ? dot + 1 : key ? key : "");
}

void config_problem_errmsg(struct text *t, const struct problem *p)
{
	struct bytes name = last_part(p->why.where.key);

	switch (p->kind) {
	case PROBLEM_UNKNOWN_KEY:
		text_add(t, "unknown option: ");
		break;
	case PROBLEM_UNKNOWN_SECTION:
		text_add(t, "invalid section: ");
		break;
	case PROBLEM_FILE:
		text_add(t, "unable to load certificate: ");
		break;
	case PROBLEM_VALUE:
	case PROBLEM_NOT_BUILT:
	case PROBLEM_MEANINGLESS:
	case PROBLEM_ADVICE:
		text_add(t, "invalid value for: ");
		break;
	case PROBLEM_MISSING:
	case PROBLEM_SYNTAX:
	case PROBLEM_MEMORY:
		if (p->why.where.key)
			text_add_safe(t, bytes_str(p->why.where.key));
		text_add(t, ": ");
		print_matter(t, p);
		return;
	}
	text_add_safe(t, name);
	text_add(t, ", config discarded (");
	if (p->why.where.key)
		text_add_safe(t, bytes_str(p->why.where.key));
	text_add(t, ": ");
	print_matter(t, p);
	text_add(t, ")");
}
