/* SPDX-License-Identifier: ISC */
/* Identities: strongSwan's text forms, printing, and how well one fits another. doc/vici.md 12.3 and 8; RFC 7296 3.5. */
#include "policy/identity.h"

#include <regex.h>
#include <stdlib.h>

#include "base/hex.h"

#define IDENTITY_TEXT_MAX 4096u
#define REGEX_TEXT_MAX 1024u /* of what a peer says: longer ones fit no pattern */

static const struct {
	const char *prefix;
	uint8_t type; /* ID_ANY: known, not built */
} prefixes[] = {
	{ "ipv4:", ID_IPV4_ADDR },
	{ "ipv6:", ID_IPV6_ADDR },
	{ "ipv4net:", ID_IPV4_ADDR_SUBNET },
	{ "ipv6net:", ID_IPV6_ADDR_SUBNET },
	{ "ipv4range:", ID_IPV4_ADDR_RANGE },
	{ "ipv6range:", ID_IPV6_ADDR_RANGE },
	{ "rfc822:", ID_RFC822_ADDR },
	{ "email:", ID_RFC822_ADDR },
	{ "userfqdn:", ID_RFC822_ADDR },
	{ "fqdn:", ID_FQDN },
	{ "dns:", ID_FQDN },
	{ "asn1dn:", ID_DER_ASN1_DN },
	{ "asn1gn:", ID_DER_ASN1_GN },
	{ "keyid:", ID_KEY_ID },
	{ "xmppaddr:", ID_ANY },
	{ "uri:", ID_ANY },
};

/* An identity that is being read. */
struct draft {
	struct identity *id;
	struct arena *arena;
	struct reason *why;
	struct bytes text; /* all of it, for the refusal */
};

static bool refuse_draft(const struct draft *d, enum reason_kind kind, const char *about)
{
	(void)refuse_text(d->why, kind, 0, about);
	d->why->got = value_of(VALUE_TEXT, 0, d->text);
	return false;
}

static bool set(const struct draft *d, unsigned type, struct bytes data)
{
	*d->id = (struct identity){ .type = (uint8_t)type, .data = arena_copy(d->arena, data) };
	return d->id->data.len == data.len || refuse_text(d->why, REASON_MEMORY, 0, "identity");
}

static bool starts_with(struct bytes b, const char *prefix)
{
	size_t n = strlen(prefix);

	return b.len >= n && bytes_equal_nocase(bytes(b.at, n), bytes_str(prefix));
}

static struct bytes skip(struct bytes b, size_t n)
{
	return bytes(b.at + n, b.len - n);
}

static bool set_hex(const struct draft *d, unsigned type, struct bytes digits)
{
	struct bytes data;

	if (!hex_parse(&data, digits, d->arena))
		return refuse_draft(d, REASON_CONFIG, "an identity is not hexadecimal behind '#'");
	return set(d, type, data);
}

/* "^...$": kept as it is, compiled once here to tell of errors where they are made. */
static bool set_regex(const struct draft *d, unsigned type, struct bytes pattern)
{
	char *text = arena_str(d->arena, pattern), problem[128];
	regex_t compiled;
	int wrong;

	if (!text)
		return refuse_text(d->why, REASON_MEMORY, 0, "identity");
	if (memchr(pattern.at, '\0', pattern.len))
		return refuse_draft(d, REASON_CONFIG, "the pattern of an identity has a NUL in it");
	wrong = regcomp(&compiled, text, REG_EXTENDED | REG_ICASE);
	if (wrong) {
		(void)regerror(wrong, &compiled, problem, sizeof(problem));
		(void)refuse_draft(d, REASON_CONFIG, "");
		d->why->about = value_of(VALUE_TEXT, 0, arena_copy(d->arena, bytes_str(problem)));
		return false;
	}
	regfree(&compiled);
	*d->id = (struct identity){ .type = (uint8_t)type, .data = bytes(text, pattern.len), .regex = text };
	return true;
}

static unsigned pick(const struct addr *a, unsigned v4, unsigned v6)
{
	return a->family == ADDR_V4 ? v4 : v6;
}

