/* SPDX-License-Identifier: ISC */
/*
 * TUN devices: IP packets to and from the system.
 */
#pragma once

#include "base/arena.h"
#include "base/reason.h"

#define TUN_NAME_MAX 16

/*
 * Creates `name` and gives its descriptor, nonblocking; it goes away with the descriptor. -1 with a reason (RIGHTS, IN_USE: another process
 * has a TUN of this name). *index: the interface's. One packet a read and a write, no headers before it.
 */
int tun_open(const char *name, uint32_t *index, struct reason *why, struct arena *arena);
void tun_close(int fd);
/* The next packet's length; 0: none now. What is longer than `cap` would be cut: give 65,535. *gone: somebody deleted the device; the
 * descriptor stays readable for ever, and gives nothing. */
size_t tun_read(int fd, uint8_t *at, size_t cap, bool *gone);
bool tun_write(int fd, struct bytes packet); /* false: the system did not take it */
