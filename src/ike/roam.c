/* SPDX-License-Identifier: ISC */
/* This host's network changes: paths are looked for, taken and tried. RFC 4555 3.5, 3.6, 3.10. */
#include "ike/roam.h"
#include "ike/entry.h"
#include "ike/fragment.h"

#include <stdlib.h>

#define UNANSWERED 2u /* retransmissions until other paths are tried */
#define REFUSALS_MAX 5u
#define CANDIDATES_MAX (ROAM_PEERS_MAX + 16u)

struct roam *roam_new(struct sa *sa)
{
	roam_free(sa);
	sa->roam = calloc(1, sizeof(*sa->roam));
	if (!sa->roam) {
		engine_count(sa->engine, COUNTER_MEMORY);
		return NULL;
	}
	sa->roam->leads = sa->initiator;
	sa->roam->check_until = NEVER;
	sa->roam->look_at = NEVER;
	sa->roam->trust = ROAM_TRUST;
	return sa->roam;
}

void roam_free(struct sa *sa)
{
	if (!sa->roam)
		return;
	free(sa->roam->peers);
	free(sa->roam->paths);
	free(sa->roam);
	sa->roam = NULL;
}

void roam_inherit(struct sa *fresh, struct sa *old)
{
	roam_free(fresh);
	fresh->roam = old->roam;
	old->roam = NULL;
	if (!fresh->roam)
		return;
	fresh->roam->mapping_known = false; /* its digest contained the old SPIs */
	/* an answer to what is out no longer tells the new one anything */
	fresh->roam->check = fresh->roam->check || fresh->roam->unchecked;
	fresh->roam->update = fresh->roam->update || (fresh->roam->leads && old->ours && old->ours->job && old->ours->job->kind == JOB_ADDRESSES);
	sa_touch(fresh);
}

void roam_job(struct sa *sa)
{
	const struct roam *r = sa->roam;
	struct job *job;

	if (!r || sa->dead || sa->phase != PHASE_UP || r->away || r->searching || (!r->update && !r->tell && !r->check))
		return;
	LIST_EACH(at, &sa->jobs)
		if (LIST_ITEM(at, struct job, link)->kind == JOB_ADDRESSES)
			return;
	job = job_add(sa, JOB_ADDRESSES);
	if (!job)
		return;
	list_remove(&job->link); /* before all others: they would go to where nobody is */
	list_append(sa->jobs.next, &job->link);
}

/* --- this host's addresses --- */

void roam_watch(struct engine *e)
{
	struct queued *q = NULL;
	struct reason why = { 0 };

	e->addrs_again = e->addrs_asked != NULL;
	if (!e->addrs_asked)
		q = queued_new(EVENT_ASK);
	if (!q)
		return;
	q->event.ask.kind = ASK_ADDRS;
	(void)ask_post_engine(e, &e->addrs_asked, q, &why);
}

void roam_clear(struct engine *e)
{
	if (e->addrs_asked)
		ask_cancel(e, e->addrs_asked);
	free(e->addrs);
	e->addrs = NULL;
	e->addr_count = 0;
}

static size_t find_addr(const struct addr *list, size_t count, const struct addr *a)
{
	size_t i = 0;

	while (i < count && !addr_equal(&list[i], a))
		i++;
	return i;
}

/* Only what was there can go: an address that the host does not list (a loopback's, one of too many) may be used all the same. */
static bool has_gone(const struct engine *e, const struct addr *a)
{
	return find_addr(e->gone, e->gone_count, a) < e->gone_count;
}

static void note_gone(struct engine *e, const struct addr *a)
{
	if (e->gone_count == COUNT_OF(e->gone))
		memmove(e->gone, e->gone + 1, --e->gone_count * sizeof(e->gone[0]));
	e->gone[e->gone_count++] = *a;
}

/* `list` is what this host has now. */
static void compare(struct engine *e, const struct addr *list, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < e->gone_count; i++)
		if (find_addr(list, count, &e->gone[i]) == count)
			e->gone[kept++] = e->gone[i];
	e->gone_count = kept;
	for (size_t i = 0; i < e->addr_count; i++)
		if (find_addr(list, count, &e->addrs[i]) == count)
			note_gone(e, &e->addrs[i]);
}

