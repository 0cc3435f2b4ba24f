/* SPDX-License-Identifier: ISC */
/* The host of one engine in memory. */
#include "support/host.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "config/load.h"
#include "crypto/crypto.h"
#include "ike/v2/steps.h"
#include "policy/explain.h"

static bool host_random(void *ctx, enum random_kind kind, uint8_t *out, size_t len)
{
	(void)kind;
	rng_fill(&((struct host *)ctx)->rng, out, len);
	return true;
}

/* --- the configuration: one text in memory --- */

#define FOLDER "/host/"
#define MAIN_FILE FOLDER "adit.conf"

static bool read_text(void *ctx, const char *path, struct secret *out, struct reason *why)
{
	const struct host_conf *conf = ctx;

	if (strcmp(path, MAIN_FILE) == 0)
		return secret_set(out, bytes_str(conf->config));
	for (size_t i = 0; i < conf->file_count && strncmp(path, FOLDER, strlen(FOLDER)) == 0; i++) {
		if (strcmp(path + strlen(FOLDER), conf->files[i].name) == 0)
			return secret_set(out, conf->files[i].data);
	}
	return refuse_text(why, REASON_NOT_FOUND, 0, "no such file in the test");
}

static bool list_folder(void *ctx, const char *folder, bool (*each)(void *to, const char *name), void *to, struct reason *why)
{
	const struct host_conf *conf = ctx;
	const char *below = strncmp(folder, FOLDER, strlen(FOLDER)) == 0 ? folder + strlen(FOLDER) : "?";
	size_t len = strlen(below);

	(void)why;
	while (len > 0 && below[len - 1] == '/')
		len--;
	for (size_t i = 0; i < conf->file_count; i++) {
		const char *name = conf->files[i].name;

		if (strncmp(name, below, len) == 0 && name[len] == '/' && !each(to, name + len + 1))
			return false;
	}
	return true;
}

static bool no_glob(void *ctx, const char *pattern, bool (*each)(void *to, const char *path), void *to, struct reason *why)
{
	(void)ctx;
	(void)pattern;
	(void)each;
	(void)to;
	(void)why;
	return true;
}

static bool add_shared(struct keyring *ring, const struct config *config)
{
	struct reason why = { 0 };

	for (size_t i = 0; i < config->secret_count; i++) {
		const struct secret_conf *s = &config->secrets[i];

		if (!keyring_add_shared(ring, ORIGIN_FILE, bytes_str(s->section), SHARED_IKE, s->secret, s->owners, s->owner_count, s->at,
		                        &why))
			return false;
	}
	return true;
}

static bool add_pki(struct keyring *ring, const struct config *config)
{
	struct arena arena = { 0 };
	struct reason why = { 0 };
	char id[41];
	bool ok = true;

	for (size_t i = 0; ok && i < config->key_count; i++)
		ok = keyring_add_key(ring, ORIGIN_FILE, config->keys[i].data, config->keys[i].passphrase, config->keys[i].at, id, &why,
		                     &arena);
	for (size_t i = 0; ok && i < config->cert_count; i++)
		ok = keyring_add_cert(ring, ORIGIN_FILE, config->certs[i].data, config->certs[i].must_be_ca, config->certs[i].at, &why,
		                      &arena);
	arena_clear(&arena);
	return ok;
}

struct config *host_config(const struct host_conf *conf)
{
	struct config_loader loader = { (void *)(uintptr_t)conf, read_text, no_glob, list_folder };
	struct config *config = NULL;
	struct problems problems = { 0 };
	struct text words = { 0 };
	bool ok = config_load(&loader, MAIN_FILE, &config, &problems) && problems.errors == 0;

	for (const struct problem *p = problems.first; !ok && p; p = p->next) {
		config_problem_print(&words, p);
		text_add(&words, "\n");
	}
	if (!ok) {
		fprintf(stderr, "test configuration of %s:\n%s", conf->name, text_str(&words));
		config_free(config);
	}
	text_clear(&words);
	problems_clear(&problems);
	return ok ? config : NULL;
}

