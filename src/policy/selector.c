/* SPDX-License-Identifier: ISC */
/* Traffic selectors: what is inside what, what two have in common, narrowing, and which packet fits. RFC 7296 2.9, RFC 4301. */
#include "policy/selector.h"

#include "base/reader.h"
#include "base/writer.h"
#include "iana/ikev2.h"

static bool ports_any(const struct selector *s)
{
	return s->port_first == 0 && s->port_last == UINT16_MAX;
}

/* The ports cannot be looked at, RFC 7296 3.13.1. */
static bool ports_opaque(const struct selector *s)
{
	return s->port_first == UINT16_MAX && s->port_last == 0;
}

bool selector_equal(const struct selector *a, const struct selector *b)
{
	return addr_equal(&a->first, &b->first) && addr_equal(&a->last, &b->last) && a->protocol == b->protocol &&
	       a->port_first == b->port_first && a->port_last == b->port_last && a->dynamic == b->dynamic;
}

/* ANY holds OPAQUE, a range of ports does not (RFC 4301 4.4.1.1). */
static bool ports_inside(const struct selector *inner, const struct selector *outer)
{
	if (ports_any(outer))
		return true;
	if (ports_opaque(inner) || ports_opaque(outer))
		return ports_opaque(inner) && ports_opaque(outer);
	return inner->port_first >= outer->port_first && inner->port_last <= outer->port_last;
}

bool selectors_same(const struct selectors *a, const struct selectors *b)
{
	for (uint16_t i = 0; a->count == b->count && i < a->count; i++)
		if (!selector_equal(&a->list[i], &b->list[i]))
			return false;
	return a->count == b->count;
}

bool selector_inside(const struct selector *inner, const struct selector *outer)
{
	return inner->first.family == outer->first.family && inner->dynamic == outer->dynamic &&
	       addr_compare(&inner->first, &outer->first) >= 0 && addr_compare(&inner->last, &outer->last) <= 0 &&
	       (outer->protocol == 0 || outer->protocol == inner->protocol) && ports_inside(inner, outer);
}

bool selectors_hold(const struct selectors *outer, const struct selector *inner)
{
	for (unsigned i = 0; i < outer->count; i++)
		if (selector_inside(inner, &outer->list[i]))
			return true;
	return false;
}

static bool ports_overlap(struct selector *out, const struct selector *a, const struct selector *b)
{
	const struct selector *narrower = ports_inside(a, b) ? a : b;

	out->port_first = narrower->port_first;
	out->port_last = narrower->port_last;
	if (ports_inside(a, b) || ports_inside(b, a))
		return true;
	if (ports_opaque(a) || ports_opaque(b))
		return false;
	out->port_first = a->port_first > b->port_first ? a->port_first : b->port_first;
	out->port_last = a->port_last < b->port_last ? a->port_last : b->port_last;
	return out->port_first <= out->port_last;
}

bool selector_overlap(struct selector *out, const struct selector *a, const struct selector *b)
{
	struct selector s = { 0 };

	if (a->first.family != b->first.family || a->dynamic || b->dynamic)
		return false;
	if (a->protocol && b->protocol && a->protocol != b->protocol)
		return false;
	s.protocol = a->protocol ? a->protocol : b->protocol;
	s.first = addr_compare(&a->first, &b->first) > 0 ? a->first : b->first;
	s.last = addr_compare(&a->last, &b->last) < 0 ? a->last : b->last;
	if (addr_compare(&s.first, &s.last) > 0 || !ports_overlap(&s, a, b))
		return false;
	*out = s;
	return true;
}

/* --- packets --- */

static bool port_fits(const struct selector *s, bool known, uint16_t port)
{
	if (!known)
		return ports_any(s) || ports_opaque(s);
	return port >= s->port_first && port <= s->port_last;
}

static bool end_fits(const struct selectors *list, const struct addr *addr, const struct packet_key *key, uint16_t port)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct selector *s = &list->list[i];

		if (s->first.family == addr->family && (s->protocol == 0 || s->protocol == key->protocol) &&
		    addr_compare(&s->first, addr) <= 0 && addr_compare(addr, &s->last) <= 0 &&
		    port_fits(s, key->ports_known, port))
			return true;
	}
	return false;
}

