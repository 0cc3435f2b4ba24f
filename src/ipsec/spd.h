/* SPDX-License-Identifier: ISC */
/*
 * The outbound policy database: which Child SA a packet belongs to (RFC 4301 4.4.1, 5.1).
 *
 * Each pair of a Child SA's local and remote selectors is one row. Rows are ordered: lower priority number first, then the
 * newest. A number that the configuration names is taken as it is; one that is computed is smaller the fewer packets the
 * row covers (longer prefixes, then protocol, then ports) and never below SPD_COMPUTED, so that named ones go first, as in strongSwan.
 * The look-up goes through the rows in order. Selectors borrow from the owner for as long as it is in the database.
 */
#pragma once

#include "ipsec/child.h"

#define SPD_PAIRS_MAX 4096u /* of one Child SA */
#define SPD_COMPUTED 200000u

struct spd_row {
	const struct selector *local, *remote; /* borrow */
	uint32_t priority;
	uint64_t age;  /* of the add; greater is newer */
	void *owner;
};

struct spd {
	struct spd_row *rows; /* owned, in order */
	size_t count, cap;
	uint64_t age;
};

uint32_t spd_priority(const struct selector *local, const struct selector *remote);
/* `priority` 0: computed. False: out of memory, or too many pairs. */
bool spd_add(struct spd *spd, void *owner, const struct selectors *local, const struct selectors *remote, uint32_t priority);
void spd_remove(struct spd *spd, const void *owner);
/* The owner of the first row that fits an outbound packet; NULL: none. */
void *spd_find(const struct spd *spd, const struct packet_key *key);
void spd_clear(struct spd *spd);
