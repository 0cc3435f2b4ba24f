/* SPDX-License-Identifier: ISC */
/*
 * The nftables table: chains `mark` (prerouting), `in` (input), `fwd` (forward), and `out` (output, routed anew); `check`, which knows
 * the policies, and `drops`, which counts. Rewriting rules leaves the counter alone.
 */
#include "linux/nft.h"

#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>

#include "iana/ip.h"
#include "linux/nftmsg.h"

#define LOOPBACK 1u /* the index of `lo` in every namespace */
#define CHAIN_CHECK "check"
#define CHAIN_DROPS "drops"

struct nft_change {
	struct netlink *nl;
	struct batch batch;
	uint32_t sets; /* numbers within the transaction */
};

/* --- the rules --- */

/* What belongs to the tunnels: `mark` chain: gets the mark; `in` chain: is let in. `first`, `last`: ICMP types; or which of our ports. */
struct ours {
	uint8_t protocol;
	bool port;
	uint16_t first, last;
	bool in_only;
};

static void put_ours(struct batch *b, const struct ours *o, const struct nft_table *t, bool in)
{
	struct rule_writer w = rule_open(b, in ? "in" : "mark");

	match_protocol(&w, o->protocol);
	if (o->port) {
		uint16_t port = htons(t->ports[o->first]);

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
		set_mark(&w, t->mark);
	}
	rule_close(b, &w);
}

/* The register holds 16 bits of an IP header: any of `bits` in them is set. */
static void match_bits(struct rule_writer *w, uint16_t bits)
{
	static const uint16_t none = 0;
	uint16_t mask = htons(bits);

	mask_register(w, NFT_REG_1, &mask, sizeof(mask));
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
		nftmsg_be(w.m, NFTA_EXTHDR_DREG, NFT_REG_1);
		mnl_attr_put_u8(w.m, NFTA_EXTHDR_TYPE, IP_PROTOCOL_IPV6_FRAG);
		nftmsg_be(w.m, NFTA_EXTHDR_OFFSET, 2);
		nftmsg_be(w.m, NFTA_EXTHDR_LEN, 2);
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

	put_verdict(&w, NFT_JUMP, CHAIN_CHECK);
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
	w = rule_open(b, CHAIN_CHECK);
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
		put_verdict(&w, NFT_GOTO, CHAIN_DROPS);
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

/* --- sets --- */

static void set_name(char out[32], const struct nft_set *s)
{
	snprintf(out, 32, "%c%u_%u_%u", s->pass ? 'p' : 'd', s->family, s->local_bits, s->remote_bits);
}

static uint32_t address_len(const struct nft_set *s)
{
	return s->family == ADDR_V4 ? 4 : 16;
}

static void load_masked(struct rule_writer *w, const struct nft_set *s, uint32_t reg, bool source, unsigned bits)
{
	bool four = s->family == ADDR_V4;
	uint8_t mask[16] = { 0 };

	for (unsigned i = 0; i < bits; i++)
		mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
	load_payload_to(w, reg, NFT_PAYLOAD_NETWORK_HEADER, four ? (source ? 12 : 16) : (source ? 8 : 24), address_len(s));
	mask_register(w, reg, mask, address_len(s));
}

/* Both addresses stand behind one another in the registers, the remote one first, as in the set's keys. */
static void match_set(struct rule_writer *w, const struct nft_set *s, bool inbound)
{
	uint32_t first = s->family == ADDR_V4 ? NFT_REG32_00 : NFT_REG_1, second = s->family == ADDR_V4 ? NFT_REG32_01 : NFT_REG_2;
	char name[32];

	set_name(name, s);
	match_family(w, s->family);
	load_masked(w, s, first, inbound, s->remote_bits);
	load_masked(w, s, second, !inbound, s->local_bits);
	if (!expr_open(w, "lookup"))
		return;
	mnl_attr_put_strz(w->m, NFTA_LOOKUP_SET, name);
	nftmsg_be(w->m, NFTA_LOOKUP_SREG, first);
	expr_close(w);
}

static void put_set_rule(struct batch *b, const struct nft_set *s)
{
	struct rule_writer w = rule_open(b, CHAIN_CHECK);

	match_set(&w, s, true);
	if (s->pass)
		put_verdict(&w, NFT_RETURN, NULL);
	else
		put_verdict(&w, NFT_GOTO, CHAIN_DROPS);
	rule_close(b, &w);
}

static void put_own_set(struct batch *b, const struct nft_set *s, uint32_t mark)
{
	struct rule_writer w;

	if (s->family != ADDR_V6)
		return;
	w = rule_open(b, "out");
	match_set(&w, s, false);
	if (s->pass) /* it came here before it had a source */
		set_mark(&w, mark);
	put_verdict(&w, NF_ACCEPT, NULL);
	rule_close(b, &w);
}

void nft_add_set(struct nft_change *c, const struct nft_set *s)
{
	struct nlmsghdr *m = nftmsg_open(&c->batch, NFT_MSG_NEWSET, NLM_F_CREATE);
	uint32_t type = s->family == ADDR_V4 ? 7 : 8; /* as nft(8) shows them: ipv4_addr, ipv6_addr; one of them in six bits */
	char name[32];

	if (!m)
		return;
	set_name(name, s);
	mnl_attr_put_strz(m, NFTA_SET_TABLE, NFT_TABLE_NAME);
	mnl_attr_put_strz(m, NFTA_SET_NAME, name);
	nftmsg_be(m, NFTA_SET_FLAGS, 0);
	nftmsg_be(m, NFTA_SET_KEY_TYPE, type << 6 | type);
	nftmsg_be(m, NFTA_SET_KEY_LEN, address_len(s) * 2);
	nftmsg_be(m, NFTA_SET_ID, ++c->sets);
	nftmsg_close(&c->batch, m);
}

void nft_remove_set(struct nft_change *c, const struct nft_set *s)
{
	struct nlmsghdr *m = nftmsg_open(&c->batch, NFT_MSG_DELSET, 0);
	char name[32];

	if (!m)
		return;
	set_name(name, s);
	mnl_attr_put_strz(m, NFTA_SET_TABLE, NFT_TABLE_NAME);
	mnl_attr_put_strz(m, NFTA_SET_NAME, name);
	nftmsg_close(&c->batch, m);
}

static void put_pair(struct nft_change *c, unsigned type, const struct nft_set *s, const struct addr *local, const struct addr *remote)
{
	struct nlmsghdr *m = nftmsg_open(&c->batch, type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);
	uint8_t key[32];
	char name[32];
	struct nlattr *list, *element, *nest;

	if (!m)
		return;
	set_name(name, s);
	memcpy(key, remote->ip, address_len(s));
	memcpy(key + address_len(s), local->ip, address_len(s));
	mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_TABLE, NFT_TABLE_NAME);
	mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_SET, name);
	list = mnl_attr_nest_start(m, NFTA_SET_ELEM_LIST_ELEMENTS);
	element = mnl_attr_nest_start(m, NFTA_LIST_ELEM);
	nest = mnl_attr_nest_start(m, NFTA_SET_ELEM_KEY);
	mnl_attr_put(m, NFTA_DATA_VALUE, address_len(s) * 2, key);
	mnl_attr_nest_end(m, nest);
	mnl_attr_nest_end(m, element);
	mnl_attr_nest_end(m, list);
	nftmsg_close(&c->batch, m);
}