/* A net that the tunnel protects: the peer has no use for our address in it, unless the tunnel is for everything. */
static bool inside(const struct sa *sa, const struct addr *a)
{
	for (size_t k = 0; k < sa->conn->child_count; k++) {
		const struct selectors *ts = &sa->conn->children[k].local_ts;

		for (size_t i = 0; i < ts->count; i++) {
			const struct selector *s = &ts->list[i];
			struct prefix all;

			if (s->dynamic || s->first.family != a->family || addr_compare(&s->first, a) > 0 || addr_compare(&s->last, a) < 0)
				continue;
			if (!addr_equal(&s->first, &s->last) && !(prefix_of_range(&all, &s->first, &s->last) && all.bits == 0))
				return true;
		}
	}
	return false;
}

static bool configured(const struct connection *c, const struct addr *a)
{
	if (c->local_count == 0)
		return true;
	for (size_t i = 0; i < c->local_count; i++)
		if (c->local_addrs[i].kind == ADDR_CONF_NAME || addr_conf_has(&c->local_addrs[i], a))
			return true;
	return false;
}

static bool is_link_local(const struct addr *a)
{
	return a->family == ADDR_V6 ? a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80 : a->ip[0] == 169 && a->ip[1] == 254;
}

size_t roam_own(const struct sa *sa, struct addr *out)
{
	const struct engine *e = sa->engine;
	size_t n = 0;

	for (size_t i = 0; i < e->addr_count && n < ROAM_OWN_MAX; i++) {
		const struct addr *a = &e->addrs[i];

		if (!addr_equal(a, &sa->path.local.addr) && configured(sa->conn, a) && !is_link_local(a) && !inside(sa, a))
			out[n++] = *a;
	}
	return n;
}

uint64_t roam_digest(const struct engine *e, const struct addr *list, size_t count)
{
	uint64_t digest = siphash(e->hash_seed, bytes(list, count * sizeof(*list)));

	return digest ? digest : 1;
}

/* Our addresses are others: the peer is told; and if the one in use has gone, whoever does not lead looks for another itself (3.6). */
static void addresses_changed(struct sa *sa)
{
	struct roam *r = sa->roam;
	struct addr own[ROAM_OWN_MAX];

	if (!r || sa->phase != PHASE_UP)
		return;
	if (r->told != roam_digest(sa->engine, own, roam_own(sa, own)))
		r->tell = true;
	if (!r->leads && (r->away || has_gone(sa->engine, &sa->path.local.addr)))
		roam_search(sa, false);
	roam_job(sa);
	sa_touch(sa);
}

void roam_addresses(struct engine *e, const struct answer *a)
{
	struct addr *copy = a->ok && a->addr_count ? calloc(a->addr_count, sizeof(*copy)) : NULL;
	bool same;

	if (e->addrs_again)
		roam_watch(e);
	if (!copy && a->ok && a->addr_count)
		engine_count(e, COUNTER_MEMORY);
	if (!a->ok || (!copy && a->addr_count))
		return;
	if (copy)
		memcpy(copy, a->addrs, a->addr_count * sizeof(*copy));
	same = e->addr_count == a->addr_count && (!copy || memcmp(copy, e->addrs, a->addr_count * sizeof(*copy)) == 0);
	compare(e, copy, a->addr_count);
	free(e->addrs);
	e->addrs = copy;
	e->addr_count = a->addr_count;
	if (same)
		return;
	LIST_EACH(at, &e->sas)
		addresses_changed(LIST_ITEM(at, struct sa, link));
}

void roam_network(struct engine *e)
{
	roam_watch(e);
	LIST_EACH(at, &e->sas) {
		struct sa *sa = LIST_ITEM(at, struct sa, link);

		if (!sa->dead && sa->conn && (sa->roam ? sa->roam->leads || sa->roam->away : sa->initiator))
			roam_search(sa, false);
	}
}

