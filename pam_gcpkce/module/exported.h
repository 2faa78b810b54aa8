/* SPDX-License-Identifier: ISC */
/*
 * A token that authenticate exported and that no session has taken over yet.
 * Hosts that authenticate and open the session in one process find it again
 * here, whatever the environment holds by then; when they end without a
 * session, it is revoked.  Under sshd it is lost with the process that
 * authenticates, and only the environment crosses.
 */
#ifndef GCPKCE_MODULE_EXPORTED_H
#define GCPKCE_MODULE_EXPORTED_H

#include <security/pam_modules.h>

#include "gcpkce/config.h"
#include "gcpkce/secret.h"
#include "tokenfile.h"

struct exported {
	pid_t owner; /* the process that authenticated */
	bool taken;  /* a session has it */
	struct config config;
	char user[ACCOUNT_NAME_MAX + 1];
	char id[TOKENFILE_ID_LEN + 1]; /* of what is pending; "" with env */
	uint64_t expires_at_s;         /* CLOCK_REALTIME; 0: not known */
	struct secret *token;
};

#define autoexported CLEANUP(exported_cleanup) struct exported

/*
 * Keep a token in the handle.  One that was kept before, and that no session
 * took, is revoked.  So is this one when the handle ends in this process and
 * not by PAM_DATA_SILENT.
 *
 * in:     source  copied; its owner and taken do not matter
 * errors: OUTCOME_NO_MEMORY
 * source: docs/DESIGN.md section 2; pam_set_data(3)
 */
MUST_CHECK enum outcome exported_keep(
    pam_handle_t *pamh, const struct exported *source);

/* What is kept, *borrowed*; NULL: nothing. */
const struct exported *exported_find(pam_handle_t *pamh);

/* *Gives* what is kept to the session; NULL: nothing is. */
struct exported *exported_take(pam_handle_t *pamh);

/* Remove what is pending, and revoke unless the configuration says never. */
void exported_revoke(pam_handle_t *pamh, const struct exported *exported);

void exported_free(struct exported *exported);

static inline void
exported_cleanup(struct exported **p)
{
	exported_free(*p);
}

/*
 * Hand a token to a revoker, which works in the background for as long as a
 * session's end allows.  A helper that does not start is logged.
 *
 * in:     config  with revoke=never nothing is done
 *         user    whom the journal is to name
 *         token   *borrowed*
 */
void token_revoke(pam_handle_t *pamh, const struct config *config,
    const char *user, struct secret *token, uint64_t expires_at_s);

#endif
