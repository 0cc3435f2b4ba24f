/* SPDX-License-Identifier: ISC */
/* What a refusal does: to the peer, to the SA, to the story. RFC 7296 2.21. */
#include "ike/input.h"
#include "ike/v2/init.h"
#include "ike/v2/auth.h"

/* --- the peer refused --- */

static const struct child_conf *child_of(const struct exchange *x)
{
	if (x->child_job)
		return x->child_job->child;
	return x->job && (x->kind == JOB_CHILD || x->kind == JOB_CHILD_REKEY) ? x->job->child : NULL;
}

static void about_proposals(struct exchange *x, struct reason *why)
{
	const struct child_conf *child = child_of(x);
	const struct connection *c = x->sa->conn;

	if (x->type == IKEV2_EXCHANGE_IKE_SA_INIT || !child) {
		why->got = value_proposals(&c->ike, &x->arena);
		why->where = c->ike_at;
	} else {
		why->got = value_proposals(&child->esp, &x->arena);
		why->where = child->esp_at;
	}
}

/* Both sides' selectors were sent. */
static void about_selectors(struct exchange *x, struct reason *why)
{
	const struct child_conf *child = child_of(x);
	struct selectors local, remote;

	if (!child || !child_selectors(x->sa, child, &local, &remote, &x->arena))
		return;
	why->got = value_selectors(&local, &x->arena);
	why->where = child->local_ts_at;
	why->wanted = value_selectors(&remote, &x->arena);
	why->also = child->remote_ts_at;
}

/* Who we said we are, and what we proved it with. */
static void about_identity(struct exchange *x, struct reason *why)
{
	const struct auth_round *round = &x->sa->conn->local[0];
	const struct auth_work *w = x->type == IKEV2_EXCHANGE_IKE_AUTH ? x->work : NULL;
	const struct identity *id = w ? &w->own.own : x->sa->local_id.type ? &x->sa->local_id : &round->id;

	why->got = value_identity(id, &x->arena);
	why->where = round->id_at.key ? round->id_at : round->at;
	if (w && w->own.with.kind != VALUE_NONE) {
		why->wanted = w->own.with;
		why->also = w->own.with_at;
	} else {
		why->wanted = value_text(round->auth_text ? round->auth_text : "pubkey");
		why->also = round->auth_at;
	}
}

void peer_refused(struct exchange *x, uint16_t notify, struct reason *why)
{
	(void)refuse(why, REASON_PEER_REFUSED, notify, value_none(), value_none(), conf_nowhere());
	if (!x->sa->conn)
		return;
	why->where = x->sa->conn->at;
	switch (notify) {
	case IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN:
	case IKEV2_NOTIFY_INVALID_KE_PAYLOAD:
		about_proposals(x, why);
		break;
	case IKEV2_NOTIFY_TS_UNACCEPTABLE:
	case IKEV2_NOTIFY_SINGLE_PAIR_REQUIRED:
		about_selectors(x, why);
		break;
	case IKEV2_NOTIFY_AUTHENTICATION_FAILED:
		about_identity(x, why);
		break;
	default:
		break;
	}
}

/* --- we refuse --- */

static struct bytes notify_data(struct exchange *x, const struct reason *why)
{
	uint8_t *mem = arena_take(&x->arena, 2);

	if (!mem)
		return bytes_none();
	switch (why->notify) {
	case IKEV2_NOTIFY_INVALID_KE_PAYLOAD:
		put_u16(mem, (uint16_t)why->wanted.number);
		return bytes(mem, 2);
	case IKEV2_NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD:
		mem[0] = (uint8_t)why->got.number;
		return bytes(mem, 1);
	default:
		return bytes_none();
	}
}

static void tell(struct exchange *x, const struct reason *why)
{
	story_reason(x->sa, why->kind == REASON_PEER_REFUSED ? STORY_PEER_REFUSED : STORY_REFUSED, why);
}

/* Nothing is kept of a refused IKE_SA_INIT; the answer is clear and without an SPI of ours (2.6, 2.21.1). */
static void refuse_init(struct exchange *x, const struct reason *why)
{
	struct sa *sa = x->sa;
	struct input in = { .path = &x->path, .h = x->header, .datagram = x->message };

	/* that another key exchange is wanted is no fault: it is the way of the protocol */
	if (why->notify != IKEV2_NOTIFY_INVALID_KE_PAYLOAD)
		tell(x, why);
	else
		story_step(sa, STORY_STEP, "asked for another key exchange method (INVALID_KE_PAYLOAD)");
	if (why->notify)
		input_answer_clear(sa->engine, &in, 0, why->notify, notify_data(x, why));
	knock(&sa->engine->knocks, sa->engine->now.boot);
	sa_end(sa, why, false);
}

static bool is_fatal(const struct exchange *x, uint16_t notify)
{
	return x->type == IKEV2_EXCHANGE_IKE_AUTH || notify == IKEV2_NOTIFY_INVALID_SYNTAX;
}

