/* SPDX-License-Identifier: ISC */
/* Updown scripts: their environment, their order, their time, and what a peer's identity cannot do. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/updown.h"

struct bed {
	struct event_base *base;
	struct updown *updown;
	char folder[64], command[512];
	struct child_conf conf;
	struct ike_info ike;
	struct child_info child;
	struct selector local[2], remote[2];
	struct selectors local_ts, remote_ts;
};

static struct addr v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct addr){ ADDR_V4, { a, b, c, d } };
}

static struct selector net(struct addr first, struct addr last)
{
	return (struct selector){ .first = first, .last = last, .port_last = UINT16_MAX };
}

static int setup(void **state)
{
	struct bed *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->base = event_base_new();
	b->updown = updown_new(b->base, 300);
	snprintf(b->folder, sizeof(b->folder), "/tmp/adit-updown-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	b->local[0] = net(v4(10, 1, 0, 0), v4(10, 1, 255, 255));
	b->remote[0] = net(v4(10, 2, 0, 0), v4(10, 2, 255, 255));
	b->local_ts = (struct selectors){ 1, b->local };
	b->remote_ts = (struct selectors){ 1, b->remote };
	b->conf = (struct child_conf){ .name = "net", .updown = b->command };
	b->ike = (struct ike_info){ .id = 5, .connection = "office", .path = { .local = { v4(192, 0, 2, 1), 4500 }, .remote = { v4(192, 0, 2, 2), 4501 } },
		                    .local_id = { .type = ID_FQDN, .data = bytes_str("alice.example") },
		                    .remote_id = { .type = ID_FQDN, .data = bytes_str("bob.example") } };
	b->child = (struct child_info){ .id = 9, .reqid = 4, .name = "net", .conf = &b->conf, .local_ts = &b->local_ts, .remote_ts = &b->remote_ts };
	*state = b;
	return b->updown ? 0 : -1;
}

static int teardown(void **state)
{
	struct bed *b = *state;
	char command[128];

	updown_free(b->updown);
	event_base_free(b->base);
	snprintf(command, sizeof(command), "rm -r %s", b->folder);
	assert_int_equal(system(command), 0);
	free(b);
	return 0;
}

/* What the scripts wrote to FOLDER/out. */
static const char *output(const struct bed *b)
{
	static char text[8192];
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/out", b->folder);
	f = fopen(path, "r");
	text[f ? fread(text, 1, sizeof(text) - 1, f) : 0] = '\0';
	if (f)
		fclose(f);
	return text;
}

static const char *variable(const struct text *environment, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < environment->len; i += strlen(environment->at + i) + 1)
		if (strncmp(environment->at + i, name, len) == 0 && environment->at[i + len] == '=')
			return environment->at + i + len + 1;
	return "(none)";
}

static void check(const struct bed *b, bool up, const char *const *want)
{
	struct updown_pair p = { .up = up, .ike = &b->ike, .child = &b->child, .local = &b->local[0], .remote = &b->remote[0], .interface = "eth0" };
	struct text environment = { 0 };

	assert_true(updown_environment(&environment, &p));
	for (; want[0]; want += 2)
		if (strcmp(variable(&environment, want[0]), want[1]) != 0)
			fail_msg("%s is %s, not %s", want[0], variable(&environment, want[0]), want[1]);
	text_clear(&environment);
}

static void environment(void **state)
{
	static const char *const nets[] = {
		"PLUTO_VERSION", "1.1", "PLUTO_VERB", "up-client", "PLUTO_CONNECTION", "net", "PLUTO_INTERFACE", "eth0", "PLUTO_REQID", "4",
		"PLUTO_PROTO", "esp", "PLUTO_UNIQUEID", "5", "PLUTO_ME", "192.0.2.1", "PLUTO_MY_ID", "alice.example",
		"PLUTO_MY_CLIENT", "10.1.0.0/16", "PLUTO_MY_PORT", "0", "PLUTO_MY_PROTOCOL", "0", "PLUTO_PEER", "192.0.2.2",
		"PLUTO_PEER_ID", "bob.example", "PLUTO_PEER_CLIENT", "10.2.0.0/16", "PLUTO_PEER_PORT", "0", "PLUTO_PEER_PROTOCOL", "0",
		"PLUTO_UDP_ENC", "(none)", "PLUTO_HOST_ACCESS", "(none)", "ADIT_CONNECTION", "office", NULL,
	};
	static const char *const host[] = {
		"PLUTO_VERB", "down-host", "PLUTO_MY_CLIENT", "192.0.2.1/32", "PLUTO_MY_PROTOCOL", "6", "PLUTO_MY_PORT", "0",
		"PLUTO_PEER_PORT", "443", "PLUTO_PEER_CLIENT", "10.2.0.0/28", "PLUTO_UDP_ENC", "4501", "PLUTO_HOST_ACCESS", "1", NULL,
	};
	static const char *const six[] = { "PLUTO_VERB", "up-client-v6", "PLUTO_MY_CLIENT", "2001:db8::/32", NULL };
	struct bed *b = *state;
	struct prefix p;

	check(b, true, nets);
	b->local[0] = net(v4(192, 0, 2, 1), v4(192, 0, 2, 1));
	b->local[0].protocol = b->remote[0].protocol = 6;
	b->remote[0] = net(v4(10, 2, 0, 1), v4(10, 2, 0, 9));
	b->remote[0].port_first = b->remote[0].port_last = 443;
	b->child.encap = ENCAP_UDP;
	b->conf.hostaccess = true;
	check(b, false, host);
	assert_true(prefix_parse(&p, bytes_str("2001:db8::/32")));
	b->local[0] = net(prefix_first(&p), prefix_last(&p));
	check(b, true, six);
}

