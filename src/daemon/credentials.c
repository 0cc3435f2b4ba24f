/* SPDX-License-Identifier: ISC */
/* What control needs from the daemon: commands into the engine, credentials into the keyring, figures out. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <time.h>

#include "daemon/host.h"

static struct now host_now(void *ctx)
{
	(void)ctx;
	return daemon_now();
}

static void host_command(void *ctx, uint64_t token, const struct command *c)
{
	struct daemon *d = ctx;

	engine_command(d->engine, daemon_now(), token, c);
}

static bool host_counters(void *ctx, uint32_t child_id, struct child_counters *out)
{
	return dataplane_child_counters(((struct daemon *)ctx)->plane, child_id, out);
}

static bool host_send(void *ctx, void *peer, struct bytes segment)
{
	(void)ctx;
	return vici_server_send(peer, segment);
}

static void host_resume(void *ctx, void *peer)
{
	(void)ctx;
	vici_server_resume(peer);
}

static bool shared_kind(struct bytes type, enum shared_kind *kind)
{
	static const struct {
		const char *name;
		enum shared_kind kind;
	} kinds[] = { { "IKE", SHARED_IKE }, { "EAP", SHARED_EAP }, { "XAUTH", SHARED_EAP }, { "NTLM", SHARED_NTLM }, { "PPK", SHARED_PPK } };

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (type.len != strlen(kinds[i].name) || strncasecmp((const char *)type.at, kinds[i].name, type.len) != 0)
			continue;
		*kind = kinds[i].kind;
		return true;
	}
	return false;
}

static bool host_load_shared(void *ctx, struct bytes id, struct bytes type, struct bytes data, const struct bytes *owners,
                             size_t count, struct reason *why, struct arena *arena)
{
	struct daemon *d = ctx;
	struct identity *ids = arena_array(arena, count ? count : 1, sizeof(*ids));
	enum shared_kind kind;

	if (!ids)
		return refuse_text(why, REASON_MEMORY, 0, "shared secret");
	if (!shared_kind(type, &kind))
		return refuse(why, REASON_CONFIG, 0, value_of(VALUE_TEXT, 0, type), value_text("IKE, EAP, XAUTH, NTLM or PPK"), conf_nowhere());
	for (size_t i = 0; i < count; i++)
		if (!identity_parse(&ids[i], owners[i], arena, why))
			return false;
	return keyring_add_shared(d->keyring, ORIGIN_VICI, id, kind, data, ids, count, conf_nowhere(), why);
}

static bool host_unload_shared(void *ctx, struct bytes id)
{
	return keyring_remove_shared(((struct daemon *)ctx)->keyring, id);
}

static bool host_load_key(void *ctx, struct bytes type, struct bytes data, char id_hex[41], struct reason *why, struct arena *arena)
{
	(void)type; /* the data says what it is */
	return keyring_add_key(((struct daemon *)ctx)->keyring, ORIGIN_VICI, data, bytes_none(), conf_nowhere(), id_hex, why, arena);
}

static bool host_unload_key(void *ctx, struct bytes id_hex)
{
	return keyring_remove_key(((struct daemon *)ctx)->keyring, id_hex);
}

static bool host_load_cert(void *ctx, struct bytes data, bool must_be_ca, struct reason *why, struct arena *arena)
{
	return keyring_add_cert(((struct daemon *)ctx)->keyring, ORIGIN_VICI, data, must_be_ca, conf_nowhere(), why, arena);
}

static void host_clear_creds(void *ctx)
{
	keyring_clear(((struct daemon *)ctx)->keyring, ORIGIN_VICI);
}

/* --- listings: only what came over VICI has ids there --- */

struct each {
	void (*shared)(void *to, struct bytes id);
	void (*key)(void *to, const char *id_hex);
	void (*cert)(void *to, struct bytes der, bool has_key, bool ca);
	void *to;
};

static void each_shared(void *ctx, enum origin origin, struct bytes id, enum shared_kind kind)
{
	struct each *each = ctx;

	(void)kind;
	if (origin == ORIGIN_VICI)
		each->shared(each->to, id);
}

