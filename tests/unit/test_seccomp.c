/* SPDX-License-Identifier: ISC */
/*
 * What the seccomp programs say of every call: the programs are caught on
 * their way to the kernel, and run here.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../pam_gcpkce/helper/startup.h"
#include "helper/sandbox/seccomp.h"
#include "helper/sandbox/syscalls.h"

#define NUMBERS 1024 /* more than any machine has calls */
#define X32 0x40000000U
#define WIDE (1ULL << 32)
#define ERRNO(e) (SECCOMP_RET_ERRNO | (e))
#define KILL SECCOMP_RET_KILL_PROCESS
#define ALLOW SECCOMP_RET_ALLOW

enum { DENIALS, ALLOWANCES, PROGRAMS };

static struct sock_filter code[PROGRAMS][BPF_MAXINSNS];
static unsigned lengths[PROGRAMS];
static int caught;

/* No call of this test's is filtered: what would be loaded is kept. */
long __wrap_syscall(long number, ...);

long
__wrap_syscall(long number, ...)
{
	va_list args;

	va_start(args, number);
	long operation = va_arg(args, int);
	(void)va_arg(args, int);
	const struct sock_fprog *program = va_arg(args, void *);
	va_end(args);
	assert_int_equal(number, SYS_seccomp);
	assert_int_equal(operation, SECCOMP_SET_MODE_FILTER);
	assert_true(caught < PROGRAMS);
	(void)memcpy(
	    code[caught], program->filter, program->len * sizeof(code[0][0]));
	lengths[caught++] = program->len;
	return 0;
}

static int
programs_catch(bool listens)
{
	caught = 0;
	return filter_load(true, listens) == 0 && caught == PROGRAMS ? 0 : -1;
}

static int
deaf_catch(void **state)
{
	(void)state;
	return programs_catch(false);
}

static int
listening_catch(void **state)
{
	(void)state;
	return programs_catch(true);
}

/* One step of a program; gives whether it has come to its end. */
static bool
step(const struct sock_filter *s, const uint32_t *data, uint32_t *a, size_t *at)
{
	bool yes = false;

	switch (s->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		*a = data[s->k / sizeof(*data)];
		return false;
	case BPF_ALU | BPF_AND | BPF_K:
		*a &= s->k;
		return false;
	case BPF_RET | BPF_K:
		*a = s->k;
		return true;
	case BPF_JMP | BPF_JA:
		*at += s->k;
		return false;
	case BPF_JMP | BPF_JEQ | BPF_K:
		yes = *a == s->k;
		break;
	case BPF_JMP | BPF_JGT | BPF_K:
		yes = *a > s->k;
		break;
	case BPF_JMP | BPF_JGE | BPF_K:
		yes = *a >= s->k;
		break;
	case BPF_JMP | BPF_JSET | BPF_K:
		yes = (*a & s->k) != 0;
		break;
	default:
		fail_msg("an instruction %#x", s->code);
	}
	*at += yes ? s->jt : s->jf;
	return false;
}

/* What a program says, as SECCOMP_RET_ with its data. */
static uint32_t
word(int program, const struct seccomp_data *call)
{
	uint32_t data[sizeof(*call) / sizeof(uint32_t)];
	uint32_t a = 0;
	size_t at = 0;

	(void)memcpy(data, call, sizeof(data));
	for (;;) {
		assert_true(at < lengths[program]);
		const struct sock_filter *s = &code[program][at++];
		if (step(s, data, &a, &at))
			return a;
	}
}

static struct seccomp_data
call_of(int number)
{
	return (struct seccomp_data){
	    .nr = number, .arch = seccomp_arch_native()};
}

static bool
is_among(const char *name, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcmp(*list, name) == 0)
			return true;
	}
	return false;
}

static int
number_of(const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	for (const struct call_recent *r = calls_recent;
	     number == __NR_SCMP_ERROR && r->name != NULL; r++) {
		if (strcmp(r->name, name) == 0)
			number = r->number;
	}
	return number;
}

