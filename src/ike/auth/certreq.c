/* SPDX-License-Identifier: ISC */
/*
 * What goes into our CERTREQ: which CAs the peer's certificate may come from. RFC 7296 3.7.
 */
#include "base/writer.h"
#include "ike/auth/ring.h"

#define HASH_LEN 20u
#define HASHES_MAX 256u /* 5 KiB: what is more does not fit an IKE_AUTH that shall arrive */

static void add_hash(struct writer *w, const struct cert *c)
{
	uint8_t hash[HASH_LEN];

	if (cert_spki_sha1(c, hash) && w->cap - w->len >= sizeof hash)
		wr_bytes(w, bytes(hash, sizeof hash));
}

struct bytes auth_certreq(struct keyring *ring, const struct auth_round *remote, struct arena *arena)
{
	struct cert_list cacerts = { 0 };
	struct reason why;
	uint8_t *room = arena_take(arena, (size_t)HASHES_MAX * HASH_LEN);
	struct writer w = writer(room, room ? (size_t)HASHES_MAX * HASH_LEN : 0);

	if (remote && remote->cacert_count > 0) {
		if (!cert_list_read(&cacerts, ring, remote->cacerts, remote->cacert_count, remote->cacerts_at, arena, &why))
			return bytes_none();
		for (size_t i = 0; i < cacerts.count; i++)
			add_hash(&w, cacerts.list[i]);
		cert_list_clear(&cacerts);
	} else {
		LIST_EACH(at, &ring->certs) {
			const struct cert *c = LIST_ITEM(at, struct cert_entry, in)->cert;

			if (cert_is_ca(c))
				add_hash(&w, c);
		}
	}
	return w.len > 0 ? wr_done(&w) : bytes_none();
}
