/* SPDX-License-Identifier: ISC */
/*
 * Routes, rules and links over rtnetlink.
 */
#include "linux/routes.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "base/text.h"

#define TUN_QUEUE 1000u /* packets: what comes while a handshake is computed */

static unsigned char system_family(uint8_t family)
{
	return family == ADDR_V4 ? AF_INET : AF_INET6;
}

static bool same_prefix(const struct prefix *a, const struct prefix *b)
{
	return addr_equal(&a->addr, &b->addr) && a->bits == b->bits;
}

/* --- routes --- */

bool route_equal(const struct route *a, const struct route *b)
{
	return same_prefix(&a->to, &b->to) && a->table == b->table && a->interface == b->interface && a->mtu == b->mtu &&
	    addr_equal(&a->source, &b->source);
}

static struct nlmsghdr *route_message(void *room, const struct route *r, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *m = netlink_message(room, type, flags);
	struct rtmsg *head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	struct addr to = prefix_first(&r->to);

	head->rtm_family = system_family(r->to.addr.family);
	head->rtm_dst_len = r->to.bits;
	head->rtm_table = RT_TABLE_UNSPEC;
	head->rtm_protocol = ROUTE_PROTOCOL;
	head->rtm_scope = r->interface ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	head->rtm_type = r->interface ? RTN_UNICAST : RTN_THROW;
	if (r->to.addr.family == ADDR_V6)
		head->rtm_scope = RT_SCOPE_UNIVERSE;
	netlink_put_addr(m, RTA_DST, &to);
	mnl_attr_put_u32(m, RTA_TABLE, r->table);
	if (r->interface)
		mnl_attr_put_u32(m, RTA_OIF, r->interface);
	return m;
}

static void describe(struct text *t, const char *verb, const struct route *r)
{
	text_add(t, "%s route to ", verb);
	prefix_print(t, &r->to);
	text_add(t, " in table %u", r->table);
}

