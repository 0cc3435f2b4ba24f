/* SPDX-License-Identifier: ISC */
/*
 * Messages in fragments, RFC 7383: sizes, paths that lose and that are narrow, what is cut anew, and what a peer or a stranger can
 * do with fragments (CVE-2016-10396, CVE-2013-6076, CVE-2026-12413 and their like).
 */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "conf.h"
#include "iana/ikev2.h"
#include "ike/fragment.h"
#include "pair.h"

#define SMALL 200u /* of whole datagrams: the messages of a PSK need several */

static const struct engine_conf small = { .fragment_size = SMALL };

static struct sa *only_sa(struct pair *p, unsigned i)
{
	struct engine *e = p->node[i].engine;

	return list_empty(&e->sas) ? NULL : LIST_ITEM(e->sas.next, struct sa, link);
}

static size_t pool_bytes(struct pair *p, unsigned i)
{
	return p->node[i].engine->pools[0].bytes + p->node[i].engine->pools[1].bytes;
}

/* --- set-up --- */

struct sizes {
	size_t largest[2];  /* datagram behind IKE_SA_INIT, with its headers, of each side */
	size_t mtu;         /* larger ones do not arrive; 0: all do */
	unsigned narrow;    /* bit n: what node n sends */
};

static bool watch_sizes(struct pair *p, struct datagram *d, void *ctx)
{
	struct sizes *s = ctx;
	size_t len = d->len + 20 + 8 + (d->path.encap == PATH_UDP_NATT ? 4 : 0);

	(void)p;
	if (d->keepalive || d->data[18] == IKEV2_EXCHANGE_IKE_SA_INIT)
		return true;
	if (len > s->largest[d->from])
		s->largest[d->from] = len;
	return s->mtu == 0 || len <= s->mtu || !(s->narrow & 1u << d->from);
}

static const struct {
	const char *alice, *bob;
	bool alice_cuts, bob_cuts;
} wishes[] = {
	{ "", "", true, true },         { "yes", "accept", true, false }, { "accept", "yes", false, true },
	{ "yes", "no", false, false },  { "no", "yes", false, false },    { "force", "force", true, true },
	{ "accept", "accept", false, false },
};

/* Who cuts is who wants to, when both can. */
static void who_cuts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wishes); i++) {
		char alice[64] = "", bob[64] = "";
		struct sizes s = { 0 };
		struct pair p;

		if (*wishes[i].alice)
			(void)snprintf(alice, sizeof(alice), "fragmentation = %s\n", wishes[i].alice);
		if (*wishes[i].bob)
			(void)snprintf(bob, sizeof(bob), "fragmentation = %s\n", wishes[i].bob);
		pair_init_conf(&p, conf_alice((struct conf_parts){ .more = alice }), conf_bob((struct conf_parts){ .more = bob }), 900,
		               &small);
		p.filter = watch_sizes;
		p.ctx = &s;
		pair_initiate(&p, ALICE, "office");
		assert_int_equal(pair_children(&p, BOB), 1);
		assert_int_equal(s.largest[ALICE] <= SMALL, wishes[i].alice_cuts);
		assert_int_equal(s.largest[BOB] <= SMALL, wishes[i].bob_cuts);
		assert_int_equal(pair_counter(&p, ALICE, "fragmented"), wishes[i].alice_cuts);
		assert_int_equal(pair_counter(&p, ALICE, "reassembled"), wishes[i].bob_cuts);
		assert_int_equal(pool_bytes(&p, ALICE) + pool_bytes(&p, BOB), 0);
		pair_clear(&p);
	}
}

/* Small messages stay whole, whatever was agreed. */
static void small_ones_stay_whole(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, pair_alice, pair_bob, 901);
	pair_initiate(&p, ALICE, "office");
	assert_int_equal(pair_children(&p, BOB), 1);
	assert_int_equal(pair_counter(&p, ALICE, "fragmented"), 0);
	assert_int_equal(pair_counter(&p, BOB, "fragment"), 0);
	pair_clear(&p);
}

