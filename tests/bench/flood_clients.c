/* SPDX-License-Identifier: ISC */
/* Honest clients while others flood: engines over real sockets. Their data plane is a list in memory. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "flood.h"
#include "support/host.h"

#define CLIENTS_MAX 64
#define PORTS 2

struct client {
	struct clients *all;
	struct host *host;
	int fd[PORTS];           /* 500, 4500 */
	uint64_t next_at;        /* boot ms of the next set-up */
	uint64_t began;
	bool busy, up;
};

struct clients {
	struct client one[CLIENTS_MAX];
	size_t count;
	struct now now;
	uint64_t period;
	uint64_t set_up, failed, took; /* took: ms in all */
};

static const uint16_t ports[PORTS] = { 500, 4500 };

static struct now now_of_machine(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (struct now){ (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000, (int64_t)time(NULL) };
}

static struct sockaddr_in sockaddr(const struct addr *a, uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };

	memcpy(&at.sin_addr, a->ip, 4);
	return at;
}

static void sent(void *owner, struct host *h, const struct path *path, struct bytes datagram, bool keepalive)
{
	struct client *c = &((struct clients *)owner)->one[h->index];
	bool natt = path->encap == PATH_UDP_NATT;
	struct sockaddr_in to = sockaddr(&path->remote.addr, path->remote.port);
	uint8_t room[4096];
	size_t marker = natt && !keepalive ? 4 : 0;

	if (datagram.len > sizeof(room) - marker)
		return;
	memset(room, 0, 4);
	memcpy(room + marker, datagram.at, datagram.len);
	(void)sendto(c->fd[path->local.port == ports[1]], room, marker + datagram.len, 0, (struct sockaddr *)&to, sizeof(to));
}

static void done(void *owner, struct host *h, uint64_t token, bool ok, const struct reason *why)
{
	struct clients *all = owner;
	struct client *c = &all->one[h->index];

	(void)why;
	if (token >= HOST_LOAD_TOKEN)
		return;
	c->busy = false;
	if (c->up) { /* it was deleted */
		c->up = false;
		return;
	}
	c->up = ok;
	all->set_up += ok;
	all->failed += !ok;
	all->took += ok ? now_of_machine().boot - c->began : 0;
}

