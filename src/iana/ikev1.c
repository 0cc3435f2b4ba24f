/* SPDX-License-Identifier: ISC */
/* Made by tools/iana from tools/iana.d/ikev1-*.tsv: change those. */
#include "iana/ikev1.h"

#include <stddef.h>

const char *iana_v1_exchange_name(unsigned number)
{
	switch (number) {
	case IKEV1_EXCHANGE_BASE: return "Base";
	case IKEV1_EXCHANGE_MAIN: return "Identity Protection (Main Mode)";
	case IKEV1_EXCHANGE_AUTHENTICATION_ONLY: return "Authentication Only";
	case IKEV1_EXCHANGE_AGGRESSIVE: return "Aggressive";
	case IKEV1_EXCHANGE_INFORMATIONAL: return "Informational";
	case IKEV1_EXCHANGE_TRANSACTION: return "Transaction";
	case IKEV1_EXCHANGE_QUICK: return "Quick Mode";
	case IKEV1_EXCHANGE_NEW_GROUP: return "New Group Mode";
	default: return NULL;
	}
}

const char *iana_v1_payload_name(unsigned number)
{
	switch (number) {
	case IKEV1_PAYLOAD_NONE: return "none";
	case IKEV1_PAYLOAD_SA: return "SA";
	case IKEV1_PAYLOAD_PROPOSAL: return "P";
	case IKEV1_PAYLOAD_TRANSFORM: return "T";
	case IKEV1_PAYLOAD_KE: return "KE";
	case IKEV1_PAYLOAD_ID: return "ID";
	case IKEV1_PAYLOAD_CERT: return "CERT";
	case IKEV1_PAYLOAD_CR: return "CR";
	case IKEV1_PAYLOAD_HASH: return "HASH";
	case IKEV1_PAYLOAD_SIG: return "SIG";
	case IKEV1_PAYLOAD_NONCE: return "NONCE";
	case IKEV1_PAYLOAD_NOTIFY: return "N";
	case IKEV1_PAYLOAD_DELETE: return "D";
	case IKEV1_PAYLOAD_VENDOR_ID: return "VID";
	case IKEV1_PAYLOAD_ATTRIBUTE: return "Attribute";
	case IKEV1_PAYLOAD_SAK: return "SAK";
	case IKEV1_PAYLOAD_SAT: return "SAT";
	case IKEV1_PAYLOAD_KD: return "KD";
	case IKEV1_PAYLOAD_SEQ: return "SEQ";
	case IKEV1_PAYLOAD_POP: return "POP";
	case IKEV1_PAYLOAD_NAT_D: return "NAT-D";
	case IKEV1_PAYLOAD_NAT_OA: return "NAT-OA";
	case IKEV1_PAYLOAD_GAP: return "GAP";
	case IKEV1_PAYLOAD_NAT_D_DRAFT: return "NAT-D (draft)";
	case IKEV1_PAYLOAD_NAT_OA_DRAFT: return "NAT-OA (draft)";
	case IKEV1_PAYLOAD_FRAGMENT: return "Fragment";
	default: return NULL;
	}
}

const char *iana_v1_protocol_name(unsigned number)
{
	switch (number) {
	case IKEV1_PROTOCOL_ISAKMP: return "PROTO_ISAKMP";
	case IKEV1_PROTOCOL_AH: return "PROTO_IPSEC_AH";
	case IKEV1_PROTOCOL_ESP: return "PROTO_IPSEC_ESP";
	case IKEV1_PROTOCOL_IPCOMP: return "PROTO_IPCOMP";
	default: return NULL;
	}
}

