/* SPDX-License-Identifier: ISC */
/* Connections: references, comparison, and how well one fits an address. */
#include "config/connection.h"

#include <stdlib.h>

struct connection *connection_ref(const struct connection *c)
{
	struct connection *own = (struct connection *)(uintptr_t)c; /* only the count changes */

	own->refs++;
	return own;
}

void connection_unref(struct connection *c)
{
	if (!c || --c->refs > 0)
		return;
	arena_clear(&c->arena);
	free(c);
}

const struct child_conf *connection_child(const struct connection *c, const char *name)
{
	for (size_t i = 0; i < c->child_count; i++) {
		if (strcmp(c->children[i].name, name) == 0)
			return &c->children[i];
	}
	return NULL;
}

bool connection_is_shunts(const struct connection *c)
{
	for (size_t i = 0; i < c->child_count; i++)
		if (!child_conf_is_shunt(&c->children[i]))
			return false;
	return c->child_count > 0;
}

/* --- the same? --- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_proposals(const struct proposals *a, const struct proposals *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct proposal *p = &a->list[i], *q = &b->list[i];

		if (p->protocol != q->protocol || p->count != q->count)
			return false;
		for (size_t j = 0; j < p->count; j++) {
			if (!transform_equal(&p->transforms[j], &q->transforms[j]))
				return false;
		}
	}
	return true;
}

static bool same_selectors(const struct selectors *a, const struct selectors *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (a->list[i].dynamic != b->list[i].dynamic || !selector_equal(&a->list[i], &b->list[i]))
			return false;
	}
	return true;
}

static bool same_addrs(const struct addr_conf *a, size_t a_count, const struct addr_conf *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++) {
		if (a[i].kind != b[i].kind || !addr_equal(&a[i].first, &b[i].first) || !addr_equal(&a[i].last, &b[i].last) ||
		    !same_text(a[i].name, b[i].name))
			return false;
	}
	return true;
}

static bool same_blobs(const struct bytes *a, size_t a_count, const struct bytes *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++) {
		if (!bytes_equal(a[i], b[i]))
			return false;
	}
	return true;
}

static bool same_life(struct lifetime_conf a, struct lifetime_conf b)
{
	return a.rekey == b.rekey && a.life == b.life && a.rand == b.rand;
}

static bool same_round(const struct auth_round *a, const struct auth_round *b)
{
	return a->round == b->round && a->auth == b->auth && a->rsa == b->rsa && a->ecdsa == b->ecdsa &&
	       a->rsa_bits == b->rsa_bits && a->ecdsa_bits == b->ecdsa_bits && a->ike_hashes == b->ike_hashes &&
	       a->pss == b->pss && same_text(a->id.regex, b->id.regex) && identity_equal(&a->id, &b->id) &&
	       same_blobs(a->certs, a->cert_count, b->certs, b->cert_count) &&
	       same_blobs(a->cacerts, a->cacert_count, b->cacerts, b->cacert_count);
}

static bool same_rounds(const struct auth_round *a, size_t a_count, const struct auth_round *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++) {
		if (!same_round(&a[i], &b[i]))
			return false;
	}
	return true;
}

bool connection_same_ike(const struct connection *a, const struct connection *b)
{
	return a->version == b->version && a->local_port == b->local_port && a->remote_port == b->remote_port &&
	       a->encap == b->encap && a->encap_no == b->encap_no && a->mobike == b->mobike && a->mobike_check == b->mobike_check &&
	       a->send_certreq == b->send_certreq && a->send_cert == b->send_cert && a->unique == b->unique &&
	       a->fragmentation == b->fragmentation && a->childless == b->childless && a->dpd_delay == b->dpd_delay &&
	       a->keyingtries == b->keyingtries && a->keyingtries_given == b->keyingtries_given && a->dscp == b->dscp &&
	       a->reauth_time == b->reauth_time &&
	       same_life(a->time, b->time) && same_proposals(&a->ike, &b->ike) &&
	       same_addrs(a->local_addrs, a->local_count, b->local_addrs, b->local_count) &&
	       same_addrs(a->remote_addrs, a->remote_count, b->remote_addrs, b->remote_count) &&
	       same_rounds(a->local, a->local_rounds, b->local, b->local_rounds) &&
	       same_rounds(a->remote, a->remote_rounds, b->remote, b->remote_rounds);
}

bool child_conf_same(const struct child_conf *a, const struct child_conf *b)
{
	return same_text(a->name, b->name) && a->mode == b->mode && a->start_action == b->start_action &&
	       a->close_action == b->close_action && a->dpd_action == b->dpd_action && same_life(a->time, b->time) &&
	       same_life(a->bytes, b->bytes) && same_life(a->packets, b->packets) && a->replay_window == b->replay_window &&
	       a->reqid == b->reqid && a->priority == b->priority && a->copy_df == b->copy_df && a->copy_ecn == b->copy_ecn &&
	       a->dscp_out == b->dscp_out && a->dscp_in == b->dscp_in && same_text(a->tun, b->tun) &&
	       a->inactivity == b->inactivity && a->mode_required == b->mode_required && a->no_policies == b->no_policies &&
	       a->hostaccess == b->hostaccess && same_text(a->updown, b->updown) &&
	       same_proposals(&a->esp, &b->esp) && same_selectors(&a->local_ts, &b->local_ts) &&
	       same_selectors(&a->remote_ts, &b->remote_ts);
}

/* --- addresses --- */

bool addr_conf_has(const struct addr_conf *conf, const struct addr *a)
{
	switch (conf->kind) {
	case ADDR_CONF_ANY: return conf->first.family == ADDR_NONE || conf->first.family == a->family;
	case ADDR_CONF_RANGE:
		return conf->first.family == a->family && addr_compare(&conf->first, a) <= 0 && addr_compare(a, &conf->last) <= 0;
	case ADDR_CONF_NAME: return false;
	}
	return false;
}

/* How many leading bits the ends of a range share. */
static unsigned shared_bits(const struct addr_conf *conf)
{
	unsigned bits = 0, all = (unsigned)addr_len(&conf->first) * 8;

	while (bits < all) {
		unsigned differ = conf->first.ip[bits / 8] ^ conf->last.ip[bits / 8];

		if (differ & (0x80u >> bits % 8))
			break;
		bits++;
	}
	return bits;
}

#define FITS_NAME 1u
#define FITS_ANY 2u
#define FITS_RANGE 4u /* and a bit for each that is fixed: at most 132 */
#define FITS_MORE 256u

/* The best entry: 0: none fits. */
static unsigned side_fits(const struct addr_conf *list, size_t count, const struct addr *a)
{
	unsigned best = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned fits = 0;

		if (list[i].kind == ADDR_CONF_NAME)
			fits = FITS_NAME;
		else if (addr_conf_has(&list[i], a))
			fits = list[i].kind == ADDR_CONF_ANY ? FITS_ANY + (list[i].first.family != ADDR_NONE)
							     : FITS_RANGE + shared_bits(&list[i]);
		if (fits > best)
			best = fits;
	}
	return best;
}

unsigned connection_fits(const struct connection *c, const struct addr *local, const struct addr *remote)
{
	unsigned ours = side_fits(c->local_addrs, c->local_count, local);
	unsigned theirs = side_fits(c->remote_addrs, c->remote_count, remote);

	return ours && theirs ? theirs * FITS_MORE + ours : 0;
}
