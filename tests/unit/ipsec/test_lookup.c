/* SPDX-License-Identifier: ISC */
/*
 * The look-ups: which Child SA an outbound packet belongs to, and which SA an inbound SPI names.
 */
#include "support/unit.h"

#include <stdlib.h>

#include "ipsec/sad.h"
#include "ipsec/spd.h"

static struct selector selector_of(const char *text)
{
	struct selector s = { 0 };
	struct reason why = { 0 };

	if (!selector_parse(&s, bytes_str(text), &why))
		fail_msg("%s", text);
	return s;
}

/* Policies in the order of adding; the packet; the index that must win, or -1. */
static const struct {
	const char *name;
	struct { const char *local, *remote; uint32_t priority; } policies[3];
	const char *from, *to;
	uint8_t protocol;
	bool ports;
	uint16_t source, destination;
	int wins;
} cases[] = {
	{ "the only one", { { "10.1.0.0/16", "10.2.0.0/16", 0 } }, "10.1.0.1", "10.2.0.1", 17, true, 1, 2, 0 },
	{ "outside", { { "10.1.0.0/16", "10.2.0.0/16", 0 } }, "10.1.0.1", "10.3.0.1", 17, true, 1, 2, -1 },
	{ "wrong way round", { { "10.1.0.0/16", "10.2.0.0/16", 0 } }, "10.2.0.1", "10.1.0.1", 17, true, 1, 2, -1 },
	{ "other family", { { "0.0.0.0/0", "0.0.0.0/0", 0 } }, "2001:db8::1", "2001:db8::2", 17, true, 1, 2, -1 },
	{ "longer prefix, added first", { { "10.1.0.0/16", "10.2.1.0/24", 0 }, { "10.1.0.0/16", "10.2.0.0/16", 0 } },
	  "10.1.0.1", "10.2.1.1", 17, true, 1, 2, 0 },
	{ "longer prefix, added last", { { "10.1.0.0/16", "0.0.0.0/0", 0 }, { "10.1.0.0/16", "10.2.0.0/16", 0 } },
	  "10.1.0.1", "10.2.1.1", 17, true, 1, 2, 1 },
	{ "a port is more than none", { { "10.1.0.0/16", "10.2.0.0/16[tcp/80]", 0 }, { "10.1.0.0/16", "10.2.0.0/16", 0 } },
	  "10.1.0.1", "10.2.1.1", 6, true, 999, 80, 0 },
	{ "another port", { { "10.1.0.0/16", "10.2.0.0/16[tcp/80]", 0 }, { "10.1.0.0/16", "10.2.0.0/16", 0 } },
	  "10.1.0.1", "10.2.1.1", 6, true, 80, 81, 1 },
	{ "a fragment has no port", { { "10.1.0.0/16", "10.2.0.0/16[tcp/80]", 0 }, { "10.1.0.0/16", "10.2.0.0/16", 0 } },
	  "10.1.0.1", "10.2.1.1", 6, false, 0, 0, 1 },
	{ "the same twice: the newest", { { "10.1.0.0/16", "10.2.0.0/16", 0 }, { "10.1.0.0/16", "10.2.0.0/16", 0 } },
	  "10.1.0.1", "10.2.1.1", 17, true, 1, 2, 1 },
	{ "a named priority goes first", { { "10.1.0.0/16", "0.0.0.0/0", 5 }, { "10.1.0.0/16", "10.2.0.0/16", 0 } },
	  "10.1.0.1", "10.2.1.1", 17, true, 1, 2, 0 },
	{ "the lower of two", { { "10.1.0.0/16", "0.0.0.0/0", 5 }, { "10.1.0.0/16", "0.0.0.0/0", 4 } },
	  "10.1.0.1", "10.2.1.1", 17, true, 1, 2, 1 },
	{ "IPv6 default and host", { { "::/0", "2001:db8::2", 0 }, { "::/0", "::/0", 0 } }, "2001:db8::1", "2001:db8::2", 58, true,
	  0x8000, 0x8000, 0 },
};

static void the_right_policy_wins(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct selector local[3], remote[3];
		struct packet_key key = { .protocol = cases[i].protocol, .ports_known = cases[i].ports,
			.source_port = cases[i].source, .destination_port = cases[i].destination };
		struct spd spd = { 0 };
		struct spd_entry owners[3] = { { SPD_SA, NULL }, { SPD_SA, NULL }, { SPD_SA, NULL } }, *found;

		assert_true(addr_parse(&key.source, bytes_str(cases[i].from)));
		assert_true(addr_parse(&key.destination, bytes_str(cases[i].to)));
		for (size_t j = 0; j < 3 && cases[i].policies[j].local; j++) {
			struct selectors locals = { 1, &local[j] }, remotes = { 1, &remote[j] };

			local[j] = selector_of(cases[i].policies[j].local);
			remote[j] = selector_of(cases[i].policies[j].remote);
			assert_true(spd_add(&spd, &owners[j], &locals, &remotes, cases[i].policies[j].priority));
		}
		found = spd_find(&spd, &key);
		if (found != (cases[i].wins < 0 ? NULL : &owners[cases[i].wins]))
			fail_msg("%s: %d", cases[i].name, found ? (int)(found - owners) : -1);
		for (size_t j = 0; j < 3; j++)
			spd_remove(&spd, &owners[j]);
		spd_clear(&spd);
	}
}

