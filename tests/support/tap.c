/* SPDX-License-Identifier: ISC */
/* The tap: IKE_SA_INIT and the rekeying of IKE SAs read along, keys derived, messages opened and sealed. */
#include "support/tap.h"

#include <stdlib.h>

#include "crypto/crypto.h"
#include "iana/ikev2.h"

struct tap_secret {
	struct list link;
	struct bytes peer, shared; /* on the heap */
};

/* The last IKE_SA_INIT request of an initiator; or a request to rekey an IKE SA. */
struct tap_request {
	struct list link;
	uint64_t spi_i;           /* of the SA that it wants */
	uint64_t old_i, old_r;    /* rekeying: the SA that it came by, whose side sent it, and its number */
	bool from_i;
	uint32_t message_id;
	struct bytes ke, nonce; /* on the heap */
};

struct tap_sa {
	struct list link;
	uint64_t spi_i, spi_r;
	struct suite suite;
	struct bytes ke_i, ke_r, ni, nr; /* on the heap */
	struct secret d, old_d;          /* SK_d; of the SA whose place it takes */
	const struct algorithm *old_prf; /* NULL: it came of IKE_SA_INIT */
	struct seal *from_i, *from_r;    /* NULL: the keys are not known yet */
};

/* --- memory --- */

static struct bytes keep(struct bytes b)
{
	uint8_t *at = malloc(b.len + 1);

	if (!at)
		abort();
	if (b.len > 0)
		memcpy(at, b.at, b.len);
	return bytes(at, b.len);
}

static void drop(struct bytes b)
{
	free((void *)(uintptr_t)b.at);
}

static void *fresh(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	return p;
}

void tap_init(struct tap *t)
{
	list_init(&t->secrets);
	list_init(&t->requests);
	list_init(&t->sas);
}

static void sa_free(struct tap_sa *sa)
{
	list_remove(&sa->link);
	seal_free(sa->from_i);
	seal_free(sa->from_r);
	drop(sa->ke_i);
	drop(sa->ke_r);
	drop(sa->ni);
	drop(sa->nr);
	secret_clear(&sa->d);
	secret_clear(&sa->old_d);
	free(sa);
}

static void request_free(struct tap_request *r)
{
	list_remove(&r->link);
	drop(r->ke);
	drop(r->nonce);
	free(r);
}

void tap_clear(struct tap *t)
{
	LIST_EACH_SAFE(at, &t->secrets) {
		struct tap_secret *s = LIST_ITEM(at, struct tap_secret, link);

		list_remove(at);
		drop(s->peer);
		drop(s->shared);
		free(s);
	}
	LIST_EACH_SAFE(at, &t->requests)
		request_free(LIST_ITEM(at, struct tap_request, link));
	LIST_EACH_SAFE(at, &t->sas)
		sa_free(LIST_ITEM(at, struct tap_sa, link));
}

/* --- reading along --- */

void tap_learn(struct tap *t, const struct host_secret *secret)
{
	struct tap_secret *s = fresh(sizeof(*s));

	s->peer = keep(secret->peer);
	s->shared = keep(secret->shared);
	list_append(&t->secrets, &s->link);
}

struct init {
	struct ke ke;
	struct bytes nonce, sa;
};

static bool init_read(struct init *init, const struct payloads *p)
{
	const struct payload *ke = payloads_find(p, IKEV2_PAYLOAD_KE, NULL), *nonce = payloads_find(p, IKEV2_PAYLOAD_NONCE, NULL);
	const struct payload *sa = payloads_find(p, IKEV2_PAYLOAD_SA, NULL);

	*init = (struct init){ 0 };
	if (!ke || !nonce || !sa)
		return false;
	init->sa = sa->body;
	return ke_read(&init->ke, ke->body) && nonce_read(&init->nonce, nonce->body);
}

/* *spi: of the proposal; 0: it has none. */
static bool suite_read(struct suite *suite, uint64_t *spi, struct bytes body, struct arena *arena)
{
	struct proposals p = { 0 };

	*suite = (struct suite){ .protocol = PROTO_IKE };
	if (!proposals_read(&p, body, arena) || p.count != 1 || p.list[0].protocol != PROTO_IKE)
		return false;
	*spi = p.list[0].spi.len == 8 ? get_u64(p.list[0].spi.at) : 0;
	for (size_t i = 0; i < p.list[0].count; i++) {
		const struct transform *tr = &p.list[0].transforms[i];
		const struct algorithm *row = algorithm_find(tr->type, tr->id, tr->key_bits);

		if (tr->type == TRANSFORM_ENCR)
			suite->encr = row;
		else if (tr->type == TRANSFORM_PRF)
			suite->prf = row;
		else if (tr->type == TRANSFORM_INTEG)
			suite->integ = row;
		else if (tr->type == TRANSFORM_KE)
			suite->ke = row;
	}
	return suite->encr && suite->prf && suite->ke && (suite->integ || (suite->encr->flags & ALG_AEAD));
}

