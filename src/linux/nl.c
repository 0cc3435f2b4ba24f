/* SPDX-License-Identifier: ISC */
/*
 * Netlink requests and answers.
 */
#include "linux/nl.h"

#include <errno.h>
#include <limits.h>
#include <linux/netlink.h>
#include <stdlib.h>

#include "linux/system.h"

#define ANSWER_ROOM 65536u

bool netlink_open(struct netlink *nl, int bus, struct reason *why, struct arena *arena)
{
	int on = 1;

	*nl = (struct netlink){ .socket = mnl_socket_open2(bus, SOCK_CLOEXEC) };
	if (!nl->socket)
		return refuse_system(why, arena, errno, "netlink socket");
	if (mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		refuse_system(why, arena, errno, "netlink socket: bind");
		netlink_close(nl);
		return false;
	}
	(void)mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &on, sizeof(on)); /* our words need not come back */
	return true;
}

void netlink_close(struct netlink *nl)
{
	if (nl->socket)
		mnl_socket_close(nl->socket);
	nl->socket = NULL;
}

uint32_t netlink_port(const struct netlink *nl)
{
	return mnl_socket_get_portid(nl->socket);
}

struct nlmsghdr *netlink_message(void *room, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);

	m->nlmsg_type = type;
	m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	return m;
}

/* What the kernel said in words, behind the error code. NULL: nothing. */
static const char *kernel_words(const struct nlmsghdr *m)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);
	size_t offset = sizeof(*e);
	struct nlattr *attribute;

	if (!(m->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(m->nlmsg_flags & NLM_F_CAPPED))
		offset += NL_ALIGNED(e->msg.nlmsg_len) - sizeof(e->msg);
	NL_EACH(attribute, m, offset) {
		if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG && mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) >= 0)
			return mnl_attr_get_str(attribute);
	}
	return NULL;
}

/* One received buffer. 1: go on; 0: the answer is complete; below: a negative errno, `words` set. */
struct answer {
	uint32_t sequence;
	void (*each)(void *to, const struct nlmsghdr *m);
	void *to;
	const char *words;
};

static int take(struct answer *a, const void *room, int len)
{
	for (const struct nlmsghdr *m = room; mnl_nlmsg_ok(m, len); m = mnl_nlmsg_next(m, &len)) {
		if (m->nlmsg_seq != a->sequence)
			continue;
		if (m->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *e = mnl_nlmsg_get_payload(m);

			if (mnl_nlmsg_get_payload_len(m) < sizeof(*e))
				return -EBADMSG;
			if (e->error != 0)
				a->words = kernel_words(m);
			return e->error;
		}
		if (m->nlmsg_type == NLMSG_DONE)
			return 0;
		if (a->each && m->nlmsg_type >= NLMSG_MIN_TYPE)
			a->each(a->to, m);
	}
	return 1;
}

static int collect(struct netlink *nl, struct answer *a, void *room)
{
	for (;;) {
		ssize_t len = mnl_socket_recvfrom(nl->socket, room, ANSWER_ROOM);
		int outcome;

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		outcome = take(a, room, (int)len);
		if (outcome <= 0)
			return outcome;
	}
}

static bool converse(struct netlink *nl, const void *data, size_t len, struct answer *a, int *error, const char *what,
    struct reason *why, struct arena *arena)
{
	void *room = malloc(ANSWER_ROOM);
	int outcome;

	if (error)
		*error = 0;
	if (!room)
		return refuse_system(why, arena, ENOMEM, "%s", what);
	outcome = mnl_socket_sendto(nl->socket, data, len) < 0 ? -errno : collect(nl, a, room);
	if (outcome != 0) {
		if (error)
			*error = -outcome;
		refuse_system(why, arena, -outcome, "%s%s%s", what, a->words ? ": " : "", a->words ? a->words : "");
	}
	free(room);
	return outcome == 0;
}

bool netlink_talk(struct netlink *nl, struct nlmsghdr *message, void (*each)(void *to, const struct nlmsghdr *m), void *to,
    int *error, const char *what, struct reason *why, struct arena *arena)
{
	struct answer a = { .each = each, .to = to };

	message->nlmsg_seq = a.sequence = ++nl->sequence;
	message->nlmsg_flags |= NLM_F_ACK;
	return converse(nl, message, message->nlmsg_len, &a, error, what, why, arena);
}

/* A batch goes in one piece or not at all, and a socket's usual buffer (200 kB) holds some hundred rules only. */
static void make_room(struct netlink *nl, size_t len)
{
	int fd = mnl_socket_get_fd(nl->socket), have = 0, want = len < INT_MAX / 4 ? (int)len : INT_MAX / 4;
	socklen_t size = sizeof(have);

	if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &have, &size) == 0 && have / 2 > want)
		return;
	want += want / 2;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &want, sizeof(want)) < 0) /* past wmem_max only with rights */
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &want, sizeof(want));
}

bool netlink_batch(struct netlink *nl, struct bytes batch, const char *what, struct reason *why, struct arena *arena)
{
	struct answer a = { .sequence = nl->sequence };

	make_room(nl, batch.len);
	return converse(nl, batch.at, batch.len, &a, NULL, what, why, arena);
}

void netlink_put_addr(struct nlmsghdr *m, uint16_t attribute, const struct addr *a)
{
	mnl_attr_put(m, attribute, addr_len(a), a->ip);
}

bool netlink_get_addr(struct addr *a, const struct nlattr *attribute)
{
	return addr_from_bytes(a, bytes(mnl_attr_get_payload(attribute), mnl_attr_get_payload_len(attribute)));
}
