/* SPDX-License-Identifier: ISC */
/*
 * Tokens in files below /run/gcpkce: "pending/ID" between authenticate and
 * open_session, which only root can access, and "UID/ID" for a session.
 */
#ifndef GCPKCE_MODULE_TOKENFILE_H
#define GCPKCE_MODULE_TOKENFILE_H

#include "gcpkce/base/secret.h"
#include "gcpkce/config/account.h"
#include "gcpkce/config/config.h"
#include "gcpkce/config/rundir.h"

#define TOKENFILE_ID_LEN RUNDIR_ID_LEN
#define TOKENFILE_PATH_CAP 64       /* of a session's file, with its NUL */
#define TOKENFILE_PENDING_MAX_S 600 /* how long a token may be pending */

/* A token that waits for its session. */
struct tokenfile_pending {
	char account[ACCOUNT_NAME_MAX + 1]; /* pw_name of the account */
	char api_url[CONFIG_TEXT_CAP];      /* the API host that issued it */
	bool revoke;                        /* is it to be revoked? */
	uint64_t expires_at_s;              /* CLOCK_REALTIME; 0: not known */
	struct secret *token;
};

#define autopending CLEANUP(tokenfile_pending_done) struct tokenfile_pending

void tokenfile_pending_done(struct tokenfile_pending *pending);

/*
 * Leave a token for open_session, in a new file that only root can read.
 *
 * out:    ret_id  random; names the file
 * errors: OUTCOME_CONFIG_UNSAFE  a directory on the way is not root's alone
 *         OUTCOME_SYSTEM_ERROR  a file could not be made;  OUTCOME_NO_MEMORY
 * source: docs/DESIGN.md section 4; getrandom(2)
 */
MUST_CHECK enum outcome tokenfile_pending_write(
    const struct tokenfile_pending *pending,
    char ret_id[static TOKENFILE_ID_LEN + 1], struct errinfo *reterr);

/*
 * Read a pending token; the file stays.
 *
 * in:     id   of any origin: 32 hexadecimal digits or refused
 * out:     ret  (autopending)
 * errors: OUTCOME_CONFIG_UNSAFE  no id, or a file that authenticate cannot
 *                                have left
 *         OUTCOME_SYSTEM_ERROR  the file is missing;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome tokenfile_pending_read(
    const char *id, struct tokenfile_pending *ret, struct errinfo *reterr);

/* Remove a pending token; true for the one caller that did it. */
bool tokenfile_pending_remove(const char *id);

/*
 * Remove what has been pending for too long; see TOKENFILE_PENDING_MAX_S.  A
 * token that must be revoked at another URL than api_url waits for a sign-in
 * there, or until no token can be valid any more.
 *
 * in:     now_s  CLOCK_REALTIME
 *         found  called with each token that was removed and is to be revoked,
 *                *borrowed*; and with a NULL token for a removed file
 *                that cannot be read
 */
void tokenfile_pending_sweep(uint64_t now_s, const char *api_url,
    void (*found)(void *context, const struct tokenfile_pending *pending),
    void *context);

/*
 * Make the session's file: new, owned by the account, mode 0600, in a directory
 * that root owns and the account's group may enter.  Existing files there are
 * not followed, opened or replaced.
 *
 * out:    ret_path  its path
 * errors: as tokenfile_pending_write
 */
MUST_CHECK enum outcome tokenfile_create(const struct account *account,
    const char *id, const struct secret *token,
    char ret_path[static TOKENFILE_PATH_CAP], struct errinfo *reterr);

/*
 * Remove session files, of every account, that are older than any token may be
 * valid: their sessions were never closed.
 *
 * in:     now_s  CLOCK_REALTIME
 */
void tokenfile_session_sweep(uint64_t now_s);

/* Remove the session's file. */
MUST_CHECK enum outcome tokenfile_remove(
    uid_t uid, const char *id, struct errinfo *reterr);

#endif
