/* SPDX-License-Identifier: ISC */
/*
 * Two exchanges that cross: everything with everything, on Child SAs and IKE SAs. RFC 7296 2.8.1, 2.8.2, 2.25.
 *
 * One side begins, the other (or the same) begins something else while none to three messages have arrived; one message of all is
 * lost. When all is quiet both sides have the same SAs, nothing is left over, and the news balance.
 */
#include "support/unit.h"

#include "conf.h"
#include "iana/ikev2.h"
#include "pair.h"

#include <stdlib.h>

#define ESP " esp_proposals = aes256gcm16\n rekey_time = 0\n life_time = 0\n }\n"

static const char alice[] = "net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n" ESP
			    "more { local_ts = 10.3.0.0/16\n remote_ts = 10.4.0.0/16\n" ESP;
static const char bob[] = "net { local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n" ESP
			  "more { local_ts = 10.4.0.0/16\n remote_ts = 10.3.0.0/16\n" ESP;

enum op { CHILD_REKEY, CHILD_DELETE, CHILD_CREATE, IKE_REKEY, IKE_DELETE, OPS };
static const char *const op_names[OPS] = { "Child rekey", "Child delete", "Child create", "IKE rekey", "IKE delete" };

static void run(struct pair *p, unsigned i, enum op op)
{
	static const struct command commands[OPS] = {
		[CHILD_REKEY] = { .kind = COMMAND_REKEY, .child = "net" },
		[CHILD_DELETE] = { .kind = COMMAND_TERMINATE, .child = "net" },
		[CHILD_CREATE] = { .kind = COMMAND_INITIATE, .child = "more" },
		[IKE_REKEY] = { .kind = COMMAND_REKEY },
		[IKE_DELETE] = { .kind = COMMAND_TERMINATE },
	};
	struct command c = commands[op];

	c.name = i ? "branch" : "office";
	(void)pair_command(p, i, &c);
}

static bool lose_nth(struct pair *p, struct datagram *d, void *ctx)
{
	int *n = ctx;

	(void)p, (void)d;
	return (*n)-- != 0;
}

/* Each side's Child SAs are the other's, half by half. */
static void same_children(const struct pair *p)
{
	const struct peer *a = &p->node[ALICE], *b = &p->node[BOB];

	assert_int_equal(a->installed_count, b->installed_count);
	for (size_t i = 0; i < a->installed_count; i++) {
		bool found = false;

		for (size_t k = 0; k < b->installed_count; k++)
			found = found || (a->spi_in[i] == b->spi_out[k] && a->spi_out[i] == b->spi_in[k]);
		assert_true(found);
	}
}

static void check(const struct pair *p)
{
	for (unsigned k = 0; k < 2; k++) {
		const struct peer *n = &p->node[k];

		assert_int_equal(n->installed_count, pair_children(p, k));
		assert_int_equal(n->spis_out, 0);
		assert_int_equal(n->child_ups - n->child_downs, pair_children(p, k));
		assert_int_equal(n->ups - n->downs, pair_ikes(p, k));
		assert_int_equal(pair_ikes(p, k), pair_up(p, k));
		for (size_t i = 0; i < n->installed_count; i++)
			assert_false(n->inbound_only[i]);
	}
	assert_int_equal(pair_ikes(p, ALICE), pair_ikes(p, BOB));
	same_children(p);
}

struct cross {
	enum op first, second;
	unsigned who, steps; /* of the second */
	int lost;            /* -1: none */
	uint64_t seed;
};

/* "net" is up, by Alice. */
static void begin(struct pair *p, uint64_t seed)
{
	pair_init(p, conf_alice((struct conf_parts){ .more = "rekey_time = 0\n", .children = alice }),
	          conf_bob((struct conf_parts){ .more = "rekey_time = 0\n", .remote = "192.0.2.1", .children = bob }), seed);
	engine_command(p->node[ALICE].engine, p->now, TOKEN, &(struct command){ .kind = COMMAND_INITIATE, .name = "office", .child = "net" });
	pair_deliver(p);
	assert_true(pair_done(p, ALICE, TOKEN)->ok);
}

static void cross(const struct cross *c)
{
	struct pair p;
	int n = c->lost;

	begin(&p, c->seed);
	p.filter = lose_nth;
	p.ctx = &n;
	run(&p, ALICE, c->first);
	for (unsigned i = 0; i < c->steps; i++)
		(void)pair_step(&p);
	run(&p, c->who, c->second);
	pair_run(&p, 700000);
	check(&p);
	if (c->first == IKE_DELETE && c->second != CHILD_CREATE)
		assert_int_equal(pair_ikes(&p, ALICE), 0);
	if (c->first == CHILD_DELETE && c->second == CHILD_REKEY)
		assert_int_equal(pair_children(&p, ALICE), 0);
	if (c->first == CHILD_CREATE && c->second == CHILD_CREATE)
		assert_int_equal(pair_children(&p, ALICE), 2);
	pair_clear(&p);
}

static void all(void **state)
{
	size_t done = 0;

	(void)state;
	for (unsigned a = 0; a < OPS; a++)
		for (unsigned b = 0; b < OPS; b++)
			for (unsigned who = 0; who < 2; who++)
				for (unsigned steps = 0; steps < 4; steps++)
					for (int lost = -1; lost < 6; lost++) {
						struct cross c = { a, b, who, steps, lost, 1000 + done };

						if (getenv("SHOW"))
							print_message("%zu: %s at alice, %s at %s after %u, lost %d\n", done, op_names[a], op_names[b],
							              who ? "bob" : "alice", steps, lost);
						cross(&c);
						done++;
					}
	print_message("%zu crossings\n", done);
}