static void host_each_shared(void *ctx, void (*f)(void *to, struct bytes id), void *to)
{
	keyring_each_shared(((struct daemon *)ctx)->keyring, each_shared, &(struct each){ .shared = f, .to = to });
}

static void each_key(void *ctx, enum origin origin, const char *id_hex)
{
	struct each *each = ctx;

	if (origin == ORIGIN_VICI)
		each->key(each->to, id_hex);
}

static void host_each_key(void *ctx, void (*f)(void *to, const char *id_hex), void *to)
{
	keyring_each_key(((struct daemon *)ctx)->keyring, each_key, &(struct each){ .key = f, .to = to });
}

static void each_cert(void *ctx, enum origin origin, const struct cert *c, bool has_key)
{
	struct each *each = ctx;

	(void)origin;
	each->cert(each->to, cert_der(c), has_key, cert_is_ca(c));
}

static void host_each_cert(void *ctx, void (*f)(void *to, struct bytes der, bool has_key, bool ca), void *to)
{
	keyring_each_cert(((struct daemon *)ctx)->keyring, each_cert, &(struct each){ .cert = f, .to = to });
}

static bool host_reload(void *ctx, struct reason *why, struct arena *arena)
{
	return daemon_load(ctx, why, arena);
}

static bool host_not_loaded(void *ctx, const char *name, struct text *line)
{
	const struct daemon *d = ctx;
	const struct problem *p = problems_of_connection(&d->problems, name);

	if (p)
		config_problem_print(line, p);
	return p != NULL;
}

/* Each connection once, by its first problem. */
static void host_each_not_loaded(void *ctx, void (*each)(void *to, const char *name, const char *line), void *to)
{
	static const char top[] = "connections.";
	const struct daemon *d = ctx;

	for (const struct problem *p = d->problems.first; p; p = p->next) {
		const char *key = p->why.where.key;
		struct text line = { 0 };
		char *name;

		if (!key || strncmp(key, top, strlen(top)) != 0)
			continue;
		key += strlen(top);
		name = strndup(key, strcspn(key, "."));
		if (name && problems_of_connection(&d->problems, name) == p && !engine_connection(d->engine, name)) {
			config_problem_print(&line, p);
			each(to, name, text_str(&line));
		}
		text_clear(&line);
		free(name);
	}
}

static void host_describe(void *ctx, struct text *t)
{
	dataplane_describe(((struct daemon *)ctx)->plane, t);
}

static void host_scripts(void *ctx, struct text *t)
{
	updown_failures(((struct daemon *)ctx)->updown, t);
}

static void host_drops(void *ctx, uint64_t out[DROP_COUNT])
{
	dataplane_drops(((struct daemon *)ctx)->plane, out);
}

struct control_host daemon_control_host(struct daemon *d)
{
	static struct utsname u;
	static char since[64];
	time_t now = (time_t)daemon_now().wall;
	struct tm tm;

	(void)uname(&u);
	if (localtime_r(&now, &tm))
		(void)strftime(since, sizeof(since), "%b %d %H:%M:%S %Y", &tm);
	return (struct control_host){
		.ctx = d,
		.loader = &daemon_loader,
		.since = since,
		.sysname = u.sysname,
		.release = u.release,
		.machine = u.machine,
		.now = host_now,
		.command = host_command,
		.counters = host_counters,
		.send = host_send,
		.resume = host_resume,
		.load_shared = host_load_shared,
		.unload_shared = host_unload_shared,
		.load_key = host_load_key,
		.unload_key = host_unload_key,
		.load_cert = host_load_cert,
		.clear_creds = host_clear_creds,
		.each_shared = host_each_shared,
		.each_key = host_each_key,
		.each_cert = host_each_cert,
		.reload = host_reload,
		.not_loaded = host_not_loaded,
		.each_not_loaded = host_each_not_loaded,
		.describe = host_describe,
		.scripts = host_scripts,
		.drops = host_drops,
	};
}
