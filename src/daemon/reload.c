/* SPDX-License-Identifier: ISC */
/*
 * The configuration into the daemon: secrets and certificates to the keyring, connections to the engine. Called at start and
 * on SIGHUP; a file with a syntax error changes nothing, a connection with an error is left out and told.
 */
#include <stdlib.h>
#include <unistd.h>

#include "daemon/host.h"
#include "linux/files.h"
#include "policy/explain.h"

const struct config_loader daemon_loader = { NULL, files_read, files_glob, files_list };

static const char *default_file(void)
{
	static const char *const files[] = { "/etc/adit/adit.conf", "/etc/swanctl/swanctl.conf" };

	for (size_t i = 0; i < COUNT_OF(files); i++)
		if (access(files[i], F_OK) == 0)
			return files[i];
	return NULL;
}

static void log_problems(const struct problems *problems)
{
	for (const struct problem *p = problems->first; p; p = p->next) {
		struct text line = { 0 };

		config_problem_print(&line, p);
		log_line(p->warning ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR, "%s", text_str(&line));
		text_clear(&line);
	}
}

static void log_refused(const char *what, const char *path, const struct reason *why)
{
	struct text line = { 0 };

	reason_print(&line, why);
	log_line(LOG_LEVEL_ERROR, "%s %s: %s", what, path ? path : "(inline)", text_str(&line));
	text_clear(&line);
}

static enum shared_kind shared_of(enum secret_kind kind)
{
	switch (kind) {
	case SECRET_IKE:
		return SHARED_IKE;
	case SECRET_EAP:
		return SHARED_EAP;
	case SECRET_NTLM:
		return SHARED_NTLM;
	case SECRET_PPK:
		return SHARED_PPK;
	}
	return SHARED_IKE;
}

/* What cannot be used is told and left out: it may belong to one connection only. */
static void fill_keyring(struct keyring *ring, const struct config *config)
{
	struct reason why = { 0 };

	keyring_clear(ring, ORIGIN_FILE);
	for (size_t i = 0; i < config->secret_count; i++) {
		const struct secret_conf *s = &config->secrets[i];

		if (!keyring_add_shared(ring, ORIGIN_FILE, bytes_str(s->section), shared_of(s->kind), s->secret, s->owners, s->owner_count,
		                        s->at, &why))
			log_refused("secret", s->section, &why);
	}
	for (size_t i = 0; i < config->cert_count; i++) {
		const struct cert_conf *c = &config->certs[i];
		struct arena arena = { 0 };

		if (!keyring_add_cert(ring, ORIGIN_FILE, c->data, c->must_be_ca, c->at, &why, &arena))
			log_refused("certificate", c->path, &why);
		arena_clear(&arena);
	}
	for (size_t i = 0; i < config->key_count; i++) {
		const struct key_conf *k = &config->keys[i];
		struct arena arena = { 0 };
		char id[41];

		if (!keyring_add_key(ring, ORIGIN_FILE, k->data, k->passphrase, k->at, id, &why, &arena))
			log_refused("private key", k->path, &why);
		arena_clear(&arena);
	}
}

static const struct connection *find(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->connection_count; i++)
		if (strcmp(config->connections[i]->name, name) == 0)
			return config->connections[i];
	return NULL;
}

/* Connections that the new file no longer has go; the others are loaded, and the engine sees what changed. */
static void change_connections(struct daemon *d, const struct config *config)
{
	struct now now = daemon_now();

	for (size_t i = 0; d->config && i < d->config->connection_count; i++) {
		struct command command = { .kind = COMMAND_UNLOAD, .name = d->config->connections[i]->name };

		if (!find(config, command.name) && engine_connection(d->engine, command.name))
			engine_command(d->engine, now, TOKEN_LOAD, &command);
	}
	for (size_t i = 0; i < config->connection_count; i++) {
		struct command command = { .kind = COMMAND_LOAD, .conn = config->connections[i] };

		engine_command(d->engine, now, TOKEN_LOAD, &command);
	}
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static bool refuse_file(struct reason *why, struct arena *arena, const char *path, const struct problems *problems)
{
	struct text words = { 0 };

	text_add(&words, "%s: %zu error%s, told above", path, problems->errors, plural(problems->errors));
	(void)refuse(why, REASON_CONFIG, 0, value_none(), value_none(), conf_nowhere());
	why->about = value_of(VALUE_TEXT, 0, arena_copy(arena, bytes(words.at, words.len)));
	text_clear(&words);
	return false;
}

bool daemon_load(struct daemon *d, struct reason *why, struct arena *arena)
{
	const char *path = d->options.config ? d->options.config : default_file();
	struct problems problems = { 0 };
	struct config *config = NULL;
	struct settings defaults;

	if (!path) {
		log_line(LOG_LEVEL_INFO, "no configuration file; connections can be loaded over the control socket");
		settings_default(&defaults);
		daemon_configure(d, &defaults);
		return true;
	}
	if (!config_load(&daemon_loader, path, &config, &problems)) {
		log_problems(&problems);
		(void)refuse_file(why, arena, path, &problems);
		problems_clear(&problems);
		return false;
	}
	log_problems(&problems);
	problems_clear(&d->problems);
	d->problems = problems; /* before the engine's own refusals are added */
	daemon_configure(d, &config->settings);
	fill_keyring(d->keyring, config);
	change_connections(d, config);
	log_line(LOG_LEVEL_INFO, "%s: %zu connection%s loaded, %zu error%s", path, config->connection_count, plural(config->connection_count),
	         problems.errors, plural(problems.errors));
	config_free(d->config);
	d->config = config;
	return true;
}
