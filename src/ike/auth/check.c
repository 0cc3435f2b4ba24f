/* SPDX-License-Identifier: ISC */
/*
 * The peer's AUTH. RFC 7296 2.15, 3.8, RFC 7427, RFC 4945 3.1.
 *
 * The order: the identity is one that the round wants; the method is the round's (a PSK round never takes a signature,
 * nor the reverse); then the PSK's MAC, or the certificate: it contains the identity, its key is an allowed one, it is a pinned one
 * or a trusted CA stands above it, and the signature is of its key. The costly steps come last, each once.
 */
#include "iana/ikev2.h"
#include "ike/auth/ring.h"

#define CHAIN_MAX 10u    /* certificates of the peer that are looked at */
#define LOADED_MAX 4u    /* loaded certificates of one identity that are tried when the peer sent none */

static struct value dn_of(const struct cert *c, struct arena *arena)
{
	return value_of(VALUE_DN, 0, arena_copy(arena, cert_subject(c)));
}

static bool octets_of(struct bytes *octets, const struct auth_check_question *q, struct arena *arena, struct reason *why)
{
	/* As the peer sent it, for its reserved bits are covered too; made anew if the caller has only the identity. */
	struct bytes body = q->peer_id_body.len > 0 ? q->peer_id_body : id_body(&q->peer, arena);

	*octets = bytes_none();
	if (body.len > 0)
		*octets = auth_octets(arena, q->prf, q->first_message, q->own_nonce, q->int_auth, q->sk_p, body);
	return octets->len > 0 || refuse_text(why, REASON_MEMORY, 0, "AUTH");
}

/* --- PSK --- */

static bool check_psk(struct keyring *ring, const struct auth_check_question *q, struct arena *arena, struct reason *why)
{
	const struct shared_entry *psk = ring_psk(ring, &q->own, &q->peer);
	uint8_t mac[PRF_MAX];
	struct bytes octets;
	bool same;

	if (!psk)
		return refuse_no_psk(why, ring, q->conn, &q->own, &q->peer, arena);
	if (!octets_of(&octets, q, arena, why))
		return false;
	if (!psk_mac(mac, q->prf, secret_bytes(&psk->secret), octets))
		return refuse_text(why, REASON_MEMORY, 0, "AUTH");
	same = bytes_equal_secret(bytes(mac, q->prf->out_len), q->auth.data);
	wipe(mac, sizeof mac);
	if (same)
		return true;
	(void)refuse(why, REASON_PSK_MISMATCH, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_identity(&q->peer, arena),
	             value_identity(&q->own, arena), psk->at);
	why->about = value_of(VALUE_TEXT, 0, arena_copy(arena, psk->id));
	return false;
}

/* --- certificates --- */

/* The peer's own certificates, leaf first. The leaf must be readable; what else it sent is skipped if it is not. */
static bool read_chain(struct cert_list *chain, const struct auth_check_question *q, struct arena *arena, struct reason *why)
{
	struct reason skipped;

	if (!cert_list_init(chain, CHAIN_MAX, arena))
		return refuse_text(why, REASON_MEMORY, 0, "certificates");
	for (size_t i = 0; i < q->cert_count && chain->count < CHAIN_MAX; i++) {
		struct cert *c = cert_read(q->certs[i], i == 0 ? why : &skipped, arena);

		if (c)
			chain->list[chain->count++] = c;
		else if (i == 0)
			return false;
	}
	return true;
}

static bool is_pinned(const struct cert_list *pinned, const struct cert *leaf, const struct auth_round *round,
                      struct arena *arena, struct reason *why)
{
	for (size_t i = 0; i < pinned->count; i++)
		if (bytes_equal(cert_der(pinned->list[i]), cert_der(leaf)))
			return true;
	if (pinned->count == 0)
		return true;
	return refuse(why, REASON_CERT_OTHER, IKEV2_NOTIFY_AUTHENTICATION_FAILED, dn_of(leaf, arena),
	              dn_of(pinned->list[0], arena), round->certs_at);
}

static bool contains_identity(const struct cert *leaf, const struct auth_check_question *q, struct arena *arena,
                              struct reason *why)
{
	struct text names = { 0 };

	if (cert_has_identity(leaf, &q->peer))
		return true;
	cert_names_print(&names, leaf);
	(void)refuse(why, REASON_CERT_NAME, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_of_text(&names, arena),
	             value_identity(&q->peer, arena), q->round->id_at);
	why->about = dn_of(leaf, arena);
	return false;
}

