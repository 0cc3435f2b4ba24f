/* SPDX-License-Identifier: ISC */
/* Loading and unloading credentials over VICI: everything goes to the host. doc/vici.md 5.4. */
#include <strings.h>

#include "control/private.h"

#define OWNERS_MAX 64

static bool same_word(struct bytes b, const char *word)
{
	return b.len == strlen(word) && strncasecmp((const char *)b.at, word, b.len) == 0;
}

/* The items of a list at the top of the message; gives how many, at most `max`. */
static size_t find_list(struct bytes message, const char *key, struct bytes *items, size_t max)
{
	struct vici_reader r = vici_reader(message);
	bool in = false;
	size_t count = 0;

	for (struct vici_element e = vici_next(&r); e.kind != VICI_END && e.kind != VICI_BAD; e = vici_next(&r)) {
		if (e.kind == VICI_LIST_START)
			in = r.depth == 0 && bytes_equal(e.name, bytes_str(key));
		else if (e.kind == VICI_LIST_ITEM && in && count < max)
			items[count++] = e.value;
	}
	return count;
}

static void answer_bool(struct request *q, bool ok, const struct reason *why)
{
	if (ok)
		answer_ok(&q->answer);
	else
		answer_reason(&q->answer, why);
}

/* --- shared secrets --- */

void command_load_shared(struct request *q)
{
	struct bytes id, type, data, owners[OWNERS_MAX];
	const struct control_host *host = &q->control->host;
	size_t count = find_list(q->message, "owners", owners, OWNERS_MAX);
	struct reason why = { 0 };

	(void)vici_find_text(q->message, "id", &id);
	if (!vici_find_text(q->message, "type", &type)) {
		answer_fail(&q->answer, "shared key type missing");
		return;
	}
	if (!vici_find(q->message, NULL, "data", &data) || data.len == 0) {
		answer_fail(&q->answer, "shared key data missing");
		return;
	}
	answer_bool(q, host->load_shared(host->ctx, id, type, data, owners, count, &why, &q->arena), &why);
}

void command_unload_shared(struct request *q)
{
	const struct control_host *host = &q->control->host;
	struct bytes id;

	if (!vici_find_text(q->message, "id", &id)) {
		answer_fail(&q->answer, "unique identifier missing");
		return;
	}
	(void)host->unload_shared(host->ctx, id); /* success even if unknown */
	answer_ok(&q->answer);
}

static void item_id(void *to, struct bytes id)
{
	vici_item(to, id);
}

void command_get_shared(struct request *q)
{
	const struct control_host *host = &q->control->host;

	vici_list(&q->answer, "keys");
	host->each_shared(host->ctx, item_id, &q->answer);
	vici_list_end(&q->answer);
}

/* --- private keys --- */

void command_load_key(struct request *q)
{
	static const char *const types[] = { "rsa", "ecdsa", "ed25519", "ed448", "any", "pkcs8" };
	const struct control_host *host = &q->control->host;
	struct bytes type, data;
	struct reason why = { 0 };
	bool known = false;
	char id[41];

	if (!vici_find_text(q->message, "type", &type)) {
		answer_fail(&q->answer, "key type missing");
		return;
	}
	for (size_t i = 0; i < COUNT_OF(types); i++)
		known = known || same_word(type, types[i]);
	if (!known) {
		answer_fail(&q->answer, "invalid key type: %.*s", (int)type.len, (const char *)type.at);
		return;
	}
	if (!vici_find(q->message, NULL, "data", &data) || data.len == 0) {
		answer_fail(&q->answer, "key data missing");
		return;
	}
	if (!host->load_key(host->ctx, type, data, id, &why, &q->arena)) {
		answer_reason(&q->answer, &why);
		return;
	}
	answer_ok(&q->answer);
	vici_key_str(&q->answer, "id", id);
}

void command_unload_key(struct request *q)
{
	const struct control_host *host = &q->control->host;
	struct bytes id;

	if (!vici_find_text(q->message, "id", &id))
		answer_fail(&q->answer, "key id missing");
	else if (host->unload_key(host->ctx, id))
		answer_ok(&q->answer);
	else
		answer_fail(&q->answer, "key not found");
}

static void item_key(void *to, const char *id_hex)
{
	vici_item_str(to, id_hex);
}

void command_get_keys(struct request *q)
{
	const struct control_host *host = &q->control->host;

	vici_list(&q->answer, "keys");
	host->each_key(host->ctx, item_key, &q->answer);
	vici_list_end(&q->answer);
}

/* --- certificates --- */

void command_load_cert(struct request *q)
{
	const struct control_host *host = &q->control->host;
	struct bytes type, flag, data;
	struct reason why = { 0 };

	if (!vici_find_text(q->message, "type", &type)) {
		answer_fail(&q->answer, "certificate type missing");
	} else if (!same_word(type, "X509") && !same_word(type, "X509CA")) {
		answer_fail(&q->answer, "certificate type '%.*s' is not built yet", (int)type.len, (const char *)type.at);
	} else if (!vici_find(q->message, NULL, "data", &data) || data.len == 0) {
		answer_fail(&q->answer, "certificate data missing");
	} else {
		bool ca = same_word(type, "X509CA") || (vici_find_text(q->message, "flag", &flag) && same_word(flag, "CA"));

		answer_bool(q, host->load_cert(host->ctx, data, ca, &why, &q->arena), &why);
	}
}

static void send_cert(void *to, struct bytes der, bool has_key, bool ca)
{
	struct request *q = to;
	struct text m = { 0 };

	vici_key_str(&m, "type", "X509");
	vici_key_str(&m, "flag", ca ? "CA" : "NONE");
	if (has_key)
		vici_key_str(&m, "has_privkey", "yes");
	vici_key(&m, "data", der);
	client_event(q->client, ON_LIST_CERT, &m);
	text_clear(&m);
}

void command_list_certs(struct request *q)
{
	const struct control_host *host = &q->control->host;
	struct bytes type;

	if (vici_find_text(q->message, "type", &type) && !same_word(type, "X509") && !same_word(type, "ANY"))
		return; /* there are none of another kind */
	host->each_cert(host->ctx, send_cert, q);
}

void command_clear_creds(struct request *q)
{
	q->control->host.clear_creds(q->control->host.ctx);
	answer_ok(&q->answer);
}

/* --- authorities: a CA certificate, for now without URIs --- */

void command_load_authority(struct request *q)
{
	struct vici_reader r = vici_reader(q->message);
	const struct control_host *host = &q->control->host;
	struct bytes cacert = bytes_none(), name = bytes_none();
	struct reason why = { 0 };

	for (struct vici_element e = vici_next(&r); e.kind != VICI_END && e.kind != VICI_BAD; e = vici_next(&r)) {
		if (e.kind == VICI_SECTION_START && r.depth == 1)
			name = e.name;
		else if (e.kind == VICI_KEY_VALUE && bytes_equal(e.name, bytes_str("cacert")))
			cacert = e.value;
	}
	if (name.len == 0)
		answer_fail(&q->answer, "parsing request failed");
	else if (cacert.len == 0)
		answer_fail(&q->answer, "CA certificate missing: %.*s", (int)name.len, (const char *)name.at);
	else
		answer_bool(q, host->load_cert(host->ctx, cacert, true, &why, &q->arena), &why);
}
