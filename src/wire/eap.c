/* SPDX-License-Identifier: ISC */
/*
 * The EAP payload. RFC 7296 3.16, RFC 3748 4.
 *
 * |     Code      | Identifier    |           Length              |
 * |     Type      | Type_Data...
 *
 * Success and Failure end behind Length; every other code has a Type.
 */
#include "iana/eap.h"
#include "iana/ikev2.h"
#include "wire/print.h"

static bool ends_behind_length(uint8_t code)
{
	return code == EAP_CODE_SUCCESS || code == EAP_CODE_FAILURE;
}

bool eap_read(struct eap_payload *e, struct bytes body)
{
	struct reader r = reader(body);
	uint16_t length;

	*e = (struct eap_payload){ 0 };
	e->code = rd_u8(&r);
	e->identifier = rd_u8(&r);
	length = rd_u16(&r);
	if (!ends_behind_length(e->code)) {
		e->type = rd_u8(&r);
		e->data = rd_rest(&r);
	}
	return rd_done(&r) && length == body.len;
}

void eap_write(struct message_writer *m, const struct eap_payload *e)
{
	size_t from, length_at;

	payload_open(m, IKEV2_PAYLOAD_EAP);
	from = m->w.len;
	wr_u8(&m->w, e->code);
	wr_u8(&m->w, e->identifier);
	length_at = wr_open_u16(&m->w);
	if (!ends_behind_length(e->code)) {
		wr_u8(&m->w, e->type);
		wr_bytes(&m->w, e->data);
	}
	wr_close_u16(&m->w, length_at, from);
	payload_close(m);
}

void eap_print(struct text *t, struct bytes body)
{
	struct eap_payload e;

	if (!eap_read(&e, body)) {
		print_malformed(t, body);
		return;
	}
	print_name(t, iana_eap_code_name(e.code), e.code);
	text_add(t, " %u", e.identifier);
	if (!ends_behind_length(e.code)) {
		text_add(t, " ");
		print_name(t, iana_eap_type_name(e.type), e.type);
		text_add(t, ", %zu bytes", e.data.len);
	}
}
