/* SPDX-License-Identifier: ISC */
/*
 * What has to give way when valgrind looks on; linked into a module and a
 * helper that is not installed, by the linker's --wrap.  valgrind knows no
 * execveat, needs more descriptors and memory than the helper is allowed, sets
 * an environment, writes a file, and dies of a seccomp filter.  So limits are
 * not set, the filter is made but not loaded, Landlock is refused as an old
 * kernel refuses it, and what the helper finds wrong with itself is found, and
 * passed over.  A forked child begins to count at 0, not where its parent was.
 */
#include <errno.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <valgrind/callgrind.h>

#include "gcpkce/base/errinfo.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#define SECCOMP_API 3 /* the first that can kill a process */

int __wrap_setrlimit64(unsigned resource, const struct rlimit64 *limit);
long __wrap_syscall(long number, ...);
long __real_syscall(long number, ...);
pid_t __wrap_fork(void);
/* the module has none of these */
__attribute__((weak)) pid_t __real_fork(void);
__attribute__((weak)) int seccomp_api_set(unsigned level);
enum outcome __wrap_sandbox_begin(struct errinfo *reterr);
__attribute__((weak)) enum outcome __real_sandbox_begin(struct errinfo *reterr);

int
__wrap_setrlimit64(unsigned resource, const struct rlimit64 *limit)
{
	(void)resource;
	(void)limit;
	return 0;
}

long
__wrap_syscall(long number, ...)
{
	long a[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_execveat)
		return execve(TRACER, (char **)a[2], (char **)a[3]);
	if (number == SYS_seccomp)
		return 0;
	if (number == SYS_landlock_create_ruleset) {
		errno = ENOSYS;
		return -1;
	}
	return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

enum outcome
__wrap_sandbox_begin(struct errinfo *reterr)
{
	struct errinfo ignored = {0};

	(void)reterr;
	/* libseccomp asks the kernel what it can do, and valgrind says no */
	if (seccomp_api_set != NULL)
		(void)seccomp_api_set(SECCOMP_API);
	(void)__real_sandbox_begin(&ignored);
	return OUTCOME_OK;
}

pid_t
__wrap_fork(void)
{
	pid_t pid = __real_fork();

	if (pid == 0)
		CALLGRIND_ZERO_STATS;
	return pid;
}
