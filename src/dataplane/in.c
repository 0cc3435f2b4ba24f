/* SPDX-License-Identifier: ISC */
/*
 * From the peer to the TUN: classify, open, check the selectors, write. RFC 4301 5.2, RFC 3948 2.
 */
#include "dataplane/plane.h"

#include "ipsec/mss.h"
#include "ipsec/outer.h"
#include "ipsec/transport.h"
#include "linux/rawesp.h"
#include "linux/tun.h"

#define FULL_BATCHES 8u     /* until the backlog of a socket is looked at */
#define BACKLOG_PERCENT 2u  /* of its buffer: some hundred datagrams */

/* ESP packets of one Child SA, one behind the other in the batch that was received. */
struct run {
	struct dataplane *dp;
	struct plane_socket *socket;
	struct child *child;
	size_t count;
	struct esp_job jobs[BATCH];
	const struct datagram *from[BATCH];
};

static struct path path_of(const struct run *r, const struct datagram *d, uint8_t encap)
{
	struct path path = { .local = d->local, .remote = d->remote, .interface = d->interface, .encap = encap };

	path.local.port = r->socket->port;
	return path;
}

/* RFC 7296 2.23: an authenticated packet shows where the peer is now. Only the newest one counts, or a late one would move us back, and
 * a copy of one (there may be no replay window) would move us anywhere. */
static void check_moved(struct run *r, const struct esp_job *job, const struct datagram *d)
{
	struct child *c = r->child;
	struct endpoint from = d->remote;
	struct path path;

	if (c->params.encap == ENCAP_NONE || r->socket->raw)
		from.port = c->params.path.remote.port;
	if (endpoint_equal(&from, &c->params.path.remote) || endpoint_equal(&from, &c->moved_to) ||
	    !job->newest || job->sequence != c->in.replay.top)
		return;
	c->moved_to = from;
	path = path_of(r, d, PATH_UDP_NATT);
	tell_moved(r->dp, c, &path);
}

/* The packet as it was before ESP; *at: its first byte. In transport mode its header is the outer one. */
static enum drop restore(const struct child *c, const struct esp_job *job, const struct datagram *d, struct packet *p, uint8_t **at)
{
	const struct child_kept *params = &c->params;
	struct bytes all = job->inner;
	enum drop drop;

	*at = job->buffer + (job->inner.at - job->buffer);
	if (is_transport(c)) {
		all = transport_build(*at, all.len, job->next, d->tos, &params->path.remote.addr, &params->path.local.addr);
		*at -= transport_header_len(params->path.remote.addr.family);
	}
	drop = packet_parse(p, all);
	if (drop == DROP_NONE && is_transport(c))
		transport_repair(*at, p, &params->original_remote, &params->original_local);
	return drop;
}

/* RFC 4301 5.2 step 4, RFC 6040, and up. `job` was opened. */
static void deliver(struct run *r, const struct esp_job *job, const struct datagram *d)
{
	struct child *c = r->child;
	struct packet p;
	uint8_t *at, tos;
	enum drop drop = restore(c, job, d, &p, &at);

	if (drop == DROP_NONE && !selectors_match(&c->params.local_ts, &c->params.remote_ts, &p.key, false))
		drop = DROP_SELECTOR_IN;
	tos = p.tos;
	if (drop == DROP_NONE && !is_transport(c))
		drop = outer_arrived(&tos, p.tos, d->tos, c->params.copy_ecn, c->params.dscp_in);
	if (drop != DROP_NONE) {
		tell_drop(r->dp, c, drop, &p.key, &d->remote);
		return;
	}
	packet_set_tos(at, &p, tos);
	(void)mss_clamp(at, &p, c->inner_mtu);
	if (!tun_write(c->tun->fd, p.all))
		tell_drop(r->dp, c, DROP_SEND, &p.key, NULL);
}

static void flush(struct run *r)
{
	if (r->count > 0)
		(void)esp_open(&r->child->in, r->jobs, r->count);
	for (size_t i = 0; i < r->count; i++) {
		struct esp_job *job = &r->jobs[i];

		if (job->drop == DROP_NONE && child_exhausted(r->child, false, 0, 0))
			job->drop = DROP_LIMIT;
		if (job->drop != DROP_NONE) {
			tell_drop(r->dp, r->child, job->drop, NULL, &r->from[i]->remote);
			continue;
		}
		check_moved(r, job, r->from[i]);
		child_count(r->dp, r->child, false, job->inner.len);
		deliver(r, job, r->from[i]);
	}
	r->count = 0;
}

