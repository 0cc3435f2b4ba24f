/* SPDX-License-Identifier: ISC */
/*
 * The Encrypted payload, and its fragments, as geometry. RFC 7296 3.14, RFC 5282 3, RFC 7383 2.5.
 *
 * | Next Payload  |C|  RESERVED   |         Payload Length        |  Next Payload: of the first payload inside
 * |        Fragment Number        |        Total Fragments        |  SKF only
 * |                     Initialization Vector                     |
 * ~                    Encrypted IKE Payloads                     ~  text_at, text_len: payloads, padding
 * |               |             Padding (0-255 octets)            |  and pad length
 * |                                               |  Pad Length   |
 * ~                    Integrity Checksum Data                    ~
 */
#include <inttypes.h>

#include "iana/ikev2.h"
#include "wire/header.h"
#include "wire/print.h"

#define PADDING_MAX 255u
#define NUMBERS_LEN 4u

/* The least padding that makes payloads, padding and pad length whole blocks. */
static size_t padding_len(size_t chain_len, size_t block_len)
{
	size_t over = (chain_len + 1) % block_len;

	return over ? block_len - over : 0;
}

/* `fragment` NULL: the whole message. */
static bool lay_out(struct writer *out, const struct ike_header *h, uint8_t first_inner, const struct skf *fragment,
                    struct bytes chain, size_t iv_len, size_t block_len, size_t icv_len, struct sk_layout *layout)
{
	struct ike_header header = *h;
	size_t start = out->len, padding;

	*layout = (struct sk_layout){ 0 };
	if (block_len == 0 || block_len > PADDING_MAX || chain.len > IKE_MESSAGE_MAX || iv_len > IKE_MESSAGE_MAX ||
	    icv_len > IKE_MESSAGE_MAX)
		return false;
	padding = padding_len(chain.len, block_len);
	layout->aad_len = IKE_HEADER_LEN + PAYLOAD_HEADER_LEN + (fragment ? NUMBERS_LEN : 0);
	layout->iv_at = layout->aad_len;
	layout->text_at = layout->iv_at + iv_len;
	layout->text_len = chain.len + padding + 1;
	layout->icv_at = layout->text_at + layout->text_len;
	layout->total = layout->icv_at + icv_len;
	if (layout->total > IKE_MESSAGE_MAX)
		return false;

	header.next = fragment ? IKEV2_PAYLOAD_SKF : IKEV2_PAYLOAD_SK;
	header.length = (uint32_t)layout->total;
	ike_header_write(out, &header);
	wr_u8(out, first_inner);
	wr_u8(out, 0);
	wr_u16(out, (uint16_t)(layout->total - IKE_HEADER_LEN));
	if (fragment) {
		wr_u16(out, fragment->number);
		wr_u16(out, fragment->total);
	}
	wr_zero(out, iv_len);
	wr_bytes(out, chain);
	wr_zero(out, padding);
	wr_u8(out, (uint8_t)padding);
	wr_zero(out, icv_len);
	return wr_ok(out) && out->len - start == layout->total;
}

bool sk_write(struct writer *out, const struct ike_header *h, uint8_t first_inner, struct bytes chain, size_t iv_len,
              size_t block_len, size_t icv_len, struct sk_layout *layout)
{
	return lay_out(out, h, first_inner, NULL, chain, iv_len, block_len, icv_len, layout);
}

bool skf_write(struct writer *out, const struct ike_header *h, uint8_t first_inner, struct skf fragment, struct bytes chunk,
               size_t iv_len, size_t block_len, size_t icv_len, struct sk_layout *layout)
{
	uint8_t next = fragment.number == 1 ? first_inner : IKEV2_PAYLOAD_NONE;

	if (fragment.number == 0 || fragment.number > fragment.total)
		return false;
	return lay_out(out, h, next, &fragment, chunk, iv_len, block_len, icv_len, layout);
}

bool skf_read(struct skf *fragment, struct bytes body)
{
	struct reader r = reader(body);

	fragment->number = rd_u16(&r);
	fragment->total = rd_u16(&r);
	return rd_ok(&r) && fragment->number > 0 && fragment->number <= fragment->total;
}

void skf_print(struct text *t, struct bytes body)
{
	struct skf fragment;

	if (skf_read(&fragment, body))
		text_add(t, "%" PRIu16 " of %" PRIu16 ", %zu bytes", fragment.number, fragment.total, body.len);
	else
		print_malformed(t, body);
}

bool sk_layout_read(struct sk_layout *layout, const struct payload *sk, size_t message_len, size_t iv_len, size_t block_len,
                    size_t icv_len)
{
	size_t numbers = sk->type == IKEV2_PAYLOAD_SKF ? NUMBERS_LEN : 0, left = sk->body.len;
	size_t body_at = IKE_HEADER_LEN + sk->offset + PAYLOAD_HEADER_LEN + numbers;

	*layout = (struct sk_layout){ 0 };
	if ((sk->type != IKEV2_PAYLOAD_SK && sk->type != IKEV2_PAYLOAD_SKF) || block_len == 0 || left < numbers)
		return false;
	left -= numbers;
	if (body_at + left != message_len || left < iv_len || left - iv_len < icv_len)
		return false;
	left -= iv_len + icv_len;
	if (left == 0 || left % block_len != 0) /* the pad length is always there */
		return false;
	*layout = (struct sk_layout){ .aad_len = body_at,
		                      .iv_at = body_at,
		                      .text_at = body_at + iv_len,
		                      .text_len = left,
		                      .icv_at = body_at + iv_len + left,
		                      .total = message_len };
	return true;
}

bool sk_unpad(struct bytes *chain, struct bytes text)
{
	size_t padding;

	*chain = bytes_none();
	if (text.len == 0)
		return false;
	padding = text.at[text.len - 1];
	if (padding + 1 > text.len)
		return false;
	*chain = bytes(text.at, text.len - padding - 1);
	return true;
}
