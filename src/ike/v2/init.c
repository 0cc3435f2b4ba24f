/* SPDX-License-Identifier: ISC */
/* The pieces of IKE_SA_INIT that both roles need. */
#include "ike/v2/init.h"

#include <stdlib.h>

/*
 * Our vendor ID: SHA-256("adit user-space data plane 1"), its first 16 bytes. Two that know each other use UDP encapsulation also
 * without NAT (design: one socket, GSO and GRO).
 */
static const uint8_t vendor_id[16] = { 0xa5, 0x43, 0x45, 0x8e, 0x34, 0x35, 0x37, 0x45, 0x9a, 0x74, 0x1f, 0xe5, 0x9b, 0xae, 0x0e, 0x16 };

void init_clear(struct exchange *x)
{
	struct init_work *w = x->work;

	ike_keys_clear(&w->keys);
	connection_unref(w->named);
	w->named = NULL;
	if (w->half) {
		arena_clear(&w->half->arena);
		free(w->half);
	}
	w->half = NULL;
}

/* IKE_INTERMEDIATE is not spoken yet: an additional key exchange can only be NONE, which is the same as not naming it. */
static bool without_addke(struct arena *arena, const struct proposal *from, struct proposal *to)
{
	*to = *from;
	to->count = 0;
	to->transforms = arena_array(arena, from->count ? from->count : 1, sizeof(*to->transforms));
	if (!to->transforms)
		return false;
	for (uint16_t i = 0; i < from->count; i++)
		if (from->transforms[i].type <= TRANSFORM_ESN)
			to->transforms[to->count++] = from->transforms[i];
	return true;
}

bool init_offer(struct arena *arena, const struct proposals *conf, struct proposals *out, struct reason *why)
{
	out->count = 0;
	out->list = arena_array(arena, conf->count ? conf->count : 1, sizeof(*out->list));
	if (!out->list)
		return refuse_text(why, REASON_MEMORY, 0, "proposals");
	for (uint16_t i = 0; i < conf->count; i++) {
		if (!without_addke(arena, &conf->list[i], &out->list[i]))
			return refuse_text(why, REASON_MEMORY, 0, "proposals");
		out->list[i].number = (uint8_t)(i + 1);
		out->list[i].spi = bytes_none();
		out->count++;
	}
	return true;
}

void init_write_hashes(struct message_writer *m)
{
	static const uint16_t ours[] = { IKEV2_HASH_SHA2_256, IKEV2_HASH_SHA2_384, IKEV2_HASH_SHA2_512 };
	uint8_t data[sizeof(ours)];

	for (size_t i = 0; i < COUNT_OF(ours); i++)
		put_u16(data + 2 * i, ours[i]);
	notify_write(m, 0, bytes_none(), IKEV2_NOTIFY_SIGNATURE_HASH_ALGORITHMS, bytes(data, sizeof(data)));
}

void init_write_fragmentation(struct message_writer *m, const struct connection *c)
{
	if (c->fragmentation != FRAGMENTATION_NO)
		notify_write(m, 0, bytes_none(), IKEV2_NOTIFY_IKEV2_FRAGMENTATION_SUPPORTED, bytes_none());
}

void init_write_vendor(struct message_writer *m, const struct connection *c)
{
	if (!c->encap_no)
		vendor_write(m, bytes(vendor_id, sizeof(vendor_id)));
}

/* --- reading --- */

static hash_set read_hashes(const struct payloads *p)
{
	struct notify n;
	hash_set set = 0;

	if (!notify_find(&n, p, IKEV2_NOTIFY_SIGNATURE_HASH_ALGORITHMS))
		return 0;
	for (size_t i = 0; i + 1 < n.data.len; i += 2)
		if (get_u16(n.data.at + i) < 32)
			set |= HASH_BIT(get_u16(n.data.at + i));
	return set;
}

