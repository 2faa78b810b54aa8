/* SPDX-License-Identifier: ISC */
/*
 * The export of a token.
 */
#ifndef GCPKCE_MODULE_EXPORT_H
#define GCPKCE_MODULE_EXPORT_H

#include <security/pam_modules.h>

#include "gcpkce/config/account.h"
#include "gcpkce/config/config.h"
#include "gcpkce/wire/wire.h"

/*
 * Pass the token on, as export says: env puts it into the PAM environment with
 * the region, file leaves it pending for open_session.  Both set the person and
 * the expiry.
 *
 * in:     account  whose session it is to be
 *         verdict  with a token
 *         expires_at_s  CLOCK_REALTIME; 0: not known
 * errors: OUTCOME_NO_MEMORY, and those of tokenfile_pending_write; no
 *         variable or file is left over
 * source: pam_putenv(3); docs/DESIGN.md section 4
 */
MUST_CHECK enum outcome export_token(pam_handle_t *pamh,
    const struct config *config, const struct account *account,
    const struct wire_verdict *verdict, uint64_t expires_at_s,
    struct errinfo *reterr);

/*
 * Revoke and remove what has been pending for too long: a stack failed after
 * us, or an application was killed.  Only after a success: it takes time and
 * may cause requests.
 */
void export_sweep(pam_handle_t *pamh, const struct config *config);

#endif
