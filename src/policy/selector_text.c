/* SPDX-License-Identifier: ISC */
/* Traffic selectors as text: doc/vici.md 12.2 read, doc/vici.md 8 printed. Names come from tables, not from the system's files. */
#include "iana/ip.h"
#include "policy/selector.h"

/* Services that people name in selectors, as Debian's services(5) spells them. The first name of a port is printed. */
static const struct {
	const char *name;
	uint16_t port;
} services[] = {
	{ "ftp-data", 20 },  { "ftp", 21 },         { "ssh", 22 },           { "telnet", 23 },       { "smtp", 25 },
	{ "domain", 53 },    { "dns", 53 },         { "bootps", 67 },        { "bootpc", 68 },       { "tftp", 69 },
	{ "http", 80 },      { "kerberos", 88 },    { "pop3", 110 },         { "sunrpc", 111 },      { "ntp", 123 },
	{ "imap2", 143 },    { "imap", 143 },       { "snmp", 161 },         { "snmp-trap", 162 },   { "bgp", 179 },
	{ "ldap", 389 },     { "https", 443 },      { "microsoft-ds", 445 }, { "isakmp", 500 },      { "syslog", 514 },
	{ "submission", 587 }, { "ldaps", 636 },    { "domain-s", 853 },     { "imaps", 993 },       { "pop3s", 995 },
	{ "l2f", 1701 },     { "l2tp", 1701 },      { "radius", 1812 },      { "radius-acct", 1813 }, { "nfs", 2049 },
	{ "mysql", 3306 },   { "ms-wbt-server", 3389 }, { "ipsec-nat-t", 4500 }, { "sip", 5060 },    { "postgresql", 5432 },
};

static bool is(struct bytes word, const char *name)
{
	return bytes_equal_nocase(word, bytes_str(name));
}

static bool is_icmp(unsigned protocol)
{
	return protocol == IP_PROTOCOL_ICMP || protocol == IP_PROTOCOL_ICMPV6;
}

/* Decimal, or hexadecimal behind 0x; at most `max`. */
static bool number(struct bytes word, unsigned max, unsigned *out)
{
	unsigned base = 10, n = 0;
	size_t i = 0;

	if (word.len > 2 && word.at[0] == '0' && (word.at[1] | 0x20) == 'x') {
		base = 16;
		i = 2;
	}
	if (word.len == 0)
		return false;
	for (; i < word.len; i++) {
		unsigned c = word.at[i], low = c | 0x20, digit;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if (low >= 'a' && low <= 'f')
			digit = low - 'a' + 10;
		else
			return false;
		if (digit >= base)
			return false;
		n = n * base + digit;
		if (n > max)
			return false;
	}
	*out = n;
	return true;
}

static bool parse_protocol(struct selector *s, struct bytes word)
{
	unsigned n = 0;

	if (word.len == 0 || is(word, "any") || is(word, "%any"))
		return true;
	if (is(word, "icmpv6"))
		n = IP_PROTOCOL_ICMPV6;
	for (unsigned p = 1; n == 0 && p <= UINT8_MAX; p++) {
		const char *name = iana_ip_protocol_name(p);
		if (name && is(word, name))
			n = p;
	}
	if (n == 0 && !number(word, UINT8_MAX, &n))
		return false;
	s->protocol = (uint8_t)n;
	return true;
}

static bool parse_port(struct bytes word, unsigned *port)
{
	if (number(word, UINT16_MAX, port))
		return true;
	for (size_t i = 0; i < COUNT_OF(services); i++) {
		if (is(word, services[i].name)) {
			*port = services[i].port;
			return true;
		}
	}
	return false;
}

/* ICMP: a type, "type(code)", or type x 256 + code. */
static bool parse_icmp(struct selector *s, struct bytes word)
{
	const uint8_t *open = word.len ? memchr(word.at, '(', word.len) : NULL;
	unsigned type, code;

	if (open) {
		size_t n = (size_t)(open - word.at);
		if (word.at[word.len - 1] != ')' || !number(bytes(word.at, n), UINT8_MAX, &type) ||
		    !number(bytes(open + 1, word.len - n - 2), UINT8_MAX, &code))
			return false;
		s->port_first = s->port_last = (uint16_t)(type << 8 | code);
		return true;
	}
	if (!number(word, UINT16_MAX, &type))
		return false;
	s->port_first = (uint16_t)(type < 256 ? type << 8 : type);
	s->port_last = (uint16_t)(type < 256 ? type << 8 | 255 : type);
	return true;
}

static bool parse_ports(struct selector *s, struct bytes word)
{
	const uint8_t *dash = word.len ? memchr(word.at, '-', word.len) : NULL;
	unsigned first, last;

	if (is(word, "any") || is(word, "%any"))
		return true;
	if (is(word, "opaque") || is(word, "%opaque")) {
		s->port_first = UINT16_MAX;
		s->port_last = 0;
		return true;
	}
	if (is_icmp(s->protocol) && !dash)
		return parse_icmp(s, word);
	if (parse_port(word, &first)) { /* also names with a dash in them */
		s->port_first = s->port_last = (uint16_t)first;
		return true;
	}
	if (!dash || !number(bytes(word.at, (size_t)(dash - word.at)), UINT16_MAX, &first) ||
	    !number(bytes(dash + 1, word.len - (size_t)(dash - word.at) - 1), UINT16_MAX, &last) || first > last)
		return false;
	if (is_icmp(s->protocol) && last < 256) {
		first <<= 8;
		last = last << 8 | 255;
	}
	s->port_first = (uint16_t)first;
	s->port_last = (uint16_t)last;
	return true;
}

