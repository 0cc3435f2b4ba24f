/* SPDX-License-Identifier: ISC */
/*
 * adit's own command `adit-explain`: the stories of a connection (argument `name`), or without a name of the peers that
 * no connection fits. Streams one `adit-story` event an attempt, newest first; the answer has
 * `success`, and for a name that is not loaded `faulty`: whether the configuration has it, with the fault in `errmsg`.
 *
 * An event: `begun` (seconds since 1970), `initiator`, `up`, `ended`, `local`, `remote` and a section `entries` of sections
 * 0, 1, ... with `time`, `kind` (the reason's name, for refusals), `refused` (yes: by us; peer: by the
 * peer; fault: a visible fault of our own; no), `line`, `text`.
 */
#include "control/private.h"

static const char *refused_words(const struct story_entry *entry)
{
	switch (entry->kind) {
	case STORY_REFUSED: return "yes";
	case STORY_PEER_REFUSED: return "peer";
	case STORY_VISIBLE_FAULT: return "fault";
	case STORY_STEP:
	case STORY_SENT:
	case STORY_RECEIVED:
	case STORY_RETRANSMIT:
	case STORY_UP:
	case STORY_DOWN: break;
	}
	return "no";
}

static void put_entry(struct text *m, size_t number, const struct story_entry *entry)
{
	struct text line = { 0 }, whole = { 0 };

	vici_section(m, (text_add(&line, "%zu", number), text_str(&line)));
	text_clear(&line);
	story_entry_print(&line, entry);
	story_entry_explain(&whole, entry);
	vici_key_format(m, "time", "%lld", (long long)entry->at.wall);
	vici_key_str(m, "refused", refused_words(entry));
	if (entry->why)
		vici_key_str(m, "kind", reason_name(entry->why->kind));
	vici_key_str(m, "line", text_str(&line));
	vici_key_str(m, "text", text_str(&whole));
	vici_section_end(m);
	text_clear(&line);
	text_clear(&whole);
}

static void key_endpoint(struct text *m, const char *key, const struct endpoint *e)
{
	struct text t = { 0 };

	endpoint_print(&t, e);
	vici_key_str(m, key, text_str(&t));
	text_clear(&t);
}

static bool put_attempt(void *ctx, const struct story_attempt *a)
{
	struct request *q = ctx;
	struct text m = { 0 };

	vici_key_format(&m, "begun", "%lld", (long long)a->begun.wall);
	vici_key_str(&m, "initiator", a->initiator ? "yes" : "no");
	vici_key_str(&m, "up", a->up ? "yes" : "no");
	vici_key_str(&m, "ended", a->ended ? "yes" : "no");
	key_endpoint(&m, "local", &a->path.local);
	key_endpoint(&m, "remote", &a->path.remote);
	vici_section(&m, "entries");
	for (size_t i = 0; i < a->count; i++)
		put_entry(&m, i, &a->entries[i]);
	vici_section_end(&m);
	client_event(q->client, ON_ADIT_STORY, &m);
	text_clear(&m);
	return !q->client->dropped;
}

void command_adit_explain(struct request *q)
{
	struct bytes v;
	char *name = vici_find_text(q->message, "name", &v) && v.len ? arena_str(&q->arena, v) : NULL;

	if (name && !engine_connection(q->control->engine, name)) {
		struct text words = { 0 };
		bool faulty = add_not_loaded(&words, q->control, name);

		if (faulty)
			answer_fail(&q->answer, "%s", text_str(&words));
		else
			answer_fail(&q->answer, "no connection is called '%s' (adit status shows the names)", name);
		vici_key_str(&q->answer, "faulty", faulty ? "yes" : "no");
		text_clear(&words);
		return;
	}
	engine_each_attempt(q->control->engine, name, put_attempt, q);
	answer_ok(&q->answer);
}
