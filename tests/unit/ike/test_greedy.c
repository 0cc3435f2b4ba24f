/* SPDX-License-Identifier: ISC */
/* What a peer that is authenticated can make us hold, or do: never without end. */
#include "support/unit.h"

#include "conf.h"
#include "iana/ikev2.h"
#include "pair.h"
#include "sealed.h"

#define X25519 31

static void command(struct pair *p, unsigned i, struct command c)
{
	c.kind = COMMAND_REKEY;
	c.name = i == BOB ? "branch" : "office";
	pair_command(p, i, &c);
}

/* HDR, SK {SA, Ni, KEi} --> */
static void ask_ike_rekey(struct pair *p, unsigned from)
{
	struct message_writer m;
	struct proposals ike = { 0 };
	struct arena arena = { 0 };
	struct reason why = { 0 };
	uint8_t room[1024], first = 0;
	uint8_t base[32] = { 9 };
	struct bytes chain;

	assert_true(proposals_add_text(&ike, &arena, PROTO_IKE, bytes_str("aes256gcm16-prfsha256-x25519"), &why));
	ike.list[0].number = 1;
	ike.list[0].spi = bytes("\x01\x02\x03\x04\x05\x06\x07\x08", 8);
	m = chain_begin(room, sizeof(room));
	sa_write(&m, &ike, &arena);
	nonce_write(&m, bytes("0123456789abcdef0123456789abcdef", 32));
	ke_write(&m, X25519, bytes(base, sizeof(base)));
	chain = chain_end(&m, &first);
	send_sealed(p, from, IKEV2_EXCHANGE_CREATE_CHILD_SA, pair_sa(p, !from)->next_in, first, chain);
	arena_clear(&arena);
}

/* HDR, SK {N(REKEY_SA), SA, Ni, TSi, TSr} --> */
static void ask_child_rekey(struct pair *p, uint32_t old, uint32_t fresh)
{
	struct message_writer m;
	struct arena arena = { 0 };
	uint8_t room[1024], all[1100], spi[4], first = 0, *at;
	struct bytes chain = child_request(room, sizeof(room), &arena, &first), named;

	put_u32((uint8_t *)(uintptr_t)chain.at + 12, fresh);
	put_u32(spi, old);
	m = chain_begin(all, sizeof(all));
	notify_write(&m, IKEV2_PROTOCOL_ESP, bytes(spi, 4), IKEV2_NOTIFY_REKEY_SA, bytes_none());
	named = chain_end(&m, &first);
	at = (uint8_t *)(uintptr_t)named.at;
	at[0] = IKEV2_PAYLOAD_SA; /* what follows it */
	memcpy(at + named.len, chain.at, chain.len);
	send_sealed(p, ALICE, IKEV2_EXCHANGE_CREATE_CHILD_SA, pair_sa(p, BOB)->next_in, first, bytes(at, named.len + chain.len));
	arena_clear(&arena);
}

/* Our own rekeying is not answered, and the peer rekeys again and again itself: one spare IKE SA, no more. */
static void spares(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 700);
	pair_initiate(&p, ALICE, "office");
	p.filter = pair_drop;
	command(&p, BOB, (struct command){ 0 });
	assert_non_null(pair_sa(&p, BOB)->ours);
	for (unsigned i = 0; i < 20; i++)
		ask_ike_rekey(&p, ALICE);
	assert_int_equal(p.node[BOB].engine->sa_count, 2);
	pair_run(&p, 900000);
	assert_int_equal(p.node[BOB].engine->sa_count, 0);
	pair_clear(&p);
}

/* The same with a Child SA: what came second would belong to nobody. */
static void rivals(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 701);
	pair_initiate(&p, ALICE, "office");
	p.filter = pair_drop;
	command(&p, BOB, (struct command){ .child = "net" });
	assert_non_null(pair_sa(&p, BOB)->ours);
	for (unsigned i = 0; i < 20; i++)
		ask_child_rekey(&p, p.node[BOB].spi_out[0], 0x5000 + i);
	assert_int_equal(pair_children(&p, BOB), 2);
	assert_int_equal(p.node[BOB].installed_count, 2);
	pair_clear(&p);
}

#define STARTED "net { esp_proposals = aes256gcm16\n local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n start_action = start\n }\n"

/* The peer leaves our rekeying without an answer and has sent its own: in this state the connection is taken away. */
static void unloaded_while_crossing(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = STARTED }), pair_bob, 704);
	pair_run(&p, 3000);
	assert_int_equal(pair_up(&p, ALICE), 1);
	p.filter = pair_drop;
	command(&p, ALICE, (struct command){ 0 });
	ask_ike_rekey(&p, BOB);
	assert_int_equal(p.node[ALICE].engine->sa_count, 2);
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_UNLOAD, .name = "office" });
	pair_run(&p, 500000);
	assert_int_equal(p.node[ALICE].engine->sa_count, 0);
	assert_int_equal(p.node[ALICE].installed_count, 0);
	assert_int_equal(p.node[ALICE].downs, 1);
	pair_clear(&p);
}

