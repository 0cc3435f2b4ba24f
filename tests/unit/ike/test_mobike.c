/* SPDX-License-Identifier: ISC */
/* Addresses that change: MOBIKE (RFC 4555) in both roles, without it, peers behind NATs, ESP that is swallowed. */
#include "support/unit.h"

#include "iana/ikev2.h"
#include "pair.h"
#include "sealed.h"

#define PSK "secrets { ike-x { secret = \"one shared secret\" } }\n"
#define SIDE(name, more, own, peer, local, remote)                                                                    \
	"connections { " name " { version = 2\n" more "\n proposals = aes256gcm16-prfsha256-x25519\n"                   \
	"  local { auth = psk\n id = " own " }\n remote { auth = psk\n id = " peer " }\n"                               \
	"  children { net { local_ts = " local "\n remote_ts = " remote "\n esp_proposals = aes256gcm16\n }\n }\n } }\n" PSK
#define CLIENT(more) SIDE("office", "remote_addrs = 192.0.2.2\n" more, "a.example", "b.example", "10.1.0.0/16", "10.2.0.0/16")
#define GATEWAY(more) SIDE("branch", more, "b.example", "a.example", "10.2.0.0/16", "10.1.0.0/16")

static struct addr v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct addr){ ADDR_V4, { a, b, c, d } };
}

static struct addr v6(uint8_t last)
{
	struct addr a = { ADDR_V6, { 0x20, 0x01, 0x0d, 0xb8 } };

	a.ip[15] = last;
	return a;
}

/* --- a network in which only addresses that somebody has arrive --- */

struct world {
	struct pair p;
	struct addr dead[4];      /* nothing comes from there or gets there */
	size_t dead_count;
	unsigned lose;            /* so many datagrams of Alice's */
	unsigned to_dead;
};

static bool has(const struct peer *n, const struct addr *a)
{
	if (addr_equal(&n->addr, a))
		return true;
	for (size_t i = 0; i < n->more_addr_count; i++)
		if (addr_equal(&n->more_addrs[i], a))
			return true;
	return false;
}

static bool routed(struct pair *p, struct datagram *d, void *ctx)
{
	struct world *w = ctx;

	if (d->from == ALICE && w->lose && w->lose--)
		return false;
	for (size_t i = 0; i < w->dead_count; i++)
		if (addr_equal(&w->dead[i], &d->path.remote.addr) || addr_equal(&w->dead[i], &d->path.local.addr)) {
			w->to_dead++;
			return false;
		}
	return has(&p->node[d->from], &d->path.local.addr) && (p->nat.family || has(&p->node[!d->from], &d->path.remote.addr));
}

static void begin(struct world *w, const char *alice, const char *bob, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	pair_init(&w->p, alice, bob, seed);
	w->p.filter = routed;
	w->p.ctx = w;
}

static void up(struct world *w)
{
	pair_initiate(&w->p, ALICE, "office");
	pair_deliver(&w->p);
	assert_int_equal(pair_children(&w->p, ALICE), 1);
	assert_int_equal(pair_children(&w->p, BOB), 1);
}

static void network(struct world *w, unsigned i)
{
	engine_network(w->p.node[i].engine, w->p.now);
	pair_deliver(&w->p);
}

static bool take_path(void *ctx, const struct ike_info *ike)
{
	*(struct path *)ctx = ike->path;
	return false;
}

static struct path path_of(const struct world *w, unsigned i)
{
	struct path p = { 0 };

	engine_each_ike(w->p.node[i].engine, take_path, &p);
	return p;
}

/* Both ends and their Child SAs use this pair of addresses. */
static void assert_on(const struct world *w, struct addr alice, struct addr bob)
{
	struct path a = path_of(w, ALICE), b = path_of(w, BOB);

	assert_true(addr_equal(&a.local.addr, &alice) && addr_equal(&a.remote.addr, &bob));
	assert_true(addr_equal(&b.local.addr, &bob) && addr_equal(&b.remote.addr, &alice));
	for (unsigned i = 0; i < 2; i++)
		if (w->p.node[i].moves) {
			assert_true(addr_equal(&w->p.node[i].moved.local.addr, i == ALICE ? &alice : &bob));
			assert_true(addr_equal(&w->p.node[i].moved.remote.addr, i == ALICE ? &bob : &alice));
		}
	assert_int_equal(pair_up(&w->p, ALICE), 1);
	assert_int_equal(pair_up(&w->p, BOB), 1);
	assert_int_equal(w->p.node[ALICE].ups, 1);
	assert_int_equal(w->p.node[BOB].ups, 1);
}

