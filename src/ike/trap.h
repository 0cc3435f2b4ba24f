/* SPDX-License-Identifier: ISC */
/*
 * Policies that are no SA: traps, and the shunts pass and drop. doc/vici.md 5.2, 13.2; RFC 4301 4.4.1.
 *
 * A trap is installed with the child's selectors, `dynamic` replaced by the addresses that an IKE SA would have; its reqid stays and
 * is that of the Child SAs of this child. A packet that meets it (TRAFFIC_ACQUIRE) makes one, asked for with the packet's own
 * selectors in front. What cannot be installed is tried again; addresses that change are followed.
 *
 * Owner: the connection's entry. One a child at most.
 */
#pragma once

#include "ike/entry.h"

/* Sees to it that it stands. False with `why`: it cannot. True and not trap_stands: it is under way, command_installed tells. */
bool trap_install(struct conn_entry *entry, const struct child_conf *child, struct reason *why);
bool trap_stands(const struct conn_entry *entry, const char *child);
bool trap_remove(struct conn_entry *entry, const char *child); /* false: there is none */
/*
 * After a load: those that start_action wants, and those that are there are made as the children are now; what stands is not taken away
 * before its successor stands. What fails now is tried again.
 */
void traps_start(struct conn_entry *entry);
/* Removes those of children that `next` no longer has, or no longer wants to have one; NULL: all. */
void traps_undo(struct conn_entry *entry, const struct connection *next);
/* What dpd_action or close_action want done after a Child SA of this child has gone. */
void trap_after(struct conn_entry *entry, const struct child_conf *child, uint8_t action);
/* The reqid of a child that has a trap; 0: it has none. */
uint32_t trap_reqid(const struct engine *e, const char *conn, const char *child);

void trap_acquire(struct engine *e, const struct traffic *t);
struct engine *trap_engine(const struct trap *trap);
void trap_answer(struct trap *trap, enum ask_kind kind, const struct answer *a);
void trap_expire_timer(struct timer *t);
void traps_network(struct engine *e);     /* the addresses that `dynamic` stands for may be others now */
/* A try to make a Child SA of this child has ended: the next acquire is heeded at once, or after a while. */
void trap_result(struct conn_entry *entry, const char *child, bool ok);
