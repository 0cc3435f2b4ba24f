/* SPDX-License-Identifier: ISC */
/* What the commands share: options, colours, small writers. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/client.h"

struct cli {
	const char *uri;
	bool json, colour, quiet;
	long timeout; /* seconds for up and down; 0: none */
	const char *name; /* the one argument, or NULL */
};

#define CLI_OK 0
#define CLI_FAILED 1
#define CLI_USAGE 2

int cli_up(struct cli *cli);
int cli_down(struct cli *cli);
int cli_rekey(struct cli *cli);
int cli_install(struct cli *cli);
int cli_uninstall(struct cli *cli);
int cli_status(struct cli *cli);
int cli_explain(struct cli *cli);
int cli_check(struct cli *cli);
int cli_version(struct cli *cli);

/* Escape sequences when colours are on, otherwise nothing. */
const char *cli_bold(const struct cli *cli);
const char *cli_red(const struct cli *cli);
const char *cli_green(const struct cli *cli);
const char *cli_yellow(const struct cli *cli);
const char *cli_plain(const struct cli *cli);
/* Prints the answer as JSON and gives the exit code. */
int cli_json_answer(const struct text *answer);
/* "adit: ..." on stderr, with control characters escaped. */
void cli_say_error(const struct cli *cli, struct bytes words);
/* Why a connection that the configuration has is not loaded: a line, to be freed; NULL: there is none of that name. */
char *cli_not_loaded(struct client *c, const char *connection);
/* What was refused in the newest attempt of a connection, whole, to stderr. */
void cli_print_last_attempt(struct cli *cli, struct client *c, const char *connection);
/* Whether a key of the message has this value. */
bool cli_is(struct bytes message, const char *section, const char *key, const char *value);
