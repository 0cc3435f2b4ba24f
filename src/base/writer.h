/* SPDX-License-Identifier: ISC */
/*
 * The bounded writer: the only way that network bytes are written.
 *
 * It writes into memory of a fixed size; what does not fit sets `full`, and nothing more is written. Ask wr_ok once
 * before sending. wr_open_* leaves room for a length that wr_close_* fills in with the bytes written since.
 */
#pragma once

#include "base/bytes.h"

struct writer {
	uint8_t *at; /* start of the memory */
	size_t cap, len;
	bool full;
};

static inline struct writer writer(void *at, size_t cap)
{
	return (struct writer){ at, cap, 0, false };
}

/* Room for n bytes, not yet filled; NULL when full. */
static inline uint8_t *wr_room(struct writer *w, size_t n)
{
	if (w->full || n > w->cap - w->len) {
		w->full = true;
		return NULL;
	}
	w->len += n;
	return w->at + w->len - n;
}

static inline void wr_u8(struct writer *w, uint8_t v)
{
	uint8_t *p = wr_room(w, 1);
	if (p)
		*p = v;
}

static inline void wr_u16(struct writer *w, uint16_t v)
{
	uint8_t *p = wr_room(w, 2);
	if (p)
		put_u16(p, v);
}

static inline void wr_u32(struct writer *w, uint32_t v)
{
	uint8_t *p = wr_room(w, 4);
	if (p)
		put_u32(p, v);
}

static inline void wr_u64(struct writer *w, uint64_t v)
{
	uint8_t *p = wr_room(w, 8);
	if (p)
		put_u64(p, v);
}

static inline void wr_bytes(struct writer *w, struct bytes b)
{
	uint8_t *p = wr_room(w, b.len);
	if (p && b.len > 0)
		memcpy(p, b.at, b.len);
}

static inline void wr_zero(struct writer *w, size_t n)
{
	uint8_t *p = wr_room(w, n);
	if (p && n > 0)
		memset(p, 0, n);
}

/* Two bytes of room; the place is given to wr_close_u16. */
static inline size_t wr_open_u16(struct writer *w)
{
	size_t place = w->len;
	wr_u16(w, 0);
	return place;
}

/* Fills in at `place` the bytes written since `from` (an earlier w->len). More than 65,535 makes the writer full. */
static inline void wr_close_u16(struct writer *w, size_t place, size_t from)
{
	if (w->full)
		return;
	if (w->len - from > UINT16_MAX) {
		w->full = true;
		return;
	}
	put_u16(w->at + place, (uint16_t)(w->len - from));
}

static inline bool wr_ok(const struct writer *w)
{
	return !w->full;
}

static inline struct bytes wr_done(const struct writer *w)
{
	return w->full ? bytes_none() : bytes(w->at, w->len);
}
