/* SPDX-License-Identifier: ISC */
/*
 * The worker reads what users and servers wrote; the helper proper waits for it
 * to end.  So the process that may be compromised cannot fork, and it cannot
 * reach the one that ends it.
 */
#ifndef GCPKCE_HELPER_WORKER_H
#define GCPKCE_HELPER_WORKER_H

#include <stdint.h>

#include "gcpkce/base/errinfo.h"

/* Its own time limits come first; end_ms is this much later. */
#define WORKER_SPARE_MS 5000

/*
 * Fork the worker and go on in it, behind the seccomp filter.  This process
 * becomes its monitor and never returns from here: it waits, and ends with the
 * worker's exit status.  When the parent closes the socket, or a signal comes,
 * the worker has 1.5 seconds left.  If a signal ended the worker, the monitor
 * reports that in a VERDICT.
 *
 * The worker has a session of its own, and the kernel kills it at end_ms in any
 * case.
 *
 * in:     signals  of startup_signals
 *         end_ms   on clock_now_ms's clock
 *         network  the worker is to connect to Genesys Cloud: load
 *                  libcurl, there and before the filter
 * errors: OUTCOME_SYSTEM_ERROR, OUTCOME_HELPER_FAILED (the sandbox),
 *         OUTCOME_NO_MEMORY: there is no worker (still in the helper
 *         proper), or it may not go on (in the worker)
 */
MUST_CHECK enum outcome worker_begin(
    int signals, int64_t end_ms, bool network, struct errinfo *reterr);

/*
 * From the worker: go on alone, as the revoker.  The parent's socket is closed,
 * the helper proper exits successfully, and SIGTERM and SIGHUP are ignored.
 */
void worker_detach(void);

#endif
