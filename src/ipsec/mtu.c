/* SPDX-License-Identifier: ISC */
/*
 * The sizes of ESP in tunnel mode.
 */
#include "ipsec/mtu.h"

#include "ipsec/packet.h"

/* RFC 4303 2.4: the cipher's block, and at least 4 bytes. */
static size_t alignment(const struct suite *suite)
{
	return suite->encr->block_len > ESP_ALIGN ? suite->encr->block_len : ESP_ALIGN;
}

static size_t fixed(const struct suite *suite)
{
	size_t icv = suite->integ ? suite->integ->icv_len : suite->encr->icv_len;

	return ESP_HEADER + suite->encr->iv_len + icv;
}

static size_t around(uint8_t outer_family, enum child_encap encap)
{
	return (outer_family == ADDR_V6 ? IPV6_HEADER : IPV4_HEADER) + (encap == ENCAP_UDP ? UDP_HEADER : 0);
}

size_t mtu_esp_len(const struct suite *suite, size_t inner)
{
	size_t align = alignment(suite);

	return fixed(suite) + (inner + 2 + align - 1) / align * align; /* 2: pad length, next header */
}

size_t mtu_outer_len(const struct suite *suite, uint8_t outer_family, enum child_encap encap, size_t inner)
{
	return around(outer_family, encap) + mtu_esp_len(suite, inner);
}

size_t mtu_inner(const struct suite *suite, uint8_t outer_family, enum child_encap encap, size_t outer)
{
	size_t around_all = around(outer_family, encap) + fixed(suite);
	size_t align = alignment(suite);

	if (outer < around_all + align)
		return 0;
	return (outer - around_all) / align * align - 2;
}
