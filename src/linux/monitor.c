/* SPDX-License-Identifier: ISC */
/*
 * The network monitor: rtnetlink's multicast groups, and the clock's steps.
 */
#include "linux/monitor.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "linux/routes.h"
#include "linux/system.h"

#define NEWS_ROOM 32768u
#define NEWS_BUFFER (1024 * 1024) /* of the socket: a burst of routes */
#define READS_MAX 64u             /* of one look; what is left comes with the next */
#define SLEPT_LEAST 1000         /* ms: less is the two clocks' being read one after the other */
#define FAR_AWAY 3600             /* s */

/* --- the clock --- */

static int64_t ms_of(clockid_t clock)
{
	struct timespec t = { 0 };

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t slept(void)
{
	return ms_of(CLOCK_BOOTTIME) - ms_of(CLOCK_MONOTONIC);
}

/*
 * A timer of the wall clock that is cancelled when the clock steps, which it does when the machine wakes up: otherwise we would
 * wake as late after the sleep as we would have without it.
 */
static void arm(struct monitor *m)
{
	struct itimerspec at = { .it_value = { .tv_sec = time(NULL) + FAR_AWAY } };

	if (m->clock >= 0)
		(void)timerfd_settime(m->clock, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &at, NULL);
}

bool monitor_woke(struct monitor *m)
{
	int64_t before = m->slept;
	uint64_t expired;

	if (m->clock >= 0 && (read(m->clock, &expired, sizeof(expired)) >= 0 || errno != EAGAIN))
		arm(m);
	m->slept = slept();
	return m->slept >= before + SLEPT_LEAST;
}

/* --- open --- */

static bool join(struct monitor *m, struct reason *why, struct arena *arena)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
		RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE };

	for (size_t i = 0; i < COUNT_OF(groups); i++) {
		int group = groups[i];

		if (mnl_socket_setsockopt(m->nl.socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
			return refuse_system(why, arena, errno, "news of the network");
	}
	return true;
}

bool monitor_open(struct monitor *m, struct reason *why, struct arena *arena)
{
	int room = NEWS_BUFFER;

	*m = (struct monitor){ .clock = -1 };
	if (!netlink_open(&m->nl, NETLINK_ROUTE, why, arena))
		return false;
	if (!join(m, why, arena)) {
		monitor_close(m);
		return false;
	}
	if (setsockopt(monitor_fd(m), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0) /* past rmem_max only with rights */
		(void)setsockopt(monitor_fd(m), SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	m->clock = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	arm(m);
	m->slept = slept();
	return true;
}

void monitor_close(struct monitor *m)
{
	netlink_close(&m->nl);
	if (m->clock >= 0)
		close(m->clock);
	m->clock = -1;
}

int monitor_fd(const struct monitor *m)
{
	return mnl_socket_get_fd(m->nl.socket);
}

/* --- news --- */

static uint32_t attribute_u32(const struct nlmsghdr *m, size_t head, uint16_t type)
{
	const struct nlattr *a;

	NL_EACH(a, m, head) {
		if (mnl_attr_get_type(a) == type && mnl_attr_get_payload_len(a) == sizeof(uint32_t))
			return mnl_attr_get_u32(a);
	}
	return 0;
}

static bool has_attribute(const struct nlmsghdr *m, size_t head, uint16_t type)
{
	const struct nlattr *a;

	NL_EACH(a, m, head) {
		if (mnl_attr_get_type(a) == type)
			return true;
	}
	return false;
}

static bool is_own(const struct monitor_own *own, uint32_t interface)
{
	return interface && own->own_interface(own->ctx, interface);
}

static bool link_news(const struct nlmsghdr *m, const struct monitor_own *own)
{
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(m);

	if (!is_own(own, (uint32_t)head->ifi_index))
		return !has_attribute(m, sizeof(*head), IFLA_WIRELESS); /* a scan's progress is no news */
	own->own_link(own->ctx, (uint32_t)head->ifi_index, m->nlmsg_type == RTM_NEWLINK && (head->ifi_flags & IFF_UP));
	return false;
}

static bool address_news(const struct nlmsghdr *m, const struct monitor_own *own)
{
	const struct ifaddrmsg *head = mnl_nlmsg_get_payload(m);

	return !is_own(own, head->ifa_index);
}

/*
 * One of ours: always false. What we set ourselves is never answered by setting it, so there is no loop; what the system drops itself
 * (port 0) went with its device.
 */
static bool ours(const struct nlmsghdr *m, const struct monitor_own *own)
{
	bool removed = m->nlmsg_type == RTM_DELROUTE || m->nlmsg_type == RTM_DELRULE;

	if (removed && m->nlmsg_pid != 0 && m->nlmsg_pid != own->port)
		own->own_gone(own->ctx);
	return false;
}

static bool route_news(const struct nlmsghdr *m, const struct monitor_own *own)
{
	const struct rtmsg *head = mnl_nlmsg_get_payload(m);

	if (head->rtm_flags & RTM_F_CLONED)
		return false;
	if (head->rtm_protocol == ROUTE_PROTOCOL)
		return ours(m, own);
	return !is_own(own, attribute_u32(m, sizeof(*head), RTA_OIF));
}

static bool rule_news(const struct nlmsghdr *m, const struct monitor_own *own)
{
	const struct nlattr *a;

	NL_EACH(a, m, sizeof(struct fib_rule_hdr)) {
		if (mnl_attr_get_type(a) == FRA_PROTOCOL && mnl_attr_get_payload_len(a) == 1 && mnl_attr_get_u8(a) == ROUTE_PROTOCOL)
			return ours(m, own);
	}
	return true;
}

static bool holds(const struct nlmsghdr *m, size_t head)
{
	return mnl_nlmsg_get_payload_len(m) >= head;
}

static bool is_news(const struct nlmsghdr *m, const struct monitor_own *own)
{
	switch (m->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return holds(m, sizeof(struct ifinfomsg)) && link_news(m, own);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return holds(m, sizeof(struct ifaddrmsg)) && address_news(m, own);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return holds(m, sizeof(struct rtmsg)) && route_news(m, own);
	case RTM_NEWRULE:
	case RTM_DELRULE:
		return holds(m, sizeof(struct fib_rule_hdr)) && rule_news(m, own);
	default:
		return false;
	}
}

/* One datagram of the system's. False: there is none. */
static bool read_one(struct monitor *m, uint8_t *room, const struct monitor_own *own, bool *changed)
{
	ssize_t came = recv(monitor_fd(m), room, NEWS_ROOM, MSG_DONTWAIT | MSG_TRUNC);
	int len = came < 0 || came > (ssize_t)NEWS_ROOM ? 0 : (int)came;

	if (came < 0 && errno == ENOBUFS)
		own->own_link(own->ctx, 0, true);
	if (came < 0 && errno != ENOBUFS && errno != EINTR)
		return false;
	if ((came < 0 && errno == ENOBUFS) || came > (ssize_t)NEWS_ROOM)
		*changed = true; /* what we cannot read is news, too */
	for (const struct nlmsghdr *one = (const void *)room; mnl_nlmsg_ok(one, len); one = mnl_nlmsg_next(one, &len))
		*changed = is_news(one, own) || *changed;
	return true;
}

bool monitor_read(struct monitor *m, const struct monitor_own *own)
{
	uint8_t room[NEWS_ROOM];
	bool changed = false;

	for (unsigned i = 0; i < READS_MAX && read_one(m, room, own, &changed); i++)
		;
	return changed;
}
