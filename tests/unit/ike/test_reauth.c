/* SPDX-License-Identifier: ISC */
/* Reauthentication (RFC 7296 2.8.3, RFC 4478), `unique` and INITIAL_CONTACT, set-ups that cross. */
#include "support/unit.h"

#include <stdio.h>

#include "conf.h"
#include "iana/ikev2.h"
#include "pair.h"

static const char two_a[] = "net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n }\n"
			    "lab { local_ts = 10.3.0.0/16\n remote_ts = 10.4.0.0/16\n esp_proposals = aes256gcm16\n }\n";
static const char two_b[] = "net { local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n esp_proposals = aes256gcm16\n }\n"
			    "lab { local_ts = 10.4.0.0/16\n remote_ts = 10.3.0.0/16\n esp_proposals = aes256gcm16\n }\n";

/* What a moment must not be: ctx is the least number of Child SAs that each end has installed. */
static bool watch(struct pair *p, struct datagram *d, void *ctx)
{
	(void)d;
	for (unsigned k = 0; k < 2; k++)
		assert_true(p->node[k].installed_count >= *(size_t *)ctx);
	return true;
}

static uint64_t reauth_at(struct pair *p, unsigned i);

static void by_time(void **state)
{
	static const char *const uniques[] = { "unique = no\n", "unique = never\n", "unique = replace\n", "unique = keep\n" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(uniques); i++) {
		size_t least = 2;
		struct pair p;

		pair_init(&p, conf_alice((struct conf_parts){ .more = "reauth_time = 1h\n", .children = two_a }),
		          conf_bob((struct conf_parts){ .more = uniques[i], .children = two_b }), 1 + i);
		pair_initiate(&p, ALICE, "office");
		assert_true(pair_done(&p, ALICE, TOKEN)->ok);
		p.filter = watch;
		p.ctx = &least;
		pair_run(&p, 3600000); /* make before break: never fewer than the two */
		for (unsigned k = 0; k < 2; k++) {
			assert_int_equal(p.node[k].ups, 2);
			assert_int_equal(p.node[k].downs, 1);
		}
		pair_run(&p, 4 * 3600000);
		for (unsigned k = 0; k < 2; k++) {
			assert_in_range(p.node[k].ups, 5, 7);
			assert_int_equal(pair_up(&p, k), 1);
			assert_int_equal(p.node[k].installed_count, 2);
			assert_int_equal(p.node[k].spis_out, 0);
		}
		pair_clear(&p);
	}
}

/* Each datagram of it is lost once: nothing is doubled, nothing is missing in the end. */
static bool lose_nth(struct pair *p, struct datagram *d, void *ctx)
{
	int *n = ctx;

	(void)p, (void)d;
	return (*n)-- != 0;
}

static uint32_t first_ike;

static bool note_ike(void *ctx, const struct ike_info *ike)
{
	if (!first_ike)
		first_ike = ike->id;
	if (ike->state == IKE_ESTABLISHED)
		*(uint64_t *)ctx = ike->reauth_at;
	return true;
}

static uint64_t reauth_at(struct pair *p, unsigned i)
{
	uint64_t at = NEVER;

	first_ike = 0;
	engine_each_ike(p->node[i].engine, note_ike, &at);
	return at;
}

static void with_losses(void **state)
{
	(void)state;
	for (int lost = 0; lost < 9; lost++) {
		struct pair p;
		int n = lost;

		pair_init(&p, conf_alice((struct conf_parts){ .more = "reauth_time = 1h\n", .children = two_a }),
		          conf_bob((struct conf_parts){ .more = "unique = replace\n", .children = two_b }), 20);
		pair_initiate(&p, ALICE, "office");
		p.filter = lose_nth;
		p.ctx = &n;
		pair_run(&p, reauth_at(&p, ALICE) - p.now.boot + 60000);
		for (unsigned k = 0; k < 2; k++) {
			assert_int_equal(pair_ikes(&p, k), 1);
			assert_int_equal(p.node[k].installed_count, 2);
			assert_int_equal(p.node[k].ups, 2);
		}
		pair_clear(&p);
	}
}

