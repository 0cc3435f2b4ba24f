/* SPDX-License-Identifier: ISC */
/* Running updown scripts: a queue, some processes, their output line by line, their time. */
#include "daemon/updown.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/list.h"
#include "daemon/log.h"

#define LINE_MAX_BYTES 512u /* of output: longer ones are cut */
#define LINES_MAX 100u      /* of one run; the rest is left out */
#define GRACE 5000u         /* ms between asking to end and ending */

struct run {
	struct list link;      /* updown->queue or ->running */
	struct updown *owner;
	char *command;         /* owned, as the rest */
	char *name;            /* for the log: "office/net up-client 10.1.0.0/16" */
	struct text environment;
	uint32_t reqid;        /* of the Child SA: stays over rekeying; its runs keep their order */
	pid_t pid;
	int output;            /* -1: none, or at its end */
	struct event *on_output, *on_time;
	bool asked_to_end;
	char line[LINE_MAX_BYTES];
	size_t line_len;
	unsigned lines;
};

struct updown {
	struct event_base *base;
	struct event *on_child;
	struct list queue, running;
	size_t queued, run_count;
	unsigned ms;
	bool full_told;
	unsigned long failed;
	char last[320]; /* which, and why */
};

static void start_some(struct updown *u);

/* --- output --- */

static void log_output(struct run *r)
{
	struct text line = { 0 };

	if (r->line_len > 0 && r->lines < LINES_MAX) {
		text_add_safe(&line, bytes(r->line, r->line_len));
		log_line(LOG_LEVEL_INFO, "updown %s: %s", r->name, text_str(&line));
	}
	if (r->line_len > 0 && r->lines++ == LINES_MAX)
		log_line(LOG_LEVEL_WARNING, "updown %s: more output is left out", r->name);
	r->line_len = 0;
	text_clear(&line);
}

static void take_output(struct run *r, const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (at[i] == '\n')
			log_output(r);
		else if (r->line_len < sizeof(r->line))
			r->line[r->line_len++] = at[i];
	}
}

static void close_output(struct run *r)
{
	if (r->on_output)
		event_free(r->on_output);
	r->on_output = NULL;
	if (r->output >= 0)
		close(r->output);
	r->output = -1;
}