/* Each length, family, encapsulation and cipher: no datagram is larger than it may be, and together they are the chain. */
static void each_size(void **state)
{
	static const char *const ciphers[] = { "aes256gcm16-prfsha256-x25519", "aes256-sha256-x25519" };
	static uint8_t chain[4000];

	(void)state;
	for (size_t i = 0; i < sizeof(chain); i++)
		chain[i] = (uint8_t)(i * 7);
	for (unsigned k = 0; k < 8; k++) {
		struct conf_parts parts = { .proposals = ciphers[k & 1] };
		size_t size = k & 2 ? 576 : 1280;
		struct engine_conf conf = { .fragment_size = (uint32_t)size };
		struct pair p;

		pair_init_conf(&p, conf_alice(parts), conf_bob(parts), 902, &conf);
		pair_initiate(&p, ALICE, "office");
		assert_int_equal(pair_up(&p, ALICE), 1);
		for (size_t len = 0; len <= sizeof(chain); len += 13) {
			struct sa *sa = only_sa(&p, ALICE);
			struct path path = sa->path;
			struct arena arena = { 0 };
			struct outgoing o = { sa, &sa->gen, { .spi_i = 1, .spi_r = 2, .major = 2, .message_id = 7 }, 41, { chain, len },
				              &path };
			size_t outer, count = 0;
			struct reader r;
			struct bytes one;

			path.remote.addr.family = k & 4 ? ADDR_V6 : ADDR_V4;
			outer = (k & 4 ? 40 : 20) + 8 + (path.encap == PATH_UDP_NATT ? 4 : 0);
			r = reader(messages_seal(&o, &arena));
			for (; ike_message_next(&one, &r); count++)
				assert_true(one.len + outer <= size);
			assert_true(rd_done(&r));
			assert_true(count > 0);
			if (count > 1) /* it would not have fitted */
				assert_true(outer + sk_message_len(sa, &sa->gen, len) > size);
			arena_clear(&arena);
		}
		pair_clear(&p);
	}
}

/* --- paths that lose, that are narrow --- */

static bool lossy(struct pair *p, struct datagram *d, void *ctx)
{
	uint64_t *z = ctx;

	*z = *z * 6364136223846793005u + 1442695040888963407u;
	if ((*z >> 33) % 100 < 25)
		return false;
	if ((*z >> 40) % 4 == 0 && p->queued < DATAGRAMS_MAX) { /* once more, after the others */
		struct datagram *copy = malloc(sizeof(*copy));

		assert_non_null(copy);
		*copy = *d;
		p->queue[p->queued++] = copy;
		return (*z >> 50) % 2; /* or only later */
	}
	return true;
}

static void lossy_path(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		uint64_t z = seed;
		struct pair p;

		pair_init_conf(&p, pair_alice, pair_bob, 1000 + seed, &small);
		p.filter = lossy;
		p.ctx = &z;
		pair_initiate(&p, ALICE, "office");
		pair_run(&p, 400000);
		/* who is told in time is up at both ends, and nothing is left behind */
		if (pair_up(&p, ALICE))
			assert_int_equal(pair_children(&p, BOB), 1);
		else
			assert_non_null(pair_done(&p, ALICE, TOKEN));
		p.filter = NULL;
		pair_run(&p, 400000);
		assert_int_equal(pool_bytes(&p, ALICE) + pool_bytes(&p, BOB), 0);
		pair_clear(&p);
	}
}

/* As many subnets make an IKE_AUTH of some size: 16 bytes each. */
static const char *children_of(char *out, size_t room, unsigned subnets)
{
	size_t at = (size_t)snprintf(out, room, "net { remote_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n local_ts = 10.1.0.0/16");

	for (unsigned i = 0; i < subnets; i++)
		at += (size_t)snprintf(out + at, room - at, ", 10.3.%u.0/24", 2 * i);
	(void)snprintf(out + at, room - at, "\n }\n");
	return out;
}

static const struct {
	const char *name;
	unsigned subnets, narrow;
	size_t mtu;
	uint64_t within; /* ms until it is up; 0: not at all */
} narrow_paths[] = {
	{ "wide", 100, 0, 1280, 0 },
	{ "whole messages do not come through", 40, 1u << ALICE, 600, 12000 },
	{ "fragments do not come through", 100, 1u << ALICE, 600, 12000 },
	{ "responses do not come through", 100, 1u << BOB, 600, 12000 },
	{ "neither comes through", 100, 1u << ALICE | 1u << BOB, 600, 12000 },
};

