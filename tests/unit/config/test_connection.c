/* SPDX-License-Identifier: ISC */
/* What comes out of a configuration: connections, secrets, keys, certificates, and how connections compare and fit. */
#include "support/unit.h"

#include <stdlib.h>

#include "config/load.h"
#include "files.h"

static struct config *load_files(const struct file *list, const char *path, struct problems *problems)
{
	struct files files = { list };
	struct config_loader loader = files_loader(&files);
	struct config *config;

	(void)config_load(&loader, path, &config, problems);
	return config;
}

/* One connection named c with that body. */
static struct connection *build(const char *body)
{
	struct text t = { 0 };
	struct problems problems = { 0 };
	struct file list[] = { { "/c", NULL }, { "/x509/gw.pem", gw_pem }, { "/x509ca/ca.pem", ca_pem }, { NULL } };
	struct connection *c = NULL;
	struct config *config;

	text_add(&t, "connections { c { %s } }", body);
	list[0].text = t.at;
	config = load_files(list, "/c", &problems);
	if (config && config->connection_count == 1)
		c = connection_ref(config->connections[0]);
	else if (problems.first) {
		text_add(&t, "\n");
		config_problem_print(&t, problems.first);
		fail_msg("%s", t.at);
	}
	config_free(config);
	problems_clear(&problems);
	text_clear(&t);
	return c;
}

static void test_defaults(void **state)
{
	struct connection *c = build("children { k { } }");
	const struct child_conf *k = connection_child(c, "k");

	(void)state;
	assert_string_equal(c->name, "c");
	assert_true(c->from_file);
	assert_int_equal(c->version, 2);
	assert_int_equal(c->local_port, 500);
	assert_int_equal(c->remote_port, 500);
	assert_int_equal(c->local_count, 1);
	assert_int_equal(c->remote_addrs[0].kind, ADDR_CONF_ANY);
	assert_true(c->ike.count >= 1);
	assert_false(c->encap);
	assert_false(c->encap_no);
	assert_true(c->send_certreq);
	assert_int_equal(c->send_cert, CERT_IF_ASKED);
	assert_int_equal(c->unique, UNIQUE_NO);
	assert_int_equal(c->keyingtries, 1);
	assert_int_equal(c->dpd_delay, 0);
	assert_int_equal(c->time.rekey, 14400);
	assert_int_equal(c->time.life, 15840);
	assert_int_equal(c->time.rand, 1440);
	assert_int_equal(c->local_rounds, 1);
	assert_int_equal(c->remote_rounds, 1);
	assert_int_equal(c->local[0].auth, AUTH_PUBKEY);
	assert_true(identity_is_any(&c->remote[0].id));
	assert_string_equal(c->remote[0].auth_at.key, "connections.c.remote.auth");
	assert_null(c->ike_at.file);
	assert_int_equal(c->ike_at.line, 0);
	assert_string_equal(c->ike_at.key, "connections.c.proposals");
	assert_non_null(k);
	assert_null(connection_child(c, "none"));
	assert_true(k->local_ts.list[0].dynamic);
	assert_int_equal(k->time.rekey, 3600);
	assert_int_equal(k->time.life, 3960);
	assert_int_equal(k->time.rand, 360);
	assert_int_equal(k->bytes.life, 0);
	assert_int_equal(k->replay_window, 32);
	assert_true(k->copy_df && k->copy_ecn && k->dscp_out && !k->dscp_in);
	assert_int_equal(k->start_action | k->close_action | k->dpd_action, ACTION_NONE);
	assert_null(k->tun);
	connection_unref(c);
}

