/* SPDX-License-Identifier: ISC */
/*
 * The IKE header. RFC 7296 3.1.
 *
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |                       IKE SA Initiator's SPI                  |
 * |                                                               |
 * |                       IKE SA Responder's SPI                  |
 * |                                                               |
 * |  Next Payload | MjVer | MnVer | Exchange Type |     Flags     |
 * |                          Message ID                           |
 * |                            Length                             |
 */
#include "iana/ikev2.h"
#include "wire/header.h"

bool ike_header_read(struct ike_header *h, struct bytes datagram, struct reason *why)
{
	struct reader r = reader(datagram);
	uint8_t version;

	h->spi_i = rd_u64(&r);
	h->spi_r = rd_u64(&r);
	h->next = rd_u8(&r);
	version = rd_u8(&r);
	h->major = version >> 4;
	h->minor = version & 0x0f;
	h->exchange = rd_u8(&r);
	h->flags = rd_u8(&r);
	h->message_id = rd_u32(&r);
	h->length = rd_u32(&r);
	if (!rd_ok(&r))
		return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "shorter than an IKE header");
	if (h->length != datagram.len) {
		(void)refuse(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, value_number(h->length),
		             value_number(datagram.len), conf_nowhere());
		why->about = value_text("Length of the IKE header is not the datagram's");
		return false;
	}
	return true;
}

void ike_header_write(struct writer *w, const struct ike_header *h)
{
	wr_u64(w, h->spi_i);
	wr_u64(w, h->spi_r);
	wr_u8(w, h->next);
	wr_u8(w, (uint8_t)((h->major & 0x0f) << 4 | (h->minor & 0x0f)));
	wr_u8(w, h->exchange);
	wr_u8(w, h->flags);
	wr_u32(w, h->message_id);
	wr_u32(w, h->length);
}

bool ike_message_next(struct bytes *message, struct reader *r)
{
	if (r->bad || r->left < IKE_HEADER_LEN)
		return false;
	*message = rd_bytes(r, get_u32(r->at + HEADER_LENGTH_AT));
	return rd_ok(r) && message->len >= IKE_HEADER_LEN;
}
