/* SPDX-License-Identifier: ISC */
/*
 * nftables' messages and expressions.
 */
#include "linux/nftmsg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "linux/system.h"

#define RULE_ROOM 2048u /* more than one rule needs */

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

void nftmsg_close(struct batch *b, const struct nlmsghdr *m)
{
	b->len += NL_ALIGNED(m->nlmsg_len);
}

void nftmsg_border(struct batch *b, uint16_t type)
{
	struct nlmsghdr *m = open_message(b, type, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);

	if (m)
		nftmsg_close(b, m);
}

struct nlmsghdr *nftmsg_open(struct batch *b, unsigned type, uint16_t flags)
{
	return open_message(b, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, NFPROTO_INET, 0);
}

/* nftables' numbers are in network order, what they compare is as it lies in the packet or register. */
void nftmsg_be(struct nlmsghdr *m, uint16_t attribute, uint32_t value)
{
	mnl_attr_put_u32(m, attribute, htonl(value));
}

/* --- table and chains --- */

void nftmsg_table(struct batch *b, unsigned type, uint16_t flags)
{
	struct nlmsghdr *m = nftmsg_open(b, type, flags);

	if (!m)
		return;
	mnl_attr_put_strz(m, NFTA_TABLE_NAME, NFT_TABLE_NAME);
	nftmsg_close(b, m);
}

