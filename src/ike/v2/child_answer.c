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

/* HDR, SK {SA, Ni, [KEi,] TSi, TSr} --> */
enum outcome child_take(struct exchange *x, struct reason *why)
{
	struct child_work *w = work_new(x, sizeof(*w), child_clear, why);
	struct ke ke;

	if (x->sa->child_count >= CHILDREN_MAX)
		return refuse(why, REASON_LIMIT, IKEV2_NOTIFY_NO_ADDITIONAL_SAS, value_number(x->sa->child_count),
		              value_number(CHILDREN_MAX), x->sa->conn->at), REFUSED;
	if (!w || !read_ke(x, &ke, why) || !take_nonce(x, &w->plan.ni, why))
		return REFUSED;
	if (!offer_take(x, false, ke.method, &w->plan, &w->number, why) || !ke_fits(w, &ke, why) ||
	    !make_nonce(x, &w->plan.nr, why) || !ask_spi(x, why))
		return REFUSED;
	w->ke = w->plan.suite.ke;
	w->peer = ke.value;
	if (w->ke && (!ke_seed(x, w->ke, &w->seed, why) || !ke_ask(x, w->ke, w->seed, w->peer, false, why)))
		return REFUSED;
	return DONE;
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
	return child_install(x, &w->plan, why) ? DONE : REFUSED;
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
	if (!exchange_begin(x, &m, 16384 + w->own.len, why) || !offer_answer(x, &m, &w->plan, w->number, why)) {
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
	child_up(&w->plan, NULL);
	return DONE;
}

/* Rekeying is not spoken yet: the peer goes on with what there is until its hard lifetime (2.8, 3.10.1). */
enum outcome child_take_rekey(struct exchange *x, struct reason *why)
{
	(void)x;
	return refuse_text(why, REASON_UNSUPPORTED, IKEV2_NOTIFY_NO_ADDITIONAL_SAS, "rekeying"), REFUSED;
}

/* 2.25.1: we are closing the IKE SA. */
enum outcome child_take_closing(struct exchange *x, struct reason *why)
{
	(void)x;
	return refuse_text(why, REASON_UNEXPECTED, IKEV2_NOTIFY_TEMPORARY_FAILURE, "the IKE SA is being closed"), REFUSED;
}