/*
 * The anchors of a round: its cacerts; else all that is loaded, and the pinned ones. Loaded CAs may also stand in
 * the middle of a path. Everything that the administrator loaded is trusted, as with strongSwan.
 */
static bool gather(struct cert_list *anchors, struct cert_list *others, const struct keyring *ring,
                   const struct cert_list *pinned, const struct cert_list *cacerts, struct arena *arena, struct reason *why)
{
	size_t loaded = ring_cert_count(ring);

	if (!cert_list_init(anchors, loaded + pinned->count + cacerts->count, arena) || !cert_list_init(others, loaded, arena))
		return refuse_text(why, REASON_MEMORY, 0, "certificates");
	for (size_t i = 0; i < cacerts->count; i++)
		cert_list_add(anchors, cacerts->list[i]);
	LIST_EACH(at, &ring->certs)
		cert_list_add(cacerts->count > 0 ? others : anchors, LIST_ITEM(at, struct cert_entry, in)->cert);
	for (size_t i = 0; i < pinned->count && cacerts->count == 0; i++)
		cert_list_add(anchors, pinned->list[i]);
	return true;
}

/* The key may stand nowhere: then the place is the section that it belongs to. */
static struct conf_at cacerts_line(const struct auth_round *round)
{
	return round->cacerts_at.line || !round->at.line ? round->cacerts_at : round->at;
}

static bool is_trusted(const struct cert_list *chain, const struct keyring *ring, const struct cert_list *pinned,
                       const struct auth_check_question *q, struct arena *arena, struct reason *why)
{
	struct cert_list cacerts = { 0 }, anchors = { 0 }, others = { 0 };
	bool ok = cert_list_read(&cacerts, ring, q->round->cacerts, q->round->cacert_count, q->round->cacerts_at, arena, why) &&
	          gather(&anchors, &others, ring, pinned, &cacerts, arena, why);

	if (ok) {
		const struct trust trust = { anchors.list, anchors.count, others.list, others.count };

		ok = trust_path(&trust, chain->list, chain->count, q->wall, why, arena);
		if (!ok && (why->kind == REASON_CERT_UNTRUSTED || why->kind == REASON_CERT_SELF_SIGNED)) {
			if (why->kind == REASON_CERT_UNTRUSTED)
				why->got = why->about; /* the issuer that is missing */
			why->about = dn_of(chain->list[0], arena);
			why->where = cacerts_line(q->round);
		}
	}
	cert_list_clear(&cacerts);
	cert_list_clear(&anchors);
	cert_list_clear(&others);
	return ok;
}

static bool check_chain(const struct cert_list *chain, const struct keyring *ring, const struct cert_list *pinned,
                        const struct auth_check_question *q, struct arena *arena, struct reason *why)
{
	const struct cert *leaf = chain->list[0];
	struct bytes octets;

	if (!is_pinned(pinned, leaf, q->round, arena, why) || !contains_identity(leaf, q, arena, why) ||
	    !key_allowed(q->round, leaf, arena, why) || !is_trusted(chain, ring, pinned, q, arena, why) ||
	    !octets_of(&octets, q, arena, why))
		return false;
	if (cert_verify_auth(leaf, octets, q->auth, q->round->ike_hashes, why, arena))
		return true;
	if (why->kind == REASON_SIGNATURE_ALGORITHM) {
		if (why->wanted.kind == VALUE_NONE && q->round->auth_text)
			why->wanted = value_text(q->round->auth_text);
		why->where = q->round->auth_at;
	} else if (why->kind == REASON_SIGNATURE && why->about.kind == VALUE_NONE) {
		why->about = dn_of(leaf, arena);
	}
	return false;
}

/* The peer sent no certificate: those that are pinned or loaded and contain its identity are tried. */
static bool check_loaded(const struct keyring *ring, const struct cert_list *pinned, const struct auth_check_question *q,
                         struct arena *arena, struct reason *why)
{
	struct cert_list found;
	bool ok = false;

