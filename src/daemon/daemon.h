/* SPDX-License-Identifier: ISC */
/*
 * `adit run`: where everything meets. One event loop (libevent) hosts the engine, the data plane in user space, the
 * control server and the keyring. ARCHITECTURE.md names the roles; they meet here only by asks, answers and events.
 */
#pragma once

#include <stdbool.h>

#define DAEMON_AFTER_CRASH "--after-crash" /* the only argument */

struct daemon_options {
	const char *config;     /* NULL: /etc/adit/adit.conf, else /etc/swanctl/swanctl.conf */
	const char *vici;       /* NULL: /run/adit/vici, and /var/run/charon.vici when free */
	const char *tun;        /* NULL: adit0 */
	unsigned port, port_nat_t; /* 0: 500, 4500 */
	bool verbose;
};

/* What `adit run` starts when it crashes (crash.c): undoes what the dead one had set. The exit status. */
int daemon_after_crash(void);

/* Runs until SIGTERM or SIGINT. The exit status: 0, or 1 after a message on stderr. */
int daemon_run(const struct daemon_options *options);
