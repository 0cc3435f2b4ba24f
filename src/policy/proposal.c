/* SPDX-License-Identifier: ISC */
/* The choice between offered and configured proposals, and the check of the answer. RFC 7296 2.7, 3.3. */
#include "policy/proposal.h"

#include "iana/ikev2.h"

bool transform_equal(const struct transform *a, const struct transform *b)
{
	return a->type == b->type && a->id == b->id && a->key_bits == b->key_bits && a->odd == b->odd;
}

/* Types where 0 says "none of this": an offer of 0 is the same as no transform of that type. 3.3.2, 3.3.3 */
static bool zero_is_none(unsigned type)
{
	return type == TRANSFORM_INTEG || type == TRANSFORM_KE || type == TRANSFORM_ESN ||
	       (type >= TRANSFORM_ADDKE1 && type <= TRANSFORM_ADDKE7);
}

static bool is_ke(unsigned type)
{
	return type == TRANSFORM_KE || (type >= TRANSFORM_ADDKE1 && type <= TRANSFORM_ADDKE7);
}

static const struct transform *first_of(const struct proposal *p, unsigned type)
{
	for (unsigned i = 0; i < p->count; i++)
		if (p->transforms[i].type == type)
			return &p->transforms[i];
	return NULL;
}

static const struct transform *find(const struct proposal *p, const struct transform *wanted)
{
	for (unsigned i = 0; i < p->count; i++)
		if (transform_equal(&p->transforms[i], wanted))
			return &p->transforms[i];
	return NULL;
}

/* A proposal does without this type: it says nothing about it, or offers NONE (for ESN: 32-bit numbers). */
static bool does_without(const struct proposal *p, unsigned type)
{
	const struct transform none = { .type = (uint8_t)type };

	return !first_of(p, type) || (zero_is_none(type) && find(p, &none));
}

/*
 * What both sides have of one type; the order of `first` decides. *agreed is NULL when they agree on doing without.
 * A transform with an odd attribute is never taken (3.3.6).
 */
static bool meet(unsigned type, const struct proposal *first, const struct proposal *second, const struct transform **agreed)
{
	*agreed = NULL;
	for (unsigned i = 0; i < first->count; i++) {
		const struct transform *t = &first->transforms[i];

		if (t->type != type || t->odd || !find(second, t))
			continue;
		if (!(zero_is_none(type) && t->id == 0))
			*agreed = t;
		return true;
	}
	/* One side names none at all: the other has to be able to do without. */
	return (!first_of(first, type) || !first_of(second, type)) && does_without(first, type) && does_without(second, type);
}

/* The initiator's key exchange payload is for this method, and both sides have it. */
static const struct transform *find_ke(const struct proposal *a, const struct proposal *b, unsigned ke)
{
	const struct transform t = { .type = TRANSFORM_KE, .id = (uint16_t)ke };

	return ke && find(a, &t) ? find(b, &t) : NULL;
}

static bool suite_put(struct suite *s, unsigned type, const struct transform *t)
{
	const struct algorithm *row = t ? algorithm_find(type, t->id, t->key_bits) : NULL;

	if (type == TRANSFORM_ESN) {
		s->esn = t && t->id == IKEV2_SN_ESN;
		return !t || s->esn;
	}
	if (t && (!row || !(row->flags & ALG_BUILT)))
		return false;
	switch (type) {
	case TRANSFORM_ENCR: s->encr = row; return row != NULL;
	case TRANSFORM_PRF: s->prf = row; return row != NULL || s->protocol != PROTO_IKE;
	case TRANSFORM_INTEG: s->integ = row; return true;
	case TRANSFORM_KE: s->ke = row; return true;
	default: s->addke[type - TRANSFORM_ADDKE1] = row; return true;
	}
}

