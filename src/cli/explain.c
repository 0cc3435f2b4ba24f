/* SPDX-License-Identifier: ISC */
/* adit explain: the stories of a connection, newest attempt last, so that what matters stands at the prompt. */
#include <stdlib.h>
#include <time.h>

#include "cli/json.h"
#include "cli/private.h"

struct attempts {
	struct text *list; /* whole messages, newest first */
	size_t count;
};

static void collect(void *ctx, struct bytes message)
{
	struct attempts *a = ctx;
	struct text *list = realloc(a->list, (a->count + 1) * sizeof(*list));

	if (!list)
		abort();
	a->list = list;
	a->list[a->count] = (struct text){ 0 };
	text_add_bytes(&a->list[a->count++], message);
}

static void attempts_clear(struct attempts *a)
{
	for (size_t i = 0; i < a->count; i++)
		text_clear(&a->list[i]);
	free(a->list);
}

#define CLOCK 11 /* where the time of day begins in it */

static void time_words(char out[32], struct bytes seconds)
{
	char buf[24] = "";
	time_t t;
	struct tm tm;

	if (seconds.len < sizeof(buf))
		memcpy(buf, seconds.at, seconds.len);
	t = (time_t)strtoll(buf, NULL, 10);
	if (!localtime_r(&t, &tm) || !strftime(out, 32, "%Y-%m-%d %H:%M:%S", &tm))
		memset(out, 0, 32);
}

/* The first line stands behind what was printed already, the others below it; control characters were escaped where the text was made. */
static void print_indented(FILE *to, struct bytes words)
{
	size_t at = 0;

	while (at < words.len) {
		const uint8_t *end = memchr(words.at + at, '\n', words.len - at);
		size_t len = end ? (size_t)(end - words.at) - at : words.len - at;

		fprintf(to, "%s%.*s\n", at ? "          " : "", (int)len, (const char *)words.at + at);
		at += len + 1;
	}
}

struct entry {
	struct bytes words, when, refused;
};

static void print_entry(const struct cli *cli, FILE *to, const struct entry *e)
{
	bool trouble = !bytes_equal(e->refused, bytes_str("no"));
	char stamp[32];

	time_words(stamp, e->when);
	fprintf(to, "%s%s%s  ", trouble ? cli_yellow(cli) : "", stamp + CLOCK, trouble ? cli_plain(cli) : "");
	print_indented(to, e->words);
}

static void print_entries(const struct cli *cli, FILE *to, struct bytes message, bool only_refusals)
{
	const char *before = only_refusals ? "\n" : ""; /* a blank line, if there is anything */
	struct vici_reader r = vici_reader(message);
	struct entry entry = { 0 };

	for (struct vici_element e = vici_next(&r); e.kind != VICI_END && e.kind != VICI_BAD; e = vici_next(&r)) {
		if (e.kind == VICI_KEY_VALUE && r.depth == 2 && bytes_equal(e.name, bytes_str("text")))
			entry.words = e.value;
		if (e.kind == VICI_KEY_VALUE && r.depth == 2 && bytes_equal(e.name, bytes_str("time")))
			entry.when = e.value;
		if (e.kind == VICI_KEY_VALUE && r.depth == 2 && bytes_equal(e.name, bytes_str("refused")))
			entry.refused = e.value;
		if (e.kind != VICI_SECTION_END || r.depth != 1 || (only_refusals && bytes_equal(entry.refused, bytes_str("no"))))
			continue;
		fprintf(to, "%s", before);
		before = "";
		print_entry(cli, to, &entry);
	}
}

static const char *outcome(struct bytes message)
{
	bool up = cli_is(message, NULL, "up", "yes"), ended = cli_is(message, NULL, "ended", "yes");

	return up ? (ended ? "came up, and has ended" : "came up") : ended ? "failed" : "not up yet";
}

