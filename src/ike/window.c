/* SPDX-License-Identifier: ISC */
/*
 * The window of one request at a time and the cached response, RFC 7296 2.1 to 2.3. A retransmission is the same message to the
 * bit (2.1): anything else with an old message ID is dropped, so that nobody learns from our cache by guessing.
 */
#include "ike/sa.h"
#include "ike/exchange.h"

enum window_verdict window_request(const struct sa *sa, uint32_t message_id, uint64_t hash)
{
	if (sa->theirs && sa->theirs->message_id == message_id)
		return WINDOW_BUSY;
	if (message_id == sa->next_in)
		return sa->theirs ? WINDOW_OUTSIDE : WINDOW_FRESH;
	if (sa->next_in > 0 && message_id == sa->next_in - 1 && sa->cache && sa->cache_hash == hash &&
	    !sa->engine->conf.no_response_cache)
		return WINDOW_AGAIN;
	return WINDOW_OUTSIDE;
}

void window_answered(struct sa *sa, struct bytes response, uint64_t request_hash)
{
	uint8_t *copy;

	window_drop_cache(sa);
	copy = shelf_take(&sa->engine->responses, response.len);
	if (!copy)
		return; /* a retransmission will find nothing: as if the cache was old */
	memcpy(copy, response.at, response.len);
	sa->cache = copy;
	sa->cache_len = response.len;
	sa->cache_hash = request_hash;
	sa->cached_at = sa->engine->now.boot;
}

void window_drop_cache(struct sa *sa)
{
	shelf_give(&sa->engine->responses, sa->cache);
	sa->cache = NULL;
	sa->cache_len = 0;
}
