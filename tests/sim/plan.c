/* SPDX-License-Identifier: ISC */
/* What a seed means: the world, and the configurations in it. */
#include "sim/sim.h"

#include <stdio.h>
#include <stdlib.h>

#include "config/load.h"

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

const char *plan_child(unsigned i)
{
	return child_names[i];
}

static void choose_proposals(struct sim *s)
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
	for (unsigned side = 0; side < 2; side++) {
		p->ike[side] = variants[i].ike[side] ? variants[i].ike[side] : variants[i].ike[0];
		p->esp[side] = variants[i].esp[side] ? variants[i].esp[side] : variants[i].esp[0];
	}
}

static const char *choose_action(struct rng *r, unsigned percent)
{
	static const char *const actions[] = { "trap", "start", "trap|start" };

	return rng_percent(r, percent) ? actions[rng_below(r, COUNT_OF(actions))] : NULL;
}

static void choose_actions(struct sim *s)
{
	static const char *const policies[] = { "never", "replace", "keep", "no" };
	struct rng *r = &s->script;
	struct plan *p = &s->plan;

	p->start = choose_action(r, 12);
	p->on_close = choose_action(r, 5);
	p->on_silence = choose_action(r, 12);
	p->unique = rng_percent(r, 85) ? NULL : policies[rng_below(r, COUNT_OF(policies))];
	p->qcd = rng_percent(r, 50);
	p->cookies = rng_percent(r, 8);
	p->fragments = rng_percent(r, 5);
	p->reauth = rng_percent(r, 8);
	p->break_first = rng_percent(r, 40);
}

static void add_line(struct sim *s, unsigned a, unsigned b)
{
	struct line *l = &s->lines[s->line_count];

	*l = (struct line){ .node = { a, b }, .latency = 2 + (unsigned)rng_below(&s->script, 60), .jitter = (unsigned)rng_below(&s->script, 60) };
	if (s->conf.world == WORLD_TWO)
		(void)snprintf(l->name, sizeof(l->name), "net");
	else
		(void)snprintf(l->name, sizeof(l->name), "%c-%c", 'a' + (char)a, 'a' + (char)b);
	s->line_of[a][b] = s->line_of[b][a] = (signed char)s->line_count++;
}

/* Node 0 with each; or each with each. */
static void choose_world(struct sim *s)
{
	struct rng *r = &s->script;
	struct plan *p = &s->plan;

	p->nodes = 2;
	if (s->conf.world == WORLD_MANY) {
		p->mesh = rng_percent(r, 40);
		p->nodes = 3 + (unsigned)(p->mesh ? rng_below(r, 4) : rng_percent(r, 80) ? rng_below(r, 6) : rng_below(r, SITES_MAX - 2));
	}
	memset(s->line_of, -1, sizeof(s->line_of));
	for (unsigned a = 0; a < p->nodes; a++)
		for (unsigned b = a + 1; b < p->nodes && (a == 0 || p->mesh); b++)
			add_line(s, a, b);
	for (unsigned n = 0; n < p->nodes; n++) {
		struct site *node = &s->node[n];

		node->box = -1;
		node->name[0] = 'A' + (char)n;
		if (s->conf.world == WORLD_TWO ? n == A : n > 0 && !p->mesh) {
			node->roams = p->roam && rng_percent(r, s->conf.world == WORLD_TWO ? 100 : 40);
			if (p->nat && rng_percent(r, s->conf.world == WORLD_TWO ? 100 : 60))
				node->box = (int)rng_below(r, BOXES);
		}
	}
}

static void choose_addrs(struct sim *s)
{
	for (unsigned n = 0; n < s->plan.nodes; n++)
		for (unsigned place = 0; place < PLACES; place++) {
			char words[40];

			if (s->plan.v6)
				(void)snprintf(words, sizeof(words), "2001:db8:%x::%x", n + 10, place + 1);
			else
				(void)snprintf(words, sizeof(words), "192.0.%u.%u", n + 2, place + 1);
			(void)addr_parse(&s->addr[n][place], bytes_str(words));
		}
	for (unsigned i = 0; i < BOXES; i++)
		(void)addr_parse(&s->boxes[i].addr, bytes_str(i ? "203.0.113.99" : "203.0.113.77"));
}