bool route_add(struct netlink *nl, const struct route *r, struct reason *why, struct arena *arena)
{
	uint8_t room[NETLINK_ROOM];
	struct nlmsghdr *m = route_message(room, r, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
	struct text what = { 0 };
	bool ok;

	if (r->source.family != ADDR_NONE)
		netlink_put_addr(m, RTA_PREFSRC, &r->source);
	if (r->mtu) {
		struct nlattr *metrics = mnl_attr_nest_start(m, RTA_METRICS);

		mnl_attr_put_u32(m, RTAX_MTU, r->mtu);
		mnl_attr_nest_end(m, metrics);
	}
	describe(&what, "set", r);
	ok = netlink_talk(nl, m, NULL, NULL, NULL, text_str(&what), why, arena);
	text_clear(&what);
	return ok;
}

void route_remove(struct netlink *nl, const struct route *r, struct arena *arena)
{
	uint8_t room[NETLINK_ROOM];
	struct reason why = { 0 };

	(void)netlink_talk(nl, route_message(room, r, RTM_DELROUTE, 0), NULL, NULL, NULL, "remove route", &why, arena);
}

/* --- rules --- */

static void put_ports(struct nlmsghdr *m, uint16_t attribute, const uint16_t ports[2])
{
	struct fib_rule_port_range range = { ports[0], ports[1] };

	if (ports[0] || ports[1])
		mnl_attr_put(m, attribute, sizeof(range), &range);
}

static struct nlmsghdr *rule_message(void *room, const struct rule *r, uint16_t type, uint16_t flags)
{
	static const uint8_t actions[] = { [RULE_LOOKUP] = FR_ACT_TO_TBL, [RULE_GOTO] = FR_ACT_GOTO, [RULE_NOP] = FR_ACT_NOP };
	struct nlmsghdr *m = netlink_message(room, type, flags);
	struct fib_rule_hdr *head = mnl_nlmsg_put_extra_header(m, sizeof(*head));

	head->family = system_family(r->family);
	head->action = actions[r->action];
	mnl_attr_put_u32(m, FRA_PRIORITY, r->priority);
	mnl_attr_put_u8(m, FRA_PROTOCOL, ROUTE_PROTOCOL);
	if (r->action == RULE_LOOKUP)
		mnl_attr_put_u32(m, FRA_TABLE, r->table);
	if (r->action == RULE_GOTO)
		mnl_attr_put_u32(m, FRA_GOTO, r->target);
	if (r->mark) {
		mnl_attr_put_u32(m, FRA_FWMARK, r->mark);
		mnl_attr_put_u32(m, FRA_FWMASK, UINT32_MAX);
	}
	if (r->local_only)
		mnl_attr_put_strz(m, FRA_IIFNAME, "lo");
	if (r->from.addr.family != ADDR_NONE) {
		head->src_len = r->from.bits;
		netlink_put_addr(m, FRA_SRC, &r->from.addr);
	}
	if (r->to.addr.family != ADDR_NONE) {
		head->dst_len = r->to.bits;
		netlink_put_addr(m, FRA_DST, &r->to.addr);
	}
	if (r->protocol)
		mnl_attr_put_u8(m, FRA_IP_PROTO, r->protocol);
	put_ports(m, FRA_SPORT_RANGE, r->source_port);
	put_ports(m, FRA_DPORT_RANGE, r->destination_port);
	return m;
}

bool rule_equal(const struct rule *a, const struct rule *b)
{
	return a->family == b->family && a->priority == b->priority && a->action == b->action && a->table == b->table &&
	    a->target == b->target && a->mark == b->mark && a->local_only == b->local_only && same_prefix(&a->from, &b->from) &&
	    same_prefix(&a->to, &b->to) && a->protocol == b->protocol &&
	    memcmp(a->source_port, b->source_port, sizeof(a->source_port)) == 0 &&
	    memcmp(a->destination_port, b->destination_port, sizeof(a->destination_port)) == 0;
}

bool rule_add(struct netlink *nl, const struct rule *r, struct reason *why, struct arena *arena)
{
	uint8_t room[NETLINK_ROOM];
	int error;

	return netlink_talk(nl, rule_message(room, r, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL), NULL, NULL, &error,
	    "set routing rule", why, arena) || error == EEXIST;
}

void rule_remove(struct netlink *nl, const struct rule *r, struct arena *arena)
{
	uint8_t room[NETLINK_ROOM];
	struct reason why = { 0 };

	(void)netlink_talk(nl, rule_message(room, r, RTM_DELRULE, 0), NULL, NULL, NULL, "remove routing rule", &why, arena);
}

/* --- what a killed predecessor left --- */

/* Messages found in a dump, to be sent back as deletions. Bounded: the rest goes with the next round. */
struct found {
	uint32_t table;
	uint8_t *room; /* owned */
	size_t len, cap;
};

static void keep(struct found *f, const struct nlmsghdr *m, uint16_t type)
{
	struct nlmsghdr *copy;

	if (f->len + NL_ALIGNED(m->nlmsg_len) > f->cap)
		return;
	memcpy(f->room + f->len, m, m->nlmsg_len);
	copy = (struct nlmsghdr *)(void *)(f->room + f->len);
	copy->nlmsg_type = type;
	copy->nlmsg_flags = NLM_F_REQUEST;
	copy->nlmsg_pid = 0;
	f->len += NL_ALIGNED(m->nlmsg_len);
}

static void our_rule(void *to, const struct nlmsghdr *m)
{
	const struct nlattr *a;

	NL_EACH(a, m, sizeof(struct fib_rule_hdr)) {
		if (mnl_attr_get_type(a) == FRA_PROTOCOL && mnl_attr_get_u8(a) == ROUTE_PROTOCOL)
			keep(to, m, RTM_DELRULE);
	}
}

static void our_route(void *to, const struct nlmsghdr *m)
{
	const struct rtmsg *head = mnl_nlmsg_get_payload(m);
	struct found *f = to;
	const struct nlattr *a;
	uint32_t table = head->rtm_table;

	NL_EACH(a, m, sizeof(*head)) {
		if (mnl_attr_get_type(a) == RTA_TABLE)
			table = mnl_attr_get_u32(a);
	}
	if (head->rtm_protocol == ROUTE_PROTOCOL && (table == f->table || table == f->table + 1))
		keep(f, m, RTM_DELROUTE);
}

static void clean(struct netlink *nl, unsigned char family, uint16_t get, uint32_t table, struct arena *arena)
{
	uint8_t found_room[32768], room[NETLINK_ROOM];

	for (unsigned round = 0; round < 64; round++) {
		struct found f = { .table = table, .room = found_room, .cap = sizeof(found_room) };
		struct nlmsghdr *m = netlink_message(room, get, NLM_F_DUMP);
		struct rtmsg *head = mnl_nlmsg_put_extra_header(m, sizeof(struct fib_rule_hdr)); /* the same size as an rtmsg */
		struct reason why = { 0 };

		head->rtm_family = family;
		if (!netlink_talk(nl, m, get == RTM_GETRULE ? our_rule : our_route, &f, NULL, "list", &why, arena) || f.len == 0)
			return;
		for (size_t at = 0; at < f.len;) {
			struct nlmsghdr *old = (struct nlmsghdr *)(void *)(f.room + at);

			at += NL_ALIGNED(old->nlmsg_len);
			(void)netlink_talk(nl, old, NULL, NULL, NULL, "remove", &why, arena);
		}
	}
}

void route_clean(struct netlink *nl, uint32_t table, struct arena *arena)
{
	static const unsigned char families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < COUNT_OF(families); i++) {
		clean(nl, families[i], RTM_GETRULE, table, arena);
		clean(nl, families[i], RTM_GETROUTE, table, arena);
	}
}

