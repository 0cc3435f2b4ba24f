/* SPDX-License-Identifier: ISC */
/* Reauthentication, and IKE SAs of the same peer side by side. */
#include "ike/reauth.h"

#include "iana/ikev2.h"
#include "ike/entry.h"

#define CROSSING SECONDS(30)  /* set-ups are looked at so long: whether they crossed */
#define SLOWER SECONDS(10)    /* whoever is not the initiator of the one too many gives it so long */
#define GRACE SECONDS(20)     /* a peer that reauthenticates deletes its old IKE SA itself */
#define LIFETIME_LEAST SECONDS(10) /* however often the peer wants it */
#define ROUNDS 3u             /* how often missing Child SAs are asked for */

/* --- when --- */

static bool can_initiate(const struct connection *c)
{
	for (size_t i = 0; i < c->remote_count; i++) {
		const struct addr_conf *a = &c->remote_addrs[i];

		if (a->kind == ADDR_CONF_NAME || (a->kind == ADDR_CONF_RANGE && addr_equal(&a->first, &a->last)))
			return true;
	}
	return false;
}

/* The initiator reauthenticates; a responder that can gives it half of over_time, then does so itself. */
static uint64_t reauth_at(const struct sa *sa)
{
	const struct connection *c = sa->conn;
	uint64_t base = c->reauth_time, rand = c->time.rand < base ? c->time.rand : base;
	uint64_t first = c->time.rekey && c->time.rekey < base ? c->time.rekey : base;
	uint64_t over = c->time.life > first ? c->time.life - first : 0;

	if (base == 0 || (!sa->initiator && !can_initiate(c)))
		return NEVER;
	if (!sa->initiator)
		return sa->established + SECONDS(base + over / 2);
	return sa->established + SECONDS(base) - engine_random64(sa->engine) % (SECONDS(rand) + 1);
}

void reauth_write(struct message_writer *m, const struct sa *sa)
{
	uint64_t seconds = sa->conn->reauth_time;
	uint8_t data[4];

	if (seconds == 0 || sa->initiator)
		return;
	put_u32(data, seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX);
	notify_write(m, 0, bytes_none(), IKEV2_NOTIFY_AUTH_LIFETIME, bytes(data, sizeof(data)));
}

void reauth_take(struct sa *sa, const struct payloads *p)
{
	uint64_t ms, at;
	struct notify n;

	/* RFC 4478 3: who set up is asked; a gateway of clients that come from anywhere could not do it */
	if (!sa->initiator && !can_initiate(sa->conn))
		return;
	if (sa->phase != PHASE_UP || !notify_find(&n, p, IKEV2_NOTIFY_AUTH_LIFETIME) || n.data.len != 4 || get_u32(n.data.at) == 0)
		return;
	ms = SECONDS((uint64_t)get_u32(n.data.at));
	if (ms < LIFETIME_LEAST)
		ms = LIFETIME_LEAST;
	at = sa->engine->now.boot + ms - ms / 20 - engine_random64(sa->engine) % (ms / 20 + 1); /* some time before */
	if (at < sa->reauth_at)
		sa->reauth_at = at;
	sa_touch(sa);
}

/* The older one goes, but first the peer may do so itself, when its Child SAs have moved. */
static void give_grace(struct sa *old)
{
	uint64_t until = old->engine->now.boot + GRACE;

	old->outlived = true;
	old->renew = false;
	if (until < old->life_at)
		old->life_at = until;
	sa_touch(old);
}

void reauth_inherit(struct sa *fresh, struct sa *old)
{
	fresh->reauth_at = old->reauth_at;
	fresh->replaces = old->replaces;
	old->reauth_at = NEVER;
	old->replaces = 0;
	if (old->outlived)
		give_grace(fresh);
	LIST_EACH(at, &fresh->engine->sas) {
		struct sa *sa = LIST_ITEM(at, struct sa, link);

		if (sa->replaces == old->id)
			sa->replaces = fresh->id;
	}
}

/* --- make --- */

static struct sa *heir_of(const struct sa *old)
{
	LIST_EACH(at, &old->engine->sas) {
		struct sa *sa = LIST_ITEM(at, struct sa, link);

		if (sa->replaces == old->id && !sa->dead && sa->phase != PHASE_GONE && sa->phase != PHASE_CLOSING)
			return sa;
	}
	return NULL;
}

