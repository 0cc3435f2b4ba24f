/* SPDX-License-Identifier: ISC */
/*
 * Transport mode: the IP header of a packet goes off before ESP and comes back behind it. RFC 4303 3.1.1, RFC 3948 3.1.
 *
 * The system makes the outer header, which is the packet's own one in this mode: what cannot be made so is refused. These are IPv4
 * options, fragments (RFC 4303 3.3.4: whole datagrams only), and the IPv6 headers that stand before ESP (hop-by-hop, routing).
 */
#pragma once

#include "ipsec/packet.h"

/* What ESP carries of `p`, and the next header that it names. DROP_UNSUPPORTED: see above. */
enum drop transport_strip(const struct packet *p, struct bytes *payload, uint8_t *next);

/* Room that transport_build wants before the payload. */
static inline size_t transport_header_len(uint8_t family)
{
	return family == ADDR_V4 ? IPV4_HEADER : IPV6_HEADER;
}
/* Writes the IP header right before `payload` (with room there) and gives the packet; empty: it would be too long. */
struct bytes transport_build(uint8_t *payload, size_t len, uint8_t next, uint8_t tos, const struct addr *from, const struct addr *to);
/*
 * The checksum of TCP, UDP, UDP-Lite, DCCP and ICMPv6 covers addresses, and a NAT has changed them under ESP's eyes: repaired for those
 * of the header. `from`, `to`: those that the sender knew; unspecified: as in the header. `at` is the packet that `p` was parsed from.
 */
void transport_repair(uint8_t *at, const struct packet *p, const struct addr *from, const struct addr *to);
