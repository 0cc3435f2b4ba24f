/* SPDX-License-Identifier: ISC */
/*
 * What AUTH is computed over. RFC 7296 2.15, RFC 9242 3.3.2.
 *
 *     octets = RealMessage | NonceData of the other side | prf(SK_p, RestOfIDPayload) [| IntAuth]
 */
#include "base/writer.h"
#include "ike/auth/ring.h"

/* type (1), RESERVED (3), data: as id_write of wire/ puts it. */
struct bytes id_body(const struct identity *id, struct arena *arena)
{
	size_t len = 4 + id->data.len;
	uint8_t *out = arena_take(arena, len);
	struct writer w = writer(out, len);

	if (!out)
		return bytes_none();
	wr_u8(&w, id->type);
	wr_zero(&w, 3);
	wr_bytes(&w, id->data);
	return wr_done(&w);
}

struct bytes auth_octets(struct arena *arena, const struct algorithm *prf_row, struct bytes first_message,
                         struct bytes peer_nonce, struct bytes int_auth, struct bytes sk_p, struct bytes id_body)
{
	size_t mac_len = prf_row->out_len;
	size_t len = first_message.len + peer_nonce.len + mac_len + int_auth.len;
	uint8_t mac[PRF_MAX];
	uint8_t *out = arena_take(arena, len);
	struct writer w = writer(out, len);
	bool ok;

	if (!out || !prf(prf_row, mac, sk_p, &id_body, 1))
		return bytes_none();
	wr_bytes(&w, first_message);
	wr_bytes(&w, peer_nonce);
	wr_bytes(&w, bytes(mac, mac_len));
	wr_bytes(&w, int_auth);
	wipe(mac, sizeof mac);
	ok = wr_ok(&w);
	return ok ? wr_done(&w) : bytes_none();
}
