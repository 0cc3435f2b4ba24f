/* SPDX-License-Identifier: ISC */
/*
 * The table of IKEv2's steps: what may happen when, with which payloads. RFC 7296; the section stands beside each row.
 *
 * Rows with a selecting notify stand before the ordinary row of the same key. A new exchange is a block here and a file.
 */
#include "ike/v2/steps.h"
#include "ike/v2/parts.h"

#define P1(name)                            \
	{                                   \
		IKEV2_PAYLOAD_##name, false \
	}
#define PN(name)                           \
	{                                  \
		IKEV2_PAYLOAD_##name, true \
	}
#define SET(...)                        \
	{                               \
		.list = { __VA_ARGS__ } \
	}
#define N(which)                \
	{                       \
		.notify = which \
	}
#define WITH(which, ...)                                   \
	{                                                  \
		.notify = which, .list = { __VA_ARGS__ }   \
	}
#define NONE      \
	{         \
		0 \
	}
#define OTHERS PN(NOTIFY), PN(VENDOR_ID)

#define INIT IKEV2_EXCHANGE_IKE_SA_INIT
#define AUTH IKEV2_EXCHANGE_IKE_AUTH
#define CHILD IKEV2_EXCHANGE_CREATE_CHILD_SA
#define INFO IKEV2_EXCHANGE_INFORMATIONAL
#define I INITIATOR
#define R RESPONDER
#define COOKIE IKEV2_NOTIFY_COOKIE
#define INVALID_KE IKEV2_NOTIFY_INVALID_KE_PAYLOAD
#define REKEY IKEV2_NOTIFY_REKEY_SA
#define ERROR NOTIFY_ANY_ERROR
#define LIVE (PHASE_UP | PHASE_CLOSING)

