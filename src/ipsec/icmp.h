/* SPDX-License-Identifier: ISC */
/*
 * ICMP errors about inner packets that cannot go: RFC 792, RFC 1191, RFC 4443, RFC 1812 5.2.7.1, RFC 4301 section 6.
 *
 * The error's source is the packet's own destination: it lies behind the tunnel, so that the system's reverse-path check
 * accepts it from the TUN; a local address would be a martian there. No error is made about ICMP errors, fragments but the first, and
 * packets from or to addresses that are not one host's (RFC 1122 3.2.2, RFC 4443 2.4 e).
 */
#pragma once

#include "base/writer.h"
#include "ipsec/packet.h"

#define ICMP_ERROR_MAX 1280u /* no error is longer */

/* Each writes the error (ICMP_ERROR_MAX bytes of room are enough). False: this packet gets none, or no room. */
bool icmp_too_big(struct writer *w, const struct packet *p, uint32_t mtu);
bool icmp_prohibited(struct writer *w, const struct packet *p);
