/* SPDX-License-Identifier: ISC */
/* Nonces and key exchange values. RFC 7296 2.10, 2.12, 3.4, 3.9. */
#include "ike/v2/parts.h"

void *work_new(struct exchange *x, size_t size, void (*clear)(struct exchange *x), struct reason *why)
{
	x->work = arena_take(&x->arena, size);
	if (!x->work)
		(void)refuse_text(why, REASON_MEMORY, 0, "an exchange");
	else
		x->work_clear = clear;
	return x->work;
}

static const struct algorithm *built(const struct transform *t)
{
	const struct algorithm *a = t->type == TRANSFORM_KE && t->id ? algorithm_find(TRANSFORM_KE, t->id, 0) : NULL;

	return a && (a->flags & ALG_BUILT) ? a : NULL;
}

const struct algorithm *ke_first(const struct proposals *p)
{
	for (uint16_t i = 0; i < p->count; i++)
		for (uint16_t k = 0; k < p->list[i].count; k++)
			if (built(&p->list[i].transforms[k]))
				return built(&p->list[i].transforms[k]);
	return NULL;
}

const struct algorithm *ke_named(const struct proposals *p, uint16_t id)
{
	for (uint16_t i = 0; i < p->count; i++)
		for (uint16_t k = 0; k < p->list[i].count; k++)
			if (p->list[i].transforms[k].id == id && built(&p->list[i].transforms[k]))
				return built(&p->list[i].transforms[k]);
	return NULL;
}

bool ke_seed(struct exchange *x, const struct algorithm *ke, struct bytes *seed, struct reason *why)
{
	const struct random *random = &x->sa->engine->conf.random;
	size_t len = ke_seed_len(ke);
	uint8_t *mem = arena_take(&x->arena, len);

	if (!mem)
		return refuse_text(why, REASON_MEMORY, 0, "a key exchange");
	if (!random->fill(random->host, RANDOM_PRIVATE, mem, len))
		return refuse_text(why, REASON_SYSTEM, 0, "no random bytes");
	*seed = bytes(mem, len);
	return true;
}

bool ke_ask(struct exchange *x, const struct algorithm *ke, struct bytes seed, struct bytes peer, bool agree_only, struct reason *why)
{
	struct queued *q = exchange_question(x, ASK_KE, why);

	if (!q)
		return false;
	q->event.ask.ke.method = ke;
	q->event.ask.ke.seed = seed;
	q->event.ask.ke.peer = peer;
	q->event.ask.ke.agree_only = agree_only;
	return exchange_ask(x, q, why);
}

bool make_nonce(struct exchange *x, struct bytes *nonce, struct reason *why)
{
	uint8_t *mem = arena_take(&x->arena, NONCE_LEN);

	if (!mem)
		return refuse_text(why, REASON_MEMORY, 0, "a nonce");
	if (!engine_random(x->sa->engine, mem, NONCE_LEN))
		return refuse_text(why, REASON_SYSTEM, 0, "no random bytes");
	*nonce = bytes(mem, NONCE_LEN);
	return true;
}

bool take_nonce(struct exchange *x, struct bytes *nonce, struct reason *why)
{
	const struct payload *p = payloads_find(&x->payloads, IKEV2_PAYLOAD_NONCE, NULL);

	if (!p || !nonce_read(nonce, p->body))
		return refuse_text(why, REASON_NONCE, IKEV2_NOTIFY_INVALID_SYNTAX, "nonce");
	*nonce = arena_copy(&x->arena, *nonce);
	return nonce->len > 0 || refuse_text(why, REASON_MEMORY, 0, "a nonce");
}

uint16_t invalid_ke(const struct notify *n)
{
	return n->data.len == 2 ? get_u16(n->data.at) : 0;
}
