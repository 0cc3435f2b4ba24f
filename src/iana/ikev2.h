/* SPDX-License-Identifier: ISC */
/*
 * The numbers and names of IKEv2 (RFC 7296 and its extensions).
 *
 * Made by tools/iana from tools/iana.d/ikev2-*.tsv: change those. Each function gives the name of a number
 * as the registry has it, or NULL for a number that it does not know: numbers from outside may be anything.
 */
#pragma once

/* IKEv2 Exchange Types. */
enum ikev2_exchange {
	IKEV2_EXCHANGE_IKE_SA_INIT = 34,        /* RFC 7296 */
	IKEV2_EXCHANGE_IKE_AUTH = 35,           /* RFC 7296 */
	IKEV2_EXCHANGE_CREATE_CHILD_SA = 36,    /* RFC 7296 */
	IKEV2_EXCHANGE_INFORMATIONAL = 37,      /* RFC 7296 */
	IKEV2_EXCHANGE_IKE_SESSION_RESUME = 38, /* RFC 5723 */
	IKEV2_EXCHANGE_GSA_AUTH = 39,           /* RFC 9838 */
	IKEV2_EXCHANGE_GSA_REGISTRATION = 40,   /* RFC 9838 */
	IKEV2_EXCHANGE_GSA_REKEY = 41,          /* RFC 9838 */
	IKEV2_EXCHANGE_GSA_INBAND_REKEY = 42,   /* RFC 9838 */
	IKEV2_EXCHANGE_IKE_INTERMEDIATE = 43,   /* RFC 9242 */
	IKEV2_EXCHANGE_IKE_FOLLOWUP_KE = 44,    /* RFC 9370 */
};
const char *iana_exchange_name(unsigned number);

/* IKEv2 Payload Types. */
enum ikev2_payload {
	IKEV2_PAYLOAD_NONE = 0,       /* RFC 7296 */
	IKEV2_PAYLOAD_SA = 33,        /* RFC 7296 */
	IKEV2_PAYLOAD_KE = 34,        /* RFC 7296 */
	IKEV2_PAYLOAD_ID_I = 35,      /* RFC 7296 */
	IKEV2_PAYLOAD_ID_R = 36,      /* RFC 7296 */
	IKEV2_PAYLOAD_CERT = 37,      /* RFC 7296 */
	IKEV2_PAYLOAD_CERTREQ = 38,   /* RFC 7296 */
	IKEV2_PAYLOAD_AUTH = 39,      /* RFC 7296 */
	IKEV2_PAYLOAD_NONCE = 40,     /* RFC 7296 */
	IKEV2_PAYLOAD_NOTIFY = 41,    /* RFC 7296 */
	IKEV2_PAYLOAD_DELETE = 42,    /* RFC 7296 */
	IKEV2_PAYLOAD_VENDOR_ID = 43, /* RFC 7296 */
	IKEV2_PAYLOAD_TS_I = 44,      /* RFC 7296 */
	IKEV2_PAYLOAD_TS_R = 45,      /* RFC 7296 */
	IKEV2_PAYLOAD_SK = 46,        /* RFC 7296 */
	IKEV2_PAYLOAD_CP = 47,        /* RFC 7296 */
	IKEV2_PAYLOAD_EAP = 48,       /* RFC 7296 */
	IKEV2_PAYLOAD_GSPM = 49,      /* RFC 6467 */
	IKEV2_PAYLOAD_ID_G = 50,      /* RFC 9838 */
	IKEV2_PAYLOAD_GSA = 51,       /* RFC 9838 */
	IKEV2_PAYLOAD_KD = 52,        /* RFC 9838 */
	IKEV2_PAYLOAD_SKF = 53,       /* RFC 7383 */
	IKEV2_PAYLOAD_PS = 54,        /* RFC 8019 */
};
const char *iana_payload_name(unsigned number);

/* IKEv2 Security Protocol Identifiers. */
enum ikev2_protocol {
	IKEV2_PROTOCOL_NONE = 0,                 /* RFC 7296 */
	IKEV2_PROTOCOL_IKE = 1,                  /* RFC 7296 */
	IKEV2_PROTOCOL_AH = 2,                   /* RFC 7296 */
	IKEV2_PROTOCOL_ESP = 3,                  /* RFC 7296 */
	IKEV2_PROTOCOL_FC_ESP_HEADER = 4,        /* RFC 4595 */
	IKEV2_PROTOCOL_FC_CT_AUTHENTICATION = 5, /* RFC 4595 */
	IKEV2_PROTOCOL_GIKE_UPDATE = 6,          /* RFC 9838 */
};
const char *iana_protocol_name(unsigned number);

