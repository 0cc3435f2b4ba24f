/* SPDX-License-Identifier: ISC */
/*
 * The maximum segment size of TCP, clamped in SYNs so that no segment is too long for the tunnel. RFC 9293 3.7.1.
 */
#pragma once

#include "ipsec/packet.h"

/*
 * Lowers the MSS option of a TCP SYN to what fits `mtu`, and repairs the checksum; true when it changed something. A SYN
 * without the option is left alone (its segments have 536 bytes at most; 1220 with IPv6). `at` is the packet that `p` was
 * parsed from; a packet that is no whole SYN is left alone.
 */
bool mss_clamp(uint8_t *at, const struct packet *p, size_t mtu);
