/* SPDX-License-Identifier: ISC */
/*
 * Clients of the control server over a real engine with a configuration, which has a peer: segments in any order and in pieces,
 * disconnects in the middle of commands, answers nobody reads, time that goes by.
 *
 *   state (1), then operations: what (1), client (1), and
 *   0 raw bytes (length 1)     1 a command by number with a message (number 1, length 1)
 *   2 a command by number with arguments from a list (number 1, which 1)       3 all events      4 the client goes, another comes
 *   5 time goes on (1)         6 one packet of the network moves               7 the client does not read (1)
 *   8 the peer's answers wait, or no longer                                    9 terminate or initiate at the peer (1)
 *
 * What a client gets must be whole segments; every command that was answered "later" is answered once.
 */
#include "engine_world.h"

#include <assert.h>
#include <stdlib.h>

#include "base/reader.h"
#include "control/commands.h"
#include "control/control.h"
#include "crypto/pki.h"
#include "support/ecdsa_fixed.h"
#include "vici/vici.h"

#define CLIENTS 4
#define TOKEN_OF_CONTROL ((uint64_t)1 << 40)
#define KEPT_MAX 65536u

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct talker {
	struct control_client *client;
	struct text in; /* what control has not used up */
	bool deaf, again, gone;
};

struct bed {
	struct world *w;
	struct control *control;
	struct talker talkers[CLIENTS];
	struct control_host host;
};
static struct bed *bed; /* the one of this run: the engine's host has no place for it */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct reason why = { 0 };

	(void)argc;
	(void)argv;
	if (!crypto_start(&why))
		abort();
	key_sign_fixed_by(ecdsa_fixed);
	return 0;
}

/* --- what control needs --- */

static struct now host_now(void *ctx)
{
	return ((struct bed *)ctx)->w->now;
}

static void host_take_command(void *ctx, uint64_t token, const struct command *c)
{
	struct bed *b = ctx;

	engine_command(b->w->host[0]->engine, b->w->now, token | TOKEN_OF_CONTROL, c);
}

static bool host_counters(void *ctx, uint32_t child_id, struct child_counters *out)
{
	(void)ctx;
	*out = (struct child_counters){ .bytes_in = child_id };
	return child_id & 1;
}

static bool host_send(void *ctx, void *peer, struct bytes segment)
{
	struct talker *t = peer;
	struct vici_segment s;

	(void)ctx;
	assert(!t->gone && segment.len >= 5 && get_u32(segment.at) == segment.len - 4);
	assert(vici_segment_read(&s, bytes(segment.at + 4, segment.len - 4)));
	assert(s.type == VICI_CMD_RESPONSE || s.type == VICI_CMD_UNKNOWN || s.type == VICI_EVENT_CONFIRM ||
	       s.type == VICI_EVENT_UNKNOWN || s.type == VICI_EVENT);
	assert(vici_well_formed(s.message));
	return !t->deaf;
}

static void host_resume(void *ctx, void *peer)
{
	(void)ctx;
	((struct talker *)peer)->again = true;
}

static bool load_shared(void *ctx, struct bytes id, struct bytes type, struct bytes data, const struct bytes *owners, size_t count,
                        struct reason *why, struct arena *arena)
{
	(void)ctx, (void)id, (void)type, (void)data, (void)owners, (void)arena;
	return count < 3 || refuse_text(why, REASON_CONFIG, 0, "owners");
}

static bool unload_one(void *ctx, struct bytes id)
{
	(void)ctx;
	return id.len & 1;
}

static bool load_key(void *ctx, struct bytes type, struct bytes data, char id_hex[41], struct reason *why, struct arena *arena)
{
	(void)ctx, (void)type, (void)arena;
	memset(id_hex, 'a', 40);
	id_hex[40] = '\0';
	return data.len > 3 || refuse_text(why, REASON_CERT_INVALID, 0, "short");
}

