/* SPDX-License-Identifier: ISC */
/*
 * Runs a command on a kernel that lacks something, as far as the command can
 * tell: without landlock|seccomp|both|SYSTEM-CALL COMMAND...
 */
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
lack(scmp_filter_ctx ctx, const char *call)
{
	return seccomp_rule_add(
	    ctx, SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name(call), 0);
}

int
main(int argc, char **argv)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	if (argc < 3 || ctx == NULL)
		return 2;
	/* root's programs keep their right to gain privileges */
	if (seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, geteuid() != 0) != 0)
		return 2;
	bool both = strcmp(argv[1], "both") == 0;
	bool landlock = strcmp(argv[1], "landlock") == 0;
	if ((both || landlock) && lack(ctx, "landlock_create_ruleset") != 0)
		return 2;
	if (!landlock && lack(ctx, both ? "seccomp" : argv[1]) != 0)
		return 2;
	if (seccomp_load(ctx) != 0)
		return 2;
	(void)execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
