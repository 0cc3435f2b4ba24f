/* SPDX-License-Identifier: ISC */
/* What the files of control/ share: clients, waiting commands, and the writers of listing blocks. */
#pragma once

#include "base/list.h"
#include "base/map.h"
#include "base/timer.h"
#include "control/control.h"
#include "vici/vici.h"

#define CLIENTS_MAX 256

/* Registrable events, in one list. doc/vici.md 6. */
#define EVENTS(X)                                                                                                      \
	X(LOG, "log")                                                                                                  \
	X(CONTROL_LOG, "control-log")                                                                                  \
	X(LIST_SA, "list-sa")                                                                                          \
	X(LIST_POLICY, "list-policy")                                                                                  \
	X(LIST_CONN, "list-conn")                                                                                      \
	X(LIST_CERT, "list-cert")                                                                                      \
	X(LIST_AUTHORITY, "list-authority")                                                                            \
	X(IKE_UPDOWN, "ike-updown")                                                                                    \
	X(IKE_REKEY, "ike-rekey")                                                                                      \
	X(IKE_UPDATE, "ike-update")                                                                                    \
	X(CHILD_UPDOWN, "child-updown")                                                                                \
	X(CHILD_REKEY, "child-rekey")                                                                                  \
	X(ALERT, "alert")                                                                                              \
	X(ADIT_STORY, "adit-story")
#define AS_EVENT_ENUM(id, name) ON_##id,
enum on_event { EVENTS(AS_EVENT_ENUM) ON_COUNT };
#undef AS_EVENT_ENUM
const char *on_event_name(enum on_event e);

struct control_client {
	struct list link;
	struct control *control;
	void *peer;
	unsigned registered[ON_COUNT]; /* how often */
	struct waiting *waiting;       /* NULL: no command waits */
	bool dropped;                  /* it does not read: nothing more is sent */
};

/* A command that the engine works on. Lives on without its client (doc/vici.md 1). */
struct waiting {
	uint64_t token;
	struct control_client *client; /* NULL: it went, or was answered by the timeout */
	struct timer timer;
	enum command_kind kind;
	char *what;                    /* owned: "CHILD_SA 'net'" */
	uint32_t timeout;
	long long loglevel;
	struct list link;
};

struct control {
	struct control_host host;
	struct engine *engine;
	struct now started;
	struct list clients;
	size_t client_count;
	struct list waitings;
	struct timers timers;
	uint64_t next_token;
};

/* One request while it is handled. */
struct request {
	struct control *control;
	struct control_client *client;
	struct bytes message;
	struct text answer;     /* the message of the CMD_RESPONSE */
	struct arena arena;
	bool later;             /* the answer comes from control_done */
};

/* A message that could not be written whole is not sent. */
void client_event(struct control_client *client, enum on_event e, const struct text *message); /* if it registered */
void control_event(struct control *c, enum on_event e, const struct text *message);            /* to all that registered */
bool control_wanted(const struct control *c, enum on_event e);

void answer_ok(struct text *m);
__attribute__((format(printf, 2, 3))) void answer_fail(struct text *m, const char *format, ...);
void answer_reason(struct text *m, const struct reason *why);
/* ": connection 'net' is not loaded: FILE:LINE: ..." when that is why there is none of that name; otherwise nothing. */
bool add_not_loaded(struct text *t, const struct control *c, const char *name);
void waiting_answer(struct control *c, struct waiting *w, bool success, const char *errmsg, unsigned matches, unsigned ended);
/* The answer to `q` comes later; the token for the engine is in the result. NULL: out of memory. */
struct waiting *waiting_new(struct request *q, enum command_kind kind, const char *what, uint32_t timeout);
void waiting_free(struct control *c, struct waiting *w);

/* commands.c */
char *request_argument(struct request *q, const char *key); /* NULL: not there, or empty */
/* conn NULL: of any connection. */
bool request_child_known(const struct request *q, const char *conn, const char *child);
/* Starts the command; `timeout` -1 answers at once. `what` it is about, for messages. */
void request_start(struct request *q, const struct command *command, long long timeout, const char *what);
/* list.c */
void list_selectors(struct text *m, const char *key, const struct selectors *s);
void put_endpoint(struct text *m, const char *host, const char *port, const struct endpoint *e);
void put_ike(struct text *m, const struct control *c, const struct ike_info *ike);
void put_child(struct text *m, const struct control *c, const struct child_info *child);
void open_child(struct text *m, const struct child_info *child); /* its section: "net-7" */
void command_list_sas(struct request *q);
void command_list_conns(struct request *q);
void command_get_conns(struct request *q);
/* conn.c */
void command_load_conn(struct request *q);
void command_unload_conn(struct request *q);
/* load.c */
void command_load_shared(struct request *q);
void command_unload_shared(struct request *q);
void command_get_shared(struct request *q);
void command_load_key(struct request *q);
void command_unload_key(struct request *q);
void command_get_keys(struct request *q);
void command_load_cert(struct request *q);
void command_list_certs(struct request *q);
void command_clear_creds(struct request *q);
void command_load_authority(struct request *q);
/* policies.c */
void command_install(struct request *q);
void command_uninstall(struct request *q);
void command_list_policies(struct request *q);
const char *mode_words(const struct child_conf *c); /* VICI's name of its mode */
/* explain.c */
void command_adit_explain(struct request *q);
