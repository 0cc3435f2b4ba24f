/* SPDX-License-Identifier: ISC */
/*
 * Raw ESP sockets.
 */
#include "linux/rawesp.h"

#include <netinet/in.h>

int rawesp_open(uint8_t family, uint32_t mark, struct reason *why, struct arena *arena)
{
	return socket_new(family, SOCK_RAW, IPPROTO_ESP, mark, family == ADDR_V4 ? "raw ESP (IPv4)" : "raw ESP (IPv6)", why,
	    arena);
}

struct bytes rawesp_strip(const struct datagram *d)
{
	size_t header;

	if (d->remote.addr.family != ADDR_V4)
		return bytes(d->at, d->len);
	header = d->len > 0 ? (size_t)(d->at[0] & 0x0f) * 4 : 0;
	if (header < 20 || header > d->len)
		return bytes_none();
	return bytes(d->at + header, d->len - header);
}
