/* SPDX-License-Identifier: ISC */
/*
 * Datagram sockets as the data plane uses them: batches, with the local address, the interface and the TOS byte of each packet.
 *
 * The sockets of udpsock.h and rawesp.h are received from and sent to with these. Nothing blocks.
 */
#pragma once

#include <sys/socket.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/reason.h"

#define SOCKET_BATCH 32u

struct datagram {
	struct endpoint local, remote; /* local.port is the socket's own */
	uint32_t interface;            /* received: index; to send: 0, or the interface to leave by */
	uint8_t tos;                   /* DSCP and ECN of the IP header */
	bool cut;                      /* received: longer than `cap` */
	struct bytes marker;           /* to send: goes before the data; or none */
	uint8_t *at;
	size_t cap, len;
};

/* Creates and configures what both kinds need: nonblocking, packet info, TOS, mark, large buffers. -1 with a reason. */
int socket_new(uint8_t family, int type, int protocol, uint32_t mark, const char *what, struct reason *why,
               struct arena *arena);
void socket_close(int fd); /* -1 is fine */

/* Up to `count` (at most SOCKET_BATCH) datagrams; each `at` and `cap` are given. Gives how many came; 0: none now, or an error. */
size_t socket_receive(int fd, struct datagram *d, size_t count);
/* How full its receive buffer is, in per cent; 0 also when that is not known. */
unsigned socket_backlog(int fd);
/* Sends in order; gives how many the system took. When fewer than `count`, *error tells why the next one was refused. */
size_t socket_send(int fd, struct datagram *d, size_t count, int *error);
/* Don't-fragment for all that is sent from now on; with it, what exceeds the path MTU is refused with EMSGSIZE. */
void socket_set_df(int fd, uint8_t family, bool df);

socklen_t sockaddr_of(struct sockaddr_storage *out, const struct endpoint *e);
bool endpoint_of(struct endpoint *out, const struct sockaddr_storage *from);
