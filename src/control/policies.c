/* SPDX-License-Identifier: ISC */
/* Traps and shunts over VICI: install, uninstall, list-policies. doc/vici.md 5.2, 5.3, 6. */
#include "control/private.h"

static void change_policy(struct request *q, enum command_kind kind)
{
	char *ike = request_argument(q, "ike"), *child = request_argument(q, "child");
	struct command command = { .kind = kind, .name = ike, .child = child };
	struct text what = { 0 };

	if (!child) {
		answer_fail(&q->answer, "missing configuration name");
	} else if (kind == COMMAND_INSTALL && !request_child_known(q, ike, child)) {
		answer_fail(&q->answer, "configuration name not found");
	} else {
		text_add(&what, "policy '%s'", child);
		request_start(q, &command, vici_find_number(q->message, "timeout", 0), text_str(&what));
	}
	text_clear(&what);
}

void command_install(struct request *q)
{
	change_policy(q, COMMAND_INSTALL);
}

void command_uninstall(struct request *q)
{
	change_policy(q, COMMAND_UNINSTALL);
}

/* --- list-policies --- */

struct policy_filter {
	struct request *q;
	struct bytes ike, child;
	bool kinds[POLICY_DROP + 1];
};

const char *mode_words(const struct child_conf *c)
{
	static const char *const words[] = { "TUNNEL", "TRANSPORT", "PASS", "DROP" };

	return words[c->mode & 3u];
}

static bool list_policy(void *ctx, const struct policy_info *policy)
{
	struct policy_filter *f = ctx;
	const char *child = policy->conf->name;
	struct text m = { 0 }, name = { 0 };

	if (!f->kinds[policy->kind] || (f->ike.len && !bytes_equal(f->ike, bytes_str(policy->connection))) ||
	    (f->child.len && !bytes_equal(f->child, bytes_str(child))))
		return true;
	text_add(&name, "%.120s/%.120s", policy->connection, child); /* a section's name has 255 bytes at most */
	vici_section(&m, text_str(&name));
	vici_key_str(&m, "child", child);
	if (policy->reqid)
		vici_key_format(&m, "reqid", "%u", policy->reqid);
	vici_key_str(&m, "ike", policy->connection);
	vici_key_str(&m, "mode", mode_words(policy->conf));
	if (!policy->installed)
		vici_key_str(&m, "adit-pending", "yes");
	list_selectors(&m, "local-ts", &policy->conf->local_ts);
	list_selectors(&m, "remote-ts", &policy->conf->remote_ts);
	vici_section_end(&m);
	client_event(f->q->client, ON_LIST_POLICY, &m);
	text_clear(&name);
	text_clear(&m);
	return !f->q->client->dropped;
}

void command_list_policies(struct request *q)
{
	struct policy_filter f = { .q = q };
	struct bytes present;

	(void)vici_find_text(q->message, "ike", &f.ike);
	(void)vici_find_text(q->message, "child", &f.child);
	f.kinds[POLICY_TRAP] = vici_find_text(q->message, "trap", &present);
	f.kinds[POLICY_PASS] = vici_find_text(q->message, "pass", &present);
	f.kinds[POLICY_DROP] = vici_find_text(q->message, "drop", &present);
	engine_each_policy(q->control->engine, list_policy, &f);
}
