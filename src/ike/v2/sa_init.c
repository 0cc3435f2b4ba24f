/* SPDX-License-Identifier: ISC */
/* IKE_SA_INIT as initiator. RFC 7296 1.2, 2.6, 2.10, 2.14, 2.23. */
#include "ike/roam.h"
#include "ike/v2/init.h"

/* --- addresses --- */

static enum outcome ask_source(struct exchange *x, const struct addr *remote, struct reason *why)
{
	struct queued *q = exchange_question(x, ASK_SOURCE, why);

	if (!q)
		return REFUSED;
	x->sa->path.remote.addr = *remote;
	q->event.ask.remote = *remote;
	return exchange_ask(x, q, why) ? DONE : REFUSED;
}

static bool no_address(struct exchange *x, struct reason *why, const char *about)
{
	const struct connection *c = x->sa->conn;

	(void)refuse(why, REASON_NO_ADDRESS, 0, value_none(), value_none(), c->remote_addrs_at);
	why->about = value_text(about);
	return false;
}

static const struct addr_conf *definite(const struct connection *c)
{
	for (size_t i = 0; i < c->remote_count; i++) {
		const struct addr_conf *a = &c->remote_addrs[i];

		if (a->kind == ADDR_CONF_NAME || (a->kind == ADDR_CONF_RANGE && addr_equal(&a->first, &a->last)))
			return a;
	}
	return NULL;
}

/* The family that the configured local address demands; ADDR_NONE: any. */
static uint8_t local_family(const struct connection *c)
{
	return c->local_count > 0 && c->local_addrs[0].kind != ADDR_CONF_NAME ? c->local_addrs[0].first.family : (uint8_t)ADDR_NONE;
}

enum outcome init_start(struct exchange *x, struct reason *why)
{
	const struct addr_conf *a = definite(x->sa->conn);
	struct init_work *w = work_new(x, sizeof(*w), init_clear, why);
	struct queued *q;

	if (!w)
		return REFUSED;
	if (!a)
		return no_address(x, why, "remote_addrs names no single address or host"), REFUSED;
	w->ke = ke_first(&x->sa->conn->ike);
	if (!w->ke)
		return refuse(why, REASON_UNSUPPORTED, 0, value_proposals(&x->sa->conn->ike, &x->arena), value_none(),
		              x->sa->conn->ike_at), REFUSED;
	if (!make_nonce(x, &w->ni, why))
		return REFUSED;
	if (a->kind == ADDR_CONF_RANGE)
		return ask_source(x, &a->first, why);
	q = exchange_question(x, ASK_RESOLVE, why);
	if (!q)
		return REFUSED;
	q->event.ask.name = a->name;
	q->event.ask.family = local_family(x->sa->conn);
	return exchange_ask(x, q, why) ? DONE : REFUSED;
}

enum outcome init_resolved(struct exchange *x, struct reason *why)
{
	const struct answer *a = x->answer;
	struct conn_entry *entry = entry_find(x->sa->engine, x->sa->conn->name);

	if (!a->ok) {
		*why = a->why;
		return REFUSED;
	}
	if (a->addr_count == 0)
		return no_address(x, why, "the name has no address"), REFUSED;
	if (entry)
		entry_resolved(entry, a);
	/* one that did not answer is not the only one */
	return ask_source(x, &a->addrs[(x->sa->sequence + (entry ? entry->tries : 0)) % a->addr_count], why) == DONE ? WAIT : REFUSED;
}

enum outcome init_found(struct exchange *x, struct reason *why)
{
	struct init_work *w = x->work;
	struct sa *sa = x->sa;
	const struct answer *a = x->answer;
	const struct addr *fixed = roam_fixed_local(sa->conn, &sa->path.remote.addr);

	if (!a->ok) {
		*why = a->why;
		return REFUSED;
	}
	sa->path.local.addr = fixed ? *fixed : a->local;
	sa->path.interface = a->interface;
	x->path = sa->path;
	if (!ke_seed(x, w->ke, &w->seed, why) || !ke_ask(x, w->ke, w->seed, bytes_none(), false, why))
		return REFUSED;
	return DONE;
}

