/* SPDX-License-Identifier: ISC */
/* The table of commands, their options and help. */
#include "cli/cli.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/private.h"

static const struct cli_command {
	const char *name, *argument;
	enum { NO_NAME, MAY_NAME, MUST_NAME } names;
	int (*run)(struct cli *cli);
	const char *help;
} commands[] = {
	{ "up", "NAME", MUST_NAME, cli_up,
	  "bring a connection up, with all its children; or one child: CHILD or CONNECTION/CHILD" },
	{ "down", "NAME", MUST_NAME, cli_down, "take a connection down, or one child" },
	{ "rekey", "NAME", MUST_NAME, cli_rekey, "give a connection's IKE SA new keys, or one child's SA" },
	{ "install", "CHILD", MUST_NAME, cli_install,
	  "install a child's trap (traffic brings it up), or its pass or drop policy" },
	{ "uninstall", "CHILD", MUST_NAME, cli_uninstall, "remove it" },
	{ "status", "[NAME]", MAY_NAME, cli_status, "show the daemon, the connections and their tunnels" },
	{ "explain", "[NAME]", MAY_NAME, cli_explain,
	  "tell the last attempts of a connection step by step: what was offered, what is\n"
	  "                       configured and where, and what would make them meet;\n"
	  "                       without NAME: peers that no connection fits" },
	{ "check", "[FILE]", MAY_NAME, cli_check, "read a configuration and name its faults, without a daemon" },
	{ "version", "", NO_NAME, cli_version, "show the version" },
};

void cli_help(void)
{
	printf("adit, an IKE and IPsec VPN\n\nusage: adit COMMAND [OPTIONS] [NAME]\n\ncommands:\n"
	       "  run                  run the daemon: adit run [-c FILE] (adit run --help)\n");
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		printf("  %-9s %-10s %s\n", commands[i].name, commands[i].argument, commands[i].help);
	printf("\noptions:\n"
	       "  -j, --json           print JSON\n"
	       "  -u, --uri URI        the daemon's control socket (unix:///run/adit/vici; or ADIT_VICI)\n"
	       "  -t, --timeout SEC    up, down: wait no longer than this\n"
	       "  -q, --quiet          up, down: no progress\n"
	       "  -h, --help           this text\n"
	       "\nexit codes: 0 done, 1 failed (the reason is said), 2 wrong command line\n"
	       "\nexamples:\n"
	       "  adit check /etc/adit/adit.conf      is the configuration right?\n"
	       "  adit up office                      bring the tunnel up and see each exchange\n"
	       "  adit explain office                 why did it not come up?\n");
}

__attribute__((format(printf, 1, 2))) static int usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nadit --help shows the commands.\n");
	return CLI_USAGE;
}

static bool options_read(struct cli *cli, int argc, char **argv, int *code)
{
	static const struct option longs[] = { { "json", no_argument, NULL, 'j' },         { "uri", required_argument, NULL, 'u' },
		                               { "timeout", required_argument, NULL, 't' }, { "quiet", no_argument, NULL, 'q' },
		                               { "help", no_argument, NULL, 'h' },          { 0 } };
	char *end;
	int c;

	*code = CLI_USAGE;
	optind = 1;
	while ((c = getopt_long(argc, argv, "ju:t:qh", longs, NULL)) != -1) {
		switch (c) {
		case 'j':
			cli->json = true;
			break;
		case 'u':
			cli->uri = optarg;
			break;
		case 'q':
			cli->quiet = true;
			break;
		case 't':
			cli->timeout = strtol(optarg, &end, 10);
			if (*end || cli->timeout <= 0 || cli->timeout > 86400)
				return usage("adit: --timeout wants seconds, 1 to 86400, not '%s'.", optarg), false;
			break;
		case 'h':
			cli_help();
			*code = CLI_OK;
			return false;
		default:
			fprintf(stderr, "adit --help shows the options.\n");
			return false;
		}
	}
	return true;
}

int cli_run(int argc, char **argv)
{
	struct cli cli = { .colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") };
	const struct cli_command *command = NULL;
	int code;

	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(argv[0], commands[i].name) == 0)
			command = &commands[i];
	if (!command)
		return usage("adit: there is no command '%s'.", argv[0]);
	if (!options_read(&cli, argc, argv, &code))
		return code;
	if (optind < argc)
		cli.name = argv[optind++];
	if (optind < argc || (cli.name && command->names == NO_NAME))
		return usage("adit: '%s' is one argument too many.", optind < argc ? argv[optind] : cli.name);
	if (!cli.name && command->names == MUST_NAME)
		return usage("adit %s: which connection?", command->name);
	return command->run(&cli);
}

static const char *colour(const struct cli *cli, const char *sequence)
{
	return cli->colour ? sequence : "";
}

const char *cli_bold(const struct cli *cli)
{
	return colour(cli, "\033[1m");
}

const char *cli_red(const struct cli *cli)
{
	return colour(cli, "\033[31m");
}

const char *cli_green(const struct cli *cli)
{
	return colour(cli, "\033[32m");
}

const char *cli_yellow(const struct cli *cli)
{
	return colour(cli, "\033[33m");
}

const char *cli_plain(const struct cli *cli)
{
	return colour(cli, "\033[0m");
}

void cli_say_error(const struct cli *cli, struct bytes words)
{
	struct text line = { 0 };

	text_add_safe(&line, words);
	fflush(stdout);
	fprintf(stderr, "%sadit: %s%s\n", cli_red(cli), text_str(&line), cli_plain(cli));
	text_clear(&line);
}

int cli_json_answer(const struct text *answer)
{
	struct text out = { 0 };
	struct bytes errmsg;

	json_message(&out, bytes(answer->at, answer->len));
	printf("%s\n", text_str(&out));
	text_clear(&out);
	return client_good(answer, &errmsg) ? CLI_OK : CLI_FAILED;
}

bool cli_is(struct bytes message, const char *section, const char *key, const char *value)
{
	struct bytes v;

	return vici_find(message, section, key, &v) && bytes_equal(v, bytes_str(value));
}
