/* SPDX-License-Identifier: ISC */
/*
 * The outbound policy database: what is to be done with a packet (RFC 4301 4.4.1, 5.1).
 *
 * Each pair of an entry's local and remote selectors is one row. Rows are ordered: lower priority number first, then the kind, then
 * the newest. A number that the configuration names is taken as it is; one that is computed is smaller the fewer packets the
 * row covers (longer prefixes, then protocol, then ports) and never below the base of its kind, so that named ones go first, and
 * PASS before Child SAs before traps before DROP, as in strongSwan.
 *
 * The look-up gives what a walk through all rows in that order would give, but asks a hash table once for each pair of prefix
 * lengths that occurs: rows are filed under the smallest prefixes around their ranges. Hashes are keyed, since peers choose selectors.
 * Selectors borrow from the owner for as long as its entry is in the database.
 */
#pragma once

#include "ipsec/child.h"

#define SPD_PAIRS_MAX 4096u /* of one entry */

enum spd_kind { SPD_PASS, SPD_SA, SPD_TRAP, SPD_DROP };

struct spd_row;

struct spd_entry { /* lies inside the owner's object; zeroed but for `kind` */
	enum spd_kind kind;
	struct spd_row *rows; /* the database's */
};

/* A pair of prefix lengths that occurs. */
struct spd_shape {
	uint8_t family, local_bits, remote_bits;
	uint32_t rows;
};

struct spd {
	struct spd_row **buckets; /* owned; a power of two */
	struct spd_shape *shapes; /* owned */
	size_t count, bucket_count, shape_count, shape_cap;
	uint64_t age;
	uint8_t seed[16];
	bool seeded;
};

bool spd_start(struct spd *spd); /* makes the seed; adding does it, too. False: no randomness */
uint32_t spd_priority(enum spd_kind kind, const struct selector *local, const struct selector *remote);
/* `priority` 0: computed. False: out of memory or randomness, or too many pairs; nothing was added. */
bool spd_add(struct spd *spd, struct spd_entry *entry, const struct selectors *local, const struct selectors *remote,
             uint32_t priority);
/* Makes it the newest. Needs no memory. */
void spd_renew(struct spd *spd, struct spd_entry *entry);
void spd_remove(struct spd *spd, struct spd_entry *entry);
/* The entry of the first row that fits an outbound packet; NULL: none. */
struct spd_entry *spd_find(const struct spd *spd, const struct packet_key *key);
void spd_clear(struct spd *spd);
