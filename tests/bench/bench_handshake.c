/* SPDX-License-Identifier: ISC */
/*
 * What a handshake costs its responder: everything from the first datagram to the installed Child SA, in its engine and in the answers
 * to its questions, measured around each call into it. Beside it the public-key operations that no responder can do without, done
 * bare with the same library in the same run, and the ratio of both.
 */
#include "bench_handshake.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench_crypto.h"
#include "support/host.h"

#define ROUNDS 400u
#define WARM_UP 20u
#define WALL 1767225600 /* 2026-01-01: the certificates of tests/vectors/pki are valid */
#define TARGET 1.3

struct kind {
	const char *name;
	const char *ids[2], *certs[2], *keys[2], *ca; /* NULL: PSK */
	bool ecdsa;
};

static const struct kind kinds[] = {
	{ "PSK", { "a.example.org", "b.example.org" } },
	{ "RSA-2048",
	  { "other.example.org", "gw.example.org" },
	  { "other.pem", "gw.pem" },
	  { "other.key.pem", "gw.key.pem" },
	  "root.pem" },
	{ "ECDSA P-256",
	  { "p256.example.org", "p256.example.org" },
	  { "gw-p256.pem", "gw-p256.pem" },
	  { "gw-p256.key.pem", "gw-p256.key.pem" },
	  "root-ec.pem",
	  true },
};

/* --- two engines without a network: what one sends the other gets --- */

struct wire {
	struct list link;
	unsigned to;
	struct path path;
	size_t len;
	uint8_t data[];
};

struct pair {
	struct host *host[2];
	struct list wires;
	struct now now;
	uint64_t cpu; /* of the responder, ns */
	bool done, ok;
};

static uint64_t cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void sent(void *owner, struct host *h, const struct path *path, struct bytes datagram, bool keepalive)
{
	struct pair *p = owner;
	struct wire *w = calloc(1, sizeof(*w) + datagram.len);

	if (!w)
		abort();
	(void)keepalive;
	w->to = h == p->host[0];
	w->path = (struct path){ .local = path->remote, .remote = path->local, .encap = path->encap, .interface = 1 };
	w->len = datagram.len;
	memcpy(w->data, datagram.at, datagram.len);
	list_append(&p->wires, &w->link);
}

static void done(void *owner, struct host *h, uint64_t token, bool ok, const struct reason *why)
{
	struct pair *p = owner;

	(void)h;
	if (token >= HOST_LOAD_TOKEN)
		return;
	p->done = true;
	p->ok = ok;
	if (!ok)
		fprintf(stderr, "adit-bench: %s\n", reason_words(why->kind));
}

static void run(struct pair *p)
{
	while (!list_empty(&p->wires)) {
		struct wire *w = LIST_ITEM(p->wires.next, struct wire, link);
		uint64_t began;

		list_remove(&w->link);
		p->now.boot++;
		began = cpu_now();
		host_input(p->host[w->to], p->now, &w->path, bytes(w->data, w->len));
		if (w->to == 1)
			p->cpu += cpu_now() - began;
		free(w);
	}
}

static bool command(struct pair *p, enum command_kind kind)
{
	struct command c = { .kind = kind, .name = "net", .child = kind == COMMAND_INITIATE ? "net" : NULL };

	p->done = p->ok = false;
	host_command(p->host[0], p->now, 1, &c);
	run(p);
	return p->done && p->ok;
}

static struct bytes pki(const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "tests/vectors/pki/%s", name);
	return host_read_file(path);
}

static void write_round(struct text *t, const struct kind *k, const char *section, unsigned side, bool own)
{
	text_add(t, "%s { auth = %s\n id = %s\n %s }\n", section, k->ca ? "pubkey" : "psk", k->ids[side],
	         k->ca && own ? "certs = own.pem" : "");
}

static struct host *make_host(struct pair *p, const struct kind *k, unsigned side)
{
	static const char *const ips[] = { "192.0.2.1", "198.51.100.2" };
	struct host_file files[3];
	struct text config = { 0 };
	struct host_conf conf = { .name = side ? "responder" : "initiator", .files = files, .seed = side + 1, .now = p->now,
		                  .first_spi = 0xa0000001u + side * 0x10000000u, .ops = { .owner = p, .send = sent, .done = done, .clock = cpu_now } };
	struct host *h;

