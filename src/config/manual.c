/* SPDX-License-Identifier: ISC */
/* adit.conf(5) in scdoc's language, made from the table of keys so that the two cannot disagree. */
#include "config/schema.h"

static const char page_head[] =
    "adit.conf(5)\n"
    "\n"
    "# NAME\n"
    "\n"
    "adit.conf - connections, secrets and certificates of adit\n"
    "\n"
    "# DESCRIPTION\n"
    "\n"
    "*adit*(8) reads _/etc/adit/adit.conf_, or _/etc/swanctl/swanctl.conf_ when that one is not there. The language and the keys "
    "are those of strongSwan's swanctl.conf. A file that strongSwan accepts can be read; each key is then followed, or told as "
    "having no meaning here (a warning), or told as not built yet (an error: the connection that it stands in is not loaded, "
    "the others are). *adit check* tells all of that without loading anything.\n"
    "\n"
    "# SYNTAX\n"
    "\n"
    "```\n"
    "# a comment\n"
    "name = value up to the end of the line\n"
    "name = \"a quoted value, with # and } in it\"\n"
    "section {\n"
    "	name = value\n"
    "	sub-section { name = value }\n"
    "}\n"
    "child : section, other.section {\n"
    "	name =\n"
    "}\n"
    "include conf.d/*.conf\n"
    "```\n"
    "\n"
    "A section inherits the settings and sub-sections of those that are named behind its colon, the first winning; its own win "
    "over all. An empty value clears what would be inherited. A section that is written twice is one; of a setting that is "
    "written twice the last counts. Included files are taken in sorted order, relative to the including file, into the section "
    "where the include stands.\n"
    "\n"
    "In quotes, \\\\n, \\\\r and \\\\t are control characters, a backslash joins lines, and before any other character means that "
    "character. Numbers are decimal, or hexadecimal with 0x; times take s, m, h or d behind them, bytes k, m or g; yes and no "
    "may be written true and false, enabled and disabled, 1 and 0. Lists have commas between their items.\n"
    "\n"
    "# EXAMPLE\n"
    "\n"
    "```\n"
    "connections {\n"
    "	office {\n"
    "		remote_addrs = gw.example.org\n"
    "		local {\n"
    "			auth = psk\n"
    "			id = @home.example.org\n"
    "		}\n"
    "		remote {\n"
    "			auth = psk\n"
    "			id = @gw.example.org\n"
    "		}\n"
    "		children {\n"
    "			net {\n"
    "				local_ts = 10.1.0.0/16\n"
    "				remote_ts = 10.2.0.0/16\n"
    "				start_action = start\n"
    "			}\n"
    "		}\n"
    "	}\n"
    "}\n"
    "secrets {\n"
    "	ike-office {\n"
    "		id = @gw.example.org\n"
    "		# made by: openssl rand -base64 32\n"
    "		secret = 0sjmN0mU3gm0HcqqT3NfS2oBNp3LJt0VdpQEn1MqBc3o8=\n"
    "	}\n"
    "}\n"
    "```\n"
    "\n";

static const char page_folders[] =
    "# FOLDERS\n"
    "\n"
    "Beside the configuration file:\n"
    "\n"
    "*x509/*\n"
    "	Certificates of ends.\n"
    "\n"
    "*x509ca/*\n"
    "	Certificates of CAs: the anchors of trust.\n"
    "\n"
    "*private/*, *rsa/*, *ecdsa/*, *pkcs8/*\n"
    "	Private keys, PEM or DER.\n"
    "\n"
    "Every regular file there is read, but names that begin with a dot or end with a tilde.\n"
    "\n";

static const char page_more[] =
    "Further differences: an unknown section inside a child is an error, as it is everywhere else; *version = 3* is refused; "
    "hidden files and the backup copies of editors in the folders are not read; a list with one item may stand where one value is "
    "wanted, and the other way round.\n"
    "\n"
    "# SEE ALSO\n"
    "\n"
    "*adit*(8)\n";

static const struct {
	const char *title, *path, *words;
} places[AT_COUNT] = {
	[AT_CONNECTION] = { "connections.<name>", "connections.", "One IKE SA's configuration, under any name." },
	[AT_ROUND] = { "connections.<name>.local\\* and remote\\*", "local, remote: ",
	               "How each side authenticates. Without such a section: by certificate." },
	[AT_CERT] = { "connections.<name>.local\\*.cert\\* and remote\\*.cacert\\*", "cert: ",
	              "One more certificate, in a file of any place." },
	[AT_CHILD] = { "connections.<name>.children.<child>", "children: ", "What is to be carried: one Child SA." },
	[AT_POOL] = { "pools.<name>", "pools.", "Addresses to give to peers, and what they are told with them." },
	[AT_SHARED] = { "secrets.ike\\*, eap\\*, xauth\\*, ntlm\\*, ppk\\*", "secrets.",
	                "Shared secrets, and to whom they belong. The best fitting one is used." },
	[AT_KEYFILE] = { "secrets.private\\*, rsa\\*, ecdsa\\*, pkcs8\\*, pkcs12\\*", "secrets.",
	                 "Passphrases of the files in the folders of those names." },
	[AT_TOKEN] = { "secrets.token\\*", "secrets.", "Private keys on tokens." },
	[AT_AUTHORITY] = { "authorities.<name>", "authorities.", "A CA that is trusted." },
	[AT_ADIT] = { "adit", "adit.", "Settings of the daemon; strongSwan has them in strongswan.conf, and its swanctl passes this section by. "
	              "They are taken when the file is loaded." },
};

