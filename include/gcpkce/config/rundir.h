/* SPDX-License-Identifier: ISC */
/*
 * /run/gcpkce and the directories in it, for processes of root.  Every
 * directory is opened relative to its parent, without following links, and
 * checked by its descriptor; owner and mode are set on descriptors.  So the
 * umask and the current directory of the application are not changed.
 */
#ifndef GCPKCE_RUNDIR_H
#define GCPKCE_RUNDIR_H

#include <sys/stat.h>

#include "gcpkce/base/errinfo.h"

#define RUNDIR "/run/gcpkce"

/* A directory in it, owned by root. */
struct rundir {
	const char *name;
	gid_t gid;
	mode_t mode;
};

/*
 * Open /run/gcpkce, or a directory below one that is open.
 *
 * in:     make  create it if missing, and set group and mode
 * out:    ret_fd  *gives* a descriptor, O_CLOEXEC
 * errors: OUTCOME_CONFIG_UNSAFE  it is something else, or users other than
 *                                root may write to a directory on the way
 *         OUTCOME_SYSTEM_ERROR   it cannot be made or opened
 *         OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome rundir_open(
    bool make, int *ret_fd, struct errinfo *reterr);
MUST_CHECK enum outcome rundir_open_below(int above, const struct rundir *dir,
    bool make, int *ret_fd, struct errinfo *reterr);

/*
 * Is it owned by root, of this type (S_IFDIR, S_IFREG), and without these mode
 * bits?
 *
 * out:    ret_st  from fstat
 * errors: OUTCOME_CONFIG_UNSAFE  no;  OUTCOME_SYSTEM_ERROR  fstat failed
 */
MUST_CHECK enum outcome rundir_check(int fd, const char *name, mode_t kind,
    mode_t forbidden, struct stat *ret_st, struct errinfo *reterr);

/* Why openat failed, from errno: CONFIG_UNSAFE for a link or another type. */
enum outcome rundir_open_failed(const char *name, struct errinfo *reterr);

#endif
