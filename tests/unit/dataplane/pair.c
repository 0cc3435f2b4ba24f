/* SPDX-License-Identifier: ISC */
/*
 * Two data planes in two namespaces.
 */
#include "pair.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "dataplane/plane.h"
#include "linux/nft.h"

#define LIMIT_MS 20000

struct site {
	const struct pair_case *c;
	bool a;
	int to_parent, from_parent;
	struct dataplane *dp;
	struct arena arena;
	struct reason why;
	bool moved, asked;
	int wire;           /* sees what leaves and enters by `out` */
	unsigned fragments; /* of packets between the outer addresses */
};

static struct now now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (struct now){ (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000, time(NULL) };
}

static void say(const struct site *s, const char *what)
{
	fprintf(stderr, "%s: %s: %s: %s %.*s\n", s->c->name, s->a ? "A" : "B", what, reason_words(s->why.kind),
	    (int)s->why.about.bytes.len, (const char *)s->why.about.bytes.at);
}

/* All that a data plane may leave behind, as text. */
static char *snapshot(void)
{
	static const char *const commands = "ip rule; ip -6 rule; ip route show table all | grep -v ff00:; ip -6 route show table all | grep -v ff00:; "
	                                    "ip -br addr; nft list ruleset 2>/dev/null; cat /proc/sys/net/ipv4/conf/*/src_valid_mark "
	                                    "/proc/sys/net/ipv4/conf/*/rp_filter";
	char *all = calloc(1, 1 << 16);
	FILE *f = popen(commands, "r");

	if (all && f)
		all[fread(all, 1, (1 << 16) - 1, f)] = 0;
	if (f)
		pclose(f);
	return all;
}

/* --- the Child SA --- */

static void put_selectors(struct selectors *out, const char *text)
{
	struct reason why = { 0 };
	char copy[256], *at = copy, *one;

	snprintf(copy, sizeof(copy), "%s", text);
	out->list = calloc(8, sizeof(*out->list));
	while (out->list && out->count < 8 && (one = strsep(&at, " ")))
		if (selector_parse(&out->list[out->count], bytes_str(one), &why))
			out->count++;
}

static void put_key(struct secret *s, size_t len, bool of_a)
{
	if (len > 0 && secret_new(s, len))
		for (size_t i = 0; i < len; i++)
			s->at[i] = (uint8_t)(i * 7 + (of_a ? 1 : 101));
}

static void put_end(struct endpoint *e, const struct pair_case *c, bool a)
{
	const char *text = c->outer_v6 ? (a ? "2001:db8:f::1" : "2001:db8:f::2") : (a ? "192.0.2.1" : "192.0.2.2");

	(void)addr_parse(&e->addr, bytes_str(text));
	e->port = 4500;
}

static bool add_child(struct site *s)
{
	const struct pair_case *c = s->c;
	struct child_params p = { .id = 7, .reqid = 1, .ike_id = 1, .spi_in = s->a ? 0xc000000a : 0xc000000b,
		.spi_out = s->a ? 0xc000000b : 0xc000000a, .mode = c->transport ? MODE_TRANSPORT : MODE_TUNNEL, .encap = c->udp ? ENCAP_UDP : ENCAP_NONE,
		.replay_window = 64, .copy_df = true, .copy_ecn = true };

	p.connection = strdup("pair");
	p.child = strdup("net");
	p.tun = c->tun ? strdup(c->tun) : NULL;
	p.hard_packets = c->hard_packets;
	put_end(&p.path.local, c, s->a);
	put_end(&p.path.remote, c, !s->a);
	p.path.encap = PATH_UDP_NATT;
	if (s->a && c->stale_port)
		p.path.remote.port = 4501;
	p.suite = (struct suite){ .protocol = PROTO_ESP, .esn = c->esn,
		.encr = algorithm_find(TRANSFORM_ENCR, c->encr ? c->encr : 20, c->encr ? c->bits : 256),
		.integ = c->integ ? algorithm_find(TRANSFORM_INTEG, c->integ, 0) : NULL };
	if (!p.suite.encr)
		return false;
	for (unsigned out = 0; out < 2; out++) {
		bool of_a = s->a == (out == 1);

		put_key(out ? &p.encr_out : &p.encr_in, (size_t)p.suite.encr->key_len + p.suite.encr->salt_len, of_a);
		put_key(out ? &p.integ_out : &p.integ_in, p.suite.integ ? p.suite.integ->key_len : 0, of_a);
	}
	put_selectors(&p.local_ts, !s->a ? c->remote : c->narrow_a ? c->narrow_a : c->local);
	put_selectors(&p.remote_ts, s->a ? c->remote : c->local);
	return dataplane_child_add(s->dp, &p, now(), &s->why, &s->arena);
}

