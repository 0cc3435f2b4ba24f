/* SPDX-License-Identifier: ISC */
/*
 * IP addresses, ports, prefixes and paths, without the system's sockaddr (linux/ converts).
 */
#pragma once

#include "base/bytes.h"
#include "base/text.h"

enum addr_family { ADDR_NONE = 0, ADDR_V4 = 4, ADDR_V6 = 6 };

struct addr {
	uint8_t family;  /* enum addr_family */
	uint8_t ip[16];  /* network order; the first 4 for IPv4, the rest zero */
};

struct endpoint {
	struct addr addr;
	uint16_t port; /* host order */
};

struct prefix {
	struct addr addr;
	uint8_t bits;
};

enum path_encap { PATH_UDP = 0, PATH_UDP_NATT = 1, PATH_TCP = 2 };

/* Where a datagram came from or goes to. A response leaves by the path of its request. */
struct path {
	struct endpoint local, remote;
	uint32_t interface;  /* index; 0: not known */
	uint32_t stream;     /* handle of a TCP stream; 0: UDP */
	uint8_t encap;       /* enum path_encap; PATH_UDP_NATT: with the non-ESP marker (the host adds and removes it) */
};

static inline size_t addr_len(const struct addr *a)
{
	return a->family == ADDR_V4 ? 4 : a->family == ADDR_V6 ? 16 : 0;
}
static inline struct bytes addr_bytes(const struct addr *a)
{
	return bytes(a->ip, addr_len(a));
}
bool addr_equal(const struct addr *a, const struct addr *b);
int addr_compare(const struct addr *a, const struct addr *b);      /* by family, then as numbers */
bool addr_from_bytes(struct addr *a, struct bytes b);              /* 4 or 16 bytes */
bool addr_parse(struct addr *a, struct bytes text);                /* "192.0.2.1", "2001:db8::1" */
void addr_print(struct text *t, const struct addr *a);             /* ADDR_NONE: "%any" */
bool addr_is_unicast(const struct addr *a);                         /* neither unspecified, nor multicast or broadcast */
bool addr_unspecified(const struct addr *a);                       /* ADDR_NONE, 0.0.0.0 or :: */
bool addr_add(struct addr *a, uint64_t n);                         /* false: past the last address; it went round */
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);
void endpoint_print(struct text *t, const struct endpoint *e);     /* 192.0.2.1[500], 2001:db8::1[4500] */
bool prefix_parse(struct prefix *p, struct bytes text);            /* "10.0.0.0/8"; without /n: a host */
bool prefix_contains(const struct prefix *p, const struct addr *a);
struct addr prefix_first(const struct prefix *p);
struct addr prefix_last(const struct prefix *p);
void prefix_print(struct text *t, const struct prefix *p);
/* The one prefix that is exactly first..last; false: there is none. */
bool prefix_of_range(struct prefix *out, const struct addr *first, const struct addr *last);
/* The fewest prefixes that cover first..last exactly; at most `max` written. Gives the number needed (may exceed max). */
size_t prefixes_of_range(struct prefix *out, size_t max, const struct addr *first, const struct addr *last);
/* The interface is left out: a route may change while the path stays. */
bool path_equal(const struct path *a, const struct path *b);
