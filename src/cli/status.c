/* SPDX-License-Identifier: ISC */
/* adit status, adit version: what a person wants to see first. Connections in order, their SAs below, tunnels below these. */
#include <stdlib.h>

#include "cli/json.h"
#include "cli/private.h"

/* Messages of a streamed listing, kept. */
struct messages {
	struct text *list;
	size_t count;
};

static void collect(void *ctx, struct bytes message)
{
	struct messages *m = ctx;
	struct text *list = realloc(m->list, (m->count + 1) * sizeof(*list));

	if (!list)
		abort();
	m->list = list;
	m->list[m->count] = (struct text){ 0 };
	text_add_bytes(&m->list[m->count++], message);
}

static void messages_clear(struct messages *m)
{
	for (size_t i = 0; i < m->count; i++)
		text_clear(&m->list[i]);
	free(m->list);
}

static struct bytes message_at(const struct messages *m, size_t i)
{
	return bytes(m->list[i].at, m->list[i].len);
}

/* The name of the message's first section: of the connection. */
static struct bytes name_of(struct bytes message)
{
	struct vici_reader r = vici_reader(message);
	struct vici_element e = vici_next(&r);

	return e.kind == VICI_SECTION_START ? e.name : bytes_none();
}

/* A key at the given depth, between the bounds of a section that starts at `from`. Returns text, or "" */
struct section {
	struct bytes name;
	struct bytes body; /* elements of the section, without its start and end */
};

/* Walks the sections at the top of `body`; *at = 0 to start. */
static bool next_section(struct section *out, struct bytes body, size_t *at)
{
	struct vici_reader r = vici_reader(bytes(body.at + *at, body.len - *at));
	const uint8_t *begun = NULL;

	for (struct vici_element e = vici_next(&r); e.kind != VICI_END && e.kind != VICI_BAD; e = vici_next(&r)) {
		if (e.kind == VICI_SECTION_START && r.depth == 1) {
			out->name = e.name;
			begun = r.r.at;
		}
		if (e.kind == VICI_SECTION_END && r.depth == 0 && begun) {
			out->body = bytes(begun, (size_t)(r.r.at - 1 - begun));
			*at = (size_t)(r.r.at - body.at);
			return true;
		}
	}
	return false;
}

static bool find_section(struct section *out, struct bytes body, const char *name)
{
	size_t at = 0;

	while (next_section(out, body, &at))
		if (bytes_equal(out->name, bytes_str(name)))
			return true;
	return false;
}

static char *get(struct bytes body, const char *key)
{
	struct text t = { 0 };
	struct bytes v;
	char *s;

	(void)vici_find(body, NULL, key, &v);
	text_add_safe(&t, v);
	s = strdup(text_str(&t));
	text_clear(&t);
	if (!s)
		abort();
	return s;
}

static unsigned long long get_number(struct bytes body, const char *key)
{
	return (unsigned long long)vici_find_number(body, key, 0);
}

static bool has_list(struct bytes body, const char *key)
{
	struct vici_reader r = vici_reader(body);

	for (struct vici_element e = vici_next(&r); e.kind != VICI_END && e.kind != VICI_BAD; e = vici_next(&r))
		if (e.kind == VICI_LIST_START && r.depth == 0 && bytes_equal(e.name, bytes_str(key)))
			return true;
	return false;
}

static void print_list(struct bytes body, const char *key)
{
	struct vici_reader r = vici_reader(body);
	const char *between = "";
	bool in = false;

	for (struct vici_element e = vici_next(&r); e.kind != VICI_END && e.kind != VICI_BAD; e = vici_next(&r)) {
		if (e.kind == VICI_LIST_START)
			in = r.depth == 0 && bytes_equal(e.name, bytes_str(key));
		else if (e.kind == VICI_LIST_END)
			in = false;
		if (e.kind != VICI_LIST_ITEM || !in)
			continue;
		printf("%s%.*s", between, (int)e.value.len, (const char *)e.value.at);
		between = ", ";
	}
	if (!*between)
		printf("none");
}

