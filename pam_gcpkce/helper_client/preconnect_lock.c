/* SPDX-License-Identifier: ISC */
/*
 * The file by which preconnects are counted.  It is empty; only locks on its
 * bytes matter.
 */
#include <fcntl.h>

#include "gcpkce/config/rundir.h"
#include "gcpkce/helper_client/helper_proc.h"

#define FILE_NAME "preconnect.lock"
/* non-blocking: it may be a FIFO */
#define FILE_FLAGS (O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

enum outcome
preconnect_lock_open(int *ret_fd, struct errinfo *reterr)
{
	struct stat st;
	autofd dir = -1;

	enum outcome r = rundir_open(true, &dir, reterr);
	if (r != OUTCOME_OK)
		return r;
	autofd fd = openat(dir, FILE_NAME, FILE_FLAGS, 0600);
	if (fd < 0)
		return rundir_open_failed(FILE_NAME, reterr);
	r = rundir_check(fd, FILE_NAME, S_IFREG, 077, &st, reterr);
	if (r != OUTCOME_OK)
		return r;
	/* not 0, 1 or 2, which the application may have closed and write to */
	*ret_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return *ret_fd >= 0 ? OUTCOME_OK
			    : err_sys(reterr, OUTCOME_SYSTEM_ERROR, "fcntl");
}
