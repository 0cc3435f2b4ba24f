/* SPDX-License-Identifier: ISC */
/* adit check: reads a configuration as the daemon would, and names each fault. Needs no daemon and no rights. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/private.h"
#include "config/load.h"
#include "crypto/pki.h"
#include "linux/files.h"
#include "policy/explain.h"

static const char *default_file(void)
{
	return access("/etc/adit/adit.conf", F_OK) == 0 ? "/etc/adit/adit.conf" : "/etc/swanctl/swanctl.conf";
}

static void add_refused(struct problems *problems, const char *path, const struct reason *why, bool warning)
{
	struct text words = { 0 };
	struct reason told = *why;

	reason_print(&words, why);
	(void)refuse(&told, why->kind, 0, value_none(), value_none(), why->where);
	told.about = value_text(text_str(&words));
	if (!told.where.file)
		told.where.file = path;
	(void)problem_add(problems, PROBLEM_FILE, warning, &told);
	text_clear(&words);
}

static void check_times(struct problems *problems, const struct cert_conf *conf, const struct cert *cert)
{
	struct reason why = { 0 };
	int64_t from, until, now = time(NULL);

	cert_times(cert, &from, &until);
	if (now > until)
		(void)refuse(&why, REASON_CERT_EXPIRED, 0, value_of(VALUE_TIME, (uint64_t)now, bytes_none()),
		             value_of(VALUE_TIME, (uint64_t)until, bytes_none()), conf->at);
	else if (now < from)
		(void)refuse(&why, REASON_CERT_NOT_YET, 0, value_of(VALUE_TIME, (uint64_t)now, bytes_none()),
		             value_of(VALUE_TIME, (uint64_t)from, bytes_none()), conf->at);
	why.about = value_of(VALUE_DN, 0, cert_subject(cert));
	if (why.kind != REASON_NONE)
		add_refused(problems, conf->path, &why, true);
}

/* Certificates and keys are read as the keyring would read them. */
static void check_credentials(const struct config *config, struct problems *problems)
{
	struct reason why = { 0 };

	for (size_t i = 0; i < config->cert_count; i++) {
		struct arena arena = { 0 };
		struct cert *cert = cert_read(config->certs[i].data, &why, &arena);

		if (cert)
			check_times(problems, &config->certs[i], cert);
		else
			add_refused(problems, config->certs[i].path, &why, false);
		cert_free(cert);
		arena_clear(&arena);
	}
	for (size_t i = 0; i < config->key_count; i++) {
		struct arena arena = { 0 };
		struct key *key = key_read(config->keys[i].data, config->keys[i].passphrase, &why, &arena);

		if (!key)
			add_refused(problems, config->keys[i].path, &why, false);
		key_free(key);
		arena_clear(&arena);
	}
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_text(const struct cli *cli, const char *path, const struct config *config, const struct problems *problems)
{
	for (const struct problem *p = problems->first; p; p = p->next) {
		struct text line = { 0 };

		config_problem_print(&line, p);
		/* a warning says that it is one */
		printf("%s%s%s%s\n", p->warning ? cli_yellow(cli) : cli_red(cli), p->warning ? "" : "error: ", text_str(&line), cli_plain(cli));
		text_clear(&line);
	}
	if (!config)
		printf("%s: nothing would be loaded\n", path);
	else
		printf("%s: %zu connection%s, %zu secret%s, %zu certificate%s, %zu private key%s; %zu error%s, %zu warning%s\n", path,
		       config->connection_count, plural(config->connection_count), config->secret_count, plural(config->secret_count),
		       config->cert_count, plural(config->cert_count), config->key_count, plural(config->key_count), problems->errors,
		       plural(problems->errors), problems->count - problems->errors, plural(problems->count - problems->errors));
}

static void print_json(const struct config *config, const struct problems *problems)
{
	struct text out = { 0 };

	text_add(&out, "{\"loaded\":%s,\"connections\":[", config ? "true" : "false");
	for (size_t i = 0; config && i < config->connection_count; i++) {
		text_add(&out, i ? "," : "");
		json_string(&out, bytes_str(config->connections[i]->name));
	}
	text_add(&out, "],\"problems\":[");
	for (const struct problem *p = problems->first; p; p = p->next) {
		struct text line = { 0 };

		config_problem_print(&line, p);
		text_add(&out, "%s{\"level\":\"%s\",\"file\":", p == problems->first ? "" : ",", p->warning ? "warning" : "error");
		json_string(&out, bytes_str(p->why.where.file ? p->why.where.file : ""));
		text_add(&out, ",\"line\":%u,\"column\":%u,\"text\":", p->why.where.line, p->why.where.column);
		json_string(&out, bytes(text_str(&line), line.len));
		text_add(&out, "}");
		text_clear(&line);
	}
	text_add(&out, "]}");
	printf("%s\n", text_str(&out));
	text_clear(&out);
}

int cli_check(struct cli *cli)
{
	static const struct config_loader loader = { NULL, files_read, files_glob, files_list };
	const char *path = cli->name ? cli->name : default_file();
	struct problems problems = { 0 };
	struct config *config = NULL;
	struct reason why = { 0 };
	int code;

	if (!crypto_start(&why)) {
		fprintf(stderr, "adit: the cryptographic library does not start\n");
		return CLI_FAILED;
	}
	if (config_load(&loader, path, &config, &problems))
		check_credentials(config, &problems);
	if (cli->json)
		print_json(config, &problems);
	else
		print_text(cli, path, config, &problems);
	code = config && problems.errors == 0 ? CLI_OK : CLI_FAILED;
	config_free(config);
	problems_clear(&problems);
	crypto_stop();
	return code;
}
