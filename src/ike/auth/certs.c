/* SPDX-License-Identifier: ISC */
/*
 * Lists of certificates while one question is answered, and what an `auth` value says about their keys.
 */
#include "ike/auth/ring.h"

#include "iana/ikev2.h"

bool cert_list_init(struct cert_list *l, size_t cap, struct arena *arena)
{
	*l = (struct cert_list){ .list = arena_array(arena, cap ? cap : 1, sizeof *l->list), .cap = cap };
	return l->list != NULL;
}

void cert_list_add(struct cert_list *l, struct cert *c)
{
	if (l->count < l->cap)
		l->list[l->count++] = cert_ref(c);
}

void cert_list_clear(struct cert_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		cert_free(l->list[i]);
	*l = (struct cert_list){ 0 };
}

bool cert_list_read(struct cert_list *out, const struct bytes *data, size_t count, struct conf_at at, struct arena *arena,
                    struct reason *why)
{
	if (!cert_list_init(out, count, arena))
		return refuse_text(why, REASON_MEMORY, 0, "certificates");
	for (size_t i = 0; i < count; i++) {
		struct cert *c = cert_read(data[i], why, arena);

		if (!c) {
			why->where = at;
			cert_list_clear(out);
			return false;
		}
		out->list[out->count++] = c;
	}
	return true;
}

bool cert_is_self_issued(const struct cert *c)
{
	return bytes_equal(cert_subject(c), cert_issuer(c));
}

static const char *kind_name(enum cert_key kind)
{
	switch (kind) {
	case CERT_KEY_RSA:
		return "RSA";
	case CERT_KEY_ECDSA:
		return "ECDSA";
	case CERT_KEY_OTHER:
		return "another kind";
	}
	return "another kind";
}

bool key_allowed(const struct auth_round *round, const struct cert *c, struct arena *arena, struct reason *why)
{
	unsigned bits = 0;
	enum cert_key kind = cert_key_kind(c, &bits);
	struct text t = { 0 };
	bool ok = true;

	if (round->rsa || round->ecdsa)
		ok = (kind == CERT_KEY_RSA && round->rsa) || (kind == CERT_KEY_ECDSA && round->ecdsa);
	if (kind == CERT_KEY_RSA && round->rsa_bits > bits)
		ok = false;
	if (kind == CERT_KEY_ECDSA && round->ecdsa_bits > bits)
		ok = false;
	if (ok)
		return true;
	text_add(&t, "a key of %s with %u bits", kind_name(kind), bits);
	(void)refuse(why, REASON_SIGNATURE_ALGORITHM, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_of_text(&t, arena),
	             round->auth_text ? value_text(round->auth_text) : value_none(), round->auth_at);
	why->about = value_of(VALUE_DN, 0, arena_copy(arena, cert_subject(c)));
	return false;
}

struct value value_of_text(struct text *t, struct arena *arena)
{
	struct bytes copy = arena_copy(arena, bytes(t->at, t->len));

	text_clear(t);
	return copy.len > 0 ? value_of(VALUE_TEXT, 0, copy) : value_none();
}
