/* SPDX-License-Identifier: ISC */
/*
 * The Traffic Selector payloads, TSi and TSr. RFC 7296 3.13. Read and laid out by policy/selector.h.
 *
 * | Number of TSs |                 RESERVED                      |
 * ~                       <Traffic Selectors>                     ~
 */
#include "iana/ikev2.h"
#include "wire/print.h"

void ts_write(struct message_writer *m, uint8_t payload_type, const struct selectors *s, struct arena *arena)
{
	struct bytes body = selectors_flat(s, arena);

	if (body.len == 0) /* out of memory */
		m->w.full = true;
	payload_write(m, payload_type, body);
}

void ts_print(struct text *t, struct bytes body)
{
	struct arena arena = { 0 };
	struct selectors s;

	if (selectors_read(&s, body, &arena))
		selectors_print(t, &s);
	else
		print_malformed(t, body);
	arena_clear(&arena);
}
