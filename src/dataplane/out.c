/* SPDX-License-Identifier: ISC */
/*
 * From the TUN to the peer: look-up, size, MSS, seal, send. RFC 4301 5.1.
 */
#include "dataplane/plane.h"

#include <errno.h>

#include "iana/ip.h"
#include "ipsec/fragment.h"
#include "ipsec/icmp.h"
#include "ipsec/mss.h"
#include "ipsec/outer.h"
#include "ipsec/transport.h"
#include "linux/tun.h"

/* A run of packets of one Child SA, not yet sealed. Each lies in its buffer behind HEAD_ROOM. */
struct run {
	struct dataplane *dp;
	struct tun *tun;
	struct child *child;
	size_t count;
	struct esp_job jobs[BATCH];
	uint8_t tos[BATCH];
	bool df[BATCH];
	size_t inner_len[BATCH], gathered_bytes;
	size_t next_buffer;
};

static void write_icmp(const struct run *r, const struct packet *p, uint32_t mtu)
{
	uint8_t room[ICMP_ERROR_MAX];
	struct writer w = writer(room, sizeof(room));

	if (!tell_icmp_allowed(r->dp))
		return;
	if (mtu ? icmp_too_big(&w, p, mtu) : icmp_prohibited(&w, p))
		(void)tun_write(r->tun->fd, wr_done(&w));
}

/* --- send --- */

/* DF changes per socket: what follows with the same wish goes in one call. */
static void set_df(struct plane_socket *s, bool df)
{
	if (s->df == df)
		return;
	socket_set_df(s->fd, s->family, df);
	s->df = df;
}

/* One packet that the system refused. A path that has become narrower: this packet goes in fragments, later ones are told. */
static void send_alone(struct run *r, struct plane_socket *s, struct datagram *d, int error)
{
	if (error == EMSGSIZE && s->df) {
		child_refresh_mtu(r->dp, r->child);
		set_df(s, false);
		if (socket_send(s->fd, d, 1, &error) == 1)
			return;
	}
	tell_drop(r->dp, r->child, DROP_SEND, NULL, &d->remote);
}

static void send_same_df(struct run *r, struct plane_socket *s, struct datagram *d, size_t count)
{
	while (count > 0) {
		int error;
		size_t sent = socket_send(s->fd, d, count, &error);

		if (sent == 0) {
			send_alone(r, s, d, error);
			sent = 1;
		}
		d += sent;
		count -= sent;
	}
}

static void send_run(struct run *r)
{
	const struct child_kept *p = &r->child->params;
	struct plane_socket *s = plane_socket_for(r->dp, p->path.remote.addr.family, p->encap == ENCAP_NONE, true);
	struct datagram d[BATCH];
	bool df[BATCH];
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (r->jobs[i].drop != DROP_NONE || !s) {
			tell_drop(r->dp, r->child, s ? r->jobs[i].drop : DROP_SEND, NULL, NULL);
			continue;
		}
		df[n] = r->df[i];
		d[n++] = (struct datagram){ .local = p->path.local, .remote = p->path.remote, .tos = r->tos[i],
			.interface = 0, .at = r->jobs[i].buffer, .len = r->jobs[i].len };
		if (p->encap == ENCAP_NONE)
			d[n - 1].remote.port = 0;
	}
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && df[to] == df[from];)
			to++;
		set_df(s, df[from]);
		send_same_df(r, s, d + from, to - from);
	}
}

static void flush(struct run *r)
{
	if (r->count > 0) {
		(void)esp_seal(&r->child->out, r->jobs, r->count);
		for (size_t i = 0; i < r->count; i++)
			if (r->jobs[i].drop == DROP_NONE)
				child_count(r->dp, r->child, true, r->inner_len[i]);
		send_run(r);
	}
	r->count = 0;
	r->gathered_bytes = 0;
	r->next_buffer = 0;
}

/* --- one packet --- */

static uint8_t *place(struct run *r)
{
	if (r->next_buffer == BATCH)
		flush(r);
	return plane_buffer(r->dp, r->next_buffer) + HEAD_ROOM;
}

/* The packet in the next buffer joins the run. */
static void join(struct run *r, struct child *c, const struct packet *p)
{
	const struct child_kept *params = &c->params;
	uint8_t *buffer = plane_buffer(r->dp, r->next_buffer);
	size_t head = esp_head_len(&c->out.keys), i = r->count;

	r->child = c;
	r->jobs[i] = (struct esp_job){ .buffer = buffer + HEAD_ROOM - head, .capacity = BUFFER_SIZE - (HEAD_ROOM - head),
		.inner = p->all, .next = p->key.source.family == ADDR_V4 ? 4 : 41 };
	r->tos[i] = outer_tos(p->tos, params->copy_ecn, params->dscp_out);
	if (is_transport(c)) {
		(void)transport_strip(p, &r->jobs[i].inner, &r->jobs[i].next); /* asked before */
		r->tos[i] = p->tos; /* the outer header is the packet's own */
	}
	/* what is longer than the tunnel's MTU may only be IPv6 up to 1280: it goes in outer fragments (RFC 2473 7.1) */
	r->df[i] = params->copy_df && p->dont_fragment && p->all.len <= c->inner_mtu;
	r->inner_len[i] = r->jobs[i].inner.len;
	r->gathered_bytes += r->inner_len[i];
	r->count++;
	r->next_buffer++;
}

static bool exhausted(const struct run *r, const struct child *c)
{
	return child_exhausted(c, true, r->count, r->gathered_bytes); /* the run is of this Child SA, or empty */
}

