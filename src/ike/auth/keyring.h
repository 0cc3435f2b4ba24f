/* SPDX-License-Identifier: ISC */
/*
 * The keyring: shared secrets, private keys, certificates and anchors of this host, by unique id and origin.
 *
 * It is the `keys` role's own (ARCHITECTURE.md). Entries from the file have a conf_at; those of VICI have VICI's ids. Replacing an entry of the
 * same id is atomic. `mark`/`sweep` let a reload drop what the new file no longer has.
 */
#pragma once

#include "crypto/pki.h"

struct keyring;
struct keyring *keyring_new(void);
void keyring_free(struct keyring *ring);

enum shared_kind { SHARED_IKE, SHARED_EAP, SHARED_NTLM, SHARED_PPK };
enum origin { ORIGIN_FILE = 1, ORIGIN_VICI = 2 };

/*
 * `id` may be empty: one is made, for messages alone; such an entry is not listed and goes with keyring_clear, as get-shared and
 * clear-creds of VICI want it. Owners may have wildcards and regexes; none = any.
 */
bool keyring_add_shared(struct keyring *ring, enum origin origin, struct bytes id, enum shared_kind kind, struct bytes secret,
                        const struct identity *owners, size_t count, struct conf_at at, struct reason *why);
bool keyring_remove_shared(struct keyring *ring, struct bytes id);
/* Gives the key id (40 hex digits and a NUL) in id_hex. */
bool keyring_add_key(struct keyring *ring, enum origin origin, struct bytes data, struct bytes passphrase, struct conf_at at,
                     char id_hex[41], struct reason *why, struct arena *arena);
bool keyring_remove_key(struct keyring *ring, struct bytes id_hex);
/* An X.509 certificate; CAs by basic constraint become anchors; `must_be_ca` refuses others. */
bool keyring_add_cert(struct keyring *ring, enum origin origin, struct bytes data, bool must_be_ca, struct conf_at at,
                      struct reason *why, struct arena *arena);
void keyring_clear(struct keyring *ring, enum origin origin); /* all of that origin */
/* A reload: mark, add what there is now, sweep what was not added again. In between all old entries are still in use. */
void keyring_mark(struct keyring *ring, enum origin origin);
void keyring_sweep(struct keyring *ring, enum origin origin);

/* Listing, for VICI: calls `each` in order of adding. */
void keyring_each_shared(const struct keyring *ring, void (*each)(void *ctx, enum origin origin, struct bytes id, enum shared_kind kind), void *ctx);
void keyring_each_key(const struct keyring *ring, void (*each)(void *ctx, enum origin origin, const char *id_hex), void *ctx);
void keyring_each_cert(const struct keyring *ring, void (*each)(void *ctx, enum origin origin, const struct cert *c, bool has_key), void *ctx);