/* hook below 0: a chain that is only jumped to. A chain of type "route" looks again for a route when the mark has changed. */
void nftmsg_chain(struct batch *b, const char *name, const char *type, int hook, int priority)
{
	struct nlmsghdr *m = nftmsg_open(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nlattr *nest;

	if (!m)
		return;
	mnl_attr_put_strz(m, NFTA_CHAIN_TABLE, NFT_TABLE_NAME);
	mnl_attr_put_strz(m, NFTA_CHAIN_NAME, name);
	if (hook >= 0) {
		nest = mnl_attr_nest_start(m, NFTA_CHAIN_HOOK);
		nftmsg_be(m, NFTA_HOOK_HOOKNUM, (uint32_t)hook);
		nftmsg_be(m, NFTA_HOOK_PRIORITY, (uint32_t)priority);
		mnl_attr_nest_end(m, nest);
		mnl_attr_put_strz(m, NFTA_CHAIN_TYPE, type);
		nftmsg_be(m, NFTA_CHAIN_POLICY, NF_ACCEPT);
	}
	nftmsg_close(b, m);
}

/* The acknowledgement of the last message tells of the whole transaction. */
bool nftmsg_commit(struct netlink *nl, struct batch *b, const char *what, struct reason *why, struct arena *arena)
{
	bool ok;

	nftmsg_border(b, NFNL_MSG_BATCH_END);
	ok = b->failed ? refuse_system(why, arena, ENOMEM, "%s", what) :
	                 netlink_batch(nl, bytes(b->room, b->len), what, why, arena);
	free(b->room);
	return ok;
}

/* --- rules --- */

struct rule_writer rule_open(struct batch *b, const char *chain)
{
	struct rule_writer w = { .m = nftmsg_open(b, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND) };

	if (!w.m)
		return w;
	mnl_attr_put_strz(w.m, NFTA_RULE_TABLE, NFT_TABLE_NAME);
	mnl_attr_put_strz(w.m, NFTA_RULE_CHAIN, chain);
	w.list = mnl_attr_nest_start(w.m, NFTA_RULE_EXPRESSIONS);
	return w;
}

void rule_close(struct batch *b, struct rule_writer *w)
{
	if (!w->m)
		return;
	mnl_attr_nest_end(w->m, w->list);
	nftmsg_close(b, w->m);
}

bool expr_open(struct rule_writer *w, const char *name)
{
	if (!w->m)
		return false;
	w->element = mnl_attr_nest_start(w->m, NFTA_LIST_ELEM);
	mnl_attr_put_strz(w->m, NFTA_EXPR_NAME, name);
	w->data = mnl_attr_nest_start(w->m, NFTA_EXPR_DATA);
	return true;
}

void expr_close(struct rule_writer *w)
{
	mnl_attr_nest_end(w->m, w->data);
	mnl_attr_nest_end(w->m, w->element);
}

void put_value(struct rule_writer *w, uint16_t attribute, const void *value, size_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(w->m, attribute);

	mnl_attr_put(w->m, NFTA_DATA_VALUE, len, value);
	mnl_attr_nest_end(w->m, nest);
}

void load_meta(struct rule_writer *w, uint32_t key)
{
	if (!expr_open(w, "meta"))
		return;
	nftmsg_be(w->m, NFTA_META_DREG, NFT_REG_1);
	nftmsg_be(w->m, NFTA_META_KEY, key);
	expr_close(w);
}

void load_payload_to(struct rule_writer *w, uint32_t reg, uint32_t base, uint32_t offset, uint32_t len)
{
	if (!expr_open(w, "payload"))
		return;
	nftmsg_be(w->m, NFTA_PAYLOAD_DREG, reg);
	nftmsg_be(w->m, NFTA_PAYLOAD_BASE, base);
	nftmsg_be(w->m, NFTA_PAYLOAD_OFFSET, offset);
	nftmsg_be(w->m, NFTA_PAYLOAD_LEN, len);
	expr_close(w);
}

void load_payload(struct rule_writer *w, uint32_t base, uint32_t offset, uint32_t len)
{
	load_payload_to(w, NFT_REG_1, base, offset, len);
}

void mask_register(struct rule_writer *w, uint32_t reg, const void *mask, uint32_t len)
{
	static const uint8_t none[16];

	if (!expr_open(w, "bitwise"))
		return;
	nftmsg_be(w->m, NFTA_BITWISE_SREG, reg);
	nftmsg_be(w->m, NFTA_BITWISE_DREG, reg);
	nftmsg_be(w->m, NFTA_BITWISE_LEN, len);
	put_value(w, NFTA_BITWISE_MASK, mask, len);
	put_value(w, NFTA_BITWISE_XOR, none, len);
	expr_close(w);
}

void compare(struct rule_writer *w, uint32_t how, const void *value, size_t len)
{
	if (!expr_open(w, "cmp"))
		return;
	nftmsg_be(w->m, NFTA_CMP_SREG, NFT_REG_1);
	nftmsg_be(w->m, NFTA_CMP_OP, how);
	put_value(w, NFTA_CMP_DATA, value, len);
	expr_close(w);
}

void compare_range(struct rule_writer *w, bool inside, const void *first, const void *last, size_t len)
{
	if (!expr_open(w, "range"))
		return;
	nftmsg_be(w->m, NFTA_RANGE_SREG, NFT_REG_1);
	nftmsg_be(w->m, NFTA_RANGE_OP, inside ? NFT_RANGE_EQ : NFT_RANGE_NEQ);
	put_value(w, NFTA_RANGE_FROM_DATA, first, len);
	put_value(w, NFTA_RANGE_TO_DATA, last, len);
	expr_close(w);
}

void put_verdict(struct rule_writer *w, int verdict, const char *chain)
{
	struct nlattr *data, *nest;

	if (!expr_open(w, "immediate"))
		return;
	nftmsg_be(w->m, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = mnl_attr_nest_start(w->m, NFTA_IMMEDIATE_DATA);
	nest = mnl_attr_nest_start(w->m, NFTA_DATA_VERDICT);
	nftmsg_be(w->m, NFTA_VERDICT_CODE, (uint32_t)verdict);
	if (chain)
		mnl_attr_put_strz(w->m, NFTA_VERDICT_CHAIN, chain);
	mnl_attr_nest_end(w->m, nest);
	mnl_attr_nest_end(w->m, data);
	expr_close(w);
}

void put_counter(struct rule_writer *w)
{
	if (!expr_open(w, "counter"))
		return;
	expr_close(w);
}

void set_mark(struct rule_writer *w, uint32_t mark)
{
	if (!expr_open(w, "immediate"))
		return;
	nftmsg_be(w->m, NFTA_IMMEDIATE_DREG, NFT_REG_1);
	put_value(w, NFTA_IMMEDIATE_DATA, &mark, sizeof(mark));
	expr_close(w);
	if (!expr_open(w, "meta"))
		return;
	nftmsg_be(w->m, NFTA_META_SREG, NFT_REG_1);
	nftmsg_be(w->m, NFTA_META_KEY, NFT_META_MARK);
	expr_close(w);
}

/* The destination is an address of this host. */
void match_local(struct rule_writer *w)
{
	uint32_t local = RTN_LOCAL;

	if (!expr_open(w, "fib"))
		return;
	nftmsg_be(w->m, NFTA_FIB_DREG, NFT_REG_1);
	nftmsg_be(w->m, NFTA_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
	nftmsg_be(w->m, NFTA_FIB_FLAGS, NFTA_FIB_F_DADDR);
	expr_close(w);
	compare(w, NFT_CMP_EQ, &local, sizeof(local));
}

void match_protocol(struct rule_writer *w, uint8_t protocol)
{
	load_meta(w, NFT_META_L4PROTO);
	compare(w, NFT_CMP_EQ, &protocol, 1);
}

void match_family(struct rule_writer *w, uint8_t family)
{
	uint8_t number = family == ADDR_V4 ? NFPROTO_IPV4 : NFPROTO_IPV6;

	load_meta(w, NFT_META_NFPROTO);
	compare(w, NFT_CMP_EQ, &number, 1);
}
