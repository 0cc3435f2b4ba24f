/* SPDX-License-Identifier: ISC */
/*
 * Routes and rules, marked as ours by their protocol number, so that the next start can remove what a killed one left.
 *
 * All take an open NETLINK_ROUTE socket. Adding what is already there, and removing what is gone, is success.
 */
#pragma once

#include "linux/nl.h"

#define ROUTE_PROTOCOL 173u /* 0xad, of routes and rules: nobody's in rt_protos */

struct route {
	struct prefix to;
	uint32_t table;
	uint32_t interface; /* 0: a throw route: the look-up goes on with the next rule */
	struct addr source; /* preferred; ADDR_NONE: none */
	uint32_t mtu;       /* 0: the interface's */
};
bool route_equal(const struct route *a, const struct route *b);
bool route_add(struct netlink *nl, const struct route *r, struct reason *why, struct arena *arena); /* replaces */
void route_remove(struct netlink *nl, const struct route *r, struct arena *arena);

enum rule_action { RULE_LOOKUP, RULE_GOTO, RULE_NOP };

struct rule {
	uint8_t family;
	uint32_t priority;
	enum rule_action action;
	uint32_t table;              /* LOOKUP */
	uint32_t target;             /* GOTO: a priority */
	uint32_t mark;               /* 0: any */
	bool local_only;             /* packets that this host makes */
	struct prefix from, to;      /* family ADDR_NONE: any */
	uint8_t protocol;            /* 0: any */
	uint16_t source_port[2], destination_port[2]; /* first, last; 0, 0: any */
};
bool rule_equal(const struct rule *a, const struct rule *b);
bool rule_add(struct netlink *nl, const struct rule *r, struct reason *why, struct arena *arena);
void rule_remove(struct netlink *nl, const struct rule *r, struct arena *arena);

/* Removes every rule, and every route of `table` and `table` + 1, that carries our protocol number. */
void route_clean(struct netlink *nl, uint32_t table, struct arena *arena);

struct route_answer {
	struct addr source;
	uint32_t interface, mtu;
	bool local; /* the destination is an address of this host */
};
/* What the kernel would do with a packet of ours (`mark`) to `to`. NO_ADDRESS: there is no route. */
bool route_get(struct netlink *nl, const struct addr *to, uint32_t mark, struct route_answer *out, struct reason *why,
               struct arena *arena);

/* Interface: MTU (0: as it is), a queue for some ms, and up; no IPv6 addresses of its own making. */
bool link_up(struct netlink *nl, uint32_t interface, uint32_t mtu, struct reason *why, struct arena *arena);