/* --- looking for paths --- */

static size_t add_candidate(struct addr *list, size_t count, const struct addr *a)
{
	for (size_t i = 0; i < count; i++)
		if (addr_equal(&list[i], a))
			return count;
	if (count < CANDIDATES_MAX && !addr_unspecified(a))
		list[count++] = *a;
	return count;
}

/*
 * The peer's addresses: the one in use first, unless the peer has left it; then those that it has told, those that are configured,
 * and what their names were resolved to. Behind a NAT it has only the one that we see.
 */
static size_t candidates(const struct sa *sa, struct addr *list)
{
	const struct roam *r = sa->roam;
	const struct conn_entry *entry = entry_find(sa->engine, sa->conn->name);
	size_t n = 0;

	if (!r || !r->left)
		n = add_candidate(list, n, &sa->path.remote.addr);
	if (!r || (sa->nat_remote && !r->left))
		return n;
	for (size_t i = 0; i < r->peer_count; i++)
		n = add_candidate(list, n, &r->peers[i]);
	for (size_t i = 0; i < sa->conn->remote_count && r->leads; i++) {
		const struct addr_conf *a = &sa->conn->remote_addrs[i];

		if (a->kind == ADDR_CONF_RANGE && addr_equal(&a->first, &a->last))
			n = add_candidate(list, n, &a->first);
	}
	for (size_t i = 0; entry && r->leads && i < entry->resolved_count; i++)
		n = add_candidate(list, n, &entry->resolved[i]);
	return n;
}

const struct addr *roam_fixed_local(const struct connection *c, const struct addr *remote)
{
	for (size_t i = 0; i < c->local_count; i++) {
		const struct addr_conf *a = &c->local_addrs[i];

		if (a->kind == ADDR_CONF_RANGE && addr_equal(&a->first, &a->last) && a->first.family == remote->family)
			return &a->first;
	}
	return NULL;
}

static bool ask_source(struct sa *sa, const struct addr *remote)
{
	struct queued *q = queued_new(EVENT_ASK);
	struct reason why = { 0 };

	if (!q) {
		engine_count(sa->engine, COUNTER_MEMORY);
		return false;
	}
	q->event.ask.kind = ASK_SOURCE;
	q->event.ask.remote = *remote;
	return ask_post_sa(sa, q, &why);
}

void roam_search(struct sa *sa, bool urgent)
{
	struct roam *r = sa->roam;
	struct addr list[CANDIDATES_MAX];

	if (sa->dead || !sa->conn || sa->phase == PHASE_GONE || (r && sa->phase != PHASE_UP))
		return;
	if (r)
		r->urgent = r->urgent || urgent;
	if (ask_out_sa(sa, ASK_SOURCE)) {
		if (r)
			r->search_again = true;
		return;
	}
	if (!r) {
		if (sa->path.remote.addr.family != ADDR_NONE)
			(void)ask_source(sa, &sa->path.remote.addr);
		return;
	}
	free(r->paths);
	r->paths = calloc(ROAM_PATHS_MAX, sizeof(*r->paths));
	r->path_count = 0;
	r->at = 0;
	r->search_again = false;
	if (!r->paths)
		engine_count(sa->engine, COUNTER_MEMORY);
	else if (candidates(sa, list) > 0)
		r->searching = ask_source(sa, &list[0]);
}

static void add_path(struct sa *sa, const struct addr *local, const struct addr *remote, uint32_t interface)
{
	struct roam *r = sa->roam;
	struct path p = sa->path;

	p.local.addr = *local;
	p.remote.addr = *remote;
	p.interface = interface;
	for (size_t i = 0; i < r->path_count; i++)
		if (path_equal(&r->paths[i], &p))
			return;
	if (r->path_count < ROAM_PATHS_MAX && local->family == remote->family)
		r->paths[r->path_count++] = p;
}

