/* SPDX-License-Identifier: ISC */
/*
 * A variable that owns something is declared with an auto... macro and is
 * released when its scope ends; take_fd() and take_ptr() transfer ownership.
 */
#ifndef GCPKCE_CLEANUP_H
#define GCPKCE_CLEANUP_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#define autofree CLEANUP(cleanup_free)
#define autofd CLEANUP(cleanup_fd) int

/* Free what the pointer at p points to. */
static inline void
cleanup_free(void *p)
{
	free(*(void **)p);
}

/* Close the descriptor at p unless it is negative; errno is kept. */
static inline void
cleanup_fd(int *p)
{
	int saved = errno;

	if (*p >= 0)
		(void)close(*p);
	errno = saved;
}

/* Return the descriptor at p and set *p to -1. */
static inline int
take_fd(int *p)
{
	int fd = *p;

	*p = -1;
	return fd;
}

/* Return the pointer at p (a pointer to a pointer) and set it to NULL. */
static inline void *
cleanup_take(void *p)
{
	void *taken = *(void **)p;

	*(void **)p = NULL;
	return taken;
}
#define take_ptr(p) ((__typeof__(*(p)))cleanup_take(p))

#endif
