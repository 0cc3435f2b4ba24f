/* SPDX-License-Identifier: ISC */
/*
 * The VICI server without sockets: clients' bytes in, answers and events out. The contract is strongSwan's (swanctl, the
 * language bindings); commands, events and their keys are tables in commands.c and list.c.
 *
 * A client's packets are handled one after the other; while a command waits for the engine, its later packets wait
 * unread. Events go between answers, never inside. Credentials are forwarded to the host's functions and wiped.
 */
#pragma once

#include "config/connection.h"
#include "config/loader.h"
#include "ike/engine.h"
#include "ike/story.h"

struct control;
struct control_client;

/* What control needs from the daemon. All functions are called from inside control_* calls, on the same thread. */
struct control_host {
	void *ctx;
	const char *sysname, *release, *machine; /* as uname says */
	const char *since;                       /* when the daemon started: "Nov 21 16:07:34 2026", local time */
	const struct config_loader *loader;      /* for certificates that a connection names by file; NULL: none */
	struct now (*now)(void *ctx);
	/* Hands a command to the engine. The token comes back through control_done. */
	void (*command)(void *ctx, uint64_t token, const struct command *c);
	bool (*counters)(void *ctx, uint32_t child_id, struct child_counters *out);
	/* The answer's bytes for a client; false: it does not read and was dropped (control_client_free follows later). */
	bool (*send)(void *ctx, void *peer, struct bytes segment);
	/* The client's command is answered: call control_client_input again with what was left. */
	void (*resume)(void *ctx, void *peer);
	/* Credentials. `why` is filled on false. */
	bool (*load_shared)(void *ctx, struct bytes id, struct bytes type, struct bytes data, const struct bytes *owners, size_t count,
	                    struct reason *why, struct arena *arena);
	bool (*unload_shared)(void *ctx, struct bytes id);
	bool (*load_key)(void *ctx, struct bytes type, struct bytes data, char id_hex[41], struct reason *why, struct arena *arena);
	bool (*unload_key)(void *ctx, struct bytes id_hex);
	bool (*load_cert)(void *ctx, struct bytes data, bool must_be_ca, struct reason *why, struct arena *arena);
	void (*clear_creds)(void *ctx);
	void (*each_shared)(void *ctx, void (*each)(void *to, struct bytes id), void *to);
	void (*each_key)(void *ctx, void (*each)(void *to, const char *id_hex), void *to);
	void (*each_cert)(void *ctx, void (*each)(void *to, struct bytes der, bool has_key, bool ca), void *to);
	/* Reads the configuration file again. */
	bool (*reload)(void *ctx, struct reason *why, struct arena *arena);
	/* Why a connection of the configuration is not loaded, one line; false: there is none of that name with a fault. */
	bool (*not_loaded)(void *ctx, const char *name, struct text *line);
	void (*each_not_loaded)(void *ctx, void (*each)(void *to, const char *name, const char *line), void *to);
	/* One line each: the data plane, the sockets. */
	void (*describe)(void *ctx, struct text *t);
	/* Updown scripts that have failed, one line; nothing when none has. */
	void (*scripts)(void *ctx, struct text *t);
	void (*drops)(void *ctx, uint64_t out[DROP_COUNT]);
};

struct control *control_new(const struct control_host *host, struct engine *engine, struct now started);
void control_free(struct control *c);

/* `peer` is the host's own; it comes back in send and resume. NULL: out of memory, or too many clients. */
struct control_client *control_client_new(struct control *c, void *peer);
void control_client_free(struct control_client *client);
/* Takes whole segments from the front of `data`; gives how many bytes were used up. *close: the framing is broken. */
size_t control_client_input(struct control_client *client, struct bytes data, bool *close);

/* News from the engine. */
void control_tell(struct control *c, const struct tell *tell);
void control_done(struct control *c, const struct event *done);
/* Timeouts of waiting commands. */
uint64_t control_deadline(const struct control *c);
void control_expire(struct control *c);
