/* SPDX-License-Identifier: ISC */
/*
 * epoll.
 */
#include "linux/poll.h"

#include <sys/epoll.h>
#include <unistd.h>

#define READY_MAX 32

int poll_open(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

void poll_close(int poll)
{
	if (poll >= 0)
		close(poll);
}

bool poll_add(int poll, int fd, void *what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

	return epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) == 0;
}

void poll_remove(int poll, int fd)
{
	(void)epoll_ctl(poll, EPOLL_CTL_DEL, fd, NULL);
}

size_t poll_ready(int poll, void **what, size_t max)
{
	struct epoll_event events[READY_MAX];
	int n = epoll_wait(poll, events, max < READY_MAX ? (int)max : READY_MAX, 0);

	for (int i = 0; i < n; i++)
		what[i] = events[i].data.ptr;
	return n > 0 ? (size_t)n : 0;
}