const char *iana_v1_attribute_name(unsigned number)
{
	switch (number) {
	case IKEV1_ATTRIBUTE_ENCRYPTION_ALGORITHM: return "Encryption Algorithm";
	case IKEV1_ATTRIBUTE_HASH_ALGORITHM: return "Hash Algorithm";
	case IKEV1_ATTRIBUTE_AUTHENTICATION_METHOD: return "Authentication Method";
	case IKEV1_ATTRIBUTE_GROUP_DESCRIPTION: return "Group Description";
	case IKEV1_ATTRIBUTE_GROUP_TYPE: return "Group Type";
	case IKEV1_ATTRIBUTE_GROUP_PRIME: return "Group Prime/Irreducible Polynomial";
	case IKEV1_ATTRIBUTE_GROUP_GENERATOR_ONE: return "Group Generator One";
	case IKEV1_ATTRIBUTE_GROUP_GENERATOR_TWO: return "Group Generator Two";
	case IKEV1_ATTRIBUTE_GROUP_CURVE_A: return "Group Curve A";
	case IKEV1_ATTRIBUTE_GROUP_CURVE_B: return "Group Curve B";
	case IKEV1_ATTRIBUTE_LIFE_TYPE: return "Life Type";
	case IKEV1_ATTRIBUTE_LIFE_DURATION: return "Life Duration";
	case IKEV1_ATTRIBUTE_PRF: return "PRF";
	case IKEV1_ATTRIBUTE_KEY_LENGTH: return "Key Length";
	case IKEV1_ATTRIBUTE_FIELD_SIZE: return "Field Size";
	case IKEV1_ATTRIBUTE_GROUP_ORDER: return "Group Order";
	default: return NULL;
	}
}

const char *iana_v1_encr_name(unsigned number)
{
	switch (number) {
	case IKEV1_ENCR_DES_CBC: return "DES-CBC";
	case IKEV1_ENCR_IDEA_CBC: return "IDEA-CBC";
	case IKEV1_ENCR_BLOWFISH_CBC: return "Blowfish-CBC";
	case IKEV1_ENCR_RC5_R16_B64_CBC: return "RC5-R16-B64-CBC";
	case IKEV1_ENCR_3DES_CBC: return "3DES-CBC";
	case IKEV1_ENCR_CAST_CBC: return "CAST-CBC";
	case IKEV1_ENCR_AES_CBC: return "AES-CBC";
	case IKEV1_ENCR_CAMELLIA_CBC: return "CAMELLIA-CBC";
	default: return NULL;
	}
}

const char *iana_v1_hash_name(unsigned number)
{
	switch (number) {
	case IKEV1_HASH_MD5: return "MD5";
	case IKEV1_HASH_SHA1: return "SHA";
	case IKEV1_HASH_TIGER: return "Tiger";
	case IKEV1_HASH_SHA2_256: return "SHA2-256";
	case IKEV1_HASH_SHA2_384: return "SHA2-384";
	case IKEV1_HASH_SHA2_512: return "SHA2-512";
	default: return NULL;
	}
}

const char *iana_v1_group_name(unsigned number)
{
	switch (number) {
	case IKEV1_GROUP_MODP_768: return "default 768-bit MODP group";
	case IKEV1_GROUP_MODP_1024: return "alternate 1024-bit MODP group";
	case IKEV1_GROUP_MODP_1536: return "1536-bit MODP group";
	case IKEV1_GROUP_MODP_2048: return "2048-bit MODP group";
	case IKEV1_GROUP_MODP_3072: return "3072-bit MODP group";
	case IKEV1_GROUP_MODP_4096: return "4096-bit MODP group";
	case IKEV1_GROUP_MODP_6144: return "6144-bit MODP group";
	case IKEV1_GROUP_MODP_8192: return "8192-bit MODP group";
	case IKEV1_GROUP_ECP_256: return "256-bit random ECP group";
	case IKEV1_GROUP_ECP_384: return "384-bit random ECP group";
	case IKEV1_GROUP_ECP_521: return "521-bit random ECP group";
	case IKEV1_GROUP_MODP_1024_160: return "1024-bit MODP Group with 160-bit Prime Order Subgroup";
	case IKEV1_GROUP_MODP_2048_224: return "2048-bit MODP Group with 224-bit Prime Order Subgroup";
	case IKEV1_GROUP_MODP_2048_256: return "2048-bit MODP Group with 256-bit Prime Order Subgroup";
	case IKEV1_GROUP_ECP_192: return "192-bit Random ECP Group";
	case IKEV1_GROUP_ECP_224: return "224-bit Random ECP Group";
	case IKEV1_GROUP_BRAINPOOL_224: return "brainpoolP224r1";
	case IKEV1_GROUP_BRAINPOOL_256: return "brainpoolP256r1";
	case IKEV1_GROUP_BRAINPOOL_384: return "brainpoolP384r1";
	case IKEV1_GROUP_BRAINPOOL_512: return "brainpoolP512r1";
	default: return NULL;
	}
}

