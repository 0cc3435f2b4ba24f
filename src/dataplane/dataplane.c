/* SPDX-License-Identifier: ISC */
/*
 * The data plane as a whole: opened, driven, closed.
 */
#include "dataplane/plane.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>

#include "linux/nft.h"
#include "linux/rawesp.h"
#include "linux/single.h"
#include "linux/sysctls.h"
#include "linux/poll.h"
#include "linux/udpsock.h"

struct plane_socket *plane_socket_for(struct dataplane *dp, uint8_t family, bool raw, bool natt)
{
	enum socket_slot slot = raw ? RAW4 : natt ? UDP4_NATT : UDP4;
	struct plane_socket *s;

	if (family == ADDR_V6)
		slot = raw ? RAW6 : natt ? UDP6_NATT : UDP6;
	s = &dp->sockets[slot];
	return s->fd >= 0 ? s : NULL;
}

/* --- open --- */

/* IPv6 may be missing on a machine; IPv4 as well, but not both. */
static bool open_sockets(struct dataplane *dp, struct reason *why, struct arena *arena)
{
	const struct plane_socket wanted[SOCKET_COUNT] = {
		[UDP4] = { -1, ADDR_V4, dp->conf.port, false, false },
		[UDP4_NATT] = { -1, ADDR_V4, dp->conf.port_nat_t, false, false },
		[UDP6] = { -1, ADDR_V6, dp->conf.port, false, false },
		[UDP6_NATT] = { -1, ADDR_V6, dp->conf.port_nat_t, false, false },
		[RAW4] = { -1, ADDR_V4, 0, true, false },
		[RAW6] = { -1, ADDR_V6, 0, true, false },
	};
	size_t open = 0;

	for (size_t i = 0; i < SOCKET_COUNT; i++) {
		struct plane_socket *s = &dp->sockets[i];

		*s = wanted[i];
		s->fd = s->raw ? rawesp_open(s->family, dp->conf.mark, why, arena) :
		                 udp_open(s->family, s->port, dp->conf.mark, why, arena);
		open += s->fd >= 0;
		if (s->fd < 0 && why->kind != REASON_UNSUPPORTED)
			return false;
	}
	return open > 0;
}

static struct netlink *open_netlink(int bus, struct reason *why, struct arena *arena)
{
	struct netlink *nl = calloc(1, sizeof(*nl));

	if (!nl) {
		refuse_text(why, REASON_MEMORY, 0, "netlink");
		return NULL;
	}
	if (!netlink_open(nl, bus, why, arena)) {
		free(nl);
		return NULL;
	}
	return nl;
}

static void close_netlink(struct netlink *nl)
{
	if (nl)
		netlink_close(nl);
	free(nl);
}

/* What a killed predecessor left. Only when nobody else is alive here, whatever its ports and TUN. */
static void clean(struct dataplane *dp, struct arena *arena)
{
	route_clean(dp->route, dp->conf.route_table, arena);
	if (dp->nft)
		nft_remove(dp->nft, arena);
	sysctls_restore();
}

bool plane_frame(struct dataplane *dp, struct reason *why, struct arena *arena)
{
	struct rule frame[4];

	plan_frame(frame, dp->conf.rule_priority, dp->conf.mark);
	for (size_t i = 0; i < COUNT_OF(frame); i++) {
		bool four = frame[i].family == ADDR_V4;

		if (dp->sockets[four ? UDP4 : UDP6].fd >= 0 && !rule_add(dp->route, &frame[i], why, arena))
			return false;
	}
	return true;
}

static bool open_tun(struct dataplane *dp, struct reason *why, struct arena *arena)
{
	dp->poll = poll_open();
	if (dp->poll < 0)
		return refuse_text(why, REASON_SYSTEM, 0, "the TUNs cannot be watched");
	if (!tun_start(dp, &dp->common, dp->common.name, why, arena))
		return false;
	return plane_frame(dp, why, arena);
}

