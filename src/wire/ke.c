/* SPDX-License-Identifier: ISC */
/*
 * The Key Exchange payload. RFC 7296 3.4.
 *
 * |      Key Exchange Method      |           RESERVED            |
 * ~                       Key Exchange Data                       ~
 */
#include "iana/ikev2.h"
#include "wire/print.h"

bool ke_read(struct ke *ke, struct bytes body)
{
	struct reader r = reader(body);

	ke->method = rd_u16(&r);
	(void)rd_u16(&r); /* RESERVED: ignored, 2.5 */
	ke->value = rd_rest(&r);
	return rd_done(&r) && ke->value.len > 0;
}

void ke_write(struct message_writer *m, uint16_t method, struct bytes value)
{
	payload_open(m, IKEV2_PAYLOAD_KE);
	wr_u16(&m->w, method);
	wr_u16(&m->w, 0);
	wr_bytes(&m->w, value);
	payload_close(m);
}

void ke_print(struct text *t, struct bytes body)
{
	struct ke ke;

	if (!ke_read(&ke, body)) {
		print_malformed(t, body);
		return;
	}
	print_name(t, iana_ke_name(ke.method), ke.method);
	text_add(t, ", %zu bytes", ke.value.len);
}
