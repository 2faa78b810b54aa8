/* SPDX-License-Identifier: ISC */
/*
 * One sign-in, from the application's call of pam_authenticate to the decision.
 */
#ifndef GCPKCE_MODULE_AUTHENTICATE_H
#define GCPKCE_MODULE_AUTHENTICATE_H

#include <security/pam_modules.h>

#include "result.h"

/*
 * Run a sign-in, or go on with one that the application interrupted with
 * PAM_CONV_AGAIN.  On return everything that follows from the decision is done:
 * the journal lines, the message to the user, the export, the token kept or
 * revoked, the helper ended.
 *
 * in:     flags, argc, argv  as libpam hands them over
 * gives:  how it ended
 */
struct result signin_run(
    pam_handle_t *pamh, int flags, int argc, const char **argv);

#endif