static void on_output(evutil_socket_t fd, short what, void *arg)
{
	struct run *r = arg;
	char some[1024];
	ssize_t n = read(fd, some, sizeof(some));

	(void)what;
	if (n > 0)
		take_output(r, some, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_output(r);
}

/* --- one run --- */

static void run_free(struct run *r)
{
	close_output(r);
	if (r->on_time)
		event_free(r->on_time);
	list_remove(&r->link);
	free(r->command);
	free(r->name);
	text_clear(&r->environment);
	free(r);
}

__attribute__((format(printf, 3, 4))) static void fail(struct updown *u, const char *name, const char *format, ...)
{
	char words[128];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	log_line(LOG_LEVEL_WARNING, "updown %s: %s", name, words);
	(void)snprintf(u->last, sizeof(u->last), "%.180s: %s", name, words);
	u->failed++;
}

static void say_end(const struct run *r, int status)
{
	if (r->asked_to_end)
		fail(r->owner, r->name, "ended, its time was over");
	else if (WIFSIGNALED(status))
		fail(r->owner, r->name, "ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		fail(r->owner, r->name, "failed with status %d", WEXITSTATUS(status));
}

/* What it said last is still in the pipe; who it left behind in the background may hold the pipe open. */
static void ended(struct run *r, int status)
{
	struct updown *u = r->owner;
	char some[1024];
	ssize_t n = 0;

	for (unsigned i = 0; r->output >= 0 && i < LINES_MAX && (n = read(r->output, some, sizeof(some))) > 0; i++)
		take_output(r, some, (size_t)n);
	log_output(r);
	say_end(r, status);
	u->run_count--;
	run_free(r);
}

static void on_child(evutil_socket_t sig, short what, void *arg)
{
	struct updown *u = arg;
	int status;

	(void)sig;
	(void)what;
	LIST_EACH_SAFE(at, &u->running) {
		struct run *r = LIST_ITEM(at, struct run, link);

		if (waitpid(r->pid, &status, WNOHANG) == r->pid)
			ended(r, status);
	}
	start_some(u);
}

static void arm(struct run *r, unsigned ms)
{
	struct timeval tv = { .tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	event_add(r->on_time, &tv);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct run *r = arg;

	(void)fd;
	(void)what;
	(void)kill(-r->pid, r->asked_to_end ? SIGKILL : SIGTERM);
	r->asked_to_end = true;
	arm(r, GRACE);
}

/* A process group of its own, nothing to read, no signal blocked or ignored. */
static bool attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	return posix_spawnattr_init(attr) == 0 && posix_spawnattr_setpgroup(attr, 0) == 0 && posix_spawnattr_setsigmask(attr, &none) == 0 &&
	       posix_spawnattr_setsigdefault(attr, &all) == 0 &&
	       posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0;
}

static bool actions(posix_spawn_file_actions_t *a, int output)
{
	return posix_spawn_file_actions_init(a) == 0 && posix_spawn_file_actions_addopen(a, 0, "/dev/null", O_RDONLY, 0) == 0 &&
	       posix_spawn_file_actions_adddup2(a, output, 1) == 0 && posix_spawn_file_actions_adddup2(a, output, 2) == 0 &&
	       posix_spawn_file_actions_addclosefrom_np(a, 3) == 0;
}

static char **pointers(const struct text *environment)
{
	size_t count = 0, n = 0;
	char **list;

	for (size_t i = 0; i < environment->len; i++)
		count += environment->at[i] == '\0';
	list = calloc(count + 1, sizeof(*list));
	for (size_t i = 0; list && i < environment->len; i += strlen(environment->at + i) + 1)
		list[n++] = environment->at + i;
	return list;
}

static int spawn(struct run *r, int output)
{
	char *const argv[] = { (char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", r->command, NULL };
	char **environment = pointers(&r->environment);
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int failed = ENOMEM;

	if (environment && attributes(&attr) && actions(&files, output)) {
		failed = posix_spawn(&r->pid, "/bin/sh", &files, &attr, argv, environment);
		posix_spawn_file_actions_destroy(&files);
		posix_spawnattr_destroy(&attr);
	}
	free(environment);
	return failed;
}

static bool start(struct run *r)
{
	struct updown *u = r->owner;
	int ends[2], failed;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	r->output = ends[0];
	r->on_output = event_new(u->base, ends[0], EV_READ | EV_PERSIST, on_output, r);
	r->on_time = evtimer_new(u->base, on_time, r);
	(void)fcntl(ends[1], F_SETFL, 0); /* a script need not know of non-blocking output */
	failed = r->on_output && r->on_time ? spawn(r, ends[1]) : ENOMEM;
	close(ends[1]);
	if (failed) {
		errno = failed;
		return false;
	}
	event_add(r->on_output, NULL);
	arm(r, u->ms);
	return true;
}

/* --- the queue --- */

static bool in_turn(const struct updown *u, const struct run *r)
{
	LIST_EACH(at, &u->running)
		if (LIST_ITEM(at, const struct run, link)->reqid == r->reqid)
			return false;
	LIST_EACH(at, &u->queue) {
		const struct run *other = LIST_ITEM(at, const struct run, link);

		if (other == r)
			return true;
		if (other->reqid == r->reqid)
			return false;
	}
	return true;
}

#define LOOK_AHEAD 256u /* in the queue: those behind it wait for some to end */

static struct run *next_run(struct updown *u)
{
	unsigned seen = 0;

	LIST_EACH(at, &u->queue) {
		struct run *r = LIST_ITEM(at, struct run, link);

		if (in_turn(u, r))
			return r;
		if (++seen == LOOK_AHEAD)
			break;
	}
	return NULL;
}

static void start_some(struct updown *u)
{
	struct run *r;

	while (u->run_count < UPDOWN_AT_ONCE && (r = next_run(u))) {
		list_remove(&r->link);
		u->queued--;
		if (start(r)) {
			list_append(&u->running, &r->link);
			u->run_count++;
		} else {
			fail(u, r->name, "cannot be run: %s", strerror(errno));
			run_free(r);
		}
	}
	if (u->queued < UPDOWN_QUEUE / 2)
		u->full_told = false;
}

static char *name_of(const struct updown_pair *p)
{
	struct text t = { 0 };
	char *name;

	text_add_safe(&t, bytes_str(p->ike->connection ? p->ike->connection : ""));
	text_add(&t, "/");
	text_add_safe(&t, bytes_str(p->child->name));
	text_add(&t, p->up ? " (up, " : " (down, ");
	selector_print(&t, p->local);
	text_add(&t, " = ");
	selector_print(&t, p->remote);
	text_add(&t, ")");
	name = t.failed ? NULL : strdup(text_str(&t));
	text_clear(&t);
	return name;
}

static bool add(struct updown *u, const struct updown_pair *p)
{
	struct run *r = calloc(1, sizeof(*r));

	if (!r)
		return false;
	r->owner = u;
	r->output = -1;
	r->reqid = p->child->reqid;
	r->command = strdup(p->child->conf->updown);
	r->name = name_of(p);
	if (!r->command || !r->name || !updown_environment(&r->environment, p)) {
		run_free(r);
		return false;
	}
	list_append(&u->queue, &r->link);
	u->queued++;
	return true;
}

void updown_run(struct updown *u, bool up, const struct ike_info *ike, const struct child_info *child, const char *interface)
{
	struct updown_pair p = { .up = up, .ike = ike, .child = child, .interface = interface };
	bool ok = true;

	if (!child->conf || !child->conf->updown)
		return;
	for (unsigned l = 0; l < child->local_ts->count; l++)
		for (unsigned r = 0; r < child->remote_ts->count; r++) {
			p.local = &child->local_ts->list[l];
			p.remote = &child->remote_ts->list[r];
			if (p.local->first.family == p.remote->first.family)
				ok = u->queued < UPDOWN_QUEUE && add(u, &p) && ok;
		}
	if (!ok && !u->full_told) {
		u->full_told = true;
		fail(u, child->name, "left out, and perhaps others: too many wait, or memory is out");
	}
	start_some(u);
}

size_t updown_pending(const struct updown *u)
{
	return u->queued + u->run_count;
}

void updown_failures(const struct updown *u, struct text *t)
{
	if (u->failed > 0)
		text_add(t, "%lu failed, the last: %s", u->failed, u->last);
}

static void on_drained(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	*(bool *)arg = true;
}

void updown_drain(struct updown *u, unsigned ms)
{
	struct timeval tv = { .tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000) };
	bool over = false;
	struct event *end;

	if (updown_pending(u) == 0)
		return;
	end = evtimer_new(u->base, on_drained, &over);
	if (!end)
		return;
	event_add(end, &tv);
	while (!over && updown_pending(u) > 0 && event_base_loop(u->base, EVLOOP_ONCE) == 0)
		continue;
	event_free(end);
}

struct updown *updown_new(struct event_base *base, unsigned ms)
{
	struct updown *u = calloc(1, sizeof(*u));

	if (!u)
		return NULL;
	u->base = base;
	u->ms = ms ? ms : UPDOWN_TIME;
	list_init(&u->queue);
	list_init(&u->running);
	u->on_child = evsignal_new(base, SIGCHLD, on_child, u);
	if (!u->on_child || event_add(u->on_child, NULL) != 0) {
		if (u->on_child)
			event_free(u->on_child);
		free(u);
		return NULL;
	}
	return u;
}

void updown_free(struct updown *u)
{
	if (!u)
		return;
	LIST_EACH_SAFE(at, &u->queue)
		run_free(LIST_ITEM(at, struct run, link));
	LIST_EACH_SAFE(at, &u->running) {
		struct run *r = LIST_ITEM(at, struct run, link);

		(void)kill(-r->pid, SIGKILL);
		(void)waitpid(r->pid, NULL, 0);
		run_free(r);
	}
	event_free(u->on_child);
	free(u);
}
