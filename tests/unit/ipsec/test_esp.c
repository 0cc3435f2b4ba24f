/* SPDX-License-Identifier: ISC */
/*
 * ESP against published vectors, against itself, and against what an attacker or a broken peer sends.
 *
 * Sources of the vectors: draft-mcgrew-gcm-test-01 section 4 (AES-GCM, ESN and not), RFC 7634 appendix A
 * (ChaCha20-Poly1305), RFC 3602 section 4 cases 5 to 8 (AES-CBC, without integrity: only the ciphertext is compared).
 */
#include "support/unit.h"
#include "support/with_crypto.h"

#include <stdlib.h>

#include "ipsec/esp.h"
#include "ipsec/packet.h"
#include "packets.h"

static const struct {
	const char *name;
	uint16_t encr, bits;
	const char *key, *salt;
	uint32_t spi;
	bool esn;
	uint64_t sequence;
	const char *iv;
	uint8_t next;
	const char *inner, *sealed; /* without padding; ciphertext and, of AEADs, ICV */
} vectors[] = {
	{ "AES-GCM case 1", 20, 128, "4c80cdefbb5d10da906ac73c3613a634", "2e443b68", 0x00004321, true, 0x8765432100000000,
	  "4956ed7e3b244cfe", 1,
	  "45000048699a000080114db7c0a80102c0a801010a9bf15638d301000001000000000000045f736970045f7564700373"
	  "69700963796265726369747902646b0000210001",
	  "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34cfa2436f14a3f3cf65925bf1f4a13c5d"
	  "15b21e1884f5ff6247aeabb786b93bce61bc17d768fd9732459018148f6cbe722fd04796562dfdb4" },
	{ "AES-GCM case 2", 20, 128, "feffe9928665731c6d6a8f9467308308", "cafebabe", 0x0000a5f8, false, 0x0000000a,
	  "facedbaddecaf888", 1,
	  "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d0010000010000000000000373697009637962"
	  "65726369747902646b0000010001",
	  "deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c3de81827c10e9a4f51330d0eec416642"
	  "cfbb85a5b47e48a4ec3b9ba95d918bd183b70d3aa8bc6ee4c309e9d85a41ad4a" },
	{ "AES-GCM case 4", 20, 128, "00000000000000000000000000000000", "00000000", 0x00000000, false, 0x00000001,
	  "0000000000000000", 1,
	  "4500003c99c500008001cb7a40679318010101010800075c020044006162636465666768696a6b6c6d6e6f7071727374"
	  "757677616263646566676869",
	  "4688daf2f973a392732909c331d56d60f694abaa414b5e7ff5fdcdfff5e9a284456476492719ffb64de7d9dca1e1d894"
	  "bc3bd57873ed4d181d19d4d5c8c18af3f821d496eeb096e98ad2b69e4799c71d" },
	{ "AES-GCM case 5", 20, 128, "3de09874b388e6491988d0c3607eae1f", "57690e43", 0x42f67e3f, true, 0x1010101010101010,
	  "4e280000a2fca1a3", 1,
	  "4500003c99c300008001cb7c40679318010101010800085c020043006162636465666768696a6b6c6d6e6f7071727374"
	  "757677616263646566676869",
	  "fba2caa4853cf9f0f22cb10d86dd83b0fec75691cf1a04b00d1138ec9c35791765acbd8701ad79845bf9fe3fba487bc9"
	  "1755e6662b4c8d0d1f5e22739530320ae0d731cc978ecafaeae88f00e80d6e48" },
	{ "AES-GCM case 7", 20, 192, "feffe9928665731c6d6a8f9467308308feffe9928665731c", "cafebabe", 0x0000a5f8, false, 0x0000000a,
	  "facedbaddecaf888", 1,
	  "45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d07568",
	  "a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0315b27452144cc7795457b9652037f53"
	  "18027b5b4cd7a636" },
	{ "AES-GCM case 8", 20, 128, "abbccddef00112233445566778899aab", "decaf888", 0x00000100, true, 0x0000000000000001,
	  "cafedebaceface74", 1,
	  "4500004933ba00007f119106c3fb1d10c2b1d326c02831ce0035dd7b800302d500004e20001e8c18d75b81dc91baa047"
	  "6b91b924b280389d92c963bac046ec959b6266c04722b14923",
	  "18a6fd42f72cbf4ab2a2ea901f73d814e3e7f243d95412e1c349c1d2fbec168f9190feebaf2cb01984e65863965d7472"
	  "b79da345e0e780191f0d2f0e0f496c226f2127b27db35724e7845d68651f57e65f354f75ff17015769623436" },
	{ "AES-GCM case 10", 20, 128, "3de09874b388e6491988d0c3607eae1f", "57690e43", 0x42f67e3f, true, 0x1010101010101010,
	  "4e280000a2fca1a3", 1,
	  "45000049333e00007f119182c3fb1d10c2b1d326c02831ce0035cb458003025b000001e0001e8c18d65759d52284a035"
	  "2c71475c8880391c764d6e5ee0496b325ae270c03899493915",
	  "fba2cad12fc1f9f00d3cebf305410db83d7784b607323d220f24b0a97d54182800cadb0f68d99ef0e0c0c89ae9bea888"
	  "4e52d65bc1afd0740f742444747b5b39ab533163aad4550ee5160975cdb608c5769189609763b8e18caa81e2" },
	{ "AES-GCM case 11", 20, 256, "abbccddef00112233445566778899aababbccddef00112233445566778899aab", "73616c74", 0x17405e67, true, 0x156f3126dd0db99b,
	  "616e640169766563", 1,
	  "636973636f0172756c657301746865016e6574776501646566696e6501746865746563686e6f6c6f6769657301746861"
	  "7477696c6c01646566696e65746f6d6f72726f77",
	  "d4b7ed86a1777f2ea13d6973d324c69e7b43f826fb56831226508bebd2dceb18d0a6df10e5487df074113e14c641024e"
	  "3e6773d91a62ee429b043a10e3efe6b012a49363412364f8c0cac587f249e56b11e24f30e44ccc76" },
	{ "AES-GCM case 13", 20, 128, "abbccddef00112233445566778899aab", "decaf888", 0x00000100, true, 0x0000000000000001,
	  "cafedebaceface74", 1,
	  "746f016265016f72016e6f7401746f016265",
	  "29c9fc69a197d038ccdd14e2ddfcaa0543332164412503524303ed3c6c5f283843af8c3e" },
	{ "AES-GCM case 14", 20, 256, "6c6567616c697a656d6172696a75616e61616e64646f69746265666f72656961", "7475726e", 0x796b6963, true, 0xffffffffffffffff,
	  "333021696765746d", 1,
	  "45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c6d6e6f7071727374",
	  "f97ab2aa356d8edce17644ac8c78e25dd24dedbb29ebf1b64a274b39b49c3a864cd3d78ca4ae68a32b42458fb57dbe82"
	  "1dcc63b9d0937ba2945f669368661a329fb4c053" },
	{ "ChaCha20-Poly1305", 28, 0, "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "a0a1a2a3", 0x01020304, false, 0x5,
	  "1011121314151617", 4,
	  "45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec100007362708090a0b0c0d0e0f10111213"
	  "1415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
	  "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f7"
	  "2aa71e7c4c4f64c9befe2facc638e8f3cbec163fac469b502773f6fb94e664da9165b82829f641e076aaa8266b7fb0f7"
	  "b11b369907e1ad43" },
	{ "AES-CBC case 5", 12, 128, "90d382b410eeba7ad938c46cec1a82bf", "", 0x00004321, false, 1,
	  "e96e8c08ab465763fd098d45dd3ff893", 1,
	  "08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627"
	  "28292a2b2c2d2e2f3031323334353637",
	  "f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856a4699e523a55db080b59ec3a8e4b7e52"
	  "775b07d1db34ed9c538ab50c551b874aa269add047ad2d5913ac19b7cfbad4a6" },
	{ "AES-CBC case 6", 12, 128, "90d382b410eeba7ad938c46cec1a82bf", "", 0x00004321, false, 8,
	  "69d08df7d203329db093fc4924e5bd80", 1,
	  "0800b5e8a80a0500a69c083d0b660e00777777777777777777777777",
	  "f51995881ec4e0c4488987ce742e8109689bb379d2d750c0d915dca346a89f75" },
	{ "AES-CBC case 7", 12, 128, "0123456789abcdef0123456789abcdef", "", 0x00008765, false, 2,
	  "f4e765244f6407adf13dc1380f673f37", 4,
	  "45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f10111213"
	  "1415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
	  "773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8e4ecaec78ac53aad7a0f022b859243c6"
	  "47752e94a859352b8a4d4d2decd136e5c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d" },
	{ "AES-CBC case 8", 12, 128, "0123456789abcdef0123456789abcdef", "", 0x00008765, false, 5,
	  "85d47224b5f3dd5d2101d4ea8dffab22", 4,
	  "45000044090c00004001f990c0a87b03c0a87bc80800d63caa0a0200c69c083da3de0300ffffffffffffffffffffffff"
	  "ffffffffffffffffffffffffffffffffffffffff",
	  "15b92683819596a8047232cc00f7048fe45318e11f8a0f62ede3c3fc61203bb50f980a08c9843fd3a1b06d5c07ff9639"
	  "b7eb7dfb3512e5de435e7207ed971ef3d2726d9b5ef6affc6d17a0decbb13892" },
};

