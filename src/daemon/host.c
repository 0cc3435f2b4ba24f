/* SPDX-License-Identifier: ISC */
/* Hosting the engine: its events done, its news logged and told, the data plane's reports handed in. */
#include <net/if.h>

#include "crypto/crypto.h"
#include "daemon/host.h"
#include "policy/explain.h"

#define OFTEN_RESTORED 0x10000u /* of log_often: above the kinds of reasons */
#define SETTLE_EVENTS 4096 /* of one turn; the rest waits for the next, so that sockets are not starved */

static void log_story(const struct daemon *d, const struct tell *tell)
{
	const struct story_entry *entry = tell->entry;
	bool trouble = entry->kind == STORY_REFUSED || entry->kind == STORY_PEER_REFUSED || entry->kind == STORY_VISIBLE_FAULT;
	enum log_level level = trouble ? LOG_LEVEL_WARNING : entry->kind == STORY_UP || entry->kind == STORY_DOWN ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
	const char *name = tell->connection ? tell->connection : "";
	unsigned key = entry->why ? (unsigned)entry->why->kind : 0;
	struct text line = { 0 };

	(void)d;
	story_entry_print(&line, entry);
	for (const char *c = name; *c; c++)
		key = key * 31u + (uint8_t)*c;
	/* who has not proved itself cannot fill the log: a line a connection, reason and minute */
	if (tell->unproved && level <= LOG_LEVEL_INFO)
		log_often(level, entry->at.boot, key, "%s%s%s", name, *name ? ": " : "", text_str(&line));
	else
		log_line(level, "%s%s%s", name, *name ? ": " : "", text_str(&line));
	text_clear(&line);
}

static void run_updown(struct daemon *d, const struct tell *tell)
{
	uint32_t index = tell->ike->path.interface, mtu;
	char interface[IF_NAMESIZE] = "";
	struct arena arena = { 0 };
	struct reason why;
	struct addr local;

	if (!tell->child->conf || !tell->child->conf->updown)
		return;
	if (index == 0)
		(void)dataplane_source_for(d->plane, &tell->ike->path.remote.addr, &local, &index, &mtu, &why, &arena);
	updown_run(d->updown, tell->kind == TELL_CHILD_UP, tell->ike, tell->child, if_indextoname(index, interface));
	arena_clear(&arena);
}

static void do_tell(struct daemon *d, const struct tell *tell)
{
	if ((tell->kind == TELL_CHILD_UP || tell->kind == TELL_CHILD_DOWN) && tell->ike && tell->child)
		run_updown(d, tell);
	if (tell->kind == TELL_STORY)
		log_story(d, tell);
	control_tell(d->control, tell);
}

static void do_send(struct daemon *d, const struct event *e)
{
	struct reason why = { 0 };
	struct text line = { 0 };

	if (e->keepalive) {
		(void)dataplane_send_keepalive(d->plane, &e->path);
		return;
	}
	if (!dataplane_send_ike(d->plane, &e->path, e->datagram, &why)) {
		reason_print(&line, &why);
		log_often(LOG_LEVEL_WARNING, daemon_now().boot, (unsigned)why.kind, "an IKE message could not be sent: %s",
		          text_str(&line));
	}
	text_clear(&line);
}

static void do_release(struct daemon *d, const struct event *e)
{
	if (e->release.spi)
		dataplane_spi_release(d->plane, e->release.spi);
	if (e->release.child_id)
		dataplane_child_remove(d->plane, e->release.child_id, daemon_now());
	if (e->release.policy_id)
		dataplane_policy_remove(d->plane, e->release.policy_id, daemon_now());
}

/* What the engine does not take is kept beside what the reader did not take, for those who ask why it is not there. */
static void keep_problem(struct daemon *d, const struct reason *why)
{
	struct text words = { 0 };
	struct reason told = *why;

	told.where = conf_nowhere();
	reason_print(&words, &told);
	(void)refuse(&told, why->kind, 0, value_none(), value_none(), why->where);
	told.about = value_text(text_str(&words));
	(void)problem_add(&d->problems, PROBLEM_NOT_BUILT, false, &told);
	text_clear(&words);
}

static void do_done(struct daemon *d, const struct event *e)
{
	struct text line = { 0 };

	if (!(e->token & DAEMON_TOKEN)) {
		control_done(d->control, e);
		return;
	}
	if (e->token == TOKEN_SHUTDOWN) {
		event_base_loopbreak(d->base);
	} else if (!e->ok) {
		reason_print(&line, &e->why);
		log_line(LOG_LEVEL_WARNING, "configuration: %s", text_str(&line));
		text_clear(&line);
		keep_problem(d, &e->why);
	}
}

static void host_do(struct daemon *d, const struct event *e)
{
	switch (e->kind) {
	case EVENT_SEND:
		do_send(d, e);
		break;
	case EVENT_ASK:
		daemon_ask(d, e->token, &e->ask);
		break;
	case EVENT_RELEASE:
		do_release(d, e);
		break;
	case EVENT_CHILD_REMOVE:
		dataplane_child_remove(d->plane, e->child_id, daemon_now());
		break;
	case EVENT_CHILD_OUTBOUND:
		(void)dataplane_child_outbound(d->plane, e->child_id, daemon_now());
		break;
	case EVENT_CHILD_INBOUND:
		(void)dataplane_child_inbound(d->plane, e->child_id, daemon_now());
		break;
	case EVENT_CHILD_UPDATE:
		(void)dataplane_child_adopt(d->plane, e->child_id, e->ike_id);
		(void)dataplane_child_update(d->plane, e->child_id, &e->path, e->encap, daemon_now());
		break;
	case EVENT_POLICY_REMOVE:
		dataplane_policy_remove(d->plane, e->policy_id, daemon_now());
		break;
	case EVENT_TELL:
		do_tell(d, &e->tell);
		break;
	case EVENT_DONE:
		do_done(d, e);
		break;
	}
}

