/* SPDX-License-Identifier: ISC */
/*
 * Small secrets that survive a restart and a crash: a file each, 0600, in a folder that is made when it is not there.
 */
#pragma once

#include "base/random.h"
#include "base/reason.h"

/*
 * The `len` bytes of FOLDER/NAME; when there is no such file, or it is not of this length, it is made anew of RANDOM_PRIVATE bytes:
 * written aside, synced and renamed, so that a crash leaves the old one or the new one. False: `out` is wiped, and `why` says what
 * the system said.
 */
bool state_secret(const char *folder, const char *name, struct random random, uint8_t *out, size_t len, struct reason *why);