/*
 * All that sandbox=default lets pass with some arguments, as this test has it.
 * A call that a later kernel brings is not among it.
 */
/* clang-format off */
static const char *const let_through[] = {
	"read", "write", "open", "close", "stat", "fstat", "lstat", "poll",
	"lseek", "mmap", "mprotect", "munmap", "brk", "rt_sigaction",
	"rt_sigprocmask", "rt_sigreturn", "ioctl", "pread64", "pwrite64",
	"readv", "writev", "access", "pipe", "select", "sched_yield", "mremap",
	"msync", "mincore", "madvise", "dup", "dup2", "pause", "nanosleep",
	"getitimer", "alarm", "setitimer", "getpid", "sendfile", "connect",
	"sendto", "recvfrom", "sendmsg", "shutdown", "getsockname",
	"getpeername", "setsockopt", "getsockopt", "exit", "wait4", "uname",
	"shmdt", "fcntl", "flock", "fsync", "fdatasync", "getdents", "getcwd",
	"chdir", "fchdir", "readlink", "umask", "gettimeofday", "getrlimit",
	"getrusage", "sysinfo", "times", "getuid", "getgid", "geteuid",
	"getegid", "getppid", "getpgrp", "getgroups", "getresuid", "getresgid",
	"getpgid", "getsid", "capget", "rt_sigpending", "rt_sigtimedwait",
	"rt_sigsuspend", "sigaltstack", "ustat", "statfs", "fstatfs", "sysfs",
	"getpriority", "sched_getparam", "sched_getscheduler",
	"sched_get_priority_max", "sched_get_priority_min",
	"sched_rr_get_interval", "mlock", "munlock", "mlockall", "munlockall",
	"arch_prctl", "sync", "create_module", "get_kernel_syms",
	"query_module", "getpmsg", "putpmsg", "afs_syscall", "tuxcall",
	"security", "gettid", "readahead", "getxattr", "lgetxattr", "fgetxattr",
	"listxattr", "llistxattr", "flistxattr", "time", "futex",
	"sched_getaffinity", "set_thread_area", "io_destroy", "io_getevents",
	"io_cancel", "get_thread_area", "epoll_create", "epoll_ctl_old",
	"epoll_wait_old", "remap_file_pages", "getdents64", "set_tid_address",
	"restart_syscall", "fadvise64", "timer_gettime", "timer_getoverrun",
	"clock_gettime", "clock_getres", "clock_nanosleep", "exit_group",
	"epoll_wait", "epoll_ctl", "vserver", "mbind", "set_mempolicy",
	"get_mempolicy", "waitid", "ioprio_get",
	"inotify_add_watch", "inotify_rm_watch", "openat", "newfstatat",
	"readlinkat", "faccessat", "pselect6", "ppoll", "set_robust_list",
	"get_robust_list", "splice", "tee", "sync_file_range", "epoll_pwait",
	"signalfd", "timerfd_create", "eventfd", "timerfd_settime",
	"timerfd_gettime", "signalfd4", "eventfd2", "epoll_create1",
	"dup3", "pipe2", "preadv", "pwritev", "fanotify_mark",
	"prlimit64", "syncfs", "sendmmsg", "getcpu", "sched_getattr", "seccomp",
	"getrandom", "membarrier", "mlock2", "copy_file_range", "preadv2",
	"pwritev2", "pkey_mprotect", "pkey_alloc", "pkey_free", "statx",
	"io_pgetevents", "rseq", "close_range", "faccessat2", "epoll_pwait2",
	"landlock_create_ruleset", "landlock_add_rule",
	"landlock_restrict_self", "futex_waitv", "waitpid", "send", "recv",
	"mmap2", "_llseek", "fcntl64", "stat64", "fstat64", "lstat64",
	"fstatat64", "statfs64", "fstatfs64", "getuid32", "getgid32",
	"geteuid32", "getegid32", "getgroups32", "getresuid32", "getresgid32",
	"ugetrlimit", "futex_time64", "clock_gettime64", "clock_getres_time64",
	"clock_nanosleep_time64", "ppoll_time64", "pselect6_time64",
	"_newselect", "sigreturn", "sigaction", "sigprocmask", "sigpending",
	"sigsuspend", "signal", "sendfile64", "fadvise64_64",
	"arm_fadvise64_64", "rt_sigtimedwait_time64", "timerfd_gettime64",
	"timerfd_settime64", "timer_gettime64", "io_pgetevents_time64",
	"sched_rr_get_interval_time64", "sync_file_range2", "getpagesize",
	"riscv_hwprobe", "riscv_flush_icache", "s390_runtime_instr",
	"s390_pci_mmio_read", "s390_pci_mmio_write", "s390_guarded_storage",
	"s390_sthyi", "cacheflush", "set_tls", "get_tls", "breakpoint", "usr26",
	"usr32", "socketcall", "olduname", "oldstat", "oldfstat", "oldlstat",
	"oldolduname", "readdir", "sgetmask", "ssetmask", "swapcontext",
	NULL,
};
/* clang-format on */

