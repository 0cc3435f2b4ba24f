/* SPDX-License-Identifier: ISC */
/* The sections local* and remote* of a connection: how each side authenticates. doc/vici.md 11.2, 12.3, 12.4. */
#include "config/builder.h"
#include "config/scalar.h"
#include "crypto/pki.h"

static const struct {
	const char *word;
	uint32_t bit;
} hashes[] = {
	{ "sha1", HASH_BIT(1) },   { "sha256", HASH_BIT(2) },   { "sha384", HASH_BIT(3) },
	{ "sha512", HASH_BIT(4) }, { "identity", HASH_BIT(5) },
};

static const char unknown_word[] = "not a way to authenticate";
static const char unbuilt_word[] = "not built yet";

/* One word of "rsa-3072-sha256". `last`: what a number belongs to. NULL: fine; otherwise what is wrong. */
static const char *take_word(struct auth_round *r, struct bytes word, uint16_t **last)
{
	uint64_t bits;

	if (text_is(word, "pubkey")) {
		*last = NULL;
		return NULL;
	}
	if (text_is(word, "rsa") || text_is(word, "rsa/pss")) {
		r->rsa = true;
		r->pss = r->pss || word.len > 3;
		*last = &r->rsa_bits;
		return NULL;
	}
	if (text_is(word, "ecdsa")) {
		r->ecdsa = true;
		*last = &r->ecdsa_bits;
		return NULL;
	}
	if (text_is(word, "ed25519") || text_is(word, "ed448"))
		return unbuilt_word;
	for (size_t i = 0; i < COUNT_OF(hashes); i++) {
		if (text_is(word, hashes[i].word)) {
			r->ike_hashes |= hashes[i].bit;
			return NULL;
		}
	}
	if (!*last || !scalar_number(word, &bits) || bits == 0 || bits > 16384)
		return unknown_word;
	**last = (uint16_t)bits;
	return NULL;
}

