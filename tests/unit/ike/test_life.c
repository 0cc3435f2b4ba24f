/* SPDX-License-Identifier: ISC */
/* Retransmission, window, cookies, other key exchanges, NAT, liveness, lifetimes, wishes. RFC 7296 2.1 to 2.6, 2.23. */
#include "support/unit.h"

#include "conf.h"
#include "iana/ikev2.h"
#include "pair.h"

static bool drop_all(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)d, (void)ctx;
	return false;
}

/* The published times: 0, 4, 11, 24, 47, 89 s; the end at 165 s. IKE_SA_INIT goes out at 1 and 2 s, too. */
static bool note_times(struct pair *p, struct datagram *d, void *ctx)
{
	uint64_t *times = ctx;
	size_t i = 0;

	(void)d;
	while (i < 15 && times[i])
		i++;
	times[i] = p->now.boot - 1000000 + 1;
	return false;
}

static void retransmission_times(void **state)
{
	static const uint64_t want[] = { 0, 1, 2, 4, 11, 24, 47, 89 };
	uint64_t times[16] = { 0 };
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 11);
	p.filter = note_times;
	p.ctx = times;
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 160000);
	assert_null(pair_done(&p, ALICE, TOKEN));
	pair_run(&p, 10000);
	assert_int_equal(pair_done(&p, ALICE, TOKEN)->kind, REASON_NO_ANSWER);
	for (size_t i = 0; i < COUNT_OF(want); i++)
		assert_int_equal((times[i] - 1) / 1000, want[i]);
	assert_int_equal(times[COUNT_OF(want)], 0);
	assert_int_equal(pair_ikes(&p, ALICE), 0);
	pair_clear(&p);
}

/* Each single datagram of a set-up is lost once, or doubled. */
static bool lose_nth(struct pair *p, struct datagram *d, void *ctx)
{
	int *n = ctx;

	(void)p, (void)d;
	return (*n)-- != 0;
}

static void each_is_lost_once(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct pair p;
		int n = i;

		pair_init(&p, pair_alice, pair_bob, 20);
		p.filter = lose_nth;
		p.ctx = &n;
		pair_initiate(&p, ALICE, "office");
		assert_null(pair_done(&p, ALICE, TOKEN));
		pair_run(&p, 5000);
		assert_true(pair_done(&p, ALICE, TOKEN)->ok);
		assert_int_equal(pair_up(&p, BOB), 1);
		assert_int_equal(p.node[BOB].installed_count, 1);
		assert_int_equal(pair_counter(&p, BOB, "retransmission-answered"), i % 2);
		pair_clear(&p);
	}
}

static bool double_all(struct pair *p, struct datagram *d, void *ctx)
{
	struct path in = pair_path(p, d->from);

	(void)ctx;
	in.encap = d->path.encap;
	in.local.port = d->path.remote.port;
	in.remote.port = d->path.local.port;
	if (d->from == ALICE)
		pair_input(p, BOB, &in, bytes(d->data, d->len));
	return true;
}

static void doubled_requests(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 21);
	p.filter = double_all;
	pair_initiate(&p, ALICE, "office");
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(pair_up(&p, BOB), 1);
	assert_int_equal(pair_ikes(&p, BOB), 1);
	assert_int_equal(p.node[BOB].installed_count, 1);
	assert_true(pair_counter(&p, BOB, "retransmission-answered") >= 2);
	assert_int_equal(pair_counter(&p, ALICE, "stray-response"), 2);
	pair_clear(&p);
}

