/* SPDX-License-Identifier: ISC */
/*
 * The control server over a stand-in engine (the functions below): framing in pieces, registrations, order of answers,
 * commands that wait, timeouts, error texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "control/control.h"
#include "vici/vici.h"

/* --- a stand-in engine --- */

static struct child_conf net = { .name = "net" };
static struct connection office = { .name = "office", .version = 2, .children = &net, .child_count = 1 };
static struct identity anybody = { .type = ID_ANY };

const struct connection *engine_connection(const struct engine *e, const char *name)
{
	(void)e;
	return strcmp(name, "office") == 0 ? &office : NULL;
}

void engine_each_connection(const struct engine *e, bool (*each)(void *ctx, const struct connection *conn), void *ctx)
{
	(void)e;
	(void)each(ctx, &office);
}

void engine_each_ike(const struct engine *e, bool (*each)(void *ctx, const struct ike_info *ike), void *ctx)
{
	struct ike_info ike = { .id = 7, .connection = "office", .version = 2, .state = IKE_CONNECTING, .local_id = anybody, .remote_id = anybody,
		                .spi_i = 0x1122, .rekey_at = NEVER, .reauth_at = NEVER };

	(void)e;
	(void)each(ctx, &ike);
}

void engine_each_child(const struct engine *e, uint32_t ike_id, bool (*each)(void *ctx, const struct child_info *child), void *ctx)
{
	(void)e;
	(void)ike_id;
	(void)each;
	(void)ctx;
}

void engine_each_policy(const struct engine *e, bool (*each)(void *ctx, const struct policy_info *policy), void *ctx)
{
	static const struct policy_info trap = { .connection = "office", .conf = &net, .kind = POLICY_TRAP, .id = 3, .reqid = 9, .installed = true };

	(void)e;
	(void)each(ctx, &trap);
}

void engine_each_attempt(const struct engine *e, const char *connection, bool (*each)(void *ctx, const struct story_attempt *a), void *ctx)
{
	(void)e;
	(void)connection;
	(void)each;
	(void)ctx;
}

size_t engine_counters(const struct engine *e, struct engine_counter *out, size_t max)
{
	(void)e;
	(void)out;
	(void)max;
	return 0;
}

void engine_vici_counters(const struct engine *e, const char *connection, uint64_t out[VICI_COUNTERS])
{
	(void)e;
	(void)connection;
	memset(out, 0, VICI_COUNTERS * sizeof(*out));
}

const char *ike_state_name(enum ike_state s)
{
	return s == IKE_CONNECTING ? "CONNECTING" : "ESTABLISHED";
}

const char *child_state_name(enum child_state s)
{
	(void)s;
	return "INSTALLED";
}

void story_entry_print(struct text *t, const struct story_entry *entry)
{
	text_add(t, "%s", entry->words);
}

void story_entry_explain(struct text *t, const struct story_entry *entry)
{
	text_add(t, "%s", entry->words);
}

/* --- the bed: one control, clients whose output is kept --- */

struct bed {
	struct control *control;
	struct now now;
	struct text out[2]; /* of two clients */
	uint64_t token;     /* of the last command */
	enum command_kind kind;
	char child[16];
	unsigned resumed;
	bool deaf;          /* send says that the client does not read */
};

static struct now bed_now(void *ctx)
{
	return ((struct bed *)ctx)->now;
}

static void bed_command(void *ctx, uint64_t token, const struct command *c)
{
	struct bed *bed = ctx;

	bed->token = token;
	bed->kind = c->kind;
	assert_true(!c->child || strlen(c->child) < sizeof(bed->child));
	strcpy(bed->child, c->child ? c->child : "");
}

static bool bed_send(void *ctx, void *peer, struct bytes segment)
{
	struct bed *bed = ctx;

	text_add_bytes(peer, segment);
	return !bed->deaf;
}

static void bed_resume(void *ctx, void *peer)
{
	(void)peer;
	((struct bed *)ctx)->resumed++;
}

static void bed_describe(void *ctx, struct text *t)
{
	(void)ctx;
	text_add(t, "none");
}

static void bed_drops(void *ctx, uint64_t out[DROP_COUNT])
{
	(void)ctx;
	memset(out, 0, DROP_COUNT * sizeof(*out));
}

