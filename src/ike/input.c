/* SPDX-License-Identifier: ISC */
/* Datagrams of SAs that we know, and of those that we do not. */
#include "ike/alive.h"
#include "ike/fragment.h"
#include "ike/qcd.h"
#include "ike/roam.h"
#include "iana/ikev2.h"

static bool is_response(const struct ike_header *h)
{
	return (h->flags & IKE_FLAG_RESPONSE) != 0;
}

static bool from_initiator(const struct ike_header *h)
{
	return (h->flags & IKE_FLAG_INITIATOR) != 0;
}

void input_stranger(struct engine *e, const struct input *in, enum story_kind kind, const struct reason *why)
{
	struct story_note note = { .path = in->path, .kind = kind, .why = why };

	story_add(e, &note);
}

static struct message_writer begin_clear(const struct input *in, uint64_t spi_r, uint8_t *room, size_t len)
{
	struct ike_header h = { .spi_i = in->h.spi_i, .spi_r = spi_r, .major = 2, .exchange = in->h.exchange,
		                .message_id = in->h.message_id };

	h.flags = IKE_FLAG_RESPONSE | (from_initiator(&in->h) ? 0 : IKE_FLAG_INITIATOR);
	return message_begin(room, len, &h);
}

/* Its source may be forged: we make nothing larger. */
static void send_clear(struct engine *e, const struct input *in, struct message_writer *m)
{
	if (m->w.len > in->datagram.len) {
		engine_count(e, COUNTER_RATE_LIMITED);
		return;
	}
	(void)event_send(e, in->path, message_end(m), false);
}

void input_answer_clear(struct engine *e, const struct input *in, uint64_t spi_r, uint16_t notify, struct bytes data)
{
	uint8_t room[IKE_HEADER_LEN + 8 + 128];
	struct message_writer m;

	/* that another key exchange is wanted is the way of the protocol: all the clients behind one address must hear of it */
	bool limited = notify != IKEV2_NOTIFY_INVALID_KE_PAYLOAD;

	if (is_response(&in->h) ||
	    (limited && !rate_allows(&e->rate, e->hash_seed, e->now.boot, &in->path->remote.addr))) {
		engine_count(e, COUNTER_RATE_LIMITED);
		return;
	}
	m = begin_clear(in, spi_r, room, sizeof(room));
	notify_write(&m, 0, bytes_none(), notify, data);
	send_clear(e, in, &m);
}

/* --- versions, RFC 7296 2.5 --- */

static bool version_spoken(struct engine *e, const struct input *in)
{
	const uint8_t ours = 0x20;
	struct reason why = { 0 };

	if (in->h.major == 2)
		return true;
	engine_count(e, COUNTER_VERSION);
	(void)refuse(&why, REASON_VERSION, 0, value_number(in->h.major), value_number(2), conf_nowhere());
	if (in->h.major > 2)
		input_answer_clear(e, in, in->h.spi_r, IKEV2_NOTIFY_INVALID_MAJOR_VERSION, bytes(&ours, 1));
	input_stranger(e, in, STORY_REFUSED, &why);
	return false;
}

/* RFC 6290 4.5: the asker has an SA that we have lost, most likely: it may know by our token that we did. */
static bool answer_token(struct engine *e, const struct input *in)
{
	uint8_t room[IKE_HEADER_LEN + 64];
	struct message_writer m = begin_clear(in, in->h.spi_r, room, sizeof(room));

	notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_INVALID_IKE_SPI, bytes_none());
	if (m.w.len + 8 + QCD_TOKEN_LEN > in->datagram.len || !qcd_reveal(e, in, &m))
		return false;
	send_clear(e, in, &m);
	return true;
}

static void unknown_spi(struct engine *e, const struct input *in)
{
	engine_count(e, COUNTER_UNKNOWN_SPI);
	engine_count_vici(e, NULL, VICI_INVALID_SPI);
	if (is_response(&in->h))
		return;
	/* 1.5: a one-way message about ESP, which must not be answered */
	if (in->h.exchange == IKEV2_EXCHANGE_INFORMATIONAL && in->h.next == IKEV2_PAYLOAD_NOTIFY)
		alive_hint(e, in);
	else if (!answer_token(e, in))
		input_answer_clear(e, in, in->h.spi_r, IKEV2_NOTIFY_INVALID_IKE_SPI, bytes_none());
}