/* IKEv2 Transform Type Values. */
enum ikev2_transform {
	IKEV2_TRANSFORM_ENCR = 1,    /* RFC 7296 */
	IKEV2_TRANSFORM_PRF = 2,     /* RFC 7296 */
	IKEV2_TRANSFORM_INTEG = 3,   /* RFC 7296 */
	IKEV2_TRANSFORM_KE = 4,      /* RFC 7296, RFC 9370 */
	IKEV2_TRANSFORM_SN = 5,      /* RFC 7296, RFC 9827 */
	IKEV2_TRANSFORM_ADDKE1 = 6,  /* RFC 9370 */
	IKEV2_TRANSFORM_ADDKE2 = 7,  /* RFC 9370 */
	IKEV2_TRANSFORM_ADDKE3 = 8,  /* RFC 9370 */
	IKEV2_TRANSFORM_ADDKE4 = 9,  /* RFC 9370 */
	IKEV2_TRANSFORM_ADDKE5 = 10, /* RFC 9370 */
	IKEV2_TRANSFORM_ADDKE6 = 11, /* RFC 9370 */
	IKEV2_TRANSFORM_ADDKE7 = 12, /* RFC 9370 */
	IKEV2_TRANSFORM_KWA = 13,    /* RFC 9838 */
	IKEV2_TRANSFORM_GCAUTH = 14, /* RFC 9838 */
};
const char *iana_transform_type_name(unsigned number);

/* IKEv2 Transform Attribute Types. */
enum ikev2_transform_attribute {
	IKEV2_TRANSFORM_ATTRIBUTE_KEY_LENGTH = 14,          /* RFC 7296 */
	IKEV2_TRANSFORM_ATTRIBUTE_SIGNATURE_ALGORITHM = 18, /* RFC 9838 */
};
const char *iana_transform_attribute_name(unsigned number);

/* IKEv2 Transform Type 1: Encryption Algorithms. */
enum ikev2_encr {
	IKEV2_ENCR_DES_IV64 = 1,                  /* RFC 1827 */
	IKEV2_ENCR_DES = 2,                       /* RFC 2405, RFC 7296 */
	IKEV2_ENCR_3DES = 3,                      /* RFC 2451, RFC 7296 */
	IKEV2_ENCR_RC5 = 4,                       /* RFC 2451, RFC 7296 */
	IKEV2_ENCR_IDEA = 5,                      /* RFC 2451, RFC 7296 */
	IKEV2_ENCR_CAST = 6,                      /* RFC 2451, RFC 7296 */
	IKEV2_ENCR_BLOWFISH = 7,                  /* RFC 2451, RFC 7296 */
	IKEV2_ENCR_3IDEA = 8,                     /* RFC 2451, RFC 7296 */
	IKEV2_ENCR_DES_IV32 = 9,                  /* RFC 7296 */
	IKEV2_ENCR_NULL = 11,                     /* RFC 2410, RFC 7296 */
	IKEV2_ENCR_AES_CBC = 12,                  /* RFC 3602, RFC 7296 */
	IKEV2_ENCR_AES_CTR = 13,                  /* RFC 3686, RFC 5930, RFC 7296 */
	IKEV2_ENCR_AES_CCM_8 = 14,                /* RFC 4309, RFC 5282 */
	IKEV2_ENCR_AES_CCM_12 = 15,               /* RFC 4309, RFC 5282 */
	IKEV2_ENCR_AES_CCM_16 = 16,               /* RFC 4309, RFC 5282 */
	IKEV2_ENCR_AES_GCM_8 = 18,                /* RFC 4106, RFC 5282, RFC 8247 */
	IKEV2_ENCR_AES_GCM_12 = 19,               /* RFC 4106, RFC 5282, RFC 8247 */
	IKEV2_ENCR_AES_GCM_16 = 20,               /* RFC 4106, RFC 5282, RFC 8247 */
	IKEV2_ENCR_NULL_AUTH_AES_GMAC = 21,       /* RFC 4543 */
	IKEV2_ENCR_CAMELLIA_CBC = 23,             /* RFC 5529 */
	IKEV2_ENCR_CAMELLIA_CTR = 24,             /* RFC 5529 */
	IKEV2_ENCR_CAMELLIA_CCM_8 = 25,           /* RFC 5529 */
	IKEV2_ENCR_CAMELLIA_CCM_12 = 26,          /* RFC 5529 */
	IKEV2_ENCR_CAMELLIA_CCM_16 = 27,          /* RFC 5529 */
	IKEV2_ENCR_CHACHA20_POLY1305 = 28,        /* RFC 7634 */
	IKEV2_ENCR_AES_CCM_8_IIV = 29,            /* RFC 8750 */
	IKEV2_ENCR_AES_GCM_16_IIV = 30,           /* RFC 8750 */
	IKEV2_ENCR_CHACHA20_POLY1305_IIV = 31,    /* RFC 8750 */
	IKEV2_ENCR_KUZNYECHIK_MGM_KTREE = 32,     /* RFC 9227 */
	IKEV2_ENCR_MAGMA_MGM_KTREE = 33,          /* RFC 9227 */
	IKEV2_ENCR_KUZNYECHIK_MGM_MAC_KTREE = 34, /* RFC 9227 */
	IKEV2_ENCR_MAGMA_MGM_MAC_KTREE = 35,      /* RFC 9227 */
};
const char *iana_encr_name(unsigned number);

