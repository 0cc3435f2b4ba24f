/* SPDX-License-Identifier: ISC */
/* IKE_AUTH as responder. RFC 7296 1.2, 2.4, 2.15, 2.21.2. */
#include "ike/qcd.h"
#include "ike/reauth.h"
#include "ike/v2/auth.h"

/* --- which connection --- */

struct fit {
	unsigned own, peer, address;
};

static bool better(struct fit a, struct fit b)
{
	if (a.own != b.own)
		return a.own > b.own;
	if (a.peer != b.peer)
		return a.peer > b.peer;
	return a.address > b.address;
}

/* The agreed suite must be one that this connection would have taken too. */
static bool suite_fits(struct exchange *x, const struct connection *c)
{
	struct choose_how how = { .ke_sent = x->sa->gen.suite.ke->id };
	struct arena scratch = { 0 };
	struct proposal agreed;
	struct proposals offered = { 1, &agreed };
	const struct proposal *one;
	struct suite suite;
	struct reason why;
	bool ok;

	ok = proposal_of_suite(&agreed, &x->sa->gen.suite, 1, bytes_none(), &scratch) &&
	     proposal_choose(&suite, &one, &c->ike, &offered, how, &scratch, &why);
	arena_clear(&scratch);
	return ok;
}

static unsigned own_fit(const struct auth_work *w, const struct connection *c)
{
	const struct identity *id = &c->local[0].id;

	if (!w->own_asked || identity_is_any(id))
		return 1;
	return identity_match(&w->own_wanted, id);
}

static bool refuse_own(struct exchange *x, const struct auth_work *w, const struct connection *c, struct reason *why)
{
	return refuse(why, REASON_OWN_IDENTITY, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_identity(&w->own_wanted, &x->arena),
	              value_identity(&c->local[0].id, &x->arena), c->local[0].id_at);
}

/*
 * By addresses, then identities and the class of the authentication (doc/vici.md 13.3). When none fits, the reason is that of the
 * connection that IKE_SA_INIT went by.
 */
static bool choose(struct exchange *x, struct auth_work *w, struct reason *why)
{
	struct sa *sa = x->sa;
	const struct connection *best = NULL;
	struct fit best_fit = { 0 };
	struct reason no;

	LIST_EACH(at, &sa->engine->entries) {
		const struct conn_entry *entry = LIST_ITEM(at, const struct conn_entry, link);
		const struct connection *c = entry->conn;
		struct fit fit = { own_fit(w, c), identity_match(&w->peer, &c->remote[0].id),
			           c->version == 1 ? 0 : entry_fits(entry, &x->path.local.addr, &x->path.remote.addr) };

		if (!fit.own || !fit.peer || !fit.address || (best && !better(fit, best_fit)))
			continue;
		if (!auth_peer_fits(c, &w->peer, w->peer_auth.method, &x->arena, &no) || (c != sa->conn && !suite_fits(x, c)))
			continue;
		best = c;
		best_fit = fit;
	}
	if (best) {
		if (best != sa->conn)
			sa_set_connection(sa, best);
		return true;
	}
	if (!own_fit(w, sa->conn))
		return refuse_own(x, w, sa->conn, why);
	if (!auth_peer_fits(sa->conn, &w->peer, w->peer_auth.method, &x->arena, why))
		return false;
	return refuse(why, REASON_NO_CONNECTION, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_identity(&w->peer, &x->arena),
	              value_none(), sa->conn->at);
}

/* --- the request --- */

static bool read_wanted_id(struct exchange *x, struct auth_work *w, struct reason *why)
{
	const struct payload *p = payloads_find(&x->payloads, IKEV2_PAYLOAD_ID_R, NULL);

	w->own_asked = p != NULL;
	if (!p || id_read(&w->own_wanted, p->body))
		return true;
	return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "IDr payload");
}

static void note_certreq(struct exchange *x)
{
	if (payloads_count(&x->payloads, IKEV2_PAYLOAD_CERTREQ))
		x->sa->half->certreq_seen = true;
}

