/* SPDX-License-Identifier: ISC */
/* Reasons in words. What a value is called in which refusal, and what to change, stands in one table. */
#include "policy/explain.h"

#include <time.h>

#include "base/addr.h"
#include "iana/ikev2.h"
#include "policy/identity.h"
#include "policy/proposal.h"
#include "policy/selector.h"

#define MS_STATUS 12345u /* Windows' private notify: a Win32 error */

/* --- values --- */

static void print_time(struct text *t, int64_t when)
{
	time_t at = (time_t)when;
	struct tm tm;

	if (gmtime_r(&at, &tm) && tm.tm_year <= 9999 - 1900 && tm.tm_year >= -1900)
		text_add(t, "%04d-%02d-%02d %02d:%02d:%02d UTC", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		         tm.tm_min, tm.tm_sec);
	else
		text_add(t, "%lld s since 1970", (long long)when);
}

static void print_duration(struct text *t, uint64_t ms)
{
	unsigned long long s = ms / 1000;

	if (ms < 1000)
		text_add(t, "%llu ms", (unsigned long long)ms);
	else if (s < 60 && ms % 1000)
		text_add(t, "%llu.%llu s", s, (unsigned long long)(ms % 1000 / 100));
	else if (s < 120)
		text_add(t, "%llu s", s);
	else if (s < 7200)
		text_add(t, "%llu min %llu s", s / 60, s % 60);
	else
		text_add(t, "%llu h %llu min", s / 3600, s % 3600 / 60);
}

static void print_addr(struct text *t, const struct value *v)
{
	struct endpoint e = { .port = (uint16_t)v->number };

	if (!addr_from_bytes(&e.addr, v->bytes))
		text_add_hex(t, v->bytes);
	else if (v->kind == VALUE_ENDPOINT)
		endpoint_print(t, &e);
	else
		addr_print(t, &e.addr);
}

/* The type stands beside it: identities that look the same may be of two types, and then do not fit. */
static void print_identity(struct text *t, struct bytes flat)
{
	static const char *const types[] = {
		[ID_IPV4_ADDR] = "IPv4 address",   [ID_FQDN] = "FQDN",
		[ID_RFC822_ADDR] = "e-mail",       [ID_IPV4_ADDR_SUBNET] = "IPv4 subnet",
		[ID_IPV6_ADDR] = "IPv6 address",   [ID_IPV6_ADDR_SUBNET] = "IPv6 subnet",
		[ID_IPV4_ADDR_RANGE] = "IPv4 range", [ID_IPV6_ADDR_RANGE] = "IPv6 range",
		[ID_DER_ASN1_DN] = "DN",           [ID_KEY_ID] = "key ID",
	};
	struct identity id;

	if (!identity_of_flat(&id, flat))
		return;
	identity_print(t, &id);
	if (id.type < COUNT_OF(types) && types[id.type])
		text_add(t, " (%s)", types[id.type]);
}

static void print_proposals(struct text *t, struct bytes flat, const char *between)
{
	struct arena arena = { 0 };
	struct proposals p;

	if (flat.len == 0)
		text_add(t, "nothing");
	else if (!proposals_read(&p, flat, &arena))
		text_add_hex(t, flat);
	else
		for (unsigned i = 0; i < p.count; i++) {
			text_add(t, "%s", i ? between : "");
			proposal_print_keywords(t, &p.list[i]);
		}
	arena_clear(&arena);
}

static void print_selectors(struct text *t, struct bytes flat)
{
	struct arena arena = { 0 };
	struct selectors s;

	if (selectors_read(&s, flat, &arena) && s.count)
		selectors_print(t, &s);
	else if (flat.len <= 4)
		text_add(t, "nothing");
	else
		text_add_hex(t, flat);
	arena_clear(&arena);
}

