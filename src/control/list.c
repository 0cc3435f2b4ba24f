/* SPDX-License-Identifier: ISC */
/* The blocks of listings and events: an IKE SA, a Child SA, a connection. The keys, their order and presence: doc/vici.md 6. */
#include "control/private.h"
#include "crypto/pki.h"

static void key_spi(struct text *m, const char *key, uint32_t spi)
{
	vici_key_format(m, key, "%08x", spi);
}

static void key_addr(struct text *m, const char *key, const struct addr *a)
{
	struct text t = { 0 };

	addr_print(&t, a);
	vici_key_str(m, key, text_str(&t));
	text_clear(&t);
}

static void item_addr(struct text *m, const struct addr *a)
{
	struct text t = { 0 };

	addr_print(&t, a);
	vici_item_str(m, text_str(&t));
	text_clear(&t);
}

static void key_identity(struct text *m, const char *key, const struct identity *id)
{
	struct text t = { 0 };

	identity_print(&t, id);
	vici_key_str(m, key, text_str(&t));
	text_clear(&t);
}

static uint64_t now_boot(const struct control *c)
{
	return c->host.now(c->host.ctx).boot;
}

/* Seconds since `then`; nothing when it never was. */
static void key_since(struct text *m, const struct control *c, const char *key, uint64_t then)
{
	if (then)
		vici_key_format(m, key, "%lld", (long long)(now_boot(c) - then) / 1000);
}

/* Seconds until `then`, which may be past; nothing when it is not scheduled. */
static void key_until(struct text *m, const struct control *c, const char *key, uint64_t then)
{
	if (then && then != NEVER)
		vici_key_format(m, key, "%lld", ((long long)then - (long long)now_boot(c)) / 1000);
}

static void key_algorithm(struct text *m, const char *key, const char *bits_key, const struct algorithm *a)
{
	if (!a)
		return;
	vici_key_str(m, key, a->name);
	if (bits_key && a->key_bits)
		vici_key_format(m, bits_key, "%u", a->key_bits);
}

static void put_suite(struct text *m, const struct suite *s)
{
	key_algorithm(m, "encr-alg", "encr-keysize", s->encr);
	key_algorithm(m, "integ-alg", NULL, s->integ);
	if (s->protocol == PROTO_IKE)
		key_algorithm(m, "prf-alg", NULL, s->prf);
	key_algorithm(m, "dh-group", NULL, s->ke);
	for (unsigned i = 0; i < ADDKE_MAX; i++) {
		char key[8] = "ake0";

		key[3] = (char)('1' + i);
		key_algorithm(m, key, NULL, s->addke[i]);
	}
}

void put_endpoint(struct text *m, const char *host, const char *port, const struct endpoint *e)
{
	key_addr(m, host, &e->addr);
	vici_key_format(m, port, "%u", e->port);
}

static void key_if(struct text *m, const char *key, bool yes)
{
	if (yes)
		vici_key_str(m, key, "yes");
}

void put_ike(struct text *m, const struct control *c, const struct ike_info *ike)
{
	vici_key_format(m, "uniqueid", "%u", ike->id);
	vici_key_format(m, "version", "%u", ike->version);
	vici_key_str(m, "state", ike_state_name(ike->state));
	put_endpoint(m, "local-host", "local-port", &ike->path.local);
	key_identity(m, "local-id", &ike->local_id);
	put_endpoint(m, "remote-host", "remote-port", &ike->path.remote);
	key_identity(m, "remote-id", &ike->remote_id);
	key_if(m, "initiator", ike->initiator);
	vici_key_format(m, "initiator-spi", "%016llx", (unsigned long long)ike->spi_i);
	vici_key_format(m, "responder-spi", "%016llx", (unsigned long long)ike->spi_r);
	key_if(m, "nat-local", ike->nat_local);
	key_if(m, "nat-remote", ike->nat_remote);
	key_if(m, "nat-fake", ike->nat_fake);
	key_if(m, "nat-any", ike->nat_local || ike->nat_remote || ike->nat_fake);
	if (ike->suite)
		put_suite(m, ike->suite);
	if (ike->state == IKE_ESTABLISHED) {
		key_since(m, c, "established", ike->established);
		key_until(m, c, "rekey-time", ike->rekey_at);
		key_until(m, c, "reauth-time", ike->reauth_at);
	}
	key_if(m, "adit-no-path", ike->no_path);
	if (ike->peer_count > 0) {
		vici_list(m, "adit-remote-addrs");
		for (size_t i = 0; i < ike->peer_count; i++)
			item_addr(m, &ike->peers[i]);
		vici_list_end(m);
	}
	if (ike->task) {
		vici_list(m, "tasks-active");
		vici_item_str(m, ike->task);
		vici_list_end(m);
	}
}

void list_selectors(struct text *m, const char *key, const struct selectors *s)
{
	vici_list(m, key);
	for (unsigned i = 0; s && i < s->count; i++) {
		struct text t = { 0 };

		selector_print(&t, &s->list[i]);
		vici_item_str(m, text_str(&t));
		text_clear(&t);
	}
	vici_list_end(m);
}

