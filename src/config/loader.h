/* SPDX-License-Identifier: ISC */
/*
 * How config/ reaches files: through functions of its host. config/ itself calls no system.
 *
 * Contents come in a struct secret, since any of these files may hold keys. Paths are NUL-terminated and either absolute
 * or relative to wherever the host likes (the path given to config_load decides).
 */
#pragma once

#include "base/reason.h"
#include "base/secret.h"

#define CONFIG_FILE_MAX (16u << 20) /* the loader may refuse larger files; config does in any case */

struct config_loader {
	void *ctx;
	/* The whole file. False: `why` says what the system said (REASON_SYSTEM, REASON_RIGHTS, REASON_NOT_FOUND). */
	bool (*read)(void *ctx, const char *path, struct secret *out, struct reason *why);
	/* Calls `each` for every path that fits the pattern (glob(7)), in sorted order. No match is no error. */
	bool (*glob)(void *ctx, const char *pattern, bool (*each)(void *to, const char *path), void *to, struct reason *why);
	/*
	 * Calls `each` with the name of every regular file (symbolic links followed) in the folder, in sorted order. No such
	 * folder is no error. `each` giving false ends the walk and makes the call false, here and above.
	 */
	bool (*list)(void *ctx, const char *folder, bool (*each)(void *to, const char *name), void *to, struct reason *why);
};