static void test_everything(void **state)
{
	struct connection *c = build(
	    "version = 0\n local_addrs = 192.0.2.1\n remote_addrs = gw.example.org, 198.51.100.0/24, 2001:db8::1-2001:db8::9\n"
	    "local_port = 4500\n encap = no\n dpd_delay = 30s\n unique = replace\n send_cert = always\n send_certreq = no\n"
	    "keyingtries = 0\n proposals = aes256gcm16-prfsha384-ecp384, aes128-sha256-modp2048\n reauth_time = 3h\n"
	    "local { auth = psk\n id = @gw.example.org\n round = 3 }\n"
	    "remote { auth = ike:rsa/pss-3072-sha256-sha384\n id = \"C=CH, CN=peer\" }\n"
	    "children { k { local_ts = 10.1.0.0/16, fd00::/8\n remote_ts = 10.2.0.0/16[tcp/80]\n "
	    "close_action = start\n dpd_action = restart\n copy_dscp = yes\n copy_df = no\n life_time = 2h\n life_bytes = 1g\n"
	    "rekey_packets = 1000\n rand_packets = 7\n replay_window = 1024\n reqid = 7\n priority = 9\n tun = adit-k\n"
	    "start_action = trap|start\n inactivity = 10m\n updown = \"/etc/script --with words\"\n hostaccess = yes\n"
	    "esp_proposals = aes256gcm16-esn, default } other { mode = transport\n mode_required = yes\n tun = \"\" }\n"
	    "third { mode = drop } } tun = common");
	const struct child_conf *k = &c->children[0];

	(void)state;
	assert_int_equal(c->version, 0);
	assert_int_equal(c->remote_count, 3);
	assert_int_equal(c->remote_addrs[0].kind, ADDR_CONF_NAME);
	assert_string_equal(c->remote_addrs[0].name, "gw.example.org");
	assert_int_equal(c->remote_addrs[1].kind, ADDR_CONF_RANGE);
	assert_int_equal(c->remote_addrs[1].last.ip[3], 255);
	assert_int_equal(c->remote_addrs[2].last.ip[15], 9);
	assert_true(c->encap_no);
	assert_int_equal(c->dpd_delay, 30);
	assert_int_equal(c->unique, UNIQUE_REPLACE);
	assert_int_equal(c->send_cert, CERT_ALWAYS);
	assert_false(c->send_certreq);
	assert_int_equal(c->keyingtries, 0);
	assert_int_equal(c->ike.count, 2);
	assert_int_equal(c->time.rekey, 0); /* reauth_time is set, rekey_time is not */
	assert_int_equal(c->reauth_time, 10800);
	assert_int_equal(c->time.life, 11880);
	assert_int_equal(c->local[0].auth, AUTH_PSK);
	assert_int_equal(c->local[0].id.type, ID_FQDN);
	assert_int_equal(c->local[0].round, 3);
	assert_int_equal(c->remote[0].auth, AUTH_PUBKEY);
	assert_true(c->remote[0].rsa && c->remote[0].pss && !c->remote[0].ecdsa);
	assert_int_equal(c->remote[0].rsa_bits, 3072);
	assert_int_equal(c->remote[0].ike_hashes, 1u << 2 | 1u << 3);
	assert_int_equal(c->remote[0].id.type, ID_DER_ASN1_DN);
	assert_int_equal(c->child_count, 3);
	assert_int_equal(k->mode, CHILD_TUNNEL);
	assert_int_equal(k->inactivity, 600);
	assert_string_equal(k->updown, "/etc/script --with words");
	assert_true(k->hostaccess && !k->mode_required && !k->no_policies);
	assert_string_equal(k[2].tun, "common"); /* the connection's, as it has none of its own */
	assert_true(child_conf_is_shunt(&k[2]) && !connection_is_shunts(c));
	assert_int_equal(k->local_ts.count, 2);
	assert_int_equal(k->remote_ts.list[0].port_first, 80);
	assert_int_equal(k->start_action, ACTION_START | ACTION_TRAP);
	assert_int_equal(k->close_action, ACTION_START);
	assert_int_equal(k->dpd_action, ACTION_START);
	assert_true(k->dscp_in && k->dscp_out && !k->copy_df);
	assert_int_equal(k->time.life, 7200);
	assert_int_equal(k->time.rekey, 6545); /* 7200 / 1.1, truncated */
	assert_int_equal(k->time.rand, 655);
	assert_int_equal(k->bytes.rekey, 976128930);
	assert_int_equal(k->packets.life, 1100);
	assert_int_equal(k->packets.rand, 7);
	assert_int_equal(k->replay_window, 1024);
	assert_int_equal(k->reqid, 7);
	assert_int_equal(k->priority, 9);
	assert_string_equal(k->tun, "adit-k");
	assert_true(k->esp.count >= 2);
	connection_unref(c);
}