const char *iana_v1_auth_method_name(unsigned number)
{
	switch (number) {
	case IKEV1_AUTH_SHARED_KEY: return "pre-shared key";
	case IKEV1_AUTH_DSS: return "DSS signatures";
	case IKEV1_AUTH_RSA: return "RSA signatures";
	case IKEV1_AUTH_RSA_ENCRYPTION: return "Encryption with RSA";
	case IKEV1_AUTH_RSA_REVISED_ENCRYPTION: return "Revised encryption with RSA";
	case IKEV1_AUTH_ECDSA_256: return "ECDSA with SHA-256 on the P-256 curve";
	case IKEV1_AUTH_ECDSA_384: return "ECDSA with SHA-384 on the P-384 curve";
	case IKEV1_AUTH_ECDSA_521: return "ECDSA with SHA-512 on the P-521 curve";
	case IKEV1_AUTH_HYBRID_INIT_RSA: return "HybridInitRSA";
	case IKEV1_AUTH_HYBRID_RESP_RSA: return "HybridRespRSA";
	case IKEV1_AUTH_HYBRID_INIT_DSS: return "HybridInitDSS";
	case IKEV1_AUTH_HYBRID_RESP_DSS: return "HybridRespDSS";
	case IKEV1_AUTH_XAUTH_INIT_SHARED_KEY: return "XAUTHInitPreShared";
	case IKEV1_AUTH_XAUTH_RESP_SHARED_KEY: return "XAUTHRespPreShared";
	case IKEV1_AUTH_XAUTH_INIT_DSS: return "XAUTHInitDSS";
	case IKEV1_AUTH_XAUTH_RESP_DSS: return "XAUTHRespDSS";
	case IKEV1_AUTH_XAUTH_INIT_RSA: return "XAUTHInitRSA";
	case IKEV1_AUTH_XAUTH_RESP_RSA: return "XAUTHRespRSA";
	case IKEV1_AUTH_XAUTH_INIT_RSA_ENCRYPTION: return "XAUTHInitRSAEncryption";
	case IKEV1_AUTH_XAUTH_RESP_RSA_ENCRYPTION: return "XAUTHRespRSAEncryption";
	case IKEV1_AUTH_XAUTH_INIT_RSA_REVISED_ENCRYPTION: return "XAUTHInitRSARevisedEncryption";
	case IKEV1_AUTH_XAUTH_RESP_RSA_REVISED_ENCRYPTION: return "XAUTHRespRSARevisedEncryption";
	default: return NULL;
	}
}

const char *iana_v1_ah_name(unsigned number)
{
	switch (number) {
	case IKEV1_AH_MD5: return "AH_MD5";
	case IKEV1_AH_SHA1: return "AH_SHA";
	case IKEV1_AH_DES: return "AH_DES";
	case IKEV1_AH_SHA2_256: return "AH_SHA2-256";
	case IKEV1_AH_SHA2_384: return "AH_SHA2-384";
	case IKEV1_AH_SHA2_512: return "AH_SHA2-512";
	case IKEV1_AH_RIPEMD: return "AH_RIPEMD";
	case IKEV1_AH_AES_XCBC_MAC: return "AH_AES-XCBC-MAC";
	case IKEV1_AH_RSA: return "AH_RSA";
	case IKEV1_AH_AES_128_GMAC: return "AH_AES-128-GMAC";
	case IKEV1_AH_AES_192_GMAC: return "AH_AES-192-GMAC";
	case IKEV1_AH_AES_256_GMAC: return "AH_AES-256-GMAC";
	default: return NULL;
	}
}

const char *iana_v1_cert_encoding_name(unsigned number)
{
	switch (number) {
	case IKEV1_CERT_PKCS7_X509: return "PKCS #7 wrapped X.509 certificate";
	case IKEV1_CERT_PGP: return "PGP Certificate";
	case IKEV1_CERT_DNS_SIGNED_KEY: return "DNS Signed Key";
	case IKEV1_CERT_X509_SIGNATURE: return "X.509 Certificate - Signature";
	case IKEV1_CERT_X509_KEY_EXCHANGE: return "X.509 Certificate - Key Exchange";
	case IKEV1_CERT_KERBEROS_TOKEN: return "Kerberos Tokens";
	case IKEV1_CERT_CRL: return "Certificate Revocation List (CRL)";
	case IKEV1_CERT_ARL: return "Authority Revocation List (ARL)";
	case IKEV1_CERT_SPKI: return "SPKI Certificate";
	case IKEV1_CERT_X509_ATTRIBUTE: return "X.509 Certificate - Attribute";
	default: return NULL;
	}
}