enum { AUTH_SHA1_96 = 2, AUTH_SHA256_128 = 12, AUTH_SHA512_256 = 14 };

/* Both ends of one SA with the same made-up keys; an empty key: bytes 1, 2, 3 ... */
struct pair {
	struct suite suite;
	struct esp_out out;
	struct esp_in in;
};

static bool make_key(struct secret *s, size_t len, uint8_t first)
{
	if (!secret_new(s, len))
		return false;
	for (size_t i = 0; i < len; i++)
		s->at[i] = (uint8_t)(first + i);
	return true;
}

static void pair_init(struct pair *p, uint16_t encr, uint16_t bits, uint16_t integ, bool esn, uint32_t window, struct bytes key)
{
	struct secret e1 = { 0 }, e2 = { 0 }, i1 = { 0 }, i2 = { 0 };

	*p = (struct pair){ .suite = { .protocol = PROTO_ESP, .encr = algorithm_find(TRANSFORM_ENCR, encr, bits), .esn = esn } };
	assert_non_null(p->suite.encr);
	if (integ) {
		p->suite.integ = algorithm_find(TRANSFORM_INTEG, integ, 0);
		assert_non_null(p->suite.integ);
		assert_true(make_key(&i1, p->suite.integ->key_len, 99) && make_key(&i2, p->suite.integ->key_len, 99));
	}
	if (key.len > 0)
		assert_true(secret_set(&e1, key) && secret_set(&e2, key));
	else
		assert_true(make_key(&e1, (size_t)p->suite.encr->key_len + p->suite.encr->salt_len, 1) &&
		    make_key(&e2, (size_t)p->suite.encr->key_len + p->suite.encr->salt_len, 1));
	assert_true(esp_out_init(&p->out, 0xc0000001, &p->suite, &e1, &i1));
	assert_true(esp_in_init(&p->in, 0xc0000001, &p->suite, &e2, &i2, window));
	assert_null(e1.at);
	assert_null(i2.at);
}

