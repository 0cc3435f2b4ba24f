/* SPDX-License-Identifier: ISC */
/* The host of the two engines. */
#include "pair.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "policy/explain.h"
#include "support/unit.h"

#define PSK "secrets { ike-x { secret = \"correct horse battery staple, a longer one\" } }\n"

const char pair_alice[] =
	"connections { office { version = 2\n"
	"  local_addrs = 192.0.2.1\n remote_addrs = 192.0.2.2\n"
	"  proposals = aes256gcm16-prfsha256-x25519\n"
	"  local { auth = psk\n id = alice.example }\n remote { auth = psk\n id = bob.example }\n"
	"  children { net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n }\n }\n } }\n" PSK;
const char pair_bob[] =
	"connections { branch { version = 2\n"
	"  local_addrs = 192.0.2.2\n remote_addrs = %any\n"
	"  proposals = aes256gcm16-prfsha256-x25519\n"
	"  local { auth = psk\n id = bob.example }\n remote { auth = psk\n id = alice.example }\n"
	"  children { net { local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n esp_proposals = aes256gcm16\n }\n }\n } }\n" PSK;

/* --- random bytes: splitmix64 --- */

static bool fill(void *host, enum random_kind kind, uint8_t *out, size_t len)
{
	struct peer *n = host;

	for (size_t i = 0; i < len; i++) {
		uint64_t z = n->random_state += 0x9e3779b97f4a7c15u;

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
		out[i] = (uint8_t)(z ^ (z >> 31)) ^ (kind == RANDOM_PRIVATE ? n->private_bits : 0);
	}
	return !n->no_random;
}

/* --- configuration --- */

static bool read_text(void *ctx, const char *path, struct secret *out, struct reason *why)
{
	(void)path;
	(void)why;
	return secret_set(out, bytes_str(ctx));
}

static bool no_paths(void *ctx, const char *pattern, bool (*each)(void *to, const char *path), void *to, struct reason *why)
{
	(void)ctx, (void)pattern, (void)each, (void)to, (void)why;
	return true;
}

static struct config *read_config(const char *text)
{
	struct config *config = NULL;
	struct config_loader loader = { (void *)(uintptr_t)text, read_text, no_paths, no_paths };
	struct problems problems = { 0 };

	assert_true(config_load(&loader, "test.conf", &config, &problems));
	if (problems.errors) {
		struct text t = { 0 };

		for (const struct problem *one = problems.first; one; one = one->next) {
			config_problem_print(&t, one);
			text_add(&t, "\n");
		}
		print_message("%s\n", text_str(&t));
		text_clear(&t);
	}
	assert_int_equal(problems.errors, 0);
	problems_clear(&problems);
	return config;
}

static void load(struct pair *p, unsigned i, const struct config *config)
{
	for (size_t k = 0; k < config->connection_count; k++)
		pair_command(p, i, &(struct command){ .kind = COMMAND_LOAD, .conn = config->connections[k] });
}

void pair_load(struct pair *p, unsigned i, const char *text)
{
	assert_null(p->node[i].more);
	p->node[i].more = read_config(text);
	load(p, i, p->node[i].more);
}

static void fill_ring(struct peer *n)
{
	struct reason why = { 0 };

	n->ring = keyring_new();
	for (size_t i = 0; i < n->config->secret_count; i++) {
		const struct secret_conf *s = &n->config->secrets[i];

		assert_true(keyring_add_shared(n->ring, ORIGIN_FILE, bytes_str(s->section), SHARED_IKE, s->secret, s->owners,
		                               s->owner_count, s->at, &why));
	}
}

