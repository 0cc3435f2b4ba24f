/* SPDX-License-Identifier: ISC */
/*
 * The algorithm table. One row a transform and key length; the order is that of the registries.
 *
 * Sizes: AES-CTR RFC 3686, CCM 4309, GCM 4106, GMAC 4543, ChaCha20-Poly1305 7634 (all: salt from KEYMAT, explicit IV of 8
 * bytes); HMAC-SHA-2 4868; ECP 5903, MODP 3526 and 5114, Curve25519 and 448 8031, Brainpool 6954, GOST 9385, ML-KEM FIPS 203.
 *
 * limit_bits: a block cipher of 128 bits stays below a distinguishing advantage of 2^-32 for 2^48 blocks (the bound of NIST SP
 * 800-38B, appendix B); one of 64 bits for 2^20 (SP 800-67r2). RFC 4106 section 7 would let GCM go on to 2^64.
 *
 * Numbers from 1024 on are private use, as other programs know them; they are here for their keywords only.
 */
#include "policy/algorithm.h"

#include "base/text.h"
#include "iana/ikev1.h"
#include "iana/ikev2.h"

#define LIMIT_128 48
#define LIMIT_64 20

#define BOTH (ALG_IKE | ALG_ESP)
#define MAC (ALG_IKE | ALG_ESP | ALG_AH)

#define CIPHER(id_, bits_, word_, name_, flags_, ...)                                                                          \
	{ .type = TRANSFORM_ENCR, .id = id_, .key_bits = bits_, .keyword = word_, .name = name_, .flags = (flags_), __VA_ARGS__ }

/* A block cipher in CBC mode: `block_` bytes of block and IV. */
#define CBC(id_, bits_, word_, name_, flags_, key_, block_, v1_, v1_esp_)                                                      \
	CIPHER(id_, bits_, word_, name_, flags_, .key_len = key_, .iv_len = block_, .block_len = block_,                       \
	       .limit_bits = block_ == 16 ? LIMIT_128 : LIMIT_64, .v1_ike = v1_, .v1_ike_bits = bits_, .v1_ipsec = v1_esp_)
#define CBC3(id_, word_, name_, flags_, v1_, v1_esp_)                                                                          \
	CBC(id_, 128, word_ "128", name_, flags_, 16, 16, v1_, v1_esp_),                                                       \
	    CBC(id_, 192, word_ "192", name_, flags_, 24, 16, v1_, v1_esp_),                                                   \
	    CBC(id_, 256, word_ "256", name_, flags_, 32, 16, v1_, v1_esp_)

/* A counter mode with `salt_` bytes from KEYMAT, an IV of 8 bytes on the wire and an ICV (0: CTR). */
#define COUNTER(id_, bits_, word_, name_, flags_, salt_, icv_, v1_esp_)                                                        \
	CIPHER(id_, bits_, word_, name_, flags_, .key_len = (bits_) / 8, .salt_len = salt_, .iv_len = 8, .block_len = 1,       \
	       .icv_len = icv_, .limit_bits = LIMIT_128, .v1_ipsec = v1_esp_)
#define COUNTER3(id_, word_, mode_, name_, flags_, salt_, icv_, v1_esp_)                                                       \
	COUNTER(id_, 128, word_ "128" mode_, name_, flags_, salt_, icv_, v1_esp_),                                             \
	    COUNTER(id_, 192, word_ "192" mode_, name_, flags_, salt_, icv_, v1_esp_),                                         \
	    COUNTER(id_, 256, word_ "256" mode_, name_, flags_, salt_, icv_, v1_esp_)

#define CHACHA(bits_, word_, flags_)                                                                                           \
	CIPHER(IKEV2_ENCR_CHACHA20_POLY1305, bits_, word_, "CHACHA20_POLY1305", flags_, .key_len = 32, .salt_len = 4,          \
	       .iv_len = 8, .block_len = 1, .icv_len = 16)

