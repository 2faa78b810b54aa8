/* SPDX-License-Identifier: ISC */
/*
 * The seccomp filter: which system calls the worker may make.
 */
#ifndef GCPKCE_HELPER_SECCOMP_H
#define GCPKCE_HELPER_SECCOMP_H

#include <stdbool.h>

#include "gcpkce/base/cleanup.h"

/* Can this kernel filter system calls? */
bool filter_is_possible(void);

/*
 * Make the filter's programs, and keep them for filter_load.  This is the slow
 * part, and can be done while nobody waits.
 *
 * in:     strict  besides the refusals a list of all that is allowed, beyond
 *                 which the process is killed
 *         listens calls on the listener's sockets are let pass, which then
 *                 cannot be closed or exchanged
 * gives:  0, or an errno
 */
MUST_CHECK int filter_prepare(bool strict, bool listens);

/*
 * Filter this process's system calls for good: as filter_prepare was told,
 * which is called here unless it was before.
 *
 * gives:  0, or an errno
 * source: seccomp(2)
 */
MUST_CHECK int filter_load(bool strict, bool listens);

/* Is something refused that every process may do? */
bool filter_is_live(void);

#endif
