/* SPDX-License-Identifier: ISC */
/* SA and TS payloads of a Child SA: offering, accepting, choosing. RFC 7296 1.3.1, 2.7, 2.9. */
#include "ike/v2/parts.h"

bool ask_spi(struct exchange *x, struct reason *why)
{
	struct queued *q = exchange_question(x, ASK_SPI, why);

	if (!q)
		return false;
	q->event.ask.remote = x->sa->path.remote.addr;
	return exchange_ask(x, q, why);
}

struct bytes spi_bytes(struct arena *arena, uint32_t spi)
{
	uint8_t *mem = arena_take(arena, 4);

	if (!mem)
		return bytes_none();
	put_u32(mem, spi);
	return bytes(mem, 4);
}

/* --- initiator --- */

static bool wanted_transform(const struct transform *t, bool without_ke)
{
	if (t->type > TRANSFORM_ESN)
		return false; /* additional key exchanges need IKE_FOLLOWUP_KE */
	return t->type != TRANSFORM_KE || !without_ke;
}

static bool copy_proposal(struct arena *arena, const struct proposal *from, bool without_ke, struct proposal *to)
{
	*to = *from;
	to->count = 0;
	to->transforms = arena_array(arena, from->count ? from->count : 1, sizeof(*to->transforms));
	if (!to->transforms)
		return false;
	for (uint16_t i = 0; i < from->count; i++)
		if (wanted_transform(&from->transforms[i], without_ke))
			to->transforms[to->count++] = from->transforms[i];
	return true;
}

static bool esp_offer(struct arena *arena, const struct proposals *conf, bool without_ke, struct bytes spi, struct proposals *out)
{
	out->count = 0;
	out->list = arena_array(arena, conf->count ? conf->count : 1, sizeof(*out->list));
	if (!out->list)
		return false;
	for (uint16_t i = 0; i < conf->count; i++) {
		if (!copy_proposal(arena, &conf->list[i], without_ke, &out->list[i]))
			return false;
		out->list[i].number = (uint8_t)(i + 1);
		out->list[i].spi = spi;
		out->count++;
	}
	return true;
}

/*
 * A rekeyed one has the selectors of the one that it replaces (2.9.2: the same, or a superset), whatever the configuration says of
 * new ones.
 */
static bool plan_selectors(struct exchange *x, const struct child_plan *plan, const struct child_conf *conf, struct selectors *local,
                           struct selectors *remote)
{
	const struct child *old = child_by_id(x->sa, plan->old);

	if (!old)
		return child_selectors(x->sa, conf, local, remote, &x->arena);
	return selectors_copy(local, &old->local_ts, &x->arena) && selectors_copy(remote, &old->remote_ts, &x->arena);
}

/* The packet's own selector in front of the others, or one of a pair alone. */
static bool lead_with(struct selectors *list, const struct selector *first, bool alone, struct arena *arena)
{
	struct selectors with = { .list = arena_array(arena, list->count + 1u, sizeof(*with.list)) };

	if (!with.list)
		return false;
	with.list[with.count++] = *first;
	for (unsigned i = 0; !alone && i < list->count && with.count < SELECTORS_MAX; i++)
		if (!selector_equal(first, &list->list[i]))
			with.list[with.count++] = list->list[i];
	*list = with;
	return true;
}

static bool offer_selectors(struct exchange *x, const struct child_plan *plan, struct child_offer *o)
{
	const struct pair_ts *first = plan->first;

	if (!plan_selectors(x, plan, plan->conf, &o->local, &o->remote))
		return false;
	o->all_local = o->local;
	o->all_remote = o->remote;
	if (!first || !selectors_hold(&o->local, &first->local) || !selectors_hold(&o->remote, &first->remote))
		return true;
	if (!lead_with(&o->local, &first->local, first->alone, &x->arena) || !lead_with(&o->remote, &first->remote, first->alone, &x->arena))
		return false;
	if (first->alone) {
		o->all_local = o->local;
		o->all_remote = o->remote;
	}
	return true;
}

