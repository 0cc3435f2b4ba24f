/* SPDX-License-Identifier: ISC */
/* Answers to the engine's questions: key exchange, authentication, addresses, SPIs, installation. */
#include "crypto/crypto.h"
#include "daemon/private.h"

static bool answer_ke(const struct ask *ask, struct answer *a, struct arena *arena, struct secret *shared)
{
	const struct algorithm *ke = ask->ke.method;
	uint8_t *value;

	if (!ask->ke.agree_only) {
		value = arena_take(arena, ke->out_len);
		if (!value)
			return refuse_text(&a->why, REASON_MEMORY, 0, "key exchange");
		if (!ke_public(ke, ask->ke.seed, value, &a->why))
			return false;
		a->public_value = bytes(value, ke->out_len);
	}
	if (ask->ke.peer.len && !ke_agree(ke, ask->ke.seed, ask->ke.peer, shared, &a->why))
		return false;
	a->shared = secret_bytes(shared);
	return true;
}

static bool answer_spi(struct daemon *d, struct answer *a)
{
	struct random random = { crypto_random, NULL };

	a->spi = dataplane_spi_reserve(d->plane, &random);
	return a->spi || refuse_text(&a->why, REASON_LIMIT, 0, "no free SPI");
}

static void usage(struct daemon *d, const struct ask *ask, struct answer *a)
{
	struct child_counters n = { 0 };

	if (!ask->child_id) {
		dataplane_ike_usage(d->plane, ask->ike_id, &a->used_in, &a->used_out);
		return;
	}
	(void)dataplane_child_counters(d->plane, ask->child_id, &n);
	a->used_in = n.used_in;
	a->used_out = n.used_out;
}

void daemon_ask(struct daemon *d, uint64_t token, const struct ask *ask)
{
	struct answer a = { 0 };
	struct arena arena = { 0 };
	struct secret shared = { 0 };
	struct now now = daemon_now();
	struct addr addrs[32];
	uint32_t mtu;

	switch (ask->kind) {
	case ASK_NONE:
		return;
	case ASK_KE:
		a.ok = answer_ke(ask, &a, &arena, &shared);
		break;
	case ASK_AUTH_MAKE:
		a.ok = auth_make(d->keyring, &ask->make, &a.make, &arena, &a.why);
		break;
	case ASK_AUTH_CHECK:
		a.ok = auth_check(d->keyring, &ask->check, &arena, &a.why);
		break;
	case ASK_CERTREQ:
		a.certreq = auth_certreq(d->keyring, ask->certreq, &arena);
		a.ok = true;
		break;
	case ASK_RESOLVE:
		if (resolver_ask(d->resolver, token, ask->name, ask->family))
			return;
		a.ok = refuse_text(&a.why, REASON_LIMIT, 0, "too many names are being resolved");
		break;
	case ASK_SOURCE:
		a.ok = dataplane_source_for(d->plane, &ask->remote, &a.local, &a.interface, &mtu, &a.why, &arena);
		break;
	case ASK_SPI:
		a.ok = answer_spi(d, &a);
		break;
	case ASK_POLICY:
		a.ok = dataplane_policy_add(d->plane, ask->policy, now, &a.why, &arena);
		break;
	case ASK_USAGE:
		usage(d, ask, &a);
		a.ok = true;
		break;
	case ASK_ADDRS:
		a.addrs = addrs;
		a.addr_count = dataplane_addresses(d->plane, addrs, COUNT_OF(addrs));
		a.ok = true;
		break;
	case ASK_INSTALL:
		a.ok = dataplane_child_add(d->plane, ask->install, now, &a.why, &arena);
		break;
	}
	engine_answer(d->engine, now, token, ask->kind, &a);
	secret_clear(&shared);
	arena_clear(&arena);
}
