/* SPDX-License-Identifier: ISC */
/*
 * The token and the session: export, and its end.
 */
#ifndef GCPKCE_MODULE_SESSION_H
#define GCPKCE_MODULE_SESSION_H

#include <security/pam_modules.h>

#include "gcpkce/config.h"
#include "gcpkce/wire.h"

/*
 * Put token, region and person into the PAM environment, as export=env asks.
 *
 * in:     verdict  with a token
 *         expires_at_s  CLOCK_REALTIME; 0: not known
 * errors: OUTCOME_NO_MEMORY  pam_putenv failed; nothing is left behind
 * source: pam_putenv(3); docs/DESIGN.md section 4
 */
MUST_CHECK enum outcome session_export(pam_handle_t *pamh,
    const struct config *config, const struct wire_verdict *verdict,
    uint64_t expires_at_s, struct errinfo *reterr);

/* Take all of that out again. */
void session_unexport(pam_handle_t *pamh, const struct config *config);

/*
 * pam_sm_open_session: keep the exported token, so that closing revokes that
 * one and not what the environment then holds.
 */
void session_open(pam_handle_t *pamh, const struct config *config);

/*
 * pam_sm_close_session: hand the kept token to a revoker, which works in the
 * background.  Faults are logged.
 */
void session_close(pam_handle_t *pamh, const struct config *config);

#endif
