/* SPDX-License-Identifier: ISC */
/*
 * Start-up: what the helper verifies, and which privileges it drops before it
 * reads a byte.
 */
#ifndef GCPKCE_HELPER_STARTUP_H
#define GCPKCE_HELPER_STARTUP_H

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"
#include "gcpkce/wire/helper_abi.h"

/*
 * Verify the start: a stream socket at HELPER_FD_SOCKET, and sandbox_begin.  If
 * there is a socket, a failure is reported to the parent.
 *
 * errors: OUTCOME_HELPER_FAILED  reterr says what is wrong
 */
MUST_CHECK enum outcome startup_verify(struct errinfo *reterr);

/*
 * Block the signals that would end the helper between receiving a token and
 * revoking it, and make them readable instead.  A failure is reported to the
 * parent.
 *
 * out:    ret_signals  a signalfd of SIGTERM, SIGINT and SIGHUP
 * errors: OUTCOME_SYSTEM_ERROR
 */
MUST_CHECK enum outcome startup_signals(
    int *ret_signals, struct errinfo *reterr);

/*
 * Send the parent a frame that it does not wait for; a parent that is gone is
 * not an error.
 */
void frame_send_unawaited(const struct buf *frame);

/*
 * Tell the parent, by a VERDICT, why the frame that it waits for will not come.
 *
 * in:     outcome  all but OUTCOME_SYSTEM_ERROR are sent as
 *                  OUTCOME_HELPER_FAILED
 */
void startup_refuse(enum outcome outcome, const char *reason);

#endif
