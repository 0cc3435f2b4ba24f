/* SPDX-License-Identifier: ISC */
/*
 * The Authentication payload. RFC 7296 3.8.
 *
 * | Auth Method   |                RESERVED                       |
 * ~                      Authentication Data                      ~
 */
#include "iana/ikev2.h"
#include "wire/print.h"

bool auth_read(struct auth_payload *a, struct bytes body)
{
	struct reader r = reader(body);

	a->method = rd_u8(&r);
	(void)rd_bytes(&r, 3); /* RESERVED */
	a->data = rd_rest(&r);
	return rd_done(&r);
}

void auth_write(struct message_writer *m, uint8_t method, struct bytes data)
{
	payload_open(m, IKEV2_PAYLOAD_AUTH);
	wr_u8(&m->w, method);
	wr_zero(&m->w, 3);
	wr_bytes(&m->w, data);
	payload_close(m);
}

void auth_print(struct text *t, struct bytes body)
{
	struct auth_payload a;

	if (!auth_read(&a, body)) {
		print_malformed(t, body);
		return;
	}
	print_name(t, iana_auth_method_name(a.method), a.method);
	text_add(t, ", %zu bytes", a.data.len);
}
