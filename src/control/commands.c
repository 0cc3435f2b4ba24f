/* SPDX-License-Identifier: ISC */
/* The commands of VICI that are not listings or loads: version, stats, initiate, terminate, counters, algorithms. */
#include "control/commands.h"

#include "control/private.h"
#include "policy/explain.h"

static void command_version(struct request *q)
{
	const struct control_host *host = &q->control->host;

	vici_key_str(&q->answer, "daemon", "adit");
	vici_key_str(&q->answer, "version", ADIT_VERSION);
	vici_key_str(&q->answer, "sysname", host->sysname);
	vici_key_str(&q->answer, "release", host->release);
	vici_key_str(&q->answer, "machine", host->machine);
}

static void put_levels(struct text *m, const char *section)
{
	static const char *const levels[] = { "critical", "high", "medium", "low" };

	vici_section(m, section);
	for (size_t i = 0; i < COUNT_OF(levels); i++)
		vici_key_str(m, levels[i], "0");
	vici_section_end(m);
}

static void put_uptime(struct text *m, const struct control *c)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" } };
	uint64_t run = (c->host.now(c->host.ctx).boot - c->started.boot) / 1000;
	size_t i = 0;

	while (i + 1 < COUNT_OF(units) && run <= 2 * units[i].seconds)
		i++;
	vici_section(m, "uptime");
	vici_key_format(m, "running", "%llu %s%s", (unsigned long long)(run / units[i].seconds), units[i].name,
	                run / units[i].seconds == 1 ? "" : "s");
	vici_key_str(m, "since", c->host.since);
	vici_section_end(m);
}

struct sa_count {
	unsigned total, half_open;
};

static bool count_sa(void *ctx, const struct ike_info *ike)
{
	struct sa_count *count = ctx;

	count->total++;
	count->half_open += ike->state == IKE_CONNECTING && !ike->initiator;
	return true;
}

static void put_not_loaded(void *to, const char *name, const char *line)
{
	vici_key_str(to, name, line);
}

static void put_adit(struct request *q)
{
	const struct control_host *host = &q->control->host;
	struct engine_counter counters[128];
	size_t n = engine_counters(q->control->engine, counters, COUNT_OF(counters));
	uint64_t drops[DROP_COUNT] = { 0 };
	struct text plane = { 0 }, scripts = { 0 };

	vici_section(&q->answer, "adit");
	host->describe(host->ctx, &plane);
	vici_key_str(&q->answer, "dataplane", text_str(&plane));
	text_clear(&plane);
	host->scripts(host->ctx, &scripts);
	if (scripts.len > 0)
		vici_key_str(&q->answer, "updown-scripts", text_str(&scripts));
	text_clear(&scripts);
	vici_section(&q->answer, "counters");
	for (size_t i = 0; i < n; i++)
		vici_key_format(&q->answer, counters[i].name, "%llu", (unsigned long long)counters[i].value);
	vici_section_end(&q->answer);
	host->drops(host->ctx, drops);
	vici_section(&q->answer, "drops");
	for (unsigned i = 1; i < DROP_COUNT; i++)
		vici_key_format(&q->answer, drop_name((enum drop)i), "%llu", (unsigned long long)drops[i]);
	vici_section_end(&q->answer);
	vici_section(&q->answer, "not-loaded");
	host->each_not_loaded(host->ctx, put_not_loaded, &q->answer);
	vici_section_end(&q->answer);
	vici_section_end(&q->answer);
}

static void command_stats(struct request *q)
{
	struct sa_count count = { 0 };
	struct text *m = &q->answer;

	put_uptime(m, q->control);
	vici_section(m, "workers");
	vici_key_str(m, "total", "1");
	vici_key_str(m, "idle", "0");
	put_levels(m, "active");
	vici_section_end(m);
	put_levels(m, "queues");
	vici_key_str(m, "scheduled", "0");
	engine_each_ike(q->control->engine, count_sa, &count);
	vici_section(m, "ikesas");
	vici_key_format(m, "total", "%u", count.total);
	vici_key_format(m, "half-open", "%u", count.half_open);
	vici_section_end(m);
	vici_list(m, "plugins");
	vici_list_end(m);
	put_adit(q);
}

static void command_reload(struct request *q)
{
	struct reason why = { 0 };

	if (q->control->host.reload(q->control->host.ctx, &why, &q->arena))
		answer_ok(&q->answer);
	else
		answer_reason(&q->answer, &why);
}

char *request_argument(struct request *q, const char *key)
{
	struct bytes v;

	return vici_find_text(q->message, key, &v) && v.len ? arena_str(&q->arena, v) : NULL;
}

struct find_child {
	const char *name;
	bool found;
};

static bool has_child(void *ctx, const struct connection *conn)
{
	struct find_child *find = ctx;

	find->found = connection_child(conn, find->name) != NULL;
	return !find->found;
}

bool request_child_known(const struct request *q, const char *conn, const char *child)
{
	const struct engine *e = q->control->engine;
	const struct connection *c = conn ? engine_connection(e, conn) : NULL;
	struct find_child find = { child, false };

	if (conn)
		return c && connection_child(c, child);
	engine_each_connection(e, has_child, &find);
	return find.found;
}

