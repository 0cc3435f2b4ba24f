/* SPDX-License-Identifier: ISC */
/*
 * Programs for fuzz_engine that take every row of the step table. Two bytes of configuration, then actions with their parameters,
 * as fuzz_engine.c reads them.
 */
#pragma once

#include "base/bytes.h"

enum act {
	ACT_RUN,       /* steps */
	ACT_RUN_ALL,
	ACT_DROP,      /* packet */
	ACT_DOUBLE,    /* packet */
	ACT_DELIVER,   /* packet */
	ACT_REPLAY,    /* which, how */
	ACT_GARBLE,    /* packet, where (2), with */
	ACT_CUT,       /* packet, bytes */
	ACT_EDIT,      /* edits - 1, packet, then for each edit: what, payload (128 + type, or place) ... */
	ACT_HEADER,    /* packet, field, with */
	ACT_INJECT,    /* to, exchange - 35, message ID, kit, how, bodies ... */
	ACT_ADVANCE,   /* how long */
	ACT_TIMER,     /* of whom */
	ACT_COMMAND,   /* side, how, kind, child */
	ACT_HOLD,      /* side */
	ACT_ANSWER,    /* side, which */
	ACT_FORGET,    /* side, which */
	ACT_ANSWER_WRONG, /* side, which, how */
	ACT_TRAFFIC,   /* side, kind, how */
	ACT_NETWORK,   /* side */
	ACT_FRAGMENT,  /* packet, number, total, from, how much */
};

/* Of the configuration. */
#define CONF_ECDSA 7
#define CONF_NAT 8
#define CONF_OTHER_KE 16
#define CONF_COOKIES 32
#define CONF_START 64
#define CONF_NAME 256
#define CONF_FRAGMENTS 512
#define CONF_UP 128 /* begins with an established SA */

extern const struct bytes engine_programs[];
extern const size_t engine_program_count;
