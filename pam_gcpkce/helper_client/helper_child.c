/* SPDX-License-Identifier: ISC */
/*
 * The child between fork and exec.  The application may have threads, handlers
 * and unusual limits, so only system calls and async-signal-safe functions are
 * used: no allocation, no lock.  Ids are changed by direct system calls,
 * because glibc's wrappers would signal threads that do not exist in this
 * child.  No step may be skipped: a failure is reported and ends the child.
 */
#include "helper_child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gcpkce/wire/helper_abi.h"

/* 32-bit machines keep calls with 16-bit ids under the plain names. */
#ifdef SYS_setresuid32
#define CALL_SETRESUID SYS_setresuid32
#define CALL_SETRESGID SYS_setresgid32
#define CALL_SETGROUPS SYS_setgroups32
#else
#define CALL_SETRESUID SYS_setresuid
#define CALL_SETRESGID SYS_setresgid
#define CALL_SETGROUPS SYS_setgroups
#endif

#define FD_REPORT (HELPER_FD_SOCKET + 1)
#define FD_BINARY (HELPER_FD_SOCKET + 2)
#define FD_FIRST_CLOSED (HELPER_FD_SOCKET + 3)
#define FD_PARKED 16      /* above all of them */
#define FD_SEARCHED 65536 /* closed one by one below this */

/*
 * By the direct system call: libc refuses to change the two signals that it
 * reserves, and posix_spawn leaves those ignored.  Zero bytes are the default
 * disposition on every architecture.
 */
static bool
signals_reset(const struct child_plan *plan)
{
	const unsigned long by_default[32] = {0};

	(void)plan;
	for (int s = 1; s < _NSIG; s++) {
		if (s != SIGKILL && s != SIGSTOP &&
		    syscall(SYS_rt_sigaction, s, by_default, NULL, _NSIG / 8) !=
			0)
			return false;
	}
	return true;
}

static bool
limit_set(limit_name resource, rlim_t value)
{
	struct rlimit old;
	struct rlimit limit = {.rlim_cur = value, .rlim_max = value};

	if (getrlimit(resource, &old) != 0)
		return false;
	if (setrlimit(resource, &limit) == 0)
		return true;
	/* raising a limit needs a capability, which even root may lack */
	if (errno != EPERM || old.rlim_max >= value)
		return false;
	limit.rlim_cur = limit.rlim_max = old.rlim_max;
	return setrlimit(resource, &limit) == 0;
}

/* The helper must not inherit a real-time priority of the application. */
static bool
scheduling_reset(void)
{
	const struct sched_param none = {0};
	long policy = syscall(SYS_sched_getscheduler, 0) & ~SCHED_RESET_ON_FORK;

	return (policy != SCHED_FIFO && policy != SCHED_RR) ||
	    syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &none) == 0;
}

static bool
limits_set(const struct child_plan *plan)
{
	static const struct helper_limit limits[] = {HELPER_LIMITS};
	bool set = scheduling_reset();

	for (size_t i = 0; set && i < sizeof(limits) / sizeof(limits[0]); i++)
		set = limit_set(limits[i].resource, limits[i].most);
	return set &&
	    (!plan->setup.drop ||
		limit_set(RLIMIT_NPROC, HELPER_PROCESSES_MAX));
}

/* Close first to last, both included. */
static void
close_between(int first, int last)
{
	if (first > last ||
	    syscall(SYS_close_range, (unsigned)first, (unsigned)last, 0U) == 0)
		return;
	/* a kernel before 5.9: descriptors may lie above the new limit */
	for (int fd = first; fd <= last && fd < FD_SEARCHED; fd++)
		(void)close(fd);
}

/* Close all descriptors except these; sorts them. */
static void
close_all_but(int *keep, size_t count)
{
	int next = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = i; j > 0 && keep[j - 1] > keep[j]; j--) {
			int swapped = keep[j];

			keep[j] = keep[j - 1];
			keep[j - 1] = swapped;
		}
	}
	for (size_t i = 0; i < count; i++) {
		close_between(next, keep[i] - 1);
		next = keep[i] + 1;
	}
	close_between(next, INT_MAX);
}

/* Move a descriptor out of the range of the final numbers. */
static int
park(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, FD_PARKED);
}

