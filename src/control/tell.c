/* SPDX-License-Identifier: ISC */
/* The engine's news as VICI events, and the ends of commands as answers. doc/vici.md 6. */
#include "control/private.h"
#include "policy/explain.h"

/* strongSwan's log groups and levels for a story's entry: refusals are 0 or 1, steps are 1, retransmissions 1. */
static void put_log(struct text *m, const struct tell *tell, bool with_thread)
{
	struct text words = { 0 };

	story_entry_print(&words, tell->entry);
	vici_key_str(m, "group", tell->child_id ? "CHD" : "IKE");
	vici_key_str(m, "level", "1");
	if (with_thread)
		vici_key_str(m, "thread", "1");
	if (tell->connection)
		vici_key_str(m, "ikesa-name", tell->connection);
	if (tell->ike_id)
		vici_key_format(m, "ikesa-uniqueid", "%u", tell->ike_id);
	vici_key_str(m, "msg", text_str(&words));
	text_clear(&words);
}

static struct waiting *waiting_find(struct control *c, uint64_t token)
{
	LIST_EACH(at, &c->waitings) {
		struct waiting *w = LIST_ITEM(at, struct waiting, link);

		if (w->token == token)
			return w;
	}
	return NULL;
}

static void tell_story(struct control *c, const struct tell *tell)
{
	struct waiting *w = tell->command ? waiting_find(c, tell->command) : NULL;
	struct text m = { 0 };

	if (w && w->client && w->loglevel >= 1) {
		put_log(&m, tell, false);
		client_event(w->client, ON_CONTROL_LOG, &m);
		text_clear(&m);
	}
	if (control_wanted(c, ON_LOG)) {
		put_log(&m, tell, true);
		control_event(c, ON_LOG, &m);
		text_clear(&m);
	}
}

static const char *sa_name(const struct tell *tell)
{
	return tell->connection ? tell->connection : "(unnamed)";
}

static void tell_ike(struct control *c, const struct tell *tell, bool up)
{
	struct text m = { 0 };

	if (!tell->ike || !control_wanted(c, ON_IKE_UPDOWN))
		return;
	if (up)
		vici_key_str(&m, "up", "yes");
	vici_section(&m, sa_name(tell));
	put_ike(&m, c, tell->ike);
	vici_section_end(&m);
	control_event(c, ON_IKE_UPDOWN, &m);
	text_clear(&m);
}

static void tell_update(struct control *c, const struct tell *tell)
{
	struct text m = { 0 };

	if (!tell->ike || !tell->old_ike || !control_wanted(c, ON_IKE_UPDATE))
		return;
	put_endpoint(&m, "local-host", "local-port", &tell->ike->path.local);
	put_endpoint(&m, "remote-host", "remote-port", &tell->ike->path.remote);
	vici_section(&m, sa_name(tell));
	put_ike(&m, c, tell->old_ike);
	vici_section_end(&m);
	control_event(c, ON_IKE_UPDATE, &m);
	text_clear(&m);
}

static void tell_child(struct control *c, const struct tell *tell, bool up)
{
	struct text m = { 0 };

	if (!tell->ike || !tell->child || !control_wanted(c, ON_CHILD_UPDOWN))
		return;
	if (up)
		vici_key_str(&m, "up", "yes");
	vici_section(&m, sa_name(tell));
	put_ike(&m, c, tell->ike);
	vici_section(&m, "child-sas");
	open_child(&m, tell->child);
	put_child(&m, c, tell->child);
	vici_section_end(&m);
	vici_section_end(&m);
	vici_section_end(&m);
	control_event(c, ON_CHILD_UPDOWN, &m);
	text_clear(&m);
}

/* doc/vici.md 6: the connection has `old` and `new`. */
static void tell_ike_rekey(struct control *c, const struct tell *tell)
{
	struct text m = { 0 };

	if (!tell->ike || !tell->old_ike || !control_wanted(c, ON_IKE_REKEY))
		return;
	vici_section(&m, sa_name(tell));
	vici_section(&m, "old");
	put_ike(&m, c, tell->old_ike);
	vici_section_end(&m);
	vici_section(&m, "new");
	put_ike(&m, c, tell->ike);
	vici_section_end(&m);
	vici_section_end(&m);
	control_event(c, ON_IKE_REKEY, &m);
	text_clear(&m);
}

/* The child's section has its name alone, and in it `old` and `new`. */
static void tell_child_rekey(struct control *c, const struct tell *tell)
{
	struct text m = { 0 };

	if (!tell->ike || !tell->child || !tell->old_child || !control_wanted(c, ON_CHILD_REKEY))
		return;
	vici_section(&m, sa_name(tell));
	put_ike(&m, c, tell->ike);
	vici_section(&m, "child-sas");
	vici_section(&m, tell->child->name);
	vici_section(&m, "old");
	put_child(&m, c, tell->old_child);
	vici_section_end(&m);
	vici_section(&m, "new");
	put_child(&m, c, tell->child);
	vici_section_end(&m);
	vici_section_end(&m);
	vici_section_end(&m);
	vici_section_end(&m);
	control_event(c, ON_CHILD_REKEY, &m);
	text_clear(&m);
}

void control_tell(struct control *c, const struct tell *tell)
{
	switch (tell->kind) {
	case TELL_STORY:
		tell_story(c, tell);
		break;
	case TELL_IKE_UP:
	case TELL_IKE_DOWN:
		tell_ike(c, tell, tell->kind == TELL_IKE_UP);
		break;
	case TELL_CHILD_UP:
	case TELL_CHILD_DOWN:
		tell_child(c, tell, tell->kind == TELL_CHILD_UP);
		break;
	case TELL_IKE_UPDATE:
		tell_update(c, tell);
		break;
	case TELL_IKE_REKEY:
		tell_ike_rekey(c, tell);
		break;
	case TELL_CHILD_REKEY:
		tell_child_rekey(c, tell);
		break;
	}
}

static const char *verb(enum command_kind kind)
{
	switch (kind) {
	case COMMAND_LOAD:
		return "loading";
	case COMMAND_UNLOAD:
		return "unloading";
	case COMMAND_INITIATE:
		return "establishing";
	case COMMAND_TERMINATE:
	case COMMAND_SHUTDOWN:
		return "terminating";
	case COMMAND_REKEY:
		return "rekeying";
	case COMMAND_INSTALL:
		return "installing";
	case COMMAND_UNINSTALL:
		return "uninstalling";
	}
	return "";
}

void control_done(struct control *c, const struct event *done)
{
	struct waiting *w = waiting_find(c, done->token);
	bool none = !done->ok && done->why.kind == REASON_NOT_FOUND;
	struct text words = { 0 };

	if (!w)
		return;
	if (none && (w->kind == COMMAND_TERMINATE || w->kind == COMMAND_REKEY)) {
		text_add(&words, "no matching SAs to %s found", w->kind == COMMAND_REKEY ? "rekey" : "terminate");
	} else if (!done->ok && w->kind == COMMAND_UNINSTALL && done->why.kind == REASON_NOT_FOUND) {
		text_add(&words, "%s not found", w->what);
	} else if (!done->ok) {
		text_add(&words, "%s %s failed: ", verb(w->kind), w->what);
		reason_print(&words, &done->why);
	}
	waiting_answer(c, w, done->ok, text_str(&words), done->matches, done->ended);
	waiting_free(c, w);
	text_clear(&words);
}
