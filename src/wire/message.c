/* SPDX-License-Identifier: ISC */
/*
 * The chain of payloads and its generic header. RFC 7296 3.2.
 *
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * | Next Payload  |C|  RESERVED   |         Payload Length        |
 */
#include "iana/ikev2.h"
#include "wire/header.h"

#define CRITICAL_BIT 0x80u

/* What this build reads or knows to skip: RFC 7296, and SKF of RFC 7383. */
static bool is_known(uint8_t type)
{
	return (type >= IKEV2_PAYLOAD_SA && type <= IKEV2_PAYLOAD_EAP) || type == IKEV2_PAYLOAD_SKF;
}

/* One payload; `type` is that of this one and becomes that of the next. False with the reader bad: the length lies. */
static bool take_payload(struct reader *r, size_t chain_len, uint8_t *type, struct payload *out)
{
	uint8_t next, flags;
	uint16_t length;

	*out = (struct payload){ .type = *type, .offset = chain_len - r->left };
	next = rd_u8(r);
	flags = rd_u8(r);
	length = rd_u16(r);
	if (length < PAYLOAD_HEADER_LEN)
		r->bad = true;
	out->critical = flags & CRITICAL_BIT;
	out->body = rd_bytes(r, r->bad ? 0 : length - PAYLOAD_HEADER_LEN);
	*type = next;
	return rd_ok(r);
}

static bool is_encrypted(uint8_t type)
{
	return type == IKEV2_PAYLOAD_SK || type == IKEV2_PAYLOAD_SKF;
}

/* Walks the whole chain; `list` NULL: only counts. False with `why`. */
static bool walk(struct payloads *out, uint8_t type, struct bytes chain, struct reason *why)
{
	struct reader r = reader(chain);
	struct payload one;

	out->count = 0;
	out->sk_next = 0;
	while (type != IKEV2_PAYLOAD_NONE) {
		if (out->count == IKE_PAYLOADS_MAX)
			return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "too many payloads");
		if (!take_payload(&r, chain.len, &type, &one))
			return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX,
			                   "a payload's length is below 4 or past the end");
		if (one.critical && !is_known(one.type)) {
			(void)refuse(why, REASON_CRITICAL, IKEV2_NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD,
			             value_number(one.type), value_none(), conf_nowhere());
			return false;
		}
		if (out->list)
			out->list[out->count] = one;
		out->count++;
		if (is_encrypted(one.type)) { /* its Next Payload is that of the first one inside (3.14) */
			out->sk_next = type;
			break;
		}
	}
	if (!rd_done(&r))
		return refuse_text(why, REASON_SYNTAX, IKEV2_NOTIFY_INVALID_SYNTAX, "bytes behind the last payload");
	return true;
}

struct payload_chain payload_chain(uint8_t first, struct bytes chain)
{
	return (struct payload_chain){ .r = reader(chain), .len = chain.len, .type = first };
}

bool payload_next(struct payload_chain *c, struct payload *out)
{
	if (c->type == IKEV2_PAYLOAD_NONE || c->seen == IKE_PAYLOADS_MAX || !take_payload(&c->r, c->len, &c->type, out))
		return false;
	c->seen++;
	if (is_encrypted(out->type))
		c->type = IKEV2_PAYLOAD_NONE;
	return true;
}

bool payloads_read(struct payloads *out, uint8_t first, struct bytes chain, struct arena *arena, struct reason *why)
{
	*out = (struct payloads){ 0 };
	if (!walk(out, first, chain, why)) {
		*out = (struct payloads){ 0 };
		return false;
	}
	if (out->count == 0)
		return true;
	out->list = arena_array(arena, out->count, sizeof *out->list);
	if (!out->list) {
		*out = (struct payloads){ 0 };
		return refuse_text(why, REASON_MEMORY, 0, "list of payloads");
	}
	return walk(out, first, chain, why);
}

const struct payload *payloads_find(const struct payloads *p, uint8_t type, const struct payload *after)
{
	size_t from = after ? (size_t)(after - p->list) + 1 : 0;

	for (size_t i = from; i < p->count; i++)
		if (p->list[i].type == type)
			return &p->list[i];
	return NULL;
}

unsigned payloads_count(const struct payloads *p, uint8_t type)
{
	unsigned n = 0;

	for (size_t i = 0; i < p->count; i++)
		n += p->list[i].type == type;
	return n;
}

#define HEADER_NEXT_AT 16u

struct message_writer message_begin(void *at, size_t room, const struct ike_header *h)
{
	struct message_writer m = { .w = writer(at, room < IKE_MESSAGE_MAX ? room : IKE_MESSAGE_MAX),
		                    .next_at = HEADER_NEXT_AT };
	struct ike_header empty = *h;

	empty.next = IKEV2_PAYLOAD_NONE;
	empty.length = 0;
	ike_header_write(&m.w, &empty);
	return m;
}

struct bytes message_end(struct message_writer *m)
{
	if (wr_ok(&m->w))
		put_u32(m->w.at + HEADER_LENGTH_AT, (uint32_t)m->w.len);
	return wr_done(&m->w);
}

/* The first byte of the memory stands for the Next Payload field that the chain does not have. */
struct message_writer chain_begin(void *at, size_t room)
{
	struct message_writer m = { .w = writer(at, room), .next_at = 0 };

	wr_u8(&m.w, IKEV2_PAYLOAD_NONE);
	return m;
}

struct bytes chain_end(struct message_writer *m, uint8_t *first)
{
	*first = IKEV2_PAYLOAD_NONE;
	if (!wr_ok(&m->w))
		return bytes_none();
	*first = m->w.at[0];
	return bytes(m->w.at + 1, m->w.len - 1);
}

void payload_open(struct message_writer *m, uint8_t type)
{
	size_t here = m->w.len;

	wr_u8(&m->w, IKEV2_PAYLOAD_NONE);
	wr_u8(&m->w, 0);
	m->length_at = wr_open_u16(&m->w);
	m->body_from = m->w.len;
	if (!wr_ok(&m->w))
		return;
	m->w.at[m->next_at] = type;
	m->next_at = here;
}

void payload_close(struct message_writer *m)
{
	wr_close_u16(&m->w, m->length_at, m->body_from - PAYLOAD_HEADER_LEN);
}

void payload_write(struct message_writer *m, uint8_t type, struct bytes body)
{
	payload_open(m, type);
	wr_bytes(&m->w, body);
	payload_close(m);
}
