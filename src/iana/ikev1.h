/* SPDX-License-Identifier: ISC */
/*
 * The numbers and names of ISAKMP, IKEv1 and the IPsec DOI (RFC 2407, 2408, 2409 and what followed).
 *
 * Made by tools/iana from tools/iana.d/ikev1-*.tsv: change those. Each function gives the name of a number
 * as the registry has it, or NULL for a number that it does not know: numbers from outside may be anything.
 */
#pragma once

/* ISAKMP Exchange Types (IKEv1). */
enum ikev1_exchange {
	IKEV1_EXCHANGE_BASE = 1,                /* RFC 2408 */
	IKEV1_EXCHANGE_MAIN = 2,                /* RFC 2408 */
	IKEV1_EXCHANGE_AUTHENTICATION_ONLY = 3, /* RFC 2408 */
	IKEV1_EXCHANGE_AGGRESSIVE = 4,          /* RFC 2408 */
	IKEV1_EXCHANGE_INFORMATIONAL = 5,       /* RFC 2408 */
	IKEV1_EXCHANGE_TRANSACTION = 6,         /* draft-ietf-ipsec-isakmp-mode-cfg, draft-dukes-ike-mode-cfg */
	IKEV1_EXCHANGE_QUICK = 32,              /* RFC 2409 */
	IKEV1_EXCHANGE_NEW_GROUP = 33,          /* RFC 2409 */
};
const char *iana_v1_exchange_name(unsigned number);

/* ISAKMP Next Payload Types (IKEv1). */
enum ikev1_payload {
	IKEV1_PAYLOAD_NONE = 0,           /* RFC 2408 */
	IKEV1_PAYLOAD_SA = 1,             /* RFC 2408 */
	IKEV1_PAYLOAD_PROPOSAL = 2,       /* RFC 2408 */
	IKEV1_PAYLOAD_TRANSFORM = 3,      /* RFC 2408 */
	IKEV1_PAYLOAD_KE = 4,             /* RFC 2408 */
	IKEV1_PAYLOAD_ID = 5,             /* RFC 2408 */
	IKEV1_PAYLOAD_CERT = 6,           /* RFC 2408 */
	IKEV1_PAYLOAD_CR = 7,             /* RFC 2408 */
	IKEV1_PAYLOAD_HASH = 8,           /* RFC 2408 */
	IKEV1_PAYLOAD_SIG = 9,            /* RFC 2408 */
	IKEV1_PAYLOAD_NONCE = 10,         /* RFC 2408 */
	IKEV1_PAYLOAD_NOTIFY = 11,        /* RFC 2408 */
	IKEV1_PAYLOAD_DELETE = 12,        /* RFC 2408 */
	IKEV1_PAYLOAD_VENDOR_ID = 13,     /* RFC 2408 */
	IKEV1_PAYLOAD_ATTRIBUTE = 14,     /* draft-dukes-ike-mode-cfg */
	IKEV1_PAYLOAD_SAK = 15,           /* RFC 6407 */
	IKEV1_PAYLOAD_SAT = 16,           /* RFC 6407 */
	IKEV1_PAYLOAD_KD = 17,            /* RFC 6407 */
	IKEV1_PAYLOAD_SEQ = 18,           /* RFC 6407 */
	IKEV1_PAYLOAD_POP = 19,           /* RFC 3547 */
	IKEV1_PAYLOAD_NAT_D = 20,         /* RFC 3947 */
	IKEV1_PAYLOAD_NAT_OA = 21,        /* RFC 3947 */
	IKEV1_PAYLOAD_GAP = 22,           /* RFC 6407 */
	IKEV1_PAYLOAD_NAT_D_DRAFT = 130,  /* draft-ietf-ipsec-nat-t-ike-02 */
	IKEV1_PAYLOAD_NAT_OA_DRAFT = 131, /* draft-ietf-ipsec-nat-t-ike-02 */
	IKEV1_PAYLOAD_FRAGMENT = 132,     /* MS-IKEE */
};
const char *iana_v1_payload_name(unsigned number);