static void start(struct pair *p, unsigned i, const char *text, uint64_t seed, const struct engine_conf *conf)
{
	struct peer *n = &p->node[i];
	struct engine_conf c = *conf;

	n->index = i;
	n->random_state = seed * 2 + i;
	n->next_spi = 0xc0000000u + i * 0x1000000u;
	n->addr = (struct addr){ ADDR_V4, { 192, 0, 2, (uint8_t)(1 + i) } };
	c.random = (struct random){ fill, n };
	c.v2 = &ike_v2_steps;
	c.deterministic = true;
	c.qcd_secret[0] ^= (uint8_t)(i + 1);
	n->conf = c;
	n->engine = engine_new(&c, p->now);
	assert_non_null(n->engine);
	n->config = read_config(text);
	fill_ring(n);
	load(p, i, n->config);
}

void pair_init_conf(struct pair *p, const char *alice, const char *bob, uint64_t seed, const struct engine_conf *conf)
{
	struct reason why = { 0 };

	memset(p, 0, sizeof(*p));
	p->now = (struct now){ 1000000, 1760000000 };
	assert_true(crypto_start(&why));
	start(p, ALICE, alice, seed, conf);
	start(p, BOB, bob, seed, conf);
}

void pair_init(struct pair *p, const char *alice, const char *bob, uint64_t seed)
{
	struct engine_conf conf = { 0 };

	pair_init_conf(p, alice, bob, seed, &conf);
}

static uint64_t rows_taken[256];

static void note_rows(const struct peer *n)
{
	for (size_t k = 0; k < step_table_rows(&ike_v2_steps) && k < COUNT_OF(rows_taken); k++)
		rows_taken[k] += engine_row_taken(n->engine, &ike_v2_steps, k);
}

void pair_restart(struct pair *p, unsigned i)
{
	struct peer *n = &p->node[i];

	note_rows(n);
	engine_free(n->engine);
	n->installed_count = 0;
	n->spis_out = 0;
	n->held_count = 0;
	n->engine = engine_new(&n->conf, p->now);
	assert_non_null(n->engine);
	load(p, i, n->config);
}

void pair_print_rows(void)
{
	size_t all = step_table_rows(&ike_v2_steps), never = 0;

	for (size_t i = 0; i < all; i++) {
		if (rows_taken[i] == 0)
			print_message("row never taken here: %s\n", step_table_row(&ike_v2_steps, i)->name);
		never += rows_taken[i] == 0;
	}
	print_message("%zu of %zu rows taken\n", all - never, all);
}

void pair_clear(struct pair *p)
{
	for (unsigned i = 0; i < 2; i++) {
		note_rows(&p->node[i]);
		engine_free(p->node[i].engine);
		keyring_free(p->node[i].ring);
		config_free(p->node[i].config);
		config_free(p->node[i].more);
	}
	for (size_t i = 0; i < p->queued; i++)
		free(p->queue[i]);
	crypto_stop();
	memset(p, 0, sizeof(*p));
}

/* --- asks --- */

static void install(struct peer *n, const struct child_params *c)
{
	size_t i = n->installed_count++;

	assert_true(n->installed_count <= INSTALLED_MAX);
	n->installed[i] = c->id;
	n->encap[i] = c->encap;
	n->inbound_only[i] = c->inbound_only;
	n->spi_in[i] = c->spi_in;
	n->spi_out[i] = c->spi_out;
	n->of_ike[i] = c->ike_id;
	n->mode[i] = c->mode;
	n->original_local[i] = c->original_local;
	n->original_remote[i] = c->original_remote;
	n->reqid[i] = c->reqid;
	memcpy(n->key_out[i], c->encr_out.at, 32);
	memcpy(n->key_in[i], c->encr_in.at, 32);
	n->spis_out--;
}

