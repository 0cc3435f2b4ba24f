/* SPDX-License-Identifier: ISC */
/*
 * Proposals as text: strongSwan's language of keywords (doc/vici.md 12.1) read and printed, and the default proposals.
 */
#include "iana/ikev2.h"
#include "policy/proposal.h"

/* The order in which types stand in a proposal, on the wire and in text. */
static const uint8_t type_order[] = { TRANSFORM_ENCR, TRANSFORM_INTEG, TRANSFORM_PRF, TRANSFORM_KE, TRANSFORM_ESN,
	                              6, 7, 8, 9, 10, 11, 12 };

/* A proposal that is being read: transforms in the order of the text. */
struct draft {
	enum protocol protocol;
	unsigned count;
	struct transform list[TRANSFORMS_MAX];
	struct arena *arena;
};

/* Says no, with the keyword and a sentence about it. `wanted`: the word that was probably meant, or NULL. */
static bool refuse_word(struct draft *d, struct reason *why, struct bytes word, const char *problem, const char *wanted)
{
	struct text t = { 0 };

	text_add(&t, "%s '", problem);
	text_add_safe(&t, word);
	text_add(&t, "'");
	if (wanted)
		text_add(&t, "; did you mean '%s'?", wanted);
	*why = (struct reason){ .kind = REASON_CONFIG };
	why->about = value_of(VALUE_TEXT, 0, arena_copy(d->arena, bytes(t.at, t.len)));
	why->got = value_of(VALUE_TEXT, 0, arena_copy(d->arena, word));
	if (wanted)
		why->wanted = value_text(wanted);
	text_clear(&t);
	return false;
}

static bool refuse_unbuilt(struct draft *d, struct reason *why, struct bytes word)
{
	*why = (struct reason){ .kind = REASON_UNSUPPORTED };
	why->about = value_of(VALUE_TEXT, 0, arena_copy(d->arena, word));
	return false;
}

static bool has(const struct draft *d, unsigned type)
{
	for (unsigned i = 0; i < d->count; i++)
		if (d->list[i].type == type)
			return true;
	return false;
}

/* A second transform that is the same is left out. False: more than TRANSFORMS_MAX. */
static bool add(struct draft *d, unsigned type, unsigned id, unsigned key_bits)
{
	struct transform t = { .type = (uint8_t)type, .id = (uint16_t)id, .key_bits = (uint16_t)key_bits };

	for (unsigned i = 0; i < d->count; i++)
		if (transform_equal(&d->list[i], &t))
			return true;
	if (d->count == TRANSFORMS_MAX)
		return false;
	d->list[d->count++] = t;
	return true;
}

static void drop(struct draft *d, unsigned type)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < d->count; i++)
		if (d->list[i].type != type)
			d->list[kept++] = d->list[i];
	d->count = kept;
}

static const struct algorithm *row_of(const struct transform *t)
{
	return algorithm_find(t->type, t->id, t->key_bits);
}

/* "none", "modpnone": the exchange of keys is optional. */
static bool is_none(struct bytes word)
{
	return algorithm_word_is(word, "none") || algorithm_word_is(word, "modpnone");
}

/* "ke1_mlkem768": an additional key exchange, RFC 9370. */
static unsigned additional_ke(struct bytes word)
{
	if (word.len > 4 && (word.at[0] | 0x20) == 'k' && (word.at[1] | 0x20) == 'e' && word.at[2] >= '1' &&
	    word.at[2] <= '7' && word.at[3] == '_')
		return TRANSFORM_ADDKE1 + (unsigned)(word.at[2] - '1');
	return 0;
}

static const struct algorithm *find_word(struct bytes word, const char **wrong_protocol, unsigned flag)
{
	static const uint8_t types[] = { TRANSFORM_ENCR, TRANSFORM_INTEG, TRANSFORM_PRF, TRANSFORM_KE, TRANSFORM_ESN };
	const struct algorithm *row, *other = NULL;

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		row = algorithm_by_keyword(types[i], word);
		if (row && (row->flags & flag))
			return row;
		if (row)
			other = row;
	}
	*wrong_protocol = other ? other->keyword : NULL;
	return other;
}

static bool take_additional(struct draft *d, struct bytes word, unsigned type, struct reason *why)
{
	struct bytes method = bytes(word.at + 4, word.len - 4);

	if (is_none(method))
		return add(d, type, IKEV2_KE_NONE, 0) || refuse_word(d, why, word, "too many algorithms at", NULL);
	if (!algorithm_by_keyword(type, method))
		return refuse_word(d, why, word, "unknown key exchange method", algorithm_nearest(method, ALG_IKE));
	return refuse_unbuilt(d, why, word);
}