static void cookies(void **state)
{
	struct engine_conf conf = { .cookie_threshold = 1, .half_open_per_source = 1 };
	struct pair p;

	(void)state;
	/* half_open_per_source 1: a cookie from the first one on, and still one SA at a time */
	pair_init_conf(&p, pair_alice, pair_bob, 30, &conf);
	/* a half-open SA of somebody: its first message goes in, its second never comes */
	p.filter = drop_all;
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 100);
	pair_clear(&p);

	conf = (struct engine_conf){ .cookie_threshold = 1, .half_open_per_source = 4 };
	pair_init_conf(&p, pair_alice, pair_bob, 31, &conf);
	p.node[BOB].hold = 1u << ASK_KE;
	pair_initiate(&p, ALICE, "office");
	assert_int_equal(pair_counter(&p, BOB, "cookie-sent"), 0);
	p.node[BOB].hold = 0;
	/* a second connection of the same peer meets a half-open one */
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_UNLOAD, .name = "office" });
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .name = "office" });
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_LOAD, .conn = p.node[ALICE].config->connections[0] });
	pair_initiate(&p, ALICE, "office");
	assert_int_equal(pair_counter(&p, BOB, "cookie-sent"), 1);
	assert_int_equal(pair_up(&p, BOB), 1);
	assert_int_equal(pair_up(&p, ALICE), 1);
	pair_clear(&p);
}

static void other_ke(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .proposals = "aes256gcm16-prfsha256-ecp256-x25519" }),
	          conf_bob((struct conf_parts){ 0 }), 40);
	pair_initiate(&p, ALICE, "office");
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(p.sent[ALICE], 3);
	pair_clear(&p);
}

static void nat_moves_to_4500(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .more = "encap = no\n" }), conf_bob((struct conf_parts){ 0 }), 50);
	pair_initiate(&p, ALICE, "office");
	assert_int_equal(p.node[ALICE].encap[0], ENCAP_NONE); /* one does not want it, none is needed */
	assert_int_equal(p.node[BOB].encap[0], ENCAP_NONE);
	pair_clear(&p);

	pair_init(&p, conf_alice((struct conf_parts){ .more = "encap = no\n" }), conf_bob((struct conf_parts){ 0 }), 51);
	p.nat = (struct addr){ ADDR_V4, { 203, 0, 113, 5 } };
	pair_initiate(&p, ALICE, "office");
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(p.node[ALICE].encap[0], ENCAP_UDP);
	assert_int_equal(p.node[BOB].encap[0], ENCAP_UDP);
	/* 60 s of silence: keepalives from the side behind the NAT alone */
	p.sent[ALICE] = p.sent[BOB] = 0;
	pair_run(&p, 61000);
	assert_int_equal(p.sent[ALICE], 3);
	assert_int_equal(p.sent[BOB], 0);
	pair_clear(&p);

	pair_init(&p, conf_alice((struct conf_parts){ .more = "encap = yes\n" }), conf_bob((struct conf_parts){ .more = "encap = no\n" }), 52);
	pair_initiate(&p, ALICE, "office");
	assert_int_equal(p.node[ALICE].encap[0], ENCAP_UDP); /* bob sees a NAT that is not there */
	assert_int_equal(p.node[BOB].encap[0], ENCAP_UDP);
	pair_clear(&p);
}

static void liveness(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .more = "dpd_delay = 10s\n" }), conf_bob((struct conf_parts){ 0 }), 60);
	pair_initiate(&p, ALICE, "office");
	p.sent[ALICE] = 0;
	pair_run(&p, 35000);
	assert_int_equal(p.sent[ALICE], 3);
	assert_int_equal(pair_up(&p, ALICE), 1);
	p.filter = drop_all;
	pair_run(&p, 180000);
	assert_int_equal(pair_up(&p, ALICE), 0);
	assert_int_equal(p.node[ALICE].installed_count, 0);
	assert_int_equal(p.node[ALICE].downs, 1);
	assert_int_equal(pair_up(&p, BOB), 1); /* bob does not look */
	pair_clear(&p);
}

