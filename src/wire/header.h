/* SPDX-License-Identifier: ISC */
/*
 * Writing the IKE header and the generic payload header: what message.c and sk.c share.
 */
#pragma once

#include "wire/ike.h"

#define PAYLOAD_HEADER_LEN 4u
#define HEADER_LENGTH_AT 24u

void ike_header_write(struct writer *w, const struct ike_header *h); /* all fields as they are in `h` */
