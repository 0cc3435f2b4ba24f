/* SPDX-License-Identifier: ISC */
/*
 * Proposals: what is offered, what is configured, and the choice between them. RFC 7296 2.7, 3.3.
 *
 * A proposal is a set of transforms: of each type, any one may be taken. A `struct suite` is one choice.
 */
#pragma once

#include "base/arena.h"
#include "base/reason.h"
#include "base/text.h"
#include "policy/algorithm.h"

enum protocol { PROTO_IKE = 1, PROTO_AH = 2, PROTO_ESP = 3 };

#define PROPOSALS_MAX 64       /* of one SA payload */
#define TRANSFORMS_MAX 128     /* of one proposal */
#define ADDKE_MAX 7

struct transform {
	uint8_t type;
	uint16_t id;
	uint16_t key_bits; /* 0: no attribute */
	bool odd;          /* carries an attribute that we do not know: never chosen (RFC 7296 3.3.6) */
};

struct proposal {
	uint8_t number;    /* from 1, as on the wire; 0 in configured ones */
	uint8_t protocol;  /* enum protocol */
	struct bytes spi;  /* 0, 4 or 8 bytes; borrows */
	uint16_t count;
	struct transform *transforms; /* borrows from the arena */
};

bool transform_equal(const struct transform *a, const struct transform *b);

struct proposals {
	uint16_t count;
	struct proposal *list; /* borrows from the arena */
};

/* One agreed set. Pointers into the algorithm table; NULL: not part of it (integ with an AEAD, ke without PFS). */
struct suite {
	uint8_t protocol;
	const struct algorithm *encr, *integ, *prf, *ke;
	const struct algorithm *addke[ADDKE_MAX];
	bool esn;
};

/*
 * Reads strongSwan's text (doc/vici.md 12.1): one proposal "aes256gcm16-prfsha256-x25519", or the word "default" (several).
 * Adds to `list` (arena-allocated). Refuses, with the keyword in `about`: unknown, not built yet, AEAD mixed with
 * non-AEAD, a missing mandatory type. `protocol` IKE or ESP.
 */
bool proposals_add_text(struct proposals *list, struct arena *arena, enum protocol protocol, struct bytes text,
                        struct reason *why);
/* The default proposals of ARCHITECTURE.md: AEAD first, x25519 first, no SHA-1, 3DES, MODP-1024. */
bool proposals_default(struct proposals *list, struct arena *arena, enum protocol protocol);

/*
 * The responder's choice: the first configured proposal that some offered proposal satisfies; inside it, of each type the
 * configured order decides (prefer_offered: the offered order). KE may be left out of the match (`without_ke`: first Child SA
 * of IKE_AUTH, whose KE transforms are ignored, RFC 7296 1.2). *offered_one (may be NULL): the offered proposal, with its
 * number and SPI. `ke_sent` is the method of the initiator's KE payload: with prefer_offered it is taken where both sides have
 * it; otherwise the configured order alone decides, and when suite->ke is another the caller answers INVALID_KE_PAYLOAD with
 * suite->ke->id. Offers for ESP without an SPI of 4 bytes, or with unknown transform types, are passed over.
 * Refuses with REASON_PROPOSAL, NO_PROPOSAL_CHOSEN, got = offered, wanted = configured.
 */
struct choose_how {
	bool prefer_offered, without_ke;
	uint16_t ke_sent; /* 0: none */
	struct conf_at where;
};
bool proposal_choose(struct suite *suite, const struct proposal **offered_one, const struct proposals *configured,
                     const struct proposals *offered, struct choose_how how, struct arena *arena, struct reason *why);
/* The initiator's check: `answer` must be one proposal with exactly one transform of each type, all of them offered. */
bool proposal_accept(struct suite *suite, const struct proposals *offered, const struct proposal *answer, bool without_ke,
                     struct conf_at where, struct arena *arena, struct reason *why);
/* What an initiator sends of its configured proposals: numbered from 1, each with `spi`; without_ke: without key exchanges. */
bool proposals_offer(struct proposals *out, const struct proposals *configured, bool without_ke, struct bytes spi,
                     struct arena *arena);
/* The one proposal that says `suite` on the wire. */
bool proposal_of_suite(struct proposal *out, const struct suite *suite, uint8_t number, struct bytes spi, struct arena *arena);

/*
 * Flat form = body of an SA payload (RFC 7296 3.3). Read: bounded by the MAXes; false when malformed. `out` borrows SPIs from
 * `body`. A number of 0 is written as the place in the list, from 1.
 */
bool proposals_read(struct proposals *out, struct bytes body, struct arena *arena);
struct bytes proposals_flat(const struct proposals *p, struct arena *arena); /* empty: out of memory */
struct value value_proposals(const struct proposals *p, struct arena *arena);

void proposal_print(struct text *t, const struct proposal *p);   /* IKE:AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE_25519 */
void proposal_print_keywords(struct text *t, const struct proposal *p); /* aes256gcm16-prfsha256-x25519 */
void suite_print(struct text *t, const struct suite *s);

/* The nearest pair of an offered and a configured proposal. */
struct proposal_gap {
	const struct proposal *got, *wanted; /* borrow from the lists */
	unsigned types;                      /* bit n: they do not meet in transform type n; bit 0: in a type that is unknown */
};
/* False when one of the lists is empty, or none of their protocols is the same. */
bool proposals_nearest(struct proposal_gap *gap, const struct proposals *got, const struct proposals *wanted);
/* "encryption, key exchange" */
void proposal_gap_print_types(struct text *t, const struct proposal_gap *gap);
/* "add X to KEY, or Y to the peer's"; X and Y can be pasted. key NULL: "the configured proposals" */
void proposal_gap_print_change(struct text *t, const struct proposal_gap *gap, const char *key);
/* One change that makes them meet, in one line. */
void proposals_hint(struct text *t, const struct proposals *got, const struct proposals *wanted);
