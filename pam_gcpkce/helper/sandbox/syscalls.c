/* SPDX-License-Identifier: ISC */
/*
 * Which system calls, and why.  Landlock and the helper's account forbid much
 * of this already; each layer stands as if it were alone.
 */
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "helper/startup.h"

/* The flags come second on s390 alone. */
#ifdef __s390__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

#define TYPE_BITS 0xf /* of a socket's type; flags stand above */

/* clang-format off */
const char *const calls_denied[] = {
	/* another program, another process; threads are calls_judged's */
	"execve", "execveat", "fork", "vfork", "unshare", "setns",
	/* out of the session and the limits */
	"setsid", "setpgid", "setrlimit", "timer_create", "timer_settime",
	"timer_delete",
	/*
	 * Signals, to oneself too: its own id is another in each worker.  libc
	 * ends in abort() all the same, by an instruction that is none.
	 */
	"kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
	"pidfd_open", "pidfd_send_signal",
	/* other processes' memory and descriptors */
	"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
	"process_mrelease", "pidfd_getfd", "kcmp", "migrate_pages",
	"move_pages",
	/* other processes' share of the processors and disks */
	"nice", "setpriority", "ioprio_set", "sched_setaffinity",
	"sched_setscheduler", "sched_setparam", "sched_setattr",
	/* other ids */
	"setuid", "setuid32", "setgid", "setgid32", "setreuid", "setreuid32",
	"setregid", "setregid32", "setresuid", "setresuid32", "setresgid",
	"setresgid32", "setgroups", "setgroups32", "setfsuid", "setfsuid32",
	"setfsgid", "setfsgid32", "capset",
	/* files: whatever changes one; opening to write is calls_judged's */
	"creat", "openat2", "truncate", "truncate64", "ftruncate",
	"ftruncate64", "fallocate", "mkdir", "mkdirat",
	"mknod", "mknodat", "rmdir", "unlink", "unlinkat", "rename",
	"renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
	"chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "chown32",
	"fchown", "fchown32", "lchown", "lchown32", "fchownat", "utime",
	"utimes", "utimensat", "utimensat_time64", "futimesat", "setxattr",
	"lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr",
	"fremovexattr", "removexattrat", "file_setattr", "name_to_handle_at",
	"open_by_handle_at", "memfd_create", "memfd_secret",
	/* who uses which file, where Landlock does not look */
	"inotify_init", "inotify_init1",
	/* mounts */
	"mount", "umount", "umount2", "pivot_root", "chroot", "move_mount",
	"open_tree", "open_tree_attr", "fsopen", "fsconfig", "fsmount",
	"fspick", "mount_setattr", "swapon", "swapoff", "quotactl",
	"quotactl_fd", "acct",
	/* keys */
	"keyctl", "add_key", "request_key",
	/* queues and memory that outlive a process */
	"shmget", "shmat", "shmctl", "semget", "semop", "semtimedop",
	"semtimedop_time64", "semctl", "msgget", "msgsnd", "msgrcv", "msgctl",
	"ipc", "mq_open", "mq_unlink", "mq_timedsend", "mq_timedsend_time64",
	"mq_timedreceive", "mq_timedreceive_time64", "mq_notify",
	"mq_getsetattr",
	/*
	 * Descriptors that come by a socket, and so the journal's under another
	 * number.  glibc's resolver sends by sendmmsg(2) and receives by
	 * recvfrom(2), so these are the half that it can do without.
	 */
	"recvmsg", "recvmmsg", "recvmmsg_time64",
	/* parts of the kernel that no sign-in needs */
	"bpf", "perf_event_open", "io_uring_setup", "io_uring_enter",
	"io_uring_register", "io_setup", "io_submit", "userfaultfd", "fanotify_init", "init_module",
	"finit_module", "delete_module", "kexec_load", "kexec_file_load",
	"reboot", "iopl", "ioperm", "modify_ldt", "vm86", "vm86old", "syslog",
	"personality", "lookup_dcookie", "nfsservctl", "_sysctl", "uselib",
	"vmsplice", "vhangup", "sethostname", "setdomainname", "settimeofday",
	"stime", "clock_settime", "clock_settime64", "clock_adjtime",
	"clock_adjtime64", "adjtimex",
#ifdef __x86_64__
	/* of the code that the kernel puts into a process that is probed */
	"uretprobe", "uprobe",
#endif
	NULL,
};

/* A socket that waits for others. */
const char *const calls_deaf[] = {"listen", "accept", "accept4", NULL};

#define WHEN(a) 1, {a}
#define WHEN_BOTH(a, b) 2, {a, b}
/* One argument, compared; a mask comes before what it must leave. */
#define ARGUMENT(number, op, value) {number, SCMP_CMP_##op, value, 0}
#define MASKED(number, mask, value) \
	{number, SCMP_CMP_MASKED_EQ, mask, value}
/* The kernel takes an int from the lower half alone.  With any other operator
 * the upper half must fall on the side that refuses. */