static bool open_all(struct dataplane *dp, struct reason *why, struct arena *arena)
{
	struct reason no_nft = { 0 };

	dp->buffers = malloc((BATCH + 1) * (size_t)BUFFER_SIZE); /* one more: where a packet lies that is being cut */
	if (!dp->buffers)
		return refuse_text(why, REASON_MEMORY, 0, "packet buffers");
	dp->route = open_netlink(NETLINK_ROUTE, why, arena);
	if (!dp->route || !open_sockets(dp, why, arena))
		return false;
	dp->single = single_open(why, arena);
	if (dp->single < 0)
		return false;
	if (!spd_start(&dp->common.spd))
		return refuse_text(why, REASON_SYSTEM, 0, "no randomness");
	memcpy(dp->seed, dp->common.spd.seed, sizeof(dp->seed));
	dp->nft = open_netlink(NETLINK_NETFILTER, &no_nft, arena);
	if (!dp->nft)
		snprintf(dp->nft_words, sizeof(dp->nft_words), "%.*s", (int)no_nft.about.bytes.len,
		    (const char *)no_nft.about.bytes.at);
	clean(dp, arena);
	if (!open_tun(dp, why, arena) || !network_open(dp, why, arena))
		return false;
	install_cleartext_now(dp, arena);
	return true;
}

bool dataplane_clean(uint32_t route_table, struct reason *why, struct arena *arena)
{
	struct dataplane dp = { .conf.route_table = route_table, .single = single_open(why, arena) };
	struct reason no_nft;

	if (dp.single < 0)
		return false;
	dp.route = open_netlink(NETLINK_ROUTE, why, arena);
	dp.nft = open_netlink(NETLINK_NETFILTER, &no_nft, arena);
	if (dp.route)
		clean(&dp, arena);
	close_netlink(dp.route);
	close_netlink(dp.nft);
	single_close(dp.single);
	return dp.route != NULL;
}

struct dataplane *dataplane_new(const struct dataplane_conf *conf, struct now now, struct reason *why, struct arena *arena)
{
	struct dataplane *dp = calloc(1, sizeof(*dp));

	if (!dp) {
		refuse_text(why, REASON_MEMORY, 0, "data plane");
		return NULL;
	}
	dp->conf = *conf;
	dp->now = now;
	dp->common.fd = dp->poll = dp->single = -1;
	snprintf(dp->common.name, sizeof(dp->common.name), "%s", conf->tun_name);
	dp->conf.tun_name = dp->common.name;
	list_init(&dp->children);
	list_init(&dp->policies);
	list_init(&dp->held);
	list_init(&dp->tuns);
	list_init(&dp->clear_policies);
	for (size_t i = 0; i < SOCKET_COUNT; i++)
		dp->sockets[i].fd = -1;
	if (!open_all(dp, why, arena)) {
		dataplane_free(dp);
		return NULL;
	}
	return dp;
}

void dataplane_free(struct dataplane *dp)
{
	struct arena arena = { 0 };

	if (!dp)
		return;
	children_free(dp);
	policies_free(dp);
	if (dp->common.fd >= 0) /* with the TUN, all is ours; without it, it may be another's */
		clean(dp, &arena);
	tuns_free(dp);
	for (size_t i = 0; i < SOCKET_COUNT; i++)
		socket_close(dp->sockets[i].fd);
	network_close(dp);
	single_close(dp->single);
	close_netlink(dp->route);
	close_netlink(dp->nft);
	sad_clear(&dp->sad);
	map_clear(&dp->by_id);
	map_clear(&dp->by_ike);
	map_clear(&dp->policy_by_id);
	local_addrs_clear(&dp->addrs);
	install_free(dp);
	cleartext_free(dp);
	free(dp->buffers);
	free(dp);
	arena_clear(&arena);
}

/* --- drive --- */

