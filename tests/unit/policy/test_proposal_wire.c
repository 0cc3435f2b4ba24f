/* SPDX-License-Identifier: ISC */
/* SA payload bodies, RFC 7296 3.3: good, broken and border rows; what came from outside and its choice. */
#include "support/unit.h"

#include "base/hex.h"
#include "iana/ikev2.h"
#include "policy/proposal.h"

static struct arena arena;

static int clear(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

/* Hexadecimal with blanks. */
static struct bytes hex(const char *text)
{
	char digits[1024];
	struct bytes b;
	size_t n = 0;

	for (; *text; text++)
		if (*text != ' ')
			digits[n++] = *text;
	if (n == 0)
		return bytes_none();
	assert_true(hex_parse(&b, bytes(digits, n), &arena));
	return b;
}

#define AES256 "0300000c 0100000c 800e0100 "
#define AES128 "0300000c 0100000c 800e0080 "
#define GCM256 "0300000c 01000014 800e0100 "
#define SHA256 "03000008 0300000c "
#define INTEG_NONE "03000008 03000000 "
#define PRF256 "03000008 02000005 "
#define X25519 "00000008 0400001f"

static const struct {
	const char *name, *hex;
	const char *print; /* of all proposals, comma between; NULL: malformed */
} bodies[] = {
	{ "one proposal", "0000002c 01010004" AES256 SHA256 PRF256 X25519,
	  "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519" },
	{ "reserved bytes are ignored", "00ff0024 01010003 03ff000c 01ff000c 800e0100 03ff0008 02ff0005 00ff0008 04ff001f",
	  "IKE:AES_CBC_256/PRF_HMAC_SHA2_256/CURVE_25519" },
	{ "two proposals", "02000010 01010001 00000008 0400001f 00000010 02010001 00000008 04000013", "IKE:CURVE_25519,IKE:ECP_256" },
	{ "SPI of ESP", "00000014 01030401 deadbeef 00000008 05000001", "ESP:EXT_SEQ" },
	{ "SPI of a rekeyed IKE SA", "00000018 01010801 0102030405060708 00000008 0400001f", "IKE:CURVE_25519" },
	{ "no SPI with ESP (a value)", "00000010 01030001 00000008 05000000", "ESP:NO_EXT_SEQ" },
	{ "no transforms", "00000008 01010000", "IKE:" },
	{ "an answer may have any number", "00000010 07010001 00000008 0400001f", "IKE:CURVE_25519" },
	{ "unknown protocol, SPI of 3", "00000013 01090301 aabbcc 00000008 04000013", "(9):ECP_256" },
	{ "unknown transforms", "00000028 01010004 03000008 0100ffff 03000008 02000063 03000008 f0000001 00000008 04000400",
	  "IKE:(65535)/(99)/TYPE240_(1)/(1024)" },
	{ "unknown attribute, long form", "00000018 01010001 00000010 0100000c 0055 0004 01020304", "IKE:AES_CBC(odd attribute)" },
	{ "unknown attribute of no length", "00000014 01010001 0000000c 0100000c 0055 0000", "IKE:AES_CBC(odd attribute)" },
	{ "unknown attribute, short form", "00000014 01010001 0000000c 0100000c 8055 0001", "IKE:AES_CBC(odd attribute)" },
	{ "key length twice", "00000018 01010001 00000010 0100000c 800e0080 800e0100", "IKE:AES_CBC_128(odd attribute)" },
	{ "key length of 0", "00000014 01010001 0000000c 0100000c 800e0000", "IKE:AES_CBC(odd attribute)" },
	{ "key length in long form", "00000016 01010001 0000000e 0100000c 000e0002 0100", "IKE:AES_CBC(odd attribute)" },
	{ "AES without key length", "00000010 01010001 00000008 0100000c", "IKE:AES_CBC" },

	{ "empty", "", NULL },
	{ "one byte", "00", NULL },
	{ "cut in the header", "00000008 010100", NULL },
	{ "cut behind the header", "00000010 01010001", NULL },
	{ "last transform cut", "00000010 01010001 00000008 040000", NULL },
	{ "bytes behind the last", "00000010 01010001 00000008 0400001f 00", NULL },
	{ "proposal length one less", "0000000f 01010001 00000008 0400001f", NULL },
	{ "proposal length one more", "00000011 01010001 00000008 0400001f", NULL },
	{ "proposal length 0", "00000000 01010001 00000008 0400001f", NULL },
	{ "proposal length 3", "00000003 01010001 00000008 0400001f", NULL },
	{ "proposal length 7", "00000007 010100", NULL },
	{ "proposal length 65535", "0000ffff 01010001 00000008 0400001f", NULL },
	{ "transform length one less", "00000010 01010001 00000007 0400001f", NULL },
	{ "transform length one more", "00000010 01010001 00000009 0400001f", NULL },
	{ "transform length 0", "00000010 01010001 00000000 0400001f", NULL },
	{ "transform count one less", "00000018 01010001 03000008 02000005 00000008 0400001f", NULL },
	{ "transform count one more", "00000018 01010003 03000008 02000005 00000008 0400001f", NULL },
	{ "transform count 255", "00000018 010100ff 03000008 02000005 00000008 0400001f", NULL },
	{ "count 0, but one stands there", "00000010 01010000 00000008 0400001f", NULL },
	{ "last transform says more", "00000010 01010001 03000008 0400001f", NULL },
	{ "first transform says last", "00000018 01010002 00000008 02000005 00000008 0400001f", NULL },
	{ "transform says 2", "00000018 01010002 02000008 02000005 00000008 0400001f", NULL },
	{ "last proposal says more", "02000010 01010001 00000008 0400001f", NULL },
	{ "first proposal says last", "00000010 01010001 00000008 0400001f 00000010 02010001 00000008 04000013", NULL },
	{ "proposal says 1", "01000010 01010001 00000008 0400001f", NULL },
	{ "proposal says 3", "03000010 01010001 00000008 0400001f 00000010 02010001 00000008 04000013", NULL },
	{ "number 0", "00000010 00010001 00000008 0400001f", NULL },
	{ "first of two is 2", "02000010 02010001 00000008 0400001f 00000010 03010001 00000008 04000013", NULL },
	{ "the same number twice", "02000010 01010001 00000008 0400001f 00000010 01010001 00000008 04000013", NULL },
	{ "a number is skipped", "02000010 01010001 00000008 0400001f 00000010 03010001 00000008 04000013", NULL },
	{ "SPI of 4 for IKE", "00000014 01010401 deadbeef 00000008 0400001f", NULL },
	{ "SPI of 8 for ESP", "00000018 01030801 0102030405060708 00000008 05000001", NULL },
	{ "SPI size past the end", "00000010 0103ff01 00000008 05000001", NULL },
	{ "SPI takes the transform's bytes", "00000010 01090801 00000008 05000001", NULL },
	{ "attribute cut", "00000013 01010001 0000000b 0100000c 800e01", NULL },
	{ "attribute without value", "00000012 01010001 0000000a 0100000c 800e", NULL },
	{ "long attribute past its transform", "00000018 01010001 00000010 0100000c 0055 0005 01020304", NULL },
	{ "long attribute reaches into the next transform",
	  "00000020 01010002 0300000c 0100000c 0055 0008 00000008 0400001f", NULL },
};

static void bodies_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		struct bytes body = hex(bodies[i].hex);
		struct proposals p;
		struct text t = { 0 };
		bool ok = proposals_read(&p, body, &arena);

		if (ok != (bodies[i].print != NULL))
			fail_msg("%s", bodies[i].name);
		assert_true(ok || p.count == 0);
		for (unsigned k = 0; k < p.count; k++) {
			text_add(&t, "%s", k ? "," : "");
			proposal_print(&t, &p.list[k]);
		}
		if (ok && strcmp(text_str(&t), bodies[i].print) != 0)
			fail_msg("%s: %s", bodies[i].name, text_str(&t));
		text_clear(&t);
	}
}

