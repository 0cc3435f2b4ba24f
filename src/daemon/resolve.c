/* SPDX-License-Identifier: ISC */
/*
 * Names to addresses by the system's resolver, which blocks: so in threads, a bounded number at a time. The result comes
 * back through a pipe to the loop. A thread owns its job until it has written the pointer into the pipe.
 */
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/private.h"

#define JOBS_MAX 16
#define ADDRS_MAX 16

struct resolver {
	struct daemon *daemon;
	struct event *readable;
	int pipe[2];
	unsigned running;
};

struct job {
	uint64_t token;
	char *name;
	int family, pipe, error;
	struct addr addrs[ADDRS_MAX];
	size_t count;
};

static void job_free(struct job *job)
{
	free(job->name);
	free(job);
}

static void *job_run(void *arg)
{
	struct job *job = arg;
	struct addrinfo hints = { .ai_family = job->family, .ai_socktype = SOCK_DGRAM }, *list = NULL;
	int pipe = job->pipe;

	job->error = getaddrinfo(job->name, NULL, &hints, &list);
	for (struct addrinfo *at = job->error ? NULL : list; at && job->count < ADDRS_MAX; at = at->ai_next) {
		const struct sockaddr_in *v4 = (const void *)at->ai_addr;
		const struct sockaddr_in6 *v6 = (const void *)at->ai_addr;
		struct bytes ip = bytes_none();

		if (at->ai_family == AF_INET)
			ip = bytes(&v4->sin_addr, 4);
		else if (at->ai_family == AF_INET6)
			ip = bytes(&v6->sin6_addr, 16);
		if (addr_from_bytes(&job->addrs[job->count], ip))
			job->count++;
	}
	if (list)
		freeaddrinfo(list);
	if (write(pipe, &job, sizeof(job)) != (ssize_t)sizeof(job))
		job_free(job); /* the daemon is ending */
	return NULL;
}

static void on_done(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *r = arg;
	struct daemon *d = r->daemon;
	struct answer a = { 0 };
	struct job *job;

	(void)what;
	if (read(fd, &job, sizeof(job)) != (ssize_t)sizeof(job))
		return;
	r->running--;
	a.ok = job->count > 0;
	a.addrs = job->addrs;
	a.addr_count = job->count;
	if (!a.ok)
		(void)refuse(&a.why, REASON_NO_ADDRESS, 0, value_text(job->name), value_none(), conf_nowhere());
	if (!a.ok && job->error)
		a.why.about = value_text(gai_strerror(job->error));
	engine_answer(d->engine, daemon_now(), job->token, ASK_RESOLVE, &a);
	job_free(job);
	daemon_settle(d);
}

struct resolver *resolver_new(struct daemon *d)
{
	struct resolver *r = calloc(1, sizeof(*r));

	if (!r || pipe2(r->pipe, O_CLOEXEC) != 0) {
		free(r);
		return NULL;
	}
	r->daemon = d;
	r->readable = event_new(d->base, r->pipe[0], EV_READ | EV_PERSIST, on_done, r);
	if (!r->readable || event_add(r->readable, NULL) != 0) {
		resolver_free(r);
		return NULL;
	}
	return r;
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	if (r->readable)
		event_free(r->readable);
	/* Threads may still run: the write end stays open for them until the process ends. */
	close(r->pipe[0]);
	if (!r->running)
		close(r->pipe[1]);
	free(r);
}

bool resolver_ask(struct resolver *r, uint64_t token, const char *name, unsigned family)
{
	struct job *job = r->running < JOBS_MAX ? calloc(1, sizeof(*job)) : NULL;
	pthread_attr_t attr;
	pthread_t thread;
	bool ok;

	if (!job)
		return false;
	job->token = token;
	job->pipe = r->pipe[1];
	job->family = family == ADDR_V4 ? AF_INET : family == ADDR_V6 ? AF_INET6 : AF_UNSPEC;
	job->name = strdup(name);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	ok = job->name && pthread_create(&thread, &attr, job_run, job) == 0;
	pthread_attr_destroy(&attr);
	if (ok)
		r->running++;
	else
		job_free(job);
	return ok;
}
