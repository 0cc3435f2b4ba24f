/* SPDX-License-Identifier: ISC */
/*
 * Certificates and keys of these tests; PEM. All names end in "O=adit tests, C=CH", valid 2020 to 2060 unless said.
 */
#pragma once

#define TESTS_NOW 1767225600 /* 2026-01-01 00:00:00 UTC */

extern const char root_cert[];    /* CN=Root CA, P-256, signed by itself */
extern const char sub_cert[];     /* CN=Sub CA, P-256, by root */
extern const char moon_cert[];    /* P-256; moon.example.org and 192.0.2.1; by root */
extern const char sun_cert[];     /* RSA 2048; sun.example.org; by sub */
extern const char star_cert[];    /* P-384; star@example.org; by root */
extern const char mallory_cert[]; /* P-256; mallory.example.org; by root: an honest member with other wishes */

/* All with moon's names: */
extern const char old_moon_cert[];       /* moon's key, until 2025 */
extern const char young_moon_cert[];     /* moon's key, from 2030 on */
extern const char lone_moon_cert[];      /* signed by itself, lone's key */
extern const char false_moon_cert[];     /* mallory's key, by a CA that only calls itself Root CA */
extern const char leaf_made_moon_cert[]; /* mallory's key, signed by mallory, who is no CA */

extern const char moon_key[], sun_key[], star_key[], mallory_key[], lone_key[]; /* PKCS#8 */