/* IPsec DOI Security Protocol Identifiers (IKEv1). */
enum ikev1_protocol {
	IKEV1_PROTOCOL_ISAKMP = 1, /* RFC 2407 */
	IKEV1_PROTOCOL_AH = 2,     /* RFC 2407 */
	IKEV1_PROTOCOL_ESP = 3,    /* RFC 2407 */
	IKEV1_PROTOCOL_IPCOMP = 4, /* RFC 2407 */
};
const char *iana_v1_protocol_name(unsigned number);

/* IKE Attributes of phase 1 (IKEv1). */
enum ikev1_attribute {
	IKEV1_ATTRIBUTE_ENCRYPTION_ALGORITHM = 1,  /* RFC 2409 */
	IKEV1_ATTRIBUTE_HASH_ALGORITHM = 2,        /* RFC 2409 */
	IKEV1_ATTRIBUTE_AUTHENTICATION_METHOD = 3, /* RFC 2409 */
	IKEV1_ATTRIBUTE_GROUP_DESCRIPTION = 4,     /* RFC 2409 */
	IKEV1_ATTRIBUTE_GROUP_TYPE = 5,            /* RFC 2409 */
	IKEV1_ATTRIBUTE_GROUP_PRIME = 6,           /* RFC 2409 */
	IKEV1_ATTRIBUTE_GROUP_GENERATOR_ONE = 7,   /* RFC 2409 */
	IKEV1_ATTRIBUTE_GROUP_GENERATOR_TWO = 8,   /* RFC 2409 */
	IKEV1_ATTRIBUTE_GROUP_CURVE_A = 9,         /* RFC 2409 */
	IKEV1_ATTRIBUTE_GROUP_CURVE_B = 10,        /* RFC 2409 */
	IKEV1_ATTRIBUTE_LIFE_TYPE = 11,            /* RFC 2409 */
	IKEV1_ATTRIBUTE_LIFE_DURATION = 12,        /* RFC 2409 */
	IKEV1_ATTRIBUTE_PRF = 13,                  /* RFC 2409 */
	IKEV1_ATTRIBUTE_KEY_LENGTH = 14,           /* RFC 2409 */
	IKEV1_ATTRIBUTE_FIELD_SIZE = 15,           /* RFC 2409 */
	IKEV1_ATTRIBUTE_GROUP_ORDER = 16,          /* RFC 2409 */
};
const char *iana_v1_attribute_name(unsigned number);

/* IKE Attribute 1: Encryption Algorithm (IKEv1). */
enum ikev1_encr {
	IKEV1_ENCR_DES_CBC = 1,         /* RFC 2405, RFC 2409 */
	IKEV1_ENCR_IDEA_CBC = 2,        /* RFC 2409 */
	IKEV1_ENCR_BLOWFISH_CBC = 3,    /* RFC 2409 */
	IKEV1_ENCR_RC5_R16_B64_CBC = 4, /* RFC 2409 */
	IKEV1_ENCR_3DES_CBC = 5,        /* RFC 2409 */
	IKEV1_ENCR_CAST_CBC = 6,        /* RFC 2409 */
	IKEV1_ENCR_AES_CBC = 7,         /* RFC 3602 */
	IKEV1_ENCR_CAMELLIA_CBC = 8,    /* RFC 4312 */
};
const char *iana_v1_encr_name(unsigned number);

/* IKE Attribute 2: Hash Algorithm (IKEv1). */
enum ikev1_hash {
	IKEV1_HASH_MD5 = 1,      /* RFC 2409 */
	IKEV1_HASH_SHA1 = 2,     /* RFC 2409 */
	IKEV1_HASH_TIGER = 3,    /* RFC 2409 */
	IKEV1_HASH_SHA2_256 = 4, /* IANA */
	IKEV1_HASH_SHA2_384 = 5, /* IANA */
	IKEV1_HASH_SHA2_512 = 6, /* IANA */
};
const char *iana_v1_hash_name(unsigned number);

