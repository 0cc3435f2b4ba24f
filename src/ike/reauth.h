/* SPDX-License-Identifier: ISC */
/*
 * One IKE SA takes the place of another by a fresh IKE_SA_INIT: reauthentication (RFC 7296 2.8.3, RFC 4478), and what is to be done
 * about several IKE SAs between the same identities (`unique`, INITIAL_CONTACT, set-ups that crossed).
 *
 * Make before break: the new IKE SA names the old one (sa->replaces). When it is up and has all Child SAs that the old one has, the old
 * one is deleted; until then both carry packets. When it comes to nothing the old one stays, and it is tried again before the
 * hard limit. Set-ups by both ends that crossed end the same way: the one with the higher initiator's SPI is the old one.
 */
#pragma once

#include "ike/exchange.h"

/* The IKE SA was set up by IKE_AUTH: when it is to be authenticated anew; others of the same peer are looked at. */
void reauth_begin(struct sa *sa);
void reauth_expire(struct sa *sa);
/* Sets it up anew, in the way that is configured. False: it is not up, its connection is gone, or memory. */
bool sa_reauth(struct sa *sa, uint64_t command);
/*
 * The peer rekeys nothing on this IKE SA (NO_ADDITIONAL_SAS, RFC 7296 1.3, 4): fresh keys come by a new one, now and not when the hard
 * limit has left a gap. Where only the peer can set one up, that is left to it.
 */
void reauth_instead(struct sa *sa);
/* Looks whether its predecessor can go, or whether it is one too many itself. Called by sa_settle. */
void reauth_settle(struct sa *sa);
uint64_t reauth_look_at(const struct sa *sa); /* boot ms: when that is due once more; NEVER */
/* It ends before its predecessor did. */
void reauth_failed(struct sa *sa, const struct reason *why);
/* `old` was rekeyed: what is said of it holds for `fresh`. */
void reauth_inherit(struct sa *fresh, struct sa *old);

/* N(AUTH_LIFETIME), RFC 4478: a responder that wants to be authenticated anew says when; an initiator follows. */
void reauth_write(struct message_writer *m, const struct sa *sa);
void reauth_take(struct sa *sa, const struct payloads *p);

/*
 * As responder, once the peer has proved who it is (the SA's ids are set). unique = keep: whether it may not come in, since it is there
 * already; from the same address and port it may be its reauthentication.
 */
bool unique_refuses(const struct sa *sa);
/* It is up: `unique` and INITIAL_CONTACT decide about its older ones. */
void unique_replace(struct sa *sa, bool initial_contact);