/* --- cases --- */

/* RFC 4555 3.5: on port 4500 from the start; one round trip after the change is known all is on the new path. */
static void client_moves(void **state)
{
	struct world w;
	uint64_t before;
	unsigned sent;

	(void)state;
	begin(&w, CLIENT(""), GATEWAY(""), 1);
	up(&w);
	sent = w.p.sent[ALICE];
	assert_int_equal(path_of(&w, ALICE).remote.port, 4500);
	w.p.node[ALICE].addr = v4(198, 51, 100, 7);
	before = w.p.now.boot;
	network(&w, ALICE);
	assert_on(&w, v4(198, 51, 100, 7), v4(192, 0, 2, 2));
	assert_int_equal(w.p.now.boot, before); /* no timer was needed */
	assert_int_equal(w.p.sent[ALICE], sent + 2); /* the update, and the answer to COOKIE2 */
	assert_true(w.p.node[ALICE].ike_updates == 1 && w.p.node[BOB].ike_updates == 1);
	network(&w, ALICE); /* nothing has changed: nothing is sent */
	assert_int_equal(w.p.node[ALICE].ike_updates, 1);
	pair_clear(&w.p);
}

/* From IPv4 to IPv6 at the peer's additional address, and back. */
static void client_moves_to_ipv6(void **state)
{
	struct world w;

	(void)state;
	begin(&w, CLIENT(""), GATEWAY(""), 2);
	w.p.node[BOB].more_addrs[0] = v6(2);
	w.p.node[BOB].more_addr_count = 1;
	network(&w, BOB);
	up(&w);
	w.p.node[ALICE].addr = v6(1);
	network(&w, ALICE);
	assert_on(&w, v6(1), v6(2));
	w.p.node[ALICE].addr = v4(192, 0, 2, 1);
	network(&w, ALICE);
	assert_on(&w, v4(192, 0, 2, 1), v4(192, 0, 2, 2));
	pair_clear(&w.p);
}

/* No address at all for a day: the SA waits, nothing is sent, and it goes on where it comes back. */
static void client_is_away(void **state)
{
	struct world w;
	unsigned sent;

	(void)state;
	begin(&w, CLIENT("dpd_delay = 30s\nrekey_time = 0\nreauth_time = 0"), GATEWAY("rekey_time = 0"), 3);
	up(&w);
	w.p.node[ALICE].no_route = true;
	network(&w, ALICE);
	sent = w.p.sent[ALICE];
	pair_run(&w.p, MINUTES(50));
	assert_int_equal(w.p.sent[ALICE], sent);
	w.p.node[ALICE].no_route = false;
	w.p.node[ALICE].addr = v4(203, 0, 113, 9);
	network(&w, ALICE);
	assert_on(&w, v4(203, 0, 113, 9), v4(192, 0, 2, 2));
	pair_clear(&w.p);
}

/* Nobody says that the network is back: it is looked for all the same. */
static void network_comes_back_quietly(void **state)
{
	struct world w;

	(void)state;
	begin(&w, CLIENT("rekey_time = 0\nreauth_time = 0"), GATEWAY("rekey_time = 0"), 31);
	up(&w);
	w.p.node[ALICE].no_route = true;
	network(&w, ALICE);
	pair_run(&w.p, MINUTES(50));
	w.p.node[ALICE].no_route = false;
	w.p.node[ALICE].addr = v4(203, 0, 113, 9);
	pair_run(&w.p, MINUTES(1));
	assert_on(&w, v4(203, 0, 113, 9), v4(192, 0, 2, 2));
	pair_clear(&w.p);
}

