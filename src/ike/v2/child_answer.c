/* SPDX-License-Identifier: ISC */
/* CREATE_CHILD_SA as responder. RFC 7296 1.3.1, 2.8, 2.25. */
#include "ike/v2/child.h"

static bool read_ke(struct exchange *x, struct ke *ke, struct reason *why)
{
	const struct payload *p = payloads_find(&x->payloads, IKEV2_PAYLOAD_KE, NULL);

	*ke = (struct ke){ 0 };
	return !p || ke_read(ke, p->body) || refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "KE payload");
}

/* 1.3: the KE payload must be of the method that was chosen. */
static bool ke_fits(const struct child_work *w, const struct ke *ke, struct reason *why)
{
	if (!w->plan.suite.ke || w->plan.suite.ke->id == ke->method)
		return true;
	return refuse(why, REASON_KE_METHOD, IKEV2_NOTIFY_INVALID_KE_PAYLOAD, value_of(VALUE_KE, ke->method, bytes_none()),
	              value_of(VALUE_KE, w->plan.suite.ke->id, bytes_none()), w->plan.conf->esp_at);
}

static bool busy(struct reason *why, const char *with)
{
	return refuse_text(why, REASON_UNEXPECTED, IKEV2_NOTIFY_TEMPORARY_FAILURE, with);
}

/* 2.25.2, and what one SA may hold. A rekeyed one stands beside its predecessor for a while. */
static bool may_make(const struct exchange *x, struct reason *why)
{
	const struct sa *sa = x->sa;
	size_t most = x->kind == JOB_CHILD_REKEY ? 2 * CHILDREN_MAX : CHILDREN_MAX;

	if (sa->ours && sa->ours->kind == JOB_IKE_REKEY && exchange_is_out(sa->ours))
		return busy(why, "the IKE SA is being rekeyed");
	if (sa->child_count < most)
		return true;
	return refuse(why, REASON_LIMIT, IKEV2_NOTIFY_NO_ADDITIONAL_SAS, value_number(sa->child_count), value_number(most),
	              sa->conn->at);
}

static bool take(struct exchange *x, struct child_work *w, struct reason *why)
{
	struct ke ke;

	if (!may_make(x, why) || !read_ke(x, &ke, why) || !take_nonce(x, &w->plan.ni, why))
		return false;
	if (!offer_take(x, false, ke.method, &w->plan, &w->number, why) || !ke_fits(w, &ke, why) ||
	    !make_nonce(x, &w->plan.nr, why) || !ask_spi(x, why))
		return false;
	w->ke = w->plan.suite.ke;
	w->peer = ke.value;
	return !w->ke || (ke_seed(x, w->ke, &w->seed, why) && ke_ask(x, w->ke, w->seed, w->peer, false, why));
}

/* HDR, SK {SA, Ni, [KEi,] TSi, TSr} --> */
enum outcome child_take(struct exchange *x, struct reason *why)
{
	struct child_work *w = work_new(x, sizeof(*w), child_clear, why);

	sa_adopt(x->sa);
	return w && take(x, w, why) ? DONE : REFUSED;
}

/* 2.25.1. Of what is being made here the peer may know more than we do. */
static struct child *find_old(struct exchange *x, uint32_t spi, struct reason *why)
{
	const struct exchange *ours = x->sa->ours;
	struct child *old = child_by_spi_out(x->sa, spi);

	if (!old && ours && (ours->kind == JOB_CHILD || ours->kind == JOB_CHILD_REKEY) && exchange_is_out(ours)) {
		(void)busy(why, "a Child SA is being made");
	} else if (!old) {
		(void)refuse(why, REASON_NOT_FOUND, IKEV2_NOTIFY_CHILD_SA_NOT_FOUND, value_of(VALUE_SPI, spi, bytes_none()),
		             value_none(), conf_nowhere());
	} else if (!child_in_use(old)) {
		(void)busy(why, "the Child SA is being closed");
		old = NULL;
	}
	if (why->notify == IKEV2_NOTIFY_CHILD_SA_NOT_FOUND)
		x->error_spi = spi_bytes(&x->arena, spi);
	return old;
}

/* HDR, SK {N(REKEY_SA), SA, Ni, [KEi,] TSi, TSr} -->   1.3.3 */
enum outcome child_take_rekey(struct exchange *x, struct reason *why)
{
	struct child_work *w = work_new(x, sizeof(*w), child_clear, why);
	struct notify n;
	struct child *old;