/* RFC 7383 2.5.2: what is not answered is cut smaller, from both sides. */
static void narrow_path(void **state)
{
	static char alice[4096], bob[4096];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(narrow_paths); i++) {
		struct sizes s = { .mtu = narrow_paths[i].mtu, .narrow = narrow_paths[i].narrow };
		struct conf_parts a = { .children = children_of(alice, sizeof(alice), narrow_paths[i].subnets) };
		struct conf_parts b = { .children = bob };
		struct pair p;

		(void)snprintf(bob, sizeof(bob), "net { local_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n remote_ts = 0.0.0.0/0\n }\n");
		pair_init(&p, conf_alice(a), conf_bob(b), 903);
		p.filter = watch_sizes;
		p.ctx = &s;
		pair_initiate(&p, ALICE, "office");
		if (pair_up(&p, ALICE) != !narrow_paths[i].within)
			fail_msg("%s: at once", narrow_paths[i].name);
		pair_run(&p, narrow_paths[i].within);
		if (pair_up(&p, ALICE) != 1 || pair_children(&p, BOB) != 1)
			fail_msg("%s: not up", narrow_paths[i].name);
		/* later messages start with what has been found */
		if (narrow_paths[i].narrow & 1u << ALICE)
			assert_int_equal(only_sa(&p, ALICE)->fragment_size, 576);
		pair_clear(&p);
	}
}

/* A peer that never answers: the smaller fragments start anew, and come to an end. */
static void nobody_there(void **state)
{
	static char alice[4096];
	struct sizes s = { .mtu = 1, .narrow = 3 };
	struct pair p;

	(void)state;
	pair_init(&p, conf_alice((struct conf_parts){ .children = children_of(alice, sizeof(alice), 100) }), pair_bob, 904);
	p.filter = watch_sizes;
	p.ctx = &s;
	pair_initiate(&p, ALICE, "office");
	pair_run(&p, 165000);
	assert_null(pair_done(&p, ALICE, TOKEN));
	pair_run(&p, 12000); /* two tries of the larger size come on top */
	assert_non_null(pair_done(&p, ALICE, TOKEN));
	assert_int_equal(pair_done(&p, ALICE, TOKEN)->kind, REASON_NO_ANSWER);
	assert_int_equal(pair_counter(&p, ALICE, "fragments-made-smaller"), 1);
	pair_clear(&p);
}

/* --- a peer with the keys in hand --- */

struct forge {
	struct pair *p;
	uint8_t exchange;
	uint32_t message_id;
	size_t len;           /* of the chain in each fragment; 0: of a chain that makes sense */
};

/* A chain of unknown payloads, which everybody skips. */
static struct bytes some_chain(uint8_t room[300])
{
	struct message_writer m = chain_begin(room, 300);
	uint8_t first;

	for (unsigned i = 0; i < 8; i++)
		payload_write(&m, 200, bytes("0123456789abcdefghijklmn", 24));
	return chain_end(&m, &first);
}

/* One fragment of `total` from Alice; other: with another content, broken: with a seal that is wrong. */
static void send_fragment(const struct forge *f, unsigned number, unsigned total, bool other, bool broken)
{
	struct sa *sa = only_sa(f->p, ALICE);
	static uint8_t room[70000], big[66000];
	uint8_t chain_room[300];
	struct writer w = writer(room, sizeof(room));
	struct ike_header h = { .spi_i = sa->spi_i, .spi_r = sa->spi_r, .major = 2, .exchange = f->exchange,
		                .flags = IKE_FLAG_INITIATOR, .message_id = f->message_id };
	struct skf lie = { (uint16_t)number, (uint16_t)total }, honest = lie;
	struct bytes chain = some_chain(chain_room), part = bytes_none();
	struct path path = pair_path(f->p, ALICE);
	size_t share = total ? chain.len / total : 0;

	if (f->len)
		part = bytes(big, f->len);
	else if (number >= 1 && number <= total)
		part = bytes(chain.at + (number - 1) * share, number == total ? chain.len - (number - 1) * share : share);
	if (other)
		memset((void *)(uintptr_t)part.at, 0xee, part.len);
	if (number == 0 || number > total)
		honest = (struct skf){ 1, 1 };
	assert_true(sk_put(sa, &sa->gen, &h, 200, &honest, part, &w));
	put_u16(room + IKE_HEADER_LEN + 4, lie.number); /* a lie breaks the seal, but is seen before it */
	put_u16(room + IKE_HEADER_LEN + 6, lie.total);
	if (broken)
		room[w.len - 1] ^= 1;
	path.encap = PATH_UDP_NATT;
	path.local.port = path.remote.port = 4500;
	pair_input(f->p, BOB, &path, bytes(room, w.len));
}