/* Every cut of a good body is malformed. */
static void no_cut_is_read(void **state)
{
	struct bytes body = hex("02000014 01030401 deadbeef 00000008 05000001 0000002c 02010004" AES256 SHA256 PRF256 X25519);
	struct proposals p;

	(void)state;
	assert_true(proposals_read(&p, body, &arena));
	for (size_t n = 0; n < body.len; n++)
		assert_false(proposals_read(&p, bytes(body.at, n), &arena));
}

/* What is written is read as the same, and a second writing gives the same bytes. */
static void flat_forms_come_back(void **state)
{
	struct proposals p = { 0 }, again;
	struct reason why;
	struct bytes flat;

	(void)state;
	assert_true(proposals_default(&p, &arena, PROTO_IKE));
	assert_true(proposals_add_text(&p, &arena, PROTO_ESP, bytes_str("aes256gcm16-x25519-none-esn"), &why));
	p.list[2].spi = hex("01020304");
	flat = proposals_flat(&p, &arena);
	assert_true(flat.len > 0 && proposals_read(&again, flat, &arena));
	assert_int_equal(again.count, p.count);
	for (unsigned i = 0; i < p.count; i++) {
		assert_int_equal(again.list[i].number, i + 1);
		assert_int_equal(again.list[i].count, p.list[i].count);
		assert_true(bytes_equal(again.list[i].spi, p.list[i].spi));
		for (unsigned k = 0; k < p.list[i].count; k++)
			assert_true(transform_equal(&again.list[i].transforms[k], &p.list[i].transforms[k]));
	}
	assert_true(bytes_equal(flat, proposals_flat(&again, &arena)));
	/* RFC 7296 3.3: one transform, to the byte */
	p = (struct proposals){ 0 };
	assert_true(proposals_add_text(&p, &arena, PROTO_ESP, bytes_str("aes128gcm16"), &why));
	p.list[0].spi = hex("c0000001");
	assert_true(bytes_equal(proposals_flat(&p, &arena),
	                        hex("00000020 01030402 c0000001 0300000c 01000014 800e0080 00000008 05000000")));
}

