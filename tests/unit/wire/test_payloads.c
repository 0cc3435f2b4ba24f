/* SPDX-License-Identifier: ISC */
/*
 * The body of each payload: good, broken and border rows. Each good row is also written again and must be the same
 * bytes; where reserved or ignored bits are set, `again` is what we would send. RFC 7296 3.3 to 3.16.
 */
#include "support/unit.h"

#include "iana/ikev2.h"
#include "support/hex.h"
#include "support/wire.h"

#define N16 "000102030405060708090a0b0c0d0e0f"
#define N64 N16 N16 N16 N16
#define SAME NULL

static const struct {
	const char *name;
	uint8_t type;
	const char *hex;
	bool ok;
	const char *again;
} rows[] = {
	/* KE */
	{ "KE: one byte of value", 34, "001f 0000 aa", true, SAME },
	{ "KE: reserved bits set", 34, "001f ffff aa", true, "001f 0000 aa" },
	{ "KE: method 65535", 34, "ffff 0000 aa", true, SAME },
	{ "KE: no value", 34, "001f 0000", false, SAME },
	{ "KE: cut in reserved", 34, "001f 00", false, SAME },
	{ "KE: empty", 34, "", false, SAME },
	/* ID */
	{ "ID: IPv4", 35, "01000000 c0000264", true, SAME },
	{ "ID: IPv4 of 3 bytes", 35, "01000000 c00002", false, SAME },
	{ "ID: IPv4 of 5 bytes", 35, "01000000 c000026400", false, SAME },
	{ "ID: IPv6 of 15 bytes", 36, "05000000 200100000db8000000000000000000", false, SAME },
	{ "ID: IPv6 of 16 bytes", 36, "05000000 200100000db800000000000000000001", true, SAME },
	{ "ID: FQDN", 36, "02000000 67772e6578616d706c65", true, SAME },
	{ "ID: FQDN with a NUL inside", 36, "02000000 670077", true, SAME },
	{ "ID: KEY_ID of nothing", 35, "0b000000", true, SAME },
	{ "ID: ID_NULL", 35, "0d000000", true, SAME },
	{ "ID: unknown type", 35, "fa000000 01", true, SAME },
	{ "ID: reserved bits set", 35, "02ffffff 61", true, "02000000 61" },
	{ "ID: type 0 is no peer's to claim", 35, "00000000", false, SAME },
	{ "ID: type 0 with data", 36, "00000000 61", false, SAME },
	{ "ID: a subnet is no peer's to claim", 36, "04000000 0a000000 ff000000", false, SAME },
	{ "ID: nor a range of IPv6", 36, "08000000" N16 N16, false, SAME },
	{ "ID: three bytes", 35, "020000", false, SAME },
	{ "ID: empty", 35, "", false, SAME },
	/* CERT, CERTREQ */
	{ "CERT: X.509", 37, "04 3000", true, SAME },
	{ "CERT: no data", 37, "04", true, SAME },
	{ "CERT: empty", 37, "", false, SAME },
	{ "CERTREQ: one hash", 38, "04 000102030405060708090a0b0c0d0e0f10111213", true, SAME },
	{ "CERTREQ: none", 38, "04", true, SAME },
	{ "CERTREQ: half a hash is the reader's next to judge", 38, "04 00010203040506070809", true, SAME },
	{ "CERTREQ: empty", 38, "", false, SAME },
	/* AUTH */
	{ "AUTH: PSK", 39, "02000000 df7c038aefaaa32d3f44b228b52a332744dfb2c1", true, SAME },
	{ "AUTH: reserved bits set", 39, "02ffffff 01", true, "02000000 01" },
	{ "AUTH: no data is read, and never right", 39, "02000000", true, SAME },
	{ "AUTH: method 255", 39, "ff000000 01", true, SAME },
	{ "AUTH: cut", 39, "020000", false, SAME },
	{ "AUTH: empty", 39, "", false, SAME },
	/* Nonce */
	{ "Nonce: 15 bytes", 40, "000102030405060708090a0b0c0d0e", false, SAME },
	{ "Nonce: 16 bytes", 40, N16, true, SAME },
	{ "Nonce: 256 bytes", 40, N64 N64 N64 N64, true, SAME },
	{ "Nonce: 257 bytes", 40, N64 N64 N64 N64 "00", false, SAME },
	{ "Nonce: empty", 40, "", false, SAME },
	/* Notify */
	{ "Notify: no SPI, no data", 41, "0000 4000", true, SAME },
	{ "Notify: protocol without SPI is ignored", 41, "0100 4000", true, "0000 4000" },
	{ "Notify: ESP SPI", 41, "0304 4009 2ad4c0a2", true, SAME },
	{ "Notify: ESP SPI and data", 41, "0304 4009 2ad4c0a2 ffff", true, SAME },
	{ "Notify: IKE SPI", 41, "0108 4009 0102030405060708", true, SAME },
	{ "Notify: SPI of 1", 41, "0301 4009 2a", false, SAME },
	{ "Notify: SPI of 16", 41, "0110 4009 " N16, false, SAME },
	{ "Notify: SPI size 255", 41, "03ff 4009 2ad4c0a2", false, SAME },
	{ "Notify: SPI cut", 41, "0304 4009 2ad4c0", false, SAME },
	{ "Notify: type 0", 41, "0000 0000", true, SAME },
	{ "Notify: type 65535", 41, "0000 ffff 00", true, SAME },
	{ "Notify: three bytes", 41, "000040", false, SAME },
	{ "Notify: empty", 41, "", false, SAME },
	/* Delete */
	{ "Delete: IKE SA", 42, "01000000", true, SAME },
	{ "Delete: IKE SA with a count is nothing to walk through", 42, "0100ffff", true, "01000000" },
	{ "Delete: IKE SA with SPI size", 42, "0108 0001 0102030405060708", false, SAME },
	{ "Delete: one ESP", 42, "0304 0001 2ad4c0a2", true, SAME },
	{ "Delete: two AH", 42, "0204 0002 2ad4c0a2 2ad4c0a3", true, SAME },
	{ "Delete: no ESP at all", 42, "0304 0000", true, SAME },
	{ "Delete: ESP with SPI size 0", 42, "0300 0000", false, SAME },
	{ "Delete: ESP with SPI size 0 and a count", 42, "0300 ffff", false, SAME },
	{ "Delete: ESP with SPI size 8", 42, "0308 0001 0102030405060708", false, SAME },
	{ "Delete: one less than said", 42, "0304 0002 2ad4c0a2", false, SAME },
	{ "Delete: one more than said", 42, "0304 0001 2ad4c0a2 2ad4c0a3", false, SAME },
	{ "Delete: count 65535", 42, "0304 ffff 2ad4c0a2", false, SAME },
	{ "Delete: 255 x 65535", 42, "04ff ffff 2ad4c0a2", false, SAME },
	{ "Delete: unknown protocol", 42, "c802 0001 beef", true, SAME },
	{ "Delete: cut", 42, "030400", false, SAME },
	{ "Delete: empty", 42, "", false, SAME },
	/* Vendor ID: anything */
	{ "Vendor ID: empty", 43, "", true, SAME },
	{ "Vendor ID", 43, "0102030405", true, SAME },
	/* CP */
	{ "CP: no attribute", 47, "01000000", true, SAME },
	{ "CP: asks for an address", 47, "01000000 0001 0000", true, SAME },
	{ "CP: two", 47, "02000000 0001 0004 0a000001 0003 0004 0a000035", true, SAME },
	{ "CP: reserved bits set", 47, "02ffffff 8001 0000", true, "02000000 0001 0000" },
	{ "CP: attribute of 65535", 47, "02000000 0001 ffff 0a", false, SAME },
	{ "CP: attribute one short", 47, "02000000 0001 0004 0a0000", false, SAME },
	{ "CP: attribute cut in its header", 47, "02000000 0001 00", false, SAME },
	{ "CP: one byte behind", 47, "02000000 0001 0000 00", false, SAME },
	{ "CP: cut", 47, "020000", false, SAME },
	{ "CP: empty", 47, "", false, SAME },
	/* EAP */
	{ "EAP: request identity", 48, "01 01 0005 01", true, SAME },
	{ "EAP: response with data", 48, "02 01 0008 01 616263", true, SAME },
	{ "EAP: success", 48, "03 07 0004", true, SAME },
	{ "EAP: failure", 48, "04 07 0004", true, SAME },
	{ "EAP: success with more", 48, "03 07 0005 00", false, SAME },
	{ "EAP: request without type", 48, "01 01 0004", false, SAME },
	{ "EAP: length one less", 48, "01 01 0004 01", false, SAME },
	{ "EAP: length one more", 48, "01 01 0006 01", false, SAME },
	{ "EAP: length 65535", 48, "01 01 ffff 01", false, SAME },
	{ "EAP: length 0", 48, "01 01 0000 01", false, SAME },
	{ "EAP: unknown code", 48, "09 01 0005 01", true, SAME },
	{ "EAP: cut", 48, "01 01 00", false, SAME },
	{ "EAP: empty", 48, "", false, SAME },
	/* SA: the proposals themselves are policy's; here: they come through */
	{ "SA: one proposal of ESP", 33, "00000028 01030403 2ad4c0a2 0300000c 0100000c 800e0080 03000008 03000002 00000008 05000000",
	  true, SAME },
	{ "SA: SPI size lies", 33, "00000028 0103ff03 2ad4c0a2 0300000c 0100000c 800e0080 03000008 03000002 00000008 05000000",
	  false, SAME },
	{ "SA: empty", 33, "", false, SAME },
	/* TS */
	{ "TS: all of IPv4", 44, "01000000 07000010 0000ffff 00000000 ffffffff", true, SAME },
	{ "TS: reserved bits set", 45, "01ffffff 07000010 0000ffff 00000000 ffffffff", true,
	  "01000000 07000010 0000ffff 00000000 ffffffff" },
	{ "TS: one more than said", 44, "00000000 07000010 0000ffff 00000000 ffffffff", false, SAME },
	{ "TS: one less than said", 44, "02000000 07000010 0000ffff 00000000 ffffffff", false, SAME },
	{ "TS: length of a selector lies", 44, "01000000 07000011 0000ffff 00000000 ffffffff", false, SAME },
	{ "TS: empty", 44, "", false, SAME },
};

