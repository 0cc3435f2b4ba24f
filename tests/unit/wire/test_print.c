/* SPDX-License-Identifier: ISC */
/*
 * The lines that logs show. Exact for good payloads; for odd ones: one line, printable, whatever came.
 */
#include "support/unit.h"

#include "iana/ikev2.h"
#include "support/hex.h"
#include "wire/ike.h"

static const struct {
	uint8_t type;
	const char *hex, *line;
} rows[] = {
	{ 33, "00000028 01030402 2ad4c0a2 0300000c 01000014 800e0100 00000008 05000000",
	  "SA: malformed, 32 bytes\n" },
	{ 33, "00000020 01030402 2ad4c0a2 0300000c 01000014 800e0100 00000008 05000000",
	  "SA: #1 ESP:AES_GCM_16_256/NO_EXT_SEQ SPI 2ad4c0a2\n" },
	{ 35, "02000000 6d6f6f6e0a", "IDi: ID_FQDN moon\\x0a\n" },
	{ 36, "01000000 c0000201", "IDr: ID_IPV4_ADDR 192.0.2.1\n" },
	{ 36, "00000000", "IDr: malformed, 4 bytes\n" },
	{ 37, "04 3000", "CERT: X.509 Certificate - Signature, 2 bytes\n" },
	{ 38, "04 000102030405060708090a0b0c0d0e0f10111213", "CERTREQ: X.509 Certificate - Signature, 1 authorities\n" },
	{ 44, "01000000 07060010 00500050 0a000000 0affffff", "TSi: 10.0.0.0/8[tcp/http]\n" },
	{ 45, "01000000 07060010 00500050 0a000000 0affff", "TSr: malformed, 19 bytes\n" },
	{ 34, "001f 0000 aabb", "KE: Curve25519, 2 bytes\n" },
	{ 34, "03ff 0000 aabb", "KE: (1023), 2 bytes\n" },
	{ 34, "001f", "KE: malformed, 2 bytes\n" },
	{ 39, "02000000 aabbccdd", "AUTH: Shared Key Message Integrity Code, 4 bytes\n" },
	{ 40, "000102030405060708090a0b0c0d0e0f", "Nonce: 16 bytes\n" },
	{ 40, "00", "Nonce: malformed, 1 bytes\n" },
	{ 41, "0000 4000", "N: INITIAL_CONTACT\n" },
	{ 41, "0304 4009 2ad4c0a2", "N: REKEY_SA, ESP SPI 2ad4c0a2\n" },
	{ 41, "0000 0011 001f", "N: INVALID_KE_PAYLOAD, wants Curve25519\n" },
	{ 41, "0000 0001 c8", "N: UNSUPPORTED_CRITICAL_PAYLOAD, payload (200)\n" },
	{ 41, "0000 402f 0002 0003 1000", "N: SIGNATURE_HASH_ALGORITHMS, SHA2-256 SHA2-384 (4096)\n" },
	{ 41, "0000 402f 0002 00", "N: SIGNATURE_HASH_ALGORITHMS, SHA2-256\n" },
	{ 41, "0000 4006 0102", "N: COOKIE, 2 bytes\n" },
	{ 41, "0000 9f00", "N: (40704)\n" },
	{ 42, "01000000", "D: IKE\n" },
	{ 42, "0304 0002 2ad4c0a2 2ad4c0a3", "D: ESP 2ad4c0a2 2ad4c0a3\n" },
	{ 43, "0102", "V: 0102\n" },
	{ 46, "0102", "SK: 2 bytes\n" },
	{ 53, "0001 0003 aabbcc", "SKF: 1 of 3, 7 bytes\n" },
	{ 53, "0004 0003 aabbcc", "SKF: malformed, 7 bytes\n" },
	{ 47, "01000000 0001 0000 0008 0000", "CP: CFG_REQUEST INTERNAL_IP4_ADDRESS, INTERNAL_IP6_ADDRESS\n" },
	{ 47, "02000000 0001 0004 0a000001 000d 0008 0a000000ff000000",
	  "CP: CFG_REPLY INTERNAL_IP4_ADDRESS=10.0.0.1, INTERNAL_IP4_SUBNET=10.0.0.0/255.0.0.0\n" },
	{ 47, "02000000 0008 0011 20010db800000000000000000000000140", "CP: CFG_REPLY INTERNAL_IP6_ADDRESS=2001:db8::1/64\n" },
	{ 47, "02000000 0007 0003 610a62", "CP: CFG_REPLY APPLICATION_VERSION=a\\x0ab\n" },
	{ 48, "01 07 0005 01", "EAP: Request 7 Identity, 0 bytes\n" },
	{ 48, "03 07 0004", "EAP: Success 7\n" },
	{ 200, "0102", "(200): 2 bytes\n" },
};

static void lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena = { 0 };
		struct payload one = { .type = rows[i].type, .body = hex(&arena, rows[i].hex) };
		struct payloads p = { .count = 1, .list = &one };
		struct text t = { 0 };

		payloads_print(&t, &p);
		assert_string_equal(text_str(&t), rows[i].line);
		text_clear(&t);
		arena_clear(&arena);
	}
}

static void headers(void **state)
{
	struct ike_header h = { .spi_i = 0x5f54bf6d8b48e6e1, .major = 2, .exchange = 34, .flags = 0x08, .length = 336 };
	struct text t = { 0 };

	(void)state;
	ike_header_print(&t, &h);
	assert_string_equal(text_str(&t),
	                    "IKE_SA_INIT request 0 of initiator, SPIs 5f54bf6d8b48e6e1_i 0000000000000000_r, 336 bytes\n");
	text_clear(&t);
	h = (struct ike_header){ .major = 15, .minor = 15, .exchange = 255, .flags = 0xff, .message_id = UINT32_MAX,
		                 .length = UINT32_MAX };
	ike_header_print(&t, &h);
	assert_string_equal(text_str(&t), "IKE 15.15 (255) response 4294967295 of initiator, SPIs 0000000000000000_i "
	                                  "0000000000000000_r, 4294967295 bytes\n");
	text_clear(&t);
}

/* Any bytes as any payload: one line, printable ASCII. */
static void odd_bodies(void **state)
{
	uint32_t x = 1;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		uint8_t body[48];
		struct payload one = { .type = (uint8_t)(33 + round % 23), .critical = round & 1 };
		struct payloads p = { .count = 1, .list = &one };
		struct text t = { 0 };
		size_t len = round % sizeof body;

		for (size_t i = 0; i < len; i++) {
			x = x * 1664525u + 1013904223u;
			body[i] = (uint8_t)(x >> 24);
			if (i < 4 && round % 3 == 0)
				body[i] &= 0x0f; /* small numbers get further */
		}
		one.body = bytes(body, len);
		payloads_print(&t, &p);
		assert_true(t.len > 0 && t.at[t.len - 1] == '\n');
		for (size_t i = 0; i + 1 < t.len; i++)
			assert_in_range(t.at[i], 0x20, 0x7e);
		text_clear(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(headers),
		cmocka_unit_test(odd_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
