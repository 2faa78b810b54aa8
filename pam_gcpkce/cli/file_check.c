/* SPDX-License-Identifier: ISC */
/*
 * The verdict is safefile_open's, the same as in a login.  Only the fix looks
 * at names again: it must say which part of the path to change.
 */
#include "file_check.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "gcpkce/config/client_secret.h"

static void
command_put(struct buf *fix, const char *command, const char *path)
{
	buf_printf(fix, "%s%s %s", fix->len > 0 ? " && " : "", command, path);
}

/* The fix needed for one part of the path. */
static void
part_fix(const char *path, bool secret, struct buf *fix)
{
	char target[PATH_MAX];
	struct stat st;

	if (lstat(path, &st) != 0)
		return;
	if (S_ISLNK(st.st_mode)) {
		if (realpath(path, target) != NULL)
			buf_printf(fix, "%sname the file itself: %s",
			    fix->len > 0 ? "; " : "", target);
		return;
	}
	bool sticky = S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX) != 0;
	if (st.st_uid != 0 && st.st_uid != geteuid())
		command_put(fix, "chown root", path);
	if (secret && (st.st_mode & 077) != 0)
		command_put(fix, "chmod 0600", path);
	else if ((st.st_mode & 022) != 0 && !sticky)
		command_put(fix, "chmod go-w", path);
}

static void
path_fix(const char *path, bool secret, struct buf *fix)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return;
	for (size_t i = 1; i < len; i++) {
		if (path[i] != '/' || path[i - 1] == '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		struct stat st;
		/* a trusted link to a directory is no fault */
		if (stat(part, &st) == 0 && lstat(part, &st) == 0 &&
		    (!S_ISLNK(st.st_mode) || st.st_uid != 0))
			part_fix(part, false, fix);
	}
	part_fix(path, secret, fix);
}

bool
file_check(struct findings *f, const char *path, enum safefile_kind kind,
    const char *missing)
{
	autobuf fix = BUF_INIT(PATH_MAX * 2);
	struct errinfo why = {0};
	autofd fd = -1;
	enum outcome r = safefile_open(path, kind, &fd, &why);

	if (r == OUTCOME_OK && fd >= 0)
		return true;
	if (r == OUTCOME_OK) {
		finding_add(f, FINDING_FAULT,
		    kind == SAFEFILE_SECRET ? client_secret_place(path) : path,
		    missing, "does not exist");
		return false;
	}
	if (geteuid() != 0 && access(path, R_OK) != 0 && errno == EACCES) {
		finding_add(f, FINDING_NOTE, path,
		    "run this as root to have it read",
		    "this user may not read the file");
		return false;
	}
	path_fix(path, kind == SAFEFILE_SECRET, &fix);
	finding_add(f, FINDING_FAULT, path,
	    fix.len > 0 ? buf_text(&fix) : "put a regular file there", "%.*s",
	    (int)err_what(&why).len, (const char *)err_what(&why).p);
	return false;
}