static void body_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena = { 0 };
		struct bytes again, want;

		if (wire_reread(rows[i].type, hex(&arena, rows[i].hex), &again, &arena) != rows[i].ok)
			fail_msg("%s", rows[i].name);
		want = hex(&arena, rows[i].again ? rows[i].again : rows[i].hex);
		if (rows[i].ok && !bytes_equal(again, want))
			fail_msg("%s: written differently", rows[i].name);
		arena_clear(&arena);
	}
}

/* No cut of a good body is read past its end; what is still read is written back to the same bytes. */
static void every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena = { 0 };
		struct bytes whole = hex(&arena, rows[i].hex), again;

		for (size_t n = 0; n < whole.len && rows[i].ok && !rows[i].again; n++) {
			struct bytes cut = n > 0 ? arena_copy(&arena, bytes(whole.at, n)) : bytes_none();

			if (wire_reread(rows[i].type, cut, &again, &arena) && !bytes_equal(cut, again))
				fail_msg("%s: cut to %zu bytes", rows[i].name, n);
		}
		arena_clear(&arena);
	}
}

/* Good bodies with some bytes changed, cut or doubled: whatever is still read is stable. Always the same 200,000 bodies. */
static void changed_bodies(void **state)
{
	uint32_t x = 7, read = 0;

	(void)state;
	for (unsigned round = 0; round < 200000; round++) {
		struct arena arena = { 0 };
		size_t i = round % COUNT_OF(rows);
		struct bytes good = hex(&arena, rows[i].hex), again;
		uint8_t body[1024];
		size_t len = good.len;

		assert_true(len < sizeof body / 2);
		if (len > 0)
			memcpy(body, good.at, len);
		for (unsigned n = 1 + round % 3; n > 0 && len > 0; n--) {
			x = x * 1664525u + 1013904223u;
			body[(x >> 8) % len] = (uint8_t)(x >> 3 & 1 ? x >> 24 : x >> 30); /* often small: counts and lengths */
		}
		if (round % 7 == 0 && len > 4)
			memcpy(body + len, body + 4, len - 4), len += len - 4;
		else if (round % 7 == 1 && len > 0)
			len -= 1 + (x >> 16) % len;
		if (!wire_stable(rows[i].type, bytes(body, len), &arena))
			fail_msg("%s, round %u", rows[i].name, round);
		read += wire_reread(rows[i].type, bytes(body, len), &again, &arena);
		arena_clear(&arena);
	}
	assert_in_range(read, 20000, 190000); /* neither all nor nothing: the changes are worth their time */
}

