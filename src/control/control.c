/* SPDX-License-Identifier: ISC */
/* Clients of the control protocol: framing, registrations, one command at a time each, events to all who asked. */
#include "control/control.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "control/commands.h"
#include "control/private.h"
#include "policy/explain.h"

#define AS_EVENT_NAME(id, name) [ON_##id] = name,
static const char *const event_names[] = { EVENTS(AS_EVENT_NAME) };
#undef AS_EVENT_NAME

const char *on_event_name(enum on_event e)
{
	return event_names[e];
}

struct control *control_new(const struct control_host *host, struct engine *engine, struct now started)
{
	struct control *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->host = *host;
	c->engine = engine;
	c->started = started;
	c->next_token = 1;
	list_init(&c->clients);
	list_init(&c->waitings);
	return c;
}

void control_free(struct control *c)
{
	if (!c)
		return;
	LIST_EACH_SAFE(at, &c->waitings)
		waiting_free(c, LIST_ITEM(at, struct waiting, link));
	LIST_EACH_SAFE(at, &c->clients)
		control_client_free(LIST_ITEM(at, struct control_client, link));
	timers_clear(&c->timers);
	free(c);
}

struct control_client *control_client_new(struct control *c, void *peer)
{
	struct control_client *client = c->client_count < CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;

	if (!client)
		return NULL;
	client->control = c;
	client->peer = peer;
	list_append(&c->clients, &client->link);
	c->client_count++;
	return client;
}

void control_client_free(struct control_client *client)
{
	if (!client)
		return;
	if (client->waiting)
		client->waiting->client = NULL; /* the command goes on, unanswered */
	list_remove(&client->link);
	client->control->client_count--;
	free(client);
}

static void client_send(struct control_client *client, enum vici_packet type, const char *name, struct bytes message)
{
	struct control *c = client->control;
	struct text segment = { 0 };

	if (client->dropped)
		return;
	vici_segment_write(&segment, type, name, message);
	if (segment.failed) {
		/* too long, or no memory: an answer must come all the same, or the client waits for ever */
		text_clear(&segment);
		if (type == VICI_CMD_RESPONSE)
			vici_segment_write(&segment, type, NULL, bytes_none());
	}
	if (!segment.failed && segment.len && !c->host.send(c->host.ctx, client->peer, bytes(segment.at, segment.len)))
		client->dropped = true;
	text_clear(&segment);
}

void client_event(struct control_client *client, enum on_event e, const struct text *message)
{
	for (unsigned i = 0; i < client->registered[e] && !message->failed; i++)
		client_send(client, VICI_EVENT, on_event_name(e), bytes(message->at, message->len));
}

void control_event(struct control *c, enum on_event e, const struct text *message)
{
	LIST_EACH(at, &c->clients)
		client_event(LIST_ITEM(at, struct control_client, link), e, message);
}

bool control_wanted(const struct control *c, enum on_event e)
{
	LIST_EACH(at, &c->clients)
		if (LIST_ITEM(at, struct control_client, link)->registered[e])
			return true;
	return false;
}

void answer_ok(struct text *m)
{
	vici_key_str(m, "success", "yes");
}

void answer_fail(struct text *m, const char *format, ...)
{
	char *words = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&words, format, args) < 0)
		words = NULL;
	va_end(args);
	vici_key_str(m, "success", "no");
	vici_key_str(m, "errmsg", words ? words : "out of memory");
	free(words);
}

void answer_reason(struct text *m, const struct reason *why)
{
	struct text words = { 0 };

	reason_print(&words, why);
	answer_fail(m, "%s", text_str(&words));
	text_clear(&words);
}

bool add_not_loaded(struct text *t, const struct control *c, const char *name)
{
	struct text line = { 0 };
	bool faulty = name && !engine_connection(c->engine, name) && c->host.not_loaded(c->host.ctx, name, &line);

	if (faulty)
		text_add(t, "connection '%s' is not loaded: %s", name, text_str(&line));
	text_clear(&line);
	return faulty;
}

/* One that could not be written whole becomes an empty one: the client waits for it. */
static void client_answer(struct control_client *client, const struct text *m)
{
	client_send(client, VICI_CMD_RESPONSE, NULL, m->failed ? bytes_none() : bytes(m->at, m->len));
}

static void run_command(struct control_client *client, const struct vici_segment *s)
{
	const struct control_command *command = control_command_find(s->name);
	struct request q = { .control = client->control, .client = client, .message = s->message };

	if (!command) {
		client_send(client, VICI_CMD_UNKNOWN, NULL, bytes_none());
		return;
	}
	if (!vici_well_formed(s->message))
		answer_fail(&q.answer, "parsing request failed");
	else if (!command->run)
		answer_fail(&q.answer, "%s is not built yet", command->name);
	else
		command->run(&q);
	if (!q.later)
		client_answer(client, &q.answer);
	text_clear(&q.answer);
	arena_clear(&q.arena);
}

