/* SPDX-License-Identifier: ISC */
/* CREATE_CHILD_SA that rekeys the IKE SA. RFC 7296 1.3.2, 2.8.2, 2.18, 2.25. */
#include "ike/qcd.h"
#include "ike/v2/init.h"

struct rekey_work {
	struct proposals offered;     /* initiator's */
	const struct algorithm *ke;   /* of our (initiator) or the peer's (responder) KE payload */
	struct bytes seed, own, peer; /* our private bytes, both public values */
	struct bytes ni, nr;
	struct suite suite;
	uint8_t number;               /* responder: of the chosen proposal */
	uint64_t spi_i, spi_r;
};

/* Our SPI is reserved while the peer may know it and we have no SA of it: whoever asks in its name is told nothing (RFC 6290 9.2). */
static void give_back_spi(struct exchange *x)
{
	const struct rekey_work *w = x->work;
	struct map *spis = &x->sa->engine->by_spi;

	if (x->role == INITIATOR && w->spi_i && map_get(spis, w->spi_i) == x->sa)
		(void)map_remove(spis, w->spi_i);
}

/* --- both --- */

static struct bytes spi_of(struct arena *arena, uint64_t spi)
{
	uint8_t *mem = arena_take(arena, 8);

	if (!mem)
		return bytes_none();
	put_u64(mem, spi);
	return bytes(mem, 8);
}

static uint64_t read_spi(const struct proposal *p)
{
	return p->spi.len == 8 ? get_u64(p->spi.at) : 0;
}

static bool read_sa(struct exchange *x, struct proposals *out, struct reason *why)
{
	const struct payload *p = payloads_find(&x->payloads, IKEV2_PAYLOAD_SA, NULL);

	if (p && proposals_read(out, p->body, &x->arena))
		return true;
	return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "SA payload");
}

static bool read_ke(struct exchange *x, struct ke *ke, struct reason *why)
{
	const struct payload *p = payloads_find(&x->payloads, IKEV2_PAYLOAD_KE, NULL);

	if (p && ke_read(ke, p->body))
		return true;
	return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "KE payload");
}

/* The new one, with its keys, not in force yet. 2.18: SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr) */
static struct sa *make(struct exchange *x, struct rekey_work *w, struct bytes shared, struct reason *why)
{
	const struct generation *g = &x->sa->gen;
	bool initiator = x->role == INITIATOR;
	struct sa *fresh = sa_successor(x->sa, initiator, initiator ? w->spi_i : 0, initiator ? w->spi_r : w->spi_i);

	if (fresh) {
		fresh->gen.suite = w->suite;
		if (ike_keys_rekey(&fresh->gen.keys, &w->suite, g->suite.prf, secret_bytes(&g->keys.d), w->ni, w->nr, shared, fresh->spi_i,
		                   fresh->spi_r))
			return fresh;
		fresh->dead = true; /* nobody has heard of it */
	}
	(void)refuse_text(why, REASON_MEMORY, IKEV2_NOTIFY_TEMPORARY_FAILURE, "an IKE SA");
	return NULL;
}

/* --- initiator --- */

/* The peer's own rekeying is in work here: it comes first, ours has not been heard of. */
static bool peer_is_first(const struct exchange *x)
{
	return x->sa->theirs && x->sa->theirs->kind == JOB_IKE_REKEY;
}

static const struct algorithm *choose_ke(const struct exchange *x)
{
	const struct proposals *ike = &x->sa->conn->ike;
	const struct algorithm *used = x->sa->gen.suite.ke;

	if (x->job->ke)
		return ke_named(ike, x->job->ke);
	return used && ke_named(ike, used->id) ? used : ke_first(ike);
}

enum outcome rekey_start(struct exchange *x, struct reason *why)
{
	struct rekey_work *w = work_new(x, sizeof(*w), give_back_spi, why);

	if (!w)
		return REFUSED;
	if (peer_is_first(x))
		return OVER;
	w->ke = choose_ke(x);
	w->spi_i = sa_fresh_spi(x->sa->engine);
	if (!w->ke || !w->spi_i || !map_put(&x->sa->engine->by_spi, w->spi_i, x->sa))
		return refuse_text(why, REASON_SYSTEM, 0, "no key exchange method, no random bytes, or no memory"), REFUSED;
	if (!make_nonce(x, &w->ni, why) || !ke_seed(x, w->ke, &w->seed, why) || !ke_ask(x, w->ke, w->seed, bytes_none(), false, why))
		return REFUSED;
	return DONE;
}

