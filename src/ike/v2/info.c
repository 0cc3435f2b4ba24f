/* SPDX-License-Identifier: ISC */
/* INFORMATIONAL: deletes, liveness, errors. RFC 7296 1.4, 1.4.1, 2.4, 2.21.2. */
#include "ike/alive.h"
#include "ike/qcd.h"
#include "ike/reauth.h"
#include "ike/trap.h"
#include "ike/v2/parts.h"

/* --- ours --- */

/* HDR, SK {[D | N]} --> */
enum outcome info_send(struct exchange *x, struct reason *why)
{
	const struct job *job = x->job;
	struct message_writer m;
	uint8_t spi[4];

	if (!exchange_begin(x, &m, 1024, why))
		return REFUSED;
	put_u32(spi, job->spi);
	if (job->kind == JOB_IKE_DELETE)
		delete_write(&m, IKEV2_PROTOCOL_IKE, 0, bytes_none());
	else if (job->kind == JOB_CHILD_DELETE)
		delete_write(&m, IKEV2_PROTOCOL_ESP, 4, bytes(spi, 4));
	else if (job->kind == JOB_LIVENESS && job->spi)
		notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_INVALID_SPI, bytes(spi, 4)); /* 1.5 */
	else if (job->kind == JOB_LIVENESS && job->notify == IKEV2_NOTIFY_QUICK_CRASH_DETECTION)
		qcd_write(&m, x->sa->engine, x->sa->spi_i, x->sa->spi_r); /* RFC 6290 4.3 */
	else if (job->kind == JOB_REFUSE)
		notify_write(&m, 0, bytes_none(), job->notify, bytes_none());
	else if (job->kind == JOB_ADDRESSES && !mobike_write(x, &m, why))
		return REFUSED;
	else if (job->kind == JOB_LIVENESS && !mobike_write_liveness(x, &m, why))
		return REFUSED;
	return exchange_request(x, &m, why) ? DONE : REFUSED;
}

/* HDR, SK {[D]} <--   What it answers is over, whatever it says. */
enum outcome info_done(struct exchange *x, struct reason *why)
{
	struct sa *sa = x->sa;
	const struct job *job = x->job;
	struct child *c;
	struct reason cancelled = { .kind = REASON_CANCELLED };

	(void)why;
	if (!job)
		return DONE; /* abandoned */
	switch (job->kind) {
	case JOB_IKE_DELETE:
	case JOB_REFUSE:
		exchange_tell(x);
		sa_end(sa, sa->last_reason, false);
		break;
	case JOB_CHILD_DELETE:
		c = job->child_id ? map_get(&sa->engine->children, job->child_id) : NULL;
		if (c && c->sa == sa)
			child_end(c, &cancelled);
		break;
	case JOB_ADDRESSES:
	case JOB_LIVENESS:
		mobike_done(x);
		break;
	case JOB_INIT:
	case JOB_AUTH:
	case JOB_CHILD:
	case JOB_CHILD_REKEY:
	case JOB_IKE_REKEY:
	case JOB_KINDS:
		break;
	}
	return DONE;
}

/* --- the peer's --- */

struct taken {
	uint8_t spis[2 * CHILDREN_MAX * 4]; /* ours, of the pairs that the peer deletes */
	size_t len;
	bool ike;
	uint16_t fatal;       /* notify that ends the IKE SA */
};

static void close_again(struct sa *sa, const struct child_conf *conf)
{
	struct conn_entry *entry = entry_find(sa->engine, sa->conn->name);

	if (!entry)
		return;
	if (conf->close_action & ACTION_START)
		entry_want(entry, conf->name, WANT_ONCE);
	trap_after(entry, conf, conf->close_action);
	entry_retry(entry, RETRY_LOST);
}

/* Perhaps one that we have asked for: the delete came before its answer, or before it is installed here. */
static void take_early_delete(struct exchange *ours, uint32_t spi)
{
	if (ours && ours->type == IKEV2_EXCHANGE_CREATE_CHILD_SA && ours->deleted_count < EXCHANGE_DELETED)
		ours->deleted[ours->deleted_count++] = spi;
}

