/* SPDX-License-Identifier: ISC */
/* What happens in a run: commands, reports of the data plane, and what befalls hosts and networks. */
#include "sim/sim.h"

#include <stdlib.h>

/* --- orders --- */

void order(struct sim *s, unsigned n, const char *words, const struct command *c)
{
	struct site *node = &s->node[n];
	struct order *o = &s->orders[s->order_count];

	if (s->order_count == ORDERS_MAX || is_broken(s) || !node->host || node->asleep)
		return;
	*o = (struct order){ .token = ++s->order_count, .at = s->now.boot, .node = n, .words = words };
	chart(s, (int)n, "command %s %s%s%s", words, c->name ? c->name : "", c->child ? ", child " : "", c->child ? c->child : "");
	host_command(node->host, sim_now(s, n), o->token, c);
	check_step(s, n);
}

bool orders_done(const struct sim *s)
{
	for (size_t i = 0; i < s->order_count; i++)
		if (!s->orders[i].done && !s->orders[i].lost)
			return false;
	return true;
}

struct command initiate(const struct sim *s, const struct line *l)
{
	return (struct command){ .kind = COMMAND_INITIATE,
		                 .name = l->name,
		                 .child = s->plan.all_children ? NULL : "one",
		                 .keep_trying = s->plan.keep_trying && !s->healed };
}

static bool is_anywhere(const struct sim *s, unsigned n)
{
	return s->node[n].roams || s->node[n].box >= 0;
}

unsigned caller(struct sim *s, const struct line *l)
{
	unsigned end = (unsigned)rng_below(&s->script, 2);

	return is_anywhere(s, l->node[1 - end]) ? l->node[1 - end] : l->node[end];
}

static struct line *some_line(struct sim *s, unsigned n)
{
	struct line *l;

	do
		l = &s->lines[rng_below(&s->script, s->line_count)];
	while (l->node[0] != n && l->node[1] != n);
	return l;
}

static const char *some_child(struct sim *s)
{
	return plan_child((unsigned)rng_below(&s->script, s->plan.children));
}

/* --- commands --- */

static void set_up(struct sim *s, unsigned n)
{
	const struct line *l = some_line(s, n);
	unsigned peer = l->node[n == l->node[0]];

	if (is_anywhere(s, peer))
		n = peer;
	order(s, n, "initiate", &(struct command){ .kind = COMMAND_INITIATE, .name = l->name, .child = some_child(s) });
}

static void end_child(struct sim *s, unsigned n)
{
	const struct line *l = some_line(s, n);
	bool named = rng_percent(&s->script, 70);

	order(s, n, "terminate child", &(struct command){ .kind = COMMAND_TERMINATE, .name = named ? l->name : NULL, .child = some_child(s) });
}

static void end_ike(struct sim *s, unsigned n)
{
	order(s, n, "terminate",
	      &(struct command){ .kind = COMMAND_TERMINATE, .name = some_line(s, n)->name, .force = rng_percent(&s->script, 15) });
}

static void rekey_child(struct sim *s, unsigned n)
{
	order(s, n, "rekey child", &(struct command){ .kind = COMMAND_REKEY, .name = some_line(s, n)->name, .child = some_child(s) });
}

static void rekey_ike(struct sim *s, unsigned n)
{
	order(s, n, "rekey", &(struct command){ .kind = COMMAND_REKEY, .name = some_line(s, n)->name });
}

static void reauth(struct sim *s, unsigned n)
{
	order(s, n, "reauthenticate", &(struct command){ .kind = COMMAND_REKEY, .name = some_line(s, n)->name, .reauth = true });
}

static void install(struct sim *s, unsigned n)
{
	bool up = rng_percent(&s->script, 60);

	order(s, n, up ? "install" : "uninstall",
	      &(struct command){ .kind = up ? COMMAND_INSTALL : COMMAND_UNINSTALL, .name = some_line(s, n)->name, .child = some_child(s) });
}

