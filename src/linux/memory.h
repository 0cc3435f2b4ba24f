/* SPDX-License-Identifier: ISC */
/*
 * How the C library's allocator gives memory back.
 */
#pragma once

/*
 * Once, at start: large blocks (base/shelf.h's, tables that grow) are mapped apart for ever, and go back to the system when they are
 * freed. glibc would put them between small ones after the first was freed. Elsewhere it does nothing.
 */
void memory_apart(void);