static struct tap_request *request_find(struct tap *t, uint64_t spi_i)
{
	LIST_EACH(at, &t->requests) {
		struct tap_request *r = LIST_ITEM(at, struct tap_request, link);

		if (!r->old_i && r->spi_i == spi_i)
			return r;
	}
	return NULL;
}

static struct tap_sa *sa_find(struct tap *t, uint64_t spi_i, uint64_t spi_r)
{
	LIST_EACH(at, &t->sas) {
		struct tap_sa *sa = LIST_ITEM(at, struct tap_sa, link);

		if (sa->spi_i == spi_i && sa->spi_r == spi_r)
			return sa;
	}
	return NULL;
}

static struct tap_request *request_new(struct tap *t, uint64_t spi_i, const struct init *init)
{
	struct tap_request *r = fresh(sizeof(*r));

	r->spi_i = spi_i;
	r->ke = keep(init->ke.value);
	r->nonce = keep(init->nonce);
	list_append(&t->requests, &r->link);
	return r;
}

static void watch_request(struct tap *t, const struct ike_header *h, const struct init *init)
{
	struct tap_request *r = request_find(t, h->spi_i);

	if (r)
		request_free(r);
	(void)request_new(t, h->spi_i, init);
}

static struct tap_sa *sa_new(struct tap *t, const struct tap_request *r, uint64_t spi_r, const struct suite *suite, const struct init *init)
{
	struct tap_sa *sa = fresh(sizeof(*sa));

	sa->spi_i = r->spi_i;
	sa->spi_r = spi_r;
	sa->suite = *suite;
	sa->ke_i = keep(r->ke);
	sa->ni = keep(r->nonce);
	sa->ke_r = keep(init->ke.value);
	sa->nr = keep(init->nonce);
	list_append(&t->sas, &sa->link);
	return sa;
}

static void watch_response(struct tap *t, const struct ike_header *h, const struct init *init, struct arena *arena)
{
	const struct tap_request *r = request_find(t, h->spi_i);
	struct suite suite;
	uint64_t none;

	if (r && !sa_find(t, h->spi_i, h->spi_r) && suite_read(&suite, &none, init->sa, arena))
		(void)sa_new(t, r, h->spi_r, &suite, init);
}

/* --- rekeying, RFC 7296 1.3.2 and 2.18 --- */

static struct tap_request *rekey_find(struct tap *t, const struct ike_header *h, bool from_i)
{
	LIST_EACH(at, &t->requests) {
		struct tap_request *r = LIST_ITEM(at, struct tap_request, link);

		if (r->old_i == h->spi_i && r->old_r == h->spi_r && r->from_i == from_i && r->message_id == h->message_id)
			return r;
	}
	return NULL;
}

/* The proposals of a request have one SPI, all the same. */
static uint64_t offered_spi(struct bytes body, struct arena *arena)
{
	struct proposals p = { 0 };

	if (!proposals_read(&p, body, arena) || p.count == 0 || p.list[0].protocol != PROTO_IKE || p.list[0].spi.len != 8)
		return 0;
	return get_u64(p.list[0].spi.at);
}

static void watch_rekey_request(struct tap *t, const struct ike_header *h, const struct init *init, struct arena *arena)
{
	bool from_i = (h->flags & IKE_FLAG_INITIATOR) != 0;
	uint64_t spi = offered_spi(init->sa, arena);
	struct tap_request *r;

	if (!spi || rekey_find(t, h, from_i))
		return;
	r = request_new(t, spi, init);
	r->old_i = h->spi_i;
	r->old_r = h->spi_r;
	r->from_i = from_i;
	r->message_id = h->message_id;
}