static void print_ke(struct text *t, uint64_t method)
{
	const struct algorithm *row = method <= UINT16_MAX ? algorithm_find(TRANSFORM_KE, (unsigned)method, 0) : NULL;
	const char *name = method <= UINT16_MAX ? iana_ke_name((unsigned)method) : NULL;

	if (row)
		text_add(t, "%s", row->keyword);
	else if (name)
		text_add(t, "%s", name);
	else
		text_add(t, "(%llu)", (unsigned long long)method);
}

/* What Windows means by its numbers, and the usual cause. */
static const struct {
	uint32_t code;
	const char *words;
} windows[] = {
	{ 87, "a parameter is wrong" },
	{ 809, "no answer: a firewall or NAT between" },
	{ 13801, "the certificate is not accepted: its name, its use (serverAuth) or its CA" },
	{ 13806, "Windows has no certificate of its own that fits" },
	{ 13816, "an error of its own; often a key exchange that it did not expect on rekeying" },
	{ 13863, "rekeying of a Child SA behind NAT refused" },
	{ 13868, "no common proposal: its policy and ours do not fit" },
};

static void print_windows(struct text *t, struct bytes data)
{
	uint32_t code;

	if (data.len != 4) {
		text_add_hex(t, data);
		return;
	}
	code = get_u32(data.at);
	text_add(t, "%u", code);
	for (size_t i = 0; i < COUNT_OF(windows); i++)
		if (windows[i].code == code)
			text_add(t, ", %s", windows[i].words);
}

static void print_notify(struct text *t, uint64_t type, struct bytes data)
{
	const char *name = type <= UINT16_MAX ? iana_notify_name((unsigned)type) : NULL;

	if (type == MS_STATUS)
		text_add(t, "Windows status");
	else if (name)
		text_add(t, "%s", name);
	else
		text_add(t, "notify %llu", (unsigned long long)type);
	if (data.len == 0)
		return;
	text_add(t, " (");
	if (type == MS_STATUS) {
		print_windows(t, data);
	} else if (type == IKEV2_NOTIFY_INVALID_KE_PAYLOAD && data.len == 2) {
		text_add(t, "wants ");
		print_ke(t, get_u16(data.at));
	} else if (type == IKEV2_NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD && data.len == 1) {
		text_add(t, "payload %u", data.at[0]);
	} else {
		text_add_hex(t, data);
	}
	text_add(t, ")");
}

/* The word of the configuration for a method of RFC 7296 3.8; NULL: there is none. */
static const char *auth_word(uint64_t method)
{
	switch (method) {
	case IKEV2_AUTH_SHARED_KEY: return "psk";
	case IKEV2_AUTH_RSA:
	case IKEV2_AUTH_ECDSA_256:
	case IKEV2_AUTH_ECDSA_384:
	case IKEV2_AUTH_ECDSA_521:
	case IKEV2_AUTH_DIGITAL_SIGNATURE: return "pubkey";
	default: return NULL;
	}
}

static void print_auth(struct text *t, const struct value *v)
{
	const char *name = v->number <= UINT8_MAX ? iana_auth_method_name((unsigned)v->number) : NULL;
	const char *word = auth_word(v->number);

	if (word)
		text_add(t, "%s (", word);
	if (name)
		text_add(t, "%s", name);
	else
		text_add(t, "method %llu", (unsigned long long)v->number);
	if (v->bytes.len) {
		text_add(t, word ? ", " : " (");
		text_add_safe(t, v->bytes);
	}
	if (word || v->bytes.len)
		text_add(t, ")");
}