#define INTEG(id_, word_, name_, flags_, key_, icv_, v1_hash_, v1_auth_)                                                       \
	{ .type = TRANSFORM_INTEG, .id = id_, .keyword = word_, .name = name_, .flags = (flags_), .key_len = key_,             \
	  .icv_len = icv_, .v1_ike = v1_hash_, .v1_ipsec = v1_auth_ }

#define PRF(id_, word_, name_, flags_, out_, v1_hash_)                                                                         \
	{ .type = TRANSFORM_PRF, .id = id_, .keyword = word_, .name = name_, .flags = ALG_IKE | (flags_), .key_len = out_,     \
	  .out_len = out_, .v1_ike = v1_hash_ }

#define KE(id_, word_, name_, flags_, out_, resp_, secret_, v1_)                                                               \
	{ .type = TRANSFORM_KE, .id = id_, .keyword = word_, .name = name_, .flags = BOTH | ALG_AH | (flags_),                 \
	  .out_len = out_, .out_len_resp = resp_, .secret_len = secret_, .v1_ike = v1_ }
#define MODP(id_, word_, name_, flags_, bits_) KE(id_, word_, name_, flags_, (bits_) / 8, (bits_) / 8, (bits_) / 8, id_)
/* Two coordinates over the wire, the x coordinate is the secret: RFC 5903 section 7. */
#define ECP(id_, word_, name_, flags_, size_) KE(id_, word_, name_, flags_, 2 * (size_), 2 * (size_), size_, id_)

