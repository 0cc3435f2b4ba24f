/* SPDX-License-Identifier: ISC */
/*
 * A configuration file and the folders beside it, loaded whole. doc/vici.md 11, 13.
 *
 * What is right is loaded, what is wrong is told: a connection with an error is left out, the others are there. Only a syntax
 * error, or a file that cannot be read, makes the load fail: then nothing is given and nothing is to be changed.
 */
#pragma once

#include "config/build.h"

enum secret_kind { SECRET_IKE, SECRET_EAP, SECRET_NTLM, SECRET_PPK };

/* secrets.ike* { secret, id* } and its like. */
struct secret_conf {
	const char *section;        /* "ike-office"; the entry's unique id */
	enum secret_kind kind;
	struct bytes secret;        /* decoded, never empty */
	struct identity *owners;    /* none: any */
	size_t owner_count;
	struct conf_at at;
};

/* A file of the folders private, rsa, ecdsa, pkcs8. */
struct key_conf {
	const char *path;
	struct bytes data;          /* PEM or DER */
	struct bytes passphrase;    /* empty: none is configured */
	struct conf_at at;          /* the file; of the passphrase's section when there is one */
};

/* A file of x509 or x509ca, or an authority's cacert. */
struct cert_conf {
	const char *path;           /* NULL: over VICI */
	struct bytes data;
	bool must_be_ca;            /* of x509ca, or an authority's */
	struct conf_at at;
};

/* The section `adit`: in milliseconds, per cent, numbers, as they are written (0 means what the manual says). */
struct settings {
	uint32_t retransmit_timeout, retransmit_base, retransmit_tries, retransmit_jitter, retransmit_limit, retransmit_early;
	uint32_t retry_first, retry_most, keep_alive, half_open_timeout;
	uint32_t cookie_threshold, block_threshold, init_limit_half_open, fragment_size;
	bool make_before_break, crash_detection;
	const char *state_dir;
};
void settings_default(struct settings *out); /* without a file */

struct config {
	struct settings settings;
	struct arena arena;         /* all members but the connections; wiped when freed */
	struct connection **connections;
	struct secret_conf *secrets;
	struct key_conf *keys;
	struct cert_conf *certs;
	size_t connection_count, secret_count, key_count, cert_count;
	const char *file;           /* interned */
};

/*
 * Loads `path`. False: a syntax error or an unreadable file, told in `problems`, and *out is NULL. True also when problems were
 * added: look at problems->errors. The keyring gets secrets, keys and certs; the engine the connections.
 */
bool config_load(const struct config_loader *loader, const char *path, struct config **out, struct problems *problems);
void config_free(struct config *c); /* NULL is fine; gives back one reference of each connection */

/* One secrets.* section with a shared secret, and one authority: for those who build single ones. Appended to `c`. */
bool secret_build(struct config *c, const struct node *section, const struct build_from *from, struct problems *problems);
bool authority_build(struct config *c, const struct node *section, const struct build_from *from, struct problems *problems);