/* --- the request --- */

/*
 * HDR, [N(COOKIE),] SAi1, KEi, Ni, N(NAT_DETECTION_*), N(SIGNATURE_HASH_ALGORITHMS),
 *      [N(IKEV2_FRAGMENTATION_SUPPORTED)], V -->
 */
static bool send_request(struct exchange *x, struct reason *why)
{
	struct init_work *w = x->work;
	struct sa *sa = x->sa;
	const struct connection *c = sa->conn;
	struct proposals offered;
	struct message_writer m;

	if (!init_offer(&x->arena, &c->ike, &offered, why))
		return false;
	if (!exchange_begin(x, &m, 8192 + w->own.len, why))
		return false;
	if (w->cookie.len)
		notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_COOKIE, w->cookie);
	sa_write(&m, &offered, &x->arena);
	ke_write(&m, w->ke->id, w->own);
	nonce_write(&m, w->ni);
	if (!nat_write(&m, sa->engine, sa->spi_i, 0, &sa->path, sa->nat_fake))
		return refuse_text(why, REASON_INTERNAL, 0, "NAT detection");
	init_write_hashes(&m);
	init_write_fragmentation(&m, c);
	init_write_vendor(&m, c);
	return exchange_request(x, &m, why);
}

enum outcome init_request(struct exchange *x, struct reason *why)
{
	struct init_work *w = x->work;

	if (!x->answer->ok) {
		*why = x->answer->why;
		return REFUSED;
	}
	w->own = x->answer->public_value;
	return send_request(x, why) ? DONE : REFUSED;
}

/* --- answers that ask for another request, 2.6, 1.2 --- */

/* HDR(A,0), N(COOKIE) <-- */
enum outcome init_cookie(struct exchange *x, struct reason *why)
{
	struct init_work *w = x->work;
	struct notify n;

	if (!notify_find(&n, &x->payloads, IKEV2_NOTIFY_COOKIE) || n.data.len < 1 || n.data.len > 64)
		return refuse_text(why, REASON_SYNTAX, 0, "a cookie has 1 to 64 bytes"), REFUSED;
	if (bytes_equal(n.data, w->cookie))
		return WAIT; /* a late copy of what we have followed */
	if (++w->cookies > COOKIES_MAX)
		return refuse(why, REASON_COOKIE, 0, value_number(w->cookies), value_number(COOKIES_MAX), conf_nowhere()), REFUSED;
	w->cookie = arena_copy(&x->arena, n.data);
	return send_request(x, why) ? DONE : REFUSED;
}

/* HDR(A,0), N(INVALID_KE_PAYLOAD) <-- */
enum outcome init_other_ke(struct exchange *x, struct reason *why)
{
	struct init_work *w = x->work;
	const struct algorithm *ke;
	struct notify n;
	uint16_t id = notify_find(&n, &x->payloads, IKEV2_NOTIFY_INVALID_KE_PAYLOAD) ? invalid_ke(&n) : 0;

	ke = ke_named(&x->sa->conn->ike, id);
	if (ke && ke == w->ke && w->other_kes > 0)
		return WAIT; /* a late copy of what we have followed */
	if (!ke || ke == w->ke || ++w->other_kes > OTHER_KE_MAX) {
		(void)refuse(why, REASON_KE_METHOD, 0, value_of(VALUE_KE, id, bytes_none()),
		             value_proposals(&x->sa->conn->ike, &x->arena), x->sa->conn->ike_at);
		why->about = value_text("unauthenticated answer");
		return REFUSED;
	}
	if (!ke_seed(x, ke, &w->seed, why) || !ke_ask(x, ke, w->seed, bytes_none(), false, why))
		return REFUSED;
	w->ke = ke;
	retransmit_stop(x);
	return DONE;
}

enum outcome init_refused(struct exchange *x, struct reason *why)
{
	struct notify n;

