/* SPDX-License-Identifier: ISC */
/*
 * The system calls that the filter knows, as tables.
 */
#ifndef GCPKCE_HELPER_SYSCALLS_H
#define GCPKCE_HELPER_SYSCALLS_H

#include <seccomp.h>
#include <sys/syscall.h>

/* A refusal that depends on the arguments; all of them must hold. */
struct call_rule {
	const char *name;
	unsigned error; /* an errno */
	unsigned count;
	struct scmp_arg_cmp arguments[2];
};

/* Refused with EPERM, always.  NULL ends each of these lists. */
extern const char *const calls_denied[];

/* Refused with their own errno when the arguments are these. */
extern const struct call_rule calls_judged[];

/* With a listener: its descriptors alone, and nothing else by their numbers. */
extern const struct call_rule calls_judged_listening[];

/* Without one: refused with EPERM, by either program. */
extern const char *const calls_deaf[];

/* With sandbox=strict: all that there is ... */
extern const char *const calls_allowed[];

/* ... and what is refused with EACCES in place of the end of the process. */
extern const char *const calls_refused[];

/* With sandbox=strict and a listener: what is allowed besides. */
extern const char *const calls_allowed_listening[];

/* Every machine has given out the same numbers since 424, counted from here. */
#define CALLS_COMMON (SYS_pidfd_send_signal - 424)

/* The last call that these tables have judged; none above it can be made. */
#define CALLS_NEWEST (CALLS_COMMON + 469)

/* A call that a libseccomp in use may be too old to know by its name. */
struct call_recent {
	const char *name;
	int number;
};

/* Ends with a name that is NULL. */
extern const struct call_recent calls_recent[];

#endif
