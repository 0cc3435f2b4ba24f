/* SPDX-License-Identifier: ISC */
/* The tree of a configuration: adding, finding, naming. */
#include "config/tree.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/writer.h"
#include "config/intern.h"

#define INDEX_FROM 16u /* members; fewer are walked */

struct node_index {
	struct node_index *next;
	struct map map;    /* hash -> node, of all members that have a name */
	bool incomplete;   /* two hashes were equal, or memory was out: walk instead */
};

/* FNV-1a of the kind and the name. */
static uint64_t hash_of(struct bytes name, bool section)
{
	uint64_t h = section ? 0xcbf29ce484222325u : 0x84222325cbf29ce4u;

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ name.at[i]) * 0x100000001b3u;
	return h;
}

struct tree *tree_new(const char *root_name)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->arena.limit = TREE_BYTES_MAX;
	t->root = arena_take(&t->arena, sizeof(*t->root));
	if (!t->root) {
		tree_free(t);
		return NULL;
	}
	t->root->kind = NODE_SECTION;
	if (root_name)
		t->root->name = arena_str(&t->arena, bytes_str(root_name));
	return t;
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	for (struct node_index *i = t->indexes; i; i = i->next)
		map_clear(&i->map);
	arena_clear(&t->arena);
	free(t);
}

static bool is_named(const struct node *n, struct bytes name, uint64_t hash)
{
	return n->hash == hash && n->name && bytes_equal(bytes_str(n->name), name);
}

static struct node *find(const struct node *section, struct bytes name, bool sections)
{
	uint64_t hash = hash_of(name, sections);

	if (section->index && !section->index->incomplete) {
		struct node *n = map_get(&section->index->map, hash);

		return n && is_named(n, name, hash) ? n : NULL;
	}
	for (struct node *n = section->first; n; n = n->next) {
		if (is_named(n, name, hash))
			return n;
	}
	return NULL;
}

static void index_add(struct node_index *index, struct node *n)
{
	if (map_get(&index->map, n->hash) || !map_put(&index->map, n->hash, n))
		index->incomplete = true;
}

/* After a member with a name was appended. */
static void index_member(struct tree *t, struct node *section, struct node *n)
{
	if (section->index) {
		index_add(section->index, n);
		return;
	}
	if (section->count < INDEX_FROM)
		return;
	section->index = arena_take(&t->arena, sizeof(*section->index));
	if (!section->index)
		return;
	section->index->next = t->indexes;
	t->indexes = section->index;
	for (n = section->first; n; n = n->next)
		index_add(section->index, n);
}

void node_drop_cleared(struct node *section)
{
	struct node **link = &section->first;

	section->last = NULL;
	while (*link) {
		if (!(*link)->cleared) {
			section->last = *link;
			link = &(*link)->next;
			continue;
		}
		if (section->index)
			(void)map_remove(&section->index->map, (*link)->hash);
		section->count--;
		*link = (*link)->next;
	}
}

struct node *node_setting(const struct node *section, struct bytes name)
{
	return find(section, name, false);
}

struct node *node_section(const struct node *section, struct bytes name)
{
	return find(section, name, true);
}

static struct node *append(struct tree *t, struct node *parent, enum node_kind kind)
{
	struct node *n;

	if (t->count >= NODES_MAX || parent->depth >= NODE_DEPTH_MAX)
		return NULL;
	n = arena_take(&t->arena, sizeof(*n));
	if (!n)
		return NULL;
	t->count++;
	n->kind = (uint8_t)kind;
	n->parent = parent;
	n->depth = (uint8_t)(parent->depth + 1);
	if (parent->last)
		parent->last->next = n;
	else
		parent->first = n;
	parent->last = n;
	parent->count++;
	return n;
}

/* The node of that name, found or appended. */
static struct node *add(struct tree *t, struct node *section, struct bytes name, enum node_kind kind, struct place at)
{
	struct node *n = find(section, name, kind == NODE_SECTION);
	char *text;

	if (n) {
		if (kind != NODE_SECTION) {
			n->kind = (uint8_t)kind;
			n->at = n->value_at = at;
			n->first = n->last = NULL;
			n->count = 0;
			n->value = bytes_none();
			n->cleared = false;
		}
		return n;
	}
	if (name.len > NAME_MAX_LEN)
		return NULL;
	text = arena_str(&t->arena, name);
	n = text ? append(t, section, kind) : NULL;
	if (!n)
		return NULL;
	n->name = text;
	n->hash = hash_of(name, kind == NODE_SECTION);
	n->at = n->value_at = at;
	index_member(t, section, n);
	return n;
}

/* A value always has memory, so that "" differs from nothing. */
static bool set_value(struct tree *t, struct node *n, struct bytes value)
{
	char *text;

	if (value.len > VALUE_MAX_LEN)
		return false;
	text = arena_str(&t->arena, value);
	n->value = bytes(text, text ? value.len : 0);
	return text != NULL;
}

struct node *node_add_section(struct tree *t, struct node *section, struct bytes name, struct place at)
{
	return add(t, section, name, NODE_SECTION, at);
}

struct node *node_add_value(struct tree *t, struct node *section, struct bytes name, struct bytes value, struct place at)
{
	struct node *n = add(t, section, name, NODE_VALUE, at);

	return n && set_value(t, n, value) ? n : NULL;
}

struct node *node_add_list(struct tree *t, struct node *section, struct bytes name, struct place at)
{
	return add(t, section, name, NODE_LIST, at);
}

struct node *node_add_item(struct tree *t, struct node *list, struct bytes value)
{
	struct node *n = append(t, list, NODE_VALUE);

	if (!n || !set_value(t, n, value))
		return NULL;
	n->at = n->value_at = list->value_at;
	return n;
}

bool node_add_ref(struct tree *t, struct node *section, struct bytes path, struct place at)
{
	struct node_ref **end = &section->refs, *ref;

	for (; *end; end = &(*end)->next) {
		if (bytes_equal(bytes_str((*end)->path), path))
			return true;
	}
	ref = t->count < NODES_MAX ? arena_take(&t->arena, sizeof(*ref)) : NULL;
	if (!ref)
		return false;
	t->count++;
	ref->path = arena_str(&t->arena, path);
	ref->at = at;
	if (!ref->path)
		return false;
	*end = ref;
	return true;
}

static void write_key(struct writer *w, const struct node *n)
{
	if (n->parent)
		write_key(w, n->parent);
	if (!n->name)
		return;
	if (w->len)
		wr_u8(w, '.');
	wr_bytes(w, bytes_str(n->name));
}

/* On the stack, with room for the longest: keys are asked for at every setting. NULL: no name at all, or out of memory. */
static const char *key_of(const struct node *n, const char *more)
{
	uint8_t room[(NODE_DEPTH_MAX + 2) * (NAME_MAX_LEN + 1)];
	struct writer w = writer(room, sizeof(room));

	write_key(&w, n);
	if (more) {
		if (w.len)
			wr_u8(&w, '.');
		wr_bytes(&w, bytes_str(more));
	}
	return wr_ok(&w) && w.len ? conf_intern(wr_done(&w)) : NULL;
}

struct conf_at node_at(const struct node *n)
{
	return (struct conf_at){ n->at.file, key_of(n, NULL), n->at.line, n->at.column };
}

struct conf_at node_value_at(const struct node *n)
{
	return (struct conf_at){ n->value_at.file, key_of(n, NULL), n->value_at.line, n->value_at.column };
}

struct conf_at node_default_at(const struct node *section, const char *name)
{
	if (!name)
		return node_at(section);
	return (struct conf_at){ NULL, key_of(section, name), 0, 0 };
}