static void start_action_keeps_trying(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p,
	          conf_alice((struct conf_parts){ .more = "dpd_delay = 10s\n",
	                                          .children = "net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n"
	                                                      "esp_proposals = aes256gcm16\n start_action = start\n }\n" }),
	          conf_bob((struct conf_parts){ .more = "unique = replace\n" }), 70);
	p.filter = drop_all;
	pair_run(&p, 400000);
	assert_int_equal(pair_up(&p, ALICE), 0);
	p.filter = NULL;
	pair_run(&p, 400000);
	assert_int_equal(pair_up(&p, ALICE), 1);
	/* the peer is cut off: it goes down, and comes back with the network */
	p.filter = drop_all;
	pair_run(&p, 300000);
	assert_int_equal(pair_up(&p, ALICE), 0);
	p.filter = NULL;
	pair_run(&p, 400000);
	assert_int_equal(pair_up(&p, ALICE), 1);
	assert_int_equal(pair_up(&p, BOB), 1); /* INITIAL_CONTACT has swept the old one */
	assert_int_equal(p.node[BOB].installed_count, 1);
	/* `down` ends the wish */
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .name = "office" });
	pair_run(&p, 900000);
	assert_int_equal(pair_ikes(&p, ALICE), 0);
	assert_int_equal(pair_ikes(&p, BOB), 0);
	pair_clear(&p);
}

/* The hard limits, where nothing is rekeyed before. */
static void lifetimes(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p,
	          conf_alice((struct conf_parts){ .more = "rekey_time = 1h\n over_time = 10m\n",
	                                          .children = "net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n"
	                                                      "esp_proposals = aes256gcm16\n rekey_time = 0\n life_time = 11m\n }\n" }),
	          conf_bob((struct conf_parts){ 0 }), 80);
	pair_initiate(&p, ALICE, "office");
	for (unsigned k = 0; k < 2; k++)
		assert_int_equal(p.node[k].child_ups, 1);
	pair_run(&p, 12 * 60000);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p.node[k].child_ups, 2);
		assert_int_equal(p.node[k].child_rekeys, 0);
		assert_int_equal(p.node[k].installed_count, 1);
		assert_int_equal(p.node[k].ups, 1);
	}
	pair_run(&p, 60 * 60000);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p.node[k].ups, 1);
		assert_int_equal(p.node[k].ike_rekeys, 1); /* before its hard limit */
		assert_int_equal(p.node[k].installed_count, 1);
		assert_int_equal(pair_up(&p, k), 1);
		assert_int_equal(p.node[k].spis_out, 0);
	}
	pair_clear(&p);
}

/* Rekeying fails again and again, by our own fault: at its hard limit the IKE SA goes all the same, at both ends. */
static void hard_limit(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .more = "rekey_time = 1h\n over_time = 10m\n rand_time = 0\n" }),
	          conf_bob((struct conf_parts){ .more = "rekey_time = 0\n" }), 81);
	pair_initiate(&p, ALICE, "office");
	p.node[ALICE].fail = 1u << ASK_KE;
	pair_run(&p, 69 * 60000);
	assert_int_equal(pair_up(&p, ALICE), 1);
	pair_run(&p, 2 * 60000);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(pair_up(&p, k), 0);
		assert_int_equal(p.node[k].ike_rekeys, 0);
		assert_int_equal(p.node[k].installed_count, 0);
	}
	pair_clear(&p);
}

