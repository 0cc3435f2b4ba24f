/* SPDX-License-Identifier: ISC */
/* Finding the row of the step table that a message or an answer takes. */
#include "ike/step.h"

#include "iana/ikev2.h"

const char *role_name(enum role role)
{
	return role == INITIATOR ? "initiator" : "responder";
}

const char *stage_name(enum stage stage)
{
	switch (stage) {
	case STAGE_FIRST: return "first";
	case STAGE_FIND: return "find";
	case STAGE_KE: return "ke";
	case STAGE_MAKE: return "make";
	case STAGE_SENT: return "sent";
	case STAGE_AGREE: return "agree";
	case STAGE_CHECK: return "check";
	case STAGE_INSTALL: return "install";
	case STAGE_END: return "end";
	}
	return "?";
}

const char *phase_name(enum phase phase)
{
	switch (phase) {
	case PHASE_NEW: return "new";
	case PHASE_KEYED: return "keyed";
	case PHASE_UP: return "up";
	case PHASE_CLOSING: return "closing";
	case PHASE_GONE: return "gone";
	}
	return "?";
}

size_t step_table_rows(const struct step_table *t)
{
	return t->count;
}

const struct step *step_table_row(const struct step_table *t, size_t i)
{
	return i < t->count ? &t->rows[i] : NULL;
}

static bool notify_chooses(uint16_t wanted, const struct payloads *p)
{
	struct notify n;

	if (!wanted)
		return true;
	return wanted == NOTIFY_ANY_ERROR ? notify_find_error(&n, p) : notify_find(&n, p, wanted);
}

static uint8_t missing(const struct payload_set *must, const struct payloads *p)
{
	for (size_t i = 0; i < PAYLOAD_RULES && must->list[i].type; i++)
		if (payloads_count(p, must->list[i].type) == 0)
			return must->list[i].type;
	return notify_chooses(must->notify, p) ? 0 : IKEV2_PAYLOAD_NOTIFY;
}

static uint8_t doubled(const struct payload_set *set, const struct payloads *p)
{
	for (size_t i = 0; i < PAYLOAD_RULES && set->list[i].type; i++)
		if (!set->list[i].many && payloads_count(p, set->list[i].type) > 1)
			return set->list[i].type;
	return 0;
}

static bool has_key(const struct step *s, enum role role, uint8_t exchange, enum stage at, enum ask_kind answer, unsigned phase)
{
	return s->role == role && s->exchange == exchange && s->at == at && s->answer == answer && (s->when & phase) != 0;
}

static const struct step *refuse_row(struct reason *why, enum reason_kind kind, uint8_t type)
{
	const char *name = iana_payload_name(type);

	(void)refuse(why, kind, IKEV2_NOTIFY_INVALID_SYNTAX, value_number(type), value_none(), conf_nowhere());
	why->about = name ? value_text(name) : value_number(type);
	return NULL;
}

const struct step *step_find(const struct step_table *t, enum role role, uint8_t exchange, enum stage at, enum ask_kind answer,
                             unsigned phase, const struct payloads *payloads, struct reason *why)
{
	uint8_t lacks = 0, twice;
	bool any = false;

	for (size_t i = 0; i < t->count; i++) {
		const struct step *s = &t->rows[i];

		if (!has_key(s, role, exchange, at, answer, phase))
			continue;
		if (answer != ASK_NONE || !payloads)
			return s;
		any = true;
		lacks = missing(&s->must, payloads);
		if (lacks)
			continue;
		twice = doubled(&s->must, payloads);
		if (!twice)
			twice = doubled(&s->may, payloads);
		return twice ? refuse_row(why, REASON_PAYLOAD_DOUBLED, twice) : s;
	}
	if (any)
		return refuse_row(why, REASON_PAYLOAD_MISSING, lacks);
	(void)refuse(why, REASON_UNEXPECTED, 0, value_number(exchange), value_none(), conf_nowhere());
	return NULL;
}

bool step_knows(const struct step *step, uint8_t type)
{
	const struct payload_set *sets[] = { &step->must, &step->may };

	for (size_t k = 0; k < COUNT_OF(sets); k++) {
		if (sets[k]->notify && type == IKEV2_PAYLOAD_NOTIFY)
			return true;
		for (size_t i = 0; i < PAYLOAD_RULES && sets[k]->list[i].type; i++)
			if (sets[k]->list[i].type == type)
				return true;
	}
	return false;
}