/* `proposals` proposals of `transforms` transforms each. */
static struct bytes many(unsigned proposals, unsigned transforms)
{
	size_t one = 8 + transforms * 8u, size = one * proposals;
	uint8_t *at = arena_take(&arena, size), *p = at;

	assert_non_null(at);
	for (unsigned i = 0; i < proposals; i++, p += one) {
		p[0] = i + 1 < proposals ? 2 : 0;
		put_u16(p + 2, (uint16_t)one);
		p[4] = (uint8_t)(i + 1);
		p[5] = PROTO_IKE;
		p[7] = (uint8_t)transforms;
		for (unsigned k = 0; k < transforms; k++) {
			uint8_t *t = p + 8 + 8 * (size_t)k;
			t[0] = k + 1 < transforms ? 3 : 0;
			t[3] = 8;
			t[4] = TRANSFORM_KE;
			put_u16(t + 6, (uint16_t)k);
		}
	}
	return bytes(at, size);
}

static void limits_hold(void **state)
{
	struct proposals p;

	(void)state;
	assert_true(proposals_read(&p, many(PROPOSALS_MAX, 1), &arena));
	assert_int_equal(p.count, PROPOSALS_MAX);
	assert_false(proposals_read(&p, many(PROPOSALS_MAX + 1, 1), &arena));
	assert_true(proposals_read(&p, many(1, TRANSFORMS_MAX), &arena));
	assert_int_equal(p.list[0].count, TRANSFORMS_MAX);
	assert_false(proposals_read(&p, many(1, TRANSFORMS_MAX + 1), &arena));
	arena_clear(&arena);
	assert_true(proposals_read(&p, many(PROPOSALS_MAX, 120), &arena)); /* nearly a datagram */
	assert_true(proposals_flat(&p, &arena).len > 0);
}

static void memory_that_is_out_is_no_crash(void **state)
{
	struct bytes body = hex("02000014 01030401 deadbeef 00000008 05000001 0000002c 02010004" AES256 SHA256 PRF256 X25519);

	(void)state;
	for (size_t limit = 16; limit < 400; limit += 16) {
		struct arena small = { .limit = limit };
		struct proposals p;
		if (!proposals_read(&p, body, &small))
			assert_int_equal(p.count, 0);
		else
			(void)proposals_flat(&p, &small);
		arena_clear(&small);
	}
}