const char *iana_v1_cfg_type_name(unsigned number)
{
	switch (number) {
	case IKEV1_CFG_REQUEST: return "ISAKMP_CFG_REQUEST";
	case IKEV1_CFG_REPLY: return "ISAKMP_CFG_REPLY";
	case IKEV1_CFG_SET: return "ISAKMP_CFG_SET";
	case IKEV1_CFG_ACK: return "ISAKMP_CFG_ACK";
	default: return NULL;
	}
}

const char *iana_v1_cp_attribute_name(unsigned number)
{
	switch (number) {
	case IKEV1_CP_INTERNAL_IP4_ADDRESS: return "INTERNAL_IP4_ADDRESS";
	case IKEV1_CP_INTERNAL_IP4_NETMASK: return "INTERNAL_IP4_NETMASK";
	case IKEV1_CP_INTERNAL_IP4_DNS: return "INTERNAL_IP4_DNS";
	case IKEV1_CP_INTERNAL_IP4_NBNS: return "INTERNAL_IP4_NBNS";
	case IKEV1_CP_INTERNAL_ADDRESS_EXPIRY: return "INTERNAL_ADDRESS_EXPIRY";
	case IKEV1_CP_INTERNAL_IP4_DHCP: return "INTERNAL_IP4_DHCP";
	case IKEV1_CP_APPLICATION_VERSION: return "APPLICATION_VERSION";
	case IKEV1_CP_INTERNAL_IP6_ADDRESS: return "INTERNAL_IP6_ADDRESS";
	case IKEV1_CP_INTERNAL_IP6_NETMASK: return "INTERNAL_IP6_NETMASK";
	case IKEV1_CP_INTERNAL_IP6_DNS: return "INTERNAL_IP6_DNS";
	case IKEV1_CP_INTERNAL_IP6_NBNS: return "INTERNAL_IP6_NBNS";
	case IKEV1_CP_INTERNAL_IP6_DHCP: return "INTERNAL_IP6_DHCP";
	case IKEV1_CP_INTERNAL_IP4_SUBNET: return "INTERNAL_IP4_SUBNET";
	case IKEV1_CP_SUPPORTED_ATTRIBUTES: return "SUPPORTED_ATTRIBUTES";
	case IKEV1_CP_INTERNAL_IP6_SUBNET: return "INTERNAL_IP6_SUBNET";
	case IKEV1_CP_XAUTH_TYPE: return "XAUTH_TYPE";
	case IKEV1_CP_XAUTH_USER_NAME: return "XAUTH_USER_NAME";
	case IKEV1_CP_XAUTH_USER_PASSWORD: return "XAUTH_USER_PASSWORD";
	case IKEV1_CP_XAUTH_PASSCODE: return "XAUTH_PASSCODE";
	case IKEV1_CP_XAUTH_MESSAGE: return "XAUTH_MESSAGE";
	case IKEV1_CP_XAUTH_CHALLENGE: return "XAUTH_CHALLENGE";
	case IKEV1_CP_XAUTH_DOMAIN: return "XAUTH_DOMAIN";
	case IKEV1_CP_XAUTH_STATUS: return "XAUTH_STATUS";
	case IKEV1_CP_XAUTH_NEXT_PIN: return "XAUTH_NEXT_PIN";
	case IKEV1_CP_XAUTH_ANSWER: return "XAUTH_ANSWER";
	case IKEV1_CP_UNITY_BANNER: return "UNITY_BANNER";
	case IKEV1_CP_UNITY_SAVE_PASSWD: return "UNITY_SAVE_PASSWD";
	case IKEV1_CP_UNITY_DEF_DOMAIN: return "UNITY_DEF_DOMAIN";
	case IKEV1_CP_UNITY_SPLIT_DOMAIN: return "UNITY_SPLIT_DOMAIN";
	case IKEV1_CP_UNITY_SPLIT_INCLUDE: return "UNITY_SPLIT_INCLUDE";
	case IKEV1_CP_UNITY_NATT_PORT: return "UNITY_NATT_PORT";
	case IKEV1_CP_UNITY_SPLIT_EXCLUDE: return "UNITY_SPLIT_EXCLUDE";
	case IKEV1_CP_UNITY_PFS: return "UNITY_PFS";
	case IKEV1_CP_UNITY_FW_TYPE: return "UNITY_FW_TYPE";
	case IKEV1_CP_UNITY_BACKUP_SERVERS: return "UNITY_BACKUP_SERVERS";
	case IKEV1_CP_UNITY_DDNS_HOSTNAME: return "UNITY_DDNS_HOSTNAME";
	default: return NULL;
	}
}