/* HDR, SK {IDi, [CERT,] [CERTREQ,] [IDr,] AUTH, SAi2, TSi, TSr} --> */
enum outcome auth_take(struct exchange *x, struct reason *why)
{
	struct auth_work *w = work_new(x, sizeof(*w), auth_clear, why);
	struct notify n;

	if (!w)
		return REFUSED;
	if (!mobike_nat_allowed(x, why) || !auth_read_peer(x, IKEV2_PAYLOAD_ID_I, w, why) || !read_wanted_id(x, w, why) || !choose(x, w, why))
		return REFUSED;
	w->initial_contact = notify_find(&n, &x->payloads, IKEV2_NOTIFY_INITIAL_CONTACT);
	note_certreq(x);
	return auth_ask_check(x, x->sa->conn, w, why) ? DONE : REFUSED;
}

/* HDR, SK {IDi, [CERT,] [CERTREQ,] [IDr,] AUTH} -->   RFC 6023 */
enum outcome auth_take_childless(struct exchange *x, struct reason *why)
{
	if (payloads_count(&x->payloads, IKEV2_PAYLOAD_SA) || payloads_count(&x->payloads, IKEV2_PAYLOAD_TS_I) ||
	    payloads_count(&x->payloads, IKEV2_PAYLOAD_TS_R))
		return refuse_text(why, REASON_PAYLOAD_MISSING, IKEV2_NOTIFY_INVALID_SYNTAX, "SA, TSi or TSr"), REFUSED;
	if (auth_take(x, why) == REFUSED)
		return REFUSED;
	if (x->sa->conn->childless == CHILDLESS_NEVER)
		return refuse_text(why, REASON_UNSUPPORTED, IKEV2_NOTIFY_INVALID_SYNTAX,
		                   "an IKE SA without Child SA (childless = never)"), REFUSED;
	return DONE;
}

/* Without AUTH the peer wants EAP (2.16). */
enum outcome auth_take_without(struct exchange *x, struct reason *why)
{
	const struct auth_round *round = &x->sa->conn->remote[0];

	return refuse(why, REASON_AUTH_METHOD, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_text("eap"),
	              value_text(round->auth_text ? round->auth_text : "pubkey"), round->auth_at), REFUSED;
}

/* --- the peer has proved itself --- */

static bool unique(struct exchange *x, struct auth_work *w, struct reason *why)
{
	struct sa *sa = x->sa;
	struct identity own = w->own_asked ? w->own_wanted : sa->conn->local[0].id;

	if (!sa_set_ids(sa, &own, &w->peer)) /* it has others of this peer now (child_install) */
		return refuse_text(why, REASON_MEMORY, 0, "identities");
	if (w->initial_contact || !unique_refuses(sa))
		return true;
	return refuse(why, REASON_REPLACED, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_identity(&w->peer, &x->arena), value_none(),
	              sa->conn->at);
}

static void take_child(struct exchange *x, struct auth_work *w)
{
	if (!payloads_count(&x->payloads, IKEV2_PAYLOAD_SA))
		return;
	if (x->sa->conn->childless == CHILDLESS_FORCE) {
		w->child_bad = true;
		(void)refuse_text(&w->child_why, REASON_UNSUPPORTED, IKEV2_NOTIFY_NO_ADDITIONAL_SAS,
		                  "a Child SA inside IKE_AUTH (childless = force)");
		return;
	}
	w->child_bad = !offer_take(x, true, 0, &w->plan, &w->number, &w->child_why) || !ask_spi(x, &w->child_why);
	w->plan.ni = x->sa->half->ni;
	w->plan.nr = x->sa->half->nr;
	if (w->child_bad)
		w->plan.conf = NULL;
}

enum outcome auth_checked(struct exchange *x, struct reason *why)
{
	struct auth_work *w = x->work;

