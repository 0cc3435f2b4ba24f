/* SPDX-License-Identifier: ISC */
/*
 * ICMP errors: "fragmentation needed", Packet Too Big, "administratively prohibited".
 */
#include "ipsec/icmp.h"

#include "iana/ip.h"
#include "ipsec/checksum.h"

enum {
	V4_UNREACHABLE = 3,
	V4_FRAGMENTATION_NEEDED = 4,
	V4_PROHIBITED = 13,
	V6_UNREACHABLE = 1,
	V6_PROHIBITED = 1,
	V6_TOO_BIG = 2,
	HOPS = 64,
	QUOTE_V4 = 548, /* RFC 1812 4.3.2.3: as much as fits 576 bytes */
};

/* 0.0.0.0/8, multicast, reserved and broadcast; ::, multicast. */
static bool one_host(const struct addr *a)
{
	if (a->family == ADDR_V4)
		return a->ip[0] != 0 && a->ip[0] < 224;
	return a->ip[0] != 0xff && !addr_unspecified(a);
}

static bool deserves(const struct packet *p)
{
	if ((p->fragment && !p->first) || !one_host(&p->key.source) || !one_host(&p->key.destination))
		return false;
	if (p->key.protocol == IP_PROTOCOL_ICMPV6) /* types below 128 are errors; one that cannot be seen may be one */
		return p->key.ports_known && p->key.source_port >> 8 >= 128;
	if (p->key.protocol == IP_PROTOCOL_ICMP) {
		unsigned type = p->key.source_port >> 8;

		return p->key.ports_known && type != 3 && type != 4 && type != 5 && type != 11 && type != 12;
	}
	return true;
}

static bool error_v4(struct writer *w, const struct packet *p, uint8_t code, uint16_t mtu)
{
	size_t quote = p->all.len < QUOTE_V4 ? p->all.len : QUOTE_V4;
	size_t total = IPV4_HEADER + 8 + quote;
	uint8_t *out = w->at + w->len;

	wr_u8(w, 0x45);
	wr_u8(w, 0xc0); /* RFC 1812 4.3.2.5: precedence of internetwork control */
	wr_u16(w, (uint16_t)total);
	wr_u32(w, 0); /* identification, offset */
	wr_u8(w, HOPS);
	wr_u8(w, IP_PROTOCOL_ICMP);
	wr_u16(w, 0);
	wr_bytes(w, addr_bytes(&p->key.destination));
	wr_bytes(w, addr_bytes(&p->key.source));
	wr_u8(w, V4_UNREACHABLE);
	wr_u8(w, code);
	wr_u32(w, 0); /* checksum, unused */
	wr_u16(w, mtu);
	wr_bytes(w, bytes(p->all.at, quote));
	if (!wr_ok(w))
		return false;
	checksum_ipv4(out, IPV4_HEADER);
	put_u16(out + 22, checksum_finish(checksum_add(0, bytes(out + IPV4_HEADER, total - IPV4_HEADER))));
	return true;
}

static bool error_v6(struct writer *w, const struct packet *p, uint8_t type, uint8_t code, uint32_t mtu)
{
	size_t quote = p->all.len < ICMP_ERROR_MAX - IPV6_HEADER - 8 ? p->all.len : ICMP_ERROR_MAX - IPV6_HEADER - 8;
	size_t body = 8 + quote;
	uint8_t *out = w->at + w->len;
	uint64_t sum;

	wr_u32(w, UINT32_C(6) << 28);
	wr_u16(w, (uint16_t)body);
	wr_u8(w, IP_PROTOCOL_ICMPV6);
	wr_u8(w, HOPS);
	wr_bytes(w, addr_bytes(&p->key.destination));
	wr_bytes(w, addr_bytes(&p->key.source));
	wr_u8(w, type);
	wr_u8(w, code);
	wr_u16(w, 0);
	wr_u32(w, mtu);
	wr_bytes(w, bytes(p->all.at, quote));
	if (!wr_ok(w))
		return false;
	sum = checksum_pseudo(&p->key.destination, &p->key.source, IP_PROTOCOL_ICMPV6, (uint32_t)body);
	put_u16(out + IPV6_HEADER + 2, checksum_finish(checksum_add(sum, bytes(out + IPV6_HEADER, body))));
	return true;
}

bool icmp_too_big(struct writer *w, const struct packet *p, uint32_t mtu)
{
	if (!deserves(p))
		return false;
	if (p->key.source.family == ADDR_V4)
		return error_v4(w, p, V4_FRAGMENTATION_NEEDED, (uint16_t)(mtu < 65535 ? mtu : 65535));
	return error_v6(w, p, V6_TOO_BIG, 0, mtu);
}

bool icmp_prohibited(struct writer *w, const struct packet *p)
{
	if (!deserves(p))
		return false;
	if (p->key.source.family == ADDR_V4)
		return error_v4(w, p, V4_PROHIBITED, 0);
	return error_v6(w, p, V6_UNREACHABLE, V6_PROHIBITED, 0);
}
