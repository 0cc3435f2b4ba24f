/* SPDX-License-Identifier: ISC */
/*
 * Our own AUTH: by PSK, or by a private key with its certificate. RFC 7296 2.15, 3.6 to 3.8, RFC 7427.
 */
#include "iana/ikev2.h"
#include "ike/auth/ring.h"

#define SENT_CERTS_MAX 8u

/* A certificate that we could use, with its key. */
struct credential {
	struct cert *cert;
	struct key *key;
};

static struct bytes octets_of(const struct auth_make_question *q, const struct identity *own, struct arena *arena)
{
	struct bytes body = id_body(own, arena);

	if (body.len == 0)
		return bytes_none();
	return auth_octets(arena, q->prf, q->first_message, q->peer_nonce, q->int_auth, q->sk_p, body);
}

static bool make_psk(struct keyring *ring, const struct auth_make_question *q, struct auth_make_answer *out,
                     struct arena *arena, struct reason *why)
{
	const struct identity *own = identity_is_any(&q->round->id) ? &q->own_hint : &q->round->id;
	const struct shared_entry *psk = ring_psk(ring, own, &q->peer);
	uint8_t mac[PRF_MAX];
	struct bytes octets;

	if (!psk)
		return refuse_no_psk(why, ring, q->conn, own, &q->peer, arena);
	octets = octets_of(q, own, arena);
	if (octets.len == 0 || !psk_mac(mac, q->prf, secret_bytes(&psk->secret), octets))
		return refuse_text(why, REASON_MEMORY, 0, "AUTH");
	out->auth.method = IKEV2_AUTH_SHARED_KEY;
	out->auth.data = arena_copy(arena, bytes(mac, q->prf->out_len));
	wipe(mac, sizeof mac);
	out->with = value_of(VALUE_TEXT, 0, arena_copy(arena, psk->id));
	out->with_at = psk->at;
	if (out->auth.data.len == 0 || !identity_copy(&out->own, own, arena))
		return refuse_text(why, REASON_MEMORY, 0, "AUTH");
	return true;
}

/* The certificates that may stand for us: the configured ones, else those loaded that contain our identity. */
static bool candidates(struct cert_list *out, const struct keyring *ring, const struct auth_make_question *q,
                       const struct identity *own, struct arena *arena, struct reason *why)
{
	if (q->round->cert_count > 0)
		return cert_list_read(out, ring, q->round->certs, q->round->cert_count, q->round->certs_at, arena, why);
	if (!cert_list_init(out, ring_cert_count(ring), arena))
		return refuse_text(why, REASON_MEMORY, 0, "certificates");
	LIST_EACH(at, &ring->certs) {
		struct cert *c = LIST_ITEM(at, struct cert_entry, in)->cert;

		if (cert_has_identity(c, own))
			cert_list_add(out, c);
	}
	if (out->count > 0)
		return true;
	cert_list_clear(out);
	(void)refuse(why, REASON_NO_CERT, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_none(), value_identity(own, arena),
	             q->round->certs_at);
	why->about = value_text("no certificate is configured here, and none that is loaded contains the identity");
	return false;
}

/* The CAs above list[0], as far as they are loaded; roots are left out: the peer has them, or does not trust them. */
static void add_chain(struct cert_list *list, const struct keyring *ring)
{
	for (size_t i = 0; i < list->count; i++) {
		if (cert_is_self_issued(list->list[i]))
			continue;
		LIST_EACH(at, &ring->certs) {
			struct cert *c = LIST_ITEM(at, struct cert_entry, in)->cert;
			bool there = false;

			if (!cert_is_ca(c) || !bytes_equal(cert_subject(c), cert_issuer(list->list[i])))
				continue;
			for (size_t k = 0; k < list->count; k++)
				there = there || bytes_equal(cert_der(list->list[k]), cert_der(c));
			if (!there)
				cert_list_add(list, c);
		}
	}
}

static bool is_wanted(struct bytes certreq, const struct cert *c)
{
	uint8_t hash[20];

	if (!cert_spki_sha1(c, hash))
		return false;
	for (size_t i = 0; i + sizeof hash <= certreq.len; i += sizeof hash)
		if (memcmp(certreq.at + i, hash, sizeof hash) == 0)
			return true;
	return false;
}

/* Does a CA that the peer named in CERTREQ stand above this certificate? With an empty CERTREQ any will do. */
static bool leads_to_wanted(const struct keyring *ring, struct bytes certreq, struct cert *leaf, struct arena *arena)
{
	struct cert_list chain;
	bool found = certreq.len == 0;

	if (found || !cert_list_init(&chain, SENT_CERTS_MAX, arena))
		return found;
	cert_list_add(&chain, leaf);
	add_chain(&chain, ring);
	for (size_t i = 1; i < chain.count; i++)
		found = found || is_wanted(certreq, chain.list[i]);
	cert_list_clear(&chain);
	return found;
}

/* Of those with a key that is here and allowed: the first that the peer's CERTREQ asks for, else the first. */
static bool choose(struct credential *out, const struct cert_list *certs, const struct keyring *ring,
                   const struct auth_make_question *q, struct arena *arena, struct reason *why)
{
	struct credential first = { 0 };
	bool refused = false;

	*out = first;
	for (size_t i = 0; i < certs->count; i++) {
		struct credential one = { certs->list[i], ring_key(ring, certs->list[i]) };

		if (!one.key)
			continue;
		if (!key_allowed(q->round, one.cert, arena, why)) {
			refused = true;
			continue;
		}
		if (!first.key)
			first = one;
		if (leads_to_wanted(ring, q->certreq, one.cert, arena)) {
			*out = one;
			return true;
		}
	}
	*out = first;
	if (first.key)
		return true;
	if (!refused)
		(void)refuse(why, REASON_NO_KEY, IKEV2_NOTIFY_AUTHENTICATION_FAILED,
		             value_of(VALUE_DN, 0, arena_copy(arena, cert_subject(certs->list[0]))), value_none(),
		             q->round->certs_at);
	return false;
}