static bool open_sockets(struct client *c, const struct addr *own)
{
	for (size_t i = 0; i < PORTS; i++) {
		struct sockaddr_in at = sockaddr(own, ports[i]);

		c->fd[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (c->fd[i] < 0 || bind(c->fd[i], (struct sockaddr *)&at, sizeof(at)) != 0) {
			perror("flood-clients: socket");
			return false;
		}
	}
	return true;
}

static bool make_client(struct clients *all, size_t i, struct addr own, const char *gateway)
{
	struct client *c = &all->one[i];
	struct text config = { 0 };
	struct host_conf conf = { .name = "client", .index = (unsigned)i, .addr = own, .seed = all->now.boot + i, .now = all->now,
		                  .first_spi = 0xa0000001u + (uint32_t)i * 0x100000u,
		                  .ops = { .owner = all, .send = sent, .done = done } };

	text_add(&config, "connections { net { local_addrs = %u.%u.%u.%u\n remote_addrs = %s\n", own.ip[0], own.ip[1], own.ip[2], own.ip[3],
	         gateway);
	text_add(&config, "local { auth = psk\n id = client%zu.test\n }\n remote { auth = psk\n id = gateway.test\n }\n", i);
	text_add(&config, "children { net { local_ts = 10.50.%zu.0/24\n remote_ts = 10.60.0.0/24\n } } } }\n", i);
	text_add(&config, "secrets { ike-1 { secret = \"a secret of the tests, long enough\" } }\n");
	conf.config = text_str(&config);
	c->all = all;
	c->host = host_new(&conf);
	text_clear(&config);
	if (!c->host || !open_sockets(c, &own))
		return false;
	host_load(c->host);
	c->next_at = all->now.boot + all->period * i / all->count; /* not all at once */
	return true;
}

static void receive(struct client *c, size_t which)
{
	uint8_t room[4096];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	struct path path = { .local = { c->host->addr, ports[which] }, .encap = which ? PATH_UDP_NATT : PATH_UDP, .interface = 1 };
	ssize_t len;

	while ((len = recvfrom(c->fd[which], room, sizeof(room), 0, (struct sockaddr *)&from, &from_len)) >= 0) {
		size_t marker = which ? 4 : 0;

		path.remote = (struct endpoint){ .addr.family = ADDR_V4, .port = ntohs(from.sin_port) };
		memcpy(path.remote.addr.ip, &from.sin_addr, 4);
		if ((size_t)len > marker)
			host_input(c->host, now_of_machine(), &path, bytes(room + marker, (size_t)len - marker));
	}
}

static void go_on(struct client *c)
{
	struct clients *all = c->all;
	struct command what = { .kind = c->up ? COMMAND_TERMINATE : COMMAND_INITIATE, .name = "net", .child = c->up ? NULL : "net" };

	if (host_deadline(c->host) <= all->now.boot)
		host_expire(c->host, all->now);
	if (c->busy || (!c->up && c->next_at > all->now.boot))
		return;
	c->busy = true;
	if (!c->up) {
		c->began = all->now.boot;
		c->next_at += all->period;
		if (c->next_at < all->now.boot) /* what was missed is missed */
			c->next_at = all->now.boot;
	}
	host_command(c->host, all->now, 1, &what);
}

static void run(struct clients *all, uint64_t ms)
{
	struct pollfd fds[CLIENTS_MAX * PORTS];
	uint64_t end = all->now.boot + ms;

	for (size_t i = 0; i < all->count * PORTS; i++)
		fds[i] = (struct pollfd){ .fd = all->one[i / PORTS].fd[i % PORTS], .events = POLLIN };
	while (all->now.boot < end) {
		(void)poll(fds, all->count * PORTS, 2);
		for (size_t i = 0; i < all->count * PORTS; i++)
			if (fds[i].revents)
				receive(&all->one[i / PORTS], i % PORTS);
		all->now = now_of_machine();
		for (size_t i = 0; i < all->count; i++)
			go_on(&all->one[i]);
	}
}

static void clear(struct clients *all)
{
	for (size_t i = 0; i < all->count; i++) {
		host_free(all->one[i].host);
		for (size_t k = 0; k < PORTS; k++)
			if (all->one[i].fd[k] > 0)
				close(all->one[i].fd[k]);
	}
	free(all);
}

bool flood_clients(int argc, char **argv)
{
	struct clients *all = argc == 5 ? calloc(1, sizeof(*all)) : NULL;
	struct addr own;
	double seconds;
	bool ok = true;

	if (!all || !addr_parse(&own, bytes_str(argv[0])) || atoi(argv[1]) < 1 || atoi(argv[1]) > CLIENTS_MAX) {
		fprintf(stderr, "flood-clients FIRST-ADDRESS COUNT GATEWAY SECONDS PERIOD-MS\n");
		free(all);
		return false;
	}
	all->count = (size_t)atoi(argv[1]);
	seconds = atof(argv[3]);
	all->period = (uint64_t)atoi(argv[4]);
	all->now = now_of_machine();
	for (size_t i = 0; ok && i < all->count; i++) {
		ok = make_client(all, i, own, argv[2]);
		(void)addr_add(&own, 1);
	}
	if (ok) {
		run(all, (uint64_t)(seconds * 1000));
		printf("set up %llu, failed %llu, %.1f a second, %.1f ms each\n", (unsigned long long)all->set_up,
		       (unsigned long long)all->failed, (double)all->set_up / seconds,
		       all->set_up ? (double)all->took / (double)all->set_up : 0.0);
	}
	clear(all);
	return ok;
}
