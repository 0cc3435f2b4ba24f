/* SPDX-License-Identifier: ISC */
/*
 * Raw sockets for ESP without UDP (IP protocol 50).
 */
#pragma once

#include "linux/datagram.h"

/* -1 with a reason. Ports are 0. Sent and received with socket.h; an IPv4 socket receives the IP header too (rawesp_strip). */
int rawesp_open(uint8_t family, uint32_t mark, struct reason *why, struct arena *arena);
/* Gives the ESP packet in a received datagram: without the IPv4 header. Empty: malformed. */
struct bytes rawesp_strip(const struct datagram *d);
