/* SPDX-License-Identifier: ISC */
/*
 * The Delete payload. RFC 7296 3.11.
 *
 * | Protocol ID   |   SPI Size    |          Num of SPIs          |
 * ~               Security Parameter Index(es) (SPI)              ~
 */
#include "iana/ikev2.h"
#include "wire/print.h"

/* "It MUST be zero for IKE (SPI is in message header) or four for AH and ESP." Others are not ours to judge. */
static bool spi_size_fits(uint8_t protocol, uint8_t size)
{
	if (protocol == IKEV2_PROTOCOL_IKE)
		return size == 0;
	if (protocol == IKEV2_PROTOCOL_AH || protocol == IKEV2_PROTOCOL_ESP)
		return size == 4;
	return true;
}

bool delete_read(struct delete_payload *d, struct bytes body)
{
	struct reader r = reader(body);

	d->protocol = rd_u8(&r);
	d->spi_size = rd_u8(&r);
	d->count = rd_u16(&r);
	d->spis = rd_bytes(&r, (size_t)d->spi_size * d->count);
	if (d->spi_size == 0)
		d->count = 0; /* nothing to walk through, whatever was claimed */
	return rd_done(&r) && spi_size_fits(d->protocol, d->spi_size);
}

void delete_write(struct message_writer *m, uint8_t protocol, uint8_t spi_size, struct bytes spis)
{
	size_t count = spi_size > 0 ? spis.len / spi_size : 0;

	if (count * spi_size != spis.len || count > UINT16_MAX)
		m->w.full = true; /* no whole number of SPIs */
	payload_open(m, IKEV2_PAYLOAD_DELETE);
	wr_u8(&m->w, protocol);
	wr_u8(&m->w, spi_size);
	wr_u16(&m->w, (uint16_t)count);
	wr_bytes(&m->w, spis);
	payload_close(m);
}

#define PRINTED_MAX 16u

void delete_print(struct text *t, struct bytes body)
{
	struct delete_payload d;

	if (!delete_read(&d, body)) {
		print_malformed(t, body);
		return;
	}
	print_name(t, iana_protocol_name(d.protocol), d.protocol);
	for (unsigned i = 0; i < d.count && i < PRINTED_MAX; i++) {
		text_add(t, " ");
		text_add_hex(t, bytes(d.spis.at + (size_t)i * d.spi_size, d.spi_size));
	}
	if (d.count > PRINTED_MAX)
		text_add(t, " and %u more", d.count - PRINTED_MAX);
}