/* An address, "a/n" or "a-b"; data of subnets and ranges is two addresses, the second the mask or the end (RFC 2407 4.6.2). */
static bool set_address(const struct draft *d, struct bytes text, bool *is_address)
{
	const uint8_t *dash = text.len ? memchr(text.at, '-', text.len) : NULL;
	size_t n = dash ? (size_t)(dash - text.at) : 0;
	struct addr pair[2] = { 0 };
	struct prefix p;
	uint8_t data[32];
	size_t len;

	*is_address = true;
	if (addr_parse(&pair[0], text))
		return set(d, pick(&pair[0], ID_IPV4_ADDR, ID_IPV6_ADDR), addr_bytes(&pair[0]));
	if (prefix_parse(&p, text)) {
		pair[0] = prefix_first(&p);
		memset(p.addr.ip, 0, sizeof(p.addr.ip));
		pair[1] = prefix_last(&p); /* the bits behind the prefix */
		for (size_t i = 0; i < addr_len(&pair[1]); i++)
			pair[1].ip[i] = (uint8_t)~pair[1].ip[i];
	} else if (!dash || !addr_parse(&pair[0], bytes(text.at, n)) || !addr_parse(&pair[1], skip(text, n + 1)) ||
	           pair[0].family != pair[1].family || addr_compare(&pair[0], &pair[1]) > 0) {
		*is_address = false;
		return false;
	}
	len = addr_len(&pair[0]);
	memcpy(data, pair[0].ip, len);
	memcpy(data + len, pair[1].ip, len);
	return set(d, dash ? pick(&pair[0], ID_IPV4_ADDR_RANGE, ID_IPV6_ADDR_RANGE)
	                   : pick(&pair[0], ID_IPV4_ADDR_SUBNET, ID_IPV6_ADDR_SUBNET),
	           bytes(data, 2 * len));
}

static bool is_address_type(unsigned type)
{
	return type == ID_IPV4_ADDR || (type >= ID_IPV4_ADDR_SUBNET && type <= ID_IPV6_ADDR_RANGE);
}

/*
 * Behind a prefix: hexadecimal, a pattern, or the bytes as they are. Addresses and names in DER are converted: as bytes of text
 * no peer could ever send them.
 */
static bool set_typed(const struct draft *d, unsigned type, struct bytes rest)
{
	struct bytes der;
	bool is_address;

	if (rest.len && rest.at[0] == '#')
		return set_hex(d, type, skip(rest, 1));
	if (rest.len >= 2 && rest.at[0] == '^' && rest.at[rest.len - 1] == '$')
		return set_regex(d, type, rest);
	if (is_address_type(type)) {
		if (set_address(d, rest, &is_address) && d->id->type == type)
			return true;
		return refuse_draft(d, REASON_CONFIG, "an identity is not the address that its prefix says");
	}
	if (type == ID_DER_ASN1_DN) {
		if (dn_parse(&der, rest, d->arena))
			return set(d, type, der);
		return refuse_draft(d, REASON_CONFIG, "a distinguished name cannot be read");
	}
	return set(d, type, rest);
}

/* Rules 1 and 2: "type:" and "{number}:". *found: there was one. */
static bool parse_prefixed(const struct draft *d, bool *found)
{
	struct bytes text = d->text;
	unsigned type = 0;
	size_t i = 1;

	*found = true;
	for (size_t p = 0; p < COUNT_OF(prefixes); p++) {
		if (!starts_with(text, prefixes[p].prefix))
			continue;
		if (prefixes[p].type == ID_ANY)
			return refuse_draft(d, REASON_UNSUPPORTED, "identities of this type");
		return set_typed(d, prefixes[p].type, skip(text, strlen(prefixes[p].prefix)));
	}
	if (text.len && text.at[0] == '{') {
		for (; i < text.len && text.at[i] >= '0' && text.at[i] <= '9' && type <= UINT8_MAX; i++)
			type = type * 10 + (unsigned)(text.at[i] - '0');
		if (i > 1 && type > 0 && type <= UINT8_MAX && starts_with(skip(text, i), "}:"))
			return set_typed(d, type, skip(text, i + 2));
	}
	*found = false;
	return false;
}

