/* SPDX-License-Identifier: ISC */
/*
 * The VICI codec: any bytes as a segment. What is well-formed is walked, written anew, and must read as the same; what is not must
 * say so at once and keep saying it. The look-ups by key find only what the walk has seen.
 */
#include <assert.h>

#include "vici/vici.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_element(struct text *m, const struct vici_element *e)
{
	switch (e->kind) {
	case VICI_SECTION_START:
		vici_section_bytes(m, e->name);
		break;
	case VICI_SECTION_END:
		vici_section_end(m);
		break;
	case VICI_KEY_VALUE:
	case VICI_LIST_START: {
		char name[256] = "";

		/* a printable name of at most 255 bytes: it has no NUL */
		assert(e->name.len < sizeof(name));
		if (e->name.len)
			memcpy(name, e->name.at, e->name.len);
		if (e->kind == VICI_LIST_START)
			vici_list(m, name);
		else
			vici_key(m, name, e->value);
		break;
	}
	case VICI_LIST_ITEM:
		vici_item(m, e->value);
		break;
	case VICI_LIST_END:
		vici_list_end(m);
		break;
	case VICI_END:
	case VICI_BAD:
		break;
	}
}

/* Whether the message is well-formed; then `out` is the same message, made anew. */
static bool walk(struct bytes message, struct text *out)
{
	struct vici_reader r = vici_reader(message);
	struct vici_element e;
	size_t elements = 0;

	do {
		e = vici_next(&r);
		assert(r.depth <= VICI_DEPTH_MAX || e.kind == VICI_BAD);
		assert(elements++ <= message.len);
		write_element(out, &e);
	} while (e.kind != VICI_END && e.kind != VICI_BAD);
	assert(vici_next(&r).kind == e.kind); /* the end stays the end */
	return e.kind == VICI_END;
}

static void look_up(struct bytes message)
{
	static const char *const keys[] = { "ike", "child", "timeout", "force", "a", "" };
	struct bytes value, text;

	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		bool there = vici_find(message, NULL, keys[i], &value);

		assert(there || value.len == 0);
		assert(!vici_find_text(message, keys[i], &text) || there);
		(void)vici_find(message, "ike", keys[i], &value);
		(void)vici_find_bool(message, keys[i], true);
		(void)vici_find_number(message, keys[i], -1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vici_segment s, again;
	struct text message = { 0 }, segment = { 0 };
	char name[256] = "";
	bool ok;

	if (!vici_segment_read(&s, bytes(data, size)))
		return 0;
	look_up(s.message);
	ok = walk(s.message, &message);
	assert(ok == vici_well_formed(s.message));
	if (ok) {
		assert(!message.failed && bytes_equal(bytes(message.at, message.len), s.message));
		if (s.name.len)
			memcpy(name, s.name.at, s.name.len);
		vici_segment_write(&segment, s.type, s.name.len ? name : NULL, bytes(message.at, message.len));
		assert(!segment.failed && get_u32((uint8_t *)segment.at) == segment.len - 4);
		assert(vici_segment_read(&again, bytes(segment.at + 4, segment.len - 4)));
		assert(again.type == s.type && bytes_equal(again.name, s.name) && bytes_equal(again.message, s.message));
	}
	text_clear(&message);
	text_clear(&segment);
	return 0;
}
