/* SPDX-License-Identifier: ISC */
/*
 * Sizes: how long a packet becomes on the way out, and how long one may be to fit. RFC 4303 2.4, RFC 4301 8.2.
 */
#pragma once

#include "ipsec/child.h"

/* IPv6 demands that every link carry this much (RFC 8200 section 5); no inner IPv6 packet up to it is ever refused. */
#define MTU_IPV6_MIN 1280u
#define MTU_IPV4_MIN 576u
#define UDP_HEADER 8u
#define ESP_HEADER 8u
#define ESP_ALIGN 4u

/* What ESP makes of an inner packet: the ESP header up to the ICV. `next` is a packet of its own, padding is the least. */
size_t mtu_esp_len(const struct suite *suite, size_t inner);
/* The whole outer packet. */
size_t mtu_outer_len(const struct suite *suite, uint8_t outer_family, enum child_encap encap, size_t inner);
/* The longest inner packet whose outer packet is at most `outer` bytes; 0 when none is. */
size_t mtu_inner(const struct suite *suite, uint8_t outer_family, enum child_encap encap, size_t outer);