void value_print(struct text *t, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NONE: break;
	case VALUE_TEXT: text_add_safe(t, v->bytes); break;
	case VALUE_NUMBER: text_add(t, "%llu", (unsigned long long)v->number); break;
	case VALUE_TIME: print_time(t, (int64_t)v->number); break;
	case VALUE_DURATION: print_duration(t, v->number); break;
	case VALUE_ADDR:
	case VALUE_ENDPOINT: print_addr(t, v); break;
	case VALUE_HEX: text_add_hex(t, v->bytes); break;
	case VALUE_ID: print_identity(t, v->bytes); break;
	case VALUE_DN: dn_print(t, v->bytes); break;
	case VALUE_PROPOSALS: print_proposals(t, v->bytes, ", "); break;
	case VALUE_TS: print_selectors(t, v->bytes); break;
	case VALUE_KE: print_ke(t, v->number); break;
	case VALUE_NOTIFY: print_notify(t, v->number, v->bytes); break;
	case VALUE_AUTH: print_auth(t, v); break;
	case VALUE_SPI: text_add(t, v->number > UINT32_MAX ? "%016llx" : "%08llx", (unsigned long long)v->number); break;
	}
}

/* --- where --- */

/* A whole top section, "secrets": something is missing in it. */
static bool is_top(const char *key)
{
	return !strchr(key, '.');
}

void conf_at_print(struct text *t, const struct conf_at *where)
{
	bool file = where->file && (!where->key || is_top(where->key));

	if (where->file && where->line)
		text_add(t, "%s:%u", where->file, where->line);
	else if (file)
		text_add(t, "%s", where->file);
	if (!where->key)
		return;
	if (where->file && (where->line || file))
		text_add(t, " (%s)", where->key);
	else
		text_add(t, "%s", where->key);
}

static bool has_place(const struct conf_at *where)
{
	return where->key || (where->file && where->line);
}

/* "(/etc/swanctl/swanctl.conf:7, connections.office.proposals)" */
static void print_place(struct text *t, const struct conf_at *where)
{
	bool top = where->file && !where->line && where->key && is_top(where->key);

	text_add(t, "   (");
	if (where->file && where->line)
		text_add(t, "%s:%u%s", where->file, where->line, where->key ? ", " : "");
	if (top)
		text_add(t, "%s, ", where->file);
	if (where->key)
		text_add(t, "%s", where->key);
	if (!where->line && !top)
		text_add(t, ", %s", where->file ? "by default" : "not written in a file");
	text_add(t, ")");
}

/* --- lines --- */

#define INDENT "\n              "

static void line(struct text *t, const char *label)
{
	text_add(t, "\n  %-12s", label);
}

static void line_value(struct text *t, const char *label, const struct value *v, const struct conf_at *where)
{
	if (v->kind == VALUE_NONE)
		return;
	line(t, label);
	if (v->kind == VALUE_PROPOSALS)
		print_proposals(t, v->bytes, INDENT);
	else
		value_print(t, v);
	if (where && has_place(where))
		print_place(t, where);
}

static const char *key_or(const struct reason *why, const char *other)
{
	return why->where.key ? why->where.key : other;
}

static void explain_proposals(struct text *t, const struct reason *why)
{
	struct arena arena = { 0 };
	struct proposals got, wanted;
	struct proposal_gap gap;

	if (proposals_read(&got, why->got.bytes, &arena) && proposals_read(&wanted, why->wanted.bytes, &arena) &&
	    proposals_nearest(&gap, &got, &wanted) && gap.types) {
		line(t, "differs");
		proposal_gap_print_types(t, &gap);
		if (why->about.kind == VALUE_NONE) {
			line(t, "change");
			proposal_gap_print_change(t, &gap, key_or(why, NULL));
		}
	}
	arena_clear(&arena);
}

