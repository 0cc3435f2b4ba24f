/* SPDX-License-Identifier: ISC */
/*
 * The nftables table, as nfnetlink messages: chains `mark` (prerouting), `in` (input), `fwd` (forward), `drops`, and `out`
 * (output, routed anew).
 */
#include "linux/nft.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "iana/ip.h"
#include "linux/system.h"

#define TABLE "adit"
#define LOOPBACK 1u       /* the index of `lo` in every namespace */
#define RULE_ROOM 2048u   /* more than one rule needs */
#define CHAIN_DROPS "drops"

/* A transaction in the making. */
struct batch {
	uint8_t *room; /* owned */
	size_t len, cap;
	uint32_t sequence;
	bool failed;
};

static struct nlmsghdr *open_message(struct batch *b, uint16_t type, uint16_t flags, uint8_t family, uint16_t res)
{
	struct nlmsghdr *m;
	struct nfgenmsg *head;

	if (b->failed)
		return NULL;
	if (b->len + RULE_ROOM > b->cap) {
		size_t cap = b->cap ? b->cap * 2 : 16384;
		uint8_t *room = realloc(b->room, cap);

		if (!room) {
			b->failed = true;
			return NULL;
		}
		b->room = room;
		b->cap = cap;
	}
	m = netlink_message(b->room + b->len, type, flags);
	m->nlmsg_seq = b->sequence;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	head->nfgen_family = family;
	head->version = NFNETLINK_V0;
	head->res_id = htons(res);
	return m;
}

static void close_message(struct batch *b, const struct nlmsghdr *m)
{
	b->len += NL_ALIGNED(m->nlmsg_len);
}

static void batch_border(struct batch *b, uint16_t type)
{
	struct nlmsghdr *m = open_message(b, type, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);

	if (m)
		close_message(b, m);
}

static struct nlmsghdr *nft_message(struct batch *b, unsigned type, uint16_t flags)
{
	return open_message(b, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, NFPROTO_INET, 0);
}

/* nftables' numbers are in network order, what they compare is as it lies in the packet or register. */
static void put_be(struct nlmsghdr *m, uint16_t attribute, uint32_t value)
{
	mnl_attr_put_u32(m, attribute, htonl(value));
}

/* --- table and chains --- */

static void put_table(struct batch *b, unsigned type, uint16_t flags)
{
	struct nlmsghdr *m = nft_message(b, type, flags);

	if (!m)
		return;
	mnl_attr_put_strz(m, NFTA_TABLE_NAME, TABLE);
	close_message(b, m);
}

