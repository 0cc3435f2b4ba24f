/* SPDX-License-Identifier: ISC */
/*
 * ESP: seal and open. RFC 4303.
 */
#include "ipsec/esp.h"

#include <stdlib.h>

#include "base/map.h"
#include "iana/ip.h"
#include "ipsec/packet.h"

/* --- keys --- */

/* The secret behind the CBC IVs: one way from the SA's keys, so nothing random is needed and nothing can be computed back. */
static bool derive_iv_seed(struct esp_keys *keys, uint32_t spi)
{
	uint8_t digest[32], number[4];
	struct bytes parts[] = {
		bytes_str("adit ESP IV"), bytes(number, sizeof(number)), secret_bytes(&keys->encr_key),
		secret_bytes(&keys->integ_key),
	};
	bool ok;

	put_u32(number, spi);
	ok = sha256(digest, parts, COUNT_OF(parts));
	memcpy(keys->iv_seed, digest, sizeof(keys->iv_seed));
	wipe(digest, sizeof(digest));
	return ok;
}

static bool expand(struct esp_keys *keys)
{
	if (!keys->seal)
		keys->seal = seal_new(keys->encr, keys->integ, secret_bytes(&keys->encr_key), secret_bytes(&keys->integ_key));
	return keys->seal;
}

static void keys_clear(struct esp_keys *keys)
{
	esp_idle(keys);
	secret_clear(&keys->encr_key);
	secret_clear(&keys->integ_key);
	wipe(keys->iv_seed, sizeof(keys->iv_seed));
}

/* Moves the keys, and tries them once: algorithms that are not built are told now, not at the first packet. */
static bool keys_init(struct esp_keys *keys, uint32_t spi, const struct suite *suite, struct secret *encr,
    struct secret *integ)
{
	bool aead = suite->encr && suite->encr->flags & ALG_AEAD;

	*keys = (struct esp_keys){ .encr = suite->encr, .integ = aead ? NULL : suite->integ };
	secret_move(&keys->encr_key, encr);
	secret_move(&keys->integ_key, integ);
	if (!keys->encr || (!aead && !keys->integ) || keys->encr->iv_len > ESP_IV_MAX || !expand(keys) ||
	    seal_iv_len(keys->seal) != keys->encr->iv_len || seal_icv_len(keys->seal) > ESP_ICV_MAX ||
	    !derive_iv_seed(keys, spi)) {
		keys_clear(keys);
		return false;
	}
	esp_idle(keys); /* many SAs never see a packet, and expanded keys are ten times as large */
	return true;
}

bool esp_out_init(struct esp_out *sa, uint32_t spi, const struct suite *suite, struct secret *encr, struct secret *integ)
{
	*sa = (struct esp_out){ .spi = spi, .esn = suite->esn };
	return keys_init(&sa->keys, spi, suite, encr, integ);
}

bool esp_in_init(struct esp_in *sa, uint32_t spi, const struct suite *suite, struct secret *encr, struct secret *integ,
    uint32_t window)
{
	*sa = (struct esp_in){ .spi = spi, .esn = suite->esn, .replay.size = replay_size(window) };
	return keys_init(&sa->keys, spi, suite, encr, integ);
}

void esp_out_clear(struct esp_out *sa)
{
	keys_clear(&sa->keys);
	*sa = (struct esp_out){ 0 };
}

void esp_in_clear(struct esp_in *sa)
{
	keys_clear(&sa->keys);
	free(sa->window);
	*sa = (struct esp_in){ 0 };
}

void esp_idle(struct esp_keys *keys)
{
	seal_free(keys->seal);
	keys->seal = NULL;
}

size_t esp_head_len(const struct esp_keys *keys)
{
	return ESP_HEADER + keys->encr->iv_len;
}

/* --- both directions --- */

/* What is authenticated besides the text: RFC 4303 2.2.1 (`tail`: cipher + MAC with ESN), RFC 4106 5 (the 64 bits inside). */
struct covered {
	uint8_t head[12], high[4];
	struct bytes aad, tail;
};

static void cover(struct covered *c, const struct esp_keys *keys, bool esn, uint32_t spi, uint64_t sequence)
{
	put_u32(c->head, spi);
	put_u32(c->high, (uint32_t)(sequence >> 32));
	c->tail = bytes_none();
	if (esn && !keys->integ) {
		put_u64(c->head + 4, sequence);
		c->aad = bytes(c->head, 12);
		return;
	}
	put_u32(c->head + 4, (uint32_t)sequence);
	c->aad = bytes(c->head, 8);
	if (esn)
		c->tail = bytes(c->high, 4);
}

static size_t alignment(const struct esp_keys *keys)
{
	size_t block = seal_block_len(keys->seal);

	return block > ESP_ALIGN ? block : ESP_ALIGN;
}

/* --- out --- */

static void make_iv(uint8_t iv[ESP_IV_MAX], const struct esp_keys *keys, uint64_t sequence)
{
	uint8_t input[9];

	memset(iv, 0, ESP_IV_MAX);
	if (!keys->integ) {
		put_u64(iv, sequence); /* 8 bytes: every AEAD of ESP that is built */
		return;
	}
	put_u64(input, sequence);
	for (uint8_t half = 0; half < 2; half++) {
		input[8] = half;
		put_u64(iv + half * 8, siphash(keys->iv_seed, bytes(input, sizeof(input))));
	}
}

enum drop esp_seal_with(struct esp_out *sa, struct esp_job *job, uint64_t sequence, const uint8_t *iv)
{
	struct esp_keys *keys = &sa->keys;
	struct covered covered;
	size_t head = esp_head_len(keys), align, text_len, pad, icv_len;
	uint8_t *text = job->buffer + head;

