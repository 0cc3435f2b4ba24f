/* SPDX-License-Identifier: ISC */
/* CREATE_CHILD_SA as initiator: a further Child SA. RFC 7296 1.3.1, 1.3, 2.17. */
#include "ike/v2/child.h"

void child_clear(struct exchange *x)
{
	struct child_work *w = x->work;

	child_abort(x->sa, &w->plan, false);
	connection_unref(w->conn);
	w->conn = NULL;
}

bool child_lost(const struct exchange *x, const struct child_work *w)
{
	return x->rival_low.len > 0 && nonce_is_lower(nonce_lower(w->plan.ni, w->plan.nr), x->rival_low);
}

const struct child *child_crossing(const struct exchange *x)
{
	const struct exchange *theirs = x->sa->theirs;
	const struct child_work *w = x->work, *other = theirs ? theirs->work : NULL;

	if (!other || theirs->over || theirs->type != IKEV2_EXCHANGE_CREATE_CHILD_SA || theirs->kind == JOB_IKE_REKEY ||
	    x->subject != theirs->subject || !other->plan.child)
		return NULL;
	return strcmp(other->plan.conf->name, w->plan.conf->name) == 0 ? other->plan.child : NULL;
}

/* The peer's exchange that rekeys the same is in work here: it comes first, ours has not been heard of. */
static bool peer_is_first(const struct exchange *x)
{
	const struct exchange *theirs = x->sa->theirs;

	return theirs && theirs->kind == JOB_CHILD_REKEY && theirs->subject == x->subject;
}

/* False: there is nothing to rekey any more. */
static bool begin_rekey(struct exchange *x, struct child_work *w)
{
	struct child *old = child_by_id(x->sa, x->job->child_id);

	if (!old || old->state != CHILD_INSTALLED)
		return false;
	x->subject = old->id;
	if (peer_is_first(x))
		return false;
	w->plan.old = old->id;
	w->plan.reqid = old->reqid;
	old->state = CHILD_REKEYING;
	child_arm(old);
	return true;
}

/* What was used before is what the peer takes. */
static const struct algorithm *choose_ke(const struct exchange *x, const struct child_work *w)
{
	const struct proposals *esp = &x->job->child->esp;
	const struct child *old = child_by_id(x->sa, w->plan.old);

	if (x->job->ke)
		return ke_named(esp, x->job->ke);
	if (old && old->suite.ke && ke_named(esp, old->suite.ke->id))
		return old->suite.ke;
	return ke_first(esp);
}

/* What the job is for, by the peer's own exchange perhaps. */
static bool is_up(const struct sa *sa, const struct job *job)
{
	return job->ts ? child_covers(sa, job->child->name, job->ts) : child_by_name(sa, job->child->name) != NULL;
}

enum outcome child_start(struct exchange *x, struct reason *why)
{
	const struct job *job = x->job;
	struct child_work *w;

	if (x->kind == JOB_IKE_REKEY)
		return rekey_start(x, why);
	w = work_new(x, sizeof(*w), child_clear, why);
	if (!w)
		return REFUSED;
	w->plan.conn = job->conn;
	w->plan.conf = job->child;
	w->plan.first = job->ts;
	w->plan.initiator = true;
	if (x->kind == JOB_CHILD_REKEY ? !begin_rekey(x, w) : is_up(x->sa, job))
		return OVER; /* an equal one is up: the peer's, perhaps */
	w->ke = choose_ke(x, w);
	if (!make_nonce(x, &w->plan.ni, why) || !ask_spi(x, why))
		return REFUSED;
	if (w->ke && (!ke_seed(x, w->ke, &w->seed, why) || !ke_ask(x, w->ke, w->seed, bytes_none(), false, why)))
		return REFUSED;
	return DONE;
}

/* {N(REKEY_SA)}: the SPI that we receive by, 1.3.3 */
static void write_rekey(struct message_writer *m, const struct child *old)
{
	uint8_t spi[4];

	if (!old)
		return;
	put_u32(spi, old->spi_in);
	notify_write(m, IKEV2_PROTOCOL_ESP, bytes(spi, 4), IKEV2_NOTIFY_REKEY_SA, bytes_none());
}

/* HDR, SK {[N(REKEY_SA),] SA, Ni, [KEi,] TSi, TSr} --> */
static bool send_request(struct exchange *x, struct child_work *w, struct reason *why)
{
	struct message_writer m;

	if (!offer_make(x, &w->plan, false, &w->offer, why) || !exchange_begin(x, &m, 16384 + w->own.len, why))
		return false;
	write_rekey(&m, child_by_id(x->sa, w->plan.old));
	offer_write_mode(&m, &w->offer);
	sa_write(&m, &w->offer.esp, &x->arena);
	nonce_write(&m, w->plan.ni);
	if (w->ke)
		ke_write(&m, w->ke->id, w->own);
	ts_write(&m, IKEV2_PAYLOAD_TS_I, &w->offer.local, &x->arena);
	ts_write(&m, IKEV2_PAYLOAD_TS_R, &w->offer.remote, &x->arena);
	return exchange_request(x, &m, why);
}

