/* SPDX-License-Identifier: ISC */
/* Writing VICI segments and messages. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "vici/vici.h"

static void add_u8(struct text *m, unsigned v)
{
	uint8_t b = (uint8_t)v;

	text_add_bytes(m, bytes(&b, 1));
}

static void add_u16(struct text *m, size_t v)
{
	uint8_t b[2];

	put_u16(b, (uint16_t)v);
	text_add_bytes(m, bytes(b, sizeof(b)));
}

static void add_name(struct text *m, enum vici_kind kind, struct bytes name)
{
	if (name.len > UINT8_MAX) {
		m->failed = true;
		return;
	}
	add_u8(m, kind);
	add_u8(m, (unsigned)name.len);
	text_add_bytes(m, name);
}

static void add_value(struct text *m, struct bytes value)
{
	if (value.len > UINT16_MAX) {
		m->failed = true;
		return;
	}
	add_u16(m, value.len);
	text_add_bytes(m, value);
}

void vici_segment_write(struct text *out, enum vici_packet type, const char *name, struct bytes message)
{
	size_t name_len = name ? strlen(name) : 0, len = 1 + (name ? 1 + name_len : 0) + message.len;
	uint8_t head[4];

	if (name_len > UINT8_MAX || len > VICI_SEGMENT_MAX) {
		out->failed = true;
		return;
	}
	put_u32(head, (uint32_t)len);
	text_add_bytes(out, bytes(head, sizeof(head)));
	add_u8(out, type);
	if (name) {
		add_u8(out, (unsigned)name_len);
		text_add_bytes(out, bytes_str(name));
	}
	text_add_bytes(out, message);
}

void vici_section(struct text *m, const char *name)
{
	vici_section_bytes(m, bytes_str(name));
}

void vici_section_bytes(struct text *m, struct bytes name)
{
	add_name(m, VICI_SECTION_START, name);
}

void vici_section_end(struct text *m)
{
	add_u8(m, VICI_SECTION_END);
}

void vici_key(struct text *m, const char *name, struct bytes value)
{
	add_name(m, VICI_KEY_VALUE, bytes_str(name));
	add_value(m, value);
}

void vici_key_str(struct text *m, const char *name, const char *value)
{
	vici_key(m, name, bytes_str(value));
}

void vici_key_format(struct text *m, const char *name, const char *format, ...)
{
	char *value = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&value, format, args);
	va_end(args);
	if (n < 0) {
		m->failed = true;
		return;
	}
	vici_key(m, name, bytes(value, (size_t)n));
	free(value);
}

void vici_list(struct text *m, const char *name)
{
	add_name(m, VICI_LIST_START, bytes_str(name));
}

void vici_item(struct text *m, struct bytes value)
{
	add_u8(m, VICI_LIST_ITEM);
	add_value(m, value);
}

void vici_item_str(struct text *m, const char *value)
{
	vici_item(m, bytes_str(value));
}

void vici_list_end(struct text *m)
{
	add_u8(m, VICI_LIST_END);
}