/* Of these an older libseccomp has no names. */
static const int let_through_nameless[] = {450 /* set_mempolicy_home_node */,
    451 /* cachestat */, 453 /* map_shadow_stack */, 454 /* futex_wake */,
    455 /* futex_wait */, 456 /* futex_requeue */, 457 /* statmount */,
    458 /* listmount */, 459 /* lsm_get_self_attr */,
    460 /* lsm_set_self_attr */, 461 /* lsm_list_modules */, 462 /* mseal */,
    464 /* getxattrat */, 465 /* listxattrat */, 468 /* file_getattr */};

static bool
may_pass(int number, const char *name)
{
	size_t count = sizeof(let_through_nameless) / sizeof(int);

	for (size_t i = 0; i < count; i++) {
		if (CALLS_COMMON + let_through_nameless[i] == number)
			return true;
	}
	for (const struct call_recent *r = calls_recent;
	     name == NULL && r->name != NULL; r++) {
		if (r->number == number)
			name = r->name;
	}
	return name == NULL ? number < CALLS_COMMON + 424
			    : is_among(name, let_through);
}

static void
denials_let_nothing_pass_that_is_not_known_here(void **state)
{
	(void)state;
	for (int i = 0; i < NUMBERS; i++) {
		struct seccomp_data call = call_of(i);
		autofree char *name =
		    seccomp_syscall_resolve_num_arch(call.arch, i);

		bool passes = word(DENIALS, &call) == ALLOW;
		if (i > CALLS_NEWEST)
			assert_int_equal(word(DENIALS, &call), ERRNO(ENOSYS));
		else if (passes != may_pass(i, name))
			fail_msg("%s (%d) %s", name == NULL ? "a call" : name,
			    i, passes ? "passes" : "does not pass");
	}
}

static void
denials_of_a_listed_call_depend_on_nothing(void **state)
{
	(void)state;
	for (const char *const *name = calls_denied; *name != NULL; name++) {
		struct seccomp_data call = call_of(number_of(*name));

		if (call.nr < 0)
			continue; /* another machine's */
		for (int fill = 0; fill < 256; fill += 255) {
			(void)memset(call.args, fill, sizeof(call.args));
			if (word(DENIALS, &call) != ERRNO(EPERM))
				fail_msg("%s passes", *name);
		}
	}
}

