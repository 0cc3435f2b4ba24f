/* SPDX-License-Identifier: ISC */
/* Made by tools/iana from tools/iana.d/ikev2-*.tsv: change those. */
#include "iana/ikev2.h"

#include <stddef.h>

const char *iana_exchange_name(unsigned number)
{
	switch (number) {
	case IKEV2_EXCHANGE_IKE_SA_INIT: return "IKE_SA_INIT";
	case IKEV2_EXCHANGE_IKE_AUTH: return "IKE_AUTH";
	case IKEV2_EXCHANGE_CREATE_CHILD_SA: return "CREATE_CHILD_SA";
	case IKEV2_EXCHANGE_INFORMATIONAL: return "INFORMATIONAL";
	case IKEV2_EXCHANGE_IKE_SESSION_RESUME: return "IKE_SESSION_RESUME";
	case IKEV2_EXCHANGE_GSA_AUTH: return "GSA_AUTH";
	case IKEV2_EXCHANGE_GSA_REGISTRATION: return "GSA_REGISTRATION";
	case IKEV2_EXCHANGE_GSA_REKEY: return "GSA_REKEY";
	case IKEV2_EXCHANGE_GSA_INBAND_REKEY: return "GSA_INBAND_REKEY";
	case IKEV2_EXCHANGE_IKE_INTERMEDIATE: return "IKE_INTERMEDIATE";
	case IKEV2_EXCHANGE_IKE_FOLLOWUP_KE: return "IKE_FOLLOWUP_KE";
	default: return NULL;
	}
}

const char *iana_payload_name(unsigned number)
{
	switch (number) {
	case IKEV2_PAYLOAD_NONE: return "none";
	case IKEV2_PAYLOAD_SA: return "SA";
	case IKEV2_PAYLOAD_KE: return "KE";
	case IKEV2_PAYLOAD_ID_I: return "IDi";
	case IKEV2_PAYLOAD_ID_R: return "IDr";
	case IKEV2_PAYLOAD_CERT: return "CERT";
	case IKEV2_PAYLOAD_CERTREQ: return "CERTREQ";
	case IKEV2_PAYLOAD_AUTH: return "AUTH";
	case IKEV2_PAYLOAD_NONCE: return "Nonce";
	case IKEV2_PAYLOAD_NOTIFY: return "N";
	case IKEV2_PAYLOAD_DELETE: return "D";
	case IKEV2_PAYLOAD_VENDOR_ID: return "V";
	case IKEV2_PAYLOAD_TS_I: return "TSi";
	case IKEV2_PAYLOAD_TS_R: return "TSr";
	case IKEV2_PAYLOAD_SK: return "SK";
	case IKEV2_PAYLOAD_CP: return "CP";
	case IKEV2_PAYLOAD_EAP: return "EAP";
	case IKEV2_PAYLOAD_GSPM: return "GSPM";
	case IKEV2_PAYLOAD_ID_G: return "IDg";
	case IKEV2_PAYLOAD_GSA: return "GSA";
	case IKEV2_PAYLOAD_KD: return "KD";
	case IKEV2_PAYLOAD_SKF: return "SKF";
	case IKEV2_PAYLOAD_PS: return "PS";
	default: return NULL;
	}
}

const char *iana_protocol_name(unsigned number)
{
	switch (number) {
	case IKEV2_PROTOCOL_NONE: return "none";
	case IKEV2_PROTOCOL_IKE: return "IKE";
	case IKEV2_PROTOCOL_AH: return "AH";
	case IKEV2_PROTOCOL_ESP: return "ESP";
	case IKEV2_PROTOCOL_FC_ESP_HEADER: return "FC_ESP_HEADER";
	case IKEV2_PROTOCOL_FC_CT_AUTHENTICATION: return "FC_CT_AUTHENTICATION";
	case IKEV2_PROTOCOL_GIKE_UPDATE: return "GIKE_UPDATE";
	default: return NULL;
	}
}