static uint64_t earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void arm(struct daemon *d, bool at_once)
{
	uint64_t at = earliest(earliest(engine_deadline(d->engine), dataplane_deadline(d->plane)), control_deadline(d->control));
	uint64_t now = daemon_now().boot, wait = at_once || at <= now ? 0 : at - now;
	struct timeval tv;

	if (!at_once && at == NEVER) {
		event_del(d->timer);
		return;
	}
	tv.tv_sec = (time_t)(wait / 1000);
	tv.tv_usec = (suseconds_t)(wait % 1000 * 1000);
	event_add(d->timer, &tv);
}

void daemon_settle(struct daemon *d)
{
	struct event event;
	unsigned done = 0;

	while (done < SETTLE_EVENTS && engine_next(d->engine, &event)) {
		host_do(d, &event);
		done++;
	}
	arm(d, done == SETTLE_EVENTS);
}

void daemon_on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct now now = daemon_now();

	(void)fd;
	(void)what;
	dataplane_expire(d->plane, now);
	engine_expire(d->engine, now);
	control_expire(d->control);
	daemon_settle(d);
}

void daemon_on_plane(evutil_socket_t fd, short what, void *arg)
{
	struct plane_watch *watch = arg;

	(void)fd;
	(void)what;
	dataplane_work(watch->daemon->plane, watch->tag, daemon_now());
	daemon_settle(watch->daemon);
}

/* --- the data plane's reports --- */

static void on_ike(void *owner, const struct path *path, struct bytes datagram)
{
	struct daemon *d = owner;

	engine_input(d->engine, daemon_now(), path, datagram);
}

static void on_behind(void *owner, bool behind)
{
	struct daemon *d = owner;

	engine_behind(d->engine, behind);
}

static void report(struct daemon *d, const struct traffic *t)
{
	engine_traffic(d->engine, daemon_now(), t);
}

static void on_limit(void *owner, uint32_t child_id, bool hard, bool sequence)
{
	struct traffic t = { .child_id = child_id };

	t.kind = !hard ? TRAFFIC_SOFT_LIMIT : sequence ? TRAFFIC_SEQUENCE_LIMIT : TRAFFIC_HARD_LIMIT;
	report(owner, &t);
}

static void on_moved(void *owner, uint32_t child_id, const struct path *from)
{
	report(owner, &(struct traffic){ .kind = TRAFFIC_MOVED, .child_id = child_id, .path = *from });
}

static void on_unknown_spi(void *owner, const struct path *from, uint32_t spi)
{
	report(owner, &(struct traffic){ .kind = TRAFFIC_UNKNOWN_SPI, .spi = spi, .path = *from });
}

static void on_first(void *owner, uint32_t child_id)
{
	report(owner, &(struct traffic){ .kind = TRAFFIC_FIRST, .child_id = child_id });
}

static void on_one_way(void *owner, uint32_t child_id)
{
	report(owner, &(struct traffic){ .kind = TRAFFIC_ONE_WAY, .child_id = child_id });
}

static void on_acquire(void *owner, uint32_t policy_id, const struct selector *local, const struct selector *remote)
{
	report(owner, &(struct traffic){ .kind = TRAFFIC_ACQUIRE, .child_id = policy_id, .packet_local = *local, .packet_remote = *remote });
}

static void on_network(void *owner)
{
	struct daemon *d = owner;

	engine_network(d->engine, daemon_now());
}

static void on_restored(void *owner)
{
	(void)owner;
	log_often(LOG_LEVEL_WARNING, daemon_now().boot, OFTEN_RESTORED, "another program has removed routes or rules of ours: they are set again "
	          "(of systemd-networkd: ManageForeignRoutes=no, ManageForeignRoutingPolicyRules=no)");
}

static void on_drop(void *owner, enum drop why, uint32_t child_id, uint64_t count, const char *sample)
{
	(void)owner;
	if (child_id)
		log_line(LOG_LEVEL_WARNING, "packets: %llu dropped by Child SA %u: %s (%s)", (unsigned long long)count, child_id,
		         drop_words(why), sample);
	else
		log_line(LOG_LEVEL_WARNING, "packets: %llu dropped: %s (%s)", (unsigned long long)count, drop_words(why), sample);
}

static void on_lost(void *owner, uint32_t tag)
{
	struct daemon *d = owner;

	for (size_t i = 0; i < d->fd_count; i++)
		if (d->plane_fds[i].tag == tag)
			event_del(d->fds[i]);
	log_line(LOG_LEVEL_ERROR, "the TUN was taken away: nothing can be carried any more");
	d->status = 1;
	daemon_end(d, "no TUN");
}

struct dataplane_events daemon_plane_events(struct daemon *d)
{
	return (struct dataplane_events){
		.owner = d,
		.ike_received = on_ike,
		.behind = on_behind,
		.limit_reached = on_limit,
		.peer_moved = on_moved,
		.unknown_spi = on_unknown_spi,
		.first_packet = on_first,
		.one_way = on_one_way,
		.acquire = on_acquire,
		.network = on_network,
		.restored = on_restored,
		.lost = on_lost,
		.drop_log = on_drop,
	};
}
