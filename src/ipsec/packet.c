/* SPDX-License-Identifier: ISC */
/*
 * IPv4 and IPv6 headers to a packet key. RFC 791, RFC 8200, RFC 4301 4.4.1.1 and section 7.
 */
#include "ipsec/packet.h"

#include "base/reader.h"
#include "iana/ip.h"
#include "ipsec/checksum.h"

#define EXTENSIONS_MAX 16

enum {
	HOP_BY_HOP = 0,
	PROTOCOL_DCCP = 33,
};

static bool has_ports(uint8_t protocol)
{
	return protocol == IP_PROTOCOL_TCP || protocol == IP_PROTOCOL_UDP || protocol == IP_PROTOCOL_SCTP ||
	    protocol == IP_PROTOCOL_UDPLITE || protocol == PROTOCOL_DCCP;
}

/* RFC 4301 4.4.1.1: ports; ICMP: type and code; Mobility Header: its type in the high byte. */
static void read_ports(struct packet_key *key, struct reader r)
{
	uint16_t first, second = 0;

	if (has_ports(key->protocol)) {
		first = rd_u16(&r);
		second = rd_u16(&r);
	} else if (key->protocol == IP_PROTOCOL_ICMP || key->protocol == IP_PROTOCOL_ICMPV6) {
		first = second = rd_u16(&r);
	} else if (key->protocol == IP_PROTOCOL_MOBILITY) {
		(void)rd_u16(&r);
		first = second = (uint16_t)(rd_u8(&r) << 8);
	} else {
		return;
	}
	if (!rd_ok(&r))
		return;
	key->ports_known = true;
	key->source_port = first;
	key->destination_port = second;
}

/* RFC 791 3.1. */
static enum drop parse_v4(struct packet *p, struct bytes data)
{
	struct reader r = reader(data);
	size_t header_len = (size_t)(data.at[0] & 0x0f) * 4;
	uint16_t total, offset;

	(void)rd_u8(&r);
	p->tos = rd_u8(&r);
	total = rd_u16(&r);
	(void)rd_u16(&r); /* identification */
	offset = rd_u16(&r);
	(void)rd_u8(&r); /* TTL */
	p->key.protocol = rd_u8(&r);
	(void)rd_u16(&r); /* header checksum: the network's, not ours */
	addr_from_bytes(&p->key.source, rd_bytes(&r, 4));
	addr_from_bytes(&p->key.destination, rd_bytes(&r, 4));
	if (!rd_ok(&r))
		return DROP_RUNT;
	if (header_len < IPV4_HEADER || total < header_len || total > data.len)
		return DROP_MALFORMED;
	p->all = bytes(data.at, total);
	p->header_len = (uint16_t)header_len;
	p->dont_fragment = offset & 0x4000;
	p->fragment = offset & 0x3fff;
	p->first = !(offset & 0x1fff);
	if (p->first)
		read_ports(&p->key, reader(bytes(data.at + header_len, total - header_len)));
	return DROP_NONE;
}

/* RFC 8200 section 4: walks what may stand before the next layer. */
static enum drop walk_extensions(struct packet *p, struct reader *r, uint8_t next)
{
	for (unsigned n = 0; n < EXTENSIONS_MAX; n++) {
		if (next == IP_PROTOCOL_IPV6_FRAG) {
			uint8_t after = rd_u8(r);
			uint16_t offset;

			(void)rd_u8(r);
			offset = rd_u16(r);
			(void)rd_u32(r);
			p->first = p->first && !(offset & 0xfff8);
			p->fragment = p->fragment || (offset & 0xfff9); /* offset 0 and no more: whole (RFC 6946) */
			next = after;
			if (!p->first) {
				p->key.protocol = next; /* what follows is not a header */
				return rd_ok(r) ? DROP_NONE : DROP_MALFORMED;
			}
		} else if (next == HOP_BY_HOP || next == IP_PROTOCOL_IPV6_ROUTE || next == IP_PROTOCOL_IPV6_OPTS) {
			uint8_t after = rd_u8(r);
			uint8_t len = rd_u8(r);

			(void)rd_bytes(r, (size_t)len * 8 + 6);
			next = after;
		} else {
			p->key.protocol = next;
			return rd_ok(r) ? DROP_NONE : DROP_MALFORMED;
		}
		if (!rd_ok(r))
			return DROP_MALFORMED;
	}
	return DROP_MALFORMED;
}

/* RFC 8200 section 3. Jumbograms (payload length 0) are longer than our buffers. */
static enum drop parse_v6(struct packet *p, struct bytes data)
{
	struct reader r = reader(data);
	uint32_t head = rd_u32(&r);
	uint16_t payload = rd_u16(&r);
	uint8_t next = rd_u8(&r);
	enum drop drop;

	(void)rd_u8(&r); /* hop limit */
	addr_from_bytes(&p->key.source, rd_bytes(&r, 16));
	addr_from_bytes(&p->key.destination, rd_bytes(&r, 16));
	if (!rd_ok(&r))
		return DROP_RUNT;
	if (payload > r.left)
		return DROP_MALFORMED;
	p->tos = (uint8_t)(head >> 20);
	p->dont_fragment = true;
	p->first = true;
	p->all = bytes(data.at, IPV6_HEADER + (size_t)payload);
	r.left = payload;
	drop = walk_extensions(p, &r, next);
	if (drop != DROP_NONE)
		return drop;
	p->header_len = (uint16_t)(r.at - data.at);
	if (p->first)
		read_ports(&p->key, r);
	return DROP_NONE;
}

enum drop packet_parse(struct packet *p, struct bytes data)
{
	*p = (struct packet){ 0 };
	if (data.len == 0)
		return DROP_RUNT;
	if (data.len > PACKET_MAX + IPV6_HEADER)
		return DROP_TOO_LONG;
	switch (data.at[0] >> 4) {
	case 4: return parse_v4(p, data);
	case 6: return parse_v6(p, data);
	default: return DROP_UNSUPPORTED;
	}
}

void packet_set_tos(uint8_t *at, struct packet *p, uint8_t tos)
{
	if (tos == p->tos)
		return;
	if (p->key.source.family == ADDR_V4) {
		uint16_t was = get_u16(at);

		at[1] = tos;
		put_u16(at + 10, checksum_adjust(get_u16(at + 10), was, get_u16(at)));
	} else {
		at[0] = (uint8_t)(0x60 | tos >> 4);
		at[1] = (uint8_t)((tos & 0x0f) << 4 | (at[1] & 0x0f));
	}
	p->tos = tos;
}
