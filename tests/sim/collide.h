/* SPDX-License-Identifier: ISC */
/*
 * Collisions: which exchanges crossed on the wire, by name, and how often. RFC 7296 2.25.
 *
 * The names that must be reached stand in the file `collisions` beside this one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define CASES_MAX 64u

enum lose { LOSE_NOTHING, LOSE_REQUEST, LOSE_RESPONSE, LOSE_COUNT };

struct sim;
struct talk;

/* How often each case was reached: in the order of the file, then others that came up. */
struct collisions {
	uint64_t reached[CASES_MAX][LOSE_COUNT];
};

void cases_read(void);                  /* once, before the workers start; ends the program when the file cannot be read */
size_t cases_count(void);
const char *cases_name(size_t i);
int cases_find(const char *name);       /* -1: none */

/* What is sent, before its fate is known; gives the talk that it is of, or NULL. */
struct talk *collide_sent(struct sim *s, unsigned from, unsigned to, struct bytes datagram, bool *first);
void collide_lost(struct talk *t, bool response);
bool collide_is_response(struct bytes datagram);
void collide_arrives(struct sim *s, unsigned to, struct bytes datagram); /* before the engine has it */
void collide_count(struct sim *s, struct collisions *c);                  /* at the end */
void collide_clear(struct sim *s);

/* A schedule that aims at the case sim_conf.collide, in the place of what else happens. */
void collide_run(struct sim *s);
/* Whether this datagram of the schedule gets lost, as sim_conf.lose wants it. */
bool collide_loses(struct sim *s, unsigned from, const struct talk *t, bool response, bool first);