static const char faulty[] = "a.conf:3:1: connections.typo.x: unknown key";

static bool bed_not_loaded(void *ctx, const char *name, struct text *line)
{
	(void)ctx;
	if (strcmp(name, "typo") != 0)
		return false;
	text_add(line, "%s", faulty);
	return true;
}

static void bed_each_not_loaded(void *ctx, void (*each)(void *to, const char *name, const char *line), void *to)
{
	(void)ctx;
	each(to, "typo", faulty);
}

static int setup(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	struct control_host host = { .ctx = bed, .sysname = "s", .release = "r", .machine = "m", .since = "", .now = bed_now,
		                     .command = bed_command, .send = bed_send, .resume = bed_resume, .describe = bed_describe, .scripts = bed_describe, .drops = bed_drops,
		                     .not_loaded = bed_not_loaded, .each_not_loaded = bed_each_not_loaded };

	if (!bed)
		return -1;
	bed->now = (struct now){ 1000, 1000 };
	bed->control = control_new(&host, NULL, bed->now);
	*state = bed;
	return bed->control ? 0 : -1;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	control_free(bed->control);
	text_clear(&bed->out[0]);
	text_clear(&bed->out[1]);
	free(bed);
	return 0;
}

static struct control_client *client(struct bed *bed, unsigned n)
{
	struct control_client *c = control_client_new(bed->control, &bed->out[n]);

	assert_non_null(c);
	return c;
}

static void feed(struct control_client *c, enum vici_packet type, const char *name, struct text *message)
{
	struct text segment = { 0 };
	bool close;

	vici_segment_write(&segment, type, name, message ? bytes(message->at, message->len) : bytes_none());
	assert_int_equal(control_client_input(c, bytes(segment.at, segment.len), &close), segment.len);
	assert_false(close);
	text_clear(&segment);
	if (message)
		text_clear(message);
}

/* Takes the next packet that was sent to client n; its message is valid until the next call. */
static struct vici_segment next(struct bed *bed, unsigned n)
{
	static struct text kept;
	struct text *out = &bed->out[n];
	struct vici_segment s;
	size_t len;

	assert_true(out->len >= 4);
	len = get_u32((const uint8_t *)out->at);
	text_clear(&kept);
	text_add_bytes(&kept, bytes(out->at + 4, len));
	memmove(out->at, out->at + 4 + len, out->len - 4 - len);
	out->len -= 4 + len;
	assert_true(vici_segment_read(&s, bytes(kept.at, kept.len)));
	if (out->len == 0)
		text_clear(out);
	return s;
}

static void assert_answer(struct bed *bed, unsigned n, const char *success, const char *errmsg)
{
	struct vici_segment s = next(bed, n);
	struct bytes v;

	assert_int_equal(s.type, VICI_CMD_RESPONSE);
	assert_true(vici_find(s.message, NULL, "success", &v));
	assert_true(bytes_equal(v, bytes_str(success)));
	if (!errmsg)
		return;
	assert_true(vici_find(s.message, NULL, "errmsg", &v));
	if (!bytes_equal(v, bytes_str(errmsg)))
		fail_msg("errmsg is %.*s", (int)v.len, (const char *)v.at);
}

static void takes_frames_in_pieces(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	struct text segment = { 0 };
	bool close;

	vici_segment_write(&segment, VICI_CMD_REQUEST, "version", bytes_none());
	for (size_t i = 0; i < segment.len; i++)
		assert_int_equal(control_client_input(c, bytes(segment.at, i), &close), 0);
	vici_segment_write(&segment, VICI_CMD_REQUEST, "version", bytes_none());
	assert_int_equal(control_client_input(c, bytes(segment.at, segment.len), &close), segment.len);
	assert_int_equal(next(bed, 0).type, VICI_CMD_RESPONSE);
	assert_int_equal(next(bed, 0).type, VICI_CMD_RESPONSE);
	assert_int_equal(bed->out[0].len, 0);
	text_clear(&segment);
}

static void closes_on_a_length_that_is_too_long(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	uint8_t head[4];
	bool close;

	put_u32(head, VICI_SEGMENT_MAX);
	(void)control_client_input(c, bytes(head, 4), &close);
	assert_false(close);
	put_u32(head, VICI_SEGMENT_MAX + 1);
	(void)control_client_input(c, bytes(head, 4), &close);
	assert_true(close);
}