	if (!notify_find_error(&n, &x->payloads))
		return refuse_text(why, REASON_SYNTAX, 0, "notify"), REFUSED;
	if (!x->doubt)
		peer_refused(x, n.type, why);
	else
		*why = *x->doubt;
	why->about = value_text("unauthenticated answer");
	return REFUSED;
}

/* --- the answer --- */

static bool read_suite(struct exchange *x, struct init_work *w, struct reason *why)
{
	const struct payload *sa = payloads_find(&x->payloads, IKEV2_PAYLOAD_SA, NULL);
	const struct connection *c = x->sa->conn;
	struct proposals answer, offered;

	if (!sa || !proposals_read(&answer, sa->body, &x->arena) || answer.count != 1)
		return refuse_text(why, REASON_SYNTAX, 0, "SA payload");
	if (!init_offer(&x->arena, &c->ike, &offered, why))
		return false;
	return proposal_accept(&w->suite, &offered, &answer.list[0], false, c->ike_at, &x->arena, why);
}

static bool read_ke(struct exchange *x, struct init_work *w, struct reason *why)
{
	const struct payload *p = payloads_find(&x->payloads, IKEV2_PAYLOAD_KE, NULL);
	struct ke ke;

	if (!p || !ke_read(&ke, p->body))
		return refuse_text(why, REASON_SYNTAX, 0, "KE payload");
	if (ke.method != w->ke->id || w->suite.ke != w->ke)
		return refuse(why, REASON_KE_METHOD, 0, value_of(VALUE_KE, ke.method, bytes_none()),
		              value_of(VALUE_KE, w->ke->id, bytes_none()), x->sa->conn->ike_at);
	if (bytes_equal(ke.value, w->own))
		return refuse_text(why, REASON_REFLECTED, 0, "KE payload");
	w->peer = arena_copy(&x->arena, ke.value);
	return w->peer.len > 0 || refuse_text(why, REASON_MEMORY, 0, "KE payload");
}

/* HDR, SAr1, KEr, Nr, [CERTREQ] <-- */
enum outcome init_accept(struct exchange *x, struct reason *why)
{
	struct init_work *w = x->work;

	if (x->header.spi_r == 0)
		return refuse_text(why, REASON_SYNTAX, 0, "the responder's SPI is 0"), REFUSED;
	if (!read_suite(x, w, why) || !read_ke(x, w, why) || !take_nonce(x, &w->nr, why))
		return REFUSED;
	if (bytes_equal(w->ni, w->nr))
		return refuse_text(why, REASON_REFLECTED, 0, "nonce"), REFUSED;
	if (!init_read_rest(x, w, x->header.spi_r, why))
		return REFUSED;
	w->first = arena_copy(&x->arena, x->message);
	if (w->first.len == 0)
		return refuse_text(why, REASON_MEMORY, 0, "a message"), REFUSED;
	if (!ke_ask(x, w->ke, w->seed, w->peer, true, why))
		return REFUSED;
	w->spi_r = x->header.spi_r;
	retransmit_stop(x);
	return DONE;
}

enum outcome init_keys(struct exchange *x, struct reason *why)
{
	struct init_work *w = x->work;
	struct sa *sa = x->sa;

	if (!x->answer->ok) {
		*why = x->answer->why;
		return REFUSED;
	}
	if (!init_derive(x, w, sa->spi_i, w->spi_r, x->answer->shared, why))
		return REFUSED;
	w->half->first_i = arena_copy(&w->half->arena, x->request);
	w->half->first_r = arena_copy(&w->half->arena, w->first);
	if (w->half->first_i.len == 0 || w->half->first_r.len == 0 || !job_add(sa, JOB_AUTH))
		return refuse_text(why, REASON_MEMORY, 0, "keys"), REFUSED;
	exchange_tell(x);
	sa->spi_r = w->spi_r;
	sa->next_out = 1;
	init_commit(x, w);
	/* RFC 4555 3.3: whoever speaks MOBIKE floats at once, so that no later path needs to */
	if (sa->nat_local || sa->nat_remote || sa->nat_fake || (sa->peer_adit && sa->vendor_sent) || (sa->conn->mobike && sa->peer_natt))
		nat_float(sa);
	return DONE;
}
