/* SPDX-License-Identifier: ISC */
/* What a seed means: configurations, and the things that happen. */
#include "sim/sim.h"

#include <stdio.h>
#include <stdlib.h>

/* Proposals of A and of B. Where they differ, the first key exchange value is of the wrong method (INVALID_KE_PAYLOAD). */
static const struct {
	const char *ike[2], *esp[2];
	unsigned weight;
} variants[] = {
	{ { "aes256gcm16-prfsha256-x25519" }, { "aes256gcm16" }, 50 },
	{ { "aes128-sha256-x25519" }, { "aes128-sha256" }, 8 },
	{ { "chacha20poly1305-prfsha512-x25519" }, { "chacha20poly1305" }, 8 },
	{ { "aes256gcm16-prfsha384-x25519" }, { "aes256gcm16-x25519" }, 10 },
	{ { "aes256-sha384-ecp256" }, { "aes256-sha384-ecp256" }, 4 },
	{ { "aes256gcm16-prfsha256-ecp256-x25519", "aes256gcm16-prfsha256-x25519" }, { "aes128gcm16" }, 8 },
	{ { "aes256gcm16-prfsha256-x25519" }, { "aes256gcm16-ecp256-x25519", "aes256gcm16-x25519" }, 8 },
	{ { "aes128gcm16-prfsha256-x25519", "aes128gcm16-aes256gcm16-prfsha256-x25519" }, { "aes256gcm16-esn" }, 4 },
};

static const char *const child_names[] = { "one", "two", "three" };

void plan_choose(struct sim *s)
{
	struct rng *r = &s->script;
	struct plan *p = &s->plan;
	uint64_t dice, total = 0;
	size_t i;

	for (i = 0; i < COUNT_OF(variants); i++)
		total += variants[i].weight;
	dice = rng_below(r, total);
	for (i = 0; dice >= variants[i].weight; i++)
		dice -= variants[i].weight;
	for (unsigned side = ALICE; side <= BOB; side++) {
		p->ike[side] = variants[i].ike[side] ? variants[i].ike[side] : variants[i].ike[ALICE];
		p->esp[side] = variants[i].esp[side] ? variants[i].esp[side] : variants[i].esp[ALICE];
	}
	dice = rng_below(r, 100);
	p->auth = dice < 90 ? AUTH_BY_PSK : dice < 93 ? AUTH_BY_RSA : dice < 97 ? AUTH_BY_ECDSA : AUTH_BY_BOTH;
	p->v6 = rng_percent(r, 12);
	p->nat = !p->v6 && rng_percent(r, 15);
	p->both = !p->nat && rng_percent(r, 12);
	p->keep_trying = rng_percent(r, 6);
	p->all_children = rng_percent(r, 25);
	p->short_life = rng_percent(r, 5);
	p->children = 1 + (unsigned)rng_below(r, COUNT_OF(child_names));
	p->happenings = 1 + (unsigned)rng_below(r, 7);
	(void)addr_parse(&s->nat, bytes_str("203.0.113.77"));
}

/* --- the configuration of one side --- */

static const char *const names[] = { "a.example.org", "b.example.org" };
/* Certificates of tests/vectors/pki: of A and B, by RSA and by ECDSA. */
static const struct {
	const char *id, *cert, *key;
} pki[2][2] = {
	{ { "gw.example.org", "gw.pem", "gw.key.pem" }, { "p256.example.org", "gw-p256.pem", "gw-p256.key.pem" } },
	{ { "other.example.org", "other.pem", "other.key.pem" },
	  { "C=CH, O=Example, CN=p384.example.org", "gw-p384.pem", "gw-p384.key.pem" } },
};

static bool uses_ecdsa(const struct plan *p, unsigned side)
{
	return p->auth == AUTH_BY_ECDSA || (p->auth == AUTH_BY_BOTH && side == BOB);
}

static void add_round(struct text *t, const struct plan *p, const char *section, unsigned side, bool own)
{
	bool ec = uses_ecdsa(p, side);

	if (p->auth == AUTH_BY_PSK) {
		text_add(t, "  %s { auth = psk\n id = %s }\n", section, names[side]);
		return;
	}
	text_add(t, "  %s { auth = pubkey\n id = \"%s\"\n", section, pki[side][ec].id);
	if (own)
		text_add(t, "    certs = own.pem\n");
	text_add(t, "  }\n");
}

static void add_children(struct text *t, const struct plan *p, unsigned side)
{
	text_add(t, "  children {\n");
	for (unsigned i = 0; i < p->children; i++) {
		text_add(t, "    %s { esp_proposals = %s\n", child_names[i], p->esp[side]);
		text_add(t, "      local_ts = 10.%u.%u.0/24\n      remote_ts = 10.%u.%u.0/24\n", side + 1, i, 2 - side, i);
		if (p->short_life)
			text_add(t, "      rekey_time = 90s\n      life_time = 100s\n      rand_time = 10s\n");
		text_add(t, "    }\n");
	}
	text_add(t, "  }\n");
}