static void watch_rekey_response(struct tap *t, const struct ike_header *h, const struct init *init, struct arena *arena)
{
	const struct tap_request *r = rekey_find(t, h, !(h->flags & IKE_FLAG_INITIATOR));
	const struct tap_sa *old = sa_find(t, h->spi_i, h->spi_r);
	struct tap_sa *sa;
	struct suite suite;
	uint64_t spi_r;

	if (!r || !old || !suite_read(&suite, &spi_r, init->sa, arena) || !spi_r || sa_find(t, r->spi_i, spi_r))
		return;
	sa = sa_new(t, r, spi_r, &suite, init);
	sa->old_prf = old->suite.prf;
	if (!secret_set(&sa->old_d, secret_bytes(&old->d)))
		abort();
}

static void watch_sealed(struct tap *t, const struct tap_plain *plain, struct arena *arena)
{
	struct init init;

	if (!plain->opened || !plain->readable || plain->header.exchange != IKEV2_EXCHANGE_CREATE_CHILD_SA ||
	    !init_read(&init, &plain->payloads))
		return;
	if (plain->header.flags & IKE_FLAG_RESPONSE)
		watch_rekey_response(t, &plain->header, &init, arena);
	else
		watch_rekey_request(t, &plain->header, &init, arena);
}

/* --- keys --- */

static bool try_secret(struct tap_sa *sa, const struct tap_secret *s)
{
	struct ike_keys k = { 0 };
	bool ok = sa->old_prf ? ike_keys_rekey(&k, &sa->suite, sa->old_prf, secret_bytes(&sa->old_d), sa->ni, sa->nr, s->shared, sa->spi_i,
	                                       sa->spi_r)
	                      : ike_keys_derive(&k, &sa->suite, sa->ni, sa->nr, s->shared, sa->spi_i, sa->spi_r);

	secret_clear(&sa->d);
	if (ok) {
		secret_move(&sa->d, &k.d);
		sa->from_i = seal_new(sa->suite.encr, sa->suite.integ, secret_bytes(&k.ei), secret_bytes(&k.ai));
		sa->from_r = seal_new(sa->suite.encr, sa->suite.integ, secret_bytes(&k.er), secret_bytes(&k.ar));
	}
	ike_keys_clear(&k);
	return ok && sa->from_i && sa->from_r;
}

static bool open_with(struct seal *s, struct bytes datagram, const struct payload *sk, struct bytes *chain, struct arena *arena)
{
	struct bytes copy = arena_copy(arena, datagram);
	uint8_t *mem = (uint8_t *)(uintptr_t)copy.at;
	struct sk_layout at;

	return s && mem &&
	       sk_layout_read(&at, sk, datagram.len, seal_iv_len(s), seal_block_len(s) ? seal_block_len(s) : 1, seal_icv_len(s)) &&
	       seal_decrypt(s, bytes(mem, at.aad_len), mem + at.iv_at, mem + at.text_at, at.text_len, bytes_none(), mem + at.icv_at) &&
	       sk_unpad(chain, bytes(mem + at.text_at, at.text_len));
}

/* One responder may have answered the same key exchange value twice (its first SA timed out): each secret is tried. */
static bool open_first(struct tap *t, struct tap_sa *sa, bool from_i, struct bytes datagram, const struct payload *sk,
                       struct bytes *chain, struct arena *arena)
{
	LIST_EACH(at, &t->secrets) {
		const struct tap_secret *s = LIST_ITEM(at, struct tap_secret, link);

		if (!bytes_equal(s->peer, sa->ke_r) && !bytes_equal(s->peer, sa->ke_i))
			continue;
		if (try_secret(sa, s) && open_with(from_i ? sa->from_i : sa->from_r, datagram, sk, chain, arena))
			return true;
		seal_free(sa->from_i);
		seal_free(sa->from_r);
		sa->from_i = sa->from_r = NULL;
	}
	return false;
}

static bool open_sealed(struct tap *t, const struct ike_header *h, struct bytes datagram, const struct payload *sk,
                        struct bytes *chain, struct arena *arena)
{
	struct tap_sa *sa = sa_find(t, h->spi_i, h->spi_r);
	bool from_i = (h->flags & IKE_FLAG_INITIATOR) != 0;

	if (!sa)
		return false;
	if (!sa->from_i)
		return open_first(t, sa, from_i, datagram, sk, chain, arena);
	return open_with(from_i ? sa->from_i : sa->from_r, datagram, sk, chain, arena);
}