/* Where routes depend on the source as well, our other addresses lead elsewhere. */
static void add_other_sources(struct sa *sa, const struct addr *list, size_t count)
{
	const struct engine *e = sa->engine;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < e->addr_count; k++)
			if (configured(sa->conn, &e->addrs[k]) && !is_link_local(&e->addrs[k]) && !inside(sa, &e->addrs[k]))
				add_path(sa, &e->addrs[k], &list[i], 0);
}

static void forget_paths(struct roam *r)
{
	free(r->paths);
	r->paths = NULL;
	r->path_count = 0;
}

void roam_resend(struct sa *sa)
{
	struct exchange *x = sa->ours;

	if (x && x->stage == STAGE_SENT && !x->answered && x->request.len)
		retransmit_anew(x);
}

static bool is_bound(const struct child *c)
{
	if (c->mode == MODE_TRANSPORT)
		return true;
	for (size_t i = 0; i < c->conf->local_ts.count; i++)
		if (c->conf->local_ts.list[i].dynamic)
			return true;
	return false;
}

/* Child SAs whose selectors are the address that we have left cannot move: they are made anew with the new one. */
static void renew_bound(struct sa *sa, const struct addr *before)
{
	struct reason why = { 0 };

	(void)refuse(&why, REASON_MOVED, 0, value_of(VALUE_ADDR, 0, addr_bytes(&sa->path.local.addr)),
	             value_of(VALUE_ADDR, 0, addr_bytes(before)), conf_nowhere());
	LIST_EACH_SAFE(at, &sa->children) {
		struct child *c = LIST_ITEM(at, struct child, link);

		if (child_in_use(c) && is_bound(c))
			child_close(c, &why, true, 0);
	}
}

/* The SA's path is another one: its Child SAs follow, and the peer is told. */
static void take_path(struct sa *sa, const struct path *path)
{
	struct roam *r = sa->roam;
	struct path before = sa->path;

	r->moves++;
	sa->path = *path;
	story_step(sa, STORY_STEP,
	           r->leads ? "moved to another path: the peer is told (MOBIKE)" : "our address has changed: the peer is told (MOBIKE)");
	r->left = false;
	if (r->leads)
		r->update = true;
	else
		r->tell = true;
	if (r->leads && !addr_equal(&before.local.addr, &path->local.addr))
		renew_bound(sa, &before.local.addr);
	children_follow(sa);
	tell_ike_update(sa, &before);
}

static bool stays(const struct sa *sa, const struct path *best)
{
	const struct roam *r = sa->roam;

	if (path_equal(best, &sa->path))
		return true;
	return r->pinned && !r->urgent && !r->left && !has_gone(sa->engine, &sa->path.local.addr);
}

static void decide(struct sa *sa, const struct addr *list, size_t count)
{
	struct roam *r = sa->roam;
	bool was_away = r->away, urgent = r->urgent, anew = was_away;

	r->urgent = false;
	if (r->search_again) {
		roam_search(sa, urgent);
		return;
	}
	r->away = r->path_count == 0;
	r->look_at = r->away ? sa->engine->now.boot + ROAM_LOOK_AGAIN : NEVER;
	if (r->away) {
		if (!was_away)
			story_step(sa, STORY_STEP, "no path to the peer: waiting for one");
		return;
	}
	if (!stays(sa, &r->paths[0])) {
		r->pinned = false;
		anew = true;
		take_path(sa, &r->paths[0]);
	} else if ((was_away || sa->nat_local) && r->leads && !sa->ours && list_empty(&sa->jobs)) {
		(void)job_add(sa, JOB_LIVENESS); /* what was on the way may see us elsewhere now (3.8) */
	}
	if (urgent)
		add_other_sources(sa, list, count);
	else
		forget_paths(r);
	if (anew || r->path_count > 1)
		roam_resend(sa);
	roam_job(sa);
	sa_touch(sa);
}