/* IKE Attribute 4: Group Description (IKEv1). */
enum ikev1_group {
	IKEV1_GROUP_MODP_768 = 1,       /* RFC 2409 */
	IKEV1_GROUP_MODP_1024 = 2,      /* RFC 2409 */
	IKEV1_GROUP_MODP_1536 = 5,      /* RFC 3526 */
	IKEV1_GROUP_MODP_2048 = 14,     /* RFC 3526 */
	IKEV1_GROUP_MODP_3072 = 15,     /* RFC 3526 */
	IKEV1_GROUP_MODP_4096 = 16,     /* RFC 3526 */
	IKEV1_GROUP_MODP_6144 = 17,     /* RFC 3526 */
	IKEV1_GROUP_MODP_8192 = 18,     /* RFC 3526 */
	IKEV1_GROUP_ECP_256 = 19,       /* RFC 5903 */
	IKEV1_GROUP_ECP_384 = 20,       /* RFC 5903 */
	IKEV1_GROUP_ECP_521 = 21,       /* RFC 5903 */
	IKEV1_GROUP_MODP_1024_160 = 22, /* RFC 5114 */
	IKEV1_GROUP_MODP_2048_224 = 23, /* RFC 5114 */
	IKEV1_GROUP_MODP_2048_256 = 24, /* RFC 5114 */
	IKEV1_GROUP_ECP_192 = 25,       /* RFC 5114 */
	IKEV1_GROUP_ECP_224 = 26,       /* RFC 5114 */
	IKEV1_GROUP_BRAINPOOL_224 = 27, /* RFC 6932 */
	IKEV1_GROUP_BRAINPOOL_256 = 28, /* RFC 6932 */
	IKEV1_GROUP_BRAINPOOL_384 = 29, /* RFC 6932 */
	IKEV1_GROUP_BRAINPOOL_512 = 30, /* RFC 6932 */
};
const char *iana_v1_group_name(unsigned number);

/* IKE Attribute 3: Authentication Method (IKEv1). */
enum ikev1_auth {
	IKEV1_AUTH_SHARED_KEY = 1,                            /* RFC 2409 */
	IKEV1_AUTH_DSS = 2,                                   /* RFC 2409 */
	IKEV1_AUTH_RSA = 3,                                   /* RFC 2409 */
	IKEV1_AUTH_RSA_ENCRYPTION = 4,                        /* RFC 2409 */
	IKEV1_AUTH_RSA_REVISED_ENCRYPTION = 5,                /* RFC 2409 */
	IKEV1_AUTH_ECDSA_256 = 9,                             /* RFC 4754 */
	IKEV1_AUTH_ECDSA_384 = 10,                            /* RFC 4754 */
	IKEV1_AUTH_ECDSA_521 = 11,                            /* RFC 4754 */
	IKEV1_AUTH_HYBRID_INIT_RSA = 64221,                   /* draft-ietf-ipsec-isakmp-hybrid-auth-05 */
	IKEV1_AUTH_HYBRID_RESP_RSA = 64222,                   /* draft-ietf-ipsec-isakmp-hybrid-auth-05 */
	IKEV1_AUTH_HYBRID_INIT_DSS = 64223,                   /* draft-ietf-ipsec-isakmp-hybrid-auth-05 */
	IKEV1_AUTH_HYBRID_RESP_DSS = 64224,                   /* draft-ietf-ipsec-isakmp-hybrid-auth-05 */
	IKEV1_AUTH_XAUTH_INIT_SHARED_KEY = 65001,             /* draft-beaulieu-ike-xauth-02 */
	IKEV1_AUTH_XAUTH_RESP_SHARED_KEY = 65002,             /* draft-beaulieu-ike-xauth-02 */
	IKEV1_AUTH_XAUTH_INIT_DSS = 65003,                    /* draft-beaulieu-ike-xauth-02 */
	IKEV1_AUTH_XAUTH_RESP_DSS = 65004,                    /* draft-beaulieu-ike-xauth-02 */
	IKEV1_AUTH_XAUTH_INIT_RSA = 65005,                    /* draft-beaulieu-ike-xauth-02 */
	IKEV1_AUTH_XAUTH_RESP_RSA = 65006,                    /* draft-beaulieu-ike-xauth-02 */
	IKEV1_AUTH_XAUTH_INIT_RSA_ENCRYPTION = 65007,         /* draft-beaulieu-ike-xauth-02 */
	IKEV1_AUTH_XAUTH_RESP_RSA_ENCRYPTION = 65008,         /* draft-beaulieu-ike-xauth-02 */
	IKEV1_AUTH_XAUTH_INIT_RSA_REVISED_ENCRYPTION = 65009, /* draft-beaulieu-ike-xauth-02 */
	IKEV1_AUTH_XAUTH_RESP_RSA_REVISED_ENCRYPTION = 65010, /* draft-beaulieu-ike-xauth-02 */
};
const char *iana_v1_auth_method_name(unsigned number);

