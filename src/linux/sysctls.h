/* SPDX-License-Identifier: ISC */
/*
 * The kernel settings that we change for as long as we run, and how they get back, also after kill -9.
 *
 * Every value that is changed is first written to a state file (one for each network namespace, below /run/adit), with what
 * it was and what we made of it. sysctls_restore puts back what still has our value and removes the file; the next start calls it before
 * it changes anything.
 */
#pragma once

#include "base/arena.h"
#include "base/reason.h"

/* `name` as below /proc/sys/net: "ipv4/conf/all/src_valid_mark". A value that is there already is left alone and not noted. */
bool sysctls_set(const char *name, const char *value, struct reason *why, struct arena *arena);
void sysctls_restore(void);
/* True when an interface or "all" checks reverse paths strictly (rp_filter 1). */
bool sysctls_strict_reverse_path(void);
