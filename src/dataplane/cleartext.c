/* SPDX-License-Identifier: ISC */
/*
 * What comes in clear although a policy demands protection: nftables drops it, or what stands in for nftables.
 *
 * Pairs of prefixes are counted by their users, so that a Child SA and its successor demand the same thing once; what has changed is
 * told to the system at the end of a turn, in one transaction. When that fails (somebody removed our table), all is told anew.
 */
#include "dataplane/plane.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/writer.h"
#include "linux/nft.h"
#include "linux/sysctls.h"

/* Two prefixes, the first addresses of which are kept; the set says how long they are. */
struct clear_pair {
	struct clear_pair *next;    /* of the same hash */
	struct clear_pair *changed; /* the next one that the system does not know as it is; itself: the last; NULL: it is known */
	uint32_t users;
	bool stands;
	uint8_t set[4];             /* family, local bits, remote bits, pass */
	uint8_t ip[];               /* local, remote */
};

/* What is no pair of prefixes. */
struct clear_policy {
	struct list all;
	const void *owner;
	struct nft_policy policy;   /* its selectors are the owner's */
};

struct clear_set {
	struct nft_set set;
	uint32_t pairs;
	bool stands;
};

/* --- pairs --- */

static struct nft_set set_of(const struct clear_pair *p)
{
	return (struct nft_set){ p->set[0], p->set[1], p->set[2], p->set[3] };
}

static size_t address_len(const struct nft_set *s)
{
	return s->family == ADDR_V4 ? 4 : 16;
}

static void addresses_of(const struct clear_pair *p, struct addr *local, struct addr *remote)
{
	const struct nft_set set = set_of(p);

	*local = *remote = (struct addr){ .family = set.family };
	memcpy(local->ip, p->ip, address_len(&set));
	memcpy(remote->ip, p->ip + address_len(&set), address_len(&set));
}

static bool any_ports(const struct selector *s)
{
	return s->protocol == 0 && s->port_first == 0 && s->port_last == 65535;
}

/* The local net lies in the remote one, which is wider: what stays inside it is let in, and a set cannot say so. */
static bool inside(const struct selector *local, const struct selector *remote)
{
	return addr_compare(&remote->first, &local->first) <= 0 && addr_compare(&remote->last, &local->last) >= 0 &&
	    !(addr_equal(&remote->first, &local->first) && addr_equal(&remote->last, &local->last));
}

static bool is_pair(const struct selector *local, const struct selector *remote, struct nft_set *set)
{
	struct prefix l, r;

	if (!any_ports(local) || !any_ports(remote) || inside(local, remote) || !prefix_of_range(&l, &local->first, &local->last) ||
	    !prefix_of_range(&r, &remote->first, &remote->last))
		return false;
	set->family = local->first.family;
	set->local_bits = l.bits;
	set->remote_bits = r.bits;
	return true;
}

static uint64_t hash_of(const struct dataplane *dp, const struct nft_set *set, const uint8_t *ip)
{
	uint8_t room[40];
	struct writer w = writer(room, sizeof(room));

	wr_u8(&w, set->family);
	wr_u8(&w, set->local_bits);
	wr_u8(&w, set->remote_bits);
	wr_u8(&w, set->pass);
	wr_bytes(&w, bytes(ip, address_len(set) * 2));
	return siphash(dp->seed, wr_done(&w));
}

static void mark_changed(struct dataplane *dp, struct clear_pair *p)
{
	if (p->changed)
		return;
	p->changed = dp->clear_changed ? dp->clear_changed : p;
	dp->clear_changed = p;
}

static struct clear_set *find_set(struct dataplane *dp, const struct nft_set *set)
{
	for (size_t i = 0; i < dp->clear_set_count; i++) {
		const struct nft_set *s = &dp->clear_sets[i].set;

		if (s->family == set->family && s->local_bits == set->local_bits && s->remote_bits == set->remote_bits && s->pass == set->pass)
			return &dp->clear_sets[i];
	}
	return NULL;
}

static struct clear_set *need_set(struct dataplane *dp, const struct nft_set *set)
{
	struct clear_set *s = find_set(dp, set), *list;

	if (s)
		return s;
	list = realloc(dp->clear_sets, (dp->clear_set_count + 1) * sizeof(*list));
	if (!list)
		return NULL;
	dp->clear_sets = list;
	s = &list[dp->clear_set_count++];
	*s = (struct clear_set){ .set = *set };
	dp->clear_rules_changed = true;
	return s;
}

