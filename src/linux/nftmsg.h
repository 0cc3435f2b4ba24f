/* SPDX-License-Identifier: ISC */
/*
 * The pieces of which nft.c makes its transactions: messages of our table, and the expressions of rules. Nobody else includes it.
 *
 * A batch that runs out of memory fails when it is committed; until then all calls do nothing.
 */
#pragma once

#include <linux/netfilter/nf_tables.h>

#include "linux/nl.h"

#define NFT_TABLE_NAME "adit"

/* A transaction in the making. */
struct batch {
	uint8_t *room; /* owned */
	size_t len, cap;
	uint32_t sequence;
	bool failed;
};

void nftmsg_border(struct batch *b, uint16_t type); /* NFNL_MSG_BATCH_BEGIN or _END */
struct nlmsghdr *nftmsg_open(struct batch *b, unsigned type, uint16_t flags); /* NULL: out of memory */
void nftmsg_close(struct batch *b, const struct nlmsghdr *m);
/* nftables' numbers are in network order, what they compare is as it lies in the packet or register. */
void nftmsg_be(struct nlmsghdr *m, uint16_t attribute, uint32_t value);
void nftmsg_table(struct batch *b, unsigned type, uint16_t flags);
/* hook below 0: a chain that is only jumped to. */
void nftmsg_chain(struct batch *b, const char *name, const char *type, int hook, int priority);
/* The last message must want an acknowledgement. Frees the batch. */
bool nftmsg_commit(struct netlink *nl, struct batch *b, const char *what, struct reason *why, struct arena *arena);

struct rule_writer {
	struct nlmsghdr *m; /* NULL: out of memory */
	struct nlattr *list;
	struct nlattr *element, *data;
};
struct rule_writer rule_open(struct batch *b, const char *chain);
void rule_close(struct batch *b, struct rule_writer *w);
bool expr_open(struct rule_writer *w, const char *name); /* false: out of memory */
void expr_close(struct rule_writer *w);
void put_value(struct rule_writer *w, uint16_t attribute, const void *value, size_t len);

/* Into register 1, unless said otherwise; what compares looks there. */
void load_meta(struct rule_writer *w, uint32_t key);
void load_payload(struct rule_writer *w, uint32_t base, uint32_t offset, uint32_t len);
void load_payload_to(struct rule_writer *w, uint32_t reg, uint32_t base, uint32_t offset, uint32_t len);
void mask_register(struct rule_writer *w, uint32_t reg, const void *mask, uint32_t len); /* at most 16 bytes */
void compare(struct rule_writer *w, uint32_t how, const void *value, size_t len);
void compare_range(struct rule_writer *w, bool inside, const void *first, const void *last, size_t len);
void match_local(struct rule_writer *w); /* the destination is an address of this host */
void match_protocol(struct rule_writer *w, uint8_t protocol);
void match_family(struct rule_writer *w, uint8_t family);
void put_verdict(struct rule_writer *w, int verdict, const char *chain);
void put_counter(struct rule_writer *w);
void set_mark(struct rule_writer *w, uint32_t mark);