static const struct {
	const char *name, *script; /* number/total, x: other content, !: wrong seal */
	bool answered;
	const char *counter;
	unsigned count;
	bool ends;                 /* INVALID_SYNTAX inside of a seal ends the SA, RFC 7296 2.21.3 */
} attacks[] = {
	{ "in order", "1/3 2/3 3/3", true, "reassembled", 1 },
	{ "backwards", "3/3 2/3 1/3", true, "reassembled", 1 },
	{ "one of one", "1/1", true, "reassembled", 1 },
	{ "one is missing", "1/3 3/3", false, "fragment", 2 },
	{ "number 0", "0/3 1/3 2/3 3/3", true, "fragment-malformed", 1 },
	{ "total 0", "1/0", false, "fragment-malformed", 1 },
	{ "number above total", "4/3 1/3 2/3", false, "fragment-malformed", 1 },
	{ "more than anybody needs", "1/129", false, "fragment-malformed", 1 },
	{ "the most", "1/65535", false, "fragment-malformed", 1 },
	{ "doubled", "1/3 1/3 2/3 2/3 3/3", true, "fragment-stale", 2 },
	{ "doubled with other content: the first counts", "1/3 1/3x 2/3 3/3", true, "fragment-stale", 1 },
	{ "a forged one comes first", "2/3! 1/3 2/3 3/3", true, "integrity", 1 },
	{ "a forged last one", "1/3 2/3 3/3!", false, "integrity", 1 },
	{ "a forged larger total does not start anew", "1/3 2/3 1/9! 3/3", true, "integrity", 1 },
	{ "a larger total starts anew", "1/2 1/3 2/3 3/3", true, "reassembled", 1 },
	{ "sets are not mixed", "1/2 1/3 2/2", false, "fragment-stale", 1 },
	{ "a smaller total is late", "1/3 2/3 3/2 1/2 2/2 3/3", true, "fragment-stale", 2 },
	{ "total shrinks", "1/3 2/3 1/1", false, "fragment-stale", 1 },
	{ "garbage inside is answered, as if it had come whole", "1/2x 2/2x", true, "reassembled", 1, true },
};

static void run_script(const struct forge *f, const char *script)
{
	while (*script) {
		unsigned number = (unsigned)strtoul(script, (char **)(uintptr_t)&script, 10);
		unsigned total = (unsigned)strtoul(script + 1, (char **)(uintptr_t)&script, 10);
		bool other = *script == 'x', broken = *script == '!';

		send_fragment(f, number, total, other, broken);
		script += other || broken;
		script += *script == ' ';
	}
}

static bool drop_all(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)d, (void)ctx;
	return false;
}

static void attack_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(attacks); i++) {
		struct pair p;
		struct forge f = { &p, IKEV2_EXCHANGE_INFORMATIONAL, 2, 0 };
		uint64_t before;
		unsigned sent;

		pair_init(&p, pair_alice, pair_bob, 905);
		pair_initiate(&p, ALICE, "office");
		p.filter = drop_all;
		sent = p.sent[BOB];
		before = pair_counter(&p, BOB, attacks[i].counter);
		run_script(&f, attacks[i].script);
		if ((p.sent[BOB] == sent + 1) != attacks[i].answered)
			fail_msg("%s: %u answers", attacks[i].name, p.sent[BOB] - sent);
		if (pair_counter(&p, BOB, attacks[i].counter) != before + attacks[i].count)
			fail_msg("%s: %s is %u", attacks[i].name, attacks[i].counter, (unsigned)pair_counter(&p, BOB, attacks[i].counter));
		if (pair_up(&p, BOB) != !attacks[i].ends)
			fail_msg("%s: up or gone", attacks[i].name);
		if (attacks[i].answered)
			assert_int_equal(pool_bytes(&p, BOB), 0);
		pair_run(&p, 61000); /* the rest never comes */
		assert_int_equal(pool_bytes(&p, BOB), 0);
		pair_clear(&p);
	}
}

static void established(struct pair *p, struct forge *f, uint64_t seed)
{
	*f = (struct forge){ p, IKEV2_EXCHANGE_INFORMATIONAL, 2, 0 };
	pair_init(p, pair_alice, pair_bob, seed);
	pair_initiate(p, ALICE, "office");
	p->filter = drop_all;
}

