/* SPDX-License-Identifier: ISC */
/*
 * Reasons in words: what was offered, what is configured, where, and one change that would make them meet.
 * Used by logs, VICI, `adit up`, `adit explain` and the tests; nothing is cut.
 */
#pragma once

#include "base/reason.h"
#include "base/text.h"

void value_print(struct text *t, const struct value *v);
void conf_at_print(struct text *t, const struct conf_at *where); /* "/etc/swanctl/swanctl.conf:12 (connections.a.proposals)" */
/* One sentence, one line: kind's words, got, wanted, where. */
void reason_print(struct text *t, const struct reason *why);
/* Only what happened, without values and places: "the peer refused: NO_PROPOSAL_CHOSEN". */
void reason_print_short(struct text *t, const struct reason *why);
/* All of it on several lines, two blanks of indent: offered / configured / at / change. */
void reason_explain(struct text *t, const struct reason *why);
