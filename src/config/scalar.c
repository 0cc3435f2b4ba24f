/* SPDX-License-Identifier: ISC */
/* The small grammars of configured values. */
#include "config/scalar.h"

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

struct bytes text_trim(struct bytes text)
{
	while (text.len > 0 && is_space(text.at[0])) {
		text.at++;
		text.len--;
	}
	while (text.len > 0 && is_space(text.at[text.len - 1]))
		text.len--;
	return text;
}

bool text_is(struct bytes text, const char *word)
{
	if (text.len != strlen(word))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (lower(text.at[i]) != lower((uint8_t)word[i]))
			return false;
	}
	return true;
}

bool text_starts(struct bytes text, const char *prefix)
{
	size_t len = strlen(prefix);

	return text.len >= len && memcmp(text.at, prefix, len) == 0;
}

/* The value of a hexadecimal digit; 16: none. */
static unsigned digit(uint8_t c)
{
	c = lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10u : 16;
}

/* Reads digits from the front of *text and takes them away. */
static bool read_digits(struct bytes *text, unsigned base, uint64_t *out)
{
	size_t n = 0;

	for (*out = 0; n < text->len && digit(text->at[n]) < base; n++) {
		if (*out > (UINT64_MAX - digit(text->at[n])) / base)
			return false;
		*out = *out * base + digit(text->at[n]);
	}
	text->at += n;
	text->len -= n;
	return n > 0;
}

/* A number in front of *text, which is trimmed before and after. */
static bool read_number(struct bytes *text, uint64_t *out)
{
	*text = text_trim(*text);
	*out = 0;
	if (text->len == 0)
		return true;
	if (text_starts(*text, "0x") || text_starts(*text, "0X")) {
		*text = bytes(text->at + 2, text->len - 2);
		if (!read_digits(text, 16, out))
			return false;
	} else if (!read_digits(text, 10, out)) {
		return false;
	}
	*text = text_trim(*text);
	return true;
}

bool scalar_number(struct bytes text, uint64_t *out)
{
	return read_number(&text, out) && text.len == 0;
}

bool scalar_time(struct bytes text, uint64_t *out)
{
	uint64_t unit = 1;

	if (!read_number(&text, out) || text.len > 1)
		return false;
	if (text.len == 1) {
		switch (lower(text.at[0])) {
		case 's': unit = 1; break;
		case 'm': unit = 60; break;
		case 'h': unit = 3600; break;
		case 'd': unit = 86400; break;
		default: return false;
		}
	}
	if (*out > UINT32_MAX / unit)
		return false;
	*out *= unit;
	return true;
}

bool scalar_decimal(struct bytes text, uint64_t *out)
{
	unsigned behind = 0;
	bool point = false, digits = false;

	text = text_trim(text);
	*out = 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];

		if (c == '.' && !point) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9' || (point && ++behind > 3) || *out > UINT32_MAX)
			return false;
		*out = *out * 10 + (uint64_t)(c - '0');
		digits = true;
	}
	for (; behind < 3; behind++)
		*out *= 10;
	return digits && *out <= UINT32_MAX;
}

bool scalar_bytes(struct bytes text, uint64_t *out)
{
	unsigned shift = 0;

	if (!read_number(&text, out) || text.len > 1)
		return false;
	if (text.len == 1) {
		switch (lower(text.at[0])) {
		case 'k': shift = 10; break;
		case 'm': shift = 20; break;
		case 'g': shift = 30; break;
		default: return false;
		}
	}
	*out = *out > UINT64_MAX >> shift ? UINT64_MAX : *out << shift;
	return true;
}

bool scalar_bool(struct bytes text, bool *out)
{
	static const char *const yes[] = { "yes", "true", "enabled", "1" };
	static const char *const no[] = { "no", "false", "disabled", "0" };

	text = text_trim(text);
	for (size_t i = 0; i < COUNT_OF(yes); i++) {
		if (text_is(text, yes[i]))
			return *out = true;
		if (text_is(text, no[i]))
			return !(*out = false);
	}
	return false;
}