/* Closed where no path is known: the delete is sent again like any other, and when nobody answers it ends. */
static void closed_while_away(void **state)
{
	(void)state;
	for (unsigned lose = 1; lose < 20; lose += 18) {
		struct world w;

		begin(&w, CLIENT("rekey_time = 0\nreauth_time = 0"), GATEWAY("rekey_time = 0"), 32);
		up(&w);
		w.p.node[ALICE].no_route = true;
		network(&w, ALICE);
		w.lose = lose;
		pair_command(&w.p, ALICE, &(struct command){ .kind = COMMAND_TERMINATE, .name = "office" });
		pair_run(&w.p, lose == 1 ? SECONDS(10) : MINUTES(5));
		assert_int_equal(pair_ikes(&w.p, ALICE), 0);
		assert_int_equal(w.p.node[ALICE].installed_count, 0);
		assert_int_equal(pair_ikes(&w.p, BOB), lose == 1 ? 0 : 1);
		pair_clear(&w.p);
	}
}

/* A request that is in flight when the address goes is sent again from the new one at once, and the update follows it (3.5). */
static void request_in_flight(void **state)
{
	struct world w;

	(void)state;
	begin(&w, CLIENT("dpd_delay = 10s"), GATEWAY(""), 4);
	up(&w);
	w.lose = 1;
	pair_run(&w.p, SECONDS(11)); /* its liveness request is lost */
	w.p.node[ALICE].addr = v4(198, 51, 100, 7);
	network(&w, ALICE);
	assert_on(&w, v4(198, 51, 100, 7), v4(192, 0, 2, 2));
	pair_clear(&w.p);
}

/* "Only the latest update counts": the address changes while the update is out. */
static void moves_twice(void **state)
{
	struct world w;

	(void)state;
	begin(&w, CLIENT(""), GATEWAY(""), 5);
	up(&w);
	w.p.node[ALICE].addr = v4(198, 51, 100, 7);
	engine_network(w.p.node[ALICE].engine, w.p.now);
	pair_host(&w.p, ALICE);
	w.p.node[ALICE].addr = v4(198, 51, 100, 8);
	network(&w, ALICE);
	assert_on(&w, v4(198, 51, 100, 8), v4(192, 0, 2, 2));
	pair_clear(&w.p);
}

/* The peer's address dies: after two retransmissions the request goes out by all paths, and the one that answers is taken (3.10). */
static void other_path_is_found(void **state)
{
	struct world w;

	(void)state;
	begin(&w, CLIENT("dpd_delay = 10s"), GATEWAY(""), 6);
	w.p.node[BOB].more_addrs[0] = v4(203, 0, 113, 2);
	w.p.node[BOB].more_addr_count = 1;
	network(&w, BOB);
	up(&w);
	w.dead[w.dead_count++] = v4(192, 0, 2, 2);
	pair_run(&w.p, SECONDS(30));
	assert_on(&w, v4(192, 0, 2, 1), v4(203, 0, 113, 2));
	pair_clear(&w.p);
}

/* The responder's own address goes: it says so from the next one, and the initiator moves (3.6). */
static void gateway_moves(void **state)
{
	struct world w;

	(void)state;
	begin(&w, CLIENT(""), GATEWAY(""), 7);
	up(&w);
	w.p.node[BOB].addr = v4(203, 0, 113, 2);
	network(&w, BOB);
	assert_on(&w, v4(192, 0, 2, 1), v4(203, 0, 113, 2));
	pair_clear(&w.p);
}

/* Whoever set up the first SA of the line leads, whoever rekeyed since (RFC 4555 2.1). */
static void leader_after_rekeys(void **state)
{
	(void)state;
	for (unsigned who = 0; who < 2; who++) {
		struct world w;
		unsigned before;

		begin(&w, CLIENT(""), GATEWAY(""), 24 + who);
		up(&w);
		(void)pair_command(&w.p, who, &(struct command){ .kind = COMMAND_REKEY, .name = who == ALICE ? "office" : "branch" });
		pair_run(&w.p, SECONDS(5));
		before = w.p.node[BOB].ike_updates;
		w.p.node[ALICE].addr = v4(198, 51, 100, 7);
		network(&w, ALICE);
		pair_run(&w.p, SECONDS(5));
		assert_on(&w, v4(198, 51, 100, 7), v4(192, 0, 2, 2));
		assert_int_equal(w.p.node[BOB].ike_updates, before + 1);
		pair_clear(&w.p);
	}
}