/* IPsec DOI AH Transform Identifiers (IKEv1). */
enum ikev1_ah {
	IKEV1_AH_MD5 = 2,           /* RFC 2407 */
	IKEV1_AH_SHA1 = 3,          /* RFC 2407 */
	IKEV1_AH_DES = 4,           /* RFC 2407 */
	IKEV1_AH_SHA2_256 = 5,      /* RFC 4868 */
	IKEV1_AH_SHA2_384 = 6,      /* RFC 4868 */
	IKEV1_AH_SHA2_512 = 7,      /* RFC 4868 */
	IKEV1_AH_RIPEMD = 8,        /* RFC 2857 */
	IKEV1_AH_AES_XCBC_MAC = 9,  /* RFC 3566 */
	IKEV1_AH_RSA = 10,          /* RFC 4359 */
	IKEV1_AH_AES_128_GMAC = 11, /* RFC 4543 */
	IKEV1_AH_AES_192_GMAC = 12, /* RFC 4543 */
	IKEV1_AH_AES_256_GMAC = 13, /* RFC 4543 */
};
const char *iana_v1_ah_name(unsigned number);

/* ISAKMP Certificate Encodings (IKEv1). */
enum ikev1_cert {
	IKEV1_CERT_PKCS7_X509 = 1,        /* RFC 2408 */
	IKEV1_CERT_PGP = 2,               /* RFC 2408 */
	IKEV1_CERT_DNS_SIGNED_KEY = 3,    /* RFC 2408 */
	IKEV1_CERT_X509_SIGNATURE = 4,    /* RFC 2408 */
	IKEV1_CERT_X509_KEY_EXCHANGE = 5, /* RFC 2408 */
	IKEV1_CERT_KERBEROS_TOKEN = 6,    /* RFC 2408 */
	IKEV1_CERT_CRL = 7,               /* RFC 2408 */
	IKEV1_CERT_ARL = 8,               /* RFC 2408 */
	IKEV1_CERT_SPKI = 9,              /* RFC 2408 */
	IKEV1_CERT_X509_ATTRIBUTE = 10,   /* RFC 2408 */
};
const char *iana_v1_cert_encoding_name(unsigned number);

/* Mode Config Message Types (IKEv1). */
enum ikev1_cfg {
	IKEV1_CFG_REQUEST = 1, /* draft-dukes-ike-mode-cfg */
	IKEV1_CFG_REPLY = 2,   /* draft-dukes-ike-mode-cfg */
	IKEV1_CFG_SET = 3,     /* draft-dukes-ike-mode-cfg */
	IKEV1_CFG_ACK = 4,     /* draft-dukes-ike-mode-cfg */
};
const char *iana_v1_cfg_type_name(unsigned number);

