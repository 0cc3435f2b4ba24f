/* SPDX-License-Identifier: ISC */
/*
 * The table of payload printers, and the lines of a message: one for the header, one for each payload.
 */
#include "wire/print.h"

#include <inttypes.h>

#include "iana/ikev2.h"

void print_name(struct text *t, const char *name, unsigned number)
{
	if (name)
		text_add(t, "%s", name);
	else
		text_add(t, "(%u)", number);
}

void print_malformed(struct text *t, struct bytes body)
{
	text_add(t, "malformed, %zu bytes", body.len);
}

void opaque_print(struct text *t, struct bytes body)
{
	text_add(t, "%zu bytes", body.len);
}

void ike_header_print(struct text *t, const struct ike_header *h)
{
	if (h->major != 2 || h->minor != 0)
		text_add(t, "IKE %u.%u ", h->major, h->minor);
	print_name(t, iana_exchange_name(h->exchange), h->exchange);
	text_add(t, " %s %" PRIu32 " of %s, SPIs %016" PRIx64 "_i %016" PRIx64 "_r, %" PRIu32 " bytes\n",
	         h->flags & IKE_FLAG_RESPONSE ? "response" : "request", h->message_id,
	         h->flags & IKE_FLAG_INITIATOR ? "initiator" : "responder", h->spi_i, h->spi_r, h->length);
}

static const struct {
	uint8_t type;
	void (*print)(struct text *t, struct bytes body);
} printers[] = {
	{ IKEV2_PAYLOAD_SA, sa_print },           { IKEV2_PAYLOAD_KE, ke_print },
	{ IKEV2_PAYLOAD_ID_I, id_print },         { IKEV2_PAYLOAD_ID_R, id_print },
	{ IKEV2_PAYLOAD_CERT, cert_print },       { IKEV2_PAYLOAD_CERTREQ, certreq_print },
	{ IKEV2_PAYLOAD_AUTH, auth_print },       { IKEV2_PAYLOAD_NONCE, nonce_print },
	{ IKEV2_PAYLOAD_NOTIFY, notify_print },   { IKEV2_PAYLOAD_DELETE, delete_print },
	{ IKEV2_PAYLOAD_VENDOR_ID, vendor_print }, { IKEV2_PAYLOAD_TS_I, ts_print },
	{ IKEV2_PAYLOAD_TS_R, ts_print },         { IKEV2_PAYLOAD_CP, cp_print },
	{ IKEV2_PAYLOAD_EAP, eap_print },         { IKEV2_PAYLOAD_SKF, skf_print },
};

void payloads_print(struct text *t, const struct payloads *p)
{
	for (unsigned i = 0; i < p->count; i++) {
		const struct payload *one = &p->list[i];
		void (*print)(struct text *t, struct bytes body) = opaque_print;

		for (size_t k = 0; k < COUNT_OF(printers); k++)
			if (printers[k].type == one->type)
				print = printers[k].print;
		print_name(t, iana_payload_name(one->type), one->type);
		text_add(t, "%s: ", one->critical ? " (critical)" : "");
		print(t, one->body);
		text_add(t, "\n");
	}
}
