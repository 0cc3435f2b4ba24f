/* SPDX-License-Identifier: ISC */
/* Loading: the file, its sections, and the folders beside it. */
#include "config/load.h"

#include <stdlib.h>

#include "config/builder.h"
#include "config/intern.h"
#include "config/parse.h"
#include "config/scalar.h"

#define CONFIG_ARENA_MAX (256u << 20)

struct load {
	struct build build;
	struct config *config;
	const struct node *root;
};

static const char *const top_sections[] = { "connections", "secrets", "pools", "authorities", "adit", NULL };

static bool is_top(const char *name)
{
	for (size_t i = 0; top_sections[i]; i++) {
		if (strcmp(top_sections[i], name) == 0)
			return true;
	}
	return false;
}

/* A top section of another name is a template to inherit from, unless it looks like a slip of the pen. */
static void check_top(struct load *l, const struct node *raw)
{
	for (const struct node *n = raw->first; n; n = n->next) {
		struct text_nearest near = text_nearest(bytes_str(n->name));
		struct reason why = { .kind = REASON_CONFIG, .where = node_at(n) };

		if (n->kind == NODE_SECTION && is_top(n->name))
			continue;
		for (size_t i = 0; top_sections[i]; i++)
			text_nearest_try(&near, top_sections[i]);
		if (n->kind == NODE_SECTION && !near.best)
			continue;
		why.about = value_text(n->kind == NODE_SECTION ? "unknown section, only good to inherit from"
							       : "a setting outside of all sections");
		if (near.best)
			why.wanted = value_text(near.best);
		(void)problem_add(l->build.problems, n->kind == NODE_SECTION ? PROBLEM_UNKNOWN_SECTION : PROBLEM_UNKNOWN_KEY,
		                  true, &why);
	}
}

/* --- sections --- */

/* Calls `each` for the sub-sections of a top section; settings there are errors. */
static void each_section(struct load *l, const char *top, void (*each)(struct load *, const struct node *))
{
	const struct node *section = node_section(l->root, bytes_str(top));

	for (const struct node *n = section ? section->first : NULL; n; n = n->next) {
		if (n->kind == NODE_SECTION)
			each(l, n);
		else
			(void)build_error(&l->build, PROBLEM_UNKNOWN_KEY, node_at(n), "a setting where sections are expected",
			                  bytes_none(), NULL);
	}
}

static void load_connection(struct load *l, const struct node *section)
{
	struct connection *c = connection_build(section, l->build.from, l->build.problems);

	if (c)
		l->config->connections[l->config->connection_count++] = c;
}

static void load_connections(struct load *l)
{
	const struct node *section = node_section(l->root, bytes_str("connections"));
	size_t count = 0;

	for (const struct node *n = section ? section->first : NULL; n; n = n->next)
		count += n->kind == NODE_SECTION;
	l->config->connections = arena_array(&l->config->arena, count ? count : 1, sizeof(struct connection *));
	if (l->config->connections)
		each_section(l, "connections", load_connection);
	else
		(void)build_memory(&l->build);
}

static void load_pool(struct load *l, const struct node *section)
{
	if (schema_check(AT_POOL, section, l->build.problems))
		(void)build_error(&l->build, PROBLEM_NOT_BUILT, node_at(section), "not built yet: address pools", bytes_none(), NULL);
}

static void load_authority(struct load *l, const struct node *section)
{
	(void)authority_build(l->config, section, l->build.from, l->build.problems);
}

