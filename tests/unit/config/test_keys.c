/* SPDX-License-Identifier: ISC */
/*
 * Every key of the table: accepted with each of its words and its default; a wrong value, an unknown name and an unbuilt
 * value each named with file, line, column and key. doc/vici.md 17, item 8.
 */
#include "support/unit.h"

#include <stdlib.h>

#include "config/load.h"
#include "config/schema.h"
#include "files.h"

/* Loads one file; gives all problems, one a line, and how many connections there were. */
static char *load(const char *text, size_t *connections)
{
	struct file list[] = { { "/c", text },
		               { "/private/key.pem", "k" },
		               { "/x509/a.pem", gw_pem },
		               { "/x509/b.pem", gw_pem },
		               { "/x509/broken.pem", "broken" },
		               { "/x509ca/ca.pem", ca_pem },
		               { "/x509ca/leaf.pem", gw_pem },
		               { NULL } };
	struct files files = { list };
	struct config_loader loader = files_loader(&files);
	struct problems problems = { 0 };
	struct config *config;
	struct text t = { 0 };

	text_add(&t, "%s", "");
	*connections = 0;
	if (config_load(&loader, "/c", &config, &problems))
		*connections = config->connection_count;
	for (const struct problem *p = problems.first; p; p = p->next) {
		config_problem_print(&t, p);
		text_add(&t, "\n");
	}
	config_free(config);
	problems_clear(&problems);
	return t.at;
}

/* A configuration in which `line` stands where keys of that place stand, on line 2. */
static void frame(struct text *t, enum key_place place, const char *line)
{
	static const struct {
		const char *before, *after;
	} frames[AT_COUNT] = {
		[AT_CONNECTION] = { "connections { c {", "children { k { } } } }" },
		[AT_ROUND] = { "connections { c { children { k { } } remote {", "} } }" },
		[AT_CERT] = { "connections { c { children { k { } } local { cert {", "} } } }" },
		[AT_CHILD] = { "connections { c { children { k {", "} } } }" },
		[AT_POOL] = { "pools { p {", "} }" },
		[AT_SHARED] = { "secrets { ike-1 {", "secret = 0x00112233445566778899aabbccddeefff0e1d2c3b4a5968778695a4b3c2d1e0f\n} }" },
		[AT_KEYFILE] = { "secrets { private-1 {", "} }" },
		[AT_TOKEN] = { "secrets { token-1 {", "} }" },
		[AT_AUTHORITY] = { "authorities { a {", "} }" },
		[AT_ADIT] = { "adit {", "}\nconnections { }" },
	};

	text_add(t, "%s\n%s\n%s\n", frames[place].before, line, frames[place].after);
}

static char *load_line(enum key_place place, const char *line, size_t *connections)
{
	struct text t = { 0 };
	char *got;

	frame(&t, place, line);
	got = load(t.at, connections);
	text_clear(&t);
	return got;
}

/* Problems that name the key's line: none for what is built, a warning for what is later, an error else. */
static void check_value(const struct key *k, const char *value, enum key_state state)
{
	struct text line = { 0 };
	size_t connections;
	char *got, *at;

	text_add(&line, "%s = %s", k->name[0] == '<' ? "77" : k->name, value);
	got = load_line(k->place, line.at, &connections);
	at = strstr(got, "/c:2:");
	if (state == KEY_BUILT && at && !strstr(got, "warning: "))
		fail_msg("%s: should be accepted: %s", line.at, got);
	if (state != KEY_BUILT && !at)
		fail_msg("%s: should be told: %s", line.at, got);
	if ((state == KEY_LATER || state == KEY_MEANINGLESS) && !strstr(got, "warning: "))
		fail_msg("%s: should be a warning: %s", line.at, got);
	if (state == KEY_NOT_BUILT && !strstr(got, "not built yet"))
		fail_msg("%s: should not be built: %s", line.at, got);
	if ((k->place == AT_CONNECTION || k->place == AT_CHILD || k->place == AT_ROUND) &&
	    connections != (state != KEY_NOT_BUILT))
		fail_msg("%s: connections: %zu: %s", line.at, connections, got);
	free(got);
	text_clear(&line);
}