static void pair_clear(struct pair *p)
{
	esp_out_clear(&p->out);
	esp_in_clear(&p->in);
}

static void vectors_are_met(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(vectors); i++) {
		uint8_t key[64], iv[16], inner[256], sealed[256], buffer[512];
		size_t key_len = hex_into(key, sizeof(key), vectors[i].key), inner_len, sealed_len, iv_len;
		struct pair p;
		struct esp_job job = { .buffer = buffer, .capacity = sizeof(buffer), .next = vectors[i].next };

		key_len += hex_into(key + key_len, sizeof(key) - key_len, vectors[i].salt);
		iv_len = hex_into(iv, sizeof(iv), vectors[i].iv);
		inner_len = hex_into(inner, sizeof(inner), vectors[i].inner);
		sealed_len = hex_into(sealed, sizeof(sealed), vectors[i].sealed);
		pair_init(&p, vectors[i].encr, vectors[i].bits, vectors[i].encr == 12 ? AUTH_SHA256_128 : 0, vectors[i].esn, 64,
		    bytes(key, key_len));
		p.out.spi = vectors[i].spi;
		job.inner = bytes(inner, inner_len);
		assert_int_equal(esp_seal_with(&p.out, &job, vectors[i].sequence, iv), DROP_NONE);
		assert_int_equal(get_u32(buffer), vectors[i].spi);
		assert_int_equal(get_u32(buffer + 4), (uint32_t)vectors[i].sequence);
		assert_memory_equal(buffer + 8, iv, iv_len);
		assert_int_equal(job.len, 8 + iv_len + sealed_len + (vectors[i].encr == 12 ? 16 : 0));
		if (memcmp(buffer + 8 + iv_len, sealed, sealed_len) != 0)
			fail_msg("%s", vectors[i].name);
		pair_clear(&p);
	}
}

