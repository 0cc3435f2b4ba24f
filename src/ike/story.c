/* SPDX-License-Identifier: ISC */
/*
 * Stories: the last attempts of each connection, one ring for strangers, and the news of both. ARCHITECTURE.md.
 *
 * When an attempt must go, the oldest half-open one of a stranger goes first: a flood of them does not push out what an
 * administrator looks for.
 */
#include "ike/story.h"
#include "ike/entry.h"
#include "policy/explain.h"

#include <stdlib.h>

#define STRANGER_VALUE_MAX 4096u /* larger values of an unauthenticated peer are left out */

struct attempt {
	struct sa *sa;            /* NULL: it is gone, or has gone elsewhere */
	struct story_attempt at;  /* entries is owned */
	struct story_entry *entries;
};

struct strangers {
	struct story_entry ring[STORY_STRANGERS];
	size_t first, count;
};

/* --- entries --- */

static void entry_clear(struct story_entry *s)
{
	free((void *)(uintptr_t)s->why);
	free((void *)(uintptr_t)s->child);
	*s = (struct story_entry){ 0 };
}

static void attempt_free(struct attempt *a)
{
	if (!a)
		return;
	if (a->sa)
		a->sa->attempt = NULL;
	for (size_t i = 0; i < a->at.count; i++)
		entry_clear(&a->entries[i]);
	free(a->entries);
	free(a);
}

/* The oldest step makes room; reasons stay as long as there are steps. */
static void make_room(struct attempt *a)
{
	size_t i = 0;

	while (i + 1 < a->at.count && a->entries[i].why)
		i++;
	if (a->entries[i].why)
		i = 0;
	entry_clear(&a->entries[i]);
	memmove(a->entries + i, a->entries + i + 1, (a->at.count - i - 1) * sizeof(*a->entries));
	a->at.count--;
}

static struct story_entry *attempt_add(struct attempt *a, const struct story_entry *fresh)
{
	if (a->at.count == STORY_ENTRIES_MAX)
		make_room(a);
	if (a->at.count % 8 == 0) {
		struct story_entry *more = realloc(a->entries, (a->at.count + 8) * sizeof(*more));

		if (!more)
			return NULL;
		a->entries = more;
	}
	a->entries[a->at.count] = *fresh;
	return &a->entries[a->at.count++];
}

/* --- attempts of a connection --- */

static bool mere_knock(const struct attempt *a)
{
	return !a->at.initiator && !a->at.up;
}

static size_t victim(struct conn_entry *entry)
{
	for (size_t i = STORY_ATTEMPTS; i-- > 1;)
		if (entry->attempts[i] && mere_knock(entry->attempts[i]))
			return i;
	return STORY_ATTEMPTS - 1;
}

static void attempt_enter(struct conn_entry *entry, struct attempt *a)
{
	size_t out = STORY_ATTEMPTS - 1;

	if (entry->attempts[out])
		out = victim(entry);
	attempt_free(entry->attempts[out]);
	memmove(entry->attempts + 1, entry->attempts, out * sizeof(entry->attempts[0]));
	entry->attempts[0] = a;
}

static struct attempt *attempt_new(struct conn_entry *entry, struct sa *sa)
{
	struct attempt *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	attempt_enter(entry, a);
	a->sa = sa;
	a->at.begun = entry->engine->now;
	a->at.initiator = !sa || sa->initiator;
	a->at.ended = !sa;
	if (!sa)
		return a;
	a->at.up = sa->established != 0; /* its connection was unloaded and loaded again meanwhile */
	a->at.path = sa->path;
	sa->attempt = a;
	return a;
}

bool story_has_reason(const struct sa *sa)
{
	for (size_t i = 0; sa->attempt && i < sa->attempt->at.count; i++)
		if (sa->attempt->entries[i].why)
			return true;
	return false;
}

void story_forget_sa(struct sa *sa)
{
	if (sa->attempt) {
		sa->attempt->sa = NULL;
		sa->attempt->at.ended = true;
	}
	sa->attempt = NULL;
}

void story_move_sa(struct sa *sa, struct conn_entry *from, struct conn_entry *to)
{
	size_t i = 0;

	while (from && i < STORY_ATTEMPTS && from->attempts[i] != sa->attempt)
		i++;
	if (!sa->attempt || !from || !to || i == STORY_ATTEMPTS) {
		story_forget_sa(sa);
		return;
	}
	memmove(from->attempts + i, from->attempts + i + 1, (STORY_ATTEMPTS - i - 1) * sizeof(from->attempts[0]));
	from->attempts[STORY_ATTEMPTS - 1] = NULL;
	attempt_enter(to, sa->attempt);
}

void story_hand_over(struct sa *old, struct sa *fresh)
{
	story_forget_sa(fresh);
	fresh->attempt = old->attempt;
	old->attempt = NULL;
	if (fresh->attempt)
		fresh->attempt->sa = fresh;
}