	job->len = 0;
	job->sequence = sequence;
	if (!expand(keys))
		return DROP_MEMORY;
	align = alignment(keys);
	icv_len = seal_icv_len(keys->seal);
	if (job->inner.len > PACKET_MAX)
		return DROP_TOO_LONG;
	text_len = (job->inner.len + 2 + align - 1) / align * align;
	if (job->capacity < head + text_len + icv_len)
		return DROP_TOO_LONG;
	if (job->inner.len > 0 && job->inner.at != text)
		memmove(text, job->inner.at, job->inner.len);
	pad = text_len - job->inner.len - 2;
	for (size_t i = 0; i < pad; i++)
		text[job->inner.len + i] = (uint8_t)(i + 1); /* RFC 4303 2.4 */
	text[text_len - 2] = (uint8_t)pad;
	text[text_len - 1] = job->next;
	put_u32(job->buffer, sa->spi);
	put_u32(job->buffer + 4, (uint32_t)sequence);
	memcpy(job->buffer + ESP_HEADER, iv, keys->encr->iv_len);
	cover(&covered, keys, sa->esn, sa->spi, sequence);
	if (!seal_encrypt(keys->seal, covered.aad, iv, text, text_len, covered.tail, text + text_len))
		return DROP_MEMORY;
	job->len = head + text_len + icv_len;
	return DROP_NONE;
}

size_t esp_seal(struct esp_out *sa, struct esp_job *jobs, size_t count)
{
	uint64_t last = sa->esn ? UINT64_MAX : UINT32_MAX;
	size_t good = 0;

	for (size_t i = 0; i < count; i++) {
		uint8_t iv[ESP_IV_MAX];

		if (sa->sequence >= last) { /* RFC 4303 3.3.3: it must never cycle */
			jobs[i].len = 0;
			jobs[i].drop = DROP_SEQUENCE;
			continue;
		}
		sa->sequence++; /* also when sealing fails: a number is never used twice */
		make_iv(iv, &sa->keys, sa->sequence);
		jobs[i].drop = esp_seal_with(sa, &jobs[i], sa->sequence, iv);
		good += jobs[i].drop == DROP_NONE;
	}
	return good;
}

/* --- in --- */

/* RFC 4303 2.4: pad bytes 1, 2, 3 ...; RFC 4303 2.7: TFC padding lies between the packet's own end and ours. */
static enum drop unpad(const struct esp_in *sa, struct esp_job *job, uint8_t *text, size_t text_len)
{
	size_t pad = text[text_len - 2];
	struct packet packet;

	job->next = text[text_len - 1];
	if (job->next == IP_PROTOCOL_IPV6_NONXT)
		return DROP_DUMMY;
	if (pad > text_len - 2)
		return DROP_PADDING;
	for (size_t i = 0; i < pad; i++)
		if (text[text_len - 2 - pad + i] != i + 1)
			return DROP_PADDING;
	if (sa->transport) {
		job->inner = bytes(text, text_len - 2 - pad);
		return DROP_NONE;
	}
	if (job->next != IP_PROTOCOL_IPV4 && job->next != IP_PROTOCOL_IPV6)
		return DROP_UNSUPPORTED;
	if (text_len - 2 - pad == 0 || text[0] >> 4 != (job->next == IP_PROTOCOL_IPV4 ? 4 : 6))
		return DROP_MALFORMED;
	if (packet_parse(&packet, bytes(text, text_len - 2 - pad)) != DROP_NONE)
		return DROP_MALFORMED;
	job->inner = packet.all;
	return DROP_NONE;
}

/* Like the expanded keys, the window is made for the first packet. */
static bool make_window(struct esp_in *sa)
{
	size_t words = replay_words(sa->replay.size);
	uint64_t top = sa->replay.top; /* it may go on from somewhere */

	if (words == 0 || sa->window)
		return true;
	sa->window = calloc(words, sizeof(*sa->window));
	if (sa->window)
		replay_init(&sa->replay, sa->replay.size, sa->window);
	sa->replay.top = top;
	return sa->window;
}

static enum drop open_one(struct esp_in *sa, struct esp_job *job)
{
	struct esp_keys *keys = &sa->keys;
	struct covered covered;
	size_t head = esp_head_len(keys), icv_len, text_len;
	uint8_t *text = job->buffer + head;
	uint32_t low;

	job->inner = bytes_none();
	job->sequence = 0;
	job->newest = false;
	if (!expand(keys) || !make_window(sa))
		return DROP_MEMORY;
	icv_len = seal_icv_len(keys->seal);
	if (job->len < head + 2 + icv_len)
		return DROP_RUNT;
	text_len = job->len - head - icv_len;
	if (text_len % alignment(keys))
		return DROP_MALFORMED;
	low = get_u32(job->buffer + 4);
	job->sequence = sa->esn ? replay_recover(&sa->replay, low) : low;
	if (!replay_fresh(&sa->replay, job->sequence))
		return DROP_REPLAY;
	cover(&covered, keys, sa->esn, sa->spi, job->sequence);
	if (!seal_decrypt(keys->seal, covered.aad, job->buffer + ESP_HEADER, text, text_len, covered.tail, text + text_len))
		return DROP_ICV;
	job->newest = job->sequence > sa->replay.top;
	replay_accept(&sa->replay, job->sequence);
	return unpad(sa, job, text, text_len);
}

size_t esp_open(struct esp_in *sa, struct esp_job *jobs, size_t count)
{
	size_t good = 0;

	for (size_t i = 0; i < count; i++) {
		jobs[i].drop = open_one(sa, &jobs[i]);
		good += jobs[i].drop == DROP_NONE;
	}
	return good;
}
