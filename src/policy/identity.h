/* SPDX-License-Identifier: ISC */
/*
 * Identities of every type of RFC 7296 3.5 and strongSwan's text forms (doc/vici.md 12.3, 8).
 *
 * Matching is how well `have` fits `want`: exact beats a wildcard, a longer wildcard beats a shorter, %any fits all.
 */
#pragma once

#include "base/addr.h"
#include "base/arena.h"
#include "base/reason.h"
#include "base/text.h"

enum id_type {
	ID_ANY = 0, /* of the configuration only */
	ID_IPV4_ADDR = 1,
	ID_FQDN = 2,
	ID_RFC822_ADDR = 3,
	ID_IPV4_ADDR_SUBNET = 4, /* subnets and ranges: of the configuration, and of IKEv1 (RFC 2407 4.6.2) */
	ID_IPV6_ADDR = 5,
	ID_IPV6_ADDR_SUBNET = 6,
	ID_IPV4_ADDR_RANGE = 7,
	ID_IPV6_ADDR_RANGE = 8,
	ID_DER_ASN1_DN = 9,
	ID_DER_ASN1_GN = 10,
	ID_KEY_ID = 11,
};

struct identity {
	uint8_t type;       /* enum id_type, or any number that came over the wire */
	struct bytes data;  /* borrows */
	const char *regex;  /* configured as `type:^...$`: the pattern; NULL otherwise */
};

/* Any text is some identity, but for broken hexadecimal, patterns and prefixed forms: REASON_CONFIG, got = the text (borrowed). */
bool identity_parse(struct identity *id, struct bytes text, struct arena *arena, struct reason *why);
void identity_print(struct text *t, const struct identity *id); /* "%any", "gw.example.org", "C=CH, O=Example, CN=gw" */
bool identity_equal(const struct identity *a, const struct identity *b);
bool identity_is_any(const struct identity *id);
/* 0: does not fit; otherwise the larger the better. 1 is %any; IDENTITY_EXACT is equal. */
#define IDENTITY_EXACT 1000u
unsigned identity_match(const struct identity *have, const struct identity *want);
bool identity_copy(struct identity *to, const struct identity *from, struct arena *arena);
struct identity identity_of_addr(const struct addr *a); /* borrows from `a` */
/* Flat form: type (1), data. A pattern becomes a VALUE_TEXT. */
struct value value_identity(const struct identity *id, struct arena *arena);
bool identity_of_flat(struct identity *id, struct bytes flat);

/* DER Name <-> text; bounded; wildcards (RDN value `*`) are kept as they are. Case as written. */
bool dn_parse(struct bytes *der, struct bytes text, struct arena *arena);
void dn_print(struct text *t, struct bytes der);                 /* what cannot be read is printed as hex */
unsigned dn_match(struct bytes have, struct bytes want);         /* as identity_match; values compared without case */
