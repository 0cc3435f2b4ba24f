/* SPDX-License-Identifier: ISC */
/* adit-bench [crypto] [handshake] [idle]: figures of one run on one machine; only their ratios mean something elsewhere. */
#include <stdio.h>
#include <string.h>

#include "bench_crypto.h"
#include "bench_handshake.h"
#include "bench_idle.h"
#include "flood.h"
#include "crypto/crypto.h"

static bool run_crypto(void)
{
	bench_crypto();
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} benches[] = {
	{ "crypto", run_crypto },
	{ "handshake", bench_handshake },
	{ "idle", bench_idle },
};

static bool known(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(benches); i++)
		if (strcmp(benches[i].name, name) == 0)
			return true;
	return false;
}

static bool wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return true;
	return argc < 2;
}

/* Tools of tests/bench/flood. */
static int run_flood(int argc, char **argv)
{
	struct reason why;
	bool ok = false;

	if (!crypto_start(&why))
		return 1;
	if (strcmp(argv[0], "flood-send") == 0)
		ok = flood_send(argc - 1, argv + 1);
	else if (strcmp(argv[0], "flood-clients") == 0)
		ok = flood_clients(argc - 1, argv + 1);
	crypto_stop();
	return ok ? 0 : 2;
}

int main(int argc, char **argv)
{
	struct reason why;
	bool ok = true;

	if (argc > 1 && strncmp(argv[1], "flood-", 6) == 0)
		return run_flood(argc - 1, argv + 1);
	for (int i = 1; i < argc; i++) {
		if (known(argv[i]))
			continue;
		fprintf(stderr, "adit-bench: %s: no such benchmark; there are crypto, handshake and idle\n", argv[i]);
		return 2;
	}
	if (!crypto_start(&why)) {
		fprintf(stderr, "adit-bench: %.*s\n", (int)why.about.bytes.len, (const char *)why.about.bytes.at);
		return 1;
	}
	for (size_t i = 0; i < COUNT_OF(benches); i++)
		if (wanted(benches[i].name, argc, argv))
			ok = benches[i].run() && ok;
	crypto_stop();
	return ok ? 0 : 1;
}
