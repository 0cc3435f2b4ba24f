/* SPDX-License-Identifier: ISC */
/* What the builders share. Nobody outside config/ includes this. */
#pragma once

#include "base/text.h"
#include "config/build.h"
#include "config/schema.h"

struct build {
	const struct build_from *from;
	struct problems *problems;
	struct arena *arena; /* of what is being built */
	bool failed;         /* an error was added */
};

/* Adds an error and marks the build as failed; gives false. `about` and `wanted` may be NULL; `got` may be empty. */
bool build_error(struct build *b, enum problem_kind kind, struct conf_at at, const char *about, struct bytes got,
                 const char *wanted);
/* What a function of policy/ or of the loader refused. */
bool build_refused(struct build *b, enum problem_kind kind, struct conf_at at, const struct reason *why, struct bytes got);
void build_advice(struct build *b, struct conf_at at, const char *about, struct bytes got);
bool build_memory(struct build *b);
/*
 * A list of `count` members with room for one more behind them: `list` itself, or a copy of twice the size. For lists that grow
 * one by one. NULL: out of memory, told.
 */
void *build_more(struct build *b, void *list, size_t count, size_t size);
/* Unknown sub-section. `known`: words that end with NULL, for the nearest. */
bool build_unknown_section(struct build *b, const struct node *section, const char *const *known);

/* The items of a list setting, or of the text of one. */
struct items {
	const struct node *item; /* of a NODE_LIST */
	struct bytes rest;
};
struct items items_of(const struct node *setting, struct bytes text);
bool items_next(struct items *i, struct bytes *item);
size_t items_count(struct items i);

/*
 * Reads FOLDER/x509/NAME and the like into the arena; an absolute name as it is. `kind`: "x509", or NULL: relative to the folder.
 * *path: the file's name for messages, in the arena.
 */
bool build_read_file(struct build *b, const char *kind, struct bytes name, struct conf_at at, struct bytes *out,
                     const char **path);

/* Can the certificate be read, and is it a CA's where it must be? `name`: of its file, or NULL. */
bool build_check_cert(struct build *b, struct bytes data, const char *name, bool must_be_ca, struct conf_at at);

bool build_rounds(struct build *b, const struct node *section, struct connection *c);
/* The key `tun` of a section; NULL stays when it is not given. */
bool build_tun(struct build *b, const struct node *section, const char **tun);
bool build_children(struct build *b, const struct node *section, struct connection *c);
/* `default` and explicit ones; warns about weak or useless algorithms. */
bool build_proposals(struct build *b, enum key_place place, const struct node *section, const char *name,
                     enum protocol protocol, struct proposals *out);