static bool offer_mode(struct exchange *x, const struct child_plan *plan, struct child_offer *o, struct reason *why)
{
	const struct child_conf *conf = plan->conf;
	const struct child *old = child_by_id(x->sa, plan->old);

	o->transport = old ? old->mode == MODE_TRANSPORT
			   : conf->mode == CHILD_TRANSPORT && transport_possible(x->sa, &o->local, &o->remote);
	if (old || conf->mode != CHILD_TRANSPORT || o->transport)
		return true;
	if (!conf->mode_required) {
		story_step(x->sa, STORY_STEP, "the selectors are not the two hosts' own: tunnel mode is asked for");
		return true;
	}
	(void)refuse(why, REASON_MODE, 0, value_text("tunnel"), value_text("transport"), conf->mode_at);
	why->about = value_text("the selectors are not the two hosts' own");
	return false;
}

bool offer_make(struct exchange *x, const struct child_plan *plan, bool without_ke, struct child_offer *o, struct reason *why)
{
	struct bytes spi = spi_bytes(&x->arena, plan->spi_in);

	if (spi.len == 0 || !esp_offer(&x->arena, &plan->conf->esp, without_ke, spi, &o->esp) || !offer_selectors(x, plan, o))
		return refuse_text(why, REASON_MEMORY, 0, "a Child SA");
	if (o->local.count > 0 && o->remote.count > 0)
		return offer_mode(x, plan, o, why);
	(void)refuse(why, REASON_TS, 0, value_none(), value_none(), o->local.count ? plan->conf->remote_ts_at : plan->conf->local_ts_at);
	why->about = value_text("no selector is left for this address family");
	return false;
}

void offer_write_mode(struct message_writer *m, const struct child_offer *o)
{
	if (o->transport)
		notify_write(m, 0, bytes_none(), IKEV2_NOTIFY_USE_TRANSPORT_MODE, bytes_none());
}

void offer_write(struct exchange *x, struct message_writer *m, const struct child_offer *o)
{
	offer_write_mode(m, o);
	sa_write(m, &o->esp, &x->arena);
	ts_write(m, IKEV2_PAYLOAD_TS_I, &o->local, &x->arena);
	ts_write(m, IKEV2_PAYLOAD_TS_R, &o->remote, &x->arena);
}

static bool read_ts(struct exchange *x, uint8_t type, struct selectors *out, struct reason *why)
{
	const struct payload *p = payloads_find(&x->payloads, type, NULL);

	if (p && selectors_read(out, p->body, &x->arena))
		return true;
	return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "TS payload");
}

static bool read_sa(struct exchange *x, struct proposals *out, struct reason *why)
{
	const struct payload *p = payloads_find(&x->payloads, IKEV2_PAYLOAD_SA, NULL);

	if (p && proposals_read(out, p->body, &x->arena))
		return true;
	return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "SA payload");
}

static bool read_spi(const struct proposal *p, uint32_t *spi, struct reason *why)
{
	*spi = p->spi.len == 4 ? get_u32(p->spi.at) : 0;
	return *spi != 0 || refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "SPI");
}

/* 1.3.1: who asked for transport mode and did not get it takes tunnel mode, or has the Child SA deleted. */
static bool accept_mode(struct exchange *x, const struct child_offer *o, struct child_plan *plan, struct selectors *local,
                        struct selectors *remote, struct reason *why)
{
	const struct child_conf *conf = plan->conf;
	bool agreed = transport_noted(x);

	plan->mode = agreed ? MODE_TRANSPORT : MODE_TUNNEL;
	if (agreed && o->transport && transport_take(x, plan, local, remote))
		return true;
	if (!agreed && (!o->transport || !conf->mode_required)) {
		if (o->transport)
			story_step(x->sa, STORY_STEP, "the peer does not take transport mode: tunnel mode");
		return true;
	}
	return refuse(why, REASON_MODE, 0, value_text(agreed ? "transport" : "tunnel"), value_text(o->transport ? "transport" : "tunnel"),
	              conf->mode_at);
}

