/* SPDX-License-Identifier: ISC */
/*
 * How a refusal of the system becomes a reason.
 */
#pragma once

#include "base/arena.h"
#include "base/reason.h"

/*
 * Gives false with RIGHTS (EPERM, EACCES), IN_USE (EADDRINUSE, EBUSY), MEMORY (ENOMEM, ENOBUFS), UNSUPPORTED (a protocol
 * that the system lacks) or SYSTEM; `about` is
 * "<what>: <the system's words>". `error` is an errno value.
 */
__attribute__((format(printf, 4, 5))) bool refuse_system(struct reason *why, struct arena *arena, int error,
    const char *what, ...);
