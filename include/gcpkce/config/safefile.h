/* SPDX-License-Identifier: ISC */
/* Files that only root or the effective user can have written or replaced. */
#ifndef GCPKCE_SAFEFILE_H
#define GCPKCE_SAFEFILE_H

#include "gcpkce/base/errinfo.h"

enum safefile_kind {
	SAFEFILE_CONFIG,    /* any user may read it */
	SAFEFILE_SECRET,    /* only its owner may read it */
	SAFEFILE_DIRECTORY, /* a directory of configuration files */
	SAFEFILE_PROGRAM,   /* by O_PATH: it need not be readable */
};

/*
 * Open a file or directory for reading.  Every directory from the root down,
 * and the file itself, must be owned by root or by the effective user and be
 * writable by its owner alone (a directory may be sticky instead); symbolic
 * links to directories are followed only if their owner is root or the
 * effective user, too; the last part of the path is never followed. Descriptors
 * are checked, so nothing can be replaced between check and use; O_NONBLOCK
 * keeps a FIFO from hanging the login.
 *
 * in:     path  absolute
 * out:    ret_fd  *gives* a descriptor, O_CLOEXEC; -1 if it does not exist
 * errors: OUTCOME_CONFIG_INVALID  not absolute, cannot be opened, not a
 *                                 regular file (or directory)
 *         OUTCOME_CONFIG_UNSAFE   another user may have written it; reterr
 *                                 names the place and the fix
 *         OUTCOME_NO_MEMORY
 * source: open(2), path_resolution(7)
 */
MUST_CHECK enum outcome safefile_open(const char *path, enum safefile_kind kind,
    int *ret_fd, struct errinfo *reterr);

#endif
