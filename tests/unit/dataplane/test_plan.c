/* SPDX-License-Identifier: ISC */
/*
 * Selectors to routes and rules, as text: what a person would type.
 */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "dataplane/plan.h"

/* Selectors with blanks between; this host's addresses; the wanted lines, sorted as they come. */
static const struct {
	const char *name, *local, *remote, *own, *routes, *rules;
	bool source4, source6, full;
} cases[] = {
	{ "two nets", "10.1.0.0/16", "10.2.0.0/16", "192.0.2.1 10.1.0.1",
	  "10.2.0.0/16 dev src 10.1.0.1 table 220 mtu 1400\n",
	  "222 from 0.0.0.0/32 own table 220\n222 from 10.1.0.0/16 table 220\n", true, false, false },
	{ "no address inside", "10.1.0.0/16", "10.2.0.0/16", "192.0.2.1",
	  "10.2.0.0/16 dev table 220 mtu 1400\n", "222 from 10.1.0.0/16 table 220\n", false, false, false },
	{ "all of IPv4", "10.1.0.0/16", "0.0.0.0/0", "10.1.0.1",
	  "0.0.0.0/0 dev src 10.1.0.1 table 220 mtu 1400\n224.0.0.0/4 throw table 220\n10.1.0.0/16 throw table 220\n",
	  "222 from 0.0.0.0/32 own table 220\n222 from 10.1.0.0/16 table 220\n", true, false, false },
	{ "all of IPv6", "2001:db8::1", "::/0", "2001:db8::1",
	  "::/0 dev src 2001:db8::1 table 220 mtu 1380\nff00::/8 throw table 220\nfe80::/10 throw table 220\n"
	  "2001:db8::1/128 throw table 220\n",
	  "222 own table 220\n222 from 2001:db8::1/128 table 220\n", false, true, false },
	{ "everything to one host (a gateway's side)", "0.0.0.0/0", "10.9.0.5", "192.0.2.1",
	  "10.9.0.5/32 dev src 192.0.2.1 table 220 mtu 1400\n", "222 from 0.0.0.0/32 own table 220\n222 table 220\n", true, false, false },
	{ "the same net on both sides is the tunnel's", "10.1.0.0/16", "10.1.0.0/16", "",
	  "10.1.0.0/16 dev table 220 mtu 1400\n", "222 from 10.1.0.0/16 table 220\n", false, false, false },
	{ "a web server", "10.1.0.0/16", "10.2.0.0/16[tcp/80]", "10.1.0.1",
	  "10.2.0.0/16 dev src 10.1.0.1 table 221 mtu 1400\n",
	  "221 from 0.0.0.0/32 own to 10.2.0.0/16 protocol 6 dport 80-80 table 221\n"
	  "221 from 10.1.0.0/16 to 10.2.0.0/16 protocol 6 dport 80-80 table 221\n", true, false, false },
	{ "its other side", "10.2.0.0/16[tcp/80]", "10.1.0.0/16", "",
	  "10.1.0.0/16 dev table 221 mtu 1400\n",
	  "221 from 10.2.0.0/16 to 10.1.0.0/16 protocol 6 sport 80-80 table 221\n", false, false, false },
	{ "icmp types are no ports", "10.1.0.0/16[icmp/8]", "10.2.0.0/16[icmp/8]", "",
	  "10.2.0.0/16 dev table 221 mtu 1400\n", "221 from 10.1.0.0/16 to 10.2.0.0/16 protocol 1 table 221\n", false, false, false },
	{ "a range", "10.1.0.1", "10.2.0.1-10.2.0.6", "",
	  "10.2.0.1/32 dev table 220 mtu 1400\n10.2.0.2/31 dev table 220 mtu 1400\n10.2.0.4/31 dev table 220 mtu 1400\n"
	  "10.2.0.6/32 dev table 220 mtu 1400\n",
	  "222 from 10.1.0.1/32 table 220\n", false, false, false },
	{ "two families, no mixture", "10.1.0.0/16 2001:db8:1::/48", "10.2.0.0/16 2001:db8:2::/48", "",
	  "10.2.0.0/16 dev table 220 mtu 1400\n2001:db8:2::/48 dev table 220 mtu 1380\n",
	  "222 from 10.1.0.0/16 table 220\n222 from 2001:db8:1::/48 table 220\n", false, false, false },
};

static size_t selectors_of(struct selector *out, size_t max, const char *text)
{
	char copy[256], *at = copy, *one;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((one = strsep(&at, " "))) {
		struct reason why = { 0 };

		assert_true(n < max && selector_parse(&out[n++], bytes_str(one), &why));
	}
	return n;
}