static bool ends_with(const char *s, const char *tail)
{
	size_t n = s ? strlen(s) : 0, m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

static void explain_selectors(struct text *t, const struct reason *why)
{
	const char *theirs = ends_with(why->where.key, "remote_ts")  ? "the peer's local_ts"
	                     : ends_with(why->where.key, "local_ts") ? "the peer's remote_ts"
	                                                             : "the peer's selectors";

	if (why->about.kind != VALUE_NONE)
		return;
	line(t, "change");
	text_add(t, "set %s to ", key_or(why, "the configured selectors"));
	value_print(t, &why->got);
	text_add(t, ", or %s to ", theirs);
	value_print(t, &why->wanted);
}

/* An identity as it can be written into the configuration; false: its text means another one there. */
static bool print_pasteable(struct text *t, const struct value *v)
{
	struct arena arena = { 0 };
	struct identity id, again;
	struct text words = { 0 };
	struct reason why;
	bool ok = v->kind == VALUE_ID && identity_of_flat(&id, v->bytes);

	if (ok) {
		identity_print(&words, &id);
		ok = identity_parse(&again, bytes(words.at, words.len), &arena, &why) && identity_equal(&id, &again);
	}
	if (ok)
		text_add(t, "%s", text_str(&words));
	text_clear(&words);
	arena_clear(&arena);
	return ok;
}

static void change_identity(struct text *t, const struct reason *why, const char *here, const char *there)
{
	line(t, "change");
	text_add(t, "set %s to ", key_or(why, here));
	if (!print_pasteable(t, &why->got))
		text_add(t, "what the peer says");
	text_add(t, ", or %s to ", there);
	if (!print_pasteable(t, &why->wanted))
		text_add(t, "what is configured here");
}

static void explain_identity(struct text *t, const struct reason *why)
{
	change_identity(t, why, "the id of the remote section", "the id of the peer's local section");
}

static void explain_own_identity(struct text *t, const struct reason *why)
{
	change_identity(t, why, "the id of the local section", "the id of the peer's remote section");
}

static void explain_cert_name(struct text *t, const struct reason *why)
{
	line(t, "change");
	text_add(t, "issue a certificate with the identity as subjectAltName, or set %s to a name that the certificate contains",
	         key_or(why, "the id"));
}

static void explain_psk(struct text *t, const struct reason *why)
{
	line(t, "change");
	text_add(t, "write the same secret into %s and at the peer; look for blanks and quotes around it",
	         key_or(why, "the secret here"));
}

static void print_auth_setting(struct text *t, const struct value *v)
{
	if (v->kind == VALUE_AUTH && v->bytes.len)
		text_add_safe(t, v->bytes);
	else if (v->kind == VALUE_AUTH && auth_word(v->number))
		text_add(t, "%s", auth_word(v->number));
	else
		value_print(t, v);
}

static void explain_auth_method(struct text *t, const struct reason *why)
{
	line(t, "change");
	text_add(t, "set %s to ", key_or(why, "auth of the remote section"));
	print_auth_setting(t, &why->got);
	text_add(t, ", or auth of the peer's local section to ");
	print_auth_setting(t, &why->wanted);
}

/* What a peer's notify usually comes from, seen from the side that got it. */
static const struct {
	uint16_t notify;
	const char *words;
} refusals[] = {
	{ IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN,
	  "none of our proposals fits one of the peer's, or the peer has no connection for our address" },
	{ IKEV2_NOTIFY_AUTHENTICATION_FAILED,
	  "the peer does not accept our identity or what proves it (key, certificate), or has no connection for them" },
	{ IKEV2_NOTIFY_TS_UNACCEPTABLE, "the peer's traffic selectors do not overlap with ours" },
	{ IKEV2_NOTIFY_SINGLE_PAIR_REQUIRED, "the peer takes one pair of traffic selectors in each Child SA" },
	{ IKEV2_NOTIFY_NO_ADDITIONAL_SAS, "the peer takes no more Child SAs on this IKE SA" },
	{ IKEV2_NOTIFY_INVALID_SYNTAX, "the peer could not read our message, or its checks failed" },
	{ IKEV2_NOTIFY_INTERNAL_ADDRESS_FAILURE, "the peer has no virtual address for us" },
	{ IKEV2_NOTIFY_FAILED_CP_REQUIRED, "the peer wants us to ask for a virtual address (vips)" },
	{ IKEV2_NOTIFY_TEMPORARY_FAILURE, "the peer is busy with another exchange; it is tried again" },
};

static const char *refusal_words(uint16_t notify)
{
	for (size_t i = 0; i < COUNT_OF(refusals); i++)
		if (refusals[i].notify == notify)
			return refusals[i].words;
	return NULL;
}

/* --- the table --- */

/*
 * How `got`, `wanted` and `about` are called in a refusal, and one change that helps (NULL: it is made from the values, or there
 * is none to recommend).
 */
struct labels {
	const char *got, *wanted, *about, *change;
	void (*more)(struct text *t, const struct reason *why); /* lines of its own */
	bool place_about; /* the setting's place stands beside `about` */
	bool name_about;  /* `about` has its label in one line too */
};

#define KNOWN_THERE "the reason is known at the peer: `adit explain` there, or its log, tells it"

static const struct labels labels_of[REASON_COUNT] = {
	[REASON_INTERNAL] = { NULL, NULL, NULL, "report it with this text: nothing in the configuration can cause it" },
	[REASON_VERSION] = { "version", "spoken here", NULL, "set the peer to IKEv2" },
	[REASON_PAYLOAD_MISSING] = { "message", "payload", "payload", NULL },
	[REASON_PAYLOAD_DOUBLED] = { "message", "payload", "payload", NULL },
	[REASON_NO_CONNECTION] = { "peer", "here", NULL, "add a connection whose local_addrs and remote_addrs fit these" },
	[REASON_PROPOSAL] = { "offered", "configured", NULL, NULL, explain_proposals },
	[REASON_KE_METHOD] = { "sent", "wanted", NULL, "none needed: the exchange is tried again with the wanted method" },
	[REASON_KE_VALUE] = { "method", NULL, NULL, NULL },
	[REASON_LIMIT] = { "now", "limit", NULL, NULL },
	[REASON_IDENTITY] = { "peer says", "configured", NULL, NULL, explain_identity },
	[REASON_OWN_IDENTITY] = { "asked for", "configured", NULL, NULL, explain_own_identity },
	[REASON_AUTH_METHOD] = { "peer uses", "configured", NULL, NULL, explain_auth_method },
	[REASON_NO_PSK] = { "peer", "here", NULL,
	                    "add a secret for these identities to the section secrets: ike-1 { id = ...  secret = ... }" },
	[REASON_PSK_MISMATCH] = { "peer", "here", "secret", NULL, explain_psk, true, true },
	[REASON_NO_KEY] = { "certificate", "identity", NULL,
	                    "put the private key of the certificate into the directory private, and load it" },
	[REASON_NO_CERT] = { NULL, "identity", NULL, "name a certificate in certs, or put one into the directory x509" },
	[REASON_SIGNATURE] = { "peer", NULL, "certificate",
	                       "the key that signed is not the certificate's: renew what the peer has loaded" },
	[REASON_SIGNATURE_ALGORITHM] = { "peer has", "allowed", NULL, NULL },
	[REASON_CERT_UNREADABLE] = { NULL, NULL, "fault", "give it as X.509 in PEM or DER" },
	[REASON_CERT_EXPIRED] = { "now", "expired", "certificate", "renew the certificate, or set the clock of this machine", NULL, true },
	[REASON_CERT_NOT_YET] = { "now", "valid from", "certificate", "set the clocks of this machine and of the CA", NULL, true },
	[REASON_CERT_SELF_SIGNED] = { "certificate", NULL, "certificate",
	                              "name it in cacerts or certs of the remote section, if you trust it", NULL, true },
	[REASON_CERT_UNTRUSTED] = { "issuer", "trusted", "certificate",
	                            "put the certificate of its CA into the directory x509ca, or name it in cacerts" },
	[REASON_CERT_NAME] = { "contains", "identity", "certificate", NULL, explain_cert_name },
	[REASON_CERT_INVALID] = { "certificate", NULL, "fault", NULL },
	[REASON_CERT_OTHER] = { "peer has", "configured", NULL,
	                        "give the peer the configured certificate, or name the peer's in certs of the remote section" },
	[REASON_CERT_REVOKED] = { "revoked", NULL, "certificate", "issue a new certificate for the peer" },
	[REASON_TS] = { "offered", "configured", NULL, NULL, explain_selectors },
	[REASON_MODE] = { "offered", "configured", NULL, NULL },
	[REASON_PEER_REFUSED] = { "sent", "sent", "answer", NULL },
	[REASON_PEER_DELETED] = { "peer", NULL, NULL, KNOWN_THERE },
	[REASON_PEER_RESTARTED] = { "peer", NULL, NULL, "none needed: what is wanted is set up anew" },
	[REASON_NO_ANSWER] = { "peer", "tried", NULL,
	                       "check the address, that the peer runs, and that UDP 500 and 4500 pass the firewalls between" },
	[REASON_ASK_LATE] = { "asked", "limit", NULL, NULL },
	[REASON_LIFETIME] = { "age", "limit", NULL, NULL },
	[REASON_HALF_OPEN] = { "peer", "waited", NULL,
	                       "if it had our answer: check that it trusts our CA and that our certificate has the name it dialled" },
	[REASON_MOVED] = { "now", "before", NULL, "with mobike = yes on both sides the IKE SA would have moved" },
	[REASON_NAT_FORBIDDEN] = { "seen", "sent", NULL, "find the NAT between the peers, or let the peer speak NAT traversal" },
	[REASON_ONE_WAY] = { NULL, NULL, NULL, "let protocol 50 pass on the way, or set encap = yes" },
	[REASON_NO_ADDRESS] = { NULL, "configured", NULL, "check remote_addrs, its name in the DNS, and the routes" },
	[REASON_CONFIG] = { "written", "near to it", "fault", NULL },
	[REASON_NOT_FOUND] = { "asked for", "there are", NULL, NULL },
	[REASON_RIGHTS] = { "operation", "needed", NULL, NULL },
	[REASON_IN_USE] = { NULL, "wanted", "used by", NULL },
};

/* An answer's check has the same kinds as a choice, the other way round; it says so in `about`. */
static struct labels labels(const struct reason *why)
{
	struct labels l = labels_of[why->kind < REASON_COUNT ? why->kind : REASON_NONE];

	if ((why->kind == REASON_PROPOSAL || why->kind == REASON_TS) && why->about.kind == VALUE_TEXT) {
		l.got = "answered";
		l.wanted = "offered";
	}
	if (!l.got)
		l.got = "got";
	if (!l.wanted)
		l.wanted = "wanted";
	if (!l.about)
		l.about = "detail";
	return l;
}

/* --- what the peer refused: all of it is ours, and each part has its own place --- */

static void print_answer(struct text *t, const struct reason *why)
{
	print_notify(t, why->notify, bytes_none());
	if (why->about.kind == VALUE_NONE)
		return;
	text_add(t, " (");
	value_print(t, &why->about);
	text_add(t, ")");
}

/* How we proved our identity: the name of a secret's section, a certificate's subject, or (long ago) only by which method. */
static void print_sent(struct text *t, const struct reason *why, const struct value *v)
{
	bool proof = why->notify == IKEV2_NOTIFY_AUTHENTICATION_FAILED && v == &why->wanted;

	if (proof && v->kind == VALUE_DN)
		text_add(t, "the certificate ");
	else if (proof)
		text_add(t, "%s", ends_with(why->also.key, ".auth") ? "proof by " : "the pre-shared key of ");
	value_print(t, v);
}

static void tell_refusal(struct text *t, const struct reason *why)
{
	const struct value *sent[] = { &why->got, &why->wanted };
	const struct conf_at *at[] = { &why->where, &why->also };

	text_add(t, ": ");
	print_answer(t, why);
	for (size_t i = 0; i < COUNT_OF(sent); i++) {
		if (sent[i]->kind == VALUE_NONE)
			continue;
		text_add(t, i ? " and " : "; we sent ");
		print_sent(t, why, sent[i]);
		if (has_place(at[i])) {
			text_add(t, " [");
			conf_at_print(t, at[i]);
			text_add(t, "]");
		}
	}
	text_add(t, "; the peer knows why");
}

static void explain_refusal(struct text *t, const struct reason *why)
{
	const char *means = refusal_words(why->notify);
	const struct value *sent[] = { &why->got, &why->wanted };
	const struct conf_at *at[] = { &why->where, &why->also };

	text_add(t, ": ");
	print_answer(t, why);
	if (means) {
		line(t, "means");
		text_add(t, "%s", means);
	}
	for (size_t i = 0; i < COUNT_OF(sent); i++) {
		if (sent[i]->kind == VALUE_NONE)
			continue;
		line(t, "we sent");
		if (sent[i]->kind == VALUE_PROPOSALS)
			print_proposals(t, sent[i]->bytes, INDENT);
		else
			print_sent(t, why, sent[i]);
		if (has_place(at[i]))
			print_place(t, at[i]);
	}
	if (why->got.kind == VALUE_NONE && has_place(&why->where)) {
		line(t, "at");
		conf_at_print(t, &why->where);
	}
	line(t, "next");
	text_add(t, "%s\n", KNOWN_THERE);
}

/* --- one line --- */

static void print_labelled(struct text *t, const char *sep, const char *label, const struct value *v)
{
	text_add(t, "%s%s ", sep, label);
	value_print(t, v);
}

void reason_print_short(struct text *t, const struct reason *why)
{
	text_add(t, "%s", reason_words(why->kind));
	if (why->kind != REASON_PEER_REFUSED || !why->notify)
		return;
	text_add(t, ": ");
	print_answer(t, why);
}

void reason_print(struct text *t, const struct reason *why)
{
	struct labels l = labels(why);
	const char *sep = ": ";

	text_add(t, "%s", reason_words(why->kind));
	if (why->kind == REASON_PEER_REFUSED && why->notify) {
		tell_refusal(t, why);
		return;
	}
	if (why->about.kind != VALUE_NONE) {
		text_add(t, "%s%s%s", sep, l.name_about ? l.about : "", l.name_about ? " " : "");
		value_print(t, &why->about);
		sep = "; ";
	}
	if (why->kind != REASON_CONFIG && why->got.kind != VALUE_NONE) { /* the fault quotes what is written */
		print_labelled(t, sep, l.got, &why->got);
		sep = "; ";
	}
	if (why->kind != REASON_CONFIG && why->wanted.kind != VALUE_NONE)
		print_labelled(t, sep, l.wanted, &why->wanted);
	if (has_place(&why->where)) {
		text_add(t, " [");
		conf_at_print(t, &why->where);
		text_add(t, "]");
	}
}

/* --- all of it --- */

void reason_explain(struct text *t, const struct reason *why)
{
	struct labels l = labels(why);
	/* the setting stands beside what it says; where nothing was wanted, beside what there is */
	bool beside_about = l.place_about && why->about.kind != VALUE_NONE;
	bool beside_wanted = !beside_about && why->wanted.kind != VALUE_NONE && why->kind != REASON_CONFIG;
	bool beside_got = !beside_about && !beside_wanted && why->got.kind != VALUE_NONE;

	text_add(t, "%s", reason_words(why->kind));
	if (why->kind == REASON_PEER_REFUSED && why->notify) {
		explain_refusal(t, why);
		return;
	}
	line_value(t, l.about, &why->about, beside_about ? &why->where : NULL);
	line_value(t, l.got, &why->got, beside_got ? &why->where : NULL);
	line_value(t, l.wanted, &why->wanted, beside_wanted ? &why->where : NULL);
	if (!beside_about && !beside_wanted && !beside_got && has_place(&why->where)) {
		line(t, "at");
		conf_at_print(t, &why->where);
	}
	if (l.more)
		l.more(t, why);
	if (l.change) {
		line(t, "change");
		text_add(t, "%s", l.change);
	}
	text_add(t, "\n");
}
