/* SPDX-License-Identifier: ISC */
/*
 * What a waiting helper asks of glibc's heap, because many helpers may wait at
 * once.  Other C libraries have no such calls, and keep less memory.
 */
#ifndef GCPKCE_HELPER_HEAP_H
#define GCPKCE_HELPER_HEAP_H

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* One heap for all threads, those of the resolver as well. */
static inline void
heap_share(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_ARENA_MAX, 1);
#endif
}

/* Give unused memory back to the system. */
static inline void
heap_trim(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}

#endif
