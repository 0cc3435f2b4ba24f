/* SPDX-License-Identifier: ISC */
/*
 * The bounded reader: the only way that network bytes are read.
 *
 * A read past the end makes the reader `bad` and gives 0, an empty slice or NULL; so do all later reads. A parser
 * therefore reads like the RFC's picture and asks rd_done or rd_ok once at the end; a loop asks in its condition.
 * Slices borrow from the bytes that were given to reader().
 */
#pragma once

#include "base/bytes.h"

struct reader {
	const uint8_t *at;
	size_t left;
	bool bad;
};

static inline struct reader reader(struct bytes b)
{
	return (struct reader){ b.at, b.len, false };
}

static inline const uint8_t *rd_take(struct reader *r, size_t n)
{
	if (r->bad || n > r->left) {
		r->bad = true; /* sticky */
		return NULL;
	}
	if (n == 0)
		return r->at;
	r->at += n;
	r->left -= n;
	return r->at - n;
}

static inline uint8_t rd_u8(struct reader *r)
{
	const uint8_t *p = rd_take(r, 1);
	return p ? *p : 0;
}

static inline uint16_t rd_u16(struct reader *r)
{
	const uint8_t *p = rd_take(r, 2);
	return p ? get_u16(p) : 0;
}

static inline uint32_t rd_u32(struct reader *r)
{
	const uint8_t *p = rd_take(r, 4);
	return p ? get_u32(p) : 0;
}

static inline uint64_t rd_u64(struct reader *r)
{
	const uint8_t *p = rd_take(r, 8);
	return p ? get_u64(p) : 0;
}

/* n bytes, or an empty slice with the reader bad. */
static inline struct bytes rd_bytes(struct reader *r, size_t n)
{
	const uint8_t *p = rd_take(r, n);
	return p && n > 0 ? bytes(p, n) : bytes_none();
}

static inline struct bytes rd_rest(struct reader *r)
{
	return rd_bytes(r, r->bad ? 0 : r->left);
}

/* A reader of the next n bytes, which cannot see past them. Bad if there are fewer. */
static inline struct reader rd_sub(struct reader *r, size_t n)
{
	struct reader sub = reader(rd_bytes(r, n));
	sub.bad = r->bad;
	return sub;
}

static inline bool rd_ok(const struct reader *r)
{
	return !r->bad;
}

/* All was there and nothing is left. */
static inline bool rd_done(const struct reader *r)
{
	return !r->bad && r->left == 0;
}