static void ignores_what_makes_no_sense(void **state)
{
	static const uint8_t odd[] = { 0, 0, 0, 0, /* empty */ 0, 0, 0, 1, 9, /* unknown type */ 0, 0, 0, 1, 1, /* a response */
		                       0, 0, 0, 3, 0, 5, 'a' /* name cut */ };
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	bool close;

	assert_int_equal(control_client_input(c, bytes(odd, sizeof(odd)), &close), sizeof(odd));
	assert_false(close);
	assert_int_equal(bed->out[0].len, 0);
}

static void names_what_it_does_not_know(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);

	feed(c, VICI_CMD_REQUEST, "make-coffee", NULL);
	assert_int_equal(next(bed, 0).type, VICI_CMD_UNKNOWN);
	feed(c, VICI_EVENT_REGISTER, "coffee", NULL);
	assert_int_equal(next(bed, 0).type, VICI_EVENT_UNKNOWN);
	feed(c, VICI_EVENT_UNREGISTER, "list-sa", NULL);
	assert_int_equal(next(bed, 0).type, VICI_EVENT_UNKNOWN);
	feed(c, VICI_CMD_REQUEST, "redirect", NULL);
	assert_answer(bed, 0, "no", "redirect is not built yet");
}

static void ask_policies(struct control_client *c, const char *kind, const char *child)
{
	struct text m = { 0 };

	vici_key_str(&m, kind, "no"); /* that it is there is what counts */
	if (child)
		vici_key_str(&m, "child", child);
	feed(c, VICI_CMD_REQUEST, "list-policies", &m);
}

static void lists_policies(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	struct vici_segment s;
	struct bytes v;

	feed(c, VICI_EVENT_REGISTER, "list-policy", NULL);
	assert_int_equal(next(bed, 0).type, VICI_EVENT_CONFIRM);
	ask_policies(c, "trap", NULL);
	s = next(bed, 0);
	assert_int_equal(s.type, VICI_EVENT);
	assert_true(vici_find(s.message, "office/net", "mode", &v) && bytes_equal(v, bytes_str("TUNNEL")));
	assert_true(vici_find(s.message, "office/net", "reqid", &v) && bytes_equal(v, bytes_str("9")));
	assert_int_equal(next(bed, 0).type, VICI_CMD_RESPONSE);
	/* none of that kind, none of that name, no kind at all */
	ask_policies(c, "drop", NULL);
	assert_int_equal(next(bed, 0).type, VICI_CMD_RESPONSE);
	ask_policies(c, "trap", "other");
	assert_int_equal(next(bed, 0).type, VICI_CMD_RESPONSE);
	feed(c, VICI_CMD_REQUEST, "list-policies", NULL);
	assert_int_equal(next(bed, 0).type, VICI_CMD_RESPONSE);
}

static void names_policies_that_are_not_there(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	struct text m = { 0 };
	struct event done = { .kind = EVENT_DONE, .why = { .kind = REASON_NOT_FOUND } };

	feed(c, VICI_CMD_REQUEST, "install", NULL);
	assert_answer(bed, 0, "no", "missing configuration name");
	vici_key_str(&m, "child", "gone");
	feed(c, VICI_CMD_REQUEST, "install", &m);
	assert_answer(bed, 0, "no", "configuration name not found");
	vici_key_str(&m, "child", "net");
	feed(c, VICI_CMD_REQUEST, "uninstall", &m);
	done.token = bed->token;
	control_done(bed->control, &done);
	assert_answer(bed, 0, "no", "policy 'net' not found");
}

static void streams_only_to_who_asked(void **state)
{
	struct bed *bed = *state;
	struct control_client *a = client(bed, 0), *b = client(bed, 1);
	struct vici_segment s;
	struct bytes v;

	for (int i = 0; i < 2; i++) {
		feed(a, VICI_EVENT_REGISTER, "list-sa", NULL);
		assert_int_equal(next(bed, 0).type, VICI_EVENT_CONFIRM);
	}
	feed(b, VICI_EVENT_REGISTER, "list-sa", NULL);
	assert_int_equal(next(bed, 1).type, VICI_EVENT_CONFIRM);
	feed(a, VICI_CMD_REQUEST, "list-sas", NULL);
	for (int i = 0; i < 2; i++) { /* registered twice: delivered twice */
		s = next(bed, 0);
		assert_int_equal(s.type, VICI_EVENT);
		assert_true(vici_well_formed(s.message));
		assert_true(vici_find(s.message, "office", "uniqueid", &v) && bytes_equal(v, bytes_str("7")));
		assert_true(vici_find(s.message, "office", "initiator-spi", &v) && bytes_equal(v, bytes_str("0000000000001122")));
	}
	assert_int_equal(next(bed, 0).type, VICI_CMD_RESPONSE);
	assert_int_equal(bed->out[1].len, 0);
}

