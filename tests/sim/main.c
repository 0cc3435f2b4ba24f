/* SPDX-License-Identifier: ISC */
/*
 * adit-sim: many seeds, shared by processes; what was broken is run again with a chart.
 *
 * Without --seed and --asks it is a test suite: seeds with ordinary hosts, seeds with hard ones, the same seeds twice, and a fault that
 * must be found. It prints a line a test, `ok NAME` or `not ok NAME - why`, and remarks that begin with `# `.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crypto/pki.h"
#include "ike/step.h"
#include "ike/v2/steps.h"
#include "sim/sim.h"
#include "support/ecdsa_fixed.h"

#ifdef __SANITIZE_ADDRESS__ /* slower, and its results stand beside those of the ordinary build */
#define SUITE "sim-asan/"
#define SEEDS 1500
#define MANY_SEEDS 80
#else
#define SUITE "sim/"
#define SEEDS 10000
#define MANY_SEEDS 400
#endif
#define WORKERS_MAX 16
#define SEED_SECONDS 60u
#define FULL_SEEDS 500000u   /* a run of the full size: every collision must be reached by chance */
#define TRIES_MAX 100u       /* seeds of a schedule that aims at a collision */
#define ROWS_MAX 256
#define BROKEN_MAX 8

struct found {
	uint64_t seed;
	char words[300];
};

/* What a worker has seen. It lies in shared memory, so that it outlives the worker. */
struct result {
	uint64_t next; /* place in the batch */
	uint64_t runs, set_up, digest, steps, sent, lost, doubled, asks_lost, broken_count;
	uint64_t failed[REASON_COUNT];
	uint64_t rows[ROWS_MAX];
	struct collisions collisions;
	struct found broken[BROKEN_MAX];
};

struct batch {
	struct sim_conf conf; /* .seed: the first one */
	uint64_t count;
	unsigned workers;
	bool stop_early;      /* a broken seed is enough */
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- running --- */

static void take(struct result *r, struct sim *s)
{
	collide_count(s, &r->collisions);
	r->runs++;
	r->set_up += s->set_up;
	if (!s->set_up)
		r->failed[s->set_up_why]++;
	r->digest ^= s->digest[0];
	r->steps += s->steps;
	r->sent += s->sent;
	r->lost += s->lost;
	r->doubled += s->doubled;
	r->asks_lost += s->asks_lost;
	for (size_t i = 0; i < ROWS_MAX; i++)
		r->rows[i] += s->rows[i];
	for (unsigned n = 0; n < s->plan.nodes; n++)
		for (size_t i = 0; s->node[n].host && i < step_table_rows(&ike_v2_steps) && i < ROWS_MAX; i++)
			r->rows[i] += engine_row_taken(s->node[n].host->engine, &ike_v2_steps, i);
	if (*text_str(&s->broken)) {
		if (r->broken_count < BROKEN_MAX) {
			r->broken[r->broken_count].seed = s->conf.seed;
			(void)snprintf(r->broken[r->broken_count].words, sizeof(r->broken[0].words), "%s", text_str(&s->broken));
		}
		r->broken_count++;
	}
}

static void run_share(const struct batch *b, struct result *r)
{
	for (uint64_t i = r->next; i < b->count; i = r->next) {
		struct sim_conf conf = b->conf;
		struct sim *s;

		conf.seed += i;
		r->next = i + b->workers; /* first: who dies of this seed goes on with the next one */
		(void)setitimer(ITIMER_PROF, &(struct itimerval){ .it_value = { .tv_sec = SEED_SECONDS } }, NULL); /* of CPU, else SIGPROF */
		s = sim_new(&conf);
		sim_run(s);
		take(r, s);
		sim_free(s);
		if (b->stop_early && r->broken_count > 0)
			return;
	}
}

static void add(struct result *to, const struct result *r)
{
	to->runs += r->runs;
	to->set_up += r->set_up;
	to->digest ^= r->digest;
	to->steps += r->steps;
	to->sent += r->sent;
	to->lost += r->lost;
	to->doubled += r->doubled;
	to->asks_lost += r->asks_lost;
	for (size_t i = 0; i < REASON_COUNT; i++)
		to->failed[i] += r->failed[i];
	for (size_t i = 0; i < ROWS_MAX; i++)
		to->rows[i] += r->rows[i];
	for (size_t i = 0; i < CASES_MAX; i++)
		for (size_t lose = 0; lose < LOSE_COUNT; lose++)
			to->collisions.reached[i][lose] += r->collisions.reached[i][lose];
	for (size_t i = 0; i < r->broken_count && i < BROKEN_MAX; i++)
		if (to->broken_count + i < BROKEN_MAX)
			to->broken[to->broken_count + i] = r->broken[i];
	to->broken_count += r->broken_count;
}

static pid_t start(const struct batch *b, struct result *r)
{
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid < 0)
		exit(2);
	if (pid == 0) {
		run_share(b, r);
		(void)fflush(NULL);
		_exit(0);
	}
	return pid;
}

