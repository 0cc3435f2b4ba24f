/* SPDX-License-Identifier: ISC */
/*
 * The SA payload. RFC 7296 3.3. Its proposals are read and laid out by policy/proposal.h.
 *
 * |                          <Proposals>                          |
 */
#include "iana/ikev2.h"
#include "wire/print.h"

void sa_write(struct message_writer *m, const struct proposals *p, struct arena *arena)
{
	struct bytes body = proposals_flat(p, arena);

	if (body.len == 0) /* out of memory, or nothing to propose: neither may be sent */
		m->w.full = true;
	payload_write(m, IKEV2_PAYLOAD_SA, body);
}

void sa_print(struct text *t, struct bytes body)
{
	struct arena arena = { 0 };
	struct proposals p;

	if (proposals_read(&p, body, &arena)) {
		for (unsigned i = 0; i < p.count; i++) {
			text_add(t, "%s#%u ", i ? ", " : "", p.list[i].number);
			proposal_print(t, &p.list[i]);
			if (p.list[i].spi.len > 0) {
				text_add(t, " SPI ");
				text_add_hex(t, p.list[i].spi);
			}
		}
	} else {
		print_malformed(t, body);
	}
	arena_clear(&arena);
}
