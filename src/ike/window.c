/* SPDX-License-Identifier: ISC */
/*
 * The window of one request at a time and the cached response, RFC 7296 2.1 to 2.3. A retransmission is the same message to the
 * bit (2.1), or a first fragment of the same with its seal (RFC 7383 2.6.1): anything else with an old message ID is dropped, so
 * that nobody learns from our cache by guessing.
 */
#include "ike/fragment.h"

#define AGAIN_MAX 2u /* a response that was sent again so often is made smaller */

enum window_verdict window_request(const struct sa *sa, uint32_t message_id, uint64_t hash)
{
	if (sa->theirs && sa->theirs->message_id == message_id)
		return WINDOW_BUSY;
	if (message_id == sa->next_in)
		return sa->theirs ? WINDOW_OUTSIDE : WINDOW_FRESH;
	if (sa->next_in > 0 && message_id == sa->next_in - 1 && sa->cache && !sa->engine->conf.no_response_cache)
		return sa->cache_hash == hash ? WINDOW_AGAIN : WINDOW_ANSWERED;
	return WINDOW_OUTSIDE;
}

/* What smaller fragments of the response would be made from. */
struct kept_plain {
	struct ike_header header;
	uint8_t first;
	size_t len;
	uint8_t chain[];
};

static struct kept_plain *keep_plain(const struct outgoing *o)
{
	struct kept_plain *p = shelf_take(&o->sa->engine->responses, sizeof(*p) + o->chain.len);

	if (!p)
		return NULL; /* the response stays as it is */
	p->header = o->header;
	p->first = o->first;
	p->len = o->chain.len;
	memcpy(p->chain, o->chain.at, o->chain.len);
	return p;
}

static bool keep(struct sa *sa, struct bytes messages)
{
	uint8_t *copy = shelf_take(&sa->engine->responses, messages.len);

	if (!copy)
		return false; /* a retransmission will find nothing: as if the cache was old */
	memcpy(copy, messages.at, messages.len);
	shelf_give(&sa->engine->responses, sa->cache);
	sa->cache = copy;
	sa->cache_len = messages.len;
	sa->cache_again = 0;
	return true;
}

void window_answered(struct sa *sa, struct bytes messages, const struct outgoing *plain, uint64_t request_hash)
{
	window_drop_cache(sa);
	if (!keep(sa, messages))
		return;
	sa->cache_hash = request_hash;
	sa->cached_at = sa->engine->now.boot;
	if (plain && messages_may_shrink(plain))
		sa->cache_plain = keep_plain(plain);
}

/* Who asks again and again does not get it: perhaps it is too large for the path. RFC 7383 2.4, 2.5.2. */
static void shrink(struct sa *sa, const struct path *path)
{
	struct kept_plain *p = sa->cache_plain;
	struct outgoing o = { .sa = sa, .gen = &sa->gen, .header = p->header, .first = p->first, .chain = bytes(p->chain, p->len),
		              .path = path };
	struct arena arena = { 0 };
	struct bytes smaller = messages_smaller(&o, bytes(sa->cache, sa->cache_len), &arena);

	if (smaller.len > 0)
		(void)keep(sa, smaller);
	arena_clear(&arena);
}

void window_again(struct sa *sa, const struct path *path, bool smaller)
{
	if (sa->cache_again < UINT8_MAX)
		sa->cache_again++;
	if (sa->cache_plain && (smaller || sa->cache_again >= AGAIN_MAX))
		shrink(sa, path);
	messages_send(sa->engine, path, bytes(sa->cache, sa->cache_len));
	if (path_equal(path, &sa->path)) /* a copy may come from anywhere: it keeps no NAT's mapping */
		sa->last_out = sa->engine->now.boot;
}

void window_drop_cache(struct sa *sa)
{
	if (sa->cache_plain)
		wipe(sa->cache_plain->chain, sa->cache_plain->len);
	shelf_give(&sa->engine->responses, sa->cache_plain);
	shelf_give(&sa->engine->responses, sa->cache);
	sa->cache_plain = NULL;
	sa->cache = NULL;
	sa->cache_len = 0;
	sa->cache_again = 0;
}
