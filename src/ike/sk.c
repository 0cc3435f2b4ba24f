/* SPDX-License-Identifier: ISC */
/*
 * The encrypted payload, RFC 7296 3.14; AEADs: RFC 5282. IVs: a counter for AEADs (unique for each key, and each direction has a
 * key of its own), random bytes for CBC (unpredictable).
 */
#include "ike/sa.h"
#include "iana/ikev2.h"

#define CHUNK_MIN 16u /* with less in each, fragments are not worth their headers */

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

static size_t block_len_of(const struct seal *s)
{
	size_t len = seal_block_len(s);

	return len ? len : 1;
}

/* To words, although AEADs need no padding: no sealed request is smaller than a clear answer with a token (qcd.h). */
static size_t pad_to(const struct seal *s)
{
	return seal_block_len(s) < 4 ? 4 : seal_block_len(s);
}

size_t sk_message_len(struct sa *sa, struct generation *g, size_t chain_len)
{
	const struct seal *s = seal_of(sa, g, true);
	size_t block = s ? pad_to(s) : 1;

	return s ? IKE_HEADER_LEN + 4 + seal_iv_len(s) + (chain_len + block) / block * block + seal_icv_len(s) : 0;
}

size_t sk_chunk(struct sa *sa, struct generation *g, size_t most)
{
	const struct seal *s = seal_of(sa, g, true);
	size_t fixed = s ? IKE_HEADER_LEN + 8 + seal_iv_len(s) + seal_icv_len(s) : most;
	size_t text = most > fixed ? (most - fixed) / pad_to(s) * pad_to(s) : 0;

	return text > CHUNK_MIN ? text - 1 : 0; /* the pad length */
}

bool sk_put(struct sa *sa, struct generation *g, const struct ike_header *h, uint8_t first, const struct skf *fragment,
            struct bytes chain, struct writer *w)
{
	struct seal *s = seal_of(sa, g, true);
	uint8_t *mem = w->at + w->len;
	struct sk_layout at = { 0 };
	bool ok;

	if (!s)
		return false;
	if (fragment)
		ok = skf_write(w, h, first, *fragment, chain, seal_iv_len(s), pad_to(s), seal_icv_len(s), &at);
	else
		ok = sk_write(w, h, first, chain, seal_iv_len(s), pad_to(s), seal_icv_len(s), &at);
	return ok && make_iv(sa->engine, g, mem + at.iv_at, seal_iv_len(s)) &&
	       seal_encrypt(s, bytes(mem, at.aad_len), mem + at.iv_at, mem + at.text_at, at.text_len, bytes_none(), mem + at.icv_at);
}

struct bytes sk_seal(struct sa *sa, struct generation *g, const struct ike_header *h, uint8_t first, struct bytes chain,
                     struct arena *arena)
{
	size_t room = sk_message_len(sa, g, chain.len);
	void *mem = room ? arena_take(arena, room) : NULL;
	struct writer w = writer(mem, mem ? room : 0);

	return mem && sk_put(sa, g, h, first, NULL, chain, &w) ? wr_done(&w) : bytes_none();
}

bool sk_open(struct sa *sa, struct generation *g, struct bytes datagram, const struct payload *sk, struct bytes *chain,
             struct reason *why)
{
	struct seal *s = seal_of(sa, g, false);
	uint8_t *mem = (uint8_t *)(uintptr_t)datagram.at; /* ours: the caller has copied it */
	struct sk_layout at = { 0 };

	if (!s)
		return refuse_text(why, REASON_MEMORY, 0, "keys");
	if (!sk_layout_read(&at, sk, datagram.len, seal_iv_len(s), block_len_of(s), seal_icv_len(s)))
		return refuse_text(why, REASON_INTEGRITY, 0, "the encrypted payload is too short");
	if (!seal_decrypt(s, bytes(mem, at.aad_len), mem + at.iv_at, mem + at.text_at, at.text_len, bytes_none(), mem + at.icv_at))
		return refuse_text(why, REASON_INTEGRITY, 0, "integrity check value");
	if (!sk_unpad(chain, bytes(mem + at.text_at, at.text_len)))
		return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "padding");
	return true;
}
