/* SPDX-License-Identifier: ISC */
/* The syntax of swanctl.conf, rule by rule: text in, the plain tree or the error out. doc/vici.md 10. */
#include "support/unit.h"

#include <stdlib.h>

#include "base/text.h"
#include "config/parse.h"
#include "files.h"

/* The tree in one line: a{b=1 c{d=[x]}} ; a setting's blanks and line ends as they are. */
static void dump(struct text *t, const struct node *section)
{
	for (const struct node *n = section->first; n; n = n->next) {
		text_add(t, "%s%s", n == section->first ? "" : " ", n->name);
		if (n->kind == NODE_SECTION) {
			text_add(t, "{");
			dump(t, n);
			text_add(t, "}");
		} else {
			text_add(t, "=");
			text_add_safe(t, n->value);
		}
	}
}

/* The dump of the resolved tree, or the first problem. */
static char *result(const struct file *list, const char *path)
{
	struct files files = { list };
	struct config_loader loader = files_loader(&files);
	struct problems problems = { 0 };
	struct tree *raw = tree_new(NULL), *plain = NULL;
	struct reason why = { 0 };
	struct text t = { 0 };

	if (config_parse(raw, &loader, path, &problems)) {
		plain = tree_resolve(raw, NULL, &why);
		if (plain)
			dump(&t, plain->root);
		else
			text_add(&t, "resolve: %.*s", (int)why.about.bytes.len, (const char *)why.about.bytes.at);
	} else {
		assert_int_equal(problems.count, 1);
		assert_int_equal(problems.errors, 1);
		config_problem_print(&t, problems.first);
	}
	tree_free(plain);
	tree_free(raw);
	problems_clear(&problems);
	if (!t.at)
		text_add(&t, "%s", "");
	return t.at;
}

static void check(const char *name, const struct file *list, const char *path, const char *want)
{
	char *got = result(list, path);

	if (strcmp(got, want) != 0)
		fail_msg("%s:\n  wanted: %s\n  got:    %s", name, want, got);
	free(got);
}