/* HDR, SK {SA, Ni, KEi} --> */
enum outcome rekey_request(struct exchange *x, struct reason *why)
{
	struct rekey_work *w = x->work;
	struct bytes spi = spi_of(&x->arena, w->spi_i);
	struct message_writer m;

	if (!x->answer->ok) {
		*why = x->answer->why;
		return REFUSED;
	}
	if (peer_is_first(x))
		return OVER;
	w->own = x->answer->public_value;
	if (spi.len == 0 || !init_offer(&x->arena, &x->sa->conn->ike, &w->offered, why))
		return refuse_text(why, REASON_MEMORY, 0, "proposals"), REFUSED;
	for (uint16_t i = 0; i < w->offered.count; i++)
		w->offered.list[i].spi = spi;
	if (!exchange_begin(x, &m, 8192 + w->own.len, why))
		return REFUSED;
	sa_write(&m, &w->offered, &x->arena);
	nonce_write(&m, w->ni);
	ke_write(&m, w->ke->id, w->own);
	return exchange_request(x, &m, why) ? DONE : REFUSED;
}

/* HDR, SK {SA, Nr, KEr} <-- */
enum outcome rekey_accept(struct exchange *x, struct reason *why)
{
	struct rekey_work *w = x->work;
	const struct connection *c = x->sa->conn;
	struct proposals answer;
	struct ke ke;

	if (x->kind != JOB_IKE_REKEY)
		return refuse_text(why, REASON_PAYLOAD_MISSING, 0, "TS payload"), REFUSED;
	if (!read_sa(x, &answer, why) || !read_ke(x, &ke, why) || !take_nonce(x, &w->nr, why))
		return REFUSED;
	w->spi_r = answer.count == 1 ? read_spi(&answer.list[0]) : 0;
	if (w->spi_r == 0)
		return refuse_text(why, REASON_SYNTAX, 0, "SA payload with one proposal and its SPI"), REFUSED;
	if (!proposal_accept(&w->suite, &w->offered, &answer.list[0], false, c->ike_at, &x->arena, why))
		return REFUSED;
	if (ke.method != w->ke->id || w->suite.ke != w->ke)
		return refuse(why, REASON_KE_METHOD, 0, value_of(VALUE_KE, ke.method, bytes_none()),
		              value_of(VALUE_KE, w->ke->id, bytes_none()), c->ike_at), REFUSED;
	w->peer = ke.value;
	return ke_ask(x, w->ke, w->seed, w->peer, true, why) ? DONE : REFUSED;
}

/* RFC 6290 4.3: only now both SPIs are known. */
static void tell_token(struct sa *sa)
{
	struct job *job = sa->engine->conf.qcd && sa->phase == PHASE_UP ? job_add(sa, JOB_LIVENESS) : NULL;

	if (job)
		job->notify = IKEV2_NOTIFY_QUICK_CRASH_DETECTION;
}

enum outcome rekey_keys(struct exchange *x, struct reason *why)
{
	struct rekey_work *w = x->work;
	struct sa *fresh;
	bool lost;

	if (!x->answer->ok) {
		*why = x->answer->why;
		return REFUSED;
	}
	give_back_spi(x);
	fresh = make(x, w, x->answer->shared, why);
	if (!fresh)
		return REFUSED;
	lost = x->rival_low.len > 0 && nonce_is_lower(nonce_lower(w->ni, w->nr), x->rival_low);
	qcd_take(fresh, &x->payloads);
	exchange_tell(x);
	sa_settle_rekey(x, fresh, lost);
	tell_token(fresh);
	return DONE;
}

bool rekey_ke_is_other(const struct exchange *x, uint16_t id)
{
	const struct rekey_work *w = x->work;
	const struct algorithm *ke = ke_named(&x->sa->conn->ike, id);

	return ke && ke != w->ke;
}

/* --- responder --- */

/*
 * 2.25.1, 2.25.2: whatever of ours belongs to the SA's state has to end first. While our own rekeying is out, one of the peer's may
 * cross it, but no second one: who does not answer ours could have us make spare SAs without end.
 */
static bool is_free(const struct exchange *x, struct reason *why)
{
	const struct exchange *ours = x->sa->ours;

	if (!ours || (ours->kind == JOB_IKE_REKEY && !sa_rival(ours)) || ours->kind == JOB_LIVENESS)
		return true;
	return refuse_text(why, REASON_UNEXPECTED, IKEV2_NOTIFY_TEMPORARY_FAILURE, "an exchange of ours is under way");
}