#define INT(number, value) MASKED(number, 0xffffffff, value)
#define NO_FAMILY(family) {"socket", EACCES, WHEN(INT(0, family))}
#define NO_PAIR(type) \
	{"socketpair", EACCES, \
	    WHEN(MASKED(1, TYPE_BITS, type))}
#define NO_OPEN(name, argument, flag) \
	{name, EACCES, \
	    WHEN(MASKED(argument, flag, flag))}
#define NOT_THE_JOURNAL(name) {name, EACCES, WHEN(INT(0, HELPER_FD_LOG))}
#define NO_FASTOPEN(name, argument) \
	{name, EACCES, WHEN(MASKED(argument, MSG_FASTOPEN, MSG_FASTOPEN))}
#define NO_COMMAND(name, command) {name, EPERM, WHEN(INT(1, command))}
#define NO_FCNTL(command) \
	NO_COMMAND("fcntl", command), NO_COMMAND("fcntl64", command)

const struct call_rule calls_judged[] = {
	/* A thread, not a process.  Whose flags cannot be seen is "not there",
	 * and libc takes the other. */
	{"clone", EPERM, WHEN(MASKED(CLONE_FLAGS, CLONE_THREAD, 0))},
	{"clone3", ENOSYS, 0, {{0}}},
	/* Limits may be read. */
	{"prlimit64", EPERM, WHEN(ARGUMENT(2, NE, 0))},
	/* The revoker lets go of its monitor; all else stays as it is. */
	{"prctl", EACCES, WHEN(ARGUMENT(0, NE, PR_SET_PDEATHSIG))},
	{"prctl", EACCES, WHEN(ARGUMENT(1, NE, 0))},
	/* A descriptor's owner gets any signal that one likes, by SIGIO. */
	NO_FCNTL(F_SETOWN), NO_FCNTL(F_SETOWN_EX), NO_FCNTL(F_SETSIG),
	NO_FCNTL(F_SETLEASE), NO_FCNTL(F_NOTIFY),
	NO_COMMAND("ioctl", FIOSETOWN), NO_COMMAND("ioctl", SIOCSPGRP),
	NO_COMMAND("ioctl", FIOASYNC),
	/* Internet by TCP and UDP.  Refused, libc goes on without nscd,
	 * nss-resolve and the kernel's list of interfaces. */
	{"socket", EACCES, WHEN(ARGUMENT(0, LT, AF_INET))},
	NO_FAMILY(3), NO_FAMILY(4), NO_FAMILY(5), NO_FAMILY(6), NO_FAMILY(7),
	NO_FAMILY(8), NO_FAMILY(9),
	{"socket", EACCES, WHEN(ARGUMENT(0, GT, AF_INET6))},
	{"socket", EACCES, WHEN(ARGUMENT(2, GT, IPPROTO_UDP))},
	/* Pings need no right where ping_group_range is wide.  The other
	 * numbers below UDP's are for raw sockets alone. */
	{"socket", EACCES, WHEN(INT(2, IPPROTO_ICMP))},
	/* A name of one's own: a port, or for a pair a file. */
	{"bind", EACCES, 0, {{0}}},
	/* Pairs of streams alone: a datagram socket can be aimed elsewhere. */
	{"socketpair", EACCES, WHEN(ARGUMENT(0, NE, AF_UNIX))},
	{"socketpair", EACCES, WHEN(ARGUMENT(2, NE, 0))},
	NO_PAIR(SOCK_DGRAM), NO_PAIR(SOCK_RAW), NO_PAIR(SOCK_RDM),
	NO_PAIR(SOCK_SEQPACKET),
	/* So can the one to the journal, or a copy of it. */
	NOT_THE_JOURNAL("connect"), NOT_THE_JOURNAL("sendmsg"),
	NOT_THE_JOURNAL("sendmmsg"), NOT_THE_JOURNAL("dup"),
	NOT_THE_JOURNAL("dup2"), NOT_THE_JOURNAL("dup3"),
	NOT_THE_JOURNAL("fcntl"), NOT_THE_JOURNAL("fcntl64"),
	{"sendto", EACCES, WHEN_BOTH(INT(0, HELPER_FD_LOG),
	    ARGUMENT(4, NE, 0))},
	/* TCP to any port, past Landlock, which looks at connect(2). */
	NO_FASTOPEN("sendto", 3), NO_FASTOPEN("sendmsg", 2),
	NO_FASTOPEN("sendmmsg", 3),
	/* Files are read. */
	NO_OPEN("open", 1, O_WRONLY), NO_OPEN("open", 1, O_RDWR),
	NO_OPEN("open", 1, O_CREAT), NO_OPEN("open", 1, O_TRUNC),
	NO_OPEN("openat", 2, O_WRONLY), NO_OPEN("openat", 2, O_RDWR),
	NO_OPEN("openat", 2, O_CREAT), NO_OPEN("openat", 2, O_TRUNC),
	{NULL, 0, 0, {{0}}},
};

