/* SPDX-License-Identifier: ISC */
/*
 * Runs a command on a kernel that lacks something, as far as the command can
 * tell: without landlock|seccomp|both|SYSTEM-CALL COMMAND...  Or "polkit": the
 * sandbox in which polkit 127 starts its helper, on systemd 252.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int
lack(scmp_filter_ctx ctx, const char *call)
{
	return seccomp_rule_add(
	    ctx, SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name(call), 0);
}

static int
polkit_lack(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp not_local = {0, SCMP_CMP_NE, AF_UNIX, 0};

	return seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EAFNOSUPPORT),
		   SCMP_SYS(socket), 1, &not_local) |
	    seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS,
		seccomp_syscall_resolve_name("landlock_create_ruleset"), 0) |
	    seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS,
		seccomp_syscall_resolve_name("seccomp"), 0);
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
	bool polkit = strcmp(argv[1], "polkit") == 0;
	if (polkit && polkit_lack(ctx) != 0)
		return 2;
	if ((both || landlock) && lack(ctx, "landlock_create_ruleset") != 0)
		return 2;
	if (!landlock && !polkit && lack(ctx, both ? "seccomp" : argv[1]) != 0)
		return 2;
	if (seccomp_load(ctx) != 0)
		return 2;
	(void)execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
