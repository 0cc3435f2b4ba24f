/* SPDX-License-Identifier: ISC */
/*
 * The first datagram of somebody: IKE_SA_INIT requests, before anything is kept for them. RFC 7296 2.1, 2.6.
 *
 * Order: what costs nothing first; a cookie before memory; limits before a key exchange.
 */
#include "ike/input.h"
#include "iana/ikev2.h"

#define SHED_ALL_BUT_ONE_OF 8u

static uint64_t half_key(struct engine *e, const struct input *in)
{
	uint8_t flat[16 + 2 + 8];
	const struct endpoint *from = &in->path->remote;
	uint64_t key;

	memcpy(flat, from->addr.ip, 16);
	put_u16(flat + 16, from->port);
	put_u64(flat + 18, in->h.spi_i);
	key = siphash(e->hash_seed, bytes(flat, sizeof(flat)));
	return key ? key : 1;
}

static bool well_formed(const struct ike_header *h)
{
	return h->spi_i != 0 && h->spi_r == 0 && h->message_id == 0 && (h->flags & IKE_FLAG_INITIATOR);
}

/* The same first message again: the same response, or nothing while we work on it. */
static bool known(struct engine *e, struct input *in, uint64_t key)
{
	struct sa *sa = map_get(&e->half_open, key);

	if (!sa || sa->dead || sa->spi_i != in->h.spi_i)
		return false;
	in->hash = siphash(e->hash_seed, in->datagram);
	if (sa->first_hash != in->hash)
		return false;
	if (sa->theirs && sa->theirs->type == IKEV2_EXCHANGE_IKE_SA_INIT) {
		engine_count(e, COUNTER_RETRANSMISSION_BUSY);
	} else if (sa->next_in == 1 && sa->cache && sa->cache_hash == in->hash && !e->conf.no_response_cache) {
		engine_count(e, COUNTER_RETRANSMISSION);
		window_again(sa, in->path, false);
	} else {
		engine_count(e, COUNTER_WINDOW);
	}
	return true;
}

/* --- cookies --- */

static bool cookies_wanted(const struct engine *e, const struct addr *source)
{
	return e->half.count + knocks(&e->knocks, e->now.boot) >= e->conf.cookie_threshold ||
	       half_open_of(&e->half, e->hash_seed, source) >= (e->conf.half_open_per_source + 1) / 2;
}

static void send_cookie(struct engine *e, const struct input *in, struct bytes ni)
{
	uint8_t room[IKE_HEADER_LEN + 8 + COOKIE_LEN], cookie[COOKIE_LEN];
	struct ike_header h = { .spi_i = in->h.spi_i, .major = 2, .exchange = IKEV2_EXCHANGE_IKE_SA_INIT,
		                .flags = IKE_FLAG_RESPONSE };
	struct message_writer m;

	if (!cookie_make(&e->cookies, e->conf.random, e->now.boot, cookie, ni, &in->path->remote.addr, in->h.spi_i))
		return;
	m = message_begin(room, sizeof(room), &h);
	notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_COOKIE, bytes(cookie, sizeof(cookie)));
	if (m.w.len > in->datagram.len)
		return; /* nobody's first message is as short: no amplification */
	engine_count(e, COUNTER_COOKIE_SENT);
	(void)event_send(e, in->path, message_end(&m), false);
}

/* The nonce and the cookie of somebody who costs us no memory yet. False: there is no nonce. */
static bool look(const struct input *in, struct bytes *ni, struct bytes *cookie)
{
	struct payload_chain c = payload_chain(in->h.next, bytes(in->datagram.at + IKE_HEADER_LEN, in->datagram.len - IKE_HEADER_LEN));
	struct payload p;
	struct notify n;

	*ni = *cookie = bytes_none();
	while (payload_next(&c, &p)) {
		if (p.type == IKEV2_PAYLOAD_NONCE && ni->len == 0)
			(void)nonce_read(ni, p.body);
		else if (p.type == IKEV2_PAYLOAD_NOTIFY && cookie->len == 0 && notify_read(&n, p.body) && n.type == IKEV2_NOTIFY_COOKIE)
			*cookie = n.data;
	}
	return ni->len > 0;
}

