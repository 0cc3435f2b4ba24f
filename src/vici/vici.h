/* SPDX-License-Identifier: ISC */
/*
 * The VICI codec: framing, packets and messages of strongSwan's control protocol. No sockets.
 *
 * A segment is a 4-byte length and that many bytes: a packet type, for named packets a name, then a message: a tree of
 * sections, key/values and lists, encoded as elements. Writers append to a `struct text` (which grows; ask `failed` once).
 * The reader walks elements in order and checks nesting; slices borrow from the segment.
 */
#pragma once

#include "base/bytes.h"
#include "base/reader.h"
#include "base/text.h"

#define VICI_SEGMENT_MAX (512u * 1024u)
#define VICI_DEPTH_MAX 64u

enum vici_packet {
	VICI_CMD_REQUEST = 0,
	VICI_CMD_RESPONSE = 1,
	VICI_CMD_UNKNOWN = 2,
	VICI_EVENT_REGISTER = 3,
	VICI_EVENT_UNREGISTER = 4,
	VICI_EVENT_CONFIRM = 5,
	VICI_EVENT_UNKNOWN = 6,
	VICI_EVENT = 7,
};

struct vici_segment {
	enum vici_packet type;
	struct bytes name;    /* of named packets; printable ASCII, 1 to 255 bytes */
	struct bytes message; /* the rest */
};
/* The bytes behind the length. False: no known type, or a name that is cut, empty or not printable. */
bool vici_segment_read(struct vici_segment *s, struct bytes segment);

/* A whole segment with its length in front. `name` is NULL for packets without one. */
void vici_segment_write(struct text *out, enum vici_packet type, const char *name, struct bytes message);

/* --- writing a message --- */
void vici_section(struct text *m, const char *name);
void vici_section_bytes(struct text *m, struct bytes name);
void vici_section_end(struct text *m);
void vici_key(struct text *m, const char *name, struct bytes value);
void vici_key_str(struct text *m, const char *name, const char *value);
__attribute__((format(printf, 3, 4))) void vici_key_format(struct text *m, const char *name, const char *format, ...);
void vici_list(struct text *m, const char *name);
void vici_item(struct text *m, struct bytes value);
void vici_item_str(struct text *m, const char *value);
void vici_list_end(struct text *m);

/* --- reading a message --- */
enum vici_kind {
	VICI_END = 0, /* the message is over */
	VICI_SECTION_START = 1,
	VICI_SECTION_END = 2,
	VICI_KEY_VALUE = 3,
	VICI_LIST_START = 4,
	VICI_LIST_ITEM = 5,
	VICI_LIST_END = 6,
	VICI_BAD = 7, /* malformed: nesting, a cut name or value, an unknown element, a section left open */
};
struct vici_element {
	enum vici_kind kind;
	struct bytes name, value;
};
struct vici_reader {
	struct reader r;
	unsigned depth; /* of open sections */
	bool in_list, bad;
};
struct vici_reader vici_reader(struct bytes message);
struct vici_element vici_next(struct vici_reader *r);
bool vici_well_formed(struct bytes message);

/* The first value of a key at the top of the message, or in the section behind `section` if that is not NULL. */
bool vici_find(struct bytes message, const char *section, const char *key, struct bytes *value);
/* doc/vici.md 4: printable text, else absent (false). */
bool vici_find_text(struct bytes message, const char *key, struct bytes *value);
bool vici_find_bool(struct bytes message, const char *key, bool absent);
long long vici_find_number(struct bytes message, const char *key, long long absent);
