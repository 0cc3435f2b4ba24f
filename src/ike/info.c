/* SPDX-License-Identifier: ISC */
/* Looking in: listings, news of SAs, counters. */
#include "ike/entry.h"
#include "ike/exchange.h"
#include "ike/roam.h"
#include "iana/ikev2.h"

const char *ike_state_name(enum ike_state s)
{
	switch (s) {
	case IKE_CREATED: return "CREATED";
	case IKE_CONNECTING: return "CONNECTING";
	case IKE_ESTABLISHED: return "ESTABLISHED";
	case IKE_REKEYING: return "REKEYING";
	case IKE_REKEYED: return "REKEYED";
	case IKE_DELETING: return "DELETING";
	case IKE_DESTROYING: return "DESTROYING";
	}
	return "?";
}

static enum ike_state state_of(const struct sa *sa)
{
	switch (sa->phase) {
	case PHASE_NEW:
		return sa->ours || sa->theirs ? IKE_CONNECTING : IKE_CREATED;
	case PHASE_KEYED:
		return IKE_CONNECTING;
	case PHASE_UP:
		return sa->ours && sa->ours->kind == JOB_IKE_REKEY ? IKE_REKEYING : IKE_ESTABLISHED;
	case PHASE_CLOSING:
		return sa->rekeyed && sa->gone_at ? IKE_REKEYED : IKE_DELETING;
	case PHASE_GONE:
		return IKE_DESTROYING;
	}
	return IKE_DESTROYING;
}

static const char *task_name(const struct job *job)
{
	if (!job)
		return NULL;
	switch (job->kind) {
	case JOB_INIT: return "IKE_INIT";
	case JOB_AUTH: return "IKE_AUTH";
	case JOB_CHILD: return "CHILD_CREATE";
	case JOB_CHILD_DELETE: return "CHILD_DELETE";
	case JOB_IKE_DELETE: return "IKE_DELETE";
	case JOB_REFUSE: return "INFORMATIONAL";
	case JOB_LIVENESS: return "IKE_DPD";
	case JOB_CHILD_REKEY: return "CHILD_REKEY";
	case JOB_IKE_REKEY: return "IKE_REKEY";
	case JOB_ADDRESSES: return "IKE_MOBIKE";
	case JOB_KINDS: break;
	}
	return NULL;
}

void ike_info_of(const struct sa *sa, struct ike_info *out)
{
	*out = (struct ike_info){
		.id = sa->id, .connection = sa_name(sa), .version = sa->table->major, .state = state_of(sa),
		.initiator = sa->initiator, .spi_i = sa->spi_i, .spi_r = sa->spi_r, .path = sa->path,
		.local_id = sa->local_id, .remote_id = sa->remote_id, .nat_local = sa->nat_local,
		.nat_remote = sa->nat_remote, .nat_fake = sa->nat_fake,
		.suite = sa->gen.suite.encr ? &sa->gen.suite : NULL, .established = sa->established,
		.rekey_at = sa->phase == PHASE_UP ? sa->rekey_at : NEVER, .reauth_at = sa->reauth_at, .retransmits = sa->ours ? sa->ours->tries : 0,
		.no_path = roam_away(sa), .peers = sa->roam ? sa->roam->peers : NULL, .peer_count = sa->roam ? sa->roam->peer_count : 0,
		.child_count = sa->child_count, .task = sa->ours ? task_name(sa->ours->job) : NULL,
	};
}

void engine_each_ike(const struct engine *e, bool (*each)(void *ctx, const struct ike_info *ike), void *ctx)
{
	struct ike_info info;

	LIST_EACH(at, &e->sas) {
		const struct sa *sa = LIST_ITEM(at, const struct sa, link);

		if (sa->dead || sa->phase == PHASE_GONE || sa->spare)
			continue;
		ike_info_of(sa, &info);
		if (!each(ctx, &info))
			return;
	}
}

void engine_each_child(const struct engine *e, uint32_t ike_id, bool (*each)(void *ctx, const struct child_info *child), void *ctx)
{
	const struct sa *sa = map_get(&e->by_id, ike_id);
	struct child_info info;

	if (!sa || sa->dead)
		return;
	LIST_EACH(at, &sa->children) {
		child_info_of(LIST_ITEM(at, const struct child, link), &info);
		if (!each(ctx, &info))
			return;
	}
}

void engine_each_connection(const struct engine *e, bool (*each)(void *ctx, const struct connection *conn), void *ctx)
{
	LIST_EACH(at, &e->entries)
		if (!each(ctx, LIST_ITEM(at, const struct conn_entry, link)->conn))
			return;
}

const struct connection *engine_connection(const struct engine *e, const char *name)
{
	const struct conn_entry *entry = entry_find(e, name);

	return entry ? entry->conn : NULL;
}

/* --- news: copies, since the SA may be gone when the host reads --- */

static struct ike_info *copy_ike(struct queued *q, const struct sa *sa)
{
	struct ike_info *info = arena_take(&q->arena, sizeof(*info));
	struct suite *suite = arena_take(&q->arena, sizeof(*suite));

