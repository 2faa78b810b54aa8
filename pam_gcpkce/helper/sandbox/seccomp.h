/* SPDX-License-Identifier: ISC */
/* The seccomp filter: which system calls the worker may make. */
#ifndef GCPKCE_HELPER_SECCOMP_H
#define GCPKCE_HELPER_SECCOMP_H

#include <stdbool.h>

#include "gcpkce/base/cleanup.h"

/* Can this kernel filter system calls? */
bool filter_is_possible(void);

/*
 * Build the filter's programs, and keep them for filter_load.  This is slow.
 *
 * in:     strict  also apply the list of allowed calls; any other call
 *                 kills the process
 *         listens allow calls on the listener's sockets, which then
 *                 cannot be closed or replaced
 * gives:  0, or an errno
 */
MUST_CHECK int filter_prepare(bool strict, bool listens);

/* Filter this process's system calls permanently; gives 0, or an errno. */
MUST_CHECK int filter_load(bool strict, bool listens);

/* Does the filter refuse a call that every process may make? */
bool filter_is_live(void);

#endif
