/* SPDX-License-Identifier: ISC */
/* Peers that take one pair of traffic selectors a Child SA. RFC 7296 2.9. */
#include "support/unit.h"

#include "conf.h"
#include "iana/ikev2.h"
#include "ike/exchange.h"
#include "pair.h"

#include <stdlib.h>

#define ESP "esp_proposals = aes256gcm16\n"
#define FOUR "net { " ESP "local_ts = 10.1.0.0/16, 10.3.0.0/16\n remote_ts = 10.2.0.0/16, 10.4.0.0/16\n}\n"
#define ONE(name, local, remote) name " { " ESP "local_ts = " local "\n remote_ts = " remote "\n}\n"

struct seen {
	unsigned count;
	struct selector local[8], remote[8];
};

static bool note_child(void *ctx, const struct child_info *child)
{
	struct seen *s = ctx;

	assert_true(s->count < 8);
	assert_int_equal(child->local_ts->count, 1);
	assert_int_equal(child->remote_ts->count, 1);
	s->local[s->count] = child->local_ts->list[0];
	s->remote[s->count++] = child->remote_ts->list[0];
	return true;
}

static bool each_ike(void *ctx, const struct ike_info *ike)
{
	*(uint32_t *)ctx = ike->id;
	return false;
}

static struct seen children(struct pair *p, unsigned i)
{
	struct seen s = { 0 };
	uint32_t id = 0;

	engine_each_ike(p->node[i].engine, each_ike, &id);
	engine_each_child(p->node[i].engine, id, note_child, &s);
	return s;
}

static void assert_all_differ(const struct seen *s)
{
	for (unsigned i = 0; i < s->count; i++)
		for (unsigned k = 0; k < i; k++)
			assert_false(selector_equal(&s->local[i], &s->local[k]) && selector_equal(&s->remote[i], &s->remote[k]));
}

/* The responder has a child for each pair: it answers with the first, and then we ask for the others. */
static void takes_the_first(void **state)
{
	const char *bob = ONE("a", "10.2.0.0/16", "10.1.0.0/16") ONE("b", "10.4.0.0/16", "10.1.0.0/16")
	    ONE("c", "10.2.0.0/16", "10.3.0.0/16") ONE("d", "10.4.0.0/16", "10.3.0.0/16");
	struct pair p;
	struct seen s;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = FOUR }), conf_bob((struct conf_parts){ .children = bob }), 300);
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 1000);
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	for (unsigned i = 0; i < 2; i++) {
		s = children(&p, i);
		assert_int_equal(s.count, 4);
		assert_all_differ(&s);
	}
	/* down takes all of them */
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .name = "office" });
	pair_deliver(&p);
	assert_int_equal(p.node[ALICE].installed_count, 0);
	assert_int_equal(p.node[BOB].installed_count, 0);
	pair_clear(&p);
}

/* A child that the configuration no longer has goes with all of its Child SAs; what stays, stays. */
static void configured_away(void **state)
{
	const char *bob = ONE("a", "10.2.0.0/16", "10.1.0.0/16") ONE("b", "10.4.0.0/16", "10.1.0.0/16")
	    ONE("c", "10.2.0.0/16", "10.3.0.0/16") ONE("d", "10.4.0.0/16", "10.3.0.0/16") ONE("e", "10.6.0.0/16", "10.5.0.0/16");
	const char *other = "other { start_action = start\n " ESP "local_ts = 10.5.0.0/16\n remote_ts = 10.6.0.0/16\n}\n";
	const char *both = "net { start_action = start\n " ESP "local_ts = 10.1.0.0/16, 10.3.0.0/16\n remote_ts = 10.2.0.0/16, 10.4.0.0/16\n}\n"
			   "other { start_action = start\n " ESP "local_ts = 10.5.0.0/16\n remote_ts = 10.6.0.0/16\n}\n";
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = both }), conf_bob((struct conf_parts){ .children = bob }), 309);
	pair_run(&p, 10000);
	assert_int_equal(p.node[ALICE].installed_count, 5);
	pair_load(&p, ALICE, conf_alice((struct conf_parts){ .children = other }));
	pair_run(&p, 10000);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(p.node[i].installed_count, 1);
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_UNLOAD, .name = "office" });
	pair_run(&p, 1000);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(pair_up(&p, i), 0);
	pair_clear(&p);
}

