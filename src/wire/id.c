/* SPDX-License-Identifier: ISC */
/*
 * The Identification payloads, IDi and IDr. RFC 7296 3.5.
 *
 * |   ID Type     |                 RESERVED                      |
 * ~                   Identification Data                         ~
 */
#include "iana/ikev2.h"
#include "wire/print.h"

/*
 * What is of the configuration alone is not a peer's to claim: ID_ANY would fit everywhere, subnets and ranges (types of IKEv1,
 * not of RFC 7296) would equal the patterns that they were written as. Addresses have their sizes.
 */
static bool is_sound(const struct identity *id)
{
	switch (id->type) {
	case ID_ANY:
	case ID_IPV4_ADDR_SUBNET:
	case ID_IPV6_ADDR_SUBNET:
	case ID_IPV4_ADDR_RANGE:
	case ID_IPV6_ADDR_RANGE:
		return false;
	case ID_IPV4_ADDR:
		return id->data.len == 4;
	case ID_IPV6_ADDR:
		return id->data.len == 16;
	default:
		return true;
	}
}

bool id_read(struct identity *id, struct bytes body)
{
	struct reader r = reader(body);

	*id = (struct identity){ .type = rd_u8(&r) };
	(void)rd_bytes(&r, 3); /* RESERVED */
	id->data = rd_rest(&r);
	return rd_done(&r) && is_sound(id);
}

void id_write(struct message_writer *m, uint8_t payload_type, const struct identity *id)
{
	payload_open(m, payload_type);
	wr_u8(&m->w, id->type);
	wr_zero(&m->w, 3);
	wr_bytes(&m->w, id->data);
	payload_close(m);
}

void id_print(struct text *t, struct bytes body)
{
	struct identity id;

	if (!id_read(&id, body)) {
		print_malformed(t, body);
		return;
	}
	print_name(t, iana_id_type_name(id.type), id.type);
	text_add(t, " ");
	identity_print(t, &id);
}
