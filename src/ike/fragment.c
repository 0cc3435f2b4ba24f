/* SPDX-License-Identifier: ISC */
/*
 * Messages in fragments, RFC 7383.
 *
 * Out: what is larger than the threshold is cut, each piece sealed for itself. Messages that leave together stand one behind the
 * other, as they are kept to be sent again: the length in each header tells where the next begins. A request that is not answered
 * is cut smaller (2.5.2), and so is a response whose request comes again and again.
 *
 * In: nothing is stored before its ICV was right (2.6). One message each way is put together for an SA at a time. All that is
 * stored lies in one of two pools, of peers that are authenticated and of those that are not; in a full pool whatever was begun
 * first makes room, so that who sends first fragments only cannot keep others out.
 */
#include "ike/fragment.h"
#include "iana/ikev2.h"

#include <stdlib.h>

#define FRAGMENTS_MAX 128u         /* of one message: 64 KiB in the smallest pieces */
#define WAIT_FOR_REST SECONDS(60)  /* since the last fragment that was new */
#define POOL_UNPROVED (4u << 20)   /* bytes */
#define POOL_PROVED (16u << 20)
#define SIZE_SMALL 576u            /* whole IP datagrams; RFC 7383 2.5.1 */
#define SIZE_V6 1280u

struct reassembly {
	struct list link;          /* in its pool, oldest first */
	struct sa *sa;
	struct reassembly_pool *pool;
	bool response;
	uint32_t message_id;
	uint8_t exchange;
	uint16_t total, have;
	size_t text, cost;         /* bytes of the pieces; of all memory */
	size_t largest;            /* IP datagram */
	uint64_t newest;           /* boot ms of the last one that was stored */
	struct ike_header header;  /* of the first fragment, and what else it brings */
	uint8_t first;
	uint64_t hash;
	struct bytes part[];       /* owned, one allocation each */
};

/* --- sizes --- */

/* IP, UDP, non-ESP marker. */
static size_t outer_len(const struct path *path)
{
	return (path->remote.addr.family == ADDR_V6 ? 40u : 20u) + 8u + (path->encap == PATH_UDP_NATT ? 4u : 0u);
}

static size_t next_smaller(size_t size)
{
	return size > SIZE_V6 ? SIZE_V6 : size > SIZE_SMALL ? SIZE_SMALL : 0;
}

static size_t size_of(const struct sa *sa)
{
	return sa->fragment_size ? sa->fragment_size : sa->engine->conf.fragment_size;
}

/* Both have said that they can, and we want to. */
static bool may_cut(const struct sa *sa)
{
	if (!sa->peer_fragments)
		return false;
	if (!sa->conn)
		return true;
	return sa->conn->fragmentation == FRAGMENTATION_YES || sa->conn->fragmentation == FRAGMENTATION_FORCE;
}

/* --- out --- */

static size_t messages_count(struct bytes messages)
{
	struct reader r = reader(messages);
	struct bytes one;
	size_t n = 0;

	while (ike_message_next(&one, &r))
		n++;
	return n;
}

void messages_send(struct engine *e, const struct path *path, struct bytes messages)
{
	struct reader r = reader(messages);
	struct bytes one;

	while (ike_message_next(&one, &r))
		(void)event_send(e, path, one, false);
}

/* In pieces whose datagrams have at most `size` bytes; empty: it cannot be cut so. */
static struct bytes cut(const struct outgoing *o, size_t size, struct arena *arena)
{
	size_t most = size > outer_len(o->path) ? size - outer_len(o->path) : 0, chunk = sk_chunk(o->sa, o->gen, most);
	size_t total = chunk ? (o->chain.len + chunk - 1) / chunk : 0;
	void *mem = total > 0 && total <= FRAGMENTS_MAX ? arena_take(arena, total * most) : NULL;
	struct writer w = writer(mem, mem ? total * most : 0);

	if (!mem)
		return bytes_none();
	for (size_t i = 0; i < total; i++) {
		struct skf number = { (uint16_t)(i + 1), (uint16_t)total };
		size_t left = o->chain.len - i * chunk;

		if (!sk_put(o->sa, o->gen, &o->header, o->first, &number, bytes(o->chain.at + i * chunk, left < chunk ? left : chunk), &w))
			return bytes_none();
	}
	return wr_done(&w);
}

static bool fits(const struct outgoing *o, size_t size)
{
	return outer_len(o->path) + sk_message_len(o->sa, o->gen, o->chain.len) <= size;
}

