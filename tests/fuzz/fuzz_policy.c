/* SPDX-License-Identifier: ISC */
/*
 * What policy/ reads, from peers and from people. The first byte picks the reader. Nothing may fault, and what was read and
 * printed is read back as the same.
 */
#include <assert.h>

#include "policy/explain.h"
#include "policy/identity.h"
#include "policy/proposal.h"
#include "policy/selector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct arena arena;

static void explain(const struct reason *why)
{
	struct text t = { 0 };

	reason_explain(&t, why);
	reason_print(&t, why);
	text_clear(&t);
}

/* An offer to our defaults, and an answer to them. */
static void sa_payload(struct bytes body, enum protocol protocol)
{
	struct proposals offered, configured = { 0 }, sent, again;
	struct suite suite, same;
	struct proposal said;
	const struct proposal *one;
	struct reason why;
	struct bytes flat;

	if (!proposals_read(&offered, body, &arena) || !proposals_default(&configured, &arena, protocol))
		return;
	flat = proposals_flat(&offered, &arena);
	if (flat.len) {
		assert(proposals_read(&again, flat, &arena) && again.count == offered.count);
		assert(bytes_equal(flat, proposals_flat(&again, &arena)));
	}
	if (proposal_choose(&suite, &one, &configured, &offered, (struct choose_how){ 0 }, &arena, &why)) {
		assert(proposal_of_suite(&said, &suite, one->number, one->spi, &arena));
		assert(proposal_accept(&same, &offered, &said, false, conf_nowhere(), &arena, &why));
		assert(memcmp(&suite, &same, sizeof(suite)) == 0);
	} else {
		explain(&why);
	}
	if (!proposals_offer(&sent, &configured, false, bytes_none(), &arena))
		return;
	if (!proposal_accept(&suite, &sent, &offered.list[0], false, conf_nowhere(), &arena, &why))
		explain(&why);
}

static void ts_payload(struct bytes body)
{
	static const char *const texts[] = { "10.0.0.0/8", "2001:db8::/32[tcp]", "0.0.0.0-192.0.2.77[udp/53]" };
	struct selectors offered, configured = { 0 }, out;
	struct selector list[3];
	struct reason why;

	if (!selectors_read(&offered, body, &arena))
		return;
	for (unsigned i = 0; i < 3; i++)
		assert(selector_parse(&list[i], bytes_str(texts[i]), &why));
	configured = (struct selectors){ 3, list };
	if (selectors_narrow(&out, &configured, &offered, conf_nowhere(), &arena, &why))
		assert(selectors_accept(&offered, &out, conf_nowhere(), &arena, &why));
	else
		explain(&why);
}

static void proposal_text(struct bytes text, enum protocol protocol)
{
	struct proposals p = { 0 }, again = { 0 };
	struct text t = { 0 };
	struct reason why;

	if (!proposals_add_text(&p, &arena, protocol, text, &why)) {
		explain(&why);
		return;
	}
	proposal_print_keywords(&t, &p.list[0]);
	assert(proposals_add_text(&again, &arena, protocol, bytes(t.at, t.len), &why));
	assert(again.list[0].count == p.list[0].count);
	for (unsigned i = 0; i < p.list[0].count; i++)
		assert(transform_equal(&p.list[0].transforms[i], &again.list[0].transforms[i]));
	text_clear(&t);
}

static void selector_text(struct bytes text)
{
	struct selector s, again;
	struct text t = { 0 };
	struct reason why;

	if (!selector_parse(&s, text, &why)) {
		explain(&why);
		return;
	}
	selector_print(&t, &s);
	assert(selector_parse(&again, bytes(t.at, t.len), &why) && selector_equal(&s, &again));
	text_clear(&t);
}

static void identity_text(struct bytes text)
{
	struct identity id, copy;
	struct text t = { 0 };
	struct reason why;

	if (!identity_parse(&id, text, &arena, &why)) {
		explain(&why);
		return;
	}
	assert(identity_copy(&copy, &id, &arena) && identity_equal(&id, &copy));
	(void)identity_match(&id, &copy);
	identity_print(&t, &id);
	text_clear(&t);
}

/* From a peer: an identity of any type. */
static void identity_flat(struct bytes flat)
{
	static const char *const wants[] = { "%any", "*.example.org", "C=CH, CN=*", "192.0.2.0/24", "fqdn:^gw(1|2)*$" };
	struct identity id, want;
	struct text t = { 0 };
	struct reason why;
	struct bytes der;

	if (!identity_of_flat(&id, flat))
		return;
	for (unsigned i = 0; i < 5; i++) {
		assert(identity_parse(&want, bytes_str(wants[i]), &arena, &why));
		(void)identity_match(&id, &want);
	}
	identity_print(&t, &id);
	text_clear(&t);
	dn_print(&t, id.data);
	/* types that share a SET are printed as if they had one each, and so do not fit */
	if (dn_match(id.data, id.data) == IDENTITY_EXACT && dn_parse(&der, bytes(t.at, t.len), &arena)) {
		struct text second = { 0 };
		dn_print(&second, der);
		assert(strcmp(text_str(&t), text_str(&second)) == 0);
		text_clear(&second);
	}
	text_clear(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest = bytes(data + 1, size - 1);

	if (size == 0)
		return 0;
	switch (data[0] % 8) {
	case 0: sa_payload(rest, PROTO_IKE); break;
	case 1: sa_payload(rest, PROTO_ESP); break;
	case 2: ts_payload(rest); break;
	case 3: proposal_text(rest, PROTO_IKE); break;
	case 4: proposal_text(rest, PROTO_ESP); break;
	case 5: selector_text(rest); break;
	case 6: identity_text(rest); break;
	default: identity_flat(rest); break;
	}
	arena_clear(&arena);
	return 0;
}
