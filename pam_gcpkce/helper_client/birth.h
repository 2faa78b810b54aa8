/* SPDX-License-Identifier: ISC */
/*
 * The child's side of starting a helper, between fork and exec.
 */
#ifndef GCPKCE_COURIER_BIRTH_H
#define GCPKCE_COURIER_BIRTH_H

#include <sys/types.h>

#include "gcpkce/helper_client/courier.h"

/* Descriptors as the helper finds them; 0, 1 and 2 are /dev/null. */
#define BIRTH_FD_SOCKET 3
#define BIRTH_FD_LOG 4  /* /dev/null where there is no journal */
#define BIRTH_FD_LOCK 5 /* /dev/null where there is none */

/* The last thing a child did that failed; sent through the report pipe. */
struct birth_report {
	int step; /* of birth_step_text */
	int error;
};

/* All that the child needs, ready before the fork. */
struct birth_plan {
	struct courier_birth birth;
	pid_t parent;
	uid_t uid; /* the effective ids of the host */
	gid_t gid;
	int socket;
	int report; /* the pipe's end to write to; closed by exec */
	int binary; /* the helper's file, by O_PATH */
};

/*
 * Become the helper.  Async-signal-safe; never returns.
 */
_Noreturn void birth(const struct birth_plan *plan);

/* What a step was, for the log. */
const char *birth_step_text(int step);

#endif
