/* SPDX-License-Identifier: ISC */
/* What peers may say of addresses, right and wrong: RFC 4555 3.7 to 3.9, 4.2. */
#include "support/unit.h"

#include "iana/ikev2.h"
#include "ike/roam.h"
#include "pair.h"
#include "sealed.h"

#define PSK "secrets { ike-x { secret = \"one shared secret\" } }\n"
#define SIDE(name, more, own, peer, local, remote)                                                                    \
	"connections { " name " { version = 2\n" more "\n proposals = aes256gcm16-prfsha256-x25519\n"                   \
	"  local { auth = psk\n id = " own " }\n remote { auth = psk\n id = " peer " }\n"                               \
	"  children { net { local_ts = " local "\n remote_ts = " remote "\n esp_proposals = aes256gcm16\n }\n }\n } }\n" PSK
#define CLIENT SIDE("office", "remote_addrs = 192.0.2.2\n", "a.example", "b.example", "10.1.0.0/16", "10.2.0.0/16")
#define GATEWAY(more) SIDE("branch", more, "b.example", "a.example", "10.2.0.0/16", "10.1.0.0/16")

static const struct addr elsewhere = { ADDR_V4, { 198, 51, 100, 7 } };
static const uint8_t sixty_six[66] = { 7 };

struct said {
	uint16_t type;
	struct bytes data;
};

static void up(struct pair *p, const char *gateway, uint64_t seed)
{
	pair_init(p, CLIENT, gateway, seed);
	pair_initiate(p, ALICE, "office");
	pair_deliver(p);
	assert_int_equal(pair_children(p, BOB), 1);
}

static struct bytes chain_of(const struct said *said, uint8_t *room, size_t len, uint8_t *first)
{
	struct message_writer m = chain_begin(room, len);

	for (; said->type; said++)
		notify_write(&m, 0, bytes_none(), said->type, said->data);
	return chain_end(&m, first);
}

static void say(struct pair *p, unsigned from, uint32_t id, const struct said *said, bool response)
{
	uint8_t room[1024], first = 0;
	struct bytes chain = chain_of(said, room, sizeof(room), &first);

	(response ? send_sealed_response : send_sealed)(p, from, IKEV2_EXCHANGE_INFORMATIONAL, id, first, chain);
}

/* The last message that `from` has sent, opened by the other, with a notify of this type. */
static bool last_has(struct pair *p, unsigned from, uint16_t type, struct bytes *data)
{
	struct sa *sa = pair_sa(p, !from);
	const struct datagram *d = p->queue[p->queued - 1];
	struct arena arena = { 0 };
	struct payloads outer = { 0 }, inner = { 0 };
	struct reason why = { 0 };
	struct bytes chain, message;
	struct notify n;
	bool has;

	assert_true(p->queued > 0 && d->from == from);
	message = arena_copy(&arena, bytes(d->data, d->len));
	assert_true(payloads_read(&outer, d->data[16], bytes(message.at + 28, message.len - 28), &arena, &why));
	assert_true(sk_open(sa, &sa->gen, message, payloads_find(&outer, IKEV2_PAYLOAD_SK, NULL), &chain, &why));
	assert_true(payloads_read(&inner, outer.sk_next, chain, &arena, &why));
	has = notify_find(&n, &inner, type);
	if (data) {
		static uint8_t kept[128];

		memcpy(kept, n.data.at ? n.data.at : kept, n.data.len < sizeof(kept) ? n.data.len : 0);
		*data = bytes(kept, n.data.len);
	}
	arena_clear(&arena);
	return has;
}

static void clear(struct pair *p)
{
	p->filter = pair_drop;
	pair_deliver(p);
	p->filter = NULL;
}

