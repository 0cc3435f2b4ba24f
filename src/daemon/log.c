/* SPDX-License-Identifier: ISC */
/* Log lines on standard error. */
#include "daemon/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/time.h"

#define OFTEN_KEYS 256u
#define OFTEN_EVERY MINUTES(1)

static enum log_level log_most = LOG_LEVEL_INFO;
static bool journal;

void log_start(enum log_level most)
{
	log_most = most;
	journal = getenv("JOURNAL_STREAM") != NULL;
}

static void write_line(enum log_level level, const char *words)
{
	char when[32] = "";
	struct timespec ts;
	struct tm tm;

	if (journal) {
		fprintf(stderr, "<%d>%s\n", (int)level, words);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &ts);
	if (localtime_r(&ts.tv_sec, &tm))
		(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	fprintf(stderr, "%s.%03ld %s\n", when, ts.tv_nsec / 1000000, words);
}

__attribute__((format(printf, 2, 0))) static void write_args(enum log_level level, const char *format, va_list args, uint64_t left_out)
{
	char *words = NULL, *more = NULL;

	if (vasprintf(&words, format, args) < 0)
		return;
	if (left_out && asprintf(&more, "%s (and %llu more like it in the last minute)", words, (unsigned long long)left_out) >= 0) {
		free(words);
		words = more;
	}
	write_line(level, words);
	free(words);
}

void log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	if (level > log_most)
		return;
	va_start(args, format);
	write_args(level, format, args, 0);
	va_end(args);
}

void log_often(enum log_level level, uint64_t boot, unsigned key, const char *format, ...)
{
	static struct {
		uint64_t last, left_out;
	} often[OFTEN_KEYS];
	unsigned i = key % OFTEN_KEYS;
	va_list args;

	if (level > log_most)
		return;
	if (often[i].last && boot - often[i].last < OFTEN_EVERY) {
		often[i].left_out++;
		return;
	}
	va_start(args, format);
	write_args(level, format, args, often[i].left_out);
	va_end(args);
	often[i].last = boot;
	often[i].left_out = 0;
}
