/* SPDX-License-Identifier: ISC */
/* Reading files, globs and folders. Reasons borrow literals only: the caller names the path. */
#include "linux/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX_BYTES (16u << 20)

static bool refuse_errno(struct reason *why, int error)
{
	enum reason_kind kind = error == ENOENT || error == ENOTDIR ? REASON_NOT_FOUND
	                        : error == EACCES || error == EPERM ? REASON_RIGHTS : REASON_SYSTEM;

	return refuse_text(why, kind, 0, strerrordesc_np(error) ? strerrordesc_np(error) : "unknown error");
}

static bool read_all(int fd, struct secret *out, size_t size, struct reason *why)
{
	size_t have = 0;

	if (!secret_new(out, size))
		return refuse_text(why, REASON_MEMORY, 0, "file");
	while (have < size) {
		ssize_t n = read(fd, out->at + have, size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return refuse_errno(why, errno);
		if (n == 0)
			return refuse_text(why, REASON_SYSTEM, 0, "the file became shorter while it was read");
		have += (size_t)n;
	}
	return true;
}

bool files_read(void *ctx, const char *path, struct secret *out, struct reason *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	bool ok = false;

	(void)ctx;
	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)refuse_errno(why, errno);
	} else if (!S_ISREG(st.st_mode)) {
		(void)refuse_text(why, REASON_SYSTEM, 0, "not a regular file");
	} else if (st.st_size > FILE_MAX_BYTES) {
		(void)refuse_text(why, REASON_LIMIT, 0, "larger than 16 MiB");
	} else {
		ok = read_all(fd, out, (size_t)st.st_size, why);
	}
	if (fd >= 0)
		close(fd);
	if (!ok)
		secret_clear(out);
	return ok;
}

bool files_glob(void *ctx, const char *pattern, bool (*each)(void *to, const char *path), void *to, struct reason *why)
{
	glob_t g = { 0 };
	int error = glob(pattern, 0, NULL, &g);
	bool ok = true;

	(void)ctx;
	if (error == GLOB_NOSPACE)
		return refuse_text(why, REASON_MEMORY, 0, "glob");
	for (size_t i = 0; error == 0 && ok && i < g.gl_pathc; i++)
		ok = each(to, g.gl_pathv[i]);
	globfree(&g);
	return ok;
}

static int names_only(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static bool regular(const char *folder, const char *name)
{
	struct stat st;
	char *path;
	bool yes;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return false;
	yes = stat(path, &st) == 0 && S_ISREG(st.st_mode);
	free(path);
	return yes;
}

bool files_list(void *ctx, const char *folder, bool (*each)(void *to, const char *name), void *to, struct reason *why)
{
	struct dirent **list = NULL;
	int count = scandir(folder, &list, names_only, alphasort);
	bool ok = true;

	(void)ctx;
	if (count < 0)
		return errno == ENOENT || errno == ENOTDIR ? true : refuse_errno(why, errno);
	for (int i = 0; i < count; i++) {
		if (ok && regular(folder, list[i]->d_name))
			ok = each(to, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return ok;
}