bool tap_open(struct tap *t, struct bytes datagram, struct tap_plain *out, struct arena *arena)
{
	struct reason why = { 0 };
	struct payloads outer;
	const struct payload *sk;

	*out = (struct tap_plain){ 0 };
	if (!ike_header_read(&out->header, datagram, &why))
		return false;
	out->first = out->header.next;
	out->chain = bytes(datagram.at + IKE_HEADER_LEN, datagram.len - IKE_HEADER_LEN);
	out->readable = payloads_read(&out->payloads, out->first, out->chain, arena, &why);
	sk = out->readable ? payloads_find(&out->payloads, IKEV2_PAYLOAD_SK, NULL) : NULL;
	if (out->readable && !sk)
		sk = payloads_find(&out->payloads, IKEV2_PAYLOAD_SKF, NULL);
	if (!sk || (sk->type == IKEV2_PAYLOAD_SKF && !skf_read(&out->fragment, sk->body)))
		return true;
	outer = out->payloads;
	out->sealed = true;
	out->opened = open_sealed(t, &out->header, datagram, sk, &out->chain, arena);
	if (out->opened) {
		out->first = outer.sk_next;
		out->readable = out->fragment.total == 0 && payloads_read(&out->payloads, out->first, out->chain, arena, &why);
	}
	return true;
}

static struct seal *seal_of(struct tap *t, const struct ike_header *h)
{
	struct tap_sa *sa = sa_find(t, h->spi_i, h->spi_r);

	if (!sa)
		return NULL;
	return h->flags & IKE_FLAG_INITIATOR ? sa->from_i : sa->from_r;
}

size_t tap_iv_len(struct tap *t, const struct ike_header *h)
{
	struct tap_sa *sa = sa_find(t, h->spi_i, h->spi_r);

	return sa ? sa->suite.encr->iv_len : 0;
}

struct bytes tap_seal(struct tap *t, const struct ike_header *h, uint8_t first, struct skf fragment, struct bytes chain,
                      const uint8_t iv[16], struct arena *arena)
{
	struct seal *s = seal_of(t, h);
	size_t room = chain.len + IKE_HEADER_LEN + 128;
	uint8_t *mem = arena_take(arena, room);
	size_t block = s && seal_block_len(s) ? seal_block_len(s) : 1;
	struct sk_layout at;
	struct writer w;

	if (!s || !mem)
		return bytes_none();
	w = writer(mem, room);
	if (fragment.total ? !skf_write(&w, h, first, fragment, chain, seal_iv_len(s), block, seal_icv_len(s), &at) :
	                     !sk_write(&w, h, first, chain, seal_iv_len(s), block, seal_icv_len(s), &at))
		return bytes_none();
	memcpy(mem + at.iv_at, iv, seal_iv_len(s));
	if (!seal_encrypt(s, bytes(mem, at.aad_len), mem + at.iv_at, mem + at.text_at, at.text_len, bytes_none(), mem + at.icv_at))
		return bytes_none();
	return bytes(mem, at.total);
}

static void watch_init(struct tap *t, const struct ike_header *h, struct bytes datagram, struct arena *arena)
{
	struct bytes chain = bytes(datagram.at + IKE_HEADER_LEN, datagram.len - IKE_HEADER_LEN);
	struct reason why = { 0 };
	struct payloads p;
	struct init init;

	if (!payloads_read(&p, h->next, chain, arena, &why) || !init_read(&init, &p))
		return;
	if (h->flags & IKE_FLAG_RESPONSE)
		watch_response(t, h, &init, arena);
	else
		watch_request(t, h, &init);
}

bool tap_read(struct tap *t, struct bytes datagram, struct tap_plain *out, struct arena *arena)
{
	if (!tap_open(t, datagram, out, arena)) /* the first sealed one of an SA shows which secret it is */
		return false;
	if (out->sealed)
		watch_sealed(t, out, arena);
	else if (out->header.exchange == IKEV2_EXCHANGE_IKE_SA_INIT)
		watch_init(t, &out->header, datagram, arena);
	return true;
}

void tap_watch(struct tap *t, struct bytes datagram)
{
	struct arena arena = { 0 };
	struct tap_plain plain;

	(void)tap_read(t, datagram, &plain, &arena);
	arena_clear(&arena);
}

void tap_print(struct tap *t, struct text *out, struct bytes datagram)
{
	struct arena arena = { 0 };
	struct tap_plain plain;

	if (!tap_open(t, datagram, &plain, &arena)) {
		text_add(out, "%zu bytes that are no IKE message", datagram.len);
	} else {
		ike_header_print(out, &plain.header);
		if (plain.readable)
			payloads_print(out, &plain.payloads);
	}
	arena_clear(&arena);
}
