/* SPDX-License-Identifier: ISC */
/* The world of the engine's fuzzers. */
#include "engine_world.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/crypto.h"
#include "ike/v2/steps.h"

#define WALL 1767225600 /* 2026-01-01 */
#define BOOT SECONDS(1000)
#define ROWS_MAX 256

static const char *const own_ip[] = { "192.0.2.1", "198.51.100.2" };
static const char *const nat_ip = "203.0.113.77";

static struct addr addr_of(const char *text)
{
	struct addr a = { 0 };

	(void)addr_parse(&a, bytes_str(text));
	return a;
}

/* --- configuration --- */

static void write_round(struct text *t, const struct world_conf *c, const char *section, unsigned side, bool own)
{
	static const char *const psk_ids[] = { "a.example.org", "b.example.org" };

	if (c->ecdsa)
		text_add(t, "  %s { auth = pubkey\n id = \"%s\"\n %s }\n", section,
		         side ? "C=CH, O=Example, CN=p384.example.org" : "p256.example.org", own ? "certs = own.pem" : "");
	else
		text_add(t, "  %s { auth = psk\n id = %s }\n", section, psk_ids[side]);
}

static void write_config(const struct world_conf *c, unsigned side, struct text *t)
{
	text_add(t, "connections { net {\n  version = 2\n  dpd_delay = 30s\n  local_addrs = %s\n  remote_addrs = %s\n", own_ip[side],
	         c->nat && side ? "%any" : c->by_name ? "peer.example.org" : own_ip[1 - side]);
	text_add(t, "  proposals = aes256gcm16-prfsha256-%sx25519\n", c->other_ke && !side ? "ecp256-" : "");
	write_round(t, c, "local", side, true);
	write_round(t, c, "remote", 1 - side, false);
	text_add(t, "  children {\n");
	for (unsigned i = 0; i < 3; i++) {
		text_add(t, "    %s { local_ts = 10.%u.%u.0/24\n remote_ts = 10.%u.%u.0/24\n", (const char *[]){ "one", "two", "pfs" }[i],
		         side + 1, i, 2 - side, i);
		text_add(t, "      esp_proposals = aes256gcm16%s\n",
		         i < 2 ? "" : c->other_ke && !side ? "-ecp256-x25519" : "-x25519");
		text_add(t, "      start_action = %s\n    }\n", c->start && i == 0 && !side ? "start" : "none");
	}
	text_add(t, "  }\n} }\n");
	if (!c->ecdsa)
		text_add(t, "secrets { ike-1 { secret = \"a secret that is long enough for two\" } }\n");
}

static size_t pki(const struct world_conf *c, unsigned side, struct host_file *files)
{
	static struct bytes data[5];
	static const char *const from[] = { "gw-p256.key.pem", "gw-p256.pem", "gw-p384.key.pem", "gw-p384.pem", "root-ec.pem" };
	char path[64];

	if (!c->ecdsa)
		return 0;
	for (size_t i = 0; i < COUNT_OF(from) && !data[i].at; i++) {
		(void)snprintf(path, sizeof(path), "tests/vectors/pki/%s", from[i]);
		data[i] = host_read_file(path);
	}
	files[0] = (struct host_file){ "private/key.pem", data[side * 2] };
	files[1] = (struct host_file){ "x509/own.pem", data[side * 2 + 1] };
	files[2] = (struct host_file){ "x509ca/root.pem", data[4] };
	return 3;
}

/* --- the network --- */

static void packet_set(struct world_packet *p, unsigned to, const struct path *path, struct bytes datagram)
{
	p->to = to;
	p->path = *path;
	p->len = datagram.len;
	p->data = malloc(datagram.len + 1); /* exact ends are the engine's business: see world_deliver */
	if (!p->data)
		abort();
	if (datagram.len > 0)
		memcpy(p->data, datagram.at, datagram.len);
}

void world_queue(struct world *w, unsigned to, const struct path *path, struct bytes datagram)
{
	struct world_packet *past = &w->past[w->past_count++ % WORLD_PAST];

	if (w->packet_count == WORLD_PACKETS)
		world_drop(w, 0);
	packet_set(&w->packets[w->packet_count++], to, path, datagram);
	free(past->data);
	packet_set(past, to, path, datagram);
}