const char *iana_v1_encapsulation_name(unsigned number)
{
	switch (number) {
	case IKEV1_ENCAPSULATION_TUNNEL: return "Tunnel";
	case IKEV1_ENCAPSULATION_TRANSPORT: return "Transport";
	case IKEV1_ENCAPSULATION_UDP_TUNNEL: return "UDP-Encapsulated-Tunnel";
	case IKEV1_ENCAPSULATION_UDP_TRANSPORT: return "UDP-Encapsulated-Transport";
	case IKEV1_ENCAPSULATION_UDP_TUNNEL_DRAFT: return "UDP-Encapsulated-Tunnel (draft)";
	case IKEV1_ENCAPSULATION_UDP_TRANSPORT_DRAFT: return "UDP-Encapsulated-Transport (draft)";
	default: return NULL;
	}
}

const char *iana_v1_esp_name(unsigned number)
{
	switch (number) {
	case IKEV1_ESP_DES_IV64: return "ESP_DES_IV64";
	case IKEV1_ESP_DES: return "ESP_DES";
	case IKEV1_ESP_3DES: return "ESP_3DES";
	case IKEV1_ESP_RC5: return "ESP_RC5";
	case IKEV1_ESP_IDEA: return "ESP_IDEA";
	case IKEV1_ESP_CAST: return "ESP_CAST";
	case IKEV1_ESP_BLOWFISH: return "ESP_BLOWFISH";
	case IKEV1_ESP_3IDEA: return "ESP_3IDEA";
	case IKEV1_ESP_DES_IV32: return "ESP_DES_IV32";
	case IKEV1_ESP_RC4: return "ESP_RC4";
	case IKEV1_ESP_NULL: return "ESP_NULL";
	case IKEV1_ESP_AES_CBC: return "ESP_AES-CBC";
	case IKEV1_ESP_AES_CTR: return "ESP_AES-CTR";
	case IKEV1_ESP_AES_CCM_8: return "ESP_AES-CCM_8";
	case IKEV1_ESP_AES_CCM_12: return "ESP_AES-CCM_12";
	case IKEV1_ESP_AES_CCM_16: return "ESP_AES-CCM_16";
	case IKEV1_ESP_AES_GCM_8: return "ESP_AES-GCM_8";
	case IKEV1_ESP_AES_GCM_12: return "ESP_AES-GCM_12";
	case IKEV1_ESP_AES_GCM_16: return "ESP_AES-GCM_16";
	case IKEV1_ESP_SEED_CBC: return "ESP_SEED_CBC";
	case IKEV1_ESP_CAMELLIA_CBC: return "ESP_CAMELLIA";
	case IKEV1_ESP_NULL_AUTH_AES_GMAC: return "ESP_NULL_AUTH_AES-GMAC";
	default: return NULL;
	}
}

const char *iana_v1_esp_auth_name(unsigned number)
{
	switch (number) {
	case IKEV1_ESP_AUTH_HMAC_MD5: return "HMAC-MD5";
	case IKEV1_ESP_AUTH_HMAC_SHA1: return "HMAC-SHA";
	case IKEV1_ESP_AUTH_DES_MAC: return "DES-MAC";
	case IKEV1_ESP_AUTH_KPDK: return "KPDK";
	case IKEV1_ESP_AUTH_HMAC_SHA2_256: return "HMAC-SHA2-256";
	case IKEV1_ESP_AUTH_HMAC_SHA2_384: return "HMAC-SHA2-384";
	case IKEV1_ESP_AUTH_HMAC_SHA2_512: return "HMAC-SHA2-512";
	case IKEV1_ESP_AUTH_HMAC_RIPEMD: return "HMAC-RIPEMD";
	case IKEV1_ESP_AUTH_AES_XCBC_MAC: return "AES-XCBC-MAC";
	case IKEV1_ESP_AUTH_SIG_RSA: return "SIG-RSA";
	case IKEV1_ESP_AUTH_AES_128_GMAC: return "AES-128-GMAC";
	case IKEV1_ESP_AUTH_AES_192_GMAC: return "AES-192-GMAC";
	case IKEV1_ESP_AUTH_AES_256_GMAC: return "AES-256-GMAC";
	default: return NULL;
	}
}