/* There is no time to answer everybody: only who was here before, and one in some others, who comes again. */
static bool shed(struct engine *e, const struct addr *source)
{
	if (!e->behind || source_known(&e->sources, e->hash_seed, e->now.boot, source))
		return false;
	engine_count(e, COUNTER_SHED);
	return e->counters[COUNTER_SHED] % SHED_ALL_BUT_ONE_OF != 0;
}

/* True: go on. */
static bool cookie_passes(struct engine *e, const struct input *in)
{
	struct bytes ni, cookie;

	if (!cookies_wanted(e, &in->path->remote.addr))
		return true;
	if (!look(in, &ni, &cookie)) {
		engine_count(e, COUNTER_MALFORMED);
		return false;
	}
	if (cookie.len > 0) {
		if (cookie_right(&e->cookies, e->now.boot, cookie, ni, &in->path->remote.addr, in->h.spi_i)) {
			source_seen(&e->sources, e->hash_seed, e->now.boot, &in->path->remote.addr);
			return true;
		}
		engine_count(e, COUNTER_COOKIE_WRONG);
	}
	if (!shed(e, &in->path->remote.addr))
		send_cookie(e, in, ni);
	return false;
}

/* --- the SA --- */

static bool within_limits(struct engine *e, const struct addr *source)
{
	bool open = e->half.count < e->conf.half_open_max &&
	            half_open_of(&e->half, e->hash_seed, source) < e->conf.half_open_per_source;

	if (open && e->unproved_asks < e->conf.unproved_asks_max)
		return true;
	engine_count(e, open ? COUNTER_WORK_LIMIT : COUNTER_HALF_OPEN_LIMIT);
	return false;
}

static struct sa *half_open_sa(struct engine *e, const struct input *in, uint64_t key)
{
	struct sa *sa = sa_new(e, e->conf.v2, false, in->path);

	if (!sa)
		return NULL;
	sa->spi_i = in->h.spi_i;
	sa->source = in->path->remote.addr;
	sa->first_hash = in->hash;
	if (map_put(&e->half_open, key, sa)) {
		sa->half_key = key;
		sa->half_counted = half_open_add(&e->half, e->hash_seed, &sa->source);
	}
	if (!sa->half_counted) {
		engine_count(e, COUNTER_MEMORY);
		sa->dead = true;
		return NULL;
	}
	return sa;
}

static void begin(struct engine *e, const struct input *in, uint64_t key, struct arena *arena, struct bytes message,
                  const struct payloads *p)
{
	struct sa *sa = half_open_sa(e, in, key);
	struct exchange *x = sa ? exchange_new(sa, RESPONDER, IKEV2_EXCHANGE_IKE_SA_INIT) : NULL;

	if (!x) {
		if (sa)
			sa->dead = true;
		return;
	}
	input_hand_over(x, in, arena, message, p);
	sa->theirs = x;
	sa->next_in = 1;
	engine_count_message(e, NULL, x->type, false, false);
	exchange_message(x);
}

/* RFC 7296 2.21.1: the peer is helped where it costs us little. */
static void malformed(struct engine *e, const struct input *in, const struct reason *why)
{
	uint8_t type = (uint8_t)why->got.number;

	engine_count(e, COUNTER_MALFORMED);
	if (why->notify == IKEV2_NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD)
		input_answer_clear(e, in, 0, why->notify, bytes(&type, 1));
	input_stranger(e, in, STORY_REFUSED, why);
}

void input_first(struct engine *e, struct input *in)
{
	struct arena arena = { 0 };
	struct payloads p = { 0 };
	struct reason why = { 0 };
	uint64_t key = half_key(e, in);
	struct bytes message;

	if (!e->conf.v2 || e->ending)
		return;
	if (!well_formed(&in->h)) {
		engine_count(e, COUNTER_MALFORMED);
		return;
	}
	if (known(e, in, key) || !cookie_passes(e, in) || !within_limits(e, &in->path->remote.addr))
		return;
	in->hash = siphash(e->hash_seed, in->datagram);
	message = arena_copy(&arena, in->datagram);
	if (message.len == 0)
		engine_count(e, COUNTER_MEMORY);
	else if (!payloads_read(&p, in->h.next, bytes(message.at + IKE_HEADER_LEN, message.len - IKE_HEADER_LEN), &arena, &why))
		malformed(e, in, &why);
	else
		begin(e, in, key, &arena, message, &p);
	arena_clear(&arena);
}