/* configured text, offered body -> the suite, or NULL */
static const struct {
	const char *name, *configured, *offered;
	enum protocol protocol;
	const char *suite;
} offers[] = {
	{ "AEAD with INTEG NONE", "aes256gcm16-prfsha256-x25519", "0000002c 01010004" GCM256 INTEG_NONE PRF256 X25519, PROTO_IKE,
	  "IKE:AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE_25519" },
	{ "AEAD with a MAC", "aes256gcm16-prfsha256-x25519", "0000002c 01010004" GCM256 SHA256 PRF256 X25519, PROTO_IKE, NULL },
	{ "CBC with INTEG NONE", "aes256-sha256-x25519", "0000002c 01010004" AES256 INTEG_NONE PRF256 X25519, PROTO_IKE, NULL },
	{ "CBC without INTEG", "aes256-sha256-x25519", "00000024 01010003" AES256 PRF256 X25519, PROTO_IKE, NULL },
	{ "both sorts of cipher in one", "aes256-sha256-x25519", "00000038 01010005" GCM256 AES256 SHA256 PRF256 X25519, PROTO_IKE,
	  "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519" },
	{ "both sorts of cipher, AEAD configured", "aes256gcm16-prfsha256-x25519", "00000038 01010005" GCM256 AES256 SHA256 PRF256 X25519,
	  PROTO_IKE, NULL },
	{ "no key length with AES", "aes256-sha256-x25519", "00000028 01010004 03000008 0100000c" SHA256 PRF256 X25519, PROTO_IKE, NULL },
	{ "key length with ChaCha20", "chacha20poly1305-prfsha256-x25519", "00000024 01010003 0300000c 0100001c 800e0100" PRF256 X25519,
	  PROTO_IKE, NULL },
	{ "ChaCha20", "chacha20poly1305-prfsha256-x25519", "00000020 01010003 03000008 0100001c" PRF256 X25519, PROTO_IKE,
	  "IKE:CHACHA20_POLY1305/PRF_HMAC_SHA2_256/CURVE_25519" },
	{ "key length with a MAC", "aes256-sha256-x25519", "00000030 01010004" AES256 "0300000c 0300000c 800e0100" PRF256 X25519,
	  PROTO_IKE, NULL },
	{ "odd attribute makes one transform unusable", "aes256-sha256-x25519",
	  "00000030 01010004 03000010 0100000c 800e0100 80550001" SHA256 PRF256 X25519, PROTO_IKE, NULL },
	{ "odd attribute beside a good transform", "aes256-aes128-sha256-x25519",
	  "0000003c 01010005 03000010 0100000c 800e0100 80550001" AES128 SHA256 PRF256 X25519, PROTO_IKE,
	  "IKE:AES_CBC_128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519" },
	{ "unknown transform ID beside a good one", "aes256-sha256-x25519",
	  "00000034 01010005 03000008 010003e8" AES256 SHA256 PRF256 X25519, PROTO_IKE,
	  "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519" },
	{ "unknown transform type", "aes256-sha256-x25519", "00000034 01010005 03000008 63000001" AES256 SHA256 PRF256 X25519,
	  PROTO_IKE, NULL },
	{ "additional KE wanted", "aes256-sha256-x25519", "00000034 01010005 03000008 06000024" AES256 SHA256 PRF256 X25519,
	  PROTO_IKE, NULL },
	{ "additional KE or none", "aes256-sha256-x25519", "0000003c 01010006 03000008 06000024 03000008 06000000" AES256 SHA256 PRF256 X25519,
	  PROTO_IKE, "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519" },
	{ "no KE in IKE", "aes256-sha256-x25519", "00000024 01010003" AES256 SHA256 "00000008 02000005", PROTO_IKE, NULL },
	{ "KE NONE in IKE", "aes256-sha256-x25519", "0000002c 01010004" AES256 SHA256 PRF256 "00000008 04000000", PROTO_IKE, NULL },
	{ "no transforms", "aes256-sha256-x25519", "00000008 01010000", PROTO_IKE, NULL },
	{ "other protocol first", "aes256-sha256-x25519",
	  "02000014 01030401 deadbeef 00000008 05000001 0000002c 02010004" AES256 SHA256 PRF256 X25519, PROTO_IKE,
	  "IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/CURVE_25519" },
	{ "ESP", "aes256gcm16", "00000020 01030402 c0000001 0300000c 01000014 800e0100 00000008 05000000", PROTO_ESP,
	  "ESP:AES_GCM_16_256/NO_EXT_SEQ" },
	{ "ESP without ESN transform", "aes256gcm16", "00000018 01030401 c0000001 0000000c 01000014 800e0100", PROTO_ESP,
	  "ESP:AES_GCM_16_256/NO_EXT_SEQ" },
	{ "ESN wanted, transform missing", "aes256gcm16-esn", "00000018 01030401 c0000001 0000000c 01000014 800e0100", PROTO_ESP, NULL },
	{ "ESP with SPI 0", "aes256gcm16", "00000020 01030402 00000000 0300000c 01000014 800e0100 00000008 05000000", PROTO_ESP, NULL },
	{ "ESP without SPI", "aes256gcm16", "0000001c 01030002 0300000c 01000014 800e0100 00000008 05000000", PROTO_ESP, NULL },
	{ "ESP without encryption", "aes256gcm16", "00000014 01030401 c0000001 00000008 05000000", PROTO_ESP, NULL },
	{ "PRF in ESP", "aes256gcm16", "00000028 01030403 c0000001 0300000c 01000014 800e0100" PRF256 "00000008 05000000", PROTO_ESP, NULL },
};

