/* SPDX-License-Identifier: ISC */
/* Before main, so that threads and children of a test have it, too. */
#include "own_run.h"

#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

static bool made;

__attribute__((constructor)) static void
run_make(void)
{
	/* the directory is the test's already, with a service in it */
	if (getenv("GCPKCE_SERVICE") != NULL) {
		made = true;
		return;
	}
	made = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
	    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("run", "/run", "tmpfs", 0, "mode=755") == 0;
}

bool
has_own_run(void)
{
	return made;
}
