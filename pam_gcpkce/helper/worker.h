/* SPDX-License-Identifier: ISC */
/*
 * The worker reads what users and servers wrote; the helper proper is its
 * monitor.  A compromised worker cannot fork, nor reach what ends it.
 */
#ifndef GCPKCE_HELPER_WORKER_H
#define GCPKCE_HELPER_WORKER_H

#include <stdint.h>

#include "gcpkce/base/errinfo.h"

/* Its own time limits come first; end_ms is this much later. */
#define WORKER_SPARE_MS 5000

/*
 * Fork the worker and go on in it, behind the seccomp filter, in a session of
 * its own.  This process becomes its monitor and never returns from here: it
 * ends with the worker's exit status.  When the parent closes the socket, or a
 * signal comes, the worker has 1.5 seconds left; the kernel kills it at end_ms.
 * A worker that a signal ended is reported in a VERDICT.
 *
 * in:     signals  of startup_begin
 *         end_ms   on clock_now_ms's clock
 *         network  load libcurl, in the worker and before the filter
 * errors: OUTCOME_SYSTEM_ERROR, OUTCOME_HELPER_FAILED (the sandbox),
 *         OUTCOME_NO_MEMORY: there is no worker (still in the helper
 *         proper), or it may not go on (in the worker)
 */
MUST_CHECK enum outcome worker_begin(
    int signals, int64_t end_ms, bool network, struct errinfo *reterr);

/*
 * Tell the parent that the revoker has the token, and go on alone as the
 * revoker, without the parent's socket and the monitor.
 */
void worker_detach(void);

#endif