/* IKEv2 Transform Type 2: Pseudorandom Functions. */
enum ikev2_prf {
	IKEV2_PRF_HMAC_MD5 = 1,          /* RFC 2104, RFC 7296 */
	IKEV2_PRF_HMAC_SHA1 = 2,         /* RFC 2104, RFC 7296 */
	IKEV2_PRF_HMAC_TIGER = 3,        /* RFC 2104, RFC 7296 */
	IKEV2_PRF_AES128_XCBC = 4,       /* RFC 4434 */
	IKEV2_PRF_HMAC_SHA2_256 = 5,     /* RFC 4868 */
	IKEV2_PRF_HMAC_SHA2_384 = 6,     /* RFC 4868 */
	IKEV2_PRF_HMAC_SHA2_512 = 7,     /* RFC 4868 */
	IKEV2_PRF_AES128_CMAC = 8,       /* RFC 4615 */
	IKEV2_PRF_HMAC_STREEBOG_512 = 9, /* RFC 9385 */
};
const char *iana_prf_name(unsigned number);

/* IKEv2 Transform Type 3: Integrity Algorithms. */
enum ikev2_integ {
	IKEV2_INTEG_NONE = 0,               /* RFC 7296 */
	IKEV2_INTEG_HMAC_MD5_96 = 1,        /* RFC 2403, RFC 7296 */
	IKEV2_INTEG_HMAC_SHA1_96 = 2,       /* RFC 2404, RFC 7296 */
	IKEV2_INTEG_DES_MAC = 3,            /* RFC 7296 */
	IKEV2_INTEG_KPDK_MD5 = 4,           /* RFC 1828, RFC 7296 */
	IKEV2_INTEG_AES_XCBC_96 = 5,        /* RFC 3566, RFC 7296 */
	IKEV2_INTEG_HMAC_MD5_128 = 6,       /* RFC 4595 */
	IKEV2_INTEG_HMAC_SHA1_160 = 7,      /* RFC 4595 */
	IKEV2_INTEG_AES_CMAC_96 = 8,        /* RFC 4494 */
	IKEV2_INTEG_AES_128_GMAC = 9,       /* RFC 4543 */
	IKEV2_INTEG_AES_192_GMAC = 10,      /* RFC 4543 */
	IKEV2_INTEG_AES_256_GMAC = 11,      /* RFC 4543 */
	IKEV2_INTEG_HMAC_SHA2_256_128 = 12, /* RFC 4868 */
	IKEV2_INTEG_HMAC_SHA2_384_192 = 13, /* RFC 4868 */
	IKEV2_INTEG_HMAC_SHA2_512_256 = 14, /* RFC 4868 */
};
const char *iana_integ_name(unsigned number);