/* The hard limit stands on the first of rekeying and reauthentication; over_time on the longer. doc/vici.md 11.1. */
static void test_ike_times(void **state)
{
	static const struct {
		const char *body;
		uint64_t rekey, life, rnd, reauth;
	} cases[] = {
		{ "rekey_time = 1000", 1000, 1100, 100, 0 },
		{ "rekey_time = 0", 0, 0, 0, 0 },
		{ "reauth_time = 1000", 0, 1100, 100, 1000 },
		{ "rekey_time = 1000\n reauth_time = 2000", 1000, 1200, 200, 2000 },
		{ "rekey_time = 1000\n over_time = 900", 1000, 1900, 500, 0 },
		{ "rekey_time = 1000\n over_time = 900\n rand_time = 0", 1000, 1900, 0, 0 },
		{ "rekey_time = 1000\n rand_time = 5000", 1000, 1100, 1000, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct connection *c = build(cases[i].body);

		if (c->time.rekey != cases[i].rekey || c->time.life != cases[i].life || c->time.rand != cases[i].rnd ||
		    c->reauth_time != cases[i].reauth)
			fail_msg("%s: %u %u %u", cases[i].body, (unsigned)c->time.rekey, (unsigned)c->time.life, (unsigned)c->time.rand);
		connection_unref(c);
	}
}

static void test_same(void **state)
{
	static const char *const ike[] = {
		"", "version = 0", "local_addrs = 192.0.2.1", "remote_addrs = 192.0.2.1", "remote_addrs = a.example", "local_port = 1",
		"remote_port = 1", "proposals = aes128gcm16-prfsha256-x25519", "encap = yes", "encap = no", "dpd_delay = 1s",
		"send_certreq = no", "send_cert = never", "keyingtries = 2", "unique = keep", "rekey_time = 1h", "reauth_time = 1h",
		"local { auth = psk }", "local { id = a }", "remote { id = a }", "remote { auth = ecdsa-384 }",
		"remote { auth = ike:rsa-sha512 }", "remote { certs = gw.pem }", "remote { cacerts = ca.pem }",
	};
	static const char *const child[] = {
		"", "esp_proposals = aes128gcm16", "local_ts = 10.0.0.0/8", "remote_ts = 10.0.0.0/8", "start_action = start",
		"close_action = start", "dpd_action = restart", "rekey_time = 2h", "life_bytes = 1m", "life_packets = 1", "reqid = 1",
		"replay_window = 64", "priority = 1", "copy_df = no", "copy_ecn = no", "copy_dscp = in", "tun = x",
		"start_action = trap", "start_action = trap|start", "close_action = trap", "dpd_action = trap", "mode = transport",
		"mode = pass", "mode = drop", "mode_required = yes", "tun = y\n policies = no", "inactivity = 1h", "hostaccess = yes",
		"updown = /x", "updown = /x y",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ike) + COUNT_OF(child); i++) {
		for (size_t j = 0; j < COUNT_OF(ike) + COUNT_OF(child); j++) {
			struct text a = { 0 }, b = { 0 };
			bool is_child = i >= COUNT_OF(ike);
			struct connection *x, *y;

			if (is_child != (j >= COUNT_OF(ike)))
				continue;
			text_add(&a, is_child ? "children { k { %s } }" : "%s\n children { k { } }",
			         is_child ? child[i - COUNT_OF(ike)] : ike[i]);
			text_add(&b, is_child ? "children { k { %s } }" : "%s\n children { k { } }",
			         is_child ? child[j - COUNT_OF(ike)] : ike[j]);
			x = build(a.at);
			y = build(b.at);
			if (connection_same_ike(x, y) != (is_child || i == j) ||
			    child_conf_same(x->children, y->children) != (!is_child || i == j))
				fail_msg("\"%s\" and \"%s\"", a.at, b.at);
			connection_unref(x);
			connection_unref(y);
			text_clear(&a);
			text_clear(&b);
		}
	}
}

static struct addr addr(const char *text)
{
	struct addr a;

	assert_true(addr_parse(&a, bytes_str(text)));
	return a;
}

static unsigned fits(const char *body, const char *local, const char *remote)
{
	struct connection *c = build(body);
	struct addr l = addr(local), r = addr(remote);
	unsigned n = connection_fits(c, &l, &r);

	connection_unref(c);
	return n;
}

/* Each row fits better than the next. */
static void test_fits(void **state)
{
	static const char *const better[] = {
		"remote_addrs = 192.0.2.9\n local_addrs = 198.51.100.1",
		"remote_addrs = 192.0.2.9\n local_addrs = 198.51.100.0/24",
		"remote_addrs = 192.0.2.9",
		"remote_addrs = 10.0.0.1, 192.0.2.8-192.0.2.9",
		"remote_addrs = 192.0.2.0/24\n local_addrs = 198.51.100.1",
		"remote_addrs = 192.0.0.0/16",
		"remote_addrs = %any4",
		"remote_addrs = %any",
		"remote_addrs = gw.example.org",
	};
	unsigned last = UINT32_MAX;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(better); i++) {
		unsigned n = fits(better[i], "198.51.100.1", "192.0.2.9");

		if (n == 0 || n >= last)
			fail_msg("%s: %u after %u", better[i], n, last);
		last = n;
	}
	assert_int_equal(fits("remote_addrs = 192.0.2.8", "198.51.100.1", "192.0.2.9"), 0);
	assert_int_equal(fits("local_addrs = 192.0.2.8", "198.51.100.1", "192.0.2.9"), 0);
	assert_int_equal(fits("remote_addrs = %any6", "198.51.100.1", "192.0.2.9"), 0);
	assert_int_equal(fits("remote_addrs = ::/0", "198.51.100.1", "192.0.2.9"), 0);
	assert_true(fits("remote_addrs = 0.0.0.0/0", "198.51.100.1", "192.0.2.9") > 0);
}