static void uninstall(struct peer *n, uint32_t id)
{
	for (size_t i = 0; i < n->installed_count; i++) {
		if (n->installed[i] != id)
			continue;
		n->installed_count--;
		n->installed[i] = n->installed[n->installed_count];
		memcpy(n->key_out[i], n->key_out[n->installed_count], 32);
		memcpy(n->key_in[i], n->key_in[n->installed_count], 32);
		n->encap[i] = n->encap[n->installed_count];
		n->inbound_only[i] = n->inbound_only[n->installed_count];
		n->spi_in[i] = n->spi_in[n->installed_count];
		n->spi_out[i] = n->spi_out[n->installed_count];
		n->of_ike[i] = n->of_ike[n->installed_count];
		n->mode[i] = n->mode[n->installed_count];
		n->original_local[i] = n->original_local[n->installed_count];
		n->original_remote[i] = n->original_remote[n->installed_count];
		n->reqid[i] = n->reqid[n->installed_count];
		return;
	}
	fail_msg("a Child SA that is not installed was removed");
}

static size_t installed_at(const struct peer *n, uint32_t id)
{
	for (size_t i = 0; i < n->installed_count; i++)
		if (n->installed[i] == id)
			return i;
	fail_msg("a Child SA that is not installed was changed");
	return 0;
}

static void add_policy(struct peer *n, const struct policy_params *q)
{
	size_t i = n->policy_count++;

	assert_true(n->policy_count <= POLICIES_MAX);
	assert_true(q->local_ts.count > 0 && q->remote_ts.count > 0);
	n->policies[i] = q->id;
	n->policy_reqid[i] = q->reqid;
	n->policy_kind[i] = q->kind;
	n->policy_local[i] = q->local_ts.list[0];
}

static void remove_policy(struct peer *n, uint32_t id)
{
	for (size_t i = 0; i < n->policy_count; i++) {
		if (n->policies[i] != id)
			continue;
		n->policy_count--;
		n->policies[i] = n->policies[n->policy_count];
		n->policy_reqid[i] = n->policy_reqid[n->policy_count];
		n->policy_kind[i] = n->policy_kind[n->policy_count];
		n->policy_local[i] = n->policy_local[n->policy_count];
		return;
	}
	fail_msg("a policy that is not installed was removed");
}

static void answer_ke(const struct ask *q, struct answer *a, struct arena *arena)
{
	struct secret shared = { 0 };
	uint8_t *value = arena_take(arena, q->ke.method->out_len);

	a->ok = q->ke.agree_only || ke_public(q->ke.method, q->ke.seed, value, &a->why);
	a->public_value = q->ke.agree_only ? bytes_none() : bytes(value, q->ke.method->out_len);
	if (a->ok && q->ke.peer.len)
		a->ok = ke_agree(q->ke.method, q->ke.seed, q->ke.peer, &shared, &a->why);
	a->shared = arena_copy(arena, secret_bytes(&shared));
	secret_clear(&shared);
}

/* The host's own allocations do not fail; gives what was set. */
static bool memory(struct pair *p, bool fails)
{
	bool before = p->host_memory && *p->host_memory;

	if (p->host_memory)
		*p->host_memory = fails;
	return before;
}