/* The peer rekeys the IKE SA while our update is out: it is said again on the new one. */
static void rekey_crosses_update(void **state)
{
	struct world w;

	(void)state;
	begin(&w, CLIENT(""), GATEWAY(""), 26);
	up(&w);
	(void)pair_command(&w.p, BOB, &(struct command){ .kind = COMMAND_REKEY, .name = "branch" });
	w.p.node[ALICE].addr = v4(198, 51, 100, 7);
	engine_network(w.p.node[ALICE].engine, w.p.now);
	pair_run(&w.p, SECONDS(30));
	assert_on(&w, v4(198, 51, 100, 7), v4(192, 0, 2, 2));
	pair_clear(&w.p);
}

/* --- return routability, 3.7; "MOBIKE/NAT rebinding hijack or flood of third party" --- */

struct forged {
	struct world w;
	struct addr victim;
	bool to_victim;  /* Alice's datagrams seem to come from the victim */
	bool deaf;       /* what goes to the victim is lost */
	unsigned at_victim;
};

static bool forge(struct pair *p, struct datagram *d, void *ctx)
{
	struct forged *f = ctx;

	(void)p;
	if (d->from == ALICE && f->to_victim)
		d->path.local.addr = f->victim;
	if (d->from == BOB && addr_equal(&d->path.remote.addr, &f->victim)) {
		f->at_victim++;
		return !f->deaf;
	}
	return true;
}

static void to_a_victim(struct forged *f, const char *gateway, uint64_t seed)
{
	begin(&f->w, CLIENT(""), gateway, seed);
	f->w.p.filter = forge;
	f->w.p.ctx = f;
	up(&f->w);
	f->victim = v4(203, 0, 113, 66);
	f->to_victim = f->deaf = true;
	f->w.p.node[BOB].moves = 0;
	f->w.p.node[ALICE].addr = v4(198, 51, 100, 7); /* Alice says that she moves; her datagrams have the victim's address */
	engine_network(f->w.p.node[ALICE].engine, f->w.p.now);
	pair_deliver(&f->w.p);
}

static void victim_before(void **state)
{
	struct forged f = { 0 };

	(void)state;
	to_a_victim(&f, GATEWAY("mobike_check = before"), 8);
	assert_true(f.at_victim > 0); /* an answer and a question, but no packets */
	if (f.w.p.node[BOB].moves)
		assert_true(addr_equal(&f.w.p.node[BOB].moved.remote.addr, &(struct addr){ ADDR_V4, { 192, 0, 2, 1 } }));
	f.deaf = false; /* it was Alice after all: when she answers, packets go there */
	pair_run(&f.w.p, SECONDS(10));
	assert_true(addr_equal(&f.w.p.node[BOB].moved.remote.addr, &f.victim));
	pair_clear(&f.w.p);
}

static void victim_after(void **state)
{
	struct forged f = { 0 };

	(void)state;
	to_a_victim(&f, GATEWAY(""), 9);
	assert_true(addr_equal(&f.w.p.node[BOB].moved.remote.addr, &f.victim)); /* believed at first */
	pair_run(&f.w.p, MSEC(2001));
	assert_true(addr_equal(&f.w.p.node[BOB].moved.remote.addr, &(struct addr){ ADDR_V4, { 192, 0, 2, 1 } }));
	pair_clear(&f.w.p);
}

/* Alice's update, as if it came from `from`; then some time. Gives how long of it Bob sends packets to neither her old place nor `home`. */
static uint64_t served_at(struct world *w, struct addr from, struct addr home, uint64_t ms)
{
	struct message_writer m;
	uint8_t room[64], first = 0;
	struct bytes chain;
	uint64_t there = 0;

	w->p.node[ALICE].addr = from;
	m = chain_begin(room, sizeof(room));
	notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_UPDATE_SA_ADDRESSES, bytes_none());
	chain = chain_end(&m, &first);
	send_sealed(&w->p, ALICE, IKEV2_EXCHANGE_INFORMATIONAL, pair_sa(&w->p, BOB)->next_in, first, chain);
	for (uint64_t t = 0; t < ms; t += 100) {
		if (!addr_equal(&w->p.node[BOB].moved.remote.addr, &home))
			there += 100;
		pair_run(&w->p, 100);
	}
	return there;
}

