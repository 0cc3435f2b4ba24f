/* SPDX-License-Identifier: ISC */
/* A peer that refuses to rekey: never, not now, or not so. RFC 7296 1.3, 2.8, 2.25, 3.10.1. */
#include "support/unit.h"

#include <stdio.h>

#include "conf.h"
#include "iana/ikev2.h"
#include "sealed.h"

#define CHILD_LIVES "rekey_time = 1h\n life_time = 70m\n rand_time = 0\n"
#define CHILD_STAYS "rekey_time = 0\n life_time = 0\n"
#define IKE_LIVES "rekey_time = 1h\n over_time = 10m\n rand_time = 0\n"
#define IKE_STAYS "rekey_time = 0\n"
#define HOUR 3600000ul
#define MINUTE 60000ul

struct refusal {
	uint16_t notify;   /* what bob says to each CREATE_CHILD_SA; 0: he takes it */
	unsigned count;
	size_t least;      /* Child SAs that each end has at all times */
};

static struct bytes refusal_chain(uint8_t *room, size_t len, uint16_t notify, uint8_t *first)
{
	struct message_writer m = chain_begin(room, len);

	notify_write(&m, 0, bytes_none(), notify, bytes_none());
	return chain_end(&m, first);
}

static bool refuse_creates(struct pair *p, struct datagram *d, void *ctx)
{
	struct refusal *r = ctx;
	uint8_t room[64], first;
	struct bytes chain;

	for (unsigned k = 0; k < 2; k++)
		assert_true(p->node[k].installed_count >= r->least);
	if (!r->notify || d->from != ALICE || d->data[18] != IKEV2_EXCHANGE_CREATE_CHILD_SA)
		return true;
	r->count++;
	chain = refusal_chain(room, sizeof(room), r->notify, &first);
	pair_sa(p, BOB)->next_in++;
	send_sealed_response(p, BOB, IKEV2_EXCHANGE_CREATE_CHILD_SA, get_u32(d->data + 20), first, chain);
	return false;
}

static void begin(struct pair *p, struct refusal *r, const char *ike, const char *child, uint64_t seed)
{
	char net[256];

	(void)snprintf(net, sizeof(net), "net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n %s }\n", child);
	pair_init(p, conf_alice((struct conf_parts){ .more = ike, .children = net }),
	          conf_bob((struct conf_parts){ .more = IKE_STAYS,
	                                        .children = "net { local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n"
	                                                    "esp_proposals = aes256gcm16\n " CHILD_STAYS "}\n" }), seed);
	pair_initiate(p, ALICE, "office");
	assert_true(pair_done(p, ALICE, TOKEN)->ok);
	r->least = 1;
	p->filter = refuse_creates;
	p->ctx = r;
}

/* So many IKE SAs were set up; one is there now, with its Child SA, by which packets go both ways. */
static void stands(const struct pair *p, unsigned ups)
{
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(p->node[k].ups, ups);
		assert_int_equal(p->node[k].downs, ups - 1);
		assert_int_equal(pair_ikes(p, k), 1);
		assert_int_equal(pair_children(p, k), 1);
		assert_int_equal(p->node[k].installed_count, 1);
		assert_int_equal(p->node[k].spis_out, 0);
		assert_true(pair_flows(p, k));
	}
}

/* NO_ADDITIONAL_SAS: this peer never rekeys. A new IKE SA comes before the old one goes, long before the hard limit, each time. */
static void never(void **state)
{
	static const struct {
		const char *ike, *child;
	} rows[] = { { IKE_STAYS, CHILD_LIVES }, { IKE_LIVES, CHILD_STAYS }, { IKE_LIVES, CHILD_LIVES } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct refusal r = { .notify = IKEV2_NOTIFY_NO_ADDITIONAL_SAS };
		struct pair p;

		begin(&p, &r, rows[i].ike, rows[i].child, 1 + i);
		pair_run(&p, HOUR - 2000);
		stands(&p, 1);
		pair_run(&p, 12000);
		stands(&p, 2);
		assert_in_range(r.count, 1, 2);
		pair_run(&p, 3 * HOUR);
		stands(&p, 5);
		assert_int_equal(p.node[ALICE].child_rekeys, 0);
		assert_int_equal(p.node[ALICE].ike_rekeys, 0);
		pair_clear(&p);
	}
}

/* What takes the place of the rekeying is tried again, too. */
static bool refuse_and_be_away(struct pair *p, struct datagram *d, void *ctx)
{
	return d->data[18] != IKEV2_EXCHANGE_IKE_SA_INIT && refuse_creates(p, d, ctx);
}