struct bytes messages_seal(const struct outgoing *o, struct arena *arena)
{
	size_t size = size_of(o->sa);
	struct bytes out = bytes_none();

	if (may_cut(o->sa) && !fits(o, size))
		out = cut(o, size, arena);
	if (out.len > 0)
		engine_count(o->sa->engine, COUNTER_FRAGMENTED);
	return out.len > 0 ? out : sk_seal(o->sa, o->gen, &o->header, o->first, o->chain, arena);
}

struct bytes messages_smaller(const struct outgoing *o, struct bytes messages, struct arena *arena)
{
	struct sa *sa = o->sa;
	size_t size = next_smaller(size_of(sa));
	struct bytes out = bytes_none();

	if (size == 0 || !may_cut(sa) || fits(o, size))
		return bytes_none();
	out = cut(o, size, arena);
	/* more pieces than before tell the receiver that it is a new set: 2.5.2 */
	if (out.len == 0 || messages_count(out) <= messages_count(messages))
		return bytes_none();
	engine_count(sa->engine, COUNTER_FRAGMENTS_SMALLER);
	sa->fragment_size = (uint16_t)size;
	return out;
}

bool messages_may_shrink(const struct outgoing *o)
{
	return may_cut(o->sa) && !fits(o, SIZE_SMALL);
}

/* --- in: the pools --- */

static void give_back(struct reassembly *r)
{
	r->pool->bytes -= r->cost;
	list_remove(&r->link);
	r->sa->reassembly[r->response] = NULL;
	for (size_t i = 0; i < r->total; i++) {
		uint8_t *mem = (uint8_t *)(uintptr_t)r->part[i].at;

		if (mem)
			wipe(mem, r->part[i].len);
		free(mem);
	}
	free(r);
}

void fragments_drop(struct sa *sa, bool response)
{
	if (sa->reassembly[response])
		give_back(sa->reassembly[response]);
}

/* Room for `more` bytes; the oldest of others go. */
static bool make_room(struct engine *e, struct reassembly_pool *pool, size_t most, size_t more, const struct reassembly *keep)
{
	LIST_EACH_SAFE(at, &pool->oldest) {
		struct reassembly *r = LIST_ITEM(at, struct reassembly, link);

		if (pool->bytes + more <= most)
			break;
		if (r == keep)
			continue;
		engine_count(e, COUNTER_REASSEMBLY_EVICTED);
		sa_touch(r->sa);
		give_back(r);
	}
	return pool->bytes + more <= most;
}

static struct reassembly *begin(struct sa *sa, const struct ike_header *h, struct skf number)
{
	struct engine *e = sa->engine;
	bool proved = sa->phase != PHASE_KEYED, response = h->flags & IKE_FLAG_RESPONSE;
	size_t cost = sizeof(struct reassembly) + number.total * sizeof(struct bytes);
	struct reassembly *r;

	fragments_drop(sa, response);
	if (!make_room(e, &e->pools[proved], proved ? POOL_PROVED : POOL_UNPROVED, cost, NULL))
		return NULL;
	r = calloc(1, cost);
	if (!r) {
		engine_count(e, COUNTER_MEMORY);
		return NULL;
	}
	r->sa = sa;
	r->pool = &e->pools[proved];
	r->response = response;
	r->message_id = h->message_id;
	r->exchange = h->exchange;
	r->total = number.total;
	r->cost = cost;
	r->pool->bytes += cost;
	list_append(&r->pool->oldest, &r->link);
	sa->reassembly[response] = r;
	return r;
}

/* --- in: fragments --- */

/* The message that this fragment belongs to, if it is being put together; *stale: it is no use to it. */
static struct reassembly *find(const struct sa *sa, const struct ike_header *h, struct skf number, bool *stale)
{
	struct reassembly *r = sa->reassembly[(h->flags & IKE_FLAG_RESPONSE) != 0];

	*stale = false;
	if (!r || r->message_id != h->message_id)
		return NULL;
	*stale = number.total < r->total || r->exchange != h->exchange ||
	         (number.total == r->total && r->part[number.number - 1].at);
	return number.total == r->total ? r : NULL;
}

