/* SPDX-License-Identifier: ISC */
/*
 * MSS clamping. RFC 9293 3.1, 3.2 (options), RFC 6691 (MSS counts without options).
 */
#include "ipsec/mss.h"

#include "iana/ip.h"
#include "ipsec/checksum.h"

#define TCP_HEADER 20u
#define TCP_SYN 0x02
#define MSS_LEAST 88u /* below it, segments would carry more header than data: leave the path's trouble to ICMP */

enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_MSS = 2 };

/* A 16-bit value at an odd offset changes two words of the sum: bytes swapped is the same sum (RFC 1071 2.B). */
static void set_mss(uint8_t *tcp, size_t at, uint16_t mss)
{
	uint16_t was = get_u16(tcp + at), becomes = mss;

	put_u16(tcp + at, mss);
	if (at % 2) {
		was = (uint16_t)(was << 8 | was >> 8);
		becomes = (uint16_t)(becomes << 8 | becomes >> 8);
	}
	put_u16(tcp + 16, checksum_adjust(get_u16(tcp + 16), was, becomes));
}

bool mss_clamp(uint8_t *at, const struct packet *p, size_t mtu)
{
	size_t len = p->all.len - p->header_len, options, headers;
	uint8_t *tcp = at + p->header_len;

	if (p->key.protocol != IP_PROTOCOL_TCP || p->fragment || len < TCP_HEADER || !(tcp[13] & TCP_SYN))
		return false;
	options = (size_t)(tcp[12] >> 4) * 4;
	headers = (p->key.source.family == ADDR_V6 ? IPV6_HEADER : IPV4_HEADER) + TCP_HEADER;
	if (options > len || mtu < headers + MSS_LEAST)
		return false;
	for (size_t i = TCP_HEADER; i < options;) {
		if (tcp[i] == OPTION_END)
			break;
		if (tcp[i] == OPTION_NOP) {
			i++;
			continue;
		}
		if (i + 2 > options || tcp[i + 1] < 2 || i + tcp[i + 1] > options)
			break;
		if (tcp[i] == OPTION_MSS && tcp[i + 1] == 4) {
			size_t most = mtu - headers < UINT16_MAX ? mtu - headers : UINT16_MAX;

			if (get_u16(tcp + i + 2) <= most)
				return false;
			set_mss(tcp, i + 2, (uint16_t)most);
			return true;
		}
		i += tcp[i + 1];
	}
	return false;
}