static void two_children(void **state)
{
	static const char alice[] = "net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n }\n"
				    "pfs { local_ts = 10.3.0.0/16\n remote_ts = 10.4.0.0/16\n esp_proposals = aes256gcm16-ecp256-x25519\n }\n";
	static const char bob[] = "net { local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n esp_proposals = aes256gcm16\n }\n"
				  "pfs { local_ts = 10.4.0.0/16\n remote_ts = 10.3.0.0/16\n esp_proposals = aes256gcm16-x25519\n }\n";
	struct pair p;
	uint64_t token;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = alice }), conf_bob((struct conf_parts){ .children = bob }), 90);
	pair_initiate(&p, ALICE, "office");
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	/* the second with a key exchange of its own, after INVALID_KE_PAYLOAD */
	for (unsigned k = 0; k < 2; k++)
		assert_int_equal(p.node[k].installed_count, 2);
	assert_int_equal(p.sent[ALICE], 4);
	/* one of them goes, by the responder */
	token = pair_command(&p, BOB, &(struct command){ .kind = COMMAND_TERMINATE, .child = "net" });
	pair_deliver(&p);
	assert_true(pair_done(&p, BOB, token)->ok);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p.node[k].installed_count, 1);
		assert_int_equal(pair_up(&p, k), 1);
	}
	/* both at once */
	pair_command(&p, BOB, &(struct command){ .kind = COMMAND_TERMINATE, .child = "pfs" });
	pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .child = "pfs" });
	pair_deliver(&p);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p.node[k].installed_count, 0);
		assert_int_equal(pair_up(&p, k), 1);
	}
	/* the responder initiates one on the same IKE SA */
	token = pair_command(&p, BOB, &(struct command){ .kind = COMMAND_INITIATE, .child = "pfs" });
	pair_deliver(&p);
	assert_true(pair_done(&p, BOB, token)->ok);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p.node[k].installed_count, 1);
		assert_int_equal(pair_ikes(&p, k), 1);
	}
	pair_clear(&p);
}

static void shutdown_deletes(void **state)
{
	struct pair p;
	uint64_t token;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 95);
	pair_initiate(&p, ALICE, "office");
	token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_SHUTDOWN, .timeout = 2000 });
	pair_deliver(&p);
	assert_true(pair_done(&p, ALICE, token)->ok);
	assert_int_equal(pair_ikes(&p, BOB), 0);
	pair_clear(&p);
	/* the peer is gone: the timeout ends it */
	pair_init(&p, pair_alice, pair_bob, 96);
	pair_initiate(&p, ALICE, "office");
	p.filter = drop_all;
	token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_SHUTDOWN, .timeout = 2000 });
	pair_run(&p, 2500);
	assert_non_null(pair_done(&p, ALICE, token));
	pair_clear(&p);
}

static void deterministic(void **state)
{
	uint64_t digest[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct pair p;

		pair_init(&p, pair_alice, pair_bob, 1234);
		pair_initiate(&p, ALICE, "office");
		pair_run(&p, 100000);
		digest[i] = p.digest;
		pair_clear(&p);
	}
	assert_true(digest[0] == digest[1]);
	assert_true(digest[0] != 0);
}

static void reload(void **state)
{
	struct pair p;
	uint64_t token;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 97);
	pair_initiate(&p, ALICE, "office");
	token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_LOAD, .conn = p.node[ALICE].config->connections[0] });
	assert_true(pair_done(&p, ALICE, token)->ok);
	pair_deliver(&p);
	assert_int_equal(pair_up(&p, ALICE), 1);
	token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_UNLOAD, .name = "office" });
	assert_true(pair_done(&p, ALICE, token)->ok);
	pair_deliver(&p);
	assert_int_equal(pair_up(&p, ALICE), 1); /* no start action: it lives on */
	token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .name = "office" });
	pair_deliver(&p);
	assert_true(pair_done(&p, ALICE, token)->ok);
	token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INITIATE, .name = "office" });
	assert_int_equal(pair_done(&p, ALICE, token)->kind, REASON_NOT_FOUND);
	pair_clear(&p);
}

static int print_rows(void **state)
{
	(void)state;
	pair_print_rows();
	return 0;
}

/* Both begin at once: two SAs, both whole, and all is given back when they end. */
static void both_begin(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, conf_bob((struct conf_parts){ .remote = "192.0.2.1" }), 110);
	engine_command(p.node[ALICE].engine, p.now, 1, &(struct command){ .kind = COMMAND_INITIATE, .name = "office" });
	engine_command(p.node[BOB].engine, p.now, 2, &(struct command){ .kind = COMMAND_INITIATE, .name = "branch" });
	pair_deliver(&p);
	assert_true(pair_done(&p, ALICE, 1)->ok);
	assert_true(pair_done(&p, BOB, 2)->ok);
	pair_run(&p, 60000);
	assert_int_equal(pair_up(&p, ALICE), pair_up(&p, BOB));
	assert_in_range(pair_up(&p, ALICE), 1, 2);
	pair_command(&p, BOB, &(struct command){ .kind = COMMAND_TERMINATE, .name = "branch" });
	pair_run(&p, 60000);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(pair_ikes(&p, k), 0);
		assert_int_equal(p.node[k].installed_count, 0);
		assert_int_equal(p.node[k].spis_out, 0);
	}
	pair_clear(&p);
}