/* The peer is away just then: the old one stays, and it is tried again. */
static bool drop_inits(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)ctx;
	return d->data[18] != IKEV2_EXCHANGE_IKE_SA_INIT;
}

static void comes_to_nothing(void **state)
{
	size_t least = 1;
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .more = "reauth_time = 1h\n over_time = 30m\n rand_time = 0\n" }),
	          conf_bob((struct conf_parts){ 0 }), 30);
	pair_initiate(&p, ALICE, "office");
	p.filter = drop_inits;
	pair_run(&p, 3600000 + 200000);
	assert_int_equal(pair_up(&p, ALICE), 1);
	assert_int_equal(p.node[ALICE].ups, 1);
	assert_int_equal(p.node[ALICE].installed_count, 1);
	p.filter = watch;
	p.ctx = &least;
	pair_run(&p, 1500000);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p.node[k].ups, 2);
		assert_int_equal(pair_ikes(&p, k), 1);
		assert_int_equal(p.node[k].installed_count, 1);
	}
	pair_clear(&p);
}

static void break_before_make(void **state)
{
	struct engine_conf conf = { .break_before_make = true };
	struct pair p;

	(void)state;
	pair_init_conf(&p, conf_alice((struct conf_parts){ .more = "reauth_time = 1h\n", .children = two_a }),
	               conf_bob((struct conf_parts){ .more = "unique = replace\n", .children = two_b }), 31, &conf);
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 4000000);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p.node[k].ups, 2);
		assert_int_equal(pair_ikes(&p, k), 1);
		assert_int_equal(p.node[k].installed_count, 2);
	}
	pair_clear(&p);
}

/* The responder says how long it takes the initiator's word (RFC 4478): the initiator comes before. */
static void auth_lifetime(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ 0 }), conf_bob((struct conf_parts){ .more = "reauth_time = 30m\n" }), 32);
	pair_initiate(&p, ALICE, "office");
	assert_in_range(reauth_at(&p, ALICE) - p.now.boot, 1600000, 1799999);
	pair_run(&p, 1800000);
	assert_int_equal(p.node[BOB].ups, 2);
	assert_int_equal(pair_ikes(&p, BOB), 1);
	pair_clear(&p);
}

/* It meets a delete of the old one, by either side, at every moment: nothing is left behind. */
static void meets_a_delete(void **state)
{
	(void)state;
	for (unsigned who = 0; who < 2; who++)
		for (unsigned steps = 0; steps < 8; steps++) {
			struct command down = { .kind = COMMAND_TERMINATE };
			struct pair p;

			pair_init(&p, conf_alice((struct conf_parts){ .more = "reauth_time = 1h\n rand_time = 0\n" }), conf_bob((struct conf_parts){ 0 }), 33);
			pair_initiate(&p, ALICE, "office");
			(void)reauth_at(&p, who);
			down.ike_id = first_ike;
			p.now.boot += 3600000;
			engine_expire(p.node[ALICE].engine, p.now);
			for (unsigned i = 0; i < steps; i++)
				(void)pair_step(&p);
			pair_command(&p, who, &down);
			pair_run(&p, 300000);
			for (unsigned k = 0; k < 2; k++) {
				assert_int_equal(p.node[k].spis_out, 0);
				assert_int_equal(pair_ikes(&p, k), pair_ikes(&p, !k));
				assert_int_equal(p.node[k].installed_count, p.node[!k].installed_count);
				assert_true(pair_ikes(&p, k) <= 1);
			}
			pair_clear(&p);
		}
}