const char *iana_v1_id_type_name(unsigned number)
{
	switch (number) {
	case IKEV1_ID_IPV4_ADDR: return "ID_IPV4_ADDR";
	case IKEV1_ID_FQDN: return "ID_FQDN";
	case IKEV1_ID_USER_FQDN: return "ID_USER_FQDN";
	case IKEV1_ID_IPV4_ADDR_SUBNET: return "ID_IPV4_ADDR_SUBNET";
	case IKEV1_ID_IPV6_ADDR: return "ID_IPV6_ADDR";
	case IKEV1_ID_IPV6_ADDR_SUBNET: return "ID_IPV6_ADDR_SUBNET";
	case IKEV1_ID_IPV4_ADDR_RANGE: return "ID_IPV4_ADDR_RANGE";
	case IKEV1_ID_IPV6_ADDR_RANGE: return "ID_IPV6_ADDR_RANGE";
	case IKEV1_ID_DER_ASN1_DN: return "ID_DER_ASN1_DN";
	case IKEV1_ID_DER_ASN1_GN: return "ID_DER_ASN1_GN";
	case IKEV1_ID_KEY_ID: return "ID_KEY_ID";
	case IKEV1_ID_LIST: return "ID_LIST";
	default: return NULL;
	}
}

const char *iana_v1_ipcomp_name(unsigned number)
{
	switch (number) {
	case IKEV1_IPCOMP_OUI: return "IPCOMP_OUI";
	case IKEV1_IPCOMP_DEFLATE: return "IPCOMP_DEFLATE";
	case IKEV1_IPCOMP_LZS: return "IPCOMP_LZS";
	case IKEV1_IPCOMP_LZJH: return "IPCOMP_LZJH";
	default: return NULL;
	}
}

const char *iana_v1_life_type_name(unsigned number)
{
	switch (number) {
	case IKEV1_LIFE_SECONDS: return "seconds";
	case IKEV1_LIFE_KILOBYTES: return "kilobytes";
	default: return NULL;
	}
}