bool selectors_match(const struct selectors *local, const struct selectors *remote, const struct packet_key *key, bool outbound)
{
	const struct selectors *source = outbound ? local : remote, *destination = outbound ? remote : local;

	return addr_len(&key->source) > 0 && key->source.family == key->destination.family &&
	       end_fits(source, &key->source, key, key->source_port) &&
	       end_fits(destination, &key->destination, key, key->destination_port);
}

/* --- lists --- */

static bool list_new(struct selectors *out, unsigned count, struct arena *arena)
{
	*out = (struct selectors){ .list = arena_array(arena, count, sizeof(struct selector)) };
	return out->list != NULL;
}

bool selectors_copy(struct selectors *out, const struct selectors *from, struct arena *arena)
{
	struct selectors copy;

	if (!list_new(&copy, from->count, arena))
		return false;
	if (from->count)
		memcpy(copy.list, from->list, from->count * sizeof(*from->list));
	copy.count = from->count;
	*out = copy;
	return true;
}

bool selectors_resolve(struct selectors *out, const struct selectors *conf, const struct addr *addr, struct arena *arena)
{
	struct selectors resolved;

	if (!list_new(&resolved, conf->count, arena))
		return false;
	for (unsigned i = 0; i < conf->count; i++) {
		struct selector s = conf->list[i];

		if (s.dynamic && addr_len(addr) == 0)
			continue;
		if (s.dynamic)
			s.first = s.last = *addr;
		s.dynamic = false;
		resolved.list[resolved.count++] = s;
	}
	*out = resolved;
	return true;
}

/* Adds `s` unless it is inside one that is there; takes the place of those that are inside it. Bounded by SELECTORS_MAX. */
static void merge(struct selectors *list, const struct selector *s)
{
	unsigned kept = 0;
	bool placed = false;

	for (unsigned i = 0; i < list->count; i++)
		if (selector_inside(s, &list->list[i]))
			return;
	for (unsigned i = 0; i < list->count; i++) {
		if (!selector_inside(&list->list[i], s)) {
			list->list[kept++] = list->list[i];
		} else if (!placed) {
			list->list[kept++] = *s;
			placed = true;
		}
	}
	list->count = (uint16_t)kept;
	if (!placed && list->count < SELECTORS_MAX) /* past it the peer gets less than it could have, which is legal */
		list->list[list->count++] = *s;
}

/* The first of several, with one address, is the packet that the initiator wants to send (RFC 7296 2.9). */
static const struct selector *trigger_of(const struct selectors *offered)
{
	if (offered->count > 1 && addr_equal(&offered->list[0].first, &offered->list[0].last))
		return &offered->list[0];
	return NULL;
}

/* Intersections that hold `trigger` (`with`), or all others. */
static void intersect(struct selectors *out, const struct selectors *configured, const struct selectors *offered,
                      const struct selector *trigger, bool with)
{
	struct selector s;

	for (unsigned c = 0; c < configured->count; c++)
		for (unsigned o = 0; o < offered->count; o++)
			if (selector_overlap(&s, &configured->list[c], &offered->list[o]) &&
			    (trigger && selector_inside(trigger, &s)) == with)
				merge(out, &s);
}

bool selectors_narrow(struct selectors *out, const struct selectors *configured, const struct selectors *offered,
                      struct conf_at where, struct arena *arena, struct reason *why)
{
	const struct selector *trigger = trigger_of(offered);
	struct selectors narrowed;

	if (!list_new(&narrowed, SELECTORS_MAX, arena))
		return refuse_text(why, REASON_MEMORY, 0, "traffic selectors");
	intersect(&narrowed, configured, offered, trigger, true);
	intersect(&narrowed, configured, offered, trigger, false);
	if (narrowed.count == 0)
		return refuse(why, REASON_TS, IKEV2_NOTIFY_TS_UNACCEPTABLE, value_selectors(offered, arena),
		              value_selectors(configured, arena), where);
	*out = narrowed;
	return true;
}

