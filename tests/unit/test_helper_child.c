/* SPDX-License-Identifier: ISC */
/*
 * Between fork and exec no step may be skipped.  The kernel refuses one call
 * after the other, by a seccomp filter that the child inherits: the helper
 * client must name the step, and leave nothing behind.
 */
#include <errno.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <pthread.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "gcpkce/base/clock.h"
#include "gcpkce/helper_client/helper_proc.h"
#include "gcpkce/wire/helper_abi.h"

#define STRANGER 3901 /* no account of this machine */
#define ANY (-1)
#define STARTS ""
#define LATE_MS \
	600 /* past the moment that the helper client waits for exec \
	     */

/* A call that fails, where its first, second or third argument is this. */
static const struct refused {
	const char *call;
	int argument; /* ANY: whatever they are */
	long value;
	int error;
	bool as_root; /* only a host that is root makes it */
	const char *step;
} refused[] = {
    {"rt_sigaction", 0, SIGUSR2, EINVAL, false, "resetting signals"},
    {"prlimit64", 1, RLIMIT_CORE, EPERM, false, "setting limits"},
    {"prlimit64", 1, RLIMIT_MEMLOCK, EPERM, false, "setting limits"},
    {"prlimit64", 1, RLIMIT_FSIZE, EPERM, false, "setting limits"},
    {"prlimit64", 1, RLIMIT_NOFILE, EPERM, false, "setting limits"},
    {"prlimit64", 1, RLIMIT_CPU, EPERM, false, "setting limits"},
    {"prlimit64", 1, RLIMIT_STACK, EPERM, false, "setting limits"},
    {"prlimit64", 1, RLIMIT_DATA, EPERM, false, "setting limits"},
    {"prlimit64", 1, RLIMIT_AS, EPERM, false, "setting limits"},
    {"prlimit64", 1, RLIMIT_NPROC, EPERM, true, "setting limits"},
    {"dup2", 1, 0, EBUSY, false, "arranging descriptors"},
    {"dup2", 1, 1, EBUSY, false, "arranging descriptors"},
    {"dup2", 1, 2, EBUSY, false, "arranging descriptors"},
    {"dup2", 1, 3, EBUSY, false, "arranging descriptors"},
    {"dup3", 1, 4, EBUSY, false, "arranging descriptors"},
    {"dup3", 1, 5, EBUSY, false, "arranging descriptors"},
    {"chdir", ANY, 0, EACCES, false, "changing to the root directory"},
    {"setsid", ANY, 0, EPERM, false, "starting a new session"},
    {"keyctl", 0, KEYCTL_JOIN_SESSION_KEYRING, EDQUOT, false,
	"joining a new session keyring"},
    {"setgroups", ANY, 0, EPERM, true, "changing to the helper's account"},
    {"setresgid", ANY, 0, EPERM, false, "changing to the helper's account"},
    {"setresuid", ANY, 0, EAGAIN, false, "changing to the helper's account"},
    {"getresuid", ANY, 0, EFAULT, false, "changing to the helper's account"},
    {"prctl", 0, PR_SET_PDEATHSIG, EINVAL, false,
	"setting the parent-death signal"},
    {"prctl", 0, PR_CAP_AMBIENT, EINVAL, false, "setting no_new_privs"},
    {"prctl", 0, PR_SET_NO_NEW_PRIVS, EINVAL, false, "setting no_new_privs"},
    {"execveat", ANY, 0, EACCES, false, "executing the helper"},
    /* and what it can do without */
    {"keyctl", 0, KEYCTL_JOIN_SESSION_KEYRING, ENOSYS, false, STARTS},
    {"keyctl", 0, KEYCTL_JOIN_SESSION_KEYRING, EPERM, false, STARTS},
    {"close_range", ANY, 0, ENOSYS, false, STARTS},
    {"pidfd_open", ANY, 0, ENOSYS, false, STARTS},
};

static struct helper_setup
child_of_this_user(void)
{
	return (struct helper_setup){
	    .drop = geteuid() == 0,
	    .uid = STRANGER,
	    .gid = STRANGER,
	};
}

static bool
has_child(void)
{
	return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

/* From here on the kernel refuses the call, in this process and below. */
static bool
refuse(const struct refused *row)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	struct scmp_arg_cmp argument = {
	    (unsigned)row->argument, SCMP_CMP_EQ, (scmp_datum_t)row->value, 0};
	int number = seccomp_syscall_resolve_name(row->call);

	if (filter == NULL || number < 0)
		return false;
	/* prctl is one of those that are refused */
	bool ok = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP,
		      geteuid() == 0 ? 0 : 1) == 0 &&
	    seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint32_t)row->error),
		number, row->argument == ANY ? 0 : 1, &argument) == 0 &&
	    seccomp_load(filter) == 0;
	seccomp_release(filter);
	return ok;
}