static const struct {
	uint16_t encr, bits, integ;
} suites[] = {
	{ 20, 128, 0 }, { 20, 192, 0 }, { 20, 256, 0 }, { 28, 0, 0 }, { 12, 128, AUTH_SHA1_96 },
	{ 12, 192, AUTH_SHA256_128 }, { 12, 256, AUTH_SHA512_256 },
};

/* Seal, compare the size with the table's, open, compare; in batches of four, every length. */
static void what_is_sealed_opens(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT_OF(suites) * 2; s++) {
		struct pair p;

		pair_init(&p, suites[s / 2].encr, suites[s / 2].bits, suites[s / 2].integ, s % 2, 1024, bytes_none());
		for (size_t payload = 0; payload < 300; payload += 4) {
			uint8_t buffers[4][512], inner[4][400];
			struct esp_job jobs[4] = { 0 };

			for (size_t i = 0; i < 4; i++) {
				bool six = i % 2;
				size_t len = six ? make_ipv6(inner[i], "2001:db8::1", "2001:db8::2", 17, payload + i) :
				                   make_ipv4(inner[i], "10.0.0.1", "10.0.0.2", 17, payload + i);

				jobs[i] = (struct esp_job){ .buffer = buffers[i], .capacity = len + ESP_ROOM,
					.inner = bytes(inner[i], len), .next = six ? 41 : 4 };
			}
			assert_int_equal(esp_seal(&p.out, jobs, 4), 4);
			for (size_t i = 0; i < 4; i++) {
				assert_int_equal(jobs[i].len, mtu_esp_len(&p.suite, jobs[i].inner.len));
				assert_memory_not_equal(buffers[i] + 24, inner[i] + 0, 20);
			}
			assert_int_equal(esp_open(&p.in, jobs, 4), 4);
			for (size_t i = 0; i < 4; i++) {
				size_t len = payload + i + (i % 2 ? 40 : 20);

				assert_int_equal(jobs[i].inner.len, len);
				assert_memory_equal(jobs[i].inner.at, inner[i], len);
				assert_int_equal(jobs[i].next, i % 2 ? 41 : 4);
				assert_true(jobs[i].sequence == p.out.sequence - 3 + i);
			}
			if (payload == 100) {
				esp_idle(&p.out.keys); /* expanded keys come back by themselves */
				esp_idle(&p.in.keys);
			}
		}
		pair_clear(&p);
	}
}