/* --- finding the SA --- */

/* Our SPI is the one that the sender did not choose. */
static struct sa *sa_of(struct engine *e, const struct ike_header *h)
{
	uint64_t own = from_initiator(h) ? h->spi_r : h->spi_i, peer = from_initiator(h) ? h->spi_i : h->spi_r;
	struct sa *sa = own ? map_get(&e->by_spi, own) : NULL;
	uint64_t known;

	if (!sa || sa->dead || sa->initiator == from_initiator(h))
		return NULL;
	known = sa->initiator ? sa->spi_r : sa->spi_i;
	if (known != peer && !(sa->phase == PHASE_NEW && sa->initiator))
		return NULL;
	return sa;
}

/* A message whose own side's SPI is ours was ours. */
static bool reflected(const struct engine *e, const struct ike_header *h)
{
	uint64_t sender = from_initiator(h) ? h->spi_i : h->spi_r;
	const struct sa *sa = map_get(&e->by_spi, sender);

	return sa && sa->initiator == from_initiator(h);
}

/* --- payloads --- */

/* The datagram in memory of its own: it is decrypted in place, and slices of it live as long as the arena. */
static bool read_message(struct arena *arena, const struct input *in, struct bytes *message, struct payloads *outer,
                         struct reason *why)
{
	*message = arena_copy(arena, in->datagram);
	if (message->len == 0)
		return refuse_text(why, REASON_MEMORY, 0, "a message");
	return payloads_read(outer, in->h.next, bytes(message->at + IKE_HEADER_LEN, message->len - IKE_HEADER_LEN), arena, why);
}

static bool is_sealed(const struct payloads *outer)
{
	return payloads_find(outer, IKEV2_PAYLOAD_SK, NULL) || payloads_find(outer, IKEV2_PAYLOAD_SKF, NULL);
}

/* Opens SK, or the last missing SKF; `in` is then the message that it completes. OPENED_WRONG: `why`. */
static enum opening open_message(struct sa *sa, struct input *in, struct arena *arena, struct bytes message,
                                 const struct payloads *outer, struct payloads *inner, struct reason *why)
{
	const struct payload *sk = payloads_find(outer, IKEV2_PAYLOAD_SK, NULL);
	const struct payload *skf = payloads_find(outer, IKEV2_PAYLOAD_SKF, NULL);
	struct bytes chain = bytes_none();
	uint8_t first = outer->sk_next;

	if (skf) {
		enum opening got = fragment_open(sa, in, arena, message, skf, outer->sk_next, &chain, &first);

		if (got != OPENED)
			return got;
	} else if (!sk || !sk_open(sa, &sa->gen, message, sk, &chain, why)) {
		if (sk && why->kind == REASON_SYNTAX)
			return OPENED_WRONG;
		engine_count(sa->engine, COUNTER_INTEGRITY);
		return OPENED_NOT;
	}
	fragments_drop(sa, is_response(&in->h)); /* whole, this way or the other */
	return payloads_read(inner, first, chain, arena, why) ? OPENED : OPENED_WRONG;
}

/* --- responses --- */

/* RFC 7296 2.21.4: it may be forged, it changes nothing but our patience, and the story. But a token of RFC 6290 is proof. */
static void unprotected_answer(struct exchange *x, const struct payloads *outer)
{
	struct sa *sa = x->sa;
	struct reason why = { 0 };
	struct notify n;

	engine_count(sa->engine, COUNTER_UNPROTECTED);
	if (qcd_proves(sa, outer)) {
		alive_restarted(sa);
		return;
	}
	if (sa->phase == PHASE_UP || sa->phase == PHASE_GONE || x->doubt || !notify_find_error(&n, outer))
		return;
	if (sa->next_in == 0 && sa->next_out == 0 && !sa->rekeyed)
		return; /* rekeyed by the peer, which knows of this one when it has our answer */
	(void)refuse(&why, REASON_PEER_REFUSED, n.type, value_none(), value_none(), sa->conn ? sa->conn->at : conf_nowhere());
	why.about = value_text("unauthenticated answer");
	story_reason(sa, STORY_PEER_REFUSED, &why);
	retransmit_doubt(x, &why);
}