static bool take_word(struct draft *d, struct bytes word, struct reason *why)
{
	unsigned flag = d->protocol == PROTO_IKE ? ALG_IKE : ALG_ESP, additional = additional_ke(word);
	const char *other = NULL;
	const struct algorithm *row;

	if (word.len == 0)
		return refuse_word(d, why, word, "an algorithm is missing at", NULL);
	if (is_none(word))
		return add(d, TRANSFORM_KE, IKEV2_KE_NONE, 0) || refuse_word(d, why, word, "too many algorithms at", NULL);
	if (additional)
		return take_additional(d, word, additional, why);
	row = find_word(word, &other, flag);
	if (!row)
		return refuse_word(d, why, word, "unknown algorithm", algorithm_nearest(word, flag));
	/* What the other protocol alone has is passed over where it does no harm, as the language wants it. */
	if (other && (row->type == TRANSFORM_PRF || row->type == TRANSFORM_ESN))
		return true;
	if (other)
		return refuse_word(d, why, word, d->protocol == PROTO_IKE ? "IKE cannot use" : "ESP cannot use", NULL);
	if (!(row->flags & ALG_BUILT))
		return refuse_unbuilt(d, why, word);
	return add(d, row->type, row->id, row->key_bits) || refuse_word(d, why, word, "too many algorithms at", NULL);
}

/* The PRF with the hash of an integrity algorithm; NULL: it has none. */
static const struct algorithm *prf_of_integ(const struct algorithm *integ)
{
	char word[32] = "prf";
	size_t n = strlen(integ->keyword);

	if (n + 4 > sizeof(word))
		return NULL;
	memcpy(word + 3, integ->keyword, n + 1);
	return algorithm_by_keyword(TRANSFORM_PRF, bytes_str(word));
}

static void derive_prfs(struct draft *d)
{
	unsigned count = d->count;

	for (unsigned i = 0; i < count; i++) {
		const struct algorithm *prf;
		if (d->list[i].type != TRANSFORM_INTEG)
			continue;
		prf = prf_of_integ(row_of(&d->list[i]));
		if (prf)
			(void)add(d, TRANSFORM_PRF, prf->id, 0); /* at most one more for each integrity algorithm */
	}
}

/* Ciphers are all AEADs or none is; AEADs need no integrity algorithm, the others one. */
static bool check_ciphers(struct draft *d, struct bytes text, struct reason *why)
{
	unsigned aead = 0, other = 0;

	for (unsigned i = 0; i < d->count; i++) {
		if (d->list[i].type != TRANSFORM_ENCR)
			continue;
		if (row_of(&d->list[i])->flags & ALG_AEAD)
			aead++;
		else
			other++;
	}
	if (aead && other)
		return refuse_word(d, why, text, "AEAD and other ciphers cannot stand in one proposal:", NULL);
	if (!aead && !other)
		return refuse_word(d, why, text, "no encryption algorithm in", NULL);
	if (other && !has(d, TRANSFORM_INTEG))
		return refuse_word(d, why, text, "no integrity algorithm in", NULL);
	if (aead)
		drop(d, TRANSFORM_INTEG);
	return true;
}

static bool complete_ike(struct draft *d, struct bytes text, struct reason *why)
{
	unsigned kept = 0;

	if (!has(d, TRANSFORM_PRF))
		derive_prfs(d); /* also from the integrity algorithm that an AEAD does not need */
	if (!check_ciphers(d, text, why))
		return false;
	for (unsigned i = 0; i < d->count; i++) /* `none`: IKE always exchanges keys */
		if (d->list[i].type != TRANSFORM_KE || d->list[i].id != IKEV2_KE_NONE)
			d->list[kept++] = d->list[i];
	d->count = kept;
	if (!has(d, TRANSFORM_PRF))
		return refuse_word(d, why, text, "no PRF (as prfsha256) in", NULL);
	if (!has(d, TRANSFORM_KE))
		return refuse_word(d, why, text, "no key exchange method (as x25519) in", NULL);
	return true;
}

static bool complete_esp(struct draft *d, struct bytes text, struct reason *why)
{
	if (!check_ciphers(d, text, why))
		return false;
	if (!has(d, TRANSFORM_ESN) && !add(d, TRANSFORM_ESN, IKEV2_SN_32_BIT, 0))
		return refuse_word(d, why, text, "too many algorithms in", NULL);
	return true;
}