/* IPv4 without DF: fragments before ESP, so that the outer packets need none. The original is moved out of the way. */
static void join_fragments(struct run *r, struct child *c, const struct packet *p)
{
	uint8_t *spare = plane_buffer(r->dp, BATCH);
	struct packet whole = *p, piece;
	struct fragmenter f;
	size_t len;

	memcpy(spare, p->all.at, p->all.len);
	whole.all.at = spare;
	if (!fragment_start(&f, &whole, c->inner_mtu)) {
		tell_drop(r->dp, c, DROP_TOO_BIG, &p->key, NULL);
		return;
	}
	for (;;) {
		uint8_t *at = place(r);

		len = fragment_next(&f, at);
		if (len == 0 || packet_parse(&piece, bytes(at, len)) != DROP_NONE)
			break;
		if (exhausted(r, c)) {
			tell_drop(r->dp, c, DROP_LIMIT, &piece.key, NULL);
			break;
		}
		join(r, c, &piece);
	}
}

/* What the path carries for this packet; IPv6 always up to 1280. */
static size_t mtu_for(const struct child *c, const struct packet *p)
{
	if (p->key.source.family == ADDR_V6 && c->inner_mtu < MTU_IPV6_MIN)
		return MTU_IPV6_MIN;
	return c->inner_mtu;
}

/* What the kernel itself says on every link (MLD, IGMP): nobody meant it for a tunnel, so it is not told as lost. */
static bool link_talk(const struct packet_key *key)
{
	static const uint8_t v4[] = { 224, 0, 0 }, v6[] = { 0xff, 0x02 };

	return key->destination.family == ADDR_V4 ? memcmp(key->destination.ip, v4, sizeof(v4)) == 0
	                                          : memcmp(key->destination.ip, v6, sizeof(v6)) == 0;
}

/* In transport mode: a packet between the two ends themselves, whole. */
static enum drop check_transport(const struct child *c, const struct packet *p)
{
	const struct path *path = &c->params.path;
	struct bytes payload;
	uint8_t next;

	if (!addr_equal(&p->key.source, &path->local.addr) || !addr_equal(&p->key.destination, &path->remote.addr))
		return DROP_NO_POLICY;
	return transport_strip(p, &payload, &next);
}

/*
 * What to do with one that is longer than the path carries. In transport mode it goes whole in outer fragments, with DF, too: the system
 * would cut its next ones before they come here, where they can no longer be carried. TCP alone makes them smaller instead.
 */
static void take_long(struct run *r, struct child *c, const struct packet *p)
{
	if (is_transport(c) && p->key.protocol != IP_PROTOCOL_TCP) {
		join(r, c, p);
	} else if (p->dont_fragment || is_transport(c)) {
		tell_drop(r->dp, c, DROP_TOO_BIG, &p->key, NULL);
		write_icmp(r, p, (uint32_t)mtu_for(c, p));
	} else {
		join_fragments(r, c, p);
	}
}

/* No Child SA's packet. What may pass in clear does not come here by our routes; it cannot go back either. */
static void without_sa(struct run *r, struct spd_entry *policy, const struct packet *p)
{
	struct dataplane *dp = r->dp;

	if (policy && policy->kind == SPD_TRAP) {
		hold_packet(dp, LIST_ITEM(policy, struct policy, entry), p);
	} else if (policy && policy->kind == SPD_DROP) {
		tell_drop(dp, NULL, DROP_POLICY, &p->key, NULL);
	} else if (policy || !link_talk(&p->key)) {
		tell_drop(dp, NULL, DROP_NO_POLICY, &p->key, NULL);
		write_icmp(r, p, 0);
	}
}

static void take(struct run *r, uint8_t *at, size_t len)
{
	struct dataplane *dp = r->dp;
	struct packet p;
	enum drop drop = packet_parse(&p, bytes(at, len));
	struct spd_entry *policy;
	struct child *c;

	if (drop != DROP_NONE) {
		tell_drop(dp, NULL, drop, &p.key, NULL);
		return;
	}
	policy = spd_find(&r->tun->spd, &p.key);
	if (!policy || policy->kind != SPD_SA) {
		without_sa(r, policy, &p);
		return;
	}
	c = LIST_ITEM(policy, struct child, policy);
	if (r->count > 0 && r->child != c) { /* another Child SA: what was gathered goes first, the packet moves to the front */
		uint8_t *front;

		flush(r);
		front = place(r);
		if (front != at)
			memmove(front, at, len);
		at = front;
		(void)packet_parse(&p, bytes(at, len));
	}
	drop = exhausted(r, c) ? DROP_LIMIT : is_transport(c) ? check_transport(c, &p) : DROP_NONE;
	if (drop != DROP_NONE) {
		tell_drop(dp, c, drop, &p.key, NULL);
		return;
	}
	(void)mss_clamp(at, &p, c->inner_mtu);
	if (p.all.len <= mtu_for(c, &p))
		join(r, c, &p);
	else
		take_long(r, c, &p);
}

void plane_out(struct dataplane *dp, struct tun *t)
{
	struct run r = { .dp = dp, .tun = t };
	bool gone = false;

	for (unsigned i = 0; i < BATCH; i++) {
		uint8_t *at = place(&r);
		size_t len = tun_read(t->fd, at, PACKET_MAX, &gone);

		if (len == 0)
			break;
		take(&r, at, len);
	}
	flush(&r);
	if (gone && t == &dp->common)
		tell_lost(dp);
	else if (gone)
		t->lost = true;
}

void plane_out_again(struct dataplane *dp, struct tun *t, struct bytes packet)
{
	struct run r = { .dp = dp, .tun = t };
	uint8_t *at = place(&r);

	memcpy(at, packet.at, packet.len);
	take(&r, at, packet.len);
	flush(&r);
}
