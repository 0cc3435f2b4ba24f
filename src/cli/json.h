/* SPDX-License-Identifier: ISC */
/* VICI messages as JSON: sections are objects, lists arrays, values strings (what is not UTF-8 becomes hex: "0x..."). */
#pragma once

#include "base/bytes.h"
#include "base/text.h"

void json_message(struct text *out, struct bytes message);
void json_string(struct text *out, struct bytes value);