static void answer(struct pair *p, struct peer *n, const struct event *ev)
{
	const struct ask *q = &ev->ask;
	struct answer a = { .ok = true };
	struct arena arena = { 0 };
	struct addr addr = p->node[!n->index].addr, own[1 + COUNT_OF(n->more_addrs)];

	n->asked[q->kind]++;
	if (n->hold & 1u << q->kind) {
		assert_true(n->held_count < HELD_MAX);
		n->held[n->held_count++] = (struct held){ ev->token, q->kind, n->next_spi + 1, q->install ? q->install->id : 0 };
		if (q->kind == ASK_INSTALL)
			install(n, q->install);
		return;
	}
	switch (q->kind) {
	case ASK_NONE:
		break;
	case ASK_KE:
		answer_ke(q, &a, &arena);
		break;
	case ASK_AUTH_MAKE:
		a.ok = auth_make(n->ring, &q->make, &a.make, &arena, &a.why);
		break;
	case ASK_AUTH_CHECK:
		a.ok = auth_check(n->ring, &q->check, &arena, &a.why);
		break;
	case ASK_RESOLVE:
		a.addrs = &addr;
		a.addr_count = 1;
		break;
	case ASK_SOURCE:
		a.local = n->addr;
		for (size_t i = 0; i < n->more_addr_count; i++)
			if (n->addr.family != q->remote.family && n->more_addrs[i].family == q->remote.family)
				a.local = n->more_addrs[i];
		a.ok = !n->no_route && a.local.family == q->remote.family;
		break;
	case ASK_SPI:
		a.spi = ++n->next_spi;
		break;
	case ASK_CERTREQ:
		a.certreq = auth_certreq(n->ring, q->certreq, &arena);
		break;
	case ASK_INSTALL:
		break;
	case ASK_POLICY:
		break;
	case ASK_USAGE:
		a.used_in = n->used_in;
		a.used_out = n->used_out;
		break;
	case ASK_ADDRS:
		own[0] = n->addr;
		memcpy(own + 1, n->more_addrs, sizeof(n->more_addrs));
		a.addrs = own;
		a.addr_count = 1 + n->more_addr_count;
		break;
	}
	if (n->fail & 1u << q->kind) {
		a = (struct answer){ .ok = false };
		(void)refuse_text(&a.why, REASON_SYSTEM, 0, "the test wants it so");
	}
	if (a.ok && q->kind == ASK_SPI)
		n->spis_out++;
	if (a.ok && q->kind == ASK_INSTALL)
		install(n, q->install);
	if (a.ok && q->kind == ASK_POLICY)
		add_policy(n, q->policy);
	(void)memory(p, p->may_fail);
	engine_answer(n->engine, p->now, ev->token, q->kind, &a);
	p->may_fail = memory(p, false);
	arena_clear(&arena);
}

void pair_answer_some(struct pair *p, unsigned i, size_t count)
{
	struct peer *n = &p->node[i];

	for (; count > 0 && n->held_count > 0; count--) {
		struct held h = n->held[0];
		struct answer a = { .ok = true, .spi = h.spi };

		memmove(n->held, n->held + 1, --n->held_count * sizeof(h));
		if (h.kind == ASK_SPI)
			n->spis_out++;
		engine_answer(n->engine, p->now, h.token, h.kind, &a);
	}
	pair_host(p, i);
}

void pair_answer_held(struct pair *p, unsigned i)
{
	pair_answer_some(p, i, p->node[i].held_count);
}

/* --- events --- */

static void send_one(struct pair *p, struct peer *n, const struct event *ev)
{
	struct datagram *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	assert_true(p->queued < DATAGRAMS_MAX && ev->datagram.len <= sizeof(d->data));
	d->from = n->index;
	d->path = ev->path;
	d->len = ev->datagram.len;
	d->keepalive = ev->keepalive;
	memcpy(d->data, ev->datagram.at, d->len);
	p->digest = siphash((const uint8_t *)"0123456789abcdef", ev->datagram) ^ (p->digest << 1 | p->digest >> 63);
	p->sent[n->index]++;
	p->queue[p->queued++] = d;
}

static void told(struct peer *n, const struct tell *t)
{
	switch (t->kind) {
	case TELL_STORY:
		n->stories[t->entry->kind]++;
		n->unproved += t->unproved;
		if (t->entry->kind == STORY_REFUSED && t->entry->why)
			n->last_refusal = t->entry->why->kind;
		if (t->entry->kind == STORY_PEER_REFUSED) {
			n->last_peer_refusal = t->entry->why->kind;
			n->last_peer_notify = t->entry->why->notify;
		}
		if (getenv("PAIR_LOG")) {
			struct text line = { 0 };

			story_entry_explain(&line, t->entry);
			printf("%s: %s\n", n->index ? "BOB" : "ALICE", text_str(&line));
			text_clear(&line);
		}
		break;
	case TELL_IKE_UP:
		n->ups++;
		assert_non_null(t->ike);
		break;
	case TELL_IKE_DOWN:
		n->downs++;
		break;
	case TELL_CHILD_UP:
		n->child_ups++;
		assert_non_null(t->child);
		break;
	case TELL_CHILD_DOWN:
		n->child_downs++;
		break;
	case TELL_IKE_REKEY:
		n->ike_rekeys++;
		assert_true(t->ike && t->old_ike && t->ike->id != t->old_ike->id);
		break;
	case TELL_CHILD_REKEY:
		n->child_rekeys++;
		assert_true(t->child && t->old_child && t->child->id != t->old_child->id);
		assert_int_equal(t->child->reqid, t->old_child->reqid);
		break;
	case TELL_IKE_UPDATE:
		n->ike_updates++;
		break;
	}
}