/* IKEv2 Transform Type 4 (and 6 to 12): Key Exchange Methods. */
enum ikev2_ke {
	IKEV2_KE_NONE = 0,               /* RFC 7296 */
	IKEV2_KE_MODP_768 = 1,           /* RFC 7296 */
	IKEV2_KE_MODP_1024 = 2,          /* RFC 7296 */
	IKEV2_KE_MODP_1536 = 5,          /* RFC 3526 */
	IKEV2_KE_MODP_2048 = 14,         /* RFC 3526 */
	IKEV2_KE_MODP_3072 = 15,         /* RFC 3526 */
	IKEV2_KE_MODP_4096 = 16,         /* RFC 3526 */
	IKEV2_KE_MODP_6144 = 17,         /* RFC 3526 */
	IKEV2_KE_MODP_8192 = 18,         /* RFC 3526 */
	IKEV2_KE_ECP_256 = 19,           /* RFC 5903 */
	IKEV2_KE_ECP_384 = 20,           /* RFC 5903 */
	IKEV2_KE_ECP_521 = 21,           /* RFC 5903 */
	IKEV2_KE_MODP_1024_160 = 22,     /* RFC 5114 */
	IKEV2_KE_MODP_2048_224 = 23,     /* RFC 5114 */
	IKEV2_KE_MODP_2048_256 = 24,     /* RFC 5114 */
	IKEV2_KE_ECP_192 = 25,           /* RFC 5114 */
	IKEV2_KE_ECP_224 = 26,           /* RFC 5114 */
	IKEV2_KE_BRAINPOOL_224 = 27,     /* RFC 6954 */
	IKEV2_KE_BRAINPOOL_256 = 28,     /* RFC 6954 */
	IKEV2_KE_BRAINPOOL_384 = 29,     /* RFC 6954 */
	IKEV2_KE_BRAINPOOL_512 = 30,     /* RFC 6954 */
	IKEV2_KE_CURVE25519 = 31,        /* RFC 8031 */
	IKEV2_KE_CURVE448 = 32,          /* RFC 8031 */
	IKEV2_KE_GOST3410_2012_256 = 33, /* RFC 9385 */
	IKEV2_KE_GOST3410_2012_512 = 34, /* RFC 9385 */
	IKEV2_KE_ML_KEM_512 = 35,        /* draft-ietf-ipsecme-ikev2-mlkem */
	IKEV2_KE_ML_KEM_768 = 36,        /* draft-ietf-ipsecme-ikev2-mlkem */
	IKEV2_KE_ML_KEM_1024 = 37,       /* draft-ietf-ipsecme-ikev2-mlkem */
};
const char *iana_ke_name(unsigned number);

/* IKEv2 Transform Type 5: Sequence Numbers. */
enum ikev2_sn {
	IKEV2_SN_32_BIT = 0,             /* RFC 9827 */
	IKEV2_SN_ESN = 1,                /* RFC 9827 */
	IKEV2_SN_32_BIT_UNSPECIFIED = 2, /* RFC 9827 */
};
const char *iana_sn_name(unsigned number);

/* IKEv2 Hash Algorithms (SIGNATURE_HASH_ALGORITHMS). */
enum ikev2_hash {
	IKEV2_HASH_SHA1 = 1,     /* RFC 7427 */
	IKEV2_HASH_SHA2_256 = 2, /* RFC 7427 */
	IKEV2_HASH_SHA2_384 = 3, /* RFC 7427 */
	IKEV2_HASH_SHA2_512 = 4, /* RFC 7427 */
	IKEV2_HASH_IDENTITY = 5, /* RFC 8420 */
};
const char *iana_hash_name(unsigned number);

/* IKEv2 Authentication Methods. */
enum ikev2_auth {
	IKEV2_AUTH_RSA = 1,                /* RFC 7296 */
	IKEV2_AUTH_SHARED_KEY = 2,         /* RFC 7296 */
	IKEV2_AUTH_DSS = 3,                /* RFC 7296 */
	IKEV2_AUTH_ECDSA_256 = 9,          /* RFC 4754 */
	IKEV2_AUTH_ECDSA_384 = 10,         /* RFC 4754 */
	IKEV2_AUTH_ECDSA_521 = 11,         /* RFC 4754 */
	IKEV2_AUTH_GSPM = 12,              /* RFC 6467 */
	IKEV2_AUTH_NULL = 13,              /* RFC 7619 */
	IKEV2_AUTH_DIGITAL_SIGNATURE = 14, /* RFC 7427 */
};
const char *iana_auth_method_name(unsigned number);

