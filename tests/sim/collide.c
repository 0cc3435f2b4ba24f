/* SPDX-License-Identifier: ISC */
/* Which exchanges crossed: the tap opens what could be of interest, and requests and responses are paired here. */
#include "sim/collide.h"

#include <stdio.h>
#include <stdlib.h>

#include "iana/ikev2.h"
#include "sim/sim.h"

#define FILE_NAME "tests/sim/collisions"
#define SPIS_MAX 8u
#define EMPTY_LEN 57u /* of the shortest INFORMATIONAL */

/* --- the file --- */

static char names[CASES_MAX][64];
static size_t name_count;

void cases_read(void)
{
	FILE *f = fopen(FILE_NAME, "r");
	char line[256];

	if (!f) {
		fprintf(stderr, FILE_NAME ": cannot be read (run it in the top folder of the sources)\n");
		exit(2);
	}
	while (fgets(line, sizeof(line), f) && name_count < CASES_MAX)
		if (line[0] != '#' && sscanf(line, "%63s", names[name_count]) == 1)
			name_count++;
	fclose(f);
}

size_t cases_count(void)
{
	return name_count;
}

const char *cases_name(size_t i)
{
	return names[i];
}

int cases_find(const char *name)
{
	for (size_t i = 0; i < name_count; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

/* --- talks: a request and its response --- */

enum kind { KIND_OTHER, KIND_CREATE, KIND_REKEY_CHILD, KIND_REKEY_IKE, KIND_DELETE_CHILD, KIND_DELETE_IKE };

struct talk {
	struct list link;
	uint64_t spi_i, spi_r;
	bool from_i;                /* the IKE SA's initiator asks */
	unsigned from, to;
	uint32_t message_id;
	enum kind kind;
	uint32_t spis[SPIS_MAX];    /* inbound SPIs of who asks */
	size_t spi_count;
	uint8_t ni[32], nr[32];
	bool has_nr;
	bool arrived, answered, request_lost, response_lost;
	bool unknown;               /* the other end has no such Child SA */
};

struct crossing {
	struct list link;
	const struct talk *first, *second;
};

static uint64_t key_of(const struct ike_header *h, bool from_i)
{
	static const uint8_t seed[16] = "collisions";
	uint8_t raw[21];

	put_u64(raw, h->spi_i);
	put_u64(raw + 8, h->spi_r);
	put_u32(raw + 16, h->message_id);
	raw[20] = from_i;
	return siphash(seed, bytes(raw, sizeof(raw)));
}

/* Who asked: the initiator sends requests with its flag, and gets responses without. */
static bool asker(const struct ike_header *h)
{
	return ((h->flags & IKE_FLAG_INITIATOR) != 0) != ((h->flags & IKE_FLAG_RESPONSE) != 0);
}

static bool header_of(struct ike_header *h, struct bytes datagram)
{
	struct reason why = { 0 };

	return ike_header_read(h, datagram, &why) &&
	       (h->exchange == IKEV2_EXCHANGE_CREATE_CHILD_SA || h->exchange == IKEV2_EXCHANGE_INFORMATIONAL) &&
	       h->next == IKEV2_PAYLOAD_SK;
}

static struct talk *talk_find(const struct sim *s, const struct ike_header *h)
{
	return map_get(&s->talk_of, key_of(h, asker(h)));
}

/* --- what a request is about --- */

static bool keep_nonce(uint8_t out[32], const struct payloads *p)
{
	const struct payload *n = payloads_find(p, IKEV2_PAYLOAD_NONCE, NULL);
	struct bytes nonce;

	if (!n || !nonce_read(&nonce, n->body))
		return false;
	memset(out, 0, 32);
	memcpy(out, nonce.at, nonce.len < 32 ? nonce.len : 32);
	return true;
}

static enum kind kind_of_create(struct talk *t, const struct payloads *p, struct arena *arena)
{
	const struct payload *sa = payloads_find(p, IKEV2_PAYLOAD_SA, NULL);
	struct proposals offered = { 0 };
	struct notify n;

	if (!keep_nonce(t->ni, p) || !sa || !proposals_read(&offered, sa->body, arena) || offered.count == 0)
		return KIND_OTHER;
	if (offered.list[0].protocol == PROTO_IKE)
		return KIND_REKEY_IKE;
	if (!notify_find(&n, p, IKEV2_NOTIFY_REKEY_SA) || n.spi.len != 4)
		return KIND_CREATE;
	t->spis[t->spi_count++] = get_u32(n.spi.at);
	return KIND_REKEY_CHILD;
}

static enum kind kind_of_informational(struct talk *t, const struct payloads *p)
{
	const struct payload *at = NULL;
	struct delete_payload d;

	while ((at = payloads_find(p, IKEV2_PAYLOAD_DELETE, at))) {
		if (!delete_read(&d, at->body))
			continue;
		if (d.protocol == PROTO_IKE)
			return KIND_DELETE_IKE;
		for (size_t i = 0; i < d.count && d.spi_size == 4 && t->spi_count < SPIS_MAX; i++)
			t->spis[t->spi_count++] = get_u32(d.spis.at + 4 * i);
	}
	return t->spi_count ? KIND_DELETE_CHILD : KIND_OTHER;
}

/* --- crossing --- */

static bool same_child(const struct sim *s, const struct talk *a, const struct talk *b)
{
	for (size_t i = 0; i < a->spi_count; i++)
		for (size_t j = 0; j < b->spi_count; j++)
			if (esp_peer(s, a->spis[i]) == b->spis[j] || esp_peer(s, b->spis[j]) == a->spis[i])
				return true;
	return false;
}

/* Requests of the peer that have not come here when `t` leaves: neither end knew of the other's. */
static void cross(struct sim *s, const struct talk *t)
{
	LIST_EACH(at, &s->talks) {
		const struct talk *o = LIST_ITEM(at, struct talk, link);
		struct crossing *c;

		if (o->from_i == t->from_i || o->spi_i != t->spi_i || o->spi_r != t->spi_r || o->kind == KIND_OTHER)
			continue;
		c = calloc(1, sizeof(*c));
		if (!c)
			abort();
		c->first = o;
		c->second = t;
		list_append(&s->crossings, &c->link);
	}
}

static struct talk *talk_begin(struct sim *s, const struct ike_header *h, unsigned from, unsigned to, struct bytes datagram)
{
	struct talk *t = calloc(1, sizeof(*t));
	struct arena arena = { 0 };
	struct tap_plain plain;

	if (!t)
		abort();
	*t = (struct talk){ .spi_i = h->spi_i, .spi_r = h->spi_r, .from_i = asker(h), .from = from, .to = to, .message_id = h->message_id };
	if (!tap_read(&s->tap, datagram, &plain, &arena) || !plain.opened || !plain.readable)
		t->kind = KIND_OTHER;
	else if (h->exchange == IKEV2_EXCHANGE_CREATE_CHILD_SA)
		t->kind = kind_of_create(t, &plain.payloads, &arena);
	else
		t->kind = kind_of_informational(t, &plain.payloads);
	arena_clear(&arena);
	if (t->kind != KIND_OTHER)
		cross(s, t);
	list_append(&s->talks, &t->link);
	if (!map_put(&s->talk_of, key_of(h, t->from_i), t))
		abort();
	return t;
}

static void take_response(struct sim *s, struct talk *t, struct bytes datagram)
{
	struct arena arena = { 0 };
	struct tap_plain plain;

	if (t->has_nr || (t->kind != KIND_REKEY_CHILD && t->kind != KIND_REKEY_IKE))
		return;
	if (tap_read(&s->tap, datagram, &plain, &arena) && plain.opened && plain.readable)
		t->has_nr = keep_nonce(t->nr, &plain.payloads);
	arena_clear(&arena);
}

struct talk *collide_sent(struct sim *s, unsigned from, unsigned to, struct bytes datagram, bool *first)
{
	struct ike_header h;
	struct talk *t;

	*first = false;
	if (datagram.len > 18 && datagram.at[18] == IKEV2_EXCHANGE_IKE_SA_INIT)
		tap_watch(&s->tap, datagram);
	if (!header_of(&h, datagram) || (datagram.len <= EMPTY_LEN && !(h.flags & IKE_FLAG_RESPONSE)))
		return NULL;
	t = talk_find(s, &h);
	if (h.flags & IKE_FLAG_RESPONSE) {
		*first = t && !t->response_lost;
		if (t)
			take_response(s, t, datagram);
		return t;
	}
	*first = !t;
	return t ? t : talk_begin(s, &h, from, to, datagram);
}

bool collide_is_response(struct bytes datagram)
{
	struct ike_header h;

	return header_of(&h, datagram) && (h.flags & IKE_FLAG_RESPONSE);
}

void collide_lost(struct talk *t, bool response)
{
	if (!t)
		return;
	if (response && !t->answered)
		t->response_lost = true;
	else if (!response && !t->arrived)
		t->request_lost = true;
}

static bool has_child(const struct host *h, uint32_t spi_out)
{
	LIST_EACH(at, &h->children)
		if (LIST_ITEM(at, struct installed, link)->params.spi_out == spi_out)
			return true;
	return false;
}

void collide_arrives(struct sim *s, unsigned to, struct bytes datagram)
{
	struct ike_header h;
	struct talk *t = header_of(&h, datagram) ? talk_find(s, &h) : NULL;

	if (!t)
		return;
	if (h.flags & IKE_FLAG_RESPONSE) {
		t->answered = true;
		return;
	}
	if (t->arrived)
		return;
	if (t->kind == KIND_REKEY_CHILD || t->kind == KIND_DELETE_CHILD)
		t->unknown = !has_child(s->node[to].host, t->spis[0]);
	t->arrived = true;
	list_remove(&t->link);
	list_append(&s->talks_heard, &t->link);
}

/* --- names --- */

static const char *const words[] = {
	[KIND_OTHER] = "other", [KIND_CREATE] = "child-create", [KIND_REKEY_CHILD] = "child-rekey", [KIND_REKEY_IKE] = "ike-rekey",
	[KIND_DELETE_CHILD] = "child-delete", [KIND_DELETE_IKE] = "ike-delete",
};

/* The table's order of the two words. */
static bool stands_first(enum kind kind, enum kind other)
{
	static const int place[] = { [KIND_REKEY_IKE] = 0, [KIND_DELETE_IKE] = 1, [KIND_CREATE] = 2, [KIND_REKEY_CHILD] = 3,
		                     [KIND_DELETE_CHILD] = 4 };

	return place[kind] <= place[other];
}

static const uint8_t *lowest(const struct talk *t)
{
	return memcmp(t->ni, t->nr, 32) < 0 ? t->ni : t->nr;
}

/* Of two rekeyings: whose exchange has the lowest of the four nonces (2.8.1). "refused": not all four were sent. */
static const char *loser(const struct talk *a, const struct talk *b)
{
	if (!a->has_nr || !b->has_nr)
		return "/one-refused";
	return (memcmp(lowest(a), lowest(b), 32) < 0 ? a : b)->from_i ? "/initiator-loses" : "/responder-loses";
}

static void name_of(const struct sim *s, const struct crossing *c, char out[64])
{
	const struct talk *a = c->first, *b = c->second;
	const char *more = "";

	if (!stands_first(a->kind, b->kind)) {
		a = c->second;
		b = c->first;
	}
	if (a->kind == b->kind && a->kind == KIND_REKEY_IKE)
		more = loser(a, b);
	if (a->spi_count && b->spi_count) {
		if (!same_child(s, a, b))
			more = "/of-another";
		else if (a->kind == KIND_REKEY_CHILD && b->kind == KIND_REKEY_CHILD)
			more = loser(a, b);
		else if (a->kind == KIND_REKEY_CHILD)
			more = a->from_i ? "/initiator-rekeys" : "/responder-rekeys";
	}
	(void)snprintf(out, 64, "%s/%s%s", words[a->kind], words[b->kind], more);
}

static void reached(struct collisions *c, const char *name, bool request_lost, bool response_lost)
{
	int i = cases_find(name);

	if (i < 0)
		return;
	c->reached[i][LOSE_NOTHING]++;
	c->reached[i][LOSE_REQUEST] += request_lost;
	c->reached[i][LOSE_RESPONSE] += response_lost;
}

void collide_count(struct sim *s, struct collisions *c)
{
	char name[64];

	LIST_EACH(at, &s->crossings) {
		const struct crossing *x = LIST_ITEM(at, struct crossing, link);

		name_of(s, x, name);
		reached(c, name, x->first->request_lost || x->second->request_lost, x->first->response_lost || x->second->response_lost);
	}
	LIST_EACH(at, &s->talks_heard) {
		const struct talk *t = LIST_ITEM(at, struct talk, link);

		if (t->unknown)
			reached(c, t->kind == KIND_REKEY_CHILD ? "child-rekey/unknown" : "child-delete/unknown", t->request_lost, t->response_lost);
	}
}

static void talks_free(struct list *talks)
{
	LIST_EACH_SAFE(at, talks) {
		list_remove(at);
		free(LIST_ITEM(at, struct talk, link));
	}
}

void collide_clear(struct sim *s)
{
	LIST_EACH_SAFE(at, &s->crossings) {
		list_remove(at);
		free(LIST_ITEM(at, struct crossing, link));
	}
	talks_free(&s->talks);
	talks_free(&s->talks_heard);
	map_clear(&s->talk_of);
}

/* --- a schedule for each case --- */

enum deed { CREATE, REKEY_CHILD, DELETE_CHILD, DROP_CHILD, REKEY_IKE, DELETE_IKE };

static const struct {
	const char *name;
	enum deed deed[2]; /* of the one end, of the other */
	int first;         /* which node has the first; -1: either */
} schedules[] = {
	{ "child-rekey/child-rekey/initiator-loses", { REKEY_CHILD, REKEY_CHILD }, -1 },
	{ "child-rekey/child-rekey/responder-loses", { REKEY_CHILD, REKEY_CHILD }, -1 },
	{ "child-rekey/child-delete/initiator-rekeys", { REKEY_CHILD, DELETE_CHILD }, A },
	{ "child-rekey/child-delete/responder-rekeys", { REKEY_CHILD, DELETE_CHILD }, B },
	{ "child-delete/child-delete", { DELETE_CHILD, DELETE_CHILD }, -1 },
	{ "child-rekey/unknown", { REKEY_CHILD, DROP_CHILD }, -1 },
	{ "child-delete/unknown", { DELETE_CHILD, DROP_CHILD }, -1 },
	{ "ike-rekey/ike-rekey/initiator-loses", { REKEY_IKE, REKEY_IKE }, -1 },
	{ "ike-rekey/ike-rekey/responder-loses", { REKEY_IKE, REKEY_IKE }, -1 },
	{ "ike-rekey/child-create", { REKEY_IKE, CREATE }, -1 },
	{ "ike-rekey/child-rekey", { REKEY_IKE, REKEY_CHILD }, -1 },
	{ "ike-rekey/child-delete", { REKEY_IKE, DELETE_CHILD }, -1 },
	{ "ike-rekey/ike-delete", { REKEY_IKE, DELETE_IKE }, -1 },
	{ "ike-delete/ike-delete", { DELETE_IKE, DELETE_IKE }, -1 },
	{ "ike-delete/child-create", { DELETE_IKE, CREATE }, -1 },
};

static void act(struct sim *s, unsigned n, enum deed deed)
{
	static const struct {
		const char *words;
		struct command command;
	} deeds[] = {
		[CREATE] = { "initiate", { .kind = COMMAND_INITIATE, .name = "net", .child = "two" } },
		[REKEY_CHILD] = { "rekey child", { .kind = COMMAND_REKEY, .name = "net", .child = "one" } },
		[DELETE_CHILD] = { "terminate child", { .kind = COMMAND_TERMINATE, .name = "net", .child = "one" } },
		[DROP_CHILD] = { "drop child", { .kind = COMMAND_TERMINATE, .name = "net", .child = "one", .force = true } },
		[REKEY_IKE] = { "rekey", { .kind = COMMAND_REKEY, .name = "net" } },
		[DELETE_IKE] = { "terminate", { .kind = COMMAND_TERMINATE, .name = "net" } },
	};

	order(s, n, deeds[deed].words, &deeds[deed].command);
}

void collide_run(struct sim *s)
{
	const char *name = cases_name((size_t)s->conf.collide);
	size_t i = 0;
	unsigned first, end = (unsigned)rng_below(&s->script, 2);

	while (i < COUNT_OF(schedules) && strcmp(schedules[i].name, name) != 0)
		i++;
	if (i == COUNT_OF(schedules)) {
		broken(s, "there is no schedule for the case %s", name);
		return;
	}
	first = schedules[i].first < 0 ? (unsigned)rng_below(&s->script, 2) : (unsigned)schedules[i].first;
	s->lose_from = 1 + (unsigned)rng_below(&s->script, 3);
	sim_until(s, s->now.boot + SECONDS(1) + rng_below(&s->script, SECONDS(10)));
	act(s, end ? 1 - first : first, schedules[i].deed[end]);
	sim_until(s, s->now.boot + rng_below(&s->script, s->lines[0].latency));
	act(s, end ? first : 1 - first, schedules[i].deed[1 - end]);
	sim_until(s, s->now.boot + SECONDS(30));
}

bool collide_loses(struct sim *s, unsigned from, const struct talk *t, bool response, bool first)
{
	if (!t || t->kind == KIND_OTHER || !first || response != (s->conf.lose == LOSE_RESPONSE) || !(s->lose_from & 1u << from))
		return false;
	s->lose_from &= ~(1u << from);
	return true;
}