/* The same peer sets up a second SA (another connection of its): `unique` of the responder decides. */
static void uniqueness(void **state)
{
	static const struct {
		const char *unique;
		bool second;
		size_t left;
	} rows[] = { { "unique = replace\n", true, 1 }, { "unique = keep\n", true, 1 }, { "unique = no\n", true, 2 },
		     { "unique = never\n", true, 2 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct pair p;
		struct conf_parts twin = { 0 };
		uint64_t token;

		/* alice has the connection twice, under another name: the second sends no INITIAL_CONTACT */
		pair_init(&p, conf_alice(twin), conf_bob((struct conf_parts){ .more = rows[i].unique }), 120 + i);
		pair_initiate(&p, ALICE, "office");
		assert_true(pair_done(&p, ALICE, TOKEN)->ok);
		pair_load(&p, ALICE, conf_alice((struct conf_parts){ .name = "again" }));
		token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INITIATE, .name = "again" });
		pair_run(&p, 60000);
		assert_int_equal(pair_done(&p, ALICE, token)->ok, rows[i].second);
		assert_int_equal(pair_up(&p, BOB), rows[i].left);
		assert_int_equal(pair_up(&p, ALICE), rows[i].left);
		assert_int_equal(p.node[BOB].installed_count, rows[i].left);
		pair_clear(&p);
	}
}

/* unique = keep: who comes from elsewhere is refused while the first is there, and not when that has gone. */
static void keep_refuses(void **state)
{
	struct conf_parts anywhere = { .local = "%any" };
	struct pair p;
	uint64_t token;

	(void)state;
	pair_init(&p, conf_alice(anywhere), conf_bob((struct conf_parts){ .more = "unique = keep\n" }), 125);
	pair_initiate(&p, ALICE, "office");
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	p.node[ALICE].addr.ip[3] = 77;
	pair_load(&p, ALICE, conf_alice((struct conf_parts){ .name = "again", .local = "%any" }));
	for (unsigned gone = 0; gone < 2; gone++) {
		token = pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_INITIATE, .name = "again" });
		pair_run(&p, 60000);
		assert_int_equal(pair_done(&p, ALICE, token)->ok, gone);
		assert_int_equal(pair_up(&p, BOB), 1);
		assert_int_equal(p.node[BOB].installed_count, 1);
		if (!gone)
			assert_int_equal(p.node[BOB].last_refusal, REASON_REPLACED);
		pair_command(&p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .name = "office" });
		pair_run(&p, 60000);
	}
	pair_clear(&p);
}

/* `down` while the set-up is under way: at every moment of it, both sides end with nothing. */
static void down_at_any_time(void **state)
{
	(void)state;
	for (unsigned by_child = 0; by_child < 2; by_child++)
		for (unsigned steps = 0; steps < 6; steps++) {
			struct pair p;
			struct command down = { .kind = COMMAND_TERMINATE, .name = by_child ? NULL : "office",
				                .child = by_child ? "net" : NULL };

			pair_init(&p, pair_alice, pair_bob, 130);
			engine_command(p.node[ALICE].engine, p.now, TOKEN, &(struct command){ .kind = COMMAND_INITIATE, .name = "office",
			                                                                      .keep_trying = true });
			for (unsigned i = 0; i < steps; i++)
				(void)pair_step(&p);
			pair_command(&p, ALICE, &down);
			pair_run(&p, 400000);
			for (unsigned k = 0; k < 2; k++) {
				assert_int_equal(p.node[k].installed_count, 0);
				assert_int_equal(p.node[k].spis_out, 0);
			}
			assert_int_equal(pair_ikes(&p, ALICE), pair_ikes(&p, BOB));
			pair_clear(&p);
		}
}

