/* SPDX-License-Identifier: ISC */
/*
 * Distinguished names: DER <-> text, and whether two fit. RFC 7296 3.5 (ID_DER_ASN1_DN), X.501.
 *
 *     Name ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }
 *
 * The reader takes DER only: definite, shortest lengths, one-byte tags. Everything is walked through the bounded reader, once,
 * without recursion; what does not parse to its last byte is not a name.
 */
#include "base/hex.h"
#include "base/reader.h"
#include "base/writer.h"
#include "policy/identity.h"

#define DN_TEXT_MAX 4096u
#define DN_PARTS_MAX 64u
#define OID_MAX 32u

enum {
	TAG_OID = 0x06,
	TAG_UTF8 = 0x0c,
	TAG_NUMERIC = 0x12,
	TAG_PRINTABLE = 0x13,
	TAG_T61 = 0x14,
	TAG_IA5 = 0x16,
	TAG_VISIBLE = 0x1a,
	TAG_SEQUENCE = 0x30,
	TAG_SET = 0x31,
};

/* Words of attribute types as strongSwan reads them. The first of a type is printed. */
static const struct {
	const char *word;
	uint8_t len;
	uint8_t oid[10];
} types[] = {
	{ "CN", 3, { 0x55, 4, 3 } },
	{ "C", 3, { 0x55, 4, 6 } },
	{ "L", 3, { 0x55, 4, 7 } },
	{ "ST", 3, { 0x55, 4, 8 } },
	{ "O", 3, { 0x55, 4, 10 } },
	{ "OU", 3, { 0x55, 4, 11 } },
	{ "E", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 } },
	{ "emailAddress", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 } },
	{ "email", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 } },
	{ "DC", 10, { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25 } },
	{ "UID", 10, { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1 } },
	{ "S", 3, { 0x55, 4, 4 } },
	{ "SN", 3, { 0x55, 4, 5 } },
	{ "serialNumber", 3, { 0x55, 4, 5 } },
	{ "STREET", 3, { 0x55, 4, 9 } },
	{ "T", 3, { 0x55, 4, 12 } },
	{ "D", 3, { 0x55, 4, 13 } },
	{ "postalCode", 3, { 0x55, 4, 17 } },
	{ "N", 3, { 0x55, 4, 41 } },
	{ "G", 3, { 0x55, 4, 42 } },
	{ "I", 3, { 0x55, 4, 43 } },
	{ "ID", 3, { 0x55, 4, 45 } },
	{ "dnQualifier", 3, { 0x55, 4, 46 } },
	{ "pseudonym", 3, { 0x55, 4, 65 } },
	{ "EN", 10, { 0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 3, 1, 3 } },
	{ "employeeNumber", 10, { 0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 3, 1, 3 } },
	{ "UN", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 2 } },
	{ "unstructuredName", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 2 } },
	{ "UA", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 8 } },
	{ "unstructuredAddress", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 8 } },
};

/* --- reading DER --- */

/* One element: its tag and what is inside. The reader goes bad at anything that is not DER. */
static struct reader der_take(struct reader *r, unsigned *tag)
{
	unsigned length;

	*tag = rd_u8(r);
	length = rd_u8(r);
	if (length == 0x81) {
		length = rd_u8(r);
		r->bad |= length < 0x80;
	} else if (length == 0x82) {
		length = rd_u16(r);
		r->bad |= length < 0x100;
	} else if (length > 0x7f) {
		r->bad = true; /* indefinite, or longer than any payload */
	}
	if ((*tag & 0x1f) == 0x1f)
		r->bad = true;
	return rd_sub(r, length);
}

/* Where a walk through a name stands. */
struct dn_walk {
	struct reader names, set; /* what is left of the name, of the open SET */
	bool bad;
};

struct dn_part {
	struct bytes oid, value, whole; /* whole: the value with its tag and length */
	unsigned tag;
	bool opens_set;                 /* the first of its SET */
};

static struct dn_walk walk(struct bytes der)
{
	struct reader r = reader(der);
	struct dn_walk w = { 0 };
	unsigned tag;

	w.names = der_take(&r, &tag);
	w.bad = !rd_done(&r) || tag != TAG_SEQUENCE;
	return w;
}