/* RFC 7383 2.6.1: only the first fragment of an answered request asks again, also when it was cut anew; and only with its seal. */
static void answered_once(void **state)
{
	static const struct {
		const char *script;
		bool again;
	} rows[] = { { "2/3", false }, { "3/3", false }, { "1/3", true },  { "1/5", true },
		     { "2/5", false }, { "1/5!", false }, { "1/1", true }, { "0/1", false } };
	struct pair p;
	struct forge f;

	(void)state;
	established(&p, &f, 906);
	run_script(&f, "1/3 2/3 3/3");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		unsigned sent = p.sent[BOB];

		run_script(&f, rows[i].script);
		if ((p.sent[BOB] == sent + 1) != rows[i].again)
			fail_msg("%s", rows[i].script);
	}
	assert_int_equal(only_sa(&p, BOB)->next_in, 3);
	assert_int_equal(pool_bytes(&p, BOB), 0);
	pair_clear(&p);
}

/* Fragments of messages whose turn it is not are not kept. */
static void other_messages(void **state)
{
	struct pair p;
	struct forge f;

	(void)state;
	established(&p, &f, 907);
	for (uint32_t id = 0; id < 100; id++) {
		f.message_id = id == 2 ? UINT32_MAX : id;
		send_fragment(&f, 2, 3, false, false);
	}
	f.message_id = 2;
	f.exchange = IKEV2_EXCHANGE_IKE_AUTH; /* no such exchange in this phase */
	send_fragment(&f, 2, 3, false, false);
	assert_int_equal(pool_bytes(&p, BOB), 0);
	/* one message has one exchange */
	f.exchange = IKEV2_EXCHANGE_CREATE_CHILD_SA;
	send_fragment(&f, 1, 2, false, false);
	f.exchange = IKEV2_EXCHANGE_INFORMATIONAL;
	send_fragment(&f, 2, 2, false, false);
	assert_int_equal(only_sa(&p, BOB)->next_in, 2);
	pair_clear(&p);
}

/* A message came whole while its fragments were under way: they are forgotten. */
static void whole_and_fragments(void **state)
{
	struct pair p;
	struct forge f;
	struct arena arena = { 0 };
	struct sa *sa;
	struct path path;
	struct ike_header h;

	(void)state;
	established(&p, &f, 908);
	run_script(&f, "1/3 2/3");
	assert_true(pool_bytes(&p, BOB) > 0);
	sa = only_sa(&p, ALICE);
	h = (struct ike_header){ .spi_i = sa->spi_i, .spi_r = sa->spi_r, .major = 2, .exchange = IKEV2_EXCHANGE_INFORMATIONAL,
		                 .flags = IKE_FLAG_INITIATOR, .message_id = 2 };
	path = pair_path(&p, ALICE);
	pair_input(&p, BOB, &path, sk_seal(sa, &sa->gen, &h, 0, bytes_none(), &arena));
	assert_int_equal(only_sa(&p, BOB)->next_in, 3);
	assert_int_equal(pool_bytes(&p, BOB), 0);
	run_script(&f, "3/3");
	assert_int_equal(pool_bytes(&p, BOB), 0);
	arena_clear(&arena);
	pair_clear(&p);
}

/* The text of one message is bounded, and so is what all of them hold. */
static void bounded(void **state)
{
	struct pair p;
	struct forge f;

	(void)state;
	established(&p, &f, 909);
	f.len = 600;
	for (unsigned i = 1; i < 128; i++)
		send_fragment(&f, i, 128, false, false);
	assert_true(pool_bytes(&p, BOB) < 72 * 1024);
	assert_true(pair_counter(&p, BOB, "fragment-limit") > 0);
	f.message_id = 2;
	f.len = 65000;
	run_script(&f, "1/129 1/128");
	assert_true(pool_bytes(&p, BOB) < 72 * 1024);
	pair_clear(&p);
}

