/* SPDX-License-Identifier: ISC */
/*
 * This host's network changes: bursts of news become one, the Child SAs' routes and MTUs follow, and the owner hears of it.
 */
#include "dataplane/plane.h"

#define REST MSEC(100)  /* without news, then a burst is over */
#define RESTORE_REST SECONDS(1) /* what somebody takes away again and again comes back so often at most */
#define BURST MSEC(500) /* at most: a change must not wait for one that never ends */

static bool own_interface(void *ctx, uint32_t index)
{
	return tun_of_index(ctx, index);
}

/* The system drops the routes of a device that is set down, and nobody else sets ours again. */
static void own_link(void *ctx, uint32_t index, bool up)
{
	struct dataplane *dp = ctx;
	struct arena arena = { 0 };

	if (index != 0 && index != dp->common.index)
		return; /* the routes of the others are the administrator's */
	if (!up || !(dp->common.down || index == 0)) {
		dp->common.down = !up;
		return;
	}
	dp->common.down = false;
	install_again(dp, &arena);
	arena_clear(&arena);
}

/* Another program tidies up: without its routes and rules a tunnel's packets would leave in clear. */
static void own_gone(void *ctx)
{
	struct dataplane *dp = ctx;

	if (dp->gone_at == 0)
		dp->gone_at = dp->now.boot + REST < dp->restored_at + RESTORE_REST ? dp->restored_at + RESTORE_REST : dp->now.boot + REST;
}

static void restore(struct dataplane *dp)
{
	const struct dataplane_events *e = &dp->conf.events;
	struct arena arena = { 0 };
	struct reason why = { 0 };

	dp->gone_at = 0;
	dp->restored_at = dp->now.boot;
	(void)plane_frame(dp, &why, &arena);
	install_again(dp, &arena);
	arena_clear(&arena);
	if (e->restored)
		e->restored(e->owner);
}

bool network_open(struct dataplane *dp, struct reason *why, struct arena *arena)
{
	dp->monitored = monitor_open(&dp->monitor, why, arena);
	return dp->monitored;
}

void network_close(struct dataplane *dp)
{
	if (dp->monitored)
		monitor_close(&dp->monitor);
	dp->monitored = false;
}

void network_work(struct dataplane *dp, uint32_t tag)
{
	struct monitor_own own = { dp, own_interface, own_link, own_gone, netlink_port(dp->route) };
	uint64_t now = dp->now.boot;

	if (tag == TAG_MONITOR ? !monitor_read(&dp->monitor, &own) : tag != TAG_CLOCK || !monitor_woke(&dp->monitor))
		return;
	if (dp->news_at == 0)
		dp->news_first = now;
	dp->news_at = now + REST < dp->news_first + BURST ? now + REST : dp->news_first + BURST;
}

uint64_t network_deadline(const struct dataplane *dp)
{
	uint64_t news = dp->news_at ? dp->news_at : NEVER, gone = dp->gone_at ? dp->gone_at : NEVER;

	return news < gone ? news : gone;
}

void network_expire(struct dataplane *dp)
{
	if (dp->gone_at && dp->now.boot >= dp->gone_at)
		restore(dp);
	if (!dp->news_at || dp->now.boot < dp->news_at)
		return;
	dp->news_at = 0;
	children_look_after(dp);
	if (dp->conf.events.network)
		dp->conf.events.network(dp->conf.events.owner);
}