static const struct file site[] = {
	{ "/etc/adit/adit.conf",
	  "include conf.d/*.conf\nsecrets { ike-a { id-1 = a\n id-2 = @b.example\n secret = 0sVmVyeVNlY3JldA== }\n"
	  "private-k { file = k.pem\n secret = open }\n eap-x { id = u\n secret = \"a b\" } }\n"
	  "authorities { a { cacert = root.pem } }\n" },
	{ "/etc/adit/conf.d/one.conf",
	  "base { version = 2\n remote { cacerts = root.pem } children { k { remote_ts = 10.0.0.0/8 } } }\n"
	  "connections { one : base { remote_addrs = 192.0.2.1\n local { cert-a { file = gw.pem } } } }\n" },
	{ "/etc/adit/private/.hidden", "no" },
	{ "/etc/adit/private/k.pem", "KEY" },
	{ "/etc/adit/private/k.pem~", "no" },
	{ "/etc/adit/rsa/r.pem", "RSA" },
	{ "/etc/adit/x509/gw.pem", gw_pem },
	{ "/etc/adit/x509ca/root.pem", ca_pem },
	{ NULL },
};

static void test_load(void **state)
{
	struct problems problems = { 0 };
	struct config *c = load_files(site, "/etc/adit/adit.conf", &problems);
	const struct connection *one;

	(void)state;
	assert_non_null(c);
	assert_int_equal(problems.errors, 0);
	assert_int_equal(c->connection_count, 1);
	one = c->connections[0];
	assert_string_equal(one->version_at.file, "/etc/adit/conf.d/one.conf");
	assert_int_equal(one->version_at.line, 1);
	assert_string_equal(one->version_at.key, "connections.one.version");
	assert_int_equal(one->local[0].cert_count, 1);
	assert_true(bytes_equal(one->local[0].certs[0], bytes_str(gw_pem)));
	assert_string_equal(one->local[0].cert_names[0], "/etc/adit/x509/gw.pem");
	assert_true(bytes_equal(one->remote[0].cacerts[0], bytes_str(ca_pem)));
	assert_string_equal(one->children[0].remote_ts_at.key, "connections.one.children.k.remote_ts");

	assert_int_equal(c->secret_count, 2);
	assert_string_equal(c->secrets[0].section, "ike-a");
	assert_int_equal(c->secrets[0].kind, SECRET_IKE);
	assert_int_equal(c->secrets[0].owner_count, 2);
	assert_int_equal(c->secrets[0].owners[1].type, ID_FQDN);
	assert_true(bytes_equal(c->secrets[0].secret, bytes_str("VerySecret")));
	assert_int_equal(c->secrets[0].at.line, 2);
	assert_int_equal(c->secrets[1].kind, SECRET_EAP);
	assert_true(bytes_equal(c->secrets[1].secret, bytes_str("a b")));

	assert_int_equal(c->key_count, 2);
	assert_string_equal(c->keys[0].path, "/etc/adit/private/k.pem");
	assert_true(bytes_equal(c->keys[0].passphrase, bytes_str("open")));
	assert_true(bytes_equal(c->keys[1].data, bytes_str("RSA")));
	assert_int_equal(c->keys[1].passphrase.len, 0);

	assert_int_equal(c->cert_count, 3);
	assert_false(c->certs[0].must_be_ca);
	assert_true(c->certs[1].must_be_ca);
	assert_true(c->certs[2].must_be_ca);
	assert_string_equal(c->certs[2].at.key, "authorities.a");
	config_free(c);
	problems_clear(&problems);
}

