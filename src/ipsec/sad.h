/* SPDX-License-Identifier: ISC */
/*
 * The inbound half of the SA database: by SPI and destination (RFC 4301 4.1), and the SPIs that are promised to a peer
 * but have no SA yet. SPIs are our own choice, so they need no keyed hash.
 */
#pragma once

#include "base/map.h"
#include "base/random.h"
#include "ipsec/child.h"

#define SPI_FIRST 0xc0000000u
#define SPI_LAST 0xcfffffffu

struct sad_entry { /* lies inside the owner's object */
	uint32_t spi;
	struct addr destination; /* unspecified: any of our addresses */
};

struct sad {
	struct map by_spi;
};

/* A free SPI in SPI_FIRST..SPI_LAST, reserved until sad_add or sad_release; 0: no randomness or memory. */
uint32_t sad_reserve(struct sad *sad, const struct random *random);
void sad_release(struct sad *sad, uint32_t spi);             /* does nothing to an SPI in use */
bool sad_add(struct sad *sad, struct sad_entry *entry);      /* false: out of memory, or in use */
void sad_remove(struct sad *sad, struct sad_entry *entry);
struct sad_entry *sad_find(const struct sad *sad, uint32_t spi, const struct addr *destination);
void sad_clear(struct sad *sad);
