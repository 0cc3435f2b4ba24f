/* SPDX-License-Identifier: ISC */
/*
 * Real messages, read and written again to the byte. Sources and licences: README.md beside this file.
 */
#include "support/unit.h"

#include "iana/ikev2.h"
#include "support/hex.h"
#include "support/wire.h"

/* aosp: IKE_SA_INIT request. */
static const char aosp_init[] =
	"5f54bf6d8b48e6e10000000000000000212022080000000000000150220000300000002c010100040300000c"
	"0100000c800e00800300000803000002030000080400000200000008020000022800008800020000b4a2faf4"
	"bb54878ae21d638512ece55d9236fc5046ab6cef82220f421f3ce6361faf36564ecb6d28798a94aad7b2b4b6"
	"03ddeaaa5630adb9ece8ac37534036040610ebdd92f46bef84f0be7db860351843858f8acf87056e272377f7"
	"0c9f2d81e29c7b0ce4f291a3a72476bb0b278fd4b7b0a4c26bbeb08214c707137607958729000024c39b7f36"
	"8f4681b89fa9b7be6465abd7c5f68b6ed5d3b4c72cb4240eb5c464122900001c00004004e54f73b7d83f6beb"
	"881eab2051d8663f421d10b02b00001c00004005d915368ca036004cb578ae3e3fb268509aeab19000000020"
	"699369228741c6d4ca094c93e242c9de19e7b7c60000000500000500";

/* aosp: IKE_AUTH request, AES-CBC-128 and HMAC-SHA1-96. */
static const char aosp_auth[] =
	"5f54bf6d8b48e6e1909232b3d1edcb5c2e20230800000001000000ec230000d0b9132b7bb9f658dfdc648e50"
	"17a6322a030c316ce55f365760d46426ce5cfc78bd1ed9abff63eb9594c1bd5846de333ecd3ea2b705d18293"
	"b130395300ba92a3510413450a10525cea51b2753b4e92b081fd78d995659a98f742278ff9b8fd3e21554865"
	"c15c79a5134d66b2744966089e416c60a274e44a9a3f084eb02f3bdce1e7de9de8d9a62773ab563b9a69ba1d"
	"b03c752acb6136452b8a86c41addb4210d68c423efed80e26edca5fa3fe5d0a5ca9375ce332c474b93fb1fa3"
	"59eb4e81ae6e0f22abdad69ba8007d50";

/* aosp: what is inside of it. */
static const char aosp_auth_inside[] =
	"2400000c010000000a50500d2700000c010000000a5050502100001c02000000df7c038aefaaa32d3f44b228"
	"b52a332744dfb2c12c00002c00000028010304032ad4c0a20300000c0100000c800e00800300000803000002"
	"00000008050000002d00001801000000070000100000ffff00000000ffffffff290000180100000007000010"
	"0000ffff00000000ffffffff29000008000040000000000c0000400100000001";

/* aosp: an SA payload with two proposals of 25 and 26 transforms. */
static const char aosp_two_proposals[] =
	"020000dc010100190300000c0100000c800e00800300000c0100000c800e00c00300000c0100000c800e0100"
	"0300000801000003030000080300000c030000080300000d030000080300000e030000080300000203000008"
	"0300000503000008020000050300000802000006030000080200000703000008020000040300000802000002"
	"030000080400001303000008040000140300000804000015030000080400001c030000080400001d03000008"
	"0400001e030000080400001f030000080400000f03000008040000100300000804000012000000080400000e"
	"000001000201001a0300000c01000014800e00800300000c01000014800e00c00300000c01000014800e0100"
	"0300000c0100001c800e01000300000c01000013800e00800300000c01000013800e00c00300000c01000013"
	"800e01000300000c01000012800e00800300000c01000012800e00c00300000c01000012800e010003000008"
	"0200000503000008020000060300000802000007030000080200000403000008020000020300000804000013"
	"03000008040000140300000804000015030000080400001c030000080400001d030000080400001e03000008"
	"0400001f030000080400000f03000008040000100300000804000012000000080400000e";

