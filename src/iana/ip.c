/* SPDX-License-Identifier: ISC */
/* Made by tools/iana from tools/iana.d/ip-*.tsv: change those. */
#include "iana/ip.h"

#include <stddef.h>

const char *iana_ip_protocol_name(unsigned number)
{
	switch (number) {
	case IP_PROTOCOL_ICMP: return "icmp";
	case IP_PROTOCOL_IGMP: return "igmp";
	case IP_PROTOCOL_IPV4: return "ipip";
	case IP_PROTOCOL_TCP: return "tcp";
	case IP_PROTOCOL_UDP: return "udp";
	case IP_PROTOCOL_IPV6: return "ipv6";
	case IP_PROTOCOL_IPV6_ROUTE: return "ipv6-route";
	case IP_PROTOCOL_IPV6_FRAG: return "ipv6-frag";
	case IP_PROTOCOL_RSVP: return "rsvp";
	case IP_PROTOCOL_GRE: return "gre";
	case IP_PROTOCOL_ESP: return "esp";
	case IP_PROTOCOL_AH: return "ah";
	case IP_PROTOCOL_ICMPV6: return "ipv6-icmp";
	case IP_PROTOCOL_IPV6_NONXT: return "ipv6-nonxt";
	case IP_PROTOCOL_IPV6_OPTS: return "ipv6-opts";
	case IP_PROTOCOL_EIGRP: return "eigrp";
	case IP_PROTOCOL_OSPF: return "ospf";
	case IP_PROTOCOL_ETHERIP: return "etherip";
	case IP_PROTOCOL_PIM: return "pim";
	case IP_PROTOCOL_IPCOMP: return "ipcomp";
	case IP_PROTOCOL_VRRP: return "vrrp";
	case IP_PROTOCOL_L2TP: return "l2tp";
	case IP_PROTOCOL_SCTP: return "sctp";
	case IP_PROTOCOL_MOBILITY: return "mobility-header";
	case IP_PROTOCOL_UDPLITE: return "udplite";
	case IP_PROTOCOL_MPLS_IN_IP: return "mpls-in-ip";
	case IP_PROTOCOL_HIP: return "hip";
	case IP_PROTOCOL_SHIM6: return "shim6";
	default: return NULL;
	}
}
