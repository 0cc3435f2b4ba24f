/* SPDX-License-Identifier: ISC */
/*
 * Batches of datagrams with their addresses and TOS bytes.
 */
#include "linux/datagram.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <unistd.h>

#include "linux/system.h"

#define BUFFER_BYTES (8 << 20)

socklen_t sockaddr_of(struct sockaddr_storage *out, const struct endpoint *e)
{
	memset(out, 0, sizeof(*out));
	if (e->addr.family == ADDR_V4) {
		struct sockaddr_in *in = (struct sockaddr_in *)out;

		in->sin_family = AF_INET;
		in->sin_port = htons(e->port);
		memcpy(&in->sin_addr, e->addr.ip, 4);
		return sizeof(*in);
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(e->port);
		memcpy(&in6->sin6_addr, e->addr.ip, 16);
		return sizeof(*in6);
	}
}

bool endpoint_of(struct endpoint *out, const struct sockaddr_storage *from)
{
	*out = (struct endpoint){ 0 };
	if (from->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)from;

		out->port = ntohs(in->sin_port);
		return addr_from_bytes(&out->addr, bytes(&in->sin_addr, 4));
	}
	if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;

		out->port = ntohs(in6->sin6_port);
		return addr_from_bytes(&out->addr, bytes(&in6->sin6_addr, 16));
	}
	return false;
}

static bool set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

/* The limits of rmem_max and wmem_max do not bind those with CAP_NET_ADMIN; without it we take what we get. */
static void set_buffers(int fd)
{
	if (!set(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES))
		(void)set(fd, SOL_SOCKET, SO_RCVBUF, BUFFER_BYTES);
	if (!set(fd, SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES / 2))
		(void)set(fd, SOL_SOCKET, SO_SNDBUF, BUFFER_BYTES / 2);
}

int socket_new(uint8_t family, int type, int protocol, uint32_t mark, const char *what, struct reason *why,
    struct arena *arena)
{
	bool four = family == ADDR_V4;
	int fd = socket(four ? AF_INET : AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	if (fd < 0) {
		refuse_system(why, arena, errno, "%s: socket", what);
		return -1;
	}
	set_buffers(fd);
	if (!(four ? set(fd, IPPROTO_IP, IP_PKTINFO, 1) && set(fd, IPPROTO_IP, IP_RECVTOS, 1) :
	             set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) && set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1) &&
	        (type == SOCK_RAW || set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)))) {
		refuse_system(why, arena, errno, "%s: socket options", what);
		socket_close(fd);
		return -1;
	}
	if (mark != 0 && !set(fd, SOL_SOCKET, SO_MARK, (int)mark)) {
		refuse_system(why, arena, errno, "%s: mark of the socket", what);
		socket_close(fd);
		return -1;
	}
	socket_set_df(fd, family, false);
	return fd;
}

void socket_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

void socket_set_df(int fd, uint8_t family, bool df)
{
	if (family == ADDR_V4)
		(void)set(fd, IPPROTO_IP, IP_MTU_DISCOVER, df ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
	else
		(void)set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, df ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT);
}

/* --- receive --- */

union control {
	char room[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static void read_control(struct datagram *d, struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			addr_from_bytes(&d->local.addr, bytes(&info.ipi_addr, 4));
			d->interface = (uint32_t)info.ipi_ifindex;
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			addr_from_bytes(&d->local.addr, bytes(&info.ipi6_addr, 16));
			d->interface = info.ipi6_ifindex;
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) {
			d->tos = *CMSG_DATA(c);
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS) {
			int tos;

			memcpy(&tos, CMSG_DATA(c), sizeof(tos));
			d->tos = (uint8_t)tos;
		}
	}
}