/* role, exchange, stage, answer, phases, must, may, run, next, name, story */
static const struct step rows[] = {
	/* IKE_SA_INIT, initiator: 1.2 */
	{ I, INIT, STAGE_FIRST, ASK_NONE, PHASE_NEW, NONE, NONE, init_start, STAGE_FIND, "init-start", NULL },
	{ I, INIT, STAGE_FIND, ASK_RESOLVE, PHASE_NEW, NONE, NONE, init_resolved, STAGE_FIND, "init-resolved", NULL },
	{ I, INIT, STAGE_FIND, ASK_SOURCE, PHASE_NEW, NONE, NONE, init_found, STAGE_KE, "init-found", NULL },
	{ I, INIT, STAGE_KE, ASK_KE, PHASE_NEW, NONE, NONE, init_request, STAGE_SENT, "init-request", "IKE_SA_INIT sent" },
	{ I, INIT, STAGE_SENT, ASK_NONE, PHASE_NEW, N(COOKIE), SET(OTHERS), init_cookie, STAGE_SENT, "init-cookie",
	  "the peer wants a cookie: IKE_SA_INIT sent again" }, /* 2.6 */
	{ I, INIT, STAGE_SENT, ASK_NONE, PHASE_NEW, N(INVALID_KE), SET(OTHERS), init_other_ke, STAGE_KE, "init-other-ke",
	  "the peer wants another key exchange method" }, /* 1.2, 2.7 */
	{ I, INIT, STAGE_SENT, ASK_NONE, PHASE_NEW, N(ERROR), SET(OTHERS), init_refused, STAGE_SENT, "init-refused", NULL }, /* 2.21.1 */
	{ I, INIT, STAGE_SENT, ASK_NONE, PHASE_NEW, SET(P1(SA), P1(KE), P1(NONCE)), SET(OTHERS, PN(CERTREQ)), init_accept, STAGE_AGREE,
	  "init-accept", "IKE_SA_INIT answered" },
	{ I, INIT, STAGE_AGREE, ASK_KE, PHASE_NEW, NONE, NONE, init_keys, STAGE_END, "init-keys", "IKE keys agreed" }, /* 2.14 */

	/* IKE_SA_INIT, responder: 1.2 */
	{ R, INIT, STAGE_FIRST, ASK_NONE, PHASE_NEW, SET(P1(SA), P1(KE), P1(NONCE)), SET(OTHERS), init_take, STAGE_KE, "init-take",
	  "IKE_SA_INIT received" },
	{ R, INIT, STAGE_KE, ASK_KE, PHASE_NEW, NONE, NONE, init_part, STAGE_END, "init-answer-ke", "IKE_SA_INIT answered" },
	{ R, INIT, STAGE_KE, ASK_CERTREQ, PHASE_NEW, NONE, NONE, init_part, STAGE_END, "init-answer-certreq", "IKE_SA_INIT answered" },

	/* IKE_AUTH, initiator: 1.2, 2.15 */
	{ I, AUTH, STAGE_FIRST, ASK_NONE, PHASE_KEYED, NONE, NONE, auth_start, STAGE_MAKE, "auth-start", NULL },
	{ I, AUTH, STAGE_MAKE, ASK_AUTH_MAKE, PHASE_KEYED, NONE, NONE, auth_part, STAGE_SENT, "auth-request-auth", "IKE_AUTH sent" },
	{ I, AUTH, STAGE_MAKE, ASK_SPI, PHASE_KEYED, NONE, NONE, auth_part, STAGE_SENT, "auth-request-spi", "IKE_AUTH sent" },
	{ I, AUTH, STAGE_MAKE, ASK_CERTREQ, PHASE_KEYED, NONE, NONE, auth_part, STAGE_SENT, "auth-request-certreq", "IKE_AUTH sent" },
	{ I, AUTH, STAGE_SENT, ASK_NONE, PHASE_KEYED, SET(P1(ID_R), P1(AUTH)),
	  SET(PN(CERT), P1(SA), P1(TS_I), P1(TS_R), P1(CP), OTHERS), auth_accept, STAGE_CHECK, "auth-accept", "IKE_AUTH answered" },
	{ I, AUTH, STAGE_SENT, ASK_NONE, PHASE_KEYED, N(ERROR), SET(OTHERS), auth_refused, STAGE_SENT, "auth-refused", NULL }, /* 2.21.2 */
	{ I, AUTH, STAGE_CHECK, ASK_AUTH_CHECK, PHASE_KEYED, NONE, NONE, auth_peer_proved, STAGE_INSTALL, "auth-proved",
	  "the peer is authenticated" },
	{ I, AUTH, STAGE_INSTALL, ASK_INSTALL, PHASE_KEYED, NONE, NONE, auth_installed, STAGE_END, "auth-installed", NULL },

	/* IKE_AUTH, responder: 1.2, 2.15 */
	{ R, AUTH, STAGE_FIRST, ASK_NONE, PHASE_KEYED, SET(P1(ID_I), P1(AUTH), P1(SA), P1(TS_I), P1(TS_R)),
	  SET(PN(CERT), PN(CERTREQ), P1(ID_R), P1(CP), OTHERS), auth_take, STAGE_CHECK, "auth-take", "IKE_AUTH received" },
	{ R, AUTH, STAGE_FIRST, ASK_NONE, PHASE_KEYED, SET(P1(ID_I), P1(AUTH)),
	  SET(P1(SA), P1(TS_I), P1(TS_R), PN(CERT), PN(CERTREQ), P1(ID_R), P1(CP), OTHERS), auth_take_childless, STAGE_CHECK,
	  "auth-take-childless", "IKE_AUTH received" }, /* RFC 6023 */
	{ R, AUTH, STAGE_FIRST, ASK_NONE, PHASE_KEYED, SET(P1(ID_I), P1(SA), P1(TS_I), P1(TS_R)),
	  SET(P1(AUTH), PN(CERT), PN(CERTREQ), P1(ID_R), P1(CP), OTHERS), auth_take_without, STAGE_END, "auth-take-without", NULL }, /* 2.16 */
	{ R, AUTH, STAGE_CHECK, ASK_AUTH_CHECK, PHASE_KEYED, NONE, NONE, auth_checked, STAGE_MAKE, "auth-checked",
	  "the peer is authenticated" },
	{ R, AUTH, STAGE_MAKE, ASK_AUTH_MAKE, PHASE_KEYED, NONE, NONE, auth_made, STAGE_INSTALL, "auth-made-auth", NULL },
	{ R, AUTH, STAGE_MAKE, ASK_SPI, PHASE_KEYED, NONE, NONE, auth_made, STAGE_INSTALL, "auth-made-spi", NULL },
	{ R, AUTH, STAGE_INSTALL, ASK_INSTALL, PHASE_KEYED, NONE, NONE, auth_answer, STAGE_END, "auth-answer", "IKE_AUTH answered" },

	/* CREATE_CHILD_SA, initiator: 1.3.1 */
	{ I, CHILD, STAGE_FIRST, ASK_NONE, PHASE_UP, NONE, NONE, child_start, STAGE_MAKE, "child-start", NULL },
	{ I, CHILD, STAGE_MAKE, ASK_SPI, PHASE_UP, NONE, NONE, child_part, STAGE_SENT, "child-request-spi", "CREATE_CHILD_SA sent" },
	{ I, CHILD, STAGE_MAKE, ASK_KE, PHASE_UP, NONE, NONE, child_part, STAGE_SENT, "child-request-ke", "CREATE_CHILD_SA sent" },
	{ I, CHILD, STAGE_SENT, ASK_NONE, PHASE_UP, N(INVALID_KE), SET(OTHERS), child_other_ke, STAGE_END, "child-other-ke",
	  "the peer wants another key exchange method" }, /* 1.3 */
	{ I, CHILD, STAGE_SENT, ASK_NONE, PHASE_UP, N(ERROR), SET(OTHERS), child_refused, STAGE_END, "child-refused", NULL },
	{ I, CHILD, STAGE_SENT, ASK_NONE, PHASE_UP, SET(P1(SA), P1(NONCE), P1(TS_I), P1(TS_R)), SET(P1(KE), OTHERS), child_accept,
	  STAGE_INSTALL, "child-accept", "CREATE_CHILD_SA answered" },
	{ I, CHILD, STAGE_SENT, ASK_NONE, LIVE, SET(P1(SA), P1(NONCE), P1(KE)), SET(OTHERS), rekey_accept, STAGE_AGREE,
	  "rekey-accept", "CREATE_CHILD_SA answered" }, /* 1.3.2 */
	{ I, CHILD, STAGE_AGREE, ASK_KE, LIVE, NONE, NONE, rekey_keys, STAGE_END, "rekey-keys", NULL }, /* 2.18 */
	{ I, CHILD, STAGE_INSTALL, ASK_KE, PHASE_UP, NONE, NONE, child_agreed, STAGE_INSTALL, "child-agreed", NULL },
	{ I, CHILD, STAGE_INSTALL, ASK_INSTALL, PHASE_UP, NONE, NONE, child_installed, STAGE_END, "child-installed", NULL },

	/* CREATE_CHILD_SA, responder: 1.3.1; rekeying 1.3.2, 1.3.3; 2.25 */
	{ R, CHILD, STAGE_FIRST, ASK_NONE, PHASE_CLOSING, NONE, SET(PN(SA), PN(NONCE), PN(KE), PN(TS_I), PN(TS_R), OTHERS),
	  child_take_closing, STAGE_END, "child-take-closing", NULL },
	{ R, CHILD, STAGE_FIRST, ASK_NONE, PHASE_UP, WITH(REKEY, P1(SA), P1(NONCE), P1(TS_I), P1(TS_R)), SET(P1(KE), OTHERS),
	  child_take_rekey, STAGE_MAKE, "child-take-rekey", "CREATE_CHILD_SA to rekey a Child SA received" }, /* 1.3.3 */
	{ R, CHILD, STAGE_FIRST, ASK_NONE, PHASE_UP, SET(P1(SA), P1(NONCE), P1(TS_I), P1(TS_R)), SET(P1(KE), OTHERS), child_take,
	  STAGE_MAKE, "child-take", "CREATE_CHILD_SA received" },
	{ R, CHILD, STAGE_FIRST, ASK_NONE, PHASE_UP, SET(P1(SA), P1(NONCE), P1(KE)), SET(OTHERS), rekey_take, STAGE_KE,
	  "rekey-take", "CREATE_CHILD_SA to rekey the IKE SA received" }, /* 1.3.2 */
	{ R, CHILD, STAGE_KE, ASK_KE, PHASE_UP, NONE, NONE, rekey_answer, STAGE_END, "rekey-answer", "CREATE_CHILD_SA answered" },
	{ R, CHILD, STAGE_MAKE, ASK_SPI, PHASE_UP, NONE, NONE, child_take_part, STAGE_INSTALL, "child-made-spi", NULL },
	{ R, CHILD, STAGE_MAKE, ASK_KE, PHASE_UP, NONE, NONE, child_take_part, STAGE_INSTALL, "child-made-ke", NULL },
	{ R, CHILD, STAGE_INSTALL, ASK_INSTALL, PHASE_UP, NONE, NONE, child_answer, STAGE_END, "child-answer",
	  "CREATE_CHILD_SA answered" },

	/* INFORMATIONAL: 1.4, 2.21 */
	{ I, INFO, STAGE_FIRST, ASK_NONE, LIVE, NONE, NONE, info_send, STAGE_SENT, "info-send", NULL },
	{ I, INFO, STAGE_SENT, ASK_NONE, LIVE, NONE, SET(PN(DELETE), PN(CP), OTHERS), info_done, STAGE_END, "info-done", NULL },
	{ R, INFO, STAGE_FIRST, ASK_NONE, LIVE, NONE, SET(PN(DELETE), PN(CP), OTHERS), info_take, STAGE_END, "info-take", NULL },
};

const struct step_table ike_v2_steps = {
	.major = 2,
	.rows = rows,
	.count = COUNT_OF(rows),
	.exchange_of = {
	    [JOB_INIT] = INIT,
		[JOB_AUTH] = AUTH,
		[JOB_CHILD] = CHILD,
		[JOB_CHILD_DELETE] = INFO,
		[JOB_IKE_DELETE] = INFO,
		[JOB_REFUSE] = INFO,
		[JOB_LIVENESS] = INFO,
		[JOB_CHILD_REKEY] = CHILD,
		[JOB_IKE_REKEY] = CHILD,
		[JOB_ADDRESSES] = INFO,
	},
	.refused = v2_refused,
	.failed = v2_failed,
};