/* Asks for what the old one has and the new one has not; false: nothing is missing. */
static bool bring_missing(struct sa *fresh, const struct sa *old, const struct connection *conn, uint64_t command)
{
	bool any = false;

	LIST_EACH(at, &old->children) {
		const struct child *c = LIST_ITEM(at, const struct child, link);
		const struct child_conf *conf = connection_child(conn, c->conf->name);

		if (!conf || !child_in_use(c) || child_by_name(fresh, conf->name))
			continue;
		any = job_add_child(fresh, conn, conf, command) || any;
	}
	return any;
}

bool sa_reauth(struct sa *sa, uint64_t command)
{
	struct engine *e = sa->engine;
	struct conn_entry *entry = sa->conn ? entry_find(e, sa->conn->name) : NULL;
	struct reason why = { .kind = REASON_REAUTHENTICATED };
	struct sa *fresh;

	if (!entry || e->ending || sa->phase != PHASE_UP || sa->dead)
		return false;
	if (heir_of(sa))
		return true;
	story_step(sa, STORY_STEP, "authenticating anew");
	if (e->conf.break_before_make) {
		sa_renew(sa, &why);
		return true;
	}
	fresh = entry_new_sa(entry, command);
	if (!fresh)
		return false;
	fresh->replaces = sa->id;
	(void)bring_missing(fresh, sa, entry->conn, command);
	return true;
}

void reauth_instead(struct sa *sa)
{
	if (sa->phase != PHASE_UP || sa->dead || (!sa->initiator && !can_initiate(sa->conn)))
		return;
	sa->reauth_at = sa->engine->now.boot;
	sa_touch(sa);
}

void reauth_failed(struct sa *sa, const struct reason *why)
{
	struct sa *old = sa->replaces ? map_get(&sa->engine->by_id, sa->replaces) : NULL;

	sa->replaces = 0;
	if (!old || old->phase != PHASE_UP || old->dead || old->reauth_at == NEVER)
		return;
	old->reauth_at = rekey_again_at(sa->engine, old->life_at, why);
	sa_touch(old);
}

static void touch_others(struct sa *sa)
{
	struct sa *other = NULL;

	while ((other = sa_same_peer(sa, other)))
		sa_touch(other);
}

void reauth_expire(struct sa *sa)
{
	struct engine *e = sa->engine;
	uint64_t age = e->now.boot - sa->established;

	if (age >= SLOWER && age < CROSSING)
		touch_others(sa);
	if (sa->reauth_at > e->now.boot)
		return;
	/* looked at again, should it come to nothing without a word */
	sa->reauth_at = rekey_again_at(e, sa->life_at, NULL);
	(void)sa_reauth(sa, 0);
}

/* --- and break --- */

static bool makes_children(const struct sa *sa)
{
	const struct exchange *x = sa->ours;

	if (x && (x->child_job || (x->job && x->job->kind == JOB_CHILD)))
		return true;
	LIST_EACH(at, &sa->jobs)
		if (LIST_ITEM(at, const struct job, link)->kind == JOB_CHILD)
			return true;
	return false;
}

static bool by_auth(const struct sa *sa)
{
	return sa->by_auth && sa->phase == PHASE_UP && !sa->dead;
}

/* Both ends set one up, and each began before the other's was up. */
static bool crossed(const struct sa *a, const struct sa *b)
{
	return by_auth(a) && by_auth(b) && a->initiator != b->initiator && a->peer_adit && b->peer_adit &&
	       a->created <= b->established && b->created <= a->established &&
	       addr_equal(&a->path.remote.addr, &b->path.remote.addr) && a->conn && b->conn && strcmp(a->conn->name, b->conn->name) == 0;
}

static void look_for_predecessor(struct sa *sa)
{
	struct sa *old = map_get(&sa->engine->by_id, sa->replaces);
	struct reason why = { .kind = REASON_REAUTHENTICATED };

	if (old && old->phase == PHASE_UP && !old->dead) {
		if (makes_children(sa) || makes_children(old))
			return;
		if (sa->rounds < ROUNDS && sa->conn && bring_missing(sa, old, sa->conn, 0)) {
			sa->rounds++;
			return;
		}
		if (crossed(sa, old))
			why.kind = REASON_REDUNDANT;
		old->reauth_at = NEVER;
		sa_close(old, &why, 0);
	}
	sa->replaces = 0;
	sa->rounds = 0;
}

