/* SPDX-License-Identifier: ISC */
/*
 * The Nonce payload. RFC 7296 3.9: 16 to 256 bytes.
 *
 * ~                            Nonce Data                         ~
 */
#include "iana/ikev2.h"
#include "wire/print.h"

#define NONCE_MIN 16u
#define NONCE_MAX 256u

bool nonce_read(struct bytes *nonce, struct bytes body)
{
	*nonce = body;
	return body.len >= NONCE_MIN && body.len <= NONCE_MAX;
}

void nonce_write(struct message_writer *m, struct bytes nonce)
{
	payload_write(m, IKEV2_PAYLOAD_NONCE, nonce);
}

void nonce_print(struct text *t, struct bytes body)
{
	struct bytes nonce;

	if (nonce_read(&nonce, body))
		text_add(t, "%zu bytes", nonce.len);
	else
		print_malformed(t, body);
}
