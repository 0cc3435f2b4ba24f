/* SPDX-License-Identifier: ISC */
/* Sealing against Wycheproof, the ESP packets of the RFCs, and tables of what must not open. */
#include "support/unit.h"

#include <stdlib.h>

#include "crypto/crypto.h"
#include "fixture.h"
#include "vectors.h"

static const struct algorithm *gcm_of(size_t key_len)
{
	return row(TRANSFORM_ENCR, key_len == 16 ? "aes128gcm16" : key_len == 24 ? "aes192gcm16"
										 : "aes256gcm16");
}

/* The first 4 bytes of a 12-byte nonce are the salt, the rest is the IV of the wire. */
static struct seal *aead_of(struct vectors *v, const struct algorithm *encr)
{
	struct bytes key = vector_hex(v, "key"), nonce = vector_hex(v, "iv");
	uint8_t both[36];

	if (nonce.len != 12 || key.len > 32)
		vectors_fail(v, "not an ESP nonce");
	memcpy(both, key.at, key.len);
	memcpy(both + key.len, nonce.at, 4);
	return seal_new(encr, NULL, bytes(both, key.len + 4), bytes_none());
}

static void check_aead(struct vectors *v, const struct algorithm *encr)
{
	struct seal *s = aead_of(v, encr);
	struct bytes msg = vector_hex(v, "msg"), ct = vector_hex(v, "ct"), tag = vector_hex(v, "tag"), aad = vector_hex(v, "aad");
	const uint8_t *iv = vector_hex(v, "iv").at + 4;
	uint8_t *text = malloc(msg.len + 1), icv[16];
	bool valid = vector_is(v, "result", "valid");

	if (!s || !text)
		vectors_fail(v, "seal_new failed");
	if (msg.len > 0)
		memcpy(text, msg.at, msg.len);
	if (valid && !seal_encrypt(s, aad, iv, text, msg.len, bytes_none(), icv))
		vectors_fail(v, "not sealed");
	if (valid && (!bytes_equal(bytes(text, msg.len), ct) || !bytes_equal(bytes(icv, 16), tag)))
		vectors_fail(v, "sealed wrongly");
	if (ct.len > 0)
		memcpy(text, ct.at, ct.len);
	if (seal_decrypt(s, aad, iv, text, ct.len, bytes_none(), tag.at) != valid)
		vectors_fail(v, valid ? "not opened" : "opened");
	if (valid && !bytes_equal(bytes(text, ct.len), msg))
		vectors_fail(v, "opened wrongly");
	free(text);
	seal_free(s);
}

static void aes_gcm(void **state)
{
	struct vectors v;

	(void)state;
	vectors_open(&v, "aes-gcm.txt");
	while (vectors_next(&v))
		check_aead(&v, gcm_of(vector_hex(&v, "key").len));
	vectors_close(&v, 90);
}

static void chacha20_poly1305(void **state)
{
	struct vectors v;

	(void)state;
	vectors_open(&v, "chacha20-poly1305.txt");
	while (vectors_next(&v))
		check_aead(&v, row(TRANSFORM_ENCR, "chacha20poly1305"));
	vectors_close(&v, 100);
}

static void check_cbc(struct vectors *v)
{
	struct bytes msg = vector_hex(v, "msg"), ct = vector_hex(v, "ct"), key = vector_hex(v, "key");
	uint8_t text[256], icv[12], mac_key[20] = { 0 };
	struct seal *s = seal_new(row(TRANSFORM_ENCR, "aes128"), row(TRANSFORM_INTEG, "sha1"), key, bytes(mac_key, 20));

	if (!s || msg.len > sizeof(text))
		vectors_fail(v, "seal_new failed");
	memcpy(text, msg.at, msg.len);
	if (!seal_encrypt(s, bytes_none(), vector_hex(v, "iv").at, text, msg.len, bytes_none(), icv))
		vectors_fail(v, "not sealed");
	if (!bytes_equal(bytes(text, msg.len), ct))
		vectors_fail(v, "sealed wrongly");
	seal_free(s);
}

static void esp_packets(void **state)
{
	struct vectors v;

	(void)state;
	vectors_open(&v, "esp.txt");
	while (vectors_next(&v)) {
		if (vector_is(&v, "cipher", "cbc"))
			check_cbc(&v);
		else if (vector_is(&v, "cipher", "gcm"))
			check_aead(&v, gcm_of(vector_hex(&v, "key").len));
		else
			check_aead(&v, row(TRANSFORM_ENCR, "chacha20poly1305"));
	}
	vectors_close(&v, 10);
}

static const struct {
	const char *encr, *integ;
} pairs[] = {
	{ "aes128gcm16", NULL },
	{ "aes192gcm16", NULL },
	{ "aes256gcm16", NULL },
	{ "chacha20poly1305", NULL },
	{ "aes128", "sha1" },
	{ "aes192", "sha256" },
	{ "aes256", "sha384" },
	{ "aes256", "sha512" },
};

static const uint8_t keys[128] = { 1, 2, 3, 4, 5, 6, 7 };

static struct seal *pair_seal(size_t i)
{
	const struct algorithm *encr = row(TRANSFORM_ENCR, pairs[i].encr);
	const struct algorithm *integ = pairs[i].integ ? row(TRANSFORM_INTEG, pairs[i].integ) : NULL;
	struct seal *s = seal_new(encr, integ, bytes(keys, (size_t)encr->key_len + encr->salt_len),
	    bytes(keys + 64, integ ? integ->key_len : 0));

	assert_non_null(s);
	assert_int_equal(seal_iv_len(s), encr->iv_len);
	assert_int_equal(seal_icv_len(s), integ ? integ->icv_len : encr->icv_len);
	assert_int_equal(seal_block_len(s), encr->block_len);
	return s;
}