static void released(struct peer *n, const struct event *ev)
{
	n->releases++;
	if (ev->release.kind == ASK_SPI)
		n->spis_out--;
	else if (ev->release.kind == ASK_INSTALL)
		uninstall(n, ev->release.child_id);
	else if (ev->release.kind == ASK_POLICY)
		remove_policy(n, ev->release.policy_id);
}

void pair_host(struct pair *p, unsigned i)
{
	struct peer *n = &p->node[i];
	struct event ev;

	p->may_fail = memory(p, false);
	while (engine_next(n->engine, &ev)) {
		switch (ev.kind) {
		case EVENT_SEND:
			send_one(p, n, &ev);
			break;
		case EVENT_ASK:
			answer(p, n, &ev);
			break;
		case EVENT_RELEASE:
			released(n, &ev);
			break;
		case EVENT_CHILD_REMOVE:
			uninstall(n, ev.child_id);
			break;
		case EVENT_POLICY_REMOVE:
			remove_policy(n, ev.policy_id);
			break;
		case EVENT_CHILD_OUTBOUND:
			n->inbound_only[installed_at(n, ev.child_id)] = false;
			break;
		case EVENT_CHILD_INBOUND:
			n->inbound_only[installed_at(n, ev.child_id)] = true;
			break;
		case EVENT_CHILD_UPDATE:
			n->moved = ev.path;
			n->moved_encap = ev.encap;
			n->moves++;
			n->of_ike[installed_at(n, ev.child_id)] = ev.ike_id;
			break;
		case EVENT_TELL:
			told(n, &ev.tell);
			break;
		case EVENT_DONE:
			n->done[n->done_count++ % DONE_MAX] =
				(struct done){ ev.token, ev.ok, ev.why.kind, ev.why.notify, ev.matches, ev.ended };
			break;
		}
	}
	(void)memory(p, p->may_fail);
}

/* --- the network --- */

struct path pair_path(const struct pair *p, unsigned from)
{
	return (struct path){ .local = { p->node[!from].addr, 500 }, .remote = { p->node[from].addr, 500 } };
}

void pair_input(struct pair *p, unsigned to, const struct path *path, struct bytes data)
{
	engine_input(p->node[to].engine, p->now, path, data);
	pair_host(p, to);
}

static void carry(struct pair *p, struct datagram *d)
{
	unsigned to = !d->from;
	struct path in = d->path;

	in.local = d->path.remote;
	in.remote = d->path.local;
	if (p->nat.family && d->from == ALICE) {
		in.remote.addr = p->nat;
		in.remote.port = (uint16_t)(in.remote.port + 10000);
	} else if (p->nat.family) {
		in.local.addr = p->node[ALICE].addr;
		in.local.port = (uint16_t)(in.local.port - 10000);
	}
	if (!d->keepalive)
		pair_input(p, to, &in, bytes(d->data, d->len));
}

bool pair_step(struct pair *p)
{
	struct datagram *d;

	pair_host(p, ALICE);
	pair_host(p, BOB);
	if (p->queued == 0)
		return false;
	d = p->queue[0];
	p->queued--;
	memmove(p->queue, p->queue + 1, p->queued * sizeof(p->queue[0]));
	if (!p->filter || p->filter(p, d, p->ctx))
		carry(p, d);
	free(d);
	return true;
}

