/* SPDX-License-Identifier: ISC */
/*
 * The TUNs: the common one, and those that connections name. Nobody but the administrator sets routes into the latter, so they stay
 * from their first use to the end: what was set on them would go with them.
 */
#include "dataplane/plane.h"

#include <stdio.h>
#include <stdlib.h>

#include "linux/poll.h"

#define TUN_MTU_FIRST 1280u /* until a Child SA says more */
#define TUNS_MAX 4096u

bool tun_start(struct dataplane *dp, struct tun *t, const char *name, struct reason *why, struct arena *arena)
{
	t->fd = tun_open(name, &t->index, why, arena);
	if (t->fd < 0)
		return false;
	if (t->name != name)
		snprintf(t->name, sizeof(t->name), "%s", name);
	if (!link_up(dp->route, t->index, TUN_MTU_FIRST, why, arena)) {
		tun_close(t->fd);
		t->fd = -1;
		return false;
	}
	t->mtu = TUN_MTU_FIRST;
	return true;
}

bool tun_widen(struct dataplane *dp, struct tun *t, uint32_t mtu, struct reason *why, struct arena *arena)
{
	if (mtu <= t->mtu)
		return true; /* smaller ones are the routes' business */
	if (!link_up(dp->route, t->index, mtu, why, arena))
		return false;
	t->mtu = mtu;
	return true;
}

static struct tun *find(struct dataplane *dp, const char *name, size_t *count)
{
	*count = 0;
	LIST_EACH(pos, &dp->tuns) {
		struct tun *t = LIST_ITEM(pos, struct tun, all);

		++*count;
		if (strcmp(t->name, name) == 0)
			return t;
	}
	return NULL;
}

static bool watch(struct dataplane *dp, struct tun *t, struct reason *why)
{
	if (!poll_add(dp->poll, t->fd, t)) {
		tun_close(t->fd);
		t->fd = -1;
		return refuse_text(why, REASON_SYSTEM, 0, "the TUN cannot be watched");
	}
	t->lost = t->down = false;
	cleartext_interfaces(dp);
	return true;
}

static struct tun *make(struct dataplane *dp, const char *name, struct reason *why, struct arena *arena)
{
	struct tun *t = calloc(1, sizeof(*t));

	if (!t) {
		refuse_text(why, REASON_MEMORY, 0, "TUN");
		return NULL;
	}
	if (!tun_start(dp, t, name, why, arena) || !watch(dp, t, why)) {
		free(t);
		return NULL;
	}
	list_append(&dp->tuns, &t->all);
	return t;
}

struct tun *tun_for(struct dataplane *dp, const char *name, struct reason *why, struct arena *arena)
{
	struct tun *t;
	size_t count;

	if (!name || strcmp(name, dp->common.name) == 0)
		return &dp->common;
	t = find(dp, name, &count);
	if (t && t->fd >= 0)
		return t;
	if (t) /* it was taken away: anew, for all that use it */
		return tun_start(dp, t, name, why, arena) && watch(dp, t, why) ? t : NULL;
	if (count >= TUNS_MAX) {
		refuse_text(why, REASON_LIMIT, 0, "too many TUNs");
		return NULL;
	}
	return make(dp, name, why, arena);
}

struct tun *tun_of_index(struct dataplane *dp, uint32_t index)
{
	if (dp->common.index == index)
		return &dp->common;
	LIST_EACH(pos, &dp->tuns)
		if (LIST_ITEM(pos, struct tun, all)->index == index)
			return LIST_ITEM(pos, struct tun, all);
	return NULL;
}

void tuns_work(struct dataplane *dp)
{
	void *ready[BATCH];
	size_t n = poll_ready(dp->poll, ready, BATCH);

	for (size_t i = 0; i < n; i++) {
		struct tun *t = ready[i];

		plane_out(dp, t);
		if (t->lost && t->fd >= 0) {
			poll_remove(dp->poll, t->fd);
			tun_close(t->fd);
			t->fd = -1;
		}
	}
}

void tuns_free(struct dataplane *dp)
{
	LIST_EACH_SAFE(pos, &dp->tuns) {
		struct tun *t = LIST_ITEM(pos, struct tun, all);

		list_remove(&t->all);
		tun_close(t->fd);
		spd_clear(&t->spd);
		free(t);
	}
	tun_close(dp->common.fd);
	spd_clear(&dp->common.spd);
	poll_close(dp->poll);
}