/* hook below 0: a chain that is only jumped to. A chain of type "route" looks again for a route when the mark has changed. */
static void put_chain(struct batch *b, const char *name, const char *type, int hook, int priority)
{
	struct nlmsghdr *m = nft_message(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nlattr *nest;

	if (!m)
		return;
	mnl_attr_put_strz(m, NFTA_CHAIN_TABLE, TABLE);
	mnl_attr_put_strz(m, NFTA_CHAIN_NAME, name);
	if (hook >= 0) {
		nest = mnl_attr_nest_start(m, NFTA_CHAIN_HOOK);
		put_be(m, NFTA_HOOK_HOOKNUM, (uint32_t)hook);
		put_be(m, NFTA_HOOK_PRIORITY, (uint32_t)priority);
		mnl_attr_nest_end(m, nest);
		mnl_attr_put_strz(m, NFTA_CHAIN_TYPE, type);
		put_be(m, NFTA_CHAIN_POLICY, NF_ACCEPT);
	}
	close_message(b, m);
}

/* --- rules --- */

struct rule_writer {
	struct nlmsghdr *m; /* NULL: out of memory */
	struct nlattr *list;
	struct nlattr *element, *data;
};

static struct rule_writer rule_open(struct batch *b, const char *chain)
{
	struct rule_writer w = { .m = nft_message(b, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND) };

	if (!w.m)
		return w;
	mnl_attr_put_strz(w.m, NFTA_RULE_TABLE, TABLE);
	mnl_attr_put_strz(w.m, NFTA_RULE_CHAIN, chain);
	w.list = mnl_attr_nest_start(w.m, NFTA_RULE_EXPRESSIONS);
	return w;
}

static void rule_close(struct batch *b, struct rule_writer *w)
{
	if (!w->m)
		return;
	mnl_attr_nest_end(w->m, w->list);
	close_message(b, w->m);
}

static bool expr_open(struct rule_writer *w, const char *name)
{
	if (!w->m)
		return false;
	w->element = mnl_attr_nest_start(w->m, NFTA_LIST_ELEM);
	mnl_attr_put_strz(w->m, NFTA_EXPR_NAME, name);
	w->data = mnl_attr_nest_start(w->m, NFTA_EXPR_DATA);
	return true;
}

static void expr_close(struct rule_writer *w)
{
	mnl_attr_nest_end(w->m, w->data);
	mnl_attr_nest_end(w->m, w->element);
}

static void put_value(struct rule_writer *w, uint16_t attribute, const void *value, size_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(w->m, attribute);

	mnl_attr_put(w->m, NFTA_DATA_VALUE, len, value);
	mnl_attr_nest_end(w->m, nest);
}

static void load_meta(struct rule_writer *w, uint32_t key)
{
	if (!expr_open(w, "meta"))
		return;
	put_be(w->m, NFTA_META_DREG, NFT_REG_1);
	put_be(w->m, NFTA_META_KEY, key);
	expr_close(w);
}

static void load_payload(struct rule_writer *w, uint32_t base, uint32_t offset, uint32_t len)
{
	if (!expr_open(w, "payload"))
		return;
	put_be(w->m, NFTA_PAYLOAD_DREG, NFT_REG_1);
	put_be(w->m, NFTA_PAYLOAD_BASE, base);
	put_be(w->m, NFTA_PAYLOAD_OFFSET, offset);
	put_be(w->m, NFTA_PAYLOAD_LEN, len);
	expr_close(w);
}

static void compare(struct rule_writer *w, uint32_t how, const void *value, size_t len)
{
	if (!expr_open(w, "cmp"))
		return;
	put_be(w->m, NFTA_CMP_SREG, NFT_REG_1);
	put_be(w->m, NFTA_CMP_OP, how);
	put_value(w, NFTA_CMP_DATA, value, len);
	expr_close(w);
}

static void compare_range(struct rule_writer *w, bool inside, const void *first, const void *last, size_t len)
{
	if (!expr_open(w, "range"))
		return;
	put_be(w->m, NFTA_RANGE_SREG, NFT_REG_1);
	put_be(w->m, NFTA_RANGE_OP, inside ? NFT_RANGE_EQ : NFT_RANGE_NEQ);
	put_value(w, NFTA_RANGE_FROM_DATA, first, len);
	put_value(w, NFTA_RANGE_TO_DATA, last, len);
	expr_close(w);
}

static void put_verdict(struct rule_writer *w, int verdict, const char *chain)
{
	struct nlattr *data, *nest;

	if (!expr_open(w, "immediate"))
		return;
	put_be(w->m, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = mnl_attr_nest_start(w->m, NFTA_IMMEDIATE_DATA);
	nest = mnl_attr_nest_start(w->m, NFTA_DATA_VERDICT);
	put_be(w->m, NFTA_VERDICT_CODE, (uint32_t)verdict);
	if (chain)
		mnl_attr_put_strz(w->m, NFTA_VERDICT_CHAIN, chain);
	mnl_attr_nest_end(w->m, nest);
	mnl_attr_nest_end(w->m, data);
	expr_close(w);
}

static void put_counter(struct rule_writer *w)
{
	if (!expr_open(w, "counter"))
		return;
	expr_close(w);
}

static void set_mark(struct rule_writer *w, uint32_t mark)
{
	if (!expr_open(w, "immediate"))
		return;
	put_be(w->m, NFTA_IMMEDIATE_DREG, NFT_REG_1);
	put_value(w, NFTA_IMMEDIATE_DATA, &mark, sizeof(mark));
	expr_close(w);
	if (!expr_open(w, "meta"))
		return;
	put_be(w->m, NFTA_META_SREG, NFT_REG_1);
	put_be(w->m, NFTA_META_KEY, NFT_META_MARK);
	expr_close(w);
}

/* The destination is an address of this host. */
static void match_local(struct rule_writer *w)
{
	uint32_t local = RTN_LOCAL;

	if (!expr_open(w, "fib"))
		return;
	put_be(w->m, NFTA_FIB_DREG, NFT_REG_1);
	put_be(w->m, NFTA_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
	put_be(w->m, NFTA_FIB_FLAGS, NFTA_FIB_F_DADDR);
	expr_close(w);
	compare(w, NFT_CMP_EQ, &local, sizeof(local));
}

static void match_protocol(struct rule_writer *w, uint8_t protocol)
{
	load_meta(w, NFT_META_L4PROTO);
	compare(w, NFT_CMP_EQ, &protocol, 1);
}

static void match_family(struct rule_writer *w, uint8_t family)
{
	uint8_t number = family == ADDR_V4 ? NFPROTO_IPV4 : NFPROTO_IPV6;

	load_meta(w, NFT_META_NFPROTO);
	compare(w, NFT_CMP_EQ, &number, 1);
}

/* --- the rules --- */

/* What belongs to the tunnels: `mark` chain: gets the mark; `in` chain: is let in. `first`, `last`: ICMP types, or a port. */
struct ours {
	uint8_t protocol;
	bool port;
	uint16_t first, last;
	bool in_only;
};

static void put_ours(struct batch *b, const struct ours *o, uint32_t mark, bool in)
{
	struct rule_writer w = rule_open(b, in ? "in" : "mark");

	match_protocol(&w, o->protocol);
	if (o->port) {
		uint16_t port = htons(o->first);

		load_payload(&w, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
		compare(&w, NFT_CMP_EQ, &port, sizeof(port));
	} else if (o->last > 0) {
		uint8_t first = (uint8_t)o->first, last = (uint8_t)o->last;

		load_payload(&w, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1);
		compare_range(&w, true, &first, &last, 1);
	}
	if (in) {
		put_verdict(&w, NF_ACCEPT, NULL);
	} else {
		match_local(&w);
		set_mark(&w, mark);
	}
	rule_close(b, &w);
}

/* The register holds 16 bits of an IP header: any of `bits` in them is set. */
static void match_bits(struct rule_writer *w, uint16_t bits)
{
	static const uint16_t none = 0;
	uint16_t mask = htons(bits);

	if (expr_open(w, "bitwise")) {
		put_be(w->m, NFTA_BITWISE_SREG, NFT_REG_1);
		put_be(w->m, NFTA_BITWISE_DREG, NFT_REG_1);
		put_be(w->m, NFTA_BITWISE_LEN, 2);
		put_value(w, NFTA_BITWISE_MASK, &mask, 2);
		put_value(w, NFTA_BITWISE_XOR, &none, 2);
		expr_close(w);
	}
	compare(w, NFT_CMP_NEQ, &none, 2);
}

/* In the `mark` chain fragments have not met yet: later ones of UDP are marked too, they count only with their first one. */
static void put_fragment_mark(struct batch *b, uint32_t mark)
{
	struct rule_writer w = rule_open(b, "mark");

	match_family(&w, ADDR_V4);
	match_protocol(&w, IP_PROTOCOL_UDP);
	load_payload(&w, NFT_PAYLOAD_NETWORK_HEADER, 6, 2);
	match_bits(&w, 0x1fff);
	match_local(&w);
	set_mark(&w, mark);
	rule_close(b, &w);
}

/* IPv6's fragments meet behind the `in` chain. Later ones of UDP have no ports: they count only with their first one, which was looked at. */
static void put_fragment_in(struct batch *b)
{
	struct rule_writer w = rule_open(b, "in");

	match_family(&w, ADDR_V6);
	match_protocol(&w, IP_PROTOCOL_UDP);
	if (expr_open(&w, "exthdr")) {
		put_be(w.m, NFTA_EXTHDR_DREG, NFT_REG_1);
		mnl_attr_put_u8(w.m, NFTA_EXTHDR_TYPE, IP_PROTOCOL_IPV6_FRAG);
		put_be(w.m, NFTA_EXTHDR_OFFSET, 2);
		put_be(w.m, NFTA_EXTHDR_LEN, 2);
		expr_close(&w);
	}
	match_bits(&w, 0xfff8);
	put_verdict(&w, NF_ACCEPT, NULL);
	rule_close(b, &w);
}

static void put_interface(struct batch *b, const char *chain, uint32_t interface)
{
	struct rule_writer w = rule_open(b, chain);

	load_meta(&w, NFT_META_IIF);
	compare(&w, NFT_CMP_EQ, &interface, sizeof(interface));
	put_verdict(&w, NF_ACCEPT, NULL);
	rule_close(b, &w);
}

static void put_jump(struct batch *b, const char *chain)
{
	struct rule_writer w = rule_open(b, chain);

	put_verdict(&w, NFT_JUMP, CHAIN_DROPS);
	rule_close(b, &w);
}

static void match_addr(struct rule_writer *w, bool source, bool inside, const struct selector *s)
{
	bool four = s->first.family == ADDR_V4;
	uint32_t len = four ? 4 : 16;

	load_payload(w, NFT_PAYLOAD_NETWORK_HEADER, four ? (source ? 12 : 16) : (source ? 8 : 24), len);
	compare_range(w, inside, s->first.ip, s->last.ip, len);
}

static bool covers_all(const struct selector *s)
{
	for (size_t i = 0; i < addr_len(&s->first); i++)
		if (s->first.ip[i] != 0 || s->last.ip[i] != 0xff)
			return false;
	return true;
}

static void match_ports(struct rule_writer *w, uint8_t protocol, uint32_t offset, const struct selector *s)
{
	uint16_t first = htons(s->port_first), last = htons(s->port_last);

	if (protocol == 0 || s->port_first > s->port_last || (s->port_first == 0 && s->port_last == 65535))
		return;
	if (protocol == IP_PROTOCOL_ICMP || protocol == IP_PROTOCOL_ICMPV6)
		offset = 0; /* type and code */
	load_payload(w, NFT_PAYLOAD_TRANSPORT_HEADER, offset, 2);
	compare_range(w, true, &first, &last, 2);
}

/* The local net lies in the remote one, which is wider: what stays inside the local net is not the tunnel's. */
static bool contains(const struct selector *outer, const struct selector *inner)
{
	return addr_compare(&outer->first, &inner->first) <= 0 && addr_compare(&outer->last, &inner->last) >= 0 &&
	    !(addr_equal(&outer->first, &inner->first) && addr_equal(&outer->last, &inner->last));
}

static void put_policy(struct batch *b, const struct nft_policy *p)
{
	struct rule_writer w;
	uint8_t protocol = p->remote->protocol ? p->remote->protocol : p->local->protocol;

	if (p->local->first.family != p->remote->first.family)
		return;
	w = rule_open(b, CHAIN_DROPS);
	match_family(&w, p->local->first.family);
	if (!covers_all(p->remote))
		match_addr(&w, true, true, p->remote);
	if (contains(p->remote, p->local))
		match_addr(&w, true, false, p->local);
	if (!covers_all(p->local))
		match_addr(&w, false, true, p->local);
	if (protocol)
		match_protocol(&w, protocol);
	match_ports(&w, protocol, 0, p->remote);
	match_ports(&w, protocol, 2, p->local);
	if (p->pass) {
		put_verdict(&w, NFT_RETURN, NULL);
	} else {
		put_counter(&w);
		put_verdict(&w, NF_DROP, NULL);
	}
	rule_close(b, &w);
}

/* A policy's packets go into the TUN: nothing is done to them. Protocol and ports were the rules' business. */
static void put_own_policy(struct batch *b, const struct nft_policy *p, uint32_t mark)
{
	struct rule_writer w;

	if (p->local->first.family != ADDR_V6 || p->remote->first.family != ADDR_V6)
		return;
	w = rule_open(b, "out");
	match_family(&w, ADDR_V6);
	if (!covers_all(p->local))
		match_addr(&w, true, true, p->local);
	if (!covers_all(p->remote))
		match_addr(&w, false, true, p->remote);
	if (p->pass) { /* it came here before it had a source */
		uint8_t protocol = p->remote->protocol ? p->remote->protocol : p->local->protocol;

		if (protocol)
			match_protocol(&w, protocol);
		match_ports(&w, protocol, 0, p->local);
		match_ports(&w, protocol, 2, p->remote);
		set_mark(&w, mark);
	}
	put_verdict(&w, NF_ACCEPT, NULL);
	rule_close(b, &w);
}

static void put_own(struct batch *b, const struct nft_table *t)
{
	for (size_t i = 0; i < t->policy_count; i++)
		put_own_policy(b, &t->policies[i], t->mark);
	for (size_t i = 0; i < t->interface_count; i++) {
		struct rule_writer w = rule_open(b, "out");

		match_family(&w, ADDR_V6);
		load_meta(&w, NFT_META_OIF);
		compare(&w, NFT_CMP_EQ, &t->interfaces[i], sizeof(t->interfaces[i]));
		set_mark(&w, t->mark);
		rule_close(b, &w);
	}
}

static void put_rules(struct batch *b, const struct nft_table *t)
{
	const struct ours ours[] = {
		{ IP_PROTOCOL_UDP, true, t->ports[0], 0, false },
		{ IP_PROTOCOL_UDP, true, t->ports[1], 0, false },
		{ IP_PROTOCOL_ESP, false, 0, 0, false },
		{ IP_PROTOCOL_ICMP, false, 3, 3, false },      /* unreachable: the outer path MTU */
		{ IP_PROTOCOL_ICMPV6, false, 1, 4, false },
		{ IP_PROTOCOL_ICMPV6, false, 130, 137, true }, /* neighbours, routers, multicast listeners */
		{ IP_PROTOCOL_ICMPV6, false, 143, 143, true },
	};

	for (size_t i = 0; i < COUNT_OF(ours); i++)
		if (!ours[i].in_only)
			put_ours(b, &ours[i], t->mark, false);
	put_fragment_mark(b, t->mark);
	put_interface(b, "in", LOOPBACK);
	for (size_t i = 0; i < t->interface_count; i++) {
		put_interface(b, "in", t->interfaces[i]);
		put_interface(b, "fwd", t->interfaces[i]);
	}
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		put_ours(b, &ours[i], t->mark, true);
	put_fragment_in(b);
	put_jump(b, "in");
	put_jump(b, "fwd");
	for (size_t i = 0; i < t->policy_count; i++)
		put_policy(b, &t->policies[i]);
	put_own(b, t);
}

/* The acknowledgement of the last message tells of the whole transaction. */
static bool commit(struct netlink *nl, struct batch *b, const char *what, struct reason *why, struct arena *arena)
{
	bool ok;

	batch_border(b, NFNL_MSG_BATCH_END);
	ok = b->failed ? refuse_system(why, arena, ENOMEM, "%s", what) :
	                 netlink_batch(nl, bytes(b->room, b->len), what, why, arena);
	free(b->room);
	return ok;
}

bool nft_set(struct netlink *nl, const struct nft_table *t, struct reason *why, struct arena *arena)
{
	struct batch b = { .sequence = ++nl->sequence };

	batch_border(&b, NFNL_MSG_BATCH_BEGIN);
	put_table(&b, NFT_MSG_NEWTABLE, NLM_F_CREATE); /* so that there is one to delete */
	put_table(&b, NFT_MSG_DELTABLE, 0);
	put_table(&b, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	put_chain(&b, CHAIN_DROPS, NULL, -1, 0);
	put_chain(&b, "mark", "filter", NF_INET_PRE_ROUTING, -150);
	put_chain(&b, "in", "filter", NF_INET_LOCAL_IN, -10);
	put_chain(&b, "fwd", "filter", NF_INET_FORWARD, -10);
	put_chain(&b, "out", "route", NF_INET_LOCAL_OUT, -150);
	put_rules(&b, t);
	put_table(&b, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_ACK);
	return commit(nl, &b, "nftables table inet " TABLE, why, arena);
}

void nft_remove(struct netlink *nl, struct arena *arena)
{
	struct batch b = { .sequence = ++nl->sequence };
	struct reason why = { 0 };

	batch_border(&b, NFNL_MSG_BATCH_BEGIN);
	put_table(&b, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	put_table(&b, NFT_MSG_DELTABLE, NLM_F_ACK);
	(void)commit(nl, &b, "remove nftables table", &why, arena);
}

/* --- counters --- */

static void read_counter(uint64_t *sum, const struct nlattr *data)
{
	const struct nlattr *a;

	NL_EACH_NESTED(a, data) {
		if (mnl_attr_get_type(a) == NFTA_COUNTER_PACKETS)
			*sum += be64toh(mnl_attr_get_u64(a));
	}
}

static void read_expressions(uint64_t *sum, const struct nlattr *list)
{
	const struct nlattr *element, *a;

	NL_EACH_NESTED(element, list) {
		bool counter = false;

		NL_EACH_NESTED(a, element) {
			if (mnl_attr_get_type(a) == NFTA_EXPR_NAME)
				counter = strcmp(mnl_attr_get_str(a), "counter") == 0;
			else if (mnl_attr_get_type(a) == NFTA_EXPR_DATA && counter)
				read_counter(sum, a);
		}
	}
}

static void read_rule(void *to, const struct nlmsghdr *m)
{
	const struct nlattr *a;

	NL_EACH(a, m, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(a) == NFTA_RULE_EXPRESSIONS)
			read_expressions(to, a);
	}
}

uint64_t nft_dropped(struct netlink *nl, struct arena *arena)
{
	uint8_t room[NETLINK_ROOM];
	struct nlmsghdr *m = netlink_message(room, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE, NLM_F_DUMP);
	struct nfgenmsg *head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	struct reason why = { 0 };
	uint64_t sum = 0;

	head->nfgen_family = NFPROTO_INET;
	mnl_attr_put_strz(m, NFTA_RULE_TABLE, TABLE);
	mnl_attr_put_strz(m, NFTA_RULE_CHAIN, CHAIN_DROPS);
	(void)netlink_talk(nl, m, read_rule, &sum, NULL, "count drops", &why, arena);
	return sum;
}
