/* SPDX-License-Identifier: ISC */
/*
 * The walk to /run/gcpkce, and files of root's there.
 */
#include "gcpkce/config/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>

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
		    "%s owned by root, without the mode bits %04o",
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

enum outcome
rundir_open_dir(
    const struct rundir *dir, bool make, int *ret_fd, struct errinfo *reterr)
{
	autofd above = -1;
	enum outcome r = rundir_open(make, &above, reterr);

	return r == OUTCOME_OK
	    ? rundir_open_below(above, dir, make, ret_fd, reterr)
	    : r;
}

DIR *
rundir_list(int dir)
{
	/* the stream closes its descriptor, so it gets one of its own */
	autofd copy = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	DIR *list = copy >= 0 ? fdopendir(copy) : NULL;

	if (list != NULL)
		(void)take_fd(&copy);
	return list;
}

enum outcome
rundir_id_make(char ret_id[static RUNDIR_ID_LEN + 1], struct errinfo *reterr)
{
	uint8_t bytes[RUNDIR_ID_LEN / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, "getrandom");
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(ret_id + 2 * i, 3, "%02x", bytes[i]);
	return OUTCOME_OK;
}

static enum outcome
bytes_write(int fd, const char *name, struct view bytes, struct errinfo *reterr)
{
	struct rlimit limit;

	/*
	 * beyond it the application gets a SIGXFSZ; a caller of su can set it
	 */
	if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur < bytes.len)
		return err_set(reterr, OUTCOME_SYSTEM_ERROR,
		    "the host's limit of file sizes is too small");
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.p, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_sys(reterr, OUTCOME_SYSTEM_ERROR, name);
		bytes.p += n;
		bytes.len -= (size_t)n;
	}
	return OUTCOME_OK;
}

enum outcome
rundir_file_make(int dir, const char *name, struct view content, uid_t uid,
    gid_t gid, struct errinfo *reterr)
{
	autofd fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, name);
	enum outcome r = bytes_write(fd, name, content, reterr);
	if (r == OUTCOME_OK &&
	    (fchmod(fd, 0600) != 0 || fchown(fd, uid, gid) != 0))
		r = err_sys(reterr, OUTCOME_SYSTEM_ERROR, name);
	if (r != OUTCOME_OK)
		(void)unlinkat(dir, name, 0);
	return r;
}

enum outcome
rundir_file_read(int dir, const char *name, struct buf *ret,
    struct stat *ret_st, struct errinfo *reterr)
{
	uint8_t block[512];
	ssize_t n;
	autofd fd = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	*ret_st = (struct stat){0};
	if (fd < 0 || fstat(fd, ret_st) != 0)
		return err_sys(reterr, OUTCOME_SYSTEM_ERROR, name);
	/* one that another process has just replaced has no link any more */
	if (!S_ISREG(ret_st->st_mode) || ret_st->st_uid != 0 ||
	    ret_st->st_nlink > 1 || (ret_st->st_mode & 077) != 0 ||
	    ret_st->st_size < 0 || (size_t)ret_st->st_size > ret->max)
		return err_set(reterr, OUTCOME_CONFIG_UNSAFE,
		    "\"%s\" is not a file of root's alone", name);
	while ((n = read(fd, block, sizeof(block))) > 0)
		buf_put(ret, block, (size_t)n);
	explicit_bzero(block, sizeof(block));
	return n < 0 ? err_sys(reterr, OUTCOME_SYSTEM_ERROR, name)
		     : buf_check(ret);
}
