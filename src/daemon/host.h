/* SPDX-License-Identifier: ISC */
/* The callbacks that host the engine and the data plane, for run.c. */
#pragma once

#include "daemon/private.h"

/* Tokens of the daemon's own commands; control's are below. */
#define DAEMON_TOKEN (1ull << 63)
#define TOKEN_SHUTDOWN (DAEMON_TOKEN | 1)
#define TOKEN_LOAD (DAEMON_TOKEN | 2)

#define ROUTE_TABLE 44301u

/* crash.c: from now on a crash is cleaned up after. */
void crash_watch(void);

void daemon_on_timer(evutil_socket_t fd, short what, void *arg);
void daemon_on_plane(evutil_socket_t fd, short what, void *plane_watch);
struct dataplane_events daemon_plane_events(struct daemon *d);