static const char *good_value(const struct key *k)
{
	static const struct {
		enum key_place place;
		const char *name, *value;
	} special[] = {
		{ AT_CONNECTION, "proposals", "aes256gcm16-prfsha256-ecp256" },
		{ AT_CHILD, "esp_proposals", "aes256gcm16" },
		{ AT_CONNECTION, "local_addrs", "192.0.2.1, 2001:db8::/32, gw.example.org" },
		{ AT_CONNECTION, "remote_addrs", "%any" },
		{ AT_CONNECTION, "version", "2" },
		{ AT_CONNECTION, "fragmentation", "yes" },
		{ AT_ADIT, "fragment_size", "1000" },
		{ AT_CHILD, "local_ts", "10.0.0.0/8, dynamic[tcp/80]" },
		{ AT_CHILD, "remote_ts", "::/0" },
		{ AT_CHILD, "replay_window", "64" },
		{ AT_CHILD, "policies", "yes" },
		{ AT_ROUND, "auth", "rsa-2048-sha256" },
		{ AT_ROUND, "certs", "a.pem, b.pem" },
		{ AT_ROUND, "cacerts", "ca.pem" },
		{ AT_CERT, "file", "a.pem" },
		{ AT_KEYFILE, "file", "key.pem\nsecret = x" },
		{ AT_KEYFILE, "secret", "x\nfile = key.pem" },
		{ AT_SHARED, "secret", "x" },
		{ AT_AUTHORITY, "cacert", "ca.pem" },
		{ AT_AUTHORITY, "file", "/x509ca/ca.pem" },
	};

	for (size_t i = 0; i < COUNT_OF(special); i++) {
		if (special[i].place == (enum key_place)k->place && strcmp(special[i].name, k->name) == 0)
			return special[i].value;
	}
	switch ((enum key_type)k->type) {
	case TYPE_BOOL: return k->neutral && strcmp(k->neutral, "no") == 0 ? "yes" : "no";
	case TYPE_NUMBER: return "1";
	case TYPE_TIME: return "10m";
	case TYPE_DECIMAL: return "1.5";
	case TYPE_BYTES: return "10g";
	case TYPE_BITS: return "101110";
	case TYPE_MARK: return "42";
	default: return "x";
	}
}

static void test_every_key(void **state)
{
	size_t count;
	const struct key *table = schema_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		if (table[i].words)
			for (const struct key_word *w = table[i].words; w->word; w++)
				check_value(&table[i], w->word, w->state);
		else
			check_value(&table[i], good_value(&table[i]), table[i].state);
		if (table[i].neutral)
			check_value(&table[i], table[i].neutral, KEY_BUILT);
		assert_non_null(table[i].help);
	}
}

/* A value that the type does not take, and the neighbours of every key's name. */
static void test_wrong_values(void **state)
{
	static const char *const wrong[] = {
		[TYPE_BOOL] = "maybe", [TYPE_NUMBER] = "many", [TYPE_TIME] = "1w", [TYPE_DECIMAL] = "1.2.3",     [TYPE_BYTES] = "1t", [TYPE_WORD] = "hold",
		[TYPE_ACTIONS] = "hold", [TYPE_BITS] = "7",    [TYPE_MARK] = "%any",
	};
	size_t count, connections;
	const struct key *table = schema_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct text line = { 0 }, want = { 0 };
		char *got;

		if (table[i].type >= COUNT_OF(wrong) || !wrong[table[i].type])
			continue;
		text_add(&line, "  %s = %s", table[i].name, wrong[table[i].type]);
		text_add(&want, "/c:2:%zu: ", strlen(table[i].name) + 6);
		got = load_line(table[i].place, line.at, &connections);
		if (strncmp(got, want.at, want.len) != 0 || !strstr(got, table[i].name) || !strstr(got, "expected"))
			fail_msg("%s: wanted %s: %s", line.at, want.at, got);
		assert_int_equal(connections, 0);
		free(got);
		text_clear(&line);
		text_clear(&want);
	}
}

