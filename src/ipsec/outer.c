/* SPDX-License-Identifier: ISC */
/*
 * ECN and DSCP across the tunnel. RFC 6040 4.1 and 4.2, RFC 4301 5.1.2.
 */
#include "ipsec/outer.h"

enum ecn { NOT_ECT = 0, ECT_1 = 1, ECT_0 = 2, CE = 3 };

#define ECN_DROP 0xff

/* RFC 6040, figure 4: [inner][outer]. */
static const uint8_t egress[4][4] = {
	[NOT_ECT] = { [NOT_ECT] = NOT_ECT, [ECT_0] = NOT_ECT, [ECT_1] = NOT_ECT, [CE] = ECN_DROP },
	[ECT_0] = { [NOT_ECT] = ECT_0, [ECT_0] = ECT_0, [ECT_1] = ECT_1, [CE] = CE },
	[ECT_1] = { [NOT_ECT] = ECT_1, [ECT_0] = ECT_1, [ECT_1] = ECT_1, [CE] = CE },
	[CE] = { [NOT_ECT] = CE, [ECT_0] = CE, [ECT_1] = CE, [CE] = CE },
};

uint8_t outer_tos(uint8_t inner, bool copy_ecn, bool copy_dscp)
{
	return (uint8_t)((copy_dscp ? inner & 0xfc : 0) | (copy_ecn ? inner & 0x03 : 0));
}

enum drop outer_arrived(uint8_t *tos, uint8_t inner, uint8_t outer, bool copy_ecn, bool copy_dscp)
{
	uint8_t ecn = inner & 0x03;

	if (copy_ecn)
		ecn = egress[ecn][outer & 0x03];
	if (ecn == ECN_DROP)
		return DROP_ECN;
	*tos = (uint8_t)((copy_dscp ? outer : inner) & 0xfc) | ecn;
	return DROP_NONE;
}