/* Names that no libseccomp may lack: they would be left out without a word. */
static void
every_listed_name_has_a_number(void **state)
{
	static const char *const *const lists[] = {calls_denied, calls_deaf,
	    calls_allowed, calls_refused, calls_allowed_listening};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		for (const char *const *name = lists[i]; *name != NULL; name++)
			if (number_of(*name) == __NR_SCMP_ERROR)
				fail_msg("%s has no number", *name);
	}
	for (const struct call_rule *r = calls_judged; r->name != NULL; r++)
		assert_int_not_equal(number_of(r->name), __NR_SCMP_ERROR);
	for (const struct call_recent *r = calls_recent; r->name != NULL; r++) {
		int known = seccomp_syscall_resolve_name(r->name);
		if (known != __NR_SCMP_ERROR)
			assert_int_equal(known, r->number);
	}
}

struct judged {
	const char *name;
	uint64_t args[6];
	int error; /* 0: passes */
};

static void
denials_check(const struct judged *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct seccomp_data call = call_of(number_of(rows[i].name));
		uint32_t wanted =
		    rows[i].error == 0 ? ALLOW : ERRNO((uint32_t)rows[i].error);

		(void)memcpy(call.args, rows[i].args, sizeof(call.args));
		if (call.nr >= 0 && word(DENIALS, &call) != wanted)
			fail_msg("row %zu, %s: %#x", i, rows[i].name,
			    word(DENIALS, &call));
	}
}