/* Of many who are not authenticated, the oldest make room, and an honest one comes through. */
static void crowd(void **state)
{
	enum { PEERS = 120 };
	static char text[PEERS * 400];
	struct engine_conf conf = { .half_open_per_source = 1000, .cookie_threshold = 1000, .fragment_size = SMALL };
	size_t at = 0;
	struct pair p;

	(void)state;
	at += (size_t)snprintf(text, sizeof(text), "connections {\n");
	for (unsigned i = 0; i < PEERS; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		                       "c%u { version = 2\n local_addrs = 192.0.2.1\n remote_addrs = 192.0.2.2\n"
		                       "proposals = aes256gcm16-prfsha256-x25519\n local { auth = psk\n id = alice.example }\n"
		                       "remote { auth = psk\n id = bob.example }\n children { net { esp_proposals = aes256gcm16\n"
		                       "local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16 } } }\n", i);
	(void)snprintf(text + at, sizeof(text) - at, "}\nsecrets { ike-x { secret = \"correct horse battery staple, a longer one\" } }\n");
	pair_init_conf(&p, text, pair_bob, 910, &conf);
	p.node[ALICE].hold = 1u << ASK_AUTH_MAKE; /* they get keys, and no further */
	for (unsigned i = 0; i < PEERS; i++) {
		/* large ones, and small ones that would fill up what is left */
		struct forge f = { &p, IKEV2_EXCHANGE_IKE_AUTH, 1, i < 66 ? 63000 : i < 80 ? 2000 : 20 };
		char name[8];

		(void)snprintf(name, sizeof(name), "c%u", i);
		pair_initiate(&p, ALICE, name);
		send_fragment(&f, 1, 2, false, false);
		engine_command(p.node[ALICE].engine, p.now, 1, &(struct command){ .kind = COMMAND_TERMINATE, .name = name, .force = true });
		pair_deliver(&p);
		p.node[ALICE].held_count = 0;
		assert_true(p.node[BOB].engine->pools[0].bytes <= 4u << 20);
	}
	assert_true(p.node[BOB].engine->pools[0].bytes > 3u << 20);
	assert_true(pair_counter(&p, BOB, "reassembly-evicted") > 0);
	p.node[ALICE].hold = 0;
	pair_initiate(&p, ALICE, "c0");
	assert_int_equal(pair_up(&p, BOB), 1);
	pair_run(&p, 200000); /* half-open SAs go, and all that they held */
	assert_int_equal(p.node[BOB].engine->pools[0].bytes, 0);
	pair_clear(&p);
}

/* Payloads that nobody knows stand before SKF, `count` of them; the seal covers them. */
static struct bytes behind_unknown(struct sa *sa, unsigned count, uint8_t *room, size_t len)
{
	struct ike_header h = { .spi_i = sa->spi_i, .spi_r = sa->spi_r, .major = 2, .exchange = IKEV2_EXCHANGE_INFORMATIONAL,
		                .flags = IKE_FLAG_INITIATOR, .message_id = 2 };
	struct message_writer m = message_begin(room, len, &h);
	struct arena arena = { 0 };
	struct bytes made;

	assert_true(sk_seal(sa, &sa->gen, &h, 0, bytes_none(), &arena).len > 0); /* so that the keys are expanded */
	arena_clear(&arena);
	for (unsigned i = 0; i < count; i++)
		payload_write(&m, 200, bytes_none());
	payload_write(&m, IKEV2_PAYLOAD_SKF, bytes("\0\1\0\1" "iviviviv" "\0" "0123456789abcdef", 4 + 8 + 1 + 16));
	made = message_end(&m);
	assert_true(seal_encrypt(sa->gen.out, bytes(room, made.len - 25), room + made.len - 25, room + made.len - 17, 1, bytes_none(),
	                         room + made.len - 16));
	return made;
}

static void unknown_before(void **state)
{
	static const unsigned counts[] = { 0, 1, 100, IKE_PAYLOADS_MAX - 1, IKE_PAYLOADS_MAX, 1000 };
	static uint8_t room[8192];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		struct pair p;
		struct forge f;
		struct path path;

		established(&p, &f, 911);
		path = pair_path(&p, ALICE);
		pair_input(&p, BOB, &path, behind_unknown(only_sa(&p, ALICE), counts[i], room, sizeof(room)));
		assert_int_equal(only_sa(&p, BOB)->next_in, counts[i] < IKE_PAYLOADS_MAX ? 3 : 2);
		pair_clear(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_cuts),     cmocka_unit_test(small_ones_stay_whole), cmocka_unit_test(each_size),
		cmocka_unit_test(lossy_path),   cmocka_unit_test(narrow_path),           cmocka_unit_test(nobody_there),
		cmocka_unit_test(attack_table), cmocka_unit_test(answered_once),         cmocka_unit_test(other_messages),
		cmocka_unit_test(bounded),      cmocka_unit_test(whole_and_fragments),   cmocka_unit_test(crowd),
		cmocka_unit_test(unknown_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