static bool is_any_word(struct bytes text)
{
	static const char *const words[] = { "", "%any", "%any6", "0.0.0.0", "*", "::", "0::0" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (bytes_equal(text, bytes_str(words[i])))
			return true;
	return false;
}

static bool contains(struct bytes b, char c)
{
	return b.len > 0 && memchr(b.at, c, b.len) != NULL;
}

static bool parse_plain(const struct draft *d)
{
	struct bytes text = d->text, der;
	bool is_address, ok;

	if (contains(text, '=')) {
		if (dn_parse(&der, text, d->arena))
			return set(d, ID_DER_ASN1_DN, der);
		return set(d, ID_KEY_ID, text);
	}
	if (!contains(text, '@')) {
		if (is_any_word(text))
			return set(d, ID_ANY, bytes_none());
		ok = set_address(d, text, &is_address);
		if (is_address)
			return ok;
		return set(d, contains(text, ':') ? ID_KEY_ID : ID_FQDN, text);
	}
	if (starts_with(text, "@#"))
		return set_hex(d, ID_KEY_ID, skip(text, 2));
	if (starts_with(text, "@@"))
		return set(d, ID_RFC822_ADDR, skip(text, 2));
	if (starts_with(text, "@"))
		return set(d, ID_FQDN, skip(text, 1));
	return set(d, ID_RFC822_ADDR, text);
}

bool identity_parse(struct identity *id, struct bytes text, struct arena *arena, struct reason *why)
{
	struct identity fresh = { 0 };
	struct draft d = { &fresh, arena, why, text };
	bool found, ok;

	if (text.len > IDENTITY_TEXT_MAX)
		return refuse_text(why, REASON_CONFIG, 0, "an identity is longer than 4096 characters");
	ok = parse_prefixed(&d, &found);
	if (!found)
		ok = parse_plain(&d);
	if (ok)
		*id = fresh;
	return ok;
}

/* --- printing --- */

static bool is_printable(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.at[i] < 0x20 || b.at[i] > 0x7e)
			return false;
	return b.len > 0;
}

/* One address or, with `between`, two; false when the length is not right. */
static bool print_addresses(struct text *t, struct bytes data, const char *between)
{
	size_t half = between ? data.len / 2 : data.len;
	struct addr a, b = { 0 };

	if (!addr_from_bytes(&a, bytes(data.at, half)))
		return false;
	if (between && (data.len % 2 || !addr_from_bytes(&b, skip(data, half))))
		return false;
	addr_print(t, &a);
	if (between) {
		text_add(t, "%s", between);
		addr_print(t, &b);
	}
	return true;
}

static unsigned mask_bits(struct bytes mask)
{
	unsigned bits = 0;

	while (bits < mask.len * 8 && (mask.at[bits / 8] & 0x80u >> bits % 8))
		bits++;
	return bits;
}

static bool print_subnet(struct text *t, struct bytes data)
{
	if ((data.len != 8 && data.len != 32) || !print_addresses(t, bytes(data.at, data.len / 2), NULL))
		return false;
	text_add(t, "/%u", mask_bits(skip(data, data.len / 2)));
	return true;
}

static void print_key_id(struct text *t, struct bytes data)
{
	if (is_printable(data)) {
		text_add_safe(t, data);
		return;
	}
	for (size_t i = 0; i < data.len; i++)
		text_add(t, "%s%02x", i ? ":" : "", data.at[i]);
}

void identity_print(struct text *t, const struct identity *id)
{
	bool done = true;

	if (id->regex) {
		text_add_safe(t, bytes_str(id->regex));
		return;
	}
	switch (id->type) {
	case ID_ANY: text_add(t, "%%any"); break;
	case ID_IPV4_ADDR: done = id->data.len == 4 && print_addresses(t, id->data, NULL); break;
	case ID_IPV6_ADDR: done = id->data.len == 16 && print_addresses(t, id->data, NULL); break;
	case ID_FQDN:
	case ID_RFC822_ADDR: text_add_safe(t, id->data); break;
	case ID_IPV4_ADDR_SUBNET:
	case ID_IPV6_ADDR_SUBNET: done = print_subnet(t, id->data); break;
	case ID_IPV4_ADDR_RANGE:
	case ID_IPV6_ADDR_RANGE: done = print_addresses(t, id->data, "-"); break;
	case ID_DER_ASN1_DN: dn_print(t, id->data); break;
	case ID_KEY_ID: print_key_id(t, id->data); break;
	default: done = false; break;
	}
	if (!done) {
		text_add(t, "{%u}:#", id->type);
		text_add_hex(t, id->data);
	}
}

/* --- fitting --- */

static bool is_name(unsigned type)
{
	return type == ID_FQDN || type == ID_RFC822_ADDR;
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
	if (a->type != b->type || (a->regex != NULL) != (b->regex != NULL))
		return false;
	if (a->regex)
		return strcmp(a->regex, b->regex) == 0;
	if (bytes_equal(a->data, b->data))
		return true;
	if (is_name(a->type))
		return bytes_equal_nocase(a->data, b->data);
	return a->type == ID_DER_ASN1_DN && dn_match(a->data, b->data) == IDENTITY_EXACT;
}

bool identity_is_any(const struct identity *id)
{
	return id->type == ID_ANY;
}

enum { SCORE_ANY = 1, SCORE_REGEX = 50, SCORE_WILDCARD = 100, SCORE_WILDCARD_MAX = 900 };

static unsigned wildcard_score(size_t fixed)
{
	return fixed > SCORE_WILDCARD_MAX - SCORE_WILDCARD ? SCORE_WILDCARD_MAX : SCORE_WILDCARD + (unsigned)fixed;
}

