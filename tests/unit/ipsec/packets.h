/* SPDX-License-Identifier: ISC */
/*
 * Small packets, and bytes from hex text in a buffer.
 */
#pragma once

#include "base/bytes.h"

/* Gives the number of bytes, at most `max`. */
size_t hex_into(uint8_t *out, size_t max, const char *text);
/* A small IPv4 or IPv6 packet with `payload` bytes of data behind the header, all checksums of the IP header right. */
size_t make_ipv4(uint8_t *out, const char *from, const char *to, uint8_t protocol, size_t payload);
size_t make_ipv6(uint8_t *out, const char *from, const char *to, uint8_t next, size_t payload);
