/* SPDX-License-Identifier: ISC */
/* What happened, in words, a line each; and the run's digest. */
#include "sim/sim.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "policy/explain.h"

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

void chart(struct sim *s, int n, const char *format, ...)
{
	char line[512];
	va_list args;

	if (!s->conf.chart)
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	begin(s, n < 0 ? "-" : s->node[n].name);
	add_indented(&s->chart, line);
}

void chart_message(struct sim *s, unsigned from, int to, struct bytes datagram, const char *fate)
{
	struct text words = { 0 };
	char who[16];

	if (!s->conf.chart)
		return;
	tap_print(&s->tap, &words, datagram);
	(void)snprintf(who, sizeof(who), "%s -> %s", s->node[from].name, to < 0 ? "?" : s->node[to].name);
	begin(s, who);
	if (*fate)
		text_add(&s->chart, "(%s) ", fate);
	add_indented(&s->chart, text_str(&words));
	text_clear(&words);
}

void chart_story(struct sim *s, unsigned n, const struct tell *tell)
{
	static const char *const kinds[] = {
		[TELL_STORY] = "story", [TELL_IKE_UP] = "IKE SA up", [TELL_IKE_DOWN] = "IKE SA down",
		[TELL_CHILD_UP] = "Child SA up", [TELL_CHILD_DOWN] = "Child SA down", [TELL_IKE_UPDATE] = "IKE SA moved",
		[TELL_IKE_REKEY] = "IKE SA rekeyed", [TELL_CHILD_REKEY] = "Child SA rekeyed",
	};
	struct text words = { 0 };

	if (!s->conf.chart)
		return;
	if (tell->kind == TELL_STORY)
		story_entry_print(&words, tell->entry);
	begin(s, s->node[n].name);
	text_add(&s->chart, "%s: IKE SA %u", kinds[tell->kind], tell->ike_id);
	if (tell->child_id)
		text_add(&s->chart, ", Child SA %u", tell->child_id);
	text_add(&s->chart, "  ");
	if (tell->kind == TELL_IKE_REKEY)
		text_add(&words, "in the place of %u", tell->old_ike->id);
	if (tell->kind == TELL_CHILD_REKEY)
		text_add(&words, "in the place of %u", tell->old_child->id);
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
