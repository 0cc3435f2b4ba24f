/* SPDX-License-Identifier: ISC */
/*
 * What the handlers of IKEv2 share: the rows' functions, and pieces that more than one message has. For ike/v2/ only.
 *
 * A handler is named after what it does with its message; the RFC's transcript stands above the code that writes or reads it.
 */
#pragma once

#include "iana/ikev2.h"
#include "ike/entry.h"
#include "ike/exchange.h"

#define NONCE_LEN 32u      /* at least half the key size of the largest PRF, 2.10 */
#define COOKIES_MAX 4u     /* COOKIE answers that an initiator follows */
#define OTHER_KE_MAX 4u    /* INVALID_KE_PAYLOAD answers that an initiator follows */

/* --- rows --- */
enum outcome init_start(struct exchange *x, struct reason *why);
enum outcome init_resolved(struct exchange *x, struct reason *why);
enum outcome init_found(struct exchange *x, struct reason *why);
enum outcome init_request(struct exchange *x, struct reason *why);
enum outcome init_cookie(struct exchange *x, struct reason *why);
enum outcome init_other_ke(struct exchange *x, struct reason *why);
enum outcome init_refused(struct exchange *x, struct reason *why);
enum outcome init_accept(struct exchange *x, struct reason *why);
enum outcome init_keys(struct exchange *x, struct reason *why);
enum outcome init_take(struct exchange *x, struct reason *why);
enum outcome init_part(struct exchange *x, struct reason *why);

enum outcome auth_start(struct exchange *x, struct reason *why);
enum outcome auth_part(struct exchange *x, struct reason *why);
enum outcome auth_accept(struct exchange *x, struct reason *why);
enum outcome auth_refused(struct exchange *x, struct reason *why);
enum outcome auth_peer_proved(struct exchange *x, struct reason *why);
enum outcome auth_installed(struct exchange *x, struct reason *why);
enum outcome auth_take(struct exchange *x, struct reason *why);
enum outcome auth_take_childless(struct exchange *x, struct reason *why);
enum outcome auth_take_without(struct exchange *x, struct reason *why);
enum outcome auth_checked(struct exchange *x, struct reason *why);
enum outcome auth_made(struct exchange *x, struct reason *why);
enum outcome auth_answer(struct exchange *x, struct reason *why);

enum outcome child_start(struct exchange *x, struct reason *why);
enum outcome child_part(struct exchange *x, struct reason *why);
enum outcome child_other_ke(struct exchange *x, struct reason *why);
enum outcome child_refused(struct exchange *x, struct reason *why);
enum outcome child_accept(struct exchange *x, struct reason *why);
enum outcome child_agreed(struct exchange *x, struct reason *why);
enum outcome child_installed(struct exchange *x, struct reason *why);
enum outcome child_take(struct exchange *x, struct reason *why);
enum outcome child_take_part(struct exchange *x, struct reason *why);
enum outcome child_answer(struct exchange *x, struct reason *why);
enum outcome child_take_rekey(struct exchange *x, struct reason *why);
enum outcome child_take_closing(struct exchange *x, struct reason *why);

enum outcome rekey_start(struct exchange *x, struct reason *why);
enum outcome rekey_request(struct exchange *x, struct reason *why);
enum outcome rekey_accept(struct exchange *x, struct reason *why);
enum outcome rekey_keys(struct exchange *x, struct reason *why);
enum outcome rekey_take(struct exchange *x, struct reason *why);
enum outcome rekey_answer(struct exchange *x, struct reason *why);
bool rekey_ke_is_other(const struct exchange *x, uint16_t id); /* another method than that of our request, and one of ours */

enum outcome info_send(struct exchange *x, struct reason *why);
enum outcome info_done(struct exchange *x, struct reason *why);
enum outcome info_take(struct exchange *x, struct reason *why);

/* --- mobike.c: RFC 4555 --- */
/* Into an IKE_AUTH message: that we speak it, and our addresses. A responder only when mobike_agree has found that the peer does. */
void mobike_offer(struct exchange *x, struct message_writer *m);
void mobike_agree(struct exchange *x); /* the IKE_AUTH message in hand */
/* Refuses with UNEXPECTED_NAT_DETECTED when the message's addresses are not those that it left with. */
bool mobike_nat_allowed(const struct exchange *x, struct reason *why);
bool mobike_write(struct exchange *x, struct message_writer *m, struct reason *why);          /* JOB_ADDRESSES */
bool mobike_write_liveness(struct exchange *x, struct message_writer *m, struct reason *why); /* JOB_LIVENESS */
void mobike_done(struct exchange *x); /* the answer to either */
/* What a peer's INFORMATIONAL request wants in its answer. */
struct mobike_answer {
	bool nat;            /* NAT_DETECTION_* */
	uint16_t error;      /* instead; 0: none */
	struct bytes cookie; /* of the message in hand */
};
void mobike_take(struct exchange *x, struct mobike_answer *a);
bool mobike_answer(struct exchange *x, struct message_writer *m, const struct mobike_answer *a);