static void never_and_away(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct refusal r = { .notify = IKEV2_NOTIFY_NO_ADDITIONAL_SAS };
		struct pair p;

		begin(&p, &r, i ? IKE_LIVES : IKE_STAYS, i ? CHILD_STAYS : CHILD_LIVES, 10 + i);
		p.filter = refuse_and_be_away;
		pair_run(&p, HOUR + 4 * MINUTE);
		assert_int_equal(p.node[ALICE].ups, 1);
		assert_int_equal(pair_up(&p, ALICE), 1);
		p.filter = refuse_creates;
		pair_run(&p, 5 * MINUTE); /* no gap: refuse_creates looks */
		stands(&p, 2);
		pair_clear(&p);
	}
}

/* Bob has set up nothing and could not: he leaves it to alice. */
static void never_and_no_initiator(void **state)
{
	struct refusal r = { .notify = 0 };
	struct pair p;
	uint8_t room[64], first;
	struct bytes chain = refusal_chain(room, sizeof(room), IKEV2_NOTIFY_NO_ADDITIONAL_SAS, &first);

	(void)state;
	begin(&p, &r, IKE_STAYS, CHILD_STAYS, 20);
	p.filter = pair_drop;
	pair_command(&p, BOB, &(struct command){ .kind = COMMAND_REKEY, .name = "branch" });
	pair_sa(&p, ALICE)->next_in++;
	send_sealed_response(&p, ALICE, IKEV2_EXCHANGE_CREATE_CHILD_SA, 0, first, chain);
	p.filter = NULL;
	pair_run(&p, 10 * MINUTE);
	assert_int_equal(p.node[BOB].last_peer_notify, IKEV2_NOTIFY_NO_ADDITIONAL_SAS);
	stands(&p, 1);
	pair_clear(&p);
}

/* TEMPORARY_FAILURE: again soon, and when it is said for minutes, the two are out of step: the IKE SA is set up anew (2.25). */
static void not_now(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct refusal r = { .notify = IKEV2_NOTIFY_TEMPORARY_FAILURE };
		struct pair p;

		begin(&p, &r, i ? IKE_LIVES : IKE_STAYS, i ? CHILD_STAYS : CHILD_LIVES, 30 + i);
		pair_run(&p, HOUR + 4 * MINUTE + 55000);
		stands(&p, 1);
		assert_in_range(r.count, 20, 60); /* each 5 to 15 s */
		r.least = 0;
		pair_run(&p, MINUTE);
		assert_int_equal(p.node[ALICE].ups, 2);
		stands(&p, 2);
		pair_clear(&p);
	}
}

/* It is said for some time and then not any more: nothing but a rekeying comes of it, and the minutes are counted anew. */
static void not_now_but_later(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct refusal r = { .notify = IKEV2_NOTIFY_TEMPORARY_FAILURE };
		struct pair p;

		begin(&p, &r, i ? IKE_LIVES : IKE_STAYS, i ? CHILD_STAYS : CHILD_LIVES, 40 + i);
		for (unsigned round = 1; round <= 2; round++) {
			r.notify = IKEV2_NOTIFY_TEMPORARY_FAILURE;
			pair_run(&p, HOUR + (round == 1 ? 4 : 2) * MINUTE);
			stands(&p, 1);
			r.notify = 0;
			pair_run(&p, MINUTE);
			assert_int_equal(i ? p.node[ALICE].ike_rekeys : p.node[ALICE].child_rekeys, round);
			pair_run(&p, MINUTE);
			stands(&p, 1);
		}
		pair_clear(&p);
	}
}

/* NO_PROPOSAL_CHOSEN for the IKE SA: it stays as it is, it is tried again, and said why. */
static void not_so(void **state)
{
	(void)state;
	for (unsigned mended = 0; mended < 2; mended++) {
		struct refusal r = { .notify = IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN };
		struct pair p;

		begin(&p, &r, IKE_LIVES, CHILD_STAYS, 50 + mended);
		pair_run(&p, HOUR + 8 * MINUTE);
		stands(&p, 1);
		assert_in_range(r.count, 3, 20);
		assert_int_equal(p.node[ALICE].last_peer_refusal, REASON_PEER_REFUSED);
		assert_int_equal(p.node[ALICE].last_peer_notify, IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN);
		assert_int_equal(p.node[ALICE].ike_rekeys, 0);
		r.notify = mended ? 0 : r.notify;
		r.least = mended;
		pair_run(&p, 3 * MINUTE);
		assert_int_equal(p.node[ALICE].ike_rekeys, mended);
		stands(&p, mended ? 1 : 2); /* else the hard limit has ended it, and it was set up anew */
		pair_clear(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never),   cmocka_unit_test(never_and_away),    cmocka_unit_test(never_and_no_initiator),
		cmocka_unit_test(not_now), cmocka_unit_test(not_now_but_later), cmocka_unit_test(not_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
