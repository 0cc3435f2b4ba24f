/* SPDX-License-Identifier: ISC */
/*
 * What several Child SAs share in the system: who leaves takes only its own along, and what another one wants comes back.
 */
#include "support/unit.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "dataplane/plane.h"
#include "pair.h"

#define TABLE "ip route show table 4711"

static bool shows(const char *word)
{
	char line[512];
	FILE *f = popen(TABLE, "r");
	bool found = false;

	while (f && fgets(line, sizeof(line), f))
		found = found || strstr(line, word);
	if (f)
		pclose(f);
	if (!found)
		fprintf(stderr, "no \"%s\" in the table\n", word);
	return found;
}

static void put_selector(struct selectors *out, const char *text)
{
	struct reason why = { 0 };

	out->list = calloc(1, sizeof(*out->list));
	assert_non_null(out->list);
	assert_true(selector_parse(out->list, bytes_str(text), &why));
	out->count = 1;
}

static bool add_with(struct dataplane *dp, uint32_t id, const char *local, const char *remote, bool inbound_only)
{
	struct child_params p = { .id = id, .ike_id = 1, .inbound_only = inbound_only, .spi_in = 0xc0000000 + id, .spi_out = 0xc1000000 + id, .encap = ENCAP_UDP };
	struct reason why = { 0 };
	struct arena arena = { 0 };
	bool ok;

	p.path.local.addr = p.path.remote.addr = (struct addr){ .family = ADDR_V4, .ip = { 127, 0, 0, 1 } };
	p.path.remote.port = 4500;
	p.suite = (struct suite){ .protocol = PROTO_ESP, .encr = algorithm_find(TRANSFORM_ENCR, 20, 128) };
	if (!secret_new(&p.encr_in, 20) || !secret_new(&p.encr_out, 20))
		return false;
	put_selector(&p.local_ts, local);
	put_selector(&p.remote_ts, remote);
	ok = dataplane_child_add(dp, &p, (struct now){ 1000, 0 }, &why, &arena);
	if (!ok)
		fprintf(stderr, "%.*s\n", (int)why.about.bytes.len, (const char *)why.about.bytes.at);
	arena_clear(&arena);
	return ok;
}

static bool add(struct dataplane *dp, uint32_t id, const char *local, const char *remote)
{
	return add_with(dp, id, local, remote, false);
}

static uint32_t goes_out_by(struct dataplane *dp)
{
	struct packet_key key = { .protocol = 17, .source = { ADDR_V4, { 10, 8, 0, 1 } }, .destination = { ADDR_V4, { 10, 2, 0, 1 } } };
	struct spd_entry *policy = spd_find(&dp->common.spd, &key);

	return policy ? LIST_ITEM(policy, struct child, policy)->params.id : 0;
}

/* A Child SA is rekeyed: what the two share in the system is not touched, and packets always have one to go out by. */
static bool rekeying_leaves_no_gap(struct dataplane *dp)
{
	const struct now now = { 1000, 0 };
	uint64_t in, out;
	bool ok;

	if (!add(dp, 20, "10.8.0.1", "10.2.0.0/16") || !add_with(dp, 21, "10.8.0.1", "10.2.0.0/16", true))
		return false;
	ok = goes_out_by(dp) == 20 && dataplane_child_outbound(dp, 21, now) && goes_out_by(dp) == 21;
	/* which one sends is the engine's word, not what is newest */
	ok = ok && dataplane_child_outbound(dp, 20, now) && goes_out_by(dp) == 20 && dataplane_child_outbound(dp, 21, now) && goes_out_by(dp) == 21;
	ok = ok && add_with(dp, 24, "10.8.0.1", "10.2.0.0/16", true) && add(dp, 25, "10.8.0.1", "10.2.0.0/16") && goes_out_by(dp) == 25;
	ok = ok && dataplane_child_outbound(dp, 24, now) && goes_out_by(dp) == 24;
	ok = ok && dataplane_child_inbound(dp, 24, now) && goes_out_by(dp) == 25 && dataplane_child_outbound(dp, 24, now) && goes_out_by(dp) == 24;
	dataplane_child_remove(dp, 24, now);
	dataplane_child_remove(dp, 25, now);
	dataplane_child_remove(dp, 21, now);
	ok = ok && goes_out_by(dp) == 20 && shows("10.2.0.0/16 dev adit0");
	ok = ok && add_with(dp, 22, "10.8.0.1", "10.2.0.0/16", true) && !dataplane_child_outbound(dp, 23, now);
	ok = ok && dataplane_child_inbound(dp, 20, now) && goes_out_by(dp) == 0 && !dataplane_child_inbound(dp, 23, now);
	dataplane_child_remove(dp, 20, now);
	ok = ok && goes_out_by(dp) == 0 && shows("10.2.0.0/16 dev adit0") && dataplane_child_outbound(dp, 22, now) && goes_out_by(dp) == 22;
	child_find(dp, 22)->counters.used_in = 5;
	ok = ok && dataplane_child_adopt(dp, 22, 9);
	dataplane_ike_usage(dp, 1, &in, &out);
	ok = ok && in == 0;
	dataplane_ike_usage(dp, 9, &in, &out);
	ok = ok && in == 5 && out == 0;
	dataplane_child_remove(dp, 22, now);
	return ok && dp->routes.count == 0 && dp->rules.count == 0 && dp->by_ike.count == 0;
}