/* Meanwhile the old one may have gone, or the peer has begun to rekey it. */
static bool still_wanted(struct exchange *x, const struct child_work *w)
{
	struct child *old = child_by_id(x->sa, w->plan.old);

	if (!old || old->state != CHILD_REKEYING)
		return false;
	if (!peer_is_first(x))
		return true;
	old->state = CHILD_INSTALLED;
	child_arm(old);
	return false;
}

enum outcome child_part(struct exchange *x, struct reason *why)
{
	struct child_work *w = x->work;
	const struct answer *a = x->answer;

	if (x->kind == JOB_IKE_REKEY)
		return rekey_request(x, why);
	if (!a->ok) {
		*why = a->why;
		return REFUSED;
	}
	if (x->row->answer == ASK_SPI)
		w->plan.spi_in = a->spi;
	else
		w->own = a->public_value;
	if (exchange_asking(x))
		return WAIT;
	if (w->plan.old && !still_wanted(x, w))
		return OVER;
	return send_request(x, w, why) ? DONE : REFUSED;
}

static bool ke_is_other(const struct exchange *x, uint16_t id)
{
	const struct child_work *w = x->work;
	const struct algorithm *ke;

	if (x->kind == JOB_IKE_REKEY)
		return rekey_ke_is_other(x, id);
	ke = ke_named(&w->plan.conf->esp, id);
	return ke && ke != w->ke;
}

static bool refuse_ke(struct exchange *x, uint16_t id, struct reason *why)
{
	const struct child_work *w = x->work;
	bool ike = x->kind == JOB_IKE_REKEY;

	return refuse(why, REASON_KE_METHOD, 0, value_of(VALUE_KE, id, bytes_none()),
	              value_proposals(ike ? &x->sa->conn->ike : &w->plan.conf->esp, &x->arena),
	              ike ? x->sa->conn->ike_at : w->plan.conf->esp_at);
}

/* HDR, SK {N(INVALID_KE_PAYLOAD)} <--   The next try is a new exchange (1.3). */
enum outcome child_other_ke(struct exchange *x, struct reason *why)
{
	struct child *old = child_by_id(x->sa, x->subject);
	struct job *job = x->job;
	struct notify n;
	uint16_t id = notify_find(&n, &x->payloads, IKEV2_NOTIFY_INVALID_KE_PAYLOAD) ? invalid_ke(&n) : 0;

	if (!job || job->cancelled || x->rival || !ke_is_other(x, id) || job->tries >= OTHER_KE_MAX)
		return refuse_ke(x, id, why), REFUSED;
	if (old && old->state == CHILD_REKEYING)
		old->state = CHILD_INSTALLED;
	x->job = NULL;
	job->ke = id;
	job->tries++;
	list_append(&x->sa->jobs, &job->link);
	x->sa->job_count++;
	return DONE;
}

/* Whoever waits for this request waits for the first of those that take its place. */
static bool split(struct exchange *x, uint16_t notify)
{
	struct child_work *w = x->work;
	struct job *job = x->job;

	if (!job || job->kind != JOB_CHILD)
		return false;
	x->job = NULL; /* it is pending no more */
	if (!pairs_split(x->sa, notify, job->conn, job->child, job->ts, &w->offer, job->command)) {
		x->job = job;
		return false;
	}
	job_free(job);
	return true;
}

enum outcome child_refused(struct exchange *x, struct reason *why)
{
	struct notify n;

	if (!notify_find_error(&n, &x->payloads))
		return refuse_text(why, REASON_SYNTAX, 0, "notify"), REFUSED;
	if (split(x, n.type))
		return DONE;
	peer_refused(x, n.type, why);
	return REFUSED;
}

static bool read_ke(struct exchange *x, struct child_work *w, struct reason *why)
{
	const struct payload *p = payloads_find(&x->payloads, IKEV2_PAYLOAD_KE, NULL);
	const struct algorithm *wanted = w->plan.suite.ke;
	struct ke ke;

	if (!wanted) {
		w->ke = NULL;
		return true; /* the peer chose without: a KE payload of its own means nothing */
	}
	if (!p || !ke_read(&ke, p->body))
		return refuse_text(why, REASON_PAYLOAD_MISSING, 0, "KE payload");
	if (wanted != w->ke || ke.method != wanted->id)
		return refuse(why, REASON_KE_METHOD, 0, value_of(VALUE_KE, ke.method, bytes_none()),
		              value_of(VALUE_KE, wanted->id, bytes_none()), w->plan.conf->esp_at);
	w->peer = ke.value;
	return true;
}

/* Where the peer may be making the same, nothing goes out by ours before it is clear which of both stays. */
static bool install(struct exchange *x, struct child_work *w, struct reason *why)
{
	const struct child *other = child_rival(x);

	w->plan.inbound_only = w->plan.old || other || x->sa->theirs;
	if (!other)
		other = child_crossing(x);
	if (other)
		w->plan.reqid = other->reqid; /* one of both takes the other's place */
	return child_install(x, &w->plan, why);
}