void nft_add_pair(struct nft_change *c, const struct nft_set *s, const struct addr *local, const struct addr *remote)
{
	put_pair(c, NFT_MSG_NEWSETELEM, s, local, remote);
}

void nft_remove_pair(struct nft_change *c, const struct nft_set *s, const struct addr *local, const struct addr *remote)
{
	put_pair(c, NFT_MSG_DELSETELEM, s, local, remote);
}

/* --- the table --- */

static void put_own(struct batch *b, const struct nft_table *t)
{
	for (unsigned pass = 2; pass-- > 0;) {
		for (size_t i = 0; i < t->set_count; i++)
			if (t->sets[i].pass == pass)
				put_own_set(b, &t->sets[i], t->mark);
		for (size_t i = 0; i < t->policy_count; i++)
			if (t->policies[i].pass == pass)
				put_own_policy(b, &t->policies[i], t->mark);
	}
	if (t->interface_count > 0) { /* the first one is the common TUN */
		struct rule_writer w = rule_open(b, "out");

		match_family(&w, ADDR_V6);
		load_meta(&w, NFT_META_OIF);
		compare(&w, NFT_CMP_EQ, &t->interfaces[0], sizeof(t->interfaces[0]));
		set_mark(&w, t->mark);
		rule_close(b, &w);
	}
}

/* Those with a number of their own, then what may pass, then what is dropped. */
static void put_checks(struct batch *b, const struct nft_table *t)
{
	for (size_t i = 0; i < t->policy_count; i++)
		if (t->policies[i].priority > 0)
			put_policy(b, &t->policies[i]);
	for (unsigned pass = 2; pass-- > 0;) {
		for (size_t i = 0; i < t->set_count; i++)
			if (t->sets[i].pass == pass)
				put_set_rule(b, &t->sets[i]);
		for (size_t i = 0; i < t->policy_count; i++)
			if (t->policies[i].pass == pass && t->policies[i].priority == 0)
				put_policy(b, &t->policies[i]);
	}
}

static const struct ours ours[] = {
	{ IP_PROTOCOL_UDP, true, 0, 0, false }, /* our two ports */
	{ IP_PROTOCOL_UDP, true, 1, 0, false },
	{ IP_PROTOCOL_ESP, false, 0, 0, false },
	{ IP_PROTOCOL_ICMP, false, 3, 3, false },      /* unreachable: the outer path MTU */
	{ IP_PROTOCOL_ICMPV6, false, 1, 4, false },
	{ IP_PROTOCOL_ICMPV6, false, 130, 137, true }, /* neighbours, routers, multicast listeners */
	{ IP_PROTOCOL_ICMPV6, false, 143, 143, true },
};

