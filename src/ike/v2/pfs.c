/* SPDX-License-Identifier: ISC */
/*
 * A mismatch of PFS is told at set-up. The proposals of IKE_AUTH name no key exchange methods (RFC 7296 1.2), so that two ends which
 * cannot rekey would learn it an hour later. Two of our own tell each other theirs: a status notify of private use, N(40975), its data
 * the methods that the child's ESP proposals name, two bytes each, 0: none is fine. It decides nothing; other peers never see it.
 */
#include "ike/v2/parts.h"

#define CHILD_KE_METHODS 40975u
#define METHODS_MAX 32u

/* `to` has room for METHODS_MAX. A proposal without any method does without. */
static size_t methods_of(const struct proposals *esp, uint16_t *to)
{
	size_t n = 0;

	for (uint16_t i = 0; i < esp->count; i++) {
		const struct proposal *p = &esp->list[i];
		bool named = false;

		for (uint16_t k = 0; k < p->count; k++) {
			if (p->transforms[k].type != TRANSFORM_KE)
				continue;
			named = true;
			if (n < METHODS_MAX)
				to[n++] = p->transforms[k].id;
		}
		if (!named && n < METHODS_MAX)
			to[n++] = 0;
	}
	return n;
}

void pfs_write(const struct exchange *x, struct message_writer *m, const struct child_conf *conf)
{
	uint16_t methods[METHODS_MAX];
	uint8_t data[2 * METHODS_MAX];
	size_t n;

	if (!x->sa->peer_adit || !conf)
		return;
	n = methods_of(&conf->esp, methods);
	for (size_t i = 0; i < n; i++)
		put_u16(data + 2 * i, methods[i]);
	notify_write(m, 0, bytes_none(), CHILD_KE_METHODS, bytes(data, 2 * n));
}

static bool meet(const struct proposals *esp, struct bytes theirs)
{
	uint16_t methods[METHODS_MAX];
	size_t n = methods_of(esp, methods);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k + 1 < theirs.len; k += 2)
			if (get_u16(theirs.at + k) == methods[i])
				return true;
	return false;
}

void pfs_check(struct exchange *x, const struct child_conf *conf)
{
	struct reason why = { 0 };
	struct notify n;

	if (!conf || !notify_find(&n, &x->payloads, CHILD_KE_METHODS) || n.data.len < 2 || meet(&conf->esp, n.data))
		return;
	(void)refuse(&why, REASON_KE_METHOD, 0, value_of(VALUE_KE, get_u16(n.data.at), bytes_none()),
	             value_proposals(&conf->esp, &x->arena), conf->esp_at);
	why.about = value_text("the Child SA comes up, but rekeying it will fail: PFS differs");
	story_reason(x->sa, STORY_VISIBLE_FAULT, &why);
}
