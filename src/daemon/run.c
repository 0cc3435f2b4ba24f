/* SPDX-License-Identifier: ISC */
/* Start-up in order, the loop, and the orderly end: deletes sent, everything undone, status 0. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/crypto.h"
#include "daemon/host.h"
#include "ike/v2/steps.h"
#include "linux/memory.h"
#include "policy/explain.h"

#define SHUTDOWN_WAIT 4000 /* ms for the peers' answers to our deletes */
#define UPDOWN_AT_END 5000 /* ms for scripts that still run, or wait, when everything else is over */
#define MARK 0xad17u
#define RULE_PRIORITY 219u

struct now daemon_now(void)
{
	struct timespec boot, wall;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_REALTIME, &wall);
	return (struct now){ (uint64_t)boot.tv_sec * 1000u + (uint64_t)boot.tv_nsec / 1000000u, wall.tv_sec };
}

void daemon_end(struct daemon *d, const char *because)
{
	struct command command = { .kind = COMMAND_SHUTDOWN, .timeout = SHUTDOWN_WAIT };

	if (d->ending)
		return;
	d->ending = true;
	log_line(LOG_LEVEL_INFO, "ending (%s): the peers are told", because);
	engine_command(d->engine, daemon_now(), TOKEN_SHUTDOWN, &command);
}

static void on_end(evutil_socket_t sig, short what, void *arg)
{
	struct daemon *d = arg;

	(void)what;
	if (d->ending)
		event_base_loopbreak(d->base);
	else
		daemon_end(d, sig == SIGTERM ? "SIGTERM" : "SIGINT");
	daemon_settle(d);
}

static void on_hangup(evutil_socket_t sig, short what, void *arg)
{
	struct daemon *d = arg;
	struct arena arena = { 0 };
	struct reason why = { 0 };
	struct text line = { 0 };

	(void)sig;
	(void)what;
	if (!daemon_load(d, &why, &arena)) {
		reason_print(&line, &why);
		log_line(LOG_LEVEL_ERROR, "configuration not loaded, the old one stays: %s", text_str(&line));
		text_clear(&line);
	}
	arena_clear(&arena);
	daemon_settle(d);
}

static bool watch_signals(struct daemon *d)
{
	static const struct {
		int number;
		event_callback_fn run;
	} signals[] = { { SIGTERM, on_end }, { SIGINT, on_end }, { SIGHUP, on_hangup } };

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < COUNT_OF(signals); i++) {
		d->signals[i] = evsignal_new(d->base, signals[i].number, signals[i].run, d);
		if (!d->signals[i] || event_add(d->signals[i], NULL) != 0)
			return false;
	}
	return true;
}

static bool watch_plane(struct daemon *d)
{
	d->fd_count = dataplane_fds(d->plane, d->plane_fds, DATAPLANE_FDS);
	for (size_t i = 0; i < d->fd_count; i++) {
		d->watches[i] = (struct plane_watch){ d, d->plane_fds[i].tag };
		d->fds[i] = event_new(d->base, d->plane_fds[i].fd, EV_READ | EV_PERSIST, daemon_on_plane, &d->watches[i]);
		if (!d->fds[i] || event_add(d->fds[i], NULL) != 0)
			return false;
	}
	return true;
}

static bool start_plane(struct daemon *d, struct reason *why, struct arena *arena)
{
	struct dataplane_conf conf = {
		.tun_name = d->options.tun ? d->options.tun : "adit0",
		.port = (uint16_t)d->options.port,
		.port_nat_t = (uint16_t)d->options.port_nat_t,
		.route_table = ROUTE_TABLE,
		.rule_priority = RULE_PRIORITY,
		.mark = MARK,
		.events = daemon_plane_events(d),
	};

	d->plane = dataplane_new(&conf, daemon_now(), why, arena);
	return d->plane != NULL;
}

static bool start_engine(struct daemon *d)
{
	struct engine_conf conf = {
		.random = { crypto_random, NULL },
		.v2 = &ike_v2_steps,
		.port = (uint16_t)d->options.port,
		.port_nat_t = (uint16_t)d->options.port_nat_t,
	};
	struct control_host host = daemon_control_host(d);

	d->engine = engine_new(&conf, daemon_now());
	d->keyring = keyring_new();
	d->control = d->engine ? control_new(&host, d->engine, daemon_now()) : NULL;
	d->resolver = resolver_new(d);
	d->timer = evtimer_new(d->base, daemon_on_timer, d);
	d->updown = updown_new(d->base, 0);
	return d->updown && d->keyring && d->control && d->resolver && d->timer;
}

static bool start(struct daemon *d, struct reason *why, struct arena *arena)
{
	d->base = event_base_new();
	if (!d->base)
		return refuse_text(why, REASON_SYSTEM, 0, "no event loop");
	if (!crypto_start(why))
		return false;
	if (!start_engine(d))
		return refuse_text(why, REASON_MEMORY, 0, "start-up");
	crash_watch();
	if (!watch_signals(d)) /* before anything is set that must be undone */
		return refuse_text(why, REASON_SYSTEM, 0, "event loop");
	d->vici = vici_server_new(d, why, arena); /* before the data plane: a second daemon is told early, nothing touched */
	if (!d->vici || !start_plane(d, why, arena))
		return false;
	if (!watch_plane(d))
		return refuse_text(why, REASON_SYSTEM, 0, "event loop");
	return daemon_load(d, why, arena);
}

static void finish(struct daemon *d)
{
	if (d->updown)
		updown_drain(d->updown, UPDOWN_AT_END);
	updown_free(d->updown);
	vici_server_free(d->vici);
	control_free(d->control);
	resolver_free(d->resolver);
	for (size_t i = 0; i < d->fd_count; i++)
		if (d->fds[i])
			event_free(d->fds[i]);
	for (size_t i = 0; i < COUNT_OF(d->signals); i++)
		if (d->signals[i])
			event_free(d->signals[i]);
	if (d->timer)
		event_free(d->timer);
	engine_free(d->engine);
	dataplane_free(d->plane);
	keyring_free(d->keyring);
	config_free(d->config);
	problems_clear(&d->problems);
	if (d->base)
		event_base_free(d->base);
	crypto_stop();
}

static void say_failure(const struct reason *why)
{
	struct text line = { 0 };

	reason_print(&line, why);
	fprintf(stderr, "adit: cannot start: %s\n", text_str(&line));
	text_clear(&line);
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon d = { .options = *options };
	struct arena arena = { 0 };
	struct reason why = { 0 };

	if (!d.options.port)
		d.options.port = 500;
	if (!d.options.port_nat_t)
		d.options.port_nat_t = 4500;
	memory_apart();
	log_start(options->verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	if (start(&d, &why, &arena)) {
		arena_clear(&arena);
		log_line(LOG_LEVEL_INFO, "adit %s is ready", ADIT_VERSION);
		daemon_settle(&d);
		event_base_dispatch(d.base);
		daemon_settle(&d);
		log_line(LOG_LEVEL_INFO, "ended");
	} else {
		say_failure(&why);
		d.status = 1;
	}
	finish(&d);
	arena_clear(&arena);
	return d.status;
}
