/* SPDX-License-Identifier: ISC */
/*
 * Only in "make coverage": write the counters where a process ends without
 * running destructors.  A helper's child executes another program or _exit()s,
 * and sshd's child, which authenticates, is never seen to unload the module.
 */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../pam_gcpkce/module/result.h"

void __gcov_dump(void);
void __gcov_reset(void);

/* A child on its way to exec may write no file, but root may lift that. */
static void
flush(void)
{
	struct rlimit limit;
	const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};

	if (getrlimit(RLIMIT_FSIZE, &limit) != 0 ||
	    (limit.rlim_cur != RLIM_INFINITY &&
		setrlimit(RLIMIT_FSIZE, &none) != 0))
		return;
	__gcov_dump();
	__gcov_reset();
	(void)setrlimit(RLIMIT_FSIZE, &limit);
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
	if (number == SYS_setresuid || number == SYS_execveat)
		flush();
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
