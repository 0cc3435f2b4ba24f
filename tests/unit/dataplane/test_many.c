/* SPDX-License-Identifier: ISC */
/*
 * A gateway of many clients: thousands of Child SAs come and go, each for a small price in time and memory.
 */
#include "support/unit.h"

#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "dataplane/plane.h"
#include "pair.h"

#define MANY_USUALLY 2000u
#define MEMORY_EACH 1400u /* bytes of heap, all look-ups included */

static uint64_t milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static bool set_one(struct selectors *out, struct addr first, uint8_t bits)
{
	struct prefix p = { first, bits };

	out->list = calloc(1, sizeof(*out->list));
	out->count = 1;
	if (out->list)
		*out->list = (struct selector){ .first = prefix_first(&p), .last = prefix_last(&p), .port_last = 65535 };
	return out->list;
}

static bool add(struct dataplane *dp, uint32_t id, bool inbound_only)
{
	struct child_params p = { .id = id, .ike_id = id, .spi_in = 0xc0000000 + id, .spi_out = 0xc1000000 + id, .encap = ENCAP_UDP,
		.inbound_only = inbound_only, .replay_window = 32, .copy_df = true };
	struct addr net = { ADDR_V4, { 10, 1 } }, client = { ADDR_V4, { 172, (uint8_t)(16 + (id >> 16)), (uint8_t)(id >> 8), (uint8_t)id } };
	struct reason why = { 0 };
	struct arena arena = { 0 };
	bool ok;

	p.path.local.addr = p.path.remote.addr = (struct addr){ ADDR_V4, { 127, 0, 0, 1 } };
	p.path.remote.port = 4500;
	p.suite = (struct suite){ .protocol = PROTO_ESP, .encr = algorithm_find(TRANSFORM_ENCR, 20, 128) };
	p.connection = strdup("clients");
	p.child = strdup("net");
	ok = secret_new(&p.encr_in, 20) && secret_new(&p.encr_out, 20) && set_one(&p.local_ts, net, 16) && set_one(&p.remote_ts, client, 32) &&
	    dataplane_child_add(dp, &p, (struct now){ 1000, 0 }, &why, &arena);
	if (!ok)
		fprintf(stderr, "%.*s\n", (int)why.about.bytes.len, (const char *)why.about.bytes.at);
	arena_clear(&arena);
	return ok;
}

static unsigned lines(const char *command)
{
	char line[512];
	FILE *f = popen(command, "r");
	unsigned n = 0;

	while (f && fgets(line, sizeof(line), f))
		n++;
	if (f)
		pclose(f);
	return n;
}

static unsigned lines_of(const char *address)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "ip route show table 4711 | grep 'src %s '", address);
	return lines(command);
}

/* This host's address becomes another one: all routes follow, some at a time, so that packets go on in between. */
static bool follow_address(struct dataplane *dp, unsigned many)
{
	const struct now round = { 1000 + SECONDS(200), 0 };
	uint64_t start = milliseconds(), longest = 0;
	unsigned turns = 0;

	if (system("ip addr add 10.1.9.9/32 dev lo; ip addr del 10.1.0.1/32 dev lo") != 0)
		return false;
	do {
		uint64_t before = milliseconds();

		dataplane_expire(dp, round);
		longest = milliseconds() - before > longest ? milliseconds() - before : longest;
		turns++;
		if (turns == 2)
			dataplane_child_remove(dp, many, round); /* one that is still to come */
		if (turns == 2 && !add(dp, many, false))
			return false;
	} while (dataplane_deadline(dp) == 0 && turns < many);
	print_message("%u Child SAs: a new address in %llu ms, %u turns of at most %llu ms\n", many,
	    (unsigned long long)(milliseconds() - start), turns, (unsigned long long)longest);
	if (lines_of("10.1.9.9") != many)
		fprintf(stderr, "%u routes by the new address\n", lines_of("10.1.9.9"));
	return lines_of("10.1.9.9") == many && turns >= many / 256;
}

static bool come_and_go(struct dataplane *dp, unsigned many)
{
	uint64_t start = milliseconds(), added, removed;
	size_t before = mallinfo2().uordblks, each;

	for (unsigned i = 1; i <= many; i++) {
		if (!add(dp, i, false))
			return false;
		if (i % 100 == 0)
			dataplane_expire(dp, (struct now){ 1000, 0 });
	}
	do
		dataplane_expire(dp, (struct now){ 1000 + SECONDS(90), 0 }); /* the round: expanded keys go */
	while (dataplane_deadline(dp) == 0);
	added = milliseconds();
	each = (mallinfo2().uordblks - before) / many;
	if (lines("ip route show table 4711") != many || dp->rules.count > 4 || each > MEMORY_EACH)
		fprintf(stderr, "%u routes, %zu rules, %zu bytes each\n", lines("ip route show table 4711"), dp->rules.count, each);
	if (!follow_address(dp, many))
		return false;
	for (unsigned i = 1; i <= many; i++) { /* all are rekeyed */
		if (!add(dp, many + i, true) || !dataplane_child_outbound(dp, many + i, (struct now){ 1000, 0 }))
			return false;
		dataplane_child_remove(dp, i, (struct now){ 1000, 0 });
	}
	for (unsigned i = 1; i <= many; i++)
		dataplane_child_remove(dp, many + i, (struct now){ 1000, 0 });
	dataplane_expire(dp, (struct now){ 1000, 0 });
	removed = milliseconds();
	print_message("%u Child SAs: set up in %llu ms, rekeyed and removed in %llu ms, %zu bytes each\n", many,
	    (unsigned long long)(added - start), (unsigned long long)(removed - added), each);
	return dp->routes.count == 0 && dp->rules.count == 0 && dp->common.spd.count == 0 && dp->clear_pairs.count == 0 && each <= MEMORY_EACH;
}

static int in_namespace(void)
{
	const char *wish = getenv("ADIT_TEST_MANY");
	struct dataplane_conf conf = { .tun_name = "adit0", .port = 500, .port_nat_t = 4500, .route_table = 4711,
		.rule_priority = 219, .mark = 77 };
	struct reason why = { 0 };
	struct arena arena = { 0 };
	struct dataplane *dp;
	bool ok;

	if (unshare(CLONE_NEWNET) < 0 || !crypto_start(&why) || system("ip link set lo up; ip addr add 10.1.0.1/32 dev lo") != 0)
		return 2;
	dp = dataplane_new(&conf, (struct now){ 1000, 0 }, &why, &arena);
	ok = dp && come_and_go(dp, wish ? (unsigned)atoi(wish) : MANY_USUALLY);
	dataplane_free(dp);
	arena_clear(&arena);
	crypto_stop();
	fflush(NULL);
	return ok ? 0 : 1;
}

static void many_clients(void **state)
{
	int status = -1;
	pid_t pid;

	(void)state;
	if (pair_impossible()) {
		print_message("skipped: %s\n", pair_impossible());
		skip();
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		_exit(in_namespace());
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(many_clients) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
