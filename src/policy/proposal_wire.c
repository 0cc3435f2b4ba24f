/* SPDX-License-Identifier: ISC */
/*
 * Proposals as the body of an SA payload, RFC 7296 3.3. One codec for the wire and for the values of reasons.
 *
 *     0 or 2 | 0 | length (2) | number | protocol | SPI size | transforms     then the SPI and the transforms
 *     0 or 3 | 0 | length (2) | type | 0 | id (2)                             then the attributes
 */
#include "base/reader.h"
#include "base/writer.h"
#include "iana/ikev2.h"
#include "policy/proposal.h"

enum { PROPOSAL_HEADER = 8, TRANSFORM_HEADER = 8, ATTRIBUTE_HEADER = 4 };
enum { MORE_PROPOSALS = 2, MORE_TRANSFORMS = 3 };

#define ATTRIBUTE_TV 0x8000u /* the value stands in place of the length */

/* 3.3.5. What we do not know makes the transform odd; an attribute that is cut makes the message malformed. */
static bool attributes_read(struct transform *t, struct reader *r)
{
	while (rd_ok(r) && r->left > 0) {
		unsigned type = rd_u16(r), value = rd_u16(r);

		if (type == (ATTRIBUTE_TV | IKEV2_TRANSFORM_ATTRIBUTE_KEY_LENGTH) && t->key_bits == 0 && value != 0) {
			t->key_bits = (uint16_t)value;
			continue;
		}
		t->odd = true;
		if (!(type & ATTRIBUTE_TV))
			(void)rd_bytes(r, value);
	}
	return rd_done(r);
}

static bool transform_read(struct transform *t, struct reader *r, bool last)
{
	unsigned more = rd_u8(r), length;
	struct reader sub;

	(void)rd_u8(r); /* RESERVED: ignored, 2.5 */
	length = rd_u16(r);
	if (!rd_ok(r) || more != (last ? 0 : MORE_TRANSFORMS) || length < TRANSFORM_HEADER)
		return false;
	sub = rd_sub(r, length - 4);
	*t = (struct transform){ .type = rd_u8(&sub) };
	(void)rd_u8(&sub);
	t->id = rd_u16(&sub);
	return attributes_read(t, &sub);
}

/* Of known protocols: none, as in values and first offers, or the protocol's own size. 3.3.1 */
static bool spi_size_fits(unsigned protocol, size_t size)
{
	switch (protocol) {
	case PROTO_IKE: return size == 0 || size == 8;
	case PROTO_AH:
	case PROTO_ESP: return size == 0 || size == 4;
	default: return true; /* passed over by the choice */
	}
}

static bool proposal_read(struct proposal *p, struct reader *r, bool *last, struct arena *arena)
{
	unsigned more = rd_u8(r), length, spi_size;
	struct reader sub;

	(void)rd_u8(r);
	length = rd_u16(r);
	if (!rd_ok(r) || (more != 0 && more != MORE_PROPOSALS) || length < PROPOSAL_HEADER)
		return false;
	*last = more == 0;
	sub = rd_sub(r, length - 4);
	p->number = rd_u8(&sub);
	p->protocol = rd_u8(&sub);
	spi_size = rd_u8(&sub);
	p->count = rd_u8(&sub);
	p->spi = rd_bytes(&sub, spi_size);
	if (!rd_ok(&sub) || !spi_size_fits(p->protocol, spi_size) || p->count > TRANSFORMS_MAX ||
	    p->count > sub.left / TRANSFORM_HEADER)
		return false;
	p->transforms = arena_array(arena, p->count, sizeof(*p->transforms));
	if (!p->transforms)
		return false;
	for (unsigned i = 0; i < p->count; i++)
		if (!transform_read(&p->transforms[i], &sub, i + 1 == p->count))
			return false;
	return rd_done(&sub);
}

