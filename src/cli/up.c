/* SPDX-License-Identifier: ISC */
/* adit up, down, rekey, install, uninstall: names to what they mean, progress as it happens, and the reason when it fails. */
#include <stdlib.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/private.h"

/* What NAME means: a connection (all its children), else a child, else connection/child. */
struct target {
	const char *name;
	struct bytes conn, child;   /* of "conn/child" */
	char *ike, *only_child;     /* found; owned */
	unsigned children_of_name;  /* how many connections have a child of this name */
};

static char *dup_bytes(struct bytes b)
{
	char *s = strndup((const char *)b.at, b.len);

	if (!s)
		abort();
	return s;
}

/* One list-conn event: does NAME mean this connection, or a child in it? */
static void match_conn(void *ctx, struct bytes message)
{
	struct target *t = ctx;
	struct vici_reader r = vici_reader(message);
	struct bytes conn = bytes_none(), want = t->conn.len ? t->child : bytes_str(t->name);
	bool in_children = false;

	for (struct vici_element e = vici_next(&r); e.kind != VICI_END && e.kind != VICI_BAD; e = vici_next(&r)) {
		if (e.kind != VICI_SECTION_START)
			continue;
		if (r.depth == 1)
			conn = e.name;
		else if (r.depth == 2)
			in_children = bytes_equal(e.name, bytes_str("children"));
		if (r.depth == 1 && bytes_equal(conn, bytes_str(t->name)) && !t->ike)
			t->ike = dup_bytes(conn);
		if (r.depth != 3 || !in_children || !bytes_equal(e.name, want) || (t->conn.len && !bytes_equal(conn, t->conn)))
			continue;
		if (t->children_of_name++ > 0 || (t->ike && !t->only_child))
			continue; /* a connection of that name wins */
		t->ike = t->ike ? t->ike : dup_bytes(conn);
		t->only_child = dup_bytes(e.name);
	}
}

static void say_unknown(const struct cli *cli, struct client *c, const char *name)
{
	size_t len = strcspn(name, "/");
	char *conn = dup_bytes(bytes(name, len)), *why = cli_not_loaded(c, conn);

	if (why)
		cli_say_error(cli, bytes_str(why));
	else
		fprintf(stderr, "adit: no connection and no child is called '%s' (adit status shows the names)\n", name);
	free(conn);
	free(why);
}

static bool target_find(const struct cli *cli, struct target *t, struct client *c)
{
	const char *name = cli->name;
	const char *slash = strchr(name, '/');
	struct text answer;

	*t = (struct target){ .name = name };
	if (slash) {
		t->conn = bytes(name, (size_t)(slash - name));
		t->child = bytes_str(slash + 1);
	}
	if (!client_call(c, "list-conns", bytes_none(), "list-conn", match_conn, t, &answer))
		return false;
	text_clear(&answer);
	if (t->only_child && !slash && strcmp(t->ike, name) == 0) {
		free(t->only_child); /* met the child first, then the connection of the same name */
		t->only_child = NULL;
	}
	if (!t->ike)
		say_unknown(cli, c, name);
	else if (t->only_child && !slash && t->children_of_name > 1)
		fprintf(stderr, "adit: %u connections have a child '%s'; taking %s/%s\n", t->children_of_name, name, t->ike, t->only_child);
	return t->ike != NULL;
}

static void target_clear(struct target *t)
{
	free(t->ike);
	free(t->only_child);
}

/* What was shown already needs no second telling. */
struct progress {
	const struct cli *cli;
	struct text shown;
};

static void show_progress(void *ctx, struct bytes message)
{
	struct progress *p = ctx;
	struct text line = { 0 };
	struct bytes msg;

	if (p->cli->quiet || p->cli->json || !vici_find(message, NULL, "msg", &msg))
		return;
	text_add_safe(&line, msg);
	printf("  %s\n", text_str(&line));
	fflush(stdout);
	text_add(&p->shown, "%s\n", text_str(&line));
	text_clear(&line);
}

static void print_name(struct text *t, const struct target *target)
{
	text_add_safe(t, bytes_str(target->ike));
	if (target->only_child) {
		text_add(t, "/");
		text_add_safe(t, bytes_str(target->only_child));
	}
}