/* The next type and value; false at the end and when it is bad. */
static bool walk_next(struct dn_walk *w, struct dn_part *part)
{
	struct reader pair, oid, value;
	unsigned tag;

	*part = (struct dn_part){ 0 };
	if (w->bad || (w->set.left == 0 && w->names.left == 0))
		return false;
	if (w->set.left == 0) {
		w->set = der_take(&w->names, &tag);
		part->opens_set = true;
		w->bad = !rd_ok(&w->names) || tag != TAG_SET || w->set.left == 0;
	}
	pair = der_take(&w->set, &tag);
	w->bad |= !rd_ok(&w->set) || tag != TAG_SEQUENCE;
	oid = der_take(&pair, &tag);
	part->oid = rd_rest(&oid);
	w->bad |= !rd_ok(&pair) || tag != TAG_OID || part->oid.len == 0;
	part->whole = bytes(pair.at, pair.left);
	value = der_take(&pair, &part->tag);
	part->value = rd_rest(&value);
	w->bad |= !rd_done(&pair);
	return !w->bad;
}

static bool is_text(unsigned tag)
{
	switch (tag) {
	case TAG_UTF8:
	case TAG_NUMERIC:
	case TAG_PRINTABLE:
	case TAG_T61:
	case TAG_IA5:
	case TAG_VISIBLE: return true;
	default: return false;
	}
}

/* --- printing --- */

/* Arcs that end, each below 2^63 and written in its shortest form. */
static bool is_sound_oid(struct bytes oid)
{
	unsigned groups = 0;

	for (size_t i = 0; i < oid.len; i++) {
		if (groups == 0 && oid.at[i] == 0x80)
			return false;
		groups = oid.at[i] & 0x80 ? groups + 1 : 0;
		if (groups == 9)
			return false;
	}
	return oid.len > 0 && groups == 0;
}

/* "1.2.840.113549" */
static void print_oid(struct text *t, struct bytes oid)
{
	uint64_t arc = 0;
	bool first = true;

	for (size_t i = 0; i < oid.len; i++) {
		arc = arc << 7 | (oid.at[i] & 0x7f);
		if (oid.at[i] & 0x80)
			continue;
		if (first) {
			unsigned root = arc < 40 ? 0 : arc < 80 ? 1 : 2;
			text_add(t, "%u", root);
			arc -= root * 40;
		}
		text_add(t, ".%llu", (unsigned long long)arc);
		first = false;
		arc = 0;
	}
}

static void print_type(struct text *t, struct bytes oid)
{
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		if (bytes_equal(oid, bytes(types[i].oid, types[i].len))) {
			text_add(t, "%s", types[i].word);
			return;
		}
	}
	if (is_sound_oid(oid))
		print_oid(t, oid);
	else
		text_add_hex(t, oid);
}

/* A comma or a quote in a value must not look like the end of it: nobody's CN may print as two names. */
static void print_value(struct text *t, const struct dn_part *part)
{
	struct bytes v = part->value;

	if (!is_text(part->tag)) {
		text_add(t, "#");
		text_add_hex(t, part->whole);
		return;
	}
	for (size_t i = 0; i < v.len; i++) {
		bool edge = i == 0 || i + 1 == v.len;
		if (v.at[i] == ',' || v.at[i] == '"' || (i == 0 && v.at[i] == '#') || (edge && v.at[i] == ' '))
			text_add(t, "\\");
		text_add_safe(t, bytes(v.at + i, 1));
	}
}

static bool is_well_formed(struct bytes der)
{
	struct dn_walk w = walk(der);
	struct dn_part part;

	while (walk_next(&w, &part))
		;
	return !w.bad;
}

void dn_print(struct text *t, struct bytes der)
{
	struct dn_walk w = walk(der);
	struct dn_part part;
	bool first = true;

	if (!is_well_formed(der)) {
		text_add(t, "#");
		text_add_hex(t, der);
		return;
	}
	while (walk_next(&w, &part)) {
		text_add(t, "%s", first ? "" : ", ");
		print_type(t, part.oid);
		text_add(t, "=");
		print_value(t, &part);
		first = false;
	}
}

/* --- comparing --- */

static bool is_star(const struct dn_part *part)
{
	return is_text(part->tag) && part->value.len == 1 && part->value.at[0] == '*';
}

