/* SPDX-License-Identifier: ISC */
/*
 * Small packets.
 */
#include "packets.h"

#include "base/addr.h"
#include "ipsec/checksum.h"
#include "support/hex.h"

size_t hex_into(uint8_t *out, size_t max, const char *text)
{
	struct arena arena = { 0 };
	struct bytes b = hex(&arena, text);
	size_t len = b.len < max ? b.len : max;

	if (len > 0)
		memcpy(out, b.at, len);
	arena_clear(&arena);
	return len;
}

static void put_addr(uint8_t *at, const char *text)
{
	struct addr a;

	if (addr_parse(&a, bytes_str(text)))
		memcpy(at, a.ip, addr_len(&a));
}

size_t make_ipv4(uint8_t *out, const char *from, const char *to, uint8_t protocol, size_t payload)
{
	size_t total = 20 + payload;

	memset(out, 0, 20);
	out[0] = 0x45;
	put_u16(out + 2, (uint16_t)total);
	put_u16(out + 4, 0x1234);
	out[8] = 64;
	out[9] = protocol;
	put_addr(out + 12, from);
	put_addr(out + 16, to);
	checksum_ipv4(out, 20);
	for (size_t i = 0; i < payload; i++)
		out[20 + i] = (uint8_t)i;
	return total;
}

size_t make_ipv6(uint8_t *out, const char *from, const char *to, uint8_t next, size_t payload)
{
	memset(out, 0, 40);
	out[0] = 0x60;
	put_u16(out + 4, (uint16_t)payload);
	out[6] = next;
	out[7] = 64;
	put_addr(out + 8, from);
	put_addr(out + 24, to);
	for (size_t i = 0; i < payload; i++)
		out[40 + i] = (uint8_t)i;
	return 40 + payload;
}
