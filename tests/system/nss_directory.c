/* SPDX-License-Identifier: ISC */
/*
 * A name service of libc's that finds accounts as SSSD and winbind do: in any
 * case, with EXAMPLE\ before the name or @example.test after it, and by a
 * second name.  The entry that it gives has one spelling.
 */
#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define GIVEN __attribute__((visibility("default"))) enum nss_status

static const struct row {
	const char *name;
	const char *second;
	uid_t uid;
} rows[] = {
    {"alice", "asmith", 3001}, /* as /etc/passwd has her in the house */
    {"dora", "", 3101},
    {"jo hn", "", 3102},
};

GIVEN _nss_directory_getpwnam_r(const char *name, struct passwd *entry,
    char *space, size_t len, int *reterrno);
GIVEN _nss_directory_getpwuid_r(
    uid_t uid, struct passwd *entry, char *space, size_t len, int *reterrno);

static enum nss_status
entry_give(const struct row *row, struct passwd *entry, char *space, size_t len,
    int *reterrno)
{
	static char none[] = "x";
	static char home[] = "/tmp";
	static char shell[] = "/bin/sh";

	if (strlen(row->name) >= len) {
		*reterrno = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	}
	(void)snprintf(space, len, "%s", row->name);
	*entry = (struct passwd){
	    .pw_name = space,
	    .pw_passwd = none,
	    .pw_uid = row->uid,
	    .pw_gid = row->uid,
	    .pw_gecos = none,
	    .pw_dir = home,
	    .pw_shell = shell,
	};
	return NSS_STATUS_SUCCESS;
}

GIVEN
_nss_directory_getpwnam_r(const char *name, struct passwd *entry, char *space,
    size_t len, int *reterrno)
{
	static const char before[] = "EXAMPLE\\";
	static const char after[] = "@example.test";
	char plain[128];

	if (strncasecmp(name, before, sizeof(before) - 1) == 0)
		name += sizeof(before) - 1;
	(void)snprintf(plain, sizeof(plain), "%s", name);
	char *at = strchr(plain, '@');
	if (at != NULL && strcasecmp(at, after) == 0)
		*at = '\0';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcasecmp(plain, rows[i].name) == 0 ||
		    strcasecmp(plain, rows[i].second) == 0)
			return entry_give(
			    &rows[i], entry, space, len, reterrno);
	}
	return NSS_STATUS_NOTFOUND;
}

GIVEN
_nss_directory_getpwuid_r(
    uid_t uid, struct passwd *entry, char *space, size_t len, int *reterrno)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (uid == rows[i].uid)
			return entry_give(
			    &rows[i], entry, space, len, reterrno);
	}
	return NSS_STATUS_NOTFOUND;
}
