/* SPDX-License-Identifier: ISC */
/*
 * Inside of the keyring: what make.c, check.c and certreq.c look up. Nobody outside of ike/auth includes this.
 */
#pragma once

#include "base/list.h"
#include "ike/auth/auth.h"
#include "ike/auth/keyring.h"

struct shared_entry {
	struct list in; /* keyring.shared */
	enum origin origin;
	bool marked;
	enum shared_kind kind;
	struct arena arena; /* id and owners */
	struct bytes id;
	bool unnamed; /* it came without: `id` is made */
	struct secret secret;
	struct identity *owners; /* none: any peer */
	size_t owner_count;
	struct conf_at at;
};

struct key_entry {
	struct list in; /* keyring.keys */
	unsigned origins;  /* enum origin, as bits: the same key may come from both */
	unsigned marked;   /* of these */
	char id[41];
	struct key *key;
	struct conf_at at;
};

struct cert_entry {
	struct list in; /* keyring.certs */
	unsigned origins, marked;
	struct cert *cert;
	struct conf_at at;
};

struct cert_cache;

struct keyring {
	struct list shared, keys, certs;
	struct cert_cache *cache; /* configured certificates that were read lately */
	uint64_t made; /* ids given to shared secrets that came without */
};

/*
 * The PSK for these two. The owner that fits the peer best decides, then the one that fits us, then who came first; an entry without
 * owners fits everybody, barely. An entry whose owners fit neither is not taken, nor one that names others than us and this peer
 * is none of them. NULL: none.
 */
const struct shared_entry *ring_psk(const struct keyring *ring, const struct identity *own, const struct identity *peer);
/* The private key of this certificate; NULL: not here. */
struct key *ring_key(const struct keyring *ring, const struct cert *c);

/* RestOfIDPayload of RFC 7296 2.15 with the reserved bits 0. Empty: out of memory. */
struct bytes id_body(const struct identity *id, struct arena *arena);
/* AUTH by PSK (RFC 7296 2.15): prf(prf(secret, "Key Pad for IKEv2"), octets); out: prf->out_len bytes. */
bool psk_mac(uint8_t out[PRF_MAX], const struct algorithm *prf_row, struct bytes secret, struct bytes octets);
/* REASON_NO_PSK: whom it was looked up for, and which entries there are. */
bool refuse_no_psk(struct reason *why, const struct keyring *ring, const struct connection *conn, const struct identity *own,
                   const struct identity *peer, struct arena *arena);

/* What the configuration says as bytes, once read: reading costs more than a signature. Bounded; for our own settings only. */
struct cert_cache *cert_cache_new(void);
void cert_cache_free(struct cert_cache *cache); /* NULL is fine */

/* The certificates of a round, as read from its bytes. Those that cannot be read: false with `why`, where = `at`. */
struct cert_list {
	struct cert **list; /* in the arena; each holds a reference */
	size_t count, cap;
};
bool cert_list_read(struct cert_list *out, const struct keyring *ring, const struct bytes *data, size_t count, struct conf_at at,
                    struct arena *arena, struct reason *why);
bool cert_list_init(struct cert_list *l, size_t cap, struct arena *arena);
void cert_list_add(struct cert_list *l, struct cert *c); /* takes a reference of its own; does nothing when full */
void cert_list_clear(struct cert_list *l);
size_t ring_cert_count(const struct keyring *ring);
bool cert_is_self_issued(const struct cert *c); /* subject = issuer */

/* The words for keys that an `auth` value allows; false: the certificate's key is not one of them (SIGNATURE_ALGORITHM). */
bool key_allowed(const struct auth_round *round, const struct cert *c, struct arena *arena, struct reason *why);

/* Text into the arena, for a value. Empties `t`. */
struct value value_of_text(struct text *t, struct arena *arena);
