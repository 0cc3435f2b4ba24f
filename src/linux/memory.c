/* SPDX-License-Identifier: ISC */
/* The allocator's one setting. */
#include "linux/memory.h"

#include <malloc.h>

#define APART (128 * 1024) /* bytes, glibc's own first threshold; naming it stops its growing */

void memory_apart(void)
{
#ifdef M_MMAP_THRESHOLD
	(void)mallopt(M_MMAP_THRESHOLD, APART);
#endif
}