static void test_problems_of_connection(void **state)
{
	static const struct file list[] = {
		{ "/c", "connections { of { mobike = yes\n children { x { } } }\n office { children { x { mode = beet } } } off { } }" },
		{ NULL },
	};
	struct problems problems = { 0 };
	struct config *c = load_files(list, "/c", &problems);

	(void)state;
	assert_int_equal(c->connection_count, 2);
	assert_null(problems_of_connection(&problems, "of"));
	assert_null(problems_of_connection(&problems, "off"));
	assert_non_null(problems_of_connection(&problems, "office"));
	assert_string_equal(problems_of_connection(&problems, "office")->why.where.key, "connections.office.children.x.mode");
	config_free(c);
	problems_clear(&problems);
}

/* Secrets never stand in a message. */
static void test_no_secret_is_told(void **state)
{
	static const struct file list[] = {
		{ "/c", "secrets { ike-1 { secret = swordfish }\n ike-2 { secret = 0xnothex }\n ike-3 { secret = sword\nsecert = fish }\n"
		        "token-a { pin = swordfish }\n private-a { file = x\n secret = swordfish } ppk { secret = swordfish } }" },
		{ NULL },
	};
	struct problems problems = { 0 };
	struct config *c = load_files(list, "/c", &problems);
	struct text t = { 0 };

	(void)state;
	for (const struct problem *p = problems.first; p; p = p->next) {
		config_problem_print(&t, p);
		config_problem_errmsg(&t, p);
	}
	assert_true(problems.count >= 6);
	assert_null(strstr(t.at, "swordfish"));
	assert_null(strstr(t.at, "nothex"));
	assert_null(strstr(t.at, "fish"));
	text_clear(&t);
	config_free(c);
	problems_clear(&problems);
}

/* As VICI's load-conn brings it: lists, contents of certificates, no places; single values for lists are taken too. */
static void test_over_vici(void **state)
{
	struct tree *t = tree_new("connections");
	struct place none = { 0 };
	struct node *c = node_add_section(t, t->root, bytes_str("gw"), none);
	struct node *local = node_add_section(t, c, bytes_str("local"), none);
	struct node *list = node_add_list(t, local, bytes_str("certs"), none);
	struct node *kids = node_add_section(t, c, bytes_str("children"), none);
	struct node *kid = node_add_section(t, kids, bytes_str("net"), none);
	struct build_from from = { .folder = "" };
	struct problems problems = { 0 };
	struct text said = { 0 };
	struct connection *conn;

	(void)state;
	node_add_item(t, list, bytes_str(gw_pem));
	node_add_value(t, c, bytes_str("send_certreq"), bytes_str("False"), none);
	node_add_value(t, c, bytes_str("remote_addrs"), bytes_str("192.0.2.1"), none);
	list = node_add_list(t, kid, bytes_str("remote_ts"), none);
	node_add_item(t, list, bytes_str("10.0.0.0/8"));
	node_add_item(t, list, bytes_str("fd00::/8"));
	list = node_add_list(t, kid, bytes_str("start_action"), none);
	node_add_item(t, list, bytes_str("START"));
	conn = connection_build(c, &from, &problems);
	assert_non_null(conn);
	assert_false(conn->from_file);
	assert_false(conn->send_certreq);
	assert_int_equal(conn->remote_count, 1);
	assert_int_equal(conn->local[0].cert_count, 1);
	assert_true(bytes_equal(conn->local[0].certs[0], bytes_str(gw_pem))); /* with its last line end */
	assert_null(conn->local[0].cert_names[0]);
	assert_int_equal(conn->children[0].remote_ts.count, 2);
	assert_int_equal(conn->children[0].start_action, ACTION_START);
	assert_null(conn->children[0].remote_ts_at.file);
	assert_string_equal(conn->children[0].remote_ts_at.key, "connections.gw.children.net.remote_ts");
	connection_unref(conn);

	problems_clear(&problems);
	node_add_value(t, c, bytes_str("dpd_delay"), bytes_str("1w"), none);
	assert_null(connection_build(c, &from, &problems));
	config_problem_errmsg(&said, problems.first);
	assert_string_equal(said.at, "invalid value for: dpd_delay, config discarded (connections.gw.dpd_delay: \"1w\": not a value for "
	                             "this key; expected a number with s, m, h or d behind it)");
	text_clear(&said);
	problems_clear(&problems);
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),  cmocka_unit_test(test_everything),        cmocka_unit_test(test_ike_times),
		cmocka_unit_test(test_same),      cmocka_unit_test(test_fits),              cmocka_unit_test(test_load),
		cmocka_unit_test(test_over_vici), cmocka_unit_test(test_no_secret_is_told),
		cmocka_unit_test(test_problems_of_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