/* PASS before Child SAs before traps before DROP, whatever they cover; a named number before all of them; ties by kind. */
static void kinds_stand_in_order(void **state)
{
	static const struct {
		const char *name;
		enum spd_kind kinds[2];
		const char *remotes[2];
		uint32_t priorities[2];
		int wins;
	} rows[] = {
		{ "a wide pass", { SPD_SA, SPD_PASS }, { "10.2.1.1", "0.0.0.0/0" }, { 0, 0 }, 1 },
		{ "a trap of the same", { SPD_SA, SPD_TRAP }, { "10.2.0.0/16", "10.2.0.0/16" }, { 0, 0 }, 0 },
		{ "a narrow trap", { SPD_SA, SPD_TRAP }, { "0.0.0.0/0", "10.2.1.1" }, { 0, 0 }, 0 },
		{ "a narrow drop", { SPD_TRAP, SPD_DROP }, { "0.0.0.0/0", "10.2.1.1" }, { 0, 0 }, 0 },
		{ "a named drop", { SPD_SA, SPD_DROP }, { "10.2.1.1", "10.2.0.0/16" }, { 0, 9 }, 1 },
		{ "the same number", { SPD_TRAP, SPD_SA }, { "10.2.0.0/16", "10.2.0.0/16" }, { 9, 9 }, 1 },
	};
	struct packet_key key = { .protocol = 17 };

	(void)state;
	assert_true(addr_parse(&key.source, bytes_str("10.1.0.1")) && addr_parse(&key.destination, bytes_str("10.2.1.1")));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct selector local = selector_of("10.1.0.0/16"), remote[2];
		struct spd_entry entries[2] = { { rows[i].kinds[0], NULL }, { rows[i].kinds[1], NULL } };
		struct spd spd = { 0 };

		for (size_t j = 0; j < 2; j++) {
			remote[j] = selector_of(rows[i].remotes[j]);
			assert_true(spd_add(&spd, &entries[j], &(struct selectors){ 1, &local }, &(struct selectors){ 1, &remote[j] },
			    rows[i].priorities[j]));
		}
		if (spd_find(&spd, &key) != &entries[rows[i].wins])
			fail_msg("%s", rows[i].name);
		spd_remove(&spd, &entries[0]);
		spd_remove(&spd, &entries[1]);
		assert_null(spd_find(&spd, &key));
		assert_int_equal(spd.count, 0);
		assert_int_equal(spd.shape_count, 0);
		spd_clear(&spd);
	}
}

/* --- against the slow way --- */

#define POLICIES 300

struct slow {
	struct selector local, remote;
	uint32_t priority;
	uint64_t age; /* 0: not there */
	struct spd_entry entry;
};

static uint32_t roll(uint64_t *state, uint32_t below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33) % below;
}

static void roll_addr(struct addr *a, uint8_t family, uint64_t *state)
{
	*a = (struct addr){ .family = family };
	for (size_t i = 0; i < addr_len(a); i++)
		a->ip[i] = (uint8_t)(i < 2 ? 10 : roll(state, 4) * 64 + roll(state, 2));
}

/* A prefix mostly, a range sometimes; with a protocol and ports sometimes. */
static void roll_selector(struct selector *s, uint8_t family, uint64_t *state)
{
	struct prefix p = { .bits = (uint8_t)roll(state, family == ADDR_V4 ? 33 : 129) };

	roll_addr(&p.addr, family, state);
	*s = (struct selector){ .first = prefix_first(&p), .last = prefix_last(&p), .port_last = 65535 };
	if (roll(state, 4) == 0) {
		roll_addr(&s->last, family, state);
		if (addr_compare(&s->first, &s->last) > 0)
			s->last = s->first;
	}
	if (roll(state, 3) == 0) {
		s->protocol = 17;
		s->port_first = (uint16_t)roll(state, 3);
		s->port_last = (uint16_t)(s->port_first + roll(state, 2));
	}
}

static struct spd_entry *slow_find(struct slow *all, const struct packet_key *key)
{
	struct slow *best = NULL;

	for (size_t i = 0; i < POLICIES; i++) {
		struct slow *p = &all[i];
		struct selectors local = { 1, &p->local }, remote = { 1, &p->remote };

		if (p->age == 0 || !selectors_match(&local, &remote, key, true))
			continue;
		if (!best || p->priority < best->priority ||
		    (p->priority == best->priority && (p->entry.kind < best->entry.kind ||
		    (p->entry.kind == best->entry.kind && p->age > best->age))))
			best = p;
	}
	return best ? &best->entry : NULL;
}

