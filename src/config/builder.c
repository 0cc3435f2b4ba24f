/* SPDX-License-Identifier: ISC */
/* What the builders share: problems, lists, files, proposals. */
#include "config/builder.h"

#include "config/scalar.h"
#include "crypto/pki.h"

bool build_error(struct build *b, enum problem_kind kind, struct conf_at at, const char *about, struct bytes got,
                 const char *wanted)
{
	struct reason why = { .kind = kind == PROBLEM_NOT_BUILT ? REASON_UNSUPPORTED : REASON_CONFIG, .where = at };

	why.about = value_text(about);
	if (got.len > 0)
		why.got = value_of(VALUE_TEXT, 0, got);
	if (wanted)
		why.wanted = value_text(wanted);
	b->failed = true;
	return problem_add(b->problems, kind, false, &why);
}

bool build_refused(struct build *b, enum problem_kind kind, struct conf_at at, const struct reason *why, struct bytes got)
{
	bool said = why->about.kind == VALUE_TEXT;
	struct text about = { 0 };

	if (why->kind == REASON_UNSUPPORTED && kind != PROBLEM_FILE)
		kind = PROBLEM_NOT_BUILT;
	/* The system's words say enough, and so do policy's about the configuration. */
	if (!said || (why->kind != REASON_CONFIG && (kind != PROBLEM_FILE || why->kind == REASON_CERT_UNREADABLE)))
		text_add(&about, "%s%s", reason_words(why->kind), said ? ": " : "");
	if (said)
		text_add_bytes(&about, why->about.bytes);
	(void)build_error(b, kind, at, text_str(&about), got, NULL);
	text_clear(&about);
	return false;
}

void build_advice(struct build *b, struct conf_at at, const char *about, struct bytes got)
{
	struct reason why = { .kind = REASON_CONFIG, .about = value_text(about), .where = at };

	if (got.len > 0)
		why.got = value_of(VALUE_TEXT, 0, got);
	(void)problem_add(b->problems, PROBLEM_ADVICE, true, &why);
}

bool build_memory(struct build *b)
{
	struct reason why = { .kind = REASON_MEMORY, .about = value_text("does not fit in memory, or in its bounds") };

	b->failed = true;
	return problem_add(b->problems, PROBLEM_MEMORY, false, &why);
}

void *build_more(struct build *b, void *list, size_t count, size_t size)
{
	void *fresh;

	if (count > 0 && (count & (count - 1)) != 0) /* only full when it is a power of two */
		return list;
	fresh = arena_array(b->arena, count ? count * 2 : 1, size);
	if (!fresh)
		(void)build_memory(b);
	else if (count)
		memcpy(fresh, list, count * size);
	return fresh;
}

bool build_unknown_section(struct build *b, const struct node *section, const char *const *known)
{
	struct text_nearest near = text_nearest(bytes_str(section->name));

	for (; *known; known++)
		text_nearest_try(&near, *known);
	return build_error(b, PROBLEM_UNKNOWN_SECTION, node_at(section), "unknown section", bytes_none(), near.best);
}

struct items items_of(const struct node *setting, struct bytes text)
{
	struct items i = { NULL, text };

	if (setting && setting->kind == NODE_LIST) {
		i.item = setting->first;
		i.rest = bytes_none();
	}
	return i;
}

bool items_next(struct items *i, struct bytes *item)
{
	while (i->item) {
		*item = text_trim(i->item->value);
		i->item = i->item->next;
		if (item->len > 0)
			return true;
	}
	return list_next(&i->rest, item);
}

size_t items_count(struct items i)
{
	struct bytes item;
	size_t n = 0;

	while (items_next(&i, &item))
		n++;
	return n;
}

bool build_read_file(struct build *b, const char *kind, struct bytes name, struct conf_at at, struct bytes *out,
                     const char **path)
{
	const struct config_loader *loader = b->from->loader;
	struct secret content = { 0 };
	struct reason why = { 0 };
	struct text t = { 0 };
	bool ok;

	if (!loader)
		return build_error(b, PROBLEM_FILE, at, "files cannot be read here", name, NULL);
	if (name.len == 0 || memchr(name.at, '\0', name.len))
		return build_error(b, PROBLEM_VALUE, at, "not the name of a file", name, NULL);
	if (name.at[0] != '/')
		text_add(&t, "%s%s%s", b->from->folder, kind ? kind : "", kind ? "/" : "");
	text_add_bytes(&t, name);
	*path = t.failed ? NULL : arena_str(b->arena, bytes_str(text_str(&t)));
	text_clear(&t);
	if (!*path)
		return build_memory(b);
	if (!loader->read(loader->ctx, *path, &content, &why))
		return build_refused(b, PROBLEM_FILE, at, &why, bytes_str(*path));
	*out = arena_copy(b->arena, secret_bytes(&content));
	ok = out->len == content.len;
	secret_clear(&content);
	if (ok && out->len == 0)
		return build_error(b, PROBLEM_FILE, at, "the file is empty", bytes_str(*path), NULL);
	return ok || build_memory(b);
}