/* Sorts of text are not told apart: CAs and configurations choose them as they like. */
static bool same_value(const struct dn_part *a, const struct dn_part *b)
{
	if (is_text(a->tag) && is_text(b->tag))
		return bytes_equal_nocase(a->value, b->value);
	return a->tag == b->tag && bytes_equal(a->value, b->value);
}

unsigned dn_match(struct bytes have, struct bytes want)
{
	struct dn_walk h = walk(have), w = walk(want);
	struct dn_part hp, wp;
	unsigned stars = 0, fixed = 0;
	bool more;

	for (;;) {
		more = walk_next(&w, &wp);
		if (walk_next(&h, &hp) != more)
			return 0;
		if (!more)
			break;
		if (hp.opens_set != wp.opens_set || !bytes_equal(hp.oid, wp.oid))
			return 0;
		if (is_star(&wp))
			stars++;
		else if (same_value(&hp, &wp))
			fixed++;
		else
			return 0;
	}
	if (h.bad || w.bad)
		return 0;
	if (stars == 0)
		return IDENTITY_EXACT;
	return 100 + (fixed > 80 ? 800 : fixed * 10);
}

/* --- text to DER --- */

static struct bytes trim(struct bytes b)
{
	while (b.len && b.at[0] == ' ')
		b = bytes(b.at + 1, b.len - 1);
	while (b.len && b.at[b.len - 1] == ' ' && !(b.len > 1 && b.at[b.len - 2] == '\\'))
		b.len--;
	return b;
}

/* Length of an OID's arc in 7-bit groups, and the arc written. */
static void write_arc(struct writer *w, uint64_t arc)
{
	unsigned groups = 1;

	while (groups < 9 && arc >> 7 * groups)
		groups++;
	while (groups-- > 0)
		wr_u8(w, (uint8_t)((arc >> 7 * groups & 0x7f) | (groups ? 0x80 : 0)));
}

/* "1.2.840.113549" */
static bool parse_oid(struct writer *w, struct bytes text)
{
	uint64_t arc = 0, root = 0;
	unsigned arcs = 0;
	bool digit = false;

	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && text.at[i] >= '0' && text.at[i] <= '9') {
			arc = arc * 10 + (uint64_t)(text.at[i] - '0');
			digit = true;
			if (arc > UINT32_MAX)
				return false;
			continue;
		}
		if (!digit || (i < text.len && text.at[i] != '.'))
			return false;
		if (arcs == 0)
			root = arc;
		else
			write_arc(w, arcs == 1 ? root * 40 + arc : arc);
		if (root > 2 || (arcs == 1 && root < 2 && arc > 39))
			return false;
		arcs++;
		arc = 0;
		digit = false;
	}
	return arcs >= 2 && wr_ok(w);
}

static bool parse_type(struct writer *oid, struct bytes word)
{
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		if (bytes_equal_nocase(word, bytes_str(types[i].word))) {
			wr_bytes(oid, bytes(types[i].oid, types[i].len));
			return true;
		}
	}
	return parse_oid(oid, word);
}

/* Backslash: "\," "\xNN" and any other character as it is. Quotes around the whole value are taken off. */
static bool unescape(struct writer *w, struct bytes v)
{
	if (v.len >= 2 && v.at[0] == '"' && v.at[v.len - 1] == '"')
		v = bytes(v.at + 1, v.len - 2);
	for (size_t i = 0; i < v.len; i++) {
		if (v.at[i] != '\\') {
			wr_u8(w, v.at[i]);
			continue;
		}
		if (++i == v.len)
			return false;
		if (v.at[i] == 'x' && v.len - i > 2 && hex_digit(v.at[i + 1]) >= 0 && hex_digit(v.at[i + 2]) >= 0) {
			wr_u8(w, (uint8_t)(hex_digit(v.at[i + 1]) << 4 | hex_digit(v.at[i + 2])));
			i += 2;
		} else {
			wr_u8(w, v.at[i]);
		}
	}
	return wr_ok(w);
}

static bool all_printable_string(struct bytes v)
{
	for (size_t i = 0; i < v.len; i++) {
		uint8_t c = v.at[i], low = ascii_lower(c);
		if (!(low >= 'a' && low <= 'z') && !(c >= '0' && c <= '9') && !(c && strchr(" '()+,-./:=?", c)))
			return false;
	}
	return true;
}

