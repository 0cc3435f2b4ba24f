/* SPDX-License-Identifier: ISC */
/*
 * Stories: ordered steps and reasons, so that somebody at 3 a.m. can read what happened. ARCHITECTURE.md.
 *
 * A connection keeps its last 8 attempts, also of SAs that never came up. Peers that match no connection share one ring of 256
 * entries, at most 8 a source address. Entries hold codes and structured values; text is made on demand.
 */
#pragma once

#include "base/addr.h"
#include "base/reason.h"
#include "base/time.h"

#define STORY_ATTEMPTS 8
#define STORY_STRANGERS 256
#define STORY_STRANGERS_PER_SOURCE 8
#define STORY_ENTRIES_MAX 64 /* of one attempt; the oldest steps (never reasons) go first */

struct engine;
struct text;

enum story_kind {
	STORY_STEP,    /* a row of the step table was taken; `words` is its story */
	STORY_SENT,    /* a request or response left; `words` names it, about = what was offered */
	STORY_RECEIVED,
	STORY_RETRANSMIT,
	STORY_REFUSED, /* we refused: `why` is ours */
	STORY_PEER_REFUSED, /* why->notify is what the peer said; got and wanted = what we had sent, where and also = the lines that they came from */
	STORY_VISIBLE_FAULT, /* what we can see is wrong on our side (own certificate expired, ...) */
	STORY_UP,
	STORY_DOWN,
};

struct story_entry {
	struct now at;
	enum story_kind kind;
	uint32_t ike_id, child_id;
	const char *child;           /* owned by the story; the name of child_id's; NULL: the entry is about none */
	const char *words;           /* literal */
	const struct reason *why;    /* owned by the story; NULL for steps */
	struct path path;
};

struct story_attempt {
	struct now begun;
	bool initiator, up, ended;
	struct path path;
	size_t count;
	const struct story_entry *entries;
};

/* Newest attempt first. connection NULL: the strangers, as one attempt. */
void engine_each_attempt(const struct engine *e, const char *connection, bool (*each)(void *ctx, const struct story_attempt *a), void *ctx);

/* One line: what `adit up` shows as progress and the log writes. */
void story_entry_print(struct text *t, const struct story_entry *entry);
/* The whole of an entry, with offered / configured / change, on several lines. */
void story_entry_explain(struct text *t, const struct story_entry *entry);
