/* SPDX-License-Identifier: ISC */
/*
 * ESP on byte arrays: seal and open, in batches. RFC 4303; AES-GCM: RFC 4106; ChaCha20-Poly1305: RFC 7634;
 * AES-CBC: RFC 3602 with an HMAC.
 *
 * A job is one packet. Both directions work in place in the job's buffer:
 *
 *     SPI(4) sequence(4) IV(iv_len) | inner packet (transport mode: what follows the IP header), padding, pad length(1), next header(1) | ICV
 *
 * The IV of an AEAD is the sequence number (RFC 4106 3.1 allows it; it never repeats under one key). The IV of a CBC cipher is
 * a keyed function of the sequence number, under a secret derived from the SA's own keys: unpredictable (RFC 3602 section 3).
 * Expanded keys are made at the first packet and dropped by esp_idle; raw keys stay. One thread at a time per SA.
 */
#pragma once

#include "crypto/crypto.h"
#include "ipsec/child.h"
#include "ipsec/mtu.h"
#include "ipsec/replay.h"

#define ESP_IV_MAX 16u
#define ESP_ICV_MAX 32u
#define ESP_ROOM 80u /* a buffer with this much more than the inner packet is always enough */

struct esp_keys {
	const struct algorithm *encr, *integ; /* integ NULL: an AEAD */
	struct secret encr_key, integ_key;
	struct seal *seal;                    /* owned; NULL while idle */
	uint8_t iv_seed[16];                  /* CBC only */
};

struct esp_out {
	uint32_t spi;
	bool esn;
	struct esp_keys keys;
	uint64_t sequence; /* the last number used */
};

struct esp_in {
	uint32_t spi;
	bool esn;
	struct esp_keys keys;
	bool transport;    /* what is inside is no whole packet, and any next header but 59 is welcome */
	struct replay replay;
	uint64_t *window; /* owned: the replay window's words; NULL before the first packet */
};

struct esp_job {
	uint8_t *buffer;     /* seal: where the ESP packet goes; open: the ESP packet, changed in place */
	size_t capacity;     /* seal: of the buffer */
	size_t len;          /* of the ESP packet: seal gives it, open takes it */
	struct bytes inner;  /* seal: the inner packet, anywhere (best at buffer + esp_head_len); open: in the buffer, TFC padding cut off */
	uint8_t next;        /* next header: in tunnel mode 4 or 41; seal takes it, open gives it */
	uint64_t sequence;   /* given by both; open: also when the packet is dropped as a replay */
	bool newest;         /* open: its number is above all that were accepted before */
	enum drop drop;      /* DROP_NONE: it went well */
};

/* Moves the keys in. False: out of memory, or algorithms that are not built; the secrets are then cleared. */
bool esp_out_init(struct esp_out *sa, uint32_t spi, const struct suite *suite, struct secret *encr, struct secret *integ);
bool esp_in_init(struct esp_in *sa, uint32_t spi, const struct suite *suite, struct secret *encr, struct secret *integ,
                 uint32_t window);
void esp_out_clear(struct esp_out *sa);
void esp_in_clear(struct esp_in *sa);
/* Drops the expanded keys; the next packet makes them again. */
void esp_idle(struct esp_keys *keys);

size_t esp_head_len(const struct esp_keys *keys); /* ESP header and IV */

/* Both give how many jobs went well, and each job's fate in `drop`. */
size_t esp_seal(struct esp_out *sa, struct esp_job *jobs, size_t count); /* SEQUENCE, TOO_LONG, MEMORY */
/*
 * RUNT, REPLAY, ICV, PADDING, DUMMY (next header 59, RFC 4303 2.6), UNSUPPORTED (neither 4 nor 41), MALFORMED (the inner length
 * lies), MEMORY. A number is accepted into the window once the ICV is right, whatever comes after.
 */
size_t esp_open(struct esp_in *sa, struct esp_job *jobs, size_t count);

/* One packet with a number and IV of the caller's; esp_seal is made of it, and vectors need it. */
enum drop esp_seal_with(struct esp_out *sa, struct esp_job *job, uint64_t sequence, const uint8_t *iv);