void story_forget_entry(struct conn_entry *entry)
{
	for (size_t i = 0; i < STORY_ATTEMPTS; i++) {
		attempt_free(entry->attempts[i]);
		entry->attempts[i] = NULL;
	}
}

/* --- strangers --- */

struct strangers *strangers_new(void)
{
	return calloc(1, sizeof(struct strangers));
}

void strangers_free(struct strangers *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < STORY_STRANGERS; i++)
		entry_clear(&s->ring[i]);
	free(s);
}

static struct story_entry *ring_at(struct strangers *s, size_t i)
{
	return &s->ring[(s->first + i) % STORY_STRANGERS];
}

static void ring_take_out(struct strangers *s, size_t i)
{
	entry_clear(ring_at(s, i));
	for (; i + 1 < s->count; i++) {
		*ring_at(s, i) = *ring_at(s, i + 1);
		*ring_at(s, i + 1) = (struct story_entry){ 0 };
	}
	s->count--;
}

static struct story_entry *stranger_add(struct strangers *s, const struct story_entry *fresh)
{
	size_t same = 0, oldest = 0;

	for (size_t i = s->count; i-- > 0;)
		if (addr_equal(&ring_at(s, i)->path.remote.addr, &fresh->path.remote.addr)) {
			same++;
			oldest = i;
		}
	if (same >= STORY_STRANGERS_PER_SOURCE) {
		ring_take_out(s, oldest);
	} else if (s->count == STORY_STRANGERS) {
		entry_clear(ring_at(s, 0));
		s->first = (s->first + 1) % STORY_STRANGERS;
		s->count--;
	}
	*ring_at(s, s->count) = *fresh;
	return ring_at(s, s->count++);
}

static struct reason without_large(const struct reason *why)
{
	struct reason small = *why;

	if (small.got.bytes.len > STRANGER_VALUE_MAX)
		small.got = value_none();
	if (small.about.bytes.len > STRANGER_VALUE_MAX)
		small.about = value_none();
	return small;
}

/* --- adding, telling --- */

static void tell_story(struct engine *e, const struct story_note *note, const struct story_entry *entry, uint64_t command)
{
	struct queued *q = queued_new(EVENT_TELL);
	struct story_entry *copy = q ? arena_take(&q->arena, sizeof(*copy)) : NULL;
	struct reason *why = copy && entry->why ? arena_take(&q->arena, sizeof(*why)) : NULL;
	const char *name = note->entry ? note->entry->conn->name : note->sa ? sa_name(note->sa) : NULL;

	if (!copy || (entry->why && (!why || !reason_copy(&q->arena, why, entry->why)))) {
		queued_free(q);
		engine_count(e, COUNTER_EVENT_LOST);
		return;
	}
	*copy = *entry;
	copy->why = why;
	copy->child = entry->child ? arena_str(&q->arena, bytes_str(entry->child)) : NULL;
	q->event.tell.kind = TELL_STORY;
	q->event.tell.connection = name ? arena_str(&q->arena, bytes_str(name)) : NULL;
	q->event.tell.ike_id = entry->ike_id;
	q->event.tell.child_id = entry->child_id;
	q->event.tell.command = command;
	q->event.tell.unproved = !note->entry && (!note->sa || (!note->sa->initiator && !note->sa->established));
	q->event.tell.entry = copy;
	event_post(e, q);
}

/* What a rekeying has made or left tells its story where the SA in use does. NULL: that is no more. */
static struct sa *teller(struct sa *sa)
{
	struct engine *e = sa->engine;

	for (unsigned i = 0; sa && (sa->rekeyed || sa->spare); i++)
		sa = i < 8 ? map_get(&e->by_id, sa->kin) : NULL;
	return sa;
}

static struct attempt *attempt_of(struct sa *of)
{
	struct sa *sa = teller(of);
	struct conn_entry *entry;

	if (!sa || sa->attempt || !sa->conn || sa->phase == PHASE_GONE) /* gone: nobody is left whose story it is */
		return sa ? sa->attempt : NULL;
	entry = entry_find(sa->engine, sa->conn->name);
	return entry ? attempt_new(entry, sa) : NULL;
}

/* NULL: it is about no Child SA, or there is no memory for the name. */
static char *child_name(const struct engine *e, const struct story_note *note)
{
	const struct child *c = note->child_id ? map_get(&e->children, note->child_id) : NULL;

	return c ? strdup(c->conf->name) : NULL;
}

/* What anybody can cause is kept (bounded), but told at a limited rate: no log grows by knocking. */
static bool may_tell(struct engine *e, const struct story_note *note, const struct path *path)
{
	const struct sa *sa = note->sa;

	if (note->entry || (sa && (sa->initiator || sa->phase != PHASE_NEW)))
		return true;
	return rate_allows(&e->news, e->hash_seed, e->now.boot, &path->remote.addr);
}