static bool add_policy(struct site *s, uint32_t id, enum policy_kind kind, const char *local, const char *remote)
{
	struct policy_params p = { .id = id, .reqid = 1, .kind = kind };

	p.connection = strdup("pair");
	p.child = strdup("policy");
	p.tun = s->c->tun && kind == POLICY_TRAP ? strdup(s->c->tun) : NULL;
	put_selectors(&p.local_ts, s->a ? local : remote);
	put_selectors(&p.remote_ts, s->a ? remote : local);
	if (kind == POLICY_TRAP)
		(void)addr_parse(&p.peer, bytes_str(s->a ? "192.0.2.2" : "192.0.2.1"));
	p.mode = s->c->transport ? MODE_TRANSPORT : MODE_TUNNEL;
	return dataplane_policy_add(s->dp, &p, now(), &s->why, &s->arena);
}

/* "LOCAL REMOTE" */
static bool add_shunt(struct site *s, uint32_t id, enum policy_kind kind, const char *text)
{
	char copy[128], *at = copy;
	const char *local;

	snprintf(copy, sizeof(copy), "%s", text);
	local = strsep(&at, " ");
	return add_policy(s, id, kind, local, at);
}

static bool add_all(struct site *s)
{
	const struct pair_case *c = s->c;

	if (c->pass && !add_shunt(s, 1, POLICY_PASS, c->pass))
		return false;
	if (s->a && c->drop && !add_shunt(s, 2, POLICY_DROP, c->drop))
		return false;
	if (s->a && c->trap)
		return add_policy(s, 3, POLICY_TRAP, c->local, c->remote);
	return (s->a ? c->only_b : c->only_a) || add_child(s);
}

/* --- one site --- */

static void on_acquire(void *owner, uint32_t policy_id, const struct selector *local, const struct selector *remote)
{
	struct site *s = owner;

	(void)local;
	(void)remote;
	if (policy_id != 3 || s->asked || !add_child(s))
		say(s, "acquire");
	s->asked = true;
}

static void on_moved(void *owner, uint32_t child_id, const struct path *from)
{
	struct site *s = owner;

	(void)child_id;
	dataplane_ike_move(s->dp, 2, &(struct path){ 0 }, now()); /* another's */
	dataplane_ike_move(s->dp, 1, from, now());
	s->moved = true;
}

static void on_drops(void *owner, enum drop why, uint32_t child_id, uint64_t count, const char *sample)
{
	const struct site *s = owner;

	if (getenv("ADIT_TEST_VERBOSE"))
		fprintf(stderr, "%s: %s: dropped %s child %u x%llu %s\n", s->c->name, s->a ? "A" : "B", drop_name(why), child_id,
		    (unsigned long long)count, sample);
}

/* As if this kernel had no nf_tables. */
static void forget_nft(struct dataplane *dp)
{
	struct arena arena = { 0 };

	nft_remove(dp->nft, &arena);
	netlink_close(dp->nft);
	free(dp->nft);
	dp->nft = NULL;
	dp->nft_works = false;
}

static bool start(struct site *s)
{
	struct dataplane_conf conf = { .tun_name = "adit0", .port = 500, .port_nat_t = 4500, .route_table = 220,
		.rule_priority = 220, .mark = 0xad17, .events = { .owner = s, .peer_moved = on_moved, .acquire = on_acquire, .drop_log = on_drops } };

	s->dp = dataplane_new(&conf, now(), &s->why, &s->arena);
	if (!s->dp) {
		say(s, "dataplane_new");
		return false;
	}
	if (s->c->no_nft)
		forget_nft(s->dp);
	if (add_all(s)) {
		if (s->c->after && system(s->c->after) != 0)
			fprintf(stderr, "%s: failed: %s\n", s->c->name, s->c->after);
		return true;
	}
	say(s, "dataplane_child_add");
	return false;
}

/* Counts fragments on the wire: between 192.0.2.x, or IPv6's with a fragment header. */
static void watch_wire(struct site *s)
{
	uint8_t head[64];
	ssize_t len;

	while ((len = recv(s->wire, head, sizeof(head), MSG_DONTWAIT)) > 0)
		if (len >= 40 && head[0] >> 4 == 4)
			s->fragments += head[12] == 192 && (get_u16(head + 6) & 0x3fff);
		else if (len >= 40 && head[0] >> 4 == 6)
			s->fragments += head[6] == 44;
}

