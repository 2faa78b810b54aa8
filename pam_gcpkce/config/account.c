/* SPDX-License-Identifier: ISC */
/*
 * Only reentrant calls: the application may have threads.  The name service is
 * trusted; the look-up is repeated at the end of a sign-in.
 */
#include "gcpkce/config/account.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

#define ENTRY_FIRST 4096
#define ENTRY_MAX (1024 * 1024)
#define GROUPS_MAX 65536

/* getpwnam_r, getpwuid_r and getgrnam_r as one shape. */
typedef int lookup_fn(
    const void *key, void *entry, char *space, size_t len, void *found);

static int
lookup_name(const void *key, void *entry, char *space, size_t len, void *found)
{
	return getpwnam_r(key, entry, space, len, found);
}

static int
lookup_uid(const void *key, void *entry, char *space, size_t len, void *found)
{
	return getpwuid_r(*(const uid_t *)key, entry, space, len, found);
}

static int
lookup_group(const void *key, void *entry, char *space, size_t len, void *found)
{
	return getgrnam_r(key, entry, space, len, found);
}

/*
 * Call a look-up with enough space for the entry.
 *
 * out:    ret_space  *gives* the memory that the entry points into
 *         ret_found  whether there is one
 */
static enum outcome
lookup(lookup_fn *fn, const void *key, void *entry, char **ret_space,
    bool *ret_found, struct errinfo *reterr)
{
	for (size_t len = ENTRY_FIRST; len <= ENTRY_MAX; len *= 4) {
		autofree char *space = malloc(len);
		void *found = NULL;

		if (space == NULL)
			return OUTCOME_NO_MEMORY;
		int error = fn(key, entry, space, len, &found);
		if (error == ERANGE)
			continue;
		/* some name services return these for "no such entry" */
		if (error != 0 && error != ENOENT && error != ESRCH &&
		    error != EBADF && error != EPERM) {
			errno = error;
			return err_sys(
			    reterr, OUTCOME_SYSTEM_ERROR, "name service");
		}
		*ret_found = error == 0 && found != NULL;
		*ret_space = take_ptr(&space);
		return OUTCOME_OK;
	}
	return err_set(reterr, OUTCOME_SYSTEM_ERROR,
	    "name service: an entry is larger than a megabyte");
}

static bool
name_copy(char to[static ACCOUNT_NAME_MAX + 1], const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > ACCOUNT_NAME_MAX)
		return false;
	memcpy(to, name, len + 1);
	return true;
}

enum outcome
account_find(const char *user, struct account *ret, struct errinfo *reterr)
{
	struct account account = {0};
	struct passwd by_name;
	struct passwd by_uid;
	autofree char *space = NULL;
	autofree char *uid_space = NULL;
	bool found = false;

	enum outcome r =
	    lookup(lookup_name, user, &by_name, &space, &found, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (found && name_copy(account.name, by_name.pw_name)) {
		account.exists = true;
		account.uid = by_name.pw_uid;
		account.gid = by_name.pw_gid;
	}
	/* without an account look up root: the time must not reveal it */
	r = lookup(
	    lookup_uid, &account.uid, &by_uid, &uid_space, &found, reterr);
	if (r != OUTCOME_OK)
		return r;
	if (account.exists && found)
		(void)name_copy(account.uid_name, by_uid.pw_name);
	*ret = account;
	return OUTCOME_OK;
}

bool
account_eq(const struct account *a, const struct account *b)
{
	return a->exists == b->exists && a->uid == b->uid && a->gid == b->gid &&
	    strcmp(a->name, b->name) == 0 &&
	    strcmp(a->uid_name, b->uid_name) == 0;
}

enum outcome
account_in_group(const struct account *account, const char *user,
    const char *group, bool *ret, struct errinfo *reterr)
{
	const char *name = account->exists ? account->name : user;
	struct group entry;
	autofree char *space = NULL;
	autofree gid_t *gids = NULL;
	bool found = false;
	int count = 64;

	enum outcome r =
	    lookup(lookup_group, group, &entry, &space, &found, reterr);
	if (r != OUTCOME_OK)
		return r;
	*ret = false;
	if (!found) {
		(void)err_set(reterr, OUTCOME_OK,
		    "account_group \"%s\" does not exist on this host", group);
		return OUTCOME_OK;
	}
	for (;;) {
		int room = count;

		gids = malloc((size_t)room * sizeof(*gids));
		if (gids == NULL)
			return OUTCOME_NO_MEMORY;
		if (getgrouplist(name, account->gid, gids, &count) >= 0)
			break;
		free(take_ptr(&gids));
		count = count > room ? count : room * 2;
		if (count > GROUPS_MAX)
			return err_set(reterr, OUTCOME_SYSTEM_ERROR,
			    "name service: the account has too many groups");
	}
	for (int i = 0; i < count; i++)
		*ret = *ret || (account->exists && gids[i] == entry.gr_gid);
	return OUTCOME_OK;
}
