/* SPDX-License-Identifier: ISC */
/*
 * The generated numbers against the RFCs' own, written here by hand: first, last and odd rows of the tables that go
 * over the wire, and numbers that nobody has registered.
 */
#include "support/unit.h"

#include "iana/eap.h"
#include "iana/ikev1.h"
#include "iana/ikev2.h"
#include "iana/ip.h"

struct name_case {
	const char *(*of)(unsigned number);
	unsigned number, written; /* the generated identifier; the number in the RFC */
	const char *name;
};

static const struct name_case known[] = {
	{ iana_exchange_name, IKEV2_EXCHANGE_IKE_SA_INIT, 34, "IKE_SA_INIT" },         /* RFC 7296 3.1 */
	{ iana_exchange_name, IKEV2_EXCHANGE_INFORMATIONAL, 37, "INFORMATIONAL" },     /* RFC 7296 3.1 */
	{ iana_exchange_name, IKEV2_EXCHANGE_IKE_INTERMEDIATE, 43, "IKE_INTERMEDIATE" }, /* RFC 9242 */
	{ iana_payload_name, IKEV2_PAYLOAD_NONE, 0, "none" },
	{ iana_payload_name, IKEV2_PAYLOAD_SA, 33, "SA" },
	{ iana_payload_name, IKEV2_PAYLOAD_ID_I, 35, "IDi" },
	{ iana_payload_name, IKEV2_PAYLOAD_NONCE, 40, "Nonce" },
	{ iana_payload_name, IKEV2_PAYLOAD_EAP, 48, "EAP" },
	{ iana_payload_name, IKEV2_PAYLOAD_SKF, 53, "SKF" }, /* RFC 7383 */
	{ iana_protocol_name, IKEV2_PROTOCOL_ESP, 3, "ESP" },
	{ iana_transform_type_name, IKEV2_TRANSFORM_ENCR, 1, "ENCR" },
	{ iana_transform_type_name, IKEV2_TRANSFORM_SN, 5, "SN" },
	{ iana_transform_type_name, IKEV2_TRANSFORM_ADDKE7, 12, "ADDKE7" }, /* RFC 9370 */
	{ iana_transform_attribute_name, IKEV2_TRANSFORM_ATTRIBUTE_KEY_LENGTH, 14, "Key Length" },
	{ iana_encr_name, IKEV2_ENCR_AES_CBC, 12, "ENCR_AES_CBC" },
	{ iana_encr_name, IKEV2_ENCR_AES_GCM_16, 20, "ENCR_AES_GCM_16" },
	{ iana_encr_name, IKEV2_ENCR_CHACHA20_POLY1305, 28, "ENCR_CHACHA20_POLY1305" },
	{ iana_prf_name, IKEV2_PRF_HMAC_SHA2_256, 5, "PRF_HMAC_SHA2_256" },
	{ iana_integ_name, IKEV2_INTEG_NONE, 0, "NONE" },
	{ iana_integ_name, IKEV2_INTEG_HMAC_SHA2_512_256, 14, "AUTH_HMAC_SHA2_512_256" },
	{ iana_ke_name, IKEV2_KE_MODP_2048, 14, "2048-bit MODP Group" },
	{ iana_ke_name, IKEV2_KE_ECP_384, 20, "384-bit random ECP group" },
	{ iana_ke_name, IKEV2_KE_CURVE25519, 31, "Curve25519" },
	{ iana_ke_name, IKEV2_KE_ML_KEM_768, 36, "ml-kem-768" },
	{ iana_sn_name, IKEV2_SN_ESN, 1, "Partially Transmitted 64-bit Sequential Numbers" },
	{ iana_id_type_name, IKEV2_ID_RFC822_ADDR, 3, "ID_RFC822_ADDR" },
	{ iana_id_type_name, IKEV2_ID_KEY_ID, 11, "ID_KEY_ID" },
	{ iana_cert_encoding_name, IKEV2_CERT_X509_SIGNATURE, 4, "X.509 Certificate - Signature" },
	{ iana_auth_method_name, IKEV2_AUTH_SHARED_KEY, 2, "Shared Key Message Integrity Code" },
	{ iana_auth_method_name, IKEV2_AUTH_DIGITAL_SIGNATURE, 14, "Digital Signature" },
	{ iana_notify_name, IKEV2_NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD, 1, "UNSUPPORTED_CRITICAL_PAYLOAD" },
	{ iana_notify_name, IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN, 14, "NO_PROPOSAL_CHOSEN" },
	{ iana_notify_name, IKEV2_NOTIFY_TS_UNACCEPTABLE, 38, "TS_UNACCEPTABLE" },
	{ iana_notify_name, IKEV2_NOTIFY_CHILD_SA_NOT_FOUND, 44, "CHILD_SA_NOT_FOUND" },
	{ iana_notify_name, IKEV2_NOTIFY_INITIAL_CONTACT, 16384, "INITIAL_CONTACT" },
	{ iana_notify_name, IKEV2_NOTIFY_SIGNATURE_HASH_ALGORITHMS, 16431, "SIGNATURE_HASH_ALGORITHMS" },
	{ iana_ts_type_name, IKEV2_TS_IPV6_ADDR_RANGE, 8, "TS_IPV6_ADDR_RANGE" },
	{ iana_cfg_type_name, IKEV2_CFG_REQUEST, 1, "CFG_REQUEST" },
	{ iana_cp_attribute_name, IKEV2_CP_INTERNAL_IP6_SUBNET, 15, "INTERNAL_IP6_SUBNET" },
	{ iana_hash_name, IKEV2_HASH_SHA2_256, 2, "SHA2-256" },
	{ iana_v1_exchange_name, IKEV1_EXCHANGE_MAIN, 2, "Identity Protection (Main Mode)" },
	{ iana_v1_payload_name, IKEV1_PAYLOAD_NAT_OA, 21, "NAT-OA" },
	{ iana_v1_encr_name, IKEV1_ENCR_AES_CBC, 7, "AES-CBC" },
	{ iana_v1_hash_name, IKEV1_HASH_SHA2_512, 6, "SHA2-512" },
	{ iana_v1_group_name, IKEV1_GROUP_MODP_1024, 2, "alternate 1024-bit MODP group" },
	{ iana_v1_esp_name, IKEV1_ESP_NULL_AUTH_AES_GMAC, 23, "ESP_NULL_AUTH_AES-GMAC" },
	{ iana_v1_esp_auth_name, IKEV1_ESP_AUTH_HMAC_SHA1, 2, "HMAC-SHA" },
	{ iana_v1_notify_name, IKEV1_NOTIFY_R_U_THERE, 36136, "R-U-THERE" },
	{ iana_eap_code_name, EAP_CODE_FAILURE, 4, "Failure" },
	{ iana_eap_type_name, EAP_TYPE_MSCHAPV2, 26, "EAP-MSCHAPv2" },
	{ iana_ip_protocol_name, IP_PROTOCOL_ICMPV6, 58, "ipv6-icmp" },
};