static void add_why_not_found(struct text *words, const struct control *c, const char *name)
{
	struct text why = { 0 };

	if (add_not_loaded(&why, c, name))
		text_add(words, ": %s", text_str(&why));
	text_clear(&why);
}

/* doc/vici.md 5.2: false with the answer written when the names lead nowhere. */
static bool initiate_names(struct request *q, const char *ike, const char *child)
{
	const struct engine *e = q->control->engine;
	struct text words = { 0 };

	if (!ike && !child)
		text_add(&words, "missing configuration name");
	else if (child && !request_child_known(q, ike, child))
		text_add(&words, "CHILD_SA config '%s' not found", child);
	else if (!child && !engine_connection(e, ike))
		text_add(&words, "IKE_SA config '%s' not found", ike);
	else
		return true;
	add_why_not_found(&words, q->control, ike ? ike : child);
	answer_fail(&q->answer, "%s", text_str(&words));
	text_clear(&words);
	return false;
}

/* Starts the command; `timeout` -1 answers at once. */
void request_start(struct request *q, const struct command *command, long long timeout, const char *what)
{
	struct control *c = q->control;
	struct waiting *w;

	if (timeout < -1 || timeout > UINT32_MAX) {
		answer_fail(&q->answer, "invalid timeout");
		return;
	}
	w = waiting_new(q, command->kind, what, timeout > 0 ? (uint32_t)timeout : 0);
	if (!w) {
		answer_fail(&q->answer, "out of memory");
		return;
	}
	if (timeout == -1) {
		w->client = NULL;
		q->client->waiting = NULL;
		q->later = false;
		answer_ok(&q->answer);
	}
	c->host.command(c->host.ctx, w->token, command);
}

static void command_initiate(struct request *q)
{
	char *ike = request_argument(q, "ike"), *child = request_argument(q, "child");
	/* strongSwan's meaning of a connection alone is its IKE SA; `adit up` says that it wants all that is in it */
	bool all = vici_find_bool(q->message, "all", false);
	struct command command = { .kind = COMMAND_INITIATE, .name = ike, .child = child, .ike_only = ike && !child && !all };
	bool async = vici_find_bool(q->message, "async", false);
	struct text what = { 0 };

	if (!initiate_names(q, ike, child))
		return;
	text_add(&what, child ? "CHILD_SA '%s'" : "IKE_SA '%s'", child ? child : ike);
	request_start(q, &command, async ? -1 : vici_find_number(q->message, "timeout", 0), text_str(&what));
	text_clear(&what);
}

/* By names or unique ids. False: a number that is no id; cut to 32 bits it would be another's. */
static bool take_selector(struct request *q, struct command *command)
{
	long long ike_id = vici_find_number(q->message, "ike-id", 0), child_id = vici_find_number(q->message, "child-id", 0);

	command->name = request_argument(q, "ike");
	command->child = request_argument(q, "child");
	command->ike_id = (uint32_t)ike_id;
	command->child_id = (uint32_t)child_id;
	return ike_id >= 0 && ike_id <= UINT32_MAX && child_id >= 0 && child_id <= UINT32_MAX;
}

static bool names_nothing(const struct command *c)
{
	return !c->name && !c->child && !c->ike_id && !c->child_id;
}

static void command_terminate(struct request *q)
{
	struct command command = { .kind = COMMAND_TERMINATE, .force = vici_find_bool(q->message, "force", false) };

	if (!take_selector(q, &command))
		answer_fail(&q->answer, "no matching SAs to terminate found");
	else if (names_nothing(&command))
		answer_fail(&q->answer, "missing terminate selector");
	else
		request_start(q, &command, vici_find_number(q->message, "timeout", 0), "SA");
}

/* doc/vici.md 5.2: it begins, and is answered at once. */
static void command_rekey(struct request *q)
{
	struct command command = { .kind = COMMAND_REKEY, .reauth = vici_find_bool(q->message, "reauth", false) };

	if (!take_selector(q, &command))
		answer_fail(&q->answer, "no matching SAs to rekey found");
	else if (names_nothing(&command))
		answer_fail(&q->answer, "missing rekey selector");
	else
		request_start(q, &command, 0, "SA");
}

static const char *const counter_names[VICI_COUNTERS] = {
	"ike-rekey-init",   "ike-rekey-resp",   "child-rekey",      "invalid",           "invalid-spi",
	"ike-init-in-req",  "ike-init-in-resp", "ike-init-out-req", "ike-init-out-resp", "ike-auth-in-req",
	"ike-auth-in-resp", "ike-auth-out-req", "ike-auth-out-resp", "create-child-in-req", "create-child-in-resp",
	"create-child-out-req", "create-child-out-resp", "info-in-req", "info-in-resp", "info-out-req",
	"info-out-resp",
};

