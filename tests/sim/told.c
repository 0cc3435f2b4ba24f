/* SPDX-License-Identifier: ISC */
/*
 * What the engines say of their SAs: each comes up once and goes down once, or another takes its place; who goes has said why; and
 * in the end what was told is what there is.
 */
#include "sim/sim.h"

#include <inttypes.h>
#include <stdlib.h>

static uint64_t key_of(unsigned n, bool is_child, uint32_t id)
{
	return (uint64_t)n << 40 | (uint64_t)is_child << 36 | id;
}

struct life *told_life(const struct sim *s, unsigned n, bool is_child, uint32_t id)
{
	return map_get(&s->life_of, key_of(n, is_child, id));
}

static const char *kind_of(bool is_child)
{
	return is_child ? "Child SA" : "IKE SA";
}

static struct life *begin(struct sim *s, unsigned n, bool is_child, uint32_t id, uint32_t ike_id)
{
	struct life *l = calloc(1, sizeof(*l));

	if (told_life(s, n, is_child, id))
		broken(s, "%s says twice that %s %" PRIu32 " is up", s->node[n].name, kind_of(is_child), id);
	if (!l || is_broken(s)) {
		free(l);
		return NULL;
	}
	*l = (struct life){ .node = n, .is_child = is_child, .id = id, .ike_id = ike_id, .up_at = s->now.boot };
	list_append(&s->lives, &l->link);
	if (!map_put(&s->life_of, key_of(n, is_child, id), l))
		abort();
	return l;
}

static void told_down(struct sim *s, unsigned n, bool is_child, uint32_t id)
{
	struct life *l = told_life(s, n, is_child, id);

	if (!l && !is_child)
		return; /* it never came up */
	if (!l || l->down_at)
		broken(s, "%s says that %s %" PRIu32 " is down, which is not up", s->node[n].name, kind_of(is_child), id);
	else if (l->heir)
		broken(s, "%s says that %s %" PRIu32 " is down, whose place %" PRIu32 " has taken", s->node[n].name, kind_of(is_child), id,
		       l->heir);
	else
		l->down_at = s->now.boot;
}

/* When an heir comes to nothing, the one before takes its place again. */
static bool take_over(struct sim *s, unsigned n, bool is_child, uint32_t old, uint32_t heir, uint32_t ike_id)
{
	struct life *l = told_life(s, n, is_child, heir);

	if (!l || l->heir != old)
		return begin(s, n, is_child, heir, ike_id) != NULL;
	l->heir = 0;
	return true;
}

static void told_rekey(struct sim *s, unsigned n, bool is_child, uint32_t old, uint32_t heir, uint32_t ike_id)
{
	struct life *l = told_life(s, n, is_child, old);

	if (!l || l->down_at || l->heir)
		broken(s, "%s says that %s %" PRIu32 " was rekeyed, which is %s", s->node[n].name, kind_of(is_child), old,
		       l && l->heir ? "rekeyed already" : "not up");
	else if (take_over(s, n, is_child, old, heir, ike_id))
		l->heir = heir;
}

static void told_reason(struct sim *s, unsigned n, const struct tell *tell)
{
	LIST_EACH(at, &s->lives) {
		struct life *l = LIST_ITEM(at, struct life, link);

		if (l->node != n || (l->is_child ? l->ike_id : l->id) != tell->ike_id)
			continue;
		if (tell->entry->child_id == 0 || (l->is_child && tell->entry->child_id == l->id))
			l->reason_at = s->now.boot;
	}
}

/* The Child SAs of a rekeyed IKE SA are its heir's. */
static void inherit(struct sim *s, unsigned n, uint32_t old, uint32_t heir)
{
	LIST_EACH(at, &s->lives) {
		struct life *l = LIST_ITEM(at, struct life, link);

		if (l->node == n && l->is_child && l->ike_id == old && !l->down_at)
			l->ike_id = heir;
	}
}

void told(struct sim *s, unsigned n, const struct tell *tell)
{
	switch (tell->kind) {
	case TELL_STORY:
		if (tell->entry->why && tell->entry->why->kind != REASON_NONE)
			told_reason(s, n, tell);
		break;
	case TELL_IKE_UP:
		(void)begin(s, n, false, tell->ike_id, tell->ike_id);
		break;
	case TELL_IKE_DOWN:
		told_down(s, n, false, tell->ike_id);
		break;
	case TELL_CHILD_UP:
		(void)begin(s, n, true, tell->child_id, tell->ike_id);
		break;
	case TELL_CHILD_DOWN:
		told_down(s, n, true, tell->child_id);
		break;
	case TELL_IKE_UPDATE:
		break;
	case TELL_IKE_REKEY:
		told_rekey(s, n, false, tell->old_ike->id, tell->ike->id, tell->ike->id);
		inherit(s, n, tell->old_ike->id, tell->ike->id);
		break;
	case TELL_CHILD_REKEY:
		told_rekey(s, n, true, tell->old_child->id, tell->child->id, tell->child->ike_id);
		break;
	}
}

static void forget(struct sim *s, struct life *l)
{
	(void)map_remove(&s->life_of, key_of(l->node, l->is_child, l->id));
	list_remove(&l->link);
	free(l);
}

void told_crash(struct sim *s, unsigned n)
{
	LIST_EACH_SAFE(at, &s->lives)
		if (LIST_ITEM(at, struct life, link)->node == n)
			forget(s, LIST_ITEM(at, struct life, link));
}

void told_quiet(struct sim *s)
{
	LIST_EACH(at, &s->lives) {
		const struct life *l = LIST_ITEM(at, struct life, link);

		if (l->down_at && l->reason_at == 0)
			broken(s, "%s: %s %" PRIu32 " went without a reason", s->node[l->node].name, kind_of(l->is_child), l->id);
	}
}

void told_empty(struct sim *s)
{
	LIST_EACH(at, &s->lives) {
		const struct life *l = LIST_ITEM(at, struct life, link);

		if (!l->down_at && !l->heir)
			broken(s, "%s: nobody said that %s %" PRIu32 " went", s->node[l->node].name, kind_of(l->is_child), l->id);
	}
}

void told_clear(struct sim *s)
{
	LIST_EACH_SAFE(at, &s->lives)
		forget(s, LIST_ITEM(at, struct life, link));
	map_clear(&s->life_of);
}
