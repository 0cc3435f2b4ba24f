/* SPDX-License-Identifier: ISC */
/*
 * The IP protocol numbers that a traffic selector may name.
 *
 * Made by tools/iana from tools/iana.d/ip-*.tsv: change those. Each function gives the name of a number
 * as the registry has it, or NULL for a number that it does not know: numbers from outside may be anything.
 */
#pragma once

/* Internet Protocol Numbers that a traffic selector may name. */
enum ip_protocol {
	IP_PROTOCOL_ICMP = 1,         /* RFC 792 */
	IP_PROTOCOL_IGMP = 2,         /* RFC 1112 */
	IP_PROTOCOL_IPV4 = 4,         /* RFC 2003 */
	IP_PROTOCOL_TCP = 6,          /* RFC 9293 */
	IP_PROTOCOL_UDP = 17,         /* RFC 768 */
	IP_PROTOCOL_IPV6 = 41,        /* RFC 2473 */
	IP_PROTOCOL_IPV6_ROUTE = 43,  /* RFC 8200 */
	IP_PROTOCOL_IPV6_FRAG = 44,   /* RFC 8200 */
	IP_PROTOCOL_RSVP = 46,        /* RFC 2205 */
	IP_PROTOCOL_GRE = 47,         /* RFC 2784 */
	IP_PROTOCOL_ESP = 50,         /* RFC 4303 */
	IP_PROTOCOL_AH = 51,          /* RFC 4302 */
	IP_PROTOCOL_ICMPV6 = 58,      /* RFC 4443 */
	IP_PROTOCOL_IPV6_NONXT = 59,  /* RFC 8200 */
	IP_PROTOCOL_IPV6_OPTS = 60,   /* RFC 8200 */
	IP_PROTOCOL_EIGRP = 88,       /* RFC 7868 */
	IP_PROTOCOL_OSPF = 89,        /* RFC 2328 */
	IP_PROTOCOL_ETHERIP = 97,     /* RFC 3378 */
	IP_PROTOCOL_PIM = 103,        /* RFC 7761 */
	IP_PROTOCOL_IPCOMP = 108,     /* RFC 3173 */
	IP_PROTOCOL_VRRP = 112,       /* RFC 9568 */
	IP_PROTOCOL_L2TP = 115,       /* RFC 3931 */
	IP_PROTOCOL_SCTP = 132,       /* RFC 9260 */
	IP_PROTOCOL_MOBILITY = 135,   /* RFC 6275 */
	IP_PROTOCOL_UDPLITE = 136,    /* RFC 3828 */
	IP_PROTOCOL_MPLS_IN_IP = 137, /* RFC 4023 */
	IP_PROTOCOL_HIP = 139,        /* RFC 7401 */
	IP_PROTOCOL_SHIM6 = 140,      /* RFC 5533 */
};
const char *iana_ip_protocol_name(unsigned number);
