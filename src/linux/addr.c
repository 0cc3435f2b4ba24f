/* SPDX-License-Identifier: ISC */
/*
 * The addresses of this host.
 */
#include "linux/addr.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "linux/system.h"

struct gather {
	struct local_addrs *out;
	size_t cap;
	bool failed;
};

static void add(struct gather *g, const struct addr *a, uint32_t interface)
{
	if (g->out->count == g->cap) {
		size_t cap = g->cap ? g->cap * 2 : 16;
		struct addr *list = realloc(g->out->list, cap * sizeof(*list));
		uint32_t *interfaces = list ? realloc(g->out->interfaces, cap * sizeof(*interfaces)) : NULL;

		if (list)
			g->out->list = list;
		if (!interfaces) {
			g->failed = true;
			return;
		}
		g->out->interfaces = interfaces;
		g->cap = cap;
	}
	g->out->interfaces[g->out->count] = interface;
	g->out->list[g->out->count++] = *a;
}

static void read_addr(void *to, const struct nlmsghdr *m)
{
	const struct ifaddrmsg *head = mnl_nlmsg_get_payload(m);
	struct addr a = { 0 };
	uint32_t flags = head->ifa_flags;
	const struct nlattr *at;
	bool local = false;

	NL_EACH(at, m, sizeof(*head)) {
		uint16_t type = mnl_attr_get_type(at);

		if (type == IFA_LOCAL || (type == IFA_ADDRESS && !local)) /* LOCAL is ours where both stand (point to point) */
			(void)netlink_get_addr(&a, at);
		local = local || type == IFA_LOCAL;
		if (type == IFA_FLAGS)
			flags = mnl_attr_get_u32(at);
	}
	if (a.family == ADDR_NONE || head->ifa_scope >= RT_SCOPE_LINK || (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)))
		return;
	add(to, &a, head->ifa_index);
}

bool local_addrs_read(struct netlink *nl, struct local_addrs *out, struct reason *why, struct arena *arena)
{
	uint8_t room[NETLINK_ROOM];
	struct nlmsghdr *m = netlink_message(room, RTM_GETADDR, NLM_F_DUMP);
	struct gather g = { .out = out };
	bool ok;

	mnl_nlmsg_put_extra_header(m, sizeof(struct ifaddrmsg));
	*out = (struct local_addrs){ 0 };
	ok = netlink_talk(nl, m, read_addr, &g, NULL, "list addresses", why, arena);
	if (ok && g.failed)
		ok = refuse_system(why, arena, ENOMEM, "list addresses");
	if (!ok)
		local_addrs_clear(out);
	return ok;
}

bool local_addrs_equal(const struct local_addrs *a, const struct local_addrs *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!addr_equal(&a->list[i], &b->list[i]) || a->interfaces[i] != b->interfaces[i])
			return false;
	return true;
}

void local_addrs_clear(struct local_addrs *l)
{
	free(l->list);
	free(l->interfaces);
	*l = (struct local_addrs){ 0 };
}

bool local_addrs_within(const struct local_addrs *l, const struct addr *first, const struct addr *last, struct addr *out)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->list[i].family == first->family && addr_compare(&l->list[i], first) >= 0 &&
		    addr_compare(&l->list[i], last) <= 0) {
			*out = l->list[i];
			return true;
		}
	return false;
}
