/* SPDX-License-Identifier: ISC */
/* Reading VICI segments and messages: every byte through the bounded reader, nesting checked as it goes. */
#include <stdlib.h>
#include <strings.h>

#include "vici/vici.h"

static bool printable(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.at[i] < 0x20 || b.at[i] > 0x7e)
			return false;
	return true;
}

static bool named(unsigned type)
{
	return type == VICI_CMD_REQUEST || type == VICI_EVENT_REGISTER || type == VICI_EVENT_UNREGISTER || type == VICI_EVENT;
}

bool vici_segment_read(struct vici_segment *s, struct bytes segment)
{
	struct reader r = reader(segment);
	uint8_t type = rd_u8(&r);

	*s = (struct vici_segment){ .type = (enum vici_packet)type };
	if (!rd_ok(&r) || type > VICI_EVENT)
		return false;
	if (named(type)) {
		s->name = rd_bytes(&r, rd_u8(&r));
		if (!rd_ok(&r) || s->name.len == 0 || !printable(s->name))
			return false;
	}
	s->message = rd_rest(&r);
	return rd_ok(&r);
}

struct vici_reader vici_reader(struct bytes message)
{
	return (struct vici_reader){ .r = reader(message) };
}

/* Whether an element of this kind may stand here; keeps the books of open sections and lists. */
static bool nesting(struct vici_reader *r, unsigned kind)
{
	switch (kind) {
	case VICI_SECTION_START:
		return !r->in_list && r->depth++ < VICI_DEPTH_MAX;
	case VICI_SECTION_END:
		return !r->in_list && r->depth-- > 0;
	case VICI_KEY_VALUE:
		return !r->in_list;
	case VICI_LIST_START:
		if (r->in_list)
			return false;
		return r->in_list = true;
	case VICI_LIST_ITEM:
		return r->in_list;
	case VICI_LIST_END:
		if (!r->in_list)
			return false;
		r->in_list = false;
		return true;
	default:
		return false;
	}
}

static struct vici_element bad(struct vici_reader *r)
{
	r->bad = true;
	return (struct vici_element){ .kind = VICI_BAD };
}

struct vici_element vici_next(struct vici_reader *r)
{
	struct vici_element e = { VICI_END, { 0 }, { 0 } };
	unsigned kind;

	if (r->bad)
		return bad(r);
	if (r->r.left == 0)
		return r->depth || r->in_list ? bad(r) : e;
	kind = rd_u8(&r->r);
	if (!nesting(r, kind))
		return bad(r);
	e.kind = (enum vici_kind)kind;
	if (kind == VICI_SECTION_START || kind == VICI_KEY_VALUE || kind == VICI_LIST_START)
		e.name = rd_bytes(&r->r, rd_u8(&r->r));
	if (kind == VICI_KEY_VALUE || kind == VICI_LIST_ITEM)
		e.value = rd_bytes(&r->r, rd_u16(&r->r));
	if (!rd_ok(&r->r) || !printable(e.name))
		return bad(r);
	return e;
}

bool vici_well_formed(struct bytes message)
{
	struct vici_reader r = vici_reader(message);
	struct vici_element e;

	do
		e = vici_next(&r);
	while (e.kind != VICI_END && e.kind != VICI_BAD);
	return e.kind == VICI_END;
}

bool vici_find(struct bytes message, const char *section, const char *key, struct bytes *value)
{
	struct vici_reader r = vici_reader(message);
	unsigned want = section ? 1 : 0;
	bool here = !section;

	for (struct vici_element e = vici_next(&r); e.kind != VICI_END && e.kind != VICI_BAD; e = vici_next(&r)) {
		if (section && e.kind == VICI_SECTION_START && r.depth == 1)
			here = bytes_equal(e.name, bytes_str(section));
		if (e.kind == VICI_KEY_VALUE && here && r.depth == want && bytes_equal(e.name, bytes_str(key))) {
			*value = e.value;
			return true;
		}
	}
	*value = bytes_none();
	return false;
}

bool vici_find_text(struct bytes message, const char *key, struct bytes *value)
{
	return vici_find(message, NULL, key, value) && printable(*value);
}

static bool is_word(struct bytes b, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (b.len == strlen(words[i]) && strncasecmp((const char *)b.at, words[i], b.len) == 0)
			return true;
	return false;
}

bool vici_find_bool(struct bytes message, const char *key, bool absent)
{
	static const char *const yes[] = { "1", "yes", "true", "enabled" }, *const no[] = { "0", "no", "false", "disabled" };
	struct bytes v;

	if (!vici_find_text(message, key, &v))
		return absent;
	if (is_word(v, yes, COUNT_OF(yes)))
		return true;
	return is_word(v, no, COUNT_OF(no)) ? false : absent;
}

long long vici_find_number(struct bytes message, const char *key, long long absent)
{
	char buf[32], *end;
	struct bytes v;
	long long n;

	if (!vici_find_text(message, key, &v) || v.len == 0 || v.len >= sizeof(buf))
		return absent;
	memcpy(buf, v.at, v.len);
	buf[v.len] = '\0';
	n = strtoll(buf, &end, 0);
	return *end ? absent : n;
}