struct keyring *host_keyring(const struct config *config)
{
	struct keyring *ring = keyring_new();

	if (!ring || !add_shared(ring, config) || !add_pki(ring, config)) {
		keyring_free(ring);
		return NULL;
	}
	return ring;
}

static bool read_config(struct host *h, const struct host_conf *conf)
{
	h->config = conf->loaded;
	if (!h->config)
		h->config = h->own_config = host_config(conf);
	if (!h->config)
		return false;
	h->ring = conf->ring;
	if (!h->ring)
		h->ring = h->own_ring = host_keyring(h->config);
	return h->ring != NULL;
}

struct host *host_new(const struct host_conf *conf)
{
	struct host *h = calloc(1, sizeof(*h));
	struct engine_conf engine = conf->engine;

	if (!h)
		abort();
	h->name = conf->name;
	h->index = conf->index;
	h->toy_ke = conf->toy_ke;
	h->addr = conf->addr;
	h->peer = conf->peer;
	h->rng.state = conf->seed;
	h->now = conf->now;
	h->ops = conf->ops;
	h->next_spi = conf->first_spi ? conf->first_spi : 0xc0000001u;
	list_init(&h->pendings);
	list_init(&h->children);
	list_init(&h->spis);
	list_init(&h->policies);
	engine.random = (struct random){ host_random, h };
	engine.v2 = &ike_v2_steps;
	engine.port = 500;
	engine.port_nat_t = 4500;
	h->engine = engine_new(&engine, conf->now);
	if (!h->engine || !read_config(h, conf)) {
		host_free(h);
		return NULL;
	}
	return h;
}

static void fault(struct host *h, const char *what)
{
	if (!h->fault)
		h->fault = what;
}

static void pending_free(struct host *h, struct pending *p)
{
	list_remove(&p->link);
	h->pending_count--;
	arena_clear(&p->arena);
	free(p);
}

static void changed(struct host *h, enum host_change change, const struct installed *i)
{
	if (h->ops.changed)
		h->ops.changed(h->ops.owner, h, change, i);
}

static void installed_free(struct host *h, struct installed *i)
{
	list_remove(&i->link);
	h->child_count--;
	child_params_clear(&i->params);
	free(i);
}

static void installed_remove(struct host *h, struct installed *i)
{
	list_remove(&i->link); /* whoever is told of it finds what stays */
	changed(h, HOST_REMOVED, i);
	installed_free(h, i);
}

static void standing_free(struct host *h, struct standing *s)
{
	list_remove(&s->link);
	h->policy_count--;
	policy_params_clear(&s->params);
	free(s);
}

static void reserved_free(struct host *h, struct reserved *r)
{
	list_remove(&r->link);
	h->spi_count--;
	free(r);
}

void host_free(struct host *h)
{
	if (!h)
		return;
	engine_free(h->engine);
	keyring_free(h->own_ring);
	config_free(h->own_config);
	LIST_EACH_SAFE(at, &h->pendings)
		pending_free(h, LIST_ITEM(at, struct pending, link));
	LIST_EACH_SAFE(at, &h->children)
		installed_free(h, LIST_ITEM(at, struct installed, link));
	LIST_EACH_SAFE(at, &h->spis)
		reserved_free(h, LIST_ITEM(at, struct reserved, link));
	LIST_EACH_SAFE(at, &h->policies)
		standing_free(h, LIST_ITEM(at, struct standing, link));
	free(h);
}

/* --- answers --- */

/* `len` bytes that follow from `of`. */
static bool toy_bytes(struct arena *arena, struct bytes of, size_t len, struct bytes *out)
{
	static const uint8_t key[16] = "toy key exchange";
	uint8_t *at = arena_take(arena, len + 8);
	struct rng r = { siphash(key, of) };

	if (!at)
		return false;
	rng_fill(&r, at, len);
	*out = bytes(at, len);
	return true;
}