/* --- questions --- */

static void read_route(void *to, const struct nlmsghdr *m)
{
	const struct rtmsg *head = mnl_nlmsg_get_payload(m);
	struct route_answer *out = to;
	const struct nlattr *a, *metric;

	out->local = head->rtm_type == RTN_LOCAL;
	NL_EACH(a, m, sizeof(*head)) {
		switch (mnl_attr_get_type(a)) {
		case RTA_PREFSRC: (void)netlink_get_addr(&out->source, a); break;
		case RTA_OIF: out->interface = mnl_attr_get_u32(a); break;
		case RTA_METRICS:
			NL_EACH_NESTED(metric, a) {
				if (mnl_attr_get_type(metric) == RTAX_MTU)
					out->mtu = mnl_attr_get_u32(metric);
			}
			break;
		default: break;
		}
	}
}

static void read_link_mtu(void *to, const struct nlmsghdr *m)
{
	const struct nlattr *a;

	NL_EACH(a, m, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(a) == IFLA_MTU)
			*(uint32_t *)to = mnl_attr_get_u32(a);
	}
}

static uint32_t link_mtu(struct netlink *nl, uint32_t interface, struct arena *arena)
{
	uint8_t room[NETLINK_ROOM];
	struct nlmsghdr *m = netlink_message(room, RTM_GETLINK, 0);
	struct ifinfomsg *head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	struct reason why = { 0 };
	uint32_t mtu = 0;

	head->ifi_index = (int)interface;
	return netlink_talk(nl, m, read_link_mtu, &mtu, NULL, "MTU", &why, arena) ? mtu : 0;
}

bool route_get(struct netlink *nl, const struct addr *to, uint32_t mark, struct route_answer *out, struct reason *why,
    struct arena *arena)
{
	uint8_t room[NETLINK_ROOM];
	struct nlmsghdr *m = netlink_message(room, RTM_GETROUTE, 0);
	struct rtmsg *head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	struct text what = { 0 };
	bool ok;

	*out = (struct route_answer){ 0 };
	head->rtm_family = system_family(to->family);
	head->rtm_dst_len = (uint8_t)(addr_len(to) * 8);
	netlink_put_addr(m, RTA_DST, to);
	if (mark)
		mnl_attr_put_u32(m, RTA_MARK, mark);
	text_add(&what, "route to ");
	addr_print(&what, to);
	ok = netlink_talk(nl, m, read_route, out, NULL, text_str(&what), why, arena);
	text_clear(&what);
	if (!ok) {
		if (why->kind == REASON_SYSTEM)
			why->kind = REASON_NO_ADDRESS;
		return false;
	}
	if (out->mtu == 0 && out->interface)
		out->mtu = link_mtu(nl, out->interface, arena);
	return true;
}

bool link_up(struct netlink *nl, uint32_t interface, uint32_t mtu, struct reason *why, struct arena *arena)
{
	uint8_t room[NETLINK_ROOM];
	struct nlmsghdr *m = netlink_message(room, RTM_NEWLINK, 0);
	struct ifinfomsg *head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	struct nlattr *families, *six;

	head->ifi_index = (int)interface;
	if (mtu)
		mnl_attr_put_u32(m, IFLA_MTU, mtu);
	mnl_attr_put_u32(m, IFLA_TXQLEN, TUN_QUEUE);
	families = mnl_attr_nest_start(m, IFLA_AF_SPEC);
	six = mnl_attr_nest_start(m, AF_INET6);
	mnl_attr_put_u8(m, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(m, six);
	mnl_attr_nest_end(m, families);
	if (!netlink_talk(nl, m, NULL, NULL, NULL, "configure the TUN", why, arena)) { /* perhaps no IPv6 here */
		m = netlink_message(room, RTM_NEWLINK, 0);
		head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
		head->ifi_index = (int)interface;
		if (mtu)
			mnl_attr_put_u32(m, IFLA_MTU, mtu);
		if (!netlink_talk(nl, m, NULL, NULL, NULL, "configure the TUN", why, arena))
			return false;
	}
	m = netlink_message(room, RTM_NEWLINK, 0);
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	head->ifi_index = (int)interface;
	head->ifi_flags = head->ifi_change = IFF_UP;
	return netlink_talk(nl, m, NULL, NULL, NULL, "set the TUN up", why, arena);
}
