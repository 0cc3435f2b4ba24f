/* SPDX-License-Identifier: ISC */
/* The program: `adit run` is the daemon, everything else a command that talks to it. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "daemon/daemon.h"

static void run_help(void)
{
	printf("usage: adit run [OPTIONS]\n\n"
	       "Runs the daemon in the foreground until SIGTERM or SIGINT. SIGHUP reads the configuration again.\n\n"
	       "  -c, --config FILE    configuration [/etc/adit/adit.conf, else /etc/swanctl/swanctl.conf]\n"
	       "      --vici PATH      control socket [/run/adit/vici, and /var/run/charon.vici when free]\n"
	       "      --tun NAME       name of the TUN [adit0]\n"
	       "      --port N         UDP port of IKE [500]\n"
	       "      --port-nat-t N   UDP port of IKE and ESP with NAT [4500]\n"
	       "  -v, --verbose        log every exchange\n"
	       "  -h, --help           this text\n");
}

static bool port_read(const char *text, unsigned *port)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || n < 1 || n > 65535) {
		fprintf(stderr, "adit run: a port is a number from 1 to 65535, not '%s'\n", text);
		return false;
	}
	*port = (unsigned)n;
	return true;
}

/* -1: run; otherwise the exit code. */
static int run_options(struct daemon_options *o, int argc, char **argv)
{
	static const struct option longs[] = { { "config", required_argument, NULL, 'c' }, { "vici", required_argument, NULL, 'V' },
		                               { "tun", required_argument, NULL, 'T' },    { "port", required_argument, NULL, 'p' },
		                               { "port-nat-t", required_argument, NULL, 'n' }, { "verbose", no_argument, NULL, 'v' },
		                               { "help", no_argument, NULL, 'h' },         { 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "c:vh", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'V':
			o->vici = optarg;
			break;
		case 'T':
			o->tun = optarg;
			break;
		case 'v':
			o->verbose = true;
			break;
		case 'h':
			run_help();
			return 0;
		case 'p':
		case 'n':
			if (port_read(optarg, c == 'p' ? &o->port : &o->port_nat_t))
				break;
			return 2;
		default:
			fprintf(stderr, "adit run --help shows the options.\n");
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "adit run: '%s' is one argument too many; the configuration is given with -c FILE\n", argv[optind]);
		return 2;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct daemon_options options = { 0 };
	int code;

	if (argc < 2) {
		cli_help();
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		cli_help();
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0)
		argv[1] = (char[]){ "version" };
	if (strcmp(argv[1], DAEMON_AFTER_CRASH) == 0)
		return daemon_after_crash();
	if (strcmp(argv[1], "run") != 0)
		return cli_run(argc - 1, argv + 1);
	code = run_options(&options, argc - 1, argv + 1);
	return code >= 0 ? code : daemon_run(&options);
}
