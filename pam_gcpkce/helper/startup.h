/* SPDX-License-Identifier: ISC */
/* What the helper verifies and drops before it reads a byte. */
#ifndef GCPKCE_HELPER_STARTUP_H
#define GCPKCE_HELPER_STARTUP_H

#include <sys/socket.h>

#include "gcpkce/wire/helper_abi.h"
#include "gcpkce/wire/wire.h"

/*
 * Verify the start: a stream socket at HELPER_FD_SOCKET, and sandbox_begin.
 * Open the journal. Block the signals that would end the helper between
 * receiving a token and revoking it, and make them readable instead.  If there
 * is a socket, a failure is reported to the parent.
 *
 * out:    ret_signals  a signalfd of SIGTERM, SIGINT and SIGHUP
 * errors: OUTCOME_HELPER_FAILED, OUTCOME_SYSTEM_ERROR
 */
MUST_CHECK enum outcome startup_begin(int *ret_signals, struct errinfo *reterr);

/*
 * Was the socket accepted, from one that systemd listens on?  It has that
 * socket's name then; a parent's socket pair has none.
 */
bool startup_is_service(void);

/*
 * Who connected, or made the socket pair, which is the parent then.  All are -1
 * if they cannot be read.
 */
struct ucred startup_peer(void);

/*
 * May the service do this for the user at the other end?  For root, yes; for
 * others a sign-in to their own account, or a decoy, without client secret.
 *
 * in:     request  NULL: not a sign-in, but what only root may ask for
 * errors: OUTCOME_HELPER_FAILED
 */
MUST_CHECK enum outcome startup_peer_judge(
    const struct wire_request *request, struct errinfo *reterr);

/* Send a last frame to the parent, if it is still there. */
void startup_send(const struct buf *frame);

/*
 * Report to the parent, if it is still there, why the frame that it waits for
 * will not come.  All outcomes but OUTCOME_SYSTEM_ERROR are sent as
 * OUTCOME_HELPER_FAILED.
 */
void startup_refuse(enum outcome outcome, const char *reason);

#endif