/* Nothing that a shell would take for more than a word. */
static void hostile_identities(void **state)
{
	static const struct {
		const char *id, *want;
	} rows[] = {
		{ "$(touch /tmp/x)", "__touch /tmp/x_" },
		{ "`id`", "_id_" },
		{ "a;reboot", "a_reboot" },
		{ "a'b\"c\\d", "a_b_c_d" },
		{ "-rf", "_rf" },
		{ "a|b&c>d<e", "a_b_c_d_e" },
		{ "*?[x]{y}~!#", "___x__y____" },
		{ "C=CH, O=A, CN=gw", "C=CH, O=A, CN=gw" },
		{ "me@example.org", "me@example.org" },
	};
	struct bed *b = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *want[] = { "PLUTO_CONNECTION", rows[i].want, NULL };

		b->child.name = rows[i].id;
		check(b, true, want);
	}
	b->child.name = "net";
	b->ike.remote_id.data = bytes("x\ny\0z\x1b", 6);
	{
		struct updown_pair p = { .ike = &b->ike, .child = &b->child, .local = &b->local[0], .remote = &b->remote[0] };
		struct text environment = { 0 };

		assert_true(updown_environment(&environment, &p));
		for (const char *c = variable(&environment, "PLUTO_PEER_ID"); *c; c++)
			assert_true(*c >= ' ' && *c < 0x7f && !strchr("$`'\"\\;&|<>()*?[]{}~!#", *c));
		text_clear(&environment);
	}
}

static void in_order(void **state)
{
	struct bed *b = *state;

	/* the first is slow: the second waits for it; another Child SA's does not */
	snprintf(b->command, sizeof(b->command),
	         "test $PLUTO_VERB$PLUTO_REQID = up-client4 && sleep 0.1; echo $PLUTO_VERB $PLUTO_REQID $PLUTO_MY_CLIENT >> %s/out", b->folder);
	updown_run(b->updown, true, &b->ike, &b->child, "eth0");
	updown_run(b->updown, false, &b->ike, &b->child, "eth0");
	b->child.reqid = 7;
	b->local[1] = net(v4(10, 3, 0, 0), v4(10, 3, 0, 255));
	b->local_ts.count = 2;
	updown_run(b->updown, true, &b->ike, &b->child, "eth0");
	assert_int_equal(updown_pending(b->updown), 4);
	updown_drain(b->updown, 5000);
	assert_int_equal(updown_pending(b->updown), 0);
	assert_string_equal(output(b), "up-client 7 10.1.0.0/16\nup-client 7 10.3.0.0/24\nup-client 4 10.1.0.0/16\ndown-client 4 10.1.0.0/16\n");
}

static const char *failures(const struct bed *b)
{
	static char line[512];
	struct text t = { 0 };

	updown_failures(b->updown, &t);
	(void)snprintf(line, sizeof(line), "%s", text_str(&t));
	text_clear(&t);
	return line;
}

static void its_time_is_bounded(void **state)
{
	struct bed *b = *state;

	snprintf(b->command, sizeof(b->command), "test $PLUTO_VERB = up-client && sleep 60; echo $PLUTO_VERB >> %s/out", b->folder);
	updown_run(b->updown, true, &b->ike, &b->child, NULL);
	updown_run(b->updown, false, &b->ike, &b->child, NULL);
	updown_drain(b->updown, 3000);
	assert_int_equal(updown_pending(b->updown), 0);
	assert_string_equal(output(b), "down-client\n");
	assert_string_equal(failures(b), "1 failed, the last: office/net (up, 10.1.0.0/16 = 10.2.0.0/16): ended, its time was over");
}

/* No descriptor and no variable of ours goes along; a process that it leaves behind does not hold us. */
static void nothing_of_ours(void **state)
{
	struct bed *b = *state;

	assert_int_equal(setenv("ADIT_TEST_SECRET", "x", 1), 0);
	snprintf(b->command, sizeof(b->command),
	         "sleep 2 & (ls /proc/self/fd | wc -l; env | grep -c SECRET; read x || echo nothing to read) >> %s/out; exit 3", b->folder);
	updown_run(b->updown, true, &b->ike, &b->child, NULL);
	updown_drain(b->updown, 1500);
	assert_int_equal(updown_pending(b->updown), 0);
	assert_string_equal(failures(b), "1 failed, the last: office/net (up, 10.1.0.0/16 = 10.2.0.0/16): failed with status 3");
	assert_string_equal(output(b), "4\n0\nnothing to read\n"); /* 0, 1, 2 and the folder itself */
}

static void not_without_a_script(void **state)
{
	struct bed *b = *state;

	b->conf.updown = NULL;
	updown_run(b->updown, true, &b->ike, &b->child, NULL);
	assert_int_equal(updown_pending(b->updown), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(environment), CASE(hostile_identities), CASE(in_order), CASE(its_time_is_bounded), CASE(nothing_of_ours), CASE(not_without_a_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