/* Moves packets until `done` says so, a byte comes from the parent, or the time is over. */
static bool loop(struct site *s, pid_t checker, int *status)
{
	uint64_t end = now().boot + LIMIT_MS;
	char byte;

	while (now().boot < end) {
		struct dataplane_fd fds[16];
		struct pollfd polls[17];
		size_t n = dataplane_fds(s->dp, fds, 16);

		for (size_t i = 0; i < n; i++)
			polls[i] = (struct pollfd){ .fd = fds[i].fd, .events = POLLIN };
		polls[n] = (struct pollfd){ .fd = s->from_parent, .events = POLLIN };
		(void)poll(polls, n + 1, 20);
		for (size_t i = 0; i < n; i++)
			if (polls[i].revents & POLLIN)
				dataplane_work(s->dp, fds[i].tag, now());
		watch_wire(s);
		if (dataplane_deadline(s->dp) <= now().boot)
			dataplane_expire(s->dp, now());
		if (checker > 0 && waitpid(checker, status, WNOHANG) == checker)
			return true;
		if (checker == 0 && polls[n].revents)
			return read(s->from_parent, &byte, 1) == 1;
	}
	return false;
}

static bool check(struct site *s, const char *command)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || !loop(s, pid, &status)) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		status = -1;
	}
	if (status != 0)
		fprintf(stderr, "%s: %s: failed: %s\n", s->c->name, s->a ? "A" : "B", command);
	return status == 0;
}

static bool step(struct site *s) /* tells the parent that we are ready, and waits for it */
{
	char byte = 'x';

	return write(s->to_parent, &byte, 1) == 1 && read(s->from_parent, &byte, 1) == 1;
}

static void prepare(const struct site *s)
{
	char command[512];
	const char *more = s->a ? s->c->prepare_a : s->c->prepare_b;
	int n = s->a ? 1 : 2;

	snprintf(command, sizeof(command),
	    "ip link set lo up; ip addr add 192.0.2.%d/24 dev out; ip addr add 2001:db8:f::%d/64 dev out nodad; "
	    "ip addr add 10.%d.0.1/32 dev lo; ip addr add 2001:db8:%d::1/128 dev lo nodad; "
	    "ip link set out mtu %u addrgenmode none; ip addr add fe80::%d/64 dev out nodad; "
	    "ip link set out up; echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter",
	    n, n, n, n, s->c->mtu ? s->c->mtu : 1500, n);
	if (system(command) != 0 || (more && system(more) != 0))
		fprintf(stderr, "%s: preparing failed\n", s->c->name);
}

/* A data plane that dies without a word: the process is gone, its TUN with it, its rules, table and sysctls stay. */
static void crash(struct site *s)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)start(s);
		_exit(0); /* nothing is undone */
	}
	waitpid(pid, NULL, 0);
}

static bool live(struct site *s)
{
	const char *command = s->a ? s->c->check_a : s->c->check_b;
	uint64_t drops[DROP_COUNT];
	bool ok = true;
	int unused;

	if (!start(s) || !step(s))
		return false;
	if (command)
		ok = check(s, command);
	else
		ok = loop(s, 0, &unused);
	if (s->a && s->c->stale_port && !s->moved) {
		fprintf(stderr, "%s: nobody said that the peer moved\n", s->c->name);
		ok = false;
	}
	dataplane_drops(s->dp, drops);
	if (s->a && s->c->cleartext_dropped && drops[DROP_CLEARTEXT] == 0) {
		fprintf(stderr, "%s: no cleartext was dropped\n", s->c->name);
		ok = false;
	}
	if (s->a && s->c->narrow_a && drops[DROP_SELECTOR_IN] == 0) {
		fprintf(stderr, "%s: nothing was dropped for its selectors\n", s->c->name);
		ok = false;
	}
	if (s->a && s->c->drop && drops[DROP_POLICY] == 0) {
		fprintf(stderr, "%s: nothing was dropped by policy\n", s->c->name);
		ok = false;
	}
	return ok;
}

