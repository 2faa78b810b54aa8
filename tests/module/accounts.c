/* SPDX-License-Identifier: ISC */
/*
 * The local accounts and the name of the host, as the module sees them.
 * Functions of libc and libpam that are defined here win over the libraries'
 * own, because the test program comes first in the search order and is linked
 * with -rdynamic.
 */
/* fortified headers would define some of these functions themselves */
#undef _FORTIFY_SOURCE

#include "host.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct local_account accounts[ACCOUNTS];
int name_service_error;
char look_ups[64];
unsigned fail_delays;
unsigned fail_delay_us;

void
accounts_reset(void)
{
	bool root = host_is_root();

	/* a host that is not root signs in its own account alone */
	accounts[ALICE] = (struct local_account){
	    "alice", root ? 2001 : geteuid(), root ? 2001 : getegid()};
	accounts[BOB] = (struct local_account){"bob", 2002, 2002};
	accounts[LOW] = (struct local_account){"low", 10, 10};
	accounts[ROOT] = (struct local_account){"root", 0, 0};
	accounts[NOBODY] = (struct local_account){"nobody", 65534, 65534};
	name_service_error = 0;
	look_ups[0] = '\0';
	fail_delays = 0;
	fail_delay_us = 0;
}

static void
look_up_note(char kind)
{
	size_t len = strlen(look_ups);

	if (len + 1 < sizeof(look_ups)) {
		look_ups[len] = kind;
		look_ups[len + 1] = '\0';
	}
}

static int
account_give(const struct local_account *account, struct passwd *ret,
    struct passwd **found)
{
	static char empty[] = "";

	*found = NULL;
	if (name_service_error != 0)
		return name_service_error;
	if (account == NULL)
		return 0;
	*ret = (struct passwd){
	    .pw_name = (char *)(uintptr_t)account->name,
	    .pw_passwd = empty,
	    .pw_uid = account->uid,
	    .pw_gid = account->gid,
	    .pw_gecos = empty,
	    .pw_dir = empty,
	    .pw_shell = empty,
	};
	*found = ret;
	return 0;
}

VISIBLE int
getpwnam_r(const char *name, struct passwd *ret, char *space, size_t len,
    struct passwd **found)
{
	const struct local_account *account = NULL;

	look_up_note('n');
	(void)space;
	(void)len;
	for (size_t i = 0; i < ACCOUNTS; i++) {
		if (accounts[i].name != NULL &&
		    strcmp(accounts[i].name, name) == 0)
			account = &accounts[i];
	}
	return account_give(account, ret, found);
}

VISIBLE int
getpwuid_r(uid_t uid, struct passwd *ret, char *space, size_t len,
    struct passwd **found)
{
	const struct local_account *account = NULL;

	look_up_note('u');
	(void)space;
	(void)len;
	for (size_t i = ACCOUNTS; i > 0; i--) {
		if (accounts[i - 1].name != NULL && accounts[i - 1].uid == uid)
			account = &accounts[i - 1];
	}
	return account_give(account, ret, found);
}

/* The host has one group, "staff", without members. */
VISIBLE int
getgrnam_r(const char *name, struct group *ret, char *space, size_t len,
    struct group **found)
{
	static char staff[] = "staff";
	static char *members[] = {NULL};

	look_up_note('g');
	(void)space;
	(void)len;
	*found = NULL;
	if (name_service_error != 0)
		return name_service_error;
	if (strcmp(name, staff) != 0)
		return 0;
	*ret =
	    (struct group){.gr_name = staff, .gr_gid = 50, .gr_mem = members};
	*found = ret;
	return 0;
}

VISIBLE int
getgrouplist(const char *user, gid_t gid, gid_t *groups, int *count)
{
	look_up_note('m');
	(void)user;
	groups[0] = gid;
	*count = 1;
	return 1;
}

VISIBLE int
gethostname(char *name, size_t len)
{
	(void)snprintf(name, len, "%s", HOSTNAME);
	return 0;
}

VISIBLE int
pam_fail_delay(pam_handle_t *pamh, unsigned usec)
{
	(void)pamh;
	fail_delays++;
	fail_delay_us = usec;
	return PAM_SUCCESS;
}