void plan_choose(struct sim *s)
{
	struct rng *r = &s->script;
	struct plan *p = &s->plan;
	uint64_t dice;

	choose_proposals(s);
	dice = s->conf.world == WORLD_TWO ? rng_below(r, 1000) : 0; /* certificates take long */
	p->auth = dice < 985 ? AUTH_BY_PSK : dice < 988 ? AUTH_BY_RSA : dice < 996 ? AUTH_BY_ECDSA : AUTH_BY_BOTH;
	p->toy_ke = rng_percent(r, 95);
	p->v6 = rng_percent(r, 12);
	p->nat = !p->v6 && rng_percent(r, 20);
	p->nat_idle = rng_percent(r, 70) ? NEVER : SECONDS(25 + rng_below(r, 60));
	p->roam = rng_percent(r, 12);
	p->mobike = p->roam || rng_percent(r, 30);
	p->both = !p->nat && rng_percent(r, 12);
	p->keep_trying = rng_percent(r, 6);
	p->all_children = rng_percent(r, 25);
	p->short_life = rng_percent(r, 20);
	p->traffic = rng_percent(r, 70);
	p->children = 1 + (unsigned)rng_below(r, s->conf.world == WORLD_TWO ? COUNT_OF(child_names) : 2);
	choose_actions(s);
	if (s->conf.collide >= 0) {
		p->start = p->on_close = p->on_silence = p->unique = NULL;
		p->cookies = p->fragments = p->reauth = false;
		p->nat = p->roam = p->both = p->keep_trying = p->all_children = p->short_life = false;
		p->children = 2;
	}
	choose_world(s);
	choose_addrs(s);
	p->happenings = 1 + (unsigned)rng_below(r, 5 + p->nodes);
}

/* --- the configuration of one node --- */

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
	return p->auth == AUTH_BY_ECDSA || (p->auth == AUTH_BY_BOTH && side == 1);
}

static void add_round(struct text *t, const struct plan *p, const char *section, unsigned n, unsigned side, bool own)
{
	bool ec = uses_ecdsa(p, side);

	if (p->auth == AUTH_BY_PSK) {
		text_add(t, "  %s { auth = psk\n id = %c.example.org }\n", section, 'a' + (int)n);
		return;
	}
	text_add(t, "  %s { auth = pubkey\n id = \"%s\"\n", section, pki[side][ec].id);
	if (own)
		text_add(t, "    certs = own.pem\n");
	text_add(t, "  }\n");
}

static bool is_anywhere(const struct sim *s, unsigned n)
{
	return s->node[n].roams || s->node[n].box >= 0;
}

static void add_actions(struct text *t, const struct sim *s, unsigned peer)
{
	const struct plan *p = &s->plan;

	if (is_anywhere(s, peer))
		return; /* whoever cannot be found is waited for */
	if (p->start)
		text_add(t, "      start_action = %s\n", p->start);
	if (p->on_close)
		text_add(t, "      close_action = %s\n", p->on_close);
	if (p->on_silence)
		text_add(t, "      dpd_action = %s\n", p->on_silence);
}

/* What an administrator may change: what IKE SAs are made with, and what Child SAs are. */
static const char *const variant_ike[] = { "30s", "40s", "30s" }, *const variant_child[] = { "32", "32", "64" };

static void add_children(struct text *t, const struct sim *s, unsigned n, unsigned peer, unsigned side)
{
	const struct plan *p = &s->plan;

	text_add(t, "  children {\n");
	for (unsigned i = 0; i < p->children; i++) {
		text_add(t, "    %s { esp_proposals = %s\n", child_names[i], p->esp[side]);
		text_add(t, "      local_ts = 10.%u.%u.0/24\n      remote_ts = 10.%u.%u.0/24\n", n + 1, peer * 4 + i, peer + 1, n * 4 + i);
		if (p->short_life)
			text_add(t, "      rekey_time = 90s\n      life_time = 110s\n      rand_time = 20s\n");
		text_add(t, "      replay_window = %s\n", variant_child[s->node[n].variant]);
		add_actions(t, s, peer);
		text_add(t, "    }\n");
	}
	text_add(t, "  }\n");
}

/* A peer that roams or stands behind a NAT can be anywhere. */
static void add_addr(struct text *t, const struct sim *s, const char *key, unsigned n, bool own)
{
	text_add(t, "  %s = ", key);
	if (own ? s->node[n].roams : is_anywhere(s, n))
		text_add(t, "%%any");
	else
		addr_print(t, &s->addr[n][0]);
	text_add(t, "\n");
}

static void add_connection(const struct sim *s, const struct line *l, unsigned n, struct text *t)
{
	const struct plan *p = &s->plan;
	unsigned side = n == l->node[1], peer = l->node[1 - side];

	text_add(t, " %s {\n  version = 2\n  proposals = %s\n  dpd_delay = %s\n", l->name, p->ike[side],
	         variant_ike[s->node[n].variant]);
	if (p->mobike)
		text_add(t, "  mobike = yes\n");
	if (p->unique)
		text_add(t, "  unique = %s\n", p->unique);
	if (p->reauth)
		text_add(t, "  reauth_time = 120s\n  over_time = 30s\n  rand_time = 30s\n");
	else if (p->short_life)
		text_add(t, "  rekey_time = 150s\n  over_time = 30s\n  rand_time = 30s\n");
	add_addr(t, s, "local_addrs", n, true);
	add_addr(t, s, "remote_addrs", peer, false);
	add_round(t, p, "local", n, side, true);
	add_round(t, p, "remote", peer, 1 - side, false);
	add_children(t, s, n, peer, side);
	text_add(t, " }\n");
}

