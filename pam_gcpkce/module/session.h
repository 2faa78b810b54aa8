/* SPDX-License-Identifier: ISC */
/*
 * The token and the session.
 */
#ifndef GCPKCE_MODULE_SESSION_H
#define GCPKCE_MODULE_SESSION_H

#include <security/pam_modules.h>

#include "gcpkce/config/config.h"

/*
 * Undo an export, by the configuration that exported it: variables, pending
 * file, token.  For a helper that did not get KEEP; and before each new
 * sign-in, because an application may let several users try on one handle, and
 * the next one may get in by another module.  The token of an open session
 * stays with that session; only its variables are removed.  In a process that
 * did not authenticate only the environment changes.  Needs no memory for what
 * the handle holds, so it cannot fail there.
 *
 * source: docs/DESIGN.md section 4; login(1)
 */
void session_unexport(pam_handle_t *pamh);

/*
 * Is there anything that a session could take over: authenticate's record, or
 * an export's variables?  If not, no sign-in of ours led to the session;
 * opening it reads no configuration and logs nothing.
 */
bool session_has_export(pam_handle_t *pamh);

/*
 * pam_sm_open_session: take the exported token over, so that closing revokes
 * that one and not what the environment then holds.  With export=file the
 * session's file is made here.  A session of another account, which the user
 * who signed in did not ask for (PAM_RUSER), gets nothing.  When the handle
 * ends in this process without closing the session, and without
 * PAM_DATA_SILENT, the token ends with it.
 */
void session_open(pam_handle_t *pamh, const struct config *config);

/*
 * pam_sm_open_session with an invalid configuration: the token ends, as far as
 * it is available, and its variables are removed.  Under sshd it is in the
 * environment alone, and it is not known where it could be revoked.
 *
 * in:     config  as for environment_refuse
 */
void session_refuse(pam_handle_t *pamh, const struct config *config);

/*
 * pam_sm_close_session: remove the files, and hand the kept tokens to revokers,
 * which work in the background; their variables are removed.  The configuration
 * is the one that open_session had.  Faults are logged.
 */
void session_close(pam_handle_t *pamh);

#endif