/* Both public values, whoever made which, give the secret. A value of the wrong length is refused, as the real one is. */
static bool toy_ke(struct host *h, const struct ask *ask, struct answer *a, struct arena *arena)
{
	const struct algorithm *ke = ask->ke.method;
	struct bytes own;
	uint8_t *sum;

	if (!toy_bytes(arena, ask->ke.seed, ke->out_len, &own))
		return false;
	if (!ask->ke.agree_only)
		a->public_value = own;
	if (ask->ke.peer.len == 0)
		return true;
	if (ask->ke.peer.len != own.len)
		return refuse_text(&a->why, REASON_KE_VALUE, 0, "of the wrong length");
	sum = arena_take(arena, own.len);
	if (!sum)
		return false;
	for (size_t i = 0; i < own.len; i++)
		sum[i] = (uint8_t)(own.at[i] + ask->ke.peer.at[i]);
	if (!toy_bytes(arena, bytes(sum, own.len), ke->secret_len, &a->shared))
		return false;
	if (h->ops.secret)
		h->ops.secret(h->ops.owner, h, &(struct host_secret){ ke, ask->ke.peer, a->shared });
	return true;
}

static bool answer_ke(struct host *h, const struct ask *ask, struct answer *a, struct arena *arena)
{
	const struct algorithm *ke = ask->ke.method;
	struct secret shared = { 0 };
	uint8_t *value = arena_take(arena, ke->out_len);

	if (!value || (!ask->ke.agree_only && !ke_public(ke, ask->ke.seed, value, &a->why)))
		return false;
	if (!ask->ke.agree_only)
		a->public_value = bytes(value, ke->out_len);
	if (ask->ke.peer.len == 0)
		return true;
	if (!ke_agree(ke, ask->ke.seed, ask->ke.peer, &shared, &a->why))
		return false;
	a->shared = arena_copy(arena, secret_bytes(&shared));
	if (h->ops.secret)
		h->ops.secret(h->ops.owner, h, &(struct host_secret){ ke, ask->ke.peer, a->shared });
	secret_clear(&shared);
	return true;
}

/* --- the data plane --- */

struct installed *host_child(const struct host *h, uint32_t id)
{
	LIST_EACH(at, &h->children) {
		struct installed *i = LIST_ITEM(at, struct installed, link);

		if (i->params.id == id)
			return i;
	}
	return NULL;
}

struct installed *host_inbound(const struct host *h, uint32_t spi)
{
	LIST_EACH(at, &h->children) {
		struct installed *i = LIST_ITEM(at, struct installed, link);

		if (i->params.spi_in == spi)
			return i;
	}
	return NULL;
}

struct installed *host_outbound(const struct host *h, uint32_t reqid)
{
	struct installed *newest = NULL;

	LIST_EACH(at, &h->children) {
		struct installed *i = LIST_ITEM(at, struct installed, link);

		if (i->outbound && i->params.reqid == reqid && (!newest || i->outbound_seq > newest->outbound_seq))
			newest = i;
	}
	return newest;
}

/* The answer of auth_make borrows from the question: everything is copied. */
static bool keep_make(struct arena *arena, struct auth_make_answer *m)
{
	struct bytes *certs = arena_array(arena, m->cert_count + 1, sizeof(*certs));
	struct reason kept = { 0 };

	if (!certs || !identity_copy(&m->own, &m->own, arena) || !reason_copy(arena, &kept, &m->fault))
		return false;
	for (size_t i = 0; i < m->cert_count; i++)
		certs[i] = arena_copy(arena, m->certs[i]);
	m->certs = certs;
	m->auth.data = arena_copy(arena, m->auth.data);
	m->fault = kept;
	return true;
}

static bool reserve(struct host *h, struct answer *a)
{
	struct reserved *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	a->spi = r->spi = h->next_spi++;
	list_append(&h->spis, &r->link);
	h->spi_count++;
	return true;
}

