/* SPDX-License-Identifier: ISC */
/* A peer with the keys in hand, who says what it likes. */
#include "sealed.h"

#include "iana/ikev2.h"
#include "support/unit.h"

struct sa *pair_sa(struct pair *p, unsigned i)
{
	struct engine *e = p->node[i].engine;

	return list_empty(&e->sas) ? NULL : LIST_ITEM(e->sas.next, struct sa, link);
}

/* Into the other engine, past the filter. */
static void seal_and_give(struct pair *p, unsigned from, const struct ike_header *h, uint8_t first, struct bytes chain)
{
	struct sa *sa = pair_sa(p, from);
	struct arena arena = { 0 };
	struct bytes m = sk_seal(sa, &sa->gen, h, first, chain, &arena);
	struct path path = pair_path(p, from);

	assert_true(m.len > 0);
	path.encap = PATH_UDP_NATT;
	path.local.port = path.remote.port = 4500;
	pair_input(p, !from, &path, m);
	arena_clear(&arena);
}

static struct ike_header header(struct pair *p, unsigned from, uint8_t exchange, uint32_t message_id, uint8_t flags)
{
	const struct sa *sa = pair_sa(p, from);

	return (struct ike_header){ .spi_i = sa->spi_i, .spi_r = sa->spi_r, .major = 2, .exchange = exchange,
		                    .flags = (uint8_t)(flags | (sa->initiator ? IKE_FLAG_INITIATOR : 0)), .message_id = message_id };
}

void send_sealed(struct pair *p, unsigned from, uint8_t exchange, uint32_t message_id, uint8_t first, struct bytes chain)
{
	struct ike_header h = header(p, from, exchange, message_id, 0);

	seal_and_give(p, from, &h, first, chain);
}

void send_sealed_response(struct pair *p, unsigned from, uint8_t exchange, uint32_t message_id, uint8_t first, struct bytes chain)
{
	struct ike_header h = header(p, from, exchange, message_id, IKE_FLAG_RESPONSE);

	seal_and_give(p, from, &h, first, chain);
}

bool pair_drop(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)d, (void)ctx;
	return false;
}

bool pair_only_init(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)ctx;
	return d->data[18] == IKEV2_EXCHANGE_IKE_SA_INIT;
}

struct bytes child_request(uint8_t *room, size_t len, struct arena *arena, uint8_t *first)
{
	struct message_writer m = chain_begin(room, len);
	struct proposals esp = { 0 };
	struct selectors ts = { 0 };
	struct selector any = { 0 };
	struct reason why = { 0 };

	assert_true(proposals_add_text(&esp, arena, PROTO_ESP, bytes_str("aes256gcm16"), &why));
	esp.list[0].number = 1;
	esp.list[0].spi = bytes("\x01\x02\x03\x04", 4);
	assert_true(selector_parse(&any, bytes_str("10.1.0.0/16"), &why));
	ts = (struct selectors){ 1, &any };
	sa_write(&m, &esp, arena);
	nonce_write(&m, bytes("0123456789abcdef0123456789abcdef", 32));
	ts_write(&m, IKEV2_PAYLOAD_TS_I, &ts, arena);
	assert_true(selector_parse(&any, bytes_str("10.2.0.0/16"), &why));
	ts_write(&m, IKEV2_PAYLOAD_TS_R, &ts, arena);
	return chain_end(&m, first);
}