static void flush_chain(struct batch *b, const char *chain)
{
	struct nlmsghdr *m = nftmsg_open(b, NFT_MSG_DELRULE, 0);

	if (!m)
		return;
	mnl_attr_put_strz(m, NFTA_RULE_TABLE, NFT_TABLE_NAME);
	mnl_attr_put_strz(m, NFTA_RULE_CHAIN, chain);
	nftmsg_close(b, m);
}

void nft_rules(struct nft_change *c, const struct nft_table *t)
{
	static const char *const chains[] = { "mark", "in", "fwd", "out", CHAIN_CHECK };
	struct batch *b = &c->batch;

	for (size_t i = 0; i < COUNT_OF(chains); i++)
		flush_chain(b, chains[i]);
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		if (!ours[i].in_only)
			put_ours(b, &ours[i], t, false);
	put_fragment_mark(b, t->mark);
	put_interface(b, "in", LOOPBACK);
	for (size_t i = 0; i < t->interface_count; i++) {
		put_interface(b, "in", t->interfaces[i]);
		put_interface(b, "fwd", t->interfaces[i]);
	}
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		put_ours(b, &ours[i], t, true);
	put_fragment_in(b);
	put_jump(b, "in");
	put_jump(b, "fwd");
	put_checks(b, t);
	put_own(b, t);
}

struct nft_change *nft_begin(struct netlink *nl)
{
	struct nft_change *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->nl = nl;
	c->batch.sequence = ++nl->sequence;
	nftmsg_border(&c->batch, NFNL_MSG_BATCH_BEGIN);
	return c;
}

void nft_make(struct nft_change *c)
{
	struct batch *b = &c->batch;
	struct rule_writer w;

	nftmsg_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE); /* so that there is one to delete */
	nftmsg_table(b, NFT_MSG_DELTABLE, 0);
	nftmsg_table(b, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	nftmsg_chain(b, CHAIN_DROPS, NULL, -1, 0);
	nftmsg_chain(b, CHAIN_CHECK, NULL, -1, 0);
	nftmsg_chain(b, "mark", "filter", NF_INET_PRE_ROUTING, -150);
	nftmsg_chain(b, "in", "filter", NF_INET_LOCAL_IN, -10);
	nftmsg_chain(b, "fwd", "filter", NF_INET_FORWARD, -10);
	nftmsg_chain(b, "out", "route", NF_INET_LOCAL_OUT, -150);
	w = rule_open(b, CHAIN_DROPS);
	put_counter(&w);
	put_verdict(&w, NF_DROP, NULL);
	rule_close(b, &w);
}

void nft_abandon(struct nft_change *c)
{
	free(c->batch.room);
	free(c);
}

bool nft_commit(struct nft_change *c, struct reason *why, struct arena *arena)
{
	bool ok;

	nftmsg_table(&c->batch, NFT_MSG_NEWTABLE, NLM_F_ACK);
	ok = nftmsg_commit(c->nl, &c->batch, "nftables table inet " NFT_TABLE_NAME, why, arena);
	free(c);
	return ok;
}

void nft_remove(struct netlink *nl, struct arena *arena)
{
	struct batch b = { .sequence = ++nl->sequence };
	struct reason why = { 0 };

	nftmsg_border(&b, NFNL_MSG_BATCH_BEGIN);
	nftmsg_table(&b, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	nftmsg_table(&b, NFT_MSG_DELTABLE, NLM_F_ACK);
	(void)nftmsg_commit(nl, &b, "remove nftables table", &why, arena);
}

/* --- counters --- */

struct drops {
	uint64_t sum;
	bool found;
};

static void read_counter(struct drops *d, const struct nlattr *data)
{
	const struct nlattr *a;

	NL_EACH_NESTED(a, data) {
		if (mnl_attr_get_type(a) == NFTA_COUNTER_PACKETS)
			d->sum += be64toh(mnl_attr_get_u64(a));
		d->found = true;
	}
}

static void read_expressions(struct drops *d, const struct nlattr *list)
{
	const struct nlattr *element, *a;

	NL_EACH_NESTED(element, list) {
		bool counter = false;

		NL_EACH_NESTED(a, element) {
			if (mnl_attr_get_type(a) == NFTA_EXPR_NAME)
				counter = strcmp(mnl_attr_get_str(a), "counter") == 0;
			else if (mnl_attr_get_type(a) == NFTA_EXPR_DATA && counter)
				read_counter(d, a);
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

bool nft_dropped(struct netlink *nl, uint64_t *count, struct arena *arena)
{
	uint8_t room[NETLINK_ROOM];
	struct nlmsghdr *m = netlink_message(room, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE, NLM_F_DUMP);
	struct nfgenmsg *head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	struct reason why = { 0 };
	struct drops d = { 0 };

	head->nfgen_family = NFPROTO_INET;
	mnl_attr_put_strz(m, NFTA_RULE_TABLE, NFT_TABLE_NAME);
	mnl_attr_put_strz(m, NFTA_RULE_CHAIN, CHAIN_DROPS);
	(void)netlink_talk(nl, m, read_rule, &d, NULL, "count drops", &why, arena);
	*count = d.sum;
	return d.found;
}