static const struct algorithm table[] = {
	CBC(IKEV2_ENCR_DES, 0, "des", "DES_CBC", BOTH | ALG_WEAK, 8, 8, IKEV1_ENCR_DES_CBC, IKEV1_ESP_DES),
	CBC(IKEV2_ENCR_3DES, 0, "3des", "3DES_CBC", BOTH | ALG_WEAK, 24, 8, IKEV1_ENCR_3DES_CBC, IKEV1_ESP_3DES),
	CBC(IKEV2_ENCR_CAST, 128, "cast128", "CAST_CBC", BOTH | ALG_WEAK, 16, 8, IKEV1_ENCR_CAST_CBC, IKEV1_ESP_CAST),
	CBC(IKEV2_ENCR_BLOWFISH, 128, "blowfish128", "BLOWFISH_CBC", BOTH | ALG_WEAK, 16, 8, IKEV1_ENCR_BLOWFISH_CBC,
	    IKEV1_ESP_BLOWFISH),
	CBC(IKEV2_ENCR_BLOWFISH, 192, "blowfish192", "BLOWFISH_CBC", BOTH | ALG_WEAK, 24, 8, IKEV1_ENCR_BLOWFISH_CBC,
	    IKEV1_ESP_BLOWFISH),
	CBC(IKEV2_ENCR_BLOWFISH, 256, "blowfish256", "BLOWFISH_CBC", BOTH | ALG_WEAK, 32, 8, IKEV1_ENCR_BLOWFISH_CBC,
	    IKEV1_ESP_BLOWFISH),
	CIPHER(IKEV2_ENCR_NULL, 0, "null", "NULL", ALG_ESP | ALG_WEAK, .block_len = 1, .v1_ipsec = IKEV1_ESP_NULL),
	CBC3(IKEV2_ENCR_AES_CBC, "aes", "AES_CBC", BOTH | ALG_BUILT, IKEV1_ENCR_AES_CBC, IKEV1_ESP_AES_CBC),
	COUNTER3(IKEV2_ENCR_AES_CTR, "aes", "ctr", "AES_CTR", BOTH, 4, 0, IKEV1_ESP_AES_CTR),
	COUNTER3(IKEV2_ENCR_AES_CCM_8, "aes", "ccm8", "AES_CCM_8", BOTH | ALG_AEAD, 3, 8, IKEV1_ESP_AES_CCM_8),
	COUNTER3(IKEV2_ENCR_AES_CCM_12, "aes", "ccm12", "AES_CCM_12", BOTH | ALG_AEAD, 3, 12, IKEV1_ESP_AES_CCM_12),
	COUNTER3(IKEV2_ENCR_AES_CCM_16, "aes", "ccm16", "AES_CCM_16", BOTH | ALG_AEAD, 3, 16, IKEV1_ESP_AES_CCM_16),
	COUNTER3(IKEV2_ENCR_AES_GCM_8, "aes", "gcm8", "AES_GCM_8", BOTH | ALG_AEAD, 4, 8, IKEV1_ESP_AES_GCM_8),
	COUNTER3(IKEV2_ENCR_AES_GCM_12, "aes", "gcm12", "AES_GCM_12", BOTH | ALG_AEAD, 4, 12, IKEV1_ESP_AES_GCM_12),
	COUNTER3(IKEV2_ENCR_AES_GCM_16, "aes", "gcm16", "AES_GCM_16", BOTH | ALG_AEAD | ALG_BUILT, 4, 16, IKEV1_ESP_AES_GCM_16),
	COUNTER3(IKEV2_ENCR_NULL_AUTH_AES_GMAC, "aes", "gmac", "NULL_AES_GMAC", ALG_ESP | ALG_AEAD | ALG_WEAK, 4, 16,
	         IKEV1_ESP_NULL_AUTH_AES_GMAC),
	CBC3(IKEV2_ENCR_CAMELLIA_CBC, "camellia", "CAMELLIA_CBC", BOTH, IKEV1_ENCR_CAMELLIA_CBC, IKEV1_ESP_CAMELLIA_CBC),
	COUNTER3(IKEV2_ENCR_CAMELLIA_CTR, "camellia", "ctr", "CAMELLIA_CTR", BOTH, 4, 0, 0),
	COUNTER3(IKEV2_ENCR_CAMELLIA_CCM_8, "camellia", "ccm8", "CAMELLIA_CCM_8", BOTH | ALG_AEAD, 3, 8, 0),
	COUNTER3(IKEV2_ENCR_CAMELLIA_CCM_12, "camellia", "ccm12", "CAMELLIA_CCM_12", BOTH | ALG_AEAD, 3, 12, 0),
	COUNTER3(IKEV2_ENCR_CAMELLIA_CCM_16, "camellia", "ccm16", "CAMELLIA_CCM_16", BOTH | ALG_AEAD, 3, 16, 0),
	CHACHA(0, "chacha20poly1305", BOTH | ALG_AEAD | ALG_BUILT),
	CHACHA(256, "chacha20poly1305compat", BOTH | ALG_AEAD), /* for peers that want a key length, against RFC 7634 */
	CBC3(1026, "serpent", "SERPENT_CBC", BOTH, 0, 0),
	CBC3(1027, "twofish", "TWOFISH_CBC", BOTH, 0, 0),

	INTEG(IKEV2_INTEG_HMAC_MD5_96, "md5", "HMAC_MD5_96", MAC | ALG_WEAK, 16, 12, IKEV1_HASH_MD5, IKEV1_ESP_AUTH_HMAC_MD5),
	INTEG(IKEV2_INTEG_HMAC_SHA1_96, "sha1", "HMAC_SHA1_96", MAC | ALG_WEAK | ALG_BUILT, 20, 12, IKEV1_HASH_SHA1,
	      IKEV1_ESP_AUTH_HMAC_SHA1),
	INTEG(IKEV2_INTEG_AES_XCBC_96, "aesxcbc", "AES_XCBC_96", MAC, 16, 12, 0, IKEV1_ESP_AUTH_AES_XCBC_MAC),
	INTEG(IKEV2_INTEG_HMAC_MD5_128, "md5_128", "HMAC_MD5_128", ALG_ESP | ALG_AH | ALG_WEAK, 16, 16, 0, 0),
	INTEG(IKEV2_INTEG_HMAC_SHA1_160, "sha1_160", "HMAC_SHA1_160", ALG_ESP | ALG_AH | ALG_WEAK, 20, 20, 0, 0),
	INTEG(IKEV2_INTEG_AES_CMAC_96, "aescmac", "AES_CMAC_96", MAC, 16, 12, 0, 0),
	INTEG(IKEV2_INTEG_AES_128_GMAC, "aes128gmac", "AES_128_GMAC", ALG_AH, 16, 16, 0, IKEV1_ESP_AUTH_AES_128_GMAC),
	INTEG(IKEV2_INTEG_AES_192_GMAC, "aes192gmac", "AES_192_GMAC", ALG_AH, 24, 16, 0, IKEV1_ESP_AUTH_AES_192_GMAC),
	INTEG(IKEV2_INTEG_AES_256_GMAC, "aes256gmac", "AES_256_GMAC", ALG_AH, 32, 16, 0, IKEV1_ESP_AUTH_AES_256_GMAC),
	INTEG(IKEV2_INTEG_HMAC_SHA2_256_128, "sha256", "HMAC_SHA2_256_128", MAC | ALG_BUILT, 32, 16, IKEV1_HASH_SHA2_256,
	      IKEV1_ESP_AUTH_HMAC_SHA2_256),
	INTEG(IKEV2_INTEG_HMAC_SHA2_384_192, "sha384", "HMAC_SHA2_384_192", MAC | ALG_BUILT, 48, 24, IKEV1_HASH_SHA2_384,
	      IKEV1_ESP_AUTH_HMAC_SHA2_384),
	INTEG(IKEV2_INTEG_HMAC_SHA2_512_256, "sha512", "HMAC_SHA2_512_256", MAC | ALG_BUILT, 64, 32, IKEV1_HASH_SHA2_512,
	      IKEV1_ESP_AUTH_HMAC_SHA2_512),
	INTEG(1026, "sha256_96", "HMAC_SHA2_256_96", MAC | ALG_WEAK, 32, 12, 0, 0),
	INTEG(1030, "camelliaxcbc", "CAMELLIA_XCBC_96", MAC, 16, 12, 0, 0),

	PRF(IKEV2_PRF_HMAC_MD5, "prfmd5", "PRF_HMAC_MD5", ALG_WEAK, 16, IKEV1_HASH_MD5),
	PRF(IKEV2_PRF_HMAC_SHA1, "prfsha1", "PRF_HMAC_SHA1", ALG_WEAK | ALG_BUILT, 20, IKEV1_HASH_SHA1),
	PRF(IKEV2_PRF_AES128_XCBC, "prfaesxcbc", "PRF_AES128_XCBC", 0, 16, 0),
	PRF(IKEV2_PRF_HMAC_SHA2_256, "prfsha256", "PRF_HMAC_SHA2_256", ALG_BUILT, 32, IKEV1_HASH_SHA2_256),
	PRF(IKEV2_PRF_HMAC_SHA2_384, "prfsha384", "PRF_HMAC_SHA2_384", ALG_BUILT, 48, IKEV1_HASH_SHA2_384),
	PRF(IKEV2_PRF_HMAC_SHA2_512, "prfsha512", "PRF_HMAC_SHA2_512", ALG_BUILT, 64, IKEV1_HASH_SHA2_512),
	PRF(IKEV2_PRF_AES128_CMAC, "prfaescmac", "PRF_AES128_CMAC", 0, 16, 0),
	PRF(1030, "prfcamelliaxcbc", "PRF_CAMELLIA128_XCBC", 0, 16, 0),

	MODP(IKEV2_KE_MODP_768, "modp768", "MODP_768", ALG_WEAK, 768),
	MODP(IKEV2_KE_MODP_1024, "modp1024", "MODP_1024", ALG_WEAK, 1024),
	MODP(IKEV2_KE_MODP_1536, "modp1536", "MODP_1536", ALG_WEAK, 1536),
	MODP(IKEV2_KE_MODP_2048, "modp2048", "MODP_2048", ALG_BUILT, 2048),
	MODP(IKEV2_KE_MODP_3072, "modp3072", "MODP_3072", ALG_BUILT, 3072),
	MODP(IKEV2_KE_MODP_4096, "modp4096", "MODP_4096", ALG_BUILT, 4096),
	MODP(IKEV2_KE_MODP_6144, "modp6144", "MODP_6144", 0, 6144),
	MODP(IKEV2_KE_MODP_8192, "modp8192", "MODP_8192", 0, 8192),
	ECP(IKEV2_KE_ECP_256, "ecp256", "ECP_256", ALG_BUILT, 32),
	ECP(IKEV2_KE_ECP_384, "ecp384", "ECP_384", ALG_BUILT, 48),
	ECP(IKEV2_KE_ECP_521, "ecp521", "ECP_521", 0, 66),
	MODP(IKEV2_KE_MODP_1024_160, "modp1024s160", "MODP_1024_160", ALG_WEAK, 1024),
	MODP(IKEV2_KE_MODP_2048_224, "modp2048s224", "MODP_2048_224", ALG_WEAK, 2048),
	MODP(IKEV2_KE_MODP_2048_256, "modp2048s256", "MODP_2048_256", ALG_WEAK, 2048),
	ECP(IKEV2_KE_ECP_192, "ecp192", "ECP_192", ALG_WEAK, 24),
	ECP(IKEV2_KE_ECP_224, "ecp224", "ECP_224", 0, 28),
	ECP(IKEV2_KE_BRAINPOOL_224, "ecp224bp", "ECP_224_BP", 0, 28),
	ECP(IKEV2_KE_BRAINPOOL_256, "ecp256bp", "ECP_256_BP", 0, 32),
	ECP(IKEV2_KE_BRAINPOOL_384, "ecp384bp", "ECP_384_BP", 0, 48),
	ECP(IKEV2_KE_BRAINPOOL_512, "ecp512bp", "ECP_512_BP", 0, 64),
	KE(IKEV2_KE_CURVE25519, "x25519", "CURVE_25519", ALG_BUILT, 32, 32, 32, 0),
	KE(IKEV2_KE_CURVE448, "x448", "CURVE_448", 0, 56, 56, 56, 0),
	KE(IKEV2_KE_GOST3410_2012_256, "gost256", "GOST3410_256", 0, 64, 64, 32, 0),
	KE(IKEV2_KE_GOST3410_2012_512, "gost512", "GOST3410_512", 0, 128, 128, 64, 0),
	KE(IKEV2_KE_ML_KEM_512, "mlkem512", "ML_KEM_512", 0, 800, 768, 32, 0),
	KE(IKEV2_KE_ML_KEM_768, "mlkem768", "ML_KEM_768", 0, 1184, 1088, 32, 0),
	KE(IKEV2_KE_ML_KEM_1024, "mlkem1024", "ML_KEM_1024", 0, 1568, 1568, 32, 0),

	{ .type = TRANSFORM_ESN, .id = IKEV2_SN_32_BIT, .keyword = "noesn", .name = "NO_EXT_SEQ",
	  .flags = ALG_ESP | ALG_AH | ALG_BUILT },
	{ .type = TRANSFORM_ESN, .id = IKEV2_SN_ESN, .keyword = "esn", .name = "EXT_SEQ", .flags = ALG_ESP | ALG_AH | ALG_BUILT },
};

