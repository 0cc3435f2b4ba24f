/* SPDX-License-Identifier: ISC */
/*
 * Pre-shared keys: which one, the MAC that they make, and how much they are worth. RFC 7296 2.15.
 */
#include "iana/ikev2.h"
#include "ike/auth/ring.h"

/* How well the best of the entry's owners fits `id`; an entry without owners is one of %any. */
static unsigned owner_fits(const struct shared_entry *e, const struct identity *id)
{
	unsigned best = e->owner_count == 0 ? 1 : 0;

	for (size_t i = 0; i < e->owner_count; i++) {
		unsigned fits = identity_match(id, &e->owners[i]);

		if (fits > best)
			best = fits;
	}
	return best;
}

/*
 * A secret that names somebody besides us is for these alone: whoever else knows it must not pass as one whom it does not name. A
 * peer that is not known yet may be one of them.
 */
static bool of_others(const struct shared_entry *e, const struct identity *own, const struct identity *peer)
{
	if (identity_is_any(peer))
		return false;
	for (size_t i = 0; i < e->owner_count; i++)
		if (identity_match(own, &e->owners[i]) == 0)
			return true;
	return false;
}

const struct shared_entry *ring_psk(const struct keyring *ring, const struct identity *own, const struct identity *peer)
{
	const struct shared_entry *found = NULL;
	unsigned best_peer = 0, best_own = 0;

	LIST_EACH(at, &ring->shared) {
		const struct shared_entry *e = LIST_ITEM(at, struct shared_entry, in);
		unsigned fits_peer, fits_own;

		if (e->kind != SHARED_IKE)
			continue;
		fits_peer = owner_fits(e, peer);
		fits_own = owner_fits(e, own);
		if (fits_peer == 0 && of_others(e, own, peer))
			continue;
		if (fits_peer > best_peer || (fits_peer == best_peer && fits_own > best_own)) {
			found = e;
			best_peer = fits_peer;
			best_own = fits_own;
		}
	}
	return found;
}

bool psk_mac(uint8_t out[PRF_MAX], const struct algorithm *prf_row, struct bytes secret, struct bytes octets)
{
	const struct bytes pad = bytes_str("Key Pad for IKEv2");
	uint8_t padded[PRF_MAX];
	bool ok = prf(prf_row, padded, secret, &pad, 1) && prf(prf_row, out, bytes(padded, prf_row->out_len), &octets, 1);

	wipe(padded, sizeof padded);
	return ok;
}

static void print_owners(struct text *t, const struct shared_entry *e)
{
	text_add_safe(t, e->id);
	if (e->owner_count == 0)
		text_add(t, " (for any)");
	for (size_t i = 0; i < e->owner_count; i++) {
		text_add(t, "%s", i == 0 ? " (for " : ", ");
		identity_print(t, &e->owners[i]);
		if (i + 1 == e->owner_count)
			text_add(t, ")");
	}
}

bool refuse_no_psk(struct reason *why, const struct keyring *ring, const struct connection *conn, const struct identity *own,
                   const struct identity *peer, struct arena *arena)
{
	struct conf_at where = { .file = conn ? conn->at.file : NULL, .key = "secrets" };
	struct text t = { 0 };
	bool any = false;

	text_add(&t, "looked up for ");
	identity_print(&t, own);
	text_add(&t, " and ");
	identity_print(&t, peer);
	LIST_EACH(at, &ring->shared) {
		const struct shared_entry *e = LIST_ITEM(at, struct shared_entry, in);

		if (e->kind != SHARED_IKE)
			continue;
		text_add(&t, "%s", any ? ", " : "; there are ");
		print_owners(&t, e);
		any = true;
	}
	if (!any)
		text_add(&t, "; there is no pre-shared key at all");
	(void)refuse(why, REASON_NO_PSK, IKEV2_NOTIFY_AUTHENTICATION_FAILED, value_identity(peer, arena),
	             value_identity(own, arena), where);
	why->about = value_of_text(&t, arena);
	return false;
}

/* --- how strong --- */

/* log2 of the alphabet that the bytes seem to be taken from, in hundredths: the smallest that holds them all. */
static unsigned alphabet(struct bytes s)
{
	bool digit = false, hex_lower = false, hex_upper = false, lower = false, upper = false, sign = false, binary = false;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.at[i];

		if (c >= '0' && c <= '9')
			digit = true;
		else if (c >= 'a' && c <= 'z')
			*(c <= 'f' ? &hex_lower : &lower) = true;
		else if (c >= 'A' && c <= 'Z')
			*(c <= 'F' ? &hex_upper : &upper) = true;
		else if (c >= ' ' && c <= '~')
			sign = true;
		else
			binary = true;
	}
	if (binary)
		return 800;
	if (sign)
		return lower || hex_lower || upper || hex_upper || digit ? 620 : 504; /* 33 signs; with letters about 75 */
	if (lower || upper || (hex_lower && hex_upper)) {
		bool both = (lower || hex_lower) && (upper || hex_upper);

		return both ? (digit ? 595 : 570) : (digit ? 517 : 470); /* 62, 52, 36, 26 */
	}
	return hex_lower || hex_upper ? 400 : 332; /* 16, 10 */
}

/* The length of the shortest beginning that the whole repeats; the whole length when there is none. */
static size_t period(struct bytes s)
{
	for (size_t n = 1; n <= s.len / 2; n++) {
		size_t i = n;

		while (i < s.len && s.at[i] == s.at[i - n])
			i++;
		if (i == s.len)
			return n;
	}
	return s.len;
}

#define STRENGTH_LOOKED_AT 256u /* bytes; what is longer is strong, or repeats itself before */

unsigned psk_strength(struct bytes secret)
{
	struct bytes s = bytes(secret.at, secret.len < STRENGTH_LOOKED_AT ? secret.len : STRENGTH_LOOKED_AT);
	size_t counted = 0, run = 0, n = period(s);

	for (size_t i = 0; i < n; i++) {
		int step = i > 0 ? s.at[i] - s.at[i - 1] : 2, before = i > 1 ? s.at[i - 1] - s.at[i - 2] : 2;

		run = step >= -1 && step <= 1 && (run == 0 || step == before) ? run + 1 : 0;
		counted += run < 3; /* "aaaa", "1234", "dcba": from the fourth on nothing new */
	}
	return (unsigned)(counted * alphabet(s) / 100);
}
