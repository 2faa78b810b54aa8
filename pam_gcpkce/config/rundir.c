/* SPDX-License-Identifier: ISC */
/*
 * The walk to /run/gcpkce.
 */
#include "gcpkce/config/rundir.h"

#include <errno.h>
#include <fcntl.h>

#define RUN "/run"
#define FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

enum outcome
rundir_open_failed(const char *name, struct errinfo *reterr)
{
	return err_sys(reterr,
	    errno == ELOOP || errno == ENOTDIR ? OUTCOME_CONFIG_UNSAFE
					       : OUTCOME_SYSTEM_ERROR,
	    name);
}

enum outcome
rundir_check(int fd, const char *name, mode_t kind, mode_t forbidden,
    struct stat *ret_st, struct errinfo *reterr)
{
	if (fstat(fd, ret_st) != 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, name);
	if (ret_st->st_uid != 0 || (ret_st->st_mode & S_IFMT) != kind ||
	    (ret_st->st_mode & forbidden) != 0)
		return err_set(reterr, OUTCOME_CONFIG_UNSAFE,
		    "\"%s\" belongs to uid %u and has mode %06o; it must be a "
		    "%s of root's, without the mode bits %04o",
		    name, (unsigned)ret_st->st_uid, (unsigned)ret_st->st_mode,
		    kind == S_IFDIR ? "directory" : "regular file",
		    (unsigned)forbidden);
	return OUTCOME_OK;
}

enum outcome
rundir_open_below(int above, const struct rundir *dir, bool make, int *ret_fd,
    struct errinfo *reterr)
{
	struct stat st;

	if (make && mkdirat(above, dir->name, 0700) != 0 && errno != EEXIST)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, dir->name);
	autofd fd = openat(above, dir->name, FLAGS);
	if (fd < 0)
		return rundir_open_failed(dir->name, reterr);
	enum outcome r = rundir_check(fd, dir->name, S_IFDIR, 022, &st, reterr);
	if (r != OUTCOME_OK)
		return r;
	/* also if another sign-in has just created it */
	if (make &&
	    ((st.st_gid != dir->gid && fchown(fd, 0, dir->gid) != 0) ||
		((st.st_mode & 07777) != dir->mode &&
		    fchmod(fd, dir->mode) != 0)))
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, dir->name);
	*ret_fd = take_fd(&fd);
	return OUTCOME_OK;
}

enum outcome
rundir_open(bool make, int *ret_fd, struct errinfo *reterr)
{
	static const struct rundir ours = {"gcpkce", 0, 0755};
	struct stat st;
	autofd run = open(RUN, FLAGS);

	if (run < 0)
		return rundir_open_failed(RUN, reterr);
	enum outcome r = rundir_check(run, RUN, S_IFDIR, 022, &st, reterr);
	return r == OUTCOME_OK
	    ? rundir_open_below(run, &ours, make, ret_fd, reterr)
	    : r;
}