/* COOKIE2 comes back as it was, when its length is right; NAT detection is answered by NAT detection. */
static void questions_are_answered(void **state)
{
	static const struct {
		size_t len;
		bool comes_back;
	} cookies[] = { { 7, false }, { 8, true }, { 16, true }, { 64, true }, { 65, false } };
	struct pair p;
	uint32_t id = 2;

	(void)state;
	up(&p, GATEWAY(""), 1);
	for (size_t i = 0; i < COUNT_OF(cookies); i++) {
		struct bytes cookie = bytes(sixty_six, cookies[i].len), back;

		say(&p, ALICE, id++, (struct said[]){ { IKEV2_NOTIFY_COOKIE2, cookie }, { 0 } }, false);
		assert_int_equal(last_has(&p, BOB, IKEV2_NOTIFY_COOKIE2, &back), cookies[i].comes_back);
		assert_true(!cookies[i].comes_back || bytes_equal(back, cookie));
		assert_false(last_has(&p, BOB, IKEV2_NOTIFY_NAT_DETECTION_SOURCE_IP, NULL));
		clear(&p);
	}
	say(&p, ALICE, id, (struct said[]){ { IKEV2_NOTIFY_NAT_DETECTION_SOURCE_IP, bytes(sixty_six, 20) }, { 0 } }, false);
	assert_true(last_has(&p, BOB, IKEV2_NOTIFY_NAT_DETECTION_SOURCE_IP, NULL));
	assert_true(last_has(&p, BOB, IKEV2_NOTIFY_NAT_DETECTION_DESTINATION_IP, NULL));
	assert_int_equal(p.node[BOB].ike_updates, 0); /* and nothing else is done */
	clear(&p);
	pair_clear(&p);
}

/* 3.9: the addresses in NO_NATS_ALLOWED must be those of the header, or nothing is done. */
static void nat_prohibition(void **state)
{
	uint8_t right[12] = { 198, 51, 100, 7, 192, 0, 2, 2, 4500 >> 8, 4500 & 0xff, 4500 >> 8, 4500 & 0xff };
	struct pair p;

	(void)state;
	for (size_t broken = 0; broken <= sizeof(right); broken++) {
		struct bytes data = bytes(right, sizeof(right));

		up(&p, GATEWAY("mobike_check = no"), 2);
		p.node[ALICE].addr = elsewhere;
		if (broken < sizeof(right))
			right[broken] ^= 1;
		say(&p, ALICE, 2, (struct said[]){ { IKEV2_NOTIFY_UPDATE_SA_ADDRESSES, bytes_none() }, { IKEV2_NOTIFY_NO_NATS_ALLOWED, data }, { 0 } },
		    false);
		if (broken < sizeof(right))
			right[broken] ^= 1;
		assert_int_equal(last_has(&p, BOB, IKEV2_NOTIFY_UNEXPECTED_NAT_DETECTED, NULL), broken < sizeof(right));
		assert_int_equal(addr_equal(&pair_sa(&p, BOB)->path.remote.addr, &elsewhere), broken == sizeof(right));
		clear(&p);
		pair_clear(&p);
	}
}

/* Only the leader updates addresses, and only where MOBIKE was agreed on. */
static void who_may_update(void **state)
{
	static const struct said update[] = { { IKEV2_NOTIFY_UPDATE_SA_ADDRESSES, { 0 } }, { 0 } };
	struct pair p;
	struct path before;

	(void)state;
	up(&p, GATEWAY(""), 3);
	before = pair_sa(&p, ALICE)->path;
	p.node[BOB].addr = elsewhere;
	say(&p, BOB, 0, update, false);
	assert_true(path_equal(&before, &pair_sa(&p, ALICE)->path));
	clear(&p);
	pair_clear(&p);

	up(&p, GATEWAY("mobike = no"), 4);
	assert_null(pair_sa(&p, ALICE)->roam);
	p.node[ALICE].addr = elsewhere;
	say(&p, ALICE, 2, update, false);
	assert_false(addr_equal(&pair_sa(&p, BOB)->path.remote.addr, &elsewhere));
	clear(&p);
	pair_clear(&p);
}

