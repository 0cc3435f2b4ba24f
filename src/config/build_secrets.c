/* SPDX-License-Identifier: ISC */
/* secrets and authorities. doc/vici.md 11.5, 11.6. */
#include "config/builder.h"
#include "config/load.h"
#include "config/scalar.h"

#define BITS_WANTED 128u

static bool is_id(const struct node *n)
{
	return n->kind != NODE_SECTION && text_starts(bytes_str(n->name), "id");
}

static bool build_owners(struct build *b, const struct node *section, struct secret_conf *s)
{
	size_t count = 0;

	for (const struct node *n = section->first; n; n = n->next)
		count += is_id(n);
	s->owners = arena_array(b->arena, count ? count : 1, sizeof(*s->owners));
	if (!s->owners)
		return build_memory(b);
	for (const struct node *n = section->first; n; n = n->next) {
		struct bytes text = is_id(n) ? text_trim(setting_value(n)) : bytes_none();
		struct reason why = { 0 };

		if (text.len == 0)
			continue;
		if (!identity_parse(&s->owners[s->owner_count], text, b->arena, &why))
			return build_refused(b, PROBLEM_VALUE, node_value_at(n), &why, text);
		s->owner_count++;
	}
	return true;
}

static bool build_value(struct build *b, const struct node *section, struct secret_conf *s)
{
	const struct node *setting = node_setting(section, bytes_str("secret"));
	struct bytes plain;
	struct text about = { 0 };
	unsigned bits;

	if (!setting || setting_value(setting).len == 0)
		return build_error(b, PROBLEM_MISSING, setting ? node_value_at(setting) : node_at(section), "no secret", bytes_none(),
		                   "secret = ...");
	if (!scalar_decode(setting_value(setting), b->arena, &plain) || plain.len == 0)
		return build_error(b, PROBLEM_VALUE, node_value_at(setting), "not hexadecimal (0x) or base64 (0s) digits",
		                   bytes_none(), NULL);
	s->secret = arena_copy(b->arena, plain);
	if (s->secret.len != plain.len)
		return build_memory(b);
	bits = secret_bits(plain);
	if (s->kind == SECRET_IKE && bits < BITS_WANTED) {
		text_add(&about, "this pre-shared key can be guessed: about %u bits, less than 128; make one with "
		                 "\"openssl rand -base64 32\"", bits);
		build_advice(b, node_value_at(setting), text_str(&about), bytes_none());
		text_clear(&about);
	}
	return true;
}

static enum secret_kind kind_of(const char *name)
{
	struct bytes text = bytes_str(name);

	if (text_starts(text, "ike"))
		return SECRET_IKE;
	if (text_starts(text, "ntlm"))
		return SECRET_NTLM;
	return text_starts(text, "ppk") ? SECRET_PPK : SECRET_EAP;
}

static void check_no_sections(struct build *b, const struct node *section)
{
	static const char *const known[] = { NULL };

	for (const struct node *n = section->first; n; n = n->next) {
		if (n->kind == NODE_SECTION)
			(void)build_unknown_section(b, n, known);
	}
}

bool secret_build(struct config *c, const struct node *section, const struct build_from *from, struct problems *problems)
{
	struct build b = { .from = from, .problems = problems, .arena = &c->arena };
	struct secret_conf s = { .kind = kind_of(section->name), .at = node_at(section) };
	struct secret_conf *list;

	if (!schema_check(AT_SHARED, section, problems))
		b.failed = true;
	check_no_sections(&b, section);
	s.section = arena_str(&c->arena, bytes_str(section->name));
	if (!s.section)
		return build_memory(&b);
	(void)build_owners(&b, section, &s);
	(void)build_value(&b, section, &s);
	if (b.failed)
		return false;
	if (s.kind != SECRET_IKE)
		build_advice(&b, s.at, "not used yet: EAP, XAuth and PPK are not built", bytes_none());
	list = build_more(&b, c->secrets, c->secret_count, sizeof(*list));
	if (!list)
		return false;
	c->secrets = list;
	c->secrets[c->secret_count++] = s;
	return true;
}

bool authority_build(struct config *c, const struct node *section, const struct build_from *from, struct problems *problems)
{
	struct build b = { .from = from, .problems = problems, .arena = &c->arena };
	const struct node *cacert = node_setting(section, bytes_str("cacert"));
	const struct node *file = node_setting(section, bytes_str("file"));
	const struct node *one = cacert ? cacert : file;
	struct cert_conf cert = { .must_be_ca = true, .at = node_at(section) };
	struct cert_conf *list;
	struct bytes text;

	if (!schema_check(AT_AUTHORITY, section, problems))
		b.failed = true;
	check_no_sections(&b, section);
	if (!one)
		return build_error(&b, PROBLEM_MISSING, cert.at, "CA certificate missing", bytes_none(), "cacert or file");
	text = setting_value(one);
	if (one == cacert && scalar_is_encoded(text)) {
		if (!scalar_decode(text, &c->arena, &cert.data))
			return build_error(&b, PROBLEM_VALUE, node_value_at(one), "not hexadecimal (0x) or base64 (0s) digits",
			                   bytes_none(), NULL);
	} else if (one == cacert && !from->from_file) {
		cert.data = arena_copy(&c->arena, text);
	} else if (!build_read_file(&b, "x509ca", text_trim(text), node_value_at(one), &cert.data, &cert.path)) {
		return false;
	}
	if (!build_check_cert(&b, cert.data, cert.path, true, node_value_at(one)) || b.failed)
		return false;
	list = build_more(&b, c->certs, c->cert_count, sizeof(*list));
	if (!list)
		return false;
	c->certs = list;
	c->certs[c->cert_count++] = cert;
	return true;
}