static void random_policies_as_one_by_one(void **state)
{
	static struct slow all[POLICIES];
	uint64_t dice = 1, age = 0;
	struct spd spd = { 0 };
	unsigned found = 0;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		struct slow *p = &all[roll(&dice, POLICIES)];
		struct packet_key key = { .protocol = (uint8_t)(16 + roll(&dice, 2)), .ports_known = roll(&dice, 4) > 0,
			.source_port = (uint16_t)roll(&dice, 4), .destination_port = (uint16_t)roll(&dice, 4) };
		uint8_t family = roll(&dice, 2) ? ADDR_V4 : ADDR_V6;
		struct spd_entry *entry;

		if (p->age > 0 && roll(&dice, 3) == 0) {
			spd_renew(&spd, &p->entry);
			p->age = ++age;
		} else if (p->age > 0) {
			spd_remove(&spd, &p->entry);
			p->age = 0;
		} else {
			roll_selector(&p->local, family, &dice);
			roll_selector(&p->remote, family, &dice);
			p->entry = (struct spd_entry){ .kind = (enum spd_kind)roll(&dice, 4) };
			p->priority = roll(&dice, 5) ? spd_priority(p->entry.kind, &p->local, &p->remote) : 1 + roll(&dice, 3);
			p->age = ++age;
			assert_true(spd_add(&spd, &p->entry, &(struct selectors){ 1, &p->local }, &(struct selectors){ 1, &p->remote }, p->priority));
		}
		roll_addr(&key.source, family, &dice);
		roll_addr(&key.destination, family, &dice);
		entry = slow_find(all, &key);
		found += entry != NULL;
		assert_ptr_equal(spd_find(&spd, &key), entry);
	}
	assert_in_range(found, 5000, 20000);
	for (size_t i = 0; i < POLICIES; i++)
		if (all[i].age > 0)
			spd_remove(&spd, &all[i].entry);
	assert_int_equal(spd.count, 0);
	spd_clear(&spd);
}

static void removed_policies_are_gone(void **state)
{
	struct selector local[2] = { selector_of("10.0.0.0/8"), selector_of("2001:db8::/32") };
	struct selector remote[2] = { selector_of("0.0.0.0/0"), selector_of("::/0") };
	struct selectors locals = { 2, local }, remotes = { 2, remote };
	struct packet_key key = { .protocol = 17 };
	struct spd spd = { 0 };
	struct spd_entry owners[40] = { 0 };

	(void)state;
	assert_true(addr_parse(&key.source, bytes_str("10.0.0.1")) && addr_parse(&key.destination, bytes_str("192.0.2.1")));
	for (size_t i = 0; i < 40; i++)
		assert_true(spd_add(&spd, &owners[i], &locals, &remotes, 0));
	assert_int_equal(spd.count, 80); /* no row across families */
	for (size_t i = 40; i-- > 0;) {
		assert_ptr_equal(spd_find(&spd, &key), &owners[i]);
		spd_remove(&spd, &owners[i]);
	}
	assert_null(spd_find(&spd, &key));
	spd_clear(&spd);
}

static bool fill(void *host, enum random_kind kind, uint8_t *out, size_t len)
{
	unsigned *next = host;

	(void)kind;
	memset(out, 0xff, len);
	out[len - 1] = (uint8_t)((*next)++ / 2); /* each number twice: a clash the second time */
	return true;
}

static void spis_are_ours(void **state)
{
	unsigned next = 0;
	struct random random = { fill, &next };
	struct sad sad = { 0 };
	struct sad_entry entry = { 0 }, other = { 0 };
	struct addr here, there;
	uint32_t a, b;

	(void)state;
	assert_true(addr_parse(&here, bytes_str("192.0.2.1")) && addr_parse(&there, bytes_str("192.0.2.2")));
	a = sad_reserve(&sad, &random);
	b = sad_reserve(&sad, &random);
	assert_int_equal(a, 0xcfffff00);
	assert_int_equal(b, 0xcfffff01);
	assert_null(sad_find(&sad, a, &here));
	entry = (struct sad_entry){ a, here };
	other = (struct sad_entry){ a, there };
	assert_true(sad_add(&sad, &entry));
	assert_false(sad_add(&sad, &other));
	assert_ptr_equal(sad_find(&sad, a, &here), &entry);
	assert_null(sad_find(&sad, a, &there));
	entry.destination = (struct addr){ 0 };
	assert_ptr_equal(sad_find(&sad, a, &there), &entry);
	sad_release(&sad, a); /* in use: stays */
	assert_non_null(sad_find(&sad, a, &here));
	sad_remove(&sad, &entry);
	assert_null(sad_find(&sad, a, &here));
	sad_release(&sad, b);
	sad_clear(&sad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_policy_wins),
		cmocka_unit_test(kinds_stand_in_order),
		cmocka_unit_test(random_policies_as_one_by_one),
		cmocka_unit_test(removed_policies_are_gone),
		cmocka_unit_test(spis_are_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