static void reload(struct sim *s, unsigned n)
{
	if (!s->node[n].host || s->node[n].asleep)
		return;
	chart(s, (int)n, "connections loaded again");
	s->node[n].host->now = sim_now(s, n);
	if (rng_percent(&s->script, 60))
		plan_reload(s, n);
	else
		host_load(s->node[n].host);
	check_step(s, n);
}

/* Its SAs go on without the configuration that made them; some time later it is there again. */
static void unload(struct sim *s, unsigned n)
{
	order(s, n, "unload", &(struct command){ .kind = COMMAND_UNLOAD, .name = some_line(s, n)->name });
	sim_until(s, s->now.boot + rng_below(&s->script, SECONDS(60)));
	reload(s, n);
}

/* --- the data plane and the host --- */

static void traffic(struct sim *s, unsigned n)
{
	static const enum traffic_kind kinds[] = { TRAFFIC_SOFT_LIMIT, TRAFFIC_SOFT_LIMIT, TRAFFIC_SOFT_LIMIT, TRAFFIC_HARD_LIMIT,
		                                   TRAFFIC_SEQUENCE_LIMIT, TRAFFIC_USED, TRAFFIC_UNKNOWN_SPI, TRAFFIC_ONE_WAY };
	struct host *h = s->node[n].host;
	struct traffic t = { .kind = kinds[rng_below(&s->script, COUNT_OF(kinds))] };
	const struct child_params *child;
	struct list *at;

	if (!h || s->node[n].asleep || list_empty(&h->children))
		return;
	at = h->children.next;
	for (uint64_t skip = rng_below(&s->script, h->child_count); skip > 0; skip--)
		at = at->next;
	child = &LIST_ITEM(at, struct installed, link)->params;
	t.child_id = child->id;
	t.spi = child->spi_in;
	t.path = child->path;
	chart(s, (int)n, "traffic report %u of Child SA %u", (unsigned)t.kind, t.child_id);
	if (t.kind == TRAFFIC_HARD_LIMIT || t.kind == TRAFFIC_SEQUENCE_LIMIT)
		esp_limited(s, t.spi);
	host_traffic(h, sim_now(s, n), &t);
	check_step(s, n);
}

static void network(struct sim *s, unsigned n)
{
	struct site *node = &s->node[n];

	if (!node->host || node->asleep)
		return;
	chart(s, (int)n, "hears that its network has changed");
	host_network(node->host, sim_now(s, n));
	check_step(s, n);
}

static void roam(struct sim *s, unsigned n)
{
	struct site *node = &s->node[n];

	if (!node->roams) {
		network(s, n);
		return;
	}
	node->place = (unsigned)(node->place + 1 + rng_below(&s->script, PLACES - 1)) % PLACES;
	chart(s, (int)n, "has another address");
	if (node->host)
		node->host->addr = s->addr[n][node->place];
	network(s, n);
}

static void partition(struct sim *s, unsigned n)
{
	struct line *l = some_line(s, n);
	uint64_t until = s->now.boot + rng_below(&s->script, SECONDS(240));
	uint64_t way = rng_below(&s->script, 4);

	chart(s, -1, "no way %s %s until %llu", way == 0 ? "from" : way == 1 ? "to" : "between", l->name, (unsigned long long)until);
	for (unsigned end = 0; end < 2; end++)
		if (way != 1 - end)
			l->cut[end] = until;
}

static void forget(struct sim *s)
{
	chart(s, -1, "the NATs forget");
	for (unsigned i = 0; i < BOXES; i++)
		net_forget(s, i);
}

/* All that it knew is gone at once; its commands have no end. */
static void crash(struct sim *s, unsigned n)
{
	if (!s->node[n].host)
		return;
	chart(s, (int)n, "crashes");
	sim_stop(s, n);
	s->node[n].down = s->now.boot + (rng_percent(&s->script, 50) ? 0 : rng_below(&s->script, SECONDS(90)));
	happen_due(s);
}

