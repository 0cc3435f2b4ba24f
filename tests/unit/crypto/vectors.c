/* SPDX-License-Identifier: ISC */
#include "support/unit.h"

#include "vectors.h"

#include <stdlib.h>

void vectors_open(struct vectors *v, const char *name)
{
	char path[4096];

	*v = (struct vectors){ .name = name };
	(void)snprintf(path, sizeof(path), "%s/tests/vectors/%s", ADIT_SOURCE_ROOT, name);
	v->file = fopen(path, "re");
	if (!v->file)
		fail_msg("%s cannot be opened", path);
}

static void forget(struct vectors *v)
{
	for (size_t i = 0; i < v->count; i++)
		free(v->field[i].name);
	v->count = 0;
	arena_clear(&v->arena);
}

/* Name and value share one allocation: the line. */
static void keep_line(struct vectors *v, const char *line)
{
	char *copy = strdup(line), *equals = copy ? strstr(copy, " =") : NULL;

	if (!equals || v->count == VECTOR_FIELDS)
		vectors_fail(v, "a line is not as expected");
	*equals = '\0';
	v->field[v->count].name = copy;
	v->field[v->count].value = equals[2] == ' ' ? equals + 3 : equals + 2;
	v->count++;
}

bool vectors_next(struct vectors *v)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	forget(v);
	while ((len = getline(&line, &room, v->file)) >= 0) {
		v->line++;
		if (len > 0 && line[len - 1] == '\n')
			line[--len] = '\0';
		if (len == 0 && v->count > 0)
			break;
		if (len > 0 && line[0] != '#')
			keep_line(v, line);
	}
	free(line);
	v->record += v->count > 0;
	return v->count > 0;
}

static const char *raw(const struct vectors *v, const char *field)
{
	for (size_t i = 0; i < v->count; i++)
		if (strcmp(v->field[i].name, field) == 0)
			return v->field[i].value;
	return NULL;
}

bool vector_has(const struct vectors *v, const char *field)
{
	return raw(v, field) != NULL;
}

static unsigned digit(const struct vectors *v, char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a' + 10);
	vectors_fail(v, "not a hex digit");
	return 0;
}

struct bytes vector_hex(struct vectors *v, const char *field)
{
	const char *s = raw(v, field);
	uint8_t *out;

	if (!s)
		vectors_fail(v, field);
	if (strlen(s) % 2 != 0)
		vectors_fail(v, "odd number of hex digits");
	out = arena_take(&v->arena, strlen(s) / 2 + 1);
	assert_non_null(out);
	for (size_t i = 0; s[2 * i]; i++)
		out[i] = (uint8_t)(digit(v, s[2 * i]) << 4 | digit(v, s[2 * i + 1]));
	return bytes(out, strlen(s) / 2);
}

bool vector_is(const struct vectors *v, const char *field, const char *text)
{
	const char *s = raw(v, field);
	size_t len = s ? strlen(s) : 0;

	if (len < 2 || s[0] != '"' || s[len - 1] != '"')
		vectors_fail(v, field);
	return strlen(text) == len - 2 && strncmp(s + 1, text, len - 2) == 0;
}

void vectors_close(struct vectors *v, unsigned least)
{
	forget(v);
	(void)fclose(v->file);
	if (v->record < least)
		fail_msg("%s has only %u records", v->name, v->record);
}

void vectors_fail(const struct vectors *v, const char *why)
{
	const char *comment = raw(v, "comment");

	fail_msg("%s, record %u, before line %u %s: %s", v->name, v->record, v->line + 1, comment ? comment : "", why);
	abort();
}
