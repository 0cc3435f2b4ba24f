/* SPDX-License-Identifier: ISC */
/*
 * Tests that need the system: each runs in a forked child with a network namespace of its own, so that nothing stays behind.
 */
#pragma once

#include <stdbool.h>

/* True when namespaces can be made here; otherwise the test skips itself, saying why. */
bool netns_possible(const char **why_not);
/* Runs `body` in a child with a fresh network namespace (lo is up); gives 0 when it returned true. */
int netns_run(bool (*body)(void));
/* In a child: prints what failed. For use as `return netns_fail(...)`. */
bool netns_fail(const char *what, const char *detail);
/* Runs a program of the system (ip, ping); gives its exit status. For setting up what the code under test finds. */
int netns_system(const char *command);
