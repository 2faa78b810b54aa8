/* SPDX-License-Identifier: ISC */
/*
 * The local account that the user asks for.
 */
#ifndef GCPKCE_ACCOUNT_H
#define GCPKCE_ACCOUNT_H

#include <sys/types.h>

#include "gcpkce/base/errinfo.h"

#define ACCOUNT_NAME_MAX 256

/*
 * An account has two names, which are nearly always equal: pw_name of the entry
 * found for the requested name (never the requested text itself), and pw_name
 * of the entry found for its uid.  All-zero bytes: no such account.
 */
struct account {
	bool exists;
	char name[ACCOUNT_NAME_MAX + 1];
	char uid_name[ACCOUNT_NAME_MAX + 1]; /* "" if the uid has no entry */
	uid_t uid;
	gid_t gid;
};

/*
 * Look an account up, once by name and once by uid.  Both are done even if the
 * account does not exist, which is no error, so that the time does not reveal
 * it.
 *
 * errors: OUTCOME_SYSTEM_ERROR  the name service failed;  OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome account_find(
    const char *user, struct account *ret, struct errinfo *reterr);

/* Did both look-ups find the same account: existence, names, ids? */
bool account_eq(const struct account *a, const struct account *b);

/*
 * Is the account a member of a local group, its primary group included?  For an
 * account that does not exist the same look-ups are made, with the requested
 * name.
 *
 * out:    ret  false also for a group that does not exist; reterr then says so
 * errors: as account_find
 */
MUST_CHECK enum outcome account_in_group(const struct account *account,
    const char *user, const char *group, bool *ret, struct errinfo *reterr);

#endif