static void print_duration(unsigned long long s)
{
	if (s < 120)
		printf("%llu s", s);
	else if (s < 7200)
		printf("%llu min", s / 60);
	else if (s < 172800)
		printf("%llu h", s / 3600);
	else
		printf("%llu days", s / 86400);
}

/* When something is due; nothing when it is not planned. */
static void print_until(struct bytes body, const char *key, const char *before, const char *what)
{
	long long s = vici_find_number(body, key, INT64_MIN);

	if (s == INT64_MIN)
		return;
	printf("%s%s ", before, what);
	if (s <= 0) {
		printf("now");
	} else {
		printf("in ");
		print_duration((unsigned long long)(s < 120 ? s : s < 7200 ? s + 30 : s + 1800)); /* to the nearest minute, hour */
	}
}

static void print_size(unsigned long long n)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	double size = (double)n;
	size_t i = 0;

	for (; size >= 1000 && i + 1 < COUNT_OF(units); i++)
		size /= 1000;
	printf(i ? "%.1f %s" : "%.0f %s", size, units[i]);
}

static void print_suite(struct bytes body)
{
	static const struct {
		const char *name, *bits;
	} keys[] = { { "encr-alg", "encr-keysize" }, { "integ-alg", NULL }, { "prf-alg", NULL }, { "dh-group", NULL } };
	const char *between = "";

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		char *name = get(body, keys[i].name), *bits = keys[i].bits ? get(body, keys[i].bits) : NULL;

		if (*name) {
			printf("%s%s%s%s", between, name, bits && *bits ? "_" : "", bits ? bits : "");
			between = "/";
		}
		free(name);
		free(bits);
	}
}

static void print_child(const struct cli *cli, struct bytes child)
{
	char *name = get(child, "name"), *state = get(child, "state"), *protocol = get(child, "protocol");
	bool up = strcmp(state, "INSTALLED") == 0;

	printf("    %s%s%s  %s%s%s  ", cli_bold(cli), name, cli_plain(cli), up ? cli_green(cli) : cli_yellow(cli), up ? "up" : state, cli_plain(cli));
	print_list(child, "local-ts");
	printf(" = ");
	print_list(child, "remote-ts");
	printf("\n");
	if (*protocol) {
		printf("      %s%s, %s", protocol, cli_is(child, NULL, "encap", "yes") ? " in UDP" : "",
		       cli_is(child, NULL, "mode", "TRANSPORT") ? "transport mode, " : "");
		print_suite(child);
		printf("%s, for ", cli_is(child, NULL, "esn", "1") ? ", ESN" : "");
		print_duration(get_number(child, "install-time"));
		print_until(child, "rekey-time", ", ", "rekeyed");
		print_until(child, "life-time", ", ", "ends");
		printf("\n      in ");
		print_size(get_number(child, "bytes-in"));
		printf(" in %llu packets, out ", get_number(child, "packets-in"));
		print_size(get_number(child, "bytes-out"));
		printf(" in %llu packets\n", get_number(child, "packets-out"));
	}
	free(name);
	free(state);
	free(protocol);
}

static void print_end(struct bytes sa, const char *host, const char *port, const char *id)
{
	char *h = get(sa, host), *p = get(sa, port), *i = get(sa, id);

	printf("%s[%s]", h, p);
	if (*i && strcmp(i, "%any") != 0)
		printf(" (%s)", i);
	free(h);
	free(p);
	free(i);
}

/* Where else the peer may be found, and that nobody can be asked there now. */
static void print_paths(const struct cli *cli, struct bytes sa)
{
	if (cli_is(sa, NULL, "adit-no-path", "yes"))
		printf("    %sno path to the peer%s: waiting for one\n", cli_yellow(cli), cli_plain(cli));
	if (!has_list(sa, "adit-remote-addrs"))
		return;
	printf("    other addresses of the peer: ");
	print_list(sa, "adit-remote-addrs");
	printf("\n");
}