static bool install(struct host *h, struct pending *p, struct child_params *params)
{
	struct installed *i = calloc(1, sizeof(*i));

	if (!i)
		abort();
	if (host_child(h, params->id) || host_inbound(h, params->spi_in))
		fault(h, "a Child SA was installed twice");
	p->child_id = params->id;
	i->params = *params;
	i->outbound = !params->inbound_only;
	i->outbound_seq = i->outbound ? ++h->outbound_seq : 0;
	*params = (struct child_params){ 0 };
	list_append(&h->children, &i->link);
	h->child_count++;
	changed(h, HOST_INSTALLED, i);
	return true;
}

static bool stand(struct host *h, struct pending *p, struct policy_params *params)
{
	struct standing *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	LIST_EACH(at, &h->policies)
		if (LIST_ITEM(at, struct standing, link)->params.id == params->id)
			fault(h, "a policy was installed twice");
	p->child_id = params->id;
	s->params = *params;
	*params = (struct policy_params){ 0 };
	list_append(&h->policies, &s->link);
	h->policy_count++;
	return true;
}

static void usage(const struct host *h, uint32_t ike_id, struct answer *a)
{
	LIST_EACH(at, &h->children) {
		const struct installed *i = LIST_ITEM(at, struct installed, link);

		if (i->params.ike_id != ike_id)
			continue;
		a->used_in = i->used_in > a->used_in ? i->used_in : a->used_in;
		a->used_out = i->used_out > a->used_out ? i->used_out : a->used_out;
	}
}

static bool make_answer(struct host *h, struct pending *p, const struct ask *ask)
{
	struct answer *a = &p->answer;

	switch (ask->kind) {
	case ASK_KE:
		return h->toy_ke ? toy_ke(h, ask, a, &p->arena) : answer_ke(h, ask, a, &p->arena);
	case ASK_AUTH_MAKE:
		return auth_make(h->ring, &ask->make, &a->make, &p->arena, &a->why) && keep_make(&p->arena, &a->make);
	case ASK_AUTH_CHECK:
		return auth_check(h->ring, &ask->check, &p->arena, &a->why);
	case ASK_SOURCE:
		a->local = h->addr;
		return true;
	case ASK_SPI:
		return reserve(h, a);
	case ASK_INSTALL:
		return install(h, p, ask->install);
	case ASK_CERTREQ:
		a->certreq = auth_certreq(h->ring, ask->certreq, &p->arena);
		return true;
	case ASK_RESOLVE:
		if (h->peer.family == ADDR_NONE)
			return refuse_text(&a->why, REASON_NOT_FOUND, 0, "no such name");
		a->addrs = &h->peer;
		a->addr_count = 1;
		return true;
	case ASK_POLICY:
		return stand(h, p, ask->policy);
	case ASK_USAGE:
		usage(h, ask->ike_id, a);
		return true;
	case ASK_ADDRS:
		a->addrs = &h->addr;
		a->addr_count = 1;
		return true;
	case ASK_NONE:
		break;
	}
	return refuse_text(&a->why, REASON_UNSUPPORTED, 0, "not in this test");
}

static void give(struct host *h, struct pending *p)
{
	engine_answer(h->engine, h->now, p->token, p->kind, &p->answer);
	if (h->ops.answered)
		h->ops.answered(h->ops.owner, h, p->kind, p->answer.ok);
	pending_free(h, p);
}

static bool free_spi(struct host *h, uint32_t spi)
{
	LIST_EACH(at, &h->spis) {
		struct reserved *r = LIST_ITEM(at, struct reserved, link);

		if (r->spi != spi)
			continue;
		reserved_free(h, r);
		return true;
	}
	return false;
}