static void write_config(const struct sim *s, unsigned n, struct text *t)
{
	text_add(t, "connections {\n");
	for (size_t i = 0; i < s->line_count; i++)
		if (s->lines[i].node[0] == n || s->lines[i].node[1] == n)
			add_connection(s, &s->lines[i], n, t);
	text_add(t, "}\n");
	if (s->plan.auth == AUTH_BY_PSK)
		text_add(t, "secrets { ike-1 { secret = \"a secret that is long enough for all\" } }\n");
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

static void tell(void *owner, struct host *h, const struct tell *tell)
{
	struct sim *s = owner;

	sim_digest(s, 't', bytes(&(uint32_t){ (uint32_t)tell->kind << 24 ^ tell->ike_id << 12 ^ tell->child_id }, 4));
	chart_story(s, h->index, tell);
	told(s, h->index, tell);
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
	if (o->done || o->node != h->index)
		broken(s, "the command \"%s\" ended twice", o->words);
	o->done = true;
	o->ok = ok;
	o->why = ok ? REASON_NONE : why->kind;
	o->notify = ok ? 0 : why->notify;
	if (!ok && why->kind == REASON_NONE)
		broken(s, "the command \"%s\" failed without a reason", o->words);
	chart(s, (int)o->node, "command %s: %s%s", o->words, ok ? "done" : "failed: ", ok ? "" : reason_words(why->kind));
}

static void shared(void *owner, struct host *h, const struct host_secret *secret)
{
	struct sim *s = owner;

	(void)h;
	tap_learn(&s->tap, secret);
}

/* Seeds share configurations: each text is read once, and stays for a while. */
struct made {
	struct config *config;
	struct keyring *ring;
};
#define MADE_MAX 4000u

static struct map all_made;

void plan_tidy(void)
{
	struct made *m;
	size_t at = 0;

	if (all_made.count < MADE_MAX)
		return;
	while ((m = map_next(&all_made, &at))) {
		keyring_free(m->ring);
		config_free(m->config);
		free(m);
	}
	map_clear(&all_made);
}

static const struct made *made(const struct host_conf *conf)
{
	static const uint8_t hash[16] = "configurations";
	uint64_t key = siphash(hash, bytes_str(conf->config));
	struct made *m = map_get(&all_made, key);

	if (m)
		return m;
	m = calloc(1, sizeof(*m));
	if (!m || !map_put(&all_made, key, m))
		abort();
	m->config = host_config(conf);
	m->ring = m->config ? host_keyring(m->config) : NULL;
	if (!m->ring)
		exit(2);
	return m;
}

void plan_reload(struct sim *s, unsigned n)
{
	struct site *node = &s->node[n];
	struct host_file files[4];
	struct text config = { 0 };
	struct host_conf conf = { .name = node->name, .files = files, .file_count = pki_files(&s->plan, n, files) };

	node->variant = (unsigned)rng_below(&s->script, COUNT_OF(variant_ike));
	write_config(s, n, &config);
	conf.config = text_str(&config);
	node->host->config = made(&conf)->config;
	text_clear(&config);
	host_load(node->host);
}

struct host *plan_host(struct sim *s, unsigned n)
{
	const struct site *node = &s->node[n];
	struct host_file files[4];
	struct text config = { 0 };
	struct host_conf conf = {
		.name = node->name,
		.index = n,
		.files = files,
		.file_count = pki_files(&s->plan, n, files),
		.addr = s->addr[n][node->place],
		.first_spi = 0x10000001u + (n << 24) + (node->crashes << 16),
		.seed = s->conf.seed * SITES_MAX + n + (uint64_t)node->crashes * 0x9876543210u,
		.now = sim_now(s, n),
		.toy_ke = s->plan.toy_ke,
		.engine = { .deterministic = true, .no_response_cache = s->conf.no_response_cache, .qcd = s->plan.qcd,
		            .qcd_secret = { (uint8_t)(n + 1), 42 }, .cookie_threshold = s->plan.cookies ? 1 : 0,
		            .break_before_make = s->plan.break_first, .fragment_size = s->plan.fragments ? 200 : 0 },
		.ops = { .owner = s, .send = net_send, .when = net_when, .tell = tell, .done = order_done, .secret = shared,
		         .changed = esp_changed },
	};
	struct host *h;

	write_config(s, n, &config);
	conf.config = text_str(&config);
	conf.loaded = made(&conf)->config;
	conf.ring = made(&conf)->ring;
	h = host_new(&conf);
	if (!h)
		exit(2);
	text_clear(&config);
	return h;
}