/* 3.3.1: of several the first is 1 and each is one more than the one before; a single one (an answer) has any number. */
static bool numbers_fit(const struct proposals *p)
{
	for (unsigned i = 0; i < p->count; i++)
		if (p->list[i].number == 0 || (p->count > 1 && p->list[i].number != i + 1))
			return false;
	return true;
}

/* How many proposals the chain has, at most one more than PROPOSALS_MAX; their own readers check all the rest. */
static unsigned count_proposals(struct reader r)
{
	unsigned n = 0;

	while (rd_ok(&r) && r.left > 0 && n <= PROPOSALS_MAX) {
		unsigned length;
		(void)rd_u16(&r);
		length = rd_u16(&r);
		(void)rd_bytes(&r, length < 4 ? r.left + 1 : length - 4);
		n++;
	}
	return rd_ok(&r) ? n : 0;
}

bool proposals_read(struct proposals *out, struct bytes body, struct arena *arena)
{
	struct reader r = reader(body);
	unsigned count = count_proposals(r);
	struct proposals p = { 0 };
	bool last = false;

	*out = p;
	if (count == 0 || count > PROPOSALS_MAX)
		return false;
	p.list = arena_array(arena, count, sizeof(*p.list));
	if (!p.list)
		return false;
	for (; p.count < count; p.count++)
		if (last || !proposal_read(&p.list[p.count], &r, &last, arena))
			return false;
	if (!last || !rd_done(&r) || !numbers_fit(&p))
		return false;
	*out = p;
	return true;
}

static void transform_write(struct writer *w, const struct transform *t, bool last)
{
	wr_u8(w, last ? 0 : MORE_TRANSFORMS);
	wr_u8(w, 0);
	wr_u16(w, (uint16_t)(TRANSFORM_HEADER + (t->key_bits ? ATTRIBUTE_HEADER : 0)));
	wr_u8(w, t->type);
	wr_u8(w, 0);
	wr_u16(w, t->id);
	if (t->key_bits) {
		wr_u16(w, ATTRIBUTE_TV | IKEV2_TRANSFORM_ATTRIBUTE_KEY_LENGTH);
		wr_u16(w, t->key_bits);
	}
}

static void proposal_write(struct writer *w, const struct proposal *p, unsigned number, bool last)
{
	size_t from = w->len, length_at;

	wr_u8(w, last ? 0 : MORE_PROPOSALS);
	wr_u8(w, 0);
	length_at = wr_open_u16(w);
	wr_u8(w, (uint8_t)number);
	wr_u8(w, p->protocol);
	wr_u8(w, (uint8_t)p->spi.len);
	wr_u8(w, (uint8_t)p->count);
	wr_bytes(w, p->spi);
	for (unsigned i = 0; i < p->count; i++)
		transform_write(w, &p->transforms[i], i + 1 == p->count);
	wr_close_u16(w, length_at, from);
}

struct bytes proposals_flat(const struct proposals *p, struct arena *arena)
{
	struct writer w;
	size_t size = 0;

	if (p->count > PROPOSALS_MAX)
		return bytes_none();
	for (unsigned i = 0; i < p->count; i++) {
		if (p->list[i].count > TRANSFORMS_MAX || p->list[i].spi.len > UINT8_MAX)
			return bytes_none();
		size += PROPOSAL_HEADER + p->list[i].spi.len + p->list[i].count * (TRANSFORM_HEADER + ATTRIBUTE_HEADER);
	}
	w = writer(arena_take(arena, size), size);
	if (!w.at)
		return bytes_none();
	for (unsigned i = 0; i < p->count; i++) {
		unsigned number = p->list[i].number ? p->list[i].number : i + 1;
		proposal_write(&w, &p->list[i], number, i + 1 == p->count);
	}
	return wr_done(&w);
}

struct value value_proposals(const struct proposals *p, struct arena *arena)
{
	return value_of(VALUE_PROPOSALS, 0, proposals_flat(p, arena));
}