/* One of several is lost: it comes back, unless that is not wanted. */
static void one_is_lost(void **state)
{
	const char *bob = ONE("a", "10.2.0.0/16", "10.1.0.0/16") ONE("b", "10.4.0.0/16", "10.1.0.0/16")
	    ONE("c", "10.2.0.0/16", "10.3.0.0/16") ONE("d", "10.4.0.0/16", "10.3.0.0/16");

	(void)state;
	for (unsigned wanted = 0; wanted < 2; wanted++) {
		const char *alice = "net { " ESP "local_ts = 10.1.0.0/16, 10.3.0.0/16\n remote_ts = 10.2.0.0/16, 10.4.0.0/16\n start_action = start\n}\n";
		struct pair p;

		pair_init(&p, conf_alice((struct conf_parts){ .children = wanted ? alice : FOUR }), conf_bob((struct conf_parts){ .children = bob }), 306);
		pair_initiate(&p, ALICE, "office");
		pair_run(&p, 5000);
		assert_int_equal(p.node[ALICE].installed_count, 4);
		pair_command(&p, BOB, &(struct command){ .kind = COMMAND_TERMINATE, .child = "b" });
		pair_deliver(&p);
		assert_int_equal(p.node[ALICE].installed_count, 3);
		pair_run(&p, 5000);
		assert_int_equal(p.node[ALICE].installed_count, 3 + wanted);
		pair_clear(&p);
	}
}

/* A peer that is configured for less than we are is no such peer when it takes something else than the first. */
static void takes_less(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = FOUR }),
	          conf_bob((struct conf_parts){ .children = ONE("b", "10.4.0.0/16", "10.3.0.0/16") }), 301);
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 1000);
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	assert_int_equal(p.sent[ALICE], 2);
	pair_clear(&p);
}

/* One that takes the first pair and no other: we ask once for each, and rest. */
static void takes_the_first_only(void **state)
{
	struct pair p;
	unsigned sent;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = FOUR }),
	          conf_bob((struct conf_parts){ .children = ONE("a", "10.2.0.0/16", "10.1.0.0/16") }), 302);
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 1000);
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	sent = p.sent[ALICE];
	assert_int_equal(sent, 5);
	pair_run(&p, 60000);
	assert_int_equal(p.sent[ALICE], sent);
	pair_clear(&p);
}

/* --- SINGLE_PAIR_REQUIRED --- */

static struct bytes seal(struct pair *p, unsigned from, bool response, uint8_t exchange, uint32_t id, uint16_t notify, struct arena *arena)
{
	struct engine *e = p->node[from].engine;
	struct sa *sa = LIST_ITEM(e->sas.next, struct sa, link);
	uint8_t room[64], first = 0;
	struct message_writer m = chain_begin(room, sizeof(room));
	struct ike_header h = { .spi_i = sa->spi_i, .spi_r = sa->spi_r, .major = 2, .exchange = exchange, .message_id = id,
		                .flags = (sa->initiator ? IKE_FLAG_INITIATOR : 0) | (response ? IKE_FLAG_RESPONSE : 0) };
	struct bytes chain;

	if (notify)
		notify_write(&m, 0, bytes_none(), notify, bytes_none());
	chain = chain_end(&m, &first);
	return sk_seal(sa, &sa->gen, &h, first, chain, arena);
}

struct strict {
	unsigned requests;
	bool busy;
};