void story_add(struct engine *e, const struct story_note *note)
{
	struct sa *sa = note->sa;
	bool stranger = !note->entry && (!sa || !sa->conn);
	struct reason small = note->why ? without_large(note->why) : (struct reason){ 0 };
	struct story_entry fresh = { .at = e->now, .kind = note->kind, .words = note->words, .child_id = note->child_id };
	struct attempt *a = stranger ? NULL : note->entry ? attempt_new(note->entry, NULL) : attempt_of(sa);
	struct story_entry *stored = NULL;

	if (note->why)
		fresh.why = reason_keep(stranger ? &small : note->why);
	fresh.child = child_name(e, note);
	fresh.ike_id = sa ? sa->id : 0;
	fresh.path = note->path ? *note->path : sa ? sa->path : (struct path){ 0 };
	if (may_tell(e, note, &fresh.path))
		tell_story(e, note, &fresh, note->command ? note->command : sa ? sa->command : 0);
	if (a) {
		a->at.up = a->at.up || note->kind == STORY_UP;
		a->at.path = fresh.path;
		stored = attempt_add(a, &fresh);
	} else if (stranger && e->strangers) {
		stored = stranger_add(e->strangers, &fresh);
	}
	if (!stored)
		entry_clear(&fresh);
}

void story_step(struct sa *sa, enum story_kind kind, const char *words)
{
	struct story_note note = { .sa = sa, .kind = kind, .words = words };

	story_add(sa->engine, &note);
}

void story_reason(struct sa *sa, enum story_kind kind, const struct reason *why)
{
	struct story_note note = { .sa = sa, .kind = kind, .why = why };

	story_add(sa->engine, &note);
}

/* --- reading --- */

static void each_stranger(const struct engine *e, bool (*each)(void *ctx, const struct story_attempt *a), void *ctx)
{
	struct strangers *s = e->strangers;
	struct story_entry *flat = s && s->count ? calloc(s->count, sizeof(*flat)) : NULL;
	struct story_attempt a = { .entries = flat };

	if (!flat)
		return;
	for (size_t i = 0; i < s->count; i++)
		flat[i] = *ring_at(s, i);
	a.count = s->count;
	a.begun = flat[0].at;
	(void)each(ctx, &a);
	free(flat);
}

void engine_each_attempt(const struct engine *e, const char *connection, bool (*each)(void *ctx, const struct story_attempt *a), void *ctx)
{
	struct conn_entry *entry;

	if (!connection) {
		each_stranger(e, each, ctx);
		return;
	}
	entry = entry_find(e, connection);
	for (size_t i = 0; entry && i < STORY_ATTEMPTS && entry->attempts[i]; i++) {
		struct attempt *a = entry->attempts[i];

		a->at.entries = a->entries;
		if (!each(ctx, &a->at))
			return;
	}
}

static const char *kind_words(enum story_kind kind)
{
	switch (kind) {
	case STORY_STEP: return "";
	case STORY_SENT: return "sent ";
	case STORY_RECEIVED: return "received ";
	case STORY_RETRANSMIT: return "";
	case STORY_REFUSED: return "refused: ";
	case STORY_PEER_REFUSED: return ""; /* its reason says so */
	case STORY_VISIBLE_FAULT: return "own fault, seen from here: ";
	case STORY_UP: return "";
	case STORY_DOWN: return "down: ";
	}
	return "";
}

/* "Child SA net is up": whoever has several wants to know which. */
static void print_words(struct text *t, const struct story_entry *entry)
{
	static const char begin[] = "Child SA";
	const size_t len = sizeof(begin) - 1;

	if (entry->child && strncmp(entry->words, begin, len) == 0) {
		text_add(t, "%s ", begin);
		text_add_safe(t, bytes_str(entry->child));
		text_add(t, "%s", entry->words + len);
	} else {
		text_add(t, "%s", entry->words);
	}
}

static void print_head(struct text *t, const struct story_entry *entry)
{
	if (entry->path.remote.addr.family != ADDR_NONE) {
		endpoint_print(t, &entry->path.remote);
		text_add(t, " ");
	}
	text_add(t, "%s", kind_words(entry->kind));
	if (entry->words)
		print_words(t, entry);
	if (entry->words && entry->why)
		text_add(t, ": ");
}

/* A refusal has an entry of its own, which says all; that the SA went for it needs no second telling. */
static bool told_before(const struct story_entry *entry)
{
	return entry->kind == STORY_DOWN && entry->why->kind == REASON_PEER_REFUSED;
}

void story_entry_print(struct text *t, const struct story_entry *entry)
{
	print_head(t, entry);
	if (entry->why && told_before(entry))
		reason_print_short(t, entry->why);
	else if (entry->why)
		reason_print(t, entry->why);
}

void story_entry_explain(struct text *t, const struct story_entry *entry)
{
	print_head(t, entry);
	if (entry->why && told_before(entry))
		reason_print_short(t, entry->why);
	else if (entry->why)
		reason_explain(t, entry->why);
}
