/* SPDX-License-Identifier: ISC */
/*
 * An exported token: where it is stored, and its end.  The handle keeps it from
 * authenticate to the session, so that applications that do both in one process
 * find it again, whatever the environment holds by then; if they end without a
 * session, it ends here.  Under sshd it is lost with the process that
 * authenticates, and only the environment is passed on.
 */
#ifndef GCPKCE_MODULE_EXPORTED_H
#define GCPKCE_MODULE_EXPORTED_H

#include <security/pam_modules.h>

#include "gcpkce/base/secret.h"
#include "gcpkce/config/config.h"
#include "gcpkce/wire/identity.h"
#include "tokenfile.h"

/* Where the token is stored, apart from the environment. */
enum exported_place {
	EXPORTED_NOWHERE, /* export=env */
	EXPORTED_PENDING, /* /run/gcpkce/pending/ID */
	EXPORTED_SESSION, /* /run/gcpkce/UID/ID */
};

struct exported {
	struct exported *earlier; /* of the previous session, still open */
	pid_t owner;              /* the process that keeps it */
	bool taken;               /* owned by a session */
	struct config config; /* authenticate's: the token goes nowhere else */
	char user[ACCOUNT_NAME_MAX + 1];
	char user_id[IDENTITY_ID_MAX + 1]; /* of who signed in; "": not known */
	char user_email[IDENTITY_EMAIL_MAX + 1];
	enum exported_place place;
	uid_t uid; /* of the session's file */
	char id[TOKENFILE_ID_LEN + 1];
	uint64_t expires_at_s; /* CLOCK_REALTIME; 0: not known */
	struct secret *token;
};

#define autoexported CLEANUP(exported_cleanup) struct exported

/*
 * Make a record of this process.
 *
 * in:     user   of the account; cut to what a record holds
 *         token  copied
 * out:    ret    place is EXPORTED_NOWHERE
 * errors: OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome exported_new(const struct config *config,
    const char *user, const struct secret *token, uint64_t expires_at_s,
    struct exported **ret);

/*
 * End it: remove its file, and have the token revoked unless its configuration
 * says never.  Faults are logged.
 */
void exported_end(pam_handle_t *pamh, struct exported *exported);

/*
 * Keep a token in the handle for the session; *takes* the record on success.
 * One kept earlier and not taken by a session ends.  So does this one when the
 * handle ends in this process without PAM_DATA_SILENT.
 *
 * errors: OUTCOME_NO_MEMORY
 * source: docs/DESIGN.md section 2; pam_set_data(3)
 */
MUST_CHECK enum outcome exported_keep(
    pam_handle_t *pamh, struct exported *exported);

/* What is kept, *borrowed*; NULL: nothing. */
const struct exported *exported_find(pam_handle_t *pamh);

/* *Gives* what is kept to the session; NULL: nothing is. */
struct exported *exported_take(pam_handle_t *pamh);

/* Wipe and free, including earlier ones; this revokes nothing. */
void exported_free(struct exported *exported);

static inline void
exported_cleanup(struct exported **p)
{
	exported_free(*p);
}

/*
 * Hand a token to a revoker, which works in the background for as long as a
 * session's end allows.  What cannot be revoked is logged with its expiry.
 *
 * in:     config  its revoke is not looked at
 *         user    the user named in the journal
 *         token   *borrowed*; NULL: the helper had it, and has ended
 */
void token_revoke(pam_handle_t *pamh, const struct config *config,
    const char *user, struct secret *token, uint64_t expires_at_s);

#endif
