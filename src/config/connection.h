/* SPDX-License-Identifier: ISC */
/*
 * A connection as configured: what swanctl.conf's `connections.NAME` or VICI's load-conn says, checked and with defaults
 * filled in. doc/vici.md section 11.
 *
 * Immutable once built. Two owners really exist (the engine's table and each SA made from it), hence the count of references.
 * All members lie in the object's own arena. Each setting that a refusal may name has its conf_at beside it (key set even when
 * the value is a default; line 0 then).
 */
#pragma once

#include "base/addr.h"
#include "policy/identity.h"
#include "policy/lifetime.h"
#include "policy/proposal.h"
#include "policy/selector.h"

enum auth_class { AUTH_ANY = 0, AUTH_PUBKEY, AUTH_PSK, AUTH_EAP, AUTH_XAUTH };
enum action { ACTION_NONE = 0, ACTION_START = 1, ACTION_TRAP = 2 }; /* bits */
enum child_conf_mode { CHILD_TUNNEL, CHILD_TRANSPORT, CHILD_PASS, CHILD_DROP }; /* the first two as enum child_mode */
enum mobike_check { MOBIKE_CHECK_AFTER, MOBIKE_CHECK_BEFORE, MOBIKE_CHECK_NO };
enum unique_policy { UNIQUE_NO, UNIQUE_NEVER, UNIQUE_REPLACE, UNIQUE_KEEP };
enum send_cert { CERT_IF_ASKED, CERT_ALWAYS, CERT_NEVER };
enum fragmentation { FRAGMENTATION_NO, FRAGMENTATION_ACCEPT, FRAGMENTATION_YES, FRAGMENTATION_FORCE };
enum childless { CHILDLESS_NEVER, CHILDLESS_ALLOW, CHILDLESS_PREFER, CHILDLESS_FORCE };

/* local_addrs / remote_addrs: one entry. */
struct addr_conf {
	enum { ADDR_CONF_ANY, ADDR_CONF_RANGE, ADDR_CONF_NAME } kind;
	struct addr first, last;   /* RANGE: also a single address or a subnet; ANY: family or ADDR_NONE for both */
	const char *name;          /* NAME: resolved at each look-up */
};

struct auth_round {
	const char *section;       /* "local", "remote-1" */
	unsigned round;
	uint8_t auth;              /* enum auth_class */
	const char *auth_text;     /* as written: "pubkey", "ecdsa-256-sha384"; for VICI */
	bool rsa, ecdsa;           /* key types allowed; both false: any */
	uint16_t rsa_bits, ecdsa_bits; /* least size; 0: none */
	uint32_t ike_hashes;       /* HASH_BIT set for AUTH signatures; 0: defaults */
	bool pss;
	struct identity id;        /* local: ID_ANY = from the certificate or the address; remote: what is wanted */
	struct bytes *certs;       /* PEM or DER contents */
	const char **cert_names;   /* file names, for messages; NULL entries for VICI */
	size_t cert_count;
	struct bytes *cacerts;
	const char **cacert_names;
	size_t cacert_count;
	struct conf_at at, auth_at, id_at, certs_at, cacerts_at;
};

struct child_conf {
	const char *name;
	struct proposals esp;
	struct selectors local_ts, remote_ts;
	uint8_t mode;              /* enum child_conf_mode */
	uint8_t start_action, close_action, dpd_action; /* enum action bits */
	struct lifetime_conf time, bytes, packets;      /* seconds, bytes, packets; 0: off */
	uint32_t replay_window, reqid, priority;
	uint32_t inactivity;       /* seconds; 0: off */
	bool copy_df, copy_ecn, dscp_out, dscp_in;
	bool mode_required, no_policies, hostaccess;
	const char *tun;           /* adit's own key, its connection's if it has none; NULL */
	const char *updown;        /* a command line; NULL */
	struct conf_at at, esp_at, local_ts_at, remote_ts_at, mode_at, start_at;
};

struct connection {
	struct arena arena;
	unsigned refs;
	const char *name;
	bool from_file;
	uint8_t version;           /* 0, 1, 2 */
	struct addr_conf *local_addrs, *remote_addrs;
	size_t local_count, remote_count;
	uint16_t local_port, remote_port;
	struct proposals ike;
	bool encap, encap_no;      /* encap = yes; `encap = no` was written */
	bool mobike, send_certreq;
	uint8_t send_cert, unique, mobike_check; /* enums above */
	uint8_t fragmentation, childless; /* enums above */
	uint32_t dpd_delay;        /* seconds; 0: off */
	uint32_t keyingtries;      /* 0: for ever */
	bool keyingtries_given;    /* it is written */
	uint8_t dscp;
	struct lifetime_conf time; /* seconds: rekey, life = rekey + over, rand */
	uint64_t reauth_time;
	struct auth_round *local, *remote; /* sorted by round */
	size_t local_rounds, remote_rounds;
	struct child_conf *children;
	size_t child_count;
	struct conf_at at, ike_at, local_addrs_at, remote_addrs_at, version_at, encap_at, mobike_at;
};

struct connection *connection_ref(const struct connection *c);
void connection_unref(struct connection *c); /* NULL is fine */
/* `mode = pass` or drop: a policy, no SA. */
static inline bool child_conf_is_shunt(const struct child_conf *c)
{
	return c->mode == CHILD_PASS || c->mode == CHILD_DROP;
}
/* All its children are shunts: there is nobody to speak IKE with. */
bool connection_is_shunts(const struct connection *c);
const struct child_conf *connection_child(const struct connection *c, const char *name);
/* The same configuration, field by field (VICI's load-conn on an existing name, doc/vici.md 13.2). */
bool connection_same_ike(const struct connection *a, const struct connection *b);
bool child_conf_same(const struct child_conf *a, const struct child_conf *b);
/*
 * How well a connection fits a responder's addresses: 0 = not; more specific is larger, the peer's address counting more
 * than ours. A configured name (ADDR_CONF_NAME) that is not resolved fits every address, less well than %any.
 */
unsigned connection_fits(const struct connection *c, const struct addr *local, const struct addr *remote);
/* Does one entry hold the address? NAME: false. ANY: its family. */
bool addr_conf_has(const struct addr_conf *conf, const struct addr *a);
