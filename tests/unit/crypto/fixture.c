/* SPDX-License-Identifier: ISC */
#include "support/unit.h"

#include "fixture.h"

#include "crypto/crypto.h"

#define AEAD .salt_len = 4, .iv_len = 8, .block_len = 1, .icv_len = 16

static const struct algorithm rows[] = {
	{ .type = TRANSFORM_ENCR, .id = 20, .key_bits = 128, .flags = ALG_AEAD, .keyword = "aes128gcm16", .key_len = 16, AEAD },
	{ .type = TRANSFORM_ENCR, .id = 20, .key_bits = 192, .flags = ALG_AEAD, .keyword = "aes192gcm16", .key_len = 24, AEAD },
	{ .type = TRANSFORM_ENCR, .id = 20, .key_bits = 256, .flags = ALG_AEAD, .keyword = "aes256gcm16", .key_len = 32, AEAD },
	{ .type = TRANSFORM_ENCR, .id = 28, .flags = ALG_AEAD, .keyword = "chacha20poly1305", .key_len = 32, AEAD },
	{ .type = TRANSFORM_ENCR, .id = 12, .key_bits = 128, .keyword = "aes128", .key_len = 16, .iv_len = 16, .block_len = 16 },
	{ .type = TRANSFORM_ENCR, .id = 12, .key_bits = 192, .keyword = "aes192", .key_len = 24, .iv_len = 16, .block_len = 16 },
	{ .type = TRANSFORM_ENCR, .id = 12, .key_bits = 256, .keyword = "aes256", .key_len = 32, .iv_len = 16, .block_len = 16 },
	{ .type = TRANSFORM_ENCR, .id = 3, .keyword = "3des", .key_len = 24, .iv_len = 8, .block_len = 8 },
	{ .type = TRANSFORM_PRF, .id = 2, .keyword = "prfsha1", .out_len = 20 },
	{ .type = TRANSFORM_PRF, .id = 5, .keyword = "prfsha256", .out_len = 32 },
	{ .type = TRANSFORM_PRF, .id = 6, .keyword = "prfsha384", .out_len = 48 },
	{ .type = TRANSFORM_PRF, .id = 7, .keyword = "prfsha512", .out_len = 64 },
	{ .type = TRANSFORM_PRF, .id = 4, .keyword = "prfaesxcbc", .out_len = 16 },
	{ .type = TRANSFORM_INTEG, .id = 2, .keyword = "sha1", .key_len = 20, .icv_len = 12 },
	{ .type = TRANSFORM_INTEG, .id = 12, .keyword = "sha256", .key_len = 32, .icv_len = 16 },
	{ .type = TRANSFORM_INTEG, .id = 13, .keyword = "sha384", .key_len = 48, .icv_len = 24 },
	{ .type = TRANSFORM_INTEG, .id = 14, .keyword = "sha512", .key_len = 64, .icv_len = 32 },
	{ .type = TRANSFORM_INTEG, .id = 5, .keyword = "aesxcbc", .key_len = 16, .icv_len = 12 },
	{ .type = TRANSFORM_KE, .id = 14, .keyword = "modp2048", .out_len = 256, .out_len_resp = 256, .secret_len = 256 },
	{ .type = TRANSFORM_KE, .id = 15, .keyword = "modp3072", .out_len = 384, .out_len_resp = 384, .secret_len = 384 },
	{ .type = TRANSFORM_KE, .id = 16, .keyword = "modp4096", .out_len = 512, .out_len_resp = 512, .secret_len = 512 },
	{ .type = TRANSFORM_KE, .id = 19, .keyword = "ecp256", .out_len = 64, .out_len_resp = 64, .secret_len = 32 },
	{ .type = TRANSFORM_KE, .id = 20, .keyword = "ecp384", .out_len = 96, .out_len_resp = 96, .secret_len = 48 },
	{ .type = TRANSFORM_KE, .id = 31, .keyword = "x25519", .out_len = 32, .out_len_resp = 32, .secret_len = 32 },
	{ .type = TRANSFORM_KE, .id = 32, .keyword = "x448", .out_len = 56, .out_len_resp = 56, .secret_len = 56 },
};

const struct algorithm *row(enum transform_type type, const char *keyword)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].type == type && strcmp(rows[i].keyword, keyword) == 0)
			return &rows[i];
	fail_msg("the algorithm table has no row %s", keyword);
	return NULL;
}

int crypto_up(void **state)
{
	struct reason why;

	(void)state;
	return crypto_start(&why) ? 0 : -1;
}

int crypto_down(void **state)
{
	(void)state;
	crypto_stop();
	return 0;
}
