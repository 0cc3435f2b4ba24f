/* SPDX-License-Identifier: ISC */
/* What is lost of a child in several Child SAs. */
#include "ike/lost.h"

#include <stdlib.h>

struct lost {
	struct list link;              /* entry->lost */
	struct connection *conn;       /* reference */
	const struct child_conf *conf; /* in conn */
	struct pair_ts ts;
};

static void lost_free(struct conn_entry *entry, struct lost *l)
{
	list_remove(&l->link);
	entry->lost_count--;
	connection_unref(l->conn);
	free(l);
}

static bool is_part(const struct child *c)
{
	return c->local_ts.count == 1 && c->remote_ts.count == 1 &&
	       (unsigned)c->conf->local_ts.count * c->conf->remote_ts.count > 1;
}

/* Without memory it comes back with the next `up`, or by a trap. */
void lost_note(const struct child *c)
{
	struct conn_entry *entry = c->sa->phase == PHASE_UP && is_part(c) ? entry_find(c->sa->engine, c->conn->name) : NULL;
	struct lost *l;

	if (!entry || !entry_wants(entry, c->conf->name) || entry->lost_count >= LOST_MAX)
		return;
	l = calloc(1, sizeof(*l));
	if (!l)
		return;
	l->conn = connection_ref(c->conn);
	l->conf = c->conf;
	l->ts = (struct pair_ts){ .local = c->local_ts.list[0], .remote = c->remote_ts.list[0], .alone = true };
	list_append(&entry->lost, &l->link);
	entry->lost_count++;
}

static bool is_carried(const struct conn_entry *entry, const struct lost *l)
{
	LIST_EACH(at, &entry->sas) {
		const struct sa *sa = LIST_ITEM(at, const struct sa, of_entry);

		if (sa->phase == PHASE_UP && child_covers(sa, l->conf->name, &l->ts))
			return true;
	}
	return false;
}

/* When nothing of the child is up, the whole is asked for anyway. */
void lost_bring(struct conn_entry *entry)
{
	struct reason why = { 0 };

	LIST_EACH_SAFE(at, &entry->lost) {
		struct lost *l = LIST_ITEM(at, struct lost, link);
		const struct child_conf *child = connection_child(entry->conn, l->conf->name);

		if (child && child_conf_same(child, l->conf) && entry_is_up(entry, child->name) && !is_carried(entry, l))
			(void)entry_bring_ts(entry, child, &l->ts, 0, &why);
		lost_free(entry, l);
	}
}

void lost_forget(struct conn_entry *entry, const char *child)
{
	LIST_EACH_SAFE(at, &entry->lost) {
		struct lost *l = LIST_ITEM(at, struct lost, link);

		if (!child || strcmp(l->conf->name, child) == 0)
			lost_free(entry, l);
	}
}
