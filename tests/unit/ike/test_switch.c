/* SPDX-License-Identifier: ISC */
/*
 * The connection that IKE_SA_INIT went by is a guess from addresses; IKE_AUTH chooses anew. What was checked must be what is used:
 * identity, class of authentication, proposals, selectors, all of one and the same connection.
 */
#include "support/unit.h"

#include <stdio.h>

#include "conf.h"
#include "pair.h"

#define STAFF "staff { version = 2\n local_addrs = 192.0.2.2\n proposals = %s\n local { auth = psk\n id = bob.example }\n" \
	"remote { auth = %s\n id = staff.example }\n" \
	"children { net { local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n esp_proposals = aes256gcm16\n } } }\n"
#define GUEST "guest { version = 2\n local_addrs = 192.0.2.2\n proposals = %s\n local { auth = psk\n id = bob.example }\n" \
	"remote { auth = %s\n id = guest.example }\n" \
	"children { hall { local_ts = 10.9.0.0/24\n remote_ts = 10.8.0.0/24\n esp_proposals = aes256gcm16\n } } }\n"
#define SECRET "secrets { ike-x { secret = \"correct horse battery staple, a longer one\" } }\n"
#define STRONG "aes256gcm16-prfsha256-x25519"
#define OTHER "aes128gcm16-prfsha256-x25519"

static const char *bob(const char *staff_ike, const char *staff_auth, const char *guest_ike, const char *guest_auth)
{
	static char text[4096];

	(void)snprintf(text, sizeof(text), "connections { " STAFF GUEST "}\n" SECRET, staff_ike, staff_auth, guest_ike, guest_auth);
	return text;
}

static const char *alice(const char *id)
{
	static char round[128];

	(void)snprintf(round, sizeof(round), "auth = psk\n id = %s\n", id);
	return conf_alice((struct conf_parts){ .local_round = round });
}

struct found {
	char connection[32];
};

static bool look(void *ctx, const struct ike_info *ike)
{
	(void)snprintf(((struct found *)ctx)->connection, sizeof(((struct found *)ctx)->connection), "%s",
	               ike->connection ? ike->connection : "");
	return false;
}

static const struct {
	const char *name, *id;
	const char *staff_ike, *staff_auth, *guest_ike;
	const char *connection; /* NULL: refused */
	enum reason_kind why;   /* the last refusal of bob; NONE: none */
	size_t children;
} rows[] = {
	{ "staff is staff", "staff.example", STRONG, "psk", STRONG, "staff", REASON_NONE, 1 },
	{ "a guest gets no selectors of staff", "guest.example", STRONG, "psk", STRONG, "guest", REASON_TS, 0 },
	{ "a guest does not come with proposals of staff", "guest.example", STRONG, "psk", OTHER, NULL, REASON_IDENTITY, 0 },
	{ "staff's key is no password", "staff.example", STRONG, "pubkey", STRONG, NULL, REASON_AUTH_METHOD, 0 },
	{ "nobody", "nobody.example", STRONG, "psk", STRONG, NULL, REASON_IDENTITY, 0 },
	{ "a pattern is no identity", "*.example", STRONG, "psk", STRONG, NULL, REASON_IDENTITY, 0 },
};

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct pair p;
		struct found f = { "" };

		pair_init(&p, alice(rows[i].id), bob(rows[i].staff_ike, rows[i].staff_auth, rows[i].guest_ike, "psk"), 900 + i);
		pair_initiate(&p, ALICE, "office");
		engine_each_ike(p.node[BOB].engine, look, &f);
		if (strcmp(f.connection, rows[i].connection ? rows[i].connection : "") != 0 || p.node[BOB].last_refusal != rows[i].why)
			fail_msg("%s: '%s', refused %s", rows[i].name, f.connection, reason_name(p.node[BOB].last_refusal));
		assert_int_equal(pair_up(&p, BOB), rows[i].connection != NULL);
		assert_int_equal(pair_up(&p, ALICE), rows[i].connection != NULL);
		assert_int_equal(pair_children(&p, BOB), rows[i].children);
		assert_int_equal(p.node[BOB].installed_count, rows[i].children);
		assert_int_equal(p.node[ALICE].installed_count, rows[i].children);
		assert_int_equal(p.node[BOB].spis_out, 0);
		pair_clear(&p);
	}
}