static size_t seal_some(struct pair *p, uint8_t *buffer, size_t capacity)
{
	uint8_t inner[100];
	size_t len = make_ipv4(inner, "10.0.0.1", "10.0.0.2", 17, 60);
	struct esp_job job = { .buffer = buffer, .capacity = capacity, .inner = bytes(inner, len), .next = 4 };

	assert_int_equal(esp_seal(&p->out, &job, 1), 1);
	return job.len;
}

static enum drop open_some(struct pair *p, const uint8_t *data, size_t len)
{
	uint8_t buffer[512];
	struct esp_job job = { .buffer = buffer, .capacity = sizeof(buffer), .len = len };

	memcpy(buffer, data, len);
	(void)esp_open(&p->in, &job, 1);
	return job.drop;
}

/* A flipped bit anywhere, a cut at any place, a replay: told apart, and the window stays as it was for forged packets. */
static void forged_packets_are_dropped(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT_OF(suites) * 2; s++) {
		uint8_t sealed[256], copy[256];
		struct pair p;
		size_t len;

		pair_init(&p, suites[s / 2].encr, suites[s / 2].bits, suites[s / 2].integ, s % 2, 64, bytes_none());
		len = seal_some(&p, sealed, sizeof(sealed));
		for (size_t bit = 32; bit < len * 8; bit++) { /* the SPI chose the SA, and is covered by its look-up */
			enum drop drop;

			memcpy(copy, sealed, len);
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
			drop = open_some(&p, copy, len);
			assert_true(drop == DROP_ICV || drop == DROP_REPLAY);
			assert_int_equal(p.in.replay.top, 0);
		}
		for (size_t cut = 0; cut < len; cut++)
			assert_int_not_equal(open_some(&p, sealed, cut), DROP_NONE);
		assert_int_equal(open_some(&p, sealed, len), DROP_NONE);
		assert_int_equal(open_some(&p, sealed, len), DROP_REPLAY);
		pair_clear(&p);
	}
}

/* RFC 4303 3.3.3, A2: the high half is never sent and yet right on both sides of the turn; losses included. */
static void esn_crosses_the_turn(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT_OF(suites); s++) {
		uint8_t first[256], sealed[256];
		struct pair p;
		size_t len, first_len;

		pair_init(&p, suites[s].encr, suites[s].bits, suites[s].integ, true, 64, bytes_none());
		p.out.sequence = UINT32_MAX - 20;
		p.in.replay.top = UINT32_MAX - 20;
		first_len = seal_some(&p, first, sizeof(first));
		for (unsigned i = 0; i < 40; i++) {
			len = seal_some(&p, sealed, sizeof(sealed));
			if (i % 3)
				assert_int_equal(open_some(&p, sealed, len), DROP_NONE);
		}
		assert_true(p.in.replay.top > UINT32_MAX);
		assert_int_equal(open_some(&p, first, first_len), DROP_NONE); /* late, of the old subspace */
		assert_int_equal(open_some(&p, first, first_len), DROP_REPLAY);
		pair_clear(&p);
	}
}

static void sequence_numbers_end(void **state)
{
	uint8_t buffer[256], inner[100];
	size_t len = make_ipv4(inner, "10.0.0.1", "10.0.0.2", 17, 60);
	struct esp_job jobs[3];
	struct pair p;

	(void)state;
	pair_init(&p, 20, 256, 0, false, 64, bytes_none());
	p.out.sequence = UINT32_MAX - 1;
	for (size_t i = 0; i < 3; i++)
		jobs[i] = (struct esp_job){ .buffer = buffer, .capacity = sizeof(buffer), .inner = bytes(inner, len), .next = 4 };
	assert_int_equal(esp_seal(&p.out, jobs, 3), 1);
	assert_int_equal(jobs[0].drop, DROP_NONE);
	assert_int_equal(jobs[1].drop, DROP_SEQUENCE);
	assert_int_equal(jobs[2].drop, DROP_SEQUENCE);
	assert_int_equal(jobs[1].len, 0);
	p.out.esn = true;
	assert_int_equal(esp_seal(&p.out, jobs, 1), 1);
	p.out.sequence = UINT64_MAX;
	assert_int_equal(esp_seal(&p.out, jobs, 1), 0);
	jobs[0].capacity = len + 10;
	p.out.sequence = 1;
	assert_int_equal(esp_seal(&p.out, jobs, 1), 0);
	assert_int_equal(jobs[0].drop, DROP_TOO_LONG);
	pair_clear(&p);
}