static void add_addr(struct text *t, const char *key, struct addr addr, bool any)
{
	text_add(t, "  %s = ", key);
	if (any)
		text_add(t, "%%any");
	else
		addr_print(t, &addr);
	text_add(t, "\n");
}

static void write_config(const struct sim *s, unsigned side, struct text *t)
{
	const struct plan *p = &s->plan;

	text_add(t, "connections { net {\n  version = 2\n  proposals = %s\n  dpd_delay = 30s\n", p->ike[side]);
	add_addr(t, "local_addrs", net_addr(s, side), false);
	add_addr(t, "remote_addrs", net_addr(s, side == ALICE ? BOB : ALICE), p->nat && side == BOB);
	add_round(t, p, "local", side, true);
	add_round(t, p, "remote", 1 - side, false);
	add_children(t, p, side);
	text_add(t, "} }\n");
	if (p->auth == AUTH_BY_PSK)
		text_add(t, "secrets { ike-1 { id-a = %s\n id-b = %s\n secret = \"a secret that is long enough for two\" } }\n", names[ALICE],
		         names[BOB]);
}

static struct bytes pki_file(const char *name)
{
	static struct {
		char name[64];
		struct bytes data;
	} seen[16];
	char path[128];
	size_t i = 0;

	while (i < COUNT_OF(seen) && seen[i].name[0] && strcmp(seen[i].name, name) != 0)
		i++;
	if (i == COUNT_OF(seen))
		abort();
	if (!seen[i].name[0]) {
		(void)snprintf(path, sizeof(path), "tests/vectors/pki/%s", name);
		(void)snprintf(seen[i].name, sizeof(seen[i].name), "%s", name);
		seen[i].data = host_read_file(path);
	}
	return seen[i].data;
}

static size_t pki_files(const struct plan *p, unsigned side, struct host_file *files)
{
	bool ec = uses_ecdsa(p, side);

	if (p->auth == AUTH_BY_PSK)
		return 0;
	files[0] = (struct host_file){ "private/key.pem", pki_file(pki[side][ec].key) };
	files[1] = (struct host_file){ "x509/own.pem", pki_file(pki[side][ec].cert) };
	files[2] = (struct host_file){ "x509ca/root.pem", pki_file("root.pem") };
	files[3] = (struct host_file){ "x509ca/root-ec.pem", pki_file("root-ec.pem") };
	return 4;
}

static void told(void *owner, struct host *h, const struct tell *tell)
{
	struct sim *s = owner;

	sim_digest(s, 't', bytes(&(uint32_t){ (uint32_t)tell->kind << 24 ^ tell->ike_id << 12 ^ tell->child_id }, 4));
	chart_story(s, sim_side(s, h), tell);
	check_told(s, sim_side(s, h), tell);
}

static void order_done(void *owner, struct host *h, uint64_t token, bool ok, const struct reason *why)
{
	struct sim *s = owner;
	struct order *o = token >= 1 && token <= s->order_count ? &s->orders[token - 1] : NULL;

	sim_digest(s, ok ? 'D' : 'F', bytes_none());
	if (!o) {
		if (token < HOST_LOAD_TOKEN)
			broken(s, "a command ended that nobody gave");
		return;
	}
	if (o->done || o->side != sim_side(s, h))
		broken(s, "the command \"%s\" ended twice", o->words);
	o->done = true;
	o->ok = ok;
	o->why = ok ? REASON_NONE : why->kind;
	o->notify = ok ? 0 : why->notify;
	if (!ok && why->kind == REASON_NONE)
		broken(s, "the command \"%s\" failed without a reason", o->words);
	chart(s, (int)o->side, "command %s: %s%s", o->words, ok ? "done" : "failed: ", ok ? "" : reason_words(why->kind));
}

static void shared(void *owner, struct host *h, const struct host_secret *secret)
{
	struct sim *s = owner;

	(void)h;
	if (s->conf.chart) /* nobody else opens what is sealed */
		tap_learn(&s->tap, secret);
}

struct host *plan_host(struct sim *s, enum side side)
{
	struct host_file files[4];
	struct text config = { 0 };
	struct host_conf conf = {
		.name = side == ALICE ? "A" : "B",
		.files = files,
		.file_count = pki_files(&s->plan, side, files),
		.addr = net_addr(s, side),
		.first_spi = (side == ALICE ? 0xa0000001u : 0xb0000001u) + s->crashes[side] * 0x10000u,
		.seed = s->conf.seed * 2 + side + (uint64_t)s->crashes[side] * 0x9876543210u,
		.now = s->now,
		.engine = { .deterministic = true, .no_response_cache = s->conf.no_response_cache },
		.ops = { .owner = s, .send = net_send, .when = net_when, .tell = told, .done = order_done, .secret = shared },
	};
	struct host *h;

