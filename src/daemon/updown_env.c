/* SPDX-License-Identifier: ISC */
/* What an updown script finds in its environment. doc/vici.md 16. */
#include "daemon/updown.h"

#include <stdio.h>
#include <string.h>

/* Harmless in an unquoted word; blanks only split it. */
static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("._:/@%+=,- ", c));
}

/* Ends the variable with its NUL. `value` may be NULL: the empty one. */
static void put(struct text *t, const char *name, const char *value)
{
	text_add(t, "%s=", name);
	for (const char *c = value ? value : ""; *c; c++) {
		char one = is_plain(*c) && !(c == value && *c == '-') ? *c : '_';

		text_add_bytes(t, bytes(&one, 1));
	}
	text_add_bytes(t, bytes("", 1));
}

static void put_text(struct text *t, const char *name, struct text *value)
{
	put(t, name, text_str(value));
	t->failed = t->failed || value->failed;
	text_clear(value);
}

static void put_number(struct text *t, const char *name, unsigned long n)
{
	struct text value = { 0 };

	text_add(&value, "%lu", n);
	put_text(t, name, &value);
}

static void put_addr(struct text *t, const char *name, const struct addr *a)
{
	struct text value = { 0 };

	addr_print(&value, a);
	put_text(t, name, &value);
}

static void put_id(struct text *t, const char *name, const struct identity *id)
{
	struct text value = { 0 };

	identity_print(&value, id);
	put_text(t, name, &value);
}

/* The smallest net that holds it: a range has no other form here. */
static void put_net(struct text *t, const char *name, const struct selector *s)
{
	struct prefix p = { .addr = s->first, .bits = (uint8_t)(8 * addr_len(&s->first)) };
	struct text value = { 0 };

	while (p.bits > 0 && !prefix_contains(&p, &s->last))
		p.bits--;
	p.addr = prefix_first(&p);
	addr_print(&value, &p.addr);
	text_add(&value, "/%u", p.bits);
	put_text(t, name, &value);
}

/* 0: any. ICMP: the type and, if it is one, the code. */
static unsigned port_of(const struct selector *s)
{
	return s->port_first == 0 && s->port_last == UINT16_MAX ? 0 : s->port_first;
}

static void put_side(struct text *t, bool mine, const struct selector *s)
{
	put_net(t, mine ? "PLUTO_MY_CLIENT" : "PLUTO_PEER_CLIENT", s);
	put_number(t, mine ? "PLUTO_MY_PORT" : "PLUTO_PEER_PORT", port_of(s));
	put_number(t, mine ? "PLUTO_MY_PROTOCOL" : "PLUTO_PEER_PROTOCOL", s->protocol);
}

bool updown_environment(struct text *t, const struct updown_pair *p)
{
	const struct ike_info *ike = p->ike;
	const struct child_info *child = p->child;
	const struct addr *me = &ike->path.local.addr;
	bool host = addr_equal(&p->local->first, me) && addr_equal(&p->local->last, me);
	char verb[32];

	(void)snprintf(verb, sizeof(verb), "%s-%s%s", p->up ? "up" : "down", host ? "host" : "client",
	               p->local->first.family == ADDR_V6 ? "-v6" : "");
	put(t, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	put(t, "PLUTO_VERSION", "1.1");
	put(t, "PLUTO_VERB", verb);
	put(t, "PLUTO_CONNECTION", child->name);
	put(t, "PLUTO_INTERFACE", p->interface ? p->interface : "unknown");
	put_number(t, "PLUTO_REQID", child->reqid);
	put(t, "PLUTO_PROTO", "esp");
	put_number(t, "PLUTO_UNIQUEID", ike->id);
	put_addr(t, "PLUTO_ME", me);
	put_id(t, "PLUTO_MY_ID", &ike->local_id);
	put_side(t, true, p->local);
	put_addr(t, "PLUTO_PEER", &ike->path.remote.addr);
	put_id(t, "PLUTO_PEER_ID", &ike->remote_id);
	put_side(t, false, p->remote);
	if (child->encap == ENCAP_UDP)
		put_number(t, "PLUTO_UDP_ENC", ike->path.remote.port);
	if (child->conf->hostaccess)
		put(t, "PLUTO_HOST_ACCESS", "1");
	put(t, "ADIT_CONNECTION", ike->connection);
	if (child->conf->tun)
		put(t, "ADIT_TUN", child->conf->tun);
	return !t->failed;
}