static const struct {
	const char *name, *text, *want;
} cases[] = {
	{ "empty file", "", "" },
	{ "only a comment, no line end", "# nothing", "" },
	{ "a setting and a section", "a = 1\nb { c = 2 }\n", "a=1 b{c=2}" },
	{ "missing final newline", "a = 1", "a=1" },
	{ "CRLF", "a {\r\n\tb = 1\r\n}\r\n", "a{b=1}" },
	{ "a byte order mark", "\xef\xbb\xbf" "a = 1\n", "a=1" },
	{ "a setting ends at a brace", "a { b = 1 } c = 2", "c=2 a{b=1}" },
	{ "a setting ends at a comment", "a = 1 # 2\nb = 3", "a=1 b=3" },
	{ "nothing separates but line ends", "a = 1 ; b = 2", "a=1 ; b = 2" },
	{ "names may hold - _ * %", "a-b_c*%d = 1", "a-b_c*%d=1" },
	{ "names are case-sensitive", "A = 1\na = 2", "A=1 a=2" },
	{ "blanks are dropped at the ends and joined inside", "a =   x \t  y  \n", "a=x y" },
	{ "unquoted words hold = : { , .", "a = b=c:d,{e.f", "a=b=c:d,{e.f" },
	{ "hash in quotes", "a = \"x # y\"", "a=x # y" },
	{ "brace in quotes", "a { b = \"}\" }", "a{b=}}" },
	{ "quoted parts are joined with a blank", "a = b\"c  d\"\"e\" f", "a=b c  d e f" },
	{ "escapes", "a = \"\\n\\r\\t\\\"\\\\\\x\"", "a=\\x0a\\x0d\\x09\"\\x5cx" },
	{ "backslash and line end join lines", "a = \"b\\\nc\\\r\nd\"", "a=bcd" },
	{ "a string over two lines", "a = \"b\nc\"", "a=b\\x0ac" },
	{ "an empty string is a value", "a = \"\"\nb = 1", "a= b=1" },
	{ "an empty assignment is none", "a =\nb = 1", "b=1" },
	{ "an empty assignment clears", "a = 1\na =\n", "" },
	{ "and may be set again", "a = 1\na =\na = 2", "a=2" },
	{ "the last value wins, in the first place", "a = 1\nb = 2\na = 3", "a=3 b=2" },
	{ "sections reopened are merged", "a { x = 1\n y { p = 1 } }\na { z = 2\n x = 3\n y { q = 2 } }",
	  "a{x=3 z=2 y{p=1 q=2}}" },
	{ "settings stand before sections", "a { x { y = 1 }\n z = 2 }", "a{z=2 x{y=1}}" },
	{ "a section and a setting of one name", "a = 1\na { b = 2 }", "a=1 a{b=2}" },
	{ "the brace on its own line, comments between", "a # c\n\n{\n b # d\n = 1\n}", "a{b=1}" },
	{ "include as a key", "include = x\n", "include=x" },
	{ "include as a section", "include{ a = 1 }", "include{a=1}" },
	{ "a name that begins with include", "includes = x", "includes=x" },

	{ "inherit", "t { a = 1 }\nc : t { b = 2 }", "t{a=1} c{b=2 a=1}" },
	{ "inherit from below", "c : t { b = 2 }\nt { a = 1 }", "c{b=2 a=1} t{a=1}" },
	{ "own values win", "t { a = 1\n b = 1 }\nc : t { b = 2 }", "t{a=1 b=1} c{b=2 a=1}" },
	{ "references from left to right", "s { a = 1\n b = 1 }\nt { b = 2\n c = 2 }\nc : s, t { }",
	  "s{a=1 b=1} t{b=2 c=2} c{a=1 b=1 c=2}" },
	{ "over lines", "s { a = 1 }\nt { b = 2 }\nc :\n s , # one\n t\n{ }", "s{a=1} t{b=2} c{a=1 b=2}" },
	{ "sub-sections are merged, own first", "t { x { a = 1\n b = 1 } y { } }\nc : t { x { b = 2 } }",
	  "t{x{a=1 b=1} y{}} c{x{b=2 a=1} y{}}" },
	{ "a cleared setting hides", "t { a = 1\n b = 2 }\nc : t { a =\n }", "t{a=1 b=2} c{b=2}" },
	{ "a dotted reference", "t { x { a = 1 } }\nc { y : t.x { } }", "t{x{a=1}} c{y{a=1}}" },
	{ "a reference to what is inherited", "s { x { a = 1 } }\nt : s { }\nc : t.x { }", "s{x{a=1}} t{x{a=1}} c{a=1}" },
	{ "unknown references are ignored", "c : no, no.such { a = 1 }", "c{a=1}" },
	{ "a diamond", "r { a = 1 }\ns : r { b = 2 }\nt : r { a = 3 }\nc : s, t { }",
	  "r{a=1} s{b=2 a=1} t{a=3} c{b=2 a=1}" },
	{ "a circle", "a : b { x = 1 }\nb : a { y = 2 }", "a{x=1 y=2} b{y=2 x=1}" },
	{ "itself", "a : a { x = 1 }", "a{x=1}" },
	{ "its own child", "a : a.b { x = 1\n b { y = 2 } }", "a{x=1 y=2 b{y=2}}" },
	{ "its own parent", "a { x = 1\n b : a { y = 2 } }",
	  "resolve: the references between sections make too much work, or a section inherits from what it stands in" },
	{ "references of a reopened section add up", "s { a = 1 }\nt { b = 2 }\nc : s { }\nc : t { }",
	  "s{a=1} t{b=2} c{a=1 b=2}" },

	{ "a dot in a name", "connections.a { }", "f:1:12: found '.'; expected '=', '{' or ':' after the name" },
	{ "a string as a key", "\n \"a\" = 1", "f:2:2: found '\"'; expected the name of a section or setting" },
	{ "a string without end", "a = 1\nb = \"x\ny", "f:2:5: b: the string that begins here has no end; expected a closing \"" },
	{ "a section without end", "a {\n b {\n }\n", "f:1:3: a: the section that begins here has no end; expected a closing '}'" },
	{ "a brace too much", "a { } }", "f:1:7: '}' closes nothing that was opened in this file" },
	{ "no reference", "a : { }", "f:1:5: a: found '{'; expected the dotted path of a section to inherit from" },
	{ "a comma too much", "a : b, { }", "f:1:8: a: found '{'; expected the dotted path of a section to inherit from" },
	{ "a name alone", "a\n", "f:2:1: the file ends; expected '=', '{' or ':' after the name" },
	{ "columns count characters", "a { \xc3\xa4 }", "f:1:7: a: found '}'; expected '=', '{' or ':' after the name" },
	{ "a NUL cannot be shown as text", "a { , }", "f:1:5: a: found ','; expected the name of a section or setting" },
	{ "include of nothing", "include  # x", "f:1:10: include without a file; expected a file or a pattern" },
};