/* Back in time, or on to the next one in time: all that is served without a sign is two seconds. */
static void victim_in_flight(void **state)
{
	(void)state;
	for (unsigned onwards = 0; onwards < 2; onwards++) {
		struct addr home = v4(192, 0, 2, 1);
		uint64_t there = 0;
		struct world w;

		begin(&w, CLIENT(""), GATEWAY(""), 12);
		up(&w);
		w.p.filter = pair_drop;
		for (uint8_t i = 1; i < 8; i++) {
			there += served_at(&w, v4(203, 0, 113, i), home, 1500);
			if (!onwards)
				(void)served_at(&w, home, home, 100);
		}
		assert_true(there > 0);
		assert_true(there <= 2200);
		pair_clear(&w.p);
	}
}

/* Whoever answers with other bytes than those that were sent has not received them. */
static void wrong_cookie(void **state)
{
	struct forged f = { 0 };
	struct message_writer m;
	uint8_t room[64], zeros[16] = { 0 }, first = 0;
	struct bytes chain;

	(void)state;
	to_a_victim(&f, GATEWAY("mobike_check = before"), 11);
	assert_non_null(pair_sa(&f.w.p, BOB)->ours);
	m = chain_begin(room, sizeof(room));
	notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_COOKIE2, bytes(zeros, sizeof(zeros)));
	chain = chain_end(&m, &first);
	send_sealed_response(&f.w.p, ALICE, IKEV2_EXCHANGE_INFORMATIONAL, pair_sa(&f.w.p, BOB)->ours->message_id, first, chain);
	assert_int_equal(f.w.p.node[BOB].last_refusal, REASON_SYNTAX);
	assert_int_equal(pair_up(&f.w.p, BOB), 0);
	pair_clear(&f.w.p);
}

static void check_is_passed(void **state)
{
	static const char *const words[] = { GATEWAY("mobike_check = before"), GATEWAY("mobike_check = after"), GATEWAY("mobike_check = no") };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		struct world w;

		begin(&w, CLIENT(""), words[i], 10);
		up(&w);
		w.p.node[ALICE].addr = v4(198, 51, 100, 7);
		network(&w, ALICE);
		assert_on(&w, v4(198, 51, 100, 7), v4(192, 0, 2, 2));
		pair_run(&w.p, SECONDS(30)); /* and nothing goes back later */
		assert_on(&w, v4(198, 51, 100, 7), v4(192, 0, 2, 2));
		pair_clear(&w.p);
	}
}

/* --- NAT --- */

/* With MOBIKE an IKE message that is no update moves nobody (3.8): whoever sends one on from elsewhere gains nothing. */
static void ike_is_not_followed(void **state)
{
	struct forged f = { 0 };
	struct path b;

	(void)state;
	begin(&f.w, CLIENT("dpd_delay = 10s"), GATEWAY(""), 11);
	f.w.p.filter = forge;
	f.w.p.ctx = &f;
	f.w.p.nat = v4(203, 0, 113, 1);
	up(&f.w);
	pair_run(&f.w.p, SECONDS(15)); /* Alice knows now how the NAT shows her */
	f.w.p.node[BOB].ike_updates = 0;
	f.w.p.nat = f.victim = v4(203, 0, 113, 77);
	f.deaf = true;
	pair_run(&f.w.p, SECONDS(15));
	b = path_of(&f.w, BOB);
	assert_true(f.at_victim > 0 && f.w.p.node[BOB].ike_updates == 0);
	assert_false(addr_equal(&b.remote.addr, &f.victim));
	pair_clear(&f.w.p);
}

/* The NAT forgets: the next sign of life shows it, and the update repairs it. */
static void mapping_changes(void **state)
{
	struct world w;
	struct path b;

	(void)state;
	begin(&w, CLIENT("dpd_delay = 10s"), GATEWAY(""), 12);
	w.p.nat = v4(203, 0, 113, 1);
	up(&w);
	pair_run(&w.p, SECONDS(15));
	w.p.nat = v4(203, 0, 113, 77);
	pair_run(&w.p, SECONDS(15));
	b = path_of(&w, BOB);
	assert_true(addr_equal(&b.remote.addr, &w.p.nat));
	assert_true(addr_equal(&w.p.node[BOB].moved.remote.addr, &w.p.nat));
	pair_clear(&w.p);
}

