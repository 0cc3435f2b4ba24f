/* SPDX-License-Identifier: ISC */
/* IKE_AUTH as initiator. RFC 7296 1.2, 2.15, 2.21.2. */
#include "ike/qcd.h"
#include "ike/reauth.h"
#include "ike/v2/auth.h"

static bool ask_certreq(struct exchange *x, const struct connection *c, struct reason *why)
{
	struct queued *q;

	if (!c->send_certreq || c->remote[0].auth == AUTH_PSK)
		return true;
	q = exchange_question(x, ASK_CERTREQ, why);
	if (!q)
		return false;
	q->event.ask.certreq = &c->remote[0];
	return exchange_ask(x, q, why);
}

/* RFC 6023: the first Child SA is made like the others, after IKE_AUTH. */
static bool makes_child_later(const struct sa *sa)
{
	return sa->conn->childless == CHILDLESS_FORCE || (sa->conn->childless == CHILDLESS_PREFER && sa->half->childless);
}

static bool may_be_childless(const struct sa *sa, struct reason *why)
{
	if (sa->conn->childless == CHILDLESS_NEVER)
		return refuse_text(why, REASON_UNSUPPORTED, 0, "an IKE SA without Child SA (childless = never)");
	return sa->half->childless ||
	       refuse_text(why, REASON_UNSUPPORTED, 0, "the peer takes no IKE SA without Child SA (RFC 6023)");
}

enum outcome auth_start(struct exchange *x, struct reason *why)
{
	const struct connection *c = x->sa->conn;
	struct auth_work *w = work_new(x, sizeof(*w), auth_clear, why);

	if (!w)
		return REFUSED;
	if (!makes_child_later(x->sa))
		x->child_job = job_take(x->sa, JOB_CHILD);
	if (!x->child_job && !may_be_childless(x->sa, why))
		return REFUSED;
	if (x->child_job) {
		w->plan.conn = x->child_job->conn;
		w->plan.conf = x->child_job->child;
		w->plan.first = x->child_job->ts;
		w->plan.initiator = true;
		w->plan.ni = x->sa->half->ni;
		w->plan.nr = x->sa->half->nr;
		if (!ask_spi(x, why))
			return REFUSED;
	}
	if (!auth_ask_make(x, c, &c->remote[0].id, why) || !ask_certreq(x, c, why))
		return REFUSED;
	return DONE;
}

/* --- the request --- */

/* Only who has no other SA with the peer may say that it is the first (2.4). */
static bool first_contact(const struct exchange *x)
{
	const struct sa *sa = x->sa;
	const struct conn_entry *entry = entry_find(sa->engine, sa_name(sa));

	if (sa->conn->unique == UNIQUE_NEVER)
		return false;
	if (entry && entry_is_up(entry, NULL))
		return false;
	return !sa_peer_known(sa->engine, &sa->conn->remote[0].id);
}

/* HDR, SK {IDi, [CERT,] [N(INITIAL_CONTACT),] [CERTREQ,] [IDr,] AUTH, SAi2, TSi, TSr} --> */
static bool send_request(struct exchange *x, struct auth_work *w, struct reason *why)
{
	const struct connection *c = x->sa->conn;
	struct message_writer m;

	if (w->plan.conf && !offer_make(x, &w->plan, true, &w->offer, why))
		return false;
	if (!exchange_begin(x, &m, auth_room(w), why))
		return false;
	id_write(&m, IKEV2_PAYLOAD_ID_I, &w->own.own);
	auth_write_certs(&m, &w->own);
	if (first_contact(x))
		notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_INITIAL_CONTACT, bytes_none());
	if (w->certreq.len)
		cert_write(&m, IKEV2_PAYLOAD_CERTREQ, IKEV2_CERT_X509_SIGNATURE, w->certreq);
	if (auth_definite(&c->remote[0].id))
		id_write(&m, IKEV2_PAYLOAD_ID_R, &c->remote[0].id);
	auth_write(&m, w->own.auth.method, w->own.auth.data);
	qcd_write(&m, x->sa->engine, x->sa->spi_i, x->sa->spi_r);
	if (w->plan.conf)
		offer_write(x, &m, &w->offer);
	mobike_offer(x, &m);
	pfs_write(x, &m, w->plan.conf);
	return exchange_request(x, &m, why);
}

enum outcome auth_part(struct exchange *x, struct reason *why)
{
	struct auth_work *w = x->work;
	const struct answer *a = x->answer;

	if (!a->ok && x->row->answer != ASK_CERTREQ) {
		*why = a->why;
		return REFUSED;
	}
	if (x->row->answer == ASK_AUTH_MAKE) {
		w->own = a->make;
		if (a->make.faulty)
			story_reason(x->sa, STORY_VISIBLE_FAULT, &a->make.fault);
	} else if (x->row->answer == ASK_SPI) {
		w->plan.spi_in = a->spi;
	} else if (a->ok) {
		w->certreq = a->certreq;
	}
	if (exchange_asking(x))
		return WAIT;
	return send_request(x, w, why) ? DONE : REFUSED;
}

