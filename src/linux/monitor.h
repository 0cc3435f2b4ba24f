/* SPDX-License-Identifier: ISC */
/*
 * News of this host's network: links, addresses, routes and rules that changed, and waking up from sleep.
 *
 * Two descriptors are to be watched: netlink's multicast groups, and a timer that the system cancels when it wakes up. When the
 * system had more news than its buffer holds (ENOBUFS), that is news as well: something changed.
 */
#pragma once

#include "linux/nl.h"

struct monitor {
	struct netlink nl;
	int clock;      /* timerfd; -1: the system has none */
	int64_t slept;  /* ms: how much longer the machine has been on than awake */
};

/* Whose changes are no news: devices that `own_interface` knows, routes and rules of our protocol number. */
struct monitor_own {
	void *ctx;
	bool (*own_interface)(void *ctx, uint32_t index);
	/* A device of ours is up or down now; it may have been so before. Index 0: any of them, news were lost. */
	void (*own_link)(void *ctx, uint32_t index, bool up);
	/* A route or rule of ours was removed, and not by us, who talk to the system by `port` (netlink_port). */
	void (*own_gone)(void *ctx);
	uint32_t port;
};

bool monitor_open(struct monitor *m, struct reason *why, struct arena *arena);
void monitor_close(struct monitor *m);
int monitor_fd(const struct monitor *m);
/* Reads what has come to monitor_fd. True: something changed that is not ours. */
bool monitor_read(struct monitor *m, const struct monitor_own *own);
/* monitor.clock is readable, or some time has passed: has the machine slept for a second or more since the last look? */
bool monitor_woke(struct monitor *m);
