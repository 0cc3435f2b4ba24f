/* SPDX-License-Identifier: ISC */
/*
 * Bytes from hex text, and small packets.
 */
#include "hex.h"

#include "base/addr.h"
#include "ipsec/checksum.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

size_t hex(uint8_t *out, size_t max, const char *text)
{
	size_t n = 0;
	int high = -1;

	for (; *text; text++) {
		int d = digit(*text);

		if (*text == ' ')
			continue;
		if (d < 0 || n == max)
			break;
		if (high < 0) {
			high = d;
			continue;
		}
		out[n++] = (uint8_t)(high << 4 | d);
		high = -1;
	}
	return n;
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