static void take_ask(struct host *h, uint64_t token, const struct ask *ask)
{
	uint64_t when = h->ops.when ? h->ops.when(h->ops.owner, h, ask) : 0;
	struct pending *p;
	struct reason why;
	uint64_t began;

	h->asked[ask->kind]++;
	if (when == NEVER) {
		if (ask->kind == ASK_INSTALL) /* the SPI went with the question */
			(void)free_spi(h, ask->install->spi_in);
		return;
	}
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->token = token;
	p->kind = ask->kind;
	p->at = when;
	began = h->ops.clock ? h->ops.clock() : 0;
	p->answer.ok = make_answer(h, p, ask);
	if (h->ops.clock)
		h->ask_ns[ask->kind] += h->ops.clock() - began;
	if (!p->answer.ok) {
		if (!reason_copy(&p->arena, &why, &p->answer.why))
			abort();
		p->answer.why = why;
	}
	list_append(&h->pendings, &p->link);
	h->pending_count++;
	if (when <= h->now.boot)
		give(h, p);
}

/*
 * The SPI may be free already: an engine that has waited too long for the installation gives the SPI back first, and the SA when
 * the answer comes after all.
 */
static void remove_child(struct host *h, uint32_t id)
{
	struct installed *i = host_child(h, id);

	if (!i) {
		fault(h, "a Child SA was removed that is not installed");
		return;
	}
	(void)free_spi(h, i->params.spi_in);
	installed_remove(h, i);
}

static void remove_policy(struct host *h, uint32_t id)
{
	LIST_EACH(at, &h->policies) {
		struct standing *s = LIST_ITEM(at, struct standing, link);

		if (s->params.id == id) {
			standing_free(h, s);
			return;
		}
	}
	fault(h, "a policy was removed that does not stand");
}

static void make_outbound(struct host *h, uint32_t id)
{
	struct installed *i = host_child(h, id);

	if (!i) {
		fault(h, "packets shall go out by a Child SA that is not installed");
		return;
	}
	i->outbound = true;
	i->outbound_seq = ++h->outbound_seq;
	changed(h, HOST_OUTBOUND, i);
}

static void make_inbound(struct host *h, uint32_t id)
{
	struct installed *i = host_child(h, id);

	if (i)
		i->outbound = false;
	else
		fault(h, "packets shall no longer go out by a Child SA that is not installed");
}

static void update_child(struct host *h, const struct event *e)
{
	struct installed *i = host_child(h, e->child_id);

	if (!i) {
		fault(h, "a Child SA was changed that is not installed");
		return;
	}
	i->params.path = e->path;
	i->params.encap = e->encap;
	i->params.ike_id = e->ike_id;
	changed(h, HOST_UPDATED, i);
}

static void release(struct host *h, const struct event *e)
{
	if (e->release.kind == ASK_INSTALL)
		remove_child(h, e->release.child_id);
	else if (e->release.kind == ASK_POLICY)
		remove_policy(h, e->release.policy_id);
	else if (e->release.kind != ASK_SPI)
		fault(h, "something was released that cannot be");
	else if (!free_spi(h, e->release.spi))
		fault(h, "an SPI was given back that is not reserved");
}

static void host_do(struct host *h, const struct event *e)
{
	switch (e->kind) {
	case EVENT_SEND:
		h->ops.send(h->ops.owner, h, &e->path, e->datagram, e->keepalive);
		break;
	case EVENT_ASK:
		take_ask(h, e->token, &e->ask);
		break;
	case EVENT_RELEASE:
		release(h, e);
		break;
	case EVENT_CHILD_REMOVE:
		remove_child(h, e->child_id);
		break;
	case EVENT_CHILD_OUTBOUND:
		make_outbound(h, e->child_id);
		break;
	case EVENT_CHILD_INBOUND:
		make_inbound(h, e->child_id);
		break;
	case EVENT_CHILD_UPDATE:
		update_child(h, e);
		break;
	case EVENT_POLICY_REMOVE:
		remove_policy(h, e->policy_id);
		break;
	case EVENT_TELL:
		if (h->ops.tell)
			h->ops.tell(h->ops.owner, h, &e->tell);
		break;
	case EVENT_DONE:
		if (h->ops.done)
			h->ops.done(h->ops.owner, h, e->token, e->ok, &e->why);
		break;
	}
}

#define EVENTS_AT_ONCE 100000u
#define EXPIRES_AT_ONCE 100u