/* IKEv2 Certificate Encodings. */
enum ikev2_cert {
	IKEV2_CERT_PKCS7_X509 = 1,       /* RFC 7296 */
	IKEV2_CERT_PGP = 2,              /* RFC 7296 */
	IKEV2_CERT_DNS_SIGNED_KEY = 3,   /* RFC 7296 */
	IKEV2_CERT_X509_SIGNATURE = 4,   /* RFC 7296 */
	IKEV2_CERT_KERBEROS_TOKEN = 6,   /* RFC 7296 */
	IKEV2_CERT_CRL = 7,              /* RFC 7296 */
	IKEV2_CERT_ARL = 8,              /* RFC 7296 */
	IKEV2_CERT_SPKI = 9,             /* RFC 7296 */
	IKEV2_CERT_X509_ATTRIBUTE = 10,  /* RFC 7296 */
	IKEV2_CERT_RAW_RSA_KEY = 11,     /* RFC 7296 */
	IKEV2_CERT_HASH_URL_X509 = 12,   /* RFC 7296 */
	IKEV2_CERT_HASH_URL_BUNDLE = 13, /* RFC 7296 */
	IKEV2_CERT_OCSP_CONTENT = 14,    /* RFC 4806 */
	IKEV2_CERT_RAW_PUBLIC_KEY = 15,  /* RFC 7670 */
};
const char *iana_cert_encoding_name(unsigned number);

/* IKEv2 Configuration Payload CFG Types. */
enum ikev2_cfg {
	IKEV2_CFG_REQUEST = 1, /* RFC 7296 */
	IKEV2_CFG_REPLY = 2,   /* RFC 7296 */
	IKEV2_CFG_SET = 3,     /* RFC 7296 */
	IKEV2_CFG_ACK = 4,     /* RFC 7296 */
};
const char *iana_cfg_type_name(unsigned number);

/* IKEv2 Configuration Payload Attribute Types. */
enum ikev2_cp {
	IKEV2_CP_INTERNAL_IP4_ADDRESS = 1,               /* RFC 7296 */
	IKEV2_CP_INTERNAL_IP4_NETMASK = 2,               /* RFC 7296 */
	IKEV2_CP_INTERNAL_IP4_DNS = 3,                   /* RFC 7296 */
	IKEV2_CP_INTERNAL_IP4_NBNS = 4,                  /* RFC 7296 */
	IKEV2_CP_INTERNAL_IP4_DHCP = 6,                  /* RFC 7296 */
	IKEV2_CP_APPLICATION_VERSION = 7,                /* RFC 7296 */
	IKEV2_CP_INTERNAL_IP6_ADDRESS = 8,               /* RFC 7296 */
	IKEV2_CP_INTERNAL_IP6_DNS = 10,                  /* RFC 7296 */
	IKEV2_CP_INTERNAL_IP6_DHCP = 12,                 /* RFC 7296 */
	IKEV2_CP_INTERNAL_IP4_SUBNET = 13,               /* RFC 7296 */
	IKEV2_CP_SUPPORTED_ATTRIBUTES = 14,              /* RFC 7296 */
	IKEV2_CP_INTERNAL_IP6_SUBNET = 15,               /* RFC 7296 */
	IKEV2_CP_MIP6_HOME_PREFIX = 16,                  /* RFC 5026 */
	IKEV2_CP_INTERNAL_IP6_LINK = 17,                 /* RFC 5739 */
	IKEV2_CP_INTERNAL_IP6_PREFIX = 18,               /* RFC 5739 */
	IKEV2_CP_HOME_AGENT_ADDRESS = 19,                /* 3GPP TS 24.302 */
	IKEV2_CP_P_CSCF_IP4_ADDRESS = 20,                /* RFC 7651 */
	IKEV2_CP_P_CSCF_IP6_ADDRESS = 21,                /* RFC 7651 */
	IKEV2_CP_FTT_KAT = 22,                           /* 3GPP TS 24.302 */
	IKEV2_CP_EXTERNAL_SOURCE_IP4_NAT_INFO = 23,      /* 3GPP TS 29.139 */
	IKEV2_CP_TIMEOUT_PERIOD_FOR_LIVENESS_CHECK = 24, /* 3GPP TS 24.302 */
	IKEV2_CP_INTERNAL_DNS_DOMAIN = 25,               /* RFC 8598 */
	IKEV2_CP_INTERNAL_DNSSEC_TA = 26,                /* RFC 8598 */
	IKEV2_CP_ENCDNS_IP4 = 27,                        /* RFC 9464 */
	IKEV2_CP_ENCDNS_IP6 = 28,                        /* RFC 9464 */
	IKEV2_CP_ENCDNS_DIGEST_INFO = 29,                /* RFC 9464 */
};
const char *iana_cp_attribute_name(unsigned number);