/* --- the answer --- */

/* HDR, SK {N(error)} <-- */
enum outcome auth_refused(struct exchange *x, struct reason *why)
{
	struct notify n;

	if (!notify_find_error(&n, &x->payloads))
		return refuse_text(why, REASON_SYNTAX, 0, "notify"), REFUSED;
	peer_refused(x, n.type, why);
	return REFUSED;
}

static bool has_child(const struct exchange *x)
{
	return payloads_count(&x->payloads, IKEV2_PAYLOAD_SA) && payloads_count(&x->payloads, IKEV2_PAYLOAD_TS_I) &&
	       payloads_count(&x->payloads, IKEV2_PAYLOAD_TS_R);
}

/* A Child SA that fails leaves the IKE SA as it is (1.2). */
static void read_child(struct exchange *x, struct auth_work *w)
{
	struct notify n;

	if (!w->plan.conf)
		return;
	if (has_child(x)) {
		w->child_bad = !offer_accepted(x, &w->offer, true, &w->plan, &w->child_why);
		return;
	}
	w->child_bad = true;
	if (notify_find_error(&n, &x->payloads)) {
		peer_refused(x, n.type, &w->child_why);
		w->child_notify = n.type;
	} else {
		(void)refuse_text(&w->child_why, REASON_CHILD_FAILED, 0, "the peer answered without a Child SA");
	}
}

/* HDR, SK {IDr, [CERT,] AUTH, SAr2, TSi, TSr} <-- */
enum outcome auth_accept(struct exchange *x, struct reason *why)
{
	struct auth_work *w = x->work;
	const struct connection *c = x->sa->conn;

	if (!auth_read_peer(x, IKEV2_PAYLOAD_ID_R, w, why))
		return REFUSED;
	if (!auth_peer_fits(c, &w->peer, w->peer_auth.method, &x->arena, why))
		return REFUSED;
	read_child(x, w);
	return auth_ask_check(x, c, w, why) ? DONE : REFUSED;
}

/* The responder has installed what we do not take: it is to go. */
static void give_up_child(struct exchange *x, struct auth_work *w)
{
	struct sa *sa = x->sa;
	bool peer_has_it = has_child(x);
	const struct child_conf *conf = w->plan.conf;
	struct job *job = peer_has_it && w->plan.spi_in ? job_add(sa, JOB_CHILD_DELETE) : NULL, *wanted = x->child_job;

	if (job)
		job->spi = w->plan.spi_in;
	child_abort(sa, &w->plan, false);
	x->child_job = NULL; /* it is pending no more */
	if (wanted && pairs_split(sa, w->child_notify, wanted->conn, wanted->child, wanted->ts, &w->offer, wanted->command)) {
		job_free(wanted);
		return;
	}
	child_failed(x, NULL, &w->child_why);
	entry_result(sa->engine, sa->conn->name, conf->name, false, &w->child_why);
	job_free(wanted);
}

static bool establish(struct exchange *x, struct auth_work *w, struct reason *why)
{
	struct sa *sa = x->sa;

	if (!sa_set_ids(sa, &w->own.own, &w->peer))
		return refuse_text(why, REASON_MEMORY, 0, "identities");
	exchange_tell(x);
	qcd_take(sa, &x->payloads);
	pfs_check(x, w->plan.conf);
	mobike_agree(x);
	sa_up(sa);
	reauth_begin(sa);
	reauth_take(sa, &x->payloads);
	return true;
}

enum outcome auth_peer_proved(struct exchange *x, struct reason *why)
{
	struct auth_work *w = x->work;

	if (!x->answer->ok) {
		*why = x->answer->why;
		if (!why->notify)
			why->notify = IKEV2_NOTIFY_AUTHENTICATION_FAILED;
		return REFUSED;
	}
	if (w->plan.conf && !w->child_bad && child_install(x, &w->plan, &w->child_why))
		return DONE;
	w->child_bad = w->plan.conf != NULL;
	if (!establish(x, w, why))
		return REFUSED;
	if (w->child_bad)
		give_up_child(x, w);
	return OVER;
}

enum outcome auth_installed(struct exchange *x, struct reason *why)
{
	struct auth_work *w = x->work;
	bool ok = x->answer->ok;

	if (!ok)
		w->child_why = x->answer->why;
	if (!establish(x, w, why)) {
		child_abort(x->sa, &w->plan, ok);
		return REFUSED;
	}
	if (ok) {
		pairs_rest(x, &w->offer, &w->plan);
		child_up(&w->plan, x->child_job);
	} else {
		give_up_child(x, w);
	}
	return DONE;
}
