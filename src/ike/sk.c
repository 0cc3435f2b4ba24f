/* SPDX-License-Identifier: ISC */
/*
 * The encrypted payload, RFC 7296 3.14; AEADs: RFC 5282. IVs: a counter for AEADs (unique for each key, and each direction has a
 * key of its own), random bytes for CBC (unpredictable).
 */
#include "ike/sa.h"
#include "iana/ikev2.h"

static struct seal *seal_of(struct sa *sa, struct generation *g, bool out)
{
	bool from_initiator = sa->initiator == out;
	struct seal **s = out ? &g->out : &g->in;

	sa->sealed_at = sa->engine->now.boot;
	if (!*s)
		*s = seal_new(g->suite.encr, g->suite.integ, secret_bytes(from_initiator ? &g->keys.ei : &g->keys.er),
		              secret_bytes(from_initiator ? &g->keys.ai : &g->keys.ar));
	return *s;
}

void sk_idle(struct generation *g)
{
	seal_free(g->in);
	seal_free(g->out);
	g->in = g->out = NULL;
}

void generation_clear(struct generation *g)
{
	sk_idle(g);
	ike_keys_clear(&g->keys);
	*g = (struct generation){ 0 };
}

static bool make_iv(struct engine *e, struct generation *g, uint8_t *iv, size_t len)
{
	if (!(g->suite.encr->flags & ALG_AEAD))
		return engine_random(e, iv, len);
	if (g->iv == UINT64_MAX || len < 8)
		return false;
	memset(iv, 0, len - 8);
	put_u64(iv + len - 8, ++g->iv);
	return true;
}

struct bytes sk_seal(struct sa *sa, struct generation *g, const struct ike_header *h, uint8_t first, struct bytes chain,
                     struct arena *arena)
{
	struct seal *s = seal_of(sa, g, true);
	struct sk_layout at = { 0 };
	struct writer w;
	size_t iv_len, icv_len, block_len, room;
	uint8_t *mem;

	if (!s)
		return bytes_none();
	iv_len = seal_iv_len(s);
	icv_len = seal_icv_len(s);
	/* to words, although AEADs need no padding: no sealed request is smaller than a clear answer with a token (qcd.h) */
	block_len = seal_block_len(s) < 4 ? 4 : seal_block_len(s);
	room = IKE_HEADER_LEN + 4 + iv_len + chain.len + block_len + 1 + icv_len;
	mem = arena_take(arena, room);
	if (!mem)
		return bytes_none();
	w = writer(mem, room);
	if (!sk_write(&w, h, first, chain, iv_len, block_len, icv_len, &at))
		return bytes_none();
	if (!make_iv(sa->engine, g, mem + at.iv_at, iv_len))
		return bytes_none();
	if (!seal_encrypt(s, bytes(mem, at.aad_len), mem + at.iv_at, mem + at.text_at, at.text_len, bytes_none(), mem + at.icv_at))
		return bytes_none();
	return bytes(mem, at.total);
}

bool sk_open(struct sa *sa, struct generation *g, struct bytes datagram, const struct payload *sk, struct bytes *chain,
             struct reason *why)
{
	struct seal *s = seal_of(sa, g, false);
	uint8_t *mem = (uint8_t *)(uintptr_t)datagram.at; /* ours: the caller has copied it */
	struct sk_layout at = { 0 };

	if (!s)
		return refuse_text(why, REASON_MEMORY, 0, "keys");
	if (!sk_layout_read(&at, sk, datagram.len, seal_iv_len(s), seal_block_len(s) ? seal_block_len(s) : 1, seal_icv_len(s)))
		return refuse_text(why, REASON_INTEGRITY, 0, "the encrypted payload is too short");
	if (!seal_decrypt(s, bytes(mem, at.aad_len), mem + at.iv_at, mem + at.text_at, at.text_len, bytes_none(), mem + at.icv_at))
		return refuse_text(why, REASON_INTEGRITY, 0, "integrity check value");
	if (!sk_unpad(chain, bytes(mem + at.text_at, at.text_len)))
		return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "padding");
	return true;
}