	if (!cert_list_init(&found, LOADED_MAX, arena))
		return refuse_text(why, REASON_MEMORY, 0, "certificates");
	for (size_t i = 0; i < pinned->count; i++)
		if (cert_has_identity(pinned->list[i], &q->peer))
			cert_list_add(&found, pinned->list[i]);
	LIST_EACH(at, &ring->certs) {
		struct cert *c = LIST_ITEM(at, struct cert_entry, in)->cert;

		if (pinned->count == 0 && cert_has_identity(c, &q->peer))
			cert_list_add(&found, c);
	}
	if (found.count == 0) {
		(void)refuse(why, REASON_NO_CERT, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_none(),
		             value_identity(&q->peer, arena), q->round->certs_at);
		why->about = value_text("the peer sent none, and none that is loaded contains its identity");
	}
	for (size_t i = 0; i < found.count && !ok; i++) {
		const struct cert_list one = { &found.list[i], 1, 1 };

		ok = check_chain(&one, ring, pinned, q, arena, why);
	}
	cert_list_clear(&found);
	return ok;
}

static bool check_pubkey(struct keyring *ring, const struct auth_check_question *q, struct arena *arena, struct reason *why)
{
	struct cert_list chain = { 0 }, pinned = { 0 };
	bool ok;

	if (!cert_list_read(&pinned, ring, q->round->certs, q->round->cert_count, q->round->certs_at, arena, why))
		return false;
	if (q->cert_count > 0)
		ok = read_chain(&chain, q, arena, why) && check_chain(&chain, ring, &pinned, q, arena, why);
	else
		ok = check_loaded(ring, &pinned, q, arena, why);
	cert_list_clear(&chain);
	cert_list_clear(&pinned);
	return ok;
}

/* --- the question --- */

static bool is_signature(uint8_t method)
{
	switch (method) {
	case IKEV2_AUTH_RSA:
	case IKEV2_AUTH_ECDSA_256:
	case IKEV2_AUTH_ECDSA_384:
	case IKEV2_AUTH_ECDSA_521:
	case IKEV2_AUTH_DIGITAL_SIGNATURE:
		return true;
	default:
		return false;
	}
}

static bool refuse_method(struct reason *why, const struct auth_check_question *q, uint8_t wanted)
{
	struct bytes words = q->round->auth_text ? bytes_str(q->round->auth_text) : bytes_none();

	return refuse(why, REASON_AUTH_METHOD, IKEV2_NOTIFY_AUTHENTICATION_FAILED,
	              value_of(VALUE_AUTH, q->auth.method, bytes_none()), value_of(VALUE_AUTH, wanted, words),
	              q->round->auth_at);
}

static bool identity_fits(const struct auth_check_question *q, struct arena *arena, struct reason *why)
{
	if (q->peer.type != ID_ANY && (identity_is_any(&q->round->id) || identity_match(&q->peer, &q->round->id) > 0))
		return true;
	return refuse(why, REASON_IDENTITY, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_identity(&q->peer, arena),
	              value_identity(&q->round->id, arena), q->round->id_at);
}

static bool check(struct keyring *ring, const struct auth_check_question *q, struct arena *arena, struct reason *why)
{
	if (!identity_fits(q, arena, why))
		return false;
	switch ((enum auth_class)q->round->auth) {
	case AUTH_PSK:
		if (q->auth.method != IKEV2_AUTH_SHARED_KEY)
			return refuse_method(why, q, IKEV2_AUTH_SHARED_KEY);
		return check_psk(ring, q, arena, why);
	case AUTH_ANY: /* "without `auth`: public key" */
	case AUTH_PUBKEY:
		if (!is_signature(q->auth.method))
			return refuse_method(why, q, IKEV2_AUTH_DIGITAL_SIGNATURE);
		return check_pubkey(ring, q, arena, why);
	case AUTH_EAP:
	case AUTH_XAUTH:
		break;
	}
	return refuse(why, REASON_UNSUPPORTED, 0, value_none(),
	              q->round->auth_text ? value_text(q->round->auth_text) : value_none(), q->round->auth_at);
}

/* Where the peer's trust is configured, for refusals of what the peer brought that name no setting themselves. */
static struct conf_at trust_at(const struct auth_round *round)
{
	return round->cacert_count ? round->cacerts_at : round->cert_count ? round->certs_at : round->at;
}

bool auth_check(struct keyring *ring, const struct auth_check_question *q, struct arena *arena, struct reason *why)
{
	*why = (struct reason){ 0 };
	if (check(ring, q, arena, why))
		return true;
	if (!why->where.key)
		why->where = trust_at(q->round);
	why->notify = IKEV2_NOTIFY_AUTHENTICATION_FAILED; /* the peer learns no more, whatever it was */
	return false;
}