void input_hand_over(struct exchange *x, const struct input *in, struct arena *arena, struct bytes message, const struct payloads *p)
{
	arena_clear(&x->message_arena);
	x->message_arena = *arena;
	*arena = (struct arena){ 0 };
	x->message = message;
	x->message_hash = in->hash;
	x->header = in->h;
	x->payloads = *p;
	x->path = *in->path;
}

static void take_message(struct exchange *x, const struct input *in, struct arena *arena, struct bytes message,
                         const struct payloads *p, bool authenticated)
{
	struct sa *sa = x->sa;

	input_hand_over(x, in, arena, message, p);
	x->authenticated = authenticated;
	engine_count_message(sa->engine, sa_name(sa), x->type, false, is_response(&in->h));
	if (!authenticated)
		return;
	sa->last_in = sa->engine->now.boot;
	children_proved(sa, !is_response(&in->h));
}

static void sealed_response(struct exchange *x, const struct input *came, struct arena *arena, struct bytes message,
                            const struct payloads *outer)
{
	struct sa *sa = x->sa;
	struct input in = *came;
	struct payloads inner = { 0 };
	struct reason why = { 0 };
	enum opening got = open_message(sa, &in, arena, message, outer, &inner, &why);

	if (got != OPENED && got != OPENED_WRONG)
		return;
	sa->next_out++;
	x->answered = true;
	retransmit_stop(x);
	take_message(x, &in, arena, message, &inner, true);
	roam_answered(sa, in.path);
	roam_follow_ike(sa, in.path);
	if (got == OPENED)
		exchange_message(x);
	else
		sa->table->refused(x, &why);
}

static void response(struct sa *sa, const struct input *in)
{
	struct engine *e = sa->engine;
	struct exchange *x = sa->ours;
	struct arena arena = { 0 };
	struct payloads outer = { 0 };
	struct reason why = { 0 };
	struct bytes message;

	if (!x || x->stage != STAGE_SENT || x->message_id != in->h.message_id || x->type != in->h.exchange || x->doubts >= DOUBTS_MAX) {
		engine_count(e, COUNTER_STRAY_RESPONSE);
		return;
	}
	if (!read_message(&arena, in, &message, &outer, &why)) {
		engine_count(e, COUNTER_MALFORMED);
	} else if (!x->gen) {
		take_message(x, in, &arena, message, &outer, false);
		exchange_message(x);
	} else if (is_sealed(&outer)) {
		sealed_response(x, in, &arena, message, &outer);
	} else {
		unprotected_answer(x, &outer);
	}
	arena_clear(&arena);
}

/* --- requests --- */

static void again(struct sa *sa, const struct input *in, bool smaller)
{
	engine_count(sa->engine, COUNTER_RETRANSMISSION);
	window_again(sa, in->path, smaller);
}

/* Of a request that is answered: its first fragment, cut anew, asks for the response once more; the others say nothing. */
static void late_fragment(struct sa *sa, const struct input *in)
{
	struct arena arena = { 0 };
	struct payloads outer = { 0 };
	struct reason why = { 0 };
	struct bytes message;
	const struct payload *skf = NULL;

	if (read_message(&arena, in, &message, &outer, &why))
		skf = payloads_find(&outer, IKEV2_PAYLOAD_SKF, NULL);
	if (skf && fragment_repeats(sa, message, skf))
		again(sa, in, true);
	else
		engine_count(sa->engine, skf ? COUNTER_FRAGMENT_STALE : COUNTER_WINDOW);
	arena_clear(&arena);
}