static void put_installed(struct text *m, const struct control *c, const struct child_info *child)
{
	struct child_counters n = { 0 };

	(void)c->host.counters(c->host.ctx, child->id, &n);
	vici_key_str(m, "protocol", "ESP");
	key_if(m, "encap", child->encap == ENCAP_UDP);
	key_spi(m, "spi-in", child->spi_in);
	key_spi(m, "spi-out", child->spi_out);
	if (child->suite)
		put_suite(m, child->suite);
	if (child->suite && child->suite->esn)
		vici_key_str(m, "esn", "1");
	vici_key_format(m, "bytes-in", "%llu", (unsigned long long)n.bytes_in);
	vici_key_format(m, "packets-in", "%llu", (unsigned long long)n.packets_in);
	key_since(m, c, "use-in", n.used_in);
	vici_key_format(m, "bytes-out", "%llu", (unsigned long long)n.bytes_out);
	vici_key_format(m, "packets-out", "%llu", (unsigned long long)n.packets_out);
	key_since(m, c, "use-out", n.used_out);
	key_until(m, c, "rekey-time", child->rekey_at);
	key_until(m, c, "life-time", child->life_at);
	key_since(m, c, "install-time", child->installed);
}

void put_child(struct text *m, const struct control *c, const struct child_info *child)
{
	vici_key_str(m, "name", child->name);
	vici_key_format(m, "uniqueid", "%u", child->id);
	vici_key_format(m, "reqid", "%u", child->reqid);
	vici_key_str(m, "state", child_state_name(child->state));
	vici_key_str(m, "mode", child->mode == MODE_TUNNEL ? "TUNNEL" : "TRANSPORT");
	if (child->state != CHILD_CREATED && child->state != CHILD_INSTALLING)
		put_installed(m, c, child);
	list_selectors(m, "local-ts", child->local_ts);
	list_selectors(m, "remote-ts", child->remote_ts);
}

void open_child(struct text *m, const struct child_info *child)
{
	struct text name = { 0 };

	/* a section's name has 255 bytes at most; `name` tells the whole */
	text_add(&name, "%.240s-%u", child->name, child->id);
	vici_section(m, text_str(&name));
	text_clear(&name);
}

/* --- list-sas --- */

struct sa_filter {
	struct request *q;
	struct bytes ike, child;
	uint32_t ike_id, child_id;
	struct text *m;
};

static bool list_child(void *ctx, const struct child_info *child)
{
	struct sa_filter *f = ctx;

	if ((f->child.len && !bytes_equal(f->child, bytes_str(child->name))) || (f->child_id && f->child_id != child->id))
		return true;
	open_child(f->m, child);
	put_child(f->m, f->q->control, child);
	vici_section_end(f->m);
	return true;
}

static bool list_sa(void *ctx, const struct ike_info *ike)
{
	struct sa_filter *f = ctx;
	const char *name = ike->connection ? ike->connection : "(unnamed)";
	struct text m = { 0 };

	if ((f->ike.len && !bytes_equal(f->ike, bytes_str(name))) || (f->ike_id && f->ike_id != ike->id))
		return true;
	vici_section(&m, name);
	put_ike(&m, f->q->control, ike);
	vici_section(&m, "child-sas"); /* must be the last element: swanctl prints when it meets it */
	f->m = &m;
	engine_each_child(f->q->control->engine, ike->id, list_child, f);
	vici_section_end(&m);
	vici_section_end(&m);
	client_event(f->q->client, ON_LIST_SA, &m);
	text_clear(&m);
	return !f->q->client->dropped;
}

void command_list_sas(struct request *q)
{
	struct sa_filter f = { .q = q };

	(void)vici_find_text(q->message, "ike", &f.ike);
	(void)vici_find_text(q->message, "child", &f.child);
	f.ike_id = (uint32_t)vici_find_number(q->message, "ike-id", 0);
	f.child_id = (uint32_t)vici_find_number(q->message, "child-id", 0);
	engine_each_ike(q->control->engine, list_sa, &f);
}

/* --- list-conns --- */

static void list_addrs(struct text *m, const char *key, const struct addr_conf *list, size_t count)
{
	vici_list(m, key);
	for (size_t i = 0; i < count; i++) {
		struct text t = { 0 };
		struct selector range = { .first = list[i].first, .last = list[i].last, .port_last = UINT16_MAX };

		if (list[i].kind == ADDR_CONF_NAME)
			text_add(&t, "%s", list[i].name);
		else if (list[i].kind == ADDR_CONF_ANY)
			text_add(&t, "%s", list[i].first.family == ADDR_V6 ? "%any6" : "%any");
		else if (addr_equal(&range.first, &range.last))
			addr_print(&t, &range.first);
		else
			selector_print(&t, &range);
		vici_item_str(m, text_str(&t));
		text_clear(&t);
	}
	vici_list_end(m);
}

