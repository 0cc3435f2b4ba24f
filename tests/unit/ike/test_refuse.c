/* SPDX-License-Identifier: ISC */
/* Refusals of every kind: both sides are told, nothing stays behind. RFC 7296 1.2, 2.21. */
#include "support/unit.h"

#include "conf.h"
#include "iana/ikev2.h"
#include "pair.h"

static const struct {
	const char *name;
	struct conf_parts alice, bob;
	bool ike_up;                     /* the IKE SA stays (1.2) */
	enum reason_kind done;           /* of the command */
	enum reason_kind bob_says;       /* the story of who refuses */
	uint16_t notify;                 /* what the other hears; 0: nobody refuses over the wire */
} cases[] = {
	{ "wrong PSK", { 0 }, { .secret = "another secret altogether, quite long" }, false, REASON_PEER_REFUSED, REASON_PSK_MISMATCH,
	  IKEV2_NOTIFY_AUTHENTICATION_FAILED },
	{ "no IKE proposal in common", { .proposals = "aes128gcm16-prfsha256-x25519" }, { 0 }, false, REASON_PEER_REFUSED,
	  REASON_PROPOSAL, IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "no key exchange in common", { .proposals = "aes256gcm16-prfsha256-ecp256" }, { 0 }, false, REASON_PEER_REFUSED,
	  REASON_PROPOSAL, IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "selectors do not meet",
	  { .children = "net { local_ts = 10.1.0.0/16\n remote_ts = 10.99.0.0/16\n esp_proposals = aes256gcm16\n }\n" }, { 0 }, true,
	  REASON_PEER_REFUSED, REASON_TS, IKEV2_NOTIFY_TS_UNACCEPTABLE },
	{ "no ESP proposal in common",
	  { .children = "net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = aes128gcm16\n }\n" }, { 0 }, true,
	  REASON_PEER_REFUSED, REASON_PROPOSAL, IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN },
	{ "another identity than wanted", { .local_round = "auth = psk\n id = mallory.example\n" }, { 0 }, false, REASON_PEER_REFUSED,
	  REASON_IDENTITY, IKEV2_NOTIFY_AUTHENTICATION_FAILED },
	{ "asked for another identity of ours", { .remote_round = "auth = psk\n id = carol.example\n" }, { 0 }, false,
	  REASON_PEER_REFUSED, REASON_OWN_IDENTITY, IKEV2_NOTIFY_AUTHENTICATION_FAILED },
	{ "another class of authentication", { 0 }, { .remote_round = "auth = pubkey\n id = alice.example\n" }, false,
	  REASON_PEER_REFUSED, REASON_AUTH_METHOD, IKEV2_NOTIFY_AUTHENTICATION_FAILED },
	{ "no connection for this address", { 0 }, { .remote = "198.51.100.7" }, false, REASON_PEER_REFUSED, REASON_NONE,
	  IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN },
};

static void both_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct pair p;
		const struct done *done;

		print_message("%s\n", cases[i].name);
		pair_init(&p, conf_alice(cases[i].alice), conf_bob(cases[i].bob), 100 + i);
		pair_initiate(&p, ALICE, "office");
		/* also what nobody authenticated is told soon: the retries are shortened */
		pair_run(&p, 10000);
		done = pair_done(&p, ALICE, TOKEN);
		assert_non_null(done);
		assert_false(done->ok);
		assert_int_equal(done->kind, cases[i].done);
		assert_int_equal(done->notify, cases[i].notify);
		assert_int_equal(p.node[ALICE].last_peer_notify, cases[i].notify);
		assert_true(p.node[ALICE].stories[STORY_PEER_REFUSED] >= 1);
		if (cases[i].bob_says)
			assert_int_equal(p.node[BOB].last_refusal, cases[i].bob_says);
		assert_true(p.node[BOB].stories[STORY_REFUSED] >= 1);
		pair_run(&p, 190000);
		for (unsigned k = 0; k < 2; k++) {
			assert_int_equal(pair_up(&p, k), cases[i].ike_up ? 1 : 0);
			assert_int_equal(pair_ikes(&p, k), cases[i].ike_up ? 1 : 0);
			assert_int_equal(p.node[k].installed_count, 0);
			assert_int_equal(p.node[k].spis_out, 0);
		}
		pair_clear(&p);
	}
}

/* The initiator does not take the responder: it says so in an INFORMATIONAL, and the responder ends the SA (2.21.2). */
static void initiator_refuses(void **state)
{
	struct pair p;

	(void)state;
	/* without IDr in the request bob answers with his own identity */
	pair_init(&p, conf_alice((struct conf_parts){ .remote_round = "auth = psk\n id = *.elsewhere\n" }),
	          conf_bob((struct conf_parts){ 0 }), 7);
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 60000);
	assert_int_equal(pair_done(&p, ALICE, TOKEN)->kind, REASON_IDENTITY);
	assert_int_equal(p.node[ALICE].last_refusal, REASON_IDENTITY);
	assert_int_equal(p.node[BOB].last_peer_notify, IKEV2_NOTIFY_AUTHENTICATION_FAILED);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(pair_ikes(&p, k), 0);
		assert_int_equal(p.node[k].installed_count, 0);
		assert_int_equal(p.node[k].spis_out, 0);
	}
	pair_clear(&p);
}

/* What our own host cannot do: each kind of ask fails, on each side. */
static void asks_fail(void **state)
{
	static const enum ask_kind kinds[] = { ASK_KE, ASK_AUTH_MAKE, ASK_AUTH_CHECK, ASK_SOURCE, ASK_SPI, ASK_INSTALL };

	(void)state;
	for (unsigned who = 0; who < 2; who++)
		for (size_t i = 0; i < COUNT_OF(kinds); i++)
			for (unsigned late = 0; late < 2; late++) {
				struct pair p;
				bool never_asked = who == BOB && kinds[i] == ASK_SOURCE;
				bool child_only = kinds[i] == ASK_INSTALL || (who == BOB && kinds[i] == ASK_SPI);

				pair_init(&p, pair_alice, pair_bob, 300 + i);
				*(late ? &p.node[who].hold : &p.node[who].fail) = 1u << kinds[i];
				pair_initiate(&p, ALICE, "office");
				pair_run(&p, 250000);
				assert_non_null(pair_done(&p, ALICE, TOKEN));
				assert_int_equal(pair_done(&p, ALICE, TOKEN)->ok, never_asked);
				/* late answers are given back */
				pair_answer_held(&p, who);
				pair_run(&p, 1000);
				for (unsigned k = 0; k < 2; k++) {
					assert_int_equal(p.node[k].installed_count, never_asked ? 1 : 0);
					assert_int_equal(p.node[k].spis_out, 0);
					/* a held ask outlives the peer's patience: then each ends by itself */
					if (!late)
						assert_int_equal(pair_up(&p, k), child_only || never_asked ? 1 : 0);
				}
				assert_int_equal(pair_up(&p, ALICE), pair_up(&p, BOB));
				pair_clear(&p);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_are_told),
		cmocka_unit_test(initiator_refuses),
		cmocka_unit_test(asks_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
