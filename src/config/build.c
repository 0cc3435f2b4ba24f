/* SPDX-License-Identifier: ISC */
/* A connection from its section. doc/vici.md 11.1. */
#include "config/build.h"

#include <stdlib.h>

#include "config/builder.h"
#include "config/scalar.h"

#define CONNECTION_BYTES_MAX (8u << 20)

/* --- addresses --- */

static struct addr_conf any_addr(enum addr_family family)
{
	return (struct addr_conf){ .kind = ADDR_CONF_ANY,
		                   .first = { .family = (uint8_t)family },
		                   .last = { .family = (uint8_t)family } };
}

/* Letters, digits, '-', '_' and '.', and at least one letter in the last label: so that 10.0.0.256 is no name. */
static bool is_host_name(struct bytes text)
{
	bool letter = false;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
			letter = true;
		else if (c == '.' && i + 1 < text.len)
			letter = false;
		else if (!(c >= '0' && c <= '9') && c != '-' && c != '.')
			return false;
	}
	return letter && text.len <= 253 && text.at[0] != '.' && text.at[0] != '-';
}

static bool parse_range(struct addr_conf *out, struct bytes text)
{
	const uint8_t *dash = memchr(text.at, '-', text.len);
	size_t n = dash ? (size_t)(dash - text.at) : text.len;

	return dash && addr_parse(&out->first, text_trim(bytes(text.at, n))) &&
	       addr_parse(&out->last, text_trim(bytes(dash + 1, text.len - n - 1))) &&
	       out->first.family == out->last.family && addr_compare(&out->first, &out->last) <= 0;
}

static bool parse_addr(struct build *b, struct addr_conf *out, struct bytes text)
{
	struct prefix prefix;

	*out = (struct addr_conf){ .kind = ADDR_CONF_RANGE };
	if (text_is(text, "%any") || text_is(text, "%")) {
		*out = any_addr(ADDR_NONE);
		return true;
	}
	if (text_is(text, "%any4") || text_is(text, "%any6")) {
		*out = any_addr(text.at[4] == '4' ? ADDR_V4 : ADDR_V6);
		return true;
	}
	if (parse_range(out, text))
		return true;
	if (prefix_parse(&prefix, text)) {
		bool all = prefix.bits == 0 || (addr_unspecified(&prefix.addr) && !memchr(text.at, '/', text.len));

		out->first = prefix_first(&prefix);
		out->last = prefix_last(&prefix);
		if (all)
			*out = any_addr(prefix.addr.family);
		return true;
	}
	if (!is_host_name(text))
		return false;
	out->kind = ADDR_CONF_NAME;
	out->name = arena_str(b->arena, text);
	return out->name != NULL;
}

static bool build_addrs(struct build *b, const struct node *section, const char *name, struct addr_conf **out, size_t *count)
{
	const struct node *setting = node_setting(section, bytes_str(name));
	struct items items = items_of(setting, setting ? setting->value : bytes_none());
	struct bytes item;
	size_t n = items_count(items);

	*out = arena_array(b->arena, n ? n : 1, sizeof(**out));
	if (!*out)
		return build_memory(b);
	if (n == 0) {
		(*out)[(*count)++] = any_addr(ADDR_NONE);
		return true;
	}
	while (items_next(&items, &item)) {
		if (!parse_addr(b, &(*out)[*count], item))
			return build_error(b, PROBLEM_VALUE, node_value_at(setting), "not an address", item,
			                   "an IP address, a subnet, a range first-last, a DNS name or %any");
		++*count;
	}
	return true;
}

/* --- lifetimes --- */

static void build_life(struct build *b, const struct node *section, struct connection *c)
{
	uint64_t rekey = setting_number(AT_CONNECTION, section, "rekey_time");
	uint64_t reauth = setting_number(AT_CONNECTION, section, "reauth_time");
	uint64_t over, base, rnd;

	if (reauth && !setting_given(section, "rekey_time"))
		rekey = 0;
	base = rekey && reauth ? (rekey < reauth ? rekey : reauth) : rekey + reauth;
	over = setting_given(section, "over_time") ? setting_number(AT_CONNECTION, section, "over_time")
						   : (rekey > reauth ? rekey : reauth) / 10;
	rnd = over < base / 2 ? over : base / 2;
	if (setting_given(section, "rand_time"))
		rnd = setting_number(AT_CONNECTION, section, "rand_time");
	if (base && rnd > base) {
		build_advice(b, setting_at(section, "rand_time"), "more than the time it is taken off: that time is used",
		             bytes_none());
		rnd = base;
	}
	c->time = (struct lifetime_conf){ rekey, base ? base + over : 0, rnd };
	c->reauth_time = reauth;
}

/* --- the connection --- */

