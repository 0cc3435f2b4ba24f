/* SPDX-License-Identifier: ISC */
/*
 * One payload: its type (1 byte), then its body. What is read and written is read again, and written to the same bytes.
 * The first writing may differ from what came in its reserved bits alone, so its length is the same; proposals and
 * selectors also lose attributes and types that say nothing to us (RFC 7296 3.3.6, RFC 9478).
 */
#include <stdlib.h>

#include "iana/ikev2.h"
#include "support/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TS_HEADER 4u /* what is left when no selector was known */

static void there_and_back(uint8_t type, struct bytes body, struct arena *arena)
{
	bool ts = type == IKEV2_PAYLOAD_TS_I || type == IKEV2_PAYLOAD_TS_R, lossy = ts || type == IKEV2_PAYLOAD_SA;
	struct bytes once, twice;

	if (!wire_reread(type, body, &once, arena))
		return;
	if (lossy ? once.len > body.len : once.len != body.len)
		abort();
	if (ts && once.len == TS_HEADER)
		return;
	if (!wire_reread(type, once, &twice, arena) || !bytes_equal(once, twice))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct text t = { 0 };
	struct payload one = { 0 };
	const struct payloads p = { .count = 1, .list = &one };

	if (size < 1 || size > IKE_MESSAGE_MAX)
		return 0;
	one.type = data[0];
	one.body = bytes(data + 1, size - 1);
	payloads_print(&t, &p);
	there_and_back(one.type, one.body, &arena);
	text_clear(&t);
	arena_clear(&arena);
	return 0;
}