	write_config(s, side, &config);
	conf.config = text_str(&config);
	h = host_new(&conf);
	if (!h)
		exit(2);
	text_clear(&config);
	return h;
}

/* --- orders --- */

void plan_order(struct sim *s, enum side side, const char *words, const struct command *c)
{
	struct order *o = &s->orders[s->order_count];

	if (s->order_count == ORDERS_MAX || *text_str(&s->broken))
		return;
	*o = (struct order){ .token = ++s->order_count, .at = s->now.boot, .side = side, .words = words };
	chart(s, (int)side, "command %s %s%s%s", words, c->name ? c->name : "", c->child ? ", child " : "", c->child ? c->child : "");
	host_command(s->host[side], s->now, o->token, c);
	check_step(s);
}

bool plan_orders_done(const struct sim *s)
{
	for (size_t i = 0; i < s->order_count; i++)
		if (!s->orders[i].done && !s->orders[i].lost)
			return false;
	return true;
}

/* --- what happens --- */

static const char *some_child(struct sim *s)
{
	return child_names[rng_below(&s->script, s->plan.children)];
}

static void initiate(struct sim *s, enum side side)
{
	if (s->plan.nat && side == BOB)
		side = ALICE;
	plan_order(s, side, "initiate", &(struct command){ .kind = COMMAND_INITIATE, .name = "net", .child = some_child(s) });
}

static void terminate_child(struct sim *s, enum side side)
{
	plan_order(s, side, "terminate child",
	           &(struct command){ .kind = COMMAND_TERMINATE, .name = rng_percent(&s->script, 50) ? "net" : NULL, .child = some_child(s) });
}

static void terminate(struct sim *s, enum side side)
{
	plan_order(s, side, "terminate",
	           &(struct command){ .kind = COMMAND_TERMINATE, .name = "net", .force = rng_percent(&s->script, 15) });
}

static void traffic(struct sim *s, enum side side)
{
	static const enum traffic_kind kinds[] = { TRAFFIC_SOFT_LIMIT, TRAFFIC_HARD_LIMIT, TRAFFIC_SEQUENCE_LIMIT, TRAFFIC_USED,
		                                   TRAFFIC_UNKNOWN_SPI };
	struct host *h = s->host[side];
	struct traffic t = { .kind = kinds[rng_below(&s->script, COUNT_OF(kinds))] };
	const struct child_params *child;

	if (list_empty(&h->children))
		return;
	child = &LIST_ITEM(h->children.next, struct installed, link)->params;
	t.child_id = child->id;
	t.spi = child->spi_in;
	t.path = child->path;
	chart(s, (int)side, "traffic report %u of Child SA %u", (unsigned)t.kind, t.child_id);
	host_traffic(h, s->now, &t);
	check_step(s);
}

static void reload(struct sim *s, enum side side)
{
	chart(s, (int)side, "connections loaded again");
	host_load(s->host[side]);
	check_step(s);
}

/* Its SAs go on without the configuration that made them; some time later it is there again. */
static void unload(struct sim *s, enum side side)
{
	plan_order(s, side, "unload", &(struct command){ .kind = COMMAND_UNLOAD, .name = "net" });
	sim_until(s, s->now.boot + rng_below(&s->script, SECONDS(60)));
	reload(s, side);
}

/* All that it knew is gone; its commands have no end. */
static void crash(struct sim *s, enum side side)
{
	chart(s, (int)side, "crashes, and starts anew");
	check_crash(s, side);
	for (size_t i = 0; i < s->order_count; i++)
		if (s->orders[i].side == side)
			s->orders[i].lost = true;
	host_free(s->host[side]);
	s->crashes[side]++;
	s->host[side] = plan_host(s, side);
	host_load(s->host[side]);
	check_step(s);
}

static void one(struct sim *s, enum side side, uint64_t what)
{
	if (what < 30)
		initiate(s, side);
	else if (what < 50)
		terminate_child(s, side);
	else if (what < 65)
		terminate(s, side);
	else if (what < 75)
		traffic(s, side);
	else if (what < 80)
		reload(s, side);
	else if (what < 84)
		crash(s, side);
	else if (what < 87)
		host_network(s->host[side], s->now);
	else if (what < 92)
		s->partition = s->now.boot + rng_below(&s->script, SECONDS(240));
	else if (what < 95)
		unload(s, side);
	else
		initiate(s, side);
}

void plan_happen(struct sim *s)
{
	uint64_t dice = rng_below(&s->script, 100), what = rng_below(&s->script, 100);
	enum side side = (enum side)rng_below(&s->script, 2);

	if (dice < 45)
		sim_until(s, s->now.boot + rng_below(&s->script, SECONDS(40)));
	else if (dice < 75)
		sim_until(s, s->now.boot + rng_below(&s->script, 300));
	one(s, side, what);
	if (rng_percent(&s->script, 25)) /* both at once */
		one(s, side == ALICE ? BOB : ALICE, rng_percent(&s->script, 60) ? what : rng_below(&s->script, 100));
}
