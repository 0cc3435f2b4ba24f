/* SPDX-License-Identifier: ISC */
/*
 * Two engines whose network, hosts and clock the fuzzer has in its hands: nothing moves unless it is told to.
 *
 * Shared by fuzz_engine (programs) and fuzz_engine_raw (bytes). Every run ends with world_close, which lets all come to an end
 * and aborts when something is left over.
 */
#pragma once

#include "support/tap.h"

#define WORLD_PACKETS 64
#define WORLD_PAST 32

struct world_conf {
	bool ecdsa, nat, other_ke, cookies, start, by_name;
	bool fragments; /* of 200 bytes: IKE_AUTH comes in several */
};

struct world_packet {
	unsigned to;
	struct path path; /* as the receiver sees it */
	uint8_t *data;    /* owned */
	size_t len;
};

struct world {
	struct world_conf conf;
	struct host *host[2];
	struct now now;
	struct tap tap;
	struct world_packet packets[WORLD_PACKETS]; /* on their way, oldest first */
	size_t packet_count;
	struct world_packet past[WORLD_PAST];       /* what was sent lately; a ring */
	size_t past_count;
	bool hold[2];                               /* answers wait for the fuzzer */
	uint64_t token;
};

struct world *world_new(const struct world_conf *conf);
/* One packet or, if there is none, one answer or timer that is due within `patience` ms. False: nothing to do. */
bool world_step(struct world *w, uint64_t patience);
void world_run(struct world *w, unsigned steps);
void world_advance(struct world *w, uint64_t ms);
void world_command(struct world *w, unsigned side, const struct command *c);
/* Takes a copy. */
void world_queue(struct world *w, unsigned to, const struct path *path, struct bytes datagram);
void world_deliver(struct world *w, size_t index);
void world_drop(struct world *w, size_t index);
/* The end: all asks are answered, everything is terminated, and what is left over aborts. Frees w. */
void world_close(struct world *w);

/* Rows of the step table that were taken in all runs of this process; printed when it ends. */
void world_count_rows(const struct world *w);
void world_print_rows(bool names); /* names: of those that were not taken */
size_t world_rows_missing(void);