/* Since both are up. */
static uint64_t age_of(const struct sa *a, const struct sa *b)
{
	return a->engine->now.boot - (a->established > b->established ? a->established : b->established);
}

/*
 * One is too many when its initiator's SPI, which both ends know, is the higher one. Its initiator sees to it; but that one may not
 * know that they crossed, when the other's first message came late: then its responder does.
 */
static void look_for_crossing(struct sa *sa)
{
	struct sa *other = NULL;

	if (!by_auth(sa) || sa->replaces)
		return;
	while ((other = sa_same_peer(sa, other))) {
		if (!crossed(sa, other) || sa->spi_i < other->spi_i || other->replaces)
			continue;
		if (age_of(sa, other) > CROSSING || (!sa->initiator && age_of(sa, other) < SLOWER))
			continue;
		other->replaces = sa->id;
		other->rounds = 0;
		jobs_hand_over(sa, other);
		sa_touch(other);
		return;
	}
}

/* It came up while `sa` was being set up, and is with the same peer. */
static bool faster(const struct sa *other, const struct sa *sa)
{
	if (other == sa || other->phase != PHASE_UP || other->dead || other->spare || other->outlived || other->nat_remote ||
	    other->established < sa->created || !addr_equal(&other->path.remote.addr, &sa->path.remote.addr))
		return false;
	return !sa->replaces || (other->by_auth && !other->initiator && other->id != sa->replaces);
}

/*
 * The peer's came up while ours was at IKE_SA_INIT: one is enough, and nobody has been told of ours yet. Whoever is past this point when
 * the other's comes up has crossed it, for both ends. What ours was to replace, the peer's does.
 */
static void look_for_faster(struct sa *sa)
{
	struct conn_entry *entry = sa->conn ? entry_find(sa->engine, sa->conn->name) : NULL;
	struct reason why = { .kind = REASON_REDUNDANT };

	if (sa->phase != PHASE_KEYED || !sa->initiator || sa->ours || sa->close_after || !entry)
		return;
	LIST_EACH(at, &entry->sas) {
		struct sa *other = LIST_ITEM(at, struct sa, of_entry);

		if (!faster(other, sa))
			continue;
		jobs_hand_over(sa, other);
		if (!other->replaces)
			other->replaces = sa->replaces;
		sa_touch(other);
		sa->replaces = 0;
		sa->again = true;
		sa_end(sa, &why, false);
		return;
	}
}

void reauth_settle(struct sa *sa)
{
	look_for_faster(sa);
	if (sa->phase != PHASE_UP || sa->dead)
		return;
	look_for_crossing(sa);
	if (sa->replaces)
		look_for_predecessor(sa);
}

void reauth_begin(struct sa *sa)
{
	sa->by_auth = true;
	sa->reauth_at = reauth_at(sa);
	touch_others(sa);
	sa_touch(sa);
}

uint64_t reauth_look_at(const struct sa *sa)
{
	uint64_t at = sa->established + SLOWER;

	return by_auth(sa) && sa->peer_adit && sa->engine->now.boot < at ? at : NEVER;
}

/* --- unique --- */

static bool same_place(const struct sa *a, const struct sa *b)
{
	return endpoint_equal(&a->path.remote, &b->path.remote);
}

bool unique_refuses(const struct sa *sa)
{
	struct sa *other = NULL;

	while (sa->conn->unique == UNIQUE_KEEP && (other = sa_same_peer(sa, other)))
		if (!same_place(sa, other))
			return true;
	return false;
}

void unique_replace(struct sa *sa, bool initial_contact)
{
	uint8_t unique = sa->conn->unique;
	struct reason why = { .kind = REASON_REPLACED };
	struct sa *other = sa_same_peer(sa, NULL), *next;

	if (unique == UNIQUE_NEVER || (!initial_contact && unique == UNIQUE_NO))
		return;
	for (; other; other = next) {
		next = sa_same_peer(sa, other);
		if (crossed(sa, other))
			continue; /* both ends will keep the same one of the two */
		if (!initial_contact && same_place(sa, other))
			give_grace(other);
		else
			sa_close(other, &why, 0);
	}
}
