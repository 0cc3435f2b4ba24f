/* SPDX-License-Identifier: ISC */
/*
 * Netlink requests with their answers, over libmnl; the kernel's own words (NETLINK_EXT_ACK) go into the reason.
 */
#pragma once

#include <libmnl/libmnl.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/reason.h"

#define NETLINK_ROOM 8192u
#define NL_ALIGNED(len) (((len) + 3u) & ~3u) /* MNL_ALIGN without its sign */

/* The attributes of a message behind its `offset` bytes of family header; those inside a nested one. */
#define NL_EACH(a, m, offset) \
	for ((a) = mnl_nlmsg_get_payload_offset((m), (offset)); \
	     mnl_attr_ok((a), (int)((const char *)mnl_nlmsg_get_payload_tail(m) - (const char *)(a))); (a) = mnl_attr_next(a))
#define NL_EACH_NESTED(a, nest) \
	for ((a) = mnl_attr_get_payload(nest); \
	     mnl_attr_ok((a), (int)((const char *)mnl_attr_get_payload(nest) + mnl_attr_get_payload_len(nest) - (const char *)(a))); \
	     (a) = mnl_attr_next(a))

struct netlink {
	struct mnl_socket *socket; /* owned */
	uint32_t sequence;
};

bool netlink_open(struct netlink *nl, int bus, struct reason *why, struct arena *arena);
void netlink_close(struct netlink *nl);
uint32_t netlink_port(const struct netlink *nl); /* by which the system tells others what was asked for here */

/* Starts a message in `room` (NETLINK_ROOM bytes): NLM_F_REQUEST and `flags`. */
struct nlmsghdr *netlink_message(void *room, uint16_t type, uint16_t flags);
/*
 * Sends one message and takes the answers: `each` (or NULL) gets every message but errors and acknowledgements. False with a
 * reason: the kernel refused; `*error` (or NULL) gets the errno value, so that callers can accept EEXIST and the like.
 */
bool netlink_talk(struct netlink *nl, struct nlmsghdr *message, void (*each)(void *to, const struct nlmsghdr *m), void *to,
                  int *error, const char *what, struct reason *why, struct arena *arena);
/* Sends a batch whose last message wants an acknowledgement (nftables transactions). */
bool netlink_batch(struct netlink *nl, struct bytes batch, const char *what, struct reason *why, struct arena *arena);

void netlink_put_addr(struct nlmsghdr *m, uint16_t attribute, const struct addr *a);
/* The address in an attribute; false when its length fits no family. */
bool netlink_get_addr(struct addr *a, const struct nlattr *attribute);
