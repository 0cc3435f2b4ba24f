/* SPDX-License-Identifier: ISC */
/*
 * UDP sockets for IKE and ESP in UDP.
 */
#pragma once

#include "linux/datagram.h"

/*
 * A socket on all addresses of `family`. -1 with a reason: IN_USE names the process that holds the port, as far as /proc
 * tells (about: "UDP port 500 is held by charon (pid 812)"); RIGHTS; UNSUPPORTED: the system has no such family.
 */
int udp_open(uint8_t family, uint16_t port, uint32_t mark, struct reason *why, struct arena *arena);