/* The daemon's sentence, "establishing CHILD_SA 'net' failed: REASON"; a short one when the progress told the reason already. */
static void say_failed(const struct cli *cli, const struct target *t, const char *verb, struct bytes errmsg, const struct progress *p)
{
	struct text words = { 0 }, name = { 0 };
	const char *reason;

	text_add_safe(&words, errmsg);
	reason = strstr(text_str(&words), " failed: ");
	if (reason && p->shown.len && strstr(text_str(&p->shown), reason + strlen(" failed: "))) {
		print_name(&name, t);
		text_add(&name, strcmp(verb, "up") == 0 ? " did not come up" : " did not go down");
		cli_say_error(cli, bytes(name.at, name.len));
	} else {
		cli_say_error(cli, errmsg);
	}
	text_clear(&words);
	text_clear(&name);
}

static void put_target(struct text *m, const struct cli *cli, const struct target *t)
{
	vici_key_str(m, "ike", t->ike);
	if (t->only_child)
		vici_key_str(m, "child", t->only_child);
	else
		vici_key_str(m, "all", "yes");
	if (cli->timeout)
		vici_key_format(m, "timeout", "%ld", cli->timeout * 1000);
}

static int finish(struct cli *cli, struct client *c, const struct target *t, const struct text *answer, const char *verb,
                  const struct progress *progress)
{
	struct bytes errmsg;

	if (cli->json)
		return cli_json_answer(answer);
	if (client_good(answer, &errmsg)) {
		printf("%s%s%s%s is %s%s\n", cli_green(cli), t->ike, t->only_child ? "/" : "", t->only_child ? t->only_child : "", verb,
		       cli_plain(cli));
		return CLI_OK;
	}
	say_failed(cli, t, verb, errmsg, progress);
	if (strcmp(verb, "up") == 0) {
		cli_print_last_attempt(cli, c, t->ike);
		fprintf(stderr, "\nadit explain %s tells each step.\n", t->ike);
	}
	return CLI_FAILED;
}

static int up_or_down(struct cli *cli, const char *command, const char *verb)
{
	struct client *c = client_open(cli->uri);
	struct text message = { 0 }, answer = { 0 };
	struct progress progress = { cli, { 0 } };
	struct target t = { 0 };
	int code = CLI_FAILED;

	if (!c)
		return CLI_FAILED;
	if (target_find(cli, &t, c)) {
		put_target(&message, cli, &t);
		if (client_call(c, command, bytes(message.at, message.len), "control-log", show_progress, &progress, &answer))
			code = finish(cli, c, &t, &answer, verb, &progress);
	}
	target_clear(&t);
	text_clear(&progress.shown);
	text_clear(&message);
	text_clear(&answer);
	client_close(c);
	return code;
}

int cli_up(struct cli *cli)
{
	return up_or_down(cli, "initiate", "up");
}

/* A command that is answered at once. child_only: a connection's name will not do. */
static int change(struct cli *cli, const char *command, bool child_only, const char *done)
{
	struct client *c = client_open(cli->uri);
	struct text message = { 0 }, answer = { 0 };
	struct target t = { 0 };
	struct bytes errmsg;
	int code = CLI_FAILED;

	if (!c)
		return CLI_FAILED;
	if (target_find(cli, &t, c) && child_only && !t.only_child) {
		fprintf(stderr, "adit: which child of '%s'? CONNECTION/CHILD names it (adit status shows the names)\n", t.ike);
	} else if (t.ike) {
		put_target(&message, cli, &t);
		if (client_call(c, command, bytes(message.at, message.len), NULL, NULL, NULL, &answer)) {
			if (cli->json)
				code = cli_json_answer(&answer);
			else if (!client_good(&answer, &errmsg))
				cli_say_error(cli, errmsg);
			else
				code = CLI_OK, printf("%s%s%s%s is %s%s\n", cli_green(cli), t.ike, t.only_child ? "/" : "",
				                      t.only_child ? t.only_child : "", done, cli_plain(cli));
		}
	}
	target_clear(&t);
	text_clear(&message);
	text_clear(&answer);
	client_close(c);
	return code;
}

int cli_install(struct cli *cli)
{
	return change(cli, "install", true, "installed");
}

int cli_uninstall(struct cli *cli)
{
	return change(cli, "uninstall", true, "uninstalled");
}

int cli_rekey(struct cli *cli)
{
	return change(cli, "rekey", false, "being rekeyed");
}

int cli_down(struct cli *cli)
{
	return up_or_down(cli, "terminate", "down");
}