/* aosp: AUTH by Digital Signature. */
static const char aosp_signature[] =
	"0e0000000f300d06092a864886f70d01010b05007b2f4456878b1344e803f094159a59361bc639071b69de41"
	"915452c478b77a46ce4a2c96ddc7ba2c18d0840650ce51c77124605423a2f75d8ed4b5a1ec5944c3396221a3"
	"9e25def09abe5c9f6d9cd70e8f6254d4c835015256c9d6c26f0c6d31ac96a2ed802ccb16e48e7ff3daf73622"
	"1b18c2a972130a69edb197a505a312882baed95d38a47bf6784533f2ffee671d742b5ae463216e46ef970ee6"
	"a335ffb3fc9c170a680fb802bb950cb05601339be8869a73f8f85254d792b6e91697d8893ccd34b5fb6aad62"
	"68c4ab0f9ead7b3f8a4a255e1b2eabfa3da0de284f3954cf49271918dd2d2db95c8e78129aea77e5761ac568"
	"3a0b5af300ceb52f5e8d8168";

/* rfc7634: appendix B, an INFORMATIONAL request with ChaCha20-Poly1305. */
static const char rfc7634[] =
	"c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029101112131415161761039470"
	"1f8d017f7c129248896b71bfe25236efd7cdc67066906315b2";
static const char rfc7634_text[] = "0000000c000040010000000a00";

/* Writes every payload of `p` again through its own reader and writer. */
static void rewrite(struct message_writer *m, const struct payloads *p, struct arena *arena)
{
	for (unsigned i = 0; i < p->count; i++) {
		struct bytes again;

		assert_true(wire_reread(p->list[i].type, p->list[i].body, &again, arena));
		payload_write(m, p->list[i].type, again);
	}
}

static void init_request(void **state)
{
	static const uint8_t want[] = { 33, 34, 40, 41, 41, 43 };
	struct arena arena = { 0 };
	struct reason why;
	struct bytes message = hex(&arena, aosp_init);
	struct ike_header h;
	struct payloads p;
	struct ke ke;
	struct bytes nonce;
	struct notify n;
	uint8_t room[512];
	struct message_writer m;

	(void)state;
	assert_true(ike_header_read(&h, message, &why));
	assert_int_equal(h.exchange, IKEV2_EXCHANGE_IKE_SA_INIT);
	assert_int_equal(h.spi_i, 0x5f54bf6d8b48e6e1);
	assert_true(payloads_read(&p, h.next, bytes(message.at + IKE_HEADER_LEN, message.len - IKE_HEADER_LEN), &arena, &why));
	assert_int_equal(p.count, COUNT_OF(want));
	for (size_t i = 0; i < COUNT_OF(want); i++)
		assert_int_equal(p.list[i].type, want[i]);
	assert_true(ke_read(&ke, p.list[1].body));
	assert_int_equal(ke.method, 2);
	assert_int_equal(ke.value.len, 128);
	assert_true(nonce_read(&nonce, p.list[2].body));
	assert_int_equal(nonce.len, 32);
	assert_true(notify_find(&n, &p, IKEV2_NOTIFY_NAT_DETECTION_SOURCE_IP));
	assert_int_equal(n.data.len, 20);
	assert_false(notify_find_error(&n, &p));

	m = message_begin(room, sizeof room, &h);
	rewrite(&m, &p, &arena);
	assert_true(bytes_equal(message_end(&m), message));
	arena_clear(&arena);
}

