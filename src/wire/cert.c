/* SPDX-License-Identifier: ISC */
/*
 * The Certificate and Certificate Request payloads. RFC 7296 3.6, 3.7. One shape; what the data is depends on the
 * encoding, and in a CERTREQ for X.509 it is a row of SHA-1 hashes of the trusted CAs' public keys.
 *
 * | Cert Encoding |                                               |
 * ~             Certificate Data / Certification Authority        ~
 */
#include "iana/ikev2.h"
#include "wire/print.h"

#define CERTREQ_HASH_LEN 20u

bool cert_read_payload(struct cert_payload *c, struct bytes body)
{
	struct reader r = reader(body);

	c->encoding = rd_u8(&r);
	c->data = rd_rest(&r);
	return rd_done(&r);
}

void cert_write(struct message_writer *m, uint8_t payload_type, uint8_t encoding, struct bytes data)
{
	payload_open(m, payload_type);
	wr_u8(&m->w, encoding);
	wr_bytes(&m->w, data);
	payload_close(m);
}

void cert_print(struct text *t, struct bytes body)
{
	struct cert_payload c;

	if (!cert_read_payload(&c, body)) {
		print_malformed(t, body);
		return;
	}
	print_name(t, iana_cert_encoding_name(c.encoding), c.encoding);
	text_add(t, ", %zu bytes", c.data.len);
}

void certreq_print(struct text *t, struct bytes body)
{
	struct cert_payload c;

	if (!cert_read_payload(&c, body)) {
		print_malformed(t, body);
		return;
	}
	print_name(t, iana_cert_encoding_name(c.encoding), c.encoding);
	if (c.encoding == IKEV2_CERT_X509_SIGNATURE && c.data.len % CERTREQ_HASH_LEN == 0)
		text_add(t, ", %zu authorities", c.data.len / CERTREQ_HASH_LEN);
	else
		text_add(t, ", %zu bytes", c.data.len);
}