/* 1.4.1: the answer names our half, unless our own delete for it is under way. */
static void take_child_delete(struct exchange *x, uint32_t spi, struct taken *t)
{
	struct reason why = { .kind = REASON_PEER_DELETED };
	struct child *c = child_by_spi_out(x->sa, spi);
	const struct child_conf *conf;

	if (!c) {
		take_early_delete(x->sa->ours, spi);
		return;
	}
	conf = c->conf;
	if (c->state != CHILD_DELETING && t->len + 4 <= sizeof(t->spis)) {
		put_u32(t->spis + t->len, c->spi_in);
		t->len += 4;
	}
	if (c->state != CHILD_DELETING && child_deleted(c))
		close_again(x->sa, conf);
	child_end(c, &why);
}

static bool take_deletes(struct exchange *x, struct taken *t, struct reason *why)
{
	const struct payload *at = NULL;
	struct delete_payload d;

	while ((at = payloads_find(&x->payloads, IKEV2_PAYLOAD_DELETE, at))) {
		if (!delete_read(&d, at->body))
			return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "Delete payload");
		t->ike = t->ike || d.protocol == IKEV2_PROTOCOL_IKE;
	}
	if (!t->ike)
		sa_adopt(x->sa);
	while (!t->ike && (at = payloads_find(&x->payloads, IKEV2_PAYLOAD_DELETE, at))) {
		(void)delete_read(&d, at->body);
		if (d.protocol != IKEV2_PROTOCOL_ESP || d.spi_size != 4)
			continue;
		for (size_t i = 0; i + 4 <= d.spis.len; i += 4)
			take_child_delete(x, get_u32(d.spis.at + i), t);
	}
	return true;
}

static void take_errors(struct exchange *x, struct taken *t)
{
	struct notify n;

	if (!notify_find_error(&n, &x->payloads))
		return;
	if (n.type == IKEV2_NOTIFY_AUTHENTICATION_FAILED || n.type == IKEV2_NOTIFY_INVALID_SYNTAX ||
	    n.type == IKEV2_NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD)
		t->fatal = n.type;
}

/* HDR, SK {[D] [N(NAT_DETECTION_*),] [N(COOKIE2)]} <-- */
static bool respond(struct exchange *x, const struct taken *t, const struct mobike_answer *mobike, struct reason *why)
{
	struct message_writer m;

	if (!exchange_begin(x, &m, 256 + t->len, why))
		return false;
	if (t->len)
		delete_write(&m, IKEV2_PROTOCOL_ESP, 4, bytes(t->spis, t->len));
	if (!mobike_answer(x, &m, mobike))
		return refuse_text(why, REASON_INTERNAL, 0, "NAT detection");
	return exchange_respond(x, &m, why);
}

/* HDR, SK {[N,] [D,] ...} -->   Unknown notifies are answered like everything else: with an empty message (1.4). */
enum outcome info_take(struct exchange *x, struct reason *why)
{
	struct sa *sa = x->sa;
	struct reason end = { .kind = REASON_PEER_DELETED };
	struct mobike_answer mobike;
	struct taken t = { 0 };

	if (!take_deletes(x, &t, why))
		return REFUSED;
	take_errors(x, &t);
	qcd_take(sa, &x->payloads);
	mobike_take(x, &mobike);
	if (!respond(x, &t, &mobike, why))
		return REFUSED;
	if (!t.ike && !t.fatal) {
		alive_take_invalid_spi(sa, &x->payloads);
		reauth_take(sa, &x->payloads);
		return DONE;
	}
	exchange_tell(x);
	sa_deleted(sa);
	if (t.fatal)
		peer_refused(x, t.fatal, &end);
	if (t.fatal && sa->phase != PHASE_CLOSING)
		story_reason(sa, STORY_PEER_REFUSED, &end);
	sa_end(sa, sa->phase == PHASE_CLOSING && sa->last_reason ? sa->last_reason : &end, true);
	return DONE;
}
