/* SPDX-License-Identifier: ISC */
/* JSON out of VICI messages. */
#include "cli/json.h"

#include "vici/vici.h"

/* Length of the UTF-8 sequence at b, 0 when it is none (overlong forms and surrogates included). RFC 3629. */
static size_t utf8_len(struct bytes b)
{
	uint8_t c = b.at[0];
	size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;

	if (n == 0 || n > b.len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((b.at[i] & 0xc0) != 0x80)
			return 0;
	if ((c == 0xe0 && b.at[1] < 0xa0) || (c == 0xed && b.at[1] > 0x9f) || (c == 0xf0 && b.at[1] < 0x90) || (c == 0xf4 && b.at[1] > 0x8f))
		return 0;
	return n;
}

static bool utf8(struct bytes b)
{
	for (size_t n; b.len > 0; b = bytes(b.at + n, b.len - n)) {
		n = utf8_len(b);
		if (n == 0)
			return false;
	}
	return true;
}

void json_string(struct text *out, struct bytes value)
{
	text_add(out, "\"");
	if (!utf8(value)) {
		text_add(out, "0x");
		text_add_hex(out, value);
		value.len = 0;
	}
	for (size_t i = 0; i < value.len; i++) {
		uint8_t c = value.at[i];

		if (c == '"' || c == '\\')
			text_add(out, "\\%c", c);
		else if (c == '\n')
			text_add(out, "\\n");
		else if (c < 0x20 || c == 0x7f)
			text_add(out, "\\u%04x", c);
		else
			text_add_bytes(out, bytes(&c, 1));
	}
	text_add(out, "\"");
}

void json_message(struct text *out, struct bytes message)
{
	struct vici_reader r = vici_reader(message);
	const char *between = "";

	text_add(out, "{");
	for (struct vici_element e = vici_next(&r); e.kind != VICI_END && e.kind != VICI_BAD; e = vici_next(&r)) {
		bool closes = e.kind == VICI_SECTION_END || e.kind == VICI_LIST_END;

		if (!closes)
			text_add(out, "%s", between);
		if (e.kind == VICI_SECTION_START || e.kind == VICI_KEY_VALUE || e.kind == VICI_LIST_START) {
			json_string(out, e.name);
			text_add(out, ":");
		}
		between = ",";
		if (e.kind == VICI_SECTION_START || e.kind == VICI_LIST_START) {
			text_add(out, e.kind == VICI_LIST_START ? "[" : "{");
			between = "";
		} else if (closes) {
			text_add(out, e.kind == VICI_LIST_END ? "]" : "}");
		} else {
			json_string(out, e.value);
		}
	}
	text_add(out, "}");
}