static bool put_certs(struct auth_make_answer *out, const struct keyring *ring, struct cert *leaf, struct arena *arena,
                      struct reason *why)
{
	struct cert_list chain;

	out->certs = arena_array(arena, SENT_CERTS_MAX, sizeof *out->certs);
	if (!out->certs || !cert_list_init(&chain, SENT_CERTS_MAX, arena))
		return refuse_text(why, REASON_MEMORY, 0, "certificates");
	cert_list_add(&chain, leaf);
	add_chain(&chain, ring);
	for (size_t i = 0; i < chain.count; i++) {
		struct bytes der;

		if (i > 0 && cert_is_self_issued(chain.list[i]))
			continue;
		der = arena_copy(arena, cert_der(chain.list[i]));
		if (der.len > 0)
			out->certs[out->cert_count++] = der;
	}
	cert_list_clear(&chain);
	return out->cert_count > 0 || refuse_text(why, REASON_MEMORY, 0, "certificates");
}

/* The identity that goes with this certificate: the configured one; else its subject; else our address. */
static struct identity own_of(const struct auth_make_question *q, const struct cert *c)
{
	struct identity subject = cert_identity(c);

	if (!identity_is_any(&q->round->id))
		return q->round->id;
	return subject.data.len > 2 ? subject : q->own_hint; /* an empty Name is 30 00 */
}

/* What the peer will see and refuse, if it looks: told beside the answer, for the day that it refuses. */
static void find_fault(struct auth_make_answer *out, const struct cert *c, const struct auth_make_question *q,
                       struct arena *arena)
{
	const struct value subject = value_of(VALUE_DN, 0, arena_copy(arena, cert_subject(c)));
	const struct value now = value_of(VALUE_TIME, (uint64_t)q->wall, bytes_none());
	struct text names = { 0 };
	int64_t from, to;

	cert_times(c, &from, &to);
	out->faulty = true;
	if (q->wall != 0 && q->wall > to) {
		(void)refuse(&out->fault, REASON_CERT_EXPIRED, 0, now, value_of(VALUE_TIME, (uint64_t)to, bytes_none()),
		             q->round->certs_at);
	} else if (q->wall != 0 && q->wall < from) {
		(void)refuse(&out->fault, REASON_CERT_NOT_YET, 0, now, value_of(VALUE_TIME, (uint64_t)from, bytes_none()),
		             q->round->certs_at);
	} else if (!cert_has_identity(c, &out->own)) {
		cert_names_print(&names, c);
		(void)refuse(&out->fault, REASON_CERT_NAME, 0, value_of_text(&names, arena),
		             value_identity(&out->own, arena), q->round->id_at);
	} else {
		out->faulty = false;
		return;
	}
	out->fault.about = subject;
}

static bool sign(const struct credential *with, struct keyring *ring, const struct auth_make_question *q,
                 struct auth_make_answer *out, struct arena *arena, struct reason *why)
{
	const struct sign_how how = { .peer = q->peer_hashes, .allowed = q->round->ike_hashes, .pss = q->round->pss,
		                      .deterministic = q->deterministic };
	struct identity own = own_of(q, with->cert);
	struct bytes octets;

	if (!identity_copy(&out->own, &own, arena))
		return refuse_text(why, REASON_MEMORY, 0, "AUTH");
	octets = octets_of(q, &out->own, arena);
	if (octets.len == 0)
		return refuse_text(why, REASON_MEMORY, 0, "AUTH");
	if (!key_sign(with->key, octets, how, &out->auth, arena, why)) {
		why->where = q->round->auth_at;
		return false;
	}
	out->with = value_of(VALUE_DN, 0, arena_copy(arena, cert_subject(with->cert)));
	out->with_at = q->round->certs_at;
	find_fault(out, with->cert, q, arena);
	return !q->send_cert || put_certs(out, ring, with->cert, arena, why);
}

static bool make_pubkey(struct keyring *ring, const struct auth_make_question *q, struct auth_make_answer *out,
                        struct arena *arena, struct reason *why)
{
	const struct identity *own = identity_is_any(&q->round->id) ? &q->own_hint : &q->round->id;
	struct cert_list certs = { 0 };
	struct credential with;
	bool ok = false;

	if (!candidates(&certs, ring, q, own, arena, why))
		return false;
	ok = choose(&with, &certs, ring, q, arena, why) && sign(&with, ring, q, out, arena, why);
	cert_list_clear(&certs);
	return ok;
}

bool auth_make(struct keyring *ring, const struct auth_make_question *q, struct auth_make_answer *out, struct arena *arena,
               struct reason *why)
{
	bool ok = false;

	*out = (struct auth_make_answer){ 0 };
	*why = (struct reason){ 0 };
	switch ((enum auth_class)q->round->auth) {
	case AUTH_PSK:
		ok = make_psk(ring, q, out, arena, why);
		break;
	case AUTH_ANY: /* "without `auth`: public key" */
	case AUTH_PUBKEY:
		ok = make_pubkey(ring, q, out, arena, why);
		break;
	case AUTH_EAP:
	case AUTH_XAUTH:
		(void)refuse(why, REASON_UNSUPPORTED, 0, value_none(),
		             q->round->auth_text ? value_text(q->round->auth_text) : value_none(), q->round->auth_at);
		break;
	}
	if (!ok) {
		*out = (struct auth_make_answer){ 0 };
		why->notify = IKEV2_NOTIFY_AUTHENTICATION_FAILED;
	}
	return ok;
}