/* The responder goes on sending by the old Child SA until the initiator uses the new one, or the old one is deleted. */
static void responder_sends_late(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 2; first++) {
		struct pair p;
		uint32_t fresh;

		pair_init(&p, conf_alice((struct conf_parts){ 0 }), conf_bob((struct conf_parts){ 0 }), 45);
		pair_initiate(&p, ALICE, "office");
		pair_run(&p, 100000);
		engine_command(p.node[ALICE].engine, p.now, 5, &(struct command){ .kind = COMMAND_REKEY, .reauth = true, .name = "office" });
		while (p.node[BOB].installed_count < 2)
			assert_true(pair_step(&p));
		fresh = p.node[BOB].installed[1];
		assert_true(p.node[BOB].inbound_only[1]);
		if (first)
			engine_traffic(p.node[BOB].engine, p.now, &(struct traffic){ .kind = TRAFFIC_FIRST, .child_id = fresh });
		pair_host(&p, BOB);
		assert_int_equal(p.node[BOB].inbound_only[1], !first);
		pair_run(&p, 60000);
		assert_false(p.node[BOB].inbound_only[0]);
		assert_int_equal(p.node[BOB].installed_count, 1);
		pair_clear(&p);
	}
}

/* Alice never deletes the old IKE SA: nothing of hers arrives by it. */
struct mute {
	uint8_t spi_i[8];
	bool answers; /* Bob's answers to IKE_AUTH are lost, too */
};

static bool mute_old(struct pair *p, struct datagram *d, void *ctx)
{
	const struct mute *m = ctx;

	(void)p;
	if (d->from == ALICE && memcmp(d->data, m->spi_i, 8) == 0)
		return false;
	return !(m->answers && d->from == BOB && d->data[18] == IKEV2_EXCHANGE_IKE_AUTH);
}

static bool note_spi(void *ctx, const struct ike_info *ike)
{
	struct mute *m = ctx;

	put_u64(m->spi_i, ike->spi_i);
	return false;
}

static void begin_beside(struct pair *p, struct mute *m, const char *alice, const char *bob)
{
	pair_init(p, alice, bob, 46);
	pair_initiate(p, ALICE, "office");
	pair_run(p, 100000);
	engine_each_ike(p->node[ALICE].engine, note_spi, m);
	p->filter = mute_old;
	p->ctx = m;
	engine_command(p->node[ALICE].engine, p->now, 5, &(struct command){ .kind = COMMAND_REKEY, .reauth = true, .name = "office" });
}

/* Neither a packet nor the delete comes: the responder asks, and whoever answers has the new one. */
static void responder_asks(void **state)
{
	struct mute m = { 0 };
	struct pair p;

	(void)state;
	begin_beside(&p, &m, conf_alice((struct conf_parts){ 0 }), conf_bob((struct conf_parts){ .more = "unique = never\ndpd_delay = 0\n" }));
	pair_run(&p, 4500);
	assert_int_equal(p.node[BOB].installed_count, 2);
	assert_true(p.node[BOB].inbound_only[1]);
	pair_run(&p, 1000);
	assert_int_equal(p.node[BOB].installed_count, 2); /* not because the old one went */
	assert_false(p.node[BOB].inbound_only[1]);
	assert_true(pair_flows(&p, BOB));
	pair_clear(&p);
}

/* Its next request says that the initiator has our answer to the one before. */
static void next_request_proves(void **state)
{
	struct mute m = { 0 };
	struct pair p;

	(void)state;
	begin_beside(&p, &m, conf_alice((struct conf_parts){ .children = two_a }),
	             conf_bob((struct conf_parts){ .more = "unique = never\n", .children = two_b }));
	pair_run(&p, 1000);
	assert_int_equal(p.node[BOB].installed_count, 4);
	assert_false(p.node[BOB].inbound_only[2]); /* of IKE_AUTH: CREATE_CHILD_SA came */
	assert_true(p.node[BOB].inbound_only[3]);
	pair_run(&p, 5000);
	assert_false(p.node[BOB].inbound_only[3]);
	pair_clear(&p);
}

