/* SPDX-License-Identifier: ISC */
/*
 * An exchange: the work on one message pair. ARCHITECTURE.md.
 *
 * Its arena, the message in hand, its work (what it has found out so far) and its stage. The SA is written when the last row is DONE;
 * whatever fails before leaves the SA as it was. What it asked and did not get is cancelled with it.
 */
#pragma once

#include "ike/child.h"

#define EXCHANGE_DELETED 16
#define DOUBTS_MAX 32u /* each leaves something in the arena; whoever sends more can as well send one that we believe */

struct exchange {
	struct sa *sa;
	struct list link;          /* engine->ended, once it is over */
	enum role role;
	uint8_t type;              /* IKEv2 exchange type */
	enum stage stage;
	uint32_t message_id;
	const struct step *row;    /* the one that runs */
	bool told;                 /* the row's story is written */
	bool over;                 /* ended; freed by engine_settle, since its arena may hold what is still told */
	bool authenticated;        /* the message in hand was sealed */
	struct generation *gen;    /* keys of its messages; NULL: clear */
	struct arena arena;        /* lives as long as the exchange */
	struct arena message_arena; /* as long as the message in hand */
	struct bytes message;
	uint64_t message_hash;
	struct ike_header header;
	struct payloads payloads;
	struct path path;          /* a responder answers by it */
	const struct answer *answer; /* that started the row; NULL: a message did */
	struct answer kept;        /* what it points at */
	enum job_kind kind;        /* what it is for; JOB_KINDS: a responder's that needs no name */
	struct job *job, *child_job; /* initiator's; owned */
	void *work;                /* the version's own; in the arena */
	void (*work_clear)(struct exchange *x);
	struct list asks;          /* struct pending */
	/* retransmit.c */
	struct bytes request;      /* the messages in flight; in the arena */
	struct bytes chain;        /* what they are made from, when they are sealed; likewise */
	uint8_t chain_first;
	bool answered;             /* a sealed response came: the message ID is used up */
	unsigned tries, tries_before; /* in all; before it was cut smaller */
	struct timer timer;        /* TIMER_EXCHANGE */
	uint64_t give_up;          /* boot ms; NEVER */
	struct reason *doubt;      /* owned: an unauthenticated refusal, remembered */
	unsigned doubts;           /* answers that were no use, before there are keys */
	/* a Child SA that we ask for may be deleted by the peer before its answer or our installation is there */
	uint32_t deleted[EXCHANGE_DELETED]; /* the peer's SPIs */
	unsigned deleted_count;
	/* rekeying, 2.8.1, 2.8.2 */
	uint32_t subject;          /* CHILD_REKEY: the unique id of the Child SA that is replaced */
	uint32_t rival;            /* ours: what the peer's crossing exchange has made; unique id of a Child SA or an IKE SA */
	struct bytes rival_low;    /* the lower nonce of that exchange */
	struct bytes error_spi;    /* responder: the ESP SPI that our error notify names */
};

struct exchange *exchange_new(struct sa *sa, enum role role, uint8_t type); /* NULL: out of memory */
/* Takes job. Starts the exchange that the table names for it. */
void exchange_start(struct sa *sa, struct job *job);
/* A checked message for this exchange: message, header, payloads, path are set. */
void exchange_message(struct exchange *x);
void exchange_answer(struct exchange *x, enum ask_kind kind, const struct answer *a);
/* The peer's exchange has made the same (Child SA or IKE SA, by its unique id) while ours is out: 2.8.1. */
void exchange_rival(struct exchange *x, uint32_t id, struct bytes ni, struct bytes nr);
/* Its request is out, or was: the peer may have acted on it. */
static inline bool exchange_is_out(const struct exchange *x)
{
	return x->request.len > 0;
}
/* The end: waiters of its jobs hear ok or `why`. */
void exchange_end(struct exchange *x, bool ok, const struct reason *why);
/* Its jobs hear `why` now; the request that is out is still seen to its answer. */
void exchange_abandon(struct exchange *x, const struct reason *why);
void exchange_free(struct exchange *x);
void exchanges_free_ended(struct engine *e, const struct sa *sa); /* of one SA; NULL: all */
/* Writes the running row's story now, so that it stands before what the commit tells. */
void exchange_tell(struct exchange *x);

/* A question with an arena of its own; exchange_ask sends it. NULL: out of memory (why is filled). */
struct queued *exchange_question(struct exchange *x, enum ask_kind kind, struct reason *why);
bool exchange_ask(struct exchange *x, struct queued *q, struct reason *why);
void exchange_unask(struct exchange *x);      /* cancels what is asked */
bool exchange_asking(const struct exchange *x); /* answers are still awaited */

/* Messages: payloads are written between begin and request/respond. `room`: most bytes of the payloads. */
bool exchange_begin(struct exchange *x, struct message_writer *m, size_t room, struct reason *why);
bool exchange_request(struct exchange *x, struct message_writer *m, struct reason *why);
bool exchange_respond(struct exchange *x, struct message_writer *m, struct reason *why);
/* The response with one error notify (0: empty). Out of memory: nothing is sent, the peer asks again. */
void exchange_respond_error(struct exchange *x, uint16_t notify, struct bytes data);

/* The message that was written last, before it was sealed. fragment.h */
struct outgoing;
struct outgoing exchange_outgoing(const struct exchange *x, const struct path *path);

/* --- retransmit.c --- */
bool retransmit_start(struct exchange *x);
void retransmit_stop(struct exchange *x);
void retransmit_again(struct exchange *x);    /* waits on for an answer, where it was stopped */
void retransmit_expire(struct exchange *x);
void retransmit_now(struct exchange *x);      /* once more, besides: the peer may be back; nothing is counted */
void retransmit_anew(struct exchange *x);     /* now, and by the timing of a first sending: the path is another one */
/* An answer that nobody authenticated says no: keep waiting, but not for long. */
void retransmit_doubt(struct exchange *x, const struct reason *why);
