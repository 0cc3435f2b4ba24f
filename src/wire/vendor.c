/* SPDX-License-Identifier: ISC */
/*
 * The Vendor ID payload. RFC 7296 3.12. Its body is the vendor's ID, nothing else.
 *
 * ~                        Vendor ID (VID)                        ~
 */
#include "iana/ikev2.h"
#include "wire/print.h"

#define PRINTED_MAX 64u

void vendor_write(struct message_writer *m, struct bytes data)
{
	payload_write(m, IKEV2_PAYLOAD_VENDOR_ID, data);
}

void vendor_print(struct text *t, struct bytes body)
{
	text_add_hex(t, bytes(body.at, body.len < PRINTED_MAX ? body.len : PRINTED_MAX));
	if (body.len > PRINTED_MAX)
		text_add(t, "..., %zu bytes", body.len);
}