static uint32_t child_of(const struct world *w, unsigned i)
{
	return w->p.node[i].installed[0];
}

static void esp_from(struct world *w, unsigned i, struct addr from, uint16_t port)
{
	struct traffic t = { .kind = TRAFFIC_MOVED, .child_id = child_of(w, i), .path = path_of(w, i) };

	t.path.remote = (struct endpoint){ from, port };
	engine_traffic(w->p.node[i].engine, w->p.now, &t);
	pair_deliver(&w->p);
}

static bool drop_both(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)d, (void)ctx;
	return false;
}

static bool drop_bobs(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p, (void)ctx;
	return d->from != BOB;
}

/* ESP is followed, by whoever is not behind a NAT, when the peer is behind one; never by others (RFC 7296 2.23). */
static void esp_is_followed(void **state)
{
	static const char *const mobike[] = { "", "mobike = no" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(mobike); i++) {
		struct world w;
		struct path b;

		begin(&w, i ? CLIENT("mobike = no") : CLIENT(""), i ? GATEWAY("mobike = no") : GATEWAY(""), 13);
		w.p.nat = v4(203, 0, 113, 1);
		up(&w);
		esp_from(&w, BOB, v4(203, 0, 113, 1), 33333);
		assert_int_equal(w.p.node[BOB].moved.remote.port, 33333);
		b = path_of(&w, ALICE);
		esp_from(&w, ALICE, v4(203, 0, 113, 66), 4500); /* Alice is behind the NAT: she never follows */
		assert_true(path_equal(&b, &(struct path){ .local = b.local, .remote = path_of(&w, ALICE).remote, .encap = b.encap }));
		assert_int_equal(w.p.node[ALICE].moves, 0);
		pair_clear(&w.p);
	}
	struct world w;

	begin(&w, CLIENT(""), GATEWAY(""), 14);
	up(&w);
	esp_from(&w, BOB, v4(203, 0, 113, 1), 33333); /* no NAT: nobody moves without saying so */
	assert_int_equal(w.p.node[BOB].moves, 0);
	pair_clear(&w.p);
}

/* Whoever is followed gets what is in flight at once: a check must not wait for the timer of a request that went elsewhere. */
static void follow_with_a_request_out(void **state)
{
	struct world w;

	(void)state;
	begin(&w, CLIENT(""), GATEWAY("dpd_delay = 10s"), 18);
	w.p.nat = v4(203, 0, 113, 1);
	up(&w);
	w.p.node[BOB].used_in = w.p.now.boot;
	w.p.filter = drop_bobs;
	pair_run(&w.p, SECONDS(12)); /* Bob's sign of life is asked for, and lost */
	w.p.filter = NULL;
	esp_from(&w, BOB, v4(203, 0, 113, 1), 33333);
	assert_int_equal(w.p.node[BOB].moved.remote.port, 33333);
	pair_run(&w.p, MSEC(2500)); /* longer than packets go unchecked */
	assert_int_equal(w.p.node[BOB].moved.remote.port, 33333);
	pair_clear(&w.p);
}

static bool count_keepalives(struct pair *p, struct datagram *d, void *ctx)
{
	(void)p;
	*(unsigned *)ctx += d->keepalive;
	return true;
}

/* RFC 3948 4: only by who is behind the NAT, and only when nothing else was sent. */
static void keepalives(void **state)
{
	unsigned seen = 0;
	struct world w;

	(void)state;
	begin(&w, CLIENT(""), GATEWAY(""), 19);
	w.p.nat = v4(203, 0, 113, 1);
	up(&w);
	w.p.filter = count_keepalives;
	w.p.ctx = &seen;
	for (unsigned i = 0; i < 6; i++) { /* ESP goes out all the time */
		w.p.node[ALICE].used_out = w.p.now.boot + SECONDS(9);
		pair_run(&w.p, SECONDS(10));
	}
	assert_int_equal(seen, 0);
	pair_run(&w.p, SECONDS(62));
	assert_in_range(seen, 2, 4);
	pair_clear(&w.p);
}