const char *iana_transform_type_name(unsigned number)
{
	switch (number) {
	case IKEV2_TRANSFORM_ENCR: return "ENCR";
	case IKEV2_TRANSFORM_PRF: return "PRF";
	case IKEV2_TRANSFORM_INTEG: return "INTEG";
	case IKEV2_TRANSFORM_KE: return "KE";
	case IKEV2_TRANSFORM_SN: return "SN";
	case IKEV2_TRANSFORM_ADDKE1: return "ADDKE1";
	case IKEV2_TRANSFORM_ADDKE2: return "ADDKE2";
	case IKEV2_TRANSFORM_ADDKE3: return "ADDKE3";
	case IKEV2_TRANSFORM_ADDKE4: return "ADDKE4";
	case IKEV2_TRANSFORM_ADDKE5: return "ADDKE5";
	case IKEV2_TRANSFORM_ADDKE6: return "ADDKE6";
	case IKEV2_TRANSFORM_ADDKE7: return "ADDKE7";
	case IKEV2_TRANSFORM_KWA: return "KWA";
	case IKEV2_TRANSFORM_GCAUTH: return "GCAUTH";
	default: return NULL;
	}
}

const char *iana_transform_attribute_name(unsigned number)
{
	switch (number) {
	case IKEV2_TRANSFORM_ATTRIBUTE_KEY_LENGTH: return "Key Length";
	case IKEV2_TRANSFORM_ATTRIBUTE_SIGNATURE_ALGORITHM: return "Signature Algorithm Identifier";
	default: return NULL;
	}
}

const char *iana_encr_name(unsigned number)
{
	switch (number) {
	case IKEV2_ENCR_DES_IV64: return "ENCR_DES_IV64";
	case IKEV2_ENCR_DES: return "ENCR_DES";
	case IKEV2_ENCR_3DES: return "ENCR_3DES";
	case IKEV2_ENCR_RC5: return "ENCR_RC5";
	case IKEV2_ENCR_IDEA: return "ENCR_IDEA";
	case IKEV2_ENCR_CAST: return "ENCR_CAST";
	case IKEV2_ENCR_BLOWFISH: return "ENCR_BLOWFISH";
	case IKEV2_ENCR_3IDEA: return "ENCR_3IDEA";
	case IKEV2_ENCR_DES_IV32: return "ENCR_DES_IV32";
	case IKEV2_ENCR_NULL: return "ENCR_NULL";
	case IKEV2_ENCR_AES_CBC: return "ENCR_AES_CBC";
	case IKEV2_ENCR_AES_CTR: return "ENCR_AES_CTR";
	case IKEV2_ENCR_AES_CCM_8: return "ENCR_AES_CCM_8";
	case IKEV2_ENCR_AES_CCM_12: return "ENCR_AES_CCM_12";
	case IKEV2_ENCR_AES_CCM_16: return "ENCR_AES_CCM_16";
	case IKEV2_ENCR_AES_GCM_8: return "ENCR_AES_GCM_8";
	case IKEV2_ENCR_AES_GCM_12: return "ENCR_AES_GCM_12";
	case IKEV2_ENCR_AES_GCM_16: return "ENCR_AES_GCM_16";
	case IKEV2_ENCR_NULL_AUTH_AES_GMAC: return "ENCR_NULL_AUTH_AES_GMAC";
	case IKEV2_ENCR_CAMELLIA_CBC: return "ENCR_CAMELLIA_CBC";
	case IKEV2_ENCR_CAMELLIA_CTR: return "ENCR_CAMELLIA_CTR";
	case IKEV2_ENCR_CAMELLIA_CCM_8: return "ENCR_CAMELLIA_CCM_8";
	case IKEV2_ENCR_CAMELLIA_CCM_12: return "ENCR_CAMELLIA_CCM_12";
	case IKEV2_ENCR_CAMELLIA_CCM_16: return "ENCR_CAMELLIA_CCM_16";
	case IKEV2_ENCR_CHACHA20_POLY1305: return "ENCR_CHACHA20_POLY1305";
	case IKEV2_ENCR_AES_CCM_8_IIV: return "ENCR_AES_CCM_8_IIV";
	case IKEV2_ENCR_AES_GCM_16_IIV: return "ENCR_AES_GCM_16_IIV";
	case IKEV2_ENCR_CHACHA20_POLY1305_IIV: return "ENCR_CHACHA20_POLY1305_IIV";
	case IKEV2_ENCR_KUZNYECHIK_MGM_KTREE: return "ENCR_KUZNYECHIK_MGM_KTREE";
	case IKEV2_ENCR_MAGMA_MGM_KTREE: return "ENCR_MAGMA_MGM_KTREE";
	case IKEV2_ENCR_KUZNYECHIK_MGM_MAC_KTREE: return "ENCR_KUZNYECHIK_MGM_MAC_KTREE";
	case IKEV2_ENCR_MAGMA_MGM_MAC_KTREE: return "ENCR_MAGMA_MGM_MAC_KTREE";
	default: return NULL;
	}
}

