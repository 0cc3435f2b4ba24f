/* SPDX-License-Identifier: ISC */
/*
 * ESP with the keys in hand. The input's first byte chooses the suite, ESN and what is done with the rest:
 *
 *   even   the rest is an ESP packet as the network gives it
 *   odd    the rest is what a peer encrypts: it is sealed with the right keys and numbers (the second byte jumps ahead), so that what
 *          lies behind the ICV is reached; then the packet is opened, once more as a replay, and with a bit changed
 *
 * What is opened is a packet of its own length, lies in the buffer, and can be parsed.
 */
#include <assert.h>
#include <stdlib.h>

#include "ipsec/esp.h"
#include "ipsec/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define SUITES 4
#define WAYS (SUITES * 2) /* with and without ESN */

static struct esp_out outs[WAYS];
static struct esp_in ins[WAYS];

static const struct {
	uint16_t encr, bits, integ;
} suites[SUITES] = { { 20, 128, 0 }, { 28, 0, 0 }, { 12, 128, 12 }, { 12, 256, 2 } };

static struct secret key_of(size_t len)
{
	struct secret s = { 0 };

	if (len > 0 && secret_new(&s, len))
		memset(s.at, 0x5a, len);
	return s;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct reason why = { 0 };
	uint8_t room[256];

	(void)argc;
	(void)argv;
	if (!crypto_start(&why))
		abort();
	for (unsigned i = 0; i < WAYS; i++) {
		struct suite suite = { .encr = algorithm_find(TRANSFORM_ENCR, suites[i / 2].encr, suites[i / 2].bits),
			.integ = suites[i / 2].integ ? algorithm_find(TRANSFORM_INTEG, suites[i / 2].integ, 0) : NULL, .esn = i % 2 };
		size_t encr = (size_t)suite.encr->key_len + suite.encr->salt_len, integ = suite.integ ? suite.integ->key_len : 0;
		struct secret e1 = key_of(encr), e2 = key_of(encr), i1 = key_of(integ), i2 = key_of(integ);

		if (!esp_out_init(&outs[i], 0xc0000001, &suite, &e1, &i1) || !esp_in_init(&ins[i], 0xc0000001, &suite, &e2, &i2, 128))
			abort();
		/* one packet, so that there are expanded keys for seal_text */
		if (esp_seal(&outs[i], &(struct esp_job){ .buffer = room, .capacity = sizeof(room), .next = 4 }, 1) != 1)
			abort();
	}
	return 0;
}

/* In memory of exactly its size, so that the sanitizer sees every byte outside. */
static enum drop open_copy(struct esp_in *in, const uint8_t *packet, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	struct esp_job job = { .buffer = exact, .len = len };

	if (!exact)
		abort();
	memcpy(exact, packet, len);
	if (esp_open(in, &job, 1) == 1) {
		struct packet p;

		assert(job.inner.at >= exact && job.inner.at + job.inner.len <= exact + len);
		assert(packet_parse(&p, job.inner) == DROP_NONE && p.all.len == job.inner.len);
		assert(job.next == 4 || job.next == 41);
	}
	free(exact);
	return job.drop;
}

/* The text is sealed as it is: padding and trailer are the fuzzer's. */
static size_t seal_text(unsigned way, uint8_t *packet, const uint8_t *text, size_t len, uint64_t sequence)
{
	struct esp_out *out = &outs[way];
	size_t head = esp_head_len(&out->keys), aad_len = 8;
	uint8_t aad[12], high[4];
	bool aead = !out->keys.integ;

	put_u32(packet, out->spi);
	put_u32(packet + 4, (uint32_t)sequence);
	memset(packet + 8, 0x33, head - 8);
	memcpy(aad, packet, 8);
	put_u32(high, (uint32_t)(sequence >> 32));
	if (out->esn && aead) {
		put_u64(aad + 4, sequence);
		aad_len = 12;
	}
	memcpy(packet + head, text, len);
	if (!seal_encrypt(out->keys.seal, bytes(aad, aad_len), packet + 8, packet + head, len,
	    out->esn && !aead ? bytes(high, 4) : bytes_none(), packet + head + len))
		abort();
	return head + len + seal_icv_len(out->keys.seal);
}

static void sealed_by_peer(unsigned way, const uint8_t *data, size_t size, uint8_t jump)
{
	static uint8_t packet[70000];
	struct esp_in *in = &ins[way];
	size_t block = seal_block_len(outs[way].keys.seal), align = block > 4 ? block : 4, len;
	uint64_t sequence = in->replay.top + 1 + jump;

	size -= size % align;
	if (size == 0 || size > 65536 || (!in->esn && sequence > UINT32_MAX - 1000))
		return;
	len = seal_text(way, packet, data, size, sequence);
	assert(open_copy(in, packet, len) != DROP_ICV);
	assert(in->replay.top == sequence);
	assert(open_copy(in, packet, len) == DROP_REPLAY);
	put_u32(packet + 4, (uint32_t)(sequence + 1));
	assert(open_copy(in, packet, len) == DROP_ICV);
	assert(in->replay.top == sequence);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned way;

	if (size < 2)
		return 0;
	way = data[0] / 2 % WAYS;
	if (data[0] % 2)
		sealed_by_peer(way, data + 2, size - 2, data[1]);
	else
		(void)open_copy(&ins[way], data + 1, size - 1);
	return 0;
}
