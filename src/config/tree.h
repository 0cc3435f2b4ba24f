/* SPDX-License-Identifier: ISC */
/*
 * A configuration as a tree: sections, settings and lists, each knowing where it stands. doc/vici.md 10, 13.1.
 *
 * Made by two hands: parse.h reads files into it, and VICI's load-* messages are put into one by node_add_*. Files first
 * give a raw tree, with references; tree_resolve makes the plain tree that builders read.
 *
 * All nodes lie in the tree's arena, which is wiped when freed: values may be secrets. Values are raw bytes, without NUL.
 * Bounded by NODES_MAX, NODE_DEPTH_MAX, NAME_MAX_LEN, VALUE_MAX_LEN: past a bound node_add_* gives NULL.
 */
#pragma once

#include "base/reason.h"

#define NODES_MAX 1000000u
#define NODE_DEPTH_MAX 64u
#define NAME_MAX_LEN 255u
#define VALUE_MAX_LEN 65535u
#define TREE_BYTES_MAX (256u << 20)

enum node_kind { NODE_SECTION, NODE_VALUE, NODE_LIST };

/* file NULL: not from a file. Lines and columns from 1; columns count characters of UTF-8. */
struct place {
	const char *file; /* interned */
	uint32_t line, column;
};

struct node_ref {
	struct node_ref *next;
	const char *path; /* absolute, dotted */
	struct place at;
	bool busy;        /* being followed: loops end here */
};

struct node_index; /* finds the members of a large section */

struct node {
	uint8_t kind;      /* enum node_kind */
	bool cleared;      /* VALUE: `key =`, hides what would be inherited */
	uint8_t depth;     /* the root's is 0 */
	uint32_t count;    /* of its members */
	uint64_t hash;     /* of the kind and the name */
	const char *name;  /* NULL: the root of a file, an item of a list */
	struct node *parent, *next;
	struct node *first, *last;       /* SECTION: settings and sections in their order; LIST: items */
	struct bytes value;              /* VALUE */
	struct place at, value_at;       /* of the name, of the value */
	struct node_ref *refs;           /* of a raw section */
	struct node_index *index;        /* NULL: few members */
};

struct tree {
	struct arena arena;
	struct node *root;
	size_t count;
	struct node_index *indexes; /* all, to be freed */
};

/* `root_name`: NULL for files; "connections", "pools" ... for the message of a VICI command. NULL: out of memory. */
struct tree *tree_new(const char *root_name);
void tree_free(struct tree *t); /* NULL is fine */

/*
 * Adds to a section. A section that is there already is given back, to be merged; a setting or list that is there
 * takes the new contents and place, and keeps its position. A setting and a section may have the same name.
 * NULL: out of memory, or past a bound.
 */
struct node *node_add_section(struct tree *t, struct node *section, struct bytes name, struct place at);
struct node *node_add_value(struct tree *t, struct node *section, struct bytes name, struct bytes value, struct place at);
struct node *node_add_list(struct tree *t, struct node *section, struct bytes name, struct place at);
struct node *node_add_item(struct tree *t, struct node *list, struct bytes value);
bool node_add_ref(struct tree *t, struct node *section, struct bytes path, struct place at);

/* Takes the cleared settings out of a section. */
void node_drop_cleared(struct node *section);

/* NULL: not there. The first finds settings and lists. */
struct node *node_setting(const struct node *section, struct bytes name);
struct node *node_section(const struct node *section, struct bytes name);

/* For reasons: the place and the dotted key of a node, interned. */
struct conf_at node_at(const struct node *n);
/* The same with the place of the value. */
struct conf_at node_value_at(const struct node *n);
/* A setting that is not written: no place, but the key that it would have. `name` NULL: the section's own place. */
struct conf_at node_default_at(const struct node *section, const char *name);

/*
 * The plain tree: references followed, sections merged, cleared settings left out, empty. In each section the settings
 * stand before the sub-sections; own ones first, then each reference's in order, each name once. Sections whose name `want` refuses
 * (at the top only; want NULL: none) are left out. NULL: out of memory, or the references make more work than RESOLVE_WORK_MAX.
 */
#define RESOLVE_WORK_MAX 4000000u
struct tree *tree_resolve(const struct tree *raw, bool (*want)(const char *name), struct reason *why);