static void names_are_the_registries(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		assert_int_equal(known[i].number, known[i].written);
		assert_string_equal(known[i].of(known[i].written), known[i].name);
	}
}

static const struct {
	const char *(*of)(unsigned number);
	unsigned number;
} unknown[] = {
	{ iana_exchange_name, 33 },
	{ iana_exchange_name, 45 },
	{ iana_exchange_name, 255 },
	{ iana_payload_name, 1 },
	{ iana_payload_name, 55 },
	{ iana_encr_name, 0 },
	{ iana_encr_name, 10 },
	{ iana_encr_name, 17 },
	{ iana_encr_name, 65535 },
	{ iana_notify_name, 0 },
	{ iana_notify_name, 2 },
	{ iana_notify_name, 8192 },
	{ iana_notify_name, 40960 },
	{ iana_ke_name, 3 },
	{ iana_ke_name, 1024 },
	{ iana_ts_type_name, 0 },
	{ iana_id_type_name, 4 },
	{ iana_protocol_name, 4294967295u },
	{ iana_v1_payload_name, 23 },
	{ iana_v1_esp_auth_name, 14 },
	{ iana_ip_protocol_name, 253 },
};

static void unknown_numbers_have_no_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(unknown); i++)
		assert_null(unknown[i].of(unknown[i].number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_the_registries),
		cmocka_unit_test(unknown_numbers_have_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
