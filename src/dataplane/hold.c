/* SPDX-License-Identifier: ISC */
/*
 * Packets that met a trap wait here, bounded, until a Child SA that fits them is there. RFC 4301 5.1.
 *
 * The first packets are kept and later ones dropped: whoever sends again sends the first one again. All that wait stand in one list by
 * age and in one by policy, so that the oldest is always at the front.
 */
#include "dataplane/plane.h"

#include <stdlib.h>

#define HOLD_TIME SECONDS(30)
#define ASK_AGAIN SECONDS(3)
#define HELD_MAX 1024u
#define HELD_PACKETS 32u     /* of one policy */
#define HELD_BYTES 65536u

struct held {
	struct list all, of_policy;
	struct policy *trap;
	uint64_t since;
	uint32_t len;
	uint8_t data[];
};

static void forget(struct dataplane *dp, struct held *h)
{
	list_remove(&h->all);
	list_remove(&h->of_policy);
	h->trap->held_count--;
	h->trap->held_bytes -= h->len;
	dp->held_count--;
	free(h);
}

static void drop(struct dataplane *dp, struct held *h)
{
	struct packet p;

	(void)packet_parse(&p, bytes(h->data, h->len));
	tell_drop(dp, NULL, DROP_HELD, &p.key, NULL);
	forget(dp, h);
}

static void ask(struct dataplane *dp, struct policy *trap, const struct packet_key *key)
{
	if (trap->asked_at != 0 && dp->now.boot - trap->asked_at < ASK_AGAIN)
		return;
	if (tell_acquire(dp, trap, key))
		trap->asked_at = dp->now.boot;
}

void hold_packet(struct dataplane *dp, struct policy *trap, const struct packet *p)
{
	bool room = dp->held_count < HELD_MAX && trap->held_count < HELD_PACKETS && trap->held_bytes + p->all.len <= HELD_BYTES;
	struct held *h = room ? malloc(sizeof(*h) + p->all.len) : NULL;

	if (h) {
		*h = (struct held){ .trap = trap, .since = dp->now.boot, .len = (uint32_t)p->all.len };
		memcpy(h->data, p->all.at, p->all.len);
		list_append(&dp->held, &h->all);
		list_append(&trap->held, &h->of_policy);
		trap->held_count++;
		trap->held_bytes += h->len;
		dp->held_count++;
	} else {
		tell_drop(dp, NULL, room ? DROP_MEMORY : DROP_HELD, &p->key, NULL);
	}
	ask(dp, trap, &p->key);
}

void hold_forget(struct dataplane *dp, struct policy *trap)
{
	LIST_EACH_SAFE(pos, &trap->held)
		drop(dp, LIST_ITEM(pos, struct held, of_policy));
}

/* Each is looked up anew: it goes by what fits it now, in the order in which they came. A turn's worth; the rest goes with the next. */
static void release(struct dataplane *dp)
{
	unsigned sent = 0;

	dp->held_may_go = false;
	LIST_EACH_SAFE(pos, &dp->held) {
		struct held *h = LIST_ITEM(pos, struct held, all);
		const struct spd_entry *entry;
		struct packet p;

		(void)packet_parse(&p, bytes(h->data, h->len));
		entry = spd_find(&h->trap->tun->spd, &p.key);
		if (entry && entry->kind == SPD_TRAP)
			continue;
		if (sent++ == BATCH) {
			dp->held_may_go = true;
			return;
		}
		if (entry && entry->kind == SPD_SA) {
			plane_out_again(dp, h->trap->tun, p.all);
			forget(dp, h);
		} else {
			drop(dp, h);
		}
	}
}

/* Each trap asks for its oldest packet; a policy's packets follow one another by their age. */
static void ask_again(struct dataplane *dp)
{
	LIST_EACH(pos, &dp->held) {
		struct held *h = LIST_ITEM(pos, struct held, all);
		struct packet p;

		if (h->trap->held.next != &h->of_policy)
			continue;
		(void)packet_parse(&p, bytes(h->data, h->len));
		ask(dp, h->trap, &p.key);
	}
}

uint64_t hold_deadline(const struct dataplane *dp)
{
	uint64_t first = NEVER;

	if (list_empty(&dp->held))
		return NEVER;
	if (dp->held_may_go)
		return 0;
	first = LIST_ITEM(dp->held.next, const struct held, all)->since + HOLD_TIME;
	return dp->ask_again_at < first ? dp->ask_again_at : first;
}

void hold_expire(struct dataplane *dp)
{
	if (dp->held_may_go)
		release(dp);
	while (!list_empty(&dp->held)) {
		struct held *oldest = LIST_ITEM(dp->held.next, struct held, all);

		if (dp->now.boot - oldest->since < HOLD_TIME)
			break;
		drop(dp, oldest);
	}
	if (dp->now.boot >= dp->ask_again_at) {
		ask_again(dp);
		dp->ask_again_at = dp->now.boot + SECONDS(1);
	}
}