static void print_attempt(const struct cli *cli, FILE *to, struct bytes message)
{
	struct bytes begun, local, remote;
	char stamp[32];

	(void)vici_find(message, NULL, "begun", &begun);
	(void)vici_find(message, NULL, "local", &local);
	(void)vici_find(message, NULL, "remote", &remote);
	time_words(stamp, begun);
	fprintf(to, "%sattempt of %s%s: %.*s %s %.*s, %s\n", cli_bold(cli), stamp, cli_plain(cli), (int)local.len, (const char *)local.at,
	        cli_is(message, NULL, "initiator", "yes") ? "to" : "asked by", (int)remote.len, (const char *)remote.at, outcome(message));
	print_entries(cli, to, message, false);
}

/* All of it about the peers that no connection fits: they have no addresses in common. */
static void print_strangers(const struct cli *cli, FILE *to, struct bytes message)
{
	fprintf(to, "%speers that no connection fits%s\n", cli_bold(cli), cli_plain(cli));
	print_entries(cli, to, message, false);
}

static bool fetch(struct client *c, const char *name, struct attempts *a, struct text *answer)
{
	struct text message = { 0 };
	bool ok;

	if (name)
		vici_key_str(&message, "name", name);
	ok = client_call(c, "adit-explain", bytes(message.at, message.len), "adit-story", collect, a, answer);
	text_clear(&message);
	return ok;
}

char *cli_not_loaded(struct client *c, const char *connection)
{
	struct attempts a = { 0 };
	struct text answer = { 0 }, words = { 0 };
	char *line = NULL;
	struct bytes errmsg;

	if (fetch(c, connection, &a, &answer) && !client_good(&answer, &errmsg) && cli_is(bytes(answer.at, answer.len), NULL, "faulty", "yes")) {
		text_add_safe(&words, errmsg);
		line = strdup(text_str(&words));
	}
	attempts_clear(&a);
	text_clear(&answer);
	text_clear(&words);
	return line;
}

void cli_print_last_attempt(struct cli *cli, struct client *c, const char *connection)
{
	struct attempts a = { 0 };
	struct text answer = { 0 };

	if (fetch(c, connection, &a, &answer) && a.count)
		print_entries(cli, stderr, bytes(a.list[0].at, a.list[0].len), true);
	attempts_clear(&a);
	text_clear(&answer);
}

static void print_json(const struct attempts *a)
{
	struct text out = { 0 };

	text_add(&out, "{\"attempts\":[");
	for (size_t i = 0; i < a->count; i++) {
		text_add(&out, i ? "," : "");
		json_message(&out, bytes(a->list[i].at, a->list[i].len));
	}
	text_add(&out, "]}");
	printf("%s\n", text_str(&out));
	text_clear(&out);
}

static void print_text(const struct cli *cli, const struct attempts *a)
{
	if (a->count == 0)
		printf("%s\n", cli->name ? "nothing has happened yet"
		                         : "no peer has come that no connection fits (adit explain NAME tells of a connection)");
	for (size_t i = a->count; i-- > 0;) {
		struct bytes message = bytes(a->list[i].at, a->list[i].len);

		if (cli->name)
			print_attempt(cli, stdout, message);
		else
			print_strangers(cli, stdout, message);
		if (i > 0)
			printf("\n");
	}
}

int cli_explain(struct cli *cli)
{
	struct client *c = client_open(cli->uri);
	struct attempts a = { 0 };
	struct text answer = { 0 };
	struct bytes errmsg;
	int code = CLI_FAILED;

	if (!c)
		return CLI_FAILED;
	if (fetch(c, cli->name, &a, &answer)) {
		code = client_good(&answer, &errmsg) ? CLI_OK : CLI_FAILED;
		if (code == CLI_OK && cli->json)
			print_json(&a);
		else if (code == CLI_OK)
			print_text(cli, &a);
		else
			cli_say_error(cli, errmsg);
	}
	attempts_clear(&a);
	text_clear(&answer);
	client_close(c);
	return code;
}
