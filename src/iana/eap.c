/* SPDX-License-Identifier: ISC */
/* Made by tools/iana from tools/iana.d/eap-*.tsv: change those. */
#include "iana/eap.h"

#include <stddef.h>

const char *iana_eap_code_name(unsigned number)
{
	switch (number) {
	case EAP_CODE_REQUEST: return "Request";
	case EAP_CODE_RESPONSE: return "Response";
	case EAP_CODE_SUCCESS: return "Success";
	case EAP_CODE_FAILURE: return "Failure";
	case EAP_CODE_INITIATE: return "Initiate";
	case EAP_CODE_FINISH: return "Finish";
	default: return NULL;
	}
}

const char *iana_eap_type_name(unsigned number)
{
	switch (number) {
	case EAP_TYPE_IDENTITY: return "Identity";
	case EAP_TYPE_NOTIFICATION: return "Notification";
	case EAP_TYPE_NAK: return "Nak";
	case EAP_TYPE_MD5_CHALLENGE: return "MD5-Challenge";
	case EAP_TYPE_OTP: return "OTP";
	case EAP_TYPE_GTC: return "GTC";
	case EAP_TYPE_TLS: return "EAP-TLS";
	case EAP_TYPE_SIM: return "EAP-SIM";
	case EAP_TYPE_TTLS: return "EAP-TTLS";
	case EAP_TYPE_AKA: return "EAP-AKA";
	case EAP_TYPE_PEAP: return "PEAP";
	case EAP_TYPE_MSCHAPV2: return "EAP-MSCHAPv2";
	case EAP_TYPE_FAST: return "EAP-FAST";
	case EAP_TYPE_AKA_PRIME: return "EAP-AKA'";
	case EAP_TYPE_PWD: return "EAP-pwd";
	case EAP_TYPE_TEAP: return "TEAP";
	case EAP_TYPE_EXPANDED: return "Expanded";
	default: return NULL;
	}
}