static void values_are_where_the_pictures_say(void **state)
{
	struct arena arena = { 0 };
	struct notify n;
	struct delete_payload d;
	struct cp_payload cp;
	struct eap_payload e;
	struct identity id;

	(void)state;
	assert_true(notify_read(&n, hex(&arena, "0304 4009 2ad4c0a2 beef")));
	assert_int_equal(n.protocol, PROTO_ESP);
	assert_int_equal(n.type, IKEV2_NOTIFY_REKEY_SA);
	assert_int_equal(get_u32(n.spi.at), 0x2ad4c0a2);
	assert_int_equal(n.data.len, 2);

	assert_true(delete_read(&d, hex(&arena, "0204 0002 00000001 00000002")));
	assert_int_equal(d.protocol, PROTO_AH);
	assert_int_equal(d.count, 2);
	assert_int_equal(d.spis.len, 8);

	assert_true(delete_read(&d, hex(&arena, "0100ffff")));
	assert_int_equal(d.count, 0); /* nothing to walk through */

	assert_true(cp_read(&cp, hex(&arena, "02000000 0001 0004 0a000001 8003 0000"), &arena));
	assert_int_equal(cp.type, IKEV2_CFG_REPLY);
	assert_int_equal(cp.count, 2);
	assert_int_equal(cp.list[0].type, IKEV2_CP_INTERNAL_IP4_ADDRESS);
	assert_int_equal(cp.list[0].value.len, 4);
	assert_int_equal(cp.list[1].type, IKEV2_CP_INTERNAL_IP4_DNS);

	assert_true(eap_read(&e, hex(&arena, "02 09 0008 1a 616263")));
	assert_int_equal(e.code, 2);
	assert_int_equal(e.identifier, 9);
	assert_int_equal(e.type, 26);
	assert_int_equal(e.data.len, 3);

	assert_true(id_read(&id, hex(&arena, "02000000 6177")));
	assert_int_equal(id.type, ID_FQDN);
	assert_int_equal(id.data.len, 2);
	assert_null(id.regex);
	arena_clear(&arena);
}