static const struct {
	const char *name;
	enum key_place place;
	const char *line, *want;
} problem_cases[] = {
	{ "a typo names the nearest key", AT_CONNECTION, "proposal = x",
	  "/c:2:1: connections.c.proposal: unknown key; nearest is proposals\n" },
	{ "nothing like it", AT_CONNECTION, "quux = x", "/c:2:1: connections.c.quux: unknown key\n" },
	{ "a typo in a child", AT_CHILD, "remote_tss = x",
	  "/c:2:1: connections.c.children.k.remote_tss: unknown key; nearest is remote_ts\n" },
	{ "a section in a child", AT_CHILD, "x { }", "/c:2:1: connections.c.children.k.x: unknown section\n" },
	{ "an unknown section", AT_CONNECTION, "locale { }\nremot { }",
	  "/c:3:1: connections.c.remot: unknown section; nearest is remote\n" },
	{ "a section in a round", AT_ROUND, "cret { }", "/c:2:1: connections.c.remote.cret: unknown section; nearest is cert\n" },
	{ "a time", AT_CONNECTION, "dpd_delay = 12x",
	  "/c:2:13: connections.c.dpd_delay: \"12x\": not a value for this key; expected a number with s, m, h or d behind it\n" },
	{ "version 1", AT_CONNECTION, "version = 1", "/c:2:1: connections.c.version: \"1\": not built yet: IKEv1\n" },
	{ "version 3", AT_CONNECTION, "version = 3",
	  "/c:2:11: connections.c.version: \"3\": not a value for this key; expected a number from 0 to 2\n" },
	{ "a port too large", AT_CONNECTION, "local_port = 65536",
	  "/c:2:14: connections.c.local_port: \"65536\": not a value for this key; expected a number from 0 to 65535\n" },
	{ "beet mode", AT_CHILD, "mode = beet",
	  "/c:2:1: connections.c.children.k.mode: \"beet\": not built yet: no standard describes it; transport or tunnel do its "
	  "work\n" },
	{ "no way to the tunnel", AT_CHILD, "policies = no",
	  "/c:2:1: connections.c.children.k.policies: \"no\": without policies nothing would reach the tunnel; expected tun with "
	  "it\n" },
	{ "routes of one's own", AT_CHILD, "policies = no\ntun = vpn1", "" },
	{ "routes of one's own, for all children", AT_CONNECTION, "tun = vpn1\nchildren { z { policies = no } }", "" },
	{ "an interface for transport mode", AT_CHILD, "mode = transport\ntun = vpn1",
	  "/c:2:1: connections.c.children.k.mode: \"transport\": transport mode has no interface of its own; expected no tun, or "
	  "tunnel mode\n" },
	{ "what a shunt does not do", AT_CHILD, "mode = drop\nclose_action = trap",
	  "/c:2:1: warning: connections.c.children.k.mode: a policy without SA is never closed: close_action and dpd_action mean "
	  "nothing\n" },
	{ "traps", AT_CHILD, "start_action = trap|start",
	  "warning: connections.c.remote_addrs: no address or name to initiate to, although a child is to be started\n" },
	{ "IKEv1's settings", AT_CONNECTION, "aggressive = yes",
	  "/c:2:1: warning: connections.c.aggressive: \"yes\": without meaning here: only IKEv1 uses it\n" },
	{ "no address", AT_CONNECTION, "remote_addrs = 192.0.2.1, 10.0.0.256",
	  "/c:2:16: connections.c.remote_addrs: \"10.0.0.256\": not an address; expected an IP address, a subnet, a range "
	  "first-last, a DNS name or %any\n" },
	{ "a range that ends before it begins", AT_CONNECTION, "remote_addrs = 10.0.0.9-10.0.0.1",
	  "/c:2:16: connections.c.remote_addrs: \"10.0.0.9-10.0.0.1\": not an address; expected an IP address, a subnet, a range "
	  "first-last, a DNS name or %any\n" },
	{ "an unknown algorithm", AT_CONNECTION, "proposals = aes256gcm16-prfsha256-x25519, aes257-sha256-x25519",
	  "/c:2:13: connections.c.proposals: \"aes257-sha256-x25519\": unknown algorithm 'aes257'; did you mean 'aes256'?\n" },
	{ "an algorithm that is not built", AT_CHILD, "esp_proposals = camellia128-sha256",
	  "/c:2:17: connections.c.children.k.esp_proposals: \"camellia128-sha256\": not built yet: camellia128\n" },
	{ "a weak algorithm", AT_CHILD, "esp_proposals = aes128-sha1",
	  "/c:2:17: warning: connections.c.children.k.esp_proposals: \"sha1\": weak: use it only towards a peer that has nothing "
	  "better\n" },
	{ "an integrity algorithm that does nothing", AT_CHILD, "esp_proposals = aes128gcm16-sha256",
	  "/c:2:17: warning: connections.c.children.k.esp_proposals: \"sha256\": not used: the ciphers of this proposal bring "
	  "their own integrity check\n" },
	{ "in IKE it names the PRF", AT_CONNECTION, "proposals = aes128gcm16-sha256-x25519", "" },
	{ "a selector", AT_CHILD, "local_ts = 10.0.0.0/33",
	  "/c:2:12: connections.c.children.k.local_ts: \"10.0.0.0/33\": a traffic selector is a subnet, a range or the word "
	  "dynamic\n" },
	{ "a way to authenticate", AT_ROUND, "auth = password",
	  "/c:2:8: connections.c.remote.auth: \"password\": not a way to authenticate; expected psk, pubkey, rsa or ecdsa with "
	  "least sizes and hashes\n" },
	{ "EAP", AT_ROUND, "auth = eap-mschapv2", "/c:2:8: connections.c.remote.auth: \"eap-mschapv2\": not built yet\n" },
	{ "a certificate that is not there", AT_ROUND, "certs = gone.pem",
	  "/c:2:9: connections.c.remote.certs: \"/x509/gone.pem\": No such file or directory\n" },
	{ "no CA", AT_ROUND, "cacerts = leaf.pem",
	  "/c:2:11: connections.c.remote.cacerts: \"/x509ca/leaf.pem\": not the certificate of a CA: it lacks the CA basic "
	  "constraint\n" },
	{ "an authority that is no CA", AT_AUTHORITY, "cacert = leaf.pem",
	  "/c:2:10: authorities.a.cacert: \"/x509ca/leaf.pem\": not the certificate of a CA: it lacks the CA basic "
	  "constraint\n" },
	{ "both ways", AT_CERT, "file = a.pem\nhandle = 1",
	  "/c:3:1: connections.c.local.cert.handle: \"1\": not built yet\n" },
	{ "neither way", AT_CERT, "", "/c:1:46: connections.c.local.cert: handle or file path missing; expected file\n" },
	{ "no replay protection", AT_CHILD, "replay_window = 0",
	  "/c:2:1: warning: connections.c.children.k.replay_window: \"0\": no protection against replayed packets\n" },
	{ "a guessable key", AT_SHARED, "secret = swordfish\n} ike-2 {",
	  "/c:2:10: warning: secrets.ike-1.secret: this pre-shared key can be guessed: about 41 bits, less than 128; make one "
	  "with \"openssl rand -base64 32\"\n" },
	{ "a passphrase for nothing", AT_KEYFILE, "file = gone.pem\nsecret = x",
	  "/c:2:8: warning: secrets.private-1.file: \"/private/gone.pem\": there is no such file\n" },
	{ "a start to nowhere", AT_CHILD, "start_action = start",
	  "warning: connections.c.remote_addrs: no address or name to initiate to, although a child is to be started\n" },
	{ "whoever comes", AT_CONNECTION, "remote_addrs = 192.0.2.1",
	  "warning: connections.c.remote.id: whoever has a certificate of a trusted CA is taken for this peer; set id, certs or "
	  "cacerts\n" },
	{ "not with a PSK", AT_CONNECTION, "remote_addrs = 192.0.2.1\nremote { auth = psk }", "" },
	{ "an interface", AT_CHILD, "tun = a/b",
	  "/c:2:7: connections.c.children.k.tun: \"a/b\": not the name of an interface; expected 1 to 15 printable characters "
	  "without / : %\n" },
	{ "a pool", AT_POOL, "addrs = 10.0.0.0/8", "/c:2:1: pools.p.addrs: \"10.0.0.0/8\": not built yet\n" },
	{ "a second round", AT_CONNECTION, "local-1 { }\nlocal-2 { }",
	  "/c:3:1: connections.c.local-2: not built yet: a second authentication round\n" },
};

