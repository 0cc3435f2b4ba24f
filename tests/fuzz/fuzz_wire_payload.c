/* SPDX-License-Identifier: ISC */
/*
 * One payload: its type (1 byte), then its body. What is read and written is read again, and written to the same bytes:
 * the first writing may differ from what came in its reserved bits alone, so its length is the same.
 */
#include <stdlib.h>

#include "support/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct text t = { 0 };
	struct payload one = { 0 };
	const struct payloads p = { .count = 1, .list = &one };
	struct bytes once, twice;

	if (size < 1 || size > IKE_MESSAGE_MAX)
		return 0;
	one.type = data[0];
	one.body = bytes(data + 1, size - 1);
	payloads_print(&t, &p);
	if (wire_reread(one.type, one.body, &once, &arena)) {
		if (once.len != one.body.len || !wire_reread(one.type, once, &twice, &arena) || !bytes_equal(once, twice))
			abort();
	}
	text_clear(&t);
	arena_clear(&arena);
	return 0;
}