static void print_sa(const struct cli *cli, struct bytes sa)
{
	char *state = get(sa, "state");
	bool up = strcmp(state, "ESTABLISHED") == 0;
	struct bytes suite;
	struct section children, child;
	size_t at = 0;

	printf("  IKE SA %llu  %s", get_number(sa, "uniqueid"), up ? cli_green(cli) : cli_yellow(cli));
	if (up) {
		printf("up%s for ", cli_plain(cli));
		print_duration(get_number(sa, "established"));
	} else {
		printf("%s%s", state, cli_plain(cli));
	}
	printf("  ");
	print_end(sa, "local-host", "local-port", "local-id");
	printf(" = ");
	print_end(sa, "remote-host", "remote-port", "remote-id");
	printf("%s\n", cli_is(sa, NULL, "nat-any", "yes") ? ", NAT between" : "");
	if (vici_find(sa, NULL, "encr-alg", &suite)) {
		printf("    ");
		print_suite(sa);
		print_until(sa, "rekey-time", ", ", "rekeyed");
		print_until(sa, "reauth-time", ", ", "reauthenticated");
		printf("\n");
	}
	print_paths(cli, sa);
	if (find_section(&children, sa, "child-sas"))
		while (next_section(&child, children.body, &at))
			print_child(cli, child.body);
	free(state);
}

/* All SAs of this connection, in one section each event. Gives how many. */
static size_t print_sas_of(const struct cli *cli, const struct messages *sas, struct bytes name)
{
	struct section sa;
	size_t count = 0, at = 0;

	for (size_t i = 0; i < sas->count; i++, at = 0) {
		if (!bytes_equal(name_of(message_at(sas, i)), name) || !next_section(&sa, message_at(sas, i), &at))
			continue;
		print_sa(cli, sa.body);
		count++;
	}
	return count;
}

static void print_policies_of(const struct cli *cli, const struct messages *policies, struct bytes name)
{
	struct section policy;
	struct bytes ike;
	size_t at = 0;

	for (size_t i = 0; i < policies->count; i++, at = 0) {
		char *child, *mode;

		if (!next_section(&policy, message_at(policies, i), &at) || !vici_find(policy.body, NULL, "ike", &ike) || !bytes_equal(ike, name))
			continue;
		child = get(policy.body, "child");
		mode = get(policy.body, "mode");
		printf("  %s%s%s  %s%s  ", cli_bold(cli), child, cli_plain(cli),
		       strcmp(mode, "PASS") == 0 ? "passes in clear" : strcmp(mode, "DROP") == 0 ? "is dropped" : "trap",
		       cli_is(policy.body, NULL, "adit-pending", "yes") ? " (not installed yet)" : "");
		print_list(policy.body, "local-ts");
		printf(" = ");
		print_list(policy.body, "remote-ts");
		printf("\n");
		free(child);
		free(mode);
	}
}

/* Nothing for a connection of policies alone: they are neither up nor down. */
static void print_down(const struct cli *cli, struct bytes conn)
{
	struct section children = { .body = bytes("", 0) }, child;
	unsigned count = 0, policies = 0;
	struct text names = { 0 };
	size_t at = 0;

	(void)find_section(&children, conn, "children");
	for (; next_section(&child, children.body, &at); count++) {
		if (cli_is(child.body, NULL, "mode", "PASS") || cli_is(child.body, NULL, "mode", "DROP"))
			policies++;
		else
			text_add(&names, " %.*s", (int)child.name.len, (const char *)child.name.at);
	}
	if (count == 0 || policies < count)
		printf("  %sdown%s  children:%s\n", cli_red(cli), cli_plain(cli), text_str(&names));
	text_clear(&names);
}