static const char *auth_words(const struct auth_round *round)
{
	switch ((enum auth_class)round->auth) {
	case AUTH_ANY:
		return "any";
	case AUTH_PUBKEY:
		return "public key";
	case AUTH_PSK:
		return "pre-shared key";
	case AUTH_EAP:
		return "EAP";
	case AUTH_XAUTH:
		return "XAuth";
	}
	return "any";
}

/* By their subjects, as strongSwan does. */
static void list_certs(struct text *m, const char *key, const struct bytes *certs, size_t count)
{
	vici_list(m, key);
	for (size_t i = 0; i < count; i++) {
		struct arena arena = { 0 };
		struct reason why;
		struct cert *cert = cert_read(certs[i], &why, &arena);
		struct text subject = { 0 };

		if (cert)
			dn_print(&subject, cert_subject(cert));
		vici_item_str(m, cert ? text_str(&subject) : "(unreadable)");
		text_clear(&subject);
		cert_free(cert);
		arena_clear(&arena);
	}
	vici_list_end(m);
}

static void put_round(struct text *m, const char *side, size_t number, const struct auth_round *round)
{
	struct text name = { 0 };

	text_add(&name, "%s-%zu", side, number);
	vici_section(m, text_str(&name));
	text_clear(&name);
	vici_key_str(m, "class", auth_words(round));
	if (!identity_is_any(&round->id))
		key_identity(m, "id", &round->id);
	vici_list(m, "groups");
	vici_list_end(m);
	vici_list(m, "cert_policy");
	vici_list_end(m);
	list_certs(m, "certs", round->certs, round->cert_count);
	list_certs(m, "cacerts", round->cacerts, round->cacert_count);
	vici_section_end(m);
}

static const char *action_words(unsigned action)
{
	static const char *const words[] = { "none", "start", "trap", "trap|start" };

	return words[action & 3u];
}

static void put_child_conf(struct text *m, const struct child_conf *child)
{
	vici_section(m, child->name);
	vici_key_str(m, "mode", mode_words(child));
	vici_key_format(m, "rekey_time", "%llu", (unsigned long long)child->time.rekey);
	vici_key_format(m, "rekey_bytes", "%llu", (unsigned long long)child->bytes.rekey);
	vici_key_format(m, "rekey_packets", "%llu", (unsigned long long)child->packets.rekey);
	vici_key_str(m, "dpd_action", action_words(child->dpd_action));
	vici_key_str(m, "close_action", action_words(child->close_action));
	list_selectors(m, "local-ts", &child->local_ts);
	list_selectors(m, "remote-ts", &child->remote_ts);
	if (child->priority)
		vici_key_format(m, "priority", "%u", child->priority);
	vici_section_end(m);
}

static void put_connection(struct text *m, const struct connection *conn)
{
	static const char *const versions[] = { "IKEv1/2", "IKEv1", "IKEv2" };
	static const char *const unique[] = { "UNIQUE_NO", "UNIQUE_NEVER", "UNIQUE_REPLACE", "UNIQUE_KEEP" };

	vici_section(m, conn->name);
	list_addrs(m, "local_addrs", conn->local_addrs, conn->local_count);
	list_addrs(m, "remote_addrs", conn->remote_addrs, conn->remote_count);
	vici_key_format(m, "local_port", "%u", conn->local_port);
	vici_key_format(m, "remote_port", "%u", conn->remote_port);
	vici_key_str(m, "version", versions[conn->version <= 2 ? conn->version : 2]);
	vici_key_format(m, "reauth_time", "%llu", (unsigned long long)conn->reauth_time);
	vici_key_format(m, "rekey_time", "%llu", (unsigned long long)conn->time.rekey);
	vici_key_str(m, "unique", unique[conn->unique & 3u]);
	if (conn->dpd_delay)
		vici_key_format(m, "dpd_delay", "%u", conn->dpd_delay);
	for (size_t i = 0; i < conn->local_rounds; i++)
		put_round(m, "local", i + 1, &conn->local[i]);
	for (size_t i = 0; i < conn->remote_rounds; i++)
		put_round(m, "remote", i + 1, &conn->remote[i]);
	vici_section(m, "children");
	for (size_t i = 0; i < conn->child_count; i++)
		put_child_conf(m, &conn->children[i]);
	vici_section_end(m);
	vici_section_end(m);
}

static bool list_conn(void *ctx, const struct connection *conn)
{
	struct sa_filter *f = ctx;
	struct text m = { 0 };

	if (f->ike.len && !bytes_equal(f->ike, bytes_str(conn->name)))
		return true;
	put_connection(&m, conn);
	client_event(f->q->client, ON_LIST_CONN, &m);
	text_clear(&m);
	return !f->q->client->dropped;
}

void command_list_conns(struct request *q)
{
	struct sa_filter f = { .q = q };

	(void)vici_find_text(q->message, "ike", &f.ike);
	engine_each_connection(q->control->engine, list_conn, &f);
}

static bool name_conn(void *ctx, const struct connection *conn)
{
	vici_item_str(ctx, conn->name);
	return true;
}

void command_get_conns(struct request *q)
{
	vici_list(&q->answer, "conns");
	engine_each_connection(q->control->engine, name_conn, &q->answer);
	vici_list_end(&q->answer);
}