/* What stands between the brackets: "", "tcp", "tcp/80", "/53". */
static const char *parse_brackets(struct selector *s, struct bytes in)
{
	const uint8_t *slash = in.len ? memchr(in.at, '/', in.len) : NULL;
	size_t n = slash ? (size_t)(slash - in.at) : in.len;

	if (!parse_protocol(s, bytes(in.at, n)))
		return "unknown protocol in a traffic selector";
	if (slash && !parse_ports(s, bytes(slash + 1, in.len - n - 1)))
		return "unknown port in a traffic selector";
	return NULL;
}

/* Where `sep` stands in `b`, or b.len. */
static size_t place_of(struct bytes b, const char *sep)
{
	const uint8_t *p = b.len ? memmem(b.at, b.len, sep, strlen(sep)) : NULL;

	return p ? (size_t)(p - b.at) : b.len;
}

static const char *parse_range(struct selector *s, struct bytes text, size_t at, size_t skip)
{
	if (!addr_parse(&s->first, bytes(text.at, at)) ||
	    !addr_parse(&s->last, bytes(text.at + at + skip, text.len - at - skip)))
		return "a traffic selector has an address that cannot be read";
	if (s->first.family != s->last.family || addr_compare(&s->first, &s->last) > 0)
		return "a traffic selector ends before it begins";
	return NULL;
}

static const char *parse_addresses(struct selector *s, struct bytes text)
{
	size_t dots = place_of(text, ".."), dash = place_of(text, "-");
	struct prefix prefix;

	if (is(text, "dynamic") || is(text, "%dynamic")) {
		s->dynamic = true;
		return NULL;
	}
	if (dots < text.len)
		return parse_range(s, text, dots, 2);
	if (dash < text.len)
		return parse_range(s, text, dash, 1);
	if (!prefix_parse(&prefix, text))
		return "a traffic selector is a subnet, a range or the word dynamic";
	s->first = prefix_first(&prefix);
	s->last = prefix_last(&prefix);
	return NULL;
}

bool selector_parse(struct selector *s, struct bytes text, struct reason *why)
{
	struct selector fresh = { .port_last = UINT16_MAX };
	size_t open = place_of(text, "[");
	const char *wrong = parse_addresses(&fresh, bytes(text.at, open));

	if (!wrong && open < text.len) {
		if (text.at[text.len - 1] != ']')
			wrong = "a traffic selector has a bracket that is not closed";
		else
			wrong = parse_brackets(&fresh, bytes(text.at + open + 1, text.len - open - 2));
	}
	if (wrong) {
		(void)refuse_text(why, REASON_CONFIG, 0, wrong);
		why->got = value_of(VALUE_TEXT, 0, text);
		return false;
	}
	*s = fresh;
	return true;
}

/* --- printing --- */

static void print_addresses(struct text *t, const struct selector *s)
{
	struct prefix one;

	if (s->dynamic) {
		text_add(t, "dynamic");
	} else if (prefix_of_range(&one, &s->first, &s->last)) {
		prefix_print(t, &one);
	} else {
		addr_print(t, &s->first);
		text_add(t, "..");
		addr_print(t, &s->last);
	}
}

static void print_port(struct text *t, unsigned protocol, unsigned port)
{
	if (is_icmp(protocol)) {
		text_add(t, "%u(%u)", port >> 8, port & 255);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(services); i++) {
		if (services[i].port == port && (protocol == IP_PROTOCOL_TCP || protocol == IP_PROTOCOL_UDP)) {
			text_add(t, "%s", services[i].name);
			return;
		}
	}
	text_add(t, "%u", port);
}

static void print_ports(struct text *t, const struct selector *s)
{
	bool whole_types = (s->port_first & 255) == 0 && (s->port_last & 255) == 255;

	if (s->port_first > s->port_last) {
		text_add(t, "OPAQUE");
	} else if (is_icmp(s->protocol) && whole_types) {
		text_add(t, "%u", s->port_first >> 8);
		if (s->port_first >> 8 != s->port_last >> 8)
			text_add(t, "-%u", s->port_last >> 8);
	} else if (s->port_first == s->port_last) {
		print_port(t, s->protocol, s->port_first);
	} else {
		text_add(t, "%u-%u", s->port_first, s->port_last);
	}
}

void selector_print(struct text *t, const struct selector *s)
{
	const char *name = iana_ip_protocol_name(s->protocol);
	bool any_port = s->port_first == 0 && s->port_last == UINT16_MAX;

	print_addresses(t, s);
	if (s->protocol == 0 && any_port)
		return;
	if (s->protocol && name)
		text_add(t, "[%s", name);
	else
		text_add(t, "[%u", s->protocol);
	if (!any_port) {
		text_add(t, "/");
		print_ports(t, s);
	}
	text_add(t, "]");
}

void selectors_print(struct text *t, const struct selectors *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		text_add(t, "%s", i ? ", " : "");
		selector_print(t, &s->list[i]);
	}
}
