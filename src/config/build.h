/* SPDX-License-Identifier: ISC */
/*
 * From a plain tree to what it means: connections, secrets, keys, certificates. doc/vici.md 11 to 13.
 *
 * The same builders serve the file and VICI. Over VICI the tree comes from a message: its root has the name of the kind
 * ("connections", "secrets" ...), positions are empty, lists are lists, and certificates are contents, not names.
 */
#pragma once

#include "config/connection.h"
#include "config/loader.h"
#include "config/problem.h"
#include "config/tree.h"

/* Proposals that were read before: a thousand connections have the same few. A zeroed struct is empty. */
#define PROPOSALS_KEPT 8u
struct proposals_memo {
	struct arena arena;
	struct {
		enum protocol protocol;
		struct bytes text;
		struct proposals proposals;
	} kept[PROPOSALS_KEPT];
	unsigned count;
};

struct build_from {
	const struct config_loader *loader; /* NULL: there are no files; sections that name one are refused */
	const char *folder;                 /* of the configuration, with its '/' at the end, or "" */
	bool from_file;
	struct proposals_memo *memo;        /* of a load of many; NULL: none */
};

/*
 * One connection, with one reference. NULL: at least one error was added to `problems`. Warnings may be added in any case.
 * `section` has the connection's name.
 */
struct connection *connection_build(const struct node *section, const struct build_from *from, struct problems *problems);
