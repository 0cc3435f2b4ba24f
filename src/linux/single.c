/* SPDX-License-Identifier: ISC */
/*
 * An abstract Unix address: it belongs to the network namespace, and goes with its process, however that ends.
 */
#include "linux/single.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "linux/system.h"

static const char name[] = "\0adit data plane";

int single_open(struct reason *why, struct arena *arena)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(at.sun_path, name, sizeof(name) - 1);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&at, offsetof(struct sockaddr_un, sun_path) + sizeof(name) - 1) == 0)
		return fd;
	if (errno == EADDRINUSE)
		refuse_text(why, REASON_IN_USE, 0, "another adit runs in this network namespace");
	else
		refuse_system(why, arena, errno, "the one place of this network namespace");
	single_close(fd);
	return -1;
}

void single_close(int fd)
{
	if (fd >= 0)
		close(fd);
}
