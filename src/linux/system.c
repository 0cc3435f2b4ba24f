/* SPDX-License-Identifier: ISC */
/*
 * Refusals of the system.
 */
#include "linux/system.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static enum reason_kind kind_of(int error)
{
	switch (error) {
	case EPERM:
	case EACCES: return REASON_RIGHTS;
	case EADDRINUSE:
	case EBUSY: return REASON_IN_USE;
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT: return REASON_UNSUPPORTED;
	case ENOMEM:
	case ENOBUFS: return REASON_MEMORY;
	default: return REASON_SYSTEM;
	}
}

bool refuse_system(struct reason *why, struct arena *arena, int error, const char *what, ...)
{
	char words[384];
	va_list args;
	int len;

	va_start(args, what);
	len = vsnprintf(words, sizeof(words), what, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(words))
		len = (int)strnlen(words, sizeof(words) - 1);
	snprintf(words + len, sizeof(words) - (size_t)len, ": %s", strerror(error));
	refuse(why, kind_of(error), 0, value_none(), value_none(), conf_nowhere());
	if (why->kind == REASON_RIGHTS)
		why->wanted = value_text("root, or CAP_NET_ADMIN, CAP_NET_RAW and CAP_NET_BIND_SERVICE");
	why->about = value_of(VALUE_TEXT, 0, arena_copy(arena, bytes_str(words)));
	return false;
}
