/* SPDX-License-Identifier: ISC */
/* The pieces of IKE_AUTH that both roles need: questions to the keyring, ID, CERT and AUTH payloads. RFC 7296 2.15, 3.5 to 3.8. */
#include "ike/v2/auth.h"

#define CERTS_MAX 16u

void auth_clear(struct exchange *x)
{
	struct auth_work *w = x->work;

	child_abort(x->sa, &w->plan, false);
}

/* --- questions --- */

static bool send_certs(const struct sa *sa, const struct connection *c)
{
	switch ((enum send_cert)c->send_cert) {
	case CERT_ALWAYS:
		return true;
	case CERT_IF_ASKED:
		return sa->half->certreq_seen;
	case CERT_NEVER:
		break;
	}
	return false;
}

bool auth_ask_make(struct exchange *x, const struct connection *c, const struct identity *peer, struct reason *why)
{
	struct sa *sa = x->sa;
	struct queued *q = exchange_question(x, ASK_AUTH_MAKE, why);
	struct auth_make_question *make;
	struct identity address = identity_of_addr(&sa->path.local.addr);

	if (!q)
		return false;
	make = &q->event.ask.make;
	*make = (struct auth_make_question){
		.conn = c, .round = &c->local[0], .peer = *peer, .prf = sa->gen.suite.prf,
		.first_message = sa->initiator ? sa->half->first_i : sa->half->first_r,
		.peer_nonce = sa->initiator ? sa->half->nr : sa->half->ni,
		.sk_p = secret_bytes(sa->initiator ? &sa->gen.keys.pi : &sa->gen.keys.pr),
		.peer_hashes = sa->half->hashes, .certreq = sa->half->certreq,
		.send_cert = send_certs(sa, c), .wall = sa->engine->now.wall, .deterministic = sa->engine->conf.deterministic,
	};
	if (!identity_copy(&make->own_hint, &address, &q->arena)) {
		queued_free(q);
		return refuse_text(why, REASON_MEMORY, 0, "an identity");
	}
	return exchange_ask(x, q, why);
}

bool auth_ask_check(struct exchange *x, const struct connection *c, struct auth_work *w, struct reason *why)
{
	struct sa *sa = x->sa;
	struct queued *q = exchange_question(x, ASK_AUTH_CHECK, why);

	if (!q)
		return false;
	q->event.ask.check = (struct auth_check_question){
		.conn = c, .round = &c->remote[0], .own = sa->initiator ? w->own.own : w->own_asked ? w->own_wanted : c->local[0].id,
		.peer = w->peer, .peer_id_body = w->peer_id_body, .prf = sa->gen.suite.prf,
		.first_message = sa->initiator ? sa->half->first_r : sa->half->first_i,
		.own_nonce = sa->initiator ? sa->half->ni : sa->half->nr,
		.sk_p = secret_bytes(sa->initiator ? &sa->gen.keys.pr : &sa->gen.keys.pi),
		.auth = w->peer_auth, .cert_count = w->peer_cert_count, .certs = w->peer_certs, .wall = sa->engine->now.wall,
	};
	return exchange_ask(x, q, why);
}

/* --- payloads --- */

/* The first certificate is the one that AUTH was made with (3.6); others than X.509 signatures are of no use here. */
static bool read_certs(struct exchange *x, struct auth_work *w, struct reason *why)
{
	const struct payload *at = NULL;
	struct cert_payload c;

	w->peer_certs = arena_array(&x->arena, CERTS_MAX, sizeof(*w->peer_certs));
	if (!w->peer_certs)
		return refuse_text(why, REASON_MEMORY, 0, "certificates");
	while ((at = payloads_find(&x->payloads, IKEV2_PAYLOAD_CERT, at))) {
		if (!cert_read_payload(&c, at->body))
			return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "CERT payload");
		if (c.encoding == IKEV2_CERT_X509_SIGNATURE && w->peer_cert_count < CERTS_MAX)
			w->peer_certs[w->peer_cert_count++] = c.data;
	}
	return true;
}

bool auth_read_peer(struct exchange *x, uint8_t id, struct auth_work *w, struct reason *why)
{
	const struct payload *idp = payloads_find(&x->payloads, id, NULL);
	const struct payload *ap = payloads_find(&x->payloads, IKEV2_PAYLOAD_AUTH, NULL);
	struct auth_payload a;

	if (!idp || !id_read(&w->peer, idp->body))
		return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "ID payload");
	if (!ap || !auth_read(&a, ap->body))
		return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "AUTH payload");
	w->peer_id_body = idp->body;
	w->peer_auth = (struct auth_data){ .method = a.method, .data = a.data };
	return read_certs(x, w, why);
}

void auth_write_certs(struct message_writer *m, const struct auth_make_answer *own)
{
	for (size_t i = 0; i < own->cert_count; i++)
		cert_write(m, IKEV2_PAYLOAD_CERT, IKEV2_CERT_X509_SIGNATURE, own->certs[i]);
}

size_t auth_room(const struct auth_work *w)
{
	size_t room = 16384 + w->own.auth.data.len + w->own.own.data.len + w->certreq.len;

	for (size_t i = 0; i < w->own.cert_count; i++)
		room += 8 + w->own.certs[i].len;
	return room < IKE_MESSAGE_MAX ? room : IKE_MESSAGE_MAX;
}

/* --- who may it be --- */

static bool has_star(struct bytes b)
{
	return b.len > 0 && memchr(b.at, '*', b.len) != NULL;
}

bool auth_definite(const struct identity *id)
{
	if (identity_is_any(id) || id->regex)
		return false;
	return !(id->type == ID_FQDN || id->type == ID_RFC822_ADDR || id->type == ID_DER_ASN1_DN) || !has_star(id->data);
}

bool auth_class_fits(const struct auth_round *round, uint8_t method)
{
	enum auth_class theirs = method == IKEV2_AUTH_SHARED_KEY ? AUTH_PSK : AUTH_PUBKEY;

	return round->auth == AUTH_ANY || round->auth == theirs;
}

bool auth_peer_fits(const struct connection *c, const struct identity *peer, uint8_t method, struct arena *arena, struct reason *why)
{
	const struct auth_round *round = &c->remote[0];

	if (identity_match(peer, &round->id) == 0)
		return refuse(why, REASON_IDENTITY, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_identity(peer, arena),
		              value_identity(&round->id, arena), round->id_at);
	if (!auth_class_fits(round, method))
		return refuse(why, REASON_AUTH_METHOD, IKEV2_NOTIFY_AUTHENTICATION_FAILED,
		              value_of(VALUE_AUTH, method, bytes_none()), value_text(round->auth_text ? round->auth_text : "pubkey"),
		              round->auth_at);
	return true;
}
