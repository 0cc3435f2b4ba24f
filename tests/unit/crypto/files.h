/* SPDX-License-Identifier: ISC */
/* The certificates and keys of tests/vectors/pki/. What cannot be read fails the test. */
#pragma once

#include "crypto/pki.h"

#define WALL_2026 INT64_C(1780272000) /* 2026-06-01: inside the times of all good certificates */

struct bytes pki_file(struct arena *a, const char *name);
struct cert *pki_cert(const char *name); /* "gw": reads gw.pem */
struct key *pki_key(const char *name);   /* "gw": reads gw.key.pem */
bool value_says(const struct value *v, const char *text); /* a text value that contains it */