static void change_registration(struct control_client *client, const struct vici_segment *s)
{
	bool add = s->type == VICI_EVENT_REGISTER;

	for (unsigned e = 0; e < ON_COUNT; e++) {
		if (!bytes_equal(s->name, bytes_str(event_names[e])))
			continue;
		if (add ? client->registered[e] >= 16 : client->registered[e] == 0)
			break;
		client->registered[e] = add ? client->registered[e] + 1 : client->registered[e] - 1;
		client_send(client, VICI_EVENT_CONFIRM, NULL, bytes_none());
		return;
	}
	client_send(client, VICI_EVENT_UNKNOWN, NULL, bytes_none());
}

static void take_segment(struct control_client *client, struct bytes segment)
{
	struct vici_segment s;

	if (!vici_segment_read(&s, segment))
		return; /* doc/vici.md 2: nothing is sent, the connection stays */
	switch (s.type) {
	case VICI_CMD_REQUEST:
		run_command(client, &s);
		break;
	case VICI_EVENT_REGISTER:
	case VICI_EVENT_UNREGISTER:
		change_registration(client, &s);
		break;
	case VICI_CMD_RESPONSE:
	case VICI_CMD_UNKNOWN:
	case VICI_EVENT_CONFIRM:
	case VICI_EVENT_UNKNOWN:
	case VICI_EVENT:
		break;
	}
}

size_t control_client_input(struct control_client *client, struct bytes data, bool *close)
{
	size_t used = 0;

	*close = false;
	while (!client->waiting && data.len - used >= 4) {
		size_t len = get_u32(data.at + used);

		if (len > VICI_SEGMENT_MAX) {
			*close = true;
			break;
		}
		if (data.len - used - 4 < len)
			break;
		take_segment(client, bytes(data.at + used + 4, len));
		used += 4 + len;
	}
	return used;
}

struct waiting *waiting_new(struct request *q, enum command_kind kind, const char *what, uint32_t timeout)
{
	struct control *c = q->control;
	struct waiting *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->what = strdup(what);
	w->token = c->next_token++;
	w->kind = kind;
	w->timeout = timeout;
	w->loglevel = vici_find_number(q->message, "loglevel", 1);
	if (!w->what || (timeout && !timer_set(&c->timers, &w->timer, c->host.now(c->host.ctx).boot + timeout))) {
		free(w->what);
		free(w);
		return NULL;
	}
	w->client = q->client;
	q->client->waiting = w;
	q->later = true;
	list_append(&c->waitings, &w->link);
	return w;
}

void waiting_free(struct control *c, struct waiting *w)
{
	timer_stop(&c->timers, &w->timer);
	if (w->client)
		w->client->waiting = NULL;
	list_remove(&w->link);
	free(w->what);
	free(w);
}

/* Answers the client, if it is still there, and lets its next packet in. The command itself may go on. */
void waiting_answer(struct control *c, struct waiting *w, bool success, const char *errmsg, unsigned matches, unsigned ended)
{
	struct control_client *client = w->client;
	struct text m = { 0 };

	if (!client)
		return;
	w->client = NULL;
	client->waiting = NULL;
	vici_key_str(&m, "success", success ? "yes" : "no");
	if (w->kind == COMMAND_TERMINATE || w->kind == COMMAND_REKEY)
		vici_key_format(&m, "matches", "%u", matches);
	if (w->kind == COMMAND_TERMINATE)
		vici_key_format(&m, "terminated", "%u", ended);
	if (!success)
		vici_key_str(&m, "errmsg", errmsg);
	client_answer(client, &m);
	text_clear(&m);
	c->host.resume(c->host.ctx, client->peer);
}

uint64_t control_deadline(const struct control *c)
{
	return timers_deadline(&c->timers);
}

void control_expire(struct control *c)
{
	uint64_t now = c->host.now(c->host.ctx).boot;
	struct timer *t;

	while ((t = timers_due(&c->timers, now))) {
		struct waiting *w = LIST_ITEM(t, struct waiting, timer);
		struct text words = { 0 };

		text_add(&words, "%s not %s after %ums", w->what, w->kind == COMMAND_TERMINATE ? "terminated" : "established", w->timeout);
		waiting_answer(c, w, false, text_str(&words), 0, 0);
		text_clear(&words);
	}
}