/* All of the printed identity, not a part: "^a|b$" does not fit "ab". */
static unsigned match_regex(const struct identity *have, const struct identity *want)
{
	struct text t = { 0 };
	regex_t compiled;
	regmatch_t found;
	bool fits = false;

	identity_print(&t, have);
	if (!t.failed && t.len <= REGEX_TEXT_MAX && regcomp(&compiled, want->regex, REG_EXTENDED | REG_ICASE) == 0) {
		fits = regexec(&compiled, text_str(&t), 1, &found, 0) == 0 && found.rm_so == 0 &&
		       (size_t)found.rm_eo == t.len;
		regfree(&compiled);
	}
	text_clear(&t);
	return fits ? SCORE_REGEX : 0;
}

/* "*.example.org", "*@example.org": the star stands for at least one character. */
static unsigned match_name(struct bytes have, struct bytes want)
{
	struct bytes tail;

	if (want.len == 0 || want.at[0] != '*')
		return bytes_equal_nocase(have, want) ? IDENTITY_EXACT : 0;
	tail = skip(want, 1);
	if (have.len <= tail.len || !bytes_equal_nocase(skip(have, have.len - tail.len), tail))
		return 0;
	return wildcard_score(tail.len);
}

/* An address in a configured subnet or range. */
static unsigned match_address(struct bytes have, const struct identity *want)
{
	size_t len = have.len;
	struct bytes first, second;
	bool subnet = want->type == ID_IPV4_ADDR_SUBNET || want->type == ID_IPV6_ADDR_SUBNET;

	if ((len != 4 && len != 16) || want->data.len != 2 * len)
		return 0;
	first = bytes(want->data.at, len);
	second = skip(want->data, len);
	if (!subnet)
		return memcmp(have.at, first.at, len) >= 0 && memcmp(have.at, second.at, len) <= 0 ? SCORE_WILDCARD : 0;
	for (size_t i = 0; i < len; i++)
		if ((have.at[i] & second.at[i]) != (first.at[i] & second.at[i]))
			return 0;
	return wildcard_score(mask_bits(second));
}

static bool is_one_address(unsigned type)
{
	return type == ID_IPV4_ADDR || type == ID_IPV6_ADDR;
}

unsigned identity_match(const struct identity *have, const struct identity *want)
{
	if (want->type == ID_ANY)
		return SCORE_ANY;
	if (have->regex) /* a pattern is nobody's identity */
		return 0;
	if (is_one_address(have->type) && is_address_type(want->type) && !is_one_address(want->type) && !want->regex)
		return match_address(have->data, want);
	if (have->type != want->type)
		return 0;
	if (want->regex)
		return match_regex(have, want);
	if (is_name(have->type))
		return match_name(have->data, want->data);
	if (have->type == ID_DER_ASN1_DN)
		return dn_match(have->data, want->data);
	return bytes_equal(have->data, want->data) ? IDENTITY_EXACT : 0;
}

/* --- copies and flat forms --- */

bool identity_copy(struct identity *to, const struct identity *from, struct arena *arena)
{
	struct identity copy = { .type = from->type };

	if (from->regex) {
		copy.regex = arena_str(arena, bytes_str(from->regex));
		if (!copy.regex)
			return false;
		copy.data = bytes_str(copy.regex);
	} else {
		copy.data = arena_copy(arena, from->data);
		if (copy.data.len != from->data.len)
			return false;
	}
	*to = copy;
	return true;
}

struct identity identity_of_addr(const struct addr *a)
{
	unsigned type = addr_len(a) ? pick(a, ID_IPV4_ADDR, ID_IPV6_ADDR) : ID_ANY;

	return (struct identity){ .type = (uint8_t)type, .data = addr_bytes(a) };
}

struct value value_identity(const struct identity *id, struct arena *arena)
{
	uint8_t *flat;

	if (id->regex) /* a pattern has no wire form */
		return value_of(VALUE_TEXT, 0, arena_copy(arena, bytes_str(id->regex)));
	flat = arena_take(arena, id->data.len + 1);
	if (!flat)
		return value_none();
	flat[0] = id->type;
	if (id->data.len)
		memcpy(flat + 1, id->data.at, id->data.len);
	return value_of(VALUE_ID, 0, bytes(flat, id->data.len + 1));
}

bool identity_of_flat(struct identity *id, struct bytes flat)
{
	*id = (struct identity){ 0 };
	if (flat.len == 0)
		return false;
	id->type = flat.at[0];
	id->data = flat.len > 1 ? skip(flat, 1) : bytes_none();
	return true;
}