/* IKEv2 Gateway Identity Types (REDIRECT). */
enum ikev2_gateway {
	IKEV2_GATEWAY_IPV4 = 1, /* RFC 5685 */
	IKEV2_GATEWAY_IPV6 = 2, /* RFC 5685 */
	IKEV2_GATEWAY_FQDN = 3, /* RFC 5685 */
};
const char *iana_gateway_type_name(unsigned number);

/* IKEv2 Identification Payload ID Types. */
enum ikev2_id {
	IKEV2_ID_IPV4_ADDR = 1,    /* RFC 7296 */
	IKEV2_ID_FQDN = 2,         /* RFC 7296 */
	IKEV2_ID_RFC822_ADDR = 3,  /* RFC 7296 */
	IKEV2_ID_IPV6_ADDR = 5,    /* RFC 7296 */
	IKEV2_ID_DER_ASN1_DN = 9,  /* RFC 7296 */
	IKEV2_ID_DER_ASN1_GN = 10, /* RFC 7296 */
	IKEV2_ID_KEY_ID = 11,      /* RFC 7296 */
	IKEV2_ID_FC_NAME = 12,     /* RFC 4595 */
	IKEV2_ID_NULL = 13,        /* RFC 7619 */
};
const char *iana_id_type_name(unsigned number);

/* IKEv2 Notification IPCOMP Transform IDs. */
enum ikev2_ipcomp {
	IKEV2_IPCOMP_OUI = 1,     /* RFC 7296 */
	IKEV2_IPCOMP_DEFLATE = 2, /* RFC 2394 */
	IKEV2_IPCOMP_LZS = 3,     /* RFC 2395 */
	IKEV2_IPCOMP_LZJH = 4,    /* RFC 3051 */
};
const char *iana_ipcomp_name(unsigned number);

