/* SPDX-License-Identifier: ISC */
/*
 * How a helper comes to life: what it verifies of its start, and what it gives
 * up before it reads a byte.
 */
#ifndef GCPKCE_HELPER_STARTUP_H
#define GCPKCE_HELPER_STARTUP_H

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"
#include "gcpkce/wire/helper_abi.h"

/*
 * Verify a start: a stream socket at HELPER_FD_SOCKET, and sandbox_begin.
 * Where there is a socket the caller is told of a failure.
 *
 * errors: OUTCOME_HELPER_FAILED  reterr says what is not as it must be
 */
MUST_CHECK enum outcome startup_verify(struct errinfo *reterr);

/*
 * Block the signals that would end the helper between receiving a token and
 * revoking it, and make them readable instead.  The caller is told of a
 * failure.
 *
 * out:    ret_signals  a signalfd of SIGTERM, SIGINT and SIGHUP
 * errors: OUTCOME_SYSTEM_ERROR
 */
MUST_CHECK enum outcome startup_signals(
    int *ret_signals, struct errinfo *reterr);

/* Send the caller a frame that he does not wait for; should he be gone, good.
 */
void frame_send_unawaited(const struct buf *frame);

/*
 * Tell the caller why the frame that he waits for will not come, by a VERDICT.
 *
 * in:     outcome  all but OUTCOME_SYSTEM_ERROR reads as OUTCOME_HELPER_FAILED
 */
void startup_refuse(enum outcome outcome, const char *reason);

#endif