static void sent(void *owner, struct host *h, const struct path *path, struct bytes datagram, bool keepalive)
{
	struct world *w = owner;
	unsigned to = h == w->host[0] ? 1 : 0;
	struct path seen = { .local = path->remote, .remote = path->local, .encap = path->encap, .interface = 1 };

	if (keepalive)
		return;
	tap_watch(&w->tap, datagram);
	if (w->conf.nat && to == 1) {
		seen.remote.addr = addr_of(nat_ip);
		seen.remote.port = (uint16_t)(path->local.port + 20000u);
	} else if (w->conf.nat) {
		seen.local.addr = addr_of(own_ip[0]);
		seen.local.port = path->remote.port < 22000 ? 500 : 4500;
	}
	world_queue(w, to, &seen, datagram);
}

static uint64_t when(void *owner, struct host *h, const struct ask *ask)
{
	struct world *w = owner;

	(void)ask;
	return w->hold[h == w->host[0] ? 0 : 1] ? HOST_LATER : 0;
}

static void learned(void *owner, struct host *h, const struct host_secret *secret)
{
	(void)h;
	tap_learn(&((struct world *)owner)->tap, secret);
}

static void done(void *owner, struct host *h, uint64_t token, bool ok, const struct reason *why)
{
	(void)owner;
	(void)h;
	if (token == 0 || (!ok && why->kind == REASON_NONE)) {
		fprintf(stderr, "a command failed without a reason\n");
		abort();
	}
}

void world_drop(struct world *w, size_t index)
{
	free(w->packets[index].data);
	w->packet_count--;
	memmove(&w->packets[index], &w->packets[index + 1], (w->packet_count - index) * sizeof(w->packets[0]));
}

void world_deliver(struct world *w, size_t index)
{
	struct world_packet p = w->packets[index];
	uint8_t *exact = malloc(p.len ? p.len : 1); /* a read past its end is found */

	if (!exact)
		abort();
	if (p.len > 0)
		memcpy(exact, p.data, p.len);
	w->packets[index].data = NULL;
	world_drop(w, index);
	host_input(w->host[p.to], w->now, &p.path, bytes(exact, p.len));
	free(exact);
	free(p.data);
}

/* --- running --- */

static struct host_conf host_conf_of(struct world *w, unsigned side, struct host_file *files)
{
	return (struct host_conf){
		.name = side ? "B" : "A",
		.files = files,
		.file_count = pki(&w->conf, side, files),
		.addr = addr_of(own_ip[side]),
		.peer = addr_of(own_ip[1 - side]),
		.first_spi = 0xa0000001u + side * 0x10000000u,
		.seed = 7 + side,
		.now = w->now,
		.engine = { .deterministic = true, .cookie_threshold = w->conf.cookies ? 1 : 0,
		            .fragment_size = w->conf.fragments ? 200 : 0 },
		.ops = { .owner = w, .send = sent, .when = when, .done = done, .secret = learned },
	};
}

/* Read once for each way to configure: reading takes longer than a handshake. */
static struct config *config_of(const struct world_conf *c, unsigned side, struct host_conf *host)
{
	static struct config *seen[64];
	size_t i = side | (size_t)c->ecdsa << 1 | (size_t)c->nat << 2 | (size_t)c->other_ke << 3 | (size_t)c->start << 4 |
	           (size_t)c->by_name << 5;
	struct text text = { 0 };

	if (!seen[i]) {
		write_config(c, side, &text);
		host->config = text_str(&text);
		seen[i] = host_config(host);
		text_clear(&text);
	}
	if (!seen[i])
		exit(2);
	return seen[i];
}

struct world *world_new(const struct world_conf *conf)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->conf = *conf;
	w->now = (struct now){ BOOT, WALL };
	tap_init(&w->tap);
	for (unsigned side = 0; side < 2; side++) {
		struct host_file files[3];
		struct host_conf host = host_conf_of(w, side, files);

		host.loaded = config_of(conf, side, &host);
		w->host[side] = host_new(&host);
		if (!w->host[side])
			exit(2);
	}
	host_load(w->host[1]);
	host_load(w->host[0]);
	return w;
}

static void set_time(struct world *w, uint64_t boot)
{
	if (boot > w->now.boot)
		w->now = (struct now){ boot, WALL + (int64_t)((boot - BOOT) / 1000) };
}

