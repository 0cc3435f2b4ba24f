/* SPDX-License-Identifier: ISC */
/*
 * Reads and writes each payload; see the header.
 */
#include "support/wire.h"

#include <stdlib.h>

#include "iana/ikev2.h"

static bool reread_ke(struct message_writer *m, struct bytes body)
{
	struct ke ke;
	bool ok = ke_read(&ke, body);

	if (ok)
		ke_write(m, ke.method, ke.value);
	return ok;
}

static bool reread_id(struct message_writer *m, uint8_t type, struct bytes body)
{
	struct identity id;
	bool ok = id_read(&id, body);

	if (ok)
		id_write(m, type, &id);
	return ok;
}

static bool reread_cert(struct message_writer *m, uint8_t type, struct bytes body)
{
	struct cert_payload c;
	bool ok = cert_read_payload(&c, body);

	if (ok)
		cert_write(m, type, c.encoding, c.data);
	return ok;
}

static bool reread_auth(struct message_writer *m, struct bytes body)
{
	struct auth_payload a;
	bool ok = auth_read(&a, body);

	if (ok)
		auth_write(m, a.method, a.data);
	return ok;
}

static bool reread_nonce(struct message_writer *m, struct bytes body)
{
	struct bytes nonce;
	bool ok = nonce_read(&nonce, body);

	if (ok)
		nonce_write(m, nonce);
	return ok;
}

static bool reread_notify(struct message_writer *m, struct bytes body)
{
	struct notify n;
	bool ok = notify_read(&n, body);

	if (ok)
		notify_write(m, n.protocol, n.spi, n.type, n.data);
	return ok;
}

static bool reread_delete(struct message_writer *m, struct bytes body)
{
	struct delete_payload d;
	bool ok = delete_read(&d, body);

	if (ok)
		delete_write(m, d.protocol, d.spi_size, d.spis);
	return ok;
}

static bool reread_cp(struct message_writer *m, struct bytes body, struct arena *arena)
{
	struct cp_payload cp;
	bool ok = cp_read(&cp, body, arena);

	if (ok)
		cp_write(m, cp.type, cp.list, cp.count);
	return ok;
}

static bool reread_eap(struct message_writer *m, struct bytes body)
{
	struct eap_payload e;
	bool ok = eap_read(&e, body);

	if (ok)
		eap_write(m, &e);
	return ok;
}

static bool reread_sa(struct message_writer *m, struct bytes body, struct arena *arena)
{
	struct proposals p;
	bool ok = proposals_read(&p, body, arena);

	if (ok)
		sa_write(m, &p, arena);
	return ok;
}

static bool reread_ts(struct message_writer *m, uint8_t type, struct bytes body, struct arena *arena)
{
	struct selectors s;
	bool ok = selectors_read(&s, body, arena);

	if (ok)
		ts_write(m, type, &s, arena);
	return ok;
}

static bool reread(struct message_writer *m, uint8_t type, struct bytes body, struct arena *arena)
{
	switch (type) {
	case IKEV2_PAYLOAD_SA:
		return reread_sa(m, body, arena);
	case IKEV2_PAYLOAD_KE:
		return reread_ke(m, body);
	case IKEV2_PAYLOAD_ID_I:
	case IKEV2_PAYLOAD_ID_R:
		return reread_id(m, type, body);
	case IKEV2_PAYLOAD_CERT:
	case IKEV2_PAYLOAD_CERTREQ:
		return reread_cert(m, type, body);
	case IKEV2_PAYLOAD_AUTH:
		return reread_auth(m, body);
	case IKEV2_PAYLOAD_NONCE:
		return reread_nonce(m, body);
	case IKEV2_PAYLOAD_NOTIFY:
		return reread_notify(m, body);
	case IKEV2_PAYLOAD_DELETE:
		return reread_delete(m, body);
	case IKEV2_PAYLOAD_TS_I:
	case IKEV2_PAYLOAD_TS_R:
		return reread_ts(m, type, body, arena);
	case IKEV2_PAYLOAD_CP:
		return reread_cp(m, body, arena);
	case IKEV2_PAYLOAD_EAP:
		return reread_eap(m, body);
	default:
		vendor_write(m, body);
		return true;
	}
}

bool wire_reread(uint8_t type, struct bytes body, struct bytes *again, struct arena *arena)
{
	size_t room = body.len + 64;
	uint8_t *memory = arena_take(arena, room), first;
	struct message_writer m;
	struct bytes chain;

	*again = bytes_none();
	if (!memory)
		abort();
	m = chain_begin(memory, room);
	if (!reread(&m, type, body, arena))
		return false;
	chain = chain_end(&m, &first);
	if (chain.len < 4)
		abort(); /* what could be read must fit where it stood */
	*again = bytes(chain.at + 4, chain.len - 4);
	return true;
}

#define TS_HEADER 4u /* what is left when no selector was known */

bool wire_stable(uint8_t type, struct bytes body, struct arena *arena)
{
	bool ts = type == IKEV2_PAYLOAD_TS_I || type == IKEV2_PAYLOAD_TS_R, lossy = ts || type == IKEV2_PAYLOAD_SA;
	struct bytes once, twice;

	if (!wire_reread(type, body, &once, arena))
		return true;
	if (lossy ? once.len > body.len : once.len != body.len)
		return false;
	if (ts && once.len == TS_HEADER)
		return true;
	return wire_reread(type, once, &twice, arena) && bytes_equal(once, twice);
}