/* Close the application's first: it may use every number below the limit. */
static bool
descriptors_arrange(const struct child_plan *plan)
{
	int keep[] = {plan->socket, plan->report, plan->binary};

	close_all_but(keep, sizeof(keep) / sizeof(keep[0]));
	int socket = park(plan->socket);
	int report = park(plan->report);
	int binary = park(plan->binary);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return false; /* return now to keep errno */
	int null_parked = park(null);

	if (socket < 0 || report < 0 || binary < 0 || null_parked < 0)
		return false;
	for (int fd = 0; fd <= 2; fd++) {
		if (dup2(null_parked, fd) < 0)
			return false;
	}
	if (dup2(socket, HELPER_FD_SOCKET) < 0 ||
	    dup3(report, FD_REPORT, O_CLOEXEC) < 0 ||
	    dup3(binary, FD_BINARY, O_CLOEXEC) < 0)
		return false;
	close_between(FD_FIRST_CLOSED, INT_MAX);
	return true;
}

/*
 * Replace the application's session keyring, which would stay readable after
 * the change of ids, by an empty one, while the quota is still the
 * application's.  If keyctl(2) is missing or forbidden, no key can be read
 * either.
 */
static bool
keyring_leave(const struct child_plan *plan)
{
	(void)plan;
	return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0 ||
	    errno == ENOSYS || errno == EPERM;
}

/* Set all three of each id: under sudo and su the real one is the user's. */
static bool
ids_set(const struct child_plan *plan)
{
	uid_t uid = plan->setup.drop ? plan->setup.uid : plan->uid;
	gid_t gid = plan->setup.drop ? plan->setup.gid : plan->gid;
	uid_t r, e, s;

	if (plan->setup.drop && syscall(CALL_SETGROUPS, 0, NULL) != 0)
		return false;
	if (syscall(CALL_SETRESGID, gid, gid, gid) != 0 ||
	    syscall(CALL_SETRESUID, uid, uid, uid) != 0)
		return false;
	errno = EPERM;
	return getresuid(&r, &e, &s) == 0 && r == uid && e == uid && s == uid;
}

/*
 * Set after the ids, whose change clears it; the parent may have exited
 * already.
 */
static bool
parent_tie(const struct child_plan *plan)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		return false;
	errno = ESRCH;
	return getppid() == plan->parent;
}

static bool
place_leave(const struct child_plan *plan)
{
	(void)plan;
	(void)umask(077);
	return chdir("/") == 0;
}

/* A terminal's ^C is for the application, which then closes the socket. */
static bool
session_start(const struct child_plan *plan)
{
	(void)plan;
	return setsid() >= 0;
}

static bool
privileges_freeze(const struct child_plan *plan)
{
	(void)plan;
	/* ambient capabilities would outlive exec, even with no_new_privs */
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* Returns only on failure. */
static bool
helper_exec(const struct child_plan *plan)
{
	static char name[] = "gcpkce-helper";
	char *const argv[] = {name, NULL};
	char *const envp[] = {NULL};
	static char path[] = "";
	sigset_t none;

	(void)plan;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)syscall(SYS_execveat, FD_BINARY, path, argv, envp, AT_EMPTY_PATH);
	return false;
}

/* In this order. */
static const struct {
	bool (*take)(const struct child_plan *plan);
	const char *text;
} steps[] = {
    {signals_reset, "resetting signals"},
    {limits_set, "setting limits"},
    {descriptors_arrange, "arranging descriptors"},
    {place_leave, "changing to the root directory"},
    {session_start, "starting a new session"},
    {keyring_leave, "joining a new session keyring"},
    {ids_set, "changing to the helper's account"},
    {parent_tie, "setting the parent-death signal"},
    {privileges_freeze, "setting no_new_privs"},
    {helper_exec, "executing the helper"},
};

const char *
child_step_text(int step)
{
	return step >= 0 && (size_t)step < sizeof(steps) / sizeof(steps[0])
	    ? steps[step].text
	    : "an unknown step";
}

_Noreturn void
child_run(const struct child_plan *plan)
{
	struct child_report report = {0};
	bool arranged = false;

	while (steps[report.step].take(plan)) {
		arranged =
		    arranged || steps[report.step].take == descriptors_arrange;
		report.step++;
	}
	report.error = errno;
	(void)!write(
	    arranged ? FD_REPORT : plan->report, &report, sizeof(report));
	_exit(127);
}
