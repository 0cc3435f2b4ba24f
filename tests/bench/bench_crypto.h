/* SPDX-License-Identifier: ISC */
/*
 * What the cryptography alone costs on this machine, now: the measure that handshakes and packets are compared with.
 *
 * Each function runs its operation for about 0.2 seconds of CPU time and gives the CPU microseconds of one (nanoseconds: bench_seal). crypto_start
 * first; the top of the source tree is the working directory. Below 0: it failed.
 */
#pragma once

#include <stddef.h>

double bench_x25519_make(void);  /* public value from a seed */
double bench_x25519_agree(void); /* shared secret */
double bench_rsa2048_sign(void); /* PKCS#1 with SHA-256 over 500 bytes, as AUTH has them */
double bench_rsa2048_verify(void);
double bench_p256_sign(void);
double bench_p256_verify(void);
/* Nanoseconds of sealing (open: opening) one packet of `len` bytes. integ NULL: an AEAD. Keywords of the algorithm table. */
double bench_seal(const char *encr, const char *integ, size_t len, int open);
void bench_crypto(void);         /* runs all and prints them */