static void test_syntax(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct file list[] = { { "f", cases[i].text }, { NULL } };

		check(cases[i].name, list, "f", cases[i].want);
	}
}

static void test_includes(void **state)
{
	static const struct file list[] = {
		{ "/etc/a.conf", "x = 1\ninclude conf.d/*.conf\ny = 1" },
		{ "/etc/b.conf", "s {\n include conf.d/two.conf\n z = 1 }" },
		{ "/etc/bad.conf", "include sub/bad.conf" },
		{ "/etc/conf.d/one.conf", "x = 2\nt { a = 1 }" },
		{ "/etc/conf.d/two.conf", "x = 3 # no line end" },
		{ "/etc/loop.conf", "a { include /etc/loop.conf\n }" },
		{ "/etc/nested.conf", "include sub/n.conf" },
		{ "/etc/none.conf", "include none/*.conf\na = 1" },
		{ "/etc/open.conf", "include sub/open.conf\n}" },
		{ "/etc/quoted.conf", "include \"/etc/with blank.conf\"\ninclude /etc/with\\ blank.conf\n" },
		{ "/etc/refs.conf", "c : t { }\ninclude /etc/conf.d/one.conf" },
		{ "/etc/sub/bad.conf", "\n  a b" },
		{ "/etc/sub/m.conf", "deep = 1" },
		{ "/etc/sub/n.conf", "include m.conf" },
		{ "/etc/sub/open.conf", "a {" },
		{ "/etc/with blank.conf", "w = 1" },
		{ NULL },
	};

	(void)state;
	check("sorted, later ones win", list, "/etc/a.conf", "x=3 y=1 t{a=1}");
	check("into the section where it stands", list, "/etc/b.conf", "s{x=3 z=1}");
	check("relative to the including file", list, "/etc/nested.conf", "deep=1");
	check("no match is nothing", list, "/etc/none.conf", "a=1");
	check("quoted and escaped", list, "/etc/quoted.conf", "w=1");
	check("references reach into later includes", list, "/etc/refs.conf", "x=2 c{a=1} t{a=1}");
	check("errors name the included file", list, "/etc/bad.conf",
	      "/etc/sub/bad.conf:2:5: found 'b'; expected '=', '{' or ':' after the name");
	check("a section ends in its file", list, "/etc/open.conf",
	      "/etc/sub/open.conf:1:3: a: the section that begins here has no end; expected a closing '}'");
	check("a loop ends", list, "/etc/loop.conf",
	      "/etc/loop.conf:1:13: a.a.a.a.a.a.a.a.a.a.a: files include each other too deep: a loop?; expected at most 10 inside "
	      "each other");
	check("no such file", list, "/etc/gone.conf", "/etc/gone.conf: \"/etc/gone.conf\": No such file or directory");
}

static char *repeat(const char *piece, size_t count, const char *end)
{
	struct text t = { 0 };

	for (size_t i = 0; i < count; i++)
		text_add(&t, "%s", piece);
	text_add(&t, "%s", end);
	return t.at;
}

static void test_bounds(void **state)
{
	char *deep = repeat("a{", 70, ""), *fits = repeat("a{", 63, "b=1"), *wide = repeat("x", 300, " = 1");
	char *closed = repeat("}", 63, "");
	struct text ok = { 0 };
	struct file list[] = { { "f", NULL }, { NULL } };
	char *got;

	(void)state;
	list[0].text = deep;
	got = result(list, "f");
	assert_non_null(strstr(got, "nested too deep"));
	free(got);
	list[0].text = wide;
	got = result(list, "f");
	assert_non_null(strstr(got, "a name of 255"));
	free(got);
	for (size_t over = 0; over < 2; over++) {
		char *value = repeat("v", 65534 + over, "v");

		text_add(&ok, "a = %s\n", value);
		list[0].text = ok.at;
		got = result(list, "f");
		assert_int_equal(strstr(got, "65535 bytes at most") != NULL, over);
		free(got);
		free(value);
		text_clear(&ok);
	}
	text_add(&ok, "%s%s", fits, closed);
	list[0].text = ok.at;
	got = result(list, "f");
	assert_non_null(strstr(got, "{b=1}"));
	free(got);
	text_clear(&ok);
	free(deep);
	free(fits);
	free(wide);
	free(closed);
}

