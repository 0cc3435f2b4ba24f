/* SPDX-License-Identifier: ISC */
/*
 * The Notify payload. RFC 7296 3.10.
 *
 * |  Protocol ID  |   SPI Size    |      Notify Message Type      |
 * ~                Security Parameter Index (SPI)                 ~
 * ~                       Notification Data                       ~
 */
#include "iana/ikev2.h"
#include "wire/print.h"

#define NOTIFY_FIRST_STATUS 16384u

bool notify_read(struct notify *n, struct bytes body)
{
	struct reader r = reader(body);
	uint8_t spi_size;

	n->protocol = rd_u8(&r);
	spi_size = rd_u8(&r);
	n->type = rd_u16(&r);
	n->spi = rd_bytes(&r, spi_size);
	n->data = rd_rest(&r);
	if (spi_size == 0)
		n->protocol = 0; /* "MUST be ignored on receipt" */
	return rd_done(&r) && (spi_size == 0 || spi_size == 4 || spi_size == 8);
}

bool notify_find(struct notify *n, const struct payloads *p, uint16_t type)
{
	const struct payload *at = NULL;

	while ((at = payloads_find(p, IKEV2_PAYLOAD_NOTIFY, at)))
		if (notify_read(n, at->body) && n->type == type)
			return true;
	*n = (struct notify){ 0 };
	return false;
}

bool notify_find_error(struct notify *n, const struct payloads *p)
{
	const struct payload *at = NULL;

	while ((at = payloads_find(p, IKEV2_PAYLOAD_NOTIFY, at)))
		if (notify_read(n, at->body) && n->type < NOTIFY_FIRST_STATUS)
			return true;
	*n = (struct notify){ 0 };
	return false;
}

void notify_write(struct message_writer *m, uint8_t protocol, struct bytes spi, uint16_t type, struct bytes data)
{
	if (spi.len > 8)
		m->w.full = true; /* no protocol has such an SPI */
	payload_open(m, IKEV2_PAYLOAD_NOTIFY);
	/* 3.10: zero without an SPI; RFC 6290 4.1 wants it otherwise for its own */
	wr_u8(&m->w, spi.len > 0 || type == IKEV2_NOTIFY_QUICK_CRASH_DETECTION ? protocol : 0);
	wr_u8(&m->w, (uint8_t)spi.len);
	wr_u16(&m->w, type);
	wr_bytes(&m->w, spi);
	wr_bytes(&m->w, data);
	payload_close(m);
}

static void print_hashes(struct text *t, struct bytes data)
{
	struct reader r = reader(data);

	while (rd_ok(&r) && r.left >= 2) {
		uint16_t hash = rd_u16(&r);

		text_add(t, " ");
		print_name(t, iana_hash_name(hash), hash);
	}
}

static void print_data(struct text *t, const struct notify *n)
{
	if (n->type == IKEV2_NOTIFY_INVALID_KE_PAYLOAD && n->data.len == 2) {
		unsigned method = get_u16(n->data.at);

		text_add(t, ", wants ");
		print_name(t, iana_ke_name(method), method);
	} else if (n->type == IKEV2_NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD && n->data.len == 1) {
		text_add(t, ", payload ");
		print_name(t, iana_payload_name(n->data.at[0]), n->data.at[0]);
	} else if (n->type == IKEV2_NOTIFY_SIGNATURE_HASH_ALGORITHMS) {
		text_add(t, ",");
		print_hashes(t, n->data);
	} else if (n->data.len > 0) {
		text_add(t, ", %zu bytes", n->data.len);
	}
}

void notify_print(struct text *t, struct bytes body)
{
	struct notify n;

	if (!notify_read(&n, body)) {
		print_malformed(t, body);
		return;
	}
	print_name(t, iana_notify_name(n.type), n.type);
	if (n.spi.len > 0) {
		text_add(t, ", ");
		print_name(t, iana_protocol_name(n.protocol), n.protocol);
		text_add(t, " SPI ");
		text_add_hex(t, n.spi);
	}
	print_data(t, &n);
}
