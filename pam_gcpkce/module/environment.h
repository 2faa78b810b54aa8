/* SPDX-License-Identifier: ISC */
/*
 * The PAM environment: what an export sets there, and how it is read back.
 */
#ifndef GCPKCE_MODULE_ENVIRONMENT_H
#define GCPKCE_MODULE_ENVIRONMENT_H

#include <security/pam_modules.h>

#include "gcpkce/base/secret.h"
#include "gcpkce/config/config.h"
#include "gcpkce/config/variables.h"
#include "gcpkce/wire/identity.h"

/*
 * Set one variable, or remove it; removing one that is not set is no fault.
 *
 * errors: OUTCOME_NO_MEMORY  also when libpam refuses it
 * source: pam_putenv(3)
 */
MUST_CHECK enum outcome environment_put(
    pam_handle_t *pamh, const char *name, struct view value);
void environment_drop(pam_handle_t *pamh, const char *name);

/*
 * Set token_env and region_env.  Where the configuration gives the region no
 * such name, region_env is removed; environment_log_region writes that to the
 * journal.
 *
 * errors: OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome environment_put_token(pam_handle_t *pamh,
    const struct config *config, const struct secret *token);
void environment_log_region(pam_handle_t *pamh, const struct config *config);

/*
 * Set user and expiry.  Unknown values are not set, and values of another
 * module are removed.
 *
 * in:     expires_at_s  CLOCK_REALTIME; 0: not known
 * errors: OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome environment_put_user(pam_handle_t *pamh, const char *id,
    const char *email, uint64_t expires_at_s);

/*
 * With export=env, say that no token belongs to the user who was set: what the
 * variable of the token holds when the session opens is the user's own.
 *
 * errors: OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome environment_put_no_token(
    pam_handle_t *pamh, const struct config *config);

/* Is any variable of an export set whose name is not configurable? */
bool environment_has_export(pam_handle_t *pamh);

/* Remove all variables that an export sets. */
void environment_clear(pam_handle_t *pamh, const struct config *config);

/*
 * The same with an invalid configuration, which may not say what was exported:
 * a token beside a person is ours (see environment_read_token).
 *
 * in:     config  its names, as far as they could be read, else the defaults;
 *                 NULL: memory was short
 */
void environment_refuse(pam_handle_t *pamh, const struct config *config);

/*
 * Read the token that was passed on in the environment alone, as under sshd.
 * An application may have variables of these names of its own: without the
 * person beside it, or after environment_put_no_token, whose variable is
 * removed here, it is not ours.
 *
 * out:    ret  NULL when it is not ours or not set
 *         ret_expires_at_s  CLOCK_REALTIME; 0: not known
 * errors: OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome environment_read_token(pam_handle_t *pamh,
    const struct config *config, struct secret **ret,
    uint64_t *ret_expires_at_s);

#endif
