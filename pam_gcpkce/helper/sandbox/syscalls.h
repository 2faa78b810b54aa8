/* SPDX-License-Identifier: ISC */
/* The system calls that the filter knows; NULL ends each list. */
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

/* Refused with EPERM, always. */
extern const char *const calls_denied[];

/* Refused with their own errno when the arguments are these. */
extern const struct call_rule calls_judged[];

/* With a listener: on its descriptors, whose numbers no other may get. */
extern const struct call_rule calls_judged_listening[];

/* Without one: refused with EPERM, by either program. */
extern const char *const calls_deaf[];

/* With sandbox=strict: all calls that are allowed ... */
extern const char *const calls_allowed[];

/* ... and those refused with EACCES instead of killing the process. */
extern const char *const calls_refused[];

/* With sandbox=strict and a listener: further allowed calls. */
extern const char *const calls_allowed_listening[];

/* Since 424 all architectures share their numbers, counted from here. */
#define CALLS_COMMON (SYS_pidfd_send_signal - 424)

/* The last call that these tables cover; none above it can be made. */
#define CALLS_NEWEST (CALLS_COMMON + 469)

/* A call that an old libseccomp may not know by name. */
struct call_recent {
	const char *name;
	int number;
};

extern const struct call_recent calls_recent[];

#endif