const char *iana_v1_notify_name(unsigned number)
{
	switch (number) {
	case IKEV1_NOTIFY_INVALID_PAYLOAD_TYPE: return "INVALID-PAYLOAD-TYPE";
	case IKEV1_NOTIFY_DOI_NOT_SUPPORTED: return "DOI-NOT-SUPPORTED";
	case IKEV1_NOTIFY_SITUATION_NOT_SUPPORTED: return "SITUATION-NOT-SUPPORTED";
	case IKEV1_NOTIFY_INVALID_COOKIE: return "INVALID-COOKIE";
	case IKEV1_NOTIFY_INVALID_MAJOR_VERSION: return "INVALID-MAJOR-VERSION";
	case IKEV1_NOTIFY_INVALID_MINOR_VERSION: return "INVALID-MINOR-VERSION";
	case IKEV1_NOTIFY_INVALID_EXCHANGE_TYPE: return "INVALID-EXCHANGE-TYPE";
	case IKEV1_NOTIFY_INVALID_FLAGS: return "INVALID-FLAGS";
	case IKEV1_NOTIFY_INVALID_MESSAGE_ID: return "INVALID-MESSAGE-ID";
	case IKEV1_NOTIFY_INVALID_PROTOCOL_ID: return "INVALID-PROTOCOL-ID";
	case IKEV1_NOTIFY_INVALID_SPI: return "INVALID-SPI";
	case IKEV1_NOTIFY_INVALID_TRANSFORM_ID: return "INVALID-TRANSFORM-ID";
	case IKEV1_NOTIFY_ATTRIBUTES_NOT_SUPPORTED: return "ATTRIBUTES-NOT-SUPPORTED";
	case IKEV1_NOTIFY_NO_PROPOSAL_CHOSEN: return "NO-PROPOSAL-CHOSEN";
	case IKEV1_NOTIFY_BAD_PROPOSAL_SYNTAX: return "BAD-PROPOSAL-SYNTAX";
	case IKEV1_NOTIFY_PAYLOAD_MALFORMED: return "PAYLOAD-MALFORMED";
	case IKEV1_NOTIFY_INVALID_KEY_INFORMATION: return "INVALID-KEY-INFORMATION";
	case IKEV1_NOTIFY_INVALID_ID_INFORMATION: return "INVALID-ID-INFORMATION";
	case IKEV1_NOTIFY_INVALID_CERT_ENCODING: return "INVALID-CERT-ENCODING";
	case IKEV1_NOTIFY_INVALID_CERTIFICATE: return "INVALID-CERTIFICATE";
	case IKEV1_NOTIFY_CERT_TYPE_UNSUPPORTED: return "CERT-TYPE-UNSUPPORTED";
	case IKEV1_NOTIFY_INVALID_CERT_AUTHORITY: return "INVALID-CERT-AUTHORITY";
	case IKEV1_NOTIFY_INVALID_HASH_INFORMATION: return "INVALID-HASH-INFORMATION";
	case IKEV1_NOTIFY_AUTHENTICATION_FAILED: return "AUTHENTICATION-FAILED";
	case IKEV1_NOTIFY_INVALID_SIGNATURE: return "INVALID-SIGNATURE";
	case IKEV1_NOTIFY_ADDRESS_NOTIFICATION: return "ADDRESS-NOTIFICATION";
	case IKEV1_NOTIFY_NOTIFY_SA_LIFETIME: return "NOTIFY-SA-LIFETIME";
	case IKEV1_NOTIFY_CERTIFICATE_UNAVAILABLE: return "CERTIFICATE-UNAVAILABLE";
	case IKEV1_NOTIFY_UNSUPPORTED_EXCHANGE_TYPE: return "UNSUPPORTED-EXCHANGE-TYPE";
	case IKEV1_NOTIFY_UNEQUAL_PAYLOAD_LENGTHS: return "UNEQUAL-PAYLOAD-LENGTHS";
	case IKEV1_NOTIFY_CONNECTED: return "CONNECTED";
	case IKEV1_NOTIFY_RESPONDER_LIFETIME: return "RESPONDER-LIFETIME";
	case IKEV1_NOTIFY_REPLAY_STATUS: return "REPLAY-STATUS";
	case IKEV1_NOTIFY_INITIAL_CONTACT: return "INITIAL-CONTACT";
	case IKEV1_NOTIFY_R_U_THERE: return "R-U-THERE";
	case IKEV1_NOTIFY_R_U_THERE_ACK: return "R-U-THERE-ACK";
	case IKEV1_NOTIFY_UNITY_LOAD_BALANCE: return "UNITY-LOAD-BALANCE";
	case IKEV1_NOTIFY_UNITY_UNKNOWN: return "UNITY-UNKNOWN";
	case IKEV1_NOTIFY_UNITY_GROUP_HASH: return "UNITY-GROUP-HASH";
	default: return NULL;
	}
}

const char *iana_v1_sa_attribute_name(unsigned number)
{
	switch (number) {
	case IKEV1_SA_ATTRIBUTE_LIFE_TYPE: return "SA Life Type";
	case IKEV1_SA_ATTRIBUTE_LIFE_DURATION: return "SA Life Duration";
	case IKEV1_SA_ATTRIBUTE_GROUP_DESCRIPTION: return "Group Description";
	case IKEV1_SA_ATTRIBUTE_ENCAPSULATION_MODE: return "Encapsulation Mode";
	case IKEV1_SA_ATTRIBUTE_AUTHENTICATION_ALGORITHM: return "Authentication Algorithm";
	case IKEV1_SA_ATTRIBUTE_KEY_LENGTH: return "Key Length";
	case IKEV1_SA_ATTRIBUTE_KEY_ROUNDS: return "Key Rounds";
	case IKEV1_SA_ATTRIBUTE_COMPRESS_DICTIONARY_SIZE: return "Compress Dictionary Size";
	case IKEV1_SA_ATTRIBUTE_COMPRESS_PRIVATE_ALGORITHM: return "Compress Private Algorithm";
	case IKEV1_SA_ATTRIBUTE_ECN_TUNNEL: return "ECN Tunnel";
	case IKEV1_SA_ATTRIBUTE_ESN: return "Extended (64-bit) Sequence Number";
	case IKEV1_SA_ATTRIBUTE_AUTHENTICATION_KEY_LENGTH: return "Authentication Key Length";
	case IKEV1_SA_ATTRIBUTE_SIGNATURE_ENCODING_ALGORITHM: return "Signature Encoding Algorithm";
	case IKEV1_SA_ATTRIBUTE_ADDRESS_PRESERVATION: return "Address Preservation";
	case IKEV1_SA_ATTRIBUTE_SA_DIRECTION: return "SA Direction";
	default: return NULL;
	}
}