static void offers_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(offers); i++) {
		struct proposals configured = { 0 }, offered;
		struct reason why = { 0 };
		struct suite suite;
		struct text t = { 0 };
		bool ok;

		assert_true(proposals_add_text(&configured, &arena, offers[i].protocol, bytes_str(offers[i].configured), &why));
		if (!proposals_read(&offered, hex(offers[i].offered), &arena))
			fail_msg("%s: malformed", offers[i].name);
		ok = proposal_choose(&suite, NULL, &configured, &offered, (struct choose_how){ 0 }, &arena, &why);
		if (ok)
			suite_print(&t, &suite);
		if (ok != (offers[i].suite != NULL) || (ok && strcmp(text_str(&t), offers[i].suite) != 0))
			fail_msg("%s: %s", offers[i].name, text_str(&t));
		text_clear(&t);
	}
}

/* offered text, answered body */
static const struct {
	const char *name, *offered, *answer;
	enum protocol protocol;
	bool ok, without_ke;
} answers[] = {
	{ "one of each", "aes256-aes128-sha256-x25519-ecp256", "0000002c 01010004" AES128 SHA256 PRF256 X25519, PROTO_IKE, true },
	{ "two of a type", "aes256-aes128-sha256-x25519", "00000038 01010005" AES256 AES128 SHA256 PRF256 X25519, PROTO_IKE, false },
	{ "not offered", "aes256-sha256-x25519", "0000002c 01010004" AES128 SHA256 PRF256 X25519, PROTO_IKE, false },
	{ "type left out", "aes256-sha256-x25519", "00000024 01010003" AES256 SHA256 "00000008 02000005", PROTO_IKE, false },
	{ "type added", "aes256gcm16-prfsha256-x25519", "0000002c 01010004" GCM256 SHA256 PRF256 X25519, PROTO_IKE, false },
	{ "INTEG NONE added", "aes256gcm16-prfsha256-x25519", "0000002c 01010004" GCM256 INTEG_NONE PRF256 X25519, PROTO_IKE, true },
	{ "number of another proposal", "aes256-sha256-x25519,aes128-sha256-x25519",
	  "0000002c 01010004" AES128 SHA256 PRF256 X25519, PROTO_IKE, false },
	{ "its number", "aes256-sha256-x25519,aes128-sha256-x25519", "0000002c 02010004" AES128 SHA256 PRF256 X25519, PROTO_IKE, true },
	{ "number that was not offered", "aes256-sha256-x25519", "0000002c 02010004" AES256 SHA256 PRF256 X25519, PROTO_IKE, false },
	{ "unknown attribute", "aes256-sha256-x25519", "00000030 01010004 03000010 0100000c 800e0100 80550001" SHA256 PRF256 X25519,
	  PROTO_IKE, false },
	{ "no transforms", "aes256-sha256-x25519", "00000008 01010000", PROTO_IKE, false },
	{ "ESP", "aes256gcm16-esn-noesn", "00000020 01030402 c0000001 0300000c 01000014 800e0100 00000008 05000001", PROTO_ESP, true },
	{ "ESP with SPI 0", "aes256gcm16-esn-noesn", "00000020 01030402 00000000 0300000c 01000014 800e0100 00000008 05000001",
	  PROTO_ESP, false },
	{ "ESP, other protocol", "aes256gcm16", "00000020 01020402 c0000001 0300000c 01000014 800e0100 00000008 05000000", PROTO_ESP, false },
	{ "ESP without KE in IKE_AUTH", "aes256gcm16-x25519", "00000020 01030402 c0000001 0300000c 01000014 800e0100 00000008 05000000",
	  PROTO_ESP, true, true },
	{ "ESP without the KE that was offered", "aes256gcm16-x25519",
	  "00000020 01030402 c0000001 0300000c 01000014 800e0100 00000008 05000000", PROTO_ESP, false },
	{ "ESP, KE optional", "aes256gcm16-x25519-none", "00000020 01030402 c0000001 0300000c 01000014 800e0100 00000008 05000000",
	  PROTO_ESP, true },
};