/* The initiator never has our answer: nothing goes out by what it has not, as long as the old one is there; and then what we have. */
static void answer_is_lost(void **state)
{
	struct mute m = { .answers = true };
	uint32_t fresh;
	struct pair p;

	(void)state;
	begin_beside(&p, &m, conf_alice((struct conf_parts){ .more = "dpd_delay = 0\n" }), conf_bob((struct conf_parts){ .more = "unique = never\ndpd_delay = 0\n" }));
	pair_run(&p, 60000);
	assert_int_equal(p.node[BOB].installed_count, 2);
	assert_true(p.node[BOB].inbound_only[1]);
	assert_true(pair_flows(&p, BOB));
	fresh = p.node[BOB].installed[1];
	pair_run(&p, 300000); /* an IKE SA that does not answer ends; the initiator has tried again since */
	for (size_t i = 0; i < p.node[BOB].installed_count; i++)
		assert_int_not_equal(p.node[BOB].installed[i], fresh);
	assert_true(pair_flows(&p, BOB));
	pair_clear(&p);
}

/* By a command, from either end; twice at once is once. Both ends at once end with one, too. */
static void by_command(void **state)
{
	(void)state;
	for (unsigned who = 0; who < 3; who++) {
		struct command again = { .kind = COMMAND_REKEY, .reauth = true, .name = "office" };
		size_t least = 2;
		struct pair p;

		pair_init(&p, conf_alice((struct conf_parts){ .more = who == 1 ? "unique = replace\n" : "", .children = two_a }),
		          conf_bob((struct conf_parts){ .children = two_b, .remote = "192.0.2.1" }), 40 + who);
		pair_initiate(&p, ALICE, "office");
		pair_run(&p, 100000);
		p.filter = watch;
		p.ctx = &least;
		for (unsigned k = 0; k < 2; k++) {
			const struct done *done;

			again.name = k == ALICE ? "office" : "branch";
			if (who != 2 && who != k)
				continue;
			engine_command(p.node[k].engine, p.now, 5, &again);
			engine_command(p.node[k].engine, p.now, 6, &again);
			pair_host(&p, k);
			done = pair_done(&p, k, 5);
			assert_true(done && done->ok);
			assert_int_equal(done->matches, 1);
		}
		pair_run(&p, 60000);
		for (unsigned k = 0; k < 2; k++) {
			assert_int_equal(pair_ikes(&p, k), 1);
			assert_int_equal(p.node[k].installed_count, 2);
			assert_in_range(p.node[k].ups, 2, 3);
			assert_int_equal(p.node[k].spis_out, 0);
		}
		pair_clear(&p);
	}
}

/* The peer rekeys the old IKE SA meanwhile, at every moment: what takes its place is the one that goes. */
static void meets_a_rekeying(void **state)
{
	(void)state;
	for (unsigned steps = 0; steps < 8; steps++) {
		struct pair p;

		pair_init(&p, conf_alice((struct conf_parts){ 0 }), conf_bob((struct conf_parts){ 0 }), 50);
		pair_initiate(&p, ALICE, "office");
		pair_run(&p, 100000);
		(void)reauth_at(&p, BOB);
		engine_command(p.node[ALICE].engine, p.now, 5, &(struct command){ .kind = COMMAND_REKEY, .reauth = true, .name = "office" });
		for (unsigned i = 0; i < steps; i++)
			(void)pair_step(&p);
		pair_command(&p, BOB, &(struct command){ .kind = COMMAND_REKEY, .ike_id = first_ike });
		pair_run(&p, 300000);
		for (unsigned k = 0; k < 2; k++) {
			if (pair_ikes(&p, k) != 1 || p.node[k].installed_count != 1)
				fail_msg("%u steps: node %u: %zu IKE SAs, %zu Child SAs", steps, k, pair_ikes(&p, k), p.node[k].installed_count);
			assert_int_equal(p.node[k].spis_out, 0);
		}
		pair_clear(&p);
	}
}

/* --- crossing --- */