/* Without MOBIKE the responder follows a peer behind a NAT by its requests, too. */
static void ike_is_followed_without_mobike(void **state)
{
	struct world w;
	struct path b;

	(void)state;
	begin(&w, CLIENT("mobike = no\ndpd_delay = 10s"), GATEWAY("mobike = no"), 15);
	w.p.nat = v4(203, 0, 113, 1);
	up(&w);
	w.p.nat = v4(203, 0, 113, 77);
	pair_run(&w.p, SECONDS(15));
	b = path_of(&w, BOB);
	assert_true(addr_equal(&b.remote.addr, &w.p.nat));
	pair_clear(&w.p);
}

/* From a net without NAT into one behind a NAT, and out of it: ESP goes in UDP only there (3.5). */
static void nat_comes_and_goes(void **state)
{
	struct world w;

	(void)state;
	begin(&w, CLIENT("encap = no"), GATEWAY("encap = no"), 27);
	up(&w);
	assert_int_equal(w.p.node[ALICE].encap[0], ENCAP_NONE);
	for (unsigned i = 0; i < 2; i++) {
		w.p.nat = i == 0 ? v4(203, 0, 113, 1) : (struct addr){ 0 };
		w.p.node[ALICE].addr = i == 0 ? v4(10, 77, 0, 2) : v4(198, 51, 100, 7);
		network(&w, ALICE);
		pair_run(&w.p, SECONDS(5));
		assert_int_equal(w.p.node[ALICE].moved_encap, i == 0 ? ENCAP_UDP : ENCAP_NONE);
		assert_int_equal(w.p.node[BOB].moved_encap, i == 0 ? ENCAP_UDP : ENCAP_NONE);
		assert_true(addr_equal(&w.p.node[BOB].moved.remote.addr, i == 0 ? &w.p.nat : &w.p.node[ALICE].addr));
		assert_int_equal(pair_up(&w.p, ALICE), 1);
	}
	pair_clear(&w.p);
}

/* A peer's port of its own: spoken to as on 4500 from the start, and it stays. */
static void other_port(void **state)
{
	struct world w;

	(void)state;
	begin(&w, CLIENT("remote_port = 4511"), GATEWAY(""), 20);
	pair_initiate(&w.p, ALICE, "office");
	assert_int_equal(path_of(&w, ALICE).remote.port, 4511);
	assert_int_equal(path_of(&w, ALICE).encap, PATH_UDP_NATT);
	assert_int_equal(path_of(&w, ALICE).local.port, 4500);
	pair_clear(&w.p);
}

/* RFC 4555 3.11: a responder goes on asking for five minutes, an initiator for less. */
static void responder_is_patient(void **state)
{
	struct world w;

	(void)state;
	begin(&w, CLIENT("dpd_delay = 10s"), GATEWAY("dpd_delay = 10s"), 21);
	up(&w);
	w.p.filter = drop_both;
	pair_run(&w.p, SECONDS(10 + 290));
	assert_int_equal(pair_up(&w.p, ALICE), 0);
	assert_int_equal(pair_up(&w.p, BOB), 1);
	pair_run(&w.p, SECONDS(30));
	assert_int_equal(pair_up(&w.p, BOB), 0);
	pair_clear(&w.p);
}