static void auth_request(void **state)
{
	static const uint8_t want[] = { 35, 36, 39, 33, 44, 45, 41, 41 };
	struct arena arena = { 0 };
	struct reason why;
	struct bytes message = hex(&arena, aosp_auth), inside = hex(&arena, aosp_auth_inside), again;
	struct ike_header h;
	struct payloads p;
	struct sk_layout read, written;
	uint8_t room[512], first;
	struct message_writer m;
	struct writer w = writer(room, sizeof room);

	(void)state;
	assert_true(ike_header_read(&h, message, &why));
	assert_true(payloads_read(&p, h.next, bytes(message.at + IKE_HEADER_LEN, message.len - IKE_HEADER_LEN), &arena, &why));
	assert_int_equal(p.count, 1);
	assert_int_equal(p.sk_next, IKEV2_PAYLOAD_ID_I);
	assert_true(sk_layout_read(&read, &p.list[0], message.len, 16, 16, 12));
	assert_int_equal(read.text_len, 176);

	/* Ours is laid out alike, with the same padding: with their IV, text and ICV put in it is the same message. */
	assert_true(sk_write(&w, &h, p.sk_next, inside, 16, 16, 12, &written));
	assert_memory_equal(&written, &read, sizeof read);
	assert_memory_equal(room, message.at, written.iv_at);
	assert_int_equal(room[written.icv_at - 1], 11);
	assert_true(sk_unpad(&again, bytes(room + written.text_at, written.text_len)));
	assert_true(bytes_equal(again, inside));

	assert_true(payloads_read(&p, IKEV2_PAYLOAD_ID_I, inside, &arena, &why));
	assert_int_equal(p.count, COUNT_OF(want));
	for (size_t i = 0; i < COUNT_OF(want); i++)
		assert_int_equal(p.list[i].type, want[i]);
	m = chain_begin(room, sizeof room);
	rewrite(&m, &p, &arena);
	assert_true(bytes_equal(chain_end(&m, &first), inside));
	assert_int_equal(first, IKEV2_PAYLOAD_ID_I);
	arena_clear(&arena);
}

static void chacha_message(void **state)
{
	struct arena arena = { 0 };
	struct reason why;
	struct bytes message = hex(&arena, rfc7634), text = hex(&arena, rfc7634_text), chain;
	struct ike_header h;
	struct payloads p;
	struct sk_layout read, written;
	uint8_t room[128];
	struct writer w = writer(room, sizeof room);
	struct notify n;

	(void)state;
	assert_true(ike_header_read(&h, message, &why));
	assert_true(payloads_read(&p, h.next, bytes(message.at + IKE_HEADER_LEN, message.len - IKE_HEADER_LEN), &arena, &why));
	assert_int_equal(p.sk_next, IKEV2_PAYLOAD_NOTIFY);
	assert_true(sk_layout_read(&read, &p.list[0], message.len, 8, 1, 16));
	assert_int_equal(read.aad_len, 32);
	assert_int_equal(read.text_len, text.len);
	assert_int_equal(read.icv_at + 16, message.len);

	assert_true(sk_unpad(&chain, text));
	assert_true(sk_write(&w, &h, IKEV2_PAYLOAD_NOTIFY, chain, 8, 1, 16, &written));
	assert_memory_equal(&written, &read, sizeof read);
	assert_memory_equal(room, message.at, written.aad_len);
	assert_memory_equal(room + written.text_at, text.at, text.len);

	assert_true(payloads_read(&p, IKEV2_PAYLOAD_NOTIFY, chain, &arena, &why));
	assert_true(notify_find(&n, &p, IKEV2_NOTIFY_SET_WINDOW_SIZE));
	assert_int_equal(get_u32(n.data.at), 10);
	arena_clear(&arena);
}

static void single_payloads(void **state)
{
	static const struct {
		uint8_t type;
		const char *hex;
	} rows[] = { { IKEV2_PAYLOAD_SA, aosp_two_proposals }, { IKEV2_PAYLOAD_AUTH, aosp_signature } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena arena = { 0 };
		struct bytes body = hex(&arena, rows[i].hex), again;

		assert_true(wire_reread(rows[i].type, body, &again, &arena));
		assert_true(bytes_equal(body, again));
		arena_clear(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_request),
		cmocka_unit_test(auth_request),
		cmocka_unit_test(chacha_message),
		cmocka_unit_test(single_payloads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
