/* SPDX-License-Identifier: ISC */
/*
 * What comes in clear although a policy demands protection: nftables drops it, or what stands in for nftables.
 */
#include "dataplane/plane.h"

#include <stdio.h>
#include <stdlib.h>

#include "linux/nft.h"
#include "linux/sysctls.h"

/* Pairs of selectors, counted first and then written. */
struct pairs {
	struct nft_policy *list; /* NULL: only counted */
	size_t count;
};

static void put_pairs(struct pairs *p, const struct selectors *local, const struct selectors *remote, bool pass)
{
	for (size_t i = 0; i < local->count; i++)
		for (size_t j = 0; j < remote->count; j++) {
			if (p->list)
				p->list[p->count] = (struct nft_policy){ &local->list[i], &remote->list[j], pass };
			p->count++;
		}
}

/* PASS goes first. A TUN of its own and policies that are decided elsewhere demand nothing of what comes by other ways. */
static void put_all(struct pairs *p, const struct dataplane *dp)
{
	for (unsigned pass = 2; pass-- > 0;)
		LIST_EACH(pos, &dp->policies) {
			const struct policy *policy = LIST_ITEM(pos, struct policy, all);

			if (policy->tun == &dp->common && (policy->params.kind == POLICY_PASS) == pass)
				put_pairs(p, &policy->params.local_ts, &policy->params.remote_ts, pass);
		}
	LIST_EACH(pos, &dp->children) {
		const struct child *c = LIST_ITEM(pos, struct child, all);

		if (c->tun == &dp->common && !c->params.no_policies)
			put_pairs(p, &c->params.local_ts, &c->params.remote_ts, false);
	}
}

static bool same_policy(const struct nft_policy *a, const struct nft_policy *b)
{
	return a->pass == b->pass && selector_equal(a->local, b->local) && selector_equal(a->remote, b->remote);
}

/* A rekeyed SA says the same as its predecessor: once is enough. */
static size_t unique(struct nft_policy *list, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		bool seen = false;

		for (size_t j = 0; j < kept && !seen; j++)
			seen = same_policy(&list[j], &list[i]);
		if (!seen)
			list[kept++] = list[i];
	}
	return kept;
}

static bool list_interfaces(struct dataplane *dp, struct nft_table *table)
{
	uint32_t *list;
	size_t n = 1;

	LIST_EACH(pos, &dp->tuns)
		n++;
	list = calloc(n, sizeof(*list));
	if (!list)
		return false;
	n = 0;
	list[n++] = dp->common.index;
	LIST_EACH(pos, &dp->tuns)
		list[n++] = LIST_ITEM(pos, struct tun, all)->index;
	table->interfaces = list;
	table->interface_count = n;
	return true;
}

static bool set_table(struct dataplane *dp, struct reason *why, struct arena *arena)
{
	struct nft_table table = { .mark = dp->conf.mark, .ports = { dp->conf.port, dp->conf.port_nat_t } };
	struct pairs all = { 0 };
	bool ok;

	put_all(&all, dp);
	all.list = calloc(all.count + 1, sizeof(*all.list));
	if (!all.list || !list_interfaces(dp, &table)) {
		free(all.list);
		return refuse_text(why, REASON_MEMORY, 0, "nftables");
	}
	all.count = 0;
	put_all(&all, dp);
	table.policies = all.list;
	table.policy_count = unique(all.list, all.count);
	ok = nft_set(dp->nft, &table, why, arena);
	free((void *)(uintptr_t)table.interfaces);
	free(all.list);
	return ok;
}

static void put_words(char *out, size_t size, const struct reason *why)
{
	snprintf(out, size, "%.*s", (int)why->about.bytes.len, (const char *)why->about.bytes.at);
}

/* Is some peer's outer address inside its own remote_ts? Then strict reverse path would drop the tunnel itself. */
static bool peer_inside(const struct dataplane *dp)
{
	LIST_EACH(pos, &dp->children) {
		const struct child_params *p = &LIST_ITEM(pos, struct child, all)->params;

		for (size_t i = 0; i < p->remote_ts.count; i++) {
			const struct selector *s = &p->remote_ts.list[i];

			if (s->first.family == p->path.remote.addr.family && addr_compare(&s->first, &p->path.remote.addr) <= 0 &&
			    addr_compare(&s->last, &p->path.remote.addr) >= 0)
				return true;
		}
	}
	return false;
}

/* Without nf_tables: the system's own check, for IPv4, as long as it does not meet the tunnels. */
static void strict_reverse_path(struct dataplane *dp, struct arena *arena)
{
	struct reason why = { 0 };
	bool wanted = !list_empty(&dp->children) && !peer_inside(dp);

	if (wanted && !dp->strict_path)
		dp->strict_path = sysctls_set("ipv4/conf/all/rp_filter", "1", &why, arena);
	else if (!wanted && dp->strict_path) {
		sysctls_restore();
		dp->strict_path = false;
	}
}

/* A strict reverse-path check of the administrator's would drop the tunnel's own packets: it must heed the mark that nftables sets. */
static void heed_mark(struct dataplane *dp, struct arena *arena)
{
	struct reason why = { 0 };

	dp->mark_words[0] = 0;
	if (sysctls_strict_reverse_path() && !sysctls_set("ipv4/conf/all/src_valid_mark", "1", &why, arena))
		put_words(dp->mark_words, sizeof(dp->mark_words), &why);
}

void install_cleartext_check(struct dataplane *dp)
{
	dp->cleartext_changed = true;
}

void install_cleartext_now(struct dataplane *dp, struct arena *arena)
{
	struct reason why = { 0 };

	dp->cleartext_changed = false;
	if (dp->nft_works)
		dp->cleartext += nft_dropped(dp->nft, arena);
	dp->nft_works = dp->nft && set_table(dp, &why, arena);
	if (dp->nft && !dp->nft_works)
		put_words(dp->nft_words, sizeof(dp->nft_words), &why);
	if (!dp->nft_works)
		strict_reverse_path(dp, arena);
	else if (!list_empty(&dp->children))
		heed_mark(dp, arena);
}

uint64_t install_cleartext_drops(const struct dataplane *dp, struct arena *arena)
{
	return dp->cleartext + (dp->nft_works ? nft_dropped(dp->nft, arena) : 0);
}