static bool site_run(struct site *s)
{
	char *before, *after;
	bool ok;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET) < 0 || !step(s)) /* the parent joins us by a veth */
		return false;
	if (!crypto_start(&s->why))
		return false;
	prepare(s);
	if (!step(s)) /* until the link is up at both ends */
		return false;
	s->wire = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL));
	(void)!system("for i in $(seq 100); do ip -6 route show table local | grep -q 'local fe80::' && "
	              "! ip route | grep -q linkdown && break; sleep 0.02; done");
	before = snapshot();
	if (s->a && s->c->crash_first)
		crash(s);
	ok = live(s);
	watch_wire(s);
	if (s->wire < 0 || (s->fragments > 0) != s->c->outer_fragments) {
		fprintf(stderr, "%s: %s: %u outer fragments\n", s->c->name, s->a ? "A" : "B", s->fragments);
		ok = false;
	}
	if ((s->a ? s->c->check_a : s->c->check_b) && !step(s)) /* the other end goes first */
		ok = false;
	dataplane_free(s->dp);
	after = snapshot();
	if (!before || !after || strcmp(before, after) != 0) {
		fprintf(stderr, "%s: %s: something was left behind\n--- before\n%s--- after\n%s", s->c->name, s->a ? "A" : "B", before,
		    after);
		ok = false;
	}
	free(before);
	free(after);
	ok = step(s) && ok; /* the link goes with us */
	arena_clear(&s->arena);
	crypto_stop();
	return ok;
}

/* --- the parent --- */

struct running {
	pid_t pid;
	int to, from;
};

static bool spawn(struct running *r, const struct pair_case *c, bool a)
{
	int up[2], down[2];

	if (pipe(up) < 0 || pipe(down) < 0)
		return false;
	r->pid = fork();
	if (r->pid == 0) {
		struct site s = { .c = c, .a = a, .to_parent = up[1], .from_parent = down[0] };

		close(up[0]);
		close(down[1]);
		_exit(site_run(&s) ? 0 : 1);
	}
	close(up[1]);
	close(down[0]);
	r->to = down[1];
	r->from = up[0];
	return r->pid > 0;
}

static bool heard(const struct running *r)
{
	char byte;

	return read(r->from, &byte, 1) == 1;
}

static bool tell(const struct running *r)
{
	return write(r->to, "g", 1) == 1;
}

static int wait_for(struct running *r)
{
	int status = -1;

	waitpid(r->pid, &status, 0);
	r->pid = 0;
	return status;
}

/* Both go on together. */
static bool meet(const struct running *a, const struct running *b)
{
	return heard(a) && heard(b) && tell(a) && tell(b);
}

/* The names of the interfaces are the same at both ends. */
static bool link_sites(const struct running *a, const struct running *b)
{
	char command[160];

	snprintf(command, sizeof(command), "ip link add name out netns %d type veth peer name out netns %d", (int)a->pid,
	    (int)b->pid);
	return system(command) == 0;
}

static bool conduct(const struct pair_case *c, struct running *a, struct running *b)
{
	struct running *checks = c->check_b ? b : a, *other = c->check_b ? a : b;
	bool ok;

	if (!spawn(a, c, true) || !spawn(b, c, false) || !heard(a) || !heard(b) || !link_sites(a, b))
		return false;
	if (!tell(a) || !tell(b) || !meet(a, b) || !meet(a, b)) /* the link is up; the data planes are */
		return false;
	ok = heard(checks) && tell(other) && heard(other) && tell(checks) && heard(checks) && tell(checks) && tell(other);
	ok = wait_for(a) == 0 && ok;
	return wait_for(b) == 0 && ok;
}

bool pair_run(const struct pair_case *c)
{
	struct running a = { 0, -1, -1 }, b = { 0, -1, -1 };
	struct running *both[] = { &a, &b };
	bool ok;

	(void)signal(SIGPIPE, SIG_IGN);
	ok = conduct(c, &a, &b);
	for (size_t i = 0; i < 2; i++) {
		if (both[i]->pid > 0) {
			kill(both[i]->pid, SIGKILL);
			waitpid(both[i]->pid, NULL, 0);
		}
		if (both[i]->to >= 0)
			close(both[i]->to);
		if (both[i]->from >= 0)
			close(both[i]->from);
	}
	return ok;
}

const char *pair_impossible(void)
{
	int status = 0;
	pid_t pid;

	if (access("/dev/net/tun", R_OK | W_OK) != 0)
		return "no /dev/net/tun, or no rights for it";
	if (system("ip -V >/dev/null 2>&1") != 0 || system("ping -V >/dev/null 2>&1") != 0)
		return "ip or ping is not installed";
	pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWNET) < 0 ? 1 : 0);
	waitpid(pid, &status, 0);
	return status != 0 ? "no rights to make a network namespace" : NULL;
}
