/* SPDX-License-Identifier: ISC */
/*
 * The table of steps as data: every row is well-formed and can be found; every (row, missing or doubled payload) pair does
 * what the table says; and the matrix of phases and exchanges holds (nothing but IKE_AUTH before IKE_AUTH).
 */
#include "support/unit.h"

#include "iana/ikev2.h"
#include "ike/step.h"
#include "ike/v2/steps.h"

#define ROWS step_table_rows(&ike_v2_steps)
#define PHASES 5

static const struct step *row(size_t i)
{
	return step_table_row(&ike_v2_steps, i);
}

static void rows_are_well_formed(void **state)
{
	(void)state;
	assert_true(ROWS > 30);
	assert_null(row(ROWS));
	for (size_t i = 0; i < ROWS; i++) {
		assert_non_null(row(i)->run);
		assert_non_null(row(i)->name);
		assert_true(row(i)->when != 0);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(row(i)->name, row(k)->name);
		/* answers choose a row by their kind alone */
		if (row(i)->answer != ASK_NONE)
			assert_true(row(i)->must.notify == 0 && row(i)->must.list[0].type == 0);
	}
}

/* A message as the row wants it, in memory of the test. */
struct message {
	struct payload list[32];
	uint8_t notify[8];
	struct payloads p;
};

static void put(struct message *m, uint8_t type, struct bytes body)
{
	m->list[m->p.count] = (struct payload){ .type = type, .body = body };
	m->p.count++;
	m->p.list = m->list;
}

static void put_notify(struct message *m, uint16_t type)
{
	put_u16(m->notify + 2, type == NOTIFY_ANY_ERROR ? IKEV2_NOTIFY_TS_UNACCEPTABLE : type);
	put(m, IKEV2_PAYLOAD_NOTIFY, bytes(m->notify, 4));
}

/* All that `must` names but `without`; `twice` stands twice. */
static void build(struct message *m, const struct step *s, uint8_t without, uint8_t twice)
{
	memset(m, 0, sizeof(*m));
	if (s->must.notify)
		put_notify(m, s->must.notify);
	for (size_t i = 0; i < PAYLOAD_RULES && s->must.list[i].type; i++) {
		if (s->must.list[i].type != without)
			put(m, s->must.list[i].type, bytes_none());
		if (s->must.list[i].type == twice)
			put(m, twice, bytes_none());
	}
	for (size_t i = 0; i < PAYLOAD_RULES && s->may.list[i].type; i++)
		if (s->may.list[i].type == twice) {
			put(m, twice, bytes_none());
			put(m, twice, bytes_none());
		}
}

static const struct step *find(const struct step *s, unsigned phase, const struct message *m, struct reason *why)
{
	*why = (struct reason){ 0 };
	return step_find(&ike_v2_steps, s->role, s->exchange, s->at, s->answer, phase, m ? &m->p : NULL, why);
}

/* A row that is started without a message: ours, first. */
static bool has_message(const struct step *s)
{
	return s->answer == ASK_NONE && !(s->role == INITIATOR && s->at == STAGE_FIRST);
}

static void each_row_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (unsigned phase = 1; phase < 1u << PHASES; phase <<= 1) {
			struct message m;
			struct reason why;
			const struct step *found;

			build(&m, row(i), 0, 0);
			found = find(row(i), phase, has_message(row(i)) ? &m : NULL, &why);
			if (row(i)->when & phase)
				assert_ptr_equal(found, row(i));
			else
				assert_true(found != row(i));
		}
}

/* Another row of the same key takes it (a message without AUTH wants EAP), or it is refused with INVALID_SYNTAX. */
static void missing_payloads(void **state)
{
	size_t cases = 0;

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (size_t k = 0; k < PAYLOAD_RULES && row(i)->must.list[k].type; k++) {
			struct message m;
			struct reason why;
			const struct step *found;

			build(&m, row(i), row(i)->must.list[k].type, 0);
			found = find(row(i), row(i)->when & (0u - row(i)->when), &m, &why);
			assert_true(found != row(i));
			if (!found) {
				assert_int_equal(why.kind, REASON_PAYLOAD_MISSING);
				assert_int_equal(why.notify, IKEV2_NOTIFY_INVALID_SYNTAX);
			}
			cases++;
		}
	assert_true(cases >= 20);
}

static void doubled_payloads(void **state)
{
	size_t cases = 0;

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (unsigned type = IKEV2_PAYLOAD_SA; type <= IKEV2_PAYLOAD_EAP; type++) {
			struct message m;
			struct reason why;
			const struct step *found;
			bool many = false, known = false;
			const struct payload_set *sets[] = { &row(i)->must, &row(i)->may };

			if (!has_message(row(i)))
				continue;
			for (size_t s = 0; s < 2; s++)
				for (size_t k = 0; k < PAYLOAD_RULES && sets[s]->list[k].type; k++)
					if (sets[s]->list[k].type == type) {
						known = true;
						many = sets[s]->list[k].many;
					}
			if (!known)
				continue;
			build(&m, row(i), 0, (uint8_t)type);
			found = find(row(i), row(i)->when & (0u - row(i)->when), &m, &why);
			if (many) {
				assert_ptr_equal(found, row(i));
			} else {
				assert_null(found);
				assert_int_equal(why.kind, REASON_PAYLOAD_DOUBLED);
				assert_int_equal(why.notify, IKEV2_NOTIFY_INVALID_SYNTAX);
			}
			cases++;
		}
	assert_true(cases >= 60);
}

/* What is in neither set changes nothing: not the row, not even a hundred of them. */
static void unknown_payloads(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct message m;
		struct reason why;

		if (!has_message(row(i)))
			continue;
		build(&m, row(i), 0, 0);
		put(&m, 200, bytes_none());
		put(&m, IKEV2_PAYLOAD_GSPM, bytes_none());
		put(&m, IKEV2_PAYLOAD_GSPM, bytes_none());
		assert_ptr_equal(find(row(i), row(i)->when & (0u - row(i)->when), &m, &why), row(i));
		assert_false(step_knows(row(i), IKEV2_PAYLOAD_GSPM));
	}
}

/* Requests that start something at the responder, by phase. Everything else is UNEXPECTED. */
static void phases_and_exchanges(void **state)
{
	(void)state;
	for (unsigned exchange = 0; exchange < 256; exchange++)
		for (unsigned phase = 1; phase < 1u << PHASES; phase <<= 1) {
			bool may = (exchange == IKEV2_EXCHANGE_IKE_SA_INIT && phase == PHASE_NEW) ||
				   (exchange == IKEV2_EXCHANGE_IKE_AUTH && phase == PHASE_KEYED) ||
				   (exchange == IKEV2_EXCHANGE_CREATE_CHILD_SA && (phase == PHASE_UP || phase == PHASE_CLOSING)) ||
				   (exchange == IKEV2_EXCHANGE_INFORMATIONAL && (phase == PHASE_UP || phase == PHASE_CLOSING));
			struct message m = { 0 };
			struct reason why = { 0 };
			const struct step *s = step_find(&ike_v2_steps, RESPONDER, (uint8_t)exchange, STAGE_FIRST, ASK_NONE, phase,
			                                 &m.p, &why);

			assert_true(may == (s != NULL || why.kind != REASON_UNEXPECTED));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_well_formed), cmocka_unit_test(each_row_is_found), cmocka_unit_test(missing_payloads),
		cmocka_unit_test(doubled_payloads), cmocka_unit_test(unknown_payloads), cmocka_unit_test(phases_and_exchanges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
