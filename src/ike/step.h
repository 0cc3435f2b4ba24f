/* SPDX-License-Identifier: ISC */
/*
 * Steps: what may happen next in an exchange, as rows of a table. ARCHITECTURE.md.
 *
 * A row is keyed by role, exchange, stage and what starts it: a message (ASK_NONE) or an answer (its kind). `when` names the
 * phases of the IKE SA in which it may be taken, so that no exchange acts before its time (no CREATE_CHILD_SA before IKE_AUTH).
 * The dispatcher checks `must` and `may` before `run`:
 *   - several rows may stand for one key: the first whose `must` is there wins; the last one says what is missing;
 *   - a payload that stands more often than its rule allows is INVALID_SYNTAX; one that is in neither set is skipped and noted.
 *
 * `run` gives DONE: the stage becomes `next` (STAGE_END: the exchange is over, and `run` has committed); OVER: done, and the
 * stages behind it are not needed this time; WAIT: the stage stays, more answers are awaited; REFUSED: `why` is filled, nothing
 * has changed. Adding a step is adding a row.
 */
#pragma once

#include "ike/engine.h"
#include "wire/ike.h"

struct exchange;
struct sa;
struct job;

enum role { INITIATOR, RESPONDER }; /* of the exchange */
const char *role_name(enum role role);

enum stage {
	STAGE_FIRST,   /* nothing has been done yet */
	STAGE_FIND,    /* addresses are looked for */
	STAGE_KE,      /* key exchange values are made */
	STAGE_MAKE,    /* our AUTH, SPIs, values are made */
	STAGE_SENT,    /* the request is out */
	STAGE_AGREE,   /* the shared secret is made */
	STAGE_CHECK,   /* the peer's AUTH is checked */
	STAGE_INSTALL, /* the Child SA is being installed */
	STAGE_END,
};
const char *stage_name(enum stage stage);

/* Of the IKE SA, as bits. */
enum phase {
	PHASE_NEW = 1,     /* IKE_SA_INIT is under way */
	PHASE_KEYED = 2,   /* there are keys, nobody is authenticated yet */
	PHASE_UP = 4,      /* established */
	PHASE_CLOSING = 8, /* our last request (delete, refusal) is out */
	PHASE_GONE = 16,   /* only answers retransmissions of the last request */
};
const char *phase_name(enum phase phase);

enum outcome { DONE, OVER, WAIT, REFUSED }; /* OVER: done, and no further stage is needed */

#define NOTIFY_ANY_ERROR 0xffffu
#define PAYLOAD_RULES 12

struct payload_rule {
	uint8_t type;  /* 0: end of the list */
	bool many;     /* any number; else once at most */
};
struct payload_set {
	uint16_t notify; /* must: this notify chooses the row; NOTIFY_ANY_ERROR: any below 16384 */
	struct payload_rule list[PAYLOAD_RULES];
};

struct step {
	enum role role;
	uint8_t exchange;
	enum stage at;
	enum ask_kind answer;
	unsigned when;           /* enum phase bits */
	struct payload_set must, may;
	enum outcome (*run)(struct exchange *x, struct reason *why);
	enum stage next;
	const char *name;        /* of the row, for tests and logs */
	const char *story;       /* what `adit explain` says when this row was taken; NULL: nothing */
};

/* What the engine wants done on an IKE SA; the table says which exchange does it. */
enum job_kind {
	JOB_INIT,         /* IKE_SA_INIT */
	JOB_AUTH,         /* IKE_AUTH */
	JOB_CHILD,        /* a further Child SA */
	JOB_CHILD_DELETE,
	JOB_IKE_DELETE,
	JOB_REFUSE,       /* tell the peer why we do not go on, and end */
	JOB_LIVENESS,
	JOB_CHILD_REKEY,  /* CREATE_CHILD_SA with REKEY_SA, RFC 7296 1.3.3 */
	JOB_IKE_REKEY,    /* 1.3.2 */
	JOB_ADDRESSES,    /* MOBIKE: UPDATE_SA_ADDRESSES, ADDITIONAL_*_ADDRESS, COOKIE2; RFC 4555 */
	JOB_KINDS,
};

struct step_table {
	uint8_t major;
	const struct step *rows;
	size_t count;
	uint8_t exchange_of[JOB_KINDS];
	/* A row said REFUSED, or no row took the message: tell whoever must know, keep or end the SA. */
	void (*refused)(struct exchange *x, const struct reason *why);
	/* The exchange can have no answer any more: no retransmission was answered, or an ask was not. */
	void (*failed)(struct exchange *x, const struct reason *why);
};

size_t step_table_rows(const struct step_table *t);
const struct step *step_table_row(const struct step_table *t, size_t i); /* NULL past the end */

/*
 * The row for this key, or NULL with `why`: REASON_UNEXPECTED (no such row in this phase), REASON_PAYLOAD_MISSING or
 * REASON_PAYLOAD_DOUBLED (INVALID_SYNTAX; number = payload type). For answers `payloads` is not looked at.
 */
const struct step *step_find(const struct step_table *t, enum role role, uint8_t exchange, enum stage at, enum ask_kind answer,
                             unsigned phase, const struct payloads *payloads, struct reason *why);
/* Whether a payload of this type is of any use to the row. */
bool step_knows(const struct step *step, uint8_t type);