/* Both nonce orders, and every message lost, of what is decided by nonces. */
static void by_nonce(void **state)
{
	static const enum op ops[] = { CHILD_REKEY, IKE_REKEY, CHILD_CREATE };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ops); i++)
		for (uint64_t seed = 1; seed <= 16; seed++)
			for (int lost = -1; lost < 9; lost++)
				cross(&(struct cross){ ops[i], ops[i], BOB, 0, lost, seed });
}

static bool is_create_of_alice(const struct datagram *d)
{
	return d->from == ALICE && d->data[18] == IKEV2_EXCHANGE_CREATE_CHILD_SA && !(d->data[19] & IKE_FLAG_RESPONSE);
}

static bool hold_alice(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)ctx;
	return !is_create_of_alice(d);
}

/* What bob has made last meets a hard limit: it goes, and another one comes. */
static void limit_newest(struct pair *p)
{
	const struct peer *n = &p->node[BOB];
	struct traffic t = { .kind = TRAFFIC_SEQUENCE_LIMIT };

	for (size_t i = 0; i < n->installed_count; i++)
		t.child_id = n->installed[i] > t.child_id ? n->installed[i] : t.child_id;
	engine_traffic(n->engine, p->now, &t);
	pair_host(p, BOB);
	pair_run(p, 8000);
}

/*
 * Both set up one child; what bob's exchange has made is rekeyed (or made anew after a limit), and gone, before alice's request gets
 * through: one of the two goes.
 */
static void rekeyed_meanwhile(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++)
		for (unsigned n = 0; n < 6; n++) {
			unsigned rekeys = n % 3;
			struct pair p;

			begin(&p, seed);
			p.filter = hold_alice;
			run(&p, ALICE, CHILD_CREATE);
			run(&p, BOB, CHILD_CREATE);
			pair_run(&p, 1000);
			if (n >= 3)
				limit_newest(&p);
			for (unsigned i = 0; i < rekeys; i++) {
				(void)pair_command(&p, BOB, &(struct command){ .kind = COMMAND_REKEY, .name = "branch", .child = "more" });
				pair_run(&p, 8000);
			}
			assert_int_equal(p.node[BOB].child_rekeys, rekeys);
			p.filter = NULL;
			pair_run(&p, 700000);
			assert_int_equal(pair_children(&p, ALICE), 2);
			check(&p);
			pair_clear(&p);
		}
}

static bool note_delete(struct pair *p, struct datagram *d, void *ctx)
{
	if (d->from == BOB && d->data[18] == IKEV2_EXCHANGE_INFORMATIONAL && p->node[ALICE].held_count == 1)
		*(bool *)ctx = true;
	return true;
}

/*
 * Both make the same. Bob, who has decided, deletes what alice's exchange makes while that is being installed at alice's: what he has
 * sent by it is received still, for a while.
 */
static void deleted_while_installed(void **state)
{
	static const enum op ops[] = { CHILD_CREATE, CHILD_REKEY };
	unsigned early = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ops); i++)
		for (uint64_t seed = 1; seed <= 16; seed++) {
			struct pair p;
			bool deleted = false;

			begin(&p, seed);
			p.filter = note_delete;
			p.ctx = &deleted;
			p.node[ALICE].hold = 1u << ASK_INSTALL;
			run(&p, ALICE, ops[i]);
			run(&p, BOB, ops[i]);
			pair_deliver(&p);
			pair_answer_some(&p, ALICE, 1); /* of bob's exchange; hers is answered, too */
			pair_deliver(&p);
			deleted = deleted && pair_children(&p, ALICE) == 2; /* it was not bob's own that he gave up */
			p.node[ALICE].hold = 0;
			pair_answer_held(&p, ALICE);
			if (deleted) /* "net" (old or not), bob's, and hers */
				assert_int_equal(p.node[ALICE].installed_count, 3);
			early += deleted;
			pair_run(&p, 700000);
			assert_int_equal(pair_children(&p, ALICE), ops[i] == CHILD_CREATE ? 2 : 1);
			check(&p);
			pair_clear(&p);
		}
	assert_in_range(early, 8, 24);
}

/* Both rekey, and one reaches a hard limit meanwhile: whatever carries on is told of. */
static void limit_meanwhile(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 16; seed++)
		for (unsigned who = 0; who < 2; who++)
			for (unsigned steps = 0; steps < 6; steps++) {
				struct pair p;
				uint32_t old;

				begin(&p, seed);
				old = p.node[who].installed[0];
				run(&p, ALICE, CHILD_REKEY);
				run(&p, BOB, CHILD_REKEY);
				for (unsigned i = 0; i < steps; i++)
					(void)pair_step(&p);
				engine_traffic(p.node[who].engine, p.now, &(struct traffic){ .kind = TRAFFIC_SEQUENCE_LIMIT, .child_id = old });
				pair_host(&p, who);
				pair_run(&p, 700000);
				assert_int_equal(pair_children(&p, ALICE), 1);
				check(&p);
				pair_clear(&p);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(by_nonce), cmocka_unit_test(all), cmocka_unit_test(rekeyed_meanwhile), cmocka_unit_test(deleted_while_installed),
		cmocka_unit_test(limit_meanwhile) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