/* Other words for the same row. A `*` stands for 128, 192 or 256. */
static const struct {
	uint8_t type;
	const char *word, *keyword;
} aliases[] = {
	{ TRANSFORM_ENCR, "aes", "aes128" },
	{ TRANSFORM_ENCR, "aes*ccm64", "aes*ccm8" },
	{ TRANSFORM_ENCR, "aes*ccm96", "aes*ccm12" },
	{ TRANSFORM_ENCR, "aes*ccm128", "aes*ccm16" },
	{ TRANSFORM_ENCR, "aes*ccm", "aes*ccm16" },
	{ TRANSFORM_ENCR, "aes*gcm64", "aes*gcm8" },
	{ TRANSFORM_ENCR, "aes*gcm96", "aes*gcm12" },
	{ TRANSFORM_ENCR, "aes*gcm128", "aes*gcm16" },
	{ TRANSFORM_ENCR, "aes*gcm", "aes*gcm16" },
	{ TRANSFORM_ENCR, "camellia", "camellia128" },
	{ TRANSFORM_ENCR, "camelliactr", "camellia128ctr" },
	{ TRANSFORM_ENCR, "camelliaccm8", "camellia128ccm8" },
	{ TRANSFORM_ENCR, "camelliaccm12", "camellia128ccm12" },
	{ TRANSFORM_ENCR, "camelliaccm16", "camellia128ccm16" },
	{ TRANSFORM_ENCR, "camellia*ccm64", "camellia*ccm8" },
	{ TRANSFORM_ENCR, "camellia*ccm96", "camellia*ccm12" },
	{ TRANSFORM_ENCR, "camellia*ccm128", "camellia*ccm16" },
	{ TRANSFORM_ENCR, "camellia*ccm", "camellia*ccm16" },
	{ TRANSFORM_ENCR, "blowfish", "blowfish128" },
	{ TRANSFORM_ENCR, "serpent", "serpent128" },
	{ TRANSFORM_ENCR, "twofish", "twofish128" },
	{ TRANSFORM_INTEG, "sha", "sha1" },
	{ TRANSFORM_INTEG, "sha2_256", "sha256" },
	{ TRANSFORM_INTEG, "sha2_256_96", "sha256_96" },
	{ TRANSFORM_INTEG, "sha2_384", "sha384" },
	{ TRANSFORM_INTEG, "sha2_512", "sha512" },
	{ TRANSFORM_KE, "curve25519", "x25519" },
	{ TRANSFORM_KE, "curve448", "x448" },
};

