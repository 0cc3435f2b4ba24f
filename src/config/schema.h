/* SPDX-License-Identifier: ISC */
/*
 * The table of all configuration keys: ONE list that the builder checks against, takes its defaults from, and that the
 * manual is printed from. doc/vici.md 11.
 *
 * To build a key that stands here as not built: change its state, read it where its section is built, add a test row.
 */
#pragma once

#include "base/text.h"
#include "config/problem.h"
#include "config/tree.h"

/* The kinds of sections that have keys. */
enum key_place {
	AT_CONNECTION, /* connections.NAME */
	AT_ROUND,      /* .local*, .remote* */
	AT_CERT,       /* .cert*, .cacert* of a round */
	AT_CHILD,      /* .children.NAME */
	AT_POOL,       /* pools.NAME */
	AT_SHARED,     /* secrets.ike*, eap*, xauth*, ntlm*, ppk* */
	AT_KEYFILE,    /* secrets.private*, rsa*, ecdsa*, pkcs8*, pkcs12* */
	AT_TOKEN,      /* secrets.token* */
	AT_AUTHORITY,  /* authorities.NAME */
	AT_ADIT,       /* adit: the daemon's own settings, in the file only */
	AT_COUNT
};

enum key_type {
	TYPE_TEXT,
	TYPE_BOOL,
	TYPE_NUMBER,
	TYPE_TIME,
	TYPE_DECIMAL, /* in thousandths */
	TYPE_BYTES,
	TYPE_WORD,    /* one of `words` */
	TYPE_ACTIONS, /* some of `words`, with | between */
	TYPE_BITS,    /* six binary digits */
	TYPE_MARK,    /* a number, value/mask, or a % word */
	TYPE_LIST,    /* comma-separated */
	TYPE_FILES,   /* comma-separated file names; over VICI their contents */
	TYPE_FILE,    /* one of those */
	TYPE_SECRET,  /* never printed */
};

enum key_state {
	KEY_BUILT,
	KEY_LATER,       /* not built yet, but nothing breaks without it: a warning */
	KEY_MEANINGLESS, /* changes nothing here: a warning */
	KEY_NOT_BUILT,   /* an error: what it stands in is not loaded */
};

struct key_word {
	const char *word;
	uint8_t value, state;
	const char *note; /* why the state is not KEY_BUILT; may be NULL */
};

struct key {
	uint8_t place, type, state;
	bool own;            /* adit's, unknown to strongSwan */
	bool prefix;         /* the name may go on: id1, id-two */
	const char *name;
	const struct key_word *words; /* to an empty word */
	uint64_t least;      /* NUMBER, TIME, DECIMAL: the smallest */
	uint64_t most;       /* NUMBER, TIME, DECIMAL: the largest; 0: 2^32 - 1 */
	const char *neutral; /* the value that asks for nothing, accepted in every state; NULL: none */
	const char *theirs;  /* strongSwan's default; in brackets when it is no value but words; NULL: none */
	const char *ours;    /* NULL: the same */
	const char *note;    /* why ours differs, or why the state is not KEY_BUILT */
	const char *help;
};

const struct key *schema_table(size_t *count);
/* NULL: no such key there. `name` is compared exactly; `id*` and numeric pool attributes by their rules. */
const struct key *schema_key(enum key_place place, struct bytes name);
/* The known name that looks most alike, or NULL when none does. */
const char *schema_nearest(enum key_place place, struct bytes name);

/*
 * Does a section's settings against the table: adds a problem for every unknown key, wrong value, unbuilt or meaningless
 * setting. False: at least one was an error. Sub-sections are the caller's.
 */
bool schema_check(enum key_place place, const struct node *section, struct problems *problems);

/* Settings that schema_check has passed, or the table's default when they are not written. The key must be in the table. */
struct bytes setting_text(enum key_place place, const struct node *section, const char *name); /* {NULL, 0}: no default */
bool setting_bool(enum key_place place, const struct node *section, const char *name);
uint64_t setting_number(enum key_place place, const struct node *section, const char *name); /* NUMBER, TIME, BYTES, DECIMAL */
uint8_t setting_word(enum key_place place, const struct node *section, const char *name);    /* WORD, ACTIONS */
bool setting_given(const struct node *section, const char *name);
/* Where it stands, or where it would. */
struct conf_at setting_at(const struct node *section, const char *name);
/* The text of a setting that may be a list of one item, as VICI clients send it. */
struct bytes setting_value(const struct node *setting);

/* adit.conf(5) with all keys and the table of deviations, in scdoc's language: doc/adit.conf.5.scd. */
void schema_print_manual(struct text *t);
