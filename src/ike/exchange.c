/* SPDX-License-Identifier: ISC */
/* Running exchanges: rows, questions, messages. ARCHITECTURE.md. */
#include "ike/entry.h"
#include "ike/fragment.h"
#include "iana/ikev2.h"

#include <stdlib.h>

struct exchange *exchange_new(struct sa *sa, enum role role, uint8_t type)
{
	struct exchange *x = calloc(1, sizeof(*x));

	if (!x) {
		engine_count(sa->engine, COUNTER_MEMORY);
		return NULL;
	}
	x->sa = sa;
	x->role = role;
	x->type = type;
	x->kind = JOB_KINDS;
	x->stage = STAGE_FIRST;
	x->path = sa->path;
	x->gen = sa->phase == PHASE_NEW ? NULL : &sa->gen;
	x->give_up = NEVER;
	list_init(&x->asks);
	return x;
}

void exchange_unask(struct exchange *x)
{
	LIST_EACH_SAFE(at, &x->asks)
		ask_cancel(x->sa->engine, LIST_ITEM(at, struct pending, link));
}

void exchange_free(struct exchange *x)
{
	if (!x)
		return;
	list_remove(&x->link);
	exchange_unask(x);
	retransmit_stop(x);
	if (x->work_clear && x->work)
		x->work_clear(x);
	x->work = NULL;
	job_free(x->job);
	job_free(x->child_job);
	free(x->doubt);
	arena_clear(&x->message_arena);
	arena_clear(&x->arena);
	free(x);
}

static void job_result(struct sa *sa, const struct job *job, bool ok, const struct reason *why)
{
	if (job && job->kind == JOB_CHILD)
		entry_result(sa->engine, job->conn->name, job->child->name, ok, why);
}

static void end_jobs(struct exchange *x, bool ok, const struct reason *why)
{
	struct job *job = x->job, *child_job = x->child_job;

	x->job = x->child_job = NULL;
	if (job && job->kind == JOB_CHILD_REKEY && !ok)
		child_rekey_failed(x, job, why);
	if (job && job->kind == JOB_IKE_REKEY && !ok)
		sa_rekey_failed(x, why);
	job_result(x->sa, job, ok, why);
	job_result(x->sa, child_job, ok, why);
	job_free(job);
	job_free(child_job);
}

void exchange_rival(struct exchange *x, uint32_t id, struct bytes ni, struct bytes nr)
{
	struct bytes low = nonce_lower(ni, nr);

	x->rival = id;
	x->rival_low = arena_copy(&x->arena, low);
}

void exchange_abandon(struct exchange *x, const struct reason *why)
{
	end_jobs(x, false, why);
}

void exchange_end(struct exchange *x, bool ok, const struct reason *why)
{
	struct sa *sa = x->sa;

	if (x->over)
		return;
	x->over = true;
	if (sa->ours == x)
		sa->ours = NULL;
	if (sa->theirs == x)
		sa->theirs = NULL;
	if (ok && x->answered && x->type == IKEV2_EXCHANGE_CREATE_CHILD_SA)
		sa->busy_since = 0;
	sa_touch(sa);
	exchange_unask(x);
	retransmit_stop(x);
	list_append(&sa->engine->ended, &x->link);
	end_jobs(x, ok, why);
}

void exchanges_free_ended(struct engine *e, const struct sa *sa)
{
	LIST_EACH_SAFE(at, &e->ended) {
		struct exchange *x = LIST_ITEM(at, struct exchange, link);

		if (!sa || x->sa == sa)
			exchange_free(x);
	}
}

/* --- rows --- */

void exchange_tell(struct exchange *x)
{
	if (!x->told && x->row && x->row->story)
		story_step(x->sa, STORY_STEP, x->row->story);
	x->told = true;
}

static void count_row(struct engine *e, const struct step_table *t, const struct step *row)
{
	uint64_t *taken = e->taken[t == e->conf.v2];

	if (taken)
		taken[row - t->rows]++;
}

static void run(struct exchange *x, const struct step *row)
{
	struct sa *sa = x->sa;
	struct reason why = { 0 };

	count_row(sa->engine, sa->table, row);
	x->row = row;
	x->told = false;
	switch (row->run(x, &why)) {
	case DONE:
		exchange_tell(x);
		x->stage = row->next;
		if (row->next == STAGE_END)
			exchange_end(x, true, NULL);
		break;
	case OVER:
		exchange_tell(x);
		exchange_end(x, true, NULL);
		break;
	case WAIT:
		break;
	case REFUSED:
		if (!x->over)
			sa->table->refused(x, &why);
		break;
	}
	x->answer = NULL;
}

