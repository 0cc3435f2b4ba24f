/* SPDX-License-Identifier: ISC */
/*
 * Inner packets as anybody may send them: parsed, clamped, marked, cut into fragments, answered by ICMP errors, and through transport mode.
 *
 * Each step must leave a packet that can be parsed and says the same addresses; fragments must add up.
 */
#include <assert.h>
#include <stdlib.h>

#include "ipsec/fragment.h"
#include "ipsec/icmp.h"
#include "ipsec/mss.h"
#include "ipsec/packet.h"
#include "ipsec/transport.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer(const struct packet *p)
{
	uint8_t room[ICMP_ERROR_MAX];

	for (unsigned i = 0; i < 2; i++) {
		struct writer w = writer(room, sizeof(room)), again;
		struct packet e;

		if (!(i ? icmp_too_big(&w, p, 1280) : icmp_prohibited(&w, p)))
			continue;
		assert(packet_parse(&e, wr_done(&w)) == DROP_NONE && e.all.len == w.len);
		assert(addr_equal(&e.key.destination, &p->key.source));
		again = writer(room, sizeof(room));
		assert(!icmp_prohibited(&again, &e)); /* never an error about an error */
	}
}

static void cut(const struct packet *p, size_t mtu)
{
	uint8_t piece[2048];
	struct fragmenter f;
	size_t len, sum = 0, rounds = 0;

	if (mtu > sizeof(piece) || !fragment_start(&f, p, mtu))
		return;
	while ((len = fragment_next(&f, piece)) > 0) {
		struct packet q;

		assert(len <= mtu && ++rounds < 10000);
		assert(packet_parse(&q, bytes(piece, len)) == DROP_NONE && q.all.len == len);
		sum += len - q.header_len;
	}
	assert(sum == p->all.len - p->header_len);
}

/* The header goes off and comes back: the same packet between the same ends. Behind a NAT and back again, its checksum is as it was. */
static void transport(const struct packet *p)
{
	struct addr nat = { p->key.source.family, { 198, 51, 100, 7, 1 } };
	struct bytes payload, all;
	uint8_t next, *room;
	struct packet q;

	if (transport_strip(p, &payload, &next) != DROP_NONE || !(room = malloc(IPV6_HEADER + payload.len)))
		return;
	if (payload.len > 0)
		memcpy(room + IPV6_HEADER, payload.at, payload.len);
	all = transport_build(room + IPV6_HEADER, payload.len, next, p->tos, &nat, &p->key.destination);
	assert(all.len == transport_header_len(nat.family) + payload.len);
	if (packet_parse(&q, all) == DROP_NONE) { /* IPv6 headers behind ESP may lie */
		assert(q.key.protocol == p->key.protocol && q.tos == p->tos && addr_equal(&q.key.source, &nat) && q.all.len == all.len);
		transport_repair(room + (all.at - room), &q, &p->key.source, &p->key.destination);
	}
	free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet p, q;
	size_t mtu;
	uint8_t *copy;

	if (size < 2 || !(copy = malloc(size - 2 ? size - 2 : 1)))
		return 0;
	mtu = get_u16(data);
	memcpy(copy, data + 2, size - 2);
	if (packet_parse(&p, bytes(copy, size - 2)) == DROP_NONE) {
		assert(p.all.len <= size - 2 && p.header_len <= p.all.len);
		answer(&p);
		(void)mss_clamp(copy, &p, mtu);
		packet_set_tos(copy, &p, data[0]);
		assert(packet_parse(&q, bytes(copy, size - 2)) == DROP_NONE && q.tos == data[0]);
		assert(addr_equal(&p.key.source, &q.key.source) && p.key.protocol == q.key.protocol && p.all.len == q.all.len);
		cut(&q, mtu);
		transport(&q);
	}
	free(copy);
	return 0;
}