/* Lines of our nftables table with this word. */
static unsigned nft_lines_of(const char *word)
{
	char line[512];
	FILE *f = popen("nft list table inet adit 2>/dev/null", "r");
	unsigned n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += strstr(line, word) != NULL;
	if (f)
		pclose(f);
	return n;
}

/* What cannot stand in a set is one rule, for a Child SA and its successor, too, until the last of them goes. */
static bool one_rule_for_both(struct dataplane *dp)
{
	const struct now now = { 1000, 0 };
	bool ok;

	if (!add(dp, 30, "10.8.0.1[udp/1701]", "10.7.0.1[udp]") || !add(dp, 31, "10.8.0.2[udp/1701]", "10.7.0.2[udp]"))
		return false;
	for (unsigned i = 0; i < 2; i++) { /* sets that have become empty go with the second */
		install_cleartext_check(dp);
		dataplane_expire(dp, now);
	}
	ok = add_with(dp, 32, "10.8.0.1[udp/1701]", "10.7.0.1[udp]", true) && !dp->clear_rules_changed;
	dataplane_child_remove(dp, 30, now);
	ok = ok && !dp->clear_rules_changed;
	dataplane_expire(dp, now);
	if (system("nft -v >/dev/null 2>&1") == 0)
		ok = ok && nft_lines_of("10.7.0.1") == 1 && nft_lines_of("10.7.0.2") == 1;
	dataplane_child_remove(dp, 32, now);
	ok = ok && dp->clear_rules_changed;
	dataplane_child_remove(dp, 31, now);
	dataplane_expire(dp, now);
	return ok && list_empty(&dp->clear_policies) && nft_lines_of("10.7.0.") == 0;
}

/* A pair of prefixes is one element of a set, as long as one of its users is there. */
static bool one_element_for_both(struct dataplane *dp)
{
	const struct now now = { 1000, 0 };
	bool ok = add(dp, 40, "10.8.0.1", "10.7.9.0/24") && add(dp, 41, "10.8.0.1", "10.7.9.0/24");

	dataplane_child_remove(dp, 40, now);
	dataplane_expire(dp, now);
	if (system("nft -v >/dev/null 2>&1") == 0)
		ok = ok && nft_lines_of("10.7.9.0 . 10.8.0.1") == 1;
	dataplane_child_remove(dp, 41, now);
	dataplane_expire(dp, now);
	return ok && nft_lines_of("10.7.9.0") == 0 && dp->clear_pairs.count == 0;
}

static bool throw_comes_back(struct dataplane *dp)
{
	if (!add(dp, 7, "10.1.0.0/16", "10.0.0.0/8") || !shows("throw 10.1.0.0/16"))
		return false;
	if (!add(dp, 8, "10.3.0.0/16", "10.1.0.0/16") || !shows("10.1.0.0/16 dev adit0"))
		return false;
	dataplane_child_remove(dp, 8, (struct now){ 1000, 0 });
	if (!shows("throw 10.1.0.0/16"))
		return false;
	dataplane_child_remove(dp, 7, (struct now){ 1000, 0 });
	return dp->routes.count == 0 && dp->rules.count == 0;
}

static bool source_comes_back(struct dataplane *dp)
{
	if (!add(dp, 7, "10.8.0.1", "10.2.0.0/16") || !add(dp, 8, "10.9.0.1", "10.2.0.0/16") || !shows("src 10.9.0.1"))
		return false;
	dataplane_child_remove(dp, 8, (struct now){ 1000, 0 });
	return shows("src 10.8.0.1");
}