/* Both begin, with any delay between them: one IKE SA stays, with each child once, the same at both ends. */
static void crossing(void **state)
{
	static const char *const uniques[] = { "unique = no\n", "unique = never\n", "unique = replace\n" };

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		const char *more = uniques[i % 3];
		unsigned ahead = i / 3 % 5;
		struct pair p;

		pair_init(&p, conf_alice((struct conf_parts){ .more = more, .children = two_a }),
		          conf_bob((struct conf_parts){ .more = more, .children = two_b, .remote = "192.0.2.1" }), 100 + i);
		engine_command(p.node[ALICE].engine, p.now, 1, &(struct command){ .kind = COMMAND_INITIATE, .name = "office" });
		for (unsigned k = 0; k < ahead; k++)
			(void)pair_step(&p);
		engine_command(p.node[BOB].engine, p.now, 2, &(struct command){ .kind = COMMAND_INITIATE, .name = "branch" });
		pair_deliver(&p);
		pair_run(&p, 30000);
		assert_int_equal(pair_up(&p, ALICE), 1);
		pair_run(&p, 170000); /* what was only begun is forgotten */
		assert_true(pair_done(&p, ALICE, 1)->ok);
		assert_true(pair_done(&p, BOB, 2)->ok);
		for (unsigned k = 0; k < 2; k++) {
			if (pair_ikes(&p, k) != 1 || p.node[k].installed_count != 2)
				fail_msg("%s%u steps ahead, seed %u: node %u has %zu IKE SAs, %zu Child SAs", more, ahead, 100 + i, k,
				         pair_ikes(&p, k), p.node[k].installed_count);
			assert_int_equal(p.node[k].spis_out, 0);
		}
		pair_clear(&p);
	}
}

/* Both begin, and one end's IKE_SA_INIT arrives when the other's IKE SA is up already: it is not gone on with. */
static bool lose_first_init(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p;
	return d->from != BOB || d->data[18] != IKEV2_EXCHANGE_IKE_SA_INIT || (d->data[19] & 0x20) || (*(unsigned *)ctx)-- == 0;
}

static void one_is_late(void **state)
{
	static const char *const uniques[] = { "unique = no\n", "unique = never\n", "unique = replace\n" };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(uniques); i++) {
		unsigned lost = 1;
		struct pair p;

		pair_init(&p, conf_alice((struct conf_parts){ .more = uniques[i], .children = two_a }),
		          conf_bob((struct conf_parts){ .more = uniques[i], .children = two_b, .remote = "192.0.2.1" }), 180 + i);
		p.filter = lose_first_init;
		p.ctx = &lost;
		engine_command(p.node[BOB].engine, p.now, 2, &(struct command){ .kind = COMMAND_INITIATE, .name = "branch" });
		engine_command(p.node[ALICE].engine, p.now, 1, &(struct command){ .kind = COMMAND_INITIATE, .name = "office" });
		pair_deliver(&p);
		assert_int_equal(pair_up(&p, BOB), 1);
		assert_int_equal(pair_ikes(&p, BOB), 2);
		pair_run(&p, 200000);
		assert_true(pair_done(&p, ALICE, 1)->ok);
		assert_true(pair_done(&p, BOB, 2)->ok);
		for (unsigned k = 0; k < 2; k++) {
			assert_int_equal(pair_ikes(&p, k), 1);
			assert_int_equal(p.node[k].installed_count, 2);
			assert_int_equal(p.node[k].ups, 1); /* the second one never was */
			assert_int_equal(p.node[k].spis_out, 0);
		}
		pair_clear(&p);
	}
}

/* The same for a reauthentication by both ends. */
static void one_reauth_is_late(void **state)
{
	unsigned lost = 1;
	size_t least = 2;
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = two_a }), conf_bob((struct conf_parts){ .children = two_b, .remote = "192.0.2.1" }), 190);
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 100000);
	p.filter = lose_first_init;
	p.ctx = &lost;
	engine_command(p.node[BOB].engine, p.now, 2, &(struct command){ .kind = COMMAND_REKEY, .reauth = true, .name = "branch" });
	engine_command(p.node[ALICE].engine, p.now, 1, &(struct command){ .kind = COMMAND_REKEY, .reauth = true, .name = "office" });
	pair_deliver(&p);
	p.filter = watch;
	p.ctx = &least;
	pair_run(&p, 200000);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p.node[k].ups, 2);
		assert_int_equal(p.node[k].downs, 1);
		assert_int_equal(pair_ikes(&p, k), 1);
		assert_int_equal(p.node[k].installed_count, 2);
		assert_true(pair_flows(&p, k));
	}
	pair_clear(&p);
}

