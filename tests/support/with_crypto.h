/* SPDX-License-Identifier: ISC */
/* For cmocka groups whose tests need the cryptographic library: set-up and tear-down. */
#pragma once

int with_crypto(void **state);
int without_crypto(void **state);