bool world_step(struct world *w, uint64_t patience)
{
	uint64_t at[2] = { host_deadline(w->host[0]), host_deadline(w->host[1]) };
	unsigned side = at[1] < at[0];

	if (w->packet_count > 0) {
		world_deliver(w, 0);
		return true;
	}
	if (at[side] > w->now.boot + patience)
		return false;
	set_time(w, at[side]);
	host_expire(w->host[side], w->now);
	return true;
}

void world_run(struct world *w, unsigned steps)
{
	while (steps-- > 0 && world_step(w, 0))
		;
}

void world_advance(struct world *w, uint64_t ms)
{
	set_time(w, w->now.boot + ms);
	for (unsigned side = 0; side < 2; side++)
		if (host_deadline(w->host[side]) <= w->now.boot)
			host_expire(w->host[side], w->now);
}

void world_command(struct world *w, unsigned side, const struct command *c)
{
	host_command(w->host[side], w->now, ++w->token, c);
}

/* --- the end --- */

static bool count_one(void *ctx, const struct ike_info *ike)
{
	(void)ike;
	++*(size_t *)ctx;
	return true;
}

static void complain(const struct host *h, const char *what, size_t n)
{
	fprintf(stderr, "%s: %s (%zu)\n", h->name, what, n);
	abort();
}

static void check_empty(const struct host *h)
{
	size_t sas = 0;

	engine_each_ike(h->engine, count_one, &sas);
	if (h->fault)
		complain(h, h->fault, 0);
	if (sas)
		complain(h, "IKE SAs are left", sas);
	if (h->child_count)
		complain(h, "Child SAs are left", h->child_count);
	if (h->spi_count)
		complain(h, "SPIs are left", h->spi_count);
}

static void answer_all(struct world *w)
{
	for (unsigned side = 0; side < 2; side++) {
		w->hold[side] = false;
		for (unsigned i = 0; i < 1000 && !list_empty(&w->host[side]->pendings); i++)
			host_deliver(w->host[side], w->now, LIST_ITEM(w->host[side]->pendings.next, struct pending, link));
	}
}

void world_close(struct world *w)
{
	answer_all(w);
	world_run(w, 200);
	for (unsigned side = 0; side < 2; side++)
		world_command(w, side, &(struct command){ .kind = COMMAND_SHUTDOWN, .timeout = 5000 });
	/* A last request is given up at 165 s, an answer that is missing at 20 s; 30 s more for those who only answer. */
	for (uint64_t end = w->now.boot + MINUTES(10); w->now.boot < end;) {
		unsigned steps = 0;

		while (w->packet_count > 0 && steps++ < 1000)
			world_deliver(w, 0);
		if (!world_step(w, end - w->now.boot))
			break;
	}
	for (unsigned side = 0; side < 2; side++)
		check_empty(w->host[side]);
	world_count_rows(w);
	for (unsigned side = 0; side < 2; side++)
		host_free(w->host[side]);
	while (w->packet_count > 0)
		world_drop(w, 0);
	for (size_t i = 0; i < WORLD_PAST; i++)
		free(w->past[i].data);
	tap_clear(&w->tap);
	free(w);
}

/* --- rows --- */

static uint64_t rows[ROWS_MAX];

static size_t row_count(void)
{
	size_t n = step_table_rows(&ike_v2_steps);

	return n < ROWS_MAX ? n : ROWS_MAX;
}

void world_count_rows(const struct world *w)
{
	for (unsigned side = 0; side < 2; side++)
		for (size_t i = 0; i < row_count(); i++)
			rows[i] += engine_row_taken(w->host[side]->engine, &ike_v2_steps, i);
}

size_t world_rows_missing(void)
{
	size_t n = 0;

	for (size_t i = 0; i < row_count(); i++)
		n += rows[i] == 0;
	return n;
}

void world_print_rows(bool names)
{
	fprintf(stderr, "# %zu of %zu rows of the step table were taken\n", row_count() - world_rows_missing(), row_count());
	for (size_t i = 0; i < row_count(); i++)
		if (names && rows[i] == 0)
			fprintf(stderr, "#   never: %s\n", step_table_row(&ike_v2_steps, i)->name);
}