/* HDR, SK {SA, Nr, [KEr,] TSi, TSr} <-- */
enum outcome child_accept(struct exchange *x, struct reason *why)
{
	struct child_work *w = x->work;
	bool done;

	if (x->kind == JOB_IKE_REKEY)
		return refuse_text(why, REASON_SYNTAX, 0, "an answer about a Child SA"), REFUSED;
	if (!offer_accepted(x, &w->offer, false, &w->plan, why) || !take_nonce(x, &w->plan.nr, why) || !read_ke(x, w, why))
		return REFUSED;
	if (w->ke)
		done = ke_ask(x, w->ke, w->seed, w->peer, true, why);
	else
		done = install(x, w, why);
	return done ? DONE : REFUSED;
}

/* Two answers meet at this stage: the shared secret, and then (or at once) the installation. */
enum outcome child_agreed(struct exchange *x, struct reason *why)
{
	struct child_work *w = x->work;

	if (!x->answer->ok) {
		*why = x->answer->why;
		return REFUSED;
	}
	w->plan.shared = x->answer->shared;
	return install(x, w, why) ? WAIT : REFUSED;
}

static bool deleted_early(const struct exchange *x, uint32_t spi)
{
	for (unsigned i = 0; i < x->deleted_count; i++)
		if (x->deleted[i] == spi)
			return true;
	return false;
}

/* Ours is one too many: the peer's carries on, ours is deleted by us who made it (2.8.1). */
static void give_way(struct child *fresh, struct child *old, struct child *rival, bool cancelled)
{
	struct reason replaced = { .kind = REASON_REPLACED }, no = { .kind = REASON_CANCELLED };

	if (rival && child_in_use(rival) && (!old || child_in_use(old)))
		child_supersede(old, rival);
	if (rival)
		fresh->heir = rival->id;
	child_close(fresh, &replaced, false, 0);
	if (rival && cancelled)
		child_close(rival, &no, false, 0);
}

/* Ours carries on; who made it deletes what it replaces, and a rival is deleted by the peer who made that one (2.8.1). */
static void take_over(struct exchange *x, struct child *fresh, struct child *old, struct child *rival, bool cancelled)
{
	struct reason replaced = { .kind = REASON_REPLACED }, no = { .kind = REASON_CANCELLED };

	if (old)
		child_supersede(old, fresh);
	child_outbound(fresh);
	/* that a crossing set-up counts like a crossing rekeying is our own rule: other peers keep both */
	if (rival && (x->kind == JOB_CHILD_REKEY || x->sa->peer_adit))
		child_supersede(rival, fresh);
	if (rival && rival->heir && x->kind == JOB_CHILD)
		child_close(rival, &replaced, false, 0); /* whoever was done before ours came does not know of the crossing */
	child_supersede(NULL, fresh);
	if (cancelled)
		child_close(fresh, &no, false, 0);
	if (old)
		child_close(old, &replaced, false, 0);
}

static void commit(struct exchange *x, struct child_work *w)
{
	struct sa *sa = x->sa;
	bool cancelled = x->job && x->job->cancelled, lost = child_lost(x, w), rekeys = w->plan.old != 0;
	struct child *old = child_by_id(sa, w->plan.old), *rival = child_rival(x), *fresh;

	x->subject = 0; /* from here on the old one is closed like any other */
	if (!rekeys)
		pairs_rest(x, &w->offer, &w->plan);
	if (!rekeys && !rival) {
		(void)child_up(&w->plan, x->job);
		return;
	}
	fresh = child_enter(&w->plan);
	if (lost && (rival || (rekeys && !old)))
		give_way(fresh, old, rival, cancelled);
	else
		take_over(x, fresh, old, rival, cancelled);
}

/*
 * The peer has deleted it before it was installed here. Where the peer has made one as well, that carries on, and what is under way by ours
 * is received still; else it wants neither the new one nor the old one any more.
 */
static void end_early(struct exchange *x, struct child_work *w)
{
	struct reason why = { .kind = REASON_PEER_DELETED };
	struct child *old = child_by_id(x->sa, w->plan.old), *rival = child_rival(x), *fresh;

	if (rival) {
		fresh = child_enter(&w->plan);
		fresh->heir = rival->id;
		child_end(fresh, &why);
		return;
	}
	child_abort(x->sa, &w->plan, true);
	if (!old)
		return;
	x->subject = 0;
	child_close(old, &why, false, 0);
}

enum outcome child_installed(struct exchange *x, struct reason *why)
{
	struct child_work *w = x->work;

	if (!x->answer->ok) {
		*why = x->answer->why;
		return REFUSED;
	}
	if (deleted_early(x, w->plan.spi_out)) {
		end_early(x, w);
		return refuse_text(why, REASON_PEER_DELETED, 0, "before it was installed here"), REFUSED;
	}
	exchange_tell(x);
	commit(x, w);
	return DONE;
}
