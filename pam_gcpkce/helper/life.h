/* SPDX-License-Identifier: ISC */
/*
 * How a helper comes to life: what it verifies of its birth, and what it gives
 * up before it reads a byte.
 */
#ifndef GCPKCE_HELPER_LIFE_H
#define GCPKCE_HELPER_LIFE_H

#include "gcpkce/errinfo.h"

/* The descriptors it is born with. */
#define LIFE_FD_SOCKET 3
#define LIFE_FD_LOG 4

/*
 * Become undumpable, then verify: not root, three equal uids and gids, no
 * capability, no new privileges to be had, an empty environment, a socket at
 * LIFE_FD_SOCKET.
 *
 * errors: OUTCOME_HELPER_FAILED  reterr says what is not as it must be
 * source: docs/DESIGN.md section 8
 */
MUST_CHECK enum outcome life_verify(struct errinfo *reterr);

/*
 * Block the signals that would end the helper between receiving a token and
 * revoking it, and make them readable instead.
 *
 * out:    ret_signals  a signalfd of SIGTERM, SIGINT and SIGHUP
 * errors: OUTCOME_HELPER_FAILED
 */
MUST_CHECK enum outcome life_signals(int *ret_signals, struct errinfo *reterr);

#endif