static void
denials_judge_the_arguments_that_the_kernel_sees(void **state)
{
	static const struct judged rows[] = {
	    {"fcntl", {7, F_GETFL}, 0},
	    {"fcntl", {7, F_SETFL, O_NONBLOCK}, 0},
	    {"fcntl", {7, F_DUPFD_CLOEXEC}, 0},
	    {"fcntl", {HELPER_FD_LOG, F_DUPFD}, EACCES},
	    {"fcntl", {HELPER_FD_LOG | WIDE, F_DUPFD}, EACCES},
	    {"fcntl", {7, F_SETOWN}, EPERM},
	    {"fcntl", {7, F_SETOWN | WIDE}, EPERM},
	    {"fcntl", {7, F_SETOWN_EX}, EPERM},
	    {"fcntl", {7, F_SETSIG}, EPERM},
	    {"fcntl", {7, F_SETLEASE}, EPERM},
	    {"fcntl", {7, F_NOTIFY}, EPERM},
	    {"ioctl", {7, FIONBIO}, 0},
	    {"ioctl", {7, FIONREAD}, 0},
	    {"ioctl", {7, FIOSETOWN}, EPERM},
	    {"ioctl", {7, SIOCSPGRP}, EPERM},
	    {"ioctl", {7, SIOCSPGRP | WIDE}, EPERM},
	    {"ioctl", {7, FIOASYNC}, EPERM},
	    {"socket", {AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 6}, 0},
	    {"socket", {AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 17}, 0},
	    {"socket", {AF_INET6, SOCK_DGRAM, 0}, 0},
	    {"socket", {AF_INET, SOCK_STREAM, 262}, EACCES},
	    {"socket", {AF_INET, SOCK_STREAM, 6 | WIDE}, EACCES},
	    {"socket", {AF_INET, SOCK_DGRAM, IPPROTO_ICMP}, EACCES},
	    {"socket", {AF_INET, SOCK_DGRAM, IPPROTO_ICMP | WIDE}, EACCES},
	    {"socket", {AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6}, EACCES},
	    {"socket", {AF_UNSPEC, SOCK_STREAM}, EACCES},
	    {"socket", {AF_UNIX, SOCK_STREAM}, EACCES},
	    {"socket", {AF_UNIX | WIDE, SOCK_STREAM}, EACCES},
	    {"socket", {AF_NETLINK, SOCK_RAW}, EACCES},
	    {"socket", {AF_PACKET, SOCK_RAW}, EACCES},
	    {"socket", {AF_X25 | WIDE, SOCK_STREAM}, EACCES},
	    {"socketpair", {AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0}, 0},
	    {"socketpair", {AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0}, EACCES},
	    {"socketpair", {AF_UNIX, SOCK_SEQPACKET | WIDE, 0}, EACCES},
	    {"socketpair", {AF_UNIX, SOCK_STREAM, 1}, EACCES},
	    {"socketpair", {AF_INET, SOCK_STREAM, 0}, EACCES},
	    {"socketpair", {AF_TIPC, SOCK_STREAM, 0}, EACCES},
	    {"connect", {7}, 0},
	    {"connect", {HELPER_FD_LOG}, EACCES},
	    {"connect", {HELPER_FD_LOG | WIDE}, EACCES},
	    {"dup", {HELPER_FD_LOG | WIDE}, EACCES},
	    {"dup3", {HELPER_FD_LOG | WIDE, 9}, EACCES},
	    {"sendmsg", {HELPER_FD_LOG | WIDE}, EACCES},
	    {"sendmmsg", {HELPER_FD_LOG | WIDE}, EACCES},
	    {"sendmmsg", {7, 1, 2, MSG_NOSIGNAL}, 0},
	    {"sendto", {HELPER_FD_LOG, 1, 1, MSG_NOSIGNAL}, 0},
	    {"sendto", {HELPER_FD_LOG, 1, 1, MSG_NOSIGNAL, 1, 1}, EACCES},
	    {"sendto", {HELPER_FD_LOG | WIDE, 1, 1, 0, WIDE, 1}, EACCES},
	    {"sendto", {7, 1, 1, MSG_NOSIGNAL, 1, 1}, 0},
	    {"sendto", {7, 1, 1, MSG_FASTOPEN | MSG_MORE, 1, 1}, EACCES},
	    {"sendto", {7, 1, 1, MSG_FASTOPEN | WIDE, 1, 1}, EACCES},
	    {"sendmsg", {7, 1, MSG_FASTOPEN}, EACCES},
	    {"sendmmsg", {7, 1, 1, MSG_FASTOPEN}, EACCES},
	    {"openat", {0, 1, O_RDONLY | O_CLOEXEC}, 0},
	    {"openat", {0, 1, O_WRONLY}, EACCES},
	    {"openat", {0, 1, O_RDWR | WIDE}, EACCES},
	    {"openat", {0, 1, O_CREAT}, EACCES},
	    {"openat", {0, 1, O_TRUNC}, EACCES},
	    {"prlimit64", {0, RLIMIT_NOFILE, 0, 1}, 0},
	    {"prlimit64", {0, RLIMIT_NOFILE, WIDE, 0}, EPERM},
	    {"clone3", {0}, ENOSYS},
	    {"bind", {7}, EACCES},
	    {"prctl", {PR_SET_PDEATHSIG, 0}, 0},
	    {"prctl", {PR_SET_PDEATHSIG, SIGKILL}, EACCES},
	    {"prctl", {PR_SET_DUMPABLE, 0}, EACCES},
	    {"prctl", {PR_SET_PDEATHSIG | WIDE, 0}, EACCES},
	};

	(void)state;
	denials_check(rows, sizeof(rows) / sizeof(rows[0]));
}

/* Two descriptors alone, and they stay what they are. */
static void
denials_of_a_listener_are_of_all_others(void **state)
{
	static const struct judged rows[] = {
	    {"listen", {HELPER_FD_LISTEN}, 0},
	    {"listen", {HELPER_FD_LISTEN - 1}, EPERM},
	    {"listen", {HELPER_FD_LISTEN + 2}, EPERM},
	    {"accept4", {HELPER_FD_LISTEN + 1}, 0},
	    {"accept4", {HELPER_FD_SOCKET}, EPERM},
	    {"accept", {HELPER_FD_LISTEN | WIDE}, EPERM},
	    {"close", {HELPER_FD_LISTEN - 1}, 0},
	    {"close", {HELPER_FD_LISTEN}, EPERM},
	    {"close", {HELPER_FD_LISTEN + 1}, EPERM},
	    {"close", {HELPER_FD_LISTEN | WIDE}, EPERM},
	    {"dup2", {7, HELPER_FD_LISTEN | WIDE}, EPERM},
	    {"dup2", {7, 9}, 0},
	    {"dup3", {7, (HELPER_FD_LISTEN + 1) | WIDE}, EPERM},
	    {"close_range", {30, 31}, EPERM},
	    {"bind", {HELPER_FD_LISTEN}, EACCES},
	};

	(void)state;
	denials_check(rows, sizeof(rows) / sizeof(rows[0]));
}

