/* SPDX-License-Identifier: ISC */
/*
 * A datagram as the network gives it: header, chain, every body, and the lines that would be logged. Reading must not
 * fault; what could be read as a chain is written again and must be read to the same chain.
 */
#include <stdlib.h>

#include "iana/ikev2.h"
#include "support/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_bodies(const struct payloads *p)
{
	for (unsigned i = 0; i < p->count; i++) {
		struct arena own = { 0 };
		struct bytes again;

		(void)wire_reread(p->list[i].type, p->list[i].body, &again, &own);
		arena_clear(&own);
	}
}

static void same_again(const struct ike_header *h, const struct payloads *p, size_t size, struct arena *arena)
{
	uint8_t *room = malloc(size);
	struct message_writer m;
	struct ike_header h2;
	struct payloads p2;
	struct reason why;
	struct bytes message;

	if (!room)
		return;
	m = message_begin(room, size, h);
	for (unsigned i = 0; i < p->count; i++)
		payload_write(&m, p->list[i].type, p->list[i].body);
	message = message_end(&m);
	if (message.len != size || !ike_header_read(&h2, message, &why) ||
	    !payloads_read(&p2, h2.next, bytes(message.at + IKE_HEADER_LEN, size - IKE_HEADER_LEN), arena, &why) ||
	    p2.count != p->count)
		abort();
	for (unsigned i = 0; i < p->count; i++)
		if (p2.list[i].type != p->list[i].type || !bytes_equal(p2.list[i].body, p->list[i].body))
			abort();
	free(room);
}

/* With each shape of cipher: the layout lies inside of the message. */
static void encrypted(const struct payload *sk, struct bytes message)
{
	struct skf fragment;
	static const size_t shapes[][3] = { { 8, 1, 16 }, { 16, 16, 12 }, { 16, 16, 32 } };

	for (size_t i = 0; i < COUNT_OF(shapes); i++) {
		struct sk_layout l;
		struct bytes chain;

		if (!sk_layout_read(&l, sk, message.len, shapes[i][0], shapes[i][1], shapes[i][2]))
			continue;
		if (l.iv_at + shapes[i][0] != l.text_at || l.text_at + l.text_len != l.icv_at ||
		    l.icv_at + shapes[i][2] != message.len)
			abort();
		(void)sk_unpad(&chain, bytes(message.at + l.text_at, l.text_len));
	}
	if (sk->type == IKEV2_PAYLOAD_SKF && skf_read(&fragment, sk->body) &&
	    (fragment.number == 0 || fragment.number > fragment.total))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct text t = { 0 };
	struct reason why = { 0 };
	struct ike_header h;
	struct payloads p;

	if (size > IKE_MESSAGE_MAX || !ike_header_read(&h, bytes(data, size), &why))
		return 0;
	ike_header_print(&t, &h);
	if (payloads_read(&p, h.next, bytes(data + IKE_HEADER_LEN, size - IKE_HEADER_LEN), &arena, &why)) {
		read_bodies(&p);
		payloads_print(&t, &p);
		if (p.count > 0 && (p.list[p.count - 1].type == IKEV2_PAYLOAD_SK || p.list[p.count - 1].type == IKEV2_PAYLOAD_SKF))
			encrypted(&p.list[p.count - 1], bytes(data, size));
		same_again(&h, &p, size, &arena);
	}
	text_clear(&t);
	arena_clear(&arena);
	return 0;
}