/* ESP in UDP for an SA without it is taken (RFC 7296 2.23); raw ESP for one with it is not: it went past the NAT. */
static void take_esp(struct run *r, const struct datagram *d, uint8_t *at, size_t len)
{
	struct sad_entry *entry;
	struct child *c;

	if (len < ESP_HEADER) {
		tell_drop(r->dp, NULL, DROP_RUNT, NULL, &d->remote);
		return;
	}
	entry = sad_find(&r->dp->sad, get_u32(at), &d->local.addr);
	if (!entry) {
		struct path path = path_of(r, d, PATH_UDP_NATT);

		tell_drop(r->dp, NULL, DROP_NO_SA, NULL, &d->remote);
		tell_spi(r->dp, &path, get_u32(at));
		return;
	}
	c = LIST_ITEM(entry, struct child, entry);
	if (r->socket->raw && c->params.encap == ENCAP_UDP) {
		tell_drop(r->dp, c, DROP_WRONG_ENCAP, NULL, &d->remote);
		return;
	}
	if (r->count > 0 && r->child != c)
		flush(r);
	r->child = c;
	r->from[r->count] = d;
	r->jobs[r->count++] = (struct esp_job){ .buffer = at, .len = len, .capacity = len };
}

/* The owner may add and remove Child SAs in there: nothing of them is held. */
static void take_ike(struct run *r, const struct datagram *d, struct bytes message, uint8_t encap)
{
	const struct dataplane_events *e = &r->dp->conf.events;
	struct path path = path_of(r, d, encap);

	flush(r);
	r->child = NULL;
	if (e->ike_received)
		e->ike_received(e->owner, &path, message);
}

/* RFC 3948 2.1 to 2.3. */
static void take(struct run *r, const struct datagram *d)
{
	static const uint8_t non_esp_marker[4];
	struct bytes esp;

	if (d->cut) {
		tell_drop(r->dp, NULL, DROP_TOO_LONG, NULL, &d->remote);
	} else if (r->socket->raw) {
		esp = rawesp_strip(d);
		take_esp(r, d, d->at + (esp.len > 0 ? d->len - esp.len : 0), esp.len);
	} else if (r->socket->port != r->dp->conf.port_nat_t) {
		take_ike(r, d, bytes(d->at, d->len), PATH_UDP);
	} else if (d->len == 1 && d->at[0] == 0xff) {
		return; /* keepalive */
	} else if (d->len < sizeof(non_esp_marker)) {
		tell_drop(r->dp, NULL, DROP_RUNT, NULL, &d->remote);
	} else if (memcmp(d->at, non_esp_marker, sizeof(non_esp_marker)) == 0) {
		take_ike(r, d, bytes(d->at + 4, d->len - 4), PATH_UDP_NATT);
	} else {
		take_esp(r, d, d->at, d->len);
	}
}

static void tell_behind(struct dataplane *dp, struct plane_socket *s, bool behind)
{
	const struct dataplane_events *e = &dp->conf.events;
	bool any = false, was = s->behind;

	s->behind = behind;
	for (size_t i = 0; i < COUNT_OF(dp->sockets); i++)
		any = any || dp->sockets[i].behind;
	if (was != behind && e->behind)
		e->behind(e->owner, any);
}

/* Whether we keep up with what comes in. Only full batches say anything; the system is asked now and then. */
static void watch_load(struct dataplane *dp, struct plane_socket *s, bool full)
{
	s->full = full ? s->full + 1 : 0;
	if (!full && s->behind)
		tell_behind(dp, s, false);
	if (full && !s->behind && s->full % FULL_BATCHES == 0 && socket_backlog(s->fd) > BACKLOG_PERCENT)
		tell_behind(dp, s, true);
}

void plane_in(struct dataplane *dp, struct plane_socket *s)
{
	struct run r = { .dp = dp, .socket = s };
	struct datagram d[BATCH];
	size_t came;

	for (size_t i = 0; i < BATCH; i++)
		d[i] = (struct datagram){ .at = plane_buffer(dp, i) + IN_ROOM, .cap = BUFFER_SIZE - IN_ROOM };
	came = socket_receive(s->fd, d, BATCH);
	watch_load(dp, s, came == BATCH);
	for (size_t i = 0; i < came; i++)
		take(&r, &d[i]);
	flush(&r);
}