/* What lies inside a packet with a right ICV: written here byte by byte, sealed with the keys. */
static const struct {
	const char *name, *text;
	enum drop drop;
} insides[] = {
	{ "a packet", "45000014 00000000 40110000 0a000001 0a000002 0102 0204", DROP_NONE },
	{ "TFC padding behind it", "45000014 00000000 40110000 0a000001 0a000002 00000000 00000000 0102 0204", DROP_NONE },
	{ "no padding at all", "45000016 00000000 40110000 0a000001 0a000002 0000 0004", DROP_NONE },
	{ "dummy", "00000000 00000000 0000 003b", DROP_DUMMY },
	{ "dummy with nonsense padding", "ffffff3b", DROP_DUMMY },
	{ "padding not counted up", "45000014 00000000 40110000 0a000001 0a000002 0202 0204", DROP_PADDING },
	{ "padding of zeros", "45000014 00000000 40110000 0a000001 0a000002 0000 0204", DROP_PADDING },
	{ "padding longer than all", "45000014 00000000 40110000 0a000001 0a000002 0102 ff04", DROP_PADDING },
	{ "next header TCP", "45000014 00000000 40110000 0a000001 0a000002 0102 0206", DROP_UNSUPPORTED },
	{ "IPv4 said, IPv6 inside", "65000014 00000000 40110000 0a000001 0a000002 0102 0204", DROP_MALFORMED },
	{ "IPv6 said, IPv4 inside", "45000014 00000000 40110000 0a000001 0a000002 0102 0229", DROP_MALFORMED },
	{ "length past the text", "45000017 00000000 40110000 0a000001 0a000002 0102 0204", DROP_MALFORMED },
	{ "nothing inside", "01020204", DROP_MALFORMED },
};

static void insides_are_checked(void **state)
{
	struct seal *seal;
	struct pair p;

	(void)state;
	pair_init(&p, 20, 128, 0, false, 64, bytes_none());
	seal = seal_new(p.out.keys.encr, NULL, secret_bytes(&p.out.keys.encr_key), bytes_none());
	assert_non_null(seal);
	for (size_t i = 0; i < COUNT_OF(insides); i++) {
		uint8_t packet[256];
		size_t len = hex_into(packet + 16, sizeof(packet) - 16, insides[i].text);
		enum drop drop;

		put_u32(packet, p.out.spi);
		put_u32(packet + 4, (uint32_t)i + 1);
		put_u64(packet + 8, i + 1);
		assert_true(seal_encrypt(seal, bytes(packet, 8), packet + 8, packet + 16, len, bytes_none(),
		    packet + 16 + len));
		drop = open_some(&p, packet, 16 + len + 16);
		if (drop != insides[i].drop)
			fail_msg("%s: %s", insides[i].name, drop_name(drop));
		assert_int_equal(open_some(&p, packet, 16 + len + 16), DROP_REPLAY); /* whatever it was, it was authentic */
	}
	seal_free(seal);
	pair_clear(&p);
}

