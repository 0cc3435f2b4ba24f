/* SPDX-License-Identifier: ISC */
/*
 * The bounded reader and writer against a plain model: a script of reads over the rest of the input. What the model can
 * read, the reader gives, and nothing after the first short read; what is written is read back, or the writer was full.
 */
#include <stdlib.h>

#include "base/reader.h"
#include "base/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what)              \
	do {                     \
		if (!(what))     \
			abort(); \
	} while (0)

struct model {
	const uint8_t *at;
	size_t left;
	bool bad;
};

static bool model_take(struct model *m, size_t n, const uint8_t **p)
{
	*p = m->at;
	if (m->bad || n > m->left) {
		m->bad = true;
		return false;
	}
	m->at += n;
	m->left -= n;
	return true;
}

static uint64_t number(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

static uint64_t read_number(struct reader *r, size_t n)
{
	return n == 1 ? rd_u8(r) : n == 2 ? rd_u16(r) : n == 4 ? rd_u32(r) : rd_u64(r);
}

static void check_numbers(struct reader *r, struct model *m, size_t n)
{
	const uint8_t *p;
	bool there = model_take(m, n, &p);

	CHECK(read_number(r, n) == (there ? number(p, n) : 0));
}

static void check_slice(struct reader *r, struct model *m, size_t n)
{
	const uint8_t *p;
	bool there = model_take(m, n, &p);
	struct bytes b = rd_bytes(r, n);

	CHECK(b.len == (there ? n : 0) && (b.len == 0 || b.at == p));
}

/* A child reader sees its part and nothing behind it. */
static void check_child(struct reader *r, struct model *m, size_t n)
{
	const uint8_t *p;
	bool there = model_take(m, n, &p);
	struct reader child = rd_sub(r, n);
	struct bytes rest = rd_rest(&child);

	CHECK(rest.len == (there ? n : 0));
	CHECK(rd_done(&child) == there);
	CHECK(rd_u8(&child) == 0 && !rd_ok(&child));
}

static void check_writer(struct bytes what, size_t room)
{
	uint8_t *memory = malloc(room ? room : 1);
	struct writer w;
	size_t place, from;

	CHECK(memory);
	w = writer(memory, room);
	place = wr_open_u16(&w);
	from = w.len;
	wr_bytes(&w, what);
	wr_close_u16(&w, place, from);
	CHECK(wr_ok(&w) == (room >= 2 + what.len));
	if (wr_ok(&w))
		CHECK(get_u16(memory) == what.len && memcmp(memory + 2, what.at, what.len) == 0);
	wr_u64(&w, 1);
	CHECK(w.len <= room);
	free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t script = size ? data[0] % 32u : 0;
	struct reader r;
	struct model m;

	if (size < 1 + script)
		return 0;
	m = (struct model){ data + 1 + script, size - 1 - script, false };
	r = reader(bytes(m.at, m.left));
	check_writer(bytes(m.at, m.left < 60000 ? m.left : 60000), size > 1 ? (size_t)data[1] * 8 : 0);
	for (size_t i = 1; i <= script; i++) {
		size_t n = data[i] >> 3;

		switch (data[i] & 7u) {
		case 0:
		case 1:
		case 2:
		case 3:
			check_numbers(&r, &m, (size_t)1 << (data[i] & 3u));
			break;
		case 4:
		case 5:
			check_slice(&r, &m, n);
			break;
		case 6:
			check_child(&r, &m, n);
			break;
		default:
			check_slice(&r, &m, SIZE_MAX - n);
			break;
		}
		CHECK(rd_ok(&r) == !m.bad);
		CHECK(m.bad || r.left == m.left);
	}
	return 0;
}