static bool choose(struct exchange *x, struct rekey_work *w, uint16_t ke_sent, struct reason *why)
{
	const struct connection *c = x->sa->conn;
	struct choose_how how = { .ke_sent = ke_sent, .where = c->ike_at };
	struct proposals offered, ours;
	const struct proposal *one;

	if (!read_sa(x, &offered, why) || !init_offer(&x->arena, &c->ike, &ours, why) ||
	    !proposal_choose(&w->suite, &one, &ours, &offered, how, &x->arena, why))
		return false;
	w->number = one->number;
	w->spi_i = read_spi(one);
	if (w->spi_i == 0)
		return refuse_text(why, REASON_PROPOSAL, IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN, "a proposal without an SPI of 8 bytes");
	if (w->suite.ke->id == ke_sent)
		return true;
	return refuse(why, REASON_KE_METHOD, IKEV2_NOTIFY_INVALID_KE_PAYLOAD, value_of(VALUE_KE, ke_sent, bytes_none()),
	              value_of(VALUE_KE, w->suite.ke->id, bytes_none()), c->ike_at);
}

/* HDR, SK {SA, Ni, KEi} --> */
enum outcome rekey_take(struct exchange *x, struct reason *why)
{
	struct rekey_work *w = work_new(x, sizeof(*w), NULL, why);
	struct ke ke;

	sa_adopt(x->sa);
	if (!w || !is_free(x, why) || !read_ke(x, &ke, why) || !take_nonce(x, &w->ni, why) || !choose(x, w, ke.method, why))
		return REFUSED;
	w->ke = w->suite.ke;
	w->peer = ke.value;
	if (!make_nonce(x, &w->nr, why) || !ke_seed(x, w->ke, &w->seed, why) || !ke_ask(x, w->ke, w->seed, w->peer, false, why))
		return REFUSED;
	x->kind = JOB_IKE_REKEY; /* from here on nothing of ours starts on this SA */
	return DONE;
}

/* HDR, SK {SA, Nr, KEr} <-- */
static bool respond(struct exchange *x, const struct rekey_work *w, const struct sa *fresh, struct reason *why)
{
	struct bytes spi = spi_of(&x->arena, fresh->spi_r);
	struct proposal chosen;
	struct proposals one = { 1, &chosen };
	struct message_writer m;

	if (spi.len == 0 || !proposal_of_suite(&chosen, &w->suite, w->number, spi, &x->arena))
		return refuse_text(why, REASON_MEMORY, 0, "a proposal");
	if (!exchange_begin(x, &m, 8192 + w->own.len, why))
		return false;
	sa_write(&m, &one, &x->arena);
	nonce_write(&m, w->nr);
	ke_write(&m, w->ke->id, w->own);
	qcd_write(&m, x->sa->engine, fresh->spi_i, fresh->spi_r); /* RFC 6290 4.3 */
	return exchange_respond(x, &m, why);
}

/* What crosses it decides later, or is not needed any more. */
static void commit(struct exchange *x, const struct rekey_work *w, struct sa *fresh)
{
	struct sa *sa = x->sa;
	struct exchange *ours = sa->ours && sa->ours->kind == JOB_IKE_REKEY ? sa->ours : NULL;
	struct reason replaced = { .kind = REASON_REPLACED };

	if (ours && exchange_is_out(ours)) {
		exchange_rival(ours, fresh->id, w->ni, w->nr);
		return;
	}
	if (ours)
		exchange_end(ours, false, &replaced);
	sa_succeed(sa, fresh);
}

enum outcome rekey_answer(struct exchange *x, struct reason *why)
{
	struct rekey_work *w = x->work;
	const struct answer *a = x->answer;
	struct sa *fresh;

	if (!a->ok) {
		*why = a->why;
		why->notify = why->kind == REASON_KE_VALUE ? IKEV2_NOTIFY_INVALID_SYNTAX : IKEV2_NOTIFY_TEMPORARY_FAILURE;
		return REFUSED;
	}
	w->own = a->public_value;
	if (!is_free(x, why))
		return REFUSED;
	fresh = make(x, w, a->shared, why);
	if (!fresh)
		return REFUSED;
	if (!respond(x, w, fresh, why)) {
		fresh->dead = true;
		return REFUSED;
	}
	exchange_tell(x);
	commit(x, w, fresh);
	return DONE;
}
