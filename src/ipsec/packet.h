/* SPDX-License-Identifier: ISC */
/*
 * What the headers of an IP packet say: enough for a policy look-up, and not one byte read outside.
 *
 * Next layer protocol: what follows the IPv6 extension headers hop-by-hop, routing, fragment and destination options
 * (RFC 4301 4.4.1.1); AH and ESP are protocols of their own. At most 16 extension headers are walked; a packet with more is
 * malformed. Fragments: only the first one has ports (RFC 4301 section 7); the others, and a first one that is too short,
 * have `ports_known` false and fit only selectors with ports ANY or OPAQUE.
 */
#pragma once

#include "ipsec/child.h"

#define PACKET_MAX 65535u
#define IPV4_HEADER 20u
#define IPV6_HEADER 40u

struct packet {
	struct bytes all;       /* the packet without what lies behind its end (TFC padding); borrows */
	uint8_t tos;            /* DSCP and ECN */
	bool dont_fragment;     /* IPv4's DF; IPv6: always */
	bool fragment, first;   /* a fragment; the one with offset 0 */
	uint16_t header_len;    /* up to the next layer's header */
	struct packet_key key;
};

/* DROP_NONE; RUNT: shorter than its headers; MALFORMED: fields contradict each other; UNSUPPORTED: neither IPv4 nor IPv6. */
enum drop packet_parse(struct packet *p, struct bytes data);
/* Sets DSCP and ECN, and repairs the IPv4 checksum. `at` is the packet that `p` was parsed from. */
void packet_set_tos(uint8_t *at, struct packet *p, uint8_t tos);