/* The first CREATE_CHILD_SA is answered in the responder's name; the responder gets an empty message in its place. */
static bool one_pair_please(struct pair *p, struct datagram *d, void *ctx)
{
	struct strict *s = ctx;
	struct path path = pair_path(p, d->from);
	struct arena arena = { 0 };
	uint32_t id;

	if (d->from == BOB)
		return !s->busy;
	if (d->data[18] != IKEV2_EXCHANGE_CREATE_CHILD_SA || s->requests++ > 0)
		return true;
	id = get_u32(d->data + 20);
	path.local.port = d->path.remote.port;
	path.remote.port = d->path.local.port;
	path.encap = d->path.encap;
	pair_input(p, BOB, &path, seal(p, ALICE, false, IKEV2_EXCHANGE_INFORMATIONAL, id, 0, &arena));
	while (p->queued > 0) /* its answer is of no use */
		free(p->queue[--p->queued]);
	path.local.addr = p->node[ALICE].addr;
	path.remote.addr = p->node[BOB].addr;
	pair_input(p, ALICE, &path, seal(p, BOB, true, IKEV2_EXCHANGE_CREATE_CHILD_SA, id, IKEV2_NOTIFY_SINGLE_PAIR_REQUIRED, &arena));
	arena_clear(&arena);
	return false;
}

static void wants_one_pair(void **state)
{
	const char *alice = ONE("first", "10.8.0.0/16", "10.9.0.0/16") FOUR;
	const char *bob = ONE("first", "10.9.0.0/16", "10.8.0.0/16") "net { " ESP
		"local_ts = 10.2.0.0/16, 10.4.0.0/16\n remote_ts = 10.1.0.0/16, 10.3.0.0/16\n}\n";
	struct strict strict = { 0 };
	struct pair p;
	struct seen s;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = alice }), conf_bob((struct conf_parts){ .children = bob }), 303);
	p.filter = one_pair_please;
	p.ctx = &strict;
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 1000);
	assert_non_null(pair_done(&p, ALICE, TOKEN));
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	s = children(&p, ALICE);
	assert_int_equal(s.count, 5);
	assert_all_differ(&s);
	assert_int_equal(strict.requests, 5);
	pair_clear(&p);
}

/* With a packet in hand its own pair is asked for, and no other. */
static void wants_one_pair_of_a_trap(void **state)
{
	const char *alice = ONE("first", "10.8.0.0/16", "10.9.0.0/16")
		"net { " ESP "local_ts = 10.1.0.0/16, 10.3.0.0/16\n remote_ts = 10.2.0.0/16, 10.4.0.0/16\n start_action = trap\n}\n";
	const char *bob = ONE("first", "10.9.0.0/16", "10.8.0.0/16") "net { " ESP
		"local_ts = 10.2.0.0/16, 10.4.0.0/16\n remote_ts = 10.1.0.0/16, 10.3.0.0/16\n}\n";
	struct addr mine = { ADDR_V4, { 10, 1, 0, 7 } }, theirs = { ADDR_V4, { 10, 4, 0, 9 } };
	struct traffic t = { .kind = TRAFFIC_ACQUIRE, .packet_local = { .first = mine, .last = mine, .protocol = 17, .port_first = 5, .port_last = 5 },
		             .packet_remote = { .first = theirs, .last = theirs, .protocol = 17, .port_first = 53, .port_last = 53 } };
	struct strict strict = { 0 };
	struct pair p;
	struct seen s;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = alice }), conf_bob((struct conf_parts){ .children = bob }), 304);
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INITIATE, .name = "office", .child = "first" });
	pair_deliver(&p);
	p.filter = one_pair_please;
	p.ctx = &strict;
	t.child_id = p.node[ALICE].policies[0];
	engine_traffic(p.node[ALICE].engine, p.now, &t);
	pair_run(&p, 1000);
	s = children(&p, ALICE);
	assert_int_equal(s.count, 2);
	assert_true(selector_equal(&s.local[1], &t.packet_local));
	assert_true(selector_equal(&s.remote[1], &t.packet_remote));
	/* a packet that it does not carry makes another */
	t.packet_local.port_first = t.packet_local.port_last = 6;
	engine_traffic(p.node[ALICE].engine, p.now, &t);
	pair_run(&p, 1000);
	assert_int_equal(p.node[ALICE].installed_count, 3);
	pair_clear(&p);
}