static void check_sections(struct build *b, const struct node *section)
{
	static const char *const known[] = { "local", "remote", "children", NULL };

	for (const struct node *n = section->first; n; n = n->next) {
		struct bytes name = n->kind == NODE_SECTION ? bytes_str(n->name) : bytes_none();

		if (n->kind == NODE_SECTION && !text_starts(name, "local") && !text_starts(name, "remote") &&
		    !bytes_equal(name, bytes_str("children")))
			(void)build_unknown_section(b, n, known);
	}
}

static void build_scalars(struct build *b, const struct node *section, struct connection *c)
{
	c->version = (uint8_t)setting_number(AT_CONNECTION, section, "version");
	c->version_at = setting_at(section, "version");
	if (c->version == 1)
		(void)build_error(b, PROBLEM_NOT_BUILT, c->version_at, "not built yet: IKEv1", bytes_str("1"), NULL);
	c->local_port = (uint16_t)setting_number(AT_CONNECTION, section, "local_port");
	c->remote_port = (uint16_t)setting_number(AT_CONNECTION, section, "remote_port");
	c->encap = setting_bool(AT_CONNECTION, section, "encap");
	c->encap_no = setting_given(section, "encap") && !c->encap;
	c->encap_at = setting_at(section, "encap");
	c->mobike = setting_bool(AT_CONNECTION, section, "mobike");
	c->mobike_at = setting_at(section, "mobike");
	c->mobike_check = setting_word(AT_CONNECTION, section, "mobike_check");
	c->send_certreq = setting_bool(AT_CONNECTION, section, "send_certreq");
	c->send_cert = setting_word(AT_CONNECTION, section, "send_cert");
	c->unique = setting_word(AT_CONNECTION, section, "unique");
	c->fragmentation = setting_word(AT_CONNECTION, section, "fragmentation");
	c->childless = setting_word(AT_CONNECTION, section, "childless");
	c->dpd_delay = (uint32_t)setting_number(AT_CONNECTION, section, "dpd_delay");
	c->keyingtries = setting_given(section, "keyingtries") ? (uint32_t)setting_number(AT_CONNECTION, section, "keyingtries") : 1;
	c->keyingtries_given = setting_given(section, "keyingtries");
}

static bool can_initiate(const struct connection *c)
{
	for (size_t i = 0; i < c->remote_count; i++) {
		const struct addr_conf *a = &c->remote_addrs[i];

		if (a->kind == ADDR_CONF_NAME || (a->kind == ADDR_CONF_RANGE && addr_equal(&a->first, &a->last)))
			return true;
	}
	return false;
}

static void check_sense(struct build *b, const struct connection *c)
{
	for (size_t i = 0; i < c->child_count; i++) {
		if (c->children[i].start_action & ACTION_START && !can_initiate(c))
			build_advice(b, c->remote_addrs_at, "no address or name to initiate to, although a child is to be started",
			             bytes_none());
	}
	for (size_t i = 0; i < c->remote_rounds; i++) {
		const struct auth_round *r = &c->remote[i];

		if (can_initiate(c) && r->auth != AUTH_PSK && identity_is_any(&r->id) && r->cert_count == 0 && r->cacert_count == 0)
			build_advice(b, r->id_at, "whoever has a certificate of a trusted CA is taken for this peer; set id, certs or "
			             "cacerts", bytes_none());
	}
	if (c->child_count == 0)
		build_advice(b, c->at, "no children: it can carry no traffic", bytes_none());
}

static void build_all(struct build *b, const struct node *section, struct connection *c)
{
	if (!schema_check(AT_CONNECTION, section, b->problems))
		b->failed = true;
	check_sections(b, section);
	c->name = arena_str(b->arena, bytes_str(section->name));
	if (!c->name)
		(void)build_memory(b);
	c->at = node_at(section);
	c->ike_at = setting_at(section, "proposals");
	c->local_addrs_at = setting_at(section, "local_addrs");
	c->remote_addrs_at = setting_at(section, "remote_addrs");
	build_scalars(b, section, c);
	build_life(b, section, c);
	(void)build_addrs(b, section, "local_addrs", &c->local_addrs, &c->local_count);
	(void)build_addrs(b, section, "remote_addrs", &c->remote_addrs, &c->remote_count);
	(void)build_proposals(b, AT_CONNECTION, section, "proposals", PROTO_IKE, &c->ike);
	(void)build_rounds(b, section, c);
	(void)build_children(b, section, c);
}

struct connection *connection_build(const struct node *section, const struct build_from *from, struct problems *problems)
{
	struct connection *c = calloc(1, sizeof(*c));
	struct build b = { .from = from, .problems = problems, .arena = c ? &c->arena : NULL };

	if (!c) {
		(void)build_memory(&b);
		return NULL;
	}
	c->refs = 1;
	c->arena.limit = CONNECTION_BYTES_MAX;
	c->from_file = from->from_file;
	build_all(&b, section, c);
	if (b.failed) {
		connection_unref(c);
		return NULL;
	}
	check_sense(&b, c);
	return c;
}
