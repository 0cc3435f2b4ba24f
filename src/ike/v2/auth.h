/* SPDX-License-Identifier: ISC */
/* What both roles of IKE_AUTH share. */
#pragma once

#include "ike/v2/parts.h"

struct auth_work {
	struct child_plan plan;      /* plan.conf NULL: no Child SA */
	struct child_offer offer;    /* initiator's */
	uint8_t number;              /* responder: of the chosen ESP proposal */
	struct auth_make_answer own; /* our AUTH, certificates, identity */
	struct bytes certreq;
	struct identity peer, own_wanted; /* claimed by the peer; IDr as the peer asked */
	bool own_asked;
	struct bytes peer_id_body;   /* as it came */
	struct auth_data peer_auth;
	struct bytes *peer_certs;
	size_t peer_cert_count;
	bool initial_contact;
	struct reason child_why;     /* the Child SA came to nothing */
	bool child_bad;
	uint16_t child_notify;       /* what the peer said of it; 0: nothing */
};
void auth_clear(struct exchange *x);

bool auth_ask_make(struct exchange *x, const struct connection *c, const struct identity *peer, struct reason *why);
bool auth_ask_check(struct exchange *x, const struct connection *c, struct auth_work *w, struct reason *why);
/* ID, CERT and AUTH payloads of the peer, into w. `id`: payload type. */
bool auth_read_peer(struct exchange *x, uint8_t id, struct auth_work *w, struct reason *why);
void auth_write_certs(struct message_writer *m, const struct auth_make_answer *own);
size_t auth_room(const struct auth_work *w);
/* No wildcard and no regular expression: one identity that can be asked for. */
bool auth_definite(const struct identity *id);
bool auth_class_fits(const struct auth_round *round, uint8_t method);
/* Refuses with AUTHENTICATION_FAILED when the peer's identity or method is not what the connection wants. */
bool auth_peer_fits(const struct connection *c, const struct identity *peer, uint8_t method, struct arena *arena, struct reason *why);