bool selectors_accept(const struct selectors *offered, const struct selectors *answered, struct conf_at where,
                      struct arena *arena, struct reason *why)
{
	bool ok = answered->count > 0;

	for (unsigned i = 0; i < answered->count; i++)
		ok = ok && selectors_hold(offered, &answered->list[i]);
	if (ok)
		return true;
	(void)refuse(why, REASON_TS, IKEV2_NOTIFY_TS_UNACCEPTABLE, value_selectors(answered, arena),
	             value_selectors(offered, arena), where);
	why->about = value_text("the answer is wider than what was offered");
	return false;
}

/*
 * The body of a TS payload, RFC 7296 3.13:
 *
 *     count | 0 0 0          then of each:    type | protocol | length (2) | first port (2) | last port (2) | first | last
 */
enum { TS_HEADER = 4, SELECTOR_HEADER = 8 };

static bool selector_read(struct selector *s, struct reader *r, size_t addr_size)
{
	s->port_first = rd_u16(r);
	s->port_last = rd_u16(r);
	return addr_from_bytes(&s->first, rd_bytes(r, addr_size)) && addr_from_bytes(&s->last, rd_bytes(r, addr_size)) &&
	       rd_done(r) && addr_compare(&s->first, &s->last) <= 0 && (s->port_first <= s->port_last || ports_opaque(s));
}

bool selectors_read(struct selectors *out, struct bytes body, struct arena *arena)
{
	struct reader r = reader(body);
	unsigned count = rd_u8(&r);
	struct selectors list;

	*out = (struct selectors){ 0 };
	(void)rd_bytes(&r, 3); /* RESERVED */
	if (!rd_ok(&r) || count == 0 || count > r.left / SELECTOR_HEADER || !list_new(&list, count, arena))
		return false;
	for (unsigned i = 0; i < count; i++) {
		unsigned type = rd_u8(&r), protocol = rd_u8(&r), length = rd_u16(&r);
		struct reader sub = rd_sub(&r, length < 4 ? r.left + 1 : length - 4);
		struct selector s = { .protocol = (uint8_t)protocol };

		if (!rd_ok(&sub))
			return false;
		if (type != IKEV2_TS_IPV4_ADDR_RANGE && type != IKEV2_TS_IPV6_ADDR_RANGE)
			continue; /* other sorts (labels, RFC 9478) say nothing to us */
		if (!selector_read(&s, &sub, type == IKEV2_TS_IPV4_ADDR_RANGE ? 4 : 16))
			return false;
		list.list[list.count++] = s;
	}
	if (!rd_done(&r))
		return false;
	*out = list;
	return true;
}

struct bytes selectors_flat(const struct selectors *s, struct arena *arena)
{
	struct writer w;
	size_t size = TS_HEADER;

	if (s->count > SELECTORS_MAX)
		return bytes_none();
	for (unsigned i = 0; i < s->count; i++)
		size += SELECTOR_HEADER + 2 * addr_len(&s->list[i].first);
	w = writer(arena_take(arena, size), size);
	if (!w.at)
		return bytes_none();
	wr_zero(&w, TS_HEADER);
	for (unsigned i = 0; i < s->count; i++) {
		const struct selector *ts = &s->list[i];
		size_t len = addr_len(&ts->first);

		if (len == 0)
			continue; /* `dynamic` that is not resolved has no form on the wire */
		wr_u8(&w, len == 4 ? IKEV2_TS_IPV4_ADDR_RANGE : IKEV2_TS_IPV6_ADDR_RANGE);
		wr_u8(&w, ts->protocol);
		wr_u16(&w, (uint16_t)(SELECTOR_HEADER + 2 * len));
		wr_u16(&w, ts->port_first);
		wr_u16(&w, ts->port_last);
		wr_bytes(&w, addr_bytes(&ts->first));
		wr_bytes(&w, addr_bytes(&ts->last));
		w.at[0]++;
	}
	return wr_done(&w);
}

struct value value_selectors(const struct selectors *s, struct arena *arena)
{
	return value_of(VALUE_TS, 0, selectors_flat(s, arena));
}