/* A local address that is fixed: the SA waits for it, and goes nowhere else. One that the host never listed has not gone. */
static void fixed_address(void **state)
{
	struct world w;
	struct path a;
	unsigned sent;

	(void)state;
	begin(&w, CLIENT("local_addrs = 192.0.2.1"), GATEWAY(""), 22);
	up(&w);
	w.p.node[ALICE].more_addrs[0] = v4(198, 51, 100, 7);
	w.p.node[ALICE].more_addr_count = 1;
	network(&w, ALICE);
	sent = w.p.sent[ALICE];
	w.p.node[ALICE].addr = v4(198, 51, 100, 7);
	w.p.node[ALICE].more_addr_count = 0;
	network(&w, ALICE);
	assert_int_equal(w.p.sent[ALICE], sent);
	w.p.node[ALICE].addr = v4(192, 0, 2, 1);
	network(&w, ALICE);
	assert_on(&w, v4(192, 0, 2, 1), v4(192, 0, 2, 2));
	pair_clear(&w.p);

	begin(&w, CLIENT("local_addrs = 192.0.2.1"), GATEWAY(""), 23);
	w.p.node[ALICE].addr = v4(198, 51, 100, 7); /* what the host lists */
	w.p.filter = NULL;
	up(&w);
	network(&w, ALICE);
	a = path_of(&w, ALICE);
	assert_true(addr_equal(&(struct addr){ ADDR_V4, { 192, 0, 2, 1 } }, &a.local.addr));
	assert_int_equal(pair_up(&w.p, ALICE), 1);
	assert_int_equal(w.p.node[ALICE].ike_updates, 0);
	pair_clear(&w.p);
}

/* --- without MOBIKE, and ESP that is swallowed --- */

static void set_up_anew(void **state)
{
	struct world w;
	struct path a;

	(void)state;
	begin(&w, CLIENT("mobike = no"), GATEWAY(""), 16);
	up(&w);
	w.p.node[ALICE].addr = v4(198, 51, 100, 7);
	network(&w, ALICE);
	pair_run(&w.p, SECONDS(1));
	a = path_of(&w, ALICE);
	assert_int_equal(w.p.node[ALICE].ups, 2);
	assert_true(addr_equal(&a.local.addr, &w.p.node[ALICE].addr));
	assert_int_equal(pair_children(&w.p, ALICE), 1);
	assert_int_equal(pair_children(&w.p, BOB), 1);
	pair_clear(&w.p);
}

/* `encap = no` on one side: raw ESP, and something on the way drops it. */
static void esp_is_swallowed(void **state)
{
	(void)state;
	for (unsigned mobike = 0; mobike < 2; mobike++) {
		struct world w;

		begin(&w, mobike ? CLIENT("") : CLIENT("mobike = no"), GATEWAY("encap = no"), 17);
		up(&w);
		assert_int_equal(w.p.node[ALICE].encap[0], ENCAP_NONE);
		engine_traffic(w.p.node[ALICE].engine, w.p.now, &(struct traffic){ .kind = TRAFFIC_ONE_WAY, .child_id = child_of(&w, ALICE) });
		pair_run(&w.p, SECONDS(1));
		assert_int_equal(mobike ? w.p.node[ALICE].moved_encap : w.p.node[ALICE].encap[0], ENCAP_UDP);
		assert_int_equal(mobike ? w.p.node[BOB].moved_encap : w.p.node[BOB].encap[0], ENCAP_UDP);
		assert_int_equal(w.p.node[ALICE].ups, mobike ? 1 : 2);
		pair_clear(&w.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(client_moves),
		cmocka_unit_test(client_moves_to_ipv6),
		cmocka_unit_test(client_is_away),
		cmocka_unit_test(network_comes_back_quietly),
		cmocka_unit_test(closed_while_away),
		cmocka_unit_test(request_in_flight),
		cmocka_unit_test(moves_twice),
		cmocka_unit_test(other_path_is_found),
		cmocka_unit_test(gateway_moves),
		cmocka_unit_test(leader_after_rekeys),
		cmocka_unit_test(rekey_crosses_update),
		cmocka_unit_test(victim_before),
		cmocka_unit_test(victim_after),
		cmocka_unit_test(victim_in_flight), cmocka_unit_test(wrong_cookie),
		cmocka_unit_test(check_is_passed),
		cmocka_unit_test(ike_is_not_followed),
		cmocka_unit_test(mapping_changes),
		cmocka_unit_test(esp_is_followed),
		cmocka_unit_test(follow_with_a_request_out),
		cmocka_unit_test(keepalives),
		cmocka_unit_test(ike_is_followed_without_mobike),
		cmocka_unit_test(nat_comes_and_goes),
		cmocka_unit_test(other_port),
		cmocka_unit_test(responder_is_patient),
		cmocka_unit_test(fixed_address),
		cmocka_unit_test(set_up_anew),
		cmocka_unit_test(esp_is_swallowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