bool build_check_cert(struct build *b, struct bytes data, const char *name, bool must_be_ca, struct conf_at at)
{
	struct bytes path = name ? bytes_str(name) : bytes_none();
	struct arena scratch = { 0 };
	struct reason why = { 0 };
	struct cert *cert = cert_read(data, &why, &scratch);
	bool ok = cert && (!must_be_ca || cert_is_ca(cert));

	if (!cert)
		(void)build_refused(b, PROBLEM_FILE, at, &why, path);
	else if (!ok)
		(void)build_error(b, PROBLEM_FILE, at, "not the certificate of a CA: it lacks the CA basic constraint", path, NULL);
	cert_free(cert);
	arena_clear(&scratch);
	return ok;
}

/* --- proposals --- */

static bool has_type(const struct proposal *p, unsigned type)
{
	for (unsigned i = 0; i < p->count; i++) {
		if (p->transforms[i].type == type)
			return true;
	}
	return false;
}

static void warn_weak(struct build *b, struct conf_at at, const struct proposal *p)
{
	for (unsigned i = 0; i < p->count; i++) {
		const struct transform *tr = &p->transforms[i];
		const struct algorithm *alg = algorithm_find(tr->type, tr->id, tr->key_bits);

		if (alg && alg->flags & ALG_WEAK)
			build_advice(b, at, "weak: use it only towards a peer that has nothing better", bytes_str(alg->keyword));
	}
}

/* Integrity algorithms beside AEADs do nothing, but name the PRF of an IKE proposal that names none. */
static void warn_useless(struct build *b, struct conf_at at, const struct proposal *p, struct bytes text)
{
	struct bytes rest = text, useless = bytes_none();
	bool prf = p->protocol != PROTO_IKE;

	if (has_type(p, TRANSFORM_INTEG) || !has_type(p, TRANSFORM_ENCR))
		return;
	while (rest.len > 0) {
		const uint8_t *dash = memchr(rest.at, '-', rest.len);
		struct bytes word = bytes(rest.at, dash ? (size_t)(dash - rest.at) : rest.len);

		rest = dash ? bytes(dash + 1, rest.len - word.len - 1) : bytes_none();
		if (algorithm_by_keyword(TRANSFORM_PRF, word))
			prf = true;
		else if (algorithm_by_keyword(TRANSFORM_INTEG, word))
			useless = word;
	}
	if (prf && useless.len > 0)
		build_advice(b, at, "not used: the ciphers of this proposal bring their own integrity check", useless);
}

/* Appends copies, as all members of a connection lie in its own arena. */
static bool append_copy(struct arena *arena, struct proposals *to, const struct proposals *from)
{
	size_t count = (size_t)to->count + from->count;
	struct proposal *list = count <= PROPOSALS_MAX ? arena_array(arena, count, sizeof(*list)) : NULL;

	if (!list)
		return false;
	if (to->count)
		memcpy(list, to->list, to->count * sizeof(*list));
	for (size_t i = 0; i < from->count; i++) {
		struct proposal *p = &list[to->count + i];

		*p = from->list[i];
		p->transforms = arena_array(arena, p->count, sizeof(*p->transforms));
		if (!p->transforms)
			return false;
		memcpy(p->transforms, from->list[i].transforms, p->count * sizeof(*p->transforms));
	}
	to->list = list;
	to->count = (uint16_t)count;
	return true;
}

/* proposals_add_text, with what was read before at hand. */
static bool add_proposals(struct build *b, struct proposals *out, enum protocol protocol, struct bytes text, struct reason *why)
{
	struct proposals_memo *memo = b->from->memo;
	struct proposals fresh = { 0 };
	unsigned i;

	if (!memo)
		return proposals_add_text(out, b->arena, protocol, text, why);
	for (i = 0; i < memo->count; i++) {
		if (memo->kept[i].protocol == protocol && bytes_equal(memo->kept[i].text, text))
			return append_copy(b->arena, out, &memo->kept[i].proposals) || refuse_text(why, REASON_MEMORY, 0, "proposals");
	}
	if (i == PROPOSALS_KEPT)
		return proposals_add_text(out, b->arena, protocol, text, why);
	if (!proposals_add_text(&fresh, &memo->arena, protocol, text, why))
		return false;
	memo->kept[i].protocol = protocol;
	memo->kept[i].text = arena_copy(&memo->arena, text);
	memo->kept[i].proposals = fresh;
	memo->count += memo->kept[i].text.len == text.len;
	return append_copy(b->arena, out, &fresh) || refuse_text(why, REASON_MEMORY, 0, "proposals");
}

bool build_proposals(struct build *b, enum key_place place, const struct node *section, const char *name,
                     enum protocol protocol, struct proposals *out)
{
	const struct node *setting = node_setting(section, bytes_str(name));
	struct conf_at at = setting ? node_value_at(setting) : node_default_at(section, name);
	struct items items = items_of(setting, setting ? setting_text(place, section, name) : bytes_none());
	struct bytes item;

	if (items_count(items) == 0)
		items = items_of(NULL, bytes_str("default"));
	while (items_next(&items, &item)) {
		unsigned before = out->count;
		struct reason why = { 0 };

		if (!add_proposals(b, out, protocol, item, &why))
			return build_refused(b, PROBLEM_VALUE, at, &why, item);
		for (unsigned i = before; i < out->count && !text_is(item, "default"); i++) {
			warn_weak(b, at, &out->list[i]);
			warn_useless(b, at, &out->list[i], item);
		}
	}
	return true;
}