static uint32_t adit_ms(const struct node *section, const char *name)
{
	uint64_t ms = setting_number(AT_ADIT, section, name) * 1000;

	return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

static uint32_t adit_number(const struct node *section, const char *name)
{
	return (uint32_t)setting_number(AT_ADIT, section, name);
}

static struct settings settings_of(const struct node *s)
{
	return (struct settings){
		.retransmit_timeout = adit_number(s, "retransmit_timeout"),
		.retransmit_base = adit_number(s, "retransmit_base") / 10,
		.retransmit_tries = adit_number(s, "retransmit_tries"),
		.retransmit_jitter = adit_number(s, "retransmit_jitter"),
		.retransmit_limit = adit_number(s, "retransmit_limit"),
		.retransmit_early = adit_number(s, "retransmit_early"),
		.retry_first = adit_ms(s, "retry_first"),
		.retry_most = adit_ms(s, "retry_most"),
		.fragment_size = adit_number(s, "fragment_size"),
		.keep_alive = adit_ms(s, "keep_alive"),
		.half_open_timeout = adit_ms(s, "half_open_timeout"),
		.cookie_threshold = adit_number(s, "cookie_threshold"),
		.block_threshold = adit_number(s, "block_threshold"),
		.init_limit_half_open = adit_number(s, "init_limit_half_open"),
		.make_before_break = setting_bool(AT_ADIT, s, "make_before_break"),
		.crash_detection = setting_bool(AT_ADIT, s, "crash_detection"),
	};
}

void settings_default(struct settings *out)
{
	static const struct node none = { .kind = NODE_SECTION };

	*out = settings_of(&none);
	out->state_dir = (const char *)setting_text(AT_ADIT, &none, "state_dir").at; /* a literal of the table */
}

/* With a mistake in it, which is told, the defaults hold for all. */
static void load_settings(struct load *l)
{
	const struct node *s = node_section(l->root, bytes_str("adit"));
	struct settings *out = &l->config->settings;

	settings_default(out);
	if (!s || !schema_check(AT_ADIT, s, l->build.problems))
		return;
	*out = settings_of(s);
	out->state_dir = arena_str(&l->config->arena, setting_text(AT_ADIT, s, "state_dir"));
	if (!out->state_dir)
		(void)build_memory(&l->build);
	if (!out->state_dir)
		settings_default(out);
}

/* --- secrets --- */

static const char *const shared_kinds[] = { "ike", "eap", "xauth", "ntlm", "ppk", NULL };
static const char *const file_kinds[] = { "private", "rsa", "ecdsa", "pkcs8", NULL };

static const char *kind_in(const char *const *kinds, const char *name)
{
	for (; *kinds; kinds++) {
		if (text_starts(bytes_str(name), *kinds))
			return *kinds;
	}
	return NULL;
}

/* Passphrases: the files have been listed before. */
static void load_passphrase(struct load *l, const struct node *section, const char *kind)
{
	const struct node *file = node_setting(section, bytes_str("file"));
	const struct node *secret = node_setting(section, bytes_str("secret"));
	struct bytes name = file ? text_trim(setting_value(file)) : bytes_none();
	struct build *b = &l->build;
	struct text path = { 0 };
	bool found = false;

	if (!schema_check(AT_KEYFILE, section, b->problems))
		return;
	if (name.len == 0 || !secret) {
		(void)build_error(b, PROBLEM_MISSING, node_at(section), name.len ? "no secret" : "no file", bytes_none(),
		                  "file = ... and secret = ...");
		return;
	}
	text_add(&path, "%s%s/", b->from->folder, kind);
	text_add_bytes(&path, name);
	for (size_t i = 0; i < l->config->key_count; i++) {
		struct key_conf *key = &l->config->keys[i];

		if (strcmp(key->path, text_str(&path)) != 0)
			continue;
		found = true;
		key->passphrase = arena_copy(&l->config->arena, setting_value(secret));
		key->at = node_at(section);
	}
	if (!found)
		build_advice(b, node_value_at(file), "there is no such file", bytes_str(text_str(&path)));
	text_clear(&path);
}

static void load_secret(struct load *l, const struct node *section)
{
	static const char *const known[] = { "ike",  "eap", "xauth", "ntlm",   "ppk",   "private", "rsa",
					     "ecdsa", "pkcs8", "pkcs12", "token", NULL };
	const char *name = section->name, *kind = kind_in(file_kinds, name);
	bool token = text_starts(bytes_str(name), "token"), pkcs12 = text_starts(bytes_str(name), "pkcs12");

	if (token || pkcs12)
		(void)(schema_check(token ? AT_TOKEN : AT_KEYFILE, section, l->build.problems) &&
		       build_error(&l->build, PROBLEM_NOT_BUILT, node_at(section),
		                   token ? "not built yet: keys on tokens" : "not built yet: PKCS#12 containers", bytes_none(),
		                   NULL));
	else if (kind)
		load_passphrase(l, section, kind);
	else if (kind_in(shared_kinds, name))
		(void)secret_build(l->config, section, l->build.from, l->build.problems);
	else
		(void)build_unknown_section(&l->build, section, known);
}

/* --- folders --- */

struct folder {
	struct load *load;
	const char *name;
	bool keys, ca;
};

static void add_file(struct folder *f, const char *path, struct bytes data, struct conf_at at)
{
	struct build *b = &f->load->build;
	struct config *c = f->load->config;

	if (f->keys) {
		struct key_conf *keys = build_more(b, c->keys, c->key_count, sizeof(*keys));

		if (keys) {
			c->keys = keys;
			c->keys[c->key_count++] = (struct key_conf){ .path = path, .data = data, .at = at };
		}
	} else {
		struct cert_conf *certs = build_more(b, c->certs, c->cert_count, sizeof(*certs));

		if (certs) {
			c->certs = certs;
			c->certs[c->cert_count++] = (struct cert_conf){ .path = path, .data = data, .must_be_ca = f->ca, .at = at };
		}
	}
}

/* A file that cannot be read is told, and the walk goes on. */
static bool take_file(void *to, const char *name)
{
	struct folder *f = to;
	struct load *l = f->load;
	struct text path = { 0 };
	struct conf_at at = { 0 };
	struct bytes data;
	const char *kept;

	if (name[0] == '.' || name[0] == '\0' || name[strlen(name) - 1] == '~')
		return true;
	text_add(&path, "%s%s/%s", l->build.from->folder, f->name, name);
	at.file = conf_intern(bytes_str(text_str(&path)));
	text_clear(&path);
	if (build_read_file(&l->build, f->name, bytes_str(name), at, &data, &kept))
		add_file(f, kept, data, at);
	return true;
}

static void load_folder(struct load *l, const char *name, bool keys, bool ca)
{
	const struct config_loader *loader = l->build.from->loader;
	struct folder f = { .load = l, .name = name, .keys = keys, .ca = ca };
	struct conf_at at = { 0 };
	struct reason why = { 0 };
	struct text path = { 0 };

	text_add(&path, "%s%s", l->build.from->folder, name);
	at.file = conf_intern(bytes_str(text_str(&path)));
	if (!loader->list(loader->ctx, text_str(&path), take_file, &f, &why))
		(void)build_refused(&l->build, PROBLEM_FILE, at, &why, bytes_none());
	text_clear(&path);
}

static void load_folders(struct load *l)
{
	load_folder(l, "x509", false, false);
	load_folder(l, "x509ca", false, true);
	for (size_t i = 0; file_kinds[i]; i++)
		load_folder(l, file_kinds[i], true, false);
}

/* --- all --- */

static void load_tree(const struct config_loader *loader, struct config *c, const char *folder, const struct tree *raw,
                      const struct tree *plain, struct problems *problems)
{
	struct proposals_memo memo = { 0 };
	struct build_from from = { .loader = loader, .folder = folder, .from_file = true, .memo = &memo };
	struct load l = { .build = { .from = &from, .problems = problems, .arena = &c->arena },
		          .config = c,
		          .root = plain->root };

	check_top(&l, raw->root);
	load_settings(&l);
	load_connections(&l);
	load_folders(&l);
	each_section(&l, "secrets", load_secret);
	each_section(&l, "authorities", load_authority);
	each_section(&l, "pools", load_pool);
	arena_clear(&memo.arena);
}

static struct config *config_new(const char *path)
{
	struct config *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->arena.limit = CONFIG_ARENA_MAX;
	c->file = conf_intern(bytes_str(path));
	return c;
}

bool config_load(const struct config_loader *loader, const char *path, struct config **out, struct problems *problems)
{
	struct tree *raw = tree_new(NULL), *plain = NULL;
	struct config *c = config_new(path);
	const char *slash = strrchr(path, '/');
	struct bytes dir = bytes(path, slash ? (size_t)(slash - path) + 1 : 0);
	char *folder = c ? arena_str(&c->arena, dir) : NULL;
	struct reason why = { .kind = REASON_MEMORY };

	*out = NULL;
	if (raw && folder && config_parse(raw, loader, path, problems)) {
		plain = tree_resolve(raw, is_top, &why);
		if (!plain) {
			why.where.file = c->file;
			(void)problem_add(problems, PROBLEM_SYNTAX, false, &why);
		}
	} else if (!raw || !folder) {
		(void)problem_add(problems, PROBLEM_MEMORY, false, &why);
	}
	if (plain)
		load_tree(loader, c, folder, raw, plain, problems);
	if (plain)
		*out = c;
	else
		config_free(c);
	tree_free(plain);
	tree_free(raw);
	return *out != NULL;
}

void config_free(struct config *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->connection_count; i++)
		connection_unref(c->connections[i]);
	arena_clear(&c->arena);
	free(c);
}