/* Makes room for one more in an arena: the array doubles when its count is a power of two. */
static struct proposal *append(struct proposals *list, struct arena *arena)
{
	struct proposal *bigger;

	if (list->count == PROPOSALS_MAX)
		return NULL;
	if ((list->count & (list->count - 1)) == 0) {
		bigger = arena_array(arena, list->count ? list->count * 2u : 1u, sizeof(*bigger));
		if (!bigger)
			return NULL;
		if (list->count)
			memcpy(bigger, list->list, list->count * sizeof(*bigger));
		list->list = bigger;
	}
	return &list->list[list->count];
}

static bool commit(struct proposals *list, const struct draft *d)
{
	struct proposal *p = append(list, d->arena);
	struct transform *t = p ? arena_array(d->arena, d->count, sizeof(*t)) : NULL;

	if (!t)
		return false;
	*p = (struct proposal){ .protocol = (uint8_t)d->protocol, .transforms = t };
	for (size_t o = 0; o < COUNT_OF(type_order); o++)
		for (unsigned i = 0; i < d->count; i++)
			if (d->list[i].type == type_order[o])
				t[p->count++] = d->list[i];
	list->count++;
	return true;
}

static bool add_one(struct proposals *list, struct arena *arena, enum protocol protocol, struct bytes text,
                    struct reason *why)
{
	struct draft d = { .protocol = protocol, .arena = arena };
	size_t from = 0;

	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && text.at[i] != '-')
			continue;
		if (!take_word(&d, bytes(text.at + from, i - from), why))
			return false;
		from = i + 1;
	}
	if (!(protocol == PROTO_IKE ? complete_ike(&d, text, why) : complete_esp(&d, text, why)))
		return false;
	if (list->count == PROPOSALS_MAX)
		return refuse_word(&d, why, text, "too many proposals at", NULL);
	return commit(list, &d) || refuse_text(why, REASON_MEMORY, 0, "proposals");
}