	if (!info || !suite)
		return NULL;
	ike_info_of(sa, info);
	info->peers = NULL;
	info->peer_count = 0;
	if (sa->conn)
		info->connection = arena_str(&q->arena, bytes_str(sa->conn->name));
	if (info->suite) {
		*suite = *info->suite;
		info->suite = suite;
	}
	if (!identity_copy(&info->local_id, &sa->local_id, &q->arena) ||
	    !identity_copy(&info->remote_id, &sa->remote_id, &q->arena))
		return NULL;
	return info;
}

struct child_copy {
	struct child_info info;
	struct suite suite;
	struct selectors local, remote;
};

static struct child_info *copy_child(struct queued *q, const struct child *c)
{
	struct child_copy *copy = arena_take(&q->arena, sizeof(*copy));

	if (!copy)
		return NULL;
	child_info_of(c, &copy->info);
	copy->suite = c->suite;
	copy->info.suite = &copy->suite;
	connection_unref(q->conn);
	q->conn = connection_ref(c->conn);
	copy->info.name = arena_str(&q->arena, bytes_str(c->conf->name));
	if (!copy->info.name || !selectors_copy(&copy->local, &c->local_ts, &q->arena) ||
	    !selectors_copy(&copy->remote, &c->remote_ts, &q->arena))
		return NULL;
	copy->info.local_ts = &copy->local;
	copy->info.remote_ts = &copy->remote;
	return &copy->info;
}

/* What was replaced: an IKE SA or a Child SA. */
struct replaced {
	const struct sa *ike;
	const struct child *child;
	const struct path *path; /* of the same IKE SA */
};

static void tell(struct sa *sa, const struct child *c, struct replaced old, enum tell_kind kind)
{
	struct queued *q = queued_new(EVENT_TELL);
	struct ike_info *ike = q ? copy_ike(q, sa) : NULL;
	struct ike_info *old_ike = ike && (old.ike || old.path) ? copy_ike(q, old.ike ? old.ike : sa) : NULL;
	struct child_info *child = ike && c ? copy_child(q, c) : NULL;
	struct child_info *old_child = ike && old.child ? copy_child(q, old.child) : NULL;

	if (!ike || (c && !child) || ((old.ike || old.path) && !old_ike) || (old.child && !old_child)) {
		queued_free(q);
		engine_count(sa->engine, COUNTER_EVENT_LOST);
		return;
	}
	if (old.path)
		old_ike->path = *old.path;
	q->event.tell = (struct tell){ .kind = kind, .connection = ike->connection, .ike_id = sa->id,
		                       .child_id = c ? c->id : 0, .command = sa->command, .ike = ike, .child = child,
		                       .old_ike = old_ike, .old_child = old_child };
	event_post(sa->engine, q);
}

void tell_ike(struct sa *sa, enum tell_kind kind)
{
	tell(sa, NULL, (struct replaced){ 0 }, kind);
}

void tell_ike_update(struct sa *sa, const struct path *before)
{
	tell(sa, NULL, (struct replaced){ .path = before }, TELL_IKE_UPDATE);
}

void tell_ike_rekey(const struct sa *old, struct sa *fresh)
{
	tell(fresh, NULL, (struct replaced){ .ike = old }, TELL_IKE_REKEY);
}

void tell_child(struct child *c, enum tell_kind kind)
{
	tell(c->sa, c, (struct replaced){ 0 }, kind);
}

void tell_child_rekey(struct child *old, struct child *fresh)
{
	tell(fresh->sa, fresh, (struct replaced){ .child = old }, TELL_CHILD_REKEY);
}

/* --- counters --- */

size_t engine_counters(const struct engine *e, struct engine_counter *out, size_t max)
{
#define AS_NAME(id, name) name,
	static const char *const names[] = { COUNTERS(AS_NAME) };
#undef AS_NAME
	size_t n = 0;

	for (; n < COUNT_OF(names) && n < max; n++)
		out[n] = (struct engine_counter){ names[n], e->counters[n] };
	return n;
}

void engine_vici_counters(const struct engine *e, const char *connection, uint64_t out[VICI_COUNTERS])
{
	const struct conn_entry *entry = connection ? entry_find(e, connection) : NULL;

	memset(out, 0, VICI_COUNTERS * sizeof(out[0]));
	if (!connection)
		memcpy(out, e->vici, sizeof(e->vici));
	else if (entry)
		memcpy(out, entry->vici, sizeof(entry->vici));
}

void engine_count_vici(struct engine *e, const char *conn, enum vici_counter which)
{
	struct conn_entry *entry = conn ? entry_find(e, conn) : NULL;

	e->vici[which]++;
	if (entry)
		entry->vici[which]++;
}

void engine_count_message(struct engine *e, const char *conn, uint8_t exchange, bool out, bool response)
{
	unsigned which = exchange - (unsigned)IKEV2_EXCHANGE_IKE_SA_INIT;

	if (which > IKEV2_EXCHANGE_INFORMATIONAL - IKEV2_EXCHANGE_IKE_SA_INIT)
		return;
	engine_count_vici(e, conn, (enum vici_counter)(VICI_INIT_IN_REQ + which * 4 + (out ? 2 : 0) + (response ? 1 : 0)));
}

uint64_t engine_row_taken(const struct engine *e, const struct step_table *table, size_t row)
{
	const uint64_t *taken = table == e->conf.v2 ? e->taken[1] : table == e->conf.v1 ? e->taken[0] : NULL;

	return taken && row < table->count ? taken[row] : 0;
}