static void start_initiate(struct control_client *c, const char *child, const char *timeout)
{
	struct text m = { 0 };

	vici_key_str(&m, "child", child);
	if (timeout)
		vici_key_str(&m, "timeout", timeout);
	feed(c, VICI_CMD_REQUEST, "initiate", &m);
}

static void answers_initiate_when_it_is_done(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	struct text segment = { 0 };
	bool close;

	start_initiate(c, "net", NULL);
	assert_int_equal(bed->kind, COMMAND_INITIATE);
	assert_string_equal(bed->child, "net");
	assert_int_equal(bed->out[0].len, 0);
	/* a later packet waits, unread */
	vici_segment_write(&segment, VICI_CMD_REQUEST, "version", bytes_none());
	assert_int_equal(control_client_input(c, bytes(segment.at, segment.len), &close), 0);
	control_done(bed->control, &(struct event){ .kind = EVENT_DONE, .token = bed->token, .ok = true });
	assert_answer(bed, 0, "yes", NULL);
	assert_int_equal(bed->resumed, 1);
	assert_int_equal(control_client_input(c, bytes(segment.at, segment.len), &close), segment.len);
	assert_int_equal(next(bed, 0).type, VICI_CMD_RESPONSE);
	text_clear(&segment);
}

static void gives_up_waiting_after_the_timeout(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);

	start_initiate(c, "net", "500");
	assert_int_equal(control_deadline(bed->control), 1500);
	bed->now.boot = 1500;
	control_expire(bed->control);
	assert_answer(bed, 0, "no", "CHILD_SA 'net' not established after 500ms");
	/* the command ends later, for nobody */
	control_done(bed->control, &(struct event){ .kind = EVENT_DONE, .token = bed->token, .ok = true });
	assert_int_equal(bed->out[0].len, 0);
}

static void does_not_wait_when_told_so(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);

	start_initiate(c, "net", "-1");
	assert_answer(bed, 0, "yes", NULL);
	control_done(bed->control, &(struct event){ .kind = EVENT_DONE, .token = bed->token, .ok = false });
	assert_int_equal(bed->out[0].len, 0);
}

static void outlives_a_client_that_goes(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);

	start_initiate(c, "net", "500");
	control_client_free(c);
	bed->now.boot = 2000;
	control_expire(bed->control);
	control_done(bed->control, &(struct event){ .kind = EVENT_DONE, .token = bed->token, .ok = true });
	assert_int_equal(bed->out[0].len, 0);
}

static void words_of_refusals(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	struct text m = { 0 };

	feed(c, VICI_CMD_REQUEST, "initiate", NULL);
	assert_answer(bed, 0, "no", "missing configuration name");
	start_initiate(c, "nit", NULL);
	assert_answer(bed, 0, "no", "CHILD_SA config 'nit' not found");
	vici_key_str(&m, "ike", "home");
	feed(c, VICI_CMD_REQUEST, "initiate", &m);
	assert_answer(bed, 0, "no", "IKE_SA config 'home' not found");
	feed(c, VICI_CMD_REQUEST, "terminate", NULL);
	assert_answer(bed, 0, "no", "missing terminate selector");
	text_add_bytes(&m, bytes("\x01\x01" "a", 3));
	feed(c, VICI_CMD_REQUEST, "initiate", &m);
	assert_answer(bed, 0, "no", "parsing request failed");
	vici_key_str(&m, "ike", "office");
	feed(c, VICI_CMD_REQUEST, "terminate", &m);
	control_done(bed->control, &(struct event){ .kind = EVENT_DONE, .token = bed->token, .why = { .kind = REASON_NOT_FOUND } });
	assert_answer(bed, 0, "no", "no matching SAs to terminate found");
}

