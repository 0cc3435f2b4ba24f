/* SPDX-License-Identifier: ISC */
/*
 * Traffic selectors and their narrowing. RFC 7296 2.9, 3.13; RFC 4301 4.4.1.
 *
 * For ICMP the port range holds type x 256 + code. OPAQUE ports are start 65535, end 0; ANY is 0..65535.
 */
#pragma once

#include "base/addr.h"
#include "base/arena.h"
#include "base/reason.h"

#define SELECTORS_MAX 255

struct selector {
	struct addr first, last;        /* same family, first <= last */
	uint8_t protocol;               /* 0: any */
	uint16_t port_first, port_last;
	bool dynamic;                   /* configured as `dynamic`: becomes the tunnel address (or virtual IP) */
};

struct selectors {
	uint16_t count;
	struct selector *list; /* borrows */
};

/* What one packet looks like to a selector. */
struct packet_key {
	struct addr source, destination;
	uint8_t protocol;
	bool ports_known;               /* false: not a transport with ports, or a fragment without them */
	uint16_t source_port, destination_port; /* ICMP: both type x 256 + code */
};

/* doc/vici.md 12.2: "10.0.0.0/8[tcp/80]", "10.0.0.1-10.0.0.9", "dynamic[udp]", "::/0". */
/* Refuses with REASON_CONFIG: about = what is wrong, got = the text (borrowed). */
bool selector_parse(struct selector *s, struct bytes text, struct reason *why);
void selector_print(struct text *t, const struct selector *s);      /* doc/vici.md 8 */
void selectors_print(struct text *t, const struct selectors *s);    /* comma and blank between */
bool selector_equal(const struct selector *a, const struct selector *b);
bool selectors_same(const struct selectors *a, const struct selectors *b); /* in this order */
bool selector_inside(const struct selector *inner, const struct selector *outer);
bool selectors_hold(const struct selectors *outer, const struct selector *inner); /* inner lies inside one of them */
bool selector_overlap(struct selector *out, const struct selector *a, const struct selector *b);
/* `local` is matched against the packet's source when outbound, its destination when inbound. */
bool selectors_match(const struct selectors *local, const struct selectors *remote, const struct packet_key *key, bool outbound);

/*
 * A copy of `conf` in which `dynamic` members are `addr`/32 or /128; they are left out when there is no address (ADDR_NONE).
 * Others stay, of both families.
 */
bool selectors_resolve(struct selectors *out, const struct selectors *conf, const struct addr *addr, struct arena *arena);
/*
 * The responder's narrowing (RFC 7296 2.9): the intersection of each configured with each offered, duplicates and
 * contained ones removed. The initiator's first selector, when it is the packet that triggered, is honoured: what contains it comes
 * first. Refuses with REASON_TS, TS_UNACCEPTABLE, got = offered, wanted = configured when nothing is left.
 */
bool selectors_narrow(struct selectors *out, const struct selectors *configured, const struct selectors *offered,
                      struct conf_at where, struct arena *arena, struct reason *why);
/* The initiator's check: every answered selector lies inside an offered one. */
bool selectors_accept(const struct selectors *offered, const struct selectors *answered, struct conf_at where,
                      struct arena *arena, struct reason *why);

/*
 * Flat form = body of a TS payload, RFC 7296 3.13. Selectors of unknown types are passed over, so that the list may be empty;
 * dynamic ones that are not resolved are not written.
 */
bool selectors_read(struct selectors *out, struct bytes body, struct arena *arena);
struct bytes selectors_flat(const struct selectors *s, struct arena *arena);
struct value value_selectors(const struct selectors *s, struct arena *arena);
bool selectors_copy(struct selectors *out, const struct selectors *from, struct arena *arena);