static void put_prefix(struct text *t, const char *word, const struct prefix *p)
{
	text_add(t, "%s", word);
	prefix_print(t, p);
	if (p->bits == addr_len(&p->addr) * 8 && !strchr(text_str(t) + (t->len > 3 ? t->len - 4 : 0), '/'))
		text_add(t, "/%u", p->bits); /* hosts are printed short */
}

static void print_route(struct text *t, const struct route *r)
{
	put_prefix(t, "", &r->to);
	text_add(t, r->interface ? " dev" : " throw");
	if (r->source.family != ADDR_NONE) {
		text_add(t, " src ");
		addr_print(t, &r->source);
	}
	text_add(t, " table %u", r->table);
	if (r->mtu)
		text_add(t, " mtu %u", r->mtu);
	text_add(t, "\n");
}

static void print_rule(struct text *t, const struct rule *r)
{
	text_add(t, "%u", r->priority);
	if (r->from.addr.family != ADDR_NONE)
		put_prefix(t, " from ", &r->from);
	if (r->local_only)
		text_add(t, " own");
	if (r->to.addr.family != ADDR_NONE)
		put_prefix(t, " to ", &r->to);
	if (r->protocol)
		text_add(t, " protocol %u", r->protocol);
	if (r->source_port[1])
		text_add(t, " sport %u-%u", r->source_port[0], r->source_port[1]);
	if (r->destination_port[1])
		text_add(t, " dport %u-%u", r->destination_port[0], r->destination_port[1]);
	text_add(t, " table %u\n", r->table);
}

static void plans(void **state)
{
	const struct plan_conf conf = { 220, 220, 9, { 1400, 1380 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct selector local[4] = { 0 }, remote[4] = { 0 };
		struct selectors locals = { (uint16_t)selectors_of(local, 4, cases[i].local), local };
		struct selectors remotes = { (uint16_t)selectors_of(remote, 4, cases[i].remote), remote };
		struct addr own[4];
		struct local_addrs addrs = { 0, own };
		struct text routes = { 0 }, rules = { 0 };
		char copy[128], *at = copy, *one;
		struct plan plan;

		snprintf(copy, sizeof(copy), "%s", cases[i].own);
		while ((one = strsep(&at, " ")))
			if (*one)
				assert_true(addr_parse(&own[addrs.count++], bytes_str(one)));
		plan_make(&plan, &locals, &remotes, &addrs, &conf);
		for (size_t j = 0; j < plan.route_count; j++)
			print_route(&routes, &plan.routes[j]);
		for (size_t j = 0; j < plan.rule_count; j++)
			print_rule(&rules, &plan.rules[j]);
		if (strcmp(text_str(&routes), cases[i].routes) != 0)
			fail_msg("%s: routes:\n%s", cases[i].name, text_str(&routes));
		if (strcmp(text_str(&rules), cases[i].rules) != 0)
			fail_msg("%s: rules:\n%s", cases[i].name, text_str(&rules));
		assert_int_equal(plan.source_found[0], cases[i].source4);
		assert_int_equal(plan.source_found[1], cases[i].source6);
		assert_int_equal(plan.full, cases[i].full);
		plan_clear(&plan);
		text_clear(&routes);
		text_clear(&rules);
	}
}

/* What does not fit is told, never cut in silence. */
static void too_much_is_full(void **state)
{
	const struct plan_conf conf = { 220, 220, 9, { 1400, 1380 } };
	struct selector local[1] = { 0 }, remote[200] = { 0 };
	struct selectors locals = { 1, local }, remotes = { 200, remote };
	struct local_addrs addrs = { 0 };
	struct plan plan;

	(void)state;
	(void)selectors_of(local, 1, "10.0.0.1");
	for (size_t i = 0; i < 200; i++) {
		char text[64];

		snprintf(text, sizeof(text), "10.%zu.0.1-10.%zu.0.6", i + 1, i + 1);
		(void)selectors_of(&remote[i], 1, text);
	}
	plan_make(&plan, &locals, &remotes, &addrs, &conf);
	assert_true(plan.full);
	assert_true(plan.route_count <= PLAN_MAX);
	plan_clear(&plan);
}

static void the_frame_stands_around(void **state)
{
	struct rule frame[4];

	(void)state;
	plan_frame(frame, 220, 77);
	for (size_t i = 0; i < 4; i += 2) {
		assert_int_equal(frame[i].action, RULE_NOP); /* first: a goto without its target goes nowhere */
		assert_int_equal(frame[i + 1].action, RULE_GOTO);
		assert_int_equal(frame[i + 1].target, frame[i].priority);
		assert_int_equal(frame[i + 1].mark, 77);
		assert_int_equal(frame[i + 1].priority, 220);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans),
		cmocka_unit_test(too_much_is_full),
		cmocka_unit_test(the_frame_stands_around),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