/* Addresses that are none are passed over; too many are cut; the list replaces the old one (3.6). */
static void additional_addresses(void **state)
{
	static const uint8_t good[16] = { 203, 0, 113, 9 }, multicast[4] = { 224, 0, 0, 1 }, six[16] = { 0x20, 1, 0xd, 0xb8, [15] = 9 };
	struct said many[41] = { 0 };
	struct pair p;
	uint8_t each[40][4];
	const struct roam *r;

	(void)state;
	up(&p, GATEWAY(""), 5);
	say(&p, ALICE, 2, (struct said[]){ { IKEV2_NOTIFY_ADDITIONAL_IP4_ADDRESS, bytes(good, 4) },
	    { IKEV2_NOTIFY_ADDITIONAL_IP4_ADDRESS, bytes(good, 3) }, { IKEV2_NOTIFY_ADDITIONAL_IP4_ADDRESS, bytes(good, 16) },
	    { IKEV2_NOTIFY_ADDITIONAL_IP4_ADDRESS, bytes(multicast, 4) }, { IKEV2_NOTIFY_ADDITIONAL_IP6_ADDRESS, bytes(six, 16) },
	    { IKEV2_NOTIFY_ADDITIONAL_IP6_ADDRESS, bytes(six, 4) }, { IKEV2_NOTIFY_ADDITIONAL_IP6_ADDRESS, bytes_none() }, { 0 } }, false);
	r = pair_sa(&p, BOB)->roam;
	assert_int_equal(r->peer_count, 3); /* the header's, and two */
	for (size_t i = 0; i < 40; i++) {
		memcpy(each[i], (uint8_t[]){ 203, 0, 113, (uint8_t)i }, 4);
		many[i] = (struct said){ IKEV2_NOTIFY_ADDITIONAL_IP4_ADDRESS, bytes(each[i], 4) };
	}
	say(&p, ALICE, 3, many, false);
	assert_int_equal(r->peer_count, ROAM_PEERS_MAX);
	say(&p, ALICE, 4, (struct said[]){ { IKEV2_NOTIFY_NO_ADDITIONAL_ADDRESSES, bytes_none() }, { 0 } }, false);
	assert_int_equal(r->peer_count, 1);
	clear(&p);
	pair_clear(&p);
}

/* 3.7: the wrong COOKIE2, or none: the IKE SA is closed. */
static void wrong_cookie(void **state)
{
	static const struct said answers[][2] = { { { IKEV2_NOTIFY_COOKIE2, { sixty_six, 16 } }, { 0 } }, { { 0 } } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		struct pair p;

		up(&p, GATEWAY(""), 6);
		p.node[ALICE].addr = elsewhere;
		say(&p, ALICE, 2, (struct said[]){ { IKEV2_NOTIFY_UPDATE_SA_ADDRESSES, bytes_none() }, { 0 } }, false);
		assert_true(last_has(&p, BOB, IKEV2_NOTIFY_COOKIE2, NULL)); /* its question */
		clear(&p);
		say(&p, ALICE, 0, answers[i], true);
		assert_int_equal(pair_up(&p, BOB), 0);
		clear(&p);
		pair_clear(&p);
	}
}

/* What a responder may answer to an update. */
static void refusals(void **state)
{
	struct pair p;
	uint32_t id = 2;

	(void)state;
	up(&p, GATEWAY(""), 7);
	p.filter = pair_drop;
	p.node[ALICE].addr = elsewhere;
	engine_network(p.node[ALICE].engine, p.now);
	pair_deliver(&p);
	for (unsigned i = 0; i < 4; i++) { /* tried again: who changed one packet does not block the path */
		say(&p, BOB, id++, (struct said[]){ { IKEV2_NOTIFY_UNEXPECTED_NAT_DETECTED, bytes_none() }, { 0 } }, true);
		assert_true(last_has(&p, ALICE, IKEV2_NOTIFY_UPDATE_SA_ADDRESSES, NULL));
		pair_deliver(&p);
	}
	say(&p, BOB, id, (struct said[]){ { IKEV2_NOTIFY_UNACCEPTABLE_ADDRESSES, bytes_none() }, { 0 } }, true);
	assert_int_equal(pair_up(&p, ALICE), 0);
	p.filter = NULL;
	pair_run(&p, SECONDS(5)); /* anew, from the new address */
	assert_int_equal(p.node[ALICE].ups, 2);
	pair_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_answered),
		cmocka_unit_test(nat_prohibition),
		cmocka_unit_test(who_may_update),
		cmocka_unit_test(additional_addresses),
		cmocka_unit_test(wrong_cookie),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