/* Mode Config, XAuth and Unity Attributes (IKEv1). */
enum ikev1_cp {
	IKEV1_CP_INTERNAL_IP4_ADDRESS = 1,     /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_INTERNAL_IP4_NETMASK = 2,     /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_INTERNAL_IP4_DNS = 3,         /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_INTERNAL_IP4_NBNS = 4,        /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_INTERNAL_ADDRESS_EXPIRY = 5,  /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_INTERNAL_IP4_DHCP = 6,        /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_APPLICATION_VERSION = 7,      /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_INTERNAL_IP6_ADDRESS = 8,     /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_INTERNAL_IP6_NETMASK = 9,     /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_INTERNAL_IP6_DNS = 10,        /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_INTERNAL_IP6_NBNS = 11,       /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_INTERNAL_IP6_DHCP = 12,       /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_INTERNAL_IP4_SUBNET = 13,     /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_SUPPORTED_ATTRIBUTES = 14,    /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_INTERNAL_IP6_SUBNET = 15,     /* draft-dukes-ike-mode-cfg-02 */
	IKEV1_CP_XAUTH_TYPE = 16520,           /* draft-beaulieu-ike-xauth-02 */
	IKEV1_CP_XAUTH_USER_NAME = 16521,      /* draft-beaulieu-ike-xauth-02 */
	IKEV1_CP_XAUTH_USER_PASSWORD = 16522,  /* draft-beaulieu-ike-xauth-02 */
	IKEV1_CP_XAUTH_PASSCODE = 16523,       /* draft-beaulieu-ike-xauth-02 */
	IKEV1_CP_XAUTH_MESSAGE = 16524,        /* draft-beaulieu-ike-xauth-02 */
	IKEV1_CP_XAUTH_CHALLENGE = 16525,      /* draft-beaulieu-ike-xauth-02 */
	IKEV1_CP_XAUTH_DOMAIN = 16526,         /* draft-beaulieu-ike-xauth-02 */
	IKEV1_CP_XAUTH_STATUS = 16527,         /* draft-beaulieu-ike-xauth-02 */
	IKEV1_CP_XAUTH_NEXT_PIN = 16528,       /* draft-beaulieu-ike-xauth-02 */
	IKEV1_CP_XAUTH_ANSWER = 16529,         /* draft-beaulieu-ike-xauth-02 */
	IKEV1_CP_UNITY_BANNER = 28672,         /* Cisco Unity */
	IKEV1_CP_UNITY_SAVE_PASSWD = 28673,    /* Cisco Unity */
	IKEV1_CP_UNITY_DEF_DOMAIN = 28674,     /* Cisco Unity */
	IKEV1_CP_UNITY_SPLIT_DOMAIN = 28675,   /* Cisco Unity */
	IKEV1_CP_UNITY_SPLIT_INCLUDE = 28676,  /* Cisco Unity */
	IKEV1_CP_UNITY_NATT_PORT = 28677,      /* Cisco Unity */
	IKEV1_CP_UNITY_SPLIT_EXCLUDE = 28678,  /* Cisco Unity */
	IKEV1_CP_UNITY_PFS = 28679,            /* Cisco Unity */
	IKEV1_CP_UNITY_FW_TYPE = 28680,        /* Cisco Unity */
	IKEV1_CP_UNITY_BACKUP_SERVERS = 28681, /* Cisco Unity */
	IKEV1_CP_UNITY_DDNS_HOSTNAME = 28682,  /* Cisco Unity */
};
const char *iana_v1_cp_attribute_name(unsigned number);

