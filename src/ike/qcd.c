/* SPDX-License-Identifier: ISC */
/* Tokens of crash detection: made, kept, compared. RFC 6290. */
#include "ike/qcd.h"

#include "iana/ikev2.h"

#define TOKEN_MOST 128u       /* 5: 16 to 128 bytes */
#define TOKENS_SUPPORTED 4u   /* 4.5: in one message */
#define TOKENS_A_SECOND 2000u /* given out in all: a restarted gateway has many clients, a dictionary (9.3) wants more */

static bool token_of(const struct engine *e, uint64_t spi_i, uint64_t spi_r, uint8_t out[QCD_TOKEN_LEN])
{
	uint8_t spis[16], hash[32];
	struct bytes parts[2] = { bytes(e->conf.qcd_secret, sizeof(e->conf.qcd_secret)), bytes(spis, sizeof(spis)) };

	put_u64(spis, spi_i);
	put_u64(spis + 8, spi_r);
	if (!e->conf.qcd || !sha256(hash, parts, COUNT_OF(parts)))
		return false;
	memcpy(out, hash, QCD_TOKEN_LEN);
	wipe(hash, sizeof(hash));
	return true;
}

void qcd_write(struct message_writer *m, const struct engine *e, uint64_t spi_i, uint64_t spi_r)
{
	uint8_t token[QCD_TOKEN_LEN];

	if (token_of(e, spi_i, spi_r, token))
		notify_write(m, IKEV2_PROTOCOL_IKE, bytes_none(), IKEV2_NOTIFY_QUICK_CRASH_DETECTION, bytes(token, sizeof(token)));
	wipe(token, sizeof(token));
}

static bool digest(struct bytes token, uint8_t out[QCD_KEPT])
{
	uint8_t hash[32];

	if (token.len < QCD_TOKEN_LEN || token.len > TOKEN_MOST || !sha256(hash, &token, 1))
		return false;
	memcpy(out, hash, QCD_KEPT);
	return true;
}

void qcd_take(struct sa *sa, const struct payloads *p)
{
	struct notify n;
	uint8_t kept[QCD_KEPT];

	if (!notify_find(&n, p, IKEV2_NOTIFY_QUICK_CRASH_DETECTION) || !digest(n.data, kept))
		return;
	memcpy(sa->qcd, kept, sizeof(kept));
	sa->qcd_known = true;
}

bool qcd_proves(const struct sa *sa, const struct payloads *p)
{
	const struct payload *at = NULL;
	unsigned seen = 0;
	struct notify n;
	uint8_t got[QCD_KEPT];
	bool found = false;

	if (!sa->qcd_known)
		return false;
	while (!found && seen < TOKENS_SUPPORTED && (at = payloads_find(p, IKEV2_PAYLOAD_NOTIFY, at))) {
		if (!notify_read(&n, at->body) || n.type != IKEV2_NOTIFY_QUICK_CRASH_DETECTION)
			continue;
		seen++;
		found = digest(n.data, got) && bytes_equal_secret(bytes(got, sizeof(got)), bytes(sa->qcd, sizeof(sa->qcd)));
	}
	if (seen && !found)
		engine_count(sa->engine, COUNTER_TOKEN_WRONG);
	return found;
}

bool qcd_reveal(struct engine *e, const struct input *in, struct message_writer *m)
{
	bool sealed = in->h.next == IKEV2_PAYLOAD_SK || in->h.next == IKEV2_PAYLOAD_SKF;

	/* whatever the flags say: no token leaves for SPIs of which one is in use here */
	if (!e->conf.qcd || !sealed || map_get(&e->by_spi, in->h.spi_i) || map_get(&e->by_spi, in->h.spi_r) ||
	    !second_allows(&e->tokens, e->now.boot, TOKENS_A_SECOND))
		return false;
	qcd_write(m, e, in->h.spi_i, in->h.spi_r);
	engine_count(e, COUNTER_TOKEN_SENT);
	return true;
}