const struct algorithm *algorithm_find(unsigned type, unsigned id, unsigned key_bits)
{
	if (type >= TRANSFORM_ADDKE1 && type <= TRANSFORM_ADDKE7)
		type = TRANSFORM_KE;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (table[i].type == type && table[i].id == id && table[i].key_bits == key_bits)
			return &table[i];
	return NULL;
}

bool algorithm_word_is(struct bytes word, const char *keyword)
{
	return bytes_equal_nocase(word, bytes_str(keyword));
}

/* `pattern` with its star replaced. */
static const char *spell(char out[32], const char *pattern, const char *star)
{
	size_t n = 0;

	for (; *pattern && n + 4 < 32; pattern++) {
		if (*pattern != '*') {
			out[n++] = *pattern;
			continue;
		}
		memcpy(out + n, star, 3);
		n += 3;
	}
	out[n] = '\0';
	return out;
}

static const char *const stars[] = { "128", "192", "256" };

static const struct algorithm *by_first_keyword(unsigned type, struct bytes word)
{
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (table[i].type == type && algorithm_word_is(word, table[i].keyword))
			return &table[i];
	return NULL;
}

const struct algorithm *algorithm_by_keyword(unsigned type, struct bytes keyword)
{
	const struct algorithm *found;
	char word[32], first[32];

	if (type >= TRANSFORM_ADDKE1 && type <= TRANSFORM_ADDKE7)
		type = TRANSFORM_KE;
	found = by_first_keyword(type, keyword);
	for (size_t i = 0; !found && i < COUNT_OF(aliases); i++) {
		if (aliases[i].type != type)
			continue;
		for (size_t s = 0; !found && s < COUNT_OF(stars); s++)
			if (algorithm_word_is(keyword, spell(word, aliases[i].word, stars[s])))
				found = by_first_keyword(type, bytes_str(spell(first, aliases[i].keyword, stars[s])));
	}
	return found;
}

const struct algorithm *algorithm_table(unsigned *count)
{
	*count = COUNT_OF(table);
	return table;
}

const char *algorithm_nearest(struct bytes word, unsigned flags)
{
	struct text_nearest nearest = text_nearest(word);

	for (size_t i = 0; i < COUNT_OF(table); i++)
		if ((table[i].flags & flags) == flags)
			text_nearest_try(&nearest, table[i].keyword);
	return nearest.best;
}
