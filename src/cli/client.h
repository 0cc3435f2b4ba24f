/* SPDX-License-Identifier: ISC */
/*
 * A VICI client over a Unix socket that blocks: requests, answers and the events between them. For the `adit` command.
 */
#pragma once

#include "base/text.h"
#include "vici/vici.h"

struct client;

/* `uri`: NULL (ADIT_VICI of the environment, else /run/adit/vici), a path, or unix://path. NULL: said on stderr. */
struct client *client_open(const char *uri);
void client_close(struct client *c);

/* Called for each event of a streamed command, with its message. */
typedef void client_event_fn(void *ctx, struct bytes message);

/*
 * Registers `event` (NULL: none), sends the command, gives each event to `each`, and the answer's message in `answer`
 * (which the caller clears). False: the daemon does not know the command, or the connection broke; said on stderr.
 */
bool client_call(struct client *c, const char *command, struct bytes message, const char *event, client_event_fn *each, void *ctx,
                 struct text *answer);
/* The answer's `success`; otherwise its errmsg in *errmsg (borrowed). Answers without `success` are good. */
bool client_good(const struct text *answer, struct bytes *errmsg);