	if (!w)
		return REFUSED;
	sa_adopt(x->sa);
	if (!notify_find(&n, &x->payloads, IKEV2_NOTIFY_REKEY_SA) || n.protocol != IKEV2_PROTOCOL_ESP || n.spi.len != 4)
		return refuse_text(why, REASON_NOT_FOUND, IKEV2_NOTIFY_CHILD_SA_NOT_FOUND, "REKEY_SA that names no ESP SA"), REFUSED;
	old = find_old(x, get_u32(n.spi.at), why);
	if (!old)
		return REFUSED;
	child_adopt(old);
	if (child_rekeying(old) && child_rival(x->sa->ours))
		return busy(why, "the Child SA is being rekeyed by both already"), REFUSED;
	x->kind = JOB_CHILD_REKEY;
	x->subject = old->id;
	w->conn = connection_ref(old->conn);
	w->plan.conn = w->conn;
	w->plan.conf = old->conf;
	w->plan.old = old->id;
	w->plan.reqid = old->reqid;
	w->plan.inbound_only = true; /* 2.8: the peer receives by it when it has our answer */
	return take(x, w, why) ? DONE : REFUSED;
}

/* Ours that makes the same, or NULL. */
static struct exchange *crossing(const struct exchange *x, const struct child_work *w)
{
	struct exchange *ours = x->sa->ours;
	const struct child_work *other = ours ? ours->work : NULL;

	if (!other || ours->over)
		return NULL;
	if (w->plan.old)
		return ours->kind == JOB_CHILD_REKEY && ours->subject == w->plan.old ? ours : NULL;
	if (ours->kind != JOB_CHILD || child_rival(ours) || strcmp(other->plan.conf->name, w->plan.conf->name) != 0)
		return NULL;
	if (!exchange_is_out(ours))
		return ours;
	return selectors_same(&other->offer.all_local, &w->plan.local_ts) && selectors_same(&other->offer.all_remote, &w->plan.remote_ts)
		       ? ours : NULL;
}

/* One of both will take the other's place. */
static void share_reqid(const struct exchange *x, struct child_work *w)
{
	const struct exchange *ours = crossing(x, w);
	const struct child_work *other = ours ? ours->work : NULL;

	if (other && other->plan.child)
		w->plan.reqid = other->plan.child->reqid;
}

enum outcome child_take_part(struct exchange *x, struct reason *why)
{
	struct child_work *w = x->work;
	const struct answer *a = x->answer;

	if (!a->ok) {
		*why = a->why;
		why->notify = why->kind == REASON_KE_VALUE ? IKEV2_NOTIFY_INVALID_SYNTAX : IKEV2_NOTIFY_TEMPORARY_FAILURE;
		return REFUSED;
	}
	if (x->row->answer == ASK_SPI) {
		w->plan.spi_in = a->spi;
	} else {
		w->own = a->public_value;
		w->plan.shared = a->shared;
	}
	if (exchange_asking(x))
		return WAIT;
	share_reqid(x, w);
	return child_install(x, &w->plan, why) ? DONE : REFUSED;
}

/* Meanwhile we may have closed it. */
static bool old_is_there(struct exchange *x, const struct child_work *w, struct reason *why)
{
	const struct child *old = child_by_id(x->sa, w->plan.old);

	if (!w->plan.old || (old && child_in_use(old)))
		return true;
	return busy(why, "the Child SA is being closed");
}

/* It is there, the peer uses it when it has our answer. What crosses it decides later, or is not needed any more. */
static void commit(struct exchange *x, struct child_work *w)
{
	struct exchange *ours = crossing(x, w);
	struct child *old = child_by_id(x->sa, w->plan.old), *fresh;
	struct reason replaced = { .kind = REASON_REPLACED };

	fresh = w->plan.old ? child_enter(&w->plan) : child_up(&w->plan, NULL);
	if (!ours && old)
		child_supersede(old, fresh);
	if (!ours)
		return;
	exchange_rival(ours, fresh->id, w->plan.ni, w->plan.nr);
	if (!exchange_is_out(ours))
		exchange_end(ours, ours->kind == JOB_CHILD, &replaced);
}

/* HDR, SK {SA, Nr, [KEr,] TSi, TSr} <-- */
enum outcome child_answer(struct exchange *x, struct reason *why)
{
	struct child_work *w = x->work;
	struct message_writer m;
	bool ok = x->answer->ok;

	if (!ok) {
		*why = x->answer->why;
		why->notify = IKEV2_NOTIFY_TEMPORARY_FAILURE;
		return REFUSED;
	}
	if (!old_is_there(x, w, why) || !exchange_begin(x, &m, 16384 + w->own.len, why) ||
	    !offer_answer(x, &m, &w->plan, w->number, why)) {
		child_abort(x->sa, &w->plan, true);
		return REFUSED;
	}
	nonce_write(&m, w->plan.nr);
	if (w->ke)
		ke_write(&m, w->ke->id, w->own);
	if (!exchange_respond(x, &m, why)) {
		child_abort(x->sa, &w->plan, true);
		return REFUSED;
	}
	exchange_tell(x);
	commit(x, w);
	return DONE;
}

/* 2.25.1: we are closing the IKE SA. */
enum outcome child_take_closing(struct exchange *x, struct reason *why)
{
	(void)x;
	return refuse_text(why, REASON_UNEXPECTED, IKEV2_NOTIFY_TEMPORARY_FAILURE, "the IKE SA is being closed"), REFUSED;
}
