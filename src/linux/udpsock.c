/* SPDX-License-Identifier: ISC */
/*
 * UDP sockets, and who holds a port that we wanted.
 */
#include "linux/udpsock.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "linux/system.h"

/* The inode of the socket that is bound to `port`, from /proc/net/udp or udp6; 0: not found. */
static uint64_t inode_of_port(uint8_t family, uint16_t port)
{
	FILE *f = fopen(family == ADDR_V4 ? "/proc/self/net/udp" : "/proc/self/net/udp6", "re");
	char line[512];
	uint64_t found = 0;

	while (f && !found && fgets(line, sizeof(line), f)) {
		unsigned local = 0;
		uint64_t inode = 0;

		/* slot, local:port, remote:port, state, queues, timer, retransmits, uid, timeout, inode */
		if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*s %*s %*s %*s %*s %*u %*u %" SCNu64, &local, &inode) == 2 && local == port)
			found = inode;
	}
	if (f)
		fclose(f);
	return found;
}

static bool process_holds(const char *pid, uint64_t inode)
{
	char path[300], want[40], link[64];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	snprintf(want, sizeof(want), "socket:[%" PRIu64 "]", inode);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link) - 1);

		link[len > 0 ? len : 0] = 0;
		found = strcmp(link, want) == 0;
	}
	if (dir)
		closedir(dir);
	return found;
}

static void name_of(char *name, size_t size, const char *pid)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	f = fopen(path, "re");
	if (!f || !fgets(name, (int)size, f))
		snprintf(name, size, "a process");
	if (f)
		fclose(f);
	name[strcspn(name, "\n")] = 0;
}

static bool refuse_port(struct reason *why, struct arena *arena, uint8_t family, uint16_t port)
{
	uint64_t inode = inode_of_port(family, port);
	uint64_t other = inode_of_port(family == ADDR_V4 ? ADDR_V6 : ADDR_V4, port); /* a socket of both families */
	char words[160], name[64];
	struct dirent *entry;
	DIR *proc;

	if (inode == 0)
		inode = other;
	proc = inode ? opendir("/proc") : NULL;
	snprintf(words, sizeof(words), "UDP port %u is held by another process", port);
	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) && process_holds(entry->d_name, inode)) {
			name_of(name, sizeof(name), entry->d_name);
			snprintf(words, sizeof(words), "UDP port %u is held by %s (pid %.10s)", port, name, entry->d_name);
			break;
		}
	if (proc)
		closedir(proc);
	refuse(why, REASON_IN_USE, 0, value_none(), value_none(), conf_nowhere());
	why->about = value_of(VALUE_TEXT, 0, arena_copy(arena, bytes_str(words)));
	return false;
}

int udp_open(uint8_t family, uint16_t port, uint32_t mark, struct reason *why, struct arena *arena)
{
	struct endpoint any = { .addr = { .family = family }, .port = port };
	struct sockaddr_storage at;
	socklen_t len = sockaddr_of(&at, &any);
	char what[48];
	int fd;

	snprintf(what, sizeof(what), "UDP port %u (IPv%d)", port, family);
	fd = socket_new(family, SOCK_DGRAM, IPPROTO_UDP, mark, what, why, arena);
	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&at, len) == 0)
		return fd;
	if (errno == EADDRINUSE)
		refuse_port(why, arena, family, port);
	else
		refuse_system(why, arena, errno, "%s: bind", what);
	socket_close(fd);
	return -1;
}
