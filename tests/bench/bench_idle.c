/* SPDX-License-Identifier: ISC */
/*
 * What an idle tunnel costs its gateway in memory: the growth of the resident set of one process, divided by the tunnels that came up.
 *
 * The gateway is a process of its own in a network namespace of its own: the engine, the keyring, and the data plane with its TUN,
 * its routes and its rules, as the daemon has them. Its clients are other processes, so that they do not count: each client has
 * a certificate and a name of its own, and an address of its own as its selector, sets up one IKE SA with one Child SA by real
 * cryptography, and is forgotten. Datagrams go through socket pairs.
 *
 * The gateway's clock is the machine's until the last handshake, and then goes five minutes further in no time: every cache that has
 * a time to live is gone, every timer has run. What is left is what a tunnel costs.
 *
 *     ADIT_BENCH_TUNNELS    how many (100,000)
 */
#include "bench_idle.h"

#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/dataplane.h"
#include "ike/auth/auth.h"
#include "linux/memory.h"
#include "many_certs.h"
#include "support/host.h"

#define TUNNELS 100000u
#define TARGET 4096.0 /* bytes a tunnel */
#define LATER MINUTES(5)
#define WALL 1767225600 /* 2026-01-01: the certificates are valid */
#define GATEWAY "192.0.2.1"
#define DATAGRAM_MAX 4096u
#define PROCESSES 2u /* of clients: they have more to do than the gateway */

#define PROPOSALS "proposals = aes256gcm16-prfsha256-x25519\n"
#define ESP "esp_proposals = aes256gcm16"