size_t socket_receive(int fd, struct datagram *d, size_t count)
{
	struct mmsghdr messages[SOCKET_BATCH];
	struct sockaddr_storage from[SOCKET_BATCH];
	union control control[SOCKET_BATCH];
	struct iovec parts[SOCKET_BATCH];
	int came;

	if (count > SOCKET_BATCH)
		count = SOCKET_BATCH;
	for (size_t i = 0; i < count; i++) {
		parts[i] = (struct iovec){ d[i].at, d[i].cap };
		messages[i] = (struct mmsghdr){ .msg_hdr = { .msg_name = &from[i], .msg_namelen = sizeof(from[i]),
			.msg_iov = &parts[i], .msg_iovlen = 1, .msg_control = &control[i], .msg_controllen = sizeof(control[i]) } };
	}
	came = recvmmsg(fd, messages, (unsigned)count, MSG_DONTWAIT, NULL);
	if (came <= 0)
		return 0;
	for (size_t i = 0; i < (size_t)came; i++) {
		d[i].len = messages[i].msg_len;
		d[i].cut = messages[i].msg_hdr.msg_flags & MSG_TRUNC;
		d[i].interface = 0;
		d[i].tos = 0;
		d[i].local.addr = (struct addr){ 0 };
		endpoint_of(&d[i].remote, &from[i]);
		read_control(&d[i], &messages[i].msg_hdr);
	}
	return (size_t)came;
}

unsigned socket_backlog(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len) != 0 || info[SK_MEMINFO_RCVBUF] == 0)
		return 0;
	return (unsigned)((uint64_t)info[SK_MEMINFO_RMEM_ALLOC] * 100 / info[SK_MEMINFO_RCVBUF]);
}

/* --- send --- */

static void put_control(struct msghdr *m, int level, int type, const void *data, size_t len)
{
	struct cmsghdr *c = (struct cmsghdr *)(void *)((char *)m->msg_control + m->msg_controllen);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	m->msg_controllen += CMSG_SPACE(len);
}

static void write_control(struct msghdr *m, union control *room, const struct datagram *d)
{
	int tos = d->tos;

	memset(room, 0, sizeof(*room));
	m->msg_control = room;
	m->msg_controllen = 0;
	if (d->remote.addr.family == ADDR_V4) {
		struct in_pktinfo info = { .ipi_ifindex = (int)d->interface };

		if (d->local.addr.family == ADDR_V4)
			memcpy(&info.ipi_spec_dst, d->local.addr.ip, 4);
		put_control(m, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
		if (tos)
			put_control(m, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	} else {
		struct in6_pktinfo info = { .ipi6_ifindex = d->interface };

		if (d->local.addr.family == ADDR_V6)
			memcpy(&info.ipi6_addr, d->local.addr.ip, 16);
		put_control(m, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
		if (tos)
			put_control(m, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
	}
}

size_t socket_send(int fd, struct datagram *d, size_t count, int *error)
{
	struct mmsghdr messages[SOCKET_BATCH];
	struct sockaddr_storage to[SOCKET_BATCH];
	union control control[SOCKET_BATCH];
	struct iovec parts[SOCKET_BATCH][2];
	int sent;

	*error = 0;
	if (count > SOCKET_BATCH)
		count = SOCKET_BATCH;
	for (size_t i = 0; i < count; i++) {
		size_t n = 0;

		messages[i] = (struct mmsghdr){ .msg_hdr = { .msg_name = &to[i], .msg_iov = parts[i] } };
		messages[i].msg_hdr.msg_namelen = sockaddr_of(&to[i], &d[i].remote);
		if (d[i].remote.addr.family == ADDR_V6 && d[i].remote.addr.ip[0] == 0xfe && (d[i].remote.addr.ip[1] & 0xc0) == 0x80)
			((struct sockaddr_in6 *)&to[i])->sin6_scope_id = d[i].interface; /* link-local */
		if (d[i].marker.len > 0)
			parts[i][n++] = (struct iovec){ (void *)(uintptr_t)d[i].marker.at, d[i].marker.len };
		parts[i][n++] = (struct iovec){ d[i].at, d[i].len };
		messages[i].msg_hdr.msg_iovlen = n;
		write_control(&messages[i].msg_hdr, &control[i], &d[i]);
	}
	do
		sent = sendmmsg(fd, messages, (unsigned)count, MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	if (sent < 0) {
		*error = errno;
		return 0;
	}
	if ((size_t)sent < count) /* the error of the next one comes with the next call */
		*error = EAGAIN;
	return (size_t)sent;
}
