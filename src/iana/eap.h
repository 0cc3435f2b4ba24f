/* SPDX-License-Identifier: ISC */
/*
 * The numbers and names of EAP (RFC 3748).
 *
 * Made by tools/iana from tools/iana.d/eap-*.tsv: change those. Each function gives the name of a number
 * as the registry has it, or NULL for a number that it does not know: numbers from outside may be anything.
 */
#pragma once

/* EAP Codes. */
enum eap_code {
	EAP_CODE_REQUEST = 1,  /* RFC 3748 */
	EAP_CODE_RESPONSE = 2, /* RFC 3748 */
	EAP_CODE_SUCCESS = 3,  /* RFC 3748 */
	EAP_CODE_FAILURE = 4,  /* RFC 3748 */
	EAP_CODE_INITIATE = 5, /* RFC 6696 */
	EAP_CODE_FINISH = 6,   /* RFC 6696 */
};
const char *iana_eap_code_name(unsigned number);

/* EAP Method Types. */
enum eap_type {
	EAP_TYPE_IDENTITY = 1,      /* RFC 3748 */
	EAP_TYPE_NOTIFICATION = 2,  /* RFC 3748 */
	EAP_TYPE_NAK = 3,           /* RFC 3748 */
	EAP_TYPE_MD5_CHALLENGE = 4, /* RFC 3748 */
	EAP_TYPE_OTP = 5,           /* RFC 3748 */
	EAP_TYPE_GTC = 6,           /* RFC 3748 */
	EAP_TYPE_TLS = 13,          /* RFC 5216 */
	EAP_TYPE_SIM = 18,          /* RFC 4186 */
	EAP_TYPE_TTLS = 21,         /* RFC 5281 */
	EAP_TYPE_AKA = 23,          /* RFC 4187 */
	EAP_TYPE_PEAP = 25,         /* draft-josefsson-pppext-eap-tls-eap */
	EAP_TYPE_MSCHAPV2 = 26,     /* draft-kamath-pppext-eap-mschapv2 */
	EAP_TYPE_FAST = 43,         /* RFC 4851 */
	EAP_TYPE_AKA_PRIME = 50,    /* RFC 9048 */
	EAP_TYPE_PWD = 52,          /* RFC 5931 */
	EAP_TYPE_TEAP = 55,         /* RFC 7170 */
	EAP_TYPE_EXPANDED = 254,    /* RFC 3748 */
};
const char *iana_eap_type_name(unsigned number);
