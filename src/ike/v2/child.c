/* SPDX-License-Identifier: ISC */
/* CREATE_CHILD_SA as initiator: a further Child SA. RFC 7296 1.3.1, 1.3, 2.17. */
#include "ike/v2/child.h"

void child_clear(struct exchange *x)
{
	struct child_work *w = x->work;

	child_abort(x->sa, &w->plan, false);
}

enum outcome child_start(struct exchange *x, struct reason *why)
{
	struct child_work *w = work_new(x, sizeof(*w), child_clear, why);
	const struct job *job = x->job;

	if (!w)
		return REFUSED;
	w->plan.conn = job->conn;
	w->plan.conf = job->child;
	w->plan.first = job->ts;
	w->plan.initiator = true;
	w->ke = job->ke ? ke_named(&job->child->esp, job->ke) : ke_first(&job->child->esp);
	if (!make_nonce(x, &w->plan.ni, why) || !ask_spi(x, why))
		return REFUSED;
	if (w->ke && (!ke_seed(x, w->ke, &w->seed, why) || !ke_ask(x, w->ke, w->seed, bytes_none(), false, why)))
		return REFUSED;
	return DONE;
}

/* HDR, SK {SA, Ni, [KEi,] TSi, TSr} --> */
static bool send_request(struct exchange *x, struct child_work *w, struct reason *why)
{
	struct message_writer m;

	if (!offer_make(x, &w->plan, false, &w->offer, why) || !exchange_begin(x, &m, 16384 + w->own.len, why))
		return false;
	offer_write_mode(&m, &w->offer);
	sa_write(&m, &w->offer.esp, &x->arena);
	nonce_write(&m, w->plan.ni);
	if (w->ke)
		ke_write(&m, w->ke->id, w->own);
	ts_write(&m, IKEV2_PAYLOAD_TS_I, &w->offer.local, &x->arena);
	ts_write(&m, IKEV2_PAYLOAD_TS_R, &w->offer.remote, &x->arena);
	return exchange_request(x, &m, why);
}

enum outcome child_part(struct exchange *x, struct reason *why)
{
	struct child_work *w = x->work;
	const struct answer *a = x->answer;

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
	return send_request(x, w, why) ? DONE : REFUSED;
}

/* HDR, SK {N(INVALID_KE_PAYLOAD)} <--   The next try is a new exchange (1.3). */
enum outcome child_other_ke(struct exchange *x, struct reason *why)
{
	struct child_work *w = x->work;
	struct job *job;
	struct notify n;
	uint16_t id = notify_find(&n, &x->payloads, IKEV2_NOTIFY_INVALID_KE_PAYLOAD) ? invalid_ke(&n) : 0;
	const struct algorithm *ke = ke_named(&w->plan.conf->esp, id);

	if (!x->job || !ke || ke == w->ke || x->job->tries >= OTHER_KE_MAX)
		return refuse(why, REASON_KE_METHOD, 0, value_of(VALUE_KE, id, bytes_none()),
		              value_proposals(&w->plan.conf->esp, &x->arena), w->plan.conf->esp_at), REFUSED;
	job = x->job;
	x->job = NULL;
	job->ke = id;
	job->tries++;
	list_append(&x->sa->jobs, &job->link);
	x->sa->job_count++;
	return DONE;
}

/* Whoever waits for this request waits for the first of those that take its place. */
static bool split(struct exchange *x)
{
	struct child_work *w = x->work;
	struct job *job = x->job;

	if (!job || job->kind != JOB_CHILD)
		return false;
	x->job = NULL; /* it is pending no more */
	if (!pairs_split(x->sa, job->conn, job->child, job->ts, &w->offer, job->command)) {
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
	if (n.type == IKEV2_NOTIFY_SINGLE_PAIR_REQUIRED && split(x))
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

/* HDR, SK {SA, Nr, [KEr,] TSi, TSr} <-- */
enum outcome child_accept(struct exchange *x, struct reason *why)
{
	struct child_work *w = x->work;
	bool done;

	if (!offer_accepted(x, &w->offer, false, &w->plan, why) || !take_nonce(x, &w->plan.nr, why) || !read_ke(x, w, why))
		return REFUSED;
	if (w->ke)
		done = ke_ask(x, w->ke, w->seed, w->peer, true, why);
	else
		done = child_install(x, &w->plan, why);
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
	return child_install(x, &w->plan, why) ? WAIT : REFUSED;
}

static bool deleted_early(const struct exchange *x, uint32_t spi)
{
	for (unsigned i = 0; i < x->deleted_count; i++)
		if (x->deleted[i] == spi)
			return true;
	return false;
}

enum outcome child_installed(struct exchange *x, struct reason *why)
{
	struct child_work *w = x->work;

	if (!x->answer->ok) {
		*why = x->answer->why;
		return REFUSED;
	}
	if (deleted_early(x, w->plan.spi_out)) {
		child_abort(x->sa, &w->plan, true);
		return refuse_text(why, REASON_PEER_DELETED, 0, "before it was installed here"), REFUSED;
	}
	exchange_tell(x);
	pairs_rest(x, &w->offer, &w->plan, x->job);
	child_up(&w->plan, x->job);
	return DONE;
}