static bool use_pair(struct dataplane *dp, const struct nft_set *set, const struct addr *local, const struct addr *remote)
{
	size_t len = address_len(set);
	struct clear_pair *p, *first;
	struct clear_set *in;
	uint8_t ip[32];
	uint64_t hash;

	memcpy(ip, local->ip, len);
	memcpy(ip + len, remote->ip, len);
	hash = hash_of(dp, set, ip);
	p = first = map_get(&dp->clear_pairs, hash);
	while (p && (memcmp(p->ip, ip, len * 2) != 0 || p->set[1] != set->local_bits || p->set[2] != set->remote_bits || p->set[3] != set->pass))
		p = p->next;
	if (!p) {
		in = need_set(dp, set);
		p = in ? calloc(1, sizeof(*p) + len * 2) : NULL;
		if (!p || !map_put(&dp->clear_pairs, hash, p)) {
			free(p);
			return false;
		}
		p->next = first;
		memcpy(p->ip, ip, len * 2);
		memcpy(p->set, (uint8_t[]){ set->family, set->local_bits, set->remote_bits, set->pass }, sizeof(p->set));
		in->pairs++;
	}
	if (p->users++ == 0)
		mark_changed(dp, p);
	return true;
}

static void leave_pair(struct dataplane *dp, const struct nft_set *set, const struct addr *local, const struct addr *remote)
{
	size_t len = address_len(set);
	struct clear_pair *p;
	uint8_t ip[32];

	memcpy(ip, local->ip, len);
	memcpy(ip + len, remote->ip, len);
	p = map_get(&dp->clear_pairs, hash_of(dp, set, ip));
	while (p && (memcmp(p->ip, ip, len * 2) != 0 || p->set[1] != set->local_bits || p->set[2] != set->remote_bits || p->set[3] != set->pass))
		p = p->next;
	if (p && --p->users == 0)
		mark_changed(dp, p);
}

/* Nobody wants it, and the system does not know it any more. */
static void free_pair(struct dataplane *dp, struct clear_pair *p)
{
	const struct nft_set set = set_of(p);
	uint64_t hash = hash_of(dp, &set, p->ip);
	struct clear_pair *first = map_get(&dp->clear_pairs, hash);
	struct clear_set *in = find_set(dp, &set);

	if (first == p && p->next) {
		(void)map_put(&dp->clear_pairs, hash, p->next);
	} else if (first == p) {
		(void)map_remove(&dp->clear_pairs, hash);
	} else {
		while (first->next != p)
			first = first->next;
		first->next = p->next;
	}
	if (--in->pairs == 0)
		dp->clear_rules_changed = true;
	free(p);
}

/* --- what is demanded --- */

static bool says_the_same(const struct dataplane *dp, const struct list *pos, const struct clear_policy *p)
{
	const struct nft_policy *a, *b = &p->policy;

	if (pos == &dp->clear_policies)
		return false;
	a = &LIST_ITEM(pos, const struct clear_policy, all)->policy;
	return a->pass == b->pass && a->priority == b->priority && selector_equal(a->local, b->local) && selector_equal(a->remote, b->remote);
}

/* By priority; those that say the same, as a Child SA and its successor do, stand side by side, and are one rule. */
static bool add_policy(struct dataplane *dp, const struct demand *d, const struct selector *local, const struct selector *remote)
{
	struct clear_policy *p = malloc(sizeof(*p));
	struct list *at = dp->clear_policies.next;

	if (!p)
		return false;
	*p = (struct clear_policy){ .owner = d, .policy = { local, remote, d->pass, d->priority } };
	while (at != &dp->clear_policies && LIST_ITEM(at, struct clear_policy, all)->policy.priority <= d->priority &&
	    !says_the_same(dp, at, p))
		at = at->next;
	dp->clear_rules_changed = dp->clear_rules_changed || !says_the_same(dp, at, p);
	list_append(at, &p->all); /* before that one */
	return true;
}

bool cleartext_demand(struct dataplane *dp, struct demand *d, const struct selectors *local, const struct selectors *remote)
{
	bool ok = true;

	d->pairs = 0;
	for (size_t i = 0; ok && i < local->count; i++)
		for (size_t j = 0; ok && j < remote->count; j++) {
			const struct selector *l = &local->list[i], *r = &remote->list[j];
			struct nft_set set = { .pass = d->pass };

			if (l->first.family == r->first.family)
				ok = d->priority == 0 && is_pair(l, r, &set) ? use_pair(dp, &set, &l->first, &r->first) : add_policy(dp, d, l, r);
			d->pairs += ok;
		}
	if (!ok)
		cleartext_give_up(dp, d, local, remote);
	install_cleartext_check(dp);
	return ok;
}

