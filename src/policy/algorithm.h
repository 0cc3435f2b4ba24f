/* SPDX-License-Identifier: ISC */
/*
 * The algorithm table: ONE list of every transform that IKE, ESP and AH can name, with its numbers in both IKE versions,
 * strongSwan's keyword, VICI's name, sizes and usage limits. Data only; crypto/ says which rows it implements.
 *
 * A cipher has one row for each key length. Names are those that VICI lists (AES_GCM_16, HMAC_SHA2_256_128,
 * PRF_HMAC_SHA2_256, CURVE_25519). Sources: IANA IKEv2 parameters; RFC 7296 3.3.2; per row in the table.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum transform_type {
	TRANSFORM_ENCR = 1,
	TRANSFORM_PRF = 2,
	TRANSFORM_INTEG = 3,
	TRANSFORM_KE = 4,
	TRANSFORM_ESN = 5,
	TRANSFORM_ADDKE1 = 6, /* .. TRANSFORM_ADDKE1 + 6, RFC 9370; ids are those of TRANSFORM_KE */
	TRANSFORM_ADDKE7 = 12,
};

enum algorithm_flags {
	ALG_AEAD = 1 << 0,
	ALG_BUILT = 1 << 1,  /* implemented by this build */
	ALG_WEAK = 1 << 2,   /* only when named by the configuration */
	ALG_IKE = 1 << 3,    /* may protect IKE */
	ALG_ESP = 1 << 4,    /* may protect ESP */
	ALG_AH = 1 << 5,
};

struct algorithm {
	uint8_t type;          /* enum transform_type (ENCR, PRF, INTEG, KE, ESN) */
	uint16_t id;           /* IKEv2 transform ID */
	uint16_t key_bits;     /* value of the Key Length attribute (ENCR with variable keys); 0: no attribute is sent */
	uint16_t flags;        /* enum algorithm_flags */
	const char *keyword;   /* strongSwan's first keyword: "aes256gcm16", "sha256", "prfsha256", "x25519", "esn" */
	const char *name;      /* "AES_GCM_16" */
	uint16_t key_len;      /* bytes of key material without salt */
	uint16_t salt_len;     /* bytes taken from KEYMAT after the key (AEAD, CTR) */
	uint16_t iv_len;       /* bytes on the wire */
	uint16_t block_len;    /* of the cipher; 1 for streams and AEADs */
	uint16_t icv_len;      /* of an INTEG or an AEAD */
	uint16_t out_len;      /* PRF: output and preferred key length; KE: public value of the initiator, bytes */
	uint16_t out_len_resp; /* KE: public value of the responder (differs for ML-KEM) */
	uint16_t secret_len;   /* KE: shared secret */
	uint8_t limit_bits;    /* log2 of the cipher's blocks after which the key must go; 0: no limit of its own */
	uint16_t v1_ike, v1_ike_bits; /* IKEv1 phase 1 number (encryption, hash or group); 0: none */
	uint16_t v1_ipsec;     /* IKEv1 phase 2: ESP transform or authentication attribute; 0: none */
};

/* NULL when the table has no such row. key_bits as on the wire (0: attribute absent). ADDKE types find the KE rows. */
const struct algorithm *algorithm_find(unsigned type, unsigned id, unsigned key_bits);
/* By any of strongSwan's keywords, aliases included ("aes" = aes128, "curve25519" = x25519). NULL: unknown. */
const struct algorithm *algorithm_by_keyword(unsigned type, struct bytes keyword);
/* All rows, in the table's order; the count is given in *count. */
const struct algorithm *algorithm_table(unsigned *count);
/* The keyword that is spelt most like `word` among rows with all these flags (enum algorithm_flags); NULL: none is near. */
const char *algorithm_nearest(struct bytes word, unsigned flags);
/* `word` is this keyword, without case. */
bool algorithm_word_is(struct bytes word, const char *keyword);
