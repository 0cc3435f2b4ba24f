/* SPDX-License-Identifier: ISC */
/*
 * Many descriptors watched through one: readable when one of them is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

int poll_open(void);                          /* -1: the system refused */
void poll_close(int poll);                    /* -1 is fine */
bool poll_add(int poll, int fd, void *what);  /* `what` is given back when `fd` is readable */
void poll_remove(int poll, int fd);
size_t poll_ready(int poll, void **what, size_t max); /* nothing is waited for; the rest comes with the next call */
