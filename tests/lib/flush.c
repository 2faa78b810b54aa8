/* SPDX-License-Identifier: ISC */
/*
 * Only in "make coverage": write the counters where a process ends without
 * running destructors.  A helper's child executes another program or _exit()s,
 * and sshd's child, which authenticates, is never seen to unload the module.
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../pam_gcpkce/module/result.h"

void __gcov_dump(void);
void __gcov_reset(void);

/* A child that must not write files has given up its soft limit alone. */
static void
flush(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
		return;
	struct rlimit raised = {limit.rlim_max, limit.rlim_max};
	if (setrlimit(RLIMIT_FSIZE, &raised) != 0)
		return;
	/* a child that has changed its ids writes to the same files */
	mode_t mask = umask(0);
	__gcov_dump();
	__gcov_reset();
	(void)umask(mask);
	(void)setrlimit(RLIMIT_FSIZE, &limit);
}

int __real_setrlimit64(
    __rlimit_resource_t resource, const struct rlimit *limit);
int __wrap_setrlimit64(
    __rlimit_resource_t resource, const struct rlimit *limit);

int
__wrap_setrlimit64(__rlimit_resource_t resource, const struct rlimit *limit)
{
	struct rlimit soft;

	if (resource != RLIMIT_FSIZE || getrlimit(resource, &soft) != 0)
		return __real_setrlimit64(resource, limit);
	soft.rlim_cur = limit->rlim_cur;
	return __real_setrlimit64(resource, &soft);
}

_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

_Noreturn void
__wrap__exit(int status)
{
	flush();
	__real__exit(status);
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, long a, long b, long c, long d, long e);

/* Before the rights to write are gone, and before another program begins. */
long
__wrap_syscall(long number, long a, long b, long c, long d, long e)
{
	const struct rlimit no_file = {0, 0};

	if (number == SYS_setresuid || number == SYS_execveat)
		flush();
	if (number == SYS_execveat)
		(void)__real_setrlimit64(RLIMIT_FSIZE, &no_file);
	return __real_syscall(number, a, b, c, d, e);
}

/* weak: the unit tests' programs have none */
__attribute__((weak)) int __real_result_pam(const struct result *result);
int __wrap_result_pam(const struct result *result);

int
__wrap_result_pam(const struct result *result)
{
	int value = __real_result_pam(result);

	flush();
	return value;
}