static bool load_cert(void *ctx, struct bytes data, bool must_be_ca, struct reason *why, struct arena *arena)
{
	(void)ctx, (void)must_be_ca, (void)arena;
	return data.len > 3 || refuse_text(why, REASON_CERT_INVALID, 0, "short");
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static void each_shared(void *ctx, void (*each)(void *to, struct bytes id), void *to)
{
	(void)ctx;
	each(to, bytes_str("ike-1"));
}

static void each_key(void *ctx, void (*each)(void *to, const char *id_hex), void *to)
{
	(void)ctx;
	each(to, "00");
}

static void each_cert(void *ctx, void (*each)(void *to, struct bytes der, bool has_key, bool ca), void *to)
{
	(void)ctx;
	for (unsigned i = 0; i < 3; i++)
		each(to, bytes_str("der"), i & 1, i & 2);
}

static bool reload(void *ctx, struct reason *why, struct arena *arena)
{
	(void)ctx, (void)arena;
	return refuse_text(why, REASON_CONFIG, 0, "there is no file");
}

static bool not_loaded(void *ctx, const char *name, struct text *line)
{
	(void)ctx;
	text_add(line, "a line");
	return name[0] == 'o';
}

static void each_not_loaded(void *ctx, void (*each)(void *to, const char *name, const char *line), void *to)
{
	(void)ctx;
	each(to, "office", "a line");
}

static void describe(void *ctx, struct text *t)
{
	(void)ctx;
	text_add(t, "none");
}

static void drops(void *ctx, uint64_t out[DROP_COUNT])
{
	(void)ctx;
	memset(out, 0, DROP_COUNT * sizeof(*out));
}

/* --- the engine's news --- */

static void on_tell(void *owner, struct host *h, const struct tell *tell)
{
	(void)owner, (void)h;
	control_tell(bed->control, tell);
}

static void on_done(void *owner, struct host *h, uint64_t token, bool ok, const struct reason *why)
{
	struct event done = { .kind = EVENT_DONE, .token = token & ~TOKEN_OF_CONTROL, .ok = ok, .why = *why };

	(void)owner, (void)h;
	if (token & TOKEN_OF_CONTROL)
		control_done(bed->control, &done);
}

/* --- clients --- */

static void come(struct bed *b, unsigned i)
{
	b->talkers[i] = (struct talker){ 0 };
	b->talkers[i].client = control_client_new(b->control, &b->talkers[i]);
	assert(b->talkers[i].client);
}

static void go(struct bed *b, unsigned i)
{
	b->talkers[i].gone = true;
	control_client_free(b->talkers[i].client);
	text_clear(&b->talkers[i].in);
}

static void take(struct bed *b, unsigned i)
{
	struct talker *t = &b->talkers[i];
	bool close = false;
	size_t used;

	do {
		uint8_t *exact = malloc(t->in.len ? t->in.len : 1); /* a read past its end is found */

		assert(exact);
		if (t->in.len)
			memcpy(exact, t->in.at, t->in.len);
		t->again = false;
		used = control_client_input(t->client, bytes(exact, t->in.len), &close);
		free(exact);
		assert(used <= t->in.len);
		memmove(t->in.at, t->in.at + used, t->in.len - used);
		t->in.len -= used;
		if (close || t->in.len > KEPT_MAX) {
			go(b, i);
			come(b, i);
			return;
		}
		host_expire(b->w->host[0], b->w->now);
	} while (t->again);
}

static void feed(struct bed *b, unsigned i, struct bytes data)
{
	text_add_bytes(&b->talkers[i].in, data);
	if (b->talkers[i].in.len)
		take(b, i);
}

static void settle(struct bed *b)
{
	control_expire(b->control);
	for (unsigned i = 0; i < CLIENTS; i++)
		if (b->talkers[i].again && b->talkers[i].in.len)
			take(b, i);
		else
			b->talkers[i].again = false;
}

static void command(struct bed *b, unsigned i, uint8_t number, struct bytes message)
{
	struct text segment = { 0 };
	size_t count;
	const struct control_command *commands = control_commands(&count);

	vici_segment_write(&segment, VICI_CMD_REQUEST, commands[number % count].name, message);
	feed(b, i, bytes(segment.at, segment.len));
	text_clear(&segment);
}

static void arguments(struct text *m, uint8_t which)
{
	static const char *const children[] = { "one", "two", "pfs", "three" }, *const times[] = { "-1", "0", "300", "x" };

	if (which & 1)
		vici_key_str(m, which & 0x40 ? "name" : "ike", which & 0x80 ? "net" : "office");
	if (which & 2)
		vici_key_str(m, "child", children[which >> 2 & 3]);
	if (which & 4)
		vici_key_str(m, "timeout", times[which >> 4 & 3]);
	if (which & 8)
		vici_key_str(m, "force", "yes");
	if (which & 16)
		vici_key_str(m, "ike-id", "1");
	if (which & 32)
		vici_key_str(m, "loglevel", "2");
}

/* The definition of a connection, so that loads replace what is in use. */
static void definition(struct text *m, uint8_t which)
{
	char longest[256] = "";

	memset(longest, 'x', sizeof(longest) - 1);
	vici_section(m, which & 1 ? "net" : "office");
	vici_key_str(m, "version", which & 2 ? "2" : "7");
	vici_list(m, "remote_addrs");
	vici_item_str(m, which & 4 ? "198.51.100.2" : "203.0.113.9");
	vici_list_end(m);
	vici_section(m, "local");
	vici_key_str(m, "auth", "psk");
	vici_key_str(m, "id", "a.example.org");
	vici_section_end(m);
	vici_section(m, "remote");
	vici_key_str(m, "auth", "psk");
	vici_key_str(m, "id", "b.example.org");
	vici_section_end(m);
	vici_section(m, "children");
	vici_section(m, which & 8 ? "one" : which & 32 ? longest : "other");
	vici_list(m, "remote_ts");
	vici_item_str(m, "10.2.0.0/24");
	vici_list_end(m);
	vici_key_str(m, "start_action", which & 16 ? "start" : "none");
	vici_section_end(m);
	vici_section_end(m);
	vici_section_end(m);
}

static void with_arguments(struct bed *b, unsigned i, uint8_t number, uint8_t which)
{
	size_t count;
	const char *name = control_commands(&count)[number % count].name;
	struct text m = { 0 };

	if (strcmp(name, "load-conn") == 0)
		definition(&m, which);
	else
		arguments(&m, which);
	command(b, i, number, bytes(m.at, m.len));
	text_clear(&m);
}

static void all_events(struct bed *b, unsigned i)
{
	static const char *const names[] = { "log", "control-log", "list-sa", "list-conn", "list-cert", "ike-updown",
		                             "child-updown", "ike-update", "adit-story", "none" };

	for (size_t k = 0; k < COUNT_OF(names); k++) {
		struct text segment = { 0 };

		vici_segment_write(&segment, VICI_EVENT_REGISTER, names[k], bytes_none());
		feed(b, i, bytes(segment.at, segment.len));
		text_clear(&segment);
	}
}

static void at_the_peer(struct bed *b, uint8_t which)
{
	world_command(b->w, 1, &(struct command){ .kind = which & 1 ? COMMAND_TERMINATE : COMMAND_INITIATE, .name = "net",
	                                          .child = which & 2 ? "two" : NULL });
}

static void one(struct bed *b, struct reader *r)
{
	uint8_t what = rd_u8(r), n;
	unsigned i = rd_u8(r) % CLIENTS;

	switch (what % 10) {
	case 0:
		n = rd_u8(r);
		feed(b, i, rd_bytes(r, n < r->left ? n : r->left));
		break;
	case 1:
		what = rd_u8(r);
		n = rd_u8(r);
		command(b, i, what, rd_bytes(r, n < r->left ? n : r->left));
		break;
	case 2:
		what = rd_u8(r);
		with_arguments(b, i, what, rd_u8(r));
		break;
	case 3:
		all_events(b, i);
		break;
	case 4:
		go(b, i);
		come(b, i);
		break;
	case 5:
		world_advance(b->w, (uint64_t)rd_u8(r) * 100u);
		break;
	case 6:
		(void)world_step(b->w, 0);
		break;
	case 7:
		b->talkers[i].deaf = rd_u8(r) & 1;
		break;
	case 8:
		b->w->hold[i & 1] = !b->w->hold[i & 1];
		break;
	case 9:
		at_the_peer(b, rd_u8(r));
		break;
	}
	settle(b);
}

static struct control_host functions(struct bed *b)
{
	return (struct control_host){
		.ctx = b, .sysname = "s", .release = "r", .machine = "m", .since = "", .now = host_now,
		.command = host_take_command, .counters = host_counters, .send = host_send, .resume = host_resume,
		.load_shared = load_shared, .unload_shared = unload_one, .load_key = load_key, .unload_key = unload_one,
		.load_cert = load_cert, .clear_creds = nothing, .each_shared = each_shared, .each_key = each_key,
		.each_cert = each_cert, .reload = reload, .not_loaded = not_loaded, .each_not_loaded = each_not_loaded,
		.describe = describe, .scripts = describe, .drops = drops,
	};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader(bytes(data, size < 4096 ? size : 4096));
	uint8_t state = rd_u8(&r);
	struct world_conf conf = { .start = state & 1, .nat = state & 2, .by_name = state & 4 };
	struct bed b = { .w = world_new(&conf) };
	struct host *h = b.w->host[0];
	struct host_ops ops = h->ops;

	b.host = functions(&b);
	b.control = control_new(&b.host, h->engine, b.w->now);
	assert(b.control);
	bed = &b;
	h->ops.tell = on_tell;
	h->ops.done = on_done;
	for (unsigned i = 0; i < CLIENTS; i++)
		come(&b, i);
	while (r.left > 0 && rd_ok(&r))
		one(&b, &r);
	if (state & 8) /* half of the runs end with commands that wait */
		world_run(b.w, 200);
	for (unsigned i = 0; i < CLIENTS; i++)
		go(&b, i);
	control_free(b.control);
	h->ops = ops;
	world_close(b.w);
	return 0;
}
