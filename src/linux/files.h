/* SPDX-License-Identifier: ISC */
/*
 * Files for those who may not open them: the functions that config/loader.h asks of its host. `ctx` is not used.
 *
 * Regular files only, 16 MiB at most; contents come in a secret, since any of them may hold keys.
 */
#pragma once

#include "base/reason.h"
#include "base/secret.h"

bool files_read(void *ctx, const char *path, struct secret *out, struct reason *why);
bool files_glob(void *ctx, const char *pattern, bool (*each)(void *to, const char *path), void *to, struct reason *why);
bool files_list(void *ctx, const char *folder, bool (*each)(void *to, const char *name), void *to, struct reason *why);