/* Who shows where the peer is: neither an old packet that comes late, nor a copy where there is no window. */
static void copies_are_not_the_newest(void **state)
{
	static const struct {
		uint32_t window;
		unsigned order[4];
		bool newest[4];
	} rows[] = {
		{ 64, { 0, 2, 1, 3 }, { true, true, false, true } },
		{ 0, { 0, 2, 2, 1 }, { true, true, false, false } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint8_t sealed[4][256], copy[256];
		size_t len[4];
		struct pair p;

		pair_init(&p, 20, 128, 0, false, rows[i].window, bytes_none());
		for (size_t n = 0; n < 4; n++)
			len[n] = seal_some(&p, sealed[n], sizeof(sealed[n]));
		for (size_t n = 0; n < 4; n++) {
			unsigned which = rows[i].order[n];
			struct esp_job job = { .buffer = copy, .len = len[which] };

			memcpy(copy, sealed[which], len[which]);
			assert_int_equal(esp_open(&p.in, &job, 1), 1);
			assert_int_equal(job.newest, rows[i].newest[n]);
		}
		pair_clear(&p);
	}
}

/* CBC: no IV twice, and none that is the number itself; the same keys give the same IVs. */
static void cbc_ivs_differ(void **state)
{
	uint8_t sealed[256], seen[50][16], number[8];
	struct pair p;

	(void)state;
	pair_init(&p, 12, 128, AUTH_SHA256_128, true, 64, bytes_none());
	for (size_t i = 0; i < 50; i++) {
		(void)seal_some(&p, sealed, sizeof(sealed));
		memcpy(seen[i], sealed + 8, 16);
		put_u64(number, p.out.sequence);
		assert_memory_not_equal(seen[i], number, 8); /* whoever counts along cannot tell it */
		assert_memory_not_equal(seen[i] + 8, number, 8);
		for (size_t j = 0; j < i; j++) {
			assert_memory_not_equal(seen[i], seen[j], 8);
			assert_memory_not_equal(seen[i] + 8, seen[j] + 8, 8);
		}
	}
	p.out.sequence = 0;
	(void)seal_some(&p, sealed, sizeof(sealed));
	assert_memory_equal(sealed + 8, seen[0], 16);
	pair_clear(&p);
}

/* The MTU is the greatest that fits, for every outer size, family and encapsulation. */
static void mtu_is_the_greatest(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT_OF(suites); s++) {
		struct suite suite = { .encr = algorithm_find(TRANSFORM_ENCR, suites[s].encr, suites[s].bits),
			.integ = suites[s].integ ? algorithm_find(TRANSFORM_INTEG, suites[s].integ, 0) : NULL };

		for (unsigned way = 0; way < 4; way++) {
			uint8_t family = way & 1 ? ADDR_V6 : ADDR_V4;
			enum child_encap encap = way & 2 ? ENCAP_UDP : ENCAP_NONE;

			assert_int_equal(mtu_inner(&suite, family, encap, 50), 0);
			for (size_t outer = 200; outer < 1600; outer++) {
				size_t inner = mtu_inner(&suite, family, encap, outer);

				assert_true(inner > 0 && mtu_outer_len(&suite, family, encap, inner) <= outer);
				assert_true(mtu_outer_len(&suite, family, encap, inner + 1) > outer);
			}
		}
	}
	{ /* by hand: 20 + 8 + 8 + 8 + 16 around, 2 in the trailer, a multiple of 4 */
		struct suite gcm = { .encr = algorithm_find(TRANSFORM_ENCR, 20, 256) };

		assert_int_equal(mtu_inner(&gcm, ADDR_V4, ENCAP_UDP, 1500), 1438);
		assert_int_equal(mtu_inner(&gcm, ADDR_V6, ENCAP_NONE, 1280), 1206);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_met),
		cmocka_unit_test(what_is_sealed_opens),
		cmocka_unit_test(forged_packets_are_dropped),
		cmocka_unit_test(esn_crosses_the_turn),
		cmocka_unit_test(sequence_numbers_end),
		cmocka_unit_test(insides_are_checked),
		cmocka_unit_test(copies_are_not_the_newest),
		cmocka_unit_test(cbc_ivs_differ),
		cmocka_unit_test(mtu_is_the_greatest),
	};

	return cmocka_run_group_tests(tests, with_crypto, without_crypto);
}
