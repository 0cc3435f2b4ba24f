/* SPDX-License-Identifier: ISC */
/*
 * Cutting an IPv4 packet without DF into fragments before ESP (RFC 791 3.2, RFC 4301 section 7), so that the outer packets need
 * no fragments.
 */
#pragma once

#include "ipsec/packet.h"

struct fragmenter {
	const struct packet *packet; /* borrows; IPv4, DF clear */
	size_t mtu, done;            /* payload bytes already given */
};

/* False when `mtu` cannot carry the header and eight bytes. */
bool fragment_start(struct fragmenter *f, const struct packet *packet, size_t mtu);
/* Writes the next fragment to `out` (`mtu` bytes of room) and gives its length; 0: that was all. */
size_t fragment_next(struct fragmenter *f, uint8_t *out);
