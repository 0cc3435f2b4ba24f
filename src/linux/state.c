/* SPDX-License-Identifier: ISC */
/* Secrets in files of their own. */
#include "linux/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"

static bool refuse_errno(struct reason *why, int error)
{
	enum reason_kind kind = error == EACCES || error == EPERM || error == EROFS ? REASON_RIGHTS : REASON_SYSTEM;

	return refuse_text(why, kind, 0, strerrordesc_np(error) ? strerrordesc_np(error) : "unknown error");
}

static bool read_whole(int dir, const char *name, uint8_t *out, size_t len)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0 &&
	          st.st_size == (off_t)len && read(fd, out, len) == (ssize_t)len;

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool write_whole(int dir, const char *name, const uint8_t *data, size_t len, struct reason *why)
{
	char aside[64];
	int fd, error = 0;

	(void)snprintf(aside, sizeof(aside), ".%s.%ld", name, (long)getpid());
	(void)unlinkat(dir, aside, 0);
	fd = openat(dir, aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return refuse_errno(why, errno);
	if (write(fd, data, len) != (ssize_t)len || fsync(fd) != 0)
		error = errno ? errno : EIO;
	if (close(fd) != 0 && !error)
		error = errno;
	if (!error && renameat(dir, aside, dir, name) != 0)
		error = errno;
	if (error)
		(void)unlinkat(dir, aside, 0);
	else
		(void)fsync(dir);
	return error ? refuse_errno(why, error) : true;
}

bool state_secret(const char *folder, const char *name, struct random random, uint8_t *out, size_t len, struct reason *why)
{
	bool ok;
	int dir;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return refuse_errno(why, errno);
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return refuse_errno(why, errno);
	ok = read_whole(dir, name, out, len);
	if (!ok && !random.fill(random.host, RANDOM_PRIVATE, out, len))
		(void)refuse_text(why, REASON_SYSTEM, 0, "no random bytes");
	else if (!ok)
		ok = write_whole(dir, name, out, len, why);
	if (!ok)
		wipe(out, len);
	close(dir);
	return ok;
}