bool offer_accepted(struct exchange *x, const struct child_offer *o, bool without_ke, struct child_plan *plan, struct reason *why)
{
	const struct child_conf *conf = plan->conf;
	struct proposals answer;
	struct selectors local, remote;

	if (!read_sa(x, &answer, why) || !read_ts(x, IKEV2_PAYLOAD_TS_I, &local, why) ||
	    !read_ts(x, IKEV2_PAYLOAD_TS_R, &remote, why))
		return false;
	if (answer.count != 1)
		return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "SA payload with one proposal");
	if (!proposal_accept(&plan->suite, &o->esp, &answer.list[0], without_ke, conf->esp_at, &x->arena, why) ||
	    !read_spi(&answer.list[0], &plan->spi_out, why))
		return false;
	if (!accept_mode(x, o, plan, &local, &remote, why))
		return false;
	if (!selectors_accept(&o->local, &local, conf->local_ts_at, &x->arena, why) ||
	    !selectors_accept(&o->remote, &remote, conf->remote_ts_at, &x->arena, why))
		return false;
	plan->local_ts = local;
	plan->remote_ts = remote;
	return true;
}

/* --- responder --- */

struct taking {
	struct proposals offered;
	struct selectors ts_i, ts_r;
	bool without_ke, transport;    /* transport: the peer asks for it */
	uint16_t ke_sent;
};

/* Transport mode if both want it; tunnel mode is its fall-back. *local, *remote: the peer's selectors. */
static bool try_mode(struct exchange *x, const struct taking *t, struct child_plan *plan, struct selectors *local,
                     struct selectors *remote, struct reason *why)
{
	const struct child_conf *conf = plan->conf;
	const struct child *old = child_by_id(x->sa, plan->old);
	bool ours = old ? old->mode == MODE_TRANSPORT : conf->mode == CHILD_TRANSPORT;

	*local = t->ts_r;
	*remote = t->ts_i;
	plan->mode = MODE_TUNNEL;
	if (t->transport && ours && transport_take(x, plan, local, remote)) {
		plan->mode = MODE_TRANSPORT;
		return true;
	}
	if (conf->mode != CHILD_TRANSPORT || !conf->mode_required)
		return true;
	return refuse(why, REASON_MODE, IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN, value_text(t->transport ? "transport" : "tunnel"),
	              value_text("transport"), conf->mode_at);
}

/* One of our children against the offer: its selectors are the first question, its proposals the second. */
static bool try_child(struct exchange *x, const struct taking *t, const struct child_conf *conf, struct child_plan *plan,
                      uint8_t *number, bool *ts_fits, struct reason *why)
{
	struct choose_how how = { .without_ke = t->without_ke, .ke_sent = t->ke_sent, .where = conf->esp_at };
	const struct proposal *one;
	struct selectors local, remote, theirs_local, theirs_remote;
	struct proposals ours;

	*ts_fits = false;
	if (!plan_selectors(x, plan, conf, &local, &remote) ||
	    !esp_offer(&x->arena, &conf->esp, t->without_ke, bytes_none(), &ours))
		return refuse_text(why, REASON_MEMORY, IKEV2_NOTIFY_NO_ADDITIONAL_SAS, "a Child SA");
	if (!try_mode(x, t, plan, &theirs_local, &theirs_remote, why) ||
	    !selectors_narrow(&plan->local_ts, &local, &theirs_local, conf->local_ts_at, &x->arena, why) ||
	    !selectors_narrow(&plan->remote_ts, &remote, &theirs_remote, conf->remote_ts_at, &x->arena, why))
		return false;
	*ts_fits = true;
	if (!proposal_choose(&plan->suite, &one, &ours, &t->offered, how, &x->arena, why))
		return false;
	*number = one->number;
	return read_spi(one, &plan->spi_out, why);
}

/* 2.9: when they can be taken, the first selectors (of the packet that the peer has in hand) must be. */
static bool holds_first(const struct taking *t, const struct child_plan *plan)
{
	bool local = plan->mode == MODE_TRANSPORT || selectors_hold(&plan->local_ts, &t->ts_r.list[0]);

	return local && (plan->mode == MODE_TRANSPORT || selectors_hold(&plan->remote_ts, &t->ts_i.list[0]));
}

/* Better: the first selectors are in it; then the mode that the peer asked for; then nothing was narrowed; then it is not up already. */
static unsigned rank(const struct exchange *x, const struct taking *t, const struct child_plan *plan)
{
	unsigned exact = selectors_same(&plan->local_ts, &t->ts_r) && selectors_same(&plan->remote_ts, &t->ts_i);
	unsigned mode = t->transport == (plan->mode == MODE_TRANSPORT);

	return 1 + 8u * holds_first(t, plan) + 4 * mode + 2 * exact + (child_by_name(x->sa, plan->conf->name) == NULL);
}

