/* SPDX-License-Identifier: ISC */
/* Finding keys in the table, checking settings against it, reading settings with its defaults. */
#include "config/schema.h"

#include <assert.h>

#include "config/scalar.h"
#include "config/schema_table.h"

const struct key *schema_table(size_t *count)
{
	*count = COUNT_OF(table);
	return table;
}

static bool all_digits(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.at[i] < '0' || name.at[i] > '9')
			return false;
	}
	return name.len > 0;
}

static bool key_is(const struct key *k, struct bytes name)
{
	if (k->name[0] == '<')
		return all_digits(name);
	return k->prefix ? text_starts(name, k->name) : bytes_equal(bytes_str(k->name), name);
}

const struct key *schema_key(enum key_place place, struct bytes name)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		if (table[i].place == place && key_is(&table[i], name))
			return &table[i];
	}
	return NULL;
}

const char *schema_nearest(enum key_place place, struct bytes name)
{
	struct text_nearest near = text_nearest(name);

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		if (table[i].place == place && table[i].name[0] != '<')
			text_nearest_try(&near, table[i].name);
	}
	return near.best;
}

/* --- values --- */

struct bytes setting_value(const struct node *setting)
{
	if (setting->kind != NODE_LIST)
		return setting->value;
	return setting->first ? setting->first->value : bytes_none();
}

static bool is_bits(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] != '0' && text.at[i] != '1')
			return false;
	}
	return text.len == 6;
}

static bool is_mark(struct bytes text)
{
	const uint8_t *slash = text.len ? memchr(text.at, '/', text.len) : NULL;
	uint64_t n;

	if (text_is(text, "%unique") || text_is(text, "%unique-dir") || text_is(text, "%same"))
		return true;
	if (!slash)
		return scalar_number(text, &n) && n <= UINT32_MAX;
	return scalar_number(bytes(text.at, (size_t)(slash - text.at)), &n) && n <= UINT32_MAX &&
	       scalar_number(bytes(slash + 1, text.len - (size_t)(slash - text.at) - 1), &n) && n <= UINT32_MAX;
}

static const struct key_word *word_of(const struct key *k, struct bytes text)
{
	for (const struct key_word *w = k->words; w->word; w++) {
		if (text_is(text, w->word))
			return w;
	}
	return NULL;
}

/* The next word before a '|'. */
static bool next_action(struct bytes *rest, struct bytes *word)
{
	const uint8_t *bar = rest->len ? memchr(rest->at, '|', rest->len) : NULL;
	size_t len = bar ? (size_t)(bar - rest->at) : rest->len;

	if (!rest->at)
		return false;
	*word = text_trim(bytes(rest->at, len));
	*rest = bar ? bytes(bar + 1, rest->len - len - 1) : bytes_none();
	return true;
}

static bool in_range(const struct key *k, uint64_t n)
{
	return n >= k->least && n <= (k->most ? k->most : UINT32_MAX);
}

static bool fits_actions(const struct key *k, struct bytes text)
{
	struct bytes word;

	while (next_action(&text, &word)) {
		if (!word_of(k, word))
			return false;
	}
	return true;
}

static bool value_fits(const struct key *k, struct bytes text)
{
	uint64_t n;
	bool b;

	switch ((enum key_type)k->type) {
	case TYPE_BOOL: return scalar_bool(text, &b);
	case TYPE_NUMBER: return scalar_number(text, &n) && in_range(k, n);
	case TYPE_TIME: return scalar_time(text, &n) && in_range(k, n);
	case TYPE_DECIMAL: return scalar_decimal(text, &n) && in_range(k, n);
	case TYPE_BYTES: return scalar_bytes(text, &n);
	case TYPE_WORD: return word_of(k, text_trim(text)) != NULL;
	case TYPE_ACTIONS: return text.len > 0 && fits_actions(k, text);
	case TYPE_BITS: return is_bits(text);
	case TYPE_MARK: return is_mark(text);
	case TYPE_TEXT:
	case TYPE_LIST: return text.len == 0 || !memchr(text.at, '\0', text.len);
	case TYPE_FILES:
	case TYPE_FILE:
	case TYPE_SECRET: return true;
	}
	return false;
}

