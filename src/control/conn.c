/* SPDX-License-Identifier: ISC */
/*
 * load-conn and unload-conn: the message becomes the same tree that a file becomes, and the same builder reads it.
 * doc/vici.md 5.4, 13.1. One bad key discards the whole connection; the old definition stays.
 */
#include "config/build.h"
#include "control/private.h"

static const struct place nowhere;

/* The sections above the reader's place; the tree's own bounds limit the depth. */
struct walk {
	struct tree *tree;
	struct node *open[VICI_DEPTH_MAX + 1];
	unsigned depth;
	struct node *list;
};

static bool put_element(struct walk *w, const struct vici_element *e)
{
	struct node *here = w->open[w->depth];

	switch (e->kind) {
	case VICI_SECTION_START:
		w->open[w->depth + 1] = node_add_section(w->tree, here, e->name, nowhere);
		return w->open[++w->depth] != NULL;
	case VICI_SECTION_END:
		w->depth--;
		return true;
	case VICI_KEY_VALUE:
		return node_add_value(w->tree, here, e->name, e->value, nowhere) != NULL;
	case VICI_LIST_START:
		w->list = node_add_list(w->tree, here, e->name, nowhere);
		return w->list != NULL;
	case VICI_LIST_ITEM:
		return node_add_item(w->tree, w->list, e->value) != NULL;
	case VICI_LIST_END:
	case VICI_END:
	case VICI_BAD:
		return true;
	}
	return false;
}

/* NULL: out of memory, or past a bound of the tree. The message is well-formed: that was checked. */
static struct tree *tree_of_message(const char *root, struct bytes message)
{
	struct walk w = { .tree = tree_new(root) };
	struct vici_reader r = vici_reader(message);
	bool ok = w.tree != NULL;

	w.open[0] = ok ? w.tree->root : NULL;
	for (struct vici_element e = vici_next(&r); ok && e.kind != VICI_END && e.kind != VICI_BAD; e = vici_next(&r))
		ok = put_element(&w, &e);
	if (ok)
		return w.tree;
	tree_free(w.tree);
	return NULL;
}

static void answer_problems(struct request *q, const struct problems *problems)
{
	struct text words = { 0 };

	for (const struct problem *p = problems->first; p; p = p->next) {
		if (p->warning)
			continue;
		config_problem_errmsg(&words, p);
		break;
	}
	answer_fail(&q->answer, "%s", words.len ? text_str(&words) : "out of memory");
	text_clear(&words);
}

static void hand_over(struct request *q, const struct command *command)
{
	struct control *c = q->control;
	struct waiting *w = waiting_new(q, command->kind, "connection", 0);

	if (w)
		c->host.command(c->host.ctx, w->token, command);
	else
		answer_fail(&q->answer, "out of memory");
}

/* A load is done when the engine has taken it: start actions run on (doc/vici.md 13.2). */
static void load_one(struct request *q, const struct node *section, struct problems *problems)
{
	struct control *c = q->control;
	struct build_from from = { .loader = c->host.loader, .folder = "", .from_file = false };
	struct connection *conn = connection_build(section, &from, problems);
	struct command command = { .kind = COMMAND_LOAD, .conn = conn };

	if (!conn) {
		answer_problems(q, problems);
		return;
	}
	hand_over(q, &command);
	connection_unref(conn);
}

void command_load_conn(struct request *q)
{
	struct tree *tree = tree_of_message("connections", q->message);
	struct problems problems = { 0 };
	const struct node *section = tree ? tree->root->first : NULL;

	if (!tree)
		answer_fail(&q->answer, "parsing request failed");
	else if (!section)
		answer_ok(&q->answer); /* an empty message is good: doc/vici.md 2 */
	else if (section->kind != NODE_SECTION || section->next)
		answer_fail(&q->answer, "parsing request failed");
	else
		load_one(q, section, &problems);
	problems_clear(&problems);
	tree_free(tree);
}

void command_unload_conn(struct request *q)
{
	struct control *c = q->control;
	struct command command = { .kind = COMMAND_UNLOAD };
	struct bytes v;

	if (!vici_find_text(q->message, "name", &v) || v.len == 0) {
		answer_fail(&q->answer, "unload: missing connection name");
		return;
	}
	command.name = arena_str(&q->arena, v);
	if (!command.name || !engine_connection(c->engine, command.name))
		answer_fail(&q->answer, "unload: connection '%.*s' not found", (int)v.len, (const char *)v.at);
	else
		hand_over(q, &command);
}
