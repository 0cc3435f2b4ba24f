/* SPDX-License-Identifier: ISC */
/*
 * How a payload is told to people: each body's printer stands beside its reader, print.c has the table of all.
 *
 * A printer adds what it read to the line, without a newline. It is given any bytes at all: a body that its reader
 * refuses is told as malformed, and nothing that came from outside is added unescaped. What could help somebody who reads
 * the log (AUTH data, EAP data) is told by its length alone.
 */
#pragma once

#include "wire/ike.h"

void print_name(struct text *t, const char *name, unsigned number); /* the registry's name, else the number in brackets */
void print_malformed(struct text *t, struct bytes body);

void sa_print(struct text *t, struct bytes body);
void ke_print(struct text *t, struct bytes body);
void id_print(struct text *t, struct bytes body);
void cert_print(struct text *t, struct bytes body);
void certreq_print(struct text *t, struct bytes body);
void auth_print(struct text *t, struct bytes body);
void nonce_print(struct text *t, struct bytes body);
void notify_print(struct text *t, struct bytes body);
void delete_print(struct text *t, struct bytes body);
void vendor_print(struct text *t, struct bytes body);
void ts_print(struct text *t, struct bytes body);
void cp_print(struct text *t, struct bytes body);
void eap_print(struct text *t, struct bytes body);
void skf_print(struct text *t, struct bytes body);
void opaque_print(struct text *t, struct bytes body); /* SK and what is unknown here: its length */