static const char *take_pubkey(struct auth_round *r, struct bytes text, bool *chain)
{
	uint16_t *last = NULL;

	r->auth = AUTH_PUBKEY;
	for (bool first = true; text.len > 0; first = false) {
		const uint8_t *dash = memchr(text.at, '-', text.len);
		struct bytes word = bytes(text.at, dash ? (size_t)(dash - text.at) : text.len);
		bool ike = text_starts(word, "ike:");
		const char *wrong;

		text = dash ? bytes(dash + 1, text.len - word.len - 1) : bytes_none();
		if (dash && text.len == 0)
			return unknown_word;
		if (ike)
			word = bytes(word.at + 4, word.len - 4);
		if (first)
			*chain = !ike;
		wrong = take_word(r, word, &last);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static bool build_auth(struct build *b, const struct node *section, struct auth_round *r)
{
	struct bytes text = text_trim(setting_text(AT_ROUND, section, "auth"));
	const struct node *setting = node_setting(section, bytes_str("auth"));
	struct conf_at at = setting ? node_value_at(setting) : node_default_at(section, "auth");
	const char *wrong = unknown_word;
	bool chain = false;

	r->auth_at = setting_at(section, "auth");
	r->auth_text = arena_str(b->arena, text);
	if (!r->auth_text)
		return build_memory(b);
	if (text_is(text, "psk")) {
		r->auth = AUTH_PSK;
		return true;
	}
	if (text_starts(text, "eap") || text_starts(text, "xauth"))
		wrong = unbuilt_word;
	else if (text.len > 0)
		wrong = take_pubkey(r, text, &chain);
	if (wrong)
		return build_error(b, wrong == unbuilt_word ? PROBLEM_NOT_BUILT : PROBLEM_VALUE, at, wrong, text,
		                   wrong == unbuilt_word ? NULL : "psk, pubkey, rsa or ecdsa with least sizes and hashes");
	if (chain && r->ike_hashes)
		build_advice(b, at, "limits the hashes of the peer's AUTH signature; those of its certificates' signatures are not "
		             "limited yet", text);
	if (r->ike_hashes & HASH_BIT(1))
		build_advice(b, at, "allows SHA-1, which is weak", text);
	return true;
}

static bool build_id(struct build *b, const struct node *section, bool local, struct auth_round *r)
{
	const struct node *setting = node_setting(section, bytes_str("id"));
	struct bytes text = setting ? text_trim(setting_value(setting)) : bytes_none();
	struct reason why = { 0 };

	r->id_at = setting_at(section, "id");
	if (text.len == 0)
		return true;
	if (!identity_parse(&r->id, text, b->arena, &why))
		return build_refused(b, PROBLEM_VALUE, node_value_at(setting), &why, text);
	if (local && r->id.regex)
		return build_error(b, PROBLEM_VALUE, node_value_at(setting), "a pattern cannot be our own identity", text, NULL);
	return true;
}

/* --- certificates --- */

struct cert_list {
	struct bytes *data;
	const char **names;
	size_t count;
};

static bool list_grow(struct build *b, struct cert_list *l, size_t more)
{
	size_t cap = l->count + more;
	struct bytes *data = arena_array(b->arena, cap, sizeof(*data));
	const char **names = arena_array(b->arena, cap, sizeof(*names));

	if (!data || !names)
		return build_memory(b);
	for (size_t i = 0; i < l->count; i++) {
		data[i] = l->data[i];
		names[i] = l->names[i];
	}
	l->data = data;
	l->names = names;
	return true;
}

/* Into the list, when it can be read and is a CA's where one is wanted. */
static bool keep_cert(struct build *b, struct cert_list *l, const char *kind, struct bytes data, const char *name,
                      struct conf_at at)
{
	if (!build_check_cert(b, data, name, strcmp(kind, "x509ca") == 0, at))
		return false;
	l->data[l->count] = data;
	l->names[l->count++] = name;
	return true;
}

/* An item is 0x or 0s and the contents, or a file's name; over VICI the contents. */
static bool add_cert(struct build *b, struct cert_list *l, const char *kind, struct bytes item, struct conf_at at)
{
	struct bytes data = bytes_none();
	const char *name = NULL;

	if (scalar_is_encoded(item)) {
		if (!scalar_decode(item, b->arena, &data) || data.len == 0)
			return build_error(b, PROBLEM_VALUE, at, "not hexadecimal (0x) or base64 (0s) digits", bytes_none(), NULL);
	} else if (b->from->from_file) {
		if (!build_read_file(b, kind, item, at, &data, &name))
			return false;
	} else {
		data = arena_copy(b->arena, item);
		if (data.len == 0)
			return build_memory(b);
	}
	return keep_cert(b, l, kind, data, name, at);
}

/* Over VICI: contents, not a byte of which is to be trimmed. */
static bool add_contents(struct build *b, const struct node *setting, const char *kind, struct cert_list *l)
{
	const struct node *item = setting->kind == NODE_LIST ? setting->first : setting;
	struct conf_at at = node_value_at(setting);

	for (; item; item = setting->kind == NODE_LIST ? item->next : NULL) {
		if (item->value.len > 0 && (!list_grow(b, l, 1) || !add_cert(b, l, kind, item->value, at)))
			return false;
	}
	return true;
}

static bool add_setting(struct build *b, const struct node *setting, const char *kind, struct cert_list *l)
{
	struct conf_at at = node_value_at(setting);
	struct items items = items_of(setting, setting->value);
	struct bytes item;

	if (!b->from->from_file)
		return add_contents(b, setting, kind, l);
	if (!list_grow(b, l, items_count(items)))
		return false;
	while (items_next(&items, &item)) {
		if (!add_cert(b, l, kind, item, at))
			return false;
	}
	return true;
}

/* cert-two { file = gw.pem } */
static bool add_section(struct build *b, const struct node *section, const char *kind, struct cert_list *l)
{
	const struct node *file = node_setting(section, bytes_str("file"));
	bool handle = setting_given(section, "handle");
	struct bytes data;
	const char *name;

	if (!schema_check(AT_CERT, section, b->problems)) {
		b->failed = true;
		return false;
	}
	if (file && handle)
		return build_error(b, PROBLEM_MISSING, node_at(section), "handle and file path given", bytes_none(), "one of them");
	if (!file)
		return build_error(b, PROBLEM_MISSING, node_at(section), "handle or file path missing", bytes_none(), "file");
	if (!list_grow(b, l, 1) ||
	    !build_read_file(b, kind, text_trim(setting_value(file)), node_value_at(file), &data, &name))
		return false;
	return keep_cert(b, l, kind, data, name, node_value_at(file));
}

/* `setting`: certs or cacerts; `prefix`: of the sections. */
static bool collect(struct build *b, const struct node *section, const char *setting, const char *prefix, const char *kind,
                    struct cert_list *l)
{
	const struct node *n = node_setting(section, bytes_str(setting));
	bool ok = !n || add_setting(b, n, kind, l);

	for (n = section->first; n; n = n->next) {
		if (n->kind == NODE_SECTION && text_starts(bytes_str(n->name), prefix))
			ok = add_section(b, n, kind, l) && ok;
	}
	return ok;
}

static bool build_certs(struct build *b, const struct node *section, struct auth_round *r)
{
	static const char *const known[] = { "cert", "cacert", NULL };
	struct cert_list certs = { 0 }, cacerts = { 0 };
	bool ok = true;

	for (const struct node *n = section->first; n; n = n->next) {
		if (n->kind == NODE_SECTION && !text_starts(bytes_str(n->name), "cert") &&
		    !text_starts(bytes_str(n->name), "cacert"))
			ok = build_unknown_section(b, n, known);
	}
	ok = collect(b, section, "certs", "cert", "x509", &certs) && ok;
	ok = collect(b, section, "cacerts", "cacert", "x509ca", &cacerts) && ok;
	r->certs = certs.data;
	r->cert_names = certs.names;
	r->cert_count = certs.count;
	r->cacerts = cacerts.data;
	r->cacert_names = cacerts.names;
	r->cacert_count = cacerts.count;
	r->certs_at = setting_at(section, "certs");
	r->cacerts_at = setting_at(section, "cacerts");
	return ok;
}

/* --- rounds --- */

static bool is_side(const struct node *n, const char *side)
{
	return n->kind == NODE_SECTION && text_starts(bytes_str(n->name), side);
}

static void build_one(struct build *b, const struct node *section, bool local, struct auth_round *r)
{
	if (!schema_check(AT_ROUND, section, b->problems))
		b->failed = true;
	r->at = node_at(section);
	r->section = arena_str(b->arena, bytes_str(section->name));
	r->round = (unsigned)setting_number(AT_ROUND, section, "round");
	if (!r->section)
		(void)build_memory(b);
	(void)build_auth(b, section, r);
	(void)build_id(b, section, local, r);
	(void)build_certs(b, section, r);
}

/* Stable: equal rounds keep their order. */
static void sort_rounds(struct auth_round *list, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct auth_round r = list[i];
		size_t j = i;

		for (; j > 0 && list[j - 1].round > r.round; j--)
			list[j] = list[j - 1];
		list[j] = r;
	}
}

/* No section at all stands for one with defaults. */
static bool build_side(struct build *b, const struct node *section, const char *side, struct auth_round **out, size_t *count)
{
	bool local = strcmp(side, "local") == 0;
	const struct node empty = { .kind = NODE_SECTION, .name = side, .parent = (struct node *)section };
	size_t n = 0;

	for (const struct node *s = section->first; s; s = s->next)
		n += is_side(s, side);
	*out = arena_array(b->arena, n ? n : 1, sizeof(**out));
	if (!*out)
		return build_memory(b);
	if (n == 0)
		build_one(b, &empty, local, &(*out)[(*count)++]);
	for (const struct node *s = section->first; s; s = s->next) {
		if (is_side(s, side))
			build_one(b, s, local, &(*out)[(*count)++]);
	}
	sort_rounds(*out, *count);
	if (*count > 1)
		return build_error(b, PROBLEM_NOT_BUILT, (*out)[1].at, "not built yet: a second authentication round", bytes_none(),
		                   NULL);
	return true;
}

bool build_rounds(struct build *b, const struct node *section, struct connection *c)
{
	bool ok = build_side(b, section, "local", &c->local, &c->local_rounds);

	return build_side(b, section, "remote", &c->remote, &c->remote_rounds) && ok;
}