bool proposals_add_text(struct proposals *list, struct arena *arena, enum protocol protocol, struct bytes text,
                        struct reason *why)
{
	while (text.len && (text.at[0] == ' ' || text.at[0] == '\t'))
		text = bytes(text.at + 1, text.len - 1);
	while (text.len && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t'))
		text.len--;
	if (protocol == PROTO_AH)
		return refuse_text(why, REASON_UNSUPPORTED, 0, "AH");
	if (algorithm_word_is(text, "default"))
		return proposals_default(list, arena, protocol) || refuse_text(why, REASON_MEMORY, 0, "proposals");
	return add_one(list, arena, protocol, text, why);
}

/*
 * AEADs first. Stock macOS and iOS (AES-256, SHA-256, MODP-2048), Android (AES-GCM and CBC, x25519, MODP-4096), Windows with
 * NegotiateDH2048_AES256 and strongSwan's defaults find something here; stock Windows (MODP-1024) has to be named. A new key exchange
 * for a Child SA is optional: libreswan demands one unless told otherwise, older strongSwans have none.
 */
static const char *const ike_defaults[] = {
	"aes256gcm16-aes192gcm16-aes128gcm16-chacha20poly1305-prfsha256-prfsha384-prfsha512-"
	"x25519-ecp256-ecp384-modp3072-modp4096-modp2048",
	"aes256-aes192-aes128-sha256-sha384-sha512-x25519-ecp256-ecp384-modp3072-modp4096-modp2048",
};
static const char *const esp_defaults[] = {
	"aes256gcm16-aes192gcm16-aes128gcm16-chacha20poly1305-x25519-ecp256-ecp384-modp3072-modp4096-modp2048-none-esn-noesn",
	"aes256-aes192-aes128-sha256-sha384-sha512-x25519-ecp256-ecp384-modp3072-modp4096-modp2048-none-esn-noesn",
};

bool proposals_default(struct proposals *list, struct arena *arena, enum protocol protocol)
{
	const char *const *text = protocol == PROTO_IKE ? ike_defaults : esp_defaults;
	struct reason why;

	for (size_t i = 0; i < COUNT_OF(ike_defaults); i++)
		if (protocol == PROTO_AH || !add_one(list, arena, protocol, bytes_str(text[i]), &why))
			return false;
	return true;
}

/* --- printing --- */

/* A number that has no row here: as the registry names it, or "(N)". */
static void print_unknown(struct text *t, const struct transform *tr)
{
	const char *name = NULL;

	switch (tr->type) {
	case TRANSFORM_ENCR: name = iana_encr_name(tr->id); break;
	case TRANSFORM_PRF: name = iana_prf_name(tr->id); break;
	case TRANSFORM_INTEG: name = iana_integ_name(tr->id); break;
	case TRANSFORM_ESN: name = iana_sn_name(tr->id); break;
	default: name = tr->type <= TRANSFORM_ADDKE7 ? iana_ke_name(tr->id) : NULL; break;
	}
	if (name && tr->type != TRANSFORM_ESN)
		text_add(t, "%s", name);
	else
		text_add(t, "(%u)", tr->id);
}

/* Any row of this number: its name is the same for each key length. */
static const struct algorithm *row_of_any_length(const struct transform *tr)
{
	static const uint16_t lengths[] = { 0, 128, 256 };
	const struct algorithm *row = row_of(tr);

	for (size_t i = 0; !row && i < COUNT_OF(lengths); i++)
		row = algorithm_find(tr->type, tr->id, lengths[i]);
	return row;
}

static void print_transform(struct text *t, const struct transform *tr)
{
	const struct algorithm *row = row_of_any_length(tr);

	if (tr->type >= TRANSFORM_ADDKE1 && tr->type <= TRANSFORM_ADDKE7)
		text_add(t, "KE%d_", tr->type - TRANSFORM_ADDKE1 + 1);
	else if (tr->type == 0 || tr->type > TRANSFORM_ADDKE7)
		text_add(t, "TYPE%u_", tr->type);
	if (row)
		text_add(t, "%s", row->name);
	else
		print_unknown(t, tr);
	if (tr->key_bits)
		text_add(t, "_%u", tr->key_bits);
	if (tr->odd)
		text_add(t, "(odd attribute)");
}

void proposal_print(struct text *t, const struct proposal *p)
{
	const char *name = iana_protocol_name(p->protocol);

	if (name)
		text_add(t, "%s:", name);
	else
		text_add(t, "(%u):", p->protocol);
	for (unsigned i = 0; i < p->count; i++) {
		if (i)
			text_add(t, "/");
		print_transform(t, &p->transforms[i]);
	}
}

static bool has_transform(const struct proposal *p, unsigned type, unsigned id)
{
	for (unsigned i = 0; i < p->count; i++)
		if (p->transforms[i].type == type && p->transforms[i].id == id)
			return true;
	return false;
}

/* The PRFs are exactly those that reading the text would derive from the integrity algorithms. */
static bool prfs_are_derived(const struct proposal *p)
{
	unsigned prfs = 0, derived = 0;

	for (unsigned i = 0; i < p->count; i++) {
		const struct transform *tr = &p->transforms[i];
		const struct algorithm *row, *prf;

		prfs += tr->type == TRANSFORM_PRF;
		if (tr->type != TRANSFORM_INTEG || tr->id == IKEV2_INTEG_NONE)
			continue;
		row = row_of(tr);
		prf = row ? prf_of_integ(row) : NULL;
		if (!prf || !has_transform(p, TRANSFORM_PRF, prf->id))
			return false;
		derived++;
	}
	return prfs == derived;
}

static void print_keyword(struct text *t, const struct transform *tr)
{
	const struct algorithm *row = row_of(tr);

	if (tr->type >= TRANSFORM_ADDKE1 && tr->type <= TRANSFORM_ADDKE7)
		text_add(t, "ke%d_", tr->type - TRANSFORM_ADDKE1 + 1);
	if (tr->id == IKEV2_KE_NONE && (tr->type == TRANSFORM_KE || tr->type >= TRANSFORM_ADDKE1))
		text_add(t, "none");
	else if (row && !tr->odd)
		text_add(t, "%s", row->keyword);
	else
		print_transform(t, tr);
}

void proposal_print_keywords(struct text *t, const struct proposal *p)
{
	bool derived = prfs_are_derived(p), esn = has_transform(p, TRANSFORM_ESN, IKEV2_SN_ESN), first = true;

	for (size_t o = 0; o <= COUNT_OF(type_order); o++) {
		for (unsigned i = 0; i < p->count; i++) {
			const struct transform *tr = &p->transforms[i];
			bool last_round = o == COUNT_OF(type_order);

			if (last_round ? tr->type != 0 && tr->type <= TRANSFORM_ADDKE7 : tr->type != type_order[o])
				continue;
			if ((tr->type == TRANSFORM_PRF && derived) || (tr->type == TRANSFORM_ESN && !esn && tr->id == 0) ||
			    (tr->type == TRANSFORM_INTEG && tr->id == IKEV2_INTEG_NONE))
				continue;
			if (!first)
				text_add(t, "-");
			first = false;
			print_keyword(t, tr);
		}
	}
}