/* IPsec DOI SA Attribute 4: Encapsulation Mode (IKEv1). */
enum ikev1_encapsulation {
	IKEV1_ENCAPSULATION_TUNNEL = 1,                  /* RFC 2407 */
	IKEV1_ENCAPSULATION_TRANSPORT = 2,               /* RFC 2407 */
	IKEV1_ENCAPSULATION_UDP_TUNNEL = 3,              /* RFC 3947 */
	IKEV1_ENCAPSULATION_UDP_TRANSPORT = 4,           /* RFC 3947 */
	IKEV1_ENCAPSULATION_UDP_TUNNEL_DRAFT = 61443,    /* draft-ietf-ipsec-nat-t-ike-02 */
	IKEV1_ENCAPSULATION_UDP_TRANSPORT_DRAFT = 61444, /* draft-ietf-ipsec-nat-t-ike-02 */
};
const char *iana_v1_encapsulation_name(unsigned number);

/* IPsec DOI ESP Transform Identifiers (IKEv1). */
enum ikev1_esp {
	IKEV1_ESP_DES_IV64 = 1,            /* RFC 2407 */
	IKEV1_ESP_DES = 2,                 /* RFC 2407 */
	IKEV1_ESP_3DES = 3,                /* RFC 2407 */
	IKEV1_ESP_RC5 = 4,                 /* RFC 2407 */
	IKEV1_ESP_IDEA = 5,                /* RFC 2407 */
	IKEV1_ESP_CAST = 6,                /* RFC 2407 */
	IKEV1_ESP_BLOWFISH = 7,            /* RFC 2407 */
	IKEV1_ESP_3IDEA = 8,               /* RFC 2407 */
	IKEV1_ESP_DES_IV32 = 9,            /* RFC 2407 */
	IKEV1_ESP_RC4 = 10,                /* RFC 2407 */
	IKEV1_ESP_NULL = 11,               /* RFC 2407 */
	IKEV1_ESP_AES_CBC = 12,            /* RFC 3602 */
	IKEV1_ESP_AES_CTR = 13,            /* RFC 3686 */
	IKEV1_ESP_AES_CCM_8 = 14,          /* RFC 4309 */
	IKEV1_ESP_AES_CCM_12 = 15,         /* RFC 4309 */
	IKEV1_ESP_AES_CCM_16 = 16,         /* RFC 4309 */
	IKEV1_ESP_AES_GCM_8 = 18,          /* RFC 4106 */
	IKEV1_ESP_AES_GCM_12 = 19,         /* RFC 4106 */
	IKEV1_ESP_AES_GCM_16 = 20,         /* RFC 4106 */
	IKEV1_ESP_SEED_CBC = 21,           /* RFC 4196 */
	IKEV1_ESP_CAMELLIA_CBC = 22,       /* RFC 4312 */
	IKEV1_ESP_NULL_AUTH_AES_GMAC = 23, /* RFC 4543 */
};
const char *iana_v1_esp_name(unsigned number);

/* IPsec DOI SA Attribute 5: Authentication Algorithm (IKEv1). */
enum ikev1_esp_auth {
	IKEV1_ESP_AUTH_HMAC_MD5 = 1,      /* RFC 2407 */
	IKEV1_ESP_AUTH_HMAC_SHA1 = 2,     /* RFC 2407 */
	IKEV1_ESP_AUTH_DES_MAC = 3,       /* RFC 2407 */
	IKEV1_ESP_AUTH_KPDK = 4,          /* RFC 2407 */
	IKEV1_ESP_AUTH_HMAC_SHA2_256 = 5, /* RFC 4868 */
	IKEV1_ESP_AUTH_HMAC_SHA2_384 = 6, /* RFC 4868 */
	IKEV1_ESP_AUTH_HMAC_SHA2_512 = 7, /* RFC 4868 */
	IKEV1_ESP_AUTH_HMAC_RIPEMD = 8,   /* RFC 2857 */
	IKEV1_ESP_AUTH_AES_XCBC_MAC = 9,  /* RFC 3566 */
	IKEV1_ESP_AUTH_SIG_RSA = 10,      /* RFC 4359 */
	IKEV1_ESP_AUTH_AES_128_GMAC = 11, /* RFC 4543 */
	IKEV1_ESP_AUTH_AES_192_GMAC = 12, /* RFC 4543 */
	IKEV1_ESP_AUTH_AES_256_GMAC = 13, /* RFC 4543 */
};
const char *iana_v1_esp_auth_name(unsigned number);