void pair_deliver(struct pair *p)
{
	for (unsigned i = 0; i < 10000; i++)
		if (!pair_step(p))
			return;
	fail_msg("the engines do not come to rest");
}

void pair_run(struct pair *p, uint64_t ms)
{
	uint64_t end = p->now.boot + ms;

	pair_deliver(p);
	for (unsigned i = 0; i < 200000; i++) {
		uint64_t a = engine_deadline(p->node[ALICE].engine), b = engine_deadline(p->node[BOB].engine);
		uint64_t next = a < b ? a : b;

		if (next > end)
			break;
		if (next > p->now.boot) {
			p->now.wall += (int64_t)((next - p->now.boot) / 1000);
			p->now.boot = next;
		}
		for (unsigned k = 0; k < 2; k++)
			engine_expire(p->node[k].engine, p->now);
		pair_deliver(p);
	}
	p->now.boot = end;
}

/* --- commands, looking in --- */

uint64_t pair_command(struct pair *p, unsigned i, const struct command *c)
{
	static uint64_t token = 1000;

	engine_command(p->node[i].engine, p->now, ++token, c);
	pair_host(p, i);
	return token;
}

void pair_initiate(struct pair *p, unsigned i, const char *name)
{
	engine_command(p->node[i].engine, p->now, TOKEN, &(struct command){ .kind = COMMAND_INITIATE, .name = name });
	pair_deliver(p);
}

const struct done *pair_done(const struct pair *p, unsigned i, uint64_t token)
{
	const struct peer *n = &p->node[i];

	for (size_t k = n->done_count; k-- > 0 && n->done_count - k <= DONE_MAX;)
		if (n->done[k % DONE_MAX].token == token)
			return &n->done[k % DONE_MAX];
	return NULL;
}

struct count {
	size_t all, up, children;
};

static bool count_ike(void *ctx, const struct ike_info *ike)
{
	struct count *c = ctx;

	c->all++;
	c->up += ike->state == IKE_ESTABLISHED;
	c->children += ike->child_count;
	return true;
}

static struct count counts(const struct pair *p, unsigned i)
{
	struct count c = { 0 };

	engine_each_ike(p->node[i].engine, count_ike, &c);
	return c;
}

/* The newest that may send. */
static const uint32_t *outbound(const struct peer *n)
{
	size_t best = INSTALLED_MAX;

	for (size_t i = 0; i < n->installed_count; i++)
		if (!n->inbound_only[i] && (best == INSTALLED_MAX || n->installed[i] > n->installed[best]))
			best = i;
	return best == INSTALLED_MAX ? NULL : &n->spi_out[best];
}

bool pair_flows(const struct pair *p, unsigned i)
{
	const struct peer *other = &p->node[!i];
	const uint32_t *spi = outbound(&p->node[i]);

	for (size_t k = 0; spi && k < other->installed_count; k++)
		if (other->spi_in[k] == *spi)
			return true;
	return false;
}

size_t pair_ikes(const struct pair *p, unsigned i)
{
	return counts(p, i).all;
}

size_t pair_up(const struct pair *p, unsigned i)
{
	return counts(p, i).up;
}

size_t pair_children(const struct pair *p, unsigned i)
{
	return counts(p, i).children;
}

uint64_t pair_counter(const struct pair *p, unsigned i, const char *name)
{
	struct engine_counter all[64];
	size_t n = engine_counters(p->node[i].engine, all, COUNT_OF(all));

	for (size_t k = 0; k < n; k++)
		if (strcmp(all[k].name, name) == 0)
			return all[k].value;
	fail_msg("no counter %s", name);
	return 0;
}

bool pair_keep_first(struct pair *p, struct datagram *d, void *ctx)
{
	struct datagram *kept = ctx;

	(void)p;
	if (kept->len == 0)
		*kept = *d;
	return false;
}
