/* SPDX-License-Identifier: ISC */
/* What happened, in words, a line each; and the run's digest. */
#include "sim/sim.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "policy/explain.h"

static const char *side_name(int side)
{
	return side == ALICE ? "A" : side == BOB ? "B" : "-";
}

static void begin(struct sim *s, const char *who)
{
	text_add(&s->chart, "%6" PRIu64 ".%03" PRIu64 "  %-6s  ", s->now.boot / 1000, s->now.boot % 1000, who);
}

/* Lines behind the first one are set under its words. */
static void add_indented(struct text *to, const char *words)
{
	for (const char *at = words; *at; at++) {
		if (*at == '\n' && at[1] == '\0')
			break;
		text_add(to, *at == '\n' ? "\n                      " : "%c", *at);
	}
	text_add(to, "\n");
}

void chart(struct sim *s, int side, const char *format, ...)
{
	char line[512];
	va_list args;

	if (!s->conf.chart)
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	begin(s, side_name(side));
	add_indented(&s->chart, line);
}

void chart_message(struct sim *s, enum side from, struct bytes datagram, const char *fate)
{
	struct text words = { 0 };

	if (!s->conf.chart)
		return;
	tap_print(&s->tap, &words, datagram);
	begin(s, from == ALICE ? "A -> B" : "B -> A");
	if (*fate)
		text_add(&s->chart, "(%s) ", fate);
	add_indented(&s->chart, text_str(&words));
	text_clear(&words);
}

void chart_story(struct sim *s, enum side side, const struct tell *tell)
{
	static const char *const kinds[] = { "story", "IKE SA up", "IKE SA down", "Child SA up", "Child SA down", "IKE SA moved" };
	struct text words = { 0 };

	if (!s->conf.chart)
		return;
	if (tell->kind == TELL_STORY)
		story_entry_print(&words, tell->entry);
	begin(s, side_name((int)side));
	text_add(&s->chart, "%s: IKE SA %u", kinds[tell->kind], tell->ike_id);
	if (tell->child_id)
		text_add(&s->chart, ", Child SA %u", tell->child_id);
	text_add(&s->chart, "  ");
	add_indented(&s->chart, text_str(&words));
	text_clear(&words);
}

void sim_digest(struct sim *s, unsigned kind, struct bytes data)
{
	uint8_t key[16];

	put_u64(key, s->digest[0]);
	put_u64(key + 8, s->now.boot << 8 | (kind & 0xff));
	s->digest[0] = siphash(key, data);
	s->digest[1]++;
}