static bool store(struct reassembly *r, const struct input *in, struct skf number, uint8_t first, struct bytes text)
{
	struct engine *e = r->sa->engine;
	size_t more = text.len + 32; /* with what the allocator needs for itself */
	size_t datagram = in->datagram.len + outer_len(in->path);
	uint8_t *mem;

	if (r->text + text.len > IKE_MESSAGE_MAX - IKE_HEADER_LEN ||
	    !make_room(e, r->pool, r->pool == &e->pools[1] ? POOL_PROVED : POOL_UNPROVED, more, r)) {
		engine_count(e, COUNTER_FRAGMENT_LIMIT);
		return false;
	}
	mem = malloc(text.len + 1); /* an empty one is one, too */
	if (!mem) {
		engine_count(e, COUNTER_MEMORY);
		return false;
	}
	if (text.len > 0)
		memcpy(mem, text.at, text.len);
	r->part[number.number - 1] = bytes(mem, text.len);
	r->have++;
	r->text += text.len;
	r->cost += more;
	r->pool->bytes += more;
	r->newest = e->now.boot;
	r->largest = r->largest > datagram ? r->largest : datagram;
	if (number.number == 1) {
		r->header = in->h;
		r->hash = in->hash;
		r->first = first;
	}
	return true;
}

/* All are there: the chain of payloads, and the input as if it had come in one. */
static bool join(struct reassembly *r, struct input *in, struct arena *arena, struct bytes *chain, uint8_t *first)
{
	struct sa *sa = r->sa;
	uint8_t *mem = arena_take(arena, r->text + 1);
	struct writer w = writer(mem, mem ? r->text : 0);

	if (!mem)
		return false;
	for (size_t i = 0; i < r->total; i++)
		wr_bytes(&w, r->part[i]);
	*chain = wr_done(&w);
	*first = r->first;
	in->h = r->header;
	in->hash = r->hash;
	/* what has come through to us is a size that fits the way back: 2.5.1 */
	if (!r->response && r->total > 1 && r->largest < size_of(sa))
		sa->fragment_size = (uint16_t)(r->largest > SIZE_SMALL ? r->largest : SIZE_SMALL);
	engine_count(sa->engine, COUNTER_REASSEMBLED);
	return true;
}

enum opening fragment_open(struct sa *sa, struct input *in, struct arena *arena, struct bytes message, const struct payload *skf,
                           uint8_t next, struct bytes *chain, uint8_t *first)
{
	struct engine *e = sa->engine;
	struct reassembly *r;
	struct reason why = { 0 };
	struct skf number;
	struct bytes text;
	bool stale, response = in->h.flags & IKE_FLAG_RESPONSE;
	enum opening result = OPENED_PART;

	if (!skf_read(&number, skf->body) || number.total > FRAGMENTS_MAX) {
		engine_count(e, COUNTER_FRAGMENT_MALFORMED);
		return OPENED_PART;
	}
	r = find(sa, &in->h, number, &stale);
	if (stale) {
		engine_count(e, COUNTER_FRAGMENT_STALE);
		return OPENED_PART;
	}
	if (!sk_open(sa, &sa->gen, message, skf, &text, &why)) {
		engine_count(e, why.kind == REASON_SYNTAX ? COUNTER_FRAGMENT_MALFORMED : COUNTER_INTEGRITY);
		return OPENED_PART;
	}
	engine_count(e, COUNTER_FRAGMENT);
	if (!r)
		r = begin(sa, &in->h, number);
	if (!r || !store(r, in, number, next, text))
		return OPENED_PART;
	sa_touch(sa);
	if (r->have < r->total)
		return OPENED_PART;
	if (join(r, in, arena, chain, first))
		result = OPENED;
	else
		engine_count(e, COUNTER_MEMORY);
	fragments_drop(sa, response);
	return result;
}

bool fragment_repeats(struct sa *sa, struct bytes message, const struct payload *skf)
{
	struct reason why = { 0 };
	struct skf number;
	struct bytes text;

	return skf_read(&number, skf->body) && number.number == 1 && sk_open(sa, &sa->gen, message, skf, &text, &why);
}

/* --- time --- */

uint64_t fragments_deadline(const struct sa *sa)
{
	uint64_t at = NEVER;

	for (size_t i = 0; i < COUNT_OF(sa->reassembly); i++)
		if (sa->reassembly[i] && sa->reassembly[i]->newest + WAIT_FOR_REST < at)
			at = sa->reassembly[i]->newest + WAIT_FOR_REST;
	return at;
}

void fragments_expire(struct sa *sa)
{
	for (unsigned i = 0; i < COUNT_OF(sa->reassembly); i++) {
		struct reassembly *r = sa->reassembly[i];

		if (!r || r->newest + WAIT_FOR_REST > sa->engine->now.boot)
			continue;
		engine_count(sa->engine, COUNTER_REASSEMBLY_TIMEOUT);
		give_back(r);
	}
}
