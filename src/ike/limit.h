/* SPDX-License-Identifier: ISC */
/*
 * What a peer may cost before it is authenticated: half-open SAs in all and per source, cookies (RFC 7296 2.6), and how many
 * error messages we send outside of an SA (2.5, 1.5; no more bytes out than in, no flood).
 */
#pragma once

#include "base/addr.h"
#include "base/map.h"
#include "base/random.h"
#include "base/time.h"

struct half_open_limit {
	size_t count;            /* half-open SAs that a peer has made */
	struct map sources;      /* siphash(address) -> their number */
};
unsigned half_open_of(const struct half_open_limit *h, const uint8_t seed[16], const struct addr *source);
bool half_open_add(struct half_open_limit *h, const uint8_t seed[16], const struct addr *source); /* false: memory */
void half_open_remove(struct half_open_limit *h, const uint8_t seed[16], const struct addr *source);

#define COOKIE_LEN 33u /* version of the secret, SHA-256 */
struct cookies {
	uint8_t secret[2][32];   /* current and previous */
	uint8_t version;
	bool two;                /* there is a previous one */
	uint64_t since;          /* boot ms when the current one was made; 0: none */
};
/* Cookie = version | SHA-256(secret | SPIi | length of IPi | IPi | Ni): nothing is stored. False: no randomness. */
bool cookie_make(struct cookies *c, struct random random, uint64_t now, uint8_t out[COOKIE_LEN], struct bytes ni,
                 const struct addr *source, uint64_t spi_i);
bool cookie_right(const struct cookies *c, uint64_t now, struct bytes cookie, struct bytes ni, const struct addr *source,
                  uint64_t spi_i);

/*
 * First messages that were refused, in all: they leave nothing half-open behind, but have cost the choice of a proposal. They count
 * towards the cookie threshold for 10 to 20 s.
 */
#define KNOCK_WINDOW SECONDS(10)
struct knocks {
	uint64_t since;          /* boot ms when the window began */
	size_t before, now;      /* of the last window, of this one */
};
void knock(struct knocks *k, uint64_t now);
size_t knocks(const struct knocks *k, uint64_t now);

/* How many IKE SAs may still be looked at in this second because of unprotected hints (alive.c). */
struct hints {
	uint64_t since;
	size_t left;
};

/* So much a second and no more. */
struct second {
	uint64_t since;          /* boot ms when it began */
	size_t used;
};
bool second_allows(struct second *s, uint64_t now, size_t most); /* takes one */

/*
 * Addresses (IPv6: /64) from which somebody has shown lately that it is there: by a cookie, or by being authenticated. When more comes
 * in than can be answered, they are. Two sets of bits; one of 15 to 30 minutes ago is forgotten. A stranger may be taken for one of
 * them, seldom while they are fewer than thousands.
 */
#define SOURCE_BITS 65536u
#define SOURCE_WINDOW MINUTES(15)
struct sources {
	uint64_t since;          /* boot ms when the newer set began */
	uint8_t now[SOURCE_BITS / 8], before[SOURCE_BITS / 8];
};
void source_seen(struct sources *s, const uint8_t seed[16], uint64_t now, const struct addr *source);
bool source_known(const struct sources *s, const uint8_t seed[16], uint64_t now, const struct addr *source);

#define RATE_SLOTS 64u
struct rate_limit {
	uint64_t at[RATE_SLOTS];   /* boot ms of the last refill of a network's bucket */
	uint8_t left[RATE_SLOTS];
};
/* Whether an unprotected error may go to this source now: 4 at once, then 1 a second for each IPv4 /24, IPv6 /56. */
bool rate_allows(struct rate_limit *r, const uint8_t seed[16], uint64_t now, const struct addr *source);