static void print_connection(const struct cli *cli, const struct messages *sas, const struct messages *policies, struct bytes message)
{
	struct section conn;
	size_t at = 0;

	if (!next_section(&conn, message, &at))
		return;
	printf("%s%.*s%s  ", cli_bold(cli), (int)conn.name.len, (const char *)conn.name.at, cli_plain(cli));
	print_list(conn.body, "local_addrs");
	printf(" = ");
	print_list(conn.body, "remote_addrs");
	printf("\n");
	print_policies_of(cli, policies, conn.name);
	if (print_sas_of(cli, sas, conn.name) > 0)
		return;
	print_down(cli, conn.body);
}

/* Of the engine's counters: those that say what was kept from strangers. The others stand in --json. */
static bool is_limit(struct bytes name)
{
	static const char *const names[] = { "cookie-sent", "cookie-wrong", "first-message-shed", "half-open-limit", "work-limit",
		                             "rate-limited", "fragment-limit", "reassembly-evicted" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (bytes_equal(name, bytes_str(names[i])))
			return true;
	return false;
}

/* One line with what is not 0 of a section of counters. */
static void print_counts(struct bytes stats, const char *which, const char *intro, bool (*wanted)(struct bytes name))
{
	const char *between = intro;
	struct section adit, counts;
	struct vici_reader r;

	if (!find_section(&adit, stats, "adit") || !find_section(&counts, adit.body, which))
		return;
	r = vici_reader(counts.body);
	for (struct vici_element e = vici_next(&r); e.kind == VICI_KEY_VALUE; e = vici_next(&r)) {
		if (bytes_equal(e.value, bytes_str("0")) || (wanted && !wanted(e.name)))
			continue;
		printf("%s%.*s %.*s", between, (int)e.value.len, (const char *)e.value.at, (int)e.name.len, (const char *)e.name.at);
		between = ", ";
	}
	if (between != intro)
		printf("\n");
}

static void print_daemon(const struct cli *cli, struct bytes stats)
{
	struct section uptime = { 0 }, adit = { 0 };
	char *running, *plane, *scripts;

	(void)find_section(&uptime, stats, "uptime");
	(void)find_section(&adit, stats, "adit");
	running = get(uptime.body, "running");
	plane = get(adit.body, "dataplane");
	scripts = get(adit.body, "updown-scripts");
	printf("%sadit%s up for %s; packets: %s\n", cli_bold(cli), cli_plain(cli), running, plane);
	if (*scripts)
		printf("%supdown scripts%s: %s\n", cli_yellow(cli), cli_plain(cli), scripts);
	free(running);
	free(plane);
	free(scripts);
	print_counts(stats, "drops", "packets dropped: ", NULL);
	print_counts(stats, "counters", "limits met: ", is_limit);
	printf("\n");
}

/* Connections that the configuration has, with a fault. Gives how many (of this name) there are. */
static size_t print_not_loaded(const struct cli *cli, struct bytes stats)
{
	struct section adit, faulty;
	struct vici_reader r;
	size_t count = 0;

	if (!find_section(&adit, stats, "adit") || !find_section(&faulty, adit.body, "not-loaded"))
		return 0;
	r = vici_reader(faulty.body);
	for (struct vici_element e = vici_next(&r); e.kind == VICI_KEY_VALUE; e = vici_next(&r)) {
		struct text line = { 0 };

		if (cli->name && !bytes_equal(e.name, bytes_str(cli->name)))
			continue;
		text_add_safe(&line, e.value);
		printf("%s%.*s%s  %snot loaded%s\n  %s\n", cli_bold(cli), (int)e.name.len, (const char *)e.name.at, cli_plain(cli), cli_red(cli),
		       cli_plain(cli), text_str(&line));
		text_clear(&line);
		count++;
	}
	return count;
}

static void print_json(const struct messages *conns, const struct messages *sas, const struct messages *policies, const struct text *stats)
{
	struct text out = { 0 };

	text_add(&out, "{\"daemon\":");
	json_message(&out, bytes(stats->at, stats->len));
	text_add(&out, ",\"connections\":[");
	for (size_t i = 0; i < conns->count; i++) {
		text_add(&out, i ? "," : "");
		json_message(&out, message_at(conns, i));
	}
	text_add(&out, "],\"sas\":[");
	for (size_t i = 0; i < sas->count; i++) {
		text_add(&out, i ? "," : "");
		json_message(&out, message_at(sas, i));
	}
	text_add(&out, "],\"policies\":[");
	for (size_t i = 0; i < policies->count; i++) {
		text_add(&out, i ? "," : "");
		json_message(&out, message_at(policies, i));
	}
	text_add(&out, "]}");
	printf("%s\n", text_str(&out));
	text_clear(&out);
}

static void print_all(const struct cli *cli, const struct messages *conns, const struct messages *sas, const struct messages *policies,
                      const struct text *stats)
{
	size_t faulty;

	if (!cli->name)
		print_daemon(cli, bytes(stats->at, stats->len));
	for (size_t i = 0; i < conns->count; i++)
		print_connection(cli, sas, policies, message_at(conns, i));
	faulty = print_not_loaded(cli, bytes(stats->at, stats->len));
	if (!cli->name && conns->count == 0 && faulty == 0)
		printf("no connections are loaded\n");
	if (!cli->name)
		(void)print_sas_of(cli, sas, bytes_str("(unnamed)"));
}

static bool list_policies(struct client *c, const struct text *filter, struct messages *policies, struct text *answer)
{
	struct text message = { 0 };
	bool ok;

	text_add_bytes(&message, bytes(filter->at, filter->len));
	vici_key_str(&message, "trap", "yes");
	vici_key_str(&message, "pass", "yes");
	vici_key_str(&message, "drop", "yes");
	ok = client_call(c, "list-policies", bytes(message.at, message.len), "list-policy", collect, policies, answer);
	text_clear(&message);
	return ok;
}

int cli_status(struct cli *cli)
{
	struct client *c = client_open(cli->uri);
	struct messages conns = { 0 }, sas = { 0 }, policies = { 0 };
	struct text filter = { 0 }, answer = { 0 }, stats = { 0 };
	int code = CLI_FAILED;

	if (!c)
		return CLI_FAILED;
	if (cli->name)
		vici_key_str(&filter, "ike", cli->name);
	if (client_call(c, "stats", bytes_none(), NULL, NULL, NULL, &stats) &&
	    client_call(c, "list-conns", bytes(filter.at, filter.len), "list-conn", collect, &conns, &answer)) {
		text_clear(&answer);
		if (client_call(c, "list-sas", bytes(filter.at, filter.len), "list-sa", collect, &sas, &answer)) {
			text_clear(&answer);
			if (list_policies(c, &filter, &policies, &answer))
				code = CLI_OK;
		}
	}
	if (code == CLI_OK && cli->name && conns.count == 0) {
		char *faulty = cli_not_loaded(c, cli->name);

		if (faulty)
			cli_say_error(cli, bytes_str(faulty));
		else
			fprintf(stderr, "adit: no connection is called '%s'\n", cli->name);
		free(faulty);
		code = CLI_FAILED;
	} else if (code == CLI_OK && cli->json) {
		print_json(&conns, &sas, &policies, &stats);
	} else if (code == CLI_OK) {
		print_all(cli, &conns, &sas, &policies, &stats);
	}
	messages_clear(&conns);
	messages_clear(&sas);
	messages_clear(&policies);
	text_clear(&filter);
	text_clear(&answer);
	text_clear(&stats);
	client_close(c);
	return code;
}

int cli_version(struct cli *cli)
{
	if (cli->json)
		printf("{\"version\":\"%s\"}\n", ADIT_VERSION);
	else
		printf("adit %s\n", ADIT_VERSION);
	return CLI_OK;
}
