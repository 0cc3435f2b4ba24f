/* SPDX-License-Identifier: ISC */
/*
 * One payload: its type (1 byte), then its body. It is printed; what is read and written is stable (support/wire.h).
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

	if (size < 1 || size > IKE_MESSAGE_MAX)
		return 0;
	one.type = data[0];
	one.body = bytes(data + 1, size - 1);
	payloads_print(&t, &p);
	if (!wire_stable(one.type, one.body, &arena))
		abort();
	text_clear(&t);
	arena_clear(&arena);
	return 0;
}