	text_add(&config, "connections { net { local_addrs = %s\n remote_addrs = %s\n proposals = aes256gcm16-prfsha256-x25519\n", ips[side],
	         ips[1 - side]);
	write_round(&config, k, "local", side, true);
	write_round(&config, k, "remote", 1 - side, false);
	text_add(&config, "children { net { local_ts = 10.%u.0.0/16\n remote_ts = 10.%u.0.0/16\n esp_proposals = aes256gcm16 } } } }\n", side,
	         1 - side);
	if (k->ca) {
		files[0] = (struct host_file){ "x509/own.pem", pki(k->certs[side]) };
		files[1] = (struct host_file){ "private/key.pem", pki(k->keys[side]) };
		files[2] = (struct host_file){ "x509ca/root.pem", pki(k->ca) };
		conf.file_count = 3;
	} else {
		text_add(&config, "secrets { ike-1 { secret = \"a secret that is long enough for two\" } }\n");
	}
	(void)addr_parse(&conf.addr, bytes_str(ips[side]));
	conf.config = text_str(&config);
	h = host_new(&conf);
	if (!h)
		exit(2);
	for (size_t i = 0; i < conf.file_count; i++)
		free((void *)(uintptr_t)files[i].data.at);
	text_clear(&config);
	host_load(h);
	return h;
}

/* Microseconds of one handshake; all 0: it failed. */
struct cost {
	double all, asks[HOST_ASKS]; /* asks: part of all */
};

static struct cost handshakes(const struct kind *k)
{
	struct cost cost = { 0 };
	struct pair p = { .now = { SECONDS(1000), WALL } };
	bool ok = true;
	uint64_t cpu = 0;

	list_init(&p.wires);
	p.host[0] = make_host(&p, k, 0);
	p.host[1] = make_host(&p, k, 1);
	for (unsigned i = 0; ok && i < ROUNDS + WARM_UP; i++) {
		p.cpu = 0;
		ok = command(&p, COMMAND_INITIATE);
		if (i >= WARM_UP)
			cpu += p.cpu;
		ok = ok && command(&p, COMMAND_TERMINATE);
		p.now.boot += SECONDS(60);
		host_expire(p.host[0], p.now);
		host_expire(p.host[1], p.now);
		run(&p);
	}
	if (ok)
		cost.all = (double)cpu / 1000 / ROUNDS;
	for (size_t i = 0; ok && i < HOST_ASKS; i++)
		cost.asks[i] = (double)p.host[1]->ask_ns[i] / 1000 / (ROUNDS + WARM_UP);
	host_free(p.host[0]);
	host_free(p.host[1]);
	return cost;
}

/* --- the bare operations --- */

/* x25519 twice; a signature of ours, a check of the peer's, a check of its CA's. */
static double bare(const struct kind *k)
{
	double x25519 = bench_x25519_make() + bench_x25519_agree();

	if (!k->ca)
		return x25519;
	if (k->ecdsa)
		return x25519 + bench_p256_sign() + 2 * bench_p256_verify();
	return x25519 + bench_rsa2048_sign() + 2 * bench_rsa2048_verify();
}

static void print_cost(const char *name, const struct cost *c, double least)
{
	double left = c->all;

	printf("  %-12s %9.1f us %15.1f us %8.2f   (target: at most %.2f)\n", name, c->all, least, c->all / least, TARGET);
	for (size_t i = 0; i < HOST_ASKS; i++) {
		left -= c->asks[i];
		if (c->asks[i] >= 1)
			printf("    %-18s %3.0f us\n", ask_name((enum ask_kind)i), c->asks[i]);
	}
	printf("    %-18s %3.0f us\n", "engine", left);
}

bool bench_handshake(void)
{
	bool ok = true;

	printf("responder's CPU per handshake (IKE_SA_INIT, IKE_AUTH, Child SA; x25519; engine in memory), mean of %u\n", ROUNDS);
	printf("  %-12s %12s %18s %8s\n", "", "handshake", "public-key alone", "ratio");
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		double least = bare(&kinds[i]);
		struct cost cost = handshakes(&kinds[i]);

		ok = ok && cost.all > 0;
		if (cost.all > 0)
			print_cost(kinds[i].name, &cost, least);
		else
			printf("  %-12s failed\n", kinds[i].name);
	}
	return ok;
}