/* The minute's round sees what became of this host's addresses. */
static bool addresses_change(struct dataplane *dp)
{
	bool ok = system("ip addr del 10.8.0.1/32 dev lo") == 0;

	dataplane_expire(dp, (struct now){ 1000 + MINUTES(1), 0 });
	if (!ok || shows("src") || !shows("10.2.0.0/16 dev adit0") || system("ip addr add 10.8.0.1/32 dev lo") != 0)
		return false;
	dataplane_expire(dp, (struct now){ 1000 + MINUTES(2), 0 });
	ok = shows("src 10.8.0.1");
	dataplane_child_remove(dp, 7, (struct now){ 1000 + MINUTES(2), 0 });
	return ok && dp->routes.count == 0 && dp->rules.count == 0;
}

/* Adding fails half-way: what stood stands. */
static bool failure_leaves_others(struct dataplane *dp)
{
	if (!add(dp, 9, "10.3.0.0/16", "10.1.0.0/16") || !add(dp, 10, "10.1.0.0/16", "10.0.0.0/8"))
		return false;
	if (add(dp, 9, "10.4.0.0/16", "10.5.0.0/16")) /* the number is in use */
		return false;
	return shows("10.1.0.0/16 dev adit0") && shows("10.0.0.0/8 dev adit0");
}

static unsigned rules_standing(void)
{
	char line[512];
	FILE *f = popen("ip rule; ip -6 rule", "r");
	unsigned n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += strstr(line, "proto 173") != NULL;
	if (f)
		pclose(f);
	return n;
}

/* Another program that keeps the routes of this host removes ours: they come back. What we remove ourselves does not. */
static bool others_tidy_up(struct dataplane *dp)
{
	struct now now = { 1000 + MINUTES(3), 0 };
	unsigned before;
	bool ok = add(dp, 60, "10.8.0.1", "10.66.0.0/16") && add(dp, 61, "10.8.0.1[udp/5]", "10.67.0.1[udp]");

	before = rules_standing();
	dataplane_work(dp, TAG_MONITOR, now);
	ok = ok && dp->gone_at == 0 && system("ip route flush table 4711; for i in 219 220 221 222; do ip rule del pref $i; done 2>/dev/null; true") == 0;
	ok = ok && rules_standing() < before;
	dataplane_work(dp, TAG_MONITOR, now);
	now.boot = network_deadline(dp);
	ok = ok && now.boot != NEVER;
	dataplane_expire(dp, now);
	ok = ok && shows("10.66.0.0/16 dev adit0") && rules_standing() == before;
	if (system("nft -v >/dev/null 2>&1") == 0) {
		ok = ok && nft_lines_of("10.66.0.0") == 1 && system("nft flush ruleset") == 0;
		now.boot = dataplane_deadline(dp);
		ok = ok && now.boot <= dp->now.boot + SECONDS(10);
		dataplane_expire(dp, now);
		dataplane_expire(dp, now);
		ok = ok && nft_lines_of("10.66.0.0") == 1;
	}
	dataplane_child_remove(dp, 60, now);
	dataplane_child_remove(dp, 61, now);
	dataplane_work(dp, TAG_MONITOR, now);
	return ok && dp->gone_at == 0;
}

static int in_namespace(void)
{
	struct dataplane_conf conf = { .tun_name = "adit0", .port = 500, .port_nat_t = 4500, .route_table = 4711,
		.rule_priority = 219, .mark = 77 };
	struct reason why = { 0 };
	struct arena arena = { 0 };
	struct dataplane *dp;
	bool ok;

	if (unshare(CLONE_NEWNET) < 0 || !crypto_start(&why) ||
	    system("ip link set lo up; ip addr add 10.8.0.1/32 dev lo; ip addr add 10.9.0.1/32 dev lo") != 0)
		return 2;
	dp = dataplane_new(&conf, (struct now){ 1000, 0 }, &why, &arena);
	ok = dp && throw_comes_back(dp) && source_comes_back(dp) && addresses_change(dp) && rekeying_leaves_no_gap(dp) && one_rule_for_both(dp) && one_element_for_both(dp) && others_tidy_up(dp) && failure_leaves_others(dp);
	dataplane_free(dp);
	arena_clear(&arena);
	crypto_stop();
	return ok ? 0 : 1;
}

static void shared_routes(void **state)
{
	int status = -1;
	pid_t pid;

	(void)state;
	if (pair_impossible()) {
		print_message("skipped: %s\n", pair_impossible());
		skip();
	}
	pid = fork();
	if (pid == 0)
		_exit(in_namespace());
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(shared_routes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