void exchange_start(struct sa *sa, struct job *job)
{
	struct exchange *x = exchange_new(sa, INITIATOR, sa->table->exchange_of[job->kind]);
	const struct step *row;
	struct reason why = { 0 };

	if (!x) {
		enum job_kind kind = job->kind;

		(void)refuse_text(&why, REASON_MEMORY, 0, "an exchange");
		job_result(sa, job, false, &why);
		job_free(job);
		if (kind == JOB_INIT || kind == JOB_AUTH || kind == JOB_CHILD_DELETE || kind == JOB_IKE_DELETE || kind == JOB_REFUSE)
			sa_end(sa, &why, false); /* it cannot go on without */
		return;
	}
	x->job = job;
	x->kind = job->kind;
	sa->ours = x;
	row = step_find(sa->table, INITIATOR, x->type, STAGE_FIRST, ASK_NONE, sa->phase, NULL, &why);
	if (row)
		run(x, row);
	else
		exchange_end(x, false, &why);
}

static void note_skipped(struct exchange *x, const struct step *row)
{
	for (uint16_t i = 0; i < x->payloads.count; i++)
		if (!step_knows(row, x->payloads.list[i].type))
			engine_count(x->sa->engine, COUNTER_PAYLOAD_SKIPPED);
}

void exchange_message(struct exchange *x)
{
	struct sa *sa = x->sa;
	struct reason why = { 0 };
	const struct step *row = step_find(sa->table, x->role, x->type, x->stage, ASK_NONE, sa->phase, &x->payloads, &why);

	x->answer = NULL;
	if (row) {
		note_skipped(x, row);
		run(x, row);
		return;
	}
	x->row = NULL;
	sa->table->refused(x, &why);
}

/* --- answers --- */

static bool keep_slice(struct arena *arena, struct bytes *b)
{
	size_t len = b->len;

	*b = arena_copy(arena, *b);
	return b->len == len;
}

static bool keep_auth(struct arena *arena, struct auth_make_answer *m)
{
	struct bytes *certs = m->certs;

	if (!identity_copy(&m->own, &m->own, arena) || !keep_slice(arena, &m->auth.data) || !keep_slice(arena, &m->with.bytes))
		return false;
	m->certs = arena_array(arena, m->cert_count, sizeof(*certs));
	if (m->cert_count && !m->certs)
		return false;
	for (size_t i = 0; i < m->cert_count; i++) {
		m->certs[i] = certs[i];
		if (!keep_slice(arena, &m->certs[i]))
			return false;
	}
	return !m->faulty || reason_copy(arena, &m->fault, &m->fault);
}

/* The answer's slices belong to the host: a copy in the exchange's arena, which is wiped when it goes. */
static bool keep(struct arena *arena, struct answer *own, enum ask_kind kind, const struct answer *a)
{
	bool ok;

	*own = *a;
	if (!a->ok)
		return reason_copy(arena, &own->why, &a->why);
	ok = keep_slice(arena, &own->public_value) && keep_slice(arena, &own->shared) && keep_slice(arena, &own->certreq);
	if (kind == ASK_AUTH_MAKE)
		ok = ok && keep_auth(arena, &own->make);
	if (kind == ASK_RESOLVE && a->addr_count > 0) {
		own->addrs = arena_array(arena, a->addr_count, sizeof(*a->addrs));
		ok = ok && own->addrs;
		if (ok)
			memcpy(own->addrs, a->addrs, a->addr_count * sizeof(*a->addrs));
	}
	return ok;
}

void exchange_answer(struct exchange *x, enum ask_kind kind, const struct answer *a)
{
	struct sa *sa = x->sa;
	struct reason why = { 0 };
	const struct step *row = step_find(sa->table, x->role, x->type, x->stage, kind, sa->phase, NULL, &why);

	x->answer = &x->kept;
	/* SPIs and installations bring no slices: their copy cannot fail */
	if (!keep(&x->arena, &x->kept, kind, a)) {
		x->kept = (struct answer){ .ok = false };
		(void)refuse_text(&x->kept.why, REASON_MEMORY, 0, ask_name(kind));
	}
	if (!row && a->ok && kind == ASK_SPI)
		event_release(sa->engine, ASK_SPI, a->spi, 0);
	if (row)
		run(x, row);
	else
		sa->table->refused(x, &why);
}

