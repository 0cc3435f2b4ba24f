/* SPDX-License-Identifier: ISC */
/*
 * Kernel settings, changed and put back.
 */
#include "linux/sysctls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/system.h"

#define FOLDER "/run/adit"
#define VALUE_MAX 64

static bool read_file(const char *path, char value[VALUE_MAX])
{
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(value, VALUE_MAX, f);

	if (f)
		fclose(f);
	if (ok)
		value[strcspn(value, "\n")] = 0;
	return ok;
}

static bool write_file(const char *path, const char *value)
{
	FILE *f = fopen(path, "we");
	bool ok = f && fputs(value, f) >= 0;

	if (f && fclose(f) != 0)
		ok = false;
	return ok;
}

/* The namespace is in the name: several of our kind may run on one machine, each in its own. */
static void state_path(char *out, size_t size)
{
	struct stat st = { 0 };

	(void)stat("/proc/self/ns/net", &st);
	snprintf(out, size, FOLDER "/sysctl-%llu", (unsigned long long)st.st_ino);
}

static bool note(const char *name, const char *was, const char *value)
{
	char path[96];
	bool ok;
	FILE *f;

	if (mkdir(FOLDER, 0755) < 0 && errno != EEXIST)
		return false;
	state_path(path, sizeof(path));
	f = fopen(path, "ae");
	if (!f)
		return false;
	ok = fprintf(f, "%s %s %s\n", name, was, value) > 0 && fflush(f) == 0 && fsync(fileno(f)) == 0;
	return fclose(f) == 0 && ok;
}

bool sysctls_set(const char *name, const char *value, struct reason *why, struct arena *arena)
{
	char path[256], was[VALUE_MAX];

	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	if (!read_file(path, was))
		return refuse_system(why, arena, errno, "read %s", path);
	if (strcmp(was, value) == 0)
		return true;
	if (!note(name, was, value))
		return refuse_system(why, arena, errno, "note the value of %s below " FOLDER, path);
	if (!write_file(path, value))
		return refuse_system(why, arena, errno, "write %s", path);
	return true;
}

/* Only what lies in our folder and names a plain setting is followed: the file may be old. */
static void restore(const char *name, const char *was, const char *value)
{
	char path[256], now[VALUE_MAX];

	if (strstr(name, "..") || strncmp(name, "ipv", 3) != 0)
		return;
	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	if (read_file(path, now) && strcmp(now, value) == 0)
		(void)write_file(path, was);
}

void sysctls_restore(void)
{
	char path[96], line[320], name[192], was[VALUE_MAX], value[VALUE_MAX];
	FILE *f;

	state_path(path, sizeof(path));
	f = fopen(path, "re");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%191s %63s %63s", name, was, value) == 3)
			restore(name, was, value);
	fclose(f);
	unlink(path);
	(void)rmdir(FOLDER); /* only if nothing else is in it */
}

bool sysctls_strict_reverse_path(void)
{
	DIR *dir = opendir("/proc/sys/net/ipv4/conf");
	struct dirent *entry;
	bool strict = false;

	while (dir && !strict && (entry = readdir(dir))) {
		char path[320], value[VALUE_MAX];

		snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", entry->d_name);
		/* "default" is what an interface of tomorrow gets: it counts too */
		strict = entry->d_name[0] != '.' && read_file(path, value) && strcmp(value, "1") == 0;
	}
	if (dir)
		closedir(dir);
	return strict;
}
