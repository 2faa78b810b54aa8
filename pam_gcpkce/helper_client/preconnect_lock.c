/* SPDX-License-Identifier: ISC */
/*
 * The file that preconnects are counted by.  It holds nothing; only locks on
 * its bytes matter.  It runs as root in somebody else's process, so each part
 * of the way is opened below the one before and judged on its descriptor.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "gcpkce/helper_client/helper_proc.h"

#define RUN "/run"
#define OURS "gcpkce"
#define FILE_NAME "preconnect.lock"
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
/* without waiting: something else may stand in its place */
#define FILE_FLAGS (O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

static enum outcome
open_failed(const char *name, struct errinfo *reterr)
{
	return err_sys(reterr,
	    errno == ELOOP || errno == ENOTDIR ? OUTCOME_CONFIG_UNSAFE
					       : OUTCOME_SYSTEM_ERROR,
	    name);
}

/* Is it root's, of this kind, and without these bits of others'? */
static enum outcome
owner_check(int fd, const char *name, mode_t kind, mode_t forbidden,
    struct errinfo *reterr)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, name);
	if (st.st_uid != 0 || (st.st_mode & S_IFMT) != kind ||
	    (st.st_mode & forbidden) != 0)
		return err_set(reterr, OUTCOME_CONFIG_UNSAFE,
		    "\"%s\" is not what it must be: root's %s, with none of "
		    "the bits %04o in its mode",
		    name, kind == S_IFDIR ? "folder" : "file",
		    (unsigned)forbidden);
	return OUTCOME_OK;
}

/* Open /run/gcpkce; a new one gets the mode that token files want. */
static enum outcome
ours_open(int *ret_fd, struct errinfo *reterr)
{
	autofd run = open(RUN, FOLDER_FLAGS);

	if (run < 0)
		return open_failed(RUN, reterr);
	enum outcome r = owner_check(run, RUN, S_IFDIR, 022, reterr);
	if (r != OUTCOME_OK)
		return r;
	bool made = mkdirat(run, OURS, 0700) == 0;
	autofd fd = openat(run, OURS, FOLDER_FLAGS);
	if (fd < 0)
		return open_failed(OURS, reterr);
	r = owner_check(fd, OURS, S_IFDIR, 022, reterr);
	if (r == OUTCOME_OK && made &&
	    (fchown(fd, 0, 0) != 0 || fchmod(fd, 0755) != 0))
		r = err_sys(reterr, OUTCOME_SYSTEM_ERROR, OURS);
	if (r == OUTCOME_OK)
		*ret_fd = take_fd(&fd);
	return r;
}

enum outcome
preconnect_lock_open(int *ret_fd, struct errinfo *reterr)
{
	autofd folder = -1;

	enum outcome r = ours_open(&folder, reterr);
	if (r != OUTCOME_OK)
		return r;
	autofd fd = openat(folder, FILE_NAME, FILE_FLAGS, 0600);
	if (fd < 0)
		return open_failed(FILE_NAME, reterr);
	r = owner_check(fd, FILE_NAME, S_IFREG, 077, reterr);
	if (r != OUTCOME_OK)
		return r;
	/* away from 0, 1 and 2, which the host may have closed and write to */
	*ret_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return *ret_fd >= 0 ? OUTCOME_OK
			    : err_sys(reterr, OUTCOME_SYSTEM_ERROR, "fcntl");
}
