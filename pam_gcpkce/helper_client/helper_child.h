/* SPDX-License-Identifier: ISC */
/* The child's side of starting a helper, between fork and exec. */
#ifndef GCPKCE_HELPER_CHILD_H
#define GCPKCE_HELPER_CHILD_H

#include <sys/types.h>

#include "gcpkce/helper_client/helper_proc.h"

/* The step of a child that failed; sent through the report pipe. */
struct child_report {
	int step; /* of child_step_text */
	int error;
};

/* All that the child needs, prepared before the fork. */
struct child_plan {
	struct helper_setup setup;
	pid_t parent;
	uid_t uid; /* the effective ids of the application */
	gid_t gid;
	int socket;
	int report; /* the pipe's end to write to; closed by exec */
	int binary; /* the helper's file, by O_PATH */
};

/*
 * Move a descriptor out of 0, 1 and 2, which the application may have closed:
 * its output must not go to our socket.
 */
bool fd_lift(int *fd);

/* Become the helper.  Async-signal-safe. */
_Noreturn void child_run(const struct child_plan *plan);

const char *child_step_text(int step);

#endif
