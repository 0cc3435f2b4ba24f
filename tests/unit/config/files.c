/* SPDX-License-Identifier: ISC */
/* Files in a table. The table is in sorted order, as a glob's answer must be. */
#include "files.h"

#include <string.h>

static bool read_one(void *ctx, const char *path, struct secret *out, struct reason *why)
{
	struct files *f = ctx;

	f->reads++;
	for (const struct file *one = f->list; one->path; one++) {
		if (strcmp(one->path, path) == 0)
			return secret_set(out, bytes_str(one->text));
	}
	return refuse_text(why, REASON_NOT_FOUND, 0, "No such file or directory");
}

static bool glob_one(void *ctx, const char *pattern, bool (*each)(void *to, const char *path), void *to, struct reason *why)
{
	struct files *f = ctx;
	const char *star = strchr(pattern, '*');

	(void)why;
	for (const struct file *one = f->list; one->path; one++) {
		size_t head = star ? (size_t)(star - pattern) : strlen(pattern), tail = star ? strlen(star + 1) : 0;
		size_t len = strlen(one->path);
		bool fits = star ? len >= head + tail && strncmp(one->path, pattern, head) == 0 &&
		                           strcmp(one->path + len - tail, star + 1) == 0 && !strchr(one->path + head, '/')
		                 : strcmp(one->path, pattern) == 0;

		if (fits && !each(to, one->path))
			return false;
	}
	return true;
}

static bool list_one(void *ctx, const char *folder, bool (*each)(void *to, const char *name), void *to, struct reason *why)
{
	struct files *f = ctx;
	size_t len = strlen(folder);

	(void)why;
	for (const struct file *one = f->list; one->path; one++) {
		if (strncmp(one->path, folder, len) == 0 && one->path[len] == '/' && !strchr(one->path + len + 1, '/') &&
		    !each(to, one->path + len + 1))
			return false;
	}
	return true;
}

struct config_loader files_loader(struct files *f)
{
	return (struct config_loader){ f, read_one, glob_one, list_one };
}