/* A connection with a fault in the file: whoever asks for it hears where and what. */
static void tells_why_a_connection_is_not_loaded(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	struct text m = { 0 };

	vici_key_str(&m, "ike", "typo");
	feed(c, VICI_CMD_REQUEST, "initiate", &m);
	assert_answer(bed, 0, "no", "IKE_SA config 'typo' not found: connection 'typo' is not loaded: "
	                            "a.conf:3:1: connections.typo.x: unknown key");
	vici_key_str(&m, "name", "typo");
	feed(c, VICI_CMD_REQUEST, "adit-explain", &m);
	assert_answer(bed, 0, "no", "connection 'typo' is not loaded: a.conf:3:1: connections.typo.x: unknown key");
	vici_key_str(&m, "name", "home");
	feed(c, VICI_CMD_REQUEST, "adit-explain", &m);
	assert_answer(bed, 0, "no", "no connection is called 'home' (adit status shows the names)");
}

static void stops_sending_to_who_does_not_read(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);

	bed->deaf = true;
	feed(c, VICI_CMD_REQUEST, "version", NULL);
	text_clear(&bed->out[0]);
	feed(c, VICI_CMD_REQUEST, "version", NULL);
	assert_int_equal(bed->out[0].len, 0);
}

/* An id that is too large is nobody's, not that of who has its low 32 bits. */
static void ids_are_not_cut(void **state)
{
	static const char *const ids[] = { "4294967303", "-4294967289", "-1" };
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	struct text m = { 0 };

	bed->token = 0;
	for (unsigned i = 0; i < 6; i++) {
		vici_key_str(&m, i & 1 ? "ike-id" : "child-id", ids[i / 2]);
		feed(c, VICI_CMD_REQUEST, "terminate", &m);
		assert_answer(bed, 0, "no", "no matching SAs to terminate found");
	}
	assert_int_equal(bed->token, 0);
}

/* A name of 255 bytes and an id are more than the name of a section can hold: what leaves is well-formed all the same. */
static void long_names_in_events(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	char name[256] = "";
	struct ike_info ike = { .id = 7, .local_id = anybody, .remote_id = anybody };
	struct child_info child = { .id = 4294967295u, .name = name, .life_at = NEVER, .rekey_at = NEVER, .state = CHILD_CREATED };
	struct tell tell = { .kind = TELL_CHILD_UP, .connection = name, .ike = &ike, .child = &child };
	struct vici_segment s;

	memset(name, 'n', sizeof(name) - 1);
	feed(c, VICI_EVENT_REGISTER, "child-updown", NULL);
	assert_int_equal(next(bed, 0).type, VICI_EVENT_CONFIRM);
	control_tell(bed->control, &tell);
	s = next(bed, 0);
	assert_int_equal(s.type, VICI_EVENT);
	assert_true(vici_well_formed(s.message));
}

static void rekeys(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	struct text m = { 0 };
	struct event done = { .kind = EVENT_DONE, .ok = true, .matches = 2 };
	struct vici_segment s;

	feed(c, VICI_CMD_REQUEST, "rekey", NULL);
	assert_answer(bed, 0, "no", "missing rekey selector");
	vici_key_str(&m, "child", "net");
	feed(c, VICI_CMD_REQUEST, "rekey", &m);
	done.token = bed->token;
	control_done(bed->control, &done);
	s = next(bed, 0);
	assert_int_equal(vici_find_number(s.message, "matches", 0), 2);
	assert_true(vici_find_bool(s.message, "success", false));
	vici_key_str(&m, "child", "net");
	feed(c, VICI_CMD_REQUEST, "rekey", &m);
	done = (struct event){ .kind = EVENT_DONE, .token = bed->token };
	(void)refuse(&done.why, REASON_NOT_FOUND, 0, value_text("net"), value_none(), conf_nowhere());
	control_done(bed->control, &done);
	assert_answer(bed, 0, "no", "no matching SAs to rekey found");
	text_clear(&m);
}