const char *iana_prf_name(unsigned number)
{
	switch (number) {
	case IKEV2_PRF_HMAC_MD5: return "PRF_HMAC_MD5";
	case IKEV2_PRF_HMAC_SHA1: return "PRF_HMAC_SHA1";
	case IKEV2_PRF_HMAC_TIGER: return "PRF_HMAC_TIGER";
	case IKEV2_PRF_AES128_XCBC: return "PRF_AES128_XCBC";
	case IKEV2_PRF_HMAC_SHA2_256: return "PRF_HMAC_SHA2_256";
	case IKEV2_PRF_HMAC_SHA2_384: return "PRF_HMAC_SHA2_384";
	case IKEV2_PRF_HMAC_SHA2_512: return "PRF_HMAC_SHA2_512";
	case IKEV2_PRF_AES128_CMAC: return "PRF_AES128_CMAC";
	case IKEV2_PRF_HMAC_STREEBOG_512: return "PRF_HMAC_STREEBOG_512";
	default: return NULL;
	}
}

const char *iana_integ_name(unsigned number)
{
	switch (number) {
	case IKEV2_INTEG_NONE: return "NONE";
	case IKEV2_INTEG_HMAC_MD5_96: return "AUTH_HMAC_MD5_96";
	case IKEV2_INTEG_HMAC_SHA1_96: return "AUTH_HMAC_SHA1_96";
	case IKEV2_INTEG_DES_MAC: return "AUTH_DES_MAC";
	case IKEV2_INTEG_KPDK_MD5: return "AUTH_KPDK_MD5";
	case IKEV2_INTEG_AES_XCBC_96: return "AUTH_AES_XCBC_96";
	case IKEV2_INTEG_HMAC_MD5_128: return "AUTH_HMAC_MD5_128";
	case IKEV2_INTEG_HMAC_SHA1_160: return "AUTH_HMAC_SHA1_160";
	case IKEV2_INTEG_AES_CMAC_96: return "AUTH_AES_CMAC_96";
	case IKEV2_INTEG_AES_128_GMAC: return "AUTH_AES_128_GMAC";
	case IKEV2_INTEG_AES_192_GMAC: return "AUTH_AES_192_GMAC";
	case IKEV2_INTEG_AES_256_GMAC: return "AUTH_AES_256_GMAC";
	case IKEV2_INTEG_HMAC_SHA2_256_128: return "AUTH_HMAC_SHA2_256_128";
	case IKEV2_INTEG_HMAC_SHA2_384_192: return "AUTH_HMAC_SHA2_384_192";
	case IKEV2_INTEG_HMAC_SHA2_512_256: return "AUTH_HMAC_SHA2_512_256";
	default: return NULL;
	}
}

const char *iana_ke_name(unsigned number)
{
	switch (number) {
	case IKEV2_KE_NONE: return "NONE";
	case IKEV2_KE_MODP_768: return "768-bit MODP Group";
	case IKEV2_KE_MODP_1024: return "1024-bit MODP Group";
	case IKEV2_KE_MODP_1536: return "1536-bit MODP Group";
	case IKEV2_KE_MODP_2048: return "2048-bit MODP Group";
	case IKEV2_KE_MODP_3072: return "3072-bit MODP Group";
	case IKEV2_KE_MODP_4096: return "4096-bit MODP Group";
	case IKEV2_KE_MODP_6144: return "6144-bit MODP Group";
	case IKEV2_KE_MODP_8192: return "8192-bit MODP Group";
	case IKEV2_KE_ECP_256: return "256-bit random ECP group";
	case IKEV2_KE_ECP_384: return "384-bit random ECP group";
	case IKEV2_KE_ECP_521: return "521-bit random ECP group";
	case IKEV2_KE_MODP_1024_160: return "1024-bit MODP Group with 160-bit Prime Order Subgroup";
	case IKEV2_KE_MODP_2048_224: return "2048-bit MODP Group with 224-bit Prime Order Subgroup";
	case IKEV2_KE_MODP_2048_256: return "2048-bit MODP Group with 256-bit Prime Order Subgroup";
	case IKEV2_KE_ECP_192: return "192-bit Random ECP Group";
	case IKEV2_KE_ECP_224: return "224-bit Random ECP Group";
	case IKEV2_KE_BRAINPOOL_224: return "brainpoolP224r1";
	case IKEV2_KE_BRAINPOOL_256: return "brainpoolP256r1";
	case IKEV2_KE_BRAINPOOL_384: return "brainpoolP384r1";
	case IKEV2_KE_BRAINPOOL_512: return "brainpoolP512r1";
	case IKEV2_KE_CURVE25519: return "Curve25519";
	case IKEV2_KE_CURVE448: return "Curve448";
	case IKEV2_KE_GOST3410_2012_256: return "GOST3410_2012_256";
	case IKEV2_KE_GOST3410_2012_512: return "GOST3410_2012_512";
	case IKEV2_KE_ML_KEM_512: return "ml-kem-512";
	case IKEV2_KE_ML_KEM_768: return "ml-kem-768";
	case IKEV2_KE_ML_KEM_1024: return "ml-kem-1024";
	default: return NULL;
	}
}