/* In a process of its own, since a filter never goes again. */
static int
start_with(const struct refused *row)
{
	struct helper_setup setup = child_of_this_user();
	struct helper_proc proc = HELPER_PROC_NONE;
	struct errinfo why = {0};
	char start[256];

	if (!refuse(row))
		return 2;
	enum outcome r =
	    helper_proc_start(&setup, clock_now_ms() + 10000, &proc, &why);
	helper_proc_end(&proc);
	(void)snprintf(
	    start, sizeof(start), ": %s: %s", row->step, strerror(row->error));
	bool as_said = row->step[0] == '\0'
	    ? r == OUTCOME_OK
	    : r == OUTCOME_HELPER_FAILED && strstr(why.text, start) != NULL;
	if (!as_said)
		print_error(
		    "%s: outcome %d, \"%s\"\n", row->call, (int)r, why.text);
	return as_said && !has_child() ? 0 : 1;
}

static void
helper_proc_names_the_step_that_failed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int status = 0;

		if (refused[i].as_root && geteuid() != 0)
			continue;
		/* with a sanitizer it has no such limits */
		if (HELPER_MEMORY_UNLIMITED && refused[i].argument == 1 &&
		    (refused[i].value == RLIMIT_DATA ||
			refused[i].value == RLIMIT_AS) &&
		    strcmp(refused[i].call, "prlimit64") == 0)
			continue;
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			_exit(start_with(&refused[i]));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status != 0)
			fail_msg("%s %ld: status %#x", refused[i].call,
			    refused[i].value, (unsigned)status);
	}
}

/* Keep the child's exec waiting, as a slow disk does; then it fails. */
static void *
exec_delay(void *fd)
{
	struct seccomp_notif *asked = NULL;
	struct seccomp_notif_resp *answer = NULL;

	if (seccomp_notify_alloc(&asked, &answer) != 0)
		return NULL;
	if (seccomp_notify_receive(*(int *)fd, asked) == 0) {
		(void)poll(NULL, 0, LATE_MS);
		answer->id = asked->id;
		answer->error = -EACCES;
		(void)seccomp_notify_respond(*(int *)fd, answer);
	}
	seccomp_notify_free(asked, answer);
	return NULL;
}

/* gives: the notifications' descriptor, or -1 */
static int
exec_catch(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int fd = -1;

	if (seccomp_attr_set(
		filter, SCMP_FLTATR_CTL_NNP, geteuid() == 0 ? 0 : 1) == 0 &&
	    seccomp_rule_add(filter, SCMP_ACT_NOTIFY,
		seccomp_syscall_resolve_name("execveat"), 0) == 0 &&
	    seccomp_load(filter) == 0)
		fd = seccomp_notify_fd(filter);
	return fd;
}

static int
start_with_late_exec(void)
{
	struct helper_setup setup = child_of_this_user();
	autobuf payload = BUF_INIT(WIRE_PAYLOAD_MAX);
	struct helper_proc proc = HELPER_PROC_NONE;
	struct errinfo why = {0};
	pthread_t delay;
	int64_t until_ms = clock_now_ms() + 10000;
	int fd = exec_catch();

	if (fd < 0 || pthread_create(&delay, NULL, exec_delay, &fd) != 0)
		return 2;
	int64_t begun_ms = clock_now_ms();
	enum outcome started = helper_proc_start(&setup, until_ms, &proc, &why);
	bool in_time = clock_now_ms() - begun_ms < LATE_MS;
	enum outcome r =
	    helper_proc_receive(&proc, WIRE_READY, until_ms, &payload, &why);
	helper_proc_end(&proc);
	(void)pthread_join(delay, NULL);
	bool as_said = started == OUTCOME_OK && in_time &&
	    r == OUTCOME_HELPER_FAILED &&
	    strstr(why.text, ": executing the helper: Permission denied") !=
		NULL;
	if (!as_said)
		print_error("outcomes %d, %d, \"%s\"\n", (int)started, (int)r,
		    why.text);
	return as_said && !has_child() ? 0 : 1;
}

static void
helper_proc_names_a_step_that_failed_late(void **state)
{
	int status = 0;

	(void)state;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(start_with_late_exec());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(helper_proc_names_the_step_that_failed),
	    cmocka_unit_test(helper_proc_names_a_step_that_failed_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