/* Whoever sees our first message can answer in the peer's name, as often as he likes: it costs us nothing that grows. */
static void answers_without_end(void **state)
{
	struct datagram first = { 0 };
	struct message_writer m;
	struct proposals ike = { 0 };
	struct arena arena = { 0 };
	struct reason why = { 0 };
	struct ike_header h = { .spi_r = 7, .major = 2, .exchange = IKEV2_EXCHANGE_IKE_SA_INIT, .flags = IKE_FLAG_RESPONSE };
	uint8_t room[1024], base[32] = { 9 };
	struct bytes answer;
	struct path path;
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 705);
	p.filter = pair_keep_first;
	p.ctx = &first;
	pair_initiate(&p, ALICE, "office");
	assert_true(first.len > 0);
	h.spi_i = get_u64(first.data);
	assert_true(proposals_add_text(&ike, &arena, PROTO_IKE, bytes_str("aes128-sha1-modp2048"), &why));
	ike.list[0].number = 1;
	m = message_begin(room, sizeof(room), &h);
	sa_write(&m, &ike, &arena);
	ke_write(&m, X25519, bytes(base, sizeof(base)));
	nonce_write(&m, bytes("0123456789abcdef0123456789abcdef", 32));
	answer = message_end(&m);
	path = pair_path(&p, BOB);
	for (unsigned i = 0; i < 200; i++)
		pair_input(&p, ALICE, &path, answer);
	assert_true(pair_counter(&p, ALICE, "unauthenticated-answer") > 0);
	assert_int_equal(pair_counter(&p, ALICE, "unauthenticated-answer"), DOUBTS_MAX);
	assert_int_equal(pair_counter(&p, ALICE, "stray-response"), 200 - DOUBTS_MAX);
	arena_clear(&arena);
	pair_clear(&p);
}

struct copied {
	struct datagram request; /* Bob's last */
	unsigned keepalives;
	bool mute;               /* Bob is */
};

static bool copy_request(struct pair *p, struct datagram *d, void *ctx)
{
	struct copied *c = ctx;

	(void)p;
	c->keepalives += d->from == ALICE && d->keepalive;
	if (d->from == BOB && !c->mute && !(d->data[19] & IKE_FLAG_RESPONSE))
		c->request = *d;
	return d->from == ALICE || !c->mute;
}

/* Copies of the peer's last request from elsewhere are answered there; the NAT is kept awake all the same. */
static void copies_keep_no_mapping(void **state)
{
	struct copied c = { 0 };
	struct pair p;
	struct path path;

	(void)state;
	pair_init(&p, pair_alice, conf_bob((struct conf_parts){ .more = "dpd_delay = 5s\n" }), 706);
	p.nat = (struct addr){ ADDR_V4, { 203, 0, 113, 1 } };
	p.filter = copy_request;
	p.ctx = &c;
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 6000);
	assert_true(c.request.len > 0);
	path = pair_path(&p, BOB);
	path.remote.addr = (struct addr){ ADDR_V4, { 203, 0, 113, 99 } };
	path.encap = PATH_UDP_NATT;
	path.local.port = path.remote.port = 4500;
	c.mute = true;
	c.keepalives = 0;
	for (unsigned i = 0; i < 12; i++) {
		pair_run(&p, 4000);
		pair_input(&p, ALICE, &path, bytes(c.request.data, c.request.len));
	}
	assert_true(c.keepalives > 0);
	pair_clear(&p);
}

static bool lose_deletes(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)ctx;
	return d->data[18] != IKEV2_EXCHANGE_INFORMATIONAL;
}

/* The peer rekeys and rekeys, and deletes nothing: only some old IKE SAs wait for it. When it does delete, all is as it should be. */
static void elders(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 702);
	pair_initiate(&p, ALICE, "office");
	p.filter = lose_deletes;
	for (unsigned i = 0; i < 3 * ELDERS_MAX; i++) {
		command(&p, ALICE, (struct command){ 0 });
		pair_deliver(&p);
	}
	assert_int_equal(p.node[BOB].ike_rekeys, 3 * ELDERS_MAX);
	assert_int_equal(p.node[BOB].engine->sa_count, 1 + ELDERS_MAX);
	assert_int_equal(p.node[ALICE].engine->sa_count, 1 + ELDERS_MAX);
	p.filter = NULL;
	pair_run(&p, 500000);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p.node[k].engine->sa_count, 1);
		assert_int_equal(p.node[k].ups, 1);
		assert_int_equal(p.node[k].downs, 0);
		assert_int_equal(p.node[k].installed_count, 1);
		assert_true(pair_flows(&p, k));
	}
	pair_clear(&p);
}

/* A client says how long its gateway's authentication holds: the gateway cannot go and look for it. RFC 4478. */
static void lifetime_from_a_client(void **state)
{
	struct pair p;
	struct message_writer m;
	uint8_t room[64], first = 0;
	struct bytes chain;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 703);
	pair_initiate(&p, ALICE, "office");
	m = chain_begin(room, sizeof(room));
	notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_AUTH_LIFETIME, bytes("\0\0\0\1", 4));
	chain = chain_end(&m, &first);
	p.filter = pair_drop;
	send_sealed(&p, ALICE, IKEV2_EXCHANGE_INFORMATIONAL, pair_sa(&p, BOB)->next_in, first, chain);
	assert_true(pair_sa(&p, BOB)->reauth_at == NEVER);
	pair_run(&p, 30000);
	assert_int_equal(p.node[BOB].stories[STORY_REFUSED], 0);
	assert_int_equal(pair_up(&p, BOB), 1);
	pair_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spares), cmocka_unit_test(rivals), cmocka_unit_test(elders), cmocka_unit_test(lifetime_from_a_client),
		cmocka_unit_test(unloaded_while_crossing),
		cmocka_unit_test(answers_without_end), cmocka_unit_test(copies_keep_no_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