/* IPsec DOI Identification Types (IKEv1). */
enum ikev1_id {
	IKEV1_ID_IPV4_ADDR = 1,        /* RFC 2407 */
	IKEV1_ID_FQDN = 2,             /* RFC 2407 */
	IKEV1_ID_USER_FQDN = 3,        /* RFC 2407 */
	IKEV1_ID_IPV4_ADDR_SUBNET = 4, /* RFC 2407 */
	IKEV1_ID_IPV6_ADDR = 5,        /* RFC 2407 */
	IKEV1_ID_IPV6_ADDR_SUBNET = 6, /* RFC 2407 */
	IKEV1_ID_IPV4_ADDR_RANGE = 7,  /* RFC 2407 */
	IKEV1_ID_IPV6_ADDR_RANGE = 8,  /* RFC 2407 */
	IKEV1_ID_DER_ASN1_DN = 9,      /* RFC 2407 */
	IKEV1_ID_DER_ASN1_GN = 10,     /* RFC 2407 */
	IKEV1_ID_KEY_ID = 11,          /* RFC 2407 */
	IKEV1_ID_LIST = 12,            /* RFC 3554 */
};
const char *iana_v1_id_type_name(unsigned number);

/* IPsec DOI IPCOMP Transform Identifiers (IKEv1). */
enum ikev1_ipcomp {
	IKEV1_IPCOMP_OUI = 1,     /* RFC 2407 */
	IKEV1_IPCOMP_DEFLATE = 2, /* RFC 2407 */
	IKEV1_IPCOMP_LZS = 3,     /* RFC 2407 */
	IKEV1_IPCOMP_LZJH = 4,    /* RFC 3051 */
};
const char *iana_v1_ipcomp_name(unsigned number);

/* IKE Attribute 11: Life Type (IKEv1). */
enum ikev1_life {
	IKEV1_LIFE_SECONDS = 1,   /* RFC 2409, RFC 2407 */
	IKEV1_LIFE_KILOBYTES = 2, /* RFC 2409, RFC 2407 */
};
const char *iana_v1_life_type_name(unsigned number);