/* What SK and ESP can be made of: IKE exchanges keys, a cipher that is no AEAD comes with an integrity algorithm. */
static bool suite_is_whole(const struct suite *s, bool without_ke)
{
	if (s->protocol == PROTO_IKE && !s->ke && !without_ke)
		return false;
	return ((s->encr->flags & ALG_AEAD) != 0) == (s->integ == NULL);
}

/* Types that nobody knows make the whole proposal unacceptable (3.3.6). */
static bool types_are_known(const struct proposal *p)
{
	for (unsigned i = 0; i < p->count; i++)
		if (p->transforms[i].type == 0 || p->transforms[i].type > TRANSFORM_ADDKE7)
			return false;
	return true;
}

/* What came over the wire for ESP or AH has an SPI, and not 0. (Numbers are 0 in proposals that are made here.) */
static bool spi_is_fit(const struct proposal *p)
{
	if (p->number == 0 || p->protocol == PROTO_IKE)
		return true;
	return p->spi.len == 4 && get_u32(p->spi.at) != 0;
}

/* `first` decides the order; `ke` is taken when both have it, whatever the order (0: nothing is). */
static bool agree(struct suite *suite, const struct proposal *first, const struct proposal *second, bool without_ke,
                  unsigned ke)
{
	struct suite s = { .protocol = first->protocol };

	if (first->protocol != second->protocol || !types_are_known(first) || !types_are_known(second))
		return false;
	for (unsigned type = TRANSFORM_ENCR; type <= TRANSFORM_ADDKE7; type++) {
		const struct transform *t = NULL;

		if (without_ke && is_ke(type))
			continue;
		if (type == TRANSFORM_KE)
			t = find_ke(first, second, ke);
		if (!t && !meet(type, first, second, &t))
			return false;
		if (!suite_put(&s, type, t))
			return false;
	}
	if (!suite_is_whole(&s, without_ke))
		return false;
	*suite = s;
	return true;
}

bool proposal_choose(struct suite *suite, const struct proposal **offered_one, const struct proposals *configured,
                     const struct proposals *offered, struct choose_how how, struct arena *arena, struct reason *why)
{
	const struct proposals *outer = how.prefer_offered ? offered : configured;
	const struct proposals *inner = how.prefer_offered ? configured : offered;

	for (unsigned i = 0; i < outer->count; i++) {
		for (unsigned j = 0; j < inner->count; j++) {
			const struct proposal *offer = how.prefer_offered ? &outer->list[i] : &inner->list[j];

			if (!spi_is_fit(offer) || !agree(suite, &outer->list[i], &inner->list[j], how.without_ke,
			                                 how.prefer_offered ? how.ke_sent : 0))
				continue;
			if (offered_one)
				*offered_one = offer;
			return true;
		}
	}
	return refuse(why, REASON_PROPOSAL, IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN, value_proposals(offered, arena),
	              value_proposals(configured, arena), how.where);
}

/* Exactly one transform of each type that stands there. */
static bool is_one_choice(const struct proposal *p)
{
	unsigned seen = 0;

	for (unsigned i = 0; i < p->count; i++) {
		unsigned bit = 1u << (p->transforms[i].type & 31u);
		if (seen & bit)
			return false;
		seen |= bit;
	}
	return types_are_known(p);
}

bool proposal_accept(struct suite *suite, const struct proposals *offered, const struct proposal *answer, bool without_ke,
                     struct conf_at where, struct arena *arena, struct reason *why)
{
	struct proposals one = { 1, &(struct proposal){ 0 } };

	for (unsigned i = 0; i < offered->count; i++) {
		const struct proposal *mine = &offered->list[i];
		unsigned number = mine->number ? mine->number : i + 1;

		if (number == answer->number && spi_is_fit(answer) && is_one_choice(answer) &&
		    agree(suite, answer, mine, without_ke, 0))
			return true;
	}
	one.list[0] = *answer;
	(void)refuse(why, REASON_PROPOSAL, IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN, value_proposals(&one, arena),
	             value_proposals(offered, arena), where);
	why->about = value_text("the answer is not a choice from what was offered");
	return false;
}