/* While the peer's AUTH is checked, its connection goes. The SA stands on its own reference, with what was checked. */
static void gone_while_checked(void **state)
{
	struct pair p;
	struct found f = { "" };

	(void)state;
	pair_init(&p, alice("staff.example"), bob(STRONG, "psk", STRONG, "psk"), 920);
	p.node[BOB].hold = 1u << ASK_AUTH_CHECK;
	pair_initiate(&p, ALICE, "office");
	assert_int_equal(p.node[BOB].held_count, 1);
	pair_command(&p, BOB, &(struct command){ .kind = COMMAND_UNLOAD, .name = "staff" });
	pair_command(&p, BOB, &(struct command){ .kind = COMMAND_UNLOAD, .name = "guest" });
	config_free(p.node[BOB].config);
	p.node[BOB].config = NULL;
	p.node[BOB].hold = 0;
	pair_answer_held(&p, BOB);
	pair_deliver(&p);
	engine_each_ike(p.node[BOB].engine, look, &f);
	assert_string_equal(f.connection, "staff");
	assert_int_equal(pair_children(&p, BOB), 1);
	pair_clear(&p);
}

/* The connection whose CAs are to be named goes before the host looks at the question, which borrows from it. */
static void gone_while_asked(void **state)
{
	static struct datagram init;
	struct pair p;
	struct path path;

	(void)state;
	memset(&init, 0, sizeof(init));
	pair_init(&p, alice("staff.example"), bob(STRONG, "psk", STRONG, "pubkey"), 922);
	p.filter = pair_keep_first;
	p.ctx = &init;
	pair_initiate(&p, ALICE, "office");
	path = pair_path(&p, ALICE);
	engine_input(p.node[BOB].engine, p.now, &path, bytes(init.data, init.len));
	for (unsigned i = 0; i < 2; i++)
		engine_command(p.node[BOB].engine, p.now, 7 + i, &(struct command){ .kind = COMMAND_UNLOAD, .name = i ? "guest" : "staff" });
	config_free(p.node[BOB].config);
	p.node[BOB].config = NULL;
	pair_host(&p, BOB);
	assert_int_equal(p.sent[BOB], 1);
	pair_clear(&p);
}

/* Between IKE_SA_INIT and IKE_AUTH: there is nothing any more that the peer could be. */
static bool unload_before_auth(struct pair *p, struct datagram *d, void *ctx)
{
	(void)ctx;
	if (d->from == ALICE && d->data[18] == 35 && engine_connection(p->node[BOB].engine, "staff")) {
		pair_command(p, BOB, &(struct command){ .kind = COMMAND_UNLOAD, .name = "staff" });
		pair_command(p, BOB, &(struct command){ .kind = COMMAND_UNLOAD, .name = "guest" });
	}
	return true;
}

static void gone_before_auth(void **state)
{
	struct pair p;

	(void)state;
	pair_init(&p, alice("staff.example"), bob(STRONG, "psk", STRONG, "psk"), 921);
	p.filter = unload_before_auth;
	pair_initiate(&p, ALICE, "office");
	assert_false(pair_done(&p, ALICE, TOKEN)->ok);
	assert_int_equal(pair_up(&p, BOB), 0);
	assert_int_equal(p.node[BOB].installed_count, 0);
	assert_int_equal(p.node[BOB].ups, 0);
	pair_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(gone_while_checked),
		cmocka_unit_test(gone_before_auth),
		cmocka_unit_test(gone_while_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