/* --- unique --- */

static void uniqueness(void **state)
{
	static const struct {
		const char *unique;
		bool elsewhere, second;
		size_t at_once, later;
	} rows[] = {
		{ "replace", true, true, 1, 1 }, { "replace", false, true, 2, 1 }, { "keep", true, false, 1, 1 },
		{ "keep", false, true, 2, 1 },   { "no", true, true, 2, 2 },       { "never", true, true, 2, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char more[64];
		uint64_t token;
		struct pair p;

		(void)snprintf(more, sizeof(more), "unique = %s\n", rows[i].unique);
		pair_init(&p, conf_alice((struct conf_parts){ .local = "%any" }), conf_bob((struct conf_parts){ .more = more }), 200 + i);
		pair_initiate(&p, ALICE, "office");
		pair_load(&p, ALICE, conf_alice((struct conf_parts){ .name = "again", .local = "%any" }));
		if (rows[i].elsewhere)
			p.node[ALICE].addr.ip[3] = 77;
		token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INITIATE, .name = "again" });
		pair_run(&p, 5000);
		assert_int_equal(pair_done(&p, ALICE, token)->ok, rows[i].second);
		if (pair_up(&p, BOB) != rows[i].at_once)
			fail_msg("%s: %zu", rows[i].unique, pair_up(&p, BOB));
		pair_run(&p, 60000);
		assert_int_equal(pair_up(&p, BOB), rows[i].later);
		assert_int_equal(p.node[BOB].installed_count, rows[i].later);
		pair_clear(&p);
	}
}

static bool late_first(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p;
	return d->from == ALICE || d->data[18] != IKEV2_EXCHANGE_IKE_SA_INIT || (d->data[19] & IKE_FLAG_RESPONSE) || *(const bool *)ctx;
}

/* Both ends set up; the first message of one comes when the other's SA is up already, which does not see then that they crossed. */
static void crossing_that_one_sees(void **state)
{
	(void)state;
	for (uint64_t seed = 900; seed < 908; seed++) {
		bool through = false;
		struct pair p;

		pair_init(&p, pair_alice, conf_bob((struct conf_parts){ .remote = "192.0.2.1" }), seed);
		p.filter = late_first;
		p.ctx = &through;
		pair_initiate(&p, BOB, "branch");
		p.now.boot += 10;
		pair_initiate(&p, ALICE, "office");
		assert_int_equal(pair_up(&p, ALICE), 1);
		through = true;
		pair_run(&p, 60000);
		for (unsigned i = 0; i < 2; i++) {
			assert_int_equal(pair_up(&p, i), 1);
			assert_int_equal(pair_children(&p, i), 1);
			assert_int_equal(p.node[i].installed_count, 1);
			assert_false(p.node[i].inbound_only[0]);
			assert_int_equal(p.node[i].ups - p.node[i].downs, 1);
		}
		pair_clear(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_time),
		cmocka_unit_test(with_losses),
		cmocka_unit_test(comes_to_nothing),
		cmocka_unit_test(break_before_make),
		cmocka_unit_test(auth_lifetime),
		cmocka_unit_test(meets_a_delete),
		cmocka_unit_test(responder_sends_late),
		cmocka_unit_test(responder_asks),
		cmocka_unit_test(next_request_proves),
		cmocka_unit_test(answer_is_lost),
		cmocka_unit_test(by_command),
		cmocka_unit_test(meets_a_rekeying),
		cmocka_unit_test(crossing),
		cmocka_unit_test(one_is_late),
		cmocka_unit_test(one_reauth_is_late),
		cmocka_unit_test(uniqueness),
		cmocka_unit_test(crossing_that_one_sees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
