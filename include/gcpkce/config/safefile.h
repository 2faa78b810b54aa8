/* SPDX-License-Identifier: ISC */
/*
 * Opening files that decide who may be whom: nobody but root, or the user whom
 * this process acts as, can have written them or swapped them for others.
 */
#ifndef GCPKCE_SAFEFILE_H
#define GCPKCE_SAFEFILE_H

#include "gcpkce/base/errinfo.h"

enum safefile_kind {
	SAFEFILE_CONFIG,    /* anybody may read it */
	SAFEFILE_SECRET,    /* its owner alone may read it */
	SAFEFILE_DIRECTORY, /* a directory of configuration files */
	SAFEFILE_PROGRAM,   /* by O_PATH: it need not be readable */
};

/*
 * Open a file or directory for reading.  Every directory from the root down,
 * and the file itself, must be owned by root or by the effective user and be
 * writable by its owner alone (a directory may be sticky instead); symbolic
 * links to directories are followed only where their owner passes too, the
 * last part of the path never.  Checked on descriptors, so nothing can be
 * swapped in between; O_NONBLOCK, so a FIFO does not hang the login.
 *
 * in:     path  absolute
 * out:    ret_fd  *gives* a descriptor, O_CLOEXEC; -1 when nothing is there
 * errors: OUTCOME_CONFIG_INVALID  not absolute, cannot be opened, not a
 *                                 regular file (or directory)
 *         OUTCOME_CONFIG_UNSAFE   somebody else may have written it; reterr
 *                                 names the place and the fix
 *         OUTCOME_NO_MEMORY
 * source: open(2), path_resolution(7)
 */
MUST_CHECK enum outcome safefile_open(const char *path, enum safefile_kind kind,
    int *ret_fd, struct errinfo *reterr);

#endif
