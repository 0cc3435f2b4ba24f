/* SPDX-License-Identifier: ISC */
/* Addresses, prefixes and paths: compare, parse, print. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned width(const struct addr *a)
{
	return (unsigned)addr_len(a) * 8;
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_compare(a, b) == 0;
}

int addr_compare(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->ip, b->ip, addr_len(a));
}

bool addr_from_bytes(struct addr *a, struct bytes b)
{
	*a = (struct addr){ 0 };
	if (b.len != 4 && b.len != 16)
		return false;
	a->family = b.len == 4 ? ADDR_V4 : ADDR_V6;
	memcpy(a->ip, b.at, b.len);
	return true;
}

bool addr_parse(struct addr *a, struct bytes text)
{
	char buf[INET6_ADDRSTRLEN];

	*a = (struct addr){ 0 };
	if (text.len == 0 || text.len >= sizeof(buf) || memchr(text.at, '\0', text.len))
		return false;
	memcpy(buf, text.at, text.len);
	buf[text.len] = '\0';
	if (inet_pton(AF_INET, buf, a->ip) == 1) {
		a->family = ADDR_V4;
		return true;
	}
	memset(a->ip, 0, sizeof(a->ip));
	if (inet_pton(AF_INET6, buf, a->ip) == 1) {
		a->family = ADDR_V6;
		return true;
	}
	memset(a->ip, 0, sizeof(a->ip));
	return false;
}

void addr_print(struct text *t, const struct addr *a)
{
	char buf[INET6_ADDRSTRLEN] = "%any";

	if (a->family == ADDR_V4)
		(void)inet_ntop(AF_INET, a->ip, buf, sizeof(buf));
	else if (a->family == ADDR_V6)
		(void)inet_ntop(AF_INET6, a->ip, buf, sizeof(buf));
	text_add(t, "%s", buf);
}

bool addr_unspecified(const struct addr *a)
{
	static const uint8_t zero[16];

	return a->family == ADDR_NONE || memcmp(a->ip, zero, addr_len(a)) == 0;
}

bool addr_is_unicast(const struct addr *a)
{
	if (addr_unspecified(a))
		return false;
	return a->family == ADDR_V4 ? a->ip[0] != 0 && a->ip[0] < 224 : a->ip[0] != 0xff;
}

bool addr_add(struct addr *a, uint64_t n)
{
	for (size_t i = addr_len(a); i-- > 0 && n > 0;) {
		unsigned sum = a->ip[i] + (unsigned)(n & 0xff);
		a->ip[i] = (uint8_t)sum;
		n = (n >> 8) + (sum >> 8); /* no carry is lost, not even of UINT64_MAX */
	}
	return n == 0;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && addr_equal(&a->addr, &b->addr);
}

void endpoint_print(struct text *t, const struct endpoint *e)
{
	addr_print(t, &e->addr);
	text_add(t, "[%u]", e->port);
}

bool prefix_parse(struct prefix *p, struct bytes text)
{
	const uint8_t *slash = text.len ? memchr(text.at, '/', text.len) : NULL;
	size_t addr_chars = slash ? (size_t)(slash - text.at) : text.len;
	unsigned bits = 0;

	if (!addr_parse(&p->addr, bytes(text.at, addr_chars)))
		return false;
	p->bits = (uint8_t)width(&p->addr);
	if (!slash)
		return true;
	if (addr_chars + 1 == text.len || text.len - addr_chars > 4)
		return false;
	for (size_t i = addr_chars + 1; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		bits = bits * 10 + (unsigned)(text.at[i] - '0');
	}
	p->bits = (uint8_t)bits;
	return bits <= width(&p->addr);
}

bool prefix_contains(const struct prefix *p, const struct addr *a)
{
	struct addr first = prefix_first(p), last = prefix_last(p);

	return a->family == p->addr.family && addr_compare(&first, a) <= 0 && addr_compare(a, &last) <= 0;
}

/* The address with all bits behind the prefix set to `one`. */
static struct addr fill(const struct prefix *p, bool one)
{
	struct addr a = p->addr;

	for (size_t i = p->bits / 8u; i < addr_len(&a); i++) {
		unsigned mask = i == p->bits / 8u ? 0xffu >> p->bits % 8 : 0xffu;
		a.ip[i] = (uint8_t)(one ? a.ip[i] | mask : a.ip[i] & ~mask);
	}
	return a;
}

struct addr prefix_first(const struct prefix *p)
{
	return fill(p, false);
}

struct addr prefix_last(const struct prefix *p)
{
	return fill(p, true);
}

void prefix_print(struct text *t, const struct prefix *p)
{
	addr_print(t, &p->addr);
	text_add(t, "/%u", p->bits);
}

bool prefix_of_range(struct prefix *out, const struct addr *first, const struct addr *last)
{
	struct prefix p = { *first, 0 };
	struct addr low, high;

	if (first->family != last->family)
		return false;
	while (p.bits < width(first) && !((first->ip[p.bits / 8] ^ last->ip[p.bits / 8]) & 0x80u >> p.bits % 8))
		p.bits++;
	low = prefix_first(&p);
	high = prefix_last(&p);
	*out = p;
	return addr_len(first) > 0 && addr_equal(&low, first) && addr_equal(&high, last);
}

size_t prefixes_of_range(struct prefix *out, size_t max, const struct addr *first, const struct addr *last)
{
	struct addr at = *first;
	size_t count = 0;

	if (first->family != last->family || addr_len(first) == 0)
		return 0;
	while (addr_compare(&at, last) <= 0) {
		struct prefix p = { at, (uint8_t)width(&at) };
		struct addr end = at;

		/* the widest block that starts here and does not reach past `last` */
		for (struct prefix wider = p; wider.bits > 0; p = wider, end = prefix_last(&p)) {
			struct addr wide_first, wide_last;
			wider.bits--;
			wide_first = prefix_first(&wider);
			wide_last = prefix_last(&wider);
			if (!addr_equal(&wide_first, &at) || addr_compare(&wide_last, last) > 0)
				break;
		}
		if (count < max)
			out[count] = p;
		count++;
		at = end;
		if (!addr_add(&at, 1))
			break;
	}
	return count;
}

bool path_equal(const struct path *a, const struct path *b)
{
	return endpoint_equal(&a->local, &b->local) && endpoint_equal(&a->remote, &b->remote) && a->encap == b->encap &&
	       a->stream == b->stream;
}