/* ISAKMP and IPsec DOI Notify Message Types (IKEv1). */
enum ikev1_notify {
	IKEV1_NOTIFY_INVALID_PAYLOAD_TYPE = 1,       /* RFC 2408 */
	IKEV1_NOTIFY_DOI_NOT_SUPPORTED = 2,          /* RFC 2408 */
	IKEV1_NOTIFY_SITUATION_NOT_SUPPORTED = 3,    /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_COOKIE = 4,             /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_MAJOR_VERSION = 5,      /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_MINOR_VERSION = 6,      /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_EXCHANGE_TYPE = 7,      /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_FLAGS = 8,              /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_MESSAGE_ID = 9,         /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_PROTOCOL_ID = 10,       /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_SPI = 11,               /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_TRANSFORM_ID = 12,      /* RFC 2408 */
	IKEV1_NOTIFY_ATTRIBUTES_NOT_SUPPORTED = 13,  /* RFC 2408 */
	IKEV1_NOTIFY_NO_PROPOSAL_CHOSEN = 14,        /* RFC 2408 */
	IKEV1_NOTIFY_BAD_PROPOSAL_SYNTAX = 15,       /* RFC 2408 */
	IKEV1_NOTIFY_PAYLOAD_MALFORMED = 16,         /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_KEY_INFORMATION = 17,   /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_ID_INFORMATION = 18,    /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_CERT_ENCODING = 19,     /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_CERTIFICATE = 20,       /* RFC 2408 */
	IKEV1_NOTIFY_CERT_TYPE_UNSUPPORTED = 21,     /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_CERT_AUTHORITY = 22,    /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_HASH_INFORMATION = 23,  /* RFC 2408 */
	IKEV1_NOTIFY_AUTHENTICATION_FAILED = 24,     /* RFC 2408 */
	IKEV1_NOTIFY_INVALID_SIGNATURE = 25,         /* RFC 2408 */
	IKEV1_NOTIFY_ADDRESS_NOTIFICATION = 26,      /* RFC 2408 */
	IKEV1_NOTIFY_NOTIFY_SA_LIFETIME = 27,        /* RFC 2408 */
	IKEV1_NOTIFY_CERTIFICATE_UNAVAILABLE = 28,   /* RFC 2408 */
	IKEV1_NOTIFY_UNSUPPORTED_EXCHANGE_TYPE = 29, /* RFC 2408 */
	IKEV1_NOTIFY_UNEQUAL_PAYLOAD_LENGTHS = 30,   /* RFC 2408 */
	IKEV1_NOTIFY_CONNECTED = 16384,              /* RFC 2408 */
	IKEV1_NOTIFY_RESPONDER_LIFETIME = 24576,     /* RFC 2407 */
	IKEV1_NOTIFY_REPLAY_STATUS = 24577,          /* RFC 2407 */
	IKEV1_NOTIFY_INITIAL_CONTACT = 24578,        /* RFC 2407 */
	IKEV1_NOTIFY_R_U_THERE = 36136,              /* RFC 3706 */
	IKEV1_NOTIFY_R_U_THERE_ACK = 36137,          /* RFC 3706 */
	IKEV1_NOTIFY_UNITY_LOAD_BALANCE = 40501,     /* Cisco Unity */
	IKEV1_NOTIFY_UNITY_UNKNOWN = 40502,          /* Cisco Unity */
	IKEV1_NOTIFY_UNITY_GROUP_HASH = 40503,       /* Cisco Unity */
};
const char *iana_v1_notify_name(unsigned number);

/* IPsec DOI SA Attributes (IKEv1 phase 2). */
enum ikev1_sa_attribute {
	IKEV1_SA_ATTRIBUTE_LIFE_TYPE = 1,                     /* RFC 2407 */
	IKEV1_SA_ATTRIBUTE_LIFE_DURATION = 2,                 /* RFC 2407 */
	IKEV1_SA_ATTRIBUTE_GROUP_DESCRIPTION = 3,             /* RFC 2407 */
	IKEV1_SA_ATTRIBUTE_ENCAPSULATION_MODE = 4,            /* RFC 2407 */
	IKEV1_SA_ATTRIBUTE_AUTHENTICATION_ALGORITHM = 5,      /* RFC 2407 */
	IKEV1_SA_ATTRIBUTE_KEY_LENGTH = 6,                    /* RFC 2407 */
	IKEV1_SA_ATTRIBUTE_KEY_ROUNDS = 7,                    /* RFC 2407 */
	IKEV1_SA_ATTRIBUTE_COMPRESS_DICTIONARY_SIZE = 8,      /* RFC 2407 */
	IKEV1_SA_ATTRIBUTE_COMPRESS_PRIVATE_ALGORITHM = 9,    /* RFC 2407 */
	IKEV1_SA_ATTRIBUTE_ECN_TUNNEL = 10,                   /* RFC 3168 */
	IKEV1_SA_ATTRIBUTE_ESN = 11,                          /* RFC 4304 */
	IKEV1_SA_ATTRIBUTE_AUTHENTICATION_KEY_LENGTH = 12,    /* RFC 4359 */
	IKEV1_SA_ATTRIBUTE_SIGNATURE_ENCODING_ALGORITHM = 13, /* RFC 4359 */
	IKEV1_SA_ATTRIBUTE_ADDRESS_PRESERVATION = 14,         /* RFC 6407 */
	IKEV1_SA_ATTRIBUTE_SA_DIRECTION = 15,                 /* RFC 6407 */
};
const char *iana_v1_sa_attribute_name(unsigned number);