static void print_words(struct text *t, const struct key *k)
{
	for (const struct key_word *w = k->words; w->word; w++)
		text_add(t, "%s%s", w == k->words ? "" : w[1].word ? ", " : " or ", w->word);
}

/* What the key takes, in words. */
static void print_expected(struct text *t, const struct key *k)
{
	switch ((enum key_type)k->type) {
	case TYPE_BOOL: text_add(t, "yes or no"); break;
	case TYPE_NUMBER:
		if (k->most == UINT64_MAX)
			text_add(t, "a number");
		else
			text_add(t, "a number from %llu to %llu", (unsigned long long)k->least,
			         (unsigned long long)(k->most ? k->most : UINT32_MAX));
		break;
	case TYPE_TIME: text_add(t, "a number with s, m, h or d behind it"); break;
	case TYPE_DECIMAL:
		text_add(t, "a number, at least %llu.%03llu", (unsigned long long)k->least / 1000, (unsigned long long)k->least % 1000);
		break;
	case TYPE_BYTES: text_add(t, "a number with k, m or g behind it"); break;
	case TYPE_WORD: print_words(t, k); break;
	case TYPE_ACTIONS:
		print_words(t, k);
		text_add(t, ", or several with | between");
		break;
	case TYPE_BITS: text_add(t, "six binary digits"); break;
	case TYPE_MARK: text_add(t, "a number, value/mask, %%unique or %%unique-dir"); break;
	case TYPE_TEXT:
	case TYPE_LIST: text_add(t, "text without NUL"); break;
	case TYPE_FILES:
	case TYPE_FILE: text_add(t, "files"); break;
	case TYPE_SECRET: text_add(t, "a secret"); break;
	}
}

/* --- problems --- */

static bool add_unknown(const struct node *setting, enum key_place place, struct problems *problems)
{
	const char *nearest = schema_nearest(place, bytes_str(setting->name));
	struct reason why = { .kind = REASON_CONFIG, .about = value_text("unknown key"), .where = node_at(setting) };

	if (nearest)
		why.wanted = value_text(nearest);
	return problem_add(problems, PROBLEM_UNKNOWN_KEY, false, &why);
}

static bool add_wrong(const struct node *setting, const struct key *k, struct bytes text, struct problems *problems)
{
	struct reason why = { .kind = REASON_CONFIG, .about = value_text("not a value for this key") };
	struct text expected = { 0 };

	print_expected(&expected, k);
	why.got = value_of(VALUE_TEXT, 0, text);
	why.wanted = value_of(VALUE_TEXT, 0, bytes_str(text_str(&expected)));
	why.where = node_value_at(setting);
	(void)problem_add(problems, PROBLEM_VALUE, false, &why);
	text_clear(&expected);
	return false;
}

/* Says that a key or value is later, meaningless, or not built. True: it was only a warning. */
static bool add_state(const struct node *setting, const struct key *k, enum key_state state, const char *note,
                      struct problems *problems)
{
	struct reason why = { .kind = state == KEY_MEANINGLESS ? REASON_CONFIG : REASON_UNSUPPORTED };
	enum problem_kind kind = state == KEY_MEANINGLESS ? PROBLEM_MEANINGLESS : PROBLEM_NOT_BUILT;
	struct text about = { 0 };

	text_add(&about, "%s", state == KEY_MEANINGLESS ? "without meaning here" : "not built yet");
	if (note && strcmp(note, NOT_YET) != 0)
		text_add(&about, ": %s", note);
	if (state == KEY_LATER)
		text_add(&about, "; the connection works without it");
	if (k->type != TYPE_SECRET && k->type != TYPE_FILES && k->type != TYPE_FILE && setting->kind == NODE_VALUE)
		why.got = value_of(VALUE_TEXT, 0, setting->value);
	why.about = value_of(VALUE_TEXT, 0, bytes_str(text_str(&about)));
	why.where = node_at(setting);
	(void)problem_add(problems, kind, state != KEY_NOT_BUILT, &why);
	text_clear(&about);
	return state != KEY_NOT_BUILT;
}