static const char *type_words(const struct key *k)
{
	switch ((enum key_type)k->type) {
	case TYPE_TEXT: return "text";
	case TYPE_BOOL: return "yes or no";
	case TYPE_NUMBER: return "number";
	case TYPE_TIME: return "time";
	case TYPE_DECIMAL: return "decimal";
	case TYPE_BYTES: return "bytes";
	case TYPE_WORD: return "word";
	case TYPE_ACTIONS: return "actions";
	case TYPE_BITS: return "six bits";
	case TYPE_MARK: return "number or mark";
	case TYPE_LIST: return "list";
	case TYPE_FILES: return "list of files";
	case TYPE_FILE: return "file";
	case TYPE_SECRET: return "secret";
	}
	return "";
}

/* A default that is a description stands in brackets in the table. */
static void print_default(struct text *t, const char *text)
{
	size_t len = strlen(text);

	if (text[0] == '(')
		text_add(t, "%.*s", (int)len - 2, text + 1);
	else
		text_add(t, "%s", text);
}

/* Which words of an enumeration are not built. */
static void print_words(struct text *t, const struct key *k)
{
	const char *before = " One of ";

	for (const struct key_word *w = k->words; w->word; w++) {
		text_add(t, "%s*%s*", before, w->word);
		if (w->state == KEY_NOT_BUILT)
			text_add(t, " (not built yet)");
		else if (w->state == KEY_LATER)
			text_add(t, " (not built yet: a warning)");
		before = ", ";
	}
	text_add(t, ".");
}

static void print_state(struct text *t, const struct key *k)
{
	switch ((enum key_state)k->state) {
	case KEY_BUILT: return;
	case KEY_LATER: text_add(t, " Not built yet: a warning."); return;
	case KEY_MEANINGLESS: text_add(t, " Without meaning here: %s.", k->note); return;
	case KEY_NOT_BUILT: break;
	}
	text_add(t, " Not built yet");
	if (k->neutral)
		text_add(t, "; *%s* is accepted", k->neutral);
	text_add(t, ".");
}

static void print_key(struct text *t, const struct key *k)
{
	const char *use = k->ours ? k->ours : k->theirs;

	text_add(t, "*%s%s* (%s", k->name, k->prefix ? "\\*" : "", type_words(k));
	if (use) {
		text_add(t, "; default: ");
		print_default(t, use);
	}
	text_add(t, ")\n\t%s%s", k->own ? "Of adit alone. " : "", k->help);
	if (k->words)
		print_words(t, k);
	print_state(t, k);
	text_add(t, "\n\n");
}

static void print_place(struct text *t, enum key_place place)
{
	size_t count;
	const struct key *table = schema_table(&count);

	text_add(t, "# %s\n\n%s\n\n", places[place].title, places[place].words);
	for (size_t i = 0; i < count; i++) {
		if (table[i].place == place)
			print_key(t, &table[i]);
	}
}

static void print_deviations(struct text *t)
{
	size_t count;
	const struct key *table = schema_table(&count);

	text_add(t, "# DEVIATIONS\n\nWhere a default is not strongSwan's. A difference that does not stand here is a fault.\n\n"
	            "[[ *Key*\n:[ *strongSwan*\n:[ *adit*\n:[ *Why*\n");
	for (size_t i = 0; i < count; i++) {
		const struct key *k = &table[i];

		if (!k->ours)
			continue;
		text_add(t, "|  %s%s\n:  ", places[k->place].path, k->name);
		print_default(t, k->theirs ? k->theirs : "none");
		text_add(t, "\n:  ");
		print_default(t, k->ours);
		text_add(t, "\n:  %s\n", k->note ? k->note : "");
	}
	text_add(t, "\n");
}

void schema_print_manual(struct text *t)
{
	text_add_bytes(t, bytes_str(page_head));
	for (unsigned place = 0; place < AT_COUNT; place++)
		print_place(t, (enum key_place)place);
	text_add_bytes(t, bytes_str(page_folders));
	print_deviations(t);
	text_add_bytes(t, bytes_str(page_more));
}