static void test_problems(void **state)
{
	size_t connections;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(problem_cases); i++) {
		char *got = load_line(problem_cases[i].place, problem_cases[i].line, &connections);

		if (strcmp(got, problem_cases[i].want) != 0)
			fail_msg("%s:\n  wanted: %s\n  got:    %s", problem_cases[i].name, problem_cases[i].want, got);
		free(got);
	}
}

/* The library's words are its own. */
static void test_unreadable_certificate(void **state)
{
	static const char want[] = "/c:2:9: connections.c.remote.certs: \"/x509/broken.pem\": the certificate cannot be read: ";
	size_t connections;
	char *got = load_line(AT_ROUND, "certs = broken.pem", &connections);

	(void)state;
	if (strncmp(got, want, strlen(want)) != 0)
		fail_msg("%s", got);
	assert_int_equal(connections, 0);
	free(got);
}

/* What is wrong in one connection does not touch the next. */
static void test_others_are_loaded(void **state)
{
	size_t connections;
	char *got = load("connections {\n a { children { x { mode = iptfs } } }\n b { children { x { } } }\n"
	                 " c { verson = 2 \n children { x { } } }\n d { children { x { } } }\n}\nconections { }\ntop = 1\n",
	                 &connections);

	(void)state;
	assert_int_equal(connections, 2);
	assert_string_equal(got, "/c:8:1: warning: conections: unknown section, only good to inherit from; nearest is connections\n"
	                         "/c:9:1: warning: top: a setting outside of all sections\n"
	                         "/c:2:21: connections.a.children.x.mode: \"iptfs\": not built yet\n"
	                         "/c:4:6: connections.c.verson: unknown key; nearest is version\n");
	free(got);
	got = load("connections { a { children { x { } } }\n b = \"1 }", &connections);
	assert_int_equal(connections, 0);
	assert_string_equal(got, "/c:2:6: connections.b: the string that begins here has no end; expected a closing \"\n");
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_wrong_values),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_unreadable_certificate),
		cmocka_unit_test(test_others_are_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
