/* SPDX-License-Identifier: ISC */
/*
 * swanctl.conf's syntax: text -> raw tree. doc/vici.md 10.
 *
 *     file     = { name [":" ref {"," ref}] "{" file "}" | name "=" value | "include" pattern }
 *     value    = { word | '"' text '"' }, up to the end of the line, "#" or "}"
 *
 * A file stands wholly inside the section where its include stands. Bounded: INCLUDE_DEPTH_MAX files inside each other,
 * INCLUDES_MAX files, CONFIG_BYTES_MAX bytes in all, and the tree's bounds.
 */
#pragma once

#include "config/loader.h"
#include "config/problem.h"
#include "config/tree.h"

#define INCLUDE_DEPTH_MAX 10u
#define INCLUDES_MAX 10000u
#define CONFIG_BYTES_MAX (64u << 20)
#define REF_LEN_MAX 1024u

/*
 * Reads `path` and what it includes into t->root. False: one problem (SYNTAX or FILE) was added, the tree is worth nothing.
 */
bool config_parse(struct tree *t, const struct config_loader *loader, const char *path, struct problems *problems);