size_t dataplane_fds(const struct dataplane *dp, struct dataplane_fd *out, size_t max)
{
	size_t n = 0;

	if (n < max)
		out[n++] = (struct dataplane_fd){ dp->common.fd, TAG_TUN };
	if (n < max)
		out[n++] = (struct dataplane_fd){ dp->poll, TAG_TUNS };
	for (uint32_t i = 0; i < SOCKET_COUNT; i++)
		if (n < max && dp->sockets[i].fd >= 0)
			out[n++] = (struct dataplane_fd){ dp->sockets[i].fd, i };
	if (n < max)
		out[n++] = (struct dataplane_fd){ monitor_fd(&dp->monitor), TAG_MONITOR };
	if (n < max && dp->monitor.clock >= 0)
		out[n++] = (struct dataplane_fd){ dp->monitor.clock, TAG_CLOCK };
	return n;
}

void dataplane_work(struct dataplane *dp, uint32_t tag, struct now now)
{
	dp->now = now;
	if (tag == TAG_TUN)
		plane_out(dp, &dp->common);
	else if (tag == TAG_TUNS)
		tuns_work(dp);
	else if (tag < SOCKET_COUNT && dp->sockets[tag].fd >= 0)
		plane_in(dp, &dp->sockets[tag]);
	else
		network_work(dp, tag);
	tell_all(dp);
}

/* There is something to protect, and nftables does it. */
static bool clear_watched(const struct dataplane *dp)
{
	return dp->round_at && dp->nft_works;
}

uint64_t dataplane_deadline(const struct dataplane *dp)
{
	const uint64_t deadlines[] = { tell_deadline(dp), network_deadline(dp), hold_deadline(dp) };
	uint64_t first = dp->round_at ? dp->round_at : NEVER;

	if (dp->cleartext_changed || dp->look_at)
		return 0;
	if (clear_watched(dp) && dp->clear_at < first)
		first = dp->clear_at;
	for (size_t i = 0; i < COUNT_OF(deadlines); i++)
		if (deadlines[i] < first)
			first = deadlines[i];
	return first;
}

void dataplane_expire(struct dataplane *dp, struct now now)
{
	struct arena arena = { 0 };

	dp->now = now;
	if (dp->cleartext_changed)
		install_cleartext_now(dp, &arena);
	if (dp->look_at)
		children_look_on(dp);
	if (dp->round_at && now.boot >= dp->round_at) {
		children_look_after(dp);
		tell_cleartext(dp, install_cleartext_drops(dp, &arena));
	}
	if (clear_watched(dp) && now.boot >= dp->clear_at) {
		cleartext_look_after(dp, &arena);
		dp->clear_at = now.boot + CLEAR_ROUND;
	}
	arena_clear(&arena);
	hold_expire(dp);
	tell_expire(dp);
	tell_all(dp);
	network_expire(dp);
}

/* --- IKE --- */

static bool send_udp(struct dataplane *dp, const struct path *path, struct bytes marker, struct bytes data, struct reason *why)
{
	struct plane_socket *s =
	    plane_socket_for(dp, path->remote.addr.family, false, path->local.port == dp->conf.port_nat_t);
	struct datagram d = { .local = path->local, .remote = path->remote, .marker = marker,
		.at = (uint8_t *)(uintptr_t)data.at, .len = data.len };
	int error = 0;

	if (path->remote.addr.family == ADDR_V6 && path->remote.addr.ip[0] == 0xfe && (path->remote.addr.ip[1] & 0xc0) == 0x80)
		d.interface = path->interface; /* link-local: only there; others by the routes, which may have changed */
	if (!s)
		return refuse_text(why, REASON_NO_ADDRESS, 0, "no socket for this address family");
	if (s->df) {
		socket_set_df(s->fd, s->family, false); /* IKE may be fragmented */
		s->df = false;
	}
	if (socket_send(s->fd, &d, 1, &error) == 1)
		return true;
	if (error == ENETUNREACH || error == EHOSTUNREACH || error == EADDRNOTAVAIL || error == EINVAL)
		return refuse_text(why, REASON_NO_ADDRESS, 0, "the peer cannot be reached from this address");
	return refuse_text(why, REASON_SYSTEM, 0, "sending a datagram");
}