const char *iana_sn_name(unsigned number)
{
	switch (number) {
	case IKEV2_SN_32_BIT: return "32-bit Sequential Numbers";
	case IKEV2_SN_ESN: return "Partially Transmitted 64-bit Sequential Numbers";
	case IKEV2_SN_32_BIT_UNSPECIFIED: return "32-bit Unspecified Numbers";
	default: return NULL;
	}
}

const char *iana_hash_name(unsigned number)
{
	switch (number) {
	case IKEV2_HASH_SHA1: return "SHA1";
	case IKEV2_HASH_SHA2_256: return "SHA2-256";
	case IKEV2_HASH_SHA2_384: return "SHA2-384";
	case IKEV2_HASH_SHA2_512: return "SHA2-512";
	case IKEV2_HASH_IDENTITY: return "Identity";
	default: return NULL;
	}
}

const char *iana_auth_method_name(unsigned number)
{
	switch (number) {
	case IKEV2_AUTH_RSA: return "RSA Digital Signature";
	case IKEV2_AUTH_SHARED_KEY: return "Shared Key Message Integrity Code";
	case IKEV2_AUTH_DSS: return "DSS Digital Signature";
	case IKEV2_AUTH_ECDSA_256: return "ECDSA with SHA-256 on the P-256 curve";
	case IKEV2_AUTH_ECDSA_384: return "ECDSA with SHA-384 on the P-384 curve";
	case IKEV2_AUTH_ECDSA_521: return "ECDSA with SHA-512 on the P-521 curve";
	case IKEV2_AUTH_GSPM: return "Generic Secure Password Authentication Method";
	case IKEV2_AUTH_NULL: return "NULL Authentication";
	case IKEV2_AUTH_DIGITAL_SIGNATURE: return "Digital Signature";
	default: return NULL;
	}
}

const char *iana_cert_encoding_name(unsigned number)
{
	switch (number) {
	case IKEV2_CERT_PKCS7_X509: return "PKCS #7 wrapped X.509 certificate";
	case IKEV2_CERT_PGP: return "PGP Certificate";
	case IKEV2_CERT_DNS_SIGNED_KEY: return "DNS Signed Key";
	case IKEV2_CERT_X509_SIGNATURE: return "X.509 Certificate - Signature";
	case IKEV2_CERT_KERBEROS_TOKEN: return "Kerberos Token";
	case IKEV2_CERT_CRL: return "Certificate Revocation List (CRL)";
	case IKEV2_CERT_ARL: return "Authority Revocation List (ARL)";
	case IKEV2_CERT_SPKI: return "SPKI Certificate";
	case IKEV2_CERT_X509_ATTRIBUTE: return "X.509 Certificate - Attribute";
	case IKEV2_CERT_RAW_RSA_KEY: return "Raw RSA Key";
	case IKEV2_CERT_HASH_URL_X509: return "Hash and URL of X.509 certificate";
	case IKEV2_CERT_HASH_URL_BUNDLE: return "Hash and URL of X.509 bundle";
	case IKEV2_CERT_OCSP_CONTENT: return "OCSP Content";
	case IKEV2_CERT_RAW_PUBLIC_KEY: return "Raw Public Key";
	default: return NULL;
	}
}