bool list_next(struct bytes *rest, struct bytes *item)
{
	while (rest->len > 0) {
		bool quoted = false;
		size_t n = 0;

		*rest = text_trim(*rest);
		for (; n < rest->len && (quoted || rest->at[n] != ','); n++) {
			if (rest->at[n] == '"' && (n == 0 || quoted))
				quoted = !quoted;
		}
		*item = text_trim(bytes(rest->at, n));
		n += n < rest->len;
		*rest = bytes(rest->at + n, rest->len - n);
		if (item->len >= 2 && item->at[0] == '"' && item->at[item->len - 1] == '"')
			*item = bytes(item->at + 1, item->len - 2);
		if (item->len > 0)
			return true;
	}
	return false;
}

bool scalar_is_encoded(struct bytes text)
{
	return text_starts(text, "0x") || text_starts(text, "0s");
}

/* Colons between digits are skipped; an odd number of digits begins with half a byte. */
static bool decode_hex(struct bytes text, struct arena *arena, struct bytes *out)
{
	uint8_t *to = arena_take(arena, text.len / 2 + 1);
	size_t digits = 0, at;

	if (!to)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (digit(text.at[i]) > 15 && text.at[i] != ':')
			return false;
		digits += text.at[i] != ':';
	}
	at = digits % 2;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == ':')
			continue;
		to[at / 2] = (uint8_t)(to[at / 2] << 4 | digit(text.at[i]));
		at++;
	}
	*out = bytes(to, at / 2);
	return true;
}

/* The value of a base64 digit (RFC 4648 4); 64: none. */
static unsigned digit64(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26u;
	if (c >= '0' && c <= '9')
		return c - '0' + 52u;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

static bool decode_base64(struct bytes text, struct arena *arena, struct bytes *out)
{
	uint8_t *to = arena_take(arena, text.len + 1);
	size_t n = 0, digits = 0;
	uint32_t held = 0;

	if (!to)
		return false;
	for (size_t pads = 0; text.len > 0 && text.at[text.len - 1] == '=' && pads < 2; pads++)
		text.len--;
	for (size_t i = 0; i < text.len; i++) {
		if (is_space(text.at[i]))
			continue;
		if (digit64(text.at[i]) > 63)
			return false;
		held = held << 6 | digit64(text.at[i]);
		if (++digits % 4 != 1)
			to[n++] = (uint8_t)(held >> (6 - 2 * ((digits - 1) % 4)));
	}
	if (digits % 4 == 1)
		return false;
	*out = bytes(to, n);
	return true;
}

bool scalar_decode(struct bytes text, struct arena *arena, struct bytes *out)
{
	if (text_starts(text, "0x"))
		return decode_hex(bytes(text.at + 2, text.len - 2), arena, out);
	if (text_starts(text, "0s"))
		return decode_base64(bytes(text.at + 2, text.len - 2), arena, out);
	*out = text;
	return true;
}

/* log2 in sixteenths, of 1..256. */
static unsigned log2_16(unsigned n)
{
	unsigned bits = 0;

	while (n >> bits >= 2)
		bits++;
	/* linear between the powers of two: at most 0.09 bits too little */
	return bits * 16 + ((n - (1u << bits)) * 16 >> bits);
}

/* How many different characters its kinds have. */
static unsigned pool_of(struct bytes secret)
{
	bool low = false, up = false, dig = false, other = false, binary = false;

	for (size_t i = 0; i < secret.len; i++) {
		uint8_t c = secret.at[i];

		if (c >= 'a' && c <= 'z')
			low = true;
		else if (c >= 'A' && c <= 'Z')
			up = true;
		else if (c >= '0' && c <= '9')
			dig = true;
		else if (c >= 0x20 && c < 0x7f)
			other = true;
		else
			binary = true;
	}
	return binary ? 256 : (low ? 26u : 0) + (up ? 26u : 0) + (dig ? 10u : 0) + (other ? 33u : 0);
}

unsigned secret_bits(struct bytes secret)
{
	bool seen[256] = { false };
	unsigned distinct = 0, each, shown, total = 0;

	if (secret.len == 0)
		return 0;
	for (size_t i = 0; i < secret.len; i++) {
		distinct += !seen[secret.at[i]];
		seen[secret.at[i]] = true;
	}
	each = log2_16(pool_of(secret));
	shown = log2_16(distinct) + 2 * 16; /* random text of this length would show more of its pool */
	each = each < shown ? each : shown;
	for (size_t i = 0; i < secret.len && total < (1u << 20); i++) {
		int step = i ? secret.at[i] - secret.at[i - 1] : 9;

		total += step >= -1 && step <= 1 ? 16 : each;
	}
	return total / 16;
}