bool dataplane_send_ike(struct dataplane *dp, const struct path *path, struct bytes datagram, struct reason *why)
{
	static const uint8_t non_esp_marker[4];

	return send_udp(dp, path, path->encap == PATH_UDP_NATT ? bytes(non_esp_marker, 4) : bytes_none(), datagram, why);
}

bool dataplane_send_keepalive(struct dataplane *dp, const struct path *path)
{
	static const uint8_t keepalive = 0xff;
	struct reason why = { 0 };

	return send_udp(dp, path, bytes_none(), bytes(&keepalive, 1), &why);
}

/* --- questions --- */

void dataplane_drops(const struct dataplane *dp, uint64_t out[DROP_COUNT])
{
	struct arena arena = { 0 };

	for (size_t i = 0; i < DROP_COUNT; i++)
		out[i] = dp->drops[i].total;
	out[DROP_CLEARTEXT] = install_cleartext_drops(dp, &arena);
	arena_clear(&arena);
}

uint32_t dataplane_spi_reserve(struct dataplane *dp, const struct random *random)
{
	return sad_reserve(&dp->sad, random);
}

void dataplane_spi_release(struct dataplane *dp, uint32_t spi)
{
	sad_release(&dp->sad, spi);
}

bool dataplane_source_for(struct dataplane *dp, const struct addr *remote, struct addr *local, uint32_t *interface,
    uint32_t *mtu, struct reason *why, struct arena *arena)
{
	struct route_answer answer;

	if (!route_get(dp->route, remote, dp->conf.mark, &answer, why, arena))
		return false;
	if (answer.source.family == ADDR_NONE)
		return refuse_text(why, REASON_NO_ADDRESS, 0, "the route to the peer gives no source address");
	*local = answer.source;
	*interface = answer.interface;
	*mtu = answer.mtu;
	return true;
}

bool dataplane_is_local(struct dataplane *dp, const struct addr *a)
{
	struct route_answer answer;
	struct arena arena = { 0 };
	struct reason why = { 0 };
	bool local = a->family != ADDR_NONE && route_get(dp->route, a, dp->conf.mark, &answer, &why, &arena) && answer.local;

	arena_clear(&arena);
	return local;
}

size_t dataplane_addresses(struct dataplane *dp, struct addr *out, size_t max)
{
	struct arena arena = { 0 };
	struct reason why = { 0 };
	struct local_addrs addrs;
	size_t n = 0;

	if (local_addrs_read(dp->route, &addrs, &why, &arena)) {
		for (size_t i = 0; i < addrs.count && n < max; i++)
			if (!tun_of_index(dp, addrs.interfaces[i]))
				out[n++] = addrs.list[i];
		local_addrs_clear(&addrs);
	}
	arena_clear(&arena);
	return n;
}

void dataplane_describe(const struct dataplane *dp, struct text *t)
{
	text_add(t, "user space; TUN %s (MTU %u), UDP ports %u and %u, raw ESP", dp->common.name, dp->common.mtu, dp->conf.port,
	    dp->conf.port_nat_t);
	if (dp->sockets[UDP6].fd < 0)
		text_add(t, ", no IPv6");
	if (dp->sockets[UDP4].fd < 0)
		text_add(t, ", no IPv4");
	if (dp->nft_works)
		text_add(t, "; cleartext is dropped by nftables");
	else
		text_add(t, "; cleartext is %s (no nftables: %s)",
		    dp->strict_path ? "dropped by strict reverse path (IPv4 only)" : "NOT dropped", dp->nft_words);
	if (dp->mark_words[0])
		text_add(t, "; rp_filter is strict and may drop what peers send (%s)", dp->mark_words);
}