bool proposals_offer(struct proposals *out, const struct proposals *configured, bool without_ke, struct bytes spi,
                     struct arena *arena)
{
	struct proposals p = { 0 };

	p.list = arena_array(arena, configured->count, sizeof(*p.list));
	if (!p.list)
		return false;
	for (; p.count < configured->count; p.count++) {
		const struct proposal *from = &configured->list[p.count];
		struct proposal *to = &p.list[p.count];

		*to = *from;
		to->number = (uint8_t)(p.count + 1);
		to->spi = spi;
		to->count = 0;
		to->transforms = arena_array(arena, from->count, sizeof(*to->transforms));
		if (!to->transforms)
			return false;
		for (unsigned i = 0; i < from->count; i++)
			if (!without_ke || !is_ke(from->transforms[i].type))
				to->transforms[to->count++] = from->transforms[i];
	}
	*out = p;
	return true;
}

/* --- a suite as a proposal --- */

#define SUITE_TRANSFORMS (5 + ADDKE_MAX)

static void put_row(struct proposal *p, unsigned type, const struct algorithm *row)
{
	if (row)
		p->transforms[p->count++] =
		    (struct transform){ .type = (uint8_t)type, .id = row->id, .key_bits = row->key_bits };
}

/* The transforms of a suite into `p`, which has room for SUITE_TRANSFORMS. */
static void spread(struct proposal *p, const struct suite *s)
{
	p->protocol = s->protocol;
	put_row(p, TRANSFORM_ENCR, s->encr);
	put_row(p, TRANSFORM_INTEG, s->integ);
	put_row(p, TRANSFORM_PRF, s->prf);
	put_row(p, TRANSFORM_KE, s->ke);
	if (s->protocol != PROTO_IKE)
		p->transforms[p->count++] = (struct transform){ .type = TRANSFORM_ESN, .id = s->esn ? IKEV2_SN_ESN : 0 };
	for (unsigned i = 0; i < ADDKE_MAX; i++)
		put_row(p, TRANSFORM_ADDKE1 + i, s->addke[i]);
}

bool proposal_of_suite(struct proposal *out, const struct suite *suite, uint8_t number, struct bytes spi, struct arena *arena)
{
	struct proposal p = { .number = number, .spi = spi };

	p.transforms = arena_array(arena, SUITE_TRANSFORMS, sizeof(*p.transforms));
	if (!p.transforms)
		return false;
	spread(&p, suite);
	*out = p;
	return true;
}

void suite_print(struct text *t, const struct suite *s)
{
	struct transform room[SUITE_TRANSFORMS];
	struct proposal p = { .transforms = room };

	spread(&p, s);
	proposal_print(t, &p);
}

/* --- what would make them meet --- */

static bool is_aead(const struct proposal *p)
{
	const struct transform *t = first_of(p, TRANSFORM_ENCR);
	const struct algorithm *row = t ? algorithm_find(t->type, t->id, t->key_bits) : NULL;

	return row && (row->flags & ALG_AEAD);
}

/* The types of transforms, as bits, on which two proposals do not agree. */
static unsigned differences(const struct proposal *a, const struct proposal *b)
{
	const struct transform *t;
	unsigned types = 0;

	for (unsigned type = TRANSFORM_ENCR; type <= TRANSFORM_ADDKE7; type++)
		if (!meet(type, a, b, &t))
			types |= 1u << type;
	if (!types_are_known(a) || !types_are_known(b))
		types |= 1u;
	/* An AEAD needs no integrity: that they differ there follows from the ciphers. */
	if ((types & 1u << TRANSFORM_ENCR) && is_aead(a) != is_aead(b))
		types &= ~(1u << TRANSFORM_INTEG);
	return types;
}

static unsigned bits(unsigned set)
{
	unsigned n = 0;

	for (; set; set &= set - 1)
		n++;
	return n;
}