/* It is told to end, and has a few seconds for it. */
static void restart(struct sim *s, unsigned n)
{
	struct site *node = &s->node[n];

	if (!node->host || node->asleep || node->down)
		return;
	order(s, n, "shut down", &(struct command){ .kind = COMMAND_SHUTDOWN, .timeout = 3000 });
	node->down = s->now.boot + SECONDS(4);
}

static void sleep_and_wake(struct sim *s, unsigned n)
{
	struct site *node = &s->node[n];

	if (!node->host || node->asleep)
		return;
	chart(s, (int)n, "sleeps");
	node->asleep = s->now.boot + 1 + rng_below(&s->script, rng_percent(&s->script, 30) ? SECONDS(3600) : SECONDS(100));
}

static void jump(struct sim *s, unsigned n)
{
	s->node[n].wall += (int64_t)rng_below(&s->script, 200000) - 100000;
	chart(s, (int)n, "its wall clock is set");
}

static void wake(struct sim *s, unsigned n)
{
	s->node[n].asleep = 0;
	if (!s->node[n].host)
		return;
	chart(s, (int)n, "wakes");
	host_network(s->node[n].host, sim_now(s, n));
	check_step(s, n);
}

void happen_due(struct sim *s)
{
	for (unsigned n = 0; n < s->plan.nodes && !is_broken(s); n++) {
		struct site *node = &s->node[n];

		if (node->asleep && node->asleep <= s->now.boot)
			wake(s, n);
		if (node->down > s->now.boot || (!node->down && node->host))
			continue;
		if (node->host) /* it was told to shut down */
			sim_stop(s, n);
		node->down = 0;
		sim_start(s, n);
	}
}

uint64_t happen_deadline(const struct sim *s)
{
	uint64_t at = NEVER;

	for (unsigned n = 0; n < s->plan.nodes; n++) {
		const struct site *node = &s->node[n];

		if (node->asleep && node->asleep < at)
			at = node->asleep;
		if (node->down && node->down < at)
			at = node->down;
	}
	return at;
}

void happen_calm(struct sim *s)
{
	for (unsigned n = 0; n < s->plan.nodes; n++) {
		if (s->node[n].asleep)
			s->node[n].asleep = s->now.boot;
		if (s->node[n].down)
			s->node[n].down = s->now.boot;
	}
	happen_due(s);
}

/* --- dice --- */

static const struct {
	unsigned weight;
	void (*happen)(struct sim *s, unsigned n);
} things[] = {
	{ 24, set_up },     { 16, rekey_child }, { 10, rekey_ike }, { 13, end_child }, { 8, end_ike }, { 3, reauth },
	{ 9, traffic },     { 3, reload },       { 2, unload },     { 3, crash },      { 2, restart }, { 3, roam },
	{ 5, partition },   { 2, sleep_and_wake }, { 1, jump },    { 2, install },
};

static void one(struct sim *s, unsigned n, uint64_t what)
{
	size_t i;

	for (i = 0; i + 1 < COUNT_OF(things) && what >= things[i].weight; i++)
		what -= things[i].weight;
	things[i].happen(s, n);
	if (s->plan.nat && rng_percent(&s->script, 6))
		forget(s);
}

static uint64_t dice(struct sim *s)
{
	uint64_t total = 0;

	for (size_t i = 0; i < COUNT_OF(things); i++)
		total += things[i].weight;
	return rng_below(&s->script, total);
}

void happen(struct sim *s)
{
	uint64_t when = rng_below(&s->script, 100), what = dice(s);
	unsigned n = (unsigned)rng_below(&s->script, s->plan.nodes);
	const struct line *l = some_line(s, n);

	if (when < 45)
		sim_until(s, s->now.boot + rng_below(&s->script, SECONDS(40)));
	else if (when < 75)
		sim_until(s, s->now.boot + rng_below(&s->script, 300));
	one(s, n, what);
	if (rng_percent(&s->script, 30)) /* both at once */
		one(s, l->node[n == l->node[0]], rng_percent(&s->script, 60) ? what : dice(s));
}
