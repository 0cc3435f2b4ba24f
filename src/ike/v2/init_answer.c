/* SPDX-License-Identifier: ISC */
/* IKE_SA_INIT as responder. RFC 7296 1.2, 1.3, 2.7. */
#include "ike/v2/init.h"

/* The best connection for these addresses whose proposals meet the offered ones; *why: of the best that does not. */
static struct conn_entry *choose(struct exchange *x, struct init_work *w, const struct proposals *offered, uint16_t ke_sent,
                                 struct conn_entry **nearest, struct reason *why)
{
	struct engine *e = x->sa->engine;
	struct conn_entry *best = NULL;
	unsigned best_fits = 0, nearest_fits = 0;
	const struct proposal *one;

	*nearest = NULL;
	LIST_EACH(at, &e->entries) {
		struct conn_entry *entry = LIST_ITEM(at, struct conn_entry, link);
		unsigned fits = entry->conn->version == 1 ? 0 : entry_fits(entry, &x->path.local.addr, &x->path.remote.addr);
		struct choose_how how = { .ke_sent = ke_sent, .where = entry->conn->ike_at };
		struct arena scratch = { 0 };
		struct suite suite = { 0 };
		struct reason no = { 0 };
		struct proposals ours;

		if (fits <= best_fits)
			continue;
		if (!init_offer(&scratch, &entry->conn->ike, &ours, &no)) {
			(void)reason_copy(&x->arena, why, &no);
		} else if (proposal_choose(&suite, &one, &ours, offered, how, &scratch, &no)) {
			best = entry;
			best_fits = fits;
			w->suite = suite;
			w->number = one->number;
		} else if (fits > nearest_fits) {
			*nearest = entry;
			nearest_fits = fits;
			(void)reason_copy(&x->arena, why, &no);
		}
		arena_clear(&scratch);
	}
	return best;
}

static bool choose_connection(struct exchange *x, struct init_work *w, const struct ke *ke, struct reason *why)
{
	const struct payload *sa = payloads_find(&x->payloads, IKEV2_PAYLOAD_SA, NULL);
	struct conn_entry *entry, *nearest;
	struct proposals offered;

	if (!sa || !proposals_read(&offered, sa->body, &x->arena))
		return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "SA payload");
	entry = choose(x, w, &offered, ke->method, &nearest, why);
	if (entry || nearest)
		sa_set_connection(x->sa, entry ? entry->conn : nearest->conn);
	if (entry)
		return true;
	if (nearest)
		return false;
	return refuse(why, REASON_NO_CONNECTION, IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN,
	              value_of(VALUE_ADDR, 0, addr_bytes(&x->path.remote.addr)), value_none(), conf_nowhere());
}

static bool wants_certreq(const struct connection *c)
{
	return c->send_certreq && c->remote[0].auth != AUTH_PSK;
}

/*
 * Whose CAs are named. Which connection it is to be shows only in IKE_AUTH, so one that wants certificates counts although
 * another was chosen for now: without CERTREQ many peers send none.
 */
static const struct connection *certreq_connection(const struct exchange *x)
{
	if (wants_certreq(x->sa->conn))
		return x->sa->conn;
	LIST_EACH(at, &x->sa->engine->entries) {
		struct conn_entry *entry = LIST_ITEM(at, struct conn_entry, link);

		if (entry->conn->version != 1 && wants_certreq(entry->conn) &&
		    entry_fits(entry, &x->path.local.addr, &x->path.remote.addr))
			return entry->conn;
	}
	return NULL;
}

static bool ask_certreq(struct exchange *x, const struct connection *c, struct reason *why)
{
	struct queued *q = exchange_question(x, ASK_CERTREQ, why);

	if (!q)
		return false;
	q->event.ask.certreq = &c->remote[0];
	return exchange_ask(x, q, why);
}

/* HDR, SAi1, KEi, Ni --> */
enum outcome init_take(struct exchange *x, struct reason *why)
{
	struct init_work *w = work_new(x, sizeof(*w), init_clear, why);
	const struct payload *p = payloads_find(&x->payloads, IKEV2_PAYLOAD_KE, NULL);
	const struct connection *named;
	struct ke ke;