/* E and DC are IA5Strings (RFC 5280 4.1.2.4 and appendix A), the rest as narrow as the letters allow. */
static unsigned tag_for(struct bytes oid, struct bytes value)
{
	if (oid.len >= 9 && (oid.at[0] == 0x2a || (oid.at[0] == 0x09 && oid.at[oid.len - 1] == 25)))
		return TAG_IA5;
	return all_printable_string(value) ? TAG_PRINTABLE : TAG_UTF8;
}

static size_t header_len(size_t content)
{
	return content < 0x80 ? 2 : content < 0x100 ? 3 : 4;
}

static void write_header(struct writer *w, unsigned tag, size_t content)
{
	wr_u8(w, (uint8_t)tag);
	if (content >= 0x100) {
		wr_u8(w, 0x82);
		wr_u16(w, (uint16_t)content);
		return;
	}
	if (content >= 0x80)
		wr_u8(w, 0x81);
	wr_u8(w, (uint8_t)content);
}

/* `element`: the value with its header. */
static void write_part(struct writer *w, struct bytes oid, struct bytes element)
{
	size_t pair = header_len(oid.len) + oid.len + element.len;

	write_header(w, TAG_SET, header_len(pair) + pair);
	write_header(w, TAG_SEQUENCE, pair);
	write_header(w, TAG_OID, oid.len);
	wr_bytes(w, oid);
	wr_bytes(w, element);
}

/* "CN = gw" */
static bool parse_part(struct writer *out, struct bytes text, struct arena *arena)
{
	const uint8_t *equals = text.len ? memchr(text.at, '=', text.len) : NULL;
	uint8_t oid_room[OID_MAX];
	struct writer oid = writer(oid_room, sizeof(oid_room)), raw, element;
	struct bytes value, hex;
	size_t n;

	if (!equals)
		return false;
	n = (size_t)(equals - text.at);
	value = trim(bytes(equals + 1, text.len - n - 1));
	if (!parse_type(&oid, trim(bytes(text.at, n))))
		return false;
	if (value.len && value.at[0] == '#') { /* the DER of any other sort of value */
		struct reader r;
		unsigned tag;
		if (!hex_parse(&hex, bytes(value.at + 1, value.len - 1), arena))
			return false;
		r = reader(hex);
		(void)der_take(&r, &tag);
		if (!rd_done(&r))
			return false;
		write_part(out, wr_done(&oid), hex);
		return wr_ok(out);
	}
	raw = writer(arena_take(arena, value.len + 1), value.len);
	element = writer(arena_take(arena, value.len + 4), value.len + 4);
	if (!raw.at || !element.at || !unescape(&raw, value))
		return false;
	write_header(&element, tag_for(wr_done(&oid), wr_done(&raw)), raw.len);
	wr_bytes(&element, wr_done(&raw));
	write_part(out, wr_done(&oid), wr_done(&element));
	return wr_ok(out) && wr_ok(&element);
}

/* The end of the part that begins at `from`: the next separator that is neither escaped nor between quotes. */
static size_t part_end(struct bytes text, size_t from, char separator)
{
	bool quoted = false;

	for (size_t i = from; i < text.len; i++) {
		if (text.at[i] == '\\')
			i++;
		else if (text.at[i] == '"')
			quoted = !quoted;
		else if (text.at[i] == (uint8_t)separator && !quoted)
			return i;
	}
	return text.len;
}

bool dn_parse(struct bytes *der, struct bytes text, struct arena *arena)
{
	bool slashes = text.len && text.at[0] == '/';
	size_t room = DN_PARTS_MAX * 48u + text.len, from = slashes;
	struct writer parts, all;

	if (text.len == 0 || text.len > DN_TEXT_MAX)
		return false;
	parts = writer(arena_take(arena, room), room);
	all = writer(arena_take(arena, room + 4), room + 4);
	if (!parts.at || !all.at)
		return false;
	for (unsigned count = 0; from <= text.len; count++) {
		size_t end = part_end(text, from, slashes ? '/' : ',');

		if (count == DN_PARTS_MAX || !parse_part(&parts, bytes(text.at + from, end - from), arena))
			return false;
		from = end + 1;
	}
	write_header(&all, TAG_SEQUENCE, parts.len);
	wr_bytes(&all, wr_done(&parts));
	*der = wr_done(&all);
	return wr_ok(&all) && der->len > 0;
}