void cleartext_give_up(struct dataplane *dp, struct demand *d, const struct selectors *local, const struct selectors *remote)
{
	size_t n = 0;

	if (d->pairs == 0)
		return;
	for (size_t i = 0; i < local->count; i++)
		for (size_t j = 0; j < remote->count && n < d->pairs; j++, n++) {
			const struct selector *l = &local->list[i], *r = &remote->list[j];
			struct nft_set set = { .pass = d->pass };

			if (l->first.family == r->first.family && d->priority == 0 && is_pair(l, r, &set))
				leave_pair(dp, &set, &l->first, &r->first);
		}
	LIST_EACH_SAFE(pos, &dp->clear_policies) {
		struct clear_policy *p = LIST_ITEM(pos, struct clear_policy, all);

		if (p->owner != d)
			continue;
		if (!says_the_same(dp, pos->prev, p) && !says_the_same(dp, pos->next, p))
			dp->clear_rules_changed = true;
		list_remove(pos);
		free(p);
	}
	d->pairs = 0;
	install_cleartext_check(dp);
}

/* --- to the system --- */

/* The lists that the rules are made of; borrowed by the call, freed by the caller. */
static bool list_rules(struct dataplane *dp, struct nft_policy **policies, struct nft_set **sets, uint32_t **interfaces, struct nft_table *t)
{
	size_t policy_count = 0, interface_count = 1;

	LIST_EACH(pos, &dp->clear_policies)
		policy_count++;
	LIST_EACH(pos, &dp->tuns)
		interface_count++;
	*policies = calloc(policy_count + 1, sizeof(**policies));
	*sets = calloc(dp->clear_set_count + 1, sizeof(**sets));
	*interfaces = calloc(interface_count, sizeof(**interfaces));
	if (!*policies || !*sets || !*interfaces)
		return false;
	LIST_EACH(pos, &dp->clear_policies)
		if (!says_the_same(dp, pos->prev, LIST_ITEM(pos, struct clear_policy, all)))
			(*policies)[t->policy_count++] = LIST_ITEM(pos, struct clear_policy, all)->policy;
	for (size_t i = 0; i < dp->clear_set_count; i++)
		if (dp->clear_sets[i].pairs > 0)
			(*sets)[t->set_count++] = dp->clear_sets[i].set;
	(*interfaces)[t->interface_count++] = dp->common.index;
	LIST_EACH(pos, &dp->tuns)
		(*interfaces)[t->interface_count++] = LIST_ITEM(pos, struct tun, all)->index;
	t->policies = *policies;
	t->sets = *sets;
	t->interfaces = *interfaces;
	return true;
}

static bool put_rules(struct dataplane *dp, struct nft_change *c)
{
	struct nft_table t = { .mark = dp->conf.mark, .ports = { dp->conf.port, dp->conf.port_nat_t } };
	struct nft_policy *policies = NULL;
	struct nft_set *sets = NULL;
	uint32_t *interfaces = NULL;
	bool ok = list_rules(dp, &policies, &sets, &interfaces, &t);

	if (ok)
		nft_rules(c, &t);
	free(policies);
	free(sets);
	free(interfaces);
	return ok;
}

static void put_pair(struct nft_change *c, const struct clear_pair *p)
{
	const struct nft_set set = set_of(p);
	struct addr local, remote;

	addresses_of(p, &local, &remote);
	if (p->users > 0 && !p->stands)
		nft_add_pair(c, &set, &local, &remote);
	else if (p->users == 0 && p->stands)
		nft_remove_pair(c, &set, &local, &remote);
}

static void put_pairs(struct dataplane *dp, struct nft_change *c, bool all)
{
	struct clear_pair *p;
	size_t at = 0;

	for (p = all ? NULL : dp->clear_changed; p; p = p->changed == p ? NULL : p->changed)
		put_pair(c, p);
	while (all && (p = map_next(&dp->clear_pairs, &at)))
		for (; p; p = p->next)
			put_pair(c, p);
}

/* A new table knows nothing of what stood before. */
static void forget(struct dataplane *dp)
{
	struct clear_pair *p;
	size_t at = 0;

	while ((p = map_next(&dp->clear_pairs, &at)))
		for (; p; p = p->next)
			p->stands = false;
	for (size_t i = 0; i < dp->clear_set_count; i++)
		dp->clear_sets[i].stands = false;
}

static bool put_all(struct dataplane *dp, struct nft_change *c, bool anew)
{
	if (anew)
		nft_make(c);
	for (size_t i = 0; i < dp->clear_set_count; i++)
		if (dp->clear_sets[i].pairs > 0 && !dp->clear_sets[i].stands)
			nft_add_set(c, &dp->clear_sets[i].set);
	put_pairs(dp, c, anew);
	if ((anew || dp->clear_rules_changed) && !put_rules(dp, c))
		return false;
	for (size_t i = 0; i < dp->clear_set_count; i++)
		if (dp->clear_sets[i].pairs == 0 && dp->clear_sets[i].stands)
			nft_remove_set(c, &dp->clear_sets[i].set);
	return true;
}