/* A command of the peer's data plane: limits close the Child SA, and it is set up anew. */
static void traffic_limits(void **state)
{
	static const enum traffic_kind kinds[] = { TRAFFIC_HARD_LIMIT, TRAFFIC_SEQUENCE_LIMIT };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		for (unsigned who = 0; who < 2; who++) {
			struct pair p;
			struct traffic t = { .kind = kinds[i] };

			pair_init(&p, pair_alice, pair_bob, 140 + i);
			pair_initiate(&p, ALICE, "office");
			t.child_id = p.node[who].installed[0];
			engine_traffic(p.node[who].engine, p.now, &t);
			pair_run(&p, 5000);
			for (unsigned k = 0; k < 2; k++) {
				assert_int_equal(p.node[k].child_ups, 2);
				assert_int_equal(p.node[k].installed_count, 1);
				assert_int_equal(p.node[k].spis_out, 0);
			}
			t.child_id = 4711; /* nobody's */
			engine_traffic(p.node[who].engine, p.now, &t);
			pair_clear(&p);
		}
}

/* remote_addrs is a name: it is asked for, at load for the responder's sake and at each attempt. */
static void names(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .remote = "gw.bob.example" }), conf_bob((struct conf_parts){ 0 }), 150);
	pair_initiate(&p, ALICE, "office");
	assert_true(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(pair_up(&p, BOB), 1);
	pair_clear(&p);
	/* it has no address today: an error that says so, and nothing stays */
	pair_init(&p, conf_alice((struct conf_parts){ .remote = "gw.bob.example" }), conf_bob((struct conf_parts){ 0 }), 151);
	p.node[ALICE].fail = 1u << ASK_RESOLVE;
	pair_initiate(&p, ALICE, "office");
	assert_false(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(pair_ikes(&p, ALICE), 0);
	pair_clear(&p);
}

/* The second Child SA is refused: the first one and the IKE SA stay, and both sides know why. */
static void second_child_refused(void **state)
{
	static const char alice[] = "net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n }\n"
				    "odd { local_ts = 10.9.0.0/16\n remote_ts = 10.8.0.0/16\n esp_proposals = aes256gcm16\n }\n";
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = alice }), conf_bob((struct conf_parts){ 0 }), 160);
	pair_initiate(&p, ALICE, "office");
	assert_false(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(pair_done(&p, ALICE, TOKEN)->notify, IKEV2_NOTIFY_TS_UNACCEPTABLE);
	assert_int_equal(p.node[BOB].last_refusal, REASON_TS);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(pair_up(&p, k), 1);
		assert_int_equal(p.node[k].installed_count, 1);
		assert_int_equal(p.node[k].spis_out, 0);
	}
	pair_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names), cmocka_unit_test(second_child_refused), cmocka_unit_test(both_begin), cmocka_unit_test(uniqueness), cmocka_unit_test(keep_refuses), cmocka_unit_test(down_at_any_time),
		cmocka_unit_test(traffic_limits),
		cmocka_unit_test(retransmission_times), cmocka_unit_test(each_is_lost_once), cmocka_unit_test(doubled_requests),
		cmocka_unit_test(cookies), cmocka_unit_test(other_ke), cmocka_unit_test(nat_moves_to_4500),
		cmocka_unit_test(liveness), cmocka_unit_test(start_action_keeps_trying), cmocka_unit_test(lifetimes), cmocka_unit_test(hard_limit),
		cmocka_unit_test(two_children), cmocka_unit_test(shutdown_deletes), cmocka_unit_test(deterministic),
		cmocka_unit_test(reload),
	};

	return cmocka_run_group_tests(tests, NULL, print_rows);
}
