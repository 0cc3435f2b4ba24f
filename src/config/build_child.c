/* SPDX-License-Identifier: ISC */
/* The children of a connection. doc/vici.md 11.3, 12.2. */
#include "config/builder.h"
#include "config/scalar.h"

#define WINDOW_LEAST 32u
#define WINDOW_MOST 8192u

static uint64_t plus_tenth(uint64_t n)
{
	return n > UINT64_MAX - n / 10 ? UINT64_MAX : n + n / 10;
}

/* n / 1.1, without overflow. */
static uint64_t less_eleventh(uint64_t n)
{
	return n / 11 * 10 + n % 11 * 10 / 11;
}

/* "rekey_time", "life_time", "rand_time" in names. */
static struct lifetime_conf build_life(struct build *b, const struct node *section, const char *const names[3])
{
	struct lifetime_conf l = { .rekey = setting_number(AT_CHILD, section, names[0]) };
	bool rekey = setting_given(section, names[0]), life = setting_given(section, names[1]);

	if (life)
		l.life = setting_number(AT_CHILD, section, names[1]);
	if (life && !rekey)
		l.rekey = less_eleventh(l.life);
	if (!life)
		l.life = plus_tenth(l.rekey);
	l.rand = l.life > l.rekey ? l.life - l.rekey : 0;
	if (setting_given(section, names[2]))
		l.rand = setting_number(AT_CHILD, section, names[2]);
	if (l.rand > l.rekey)
		l.rand = l.rekey;
	if (l.life > 0 && l.rekey >= l.life)
		build_advice(b, setting_at(section, names[0]), "not below the hard limit: the SA ends before it is rekeyed",
		             bytes_none());
	return l;
}

static void build_lives(struct build *b, const struct node *section, struct child_conf *child)
{
	static const char *const time[] = { "rekey_time", "life_time", "rand_time" };
	static const char *const volume[] = { "rekey_bytes", "life_bytes", "rand_bytes" };
	static const char *const packets[] = { "rekey_packets", "life_packets", "rand_packets" };

	child->time = build_life(b, section, time);
	child->bytes = build_life(b, section, volume);
	child->packets = build_life(b, section, packets);
}

static bool build_selectors(struct build *b, const struct node *section, const char *name, struct selectors *out)
{
	const struct node *setting = node_setting(section, bytes_str(name));
	struct bytes text = setting && setting->kind == NODE_LIST ? bytes_none() : setting_text(AT_CHILD, section, name);
	struct items items;
	struct bytes item;
	size_t count;

	if (text_trim(text).len == 0 && !(setting && setting->first))
		text = bytes_str("dynamic");
	items = items_of(text.len ? NULL : setting, text);
	count = items_count(items);
	if (count == 0 || count > SELECTORS_MAX)
		return build_error(b, PROBLEM_VALUE, setting_at(section, name), "too many traffic selectors, or none", bytes_none(),
		                   "1 to 255");
	out->list = arena_array(b->arena, count, sizeof(*out->list));
	if (!out->list)
		return build_memory(b);
	while (items_next(&items, &item)) {
		struct reason why = { 0 };

		if (!selector_parse(&out->list[out->count], item, &why))
			return build_refused(b, PROBLEM_VALUE, node_value_at(setting), &why, item);
		out->count++;
	}
	return true;
}

/* 15 characters is what the system takes for the name of an interface. */
bool build_tun(struct build *b, const struct node *section, const char **tun)
{
	const struct node *setting = node_setting(section, bytes_str("tun"));
	struct bytes text = setting ? text_trim(setting_value(setting)) : bytes_none();
	bool ok = text.len <= 15 && !text_is(text, ".") && !text_is(text, "..");

	if (text.len == 0)
		return true;
	for (size_t i = 0; i < text.len; i++)
		ok = ok && text.at[i] > ' ' && text.at[i] < 0x7f && text.at[i] != '/' && text.at[i] != ':' && text.at[i] != '%';
	if (!ok)
		return build_error(b, PROBLEM_VALUE, node_value_at(setting), "not the name of an interface", text,
		                   "1 to 15 printable characters without / : %");
	*tun = arena_str(b->arena, text);
	return *tun || build_memory(b);
}

static bool build_updown(struct build *b, const struct node *section, struct child_conf *child)
{
	struct bytes text = text_trim(setting_text(AT_CHILD, section, "updown"));

	if (text.len == 0)
		return true;
	child->updown = arena_str(b->arena, text);
	return child->updown || build_memory(b);
}

