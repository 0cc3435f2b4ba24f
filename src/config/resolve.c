/* SPDX-License-Identifier: ISC */
/*
 * Inheritance: from the raw tree with references to the plain one. doc/vici.md 10.
 *
 * A section is seen through a *view*: the raw sections that make it up, the most important first. The view of a sub-section
 * NAME is, for each layer in order, the layer's own NAME followed by what that one refers to. A reference is an absolute
 * path, walked from the root by the same rule, so it finds what its own parents inherit. A section stands in a view once;
 * a reference that is being followed is not followed again: that ends every loop.
 */
#include "config/tree.h"

#include <stdlib.h>

struct view {
	const struct node **layers; /* owned */
	size_t count, cap;
};

struct resolver {
	const struct tree *raw;
	struct tree *out;
	size_t work;    /* steps done so far: nested diamonds could make it exponential */
	unsigned depth; /* references inside references */
};

#define REF_DEPTH_MAX 400u

static bool spend(struct resolver *r)
{
	return ++r->work <= RESOLVE_WORK_MAX;
}

static bool view_has(const struct view *v, const struct node *n)
{
	for (size_t i = 0; i < v->count; i++) {
		if (v->layers[i] == n)
			return true;
	}
	return false;
}

static bool view_add(struct view *v, const struct node *n)
{
	if (v->count == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 4;
		const struct node **more = realloc(v->layers, cap * sizeof(*more));

		if (!more)
			return false;
		v->layers = more;
		v->cap = cap;
	}
	v->layers[v->count++] = n;
	return true;
}

static bool view_of_path(struct resolver *r, const struct view *from, struct bytes path, struct view *out);

/* Appends the section and what it refers to, unless it is there. */
static bool layer_add(struct resolver *r, const struct node *section, struct view *out)
{
	struct view top = { 0 };
	bool ok;

	if (!spend(r))
		return false;
	if (view_has(out, section))
		return true;
	ok = view_add(out, section) && (!section->refs || view_add(&top, r->raw->root));
	for (struct node_ref *ref = section->refs; ref && ok; ref = ref->next) {
		if (ref->busy)
			continue;
		ref->busy = true;
		ok = view_of_path(r, &top, bytes_str(ref->path), out);
		ref->busy = false;
	}
	free(top.layers);
	return ok;
}

/* Appends the view of the sub-section `name` of all layers. */
static bool view_of_child(struct resolver *r, const struct view *of, struct bytes name, struct view *out)
{
	for (size_t i = 0; i < of->count; i++) {
		const struct node *child = node_section(of->layers[i], name);

		if (!spend(r) || (child && !layer_add(r, child, out)))
			return false;
	}
	return true;
}

/* Appends the view of a dotted path; nothing when there is no such section. */
static bool view_of_path(struct resolver *r, const struct view *from, struct bytes path, struct view *out)
{
	const uint8_t *dot = memchr(path.at, '.', path.len);
	struct bytes head = bytes(path.at, dot ? (size_t)(dot - path.at) : path.len);
	struct view step = { 0 };
	bool ok;

	if (r->depth >= REF_DEPTH_MAX) {
		r->work = RESOLVE_WORK_MAX + 1;
		return false;
	}
	r->depth++;
	if (dot)
		ok = view_of_child(r, from, head, &step) &&
		     view_of_path(r, &step, bytes(dot + 1, path.len - head.len - 1), out);
	else
		ok = view_of_child(r, from, head, out);
	free(step.layers);
	r->depth--;
	return ok;
}

static bool copy_setting(struct resolver *r, const struct node *from, struct node *to)
{
	struct bytes name = bytes_str(from->name);
	struct node *n;

	if (node_setting(to, name))
		return true;
	n = from->kind == NODE_LIST ? node_add_list(r->out, to, name, from->at)
				    : node_add_value(r->out, to, name, from->value, from->at);
	if (!n)
		return false;
	n->cleared = from->cleared;
	n->value_at = from->value_at;
	for (const struct node *item = from->first; item; item = item->next) {
		if (!node_add_item(r->out, n, item->value))
			return false;
	}
	return true;
}

static bool fill(struct resolver *r, const struct view *view, struct node *to, bool (*want)(const char *name));

static bool fill_sections(struct resolver *r, const struct view *view, struct node *to, bool (*want)(const char *name))
{
	for (size_t i = 0; i < view->count; i++) {
		for (const struct node *n = view->layers[i]->first; n; n = n->next) {
			struct bytes name = bytes_str(n->name);
			struct view child = { 0 };
			struct node *section;
			bool ok;

			if (!spend(r))
				return false;
			if (n->kind != NODE_SECTION || (want && !want(n->name)) || node_section(to, name))
				continue;
			section = node_add_section(r->out, to, name, n->at);
			ok = section && view_of_child(r, view, name, &child) && fill(r, &child, section, NULL);
			free(child.layers);
			if (!ok)
				return false;
		}
	}
	return true;
}

static bool fill(struct resolver *r, const struct view *view, struct node *to, bool (*want)(const char *name))
{
	for (size_t i = 0; i < view->count; i++) {
		for (const struct node *n = view->layers[i]->first; n; n = n->next) {
			if (!spend(r) || (n->kind != NODE_SECTION && !copy_setting(r, n, to)))
				return false;
		}
	}
	node_drop_cleared(to); /* they have hidden what they had to hide */
	return fill_sections(r, view, to, want);
}

struct tree *tree_resolve(const struct tree *raw, bool (*want)(const char *name), struct reason *why)
{
	struct resolver r = { .raw = raw, .out = tree_new(raw->root->name) };
	struct view top = { 0 };

	if (r.out && view_add(&top, raw->root) && fill(&r, &top, r.out->root, want)) {
		free(top.layers);
		return r.out;
	}
	free(top.layers);
	tree_free(r.out);
	(void)refuse_text(why, REASON_LIMIT, 0,
	                  "the references between sections make too much work, or a section inherits from what it stands in");
	return NULL;
}