/* Chains of diamonds, whose paths double at each step, and a chain of a thousand: both must end. */
static void test_work(void **state)
{
	struct text t = { 0 };
	struct file list[] = { { "f", NULL }, { NULL } };
	char *got;

	(void)state;
	for (int i = 0; i < 60; i++)
		text_add(&t, "a%d : a%d.x, b%d.x { x : a%d.x, b%d.x { } }\nb%d : a%d.x, b%d.x { x : b%d.x, a%d.x { } }\n", i, i + 1,
		         i + 1, i + 1, i + 1, i, i + 1, i + 1, i + 1, i + 1);
	list[0].text = t.at;
	got = result(list, "f");
	assert_true(strlen(got) > 0);
	free(got);
	text_clear(&t);
	for (int i = 0; i < 1000; i++)
		text_add(&t, "a%d : a%d { }\n", i, i + 1);
	list[0].text = t.at;
	got = result(list, "f");
	assert_non_null(strstr(got, "resolve: the references"));
	free(got);
	text_clear(&t);
}

/* Large sections are found through an index: settings that come again, are cleared and inherited must still be right. */
static void test_large_section(void **state)
{
	struct text t = { 0 };
	struct problems problems = { 0 };
	struct files files = { 0 };
	struct file list[] = { { "f", NULL }, { NULL } };
	struct config_loader loader = files_loader(&files);
	struct tree *raw = tree_new(NULL), *plain;
	const struct node *c;
	struct reason why;

	(void)state;
	text_add(&t, "base { ");
	for (int i = 0; i < 500; i++)
		text_add(&t, "k%d = base\n k%d { s = %d }\n", i, i, i);
	text_add(&t, "}\nc : base { ");
	for (int i = 0; i < 500; i++)
		text_add(&t, "k%d = %s\n", i, i % 3 == 0 ? "" : i % 3 == 1 ? "own" : "first");
	for (int i = 2; i < 500; i += 3)
		text_add(&t, "k%d = again\n", i);
	text_add(&t, "}");
	list[0].text = t.at;
	files.list = list;
	assert_true(config_parse(raw, &loader, "f", &problems));
	plain = tree_resolve(raw, NULL, &why);
	assert_non_null(plain);
	c = node_section(plain->root, bytes_str("c"));
	assert_int_equal(c->count, 500 + 500 - 167);
	for (int i = 0; i < 500; i++) {
		struct text name = { 0 };
		const struct node *n, *section;

		text_add(&name, "k%d", i);
		n = node_setting(c, bytes_str(name.at));
		section = node_section(c, bytes_str(name.at));
		assert_non_null(section);
		assert_non_null(node_setting(section, bytes_str("s")));
		if (i % 3 == 0)
			assert_null(n);
		else
			assert_true(bytes_equal(n->value, bytes_str(i % 3 == 1 ? "own" : "again")));
		text_clear(&name);
	}
	assert_null(node_setting(c, bytes_str("k500")));
	text_clear(&t);
	tree_free(plain);
	tree_free(raw);
}

static void test_positions(void **state)
{
	static const struct file list[] = { { "/f", "t { k = v }\n\nc : t {\n  own =  w\n}\n" }, { NULL } };
	struct files files = { list };
	struct config_loader loader = files_loader(&files);
	struct problems problems = { 0 };
	struct tree *raw = tree_new(NULL), *plain;
	struct reason why;
	const struct node *c;
	struct conf_at at;

	(void)state;
	assert_true(config_parse(raw, &loader, "/f", &problems));
	plain = tree_resolve(raw, NULL, &why);
	assert_non_null(plain);
	c = node_section(plain->root, bytes_str("c"));
	at = node_at(node_setting(c, bytes_str("own")));
	assert_string_equal(at.file, "/f");
	assert_string_equal(at.key, "c.own");
	assert_int_equal(at.line, 4);
	assert_int_equal(at.column, 3);
	at = node_value_at(node_setting(c, bytes_str("own")));
	assert_int_equal(at.column, 10);
	at = node_at(node_setting(c, bytes_str("k")));
	assert_string_equal(at.key, "c.k");
	assert_int_equal(at.line, 1);
	assert_int_equal(at.column, 5);
	at = node_default_at(c, "none");
	assert_null(at.file);
	assert_string_equal(at.key, "c.none");
	assert_int_equal(at.line, 0);
	tree_free(plain);
	tree_free(raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syntax), cmocka_unit_test(test_includes),  cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_work),   cmocka_unit_test(test_positions),
		cmocka_unit_test(test_large_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