bool proposals_nearest(struct proposal_gap *gap, const struct proposals *got, const struct proposals *wanted)
{
	struct proposal_gap best = { 0 };

	for (unsigned w = 0; w < wanted->count; w++) {
		for (unsigned g = 0; g < got->count; g++) {
			unsigned types;
			if (got->list[g].protocol != wanted->list[w].protocol)
				continue;
			types = differences(&got->list[g], &wanted->list[w]);
			if (!best.got || bits(types) < bits(best.types))
				best = (struct proposal_gap){ &got->list[g], &wanted->list[w], types };
		}
	}
	*gap = best;
	return best.got != NULL;
}

/*
 * One suite that `from` has and that is as near to `other` as can be: what both have, and where they do not meet the first of
 * `from` that is built here. False when `from` has nothing of that sort.
 */
static bool narrow(struct proposal *one, const struct proposal *from, const struct proposal *other)
{
	one->protocol = from->protocol;
	one->count = 0;
	for (unsigned type = TRANSFORM_ENCR; type <= TRANSFORM_ADDKE7; type++) {
		const struct transform *t = NULL;

		if (!meet(type, other, from, &t)) {
			for (unsigned i = 0; i < from->count && !t; i++) {
				const struct transform *mine = &from->transforms[i];
				const struct algorithm *row = algorithm_find(type, mine->id, mine->key_bits);
				if (mine->type == type && !mine->odd && row && (row->flags & ALG_BUILT))
					t = mine;
			}
			if (!t && !does_without(from, type))
				return false;
		}
		if (t)
			one->transforms[one->count++] = *t;
	}
	return types_are_known(from) && first_of(one, TRANSFORM_ENCR);
}

/* Something in it is used only when it is named. */
static bool is_weak(const struct proposal *p)
{
	for (unsigned i = 0; i < p->count; i++) {
		const struct transform *t = &p->transforms[i];
		const struct algorithm *row = algorithm_find(t->type, t->id, t->key_bits);
		if (row && (row->flags & ALG_WEAK))
			return true;
	}
	return false;
}

void proposal_gap_print_change(struct text *t, const struct proposal_gap *gap, const char *key)
{
	struct transform here[TRANSFORM_ADDKE7], there[TRANSFORM_ADDKE7];
	struct proposal ours = { .transforms = here }, theirs = { .transforms = there };
	bool can_add = narrow(&ours, gap->got, gap->wanted), can_ask = narrow(&theirs, gap->wanted, gap->got);

	if (can_add) {
		text_add(t, "add ");
		proposal_print_keywords(t, &ours);
		text_add(t, " to %s%s", key ? key : "the configured proposals", is_weak(&ours) ? " (weak)" : "");
	}
	if (can_add && can_ask)
		text_add(t, ", or ");
	else if (can_ask)
		text_add(t, "nothing that was offered is built here; add ");
	if (can_ask) {
		proposal_print_keywords(t, &theirs);
		text_add(t, " to the peer's");
	}
	if (!can_add && !can_ask)
		text_add(t, "none: the two sides have no algorithms in common");
}

static const char *const type_names[] = { "unknown transforms", "encryption", "PRF", "integrity", "key exchange",
	                                  "sequence numbers (ESN)" };

void proposal_gap_print_types(struct text *t, const struct proposal_gap *gap)
{
	bool first = true;

	for (unsigned type = 0; type <= TRANSFORM_ADDKE7; type++) {
		if (!(gap->types & 1u << type))
			continue;
		text_add(t, "%s", first ? "" : ", ");
		if (type < COUNT_OF(type_names))
			text_add(t, "%s", type_names[type]);
		else
			text_add(t, "additional key exchange %u", type - TRANSFORM_ADDKE1 + 1);
		first = false;
	}
}

void proposals_hint(struct text *t, const struct proposals *got, const struct proposals *wanted)
{
	struct proposal_gap gap;

	if (proposals_nearest(&gap, got, wanted))
		proposal_gap_print_change(t, &gap, NULL);
}