const char *iana_cfg_type_name(unsigned number)
{
	switch (number) {
	case IKEV2_CFG_REQUEST: return "CFG_REQUEST";
	case IKEV2_CFG_REPLY: return "CFG_REPLY";
	case IKEV2_CFG_SET: return "CFG_SET";
	case IKEV2_CFG_ACK: return "CFG_ACK";
	default: return NULL;
	}
}

const char *iana_cp_attribute_name(unsigned number)
{
	switch (number) {
	case IKEV2_CP_INTERNAL_IP4_ADDRESS: return "INTERNAL_IP4_ADDRESS";
	case IKEV2_CP_INTERNAL_IP4_NETMASK: return "INTERNAL_IP4_NETMASK";
	case IKEV2_CP_INTERNAL_IP4_DNS: return "INTERNAL_IP4_DNS";
	case IKEV2_CP_INTERNAL_IP4_NBNS: return "INTERNAL_IP4_NBNS";
	case IKEV2_CP_INTERNAL_IP4_DHCP: return "INTERNAL_IP4_DHCP";
	case IKEV2_CP_APPLICATION_VERSION: return "APPLICATION_VERSION";
	case IKEV2_CP_INTERNAL_IP6_ADDRESS: return "INTERNAL_IP6_ADDRESS";
	case IKEV2_CP_INTERNAL_IP6_DNS: return "INTERNAL_IP6_DNS";
	case IKEV2_CP_INTERNAL_IP6_DHCP: return "INTERNAL_IP6_DHCP";
	case IKEV2_CP_INTERNAL_IP4_SUBNET: return "INTERNAL_IP4_SUBNET";
	case IKEV2_CP_SUPPORTED_ATTRIBUTES: return "SUPPORTED_ATTRIBUTES";
	case IKEV2_CP_INTERNAL_IP6_SUBNET: return "INTERNAL_IP6_SUBNET";
	case IKEV2_CP_MIP6_HOME_PREFIX: return "MIP6_HOME_PREFIX";
	case IKEV2_CP_INTERNAL_IP6_LINK: return "INTERNAL_IP6_LINK";
	case IKEV2_CP_INTERNAL_IP6_PREFIX: return "INTERNAL_IP6_PREFIX";
	case IKEV2_CP_HOME_AGENT_ADDRESS: return "HOME_AGENT_ADDRESS";
	case IKEV2_CP_P_CSCF_IP4_ADDRESS: return "P_CSCF_IP4_ADDRESS";
	case IKEV2_CP_P_CSCF_IP6_ADDRESS: return "P_CSCF_IP6_ADDRESS";
	case IKEV2_CP_FTT_KAT: return "FTT_KAT";
	case IKEV2_CP_EXTERNAL_SOURCE_IP4_NAT_INFO: return "EXTERNAL_SOURCE_IP4_NAT_INFO";
	case IKEV2_CP_TIMEOUT_PERIOD_FOR_LIVENESS_CHECK: return "TIMEOUT_PERIOD_FOR_LIVENESS_CHECK";
	case IKEV2_CP_INTERNAL_DNS_DOMAIN: return "INTERNAL_DNS_DOMAIN";
	case IKEV2_CP_INTERNAL_DNSSEC_TA: return "INTERNAL_DNSSEC_TA";
	case IKEV2_CP_ENCDNS_IP4: return "ENCDNS_IP4";
	case IKEV2_CP_ENCDNS_IP6: return "ENCDNS_IP6";
	case IKEV2_CP_ENCDNS_DIGEST_INFO: return "ENCDNS_DIGEST_INFO";
	default: return NULL;
	}
}

const char *iana_gateway_type_name(unsigned number)
{
	switch (number) {
	case IKEV2_GATEWAY_IPV4: return "IPv4";
	case IKEV2_GATEWAY_IPV6: return "IPv6";
	case IKEV2_GATEWAY_FQDN: return "FQDN";
	default: return NULL;
	}
}