/* Does it ask for nothing? */
static bool is_neutral(const struct key *k, struct bytes text)
{
	uint64_t a, b;
	bool x, y;

	if (!k->neutral)
		return false;
	if (k->type == TYPE_BOOL)
		return scalar_bool(text, &x) && scalar_bool(bytes_str(k->neutral), &y) && x == y;
	if (k->type == TYPE_NUMBER || k->type == TYPE_TIME || k->type == TYPE_MARK) {
		if (scalar_time(bytes_str(k->neutral), &a) && scalar_time(text, &b))
			return a == b;
		return text_is(text, "0/0") || text_is(text, "0x0/0x0");
	}
	return text_is(text_trim(text), k->neutral);
}

static bool check_words(const struct node *setting, const struct key *k, struct bytes text, struct problems *problems)
{
	struct bytes word;

	while (next_action(&text, &word)) {
		const struct key_word *w = word_of(k, word);

		if (w && w->state != KEY_BUILT && !add_state(setting, k, w->state, w->note, problems))
			return false;
	}
	return true;
}

static bool check_setting(enum key_place place, const struct node *setting, struct problems *problems)
{
	const struct key *k = schema_key(place, bytes_str(setting->name));
	bool many, scalar;

	if (!k)
		return add_unknown(setting, place, problems);
	many = setting->kind == NODE_LIST && setting->first != setting->last;
	scalar = k->type != TYPE_LIST && k->type != TYPE_FILES;
	if (scalar && many)
		return add_wrong(setting, k, bytes_str("a list"), problems);
	if (scalar && !value_fits(k, setting_value(setting)))
		return add_wrong(setting, k, setting_value(setting), problems);
	for (const struct node *item = setting->first; item && k->type == TYPE_LIST; item = item->next) {
		if (!value_fits(k, item->value))
			return add_wrong(setting, k, item->value, problems);
	}
	if (setting->kind == NODE_VALUE && !value_fits(k, setting->value))
		return add_wrong(setting, k, setting->value, problems);
	if (k->words)
		return check_words(setting, k, setting_value(setting), problems);
	if (k->state == KEY_BUILT || is_neutral(k, setting_value(setting)))
		return true;
	return add_state(setting, k, k->state, k->note, problems);
}

bool schema_check(enum key_place place, const struct node *section, struct problems *problems)
{
	bool ok = true;

	for (const struct node *n = section->first; n; n = n->next) {
		if (n->kind != NODE_SECTION && !check_setting(place, n, problems))
			ok = false;
	}
	return ok;
}

/* --- settings --- */

/* The key's default as text; NULL: none that is a value. */
static const char *default_of(const struct key *k)
{
	const char *text = k->ours ? k->ours : k->theirs;

	return text && text[0] != '(' ? text : NULL;
}

static const struct key *key_of(enum key_place place, const char *name)
{
	const struct key *k = schema_key(place, bytes_str(name));

	assert(k);
	return k;
}

bool setting_given(const struct node *section, const char *name)
{
	return node_setting(section, bytes_str(name)) != NULL;
}

struct conf_at setting_at(const struct node *section, const char *name)
{
	const struct node *n = node_setting(section, bytes_str(name));

	return n ? node_at(n) : node_default_at(section, name);
}

struct bytes setting_text(enum key_place place, const struct node *section, const char *name)
{
	const struct node *n = node_setting(section, bytes_str(name));
	const char *text;

	if (n)
		return setting_value(n);
	text = default_of(key_of(place, name));
	return text ? bytes_str(text) : bytes_none();
}

bool setting_bool(enum key_place place, const struct node *section, const char *name)
{
	bool b = false;

	(void)scalar_bool(setting_text(place, section, name), &b);
	return b;
}

uint64_t setting_number(enum key_place place, const struct node *section, const char *name)
{
	const struct key *k = key_of(place, name);
	struct bytes text = setting_text(place, section, name);
	uint64_t n = 0;

	if (k->type == TYPE_TIME)
		(void)scalar_time(text, &n);
	else if (k->type == TYPE_DECIMAL)
		(void)scalar_decimal(text, &n);
	else if (k->type == TYPE_BYTES)
		(void)scalar_bytes(text, &n);
	else
		(void)scalar_number(text, &n);
	return n;
}

uint8_t setting_word(enum key_place place, const struct node *section, const char *name)
{
	const struct key *k = key_of(place, name);
	struct bytes text = setting_text(place, section, name), word;
	uint8_t value = 0;

	while (next_action(&text, &word)) {
		const struct key_word *w = word_of(k, word);

		if (w)
			value |= w->value;
	}
	return value;
}
