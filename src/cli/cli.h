/* SPDX-License-Identifier: ISC */
/*
 * The `adit` command: a client of the daemon over VICI, and `check`, which needs no daemon.
 *
 * Exit codes: 0 done; 1 it failed, and the reason was said; 2 the command line is wrong.
 */
#pragma once

/* argv[0] is the command's name ("up"), the rest its arguments. */
int cli_run(int argc, char **argv);
/* The text of `adit --help`. */
void cli_help(void);
