/* SPDX-License-Identifier: ISC */
/*
 * The addresses of this host.
 */
#pragma once

#include "linux/nl.h"

struct local_addrs {
	size_t count;
	struct addr *list;    /* owned */
	uint32_t *interfaces; /* owned: the index of each one's interface */
};
/* All addresses but those of the loopback net and tentative ones. False with a reason; `out` is then empty. */
bool local_addrs_read(struct netlink *nl, struct local_addrs *out, struct reason *why, struct arena *arena);
bool local_addrs_equal(const struct local_addrs *a, const struct local_addrs *b); /* in the same order, on the same interfaces */
void local_addrs_clear(struct local_addrs *l);
/* The first that lies in first..last; false: none does. */
bool local_addrs_within(const struct local_addrs *l, const struct addr *first, const struct addr *last, struct addr *out);
