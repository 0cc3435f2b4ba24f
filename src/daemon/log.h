/* SPDX-License-Identifier: ISC */
/*
 * The daemon's log: lines on standard error, with systemd's <N> level when a journal listens and the time when a
 * terminal or a file does.
 *
 * log_often is for what outsiders can cause: at most one line a key and minute, which says how many were left out.
 */
#pragma once

#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

void log_start(enum log_level most);
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);
__attribute__((format(printf, 4, 5))) void log_often(enum log_level level, uint64_t boot, unsigned key, const char *format, ...);