	if (!w)
		return REFUSED;
	if (!p || !ke_read(&ke, p->body))
		return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "KE payload"), REFUSED;
	if (!take_nonce(x, &w->ni, why) || !choose_connection(x, w, &ke, why))
		return REFUSED;
	if (w->suite.ke->id != ke.method)
		return refuse(why, REASON_KE_METHOD, IKEV2_NOTIFY_INVALID_KE_PAYLOAD, value_of(VALUE_KE, ke.method, bytes_none()),
		              value_of(VALUE_KE, w->suite.ke->id, bytes_none()), x->sa->conn->ike_at), REFUSED;
	if (!init_read_rest(x, w, 0, why) || !make_nonce(x, &w->nr, why) || !ke_seed(x, w->suite.ke, &w->seed, why))
		return REFUSED;
	w->ke = w->suite.ke;
	w->peer = ke.value; /* of the message in hand, which stays until we have answered */
	if (!ke_ask(x, w->ke, w->seed, w->peer, false, why))
		return REFUSED;
	named = certreq_connection(x);
	w->named = named ? connection_ref(named) : NULL; /* it may be unloaded before the host looks at the question */
	if (named && !ask_certreq(x, named, why))
		return REFUSED;
	return DONE;
}

/*
 * HDR, SAr1, KEr, Nr, [CERTREQ,] N(NAT_DETECTION_*), N(SIGNATURE_HASH_ALGORITHMS),
 *      [N(IKEV2_FRAGMENTATION_SUPPORTED)], V <--
 */
static bool write_answer(struct exchange *x, struct init_work *w, struct message_writer *m, struct reason *why)
{
	struct sa *sa = x->sa;
	struct proposal chosen;
	struct proposals one = { 1, &chosen };

	if (!proposal_of_suite(&chosen, &w->suite, w->number, bytes_none(), &x->arena))
		return refuse_text(why, REASON_MEMORY, 0, "a proposal");
	if (!exchange_begin(x, m, 4096 + w->own.len + w->certreq.len, why))
		return false;
	sa_write(m, &one, &x->arena);
	ke_write(m, w->ke->id, w->own);
	nonce_write(m, w->nr);
	if (!nat_write(m, sa->engine, sa->spi_i, sa->spi_r, &x->path, sa->conn->encap))
		return refuse_text(why, REASON_INTERNAL, 0, "NAT detection");
	if (w->certreq.len)
		cert_write(m, IKEV2_PAYLOAD_CERTREQ, IKEV2_CERT_X509_SIGNATURE, w->certreq);
	if (sa->conn->childless != CHILDLESS_NEVER)
		notify_write(m, 0, bytes_none(), IKEV2_NOTIFY_CHILDLESS_IKEV2_SUPPORTED, bytes_none()); /* RFC 6023 3 */
	init_write_hashes(m);
	if (w->fragments)
		init_write_fragmentation(m, sa->conn);
	init_write_vendor(m, sa->conn);
	return true;
}

static enum outcome answer(struct exchange *x, struct init_work *w, struct reason *why)
{
	struct sa *sa = x->sa;
	struct message_writer m;

	if (!init_derive(x, w, sa->spi_i, sa->spi_r, w->shared, why))
		return REFUSED;
	w->half->first_i = arena_copy(&w->half->arena, x->message);
	if (w->half->first_i.len == 0 || !write_answer(x, w, &m, why) || !exchange_respond(x, &m, why))
		return REFUSED;
	w->half->first_r = arena_copy(&w->half->arena, bytes(sa->cache, sa->cache_len));
	if (w->half->first_r.len == 0)
		return refuse_text(why, REASON_MEMORY, 0, "a message"), REFUSED;
	exchange_tell(x);
	init_commit(x, w);
	return DONE;
}

/* Both the key exchange and the names of our CAs may still be awaited. */
enum outcome init_part(struct exchange *x, struct reason *why)
{
	struct init_work *w = x->work;
	const struct answer *a = x->answer;

	if (x->row->answer == ASK_KE) {
		if (!a->ok) {
			*why = a->why;
			if (why->kind == REASON_KE_VALUE)
				why->notify = IKEV2_NOTIFY_INVALID_SYNTAX;
			return REFUSED;
		}
		w->own = a->public_value;
		w->shared = a->shared;
	} else if (a->ok) {
		w->certreq = a->certreq; /* without it we just do not name our CAs */
	}
	return exchange_asking(x) ? WAIT : answer(x, w, why);
}