/* Several CERTREQ payloads may stand, each with a list of hashes (3.7). */
static bool read_certreq(struct exchange *x, struct half *half)
{
	const struct payload *at = NULL;
	struct cert_payload c;
	size_t total = 0;
	uint8_t *mem;

	while ((at = payloads_find(&x->payloads, IKEV2_PAYLOAD_CERTREQ, at))) {
		half->certreq_seen = true;
		if (cert_read_payload(&c, at->body) && c.encoding == IKEV2_CERT_X509_SIGNATURE && c.data.len % 20 == 0)
			total += c.data.len;
	}
	mem = total ? arena_take(&half->arena, total) : NULL;
	if (total && !mem)
		return false;
	half->certreq = bytes(mem, total);
	while (mem && (at = payloads_find(&x->payloads, IKEV2_PAYLOAD_CERTREQ, at)))
		if (cert_read_payload(&c, at->body) && c.encoding == IKEV2_CERT_X509_SIGNATURE && c.data.len % 20 == 0) {
			if (c.data.len)
				memcpy(mem, c.data.at, c.data.len);
			mem += c.data.len;
		}
	return true;
}

static bool has_vendor(const struct payloads *p)
{
	const struct payload *at = NULL;

	while ((at = payloads_find(p, IKEV2_PAYLOAD_VENDOR_ID, at)))
		if (bytes_equal(at->body, bytes(vendor_id, sizeof(vendor_id))))
			return true;
	return false;
}

bool init_read_rest(struct exchange *x, struct init_work *w, uint64_t spi_r, struct reason *why)
{
	struct notify n;

	if (w->half) {
		arena_clear(&w->half->arena);
		free(w->half);
	}
	w->half = calloc(1, sizeof(*w->half));
	if (!w->half || !read_certreq(x, w->half))
		return refuse_text(why, REASON_MEMORY, 0, "an IKE SA");
	w->half->hashes = read_hashes(&x->payloads);
	w->half->childless = notify_find(&n, &x->payloads, IKEV2_NOTIFY_CHILDLESS_IKEV2_SUPPORTED);
	w->peer_natt = nat_read(&x->payloads, x->sa->spi_i, spi_r, &x->path, &w->nat_local, &w->nat_remote);
	w->fragments = notify_find(&n, &x->payloads, IKEV2_NOTIFY_IKEV2_FRAGMENTATION_SUPPORTED);
	w->adit = has_vendor(&x->payloads);
	return true;
}

/* --- keys --- */

bool init_derive(struct exchange *x, struct init_work *w, uint64_t spi_i, uint64_t spi_r, struct bytes shared, struct reason *why)
{
	(void)x;
	if (!ike_keys_derive(&w->keys, &w->suite, w->ni, w->nr, shared, spi_i, spi_r))
		return refuse_text(why, REASON_MEMORY, 0, "keys");
	w->half->ni = arena_copy(&w->half->arena, w->ni);
	w->half->nr = arena_copy(&w->half->arena, w->nr);
	return (w->half->ni.len && w->half->nr.len) || refuse_text(why, REASON_MEMORY, 0, "keys");
}

void init_commit(struct exchange *x, struct init_work *w)
{
	struct sa *sa = x->sa;

	generation_clear(&sa->gen);
	sa->gen.suite = w->suite;
	sa->gen.keys = w->keys;
	w->keys = (struct ike_keys){ 0 };
	sa->half = w->half;
	w->half = NULL;
	sa->nat_local = w->nat_local;
	sa->nat_remote = w->nat_remote;
	sa->nat_fake = sa->nat_fake || (sa->conn && sa->conn->encap);
	sa->peer_natt = w->peer_natt;
	sa->peer_adit = w->adit;
	sa->peer_fragments = w->fragments && sa->conn && sa->conn->fragmentation != FRAGMENTATION_NO;
	sa->vendor_sent = sa->conn && !sa->conn->encap_no;
	sa->phase = PHASE_KEYED;
}
