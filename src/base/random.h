/* SPDX-License-Identifier: ISC */
/*
 * Random bytes come from the host of the engine. PUBLIC: what goes over the wire (nonces, SPIs, IVs, cookies); PRIVATE:
 * key exchange keys. Two generators in production, so that nothing public tells of the private; one seeded stream in
 * tests. False: no randomness to be had; the caller refuses.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum random_kind { RANDOM_PUBLIC, RANDOM_PRIVATE };

struct random {
	bool (*fill)(void *host, enum random_kind kind, uint8_t *out, size_t len);
	void *host;
};
