/* SPDX-License-Identifier: ISC */
/*
 * Transport mode's headers.
 */
#include "ipsec/transport.h"

#include "base/writer.h"
#include "iana/ip.h"
#include "ipsec/checksum.h"

#define HOPS 64u
#define PROTOCOL_DCCP 33u
#define HOP_BY_HOP 0u

enum drop transport_strip(const struct packet *p, struct bytes *payload, uint8_t *next)
{
	bool four = p->key.source.family == ADDR_V4;
	size_t head = four ? IPV4_HEADER : IPV6_HEADER;

	if (p->fragment || (four && p->header_len > IPV4_HEADER))
		return DROP_UNSUPPORTED;
	*next = p->all.at[four ? 9 : 6];
	if (!four && (*next == HOP_BY_HOP || *next == IP_PROTOCOL_IPV6_ROUTE || *next == IP_PROTOCOL_IPV6_FRAG))
		return DROP_UNSUPPORTED;
	*payload = bytes(p->all.at + head, p->all.len - head);
	return DROP_NONE;
}

struct bytes transport_build(uint8_t *payload, size_t len, uint8_t next, uint8_t tos, const struct addr *from, const struct addr *to)
{
	size_t head = transport_header_len(from->family), total = head + len;
	struct writer w = writer(payload - head, head);

	if (from->family != to->family || (from->family == ADDR_V4 ? total : len) > UINT16_MAX)
		return bytes_none();
	if (from->family == ADDR_V4) {
		wr_u8(&w, 0x45);
		wr_u8(&w, tos);
		wr_u16(&w, (uint16_t)total);
		wr_u32(&w, 0); /* identification, offset: it is whole */
		wr_u8(&w, HOPS);
		wr_u8(&w, next);
		wr_u16(&w, 0);
	} else {
		wr_u32(&w, UINT32_C(6) << 28 | (uint32_t)tos << 20);
		wr_u16(&w, (uint16_t)len);
		wr_u8(&w, next);
		wr_u8(&w, HOPS);
	}
	wr_bytes(&w, addr_bytes(from));
	wr_bytes(&w, addr_bytes(to));
	if (from->family == ADDR_V4)
		checksum_ipv4(payload - head, head);
	return bytes(payload - head, total);
}

/* Where the checksum stands in the transport's header; 0: it has none that covers addresses. */
static size_t checksum_place(uint8_t protocol)
{
	switch (protocol) {
	case IP_PROTOCOL_TCP: return 16;
	case IP_PROTOCOL_UDP:
	case IP_PROTOCOL_UDPLITE:
	case PROTOCOL_DCCP: return 6;
	case IP_PROTOCOL_ICMPV6: return 2;
	default: return 0;
	}
}

static uint16_t sum_of(const struct addr *a)
{
	return (uint16_t)~checksum_finish(checksum_add(0, addr_bytes(a)));
}

void transport_repair(uint8_t *at, const struct packet *p, const struct addr *from, const struct addr *to)
{
	size_t place = checksum_place(p->key.protocol);
	uint8_t *field = at + p->header_len + place;
	uint16_t sum;

	if (place == 0 || p->fragment || p->all.len < p->header_len + place + 2)
		return;
	sum = get_u16(field);
	if (sum == 0 && p->key.protocol == IP_PROTOCOL_UDP)
		return; /* there is none */
	if (!addr_unspecified(from))
		sum = checksum_adjust(sum, sum_of(from), sum_of(&p->key.source));
	if (!addr_unspecified(to))
		sum = checksum_adjust(sum, sum_of(to), sum_of(&p->key.destination));
	if (sum == 0 && p->key.protocol == IP_PROTOCOL_UDP)
		sum = 0xffff; /* RFC 768 */
	put_u16(field, sum);
}