/* --- refuse.c --- */
void v2_refused(struct exchange *x, const struct reason *why);
void v2_failed(struct exchange *x, const struct reason *why);
/* The peer said no to our request: the story tells what we sent and where it stands. Fills `why`. */
void peer_refused(struct exchange *x, uint16_t notify, struct reason *why);

/* --- ke.c --- */
/* The key exchange that a proposal list names first, of those that are built; NULL: none is named. */
const struct algorithm *ke_first(const struct proposals *p);
/* Whether `id` is named anywhere in the list and built. NULL: no. */
const struct algorithm *ke_named(const struct proposals *p, uint16_t id);
bool ke_seed(struct exchange *x, const struct algorithm *ke, struct bytes *seed, struct reason *why);
bool ke_ask(struct exchange *x, const struct algorithm *ke, struct bytes seed, struct bytes peer, bool agree_only, struct reason *why);
bool make_nonce(struct exchange *x, struct bytes *nonce, struct reason *why);
bool take_nonce(struct exchange *x, struct bytes *nonce, struct reason *why);
/* The method in an INVALID_KE_PAYLOAD notify; 0: malformed. */
uint16_t invalid_ke(const struct notify *n);

/* --- offer.c: SA and TS payloads of a Child SA --- */
struct child_offer {
	struct proposals esp;               /* offered: numbers and SPI filled in */
	struct selectors local, remote;
	struct selectors all_local, all_remote; /* the same without those of a packet in front */
	bool transport;                     /* USE_TRANSPORT_MODE, 1.3.1 */
};
/* What we offer for the plan (its spi_in is there). without_ke: IKE_AUTH, RFC 7296 1.2. `ke` first when not 0. */
bool offer_make(struct exchange *x, const struct child_plan *plan, bool without_ke, struct child_offer *o, struct reason *why);
/* Notifies that go with the SA payload. */
void offer_write_mode(struct message_writer *m, const struct child_offer *o);
void offer_write(struct exchange *x, struct message_writer *m, const struct child_offer *o);
/* Reads SAr2, TSi, TSr of the answer into the plan. */
bool offer_accepted(struct exchange *x, const struct child_offer *o, bool without_ke, struct child_plan *plan, struct reason *why);
/* As responder: reads SAi2, TSi, TSr, chooses among the connection's children (rekeying: plan->conf). *number: of the chosen proposal. */
bool offer_take(struct exchange *x, bool without_ke, uint16_t ke_sent, struct child_plan *plan, uint8_t *number, struct reason *why);
bool offer_answer(struct exchange *x, struct message_writer *m, const struct child_plan *plan, uint8_t number, struct reason *why);
bool ask_spi(struct exchange *x, struct reason *why);
struct bytes spi_bytes(struct arena *arena, uint32_t spi); /* empty: out of memory */
/* --- transport.c: transport mode, RFC 7296 1.3.1, 2.23.1 --- */
bool transport_noted(const struct exchange *x); /* USE_TRANSPORT_MODE is in the message */
/* Whether our selectors are those of the two hosts alone. */
bool transport_possible(const struct sa *sa, const struct selectors *local, const struct selectors *remote);
/*
 * The peer's selectors as the packets here have them: addresses that a NAT changed are replaced by the IKE SA's own. The plan keeps
 * the peer's for checksums. False: they are not one host's on each side, so that transport mode cannot be.
 */
bool transport_take(struct exchange *x, struct child_plan *plan, struct selectors *local, struct selectors *remote);
/* --- pairs.c: peers that take one pair of selectors a Child SA, RFC 7296 2.9 --- */
/*
 * The peer wants one pair (SINGLE_PAIR_REQUIRED), or did not want several (TS_UNACCEPTABLE, as some say instead): each is asked for
 * alone. False: it said something else, it was one already, or memory is out.
 */
bool pairs_split(struct sa *sa, uint16_t notify, const struct connection *conn, const struct child_conf *conf, const struct pair_ts *ts,
                 const struct child_offer *o, uint64_t command);
/* The peer took the first pair of several: the others are asked for. Call it before child_up. */
void pairs_rest(struct exchange *x, const struct child_offer *o, const struct child_plan *plan);
/* A child came to nothing although the IKE SA stays: told to the user, to the story. */
void child_failed(struct exchange *x, const struct child_conf *conf, const struct reason *why);

/* --- pfs.c: what IKE_AUTH cannot tell about key exchanges in rekeyings --- */
void pfs_write(const struct exchange *x, struct message_writer *m, const struct child_conf *conf);
void pfs_check(struct exchange *x, const struct child_conf *conf); /* conf NULL: nothing to check */

/* --- work --- */
void *work_new(struct exchange *x, size_t size, void (*clear)(struct exchange *x), struct reason *why);