/* IKE_AUTH's answer, with TS_UNACCEPTABLE turned into SINGLE_PAIR_REQUIRED: the keys are at hand. */
static bool another_notify(struct pair *p, struct datagram *d, void *ctx)
{
	struct engine *alice = p->node[ALICE].engine, *bob = p->node[BOB].engine;
	struct arena arena = { 0 };
	struct payloads outer, inner;
	struct ike_header h;
	struct reason why = { 0 };
	struct bytes chain, sealed;
	struct sa *sa;

	if (d->from != BOB || d->data[18] != IKEV2_EXCHANGE_IKE_AUTH || (*(unsigned *)ctx)++ > 0)
		return true;
	sa = LIST_ITEM(alice->sas.next, struct sa, link);
	assert_true(ike_header_read(&h, bytes(d->data, d->len), &why));
	assert_true(payloads_read(&outer, h.next, bytes(d->data + IKE_HEADER_LEN, d->len - IKE_HEADER_LEN), &arena, &why));
	assert_true(sk_open(sa, &sa->gen, bytes(d->data, d->len), payloads_find(&outer, IKEV2_PAYLOAD_SK, NULL), &chain, &why));
	assert_true(payloads_read(&inner, outer.sk_next, chain, &arena, &why));
	for (uint16_t i = 0; i < inner.count; i++) {
		uint8_t *body = (uint8_t *)(uintptr_t)inner.list[i].body.at;

		if (inner.list[i].type == IKEV2_PAYLOAD_NOTIFY && get_u16(body + 2) == IKEV2_NOTIFY_TS_UNACCEPTABLE)
			put_u16(body + 2, IKEV2_NOTIFY_SINGLE_PAIR_REQUIRED);
	}
	sa = LIST_ITEM(bob->sas.next, struct sa, link);
	sealed = sk_seal(sa, &sa->gen, &h, outer.sk_next, chain, &arena);
	assert_int_equal(sealed.len, d->len);
	memcpy(d->data, sealed.at, sealed.len);
	arena_clear(&arena);
	return true;
}

static void wants_one_pair_in_ike_auth(void **state)
{
	const char *nothing = ONE("x", "192.168.0.0/24", "192.168.1.0/24");
	unsigned seen = 0;
	struct pair p;
	struct seen s;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = FOUR }), conf_bob((struct conf_parts){ .children = nothing }), 305);
	p.filter = another_notify;
	p.ctx = &seen;
	engine_command(p.node[ALICE].engine, p.now, TOKEN, &(struct command){ .kind = COMMAND_INITIATE, .name = "office" });
	while (seen == 0 && pair_step(&p))
		continue;
	assert_int_equal(seen, 1);
	pair_host(&p, ALICE);
	assert_null(pair_done(&p, ALICE, TOKEN)); /* those that take its place are awaited */
	pair_run(&p, 1000);
	/* all four are refused, and then the command has failed */
	assert_non_null(pair_done(&p, ALICE, TOKEN));
	assert_false(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(pair_done(&p, ALICE, TOKEN)->notify, IKEV2_NOTIFY_TS_UNACCEPTABLE);
	s = children(&p, ALICE);
	assert_int_equal(s.count, 0);
	assert_int_equal(pair_up(&p, ALICE), 1);
	pair_clear(&p);
}

/* Some say TS_UNACCEPTABLE when they mean that: each pair is tried, once. */
static void refuses_several(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = FOUR }),
	          conf_bob((struct conf_parts){ .children = ONE("x", "192.168.0.0/24", "192.168.1.0/24") }), 307);
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 60000);
	assert_non_null(pair_done(&p, ALICE, TOKEN));
	assert_int_equal(pair_done(&p, ALICE, TOKEN)->notify, IKEV2_NOTIFY_TS_UNACCEPTABLE);
	assert_int_equal(p.sent[ALICE], 6);
	pair_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_first),
		cmocka_unit_test(configured_away),
		cmocka_unit_test(one_is_lost),
		cmocka_unit_test(takes_less),
		cmocka_unit_test(takes_the_first_only),
		cmocka_unit_test(wants_one_pair),
		cmocka_unit_test(wants_one_pair_of_a_trap),
		cmocka_unit_test(wants_one_pair_in_ike_auth),
		cmocka_unit_test(refuses_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