struct queued *exchange_question(struct exchange *x, enum ask_kind kind, struct reason *why)
{
	struct queued *q = queued_new(EVENT_ASK);

	if (!q) {
		engine_count(x->sa->engine, COUNTER_MEMORY);
		(void)refuse_text(why, REASON_MEMORY, 0, "a question");
		return NULL;
	}
	q->event.ask.kind = kind;
	return q;
}

bool exchange_ask(struct exchange *x, struct queued *q, struct reason *why)
{
	return ask_post(x->sa->engine, x, NULL, q, why);
}

bool exchange_asking(const struct exchange *x)
{
	return !list_empty(&x->asks);
}

/* --- messages --- */

static struct ike_header header_of(const struct exchange *x)
{
	const struct sa *sa = x->sa;
	uint8_t flags = 0;

	if (sa->initiator)
		flags |= IKE_FLAG_INITIATOR;
	if (x->role == RESPONDER)
		flags |= IKE_FLAG_RESPONSE;
	return (struct ike_header){ .spi_i = sa->spi_i, .spi_r = sa->spi_r, .major = 2, .exchange = x->type, .flags = flags,
		                    .message_id = x->message_id };
}

bool exchange_begin(struct exchange *x, struct message_writer *m, size_t room, struct reason *why)
{
	void *mem = arena_take(&x->arena, room);
	struct ike_header h = header_of(x);

	if (!mem)
		return refuse_text(why, REASON_MEMORY, 0, "a message");
	if (x->role == INITIATOR)
		x->message_id = h.message_id = x->sa->next_out;
	*m = x->gen ? chain_begin(mem, room) : message_begin(mem, room, &h);
	return true;
}

struct outgoing exchange_outgoing(const struct exchange *x, const struct path *path)
{
	return (struct outgoing){ .sa = x->sa, .gen = x->gen, .header = header_of(x), .first = x->chain_first, .chain = x->chain,
		                  .path = path };
}

static struct bytes finish(struct exchange *x, struct message_writer *m, const struct path *path, struct reason *why)
{
	struct bytes messages = bytes_none();

	if (x->gen) {
		x->chain = chain_end(m, &x->chain_first);
		if (!m->w.full) {
			struct outgoing o = exchange_outgoing(x, path);

			messages = messages_seal(&o, &x->arena);
		}
	} else {
		messages = message_end(m);
	}
	if (messages.len == 0)
		(void)refuse_text(why, m->w.full ? REASON_INTERNAL : REASON_MEMORY, 0, "the message could not be made");
	return messages;
}

bool exchange_request(struct exchange *x, struct message_writer *m, struct reason *why)
{
	struct sa *sa = x->sa;
	struct bytes messages = finish(x, m, &sa->path, why);

	if (messages.len == 0)
		return false;
	x->request = messages;
	if (!retransmit_start(x))
		return refuse_text(why, REASON_MEMORY, 0, "a timer");
	messages_send(sa->engine, &sa->path, messages);
	sa->last_out = sa->engine->now.boot;
	engine_count_message(sa->engine, sa_name(sa), x->type, true, false);
	return true;
}

bool exchange_respond(struct exchange *x, struct message_writer *m, struct reason *why)
{
	struct sa *sa = x->sa;
	struct bytes messages = finish(x, m, &x->path, why);
	struct outgoing plain = exchange_outgoing(x, &x->path);

	if (messages.len == 0)
		return false;
	window_answered(sa, messages, x->gen ? &plain : NULL, x->message_hash);
	messages_send(sa->engine, &x->path, messages);
	sa->last_out = sa->engine->now.boot;
	engine_count_message(sa->engine, sa_name(sa), x->type, true, true);
	return true;
}

void exchange_respond_error(struct exchange *x, uint16_t notify, struct bytes data)
{
	struct message_writer m;
	struct reason why = { 0 };

	if (!exchange_begin(x, &m, 256 + data.len, &why))
		return;
	if (notify)
		notify_write(&m, IKEV2_PROTOCOL_ESP, x->error_spi, notify, data);
	(void)exchange_respond(x, &m, &why);
}
