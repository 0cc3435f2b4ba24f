/* SPDX-License-Identifier: ISC */
/* The parser of swanctl.conf: recursive descent over characters; sections and includes are the only recursion. */
#include "config/parse.h"

#include "base/text.h"
#include "base/writer.h"
#include "config/intern.h"

#define END (-1)

/* What all files of one load share. */
struct parse {
	struct tree *tree;
	const struct config_loader *loader;
	struct problems *problems;
	size_t files, bytes;
	struct secret scratch; /* where a value is put together: may be a secret, so it never moves and is wiped */
};

/* One file. */
struct input {
	struct parse *parse;
	const char *file; /* interned */
	struct bytes text;
	size_t at;
	struct place place; /* of the next character */
	unsigned level;     /* files around this one */
};

/* --- characters --- */

static int peek(const struct input *in)
{
	return in->at < in->text.len ? in->text.at[in->at] : END;
}

static int take(struct input *in)
{
	int c = peek(in);

	if (c == END)
		return END;
	in->at++;
	if (c == '\n') {
		in->place.line++;
		in->place.column = 1;
	} else if ((c & 0xc0) != 0x80) { /* not inside a character of UTF-8 */
		in->place.column++;
	}
	return c;
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_name(int c)
{
	return c != END && c != 0 && !strchr("#{}:.,=\" \t\r\n", c);
}

static void skip_blanks(struct input *in)
{
	while (is_blank(peek(in)))
		(void)take(in);
}

static void skip_comment(struct input *in)
{
	while (peek(in) != '\n' && peek(in) != END)
		(void)take(in);
}

/* Blanks, line ends and comments. */
static void skip_space(struct input *in)
{
	for (;;) {
		int c = peek(in);

		if (c == '#')
			skip_comment(in);
		else if (is_blank(c) || c == '\n')
			(void)take(in);
		else
			return;
	}
}

/* --- errors --- */

/* `about` and `wanted` are literals; `key` names the section or setting that it happened in. */
static bool fail(struct input *in, struct place at, const struct node *key, const char *about, const char *wanted)
{
	struct reason why = { .kind = REASON_CONFIG, .about = value_text(about) };

	if (wanted)
		why.wanted = value_text(wanted);
	if (key)
		why.where = node_at(key);
	why.where.file = at.file;
	why.where.line = at.line;
	why.where.column = at.column;
	return problem_add(in->parse->problems, PROBLEM_SYNTAX, false, &why);
}

/* What stands here, against what should. */
static bool fail_found(struct input *in, const struct node *key, const char *wanted)
{
	int c = peek(in);
	struct place at = in->place;
	char text[] = "found '?'";

	if (c == END)
		return fail(in, at, key, "the file ends", wanted);
	if (c == '\n')
		return fail(in, at, key, "the line ends", wanted);
	if (c < 0x20 || c >= 0x7f)
		return fail(in, at, key, "found a character that cannot stand here", wanted);
	text[7] = (char)c;
	return fail(in, at, key, text, wanted);
}

/* node_add_* gave NULL. */
static bool fail_bound(struct input *in, struct place at, const struct node *key)
{
	const struct tree *t = in->parse->tree;

	if (key->depth >= NODE_DEPTH_MAX)
		return fail(in, at, key, "sections are nested too deep", "at most 64");
	if (t->count >= NODES_MAX)
		return fail(in, at, key, "too many settings", "at most a million");
	return fail(in, at, key, "too long, or out of memory", "a name of 255, a value of 65535 bytes at most");
}

/* --- pieces --- */

static struct bytes read_name(struct input *in)
{
	size_t start = in->at;

	while (is_name(peek(in)))
		(void)take(in);
	return bytes(in->text.at + start, in->at - start);
}

/* After the opening quote. Escapes: \n \r \t, backslash and line end joins lines, backslash and another is that one. */
static bool read_quoted(struct input *in, struct writer *out, struct place opened, const struct node *key)
{
	for (;;) {
		int c = take(in);

		if (c == END)
			return fail(in, opened, key, "the string that begins here has no end", "a closing \"");
		if (c == '"')
			return true;
		if (c == '\\') {
			c = take(in);
			if (c == END)
				continue;
			if (c == '\r' && peek(in) == '\n')
				c = take(in);
			if (c == '\n')
				continue;
			c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
		}
		wr_u8(out, (uint8_t)c);
	}
}

static void read_word(struct input *in, struct writer *out)
{
	size_t start = in->at;

	for (int c = peek(in); c != END && c != '\n' && c != '#' && c != '}' && c != '"' && !is_blank(c); c = peek(in))
		(void)take(in);
	wr_bytes(out, bytes(in->text.at + start, in->at - start));
}

/* Up to the end of the line, '#' or '}'. *pieces 0: nothing stands there. *at: where the value begins. */
static bool read_value(struct input *in, struct writer *out, size_t *pieces, struct place *at, const struct node *key)
{
	for (*pieces = 0;; ++*pieces) {
		int c;

		skip_blanks(in);
		c = peek(in);
		if (*pieces == 0)
			*at = in->place;
		if (c == END || c == '\n' || c == '#' || c == '}')
			return true;
		if (*pieces > 0)
			wr_u8(out, ' ');
		if (c == '"') {
			struct place opened = in->place;

			(void)take(in);
			if (!read_quoted(in, out, opened, key))
				return false;
		} else {
			read_word(in, out);
		}
	}
}

static struct writer scratch(struct input *in)
{
	struct secret *s = &in->parse->scratch;

	return writer(s->at, s->len);
}

static bool parse_setting(struct input *in, struct node *section, struct bytes name, struct place at)
{
	struct node *n = node_add_value(in->parse->tree, section, name, bytes_none(), at);
	struct writer value = scratch(in);
	struct place value_at = at;
	size_t pieces;
	bool ok;

	if (!n)
		return fail_bound(in, at, section);
	ok = read_value(in, &value, &pieces, &value_at, n);
	if (ok) {
		n = wr_ok(&value) ? node_add_value(in->parse->tree, section, name, wr_done(&value), at) : NULL;
		if (!n) {
			ok = fail_bound(in, value_at, section);
		} else {
			n->value_at = value_at;
			n->cleared = pieces == 0;
		}
	}
	wipe(value.at, value.len);
	return ok;
}

/* ":" path {"," path}, up to the "{". */
static bool parse_refs(struct input *in, struct node *section)
{
	for (;;) {
		struct place at;
		size_t start;
		int c;

		skip_space(in);
		at = in->place;
		start = in->at;
		while (is_name(peek(in)) || peek(in) == '.')
			(void)take(in);
		if (in->at == start)
			return fail_found(in, section, "the dotted path of a section to inherit from");
		if (in->at - start > REF_LEN_MAX)
			return fail(in, at, section, "the reference is too long", "at most 1024 bytes");
		if (!node_add_ref(in->parse->tree, section, bytes(in->text.at + start, in->at - start), at))
			return fail_bound(in, at, section);
		skip_space(in);
		c = peek(in);
		if (c == '{')
			return true;
		if (c != ',')
			return fail_found(in, section, "',' and another section, or '{'");
		(void)take(in);
	}
}

static bool parse_section(struct input *in, struct node *section, bool top);

static bool parse_named(struct input *in, struct node *section, struct bytes name, struct place at)
{
	struct node *n;

	skip_space(in);
	if (peek(in) == '=') {
		(void)take(in);
		return parse_setting(in, section, name, at);
	}
	if (peek(in) != ':' && peek(in) != '{')
		return fail_found(in, section, "'=', '{' or ':' after the name");
	n = node_add_section(in->parse->tree, section, name, at);
	if (!n)
		return fail_bound(in, at, section);
	if (peek(in) == ':') {
		(void)take(in);
		if (!parse_refs(in, n))
			return false;
	}
	at = in->place;
	(void)take(in);
	if (!parse_section(in, n, false))
		return false;
	if (peek(in) != '}')
		return fail(in, at, n, "the section that begins here has no end", "a closing '}'");
	(void)take(in);
	return true;
}

/* --- includes --- */

static bool parse_file(struct parse *p, struct node *section, const char *path, unsigned level, const struct input *from,
                       struct place at);

/* Relative to the folder of the including file. */
static void add_path(struct text *out, const char *file, struct bytes pattern)
{
	const char *slash = strrchr(file, '/');

	if (slash && (pattern.len == 0 || pattern.at[0] != '/'))
		text_add_bytes(out, bytes(file, (size_t)(slash - file) + 1));
	text_add_bytes(out, pattern);
}

static bool read_pattern(struct input *in, struct writer *out, const struct node *section)
{
	struct place at = in->place;

	if (peek(in) == '"') {
		(void)take(in);
		return read_quoted(in, out, at, section);
	}
	for (int c = peek(in); c != END && c != '\n' && c != '#' && c != '}' && c != '"' && !is_blank(c); c = peek(in)) {
		if (c == '\\') {
			(void)take(in);
			if (peek(in) <= 0 || !strchr("#}\" ", peek(in))) {
				wr_u8(out, '\\');
				continue;
			}
		}
		wr_u8(out, (uint8_t)take(in));
	}
	return true;
}

struct include {
	const struct input *in;
	struct node *section;
	struct place at;
	bool told; /* a problem was added */
};

static bool include_one(void *to, const char *path)
{
	struct include *i = to;

	if (parse_file(i->in->parse, i->section, path, i->in->level + 1, i->in, i->at))
		return true;
	i->told = true;
	return false;
}

static bool include_all(struct input *in, struct include *include, struct bytes pattern)
{
	const struct config_loader *loader = in->parse->loader;
	struct text path = { 0 };
	struct reason why = { 0 };
	bool ok;

	add_path(&path, in->file, pattern);
	ok = loader && !path.failed && loader->glob(loader->ctx, text_str(&path), include_one, include, &why);
	text_clear(&path);
	return ok || include->told || fail(in, include->at, include->section, "the included files cannot be listed", NULL);
}

static bool parse_include(struct input *in, struct node *section)
{
	struct include include = { .in = in, .section = section };
	struct writer pattern = scratch(in);

	skip_blanks(in);
	include.at = in->place;
	if (!read_pattern(in, &pattern, section))
		return false;
	if (!wr_ok(&pattern) || pattern.len == 0)
		return fail(in, include.at, section, pattern.len ? "too long" : "include without a file", "a file or a pattern");
	if (memchr(pattern.at, '\0', pattern.len))
		return fail(in, include.at, section, "a NUL in the name of a file", NULL);
	return include_all(in, &include, wr_done(&pattern)) && !include.told;
}

/* The word "include", a blank, and something that is not '='. */
static bool is_include(const struct input *in, struct bytes name)
{
	size_t at = in->at;

	if (!bytes_equal(name, bytes_str("include")) || !is_blank(peek(in)))
		return false;
	while (at < in->text.len && is_blank(in->text.at[at]))
		at++;
	return at < in->text.len && in->text.at[at] != '=' && in->text.at[at] != '\n';
}

/* --- sections and files --- */

/* Up to '}' (which is left) or the end of the file. `top`: a file's outermost level, where '}' is wrong. */
static bool parse_section(struct input *in, struct node *section, bool top)
{
	for (;;) {
		struct place at;
		struct bytes name;
		bool ok;

		skip_space(in);
		at = in->place;
		if (peek(in) == END)
			return true;
		if (peek(in) == '}')
			return !top || fail(in, at, section, "'}' closes nothing that was opened in this file", NULL);
		name = read_name(in);
		if (name.len == 0)
			return fail_found(in, section, "the name of a section or setting");
		ok = is_include(in, name) ? parse_include(in, section) : parse_named(in, section, name, at);
		if (!ok)
			return false;
	}
}

static bool parse_text(struct parse *p, struct node *section, const char *file, struct bytes text, unsigned level)
{
	struct input in = { .parse = p, .file = file, .text = text, .level = level };
	struct place start = { file, 1, 1 };

	in.place = start;
	p->bytes += text.len;
	if (text.len > CONFIG_FILE_MAX || p->bytes > CONFIG_BYTES_MAX)
		return fail(&in, start, NULL, "the configuration is too large", "at most 16 MiB a file, 64 MiB in all");
	if (text.len >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0)
		in.at = 3; /* the mark that some editors put in front of UTF-8 */
	return parse_section(&in, section, true);
}

/* `from`, `at`: the include that asks for it; NULL for the first file. */
static bool parse_file(struct parse *p, struct node *section, const char *path, unsigned level, const struct input *from,
                       struct place at)
{
	struct input in = { .parse = p };
	struct secret content = { 0 };
	struct reason why = { 0 };
	const char *file = conf_intern(bytes_str(path));
	bool ok;

	if (level > INCLUDE_DEPTH_MAX)
		return fail(&in, at, section, "files include each other too deep: a loop?", "at most 10 inside each other");
	if (++p->files > INCLUDES_MAX)
		return fail(&in, at, section, "too many included files", "at most 10000");
	if (!p->loader->read(p->loader->ctx, path, &content, &why)) {
		why.where = (struct conf_at){ from ? at.file : file, NULL, from ? at.line : 0, from ? at.column : 0 };
		why.got = value_text(path);
		return problem_add(p->problems, PROBLEM_FILE, false, &why);
	}
	ok = file && parse_text(p, section, file, secret_bytes(&content), level);
	secret_clear(&content);
	return ok;
}

bool config_parse(struct tree *t, const struct config_loader *loader, const char *path, struct problems *problems)
{
	struct parse p = { .tree = t, .loader = loader, .problems = problems };
	struct reason memory = { .kind = REASON_MEMORY };
	bool ok;

	if (!secret_new(&p.scratch, VALUE_MAX_LEN))
		return problem_add(problems, PROBLEM_MEMORY, false, &memory);
	ok = parse_file(&p, t->root, path, 0, NULL, (struct place){ 0 });
	secret_clear(&p.scratch);
	return ok;
}
