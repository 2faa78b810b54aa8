/* SPDX-License-Identifier: ISC */
/* What the helper verifies and drops before it reads a byte. */
#ifndef GCPKCE_HELPER_STARTUP_H
#define GCPKCE_HELPER_STARTUP_H

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"
#include "gcpkce/wire/helper_abi.h"

/*
 * Verify the start: a stream socket at HELPER_FD_SOCKET, and sandbox_begin.
 * Block the signals that would end the helper between receiving a token and
 * revoking it, and make them readable instead.  If there is a socket, a failure
 * is reported to the parent.
 *
 * out:    ret_signals  a signalfd of SIGTERM, SIGINT and SIGHUP
 * errors: OUTCOME_HELPER_FAILED, OUTCOME_SYSTEM_ERROR
 */
MUST_CHECK enum outcome startup_begin(int *ret_signals, struct errinfo *reterr);

/*
 * Report to the parent, if it is still there, why the frame that it waits for
 * will not come.  All outcomes but OUTCOME_SYSTEM_ERROR are sent as
 * OUTCOME_HELPER_FAILED.
 */
void startup_refuse(enum outcome outcome, const char *reason);

#endif
