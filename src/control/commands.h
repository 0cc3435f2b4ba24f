/* SPDX-License-Identifier: ISC */
/* The table of VICI commands. A row without a function is known by name and answered "not built yet". */
#pragma once

#include "base/bytes.h"

struct request;

struct control_command {
	const char *name;
	void (*run)(struct request *q);
	const char *help;
};

const struct control_command *control_command_find(struct bytes name); /* NULL: CMD_UNKNOWN */
const struct control_command *control_commands(size_t *count);