	if (!x->answer->ok) {
		*why = x->answer->why;
		if (!why->notify)
			why->notify = IKEV2_NOTIFY_AUTHENTICATION_FAILED;
		return REFUSED;
	}
	if (!unique(x, w, why))
		return REFUSED;
	take_child(x, w);
	if (w->child_bad && w->child_why.notify == IKEV2_NOTIFY_INVALID_SYNTAX) {
		*why = w->child_why;
		return REFUSED;
	}
	return auth_ask_make(x, x->sa->conn, &w->peer, why) ? DONE : REFUSED;
}

/* --- our own proof, and the answer --- */

/* HDR, SK {IDr, [CERT,] AUTH, SAr2, TSi, TSr} or {IDr, [CERT,] AUTH, N(why no Child SA)} <-- */
static bool write_answer(struct exchange *x, struct auth_work *w, bool with_child, struct reason *why)
{
	struct message_writer m;

	if (!exchange_begin(x, &m, auth_room(w), why))
		return false;
	id_write(&m, IKEV2_PAYLOAD_ID_R, &w->own.own);
	auth_write_certs(&m, &w->own);
	auth_write(&m, w->own.auth.method, w->own.auth.data);
	qcd_write(&m, x->sa->engine, x->sa->spi_i, x->sa->spi_r);
	reauth_write(&m, x->sa);
	if (with_child && !offer_answer(x, &m, &w->plan, w->number, why))
		return false;
	mobike_offer(x, &m);
	if (with_child)
		pfs_write(x, &m, w->plan.conf);
	if (w->child_bad)
		notify_write(&m, 0, bytes_none(), w->child_why.notify ? w->child_why.notify : IKEV2_NOTIFY_NO_ADDITIONAL_SAS, bytes_none());
	return exchange_respond(x, &m, why);
}

static enum outcome finish(struct exchange *x, struct auth_work *w, bool with_child, struct reason *why)
{
	struct sa *sa = x->sa;

	if (!sa_set_ids(sa, &w->own.own, &w->peer))
		return refuse_text(why, REASON_MEMORY, 0, "identities"), REFUSED;
	mobike_agree(x);
	if (!write_answer(x, w, with_child, why))
		return REFUSED;
	exchange_tell(x);
	qcd_take(sa, &x->payloads);
	if (with_child)
		pfs_check(x, w->plan.conf);
	sa_up(sa);
	reauth_begin(sa);
	if (with_child)
		child_up(&w->plan, NULL);
	unique_replace(sa, w->initial_contact);
	if (w->child_bad)
		child_failed(x, NULL, &w->child_why);
	return with_child ? DONE : OVER;
}

enum outcome auth_made(struct exchange *x, struct reason *why)
{
	struct auth_work *w = x->work;
	const struct answer *a = x->answer;

	if (x->row->answer == ASK_AUTH_MAKE && !a->ok) {
		*why = a->why;
		why->notify = IKEV2_NOTIFY_AUTHENTICATION_FAILED;
		return REFUSED;
	}
	if (x->row->answer == ASK_AUTH_MAKE) {
		w->own = a->make;
		if (a->make.faulty)
			story_reason(x->sa, STORY_VISIBLE_FAULT, &a->make.fault);
	} else if (a->ok) {
		w->plan.spi_in = a->spi;
	} else {
		w->child_bad = true;
		w->child_why = a->why;
		w->plan.conf = NULL;
	}
	if (exchange_asking(x))
		return WAIT;
	if (w->plan.conf && child_install(x, &w->plan, &w->child_why))
		return DONE;
	w->child_bad = w->child_bad || w->plan.conf;
	return finish(x, w, false, why);
}

enum outcome auth_answer(struct exchange *x, struct reason *why)
{
	struct auth_work *w = x->work;
	bool ok = x->answer->ok;
	enum outcome outcome;

	if (!ok) {
		w->child_bad = true;
		w->child_why = x->answer->why;
	}
	outcome = finish(x, w, ok, why);
	if (outcome == REFUSED || !ok)
		child_abort(x->sa, &w->plan, ok);
	return outcome;
}
