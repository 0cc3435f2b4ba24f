/* SPDX-License-Identifier: ISC */
/*
 * Pairs of selectors of a child that is up in several Child SAs: one that is lost while it is wanted, and while others are up, comes
 * back alone, after the backoff of its connection. At most LOST_MAX are remembered for a connection; they go with the wish.
 */
#pragma once

#include "ike/entry.h"

#define LOST_MAX 64u

void lost_note(const struct child *c);         /* it ends now */
void lost_bring(struct conn_entry *entry);     /* those that nobody carries are asked for; all are forgotten */
void lost_forget(struct conn_entry *entry, const char *child); /* NULL: all */