static void build_mode(struct build *b, const struct node *section, struct child_conf *child)
{
	child->mode = setting_word(AT_CHILD, section, "mode");
	child->mode_at = setting_at(section, "mode");
	child->mode_required = setting_bool(AT_CHILD, section, "mode_required");
	child->no_policies = !setting_bool(AT_CHILD, section, "policies");
	if (child->no_policies && !child->tun)
		(void)build_error(b, PROBLEM_VALUE, setting_at(section, "policies"),
		                  "without policies nothing would reach the tunnel", bytes_str("no"), "tun with it");
	if (child->mode == CHILD_TRANSPORT && child->tun)
		(void)build_error(b, PROBLEM_VALUE, child->mode_at, "transport mode has no interface of its own", bytes_str("transport"),
		                  "no tun, or tunnel mode");
	if (child_conf_is_shunt(child) && (child->close_action | child->dpd_action) != 0)
		build_advice(b, child->mode_at, "a policy without SA is never closed: close_action and dpd_action mean nothing",
		             bytes_none());
}

static void build_window(struct build *b, const struct node *section, struct child_conf *child)
{
	struct bytes text = setting_text(AT_CHILD, section, "replay_window");

	child->replay_window = (uint32_t)setting_number(AT_CHILD, section, "replay_window");
	if (child->replay_window == 0) {
		build_advice(b, setting_at(section, "replay_window"), "no protection against replayed packets", text);
	} else if (child->replay_window < WINDOW_LEAST) {
		child->replay_window = WINDOW_LEAST;
		build_advice(b, setting_at(section, "replay_window"), "less than 32: 32 is used", text);
	} else if (child->replay_window > WINDOW_MOST) {
		child->replay_window = WINDOW_MOST;
		build_advice(b, setting_at(section, "replay_window"), "more than 8192: 8192 is used", text);
	}
}

static void build_child(struct build *b, const struct node *section, const char *tun, struct child_conf *child)
{
	static const char *const known[] = { NULL };
	uint8_t dscp;

	if (!schema_check(AT_CHILD, section, b->problems))
		b->failed = true;
	for (const struct node *n = section->first; n; n = n->next) {
		if (n->kind == NODE_SECTION)
			(void)build_unknown_section(b, n, known);
	}
	child->name = arena_str(b->arena, bytes_str(section->name));
	if (!child->name)
		(void)build_memory(b);
	child->at = node_at(section);
	child->esp_at = setting_at(section, "esp_proposals");
	child->local_ts_at = setting_at(section, "local_ts");
	child->remote_ts_at = setting_at(section, "remote_ts");
	child->start_at = setting_at(section, "start_action");
	(void)build_proposals(b, AT_CHILD, section, "esp_proposals", PROTO_ESP, &child->esp);
	(void)build_selectors(b, section, "local_ts", &child->local_ts);
	(void)build_selectors(b, section, "remote_ts", &child->remote_ts);
	build_lives(b, section, child);
	build_window(b, section, child);
	(void)build_tun(b, section, &child->tun);
	(void)build_updown(b, section, child);
	if (!setting_given(section, "tun")) /* `tun = ""`: the common one */
		child->tun = tun;
	child->start_action = setting_word(AT_CHILD, section, "start_action");
	child->close_action = setting_word(AT_CHILD, section, "close_action");
	child->dpd_action = setting_word(AT_CHILD, section, "dpd_action");
	child->inactivity = (uint32_t)setting_number(AT_CHILD, section, "inactivity");
	child->hostaccess = setting_bool(AT_CHILD, section, "hostaccess");
	build_mode(b, section, child);
	child->reqid = (uint32_t)setting_number(AT_CHILD, section, "reqid");
	child->priority = (uint32_t)setting_number(AT_CHILD, section, "priority");
	child->copy_df = setting_bool(AT_CHILD, section, "copy_df");
	child->copy_ecn = setting_bool(AT_CHILD, section, "copy_ecn");
	dscp = setting_word(AT_CHILD, section, "copy_dscp");
	child->dscp_out = dscp & 1;
	child->dscp_in = dscp & 2;
}

bool build_children(struct build *b, const struct node *section, struct connection *c)
{
	const struct node *children = node_section(section, bytes_str("children"));
	const char *tun = NULL;
	size_t count = 0;

	(void)build_tun(b, section, &tun);
	for (const struct node *n = children ? children->first : NULL; n; n = n->next) {
		if (n->kind == NODE_SECTION)
			count++;
		else
			(void)build_error(b, PROBLEM_UNKNOWN_KEY, node_at(n), "a setting where children have their sections",
			                  bytes_none(), NULL);
	}
	c->children = count ? arena_array(b->arena, count, sizeof(*c->children)) : NULL;
	if (count && !c->children)
		return build_memory(b);
	for (const struct node *n = children ? children->first : NULL; n; n = n->next) {
		if (n->kind == NODE_SECTION)
			build_child(b, n, tun, &c->children[c->child_count++]);
	}
	return !b->failed;
}