/*
 * Only the sockets that were bound before Landlock, and they stay what they
 * are: closed or replaced, another one could get their numbers.  The kernel
 * closes them as the process ends.
 */
#define NOT_OF_OTHERS(name) \
	{name, EPERM, WHEN(ARGUMENT(0, LT, HELPER_FD_LISTEN))}, \
	{name, EPERM, WHEN(ARGUMENT(0, GT, HELPER_FD_LISTEN + 1))}
#define NOT_OVER_OURS(name, argument) \
	{name, EPERM, WHEN(INT(argument, HELPER_FD_LISTEN))}, \
	{name, EPERM, WHEN(INT(argument, HELPER_FD_LISTEN + 1))}

const struct call_rule calls_judged_listening[] = {
	NOT_OF_OTHERS("listen"), NOT_OF_OTHERS("accept"),
	NOT_OF_OTHERS("accept4"),
	NOT_OVER_OURS("close", 0), NOT_OVER_OURS("dup2", 1),
	NOT_OVER_OURS("dup3", 1),
	{"close_range", EPERM, 0, {{0}}},
	{NULL, 0, 0, {{0}}},
};

/* Tried with glibc 2.36, libcurl 7.88 and OpenSSL 3.0, and with what their
 * successors are known to call. */
const char *const calls_allowed[] = {
	/* memory and threads */
	"brk", "mmap", "mmap2", "mprotect", "mremap", "munmap", "madvise",
	"clone", "clone3", "futex", "futex_time64", "rseq", "set_robust_list",
	"set_tid_address", "membarrier", "sched_yield", "sched_getaffinity",
	"exit", "exit_group", "restart_syscall",
	/* descriptors */
	"close", "dup", "dup2", "dup3", "fcntl", "fcntl64", "ioctl", "lseek",
	"_llseek", "pipe", "pipe2", "eventfd2", "poll", "ppoll",
	"ppoll_time64", "select", "_newselect", "pselect6",
	"pselect6_time64", "epoll_create1", "epoll_ctl", "epoll_wait",
	"epoll_pwait", "epoll_pwait2", "read", "readv", "pread64", "preadv",
	"write", "writev",
	/* files, to read */
	"open", "openat", "stat", "stat64", "fstat", "fstat64", "lstat",
	"lstat64", "newfstatat", "fstatat64", "statx", "statfs", "statfs64",
	"fstatfs", "fstatfs64", "access", "faccessat", "faccessat2",
	"readlink", "readlinkat", "getdents", "getdents64", "getcwd",
	/* sockets */
	"socket", "socketpair", "connect", "bind", "shutdown", "getsockname",
	"getpeername", "getsockopt", "setsockopt", "recv", "recvfrom",
	"send", "sendto", "sendmmsg",
	/* who and when; prctl is calls_judged's */
	"prctl",
	"getpid", "gettid", "getppid", "getuid", "getuid32", "geteuid",
	"geteuid32", "getgid", "getgid32", "getegid", "getegid32", "uname",
	"sysinfo", "getrandom", "getrlimit", "ugetrlimit", "prlimit64",
	"getrusage", "time", "times", "gettimeofday", "clock_gettime",
	"clock_gettime64", "clock_getres", "clock_getres_time64", "nanosleep",
	"clock_nanosleep", "clock_nanosleep_time64",
	/* signals of one's own */
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn",
	"rt_sigpending", "rt_sigtimedwait", "sigaltstack",
	/* for libc's abort(); the other program refuses it */
	"tgkill", "tkill",
	NULL,
};

const char *const calls_refused[] = {
	"sendmsg", "recvmsg", "recvmmsg", "recvmmsg_time64",
	"mlock", "mlock2", "setpriority",
	"sched_setaffinity", "sched_setscheduler", "openat2", "setitimer",
	"alarm", "inotify_init1", "inotify_init",
	NULL,
};

/* The other program says whose. */
const char *const calls_allowed_listening[] = {
	"listen", "accept", "accept4", "timerfd_settime", "close_range", NULL,
};

#define RECENT(name, number) {name, CALLS_COMMON + (number)}

const struct call_recent calls_recent[] = {
#ifdef __x86_64__
	{"uretprobe", 335}, {"uprobe", 336},
#endif
	RECENT("openat2", 437), RECENT("pidfd_getfd", 438),
	RECENT("faccessat2", 439), RECENT("process_madvise", 440),
	RECENT("epoll_pwait2", 441), RECENT("mount_setattr", 442),
	RECENT("quotactl_fd", 443), RECENT("memfd_secret", 447),
	RECENT("process_mrelease", 448), RECENT("fchmodat2", 452),
	RECENT("setxattrat", 463), RECENT("removexattrat", 466),
	RECENT("open_tree_attr", 467), RECENT("file_setattr", 469),
	{NULL, 0},
};
/* clang-format on */