/* There is no such exchange in this phase, or not from this side: as if it had not come; the message ID stays free. */
static bool expected(struct sa *sa, const struct ike_header *h, const struct payloads *inner)
{
	struct reason why = { 0 };
	const struct step *row = step_find(sa->table, RESPONDER, h->exchange, STAGE_FIRST, ASK_NONE, sa->phase, inner, &why);
	/* IKE_AUTH is asked by whoever made the SA (1.2): never the other way round */
	bool wrong_side = h->exchange == IKEV2_EXCHANGE_IKE_AUTH && sa->initiator;

	if (!wrong_side && (row || why.kind != REASON_UNEXPECTED))
		return true;
	engine_count(sa->engine, COUNTER_UNEXPECTED);
	return false;
}

static void fresh_request(struct sa *sa, const struct input *in, struct arena *arena, struct bytes message,
                          const struct payloads *inner, const struct reason *bad)
{
	struct exchange *x;

	if (!expected(sa, &in->h, bad ? NULL : inner))
		return;
	x = exchange_new(sa, RESPONDER, in->h.exchange);
	if (!x)
		return;
	roam_follow_ike(sa, in->path);
	take_message(x, in, arena, message, inner, true);
	x->message_id = in->h.message_id;
	sa->theirs = x;
	sa->next_in++;
	sa_touch(sa);
	if (!bad) {
		exchange_message(x);
		return;
	}
	sa->table->refused(x, bad);
}

static void sealed_request(struct sa *sa, const struct input *came)
{
	struct engine *e = sa->engine;
	struct input in = *came;
	struct arena arena = { 0 };
	struct payloads outer = { 0 }, inner = { 0 };
	struct reason why = { 0 };
	struct bytes message;
	enum opening got;

	if (!read_message(&arena, &in, &message, &outer, &why)) {
		engine_count(e, COUNTER_MALFORMED);
	} else if (!payloads_find(&outer, IKEV2_PAYLOAD_SKF, NULL) || expected(sa, &in.h, NULL)) {
		got = open_message(sa, &in, &arena, message, &outer, &inner, &why);
		if (got == OPENED || got == OPENED_WRONG)
			fresh_request(sa, &in, &arena, message, &inner, got == OPENED ? NULL : &why);
	}
	arena_clear(&arena);
}

static void request(struct sa *sa, const struct input *in)
{
	struct engine *e = sa->engine;

	switch (window_request(sa, in->h.message_id, in->hash)) {
	case WINDOW_AGAIN:
		again(sa, in, false);
		return;
	case WINDOW_ANSWERED:
		late_fragment(sa, in);
		return;
	case WINDOW_BUSY:
		engine_count(e, COUNTER_RETRANSMISSION_BUSY);
		return;
	case WINDOW_OUTSIDE:
		engine_count(e, COUNTER_WINDOW);
		return;
	case WINDOW_FRESH:
		break;
	}
	if (sa->phase == PHASE_NEW || sa->phase == PHASE_GONE) {
		engine_count(e, COUNTER_UNEXPECTED);
		return;
	}
	sealed_request(sa, in);
}

static void dispatch(struct engine *e, struct input *in)
{
	struct sa *sa;

	if (reflected(e, &in->h)) {
		engine_count(e, COUNTER_REFLECTED);
		return;
	}
	if (in->h.exchange == IKEV2_EXCHANGE_IKE_SA_INIT && !is_response(&in->h)) {
		input_first(e, in);
		return;
	}
	sa = sa_of(e, &in->h);
	if (!sa) {
		unknown_spi(e, in);
		return;
	}
	in->hash = siphash(e->hash_seed, in->datagram);
	if (is_response(&in->h))
		response(sa, in);
	else
		request(sa, in);
	sa_touch(sa);
}

void engine_input(struct engine *e, struct now now, const struct path *path, struct bytes datagram)
{
	struct input in = { .path = path, .datagram = datagram };
	struct reason why = { 0 };

	e->now = now;
	engine_count(e, COUNTER_INPUT);
	if (!ike_header_read(&in.h, datagram, &why)) {
		engine_count(e, COUNTER_MALFORMED);
		engine_count_vici(e, NULL, VICI_INVALID);
		return;
	}
	if (version_spoken(e, &in))
		dispatch(e, &in);
	engine_settle(e);
}
