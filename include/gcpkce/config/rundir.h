/* SPDX-License-Identifier: ISC */
/*
 * /run/gcpkce and the directories in it, for processes of root: opened without
 * following links, checked and set by their descriptors.
 */
#ifndef GCPKCE_RUNDIR_H
#define GCPKCE_RUNDIR_H

#include <dirent.h>
#include <sys/stat.h>

#include "gcpkce/base/buf.h"
#include "gcpkce/base/errinfo.h"

#define RUNDIR "/run/gcpkce"
#define RUNDIR_ID_LEN 32

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

/* The same for a directory in it, from /run down. */
MUST_CHECK enum outcome rundir_open_dir(
    const struct rundir *dir, bool make, int *ret_fd, struct errinfo *reterr);

/* The names in a directory, to be closed by closedir; NULL: it failed. */
DIR *rundir_list(int dir);

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

/*
 * Make a random name, of hexadecimal digits.
 *
 * errors: OUTCOME_SYSTEM_ERROR
 * source: getrandom(2)
 */
MUST_CHECK enum outcome rundir_id_make(
    char ret_id[static RUNDIR_ID_LEN + 1], struct errinfo *reterr);

/*
 * Make a new file, of mode 0600, with this content, and give it to its owner at
 * the end.  What exists under the name stays; after a fault there is no file.
 *
 * errors: OUTCOME_SYSTEM_ERROR, OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome rundir_file_make(int dir, const char *name,
    struct view content, uid_t uid, gid_t gid, struct errinfo *reterr);

/*
 * Read a file that only a process of root can have left.
 *
 * out:    ret     the content; its max bounds the file's size
 *         ret_st  all zero if there is no such file
 * errors: OUTCOME_CONFIG_UNSAFE  not a regular file of root's alone with one
 *                                link, or too large
 *         OUTCOME_SYSTEM_ERROR   it cannot be opened or read
 *         OUTCOME_NO_MEMORY
 */
MUST_CHECK enum outcome rundir_file_read(int dir, const char *name,
    struct buf *ret, struct stat *ret_st, struct errinfo *reterr);

#endif