#ifdef __x86_64__
static void
threads_are_made_and_processes_are_not(void **state)
{
	struct seccomp_data call = call_of(SYS_clone);

	(void)state;
	call.args[0] = CLONE_VM | CLONE_THREAD;
	assert_int_equal(word(DENIALS, &call), ALLOW);
	call.args[0] = CLONE_VM | CLONE_THREAD << 1 | WIDE;
	assert_int_equal(word(DENIALS, &call), ERRNO(EPERM));
}

static void
calls_of_other_machines_end_the_process(void **state)
{
	(void)state;
	for (int i = 0; i < NUMBERS; i++) {
		struct seccomp_data x32 = call_of((int)(X32 | (unsigned)i));
		struct seccomp_data i386 = call_of(i);

		i386.arch = AUDIT_ARCH_I386;
		for (int p = DENIALS; p < PROGRAMS; p++)
			assert_int_equal(word(p, &x32), KILL);
		assert_int_equal(word(ALLOWANCES, &i386), KILL);
		assert_int_not_equal(word(DENIALS, &i386), ALLOW);
	}
}
#endif

static bool
has_number(int number, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (number_of(*list) == number)
			return true;
	}
	return false;
}

static void
allowances_check(const char *const *further, uint32_t word_of_further)
{
	for (int i = 0; i < NUMBERS; i++) {
		struct seccomp_data call = call_of(i);
		uint32_t wanted = has_number(i, further) ? word_of_further
		    : has_number(i, calls_refused)       ? ERRNO(EACCES)
		    : has_number(i, calls_allowed)       ? ALLOW
							 : KILL;

		if (word(ALLOWANCES, &call) != wanted)
			fail_msg("%d: %#x", i, word(ALLOWANCES, &call));
	}
}

static void
allowances_end_what_is_on_no_list(void **state)
{
	(void)state;
	allowances_check(calls_deaf, ERRNO(EPERM));
}

static void
allowances_of_a_listener_are_those_and_its_own(void **state)
{
	(void)state;
	allowances_check(calls_allowed_listening, ALLOW);
}

/* Programs are made once in a process, so each kind has one of its own. */
static int
listening_run(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(denials_of_a_listener_are_of_all_others),
	    cmocka_unit_test(allowances_of_a_listener_are_those_and_its_own),
	};

	return cmocka_run_group_tests(tests, listening_catch, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(denials_let_nothing_pass_that_is_not_known_here),
	    cmocka_unit_test(denials_of_a_listed_call_depend_on_nothing),
	    cmocka_unit_test(every_listed_name_has_a_number),
	    cmocka_unit_test(denials_judge_the_arguments_that_the_kernel_sees),
#ifdef __x86_64__
	    cmocka_unit_test(threads_are_made_and_processes_are_not),
	    cmocka_unit_test(calls_of_other_machines_end_the_process),
#endif
	    cmocka_unit_test(allowances_end_what_is_on_no_list),
	};
	int status = 0;

	pid_t pid = fork();
	if (pid < 0)
		return 1;
	if (pid == 0)
		_exit(listening_run());
	int failed = cmocka_run_group_tests(tests, deaf_catch, NULL);
	bool ended = waitpid(pid, &status, 0) == pid;
	return failed + (ended && status == 0 ? 0 : 1);
}
