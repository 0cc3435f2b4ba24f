/* SPDX-License-Identifier: ISC */
/*
 * What the outer header tells and is told: ECN (RFC 6040, normal mode) and DSCP (RFC 4301 5.1.2).
 */
#pragma once

#include "ipsec/packet.h"

/* The outer header's DSCP and ECN for a packet with `inner`. */
uint8_t outer_tos(uint8_t inner, bool copy_ecn, bool copy_dscp);
/*
 * What arrives inside with `inner`, outside with `outer`: *tos gets the byte that goes on. DROP_ECN: congestion was
 * experienced by a packet whose sender cannot hear of it (RFC 6040 4.2).
 */
enum drop outer_arrived(uint8_t *tos, uint8_t inner, uint8_t outer, bool copy_ecn, bool copy_dscp);
