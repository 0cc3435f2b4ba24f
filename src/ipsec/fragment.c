/* SPDX-License-Identifier: ISC */
/*
 * IPv4 fragments. Options with the copied flag go into each, the others into the first only (RFC 791 3.1).
 */
#include "ipsec/fragment.h"

#include "ipsec/checksum.h"

enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_COPIED = 0x80 };

#define MORE_FRAGMENTS 0x2000u

bool fragment_start(struct fragmenter *f, const struct packet *packet, size_t mtu)
{
	size_t offset = packet->key.source.family == ADDR_V4 ? (get_u16(packet->all.at + 6) & 0x1fffu) * 8u : 0;

	*f = (struct fragmenter){ .packet = packet, .mtu = mtu };
	/* a fragment that reaches past 65,535 belongs to no packet, and its offsets would run into the flags */
	return packet->key.source.family == ADDR_V4 && mtu >= (size_t)packet->header_len + 8 &&
	    offset + packet->all.len - packet->header_len <= UINT16_MAX;
}

/* The header of a later fragment; gives its length. */
static size_t later_header(uint8_t *out, const struct packet *p)
{
	const uint8_t *from = p->all.at;
	size_t len = IPV4_HEADER;

	memcpy(out, from, IPV4_HEADER);
	for (size_t i = IPV4_HEADER; i < p->header_len && from[i] != OPTION_END;) {
		size_t option = 1;

		if (from[i] != OPTION_NOP) {
			if (i + 2 > p->header_len || from[i + 1] < 2 || i + from[i + 1] > p->header_len)
				break;
			option = from[i + 1];
			if (from[i] & OPTION_COPIED) {
				memcpy(out + len, from + i, option);
				len += option;
			}
		}
		i += option;
	}
	while (len % 4)
		out[len++] = OPTION_END;
	out[0] = (uint8_t)(0x40 | len / 4);
	return len;
}

size_t fragment_next(struct fragmenter *f, uint8_t *out)
{
	const struct packet *p = f->packet;
	size_t payload = p->all.len - p->header_len;
	uint16_t place = get_u16(p->all.at + 6);
	size_t header, room, take;

	if (f->done >= payload)
		return 0;
	if (f->done == 0) {
		header = p->header_len;
		memcpy(out, p->all.at, header);
	} else {
		header = later_header(out, p);
	}
	room = (f->mtu - header) / 8 * 8;
	take = payload - f->done;
	if (take > f->mtu - header)
		take = room;
	memcpy(out + header, p->all.at + p->header_len + f->done, take);
	put_u16(out + 2, (uint16_t)(header + take));
	put_u16(out + 6, (uint16_t)(((place & 0x1fff) + f->done / 8) | (place & MORE_FRAGMENTS) |
	    (f->done + take < payload ? MORE_FRAGMENTS : 0)));
	checksum_ipv4(out, header);
	f->done += take;
	return header + take;
}