/* False: it has done its share, or has died too often. */
static bool died(const struct batch *b, struct result *r, int status)
{
	struct found *f = &r->broken[r->broken_count < BROKEN_MAX ? r->broken_count : BROKEN_MAX - 1];

	if (status == 0)
		return false;
	f->seed = b->conf.seed + r->next - b->workers;
	(void)snprintf(f->words, sizeof(f->words), "the program ended with status 0x%x", (unsigned)status);
	return ++r->broken_count < BROKEN_MAX && !b->stop_early;
}

static struct result *run_batch(const struct batch *b)
{
	static struct result total;
	struct result *shared = mmap(NULL, sizeof(*shared) * b->workers, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pids[WORKERS_MAX];
	int status;

	if (shared == MAP_FAILED)
		exit(2);
	total = (struct result){ 0 };
	for (unsigned i = 0; i < b->workers; i++) {
		shared[i].next = i;
		pids[i] = start(b, &shared[i]);
	}
	for (unsigned i = 0; i < b->workers; i++) {
		for (;;) {
			while (waitpid(pids[i], &status, 0) < 0 && errno == EINTR)
				;
			if (!died(b, &shared[i], status))
				break;
			pids[i] = start(b, &shared[i]);
		}
		add(&total, &shared[i]);
	}
	(void)munmap(shared, sizeof(*shared) * b->workers);
	return &total;
}

/* --- telling --- */

static const char *const lose_options[] = { [LOSE_NOTHING] = "", [LOSE_REQUEST] = " --lose request", [LOSE_RESPONSE] = " --lose response" };

static const char *command_line(const struct sim_conf *c)
{
	static char line[256];

	(void)snprintf(line, sizeof(line), "adit-sim --seed %" PRIu64 "%s%s%s --world %s --loss %u --duplicate %u --reorder %u --asks %s%s --chart",
	               c->seed, c->collide < 0 ? "" : " --collide ", c->collide < 0 ? "" : cases_name((size_t)c->collide),
	               c->collide < 0 ? "" : lose_options[c->lose], c->world == WORLD_MANY ? "many" : "two", c->loss, c->duplicate, c->reorder,
	               c->asks == ASKS_HARD ? "hard" : "normal", c->no_response_cache ? " --fault no-response-cache" : "");
	return line;
}

/* Runs it again, with a chart, in a process of its own (it may die of it). */
static void print_chart(const struct sim_conf *conf)
{
	struct sim_conf again = *conf;
	pid_t pid;
	int status;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		struct sim *s;

		again.chart = true;
		s = sim_new(&again);
		sim_run(s);
		printf("%s", text_str(&s->chart));
		(void)fflush(NULL);
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

static void print_found(const struct batch *b, const struct result *r)
{
	size_t told = r->broken_count < BROKEN_MAX ? r->broken_count : BROKEN_MAX;
	struct sim_conf conf = b->conf;

	for (size_t i = 0; i < told; i++) {
		conf.seed = r->broken[i].seed;
		printf("    seed %" PRIu64 ": %s\n    build/tests/%s\n", conf.seed, r->broken[i].words, command_line(&conf));
	}
	if (told > 0) {
		conf.seed = r->broken[0].seed;
		print_chart(&conf);
	}
}

static void print_rows(const struct result *r)
{
	size_t rows = step_table_rows(&ike_v2_steps), taken = 0;

	for (size_t i = 0; i < rows; i++)
		taken += r->rows[i] > 0;
	printf("# %zu of %zu rows of the step table were taken\n", taken, rows);
	for (size_t i = 0; i < rows; i++)
		if (r->rows[i] == 0)
			printf("#   never: %s\n", step_table_row(&ike_v2_steps, i)->name);
}

static void print_collisions(const struct collisions *c)
{
	printf("# collisions reached (with a request lost, with a response lost):\n");
	for (size_t i = 0; i < cases_count(); i++)
		printf("#   %-46s %8" PRIu64 " (%" PRIu64 ", %" PRIu64 ")\n", cases_name(i), c->reached[i][LOSE_NOTHING], c->reached[i][LOSE_REQUEST],
		       c->reached[i][LOSE_RESPONSE]);
}

/* A case that a whole run never met: nobody knows whether it holds. */
static const char *never_reached(const struct collisions *c)
{
	for (size_t i = 0; i < cases_count(); i++)
		for (size_t lose = 0; lose < LOSE_COUNT; lose++)
			if (c->reached[i][lose] == 0)
				return cases_name(i);
	return NULL;
}

static void print_counts(const struct result *r, double took)
{
	uint64_t failed = r->runs - r->set_up;

	printf("# %" PRIu64 " seeds in %.1f s: %" PRIu64 " set up, %" PRIu64 " not (%.2f%%)", r->runs, took, r->set_up, failed,
	       r->runs ? 100.0 * (double)failed / (double)r->runs : 0.0);
	for (size_t i = 0; i < REASON_COUNT; i++)
		if (r->failed[i])
			printf(", %s %" PRIu64, reason_name((enum reason_kind)i), r->failed[i]);
	printf("\n# %" PRIu64 " datagrams, %" PRIu64 " lost, %" PRIu64 " doubled, %" PRIu64 " answers too late or never; %" PRIu64
	       " steps\n",
	       r->sent, r->lost, r->doubled, r->asks_lost, r->steps);
}

/* --- tests --- */

static bool verdict(bool ok, const char *name, double took, const char *why)
{
	if (ok)
		printf("ok %s (%.1f s)\n", name, took);
	else
		printf("not ok %s - %s\n", name, why);
	(void)fflush(stdout);
	return ok;
}

static bool too_many_failed(const struct result *r)
{
	/* a small sample may have bad luck */
	return (r->runs - r->set_up) * 100 > r->runs + (r->runs < 1000 ? 500 : 0);
}

static bool test_seeds(const struct batch *b, const char *name, bool rows)
{
	double began = seconds();
	const struct result *r = run_batch(b);
	bool must_come_up = b->conf.asks == ASKS_NORMAL && b->conf.world == WORLD_TWO, ok;
	char why[128] = "";

	if (r->broken_count)
		(void)snprintf(why, sizeof(why), "%" PRIu64 " of %" PRIu64 " seeds are broken", r->broken_count, b->count);
	else if (must_come_up && too_many_failed(r))
		(void)snprintf(why, sizeof(why), "more than 1%% of the seeds were not set up");
	else if (r->runs >= FULL_SEEDS && never_reached(&r->collisions))
		(void)snprintf(why, sizeof(why), "the case %s was not reached in all its variants", never_reached(&r->collisions));
	ok = verdict(!*why, name, seconds() - began, why);
	print_found(b, r);
	print_counts(r, seconds() - began);
	if (rows)
		print_rows(r);
	print_collisions(&r->collisions);
	return ok;
}

static bool test_same(struct batch b)
{
	double began = seconds();
	uint64_t first;

	b.count = b.count < 60 ? b.count : 60;
	first = run_batch(&b)->digest;
	return verdict(first == run_batch(&b)->digest, SUITE "same-seed-same-bytes", seconds() - began,
	               "the same seeds gave other bytes the second time");
}

/* The response cache off: some invariant must break, or far too few connections come up. */
static bool test_fault(struct batch b)
{
	double began = seconds();
	const struct result *r;

	b.count = b.count < 300 ? b.count : 300;
	b.conf.no_response_cache = true;
	b.stop_early = true;
	r = run_batch(&b);
	if (r->broken_count)
		printf("# found at seed %" PRIu64 ": %s\n", r->broken[0].seed, r->broken[0].words);
	else
		print_counts(r, seconds() - began);
	return verdict(r->broken_count > 0 || too_many_failed(r), SUITE "planted-fault-is-found", seconds() - began,
	               "without the response cache nothing was found");
}

/* Seeds until the case is reached; each must hold. False after a message. */
static bool aim(struct batch b, int what, enum lose lose, uint64_t *runs)
{
	const struct result *r = NULL;

	b.conf.collide = what;
	b.conf.lose = lose;
	b.conf.loss = b.conf.duplicate = b.conf.reorder = 0;
	b.workers = 1;
	b.count = 1;
	for (unsigned tries = 0; tries < TRIES_MAX; tries++, b.conf.seed++) {
		r = run_batch(&b);
		++*runs;
		if (r->broken_count || r->collisions.reached[what][lose])
			break;
	}
	if (r && !r->broken_count && r->collisions.reached[what][lose])
		return true;
	printf("# %s%s: %s\n", cases_name((size_t)what), lose_options[lose], r && r->broken_count ? "broken" : "not reached");
	if (r)
		print_found(&b, r);
	return false;
}

/* Each case of the table, aimed at. */
static bool test_collisions(struct batch b)
{
	double began = seconds();
	uint64_t runs = 0;
	bool ok = true;

	for (size_t i = 0; i < cases_count(); i++)
		for (unsigned lose = 0; lose < LOSE_COUNT; lose++)
			ok = aim(b, (int)i, (enum lose)lose, &runs) && ok;
	printf("# %zu cases, each also with a request lost and with a response lost: %" PRIu64 " runs\n", cases_count(), runs);
	return verdict(ok, SUITE "collisions", seconds() - began, "not every case is reached and holds");
}

static int run_suite(struct batch b, uint64_t many_count)
{
	bool ok = test_seeds(&b, SUITE "seeds", true);
	struct batch hard = b, many = b;

	hard.conf.asks = ASKS_HARD;
	hard.count = b.count * 3 / 20 + 1;
	ok = test_seeds(&hard, SUITE "hard-seeds", true) && ok;
	many.conf.world = WORLD_MANY;
	many.count = many_count;
	ok = test_seeds(&many, SUITE "many-seeds", true) && ok;
	ok = test_collisions(b) && ok;
	ok = test_same(b) && ok;
	ok = test_fault(b) && ok;
	return ok ? 0 : 1;
}

static int run_one(const struct sim_conf *conf, bool digest)
{
	struct sim *s = sim_new(conf);
	bool ok;

	sim_run(s);
	ok = !*text_str(&s->broken);
	printf("%s", text_str(&s->chart));
	if (digest)
		printf("digest %016" PRIx64 " of %" PRIu64 " events\n", s->digest[0], s->digest[1]);
	printf("# set-up: %s\n", s->set_up ? "up" : reason_words(s->set_up_why));
	if (ok)
		printf("ok " SUITE "seed-%" PRIu64 "\n", conf->seed);
	else
		printf("not ok " SUITE "seed-%" PRIu64 " - %s\n", conf->seed, text_str(&s->broken));
	sim_free(s);
	return ok ? 0 : 1;
}

/* --- options --- */

static const char usage[] =
	"adit-sim [--seeds N] [--many N] [--from SEED] [--loss %] [--duplicate %] [--reorder %] [--workers N]\n"
	"         [--world two|many] [--asks normal|hard] [--fault no-response-cache]\n"
	"         many seeds; without --world, --asks, and --fault: the whole suite, of which --many N are of many engines\n"
	"adit-sim --collisions                            all collisions of the table, aimed at\n"
	"adit-sim --seed SEED [--collide CASE [--lose request|response]] [--chart] [--digest] [...]   one seed\n";

static uint64_t number(const char *text, uint64_t most)
{
	char *end;
	uint64_t n;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || *end || end == text || n > most) {
		fprintf(stderr, "adit-sim: %s: not a number, or too large\n%s", text, usage);
		exit(2);
	}
	return n;
}

struct options {
	struct batch batch;
	uint64_t many;
	bool one, digest, suite, collisions;
};

static void choose_case(struct options *o, const char *word)
{
	o->batch.conf.collide = cases_find(word);
	o->suite = false;
	if (o->batch.conf.collide >= 0)
		return;
	fprintf(stderr, "adit-sim: --collide %s: no such case; the table tests/sim/collisions has them\n", word);
	exit(2);
}

static void choose_lose(struct options *o, const char *word)
{
	if (strcmp(word, "request") != 0 && strcmp(word, "response") != 0) {
		fprintf(stderr, "adit-sim: --lose %s: request or response\n", word);
		exit(2);
	}
	o->batch.conf.lose = strcmp(word, "request") == 0 ? LOSE_REQUEST : LOSE_RESPONSE;
}

static void choose_world(struct options *o, const char *word)
{
	if (strcmp(word, "two") != 0 && strcmp(word, "many") != 0) {
		fprintf(stderr, "adit-sim: --world %s: two or many\n", word);
		exit(2);
	}
	o->batch.conf.world = strcmp(word, "many") == 0 ? WORLD_MANY : WORLD_TWO;
	o->suite = false;
}

static void choose_asks(struct options *o, const char *word)
{
	if (strcmp(word, "normal") != 0 && strcmp(word, "hard") != 0) {
		fprintf(stderr, "adit-sim: --asks %s: normal or hard\n", word);
		exit(2);
	}
	o->batch.conf.asks = strcmp(word, "hard") == 0 ? ASKS_HARD : ASKS_NORMAL;
	o->suite = false;
}

static void choose_fault(struct options *o, const char *word)
{
	if (strcmp(word, "no-response-cache") != 0) {
		fprintf(stderr, "adit-sim: --fault %s: no such fault\n", word);
		exit(2);
	}
	o->batch.conf.no_response_cache = true;
	o->suite = false;
}

static void read_options(struct options *o, int argc, char **argv)
{
	static const struct option table[] = {
		{ "seeds", required_argument, NULL, 'n' },   { "from", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 's' },    { "loss", required_argument, NULL, 'l' },
		{ "duplicate", required_argument, NULL, 'd' }, { "reorder", required_argument, NULL, 'r' },
		{ "asks", required_argument, NULL, 'a' },    { "workers", required_argument, NULL, 'w' },
		{ "fault", required_argument, NULL, 'F' },   { "chart", no_argument, NULL, 'c' },
		{ "collide", required_argument, NULL, 'C' }, { "lose", required_argument, NULL, 'L' },
		{ "collisions", no_argument, NULL, 'X' },
		{ "world", required_argument, NULL, 'W' },   { "many", required_argument, NULL, 'm' },
		{ "digest", no_argument, NULL, 'D' },        { NULL, 0, NULL, 0 },
	};
	struct sim_conf *c = &o->batch.conf;
	int what;

	while ((what = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (what) {
		case 'n': o->batch.count = number(optarg, UINT32_MAX); break;
		case 'f': c->seed = number(optarg, UINT64_MAX); break;
		case 's': c->seed = number(optarg, UINT64_MAX), o->one = true; break;
		case 'l': c->loss = (unsigned)number(optarg, 100); break;
		case 'd': c->duplicate = (unsigned)number(optarg, 100); break;
		case 'r': c->reorder = (unsigned)number(optarg, 100); break;
		case 'w': o->batch.workers = (unsigned)number(optarg, WORKERS_MAX); break;
		case 'm': o->many = number(optarg, UINT32_MAX); break;
		case 'C': choose_case(o, optarg); break;
		case 'L': choose_lose(o, optarg); break;
		case 'X': o->collisions = true; break;
		case 'W': choose_world(o, optarg); break;
		case 'a': choose_asks(o, optarg); break;
		case 'F': choose_fault(o, optarg); break;
		case 'c': c->chart = true; break;
		case 'D': o->digest = true; break;
		default: fputs(usage, stderr); exit(2);
		}
	}
	if (optind < argc || o->batch.workers == 0) {
		fputs(usage, stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct options o = {
		.batch = { .conf = { .seed = 1, .loss = 20, .duplicate = 5, .reorder = 10, .collide = -1 }, .count = SEEDS, .workers = 2 },
		.many = MANY_SEEDS,
		.suite = true,
	};
	struct reason why = { 0 };
	int status;

	cases_read();
	read_options(&o, argc, argv);
	if (!crypto_start(&why)) {
		fprintf(stderr, "adit-sim: %s\n", reason_words(why.kind));
		return 2;
	}
	key_sign_fixed_by(ecdsa_fixed);
	if (o.one)
		status = run_one(&o.batch.conf, o.digest);
	else if (o.collisions)
		status = test_collisions(o.batch) ? 0 : 1;
	else if (o.suite)
		status = run_suite(o.batch, o.many);
	else
		status = test_seeds(&o.batch, SUITE "seeds", true) ? 0 : 1;
	crypto_stop();
	return status;
}
