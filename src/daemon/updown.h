/* SPDX-License-Identifier: ISC */
/*
 * Updown scripts: a child's `updown` is run when its Child SA comes up and goes down, not when it is rekeyed, once for each pair
 * of selectors. doc/vici.md 16.
 *
 * The command line is the administrator's; /bin/sh runs it in a process of its own with an environment that has PATH and the
 * PLUTO_* variables only, descriptors 0 to 2 (nothing to read, output to our log), and our rights. What a peer has a say in (its
 * identity, addresses, selectors) stands in the environment alone, and characters that mean something to a shell, or lead an
 * option, are replaced by an underscore: a script that forgets its quotes is not a door.
 *
 * Nothing waits for a script. Those of one Child SA run one after the other in order; at most UPDOWN_AT_ONCE run together, the others
 * wait in a queue of UPDOWN_QUEUE (beyond it they are told and left out). Each has UPDOWN_TIME; then it is asked to end, and 5
 * seconds later it is ended, with all that it has started.
 */
#pragma once

#include <event2/event.h>

#include "ike/engine.h"

#define UPDOWN_AT_ONCE 8u
#define UPDOWN_QUEUE 10000u
#define UPDOWN_TIME 30000u /* ms */

struct updown;

/* NULL: out of memory. `ms`: instead of UPDOWN_TIME; 0: that. */
struct updown *updown_new(struct event_base *base, unsigned ms);
void updown_free(struct updown *u); /* what still runs is ended */
/* Queues the runs of this Child SA; nothing if it has no script. `interface`: of the outer local address; NULL: not known. */
void updown_run(struct updown *u, bool up, const struct ike_info *ike, const struct child_info *child, const char *interface);
/* Runs the loop until all is done, or `ms` have gone. */
void updown_drain(struct updown *u, unsigned ms);
/* One line: how many have failed since the start, and the last of them; nothing when none has. */
void updown_failures(const struct updown *u, struct text *t);
size_t updown_pending(const struct updown *u); /* queued and running */

/* The environment of one pair, for updown.c and its test: NUL-terminated strings one after the other. False: out of memory. */
struct updown_pair {
	bool up;
	const struct ike_info *ike;
	const struct child_info *child;
	const struct selector *local, *remote;
	const char *interface;
};
bool updown_environment(struct text *out, const struct updown_pair *p);