/* The path of sections to `key`, "office/new": the value there. */
static long long at(struct bytes message, const char *path, const char *key)
{
	struct text where = { 0 };
	struct vici_reader r = vici_reader(message);
	long long found = -1;
	char stack[8][64];

	for (struct vici_element e = vici_next(&r); e.kind != VICI_END && e.kind != VICI_BAD; e = vici_next(&r)) {
		if (e.kind == VICI_SECTION_START)
			snprintf(stack[r.depth - 1], 64, "%.*s", (int)e.name.len, (const char *)e.name.at);
		if (e.kind != VICI_KEY_VALUE || !bytes_equal(e.name, bytes_str(key)))
			continue;
		for (unsigned i = 0; i < r.depth; i++)
			text_add(&where, "%s%s", i ? "/" : "", stack[i]);
		if (strcmp(text_str(&where), path) == 0)
			found = strtoll((const char *)e.value.at, NULL, 10);
		text_clear(&where);
	}
	return found;
}

static void tells_of_rekeying(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	struct ike_info was = { .id = 7, .local_id = anybody, .remote_id = anybody }, ike = { .id = 8, .local_id = anybody, .remote_id = anybody };
	struct child_info gone = { .id = 3, .name = "net", .life_at = NEVER, .rekey_at = NEVER, .state = CHILD_CREATED }, child = gone;
	struct vici_segment s;

	child.id = 4;
	feed(c, VICI_EVENT_REGISTER, "ike-rekey", NULL);
	assert_int_equal(next(bed, 0).type, VICI_EVENT_CONFIRM);
	feed(c, VICI_EVENT_REGISTER, "child-rekey", NULL);
	assert_int_equal(next(bed, 0).type, VICI_EVENT_CONFIRM);
	control_tell(bed->control, &(struct tell){ .kind = TELL_IKE_REKEY, .connection = "office", .ike = &ike, .old_ike = &was });
	s = next(bed, 0);
	assert_int_equal(at(s.message, "office/old", "uniqueid"), 7);
	assert_int_equal(at(s.message, "office/new", "uniqueid"), 8);
	control_tell(bed->control, &(struct tell){ .kind = TELL_CHILD_REKEY, .connection = "office", .ike = &ike, .child = &child,
	                                           .old_child = &gone });
	s = next(bed, 0);
	assert_int_equal(at(s.message, "office", "uniqueid"), 8);
	assert_int_equal(at(s.message, "office/child-sas/net/old", "uniqueid"), 3);
	assert_int_equal(at(s.message, "office/child-sas/net/new", "uniqueid"), 4);
}

/* The new addresses stand outside, the old ones in the SA. */
static void tells_of_moves(void **state)
{
	struct bed *bed = *state;
	struct control_client *c = client(bed, 0);
	struct ike_info was = { .id = 7, .local_id = anybody, .remote_id = anybody, .path = { .local.port = 1, .remote.port = 2 } }, is = was;
	struct vici_segment s;

	is.path = (struct path){ .local.port = 3, .remote.port = 4 };
	feed(c, VICI_EVENT_REGISTER, "ike-update", NULL);
	assert_int_equal(next(bed, 0).type, VICI_EVENT_CONFIRM);
	control_tell(bed->control, &(struct tell){ .kind = TELL_IKE_UPDATE, .connection = "office", .ike = &is, .old_ike = &was });
	s = next(bed, 0);
	assert_int_equal(at(s.message, "", "local-port"), 3);
	assert_int_equal(at(s.message, "", "remote-port"), 4);
	assert_int_equal(at(s.message, "office", "local-port"), 1);
	assert_int_equal(at(s.message, "office", "remote-port"), 2);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		CASE(takes_frames_in_pieces),
		CASE(closes_on_a_length_that_is_too_long),
		CASE(ignores_what_makes_no_sense),
		CASE(names_what_it_does_not_know),
		CASE(lists_policies),
		CASE(names_policies_that_are_not_there),
		CASE(streams_only_to_who_asked),
		CASE(answers_initiate_when_it_is_done),
		CASE(gives_up_waiting_after_the_timeout),
		CASE(does_not_wait_when_told_so),
		CASE(outlives_a_client_that_goes),
		CASE(words_of_refusals),
		CASE(tells_why_a_connection_is_not_loaded),
		CASE(stops_sending_to_who_does_not_read),
		CASE(ids_are_not_cut),
		CASE(long_names_in_events),
		CASE(rekeys),
		CASE(tells_of_rekeying),
		CASE(tells_of_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
