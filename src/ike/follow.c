/* SPDX-License-Identifier: ISC */
/*
 * The peer moves: who is followed, by what, and how far before it has shown that it receives there. RFC 7296 2.23, RFC 4555 3.7,
 * 3.8. And ESP that something on the way swallows.
 */
#include "ike/entry.h"
#include "ike/roam.h"

/* --- return routability --- */

const struct path *roam_data_path(const struct sa *sa)
{
	const struct roam *r = sa->roam;

	return r && r->unchecked && !r->served ? &r->safe : &sa->path;
}

uint64_t roam_at(const struct sa *sa)
{
	const struct roam *r = sa->roam;

	if (!r)
		return NEVER;
	return r->look_at < r->check_until ? r->look_at : r->check_until;
}

/* Packets have gone for long enough to where nobody answers: a victim may be there. From now on this peer proves itself first. */
static void serve_no_longer(struct sa *sa)
{
	struct roam *r = sa->roam;

	r->check_until = NEVER;
	r->served = false;
	r->trust = 0;
	story_step(sa, STORY_STEP, "no answer from the peer's new address: its packets go to the old one until there is (COOKIE2)");
	children_follow(sa);
}

void roam_expire(struct sa *sa)
{
	uint64_t now = sa->engine->now.boot;
	struct roam *r = sa->roam;

	if (r && r->check_until <= now)
		serve_no_longer(sa);
	if (r && r->look_at <= now) {
		r->look_at = now + ROAM_LOOK_AGAIN; /* should there be no memory, or no answer */
		roam_search(sa, false);
	}
}

void roam_checked(struct sa *sa)
{
	struct roam *r = sa->roam;
	bool served = r->served;

	r->unchecked = r->served = false;
	r->check_until = NEVER;
	if (!served)
		children_follow(sa);
}

static void start_check(struct sa *sa, const struct path *before)
{
	struct roam *r = sa->roam;
	bool first = sa->conn->mobike_check == MOBIKE_CHECK_BEFORE || r->trust == 0;

	r->check = true;
	if (!r->unchecked) {
		r->safe = *before;
		r->unchecked = true;
		r->served = !first;
		r->check_until = first ? NEVER : sa->engine->now.boot + r->trust;
	}
	roam_job(sa);
}

/* It goes on from where it has shown nothing: whoever hurries from one victim to the next, or back in time, has that time only once. */
static void spend_trust(struct sa *sa)
{
	struct roam *r = sa->roam;
	uint64_t now = sa->engine->now.boot;

	if (r->unchecked && r->served)
		r->trust = r->check_until > now ? (uint32_t)(r->check_until - now) : 0;
}

void roam_moved(struct sa *sa, const struct path *before)
{
	struct roam *r = sa->roam;

	r->moves++;
	if (sa->conn->mobike_check == MOBIKE_CHECK_NO || endpoint_equal(&before->remote, &sa->path.remote)) {
		if (!r->unchecked)
			children_follow(sa);
		return;
	}
	spend_trust(sa);
	if (r->unchecked && endpoint_equal(&r->safe.remote, &sa->path.remote)) {
		r->check = false; /* back to where it was */
		roam_checked(sa);
	} else {
		start_check(sa, before);
	}
	children_follow(sa);
}

/* --- without being told --- */

static void follow(struct sa *sa, const struct path *path)
{
	struct path before = sa->path;

	sa->path = *path;
	if (sa->roam && !sa->roam->leads)
		roam_moved(sa, &before);
	else
		children_follow(sa);
	roam_resend(sa);
	tell_ike_update(sa, &before);
}

/* Only a peer behind a NAT moves without saying so, and only who is not behind one itself can tell. */
static bool may_follow(const struct sa *sa)
{
	return sa->phase == PHASE_UP && sa->nat_remote && !sa->nat_local;
}

void roam_follow_ike(struct sa *sa, const struct path *path)
{
	if (path_equal(&sa->path, path))
		return;
	if (sa->phase == PHASE_KEYED && !sa->initiator)
		sa->path = *path; /* the move to port 4500 */
	else if (may_follow(sa) && !sa->roam)
		follow(sa, path);
}

void roam_follow_esp(struct child *c, const struct path *path)
{
	struct sa *sa = c->sa;
	struct path to = sa->path;

	to.remote = path->remote;
	if (!may_follow(sa) || c->encap != ENCAP_UDP || path_equal(&sa->path, &to))
		return;
	follow(sa, &to);
}

/* --- NAT keepalives --- */

uint64_t roam_keepalive_at(const struct sa *sa)
{
	if (sa->phase != PHASE_UP || !sa->nat_local || roam_away(sa) || ask_out_sa(sa, ASK_USAGE))
		return NEVER;
	return sa->last_out + sa->engine->conf.keepalive;
}

void roam_keepalive(struct sa *sa, bool asked)
{
	uint64_t now = sa->engine->now.boot;
	struct queued *q;
	struct reason why;

	if (roam_keepalive_at(sa) > now)
		return;
	q = asked || sa->child_count == 0 ? NULL : queued_new(EVENT_ASK);
	if (q) {
		q->event.ask.kind = ASK_USAGE;
		if (ask_post_sa(sa, q, &why))
			return;
	}
	sa->last_out = now;
	(void)event_send(sa->engine, &sa->path, bytes("\xff", 1), true);
}

/* --- ESP is swallowed --- */

void roam_one_way(struct child *c)
{
	struct sa *sa = c->sa;
	struct conn_entry *entry = entry_find(sa->engine, sa->conn->name);
	struct reason why = { 0 };

	if (c->encap == ENCAP_UDP || sa->conn->encap_no || sa->nat_fake)
		return;
	if (sa->roam ? !sa->roam->leads : !sa->initiator)
		return; /* the other side notices as well, and can do something about it */
	if (sa->roam && sa->path.encap == PATH_UDP_NATT) {
		if (entry)
			entry->forced_encap = true; /* for those that come after it */
		story_step(sa, STORY_STEP, "ESP does not arrive although IKE does: ESP goes in UDP from now on");
		sa->nat_fake = sa->roam->update = true;
		roam_job(sa);
		return;
	}
	(void)refuse(&why, REASON_ONE_WAY, 0, value_none(), value_none(), sa->conn->encap_at);
	if (entry)
		entry->forced_encap = true;
	sa_renew(sa, &why);
}
