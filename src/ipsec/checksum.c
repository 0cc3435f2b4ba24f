/* SPDX-License-Identifier: ISC */
/*
 * The Internet checksum. RFC 1071, RFC 1624.
 */
#include "ipsec/checksum.h"

uint64_t checksum_add(uint64_t sum, struct bytes data)
{
	const uint8_t *p = data.at;
	size_t left = data.len;

	for (; left >= 4; p += 4, left -= 4)
		sum += get_u32(p); /* two words at once: folding adds the halves */
	if (left >= 2) {
		sum += get_u16(p);
		p += 2;
		left -= 2;
	}
	if (left)
		sum += (uint64_t)*p << 8;
	return sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

uint64_t checksum_pseudo(const struct addr *from, const struct addr *to, uint8_t protocol, uint32_t len)
{
	return checksum_add(checksum_add((uint64_t)protocol + len, addr_bytes(from)), addr_bytes(to));
}

uint16_t checksum_finish(uint64_t sum)
{
	return (uint16_t)~fold(sum);
}

uint16_t checksum_adjust(uint16_t old, uint16_t was, uint16_t becomes)
{
	return checksum_finish((uint64_t)(uint16_t)~old + (uint16_t)~was + becomes);
}

void checksum_ipv4(uint8_t *header, size_t header_len)
{
	put_u16(header + 10, 0);
	put_u16(header + 10, checksum_finish(checksum_add(0, bytes(header, header_len))));
}
