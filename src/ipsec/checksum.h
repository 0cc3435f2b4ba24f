/* SPDX-License-Identifier: ISC */
/*
 * The Internet checksum: RFC 1071, and its repair after a change: RFC 1624.
 *
 * A running sum is 64 bits of network-order 16-bit words, not yet folded; an odd last byte counts as if a zero followed,
 * so only the last piece may be odd.
 */
#pragma once

#include "base/addr.h"
#include "base/bytes.h"

uint64_t checksum_add(uint64_t sum, struct bytes data);
/* The pseudo-header of TCP, UDP and ICMPv6 (RFC 793, RFC 8200 8.1). `len`: of the transport header and its data. */
uint64_t checksum_pseudo(const struct addr *from, const struct addr *to, uint8_t protocol, uint32_t len);
/* What goes into the header: folded and inverted. */
uint16_t checksum_finish(uint64_t sum);
/* The checksum field `old`, when one 16-bit word behind it changes (RFC 1624, equation 3). */
uint16_t checksum_adjust(uint16_t old, uint16_t was, uint16_t becomes);
/* Sets the header checksum of an IPv4 header of `header_len` bytes. */
void checksum_ipv4(uint8_t *header, size_t header_len);