static bool put_counters(void *ctx, const struct connection *conn)
{
	struct request *q = ctx;
	uint64_t values[VICI_COUNTERS] = { 0 };

	engine_vici_counters(q->control->engine, conn ? conn->name : NULL, values);
	vici_section(&q->answer, conn ? conn->name : "");
	for (size_t i = 0; i < VICI_COUNTERS; i++)
		vici_key_format(&q->answer, counter_names[i], "%llu", (unsigned long long)values[i]);
	vici_section_end(&q->answer);
	return true;
}

static void command_get_counters(struct request *q)
{
	char *name = request_argument(q, "name");
	const struct connection *conn = name ? engine_connection(q->control->engine, name) : NULL;

	if (name && !conn) {
		answer_fail(&q->answer, "no counters found for this connection");
		return;
	}
	vici_section(&q->answer, "counters");
	if (vici_find_bool(q->message, "all", false))
		engine_each_connection(q->control->engine, put_counters, q);
	else
		put_counters(q, conn);
	vici_section_end(&q->answer);
	answer_ok(&q->answer);
}

static void put_algorithms(struct text *m, const char *section, unsigned type, bool aead)
{
	const struct algorithm *rows;
	unsigned count;

	rows = algorithm_table(&count);
	vici_section(m, section);
	for (unsigned i = 0; i < count; i++) {
		bool first = i == 0 || rows[i - 1].type != rows[i].type || rows[i - 1].id != rows[i].id;

		if (rows[i].type == type && first && (rows[i].flags & ALG_BUILT) && aead == ((rows[i].flags & ALG_AEAD) != 0))
			vici_key_str(m, rows[i].name, "openssl");
	}
	vici_section_end(m);
}

static void command_get_algorithms(struct request *q)
{
	struct text *m = &q->answer;

	put_algorithms(m, "encryption", TRANSFORM_ENCR, false);
	put_algorithms(m, "integrity", TRANSFORM_INTEG, false);
	put_algorithms(m, "aead", TRANSFORM_ENCR, true);
	put_algorithms(m, "prf", TRANSFORM_PRF, false);
	put_algorithms(m, "ke", TRANSFORM_KE, false);
}

static void command_empty_list(struct request *q)
{
	vici_list(&q->answer, "authorities");
	vici_list_end(&q->answer);
}

static void command_nothing(struct request *q)
{
	(void)q; /* get-pools without pools, listings without entries: an empty answer */
}

static const struct control_command commands[] = {
	{ "version", command_version, "name and version of the daemon, and the system's" },
	{ "stats", command_stats, "uptime, SAs, counters" },
	{ "reload-settings", command_reload, "reads the configuration file again" },
	{ "initiate", command_initiate, "brings a connection or a child up" },
	{ "terminate", command_terminate, "ends SAs" },
	{ "rekey", command_rekey, "rekeys SAs" },
	{ "redirect", NULL, "sends clients to another gateway" },
	{ "install", command_install, "installs a trap or a shunt" },
	{ "uninstall", command_uninstall, "removes a trap or a shunt" },
	{ "list-sas", command_list_sas, "IKE SAs and their Child SAs" },
	{ "list-policies", command_list_policies, "traps and shunts" },
	{ "list-conns", command_list_conns, "loaded connections" },
	{ "get-conns", command_get_conns, "names of the loaded connections" },
	{ "list-certs", command_list_certs, "certificates" },
	{ "list-authorities", command_nothing, "authorities" },
	{ "get-authorities", command_empty_list, "names of authorities" },
	{ "load-conn", command_load_conn, "loads or replaces a connection" },
	{ "unload-conn", command_unload_conn, "removes a connection" },
	{ "load-cert", command_load_cert, "loads a certificate" },
	{ "load-key", command_load_key, "loads a private key" },
	{ "unload-key", command_unload_key, "removes a private key" },
	{ "get-keys", command_get_keys, "ids of the loaded private keys" },
	{ "load-token", NULL, "loads a key from a token" },
	{ "load-shared", command_load_shared, "loads a shared secret" },
	{ "unload-shared", command_unload_shared, "removes a shared secret" },
	{ "get-shared", command_get_shared, "ids of the loaded shared secrets" },
	{ "flush-certs", NULL, "empties the cache of certificates" },
	{ "clear-creds", command_clear_creds, "removes all credentials that were loaded over VICI" },
	{ "load-authority", command_load_authority, "loads an authority" },
	{ "unload-authority", NULL, "removes an authority" },
	{ "load-pool", NULL, "loads a pool of addresses" },
	{ "unload-pool", NULL, "removes a pool" },
	{ "get-pools", command_nothing, "pools and leases" },
	{ "get-algorithms", command_get_algorithms, "algorithms that are built" },
	{ "get-counters", command_get_counters, "counters of messages" },
	{ "reset-counters", NULL, "sets the counters to zero" },
	{ "adit-explain", command_adit_explain, "stories of a connection" },
};

const struct control_command *control_commands(size_t *count)
{
	*count = COUNT_OF(commands);
	return commands;
}

const struct control_command *control_command_find(struct bytes name)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (bytes_equal(name, bytes_str(commands[i].name)))
			return &commands[i];
	return NULL;
}