static void too_many_attributes(void **state)
{
	static uint8_t body[4 + 4 * 70] = { 1 };

	(void)state;
	for (unsigned n = 0; n <= 70; n++) {
		struct arena arena = { 0 };
		struct cp_payload cp;

		assert_int_equal(cp_read(&cp, bytes(body, 4 + 4 * n), &arena), n <= CP_ATTRIBUTES_MAX);
		assert_int_equal(cp.count, n <= CP_ATTRIBUTES_MAX ? n : 0);
		arena_clear(&arena);
	}
}

/* A malformed notify hides none of the others; error and status are told apart at 16384. */
static void notifies_are_found(void **state)
{
	struct arena arena = { 0 };
	struct reason why;
	struct payloads p;
	struct notify n;

	(void)state;
	assert_true(payloads_read(&p, 41, hex(&arena, "29000006 0301 29000008 00004000 2900000a 00000011 001f 00000008 00003fff"),
	                          &arena, &why));
	assert_true(notify_find(&n, &p, IKEV2_NOTIFY_INITIAL_CONTACT));
	assert_true(notify_find_error(&n, &p));
	assert_int_equal(n.type, IKEV2_NOTIFY_INVALID_KE_PAYLOAD);
	assert_int_equal(get_u16(n.data.at), 31);
	assert_true(notify_find(&n, &p, 16383));
	assert_false(notify_find(&n, &p, IKEV2_NOTIFY_COOKIE));
	assert_int_equal(n.type, 0);

	assert_true(payloads_read(&p, 41, hex(&arena, "00000008 00004000"), &arena, &why));
	assert_false(notify_find_error(&n, &p));
	arena_clear(&arena);
}

/* What cannot be said is not said: the writer is full instead. */
static void unsayable(void **state)
{
	struct arena arena = { 0 };
	uint8_t memory[512], first, spi[9] = { 0 };
	struct message_writer m = chain_begin(memory, sizeof memory);
	struct proposals none = { 0 };

	(void)state;
	notify_write(&m, PROTO_IKE, bytes(spi, 9), 1, bytes_none());
	assert_int_equal(chain_end(&m, &first).len, 0);
	m = chain_begin(memory, sizeof memory);
	delete_write(&m, PROTO_ESP, 4, bytes(spi, 9));
	assert_int_equal(chain_end(&m, &first).len, 0);
	m = chain_begin(memory, sizeof memory);
	delete_write(&m, PROTO_IKE, 0, bytes(spi, 4));
	assert_int_equal(chain_end(&m, &first).len, 0);
	m = chain_begin(memory, sizeof memory);
	sa_write(&m, &none, &arena);
	assert_int_equal(chain_end(&m, &first).len, 0);
	arena_clear(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(body_table),          cmocka_unit_test(every_cut),
		cmocka_unit_test(changed_bodies),
		cmocka_unit_test(too_many_attributes), cmocka_unit_test(values_are_where_the_pictures_say),
		cmocka_unit_test(notifies_are_found),  cmocka_unit_test(unsayable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
