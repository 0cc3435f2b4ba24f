/* SPDX-License-Identifier: ISC */
/* What the files of daemon/ share. */
#pragma once

#include <event2/event.h>

#include "base/list.h"
#include "config/load.h"
#include "control/control.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/updown.h"
#include "dataplane/dataplane.h"
#include "ike/auth/keyring.h"
#include "ike/engine.h"

#define DATAPLANE_FDS 32

struct resolver;
struct vici_server;
struct daemon;

struct plane_watch { /* one descriptor of the data plane in the loop */
	struct daemon *daemon;
	uint32_t tag;
};

struct daemon {
	struct daemon_options options;
	struct event_base *base;
	struct engine *engine;
	struct dataplane *plane;
	struct control *control;
	struct keyring *keyring;
	struct resolver *resolver;
	struct vici_server *vici;
	struct updown *updown;
	struct config *config;      /* what was loaded last; NULL: nothing */
	struct problems problems;   /* of that load: why connections are not there */
	struct event *timer, *signals[3], *fds[DATAPLANE_FDS];
	struct dataplane_fd plane_fds[DATAPLANE_FDS];
	struct plane_watch watches[DATAPLANE_FDS];
	size_t fd_count;
	bool ending;
	int status;
};

struct now daemon_now(void);
/* Does what the engine wants done, and arms the timer. Every callback of the loop ends with it. */
void daemon_settle(struct daemon *d);

/* run.c: the peers are told, then the loop ends. */
void daemon_end(struct daemon *d, const char *because);

/* asks.c: answers one question of the engine, now or (names) later. */
void daemon_ask(struct daemon *d, uint64_t token, const struct ask *ask);

/* resolve.c: names to addresses in a thread; the answer goes to the engine. */
struct resolver *resolver_new(struct daemon *d);
void resolver_free(struct resolver *r);
bool resolver_ask(struct resolver *r, uint64_t token, const char *name, unsigned family);

/* vici.c: the sockets of the control server. */
struct vici_server *vici_server_new(struct daemon *d, struct reason *why, struct arena *arena);
void vici_server_free(struct vici_server *s);
bool vici_server_send(void *peer, struct bytes segment);
void vici_server_resume(void *peer);

/* credentials.c: the functions that control needs. */
struct control_host daemon_control_host(struct daemon *d);

/* settings.c */
void daemon_configure(struct daemon *d, const struct settings *s);

/* reload.c */
extern const struct config_loader daemon_loader;
/* Reads the configuration; connections that are right go to the engine, secrets to the keyring. */
bool daemon_load(struct daemon *d, struct reason *why, struct arena *arena);
