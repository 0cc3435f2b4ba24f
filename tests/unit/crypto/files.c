/* SPDX-License-Identifier: ISC */
#include "support/unit.h"

#include "files.h"

#include <stdio.h>

#include "vectors.h"

struct bytes pki_file(struct arena *a, const char *name)
{
	char path[4096];
	size_t len;
	uint8_t *at = arena_take(a, 16384);
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/tests/vectors/pki/%s", ADIT_SOURCE_ROOT, name);
	f = fopen(path, "re");
	if (!f || !at)
		fail_msg("%s cannot be opened", path);
	len = fread(at, 1, 16384, f);
	(void)fclose(f);
	return bytes(at, len);
}

struct cert *pki_cert(const char *name)
{
	struct arena arena = { 0 };
	struct reason why;
	char file[64];
	struct cert *c;

	(void)snprintf(file, sizeof(file), "%s.pem", name);
	c = cert_read(pki_file(&arena, file), &why, &arena);
	if (!c)
		fail_msg("%s cannot be read", file);
	arena_clear(&arena);
	return c;
}

struct key *pki_key(const char *name)
{
	struct arena arena = { 0 };
	struct reason why;
	char file[64];
	struct key *k;

	(void)snprintf(file, sizeof(file), "%s.key.pem", name);
	k = key_read(pki_file(&arena, file), bytes_none(), &why, &arena);
	if (!k)
		fail_msg("%s cannot be read", file);
	arena_clear(&arena);
	return k;
}

bool value_says(const struct value *v, const char *text)
{
	return v->kind == VALUE_TEXT && v->bytes.len >= strlen(text) && memmem(v->bytes.at, v->bytes.len, text, strlen(text));
}