/* What one packet is made of; each part can be damaged. */
struct packet {
	uint8_t aad[12], iv[16], text[48], tail[4], icv[32];
};

static bool packet_open(struct seal *s, struct packet p, bool tail)
{
	static const uint8_t clear[48] = "forty-eight bytes of clear text, no more, no...";

	if (!seal_decrypt(s, bytes(p.aad, 12), p.iv, p.text, 48, bytes(p.tail, tail ? 4 : 0), p.icv))
		return false;
	assert_memory_equal(p.text, clear, 48);
	return true;
}

/* Each bit of each part counts; a good packet opens before and after, in any order of use. */
static void every_part_is_protected(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		struct seal *s = pair_seal(i);
		bool tail = pairs[i].integ != NULL;
		struct packet p = { .aad = { 9 }, .iv = { 8 }, .tail = { 7 }, .text = "forty-eight bytes of clear text, no more, no..." };
		const struct {
			size_t offset, len;
		} parts[] = { { offsetof(struct packet, aad), 12 }, { offsetof(struct packet, iv), seal_iv_len(s) },
			{ offsetof(struct packet, text), 48 }, { offsetof(struct packet, tail), tail ? 4 : 0 },
			{ offsetof(struct packet, icv), seal_icv_len(s) } };

		assert_true(seal_encrypt(s, bytes(p.aad, 12), p.iv, p.text, 48, bytes(p.tail, tail ? 4 : 0), p.icv));
		assert_true(packet_open(s, p, tail));
		for (size_t part = 0; part < COUNT_OF(parts); part++)
			for (size_t bit = 0; bit < parts[part].len * 8; bit++) {
				struct packet bad = p;

				((uint8_t *)&bad)[parts[part].offset + bit / 8] ^= (uint8_t)(1u << bit % 8);
				assert_false(packet_open(s, bad, tail));
			}
		assert_true(packet_open(s, p, tail));
		seal_free(s);
	}
}

static void a_forgery_leaves_no_text(void **state)
{
	struct seal *s = pair_seal(0);
	uint8_t text[16] = "secret secret!!", icv[16] = { 0 }, iv[8] = { 0 }, zero[16] = { 0 };

	(void)state;
	assert_false(seal_decrypt(s, bytes_none(), iv, text, 16, bytes_none(), icv));
	assert_memory_equal(text, zero, 16);
	seal_free(s);
}

/* encrypt-then-MAC by hand: RFC 4303 2.8, aad | iv | ciphertext | high half of the sequence number. */
static void mac_covers_in_order(void **state)
{
	const struct algorithm *integ = row(TRANSFORM_INTEG, "sha256"), *p = row(TRANSFORM_PRF, "prfsha256");
	struct seal *s = pair_seal(5);
	uint8_t iv[16] = { 3 }, text[32] = { 4 }, icv[16], want[32];
	const struct bytes parts[] = { bytes_str("headhead"), bytes(iv, 16), bytes(text, 32), bytes_str("ESNH") };

	(void)state;
	assert_true(seal_encrypt(s, parts[0], iv, text, 32, parts[3], icv));
	assert_true(prf(p, want, bytes(keys + 64, integ->key_len), parts, 4));
	assert_memory_equal(icv, want, 16);
	seal_free(s);
}

static void wrong_use_is_refused(void **state)
{
	const struct algorithm *gcm = row(TRANSFORM_ENCR, "aes128gcm16"), *cbc = row(TRANSFORM_ENCR, "aes128");
	const struct algorithm *sha = row(TRANSFORM_INTEG, "sha256");
	struct seal *s;
	uint8_t iv[16] = { 0 }, text[17] = { 0 }, icv[32];

	(void)state;
	assert_null(seal_new(gcm, NULL, bytes(keys, 16), bytes_none()));
	assert_null(seal_new(gcm, sha, bytes(keys, 20), bytes(keys, 32)));
	assert_null(seal_new(gcm, NULL, bytes(keys, 20), bytes(keys, 1)));
	assert_null(seal_new(cbc, NULL, bytes(keys, 16), bytes_none()));
	assert_null(seal_new(cbc, sha, bytes(keys, 16), bytes(keys, 31)));
	assert_null(seal_new(cbc, sha, bytes(keys, 20), bytes(keys, 32)));
	assert_null(seal_new(cbc, row(TRANSFORM_INTEG, "aesxcbc"), bytes(keys, 16), bytes(keys, 16)));
	assert_null(seal_new(row(TRANSFORM_ENCR, "3des"), sha, bytes(keys, 24), bytes(keys, 32)));
	assert_null(seal_new(sha, sha, bytes(keys, 32), bytes(keys, 32)));
	seal_free(NULL);
	s = seal_new(cbc, sha, bytes(keys, 16), bytes(keys, 32));
	assert_false(seal_encrypt(s, bytes_none(), iv, text, 17, bytes_none(), icv));
	seal_free(s);
	s = seal_new(gcm, NULL, bytes(keys, 20), bytes_none());
	assert_false(seal_encrypt(s, bytes_none(), iv, text, 17, bytes_str("tail"), icv));
	seal_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aes_gcm),
		cmocka_unit_test(chacha20_poly1305),
		cmocka_unit_test(esp_packets),
		cmocka_unit_test(every_part_is_protected),
		cmocka_unit_test(a_forgery_leaves_no_text),
		cmocka_unit_test(mac_covers_in_order),
		cmocka_unit_test(wrong_use_is_refused),
	};

	return cmocka_run_group_tests(tests, crypto_up, crypto_down);
}