static void answers_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		struct proposals offered = { 0 }, sent, answer;
		const char *text = answers[i].offered;
		struct reason why = { 0 };
		struct suite suite;

		while (*text) {
			size_t n = strcspn(text, ",");
			assert_true(proposals_add_text(&offered, &arena, answers[i].protocol, bytes(text, n), &why));
			text += n + (text[n] == ',');
		}
		if (!proposals_read(&answer, hex(answers[i].answer), &arena))
			fail_msg("%s: malformed", answers[i].name);
		assert_true(proposals_offer(&sent, &offered, answers[i].without_ke, bytes_none(), &arena));
		if (proposal_accept(&suite, &sent, &answer.list[0], answers[i].without_ke, conf_nowhere(), &arena, &why) !=
		    answers[i].ok)
			fail_msg("%s", answers[i].name);
		assert_true(answers[i].ok || (why.kind == REASON_PROPOSAL && why.got.bytes.len && why.wanted.bytes.len));
	}
}

/* Whatever is chosen from two random lists: the initiator accepts it as written by the responder. */
static uint32_t seed;

static uint32_t next_random(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

static struct proposals random_proposals(enum protocol protocol)
{
	static const char *const words[4][4] = { { "aes128-", "aes256-", "aes128-aes256-", "aes256-aes192-" },
		                                 { "sha256-", "sha384-sha256-", "sha512-", "sha256-sha384-" },
		                                 { "x25519", "ecp256-x25519", "modp2048", "ecp384-ecp256" },
		                                 { "-esn", "-noesn-esn", "-none", "" } };
	struct proposals p = { 0 };
	struct reason why;
	unsigned count = next_random() % 3 + 1;

	for (unsigned i = 0; i < count; i++) {
		char text[128] = "";
		for (unsigned k = 0; k < 4; k++)
			strcat(text, words[k][next_random() % 4]);
		assert_true(proposals_add_text(&p, &arena, protocol, bytes_str(text), &why));
	}
	return p;
}

static void choices_are_accepted(void **state)
{
	struct bytes spi = hex("c0000001");
	unsigned chosen = 0;

	(void)state;
	seed = 1;
	for (unsigned round = 0; round < 2000; round++) {
		enum protocol protocol = round % 2 ? PROTO_ESP : PROTO_IKE;
		struct bytes used = protocol == PROTO_ESP ? spi : bytes_none();
		struct choose_how how = { .prefer_offered = next_random() % 2, .without_ke = protocol == PROTO_ESP && next_random() % 2 };
		struct proposals configured = random_proposals(protocol), mine = random_proposals(protocol), offered, answer;
		const struct proposal *one;
		struct proposal said;
		struct suite a, b;
		struct reason why;

		assert_true(proposals_offer(&offered, &mine, how.without_ke, used, &arena));
		assert_true(proposals_read(&offered, proposals_flat(&offered, &arena), &arena));
		if (proposal_choose(&a, &one, &configured, &offered, how, &arena, &why)) {
			assert_true(proposal_of_suite(&said, &a, one->number, used, &arena));
			assert_true(proposals_read(&answer, proposals_flat(&(struct proposals){ 1, &said }, &arena), &arena));
			assert_true(proposal_accept(&b, &offered, &answer.list[0], how.without_ke, conf_nowhere(), &arena, &why));
			assert_memory_equal(&a, &b, sizeof(a));
			chosen++;
		}
		arena_clear(&arena);
		spi = hex("c0000001");
	}
	assert_true(chosen > 100 && chosen < 1900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(bodies_are_read, clear),
		cmocka_unit_test_teardown(no_cut_is_read, clear),
		cmocka_unit_test_teardown(flat_forms_come_back, clear),
		cmocka_unit_test_teardown(limits_hold, clear),
		cmocka_unit_test_teardown(memory_that_is_out_is_no_crash, clear),
		cmocka_unit_test_teardown(offers_are_judged, clear),
		cmocka_unit_test_teardown(answers_are_checked, clear),
		cmocka_unit_test_teardown(choices_are_accepted, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
