/* SPDX-License-Identifier: ISC */
/*
 * TUN devices.
 */
#include "linux/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "linux/system.h"

int tun_open(const char *name, uint32_t *index, struct reason *why, struct arena *arena)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	if (strlen(name) >= IFNAMSIZ) {
		refuse_text(why, REASON_CONFIG, 0, "the name of the TUN is longer than 15 characters");
		return -1;
	}
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		refuse_system(why, arena, errno, "TUN %s: /dev/net/tun", name);
		return -1;
	}
	snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
	if (ioctl(fd, TUNSETIFF, &request) < 0) {
		refuse_system(why, arena, errno, "TUN %s", name);
		close(fd);
		return -1;
	}
	*index = if_nametoindex(request.ifr_name);
	return fd;
}

void tun_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

size_t tun_read(int fd, uint8_t *at, size_t cap, bool *gone)
{
	ssize_t len = read(fd, at, cap);

	*gone = len < 0 && (errno == EBADFD || errno == EFAULT); /* detached; or being so */
	return len > 0 ? (size_t)len : 0;
}

bool tun_write(int fd, struct bytes packet)
{
	return write(fd, packet.at, packet.len) == (ssize_t)packet.len;
}