/* What has changed is known now, or (stands = false) the next table is made anew anyway. */
static void settle_pairs(struct dataplane *dp, bool stands)
{
	for (struct clear_pair *p = dp->clear_changed, *next; p; p = next) {
		next = p->changed == p ? NULL : p->changed;
		p->changed = NULL;
		p->stands = stands && p->users > 0;
		if (p->users == 0)
			free_pair(dp, p);
	}
	dp->clear_changed = NULL;
}

/* The system has taken all. Sets that have become empty stay until the next change. */
static void done(struct dataplane *dp)
{
	size_t kept = 0;

	dp->clear_rules_changed = false;
	for (size_t i = 0; i < dp->clear_set_count; i++)
		if (dp->clear_sets[i].pairs > 0) {
			dp->clear_sets[kept] = dp->clear_sets[i];
			dp->clear_sets[kept++].stands = true;
		}
	dp->clear_set_count = kept;
	settle_pairs(dp, true);
}

static bool tell_system(struct dataplane *dp, bool anew, struct reason *why, struct arena *arena)
{
	struct nft_change *c;
	struct reason unused = { 0 };

	if (anew)
		forget(dp);
	c = nft_begin(dp->nft);
	if (!c)
		return refuse_text(why, REASON_MEMORY, 0, "nftables");
	if (!put_all(dp, c, anew)) {
		nft_abandon(c);
		return refuse_text(why, REASON_MEMORY, 0, "nftables");
	}
	if (!nft_commit(c, anew ? why : &unused, arena))
		return false;
	if (anew) {
		struct clear_pair *p;
		size_t at = 0;

		while ((p = map_next(&dp->clear_pairs, &at)))
			for (; p; p = p->next)
				p->stands = p->users > 0;
	}
	done(dp);
	return true;
}

/* --- what else there is --- */

static void put_words(char *out, size_t size, const struct reason *why)
{
	snprintf(out, size, "%.*s", (int)why->about.bytes.len, (const char *)why->about.bytes.at);
}

/* Is some peer's outer address inside its own remote_ts? Then strict reverse path would drop the tunnel itself. */
static bool peer_inside(const struct dataplane *dp)
{
	LIST_EACH(pos, &dp->children) {
		const struct child_kept *p = &LIST_ITEM(pos, struct child, all)->params;

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

void cleartext_interfaces(struct dataplane *dp)
{
	dp->clear_rules_changed = true;
	install_cleartext_check(dp);
}

/* The counter goes with the table. */
static bool anew(struct dataplane *dp, struct reason *why, struct arena *arena)
{
	uint64_t dropped;

	if (dp->nft_works && nft_dropped(dp->nft, &dropped, arena))
		dp->cleartext += dropped;
	return tell_system(dp, true, why, arena);
}

void install_cleartext_now(struct dataplane *dp, struct arena *arena)
{
	struct reason why = { 0 };

	dp->cleartext_changed = false;
	if (dp->nft)
		dp->nft_works = (dp->nft_works && tell_system(dp, false, &why, arena)) || anew(dp, &why, arena);
	if (dp->nft && !dp->nft_works)
		put_words(dp->nft_words, sizeof(dp->nft_words), &why);
	if (!dp->nft_works) {
		settle_pairs(dp, false);
		strict_reverse_path(dp, arena);
	}
	if (dp->nft_works && (!list_empty(&dp->children) || !list_empty(&dp->policies)))
		heed_mark(dp, arena);
}

uint64_t install_cleartext_drops(const struct dataplane *dp, struct arena *arena)
{
	uint64_t dropped = 0;

	if (dp->nft_works)
		(void)nft_dropped(dp->nft, &dropped, arena);
	return dp->cleartext + dropped;
}

void cleartext_look_after(struct dataplane *dp, struct arena *arena)
{
	uint64_t unused;

	if (dp->nft_works && !nft_dropped(dp->nft, &unused, arena)) {
		dp->nft_works = false; /* somebody removed our table */
		install_cleartext_check(dp);
	}
}

void cleartext_free(struct dataplane *dp)
{
	struct clear_pair *p, *next;
	size_t at = 0;

	while ((p = map_next(&dp->clear_pairs, &at)))
		for (; p; p = next) {
			next = p->next;
			free(p);
		}
	map_clear(&dp->clear_pairs);
	free(dp->clear_sets);
}