const char *iana_id_type_name(unsigned number)
{
	switch (number) {
	case IKEV2_ID_IPV4_ADDR: return "ID_IPV4_ADDR";
	case IKEV2_ID_FQDN: return "ID_FQDN";
	case IKEV2_ID_RFC822_ADDR: return "ID_RFC822_ADDR";
	case IKEV2_ID_IPV6_ADDR: return "ID_IPV6_ADDR";
	case IKEV2_ID_DER_ASN1_DN: return "ID_DER_ASN1_DN";
	case IKEV2_ID_DER_ASN1_GN: return "ID_DER_ASN1_GN";
	case IKEV2_ID_KEY_ID: return "ID_KEY_ID";
	case IKEV2_ID_FC_NAME: return "ID_FC_NAME";
	case IKEV2_ID_NULL: return "ID_NULL";
	default: return NULL;
	}
}

const char *iana_ipcomp_name(unsigned number)
{
	switch (number) {
	case IKEV2_IPCOMP_OUI: return "IPCOMP_OUI";
	case IKEV2_IPCOMP_DEFLATE: return "IPCOMP_DEFLATE";
	case IKEV2_IPCOMP_LZS: return "IPCOMP_LZS";
	case IKEV2_IPCOMP_LZJH: return "IPCOMP_LZJH";
	default: return NULL;
	}
}