static bool choose_child(struct exchange *x, const struct taking *t, struct child_plan *plan, uint8_t *number, struct reason *why)
{
	const struct connection *c = x->sa->conn;
	unsigned best = 0;
	bool nearest_fits = false;

	for (size_t i = 0; i < c->child_count; i++) {
		struct child_plan one = *plan;
		struct reason no = { 0 };
		uint8_t n = 0;
		bool ts_fits;

		one.conf = &c->children[i];
		if (child_conf_is_shunt(one.conf))
			continue;
		if (try_child(x, t, one.conf, &one, &n, &ts_fits, &no)) {
			one.more = plan->more = plan->more || best > 0;
			if (rank(x, t, &one) <= best)
				continue;
			best = rank(x, t, &one);
			*plan = one;
			*number = n;
		} else if (why->kind == REASON_NONE || (ts_fits && !nearest_fits)) {
			*why = no;
			nearest_fits = ts_fits;
		}
	}
	if (best == 0 && why->kind == REASON_NONE)
		return refuse(why, REASON_TS, IKEV2_NOTIFY_TS_UNACCEPTABLE, value_selectors(&t->ts_r, &x->arena), value_none(), c->at);
	return best > 0;
}

bool offer_take(struct exchange *x, bool without_ke, uint16_t ke_sent, struct child_plan *plan, uint8_t *number, struct reason *why)
{
	struct taking t = { .without_ke = without_ke, .transport = transport_noted(x), .ke_sent = ke_sent };
	bool ts_fits;

	if (!read_sa(x, &t.offered, why) || !read_ts(x, IKEV2_PAYLOAD_TS_I, &t.ts_i, why) ||
	    !read_ts(x, IKEV2_PAYLOAD_TS_R, &t.ts_r, why))
		return false;
	plan->initiator = false;
	if (plan->old)
		return try_child(x, &t, plan->conf, plan, number, &ts_fits, why);
	plan->conn = x->sa->conn;
	if (!choose_child(x, &t, plan, number, why))
		return false;
	plan->more = plan->more && !(selectors_same(&plan->local_ts, &t.ts_r) && selectors_same(&plan->remote_ts, &t.ts_i));
	if (t.transport && plan->mode != MODE_TRANSPORT)
		story_step(x->sa, STORY_STEP, "the peer asked for transport mode: answered with tunnel mode");
	return true;
}

bool offer_answer(struct exchange *x, struct message_writer *m, const struct child_plan *plan, uint8_t number, struct reason *why)
{
	struct bytes spi = spi_bytes(&x->arena, plan->spi_in);
	struct proposal chosen;
	struct proposals one = { 1, &chosen };

	if (spi.len == 0 || !proposal_of_suite(&chosen, &plan->suite, number, spi, &x->arena))
		return refuse_text(why, REASON_MEMORY, 0, "a proposal");
	if (plan->mode == MODE_TRANSPORT)
		notify_write(m, 0, bytes_none(), IKEV2_NOTIFY_USE_TRANSPORT_MODE, bytes_none());
	if (plan->more)
		notify_write(m, 0, bytes_none(), IKEV2_NOTIFY_ADDITIONAL_TS_POSSIBLE, bytes_none());
	sa_write(m, &one, &x->arena);
	ts_write(m, IKEV2_PAYLOAD_TS_I, &plan->remote_ts, &x->arena);
	ts_write(m, IKEV2_PAYLOAD_TS_R, &plan->local_ts, &x->arena);
	return true;
}

void child_failed(struct exchange *x, const struct child_conf *conf, const struct reason *why)
{
	enum story_kind kind = why->kind == REASON_PEER_REFUSED ? STORY_PEER_REFUSED : STORY_REFUSED;
	struct story_note note = { .sa = x->sa, .kind = kind, .why = why, .words = "the IKE SA is up, the Child SA is not" };

	story_add(x->sa->engine, &note);
	if (conf)
		entry_result(x->sa->engine, x->sa->conn->name, conf->name, false, why);
}