static uint64_t wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return SECONDS(1000) + (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

static void die(const char *what, const struct reason *why)
{
	fprintf(stderr, "adit-bench: idle: %s%s%.*s\n", what, why ? ": " : "", why ? (int)why->about.bytes.len : 0,
	        why ? (const char *)why->about.bytes.at : "");
	_exit(1);
}

/* --- one datagram between the two processes --- */

struct parcel {
	struct path path;
	uint8_t data[DATAGRAM_MAX];
};

static void parcel_send(int fd, const struct path *path, struct bytes datagram)
{
	struct parcel p = { .path = { .local = path->remote, .remote = path->local, .encap = path->encap, .interface = 1 } };

	if (datagram.len > DATAGRAM_MAX)
		die("a datagram is too long", NULL);
	memcpy(p.data, datagram.at, datagram.len);
	if (send(fd, &p, offsetof(struct parcel, data) + datagram.len, 0) < 0)
		die("the other process is gone", NULL);
}

/* False: the other end is gone. */
static bool parcel_take(int fd, struct parcel *p, struct bytes *datagram)
{
	ssize_t len = recv(fd, p, sizeof(*p), 0);

	if (len < (ssize_t)offsetof(struct parcel, data))
		return false;
	*datagram = bytes(p->data, (size_t)len - offsetof(struct parcel, data));
	return true;
}

/* --- the gateway --- */

struct gateway {
	struct engine *engine;
	struct keyring *ring;
	struct dataplane *plane;
	uint64_t ahead; /* its clock, before the machine's */
	size_t up, children;
	int fd; /* where the datagram in hand came from, and answers go */
};

struct memory {
	size_t resident, used, unused;
};

static struct now gateway_now(const struct gateway *g)
{
	return (struct now){ wall_ms() + g->ahead, WALL };
}

static bool answer_ke(const struct ask *ask, struct answer *a, struct arena *arena, struct secret *shared)
{
	const struct algorithm *ke = ask->ke.method;
	uint8_t *value = arena_take(arena, ke->out_len);

	if (!value || !ke_public(ke, ask->ke.seed, value, &a->why) || !ke_agree(ke, ask->ke.seed, ask->ke.peer, shared, &a->why))
		return false;
	a->public_value = bytes(value, ke->out_len);
	a->shared = secret_bytes(shared);
	return true;
}

static void gateway_ask(struct gateway *g, uint64_t token, const struct ask *ask)
{
	struct random random = { crypto_random, NULL };
	struct answer a = { 0 };
	struct arena arena = { 0 };
	struct secret shared = { 0 };
	struct now now = gateway_now(g);

	switch (ask->kind) {
	case ASK_KE:
		a.ok = answer_ke(ask, &a, &arena, &shared);
		break;
	case ASK_AUTH_MAKE:
		a.ok = auth_make(g->ring, &ask->make, &a.make, &arena, &a.why);
		break;
	case ASK_AUTH_CHECK:
		a.ok = auth_check(g->ring, &ask->check, &arena, &a.why);
		break;
	case ASK_CERTREQ:
		a.certreq = auth_certreq(g->ring, ask->certreq, &arena);
		a.ok = true;
		break;
	case ASK_SPI:
		a.spi = dataplane_spi_reserve(g->plane, &random);
		a.ok = a.spi != 0;
		break;
	case ASK_INSTALL:
		a.ok = dataplane_child_add(g->plane, ask->install, now, &a.why, &arena);
		g->children += a.ok;
		break;
	case ASK_USAGE:
		dataplane_ike_usage(g->plane, ask->ike_id, &a.used_in, &a.used_out);
		a.ok = true;
		break;
	case ASK_POLICY:
	case ASK_ADDRS:
	case ASK_RESOLVE:
	case ASK_SOURCE:
	case ASK_NONE:
		break; /* a gateway that waits does not ask them */
	}
	if (!a.ok)
		die(ask_name(ask->kind), &a.why);
	engine_answer(g->engine, now, token, ask->kind, &a);
	secret_clear(&shared);
	arena_clear(&arena);
}

static void gateway_settle(struct gateway *g)
{
	struct event e;

	while (engine_next(g->engine, &e)) {
		switch (e.kind) {
		case EVENT_SEND:
			parcel_send(g->fd, &e.path, e.datagram);
			break;
		case EVENT_ASK:
			gateway_ask(g, e.token, &e.ask);
			break;
		case EVENT_TELL:
			g->up += e.tell.kind == TELL_IKE_UP;
			break;
		case EVENT_CHILD_REMOVE:
			die("a Child SA was removed", NULL);
			break;
		case EVENT_RELEASE:
		case EVENT_CHILD_OUTBOUND:
		case EVENT_CHILD_INBOUND:
		case EVENT_CHILD_UPDATE:
		case EVENT_POLICY_REMOVE:
		case EVENT_DONE:
			break;
		}
	}
}

static void gateway_expire(struct gateway *g)
{
	struct now now = gateway_now(g);

	if (engine_deadline(g->engine) <= now.boot) {
		engine_expire(g->engine, now);
		gateway_settle(g);
	}
	if (dataplane_deadline(g->plane) <= now.boot)
		dataplane_expire(g->plane, now);
}

static void nothing_ike(void *owner, const struct path *path, struct bytes datagram)
{
	(void)owner;
	(void)path;
	(void)datagram;
}
static void nothing_limit(void *owner, uint32_t child_id, bool hard, bool sequence)
{
	(void)owner;
	(void)child_id;
	(void)hard;
	(void)sequence;
}
static void nothing_path(void *owner, uint32_t child_id, const struct path *from)
{
	(void)owner;
	(void)child_id;
	(void)from;
}
static void nothing_spi(void *owner, const struct path *from, uint32_t spi)
{
	(void)owner;
	(void)from;
	(void)spi;
}
static void nothing_id(void *owner, uint32_t id)
{
	(void)owner;
	(void)id;
}
static void nothing_acquire(void *owner, uint32_t policy_id, const struct selector *local, const struct selector *remote)
{
	(void)owner;
	(void)policy_id;
	(void)local;
	(void)remote;
}
static void nothing(void *owner)
{
	(void)owner;
}
static void nothing_drop(void *owner, enum drop why, uint32_t child_id, uint64_t count, const char *sample)
{
	(void)owner;
	(void)why;
	(void)child_id;
	(void)count;
	(void)sample;
}

static struct dataplane *open_plane(struct gateway *g)
{
	struct dataplane_conf conf = { .tun_name = "adit0", .port = 500, .port_nat_t = 4500, .route_table = 220, .rule_priority = 220,
		                       .mark = 0x61646974 };
	struct arena arena = { 0 };
	struct reason why = { 0 };
	struct dataplane *plane;

	conf.events = (struct dataplane_events){ .owner = g, .ike_received = nothing_ike, .limit_reached = nothing_limit,
		                                 .peer_moved = nothing_path, .unknown_spi = nothing_spi, .first_packet = nothing_id,
		                                 .one_way = nothing_id, .acquire = nothing_acquire, .network = nothing,
		                                 .lost = nothing_id, .drop_log = nothing_drop };
	if (unshare(CLONE_NEWNET) != 0)
		die("no network namespace of its own (it needs root)", NULL);
	plane = dataplane_new(&conf, gateway_now(g), &why, &arena);
	if (!plane)
		die("the data plane", &why);
	arena_clear(&arena);
	return plane;
}

static void ignore(void *owner, struct host *h, const struct path *path, struct bytes datagram, bool keepalive)
{
	(void)owner;
	(void)h;
	(void)path;
	(void)datagram;
	(void)keepalive;
}

/* Its own certificate is gw-p256; the clients' CA is its anchor. */
static struct host *gateway_host(const struct many_certs *m)
{
	struct host_file files[] = {
		{ "x509/own.pem", host_read_file("tests/vectors/pki/gw-p256.pem") },
		{ "private/key.pem", m->key_pem },
		{ "x509ca/root.der", m->ca },
	};
	struct host_conf conf = { .name = "gateway", .files = files, .file_count = COUNT_OF(files), .now = { wall_ms(), WALL },
		                  .seed = 1, .ops = { .send = ignore } };
	struct host *h;

	conf.config = "connections { net { " PROPOSALS
	              "unique = never\n local { auth = pubkey\n id = p256.example.org\n certs = own.pem }\n"
	              "remote { auth = pubkey }\n children { net { local_ts = 10.1.0.0/16\n " ESP " } } } }\n";
	h = host_new(&conf);
	if (!h)
		die("the gateway's configuration", NULL);
	free((void *)(uintptr_t)files[0].data.at);
	host_load(h);
	return h;
}

static struct memory memory(void)
{
	struct mallinfo2 heap = mallinfo2();
	struct memory m = { .used = heap.uordblks + heap.hblkhd, .unused = heap.fordblks };
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long size, resident;

	if (!f || fscanf(f, "%lu %lu", &size, &resident) != 2)
		die("/proc/self/statm", NULL);
	(void)fclose(f);
	m.resident = resident * (size_t)sysconf(_SC_PAGESIZE);
	return m;
}

static void print_row(const char *name, const struct memory *now, const struct memory *before, size_t tunnels)
{
	double n = (double)tunnels;

	printf("  %-34s %8.0f %14.0f %14.0f\n", name, ((double)now->resident - (double)before->resident) / n,
	       ((double)now->used - (double)before->used) / n, ((double)now->unused - (double)before->unused) / n);
}

/* The clock goes on in steps, as it would for a daemon that sleeps until something is due. */
static void five_minutes(struct gateway *g)
{
	for (uint64_t step = 0; step < LATER; step += 500) {
		g->ahead += 500;
		gateway_expire(g);
	}
}

/* Until all clients are gone. */
static void serve(struct gateway *g, struct pollfd fds[PROCESSES])
{
	struct parcel parcel;
	struct bytes datagram;
	size_t alive = PROCESSES;

	while (alive > 0 && poll(fds, PROCESSES, -1) > 0)
		for (size_t i = 0; i < PROCESSES; i++) {
			if (!fds[i].revents)
				continue;
			g->fd = fds[i].fd;
			if (!parcel_take(g->fd, &parcel, &datagram)) {
				fds[i].fd = -1;
				alive--;
				continue;
			}
			engine_input(g->engine, gateway_now(g), &parcel.path, datagram);
			gateway_settle(g);
			gateway_expire(g);
		}
}

static bool gateway(const struct many_certs *m, struct pollfd fds[PROCESSES])
{
	struct gateway g = { 0 };
	struct host *h = gateway_host(m);
	struct memory before, ready, idle;
	uint64_t began;
	double each;

	memory_apart();
	g.engine = h->engine;
	g.ring = h->ring;
	g.plane = open_plane(&g);
	before = memory();
	began = wall_ms();
	serve(&g, fds);
	if (g.up == 0 || g.up != g.children)
		die("not every tunnel came up", NULL);
	ready = memory();
	printf("%zu idle tunnels (ECDSA P-256 certificates, one Child SA each), set up in %.0f s: bytes a tunnel in one process\n", g.up,
	       (double)(wall_ms() - began) / 1000);
	printf("  %-34s %8s %14s %14s\n", "", "resident", "in use", "free in heap");
	five_minutes(&g);
	idle = memory();
	print_row("after the last handshake", &ready, &before, g.up);
	print_row("five minutes later", &idle, &before, g.up);
	each = ((double)idle.resident - (double)before.resident) / (double)g.up;
	printf("  target: at most %.0f resident%s\n", TARGET, each <= TARGET ? "" : ": MISSED");
	(void)fflush(stdout);
	return each <= TARGET;
}

/* --- the clients --- */

struct client {
	int fd;
	bool done, ok;
};

static void client_sent(void *owner, struct host *h, const struct path *path, struct bytes datagram, bool keepalive)
{
	(void)h;
	if (!keepalive)
		parcel_send(((struct client *)owner)->fd, path, datagram);
}

static void client_done(void *owner, struct host *h, uint64_t token, bool ok, const struct reason *why)
{
	struct client *c = owner;

	(void)h;
	if (token >= HOST_LOAD_TOKEN)
		return;
	c->done = true;
	c->ok = ok;
	if (!ok)
		fprintf(stderr, "adit-bench: idle: a client: %s\n", reason_words(why->kind));
}

static struct host *client_host(struct client *c, struct many_certs *m, unsigned n, struct bytes root)
{
	char name[MANY_NAME_LEN];
	struct arena arena = { 0 };
	struct text config = { 0 };
	struct host_file files[] = { { "x509/own.der", many_certs_make(m, n, name, &arena) }, { "private/key.pem", m->key_pem },
		                     { "x509ca/root.pem", root } };
	struct host_conf conf = { .name = "client", .files = files, .file_count = COUNT_OF(files), .now = { wall_ms(), WALL },
		                  .seed = 1000 + (uint64_t)n * 7919, .ops = { .owner = c, .send = client_sent, .done = client_done } };
	struct host *h;

	text_add(&config,
	         "connections { net { remote_addrs = " GATEWAY "\n " PROPOSALS "local { auth = pubkey\n id = %s\n certs = own.der }\n"
	         "remote { auth = pubkey\n id = p256.example.org }\n children { net { remote_ts = 10.1.0.0/16\n " ESP " } } } }\n", name);
	(void)addr_parse(&conf.addr, bytes_str("100.64.0.1"));
	(void)addr_add(&conf.addr, n);
	conf.config = text_str(&config);
	h = host_new(&conf);
	text_clear(&config);
	arena_clear(&arena);
	return h;
}

static bool client(struct many_certs *m, unsigned n, struct bytes root, int fd)
{
	struct command c = { .kind = COMMAND_INITIATE, .name = "net", .child = "net" };
	struct client state = { .fd = fd };
	struct host *h = client_host(&state, m, n, root);
	struct parcel parcel;
	struct bytes datagram;

	if (!h)
		return false;
	host_load(h);
	host_command(h, h->now, 1, &c);
	while (!state.done && parcel_take(fd, &parcel, &datagram))
		host_input(h, h->now, &parcel.path, datagram);
	host_free(h);
	return state.done && state.ok;
}

/* Every PROCESSES-th of `count`, from `first` on. */
static bool clients(struct many_certs *m, unsigned first, unsigned count, int fd)
{
	struct bytes root = host_read_file("tests/vectors/pki/root-ec.pem");
	bool ok = true;

	for (unsigned n = first; ok && n < count; n += PROCESSES)
		ok = client(m, n, root, fd);
	free((void *)(uintptr_t)root.at);
	return ok;
}

/* --- both --- */

static bool ended_well(pid_t pid)
{
	int status;

	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* fds[first] becomes the gateway's end. */
static pid_t start_clients(struct many_certs *m, unsigned first, unsigned count, struct pollfd fds[PROCESSES])
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
		die("no socket pair", NULL);
	pid = fork();
	if (pid == 0) {
		for (unsigned i = 0; i < first; i++)
			(void)close(fds[i].fd); /* or its own process would keep another's end open */
		(void)close(pair[0]);
		_exit(clients(m, first, count, pair[1]) ? 0 : 1);
	}
	(void)close(pair[1]);
	fds[first] = (struct pollfd){ .fd = pair[0], .events = POLLIN };
	return pid;
}

bool bench_idle(void)
{
	const char *wish = getenv("ADIT_BENCH_TUNNELS");
	unsigned count = wish ? (unsigned)strtoul(wish, NULL, 10) : TUNNELS;
	struct pollfd fds[PROCESSES];
	pid_t pids[PROCESSES + 1];
	struct many_certs m;
	bool ok = true;

	if (geteuid() != 0 || access("/dev/net/tun", R_OK | W_OK) != 0) {
		printf("idle tunnels: skipped: the data plane needs root and /dev/net/tun\n");
		return true;
	}
	many_certs_open(&m);
	(void)fflush(stdout);
	for (unsigned i = 0; i < PROCESSES; i++)
		pids[i] = start_clients(&m, i, count, fds);
	pids[PROCESSES] = fork();
	if (pids[PROCESSES] == 0)
		_exit(gateway(&m, fds) ? 0 : 1);
	for (unsigned i = 0; i < PROCESSES; i++)
		(void)close(fds[i].fd);
	for (unsigned i = 0; i <= PROCESSES; i++)
		ok = ended_well(pids[i]) && ok;
	many_certs_clear(&m);
	return ok;
}