static void refuse_request(struct exchange *x, const struct reason *why)
{
	struct sa *sa = x->sa;
	struct reason kept = *why;
	uint16_t notify = why->notify;

	if (x->type == IKEV2_EXCHANGE_IKE_SA_INIT) {
		refuse_init(x, why);
		return;
	}
	if (!notify)
		notify = x->type == IKEV2_EXCHANGE_IKE_AUTH ? IKEV2_NOTIFY_AUTHENTICATION_FAILED : IKEV2_NOTIFY_TEMPORARY_FAILURE;
	kept.notify = notify;
	tell(x, &kept);
	exchange_respond_error(x, notify, notify_data(x, why));
	if (is_fatal(x, notify))
		sa_end(sa, why, true);
	else
		exchange_end(x, false, why);
}

/* IKE_SA_INIT: whoever can send to us can refuse in the peer's name. We go on waiting, but not for long (2.21.1). */
static void doubt(struct exchange *x, const struct reason *why)
{
	bool first = x->doubt == NULL;

	x->doubts++;
	if (first)
		tell(x, why);
	exchange_unask(x);
	x->stage = STAGE_SENT;
	retransmit_doubt(x, why);
}

static bool unauthenticated(const struct exchange *x)
{
	return x->type == IKEV2_EXCHANGE_IKE_SA_INIT && (x->stage == STAGE_SENT || x->stage == STAGE_AGREE) && x->request.len > 0 &&
	       !x->sa->dead;
}

/* The peer has made a Child SA that we do not take. */
static void undo_child(struct exchange *x)
{
	bool has_plan = x->kind != JOB_IKE_REKEY && x->work;
	uint32_t spi = !has_plan || x->stage == STAGE_FIRST || x->stage == STAGE_MAKE ? 0 : ((struct child_plan *)x->work)->spi_in;
	struct job *job = spi && payloads_count(&x->payloads, IKEV2_PAYLOAD_SA) ? job_add(x->sa, JOB_CHILD_DELETE) : NULL;

	if (job)
		job->spi = spi;
}

#define BUSY_TRIES 10u

/* 2.25: what is only not possible now is asked for again. True: its job waits. */
static bool again_later(struct exchange *x)
{
	struct sa *sa = x->sa;
	struct job *job = x->job;

	if (x->kind != JOB_CHILD || !job || job->cancelled || x->rival || job->tries >= BUSY_TRIES)
		return false;
	x->job = NULL;
	job->tries++;
	job->not_before = sa->engine->now.boot + SECONDS(2) + engine_random64(sa->engine) % SECONDS(4);
	list_append(&sa->jobs, &job->link);
	sa->job_count++;
	return true;
}

/* CREATE_CHILD_SA of ours: the IKE SA stays, unless the two sides do not agree on its state any more. */
static void refuse_create(struct exchange *x, const struct reason *why)
{
	struct sa *sa = x->sa;
	bool refused = why->kind == REASON_PEER_REFUSED, busy = refused && why->notify == IKEV2_NOTIFY_TEMPORARY_FAILURE && !x->rival;
	bool split = x->kind == JOB_IKE_REKEY && x->answered && !refused && payloads_count(&x->payloads, IKEV2_PAYLOAD_SA);

	undo_child(x);
	if (!busy || !again_later(x))
		exchange_end(x, x->kind == JOB_CHILD && x->rival, why); /* the peer's own has made what was wanted */
	else
		exchange_end(x, false, why);
	if (split)
		sa_renew(sa, why);
	if (busy)
		(void)sa_busy(sa, why);
}

static void refuse_response(struct exchange *x, const struct reason *why)
{
	struct sa *sa = x->sa;
	struct reason kept = *why;

	if (unauthenticated(x)) {
		doubt(x, why);
		return;
	}
	if (sa->phase == PHASE_CLOSING && x->type != IKEV2_EXCHANGE_INFORMATIONAL) {
		exchange_end(x, false, why); /* abandoned: only its message ID mattered */
		return;
	}
	if (!x->rival) /* else the peer's own exchange has done it, and it says no for that reason (2.8.1) */
		tell(x, why);
	if (x->type == IKEV2_EXCHANGE_CREATE_CHILD_SA && why->notify != IKEV2_NOTIFY_INVALID_SYNTAX) {
		refuse_create(x, why);
		return;
	}
	/* 2.21.2: the peer may believe that the SA is up; it must hear that it is not */
	if (x->type == IKEV2_EXCHANGE_IKE_AUTH && x->authenticated && why->kind != REASON_PEER_REFUSED) {
		if (!kept.notify)
			kept.notify = IKEV2_NOTIFY_AUTHENTICATION_FAILED;
		sa_refuse(sa, &kept, kept.notify);
		return;
	}
	sa_end(sa, why, false);
}

void v2_refused(struct exchange *x, const struct reason *why)
{
	if (x->role == RESPONDER)
		refuse_request(x, why);
	else
		refuse_response(x, why);
}

/* No answer came: the SA is dead (2.4). */
void v2_failed(struct exchange *x, const struct reason *why)
{
	struct sa *sa = x->sa;

	if (why != x->doubt && why->kind == REASON_NO_ANSWER)
		story_reason(sa, sa->established ? STORY_DOWN : STORY_REFUSED, why);
	if (why->kind == REASON_NO_ANSWER && !sa->established)
		(void)entry_again(sa);
	sa_end(sa, sa->phase == PHASE_CLOSING && sa->last_reason ? sa->last_reason : why, false);
}