const char *iana_notify_name(unsigned number)
{
	switch (number) {
	case IKEV2_NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD: return "UNSUPPORTED_CRITICAL_PAYLOAD";
	case IKEV2_NOTIFY_INVALID_IKE_SPI: return "INVALID_IKE_SPI";
	case IKEV2_NOTIFY_INVALID_MAJOR_VERSION: return "INVALID_MAJOR_VERSION";
	case IKEV2_NOTIFY_INVALID_SYNTAX: return "INVALID_SYNTAX";
	case IKEV2_NOTIFY_INVALID_MESSAGE_ID: return "INVALID_MESSAGE_ID";
	case IKEV2_NOTIFY_INVALID_SPI: return "INVALID_SPI";
	case IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN: return "NO_PROPOSAL_CHOSEN";
	case IKEV2_NOTIFY_INVALID_KE_PAYLOAD: return "INVALID_KE_PAYLOAD";
	case IKEV2_NOTIFY_AUTHENTICATION_FAILED: return "AUTHENTICATION_FAILED";
	case IKEV2_NOTIFY_SINGLE_PAIR_REQUIRED: return "SINGLE_PAIR_REQUIRED";
	case IKEV2_NOTIFY_NO_ADDITIONAL_SAS: return "NO_ADDITIONAL_SAS";
	case IKEV2_NOTIFY_INTERNAL_ADDRESS_FAILURE: return "INTERNAL_ADDRESS_FAILURE";
	case IKEV2_NOTIFY_FAILED_CP_REQUIRED: return "FAILED_CP_REQUIRED";
	case IKEV2_NOTIFY_TS_UNACCEPTABLE: return "TS_UNACCEPTABLE";
	case IKEV2_NOTIFY_INVALID_SELECTORS: return "INVALID_SELECTORS";
	case IKEV2_NOTIFY_UNACCEPTABLE_ADDRESSES: return "UNACCEPTABLE_ADDRESSES";
	case IKEV2_NOTIFY_UNEXPECTED_NAT_DETECTED: return "UNEXPECTED_NAT_DETECTED";
	case IKEV2_NOTIFY_USE_ASSIGNED_HOA: return "USE_ASSIGNED_HoA";
	case IKEV2_NOTIFY_TEMPORARY_FAILURE: return "TEMPORARY_FAILURE";
	case IKEV2_NOTIFY_CHILD_SA_NOT_FOUND: return "CHILD_SA_NOT_FOUND";
	case IKEV2_NOTIFY_INVALID_GROUP_ID: return "INVALID_GROUP_ID";
	case IKEV2_NOTIFY_AUTHORIZATION_FAILED: return "AUTHORIZATION_FAILED";
	case IKEV2_NOTIFY_STATE_NOT_FOUND: return "STATE_NOT_FOUND";
	case IKEV2_NOTIFY_TS_MAX_QUEUE: return "TS_MAX_QUEUE";
	case IKEV2_NOTIFY_REGISTRATION_FAILED: return "REGISTRATION_FAILED";
	case IKEV2_NOTIFY_INITIAL_CONTACT: return "INITIAL_CONTACT";
	case IKEV2_NOTIFY_SET_WINDOW_SIZE: return "SET_WINDOW_SIZE";
	case IKEV2_NOTIFY_ADDITIONAL_TS_POSSIBLE: return "ADDITIONAL_TS_POSSIBLE";
	case IKEV2_NOTIFY_IPCOMP_SUPPORTED: return "IPCOMP_SUPPORTED";
	case IKEV2_NOTIFY_NAT_DETECTION_SOURCE_IP: return "NAT_DETECTION_SOURCE_IP";
	case IKEV2_NOTIFY_NAT_DETECTION_DESTINATION_IP: return "NAT_DETECTION_DESTINATION_IP";
	case IKEV2_NOTIFY_COOKIE: return "COOKIE";
	case IKEV2_NOTIFY_USE_TRANSPORT_MODE: return "USE_TRANSPORT_MODE";
	case IKEV2_NOTIFY_HTTP_CERT_LOOKUP_SUPPORTED: return "HTTP_CERT_LOOKUP_SUPPORTED";
	case IKEV2_NOTIFY_REKEY_SA: return "REKEY_SA";
	case IKEV2_NOTIFY_ESP_TFC_PADDING_NOT_SUPPORTED: return "ESP_TFC_PADDING_NOT_SUPPORTED";
	case IKEV2_NOTIFY_NON_FIRST_FRAGMENTS_ALSO: return "NON_FIRST_FRAGMENTS_ALSO";
	case IKEV2_NOTIFY_MOBIKE_SUPPORTED: return "MOBIKE_SUPPORTED";
	case IKEV2_NOTIFY_ADDITIONAL_IP4_ADDRESS: return "ADDITIONAL_IP4_ADDRESS";
	case IKEV2_NOTIFY_ADDITIONAL_IP6_ADDRESS: return "ADDITIONAL_IP6_ADDRESS";
	case IKEV2_NOTIFY_NO_ADDITIONAL_ADDRESSES: return "NO_ADDITIONAL_ADDRESSES";
	case IKEV2_NOTIFY_UPDATE_SA_ADDRESSES: return "UPDATE_SA_ADDRESSES";
	case IKEV2_NOTIFY_COOKIE2: return "COOKIE2";
	case IKEV2_NOTIFY_NO_NATS_ALLOWED: return "NO_NATS_ALLOWED";
	case IKEV2_NOTIFY_AUTH_LIFETIME: return "AUTH_LIFETIME";
	case IKEV2_NOTIFY_MULTIPLE_AUTH_SUPPORTED: return "MULTIPLE_AUTH_SUPPORTED";
	case IKEV2_NOTIFY_ANOTHER_AUTH_FOLLOWS: return "ANOTHER_AUTH_FOLLOWS";
	case IKEV2_NOTIFY_REDIRECT_SUPPORTED: return "REDIRECT_SUPPORTED";
	case IKEV2_NOTIFY_REDIRECT: return "REDIRECT";
	case IKEV2_NOTIFY_REDIRECTED_FROM: return "REDIRECTED_FROM";
	case IKEV2_NOTIFY_TICKET_LT_OPAQUE: return "TICKET_LT_OPAQUE";
	case IKEV2_NOTIFY_TICKET_REQUEST: return "TICKET_REQUEST";
	case IKEV2_NOTIFY_TICKET_ACK: return "TICKET_ACK";
	case IKEV2_NOTIFY_TICKET_NACK: return "TICKET_NACK";
	case IKEV2_NOTIFY_TICKET_OPAQUE: return "TICKET_OPAQUE";
	case IKEV2_NOTIFY_LINK_ID: return "LINK_ID";
	case IKEV2_NOTIFY_USE_WESP_MODE: return "USE_WESP_MODE";
	case IKEV2_NOTIFY_ROHC_SUPPORTED: return "ROHC_SUPPORTED";
	case IKEV2_NOTIFY_EAP_ONLY_AUTHENTICATION: return "EAP_ONLY_AUTHENTICATION";
	case IKEV2_NOTIFY_CHILDLESS_IKEV2_SUPPORTED: return "CHILDLESS_IKEV2_SUPPORTED";
	case IKEV2_NOTIFY_QUICK_CRASH_DETECTION: return "QUICK_CRASH_DETECTION";
	case IKEV2_NOTIFY_IKEV2_MESSAGE_ID_SYNC_SUPPORTED: return "IKEV2_MESSAGE_ID_SYNC_SUPPORTED";
	case IKEV2_NOTIFY_IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED: return "IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED";
	case IKEV2_NOTIFY_IKEV2_MESSAGE_ID_SYNC: return "IKEV2_MESSAGE_ID_SYNC";
	case IKEV2_NOTIFY_IPSEC_REPLAY_COUNTER_SYNC: return "IPSEC_REPLAY_COUNTER_SYNC";
	case IKEV2_NOTIFY_SECURE_PASSWORD_METHODS: return "SECURE_PASSWORD_METHODS";
	case IKEV2_NOTIFY_PSK_PERSIST: return "PSK_PERSIST";
	case IKEV2_NOTIFY_PSK_CONFIRM: return "PSK_CONFIRM";
	case IKEV2_NOTIFY_ERX_SUPPORTED: return "ERX_SUPPORTED";
	case IKEV2_NOTIFY_IFOM_CAPABILITY: return "IFOM_CAPABILITY";
	case IKEV2_NOTIFY_GROUP_SENDER: return "GROUP_SENDER";
	case IKEV2_NOTIFY_IKEV2_FRAGMENTATION_SUPPORTED: return "IKEV2_FRAGMENTATION_SUPPORTED";
	case IKEV2_NOTIFY_SIGNATURE_HASH_ALGORITHMS: return "SIGNATURE_HASH_ALGORITHMS";
	case IKEV2_NOTIFY_CLONE_IKE_SA_SUPPORTED: return "CLONE_IKE_SA_SUPPORTED";
	case IKEV2_NOTIFY_CLONE_IKE_SA: return "CLONE_IKE_SA";
	case IKEV2_NOTIFY_PUZZLE: return "PUZZLE";
	case IKEV2_NOTIFY_USE_PPK: return "USE_PPK";
	case IKEV2_NOTIFY_PPK_IDENTITY: return "PPK_IDENTITY";
	case IKEV2_NOTIFY_NO_PPK_AUTH: return "NO_PPK_AUTH";
	case IKEV2_NOTIFY_INTERMEDIATE_EXCHANGE_SUPPORTED: return "INTERMEDIATE_EXCHANGE_SUPPORTED";
	case IKEV2_NOTIFY_IP4_ALLOWED: return "IP4_ALLOWED";
	case IKEV2_NOTIFY_IP6_ALLOWED: return "IP6_ALLOWED";
	case IKEV2_NOTIFY_ADDITIONAL_KEY_EXCHANGE: return "ADDITIONAL_KEY_EXCHANGE";
	case IKEV2_NOTIFY_USE_AGGFRAG: return "USE_AGGFRAG";
	case IKEV2_NOTIFY_SUPPORTED_AUTH_METHODS: return "SUPPORTED_AUTH_METHODS";
	case IKEV2_NOTIFY_SA_RESOURCE_INFO: return "SA_RESOURCE_INFO";
	case IKEV2_NOTIFY_USE_PPK_INT: return "USE_PPK_INT";
	case IKEV2_NOTIFY_PPK_IDENTITY_KEY: return "PPK_IDENTITY_KEY";
	default: return NULL;
	}
}

const char *iana_ppk_id_type_name(unsigned number)
{
	switch (number) {
	case IKEV2_PPK_OPAQUE: return "PPK_ID_OPAQUE";
	case IKEV2_PPK_FIXED: return "PPK_ID_FIXED";
	default: return NULL;
	}
}

const char *iana_secure_password_name(unsigned number)
{
	switch (number) {
	case IKEV2_SPM_PACE: return "PACE";
	case IKEV2_SPM_AUGPAKE: return "AugPAKE";
	case IKEV2_SPM_SECURE_PSK: return "Secure PSK Authentication";
	default: return NULL;
	}
}

const char *iana_ts_type_name(unsigned number)
{
	switch (number) {
	case IKEV2_TS_IPV4_ADDR_RANGE: return "TS_IPV4_ADDR_RANGE";
	case IKEV2_TS_IPV6_ADDR_RANGE: return "TS_IPV6_ADDR_RANGE";
	case IKEV2_TS_FC_ADDR_RANGE: return "TS_FC_ADDR_RANGE";
	case IKEV2_TS_SECLABEL: return "TS_SECLABEL";
	default: return NULL;
	}
}
