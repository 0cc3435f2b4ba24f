/* SPDX-License-Identifier: ISC */
/*
 * A slice of bytes that somebody else owns, and the few things one does with it.
 *
 * A `struct bytes` borrows: whoever makes it says how long the memory lives. The empty slice is {NULL, 0}.
 * bytes_equal is for public data; secrets are compared by bytes_equal_secret, whose time depends on the length alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *at;
	size_t len;
};

static inline struct bytes bytes(const void *at, size_t len)
{
	return (struct bytes){ at, len };
}

static inline struct bytes bytes_str(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

static inline struct bytes bytes_none(void)
{
	return (struct bytes){ NULL, 0 };
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* Equal but for the case of ASCII letters. NULs are bytes like others, unlike for strncasecmp. For names, not for secrets. */
bool bytes_equal_nocase(struct bytes a, struct bytes b);

static inline uint8_t ascii_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* Constant time in the contents; the lengths are public. */
bool bytes_equal_secret(struct bytes a, struct bytes b);

/* Wipes memory in a way that the compiler keeps. */
void wipe(void *at, size_t len);

static inline uint16_t get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t get_u64(const uint8_t *p)
{
	return (uint64_t)get_u32(p) << 32 | get_u32(p + 4);
}

static inline void put_u16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void put_u32(uint8_t *p, uint32_t v)
{
	put_u16(p, (uint16_t)(v >> 16));
	put_u16(p + 2, (uint16_t)v);
}

static inline void put_u64(uint8_t *p, uint64_t v)
{
	put_u32(p, (uint32_t)(v >> 32));
	put_u32(p + 4, (uint32_t)v);
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
