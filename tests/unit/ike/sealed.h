/* SPDX-License-Identifier: ISC */
/*
 * A peer with the keys in hand, who says what it likes: messages sealed right and wrong inside. For the tests of ike/.
 */
#pragma once

#include "ike/exchange.h"
#include "pair.h"

/* The first IKE SA of a node; NULL: there is none. */
struct sa *pair_sa(struct pair *p, unsigned i);
/* A message sealed with the keys that `from` has, straight into the other engine. */
void send_sealed(struct pair *p, unsigned from, uint8_t exchange, uint32_t message_id, uint8_t first, struct bytes chain);
/* The same as a response. */
void send_sealed_response(struct pair *p, unsigned from, uint8_t exchange, uint32_t message_id, uint8_t first, struct bytes chain);
/* A filter: nothing arrives. */
bool pair_drop(struct pair *p, struct datagram *d, void *ctx);
/* A filter: lets IKE_SA_INIT through and nothing else: both have keys, nobody is authenticated. */
bool pair_only_init(struct pair *p, struct datagram *d, void *ctx);
/* SA, Ni, TSi, TSr of a Child SA that both ends of pair_alice and pair_bob would take; *first: the type of the first payload. */
struct bytes child_request(uint8_t *room, size_t len, struct arena *arena, uint8_t *first);