/* IKEv2 Notify Message Types: errors (below 16384) and status. */
enum ikev2_notify {
	IKEV2_NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD = 1,            /* RFC 7296 */
	IKEV2_NOTIFY_INVALID_IKE_SPI = 4,                         /* RFC 7296 */
	IKEV2_NOTIFY_INVALID_MAJOR_VERSION = 5,                   /* RFC 7296 */
	IKEV2_NOTIFY_INVALID_SYNTAX = 7,                          /* RFC 7296 */
	IKEV2_NOTIFY_INVALID_MESSAGE_ID = 9,                      /* RFC 7296 */
	IKEV2_NOTIFY_INVALID_SPI = 11,                            /* RFC 7296 */
	IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN = 14,                     /* RFC 7296 */
	IKEV2_NOTIFY_INVALID_KE_PAYLOAD = 17,                     /* RFC 7296 */
	IKEV2_NOTIFY_AUTHENTICATION_FAILED = 24,                  /* RFC 7296 */
	IKEV2_NOTIFY_SINGLE_PAIR_REQUIRED = 34,                   /* RFC 7296 */
	IKEV2_NOTIFY_NO_ADDITIONAL_SAS = 35,                      /* RFC 7296 */
	IKEV2_NOTIFY_INTERNAL_ADDRESS_FAILURE = 36,               /* RFC 7296 */
	IKEV2_NOTIFY_FAILED_CP_REQUIRED = 37,                     /* RFC 7296 */
	IKEV2_NOTIFY_TS_UNACCEPTABLE = 38,                        /* RFC 7296 */
	IKEV2_NOTIFY_INVALID_SELECTORS = 39,                      /* RFC 7296 */
	IKEV2_NOTIFY_UNACCEPTABLE_ADDRESSES = 40,                 /* RFC 4555 */
	IKEV2_NOTIFY_UNEXPECTED_NAT_DETECTED = 41,                /* RFC 4555 */
	IKEV2_NOTIFY_USE_ASSIGNED_HOA = 42,                       /* RFC 5026 */
	IKEV2_NOTIFY_TEMPORARY_FAILURE = 43,                      /* RFC 7296 */
	IKEV2_NOTIFY_CHILD_SA_NOT_FOUND = 44,                     /* RFC 7296 */
	IKEV2_NOTIFY_INVALID_GROUP_ID = 45,                       /* RFC 9838 */
	IKEV2_NOTIFY_AUTHORIZATION_FAILED = 46,                   /* RFC 9838 */
	IKEV2_NOTIFY_STATE_NOT_FOUND = 47,                        /* RFC 9370 */
	IKEV2_NOTIFY_TS_MAX_QUEUE = 48,                           /* RFC 9611 */
	IKEV2_NOTIFY_REGISTRATION_FAILED = 49,                    /* RFC 9838 */
	IKEV2_NOTIFY_INITIAL_CONTACT = 16384,                     /* RFC 7296 */
	IKEV2_NOTIFY_SET_WINDOW_SIZE = 16385,                     /* RFC 7296 */
	IKEV2_NOTIFY_ADDITIONAL_TS_POSSIBLE = 16386,              /* RFC 7296 */
	IKEV2_NOTIFY_IPCOMP_SUPPORTED = 16387,                    /* RFC 7296 */
	IKEV2_NOTIFY_NAT_DETECTION_SOURCE_IP = 16388,             /* RFC 7296 */
	IKEV2_NOTIFY_NAT_DETECTION_DESTINATION_IP = 16389,        /* RFC 7296 */
	IKEV2_NOTIFY_COOKIE = 16390,                              /* RFC 7296 */
	IKEV2_NOTIFY_USE_TRANSPORT_MODE = 16391,                  /* RFC 7296 */
	IKEV2_NOTIFY_HTTP_CERT_LOOKUP_SUPPORTED = 16392,          /* RFC 7296 */
	IKEV2_NOTIFY_REKEY_SA = 16393,                            /* RFC 7296 */
	IKEV2_NOTIFY_ESP_TFC_PADDING_NOT_SUPPORTED = 16394,       /* RFC 7296 */
	IKEV2_NOTIFY_NON_FIRST_FRAGMENTS_ALSO = 16395,            /* RFC 7296 */
	IKEV2_NOTIFY_MOBIKE_SUPPORTED = 16396,                    /* RFC 4555 */
	IKEV2_NOTIFY_ADDITIONAL_IP4_ADDRESS = 16397,              /* RFC 4555 */
	IKEV2_NOTIFY_ADDITIONAL_IP6_ADDRESS = 16398,              /* RFC 4555 */
	IKEV2_NOTIFY_NO_ADDITIONAL_ADDRESSES = 16399,             /* RFC 4555 */
	IKEV2_NOTIFY_UPDATE_SA_ADDRESSES = 16400,                 /* RFC 4555 */
	IKEV2_NOTIFY_COOKIE2 = 16401,                             /* RFC 4555 */
	IKEV2_NOTIFY_NO_NATS_ALLOWED = 16402,                     /* RFC 4555 */
	IKEV2_NOTIFY_AUTH_LIFETIME = 16403,                       /* RFC 4478 */
	IKEV2_NOTIFY_MULTIPLE_AUTH_SUPPORTED = 16404,             /* RFC 4739 */
	IKEV2_NOTIFY_ANOTHER_AUTH_FOLLOWS = 16405,                /* RFC 4739 */
	IKEV2_NOTIFY_REDIRECT_SUPPORTED = 16406,                  /* RFC 5685 */
	IKEV2_NOTIFY_REDIRECT = 16407,                            /* RFC 5685 */
	IKEV2_NOTIFY_REDIRECTED_FROM = 16408,                     /* RFC 5685 */
	IKEV2_NOTIFY_TICKET_LT_OPAQUE = 16409,                    /* RFC 5723 */
	IKEV2_NOTIFY_TICKET_REQUEST = 16410,                      /* RFC 5723 */
	IKEV2_NOTIFY_TICKET_ACK = 16411,                          /* RFC 5723 */
	IKEV2_NOTIFY_TICKET_NACK = 16412,                         /* RFC 5723 */
	IKEV2_NOTIFY_TICKET_OPAQUE = 16413,                       /* RFC 5723 */
	IKEV2_NOTIFY_LINK_ID = 16414,                             /* RFC 5739 */
	IKEV2_NOTIFY_USE_WESP_MODE = 16415,                       /* RFC 5840 */
	IKEV2_NOTIFY_ROHC_SUPPORTED = 16416,                      /* RFC 5857 */
	IKEV2_NOTIFY_EAP_ONLY_AUTHENTICATION = 16417,             /* RFC 5998 */
	IKEV2_NOTIFY_CHILDLESS_IKEV2_SUPPORTED = 16418,           /* RFC 6023 */
	IKEV2_NOTIFY_QUICK_CRASH_DETECTION = 16419,               /* RFC 6290 */
	IKEV2_NOTIFY_IKEV2_MESSAGE_ID_SYNC_SUPPORTED = 16420,     /* RFC 6311 */
	IKEV2_NOTIFY_IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED = 16421, /* RFC 6311 */
	IKEV2_NOTIFY_IKEV2_MESSAGE_ID_SYNC = 16422,               /* RFC 6311 */
	IKEV2_NOTIFY_IPSEC_REPLAY_COUNTER_SYNC = 16423,           /* RFC 6311 */
	IKEV2_NOTIFY_SECURE_PASSWORD_METHODS = 16424,             /* RFC 6467 */
	IKEV2_NOTIFY_PSK_PERSIST = 16425,                         /* RFC 6631 */
	IKEV2_NOTIFY_PSK_CONFIRM = 16426,                         /* RFC 6631 */
	IKEV2_NOTIFY_ERX_SUPPORTED = 16427,                       /* RFC 6867 */
	IKEV2_NOTIFY_IFOM_CAPABILITY = 16428,                     /* 3GPP TS 24.303 */
	IKEV2_NOTIFY_GROUP_SENDER = 16429,                        /* RFC 9838 */
	IKEV2_NOTIFY_IKEV2_FRAGMENTATION_SUPPORTED = 16430,       /* RFC 7383 */
	IKEV2_NOTIFY_SIGNATURE_HASH_ALGORITHMS = 16431,           /* RFC 7427 */
	IKEV2_NOTIFY_CLONE_IKE_SA_SUPPORTED = 16432,              /* RFC 7791 */
	IKEV2_NOTIFY_CLONE_IKE_SA = 16433,                        /* RFC 7791 */
	IKEV2_NOTIFY_PUZZLE = 16434,                              /* RFC 8019 */
	IKEV2_NOTIFY_USE_PPK = 16435,                             /* RFC 8784 */
	IKEV2_NOTIFY_PPK_IDENTITY = 16436,                        /* RFC 8784 */
	IKEV2_NOTIFY_NO_PPK_AUTH = 16437,                         /* RFC 8784 */
	IKEV2_NOTIFY_INTERMEDIATE_EXCHANGE_SUPPORTED = 16438,     /* RFC 9242 */
	IKEV2_NOTIFY_IP4_ALLOWED = 16439,                         /* RFC 8983 */
	IKEV2_NOTIFY_IP6_ALLOWED = 16440,                         /* RFC 8983 */
	IKEV2_NOTIFY_ADDITIONAL_KEY_EXCHANGE = 16441,             /* RFC 9370 */
	IKEV2_NOTIFY_USE_AGGFRAG = 16442,                         /* RFC 9347 */
	IKEV2_NOTIFY_SUPPORTED_AUTH_METHODS = 16443,              /* RFC 9593 */
	IKEV2_NOTIFY_SA_RESOURCE_INFO = 16444,                    /* RFC 9611 */
	IKEV2_NOTIFY_USE_PPK_INT = 16445,                         /* RFC 9867 */
	IKEV2_NOTIFY_PPK_IDENTITY_KEY = 16446,                    /* RFC 9867 */
};
const char *iana_notify_name(unsigned number);

/* IKEv2 Post-quantum Preshared Key ID Types. */
enum ikev2_ppk {
	IKEV2_PPK_OPAQUE = 1, /* RFC 8784 */
	IKEV2_PPK_FIXED = 2,  /* RFC 8784 */
};
const char *iana_ppk_id_type_name(unsigned number);

/* IKEv2 Secure Password Methods. */
enum ikev2_spm {
	IKEV2_SPM_PACE = 1,       /* RFC 6631 */
	IKEV2_SPM_AUGPAKE = 2,    /* RFC 6628 */
	IKEV2_SPM_SECURE_PSK = 3, /* RFC 6617 */
};
const char *iana_secure_password_name(unsigned number);

/* IKEv2 Traffic Selector Types. */
enum ikev2_ts {
	IKEV2_TS_IPV4_ADDR_RANGE = 7, /* RFC 7296 */
	IKEV2_TS_IPV6_ADDR_RANGE = 8, /* RFC 7296 */
	IKEV2_TS_FC_ADDR_RANGE = 9,   /* RFC 4595 */
	IKEV2_TS_SECLABEL = 10,       /* RFC 9478 */
};
const char *iana_ts_type_name(unsigned number);