static void pump(struct host *h)
{
	struct event e;

	for (unsigned i = 0; engine_next(h->engine, &e); i++) {
		if (i == EVENTS_AT_ONCE) {
			fault(h, "the engine does not come to rest");
			return;
		}
		h->events++;
		host_do(h, &e);
	}
}

void host_load(struct host *h)
{
	for (size_t i = 0; i < h->config->connection_count; i++)
		host_command(h, h->now, HOST_LOAD_TOKEN + i, &(struct command){ .kind = COMMAND_LOAD, .conn = h->config->connections[i] });
}

void host_input(struct host *h, struct now now, const struct path *path, struct bytes datagram)
{
	h->now = now;
	engine_input(h->engine, now, path, datagram);
	pump(h);
}

void host_command(struct host *h, struct now now, uint64_t token, const struct command *c)
{
	h->now = now;
	engine_command(h->engine, now, token, c);
	pump(h);
}

void host_traffic(struct host *h, struct now now, const struct traffic *t)
{
	h->now = now;
	engine_traffic(h->engine, now, t);
	pump(h);
}

bool host_packet(struct host *h, struct now now, uint32_t spi, const struct path *path)
{
	struct installed *i = host_inbound(h, spi);
	struct traffic t;

	if (!i)
		return false;
	t = (struct traffic){ .child_id = i->params.id, .spi = spi, .path = *path };
	i->used_in = now.boot;
	if (!i->met && i->params.inbound_only && !i->outbound) {
		t.kind = TRAFFIC_FIRST;
		host_traffic(h, now, &t);
	}
	i = host_inbound(h, spi); /* it may have gone */
	if (i)
		i->met = true;
	if (i && !endpoint_equal(&i->params.path.remote, &path->remote)) {
		t.kind = TRAFFIC_MOVED;
		host_traffic(h, now, &t);
	}
	return true;
}

void host_network(struct host *h, struct now now)
{
	h->now = now;
	engine_network(h->engine, now);
	pump(h);
}

void host_deliver(struct host *h, struct now now, struct pending *p)
{
	h->now = now;
	give(h, p);
	pump(h);
}

void host_forget(struct host *h, struct pending *p)
{
	if (p->answer.ok && p->kind == ASK_SPI && !free_spi(h, p->answer.spi))
		fault(h, "an SPI went before its answer came");
	if (p->answer.ok && p->kind == ASK_INSTALL)
		remove_child(h, p->child_id);
	if (p->answer.ok && p->kind == ASK_POLICY)
		remove_policy(h, p->child_id);
	pending_free(h, p);
}

void host_answer(struct host *h, struct now now, uint64_t token, enum ask_kind kind, const struct answer *a)
{
	h->now = now;
	engine_answer(h->engine, now, token, kind, a);
	pump(h);
}

static struct pending *first_pending(const struct host *h)
{
	struct pending *first = NULL;

	LIST_EACH(at, &h->pendings) {
		struct pending *p = LIST_ITEM(at, struct pending, link);

		if (!first || p->at < first->at)
			first = p;
	}
	return first;
}

void host_expire(struct host *h, struct now now)
{
	struct pending *p;

	h->now = now;
	while ((p = first_pending(h)) && p->at <= now.boot)
		host_deliver(h, now, p);
	for (unsigned i = 0; engine_deadline(h->engine) <= now.boot; i++) {
		if (i == EXPIRES_AT_ONCE) {
			fault(h, "the engine wants to be called again and again");
			return;
		}
		engine_expire(h->engine, now);
		pump(h);
	}
}

uint64_t host_deadline(const struct host *h)
{
	const struct pending *p = first_pending(h);
	uint64_t at = engine_deadline(h->engine);

	return p && p->at != HOST_LATER && p->at < at ? p->at : at;
}

struct bytes host_read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(65536);
	size_t len = f && data ? fread(data, 1, 65536, f) : 0;

	if (len == 0 || len == 65536) {
		fprintf(stderr, "%s: cannot be read (run it in the top folder of the sources)\n", path);
		exit(2);
	}
	fclose(f);
	return bytes(data, len);
}