/* Without MOBIKE the old SA ends where our address does. */
static void set_up_anew(struct sa *sa, const struct answer *a)
{
	const struct addr *fixed = roam_fixed_local(sa->conn, &sa->path.remote.addr);
	const struct addr *local = fixed ? fixed : &a->local;
	struct addr before = sa->path.local.addr;
	struct reason why = { 0 };

	if (!a->ok || local->family == ADDR_NONE || before.family == ADDR_NONE || addr_equal(local, &before))
		return;
	(void)refuse(&why, REASON_MOVED, 0, value_of(VALUE_ADDR, 0, addr_bytes(local)),
	             value_of(VALUE_ADDR, 0, addr_bytes(&before)), sa->conn->mobike_at);
	sa->path.local.addr = *local;
	sa->path.interface = a->interface;
	sa_renew(sa, &why);
}

void roam_source(struct sa *sa, const struct answer *a)
{
	struct roam *r = sa->roam;
	struct addr list[CANDIDATES_MAX];
	size_t count;

	if (!sa->conn || sa->dead)
		return;
	if (!r) {
		if (sa->phase == PHASE_UP || sa->phase == PHASE_NEW || sa->phase == PHASE_KEYED)
			set_up_anew(sa, a);
		return;
	}
	if (!r->searching)
		return;
	r->searching = false;
	count = candidates(sa, list);
	if (a->ok && r->at < count) {
		const struct addr *fixed = roam_fixed_local(sa->conn, &list[r->at]);

		if (!fixed || !has_gone(sa->engine, fixed))
			add_path(sa, fixed ? fixed : &a->local, &list[r->at], a->interface);
	}
	if (r->path_count == 1 && !r->urgent)
		count = 0; /* the first that has one is enough */
	if (++r->at < count)
		r->searching = ask_source(sa, &list[r->at]);
	if (!r->searching)
		decide(sa, list, count);
}

/* --- trying them --- */

void roam_send(const struct exchange *x)
{
	struct sa *sa = x->sa;
	const struct roam *r = sa->roam;

	messages_send(sa->engine, &sa->path, x->request);
	for (size_t i = 0; r && r->leads && i < r->path_count; i++)
		if (!r->searching && !path_equal(&r->paths[i], &sa->path))
			messages_send(sa->engine, &r->paths[i], x->request);
	sa->last_out = sa->engine->now.boot;
}

void roam_unanswered(struct exchange *x)
{
	const struct roam *r = x->sa->roam;

	if (r && r->leads && x->sa->phase == PHASE_UP && (r->away || (x->tries >= UNANSWERED && r->path_count == 0)))
		roam_search(x->sa, !r->away);
}

void roam_answered(struct sa *sa, const struct path *path)
{
	struct roam *r = sa->roam;
	bool tried = false;

	if (!r || !r->leads || r->path_count == 0 || r->searching)
		return;
	for (size_t i = 0; i < r->path_count && !tried; i++)
		tried = path_equal(&r->paths[i], path);
	forget_paths(r);
	if (!tried || path_equal(path, &sa->path))
		return;
	r->pinned = true;
	take_path(sa, path);
	roam_job(sa);
}

void roam_peers(struct sa *sa, const struct addr *list, size_t count)
{
	struct roam *r = sa->roam;
	size_t n = count < ROAM_PEERS_MAX ? count : ROAM_PEERS_MAX;
	struct addr *copy = n ? calloc(n, sizeof(*copy)) : NULL;
	bool there = false;

	if (n && !copy) {
		engine_count(sa->engine, COUNTER_MEMORY);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		copy[i] = list[i];
		there = there || addr_equal(&list[i], &sa->path.remote.addr);
	}
	free(r->peers);
	r->peers = copy;
	r->peer_count = n;
	if (!r->leads || there || n == 0)
		return;
	r->left = true;
	roam_search(sa, false);
}

void roam_settled(struct sa *sa)
{
	sa->roam->refusals = 0;
}

void roam_refused(struct sa *sa, bool final)
{
	struct roam *r = sa->roam;
	struct reason why = { 0 };

	if (!final && ++r->refusals < REFUSALS_MAX) {
		r->update = true;
		return;
	}
	(void)refuse(&why, REASON_MOVED, 0, value_of(VALUE_ADDR, 0, addr_bytes(&sa->path.local.addr)), value_none(),
	             sa->conn->mobike_at);
	sa_renew(sa, &why);
}
