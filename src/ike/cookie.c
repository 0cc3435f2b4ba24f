/* SPDX-License-Identifier: ISC */
/*
 * Stateless cookies, RFC 7296 2.6. The secret changes every minute; the previous one still counts.
 *
 * What is hashed has one reading only: the length of the address stands before it, the nonce, whose length the peer chooses, comes
 * last. (Otherwise a cookie for an IPv6 address would be good for an IPv4 address and a longer nonce.)
 */
#include "base/time.h"
#include "crypto/crypto.h"
#include "ike/limit.h"

#define SECRET_AGE MINUTES(1)

static bool rotate(struct cookies *c, struct random random, uint64_t now)
{
	uint8_t fresh[32];

	if (c->since && now - c->since < SECRET_AGE)
		return true;
	if (!random.fill(random.host, RANDOM_PRIVATE, fresh, sizeof(fresh)))
		return false;
	/* the first has no predecessor: `two` keeps the zeros behind it from counting as a secret */
	c->two = c->since != 0;
	memcpy(c->secret[1], c->secret[0], sizeof(fresh));
	memcpy(c->secret[0], fresh, sizeof(fresh));
	wipe(fresh, sizeof(fresh));
	c->version++;
	c->since = now;
	return true;
}

static bool compute(const uint8_t secret[32], uint8_t out[32], struct bytes ni, const struct addr *source, uint64_t spi_i)
{
	uint8_t head[9];
	struct bytes address = addr_bytes(source);
	struct bytes parts[4] = { bytes(secret, 32), bytes(head, sizeof(head)), address, ni };

	put_u64(head, spi_i);
	head[8] = (uint8_t)address.len;
	return sha256(out, parts, COUNT_OF(parts));
}

bool cookie_make(struct cookies *c, struct random random, uint64_t now, uint8_t out[COOKIE_LEN], struct bytes ni,
                 const struct addr *source, uint64_t spi_i)
{
	if (!rotate(c, random, now))
		return false;
	out[0] = c->version;
	return compute(c->secret[0], out + 1, ni, source, spi_i);
}

bool cookie_right(const struct cookies *c, uint64_t now, struct bytes cookie, struct bytes ni, const struct addr *source,
                  uint64_t spi_i)
{
	uint8_t want[32];
	uint8_t age;

	if (cookie.len != COOKIE_LEN || !c->since || now - c->since >= 2 * SECRET_AGE)
		return false;
	age = (uint8_t)(c->version - cookie.at[0]);
	if (age > (c->two ? 1 : 0) || !compute(c->secret[age], want, ni, source, spi_i))
		return false;
	return bytes_equal_secret(bytes(want, sizeof(want)), bytes(cookie.at + 1, sizeof(want)));
}
